"""The panel’s meetings: in series, planned ahead, moved, cancelled, led from the agenda to the minutes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.panel_rules import Side
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.domain.triage import meeting as m
from pathways.domain.workflow import Move
from pathways.journey import identity, ledger, programme, seating, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.journey.seating import Seat
from pathways.records.models import (
    Appointment,
    PanelAsk,
    PanelAttendance,
    PanelDecision,
    PanelItem,
    PanelMeeting,
    PanelMember,
    PanelSeries,
    Task,
)

#: How far ahead the dates of a series are planned.
AHEAD = timedelta(weeks=26)
ASK_TASK = "panel_ask"
#: the second word to an agency that has not answered, before the deadline
REMIND_TASK = "panel_ask_again"
MEETING_TASK = "panel_minutes"
_NOT_YOURS = decision.no("The panel’s meetings are not for your role.", ask="the coordinator")
_ROUTE = "panel:meeting"


# --- series -------------------------------------------------------------------------------------------


def start_series(
    *,
    name: str,
    place: str,
    rhythm: m.Rhythm,
    first_date: date,
    at_time: time,
    answer_days: int,
    attendees: Collection[str],
    by: Actor,
    at: datetime,
) -> Outcome:
    """Starts a series with its attendees (seats, see `seating.Seat.key`), and plans half a year of dates."""
    if by.role is not Role.COORDINATOR:
        return refusal(_NOT_YOURS)
    if first_date < clocks.local(at).date():
        return refusal(decision.no("The first meeting is in the past: give a day from today on."))
    invited = _with_the_hub(attendees, by, at)
    with transaction.atomic():
        series = PanelSeries(
            organisation_id=by.organisation_id,
            name=name.strip(),
            place=place.strip(),
            rhythm=rhythm.value,
            first_date=first_date,
            at_time=f"{at_time:%H:%M}",
            answer_days=answer_days,
            made_at=at,
            made_by_id=by.account_id,
        )
        series.save(force_insert=True)
        _write_members(series, invited, by, at)
        planned = _plan(series, until=first_date + AHEAD, by=by, at=at)
        ledger.kept_up(by=by, at=at, what="a series of panel meetings was started", route="panel:series")
        said = f"{len(planned)} meetings are planned, and each can be moved or cancelled."
        return done(series.id, next=(said, *_on_holidays(planned)))


def change_attendees(*, series_id: UUID, attendees: Collection[str], by: Actor, at: datetime) -> Outcome:
    """Who attends from now on: at every meeting of the series that is still to come."""
    with transaction.atomic():
        series = sight.one(PanelSeries, series_id, by, lock=True)
        if series is None:
            return refusal(sight.NOT_THERE)
        invited = _with_the_hub(attendees, by, at)
        _write_members(series, invited, by, at)
        to_come = (
            sight.visible(PanelMeeting, by)
            .filter(series_id=series.id)
            .exclude(status__in=[status.value for status in m.OVER])
        )
        for row in to_come.select_for_update(of=("self",)):
            _invite(row, [seat.key for seat in invited], by, at)
        ledger.kept_up(by=by, at=at, what="who attends the panel was changed", route="panel:attendees")
        return done(series.id)


def plan_more(*, series_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Plans the dates of the next half year that are not planned yet."""
    with transaction.atomic():
        series = sight.one(PanelSeries, series_id, by, lock=True)
        if series is None:
            return refusal(sight.NOT_THERE)
        planned = _plan(series, until=clocks.local(at).date() + AHEAD, by=by, at=at)
        ledger.kept_up(by=by, at=at, what="panel meetings were planned", route="panel:series_one")
        return done(series.id, next=(f"{len(planned)} more meetings are planned.", *_on_holidays(planned)))


def _on_holidays(days: Collection[date]) -> tuple[str, ...]:
    """The days among these on which nobody works, named: whoever plans moves or cancels them, or not."""
    named = [f"{day:%A} {day:%-d %B %Y} ({name})" for day, name in programme.holidays_among(days)]
    if not named:
        return ()
    return (
        f"On a bank holiday: {'; '.join(named)}. Move {'it' if len(named) == 1 else 'them'} to another day, "
        "or cancel.",
    )


