"""How long until something happens: Kaplan-Meier curves by group, and the log-rank test between them.

Kaplan and Meier (1958), with Greenwood's variance and the interval on the log(-log) scale (Kalbfleisch and
Prentice), which stays between 0 and 1. Log-rank: Mantel's, with the hypergeometric variance for ties. Time
starts where follow-up starts; time before that in which the event could not happen must not be in it.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

import numpy as np
from scipy import stats

from pathways.analysis.impact import covariates as known
from pathways.analysis.impact import hazards, reading
from pathways.analysis.impact.answers import UnanswerableError, number
from pathways.analysis.impact.proportions import Z
from pathways.analysis.sheets import Sheet

#: whole numbers up to this are counted in place; anything else is sorted
_COUNTED: Final = 4_000_000
#: so many at a time
_PIECE: Final = 65_536
#: in a count of both, what one event adds to the one of whoever ends: more than anybody follows
_EVENT: Final = 1 << 32
#: decimals that are whole and below this are counted in place too
_SHORT: Final = 4096
#: the least number above 0: so many times it, a whole number's bits are that number
_LEAST: Final = 5e-324
#: of a decimal's bits so many are left out: what is short and whole has none of them
_LEFT_OUT: Final = 41
_ONE, _TOP = (int(np.float64(each).view(np.int64)) >> _LEFT_OUT for each in (1.0, float(_SHORT)))
#: bits of which a time that is counted by the others has none: its sign, and those left out
_BEYOND: Final = -(1 << 63) | ((1 << _LEFT_OUT) - 1)


@dataclass(frozen=True, slots=True)
class Curve:
    """A Kaplan-Meier estimate: for each distinct time, who was at risk, what happened, and what it left.

    `times` ascend; `survival` is the share without the event just after each. `spread` is Greenwood's sum.
    """

    times: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    survival: np.ndarray
    spread: np.ndarray

    def at(self, time: float) -> tuple[float, float, float] | None:
        """Survival at a time and its 95% interval; None where nobody was followed so long."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return 1.0, 1.0, 1.0
        share = float(self.survival[place])
        if time > self.times[-1] and share > 0:
            return None
        low, high = self.interval()
        return share, float(low[place]), float(high[place])

    def interval(self) -> tuple[np.ndarray, np.ndarray]:
        """The 95% interval at each time."""
        inside = (self.survival > 0) & (self.survival < 1)
        low, high = self.survival.copy(), self.survival.copy()
        log = np.log(self.survival[inside])
        wide = np.exp(Z * np.sqrt(self.spread[inside]) / np.abs(log))
        low[inside], high[inside] = np.exp(log * wide), np.exp(log / wide)
        return low, high

    def quantile(self, share: float) -> float | None:
        """The first time at which survival is at most this share; None where it never is."""
        there = np.flatnonzero(self.survival <= share + 1e-12)
        return float(self.times[there[0]]) if len(there) else None


def kaplan_meier(durations: np.ndarray, events: np.ndarray) -> Curve:
    """From a duration (not negative) and an event (1 or 0, or booleans) each; nobody gives an empty curve."""
    happened = np.asarray(events)
    if happened.dtype != bool:
        happened = happened != 0
    durations = np.asarray(durations)
    if durations.dtype.kind not in "iu":
        durations = durations.astype(float, copy=False)
    times, n, deaths = _counted(durations, happened)
    at_risk = len(durations) - np.concatenate(([0], np.cumsum(n)[:-1])) if len(n) else n
    left = at_risk - deaths
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.cumsum(np.where(left > 0, deaths / (at_risk * np.maximum(left, 1.0)), 0.0))
    return Curve(times, at_risk, deaths, np.cumprod(left / at_risk), spread)


