"""Whether police may learn that a woman who came by the open door exists at all."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.law import CrossingKind
from pathways.domain.terms.routes import Door


@dataclass(frozen=True, slots=True)
class Facts:
    """The door she came by, whether her agreement to telling police is recorded, and the recorded
    Disclosure, if there is one."""

    door: Door
    has_agreed_to_tell: bool = False
    disclosure: CrossingKind | None = None


#: The only disclosures that tell police of her without her agreement.
EMERGENCIES = frozenset({CrossingKind.SAFEGUARDING, CrossingKind.THREAT_TO_LIFE})


def may_tell_police(facts: Facts) -> Decision:
    """With her recorded agreement, or through a recorded safeguarding or threat-to-life Disclosure."""
    if facts.door is Door.POLICE:
        return decision.yes("Police flagged her themselves.")
    if facts.disclosure in EMERGENCIES:
        return decision.yes("A disclosure is recorded.")
    if facts.has_agreed_to_tell:
        return decision.yes("She has agreed.")
    return decision.no(
        "Police may not learn of her: she has not agreed, and no safeguarding or threat-to-life "
        "disclosure is recorded.",
        hidden=True,
    )
