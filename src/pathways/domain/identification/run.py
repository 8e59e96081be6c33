"""A screening run: the catalogue over extracts, asked for by a person and logged with its edition."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources


class Status(Worded):
    """Where a screening run stands."""

    WAITING = "waiting", "Waiting to begin"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed: nothing was listed"


class Action(Worded):
    """What can happen to a screening run. All of it is the machine's but the asking."""

    BEGIN = "begin", "Begin"
    FINISH = "finish", "Finish"
    FAIL = "fail", "Stop with a reason"
    AGAIN = "again", "Try again"


@dataclass(frozen=True, slots=True)
class Facts:
    """Whether the records that the run was asked over can still be opened."""

    are_extracts_there: bool = True


def may_begin(facts: Facts) -> Decision:
    if facts.are_extracts_there:
        return decision.yes()
    return decision.no("An extract of this run has been deleted. Ask for a new run over what is there.")


_MACHINE = actors(Role.CLERK)
#: Who asks for a run.
ASKERS = frozenset({Role.POLICE_SPOC, Role.POLICE_ANALYST})

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Screening run",
    statuses=Status,
    start=Status.WAITING,
    final=sources(Status.DONE),
    moves=(
        Move(
            Action.BEGIN,
            sources(Status.WAITING, Status.RUNNING),
            Status.RUNNING,
            _MACHINE,
            "Begin",
            may_begin,
        ),
        Move(Action.FINISH, sources(Status.RUNNING), Status.DONE, _MACHINE, "Finish"),
        Move(
            Action.FAIL,
            sources(Status.WAITING, Status.RUNNING),
            Status.FAILED,
            _MACHINE,
            "Stop with a reason",
        ),
        Move(
            Action.AGAIN,
            sources(Status.FAILED),
            Status.WAITING,
            actors(*ASKERS),
            "Try again",
            may_begin,
        ),
    ),
)
