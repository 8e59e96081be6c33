"""To each treated woman those of the comparison group who are nearest to her, greedily.

The treated are taken in the order of their scores, the largest first (those hardest to match), ties in the
order of the file; each takes her `ratio` nearest at once, or one in each of so many rounds. Nearest is the
least difference of scores; of two equally near, the one who stands earlier in the file. Without replacement a
match is gone for those after.

The answer is exactly that of looking through everybody each time. It is had in nearly the time of a sort
because one dimension needs no tree: the comparison group stands in order, and as the treated come by falling
score, whoever is still free lies below the next of them untouched, or above her on a pile with the nearest on
top.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

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
    in_rounds: bool = False,
    caliper: float | None = None,
    reach: np.ndarray | None = None,
    strata: np.ndarray | None = None,
) -> Matches:
    """Match on `score` (a float each). `treated` is a boolean each.

    `in_rounds` lets everybody take a first match before anybody takes a second, so that fewer go without
    where the comparison group is small. With replacement it changes nothing.
    `caliper` is the most by which `reach` may differ (the score itself unless given; it must rise with the
    score). `strata` are whole numbers: only those of the same number match. Raises ValueError for a ratio
    below 1.
    """
    if ratio < 1:
        raise ValueError("the ratio must be at least 1")
    reach = score if reach is None else reach
    order = np.flatnonzero(treated)
    order = order[_rising(-score[order])[0]]
    others = np.flatnonzero(~treated)
    limit = np.inf if caliper is None else caliper

    def taken(free: np.ndarray, most: int) -> np.ndarray:
        found = np.full((len(order), most), -1, dtype=np.int64)
        for mine, theirs in _parts(order, free, strata):
            pool = _Pool(score, reach, free[theirs])
            if replace:
                found[mine] = pool.with_replacement(order[mine], most, limit)
            else:
                found[mine] = pool.without_replacement(order[mine], most, limit)
        return found

    if replace or not in_rounds:
        return Matches(order, taken(others, ratio))
    rounds = []
    for _ in range(ratio):
        rounds.append(taken(others, 1))
        others = np.setdiff1d(others, rounds[-1])
    return Matches(order, np.concatenate(rounds, axis=1))


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


def _rising(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """The order of rising values, those of one value as they stand; the values so; and whether any are equal.

    The quick sort, where none are.
    """
    order = np.argsort(values)
    rising = values[order]
    if not (rising[1:] == rising[:-1]).any():
        return order, rising, False
    order = np.argsort(values, kind="stable")
    return order, values[order], True


class _Pool:
    """The comparison group in the order of their scores; those with one score are one node.

    Nodes are numbered from 1, between two ends that are infinitely far. Within a node people are taken in the
    order of the file.
    """

    def __init__(self, score: np.ndarray, reach: np.ndarray, others: np.ndarray) -> None:
        self.score, self.reach = score, reach
        order, values, self.is_shared = _rising(score[others])
        self.rows = others[order]
        self._firsts = None
        if self.is_shared:
            self._firsts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
            values = values[self._firsts]
        self.values = np.empty(len(values) + 2)
        self.values[0], self.values[1:-1], self.values[-1] = -np.inf, values, np.inf

    @cached_property
    def start(self) -> np.ndarray:
        """Where the people of each node begin among the rows; `end` is where they end."""
        firsts = np.arange(len(self.rows)) if self._firsts is None else self._firsts
        return np.concatenate(([0], firsts, [len(self.rows)]))

    @cached_property
    def end(self) -> np.ndarray:
        return np.concatenate(([0], self.start[2:], [len(self.rows)]))

    @cached_property
    def reaches(self) -> np.ndarray:
        """How far each node reaches, as its first has it."""
        if self.reach is self.score:
            return self.values
        return np.concatenate(([-np.inf], self.reach[self.rows[self.start[1:-1]]], [np.inf]))

    def without_replacement(self, treated: np.ndarray, ratio: int, caliper: float) -> np.ndarray:
        """`treated` must come by falling score.

        So nobody below the score of the next one has been taken but from the top down: those are all nodes up
        to `left`. Of those above, whoever is left lies in a pile of stretches of nodes, the nearest on top:
        `right` is the first of the stretch on top and `stop` its end.
        """
        if not self.is_shared and (self.reach is self.score or np.isinf(caliper)):
            return self._one_by_one(treated, ratio, caliper)
        score, last, is_shared = self.score[treated], len(self.values) - 1, self.is_shared
        values, rows = self.values.data, self.rows
        head, end = (self.start.tolist(), self.end.tolist()) if is_shared else ([], [])
        lowest, highest, limit = self._within(treated, caliper)
        at = np.searchsorted(self.values, score, side="left") - 1
        found = array("q")
        far, turns, take = float("inf"), range(ratio), found.append
        left, right, stop = last - 1, last, last + 1
        pile: list[tuple[int, int]] = []
        for below, own, least, most in zip(
            at.tolist(), score.tolist(), lowest.tolist(), highest.tolist(), strict=True
        ):
            if below < left:
                pile.append((right, stop))
                right, stop = below + 1, left + 1
                left = below
            lower, upper = own - values[left], values[right] - own
            if left < least or lower > limit:
                lower = far
            if right > most or upper > limit:
                upper = far
            for _ in turns:
                if lower < upper:
                    is_left = True
                elif upper < lower:
                    is_left = False
                elif lower == far:
                    take(-1)
                    continue
                elif is_shared:
                    is_left = bool(rows[head[left]] < rows[head[right]])
                else:
                    is_left = bool(rows[left - 1] < rows[right - 1])
                if is_shared:
                    node = left if is_left else right
                    place = head[node]
                    take(place)
                    head[node] = place + 1
                    if place + 1 < end[node]:
                        continue
                elif is_left:
                    take(left - 1)
                else:
                    take(right - 1)
                if is_left:
                    left -= 1
                    lower = own - values[left]
                    if left < least or lower > limit:
                        lower = far
                else:
                    right += 1
                    if right == stop:
                        right, stop = pile.pop()
                    upper = values[right] - own
                    if right > most or upper > limit:
                        upper = far
        places = np.frombuffer(found, dtype=np.int64).reshape(len(treated), ratio)
        return np.where(places >= 0, rows[places], -1)

    def _one_by_one(self, treated: np.ndarray, ratio: int, caliper: float) -> np.ndarray:
        """The same where no two have one score and only scores are held to the caliper, as usual: each node
        is one person, and the ends are too far by themselves."""
        score, last = self.score[treated], len(self.values) - 1
        values, rows = self.values.data, self.rows
        at = np.searchsorted(self.values, score, side="left") - 1
        found = array("q")
        turns, take = range(ratio), found.append
        left, right, stop = last - 1, last, last + 1
        pile: list[tuple[int, int]] = []
        for below, own in zip(at.tolist(), score.tolist(), strict=True):
            if below < left:
                pile.append((right, stop))
                right, stop = below + 1, left + 1
                left = below
            lower, upper = own - values[left], values[right] - own
            for _ in turns:
                if lower < upper or (lower == upper and left and rows[left - 1] < rows[right - 1]):
                    if lower > caliper or left == 0:
                        take(-1)
                        continue
                    take(left - 1)
                    left -= 1
                    lower = own - values[left]
                else:
                    if upper > caliper or right == last:
                        take(-1)
                        continue
                    take(right - 1)
                    right += 1
                    if right == stop:
                        right, stop = pile.pop()
                    upper = values[right] - own
        places = np.frombuffer(found, dtype=np.int64).reshape(len(treated), ratio)
        return np.where(places >= 0, rows[places], -1)

    def _within(
        self, treated: np.ndarray, caliper: float
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """For each treated the first and the last node that she may have, and how far they may lie apart.

        Where the scores themselves are held to the caliper, how far they lie apart says it all.
        """
        last = len(self.values) - 2
        if self.reach is self.score or np.isinf(caliper):
            return np.full(len(treated), 1), np.full(len(treated), last), caliper
        own = self.reach[treated]
        reaches = self.reaches
        low = np.clip(np.searchsorted(reaches, own - caliper), 1, last)
        high = np.clip(np.searchsorted(reaches, own + caliper), 1, last)
        # the sums are rounded: the differences themselves decide
        self._move(low, -1, lambda at, of: (at > 1) & (of - reaches[at - 1] <= caliper), own)
        self._move(high, 1, lambda at, of: (at < last) & (reaches[at + 1] - of <= caliper), own)
        self._move(low, 1, lambda at, of: (at <= last) & (of - reaches[at] > caliper), own)
        self._move(high, -1, lambda at, of: (at >= 1) & (reaches[at] - of > caliper), own)
        return low, high, np.inf

    @staticmethod
    def _move(
        bound: np.ndarray, by: int, is_wrong: Callable[[np.ndarray, np.ndarray], np.ndarray], own: np.ndarray
    ) -> None:
        """Move, in place, the bounds that are wrong, until none is: few are, and by few places."""
        there = np.flatnonzero(is_wrong(bound, own))
        while len(there):
            bound[there] += by
            there = there[is_wrong(bound[there], own[there])]

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