def _counted(durations: np.ndarray, happened: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distinct times in order, how many end at each and how many of them by the event."""
    if len(durations) == 0:
        return durations, durations, durations
    if durations.dtype.kind == "f":
        for counted in (_whole, _short):
            if (found := counted(durations, happened)) is not None:
                return found
        with np.errstate(invalid="ignore"):
            whole = durations.astype(np.int64)
        if not np.array_equal(whole, durations):
            return _sorted(durations, happened)
        durations = whole
    durations = durations.astype(np.int64, copy=False)
    highest = int(durations.view(np.uint64).max())  # one below 0 is higher than any other
    if highest > min(_COUNTED, 20 * len(durations)):
        return _sorted(durations.astype(float), happened)
    both = _tally(durations, happened, highest + 1, lambda here, _: here)
    times = np.flatnonzero(both)
    return times.astype(float), *_apart(both[times])


def _whole(durations: np.ndarray, happened: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """The same of decimals that are short and whole: so many times the least number, each is its own place,
    and what is not whole is refused by the processor. None where there is another, or such numbers are slow.
    """

    def place(here: np.ndarray, out: np.ndarray) -> np.ndarray:
        np.multiply(here, _LEAST, out=out.view(float))
        return out

    with np.errstate(under="raise"):
        try:
            if not _is_least_quick() or place(np.ones(1), np.zeros(1, np.int64))[0] != 1:
                return None
            both = _tally(durations, happened, _SHORT, place)
        except (FloatingPointError, IndexError):
            return None
    times = np.flatnonzero(both)
    return times.astype(float), *_apart(both[times])


@cache
def _is_least_quick() -> bool:
    """Whether this processor is as quick below the least normal number as above it; some are far from it.

    It decides how decimals are counted, never what comes of it.
    """
    some, out = np.arange(1.0, _SHORT + 1.0), np.empty(_SHORT)
    with np.errstate(under="ignore"):
        near, usual = (
            min(timeit.repeat(partial(np.multiply, some, by, out=out), number=1, repeat=9))
            for by in (_LEAST, 0.5)
        )
    return near < 4 * usual


def _short(durations: np.ndarray, happened: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """The same of decimals whose first bits say everything, as of short fractions: counted under those bits.
    None where there is another.
    """

    def place(here: np.ndarray, out: np.ndarray) -> np.ndarray:
        bits = here.view(np.int64)
        if int(np.bitwise_or.reduce(bits)) & _BEYOND:
            raise IndexError("a time has bits that are left out")
        return np.right_shift(bits, _LEFT_OUT, out=out)

    try:
        found = _tally(durations, happened, 1 << (63 - _LEFT_OUT), place)
    except IndexError:
        return None
    there = np.concatenate((np.flatnonzero(found[:1]), np.flatnonzero(found[_ONE:_TOP]) + _ONE))
    n, events = _apart(found[there])
    return ((there << _LEFT_OUT).view(float), n, events) if int(n.sum()) == len(durations) else None


def _tally(
    durations: np.ndarray,
    happened: np.ndarray,
    places: int,
    place: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> np.ndarray:
    """Of so many places, 1 for whoever ends at each, and `_EVENT` more where it happened.

    `place` answers the places of some durations, for which it is given room. Piece by piece, so that what is
    worked with stays near the processor. Raises IndexError for a place that there is not.
    """
    found, size = np.zeros(places, np.int64), min(_PIECE, len(durations))
    room, worth = np.empty(size, np.int64), np.ones(size, np.int64)
    event = worth.view(np.uint8)[_EVENT.bit_length() // 8 :: 8]
    for at in range(0, len(durations), _PIECE):
        here = durations[at : at + _PIECE]
        np.copyto(event[: len(here)], happened[at : at + _PIECE].view(np.uint8))
        np.add.at(found, place(here, room[: len(here)]), worth[: len(here)])
    return found


def _apart(both: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many end, and how many of them by the event, of counts of both."""
    return both & (_EVENT - 1), both // _EVENT


def _sorted(durations: np.ndarray, happened: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same of any times from 0 on: the bits of such decimals sort as they do, the event coming last."""
    key = (durations + 0.0).view(np.uint64) << 1 | happened
    key.sort()
    time = key >> 1
    first = np.concatenate(([0], np.flatnonzero(time[1:] != time[:-1]) + 1))
    n = np.diff(first, append=len(key))
    return time[first].view(float), n, np.add.reduceat((key & 1).astype(np.int64), first)


def log_rank(durations: np.ndarray, events: np.ndarray, place: np.ndarray, groups: int) -> dict[str, Any]:
    """Whether the groups' curves differ by more than chance: statistic, degrees of freedom and p.

    `place` says each one's group, from 0. Raises UnanswerableError with no event at all.
    """
    happened = np.asarray(events) != 0
    if not happened.any():
        raise UnanswerableError("the event happened to nobody, so groups cannot be compared")
    times, at = np.unique(durations, return_inverse=True)
    size = len(times)
    ended = np.bincount(place * size + at, minlength=groups * size).reshape(groups, size)
    died = np.bincount((place * size + at)[happened], minlength=groups * size).reshape(groups, size)
    risk = ended[:, ::-1].cumsum(axis=1)[:, ::-1]
    n, d = risk.sum(axis=0).astype(float), died.sum(axis=0).astype(float)
    is_used = d > 0
    risk, died, n, d = risk[:, is_used], died[:, is_used], n[is_used], d[is_used]
    share = risk / n
    expected = (share * d).sum(axis=1)
    factor = np.where(n > 1, d * (n - d) / np.maximum(n - 1, 1.0), 0.0)
    variance = np.diag((share * factor).sum(axis=1)) - (share * factor) @ share.T
    gap = died.sum(axis=1) - expected
    statistic = float(gap[:-1] @ np.linalg.pinv(variance[:-1, :-1], hermitian=True) @ gap[:-1])
    df = groups - 1
    return {
        "statistic": statistic,
        "df": df,
        "p": float(stats.chi2.sf(statistic, df)),
        "expected": [float(each) for each in expected],
    }


def survival(
    sheet: Sheet,
    *,
    duration: str,
    event: str,
    group: str | None = None,
    covariates: Sequence[str] = (),
    at: Sequence[str] = (),
) -> dict[str, Any]:
    """Curves (overall, or by group), log-rank where there are groups, and Cox regression on the covariates.

    `at` are times as text, kept as the keys of `survival`; without them, quarters of the longest follow-up.
    Rows with a blank in duration, event or group are left out and counted; those with one in a covariate are
    left out of the regression alone, and counted with it. With no event or one group only
    there are curves and no test, and `warnings` says so. Raises UnanswerableError with nobody, and for a
    regression that has no answer.
    """
    lengths = reading.numbers(sheet, duration, least=0.0)
    happened = reading.yes_no(sheet, event)
    names, place = reading.groups(sheet, group) if group else ([""], np.zeros(len(lengths), dtype=int))
    is_whole = ~np.isnan(lengths) & ~np.isnan(happened) & (place >= 0)
    left_out = int((~is_whole).sum())
    sheet = reading.keep(sheet, is_whole)
    lengths, happened, place = lengths[is_whole], happened[is_whole], place[is_whole]
    if len(lengths) == 0:
        raise UnanswerableError("no row has everything that was asked for")
    there = [k for k in range(len(names)) if (place == k).any()]
    times = list(at) or [f"{lengths.max() * part / 4:g}" for part in (1, 2, 3, 4)]
    found: dict[str, Any] = {
        "n": len(lengths),
        "events": int(happened.sum()),
        "missing": left_out,
        "groups": [_curve(names[k] if group else "all", lengths[place == k], happened[place == k], times)
                   for k in there],
        "logrank": None,
        "cox": None,
        "interval": "95%, log(-log)",
        "warnings": [],
    }  # fmt: skip
    if not happened.any():
        found["warnings"].append(f"The event ({event}) happened to nobody: nothing can be said of when.")
        if covariates:
            raise UnanswerableError(f"the event ({event}) happened to nobody: no regression has an answer")
    elif group and len(there) < 2:
        found["warnings"].append(f"{group} has one group only: there is nothing to compare.")
    elif group:
        order = np.searchsorted(there, place)
        found["logrank"] = log_rank(lengths, happened, order, len(there))
    if covariates:
        found["cox"] = _regression(sheet, lengths, happened, covariates)
        if found["cox"]["left_out"]:
            named = ", ".join(found["cox"]["left_out"])
            found["warnings"].append(f"Say nothing new and are not in the regression: {named}.")
        if found["cox"]["missing"]:
            found["warnings"].append(
                f"{found['cox']['missing']:,} with a blank in a covariate are in the curves and not in the "
                f"regression, which is of {found['cox']['n']:,}."
            )
    found["evidence_level"] = "Maryland scale 2: groups side by side; " + (
        "what else differs between them is not taken out"
        if not covariates
        else "the covariates given are held equal, and nothing else is"
    )
    return found


def _regression(
    sheet: Sheet, lengths: np.ndarray, happened: np.ndarray, covariates: Sequence[str]
) -> dict[str, Any]:
    """Cox regression on the rows without a blank in a covariate; levels are those that stand in these."""
    is_told = ~np.isnan(known.design(sheet, covariates).values).any(axis=1)
    if not is_told.any():
        raise UnanswerableError("no row has every covariate")
    if not happened[is_told].any():
        raise UnanswerableError(
            "the event happened to nobody who has every covariate: no regression has an answer"
        )
    design = known.design(reading.keep(sheet, is_told), covariates)
    found = hazards.cox(lengths[is_told], happened[is_told], design.values, design.names)
    return {**found, "reference": design.reference, "missing": int((~is_told).sum())}


def _curve(name: str, lengths: np.ndarray, happened: np.ndarray, times: Sequence[str]) -> dict[str, Any]:
    curve = kaplan_meier(lengths, happened)
    shares: dict[str, float | None] = {}
    ranges: dict[str, list[float] | None] = {}
    for text in times:
        answer = curve.at(float(text))
        shares[text] = answer[0] if answer else None
        ranges[text] = [answer[1], answer[2]] if answer else None
    low, high = curve.interval()
    is_step = curve.events > 0
    return {
        "group": name,
        "n": len(lengths),
        "events": int(happened.sum()),
        "survival": shares,
        "interval": ranges,
        "median": curve.quantile(0.5),
        "longest": float(lengths.max()),
        "at_risk": {text: int((lengths >= float(text)).sum()) for text in times},
        "curve": [
            {"time": float(time), "at_risk": int(risk), "events": int(n), "survival": number(share),
             "low": number(least), "high": number(most)}
            for time, risk, n, share, least, most in zip(
                curve.times[is_step], curve.at_risk[is_step], curve.events[is_step], curve.survival[is_step],
                low[is_step], high[is_step], strict=True)
        ],
    }  # fmt: skip
