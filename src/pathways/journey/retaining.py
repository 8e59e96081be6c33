"""How long records have been kept, and which are due to be looked at. Nothing here erases anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from pathways.domain.governance import erasure, hold, retention
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import referral_in
from pathways.domain.support import episode
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.journey import identity, ledger, programme
from pathways.journey.emptying import Subject
from pathways.records.models import (
    Client,
    Episode,
    Erasure,
    Involvement,
    LegalHold,
    ParticipationAgreement,
    ReferralIn,
)

#: How the open door ended without her being taken on.
_NOT_TAKEN_ON = [
    referral_in.Status.REJECTED.value,
    referral_in.Status.NOT_THIS_PROGRAMME.value,
    referral_in.Status.WITHDRAWN.value,
    referral_in.Status.DUPLICATE.value,
]


@dataclass(frozen=True, slots=True)
class Due:
    """A record that has been kept for its period: what kind it is, since when, and what stands in the way."""

    subject: Subject
    reference: str
    kind: retention.Kind
    ended_on: date
    due_on: date
    is_held: bool
    erasure_id: UUID | None


@dataclass(frozen=True, slots=True)
class Listed:
    lines: tuple[Due, ...]
    total: int


def standing(subject: Subject, *, by: Actor) -> retention.Facts | None:
    """Of what kind her record is and when the work ended; None while it goes on."""
    with identity.clerk(by):
        if subject.client_id is None:
            row = ReferralIn.objects.filter(id=subject.id, status__in=_NOT_TAKEN_ON).first()
            if row is None:
                return None
            ended = clocks.local(row.screened_at or row.flagged_at).date()
            return retention.Facts(retention.Kind.NOT_TAKEN_ON, ended)
        found = _ended(Q(client_id=subject.client_id))
    return found.get(subject.client_id)


def _ended(which: Q) -> dict[UUID, retention.Facts]:
    """Women of whom every episode has ended, with the last day of it. Read as the clerk."""
    running = Episode.objects.exclude(status=episode.Status.CLOSED.value).values("client_id")
    rows = (
        Episode.objects.filter(which)
        .exclude(client_id__in=running)
        .order_by()
        .values_list("client_id")
        .annotate(last=Max("closed_at"))
    )
    last: dict[UUID, datetime] = dict(rows)
    took_part = set(
        ParticipationAgreement.objects.filter(client_id__in=last).values_list("client_id", flat=True)
    )
    kinds = {True: retention.Kind.SUPPORTED, False: retention.Kind.NEVER_TOOK_PART}
    return {
        client: retention.Facts(kinds[client in took_part], clocks.local(moment).date())
        for client, moment in last.items()
    }


def is_over(facts: retention.Facts | None, *, today: date) -> bool:
    """Whether the programme's period for such a record has passed."""
    return facts is not None and retention.is_due(
        facts, programme.retention_months(facts.kind), today=today
    )


def due(*, by: Actor, at: datetime, offset: int = 0, limit: int = 25) -> Listed:
    """The records of the asker's organisation that have been kept for their period, the longest first.

    For the governance lead alone: they are looked up as the clerk, whom no wall of the database stops.
    """
    if by.role is not Role.GOVERNANCE_LEAD:
        return Listed((), 0)
    today = clocks.local(at).date()
    months = {kind: programme.retention_months(kind) for kind in retention.Kind}
    with identity.clerk(by):
        ours = Involvement.objects.filter(organisation_id=by.organisation_id).values("client_id")
        standing_now = {
            Subject(by.organisation_id, client_id=client): facts
            for client, facts in _ended(Q(client_id__in=ours)).items()
        }
        for row in ReferralIn.objects.filter(
            organisation_id=by.organisation_id, client_id__isnull=True, status__in=_NOT_TAKEN_ON
        ).only("id", "screened_at", "flagged_at", "organisation_id"):
            ended = clocks.local(row.screened_at or row.flagged_at).date()
            standing_now[Subject(by.organisation_id, referral_in_id=row.id)] = retention.Facts(
                retention.Kind.NOT_TAKEN_ON, ended
            )
        requests = Erasure.objects.filter(organisation_id=by.organisation_id).exclude(
            status=erasure.Status.REFUSED.value
        )
        asked = {(r.client_id, r.referral_in_id): r for r in requests}
        holds = set(
            LegalHold.objects.filter(
                organisation_id=by.organisation_id, status=hold.Status.IN_FORCE.value
            ).values_list("client_id", "referral_in_id")
        )
    over = []
    for subject, facts in standing_now.items():
        request = asked.get((subject.client_id, subject.referral_in_id))
        is_erased = request is not None and request.status == erasure.Status.ERASED.value
        if not is_erased and retention.is_due(facts, months[facts.kind], today=today):
            day = retention.due_on(facts, months[facts.kind])
            over.append((day, str(subject.id), subject, facts, request))
    over.sort(key=lambda one: one[:2])
    lines = tuple(
        Due(
            subject=subject,
            reference=reference_of(subject, by=by),
            kind=facts.kind,
            ended_on=facts.ended_on,
            due_on=day,
            is_held=(subject.client_id, subject.referral_in_id) in holds,
            erasure_id=request.id if request else None,
        )
        for day, _, subject, facts, request in over[offset : offset + limit]
    )
    ledger.read(
        by=by,
        at=at,
        resource=Resource.ERASURE,
        subjects=[one.subject.id for one in lines],
        route="governance:retention",
    )
    return Listed(lines, len(over))


def reference_of(subject: Subject, *, by: Actor) -> str:
    """The reference by which a woman is spoken of, never her name."""
    with identity.clerk(by):
        if subject.client_id is not None:
            return _reference(Client.objects.filter(id=subject.client_id))
        return _reference(ReferralIn.objects.filter(id=subject.id))


def read_reference(subject: Subject, *, by: Actor, at: datetime, route: str) -> str:
    """Her reference for a page that says it: she was read, in one access event."""
    found = reference_of(subject, by=by)
    if found:
        resource = Resource.CLIENT if subject.client_id is not None else Resource.REFERRAL_IN
        ledger.read(by=by, at=at, resource=resource, subjects=[subject.id], route=route)
    return found


def _reference(rows: QuerySet[Any]) -> str:
    return rows.values_list("reference", flat=True).first() or ""
