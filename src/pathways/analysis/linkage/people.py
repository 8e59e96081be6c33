"""People out of pairs: average linkage on match weights, where a pair that was never seen counts against.

Joining whatever is connected chains errors: one false pair makes two women one. Here two groups of records
become one only while the mean weight of all pairs between them stays over the cut; a pair that no key brought
together, or that weighed next to nothing, enters the mean with the weight `MISSING`. The mean is the
criterion
of average linkage (Sokal and Michener 1958); with a cut at even odds each join raises the log-likelihood of
the whole partition under the pairwise model, which is correlation clustering (Bansal, Blum and Chawla 2004).

The cut is found without the truth. With p the model's own probability of each pair, a partition is expected
to hold TP = Σ p over its pairs together, of P = pairs together and T = Σ p over all pairs; expected F1 is
2·TP / (P + T). Every cut gives a partition; the one with the highest expected F1 is taken.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

#: the weight of a pair that was never seen, in doublings of the odds
MISSING = -6.0
#: no single pair speaks louder than this
LOUDEST = 12.0
#: groups are not taken apart further than at this mean weight, nor joined under the other
LOWEST, HIGHEST = -3.0, 12.0


@dataclass(frozen=True, slots=True)
class Join:
    """Two groups that became one, and the mean weight at which they did."""

    kept: int
    gone: int
    weight: float


def joins(records: int, left: NDArray[np.int64], right: NDArray[np.int64], weight: NDArray[np.float64], *,
          lowest: float = LOWEST) -> list[Join]:  # fmt: skip
    """Every join down to a mean weight of `lowest`, each connected part by itself, the heaviest first in
    each.

    `left < right` are record numbers. Ties are broken by the numbers, so that the same pairs give the same
    joins.
    """
    if not len(left):
        return []
    loud = np.minimum(weight, LOUDEST)
    positive = loud >= lowest
    graph = coo_array(
        (np.ones(int(positive.sum())), (left[positive], right[positive])), shape=(records, records)
    )
    _, part = connected_components(graph, directed=False)
    within = part[left] == part[right]
    order = np.lexsort((right[within], left[within], part[left[within]]))
    parts = part[left[within]][order]
    lefts, rights, weights = (one[within][order] for one in (left, right, loud))
    edges = np.flatnonzero(np.diff(parts)) + 1
    made: list[Join] = []
    start = 0
    for end in (*edges.tolist(), len(parts)):
        if end - start == 1:
            if weights[start] >= lowest:
                made.append(Join(int(lefts[start]), int(rights[start]), float(weights[start])))
        else:
            made.extend(
                _within(
                    lefts[start:end].tolist(), rights[start:end].tolist(), weights[start:end].tolist(), lowest
                )
            )
        start = end
    return made


def _within(lefts: list[int], rights: list[int], weights: list[float], lowest: float) -> Iterator[Join]:
    """Average linkage in one connected part. Between two groups only the sum over seen pairs above MISSING
    is kept."""
    above: dict[int, dict[int, float]] = {}
    for one, other, weight in zip(lefts, rights, weights, strict=True):
        above.setdefault(one, {})[other] = weight - MISSING
        above.setdefault(other, {})[one] = weight - MISSING
    size = dict.fromkeys(above, 1)
    heap = [
        (-(MISSING + above[one][other]), one, other)  # worked out as below, so that it compares equal
        for one, other, weight in zip(lefts, rights, weights, strict=True)
        if weight >= lowest
    ]
    heapq.heapify(heap)
    while heap:
        minus, one, other = heapq.heappop(heap)
        if one not in above or other not in above or other not in above[one]:
            continue
        mean = MISSING + above[one][other] / (size[one] * size[other])
        if mean != -minus:
            continue  # an older sum of a group that has grown since
        yield Join(one, other, mean)
        gone = above.pop(other)
        size[one] += size.pop(other)
        mine = above[one]
        del mine[other]
        for third, excess in gone.items():
            if third == one:
                continue
            theirs = above[third]
            del theirs[other]
            mine[third] = theirs[one] = mine.get(third, 0.0) + excess
        for third, excess in mine.items():
            mean = MISSING + excess / (size[one] * size[third])
            if mean >= lowest:
                heapq.heappush(heap, (-mean, min(one, third), max(one, third)))


def groups(records: int, made: list[Join], *, cut: float) -> NDArray[np.int64]:
    """For each record the smallest record number of its group, with the joins at or over the cut.

    A join under which a lighter one lies is kept with it: a group is the whole below its own weight.
    """
    parent = list(range(records))
    weakest: dict[int, float] = {}

    def top(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for join in made:
        one, other = top(join.kept), top(join.gone)
        if join.weight < cut or weakest.get(join.kept, np.inf) < cut or weakest.get(join.gone, np.inf) < cut:
            weakest[join.kept] = min(
                weakest.get(join.kept, np.inf), join.weight, weakest.get(join.gone, np.inf)
            )
            continue
        parent[max(one, other)] = min(one, other)
    return np.array([top(one) for one in range(records)], dtype=np.int64)


def probability(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a weight in doublings of the odds says as a probability."""
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(weight, -500, 500))))


