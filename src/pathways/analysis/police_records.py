"""Records of women as suspect and as victim, drawn from a POLE extract as lines without names.

No day of the calendar is in a line: every woman's own day is called by one and the same date, and her records
by theirs so many days before or after it. What is not counted does not leave.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pathways.analysis import sheets
from pathways.analysis.police_contact import WINDOWS
from pathways.domain.evaluation import police_records
from pathways.domain.evaluation.police_records import COLUMNS, DAY_ONE, LeftOut

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Person:
    """How a woman is found in an extract, and the day on which she was handed over."""

    reference: str
    given_names: str
    surname: str
    born: date | None
    day: date


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the file holds; `counted` women have records that are whole over both stretches."""

    lines: tuple[tuple[str, ...], ...]
    women: int
    counted: int
    left_out: Mapping[LeftOut, int]
    suspect: int
    victim: int
    not_shared: int
    undated: int


def span(tables: Tables) -> tuple[date, date] | None:
    """The days of the first and of the last record that counts; None where there is none."""
    events = _events(tables)
    days = events["day"].drop_nulls() if events is not None else None
    if days is None or days.is_empty():
        return None
    first, last = days.min(), days.max()
    assert isinstance(first, date) and isinstance(last, date)
    return first, last


def drawn(
    tables: Tables,
    women: Sequence[Person],
    *,
    whole_from: date,
    whole_to: date,
    months: int,
    offences: Collection[str],
) -> Drawn:
    """Lines of the women in the order given, who are called W001 and so on: shuffle them first.

    The extract holds all records from `whole_from` to `whole_to`. `offences` are the words (casefolded) that
    may stand in the column of offences: anything else there could be free text, and stays blank.
    """
    days = timedelta(days=WINDOWS[months])
    women, found = _once(women, _found(tables, women))
    left_out = dict.fromkeys(LeftOut, 0)
    wanted: dict[str, int] = {}
    for at, (one, person_id) in enumerate(zip(women, found, strict=True)):
        why = None
        if person_id is None:
            why = LeftOut.NOT_FOUND
        elif one.day - days < whole_from:
            why = LeftOut.BEFORE
        elif one.day + days > whole_to:
            why = LeftOut.AFTER
        if why is not None:
            left_out[why] += 1
        elif person_id is not None:
            wanted[person_id] = at
    records, not_shared, undated = _records(tables, wanted, women, days)
    width = max(3, len(str(len(women))))
    known_to = DAY_ONE + days
    lines: list[tuple[str, ...]] = []
    whole = set(wanted.values())
    for at in range(len(women)):
        name = f"W{at + 1:0{width}d}"
        until = known_to if at in whole else DAY_ONE
        start = (name, DAY_ONE.isoformat(), until.isoformat())
        hers = sorted(records.get(at, []))
        lines += [
            (*start, role, (DAY_ONE + timedelta(days=day)).isoformat(), _said(offence, offences))
            for day, role, offence in hers
        ]
        if not hers:
            lines.append((*start, "", "", ""))
    every = [role for several in records.values() for _, role, _ in several]
    return Drawn(
        tuple(lines), len(women), len(whole), left_out, every.count("suspect"),
        every.count("victim"), not_shared, undated,
    )  # fmt: skip


