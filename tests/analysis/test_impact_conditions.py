"""Conditions on a table: what is one value, and what is refused because it is true of nobody."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pathways.analysis import sheets
from pathways.analysis.impact import expression, fairness, reading


def truth(folder: Path, condition: str, cells: list[str | None]) -> list[int]:
    pl.DataFrame({"row": list(range(len(cells))), "x": cells}).write_parquet(folder / "a.parquet")
    return expression.Expression.parse(condition).on(sheets.read(folder / "a.parquet")).tolist()


COLUMNS = [
    ("1", "0"), ("yes", "No"), ("TRUE", "FALSE"), ("true", "false"), ("y", "N"), ("T", "F"), ("1.0", "0.0"),
]  # fmt: skip


@pytest.mark.parametrize("word", ["1", "yes", "Yes", "true", "True", "TRUE", "y"])
@pytest.mark.parametrize(("yes", "no"), COLUMNS)
def test_yes_is_one_value_in_whatever_words_it_is_said(tmp_path, yes, no, word) -> None:
    cells = [yes, no, None, yes]
    assert truth(tmp_path, f"x={word}", cells) == [1, 0, -1, 1]
    assert truth(tmp_path, f"x != {word}", cells) == [0, 1, -1, 0]


@pytest.mark.parametrize("word", ["0", "no", "NO", "false", "False", "n"])
@pytest.mark.parametrize(("yes", "no"), COLUMNS)
def test_no_is_the_other(tmp_path, yes, no, word) -> None:
    assert truth(tmp_path, f"x=={word}", [yes, no, None, yes]) == [0, 1, -1, 0]


def test_a_flag_that_a_program_saved_as_true_and_false_flags_somebody(tmp_path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"flag": [True, False] * 20, "o": [1, 0, 0, 1] * 10, "g": ["a"] * 40}).write_parquet(path)
    for flag in ("flag==True", "flag=1", "flag = yes", "flag=true"):
        found = fairness.fairness(reading.read(path), flag=flag, outcome="o", group="g")
        assert found["overall"]["flagged"] == 0.5, flag


def test_a_flag_of_nobody_is_no_slip_where_the_column_says_yes_or_no(tmp_path) -> None:
    assert truth(tmp_path, "x=yes", ["0", "0", None]) == [0, 0, -1]


@pytest.mark.parametrize(
    ("condition", "cells", "said"),
    [
        ("x=C", ["A", "B", None], "column x: “C” stands nowhere in this column, which has “A”, “B”"),
        ("x==a", ["A", "B"], "“a” stands nowhere in this column, which has “A” and others"),
        ("x!=a", ["A", "B"], "“a” stands nowhere"),
        ("x=7", ["1", "2", "3", "4", "5", "6"], "which has “1”, “2”, “3”, “4”, “5” and others"),
        ("x=2", ["yes", "no"], "“2” stands nowhere"),
        ("x=yes", ["F", "M"], "“yes” stands nowhere"),
        ("x=no", ["F", "N", "T", "Y"], "“no” stands nowhere"),
        ("row<0 or x=C", ["A", "B"], "“C” stands nowhere"),
    ],
)
def test_a_value_that_stands_nowhere_is_refused_with_some_that_do(tmp_path, condition, cells, said) -> None:
    with pytest.raises(sheets.UnreadableError) as caught:
        truth(tmp_path, condition, cells)
    assert said in str(caught.value)


def test_codes_of_one_letter_stay_codes(tmp_path) -> None:
    assert truth(tmp_path, "x=N", ["F", "N", "T", "Y"]) == [0, 1, 0, 0]
    assert truth(tmp_path, "x=F", ["F", "F"]) == [1, 1]
    assert truth(tmp_path, "x=1", ["1", "2", "yes"]) == [1, 0, 0]


def test_what_is_left_out_may_be_nowhere_and_numbers_are_compared_as_before(tmp_path) -> None:
    assert truth(tmp_path, "x!=withdrawn", ["seen", "waiting", None]) == [1, 1, -1]
    assert truth(tmp_path, "x>9", ["1", "2"]) == [0, 0]
    assert truth(tmp_path, "x=5", ["05", "5.0", "6"]) == [1, 1, 0]
    assert truth(tmp_path, "x=anything", [None, None]) == [-1, -1]
