"""Figures of police contact held against every set that was kept before, so that no two give a woman away.

Sets of successive files are of nearly the same women: forty with twelve, then forty-one with thirteen, say
what is recorded of one. A file has no names, so nobody can see which women are in both. Any two sets are
taken to be of the same women but for a few, and the change of each count is attacked as a count is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pathways.analysis.disclosure import AtRisk, Protected, Rule, System, overlaid, protect
from pathways.analysis.disclosure.overlaid import Table
from pathways.analysis.disclosure.releases import GivenAway
from pathways.analysis.disclosure.system import Key
from pathways.domain.evaluation.counts import ReleasedCount
from pathways.domain.evaluation.police_kept import Kept, Told

_NAME: Final = "police contact"
#: Counted so that nothing can be worked out from them; they stand on no page.
_UNSEEN: Final = ("before", "after")


class TooNear(AtRisk):
    """The women are so nearly those of an earlier set that nothing may be kept beside it."""

    def __init__(self, since: str, more: int) -> None:
        super().__init__(
            f"beside the figures kept on {since} these would give a woman away by subtracting: too few women "
            "have come in, gone out or changed between the two. What was kept before stays. Keep figures "
            f"again when more women are counted, at least {more} more than then"
        )


@dataclass(frozen=True)
class Held:
    """What may leave beside the earlier sets, and how many counts more are hidden because of them."""

    protected: Protected
    more: int


def hold(system: System, rule: Rule, earlier: Sequence[Kept], hidden: Collection[Key] = ()) -> Held:
    """Protects these counts, and hides more until no earlier set gives anything away with them.

    `rule` rounds nothing: what holds for the exact counts holds for rounded ones. Raises TooNear where the
    number of women itself would have to be hidden, and AtRisk as `protect` does.
    """
    before = [table for kept in earlier if (table := _then(system, kept, rule.threshold)) is not None]
    laid = overlaid.Successive(before, rule)
    first = protected = protect(system, rule, hidden=hidden)
    while True:
        seen = _seen(system, protected)
        now = overlaid.published({_NAME: system}, seen, rule, _unseen(system)).tables[_NAME]
        found = laid.gives_away(now)
        if not found:
            return Held(protected, _hidden(seen) - _hidden(_seen(system, first)))
        more = _to_hide(found, system, seen)
        if "n" in more:
            raise TooNear(_since(found, earlier), rule.threshold + 1)
        kept = {key for key, one in protected.cells.items() if one.is_hidden}
        protected = protect(system, rule, hidden=kept | more)


def _to_hide(found: Sequence[GivenAway], system: System, seen: dict[Key, ReleasedCount]) -> set[Key]:
    """What is given away itself; where all of that is hidden, the one count by it that is wanted least.

    Where no sum holds another than the number of women, any count of the same kind of contact comes first.
    """
    more = overlaid.to_hold_back(found, {_NAME: system}, seen)
    names = {each.row for each in found}
    if itself := {key for key in more if overlaid.name_of(key) in names}:
        return itself
    kinds = {key[0] for key in system.counts if isinstance(key, tuple) and overlaid.name_of(key) in names}
    near = [key for key in system.counts if isinstance(key, tuple) and key[0] in kinds and seen[key].value]
    others = [key for key in more if key != "n"] or near or list(more)
    if not others:
        return {"n"}
    return {min(others, key=lambda key: (system.weights[key], seen[key].value or 0, overlaid.name_of(key)))}


def may_say_means(kind: str, now: Told, earlier: Sequence[Kept]) -> bool:
    """Whether means of this kind of contact may stand beside those that were kept: the difference of two
    totals of records is one of the women who came between, and has to rest on enough of them too."""
    for kept in earlier:
        seen = [one for one in kept.told if one.threshold >= now.threshold]
        exact = [one for one in seen if one.rounding is None]  # each of them says the same totals
        if any(one.side(kind).rates for one in seen) and not any(_is_far(kind, now, one) for one in exact):
            return False
    return True


def _is_far(kind: str, now: Told, then: Told) -> bool:
    here, there = now.side(kind), then.side(kind)
    if now.n == then.n and here == there:
        return True  # nothing that was not said before
    pairs = [
        (one.value, other.value)
        for one, other in (
            (now.n, then.n), (here.any_before, there.any_before), (here.any_after, there.any_after)
        )
    ]  # fmt: skip
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    if len(known) < len(pairs):
        return False
    (n, was), *women = known
    return abs(n - was) > 2 * now.threshold and all(
        a == b == 0 or abs(a - b) > now.threshold for a, b in women
    )


# --- as tables ----------------------------------------------------------------------------------------------


def _unseen(system: System) -> frozenset[Key]:
    return frozenset(key for key in system.counts if key == "file" or (isinstance(key, tuple) and
                     key[1] in _UNSEEN))  # fmt: skip


def _seen(system: System, protected: Protected) -> dict[Key, ReleasedCount]:
    return protected.cells | dict.fromkeys(_unseen(system), ReleasedCount(None))


def _hidden(cells: dict[Key, ReleasedCount]) -> int:
    return sum(one.is_hidden for one in cells.values())


def _then(system: System, kept: Kept, threshold: int) -> Table | None:
    """All of an earlier set that readers of this threshold were shown; None for nothing."""
    told = [one for one in kept.told if one.threshold >= threshold]
    told = [one for one in told if one.rounding is None] or told[:1]
    if not told:
        return None
    shown: dict[tuple[str, str], int | None] = {(overlaid.name_of(key), ""): None for key in system.counts}
    for one in told:
        for key, count in _cells(one).items():
            if count.value is not None:
                shown[overlaid.name_of(key), ""] = count.value
    name, names = overlaid.name_of, _unseen(system)
    return Table(
        Path(_on(kept)),
        shown,
        tuple((name(total), tuple(map(name, parts))) for total, parts in system.relations),
        Rule(threshold, rounding=told[0].rounding),
        frozenset(map(name, names)),
    )


def _cells(told: Told) -> dict[Key, ReleasedCount]:
    found: dict[Key, ReleasedCount] = {"n": told.n, "short": told.too_short}
    for side in told.sides:
        found |= {
            (side.kind, "any before"): side.any_before,
            (side.kind, "any after"): side.any_after,
            (side.kind, "both"): side.both,
            (side.kind, "neither"): side.neither,
        }
    return found


def _on(kept: Kept) -> str:
    return f"{kept.kept_on:%-d %B %Y}"


def _since(found: Sequence[GivenAway], earlier: Sequence[Kept]) -> str:
    """The day of the newest set that stands in the way."""
    days = {each.beside for each in found}
    return next((_on(kept) for kept in reversed(earlier) if _on(kept) in days), _on(earlier[-1]))
