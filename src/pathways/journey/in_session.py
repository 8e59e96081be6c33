"""In the meeting: who is in the room, one page for each woman, and what is decided about her.

A screen that everybody looks at shows what everybody in the room may see, and nothing else: it is worked out
anew from who is in the room at every opening, so that it narrows at once when somebody comes in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import panel_rules
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.panel_rules import PanelField, Side
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role
from pathways.domain.triage import meeting as m
from pathways.journey import agenda, identity, kept_out, ledger, seating, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.journey.seating import Seat
from pathways.records.models import (
    PanelAttendance,
    PanelDecision,
    PanelFact,
    PanelItem,
    PanelMeeting,
)

ACTION_TASK = "panel_action"
_BY_THE_END_OF_WORK = time(17)
_LEADS = decision.no("Whoever leads the panel does this.", ask="the coordinator")


# --- who is in the room -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody who is invited, and whether they are in the room now."""

    seat: Seat
    is_here: bool
    since: datetime | None
    was_here: bool


@dataclass(frozen=True, slots=True)
class Room:
    """The room as whoever leads the meeting sees it."""

    meeting_id: UUID
    status: m.Status
    people: tuple[Here, ...]
    may_tick: Decision


def room(*, meeting_id: UUID, by: Actor, at: datetime) -> Room | None:
    row = sight.one(PanelMeeting, meeting_id, by)
    if row is None or not _leads(row, by, at):
        return None
    rows = list(sight.visible(PanelAttendance, by).filter(meeting=row).order_by("came_at"))
    now = {f"{one.account_id} {one.at_organisation_id}": one for one in rows if one.left_at is None}
    ever = {f"{one.account_id} {one.at_organisation_id}" for one in rows}
    status = m.Status(row.status)
    return Room(
        row.id,
        status,
        tuple(
            Here(seat, seat.key in now, now[seat.key].came_at if seat.key in now else None, seat.key in ever)
            for seat in seating.people({*row.seats, *now}, at)
        ),
        decision.yes()
        if status in m.TAKES_ATTENDANCE
        else decision.no("Attendance is ticked once the pack is closed, until the minutes are agreed."),
    )


def tick(*, meeting_id: UUID, present: Collection[str], by: Actor, at: datetime) -> Outcome:
    """Sets who is in the room from this moment: whoever is not named has stepped out."""
    with transaction.atomic():
        row = sight.one(PanelMeeting, meeting_id, by, lock=True)
        if row is None or not _leads(row, by, at):
            return refusal(sight.NOT_THERE)
        found = room(meeting_id=meeting_id, by=by, at=at)
        assert found is not None
        if not found.may_tick:
            return refusal(found.may_tick)
        for here in found.people:
            wanted = here.seat.key in present
            if wanted and not here.is_here:
                _come(row, here.seat, at)
            if not wanted and here.is_here:
                _leave(row, here.seat, by, at)
        if row.status == m.Status.HELD.value:  # from paper: they were there, and are not any more
            for here in found.people:
                if here.seat.key in present:
                    _leave(row, here.seat, by, at)
        ledger.kept_up(by=by, at=at, what="who is in the panel’s room was ticked", route="panel:room")
        return done(row.id)


def _come(row: PanelMeeting, seat: Seat, at: datetime) -> None:
    PanelAttendance(
        organisation_id=row.organisation_id,
        meeting=row,
        account_id=seat.account_id,
        at_organisation_id=seat.organisation_id,
        role=seat.role.value,
        came_at=at,
    ).save(force_insert=True)


def _leave(row: PanelMeeting, seat: Seat, by: Actor, at: datetime) -> None:
    sight.visible(PanelAttendance, by).filter(
        meeting=row, account_id=seat.account_id, at_organisation_id=seat.organisation_id, left_at__isnull=True
    ).update(left_at=at)


#: the room is empty again, and decisions are typed in from paper
_AFTERWARDS = frozenset({m.Status.HELD, m.Status.MINUTES_AGREED})


