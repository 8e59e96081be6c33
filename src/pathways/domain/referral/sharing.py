"""What she agreed to share with a service, field by field, and what some services may never receive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import Sector
from pathways.domain.terms.words import Worded


class ShareField(Worded):
    """One thing about her that a referral can carry, if she agreed to it."""

    NAME = "name", "Her name"
    SAFE_CONTACT = "safe_contact", "How to reach her safely"
    DATE_OF_BIRTH = "date_of_birth", "Her date of birth"
    LANGUAGE = "language", "Language, and whether an interpreter is needed"
    ACCESS_NEEDS = "access_needs", "What she needs so that she can take part"
    NEEDS = "needs", "The needs that this service is asked to meet"
    LEVEL = "level", "Her level of support"
    GOALS = "goals", "Her goals"
    CHILDREN = "children", "Whether she cares for children"
    WORKER_RISK = "worker_risk", "What keeps a worker safe"
    ADDRESS = "address", "Her address"
    ASSESSMENT_SUMMARY = "assessment_summary", "The summary of her assessment"
    HEALTH = "health", "Her health, where it matters for this service"
    SAFETY_PLAN = "safety_plan", "Her safety plan"


#: Without these nobody can reach her safely, so a referral without them cannot be sent.
LEAST = frozenset({ShareField.NAME, ShareField.SAFE_CONTACT})

#: A private provider works to a minimum (domain dossier 5.3): never these, even if she agreed.
NEVER_PRIVATE = frozenset(
    {
        ShareField.ASSESSMENT_SUMMARY,
        ShareField.HEALTH,
        ShareField.SAFETY_PLAN,
        ShareField.ADDRESS,
    }
)


def shareable_with(sector: Sector) -> tuple[ShareField, ...]:
    """The fields that a service of this sector can ever be offered, in order, for the form."""
    barred = NEVER_PRIVATE if sector is Sector.PRIVATE else frozenset()
    return tuple(item for item in ShareField if item not in barred)


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What is about to be shared: the fields chosen, the fields she agreed to, and the receiver's sector."""

    chosen: frozenset[ShareField]
    agreed: frozenset[ShareField]
    sector: Sector


def may_share(pack: PackFacts) -> Decision:
    """Whether exactly these fields may go to a service of this sector."""
    if pack.sector is Sector.POLICE:
        return decision.no("A referral never goes to police.")
    if absent := LEAST - pack.chosen:
        return decision.no(f"The service cannot reach her safely without: {_said(absent)}.")
    if beyond := pack.chosen - pack.agreed:
        return decision.no(f"She has not agreed to share: {_said(beyond)}.")
    if barred := pack.chosen - frozenset(shareable_with(pack.sector)):
        return decision.no(f"A private company never receives: {_said(barred)}.")
    return decision.yes()


def _said(items: Iterable[ShareField]) -> str:
    chosen = frozenset(items)
    return ", ".join(item.label.lower() for item in ShareField if item in chosen)
