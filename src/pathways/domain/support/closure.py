"""Closed: how an episode ended, proposed by her worker and signed off by somebody else."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.support.reasons import EndReason
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


#: An ending that she and her worker planned: it needs a step-down plan, and she is offered an exit talk.
PLANNED = frozenset({Outcome.COMPLETED_PLANNED, Outcome.MOVED_ON, Outcome.TRANSFERRED})

#: Endings that are our word and neither hers nor what befell her: at level 0 a second person agrees first.
OUR_WORD = frozenset({Outcome.COMPLETED_PLANNED, Outcome.MOVED_ON, Outcome.ADVICE_ONLY})

#: Outcomes before support: there is no plan to step down from.
BEFORE_SUPPORT = frozenset({Outcome.DECLINED, Outcome.NOT_REACHED, Outcome.ADVICE_ONLY})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a worker says when proposing to close."""

    outcome: Outcome | None = None
    reason: EndReason | None = None
    step_down_plan: str = ""
    is_exit_talk_offered: bool | None = None
    goals_open: int = 0


def complete(proposal: Proposal) -> Decision:
    """Whether a closure can be proposed."""
    if proposal.outcome is None:
        return decision.no("Say how it ended.")
    if proposal.outcome not in BEFORE_SUPPORT and proposal.reason is None:
        return decision.no("Say why it ended, or that she did not say.")
    if proposal.outcome not in PLANNED:
        return decision.yes()
    if proposal.goals_open:
        return decision.no(f"Say what became of her goals: {proposal.goals_open} still open.")
    if not proposal.step_down_plan.strip():
        return decision.no("Write where she can turn to from now on.")
    if proposal.is_exit_talk_offered is None:
        return decision.no("Say whether she was offered a talk about how it was for her.")
    return decision.yes()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sign-off may look at: whether the person signing is the one who proposed."""

    is_own_proposal: bool = False


def may_sign_off(facts: Facts) -> Decision:
    """Nobody signs off their own closure."""
    if facts.is_own_proposal:
        return decision.no("You proposed this closure: somebody else signs it off.", ask="supervisor")
    return decision.yes()


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
            may_sign_off,
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
