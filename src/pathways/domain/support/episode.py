"""One episode: her way through once. A woman who comes back has a new one."""

from __future__ import annotations

from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources


class Status(Worded):
    """Whether an episode runs."""

    OPEN = "open", "Open"
    PAUSED = "paused", "Paused"
    CLOSED = "closed", "Closed"


class Action(Worded):
    """What can be done with an episode."""

    PAUSE = "pause", "Pause"
    RESUME = "resume", "Start again"
    CLOSE = "close", "Close"


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Episode",
    statuses=Status,
    start=Status.OPEN,
    final=sources(Status.CLOSED),
    moves=(
        Move(
            Action.PAUSE,
            sources(Status.OPEN),
            Status.PAUSED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "Pause",
        ),
        Move(
            Action.RESUME,
            sources(Status.PAUSED),
            Status.OPEN,
            ALONGSIDE_ROLES | {Role.CLERK},
            "Start again",
        ),
        Move(
            Action.CLOSE,
            sources(Status.OPEN, Status.PAUSED),
            Status.CLOSED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "Close",
        ),
    ),
)
