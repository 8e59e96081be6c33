"""Many signs in one pass: what their SELECTs share is read once.

An indicator is *plain* when it is one SELECT from `involvement` with nothing but conditions joined by AND.
Of its conditions those that look at one column of words that repeat (relation, kind, type, outcome) are
settled once for each different word of it; what is left, mostly the days, is looked at only in the
involvements whose words some indicator still wants. Bit i of a mask says that indicator i is still possible.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import duckdb

from pathways.analysis.screening import sandbox, store
from pathways.analysis.screening.indicator import Indicator

#: indicators in one mask: the bits of a BIGINT without its sign
MOST: Final = 62
_GIVES: Final[Mapping[str, str]] = {
    "person_id": "person_id", "observed_on": "occurred_on", "source": "source", "source_record": "event_id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plain:
    """One indicator taken apart: conditions on one column of words that repeat, each with that column, and
    the other conditions, as SQL."""

    indicator: Indicator
    on_words: tuple[tuple[str, str], ...]
    on_days: str


@lru_cache(maxsize=1_000)
def taken_apart(indicator: Indicator) -> Plain | None:
    """The indicator taken apart after it was checked: nothing unchecked is ever put together into a pass."""
    return plain(indicator, sandbox.check(indicator, store.READABLE))


def plain(indicator: Indicator, node: Mapping[str, Any]) -> Plain | None:
    """The indicator taken apart, or None where it has to run by itself. `node` is its parsed SELECT."""
    if not _is_plain(node):
        return None
    on_words, on_days = list[tuple[str, str]](), list[str]()
    for condition in _conjuncts(node["where_clause"]):
        columns, has_more = _reads(condition)
        if has_more == "query":
            return None
        text = _text(condition)
        if len(columns) == 1 and columns <= set(store.WORDS) and not has_more:
            on_words.append((columns.pop(), text))
        else:
            on_days.append(text)
    return Plain(indicator, tuple(on_words), " and ".join(on_days) or "true")


def _is_plain(node: Mapping[str, Any]) -> bool:
    source = node.get("from_table") or {}
    given = node.get("select_list", ())
    names = {str(each.get("alias") or (each.get("column_names") or ["?"])[-1]): each for each in given}
    return (
        node.get("type") == "SELECT_NODE"
        and source.get("type") == "BASE_TABLE"
        and str(source.get("table_name")).lower() == "involvement"
        and node.get("where_clause") is not None
        and not node.get("cte_map", {}).get("map")
        and not node.get("group_expressions")
        and not node.get("group_sets")
        and node.get("having") is None
        and node.get("qualify") is None
        and all(each.get("type") == "DISTINCT_MODIFIER" for each in node.get("modifiers", ()))
        and set(names) == set(_GIVES)
        and len(given) == len(_GIVES)
        and all(
            each.get("class") == "COLUMN_REF" and str(each["column_names"][-1]).lower() == _GIVES[name]
            for name, each in names.items()
        )
    )


def _conjuncts(condition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if condition.get("type") == "CONJUNCTION_AND":
        for each in condition["children"]:
            yield from _conjuncts(each)
    else:
        yield condition


def _reads(condition: Any) -> tuple[set[str], str]:
    """The columns that a condition looks at, and whether there is a value from outside or a query in it."""
    columns, more, waiting = set[str](), "", [condition]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if each.get("class") == "COLUMN_REF":
                columns.add(str(each["column_names"][-1]).lower())
            elif each.get("class") in ("SUBQUERY", "WINDOW"):
                more = "query"
            elif each.get("class") == "PARAMETER" and not more:
                more = "value"
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return columns, more


def _text(condition: dict[str, Any]) -> str:
    """A condition as SQL again, its columns without the name of the table."""
    bare = json.loads(json.dumps(condition))
    waiting: list[Any] = [bare]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if each.get("class") == "COLUMN_REF":
                each["column_names"] = each["column_names"][-1:]
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    shell = sandbox.parse("select 1 from involvement where true")
    shell["statements"][0]["node"]["where_clause"] = bare
    said = sandbox.parser().execute("select json_deserialize_sql(?)", [json.dumps(shell)]).fetchall()[0][0]
    return "(" + str(said).split(" WHERE ", 1)[1].strip().removesuffix(";") + ")"


def mark(connection: duckdb.DuckDBPyConnection, together: Sequence[Plain]) -> list[str]:
    """Settles the conditions on words, and gives the columns that there are any on.

    For each of these `words_of_…` has the words that somebody may want, with the bits of those who do.
    """
    marked = []
    for column in store.WORDS:
        if not any(one == column for each in together for one, _ in each.on_words):
            continue
        marked.append(column)
        # a table of its own first: otherwise the conditions are asked of every row, and of each word last
        connection.execute(
            f"create or replace temp table different as select distinct {column} from facts"  # noqa: S608
        )
        connection.execute(
            f"create or replace temp table words_of_{column} as select * from ("  # noqa: S608
            f" select {column} as word, {_mask(together, column)} as mask from different) where mask <> 0"
        )
    return marked


def _mask(together: Sequence[Plain], column: str) -> str:
    """The bits of those whose conditions on this column hold."""
    bits = []
    for bit, each in enumerate(together):
        texts = [text for one, text in each.on_words if one == column]
        bits.append(f"(case when {' and '.join(texts) or 'true'} then {1 << bit}::bigint else 0::bigint end)")
    return " | ".join(bits)


def left_over(together: Sequence[Plain], days: Sequence[Mapping[str, str]]) -> str:
    """SQL for the bits that the rest of the conditions leave. `days` are $since and $as_at of each."""
    by_rest: dict[str, int] = {}
    for bit, (each, values) in enumerate(zip(together, days, strict=True)):
        rest = each.on_days
        for name, value in values.items():
            rest = rest.replace(f"${name}", value)
        by_rest[rest] = by_rest.get(rest, 0) | 1 << bit
    return " | ".join(
        f"(case when {rest} then {bits}::bigint else 0::bigint end)" for rest, bits in by_rest.items()
    )


def find(
    connection: duckdb.DuckDBPyConnection,
    together: Sequence[Plain],
    days: Sequence[Mapping[str, str]],
    *,
    among: str = "",
) -> None:
    """One pass: `found` has every involvement that some indicator wants, with the bits of those that do.

    `among` names a table of person_ids to keep to.
    """
    marked = mark(connection, together)
    everybody = f"{(1 << len(together)) - 1}::bigint"
    mask = " & ".join([f"of_{column}.mask" for column in marked] or [everybody])
    joins = "".join(
        f" join words_of_{column} of_{column} on of_{column}.word is not distinct from f.{column}"
        for column in marked
    )
    keep = f"where f.person_id in (select person_id from {among})" if among else ""  # noqa: S608
    connection.execute(
        f"create or replace temp table found as"  # noqa: S608
        f" select person_id, event_id, occurred_on, source, bits from ("
        f"  select person_id, event_id, occurred_on, source, mask & ({left_over(together, days)}) as bits"
        f"  from (select f.*, coalesce(f.named, f.kind, 'events') as source, {mask} as mask"
        f"        from facts f{joins} {keep}) where mask <> 0) where bits <> 0"
    )
