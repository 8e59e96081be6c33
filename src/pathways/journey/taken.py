"""What a checked file comes to, row by row: each through what a person would have done for that one woman.

A row that cannot be written is named with its reason and written nowhere. Where a row came from is kept
beside what it became, so that the same row never becomes two things and can be taken back.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import polars as pl
from django.db import transaction

from pathways.analysis.pole import others
from pathways.analysis.pole.reading import FILE, ROW, Extract, Problem
from pathways.domain.governance.actors import Actor
from pathways.domain.identification.taking_in import Kind
from pathways.domain.outcomes import instrument as of_instruments
from pathways.domain.support import contact
from pathways.domain.support import goal as goals_of
from pathways.domain.support.reasons import Absence
from pathways.domain.terms import clocks
from pathways.domain.terms.contact import Attendance, ContactMode
from pathways.domain.terms.routes import Route
from pathways.journey import (
    alongside,
    contacts,
    entering,
    goals,
    instruments,
    measuring,
    open_door,
    sight,
)
from pathways.records import keys
from pathways.records.models import (
    BankHoliday,
    Client,
    Contact,
    Goal,
    GoalRating,
    InstrumentScore,
    ReferenceSet,
    ReferralIn,
    TakeIn,
    TakenRow,
)

#: at what hour something happened, where a sheet gives the day alone
_NOON = time(12)


@dataclass(slots=True)
class Written:
    """What a file became, or would become."""

    accepted: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


class _RefusedError(Exception):
    """One row cannot be written."""

    def __init__(self, column: str, why: str, mend: str) -> None:
        super().__init__(why)
        self.column, self.why, self.mend = column, why, mend


@dataclass(frozen=True, slots=True)
class _Made:
    """What a row became."""

    resource: str
    object_id: UUID


def write(row: TakeIn, extract: Extract, *, by: Actor, at: datetime) -> Written:
    """Writes what can be written, in the transaction of whoever asks, and names every other row."""
    kind = Kind(row.kind)
    if kind is Kind.REFERENCE:
        return _reference(row, extract, at)
    writer = _WRITERS[kind](by, at)
    known = dict(
        TakenRow.objects.filter(organisation_id=row.organisation_id, kind=row.kind).values_list(
            "key", "content"
        )
    )
    files = list(extract.read)
    headings = {name: given[0] for feed in extract.mapping.feeds for name, given in feed.columns.items()}
    done = Written()
    made: list[TakenRow] = []
    secret = keys.store().of(row.organisation_id, row.organisation_id)
    for said in _rows(extract):
        key, content = _hashes(kind, said, secret)
        place = (str(said[FILE]), int(said[ROW]))
        if key in known:
            if known[key] == content:
                done.unchanged += 1
                continue
            done.problems.append(
                Problem(
                    *place, "their_reference", str(said.get("their_reference") or ""),
                    "this was taken in before and said otherwise",
                    "correct the entry where it stands now; a file does not overwrite it",
                )
            )  # fmt: skip
            continue
        try:
            with transaction.atomic():
                result = writer(said)
        except _RefusedError as refused:
            value = said.get(refused.column)
            theirs = headings.get(refused.column, refused.column)
            shown = "" if value is None else str(value)[:200]
            done.problems.append(Problem(*place, theirs, shown, refused.why.rstrip("."), refused.mend))
            continue
        known[key] = content
        done.accepted += 1
        made.append(
            TakenRow(
                take_in=row,
                organisation_id=row.organisation_id,
                kind=row.kind,
                key=key,
                content=content,
                file_number=files.index(place[0]),
                row_number=place[1],
                resource=result.resource,
                object_id=result.object_id,
                fact_or_opinion=said.get("fact_or_opinion") or row.fact_or_opinion,
            )
        )
    TakenRow.objects.bulk_create(made)
    return done


def _rows(extract: Extract) -> Iterator[dict[str, Any]]:
    for frame in extract.tables.values():
        yield from frame.iter_rows(named=True)


def _hashes(kind: Kind, said: dict[str, Any], secret: bytes) -> tuple[str, str]:
    """Which record a row is, and what it says: keyed, so that nobody can try out what it might have said."""
    (table,) = others.FOR_KIND[kind.value].values()
    # a column that came later counts only where it says something: rows taken in before keep their content
    plain = json.dumps(
        [_said(said.get(name)) for name in table.names if name not in _LATER or said.get(name)],
        ensure_ascii=False,
    )
    content = hmac.new(secret, f"content|{kind.value}|{plain}".encode(), hashlib.sha256).hexdigest()
    theirs = said.get("their_reference")
    if not theirs:
        return content, content
    return hmac.new(secret, f"key|{kind.value}|{theirs}".encode(), hashlib.sha256).hexdigest(), content


_LATER = frozenset({"instrument"})


def _said(value: Any) -> str:
    """As it stood in the cell: 7 and not 7.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value or "")


# --- referrals ------------------------------------------------------------------------------------------


