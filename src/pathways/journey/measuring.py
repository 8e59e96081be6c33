"""Measured with her: what she answered, what it comes to, and what has changed since the last time.

What she answers is her organisation's, as a note is; what it comes to is told to the coordinator as well, and
to nobody else. An answer that signals danger becomes work for her worker at once. No score moves anything by
itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.outcomes import instrument, response, tools
from pathways.domain.outcomes.instrument import Instrument
from pathways.domain.outcomes.response import Action, How, Occasion, Status
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import WORKER_ROLES
from pathways.journey import alongside, danger, identity, instruments, ledger, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Episode, InstrumentScore, Organisation, Response, ToolResult

#: the page where a signalled danger is looked at
HERS = "herpage:measures"
#: in what kind of form a danger was said
IN_INSTRUMENT = "instrument"


# --- verbs ----------------------------------------------------------------------------------------------


def fill_in(
    *,
    client_id: UUID,
    key: instruments.Key,
    answers: Mapping[str, Any],
    measured_on: date,
    occasion: Occasion,
    how: How,
    written_by: str = "",
    by: Actor,
    at: datetime,
) -> Outcome:
    """Keeps what she answered on a day, and what it comes to. Signals of danger go to her worker at once."""
    with transaction.atomic():
        if alongside.her(client_id, by) is None:
            return refusal(sight.NOT_THERE)
        where = alongside.episode_now(client_id, by)
        used = next((each for each in instruments.in_use_now(by=by) if each.key == key), None)
        if where is None:
            return refusal(decision.no("She has no open episode.", ask="the coordinator"))
        if used is None:
            return refusal(decision.no("This instrument is not on.", ask="the system administrator"))
        given = {one.code: answers[one.code] for one in used.asks.asked
                 if answers.get(one.code) not in (None, "", [], ())}  # fmt: skip
        answer = response.may_keep(
            used.asks,
            given,
            measured_on=measured_on,
            today=clocks.local(at).date(),
            began_on=alongside.began_on(where),
        )
        if not answer:
            return refusal(answer)
        row = Response(
            client_id=client_id,
            organisation_id=by.organisation_id,
            episode=where,
            instrument=used.asks.code,
            edition=used.asks.edition,
            owner_id=used.owner_id,
            occasion=occasion.value,
            how=how.value,
            measured_on=measured_on,
            answers=_plain(given),
            written_by=written_by,
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        row.save(force_insert=True)
        score = instrument.score(used.asks, given, conversion=instruments.conversion(used.asks))
        _keep(row, where, used.asks, score, by=by, at=at)
        if score.alerts:
            danger.tell(client_id, IN_INSTRUMENT, client_id, HERS, by=by, at=at)
        _tell(where, row.id, occasion, how, "given", by=by, at=at)
        ledger.altered(by=by, at=at, resource=Resource.RESPONSE, subjects=[client_id])
        said = [f"{one.words}: see to her safety now, before anything else." for one in score.alerts]
        return done(row.id, client_id=client_id, next=tuple(said))


def total_given(
    *,
    client_id: UUID,
    key: instruments.Key,
    total: float,
    measured_on: date,
    where: Episode,
    by: Actor,
    at: datetime,
) -> InstrumentScore:
    """One total from a sheet, in the transaction of that. Raises ValueError out of range."""
    asks = instruments.defined(key)
    assert asks is not None
    score = instrument.of_total(asks, total, conversion=instruments.conversion(asks))
    made = _row_of(
        asks, key[0], score, client_id, where, Occasion.OTHER, How.FROM_A_FILE, measured_on, by, at
    )
    made.save(force_insert=True)
    _tell(where, made.id, Occasion.OTHER, How.FROM_A_FILE, "given", by=by, at=at)
    return made


def withdraw(*, response_id: UUID, why: str, by: Actor, at: datetime) -> Outcome:
    """Takes a filling in out of the count, for a reason. It stays to be read."""
    return _settle(response_id, Action.WITHDRAW, why, by=by, at=at)


def put_back(*, response_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Counts a filling in again that was taken out."""
    return _settle(response_id, Action.PUT_BACK, "", by=by, at=at)


