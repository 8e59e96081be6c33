"""Her story: what happened, in plain words, from the codes of the journey stream. No narrative is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from pathways.domain.governance import bars, emergency, policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.reach import approach, plan
from pathways.domain.support import closure, correction
from pathways.domain.terms import contact
from pathways.domain.terms.events import EventKind as Kind
from pathways.domain.terms.people import Role, Sector
from pathways.domain.terms.routes import Route
from pathways.domain.terms.words import Worded
from pathways.domain.triage import reading, telling
from pathways.domain.triage.levels import Level
from pathways.journey import identity, joining, sight
from pathways.records import composed
from pathways.records.models import JourneyEvent, Organisation


class Thread(Worded):
    """What a happening is about: the kinds by which her story can be filtered."""

    REACHING = "reaching", "Reaching her"
    HER_SAY = "her_say", "What she agreed or refused"
    ASSESSING = "assessing", "Assessment and level"
    PANEL = "panel", "The panel"
    REFERRING = "referring", "Referrals"
    SUPPORT = "support", "Support"
    AROUND = "around", "Who works with her, and what crossed"


_THREADS: Mapping[Thread, tuple[Kind, ...]] = MappingProxyType(
    {
        Thread.REACHING: (
            Kind.FLAGGED,
            Kind.SELF_REFERRED,
            Kind.SCREENED,
            Kind.IDENTIFIED,
            Kind.CONTACT_PLANNED,
            Kind.PLAN_CONFIRMED,
            Kind.PLAN_LAPSED,
            Kind.PLAN_NOT_SAFE,
            Kind.APPROACH_ASSIGNED,
            Kind.APPROACH_ATTEMPTED,
            Kind.CONTACTED,
            Kind.NO_CONTACT,
            Kind.EPISODE_OPENED,
        ),
        Thread.HER_SAY: (
            Kind.AGREED,
            Kind.DECLINED,
            Kind.PAUSED,
            Kind.RESUMED,
            Kind.WITHDRAWN,
            Kind.STOP_TOLD,
        ),
        Thread.ASSESSING: (
            Kind.ASSESSMENT_STARTED,
            Kind.ASSESSMENT_COMPLETED,
            Kind.ASSESSMENT_REFUSED,
            Kind.TRIAGED,
            Kind.TRIAGE_RETURNED,
            Kind.LEVEL_VIEWED,
            Kind.LEVEL_READ,
            Kind.LEVEL_TOLD,
            Kind.LEVEL_QUESTIONED,
        ),
        Thread.PANEL: (
            Kind.PANEL_REQUESTED,
            Kind.PANEL_LISTED,
            Kind.PANEL_ANSWERED,
            Kind.PANEL_DECIDED,
            Kind.PANEL_ACTION_DONE,
        ),
        Thread.REFERRING: (
            Kind.REFERRAL_SENT,
            Kind.REFERRAL_ACKNOWLEDGED,
            Kind.REFERRAL_ACCEPTED,
            Kind.REFERRAL_WAITLISTED,
            Kind.REFERRAL_DECLINED,
            Kind.REFERRAL_DECLINED_BY_HER,
            Kind.REFERRAL_WITHDRAWN,
            Kind.REFERRAL_EXPIRED,
        ),
        Thread.SUPPORT: (
            Kind.SUPPORT_STARTED,
            Kind.CONTACT_RECORDED,
            Kind.NOTE_WRITTEN,
            Kind.GOAL_SET,
            Kind.GOAL_RATED,
            Kind.REVIEWED,
            Kind.MEASURED,
            Kind.DANGER_SAID,
            Kind.TOOL_RESULT_KEPT,
            Kind.DISENGAGED,
            Kind.RE_ENGAGED,
            Kind.CLOSED,
            Kind.FOLLOWED_UP,
        ),
        Thread.AROUND: (
            Kind.MESSAGE_SENT,
            Kind.DISCLOSED,
            Kind.COVERED,
            Kind.HANDED_OVER,
            Kind.TAKEN_IN,
            Kind.CORRECTED,
            Kind.BAR_SET,
            Kind.BAR_LIFTED,
            Kind.EMERGENCY_OPENED,
            Kind.EMERGENCY_ENDED,
            Kind.EMERGENCY_REVIEWED,
        ),
    }
)
_THREAD_OF = {kind: thread for thread, kinds in _THREADS.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: a heading, what more the codes say, who and when."""

    title: str
    text: str
    at: datetime
    by: str
    thread: Thread

    @property
    def tag(self) -> str:
        return self.thread.label


