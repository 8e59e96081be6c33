"""Columns of an extract as numbers, as yes or no, or as groups: never guessed, and refused with their row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from pathways.analysis import sheets
from pathways.analysis.impact.expression import Expression
from pathways.analysis.sheets import Sheet, UnreadableError

YES = frozenset({"1", "yes", "y", "true", "t", "1.0"})
NO = frozenset({"0", "no", "n", "false", "f", "0.0"})
#: farther out than anything measured; the fourth power of what is nearer can still be held
_FARTHEST = 1e50


def read(path: Path, *, where: str | None = None, missing: Collection[str] = ()) -> Sheet:
    """The table of a file, only the rows of which `where` is true; the words of `missing` are blanks.

    Raises UnreadableError for the file, and for a condition that is none or names a column that is not there.
    """
    found = sheets.read(path)
    if not found.columns:
        raise UnreadableError(path, "holds no table: a row of headings and rows below it are wanted")
    if missing:
        words = list(missing)
        frame = found.frame.with_columns(
            pl.when(pl.all().is_in(words)).then(None).otherwise(pl.all()).name.keep()
        )
        found = Sheet(found.path, found.name, frame, found.rows)
    if where is None:
        return found
    is_meant = Expression.parse(where).on(found)
    kept = pl.Series(np.asarray(is_meant == 1))
    return Sheet(found.path, found.name, found.frame.filter(kept), found.rows.filter(kept))


def keep(sheet: Sheet, rows: np.ndarray) -> Sheet:
    """Only these lines (one boolean each)."""
    kept = pl.Series(rows)
    return Sheet(sheet.path, sheet.name, sheet.frame.filter(kept), sheet.rows.filter(kept))


def numbers(sheet: Sheet, column: str, *, least: float | None = None) -> np.ndarray:
    """A column as floats, one a line; a blank is NaN.

    Raises UnreadableError naming the row of the first cell that is no finite number, is too
    far from 0 to be reckoned with, or is below `least`.
    """
    sheet.need(column)
    words = sheet.frame[column]
    found = words.cast(pl.Float64, strict=False)
    is_wrong = words.is_not_null() & ~found.is_finite().fill_null(False)
    _refuse(sheet, column, is_wrong, "is not a number; a blank stands for one that is missing")
    is_too_far = (found.abs() > _FARTHEST).fill_null(False)
    _refuse(sheet, column, is_too_far, f"is farther from 0 than {_FARTHEST:g}, so no spread can be reckoned")
    if least is not None:
        _refuse(sheet, column, (found < least).fill_null(False), f"is below {least:g}")
    return found.fill_null(float("nan")).to_numpy().astype(float)


def days(sheet: Sheet, column: str) -> np.ndarray:
    """A column of dates (2026-01-31 or 31/01/2026) as days since 1970, one a line; a blank is NaN.

    Raises UnreadableError naming the row of the first cell that is no such date.
    """
    sheet.need(column)
    words = sheet.frame[column].str.strip_chars()
    found = words.str.to_date("%Y-%m-%d", strict=False, exact=True)
    british = words.str.to_date("%d/%m/%Y", strict=False, exact=True)
    found = pl.select(pl.coalesce(found, british)).to_series()
    _refuse(sheet, column, words.is_not_null() & found.is_null(),
            "is not a date: 2026-01-31 or 31/01/2026 is wanted")  # fmt: skip
    return found.cast(pl.Int32).cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(float)


def is_numeric(sheet: Sheet, column: str) -> bool:
    """Whether every cell that holds anything is a finite number, and one does."""
    sheet.need(column)
    words = sheet.frame[column]
    found = words.cast(pl.Float64, strict=False)
    return bool(words.is_not_null().any()) and not bool(
        (words.is_not_null() & ~found.is_finite().fill_null(False)).any()
    )


def is_yes_no(sheet: Sheet, column: str) -> bool:
    """Whether every cell that holds anything says yes or no."""
    sheet.need(column)
    said = set(sheet.frame[column].drop_nulls().str.to_lowercase().unique().to_list())
    return bool(said) and said <= YES | NO


def yes_no(sheet: Sheet, column: str) -> np.ndarray:
    """A column as 1.0 for yes (1, yes, y, true) and 0.0 for no (0, no, n, false), one a line; blank is NaN.

    Raises UnreadableError naming the row of the first cell that says neither.
    """
    sheet.need(column)
    words = sheet.frame[column].str.to_lowercase()
    is_yes, is_no = words.is_in(list(YES)), words.is_in(list(NO))
    is_wrong = words.is_not_null() & ~(is_yes | is_no).fill_null(False)
    _refuse(sheet, column, is_wrong, "says neither yes nor no: 1 or 0, yes or no, true or false is wanted")
    found = pl.select(
        pl.when(words.is_null()).then(float("nan")).when(is_yes).then(1.0).otherwise(0.0)
    ).to_series()
    return found.to_numpy().astype(float)


def outcome(sheet: Sheet, column: str) -> np.ndarray:
    """A column that is a number, or yes or no, as floats; a blank is NaN."""
    return yes_no(sheet, column) if is_yes_no(sheet, column) else numbers(sheet, column)


def groups(sheet: Sheet, column: str) -> tuple[list[str], np.ndarray]:
    """The values of a column in order (as numbers where all are), and each line's place among them, or -1."""
    sheet.need(column)
    words = sheet.frame[column]
    names = ordered(words.drop_nulls().unique().to_list())
    coded = words.cast(pl.Enum(names)).to_physical().cast(pl.Int64).fill_null(-1) if names else None
    return names, coded.to_numpy() if coded is not None else np.full(len(words), -1)


def ordered(names: Sequence[str]) -> list[str]:
    """As numbers where all are numbers, in the alphabet where not."""
    try:
        return sorted(names, key=lambda name: (float(name), name))
    except ValueError:
        return sorted(names)


def _refuse(sheet: Sheet, column: str, is_wrong: pl.Series, why: str) -> None:
    if is_wrong.any():
        row = sheet.row_of(int(is_wrong.arg_true()[0]))
        raise UnreadableError(sheet.path, why, row=row, column=column)
