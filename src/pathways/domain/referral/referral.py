"""Referred: the coordinator sends what she agreed to share; the service acknowledges and answers."""

from __future__ import annotations

from pathways.domain.terms.people import WORKER_ROLES, Role
from pathways.domain.terms.words import Worded
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
        ),
        Move(
            Action.WAITLIST,
            sources(Status.SENT, Status.ACKNOWLEDGED),
            Status.WAITLISTED,
            RECEIVERS,
            "Put on the waiting list",
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
        ),
        Move(
            Action.WITHDRAW,
            PENDING | {Status.DRAFT, Status.ACCEPTED},
            Status.WITHDRAWN,
            COORDINATOR | {Role.CLERK},
            "Withdraw the referral",
        ),
        Move(
            Action.EXPIRE,
            PENDING,
            Status.EXPIRED,
            COORDINATOR | {Role.CLERK},
            "Close as unanswered",
        ),
    ),
)
