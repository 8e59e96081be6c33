"""One event as the evaluation sees it: codes and times, and no way back to a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from operator import attrgetter

from pathways.domain.terms import clocks
from pathways.domain.terms.events import Attendance, EventKind, Route
from pathways.domain.terms.people import Sector


@dataclass(frozen=True, slots=True)
class EventFact:
    """What happened, when, on whose pseudonymous journey. `detail` carries codes only."""

    kind: EventKind
    at: datetime
    case_id: str
    client_id: str | None = None
    episode_id: str | None = None
    organisation_id: str | None = None
    sector: str = ""
    role: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)

    @property
    def woman(self) -> str:
        """Who it was: her client record where she has one, else the door she came by."""
        return self.client_id or self.case_id

    @property
    def happened(self) -> date:
        """The day it happened, which for a contact written up later is not the day of the entry."""
        told = self.detail.get("happened")
        return date.fromisoformat(told[:10]) if told else clocks.local(self.at).date()

    @property
    def is_attended(self) -> bool:
        """A contact to which she came, late or not."""
        return self.kind is EventKind.CONTACT_RECORDED and self.detail.get("attended") in _ATTENDED

    @property
    def given_by(self) -> str:
        """The sector of whoever gave the contact: as recorded on the day, else the writer's own."""
        return self.detail.get("sector") or self.sector


_ATTENDED = frozenset(answer.value for answer in Attendance if answer.is_attended)


def corrected(events: Iterable[EventFact]) -> tuple[EventFact, ...]:
    """The events in order of time, each as it stands after the corrections made to it.

    A contact takes its corrected day and attendance, an ending its corrected outcome; support that began with
    a contact to which she did not come after all did not begin; and what was written of a record that was
    joined to another is the other's, until the two are parted. Ties keep the order in which they were given,
    so that the answer never depends on chance.
    """
    ordered = sorted(events, key=attrgetter("at"))
    if not any(event.kind is EventKind.CORRECTED for event in ordered):
        return tuple(ordered)
    ordered = _without_taken_back(_joined(ordered))
    fixes: dict[str, dict[str, str]] = {}
    endings: dict[str | None, dict[str, str]] = {}
    for event in ordered:
        if event.kind is not EventKind.CORRECTED:
            continue
        if contact := event.detail.get("contact"):
            now = {key: event.detail[key] for key in _OF_A_CONTACT if key in event.detail}
            fixes.setdefault(contact, {}).update(now)
        elif "outcome" in event.detail:
            endings[event.episode_id] = {key: event.detail.get(key, "") for key in ("outcome", "reason")}
    as_it_stands = [_fixed(event, fixes, endings) for event in ordered]
    if not any("attended" in fix for fix in fixes.values()):
        return tuple(as_it_stands)
    came: dict[tuple[str | None, str | None], date] = {}
    for event in as_it_stands:
        if event.is_attended:
            key = (event.episode_id, event.detail.get("referral"))
            came[key] = min(came.get(key, event.happened), event.happened)
    unmade = {
        (event.episode_id, event.detail.get("referral"))
        for event in as_it_stands
        if event.kind is EventKind.CONTACT_RECORDED and event.detail.get("contact") in fixes
    } - set(came)
    return tuple(
        event
        for event in as_it_stands
        if event.kind is not EventKind.SUPPORT_STARTED
        or (event.episode_id, event.detail.get("referral")) not in unmade
    )


#: `what` of the correction that says that an entry came from the wrong file, and went within a day
TAKEN_BACK = "taken_back"


def _without_taken_back(ordered: list[EventFact]) -> list[EventFact]:
    """The events without those of entries that were taken in from a file and taken back again."""
    back = [
        each for each in ordered if each.kind is EventKind.CORRECTED and each.detail.get("what") == TAKEN_BACK
    ]
    if not back:
        return ordered
    contacts = {each.detail["contact"] for each in back if each.detail.get("contact")}
    cases = {each.case_id for each in back if each.case_id and not each.detail.get("contact")}
    return [
        each
        for each in ordered
        if not (each.kind is EventKind.CONTACT_RECORDED and each.detail.get("contact") in contacts)
        and not (each.kind in (EventKind.FLAGGED, EventKind.SELF_REFERRED) and each.case_id in cases)
        and each not in back
    ]


_OF_A_CONTACT = ("attended", "happened", "mode", "minutes")


