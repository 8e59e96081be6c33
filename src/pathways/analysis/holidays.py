"""Bank holidays as people type or export them: a day and its name on each line."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime

_SHAPES = ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y", "%A %d %B %Y")
_START = re.compile(
    r"^\s*((?:[A-Za-z]+\s+)?\d{1,2}\s+[A-Za-z]+\s+\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4})"
)


def read(text: str) -> tuple[list[tuple[date, str]], list[str]]:
    """The days with their names, and for each line that is none of these what is wrong with it."""
    found: dict[date, str] = {}
    problems = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if not line.strip():
            continue
        begins = _START.match(line)
        day = _day(begins[1]) if begins else None
        if begins is None or day is None:
            if number > 1 or "date" not in line.lower():  # the first line may be a heading
                problems.append(f"Line {number} does not begin with a date, like 25 December 2026")
            continue
        rest = line[begins.end() :].lstrip(" ,;\t:–-")
        name = next(iter(next(csv.reader(io.StringIO(rest)), [])), "").strip()
        if not name:
            problems.append(f"Line {number} does not say which holiday it is")
            continue
        found[day] = name
    return sorted(found.items()), problems


def _day(text: str) -> date | None:
    text = " ".join(text.split())
    for shape in _SHAPES:
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None
