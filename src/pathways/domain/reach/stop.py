"""Stopped: she, or a worker for her, declines, pauses or withdraws in one step, at any stage."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
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


class Reason(Worded):
    """Why she stops. She need not say, and nobody asks twice."""

    NOT_SAID = "not_said", "She did not say"
    NOT_NOW = "not_now", "Not now"
    NO_NEED = "no_need", "She does not feel the need"
    HAS_SUPPORT = "has_support", "She has support already"
    NOT_WHAT_SHE_WANTED = "not_what_she_wanted", "It was not what she wanted"
    POLICE_LINK = "police_link", "The link with police"
    NOT_SAFE = "not_safe", "It would not be safe for her"
    PRESSURE = "pressure", "Pressure from a partner, family or associates"
    HER_LIFE = "her_life", "Other things come first"


class Status(Worded):
    """Whether a stop holds."""

    IN_FORCE = "in_force", "In force"
    LIFTED = "lifted", "Lifted at her wish"


class Action(Worded):
    """What can be done with a stop."""

    LIFT = "lift", "Start again at her wish"


@dataclass(frozen=True, slots=True)
class Facts:
    """A stop, and whether she herself has asked to start again."""

    kind: Kind
    has_she_asked_to_start: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What there is to stop: whether she had agreed, whether an episode runs, and who is involved."""

    has_agreed: bool
    has_open_episode: bool
    organisations: tuple[str, ...] = ()
    in_force: Kind | None = None


@dataclass(frozen=True, slots=True)
class Consequences:
    """What must follow a stop, in the same transaction. Police are told none of it."""

    is_contact_stopped: bool
    tell: tuple[str, ...]
    pauses_episode: bool
    closes_episode: bool
    withdraws_referrals: bool
    ends_follow_up: bool


def kinds_open(surroundings: Surroundings) -> tuple[Kind, ...]:
    """What she can ask for now: to decline before she agreed, to withdraw after it, to pause at any time."""
    kinds = (Kind.PAUSE, Kind.WITHDRAW) if surroundings.has_agreed else (Kind.DECLINE, Kind.PAUSE)
    if surroundings.in_force is None:
        return kinds
    return tuple(kind for kind in kinds if surroundings.in_force is Kind.PAUSE and kind is not Kind.PAUSE)


def may_stop(kind: Kind, surroundings: Surroundings) -> Decision:
    """There is no condition on stopping but that it is not in force already."""
    if kind in kinds_open(surroundings):
        return decision.yes()
    if surroundings.in_force is not None:
        return decision.no("All contact has been stopped already.")
    return decision.no(
        "She has taken part already: withdraw instead."
        if surroundings.has_agreed
        else "She has not taken part yet: decline instead."
    )


def what_follows(kind: Kind, surroundings: Surroundings) -> Consequences:
    """All contact stops and everybody involved is told, whatever the kind; a pause closes nothing."""
    ends = kind is not Kind.PAUSE
    return Consequences(
        is_contact_stopped=True,
        tell=tuple(dict.fromkeys(surroundings.organisations)),
        pauses_episode=surroundings.has_open_episode and not ends,
        closes_episode=surroundings.has_open_episode and ends,
        withdraws_referrals=ends,
        ends_follow_up=ends,
    )


def may_lift(facts: Facts) -> Decision:
    """A pause ends when she says so. After declining or withdrawing she comes back with a new episode."""
    if facts.kind is not Kind.PAUSE:
        return decision.no("If she wants to come back, open a new episode.")
    if not facts.has_she_asked_to_start:
        return decision.no("Only at her wish: record that she asked to start again.")
    return decision.yes()


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
            may_lift,
        ),
    ),
)
