"""How long until something happens: Kaplan-Meier curves by group, and the log-rank test between them.

Kaplan and Meier (1958), with Greenwood's variance and the interval on the log(-log) scale (Kalbfleisch and
Prentice), which stays between 0 and 1. Log-rank: Mantel's, with the hypergeometric variance for ties. Time
starts where follow-up starts; time before that in which the event could not happen must not be in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
_PIECE: Final = 32_768


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
    both = _in_place(durations, happened)
    if both is not None:
        n, deaths = both.sum(axis=1), both[:, 1]
        times = np.flatnonzero(n)
        return times.astype(float), n[times], deaths[times]
    times, place = np.unique(durations.astype(float, copy=False), return_inverse=True)
    return times, np.bincount(place), np.bincount(place[happened], minlength=len(times))


def _in_place(durations: np.ndarray, happened: np.ndarray) -> np.ndarray | None:
    """How many end at each whole time from 0 to the highest, without the event and with it; None where a time
    is not whole, or too high for that.

    Piece by piece, so that what is worked with stays near the processor; all at once where times are many.
    """
    if durations.dtype.kind == "u":
        durations = durations.astype(np.int64)
    is_whole = durations.dtype.kind == "i"
    most = min(_COUNTED, 20 * len(durations))
    piece = _PIECE
    found = np.zeros(0, dtype=np.int64)
    codes, rounded = np.empty(piece, "<i8"), np.empty(piece)
    at = 0
    while at < len(durations):
        here = durations[at : at + piece]
        highest = here.max()
        if not highest <= most:
            return None
        if highest > _PIECE and piece == _PIECE:
            piece = len(durations)
            codes, rounded = np.empty(piece, "<i8"), np.empty(piece)
            continue
        code, floor = codes[: len(here)], rounded[: len(here)]
        if is_whole:
            np.left_shift(here, 1, out=code)
        elif np.array_equal(np.floor(here, out=floor), here):
            np.copyto(code, floor, casting="unsafe")
            np.left_shift(code, 1, out=code)
        else:
            return None
        lowest = code.view(np.uint8)[::8]  # the byte that holds the bit which the shift left free
        np.bitwise_or(lowest, happened[at : at + piece].view(np.uint8), out=lowest)
        counted = np.bincount(code)
        if len(counted) > len(found):
            counted[: len(found)] += found
            found = counted
        else:
            found[: len(counted)] += counted
        at += piece
    return np.concatenate((found, np.zeros(len(found) % 2, dtype=np.int64))).reshape(-1, 2)


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
    Rows with a blank in a column that is used are left out and counted. Raises UnanswerableError with no
    event, one group only, or a regression that has no answer.
    """
    lengths = reading.numbers(sheet, duration, least=0.0)
    happened = reading.yes_no(sheet, event)
    names, place = reading.groups(sheet, group) if group else ([""], np.zeros(len(lengths), dtype=int))
    design = known.design(sheet, covariates) if covariates else None
    is_whole = ~np.isnan(lengths) & ~np.isnan(happened) & (place >= 0)
    if design is not None:
        is_whole &= ~np.isnan(design.values).any(axis=1)
    left_out = int((~is_whole).sum())
    lengths, happened, place = lengths[is_whole], happened[is_whole], place[is_whole]
    if len(lengths) == 0:
        raise UnanswerableError("no row has everything that was asked for")
    if not happened.any():
        raise UnanswerableError(f"the event ({event}) happened to nobody, so there is nothing to say of when")
    there = [k for k in range(len(names)) if (place == k).any()]
    if group and len(there) < 2:
        raise UnanswerableError(f"{group} has one group only; two are needed to compare")
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
    }  # fmt: skip
    if group:
        order = np.searchsorted(there, place)
        found["logrank"] = log_rank(lengths, happened, order, len(there))
    if design is not None:
        found["cox"] = hazards.cox(lengths, happened, design.values[is_whole], design.names)
        found["cox"]["reference"] = design.reference
    found["evidence_level"] = "Maryland scale 2: groups side by side; " + (
        "what else differs between them is not taken out"
        if design is None
        else "the covariates given are held equal, and nothing else is"
    )
    return found


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
