"""What measures count beyond the tables, as further parts of the evaluation's one release.

Both parts share the flow's totals, and are protected and attacked with them, so that a measure never gives
away what a table hides. Medians leave by the rule of the times between steps.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from pathways.analysis import flow
from pathways.analysis.disclosure import Rule, System
from pathways.analysis.disclosure import system as systems
from pathways.analysis.disclosure.system import Key
from pathways.analysis.flow import EVERY
from pathways.domain.evaluation.counts import RawCount, ReleasedCount
from pathways.domain.evaluation.facts import EventFact
from pathways.domain.evaluation.flow import STEPS, Passage, Step
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind

Women = Mapping[str, tuple[EventFact, ...]]
#: When a decision about a woman who was flagged at this moment falls due.
Due = Callable[[datetime], datetime]


@dataclass(frozen=True)
class Measured:
    """The released counts that measures need beyond the tables: cells by key, quarters, and medians."""

    cells: Mapping[Key, ReleasedCount]
    quarters: tuple[date, ...]
    days_to_contact: int | None



def parts(women: Women, went: Mapping[str, Passage], due: Due | None) -> list[System]:
    """Two more parts of the release: the flow by the quarter in which journeys began, and what is measured.

    Both share the flow's totals, and so are protected with them.
    """
    return [_by_quarter(women, went), _counted(women, went, due)]


def quarters(women: Women) -> tuple[date, ...]:
    """The first day of every quarter from the first journey to the last."""
    began = [hers[0].at for hers in women.values()]
    if not began:
        return ()
    found, last = [_quarter(min(began))], _quarter(max(began))
    while found[-1] < last:
        found.append(clocks.next_quarter(found[-1]))
    return tuple(found)


def _quarter(at: datetime) -> date:
    return clocks.quarter(clocks.local(at).date())


def quarter_key(step: Step, part: str, quarter: date) -> Key:
    return flow.key(step, part, f"quarter {quarter.isoformat()}")


#: The steps that are told quarter by quarter. Each further one makes small cells that have to be hidden, and
#: takes time: three say how many came, how many were confirmed and how many agreed.
BY_QUARTER: Final = (Step.CONSIDERED, Step.CONFIRMED, Step.AGREED)


def _by_quarter(women: Women, went: Mapping[str, Passage]) -> System:
    system = System()
    began = {who: _quarter(hers[0].at) for who, hers in women.items()}
    every = quarters(women)
    reached = Counter(
        (step, began[who]) for who, p in went.items() for step in BY_QUARTER if p.has_reached(step)
    )
    for step in BY_QUARTER:
        for quarter in every:
            system.add(quarter_key(step, "n", quarter), RawCount(reached[step, quarter]))
        total = flow.key(step, "n", EVERY)
        system.add(total, RawCount(sum(reached[step, quarter] for quarter in every)), systems.GRAND)
        if every:
            system.sums(total, [quarter_key(step, "n", quarter) for quarter in every])
    for step, following in itertools.pairwise(BY_QUARTER):
        for quarter in every:
            left = reached[step, quarter] - reached[following, quarter]
            system.add(quarter_key(step, "no further", quarter), RawCount(left))
            parts = [quarter_key(following, "n", quarter), quarter_key(step, "no further", quarter)]
            system.sums(quarter_key(step, "n", quarter), parts)
    return system


def _counted(women: Women, went: Mapping[str, Passage], due: Due | None) -> System:
    system = System()
    there: dict[Step, set[str]] = {step: set() for step in STEPS}
    for who, passage in went.items():
        for step in passage.reached:
            there[step].add(who)

    def split(step: Step, groups: Mapping[str, set[str]], rest: str) -> None:
        """The women of a step in groups that do not overlap, and those who are in none."""
        left = set(there[step])
        for name, members in groups.items():
            system.add(key(name), RawCount(len(members & left)))
            left -= members
        system.add(key(rest), RawCount(len(left)))
        total = flow.key(step, "n", EVERY)
        system.add(total, RawCount(len(there[step])), systems.GRAND)
        system.sums(total, [*(key(name) for name in groups), key(rest)])

    decided, in_time = _decided(women, due)
    split(Step.CONSIDERED, {"decided": decided}, "not decided")
    if due is not None:
        within = in_time & decided
        system.add(key("in time"), RawCount(len(within)))
        system.add(key("late"), RawCount(len(decided - within)))
        system.sums(key("decided"), [key("in time"), key("late")])
    setting = {who for who, hers in women.items() if any(one.kind is EventKind.GOAL_SET for one in hers)}
    met = {
        who
        for who, hers in women.items()
        if any(one.kind is EventKind.GOAL_RATED and one.detail.get("state") == "met" for one in hers)
    }
    split(Step.CONSIDERED, {"goal set": setting}, "no goal")
    system.add(key("goal met"), RawCount(len(met & setting)))
    system.add(key("goal not met"), RawCount(len(setting - met)))
    system.sums(key("goal set"), [key("goal met"), key("goal not met")])
    return system


def key(name: str) -> Key:
    return ("measure", name)


def _decided(women: Women, due: Due | None) -> tuple[set[str], set[str]]:
    """The women about whom somebody decided at the door, and of these the ones decided on by the day due."""
    decided, in_time = set(), set()
    for who, hers in women.items():
        at = next((one.at for one in hers if one.kind is EventKind.SCREENED), None)
        if at is None:
            continue
        decided.add(who)
        if due is not None and at <= due(hers[0].at):
            in_time.add(who)
    return decided, in_time


def released(
    went: Mapping[str, Passage], cells: Mapping[Key, ReleasedCount], rule: Rule, *, women: Women
) -> Measured:
    """What measures may show, from the cells of the whole release and by the rule of medians."""
    started = cells[flow.key(Step.STARTED, "n", EVERY)]
    days = [
        max(0, (p.reached_at[Step.STARTED].date() - p.reached_at[Step.AGREED].date()).days)
        for p in went.values()
        if Step.STARTED in p.reached_at and Step.AGREED in p.reached_at
    ]
    return Measured(
        {name: count for name, count in cells.items() if _is_ours(name)},
        quarters(women),
        _median(days, started, rule),
    )


def _is_ours(name: Any) -> bool:
    return name[0] == "measure" or (name[0] == "flow" and str(name[3]).startswith("quarter "))


def _median(values: list[int], of: ReleasedCount, rule: Rule) -> int | None:
    """By the rule of `flow.times`: it rests on more than twice the threshold, or it does not leave."""
    if of.is_hidden or len(values) <= 2 * rule.threshold:
        return None
    return flow.middle(sorted(values))
