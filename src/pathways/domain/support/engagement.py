"""Engaged: how her contact with one service is going, from accepted referral on."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
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


#: So many attended contacts before she is called engaged, unless the programme says otherwise.
ENGAGED_AFTER = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What an engagement gate may look at: contacts attended with this service since its acceptance."""

    attended: int = 0
    is_stopped: bool = False
    engaged_after: int = ENGAGED_AFTER


def may_start(facts: Facts) -> Decision:
    """Support starts with the first contact she attends, never with a letter or a missed appointment."""
    if facts.is_stopped:
        return decision.no("She has asked us to stop.")
    if facts.attended < 1:
        return decision.no("She has not attended a contact yet.")
    return decision.yes()


def may_engage(facts: Facts) -> Decision:
    if not (answer := may_start(facts)):
        return answer
    if facts.attended < facts.engaged_after:
        return decision.no(f"She has attended {facts.attended} of {facts.engaged_after} contacts.")
    return decision.yes()


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
            may_start,
        ),
        Move(
            Action.ENGAGE,
            sources(Status.STARTED, Status.INTERMITTENT, Status.RE_ENGAGED),
            Status.ENGAGED,
            HANDS,
            "Record that she is engaged",
            may_engage,
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
            may_start,
        ),
    ),
)
