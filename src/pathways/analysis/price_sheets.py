"""The table of prices as a spreadsheet, out and in: what is wrong is said row by row, with how to mend it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from pathways.analysis import sheets
from pathways.analysis.sheets import Sheet, UnreadableError
from pathways.domain.evaluation import prices
from pathways.domain.evaluation.prices import PriceTable, Row

ENDINGS: Final = ("xlsx", "ods", "csv")
PRICES, INDICES = "prices", "deflators"
#: so many of the rows that will not do are told at once
MOST_TOLD: Final = 20


def read(content: bytes, name: str, before: PriceTable) -> tuple[PriceTable | None, list[str]]:
    """The table that a file holds, or everything that is wrong with it.

    A sheet called “deflators”, where there is one, takes the place of the indices; a file without it leaves
    them as they are. The year to whose prices all is moved stays.
    """
    try:
        found = sheets.read_bytes(content, name)
    except UnreadableError as error:
        return None, [f"The file cannot be read: {error}."]
    table, wrong = before, []
    lines: Sheet | None = None
    for sheet in found:
        headings = {prices.heading(one) for one in sheet.columns}
        if sheet.name.strip().lower() == INDICES or {"index", "price year"} <= headings:
            series, problems = prices.read_indices(_rows(sheet))
            table = PriceTable(before.year, before.deflator, (), series)
            wrong += problems
        elif lines is None or sheet.name.strip().lower() == PRICES:
            lines = sheet
    if lines is None:
        return None, ["The file has no sheet of prices. Its first row must be headings, such as name, unit, "
                      "value, price year and source; take the table out to see them."]  # fmt: skip
    needed = ("name", "unit", "value", "price year", "source")
    there = {prices.heading(one) for one in lines.columns}
    if missing := [one for one in needed if one not in there]:
        return None, [f"The heading “{one}” is missing from the first row of the prices. Add that column."
                      for one in missing]  # fmt: skip
    if not len(lines):
        return None, ["The file has no price below its headings."]
    made, problems = prices.read_lines(_rows(lines), table)
    wrong += problems
    if not wrong and made.series(made.deflator) is None:
        wrong.append(f"Deflators: the indices “{made.deflator}”, by which the programme’s own spending is "
                     "moved, are not in the file. Add them, or choose others first.")  # fmt: skip
    if len(wrong) > MOST_TOLD:
        wrong = [*wrong[:MOST_TOLD], f"There are {len(wrong) - MOST_TOLD} more rows that will not do."]
    return (None, wrong) if wrong else (made, [])


def _rows(sheet: Sheet) -> list[Row]:
    names = [prices.heading(one) for one in sheet.columns]
    return [
        (int(number), {name: str(cell or "") for name, cell in zip(names, line, strict=True)})
        for number, line in zip(sheet.rows, sheet.frame.iter_rows(), strict=True)
    ]


def written(table: PriceTable, ending: str) -> bytes:
    """The table as a workbook with a sheet of prices and one of deflators, or its prices alone as CSV."""
    lines = _frame(prices.HEADINGS, prices.rows_of(table))
    if ending == "csv":
        return sheets.to_bytes(lines, ".csv")
    target = io.BytesIO()
    indices = _frame(prices.INDEX_HEADINGS, prices.index_rows(table))
    sheets.write_several({PRICES: lines, INDICES: indices}, target, f".{ending}")
    return target.getvalue()


def _frame(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    kinds = {head: pl.Float64 if head in ("value", "low", "central", "high", "index") else pl.String
             for head in heads}  # fmt: skip
    return pl.DataFrame(list(rows), schema=kinds, orient="row")
