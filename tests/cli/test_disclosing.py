"""`pathways disclose`: what leaves is protected, and an attack of another kind finds nothing."""

from __future__ import annotations

import csv
import itertools
import json
import random
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pathways.cli.main import app

SDC = Path(__file__).parents[3] / "shared" / "data" / "sdc"
T = "Total"


def run(*words: object, ends: int = 0) -> str:
    result = CliRunner().invoke(app, ["disclose", *map(str, words)])
    assert result.exit_code == ends, result.output
    return result.output


def put(folder: Path, name: str, lines: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def counted(folder: Path, cells: dict[tuple[str, str], int], name: str = "counts.csv") -> Path:
    return put(folder, name, ["r,c,n", *(f"{r},{c},{n}" for (r, c), n in cells.items())])


def protected(folder: Path, cells: dict[tuple[str, str], int], *more: object, name: str = "out.csv"):
    source, out, said = counted(folder, cells), folder / name, folder / "said.json"
    run(source, "--rows", "r", "--columns", "c", "--counts", "n", *more, "--out", out, "--json", said)
    return shown(out), json.loads(said.read_text())


def shown(path: Path) -> dict[tuple[str, str], str]:
    lines = list(csv.reader(path.read_text("utf-8").splitlines()))
    assert lines[0] == ["row", "column", "value"]
    return {(row, column): value for row, column, value in lines[1:]}


def test_people_one_a_line_are_counted_crossed_and_protected(tmp_path):
    people = ["id,area,stage"] + [f"{i},North,a" for i in range(12)] + [f"{i},South,a" for i in range(9)]
    people += ["x,North,b", "y,,b"] + [f"{i},South,b" for i in range(30)]
    out, said = tmp_path / "out.csv", tmp_path / "said.json"
    text = run(put(tmp_path, "people.csv", people), "--rows", "area", "--columns", "stage", "--out", out,
               "--json", said)  # fmt: skip
    table, found = shown(out), json.loads(said.read_text())
    assert list(table)[:3] == [("North", "a"), ("North", "b"), ("North", T)]
    assert {row for row, _ in table} == {"North", "South", "not recorded", T}
    assert table["North", "b"] == table["not recorded", "b"] == table["not recorded", T] == "c"
    assert table["not recorded", "a"] == "0"
    assert (found["cells"], found["threshold"], found["primary"]) == (12, 4, 3)
    assert found["secondary"] == sum(value == "c" for value in table.values()) - 3
    assert found["audit"]["at_risk"] == 0
    assert "draft" in text
    assert "has been through disclosure control" in text


def possible(table: dict[tuple[str, str], str], most: int, floor: int) -> dict[tuple[str, str], set[int]]:
    """Every value that each hidden cell takes in any whole table in keeping with what is shown."""
    rows = list(dict.fromkeys(r for r, _ in table if r != T))
    columns = list(dict.fromkeys(c for _, c in table if c != T))
    inner = [(r, c) for r in rows for c in columns]
    ranges = [range(floor, most + 1) if table[key] == "c" else [int(table[key])] for key in inner]
    found: dict[tuple[str, str], set[int]] = {key: set() for key in table}
    for values in itertools.product(*ranges):
        whole = dict(zip(inner, values, strict=True))
        whole |= {(r, T): sum(whole[r, c] for c in columns) for r in rows}
        whole |= {(T, c): sum(whole[r, c] for r in rows) for c in [*columns, T]}
        keeps = (whole[key] >= floor if n == "c" else whole[key] == int(n) for key, n in table.items())
        if all(keeps):
            for key, value in whole.items():
                found[key].add(value)
    return found


@pytest.mark.parametrize("seed", range(25))
def test_every_whole_table_in_keeping_with_what_is_shown_leaves_a_small_count_open(tmp_path, seed):
    chance = random.Random(seed)
    shape = chance.choice([(1, 1), (1, 3), (3, 1), (2, 2)])
    cells = {(f"r{i}", f"c{j}"): chance.choice([0, 1, 2, 3, 5])
             for i in range(shape[0]) for j in range(shape[1])}  # fmt: skip
    zeros, threshold = chance.choice(["show", "hide"]), chance.choice([1, 2, 3])
    table, said = protected(tmp_path, cells, "--threshold", threshold, "--zeros", zeros)
    assert said["audit"]["at_risk"] == 0
    truth = dict(cells)
    for i in range(shape[0]):
        truth[f"r{i}", T] = sum(n for (r, _), n in cells.items() if r == f"r{i}")
    for j in range(shape[1]):
        truth[T, f"c{j}"] = sum(n for (_, c), n in cells.items() if c == f"c{j}")
    truth[T, T] = sum(cells.values())
    assert set(truth) == set(table)
    values = possible(table, 9, 1 if zeros == "show" else 0)
    for key, n in truth.items():
        is_small = 1 <= n <= threshold or (n == 0 and zeros == "hide")
        assert table[key] == "c" if is_small else table[key] in ("c", str(n))
        if is_small:
            assert max(values[key]) - min(values[key]) >= threshold, (key, table)


@pytest.mark.parametrize(
    ("cells", "zeros", "expected"),
    [
        ({("a", "x"): 3}, "show", {"c"}),
        ({("a", "x"): 9}, "show", {"9"}),
        ({("a", "x"): 0, ("b", "x"): 0}, "show", {"0"}),
        ({("a", "x"): 0, ("b", "x"): 0}, "hide", {"c"}),
        ({("a", "x"): 1, ("a", "y"): 1, ("b", "x"): 0, ("b", "y"): 0}, "show", {"c", "0"}),
        ({("a", "x"): 8, ("a", "y"): 9}, "show", {"8", "9", "17"}),
    ],
)
def test_tables_at_the_edge(tmp_path, cells, zeros, expected):
    table, said = protected(tmp_path, cells, "--zeros", zeros)
    assert set(table.values()) == expected
    assert said["audit"]["at_risk"] == 0


def test_what_is_shown_is_rounded_each_by_itself_and_no_small_count_appears(tmp_path):
    cells = {("a", "x"): 12, ("a", "y"): 23, ("b", "x"): 3, ("b", "y"): 38}
    exact, _ = protected(tmp_path, cells)
    rounded, said = protected(tmp_path, cells, "--round", 5)
    assert {key for key, v in exact.items() if v == "c"} == {key for key, v in rounded.items() if v == "c"}
    for key, value in rounded.items():
        if value != "c":
            assert int(value) % 5 == 0
            assert abs(int(value) - int(exact[key])) <= 2
    assert said["rounding"] == 5
    assert "rounded to the nearest 5" in said["rule"]


def test_the_result_says_no_count_that_the_table_hides(tmp_path):
    table, said = protected(tmp_path, {("a", "x"): 1, ("b", "x"): 2})
    assert set(table.values()) == {"c"}
    assert set(said) == {"cells", "threshold", "primary", "secondary", "audit", "rule", "zeros", "rounding",
                         "disclosure_control", "held_against"}  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "more", "says"),
    [
        (["r,c,n", "a,x,4", "b,x,-1"], [], "row 3, column n: “-1” is not a count"),
        (["r,c,n", "a,x,2.5"], [], "row 2, column n: “2.5” is not a count"),
        (["r,c,n", "a,x,9", "", "b,x,"], [], "row 4, column n: a blank is not a count"),
        (["r,c,n", "a,x,9", "Total,x,9"], [], "row 3, column r: “Total” is the name of the margins"),
        (["r,c,m", "a,x,9"], [], "column n: there is no such column; there are: r, c, m"),
        (["r,c,n"], [], "no line below its headings"),
        (["r,c,n", "a,x,9"], ["--zeros", "maybe"], "--zeros is show or hide"),
        (["r,c,n", *(f"a{i},x{i},9" for i in range(200))], [], "group its 200 values first"),
    ],
)
def test_a_bad_file_or_option_is_one_line_and_writes_nothing(tmp_path, lines, more, says):
    out = tmp_path / "out.csv"
    text = run(put(tmp_path, "f.csv", lines), "--rows", "r", "--columns", "c", "--counts", "n", "--out", out,
               *more, ends=2)  # fmt: skip
    assert says in text
    assert len(text.strip().splitlines()) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["f.csv"]


