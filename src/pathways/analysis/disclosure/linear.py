"""One linear programme, solved many times over with small changes: each answer starts from the last."""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

#: Closer than this is equal; counts are whole numbers, so nothing finer matters.
NEAR = 1e-6


class Program:
    """Minimise cost · x subject to A x = b and lower <= x <= upper. One thread, so always one answer."""

    def __init__(
        self, matrix: sparse.spmatrix, rhs: np.ndarray, lower: np.ndarray, upper: np.ndarray
    ) -> None:
        columns = sparse.csc_matrix(matrix)
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = columns.shape
        lp.col_cost_ = np.zeros(columns.shape[1])
        lp.col_lower_, lp.col_upper_ = lower.astype(float), upper.astype(float)
        lp.row_lower_ = lp.row_upper_ = rhs.astype(float)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = columns.indptr
        lp.a_matrix_.index_ = columns.indices
        lp.a_matrix_.value_ = columns.data
        self.columns = columns.shape[1]
        self._every = np.arange(self.columns, dtype=np.int32)
        self._solver = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("presolve", "off"),
            ("solver", "simplex"),
            ("random_seed", 0),
        ):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(lp)

    def costs(self, costs: np.ndarray) -> None:
        self._solver.changeColsCost(self.columns, self._every, costs.astype(float))

    def cost(self, column: int, cost: float) -> None:
        self._solver.changeColCost(column, cost)

    def bounds(self, lower: np.ndarray, upper: np.ndarray) -> None:
        self._solver.changeColsBounds(self.columns, self._every, lower.astype(float), upper.astype(float))

    def solve(self) -> np.ndarray | None:
        """The best x, or None where none satisfies everything."""
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self._solver.getSolution().col_value)

    def pressed(self) -> np.ndarray:
        """Of the last answer: True for each variable whose own limits keep it from being better."""
        return np.abs(np.array(self._solver.getSolution().col_dual)) > NEAR
