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
from pathways.analysis.linkage import engine as engines
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
    #: whether the model was trained on these records: a few are too few for that
    is_trained: bool = False

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
    """Trains where asked, scores, and forms people. `threshold` settles who is joined; None finds it.

    A kept model begins at the odds that so many records have (`Model.among`), and is given back as it was.
    """
    kept = model
    if train and records >= TOO_FEW:
        kept = model = engine.train(model, said=said)
    else:
        model = model.among(records)
    said("weighing pairs")
    scored = engine.score(model, least=LEAST) if model.comparisons and model.keys else engines.nothing()
    scored = with_home(engine, model, scored)
    if train and records >= TOO_FEW:
        scored, model = _settled(scored, model, records)
        kept = model
    scored = weighed(scored, model)
    linked = people_of(engine, model, scored, records=records, threshold=threshold, said=said)
    return replace(linked, model=kept, is_trained=train and records >= TOO_FEW)


def people_of(
    engine: Scorer, model: Model, scored: pl.DataFrame, *, records: int, threshold: float | None = None,
    said: Said = lambda stage: None,
) -> Linked:  # fmt: skip
    """People from weighed pairs, with those looked at as well who are close through a third record."""
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


def _weight(chance: float) -> float:
    bounded = min(max(chance, 1e-12), 1 - 1e-12)
    return float(np.log2(bounded / (1 - bounded)))


def _arrays(scored: pl.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    return (
        scored["left"].to_numpy().astype(np.int64),
        scored["right"].to_numpy().astype(np.int64),
        scored["weight"].to_numpy(),
    )


def weights(plain: NDArray[np.float64], home: NDArray[np.float64], model: Model) -> NDArray[np.float64]:
    """The weights against strangers and households alike, from Splink's weights against strangers.

    The odds of a pair are prior·2^w against 1 + household·2^home, the second because two people of one
    household share as much of `home` as one person's records do.
    """
    return np.asarray(plain - np.log2(1 + model.household * np.exp2(np.clip(home, -300, 300))))


def with_home(engine: Scorer, model: Model, scored: pl.DataFrame) -> pl.DataFrame:
    """`scored` with `home`, the part of each plain weight that a household shares."""
    if not model.at_home or scored.is_empty():
        return scored.with_columns(home=pl.lit(0.0))
    shared = tuple(one for one in model.comparisons if one.name in model.at_home)
    at_home = replace(model, comparisons=shared, prior=0.5)
    found = engine.score_these(at_home, scored.select("left", "right"), least=-10_000.0)
    return scored.with_columns(found["plain"].alias("home"))


def weighed(scored: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Scored pairs with their settled `weight`, those that still weigh enough."""
    settled = weights(scored["plain"].to_numpy(), scored["home"].to_numpy(), model)
    return scored.with_columns(weight=pl.Series(settled, dtype=pl.Float64)).filter(pl.col("weight") >= LEAST)


def _settled(scored: pl.DataFrame, model: Model, records: int) -> tuple[pl.DataFrame, Model]:
    """Prior and household at which as many pairs are expected as they say; the plain weights move along."""
    pairs = max(1.0, records * (records - 1) / 2)
    began = _weight(model.prior)
    against = np.exp2(np.clip(scored["plain"].to_numpy() - began, -300, 300))
    at_home = np.exp2(np.clip(scored["home"].to_numpy(), -300, 300))
    hers, home = model.prior, model.prior / 2 if model.at_home else 0.0
    for _ in range(200):
        whole = 1 - hers - home + home * at_home + hers * against
        now = prior(records, expected=max(1.0, float((hers * against / whole).sum())))
        theirs = min(0.4, float((home * at_home / whole).sum()) / pairs)
        moved = abs(np.log(now / hers)) + abs(theirs - home) / now
        hers, home = now, theirs
        if moved < 1e-9:
            break
    hers, home = float(f"{hers:.10g}"), float(f"{home:.10g}") if home > 1e-15 else 0.0
    return scored.with_columns(pl.col("plain") + (_weight(hers) - began)), replace(
        model, prior=hers, household=home
    )


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
    found = weighed(with_home(engine, model, engine.score_these(model, asked, least=LEAST)), model)
    return pl.concat([scored, found]).sort("left", "right") if found.height else scored
