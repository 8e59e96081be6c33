"""How likely each woman was to be treated, by what was known of her before: a logit propensity score.

Rosenbaum and Rubin (1983). Fitted by Newton's method (iteratively reweighted least squares) on standardised
columns; a column that is constant, or made of those before it, changes no score and is left out and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from pathways.analysis.impact import covariates
from pathways.analysis.impact.answers import UnanswerableError

_STEPS: Final = 60
#: as nothing or as certainty: who is scored so is told apart from the other group by what is known
_EDGE: Final = 1e-8


@dataclass(frozen=True, slots=True)
class Scores:
    """`score` is the probability of being treated, `logit` its log odds; one each.

    `left_out` names columns that say nothing new. `is_edged` says that some were as good as certain (quasi
    separation): the other group has nobody like them.
    """

    score: np.ndarray
    logit: np.ndarray
    coefficients: dict[str, float]
    left_out: list[str]
    is_edged: bool


def logit(treated: np.ndarray, x: np.ndarray, names: Sequence[str]) -> Scores:
    """From who was treated (booleans) and one column a covariate, in their own units.

    Raises UnanswerableError where the covariates tell the groups apart completely: nobody can be compared.
    """
    answer = treated.astype(float)
    middle, scale = x.mean(axis=0), x.std(axis=0)
    kept, left_out = covariates.telling(x, middle, scale, names)
    z = np.empty((len(x), len(kept) + 1))
    z[:, 0] = 1.0
    z[:, 1:] = (x[:, kept] - middle[kept]) / scale[kept]
    beta = np.zeros(z.shape[1])
    beta[0] = special.logit(answer.mean())
    value = -np.inf
    for _ in range(_STEPS):
        linear = z @ beta
        share = special.expit(linear)
        now = float(answer @ linear - np.logaddexp(0.0, linear).sum())
        if now > -1e-8 * len(answer):
            raise UnanswerableError(
                "the covariates tell the treated and the others apart completely (separation): nobody in one "
                "group is like anybody in the other, so they cannot be compared"
            )
        if now - value <= 1e-12 * abs(now):
            break
        value = now
        slope = z.T @ (answer - share)
        weight = share * (1 - share)
        curvature = (z * weight[:, None]).T @ z
        beta = beta + np.linalg.lstsq(curvature, slope, rcond=1e-14)[0]
    else:
        raise UnanswerableError("the propensity score does not settle; use fewer covariates")
    coefficients = beta[1:] / scale[kept]
    return Scores(
        share,
        linear,
        {"(constant)": float(beta[0] - coefficients @ middle[kept]),
         **{names[k]: float(each) for k, each in zip(kept, coefficients, strict=True)}},
        left_out,
        bool((share < _EDGE).any() or (share > 1 - _EDGE).any()),
    )  # fmt: skip
