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
from pathways.records.models import Consideration, Episode, FlagReceipt


def update(*, case_id: UUID, by: Actor, at: datetime) -> None:
    """Brings the police side up to date after anything that opened or ended an episode of this case.

    A case that came by the open door has no flag, and nothing happens.
    """
    with identity.clerk(by):
        row = Consideration.objects.filter(case_id=case_id).first()
        if row is None:
            return
        running = Episode.objects.filter(case_id=case_id).exclude(status=episode.Status.CLOSED.value)
        facts = police_view.SightFacts(consideration.Status(row.status), running.exists())
        _show(row, police_view.police_see(facts), at)


def _show(row: Consideration, view: PoliceView, at: datetime) -> None:
    if row.police_view in (view.value, PoliceView.CLOSED.value):
        return  # what has closed stays closed: that she came back is hers to know
    row.police_view, row.police_view_at = view.value, at
    row.save(update_fields=["police_view", "police_view_at"])
    is_closed = view is PoliceView.CLOSED
    FlagReceipt.objects.filter(consideration_id=row.id).update(
        is_closed=is_closed, closed_on=clocks.local(at).date() if is_closed else None
    )
