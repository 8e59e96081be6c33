"""What difference treatment made to those treated, against others made like them; or that nobody can say.

Naive: the difference of means with the pooled standard error of ordinary least squares. Matched: the mean of
each matched set's difference (average effect on the treated); without replacement its standard error is that
of paired differences, with replacement that of Abadie and Imbens (2006). Weighted: the comparison group by
its odds of treatment. E-value: VanderWeele and Ding (2017), with a difference of means turned into a ratio as
they do. Detectable: 2.80 standard errors, 80% power at 5%, two-sided.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from scipy import stats

from pathways.analysis.impact import balance, covariates, matching, propensity, reading
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.impact.proportions import DETECTABLE, Z
from pathways.analysis.sheets import Sheet

#: fewer matched women than this give no headline (the Justice Data Lab's least; domain dossier, 6)
FEWEST: Final = 30


def impact(
    sheet: Sheet,
    *,
    treated: str,
    outcome: str,
    known: Sequence[str],
    exact: Sequence[str] = (),
    ratio: int = 1,
    caliper: float | None = None,
    replace: bool = False,
    in_rounds: bool = False,
) -> dict[str, Any]:
    """Everything about one outcome. `known` are the covariates; `caliper` is in deviations (sd) of the logit.

    Rows with a blank in a column that is used are left out and counted. Raises UnanswerableError where a
    group is empty, where the covariates tell the groups apart completely, and where nobody finds a match.
    """
    if not known:
        raise UnanswerableError("at least one covariate is wanted: without any, groups cannot be made alike")
    if ratio < 1:
        raise UnanswerableError("the ratio must be 1 or more")
    if caliper is not None and not (caliper >= 0 and math.isfinite(caliper)):
        raise UnanswerableError("the caliper must be 0 or above; at 0 only those of one score match")
    if treated == outcome:
        raise UnanswerableError(f"{treated} is named as what was done and as what came of it")
    both = [column for column in (treated, outcome) if column in known or column in exact]
    if both:
        raise UnanswerableError(f"{both[0]} cannot be a covariate as well")
    is_whole, gaps = _whole(sheet, treated, outcome, known, exact)
    left_out = int((~is_whole).sum())
    sheet = reading.keep(sheet, is_whole)
    is_treated = reading.yes_no(sheet, treated) == 1
    n_treated, n_comparison = int(is_treated.sum()), int((~is_treated).sum())
    if n_treated < 2 or n_comparison < 2:
        raise UnanswerableError(f"{n_treated:,} treated and {n_comparison:,} to compare with have no blank"
                                ": at least two of each are wanted")  # fmt: skip
    y = reading.outcome(sheet, outcome)
    design = covariates.design(sheet, known, every_level=True)
    modelled = np.flatnonzero(~design.is_reference)
    names = [design.names[k] for k in modelled]
    scores = propensity.logit(is_treated, design.values[:, modelled], names)
    if np.ptp(y[is_treated]) == 0 and np.ptp(y[~is_treated]) == 0:
        raise UnanswerableError(
            f"{outcome} is the same for all treated ({y[is_treated][0]:g}) and the same for all others "
            f"({y[~is_treated][0]:g}): there is no spread from which to say what is chance"
        )
    if len(scores.left_out) == len(names) and not exact:
        raise UnanswerableError(
            f"nothing to match on: {', '.join(known)} {'says' if len(known) == 1 else 'say'} the same of "
            "everybody; name what was known of them before and differs"
        )
    spread = float(scores.logit.std(ddof=1))
    matches = matching.nearest(
        scores.score, is_treated, ratio=ratio, replace=replace, in_rounds=in_rounds, reach=scores.logit,
        caliper=None if caliper is None else caliper * spread, strata=_strata(sheet, exact),
    )  # fmt: skip
    has_match = matches.counts > 0
    if not has_match.any():
        raise UnanswerableError("no treated woman has a match within the caliper and the exact columns")
    weights = _weights(matches, len(y))
    odds = np.where(is_treated, 1.0, np.exp(scores.logit))
    table = _balance(design, scores.score, is_treated, weights, odds)
    matched = _matched(matches, y, is_treated, scores.score, replace=replace)
    naive = _naive(y[is_treated], y[~is_treated])
    balanced = balance.is_balanced([line["after"] for line in table])
    detectable = DETECTABLE * matched["se"] if matched["se"] is not None else None
    is_few = matched["n_treated"] < FEWEST
    found: dict[str, Any] = {
        "n_treated": n_treated,
        "n_comparison": n_comparison,
        "naive": naive,
        "matched": matched,
        "weighted": _weighted(y, is_treated, odds),
        "balance": table,
        "balanced": balanced,
        "detectable": detectable,
        "evidence_level": _level(balanced, is_few),
        "e_value": _e_value(y, is_treated, matched),
        "missing": {"rows": left_out, "by_column": gaps},
        "method": {
            "score": "logit",
            "coefficients": scores.coefficients,
            "left_out": scores.left_out,
            "ratio": ratio,
            "replace": replace,
            "caliper": caliper,
            "caliper_in_logit": None if caliper is None else caliper * spread,
            "exact": list(exact),
            "order": "largest score first, ties in the order of the file"
            + ("; a first match for all before a second for any" if in_rounds and not replace else ""),
            "in_rounds": in_rounds and not replace,
            "balanced_within": balance.LIMIT,
        },
        "warnings": _warnings(scores, matched, n_treated, is_greedy=ratio > 1 and not (replace or in_rounds)),
    }
    found["statement"] = _statement(found, outcome, is_few)
    return found


def _whole(
    sheet: Sheet, treated: str, outcome: str, known: Sequence[str], exact: Sequence[str]
) -> tuple[np.ndarray, dict[str, int]]:
    """Which lines have no blank in what is used, and how many blanks each column has."""
    columns = list(dict.fromkeys([treated, outcome, *known, *exact]))
    sheet.need(*columns)
    gaps = {column: sheet.frame[column].is_null().to_numpy() for column in columns}
    is_whole = ~np.any(list(gaps.values()), axis=0)
    return is_whole, {column: int(each.sum()) for column, each in gaps.items() if each.any()}


def _strata(sheet: Sheet, exact: Sequence[str]) -> np.ndarray | None:
    if not exact:
        return None
    place = np.zeros(len(sheet), dtype=np.int64)
    for column in exact:
        _, there = reading.groups(sheet, column)
        _, place = np.unique(place * (int(there.max(initial=0)) + 1) + there, return_inverse=True)
    return place


def _weights(matches: matching.Matches, n: int) -> np.ndarray:
    """1 for each treated with a match; for the others their shares in the sets that they stand in."""
    weights = np.zeros(n)
    counts = matches.counts
    weights[matches.treated[counts > 0]] = 1.0
    there = matches.matched >= 0
    share = np.broadcast_to(1.0 / np.maximum(counts, 1)[:, None], there.shape)
    weights += np.bincount(matches.matched[there], weights=share[there], minlength=n)
    return weights


def _balance(
    design: covariates.Design,
    score: np.ndarray,
    is_treated: np.ndarray,
    weights: np.ndarray,
    odds: np.ndarray,
) -> list[dict[str, Any]]:
    everybody = np.ones(len(score))
    return [
        {
            "covariate": name,
            "before": balance.difference(values, is_treated, everybody),
            "after": balance.difference(values, is_treated, weights),
            "weighted": balance.difference(values, is_treated, odds),
        }
        for name, values in [("score", score), *zip(design.names, design.values.T, strict=True)]
    ]


def _naive(one: np.ndarray, other: np.ndarray) -> dict[str, Any]:
    n, m = len(one), len(other)
    estimate = float(one.mean() - other.mean())
    pooled = (one.var() * n + other.var() * m) / (n + m - 2)
    se = float(np.sqrt(pooled * (1 / n + 1 / m)))
    half = float(stats.t.ppf(0.975, n + m - 2)) * se
    return {
        "estimate": estimate, "low": estimate - half, "high": estimate + half, "se": se,
        "se_unequal": float(np.sqrt(one.var(ddof=1) / n + other.var(ddof=1) / m)),
        "method": "difference of means, ordinary least squares",
    }  # fmt: skip


def _matched(
    matches: matching.Matches, y: np.ndarray, is_treated: np.ndarray, score: np.ndarray, *, replace: bool
) -> dict[str, Any]:
    counts = matches.counts
    there = counts > 0
    chosen = matches.matched[there]
    is_one = chosen >= 0
    means = np.where(is_one, y[chosen], 0.0).sum(axis=1) / counts[there]
    gaps = y[matches.treated[there]] - means
    n = len(gaps)
    estimate = float(gaps.mean())
    if replace:
        se: float | None = _abadie_imbens(matches, gaps, y, is_treated, score)
        method = "Abadie-Imbens"
        reach: float = Z
    else:
        se = float(gaps.std(ddof=1) / math.sqrt(n)) if n > 1 else None
        method = "differences within matched sets (paired)"
        reach = float(stats.t.ppf(0.975, n - 1)) if n > 1 else 0.0
    return {
        "estimate": estimate,
        "se": se,
        "low": estimate - reach * se if se is not None else None,
        "high": estimate + reach * se if se is not None else None,
        "n_treated": n,
        "n_comparison": len(np.unique(chosen[is_one])),
        "unmatched": int((~there).sum()),
        "p": _p(estimate, se, n - 1, normal=replace),
        "standard_error": method,
        "mean_treated": float(y[matches.treated[there]].mean()),
        "mean_comparison": float(means.mean()),
        "fewer_than_asked": int((counts[there] < matches.matched.shape[1]).sum()),
    }


def _p(estimate: float, se: float | None, df: int, *, normal: bool) -> float | None:
    if se is None:
        return None
    if se == 0:
        return 1.0 if estimate == 0 else 0.0
    size = abs(estimate / se)
    return float(2 * (stats.norm.sf(size) if normal else stats.t.sf(size, df)))


def _abadie_imbens(
    matches: matching.Matches, gaps: np.ndarray, y: np.ndarray, is_treated: np.ndarray, score: np.ndarray
) -> float:
    """Allows for those of the comparison group who stand in several sets."""
    counts = matches.counts
    there = matches.matched >= 0
    share = np.broadcast_to(1.0 / np.maximum(counts, 1)[:, None], there.shape)[there]
    used = np.bincount(matches.matched[there], weights=share, minlength=len(y))
    squared = np.bincount(matches.matched[there], weights=share**2, minlength=len(y))
    others = np.flatnonzero(~is_treated)
    others = others[np.argsort(score[others], kind="stable")]
    values, outcomes = score[others], y[others]
    # each one's nearest fellow in the comparison group, before or after her in the order of the scores
    up = np.concatenate((np.abs(np.diff(values)), [np.inf]))
    down = np.concatenate(([np.inf], np.abs(np.diff(values))))
    fellow = np.where(down <= up, np.arange(len(others)) - 1, np.arange(len(others)) + 1)
    variance = (outcomes - outcomes[fellow]) ** 2 / 2
    repeated = ((used**2 - squared)[others] * variance).sum()
    n = len(gaps)
    return float(math.sqrt((((gaps - gaps.mean()) ** 2).sum() + repeated) / n**2))


def _weighted(y: np.ndarray, is_treated: np.ndarray, odds: np.ndarray) -> dict[str, Any]:
    one, other, weight = y[is_treated], y[~is_treated], odds[~is_treated]
    mean = float(other @ weight / weight.sum())
    estimate = float(one.mean() - mean)
    se = math.sqrt(
        float(((one - one.mean()) ** 2).sum()) / len(one) ** 2
        + float(((weight * (other - mean)) ** 2).sum()) / float(weight.sum()) ** 2
    )
    return {
        "estimate": estimate, "se": se, "low": estimate - Z * se, "high": estimate + Z * se,
        "effective_n": float(weight.sum() ** 2 / (weight**2).sum()),
        "method": "comparison group weighted by its odds of treatment; robust, the score taken as known",
    }  # fmt: skip


def _e_value(y: np.ndarray, is_treated: np.ndarray, matched: dict[str, Any]) -> dict[str, Any] | None:
    """How strongly something unmeasured must go with both treatment and outcome to explain it all."""
    estimate, se = matched["estimate"], matched["se"]
    if se is None:
        return None
    if bool(np.isin(y, (0.0, 1.0)).all()):
        base = matched["mean_comparison"]
        if base <= 0 or matched["mean_treated"] <= 0:
            return None
        ratio = matched["mean_treated"] / base
        low, high = (max(base + matched[end], 0.0) / base for end in ("low", "high"))
        how = "ratio of the matched proportions"
    else:
        one, other = y[is_treated], y[~is_treated]
        pooled = (one.var() * len(one) + other.var() * len(other)) / (len(y) - 2)
        if pooled == 0:
            return None
        size, error = estimate / math.sqrt(pooled), se / math.sqrt(pooled)
        ratio, low, high = (math.exp(each) for each in (
            0.91 * size, 0.91 * size - 1.78 * error, 0.91 * size + 1.78 * error))  # fmt: skip
        how = "standardised difference of means as an approximate risk ratio"
    nearest = 1.0 if low <= 1 <= high else low if ratio > 1 else high
    return {"estimate": _e(ratio), "limit": _e(nearest), "risk_ratio": ratio, "method": how}


def _e(ratio: float) -> float | None:
    if ratio <= 0:
        return None
    ratio = max(ratio, 1 / ratio)
    return ratio + math.sqrt(ratio * (ratio - 1))


def _level(balanced: bool, is_few: bool) -> str:
    if balanced and not is_few:
        return "Maryland scale 4, Nesta 3: a comparison group that is alike in everything listed"
    why = "too few matched" if balanced else "not alike in what is listed"
    return f"Maryland scale 2, Nesta 2: groups side by side, {why}"


def _warnings(
    scores: propensity.Scores, matched: dict[str, Any], n_treated: int, *, is_greedy: bool
) -> list[str]:
    found = []
    if scores.is_edged:
        found.append("Some were as good as certain to be treated, or not to be: the other group has nobody "
                     "like them.")  # fmt: skip
    if scores.left_out:
        found.append(f"Say nothing new and are not in the score: {', '.join(scores.left_out)}.")
    if matched["unmatched"]:
        has = "has" if matched["unmatched"] == 1 else "have"
        found.append(f"{matched['unmatched']:,} of {n_treated:,} treated {has} no match; the estimate is of "
                     "the others only.")  # fmt: skip
        if is_greedy:
            found.append("Each took all her matches at once: in rounds, a first for all before a second for "
                         "any, fewer may go without.")  # fmt: skip
    if matched["fewer_than_asked"]:
        has = "has" if matched["fewer_than_asked"] == 1 else "have"
        found.append(f"{matched['fewer_than_asked']:,} treated {has} fewer matches than asked for.")
    return found


def _statement(found: dict[str, Any], outcome: str, is_few: bool) -> str:
    matched = found["matched"]
    table = found["balance"]
    worst = max(table, key=lambda line: math.inf if line["after"] is None else abs(line["after"]))
    if not found["balanced"]:
        size = "not known" if worst["after"] is None else f"{worst['after']:.2f}"
        many = sum(line["after"] is None or abs(line["after"]) >= balance.LIMIT for line in table)
        return (
            f"After matching the groups are not balanced: {many} of {len(table)} standardised "
            f"differences are {balance.LIMIT} or more, the largest {worst['covariate']} ({size}). "
            f"The matched difference in {outcome} ({matched['estimate']:,.2f}) must not be read as an "
            "effect. Try a caliper, exact columns, or a comparison group that is more alike."
        )
    if is_few:
        return (
            f"Only {matched['n_treated']:,} treated could be matched, fewer than {FEWEST}: too few for a "
            f"finding. The matched difference in {outcome} must not be read as an effect."
        )
    interval = f"95% interval {_figure(matched['low'])} to {_figure(matched['high'])}"
    said = (
        f"Among {matched['n_treated']:,} treated and {matched['n_comparison']:,} matched to them, {outcome} "
        f"was {_how_far(matched['estimate'])} the treated ({interval}). "
    )
    if matched["low"] <= 0 <= matched["high"]:
        said += (
            f"These numbers cannot say whether {outcome} went up, down or stayed: more women would be "
            "needed. It does not mean that there is no effect. "
        )
    else:
        said += "The difference is more than chance explains. "
    said += f"A difference of {_figure(found['detectable'])} or more would be found four times in five. "
    if matched["unmatched"]:
        said += f"{matched['unmatched']:,} treated without a match are not in it. "
    return said + "Groups are alike in what is listed; what was not recorded may still differ."


def _figure(value: float) -> str:
    """With two places, or as many as show that it is not nothing."""
    return f"{value:,.2f}" if value == 0 or abs(value) >= 0.005 else f"{value:.1g}"


def _how_far(estimate: float) -> str:
    if estimate == 0:
        return "the same on average for"
    return f"{_figure(abs(estimate))} {'higher' if estimate > 0 else 'lower'} for"
