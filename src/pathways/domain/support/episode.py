"""One episode: her way through once. A woman who comes back has a new one."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.support import closure
from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources


class Status(Worded):
    """Whether an episode runs."""

    OPEN = "open", "Open"
    PAUSED = "paused", "Paused"
    CLOSED = "closed", "Closed"


class Action(Worded):
    """What can be done with an episode."""

    PAUSE = "pause", "Pause"
    RESUME = "resume", "Start again"
    CLOSE = "close", "Close"


@dataclass(frozen=True, slots=True)
class Facts:
    """What an episode's gate may look at. `closure` is None when none has been proposed."""

    closure: closure.Status | None = None
    is_ended_by_stop: bool = False
    is_stopped: bool = False
    referrals_pending: int = 0


def may_close(facts: Facts) -> Decision:
    """After sign-off, and with no service left waiting; or at once, when she declined or withdrew."""
    if facts.is_ended_by_stop:
        return decision.yes()
    if facts.closure is not closure.Status.SIGNED_OFF:
        return decision.no("The closure has not been signed off.", ask="supervisor")
    if facts.referrals_pending:
        return decision.no("A service still has a referral to answer: withdraw it first.")
    return decision.yes()


def may_resume(facts: Facts) -> Decision:
    return decision.no("Her pause is still in force.") if facts.is_stopped else decision.yes()


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """A woman who comes back: whether an episode runs, and how the last one ended, if there was one."""

    has_open_episode: bool
    last_ended_by_stop: bool = False
    is_her_wish: bool = False
    is_new_referral: bool = False


def may_open_again(facts: ReturnFacts) -> Decision:
    """One episode at a time; and after she said no, nobody starts again but at her wish."""
    if facts.has_open_episode:
        return decision.no("She has an open episode already.")
    if facts.last_ended_by_stop and not facts.is_her_wish:
        return decision.no("She asked us to stop: a new episode begins only at her own wish.")
    if not (facts.is_her_wish or facts.is_new_referral):
        return decision.no("Say whether she came back herself or was referred again.")
    return decision.yes()


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Episode",
    statuses=Status,
    start=Status.OPEN,
    final=sources(Status.CLOSED),
    moves=(
        Move(
            Action.PAUSE,
            sources(Status.OPEN),
            Status.PAUSED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "Pause",
        ),
        Move(
            Action.RESUME,
            sources(Status.PAUSED),
            Status.OPEN,
            ALONGSIDE_ROLES | {Role.CLERK},
            "Start again",
            may_resume,
        ),
        Move(
            Action.CLOSE,
            sources(Status.OPEN, Status.PAUSED),
            Status.CLOSED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "Close",
            may_close,
        ),
    ),
)
