"""The instruments of a site: which there are, which are on, under what licence, and in whose words.

Shipped definitions stand in files of the programme, those that an agency brings in the database. Nothing is
filled in before somebody has read the licence and turned it on; who that was, and when, stays.
"""

from __future__ import annotations

import functools
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from pathways.analysis import sheets, xlsform
from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.outcomes import in_use, instrument
from pathways.domain.outcomes.in_use import Action, Happened, Status
from pathways.domain.outcomes.instrument import Instrument, too_long
from pathways.domain.terms.people import Role
from pathways.journey import identity, ledger, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import InstrumentEvent, Organisation, ReferenceSet, SiteInstrument

#: What an instrument is known by: who brought it (none for the whole programme), its code and its edition.
Key = tuple[UUID | None, str, str]

#: Named in the reference figures by its code or by its name.
_CONVERSIONS = "instruments"

SEEN_BY = in_use.BRINGS | {Role.COORDINATOR, Role.SUPPORT_WORKER, Role.PROVIDER_WORKER}


@functools.cache
def shipped() -> Mapping[str, Instrument]:
    """Every instrument that comes with the programme, by its code, in the order of their names."""
    folder = files("pathways.domain.outcomes").joinpath("shipped")
    found = [
        instrument.of(tomllib.loads(each.read_text("utf-8")), is_shipped=True)
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    ]
    return {one.code: one for one in sorted(found, key=lambda one: one.name)}


# --- verbs ----------------------------------------------------------------------------------------------