@dataclass(frozen=True, slots=True)
class Story:
    """One page of what happened, newest first, how much there is of it, and the threads there are."""

    happenings: tuple[Happening, ...]
    total: int
    threads: tuple[Thread, ...]


def told(
    *, client_id: UUID, by: Actor, thread: Thread | None = None, offset: int = 0, limit: int = 25
) -> Story:
    """Her story as this person may read it. The caller logs the reading."""
    hidden = frozenset[str]()
    if not policy.could(by, Action.READ, Resource.BAR) or by.emergency_with(client_id) is not None:
        hidden = frozenset({Kind.BAR_SET.value, Kind.BAR_LIFTED.value})
    if folded := [row for row in _of_folded(client_id, by) if row.kind not in hidden]:
        own = sight.visible(JourneyEvent, by).filter(client_id=client_id).exclude(kind__in=hidden)
        return _told_together([*own, *folded], thread, offset, limit)
    kinds = {kind: many for kind, many in _kinds(by, [client_id]) if kind not in hidden}
    threads = tuple(each for each in Thread if kinds.keys() & {kind.value for kind in _THREADS[each]})
    shown = kinds.keys() if thread is None else {kind.value for kind in _THREADS[thread]}
    total = sum(many for kind, many in kinds.items() if kind in shown)
    page = _page(by, [client_id], thread, hidden, offset, limit)
    names = dict(_organisations(list({row.organisation_id for row in page})))
    return Story(tuple(_happening(row, names) for row in page), total, threads)


@composed.reading
def _kinds(by: Actor, client_ids: list[UUID]) -> QuerySet[JourneyEvent, tuple[str, int]]:
    """What kinds of thing happened, and how often."""
    rows = sight.about(JourneyEvent, by, client_ids).order_by()
    return rows.values_list("kind").annotate(many=Count("id"))


@composed.reading
def _page(
    by: Actor,
    client_ids: list[UUID],
    thread: Thread | None,
    hidden: frozenset[str],
    offset: int,
    limit: int,
) -> QuerySet[JourneyEvent]:
    rows = sight.about(JourneyEvent, by, client_ids)
    if hidden:
        rows = rows.exclude(kind__in=sorted(hidden))
    if thread is not None:
        rows = rows.filter(kind__in=[kind.value for kind in _THREADS[thread]])
    return rows.order_by("-at", "-id")[offset : offset + limit]


@composed.reading
def _organisations(ids: list[UUID]) -> QuerySet[Organisation, tuple[UUID, str]]:
    return Organisation.objects.filter(id__among=ids).order_by().values_list("id", "name")


def _of_folded(client_id: UUID, by: Actor) -> list[JourneyEvent]:
    """What happened under records that were joined to hers, as far as the reader would read it of her."""
    others = joining.others_of([client_id], by=by)
    if not others:
        return []
    with identity.clerk(by):
        found = list(JourneyEvent.objects.filter(client_id__in=others))
    for row in found:
        row.client_id = client_id  # judged as hers, and never saved
    return [row for row in found if sight.may(by, Action.READ, row)]


def _told_together(rows: list[JourneyEvent], thread: Thread | None, offset: int, limit: int) -> Story:
    kinds = {row.kind for row in rows}
    threads = tuple(each for each in Thread if kinds & {kind.value for kind in _THREADS[each]})
    if thread is not None:
        rows = [row for row in rows if _THREAD_OF[Kind(row.kind)] is thread]
    rows.sort(key=lambda row: (row.at, row.id), reverse=True)
    page = rows[offset : offset + limit]
    names = dict(
        Organisation.objects.filter(id__in={row.organisation_id for row in page}).values_list("id", "name")
    )
    return Story(tuple(_happening(row, names) for row in page), len(rows), threads)


def _happening(row: JourneyEvent, names: Mapping[UUID, str]) -> Happening:
    kind = Kind(row.kind)
    title, text = _words(kind, row.detail or {})
    return Happening(title, text, row.at, _who(row, names), _THREAD_OF[kind])


