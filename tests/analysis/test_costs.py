"""What the programme cost and what may have been avoided: one reckoning for page, measures and report."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from pathways.analysis import costs, documents, price_sheets, report, returns
from pathways.analysis.costs import Given
from pathways.analysis.disclosure import Audience, Rule
from pathways.analysis.evaluation import summarise
from pathways.analysis.measured import Recorded
from pathways.analysis.returns import Material
from pathways.domain.evaluation import measures, value
from pathways.domain.evaluation.catalogue import MEASURES
from pathways.domain.evaluation.counts import ReleasedCount
from pathways.domain.evaluation.measures import Chosen
from pathways.domain.evaluation.prices import POST, SHIPPED, Line, Per
from pathways.domain.evaluation.release import Kind
from pathways.domain.evaluation.value import Finding, FindingFrom, Priced, Valuation
from tests.analysis.programme import invent

TODAY = date(2026, 11, 28)
SPENT = [
    Recorded("spend", date(2024, 4, 1), date(2024, 6, 30), {"line": "staff", "spent": 600}),
    Recorded("spend", date(2015, 4, 1), date(2016, 3, 31), {"line": "services", "spent": 745.804}),
]
TIME = [Recorded("staff_time", date(2024, 4, 1), date(2025, 3, 31), {"work": "support", "posts": 2})]
POSTED = SHIPPED.with_line(
    Line(POST, "A full-time post", Per.POST_YEAR, 40_000, 30_000, 40_000, 60_000, "2024/25", "Our payroll")
)
WOMEN = {
    "identified": ("Identified (a)", ReleasedCount(40)),
    "private": ("Engaged with a private company (c)", ReleasedCount(None)),
    costs.STARTED: ("Support began", ReleasedCount(20)),
    costs.COMPLETED: ("Journey completed", ReleasedCount(0)),
}
FINDING = Finding("F1", "reoffended", FindingFrom.GROUP, "A file", date(2026, 5, 1), 30, 30, True,
                  (0.1, 0.2, 0.3), "Maryland scale 3", "They differ.", 4)  # fmt: skip
ROBBED = Priced("A1", "F1", "robbery", 1.0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
ABUSED = replace(ROBBED, code="A2", price="domestic-abuse")


def made(rows=(), *, table=SHIPPED, valuation=None, women=WOMEN, rule=None):
    given = Given(table, valuation or Valuation(), "Prices: version 0, as it comes")
    return costs.count(rows, women, given, rule=rule or Rule(), today=TODAY)


def test_money_is_told_as_recorded_and_in_prices_of_one_year():
    found = made(SPENT)
    assert found.spend is not None
    assert found.spend.cash == pytest.approx(1345.804)
    assert found.spend.span == pytest.approx((1600, 1600, 1600))  # 600 of 2024/25, and 745.804 of 2015/16
    each = {one.code: one for one in found.per_woman}
    assert each[costs.STARTED].cash == pytest.approx(1345.804 / 20)
    assert each[costs.STARTED].spend == pytest.approx((80, 80, 80))
    assert each["private"].cash is None and each["private"].spend is None  # a hidden count divides nothing
    assert "c" in costs.per_woman_table(found)[2]
    assert each[costs.COMPLETED].cash is None


def test_a_year_without_an_index_is_named_and_nothing_is_moved():
    rows = [*SPENT, Recorded("spend", date(1999, 4, 1), date(1999, 6, 30), {"line": "other", "spent": 5})]
    found = made(rows)
    assert found.spend is not None and found.spend.span is None
    assert "1999/00" in found.spend.note
    assert found.per_woman[0].spend is None and found.per_woman[0].cash is not None


def test_staff_time_has_a_cost_where_a_post_has_a_price_and_nobodys_time_is_counted_twice():
    without = made([*SPENT, *TIME])
    assert len(without.costs) == 1
    assert any("“post”" in one for one in without.not_collected)
    found = made([*SPENT, *TIME], table=POSTED)
    time, whole = found.costs[1], found.costs[2]
    years = 2 * 365 / 365.25
    assert time.span == pytest.approx((30_000 * years, 40_000 * years, 60_000 * years))
    assert whole.span[1] == pytest.approx(40_000 * years + 1000)  # services, and not the staff line
    assert found.per_woman[0].whole is not None
    helpers = [Recorded("staff_time", TIME[0].on, TIME[0].until, {"work": "volunteer", "posts": 1})]
    assert len(made([*SPENT, *helpers], table=POSTED).costs) == 1  # volunteers have no price of their own


def test_what_nobody_recorded_is_said_and_given_no_figure():
    found = made()
    assert found.costs == () and found.spend is None
    assert any(one.startswith("Spend") for one in found.not_collected)
    assert any(one.startswith("Staff time") for one in found.not_collected)
    assert costs.values(found) == {}
    assert costs.per_woman_chart(found, "x") is None


def test_without_a_comparison_a_plain_sentence_stands_in_place_of_every_figure():
    found = made(SPENT)
    assert found.avoided == ()
    assert found.why_none == value.NO_COMPARISON
    assert costs.avoided_chart(found, "x") is None
    assert "M52" not in costs.values(found)


@pytest.mark.parametrize(("treated", "comparison"), [(29, 30), (30, 29)])
def test_below_thirty_in_either_group_the_sentence_stands_and_no_pound(treated, comparison):
    few = replace(FINDING, treated=treated, comparison=comparison,
                  is_enough=value.is_enough(treated, comparison))  # fmt: skip
    found = made(SPENT, valuation=Valuation((few,), (ROBBED,)))
    line = found.avoided[0]
    assert line.span is None and line.ratio is None and line.why == value.TOO_FEW
    row = costs.avoided_table(found)[1]
    assert row[3:7] == ("–", "–", "–", "No ratio")
    assert costs.values(found)["M52"].shown == "None given"
    assert costs.avoided_chart(found, "x") is None


def test_at_thirty_in_both_groups_there_are_ranges_each_alone_and_never_added():
    found = made(SPENT, valuation=Valuation((FINDING,), (ROBBED, ABUSED)))
    robbed, abused = found.avoided
    assert (robbed.per, abused.per) == ("Per incident", "Per victim")
    price = 11_320 * 100 / 74.5804
    assert robbed.span == pytest.approx((100 * 0.1 * 0.8 * price, 100 * 0.2 * price, 100 * 0.3 * 1.2 * price))
    assert robbed.ratio == pytest.approx(tuple(one / (100 * 80) for one in robbed.span))
    measure = costs.values(found)["M52"]
    assert measure.figure is None and "never added" in measure.shown
    assert len(measure.parts) == 2
    amounts = {round(one) for line in found.avoided for one in line.span}
    chart = costs.avoided_chart(found, "Invented.")
    assert chart is not None and len(chart.table) == 3
    assert round(robbed.span[1] + abused.span[1]) not in amounts
    assert "style=" not in chart.svg


def test_readers_with_a_stricter_rule_or_rounded_counts_get_no_figure_of_it():
    priced = Valuation((FINDING,), (ROBBED,))
    for rule in (Audience.PUBLIC.rule, replace(Rule(), rounding=5)):
        line = made(SPENT, valuation=priced, rule=rule).avoided[0]
        assert line.span is None and line.ratio is None
        assert "30" not in line.about and "fewer in 100" not in line.about
    shown = made(SPENT, valuation=Valuation((replace(FINDING, threshold=9),), (ROBBED,)),
                 rule=Audience.PUBLIC.rule)  # fmt: skip
    assert shown.avoided[0].span is not None


def test_a_price_that_cannot_be_moved_or_is_gone_gives_no_figure():
    priced = Valuation((FINDING,), (ROBBED,))
    gone = made(SPENT, valuation=priced, table=SHIPPED.without_line("robbery")).avoided[0]
    assert gone.span is None and "no longer" in gone.why
    stuck = SHIPPED.with_line(replace(SHIPPED.line("robbery"), deflator=""))
    line = made(SPENT, valuation=priced, table=stuck).avoided[0]
    assert line.span is None and "Not moved" in line.why


def test_measures_say_what_the_page_says():
    found = costs.values(made(SPENT))["M51"]
    assert found.shown == "£67" and found.figure == pytest.approx(67.2902)
    assert dict(found.parts)["For each woman: engaged with a private company (c)"] == "c"
    hidden = {**WOMEN, costs.STARTED: ("Support began", ReleasedCount(None))}
    assert costs.values(made(SPENT, women=hidden))["M51"].shown == "c"
    assert "M51" not in costs.values(made(SPENT, women={}))  # while journeys are being counted


def test_a_cost_that_is_hidden_is_not_said_to_be_unknown():
    hidden = {**WOMEN, costs.STARTED: ("Support began", ReleasedCount(None, "small"))}
    found = made(SPENT, women=hidden, valuation=Valuation((FINDING,), (ROBBED,)))
    line = found.avoided[0]
    assert line.span is not None and line.ratio is None
    assert "too small to be shown" in line.why and "not known" not in line.why
    row = next(row for row in costs.per_woman_table(found)[1:] if row[0] == "Support began")
    assert row[1:4] == ("c", "c", "c") and row[4] == "–"  # no post has a price: that is not known
    assert "too small to be shown" in costs.values(found)["M51"].note
    # and where nobody recorded any spend, the cost is not known and is not said to be hidden
    bare = made(women=hidden, valuation=Valuation((FINDING,), (ROBBED,)))
    assert "is not known" in bare.avoided[0].why
    assert next(row for row in costs.per_woman_table(bare)[1:])[3] == "–"


@pytest.fixture(scope="module")
def summary():
    return summarise(invent(60))


def test_the_report_has_the_same_costs_in_every_file(summary):
    valuation = Valuation((FINDING,), (ROBBED, ABUSED))
    known = Material(rows=[*SPENT, *TIME], in_use=measures.at_site(MEASURES, Chosen()),
                     given=Given(POSTED, valuation, "Prices: version 3"))  # fmt: skip
    reckoned = returns.reckoned(summary, known)
    document = returns.document(Kind.EVALUATION, summary, known)
    page = documents.html(document)
    body = json.loads(report.as_json(summary, document))
    assert len(costs.parts(reckoned)) == 4
    for code, _, table in costs.parts(reckoned):
        part = next(one for one in body["chapters"] if one["code"] == f"cost-{code}")
        assert [list(row) for row in table[1:]] == part["rows"]
        assert f'id="cost-{code}"' in page
    assert "Costs (T11)" in page and "never added together" in page
    assert body["measures"]["M51"]["shown"] == costs.values(reckoned)["M51"].shown
    opened = openpyxl.load_workbook(io.BytesIO(documents.workbook(document)))
    assert any("What the programme cost" in name for name in opened.sheetnames)
    assert "M51" not in returns.values(summary, replace(known, provider="Willow"))  # spend is of the whole


def test_the_table_goes_out_as_a_sheet_and_comes_in_as_it_was():
    for ending in price_sheets.ENDINGS:
        back, wrong = price_sheets.read(price_sheets.written(POSTED, ending), f"prices.{ending}", POSTED)
        assert wrong == []
        assert back == POSTED, ending


def test_a_wrong_sheet_says_every_row_that_will_not_do():
    content = (
        b"Item,Per,Amount,Year,Source\nA,incident,10,2015/16,x\n\nB,bag,10,2015/16,x\nC,incident,,2015/16,x\n"
    )
    table, wrong = price_sheets.read(content, "p.csv", SHIPPED)
    assert table is None
    assert len(wrong) == 2 and "Row 4, unit" in wrong[0] and "Row 5, value" in wrong[1]
    for bad, words in (
        (b"", "heading “name” is missing"), (b"a,b\n1,2\n", "heading “name” is missing"),
        (b"name,unit,value,price year,source\n", "no price below"), (b"\x00\xff\xfe", ""),
    ):  # fmt: skip
        table, wrong = price_sheets.read(bad, "p.csv", SHIPPED)
        assert table is None and words in " ".join(wrong)


def test_figures_go_out_as_numbers():
    book = costs.workbook(made([*SPENT, *TIME], table=POSTED, valuation=Valuation((FINDING,), (ROBBED,))),
                          "xlsx")  # fmt: skip
    opened = openpyxl.load_workbook(io.BytesIO(book))
    assert opened.sheetnames == ["costs", "avoided", "about"]
    assert isinstance(opened["avoided"]["E2"].value, (int, float))
