"""Taken in: a file that an agency sent, from the upload to the day on which nothing is left of it.

It is kept sealed from the first moment. Checking runs through everything that taking in would do and takes
all of it back, so that both give the same verdict on every row. Taking in is one transaction.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from pathways.analysis import sheets
from pathways.analysis.pole import mapping as mappings
from pathways.analysis.pole import meanings, others, reading, remembering
from pathways.analysis.pole.guess import propose
from pathways.analysis.pole.proposal import Proposal
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation.facts import TAKEN_BACK
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import taking_in
from pathways.domain.identification.taking_in import WORKFLOW, Action, Facts, Kind, Status
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.law import FactOrOpinion
from pathways.domain.terms.people import Regime
from pathways.journey import extracts, identity, ledger, naming, sight, taken
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    BankHoliday,
    CaseNote,
    ColumnMapping,
    Contact,
    GoalRating,
    InstrumentScore,
    Operation,
    Purpose,
    ReferenceSet,
    ReferralIn,
    RowChange,
    TakeIn,
    TakeInPart,
    TakenRow,
    Task,
)

MAY_TAKE_IN = frozenset(role for kind in Kind for role in taking_in.who_may(kind))
#: so many problems are kept to be shown; the sheet of rejected rows has all of them
MOST_SHOWN = 500

Files = Sequence[tuple[str, bytes]]


class _OnlyLookingError(Exception):
    """Raised to take back what a check wrote."""


# --- verbs ------------------------------------------------------------------------------------------------


def receive(
    *, kind: Kind, files: Files, system: str = "", handling: str = "", by: Actor, at: datetime
) -> Outcome:
    """Keeps what was uploaded, sealed, and says which column is probably which. Nothing else is written."""
    with transaction.atomic():
        return _received(kind, files, None, "", system, handling, operator="", by=by, at=at)


def check(
    *, take_in_id: UUID, mapping: dict[str, Any] | None = None, name: str = "", by: Actor, at: datetime
) -> Outcome:
    """Checks every row without writing any. A mapping that is given is used, and remembered by its name."""
    with transaction.atomic():
        row = _locked(take_in_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        return _checked(row, mapping, name, by=by, at=at)


def explain(
    *,
    take_in_id: UUID,
    meant: Sequence[tuple[int, str, str, str]],
    name: str = "",
    by: Actor,
    at: datetime,
) -> Outcome:
    """Says what values mean, and checks every row again: (feed, column, value, what it means) for each.

    It becomes part of the mapping of this file, and of the one remembered under `name` where one is given.
    """
    with transaction.atomic():
        row = _locked(take_in_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        there = {(one.feed, one.column, one.value): one for one in _values(row)}
        body = copy.deepcopy(row.mapping)
        for feed, column, value, meaning in meant:
            one = there.get((feed, column, value))
            if one is None or meaning not in dict(_choices(one)):
                return refusal(decision.no(f"Choose one of the meanings that are offered for “{value}”."))
            body["tables"][feed].setdefault("values", {}).setdefault(column, {})[value] = meaning
        if not meant:
            return refusal(decision.no("Say of at least one value what it means."))
        kept = name.strip()
        return _checked(row, body | ({"name": kept} if kept else {}), kept, by=by, at=at)


def take_in(*, take_in_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Takes in every row that can be, in this one transaction, or nothing."""
    with transaction.atomic():
        row = _locked(take_in_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        return _taken_in(row, by=by, at=at)


def bring(
    *,
    kind: Kind,
    files: Files,
    mapping: dict[str, Any] | None = None,
    mapping_name: str = "",
    system: str = "",
    handling: str = "",
    operator: str = "",
    dry_run: bool = False,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Upload, check and taking in as one, from a command. A dry run does all of it and leaves nothing."""
    said = refusal(decision.no("Nothing was done."))
    try:
        with transaction.atomic():
            said = _received(
                kind, files, mapping, mapping_name, system, handling, operator=operator, by=by, at=at
            )
            if not said or said.id is None or said.data.get("is_same"):
                return said
            row = _locked(said.id, by)
            assert row is not None
            how = {key: said.data[key] for key in ("how", "changes")}
            said = _checked(row, mapping, "", by=by, at=at)
            rejected = rejected_files(take_in_id=row.id, by=by) if said else []
            if said and row.accepted:
                said = _taken_in(row, by=by, at=at)
            if said:
                said.data.update(how, rejected_files=rejected)
            if dry_run or not said or not row.accepted:
                raise _OnlyLookingError
    except _OnlyLookingError:
        pass
    return said


def undo(*, take_in_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Takes back what was taken in, within a day, unless somebody has gone on with any of it since."""
    with transaction.atomic():
        row = _locked(take_in_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may(Action.UNDO, row, by, at)):
            return refusal(answer)
        if worked_on := _worked_on(row, by):
            shown = "; ".join(worked_on[:5]) + ("; …" if len(worked_on) > 5 else "")
            return refusal(
                decision.no(f"Nothing was taken back, because somebody has gone on since: {shown}.")
            )
        count = _taken_back(row, by=by, at=at)
        extracts.emptied(row, to=Status.UNDONE, by=by, at=at)
        ledger.erased(
            by=by, at=at, resource=Resource.TAKE_IN, subjects=[row.id], reason=f"taken back: {row.kind}"
        )
        return done(row.id, next=(f"{count:,} entries went, as if they had never come.",))


def give_up(*, take_in_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Removes an upload that is not to be taken in."""
    with transaction.atomic():
        row = _locked(take_in_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may(Action.GIVE_UP, row, by, at)):
            return refusal(answer)
        extracts.emptied(row, to=Status.GIVEN_UP, by=by, at=at)
        ledger.erased(by=by, at=at, resource=Resource.TAKE_IN, subjects=[row.id], reason="upload given up")
        return done(row.id, next=("What was uploaded is gone.",))


def clear_abandoned(*, at: datetime) -> int:
    """Uploads that nobody went on with are removed, and the sealed copy of what was sent after its day."""
    before = at - timedelta(days=taking_in.ABANDONED_AFTER_DAYS)
    with transaction.atomic(), identity.clerk() as by:
        rows = list(
            TakeIn.objects.select_for_update(skip_locked=True).filter(
                status__in=[Status.UPLOADED.value, Status.CHECKED.value], uploaded_at__lt=before
            )
        )
        for row in rows:
            extracts.emptied(row, to=Status.GIVEN_UP, by=by, at=at)
            ledger.erased(
                by=by, at=at, resource=Resource.TAKE_IN, subjects=[row.id], reason="abandoned upload"
            )
        over = TakeInPart.objects.filter(
            purpose__in=[Purpose.UPLOAD, Purpose.REJECTED],
            take_in__status=Status.TAKEN_IN.value,
            take_in__taken_in_at__lt=at - timedelta(days=taking_in.ABANDONED_AFTER_DAYS),
        )
        over.delete()
        # what stood in the cells that were wrong goes with the sheet of them
        TakeIn.objects.filter(
            status=Status.TAKEN_IN.value,
            taken_in_at__lt=at - timedelta(days=taking_in.ABANDONED_AFTER_DAYS),
            found__isnull=False,
        ).update(found=None)
    extracts.destroy_keys(at=at)
    return len(rows)


# --- steps --------------------------------------------------------------------------------------------------


def _locked(take_in_id: UUID, by: Actor) -> TakeIn | None:
    row = sight.one(TakeIn, take_in_id, by, lock=True)
    return row if row is not None and taking_in.may_take_in(Kind(row.kind), by) else None


def _may(action: Action, row: TakeIn, by: Actor, at: datetime) -> Decision:
    facts = Facts(
        Kind(row.kind), accepted=row.accepted, taken_in_at=row.taken_in_at, now=at, delete_on=row.delete_on
    )
    return WORKFLOW.may(action, status=Status(row.status), role=by.role, facts=facts)


def _received(
    kind: Kind,
    files: Files,
    mapping: dict[str, Any] | None,
    mapping_name: str,
    system: str,
    handling: str,
    *,
    operator: str,
    by: Actor,
    at: datetime,
) -> Outcome:
    if not (answer := decision.every(taking_in.may_take_in(kind, by), _fits(files))):
        return refusal(answer)
    digest = _digest(files)
    with connection.cursor() as cursor:  # two who bring the same file at once: one after the other
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 44))",
            [f"{by.organisation_id}:{kind}:{digest}"],
        )
    same = sight.visible(TakeIn, by).filter(
        organisation_id=by.organisation_id, kind=kind.value, content_hash=digest, status=Status.TAKEN_IN.value
    ).first()  # fmt: skip
    if same is not None and same.taken_in_at is not None:
        return done(
            same.id,
            next=(f"This was taken in on {_day(same.taken_in_at)} already: nothing has changed.",),
            is_same=True,
            tally={"rows": same.rows, "accepted": 0, "unchanged": same.rows, "rejected": 0},
        )
    try:
        found = _sheets(files)
    except sheets.UnreadableError as error:
        return refusal(decision.no(f"{error}."))
    if isinstance(how := _mapping_for(kind, found, mapping, mapping_name, system, by), Decision):
        return refusal(how)
    body = how.mapping
    row = TakeIn(
        organisation_id=by.organisation_id,
        kind=kind.value,
        status=WORKFLOW.start.value,
        system=system.strip()[:120] or str((body or how.proposed).get("system", ""))[:120],
        regime=(Regime.LAW_ENFORCEMENT if by.is_police else Regime.GENERAL).value,
        fact_or_opinion=FactOrOpinion.FACT.value,
        handling=handling.strip()[:120],
        names=", ".join(name for name, _ in files),
        content_hash=digest,
        mapping=body,
        rows=sum(one.frame.height for one in found),
        uploaded_at=at,
        uploaded_by_id=by.account_id,
        operator=operator[:120],
    )
    row.found = how.as_found() or None
    row.save(force_insert=True)
    for number, (name, content) in enumerate(files):
        _part(row, Purpose.UPLOAD, number, name, content)
    ledger.collected(by=by, at=at, resource=Resource.TAKE_IN, subjects=[row.id])
    return done(row.id, needs_mapping=not body, how=how.words, changes=how.changes)


def _part(row: TakeIn, purpose: Purpose, number: int, name: str, content: bytes, rows: int = 0) -> None:
    TakeInPart(
        take_in=row,
        organisation_id=row.organisation_id,
        kind=row.kind,
        purpose=purpose,
        name=name[:200],
        number=number,
        rows=rows,
        content=content,
    ).save(force_insert=True)


def _fits(files: Files) -> Decision:
    if not files or not any(content for _, content in files):
        return decision.no("Choose a file that has something in it.")
    if sum(len(content) for _, content in files) > taking_in.MOST_UPLOADED:
        return decision.no(
            f"This is more than {taking_in.MOST_UPLOADED // 1024**2} MB: take it in by command, in parts."
        )
    names = [name.casefold() for name, _ in files]
    if len(set(names)) < len(names):
        return decision.no("Two of the files have the same name.")
    return decision.yes()


def _digest(files: Files) -> str:
    parts = sorted(f"{name}|{hashlib.sha256(content).hexdigest()}" for name, content in files)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _sheets(files: Files) -> list[sheets.Sheet]:
    return [sheet for name, content in files for sheet in sheets.read_bytes(content, name) if sheet.columns]


def _day(moment: datetime) -> str:
    return f"{clocks.local(moment):%-d %B %Y}"


@dataclass(frozen=True, slots=True)
class _How:
    """Which column is which: a mapping that can be used, or as much of one as could be found."""

    mapping: dict[str, Any]
    #: how it was come by, or why there is none
    words: str = ""
    proposed: dict[str, Any] = field(default_factory=dict)
    missing: tuple[tuple[str, str, str], ...] = ()
    changes: tuple[str, ...] = ()

    def as_found(self) -> dict[str, Any]:
        said = {
            "guess": self.words, "proposed": self.proposed, "missing": self.missing, "changes": self.changes
        }  # fmt: skip
        return {key: value for key, value in said.items() if value}


def _mapping_for(
    kind: Kind, found: list[sheets.Sheet], given: dict[str, Any] | None, name: str, system: str, by: Actor
) -> _How | Decision:
    """The mapping given, the one named, the remembered one that fits best, or a guess."""
    if given is not None:
        return _How(given)
    kept = sight.visible(ColumnMapping, by).filter(organisation_id=by.organisation_id, kind=kind.value)
    if name:
        one = kept.filter(name=name).first()
        if one is None:
            known = ", ".join(kept.values_list("name", flat=True)) or "none"
            return decision.no(f"No mapping is remembered under “{name}”; there are: {known}.")
        said = _laid_upon(one, found)
        return _How(dict(one.body)) if said is None else _how(said, f"remembered as “{name}”")
    fitting = [
        (said, one)
        for one in kept.order_by("-kept_at")[:_MOST_TRIED]
        if (said := _laid_upon(one, found)) is not None
    ]
    if fitting:
        said, one = max(fitting, key=lambda each: _rank(each[0], each[1], system))
        return _how(said, f"remembered as “{one.name}”")
    try:
        return _how(propose(found, kind=kind.value), "guessed from the headings")
    except mappings.MappingError as error:
        return _How({}, str(error))


#: so many remembered mappings of an organisation are tried on a new file, the newest first
_MOST_TRIED = 50


def _laid_upon(one: ColumnMapping, found: list[sheets.Sheet]) -> Proposal | None:
    try:
        return remembering.laid_upon(mappings.from_dict(one.body), found)
    except mappings.MappingError:
        return None


def _rank(said: Proposal, one: ColumnMapping, system: str) -> tuple[bool, bool, int]:
    """Nothing needed is missing; it is of the same system; it reads most columns. The newest of equals."""
    is_same = bool(system.strip()) and one.body.get("system", "") == system.strip()
    return said.is_whole, is_same, sum(len(feed.columns) for feed in said.mapping.feeds)


def _how(said: Proposal, words: str) -> _How:
    if said.is_whole:
        return _How(said.mapping.as_dict(), words, changes=said.changes)
    missing = tuple((each.file, each.table, each.column) for each in said.missing)
    why = "; ".join([*said.changes, said.why])
    return _How({}, why, said.mapping.as_dict(), missing, said.changes)


def _checked(row: TakeIn, given: dict[str, Any] | None, name: str, *, by: Actor, at: datetime) -> Outcome:
    if not (answer := _may(Action.CHECK, row, by, at)):
        return refusal(answer)
    if given is not None:
        row.mapping = given
    if not row.mapping:
        why = (row.found or {}).get("guess")
        return refusal(decision.no(f"{why}." if why else "Say which column is which."))
    try:
        said, found, extract = _read(row, at)
    except (mappings.MappingError, sheets.UnreadableError) as error:
        return refusal(decision.no(f"{error}."))
    if name.strip() and given is not None:
        kept = remembering.with_headings(dataclasses.replace(said, system=row.system or said.system), found)
        _remember(Kind(row.kind), name.strip(), kept, by=by, at=at)
    written = _try(row, extract, by=by, at=at)
    problems = [*extract.problems, *written.problems]
    rejected = [each for each in problems if each.is_rejected]
    row.accepted, row.unchanged = written.accepted, written.unchanged
    row.rejected = len({(each.file, each.row) for each in rejected})
    row.status = Status.CHECKED.value
    how = {key: value for key, value in (row.found or {}).items() if key in ("guess", "changes")}
    row.found = (how if given is None else {}) | {
        "problems": [_as_list(each) for each in problems[:MOST_SHOWN]],
        "all": len(problems),
        "notes": extract.notes,
        "values": [dataclasses.astuple(each) for each in extract.values],
        "warnings": extract.warnings,
        "left_out": extract.left_out,
        "unknown": extract.unknown,
        "tables": {table: frame.height for table, frame in extract.tables.items()},
    }
    row.save()
    TakeInPart.objects.filter(take_in=row, purpose=Purpose.REJECTED).delete()
    for number, (name, sheet, frame) in enumerate(reading.sheets_to_mend(found, problems)):
        content = sheets.to_bytes(frame, sheet.path.suffix.lower())
        _part(row, Purpose.REJECTED, number, name, content, frame.height)
    return done(row.id, tally=tally(row), extract=extract)


def _values(row: TakeIn) -> list[meanings.Value]:
    return [meanings.Value(*each) for each in (row.found or {}).get("values", ())]


def _choices(one: meanings.Value) -> meanings.Choices:
    """What it can be said to mean; nothing where what was found names a column that there no longer is."""
    columns = others.EVERY[one.table].columns if one.table in others.EVERY else ()
    column = next((each for each in columns if each.name == one.column), None)
    return meanings.choices(column, one.scheme) if column is not None else ()


def tally(row: TakeIn) -> dict[str, int]:
    return {
        "rows": row.rows,
        "accepted": row.accepted,
        "unchanged": row.unchanged,
        "rejected": row.rejected,
    }


def _as_list(each: reading.Problem) -> list[Any]:
    return [each.file, each.row, each.column, each.value, each.why, each.mend, each.is_rejected]


def _read(row: TakeIn, at: datetime) -> tuple[mappings.Mapping, list[sheets.Sheet], reading.Extract]:
    files = [
        (str(part.name), part.content) for part in row.parts.filter(purpose=Purpose.UPLOAD).order_by("number")
    ]
    said = mappings.from_dict(row.mapping)
    tables = others.FOR_KIND[row.kind]
    if strange := [feed.table for feed in said.feeds if feed.table not in tables]:
        raise mappings.MappingError(f"the mapping feeds {strange[0]}, which is no table of this kind of file")
    found = _sheets(files)
    return said, found, reading.read_sheets(found, said, received=clocks.local(at).date())


def _try(row: TakeIn, extract: reading.Extract, *, by: Actor, at: datetime) -> taken.Written:
    """What taking in would come to: all of it is done, and taken back."""
    if row.kind == Kind.POLE.value:
        return taken.Written(accepted=sum(frame.height for frame in extract.tables.values()))
    written = taken.Written()
    try:
        with transaction.atomic():
            written = taken.write(row, extract, by=by, at=at)
            raise _OnlyLookingError
    except _OnlyLookingError:
        return written


def _remember(kind: Kind, name: str, said: mappings.Mapping, *, by: Actor, at: datetime) -> None:
    row = ColumnMapping.objects.filter(
        organisation_id=by.organisation_id, kind=kind.value, name=name[:80]
    ).first()
    row = row or ColumnMapping(organisation_id=by.organisation_id, kind=kind.value, name=name[:80], version=0)
    row.body, row.version = said.as_dict(), row.version + 1
    row.kept_at, row.kept_by_id = at, by.account_id
    row.save()


def _taken_in(row: TakeIn, *, by: Actor, at: datetime) -> Outcome:
    if not (answer := _may(Action.TAKE_IN, row, by, at)):
        return refusal(answer)
    try:
        _, _, extract = _read(row, at)
    except (mappings.MappingError, sheets.UnreadableError) as error:
        return refusal(decision.no(f"{error}."))
    row.status = Status.TAKEN_IN.value
    row.taken_in_at, row.taken_in_by_id = at, by.account_id
    if row.kind == Kind.POLE.value:
        row.accepted = sum(frame.height for frame in extract.tables.values())
        row.delete_on = extracts.delete_on(row.organisation_id, at=at)
        row.save()
        extracts.seal(row, extract.tables, extract.others)
        next_steps = (f"It is kept sealed on the police side, and goes on {row.delete_on:%-d %B %Y}.",)
    else:
        row.save()
        written = taken.write(row, extract, by=by, at=at)
        row.accepted, row.unchanged = written.accepted, written.unchanged
        row.save(update_fields=["accepted", "unchanged"])
        next_steps = ("You can take it back within a day.",)
    # what was sent is in its place now; only the rows to mend stay for their day
    TakeInPart.objects.filter(take_in=row, purpose=Purpose.UPLOAD).delete()
    ledger.record(EventKind.TAKEN_IN, by=by, at=at, detail={"batch": str(row.id), "kind": row.kind})
    ledger.took_in(by=by, at=at, what=row.kind, operator=row.operator, found=row.accepted)
    return done(row.id, next=next_steps, tally=tally(row), extract=extract)


# --- taking back ----------------------------------------------------------------------------------

_WORDS = {
    ReferralIn._meta.db_table: "referral",
    Contact._meta.db_table: "contact",
    GoalRating._meta.db_table: "score",
    InstrumentScore._meta.db_table: "score",
}


def _worked_on(row: TakeIn, by: Actor) -> list[str]:
    """Which entries were changed by anything but this taking in, and by whom."""
    rows = list(TakenRow.objects.filter(take_in=row))
    if not rows:
        return []
    ids = [each.object_id for each in rows]
    found: list[str] = []
    with identity.clerk(by):
        changes = list(RowChange.objects.filter(row_id__in=ids))
        made_in = {each.row_id: each.together for each in changes if each.operation == Operation.INSERT}
        later = {
            each.row_id: each.account_id for each in changes if each.together != made_in.get(each.row_id)
        }
        at_once = set(
            RowChange.objects.filter(
                kind=CaseNote._meta.db_table, operation=Operation.INSERT, together__in=set(made_in.values())
            ).values_list("row_id", flat=True)
        )
        began = set(
            RowChange.objects.filter(
                kind=Resource.ENGAGEMENT.value,
                operation=Operation.UPDATE,
                together__in=set(made_in.values()),
            ).values_list("row_id", flat=True)
        )
        begins = set(Contact.objects.filter(id__in=ids, engagement_id__in=began).values_list("id", flat=True))
    with identity.keeper(by, row.organisation_id):
        for note in CaseNote.objects.filter(contact_id__in=ids):
            if note.id not in at_once and note.contact_id is not None:
                later.setdefault(note.contact_id, note.written_by_id)
    names = identity.names_of({key for key in later.values() if key})
    for each in rows:
        word = _WORDS.get(each.resource, "entry")
        if each.object_id in later:
            who = names.get(later[each.object_id], "a colleague")  # type: ignore[arg-type]
            found.append(f"the {word} of row {each.row_number} was changed by {who}")
        elif each.object_id in begins:
            found.append(f"her support began or went on with the {word} of row {each.row_number}")
    return found


def _taken_back(row: TakeIn, *, by: Actor, at: datetime) -> int:
    """Everything that came of a file goes; the log keeps that it was there and went."""
    if row.kind == Kind.POLE.value:
        return row.accepted
    if row.kind == Kind.REFERENCE.value:
        for one in ReferenceSet.objects.filter(take_in_id=row.id):
            if one.kind == others.BANK_HOLIDAYS.name:
                BankHoliday.objects.filter(
                    date__in=[line["date"] for line in one.body if line.get("is_new")]
                ).delete()
            one.delete()
        return row.accepted
    rows = list(TakenRow.objects.filter(take_in=row))
    ids = {table: [each.object_id for each in rows if each.resource == table] for table in _WORDS}
    with identity.clerk(by):  # the door that they came to is another organisation's
        doors = list(
            ReferralIn.objects.filter(id__in=ids[ReferralIn._meta.db_table]).values_list(
                "id", "organisation_id", "case_id"
            )
        )
    for referral_id, place, case_id in doors:
        ledger.record(EventKind.CORRECTED, by=by, at=at, case_id=case_id, detail={"what": TAKEN_BACK})
        naming.forget(referral_id, place, by=by)
        with identity.keeper(by, place):
            Task.objects.filter(object_id=referral_id).delete()
            ReferralIn.objects.filter(id=referral_id).delete()
    with identity.keeper(by, row.organisation_id):
        several = list(Contact.objects.filter(id__in=ids[Contact._meta.db_table]).select_related("episode"))
    for contact in several:
        ledger.record(
            EventKind.CORRECTED,
            by=by,
            at=at,
            client_id=contact.client_id,
            case_id=contact.episode.case_id,
            episode_id=contact.episode_id,
            detail={"what": TAKEN_BACK, "contact": str(contact.id)},
        )
    with identity.keeper(by, row.organisation_id):
        CaseNote.objects.filter(contact_id__in=[each.id for each in several]).delete()
        Contact.objects.filter(id__in=[each.id for each in several]).delete()
        GoalRating.objects.filter(id__in=ids[GoalRating._meta.db_table]).delete()
        InstrumentScore.objects.filter(id__in=ids[InstrumentScore._meta.db_table]).delete()
    TakenRow.objects.filter(take_in=row).delete()
    return len(rows)


# --- reads ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One file as lists show it."""

    id: UUID
    kind: Kind
    status: Status
    system: str
    uploaded_at: datetime
    uploaded_by: str
    operator: str
    taken_in_at: datetime | None
    ended_at: datetime | None
    delete_on: date | None
    rows: int
    accepted: int
    unchanged: int
    rejected: int
    #: the names of its files, for whoever takes in files of this kind
    names: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    file: str
    row: int
    column: str
    value: str
    why: str
    mend: str
    is_rejected: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One file with what was found in it, and what can be done with it."""

    line: Line
    names: str
    regime: str
    handling: str
    mapping: dict[str, Any]
    how_mapped: str
    #: as much of a mapping as could be found, where there is none that can be used
    proposed: dict[str, Any]
    #: what is needed and was not found: file, table and column
    missing: tuple[tuple[str, str, str], ...]
    #: what is other in these files than in those for which the mapping was kept
    changes: tuple[str, ...]
    #: the headings of each file, to match columns with
    headings: tuple[tuple[str, tuple[str, ...]], ...]
    problems: tuple[Problem, ...]
    problem_count: int
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    #: every value of the columns of codes with what it can mean, not understood first
    values: tuple[tuple[meanings.Value, meanings.Choices], ...]
    left_out: tuple[str, ...]
    unknown: tuple[str, ...]
    tables: tuple[tuple[str, int], ...]
    rejected_files: tuple[tuple[int, str, int], ...]
    #: the rows that come in with a value left empty, because it was not understood
    left_empty_files: tuple[tuple[int, str, int], ...]
    moves: frozenset[Action]


def listing(*, by: Actor, at: datetime, offset: int = 0, limit: int = 50) -> tuple[tuple[Line, ...], int]:
    """What was sent and taken in at the asker's organisation, newest first."""
    rows = sight.visible(TakeIn, by).order_by("-uploaded_at")
    page = list(rows[offset : offset + limit])
    ledger.read(
        by=by, at=at, resource=Resource.TAKE_IN, subjects=[row.id for row in page], route="taking:list"
    )
    names = identity.names_of({row.uploaded_by_id for row in page})
    return tuple(
        dataclasses.replace(_line(row, names), names=str(row.names))
        if taking_in.may_take_in(Kind(row.kind), by)
        else _line(row, names)
        for row in page
    ), rows.count()


def _line(row: TakeIn, names: dict[UUID, str]) -> Line:
    return Line(
        row.id, Kind(row.kind), Status(row.status), row.system, row.uploaded_at,
        names.get(row.uploaded_by_id, "a colleague"), row.operator, row.taken_in_at, row.ended_at,
        row.delete_on, row.rows, row.accepted, row.unchanged, row.rejected,
    )  # fmt: skip


def page(*, take_in_id: UUID, by: Actor, at: datetime) -> Page | None:
    """One file, for whoever takes in files of its kind; None when it is not there for them."""
    row = sight.visible(TakeIn, by).filter(pk=take_in_id).first()
    if row is None or not taking_in.may_take_in(Kind(row.kind), by):
        return None
    ledger.read(by=by, at=at, resource=Resource.TAKE_IN, subjects=[row.id], route="taking:show")
    found = row.found or {}
    headings: list[tuple[str, tuple[str, ...]]] = []
    if row.status in (Status.UPLOADED.value, Status.CHECKED.value):
        parts = row.parts.filter(purpose=Purpose.UPLOAD).order_by("number")
        with contextlib.suppress(sheets.UnreadableError):
            every = _sheets([(str(part.name), part.content) for part in parts])
            headings = [(name, tuple(sheet.columns)) for name, sheet in reading.named(every).items()]
    to_mend = [
        (part.number, str(part.name), part.rows)
        for part in row.parts.filter(purpose=Purpose.REJECTED).order_by("number")
    ]
    return Page(
        line=_line(row, identity.names_of({row.uploaded_by_id})),
        names=str(row.names),
        regime=Regime(row.regime).label if row.regime else "",
        handling=row.handling,
        mapping=row.mapping,
        how_mapped=str(found.get("guess", "")),
        proposed=row.mapping or dict(found.get("proposed", {})),
        missing=() if row.mapping else tuple(map(tuple, found.get("missing", ()))),
        changes=tuple(found.get("changes", ())),
        headings=tuple(headings),
        problems=tuple(Problem(*each) for each in found.get("problems", ())),
        problem_count=int(found.get("all", 0)),
        notes=tuple(found.get("notes", ())),
        warnings=tuple(found.get("warnings", ())),
        values=tuple((one, _choices(one)) for one in _values(row)),
        left_out=tuple(f"{file}: {', '.join(names)}" for file, names in found.get("left_out", {}).items()),
        unknown=tuple(f"{file}: {', '.join(names)}" for file, names in found.get("unknown", {}).items()),
        tables=tuple(found.get("tables", {}).items()),
        rejected_files=tuple(each for each in to_mend if not reading.is_left_empty(each[1])),
        left_empty_files=tuple(each for each in to_mend if reading.is_left_empty(each[1])),
        moves=frozenset(action for action in Action if _may(action, row, by, at)),
    )


def rejected_file(*, take_in_id: UUID, number: int, by: Actor, at: datetime) -> tuple[str, bytes] | None:
    """One sheet of rows to mend, as (name, content); that it left is logged."""
    row = sight.visible(TakeIn, by).filter(pk=take_in_id).first()
    if row is None or not taking_in.may_take_in(Kind(row.kind), by):
        return None
    part = row.parts.filter(purpose=Purpose.REJECTED, number=number).first()
    if part is None:
        return None
    ledger.read(
        by=by,
        at=at,
        resource=Resource.TAKE_IN,
        subjects=[row.id],
        route="taking:rejected",
        reason="rows to mend",
    )
    return str(part.name), part.content


def rejected_files(*, take_in_id: UUID, by: Actor) -> list[tuple[str, bytes]]:
    """Every sheet of rows to mend, for a command that writes them beside the user's own files."""
    rows = sight.visible(TakeInPart, by).filter(take_in_id=take_in_id, purpose=Purpose.REJECTED)
    return [(str(part.name), part.content) for part in rows.order_by("number")]


def remembered(*, kind: Kind, by: Actor) -> tuple[str, ...]:
    """The names of the mappings that this organisation keeps for files of one kind."""
    rows = sight.visible(ColumnMapping, by).filter(organisation_id=by.organisation_id, kind=kind.value)
    return tuple(rows.order_by("-kept_at").values_list("name", flat=True))


def columns(kind: Kind) -> tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]:
    """The tables that a file of this kind may feed, each with its columns and which it cannot do without."""
    return tuple(
        (table.name, tuple((column.name, column.is_needed) for column in table.columns))
        for table in others.FOR_KIND[kind.value].values()
    )
