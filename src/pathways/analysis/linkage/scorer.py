"""How likely it is that two records are of one woman, by the weights of a trained model, for a few at once.

A model is trained and used on whole files by Splink. While somebody types a name there is no file to give it:
there are a few sealed records, opened in memory for a moment. This reads the same kept model (Splink's
settings, as it saves them) and answers for such pairs what Splink's `predict_between` answers, in
microseconds. Match weights are logarithms to base two of how much likelier what is seen is of one person than
of two (Fellegi and Sunter 1969), added up over the comparisons, from the prior. A term frequency, where a
record carries one (`tf_` before the column's name), takes the place of the chance that two people share the
value.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from pathways.analysis.linkage import expressions
from pathways.analysis.linkage.expressions import Asked, Record

#: Below this Splink takes no probability of a level to be, so that no weight is infinite.
_LEAST = 1e-300
#: What Splink takes for a level that it never saw when it was trained.
_NOT_SEEN = 1e-6
_NOT_SEEN_SAID = "level not observed in training dataset"


class NoModel(ValueError):
    """A file that is not a trained model, or one that asks for what is not understood here. Says what."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one comparison says of a pair: in words, and its weight. Above nought it speaks for one person."""

    name: str
    words: str
    weight: float
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """How likely two records are of one person. `weight` is the prior and all parts added up."""

    weight: float
    probability: float
    prior: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _Level:
    asked: Asked | None
    words: str
    weight: float
    is_null: bool
    tf_column: str = ""
    tf_weight: float = 0.0
    tf_base: float = 0.0
    tf_least: float = 0.0


@dataclass(frozen=True, slots=True)
class _Comparison:
    name: str
    words: str
    levels: tuple[_Level, ...]


class Model:
    """A trained model, ready to be asked.

    `settings` is what Splink's `save_model_to_json` writes. Raises NoModel when something in it was not
    trained or is not understood.
    """

    def __init__(self, settings: Mapping[str, Any], *, version: str = "") -> None:
        try:
            self.version = version or _fingerprint(settings)
            self.prior = weight_of(float(settings["probability_two_random_records_match"]))
            self._comparisons = tuple(_comparison(one) for one in settings["comparisons"])
            self.rules = tuple(
                one["blocking_rule"] if isinstance(one, Mapping) else str(one)
                for one in settings.get("blocking_rules_to_generate_predictions", ())
            )
            self._keys = [(_named(rule), *expressions.key(rule)) for rule in self.rules]
        except expressions.NotUnderstood as why:
            raise NoModel(str(why)) from None
        except (KeyError, TypeError, ValueError) as why:
            if isinstance(why, NoModel):
                raise
            raise NoModel("this is not a trained model as Splink saves one") from None

    def score(self, left: Record, right: Record) -> Score:
        """The pair's weight, probability and what each comparison said.

        What a pair's two records are called left and right matters only where a condition says so.
        """
        parts = tuple(_part(one, left, right) for one in self._comparisons)
        weight = self.prior + sum(part.weight for part in parts)
        return Score(weight, probability_of(weight), self.prior, parts)

    def weigh(self, left: Record, right: Record) -> float:
        """The pair's weight alone, which is all that a list of likely records needs."""
        weight = self.prior
        for comparison in self._comparisons:
            for level in comparison.levels:
                if level.asked is None or level.asked(left, right):
                    weight += level.weight
                    if level.tf_column:
                        weight += _of_frequency(level, left, right)
                    break
        return weight

    def keys_asked(self, record: Record) -> list[str]:
        """What this record looks under: every record that is kept under one of these is its candidate."""
        return _keys_of(((rule, left) for rule, left, _ in self._keys), record)

    def keys_kept(self, record: Record) -> list[str]:
        """What this record is kept under. With `keys_asked`, the pairs that the model's rules make."""
        return _keys_of(((rule, right) for rule, _, right in self._keys), record)


def probability_of(weight: float) -> float:
    """A match weight as a probability; never overflows."""
    if weight >= 0:
        return 1 / (1 + 2.0**-weight)
    odds = 2.0 ** max(weight, -1_000)
    return odds / (1 + odds)


def weight_of(probability: float) -> float:
    """A probability as a match weight. Raises NoModel for 0, 1 and what is none."""
    if not 0 < probability < 1:
        raise NoModel("the prior of the model is no probability")
    return math.log2(probability / (1 - probability))


def read(path: Path) -> Model:
    """A model that Splink saved, or a kept one with its provenance round it. Raises NoModel, OSError."""
    return of_json(path.read_text(encoding="utf-8"))