def _who(row: JourneyEvent, names: Mapping[UUID, str]) -> str:
    if row.role == Role.CLERK.value or not row.actor_name:
        return "the programme"
    place = names.get(row.organisation_id, "")
    return f"{row.actor_name}, {place}" if place else row.actor_name


def _coded(enum: type[StrEnum], value: Any) -> str:
    """A code in words; what is not known to the enum is said as it stands."""
    try:
        return str(getattr(enum(value), "label", value))
    except ValueError:
        return str(value or "").replace("_", " ")


def _words(kind: Kind, detail: Mapping[str, Any]) -> tuple[str, str]:
    say = _SAID.get(kind)
    title, text = say(detail) if say else (kind.label, "")
    return title, text


def _level(value: Any) -> str:
    try:
        return Level(int(value)).label
    except (TypeError, ValueError):
        return ""


def _attempted(detail: Mapping[str, Any]) -> tuple[str, str]:
    number, result = detail.get("number"), detail.get("result")
    title = f"Attempt {number} to reach her" if number else "An attempt to reach her"
    parts = [_coded(contact.Channel, detail.get("channel")), _coded(approach.Result, result)]
    return title, ". ".join(part for part in parts if part)


def _met(detail: Mapping[str, Any]) -> tuple[str, str]:
    attended = detail.get("attended")
    mode, minutes = _coded(contact.ContactMode, detail.get("mode")), detail.get("minutes")
    more = ", ".join(part for part in (mode, f"{minutes} minutes" if minutes else "") if part)
    if attended == contact.Attendance.NO.value:
        return "She did not come to a contact", mode
    if not attended:
        return "A contact that did not take place", mode
    return ("She came late to a contact" if attended == contact.Attendance.LATE.value else "She came"), more


def _triaged(detail: Mapping[str, Any]) -> tuple[str, str]:
    level, suggested = _level(detail.get("level")), _level(detail.get("suggested"))
    if suggested and suggested != level:
        return f"{level} decided", f"The policy suggested {suggested[0].lower()}{suggested[1:]}."
    return (f"{level} decided" if level else "Level of support decided"), ""


def _sent(detail: Mapping[str, Any]) -> tuple[str, str]:
    sector = _coded(Sector, detail.get("provider_sector"))
    return "Referred to a service", sector


def _reason(title: str, enum: type[StrEnum] | None = None) -> Callable[[Mapping[str, Any]], tuple[str, str]]:
    def say(detail: Mapping[str, Any]) -> tuple[str, str]:
        reason = detail.get("reason")
        words = _coded(enum, reason) if enum else str(reason or "").replace("_", " ")
        return title, (words[:1].upper() + words[1:]) if words else ""

    return say


def _agreed(detail: Mapping[str, Any]) -> tuple[str, str]:
    condition = detail.get("condition")
    is_free = condition in (None, "", "no", "none", False)
    return "She agreed to take part", "" if is_free else "Taking part is a condition of a disposal."


def _rated(detail: Mapping[str, Any]) -> tuple[str, str]:
    rating = detail.get("rating")
    return "She looked at a goal again", f"She feels {rating} of 10 near to it." if rating is not None else ""


def _closed(detail: Mapping[str, Any]) -> tuple[str, str]:
    return "Closed", _coded(closure.Outcome, detail.get("outcome"))


def _followed(detail: Mapping[str, Any]) -> tuple[str, str]:
    wave = detail.get("wave")
    result = str(detail.get("result") or "").replace("_", " ").capitalize()
    return (f"Follow-up after {wave} months" if wave else "Follow-up"), result


def _kept_out(detail: Mapping[str, Any]) -> tuple[str, str]:
    who = "An organisation" if detail.get("whole") == "yes" else "Somebody"
    return f"{who} may no longer see her record", _coded(bars.Ground, detail.get("ground"))


def _brought(detail: Mapping[str, Any]) -> tuple[str, str]:
    return "She came to notice", _coded(Route, detail.get("route"))


_CORRECTED = {
    "joined": "Two records turned out to be hers, and were joined",
    "parted": "Two records were parted again: they are of two women",
    "moved": "A contact was given to another record",
    "note": "A note was corrected",
    "screening": "The decision at the door was looked at again",
    "triage_asked_of": "The decision of her level was given to somebody else",
    **{one.value: f"Corrected: {one.label[0].lower()}{one.label[1:]}" for one in correction.What},
}