def test_the_file_that_is_read_is_never_written_over(tmp_path):
    source = counted(tmp_path, {("a", "x"): 9})
    before = source.read_text()
    run(source, "--rows", "r", "--columns", "c", "--out", source, ends=2)
    assert source.read_text() == before


def test_categories_stand_by_number_and_alphabet_and_other_kinds_of_file_serve(tmp_path):
    cells = {(band, "x"): 20 for band in ("10-17", "5-9", "18+", "b", "A")}
    frame = pl.DataFrame([{"r": r, "c": c, "n": n} for (r, c), n in cells.items()])
    frame.write_parquet(tmp_path / "counts.parquet")
    out = tmp_path / "out.xlsx"
    run(tmp_path / "counts.parquet", "--rows", "r", "--columns", "c", "--counts", "n", "--out", out)
    from pathways.analysis import sheets

    found = sheets.read(out).frame
    assert found["row"].unique(maintain_order=True).to_list() == ["5-9", "10-17", "18+", "A", "b", T]


def test_a_large_table_takes_seconds_and_always_the_same_cells(tmp_path):
    chance = random.Random(3)
    cells = {(f"r{i}", f"c{j}"): int(chance.expovariate(1 / 40)) for i in range(30) for j in range(12)}
    first, said = protected(tmp_path, cells)
    assert said["audit"]["at_risk"] == 0
    backwards = dict(reversed(list(cells.items())))
    assert protected(tmp_path, backwards, name="again.csv")[0] == first


def table(folder: Path, name: str, cells: dict[tuple[str, str], str]) -> Path:
    return put(folder, name, ["row,column,value", *(f"{r},{c},{value}" for (r, c), value in cells.items())])


FIRST = {("A", "f"): "c", ("A", "m"): "c", ("A", T): "20", ("B", "f"): "c", ("B", "m"): "c", ("B", T): "22",
         ("C", "f"): "14", ("C", "m"): "15", ("C", T): "29", (T, "f"): "26", (T, "m"): "45",
         (T, T): "71"}  # fmt: skip
