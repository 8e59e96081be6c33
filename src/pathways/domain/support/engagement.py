"""Engaged: how her contact with one service is going, from accepted referral on."""

from __future__ import annotations

from pathways.domain.terms.people import WORKER_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources


class Status(Worded):
    """How her contact with a service is going."""

    NOT_STARTED = "not_started", "Not started"
    STARTED = "started", "Started"
    ENGAGED = "engaged", "Engaged"
    INTERMITTENT = "intermittent", "On and off"
    DISENGAGED = "disengaged", "Disengaged"
    RE_ENGAGED = "re_engaged", "Re-engaged"


class Action(Worded):
    """What can be recorded about her engagement."""

    START = "start", "Record the first contact"
    ENGAGE = "engage", "Record that she is engaged"
    FALTER = "falter", "Record that contact is on and off"
    DISENGAGE = "disengage", "Record that she has disengaged"
    RE_ENGAGE = "re_engage", "Record that she has come back"


HANDS = WORKER_ROLES | {Role.CLERK}

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Engagement",
    statuses=Status,
    start=Status.NOT_STARTED,
    moves=(
        Move(
            Action.START,
            sources(Status.NOT_STARTED),
            Status.STARTED,
            HANDS,
            "Record the first contact",
        ),
        Move(
            Action.ENGAGE,
            sources(Status.STARTED, Status.INTERMITTENT, Status.RE_ENGAGED),
            Status.ENGAGED,
            HANDS,
            "Record that she is engaged",
        ),
        Move(
            Action.FALTER,
            sources(Status.STARTED, Status.ENGAGED, Status.RE_ENGAGED),
            Status.INTERMITTENT,
            HANDS,
            "Record that contact is on and off",
        ),
        Move(
            Action.DISENGAGE,
            sources(
                Status.NOT_STARTED,
                Status.STARTED,
                Status.ENGAGED,
                Status.INTERMITTENT,
                Status.RE_ENGAGED,
            ),
            Status.DISENGAGED,
            HANDS,
            "Record that she has disengaged",
        ),
        Move(
            Action.RE_ENGAGE,
            sources(Status.DISENGAGED),
            Status.RE_ENGAGED,
            HANDS,
            "Record that she has come back",
        ),
    ),
)
