"""Tries to break out of an indicator: to files, the network, the clock, other tables, all the memory."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pathways.analysis import screening
from pathways.analysis.screening import sandbox, signs, store
from pathways.domain.terms.indicators import Heading

TODAY = date(2026, 11, 27)
GIVES = "person_id, occurred_on as observed_on, source, event_id as source_record"
FROM = f"select {GIVES} from involvement"


def sign(sql: str) -> screening.Indicator:
    return screening.Indicator(
        "own_sign", "Own", Heading.CRIMINALITY, "", "", None, "", "", False, False, False,
        screening.Prompts.ALONE, sql, Path("own.sql"), 13,
    )  # fmt: skip


ATTEMPTS = [
    # files and the network
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_parquet('https://example.org/a.parquet')",
    "select * from read_json_auto('/etc/hostname')",
    "select * from '/etc/passwd'",
    "select * from 'https://example.org/a.csv'",
    "select * from glob('/*')",
    "from sniff_csv('/etc/passwd')",
    "select * from parquet_metadata('a.parquet')",
    "select * from sqlite_scan('a.db', 't')",
    "select * from postgres_scan('', 'public', 'episode')",
    "copy (select 1) to '/tmp/stolen'",
    "copy persons to '/tmp/stolen.csv'",
    "export database '/tmp/stolen'",
    "import database '/tmp/stolen'",
    "attach '/tmp/other.db'",
    "detach memory",
    "install httpfs",
    "load httpfs",
    "force install spatial from 'http://example.org'",
    # settings, the machine, the session
    "pragma database_list",
    "set memory_limit = '100GB'",
    "set enable_external_access = true",
    "reset lock_configuration",
    "call pragma_database_size()",
    "select getenv('HOME')",
    "select current_setting('temp_directory')",
    "select getvariable('x')",
    "select version()",
    "select current_user",
    "select current_database()",
    "select * from duckdb_settings()",
    "select * from duckdb_tables",
    "select * from duckdb_secrets()",
    "select * from information_schema.tables",
    "select * from sqlite_master",
    "select * from pragma_table_info('persons')",
    "select * from main.persons",
    "select * from memory.main.persons",
    "select * from observations",
    "select * from eligible",
    "select * from facts",
    "select * from query('select 1')",
    "select * from query_table('persons')",
    "select write_log('x')",
    "select sleep_ms(100000)",
    # writing
    "insert into persons values ('x')",
    "update persons set sex = 'female'",
    "delete from events",
    "drop table persons",
    "create table x as select 1",
    "create macro m() as 1",
    "truncate persons",
    "with x as (insert into persons (person_id) values ('x') returning *) select * from x",
    "with x as (delete from events returning *) select * from x",
    "with x as (update persons set sex = 'female' returning *) select * from x",
    "select nextval('s')",
    "prepare p as select 1",
    "begin",
    "vacuum",
    "checkpoint",
    # more than one, or none
    f"{FROM}; {FROM}",
    f"{FROM}; copy persons to '/tmp/stolen.csv'",
    "",
    "explain select 1",
    "describe persons",
    "summarize persons",
    "show tables",
    "pivot persons on sex",
    # the clock and chance
    f"{FROM} where occurred_on < current_date",
    f"{FROM} where occurred_on < now()",
    f"{FROM} where occurred_on < today()",
    f"{FROM} where occurred_on < get_current_timestamp()",
    f"{FROM} where random() < 0.5",
    f"{FROM} where hash(uuid()) % 2 = 0",
    f"{FROM} using sample 10%",
    f"{FROM} tablesample 10%",
    # time and memory
    "with recursive r(n) as (select 1 union all select n + 1 from r) select * from r",
    "select * from range(1000000000000)",
    "select * from generate_series(1, 1000000000000)",
    "select unnest(range(1000000000))",
    "select repeat('x', 1000000000)",
    "select lpad('x', 1000000000, 'y')",
    "select rpad('x', 1000000000, 'y')",
    "select replace(text, 'a', text) from events",
    "select regexp_replace(text, 'a', text, 'g') from events",
    "select printf('%1000000000d', 1)",
    "select format('{:>1000000000}', 'x')",
    "select string_agg(text) from events",
    "select list(text) from events",
    "select list_resize([1], 1000000000)",
    "select [1, 2, 3]::integer[100000000]",
    "select array_agg(e.text) from events e, events f",
    "select [x for x in [1, 2]]",
    "select list_transform([1], x -> x)",
    "with a as (select text || text as t from events), b as (select t || t as t from a) select t from b",
    f"select {GIVES} from involvement where length(source || source) > 1",
    f"select person_id, occurred_on as observed_on, {' || '.join(['source'] * 14)} as source,"
    " event_id as source_record from involvement",
    # parameters of others
    "select $password",
    "select ?",
]


@pytest.mark.parametrize("sql", ATTEMPTS)
def test_what_is_not_named_is_refused_before_it_runs(sql):
    with pytest.raises(screening.IndicatorError) as error:
        if not sql:
            screening.screen({}, TODAY, indicators=[sign(sql)])
        sandbox.check(sign(sql), store.READABLE)
    assert str(error.value).startswith("own.sql, line 13: ")
    assert "\n" not in str(error.value)


def test_the_database_refuses_by_itself_what_the_check_would_have_let_through(tmp_path):
    (tmp_path / "a.csv").write_text("a\n1\n")
    connection = sandbox.connect(screening.Limits())
    store.fill(connection, {})
    store.lay_out(connection, as_at=TODAY, least_age=18)
    sandbox.lock(connection)
    for sql in (
        f"select * from read_csv('{tmp_path}/a.csv')",
        f"select * from '{tmp_path}/a.csv'",
        f"select * from read_text('{tmp_path}/a.csv')",
        f"select * from glob('{tmp_path}/*')",
        f"copy persons to '{tmp_path}/b.csv'",
        f"export database '{tmp_path}/c'",
        f"attach '{tmp_path}/d.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set memory_limit = '100GB'",
        "select getenv('HOME')",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(sql).fetchall()
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def test_python_variables_are_out_of_reach():
    secret = pl.DataFrame({"a": [1]})  # noqa: F841
    with pytest.raises(screening.IndicatorError, match="no table “secret”"):
        sandbox.check(sign("select * from secret"), store.READABLE)
    connection = sandbox.connect(screening.Limits())
    with pytest.raises(duckdb.CatalogException):
        connection.execute("select * from secret").fetchall()


def many(count: int) -> dict[str, pl.DataFrame]:
    ids = [f"e{n}" for n in range(count)]
    return {
        "persons": pl.DataFrame({"person_id": ["her"], "sex": ["F"], "date_of_birth": ["1990-01-01"]}),
        "events": pl.DataFrame({"event_id": ids, "kind": "crime", "occurred_on": "2026-01-01"}),
        "links": pl.DataFrame(
            {
                "from_kind": "person",
                "from_id": "her",
                "relation": "suspect_in",
                "to_kind": "event",
                "to_id": ids,
            }
        ),
    }


ENDLESS = (
    "select a.person_id, max(a.occurred_on) as observed_on, min(a.source) as source,"
    " max(a.event_id) as source_record"
    " from involvement a, involvement b, involvement c, involvement d"
    " where levenshtein(a.event_id, b.event_id) + levenshtein(c.event_id, d.event_id) > 90 group by all"
)


def test_a_sign_that_never_ends_is_stopped():
    start = time.monotonic()
    with pytest.raises(screening.LimitError, match=r"own\.sql: took more than 0\.5 seconds"):
        screening.screen(many(5_000), TODAY, indicators=[sign(ENDLESS)], limits=screening.Limits(seconds=0.5))
    assert time.monotonic() - start < 60


def test_a_sign_that_takes_all_the_memory_is_stopped():
    wide = (
        "select a.person_id, a.occurred_on as observed_on, a.source,"
        " a.event_id || b.event_id || c.event_id as source_record"
        " from involvement a, involvement b, involvement c"
    )
    limits = screening.Limits(seconds=60, memory="200MB", observations=1_000_000_000)
    with pytest.raises(screening.LimitError, match=r"own\.sql: needs more memory than the 200MB"):
        screening.screen(many(5_000), TODAY, indicators=[sign(wide)], limits=limits)


def test_a_sign_that_gives_too_many_observations_is_stopped():
    with pytest.raises(screening.LimitError, match="more than 10 observations"):
        screening.screen(
            many(50),
            TODAY,
            indicators=[sign(f"{FROM} order by event_id")],
            limits=screening.Limits(observations=10),
        )


def test_a_sign_that_fails_while_it_runs_is_named_with_its_line():
    sql = f"{FROM}\nwhere event_id::integer > 3\nlimit 5"
    with pytest.raises(screening.IndicatorError, match=r"^own\.sql(, line \d+)?: Conversion Error") as error:
        screening.screen(many(5), TODAY, indicators=[sign(sql)])
    assert "\n" not in str(error.value)


def test_an_observation_that_nobody_could_look_up_is_refused():
    sql = "select person_id, occurred_on as observed_on, source, outcome as source_record from involvement"
    with pytest.raises(screening.IndicatorError, match="nobody could look it up"):
        screening.screen(many(5), TODAY, indicators=[sign(sql)])


GOOD = [
    f"{FROM} where occurred_on between $since and $as_at",
    f"select {GIVES} from involvement i where exists (select 1 from persons p where p.sex = 'F')",
    "with own as (select * from involvement where kind = 'crime') select person_id,"
    " occurred_on as observed_on, 'own: ' || source as source, event_id as source_record from own",
    f"select {GIVES} from (select *, row_number() over (partition by person_id order by occurred_on) as n"
    " from involvement) where n = 1",
    f"{FROM} union all {FROM}",
    "select t.person_id, t.from_date as observed_on, t.source, t.record as source_record from ties t"
    " where t.from_date > $as_at - interval 3 month and t.person_id in (select person_id from nominals)",
]


@pytest.mark.parametrize("sql", GOOD)
def test_what_an_analyst_needs_is_allowed(sql):
    sandbox.check(sign(sql), store.READABLE)
    signs._try(store.empty(), sign(sql))


def test_every_function_named_is_one_that_the_database_has_and_gives_the_same_for_the_same():
    volatile = set()
    for name, kind in duckdb.execute(
        "select distinct function_name, stability from duckdb_functions() where stability = 'VOLATILE'"
    ).fetchall():
        volatile.add(name)
        assert kind == "VOLATILE"
    assert not volatile & (sandbox.FUNCTIONS | sandbox.JOINING)
    known = {
        name for (name,) in duckdb.execute("select distinct function_name from duckdb_functions()").fetchall()
    }
    grammar = {"coalesce", "if", "nullif", "ifnull", "position", "count_star"}
    window = {"row_number", "rank", "dense_rank", "lag", "lead", "first_value", "last_value"}
    assert not (sandbox.FUNCTIONS | sandbox.JOINING) - known - grammar - window
