"""What an indicator may say: one SELECT over the tables it is given, of words and functions named here.

What is not named is refused: before it runs, by its parsed form, and once more while it runs, by a database
that opens no file, loads nothing, cannot be told otherwise, and stops at a limit of time, memory and rows.
Refused are the clock and chance too, since the same records on the same day must give the same list, and
what makes long texts out of short ones, since the limit of memory does not see those in time.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import duckdb

from pathways.analysis.screening.indicator import Indicator, IndicatorError

GIVES: Final = ("person_id", "observed_on", "source", "source_record")
PARAMETERS: Final = frozenset({"as_at", "since"})

#: functions and operators, all of which give the same for the same and no more text than they were given
FUNCTIONS: Final = frozenset({
    "+", "-", "*", "/", "//", "%", "~~", "!~~", "~~*", "!~~*", "^@", "abs", "ceil", "floor", "round",
    "trunc", "sign", "greatest", "least", "nullif", "ifnull", "coalesce", "if", "lower", "upper", "trim",
    "ltrim", "rtrim", "length", "strip_accents", "substr", "substring", "left", "right", "strpos",
    "position", "instr", "contains", "starts_with", "ends_with", "prefix", "suffix", "like_escape",
    "not_like_escape", "ilike_escape", "not_ilike_escape", "regexp_matches", "regexp_full_match",
    "regexp_extract", "date_part", "datepart", "date_diff", "datediff", "date_sub", "datesub",
    "date_trunc", "datetrunc", "year", "month", "day", "quarter", "week", "isodow", "dayofweek",
    "weekday", "last_day", "age", "make_date", "monthname", "dayname", "to_years", "to_months",
    "to_weeks", "to_days", "count", "count_star", "count_if", "min", "max", "sum", "avg", "bool_and",
    "bool_or", "median", "quantile_cont", "row_number", "rank", "dense_rank", "lag", "lead",
    "first_value", "last_value", "levenshtein", "jaro_winkler_similarity",
})  # fmt: skip
#: what joins texts: only in what the outermost SELECT gives, so that nothing can be doubled again and again
JOINING: Final = frozenset({"||", "concat", "concat_ws"})
MOST_JOINED: Final = 12
_CLASSES: Final = frozenset({
    "COLUMN_REF", "CONSTANT", "OPERATOR", "COMPARISON", "CONJUNCTION", "FUNCTION", "BETWEEN", "CASE",
    "CAST", "SUBQUERY", "PARAMETER", "WINDOW", "STAR", "TYPE",
})  # fmt: skip
_OPERATORS: Final = frozenset({
    "COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL",
    "OPERATOR_COALESCE", "OPERATOR_NULLIF",
})  # fmt: skip
_NODES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "CTE_NODE"})
_TABLES: Final = frozenset({"BASE_TABLE", "SUBQUERY", "JOIN", "EMPTY"})
_TYPES: Final = frozenset({
    "VARCHAR", "TEXT", "STRING", "DATE", "TIMESTAMP", "INTERVAL", "BOOLEAN", "BOOL", "TINYINT",
    "SMALLINT", "INTEGER", "INT", "BIGINT", "DOUBLE", "FLOAT",
})  # fmt: skip
_LINE: Final = re.compile(r"\bLINE (\d+):")


class LimitError(Exception):
    """An indicator took longer, or more, than it may. The text names its file."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one indicator may take: seconds, observations, and memory as DuckDB writes it."""

    seconds: float = 300.0
    observations: int = 20_000_000
    memory: str = "4GB"


def check(indicator: Indicator, tables: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    """The parsed SELECT of an indicator, when it is one and says nothing that is not allowed.

    `tables` are the names that it may read with their columns. Raises IndicatorError with file and line.
    """
    parsed = _parsed(indicator)
    statements = parsed["statements"]
    if len(statements) != 1:
        where = statements[1].get("query_location") if len(statements) > 1 else None
        raise _error(indicator, "only one SELECT may stand in a file", where)
    node = statements[0]["node"]
    named = _named(node)
    columns = frozenset().union(*tables.values()) | named.aliases
    _walk(indicator, node, _Allowed(frozenset(tables) | named.ctes, columns))
    return dict(node)


@dataclass(frozen=True, slots=True)
class _Allowed:
    tables: frozenset[str]
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Named:
    ctes: frozenset[str]
    aliases: frozenset[str]


@cache
def _parsing() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={"threads": "1"})