def turn_on(*, code: str, edition: str, is_licence_accepted: bool, by: Actor, at: datetime) -> Outcome:
    """Lets it be filled in from now on. Another edition of the same instrument is turned off with that."""
    with transaction.atomic():
        row = _row(code, edition, by, at, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        facts = in_use.Facts(_defined(row).licence, is_licence_accepted, _is_theirs(row, by))
        if not (
            may := in_use.WORKFLOW.may(Action.TURN_ON, status=Status(row.status), role=by.role, facts=facts)
        ):
            return refusal(may)
        for other in SiteInstrument.objects.filter(
            organisation_id=row.organisation_id, code=row.code, status=Status.ON.value
        ):
            other.status = Status.OFF.value
            other.save(update_fields=["status"])
            _happened(other, Happened.TURNED_OFF, f"Edition {row.edition} took its place", by, at)
        row.status = Status.ON.value
        row.licence_accepted_at, row.licence_accepted_by_id = at, by.account_id
        row.save()
        _happened(row, Happened.TURNED_ON, "The licence was read and is met", by, at)
        return done(row.id, next=("Workers can fill it in from the page of a woman, under Measures.",))


def turn_off(*, code: str, edition: str, why: str, by: Actor, at: datetime) -> Outcome:
    """Nobody fills it in any more. What was filled in stays, and is shown."""
    with transaction.atomic():
        row = _row(code, edition, by, at, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        facts = in_use.Facts(_defined(row).licence, True, _is_theirs(row, by))
        if not (
            may := in_use.WORKFLOW.may(Action.TURN_OFF, status=Status(row.status), role=by.role, facts=facts)
        ):
            return refusal(may)
        if not why.strip():
            return refusal(decision.no("Say why it is turned off."))
        row.status = Status.OFF.value
        row.save(update_fields=["status"])
        _happened(row, Happened.TURNED_OFF, why.strip(), by, at)
        return done(row.id, next=("What was filled in stays where it is.",))


def load_wording(
    *, code: str, edition: str, wording: Mapping[str, str], source: str, by: Actor, at: datetime
) -> Outcome:
    """Puts the owner's wording in place of our short labels: of every question, or of none.

    Of the introduction (`stem`) and of the answers (`q1=0`, or `*=0` for every question) as well where the
    file has them: of all answers, or of none.
    """
    with transaction.atomic():
        row = _row(code, edition, by, at, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        asks = _defined(row)
        if not (answer := _may_word(row, asks, by)):
            return refusal(answer)
        missing = sorted({one.code for one in asks.asked} - set(wording))
        strange = sorted(set(wording) - asks.wording_codes())
        has_answers = any("=" in code for code in wording)
        missing += [code for code in asks.unworded(wording) if has_answers and "=" in code]
        empty = sorted(key for key, said in wording.items() if not said.strip())
        long = sorted(f"{key}: {fault}" for key, said in wording.items() if (fault := too_long(key, said)))
        answer = decision.every(
            decision.yes() if source.strip() else decision.no("Say where the wording is from."),
            decision.yes() if not missing else decision.no(f"There are no words for: {', '.join(missing)}."),
            decision.yes() if not strange else decision.no(f"There is no such code: {', '.join(strange)}."),
            decision.yes() if not empty else decision.no(f"These words are empty: {', '.join(empty)}."),
            decision.yes() if not long else decision.no(f"These words are too long: {'; '.join(long)}."),
        )
        if not answer:
            return refusal(answer)
        row.wording = {key: said.strip() for key, said in wording.items()}
        row.wording_source = source.strip()[:300]
        row.save(update_fields=["wording", "wording_source"])
        _happened(row, Happened.WORDING_LOADED, row.wording_source, by, at)
        return done(row.id)


def remove_wording(*, code: str, edition: str, by: Actor, at: datetime) -> Outcome:
    """Goes back to our own short labels."""
    with transaction.atomic():
        row = _row(code, edition, by, at, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may_word(row, _defined(row), by)):
            return refusal(answer)
        row.wording, row.wording_source = {}, ""
        row.save(update_fields=["wording", "wording_source"])
        _happened(row, Happened.WORDING_REMOVED, "", by, at)
        return done(row.id)


def bring(*, definition: Mapping[str, object], by: Actor, at: datetime) -> Outcome:
    """Adds an agency's own instrument or form, read from its spreadsheet. It is off until it is turned on."""
    if by.role not in in_use.BRINGS or by.is_police:
        return refusal(decision.no("This is not for your role.", ask="the system administrator"))
    try:
        asks = instrument.of(definition)
    except instrument.InstrumentError as error:
        return refusal(decision.no(f"The form contradicts itself: {error}."))
    if asks.code in shipped():
        return refusal(
            decision.no(f"“{asks.code}” is an instrument of the programme: give yours another form_id.")
        )
    with transaction.atomic():
        held = SiteInstrument.objects.filter(organisation_id=by.organisation_id, code=asks.code)
        if held.filter(edition=asks.edition).exists():
            return refusal(
                decision.no(
                    f"Version {asks.edition} of “{asks.code}” is here already: change its version."
                )
            )
        row = SiteInstrument(
            code=asks.code,
            edition=asks.edition,
            organisation_id=by.organisation_id,
            definition=dict(definition),
            added_at=at,
            added_by_id=by.account_id,
        )
        row.save(force_insert=True)
        many = "1 question" if len(asks.items) == 1 else f"{len(asks.items)} questions"
        _happened(row, Happened.BROUGHT, many, by, at)
        return done(row.id, code=asks.code, next=("It is off: look at it, and turn it on.",))


# --- the pieces -----------------------------------------------------------------------------------------


def _row(code: str, edition: str, by: Actor, at: datetime, *, lock: bool) -> SiteInstrument | None:
    """The row of an edition that this person may see; of what is shipped it is made when first touched."""
    rows = SiteInstrument.objects.filter(_seen(by), code=code, edition=edition)
    if lock:
        rows = rows.select_for_update()
    found = rows.order_by("organisation_id").first()
    asks = shipped().get(code)
    if found is not None or asks is None or asks.edition != edition or by.role not in in_use.ANSWERS:
        return found
    made = SiteInstrument(code=code, edition=edition, added_at=at, added_by_id=by.account_id)
    made.save(force_insert=True)
    return made


def _seen(by: Actor) -> Q:
    return Q(organisation_id__isnull=True) | Q(organisation_id=by.organisation_id)


def _is_theirs(row: SiteInstrument, by: Actor) -> bool:
    if row.organisation_id is None:
        return by.role in in_use.ANSWERS
    return row.organisation_id == by.organisation_id


def _may_word(row: SiteInstrument, asks: Instrument, by: Actor) -> decision.Decision:
    if by.role not in in_use.BRINGS:
        return decision.no("This is not for your role.", ask="the system administrator")
    if not (answer := in_use.may_turn_off(in_use.Facts(asks.licence, True, _is_theirs(row, by)))):
        return answer
    if not asks.may_load_wording:
        return decision.no("The wording of this form is in its own spreadsheet: bring a new version of it.")
    return decision.yes()


def _defined(row: SiteInstrument) -> Instrument:
    return (
        _of_row(row.code, json.dumps(row.definition, sort_keys=True))
        if row.definition
        else shipped()[row.code]
    )


@functools.lru_cache(maxsize=128)
def _of_row(code: str, definition: str) -> Instrument:
    return instrument.of(json.loads(definition))


def _happened(row: SiteInstrument, what: Happened, words: str, by: Actor, at: datetime) -> None:
    InstrumentEvent(instrument=row, what=what.value, at=at, by_id=by.account_id, words=words[:300]).save(
        force_insert=True
    )
    ledger.kept_up(by=by, at=at, route="instruments", what=f"Instrument {row.code}: {what.label.lower()}")


# --- reads ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done with an instrument."""

    what: Happened
    at: datetime
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Known:
    """An instrument as the site has it, in the words in which it would be asked."""

    asks: Instrument
    status: Status
    owner_id: UUID | None
    owner: str
    is_theirs: bool
    wording_source: str
    has_conversion: bool
    licence_accepted_at: datetime | None = None
    licence_accepted_by: str = ""
    history: tuple[Line, ...] = ()
    #: of the introduction and the answers, what stays in our own words beside the owner's questions
    ours: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return (self.owner_id, self.asks.code, self.asks.edition)

    @property
    def has_wording(self) -> bool:
        return bool(self.wording_source)


def all_of(*, by: Actor) -> tuple[Known, ...]:
    """Every instrument that this person's site could use: on first, then by name."""
    rows = {(row.code, row.edition): row for row in SiteInstrument.objects.filter(_seen(by))}
    found = [_known(row, by) for row in rows.values()]
    found += [
        Known(asks, Status.OFF, None, "", by.role in in_use.ANSWERS, "", bool(conversion(asks)))
        for asks in shipped().values()
        if (asks.code, asks.edition) not in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.status is not Status.ON, one.asks.name)))


def one(*, code: str, edition: str, by: Actor) -> Known | None:
    """One of them with its history; None where this site has none such."""
    row = (
        SiteInstrument.objects.filter(_seen(by), code=code, edition=edition)
        .order_by("organisation_id")
        .first()
    )
    if row is None:
        found = next((each for each in all_of(by=by) if each.key == (None, code, edition)), None)
        return found
    events = list(row.events.all())
    names = identity.names_of(
        {each.by_id for each in events} | {row.licence_accepted_by_id or row.added_by_id}
    )
    history = tuple(
        Line(Happened(each.what), each.at, names.get(each.by_id, ""), each.words) for each in events
    )
    return _known(row, by, history, names)


def _known(
    row: SiteInstrument, by: Actor, history: tuple[Line, ...] = (), names: Mapping[UUID, str] | None = None
) -> Known:
    asks = _defined(row)
    owner = ""
    if row.organisation_id is not None:
        owner = (
            Organisation.objects.filter(id=row.organisation_id).values_list("name", flat=True).first() or ""
        )
    return Known(
        asks=asks.worded(row.wording) if row.wording else asks,
        status=Status(row.status),
        owner_id=row.organisation_id,
        owner=owner,
        is_theirs=_is_theirs(row, by),
        wording_source=row.wording_source,
        has_conversion=bool(conversion(asks)),
        licence_accepted_at=row.licence_accepted_at,
        licence_accepted_by=(names or {}).get(row.licence_accepted_by_id, "")
        if row.licence_accepted_by_id
        else "",
        history=history,
        ours=asks.unworded(row.wording) if row.wording else (),
    )


def in_use_now(*, by: Actor) -> tuple[Known, ...]:
    """What this person can fill in today."""
    return tuple(each for each in all_of(by=by) if each.status is Status.ON)


def defined(key: Key) -> Instrument | None:
    """The edition in which something was filled in, whether it is still on or not."""
    owner_id, code, edition = key
    row = SiteInstrument.objects.filter(organisation_id=owner_id, code=code, edition=edition).first()
    if row is not None:
        asks = _defined(row)
        return asks.worded(row.wording) if row.wording else asks
    asks_ = shipped().get(code) if owner_id is None else None
    return asks_ if asks_ is not None and asks_.edition == edition else None


def conversion(asks: Instrument) -> dict[float, float]:
    """The owner's table from raw totals to scores that was loaded last; empty where there is none."""
    if not asks.needs_conversion:
        return {}
    wanted = {asks.code.casefold(), asks.name.casefold()}
    for each in ReferenceSet.objects.filter(kind=_CONVERSIONS).order_by("-taken_in_at"):
        found = {
            float(line["raw"]): float(line["converted"])
            for line in each.body
            if str(line.get("instrument", "")).strip().casefold() in wanted
        }
        if found:
            return found
    return {}


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file holds, or what is wrong with it: never both."""

    wording: Mapping[str, str] | None = None
    definition: Mapping[str, object] | None = None
    problems: tuple[str, ...] = ()
    #: what was added to what the file says
    notes: tuple[str, ...] = ()


class _NamedTwiceError(Exception):
    """A code stands twice: JSON would quietly keep the last words of it."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        codes = [code for code, _ in pairs]
        raise _NamedTwiceError(next(code for code in codes if codes.count(code) > 1))
    return found


def read_wording(content: bytes, name: str) -> ReadFile:
    """Codes and words from JSON ({"q1": "…"}), or from a sheet with a column `code` and a column `text`."""
    if name.lower().endswith(".json"):
        try:
            said = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
        except _NamedTwiceError as twice:
            return ReadFile(problems=(f"“{twice}” stands twice.",))
        except (UnicodeDecodeError, ValueError, RecursionError):
            return ReadFile(problems=("The file is not JSON that can be read.",))
        said = said.get("items", said) if isinstance(said, dict) else said
        if not isinstance(said, dict) or not all(isinstance(one, str) for one in said.values()):
            return ReadFile(problems=('The file needs one line of words for each code, as {"q1": "…"}.',))
        long = [f"“{key}”: {fault}." for key, value in said.items() if (fault := too_long(key, value))]
        if long:
            return ReadFile(problems=tuple(long[: xlsform.MOST_PROBLEMS]))
        return ReadFile(wording={str(key): value for key, value in said.items()})
    try:
        sheet = sheets.read_bytes(content, name)[0]
        sheet.need("code", "text")
    except (sheets.UnreadableError, IndexError) as error:
        return ReadFile(problems=(f"{error}." if str(error) else "The file is empty.",))
    found: dict[str, str] = {}
    wrong: list[str] = []
    for index, (code, text) in enumerate(sheet.frame.select("code", "text").iter_rows()):
        if not code or not text:
            wrong.append(f"Row {sheet.row_of(index)}: both the code and the text are needed.")
        elif code in found:
            wrong.append(f"Row {sheet.row_of(index)}, column code: “{code}” stands twice.")
        elif fault := too_long(str(code), str(text)):
            wrong.append(f"Row {sheet.row_of(index)}, column text: {fault}.")
        else:
            found[str(code)] = str(text)
    return ReadFile(problems=tuple(wrong)) if wrong else ReadFile(wording=found)


@dataclass(frozen=True, slots=True)
class SheetOfForm:
    """One sheet of such a spreadsheet, and its columns."""

    name: str
    needed: tuple[str, ...]
    others: tuple[str, ...]


def columns() -> tuple[SheetOfForm, ...]:
    """The sheets and columns of a form of one's own, as they are read."""
    return tuple(
        SheetOfForm(name, needed, tuple(sorted(known - set(needed))))
        for name, (needed, known) in xlsform.COLUMNS.items()
    )


def template() -> bytes:
    """A small workbook to begin a form of one's own from."""
    return xlsform.template()


def read_form(content: bytes, name: str, *, today: date) -> ReadFile:
    """An XLSForm spreadsheet as a definition, or every cell not supported, by sheet, row and column.

    A form may have no version: this day then stands for it, and the notes say so.
    """
    try:
        definition = xlsform.read(content, name)
        if definition["edition"]:
            return ReadFile(definition=definition)
        version = today.isoformat()
        note = f"It names no version, so this day is its version: {version}."
        return ReadFile(definition={**definition, "edition": version}, notes=(note,))
    except xlsform.FormError as error:
        return ReadFile(problems=error.lines)
    except sheets.UnreadableError as error:
        return ReadFile(problems=(f"{error}.",))
