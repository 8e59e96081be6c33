"""Triaged: a named person decides her level of support, with the machine's suggestion beside it."""

from __future__ import annotations

from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources


class Status(Worded):
    """Where the triage decision stands."""

    AWAITING = "awaiting", "Awaiting a decision"
    DECIDED = "decided", "Decided"
    OVERRIDDEN = "overridden", "Decided otherwise than suggested"
    RETURNED = "returned", "Returned to the assessor"


class Action(Worded):
    """What can be done in triage."""

    DECIDE = "decide", "Decide as suggested"
    OVERRIDE = "override", "Decide otherwise"
    RETURN = "return", "Return to the assessor"
    RESUBMIT = "resubmit", "Send for triage again"
    REOPEN = "reopen", "Triage again"


DECIDERS = actors(Role.COORDINATOR, Role.PANEL_CHAIR)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Triage",
    statuses=Status,
    start=Status.AWAITING,
    moves=(
        Move(
            Action.DECIDE,
            sources(Status.AWAITING),
            Status.DECIDED,
            DECIDERS,
            "Decide as suggested",
        ),
        Move(
            Action.OVERRIDE,
            sources(Status.AWAITING),
            Status.OVERRIDDEN,
            DECIDERS,
            "Decide otherwise",
        ),
        Move(
            Action.RETURN,
            sources(Status.AWAITING),
            Status.RETURNED,
            DECIDERS,
            "Return to the assessor",
        ),
        Move(
            Action.RESUBMIT,
            sources(Status.RETURNED),
            Status.AWAITING,
            ALONGSIDE_ROLES | {Role.CLERK},
            "Send for triage again",
        ),
        Move(
            Action.REOPEN,
            sources(Status.DECIDED, Status.OVERRIDDEN),
            Status.AWAITING,
            DECIDERS | {Role.CLERK},
            "Triage again",
        ),
    ),
)