def _settle(response_id: UUID, action: Action, why: str, *, by: Actor, at: datetime) -> Outcome:
    with transaction.atomic():
        row = sight.one(Response, response_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        status = Status(row.status)
        may = response.WORKFLOW.may(action, status=status, role=by.role, facts=response.Facts(why))
        if not may:
            return refusal(may)
        move = response.WORKFLOW.move(action, status)
        assert move is not None
        row.status = move.target.value
        is_out = move.target is Status.WITHDRAWN
        row.withdrawn_at, row.withdrawn_by_id = (at, by.account_id) if is_out else (None, None)
        row.why_withdrawn = why.strip()
        row.save()
        sight.visible(InstrumentScore, by).filter(response=row).update(is_withdrawn=is_out)
        where = alongside.episode_by_id(row.episode_id, by)
        _tell(where, row.id, Occasion(row.occasion), How(row.how), row.status, by=by, at=at)
        ledger.altered(by=by, at=at, resource=Resource.RESPONSE, subjects=[row.client_id])
        return done(row.id, client_id=row.client_id)


def keep_result(
    *, client_id: UUID, result: tools.Result, document: str = "", by: Actor, at: datetime
) -> Outcome:
    """Keeps what came of a tool that others own."""
    with transaction.atomic():
        if alongside.her(client_id, by) is None:
            return refusal(sight.NOT_THERE)
        where = alongside.episode_now(client_id, by)
        if where is None:
            return refusal(decision.no("She has no open episode.", ask="the coordinator"))
        if not (answer := tools.may_keep(result, today=clocks.local(at).date())):
            return refusal(answer)
        row = ToolResult(
            client_id=client_id,
            organisation_id=by.organisation_id,
            episode=where,
            tool=result.tool.value,
            assessed_on=result.assessed_on,
            number=result.number,
            criterion=result.criterion.value if result.criterion else "",
            words=result.words.strip(),
            assessed_by=result.assessed_by.strip(),
            document=document.strip(),
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        if not (answer := sight.may(by, policy.Action.CREATE, row)):
            return refusal(answer)
        row.save(force_insert=True)
        alongside.tell(EventKind.TOOL_RESULT_KEPT, where, by=by, at=at, detail={"result": str(row.id)})
        ledger.altered(by=by, at=at, resource=Resource.TOOL_RESULT, subjects=[client_id])
        said = tools.to_consider(result)
        return done(row.id, client_id=client_id, next=(said,) if said else ())


# --- the pieces -----------------------------------------------------------------------------------------


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they are sealed: words, numbers and lists of words."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in given.items()}


def _keep(
    row: Response, where: Episode, asks: Instrument, score: instrument.Score, *, by: Actor, at: datetime
) -> None:
    if not asks.has_score:
        return
    made = _row_of(
        asks, row.owner_id, score, row.client_id, where, Occasion(row.occasion), How(row.how),
        row.measured_on, by, at,
    )  # fmt: skip
    made.response = row
    made.save(force_insert=True)


def _row_of(
    asks: Instrument,
    owner_id: UUID | None,
    score: instrument.Score,
    client_id: UUID,
    where: Episode,
    occasion: Occasion,
    how: How,
    measured_on: date,
    by: Actor,
    at: datetime,
) -> InstrumentScore:
    return InstrumentScore(
        client_id=client_id,
        organisation_id=by.organisation_id,
        episode=where,
        instrument=asks.code,
        edition=asks.edition,
        owner_id=owner_id,
        occasion=occasion.value,
        how=how.value,
        measured_on=measured_on,
        value=score.value,
        raw=score.raw,
        band=score.band,
        missing=len(score.missing),
        is_prorated=score.is_prorated,
        working=score.working,
        why_none=score.why_none,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )


def _tell(
    where: Episode, key: UUID, occasion: Occasion, how: How, state: str, *, by: Actor, at: datetime
) -> None:
    detail: dict[str, object] = {
        "response": str(key), "occasion": occasion.value, "how": how.value, "state": state,
    }  # fmt: skip
    alongside.tell(EventKind.MEASURED, where, by=by, at=at, detail=detail)


# --- reads ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scored:
    """One score, and how it compares with the one before."""

    response_id: UUID | None
    on: date
    occasion: Occasion
    how: How
    value: float | None
    raw: float | None
    band: str
    missing: int
    is_prorated: bool
    working: str
    why_none: str
    met: tuple[instrument.CutOff, ...]
    is_withdrawn: bool
    change: instrument.Change
    place: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One instrument with all her scores, the earliest first."""

    asks: Instrument
    scores: tuple[Scored, ...]
    since_first: instrument.Change

    @property
    def counted(self) -> tuple[Scored, ...]:
        return tuple(one for one in self.scores if one.value is not None and not one.is_withdrawn)

    @property
    def latest(self) -> Scored | None:
        return self.counted[-1] if self.counted else None


@dataclass(frozen=True, slots=True)
class Filled:
    """A form without a score that was filled in."""

    id: UUID
    name: str
    on: date
    occasion: Occasion
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a tool of others."""

    tool: tools.Tool
    on: date
    number: str
    band: str
    criterion: str
    words: str
    assessed_by: str
    document: str
    to_consider: str


@dataclass(frozen=True, slots=True)
class Hers:
    """Everything measured of her that this person may read."""

    client_id: UUID
    measures: tuple[Measure, ...]
    forms: tuple[Filled, ...]
    results: tuple[Came, ...]
    to_fill_in: tuple[instruments.Known, ...]
    may_keep_results: tuple[tools.Tool, ...]


def of_her(*, client_id: UUID, by: Actor) -> Hers | None:
    """For her page, which records the reading itself; None when she is not there for this person."""
    if alongside.her(client_id, by) is None:
        return None
    where = alongside.episode_now(client_id, by)
    may_fill = by.role in WORKER_ROLES and policy.could(by, policy.Action.CREATE, Resource.RESPONSE)
    is_open = where is not None
    return Hers(
        client_id=client_id,
        measures=_measures(client_id, by),
        forms=_forms(client_id, by),
        results=tuple(
            _came(row) for row in sight.visible(ToolResult, by).filter(client_id=client_id) if row.tool
        ),
        to_fill_in=instruments.in_use_now(by=by) if may_fill and is_open else (),
        may_keep_results=tools_for(client_id, by) if is_open else (),
    )


def tools_for(client_id: UUID, by: Actor) -> tuple[tools.Tool, ...]:
    """The tools whose results this person may keep of this woman."""
    return tuple(
        tool
        for tool in tools.Tool
        if sight.may(
            by,
            policy.Action.CREATE,
            ToolResult(client_id=client_id, organisation_id=by.organisation_id, tool=tool.value),
        )
    )


def _measures(client_id: UUID, by: Actor) -> tuple[Measure, ...]:
    rows: dict[tuple[UUID | None, str], list[InstrumentScore]] = {}
    for row in (
        sight.visible(InstrumentScore, by).filter(client_id=client_id).order_by("measured_on", "recorded_at")
    ):
        rows.setdefault((row.owner_id, row.instrument), []).append(row)
    places = dict(Organisation.objects.values_list("id", "name"))
    found = []
    for (owner_id, code), several in rows.items():
        latest = instruments.defined((owner_id, code, several[-1].edition))
        if latest is not None:
            found.append(_measure(latest, several, places))
    return tuple(sorted(found, key=lambda one: one.asks.name))


def _measure(asks: Instrument, rows: list[InstrumentScore], places: Mapping[UUID, str]) -> Measure:
    table = instruments.conversion(asks)
    made: list[Scored] = []
    last: float | None = None
    first: float | None = None
    for row in rows:
        score = _read(asks, row, table)
        counts = score.value is not None and not row.is_withdrawn
        change = instrument.change(asks, last, score.value) if counts else instrument.change(asks, None, None)
        made.append(
            Scored(
                response_id=row.response_id,
                on=row.measured_on,
                occasion=Occasion(row.occasion),
                how=How(row.how),
                value=score.value,
                raw=score.raw,
                band=score.band,
                missing=row.missing,
                is_prorated=row.is_prorated,
                working=score.working,
                why_none=score.why_none,
                met=score.met,
                is_withdrawn=row.is_withdrawn,
                change=change,
                place=places.get(row.organisation_id, ""),
            )
        )
        if counts:
            last = score.value
            first = score.value if first is None else first
    counted = [one for one in made if one.value is not None and not one.is_withdrawn]
    since = instrument.change(asks, first, last) if len(counted) > 1 else instrument.change(asks, None, None)
    return Measure(asks, tuple(made), since)


def _read(asks: Instrument, row: InstrumentScore, table: Mapping[float, float]) -> instrument.Score:
    """The score as it was kept. Where the owner's table came later, the raw total is turned into it now."""
    kept = instrument.Score(
        row.value, row.raw, row.band, working=row.working, why_none=row.why_none,
        met=tuple(one for one in asks.cut_offs if row.value is not None and one.met_by(row.value)),
    )  # fmt: skip
    if row.value is None and row.raw is not None and asks.needs_conversion and table.get(row.raw) is not None:
        later = instrument.of_total(asks, row.raw, conversion=table)
        return replace(later, working=f"{row.working}; {later.working.partition('; ')[2]}")
    return kept


def _forms(client_id: UUID, by: Actor) -> tuple[Filled, ...]:
    found = []
    for row in sight.visible(Response, by).filter(client_id=client_id, score__isnull=True):
        asks = instruments.defined((row.owner_id, row.instrument, row.edition))
        name = asks.name if asks else row.instrument
        is_out = row.status == Status.WITHDRAWN.value
        found.append(Filled(row.id, name, row.measured_on, Occasion(row.occasion), is_out))
    return tuple(found)


def _came(row: ToolResult) -> Came:
    tool = tools.Tool(row.tool)
    criterion = tools.Criterion(row.criterion) if row.criterion else None
    result = tools.Result(tool, row.assessed_on, row.words, row.number, criterion, row.assessed_by)
    number = ""
    if row.number is not None and tool in tools.NUMBERS:
        number = f"{tools.NUMBERS[tool][0]}: {row.number}"
    return Came(
        tool,
        row.assessed_on,
        number,
        tools.band_of(result),
        criterion.label if criterion else "",
        row.words,
        row.assessed_by,
        row.document,
        tools.to_consider(result),
    )


@dataclass(frozen=True, slots=True)
class OneFilled:
    """What she answered, question by question, for whoever may read it."""

    id: UUID
    client_id: UUID
    asks: Instrument
    on: date
    occasion: Occasion
    how: How
    written_by: str
    recorded_at: datetime
    recorded_by: str
    status: Status
    why_withdrawn: str
    lines: tuple[tuple[str, str, str], ...]
    score: instrument.Score
    moves: tuple[Action, ...]


def one(*, response_id: UUID, by: Actor, at: datetime) -> OneFilled | None:
    row = sight.one(Response, response_id, by)
    if row is None:
        return None
    asks = instruments.defined((row.owner_id, row.instrument, row.edition))
    if asks is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.RESPONSE, subjects=[row.client_id], route="measures:one")
    answers = row.answers or {}
    lines = tuple(
        (item.section, item.label, item.words_of(answers.get(item.code)) or "Not answered")
        for item in asks.asked
        if answers.get(item.code) or instrument.is_asked_now(asks, item.code, answers)
    )
    facts = response.Facts("given on the page")
    status = Status(row.status)
    return OneFilled(
        id=row.id,
        client_id=row.client_id,
        asks=asks,
        on=row.measured_on,
        occasion=Occasion(row.occasion),
        how=How(row.how),
        written_by=row.written_by,
        recorded_at=row.recorded_at,
        recorded_by=identity.names_of({row.recorded_by_id}).get(row.recorded_by_id, ""),
        status=status,
        why_withdrawn=row.why_withdrawn,
        lines=lines,
        score=instrument.score(asks, answers, conversion=instruments.conversion(asks)),
        moves=tuple(
            move.action for move in response.WORKFLOW.open_to(status=status, role=by.role, facts=facts)
        ),
    )


def for_an_assessment(*, client_id: UUID, by: Actor) -> tuple[instruments.Known, ...]:
    """The instruments that this worker can fill in with her beside an assessment."""
    may_fill = by.role in WORKER_ROLES and policy.could(by, policy.Action.CREATE, Resource.RESPONSE)
    return instruments.in_use_now(by=by) if may_fill and alongside.her(client_id, by) is not None else ()


@dataclass(frozen=True, slots=True)
class Told:
    """Her latest scores in a line each, for the assessment's list of parts."""

    name: str
    words: str
    on: date


def latest(*, client_id: UUID, by: Actor) -> tuple[Told, ...]:
    """For a page that records the reading itself."""
    found = []
    for one in _measures(client_id, by):
        if (last := one.latest) is not None and last.value is not None:
            band = f", {last.band.lower()}" if last.band else ""
            found.append(Told(one.asks.name, f"{instrument.shown(last.value)}{band}", last.on))
    return tuple(found)
