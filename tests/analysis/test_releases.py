"""Two releases laid over one another, attacked by trying every pair of tables or by programmes."""

from __future__ import annotations

import itertools
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathways.analysis import disclosure
from pathways.analysis.disclosure import TOTAL, AtRisk, Rule, Zeros, releases
from tests.analysis.attacking import Attack

Cell = tuple[str, str]
MOST = 14


def whole(cells: dict[Cell, int]) -> dict[Cell, int]:
    rows, columns = ({cell[axis] for cell in cells} for axis in (0, 1))
    found = dict(cells)
    found |= {(r, TOTAL): sum(n for cell, n in cells.items() if cell[0] == r) for r in rows}
    found |= {(TOTAL, c): sum(n for cell, n in cells.items() if cell[1] == c) for c in columns}
    return found | {(TOTAL, TOTAL): sum(cells.values())}


def every(shown: dict[Cell, int | None]) -> list[dict[Cell, int]]:
    """Every whole table in keeping with what is shown, no cell above MOST."""
    inner = [cell for cell in shown if TOTAL not in cell]
    ranges = [range(1, MOST + 1) if shown[cell] is None else [shown[cell]] for cell in inner]
    tables = (whole(dict(zip(inner, values, strict=True))) for values in itertools.product(*ranges))
    return [t for t in tables if all(t[c] >= 1 if n is None else t[c] == n for c, n in shown.items())]


def limits(values: list[int]) -> tuple[int, float]:
    return min(values), max(values)


@pytest.mark.parametrize("seed", range(30))
def test_what_is_given_away_is_what_trying_every_pair_of_tables_leaves_too_little_open(seed):
    chance = random.Random(seed)
    cells = [("r0", "c0"), ("r0", "c1")] if seed % 2 else [("r0", "c0"), ("r1", "c0")]
    before = whole({cell: chance.choice([0, 2, 3, 6, 8]) for cell in cells})
    added = whole({cell: chance.choice([0, 0, 1, 3, 6]) for cell in cells})
    after = {cell: before[cell] + added[cell] for cell in before}
    threshold = chance.choice([2, 3])

    def hide(table: dict[Cell, int]) -> dict[Cell, int | None]:
        hidden = {c for c, n in table.items() if 1 <= n <= threshold or (n and chance.random() < 0.25)}
        return {c: None if c in hidden else n for c, n in table.items()}

    early, late = hide(before), hide(after)
    pairs = [(a, b) for a in every(early) for b in every(late) if all(a[c] <= b[c] for c in a)]
    expected = set()
    for cell in before:
        low, high = limits([b[cell] - a[cell] for a, b in pairs])
        if high - low < threshold and high >= 1 and low <= threshold:
            expected.add(("change", "late", cell))
        for name, place, shown in (("early", 0, early), ("late", 1, late)):
            if shown[cell] is None:
                low, high = limits([pair[place][cell] for pair in pairs])
                alone = limits([table[cell] for table in every(shown)])
                is_new = alone != (low, high) or (name == "late" and high <= threshold)
                if high - low < threshold and low <= threshold and is_new:
                    expected.add(("count", name, cell))
    held = releases.against(
        releases.Release(Path("late"), late), [releases.Release(Path("early"), early)], Rule(threshold)
    )
    assert held.relations == [("early", "late", "the same and more")]
    assert {(each.what, each.release, (each.row, each.column)) for each in held.given_away} == expected


def released(
    table: dict[Cell, int], rule: Rule, earlier: list[releases.Release], name: str
) -> releases.Release:
    inner = {cell: n for cell, n in table.items() if TOTAL not in cell}
    rows, columns = (list(dict.fromkeys(cell[axis] for cell in inner)) for axis in (0, 1))
    chosen = releases.choose(disclosure.tables.two_way(inner, rows, columns), rule, earlier)
    return releases.Release(Path(name), {cell: None if cell in chosen else n for cell, n in table.items()})


def ranges(
    shown: list[dict[Cell, int | None]], floor: int, only: set[tuple[int, Cell]]
) -> dict[tuple[int, Cell], tuple[float, float]]:
    """What two tables and their change can be, by plain linear programmes over all of it."""
    cells = list(shown[0])
    n = len(cells)
    at = {cell: place for place, cell in enumerate(cells)}
    rows, columns = (list(dict.fromkeys(c[axis] for c in cells if c[axis] != TOTAL)) for axis in (0, 1))
    sums = []
    for block in (0, n):
        for line in [*rows, TOTAL]:
            sums.append({block + at[line, TOTAL]: -1} | {block + at[line, c]: 1 for c in columns})
        for line in [*columns, TOTAL]:
            sums.append({block + at[TOTAL, line]: -1} | {block + at[r, line]: 1 for r in rows})
    sums += [{i: -1, n + i: 1, 2 * n + i: -1} for i in range(n)]
    matrix = np.zeros((len(sums), 3 * n))
    for row, terms in enumerate(sums):
        for column, factor in terms.items():
            matrix[row, column] = factor
    known = [table[cell] for table in shown for cell in cells]
    low = [floor if value is None else value for value in known] + [0] * n
    high = [math.inf if value is None else value for value in known] + [math.inf] * n
    attacker = Attack(matrix, low, high)
    return {(which, cell): attacker.ends(which * n + at[cell]) for which, cell in only}


