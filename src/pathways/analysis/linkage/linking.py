"""The whole of it: records in, every likely pair and every record's person out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array, triu

from pathways.analysis.linkage import cleaning, keys, people
from pathways.analysis.linkage.model import Model, prior, start

#: every pair at this probability or more is given
GIVEN = 0.01
#: pairs down to this weight are kept to form people: what speaks against counts too
LEAST = -12.0
#: a record with more likely partners than this brings no pairs of their own with it
MANY_PARTNERS = 60
#: fewer records than this teach nothing that was not known before
TOO_FEW = 60

Said = Callable[[str], None]


class Scorer(Protocol):
    """An engine with one set of prepared records: DuckDB, or Spark."""

    def train(self, untrained: Model, *, said: Said) -> Model: ...
    def score(self, model: Model, *, least: float) -> pl.DataFrame: ...
    def score_these(self, model: Model, pairs: pl.DataFrame, *, least: float) -> pl.DataFrame: ...


@dataclass(frozen=True, slots=True)
class Linked:
    """What a run found.

    `pairs` has left, right (record numbers from 0, left < right), weight and probability, sorted; `person`
    gives each record the smallest record number among hers. `threshold` is the probability that the mean
    weight between two groups must reach for them to be joined.
    """

    pairs: pl.DataFrame
    person: NDArray[np.int64]
    threshold: float
    model: Model
    expected_f1: float

    @property
    def persons(self) -> int:
        return len(np.unique(self.person))


def prepare(raw: pl.DataFrame, model: Model | None = None) -> tuple[pl.DataFrame, Model]:
    """Cleaned records with their keys, and the model: as given, or untrained for the columns that say
    something.

    `raw` has standard columns of text. A column in which at most one record has a value, or all have the
    same,
    says nothing and is left out of a new model (of a few records all may well be one person's).
    """
    cleaned = cleaning.frame(raw)
    filled = {name: cleaned[name].count() for name in cleaned.columns}
    varied = filled
    if cleaned.height >= TOO_FEW:
        varied = {
            name: count if cleaned[name].drop_nulls().n_unique() > 1 else 0 for name, count in filled.items()
        }
    if model is None:
        model = start(varied, cleaned.height, [name for name, count in varied.items() if count])
    numbers = keys.numbered(cleaned, model.keys, pairs=keys.room(cleaned.height))
    record = pl.int_range(cleaned.height, eager=True, dtype=pl.Int32).alias("record")
    kept = sorted({name for name, count in filled.items() if count} | set(model.columns))
    return pl.concat([record.to_frame(), cleaned.select(kept), numbers], how="horizontal"), model


def link(
    engine: Scorer, model: Model, *, records: int, train: bool, threshold: float | None = None,
    said: Said = lambda stage: None,
) -> Linked:  # fmt: skip
    """Trains where asked, scores, and forms people. `threshold` settles who is joined; None finds it."""
    if train and records >= TOO_FEW:
        model = engine.train(model, said=said)
    said("weighing pairs")
    scored = engine.score(model, least=LEAST) if model.comparisons and model.keys else _none()
    if train and records >= TOO_FEW:
        scored, model = _settled(scored, model, records)
    for _ in range(2):
        said("looking at those who are close through a third")
        scored = _with_thirds(engine, model, scored, records)
    said("forming people")
    left, right, weight = _arrays(scored)
    wanted = None if threshold is None else _weight(threshold)
    made = people.joins(records, left, right, weight, lowest=min(people.LOWEST, wanted or 0.0))
    cut = people.best_cut(records, made, left, right, weight) if wanted is None else wanted
    person = people.groups(records, made, cut=cut)
    person = people.with_singles(person, left, right, weight, cut=cut)
    chance = people.probability(weight)
    given = scored.with_columns(probability=chance).filter(pl.col("probability") >= GIVEN)
    settled = threshold if threshold is not None else float(people.probability(np.array([cut]))[0])
    return Linked(given, person, settled, model, people.expected_f1(person, left, right, chance))


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema={"left": pl.Int32, "right": pl.Int32, "weight": pl.Float64})


def _weight(chance: float) -> float:
    bounded = min(max(chance, 1e-12), 1 - 1e-12)
    return float(np.log2(bounded / (1 - bounded)))


def _arrays(scored: pl.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    return (
        scored["left"].to_numpy().astype(np.int64),
        scored["right"].to_numpy().astype(np.int64),
        scored["weight"].to_numpy(),
    )


def _settled(scored: pl.DataFrame, model: Model, records: int) -> tuple[pl.DataFrame, Model]:
    """The prior at which as many pairs are expected as it says itself; the weights move by as much."""
    weight = scored["weight"].to_numpy()
    before = current = _weight(model.prior)
    believed = model.prior
    for _ in range(100):
        believed = prior(
            records, expected=max(1.0, float(people.probability(weight + current - before).sum()))
        )
        moved = _weight(believed) - current
        current += moved
        if abs(moved) < 1e-9:
            break
    believed = float(f"{believed:.10g}")
    shift = _weight(believed) - before
    return scored.with_columns(pl.col("weight") + shift), replace(model, prior=believed)


def _with_thirds(engine: Scorer, model: Model, scored: pl.DataFrame, records: int) -> pl.DataFrame:
    """Scored as well: pairs that no key brought together, but that both go likely with a third record."""
    left, right, weight = _arrays(scored)
    likely = weight >= 0
    one, other = left[likely], right[likely]
    if not len(one):
        return scored
    ones = np.ones(len(one), dtype=np.float32)
    graph = coo_array((ones, (one, other)), shape=(records, records)).tocsr()
    graph = graph + graph.T
    busy = np.asarray(graph.sum(axis=1)).ravel() > MANY_PARTNERS
    rows = graph.tocoo()
    kept = ~busy[rows.coords[0]] & ~busy[rows.coords[1]]
    graph = coo_array(
        (rows.data[kept], (rows.coords[0][kept], rows.coords[1][kept])), shape=(records, records)
    ).tocsr()
    reached = triu(graph @ graph, k=1).tocoo()
    asked = pl.DataFrame(
        {"left": reached.coords[0].astype(np.int32), "right": reached.coords[1].astype(np.int32)}
    ).join(scored, on=["left", "right"], how="anti").sort("left", "right")  # fmt: skip
    found = engine.score_these(model, asked, least=LEAST)
    return pl.concat([scored, found]).sort("left", "right") if found.height else scored
