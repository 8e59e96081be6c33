"""What the codes of an agency mean: each value of a column of codes, how often it is there, its choices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pathways.analysis.pole import spec, standard
from pathways.domain.terms.demographics import CODES, EthnicityScheme, NoAnswer

#: so many different values of one column are put down, those that were not understood first
MOST = 200

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Value:
    """One value as it stands in a file. `read_as` is empty where it was not understood."""

    #: which of the mapping's feeds it belongs to, from 0
    feed: int
    file: str
    table: str
    column: str
    heading: str
    value: str
    count: int
    read_as: str
    #: the list that an ethnicity code is said to come from
    scheme: str = ""

    @property
    def is_understood(self) -> bool:
        return bool(self.read_as)

    def __str__(self) -> str:
        times = "once" if self.count == 1 else f"{self.count:,} times"
        return f"“{self.value}” {times} in {self.heading} of {self.file}"


def together(values: Iterable[Value]) -> list[Value]:
    """One line for each value of a column: not understood first, then the most frequent."""
    found: dict[tuple[int, str, str], Value] = {}
    for one in values:
        key = (one.feed, one.column, one.value)
        first = found.get(key, one)
        shown = first if not first.is_understood else one
        count = one.count if first is one else first.count + one.count
        found[key] = Value(
            one.feed, shown.file, one.table, one.column, shown.heading, one.value, count, shown.read_as,
            shown.scheme,
        )  # fmt: skip
    kept: list[Value] = []
    seen: dict[tuple[int, str], int] = {}
    for one in sorted(found.values(), key=lambda each: (each.is_understood, -each.count, each.value)):
        many = seen[one.feed, one.column] = seen.get((one.feed, one.column), 0) + 1
        if many <= MOST:
            kept.append(one)
    return kept


def choices(column: spec.Column, scheme: str = "") -> Choices:
    """What a value of this column can be said to mean: as it is written in a mapping, and in words."""
    none = tuple((one.value, one.label) for one in NoAnswer)
    match column.kind:
        case spec.SEX:
            return (("female", "Female"), ("male", "Male"), ("other", "Other"), *none)
        case spec.SCHEME:
            return tuple((one.value, one.label) for one in EthnicityScheme)
        case spec.ETHNICITY:
            return (*_ethnicities(scheme), *none)
        case spec.CODE:
            return tuple((name, name.replace("_", " ").capitalize()) for name in column.codes or {})
    return ()


def _ethnicities(scheme: str) -> Choices:
    try:
        known = standard.scheme(scheme) if scheme.strip() else EthnicityScheme.SDE_18
    except standard.NotUnderstoodError:
        known = EthnicityScheme.SDE_18
    if known is EthnicityScheme.GSS_19:
        return tuple((code, one.label) for code, one in CODES[known].items())
    return tuple((code, f"{code} {one.label}") for code, one in sorted(CODES[known].items()))