def written(lines: Sequence[Sequence[str]]) -> bytes:
    """The file, as CSV: the headings that the evaluation's page knows."""
    frame = pl.DataFrame(list(lines), schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return sheets.to_bytes(frame, ".csv")


def _said(offence: str, offences: Collection[str]) -> str:
    return offence if offence.casefold() in offences else ""


def _found(tables: Tables, women: Sequence[Person]) -> list[str | None]:
    """The person of the extract who each woman is: by the force's own reference, else by name and birth."""
    persons = tables.get("persons")
    if persons is None:
        return [None] * len(women)
    ids = set(persons["person_id"].cast(pl.String).to_list())
    named: dict[tuple[str, str, date], list[str]] = {}
    if {"first_name", "surname", "date_of_birth"} <= set(persons.columns):
        wanted = {one.born for one in women if one.born is not None}
        same = persons.filter(pl.col("date_of_birth").is_in(list(wanted)))
        for key, first, surname, born in same.select(
            pl.col("person_id").cast(pl.String), "first_name", "surname", "date_of_birth"
        ).iter_rows():
            named.setdefault((_plain(first), _plain(surname), born), []).append(key)
    found: list[str | None] = []
    for one in women:
        if one.reference and one.reference in ids:
            found.append(one.reference)
            continue
        alike: list[str] = []
        if one.born is not None:
            alike = named.get((_plain(one.given_names), _plain(one.surname), one.born), [])
        found.append(alike[0] if len(alike) == 1 else None)
    return found


def _once(
    women: Sequence[Person], found: Sequence[str | None]
) -> tuple[list[Person], list[str | None]]:
    """Each person of the extract once, from the first day on which she was handed over."""
    first: dict[str, date] = {}
    for one, person_id in zip(women, found, strict=True):
        if person_id is not None:
            first[person_id] = min(one.day, first.get(person_id, one.day))
    kept: list[tuple[Person, str | None]] = []
    seen: set[str] = set()
    for one, person_id in zip(women, found, strict=True):
        if person_id is not None and (person_id in seen or one.day != first[person_id]):
            continue
        seen |= {person_id} if person_id is not None else set()
        kept.append((one, person_id))
    return [one for one, _ in kept], [person_id for _, person_id in kept]


def _plain(word: str | None) -> str:
    return (word or "").strip().casefold()


def _events(tables: Tables) -> pl.DataFrame | None:
    """Events that count, each with its day: when it happened, or else when it was reported."""
    events = tables.get("events")
    if events is None or "kind" not in events.columns:
        return None
    there = set(events.columns)
    dated = [pl.col(name) for name in ("occurred_on", "reported_on") if name in there]
    day = pl.coalesce(dated) if dated else pl.lit(None)
    offence = pl.col("type") if "type" in there else pl.lit(None)
    return events.filter(pl.col("kind").is_in(list(police_records.KINDS))).select(
        pl.col("event_id").cast(pl.String),
        day.cast(pl.Date).alias("day"),
        _is_shared(there).alias("is_shared"),
        offence.cast(pl.String).fill_null("").str.strip_chars().alias("offence"),
    )


def _is_shared(columns: Collection[str]) -> pl.Expr:
    """Whether the handling code of a row lets it be shared."""
    code = pl.col("handling") if "handling" in columns else pl.lit(None)
    plain = code.cast(pl.String).fill_null("").str.strip_chars().str.to_lowercase()
    return plain.is_in(list(police_records.SHARED))


def _records(
    tables: Tables, wanted: Mapping[str, int], women: Sequence[Person], days: timedelta
) -> tuple[dict[int, list[tuple[int, str, str]]], int, int]:
    """Each woman's records in her stretches (day from her own, role, offence); how many could not go."""
    links, events = tables.get("links"), _events(tables)
    records: dict[int, list[tuple[int, str, str]]] = {}
    if links is None or events is None:
        return records, 0, 0
    hers = (
        links.with_columns(pl.col("from_id").cast(pl.String), pl.col("to_id").cast(pl.String))
        .filter(
            (pl.col("from_kind") == "person")
            & (pl.col("to_kind") == "event")
            & pl.col("from_id").is_in(list(wanted))
            & pl.col("relation").is_in(list(police_records.ROLES))
        )
        .with_columns(
            pl.col("relation").replace_strict(dict(police_records.ROLES)).alias("role"),
            _is_shared(links.columns).alias("is_tie_shared"),
        )
        # suspected, arrested and convicted of one offence is one record; one tie that stays holds it back
        .group_by("from_id", "to_id", "role")
        .agg(pl.col("is_tie_shared").all())
        .join(events.unique("event_id"), left_on="to_id", right_on="event_id")
        .with_columns(pl.col("is_shared") & pl.col("is_tie_shared"))
    )
    not_shared = undated = 0
    for person_id, role, day, is_shared, offence in hers.select(
        "from_id", "role", "day", "is_shared", "offence"
    ).iter_rows():
        at = wanted[person_id]
        if day is None:
            undated += 1
            continue
        start = women[at].day
        if not start - days <= day < start + days:
            continue
        if not is_shared:
            not_shared += 1
            continue
        records.setdefault(at, []).append(((day - start).days, role, offence))
    return records, not_shared, undated
