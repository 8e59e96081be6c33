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
from pathways.analysis.screening import compiled, sandbox, signs, store

AS_AT = date(2026, 11, 27)
TWELVE = (
    "cri_supply", "cri_money", "cri_justice", "cri_firearms", "cri_breach", "cri_coerced", "vul_abuse",
    "vul_sexual",
    "vul_mental_health", "vul_housing", "vul_missing", "pro_professional",
)  # fmt: skip
WOMEN = 500
WORDS = ["relation", "kind", "type"]


def the_twelve() -> list[compiled.Plain]:
    known = {each.code: each for each in screening.catalogue()}
    found = [compiled.taken_apart(known[code]) for code in TWELVE]
    assert all(found)
    return [each for each in found if each]


def days(each: compiled.Plain) -> dict[str, str]:
    return {name: f"date '{day}'" for name, day in signs.days(each.indicator, AS_AT).items()}


def condition(each: compiled.Plain) -> str:
    """An indicator's whole condition as SQL, as its file has it, its days written out."""
    return " and ".join([*(words for _, words in each.on_words), on_days(each)])


def on_days(each: compiled.Plain) -> str:
    text = each.on_days
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
    """The fastest of three ways of writing it, each over words and over categories, by either engine.

    `sums` is what one writes first: one group_by with sums of conditions. `kept` finds the rows first and
    groups those. `settled` is our own idea in Polars: the conditions on words are answered once for each
    different line of words, and joined. Polars matches no words in categories, so the first two have them as
    words alone. Each is tried with both engines, but the first, which takes the other one six times as long.
    """
    table = pl.read_parquet(file)
    begun = time.perf_counter()
    told = {"words": table, "categories": table.with_columns(pl.col(WORDS).cast(pl.Categorical))}
    into_categories = time.perf_counter() - begun
    twelve = the_twelve()

    def sums(rows: pl.LazyFrame) -> pl.LazyFrame:
        counted = (expression(condition(each)).sum().alias(each.indicator.code) for each in twelve)
        some = pl.any_horizontal(pl.col(code) > 0 for code in TWELVE)
        return rows.group_by("person_id").agg(counted).filter(some)

    def kept(rows: pl.LazyFrame) -> pl.LazyFrame:
        found = rows.with_columns(
            expression(condition(each)).alias(each.indicator.code) for each in twelve
        ).filter(pl.any_horizontal(TWELVE))
        return found.group_by("person_id").agg(pl.col(TWELVE).sum())

    def settled(rows: pl.LazyFrame, engine: Any) -> pl.LazyFrame:
        words = rows.select(WORDS).unique().collect(engine=engine)
        holds = words.with_columns(pl.col(WORDS).cast(pl.String)).select(
            expression(" and ".join(text for _, text in each.on_words)).alias(each.indicator.code)
            for each in twelve
        )
        wanted = pl.concat([words, holds], how="horizontal").filter(pl.any_horizontal(TWELVE))
        found = (
            rows.join(wanted.lazy(), on=WORDS)
            .with_columns(
                (pl.col(each.indicator.code) & expression(on_days(each))).alias(each.indicator.code)
                for each in twelve
            )
            .filter(pl.any_horizontal(TWELVE))
        )
        return found.group_by("person_id").agg(pl.col(TWELVE).sum())

    def one(written: str, rows: pl.LazyFrame, engine: Any) -> pl.DataFrame:
        if written == "settled":
            return settled(rows, engine).collect(engine=engine)
        return {"sums": sums, "kept": kept}[written](rows).collect(engine=engine)

    def run() -> tuple[pl.DataFrame, dict[str, float]]:
        taken: dict[str, float] = {}
        best: tuple[float, pl.DataFrame] | None = None
        for written, held in (
            ("sums", "words"), ("kept", "words"), ("settled", "words"), ("settled", "categories"),
        ):  # fmt: skip
            name = f"{written} over {held}"
            of_engine: dict[str, float] = {}
            for engine in ("streaming",) if written == "sums" else ("in-memory", "streaming"):
                start = time.perf_counter()
                found = one(written, told[held].lazy(), engine)
                of_engine[engine] = time.perf_counter() - start
                if best is None or of_engine[engine] < best[0]:
                    best = of_engine[engine], found
            taken[name] = min(of_engine.values())
        assert best
        taken |= {"list": best[0], "into categories": into_categories}
        return best[1].select("person_id", *TWELVE), taken

    return run


def expression(text: str) -> pl.Expr:
    """The same condition for Polars, from the parsed form, written by Polars' own reader of SQL."""
    return pl.sql_expr(text.replace("regexp_matches(", "regexp_like(").replace('"type"', "type"))


def in_ours(file: str) -> Callable[[], tuple[pl.DataFrame, dict[str, float]]]:
    """From the same table as `store` holds it: found in one pass, counted, and the evidence."""
    connection = connect("8GB")
    connection.execute(
        "create table facts as select *, null::varchar as location_id, null::varchar as named,"
        f" null::varchar as source_grade from read_parquet('{file}') where false"
    )
    lines = int(connection.sql(f"select count(*) from read_parquet('{file}')").fetchall()[0][0])
    for start in range(0, lines, store.LARGE):
        connection.execute(
            "insert into facts select * exclude (file_row_number), null, null, null from"
            f" read_parquet('{file}', file_row_number = true)"
            f" where file_row_number >= {start} and file_row_number < {start + store.LARGE}"
        )
        connection.execute("checkpoint")  # as `store` does with a large table: compressed in memory
    together = the_twelve()

    def run() -> tuple[pl.DataFrame, dict[str, float]]:
        start = time.perf_counter()
        compiled.find(connection, together, [days(each) for each in together])
        found = time.perf_counter()
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
            "list": listed - start, "pass": found - start, "count": listed - found,
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
    begun = time.perf_counter()
    run = WAYS[way](file)
    loaded = time.perf_counter() - begun
    told: list[dict[str, Any]] = []
    mark = ""
    for _ in range(times):
        table, taken = run()
        told.append(taken)
        mark = fingerprint(table)
    print(json.dumps({"way": way, "times": told, "list": mark, "persons": len(table), "load": loaded,
                      "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))  # fmt: skip


if __name__ == "__main__":
    main()
