"""Followed up: her key worker asks how she is, three, six and twelve months after closure."""

from __future__ import annotations

from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources


class Status(Worded):
    """What became of one follow-up."""

    DUE = "due", "Due"
    DONE = "done", "Done"
    NOT_REACHED = "not_reached", "Not reached"
    DECLINED = "declined", "She declined"


class Action(Worded):
    """What can be recorded about a follow-up."""

    RECORD = "record", "Record the follow-up"
    GIVE_UP = "give_up", "She could not be reached"
    DECLINE = "decline", "She declines"


class Wave(Worded):
    """Which follow-up it is."""

    MONTHS_3 = "months_3", "3 months"
    MONTHS_6 = "months_6", "6 months"
    MONTHS_12 = "months_12", "12 months"


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Follow-up",
    statuses=Status,
    start=Status.DUE,
    final=sources(Status.DONE, Status.DECLINED),
    moves=(
        Move(
            Action.RECORD,
            sources(Status.DUE, Status.NOT_REACHED),
            Status.DONE,
            ALONGSIDE_ROLES,
            "Record the follow-up",
        ),
        Move(
            Action.GIVE_UP,
            sources(Status.DUE),
            Status.NOT_REACHED,
            ALONGSIDE_ROLES,
            "She could not be reached",
        ),
        Move(
            Action.DECLINE,
            sources(Status.DUE, Status.NOT_REACHED),
            Status.DECLINED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "She declines",
        ),
    ),
)
