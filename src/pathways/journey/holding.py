"""Legal holds: while one stands, nothing of her record at one organisation is erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.governance import hold
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action as Do
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import clocks
from pathways.journey import emptying, erasing, identity, ledger, retaining, sight
from pathways.journey.emptying import Subject
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import LegalHold


def put(
    *, subject: Subject, kind: hold.Kind, reason: str, review_on: date, by: Actor, at: datetime
) -> Outcome:
    """Puts a hold on her record at the actor's organisation."""
    with transaction.atomic():
        if subject.organisation_id != by.organisation_id or not erasing.is_ours(subject, by=by):
            return refusal(sight.NOT_THERE)
        if not reason.strip():
            return refusal(decision.no("Say why the record must be kept."))
        if review_on <= clocks.local(at).date():
            return refusal(decision.no("The day on which the hold is looked at again must be in the future."))
        row = LegalHold(
            organisation_id=subject.organisation_id,
            client_id=subject.client_id,
            referral_in_id=subject.referral_in_id,
            kind=kind.value,
            reason=reason.strip(),
            set_at=at,
            set_by_id=by.account_id,
            review_on=review_on,
        )
        if not (answer := sight.may(by, Do.CREATE, row)):
            return refusal(answer)
        if erasing.is_erased(subject, by=by):
            return refusal(decision.no("This has been erased already: there is nothing to hold."))
        row.save(force_insert=True)
        ledger.altered(
            by=by, at=at, resource=Resource.LEGAL_HOLD, subjects=[subject.id], reason="A hold was put on"
        )
        return done(row.id, next=("Nothing of her record here is erased until the hold is lifted.",))


def lift(*, hold_id: UUID, why: str, by: Actor, at: datetime) -> Outcome:
    """Lifts a hold. Erasing that waited for it goes on where it stood."""
    with transaction.atomic():
        row = sight.one(LegalHold, hold_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        answer = hold.WORKFLOW.may(hold.Action.LIFT, status=hold.Status(row.status), role=by.role)
        if not answer:
            return refusal(answer)
        if not why.strip():
            return refusal(decision.no("Say why the hold is lifted."))
        row.status, row.why_lifted = hold.Status.LIFTED.value, why.strip()
        row.lifted_at, row.lifted_by_id = at, by.account_id
        row.save(update_fields=["status", "why_lifted", "lifted_at", "lifted_by_id"])
        ledger.altered(
            by=by,
            at=at,
            resource=Resource.LEGAL_HOLD,
            subjects=[emptying.of(row).id],
            reason="A hold was lifted",
        )
        return done(row.id)


@dataclass(frozen=True, slots=True)
class Line:
    """One hold, with its reason, which is the organisation's own and not a note about her."""

    id: UUID
    reference: str
    kind: hold.Kind
    status: hold.Status
    reason: str
    set_at: datetime
    set_by: str
    review_on: date
    is_to_review: bool
    lifted_at: datetime | None
    why_lifted: str


@dataclass(frozen=True, slots=True)
class Listed:
    lines: tuple[Line, ...]
    total: int


def listed(*, by: Actor, at: datetime, offset: int = 0, limit: int = 25) -> Listed:
    """The holds of the asker's organisation: those that stand first, by the day they are looked at again."""
    rows = sight.visible(LegalHold, by).order_by("status", "review_on", "id")
    total = rows.count()
    shown = list(rows[offset : offset + limit])
    lines = tuple(_line(row, by, at) for row in shown)
    subjects = dict.fromkeys(emptying.of(row).id for row in shown)
    ledger.read(by=by, at=at, resource=Resource.LEGAL_HOLD, subjects=subjects, route="governance:holds")
    return Listed(lines, total)


def one(*, hold_id: UUID, by: Actor, at: datetime) -> Line | None:
    """One hold, or None when for this person it is not there."""
    row = sight.one(LegalHold, hold_id, by)
    if row is None:
        return None
    ledger.read(
        by=by,
        at=at,
        resource=Resource.LEGAL_HOLD,
        subjects=[emptying.of(row).id],
        route="governance:hold",
    )
    return _line(row, by, at)


def _line(row: LegalHold, by: Actor, at: datetime) -> Line:
    status = hold.Status(row.status)
    return Line(
        row.id,
        retaining.reference_of(emptying.of(row), by=by),
        hold.Kind(row.kind),
        status,
        row.reason,
        row.set_at,
        identity.account_named(row.set_by_id),
        row.review_on,
        status is hold.Status.IN_FORCE and row.review_on <= clocks.local(at).date(),
        row.lifted_at,
        row.why_lifted,
    )
