"""The flow table: how many reached each step, why the others went no further, and how long it took."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pathways.analysis import overlap
from pathways.analysis.disclosure import system as systems
from pathways.analysis.disclosure.rule import Rule
from pathways.analysis.disclosure.system import Key, System
from pathways.domain.evaluation import facts, flow
from pathways.domain.evaluation.counts import RawCount, ReleasedCount
from pathways.domain.evaluation.facts import EventFact
from pathways.domain.evaluation.flow import STEPS, Loss, Passage, Step
from pathways.domain.evaluation.milestones import CohortStage, Overlap
from pathways.domain.terms.routes import Route

EVERY: Final = "every"
NOT_RECORDED: Final = "not_recorded"
#: Routes in order; the last is for a door that no event names.
ROUTES: Final[tuple[tuple[str, str], ...]] = (
    *((route.value, route.label) for route in Route),
    (NOT_RECORDED, "Not recorded"),
)


@dataclass(frozen=True)
class FlowLine:
    """One step: reached, lost (with reasons, each released by itself), in progress; journeys beside women."""

    step: Step
    definition: str
    n: ReleasedCount
    lost: ReleasedCount
    in_progress: ReleasedCount
    reasons: tuple[tuple[str, ReleasedCount], ...]
    journeys: ReleasedCount | None = None


@dataclass(frozen=True)
class FlowTable:
    """The flow of all women (`route` is None) or of those who came by one route."""

    route: str | None
    label: str
    lines: tuple[FlowLine, ...]


@dataclass(frozen=True)
class TimeLine:
    """Days from one step to the next: the median, and what the slowest tenth waited at least.

    None where too few women have both dates for the figure to leave.
    """

    start: Step
    end: Step
    median_days: int | None
    worst_tenth_days: int | None


def passages(women: Mapping[str, tuple[EventFact, ...]]) -> dict[str, Passage]:
    return {who: flow.passage(hers) for who, hers in women.items()}


def journeys(women: Mapping[str, tuple[EventFact, ...]], went: Mapping[str, Passage]) -> Counter[Step]:
    """How many journeys reached each step: a woman who came back and reached it again counts again."""
    count: Counter[Step] = Counter()
    for who, hers in women.items():
        episodes = facts.by_episode(hers)
        if len(episodes) < 2 and hers in episodes.values():  # her one journey is all of hers
            count.update(went[who].reached)
            continue
        each = [flow.passage(episode) for episode in episodes.values()]
        for step in went[who].reached:
            count[step] += max(1, sum(passage.has_reached(step) for passage in each))
    return count


def add(system: System, went: Mapping[str, Passage], repeats: Counter[Step]) -> None:
    """The flow as cells and sums: each step is the next step, those lost and those in progress.

    The first step is all women of the overlap table, so that the two tables are protected as one.
    """
    routes = sorted({passage.route for passage in went.values()})
    reached = Counter((step, p.route) for p in went.values() for step in p.reached)
    lost = Counter((p.furthest, p.route) for p in went.values() if p.lost)
    reasons = Counter((p.furthest, p.lost) for p in went.values() if p.lost)
    for at, step in enumerate(STEPS):
        following = STEPS[at + 1] if at + 1 < len(STEPS) else None
        for route in (EVERY, *routes):
            chosen = routes if route == EVERY else [route]
            n = sum(reached[step, r] for r in chosen)
            gone = sum(lost[step, r] for r in chosen)
            on = sum(reached[following, r] for r in chosen) if following else 0
            weight = systems.GRAND if route == EVERY else 2 * systems.INNER
            system.add(key(step, "n", route), RawCount(n), weight)
            if following is None:
                continue
            weight = systems.MARGIN if route == EVERY else systems.INNER
            system.add(key(step, "lost", route), RawCount(gone), weight)
            system.add(key(step, "open", route), RawCount(n - gone - on), weight)
        if following:
            for loss in Loss:
                if reasons[step, loss]:
                    system.add(key(step, loss.value, EVERY), RawCount(reasons[step, loss]))
        if repeats:
            again = repeats[step] - sum(reached[step, r] for r in routes)
            system.add(key(step, "again", EVERY), RawCount(again))
            system.add(key(step, "journeys", EVERY), RawCount(repeats[step]), 2 * systems.MARGIN)
            system.sums(key(step, "journeys", EVERY), [key(step, "n", EVERY), key(step, "again", EVERY)])
    for at, step in enumerate(STEPS):
        following = STEPS[at + 1] if at + 1 < len(STEPS) else None
        parts = ("n", "lost", "open") if following else ("n",)
        for part in parts:
            system.sums(key(step, part, EVERY), [key(step, part, route) for route in routes])
        if following:
            for route in (EVERY, *routes):
                system.sums(
                    key(step, "n", route),
                    [key(following, "n", route), key(step, "lost", route), key(step, "open", route)],
                )
            why = [key(step, loss.value, EVERY) for loss in Loss if reasons[step, loss]]
            system.sums(key(step, "lost", EVERY), why)
    if overlap.ALL in system.counts:
        system.sums(overlap.ALL, [key(Step.CONSIDERED, "n", EVERY)])


def tie_to_sets(system: System, went: Mapping[str, Passage], standing: Mapping[str, Overlap]) -> None:
    """Say how the flow and the sets differ, so that neither table gives the other away.

    Confirmed women outside (a), and women outside (b) whose support started, are cells of their own.
    """
    for step, stage in ((Step.CONFIRMED, CohortStage.IDENTIFIED), (Step.STARTED, CohortStage.THIRD_SECTOR)):
        there = {who for who, passage in went.items() if passage.has_reached(step)}
        members = {who for who, cell in standing.items() if stage in cell}
        beyond, apart = (step.value, "outside the set"), (step.value, "outside the step")
        system.add(beyond, RawCount(len(there - members)))
        system.add(apart, RawCount(len(members - there)))
        either = (step.value, "either")
        system.add(either, RawCount(len(there | members)))
        system.sums(either, [overlap.stage_key(stage), beyond])
        system.sums(either, [key(step, "n", EVERY), apart])


def tables(went: Mapping[str, Passage], released: Mapping[Key, ReleasedCount]) -> tuple[FlowTable, ...]:
    """The released flow of all women, then of each route that anyone came by."""
    found = {passage.route for passage in went.values()}
    labels = dict(ROUTES)
    routes = [route for route, _ in ROUTES if route in found] + sorted(found - set(labels))
    whole = _table(None, "All routes", EVERY, released)
    return (whole, *(_table(r, labels.get(r, r.replace("_", " ").capitalize()), r, released) for r in routes))


def _table(route: str | None, label: str, code: str, released: Mapping[Key, ReleasedCount]) -> FlowTable:
    nothing = ReleasedCount(0)
    return FlowTable(
        route,
        label,
        tuple(
            FlowLine(
                step,
                flow.STEP_DEFINITIONS[step],
                released[key(step, "n", code)],
                released.get(key(step, "lost", code), nothing),
                released.get(key(step, "open", code), nothing),
                tuple(
                    (loss.label, released[key(step, loss.value, code)])
                    for loss in Loss
                    if key(step, loss.value, code) in released
                ),
                released.get(key(step, "journeys", code)),
            )
            for step in STEPS
        ),
    )


def times(
    went: Mapping[str, Passage], released: Mapping[Key, ReleasedCount], rule: Rule
) -> tuple[TimeLine, ...]:
    """Times between neighbouring steps, over the women whose two dates are both known.

    A median leaves when it rests on more than twice the threshold, and the worst tenth on five times
    it, so that no figure is one woman's own; never where the count of the step is itself hidden.
    """
    lines = []
    for start, end in itertools.pairwise(STEPS):
        both = (p.reached_at for p in went.values() if start in p.reached_at and end in p.reached_at)
        days = sorted(max(0, (at[end].date() - at[start].date()).days) for at in both)
        hidden = released[key(end, "n", EVERY)].is_hidden
        few, tenth = len(days) <= 2 * rule.threshold, len(days) < 5 * rule.threshold
        lines.append(
            TimeLine(
                start,
                end,
                None if hidden or few else quantile(days, 0.5),
                None if hidden or tenth else quantile(days, 0.9),
            )
        )
    return tuple(lines)


def middle(ordered: list[int]) -> int:
    """The median as everywhere in the evaluation: a value that stands there, by nearest rank."""
    return quantile(ordered, 0.5)


def quantile(ordered: list[int], share: float) -> int:
    """Nearest rank: the least value that at least `share` of them do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def key(step: Step, part: str, route: str) -> tuple[str, str, str, str]:
    return ("flow", step.value, part, route)