def _is_anybody_ticked(row: PanelMeeting, by: Actor) -> bool:
    return sight.visible(PanelAttendance, by).filter(meeting=row, left_at__isnull=True).exists()


def present_now(row: PanelMeeting, by: Actor, at: datetime) -> tuple[Seat, ...]:
    """Who is in the room now, with whoever opens the page: she sees the screen as well."""
    rows = sight.visible(PanelAttendance, by).filter(meeting=row, left_at__isnull=True)
    keys = {f"{one.account_id} {one.at_organisation_id}" for one in rows}
    return seating.people({*keys, by.seat}, at)


# --- her page -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing on the page: what it is, the words, and who added them: several where they said the same."""

    field: PanelField
    from_name: str
    words: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, and where it is an action, whose and by when."""

    id: UUID
    words: str
    because: str
    owner: str
    due: date | None
    is_done: bool
    outcome: str
    is_late: bool
    is_from_paper: bool


@dataclass(frozen=True, slots=True)
class Screen:
    """Her page in the meeting: for everybody in the room, or for one attendee alone."""

    item_id: UUID
    client_id: UUID
    meeting_id: UUID
    number: int
    called: str
    facts: tuple[Shown, ...]
    her_view: tuple[Shown, ...]
    involved: tuple[str, ...]
    decisions: tuple[Decided, ...]
    present: tuple[Seat, ...]
    status: m.Status
    may_decide: Decision
    seated: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Shut:
    """Somebody in the room may not see her: nothing is shown. `who` is told to the coordinator alone."""

    meeting_id: UUID
    number: int
    who: tuple[str, ...]
    #: nobody is ticked as here, so nothing is known of who looks at it
    is_unsaid: bool = False


def screen(*, item_id: UUID, by: Actor, at: datetime) -> Screen | Shut | None:
    """Her page for the shared screen. Counts as read by everybody who is in the room.

    None where whoever opens it does not lead the meeting or does not sit at the table for her.
    """
    item = sight.one(PanelItem, item_id, by)
    row = sight.one(PanelMeeting, item.meeting_id, by) if item is not None else None
    if item is None or row is None or not _leads(row, by, at):
        return None
    found = _for_all(item, row, by, at)
    if isinstance(found, Shut):
        return found
    ledger.read(by=by, at=at, resource=Resource.PANEL_ITEM, subjects=[item.client_id], route="panel:screen")
    for seat in found.present:
        if seat.key != by.seat:
            _read_along(seat, item.client_id, by, at)
    return found


def _for_all(item: PanelItem, row: PanelMeeting, by: Actor, at: datetime) -> Screen | Shut:
    """What everybody in the room may see now."""
    present = present_now(row, by, at)
    keys = [seat.key for seat in present]
    if m.Status(row.status) not in _AFTERWARDS and not _is_anybody_ticked(row, by):
        return Shut(row.id, item.number, (), is_unsaid=True)
    if not panel_rules.is_shown_to_all(item.seats, keys):
        who = tuple(seat.words for seat in present if seat.key not in item.seats)
        return Shut(row.id, item.number, who if _coordinates(by) else ())
    return _page(item, row, keys, present, by, at)


def mark(found: Screen | Shut) -> str:
    """What a screen shows, as a mark that tells nothing of it: two are alike when they show the same."""
    return salted_hmac("pathways.panel.screen", repr(found), algorithm="sha256").hexdigest()[:32]


def mark_now(*, item_id: UUID, by: Actor, at: datetime) -> str | None:
    """The mark of what the shared screen would show now. Shows nothing, and so counts as no reading.

    None where `screen` answers None.
    """
    item = sight.one(PanelItem, item_id, by)
    row = sight.one(PanelMeeting, item.meeting_id, by) if item is not None else None
    if item is None or row is None or not _leads(row, by, at):
        return None
    return mark(_for_all(item, row, by, at))


def _read_along(seat: Seat, client_id: UUID, by: Actor, at: datetime) -> None:
    """Whoever sits in the room has read her page as well, and she can be told so."""
    with identity.clerk(by):
        ledger.read(
            by=seat.as_actor(),
            at=at,
            resource=Resource.PANEL_ITEM,
            subjects=[client_id],
            route="panel:screen",
            reason="on the panel’s shared screen",
        )


def for_me(*, item_id: UUID, by: Actor, at: datetime) -> Screen | None:
    """Her page as this one attendee may see it, on a screen of one’s own."""
    item = sight.one(PanelItem, item_id, by)
    row = sight.one(PanelMeeting, item.meeting_id, by) if item is not None else None
    if item is None or row is None:
        return None
    found = _page(item, row, [by.seat], (), by, at)
    ledger.read(by=by, at=at, resource=Resource.PANEL_ITEM, subjects=[item.client_id], route="panel:item")
    return found


def _page(
    item: PanelItem,
    row: PanelMeeting,
    keys: Iterable[str],
    present: tuple[Seat, ...],
    by: Actor,
    at: datetime,
) -> Screen:
    """What whoever opens it may see (both walls), and of that only what all of `keys` may see."""
    keys = list(keys)
    seated = seating.people(item.seats, at)
    names = {seat.organisation_id: seat.organisation for seat in seating.people(row.seats, at)}
    rows = [
        fact
        for fact in sight.visible(PanelFact, by).filter(item_id=item.id)
        if fact.field and panel_rules.is_shown_to_all(fact.seats, keys)
    ]
    order = {field: number for number, field in enumerate(PanelField)}
    shown = [
        Shown(PanelField(fact.field), names.get(fact.from_organisation_id, "an agency"), fact.words)
        for fact in rows
        if fact.words
    ]
    shown.sort(key=lambda each: (order[each.field], each.from_name))
    folded = _folded(shown)
    decisions = [
        made
        for made in sight.visible(PanelDecision, by).filter(item_id=item.id)
        if panel_rules.is_shown_to_all(made.seats, keys)
    ]
    status = m.Status(row.status)
    return Screen(
        item.id,
        item.client_id,
        row.id,
        item.number,
        item.called,
        tuple(each for each in folded if each.field is not PanelField.HER_VIEW),
        tuple(each for each in folded if each.field is PanelField.HER_VIEW),
        tuple(sorted({each.from_name for each in shown if each.field is PanelField.KNOWN})),
        tuple(_decided(made, at) for made in decisions),
        present,
        status,
        may_decide(row, by, at),
        seated,
    )


def _folded(shown: Iterable[Shown]) -> tuple[Shown, ...]:
    """The same words under one heading stand once, with every agency that said them."""
    together: dict[tuple[PanelField, str], list[Shown]] = {}
    for one in shown:
        together.setdefault((one.field, " ".join(one.words.split()).casefold()), []).append(one)
    return tuple(
        Shown(said[0].field, ", ".join(dict.fromkeys(one.from_name for one in said)), said[0].words)
        for said in together.values()
    )


def _decided(made: PanelDecision, at: datetime) -> Decided:
    today = clocks.local(at).date()
    return Decided(
        made.id,
        made.words,
        made.because,
        _owner(made),
        made.due_date,
        made.done_at is not None,
        made.outcome,
        made.done_at is None and made.due_date is not None and made.due_date < today,
        made.is_from_paper,
    )


def _owner(made: PanelDecision) -> str:
    return identity.account_named(made.owner_id) if made.owner_id else ""


# --- deciding -----------------------------------------------------------------------------------------


def may_decide(row: PanelMeeting, by: Actor, at: datetime) -> Decision:
    if not _leads(row, by, at):
        return _LEADS
    if m.Status(row.status) not in m.TAKES_DECISIONS:
        return decision.no(
            "Decisions are written down from the beginning of the meeting until its minutes are agreed."
        )
    return decision.yes()


def decide(
    *,
    item_id: UUID,
    words: str,
    because: str,
    owner: str,
    due: date | None,
    shown_to: Collection[UUID],
    by: Actor,
    at: datetime,
) -> Outcome:
    """Writes down what was decided about her and why; with an owner and a day it becomes their task.

    In the room or afterwards from paper. The owner’s agency and the coordinating one are always shown it.
    """
    with transaction.atomic():
        item = sight.one(PanelItem, item_id, by, lock=True)
        row = sight.one(PanelMeeting, item.meeting_id, by) if item is not None else None
        if item is None or row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := may_decide(row, by, at)):
            return refusal(answer)
        seated = {seat.key: seat for seat in seating.people(item.seats, at)}
        whose = seated.get(owner) if owner else None
        there = {seat.organisation_id for seat in seated.values()}
        if not (answer := _may_write(words, because, owner, whose, due, row, at)):
            return refusal(answer)
        if set(shown_to) - there:
            return refusal(decision.no("A decision is shown to agencies at the table for her, and no other."))
        wanted = {*shown_to, item.organisation_id, *([whose.organisation_id] if whose else [])}
        made = PanelDecision(
            client_id=item.client_id,
            organisation_id=item.organisation_id,
            item=item,
            meeting_id=row.id,
            words=words.strip(),
            because=because.strip(),
            shown_to=sorted(wanted),
            seats=panel_rules.narrowed(item.seats, wanted),
            owner_id=whose.account_id if whose else None,
            owner_organisation_id=whose.organisation_id if whose else None,
            due_date=due if whose else None,
            decided_at=at,
            decided_by_id=by.account_id,
            is_from_paper=row.status == m.Status.HELD.value,
        )
        made.save(force_insert=True)
        if item.talked_at is None:
            item.talked_at = at
            item.save(update_fields=["talked_at"])
        for receiver in sorted(wanted - {by.organisation_id}):
            agenda.disclose(
                client_id=item.client_id,
                giver=by.organisation_id,
                receiver=receiver,
                fields=("decision",),
                by=by,
                at=at,
            )
        kept_out.known_also_by(item.client_id, [made.id], by=by)
        agenda.event(
            EventKind.PANEL_DECIDED,
            item.client_id,
            by,
            at,
            {
                "meeting": str(row.id),
                "decision": str(made.id),
                "due": made.due_date.isoformat() if made.due_date else "",
            },
        )
        ledger.collected(by=by, at=at, resource=Resource.PANEL_DECISION, subjects=[item.client_id])
        if whose is not None and due is not None:
            tasks.set_task(
                ACTION_TASK,
                "An action from the panel is yours",
                organisation_id=whose.organisation_id,
                account_id=whose.account_id,
                route="panel:action",
                object_id=made.id,
                by=by,
                at=at,
                due_at=m.starts_at(due, _BY_THE_END_OF_WORK),
            )
        return done(made.id, item_id=item.id)


def _may_write(
    words: str,
    because: str,
    owner: str,
    whose: Seat | None,
    due: date | None,
    row: PanelMeeting,
    at: datetime,
) -> Decision:
    if not words.strip():
        return decision.no("Write down what was decided.")
    if not because.strip():
        return decision.no("Write down why.")
    if owner and whose is None:
        return decision.no("Whoever does it sits at the table for her: choose somebody who does.")
    if owner and due is None:
        return decision.no("Give the day by which it is done, or say that nobody has to do anything.")
    if due is not None and not owner:
        return decision.no("Say who does it by that day, or leave out the day.")
    if due is not None and due < clocks.local(row.starts_at).date():
        return decision.no("The day by which it is done comes after the meeting.")
    return decision.yes()


def finish(*, decision_id: UUID, outcome: str, by: Actor, at: datetime) -> Outcome:
    """Whoever was given an action says what came of it."""
    with transaction.atomic():
        made = sight.one(PanelDecision, decision_id, by, lock=True)
        if made is None:
            return refusal(sight.NOT_THERE)
        if made.owner_id != by.account_id or made.owner_organisation_id != by.organisation_id:
            return refusal(decision.no("Whoever was given the action says what came of it."))
        if made.done_at is not None:
            return done(made.id)
        if not outcome.strip():
            return refusal(decision.no("Say what came of it."))
        made.done_at, made.done_by_id, made.outcome = at, by.account_id, outcome.strip()
        made.save(update_fields=["done_at", "done_by_id", "outcome"])
        tasks.settle(ACTION_TASK, object_id=made.id, by=by, at=at)
        agenda.event(
            EventKind.PANEL_ACTION_DONE,
            made.client_id,
            by,
            at,
            {"decision": str(made.id), "due": made.due_date.isoformat() if made.due_date else ""},
        )
        ledger.altered(
            by=by,
            at=at,
            resource=Resource.PANEL_DECISION,
            subjects=[made.client_id],
            reason="an action is done",
        )
        return done(made.id)


@dataclass(frozen=True, slots=True)
class MyAction:
    """An action from the panel as its owner, or somebody who sits at the table for her, reads it."""

    id: UUID
    item_id: UUID
    called: str
    decided: Decided
    is_mine: bool


def action(*, decision_id: UUID, by: Actor, at: datetime) -> MyAction | None:
    made = sight.one(PanelDecision, decision_id, by)
    item = sight.one(PanelItem, made.item_id, by) if made is not None else None
    if made is None or item is None:
        return None
    ledger.read(
        by=by, at=at, resource=Resource.PANEL_DECISION, subjects=[made.client_id], route="panel:action"
    )
    mine = made.owner_id == by.account_id and made.owner_organisation_id == by.organisation_id
    return MyAction(made.id, item.id, item.called, _decided(made, at), mine)


def my_actions(*, by: Actor, at: datetime) -> list[MyAction]:
    """The actions that this person was given and has not done yet, the most pressing first."""
    rows = (
        sight.visible(PanelDecision, by)
        .filter(owner_id=by.account_id, owner_organisation_id=by.organisation_id, done_at__isnull=True)
        .select_related("item")
        .order_by("due_date")
    )
    found = [MyAction(row.id, row.item_id, row.item.called, _decided(row, at), True) for row in rows]
    if found:
        ledger.read(
            by=by,
            at=at,
            resource=Resource.PANEL_DECISION,
            subjects=[row.client_id for row in rows],
            route="panel:list",
        )
    return found


def _leads(row: PanelMeeting, by: Actor, at: datetime) -> bool:
    return (
        by.organisation_id == row.organisation_id
        and by.seat in row.seats
        and panel_rules.side_of(by.role, by.sector) is Side.HUB
    )


def _coordinates(by: Actor) -> bool:
    return by.role is Role.COORDINATOR


def page_for(item: PanelItem, row: PanelMeeting, by: Actor, at: datetime) -> Screen:
    """Her page as this one attendee may see it, for the copy on paper, which logs the reading itself."""
    return _page(item, row, [by.seat], (), by, at)


@dataclass(frozen=True, slots=True)
class Deciding:
    """What the form of a decision needs: who sits at the table, and whose agencies were in the room."""

    client_id: UUID
    number: int
    may: Decision
    seated: tuple[Seat, ...]
    heard_by: tuple[UUID, ...]


def deciding(*, item_id: UUID, by: Actor, at: datetime) -> Deciding | None:
    """Nothing of her is read for it: the form stands on the screen that everybody looks at."""
    item = sight.one(PanelItem, item_id, by)
    row = sight.one(PanelMeeting, item.meeting_id, by) if item is not None else None
    if item is None or row is None or not _leads(row, by, at):
        return None
    seated = seating.people(item.seats, at)
    came = {
        f"{one.account_id} {one.at_organisation_id}"
        for one in sight.visible(PanelAttendance, by).filter(meeting=row)
    }
    heard = sorted({seat.organisation_id for seat in seated if seat.key in came})
    return Deciding(item.client_id, item.number, may_decide(row, by, at), seated, tuple(heard))
