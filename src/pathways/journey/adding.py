"""Each agency adds what it knows for the panel, field by field, and says which agencies may be shown it.

“Nothing held” is an answer. Of an answer others see that it was given, and what was shown to them: whoever is
shown nothing cannot tell an agency that holds nothing from one that holds something not meant for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import panel_rules
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.panel_rules import PanelField, Side
from pathways.domain.governance.policy import Resource
from pathways.domain.terms.events import EventKind
from pathways.domain.triage import meeting as m
from pathways.journey import agenda, identity, ledger, meetings, seating, sight, under_agreement
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Identity,
    PanelAnswer,
    PanelAsk,
    PanelConflict,
    PanelFact,
    PanelItem,
    PanelMeeting,
    Task,
)


@dataclass(frozen=True, slots=True)
class Added:
    """One field as an agency adds it: the words, and the agencies that may be shown them."""

    words: str
    shown_to: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Choice:
    """One field that this agency can add, and the agencies to which it may go."""

    field: PanelField
    receivers: tuple[tuple[UUID, str], ...]
    words: str
    shown_to: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an agency is asked about one woman, as somebody of it sees it."""

    item_id: UUID
    meeting_id: UUID
    client_id: UUID
    number: int
    called: str
    due_at: datetime
    may: Decision
    is_nothing_held: bool
    answered_at: datetime | None
    choices: tuple[Choice, ...]
    side: Side


def add(
    *,
    item_id: UUID,
    added: Mapping[PanelField, Added],
    is_nothing_held: bool,
    by: Actor,
    at: datetime,
) -> Outcome:
    """An agency answers for one woman: what it adds, or that it holds nothing.

    What is left out of `added` and was there before is emptied. Each agency that is shown something new is
    told it by a Disclosure, under the sharing agreement between the two.
    """
    with transaction.atomic():
        asked = _asked(item_id, by, at, lock=True)
        if asked is None:
            return refusal(sight.NOT_THERE)
        if not asked.may:
            return refusal(asked.may)
        if not (answer := _may_add(asked, added, is_nothing_held)):
            return refusal(answer)
        item = sight.one(PanelItem, item_id, by)
        assert item is not None  # _asked has just found it
        told = _write(item, asked, added, by, at)
        _answer(item, is_nothing_held, by, at)
        for receiver, fields in sorted(told.items()):
            agenda.disclose(
                client_id=item.client_id,
                giver=by.organisation_id,
                receiver=receiver,
                fields=fields,
                by=by,
                at=at,
            )
        seating.reseat(item, by=by, at=at)
        _settle(item, by, at)
        return done(
            item.id,
            meeting_id=item.meeting_id,
            next=("Others see that your agency has answered, and only what you showed them.",),
        )


def _may_add(asked: Asked, added: Mapping[PanelField, Added], is_nothing_held: bool) -> Decision:
    if is_nothing_held and added:
        return decision.no("Say that nothing is held, or add something: not both.")
    if not is_nothing_held and not added:
        return decision.no("Add something, or say that nothing is held.")
    allowed = {choice.field: {key for key, _ in choice.receivers} for choice in asked.choices}
    for field, given in added.items():
        if field not in allowed:
            return decision.no(f"Your agency does not add this here: {field.label.lower()}.")
        if not given.words.strip():
            return decision.no(f"Write something, or leave it out: {field.label.lower()}.")
        if given.shown_to - allowed[field]:
            return decision.no(
                f"{field.label}: this may not be shown to an agency that you chose.", ask="the coordinator"
            )
    return decision.yes()


