"""Splink on DuckDB: trains a model on prepared records, and scores pairs with it."""

# ruff: noqa: S608 (what is put into SQL are names of our own columns, never words of a file)
from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pathways.analysis.linkage import learning
from pathways.analysis.linkage.model import Model

#: memory for the tables of one run, where the rest may go to a disk
MEMORY = "650MB"


class Engine:
    """One set of prepared records in DuckDB: cleaned columns, keys, and `record`, their number from 0."""

    def __init__(self, prepared: pl.DataFrame, *, spill: Path | None = None) -> None:
        """What does not fit `MEMORY` goes into the folder `spill`; without one, nothing is put on a disk."""
        logging.getLogger("splink").setLevel(logging.ERROR)
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET temp_directory = ?", [str(spill) if spill else ""])
        if spill:
            self._connection.execute(f"SET memory_limit = '{MEMORY}'")
        self._connection.execute("SET preserve_insertion_order = false")
        table = prepared.to_arrow()
        self._connection.register("given", table)
        self._connection.execute("CREATE TABLE prepared AS SELECT * FROM given")
        self._connection.unregister("given")
        self.columns = set(prepared.columns)
        self.records = prepared.height
        self._linkers = Linkers()
        self._asked = 0

    def _linker(self, model: Model) -> Any:
        """Splink's linker of this model, made once: its counts of names serve every later question."""
        from splink import DuckDBAPI, Linker

        def made() -> Any:
            given = DuckDBAPI(self._connection).register("prepared", table_name="records")
            return Linker(given, model.settings("duckdb"), log_level=None, validate_settings=False)

        return self._linkers.of(model, made)

    def train(self, untrained: Model, *, said: Callable[[str], None] = lambda stage: None) -> Model:
        """The model with m, u and prior learned from these records; byte for byte the same each time."""
        return learning.learn(self._connection, untrained, records=self.records, said=said)

    def score(self, model: Model, *, least: float) -> pl.DataFrame:
        """Every pair that shares a key and weighs at least `least`.

        left, right (record numbers),
            plain (Splink's weight) and home (the part of it that a household shares).
        """
        linker = self._linker(model)
        found = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
        return self._taken(found)

    def score_these(self, model: Model, pairs: pl.DataFrame, *, least: float) -> pl.DataFrame:
        """The same for given pairs (left, right), whatever keys they share."""
        if pairs.is_empty():
            return nothing()
        linker = self._linker(model)
        self._asked += 1
        table = f"asked_{self._asked}"
        self._connection.register("asked", pairs.to_arrow())
        self._connection.execute(
            f'CREATE TABLE {table} AS SELECT "left" AS join_key_l, "right" AS join_key_r,'
            " '0' AS match_key FROM asked"
        )
        self._connection.unregister("asked")
        given = linker._db_api.register(table, table_name=f"{table}_given")
        with asking(linker, given):
            found = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
        self._connection.execute(f"DROP TABLE {table}")
        return self._taken(found)

    def _taken(self, found: Any) -> pl.DataFrame:
        taken = self._connection.sql(
            'SELECT least(record_l, record_r)::INTEGER AS "left",'
            ' greatest(record_l, record_r)::INTEGER AS "right", match_weight AS plain'
            f" FROM {found.physical_name}"
        ).to_arrow_table()
        found.drop_table_from_database_and_remove_from_cache()
        return pl.DataFrame(taken).sort("left", "right")


class Linkers:
    """Linkers of models already asked for; a model that differs in its prior only is the same."""

    def __init__(self) -> None:
        self._known: list[tuple[Model, Any]] = []

    def of(self, model: Model, made: Callable[[], Any]) -> Any:
        shape = replace(model, prior=0.5, household=0.0)
        linker = next((linker for known, linker in self._known if known == shape), None)
        if linker is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                linker = made()
            self._known.append((shape, linker))
        linker._settings_obj._probability_two_random_records_match = model.prior
        return linker


def nothing() -> pl.DataFrame:
    """No pairs, in the columns of `Engine.score`."""
    return pl.DataFrame(schema={"left": pl.Int32, "right": pl.Int32, "plain": pl.Float64})


@contextmanager
def asking(linker: Any, pairs: Any) -> Iterator[None]:
    """Within this, Splink predicts these pairs and no others."""
    before = set(linker._intermediate_table_cache)
    linker.table_management.register_blocked_pairs_for_predict(pairs)
    try:
        yield
    finally:
        for name in set(linker._intermediate_table_cache) - before:
            if linker._intermediate_table_cache[name].metadata.get("registered_for_predict"):
                del linker._intermediate_table_cache[name]  # else it stands for all later questions
