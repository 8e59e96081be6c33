"""What things cost: the site's own table of prices, each with its unit, range, year and source.

A price is for something: an incident, a victim, an hour. Two that are for different things are never added.
Money of one year is moved to another by a table of indices that stands beside the prices and can be changed
like them; where it has no index for a year nothing is moved, and it is said which year is missing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation import theory
from pathways.domain.evaluation.theory import Difference
from pathways.domain.evaluation.value import Price
from pathways.domain.terms import clocks
from pathways.domain.terms.words import Worded

MOST_LINES: Final = 3_000
MOST_NAME, MOST_SOURCE = 200, 400
#: the code of the price of one full-time post; `post-police` and so on go before it for that kind of work
POST: Final = "post"
TO_CHECK: Final = "To be checked against the source"
_MOST: Final = 1e9


class Per(Worded):
    """What one price is for."""

    INCIDENT = "incident", "Per incident"
    VICTIM = "victim", "Per victim"
    WOMAN_YEAR = "woman_year", "Per woman and year"
    CASE = "case", "Per case"
    CONTACT = "contact", "Per contact"
    HOUR = "hour", "Per hour"
    NIGHT = "night", "Per night"
    WEEK = "week", "Per week"
    STAY = "stay", "Per stay"
    POST_YEAR = "post_year", "Per full-time post and year"


class NotAPriceError(ValueError):
    """A cell or an answer is not what a price needs; the text says what to write instead."""


@dataclass(frozen=True, slots=True)
class Line:
    """One price: `value` as the source prints it, and the range that the site uses, in pounds of `year`."""

    code: str
    name: str
    per: Per
    value: float
    low: float
    central: float
    high: float
    year: str
    source: str
    #: the code of the indices by which it is moved to another year; empty: it is never moved
    deflator: str = ""
    #: the day on which somebody here held it against its source
    checked_on: date | None = None
    note: str = ""

    @property
    def checked(self) -> str:
        return f"Checked on {self.checked_on:%-d %B %Y}" if self.checked_on else TO_CHECK


@dataclass(frozen=True, slots=True)
class Indices:
    """A series of price indices by year, such as the GDP deflator."""

    code: str
    name: str
    source: str
    by_year: Mapping[str, float] = field(default_factory=dict)
    checked_on: date | None = None

    @property
    def checked(self) -> str:
        return f"Checked on {self.checked_on:%-d %B %Y}" if self.checked_on else TO_CHECK


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Every price, the indices, the year to whose prices all is moved, and the indices for own spending."""

    year: str
    deflator: str
    lines: tuple[Line, ...] = ()
    indices: tuple[Indices, ...] = ()

    def line(self, code: str) -> Line | None:
        return next((one for one in self.lines if one.code == code), None)

    def series(self, code: str) -> Indices | None:
        return next((one for one in self.indices if one.code == code), None)

    def with_line(self, line: Line) -> PriceTable:
        if self.line(line.code) is None:
            return replace(self, lines=(*self.lines, line))
        return replace(self, lines=tuple(line if one.code == line.code else one for one in self.lines))

    def without_line(self, code: str) -> PriceTable:
        return replace(self, lines=tuple(one for one in self.lines if one.code != code))

    def with_indices(self, series: Indices) -> PriceTable:
        if self.series(series.code) is None:
            return replace(self, indices=(*self.indices, series))
        return replace(
            self, indices=tuple(series if one.code == series.code else one for one in self.indices)
        )

    def next_code(self, name: str) -> str:
        """A code that no other line has, made of the name."""
        return _free(code_of(name), {one.code for one in self.lines})


def _free(base: str, used: Collection[str]) -> str:
    found, number = base, 2
    while found in used:
        found, number = f"{base}-{number}", number + 1
    return found


# --- moving money from one year to another ----------------------------------------------------------------


def factor(table: PriceTable, series: str, year: str) -> float | Decision:
    """By how much money of `year` is multiplied to be money of the table's year; or why it cannot be."""
    if year == table.year:
        return 1.0
    found = table.series(series)
    if found is None:
        said = f"no indices “{series}” are in the table" if series else "no deflator is named for it"
        return decision.no(f"Not moved from {year} to {table.year}: {said}.")
    if missing := [one for one in (year, table.year) if one not in found.by_year]:
        return decision.no(f"Not moved to {table.year}: {found.name} has no index for "
                           f"{' and '.join(missing)}.")  # fmt: skip
    return found.by_year[table.year] / found.by_year[year]


