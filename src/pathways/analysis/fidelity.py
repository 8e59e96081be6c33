"""How the women's ways actually ran, beside the intended one: a map, its commonest variants, and turns.

Each woman is counted once, by the order in which she first reached each recorded step. Every different way
is a cell of the linear system, and everything shown of the map is a sum of such cells; the ways themselves
are not shown but for the commonest, so that no woman is found by the way she went.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pathways.analysis import overlap
from pathways.analysis.disclosure import Rule
from pathways.analysis.disclosure import system as systems
from pathways.analysis.disclosure.system import Key, System
from pathways.analysis.flow import EVERY
from pathways.analysis.flow import key as flow_key
from pathways.domain.evaluation import fidelity
from pathways.domain.evaluation.counts import RawCount, ReleasedCount
from pathways.domain.evaluation.facts import EventFact
from pathways.domain.evaluation.fidelity import FOLLOWS, Fit, Trace, Turn
from pathways.domain.evaluation.flow import STEPS, Passage, Step

#: So many of the commonest ways are shown, each only where enough women went it.
VARIANTS: Final = 8

#: The women whose way is not named.
OTHERS: Final = ("way", "others")


@dataclass(frozen=True)
class Place:
    """One step: the women of whom it is recorded, who passed it unrecorded, and whose way ended here."""

    step: Step
    recorded: ReleasedCount
    unrecorded: ReleasedCount
    ended: ReleasedCount


@dataclass(frozen=True)
class Passing:
    """Women who went directly from one step to another, and whether the intended way has it so."""

    start: Step
    end: Step
    n: ReleasedCount
    is_intended: bool


@dataclass(frozen=True)
class Variant:
    """One way that several women went, as far as they went."""

    way: Trace
    fit: Fit
    n: ReleasedCount

    @property
    def words(self) -> str:
        return " → ".join(step.label for step in self.way)


@dataclass(frozen=True)
class WayTable:
    """The whole map, released. `others` are the women whose way is none of the variants (shown counts)."""

    n: ReleasedCount
    places: tuple[Place, ...]
    passings: tuple[Passing, ...]
    fits: tuple[tuple[Fit, ReleasedCount], ...]
    variants: tuple[Variant, ...]
    others: ReleasedCount
    turns: tuple[tuple[Turn, ReleasedCount], ...]


def ways(went: Mapping[str, Passage]) -> Counter[Trace]:
    """How many women went each way."""
    return Counter(fidelity.trace(passage) for passage in went.values())


def commonest(count: Counter[Trace], rule: Rule) -> tuple[Trace, ...]:
    """The ways that may be named, the commonest first; equals in the order of the steps."""
    enough = [way for way in count if not rule.is_small(count[way])]
    enough.sort(key=lambda way: (-count[way], tuple(STEPS.index(step) for step in way)))
    return tuple(enough[:VARIANTS])


def recorded_key(step: Step) -> tuple[str, ...]:
    return ("way", "recorded", step.value)


def add_recorded(system: System, went: Mapping[str, Passage]) -> None:
    """Each step of the flow is those of whom it is recorded and those who passed it without a record."""
    for step in STEPS:
        there = sum(step in passage.reached_at for passage in went.values())
        beyond = sum(passage.has_reached(step) for passage in went.values()) - there
        system.add(recorded_key(step), RawCount(there), systems.MARGIN)
        system.add(("way", "unrecorded", step.value), RawCount(beyond))
        system.sums(flow_key(step, "n", EVERY), [recorded_key(step), ("way", "unrecorded", step.value)])


def add(system: System, count: Counter[Trace], named: Sequence[Trace]) -> frozenset[Key]:
    """The map's cells and sums; `system` holds the flow's. Answers those that no table shows."""
    order = sorted(count, key=lambda way: tuple(STEPS.index(step) for step in way))
    for way in order:
        system.add(_way(way), RawCount(count[way]), systems.MARGIN if way in named else systems.INNER)

    def total(key: Key, among: Iterable[Trace], weight: float = systems.INNER) -> None:
        among = list(among)
        system.add(key, RawCount(sum(count[way] for way in among)), weight)
        system.sums(key, [_way(way) for way in among])

    for step in STEPS:
        system.add(recorded_key(step), RawCount(sum(count[way] for way in order if step in way)))
        system.sums(recorded_key(step), [_way(way) for way in order if step in way])
        total(("way", "ended", step.value), [way for way in order if way[-1:] == (step,)])
        furthest = [way for way in order if max(way, key=STEPS.index, default=None) is step]
        parts = [flow_key(step, part, EVERY) for part in ("lost", "open")]
        if all(part in system.counts for part in parts):
            total(("way", "furthest", step.value), furthest)
            system.sums(("way", "furthest", step.value), parts)
    for start, end in _pairs(order):
        weight = systems.MARGIN if end in FOLLOWS[start] else systems.INNER
        total(_passing(start, end), [way for way in order if (start, end) in itertools.pairwise(way)], weight)
    for each in Fit:
        total(("way", "fit", each.value), [way for way in order if fidelity.fit(way) is each], systems.MARGIN)
    total(OTHERS, [way for way in order if way not in named])
    system.sums(overlap.ALL, [_way(way) for way in order])
    return frozenset(_way(way) for way in order if way not in named)


def add_turns(system: System, women: Mapping[str, tuple[EventFact, ...]]) -> None:
    """Each turn splits all the women into those whose way took it and those whose way did not."""
    count: Counter[Turn] = Counter(turn for hers in women.values() for turn in fidelity.turns(hers))
    overlap.add_all(system, len(women))
    for turn in Turn:
        system.add(("turn", turn.value), RawCount(count[turn]), systems.MARGIN)
        system.add(("turn", turn.value, "not"), RawCount(len(women) - count[turn]))
        system.sums(overlap.ALL, [("turn", turn.value), ("turn", turn.value, "not")])


def table(
    count: Counter[Trace], named: Sequence[Trace], released: Mapping[Key, ReleasedCount]
) -> WayTable:
    """The released map. What nobody went is not in it; a hidden count says that somebody did."""
    return WayTable(
        released[overlap.ALL],
        tuple(
            Place(
                step,
                released[recorded_key(step)],
                released[("way", "unrecorded", step.value)],
                released[("way", "ended", step.value)],
            )
            for step in STEPS
        ),
        tuple(
            Passing(start, end, released[_passing(start, end)], end in FOLLOWS[start])
            for start, end in _pairs(count)
        ),
        tuple((each, released[("way", "fit", each.value)]) for each in Fit),
        _shown(named, released),
        ReleasedCount(None) if any(released[_way(way)].is_hidden for way in named) else released[OTHERS],
        tuple((turn, released[("turn", turn.value)]) for turn in Turn),
    )


def _shown(named: Sequence[Trace], released: Mapping[Key, ReleasedCount]) -> tuple[Variant, ...]:
    """Those whose count is shown, the largest first by what is shown.

    A place in the list says how many: a hidden count between 21 and 18 is one of four numbers, and being
    named at all says that it is no small one. The attack knows neither, so a hidden one is with the others.
    """
    found = [Variant(way, fidelity.fit(way), released[_way(way)]) for way in named]
    kept = [one for one in found if not one.n.is_hidden]
    return tuple(sorted(kept, key=lambda one: (-(one.n.value or 0), [STEPS.index(step) for step in one.way])))


def _pairs(count: Iterable[Trace]) -> list[tuple[Step, Step]]:
    found = {pair for way in count for pair in itertools.pairwise(way)}
    return sorted(found, key=lambda pair: (STEPS.index(pair[0]), STEPS.index(pair[1])))


def _way(way: Trace) -> tuple[str, ...]:
    return ("way", "went", *(step.value for step in way))


def _passing(start: Step, end: Step) -> tuple[str, ...]:
    return ("way", "passing", start.value, end.value)
