"""A girl under 18 is not for this programme: she goes to child safeguarding, from whatever point it is known.

At a door nothing at all is kept of her. Where a date of birth is put right later, her record says what is
true, nothing further is begun with her, and the coordinator has urgent work: refer her today, then close.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks, demographics
from pathways.domain.terms.people import Role
from pathways.journey import identity, tasks
from pathways.records.models import Identity

TASK = "child_safeguarding"
#: Said at every door, before anything is kept.
CHILD = (
    "She is under 18. This programme is for adults: nothing has been stored. Make a child safeguarding "
    "referral to the local authority’s children’s services now; if she is in danger, call 999."
)
#: Said where she is in the programme already and turns out to be a child.
WHAT_TO_DO = (
    "She is under 18, so this programme is not for her. Make a child safeguarding referral to the local "
    "authority’s children’s services today; if she is in danger, call 999.",
    "Nothing new can be begun with her here: no approach, no agreement, no referral.",
    "The coordinator has urgent work: hand her over to children’s services, then close her record.",
)
LEAST_AGE = 18


def is_child(born: date | None, *, at: datetime) -> bool:
    """Whether somebody born then is under 18 on this day in London."""
    today = clocks.local(at).date()
    return born is not None and born <= today and demographics.age(born, on=today) < LEAST_AGE


def may_go_on(client_id: UUID, *, by: Actor, at: datetime) -> Decision:
    """Whether anything new may be begun with her: not where her recorded date of birth makes her a child."""
    with identity.clerk(by):
        paper = Identity.objects.filter(client_id=client_id).first()
        born = paper.date_of_birth if paper is not None else None
    if is_child(born, at=at):
        return decision.no(" ".join(WHAT_TO_DO[:1]), ask="children’s services")
    return decision.yes()


def safeguard(client_id: UUID, organisation_id: UUID, *, by: Actor, at: datetime) -> None:
    """Puts the hand-over to children's services before the coordinator, at once."""
    tasks.set_task(
        TASK,
        "Child safeguarding: a woman is under 18. Refer her to children’s services today",
        organisation_id=organisation_id,
        role=Role.COORDINATOR,
        client_id=client_id,
        route="herpage:story",
        object_id=client_id,
        by=by,
        at=at,
        due_at=at,
        is_urgent=True,
    )
