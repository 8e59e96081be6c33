"""Do two people who read the same evidence decide alike? Cohen's kappa, with its interval and its raw table.

Second readings are drawn at random at different rates from confirmations, rejections and deferrals. Each
pair stands for as many decisions as one over the rate at which it was drawn, so that the agreement is that of
all decisions and not of what happened to be drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

RESAMPLES: Final = 2_000
SEED: Final = 20_261_127
FEWEST: Final = 2

#: How far apart two categories are: alike or not; by steps; by steps squared. The last two need an order.
Apart = Literal["nominal", "linear", "quadratic"]


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
    apart: Apart = "nominal",
) -> Agreement:
    """Cohen's kappa of weighted pairs, (observed - by chance) / (1 - by chance).

    With `apart` "linear" or "quadratic" it is the weighted kappa of ordered `categories`: two readings that
    are near agree in part, by one less their distance over the greatest there can be (J. Cohen,
    Psychological Bulletin 70 (1968), 213-220; quadratic weights, J. L. Fleiss and J. Cohen, Educational and
    Psychological Measurement 33 (1973), 613-619). `observed` and `by_chance` are then of partial agreement.

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
    credit = _credit(k, apart)
    found, observed, by_chance = _kappa(sums[None, :], k, credit)
    low, high, undefined = _interval(ordered, cells, weights, k, resamples, seed, credit)
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


def _credit(k: int, apart: Apart) -> np.ndarray:
    """What each pair of categories counts for: 1 where they are the same, less the further they are apart."""
    if apart == "nominal" or k < 2:
        return np.eye(k)
    steps = np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / (k - 1)
    return np.asarray(1 - steps ** (1 if apart == "linear" else 2))


def _kappa(sums: np.ndarray, k: int, credit: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Kappa, agreement and agreement by chance of many tables, one a row of k × k cells."""
    tables = sums.reshape(-1, k, k) if k else np.zeros((len(sums), 0, 0))
    total = tables.sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = (tables * credit).sum(axis=(1, 2)) / total
        by_chance = np.einsum("ni,nj,ij->n", tables.sum(axis=2), tables.sum(axis=1), credit) / total**2
        found = np.where(by_chance < 1 - 1e-12, (observed - by_chance) / (1 - by_chance), np.nan)
    return found, observed, by_chance


def _interval(
    ordered: Sequence[Reading],
    cells: np.ndarray,
    weights: np.ndarray,
    k: int,
    resamples: int,
    seed: int,
    credit: np.ndarray,
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
    found, _, _ = _kappa(sums, k, credit)
    good = found[np.isfinite(found)]
    if not len(good):
        return None, None, resamples
    low, high = np.quantile(good, (0.025, 0.975))
    return float(low), float(high), resamples - len(good)


# --- Krippendorff's alpha -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Alpha:
    """`alpha` is None where it is not defined: nothing read twice, or one value everywhere.

    `low` and `high` as in `Agreement`.
    """

    n: int
    alpha: float | None
    low: float | None
    high: float | None


def alpha(
    readings: Sequence[Reading],
    *,
    categories: Sequence[str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Alpha:
    """Krippendorff's alpha of two readers on nominal values: 1 - disagreement over that expected by chance.

    Unlike kappa, what is expected is taken from all readings together and corrected for how few they are, so
    that it does not matter which reader was which. Source: K. Krippendorff, Content Analysis, 3rd edition
    (2013), chapter 12, the coincidence matrix of two observers without missing values. The interval is the
    percentile bootstrap over what was read, as for kappa. Rates are not used: everything is read twice.

    Raises ValueError where a reading is in none of the categories.
    """
    known = tuple(categories) if categories is not None else tuple(
        sorted({each for one in readings for each in (one.first, one.second)})
    )
    place = {name: nth for nth, name in enumerate(known)}
    for one in readings:
        for said in (one.first, one.second):
            if said not in place:
                raise ValueError(f"{said} is none of {', '.join(known)}")
    ordered = sorted(readings, key=lambda one: (one.first, one.second))
    places = [(place[one.first], place[one.second]) for one in ordered]
    pairs = np.array(places, dtype=np.int64).reshape(-1, 2)
    n, k = len(pairs), len(known)
    found = _alpha(pairs[None, :, :], k)
    if not n or not np.isfinite(found[0]):
        return Alpha(n, None, None, None)
    low = high = None
    if n >= FEWEST and resamples > 0:
        drawn = np.random.default_rng(seed).integers(0, n, size=(resamples, n))
        many = _alpha(pairs[drawn], k)
        good = many[np.isfinite(many)]
        if len(good):
            low, high = (float(each) for each in np.quantile(good, (0.025, 0.975)))
    return Alpha(n, float(found[0]), low, high)


def _alpha(pairs: np.ndarray, k: int) -> np.ndarray:
    """Alpha of many sets of pairs, one a row: (sets, pairs, 2) of places of values."""
    sets, n = pairs.shape[0], pairs.shape[1]
    if not n or not k:
        return np.full(sets, np.nan)
    counts = np.stack([(pairs == value).sum(axis=(1, 2)) for value in range(k)], axis=1).astype(float)
    differ = (pairs[:, :, 0] != pairs[:, :, 1]).sum(axis=1) / n
    total = 2 * n
    by_chance = 1 - (counts * (counts - 1)).sum(axis=1) / (total * (total - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(by_chance > 1e-12, 1 - differ / by_chance, np.nan)
