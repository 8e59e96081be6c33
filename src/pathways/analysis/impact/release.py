"""The first table of an evaluation through disclosure control: what may leave of it.

Every count of it is one linear system: groups and stages are sums of those who are in the same group and the
same stages, which stand in no table themselves but could be worked out from those that do. What is made of
people's own values leaves only where each such set of women is large enough, because two means of overlapping
sets give away that of their difference.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from pathways.analysis.disclosure import Protected, Rule, System, protect_linked
from pathways.analysis.disclosure.system import GRAND, INNER, MARGIN
from pathways.analysis.impact import baseline
from pathways.analysis.impact.baseline import Material, Row
from pathways.domain.evaluation.counts import HIDDEN

#: means, deviations and medians rest on more than so many times the threshold, quartiles on so many times it
_FOR_MEANS, _FOR_QUARTILES = 2, 5
_EVERYBODY: Final = "overall"
_BECAUSE: Final = "left out: counts of this row are hidden, or rest on few"


@dataclass(frozen=True, slots=True)
class _Atom:
    """Those who are in the same group of the column and in the same stages: they stand in all these sums."""

    key: Hashable
    lines: np.ndarray
    sums: tuple[Hashable, ...]


def protected(material: Material, rule: Rule) -> dict[str, Any]:
    """The table of `baseline`, each count a number or "c", with what the attack on it found.

    Raises ValueError for a rule that rounds: per cents and recorded counts are made of those shown.
    """
    if rule.rounding is not None:
        raise ValueError("a baseline table is protected by hiding, not by rounding")
    atoms = _atoms(material)
    core, parts = _systems(material, atoms)
    unpublished = frozenset(
        (row, level, atom.key)
        for row, levels in [(None, (None,)), *((row.name, _levels(row)) for row in material.rows)]
        for level in levels
        for atom in atoms
    )
    found = protect_linked(core, parts, rule, unpublished=unpublished)
    return _Table(material, rule, found, atoms, unpublished).written()


def _levels(row: Row) -> tuple[Hashable, ...]:
    """What each line is counted under: a level's place, or for numbers 0, and -1 for a blank."""
    return (*range(len(row.levels) if row.levels is not None else 1), -1)


def _atoms(material: Material) -> list[_Atom]:
    place = np.full(len(material.is_in), -1)
    for k, each in enumerate(material.groups):
        if not each.is_stage:
            place[each.is_in] = k
    found = []
    stages = [k for k, each in enumerate(material.groups) if each.is_stage]
    for combination, lines in baseline.overlaps(material):
        own = tuple(stages[k] for k in sorted(combination))
        for group in np.unique(place[lines]):
            column = (int(group),) if group >= 0 else ()
            sums = (*column, *own, _EVERYBODY, *((("overlap", own),) if stages else ()))
            found.append(_Atom(("atom", column, own), lines & (place == group), sums))
    return found


def _systems(material: Material, atoms: list[_Atom]) -> tuple[System, list[System]]:
    """The sizes of the groups, and each row with them: its levels and its blanks add up to the group."""
    core = System()
    everybody = len(material.is_in)
    sizes = {atom.key: int(atom.lines.sum()) for atom in atoms}
    _sums(core, None, None, atoms, sizes, with_overlaps=True)
    core.add("file", everybody, GRAND)
    core.add("without", int((~material.is_in).sum()))
    core.sums("file", [(None, None, _EVERYBODY), "without"])
    parts = []
    for row in material.rows:
        part = System()
        _sums(part, None, None, atoms, sizes, with_overlaps=False)
        is_recorded = row.is_recorded
        for level in _levels(row):
            if level == -1:
                is_level = ~is_recorded
            else:
                is_level = is_recorded if row.levels is None else row.values == level
            counts = {atom.key: int((atom.lines & is_level).sum()) for atom in atoms}
            _sums(part, row.name, level, atoms, counts, with_overlaps=False)
        for place in (*range(len(material.groups)), _EVERYBODY):
            if (None, None, place) in part.counts:
                part.sums((None, None, place), [(row.name, level, place) for level in _levels(row)])
        for atom in atoms:
            inner = [(row.name, level, atom.key) for level in _levels(row)]
            part.sums((None, None, atom.key), [key for key in inner if key in part.counts])
        parts.append(part)
    return core, parts


