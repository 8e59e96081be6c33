"""What police see of a woman they flagged: one of three words, kept on their own record, and no more.

Called by every verb that opens or ends an episode, so that declined, withdrawn, not reached and completed
all look the same from there.
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
from pathways.journey import identity
from pathways.records.models import Consideration, Episode, FlagReceipt, Spine


def update(client_id: UUID, *, by: Actor, at: datetime) -> None:
    """Brings the police side up to date after anything that opened or ended an episode of hers."""
    with identity.clerk(by):
        flags = Spine.objects.filter(client_id=client_id, consideration_id__isnull=False)
        for row in Consideration.objects.filter(
            id__in=list(flags.values_list("consideration_id", flat=True))
        ):
            running = Episode.objects.filter(client_id=client_id, case_id=row.case_id).exclude(
                status=episode.Status.CLOSED.value
            )
            facts = police_view.SightFacts(consideration.Status(row.status), running.exists())
            _show(row, police_view.police_see(facts), at)


def _show(row: Consideration, view: PoliceView, at: datetime) -> None:
    if row.police_view == view.value:
        return
    row.police_view, row.police_view_at = view.value, at
    row.save(update_fields=["police_view", "police_view_at"])
    is_closed = view is PoliceView.CLOSED
    FlagReceipt.objects.filter(consideration_id=row.id).update(
        is_closed=is_closed, closed_on=clocks.local(at).date() if is_closed else None
    )