def _write(
    item: PanelItem, asked: Asked, added: Mapping[PanelField, Added], by: Actor, at: datetime
) -> dict[UUID, set[str]]:
    """The rows, and who is told what that they were not told before."""
    told: dict[UUID, set[str]] = {}
    with identity.clerk(by):
        had = {
            row.field: row
            for row in PanelFact.objects.filter(item=item, from_organisation_id=by.organisation_id)
            if row.giver == asked.side.value
        }
        for code, row in had.items():
            if code and PanelField(code) not in added:
                row.words, row.shown_to, row.seats = "", [], []
                row.save(update_fields=["words", "shown_to", "seats"])
        for field, given in added.items():
            row = had.get(field.value) or PanelFact(
                client_id=item.client_id,
                organisation_id=item.organisation_id,
                item=item,
                from_organisation_id=by.organisation_id,
                giver=asked.side.value,
                field=field.value,
                added_at=at,
                added_by_id=by.account_id,
            )
            is_new = row.words != given.words.strip()
            before = set() if is_new else set(row.shown_to)
            for receiver in given.shown_to - before - {by.organisation_id}:
                told.setdefault(receiver, set()).add(field.value)
            row.words, row.shown_to = given.words.strip(), sorted(given.shown_to)
            row.added_at, row.added_by_id = at, by.account_id
            row.save()
    ledger.altered(
        by=by, at=at, resource=Resource.PANEL_FACT, subjects=[item.client_id], reason="added for the panel"
    )
    return told


def _answer(item: PanelItem, is_nothing_held: bool, by: Actor, at: datetime) -> None:
    with identity.clerk(by):
        row = PanelAnswer.objects.filter(item=item, from_organisation_id=by.organisation_id).first()
        if row is None:
            row = PanelAnswer(
                client_id=item.client_id,
                organisation_id=item.organisation_id,
                item=item,
                from_organisation_id=by.organisation_id,
            )
        row.is_nothing_held, row.answered_at, row.answered_by_id = is_nothing_held, at, by.account_id
        row.save()
        ask = PanelAsk.objects.filter(item=item, asked_organisation_id=by.organisation_id).first()
        if ask is None or ask.answered_at is not None:
            return
        ask.answered_at = at
        ask.save(update_fields=["answered_at"])
    agenda.event(
        EventKind.PANEL_ANSWERED,
        item.client_id,
        by,
        at,
        {"meeting": str(item.meeting_id), "days": (at - ask.asked_at).days},
    )


def _settle(item: PanelItem, by: Actor, at: datetime) -> None:
    """The agency’s tasks of this meeting are done once it has answered for every woman."""
    with identity.clerk(by):
        if PanelAsk.objects.filter(
            meeting_id=item.meeting_id,
            asked_organisation_id=by.organisation_id,
            answered_at__isnull=True,
        ).exists():
            return
        Task.objects.filter(
            kind__in=(meetings.ASK_TASK, meetings.REMIND_TASK),
            object_id=item.meeting_id,
            organisation_id=by.organisation_id,
            done_at__isnull=True,
        ).update(done_at=at, done_by_id=by.account_id)


# --- stepping back ------------------------------------------------------------------------------------


def step_back(*, item_id: UUID, words: str, by: Actor, at: datetime, seat: str = "") -> Outcome:
    """A conflict of interest: from now on she is nowhere in this meeting for whoever declares it.

    `seat` is another person’s, where the coordinator writes down what that person has told her. Nobody but
    the coordinator learns who stepped back.
    """
    with transaction.atomic():
        item = sight.one(PanelItem, item_id, by)
        if item is None:
            return refusal(sight.NOT_THERE)
        whose = seat or by.seat
        found = next((each for each in seating.people(item.seats, at) if each.key == whose), None)
        if found is None:
            return refusal(decision.no("This person does not sit at the table for her."))
        is_for_another = whose != by.seat
        if is_for_another and not (
            by.organisation_id == item.organisation_id and any(
                each.key == by.seat and each.side is Side.HUB for each in seating.people([by.seat], at)
            )
        ):
            return refusal(decision.no("Everybody declares this for themselves.", ask="the coordinator"))
        if not words.strip():
            return refusal(decision.no("Say in a few words how you know her."))
        with identity.clerk(by):
            PanelConflict(
                client_id=item.client_id,
                organisation_id=item.organisation_id,
                item=item,
                account_id=found.account_id,
                at_organisation_id=found.organisation_id,
                words=words.strip(),
                declared_at=at,
                declared_by_id=by.account_id,
            ).save(force_insert=True)
        seating.reseat(item, by=by, at=at)
        ledger.altered(
            by=by, at=at, resource=Resource.PANEL_CONFLICT, subjects=[item.client_id], reason="stepped back"
        )
        return done(
            item.meeting_id,
            next=("She is not shown to you in this meeting any more. Step out while she is talked about.",),
        )


