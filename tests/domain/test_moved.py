"""What became of each woman between two measurements, case by case."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pathways.domain.evaluation import moved
from pathways.domain.evaluation.moved import CutOffSide, Moved, Near, Rated, Score, Yardstick
from pathways.domain.outcomes.progress import Change
from pathways.domain.terms.needs import Domain, Rung

CORE = Yardstick("core10", "CORE-10", "1", coefficient=0.9, sd=7.7, change=6, cutoff=11)
AUDIT = Yardstick("auditc", "AUDIT-C", "1", cutoff=5)
WELL = Yardstick("swemwbs", "SWEMWBS", "1", is_lower_better=False, cutoff=19.5, is_at_most=True)


@pytest.mark.parametrize(
    ("before", "after", "how"),
    [
        (20, 10, Moved.RECOVERED),
        (20, 14, Moved.BETTER),  # 6 points is what is published
        (20, 15, Moved.SAME),
        (12, 10, Moved.SAME),  # across the cut-off, and within the error
        (10, 16, Moved.WORSE),
        (10, 2, Moved.BETTER),  # was below the cut-off from the start
    ],
)
def test_a_change_counts_when_it_is_beyond_the_error(before, after, how):
    assert CORE.moved(before, after) is how


@pytest.mark.parametrize(
    ("held", "before", "after", "how"),
    [
        (AUDIT, 5, 4, CutOffSide.TO_BETTER),
        (AUDIT, 8, 5, CutOffSide.STAYED_OVER),
        (AUDIT, 4, 5, CutOffSide.TO_WORSE),
        (AUDIT, 4, 0, CutOffSide.STAYED_CLEAR),
        (WELL, 19.5, 20, CutOffSide.TO_BETTER),
        (WELL, 25, 19.5, CutOffSide.TO_WORSE),
    ],
)
def test_without_a_known_error_only_the_cut_off_is_looked_at(held, before, after, how):
    assert held.moved(before, after) is None
    assert held.crossed(before, after) is how


def test_the_first_score_is_held_against_the_latest_at_least_a_fortnight_later():
    scores = [
        Score("a", date(2026, 1, 1), 20),
        Score("a", date(2026, 1, 14), 1),  # within the days that the first asks about
        Score("a", date(2026, 1, 15), 12),
        Score("a", date(2026, 3, 1), 9, "2026-03-01T10"),
        Score("a", date(2026, 3, 1), 8, "2026-03-01T11"),
        Score("b", date(2026, 1, 1), 5),
        Score("b", date(2026, 1, 14), 3),
    ]
    found = moved.pairs(reversed(scores))
    assert found["a"] == moved.Pair(20, 8)
    assert found["b"] == moved.Pair(5, None)


def test_the_ladder_goes_from_the_first_assessment_to_the_latest():
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    low, high = Rung.CRISIS, Rung.SETTLED
    rated = [
        Rated("a", "1", first, Domain.SAFETY, low), Rated("a", "1", first, Domain.MONEY, low),
        Rated("a", "2", second, Domain.SAFETY, high), Rated("a", "2", second, Domain.MONEY, high),
        Rated("b", "3", first, Domain.SAFETY, low),
    ]  # fmt: skip
    found = moved.ladders(rated)
    assert found["a"] is not None and found["a"].change is Change.IMPROVED
    assert Domain.HOUSING in found["a"].missing
    assert found["b"] is None


def test_goals_that_go_both_ways_are_mixed_and_a_point_is_no_move():
    def near(woman: str, goal: str, *values: int) -> list[Near]:
        return [Near(woman, goal, datetime(2026, at + 1, 1, tzinfo=UTC), v) for at, v in enumerate(values)]

    found = moved.towards_goals(
        [*near("a", "1", 2, 8), *near("a", "2", 8, 2), *near("b", "3", 2, 3), *near("c", "4", 5),
         *near("d", "5", 1, 9), *near("d", "6", 4, 4)]
    )  # fmt: skip
    assert found == {"a": Change.MIXED, "b": Change.UNCHANGED, "c": None, "d": Change.IMPROVED}
