"""Counts and the sums that tie them together, as one linear system: A x = 0.

A frequency table with its totals, several tables that share a margin, and a flow whose steps are the
sum of what became of them are all systems; suppression and attack know nothing else of tables.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from scipy import sparse

from pathways.domain.evaluation.counts import RawCount

Key = Hashable

#: What hiding a cell costs beside an inner one: totals carry more, the grand total most.
INNER: Final = 1.0
MARGIN: Final = 6.0
GRAND: Final = 40.0


@dataclass(eq=False)
class System:
    """Raw counts by key, and relations `total = sum of parts` between them.

    `weights` says how much each cell is wanted (default INNER). Raises ValueError where a relation
    does not hold: a table that does not add up cannot be protected.
    """

    counts: dict[Key, RawCount] = field(default_factory=dict)
    relations: list[tuple[Key, tuple[Key, ...]]] = field(default_factory=list)
    weights: dict[Key, float] = field(default_factory=dict)

    def add(self, key: Key, count: RawCount | int, weight: float = INNER) -> None:
        """One cell. The same key given twice must be the same count: it is one cell in two tables."""
        raw = count if isinstance(count, RawCount) else RawCount(count)
        if key in self.counts and _n(self.counts[key]) != _n(raw):
            raise ValueError(f"{key!r} is given with two different counts")
        self.counts[key] = raw
        self.weights[key] = max(weight, self.weights.get(key, 0.0))

    def sums(self, total: Key, parts: Iterable[Key]) -> None:
        """Say that `total` is the sum of `parts`, and check that it is."""
        parts = tuple(parts)
        if _n(self.counts[total]) != sum(_n(self.counts[part]) for part in parts):
            raise ValueError(f"{total!r} is not the sum of its parts")
        self.relations.append((total, parts))

    def merge(self, other: System) -> None:
        """Take in another system; cells of the same key are one cell, as where tables share a margin."""
        for key, count in other.counts.items():
            self.add(key, count, other.weights[key])
        known = set(self.relations)
        self.relations += [relation for relation in other.relations if relation not in known]

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        return tuple(self.counts)

    @cached_property
    def values(self) -> np.ndarray:
        return np.array([_n(count) for count in self.counts.values()], dtype=np.int64)

    @cached_property
    def costs(self) -> np.ndarray:
        """What hiding each cell costs: its weight, and a little more for a larger count."""
        weights = np.array([self.weights[key] for key in self.keys])
        return np.asarray(weights * (1 + np.log2(1 + self.values) / 8))

    @cached_property
    def matrix(self) -> sparse.csc_matrix:
        """One row a relation: +1 for each part, -1 for the total."""
        place = {key: index for index, key in enumerate(self.keys)}
        rows, columns, data = [], [], []
        for row, (total, parts) in enumerate(self.relations):
            rows += [row] * (len(parts) + 1)
            columns += [place[total], *(place[part] for part in parts)]
            data += [-1.0, *([1.0] * len(parts))]
        shape = (len(self.relations), len(self.keys))
        return sparse.csc_matrix((data, (rows, columns)), shape=shape)

    @cached_property
    def is_network(self) -> bool:
        """Whether the system is a network, whose linear programmes have whole-number answers.

        True when every cell lies in at most two relations and the relations can be signed so that it
        enters one and leaves the other; so for one- and two-way tables, and for a flow by route.
        """
        matrix = self.matrix
        ties: dict[int, list[tuple[int, int]]] = {}
        for column in range(matrix.shape[1]):
            place = slice(matrix.indptr[column], matrix.indptr[column + 1])
            rows, signs = matrix.indices[place], matrix.data[place]
            if len(rows) > 2 or any(abs(sign) != 1 for sign in signs):
                return False
            if len(rows) == 2:
                flip = -1 if signs[0] == signs[1] else 1
                ties.setdefault(int(rows[0]), []).append((int(rows[1]), flip))
                ties.setdefault(int(rows[1]), []).append((int(rows[0]), flip))
        return _can_be_signed(ties)


def _can_be_signed(ties: Mapping[int, Sequence[tuple[int, int]]]) -> bool:
    sign: dict[int, int] = {}
    for start in ties:
        if start in sign:
            continue
        sign[start], queue = 1, deque([start])
        while queue:
            here = queue.popleft()
            for there, flip in ties[here]:
                if there not in sign:
                    sign[there] = sign[here] * flip
                    queue.append(there)
                elif sign[there] != sign[here] * flip:
                    return False
    return True


def _n(count: RawCount) -> int:
    return count.for_disclosure_control()
