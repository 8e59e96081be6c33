"""From records to the women whom a person should consider, each with the records behind it. No score.

Who is looked at: recorded as female, and of age on the day. Who is listed: somebody with a sign of what she
did or what is done with her, in a record in which she is more than victim or witness; or with a network sign
and a sign of her own that is not everyday. Company alone lists nobody, nor do reports as victim alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import duckdb
import polars as pl
import pyarrow as pa

from pathways.analysis.screening import compiled, sandbox, signs, store
from pathways.analysis.screening.indicator import Indicator, IndicatorError, Prompts
from pathways.analysis.screening.sandbox import Limits
from pathways.domain.identification.eligibility import Definition
from pathways.domain.terms.indicators import Heading
from pathways.domain.terms.words import Worded

Progress = Callable[[int, int, str], None]


class Order(Worded):
    """In which order the women are shown. None of them counts signs or adds anything up."""

    SAFETY_FIRST = "safety_first", "Immediate safety first, then the latest record first"
    LATEST = "latest", "The latest record first"
    EARLIEST = "earliest", "The first record that is oldest first"
    PERSON = "person", "By the identifier of the person"


_ORDERS: Final[Mapping[Order, str]] = {
    Order.SAFETY_FIRST: "immediate_safety desc, latest_date desc nulls last, person_id",
    Order.LATEST: "latest_date desc nulls last, person_id",
    Order.EARLIEST: "first_date asc nulls last, person_id",
    Order.PERSON: "person_id",
}

#: why nobody is listed who has signs: word in the counts, and what it says
NOT_LISTED: Final[Mapping[str, str]] = {
    "network_alone": "network signs and nothing that counts beside them",
    "victim_alone": "reports as victim or witness only",
    "vulnerability_alone": "signs of vulnerability only, without a tie to organised crime",
    "circumstances_alone": "everyday circumstances only, which list nobody",
    "protective_alone": "nothing but what protects her",
}


@dataclass(frozen=True)
class Screened:
    """What a run found.

    `considerations`: person_id, headings and indicators (lists, in the catalogue's order), first_date,
    latest_date, immediate_safety; in the order asked for. `evidence`: one row an observation of those women,
    with person_id, indicator, heading, source, source_record, observed_on, as_victim, network. `counts`: how
    many were looked at, could not be judged, and were found, by name.
    """

    considerations: pl.DataFrame
    evidence: pl.DataFrame
    counts: Mapping[str, Any]
    as_at: date
    order: Order
    edition: str
    indicators: tuple[Indicator, ...] = field(repr=False)


def screen(
    tables: Mapping[str, pl.DataFrame | pa.Table],
    as_at: date,
    *,
    indicators: Sequence[Indicator] | None = None,
    order: Order = Order.SAFETY_FIRST,
    limits: Limits | None = None,
    least_age: int | None = None,
    progress: Progress | None = None,
) -> Screened:
    """Looks for every sign among the records of an extract, and lists the women to be considered.

    `tables` are POLE tables by name (`store.TABLES`); what is missing is not recorded. `as_at` is the day it
    is looked from: no later record counts. `least_age` is the programme's, 18. Raises IndicatorError,
    LimitError, and ValueError for tables that are none of POLE's.
    """
    using = tuple(signs.catalogue() if indicators is None else indicators)
    limits = limits or Limits()
    steps = _Steps(progress, len(using) + 3)
    connection = sandbox.connect(limits)
    try:
        steps.next("laying out the records")
        not_dates = store.fill(connection, tables)
        age = Definition().least_age if least_age is None else least_age
        store.lay_out(connection, as_at=as_at, least_age=age)
        connection.execute(_OBSERVATIONS)
        sandbox.lock(connection)
        _observe(connection, using, as_at, limits, steps)
        steps.next("who is to be considered")
        _judge(connection, using)
        counts = _counts(connection, using, as_at, age) | {"not_dates": not_dates}
        considerations, evidence = _lists(connection, using, order)
        steps.done()
    finally:
        connection.close()
    return Screened(considerations, evidence, counts, as_at, order, signs.edition(using), using)


def brings(signs_seen: Iterable[tuple[Indicator, bool]]) -> bool:
    """Whether signs, each with whether she is victim or witness only in its record, list a woman.

    The rule of the whole list, once in Python; `_judge` says the same in SQL, and a test holds them together.
    """
    network = other = False
    for each, as_victim in signs_seen:
        if each.is_protective:
            continue
        if each.network:
            network = True
        elif each.prompts is Prompts.ALONE and not (each.victim_only or as_victim):
            return True
        elif each.prompts is not Prompts.NEVER:
            other = True
    return network and other


_OBSERVATIONS: Final = """create table observations (
    person_id varchar, nth smallint, observed_on date, source varchar, source_record varchar)"""


class _Steps:
    """Tells how far a run is."""

    def __init__(self, progress: Progress | None, of: int) -> None:
        self.progress, self.of, self.at = progress, of, 0

    def next(self, what: str, count: int = 1) -> None:
        if self.progress:
            self.progress(self.at, self.of, what)
        self.at += count

    def done(self) -> None:
        if self.progress:
            self.progress(self.of, self.of, "")


def _observe(
    connection: duckdb.DuckDBPyConnection,
    using: Sequence[Indicator],
    as_at: date,
    limits: Limits,
    steps: _Steps,
) -> None:
    taken_apart = [compiled.taken_apart(each) for each in using]
    together = [each for each in taken_apart if each is not None]
    number = {each.code: nth for nth, each in enumerate(using)}
    for start in range(0, len(together), compiled.MOST):
        batch = together[start : start + compiled.MOST]
        steps.next(f"{len(batch)} signs in one pass", len(batch))
        with sandbox.limited(connection, limits, None):
            compiled.find(
                connection, batch, [_as_sql(each.indicator, as_at) for each in batch], among="eligible"
            )
            for bit, each in enumerate(batch):
                connection.execute(
                    "insert into observations select distinct person_id, ?::smallint, occurred_on, source,"
                    " event_id from found where bits & ?::bigint <> 0",
                    [number[each.indicator.code], 1 << bit],
                )
    for nth, (one, apart) in enumerate(zip(using, taken_apart, strict=True)):
        if apart is None:
            steps.next(one.label)
            _by_itself(connection, one, nth, as_at, limits)


def _as_sql(indicator: Indicator, as_at: date) -> dict[str, str]:
    return {name: f"date '{value.isoformat()}'" for name, value in signs.days(indicator, as_at).items()}


def _by_itself(
    connection: duckdb.DuckDBPyConnection, one: Indicator, nth: int, as_at: date, limits: Limits
) -> None:
    values = signs.asked(one, as_at)
    with sandbox.limited(connection, limits, one):
        # its SELECT stands first in the text, so that the lines that an error names are those of the file
        connection.execute(
            "create or replace temp table one as select distinct person_id::varchar as person_id,"  # noqa: S608
            f" observed_on::date as observed_on, source::varchar as source,"
            f" source_record::varchar as source_record from ({one.sql}\n) as given"
            f" where person_id in (select person_id from eligible) limit {limits.observations + 1}",
            values,
        )
    if _one(connection, "select count(*) from one") > limits.observations:
        raise sandbox.LimitError(f"{one.path}: gives more than {limits.observations:,} observations")
    if _one(connection, "select count(*) from one where source_record is null or source is null"):
        why = "gives an observation without source or source_record: nobody could look it up"
        raise IndicatorError(one.path, why, line=one.first_line)
    connection.execute(
        "insert into observations select person_id, ?, observed_on, source, source_record from one"
        " where observed_on is null or observed_on <= ?",
        [nth, as_at],
    )


def _judge(connection: duckdb.DuckDBPyConnection, using: Sequence[Indicator]) -> None:
    """Makes `judged` (one row an observation, with what it is) and `women` (one row a woman with signs)."""
    lines = ", ".join(
        f"({nth}, {_bool(each.network)}, {_bool(each.victim_only)}, {_bool(each.is_protective)},"
        f" {_bool(each.immediate_safety)}, '{each.prompts.value}')"
        for nth, each in enumerate(using)
    )
    lines = lines or "(-1, false, false, false, false, 'never')"
    connection.execute(
        "create table judged as"  # noqa: S608
        " with parts as ("
        "  select f.person_id, f.event_id, bool_and(f.relation in ('victim_in', 'witness_in')) as as_victim"
        "  from facts f"
        "  where (f.person_id, f.event_id) in (select person_id, source_record from observations)"
        "  group by f.person_id, f.event_id)"
        " select o.*, coalesce(p.as_victim, false) as as_victim, i.network, i.protective, i.safety,"
        "        i.prompts, i.victim or coalesce(p.as_victim, false) as victim"
        " from observations o"
        f" join (values {lines}) as i(nth, network, victim, protective, safety, prompts) using (nth)"
        " left join parts p on p.person_id = o.person_id and p.event_id = o.source_record"
    )
    connection.execute(
        "create table women as select person_id, own or (network and other) as listed, *exclude (person_id)"
        " from (select person_id,"
        "  bool_or(prompts = 'alone' and not network and not victim and not protective) as own,"
        "  bool_or(network and not protective) as network,"
        "  bool_or(prompts <> 'never' and not network and not protective) as other,"
        "  bool_or(prompts <> 'never' and not network and not protective and not victim) as vulnerable,"
        "  bool_or(not protective) as risk, bool_or(safety) as safety"
        "  from judged group by person_id)"
    )


def _counts(
    connection: duckdb.DuckDBPyConnection, using: Sequence[Indicator], as_at: date, least_age: int
) -> dict[str, Any]:
    def n(asked: str, values: Any = None) -> int:
        return _one(connection, asked, values)

    born = "date_of_birth is not null and date_of_birth <= $day::date"
    day = {"day": as_at}
    appears = dict(
        connection.execute("select nth, count(distinct person_id) from judged group by 1").fetchall()
    )
    listed = dict(
        connection.execute(
            "select nth, count(distinct person_id) from judged"
            " where person_id in (select person_id from women where listed) group by 1"
        ).fetchall()
    )
    rest = "from women where not listed and"
    return {
        "persons": n("select count(*) from people"),
        "events": n("select count(*) from events"),
        "eligible": n("select count(*) from eligible"),
        "considered": n("select count(*) from women where listed"),
        "by_indicator": {each.code: listed.get(nth, 0) for nth, each in enumerate(using)},
        "appears": {each.code: appears.get(nth, 0) for nth, each in enumerate(using)},
        "cannot_be_judged": {
            "sex_not_recorded": n("select count(*) from people where sex is null and not sexes_differ"),
            "sexes_differ": n("select count(*) from people where sexes_differ"),
            "age_unknown": n(f"select count(*) from people where sex = 'female' and not ({born})", day),  # noqa: S608
            "only_in_links": n(
                "select count(distinct from_id) from links where lower(from_kind) = 'person'"
                " and from_id not in (select person_id from people)"
            ),
        },
        "under_age": n(
            f"select count(*) from people where sex = 'female' and {born}"  # noqa: S608
            " and date_of_birth > $day::date - to_years($least::int)",
            day | {"least": least_age},
        ),
        "not_female": n("select count(*) from people where sex in ('male', 'other')"),
        "not_listed": {
            "network_alone": n(f"select count(*) {rest} network"),
            "victim_alone": n(f"select count(*) {rest} not network and other and not vulnerable"),
            "vulnerability_alone": n(f"select count(*) {rest} not network and vulnerable"),
            "circumstances_alone": n(f"select count(*) {rest} not network and not other and risk"),
            "protective_alone": n(f"select count(*) {rest} not risk"),
        },
        "immediate_safety_not_listed": n(f"select count(*) {rest} safety"),
        "undated_events": n("select count(*) from events where occurred_on is null and reported_on is null"),
    }


def _lists(
    connection: duckdb.DuckDBPyConnection, using: Sequence[Indicator], order: Order
) -> tuple[pl.DataFrame, pl.DataFrame]:
    headings = list(Heading)
    lines = ", ".join(
        f"({nth}, '{each.code}', '{each.heading.value}', {headings.index(each.heading)})"
        for nth, each in enumerate(using)
    )
    lines = lines or "(-1, '', '', 0)"
    connection.execute(
        "create temp table named as"  # noqa: S608
        f" select j.*, i.code, i.heading, i.place from judged j"
        f" join (values {lines}) as i(nth, code, heading, place) using (nth)"
        " where person_id in (select person_id from women where listed)"
    )
    considerations = _frame(
        connection,
        "select person_id,"  # noqa: S608
        " list_transform(list_sort(list(distinct {'place': place, 'word': heading})), lambda x: x.word)"
        "  as headings,"
        " list_transform(list_sort(list(distinct {'place': place, 'nth': nth, 'word': code})),"
        "  lambda x: x.word) as indicators,"
        " min(observed_on) as first_date, max(observed_on) as latest_date,"
        " bool_or(safety) as immediate_safety"
        f" from named group by person_id order by {_ORDERS[order]}",
    )
    place = considerations.select("person_id").with_row_index("_place")
    evidence = _frame(
        connection,
        "select person_id, code as indicator, heading, source, source_record, observed_on, as_victim,"
        " network, place, nth from named",
    )
    evidence = (
        evidence.join(place, on="person_id")
        .sort("_place", "place", "nth", "observed_on", "source_record", "source", nulls_last=True)
        .drop("_place", "place", "nth")
    )
    return considerations, evidence


def _frame(connection: duckdb.DuckDBPyConnection, asked: str) -> pl.DataFrame:
    made = pl.from_arrow(connection.sql(asked).to_arrow_table())
    assert isinstance(made, pl.DataFrame)
    return made


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _one(connection: duckdb.DuckDBPyConnection, asked: str, values: Any = None) -> int:
    return int(connection.execute(asked, values).fetchall()[0][0])
