"""What police see of a woman they flagged: one of three words on their own record, computed from facts.

Called by everything that opens or ends an episode, so that declined, withdrawn, not reached and completed
all look the same from there. What has closed stays closed: if she comes back, that is hers.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pathways.domain.governance.actors import Actor
from pathways.domain.identification import consideration
from pathways.domain.reach import police_view
from pathways.domain.reach.police_view import PoliceView
from pathways.domain.support import episode
from pathways.domain.terms import clocks
from pathways.journey import identity, kept_out
from pathways.records.models import Consideration, Episode, FlagReceipt, Spine


def update(client_id: UUID | None = None, *, case_id: UUID | None = None, by: Actor, at: datetime) -> None:
    """Brings the police side up to date. Say the woman, or the case: her door or that of her episode."""
    with identity.clerk(by):
        for row in _flags(client_id, case_id):
            status = consideration.Status(row.status)
            view = police_view.police_see(police_view.SightFacts(status, _is_running(row)))
            was_closed = row.police_view == PoliceView.CLOSED.value
            if was_closed and status is consideration.Status.CONFIRMED:
                continue
            if _is_kept_out(row, by):
                continue
            _show(row, view, at)


def _flags(client_id: UUID | None, case_id: UUID | None) -> list[Consideration]:
    found: set[UUID] = set()
    if case_id is not None:
        found |= set(Consideration.objects.filter(case_id=case_id).values_list("id", flat=True))
        hers = Episode.objects.filter(case_id=case_id).values_list("client_id", flat=True)
        client_ids = set(hers)
    else:
        client_ids = set()
    if client_id is not None:
        client_ids.add(client_id)
    flagged = Spine.objects.filter(client_id__in=client_ids, consideration_id__isnull=False)
    found |= {key for key in flagged.values_list("consideration_id", flat=True) if key}
    return list(Consideration.objects.filter(id__in=found))


def _is_running(row: Consideration) -> bool:
    """Whether the episode that this flag led to still runs, or the flag still waits for one."""
    joined = Spine.objects.filter(consideration_id=row.id).first()
    if joined is None or joined.ended_at is not None:
        return False
    if joined.episode_id is None:
        return True
    return Episode.objects.filter(id=joined.episode_id).exclude(status=episode.Status.CLOSED.value).exists()


def _is_kept_out(row: Consideration, by: Actor) -> bool:
    """Whether the force that flagged her is kept from her record: then nothing of her crosses any more."""
    client_id = Spine.objects.filter(consideration_id=row.id).values_list("client_id", flat=True).first()
    return client_id is not None and kept_out.of_her(client_id, by=by).includes(
        organisation_id=row.organisation_id
    )


def _show(row: Consideration, view: PoliceView, at: datetime) -> None:
    if row.police_view == view.value:
        return
    row.police_view, row.police_view_at = view.value, at
    row.save(update_fields=["police_view", "police_view_at"])
    is_closed = view is PoliceView.CLOSED
    FlagReceipt.objects.filter(consideration_id=row.id).update(
        is_closed=is_closed, closed_on=clocks.local(at).date() if is_closed else None
    )
