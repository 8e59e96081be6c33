"""Whom a flag is wrong about: the four counts and their rates, for everybody and for each group.

A flag says yes or no of each person before it is known what happened; the outcome says what did. Who was
flagged and it did not happen is a false positive; who was not and it did, a false negative.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from pathways.analysis.impact import reading
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.impact.expression import Expression
from pathways.analysis.impact.proportions import wilson
from pathways.analysis.sheets import Sheet

#: rates that rest on fewer people than this are marked: their intervals are wide
FEW: Final = 30


def fairness(sheet: Sheet, *, flag: str, outcome: str, group: str) -> dict[str, Any]:
    """Counts and rates (from 0 to 1) overall and by group, each rate with its 95% Wilson interval.

    `low` and `high` are the interval of `ppv`, the share of the flagged of whom it came true; those of the
    other rates are named after them. A rate of nobody is None. Rows with a blank are left out and counted.
    """
    said = Expression.parse(flag).on(sheet)
    happened = reading.yes_no(sheet, outcome)
    names, place = reading.groups(sheet, group)
    is_whole = (said >= 0) & ~np.isnan(happened) & (place >= 0)
    if not is_whole.any():
        raise UnanswerableError("no row has a flag, an outcome and a group")
    is_flagged, is_true = said[is_whole] == 1, happened[is_whole] == 1
    place = place[is_whole]
    found = [{"group": name, **_rates(is_flagged[place == at], is_true[place == at])}
             for at, name in enumerate(names) if (place == at).any()]  # fmt: skip
    return {
        "flag": flag,
        "outcome": outcome,
        "group": group,
        "n": int(is_whole.sum()),
        "missing": {
            "rows": int((~is_whole).sum()),
            "flag": int((said < 0).sum()),
            "outcome": int(np.isnan(happened).sum()),
            "group": int((reading.groups(sheet, group)[1] < 0).sum()),
        },
        "overall": _rates(is_flagged, is_true),
        "groups": found,
        "largest_gap": {rate: _gap(found, rate) for rate in ("fpr", "fnr", "ppv")},
        "interval": "95% Wilson; low and high are those of ppv",
        "few_is_below": FEW,
    }


def _rates(is_flagged: np.ndarray, is_true: np.ndarray) -> dict[str, Any]:
    tp, fp = int((is_flagged & is_true).sum()), int((is_flagged & ~is_true).sum())
    fn, tn = int((~is_flagged & is_true).sum()), int((~is_flagged & ~is_true).sum())
    found: dict[str, Any] = {"n": len(is_flagged), "tn": tn, "fp": fp, "fn": fn, "tp": tp}
    ranges: dict[str, float | None] = {}
    for rate, part, whole in (("fpr", fp, fp + tn), ("fnr", fn, fn + tp), ("ppv", tp, tp + fp)):
        found[rate] = part / whole if whole else None
        interval = wilson(part, whole)
        ranges[f"{rate}_low"], ranges[f"{rate}_high"] = interval or (None, None)
    return {
        **found,
        "low": ranges["ppv_low"],
        "high": ranges["ppv_high"],
        **ranges,
        "base_rate": (tp + fn) / len(is_true),
        "flagged": (tp + fp) / len(is_true),
        "is_few": min(fp + tn, fn + tp) < FEW,
    }


def _gap(groups: list[dict[str, Any]], rate: str) -> dict[str, Any] | None:
    """Between which two groups of enough people the rate differs most, and by how much."""
    known = [each for each in groups if each[rate] is not None and not each["is_few"]]
    if len(known) < 2:
        return None
    lowest, highest = (min(known, key=lambda one: one[rate]), max(known, key=lambda one: one[rate]))
    return {
        "difference": highest[rate] - lowest[rate],
        "highest": highest["group"],
        "lowest": lowest["group"],
    }
