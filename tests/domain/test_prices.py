"""The table of prices: what may stand in it, how money moves from year to year, and what a sheet may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.domain.decision import Decision
from pathways.domain.evaluation import prices, value
from pathways.domain.evaluation.prices import SHIPPED, NotAPriceError, Per
from pathways.domain.evaluation.value import Finding, FindingFrom, Price, Priced, Valuation, avoided

PRICE = Price("An offence", 100, 50, 200, "2024/25")
FEWER = (0.1, 0.2, 0.3)


def test_every_shipped_price_says_that_it_is_to_be_checked_and_where_it_is_from():
    assert SHIPPED.lines
    for one in SHIPPED.lines:
        assert one.checked == prices.TO_CHECK
        assert "Research Report" in one.source
        assert prices.may_be(SHIPPED, one)
        assert not isinstance(prices.moved(SHIPPED, one), Decision)
    assert {one.per for one in SHIPPED.lines} == {Per.INCIDENT, Per.VICTIM}
    assert all(one.checked == prices.TO_CHECK for one in SHIPPED.indices)


def test_a_table_comes_back_from_its_document_as_it_was():
    checked = replace(SHIPPED.lines[0], checked_on=date(2026, 4, 30), note="p. 17", deflator="")
    table = SHIPPED.with_line(checked)
    assert prices.from_json(prices.as_json(table)) == table


def test_money_is_moved_by_the_indices_of_the_table_and_by_nothing_else():
    robbery = SHIPPED.line("robbery")
    assert robbery is not None
    moved = prices.moved(SHIPPED, robbery)
    assert isinstance(moved, Price)
    assert moved.central == pytest.approx(11_320 * 100 / 74.5804)
    assert moved.year == "2024/25"
    there = prices.moved(replace(SHIPPED, year="2015/16"), robbery)
    assert isinstance(there, Price) and there.central == 11_320


def test_where_an_index_is_missing_nothing_is_moved_and_the_year_is_named():
    robbery = SHIPPED.line("robbery")
    assert robbery is not None
    for table, words in (
        (replace(SHIPPED, year="1999/00"), "1999/00"),
        (SHIPPED.with_line(replace(robbery, year="1990")), "1990"),
        (SHIPPED.with_line(replace(robbery, deflator="")), "no deflator"),
    ):
        line = table.line("robbery")
        assert line is not None
        said = prices.moved(table, line)
        assert isinstance(said, Decision) and not said
        assert words in said.reason


@pytest.mark.parametrize(
    ("typed", "year"),
    [("2015/16", "2015/16"), ("2015-16", "2015/16"), ("2015 to 2016", "2015/16"), ("1999/00", "1999/00"),
     (" 2017 ", "2017"), ("2015–16", "2015/16")],
)  # fmt: skip
def test_a_price_year_is_known_however_it_is_written(typed, year):
    assert prices.year_of(typed) == year


@pytest.mark.parametrize("typed", ["", "15/16", "2015/17", "last year", "2015/2017", "3015"])
def test_what_is_no_price_year_is_said_with_how_to_write_it(typed):
    with pytest.raises(NotAPriceError, match="2015"):
        prices.year_of(typed)


def row(**cells: str) -> dict[str, str]:
    return {"name": "A stay", "unit": "stay", "value": "100", "price year": "2015/16", "source": "A book",
            **{name.replace("_", " "): cell for name, cell in cells.items()}}  # fmt: skip


def test_a_row_without_a_range_takes_its_value_and_without_a_code_gets_one():
    table, wrong = prices.read_lines([(2, row()), (3, row())], SHIPPED)
    assert not wrong
    assert [one.code for one in table.lines] == ["a-stay", "a-stay-2"]
    first = table.lines[0]
    assert (first.low, first.central, first.high, first.per) == (100, 100, 100, Per.STAY)
    assert first.deflator == "gdp" and first.checked_on is None


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"name": ""}, ("Row 7", "name", "Say what the price is for")),
        ({"value": "lots"}, ("Row 7", "value", "“lots”", "like 1250")),
        ({"value": ""}, ("Row 7", "value", "empty")),
        ({"value": "-5"}, ("Row 7", "value")),
        ({"value": "nan"}, ("Row 7", "value")),
        ({"low": "200"}, ("Row 7", "must rise")),
        ({"unit": "bag"}, ("Row 7", "unit", "incident, victim")),
        ({"price_year": "soon"}, ("Row 7", "price year", "2015/16")),
        ({"source": ""}, ("Row 7", "where the price is from")),
        ({"deflator": "cpi"}, ("Row 7", "cpi", "gdp")),
        ({"checked_on": "yes"}, ("Row 7", "checked on", "2026-04-30")),
    ],
)
def test_a_row_that_will_not_do_is_named_with_how_to_mend_it(cells, words):
    _, wrong = prices.read_lines([(7, row(**cells))], SHIPPED)
    assert len(wrong) == 1
    for each in words:
        assert each in wrong[0]


def test_two_rows_with_one_code_and_two_indices_of_one_year_are_refused():
    _, wrong = prices.read_lines([(2, row(code="x")), (3, row(code="x"))], SHIPPED)
    assert "Row 3, code" in wrong[0]
    index = {"code": "gdp", "name": "GDP", "price year": "2015/16", "index": "100", "source": "A book"}
    found, wrong = prices.read_indices([(2, index), (3, index), (4, {**index, "index": "0"})])
    assert found[0].by_year == {"2015/16": 100}
    assert "row 3" in wrong[0] and "row 4" in wrong[1]


# --- when there is a figure, and when there is none ---------------------------------------------------------


@pytest.mark.parametrize("cost", [(10.0, 10.0, 10.0), None])
@pytest.mark.parametrize(("treated", "comparison"), [(29, 30), (30, 29), (29, 29), (29, 4000), (4000, 29)])
def test_below_thirty_in_either_group_there_is_no_figure_and_no_ratio(treated, comparison, cost):
    made = avoided(PRICE, fewer=FEWER, treated=treated, comparison=comparison, cost=cost)
    assert made.span is None and made.ratio is None
    assert "fewer than 30 women" in made.why


def test_from_thirty_in_both_groups_there_is_a_range_and_a_ratio():
    made = avoided(PRICE, fewer=FEWER, treated=30, comparison=30, cost=(10, 10, 10))
    assert made.span == pytest.approx((500, 2000, 6000))
    assert made.ratio == pytest.approx((0.5, 2, 6))
    assert made.why == ""


@pytest.mark.parametrize("fewer", [(-0.1, 0.1, 0.3), (0.0, 0.1, 0.2), (-0.2, -0.1, 0.0), (-0.3, -0.2, -0.1)])
def test_where_the_interval_holds_no_difference_or_more_events_there_is_no_ratio(fewer):
    made = avoided(PRICE, fewer=fewer, treated=300, comparison=300, cost=(10, 10, 10))
    assert made.ratio is None and made.why


def test_deadweight_and_attribution_take_from_both_ends():
    made = avoided(
        PRICE, fewer=FEWER, treated=30, comparison=30, cost=(5, 10, 20), units=2,
        deadweight=(0.1, 0.2, 0.5), attribution=(0.4, 0.5, 0.8),
    )  # fmt: skip
    assert made.span == pytest.approx(
        (100 * 2 * 0.1 * 50 * 0.5 * 0.4, 100 * 2 * 0.2 * 100 * 0.8 * 0.5, 100 * 2 * 0.3 * 200 * 0.9 * 0.8)
    )
    low, _, high = made.span
    assert made.ratio == pytest.approx((low / 2000, made.span[1] / 1000, high / 500))


@given(st.tuples(*(st.floats(-1, 1),) * 3), st.tuples(*(st.floats(0, 1),) * 6))
def test_the_middle_never_lies_outside_its_range(fewer, shares):
    least, likely, most = sorted(fewer)
    first, second = sorted(shares[:3]), sorted(shares[3:])
    made = avoided(
        PRICE, fewer=(least, likely, most), treated=30, comparison=30, cost=None,
        deadweight=tuple(first), attribution=tuple(second),
    )  # fmt: skip
    assert made.span is not None
    low, middle, high = made.span
    assert low <= middle + 1e-9 and middle <= high + 1e-9


FINDING = Finding("F1", "reoffended", FindingFrom.PUBLISHED, "A report", date(2026, 5, 1), 30, None, True,
                  FEWER, "level", "caution", 4)  # fmt: skip


def test_findings_and_their_prices_come_back_as_they_were_and_go_together():
    one = Priced("A1", "F1", "robbery", 1.0, (0.0, 0.1, 0.2), (0.5, 0.5, 0.5))
    kept = Valuation((FINDING,), (one,))
    assert value.from_json(value.as_json(kept)) == kept
    assert kept.next_code("F") == "F2" and kept.next_code("A") == "A2"
    assert kept.without_finding("F1") == Valuation()
    assert not value.may_price(kept, replace(one, code="A2"))  # the same price twice
    assert not value.may_price(kept, replace(one, price="rape", deadweight=(0.2, 0.1, 0.3)))
    assert not value.may_price(kept, replace(one, price="rape", finding="F9"))
    assert value.may_price(kept, replace(one, price="rape"))
