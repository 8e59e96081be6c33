"""Records of the programme: entered, corrected with a reason, withdrawn, listed and taken out as a file.

A record names no woman. Every version is kept; the newest is how it stands.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from pathways.domain import decision
from pathways.domain.evaluation import recorded
from pathways.domain.evaluation.recorded import KINDS, TYPED, RecordKind
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import clocks
from pathways.journey import ledger, planning, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Organisation, ProgrammeRecord, SharingAgreement

#: Every role that reads a kind or writes one.
MAY_READ = frozenset(role for one in KINDS.values() for role in one.reads)
MAY_ENTER = frozenset(role for one in KINDS.values() for role in one.writes)
FORMATS = ("csv", "xlsx", "json")


@dataclass(frozen=True, slots=True)
class Record:
    """One version of a record, its answers by name, and how it reads."""

    id: UUID
    number: int
    kind: RecordKind
    on: date
    until: date | None
    answers: Mapping[str, Any]
    is_withdrawn: bool
    because: str
    participant: int | None
    organisation_id: UUID
    by: str
    at: datetime

    @property
    def title(self) -> str:
        """What it is called in a list, from the answer that names its kind."""
        described = KINDS[self.kind]
        asked = described.question(described.title)
        words = recorded.in_words(asked, self.answers.get(asked.name), organisations={}, names={})
        title = shortened(words[0], 90) if words else described.one.capitalize()
        return f"{title}, participant {self.participant}" if self.participant else title


@dataclass(frozen=True, slots=True)
class Listed:
    """The records of a kind that fit, the newest first, and the years there are."""

    records: tuple[Record, ...]
    years: tuple[int, ...]


def shortened(text: str, most: int) -> str:
    """Words that stand in a line of a list, cut at a word's end."""
    return text if len(text) <= most else f"{text[: most - 2].rsplit(' ', 1)[0]} …"


# --- reads --------------------------------------------------------------------------------------------


def kinds(*, by: Actor) -> tuple[tuple[RecordKind, int, date | None], ...]:
    """The kinds that this person reads: how many records each has, and the day of the newest."""
    newest = _newest(by)
    found = []
    for kind, described in KINDS.items():
        if by.role not in described.reads:
            continue
        days = [row.on_date for row in newest if row.kind == kind.value and not row.is_withdrawn]
        found.append((kind, len(days), max(days, default=None)))
    return tuple(found)


def listed(
    kind: RecordKind,
    *,
    by: Actor,
    at: datetime,
    year: int | None = None,
    words: str = "",
    having: Mapping[str, str] = MappingProxyType({}),
    with_withdrawn: bool = False,
) -> Listed | None:
    """The records of a kind as they stand; None where the kind is not for this person. One event a reading.

    `having` narrows by coded answers: the answer itself, or one of several.
    """
    if by.role not in KINDS[kind].reads:
        return None
    rows = [_record(row) for row in _newest(by, kind)]
    years = tuple(sorted({clocks.financial_year(one.on) for one in rows}, reverse=True))
    places = organisations()
    names = planning.names_by_code(by=by)
    found = []
    for one in rows:
        if one.is_withdrawn and not with_withdrawn:
            continue
        if year is not None and clocks.financial_year(one.on) != year:
            continue
        if not all(_says(one.answers.get(name), wanted) for name, wanted in having.items()):
            continue
        said = " ".join(line for _, lines in read_back(one, places, names) for line in lines).casefold()
        if all(word in said for word in words.casefold().split()):
            found.append(one)
    if found:
        ledger.read(
            by=by,
            at=at,
            resource=Resource.PROGRAMME_RECORD,
            subjects=[one.id for one in found],
            route="records",
            reason=kind.label,
        )
    return Listed(tuple(found), years)


def _says(answer: Any, wanted: str) -> bool:
    return wanted in answer if isinstance(answer, list) else answer == wanted


def versions(record_id: UUID, *, by: Actor, at: datetime) -> tuple[Record, ...]:
    """Every version of a record, the newest first; empty where it is not there for this person."""
    rows = sight.visible(ProgrammeRecord, by).filter(kept_id=record_id).order_by("-number")
    found = tuple(_record(row) for row in rows)
    if found:
        ledger.read(
            by=by, at=at, resource=Resource.PROGRAMME_RECORD, subjects=[record_id], route="records"
        )
    return found


def standing(record_id: UUID, *, by: Actor) -> Record | None:
    """A record as it stands, for the form that corrects it: the page that it was opened from has read it."""
    row = sight.visible(ProgrammeRecord, by).filter(kept_id=record_id).order_by("-number").first()
    return _record(row) if row else None


def read_back(
    one: Record, places: Mapping[str, str], names: Mapping[str, str]
) -> list[tuple[str, list[str]]]:
    """The questions of a record with their answers in words."""
    return [
        (asked.label, recorded.in_words(asked, one.answers.get(asked.name), organisations=places,
         names=names))
        for asked in KINDS[one.kind].questions
    ]


def organisations() -> dict[str, str]:
    """Every organisation of the programme by its id, in order of name."""
    return {str(key): name for key, name in Organisation.objects.order_by("name").values_list("id", "name")}


