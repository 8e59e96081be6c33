"""The same model on a local Spark cluster of two workers: the same pairs, weights and people as DuckDB."""

from __future__ import annotations

import polars as pl
import pytest

from bench.link.people import people
from pathways.analysis.linkage import engine, linking, on_spark


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
        workers = len(spark.sparkContext._jsc.sc().statusTracker().getExecutorInfos()) - 1
    finally:
        spark.stop()
    assert workers == 2
    assert found.person.tolist() == expected.person.tolist()
    assert found.pairs.select("left", "right").equals(expected.pairs.select("left", "right"))
    assert (found.pairs["weight"] - expected.pairs["weight"]).abs().max() < 1e-6
    assert (found.pairs["probability"] - expected.pairs["probability"]).abs().max() < 1e-6
