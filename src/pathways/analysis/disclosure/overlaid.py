"""What a whole release gives away beside those before it: every table with its ties, laid over one another.

`releases` does this for two-way tables that were published as files. A release of the evaluation is many
systems of cells and sums that share their totals, so each is laid over the same system of every earlier
release. Only what was published is known: a hidden cell is what its rule leaves open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pathways.analysis.disclosure.attack import FAR
from pathways.analysis.disclosure.releases import (
    Cell,
    GivenAway,
    Release,
    Women,
    _Joint,
    _moved,
    _of_change,
    _of_count,
)
from pathways.analysis.disclosure.rule import Rule, Zeros
from pathways.analysis.disclosure.system import Key, System
from pathways.domain.evaluation.counts import ReleasedCount


@dataclass(frozen=True)
class Table(Release):
    """One system of a release as it was published. Cells are (name, ""); `sums` are (total, parts) by name.

    `apart` are cells that stand in no table: they tie others together and nobody was shown them.
    """

    sums: tuple[tuple[str, tuple[str, ...]], ...] = ()
    rule: Rule = field(default_factory=Rule)
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Published:
    """Everything that a release shows, system by system, by the rule under which it was made."""

    rule: Rule
    tables: Mapping[str, Table]


def name_of(key: Key) -> str:
    """A cell's name, which is the same in every release."""
    return "|".join(str(part) for part in key) if isinstance(key, tuple) else str(key)


def published(
    systems: Mapping[str, System],
    cells: Mapping[Key, ReleasedCount],
    rule: Rule,
    unpublished: frozenset[Key] = frozenset(),
) -> Published:
    """The systems of a release with what each cell shows."""
    tables = {}
    for name, system in systems.items():
        shown: dict[Cell, int | None] = {(name_of(key), ""): cells[key].value for key in system.counts}
        if len(shown) != len(system.counts):
            raise ValueError(f"two cells of “{name}” have one name")
        sums = tuple((name_of(total), tuple(map(name_of, parts))) for total, parts in system.relations)
        apart = frozenset(name_of(key) for key in unpublished if key in system.counts)
        tables[name] = Table(Path(name), shown, sums, rule, apart)
    return Published(rule, tables)


def plain(made: Published) -> dict[str, Any]:
    """As values that can be kept as JSON."""
    rule = made.rule
    return {
        "rule": {"threshold": rule.threshold, "zeros": rule.zeros.value, "rounding": rule.rounding},
        "tables": {
            name: {
                "cells": {cell: value for (cell, _), value in table.shown.items()},
                "sums": [[total, list(parts)] for total, parts in table.sums],
                "apart": sorted(table.apart),
            }
            for name, table in made.tables.items()
        },
    }


def read(body: Mapping[str, Any]) -> Published:
    """What `plain` wrote."""
    said = body["rule"]
    rule = Rule(said["threshold"], Zeros(said["zeros"]), said["rounding"])
    return Published(
        rule,
        {
            name: Table(
                Path(name),
                {(cell, ""): value for cell, value in table["cells"].items()},
                tuple((total, tuple(parts)) for total, parts in table["sums"]),
                rule,
                frozenset(table["apart"]),
            )
            for name, table in body["tables"].items()
        },
    )


