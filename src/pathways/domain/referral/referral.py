"""Referred: the coordinator sends what she agreed to share; the service acknowledges and answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.referral import sharing
from pathways.domain.terms.clocks import WorkingTime
from pathways.domain.terms.people import WORKER_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.triage import triage
from pathways.domain.triage.levels import STANDARDS, Level, Standard
from pathways.domain.workflow import Move, Workflow, actors, sources


class Status(Worded):
    """Where a referral to a service stands."""

    DRAFT = "draft", "Draft"
    SENT = "sent", "Sent"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    ACCEPTED = "accepted", "Accepted"
    WAITLISTED = "waitlisted", "On the waiting list"
    DECLINED_BY_SERVICE = "declined_by_service", "Declined by the service"
    DECLINED_BY_CLIENT = "declined_by_client", "Declined by her"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired without an answer"


class Action(Worded):
    """What can be done with a referral."""

    SEND = "send", "Send the referral"
    ACKNOWLEDGE = "acknowledge", "Acknowledge"
    ACCEPT = "accept", "Accept"
    WAITLIST = "waitlist", "Put on the waiting list"
    DECLINE = "decline", "Decline"
    RECORD_HER_NO = "record_her_no", "She declines this service"
    WITHDRAW = "withdraw", "Withdraw the referral"
    EXPIRE = "expire", "Close as unanswered"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a referral gate may look at. `triage` is None before triage has begun; `pack` is what goes."""

    has_agreed: bool = False
    is_stopped: bool = False
    triage: triage.Status | None = None
    is_organisation_live: bool = False
    is_service_open: bool = False
    pack: sharing.PackFacts | None = None
    is_overdue: bool = False
    has_started: bool = False


_TRIAGED = frozenset({triage.Status.DECIDED, triage.Status.OVERRIDDEN})


def may_send(facts: Facts) -> Decision:
    """Nobody is referred without her agreement, before triage, after a stop, or with more than she agreed."""
    if not (answer := _is_wanted(facts)):
        return answer
    if facts.triage not in _TRIAGED:
        return decision.no("Her level of support has not been decided yet.")
    if not facts.is_organisation_live:
        return decision.no("This organisation does not take part in the programme now.")
    if not facts.is_service_open:
        return decision.no("This service is not open to referrals now.")
    if facts.pack is None:
        return decision.no("Choose what is shared, from what she agreed to.")
    return sharing.may_share(facts.pack)


def _is_wanted(facts: Facts) -> Decision:
    if facts.is_stopped:
        return decision.no("She has asked us to stop.")
    if not facts.has_agreed:
        return decision.no("She has not agreed to take part.")
    return decision.yes()


def may_take_on(facts: Facts) -> Decision:
    """A service may not take her on, or keep her waiting, once she has asked us to stop."""
    return _is_wanted(facts)


def may_take_back(facts: Facts) -> Decision:
    """Before support has begun; afterwards it ends in her support record, where it is said how."""
    if facts.has_started:
        return decision.no("Support has begun: end it in her support record.")
    return decision.yes()


def may_expire(facts: Facts) -> Decision:
    if facts.is_overdue:
        return decision.yes()
    return decision.no("The service still has time to answer.")


def answer_due(
    level: Level, *, sent_at: datetime, working: WorkingTime, standard: Standard | None = None
) -> datetime:
    """By when the service is to answer, by her level of support. `standard` is what the policy in force
    promises; without it, the usual."""
    return working.due_after_days(sent_at, (standard or STANDARDS[level]).answer_days)


def first_contact_due(
    level: Level, *, accepted_at: datetime, working: WorkingTime, standard: Standard | None = None
) -> datetime:
    """By when she is to be seen or spoken with for the first time, by her level of support. `standard` is
    what the policy in force promises; without it, the usual."""
    return working.due_after_days(accepted_at, (standard or STANDARDS[level]).first_contact_days)


COORDINATOR = actors(Role.COORDINATOR)
RECEIVERS = WORKER_ROLES

#: Sent and not yet answered for good: these show in the receiving organisation's list.
PENDING = sources(Status.SENT, Status.ACKNOWLEDGED, Status.WAITLISTED)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Referral",
    statuses=Status,
    start=Status.DRAFT,
    final=sources(
        Status.DECLINED_BY_SERVICE,
        Status.DECLINED_BY_CLIENT,
        Status.WITHDRAWN,
        Status.EXPIRED,
    ),
    moves=(
        Move(
            Action.SEND,
            sources(Status.DRAFT),
            Status.SENT,
            COORDINATOR,
            "Send the referral",
            may_send,
        ),
        Move(
            Action.ACKNOWLEDGE,
            sources(Status.SENT),
            Status.ACKNOWLEDGED,
            RECEIVERS,
            "Acknowledge",
        ),
        Move(
            Action.ACCEPT,
            PENDING,
            Status.ACCEPTED,
            RECEIVERS,
            "Accept",
            may_take_on,
        ),
        Move(
            Action.WAITLIST,
            sources(Status.SENT, Status.ACKNOWLEDGED),
            Status.WAITLISTED,
            RECEIVERS,
            "Put on the waiting list",
            may_take_on,
        ),
        Move(
            Action.DECLINE,
            PENDING,
            Status.DECLINED_BY_SERVICE,
            RECEIVERS,
            "Decline",
        ),
        Move(
            Action.RECORD_HER_NO,
            PENDING | {Status.DRAFT, Status.ACCEPTED},
            Status.DECLINED_BY_CLIENT,
            RECEIVERS | COORDINATOR | {Role.CLERK},
            "She declines this service",
            may_take_back,
        ),
        Move(
            Action.WITHDRAW,
            PENDING | {Status.DRAFT, Status.ACCEPTED},
            Status.WITHDRAWN,
            COORDINATOR | {Role.CLERK},
            "Withdraw the referral",
            may_take_back,
        ),
        Move(
            Action.EXPIRE,
            PENDING,
            Status.EXPIRED,
            COORDINATOR | {Role.CLERK},
            "Close as unanswered",
            may_expire,
        ),
    ),
)