def _referrals(by: Actor, at: datetime) -> Callable[[dict[str, Any]], _Made]:
    there = entering.coordinating_organisation()
    coordinated = entering.someone_coordinates(there)
    usual = open_door.ROUTES.get(by.sector)

    def write_one(said: dict[str, Any]) -> _Made:
        if there is None or not coordinated:
            raise _RefusedError("why", coordinated.reason, "ask the coordinator")
        route = Route(said["route"]) if said["route"] else usual
        if route is None:
            raise _RefusedError("route", "this does not say by whom she comes", "add a column with the route")
        who = open_door.Coming(
            called=said["called"] or said["first_name"] or "",
            given_names=said["first_name"] or "",
            surname=said["surname"] or "",
            born=said["date_of_birth"],
            telephone=said["phone"] or "",
            email=said["email"] or "",
            address=said["address"] or "",
        )
        answer = open_door.may_receive(who, route, said["why"], said["she_knows"] == "yes", by, at)
        if not answer:
            column = "date_of_birth" if who.born and who.called else "called"
            raise _RefusedError(column, answer.reason, "mend the row and upload it again")
        row = open_door.let_in(there, who, route, said["why"], (), said["she_knows"] == "yes", by=by, at=at)
        return _Made(ReferralIn._meta.db_table, row.id)

    return write_one


# --- a provider's own case system -------------------------------------------------------------------------


class _Hers:
    """The women of this organisation by our reference, each looked up once."""

    def __init__(self, by: Actor) -> None:
        self.by = by
        self.known: dict[str, UUID | None] = {}

    def of(self, reference: str) -> UUID:
        if reference not in self.known:
            rows = sight.visible(Client, self.by).filter(reference=reference)
            self.known[reference] = rows.values_list("id", flat=True).first()
        found = self.known[reference]
        if found is None:
            raise _RefusedError(
                "reference", "no woman who is with you has this reference", "copy it anew from her page"
            )
        return found


def _moment(day: date, clock: str | None) -> datetime:
    at = time.fromisoformat(clock) if clock else _NOON
    return datetime.combine(day, at, tzinfo=clocks.LONDON)


def _contacts(by: Actor, at: datetime) -> Callable[[dict[str, Any]], _Made]:
    hers = _Hers(by)

    def write_one(said: dict[str, Any]) -> _Made:
        client_id = hers.of(said["reference"])
        attended = Attendance(said["attended"])
        mode = ContactMode(said["mode"]) if said.get("mode") else ContactMode.FACE_TO_FACE
        record = contact.Record(
            min(_moment(said["happened_on"], said["time"]), at)
            if said["happened_on"] == clocks.local(at).date() and not said["time"]
            else _moment(said["happened_on"], said["time"]),
            True,
            attended,
            absence=Absence.NOT_KNOWN if attended is Attendance.NO else None,
            mode=mode if attended.is_attended else None,
            minutes=said["minutes"] if attended.is_attended else None,
        )
        outcome = contacts.recorded(record, client_id=client_id, note=said.get("note") or "", by=by, at=at)
        if not outcome or outcome.id is None:
            raise _RefusedError(
                "happened_on", outcome.reason, "mend the row, or record this contact on her page"
            )
        return _Made(Contact._meta.db_table, outcome.id)

    return write_one


def _attendance(by: Actor, at: datetime) -> Callable[[dict[str, Any]], _Made]:
    write_contact = _contacts(by, at)

    def write_one(said: dict[str, Any]) -> _Made:
        return write_contact(said | {"mode": ContactMode.GROUP.value, "note": ""})

    return write_one


def _scores(by: Actor, at: datetime) -> Callable[[dict[str, Any]], _Made]:
    hers = _Hers(by)
    used = {
        word.casefold(): one
        for one in instruments.in_use_now(by=by)
        for word in (one.asks.code, one.asks.name)
        if one.asks.has_score
    }

    def write_one(said: dict[str, Any]) -> _Made:
        client_id = hers.of(said["reference"])
        if bool(said["goal"]) is bool(said["instrument"]):
            raise _RefusedError(
                "instrument", "a score is of a goal or of an instrument, one of them", "say which it is"
            )
        if said["instrument"]:
            return _total(client_id, said)
        return _nearness(client_id, said)

    def _total(client_id: UUID, said: dict[str, Any]) -> _Made:
        known = used.get(" ".join(said["instrument"].casefold().split()))
        if known is None:
            there = ", ".join(sorted({one.asks.name for one in used.values()})) or "none"
            raise _RefusedError(
                "instrument",
                f"this instrument is not on here; on are: {there}",
                "have it turned on under Instruments, or leave the row out",
            )
        where = alongside.episode_now(client_id, by)
        if where is None:
            raise _RefusedError("reference", "she has no open episode", "ask the coordinator")
        if not alongside.began_on(where) <= said["measured_on"] <= clocks.local(at).date():
            raise _RefusedError(
                "measured_on", "this is before her time with the programme, or in the future", "check the day"
            )
        try:
            made = measuring.total_given(
                client_id=client_id,
                key=known.key,
                total=said["value"],
                measured_on=said["measured_on"],
                where=where,
                by=by,
                at=at,
            )
        except ValueError as error:
            raise _RefusedError("value", str(error), "check the score") from None
        return _Made(InstrumentScore._meta.db_table, made.id)

    def _nearness(client_id: UUID, said: dict[str, Any]) -> _Made:
        wanted = " ".join(said["goal"].casefold().split())
        rows = sight.visible(Goal, by).filter(client_id=client_id, organisation_id=by.organisation_id)
        fitting = [row for row in rows if " ".join(str(row.words).casefold().split()) == wanted]
        if len(fitting) != 1:
            raise _RefusedError(
                "goal", "she has no goal in these words", "copy the goal as it stands on her page"
            )
        row = fitting[0]
        if row.status == goals_of.Status.CHANGED.value:
            raise _RefusedError("goal", "this goal was changed for another", "leave the row out")
        value = said["value"]
        if not 0 <= value <= 10 or value != int(value):
            raise _RefusedError(
                "value", "nearness to a goal is from 0 to 10", "give a whole number from 0 to 10"
            )
        rated_at = _moment(said["measured_on"], None)
        today = clocks.local(at).date()
        if said["measured_on"] > today or said["measured_on"] < clocks.local(row.set_at).date():
            raise _RefusedError(
                "measured_on", "this is before the goal was set, or in the future", "check the day"
            )
        made = goals.rated(row, int(value), rated_at=min(rated_at, at), by=by, at=at)
        return _Made(GoalRating._meta.db_table, made.id)

    return write_one