def against(
    new: Published,
    earlier: Sequence[Published],
    *,
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> list[GivenAway]:
    """Every count or change that is known too well once the new release lies beside the earlier ones.

    A table that shows nothing else than an earlier one of the same name gives nothing more away.
    """
    found: list[GivenAway] = []
    for place, (name, table) in enumerate(new.tables.items()):
        before: list[Table] = []
        for one in earlier:
            was = one.tables.get(name)
            if was is not None and was.shown != table.shown and all(was.shown != b.shown for b in before):
                before.append(was)
        if before:
            found += _beside(table, before, new.rule)
        progress(place + 1, len(new.tables))
    return found


class Successive:
    """Tables that follow one another, each of the women of the others but for a few, whichever they are.

    So no change is passed over: neither where some counts went up and others down, nor between two earlier
    tables, nor of cells that stand in no table but can be worked out from those that do.
    """

    def __init__(self, before: Sequence[Table], rule: Rule) -> None:
        self._rule = rule
        self._before = [
            one for place, one in enumerate(before) if all(one.shown != b.shown for b in before[:place])
        ]
        self._alone = [_Laid([one], rule) for one in self._before]
        #: what they gave away before anything new lay beside them, which hiding in it cannot mend
        self._already = self._known(self._before, self._alone).keys()

    def gives_away(self, table: Table) -> list[GivenAway]:
        """What is known too well once this table lies beside them, and was not before."""
        if not self._before:
            return []
        known = self._known([*self._before, table], [*self._alone, _Laid([table], self._rule)])
        return [each for key, each in known.items() if key not in self._already]

    def _known(self, tables: Sequence[Table], alone: Sequence[_Laid]) -> dict[tuple[object, ...], GivenAway]:
        if not tables:
            return {}
        together, last = _Laid(tables, self._rule), len(tables) - 1
        for late in range(1, len(tables)):
            for early in range(late):
                shared = list(tables[early].shown)
                # how the earlier ones go together follows from each and the next
                is_tied = late == last or early == late - 1
                how = together.relate(early, late, shared, is_watched=True) if is_tied else Women.OTHER
                if how == Women.OTHER:
                    together.differ(early, late, shared)
        found: dict[tuple[object, ...], GivenAway] = {}
        for number, one in enumerate(tables):
            for cell, value in one.shown.items():
                if value is None and cell[0] not in one.apart and together.is_joined(number):
                    for each in _of_count(together, alone[number], number, cell, one, tables[-1], self._rule):
                        found[number, cell] = each
        for early, late, cell, variable in together.changes:
            for each in _of_change(together, variable, tables[early], tables[late], cell, self._rule):
                found[early, late, cell] = each
        return found


def _beside(table: Table, before: Sequence[Table], rule: Rule) -> list[GivenAway]:
    tables = [*before, table]
    together = _Laid(tables, rule)
    last = len(tables) - 1
    found: list[GivenAway] = []
    for late in range(len(tables)):
        for early in range(late):
            one, other = tables[early], tables[late]
            shared = [
                cell
                for cell in one.shown
                if cell in other.shown and cell[0] not in one.apart and cell[0] not in other.apart
            ]
            if not shared or one.shown == other.shown:
                continue
            how = together.relate(early, late, shared)
            if how == Women.OTHER and late == last:
                found += _moved(one, other, shared, rule)
    for number, one in enumerate(tables):
        if not together.is_joined(number):
            continue
        by_itself = _Laid([one], rule)
        for cell, value in one.shown.items():
            if value is None and cell[0] not in one.apart:
                found += _of_count(together, by_itself, number, cell, one, table, rule)
    for early, late, cell, variable in together.changes:
        found += _of_change(together, variable, tables[early], tables[late], cell, rule)
    return found


class _Laid(_Joint):
    """Tables with ties of their own, each by the rule under which it was published."""

    def _take(self, number: int, table: Release) -> None:
        assert isinstance(table, Table)
        rule, self._rule = self._rule, table.rule
        for cell in table.shown:
            low, high = (0.0, 2.0 * FAR) if cell[0] in table.apart else self._published(table, cell)
            self._place[number, cell] = self._variable(low, high)
        self._rule = rule
        for total, parts in table.sums:
            self._adds_up(self._place[number, (total, "")], [self._place[number, (p, "")] for p in parts])


def to_hold_back(
    found: Sequence[GivenAway], systems: Mapping[str, System], cells: Mapping[Key, ReleasedCount]
) -> frozenset[Key]:
    """The cells to hide so that less is given away: each one itself, or, where it is hidden, the least of the
    shown cells that stand in a sum with it."""
    keys = {name_of(key): (key, system) for system in systems.values() for key in system.counts}
    more: set[Key] = set()
    for each in found:
        if each.row not in keys:
            continue  # a cell of an earlier release alone, which hiding here cannot mend
        key, system = keys[each.row]
        if cells[key].value:
            more.add(key)
            continue
        ties = [(total, *parts) for total, parts in system.relations if key == total or key in parts]
        for tie in ties:
            shown = [one for one in tie if one != key and cells[one].value and one not in more]
            if shown and not any(one in more for one in tie if one != key):
                more.add(min(shown, key=lambda one: _wanted(one, system, cells)))
    return frozenset(more)


def _wanted(key: Key, system: System, cells: Mapping[Key, ReleasedCount]) -> tuple[float, int, str]:
    return system.weights[key], cells[key].value or 0, name_of(key)
