"""What measures come to: cells of the one release, and records as codes."""

from __future__ import annotations

from datetime import date

import pytest

from pathways.analysis import counted, evaluation, measured, plan_drawing, process
from pathways.analysis.disclosure import Rule
from pathways.analysis.measured import Recorded
from pathways.domain.evaluation import catalogue, measures, spine, theory
from pathways.domain.evaluation.flow import Step
from pathways.domain.terms.people import Sector
from tests.analysis import programme

TODAY = date(2026, 11, 1)


@pytest.fixture(scope="module")
def summary():
    return evaluation.summarise(programme.invent(women=90))


def test_measures_say_what_the_tables_say_and_hide_what_they_hide(summary):
    found = measured.of_journeys(summary)
    lines = {line.step: line.n for line in summary.flow.lines}
    assert found["M17"].shown.startswith(lines[Step.ASSESSED].shown)
    assert lines[Step.CONFIRMED].shown in found["M14"].over
    assert set(found) <= set(catalogue.BY_CODE)
    assert summary.disclosure.at_risk == 0
    assert all(key in summary.measured.cells for key in [counted.key("decided"), counted.key("goal set")])


def test_measures_and_the_process_tables_say_the_same_of_the_same(summary):
    found = measured.of_journeys(summary)
    parts = dict(found["M18"].parts)
    for code, label in summary.process.levels.rows:
        n = summary.process.levels.counts[code, process.TOTAL]
        assert parts.get(label, "0") == n.shown
    assert summary.process.three_or_more.shown in found["M25"].over
    sectors = {line.label: line.n for line in summary.process.sectors}
    if not any(n.is_hidden for n in sectors.values()):
        assert sum(n.value for n in sectors.values()) == summary.process.answers_n.value
    assert {label for label, _ in found["M11"].parts} <= set(sectors)


def test_quarters_add_up_to_the_whole_where_they_are_shown(summary):
    quarters = summary.measured.quarters
    assert list(quarters) == sorted(set(quarters))
    counts = [summary.measured.cells[counted.quarter_key(Step.CONSIDERED, "n", each)] for each in quarters]
    if not any(count.is_hidden for count in counts):
        assert sum(count.value for count in counts) == summary.flow.lines[0].n.value
    hidden = sum(count.is_hidden for count in counts)
    assert hidden != 1  # one alone could be worked out from the total


def _values(rows, rule=None):
    in_use = measures.at_site(catalogue.MEASURES, measures.Chosen())
    return measured.of_records(
        rows, in_use=in_use, agreements=[("a", "b"), ("b", "c")], today=TODAY,
        rule=rule or Rule(),
    )  # fmt: skip


def test_money_time_and_sessions_are_added_up_and_what_is_not_recorded_is_not_there():
    first, second = {"line": "staff", "planned": 100, "spent": 90.5}, {"line": "staff", "planned": 100}
    came = {"session": "training", "came": {"a": 3}, "others": 2}
    met = {"present": {"a": 1}, "actions": 4, "actions_done": 3}
    rows = [
        Recorded("spend", date(2026, 1, 1), date(2026, 3, 31), first),
        Recorded("spend", date(2026, 4, 1), date(2026, 6, 30), {**second, "spent": 110}),
        Recorded("training", date(2026, 2, 1), None, came),
        Recorded("governance", date(2026, 2, 1), None, met),
    ]
    found = _values(rows)
    assert found["M1"].figure == 200.5
    assert found["M1"].over == "of £200 planned"
    assert [n for _, n in found["M1"].quarters] == [90.5, 110.0]
    assert "M51" not in found  # what women’s support cost is reckoned in `analysis.costs`
    assert found["M4"].shown == "5 people"
    assert found["M10"].shown == "75%"
    assert found["M3"].figure == 3
    assert "M12" not in found
    assert "M30" not in found


def test_risk_assessments_are_counted_as_women_are():
    def rows(**counts):
        return [Recorded("risk_change", date(2026, 1, 1), None, {"result": result})
                for result, n in counts.items() for _ in range(n)]  # fmt: skip

    few = _values(rows(raised=2, unchanged=9))["M44"]
    assert few.shown == "c"
    assert dict(few.parts)["Risk raised"] == "c"
    many = _values(rows(raised=12, lowered=8, more=10, unchanged=10))["M44"]
    assert many.shown == "75%"
    assert "30 of 40" in many.over


def test_a_figure_counted_elsewhere_that_rests_on_few_women_is_hidden_here_too():
    def one(code, value, counted):
        codes = {"measure": code, "value": value, "counted": counted, "protected": True}
        return _values([Recorded("figure", date(2026, 1, 1), date(2026, 3, 31), codes)])[code]

    assert one("M30", 2.5, 3).shown == "c"
    assert one("M30", 2.5, 30).shown == "2.5 points"
    assert one("M43", 3.4, 3).shown == "3.4 points"


def test_pictures_are_the_same_bytes_hold_no_style_and_escape_what_is_typed():
    odd = spine.DRAFT.with_node(theory.Node("N99", measures.NodeKind.INPUT, '<script>"&\'</script>'))
    svg = plan_drawing.theory(odd)
    assert svg == plan_drawing.theory(odd)
    assert "<script" not in svg
    assert "style=" not in svg
    assert svg.count("<rect") >= len(odd.nodes)
    for node in spine.DRAFT.nodes:
        assert node.words in svg  # in the description, whole
    small = plan_drawing.quarters([("a", 1.0), ("b", None)], title="x", unit="women", target=2)
    assert "b: hidden" in small
    assert plan_drawing.theory(theory.Theory()).startswith("<svg")
    assert "Ended" in plan_drawing.framework([("x<", date(2026, 1, 1), "Made")], today=TODAY)


def test_information_used_is_the_cells_of_m44_by_who_shared() -> None:
    def read(sector: str, result: str, times: int) -> list[Recorded]:
        codes = {"from_sector": sector, "result": result}
        return [Recorded("risk_change", date(2026, 3, 1), None, codes) for _ in range(times)]

    rows = [
        *read("police", "raised", 9), *read("police", "unchanged", 6), *read("third_sector", "more", 8),
        *read("third_sector", "unchanged", 7), Recorded("risk_change", date(2026, 3, 2), None, {}),
    ]  # fmt: skip
    found = measured.shared(rows, Rule(threshold=4))
    assert found is not None
    assert {one.sector: (one.read_again.value, one.changed.value) for one in found} == {
        Sector.POLICE.label: (15, 9),
        Sector.THIRD_SECTOR.label: (15, 8),
    }
    few = measured.shared([*read("police", "raised", 3), *read("health", "raised", 12)], Rule(threshold=4))
    assert few is not None
    assert not any(one.read_again.value == 3 or one.changed.value == 3 for one in few)
    assert measured.shared([], Rule(threshold=4)) is None
