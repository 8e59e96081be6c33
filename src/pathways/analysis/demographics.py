"""Characteristics by stage: every characteristic × (a), (b), (c) and the overlaps, with what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pathways.analysis import overlap
from pathways.analysis.disclosure import system as systems
from pathways.analysis.disclosure.system import Key, System
from pathways.domain.evaluation import milestones
from pathways.domain.evaluation.characteristics import MISSING, NO_RECORD, Characteristic
from pathways.domain.evaluation.counts import RawCount, ReleasedCount
from pathways.domain.evaluation.milestones import CohortStage, Overlap

#: The overlap cells that a woman in any stage can stand in.
WITHIN: Final[tuple[Overlap, ...]] = tuple(cell for cell in milestones.OVERLAPS if cell)
#: A stage is wanted so many times more than one of its overlap cells: overlaps give way first.
WANTED: Final = 8.0
_MISSING = frozenset(code for code, _ in MISSING)


@dataclass(frozen=True)
class Line:
    """One row of a table: its words, its released counts by column, and what kind of row it is."""

    code: str
    label: str
    kind: str  # "group", "row", "missing" or "total"
    counts: Mapping[str, ReleasedCount]


@dataclass(frozen=True)
class CharacteristicTable:
    """One characteristic by stage. `columns` are (code, words); the total row is n."""

    code: str
    label: str
    definition: str
    columns: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]

    @property
    def n(self) -> Mapping[str, ReleasedCount]:
        return next(line for line in self.lines if line.kind == "total").counts


def columns() -> tuple[tuple[str, str, tuple[str, str]], ...]:
    """(code, words, key of its total) of every column: sets, overlaps, (a) outside (b) or (c), any."""
    stages = tuple((s.value, s.label, overlap.stage_key(s)) for s in CohortStage)
    parts = tuple(
        (overlap.cell_key(cell)[1], milestones.overlap_words(cell), overlap.cell_key(cell)) for cell in WITHIN
    )
    apart = tuple(
        (overlap.without_code(s), f"(a) but not ({s.letter})", overlap.without_key(s)) for s in overlap.TESTED
    )
    return (*stages, *parts, *apart, ("any", "Any of the three", overlap.ANY))


def rows_of(characteristic: Characteristic, answers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The rows for answers given; for an open list, those that the data has."""
    if characteristic.rows:
        return characteristic.rows
    found = sorted(set(answers.values()) - _MISSING)
    return tuple((code, code.replace("_", " ").capitalize() if code.islower() else code) for code in found)


def add(
    system: System,
    characteristic: Characteristic,
    standing: Mapping[str, Overlap],
    answers: Mapping[str, str],
) -> None:
    """One characteristic's cells and sums. Its totals are the cells of the sets, shared by all tables.

    Nested groups have rows of their own; answers given and answers missing are each a sub-total.
    """
    name = characteristic.code
    count = Counter((answers[who], cell) for who, cell in standing.items() if cell)
    given = [code for code, _ in rows_of(characteristic, answers)]
    parents = [(group, members) for group, _, members in characteristic.groups]
    sums: list[tuple[str, list[str]]] = [(f"group:{group}", list(members)) for group, members in parents]
    tops = [f"group:{group}" for group, _ in parents] or given
    sums += [("given", tops), ("missing", [code for code, _ in MISSING])]
    by_row: dict[str, dict[Overlap, int]] = {
        row: {cell: count[row, cell] for cell in WITHIN} for row in (*given, *(code for code, _ in MISSING))
    }
    for total, parts in sums:
        by_row[total] = {cell: sum(by_row[part][cell] for part in parts) for cell in WITHIN}
    for row, by_cell in by_row.items():
        weight = systems.MARGIN if row in {total for total, _ in sums} else systems.INNER
        for cell in WITHIN:
            system.add(_key(name, row, overlap.cell_key(cell)), RawCount(by_cell[cell]), weight)
        for stage in CohortStage:
            parts_of = [cell for cell in WITHIN if stage in cell]
            here = _key(name, row, overlap.stage_key(stage))
            system.add(here, RawCount(sum(by_cell[c] for c in parts_of)), WANTED * weight)
            system.sums(here, [_key(name, row, overlap.cell_key(cell)) for cell in parts_of])
        for stage in overlap.TESTED:
            parts_of = overlap.without(stage)
            here = _key(name, row, overlap.without_key(stage))
            system.add(here, RawCount(sum(by_cell[c] for c in parts_of)), WANTED / 2 * weight)
            system.sums(here, [_key(name, row, overlap.cell_key(cell)) for cell in parts_of])
        system.add(_key(name, row, overlap.ANY), RawCount(sum(by_cell.values())), WANTED * weight)
        system.sums(
            _key(name, row, overlap.ANY), [_key(name, row, overlap.cell_key(cell)) for cell in WITHIN]
        )
    for _, _, column in columns():
        for total, members in sums:
            system.sums(_key(name, total, column), [_key(name, member, column) for member in members])
        system.sums(column, [_key(name, "given", column), _key(name, "missing", column)])


def table(
    characteristic: Characteristic,
    answers: Mapping[str, str],
    released: Mapping[Key, ReleasedCount],
) -> CharacteristicTable:
    """The released table, in the order of the rows; overlap columns that are nought throughout go."""
    wanted = [
        (code, words, key)
        for code, words, key in columns()
        if code in {stage.value for stage in CohortStage} or released[key].value != 0
    ]
    name, words_of = characteristic.code, dict(rows_of(characteristic, answers))

    def line(code: str, label: str, kind: str, row: str | None) -> Line:
        counts = {
            column: released[_key(name, row, key) if row is not None else key] for column, _, key in wanted
        }
        return Line(code, label, kind, counts)

    lines = [line("n", "Women (n)", "total", None)]
    for group, label, members in characteristic.groups:
        lines.append(line(group, label, "group", f"group:{group}"))
        lines += [line(member, words_of[member], "row", member) for member in members]
    if not characteristic.groups:
        lines += [line(code, label, "row", code) for code, label in words_of.items()]
    lines.append(line("missing", "Missing", "group", "missing"))
    lines += [line(code, label, "missing", code) for code, label in MISSING]
    return CharacteristicTable(
        name,
        characteristic.label,
        characteristic.definition,
        tuple((code, words) for code, words, _ in wanted),
        tuple(lines),
    )


def answers(
    characteristic: Characteristic, standing: Mapping[str, Overlap], records: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Each woman's row. A second record of one woman is not looked at."""
    return every_answer([characteristic], standing, records)[characteristic.code]


def every_answer(
    characteristics: Sequence[Characteristic],
    standing: Mapping[str, Overlap],
    records: Sequence[Mapping[str, Any]],
) -> dict[str, dict[str, str]]:
    """Of each characteristic by its code, each woman's row. Answers are few, so each is looked up once."""
    held: dict[str, Mapping[str, Any]] = {}
    for record in records:
        held.setdefault(str(record["client_id"]), record)
    nobody = dict.fromkeys(standing, NO_RECORD)
    found = {}
    for characteristic in characteristics:
        code, known = characteristic.code, dict[str, str]()
        rows = found[code] = dict(nobody)
        for who in standing:
            if (record_of_hers := held.get(who)) is not None:
                answer = str(record_of_hers.get(code) or "")
                if answer not in known:
                    known[answer] = characteristic.row_of(record_of_hers)
                rows[who] = known[answer]
    return found


def _key(name: str, row: str, column: tuple[str, str]) -> Key:
    return (name, row, column[1])
