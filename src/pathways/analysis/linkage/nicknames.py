"""Forms of given names that one person goes by: Kate and Catherine, Bill and William. Our own table."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def table() -> dict[str, tuple[str, ...]]:
    """Every form with the groups that it belongs to, a group being named by its full form."""
    text = files(__package__).joinpath("nicknames.csv").read_text(encoding="utf-8")
    groups: dict[str, set[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        for form in (row["name"], *row["forms"].split()):
            groups.setdefault(form, set()).add(row["name"])
    return {form: tuple(sorted(names)) for form, names in groups.items()}


def groups_of(name: str) -> tuple[str, ...]:
    """The groups of a cleaned given name: itself where it is in none."""
    return table().get(name, (name,) if name else ())


def is_known(name: str) -> bool:
    return name in table()
