"""Who they are, group by group: the first table of an evaluation, on any extract.

Groups are the values of one column, which cannot overlap, or stages such as identified and supported, which
are sets of women and can. Tests stand only between groups that share nobody: where stages overlap, the women
of a later stage are held against those of the first stage who are not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from pathways.analysis.impact import differences, reading
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.impact.differences import Tested
from pathways.analysis.sheets import Sheet

#: numbers with at most so many different values, each held by three on average, are taken for categories
FEW_VALUES: Final = 10
MOST_LEVELS: Final = 200
MOST_GROUPS: Final = 50
OVERLAPPING: Final = "the stages overlap"


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the lines (booleans): those of one value of the column, or of one stage."""

    name: str
    is_in: np.ndarray
    is_stage: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One characteristic of every line.

    `values` are floats for numbers (a blank is NaN); for categories the place among `levels` (a blank is -1).
    """

    name: str
    levels: tuple[str, ...] | None
    values: np.ndarray

    @property
    def is_recorded(self) -> np.ndarray:
        return np.asarray(~np.isnan(self.values) if self.levels is None else self.values >= 0)

    def counts(self, is_in: np.ndarray) -> np.ndarray:
        """How many of these lines have each level."""
        assert self.levels is not None
        there = self.values[is_in]
        return np.bincount(there[there >= 0], minlength=len(self.levels))


@dataclass(frozen=True, slots=True)
class Material:
    """What a table is made of: groups, rows, and which lines are in any group."""

    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    is_in: np.ndarray
    columns: str | None

    @property
    def stages(self) -> list[Group]:
        return [each for each in self.groups if each.is_stage]

    @property
    def by_column(self) -> list[Group]:
        return [each for each in self.groups if not each.is_stage]


def gather(
    sheet: Sheet,
    *,
    columns: str | None,
    rows: Sequence[str],
    stages: Sequence[tuple[str, str]] = (),
    categorical: Sequence[str] = (),
    numeric: Sequence[str] = (),
) -> Material:
    """`stages` are (name, column), the column saying yes or no; a blank is no.

    Raises UnanswerableError for no group or two of one name, UnreadableError for a column that will not do.
    """
    if not rows:
        raise UnanswerableError("at least one row is wanted")
    if not columns and not stages:
        raise UnanswerableError("groups are wanted: --columns, or --stages, or both")
    if unknown := [each for each in (*categorical, *numeric) if each not in rows]:
        raise UnanswerableError(f"{unknown[0]} is said to be categories or numbers and is none of the rows")
    groups: list[Group] = []
    if columns:
        names, place = reading.groups(sheet, columns)
        if len(names) > MOST_GROUPS:
            raise UnanswerableError(f"{columns} has {len(names):,} values; a table holds up to {MOST_GROUPS}")
        groups += [Group(name, place == at, False) for at, name in enumerate(names)]
    groups += [Group(name, reading.yes_no(sheet, column) == 1, True) for name, column in stages]
    groups = [each for each in groups if each.is_in.any() or each.is_stage]
    names = [each.name for each in groups]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UnanswerableError(f"two groups are called {twice}")
    is_in = np.any([each.is_in for each in groups], axis=0) if groups else np.zeros(len(sheet), dtype=bool)
    if not is_in.any():
        raise UnanswerableError("nobody is in any group")
    found = tuple(
        _row(sheet, name, is_words=name in categorical, is_number=name in numeric)
        for name in dict.fromkeys(rows)
    )
    return Material(tuple(groups), found, np.asarray(is_in), columns)


def _row(sheet: Sheet, name: str, *, is_words: bool, is_number: bool) -> Row:
    sheet.need(name)
    if is_number or (not is_words and _is_measured(sheet, name)):
        return Row(name, None, reading.numbers(sheet, name))
    levels, place = reading.groups(sheet, name)
    if len(levels) > MOST_LEVELS:
        raise UnanswerableError(
            f"{name} holds {len(levels):,} different words: group them first, or say --numeric {name} to see "
            "which cell is no number"
        )
    return Row(name, tuple(levels), place)


def _is_measured(sheet: Sheet, name: str) -> bool:
    """Numbers, unless so few different ones that they stand for categories."""
    if not reading.is_numeric(sheet, name) or reading.is_yes_no(sheet, name):
        return False
    values = sheet.frame[name].drop_nulls()
    different = values.n_unique()
    return different > FEW_VALUES or len(values) < 3 * different


def baseline(material: Material) -> dict[str, Any]:
    """The whole table. Per cents are of those recorded; `overall` is everybody in any group."""
    stages = material.stages
    found: dict[str, Any] = {
        "columns": material.columns,
        "n": int(material.is_in.sum()),
        "without_group": int((~material.is_in).sum()),
        "groups": [
            {"group": each.name, "n": int(each.is_in.sum()), "is_stage": each.is_stage}
            for each in material.groups
        ],
        "rows": [_line(material, row) for row in material.rows],
        "percent_of": "those recorded",
        "test_rule": differences.RULE,
    }
    if stages:
        found["overlaps"] = [
            {"in": [stages[k].name for k in sorted(combination)], "n": int(lines.sum())}
            for combination, lines in overlaps(material)
        ]
        found["stages_overlap"] = _overlap(stages)
        found["note"] = (
            "Stages are sets of women and overlap, so no test stands between them; each is held against "
            f"those of {stages[0].name} who are not in it."
            if found["stages_overlap"]
            else "The stages share nobody, so they are tested as groups are."
            if len(stages) > 1
            else f"Only one stage is named, so nothing is tested against {stages[0].name}."
        )
    return found


def overlaps(material: Material) -> list[tuple[frozenset[int], np.ndarray]]:
    """The combinations of stages that anybody is in, and who (of those in any group)."""
    stages = material.stages
    code = np.zeros(len(material.is_in), dtype=np.int64)
    for k, each in enumerate(stages):
        code += each.is_in.astype(np.int64) << k
    there = np.unique(code[material.is_in])
    return [
        (frozenset(k for k in range(len(stages)) if int(one) >> k & 1), (code == one) & material.is_in)
        for one in there
    ]


def _overlap(stages: Sequence[Group]) -> bool:
    return bool((np.sum([each.is_in for each in stages], axis=0) > 1).any())


def _line(material: Material, row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {
        "row": row.name,
        "kind": "numeric" if row.levels is None else "categorical",
        **_known(row, material.is_in),
    }
    if row.levels is None:
        found["overall"] = _described(row.values[material.is_in & row.is_recorded])
        found["groups"] = [
            {"group": each.name, **_known(row, each.is_in),
             **_described(row.values[each.is_in & row.is_recorded])}
            for each in material.groups
        ]  # fmt: skip
    else:
        everybody = row.counts(material.is_in)
        by_group = [row.counts(each.is_in) for each in material.groups]
        found["groups"] = [{"group": each.name, **_known(row, each.is_in)} for each in material.groups]
        found["levels"] = [
            {
                "level": level,
                "count": int(everybody[at]),
                "percent": _percent(everybody[at], everybody.sum()),
                "groups": [
                    {"group": each.name, "count": int(n[at]), "percent": _percent(n[at], n.sum())}
                    for each, n in zip(material.groups, by_group, strict=True)
                ],
            }
            for at, level in enumerate(row.levels)
        ]
    return {**found, **_tested(material, row)}


def _known(row: Row, is_in: np.ndarray) -> dict[str, int]:
    recorded = int((is_in & row.is_recorded).sum())
    return {"n": recorded, "missing": int(is_in.sum()) - recorded}


def _described(values: np.ndarray) -> dict[str, float | None]:
    if len(values) == 0:
        return dict.fromkeys(("mean", "sd", "median", "q1", "q3"))
    q1, median, q3 = (float(each) for each in np.percentile(values, [25, 50, 75]))
    sd = float(values.std(ddof=1)) if len(values) > 1 else None
    return {"mean": float(values.mean()), "sd": sd, "median": median, "q1": q1, "q3": q3}


def _percent(count: int, whole: int) -> float | None:
    return 100 * float(count) / float(whole) if whole else None


def _tested(material: Material, row: Row) -> dict[str, Any]:
    """Tests between groups that share nobody, and what else can be held side by side."""
    between, stages = material.by_column, material.stages
    why = None
    if not between:
        if _overlap(stages):
            why = OVERLAPPING
        else:
            between = stages
    found = _between(row, between) if why is None else _nothing(why)
    if stages and (_overlap(stages) or material.by_column):
        first = stages[0]
        found["comparisons"] = [
            {"of": each.name, "with": f"{first.name}, not {each.name}",
             **_between(row, [each, Group(first.name, first.is_in & ~each.is_in, True)])}
            for each in stages[1:]
        ]  # fmt: skip
    return found


def _nothing(why: str) -> dict[str, Any]:
    return {**_said(Tested(None, why=why)), "standardised_difference": None}


def _between(row: Row, groups: Sequence[Group]) -> dict[str, Any]:
    if row.levels is None:
        values = [row.values[each.is_in & row.is_recorded] for each in groups]
        tested = differences.of_numbers(values)
        sizes = [differences.standardised_of_numbers(values[a], values[b])
                 for a, b in differences.pairs(len(values))]  # fmt: skip
    else:
        counts = [row.counts(each.is_in) for each in groups]
        tested = differences.of_counts(np.column_stack(counts)) if counts else Tested(None, why="no group")
        sizes = [differences.standardised_of_counts(counts[a], counts[b])
                 for a, b in differences.pairs(len(counts))]  # fmt: skip
    known = [each for each in sizes if each is not None]
    found = {**_said(tested), "standardised_difference": max(known, default=None)}
    if len(groups) > 2:
        found["pairwise"] = [
            {"of": groups[a].name, "with": groups[b].name, "standardised_difference": size}
            for (a, b), size in zip(differences.pairs(len(groups)), sizes, strict=True)
        ]
    return found


def _said(tested: Tested) -> dict[str, Any]:
    said = asdict(tested)
    return {"test": said.pop("name"), **said}
