"""What somebody who reads published tables can work out: the least and the most that a hidden count can be.

Written apart from the product's own attack, with nothing shared but the tables. One programme is made of a
table and asked again and again, since making it takes far longer than answering.
"""

from __future__ import annotations

import math

import highspy
import numpy as np


class Attack:
    """Whatever satisfies `sums` @ x = 0 within `low` and `high`, one of each for every column of `sums`."""

    def __init__(self, sums: np.ndarray, low: list[float], high: list[float]) -> None:
        self._solver = highspy.Highs()
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("presolve", "off")
        for least, most in zip(low, high, strict=True):
            self._solver.addVar(least, most)
        for row in sums:
            there = np.flatnonzero(row)
            self._solver.addRow(0.0, 0.0, len(there), there.astype(np.int32), row[there].astype(float))

    def ends(self, column: int) -> tuple[float, float]:
        """The least and the most of this one; infinite where nothing holds it."""
        return self._end(column, 1), self._end(column, -1)

    def _end(self, column: int, sign: int) -> float:
        self._solver.changeColCost(column, float(sign))
        self._solver.run()
        if self._solver.getModelStatus() == highspy.HighsModelStatus.kUnknown:  # lost its way from the last
            self._solver.clearSolver()
            self._solver.run()
        status = self._solver.getModelStatus()
        found = self._solver.getSolution().col_value[column]
        self._solver.changeColCost(column, 0.0)
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return -sign * math.inf
        assert status == highspy.HighsModelStatus.kOptimal, status
        return float(found)
