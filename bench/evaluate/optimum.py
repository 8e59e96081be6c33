"""The least that can be hidden in a two-way table: one integer programme, written apart from the programme's.

Every small count is hidden, and for each there are two whole tables, both in keeping with all that is shown,
in which it differs by the threshold or more; hidden counts are 1 or more, noughts are shown. Among all such
patterns the cheapest. It says nothing of how it is found quickly: it is for tables of a few dozen cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import optimize, sparse

Cell = tuple[str, str]
TOTAL = "Total"


def whole(cells: Mapping[Cell, int]) -> dict[Cell, int]:
    """The table with its totals."""
    rows, columns = ({cell[axis]: None for cell in cells} for axis in (0, 1))
    found = {(row, column): cells.get((row, column), 0) for row in rows for column in columns}
    found |= {(row, TOTAL): sum(found[row, column] for column in columns) for row in rows}
    found |= {(TOTAL, column): sum(found[row, column] for row in rows) for column in columns}
    return found | {(TOTAL, TOTAL): sum(cells.values())}


def sums(table: Mapping[Cell, int]) -> np.ndarray:
    """One line for each row and each column: +1 for its parts, -1 for its total."""
    keys = list(table)
    rows, columns = (list(dict.fromkeys(key[axis] for key in keys)) for axis in (0, 1))
    lines = []
    for axis, names in ((0, rows), (1, columns)):
        for name in names:
            line = [0.0 if key[axis] != name else -1.0 if key[1 - axis] == TOTAL else 1.0 for key in keys]
            lines.append(line)
    return np.array(lines)


def least(table: Mapping[Cell, int], costs: Sequence[float], threshold: int, *, seconds: float) -> tuple[
    set[Cell] | None, bool
]:  # fmt: skip
    """The cells hidden by a cheapest pattern, and whether it is proved that none is cheaper."""
    keys, values = list(table), np.array(list(table.values()))
    n = len(keys)
    small = np.flatnonzero((values >= 1) & (values <= threshold))
    if len(small) == 0:
        return set(), True
    ties = sparse.csr_matrix(sums(table))
    # in a two-way table a way to move one cell moves no other by more than it
    up = np.where(values > 0, float(threshold), 0.0)
    down = np.minimum(np.maximum(values - 1, 0), threshold).astype(float)
    # columns: whether each is hidden; then for each small count how far each cell is above, and below
    wide = n + 2 * n * len(small)
    parts, low, high = [], [], []
    lower, upper = np.zeros(wide), np.ones(wide)
    upper[:n] = values > 0
    lower[small] = 1.0
    for place, cell in enumerate(small):
        for side in range(2):
            start = n + 2 * n * place + side * n
            lower[start : start + n], upper[start : start + n] = -down, up
            block = sparse.lil_matrix((ties.shape[0], wide))
            block[:, start : start + n] = ties
            parts.append(block.tocsr())
            low.append(np.zeros(ties.shape[0]))
            high.append(np.zeros(ties.shape[0]))
            for sign, room in ((1.0, up), (-1.0, down)):
                block = sparse.lil_matrix((n, wide))
                block[:, start : start + n] = sign * sparse.identity(n)
                block[:, :n] = -sparse.diags(room)
                parts.append(block.tocsr())
                low.append(np.full(n, -np.inf))
                high.append(np.zeros(n))
        line = sparse.lil_matrix((1, wide))
        line[0, n + 2 * n * place + cell], line[0, n + 2 * n * place + n + cell] = 1.0, -1.0
        parts.append(line.tocsr())
        low.append(np.array([float(threshold)]))
        high.append(np.array([np.inf]))
    found = optimize.milp(
        np.concatenate([np.array(costs), np.zeros(wide - n)]),
        integrality=np.concatenate([np.ones(n), np.zeros(wide - n)]),
        bounds=optimize.Bounds(lower, upper),
        constraints=optimize.LinearConstraint(
            sparse.vstack(parts, format="csc"), np.concatenate(low), np.concatenate(high)
        ),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if found.x is None:
        return None, False
    return {keys[at] for at in np.flatnonzero(found.x[:n] > 0.5)}, found.status == 0
