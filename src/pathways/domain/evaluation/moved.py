"""What became of each woman between two measurements, and whether she was measured again at all.

On validated instruments a change counts when it is more than the instrument's own error (Jacobson and Truax
1991), by the very rule that her own page goes by. Where that error is not known only the cut-off counts.
The ladder and her goals are the programme's own: how they moved is said plainly, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from pathways.domain.evaluation.flow import Passage, Step
from pathways.domain.outcomes import instrument, progress
from pathways.domain.outcomes.instrument import CutOff, Instrument, Licence, Reliability, Verdict
from pathways.domain.outcomes.progress import Change
from pathways.domain.terms.needs import Domain, Rung
from pathways.domain.terms.words import Worded

#: Instruments ask about the last one or two weeks: two scores nearer than that tell of the same days.
LEAST_DAYS: Final = 14


class Moved(Worded):
    """How a score moved, beside the instrument's own error and its cut-off."""

    RECOVERED = "recovered", "Reliably better, and across the cut-off"
    BETTER = "better", "Reliably better, not across the cut-off"
    SAME = "same", "No reliable change"
    WORSE = "worse", "Reliably worse"


class CutOffSide(Worded):
    """On which side of the cut-off a score was, first and last, where the instrument's error is not known."""

    TO_BETTER = "to_better", "Across the cut-off, for the better"
    STAYED_OVER = "stayed_over", "On the side of need both times"
    STAYED_CLEAR = "stayed_clear", "Clear of it both times"
    TO_WORSE = "to_worse", "Across the cut-off, for the worse"


class Followed(Worded):
    """What has become of her support: those measured again may differ from those who were not."""

    COMPLETED = "completed", "Support completed"
    LEFT = "left", "Support ended early"
    IN_SUPPORT = "in_support", "Still in support"


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What is known of a validated instrument: its error, its cut-off and where these are from."""

    code: str
    name: str
    edition: str
    is_lower_better: bool = True
    coefficient: float | None = None
    sd: float | None = None
    change: float | None = None
    cutoff: float | None = None
    is_at_most: bool = False
    source: str = ""
    least: float | None = None
    most: float | None = None

    @staticmethod
    def of(asks: Instrument) -> Yardstick:
        main = next((one for one in asks.cut_offs if one.is_main), None)
        known = asks.reliability
        return Yardstick(
            asks.code, asks.name, asks.edition, asks.is_lower_better, known.coefficient, known.sd,
            known.change, main.at if main else None, bool(main and main.is_at_most), known.source,
            asks.least, asks.most,
        )  # fmt: skip

    @staticmethod
    def read(row: Mapping[str, Any]) -> Yardstick:
        """From a row of an extract. Raises TypeError for a column that is none of these."""
        return Yardstick(**row)

    @property
    def instrument(self) -> Instrument:
        """The instrument without its questions: all that judging a change needs."""
        cut_offs: tuple[CutOff, ...] = ()
        if self.cutoff is not None:
            cut_offs = (CutOff(self.cutoff, "", is_at_most=self.is_at_most, is_main=True),)
        return Instrument(
            self.code, self.name, self.edition, (), Licence.PUBLIC_DOMAIN,
            is_lower_better=self.is_lower_better, cut_offs=cut_offs,
            reliability=Reliability(self.coefficient, self.sd, self.change, self.source),
        )  # fmt: skip

    @property
    def least_change(self) -> float | None:
        """The least change that is more than error, in points; None where the error is not known."""
        return self.instrument.reliability.least

    def moved(self, before: float, after: float) -> Moved | None:
        """None where the error is not known."""
        found = instrument.change(self.instrument, before, after)
        if found.verdict is Verdict.NOT_KNOWN:
            return None
        if found.verdict is Verdict.BETTER:
            return Moved.RECOVERED if found.has_crossed else Moved.BETTER
        return Moved.WORSE if found.verdict is Verdict.WORSE else Moved.SAME

    def crossed(self, before: float, after: float) -> CutOffSide | None:
        """None where there is no cut-off."""
        if self.cutoff is None:
            return None
        was, now = (self._is_over(value) for value in (before, after))
        if was:
            return CutOffSide.STAYED_OVER if now else CutOffSide.TO_BETTER
        return CutOffSide.TO_WORSE if now else CutOffSide.STAYED_CLEAR

    def _is_over(self, value: float) -> bool:
        assert self.cutoff is not None
        return value <= self.cutoff if self.is_at_most else value >= self.cutoff


@dataclass(frozen=True, slots=True)
class Score:
    """One score that counts, of one woman on one day."""

    woman: str
    on: date
    value: float
    recorded_at: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Her first score, and her latest at least so many days later; `after` is None where there is none."""

    before: float
    after: float | None