def _plan(series: PanelSeries, *, until: date, by: Actor, at: datetime) -> list[date]:
    """The dates that have no meeting yet, also not one that was moved or cancelled: a day is planned once."""
    planned_already = sight.visible(PanelMeeting, by).filter(series_id=series.id)
    last = planned_already.order_by("-planned_date").first()
    seats = sorted(
        f"{row.account_id} {row.at_organisation_id}"
        for row in sight.visible(PanelMember, by).filter(series=series, until_at__isnull=True)
    )
    hour = time.fromisoformat(series.at_time)
    planned = []
    for day in m.dates(series.first_date, m.Rhythm(series.rhythm), until=until):
        if (last is not None and day <= last.planned_date) or day < clocks.local(at).date():
            continue
        start = m.starts_at(day, hour)
        PanelMeeting(
            organisation_id=series.organisation_id,
            series_id=series.id,
            name=series.name,
            place=series.place,
            planned_date=day,
            starts_at=start,
            answer_by=m.deadline(start, days=series.answer_days),
            seats=seats,
            changed_at=at,
        ).save(force_insert=True)
        planned.append(day)
    return planned


def _with_the_hub(attendees: Collection[str], by: Actor, at: datetime) -> tuple[Seat, ...]:
    """Whoever was chosen, with the coordinator who acts and everybody who chairs at this organisation."""
    chairs = Appointment.objects.filter(
        role=Role.PANEL_CHAIR.value, organisation_id=by.organisation_id, until_at__isnull=True
    ).values_list("account_id", flat=True)
    ours = {f"{account} {by.organisation_id}" for account in chairs} | {by.seat}
    return seating.people({*attendees, *ours}, at)


def _write_members(series: PanelSeries, invited: Sequence[Seat], by: Actor, at: datetime) -> None:
    live = {
        f"{row.account_id} {row.at_organisation_id}": row
        for row in sight.visible(PanelMember, by).filter(series=series, until_at__isnull=True)
    }
    wanted = {seat.key: seat for seat in invited}
    for key, row in live.items():
        if key not in wanted:
            row.until_at = at
            row.save(update_fields=["until_at"])
    for key, seat in wanted.items():
        if key not in live:
            PanelMember(
                organisation_id=series.organisation_id,
                series=series,
                account_id=seat.account_id,
                at_organisation_id=seat.organisation_id,
                role=seat.role.value,
                from_at=at,
            ).save(force_insert=True)


# --- one meeting --------------------------------------------------------------------------------------


def invite(*, meeting_id: UUID, attendees: Collection[str], by: Actor, at: datetime) -> Outcome:
    """Who is invited to this one meeting: a worker of hers for once, say, or somebody’s stand-in."""
    with transaction.atomic():
        row = sight.one(PanelMeeting, meeting_id, by, lock=True)
        if row is None or by.role is not Role.COORDINATOR:
            return refusal(sight.NOT_THERE)
        if m.Status(row.status) in m.OVER:
            return refusal(decision.no("This meeting is over: nobody can be invited any more."))
        _invite(row, [seat.key for seat in _with_the_hub(attendees, by, at)], by, at)
        ledger.kept_up(by=by, at=at, what="who is invited to the panel was changed", route="panel:invite")
        return done(row.id)


def _invite(row: PanelMeeting, keys: Sequence[str], by: Actor, at: datetime) -> None:
    row.seats, row.changed_at = sorted(keys), at
    row.save(update_fields=["seats", "changed_at"])
    seating.reseat_meeting(row.id, by=by, at=at)


