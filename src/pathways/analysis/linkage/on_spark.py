"""The same model on a Spark cluster, for more records than one machine takes. An optional extra.

A model is trained on this machine, from as many of the records as fit; Spark weighs the pairs. What is asked
of it is the same as of DuckDB; `tests/analysis/test_linkage_on_spark.py` holds the answers to be the same.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from collections.abc import Callable
from typing import Any

import polars as pl
import pyarrow as pa

from pathways.analysis.linkage import engine, keys
from pathways.analysis.linkage.model import Model

#: where the cluster is, as Spark writes it (spark://host:7077, local-cluster[2,1,1024]); all cores of this
#: machine unless told
MASTER = "PATHWAYS_SPARK_MASTER"
#: records that a model is trained on
LEARNED_FROM = 200_000
#: records that one worker takes at a time: of few records, many small parts would cost more than the work
A_PART = 25_000


class NoSparkError(Exception):
    """Spark cannot be had here. The text is one line that says what to install."""


def check() -> None:
    """Raises NoSparkError unless pyspark and a Java are there."""
    try:
        import pyspark  # noqa: F401
    except ImportError:
        raise NoSparkError("--engine spark needs pyspark: pip install 'soc-pathways[spark]'") from None
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java") and not (home and os.access(os.path.join(home, "bin", "java"), os.X_OK)):
        raise NoSparkError("--engine spark needs Java 17 or later: apt-get install default-jre-headless")


def session(master: str | None = None) -> Any:
    """A session with the functions for names on every worker. Raises NoSparkError."""
    check()
    from pyspark.sql import SparkSession
    from splink.backends.spark import similarity_jar_location

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # of workers on this machine
    try:
        started = (
            SparkSession.builder.appName("pathways link")
            .master(master or os.environ.get(MASTER) or "local[*]")
            .config("spark.jars", similarity_jar_location())
            .config("spark.sql.execution.arrow.pyspark.enabled", "true")
            .config("spark.ui.enabled", "false")
            .config("spark.executor.heartbeatInterval", "60s")  # a busy machine is no lost worker
            .config("spark.network.timeout", "600s")
            .config("spark.log.level", "ERROR")
            .getOrCreate()
        )
    except Exception as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise NoSparkError(f"Spark does not start: {said[0][:200]}") from None
    started.sparkContext.setLogLevel("ERROR")
    _teach(started)
    return started


def _teach(spark: Any) -> None:
    """`names_alike`: Jaro-Winkler by the library that DuckDB has within it.

    The function that Splink brings for Spark halves the transpositions to whole numbers, and so finds some
    names less alike: "plymouth" and "plyumouh". It goes to the workers by value, and needs RapidFuzz there.
    """
    from pyspark.sql.functions import udf

    def alike(one: str | None, other: str | None) -> float | None:
        from rapidfuzz.distance import JaroWinkler

        return None if one is None or other is None else JaroWinkler.similarity(one, other)

    spark.udf.register("names_alike", udf(alike, "double", useArrow=True))


class SparkEngine:
    """One set of prepared records on Spark. The session is the caller's, to be stopped by the caller."""

    def __init__(self, prepared: pl.DataFrame, spark: Any) -> None:
        logging.getLogger("splink").setLevel(logging.ERROR)
        self._prepared = prepared
        self._spark = spark
        self._parts = max(spark.sparkContext.defaultParallelism, prepared.height // A_PART)
        spark.conf.set("spark.sql.shuffle.partitions", str(self._parts))
        self._frame = spark.createDataFrame(_plain(prepared.to_arrow())).repartition(self._parts).persist()
        self._linkers = engine.Linkers()
        self._asked = 0

    def train(self, untrained: Model, *, said: Callable[[str], None] = lambda stage: None) -> Model:
        """On this machine, from the first `LEARNED_FROM` records."""
        return engine.Engine(self._prepared.head(LEARNED_FROM)).train(untrained, said=said)

    def _linker(self, model: Model) -> Any:
        from splink import Linker
        from splink.backends.spark import SparkAPI

        def made() -> Any:
            api = SparkAPI(
                spark_session=self._spark,
                break_lineage_method="persist",
                num_partitions_on_repartition=self._parts,
            )
            given = api.register(self._frame, table_name=f"records_{id(api)}")
            return Linker(given, model.settings("spark"), log_level=None, validate_settings=False)

        return self._linkers.of(model, made)

    def score(self, model: Model, *, least: float) -> pl.DataFrame:
        """As `engine.Engine.score`; the pairs that share a key are found by the workers."""
        return self._score(model, self._together(), least=least)

    def _together(self) -> Any:
        """Every pair that shares a key, once: one join over all keys, however many there are."""
        from pyspark.sql import functions as F

        names = [name for name in self._prepared.columns if re.match(keys.COLUMN, name)]
        numbered = [
            F.struct(F.lit(at).alias("key"), F.col(name).alias("block")) for at, name in enumerate(names)
        ]
        lines = self._frame.select("record", F.explode(F.array(*numbered)).alias("in"))
        lines = lines.where("in.block IS NOT NULL")
        left = lines.select(F.col("record").alias("join_key_l"), "in.key", "in.block")
        right = lines.select(F.col("record").alias("join_key_r"), "in.key", "in.block")
        pairs = left.join(right, ["key", "block"]).where("join_key_l < join_key_r")
        return pairs.select("join_key_l", "join_key_r").distinct().withColumn("match_key", F.lit("0"))

    def score_these(self, model: Model, pairs: pl.DataFrame, *, least: float) -> pl.DataFrame:
        """As `engine.Engine.score_these`."""
        if pairs.is_empty():
            return engine.nothing()
        asked = self._spark.createDataFrame(
            _plain(pairs.select(join_key_l="left", join_key_r="right", match_key=pl.lit("0")).to_arrow())
        )
        return self._score(model, asked, least=least)

    def _score(self, model: Model, pairs: Any, *, least: float) -> pl.DataFrame:
        linker = self._linker(model)
        self._asked += 1
        given = linker._db_api.register(pairs, table_name=f"asked_{self._asked}")
        with engine.asking(linker, given):
            found = linker.inference.predict(warning_mode="never")
        return self._taken(found, least=least)

    def _taken(self, found: Any, *, least: float) -> pl.DataFrame:
        """Those that weigh at least `least`. Asked of the persisted table, not of Splink: a condition within
        its statement would have every comparison written into it several times over."""
        from pyspark.sql import functions as F

        frame = found.as_spark_dataframe()
        taken = frame.where(F.col("match_weight") >= least).select(
            F.least("record_l", "record_r").cast("int").alias("left"),
            F.greatest("record_l", "record_r").cast("int").alias("right"),
            F.col("match_weight").cast("double").alias("plain"),
        ).toArrow()
        frame.unpersist()
        made = pl.DataFrame(pl.from_arrow(taken))
        return made.sort("left", "right") if made.height else engine.nothing()


def _plain(table: pa.Table) -> pa.Table:
    """Without Arrow's large types, which Spark does not read."""
    fields = []
    for field in table.schema:
        kind = field.type
        if pa.types.is_large_list(kind):
            kind = pa.list_(pa.string())
        elif pa.types.is_large_string(kind) or "string_view" in str(kind):
            kind = pa.string()
        fields.append(pa.field(field.name, kind))
    return table.cast(pa.schema(fields))
