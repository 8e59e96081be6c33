"""The report: whole, the same every time, with words beside every picture and nothing that runs."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import openpyxl
import pytest

from pathways.analysis import charts, report
from pathways.analysis.charts import Chart
from pathways.analysis.disclosure import Audience
from tests.analysis.programme import invent


@pytest.fixture(scope="module")
def made() -> report.Report:
    return report.build(invent())


def test_the_same_extract_gives_the_same_bytes(made: report.Report) -> None:
    again = report.build(invent())
    assert {name for name in made.files if made.files[name] != again.files[name]} == set()


def test_the_report_says_what_it_was_made_from(made: report.Report) -> None:
    page = made.files["evaluation.html"].decode()
    for words in (
        made.summary.extract_sha256,
        "SYNTHETIC",
        "Evidence level",
        "found nothing at risk",
        "A named person confirmed",
        "No record held",
        "As at",
    ):
        assert words in page


def test_the_page_asks_nothing_of_any_other_place_and_runs_nothing(made: report.Report) -> None:
    page = made.files["evaluation.html"].decode()
    assert "<script" not in page
    assert not re.search(r"\son\w+=|\sstyle=|(?:src|href)=", page)
    assert not re.search(r"url\((?!#)", page)


def test_no_small_count_stands_anywhere_in_the_tables(made: report.Report) -> None:
    body = json.loads(made.files["evaluation.json"])
    shown: list[object] = []

    def walk(thing: object) -> None:
        if isinstance(thing, dict):
            for name, value in thing.items():
                if name in ("n", "lost", "in_progress", "journeys"):
                    shown.append(value)
                elif name in ("counts", "reasons"):
                    shown.extend(value.values())
                else:
                    walk(value)
        elif isinstance(thing, list):
            for value in thing:
                walk(value)

    walk(body)
    numbers = [value for value in shown if isinstance(value, int)]
    assert len(numbers) > 200
    assert not [n for n in numbers if 1 <= n <= 4]
    assert body["disclosure"]["audit"]["at_risk"] == 0


def test_the_workbook_says_the_same_as_the_json_and_holds_no_formula(made: report.Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made.files["evaluation.xlsx"]))
    flow = [row for row in book["Flow"].iter_rows(min_row=2, values_only=True) if row[0] == "All routes"]
    wanted = json.loads(made.files["evaluation.json"])["flow"][0]["steps"]
    assert [row[2] for row in flow] == [step["n"] for step in wanted]
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_a_programme_named_like_markup_or_a_formula_stays_text(made: report.Report) -> None:
    extract = dataclasses.replace(invent(30), programme_name="=1+1 <script>alert(1)</script>")
    files = report.build(extract).files
    assert b"<script" not in files["evaluation.html"]
    book = openpyxl.load_workbook(io.BytesIO(files["evaluation.xlsx"]))
    assert book["About"]["B2"].data_type == "s"


def test_files_are_written_whole_or_not_at_all(
    made: report.Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = report.write(made, tmp_path / "out")
    assert {path.name for path in paths} == set(made.files)
    before = {path: path.read_bytes() for path in paths}
    broken = dataclasses.replace(made, files={**made.files, "last.txt": "not bytes"})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        report.write(broken, tmp_path / "out")
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_every_picture_has_its_words_and_is_well_formed(made: report.Report) -> None:
    assert set(made.charts) >= {"flow", "sets", "times", "characteristic-age-band"}
    for chart in made.charts.values():
        root = ET.fromstring(chart.svg)
        assert root.get("role") == "img"
        title, description = root[0], root[1]
        assert (title.text, description.text) == (chart.headline, chart.alternative)
        assert "style=" not in chart.svg
        assert "<script" not in chart.svg


def test_a_hidden_count_is_never_drawn_as_a_length(made: report.Report) -> None:
    """Each hidden step stands as the letter c in the drawing."""
    hidden = {line.step for line in made.summary.flow.lines if line.n.is_hidden}
    assert hidden
    drawn = ET.fromstring(made.charts["flow"].svg)
    texts = [element.text for element in drawn.iter() if element.tag.endswith("text")]
    assert texts.count("c") >= len(hidden)


@pytest.mark.parametrize("word", ["headline", "subtitle", "alternative", "source", "table"])
def test_a_chart_without_its_words_is_refused(made: report.Report, word: str) -> None:
    chart = made.charts["flow"]
    with pytest.raises(ValueError, match="needs"):
        dataclasses.replace(chart, **{word: () if word == "table" else " "})
    assert isinstance(chart, Chart)


def test_a_report_of_nobody_can_be_made_for_every_audience() -> None:
    nobody = dataclasses.replace(invent(), events=[], demographics=[])
    for audience in Audience:
        assert "evaluation.html" in report.build(nobody, None, audience).files


def test_charts_speak_of_a_hidden_number_in_their_headline() -> None:
    summary = report.build(invent(3)).summary
    assert "hidden number" in charts.every(summary)["flow"].headline


def _texts(svg: str) -> tuple[float, list[tuple[str, float, float, float]]]:
    """The drawing's width, and each text as (words, left, right, base line), set in a wide font."""
    root = ET.fromstring(svg)
    found: list[tuple[str, float, float, float]] = []

    def walk(node: ET.Element, x: float, y: float) -> None:
        moved = re.match(r"translate\(([-\d.e]+),\s*([-\d.e]+)\)", node.get("transform", ""))
        if moved:
            x, y = x + float(moved[1]), y + float(moved[2])
        if node.tag.endswith("}text") and "rotate" not in node.get("transform", ""):
            size = float(node.get("font-size", "11").removesuffix("px"))
            # DejaVu Sans and Verdana, the widest that a browser falls back to, average this a letter.
            letter = size * (0.68 if node.get("font-weight") == "bold" else 0.6)
            lines = [part.text or "" for part in node if part.tag.endswith("}tspan")] or [node.text or ""]
            for at, words in enumerate(lines):
                wide = letter * len(words)
                part = {"middle": 0.5, "end": 1.0}.get(node.get("text-anchor", ""), 0.0)
                found.append((words, x - wide * part, x + wide * (1 - part), y + at * size * 1.2))
        for child in node:
            walk(child, x, y)

    walk(root, 0, 0)
    return float((root.get("viewBox") or "").split()[2]), [one for one in found if one[0].strip()]


def test_no_label_is_cut_off_and_none_lies_on_another_even_in_a_wide_font(made: report.Report) -> None:
    wrong: list[object] = []
    for chart in made.charts.values():
        width, every = _texts(chart.svg)
        texts = list(dict.fromkeys(every))  # a word and the halo behind it are one
        assert len(texts) > 5
        wrong += [(chart.name, words) for words, left, right, _ in texts if left < 0 or right > width]
        wrong += [(chart.name, words) for words, *_ in texts if "…" in words]
        for one in texts:
            for other in texts:
                is_after = one is not other and one[1] <= other[1] < one[2]
                if is_after and abs(one[3] - other[3]) < 8:
                    wrong.append((chart.name, one[0], other[0]))
    assert wrong == []
