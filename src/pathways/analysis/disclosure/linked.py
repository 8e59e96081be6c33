"""Tables that share their totals: protected piece by piece, attacked together."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from pathways.analysis.disclosure.rule import Rule
from pathways.analysis.disclosure.suppression import AtRisk, Protected, choose, protect, released
from pathways.analysis.disclosure.system import Key, System
from pathways.domain.evaluation.counts import ReleasedCount


def protect_linked(
    core: System, parts: Sequence[System], rule: Rule, *, unpublished: frozenset[Key] = frozenset()
) -> Protected:
    """Protect the totals (`core`), then each part with those totals as decided, then attack the whole.

    `unpublished` are cells that stand in no table and tie those that do: they count as hidden from the start.
    Where the last attack still finds something, everything is mended together. Raises AtRisk as `protect`
    does.
    """
    whole, hidden = _together(core, parts), set[Key]()
    try:
        _hide_piece_by_piece(hidden, core, parts, rule, unpublished)
        return released(whole, rule, np.array([key in hidden for key in whole.keys], dtype=bool))
    except AtRisk:
        return protect(whole, rule, hidden=hidden | unpublished, is_mending=True)


def shown_at_most(
    core: System, parts: Sequence[System], rule: Rule, *, unpublished: frozenset[Key] = frozenset()
) -> dict[Key, ReleasedCount]:
    """What `protect_linked` shows of these tables, or more: mending the whole takes long and only hides.

    It is not fit to leave, and serves to say what was seen when it left.
    """
    whole, hidden = _together(core, parts), set[Key]()
    with suppress(AtRisk):
        _hide_piece_by_piece(hidden, core, parts, rule, unpublished)
    hidden |= unpublished
    return {
        key: ReleasedCount(None, "small")
        if rule.is_small(int(n))
        else ReleasedCount(None, "protects")
        if key in hidden
        else ReleasedCount(rule.rounded(int(n)))
        for key, n in zip(whole.keys, whole.values, strict=True)
    }


def _together(core: System, parts: Sequence[System]) -> System:
    whole = System()
    for system in (core, *parts):
        whole.merge(system)
    return whole


def _hide_piece_by_piece(
    hidden: set[Key], core: System, parts: Sequence[System], rule: Rule, unpublished: frozenset[Key]
) -> None:
    """Puts into `hidden` the totals that have to be, then what each part needs with those as decided.

    Raises AtRisk where a piece cannot be protected; what was hidden by then stays in `hidden`.
    """
    shared = set(core.counts)
    totals = choose(core, rule, hidden=unpublished & shared)
    for _ in range(8):
        hidden.clear()
        hidden |= totals
        more = set[Key]()
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
            return
        totals = choose(core, rule, hidden=totals | more)
