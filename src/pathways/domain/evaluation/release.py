"""A release of figures: asked for, made, read by two people who did not make it, and only then let out.

What was let out cannot be taken back, only withdrawn with a reason; so nothing leaves on one person's word,
and whatever is changed is read anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources

#: So many people who did not make it have to agree.
REVIEWERS = 2
#: For whom the figures are, by the codes of disclosure control; the wider, the more is hidden.
AUDIENCES = ("steering", "partner", "public")


class Kind(Worded):
    """What is released."""

    EVALUATION = "evaluation", "Whole evaluation report"
    QUARTERLY = "quarterly", "Home Office quarterly return"
    PROVIDER = "provider", "Commissioner’s return for one provider"
    DASHBOARD = "dashboard", "Steering-group dashboard"
    PUBLIC = "public", "Public summary"
    EQUALITY = "equality", "Equality report"


class Status(Worded):
    """Where a release stands."""

    WAITING = "waiting", "Being made"
    MADE = "made", "Made: not yet put forward"
    FAILED = "failed", "Could not be made"
    IN_REVIEW = "in_review", "Read by two others"
    RETURNED = "returned", "Returned to be changed"
    RELEASED = "released", "Released"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Action(Worded):
    """What can be done with a release."""

    MAKE = "make", "The figures are made"
    FAIL = "fail", "The figures could not be made"
    CHANGE = "change", "Change it and make it again"
    PROPOSE = "propose", "Put it forward"
    AGREE = "agree", "Agree, as the first of two"
    RELEASE = "release", "Agree, as the second of two"
    REFUSE = "refuse", "Say no"
    WITHDRAW = "withdraw", "Withdraw it"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a gate may look at. `given_away` counts what it would give away beside earlier releases."""

    at_risk: int = 0
    given_away: int = 0
    #: releases let out since it was made, which it was never held against
    newer_out: int = 0
    is_maker: bool = False
    #: whether this person has said yes or no to what stands there now
    has_spoken: bool = False
    #: people who did not make it and agreed to what stands there now
    agreed: int = 0


def may_propose(facts: Facts) -> Decision:
    """Nothing in it is at risk, by itself or beside everything released before, up to this moment."""
    if facts.at_risk:
        return decision.no(f"The attack found {facts.at_risk} counts at risk: it cannot leave.")
    if facts.given_away:
        many = "1 count" if facts.given_away == 1 else f"{facts.given_away} counts"
        return decision.no(
            f"It would give away {many} beside what was released before. Round it, choose another period, or "
            "a wider audience."
        )
    if facts.newer_out:
        many = "Another release was" if facts.newer_out == 1 else f"{facts.newer_out} other releases were"
        return decision.no(
            f"{many} let out since this one was made, and it was not held against what left then. Change it "
            "and make it again, or say no to it, so that it is."
        )
    return decision.yes()


def may_refuse(facts: Facts) -> Decision:
    """A second person, once."""
    if facts.is_maker:
        return decision.no("You made it or put it forward: others read it.")
    if facts.has_spoken:
        return decision.no("You have said what you think of it.")
    return decision.yes()


def may_agree(facts: Facts) -> Decision:
    """The first of two."""
    answer = decision.every(may_refuse(facts), may_propose(facts))
    if answer and facts.agreed >= REVIEWERS - 1:
        return decision.no("Somebody has agreed already: yours is the second yes, and lets it out.")
    return answer


def may_release(facts: Facts) -> Decision:
    """The second of two, and the checks once more."""
    answer = decision.every(may_refuse(facts), may_propose(facts))
    if answer and facts.agreed < REVIEWERS - 1:
        return decision.no("Two people who did not make it have to agree.")
    return answer


#: Who makes releases, and who reads them before they leave.
MAKERS = actors(Role.EVALUATOR, Role.COORDINATOR)
READERS = actors(Role.EVALUATOR, Role.COORDINATOR, Role.GOVERNANCE_LEAD)
_STANDING = sources(Status.MADE, Status.FAILED, Status.IN_REVIEW, Status.RETURNED)
_IN_REVIEW = sources(Status.IN_REVIEW)
_MACHINE = actors(Role.CLERK)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Release of figures",
    statuses=Status,
    start=Status.WAITING,
    final=sources(Status.WITHDRAWN),
    moves=(
        Move(Action.MAKE, sources(Status.WAITING), Status.MADE, _MACHINE, "The figures are made"),
        Move(Action.FAIL, sources(Status.WAITING), Status.FAILED, _MACHINE, "They could not be made"),
        Move(Action.CHANGE, _STANDING, Status.WAITING, MAKERS, "Change it and make it again"),
        Move(
            Action.PROPOSE,
            sources(Status.MADE),
            Status.IN_REVIEW,
            MAKERS,
            "Put it forward",
            may_propose,
        ),
        Move(Action.AGREE, _IN_REVIEW, Status.IN_REVIEW, READERS, "Agree", may_agree),
        Move(Action.RELEASE, _IN_REVIEW, Status.RELEASED, READERS, "Agree and release it", may_release),
        Move(Action.REFUSE, _IN_REVIEW, Status.RETURNED, READERS, "Say no", may_refuse),
        Move(
            Action.WITHDRAW,
            sources(*_STANDING, Status.RELEASED),
            Status.WITHDRAWN,
            READERS,
            "Withdraw it",
        ),
    ),
)
