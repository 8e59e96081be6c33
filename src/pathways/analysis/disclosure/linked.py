"""Tables that share their totals: protected piece by piece, attacked together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pathways.analysis.disclosure.rule import Rule
from pathways.analysis.disclosure.suppression import AtRisk, Protected, choose, protect, released
from pathways.analysis.disclosure.system import Key, System


def protect_linked(
    core: System, parts: Sequence[System], rule: Rule, *, unpublished: frozenset[Key] = frozenset()
) -> Protected:
    """Protect the totals (`core`), then each part with those totals as decided, then attack the whole.

    `unpublished` are cells that stand in no table and tie those that do: they count as hidden from the start.
    Where the last attack still finds something, everything is mended together. Raises AtRisk as `protect`
    does.
    """
    whole = System()
    for system in (core, *parts):
        whole.merge(system)
    shared = set(core.counts)
    hidden: set[Key] = set()
    try:
        totals = choose(core, rule, hidden=unpublished & shared)
        for _ in range(8):
            hidden, more = set(totals), set[Key]()
            for part in parts:
                theirs = shared & set(part.counts)
                kept = (theirs & totals) | (unpublished & set(part.counts))
                try:
                    hidden |= choose(part, rule, shown=theirs - totals, hidden=kept)
                except AtRisk:  # a total that is shown gives it away: see which, and begin again without
                    alone = choose(part, rule, hidden=kept)
                    more = (alone & shared) - totals
                    break
            if not more:
                break
            totals = choose(core, rule, hidden=totals | more)
        return released(whole, rule, np.array([key in hidden for key in whole.keys], dtype=bool))
    except AtRisk:
        return protect(whole, rule, hidden=hidden | unpublished, is_mending=True)
