"""Splink on DuckDB: trains a model on prepared records, and scores pairs with it."""

# ruff: noqa: S608 (what is put into SQL are names of our own columns, never words of a file)
from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any

import duckdb
import polars as pl

from pathways.analysis.linkage import learning
from pathways.analysis.linkage.model import Model


class Engine:
    """One set of prepared records in DuckDB: cleaned columns, keys, and `record`, their number from 0."""

    def __init__(self, prepared: pl.DataFrame, *, memory: str = "700MB") -> None:
        logging.getLogger("splink").setLevel(logging.ERROR)
        self._connection = duckdb.connect(":memory:")
        self._connection.execute(f"SET memory_limit = '{memory}'")
        self._connection.execute("SET preserve_insertion_order = false")
        table = prepared.to_arrow()
        self._connection.register("given", table)
        self._connection.execute("CREATE TABLE prepared AS SELECT * FROM given")
        self._connection.unregister("given")
        self.columns = set(prepared.columns)
        self.records = prepared.height

    def _linker(self, settings: dict[str, Any]) -> Any:
        from splink import DuckDBAPI, Linker

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            api = DuckDBAPI(self._connection)
            return Linker(
                api.register("prepared", table_name="records"),
                settings,
                log_level=None,
                validate_settings=False,
            )

    def train(self, untrained: Model, *, said: Callable[[str], None] = lambda stage: None) -> Model:
        """The model with m, u and prior learned from these records; byte for byte the same each time."""
        return learning.learn(self._connection, untrained, records=self.records, said=said)

    def score(self, model: Model, *, least: float) -> pl.DataFrame:
        """Every pair that shares a key and weighs at least `least`: left, right (record numbers), weight."""
        linker = self._linker(model.settings("duckdb"))
        found = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
        return self._taken(found)

    def score_these(self, model: Model, pairs: pl.DataFrame, *, least: float) -> pl.DataFrame:
        """The same for given pairs (left, right), whatever keys they share."""
        if pairs.is_empty():
            return pl.DataFrame(schema={"left": pl.Int32, "right": pl.Int32, "weight": pl.Float64})
        linker = self._linker(model.settings("duckdb"))
        self._connection.register("asked", pairs.to_arrow())
        self._connection.execute(
            'CREATE OR REPLACE TABLE asked_pairs AS SELECT "left" AS join_key_l, "right" AS join_key_r,'
            " '0' AS match_key FROM asked"
        )
        self._connection.unregister("asked")
        linker.table_management.register_blocked_pairs_for_predict(
            linker._db_api.register("asked_pairs", table_name="pairs_to_score")
        )
        found = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
        return self._taken(found)

    def _taken(self, found: Any) -> pl.DataFrame:
        taken = self._connection.sql(
            'SELECT least(record_l, record_r)::INTEGER AS "left",'
            ' greatest(record_l, record_r)::INTEGER AS "right", match_weight AS weight'
            f" FROM {found.physical_name}"
        ).to_arrow_table()
        found.drop_table_from_database_and_remove_from_cache()
        frame = pl.DataFrame(taken)
        return frame.sort("left", "right")