def moved(table: PriceTable, line: Line) -> Price | Decision:
    """A price in money of the table's year, or why it is not moved there."""
    by = factor(table, line.deflator, line.year)
    if isinstance(by, Decision):
        return by
    return Price(
        line.name, by * line.central, by * line.low, by * line.high, table.year, line.source,
        line.per.label.lower(),
    )  # fmt: skip


def year_of_day(day: date) -> str:
    """The financial year of a day as prices name it: `2024/25`."""
    began = clocks.financial_year(day)
    return f"{began}/{(began + 1) % 100:02d}"


_YEAR: Final = re.compile(r"(\d{4})(?:\s*(?:/|-|–|to)\s*(\d{2}|\d{4}))?")


def year_of(text: str) -> str:
    """A price year as it is written here: `2015/16` for a financial year, `2015` for a calendar year."""
    found = _YEAR.fullmatch(text.strip())
    if found is None or not 1980 <= int(found[1]) <= 2100:
        raise NotAPriceError(f"“{text}” is not a price year. Write 2015/16 for a financial year, or 2015.")
    if found[2] is None:
        return found[1]
    following = int(found[1]) + 1
    if int(found[2]) not in (following, following % 100):
        raise NotAPriceError(f"“{text}” is not one financial year. Write it as {found[1]}/"
                             f"{following % 100:02d}.")  # fmt: skip
    return f"{found[1]}/{following % 100:02d}"


# --- what may stand in the table ---------------------------------------------------------------------------


def may_be(table: PriceTable, line: Line) -> Decision:
    """Whether this price can stand in the table."""
    if not line.name.strip():
        return decision.no("A price needs a name.")
    if not line.source.strip():
        return decision.no(f"{line.name}: say where the price is from.")
    amounts = (line.value, line.low, line.central, line.high)
    if not all(math.isfinite(one) and 0 <= one <= _MOST for one in amounts):
        return decision.no(f"{line.name}: an amount must lie between nought and £1,000,000,000.")
    if not line.low <= line.central <= line.high:
        return decision.no(
            f"{line.name}: low, central and high must rise: £{line.low:,.2f}, £{line.central:,.2f}, "
            f"£{line.high:,.2f}."
        )
    if line.deflator and table.series(line.deflator) is None:
        return decision.no(f"{line.name}: no indices “{line.deflator}” are in the table. Choose one of "
                           f"{', '.join(one.code for one in table.indices) or 'none'}.")  # fmt: skip
    if table.line(line.code) is None and len(table.lines) >= MOST_LINES:
        return decision.no(f"A table has at most {MOST_LINES:,} prices.")
    return decision.yes()


def code_of(name: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:40].strip("-") or "price"


# --- as rows of a sheet, and back ---------------------------------------------------------------------------

HEADINGS: Final = ("code", "name", "unit", "value", "low", "central", "high", "price year", "source",
                   "deflator", "checked on", "note")  # fmt: skip
INDEX_HEADINGS: Final = ("code", "name", "year", "index", "source", "checked on")
_ALSO: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "name": ("item", "description", "offence", "cost type"),
        "unit": ("per", "unit of cost"),
        "value": ("amount", "cost", "unit cost", "price"),
        "low": ("lower", "low estimate"),
        "central": ("central estimate", "middle"),
        "high": ("upper", "high estimate"),
        "price year": ("year", "prices of", "base year"),
        "source": ("reference", "publication"),
        "checked on": ("checked",),
        "note": ("notes", "remark"),
    }
)
Row = tuple[int, Mapping[str, str]]


def heading(text: str) -> str:
    """The heading as it is known here, or the text itself."""
    plain = " ".join(re.findall(r"[a-z0-9]+", text.lower()))
    return next((name for name, others in _ALSO.items() if plain in others), plain)


def rows_of(table: PriceTable) -> list[tuple[Any, ...]]:
    """The prices as rows under HEADINGS."""
    return [
        (one.code, one.name, one.per.value, one.value, one.low, one.central, one.high, one.year, one.source,
         one.deflator, str(one.checked_on or ""), one.note)
        for one in table.lines
    ]  # fmt: skip


def index_rows(table: PriceTable) -> list[tuple[Any, ...]]:
    return [
        (one.code, one.name, year, index, one.source, str(one.checked_on or ""))
        for one in table.indices
        for year, index in sorted(one.by_year.items())
    ]