def _corrected(detail: Mapping[str, Any]) -> tuple[str, str]:
    title = _CORRECTED.get(str(detail.get("what")), "Something was corrected")
    if detail.get("contact"):
        title = "A contact was corrected"
        return title, _met(detail)[0]
    return title, ""


_WHY_LAPSED: Mapping[str, str] = MappingProxyType(
    {"time": "Because its time ran out", "came_back": "Because she came back after a time away"}
)


def _lapsed(detail: Mapping[str, Any]) -> tuple[str, str]:
    reason = str(detail.get("reason") or "")
    because = _WHY_LAPSED.get(reason) or _coded(plan.Change, reason)
    return "Her safe-contact plan lapsed", because


_SAID: Mapping[Kind, Callable[[Mapping[str, Any]], tuple[str, str]]] = MappingProxyType(
    {
        Kind.FLAGGED: _brought,
        Kind.SELF_REFERRED: lambda _: ("She came herself", ""),
        Kind.IDENTIFIED: lambda _: ("Identified by a named person", ""),
        Kind.CONTACT_PLANNED: lambda _: ("A way to reach her safely was planned", ""),
        Kind.PLAN_CONFIRMED: lambda _: ("She confirmed her safe-contact plan", ""),
        Kind.PLAN_LAPSED: _lapsed,
        Kind.PLAN_NOT_SAFE: _reason("There is no safe way to reach her"),
        Kind.APPROACH_ASSIGNED: lambda _: ("A worker was asked to reach her", ""),
        Kind.APPROACH_ATTEMPTED: _attempted,
        Kind.CONTACTED: lambda detail: (
            "She was reached",
            _coded(contact.Channel, detail.get("channel")),
        ),
        Kind.NO_CONTACT: lambda _: ("She could not be reached", ""),
        Kind.AGREED: _agreed,
        Kind.DECLINED: _reason("She declined"),
        Kind.PAUSED: _reason("She asked for a pause"),
        Kind.RESUMED: lambda _: ("She wished to go on", ""),
        Kind.WITHDRAWN: _reason("She asked us to stop"),
        Kind.STOP_TOLD: lambda _: ("A service was told to stop", ""),
        Kind.TRIAGED: _triaged,
        Kind.LEVEL_VIEWED: lambda _: ("A view of her level was written down, before it was decided", ""),
        Kind.LEVEL_READ: lambda d: (
            "Her level was read by another person",
            f"{_coded(reading.Status, d.get('status'))}.",
        ),
        Kind.LEVEL_TOLD: lambda d: ("She was told why", f"{_coded(telling.How, d.get('how'))}."),
        Kind.LEVEL_QUESTIONED: lambda _: ("She asked for another look at her level", ""),
        Kind.REFERRAL_SENT: _sent,
        Kind.REFERRAL_ACCEPTED: lambda _: ("A service accepted her", ""),
        Kind.REFERRAL_DECLINED: _reason("A service could not take her"),
        Kind.REFERRAL_DECLINED_BY_HER: _reason("She did not want this service"),
        Kind.CONTACT_RECORDED: _met,
        Kind.NOTE_WRITTEN: lambda _: ("A note was written", ""),
        Kind.GOAL_SET: lambda _: ("She set a goal", ""),
        Kind.GOAL_RATED: _rated,
        Kind.REVIEWED: lambda _: ("She and her worker looked at what has changed", ""),
        Kind.DISENGAGED: _reason("She stopped coming"),
        Kind.CLOSED: _closed,
        Kind.FOLLOWED_UP: _followed,
        Kind.BAR_SET: _kept_out,
        Kind.BAR_LIFTED: lambda _: ("Somebody may see her record again", ""),
        Kind.EMERGENCY_OPENED: lambda detail: (
            "Her record was opened in an emergency",
            _coded(emergency.Kind, detail.get("kind")),
        ),
        Kind.EMERGENCY_ENDED: lambda _: ("Emergency access to her record ended", ""),
        Kind.EMERGENCY_REVIEWED: lambda detail: (
            "Emergency access to her record was reviewed",
            _coded(emergency.Finding, detail.get("finding")),
        ),
        Kind.CORRECTED: _corrected,
    }
)