@dataclass(frozen=True, slots=True)
class SteppedBack:
    """Who has a conflict of interest, for the coordinator."""

    who: str
    words: str
    at: datetime


def stepped_back(*, item_id: UUID, by: Actor, at: datetime) -> tuple[SteppedBack, ...]:
    rows = list(sight.visible(PanelConflict, by).filter(item_id=item_id))
    names = identity.names_of({row.account_id for row in rows if row.account_id})
    return tuple(
        SteppedBack(names.get(row.account_id, "somebody") if row.account_id else "somebody", row.words,
                    row.declared_at)
        for row in rows
    )  # fmt: skip


# --- reads --------------------------------------------------------------------------------------------


def asked(*, item_id: UUID, by: Actor, at: datetime) -> Asked | None:
    """The form’s matter: what this agency is asked about one woman, and what it has added so far."""
    found = _asked(item_id, by, at)
    if found is not None:
        ledger.read(
            by=by, at=at, resource=Resource.PANEL_ITEM, subjects=[found.client_id], route="panel:add"
        )
    return found


def _asked(item_id: UUID, by: Actor, at: datetime, *, lock: bool = False) -> Asked | None:
    item = sight.one(PanelItem, item_id, by)
    if item is None:
        return None
    rows = sight.visible(PanelAsk, by).filter(item_id=item.id, asked_organisation_id=by.organisation_id)
    if lock:
        rows = rows.select_for_update(of=("self",))
    ask = rows.first()
    where = sight.one(PanelMeeting, item.meeting_id, by)
    if ask is None or where is None:
        return None
    seated = seating.people(item.seats, at)
    side = panel_rules.side_of(by.role, by.sector)
    own = {
        row.field: row
        for row in sight.visible(PanelFact, by).filter(
            item_id=item.id, from_organisation_id=by.organisation_id
        )
        if row.giver == side.value
    }
    answer = sight.visible(PanelAnswer, by).filter(item_id=item.id).first()
    open_now = m.Status(where.status) in m.TAKES_ANSWERS
    return Asked(
        item.id,
        item.meeting_id,
        item.client_id,
        item.number,
        item.called,
        ask.due_at,
        decision.yes() if open_now else decision.no("The pack is closed: nothing can be added any more."),
        answer is not None and answer.is_nothing_held,
        ask.answered_at,
        tuple(
            Choice(
                field,
                _receivers(field, side, seated, by, at),
                own[field.value].words if field.value in own else "",
                frozenset(own[field.value].shown_to) if field.value in own else frozenset(),
            )
            for field in panel_rules.fields_of(side)
        ),
        side,
    )


def _receivers(
    field: PanelField, giver: Side, seated: tuple[seating.Seat, ...], by: Actor, at: datetime
) -> tuple[tuple[UUID, str], ...]:
    """The agencies at the table for her to which this field may go, under an agreement that is in force."""
    reached = under_agreement.reached(by.organisation_id, at)
    found: dict[UUID, str] = {}
    for seat in seated:
        own_side = seat.organisation_id == by.organisation_id and seat.side is giver
        if not own_side and seat.organisation_id in reached and panel_rules.may_reach(
            field, giver=giver, receiver=seat.side
        ):
            found[seat.organisation_id] = seat.organisation
    return tuple(sorted(found.items(), key=lambda pair: pair[1]))


def who_she_is(*, client_id: UUID, by: Actor) -> str:
    """Her full name and date of birth, to begin the coordinator’s field with."""
    row = sight.visible(Identity, by).filter(client_id=client_id).first()
    if row is None:
        return ""
    born = f", born {row.date_of_birth:%-d %B %Y}" if row.date_of_birth else ""
    return f"{row.given_names} {row.surname}{born}".strip()
