"""A mapping as questions on a page, and back: one part for each file, one question for each column."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from pathways.journey import taking_in

ORDERS = (
    ("day_first", "Day first: 24/08/2017"),
    ("month_first", "Month first: 08/24/2017"),
    ("year_first", "Year first: 2017/08/24"),
)


class UnusableError(Exception):
    """What was sent is no mapping; the text says why."""


def from_file(name: str, content: bytes) -> dict[str, Any]:
    """A mapping from a file that somebody shared. Raises UnusableError."""
    try:
        text = content.decode("utf-8-sig")
        body = tomllib.loads(text) if name.lower().endswith(".toml") else json.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise UnusableError(f"The file of the mapping cannot be read: {error}") from None
    if not isinstance(body, dict):
        raise UnusableError("The file holds no mapping: it should begin with a name and tables.")
    return body


def _feed_of(body: Mapping[str, Any], file: str) -> dict[str, Any]:
    name, _, sheet = file.partition(" [")
    tables = body.get("tables", [])
    for feed in tables if isinstance(tables, list) else ():
        if not isinstance(feed, dict) or feed.get("file") not in (name, "*", f"*.{name.rsplit('.', 1)[-1]}"):
            continue
        if not sheet or not feed.get("sheet") or feed["sheet"] == sheet.rstrip("]"):
            return dict(feed)
    return {}


def files(found: taking_in.Page, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the page draws: for each file the table that it feeds, and for each column of that the choice."""
    tables = taking_in.columns(found.line.kind)
    lost = {(file, column) for file, _, column in found.missing}
    made = []
    for number, (file, headings) in enumerate(found.headings):
        feed = _feed_of(body, file)
        table = feed.get("table", tables[0][0] if len(tables) == 1 else "")
        columns = feed.get("columns") if isinstance(feed.get("columns"), dict) else {}
        constants = feed.get("constants") if isinstance(feed.get("constants"), dict) else {}
        known = dict(tables).get(table, ())
        joined = [value for value in columns.values() if isinstance(value, str) and value not in headings]
        made.append(
            {
                "number": number,
                "name": file,
                "table": table,
                "tables": [name for name, _ in tables],
                "options": [*headings, *dict.fromkeys(joined)],
                "columns": [
                    {
                        "name": column,
                        "label": label(column),
                        "is_needed": is_needed,
                        "is_lost": (file, column) in lost,
                        "chosen": _one(columns.get(column, "")),
                        "constant": constants.get(column, ""),
                    }
                    for column, is_needed in known
                ],
                "count": len(columns),
            }
        )
    return made


def label(column: str) -> str:
    return column.replace("_", " ").capitalize()


def _one(given: Any) -> str:
    return given if isinstance(given, str) else " + ".join(given) if isinstance(given, list) else ""


def from_post(post: Mapping[str, str], found: taking_in.Page) -> dict[str, Any]:
    """The mapping that was chosen on the page. What a page does not ask (joins, values) stays as it was."""
    known = dict(taking_in.columns(found.line.kind))
    feeds = []
    for number, (file, headings) in enumerate(found.headings):
        table = post.get(f"table-{number}", "")
        if table not in known:
            continue
        before = _feed_of(found.proposed, file)
        was = before.get("columns", {}) if before.get("table") == table else {}
        name, _, sheet = file.partition(" [")
        feed: dict[str, Any] = {"table": table, "file": name}
        if sheet:
            feed["sheet"] = sheet.rstrip("]")
        if before.get("table") == table:
            feed |= {key: before[key] for key in ("where", "joins", "values", "headings") if key in before}
        several = {_one(value): value for value in was.values()}
        columns, constants = {}, {}
        for column, _needed in known[table]:
            chosen = post.get(f"column-{number}-{column}", "")
            always = post.get(f"always-{number}-{column}", "").strip()
            if chosen in headings or chosen in several:
                columns[column] = several.get(chosen, chosen)
            if always:
                constants[column] = always[:200]
        if not columns and not constants and not was:
            columns = {column: column for column, _ in known[table] if column in headings}
        feed["columns"] = columns
        if constants:
            feed["constants"] = constants
        feeds.append(feed)
    if not feeds:
        raise UnusableError("Say of at least one file what is in it.")
    order = post.get("dates", "day_first")
    return {
        "name": post.get("name", "").strip()[:80] or "unnamed",
        "dates": order if order in dict(ORDERS) else "day_first",
        "system": found.proposed.get("system", ""),
        "tables": feeds,
    }


# --- what values mean ---------------------------------------------------------------------------------------


def values(found: taking_in.Page, post: Mapping[str, str]) -> list[dict[str, Any]]:
    """For each column of codes its values: those that were not understood, and those that were."""
    columns: dict[tuple[int, str], dict[str, Any]] = {}
    for number, (one, choices) in enumerate(found.values):
        column = columns.setdefault(
            (one.feed, one.column),
            {"label": label(one.column), "heading": one.heading, "file": one.file, "open": [], "read": []},
        )
        line = {
            "number": number,
            "of": f"{one.feed}|{one.column}",
            "value": one.value,
            "count": one.count,
            "read_as": one.read_as.replace("_", " "),
            "choices": choices,
            "chosen": post.get(f"means-{number}", ""),
        }
        column["read" if one.is_understood else "open"].append(line)
    return list(columns.values())


def meant(post: Mapping[str, str], found: taking_in.Page) -> list[tuple[int, str, str, str]]:
    """What was said of the values. Each names itself, so that a list that has changed since does no harm."""
    said = []
    for number in range(len(found.values) + 1_000):
        meaning, (feed, _, column) = (
            post.get(f"means-{number}", ""),
            post.get(f"of-{number}", "").partition("|"),
        )
        if meaning and feed.isdecimal():
            said.append((int(feed), column, post.get(f"said-{number}", "").replace("\r\n", "\n"), meaning))
    return said
