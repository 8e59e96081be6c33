"""The attacker: given everything that is shown, within what limits does each hidden count lie?

He knows every total that is shown, that counts are whole numbers and never negative, and the rule
itself. The informed attacker also knows that noughts are never hidden, so that a hidden count is at
least 1. For each hidden cell two linear programmes give the least and the most it can be; where the
system is not a network and a limit is reached only by fractions, an integer programme gives it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize, sparse
from scipy.sparse import csgraph

from pathways.analysis.disclosure.linear import NEAR, Program
from pathways.analysis.disclosure.rule import Rule
from pathways.analysis.disclosure.system import Key, System

#: An upper limit this far above the truth is no limit at all to the attacker.
FAR: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """What the attacker can say of one count. `high` is None where nothing limits it."""

    low: int
    high: int | None

    @property
    def width(self) -> float:
        return float("inf") if self.high is None else self.high - self.low


@dataclass(frozen=True, slots=True)
class Audit:
    """What an attack on one release found.

    `at_risk` are the small counts known to within less than the threshold by the informed attacker;
    `narrowest` the least width of any small count as an attacker who knows only the totals finds it
    (None where there is no small count, or where nothing limits any), `narrowest_informed` the same
    for the informed one.
    """

    at_risk: tuple[Key, ...]
    narrowest: int | None
    narrowest_informed: int | None

    @property
    def has_passed(self) -> bool:
        return not self.at_risk


class Attack:
    """All that can be worked out about the hidden cells. Each linked group is attacked by itself."""

    def __init__(self, system: System, hidden: np.ndarray, *, floor: int) -> None:
        self._exact = system.is_network
        self._floor = floor
        self._values = system.values
        cells = np.flatnonzero(hidden)
        rows = system.matrix[:, cells]
        touches = sparse.csr_matrix(abs(rows))
        groups, label = csgraph.connected_components(touches.T @ touches, directed=False)
        self._group_of = {int(cell): int(label[i]) for i, cell in enumerate(cells)}
        self._cells = [cells[label == group] for group in range(groups)]
        self._matrix = system.matrix.tocsc()
        self._program: dict[int, Program] = {}
        self._place: dict[int, dict[int, int]] = {}
        self._seen: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def interval(self, cell: int) -> Interval:
        """The least and the most that this hidden cell can be."""
        low = self._limit(cell, sense=1)
        high = self._limit(cell, sense=-1)
        return Interval(low, None if high >= FAR else high)

    def is_narrower(self, cell: int, width: int) -> bool:
        """Whether the cell is known to within less than `width`; stops as soon as it can tell."""
        self._open(self._group_of[cell])
        if self._seen_width(cell) >= width:
            return False
        self._limit(cell, sense=-1)
        if self._seen_width(cell) >= width:
            return False
        interval = self.interval(cell)
        return interval.width < width

    def narrowest(self, cells: Iterable[int]) -> int | None:
        """The least width of any of these hidden cells; None where nothing limits any.

        What was seen to be open as far as the narrowest yet is not looked at more closely.
        """
        least = float("inf")
        for cell in cells:
            self._open(self._group_of[cell])
            if self._seen_width(cell) < min(least, FAR):
                least = min(least, self.interval(cell).width)
        return None if least == float("inf") else int(least)

    def _open(self, group: int) -> None:
        if group in self._program:
            return
        cells = self._cells[group]
        matrix = self._matrix[:, cells]
        matrix = sparse.csr_matrix(matrix)[np.flatnonzero(np.diff(sparse.csr_matrix(matrix).indptr))]
        truth = self._values[cells].astype(float)
        lower = np.minimum(np.full(len(cells), float(self._floor)), truth)
        upper = np.full(len(cells), float(FAR) * 2)
        self._program[group] = Program(matrix, matrix @ truth, lower, upper)
        self._place[group] = {int(cell): i for i, cell in enumerate(cells)}
        self._seen[group] = (truth.copy(), truth.copy())

    def _seen_width(self, cell: int) -> float:
        group = self._group_of[cell]
        low, high = self._seen[group]
        place = self._place[group][cell]
        return float(high[place] - low[place])

    def _limit(self, cell: int, *, sense: int) -> int:
        group = self._group_of[cell]
        self._open(group)
        program, place = self._program[group], self._place[group][cell]
        program.cost(place, float(sense))
        point = program.solve()
        program.cost(place, 0.0)
        if point is None:
            raise ArithmeticError("the truth itself must satisfy the system")
        is_whole = self._exact or bool(np.all(np.abs(point - np.round(point)) < NEAR))
        if not is_whole:
            return self._whole_limit(group, place, sense, float(point[place]))
        point = np.round(point)
        low, high = self._seen[group]
        np.minimum(low, point, out=low)
        np.maximum(high, point, out=high)
        return int(point[place])

    def _whole_limit(self, group: int, place: int, sense: int, near: float) -> int:
        """The limit in whole numbers, where the linear programme reached its own only by fractions."""
        cells = self._cells[group]
        if near >= FAR:
            return FAR
        matrix = sparse.csr_matrix(self._matrix[:, cells])
        truth = self._values[cells].astype(float)
        cost = np.zeros(len(cells))
        cost[place] = sense
        found = optimize.milp(
            cost,
            integrality=np.ones(len(cells)),
            bounds=optimize.Bounds(np.minimum(self._floor, truth), truth + FAR),
            constraints=optimize.LinearConstraint(matrix, matrix @ truth, matrix @ truth),
            options={"node_limit": 2000},
        )
        # without a proof inside the limit, what is found is feasible and so errs towards hiding more
        return round(found.x[place]) if found.x is not None else round(float(truth[place]))


def audit(system: System, hidden: np.ndarray, rule: Rule) -> Audit:
    """Attack a release. `hidden` is one boolean a cell, in the order of `system.keys`."""
    small = [int(cell) for cell in np.flatnonzero(hidden) if rule.is_small(int(system.values[cell]))]
    shown = [int(cell) for cell in np.flatnonzero(~hidden) if rule.is_small(int(system.values[cell]))]
    informed = Attack(system, hidden, floor=rule.floor)
    at_risk = [cell for cell in small if informed.is_narrower(cell, rule.threshold)]
    plain = informed if rule.floor == 0 else Attack(system, hidden, floor=0)
    return Audit(
        tuple(system.keys[cell] for cell in sorted([*at_risk, *shown])),
        0 if shown else plain.narrowest(small),
        0 if shown else informed.narrowest(small),
    )