def move(*, meeting_id: UUID, starts_at: datetime, place: str, by: Actor, at: datetime) -> Outcome:
    """Another day, hour or place for a meeting that has not begun; its deadline moves with it."""
    with transaction.atomic():
        row = sight.one(PanelMeeting, meeting_id, by, lock=True)
        if row is None or by.role is not Role.COORDINATOR:
            return refusal(sight.NOT_THERE)
        if m.Status(row.status) not in m.CAN_BE_MOVED:
            return refusal(decision.no("It has begun or is over: it cannot be moved any more."))
        if starts_at <= at:
            return refusal(decision.no("That is in the past: give a moment that is still to come."))
        between = row.starts_at - row.answer_by
        row.starts_at, row.answer_by = starts_at, starts_at - between
        row.place, row.changed_at = place.strip(), at
        row.save(update_fields=["starts_at", "answer_by", "place", "changed_at"])
        with identity.clerk(by):
            PanelAsk.objects.filter(meeting_id=row.id, answered_at__isnull=True).update(due_at=row.answer_by)
            Task.objects.filter(kind=ASK_TASK, object_id=row.id, done_at__isnull=True).update(
                due_at=row.answer_by
            )
        # the deadline that it named is another now: it comes again before the new one
        tasks.settle(REMIND_TASK, object_id=row.id, by=by, at=at)
        ledger.kept_up(by=by, at=at, what="a panel meeting was moved", route="panel:move")
        return done(row.id, next=_on_holidays([clocks.local(starts_at).date()]))