def parser() -> duckdb.DuckDBPyConnection:
    """A connection to an empty database, for taking SQL apart and putting it together; runs none of it."""
    return _parsing().cursor()


def parse(sql: str) -> dict[str, Any]:
    """The parsed form of a text, or what is wrong with it, as DuckDB's JSON says it."""
    parsed: dict[str, Any] = json.loads(
        parser().execute("select json_serialize_sql(?)", [sql]).fetchall()[0][0]
    )
    return parsed


def _parsed(indicator: Indicator) -> dict[str, Any]:
    parsed = parse(indicator.sql)
    if parsed["error"]:
        why = parsed["error_message"].split("\n")[0]
        if "Only SELECT" in why:
            raise _error(indicator, "only one SELECT may stand in a file", None)
        position = parsed.get("position")
        raise _error(indicator, why, int(position) if position else None)
    return parsed


def _named(node: Any) -> _Named:
    ctes: set[str] = set()
    aliases: set[str] = set()
    for each in _everything(node):
        if isinstance(each.get("alias"), str):
            aliases.add(each["alias"].lower())
        aliases |= {str(name).lower() for name in each.get("column_name_alias") or ()}
        if isinstance(each.get("cte_map"), dict):
            for entry in each["cte_map"].get("map", ()):
                ctes.add(str(entry["key"]).lower())
                aliases |= {str(name).lower() for name in entry["value"].get("aliases") or ()}
    return _Named(frozenset(ctes), frozenset(aliases - {""}))


def _everything(node: Any) -> Iterator[dict[str, Any]]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


def _walk(indicator: Indicator, node: dict[str, Any], allowed: _Allowed) -> None:
    """Refuses the first thing that is not named above. Every object of the parsed form is looked at."""
    pieces = 0
    outermost = _outermost(node)
    for each in _everything(node):
        where = each.get("query_location")
        kind, sort = each.get("class"), each.get("type")
        if kind is not None:
            _expression(indicator, each, str(kind), str(sort), allowed)
            if kind == "FUNCTION" and str(each["function_name"]).lower() in JOINING:
                pieces += len(each["arguments"])
                if id(each) not in outermost or pieces > MOST_JOINED:
                    why = f"texts are joined only in the columns given, at most {MOST_JOINED} pieces"
                    raise _error(indicator, why, where)
        elif isinstance(sort, str):
            if sort.endswith("_NODE") and sort not in _NODES:
                raise _error(indicator, f"{_plain(sort)} is not allowed: an indicator only reads", where)
            if "table_name" in each or sort in ("TABLE_FUNCTION", "SHOW_REF", "PIVOT", "TABLE_REF"):
                _table(indicator, each, sort, allowed)
            elif "from_table" in each and each["from_table"].get("type") not in _TABLES:
                found = each["from_table"]
                why = f"{_plain(found['type'])} is not allowed: read the tables by their names"
                raise _error(indicator, why, found.get("query_location"))
            elif sort.endswith(("REF", "FUNCTION")):
                raise _error(indicator, f"{_plain(sort)} is not allowed", where)
        if each.get("sample") is not None:
            raise _error(indicator, "a sample is not allowed: the same records give the same list", where)
        if each.get("at_clause") is not None:
            raise _error(indicator, "AT is not allowed", where)


def _outermost(node: dict[str, Any]) -> frozenset[int]:
    """The functions in what the SELECT itself, or each part of a UNION, gives; not of queries inside."""
    parts, given = [node], list[dict[str, Any]]()
    while parts:
        part = parts.pop()
        if part.get("type") == "SELECT_NODE":
            given += _everything(part.get("select_list", []))
        else:
            sides = [part.get("left"), part.get("right"), *part.get("children", ())]
            parts += [each for each in sides if isinstance(each, dict)]
    inside = {
        id(deep)
        for each in given
        if each.get("class") == "SUBQUERY"
        for deep in _everything(each.get("subquery"))
    }
    return frozenset(id(each) for each in given if each.get("class") == "FUNCTION") - inside


