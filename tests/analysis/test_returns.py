"""Returns say what the report says, every one of them through the gate, and beside what went before."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from pathways.analysis import documents, funder_columns, returns
from pathways.analysis.disclosure import Audience, Rule, System, overlaid
from pathways.analysis.evaluation import summarise
from pathways.analysis.extract import Extract, Period
from pathways.analysis.measured import Recorded
from pathways.analysis.police_contact import ForMeasures
from pathways.analysis.returns import Material
from pathways.domain.evaluation import measures
from pathways.domain.evaluation.catalogue import MEASURES
from pathways.domain.evaluation.counts import ReleasedCount
from pathways.domain.evaluation.flow import Step
from pathways.domain.evaluation.measures import Chosen
from pathways.domain.evaluation.release import AUDIENCES, Kind
from tests.analysis.programme import invent
from tests.analysis.test_compared import harmed, kept

RECORDED = [
    Recorded("spend", date(2026, 4, 1), date(2026, 6, 30), {"line": "staff", "planned": 900, "spent": 1000}),
    Recorded("framework", date(2026, 5, 2), None, {"what": "protocol", "change": "changed"}),
    Recorded("prevention", date(2026, 5, 9), None, {"pillar": "protect", "stage": "adopted"}),
    Recorded("governance", date(2026, 5, 9), None, {"body": "steering", "present": {"a": 2, "b": 1}}),
]
MATERIAL = Material(
    rows=RECORDED,
    in_use=measures.at_site(MEASURES, Chosen()),
    words={"risks": "Waiting times may grow.", "milestones": "A second provider joined."},
    provider="Invented Aid",
)


@pytest.fixture(scope="module")
def extract() -> Extract:
    return invent(150)


@pytest.fixture(scope="module")
def summary(extract):
    return summarise(extract)


def test_the_audiences_of_a_release_are_those_of_disclosure_control():
    assert tuple(one.value for one in Audience) == AUDIENCES


@pytest.mark.parametrize("kind", list(Kind), ids=lambda one: one.value)
def test_every_kind_is_written_whole_and_the_same_from_the_same_summary(summary, kind, monkeypatch):
    monkeypatch.setattr(documents, "summarise", lambda *_, **__: summary)
    monkeypatch.setattr("pathways.analysis.evaluation.summarise", lambda *_, **__: summary)
    monkeypatch.setattr("pathways.analysis.report.pdf", lambda *_: (b"%PDF", ""))
    one, other = (
        documents.make(kind, invent(2), None, Audience.STEERING, MATERIAL) for _ in range(2)
    )
    assert one.files == other.files
    assert {name.rpartition(".")[2] for name in one.files} == {"html", "json", "xlsx", "pdf"}
    page = next(body for name, body in one.files.items() if name.endswith("html")).decode()
    assert "SYNTHETIC" in page and summary.extract_sha256 in page and "<script" not in page
    book = next(body for name, body in one.files.items() if name.endswith("xlsx"))
    assert len(openpyxl.load_workbook(io.BytesIO(book)).sheetnames) > 2


def test_a_return_says_no_count_that_the_report_does_not_say(summary):
    said = returns.document(Kind.QUARTERLY, summary, MATERIAL)
    flow = next(part for part in said.parts if part.code == "flow").table
    assert [row[1] for row in flow[1:]] == [line.n.shown for line in summary.flow.lines]
    key = {row[0]: row for row in next(part for part in said.parts if part.code == "key").table[1:]}
    assert set(key) == {f"M{number}" for number in range(5, 28)}
    assert key["M8"][2] == "Not collected"
    spend = next(part for part in said.parts if part.code == "spend")
    assert spend.table[1] == ("Staff", "£900", "£1,000", "+100")
    assert ("Waiting times may grow.",) in [part.lines for part in said.parts]


def test_records_outside_the_period_are_not_told():
    early = Period(date(2025, 1, 1), date(2025, 3, 31))
    assert returns._within(RECORDED, early) == []
    assert len(returns._within(RECORDED, None)) == len(RECORDED)


def test_the_whole_report_has_every_chapter_and_says_what_is_not_collected(summary):
    said = returns.document(Kind.EVALUATION, summary, Material(in_use=MATERIAL.in_use))
    chapters = {part.code: part for part in said.parts}
    for code in ("framework", "partnership", "crime", "impact", "learning", "limits"):
        table, lines = chapters[code].table, " ".join(chapters[code].lines)
        assert "Not collected" in lines or any("Not collected" in row for row in table), code
    full = returns.document(Kind.EVALUATION, summary, MATERIAL)
    drawn = [part for part in full.parts if part.chart]
    assert {part.code for part in drawn} >= {"spend", "prevention", "limits"}
    assert all(part.chart.alternative and part.table for part in drawn if part.chart)


def test_the_report_reads_police_contact_that_was_kept_and_says_where_it_is_from(summary):
    nothing = returns.document(Kind.EVALUATION, summary, Material(in_use=MATERIAL.in_use))
    assert not any(part.code == "contact" for part in nothing.parts)
    assert "M36 Domestic abuse" in " ".join(next(p for p in nothing.parts if p.code == "limits").lines)
    material = Material(in_use=MATERIAL.in_use, contact=ForMeasures(kept(harmed())))
    said = returns.document(Kind.EVALUATION, summary, material)
    rows = {row[0]: row for row in next(part for part in said.parts if part.code == "impact").table}
    assert rows["M36"][2] == "20%" and "A force" in rows["M36"][3] and "Maryland scale 2" in rows["M36"][3]
    assert "As victim: 0.66 times" in rows["M41"][2]
    contact = next(part for part in said.parts if part.code == "contact")
    assert ("Women with any record before", "0", "30") in contact.table
    assert any("regression to the mean" in line for line in contact.lines)
    assert "M36" not in " ".join(next(part for part in said.parts if part.code == "limits").lines)
    # what one provider is sent does not tell of the women of all
    one = returns.values(summary, replace(material, provider="Invented Aid"))
    assert "M36" not in one and "M41" not in one


def test_one_service_is_counted_by_the_rules_of_all(extract, summary):
    services = [code for code, _ in summary.process.services.rows] if summary.process.services else []
    service = services[0]
    whole = summary.process.services.counts[service, "total"]
    alone = summarise(extract.of_service(service), rule=Rule(threshold=1))
    line = next(line for line in alone.flow.lines if line.step is Step.REFERRED)
    assert whole.value == alone.process.answers_n.value or whole.is_hidden
    assert line.n.value is not None and line.n.value <= (alone.process.answers_n.value or 0)
    assert extract.of_service("nobody").events == []


def small(*counts: int) -> tuple[System, overlaid.Published]:
    system = System()
    for number, n in enumerate(counts):
        system.add(("cell", str(number)), n)
    system.add(("all",), sum(counts))
    system.sums(("all",), [("cell", str(number)) for number in range(len(counts))])
    cells = {key: ReleasedCount(int(n)) for key, n in zip(system.keys, system.values, strict=True)}
    return system, overlaid.published({"table": system}, cells, Rule(4))


def test_a_woman_who_came_between_two_releases_is_found_and_her_cell_is_to_be_hidden():
    _, earlier = small(20, 30, 40)
    system, new = small(21, 38, 49)
    found = overlaid.against(new, [earlier])
    assert {(each.what, each.row, each.low) for each in found} == {("change", "cell|0", 1)}
    cells = {key: ReleasedCount(int(n)) for key, n in zip(system.keys, system.values, strict=True)}
    assert overlaid.to_hold_back(found, {"table": system}, cells) == {("cell", "0")}
    assert overlaid.against(small(29, 38, 49)[1], [earlier]) == []


def test_the_same_release_again_gives_nothing_away(summary):
    assert overlaid.against(summary.published, [summary.published]) == []


def test_what_was_published_is_kept_and_read_as_it_was(summary):
    body = json.loads(json.dumps(overlaid.plain(summary.published)))
    assert overlaid.read(body) == summary.published


# --- a funder's headings ------------------------------------------------------------------------------


def test_headings_are_read_from_a_sheet_or_pasted_and_what_fills_them_is_guessed():
    book = openpyxl.Workbook()
    book.active.append(["Women identified", "M14 confirmed", "Our notes"])
    out = io.BytesIO()
    book.save(out)
    for found in (
        funder_columns.headings(out.getvalue(), "funder.xlsx"),
        funder_columns.headings(b"Women identified,M14 confirmed,Our notes\n", "funder.csv"),
        funder_columns.pasted("Women identified\tM14 confirmed\tOur notes"),
        funder_columns.pasted("Women identified\nM14 confirmed\n\nOur notes\n"),
    ):
        assert found == (("Women identified", "M13"), ("M14 confirmed", "M14"), ("Our notes", ""))


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "has no headings"),
        (b"A,A\n1,2\n", "a.csv", "two columns have this heading"),
        (b"{}", "a.json", "not a template"),
        (b'{"columns": [{"heading": "A", "filled_by": "M99"}]}', "a.json", "M99"),
        (b"rubbish", "a.doc", "none of"),
    ],
)
def test_what_has_no_headings_is_refused_with_what_to_do(content, name, said):
    with pytest.raises(funder_columns.NotATemplateError, match=said):
        funder_columns.headings(content, name)


def test_a_template_is_filled_from_the_release_and_comes_back_from_its_file():
    columns = (("Women", "M13"), ("In words", "M13:words"), ("Scale", "M30"), ("Notes", ""), ("From", "from"))
    measures = {"M13": {"shown": "37 women", "over": "", "figure": 37.0}}
    filled = funder_columns.filled(columns, {"from": "2026-04-01"}, measures, ".csv").decode("utf-8-sig")
    hidden = {"M13": {"shown": "c", "over": "", "figure": None}}
    assert "37,37 women,Not collected" in filled
    again = funder_columns.filled(columns, {}, hidden, ".csv").decode("utf-8-sig")
    assert again.splitlines()[1].startswith("c,c,")
    assert funder_columns.headings(funder_columns.exported("F", columns), "f.json") == columns
