"""Assessed: what she needs, how strong the pull of organised crime is, and whether she is safe today."""

from __future__ import annotations

from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources


class Status(Worded):
    """Where the needs assessment stands."""

    IN_PROGRESS = "in_progress", "In progress"
    COMPLETE = "complete", "Complete"
    REFUSED = "refused", "She did not want one"


class Action(Worded):
    """What can be done with an assessment."""

    COMPLETE = "complete", "Complete the assessment"
    REFUSE = "refuse", "She does not want an assessment"
    REOPEN = "reopen", "Reopen the assessment"


class Need(Worded):
    """The worker's judgement of how much support she needs."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class Exploitation(Worded):
    """The worker's judgement of how strong exploitation, or the pull of organised crime, is."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class ImmediateSafety(Worded):
    """Whether there is a concern for her immediate safety."""

    YES = "yes", "Yes"
    NO = "no", "No"


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Assessment",
    statuses=Status,
    start=Status.IN_PROGRESS,
    moves=(
        Move(
            Action.COMPLETE,
            sources(Status.IN_PROGRESS),
            Status.COMPLETE,
            ALONGSIDE_ROLES,
            "Complete the assessment",
        ),
        Move(
            Action.REFUSE,
            sources(Status.IN_PROGRESS),
            Status.REFUSED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "She does not want an assessment",
        ),
        Move(
            Action.REOPEN,
            sources(Status.COMPLETE, Status.REFUSED),
            Status.IN_PROGRESS,
            ALONGSIDE_ROLES,
            "Reopen the assessment",
        ),
    ),
)
