"""Which signs are looked for: the catalogue that comes with the programme, and an analyst's own beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import duckdb

from pathways.analysis.screening import sandbox, store
from pathways.analysis.screening.indicator import Indicator, IndicatorError, files, read
from pathways.domain.terms import indicators

FOLDER: Final = Path(__file__).parent / "catalogue"


@cache
def catalogue() -> tuple[Indicator, ...]:
    """The programme's own signs, under the headings and in the order of `domain.terms.indicators`."""
    found = {each.code: each for each in read_folder(FOLDER, beside=())}
    return tuple(found[item.code] for item in indicators.CATALOGUE if item.code in found)


def read_folder(folder: Path, *, beside: Sequence[Indicator] | None = None) -> tuple[Indicator, ...]:
    """Every sign of a folder, each read, checked, and tried on tables with nothing in them.

    `beside` are those whose codes are taken; the catalogue's unless told. Raises IndicatorError naming file
    and line, also where the folder has none.
    """
    taken = {each.code: each.path for each in (catalogue() if beside is None else beside)}
    found = []
    trial = store.empty()
    for path, text in files(folder):
        one = read(path, text)
        if one.code in taken:
            raise IndicatorError(path, f"the code “{one.code}” is taken by {taken[one.code].name}", line=1)
        taken[one.code] = path
        sandbox.check(one, store.READABLE)
        _try(trial, one)
        found.append(one)
    if not found:
        raise IndicatorError(folder, "has no .sql file in it")
    return tuple(found)


def days(indicator: Indicator, as_at: date) -> dict[str, date]:
    """The two values that an indicator may ask for: the day looked from, and the first day looked at."""
    return {"as_at": as_at, "since": months_before(as_at, indicator.look_back)}


def months_before(day: date, months: int | None) -> date:
    """The same day so many months earlier, or the last of that month; the beginning of time for None."""
    if months is None or months >= 12 * day.year:
        return date.min
    count = day.year * 12 + day.month - 1 - months
    if count < 12:
        return date.min
    year, month = divmod(count, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def asked(indicator: Indicator, as_at: date) -> dict[str, Any]:
    """Those of the two values that its SELECT really asks for."""
    return {name: value for name, value in days(indicator, as_at).items() if f"${name}" in indicator.sql}


def edition(using: Iterable[Indicator]) -> str:
    """SHA-256 over what the signs are and how each counts, kept beside what came of them."""
    sums = hashlib.sha256()
    for each in sorted(using, key=lambda one: one.code):
        said = (each.code, each.heading, each.look_back, each.immediate_safety, each.network,
                each.victim_only, each.prompts, each.sql)  # fmt: skip
        sums.update(repr(tuple(map(str, said))).encode())
    return sums.hexdigest()


def _try(trial: duckdb.DuckDBPyConnection, indicator: Indicator) -> None:
    try:
        made = trial.execute(
            f"select * from (\n{indicator.sql}\n) limit 0",  # noqa: S608
            asked(indicator, date(2000, 1, 1)),
        )
    except duckdb.Error as error:
        told = sandbox.reworded(indicator, error)
        line = max(indicator.first_line, (told.line or 1) - 1)  # our own line stands above it
        raise IndicatorError(indicator.path, told.why, line=line) from None
    columns: Mapping[str, str] = {name: str(kind) for name, kind, *_ in made.description}
    if set(columns) != set(sandbox.GIVES) or len(made.description) != len(sandbox.GIVES):
        why = f"it gives {', '.join(columns)}; wanted are {', '.join(sandbox.GIVES)}"
        raise IndicatorError(indicator.path, why, line=indicator.first_line)
    if columns["observed_on"] not in ("DATE", "\"NULL\"", "NULL"):
        why = f"observed_on is {columns['observed_on'].lower()}, and has to be a date"
        raise IndicatorError(indicator.path, why, line=indicator.first_line)
