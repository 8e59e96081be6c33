"""A legal hold: while it stands, nothing of her record at one organisation may be erased, whoever asks."""

from __future__ import annotations

from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources


class Kind(Worded):
    """Why the record must not be touched."""

    CPIA = "cpia", "It may be relevant to a criminal investigation (CPIA 1996)"
    CLAIM = "claim", "A legal claim has been made or is expected"
    INQUIRY = "inquiry", "A statutory review or inquiry needs it"
    COMPLAINT = "complaint", "A complaint is being looked into"


class Status(Worded):
    """Whether the hold stands."""

    IN_FORCE = "in_force", "In force"
    LIFTED = "lifted", "Lifted"


class Action(Worded):
    """What can be done with a hold."""

    LIFT = "lift", "Lift the hold"


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Legal hold",
    statuses=Status,
    start=Status.IN_FORCE,
    final=sources(Status.LIFTED),
    moves=(
        Move(
            Action.LIFT,
            sources(Status.IN_FORCE),
            Status.LIFTED,
            actors(Role.GOVERNANCE_LEAD),
            "Lift the hold",
        ),
    ),
)
