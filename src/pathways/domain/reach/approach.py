"""Approached: a worker, assigned to her before any referral exists, reaches her and explains the offer."""

from __future__ import annotations

from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources


class Status(Worded):
    """Where the approach to her stands."""

    ASSIGNED = "assigned", "Assigned"
    ATTEMPTING = "attempting", "Trying to reach her"
    CONTACTED = "contacted", "Reached"
    DECLINED = "declined", "She declined"
    NO_CONTACT = "no_contact", "Could not be reached"
    AGREED = "agreed", "She agreed to take part"


class Action(Worded):
    """What can be done in an approach."""

    ATTEMPT = "attempt", "Record an attempt"
    REACH = "reach", "Record that she was reached"
    AGREE = "agree", "Record her agreement"
    DECLINE = "decline", "She declines"
    GIVE_UP = "give_up", "Could not be reached"
    REASSIGN = "reassign", "Assign to another worker"


ASSIGNERS = actors(Role.COORDINATOR, Role.SUPERVISOR)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Approach",
    statuses=Status,
    start=Status.ASSIGNED,
    final=sources(Status.DECLINED, Status.AGREED),
    moves=(
        Move(
            Action.ATTEMPT,
            sources(Status.ASSIGNED, Status.ATTEMPTING),
            Status.ATTEMPTING,
            ALONGSIDE_ROLES,
            "Record an attempt",
        ),
        Move(
            Action.REACH,
            sources(Status.ASSIGNED, Status.ATTEMPTING, Status.NO_CONTACT),
            Status.CONTACTED,
            ALONGSIDE_ROLES,
            "Record that she was reached",
        ),
        Move(
            Action.AGREE,
            sources(Status.CONTACTED),
            Status.AGREED,
            ALONGSIDE_ROLES,
            "Record her agreement",
        ),
        Move(
            Action.DECLINE,
            sources(Status.ASSIGNED, Status.ATTEMPTING, Status.CONTACTED, Status.NO_CONTACT),
            Status.DECLINED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "She declines",
        ),
        Move(
            Action.GIVE_UP,
            sources(Status.ATTEMPTING),
            Status.NO_CONTACT,
            ALONGSIDE_ROLES,
            "Could not be reached",
        ),
        Move(
            Action.REASSIGN,
            sources(Status.ASSIGNED, Status.ATTEMPTING, Status.NO_CONTACT),
            Status.ASSIGNED,
            ASSIGNERS,
            "Assign to another worker",
        ),
        Move(
            Action.REASSIGN,
            sources(Status.CONTACTED),
            Status.CONTACTED,
            ASSIGNERS,
            "Assign to another worker",
        ),
    ),
)
