"""Where her record was erased: what can still be said of it, to those who could see her before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pathways.domain.governance.actors import Actor
from pathways.domain.governance.erasure import Origin, Status
from pathways.journey import identity, sight
from pathways.records import keys
from pathways.records.models import Client, Erasure, Organisation
from pathways.records.sealed import EMPTIED, Sealed


@dataclass(frozen=True, slots=True)
class Gone:
    """What is left to say: by whom, when and why. The moment is unknown only until the keys are destroyed."""

    organisation: str
    erased_at: datetime | None
    origin: Origin | None
    reference: str
    #: the request, for those who may read it
    request_id: UUID | None


def of_her(*, client_id: UUID, by: Actor) -> Gone | None:
    """None where she is not there for this person, and where the record that she is known by is whole."""
    row = sight.one(Client, client_id, by)
    if row is None or not is_emptied(row):
        return None
    with identity.clerk(by):
        erasure = Erasure.objects.filter(
            client_id=client_id, organisation_id=row.organisation_id, status=Status.ERASED.value
        ).first()
        organisation = Organisation.objects.values_list("name", flat=True).get(id=row.organisation_id)
    if erasure is None:  # erased with a record that hers was joined to, or again after a copy was restored
        since = keys.store().destroyed().get(keys.mark(str(client_id), str(row.organisation_id)))
        return Gone(organisation, datetime.fromisoformat(since) if since else None, None, "", None)
    may_read = sight.one(Erasure, erasure.id, by) is not None
    return Gone(
        organisation=organisation,
        erased_at=erasure.erased_at,
        origin=Origin(erasure.origin),
        reference=erasure.reference,
        request_id=erasure.id if may_read else None,
    )


def at_ours(*, client_id: UUID, by: Actor) -> Gone | None:
    """What the governance lead's own organisation erased of her, whoever else still holds a record."""
    row = (
        sight.visible(Erasure, by)
        .filter(client_id=client_id, organisation_id=by.organisation_id, status=Status.ERASED.value)
        .first()
    )
    if row is None:
        return None
    return Gone(by.organisation_name, row.erased_at, Origin(row.origin), row.reference, row.id)


def is_emptied(row: Client) -> bool:
    """Whether her name was taken out of this row: it was erased, whatever still stands beside it."""
    called = row.__dict__.get("called")
    return isinstance(called, Sealed) and called.blob == EMPTIED


def is_shut_to(client_id: UUID, by: Actor) -> bool:
    """Whether the reader's own organisation erased what it held of her: it can write nothing of her."""
    return keys.store().is_destroyed(client_id, by.organisation_id)
