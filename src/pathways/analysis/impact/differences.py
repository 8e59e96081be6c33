"""Whether groups differ in one characteristic by more than chance, and by how much: one rule for which test.

Words, yes and no: chi-squared, with Yates's correction for two by two; where a count expected is below 5,
Fisher's exact test, in larger tables by random tables with the same totals (Freeman and Halton; 20,000,
always the same). Numbers: Welch's t test, or Welch's analysis of variance for more than two groups; where the
skewness of a group is beyond 2, Kruskal and Wallis's test of ranks. Standardised differences: means in pooled
standard deviations (Cohen); categories by Yang and Dalton (2012).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from pathways.analysis.impact.answers import number

EXPECTED: Final = 5.0
SKEWED: Final = 2.0
_TABLES: Final = 20_000
RULE: Final = (
    "Categories: chi-squared (Yates's correction for two by two), Fisher's exact test where a count expected "
    "is below 5. Numbers: Welch's t test or analysis of variance, Kruskal-Wallis where a group's skewness is "
    "beyond 2."
)


@dataclass(frozen=True, slots=True)
class Tested:
    """One test: its name, statistic, degrees of freedom and p; or `why` there is none."""

    name: str | None
    statistic: float | None = None
    df: float | None = None
    p: float | None = None
    why: str | None = None


def of_counts(table: np.ndarray) -> Tested:
    """From counts, a row a category and a column a group; what is empty says nothing and is left out."""
    table = np.asarray(table)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if table.shape[0] < 2 or table.shape[1] < 2:
        return Tested(None, why="there is one category, or one group, only")
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if expected.min() >= EXPECTED:
        found = stats.chi2_contingency(table)
        return Tested("chi-squared", float(found.statistic), float(found.dof), float(found.pvalue))
    if table.shape == (2, 2):
        return Tested("Fisher's exact", None, None, min(float(stats.fisher_exact(table).pvalue), 1.0))
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    spread = stats.random_table(rows, columns, seed=20_260_401)
    own = spread.logpmf(table)
    drawn = spread.rvs(size=_TABLES)
    as_rare = int((spread.logpmf(drawn) <= own + 1e-7).sum())
    return Tested("Fisher-Freeman-Halton, 20,000 random tables", None, None, (as_rare + 1) / (_TABLES + 1))


def of_numbers(groups: Sequence[np.ndarray]) -> Tested:
    """From the recorded values of each group; a group of nobody is left out."""
    there = [each for each in groups if len(each)]
    if len(there) < 2:
        return Tested(None, why="there is one group only")
    if min(len(each) for each in there) < 2:
        return Tested(None, why="a group has one value only")
    if all((each == there[0][0]).all() for each in there):
        return Tested(None, why="all values are the same")
    is_flat = any(np.ptp(each) == 0 for each in there)
    if is_flat or max(abs(_skewness(each)) for each in there) > SKEWED:
        found = stats.kruskal(*there)
        return Tested("Kruskal-Wallis", float(found.statistic), float(len(there) - 1), float(found.pvalue))
    return _welch(there)


def _skewness(values: np.ndarray) -> float:
    return float(stats.skew(values, bias=False)) if len(values) > 2 else 0.0


def _welch(groups: Sequence[np.ndarray]) -> Tested:
    """Means whose variances may differ (Welch 1951); of two groups it is Welch's t test."""
    n = np.array([len(each) for each in groups], dtype=float)
    mean = np.array([each.mean() for each in groups])
    weight = n / np.array([each.var(ddof=1) for each in groups])
    share = weight / weight.sum()
    k = len(groups)
    middle = float(share @ mean)
    between = float(weight @ (mean - middle) ** 2) / (k - 1)
    loss = float(((1 - share) ** 2 / (n - 1)).sum())
    statistic = between / (1 + 2 * (k - 2) / (k * k - 1) * loss)
    df = (k * k - 1) / (3 * loss)
    p = float(stats.f.sf(statistic, k - 1, df))
    if k == 2:
        return Tested("Welch's t", float(np.sqrt(statistic) * np.sign(mean[0] - mean[1])), df, p)
    return Tested("Welch's analysis of variance", statistic, df, p)


def standardised_of_numbers(one: np.ndarray, other: np.ndarray) -> float | None:
    """How far two means lie apart in their pooled standard deviation; None where neither group varies."""
    if len(one) < 2 or len(other) < 2:
        return None
    gap = abs(float(one.mean() - other.mean()))
    spread = float(np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2))
    if spread == 0:
        return 0.0 if gap == 0 else None
    return number(gap / spread)


def standardised_of_counts(one: np.ndarray, other: np.ndarray) -> float | None:
    """From the counts of each category in two groups: how far apart their shares lie, in pooled spread."""
    if one.sum() == 0 or other.sum() == 0:
        return None
    is_there = (one + other) > 0
    first, second = (each[is_there] / each.sum() for each in (one, other))
    if len(first) < 2:
        return 0.0
    gap = (first - second)[1:]
    if not gap.any():
        return 0.0
    spread = sum(np.diag(each[1:]) - np.outer(each[1:], each[1:]) for each in (first, second)) / 2
    squared = float(gap @ np.linalg.pinv(spread, hermitian=True) @ gap)
    # a gap that the spread does not span is without limit: two groups with no category in common
    if not np.allclose(spread @ np.linalg.pinv(spread, hermitian=True) @ gap, gap, atol=1e-9):
        return None
    return number(np.sqrt(squared))


def pairs(count: int) -> list[tuple[int, int]]:
    """Every two of so many groups."""
    return list(itertools.combinations(range(count), 2))