def of_json(text: str) -> Model:
    """A model from its JSON: Splink's own, or with `settings` and `version` inside."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise NoModel(f"this is no JSON: line {error.lineno}") from None
    if not isinstance(found, dict):
        raise NoModel("this is not a trained model as Splink saves one")
    if isinstance(found.get("settings"), dict):
        return Model(found["settings"], version=str(found.get("version", "")))
    return Model(found)


@functools.cache
def shipped() -> Model:
    """The model that comes with the programme: trained on invented people, for the women it holds."""
    return of_json(_shipped_text())


@functools.cache
def frequencies() -> Mapping[str, Mapping[str, float]]:
    """How common the commonest names are among those the shipped model knows: column → name → share."""
    found: dict[str, dict[str, float]] = json.loads(_shipped_text()).get("frequencies", {})
    return found


@functools.cache
def provenance() -> Mapping[str, Any]:
    """What the shipped model was trained on, when and how well it did."""
    found: dict[str, Any] = json.loads(_shipped_text())["provenance"]
    return found


def _shipped_text() -> str:
    return resources.files("pathways.analysis.linkage").joinpath("known_model.json").read_text("utf-8")


def _fingerprint(settings: Mapping[str, Any]) -> str:
    said = json.dumps(settings, sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


# --- reading a model --------------------------------------------------------------------------------


def _comparison(said: Mapping[str, Any]) -> _Comparison:
    name = str(said["output_column_name"])
    levels = said["comparison_levels"]
    return _Comparison(
        name,
        _words(str(said.get("comparison_description") or ""), name),
        tuple(_level(one, levels, name) for one in levels),
    )


def _words(described: str, name: str) -> str:
    """A description that a person wrote; not the long one that Splink makes of a comparison's levels."""
    if described and len(described) <= 40 and "'" not in described:
        return described
    return name.replace("_", " ").capitalize()


def _level(said: Mapping[str, Any], levels: Sequence[Mapping[str, Any]], name: str) -> _Level:
    sql = str(said["sql_condition"])
    asked = None if sql.strip().upper() == "ELSE" else expressions.condition(sql)
    words = str(said.get("label_for_charts") or sql)
    if said.get("is_null_level"):
        return _Level(asked, words, 0.0, True)
    m, u = _chance(said, "m_probability", name), _chance(said, "u_probability", name)
    weight = math.log2(max(m, _LEAST) / max(u, _LEAST))
    column = said.get("tf_adjustment_column") or ""
    share = float(said.get("tf_adjustment_weight", 1.0))
    if not column or share == 0 or asked is None:
        return _Level(asked, words, weight, False)
    column = column.strip('"')
    base = u if said.get("disable_tf_exact_match_detection") else _exact(levels, column, name)
    least = float(said.get("tf_minimum_u_value", 0.0))
    return _Level(asked, words, weight, False, f"tf_{column}", share, math.log2(base), least)


def _chance(said: Mapping[str, Any], which: str, name: str) -> float:
    value = said.get(which)
    if value == _NOT_SEEN_SAID:
        return _NOT_SEEN
    if not isinstance(value, (int, float)):
        raise NoModel(f"the comparison “{name}” was not trained: a level of it has no {which}")
    return float(value)


def _exact(levels: Sequence[Mapping[str, Any]], column: str, name: str) -> float:
    """The chance that two people share a value of this column, of its level of exact agreement."""
    for one in levels:
        sql = "".join(str(one["sql_condition"]).replace('"', "").split()).lower()
        if sql in (f"{column}_l={column}_r".lower(), f"{column}_r={column}_l".lower()):
            return _chance(one, "u_probability", name)
    raise NoModel(f"the comparison “{name}” has no level of exact agreement for its frequencies")


def _part(comparison: _Comparison, left: Record, right: Record) -> Part:
    for level in comparison.levels:
        if level.asked is None or level.asked(left, right):
            weight = level.weight + (_of_frequency(level, left, right) if level.tf_column else 0.0)
            return Part(comparison.words, level.words, weight, level.is_null)
    raise NoModel(f"the comparison “{comparison.name}” says nothing of some pair: it needs an ELSE level")


def _of_frequency(level: _Level, left: Record, right: Record) -> float:
    here, there = left.get(level.tf_column), right.get(level.tf_column)
    known = [value for value in (here, there) if value is not None]
    if not known:
        return 0.0
    return level.tf_weight * (level.tf_base - math.log2(max(*known, level.tf_least)))


def _named(rule: str) -> str:
    """What a rule's keys begin with: the same for every model that has the rule."""
    return hashlib.sha256(" ".join(rule.lower().split()).encode()).hexdigest()[:8]


def _keys_of(rules: Any, record: Record) -> list[str]:
    found: list[str] = []
    taken: Sequence[Callable[[Record], Any]]
    for rule, taken in rules:
        values = [take(record) for take in taken]
        if all(value is not None for value in values):
            found.append(f"k:{rule}:" + "\x1f".join(str(value) for value in values))
    return found
