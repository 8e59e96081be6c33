"""What a training run keeps: how telling each level is, as plain JSON that DuckDB, Spark and Python read
alike.

The model holds no one's name: how often a name occurs is counted anew in the records that are linked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pathways.analysis.linkage import keys, levels
from pathways.analysis.linkage.levels import Comparison, Level

FORMAT, VERSION = "pathways-linkage-model", 1
#: however rare a name is, it counts as no rarer than one in so many
RAREST = 1e-5


#: among fewer records how often a name occurs says nothing of how rare it is
ENOUGH_TO_COUNT = 200


class ModelError(Exception):
    """A model cannot be read. The text is one line that says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Model:
    """The comparisons with their trained m and u, and the keys.

    `prior` is the share of all pairs that are one person's, `household` that of pairs of two people of one
    household: they agree on surname and address as one person's records do, and on nothing else.
    """

    comparisons: tuple[Comparison, ...]
    prior: float
    keys: tuple[tuple[str, ...], ...]
    household: float = 0.0
    trained_on: int = 0

    @property
    def columns(self) -> list[str]:
        """The columns of the cleaned record that the comparisons read."""
        return sorted({column for one in self.comparisons for column in _read_by(one)})

    @property
    def at_home(self) -> list[str]:
        """The comparisons of what a household shares, where there are at least two and others beside them."""
        found = [one.name for one in self.comparisons if one.name in levels.SHARED_AT_HOME]
        return found if 2 <= len(found) < len(self.comparisons) else []

    def settings(self, engine: str) -> dict[str, Any]:
        """The model as Splink's settings; `record` names the records.

        Without the rules of `blocking_rules`: the pairs are found by `blocking` and given to Splink.
        """
        return {
            "link_type": "dedupe_only",
            "unique_id_column_name": "record",
            "probability_two_random_records_match": self.prior,
            "retain_matching_columns": False,
            "retain_intermediate_calculation_columns": False,
            "linker_uid": "pathways",
            "blocking_rules_to_generate_predictions": [],
            "comparisons": [_settings(one, engine) for one in self.comparisons],
        }

    def among(self, records: int) -> Model:
        """The model for so many records: what an agreement says stays, the odds to begin with move.

        A person has as many records in a large file as in a small one, so that the share of all pairs that
        are one person's falls as the file grows; of a household the same.
        """
        if records == self.trained_on or self.trained_on < 2 or records < 2:
            return self
        share = (self.trained_on - 1) / (records - 1)
        return replace(
            self,
            prior=min(0.5, max(1e-12, self.prior * share)),
            household=min(0.4, self.household * share),
        )

    @property
    def blocking_rules(self) -> list[str]:
        """The keys as Splink's rules over the key columns: what `blocking.together` finds in one go."""
        return [f"l.k{at} = r.k{at}" for at in range(len(self.keys))]

    def to_json(self) -> str:
        data = {
            "format": FORMAT,
            "version": VERSION,
            "trained_on": self.trained_on,
            "prior": self.prior,
            "household": self.household,
            "keys": [list(key) for key in self.keys],
            "comparisons": [
                {
                    "name": one.name,
                    "needs": list(one.needs),
                    "null": one.null,
                    "levels": [
                        {"words": level.words, "test": level.test, "m": level.m, "u": level.u,
                         "frequency": level.frequency}
                        for level in one.levels
                    ],
                }
                for one in self.comparisons
            ],
        }  # fmt: skip
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def read(text: str) -> Model:
    """The model in this JSON. Raises ModelError."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ModelError(f"is not JSON: {error}") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ModelError("is not a model kept by `pathways link --save-model`")
    if data.get("version") != VERSION:
        raise ModelError(
            f"is of version {data.get('version')}; this programme reads version {VERSION}: train anew"
        )
    try:
        found = Model(
            comparisons=tuple(_comparison(one) for one in data["comparisons"]),
            prior=_share(data["prior"]),
            household=_share(data["household"]) if data["household"] else 0.0,
            keys=tuple(tuple(str(part) for part in key) for key in data["keys"]),
            trained_on=int(data["trained_on"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"lacks or spoils a part of a model: {error}") from None
    unknown = [key for key in found.keys if key not in keys.KEYS]
    if unknown:
        raise ModelError(f"holds a key that this programme does not know: {unknown[0]}")
    return found


def _comparison(data: Mapping[str, Any]) -> Comparison:
    """Only tests that this programme wrote itself: a model is a file from elsewhere, and its tests become
    SQL."""
    known = {one.name: one for one in levels.COMPARISONS}.get(data["name"])
    if known is None:
        raise ValueError(f"comparison {data['name']}")
    if data["null"] != known.null or [one["test"] for one in data["levels"]] != [
        one.test for one in known.levels
    ]:
        raise ValueError(f"the levels of {known.name}")
    made = [
        replace(
            level,
            m=_share(one["m"]),
            u=_share(one["u"]),
            frequency=level.frequency if one["frequency"] else None,
        )
        for level, one in zip(known.levels, data["levels"], strict=True)
    ]
    return replace(known, levels=tuple(made))


def _share(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]
    if not 0 < number < 1:
        raise ValueError(f"{value} is no probability between 0 and 1")
    return number


def _settings(one: Comparison, engine: str) -> dict[str, Any]:
    made: list[dict[str, Any]] = [
        {"sql_condition": levels.sql(one.null, engine), "label_for_charts": "missing", "is_null_level": True}
    ]
    for level in one.levels:
        line: dict[str, Any] = {
            "sql_condition": _bare(levels.sql(level.test, engine)) if level.test else "ELSE",
            "label_for_charts": level.words,
            "m_probability": level.m,
            "u_probability": level.u,
        }
        if level.frequency:
            line |= {
                "tf_adjustment_column": level.frequency,
                "tf_adjustment_weight": 1.0,
                "tf_minimum_u_value": RAREST,
            }
        made.append(line)
    return {"output_column_name": one.name, "comparison_levels": made}


def _bare(condition: str) -> str:
    """Splink knows an exact agreement by its plain form, without brackets."""
    if condition.startswith("(") and condition.count("(") == 1:
        return condition[1:-1]
    return condition


def _read_by(one: Comparison) -> set[str]:
    return {
        column
        for test in (one.null, *(level.test for level in one.levels))
        if test
        for column in _of_test(test)
    }


def _of_test(test: levels.Test) -> set[str]:
    (kind, value), *_ = test.items()
    if kind in ("all", "any"):
        return {column for inner in value for column in _of_test(inner)}
    return set(value) if kind in ("crossed", "crossed_alike") else {value}


def start(filled: Mapping[str, int], records: int, columns: Sequence[str]) -> Model:
    """The model before training, of the comparisons whose columns are there; `filled` counts their values.

    A matter that all but nobody has, or in which all are alike, says nothing and is left out by the caller.
    """
    fitting = tuple(one for one in levels.COMPARISONS if all(filled.get(need, 0) >= 2 for need in one.needs))
    if records < ENOUGH_TO_COUNT:
        fitting = tuple(
            replace(one, levels=tuple(replace(level, frequency=None) for level in one.levels))
            for one in fitting
        )
    return Model(fitting, prior(records), tuple(keys.usable(columns)))


def prior(records: int, *, expected: float | None = None) -> float:
    """The share of all pairs that are one person's: as many pairs as records unless more is known."""
    pairs = max(1.0, records * (records - 1) / 2)
    return min(0.5, max(1e-12, (records * 0.5 if expected is None else expected) / pairs))


def weight(level: Level) -> float:
    """How far a level moves the odds, in doublings: log2(m/u)."""
    return math.log2(level.m / level.u)
