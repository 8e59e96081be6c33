"""Read a second time: decisions drawn by lot, read by a colleague who is not told what was decided.

The lot is drawn from a recorded rate and seed, alike for confirmations, rejections, deferrals and
safeguarding, so that how far two people agree can be weighted back to all decisions, and the draw can be
checked afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources


class Status(Worded):
    """Where a second reading stands."""

    WAITING = "waiting", "Waiting for its reader"
    AGREED = "agreed", "Both decided alike"
    APART = "apart", "Read differently: a talk is asked"
    TALKED = "talked", "Talked about"


class Action(Worded):
    """What can be done with a second reading."""

    READ_ALIKE = "read_alike", "Record a reading that agrees"
    READ_APART = "read_apart", "Record a reading that differs"
    TALK = "talk", "Record what came of the talk"


class TalkResult(Worded):
    """What two people who read differently came to."""

    FIRST_STANDS = "first_stands", "The first decision stands"
    TAKEN_UP_AGAIN = "taken_up_again", "The first reader takes the decision up again"
    BOTH_REASONABLE = "both_reasonable", "Both are reasonable on this evidence"
    EVIDENCE_UNCLEAR = "evidence_unclear", "The evidence was unclear, or an indicator misleads"
    GUIDANCE_UNCLEAR = "guidance_unclear", "What we go by was unclear"


#: What is drawn: every judgement about her. That she is known already, or is elsewhere, is no judgement.
DRAWN_FROM = (
    ScreeningOutcome.CONFIRMED,
    ScreeningOutcome.REJECTED,
    ScreeningOutcome.DEFERRED,
    ScreeningOutcome.SAFEGUARDING_FIRST,
)
#: Who reads a second time: those of the force who may open its considerations.
READERS = frozenset({Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR})
#: One decision in so many hundred, until the force's supervisor says otherwise.
USUAL_PERCENT = 20


@dataclass(frozen=True, slots=True)
class Facts:
    """Who reads, who decided, and whether this person was asked."""

    is_reader: bool = True
    is_first: bool = False
    has_opened_evidence: bool = True
    took_part: bool = True


def may_read(facts: Facts) -> Decision:
    """The reader who was asked, never the one who decided, and only with the evidence open."""
    if facts.is_first:
        return decision.no("You made the first decision: somebody else reads it.")
    if not facts.is_reader:
        return decision.no("This reading was given to a colleague.")
    if not facts.has_opened_evidence:
        return decision.no("Open the evidence first.")
    return decision.yes()


def may_talk(facts: Facts) -> Decision:
    """Both who read may write down what they came to."""
    if facts.took_part:
        return decision.yes()
    return decision.no("Those who read differently talk about it, and one of them writes it down.")


_DESK = actors(*READERS)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Second reading",
    statuses=Status,
    start=Status.WAITING,
    final=sources(Status.AGREED, Status.TALKED),
    moves=(
        Move(
            Action.READ_ALIKE,
            sources(Status.WAITING),
            Status.AGREED,
            _DESK,
            "Record your reading",
            may_read,
        ),
        Move(
            Action.READ_APART,
            sources(Status.WAITING),
            Status.APART,
            _DESK,
            "Record your reading",
            may_read,
        ),
        Move(
            Action.TALK,
            sources(Status.APART),
            Status.TALKED,
            _DESK,
            "Record what came of the talk",
            may_talk,
        ),
    ),
)


def lot(seed: str, decided: UUID, number: int) -> float:
    """A number from 0 up to 1 for one decision: the same for the same seed, and like chance for any other.

    SHA-256 of the seed, the consideration and which of its decisions it is, read as a fraction.
    """
    digest = hashlib.sha256(f"{seed}|{decided}|{number}".encode()).digest()
    return int.from_bytes(digest[:7]) / float(1 << 56)


def is_drawn(outcome: ScreeningOutcome, drawn: float, percent: int) -> bool:
    """Whether a decision with this lot is read a second time at this rate, whatever was decided."""
    return outcome in DRAWN_FROM and drawn * 100 < percent


def reader(candidates: Mapping[UUID, int], *, seed: str, decided: UUID) -> UUID | None:
    """Who reads: of those with the fewest readings waiting (`candidates` says how many), one by lot."""
    if not candidates:
        return None
    least = min(candidates.values())
    return min(
        (one for one, waiting in candidates.items() if waiting == least),
        key=lambda one: hashlib.sha256(f"{seed}|{decided}|{one}".encode()).digest(),
    )
