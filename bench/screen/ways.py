"""The same twelve indicators three ways, each in a process of its own: ours, plain DuckDB, Polars.

    python -m bench.screen.ways WAY FILE TIMES

Prints one line of JSON: seconds of each time, the fingerprint of the list, peak memory. A list has every
person with at least one indicator, the twelve counts, in the order of person_id.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import polars as pl

from pathways.analysis import screening
from pathways.analysis.screening import compiled, sandbox, signs

AS_AT = date(2026, 11, 27)
TWELVE = (
    "cri_supply", "cri_money", "cri_justice", "cri_firearms", "cri_breach", "cri_coerced", "vul_abuse",
    "vul_sexual",
    "vul_mental_health", "vul_housing", "vul_missing", "pro_professional",
)  # fmt: skip
WOMEN = 500


def the_twelve() -> list[compiled.Plain]:
    known = {each.code: each for each in screening.catalogue()}
    found = [compiled.taken_apart(known[code]) for code in TWELVE]
    assert all(found)
    return [each for each in found if each]


def days(each: compiled.Plain) -> dict[str, str]:
    return {name: f"date '{day}'" for name, day in signs.days(each.indicator, AS_AT).items()}


def condition(each: compiled.Plain) -> str:
    """An indicator's whole condition as SQL, as its file has it, its days written out."""
    text = " and ".join([*(words for _, words in each.on_words), each.on_days])
    for name, value in days(each).items():
        text = text.replace(f"${name}", value)
    return text


def connect(limit: str = "1400MB") -> duckdb.DuckDBPyConnection:
    return sandbox.connect(screening.Limits(memory=limit))


def counted(connection: duckdb.DuckDBPyConnection, asked: str) -> pl.DataFrame:
    made = pl.from_arrow(connection.sql(asked).to_arrow_table())
    assert isinstance(made, pl.DataFrame)
    return made


def fingerprint(table: pl.DataFrame) -> str:
    told = table.with_columns(pl.exclude("person_id").cast(pl.Int64)).sort("person_id")
    return hashlib.sha256(told.write_csv().encode()).hexdigest()


def in_duckdb(file: str) -> Callable[[], tuple[pl.DataFrame, dict[str, float]]]:
    connection = duckdb.connect(":memory:")  # as anybody opens it
    connection.execute("set enable_progress_bar = false")
    connection.execute(f"create table involvement as select * from read_parquet('{file}')")
    columns = ", ".join(
        f"count(*) filter (where {condition(each)}) as {each.indicator.code}" for each in the_twelve()
    )
    any_of = " + ".join(TWELVE)

    def run() -> tuple[pl.DataFrame, dict[str, float]]:
        start = time.perf_counter()
        table = counted(
            connection,
            f"select * from (select person_id, {columns} from involvement group by person_id) where "
            f"{any_of} > 0",
        )
        return table, {"list": time.perf_counter() - start}

    return run


def in_polars(file: str) -> Callable[[], tuple[pl.DataFrame, dict[str, float]]]:
    table = pl.read_parquet(file)

    def run() -> tuple[pl.DataFrame, dict[str, float]]:
        best: tuple[pl.DataFrame, float] | None = None
        for engine in ("in-memory", "streaming"):
            start = time.perf_counter()
            found = (
                table.lazy()
                .group_by("person_id")
                .agg(expression(each).sum().alias(each.indicator.code) for each in the_twelve())
                .filter(pl.any_horizontal(pl.col(code) > 0 for code in TWELVE))
                .collect(engine=engine)
            )
            taken = time.perf_counter() - start
            if best is None or taken < best[1]:
                best = found, taken
        assert best
        return best[0].select("person_id", *TWELVE), {"list": best[1]}

    return run


def expression(each: compiled.Plain) -> pl.Expr:
    """The same condition for Polars, from the parsed form, written by Polars' own reader of SQL."""
    text = condition(each).replace("regexp_matches(", "regexp_like(").replace('"type"', "type")
    return pl.sql_expr(text)