def _fixed(
    event: EventFact, fixes: Mapping[str, Mapping[str, str]], endings: Mapping[str | None, Mapping[str, str]]
) -> EventFact:
    if event.kind is EventKind.CONTACT_RECORDED and event.detail.get("contact") in fixes:
        return _with(event, fixes[event.detail["contact"]])
    if event.kind is EventKind.CLOSED and event.episode_id in endings:
        return _with(event, endings[event.episode_id])
    return event


def _joined(ordered: Sequence[EventFact]) -> list[EventFact]:
    """Every event under the record that goes on, as the joins and partings to this day leave it."""
    into: dict[str, str] = {}
    episodes: dict[str, str] = {}
    given: dict[str, tuple[str, str]] = {}
    for event in ordered:
        if event.kind is not EventKind.CORRECTED or not (other := event.detail.get("client")):
            continue
        if event.detail.get("what") == "moved":
            given[event.detail.get("contact", "")] = (other, event.detail.get("episode", ""))
        folded = event.detail.get("episode", "")
        if event.detail.get("what") == "joined" and event.client_id:
            into[other] = event.client_id
            if folded and event.episode_id:
                episodes[folded] = event.episode_id
        elif event.detail.get("what") == "parted":
            into.pop(other, None)
            episodes.pop(folded, None)
    if not into and not given:
        return list(ordered)
    return [_moved(event, into, episodes, given) for event in ordered]


def _moved(
    event: EventFact,
    into: Mapping[str, str],
    episodes: Mapping[str, str],
    given: Mapping[str, tuple[str, str]],
) -> EventFact:
    if event.kind is EventKind.CONTACT_RECORDED and (hers := given.get(event.detail.get("contact", ""))):
        event = replace(event, client_id=hers[0], episode_id=hers[1] or event.episode_id)
    client, episode = event.client_id, event.episode_id
    while client is not None and client in into:
        client = into[client]
    while episode is not None and episode in episodes:
        episode = episodes[episode]
    if (client, episode) == (event.client_id, event.episode_id):
        return event
    return replace(event, client_id=client, episode_id=episode)


def _with(event: EventFact, codes: Mapping[str, str]) -> EventFact:
    return EventFact(
        event.kind,
        event.at,
        event.case_id,
        event.client_id,
        event.episode_id,
        event.organisation_id,
        event.sector,
        event.role,
        {**event.detail, **codes},
    )


def by_woman(events: Iterable[EventFact]) -> dict[str, tuple[EventFact, ...]]:
    """Each woman's events, whatever her number of cases and episodes; women in order of first event.

    Events of a case from before she had a client record are joined to it through the case, and a
    case whose events name two clients (a duplicate that was merged) goes to the last named.
    """
    ordered = corrected(events)
    owner = {event.case_id: event.client_id for event in ordered if event.client_id and event.case_id}
    women: dict[str, list[EventFact]] = {}
    for event in ordered:
        who = event.client_id or owner.get(event.case_id) or event.case_id
        if not who:  # of no woman, such as a file that was taken in
            continue
        women.setdefault(who, []).append(event)
    return {who: tuple(hers) for who, hers in women.items()}


def by_episode(events: Iterable[EventFact]) -> dict[str, tuple[EventFact, ...]]:
    """Each journey through the programme: an episode with the door it opened through.

    What happened at the door, before the episode was opened, belongs to the first episode of that
    case; a case that never became an episode is a journey of its own. What names neither, such as
    her plan confirmed again, belongs to the journey that was running. Give it one woman's events.
    """
    ordered = corrected(events)
    first: dict[str, str] = {}
    for event in ordered:
        if event.episode_id and event.case_id:
            first.setdefault(event.case_id, event.episode_id)
    journeys: dict[str, list[EventFact]] = {}
    which = ""
    for event in ordered:
        which = event.episode_id or first.get(event.case_id) or event.case_id or which
        if not which:
            continue
        journeys.setdefault(which, []).append(event)
    return {which: tuple(hers) for which, hers in journeys.items()}


def route_of(events: Iterable[EventFact]) -> str:
    """The route by which this journey began: the first one that any event names."""
    for event in events:
        if named := event.detail.get("route"):
            return named
        if event.kind is EventKind.SELF_REFERRED:
            return Route.SELF.value
        if event.kind is EventKind.FLAGGED:
            police = event.sector == Sector.POLICE.value
            return Route.POLICE_OFFICER.value if police else Route.OTHER_PARTNER.value
    return "not_recorded"
