"""Her agreement to take part: what was explained, what she agreed to, and whether it was a free choice.

Agreeing to take part is not the lawful basis for holding her data, and it can be taken back at any time.
"""

from __future__ import annotations

from pathways.domain.terms.words import Worded


class Condition(Worded):
    """Whether taking part is a condition of a disposal."""

    NONE = "none", "No: it is her free choice"
    CONDITIONAL_CAUTION = "conditional_caution", "Yes: a conditional caution"
    DEFERRED_PROSECUTION = (
        "deferred_prosecution",
        "Yes: a deferred prosecution or other out-of-court disposal",
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
