"""Two proportions side by side, such as a published share of women reoffending and its comparison's.

Wilson: Wilson (1927). Difference: Newcombe (1998), method 10, the hybrid of two Wilson intervals. Ratio: the
score interval of Koopman (1984), which holds with no event in a group. P: Fisher's exact test, two-sided.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from scipy import optimize, stats

from pathways.analysis.impact.answers import UnanswerableError, number

#: 95% two-sided, and 80% power at that level: the conventions said beside every figure
Z: Final = float(stats.norm.ppf(0.975))
POWER: Final = 0.8
#: what a difference must be, in standard errors, to be found four times in five
DETECTABLE: Final = Z + float(stats.norm.ppf(POWER))
_FAR: Final = 1e9
_ROUNDING: Final = 1e-3
#: chance explains what is as likely as this, by the convention
_LEVEL: Final = 0.05
#: more women than live anywhere: beyond, the exact test would not end
_MOST: Final = 1_000_000_000


def wilson(events: int, n: int) -> tuple[float, float] | None:
    """The 95% score interval of one proportion; None of nobody."""
    if n == 0:
        return None
    share, square = events / n, Z * Z
    middle = share + square / (2 * n)
    half = Z * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    low, high = (middle - half) / (1 + square / n), (middle + half) / (1 + square / n)
    return (0.0 if events == 0 else low, 1.0 if events == n else high)


def compare(treated_events: int, treated_n: int, comparison_events: int, comparison_n: int) -> dict[str, Any]:
    """Difference, ratio, their 95% intervals, exact p, what could be detected, and one plain statement.

    Raises UnanswerableError where a group is empty or has more events than women.
    """
    for name, events, n in (
        ("treated", treated_events, treated_n),
        ("comparison", comparison_events, comparison_n),
    ):
        if n < 1:
            raise UnanswerableError(f"the {name} group needs at least one woman")
        if n > _MOST:
            raise UnanswerableError(f"the {name} group has more than {_MOST:,} women: there are not so many")
        if not 0 <= events <= n:
            raise UnanswerableError(f"the {name} group has {n:,} women, so events lie from 0 to {n:,}")
    one, other = treated_events / treated_n, comparison_events / comparison_n
    first, second = wilson(treated_events, treated_n), wilson(comparison_events, comparison_n)
    assert first is not None and second is not None
    table = [
        [treated_events, treated_n - treated_events],
        [comparison_events, comparison_n - comparison_events],
    ]
    p = float(stats.fisher_exact(table).pvalue)
    low = one - other - math.hypot(one - first[0], second[1] - other)
    high = one - other + math.hypot(first[1] - one, other - second[0])
    found: dict[str, Any] = {
        "treated": _share(treated_events, treated_n, first),
        "comparison": _share(comparison_events, comparison_n, second),
        "difference": {
            "estimate": one - other, "low": max(low, -1.0), "high": min(high, 1.0),
            "method": "Newcombe hybrid score",
        },
        "ratio": {
            **_ratio(treated_events, treated_n, comparison_events, comparison_n), "method": "Koopman score",
        },
        "p": min(p, 1.0),
        "test": "Fisher's exact test, two-sided",
        "detectable": detectable(comparison_events, comparison_n, treated_n),
        "level": 0.95,
        "power": POWER,
    }  # fmt: skip
    found["statement"] = _statement(found)
    return found


def detectable(comparison_events: int, comparison_n: int, treated_n: int) -> float | None:
    """The least difference from the comparison's share that would be found four times in five.

    Two-sided at 5%; the treated group's variance is that at the share in question (Fleiss, Levin and Paik
    2003). Of the two directions the smaller; None where not even everybody or nobody would be enough.
    """
    share = comparison_events / comparison_n
    z_power = float(stats.norm.ppf(POWER))

    def short(other: float) -> float:
        mean = (share * comparison_n + other * treated_n) / (comparison_n + treated_n)
        null = math.sqrt(mean * (1 - mean) * (1 / comparison_n + 1 / treated_n))
        true = math.sqrt(share * (1 - share) / comparison_n + other * (1 - other) / treated_n)
        return abs(other - share) - Z * null - z_power * true

    found = []
    for end in (0.0, 1.0):
        if abs(end - share) > 0 and short(end) > 0:
            start = share + (end - share) * 1e-9  # where all or none have it, nought would be a root
            found.append(abs(float(optimize.brentq(short, start, end, xtol=1e-12)) - share))
    return min(found, default=None)


def _share(events: int, n: int, interval: tuple[float, float]) -> dict[str, Any]:
    return {"events": events, "n": n, "proportion": events / n, "low": interval[0], "high": interval[1]}


def _ratio(x1: int, n1: int, x2: int, n2: int) -> dict[str, float | None]:
    """The ratio and its score interval; a limit that lies without end is None."""
    if x1 == 0 and x2 == 0:
        return {"estimate": None, "low": None, "high": None}
    chi = Z * Z

    def beyond(log_ratio: float) -> float:
        return _score(x1, n1, x2, n2, math.exp(log_ratio)) - chi

    estimate = (x1 / n1) / (x2 / n2) if x2 else None
    # where no event is in one group, the limit that exists is sought from the far side
    start = math.log(estimate) if estimate else (-40.0 if x1 == 0 else 40.0)
    low = 0.0 if x1 == 0 else _limit(beyond, start, -1)
    high = None if x2 == 0 else _limit(beyond, start, +1)
    return {"estimate": number(estimate) if estimate is not None else None, "low": low, "high": high}


def _limit(beyond: Callable[[float], float], start: float, sense: int) -> float | None:
    step = 0.5
    end = start + sense * step
    while beyond(end) < 0:
        step *= 2
        end = start + sense * step
        if step > 200:
            return None
    return math.exp(float(optimize.brentq(beyond, start, end, xtol=1e-13, rtol=1e-13)))


def _score(x1: int, n1: int, x2: int, n2: int, ratio: float) -> float:
    """The score statistic of a ratio: shares as likely as can be while the ratio holds."""
    a = (n1 + n2) * ratio
    b = -(n1 * ratio + x1 + n2 + x2 * ratio)
    c = x1 + x2
    second = 2 * c / (-b + math.sqrt(max(b * b - 4 * a * c, 0.0)))  # the smaller root, without cancelling
    second = min(second, 1.0)  # where all have it, the root is 1 but for the last digit
    first = min(ratio * second, 1.0)
    found = 0.0
    for x, n, share in ((x1, n1, first), (x2, n2, second)):
        spread = n * share * (1 - share)
        gap = x - n * share
        if spread > 0:
            found += gap * gap / spread
        elif abs(gap) > _ROUNDING:  # counts are whole: a gap that is one is far larger
            found += _FAR
    return found


def _statement(found: dict[str, Any]) -> str:
    one, other, difference = found["treated"], found["comparison"], found["difference"]
    low, high = 100 * difference["low"], 100 * difference["high"]
    said = (
        f"Of 100 typical women in the treated group {_hundred(one['proportion'])} had the event, of 100 in "
        f"the comparison group {_hundred(other['proportion'])}. The difference is "
        f"{100 * difference['estimate']:+.1f} percentage points (95% interval {low:+.1f} to {high:+.1f}). "
    )
    is_apart = difference["low"] > 0 or difference["high"] < 0
    if is_apart != (found["p"] < _LEVEL):
        said += (
            "The interval and the exact test do not agree on whether chance explains it, so these numbers "
            "cannot say whether the share was lower, higher or the same: more women would be needed. It does "
            "not mean that there is no effect. "
        )
    elif is_apart:
        way = "lower" if difference["estimate"] < 0 else "higher"
        said += f"The share was {way} than the comparison's by more than chance explains. "
    else:
        said += (
            "These numbers cannot say whether the share was lower, higher or the same: more women would be "
            "needed. It does not mean that there is no effect. "
        )
    if found["detectable"] is not None:
        said += (
            f"With this many women, a difference of {100 * found['detectable']:.1f} points or more would be "
            "found four times in five. "
        )
    else:
        said += "With this few women, not even the largest difference would be found four times in five. "
    return said + "Two proportions side by side do not show what caused a difference between them."


def _hundred(share: float) -> str:
    return f"{100 * share:.0f}"
