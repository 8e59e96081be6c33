"""Emergency accesses that run: shut, and told to the journey stream. For emergency and for barring."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from pathways.domain.governance.actors import Actor
from pathways.domain.governance.emergency import Status
from pathways.domain.terms.events import EventKind
from pathways.journey import identity, ledger
from pathways.records.models import Bar, EmergencyAccess, Episode


def shut(row: EmergencyAccess, *, by: Actor, at: datetime) -> None:
    """Marks it as ended; row security shuts with it."""
    with identity.clerk(by):
        row.status, row.ended_at, row.ended_by_id = Status.ENDED.value, at, by.account_id
        row.save(update_fields=["status", "ended_at", "ended_by_id"])
    tell(EventKind.EMERGENCY_ENDED, row, by=by, at=at)


def shut_for(bar: Bar, *, by: Actor, at: datetime) -> None:
    """Shuts what those who are kept out from now on have open of her."""
    with identity.clerk(by):
        rows = list(
            EmergencyAccess.objects.select_for_update()
            .filter(client_id=bar.client_id, status=Status.OPEN.value)
            .filter(Q(account_id=bar.barred_account_id) | Q(organisation_id=bar.barred_organisation_id))
        )
    for row in rows:
        shut(row, by=by, at=max(row.opened_at, min(at, row.ends_at)))


def tell(
    kind: EventKind,
    row: EmergencyAccess,
    *,
    by: Actor,
    at: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """One event of her journey, by the clerk's hand: who reads in an emergency writes nothing of hers."""
    with identity.clerk(by):
        last = Episode.objects.filter(client_id=row.client_id).order_by("-number").first()
        ledger.record(
            kind,
            by=by,
            at=at,
            case_id=last.case_id if last else None,
            client_id=row.client_id,
            episode_id=last.id if last else None,
            detail={"emergency": row.reference, **(detail or {})},
        )