OTHER_PATTERN = FIRST | {("B", "f"): "10", ("B", "m"): "12", ("C", "f"): "c", ("C", "m"): "c"}


def test_a_table_hidden_otherwise_the_second_time_gives_the_small_count_away(tmp_path):
    old, new = table(tmp_path, "old.csv", FIRST), table(tmp_path, "new.csv", OTHER_PATTERN)
    text = run("against", new, "--earlier", old, "--json", tmp_path / "said.json", ends=3)
    said = json.loads((tmp_path / "said.json").read_text())
    assert (said["ok"], said["at_risk"], said["compared"]) == (False, 2, 12)
    assert {(each["row"], each["column"], each["low"], each["high"]) for each in said["given_away"]} == {
        ("A", "f", 2, 2)
    }
    assert "A, f: the count of" in text


def test_the_same_table_again_gives_nothing_away_and_several_earlier_ones_may_be_given(tmp_path):
    old, older = table(tmp_path, "old.csv", FIRST), table(tmp_path, "older.csv", FIRST)
    new = table(tmp_path, "new.csv", FIRST)
    assert "gives nothing away" in run("against", new, "--earlier", older, "--earlier", old)
    said = tmp_path / "said.json"
    run("against", new, "--earlier", older, old, "--json", said)
    found = json.loads(said.read_text())
    assert (found["releases"], found["at_risk"], found["ok"]) == (3, 0, True)


def test_one_woman_more_in_a_cell_is_given_away_and_protecting_beside_the_earlier_table_hides_it(tmp_path):
    before = {("A", "x"): 20, ("A", "y"): 30, ("B", "x"): 25, ("B", "y"): 15}
    after = before | {("A", "x"): 21, ("B", "y"): 24}
    protected(tmp_path, before, name="q1.csv")
    protected(tmp_path, after, name="q2.csv")
    text = run("against", tmp_path / "q2.csv", "--earlier", tmp_path / "q1.csv", ends=3)
    assert "A, x: the change since" in text
    beside, said = protected(tmp_path, after, "--earlier", tmp_path / "q1.csv", name="q2.csv")
    assert said["held_against"] == [str(tmp_path / "q1.csv")]
    assert beside["A", "x"] == "c"
    run("against", tmp_path / "q2.csv", "--earlier", tmp_path / "q1.csv")


def test_tables_that_share_no_cell_cannot_be_compared_and_say_so(tmp_path):
    new = table(tmp_path, "new.csv", {("a", "x"): "12"})
    old = table(tmp_path, "old.csv", {("b", "y"): "9"})
    assert "nothing to compare" in run("against", new, "--earlier", old)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({("a", "x"): "12", ("a", T): "13", ("a", "y"): "5"}, "do not add up"),
        ({("a", "x"): "-3"}, "row 2, column value: “-3” is neither a whole number nor c"),
        ({("a", "x"): ""}, "row 2, column value: a blank is neither"),
        ({("", "x"): "7"}, "row 2, column row: a cell needs its row"),
    ],
)
def test_what_is_no_protected_table_is_refused(tmp_path, cells, says):
    good = table(tmp_path, "good.csv", FIRST)
    bad = table(tmp_path, "bad.csv", cells)
    for words in ((bad, "--earlier", good), (good, "--earlier", bad)):
        text = run("against", *words, ends=2)
        assert "bad.csv" in text
        assert says in text
        assert len(text.strip().splitlines()) == 1


def test_against_nothing_or_against_itself_is_refused(tmp_path):
    new = table(tmp_path, "new.csv", FIRST)
    assert "--earlier" in run("against", new, ends=2)
    assert "as an earlier one" in run("against", new, "--earlier", new, ends=2)


@pytest.mark.shared_data
def test_the_published_example_and_the_norwegian_table(tmp_path):
    if not SDC.is_dir():
        pytest.skip("the open data are not beside the project")
    out, said = tmp_path / "out.csv", tmp_path / "said.json"
    run(SDC / "sdctable_microdata1.csv", "--rows", "region", "--columns", "gender", "--threshold", 2,
        "--out", out, "--json", said)  # fmt: skip
    hidden = {key for key, value in shown(out).items() if value == "c"}
    assert hidden == {("A", "female"), ("A", "male"), ("C", "female"), ("C", "male")}
    assert json.loads(said.read_text())["audit"]["narrowest"] == 12
    run(SDC / "ssb_z1.csv", "--rows", "region", "--columns", "hovedint", "--counts", "ant", "--out", out,
        "--json", said)  # fmt: skip
    found = json.loads(said.read_text())
    assert (found["primary"], found["secondary"], found["audit"]["at_risk"]) == (4, 4, 0)


def test_names_of_rows_that_have_no_heading_are_left_out_and_said(tmp_path: Path) -> None:
    file = put(tmp_path, "women.csv", ['"","area  of","sex"', *(f'"{n}",{"NS"[n % 2]},f' for n in range(40))])
    said = run(file, "--rows", "area  of", "--columns", "sex", "--out", tmp_path / "out.csv")
    assert "Column 1 of women.csv has no heading and is left out." in said
