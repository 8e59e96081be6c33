"""The POLE tables of one extract in a database in memory, laid out once for every sign that is looked for.

Words that repeat (relation, kind, type, outcome) stand in `facts` beside each involvement of a person in an
event, in small letters. A large table is compressed by the database, which keeps each such word once and in
the rows a number: a sign about them is settled on some hundred words and not on ten million rows (see
`compiled`), and nothing has to be laid out for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import duckdb
import polars as pl
import pyarrow as pa

from pathways.analysis.pole import spec

#: what the extract's own tables give an indicator: their columns as the reader of extracts names them
TABLES: Final[Mapping[str, tuple[str, ...]]] = {name: table.names for name, table in spec.TABLES.items()}
DATES: Final = frozenset(
    column.name for table in spec.TABLES.values() for column in table.columns if column.kind == spec.DATE
)

#: rows from which on a table is compressed in memory, which costs some time
LARGE: Final = 3_000_000

#: what an indicator may read beside the tables themselves: name, columns, what a line of it is
VIEWS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "involvement": (
        ("person_id", "relation", "event_id", "kind", "type", "occurred_on", "outcome", "location_id",
         "source", "source_grade"),
        "One person's part in one event. relation, kind, type and outcome are in small letters; occurred_on "
        "is the day reported where the day itself is not recorded; source is the system that the link names, "
        "else the kind of event.",
    ),
    "ties": (
        ("person_id", "relation", "other_id", "from_date", "to_date", "source", "record"),
        "One person's tie to another, both ways round: parent_of comes back as child_of, visited as "
        "visited_by, called as called_by, in_debt_to as owed_by. record names the link.",
    ),
    "nominals": (
        ("person_id", "relation", "group_id", "from_date", "to_date", "source", "record"),
        "Persons recorded as members of a mapped group, or as linked to one.",
    ),
    "homes": (
        ("person_id", "relation", "location_id", "from_date", "to_date", "source", "record"),
        "One person's link to one place: lives_at, tenant_of, found_at.",
    ),
    "holdings": (
        ("person_id", "relation", "object_id", "kind", "identifier", "description", "from_date", "to_date",
         "source", "record"),
        "One person's link to one object: uses, holds.",
    ),
}  # fmt: skip
READABLE: Final[Mapping[str, frozenset[str]]] = {
    **{name: frozenset(columns) for name, columns in TABLES.items()},
    **{name: frozenset(columns) for name, (columns, _) in VIEWS.items()},
}
#: the columns of `involvement` whose words repeat
WORDS: Final = ("relation", "kind", "type", "outcome")
_RECORD: Final = (
    "lower(l.from_kind) || ':' || l.from_id || ' ' || lower(l.relation) || ' '"
    " || lower(l.to_kind) || ':' || l.to_id"
)
_SOURCE: Final = "coalesce(nullif(trim(l.source), ''), 'links')"


def fill(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pl.DataFrame | pa.Table]) -> int:
    """Copies the tables in, a missing table or column as nothing recorded. Gives how many dates were none.

    Raises ValueError naming the table where it is none of POLE's, or lacks the column that names its lines.
    """
    if unknown := sorted(set(tables) - set(TABLES)):
        raise ValueError(f"{unknown[0]} is no POLE table; there are: {', '.join(TABLES)}")
    unreadable = 0
    for name, columns in TABLES.items():
        given = tables.get(name)
        have = [] if given is None else _columns(given)
        key = columns[0] if name != "links" else "relation"
        if given is not None and len(given) and key not in have:
            raise ValueError(f"{name} has no column {key}")
        if given is None or not have:
            nothing = ", ".join(f"{_nothing(column)} as {column}" for column in columns)
            connection.execute(f"create table {name} as select {nothing} where false")
            continue
        days, kept = _days(given), [column for column in columns if column in have]
        cells = ", ".join(f"{_cell(column, is_day=column in days)} as {column}" for column in kept)
        connection.register("given", given if isinstance(given, pa.Table) else given.to_arrow())
        connection.execute(f"create table {name}_given as select {cells} from given")  # noqa: S608
        every = ", ".join(
            column if column in have else f"{_nothing(column)} as {column}" for column in columns
        )
        connection.execute(f"create view {name} as select {every} from {name}_given")  # noqa: S608
        for column in (DATES - days) & set(kept):
            asked = (
                f"select count(*) from given where trim(\"{column}\"::varchar) <> ''"  # noqa: S608
                f' and try_cast(trim("{column}"::varchar) as date) is null'
            )
            unreadable += _one(connection, asked)
        connection.unregister("given")
        if len(given) > LARGE:
            connection.execute("checkpoint")  # in a compressed database, a fifth of the memory or less
    return unreadable


def _nothing(column: str) -> str:
    return f"null::{'date' if column in DATES else 'varchar'}"


def _cell(column: str, *, is_day: bool) -> str:
    if is_day:
        return f'"{column}"'
    if column in DATES:
        return f'try_cast(trim("{column}"::varchar) as date)'
    return f"case when \"{column}\"::varchar <> '' then \"{column}\"::varchar end"


def _columns(table: pl.DataFrame | pa.Table) -> list[str]:
    return list(table.columns if isinstance(table, pl.DataFrame) else table.column_names)


def _days(table: pl.DataFrame | pa.Table | None) -> set[str]:
    """The columns that hold days already, and not words that may be one."""
    if table is None:
        return set()
    if isinstance(table, pl.DataFrame):
        return {name for name, kind in table.schema.items() if kind == pl.Date}
    return {each.name for each in table.schema if pa.types.is_date32(each.type)}


def lay_out(connection: duckdb.DuckDBPyConnection, *, as_at: date, least_age: int) -> None:
    """Makes what the indicators read, and the women who are eligible. Then the database can be locked."""
    for statement in _LAYOUT:
        connection.execute(statement)
    if _one(connection, "select count(*) from facts") > LARGE:
        connection.execute("checkpoint")
    connection.execute(
        "create table eligible as select person_id from people"
        " where sex = 'female' and date_of_birth <= $as_at::date - to_years($least::int)",
        {"as_at": as_at, "least": least_age},
    )


_LAYOUT: Final = (
    # a person who stands in several lines of an extract is one: what is recorded in any of them is recorded,
    # and two dates of birth, or two sexes, are none
    """create table people as
    select person_id,
           case when count(distinct sex_said) = 1 then max(sex_said) end as sex,
           count(distinct sex_said) > 1 as sexes_differ,
           case when count(distinct date_of_birth) = 1 then max(date_of_birth) end as date_of_birth
    from (select person_id, date_of_birth,
                 case lower(sex) when 'f' then 'female' when 'female' then 'female' when 'm' then 'male'
                                 when 'male' then 'male' when 'other' then 'other' end as sex_said
          from persons where person_id is not null)
    group by person_id""",
    # the small letters are made before the join, where a compressed column has each of its words once
    """create table facts as
    select l.person_id, l.relation, l.event_id, e.kind, e.type, e.occurred_on, e.outcome, e.location_id,
           l.named, coalesce(l.source_grade, e.source_grade) as source_grade
    from (select from_id as person_id, lower(relation) as relation, to_id as event_id,
                 nullif(trim(source), '') as named, source_grade
          from links
          where lower(from_kind) = 'person' and lower(to_kind) = 'event' and relation is not null) l
    join (select event_id, lower(kind) as kind, lower(type) as type, lower(outcome) as outcome, location_id,
                 coalesce(occurred_on, reported_on) as occurred_on, source_grade
          from events) e using (event_id)""",
    """create view involvement as
    select person_id, relation, event_id, kind, type, occurred_on, outcome, location_id,
           coalesce(named, kind, 'events') as source, source_grade
    from facts""",
    f"""create table ties as
    with persons_tied as (
        select l.from_id, lower(l.relation) as relation, l.to_id, l.from_date, l.to_date, {_SOURCE} as source,
               {_RECORD} as record
        from links l
        where lower(l.from_kind) = 'person' and lower(l.to_kind) = 'person' and l.from_id <> l.to_id)
    select from_id as person_id, relation, to_id as other_id, from_date, to_date, source, record
    from persons_tied
    union
    select to_id, case relation when 'parent_of' then 'child_of' when 'visited' then 'visited_by'
                                when 'called' then 'called_by' when 'in_debt_to' then 'owed_by'
                                else relation end,
           from_id, from_date, to_date, source, record
    from persons_tied""",  # noqa: S608
    f"""create table nominals as
    select distinct l.from_id as person_id, lower(l.relation) as relation, l.to_id as group_id, l.from_date,
           l.to_date, {_SOURCE} as source, {_RECORD} as record
    from links l
    where lower(l.from_kind) = 'person' and lower(l.to_kind) = 'group'
      and lower(l.relation) in ('member_of', 'linked_to')""",  # noqa: S608
    f"""create table homes as
    select distinct l.from_id as person_id, lower(l.relation) as relation, l.to_id as location_id,
           l.from_date, l.to_date, {_SOURCE} as source, {_RECORD} as record
    from links l
    where lower(l.from_kind) = 'person' and lower(l.to_kind) = 'location'""",  # noqa: S608
    f"""create table holdings as
    select distinct l.from_id as person_id, lower(l.relation) as relation, l.to_id as object_id,
           lower(o.kind) as kind, o.identifier, o.description, l.from_date, l.to_date, {_SOURCE} as source,
           {_RECORD} as record
    from links l left join objects o on o.object_id = l.to_id
    where lower(l.from_kind) = 'person' and lower(l.to_kind) = 'object'
      and lower(l.relation) in ('uses', 'holds')""",  # noqa: S608
)


def empty() -> duckdb.DuckDBPyConnection:
    """The tables and views with nothing in them: what an indicator is tried on before it is believed."""
    connection = duckdb.connect(":memory:", config={"threads": "1"})
    fill(connection, {})
    lay_out(connection, as_at=date(2000, 1, 1), least_age=18)
    return connection


def _one(connection: duckdb.DuckDBPyConnection, asked: str, values: Any = None) -> int:
    return int(connection.execute(asked, values).fetchall()[0][0])
