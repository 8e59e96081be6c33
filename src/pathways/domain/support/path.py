"""Where she is on her way, concluded from what has happened: the path shown on her page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pathways.domain.terms.words import Worded


class Stage(Worded):
    """The stages of one episode, in order."""

    IDENTIFIED = "identified", "Identified"
    SAFE_CONTACT = "safe_contact", "Safe contact planned"
    CONTACTED = "contacted", "Contacted"
    AGREED = "agreed", "Agreed to take part"
    ASSESSED = "assessed", "Assessed"
    TRIAGED = "triaged", "Level decided"
    REFERRED = "referred", "Referred"
    ACCEPTED = "accepted", "Accepted by a service"
    STARTED = "started", "Support started"
    REVIEWED = "reviewed", "Reviewed"
    CLOSED = "closed", "Closed"
    FOLLOWED_UP = "followed_up", "Followed up"


class State(Worded):
    """How one stage stands."""

    DONE = "done", "Done"
    CURRENT = "current", "Now"
    NEXT = "next", "Still to come"
    SKIPPED = "skipped", "Not part of her way"


@dataclass(frozen=True, slots=True)
class Facts:
    """The day each stage was first reached in this episode; a stage not reached is absent."""

    reached: Mapping[Stage, date] = field(default_factory=dict)
    is_paused: bool = False

    @property
    def is_closed(self) -> bool:
        return Stage.CLOSED in self.reached


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the path as shown."""

    stage: Stage
    state: State
    on: date | None = None


def stage_now(facts: Facts) -> Stage | None:
    """The stage she is working towards; None when nothing is left.

    Later facts outweigh missing earlier ones: a woman in support is not sent back to a form.
    """
    stages = tuple(Stage)
    furthest = max((stages.index(stage) for stage in facts.reached), default=-1)
    return stages[furthest + 1] if furthest + 1 < len(stages) else None


def path(facts: Facts) -> tuple[Step, ...]:
    """Every stage in order. What was passed over is said to be skipped, and never shown as missing."""
    now = stage_now(facts)
    order = tuple(Stage)
    here = order.index(now) if now else len(order)

    def step(place: int, stage: Stage) -> Step:
        if stage in facts.reached:
            return Step(stage, State.DONE, facts.reached[stage])
        if place < here:
            return Step(stage, State.SKIPPED)
        return Step(stage, State.CURRENT if place == here else State.NEXT)

    return tuple(step(place, stage) for place, stage in enumerate(order))
