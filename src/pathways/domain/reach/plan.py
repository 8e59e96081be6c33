"""Her safe-contact plan: how she may be reached, when it stops being trusted, and the plan in one line."""

from __future__ import annotations

from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources


class Status(Worded):
    """How far a safe-contact plan can be trusted."""

    PROVISIONAL = "provisional", "Provisional"
    CONFIRMED = "confirmed", "Confirmed with her"
    LAPSED = "lapsed", "Lapsed"
    REPLACED = "replaced", "Replaced"
    NOT_SAFE = "not_safe", "Not safe to contact"


class Action(Worded):
    """What can be done with a safe-contact plan."""

    CONFIRM = "confirm", "Confirm with her"
    LAPSE = "lapse", "Mark as lapsed"
    REPLACE = "replace", "Replace with a new plan"
    MARK_NOT_SAFE = "mark_not_safe", "Not safe to contact"


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Safe-contact plan",
    statuses=Status,
    start=Status.PROVISIONAL,
    final=sources(Status.REPLACED),
    moves=(
        Move(
            Action.CONFIRM,
            sources(Status.PROVISIONAL, Status.CONFIRMED, Status.LAPSED, Status.NOT_SAFE),
            Status.CONFIRMED,
            ALONGSIDE_ROLES,
            "Confirm with her",
        ),
        Move(
            Action.LAPSE,
            sources(Status.PROVISIONAL, Status.CONFIRMED),
            Status.LAPSED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "Mark as lapsed",
        ),
        Move(
            Action.REPLACE,
            sources(Status.PROVISIONAL, Status.CONFIRMED, Status.LAPSED, Status.NOT_SAFE),
            Status.REPLACED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "Replace with a new plan",
        ),
        Move(
            Action.MARK_NOT_SAFE,
            sources(Status.PROVISIONAL, Status.CONFIRMED, Status.LAPSED),
            Status.NOT_SAFE,
            ALONGSIDE_ROLES,
            "Not safe to contact",
        ),
    ),
)