def read_indices(rows: Iterable[Row]) -> tuple[tuple[Indices, ...], list[str]]:
    """The indices of a sheet, and what is wrong with it: every row that does not do, and how to mend it."""
    found: dict[str, Indices] = {}
    wrong: list[str] = []
    for number, cells in rows:
        code = code_of(_cell(cells, "code") or _cell(cells, "name"))
        try:
            year = year_of(_cell(cells, "price year"))
            index = amount(_cell(cells, "index"), "index")
            if not index:
                raise NotAPriceError("index: an index is a number above nought, such as 100.")
            checked = _day(_cell(cells, "checked on"))
        except NotAPriceError as error:
            wrong.append(f"Deflators, row {number}, {error}")
            continue
        before = found.get(code) or Indices(
            code, _cell(cells, "name") or code, _cell(cells, "source"), {}, checked
        )
        if year in before.by_year:
            wrong.append(f"Deflators, row {number}: {code} has two lines for {year}. Keep one of them.")
            continue
        found[code] = replace(before, by_year={**before.by_year, year: index})
    return tuple(found.values()), wrong


def read_lines(rows: Iterable[Row], table: PriceTable) -> tuple[PriceTable, list[str]]:
    """The table with the prices of these rows in place of its own; and every row that does not do, and why.

    A line without low, central or high takes the value for it; one without a deflator takes the table's.
    """
    empty = replace(table, lines=())
    made: dict[str, Line] = {}
    wrong: list[str] = []
    for number, cells in rows:
        try:
            line = _line(cells, table.deflator, made)
        except NotAPriceError as error:
            wrong.append(f"Row {number}, {error}")
            continue
        if line.code in made:
            wrong.append(f"Row {number}, code: “{line.code}” stands on a row above as well. "
                         "Give each price a code of its own, or leave the code out.")  # fmt: skip
        elif not (answer := may_be(empty, line)):
            wrong.append(f"Row {number}: {answer.reason}")
        else:
            made[line.code] = line
    if len(made) > MOST_LINES:
        wrong.append(f"A table has at most {MOST_LINES:,} prices, and there are {len(made):,}.")
    return replace(table, lines=tuple(made.values())), wrong


def _line(cells: Mapping[str, str], deflator: str, before: Collection[str]) -> Line:
    name = " ".join(_cell(cells, "name").split())
    if not name:
        raise NotAPriceError("name: it is empty. Say what the price is for.")
    value = amount(_cell(cells, "value"), "value")
    if value is None:
        raise NotAPriceError("value: it is empty. Write pounds, like 1250 or 1250.50.")
    central = amount(_cell(cells, "central"), "central")
    central = value if central is None else central
    low, high = (amount(_cell(cells, one), one) for one in ("low", "high"))
    try:
        year = year_of(_cell(cells, "price year"))
    except NotAPriceError as error:
        raise NotAPriceError(f"price year: {error}") from None
    code = _cell(cells, "code")
    return Line(
        code_of(code) if code else _free(code_of(name), before),
        name[:MOST_NAME],
        _per(_cell(cells, "unit")),
        value,
        central if low is None else low,
        central,
        central if high is None else high,
        year,
        _cell(cells, "source")[:MOST_SOURCE],
        _cell(cells, "deflator") if "deflator" in cells else deflator,
        _day(_cell(cells, "checked on")),
        _cell(cells, "note")[:MOST_SOURCE],
    )


def _cell(cells: Mapping[str, str], name: str) -> str:
    return str(cells.get(name) or "").strip()


def _per(text: str) -> Per:
    plain = "_".join(re.findall(r"[a-z]+", text.lower().removeprefix("per ")))
    for one in Per:
        if plain in (one.value, "_".join(re.findall(r"[a-z]+", one.label.lower().removeprefix("per ")))):
            return one
    known = ", ".join(one.value for one in Per)
    raise NotAPriceError(f"unit: “{text}” is none of the units known here. Write one of {known}.")


def amount(text: str, where: str) -> float | None:
    """Pounds from a cell; None where it is empty."""
    plain = text.replace("£", "").replace(",", "").strip()
    if not plain:
        return None
    try:
        value = float(plain)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or not 0 <= value <= _MOST:
        raise NotAPriceError(f"{where}: “{text}” is not an amount. Write pounds, like 1250 or 1250.50.")
    return value


def _day(text: str) -> date | None:
    if not text or text.lower() in ("no", "false"):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise NotAPriceError(
            f"checked on: “{text}” is not a day. Write it as 2026-04-30, or leave it empty."
        ) from None


# --- as a document, and back --------------------------------------------------------------------------------


def as_json(table: PriceTable) -> dict[str, Any]:
    """The document as it is kept; the same table always gives the same bytes."""
    return {
        "year": table.year,
        "deflator": table.deflator,
        "prices": [dict(zip(HEADINGS, row, strict=True)) for row in rows_of(table)],
        "indices": [
            {"code": one.code, "name": one.name, "source": one.source,
             "checked_on": str(one.checked_on or ""), "by_year": dict(sorted(one.by_year.items()))}
            for one in table.indices
        ],
    }  # fmt: skip


