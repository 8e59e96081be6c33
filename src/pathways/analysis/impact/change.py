"""How each woman's score moved between two times, and whether by more than the instrument's own error.

Reliable change: Jacobson and Truax (1991). The standard error of measurement is sd × √(1 − reliability),
that of a difference √2 times as large, and a change is reliable beyond 1.96 of these. The sd is that of the
sample before (of those with both scores) unless a norm's is given. Cut-offs a, b and c are theirs.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from pathways.analysis.impact import reading
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.sheets import Sheet

METHODS: Final = ("JT",)
RELIABLE: Final = 1.96


def change(
    sheet: Sheet,
    *,
    before: str,
    after: str,
    reliability: float,
    sd: float | None = None,
    cutoff: str | None = None,
    functional: tuple[float, float] | None = None,
    is_lower_better: bool = True,
    method: str = "JT",
) -> dict[str, Any]:
    """Counts of women; the scores' own units; `functional` is the mean and sd of those who are well.

    With no cut-off, who changed reliably for the better is `improved`. With one (a number, or "a", "b" or
    "c") they are two groups: `recovered` also crossed it, from the side of distress to the other, and
    `improved` did not. Raises UnanswerableError for options that cannot be and where nobody has both scores.
    """
    if method.upper() not in METHODS:
        raise UnanswerableError(f"the method {method!r} is not known; there is JT, Jacobson and Truax (1991)")
    if not 0 < reliability < 1:
        raise UnanswerableError("the reliability must lie between 0 and 1, both left out")
    if sd is not None and not (sd > 0 and math.isfinite(sd)):
        raise UnanswerableError("the standard deviation must be above 0")
    one, other = reading.numbers(sheet, before), reading.numbers(sheet, after)
    is_pair = ~np.isnan(one) & ~np.isnan(other)
    n = int(is_pair.sum())
    if n == 0:
        raise UnanswerableError(f"no row has both {before} and {after}")
    if sd is None and n < 2:
        raise UnanswerableError("one pair has no standard deviation; give one with --sd")
    first, second = one[is_pair], other[is_pair]
    spread = sd if sd is not None else float(np.std(first, ddof=1))
    if spread == 0:
        raise UnanswerableError(f"{before} is the same in every pair, so it has no spread; give --sd")
    error = spread * math.sqrt(1 - reliability)
    of_a_difference = math.sqrt(2) * error
    sign = -1.0 if is_lower_better else 1.0
    index = sign * (second - first) / of_a_difference
    is_better, is_worse = index > RELIABLE, index < -RELIABLE
    limit, criterion = _cutoff(cutoff, first, spread, functional, is_lower_better)
    has_crossed = np.zeros(n, dtype=bool)
    has_fallen = np.zeros(n, dtype=bool)
    if limit is not None:
        was_well, is_well = sign * (first - limit) > 0, sign * (second - limit) > 0
        has_crossed, has_fallen = is_better & ~was_well & is_well, is_worse & was_well & ~is_well
    recovered = int(has_crossed.sum())
    better = int(is_better.sum())
    moved = second - first
    half = float(_t(n - 1)) * float(np.std(moved, ddof=1)) / math.sqrt(n) if n > 1 else None
    return {
        "n": n,
        "missing": int((~is_pair).sum()),
        "improved": better - recovered if limit is not None else better,
        "unchanged": int((~is_better & ~is_worse).sum()),
        "worsened": int(is_worse.sum()),
        "recovered": recovered if limit is not None else None,
        "reliable_change": RELIABLE * of_a_difference,
        "cutoff": limit,
        "mean_before": float(first.mean()),
        "mean_after": float(second.mean()),
        "reliably_better": better,
        "worsened_across_cutoff": int(has_fallen.sum()) if limit is not None else None,
        "criterion": criterion,
        "method": "Jacobson-Truax",
        "reliability": reliability,
        "sd": spread,
        "sd_from": "given" if sd is not None else f"{before}, of those with both scores",
        "standard_error_of_measurement": error,
        "standard_error_of_difference": of_a_difference,
        "better_is": "lower" if is_lower_better else "higher",
        "mean_change": float(moved.mean()),
        "mean_change_low": float(moved.mean()) - half if half is not None else None,
        "mean_change_high": float(moved.mean()) + half if half is not None else None,
        "missing_before": int(np.isnan(one).sum()),
        "missing_after": int(np.isnan(other).sum()),
        "mean_before_without_after": _mean(one[~np.isnan(one) & np.isnan(other)]),
        "evidence_level": "Maryland scale 2, Nesta 2: before and after, with nobody to compare with",
        "statement": _statement(n, int((~is_pair).sum()), better, int(is_worse.sum()), recovered, limit),
    }


def _cutoff(
    said: str | None,
    first: np.ndarray,
    sd: float,
    functional: tuple[float, float] | None,
    is_lower_better: bool,
) -> tuple[float | None, str]:
    """The cut-off as a number, and where it is from."""
    if said is None:
        return None, "none"
    word = said.strip().lower()
    if word not in ("a", "b", "c"):
        try:
            limit = float(word)
        except ValueError:
            limit = math.nan
        if not math.isfinite(limit):
            raise UnanswerableError(f"the cut-off {said!r} is neither a number nor a, b or c")
        return limit, "given"
    sign = -1.0 if is_lower_better else 1.0
    mean = float(first.mean())
    if word == "a":
        return mean + sign * 2 * sd, "a: two standard deviations from the mean before"
    if functional is None:
        raise UnanswerableError(f"cut-off {word} needs the mean and sd of those who are well: "
                                "--functional-mean and --functional-sd")  # fmt: skip
    well, spread = functional
    if not (spread > 0 and math.isfinite(spread) and math.isfinite(well)):
        raise UnanswerableError("the standard deviation of those who are well must be above 0")
    if word == "b":
        return well - sign * 2 * spread, "b: two standard deviations from the mean of those who are well"
    return (
        (sd * well + spread * mean) / (sd + spread),
        "c: between the mean before and that of those who are well, weighted by their sd",
    )


def _t(df: int) -> float:
    from scipy import stats

    return float(stats.t.ppf(0.975, df))


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None


def _statement(n: int, missing: int, better: int, worse: int, recovered: int, limit: float | None) -> str:
    said = f"Of {n:,} with both scores, {better:,} improved by more than the instrument's error"
    if limit is not None:
        said += f", {recovered:,} of them across the cut-off of {limit:.2f},"
    said += f" and {worse:,} worsened. "
    if missing:
        said += f"{missing:,} have no pair of scores; what became of them is not known. "
    return said + (
        "Scores are often taken when things are worst and then fall by themselves, so this is not an effect "
        "of the programme."
    )