def expected_f1(labels: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64],
                chance: NDArray[np.float64]) -> float:  # fmt: skip
    """2·TP / (P + T), as the module says; 1 where there is nothing to join and nothing is joined."""
    together = labels[left] == labels[right]
    sizes = np.bincount(labels)
    pairs = float((sizes.astype(np.float64) * (sizes - 1) / 2).sum())
    total = float(chance.sum())
    return 1.0 if pairs + total == 0 else 2 * float(chance[together].sum()) / (pairs + total)


def best_cut(records: int, made: list[Join], left: NDArray[np.int64], right: NDArray[np.int64],
             weight: NDArray[np.float64]) -> float:  # fmt: skip
    """The cut, in steps of half a doubling, whose partition has the highest expected F1."""
    chance = probability(weight)
    best, found = -1.0, 0.0
    steps = range(int(LOWEST * 2), int(HIGHEST * 2) + 1)
    for step in sorted(steps, key=lambda one: (abs(one), -one)):  # of equals the one nearest to even odds
        cut = step / 2
        value = expected_f1(groups(records, made, cut=cut), left, right, chance)
        if value > best + 1e-12:
            best, found = value, cut
    return found


def with_singles(labels: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64],
                 weight: NDArray[np.float64], *, cut: float) -> NDArray[np.int64]:  # fmt: skip
    """A second look at records left single: each joins the group whose better half it goes with.

    A woman's one badly damaged record agrees with some of her records and with others not, so that the mean
    over all of them is low. The mean over the better half of a group must be at or over the cut here, and
    over even odds. Groups take in singles; singles do not make groups here.
    """
    sizes = np.bincount(labels, minlength=len(labels))
    single = sizes[labels] == 1
    sides = ((left, right), (right, left))
    best: dict[int, tuple[float, int]] = {}
    seen: dict[tuple[int, int], list[float]] = {}
    for mine, theirs in sides:
        fits = single[mine] & ~single[theirs]
        for one, group, loud in zip(
            mine[fits].tolist(), labels[theirs[fits]].tolist(), weight[fits].tolist(), strict=True
        ):
            seen.setdefault((one, group), []).append(min(loud, LOUDEST))
    for (one, group), weights in seen.items():
        half = (int(sizes[group]) + 1) // 2
        better = sorted(weights, reverse=True)[:half]
        mean = (sum(better) + MISSING * (half - len(better))) / half
        if mean >= max(cut, 0.0) and (one not in best or (mean, -group) > (best[one][0], -best[one][1])):
            best[one] = (mean, group)
    made = labels.copy()
    for one, (_, group) in best.items():
        made[one] = group
    _, first, place = np.unique(made, return_index=True, return_inverse=True)
    return np.asarray(first[place], dtype=np.int64)
