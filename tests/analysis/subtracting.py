"""Somebody who has two tables of the same women, of an earlier and a later moment, and subtracts.

Shares nothing with the gate but what was published: what is shown, which cells add up, and the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor

import numpy as np
from scipy import optimize, sparse

from pathways.analysis.disclosure import Rule
from pathways.analysis.disclosure.overlaid import Table

FAR = 10_000.0


def may_be(shown: int | None, rule: Rule) -> tuple[float, float]:
    """The least and the most that a cell can be, by what stands in it and the rule that is printed below."""
    if shown is None:
        return 1.0, FAR
    if shown == 0 or rule.rounding is None:
        return float(shown), float(shown)
    fits = [n for n in range(rule.threshold + 1, shown + rule.rounding + 1) if rule.rounded(n) == shown]
    return float(min(fits)), float(max(fits))


def plainly(was: Table, now: Table) -> list[tuple[str, int]]:
    """Changes of 1 to the threshold, up or down, by taking one shown count from another."""
    both = [(cell[0], was.shown.get(cell), value) for cell, value in now.shown.items()]
    found = [(name, new - old) for name, old, new in both if old is not None and new is not None]
    if now.rule.rounding:
        return []  # a difference of rounded counts is none of counts: the programmes say what it tells
    return [(name, change) for name, change in found if 1 <= abs(change) <= now.rule.threshold]


def told(was: Table, now: Table, grows: Callable[[str], bool]) -> list[tuple[str, int, int]]:
    """Every change of which less than the threshold is open, by two linear programmes each."""
    rule = now.rule
    names = [[cell[0] for cell in table.shown] for table in (was, now)]
    at = {(which, name): which * len(names[0]) + i for which in (0, 1) for i, name in enumerate(names[which])}
    limits = np.array(
        [
            (0.0, FAR) if cell[0] in table.apart else may_be(value, table.rule)
            for table in (was, now)
            for cell, value in table.shown.items()
        ]
    )
    ties = [
        [(at[which, total], -1.0), *((at[which, part], 1.0) for part in parts)]
        for which, table in enumerate((was, now))
        for total, parts in table.sums
    ]
    both = [n for n in names[1] if (0, n) in at and n not in was.apart and n not in now.apart]
    up = [[(at[0, n], 1.0), (at[1, n], -1.0)] for n in both if grows(n)]
    width = len(limits)

    def best(cost: np.ndarray, rises: list[list[tuple[int, float]]]) -> float | None:
        found = optimize.linprog(
            cost,
            A_eq=_matrix(ties, width),
            b_eq=np.zeros(len(ties)),
            A_ub=_matrix(rises, width) if rises else None,
            b_ub=np.zeros(len(rises)) if rises else None,
            bounds=limits,
        )
        return float(found.fun) if found.success else None

    if best(np.zeros(width), up) is None:  # something was corrected: nothing has to have grown
        up = []
    found = []
    for name in both:
        cost = np.zeros(width)
        cost[at[1, name]], cost[at[0, name]] = 1.0, -1.0
        lows, highs = best(cost, up), best(-cost, up)
        assert lows is not None
        assert highs is not None
        low, high = ceil(lows - 1e-6), floor(-highs + 1e-6)
        is_open = high - low >= rule.threshold or low == high == 0
        if not is_open and low <= rule.threshold and high >= -rule.threshold:
            found.append((name, low, high))
    return found


def _matrix(rows: list[list[tuple[int, float]]], width: int) -> sparse.csr_matrix:
    made = sparse.lil_matrix((len(rows), width))
    for number, row in enumerate(rows):
        for place, factor in row:
            made[number, place] += factor
    return sparse.csr_matrix(made)
