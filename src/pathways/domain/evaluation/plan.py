"""The plan of the evaluation: which parts it has, and who writes and reads it.

What a site says of money is kept beside the plan, by the same people and in the same way.
"""

from __future__ import annotations

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded


class Part(Worded):
    """A part of the plan that is kept whole, version by version."""

    THEORY = "theory", "Theory of change"
    MEASURES = "measures", "Measures"
    PRICES = "prices", "Prices"
    AVOIDED = "avoided", "Costs avoided"


WRITES = frozenset({Role.EVALUATOR, Role.COORDINATOR})
READS = frozenset({Role.EVALUATOR, Role.COORDINATOR, Role.GOVERNANCE_LEAD, Role.COMMISSIONER})


def may_change(role: Role) -> Decision:
    """Whether this role changes the theory of change, the measures, and what is said of money."""
    if role in WRITES:
        return decision.yes()
    return decision.no("The plan and its prices are changed by the evaluator or the coordinator.",
                       ask="the evaluator")  # fmt: skip