def from_json(body: Mapping[str, Any]) -> PriceTable:
    """The table from what was kept. Raises NotAPriceError, naming what is wrong."""
    series = tuple(
        Indices(
            str(one["code"]), str(one["name"]), str(one["source"]),
            {str(year): float(index) for year, index in one["by_year"].items()},
            _day(str(one.get("checked_on") or "")),
        )
        for one in body.get("indices") or ()
    )  # fmt: skip
    empty = PriceTable(str(body["year"]), str(body["deflator"]), (), series)
    rows = [
        (number, {name: str("" if cell is None else cell) for name, cell in one.items()})
        for number, one in enumerate(body.get("prices") or (), start=1)
    ]
    made, wrong = read_lines(rows, empty)
    if wrong:
        raise NotAPriceError(wrong[0])
    return made


def compare(earlier: PriceTable, later: PriceTable) -> tuple[Difference, ...]:
    """What is not the same in two versions of the table."""
    return theory.differences(_in_words(earlier), _in_words(later))


def _in_words(table: PriceTable) -> dict[str, str]:
    found = {"Prices of the year": table.year, "Indices for own spending": table.deflator or "none"}
    for one in table.lines:
        found[f"{one.name} ({one.code})"] = (
            f"{one.per.label}, £{one.value:,.2f} in {one.source}; low £{one.low:,.2f}, central "
            f"£{one.central:,.2f}, high £{one.high:,.2f}, prices of {one.year}, "
            f"{'moved by ' + one.deflator if one.deflator else 'not moved'}. {one.checked}."
            + (f" {one.note}" if one.note else "")
        )
    for series in table.indices:
        found[f"{series.name} ({series.code})"] = f"{series.source}. {series.checked}."
        for year, index in sorted(series.by_year.items()):
            found[f"{series.code}, {year}"] = f"{index:g}"
    return found


# --- what every programme begins from -----------------------------------------------------------------

_RR99: Final = ("Home Office (2018), The economic and social costs of crime, second edition, "
                "Research Report 99")  # fmt: skip
_RR107: Final = "Home Office (2019), The economic and social costs of domestic abuse, Research Report 107"
_RANGE: Final = (
    "Nobody has read it in the source yet. Low and high are a fifth either side: our assumption, not the "
    "source’s."
)
_SHIPPED: Final[Sequence[tuple[str, str, float]]] = (
    ("homicide", "Homicide", 3_217_740), ("rape", "Rape", 39_360),
    ("other-sexual", "Other sexual offence", 6_520), ("violence-injury", "Violence with injury", 14_050),
    ("violence", "Violence without injury", 5_930), ("robbery", "Robbery", 11_320),
    ("burglary", "Domestic burglary", 5_930), ("vehicle", "Theft of a vehicle", 10_290),
    ("arson", "Criminal damage: arson", 8_420), ("damage", "Criminal damage: other", 1_350),
    ("fraud", "Fraud", 1_290),
)  # fmt: skip


def _shipped(
    code: str, name: str, per: Per, value: float, year: str, source: str, note: str = _RANGE
) -> Line:
    low, high = round(0.8 * value, 2), round(1.2 * value, 2)
    return Line(code, name, per, value, low, value, high, year, source, "gdp", None, note)


#: The GDP deflator, 2024/25 = 100: copied from a second-hand copy of the Treasury's table, so to be checked
_GDP: Final = Indices(
    "gdp",
    "GDP deflator",
    "HM Treasury, GDP deflators at market prices and money GDP, March 2026 (2024/25 = 100; from 2025/26 on "
    "forecasts of the Office for Budget Responsibility)",
    MappingProxyType(
        {
            "2015/16": 74.5804, "2016/17": 76.0754, "2017/18": 77.0388, "2018/19": 78.7948,
            "2019/20": 80.8738, "2020/21": 85.1002, "2021/22": 85.3036, "2022/23": 91.2996,
            "2023/24": 96.1117, "2024/25": 100.0, "2025/26": 103.2388, "2026/27": 105.3095,
            "2027/28": 107.3546, "2028/29": 109.3571,
        }
    ),
)  # fmt: skip
SHIPPED: Final = PriceTable(
    "2024/25",
    "gdp",
    (
        *(_shipped(code, name, Per.INCIDENT, value, "2015/16", _RR99) for code, name, value in _SHIPPED),
        _shipped(
            "domestic-abuse", "Domestic abuse, whole time of the abuse", Per.VICTIM, 34_015, "2016/17",
            _RR107, f"{_RANGE} It covers every incident of the abuse, so never beside a price per incident.",
        ),
    ),
    (_GDP,),
)  # fmt: skip
