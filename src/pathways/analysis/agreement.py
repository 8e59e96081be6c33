"""Do two people who read the same evidence decide alike? Cohen's kappa, with its interval and its raw table.

Second readings are drawn at random at different rates from confirmations, rejections and deferrals. Each
pair stands for as many decisions as one over the rate at which it was drawn, so that the agreement is that of
all decisions and not of what happened to be drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

RESAMPLES: Final = 2_000
SEED: Final = 20_261_127
FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """One decision read twice. `rate` is the share of such decisions that was drawn, above 0 and up to 1.

    `stratum` names what it was drawn from, mostly the first decision itself.
    """

    first: str
    second: str
    rate: float = 1.0
    stratum: str = ""


@dataclass(frozen=True)
class Agreement:
    """`kappa` is None where it is not defined: nobody read twice, or everybody decided the same.

    `low` and `high` bound the middle 95 in 100 of resamples; None where fewer than two pairs, or no resample
    gives a kappa. `table` counts pairs as they are; `weighted` what they stand for; both by (first, second).
    """

    n: int
    kappa: float | None
    low: float | None
    high: float | None
    observed: float | None
    by_chance: float | None
    categories: tuple[str, ...]
    table: Mapping[tuple[str, str], int]
    weighted: Mapping[tuple[str, str], float]
    undefined_resamples: int


def kappa(
    readings: Sequence[Reading],
    *,
    categories: Sequence[str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Agreement:
    """Cohen's kappa of weighted pairs, (observed - by chance) / (1 - by chance).

    With `apart` "linear" or "quadratic" it is the weighted kappa of ordered `categories`: two readings that
    are near agree in part, by one less their distance over the greatest there can be (J. Cohen, Weighted
    kappa, Psychological Bulletin 70 (1968), 213-220; quadratic weights, J. L. Fleiss and J. Cohen,
    Educational and Psychological Measurement 33 (1973), 613-619). `observed` and `by_chance` are then of
    partial agreement.

    Source: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological
    Measurement 20 (1960), 37-46; pairs weighted by one over the rate at which they were drawn (Horvitz and
    Thompson, Journal of the American Statistical Association 47 (1952), 663-685). The interval is the
    percentile bootstrap (B. Efron, Annals of Statistics 7 (1979), 1-26), drawing pairs within each stratum,
    since the number read from each was settled beforehand. The same readings give the same interval in any
    order. Few pairs make it rough: the raw table stands beside it.

    Raises ValueError where a rate is not above 0 and up to 1, or a reading is in none of the categories.
    """
    known = tuple(categories) if categories is not None else tuple(
        sorted({each for one in readings for each in (one.first, one.second)})
    )
    place = {name: nth for nth, name in enumerate(known)}
    for one in readings:
        if not 0 < one.rate <= 1:
            raise ValueError(f"a rate of {one.rate} is not above 0 and up to 1")
        for said in (one.first, one.second):
            if said not in place:
                raise ValueError(f"{said} is none of {', '.join(known)}")
    k = len(known)
    ordered = sorted(readings, key=lambda one: (one.stratum, one.first, one.second, one.rate))
    cells = np.array([place[one.first] * k + place[one.second] for one in ordered], dtype=np.int64)
    weights = np.array([1 / one.rate for one in ordered], dtype=float)
    raw = np.bincount(cells, minlength=k * k)
    sums = np.bincount(cells, weights, minlength=k * k)
    found, observed, by_chance = _kappa(sums[None, :], k)
    low, high, undefined = _interval(ordered, cells, weights, k, resamples, seed)
    is_defined = len(readings) > 0 and bool(np.isfinite(found[0]))
    return Agreement(
        n=len(readings),
        kappa=float(found[0]) if is_defined else None,
        low=low if is_defined else None,
        high=high if is_defined else None,
        observed=float(observed[0]) if readings else None,
        by_chance=float(by_chance[0]) if readings else None,
        categories=known,
        table={(a, b): int(raw[place[a] * k + place[b]]) for a in known for b in known},
        weighted={(a, b): float(sums[place[a] * k + place[b]]) for a in known for b in known},
        undefined_resamples=undefined,
    )


def _kappa(sums: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Kappa, agreement and agreement by chance of many tables, one a row of k × k cells."""
    tables = sums.reshape(-1, k, k) if k else np.zeros((len(sums), 0, 0))
    total = tables.sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = np.trace(tables, axis1=1, axis2=2) / total
        by_chance = (tables.sum(axis=2) * tables.sum(axis=1)).sum(axis=1) / total**2
        found = np.where(by_chance < 1 - 1e-12, (observed - by_chance) / (1 - by_chance), np.nan)
    return found, observed, by_chance


def _interval(
    ordered: Sequence[Reading],
    cells: np.ndarray,
    weights: np.ndarray,
    k: int,
    resamples: int,
    seed: int,
) -> tuple[float | None, float | None, int]:
    if len(ordered) < FEWEST or resamples < 1:
        return None, None, 0
    chance = np.random.default_rng(seed)
    sums = np.zeros((resamples, k * k))
    strata = np.array([one.stratum for one in ordered])
    rows = np.arange(resamples)[:, None]
    for stratum in sorted(set(strata.tolist())):
        members = np.flatnonzero(strata == stratum)
        drawn = members[chance.integers(0, len(members), size=(resamples, len(members)))]
        np.add.at(sums, (rows, cells[drawn]), weights[drawn])
    found, _, _ = _kappa(sums, k)
    good = found[np.isfinite(found)]
    if not len(good):
        return None, None, resamples
    low, high = np.quantile(good, (0.025, 0.975))
    return float(low), float(high), resamples - len(good)
