"""How she stands at the gate: her plan, her stop and her agreement as they are now, whoever asks.

Read by the clerk, because an answer about what may reach her must not depend on how much the person
asking may see of her.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.reach import plan, reaching, stop
from pathways.domain.terms.contact import Channel, Purpose
from pathways.journey import identity
from pathways.records.models import Episode, ParticipationAgreement, SafeContactPlan, Stop

PlanFacts = plan.Facts
StopKind = stop.Kind


@dataclass(frozen=True, slots=True)
class Standing:
    """The rows that decide what may reach her now; each is None where there is none."""

    episode: Episode | None
    plan: SafeContactPlan | None
    stop: Stop | None
    agreement: ParticipationAgreement | None

    @property
    def plan_facts(self) -> PlanFacts | None:
        return None if self.plan is None else plan_facts(self.plan)

    @property
    def stop_kind(self) -> StopKind | None:
        return None if self.stop is None else stop.Kind(self.stop.kind)

    def facts(self) -> reaching.Facts:
        return reaching.Facts(
            plan=self.plan_facts,
            stop=self.stop_kind,
            is_confirmed=self.episode is not None,
            has_agreed=self.agreement is not None,
        )

    def has_safe_plan(self, at: datetime) -> bool:
        """Whether there is a plan that can be trusted at this moment, if only to offer support."""
        facts = self.plan_facts
        return (
            facts is not None
            and facts.status in (plan.Status.PROVISIONAL, plan.Status.CONFIRMED)
            and not plan.has_lapsed(facts, at=at)
        )


def plan_facts(row: SafeContactPlan) -> plan.Facts:
    """Her plan as the rules see it."""
    return plan.read(plan.Status(row.status), row.confirmed_at or row.made_at, row.details or {})


def standing(client_id: UUID, by: Actor) -> Standing:
    """How she stands now. Ask first whether `by` may see her at all."""
    with identity.clerk(by):
        episode = Episode.objects.filter(client_id=client_id).order_by("-number").first()
        current = (
            SafeContactPlan.objects.filter(client_id=client_id)
            .exclude(status=plan.Status.REPLACED.value)
            .first()
        )
        held = Stop.objects.filter(client_id=client_id, status=stop.Status.IN_FORCE.value).first()
        agreed = None
        if episode is not None:
            agreed = ParticipationAgreement.objects.filter(episode=episode, ended_at__isnull=True).first()
    return Standing(episode, current, held, agreed)


def may_reach(client_id: UUID, *, channel: Channel, purpose: Purpose, at: datetime, by: Actor) -> Decision:
    """Whether she may be reached so, at this moment, for this."""
    return reaching.may_reach(standing(client_id, by).facts(), channel=channel, at=at, purpose=purpose)
