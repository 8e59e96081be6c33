"""Who may not see her: a named person or a whole organisation, at her word or for a declared conflict.

A bar goes before everything that a role or an involvement would allow. Whoever is barred cannot see that she
is there, nor that there is a bar.
"""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import WORKER_ROLES, Role
from pathways.domain.terms.words import Worded


class Ground(Worded):
    """Why somebody is kept from her record."""

    HER_WORD = "her_word", "At her word"
    CONFLICT = "conflict", "A declared conflict of interest"


NO_WORDS = "Write down what the conflict of interest is"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule looks at: who sets or lifts it, and whom it keeps out.

    `is_lead`: the person acting is her lead professional, or covers for a colleague with her.
    `is_self`: the person acting keeps themselves out. `is_coordinating`: the organisation kept out, whole, is
    the one that coordinates her way. `is_known`: there is such a person at such an organisation.
    """

    role: Role
    ground: Ground
    has_words: bool
    is_lead: bool = False
    is_self: bool = False
    is_coordinating: bool = False
    is_known: bool = True
    is_in_force: bool = False


def may_decide(role: Role, *, is_lead: bool) -> Decision:
    """Whether this person decides who may not see her: her lead worker, a supervisor, the coordinator."""
    if role in (Role.COORDINATOR, Role.SUPERVISOR) or (role is Role.SUPPORT_WORKER and is_lead):
        return decision.yes()
    return decision.no(
        "Who may not see her is set by her lead worker, a supervisor or the coordinator.",
        ask="her lead worker",
    )


def may_set(facts: Facts) -> Decision:
    """Whether this bar may be set. Anyone who works with her may declare a conflict of their own."""
    is_own_conflict = facts.is_self and facts.ground is Ground.CONFLICT
    if not is_own_conflict and not (answer := may_decide(facts.role, is_lead=facts.is_lead)):
        return answer
    if not facts.is_known:
        return decision.no("Choose an organisation that takes part, or somebody who works there.")
    if facts.is_self and not is_own_conflict:
        return decision.no(
            "To step back yourself, declare a conflict of interest; or ask a colleague to record her word."
        )
    if facts.is_coordinating:
        return decision.no(
            "This organisation carries her through the programme, so it cannot be kept out whole. Keep out"
            " the people there by name."
        )
    if facts.is_in_force:
        return decision.no("They are kept from her record already.")
    if needs_words(facts.ground) and not facts.has_words:
        return decision.no(f"{NO_WORDS}.")
    return decision.yes()


def needs_words(ground: Ground) -> bool:
    """Her word stands by itself: she need not say why. A conflict of interest is declared, and looked at."""
    return ground is Ground.CONFLICT


def may_lift(role: Role, *, is_lead: bool, is_in_force: bool, has_words: bool) -> Decision:
    """Whether this bar may be lifted: by those who may set one, with the reason."""
    if not (answer := may_decide(role, is_lead=is_lead)):
        return answer
    if not is_in_force:
        return decision.no("This has been lifted already.")
    if not has_words:
        return decision.no("Write down why it is lifted.")
    return decision.yes()


def may_be_told(role: Role, *, is_support: bool) -> bool:
    """Whether this person, who works with her, may know that somebody is kept out, and so be told why."""
    return role is Role.COORDINATOR or (is_support and role in WORKER_ROLES)