def pairs(scores: Iterable[Score]) -> dict[str, Pair]:
    """By woman. Scores of one instrument in one edition, in any order; of one day the last written counts."""
    hers: dict[str, list[Score]] = {}
    for score in sorted(scores, key=lambda one: (one.on, one.recorded_at, one.value)):
        hers.setdefault(score.woman, []).append(score)
    found = {}
    for woman, several in hers.items():
        first = [one for one in several if one.on == several[0].on][-1]
        later = [one for one in several if (one.on - first.on).days >= LEAST_DAYS]
        found[woman] = Pair(first.value, later[-1].value if later else None)
    return found


def followed(went: Passage) -> Followed:
    """Of a woman whose support began."""
    if went.has_reached(Step.COMPLETED):
        return Followed.COMPLETED
    return Followed.LEFT if went.lost else Followed.IN_SUPPORT


@dataclass(frozen=True, slots=True)
class Rated:
    """One part of her life on the ladder, in one completed assessment; `rung` is None where not asked."""

    woman: str
    assessment: str
    at: datetime
    domain: Domain
    rung: Rung | None


def ladders(ratings: Iterable[Rated]) -> dict[str, progress.LadderChange | None]:
    """By woman, from her first completed assessment to her latest; None where there was one only."""
    hers: dict[str, dict[tuple[datetime, str], dict[Domain, Rung | None]]] = {}
    for one in ratings:
        hers.setdefault(one.woman, {}).setdefault((one.at, one.assessment), {})[one.domain] = one.rung
    found: dict[str, progress.LadderChange | None] = {}
    for woman, assessments in hers.items():
        first, latest = min(assessments), max(assessments)
        both = first[1] != latest[1]
        found[woman] = progress.ladder_change(assessments[first], assessments[latest]) if both else None
    return found


@dataclass(frozen=True, slots=True)
class Near:
    """How near she felt to one goal at one moment, 0 to 10."""

    woman: str
    goal: str
    at: datetime
    value: int


def towards_goals(ratings: Iterable[Near]) -> dict[str, Change | None]:
    """By woman, over her goals from the first rating of each to its latest; None where none was rated twice.

    Nearer to one and no further from another is improved; nearer to one and further from another is mixed.
    """
    hers: dict[str, dict[str, list[Near]]] = {}
    for one in sorted(ratings, key=lambda each: (each.at, each.value)):
        hers.setdefault(one.woman, {}).setdefault(one.goal, []).append(one)
    found: dict[str, Change | None] = {}
    for woman, goals in hers.items():
        moved = {
            progress.goal_change(each[0].value, each[-1].value) for each in goals.values() if len(each) > 1
        }
        found[woman] = _together(moved) if moved else None
    return found


def _together(moved: set[Change]) -> Change:
    better, worse = Change.IMPROVED in moved, Change.WORSENED in moved
    if better and worse:
        return Change.MIXED
    return Change.IMPROVED if better else Change.WORSENED if worse else Change.UNCHANGED


#: How a woman who was rated twice can have moved, in the order of the tables.
CHANGES: Final = (Change.IMPROVED, Change.MIXED, Change.UNCHANGED, Change.WORSENED, Change.NOT_KNOWN)
