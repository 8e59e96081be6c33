"""A return in a funder's own headings: what can fill a column, read from a file, guessed, and filled.

Only a release's own figures fill a template. A hidden count stays “c”, and what nobody collects says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from pathways.analysis import sheets
from pathways.analysis.returns import NOT_COLLECTED
from pathways.domain.evaluation.catalogue import MEASURES

#: (heading, code of what fills it or "")
Columns = tuple[tuple[str, str], ...]
MOST: Final = 80
_ABOUT: Final = (
    ("programme", "Name of the programme"),
    ("provider", "Name of the provider"),
    ("from", "First day of the period"),
    ("to", "Last day of the period"),
    ("as_at", "Figures as at"),
    ("release", "Number of the release"),
)
#: What can fill a column: its code and its words. A figure is a number; in words it says of how many.
FILLS: Final[tuple[tuple[str, str], ...]] = (
    *_ABOUT,
    *((one.code, f"{one.code} {one.name}") for one in MEASURES),
    *((f"{one.code}:words", f"{one.code} {one.name}, in words") for one in MEASURES),
)
_CODES: Final = frozenset(code for code, _ in FILLS)


class NotATemplateError(ValueError):
    """What was given has no headings. The text says where and what to do."""


def headings(content: bytes, name: str) -> Columns:
    """The headings of a funder's file, each with what would fill it; of a file written here, as mapped there.

    Raises NotATemplateError.
    """
    if name.lower().endswith(".json"):
        return _exported(content, name)
    try:
        tables = sheets.read_bytes(content, name)
    except sheets.UnreadableError as error:
        raise NotATemplateError(str(error)) from None
    found = next((table.columns for table in tables if table.columns), [])
    return _columns(found, name)


def pasted(text: str) -> Columns:
    """The same from text: one heading a line, or one line with tabs, as copied from a sheet."""
    lines = [line for line in text.splitlines() if line.strip()]
    found = lines[0].split("\t") if len(lines) == 1 else lines
    return _columns(found, "what was pasted")


def _columns(found: Sequence[str], name: str) -> Columns:
    kept = [" ".join(one.split()) for one in found if one.strip()]
    if not kept:
        raise NotATemplateError(f"{name} has no headings. Give a sheet whose first row names its columns.")
    if len(kept) > MOST:
        raise NotATemplateError(f"{name} has {len(kept)} headings; at most {MOST} can be filled.")
    if twice := next((one for one in kept if kept.count(one) > 1), ""):
        raise NotATemplateError(f"{name} has the heading “{twice}” twice. Give each its own name.")
    if long := next((one for one in kept if len(one) > 200), ""):
        raise NotATemplateError(f"{name} has a heading of {len(long)} characters; at most 200 are kept.")
    return tuple((one, guess(one)) for one in kept)


def guess(heading: str) -> str:
    """What would fill a heading: the measure whose code or whole name stands in it, or nothing."""
    said = heading.casefold()
    if (code := re.search(r"\bM(\d{1,2})\b", heading)) and f"M{int(code[1])}" in _CODES:
        return f"M{int(code[1])}"
    plain = {words.casefold(): code for code, words in _ABOUT} | {code: code for code, _ in _ABOUT}
    plain |= {one.name.casefold(): one.code for one in MEASURES}
    return plain.get(said, "")


def _exported(content: bytes, name: str) -> Columns:
    try:
        body = json.loads(content)
        found = tuple((str(one["heading"]), str(one["filled_by"] or "")) for one in body["columns"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotATemplateError(f"{name} is not a template as it is written here ({error}).") from None
    if wrong := next((code for _, code in found if code and code not in _CODES), ""):
        raise NotATemplateError(f"{name}: nothing here is called “{wrong}”.")
    guessed = dict(_columns([heading for heading, _ in found], name))
    return tuple((heading, code) for heading, code in found if heading in guessed)


def exported(funder: str, columns: Columns) -> bytes:
    """The mapping as a file that another site can take in."""
    body = {
        "funder": funder,
        "columns": [{"heading": heading, "filled_by": code or None} for heading, code in columns],
    }
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()


def filled(
    columns: Columns, about: Mapping[str, str], measures: Mapping[str, Mapping[str, Any]], ending: str
) -> bytes:
    """The template with one row: `ending` is .xlsx or .csv. The same release gives the same bytes."""
    row = {heading: _value(code, about, measures) for heading, code in columns}
    lines = {heading: [value] for heading, value in row.items()}
    frame = pl.DataFrame(lines, schema=dict.fromkeys(row, pl.String))
    return sheets.to_bytes(frame, ending)


def _value(code: str, about: Mapping[str, str], measures: Mapping[str, Mapping[str, Any]]) -> str:
    if not code:
        return ""
    if code in about:
        return about[code]
    name, _, words = code.partition(":")
    found = measures.get(name)
    if found is None:
        return NOT_COLLECTED if name.startswith("M") else ""
    if words:
        return "; ".join(part for part in (str(found["shown"]), str(found["over"])) if part)
    figure = found["figure"]
    return str(found["shown"]) if figure is None else f"{round(float(figure), 2):g}"
