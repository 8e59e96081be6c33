"""To each treated woman those of the comparison group who are nearest to her, greedily.

The treated are taken in the order of their scores, the largest first (those hardest to match), ties in the
order of the file; each takes her `ratio` nearest at once. Nearest is the least difference of scores; of two
equally near, the one who stands earlier in the file. Without replacement a match is gone for those after.

The answer is exactly that of looking through everybody each time. It is had in nearly the time of a sort
because one dimension needs no tree: the comparison group stands in order, those taken are unlinked from their
neighbours, and the place of the next treated woman is found through the unlinked with ever shorter jumps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Matches:
    """`treated` are the places of all treated, in the order in which they were matched.

    `matched` has one line for each of them and one column for each match, the nearest first: places in the
    table, -1 where there was none within reach.
    """

    treated: np.ndarray
    matched: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """How many matches each treated woman has."""
        return np.asarray((self.matched >= 0).sum(axis=1))


def nearest(
    score: np.ndarray,
    treated: np.ndarray,
    *,
    ratio: int = 1,
    replace: bool = False,
    caliper: float | None = None,
    reach: np.ndarray | None = None,
    strata: np.ndarray | None = None,
) -> Matches:
    """Match on `score` (a float each). `treated` is a boolean each.

    `caliper` is the most by which `reach` may differ (the score itself unless given; it must rise with the
    score). `strata` are whole numbers: only those of the same number match. Raises ValueError for a ratio
    below 1.
    """
    if ratio < 1:
        raise ValueError("the ratio must be at least 1")
    reach = score if reach is None else reach
    order = np.flatnonzero(treated)
    order = order[np.argsort(-score[order], kind="stable")]
    others = np.flatnonzero(~treated)
    matched = np.full((len(order), ratio), -1, dtype=np.int64)
    limit = np.inf if caliper is None else caliper
    for mine, theirs in _parts(order, others, strata):
        pool = _Pool(score, reach, others[theirs])
        if replace:
            matched[mine] = pool.with_replacement(order[mine], ratio, limit)
        else:
            matched[mine] = pool.without_replacement(order[mine], ratio, limit)
    return Matches(order, matched)


def _parts(
    order: np.ndarray, others: np.ndarray, strata: np.ndarray | None
) -> Iterator[tuple[np.ndarray | slice, np.ndarray | slice]]:
    """The treated and the others of each stratum that has both, as places in the two arrays."""
    if strata is None:
        if len(order) and len(others):
            yield slice(None), slice(None)
        return
    mine, theirs = np.argsort(strata[order], kind="stable"), np.argsort(strata[others], kind="stable")
    kinds, start, many = np.unique(strata[order][mine], return_index=True, return_counts=True)
    sorted_others = strata[others][theirs]
    first, last = np.searchsorted(sorted_others, kinds), np.searchsorted(sorted_others, kinds, side="right")
    for at, size, low, high in zip(start, many, first, last, strict=True):
        if high > low:
            yield mine[at : at + size], theirs[low:high]


def _rising(values: np.ndarray) -> np.ndarray:
    """The order of rising values, those of one value as they stand: the quick sort, where none are equal."""
    order = np.argsort(values)
    sorted_values = values[order]
    if (sorted_values[1:] == sorted_values[:-1]).any():
        return np.argsort(values, kind="stable")
    return order


class _Pool:
    """The comparison group in the order of their scores; those with one score are one node.

    Nodes are numbered from 1, between two ends that are infinitely far. Within a node people are taken in the
    order of the file.
    """

    def __init__(self, score: np.ndarray, reach: np.ndarray, others: np.ndarray) -> None:
        self.score, self.reach = score, reach
        self.rows = others[_rising(score[others])]
        values = score[self.rows]
        start = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
        self.values = np.concatenate(([-np.inf], values[start], [np.inf]))
        self.reaches = np.concatenate(([-np.inf], reach[self.rows[start]], [np.inf]))
        self.start = np.concatenate(([0], start, [len(values)]))
        self.end = np.concatenate(([0], start[1:], [len(values), len(values)]))

    def without_replacement(self, treated: np.ndarray, ratio: int, caliper: float) -> np.ndarray:
        """`treated` must come by falling score."""
        values, score = self.values.tolist(), self.score[treated]
        size = len(values)
        before, after, gone = list(range(-1, size - 1)), list(range(1, size + 1)), bytearray(size)
        is_shared = size - 2 < len(self.rows)
        head, end = (self.start.tolist(), self.end.tolist()) if is_shared else ([], [])
        lowest, highest = self._within(self.reach[treated], caliper)
        at = np.searchsorted(self.values, score, side="left") - 1
        found: list[int] = []
        far, turns = float("inf"), range(ratio)
        for left, own, least, most in zip(
            at.tolist(), score.tolist(), lowest.tolist(), highest.tolist(), strict=True
        ):
            while gone[left]:  # `before` of one who is gone leads on; shorten the way for those to come
                further = before[left]
                if gone[further]:
                    before[left] = before[further]
                left = further
            right = after[left]
            for _ in turns:
                lower = own - values[left] if left >= least else far
                upper = values[right] - own if right <= most else far
                if lower < upper:
                    node = left
                elif upper < lower:
                    node = right
                elif lower == far:
                    found.append(-1)
                    continue
                else:
                    node = left if self._is_earlier(left, right, head) else right
                if is_shared:
                    place = head[node]
                    found.append(place)
                    head[node] = place + 1
                    if place + 1 < end[node]:
                        continue
                else:
                    found.append(node - 1)
                gone[node] = 1
                low, high = before[node], after[node]
                after[low], before[high] = high, low
                if node == left:
                    left = low
                else:
                    right = high
        places = np.array(found, dtype=np.int64).reshape(len(treated), ratio)
        return np.where(places >= 0, self.rows[places], -1)

    def _is_earlier(self, left: int, right: int, head: list[int]) -> bool:
        """Whether the next of the left node stands earlier in the file than that of the right one."""
        one, other = (head[left], head[right]) if head else (left - 1, right - 1)
        return bool(self.rows[one] < self.rows[other])

    def _within(self, own: np.ndarray, caliper: float) -> tuple[np.ndarray, np.ndarray]:
        """For each treated the first and the last node within the caliper."""
        last = len(self.values) - 2
        if np.isinf(caliper):
            return np.full(len(own), 1), np.full(len(own), last)
        low = np.clip(np.searchsorted(self.reaches, own - caliper), 1, last)
        high = np.clip(np.searchsorted(self.reaches, own + caliper), 1, last)
        for _ in range(3):  # the sums are rounded: the differences themselves decide
            low = low - ((low > 1) & (own - self.reaches[low - 1] <= caliper))
            high = high + ((high < last) & (self.reaches[high + 1] - own <= caliper))
        for _ in range(3):
            low = low + ((low <= last) & (own - self.reaches[low] > caliper))
            high = high - ((high >= 1) & (self.reaches[high] - own > caliper))
        return low, high

    def with_replacement(self, treated: np.ndarray, ratio: int, caliper: float) -> np.ndarray:
        """Everybody at once: the first match of all, then the second."""
        score, own = self.score[treated], self.reach[treated]
        right = np.searchsorted(self.values, score, side="left")
        left = right - 1
        next_left, next_right = self.start[left], self.start[right]
        found = np.full((len(treated), ratio), -1, dtype=np.int64)
        rows = np.append(self.rows, 0)  # the far end has nobody: any row will do, it is never taken
        for turn in range(ratio):
            lower = np.where(own - self.reaches[left] <= caliper, score - self.values[left], np.inf)
            upper = np.where(self.reaches[right] - own <= caliper, self.values[right] - score, np.inf)
            is_tie = (lower == upper) & (rows[next_left] < rows[next_right])
            takes_left = (lower < upper) | is_tie
            is_found = np.isfinite(np.minimum(lower, upper))
            found[:, turn] = np.where(is_found, rows[np.where(takes_left, next_left, next_right)], -1)
            next_left += takes_left & is_found
            next_right += ~takes_left & is_found
            is_out = (next_left == self.end[left]) & (left > 0)
            left = np.where(is_out, left - 1, left)
            next_left = np.where(is_out, self.start[left], next_left)
            is_out = (next_right == self.end[right]) & (right < len(self.values) - 1)
            right = np.where(is_out, right + 1, right)
            next_right = np.where(is_out, self.start[right], next_right)
        return found
