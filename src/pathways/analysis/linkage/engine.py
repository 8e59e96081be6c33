"""Splink on DuckDB: trains a model on prepared records, and scores pairs with it."""

# ruff: noqa: S608 (what is put into SQL are names of our own columns, never words of a file)
from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import polars.selectors as cs

from pathways.analysis.linkage import blocking, keys, learning
from pathways.analysis.linkage.model import Model

#: memory for the tables of one run, where the rest may go to a disk
MEMORY = "500MB"
#: words are kept as a list and numbers where each stands this often on average
COMMON = 4
#: columns that are held against one another, and have one list: between two lists that would be very slow
ONE_LIST = {"born", "born_swapped"}


class Engine:
    """One set of prepared records in DuckDB: cleaned columns, keys, and `record`, their number from 0."""

    def __init__(self, prepared: pl.DataFrame | Path, *, spill: Path | None = None) -> None:
        """What does not fit `MEMORY` goes into the folder `spill`; without one, nothing is put on a disk.

        A Parquet file of prepared records is read as it is needed, and never held as a whole.
        """
        logging.getLogger("splink").setLevel(logging.ERROR)
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET temp_directory = ?", [str(spill) if spill else ""])
        if spill:
            self._connection.execute(f"SET memory_limit = '{MEMORY}'")
        self._connection.execute("SET preserve_insertion_order = false")
        if isinstance(prepared, Path):
            source = f"read_parquet('{str(prepared).replace(chr(39), chr(39) * 2)}')"
            self._connection.execute(f"CREATE VIEW given AS SELECT * FROM {source}")
            self._keys = pl.scan_parquet(prepared).select(cs.matches(keys.COLUMN))
        else:
            self._connection.register("given", prepared.select(~cs.matches(keys.COLUMN)).to_arrow())
            self._keys = prepared.select(cs.matches(keys.COLUMN)).lazy()
        self.records = _take_in(self._connection)
        if isinstance(prepared, Path):
            self._connection.execute("DROP VIEW given")
        else:
            self._connection.unregister("given")
        self._linkers = Linkers()
        self._asked = 0

    def _linker(self, model: Model) -> Any:
        """Splink's linker of this model, made once: its counts of names serve every later question."""
        from splink import DuckDBAPI, Linker

        def made() -> Any:
            counted = _count_words(self._connection, model)
            given = DuckDBAPI(self._connection).register("prepared", table_name="records")
            linker = Linker(given, model.settings("duckdb"), log_level=None, validate_settings=False)
            for name in counted:  # each record has its own: Splink need not make and hold a list of all words
                empty = f'SELECT "{name}", tf_{name} FROM prepared WHERE false'
                self._connection.execute(f'CREATE OR REPLACE VIEW "no_{name}" AS {empty}')
                none = linker._db_api.register(f"no_{name}", table_name=f"no_{name}_{len(self._linkers)}")
                linker.table_management.register_term_frequency_lookup(none, name)
            return linker

        return self._linkers.of(model, made)

    def train(self, untrained: Model, *, said: Callable[[str], None] = lambda stage: None) -> Model:
        """The model with m, u and prior learned from these records; byte for byte the same each time."""
        return learning.learn(self._connection, untrained, records=self.records, said=said)

    def score(self, model: Model, *, least: float) -> pl.DataFrame:
        """Every pair that shares a key and weighs at least `least`.

        left, right (record numbers),
            plain (Splink's weight) and home (the part of it that a household shares).
        """
        return self.score_these(model, blocking.together(self._keys), least=least)

    def score_these(self, model: Model, pairs: pl.DataFrame, *, least: float) -> pl.DataFrame:
        """The same for given pairs (left, right), whatever keys they share."""
        found = [self._score(model, some, least=least) for some in blocking.squares(pairs)]
        return pl.concat(found).sort("left", "right") if found else nothing()

    def _score(self, model: Model, pairs: pl.DataFrame, *, least: float) -> pl.DataFrame:
        linker = self._linker(model)
        self._asked += 1
        name = f"asked_{self._asked}"
        self._connection.register(name, pairs.to_arrow())
        self._connection.execute(
            f'CREATE TEMP VIEW {name}_pairs AS SELECT "left" AS join_key_l, "right" AS join_key_r,'
            f" '0' AS match_key FROM {name}"
        )
        given = linker._db_api.register(f"{name}_pairs", table_name=f"{name}_given")
        with asking(linker, given):
            found = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
        self._connection.execute(f"DROP VIEW {name}_pairs")
        self._connection.unregister(name)
        taken = self._connection.sql(
            'SELECT least(record_l, record_r)::INTEGER AS "left",'
            ' greatest(record_l, record_r)::INTEGER AS "right", match_weight AS plain'
            f" FROM {found.physical_name}"
        ).to_arrow_table()
        found.drop_table_from_database_and_remove_from_cache()
        return pl.DataFrame(taken)


