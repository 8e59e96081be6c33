"""`pathways triage`: the policy from a file, proved and applied, and one policy against another."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner

from pathways.analysis import triage
from pathways.analysis.triage_record import FILL_IN
from pathways.cli.main import app
from pathways.domain.triage.default import DEFAULT
from pathways.domain.triage.levels import Level
from pathways.domain.triage.policy import plain, read, suggest

POLICY = {
    "name": "A policy",
    "version": "1",
    "levels": ["0", "1", "2", "3", "4"],
    "inputs": {"need": ["low", "high"], "immediate_safety": ["yes", "no"],
               "open_needs": {"from": 0, "to": 11}},
    "rules": [
        {"id": "R1", "when": {"immediate_safety": "yes"}, "level": "4"},
        {"id": "R2", "when": {"need": "low", "immediate_safety": "no"}, "level": "1"},
        {"id": "R3", "when": {"need": "high", "immediate_safety": "no", "open_needs": "<=2"}, "level": "2"},
        {"id": "R4", "when": {"need": "high", "immediate_safety": "no", "open_needs": "3..11"}, "level": "3"},
    ],
}  # fmt: skip
SAFE_AND_LOW = {"need": "low", "immediate_safety": "no"}
HEADINGS = "case_id,need,immediate_safety,open_needs"


def run(*words: object, ends: int = 0) -> str:
    result = CliRunner().invoke(app, ["triage", *map(str, words)])
    assert result.exit_code == ends, result.output
    return result.output


def put(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def workbook(folder: Path, policy: dict) -> Path:
    book = openpyxl.Workbook()
    inputs, rules = book.active, book.create_sheet("rules")
    inputs.title = "inputs"
    inputs.append(["input", "values"])
    for name, values in policy["inputs"].items():
        inputs.append([name, "|".join(values) if isinstance(values, list) else "0..11"])
    rules.append(["id", *policy["inputs"], "level", "because"])
    for rule in policy["rules"]:
        conditions = [rule["when"].get(name, "-") for name in policy["inputs"]]
        rules.append([rule["id"], *conditions, int(rule["level"]), None])
    path = folder / "policy.xlsx"
    book.save(path)
    return path


def test_the_same_policy_in_every_shape_is_proved_and_decides_alike(tmp_path):
    as_json, as_book = put(tmp_path, "policy.json", POLICY), workbook(tmp_path, POLICY)
    lines = ["id,need,immediate_safety,open_needs,level"]
    lines += [
        ",".join([rule["id"], *(rule["when"].get(name, "") for name in POLICY["inputs"]), rule["level"]])
        for rule in POLICY["rules"]
    ]
    as_csv = put(tmp_path, "rules.csv", "\n".join(lines))
    cases = put(
        tmp_path, "cases.csv", f"{HEADINGS}\na,high,no,3\nb,high,no,\nc,low,no,\n"
    )
    found = []
    for number, (policy, more) in enumerate(
        [(as_json, ()), (as_book, ()), (as_csv, ("--inputs", as_json))]
    ):
        assert "exactly one rule" in run("check", "--policy", policy, *more)
        out = tmp_path / f"out{number}.csv"
        run("decide", "--policy", policy, *more, "--cases", cases, "--out", out)
        found.append(out.read_text())
    assert len(set(found)) == 1
    assert found[0].splitlines() == [
        "case_id,level,rule,provisional,missing",
        "a,3,R4,false,",
        "b,3,R4,true,open_needs",
        "c,1,R2,false,",
    ]


def test_what_the_default_decides_on_a_file_is_what_it_suggests_of_one_case(tmp_path):
    policy = put(tmp_path, "policy.json", plain(DEFAULT))
    every = list(itertools.product(*((*question.values, None) for question in DEFAULT.inputs)))
    frame = pl.DataFrame(every, schema=[question.name for question in DEFAULT.inputs], orient="row")
    frame = frame.with_columns(case_id=pl.int_range(pl.len()).cast(pl.String))
    frame.write_parquet(tmp_path / "cases.parquet")
    out, said = tmp_path / "out.parquet", tmp_path / "said.json"
    cases = tmp_path / "cases.parquet"
    run("decide", "--policy", policy, "--cases", cases, "--out", out, "--json", said)
    lines = pl.read_parquet(out).select("level", "rule", "provisional", "missing").rows()
    for line, given in zip(lines, every, strict=True):
        one = suggest(DEFAULT, dict(zip((each.name for each in DEFAULT.inputs), given, strict=True)))
        assert line == (one.level, one.rule, one.provisional, "|".join(one.missing) or None)
    body = json.loads(said.read_text())
    assert body["cases"] == len(every) == 48
    assert sum(body["levels"].values()) == 48
    assert body["provisional"] > 0


def test_gaps_overlaps_and_contradictions_are_findings_and_such_a_policy_decides_nothing(tmp_path):
    rules = [dict(rule) for rule in POLICY["rules"]]
    rules[1] = {"id": "R2", "when": SAFE_AND_LOW | {"open_needs": ">0"}, "level": "1"}
    rules += [
        {"id": "R5", "when": SAFE_AND_LOW | {"open_needs": "11"}, "level": "1"},
        {"id": "R6", "when": {"need": "high", "immediate_safety": "yes"}, "level": "3"},
        {"id": "R7", "when": {"open_needs": ">11"}, "level": "3"},
    ]
    policy = put(tmp_path, "policy.json", POLICY | {"rules": rules})
    said = tmp_path / "said.json"
    printed = run("check", "--policy", policy, "--json", said)
    found = json.loads(said.read_text())
    assert found["complete"] is False
    assert found["gaps"] == [{"need": "low", "immediate_safety": "no", "open_needs": "0"}]
    assert [each["rules"] for each in found["overlaps"]] == [["R2", "R5"]]
    assert [each["rules"] for each in found["contradictions"]] == [["R1", "R6"]]
    assert found["never_met"] == ["R7"]
    assert "R7 can never be met" in printed
    cases = put(tmp_path, "cases.csv", f"{HEADINGS}\na,high,no,3\n")
    out = tmp_path / "out.csv"
    assert "says nothing of 1 combinations" in run("decide", "--policy", policy, "--cases", cases,
                                                   "--out", out, ends=2)  # fmt: skip
    assert not out.exists()


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ("case_id,need,immediate_safety\na,low,no\n", "column open_needs: there is no such column"),
        (f"{HEADINGS}\na,middling,no,1\n", "row 2, column need: middling is not"),
        (f"{HEADINGS}\na,low,no,1\n,low,no,1\n", "row 3, column case_id"),
        (f"{HEADINGS}\na,low,no,1\n\na,low,no,2\n", "row 4, column case_id: a"),
        (f"{HEADINGS}\na,low,no,12\n", "(0 to 11, or blank)"),
    ],
)
def test_a_case_that_makes_no_sense_is_named_by_row_and_column(tmp_path, cases, said):
    policy, file = put(tmp_path, "policy.json", POLICY), put(tmp_path, "cases.csv", cases)
    printed = run("decide", "--policy", policy, "--cases", file, "--out", tmp_path / "out.csv", ends=2)
    assert said in printed
    assert "Traceback" not in printed


def test_a_whole_number_that_a_spreadsheet_wrote_as_3_0_is_that_number(tmp_path):
    policy = put(tmp_path, "policy.json", POLICY)
    plain = put(tmp_path, "plain.csv", f"{HEADINGS}\na,high,no,3\nb,low,no,11\nc,low,no,\n")
    typed = put(tmp_path, "typed.csv", f"{HEADINGS}\na,high,no,3.0\nb,low,no,11.00\nc,low,no,\n")
    outs = [tmp_path / "plain-out.csv", tmp_path / "typed-out.csv"]
    for cases, out in zip((plain, typed), outs, strict=True):
        run("decide", "--policy", policy, "--cases", cases, "--out", out)
    assert outs[0].read_text() == outs[1].read_text()
    half = put(tmp_path, "half.csv", f"{HEADINGS}\na,high,no,3.5\nb,low,no,2.0\n")
    refused = run("decide", "--policy", policy, "--cases", half, "--out", tmp_path / "o.csv", ends=2)
    assert "row 2, column open_needs: 3.5 is not an answer" in refused
    of_need = put(tmp_path, "need.csv", f"{HEADINGS}\na,high.0,no,3\n")
    refused = run("decide", "--policy", policy, "--cases", of_need, "--out", tmp_path / "o.csv", ends=2)
    assert "high.0 is not an answer" in refused


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "row 1: is not JSON"),
        ("[]", "a policy is an object"),
        (POLICY | {"rules": [{"id": "X", "when": {"need": "no"}, "level": "1"}]}, "rule X, column need"),
        (POLICY | {"rules": [{"id": "X", "when": {"wish": "no"}, "level": "1"}]}, "rule X, column wish"),
        (POLICY | {"rules": [{"id": "X", "when": {}, "level": "9"}]}, "rule X, column level"),
    ],
)
def test_a_policy_that_makes_no_sense_is_named_by_rule_and_column(tmp_path, body, said):
    assert said in run("check", "--policy", put(tmp_path, "policy.json", body), ends=2)


def test_a_workbook_s_mistake_is_named_by_the_row_of_its_sheet(tmp_path):
    path = workbook(tmp_path, POLICY)
    book = openpyxl.load_workbook(path)
    book["rules"]["B4"] = "middling"
    book.save(path)
    assert "row 4, column need" in run("check", "--policy", path, ends=2)


def test_one_policy_against_another_says_who_moves_by_group_and_what_it_asks(tmp_path):
    rules = [dict(rule) for rule in POLICY["rules"]]
    rules[1] = {"id": "R2", "when": {"need": "low", "immediate_safety": "no"}, "level": "2"}
    one = put(tmp_path, "one.json", POLICY)
    other = put(tmp_path, "other.json", POLICY | {"rules": rules, "version": "2"})
    cases = put(
        tmp_path,
        "cases.csv",
        "case_id,need,immediate_safety,open_needs,area\na,low,no,3,North\nb,high,no,3,North\nc,low,no,,South\n"
        "d,low,yes,,\n",
    )
    out, said = tmp_path / "moves.csv", tmp_path / "said.json"
    run("compare", "--policy", one, "--against", other, "--cases", cases, "--group", "area", "--out", out,
        "--json", said)  # fmt: skip
    body = json.loads(said.read_text())
    assert (body["cases"], body["moved"], body["up"], body["down"]) == (4, 2, 2, 0)
    assert body["moves"] == [{"from": "1", "to": "2", "n": 2}]
    assert [(each["group"], each["n"], each["moved"]) for each in body["groups"]] == [
        ("North", 2, 1),
        ("South", 1, 1),
        (None, 1, 0),
    ]
    assert [(each["before"], each["after"]) for each in body["workload"]] == [
        (0, 0), (2, 0), (0, 2), (1, 1), (1, 1),
    ]  # fmt: skip
    assert body["workload_total"]["reviews_a_year_before"] == pytest.approx(2 * 52 / 12 + 52 / 4 + 52)
    assert out.read_text().splitlines()[1] == "a,1,2,up,North"


def test_each_policy_is_reckoned_by_what_it_promises_itself(tmp_path):
    one = put(tmp_path, "one.json", POLICY)
    promised = {"2": {"review_weeks": 4, "first_contact_days": 1}}
    other = put(tmp_path, "other.json", POLICY | {"offers": promised, "version": "2"})
    cases = put(tmp_path, "cases.csv", f"{HEADINGS}\na,high,no,2\nb,high,no,1\n")
    said = tmp_path / "said.json"
    run("compare", "--policy", one, "--against", other, "--cases", cases, "--json", said)
    total = json.loads(said.read_text())["workload_total"]
    assert total["reviews_a_year_before"] == pytest.approx(2 * 52 / 8)
    assert total["reviews_a_year_after"] == pytest.approx(2 * 52 / 4)
    assert total["first_contact_within_two_days_before"] == 0
    assert total["first_contact_within_two_days_after"] == 2


def test_the_levels_of_a_workbook_say_how_soon_a_service_answers(tmp_path):
    content = triage.to_bytes(
        "xlsx", read(plain(DEFAULT) | {"offers": {"3": {"answer_days": 5, "review_weeks": 4}}})
    )
    path = tmp_path / "policy.xlsx"
    path.write_bytes(content)
    assert triage.read_policy(path).standard(Level.INTENSIVE).answer_days == 5
    book = openpyxl.load_workbook(path)
    sheet = book["levels"]
    column = [cell.value for cell in sheet[1]].index("answer_days") + 1
    sheet.cell(5, column).value = "soon"
    book.save(path)
    assert "row 5, column answer_days: 'soon' is not a whole number" in run("check", "--policy", path, ends=2)
    sheet.delete_cols(column)  # a workbook from before it could be said
    book.save(path)
    assert triage.read_policy(path).standard(Level.INTENSIVE).answer_days == 2


def test_the_record_for_the_public_is_written_from_the_file_and_asks_for_what_it_cannot_know(tmp_path):
    policy = put(tmp_path, "policy.json", plain(DEFAULT))
    out = tmp_path / "record.md"
    printed = run("record", "--policy", policy, "--out", out, "--programme", "Ashmere")
    text = out.read_text()
    assert "ALGO-CARE" in text and "Tier 2" in text and "Ashmere" in text and "A service answers" in text
    assert "None" not in text.split("## ALGO-CARE")[0].split("Police data")[0]
    assert f"{text.count(FILL_IN)} places" in printed
    run("record", "--policy", policy, "--out", tmp_path / "record.html")
    assert "<h2>ALGO-CARE</h2>" in (tmp_path / "record.html").read_text()
    assert "written as .md or .html" in run("record", "--policy", policy, "--out", tmp_path / "r.txt", ends=2)


def test_no_outcome_takes_the_place_of_what_was_read(tmp_path):
    policy = put(tmp_path, "policy.json", POLICY)
    cases = put(tmp_path, "cases.csv", f"{HEADINGS}\na,high,no,3\n")
    out, both = tmp_path / "out.csv", tmp_path / "both.json"
    before = policy.read_bytes(), cases.read_bytes()
    for words in (
        ("decide", "--policy", policy, "--cases", cases, "--out", cases),
        ("decide", "--policy", policy, "--cases", cases, "--out", out, "--json", policy),
        ("decide", "--policy", policy, "--cases", cases, "--out", both, "--json", both),
        ("check", "--policy", policy, "--json", policy),
        ("compare", "--policy", policy, "--against", policy, "--cases", cases, "--out", cases),
    ):
        assert "is read or written already" in run(*words, ends=2)
    assert (policy.read_bytes(), cases.read_bytes()) == before
    assert {each.name for each in tmp_path.iterdir()} == {"policy.json", "cases.csv"}


def test_a_policy_that_would_fill_the_memory_or_says_a_thing_twice_is_refused(tmp_path):
    endless = {**POLICY, "inputs": {**POLICY["inputs"], "open_needs": {"from": 0, "to": 10**8}}}
    twice = json.dumps(POLICY).replace('{"immediate_safety": "yes"}', '{"need": "low", "need": "high"}')
    assert twice != json.dumps(POLICY)
    for content, said in (
        (endless, "more than 10,000 values"),
        (twice, "“need” twice"),
        ('{"inputs": ' + "9" * 5000 + "}", "too large to be a policy"),
        ("[" * 200_000, "too large to be a policy"),
    ):
        assert said in run("check", "--policy", put(tmp_path, "policy.json", content), ends=2)


def test_an_ending_that_cannot_be_written_is_named_by_the_file_that_was_asked_for(tmp_path):
    policy = put(tmp_path, "policy.json", POLICY)
    cases = put(tmp_path, "cases.csv", f"{HEADINGS}\na,high,no,3\n")
    out = tmp_path / "moves.pdf"
    said = run("compare", "--policy", policy, "--against", policy, "--cases", cases, "--out", out, ends=2)
    assert "moves.pdf: can be written as .csv" in said and ".part-" not in said


def test_several_rules_of_one_suggestion_are_said_in_words():
    one = suggest(DEFAULT, {"need": "high", "exploitation": None, "immediate_safety": "no"})
    assert replace(one, rule="N6|N8").rules_said == "Rule N6 or N8"
    assert replace(one, rule="N6").rules_said == "Rule N6"
