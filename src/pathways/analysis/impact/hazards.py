"""What goes with an event coming sooner: Cox regression, how well it ranks, and whether it may be used.

Partial likelihood of Cox (1972) with Efron's ties (1977), by Newton's method. Concordance: Harrell's, pairs
tied in the prediction counting a half, pairs whose events fall on one time not at all. Proportional hazards:
Grambsch and Therneau (1994), scaled Schoenfeld residuals against the rank of the event times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import stats

from pathways.analysis.impact import covariates
from pathways.analysis.impact.answers import UnanswerableError, number
from pathways.analysis.impact.proportions import Z

_STEPS: Final = 60
#: a hazard that is e to this times another's, for one standard deviation of a covariate, is no estimate
_BOUNDLESS: Final = 15.0
#: from here on a coefficient whose error is many times itself has run along a flat likelihood
_FAR: Final = 5.0


def cox(durations: np.ndarray, events: np.ndarray, x: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
    """Coefficients (log hazard ratios), log-likelihood, concordance and the check of proportional hazards.

    `x` is one line each, one column a covariate. One that is constant, or made of those before it, says
    nothing new: it is left out and named. Raises UnanswerableError where that leaves none, where one tells
    those with the event apart completely, and where nothing settles.
    """
    happened = np.asarray(events) != 0
    middle, scale = x.mean(axis=0), x.std(axis=0)
    kept, left_out = covariates.telling(x, middle, scale, names)
    if not kept:
        raise UnanswerableError(
            f"of {', '.join(names)} nothing can be said: the same for everybody, whatever came of it"
        )
    if len(x) < len(kept):
        raise UnanswerableError("there are more covariates than people; use fewer")
    for k in kept:
        _refuse_apart(names[k], x[:, k], happened)
    names, middle, scale = [names[k] for k in kept], middle[kept], scale[kept]
    z = (x[:, kept] - middle) / scale
    work = _Ties.of(durations, happened, z)
    beta = np.zeros(len(names))
    value, slope, curvature = work.likelihood(beta)
    null = value
    for _ in range(_STEPS):
        step = _solve(curvature, slope, names)
        for _ in range(30):  # half a step where a whole one makes it worse
            trial = work.likelihood(beta + step)
            if np.isfinite(trial[0]) and trial[0] >= value - 1e-9 * abs(value):
                break
            step = step / 2
        gain, beta = trial[0] - value, beta + step
        value, slope, curvature = trial
        if np.abs(beta).max() > _BOUNDLESS:
            raise _apart(names[int(np.abs(beta).argmax())])
        if np.abs(step).max() < 1e-10 or (abs(gain) < 1e-13 * abs(value) and np.abs(slope).max() < 1e-6):
            break
    else:
        raise UnanswerableError("the regression does not settle; use fewer covariates, or join small groups")
    covariance = np.linalg.inv(curvature)
    if not np.isfinite(covariance).all() or (np.diag(covariance) <= 0).any():
        raise UnanswerableError("the regression has no standard errors; use fewer covariates")
    # the likelihood may be flat to the last digit before a coefficient is boundless: its error then says so
    error = np.sqrt(np.diag(covariance))
    is_flat = (np.abs(beta) > _FAR) & (error > _BOUNDLESS * np.abs(beta))
    if is_flat.any():
        raise _apart(names[int(np.where(is_flat, error, 0.0).argmax())])
    coefficients, spread = beta / scale, error / scale
    ratio = 2 * (value - null)
    return {
        "coefficients": {
            name: _coefficient(float(coef), float(se))
            for name, coef, se in zip(names, coefficients, spread, strict=True)
        },
        "log_likelihood": float(value),
        "log_likelihood_null": float(null),
        "likelihood_ratio": {
            "statistic": ratio, "df": len(names), "p": float(stats.chi2.sf(max(ratio, 0.0), len(names))),
        },
        "concordance": concordance(durations, happened, z @ beta),
        "proportional_hazards": _proportional(work, beta, covariance, names),
        "n": len(durations),
        "events": int(happened.sum()),
        "ties": "Efron",
        "left_out": left_out,
    }  # fmt: skip


def _refuse_apart(name: str, column: np.ndarray, happened: np.ndarray) -> None:
    """Of two values one that no event has: however rare it is, its hazard ratio has no limit."""
    low, high = column.min(), column.max()
    if ((column == low) | (column == high)).all():
        for value in (low, high):
            if not happened[column == value].any():
                raise _apart(name)


def _apart(name: str) -> UnanswerableError:
    return UnanswerableError(
        f"{name} tells those with the event apart completely (separation), so its hazard ratio has "
        "no limit; leave it out or join its groups"
    )


def _coefficient(coef: float, se: float) -> dict[str, float | None]:
    with np.errstate(over="ignore"):
        ratio, low, high = (float(np.exp(each)) for each in (coef, coef - Z * se, coef + Z * se))
    return {
        "coef": coef,
        "se": se,
        "p": float(2 * stats.norm.sf(abs(coef / se))),
        "hazard_ratio": number(ratio),
        "low": number(low),
        "high": number(high),
    }


def _solve(curvature: np.ndarray, slope: np.ndarray, names: Sequence[str]) -> np.ndarray:
    try:
        return np.asarray(np.linalg.solve(curvature, slope))
    except np.linalg.LinAlgError:
        flat = names[int(np.abs(np.diag(curvature)).argmin())]
        raise UnanswerableError(f"nothing in these events says anything of {flat}; leave it out") from None


@dataclass(frozen=True, slots=True)
class _Ties:
    """The people by falling time, and for each event what share of those tied with it has gone before.

    `last` is, for each event, the place of the last one still at risk; `block` numbers the distinct times of
    events from the longest, for each event; `person_block` is the longest at which each person is at risk.
    """

    z: np.ndarray
    is_event: np.ndarray
    last: np.ndarray
    share: np.ndarray
    block: np.ndarray
    blocks: int
    person_block: np.ndarray

    @classmethod
    def of(cls, durations: np.ndarray, happened: np.ndarray, z: np.ndarray) -> _Ties:
        order = np.argsort(-durations, kind="stable")
        time, is_event = durations[order], happened[order]
        event_time = time[is_event]
        # of each event: the number of people whose time is at least as long, less one
        last = np.searchsorted(-time, -event_time, side="right") - 1
        distinct, block, many = np.unique(-event_time, return_inverse=True, return_counts=True)
        start = np.concatenate(([0], np.cumsum(many)[:-1]))
        share = (np.arange(len(event_time)) - start[block]) / many[block]
        # each person is at risk at the events of their time and before: the blocks from this one on
        person_block = np.searchsorted(distinct, -time, side="left")
        return cls(z[order], is_event, last, share, block, len(distinct), person_block)

    def parts(self, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Weights, the denominator of each event, the weighted mean of those at risk at it, and the scale."""
        score = self.z @ beta
        score = score - score.max()
        weight = np.exp(score)
        dead_weight = weight[self.is_event]
        tied = np.bincount(self.block, weights=dead_weight, minlength=self.blocks)
        below = np.cumsum(weight)[self.last] - self.share * tied[self.block]
        weighted = weight[:, None] * self.z
        sums = np.cumsum(weighted, axis=0)[self.last]
        tied_sums = np.zeros((self.blocks, self.z.shape[1]))
        np.add.at(tied_sums, self.block, weighted[self.is_event])
        mean = (sums - self.share[:, None] * tied_sums[self.block]) / below[:, None]
        return weight, below, mean, score

    def likelihood(self, beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """The log partial likelihood, its slope and the information matrix."""
        weight, below, mean, score = self.parts(beta)
        value = float(score[self.is_event].sum() - np.log(below).sum())
        slope = (self.z[self.is_event] - mean).sum(axis=0)
        # how often each person's square stands in the sum: once for each event at or before their time
        by_block = np.bincount(self.block, weights=1 / below, minlength=self.blocks)
        behind = np.concatenate((by_block[::-1].cumsum()[::-1], [0.0]))
        times_in = weight * behind[self.person_block]
        gone = np.bincount(self.block, weights=self.share / below, minlength=self.blocks)
        times_in[self.is_event] -= weight[self.is_event] * gone[self.block]
        curvature = (self.z * times_in[:, None]).T @ self.z - mean.T @ mean
        return value, slope, curvature


def _proportional(
    work: _Ties, beta: np.ndarray, covariance: np.ndarray, names: Sequence[str]
) -> dict[str, Any]:
    """Whether each effect stays the same over time; a small p says that it does not."""
    _, _, mean, _ = work.parts(beta)
    residual = work.z[work.is_event] - mean
    # those tied share one expectation, as the residuals of Schoenfeld do
    many = np.bincount(work.block, minlength=work.blocks)
    shared = np.zeros((work.blocks, len(names)))
    np.add.at(shared, work.block, mean)
    residual = work.z[work.is_event] - (shared / many[:, None])[work.block]
    events = len(residual)
    # ranks of the events' times, those tied sharing the middle of theirs; the longest time is block 0
    moment = events - (np.cumsum(many) - (many - 1) / 2)[work.block]
    moment -= moment.mean()
    spread = float(moment @ moment)
    if events < 3 or spread == 0:
        said = "With this few events nobody can say whether an effect changes over time."
        return {"transform": "rank", "covariates": {}, "global": None, "holds": None, "statement": said}
    scaled = events * residual @ covariance
    found = {}
    for at, name in enumerate(names):
        statistic = float((moment @ scaled[:, at]) ** 2 / (events * covariance[at, at] * spread))
        found[name] = {"statistic": statistic, "p": float(stats.chi2.sf(statistic, 1))}
    summed = moment @ residual
    overall = float(events * summed @ covariance @ summed / spread)
    p = float(stats.chi2.sf(overall, len(names)))
    changing = [name for name, each in found.items() if each["p"] < 0.05]
    holds = p >= 0.05 and not changing
    said = f"An effect changes over time: {', '.join(changing) or 'all taken together'}. "
    said += "One hazard ratio for the whole time does not describe it."
    return {
        "transform": "rank",
        "covariates": found,
        "global": {"statistic": overall, "df": len(names), "p": p},
        "holds": holds,
        "statement": "No sign was found that an effect changes over time." if holds else said,
    }


def concordance(durations: np.ndarray, events: np.ndarray, risk: np.ndarray) -> float | None:
    """Of the pairs of which one is known to have come first: in what share that one had the higher risk."""
    happened = np.asarray(events) != 0
    # longest first; at one time those without the event before those with it, who are known to be later
    order = np.lexsort((happened, -durations))
    time, is_event = durations[order], happened[order]
    _, rank = np.unique(risk[order], return_inverse=True)
    start_of_time = np.searchsorted(-time, -time, side="left")
    without = np.concatenate(([0], np.cumsum(~is_event)))
    end_of_time = np.searchsorted(-time, -time, side="right")
    before = start_of_time + (without[end_of_time] - without[start_of_time])
    lengths, ranks = before[is_event], rank[is_event]
    pairs = int(lengths.sum())
    if pairs == 0:
        return None
    below = _below(rank, lengths, ranks)
    at_most = _below(rank, lengths, ranks + 1)
    return float((below.sum() + (at_most - below).sum() / 2) / pairs)


def _below(values: np.ndarray, lengths: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """For each question, how many of the first `length` values are below `limit`: a wavelet matrix."""
    bits = max(int(max(values.max(initial=0), limits.max(initial=0))).bit_length(), 1)
    here, end = values.astype(np.int64), lengths.astype(np.int64)
    start, found = np.zeros_like(end), np.zeros_like(end)
    for bit in range(bits - 1, -1, -1):
        is_one = (here >> bit) & 1 == 1
        zeros = np.concatenate(([0], np.cumsum(~is_one)))
        from_zero, to_zero = zeros[start], zeros[end]
        goes_right = (limits >> bit) & 1 == 1
        found += np.where(goes_right, to_zero - from_zero, 0)
        start = np.where(goes_right, zeros[-1] + start - from_zero, from_zero)
        end = np.where(goes_right, zeros[-1] + end - to_zero, to_zero)
        here = np.concatenate((here[~is_one], here[is_one]))
    return found