COUNTS = st.one_of(st.integers(1, 6), st.integers(0, 40))
ADDED = st.one_of(st.just(0), st.integers(0, 5), st.integers(5, 30))
SHAPES = st.sampled_from([(1, 2), (2, 1), (2, 2), (2, 3), (3, 2)])
MORE_SHAPES = st.sampled_from(
    [(1, 2), (1, 3), (3, 1), (2, 2), (2, 2), (2, 3), (3, 2), (3, 3), (4, 2), (1, 5)]
)


def pairs(shapes: st.SearchStrategy[tuple[int, int]]) -> st.SearchStrategy[Any]:
    """The shape of a table, its counts, and how many women came to each cell until the next release."""
    return shapes.flatmap(
        lambda size: st.tuples(
            st.just(size),
            st.lists(COUNTS, min_size=size[0] * size[1], max_size=size[0] * size[1]),
            st.lists(ADDED, min_size=size[0] * size[1], max_size=size[0] * size[1]),
        )
    )


TABLES = pairs(SHAPES)


def check(made: tuple[tuple[int, int], list[int], list[int]], rule: Rule) -> None:
    (rows, columns), counts, added = made
    cells = [(f"r{i}", f"c{j}") for i in range(rows) for j in range(columns)]
    before = whole(dict(zip(cells, counts, strict=True)))
    after = whole({cell: n + more for cell, n, more in zip(cells, counts, added, strict=True)})
    early = released(before, rule, [], "early")
    try:
        late = released(after, rule, [early], "late")
    except AtRisk:
        return  # nothing is released, so nothing is given away
    truth = {(0, c): before[c] for c in before} | {(1, c): after[c] for c in before}
    truth |= {(2, c): after[c] - before[c] for c in before}
    small = {key for key, n in truth.items() if 1 <= n <= rule.threshold}
    for key, (low, high) in ranges([early.shown, late.shown], rule.floor, small).items():
        assert high - low > rule.threshold - 1e-6, (key, low, high)


RULES = st.builds(Rule, st.sampled_from([2, 4]), st.sampled_from(list(Zeros)))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(TABLES, RULES)
def test_a_table_released_beside_an_earlier_one_gives_away_no_small_count_and_no_small_change(made, rule):
    check(made, rule)


@pytest.mark.prove
@settings(max_examples=2500, deadline=None, suppress_health_check=list(HealthCheck))
@given(pairs(MORE_SHAPES), RULES)
def test_thousands_of_tables_released_beside_earlier_ones_give_nothing_small_away(made, rule):
    check(made, rule)


def test_the_other_half_of_a_pattern_shown_later_is_found():
    first = {(row, column): None for row in "AB" for column in "fm"} | {("C", "f"): 9, ("C", "m"): 8}
    first |= {("A", TOTAL): 20, ("B", TOTAL): 22, ("C", TOTAL): 17, (TOTAL, "f"): 21, (TOTAL, "m"): 38}
    first[TOTAL, TOTAL] = 59
    second = first | {("B", "f"): 10, ("B", "m"): 12, ("C", "f"): None, ("C", "m"): None}
    held = releases.against(
        releases.Release(Path("new"), second), [releases.Release(Path("old"), first)], Rule(4)
    )
    assert {(e.release, e.row, e.column, e.low, e.high) for e in held.given_away} == {
        ("old", "A", "f", 2, 2), ("new", "A", "f", 2, 2),
    }  # fmt: skip


def test_one_woman_who_moved_from_one_cell_to_another_is_found():
    table = whole({("a", "x"): 20, ("b", "x"): 30})
    moved = whole({("a", "x"): 19, ("b", "x"): 31})
    held = releases.against(
        releases.Release(Path("new"), dict(moved)), [releases.Release(Path("old"), dict(table))], Rule(4)
    )
    assert held.relations == [("old", "new", "nearly the same")]
    assert {(e.row, e.column, e.low) for e in held.given_away} == {("a", "x", 1), ("b", "x", 1)}


def test_other_women_altogether_give_nothing_away():
    held = releases.against(
        releases.Release(Path("new"), dict(whole({("a", "x"): 40, ("b", "x"): 12}))),
        [releases.Release(Path("old"), dict(whole({("a", "x"): 20, ("b", "x"): 30})))],
        Rule(4),
    )
    assert (held.relations, held.given_away) == ([("old", "new", "others")], [])


def test_rounded_tables_are_taken_for_the_ranges_that_they_stand_for():
    rule = Rule(4, rounding=5)
    old = {("a", "x"): 20, (TOTAL, "x"): 20, ("a", TOTAL): 20, (TOTAL, TOTAL): 20}
    new = dict.fromkeys(old, 25)
    held = releases.against(
        releases.Release(Path("new"), dict(new)), [releases.Release(Path("old"), dict(old))], rule
    )
    assert held.given_away == []
