"""`pathways screen` as an analyst meets it: what it writes, what it says, and how it refuses."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pathways.cli.main import app

PERSONS = (
    "person_id,sex,date_of_birth,first_name,shoe\n1,F,1990-01-01,Jo,4\n2,M,1990-01-01,Al,5\n"
    "3,,1990-01-01,Margaret,6\n4,F,2015-01-01,Di,3\n"
)
EVENTS = (
    "event_id,kind,type,occurred_on\nE1,custody,Supply of drugs,01/05/2026\n"
    "E2,ppn,Domestic abuse,2026-06-01\n"
)
LINKS = (
    "from_kind,from_id,relation,to_kind,to_id\nperson,1,arrested_in,event,E1\nperson,1,subject_of,event,E2\n"
    "person,2,arrested_in,event,E1\nperson,3,arrested_in,event,E1\nperson,4,arrested_in,event,E1\n"
)  # fmt: skip


def folder(tmp_path: Path, **tables: str) -> Path:
    place = tmp_path / "in"
    place.mkdir(exist_ok=True)
    for name, text in ({"persons": PERSONS, "events": EVENTS, "links": LINKS} | tables).items():
        (place / f"{name}.csv").write_text(text, "utf-8")
    return place


def screen(*words: object):
    return CliRunner().invoke(app, ["screen", *map(str, words)])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_it_writes_the_two_lists_and_says_who_cannot_be_judged(tmp_path):
    out, told = tmp_path / "out", tmp_path / "out.json"
    done = screen(
        "--extracts", folder(tmp_path), "--out", out, "--json", told, "--as-at", "2026-11-27"
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert rows(out / "considerations.csv") == [
        {
            "person_id": "1",
            "headings": "criminality;vulnerability",
            "indicators": "cri_supply;vul_abuse",
            "first_date": "2026-05-01",
            "latest_date": "2026-06-01",
            "immediate_safety": "no",
        }
    ]
    evidence = rows(out / "evidence.csv")
    assert list(evidence[0]) == [
        "person_id", "indicator", "heading", "source", "source_record", "observed_on"
    ]  # fmt: skip
    assert [(each["indicator"], each["source_record"]) for each in evidence] == [
        ("cri_supply", "E1"), ("vul_abuse", "E2")
    ]  # fmt: skip
    said = json.loads(told.read_text("utf-8"))
    assert (said["persons"], said["events"], said["considered"]) == (4, 2, 1)
    assert said["by_indicator"]["cri_supply"] == 1
    assert said["cannot_be_judged"]["sex_not_recorded"] == 1
    assert (said["under_age"], said["not_female"], said["disclosure_control"]) == (1, 1, False)
    assert "1 are under 18: child safeguarding" in done.output
    assert "columns of persons.csv: shoe" in done.output
    assert "own draft" in done.output


def test_the_same_input_gives_the_same_bytes(tmp_path):
    place, sums = folder(tmp_path), []
    for name in ("a", "b"):
        out = tmp_path / name
        assert screen("--extracts", place, "--out", out, "--as-at", "2026-11-27").exit_code == 0
        sums.append([hashlib.sha256(each.read_bytes()).hexdigest() for each in sorted(out.iterdir())])
    assert sums[0] == sums[1] and len(sums[0]) == 2


@pytest.mark.parametrize("ending", ["parquet", "xlsx", "ods"])
def test_other_kinds_of_file_give_the_same(tmp_path, ending):
    from pathways.analysis import sheets

    place = tmp_path / "other"
    place.mkdir()
    for each in folder(tmp_path).iterdir():
        sheets.write(pl.read_csv(each, infer_schema=False), place / f"{each.stem}.{ending}")
    outs = []
    for name, source in (("a", tmp_path / "in"), ("b", place)):
        assert screen("--extracts", source, "--out", tmp_path / name, "--as-at", "2026-11-27").exit_code == 0
        outs.append([(tmp_path / name / f"{n}.csv").read_bytes() for n in ("considerations", "evidence")])
    assert outs[0] == outs[1]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--as-at", "yesterday"), "--as-at yesterday is not a date"),
        (("--order", "risk"), "--order risk is none of: safety-first, latest, earliest, person"),
        (("--indicators", "nowhere"), "nowhere: is not a folder"),
        (("--mapping", "nowhere.json"), "nowhere.json"),
    ],
)
def test_wrong_options_end_with_one_line_and_nothing_written(tmp_path, words, why):
    done = screen("--extracts", folder(tmp_path), "--out", tmp_path / "out", *words)
    assert done.exit_code == 2
    assert why in done.output and "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


def test_a_cell_that_cannot_be_read_is_named_or_left_out_when_asked(tmp_path):
    place = folder(tmp_path, events=EVENTS.replace("01/05/2026", "31/02/2026"))
    done = screen("--extracts", place, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "events.csv, row 2, column occurred_on" in done.output
    assert not (tmp_path / "out").exists()
    done = screen("--extracts", place, "--out", tmp_path / "out", "--leave-out", "--as-at", "2026-11-27")
    assert done.exit_code == 0, done.output
    assert rows(tmp_path / "out" / "left_out.csv")[0]["row"] == "2"
    assert "LEFT OUT" in done.output


def test_a_folder_without_tables_and_a_file_in_the_way_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    assert screen("--extracts", tmp_path / "empty", "--out", tmp_path / "out").exit_code == 2
    (tmp_path / "file").write_text("x")
    assert screen("--extracts", folder(tmp_path), "--out", tmp_path / "file").exit_code == 2
    assert screen("--extracts", tmp_path / "none", "--out", tmp_path / "out").exit_code == 2
    assert screen().exit_code == 2


def test_an_indicator_that_reaches_out_is_refused_with_its_file_and_line(tmp_path):
    from tests.analysis.test_screening import OWN

    own = tmp_path / "own"
    own.mkdir()
    (own / "steal.sql").write_text(OWN.format(prompts="alone", sql="select * from read_csv('/etc/passwd')"))
    done = screen("--extracts", folder(tmp_path), "--out", tmp_path / "out", "--indicators", own)
    assert done.exit_code == 2
    assert "steal.sql, line 14: " in done.output
    assert not (tmp_path / "out").exists()


def test_the_record_of_how_it_works_is_written_without_an_extract(tmp_path):
    for name in ("record.md", "record.html"):
        assert screen("--record", tmp_path / name).exit_code == 0
        assert "cri_supply" in (tmp_path / name).read_text("utf-8")
    assert screen("--record", tmp_path / "record.docx").exit_code == 2


@pytest.mark.shared_data
def test_an_extract_without_sex_considers_nobody_and_says_why(tmp_path, shared_data):
    told = tmp_path / "out.json"
    done = screen(
        "--extracts", shared_data / "pole", "--out", tmp_path / "out", "--json", told,
        "--as-at", date(2026, 11, 27),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    said = json.loads(told.read_text("utf-8"))
    assert (said["persons"], said["events"], said["considered"]) == (369, 28_762, 0)
    assert said["cannot_be_judged"]["sex_not_recorded"] == 369
    assert "Sex is not recorded for all 369 persons" in done.output
    assert rows(tmp_path / "out" / "considerations.csv") == []
