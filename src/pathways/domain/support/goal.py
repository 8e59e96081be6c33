"""Her goals: in her own words, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources


class Status(Worded):
    """What became of a goal."""

    OPEN = "open", "Open"
    MET = "met", "Met"
    PART = "part", "Met in part"
    NOT_MET = "not_met", "Not met"
    CHANGED = "changed", "Changed for another goal"


class Action(Worded):
    """What can be recorded about a goal."""

    MEET = "meet", "Met"
    MEET_IN_PART = "meet_in_part", "Met in part"
    MISS = "miss", "Not met"
    CHANGE = "change", "Change for another goal"
    REOPEN = "reopen", "Work on it again"


#: She rates her own goals: 0 is nowhere near, 10 is there.
LOWEST, HIGHEST = 0, 10


@dataclass(frozen=True, slots=True)
class Rating:
    """Her own view of a goal on one day: how near it is, and how much it matters, each 0 to 10."""

    nearness: int
    importance: int | None = None


def complete(rating: Rating) -> Decision:
    given = (rating.nearness, *(() if rating.importance is None else (rating.importance,)))
    if all(LOWEST <= number <= HIGHEST for number in given):
        return decision.yes()
    return decision.no(f"A rating is a whole number from {LOWEST} to {HIGHEST}.")


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Goal",
    statuses=Status,
    start=Status.OPEN,
    final=sources(Status.CHANGED),
    moves=(
        Move(
            Action.MEET,
            sources(Status.OPEN, Status.PART),
            Status.MET,
            ALONGSIDE_ROLES,
            "Met",
        ),
        Move(
            Action.MEET_IN_PART,
            sources(Status.OPEN),
            Status.PART,
            ALONGSIDE_ROLES,
            "Met in part",
        ),
        Move(
            Action.MISS,
            sources(Status.OPEN, Status.PART),
            Status.NOT_MET,
            ALONGSIDE_ROLES,
            "Not met",
        ),
        Move(
            Action.CHANGE,
            sources(Status.OPEN, Status.PART),
            Status.CHANGED,
            ALONGSIDE_ROLES,
            "Change for another goal",
        ),
        Move(
            Action.REOPEN,
            sources(Status.MET, Status.PART, Status.NOT_MET),
            Status.OPEN,
            ALONGSIDE_ROLES,
            "Work on it again",
        ),
    ),
)
