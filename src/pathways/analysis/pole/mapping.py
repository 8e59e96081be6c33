"""Which of an agency's files and columns feed which table: said by the agency, and kept as a file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from pathways.analysis.pole import others


class MappingError(Exception):
    """A mapping cannot be used; the text says where in it and why."""


@dataclass(frozen=True, slots=True)
class Join:
    """Columns of another file, fetched by a value that both have. They are called `name/column` then."""

    name: str
    file: str
    on: str
    to: str


@dataclass(frozen=True, slots=True)
class Feed:
    """One file, or one sheet of it, that feeds one table.

    `file` may hold `*`, so that a mapping fits next month's extract. A column of the table is taken from one
    column of the file or from several, put together with a blank between them.
    """

    table: str
    file: str
    sheet: str = ""
    where: Map[str, tuple[str, ...]] = field(default_factory=dict)
    joins: tuple[Join, ...] = ()
    columns: Map[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Map[str, str] = field(default_factory=dict)
    values: Map[str, Map[str, str]] = field(default_factory=dict)
    #: the headings that the file had when this was kept, so that a new one is seen
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one agency's extract is read."""

    name: str
    feeds: tuple[Feed, ...]
    dates: str = "day_first"
    system: str = ""
    version: str = "1"

    def as_dict(self) -> dict[str, Any]:
        """The mapping as it is kept in a file."""
        tables: list[dict[str, Any]] = []
        for feed in self.feeds:
            one: dict[str, Any] = {"table": feed.table, "file": feed.file}
            if feed.sheet:
                one["sheet"] = feed.sheet
            if feed.where:
                one["where"] = {name: list(values) for name, values in feed.where.items()}
            if feed.joins:
                one["joins"] = [
                    {"name": each.name, "file": each.file, "on": each.on, "to": each.to}
                    for each in feed.joins
                ]
            one["columns"] = {
                name: given[0] if len(given) == 1 else list(given) for name, given in feed.columns.items()
            }
            if feed.constants:
                one["constants"] = dict(feed.constants)
            if feed.values:
                one["values"] = {name: dict(known) for name, known in feed.values.items()}
            if feed.headings:
                one["headings"] = list(feed.headings)
            tables.append(one)
        return {
            "name": self.name,
            "version": self.version,
            "system": self.system,
            "dates": self.dates,
            "tables": tables,
        }

    def as_text(self) -> str:
        return json.dumps(self.as_dict(), indent=1, ensure_ascii=False) + "\n"


def is_named(pattern: str, file: str) -> bool:
    """Whether a file is the one that a mapping names, in which `*` stands for anything."""
    return pattern.casefold() == file.casefold() or fnmatch(file.casefold(), pattern.casefold())


DATES = ("day_first", "month_first", "year_first")


def load(path: Path) -> Mapping:
    """A mapping from a JSON or TOML file. Raises MappingError with the place."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise MappingError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    except UnicodeDecodeError:
        raise MappingError(f"{path}: is not a text in UTF-8") from None
    try:
        return parse(text, is_toml=path.suffix.lower() == ".toml")
    except MappingError as error:
        raise MappingError(f"{path}: {error}") from None


def parse(text: str, *, is_toml: bool = False) -> Mapping:
    """A mapping from its text. Raises MappingError with the place in it."""
    try:
        body = tomllib.loads(text) if is_toml else json.loads(text)
    except json.JSONDecodeError as error:
        raise MappingError(f"line {error.lineno}, column {error.colno}: {error.msg.lower()}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MappingError(str(error)) from None
    return from_dict(body)


def from_dict(body: Any) -> Mapping:
    """A mapping from plain values. Raises MappingError with the place."""
    if not isinstance(body, dict):
        raise MappingError("expected an object with name and tables")
    tables = body.get("tables")
    if not isinstance(tables, list) or not tables:
        raise MappingError("tables: expected a list with at least one file")
    dates = body.get("dates", "day_first")
    if dates not in DATES:
        raise MappingError(f"dates: {dates!r} is none of {', '.join(DATES)}")
    feeds = tuple(_feed(one, f"tables, number {place}") for place, one in enumerate(tables, 1))
    return Mapping(
        _word(body, "name", "", "name") or "unnamed",
        feeds,
        dates,
        _word(body, "system", "", "system"),
        _word(body, "version", "1", "version"),
    )


def _feed(one: Any, place: str) -> Feed:
    if not isinstance(one, dict):
        raise MappingError(f"{place}: expected an object")
    name = _word(one, "table", "", place)
    if name not in others.EVERY:
        raise MappingError(f"{place}: {name!r} is no table; there are: {', '.join(others.EVERY)}")
    table = others.EVERY[name]
    file = _word(one, "file", "", place)
    if not file:
        raise MappingError(f"{place}: says no file")
    columns = {
        key: _words(given, f"{place}, columns, {key}")
        for key, given in _object(one, "columns", place).items()
    }
    constants = {
        key: _text(given, f"{place}, constants, {key}")
        for key, given in _object(one, "constants", place).items()
    }
    values = {
        key: {
            str(said).strip().casefold(): _text(meant, f"{place}, values, {key}")
            for said, meant in known.items()
        }
        for key, known in _object(one, "values", place).items()
        if isinstance(known, dict)
    }
    for part, names in (("columns", columns), ("constants", constants), ("values", values)):
        for key in names:
            if key not in table.names:
                known = ", ".join(table.names)
                raise MappingError(f"{place}, {part}: {name} has no column {key!r}; it has: {known}")
    for column in table.columns:
        if column.is_needed and column.name not in columns and column.name not in constants:
            raise MappingError(f"{place}: {name} needs {column.name}; say which column of {file} it is")
    where = {
        key: _words(given, f"{place}, where, {key}") for key, given in _object(one, "where", place).items()
    }
    joins = one.get("joins", [])
    if not isinstance(joins, list):
        raise MappingError(f"{place}, joins: expected a list")
    headings = one.get("headings", [])
    if not isinstance(headings, list):
        raise MappingError(f"{place}, headings: expected a list")
    return Feed(
        name,
        file,
        _word(one, "sheet", "", place),
        where,
        tuple(_join(each, f"{place}, joins, number {number}") for number, each in enumerate(joins, 1)),
        columns,
        constants,
        values,
        tuple(str(each) for each in headings),
    )  # fmt: skip


def _join(one: Any, place: str) -> Join:
    if not isinstance(one, dict):
        raise MappingError(f"{place}: expected an object")
    said = {key: _word(one, key, "", place) for key in ("name", "file", "on", "to")}
    if missing := [key for key, value in said.items() if not value]:
        raise MappingError(f"{place}: says no {missing[0]}")
    return Join(**said)


def _object(one: dict[str, Any], key: str, place: str) -> dict[str, Any]:
    found = one.get(key, {})
    if not isinstance(found, dict):
        raise MappingError(f"{place}, {key}: expected an object")
    return found


def _word(one: dict[str, Any], key: str, default: str, place: str) -> str:
    return _text(one.get(key, default), f"{place}, {key}")


def _text(value: Any, place: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise MappingError(f"{place}: expected words")
    return str(value).strip()


def _words(value: Any, place: str) -> tuple[str, ...]:
    given = value if isinstance(value, list) else [value]
    if not given:
        raise MappingError(f"{place}: expected the name of a column")
    return tuple(_text(one, place) for one in given)