def _table(indicator: Indicator, each: dict[str, Any], sort: str, allowed: _Allowed) -> None:
    where = each.get("query_location")
    if sort != "BASE_TABLE":
        raise _error(indicator, f"{_plain(sort)} is not allowed: read the tables by their names", where)
    name = str(each["table_name"])
    path = each.get("qualified_name", {}).get("path", [name])
    if each.get("schema_name") or each.get("catalog_name") or len(path) != 1:
        raise _error(indicator, "a table has one name here, with no point in it", where)
    if name.lower() not in allowed.tables:
        known = ", ".join(sorted(allowed.tables))
        raise _error(indicator, f"there is no table “{name[:60]}”; there are: {known}", where)


def _expression(indicator: Indicator, each: dict[str, Any], kind: str, sort: str, allowed: _Allowed) -> None:
    where = each.get("query_location")
    if kind not in _CLASSES:
        raise _error(indicator, f"{_plain(kind)} is not allowed", where)
    if kind == "OPERATOR" and sort not in _OPERATORS:
        raise _error(indicator, f"{_plain(sort)} is not allowed", where)
    if kind == "FUNCTION":
        name = str(each["function_name"]).lower()
        path = each.get("qualified_name", {}).get("path", [name])
        if name not in FUNCTIONS | JOINING or each.get("schema") or each.get("catalog") or len(path) != 1:
            raise _error(indicator, f"the function “{name[:60]}” is not allowed", where)
    elif kind == "WINDOW":
        name = str(each.get("function_name") or sort).lower()
        if name not in FUNCTIONS:
            raise _error(indicator, f"the function “{name[:60]}” is not allowed", where)
    elif kind == "COLUMN_REF":
        name = str(each["column_names"][-1])
        if name.lower() not in allowed.columns:
            raise _error(indicator, f"there is no column “{name[:60]}”", where)
    elif kind == "PARAMETER" and each.get("identifier") not in PARAMETERS:
        raise _error(indicator, "the only values from outside are $as_at and $since", where)
    elif kind == "TYPE":
        name = str(each.get("type_name") or each.get("name") or _type_name(each)).upper()
        if name not in _TYPES:
            raise _error(indicator, f"the type {name[:60]} is not allowed", where)


def _type_name(each: dict[str, Any]) -> str:
    path = each.get("qualified_name", {}).get("path")
    return str(path[-1]) if path else "?"


def _plain(sort: str) -> str:
    return sort.removesuffix("_NODE").replace("_", " ").lower()


def _error(indicator: Indicator, why: str, position: int | None) -> IndicatorError:
    line = indicator.first_line
    if position is not None and 0 <= position <= len(indicator.sql):
        line += indicator.sql[:position].count("\n")
    return IndicatorError(indicator.path, why, line=line)


def reworded(indicator: Indicator, error: duckdb.Error) -> IndicatorError:
    """What the database says of an indicator, as one line with the file and its line."""
    text = str(error)
    found = _LINE.search(text)
    line = indicator.first_line + (int(found[1]) - 1 if found else 0)
    return IndicatorError(indicator.path, text.split("\n")[0], line=line)


def connect(limits: Limits) -> duckdb.DuckDBPyConnection:
    """A database in memory, compressed there, that spills nothing and loads nothing; not locked yet."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": limits.memory,
            "temp_directory": "",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
            "preserve_insertion_order": "false",
            "checkpoint_threshold": "1TB",  # compressed when `store` says so, and not in the middle of a pass
        },
    )
    connection.execute("set enable_progress_bar = false")
    connection.execute("attach ':memory:' as records (compress)")
    connection.execute("use records")
    return connection


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """From here on no file, no network, no extension and no setting can be reached, by anybody."""
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


@contextmanager
def limited(
    connection: duckdb.DuckDBPyConnection, limits: Limits, indicator: Indicator | None
) -> Iterator[None]:
    """Stops what runs inside after the time there is, and says what the database says of it in one line."""
    name = str(indicator.path) if indicator else "the indicators that are counted together"
    over = threading.Event()

    def stop() -> None:
        over.set()
        connection.interrupt()

    clock = threading.Timer(limits.seconds, stop)
    clock.daemon = True
    clock.start()
    try:
        yield
    except duckdb.InterruptException:
        if over.is_set():
            raise LimitError(f"{name}: took more than {limits.seconds:g} seconds and was stopped") from None
        raise KeyboardInterrupt from None
    except duckdb.OutOfMemoryException:
        raise LimitError(f"{name}: needs more memory than the {limits.memory} it may take") from None
    except duckdb.Error as error:
        if indicator is None:
            raise
        raise reworded(indicator, error) from None
    finally:
        clock.cancel()
