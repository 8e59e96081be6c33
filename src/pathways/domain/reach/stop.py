"""Stopped: she, or a worker for her, declines, pauses or withdraws in one step, at any stage."""

from __future__ import annotations

from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources


class Kind(Worded):
    """What she asked for."""

    DECLINE = "decline", "Decline"
    PAUSE = "pause", "Pause"
    WITHDRAW = "withdraw", "Withdraw"


class AskedBy(Worded):
    """Who spoke for her."""

    HER = "her", "She asked herself"
    WORKER = "worker", "A worker asked for her"


class Status(Worded):
    """Whether a stop holds."""

    IN_FORCE = "in_force", "In force"
    LIFTED = "lifted", "Lifted at her wish"


class Action(Worded):
    """What can be done with a stop."""

    LIFT = "lift", "Start again at her wish"


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Stop",
    statuses=Status,
    start=Status.IN_FORCE,
    final=sources(Status.LIFTED),
    moves=(
        Move(
            Action.LIFT,
            sources(Status.IN_FORCE),
            Status.LIFTED,
            ALONGSIDE_ROLES,
            "Start again at her wish",
        ),
    ),
)