def _take_in(connection: duckdb.DuckDBPyConnection) -> int:
    """What is `given` as the table `prepared`, without its keys. Says how many records there are.

    Words that come again and again become numbers of a list of words: a million records are a third as large
    that way, and so are the tables that their comparing needs.
    """
    kinds = {
        name: kind
        for name, kind, *_ in connection.execute("DESCRIBE given").fetchall()
        if not re.match(keys.COLUMN, name)
    }
    many = int(connection.execute("SELECT count(*) FROM given").fetchall()[0][0])
    taken = []
    for name, kind in kinds.items():
        with_it = ONE_LIST & kinds.keys() if name in ONE_LIST else {name}
        first = min(with_it)
        if kind in ("VARCHAR", "VARCHAR[]") and name == first:
            _list(connection, first, sorted(with_it), kind.endswith("[]"), most=many // COMMON)
        if _is_listed(connection, first):
            taken.append(f'"{name}"::"{first}_words"{kind.removeprefix("VARCHAR")} AS "{name}"')
        else:
            taken.append(f'"{name}"')
    connection.execute(f"CREATE TABLE prepared AS SELECT {', '.join(taken)} FROM given")
    return many


def _count_words(connection: duckdb.DuckDBPyConnection, model: Model) -> list[str]:
    """Beside each record, in columns `tf_…`, how large a part of the filled records have its word.

    Splink would join lists of all words to the records of every question, and of a million records there are
    many questions. Says which columns the model asks that of.
    """
    asked = sorted({level.frequency for one in model.comparisons for level in one.levels if level.frequency})
    there = {row[0] for row in connection.execute("DESCRIBE prepared").fetchall()}
    for name in asked:
        if f"tf_{name}" in there:
            continue
        connection.execute(
            f'CREATE TEMP TABLE words AS SELECT "{name}" AS word,'
            f' count(*)::DOUBLE / (SELECT count("{name}") FROM prepared) AS part'
            f' FROM prepared WHERE "{name}" IS NOT NULL GROUP BY 1'
        )
        connection.execute(f"ALTER TABLE prepared ADD COLUMN tf_{name} DOUBLE")
        connection.execute(f'UPDATE prepared SET tf_{name} = part FROM words WHERE "{name}" = word')
        connection.execute("DROP TABLE words")
    return asked


def _is_listed(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    asked = "SELECT count(*) FROM duckdb_types() WHERE type_name = ?"
    return bool(connection.execute(asked, [f"{name}_words"]).fetchall()[0][0])


def _list(
    connection: duckdb.DuckDBPyConnection, name: str, columns: list[str], is_several: bool, *, most: int
) -> None:
    """The type `<name>_words` of the words in these columns, unless there are none, or more than `most`."""
    parts = " UNION ALL ".join(
        f'SELECT {"unnest" if is_several else ""}("{column}") AS word FROM given' for column in columns
    )
    connection.execute(
        f"CREATE TEMP TABLE words AS SELECT DISTINCT word FROM ({parts}) WHERE word IS NOT NULL ORDER BY word"
    )
    if 0 < int(connection.execute("SELECT count(*) FROM words").fetchall()[0][0]) <= most:
        connection.execute(f'CREATE TYPE "{name}_words" AS ENUM (SELECT word FROM words ORDER BY word)')
    connection.execute("DROP TABLE words")


class Linkers:
    """Linkers of models already asked for; a model that differs in its prior only is the same."""

    def __init__(self) -> None:
        self._known: list[tuple[Model, Any]] = []

    def __len__(self) -> int:
        return len(self._known)

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
