"""Closed: how an episode ended, proposed by her worker and signed off by somebody else."""

from __future__ import annotations

from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources


class Status(Worded):
    """Where the closing of an episode stands."""

    PROPOSED = "proposed", "Waiting for sign-off"
    SIGNED_OFF = "signed_off", "Signed off"
    RETURNED = "returned", "Returned to the worker"


class Action(Worded):
    """What can be done with a proposed closure."""

    SIGN_OFF = "sign_off", "Sign off the closure"
    RETURN = "return", "Return to the worker"
    PROPOSE_AGAIN = "propose_again", "Send for sign-off again"


class Outcome(Worded):
    """How an episode ended."""

    COMPLETED_PLANNED = "completed_planned", "Completed as planned"
    MOVED_ON = "moved_on", "Moved on to other support"
    DISENGAGED = "disengaged", "Disengaged"
    MOVED_AREA = "moved_area", "Moved out of the area"
    CUSTODY = "custody", "In custody"
    DIED = "died", "Died"
    UNSAFE_TO_CONTINUE = "unsafe_to_continue", "Unsafe to continue"
    WITHDRAWN_CONSENT = "withdrawn_consent", "Withdrew her agreement"
    TRANSFERRED = "transferred", "Transferred to another programme"
    DECLINED = "declined", "Declined before taking part"
    NOT_REACHED = "not_reached", "Could not be reached"
    ADVICE_ONLY = "advice_only", "Advice given; no further support wanted or needed"


SIGNATORIES = actors(Role.SUPERVISOR, Role.COORDINATOR)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Closure",
    statuses=Status,
    start=Status.PROPOSED,
    final=sources(Status.SIGNED_OFF),
    moves=(
        Move(
            Action.SIGN_OFF,
            sources(Status.PROPOSED),
            Status.SIGNED_OFF,
            SIGNATORIES | {Role.CLERK},
            "Sign off the closure",
        ),
        Move(
            Action.RETURN,
            sources(Status.PROPOSED),
            Status.RETURNED,
            SIGNATORIES,
            "Return to the worker",
        ),
        Move(
            Action.PROPOSE_AGAIN,
            sources(Status.RETURNED),
            Status.PROPOSED,
            ALONGSIDE_ROLES,
            "Send for sign-off again",
        ),
    ),
)
