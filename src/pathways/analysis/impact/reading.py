"""Columns of an extract as numbers, as yes or no, or as groups: never guessed, and refused with their row."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from pathways.analysis import sheets
from pathways.analysis.impact.expression import NO, YES, Expression
from pathways.analysis.sheets import Sheet, UnreadableError

#: what a program writes where there is no number, in small letters
NO_NUMBER = frozenset({"nan", "+nan", "-nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"})
#: words for nothing: among numbers a blank, among other words a word until somebody says so
NOTHING = frozenset({"na", "n/a", "#n/a", "null", "nan", "+nan", "-nan"})
LIKE_MISSING = NO_NUMBER | NOTHING
_LONGEST = max(map(len, LIKE_MISSING))
_COMMA = re.compile(r"[+-]?\d+,\d+")
#: so many digits after a comma can be thousands
_THOUSAND = 3
#: farther out than anything measured; the fourth power of what is nearer can still be held
_FARTHEST = 1e50


def read(path: Path, *, where: str | None = None, missing: Collection[str] = ()) -> Sheet:
    """The table of a file, only the rows of which `where` is true; the words of `missing` are blanks.

    So are `NOTHING` in a column that holds numbers otherwise, which the sheet says.

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
        found = replace(found, frame=frame)
    found = _blank_among_numbers(found)
    if where is None:
        return found
    is_meant = Expression.parse(where).on(found)
    kept = pl.Series(np.asarray(is_meant == 1))
    return replace(found, frame=found.frame.filter(kept), rows=found.rows.filter(kept))


def _blank_among_numbers(sheet: Sheet) -> Sheet:
    blanked, columns = [], []
    for name in sheet.frame.columns:
        words = sheet.frame[name]
        short = words.filter(words.str.len_bytes() <= _LONGEST).unique()
        odd = short.filter(short.str.to_lowercase().is_in(list(NOTHING)))
        if not len(odd):
            continue
        is_odd = words.is_in(odd.to_list())
        rest = words.filter(words.is_not_null() & ~is_odd.fill_null(False))
        if len(rest) and rest.cast(pl.Float64, strict=False).is_finite().fill_null(False).all():
            columns.append(words.set(is_odd.fill_null(False), None))
            blanked += [(name, str(word)) for word in odd.sort()]
    return replace(sheet, frame=sheet.frame.with_columns(columns), blanked=tuple(blanked))


def keep(sheet: Sheet, rows: np.ndarray) -> Sheet:
    """Only these lines (one boolean each)."""
    kept = pl.Series(rows)
    return replace(sheet, frame=sheet.frame.filter(kept), rows=sheet.rows.filter(kept))


def numbers(sheet: Sheet, column: str, *, least: float | None = None) -> np.ndarray:
    """A column as floats, one a line; a blank is NaN.

    Raises UnreadableError naming the row of the first cell that is no finite number, is too
    far from 0 to be reckoned with, or is below `least`.
    """
    sheet.need(column)
    words = sheet.frame[column]
    found = words.cast(pl.Float64, strict=False)
    is_wrong = words.is_not_null() & ~found.is_finite().fill_null(False)
    if is_wrong.any():
        _refuse(sheet, column, is_wrong, why_no_number(str(words[int(is_wrong.arg_true()[0])])))
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


def why_no_number(cell: str) -> str:
    """What is wrong with a cell that was to be a number, and what to write instead."""
    if _COMMA.fullmatch(cell):
        whole, _, part = cell.partition(",")
        thousands = f", or {whole}{part} without a comma" if len(part) == _THOUSAND else ""
        return f"“{cell}” is not a number: write {whole}.{part}{thousands}"
    if cell.lower() in NO_NUMBER:
        return (
            f"“{cell}” is not a number that can be reckoned with: leave it blank where it is missing, or say "
            f"--missing {cell}"
        )
    return "is not a number; a blank stands for one that is missing"


def is_numeric(sheet: Sheet, column: str) -> bool:
    """Whether a column is of numbers: one cell is a finite one, and each is, or was plainly meant to be.

    Meant to be are a decimal comma, and what a program writes for no number: they are refused by `numbers`
    and never made a category unseen.
    """
    sheet.need(column)
    words = sheet.frame[column]
    is_number = words.cast(pl.Float64, strict=False).is_finite().fill_null(False)
    odd = words.filter(words.is_not_null() & ~is_number)
    if len(odd) and not (_COMMA.fullmatch(odd[0]) or odd[0].lower() in NO_NUMBER):
        return False  # words, as the first of them says: the others need not be looked at
    has_comma = odd.str.contains(f"^(?:{_COMMA.pattern})$")
    is_meant = bool((has_comma | odd.str.to_lowercase().is_in(list(NO_NUMBER))).all())
    return is_meant and bool(is_number.any() or has_comma.any())


def like_missing(sheet: Sheet, columns: Collection[str]) -> list[tuple[str, str]]:
    """Columns of these with a cell that says what programs write for nothing, and the word in it.

    They are counted as any other word is. Only a blank is missing, and what `missing` was told.
    """
    found = []
    for column in dict.fromkeys(columns):
        if column in sheet.frame.columns:
            words = sheet.frame[column]
            short = words.filter(words.str.len_bytes() <= _LONGEST)
            odd = short.filter(short.str.to_lowercase().is_in(list(LIKE_MISSING)))
            found += [(column, str(word)) for word in odd.unique().sort()]
    return found


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
    """As numbers where all are finite numbers, in the alphabet where not."""
    try:
        if all(math.isfinite(float(name)) for name in names):
            return sorted(names, key=lambda name: (float(name), name))
    except ValueError:
        pass
    return sorted(names)


def _refuse(sheet: Sheet, column: str, is_wrong: pl.Series, why: str) -> None:
    if is_wrong.any():
        row = sheet.row_of(int(is_wrong.arg_true()[0]))
        raise UnreadableError(sheet.path, why, row=row, column=column)
