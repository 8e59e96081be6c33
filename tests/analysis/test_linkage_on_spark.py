"""The same model on a local Spark cluster of two workers: the same pairs, weights and people as DuckDB."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl
import pytest

from bench.link.people import people
from pathways.analysis.linkage import engine, linking, on_spark

#: pairs that other makings of Jaro-Winkler put on another side of a bound
HARD = [
    ("plymouth", "plyumouh"), ("birmingham", "birgmhniam"), ("jayden", "jaydjen"), ("thomas", "thsomas"),
    ("martha", "marhta"), ("dixon", "dicksonx"), ("dwayne", "duane"), ("charlotte", "harper"),
]  # fmt: skip


def there_and_here(spark: Any) -> list[tuple[float, float]]:
    asked = spark.createDataFrame(HARD, ["a", "b"]).selectExpr("a", "b", "names_alike(a, b) as n").collect()
    connection = duckdb.connect()
    return [
        (row.n, connection.execute("select jaro_winkler_similarity(?, ?)", [row.a, row.b]).fetchone()[0])
        for row in asked
    ]


@pytest.mark.prove
def test_two_workers_find_what_one_machine_finds() -> None:
    try:
        on_spark.check()
    except on_spark.NoSparkError as error:
        pytest.skip(str(error))
    raw = pl.DataFrame(list(people(120, seed=3, damaged=0.6))).drop("record_id", "cluster")
    prepared, untrained = linking.prepare(raw.with_columns(pl.all().replace("", None)))
    here = engine.Engine(prepared)
    expected = linking.link(here, untrained, records=prepared.height, train=True)
    spark = on_spark.session("local-cluster[2,1,1024]")
    try:
        there = on_spark.SparkEngine(prepared, spark)
        found = linking.link(there, expected.model, records=prepared.height, train=False)
        alike = there_and_here(spark)
        workers = len(spark.sparkContext._jsc.sc().statusTracker().getExecutorInfos()) - 1
    finally:
        spark.stop()
    assert workers == 2
    assert all(one == pytest.approx(other, abs=1e-12) for one, other in alike)
    assert found.person.tolist() == expected.person.tolist()
    assert found.pairs.select("left", "right").equals(expected.pairs.select("left", "right"))
    assert (found.pairs["weight"] - expected.pairs["weight"]).abs().max() < 1e-6
    assert (found.pairs["probability"] - expected.pairs["probability"]).abs().max() < 1e-6
