"""What police and commissioners see at the end of one quarter, taken from what they saw before."""

from __future__ import annotations

from datetime import datetime

import pytest

from pathways.analysis import evaluation
from pathways.analysis.disclosure import Audience
from pathways.analysis.evaluation import Summary
from pathways.analysis.extract import Extract
from pathways.domain.terms import clocks
from pathways.journey import evaluate
from tests.analysis import programme, subtracting

TABLES = ("by quarter", "characteristic religion")


def shown(extract: Extract, at: datetime, *, look_back: int) -> Summary:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate, "LOOK_BACK", look_back)  # two would only take longer
        found = evaluate._Figures().get("rows", extract.up_to(at), (Audience.PARTNER, True), patience=900.0)
    assert found.made is not None
    return found.made.summary


@pytest.fixture(scope="module")
def both() -> tuple[Summary, Summary]:
    """The earlier quarter with nothing held back, which tells more than it did; and the next."""
    extract = programme.invent(60, seed=5)
    now = clocks.last_quarter_ended(extract.as_at)
    return shown(extract, clocks.last_quarter_ended(now), look_back=0), shown(extract, now, look_back=1)


def test_no_small_change_is_told_by_subtracting_a_quarter_from_the_next(both):
    was, now = (one.published.tables for one in both)
    assert not [name for name in now if subtracting.plainly(was[name], now[name])]
    for name in TABLES:
        assert subtracting.told(was[name], now[name], evaluation.can_only_grow) == [], name


def test_the_page_says_how_far_back_it_was_looked_and_still_has_figures(both):
    now = both[1]
    assert now.disclosure.rule.rounding == 5
    assert now.disclosure.quarters == 1
    assert now.disclosure.held_back
    assert "Laid over 1 earlier quarter, nothing is given away." in now.disclosure.words
    assert now.flow.lines[0].n.value
    counts = [count for table in now.demographics for line in table.lines for count in line.counts.values()]
    assert sum(bool(count.value) for count in counts) > 50


@pytest.mark.parametrize("audience", Audience)
def test_a_change_is_left_as_open_as_a_small_count(audience):
    rule = evaluate.rule_of(audience, is_by_quarter=True)
    assert rule.rounding == rule.threshold + 1
    assert evaluate.rule_of(audience, is_by_quarter=False) == audience.rule
