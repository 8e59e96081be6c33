"""Stages (a), (b) and (c): three sets that may overlap in any way, never a funnel.

Each is concluded from what happened, is independent of the other two, and carries the definition
that is printed under every table that counts it. A woman counts once, whatever her number of episodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pathways.domain.evaluation.facts import EventFact
from pathways.domain.terms.events import EventKind, ScreeningOutcome
from pathways.domain.terms.people import MACHINE_ROLES, Sector
from pathways.domain.terms.words import Worded


class CohortStage(Worded):
    """The three stages whose demographics the evaluation was asked for."""

    IDENTIFIED = "identified", "(a) Identified"
    THIRD_SECTOR = "third_sector", "(b) Supported by the third sector"
    PRIVATE = "private", "(c) Engaged with a private company"

    @property
    def letter(self) -> str:
        return {"identified": "a", "third_sector": "b", "private": "c"}[self.value]


#: Printed under every table. The first sentence says who counts, the second what does not.
DEFINITIONS: Final[Mapping[CohortStage, str]] = {
    CohortStage.IDENTIFIED: (
        "A named person confirmed at screening that the programme is for her, by whichever door she "
        "came. A flag, a search or a suggestion by the machine does not count."
    ),
    CohortStage.THIRD_SECTOR: (
        "She came to at least one support contact, on time or late, at a third-sector organisation "
        "on or after the day it accepted a referral for her. A referral that was only sent, and an "
        "appointment that she missed, do not count."
    ),
    CohortStage.PRIVATE: (
        "She agreed to take part and, on or after that day, came to at least one contact, on time or "
        "late, given by a private company. She counts whether or not she is also in (b)."
    ),
}

#: One of the eight cells: the stages she is in, in order. The empty tuple is "in none of the three".
Overlap = tuple[CohortStage, ...]

#: All eight cells, the fullest first.
OVERLAPS: Final[tuple[Overlap, ...]] = tuple(
    tuple(stage for stage, bit in zip(CohortStage, bits, strict=True) if bit)
    for bits in (
        (1, 1, 1),
        (1, 1, 0),
        (1, 0, 1),
        (0, 1, 1),
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
        (0, 0, 0),
    )
)


def overlap_words(cell: Overlap) -> str:
    """An overlap cell in words: “(a) and (b) only”."""
    if not cell:
        return "None of the three"
    return " and ".join(f"({stage.letter})" for stage in cell) + (
        "" if len(cell) == len(CohortStage) else " only"
    )


@dataclass(frozen=True, slots=True)
class Milestones:
    """The first day on which she counted towards each stage; None where she does not."""

    identified_on: date | None = None
    third_sector_on: date | None = None
    private_on: date | None = None

    @property
    def stages(self) -> Overlap:
        days = (self.identified_on, self.third_sector_on, self.private_on)
        return tuple(stage for stage, day in zip(CohortStage, days, strict=True) if day is not None)


_MACHINE = frozenset(role.value for role in MACHINE_ROLES)


def identified_on(events: Iterable[EventFact]) -> date | None:
    """The first day a named person confirmed her. Formula: domain definitions, stage (a)."""
    return _first(
        event.happened
        for event in events
        if event.kind is EventKind.IDENTIFIED
        or (
            event.kind is EventKind.SCREENED
            and event.detail.get("outcome") == ScreeningOutcome.CONFIRMED.value
            and event.role not in _MACHINE
        )
    )


def third_sector_on(events: Iterable[EventFact]) -> date | None:
    """The first attended contact at a third-sector organisation after it accepted her, stage (b)."""
    events = tuple(events)
    accepted: dict[str | None, date] = {}
    for event in events:
        if event.kind is EventKind.REFERRAL_ACCEPTED:
            day = event.happened
            accepted[event.organisation_id] = min(accepted.get(event.organisation_id, day), day)
    if not accepted:
        return None
    return _first(
        day
        for event in events
        if event.is_attended
        and event.given_by == Sector.THIRD_SECTOR.value
        and event.organisation_id in accepted
        and accepted[event.organisation_id] <= (day := event.happened)
    )


def private_on(events: Iterable[EventFact]) -> date | None:
    """The first attended contact given by a private company once she had agreed, stage (c)."""
    events = tuple(events)
    agreed = _first(event.happened for event in events if event.kind is EventKind.AGREED)
    if agreed is None:
        return None
    return _first(
        day
        for event in events
        if event.is_attended and event.given_by == Sector.PRIVATE.value and (day := event.happened) >= agreed
    )


def reached(events: Iterable[EventFact]) -> Milestones:
    """The milestones of one woman, or of one episode when given only its events."""
    events = tuple(events)
    return Milestones(identified_on(events), third_sector_on(events), private_on(events))


def _first(days: Iterable[date]) -> date | None:
    return min(days, default=None)
