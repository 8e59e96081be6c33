"""Her agreement to take part: what was explained, what she agreed to, and whether it was a free choice.

Agreeing to take part is not the lawful basis for holding her data, and it can be taken back at any time.
"""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.words import Worded


class Condition(Worded):
    """Whether taking part is a condition of a disposal."""

    NONE = "none", "No: it is her free choice"
    CONDITIONAL_CAUTION = "conditional_caution", "Yes: a conditional caution"
    DEFERRED_PROSECUTION = (
        "deferred_prosecution",
        "Yes: another out-of-court disposal",
    )
    COMMUNITY_ORDER = "community_order", "Yes: a community order or licence"

    @property
    def is_imposed(self) -> bool:
        return self is not Condition.NONE


class ReturnField(Worded):
    """What can be returned to police where taking part is a condition. Nothing else ever is."""

    STARTED = "started", "Whether she has started"
    APPOINTMENTS_REQUIRED = "appointments_required", "How many appointments the condition requires"
    APPOINTMENTS_KEPT = "appointments_kept", "How many of them she kept"
    CONDITION_MET = "condition_met", "Whether the condition is met"


class Interpreter(Worded):
    """Whether language was thought of when the offer was explained."""

    NOT_NEEDED = "not_needed", "Not needed"
    USED = "used", "A professional interpreter was used"
    NEEDED_NOT_FOUND = "needed_not_found", "Needed, and none was found"


@dataclass(frozen=True, slots=True)
class ParticipationAgreement:
    """What was explained to her and what she agreed to. `condition` is None until somebody has asked."""

    has_agreed: bool
    are_limits_explained: bool = False
    is_stopping_explained: bool = False
    interpreter: Interpreter | None = None
    condition: Condition | None = None
    returns: frozenset[ReturnField] = frozenset()
    may_police_know: bool = False


def complete(agreement: ParticipationAgreement) -> Decision:
    """Whether her agreement can stand.

    She agreed; the limits of confidentiality, and that she may stop, were explained in a language she
    follows; and if taking part is a condition, exactly what is returned is named.
    """
    if not agreement.has_agreed:
        return decision.no("She has not agreed.")
    if not agreement.are_limits_explained:
        return decision.no("Explain first what cannot be kept confidential.")
    if not agreement.is_stopping_explained:
        return decision.no("Explain first that she can stop at any time.")
    if agreement.interpreter is None:
        return decision.no("Say whether an interpreter was needed.")
    if agreement.interpreter is Interpreter.NEEDED_NOT_FOUND:
        return decision.no("Explain it again with an interpreter before her agreement is recorded.")
    if agreement.condition is None:
        return decision.no("Say whether taking part is a condition of a disposal.")
    if agreement.condition.is_imposed and not agreement.returns:
        return decision.no("Taking part is a condition: name exactly what is returned to police.")
    if agreement.returns and not agreement.condition.is_imposed:
        return decision.no("Taking part is her free choice: nothing is returned to police.")
    return decision.yes()


def may_return(agreement: ParticipationAgreement, item: ReturnField) -> Decision:
    """Whether one thing may cross as an agreed return: only what her agreement names."""
    if not (answer := complete(agreement)):
        return answer
    if item in agreement.returns:
        return decision.yes()
    return decision.no(f"Her agreement does not name it: “{item.label}”.")