@dataclass(frozen=True, slots=True)
class FrameworkChange:
    """One thing that happened to an agreement or protocol, for the drawing of the framework."""

    document: str
    on: date
    change: str
    is_kept_elsewhere: bool = False


def tied(*, by: Actor) -> Counter[str]:
    """How many entries of the learning log concern each measure and each part of the theory of change.

    Codes alone are read, and no event is written: nothing of what was found is opened.
    """
    if by.role not in KINDS[RecordKind.LEARNING].reads:
        return Counter()
    rows = [row.codes or {} for row in _newest(by, RecordKind.LEARNING) if not row.is_withdrawn]
    return Counter(code for said in rows for name in ("nodes", "measures") for code in said.get(name) or ())


def framework(*, by: Actor, at: datetime) -> tuple[FrameworkChange, ...]:
    """Everything that happened to the strategic framework, in order: records, and the sharing agreements "
      "there
    are, which appear by themselves."""
    today = clocks.local(at).date()
    described = KINDS[RecordKind.FRAMEWORK]
    found = []
    for row in _newest(by, RecordKind.FRAMEWORK):
        one = _record(row)
        if one.is_withdrawn:
            continue
        change = recorded.in_words(
            described.question("change"), one.answers.get("change"), organisations={}, names={}
        )
        found.append(FrameworkChange(str(one.answers.get("document")), one.on, change[0] if change else ""))
    for agreement in SharingAgreement.objects.order_by("from_date", "name"):
        found.append(FrameworkChange(agreement.name, agreement.from_date, "Made", True))
        if agreement.review_date:
            past = agreement.review_date <= today
            words = "Review was due" if past else "Review due"
            found.append(FrameworkChange(agreement.name, agreement.review_date, words, True))
        if agreement.until_date:
            found.append(FrameworkChange(agreement.name, agreement.until_date, "Ended", True))
    return tuple(sorted(found, key=lambda one: (one.on, one.document, one.change)))


def _newest(by: Actor, kind: RecordKind | None = None) -> list[ProgrammeRecord]:
    rows = sight.visible(ProgrammeRecord, by)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    latest = rows.order_by("kept_id", "-number").distinct("kept_id")
    return sorted(latest, key=lambda row: (row.on_date, row.made_at, str(row.id)), reverse=True)


def _record(row: ProgrammeRecord) -> Record:
    return Record(
        id=row.kept_id,
        number=row.number,
        kind=RecordKind(row.kind),
        on=row.on_date,
        until=row.until_date,
        answers={**(row.codes or {}), **(row.words or {})},
        is_withdrawn=row.is_withdrawn,
        because=row.because,
        participant=row.participant,
        organisation_id=row.organisation_id,
        by=row.made_by_name,
        at=row.made_at,
    )


# --- verbs --------------------------------------------------------------------------------------------


def enter(
    *,
    kind: RecordKind,
    on: date,
    until: date | None = None,
    answers: Mapping[str, Any],
    by: Actor,
    at: datetime,
) -> Outcome:
    """Enters a record. A participant of an interview is given a number, and nothing else is known of her."""
    if not (answer := recorded.may_enter(kind, by.role)):
        return refusal(answer)
    if wrong := recorded.fault(kind, on, until, answers)[1]:
        return refusal(decision.no(f"{wrong}."))
    with transaction.atomic():
        participant = _next_participant(by) if kind is RecordKind.INTERVIEW else None
        row = _version(uuid.uuid4(), 1, kind, on, until, answers, by, at, participant=participant)
        row.save(force_insert=True)
        ledger.collected(by=by, at=at, resource=Resource.PROGRAMME_RECORD, subjects=[row.kept_id])
    return done(row.kept_id, reference=f"Participant {participant}" if participant else "")


