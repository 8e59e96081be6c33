"""Approached: a worker, assigned to her before any referral exists, reaches her and explains the offer."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
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


class Result(Worded):
    """What came of one attempt."""

    NO_ANSWER = "no_answer", "No answer"
    NOT_SAFE_TO_SPEAK = "not_safe_to_speak", "It was not safe to speak"
    SOMEONE_ELSE = "someone_else", "Someone else answered; nothing was said"
    WRONG_DETAILS = "wrong_details", "The details were wrong"
    ASKED_TO_CALL_BACK = "asked_to_call_back", "She asked to be contacted another time"
    REACHED = "reached", "She was reached"


class DeclineReason(Worded):
    """Why she declined. She need not say."""

    NOT_NOW = "not_now", "Not now"
    NO_NEED = "no_need", "She does not feel the need"
    POLICE_LINK = "police_link", "The link with police"
    NOT_SAFE = "not_safe", "It would not be safe for her"
    HAS_SUPPORT = "has_support", "She has support already"
    NOT_SAID = "not_said", "She did not say"


#: So many attempts before she may be recorded as not reached, unless the programme says otherwise.
LEAST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What an approach gate may look at."""

    attempts: int = 0
    least_attempts: int = LEAST_ATTEMPTS
    is_stopped: bool = False
    has_safe_plan: bool = True


def may_attempt(facts: Facts) -> Decision:
    """She has not stopped, and there is a plan that can be trusted."""
    if facts.is_stopped:
        return decision.no("She has asked us to stop.")
    if not facts.has_safe_plan:
        return decision.no("There is no safe-contact plan that can be trusted.")
    return decision.yes()


def may_go_on(facts: Facts) -> Decision:
    return decision.no("She has asked us to stop.") if facts.is_stopped else decision.yes()


def may_give_up(facts: Facts) -> Decision:
    """Nobody is given up on after one unanswered call."""
    if facts.attempts >= facts.least_attempts:
        return decision.yes()
    return decision.no(f"{facts.attempts} of at least {facts.least_attempts} attempts have been made.")


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
            may_attempt,
        ),
        Move(
            Action.REACH,
            sources(Status.ASSIGNED, Status.ATTEMPTING, Status.NO_CONTACT),
            Status.CONTACTED,
            ALONGSIDE_ROLES,
            "Record that she was reached",
            may_go_on,
        ),
        Move(
            Action.AGREE,
            sources(Status.CONTACTED),
            Status.AGREED,
            ALONGSIDE_ROLES,
            "Record her agreement",
            may_go_on,
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
            may_give_up,
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
