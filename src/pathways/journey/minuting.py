"""On paper: packs and minutes for one attendee each, numbered, and logged back in or noted as lost.

A copy holds what the person who prints it may see by both walls, and no more. Whoever is kept from a woman
finds neither her nor a gap where she would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.triage import meeting as m
from pathways.journey import identity, in_session, ledger, seating, sight
from pathways.journey.in_session import Screen
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import PanelAttendance, PanelCopy, PanelItem, PanelMeeting

#: from when each kind of paper can be printed
_FROM = {
    m.CopyKind.PACK: frozenset({m.Status.PACK_CLOSED, m.Status.IN_SESSION, m.Status.HELD}),
    m.CopyKind.MINUTES: frozenset({m.Status.MINUTES_AGREED}),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """What one copy holds: its number, for whom it is, who was there, and each woman’s page."""

    copy_id: UUID
    kind: m.CopyKind
    number: int
    name: str
    organisation: str
    meeting: str
    place: str
    starts_at: datetime
    printed_at: datetime
    present: tuple[str, ...]
    agreed_at: datetime | None
    women: tuple[Screen, ...]


def may_print(status: m.Status, kind: m.CopyKind) -> decision.Decision:
    if status in _FROM[kind]:
        return decision.yes()
    return decision.no(
        "The pack is printed once it is closed, until the minutes are agreed."
        if kind is m.CopyKind.PACK
        else "The minutes are given out once the chair has agreed them."
    )


def print_copy(
    *, meeting_id: UUID, kind: m.CopyKind, by: Actor, at: datetime
) -> tuple[Outcome, Paper | None]:
    """One numbered copy for whoever prints it. Each is a disclosure to their agency, and is logged as one."""
    with transaction.atomic():
        row = sight.one(PanelMeeting, meeting_id, by)
        if row is None or by.seat not in row.seats:
            return refusal(sight.NOT_THERE), None
        if not (answer := may_print(m.Status(row.status), kind)):
            return refusal(answer), None
        with identity.clerk(by):  # numbers are the meeting's: counted by one at a time
            PanelMeeting.objects.select_for_update().get(pk=row.pk)
            last = PanelCopy.objects.filter(meeting_id=row.id).aggregate(last=Max("number"))["last"] or 0
        copy = PanelCopy(
            organisation_id=row.organisation_id,
            meeting=row,
            kind=kind.value,
            number=last + 1,
            account_id=by.account_id,
            at_organisation_id=by.organisation_id,
            printed_at=at,
        )
        copy.save(force_insert=True)
        women = _women(row, by, at)
        subjects = [each.client_id for each in women]
        ledger.read(by=by, at=at, resource=Resource.PANEL_ITEM, subjects=subjects, route="panel:print")
        ledger.disclosed(
            by=by,
            at=at,
            resource=Resource.PANEL_COPY,
            subjects=subjects,
            recipient_id=by.organisation_id,
            reason=f"{kind.label}, copy {copy.number}",
        )
        paper = Paper(
            copy.id,
            kind,
            copy.number,
            by.name,
            by.organisation_name,
            row.name,
            row.place,
            row.starts_at,
            at,
            _present(row, by, at),
            row.agreed_at,
            women,
        )
        return done(copy.id), paper


def _women(row: PanelMeeting, by: Actor, at: datetime) -> tuple[Screen, ...]:
    items = sight.visible(PanelItem, by).filter(meeting_id=row.id).order_by("number")
    return tuple(in_session.page_for(item, row, by, at) for item in items)


def _present(row: PanelMeeting, by: Actor, at: datetime) -> tuple[str, ...]:
    """Who was there: no secret of a woman’s, and part of every agency’s minutes."""
    with identity.clerk(by):
        rows = PanelAttendance.objects.filter(meeting=row)
        keys = {f"{one.account_id} {one.at_organisation_id}" for one in rows}
    return tuple(seat.words for seat in seating.people(keys, at))


def settle_copy(
    *, copy_id: UUID, action: m.CopyAction, words: str, by: Actor, at: datetime
) -> Outcome:
    """Logs a copy back in, or notes that it is lost. A copy that turns up again can still be logged back."""
    with transaction.atomic():
        row = sight.one(PanelCopy, copy_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        status = m.CopyStatus(row.status)
        answer = m.COPY_WORKFLOW.may(
            action, status=status, role=by.role, facts=m.RequestFacts(has_reason=bool(words.strip()))
        )
        found = m.COPY_WORKFLOW.move(action, status)
        if not answer or found is None:
            return refusal(answer)
        row.status, row.settled_at, row.settled_by_id = found.target.value, at, by.account_id
        row.note = words.strip() or row.note
        row.save(update_fields=["status", "settled_at", "settled_by_id", "note"])
        ledger.kept_up(
            by=by,
            at=at,
            what=f"copy {row.number} of the panel’s {row.get_kind_display().lower()}: {found.label.lower()}",
            route="panel:copies",
        )
        return done(row.id, meeting_id=row.meeting_id)


@dataclass(frozen=True, slots=True)
class Copy:
    """One numbered copy in the list."""

    id: UUID
    number: int
    kind: str
    who: str
    printed_at: datetime
    status: m.CopyStatus
    settled_at: datetime | None
    note: str
    may_settle: bool


def copies(*, meeting_id: UUID, by: Actor, at: datetime) -> list[Copy] | None:
    """The copies of one meeting: all for whoever leads the panel, for everybody else their own."""
    row = sight.one(PanelMeeting, meeting_id, by)
    if row is None:
        return None
    rows = list(sight.visible(PanelCopy, by).filter(meeting=row).order_by("number"))
    names = identity.names_of({one.account_id for one in rows})
    return [
        Copy(
            one.id,
            one.number,
            m.CopyKind(one.kind).label,
            names.get(one.account_id, "somebody"),
            one.printed_at,
            m.CopyStatus(one.status),
            one.settled_at,
            one.note,
            one.status != m.CopyStatus.BACK.value and by.organisation_id == row.organisation_id,
        )
        for one in rows
    ]
