"""Whether two groups are alike in what is known of them: standardised differences, before and after matching.

The difference of means in standard deviations of the treated (as MatchIt has it): √(p(1 − p)) for what is
yes or no, the sample's for what is a number. The same divisor before and after, so that only the means move
it. Within a tenth is taken for balanced (domain dossier, 6).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from pathways.analysis.impact.answers import number

LIMIT: Final = 0.1


def spread(values: np.ndarray, treated: np.ndarray) -> float:
    """The divisor: the treated's standard deviation; the comparison's where all treated are the same."""
    is_binary = bool(np.isin(values, (0.0, 1.0)).all())
    for group in (values[treated], values[~treated]):
        if is_binary:
            share = float(group.mean())
            found = float(np.sqrt(share * (1 - share)))
        else:
            found = float(group.std(ddof=1)) if len(group) > 1 else 0.0
        if found > 1e-12 * max(1.0, abs(float(group.mean()))):
            return found
    return 0.0


def difference(values: np.ndarray, treated: np.ndarray, weights: np.ndarray) -> float | None:
    """Of the weighted means, in `spread`. Where neither group varies: 0 if they are the same, else None."""
    gap = _mean(values[treated], weights[treated]) - _mean(values[~treated], weights[~treated])
    divisor = spread(values, treated)
    if divisor == 0:
        return 0.0 if abs(gap) < 1e-12 else None
    return number(gap / divisor)


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    return float(values @ weights / weights.sum())


def is_balanced(differences: list[float | None]) -> bool:
    """Whether every difference is known and within the limit."""
    return all(each is not None and abs(each) < LIMIT for each in differences)
