"""Fronts of disclosure control: a one- or two-way frequency table with its totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pathways.analysis.disclosure import system as systems
from pathways.analysis.disclosure.rule import Rule
from pathways.analysis.disclosure.suppression import Protected, protect
from pathways.analysis.disclosure.system import System
from pathways.domain.evaluation.counts import RawCount, ReleasedCount

#: The name of every margin.
TOTAL: Final = "Total"


@dataclass(frozen=True)
class FrequencyTable:
    """A protected two-way table: every row and column, then their totals."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    protected: Protected

    def __getitem__(self, cell: tuple[str, str]) -> ReleasedCount:
        return self.protected[cell]

    def records(self) -> list[dict[str, str]]:
        """`row,column,value` with "c" for what is hidden, as `pathways disclose` writes it."""
        return [
            {"row": row, "column": column, "value": self[row, column].shown}
            for row in (*self.rows, TOTAL)
            for column in (*self.columns, TOTAL)
        ]

    def frame(self) -> pl.DataFrame:
        """The same as a table of text."""
        return pl.DataFrame(self.records(), schema=dict.fromkeys(("row", "column", "value"), pl.String))

    def summary(self) -> dict[str, Any]:
        """The JSON of `pathways disclose`."""
        found = self.protected.audit
        return {
            "cells": (len(self.rows) + 1) * (len(self.columns) + 1),
            "threshold": self.protected.rule.threshold,
            "primary": self.protected.primary,
            "secondary": self.protected.secondary,
            "audit": {
                "at_risk": len(found.at_risk),
                "narrowest": found.narrowest,
                "narrowest_informed": found.narrowest_informed,
            },
        }


def tally(
    records: Iterable[Mapping[str, object]], *, rows: str, columns: str, counts: str | None = None
) -> dict[tuple[str, str], RawCount]:
    """Counts by (row, column) from records: one each, or what the column `counts` says.

    A blank is a category of its own, “(blank)”. Raises ValueError naming the record (the first is 1)
    and the column where a column is missing or a count is not a whole number from nought up.
    """
    found: dict[tuple[str, str], int] = {}
    for number, record in enumerate(records, start=1):
        for name in (rows, columns, *([counts] if counts else [])):
            if name not in record:
                raise ValueError(f"record {number} has no column {name!r}")
        cell = (_category(record[rows]), _category(record[columns]))
        found[cell] = found.get(cell, 0) + (_whole(record[counts], number, counts) if counts else 1)
    return {cell: RawCount(n) for cell, n in sorted(found.items())}


def _category(value: object) -> str:
    text = "" if value is None else str(value).strip()
    return text or "(blank)"


def _whole(value: object, number: int, column: str) -> int:
    try:
        count = float(str(value))
    except ValueError:
        count = -1.0
    if count < 0 or not count.is_integer():
        raise ValueError(f"record {number}, column {column!r}: {value!r} is not a count")
    return int(count)


def frequency(
    counts: Mapping[tuple[str, str], RawCount | int],
    rule: Rule,
    *,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> FrequencyTable:
    """Protect counts by (row, column), with all their totals. A cell that is not given is nought.

    Raises ValueError where a row or a column is itself called Total.
    """
    rows = tuple(rows) if rows is not None else tuple(dict.fromkeys(row for row, _ in counts))
    columns = tuple(columns) if columns is not None else tuple(dict.fromkeys(c for _, c in counts))
    if TOTAL in rows or TOTAL in columns:
        raise ValueError(f"“{TOTAL}” is the name of the margins and cannot name a row or a column")
    return FrequencyTable(rows, columns, protect(two_way(counts, rows, columns), rule))


def two_way(
    counts: Mapping[tuple[str, str], RawCount | int],
    rows: Sequence[str],
    columns: Sequence[str],
) -> System:
    """The linear system of a two-way table. One row, or one column, makes it a one-way table."""
    made = System()
    raw = {(row, column): _raw(counts.get((row, column), 0)) for row in rows for column in columns}
    for cell, count in raw.items():
        made.add(cell, count)
    nothing = RawCount(0)
    for row in rows:
        made.add((row, TOTAL), sum((raw[row, c] for c in columns), nothing), systems.MARGIN)
    for column in columns:
        made.add((TOTAL, column), sum((raw[r, column] for r in rows), nothing), systems.MARGIN)
    made.add((TOTAL, TOTAL), sum(raw.values(), nothing), systems.GRAND)
    for row in rows:
        made.sums((row, TOTAL), [(row, column) for column in columns])
    for column in columns:
        made.sums((TOTAL, column), [(row, column) for row in rows])
    made.sums((TOTAL, TOTAL), [(row, TOTAL) for row in rows])
    made.sums((TOTAL, TOTAL), [(TOTAL, column) for column in columns])
    return made


def _raw(count: RawCount | int) -> RawCount:
    return count if isinstance(count, RawCount) else RawCount(count)
