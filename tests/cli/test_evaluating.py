"""`pathways evaluate`: answers as JSON, and one clear line for whatever will not do."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pathways.analysis import sheets
from pathways.cli.main import app

EXTRACT = "woman,arm,age,score,later,weeks,arrested,stopped\n" + "".join(
    f"W{n},{'ab'[n % 2]},{20 + n % 17},{30 + n % 9},{25 + n % 7},{n % 13},{int(n % 3 == 0)},{n % 2}\n"
    for n in range(60)
)


def run(*words: object, ends: int = 0) -> str:
    result = CliRunner().invoke(app, ["evaluate", *map(str, words)])
    assert result.exit_code == ends, result.output
    return result.output


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "extract.csv"
    path.write_text(EXTRACT, "utf-8")
    return path


def answer(path: Path, *words: object) -> dict:
    out = path.with_name("out.json")
    said = run(*words, "--json", out)
    assert "own draft" in said
    found = json.loads(out.read_text("utf-8"))
    assert "disclosure_control" in found
    return found


def test_table_writes_what_was_promised(extract: Path) -> None:
    words = ["table", extract, "--columns", "arm", "--rows", "age,stopped,score", "--stages", "seen=arrested"]
    found = answer(extract, *words)
    assert [each["group"] for each in found["groups"]] == ["a", "b", "seen"]
    assert [each["kind"] for each in found["rows"]] == ["numeric", "categorical", "categorical"]
    assert {"n", "missing", "test", "p", "standardised_difference"} <= set(found["rows"][0])
    assert found["disclosure_control"] is False
    safe = answer(extract, *words, "--protect", "--threshold", "9")
    assert safe["disclosure_control"] is True
    assert safe["disclosure"]["threshold"] == 9
    assert safe["disclosure"]["audit"]["at_risk"] == 0
    assert "been through disclosure control" in run(*words, "--protect")


def test_change_writes_what_was_promised(extract: Path) -> None:
    found = answer(extract, "change", extract, "--before", "score", "--after", "later", "--reliability",
                   "0.8", "--cutoff", "28")  # fmt: skip
    assert list(found)[:10] == ["n", "missing", "improved", "unchanged", "worsened", "recovered",
                                "reliable_change", "cutoff", "mean_before", "mean_after"]  # fmt: skip
    assert found["improved"] + found["recovered"] + found["unchanged"] + found["worsened"] == found["n"] == 60


def test_survival_writes_what_was_promised(extract: Path) -> None:
    found = answer(extract, "survival", extract, "--duration", "weeks", "--event", "arrested", "--group",
                   "arm", "--covariates", "age,stopped", "--at", "4,8")  # fmt: skip
    assert {"n", "events", "groups", "logrank", "cox"} <= set(found)
    assert set(found["groups"][0]["survival"]) == {"4", "8"}
    assert set(found["cox"]["coefficients"]["age"]) == {"coef", "se", "p", "hazard_ratio", "low", "high"}


def test_impact_writes_what_was_promised(extract: Path) -> None:
    found = answer(extract, "impact", extract, "--treated", "stopped", "--outcome", "later", "--covariates",
                   "age,weeks", "--ratio", "2", "--caliper", "0.5", "--replace")  # fmt: skip
    assert list(found)[:9] == ["n_treated", "n_comparison", "naive", "matched", "weighted", "balance",
                               "balanced", "detectable", "evidence_level"]  # fmt: skip
    promised = {"estimate", "se", "low", "high", "n_treated", "n_comparison", "unmatched"}
    assert promised <= set(found["matched"])
    assert [line["covariate"] for line in found["balance"]] == ["score", "age", "weeks"]


def test_compare_writes_what_was_promised(extract: Path) -> None:
    found = answer(extract, "compare", "--treated-events", 29, "--treated-n", 114, "--comparison-events",
                   0, "--comparison-n", 100)  # fmt: skip
    assert {"difference", "ratio", "p", "detectable", "statement"} <= set(found)


def test_fairness_writes_what_was_promised(extract: Path) -> None:
    found = answer(extract, "fairness", extract, "--flag", "score>=34", "--outcome", "arrested", "--group",
                   "arm")  # fmt: skip
    promised = {"group", "n", "tn", "fp", "fn", "tp", "fpr", "fnr", "ppv", "low", "high"}
    assert promised <= set(found["groups"][0])
    assert sum(each["n"] for each in found["groups"]) == found["overall"]["n"] == 60


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["fairness", "--flag", "score>=x", "--outcome", "arrested", "--group", "arm"], "needs a number"),
        (["fairness", "--flag", "score>=3", "--outcome", "age", "--group", "arm"], "row 2, column age"),
        (["fairness", "--flag", "score>=3", "--outcome", "arrested", "--group", "no"], "column no"),
        (["table", "--columns", "arm", "--rows", "no"], "column no"),
        (["table", "--rows", "age"], "groups are wanted"),
        (["table", "--rows", "age", "--stages", "arrested"], "NAME=COL"),
        (["table", "--columns", "arm", "--rows", "age", "--threshold", "5"], "needs --protect"),
        (["change", "--before", "arm", "--after", "later", "--reliability", ".8"], "row 2, column arm"),
        (["change", "--before", "score", "--after", "later", "--reliability", "2"], "between 0 and 1"),
        (["survival", "--duration", "weeks", "--event", "arrested", "--at", "soon"], "--at soon"),
        (["impact", "--treated", "arm", "--outcome", "later", "--covariates", "age"], "row 2, column arm"),
        (["survival", "--duration", "weeks", "--event", "arrested", "--where", "age>90"], "no row"),
    ],
)
def test_what_will_not_do_ends_with_one_line_and_writes_nothing(
    extract: Path, words: list[str], line: str
) -> None:
    out = extract.with_name("out.json")
    said = run(words[0], extract, *words[1:], "--json", out, ends=2)
    assert line in said
    assert len(said.strip().splitlines()) == 1
    assert not out.exists()


def test_the_same_file_gives_the_same_bytes(extract: Path) -> None:
    words = ["survival", extract, "--duration", "weeks", "--event", "arrested", "--covariates", "age,arm"]
    one, other = extract.with_name("one.json"), extract.with_name("other.json")
    run(*words, "--json", one)
    run(*words, "--json", other)
    assert one.read_bytes() == other.read_bytes()


def test_a_pipe_or_a_device_is_never_replaced_by_a_result(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said = run("compare", "--treated-events", 3, "--treated-n", 10, "--comparison-events", 5,
               "--comparison-n", 10, "--json", pipe, ends=2)  # fmt: skip
    assert "it is a device or a pipe; give a file" in said
    assert pipe.is_fifo()
    words = ("compare", "--treated-events", 3, "--treated-n", 10, "--comparison-events", 5)
    assert "a device" in run(*words, "--comparison-n", 10, "--json", Path("/dev/stdout"), ends=2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--nope", "No such option: --nope"),
        ("nosuch", "No such command 'nosuch'"),
        ("evaluate impact", "Missing argument 'FILE'"),
        ("evaluate impact x.csv --ratio 0", "'--ratio': Input should be greater than or equal to 1"),
        ("evaluate table x.csv --json", "Option '--json' requires an argument"),
        ("evaluate compare --treated-events -1", "'--treated-events': Input should be"),
    ],
)
def test_a_wrong_option_is_one_clear_line(words: str, said: str) -> None:
    result = CliRunner().invoke(app, words.split())
    assert result.exit_code == 2
    assert said in result.output and "-h” says what it takes" in result.output
    assert len(result.output.splitlines()) == 1


def test_the_other_sheets_of_a_workbook_are_named(extract: Path, tmp_path: Path) -> None:
    first = pl.DataFrame({"group": ["a", "b"] * 10, "age": [f"{20 + n}" for n in range(20)]})
    for ending in ("xlsx", "ods"):
        content = io.BytesIO()
        sheets.write_several({"Women": first, "Notes": first, "Bare": pl.DataFrame()}, content, f".{ending}")
        book = tmp_path / f"women.{ending}"
        book.write_bytes(content.getvalue())
        words = ["table", book, "--columns", "group", "--rows", "age"]
        said = run(*words)
        assert f"Only the first sheet, “Women”, of women.{ending} is read. Not read: “Notes”." in said
        assert answer(book, *words)["sheets_not_read"] == ["Notes"]
    assert "Not read" not in run("table", extract, "--columns", "arm", "--rows", "age")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1,5", "“1,5” is not a number: write 1.5"),
        ("1,250", "write 1.250, or 1250 without a comma"),
        ("inf", "“inf” is not a number that can be reckoned with"),
        ("-Infinity", "say --missing -Infinity"),
    ],
)
def test_a_cell_that_was_meant_as_a_number_is_refused_with_what_to_write(tmp_path, cell, said) -> None:
    lines = [f"{n % 2};{20 + n};{n % 13};{int(n % 3 == 0)}" for n in range(40)]
    lines[7] = f"1;{cell};3;1"
    path = tmp_path / "extract.csv"
    path.write_text("arm;age;weeks;seen\n" + "\n".join(lines), "utf-8")
    asked = [
        ["table", path, "--columns", "arm", "--rows", "age"],
        ["survival", path, "--duration", "age", "--event", "seen"],
        ["survival", path, "--duration", "weeks", "--event", "seen", "--covariates", "age"],
        ["impact", path, "--treated", "arm", "--outcome", "seen", "--covariates", "age"],
        ["impact", path, "--treated", "arm", "--outcome", "age", "--covariates", "weeks"],
        ["change", path, "--before", "age", "--after", "weeks", "--reliability", "0.8"],
    ]
    for words in asked:
        told = run(*words, ends=2)
        assert said in told and "row 9" in told and "column age" in told, words


@pytest.mark.parametrize("word", ["NA", "nan", "NaN", "N/A", "#N/A", "null", "NULL"])
def test_what_a_program_writes_for_nothing_is_missing_among_numbers_and_said_to_be(tmp_path, word) -> None:
    lines = [f"{n % 2},{20 + n},{n % 13 + 1},{int(n % 3 == 0)}" for n in range(40)]
    lines[7] = lines[7].replace(",27,", f",{word},")
    path, blank = tmp_path / "extract.csv", tmp_path / "blank.csv"
    for place, text in ((path, lines), (blank, [line.replace(f",{word},", ",,") for line in lines])):
        place.write_text("arm,age,weeks,seen\n" + "\n".join(text), "utf-8")
    for words in (
        ["table", "--columns", "arm", "--rows", "age"],
        ["survival", "--duration", "weeks", "--event", "seen", "--covariates", "age"],
        ["survival", "--duration", "age", "--event", "seen", "--group", "arm"],
        ["impact", "--treated", "arm", "--outcome", "seen", "--covariates", "age"],
        ["change", "--before", "age", "--after", "weeks", "--reliability", "0.8"],
    ):
        made, wanted = (answer(place, words[0], place, *words[1:]) for place in (path, blank))
        assert made.pop("notes") == [f"age: “{word}” is counted as missing, since the column holds numbers."]
        assert wanted.pop("notes") == []
        assert made == wanted, words


def test_a_survival_says_its_warnings_where_it_is_read(tmp_path) -> None:
    path = tmp_path / "extract.csv"
    lines = [f"{n % 13 + 1},{int(n % 3 == 0)},{n % 7},{2 * (n % 7)},{n % 5}" for n in range(40)]
    lines[3] = "4,1,3,6,"
    path.write_text("weeks,seen,a,b,c\n" + "\n".join(lines), "utf-8")
    said = run("survival", path, "--duration", "weeks", "--event", "seen", "--covariates", "a,b,c")
    assert "Say nothing new and are not in the regression: b." in said
    assert "1 with a blank in a covariate are in the curves and not in the regression, which is of 39" in said


def test_words_that_may_stand_for_nothing_are_words_and_said_to_be(tmp_path) -> None:
    path = tmp_path / "extract.csv"
    lines = [f"{'ab'[n % 2]},{('yes', 'NaN', 'N/A', 'perhaps')[n % 4]},{20 + n}" for n in range(40)]
    path.write_text("arm,heard,age\n" + "\n".join(lines), "utf-8")
    words = ["table", path, "--columns", "arm", "--rows", "heard,age"]
    found = answer(path, *words)
    assert [level["level"] for level in found["rows"][0]["levels"]] == ["N/A", "NaN", "perhaps", "yes"]
    assert found["rows"][0]["missing"] == 0
    assert len(found["notes"]) == 2 and "Say --missing NaN where it stands for missing." in found["notes"][1]
    assert found["notes"][0] in run(*words)
    cleared = answer(path, *words, "--missing", "NaN", "--missing", "N/A")
    assert cleared["rows"][0]["missing"] == 20 and cleared["notes"] == []


def test_a_condition_with_a_decimal_comma_says_what_to_write(tmp_path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text("arm;age\n" + "\n".join(["a;1,5", "b;2"] * 5), "utf-8")
    said = run("table", path, "--columns", "arm", "--rows", "arm", "--where", "age>1", ends=2)
    assert "“1,5” is not a number" in said and "write 1.5" in said


def test_a_file_with_the_names_of_its_rows_is_read_and_what_is_left_out_is_said(tmp_path) -> None:
    path = tmp_path / "extract.csv"
    lines = [f'"{n}",{n % 13 + 1},{int(n % 3 == 0)},x' for n in range(1, 41)]
    path.write_text('"","time","status","site"\n' + "\n".join(lines), "utf-8")
    said = run("survival", path, "--duration", "time", "--event", "status")
    assert "Column 1 of extract.csv has no heading and is left out." in said and "40 followed" in said


def test_a_column_may_be_asked_for_as_its_heading_stands_in_the_file(tmp_path) -> None:
    path = tmp_path / "extract.csv"
    lines = [f"{'FM'[n % 2]},{n % 3 % 2},{n % 5},{n % 7}" for n in range(40)]
    path.write_text(' sex ,a  b,"line\nbreak",x\n' + "\n".join(lines), "utf-8")
    words = ["--group", " sex ", "--flag", "[line\nbreak]>=2"]
    found = answer(path, "fairness", path, *words, "--outcome", "a  b", "--where", "'a  b'=1 or ' sex '=F")
    assert [each["group"] for each in found["groups"]] == ["F", "M"]
    found = answer(path, "table", path, "--columns", " sex", "--rows", 'x, a  b,"line\nbreak"')
    assert [row["row"] for row in found["rows"]] == ["x", "a b", "line break"]
