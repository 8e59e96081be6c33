"""What changed for her: on the needs ladder, and towards her own goals.

The rule is the programme's own and not validated (domain dossier 4.2): better by a rung or more in at
least two parts of her life and worse in none is "improved".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pathways.domain.terms.needs import Domain, Rung
from pathways.domain.terms.words import Worded


class Change(Worded):
    """What became of her position, between two days on which both were asked."""

    IMPROVED = "improved", "Improved"
    MIXED = "mixed", "Better in some parts, worse in others"
    UNCHANGED = "unchanged", "No clear change"
    WORSENED = "worsened", "Worse"
    NOT_KNOWN = "not_known", "Not known"


@dataclass(frozen=True, slots=True)
class LadderChange:
    """The parts of her life that went up, down, or were not asked on both days."""

    change: Change
    better: tuple[Domain, ...]
    worse: tuple[Domain, ...]
    missing: tuple[Domain, ...]


#: Better in so many parts of her life, and worse in none, is improved.
LEAST_BETTER = 2


def ladder_change(before: Mapping[Domain, Rung | None], after: Mapping[Domain, Rung | None]) -> LadderChange:
    """Compared part by part; what was not asked on both days is missing, never unchanged."""
    better: list[Domain] = []
    worse: list[Domain] = []
    missing: list[Domain] = []
    for domain in Domain:
        first, then = before.get(domain), after.get(domain)
        if first is None or then is None:
            missing.append(domain)
        elif then > first:
            better.append(domain)
        elif then < first:
            worse.append(domain)
    asked = len(Domain) - len(missing)
    return LadderChange(_change(better, worse, asked), tuple(better), tuple(worse), tuple(missing))


def _change(better: list[Domain], worse: list[Domain], asked: int) -> Change:
    if not asked:
        return Change.NOT_KNOWN
    if better and worse:
        return Change.MIXED
    if worse:
        return Change.WORSENED
    return Change.IMPROVED if len(better) >= LEAST_BETTER else Change.UNCHANGED


#: A goal rated so many points nearer (of 10) has moved; less may be the day's mood. Ours, not validated.
GOAL_STEP = 2


def goal_change(before: int | None, after: int | None) -> Change:
    """Between her own first and latest rating of one goal, each 0 to 10; None is not rated."""
    if before is None or after is None:
        return Change.NOT_KNOWN
    if abs(after - before) < GOAL_STEP:
        return Change.UNCHANGED
    return Change.IMPROVED if after > before else Change.WORSENED
