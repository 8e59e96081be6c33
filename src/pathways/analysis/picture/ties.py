"""Ties as somebody recorded them, made one for each two people, with what is known of people and groups."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from pathways.analysis.sheets import Sheet, UnreadableError

_NUMBER: Final = r"^[0-9]*\.?[0-9]+([eE][-+]?[0-9]{1,2})?$"
_PERSON: Final = ("id", "person_id")
_GROUP: Final = ("group", "group_id", "name")


@dataclass(frozen=True)
class Ties:
    """Ties between `people` (in a fixed order), each pair once.

    `source` and `target` are places in `people`, `weight` what the merged lines add up to; where the ties
    are not directed, source < target. `repeated` lines were merged into others, `selves` were left out: a
    person's tie to herself is none.
    """

    people: tuple[str, ...]
    source: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    is_directed: bool
    is_weighted: bool
    repeated: int
    selves: int

    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Each two people once, whatever the direction: the lower place, the higher, and the weight."""
        if not self.is_directed:
            return self.source, self.target, self.weight
        low, high = np.minimum(self.source, self.target), np.maximum(self.source, self.target)
        return _merged(low, high, self.weight)


@dataclass(frozen=True)
class Known:
    """What other files say: attributes by person (in the order of `Ties.people`), and recorded groups."""

    attributes: pl.DataFrame | None = None
    without_ties: int = 0
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read(
    sheet: Sheet, *, source: str, target: str, weight: str | None = None, is_directed: bool = False
) -> Ties:
    """Ties from two columns.

    Raises UnreadableError for a blank end, a weight that is not above nought, and where there is no tie.
    """
    sheet.need(source, target, *([weight] if weight else []))
    if source == target:
        raise UnreadableError(sheet.path, "source and target are one column", column=source)
    for name in (source, target):
        _refuse(sheet, name, sheet.frame[name].is_null(), "a tie needs somebody at both ends")
    heavy = np.ones(len(sheet))
    if weight is not None:
        is_number = sheet.frame[weight].fill_null("").str.contains(_NUMBER)
        _refuse(sheet, weight, ~is_number, "a weight is a number above 0")
        numbers = sheet.frame[weight].cast(pl.Float64)
        _refuse(sheet, weight, (numbers <= 0) | (numbers > 1e12), "a weight is a number above 0")
        heavy = numbers.to_numpy()
    ends = sheet.frame.select(source=pl.col(source), target=pl.col(target))
    is_self = (ends["source"] == ends["target"]).to_numpy()
    ends, heavy = ends.filter(~pl.Series(is_self)), heavy[~is_self]
    if not ends.height:
        raise UnreadableError(sheet.path, "holds no tie between two people")
    people = sorted(set(ends["source"].to_list()) | set(ends["target"].to_list()), key=order)
    place = {name: at for at, name in enumerate(people)}
    one, other = (
        np.array([place[name] for name in ends[side].to_list()], dtype=np.int64)
        for side in ("source", "target")
    )
    if not is_directed:
        one, other = np.minimum(one, other), np.maximum(one, other)
    merged = _merged(one, other, heavy)
    repeated = len(heavy) - len(merged[0])
    return Ties(tuple(people), *merged, is_directed, weight is not None, repeated, int(is_self.sum()))


def know(ties: Ties, people: Sheet | None, id_column: str | None, groups: Sheet | None) -> Known:
    """Attributes from a table with a line a person; memberships from one with a person and a group a line.

    The id column of the groups is `id_column` where it has it, else `id` or `person_id`; the group's is
    `group`, `group_id` or `name`, or the other one of two. Raises UnreadableError where there is no such
    column, or where a person stands twice among the people.
    """
    attributes, without = None, 0
    if people is not None:
        assert id_column is not None
        people.need(id_column)
        ids = people.frame[id_column]
        _refuse(people, id_column, ids.is_null(), "a person needs an id")
        _refuse(people, id_column, ~ids.is_first_distinct(), "stands here for the second time")
        wanted = pl.DataFrame({id_column: list(ties.people)}, schema={id_column: pl.String})
        joined = wanted.join(people.frame, on=id_column, how="left", maintain_order="left")
        attributes = joined.drop(id_column)
        without = len(set(ids.to_list()) - set(ties.people))
    return Known(attributes, without, _groups(groups, id_column) if groups is not None else {})


def _groups(sheet: Sheet, id_column: str | None) -> dict[str, tuple[str, ...]]:
    names = sheet.columns
    person = next((name for name in (id_column, *_PERSON) if name in names), None)
    if person is None and len(names) == 2:
        person = names[0]
    rest = [name for name in names if name != person]
    group = rest[0] if len(rest) == 1 else next((name for name in _GROUP if name in rest), None)
    if person is None or group is None:
        why = "needs a column of the person (id, person_id or as --id says) and of the group (group)"
        raise UnreadableError(sheet.path, why)
    for name in (person, group):
        _refuse(sheet, name, sheet.frame[name].is_null(), "a membership needs a person and a group")
    found: dict[str, set[str]] = {}
    for member, name in sheet.frame.select(person, group).iter_rows():
        found.setdefault(name, set()).add(member)
    return {name: tuple(sorted(found[name], key=order)) for name in sorted(found, key=order)}


def order(name: str) -> tuple[list[tuple[int, int | str]], str]:
    """N9 before N10: numbers by their size, words by the alphabet."""
    parts = [part for part in re.split(r"([0-9]+)", name) if part]
    return [(0, int(part)) if part.isdecimal() else (1, part.casefold()) for part in parts], name


def _merged(
    one: np.ndarray, other: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ends, which = np.unique(np.stack([one, other]), axis=1, return_inverse=True)
    return ends[0], ends[1], np.bincount(which.ravel(), weights=weight, minlength=ends.shape[1])


def _refuse(sheet: Sheet, column: str, is_wrong: pl.Series, why: str) -> None:
    if is_wrong.any():
        place = int(is_wrong.arg_true()[0])
        cell = sheet.frame[column][place]
        said = "a blank" if cell is None else f"“{cell}”"
        raise UnreadableError(sheet.path, f"{said}: {why}", row=sheet.row_of(place), column=column)