def _sums(
    system: System,
    row: str | None,
    level: Hashable,
    atoms: list[_Atom],
    counts: dict[Hashable, int],
    *,
    with_overlaps: bool,
) -> None:
    """The cells of one line of the table: the sets that nobody is in twice, and what they add up to."""
    wanted: dict[Hashable, list[_Atom]] = {}
    for atom in atoms:
        if counts[atom.key]:  # a set of nobody is taken to be known: it can only help whoever attacks
            system.add((row, level, atom.key), counts[atom.key])
        for place in atom.sums:
            if with_overlaps or not isinstance(place, tuple):
                wanted.setdefault(place, []).append(atom)
    for place, theirs in wanted.items():
        weight = MARGIN if place == _EVERYBODY or row is None else INNER
        system.add((row, level, place), sum(counts[atom.key] for atom in theirs), weight)
        inner = [(row, level, atom.key) for atom in theirs if counts[atom.key]]
        if inner:
            system.sums((row, level, place), inner)


class _Table:
    """Writes the released table in the shape of the raw one."""

    def __init__(
        self,
        material: Material,
        rule: Rule,
        found: Protected,
        atoms: list[_Atom],
        unpublished: frozenset[Hashable],
    ) -> None:
        self.material, self.rule, self.found, self.atoms = material, rule, found, atoms
        self.unpublished = unpublished
        self.raw = baseline.baseline(material)

    def count(self, row: str | None, level: Hashable, place: Hashable) -> int | str:
        """A number, or "c". A set that is in no system is of nobody."""
        return self._shown((row, level, place))

    def _shown(self, key: Hashable) -> int | str:
        released = self.found.cells.get(key)
        if released is None:
            return 0
        return HIDDEN if released.value is None else released.value

    def written(self) -> dict[str, Any]:
        raw, material = self.raw, self.material
        places = range(len(material.groups))
        table = {
            **raw,
            "n": self.count(None, None, _EVERYBODY),
            "without_group": self._shown("without"),
            "groups": [
                {**raw["groups"][k], "n": self.count(None, None, k)} for k in places
            ],
            "rows": [self._row(row, line) for row, line in zip(material.rows, raw["rows"], strict=True)],
            "disclosure": self._statement(),
        }  # fmt: skip
        if material.stages:
            stages = [k for k in places if material.groups[k].is_stage]
            table["overlaps"] = [
                {
                    "in": raw["overlaps"][at]["in"],
                    "n": self.count(None, None, ("overlap", tuple(stages[k] for k in sorted(combination)))),
                }
                for at, (combination, _) in enumerate(baseline.overlaps(material))
            ]
        return table

    def _row(self, row: Row, raw: dict[str, Any]) -> dict[str, Any]:
        places: list[Hashable] = [*range(len(self.material.groups)), _EVERYBODY]
        is_whole = all(
            self.count(row.name, level, place) != HIDDEN for level in _levels(row) for place in places
        ) and all(self.count(None, None, place) != HIDDEN for place in places)
        line: dict[str, Any] = {
            "row": raw["row"],
            "kind": raw["kind"],
            **self._known(row, _EVERYBODY),
        }
        means = self._means(row) if row.levels is None else {}
        if row.levels is None:
            line["overall"] = self._described(raw["overall"], means[_EVERYBODY])
        line["groups"] = [
            {"group": each["group"], **self._known(row, k),
             **(self._described(each, means[k]) if row.levels is None else {})}
            for k, each in enumerate(raw["groups"])
        ]  # fmt: skip
        if row.levels is not None:
            line["levels"] = [self._level(row, at, each) for at, each in enumerate(raw["levels"])]
        keys = ("test", "statistic", "df", "p", "why", "standardised_difference", "pairwise", "comparisons")
        may_test = is_whole and self._is_large(row)
        for key in keys:
            if key in raw:
                line[key] = raw[key] if may_test else None
        if not may_test:
            line["why"] = baseline.OVERLAPPING if raw["why"] == baseline.OVERLAPPING else _BECAUSE
        return line

    def _known(self, row: Row, place: Hashable) -> dict[str, Any]:
        """Recorded and missing: recorded is shown where it follows from what is shown."""
        missing, whole = self.count(row.name, -1, place), self.count(None, None, place)
        if row.levels is None:
            return {"n": self.count(row.name, 0, place), "missing": missing}
        if isinstance(missing, str) or isinstance(whole, str):
            return {"n": HIDDEN, "missing": missing}
        return {"n": whole - missing, "missing": missing}

    def _level(self, row: Row, at: int, raw: dict[str, Any]) -> dict[str, Any]:
        def cell(place: Hashable) -> dict[str, Any]:
            count, whole = self.count(row.name, at, place), self._known(row, place)["n"]
            if isinstance(count, str) or isinstance(whole, str) or whole == 0:
                return {"count": count, "percent": None}
            return {"count": count, "percent": 100 * count / whole}

        return {
            "level": raw["level"],
            **cell(_EVERYBODY),
            "groups": [{"group": each["group"], **cell(k)} for k, each in enumerate(raw["groups"])],
        }

    def _sizes(self, row: Row) -> list[int]:
        """How many recorded values each set holds that sums could be taken apart into."""
        return [n for n in (int((atom.lines & row.is_recorded).sum()) for atom in self.atoms) if n]

    def _is_large(self, row: Row) -> bool:
        """For a row of numbers: whether no set is too small for what is made of its values."""
        least = _FOR_MEANS * self.rule.threshold
        return row.levels is not None or all(n > least for n in self._sizes(row))

    def _means(self, row: Row) -> dict[Hashable, int]:
        """For each group and everybody, how many values stand behind its figures; 0 where none may leave."""
        everything = self._is_large(row)
        found: dict[Hashable, int] = {}
        for k, each in enumerate(self.material.groups):
            n = int((each.is_in & row.is_recorded).sum())
            alone = not self.material.stages  # groups that share nobody can be judged one by one
            found[k] = n if everything or (alone and n > _FOR_MEANS * self.rule.threshold) else 0
            if self.count(row.name, 0, k) == HIDDEN:
                found[k] = 0
        whole = int((self.material.is_in & row.is_recorded).sum())
        # with one group's mean hidden, that of everybody would give it back
        may_all = everything and self.count(row.name, 0, _EVERYBODY) != HIDDEN and all(
            found[k] or not (each.is_in & row.is_recorded).any()
            for k, each in enumerate(self.material.groups)
        )  # fmt: skip
        found[_EVERYBODY] = whole if may_all else 0
        return found

    def _described(self, raw: dict[str, Any], n: int) -> dict[str, Any]:
        may = {
            **dict.fromkeys(("mean", "sd", "median"), n > _FOR_MEANS * self.rule.threshold),
            **dict.fromkeys(("q1", "q3"), n >= _FOR_QUARTILES * self.rule.threshold),
        }
        return {key: raw[key] if allowed else None for key, allowed in may.items()}

    def _statement(self) -> dict[str, Any]:
        published = [key for key in self.found.cells if key not in self.unpublished]
        hidden = [self.found.cells[key] for key in published if self.found.cells[key].is_hidden]
        audit = self.found.audit
        return {
            "threshold": self.rule.threshold,
            "cells": len(published),
            "primary": sum(each.because == "small" for each in hidden),
            "secondary": sum(each.because != "small" for each in hidden),
            "audit": {
                "at_risk": len(audit.at_risk),
                "narrowest": audit.narrowest,
                "narrowest_informed": audit.narrowest_informed,
            },
            "rule": self.rule.words,
        }