def correct(
    *,
    record_id: UUID,
    number: int,
    on: date,
    until: date | None = None,
    answers: Mapping[str, Any],
    because: str,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Writes a further version of a record; the one before stays as it was. `number` is the version "
      "corrected."""
    with transaction.atomic():
        before = _hold(record_id, by)
        if before is None:
            return refusal(sight.NOT_THERE)
        kind = RecordKind(before.kind)
        if not (answer := recorded.may_enter(kind, by.role)):
            return refusal(answer)
        if wrong := recorded.fault(kind, on, until, answers)[1]:
            return refusal(decision.no(f"{wrong}."))
        if before.number != number:
            return refusal(_MEANWHILE)
        same = _record(before)
        if (same.on, same.until) == (on, until) and not same.is_withdrawn and _same(same.answers, answers):
            return refusal(decision.no("Nothing was changed."))
        _version(
            record_id, before.number + 1, kind, on, until, answers, by, at,
            because=because, participant=before.participant, organisation_id=before.organisation_id,
        ).save(force_insert=True)  # fmt: skip
        ledger.altered(
            by=by, at=at, resource=Resource.PROGRAMME_RECORD, subjects=[record_id], reason="corrected"
        )
    return done(record_id)


def withdraw(*, record_id: UUID, because: str, by: Actor, at: datetime) -> Outcome:
    """Takes a record out of the list and of every count; it and why it went stay to be read."""
    with transaction.atomic():
        before = _hold(record_id, by)
        if before is None:
            return refusal(sight.NOT_THERE)
        kind = RecordKind(before.kind)
        if not (answer := recorded.may_enter(kind, by.role)):
            return refusal(answer)
        if before.is_withdrawn:
            return refusal(decision.no("This record has been withdrawn already."))
        one = _record(before)
        _version(
            record_id, before.number + 1, kind, one.on, one.until, one.answers, by, at, is_withdrawn=True,
            because=because, participant=before.participant, organisation_id=before.organisation_id,
        ).save(force_insert=True)  # fmt: skip
        ledger.altered(
            by=by, at=at, resource=Resource.PROGRAMME_RECORD, subjects=[record_id], reason="withdrawn"
        )
    return done(record_id)


_MEANWHILE = decision.no(
    "Somebody has corrected this record since you opened it. What you wrote is kept as a draft: open the "
    "record"
    " again and compare."
)


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    empty: tuple[Any, ...] = (None, "", [], {})
    return {key: value for key, value in before.items() if value not in empty} == {
        key: value for key, value in after.items() if value not in empty
    }


def _hold(record_id: UUID, by: Actor) -> ProgrammeRecord | None:
    """The newest version, and nobody else writes the next one before the transaction ends."""
    _alone(str(record_id))
    return sight.visible(ProgrammeRecord, by).filter(kept_id=record_id).order_by("-number").first()


def _next_participant(by: Actor) -> int:
    _alone("participant")
    highest = sight.visible(ProgrammeRecord, by).aggregate(Max("participant"))["participant__max"]
    return (highest or 0) + 1


def _alone(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 48))", [what])


def _version(
    record_id: UUID,
    number: int,
    kind: RecordKind,
    on: date,
    until: date | None,
    answers: Mapping[str, Any],
    by: Actor,
    at: datetime,
    *,
    because: str = "",
    participant: int | None = None,
    organisation_id: UUID | None = None,
    is_withdrawn: bool = False,
) -> ProgrammeRecord:
    typed = {asked.name for asked in KINDS[kind].questions if asked.kind in TYPED}
    named = {asked.name for asked in KINDS[kind].questions}
    said = {key: value for key, value in answers.items() if key in named and value not in (None, "", [], {})}
    return ProgrammeRecord(
        id=record_id if number == 1 else uuid.uuid4(),
        kept_id=record_id,
        number=number,
        kind=kind.value,
        on_date=on,
        until_date=until,
        codes={key: value for key, value in said.items() if key not in typed},
        words={key: value for key, value in said.items() if key in typed},
        because=because.strip(),
        participant=participant,
        is_withdrawn=is_withdrawn,
        # the organisation that first wrote it: it is read by its people, and sealed under its key
        organisation_id=organisation_id or by.organisation_id,
        made_at=at,
        made_by_id=by.account_id,
        made_by_name=by.name,
    )


# --- as a file ----------------------------------------------------------------------------------------


def export(kind: RecordKind, *, ending: str, by: Actor, at: datetime) -> tuple[str, bytes] | None:
    """The records of a kind as they stand, as CSV, XLSX or JSON; None where the kind is not for this "
      "person."""
    if by.role not in KINDS[kind].reads or ending not in FORMATS:
        return None
    rows = [one for one in (_record(row) for row in _newest(by, kind)) if not one.is_withdrawn]
    places, names = organisations(), planning.names_by_code(by=by)
    lines = [_line(one, places, names) for one in reversed(rows)]
    name = f"programme-{kind.value.replace('_', '-')}.{ending}"
    ledger.exported(by=by, at=at, reason=f"programme records: {kind.label}", found=len(lines))
    if ending == "json":
        return name, (json.dumps(lines, ensure_ascii=False, indent=2) + "\n").encode()
    import polars as pl

    from pathways.analysis import sheets

    heads = list(_heads(kind))
    frame = pl.DataFrame({head: [line.get(head, "") for line in lines] for head in heads},
    schema=dict.fromkeys(heads, pl.String))
    return name, sheets.to_bytes(frame, f".{ending}")


def _heads(kind: RecordKind) -> Sequence[str]:
    described = KINDS[kind]
    heads = [described.day]
    if described.until:
        heads.append(described.until)
    if kind is RecordKind.INTERVIEW:
        heads.append("Participant")
    return [*heads, *(asked.label for asked in described.questions), "Version", "Written by", "Written on"]


def _line(one: Record, places: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    described = KINDS[one.kind]
    line = {described.day: one.on.isoformat()}
    if described.until:
        line[described.until] = one.until.isoformat() if one.until else ""
    if one.participant:
        line["Participant"] = str(one.participant)
    line |= {label: "\n".join(lines) for label, lines in read_back(one, places, names)}
    line |= {"Version": str(one.number), "Written by": one.by}
    line["Written on"] = clocks.local(one.at).date().isoformat()
    return line