def cancel(*, meeting_id: UUID, words: str, by: Actor, at: datetime) -> Outcome:
    """Cancels a meeting with its reason. Whoever was on its agenda can be put on the next."""
    with transaction.atomic():
        row = sight.one(PanelMeeting, meeting_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        answer = m.WORKFLOW.may(
            m.Action.CANCEL,
            status=m.Status(row.status),
            role=by.role,
            facts=m.Facts(has_reason=bool(words.strip())),
        )
        if not answer:
            return refusal(answer)
        row.status, row.why_cancelled, row.changed_at = m.Status.CANCELLED.value, words.strip(), at
        row.save(update_fields=["status", "why_cancelled", "changed_at"])
        settle_asking(row.id, by=by, at=at)
        ledger.kept_up(by=by, at=at, what="a panel meeting was cancelled", route="panel:cancel")
        return done(row.id, next=("Everybody invited sees that it is cancelled, and why.",))


def advance(
    *, meeting_id: UUID, action: m.Action, is_early: bool = False, by: Actor, at: datetime
) -> Outcome:
    """Takes a meeting a step on: opens the agenda, closes the pack, begins, ends, agrees its minutes.

    `is_early` says that whoever begins it knows that its day is still to come.
    """
    with transaction.atomic():
        row = sight.one(PanelMeeting, meeting_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if action in (m.Action.CANCEL, m.Action.ASK):
            return refusal(decision.no("This step has a page of its own."))
        facts = replace(facts_of(row, by, at), is_begun_early=is_early)
        answer = m.WORKFLOW.may(action, status=m.Status(row.status), role=by.role, facts=facts)
        found = m.WORKFLOW.move(action, m.Status(row.status))
        if not answer or found is None:
            return refusal(answer)
        row.status, row.changed_at = found.target.value, at
        if action is m.Action.AGREE_MINUTES:
            row.agreed_at, row.agreed_by_id = at, by.account_id
        row.save(update_fields=["status", "changed_at", "agreed_at", "agreed_by_id"])
        if action is m.Action.CLOSE_PACK:
            settle_asking(row.id, by=by, at=at)
        if action in (m.Action.END, m.Action.HELD_ON_PAPER):
            _all_leave(row, by, at)
        if action is m.Action.AGREE_MINUTES:
            _tell_of_minutes(row, by, at)
        with identity.clerk(by):
            women = list(PanelItem.objects.filter(meeting_id=row.id).values_list("client_id", flat=True))
        ledger.kept_up(
            by=by, at=at, what=f"panel: {found.label.lower()}", route="panel:meeting", subjects=women
        )
        return done(row.id)


def settle_asking(meeting_id: UUID, *, by: Actor, at: datetime) -> None:
    """Nobody is asked or reminded any more: it is closed or cancelled."""
    for kind in (ASK_TASK, REMIND_TASK):
        tasks.settle(kind, object_id=meeting_id, by=by, at=at)


def _all_leave(row: PanelMeeting, by: Actor, at: datetime) -> None:
    with identity.clerk(by):
        for here in PanelAttendance.objects.filter(meeting=row, left_at__isnull=True):
            here.left_at = max(at, here.came_at)
            here.save(update_fields=["left_at"])


def _tell_of_minutes(row: PanelMeeting, by: Actor, at: datetime) -> None:
    for seat in seating.people(row.seats, at):
        tasks.set_task(
            MEETING_TASK,
            "The panel’s minutes are agreed: read what concerns your agency",
            organisation_id=seat.organisation_id,
            account_id=seat.account_id,
            route=_ROUTE,
            object_id=row.id,
            by=by,
            at=at,
        )


def facts_of(row: PanelMeeting, by: Actor, at: datetime) -> m.Facts:
    """What the gates look at, counted by the clerk: also women from whom whoever leads has stepped back."""
    with identity.clerk(by):
        standing = PanelItem.objects.filter(meeting_id=row.id, taken_off_at__isnull=True)
        items = set(standing.values_list("id", flat=True))
        decided = set(PanelDecision.objects.filter(meeting_id=row.id).values_list("item_id", flat=True))
        return m.Facts(
            women=len(items),
            unanswered=PanelAsk.objects.filter(meeting_id=row.id, answered_at__isnull=True).count(),
            is_deadline_past=at >= row.answer_by,
            has_attendance=PanelAttendance.objects.filter(meeting=row).exists(),
            undecided=len(items - decided),
            is_in_future=at < row.starts_at,
            planned_for=m.planned_for(row.starts_at, at=at),
        )


# --- reads --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Short:
    """A meeting in a list."""

    id: UUID
    name: str
    status: m.Status
    starts_at: datetime
    answer_by: datetime
    place: str
    women: int
    to_answer: int
    #: the bank holiday on which it falls
    holiday: str = ""


@dataclass(frozen=True, slots=True)
class Woman:
    """Somebody on the agenda, as far as whoever asks sits at the table for her."""

    id: UUID
    client_id: UUID
    number: int
    called: str
    source: str
    has_answered: bool | None
    answers: tuple[tuple[str, datetime | None], ...]
    decisions: int
    is_talked: bool


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting as somebody who is invited sees it."""

    id: UUID
    series_id: UUID
    name: str
    place: str
    status: m.Status
    starts_at: datetime
    answer_by: datetime
    why_cancelled: str
    attendees: tuple[Seat, ...]
    women: tuple[Woman, ...]
    #: how many stand on the agenda from whom whoever leads the panel has stepped back, or is kept
    hidden: int
    moves: tuple[Move[m.Status, m.Action, Role], ...]
    waits: tuple[tuple[str, Decision], ...]
    leads: bool
    #: its day in words, where that is still to come; and the bank holiday on which it falls
    planned_for: str = ""
    holiday: str = ""


def listed(*, by: Actor, at: datetime, past: bool = False, most: int = 100) -> list[Short]:
    """The meetings to which this person is invited, or that her organisation coordinates."""
    over = [status.value for status in m.OVER]
    rows = sight.visible(PanelMeeting, by)
    if past:
        rows = rows.filter(status__in=over).order_by("-starts_at")
    else:
        rows = rows.exclude(status__in=over).order_by("starts_at")
    found = list(rows[:most])
    holidays = dict(programme.holidays_among({clocks.local(row.starts_at).date() for row in found}))
    return [_short(row, by, holidays.get(clocks.local(row.starts_at).date(), "")) for row in found]


def _short(row: PanelMeeting, by: Actor, holiday: str) -> Short:
    items = sight.visible(PanelItem, by).filter(meeting_id=row.id)
    unanswered = sight.visible(PanelAsk, by).filter(
        meeting_id=row.id, asked_organisation_id=by.organisation_id, answered_at__isnull=True
    )
    return Short(
        row.id,
        row.name,
        m.Status(row.status),
        row.starts_at,
        row.answer_by,
        row.place,
        items.count(),
        unanswered.count(),
        holiday,
    )


def series_listed(*, by: Actor) -> list[PanelSeries]:
    """The series of this organisation, for whoever leads the panel."""
    return list(sight.visible(PanelSeries, by).filter(ended_at__isnull=True).order_by("name"))


def series_one(*, series_id: UUID, by: Actor, at: datetime) -> tuple[PanelSeries, tuple[Seat, ...]] | None:
    series = sight.one(PanelSeries, series_id, by)
    if series is None:
        return None
    members = sight.visible(PanelMember, by).filter(series=series, until_at__isnull=True)
    keys = [f"{row.account_id} {row.at_organisation_id}" for row in members]
    return series, seating.people(keys, at)


def could_attend(*, by: Actor, at: datetime) -> tuple[Seat, ...]:
    """Everybody who can be invited, for the coordinator’s form."""
    return seating.everybody(at) if by.role is Role.COORDINATOR else ()


def one(*, meeting_id: UUID, by: Actor, at: datetime, route: str = _ROUTE) -> Meeting | None:
    """One meeting with the women on its agenda for whom this person sits at the table."""
    row = sight.one(PanelMeeting, meeting_id, by)
    if row is None:
        return None
    attendees = seating.people(row.seats, at)
    items = list(sight.visible(PanelItem, by).filter(meeting_id=row.id).order_by("number"))
    places = {seat.organisation_id: seat.organisation for seat in attendees}
    asks: dict[UUID, list[PanelAsk]] = {}
    for ask in sight.visible(PanelAsk, by).filter(meeting_id=row.id):
        asks.setdefault(ask.item_id, []).append(ask)
    decided = list(
        sight.visible(PanelDecision, by).filter(meeting_id=row.id).values_list("item_id", flat=True)
    )
    leads = by.organisation_id == row.organisation_id and any(
        seat.key == by.seat and seat.side is Side.HUB for seat in attendees
    )
    women = tuple(
        Woman(
            item.id,
            item.client_id,
            item.number,
            item.called,
            m.Source(item.source).label if sight.may_read("source", item, by) else "",
            next(
                (
                    ask.answered_at is not None
                    for ask in asks.get(item.id, ())
                    if ask.asked_organisation_id == by.organisation_id
                ),
                None,
            ),
            tuple(
                sorted(
                    (places.get(ask.asked_organisation_id, "an agency"), ask.answered_at)
                    for ask in asks.get(item.id, ())
                )
            )
            if leads
            else (),
            decided.count(item.id),
            item.talked_at is not None,
        )
        for item in items
    )
    if items:
        ledger.read(
            by=by,
            at=at,
            resource=Resource.PANEL_ITEM,
            subjects=[item.client_id for item in items],
            route=route,
        )
    facts = facts_of(row, by, at)
    status = m.Status(row.status)
    if status is not m.Status.CANCELLED:
        # a reason, and that it is before its day, are asked for on pages of their own
        facts = replace(facts, has_reason=True, is_begun_early=True)
    moves = m.WORKFLOW.open_to(status=status, role=by.role, facts=facts) if leads else ()
    waits = (
        tuple(
            (each.label, answer)
            for each in m.WORKFLOW.moves
            if status in each.sources
            and by.role in each.actors
            and not (answer := m.WORKFLOW.may(each.action, status=status, role=by.role, facts=facts))
        )
        if leads
        else ()
    )
    return Meeting(
        row.id,
        row.series_id,
        row.name,
        row.place,
        status,
        row.starts_at,
        row.answer_by,
        row.why_cancelled,
        attendees,
        women,
        facts.women - len(items) if leads else 0,
        moves,
        waits,
        leads,
        facts.planned_for,
        next((name for _, name in programme.holidays_among([clocks.local(row.starts_at).date()])), ""),
    )
