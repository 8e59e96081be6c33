"""Where she is safe: an address that nobody outside her own support reads, neither coordinator nor police."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action as Do
from pathways.domain.governance.policy import Resource
from pathways.journey import her, identity, ledger, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Client, SafePlace


def keep(*, client_id: UUID, address: str, note: str, by: Actor, at: datetime) -> Outcome:
    """Writes it down, for this worker's organisation alone."""
    with transaction.atomic():
        if sight.one(Client, client_id, by) is None:
            return refusal(sight.NOT_THERE)
        if not address.strip():
            return refusal(decision.no("Enter the address."))
        row = _of(client_id, by)
        if row is None:
            row = SafePlace(client_id=client_id, organisation_id=by.organisation_id)
        row.address, row.note = address.strip(), note.strip()
        row.changed_at, row.changed_by_id = at, by.account_id
        if not (answer := sight.may(by, Do.CREATE, row)):
            return refusal(answer)
        row.save()
        ledger.altered(by=by, at=at, resource=Resource.SAFE_PLACE, subjects=[client_id])
        return done(row.id, next=("Only her own workers at your organisation can read it.",))


@dataclass(frozen=True, slots=True)
class Page:
    person: her.Banner
    address: str
    note: str
    changed_at: datetime | None
    changed_by: str


def page(*, client_id: UUID, by: Actor, at: datetime) -> Page | None:
    person = her.banner(client_id=client_id, by=by, at=at)
    if person is None:
        return None
    row = _of(client_id, by)
    ledger.read(by=by, at=at, resource=Resource.SAFE_PLACE, subjects=[client_id], route="reach:place")
    return Page(
        person,
        row.address if row else "",
        row.note if row else "",
        row.changed_at if row else None,
        identity.account_named(row.changed_by_id) if row else "",
    )


def _of(client_id: UUID, by: Actor) -> SafePlace | None:
    return (
        sight.visible(SafePlace, by).filter(client_id=client_id, organisation_id=by.organisation_id).first()
    )
