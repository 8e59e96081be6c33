"""Considered by police: a flag that a trained single point of contact screens before anyone contacts her."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.identification import eligibility
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources


class Status(Worded):
    """Where a flag from police stands."""

    FLAGGED = "flagged", "Flagged"
    UNDER_REVIEW = "under_review", "Under review"
    CONFIRMED = "confirmed", "Confirmed"
    REJECTED = "rejected", "Not taken forward"
    DEFERRED = "deferred", "Deferred"
    SAFEGUARDING_FIRST = "safeguarding_first", "Safeguarding first"
    DUPLICATE = "duplicate", "Already known"
    NOT_THIS_PROGRAMME = "not_this_programme", "Not for this programme"


class Action(Worded):
    """What can be done with a flag."""

    START_REVIEW = "start_review", "Start the review"
    CONFIRM = "confirm", "Confirm"
    REJECT = "reject", "Do not take forward"
    DEFER = "defer", "Defer"
    SAFEGUARD_FIRST = "safeguard_first", "Safeguarding first"
    MARK_DUPLICATE = "mark_duplicate", "Mark as already known"
    SEND_ELSEWHERE = "send_elsewhere", "Not for this programme"
    RESUME = "resume", "Take up again"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a screening gate may look at."""

    person: eligibility.Person
    has_safeguarding_open: bool = False
    # whether the person who decides has opened the evidence as it is now
    has_opened_evidence: bool = False


def evidence_opened(facts: Facts) -> Decision:
    """Nobody decides about her from a list: the evidence is opened first, by the person who decides."""
    if facts.has_opened_evidence:
        return decision.yes()
    return decision.no("Open the evidence before you decide: what is on it has not been opened by you yet.")


def may_confirm(facts: Facts) -> Decision:
    """She is who the programme is for, the evidence was opened, and nothing about her safety waits."""
    if facts.has_safeguarding_open:
        return decision.no("A safeguarding action is open: it comes first.")
    return decision.every(evidence_opened(facts), eligibility.eligible(facts.person))


def may_contact(status: Status) -> Decision:
    """No contact yet: nobody reaches her because of a flag that has not been confirmed."""
    if status is Status.CONFIRMED:
        return decision.yes()
    return decision.no("No contact yet: the flag has not been confirmed.")


SPOC = actors(Role.POLICE_SPOC)
OPEN = sources(Status.FLAGGED, Status.UNDER_REVIEW, Status.DEFERRED)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Consideration",
    statuses=Status,
    start=Status.FLAGGED,
    final=sources(Status.CONFIRMED, Status.DUPLICATE, Status.NOT_THIS_PROGRAMME),
    moves=(
        Move(
            Action.START_REVIEW,
            sources(Status.FLAGGED),
            Status.UNDER_REVIEW,
            SPOC | {Role.POLICE_ANALYST},
            "Start the review",
        ),
        Move(
            Action.CONFIRM,
            sources(Status.UNDER_REVIEW),
            Status.CONFIRMED,
            SPOC,
            "Confirm",
            may_confirm,
        ),
        Move(
            Action.REJECT,
            sources(Status.UNDER_REVIEW),
            Status.REJECTED,
            SPOC,
            "Do not take forward",
            evidence_opened,
        ),
        Move(
            Action.DEFER,
            sources(Status.UNDER_REVIEW),
            Status.DEFERRED,
            SPOC,
            "Defer",
            evidence_opened,
        ),
        Move(
            Action.SAFEGUARD_FIRST,
            OPEN,
            Status.SAFEGUARDING_FIRST,
            SPOC,
            "Safeguarding first",
            evidence_opened,
        ),
        Move(
            Action.MARK_DUPLICATE,
            OPEN,
            Status.DUPLICATE,
            SPOC,
            "Mark as already known",
            evidence_opened,
        ),
        Move(
            Action.SEND_ELSEWHERE,
            OPEN,
            Status.NOT_THIS_PROGRAMME,
            SPOC,
            "Not for this programme",
            evidence_opened,
        ),
        Move(
            Action.RESUME,
            sources(Status.DEFERRED, Status.SAFEGUARDING_FIRST, Status.REJECTED),
            Status.UNDER_REVIEW,
            SPOC,
            "Take up again",
        ),
    ),
)
