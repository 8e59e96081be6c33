"""One pair weighed in Python, with what speaks for and against: the same numbers as an engine gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pathways.analysis.linkage import levels
from pathways.analysis.linkage.levels import Comparison
from pathways.analysis.linkage.model import RAREST, Model

#: of each column the share of the records with a value that have this one
Frequencies = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Part:
    """One matter: the words of the level that the pair is on, and its weight in doublings of the odds."""

    name: str
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """The whole weight (less what speaks for two people of one household: see `linking.weights`), the
    probability that it means, where it began (the prior), and its parts."""

    weight: float
    probability: float
    began: float
    parts: tuple[Part, ...]


def weigh(
    model: Model, left: Mapping[str, Any], right: Mapping[str, Any], frequencies: Frequencies
) -> Weighed:
    """Two cleaned records (`cleaning.record`) under the model."""
    began = math.log2(model.prior / (1 - model.prior))
    parts = tuple(_part(one, left, right, frequencies) for one in model.comparisons)
    weight = began + sum(part.weight for part in parts)
    home = sum(part.weight for part in parts if part.name in model.at_home)
    if model.household:
        weight -= math.log2(1 + model.household * 2 ** min(home, 300.0))
    return Weighed(weight, _probability(weight), began, parts)


def _probability(weight: float) -> float:
    if weight >= 0:
        return 1 / (1 + 2 ** -min(weight, 1000.0))
    return 2 ** max(weight, -1000.0) / (1 + 2 ** max(weight, -1000.0))


def _part(
    one: Comparison, left: Mapping[str, Any], right: Mapping[str, Any], frequencies: Frequencies
) -> Part:
    if levels.holds(one.null, left, right):
        return Part(one.name, "says nothing", 0.0)
    level = next(level for level in one.levels if level.test is None or levels.holds(level.test, left, right))
    share = level.u
    if level.frequency:
        known = frequencies.get(level.frequency, {})
        shares = [known[value] for value in (left[level.frequency], right[level.frequency]) if value in known]
        if shares:
            share = max(*shares, RAREST)
    return Part(one.name, level.words, math.log2(level.m) - math.log2(share))
