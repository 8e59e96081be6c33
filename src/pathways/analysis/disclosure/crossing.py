"""Counts by row and column from a table of people, or from one of cells counted already.

Sources: domain dossier, section 6 (no count leaves unprotected). What is read here has no names in it but
those of two columns; the counts are RawCounts and cannot be shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from pathways.analysis.disclosure.tables import TOTAL
from pathways.analysis.sheets import Sheet, UnreadableError
from pathways.domain.evaluation.counts import RawCount

#: What stands for a blank: a category of its own, so that the totals are of everybody.
NOT_RECORDED: Final = "not recorded"
#: Above this a column is not a category but something nearer a name; and the attack would take hours.
MOST_CELLS: Final = 12_000
MOST_IN_A_CELL: Final = 1_000_000_000
_WHOLE: Final = r"^[0-9]+(\.0*)?$"


@dataclass(frozen=True)
class Crossing:
    """A two-way table before protection: its categories in the order of reading, and its counts."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: dict[tuple[str, str], RawCount]


def crossed(sheet: Sheet, *, rows: str, columns: str, counts: str | None = None) -> Crossing:
    """Cross two columns of a sheet: one person a line, or what the column `counts` says of each line.

    Lines of the same row and column are added up; a blank is the category “not recorded”. Raises
    UnreadableError naming file, row and column for a missing column, a category called Total, a count that
    is not a whole number from nought up, or more than MOST_CELLS cells.
    """
    sheet.need(rows, columns, *([counts] if counts else []))
    if len({rows, columns, counts}) < 3:
        why = "rows, columns and counts are to be three different columns"
        raise UnreadableError(sheet.path, why, column=columns)
    for name in (rows, columns):
        why = "is the name of the margins; leave totals out, or name this category otherwise"
        _refuse(sheet, name, sheet.frame[name] == TOTAL, why)
    number = _numbers(sheet, counts) if counts else pl.lit(1, pl.Int64)
    found = (
        sheet.frame.select(
            row=pl.col(rows).fill_null(NOT_RECORDED), column=pl.col(columns).fill_null(NOT_RECORDED), n=number
        )
        .group_by("row", "column")
        .agg(pl.col("n").sum())
    )
    down, across = (
        tuple(sorted(found[side].unique().to_list(), key=_order)) for side in ("row", "column")
    )
    if not down:
        raise UnreadableError(sheet.path, "has no line below its headings: there is nothing to count")
    if (cells := len(down) * len(across)) > MOST_CELLS:
        many = max((len(down), rows), (len(across), columns))
        why = f"makes a table of {cells:,} cells ({MOST_CELLS:,} at most): group its {many[0]:,} values first"
        raise UnreadableError(sheet.path, why, column=many[1])
    return Crossing(down, across, {(row, column): RawCount(n) for row, column, n in found.iter_rows()})


def _numbers(sheet: Sheet, counts: str) -> pl.Series:
    column = sheet.frame[counts]
    why = "is not a count: a whole number from 0 up"
    _refuse(sheet, counts, ~column.fill_null("").str.contains(_WHOLE), why)
    numbers = column.cast(pl.Float64)
    _refuse(sheet, counts, numbers > MOST_IN_A_CELL, f"is more than {MOST_IN_A_CELL:,}")
    return numbers.cast(pl.Int64)


def _refuse(sheet: Sheet, column: str, is_wrong: pl.Series, why: str) -> None:
    """Raises for the first line in which something is wrong."""
    if is_wrong.any():
        place = int(is_wrong.arg_true()[0])
        cell = sheet.frame[column][place]
        said = "a blank" if cell is None else f"“{cell}”"
        raise UnreadableError(sheet.path, f"{said} {why}", row=sheet.row_of(place), column=column)


def _order(name: str) -> tuple[bool, list[tuple[int, int | str]]]:
    """Numbers by their size, words by the alphabet, what is not recorded last."""
    parts = [part for part in re.split(r"([0-9]+)", name) if part]
    said: list[tuple[int, int | str]] = [
        (0, int(part)) if part.isdecimal() else (1, part.casefold()) for part in parts
    ]
    return name == NOT_RECORDED, [*said, (2, name)]