_WRITERS: dict[Kind, Callable[[Actor, datetime], Callable[[dict[str, Any]], _Made]]] = {
    Kind.REFERRALS: _referrals,
    Kind.CONTACTS: _contacts,
    Kind.ATTENDANCE: _attendance,
    Kind.SCORES: _scores,
}


# --- reference figures ------------------------------------------------------------------------------------


def _reference(row: TakeIn, extract: Extract, at: datetime) -> Written:
    """Each table is kept as one set; bank holidays go where the clocks look for them."""
    done = Written()
    headings = {name: given[0] for feed in extract.mapping.feeds for name, given in feed.columns.items()}
    for name, frame in extract.tables.items():
        (table,) = (each for each in others.FOR_KIND["reference"].values() if each.name == name)
        if name == others.INSTRUMENTS.name:
            frame = _without_faults(frame, headings, done)
            if not frame.height:
                continue
        body = [
            {key: _plain(value) for key, value in line.items() if value is not None}
            for line in frame.select(table.names).iter_rows(named=True)
        ]
        plain = json.dumps(body, sort_keys=True, ensure_ascii=False)
        content = hashlib.sha256(plain.encode()).hexdigest()
        if ReferenceSet.objects.filter(kind=name, content_hash=content).exists():
            done.unchanged += len(body)
            continue
        if name == others.BANK_HOLIDAYS.name:
            held = {day.isoformat() for day in BankHoliday.objects.values_list("date", flat=True)}
            for line in body:
                line["is_new"] = line["date"] not in held
        ReferenceSet(
            kind=name,
            source=row.system,
            content_hash=content,
            body=body,
            rows=len(body),
            take_in_id=row.id,
            taken_in_at=at,
        ).save(force_insert=True)
        if name == others.BANK_HOLIDAYS.name:
            new = {line["date"]: str(line["name"])[:120] for line in body if line["is_new"]}
            BankHoliday.objects.bulk_create(
                BankHoliday(date=date.fromisoformat(day), name=said) for day, said in new.items()
            )
        done.accepted += len(body)
    return done


def _without_faults(frame: pl.DataFrame, headings: Mapping[str, str], done: Written) -> pl.DataFrame:
    """The owners' tables that will do; every row of the others is named. A wrong score is worse than none."""
    lines = list(frame.iter_rows(named=True))
    known = {one.name: one for one in instruments.shipped().values() if one.needs_conversion}
    by_name: dict[str, list[int]] = {}
    wrong: dict[int, tuple[str, str, str]] = {}
    for number, line in enumerate(lines):
        said = str(line["instrument"] or "").strip().casefold()
        name = next((one.name for one in known.values() if said in (one.code, one.name.casefold())), None)
        if name is None:
            wrong[number] = ("instrument", "no instrument of this name takes its scores from a table",
                             f"write one of: {', '.join(known)}")  # fmt: skip
        else:
            by_name.setdefault(name, []).append(number)
    for name, numbers in by_name.items():
        pairs = [(float(lines[each]["raw"]), float(lines[each]["converted"])) for each in numbers]
        faults = of_instruments.conversion_faults(known[name], pairs)
        wrong |= {numbers[index]: fault for index, fault in faults.items()}
    for number, (column, why, mend) in sorted(wrong.items()):
        line = lines[number]
        shown = "" if line[column] is None else str(line[column])[:200]
        done.problems.append(
            Problem(str(line[FILE]), int(line[ROW]), headings.get(column, column), shown, why, mend)
        )
    return frame.with_row_index("_line").filter(~pl.col("_line").is_in(list(wrong))).drop("_line")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