def in_ours(file: str) -> Callable[[], tuple[pl.DataFrame, dict[str, float]]]:
    """From the same table as plain DuckDB has it: laid out, found in one pass, counted, and the evidence."""
    connection = connect("8GB")
    connection.execute(f"create table plain as select * from read_parquet('{file}')")
    connection.execute("checkpoint")  # as `store.fill` does: compressed in memory
    together = the_twelve()

    def run() -> tuple[pl.DataFrame, dict[str, float]]:
        for name in ("whats", "facts"):
            connection.execute(f"drop table if exists {name}")
        start = time.perf_counter()
        connection.execute(
            "create table whats as select (row_number() over ())::integer as what, * from"
            " (select distinct relation, kind, type, outcome from plain)"
        )
        connection.execute(
            "create table facts as select p.person_id, w.what, p.event_id, p.occurred_on,"
            " null::varchar as location_id, null::varchar as named, null::varchar as source_grade"
            " from plain p join whats w on w.relation = p.relation and w.kind = p.kind and w.type = p.type"
            " and w.outcome is not distinct from p.outcome"
        )
        laid_out = time.perf_counter()
        compiled.find(connection, together, [days(each) for each in together])
        columns = ", ".join(
            f"count(*) filter (where bits & {1 << bit} <> 0) as {code}" for bit, code in enumerate(TWELVE)
        )
        table = counted(connection, f"select person_id, {columns} from found group by person_id")
        listed = time.perf_counter()
        women = table.sort("person_id").head(WOMEN).get_column("person_id").to_list()
        before = time.perf_counter()
        pairs = ", ".join(f"({bit}, '{code}')" for bit, code in enumerate(TWELVE))
        evidence = connection.execute(
            "select person_id, code, source, event_id, occurred_on from found,"
            f" (values {pairs}) as which(bit, code)"
            " where bits & (1::bigint << bit) <> 0 and list_contains($women, person_id) order by all",
            {"women": women},
        ).fetchall()
        done = time.perf_counter()
        wanted = (
            table.filter(pl.col("person_id").is_in(women)).select(pl.sum_horizontal(*TWELVE).sum()).item()
        )
        assert len(evidence) == wanted
        return table, {
            "list": listed - start, "laying out": laid_out - start, "pass and count": listed - laid_out,
            "evidence": done - before, "evidence rows": len(evidence),
        }  # fmt: skip

    return run


def whole(file: str) -> Callable[[], tuple[pl.DataFrame, dict[str, float]]]:
    """Every sign of the catalogue, by the function that the command line and the live programme call."""
    records = pl.read_parquet(file)
    people = records.select("person_id").unique("person_id", maintain_order=True).with_row_index()
    tables = {
        "persons": people.select(
            "person_id",
            pl.when(pl.col("index") % 5 < 2).then(pl.lit("female")).otherwise(pl.lit("male")).alias("sex"),
            pl.lit(date(1985, 5, 1)).alias("date_of_birth"),
        ),
        "events": records.select("event_id", "kind", "type", "outcome", "occurred_on"),
        "links": records.select(
            pl.lit("person").alias("from_kind"), pl.col("person_id").alias("from_id"), "relation",
            pl.lit("event").alias("to_kind"), pl.col("event_id").alias("to_id"),
        ),
    }  # fmt: skip

    def run() -> tuple[pl.DataFrame, dict[str, float]]:
        start = time.perf_counter()
        found = screening.screen(tables, AS_AT, limits=screening.Limits(memory="8GB"))
        taken = {"list": time.perf_counter() - start, "considered": len(found.considerations)}
        return found.considerations.select("person_id", pl.col("immediate_safety").cast(pl.Int64)), taken

    return run


WAYS = {"ours": in_ours, "duckdb": in_duckdb, "polars": in_polars, "whole": whole}


def main() -> None:
    way, file, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
    run = WAYS[way](file)
    told: list[dict[str, Any]] = []
    mark = ""
    for _ in range(times):
        table, taken = run()
        told.append(taken)
        mark = fingerprint(table)
    print(json.dumps({"way": way, "times": told, "list": mark, "persons": len(table),
                      "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))  # fmt: skip


if __name__ == "__main__":
    main()
