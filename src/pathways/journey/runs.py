"""Screened by the catalogue: a run over police extracts, and how what it finds comes onto the list.

A run is asked for by a person, done by the worker as that person, and logged with the catalogue's edition.
Only what concerns a woman who is listed enters the force's record, each record with where it comes from;
nothing else of an extract is kept. It lists, and decides nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

import pathways
from pathways.analysis import screening as catalogue
from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.identification import run as asking
from pathways.domain.identification.run import ASKERS, WORKFLOW, Action
from pathways.domain.terms import clocks
from pathways.journey import extracts, found, identity, ledger, numbering, sight
from pathways.journey.found import Tables
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import ScreeningRun

LOG = logging.getLogger("pathways.screening")

# --- asking for a run, and doing it ------------------------------------------------------------------------


def ask(*, extract_ids: Iterable[UUID], as_at: date, by: Actor, at: datetime) -> Outcome:
    """Asks for a run over extracts of one's own force. The worker does it, as whoever asked."""
    wanted = list(dict.fromkeys(extract_ids))
    if by.role not in ASKERS:
        return refusal(
            decision.no("An analyst or the single point of contact asks for a run.", ask="your analyst")
        )
    if not wanted:
        return refusal(decision.no("Choose at least one extract."))
    if as_at > clocks.local(at).date():
        return refusal(decision.no("The day from which it is looked cannot lie in the future."))
    there = {one.id: one for one in extracts.extracts(by=by, at=at)}
    if any(key not in there for key in wanted):
        return refusal(asking.may_begin(asking.Facts(are_extracts_there=False)))
    with transaction.atomic():
        row = ScreeningRun(
            organisation_id=by.organisation_id,
            extracts=[{"id": str(key), "words": there[key].words} for key in wanted],
            as_at=as_at,
            asked_at=at,
            asked_by_id=by.account_id,
            step="Waiting for the worker",
        )
        numbering.insert(row)
        ledger.kept_up(by=by, at=at, what=f"screening run {row.reference} asked for", route="considering:ask")
        return done(
            row.id,
            reference=row.reference,
            next=(
                "It begins within a minute, and its page says how far it is.",
                "Whoever it finds stands on the list with the records behind each sign. Nothing is decided.",
            ),
        )


def again(*, run_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Puts a run that failed before the worker once more."""
    with transaction.atomic():
        row = sight.one(ScreeningRun, run_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        there = {str(one.id) for one in extracts.extracts(by=by, at=at)}
        facts = asking.Facts(are_extracts_there=all(one["id"] in there for one in row.extracts))
        answer = WORKFLOW.may(Action.AGAIN, status=asking.Status(row.status), role=by.role, facts=facts)
        if not answer:
            return refusal(answer)
        row.status, row.why_failed, row.asked_by_id, row.asked_at = (
            asking.Status.WAITING.value,
            "",
            by.account_id,
            at,
        )
        row.done, row.of, row.step = 0, 0, "Waiting for the worker"
        row.save()
        return done(row.id, reference=row.reference)


def perform(*, at: datetime) -> int:
    """Does every run that waits, each as whoever asked for it. For the worker, which runs one at a time.

    A run that stands as running when this begins was broken off with the worker, and begins anew: what it
    lists is written in one transaction with its end, so that nothing was half listed.
    """
    performed = 0
    with transaction.atomic(), identity.clerk():
        waiting = list(
            ScreeningRun.objects.filter(
                status__in=[asking.Status.WAITING.value, asking.Status.RUNNING.value]
            )
            .order_by("asked_at")
            .values_list("id", flat=True)
        )
    for key in waiting:
        _perform(key, at)
        performed += 1
    return performed


def _perform(key: UUID, at: datetime) -> None:
    with transaction.atomic(), identity.clerk():
        row = ScreeningRun.objects.select_for_update().get(id=key)
        row.status, row.begun_at = asking.Status.RUNNING.value, at
        row.edition, row.version = catalogue.edition(catalogue.catalogue()), pathways.__version__
        row.step = "Opening the extracts"
        row.save()
    try:
        by = _asker(row)
        if by is None:
            raise _FailedError("Whoever asked for it no longer works there. Ask for it anew.")
        shown = []
        for number, one in enumerate(row.extracts):
            with transaction.atomic(), identity.acting(by):
                tables = extracts.opened(UUID(one["id"]), by=by, at=at, why=f"screening run {row.reference}")
            if tables is None:
                raise _FailedError("An extract has been deleted since. Ask for a run over what is there.")
            shown.append((UUID(one["id"]), tables, _screened(row, tables, number)))
        _finish(key, shown, by, at)
    except (catalogue.IndicatorError, catalogue.LimitError, ValueError) as error:
        _fail(key, str(error), at)
    except _FailedError as error:
        _fail(key, error.words, at)
    except Exception:
        LOG.exception("a screening run failed")
        _fail(key, "Something went wrong on our side. The administrator finds it in the log.", at)


class _FailedError(Exception):
    """A run cannot be done, for a reason that whoever asked can act on."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


def _asker(row: ScreeningRun) -> Actor | None:
    places = identity.workplaces_by_id(row.asked_by_id)
    return next(
        (one for one in places if one.organisation_id == row.organisation_id and one.role in ASKERS), None
    )


def _screened(row: ScreeningRun, tables: Tables, number: int) -> catalogue.Screened:
    several = len(row.extracts)

    def tell(at_step: int, of: int, what: str) -> None:
        with transaction.atomic(), identity.clerk():
            ScreeningRun.objects.filter(id=row.id).update(
                done=number * of + at_step, of=several * of, step=what[:80]
            )

    return catalogue.screen(tables, row.as_at, progress=tell)


def _finish(
    key: UUID, shown: list[tuple[UUID, Tables, catalogue.Screened]], by: Actor, at: datetime
) -> None:
    """Lists what was found and ends the run, all in one transaction."""
    with transaction.atomic(), identity.acting(by):
        row = ScreeningRun.objects.select_for_update().get(id=key)
        counts: list[dict[str, Any]] = []
        people: dict[str, dict[str, int]] = {}
        for extract_id, tables, screened in shown:
            words = {one.code: one.label for one in screened.indicators}
            first = frozenset(one.code for one in screened.indicators if one.immediate_safety)
            filled = found.fill(row, extract_id, tables, screened, words, first, by=by, at=at)
            row.listed += filled.listed
            row.joined += filled.joined
            row.stood += filled.stood
            counts.append(dict(screened.counts))
            for name, groups in found.population(tables, on=row.as_at).items():
                for group, n in groups.items():
                    people.setdefault(name, {})[group] = people.get(name, {}).get(group, 0) + n
        row.counts = {"extracts": counts, "population": people}
        row.status, row.ended_at, row.step = asking.Status.DONE.value, at, ""
        row.done = row.of
        row.save()


def _fail(key: UUID, why: str, at: datetime) -> None:
    with transaction.atomic(), identity.clerk():
        ScreeningRun.objects.filter(id=key).update(
            status=asking.Status.FAILED.value, ended_at=at, why_failed=why[:300], step=""
        )


# --- reads -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One run: who asked, over what, and how far it is."""

    id: UUID
    reference: str
    status: asking.Status
    over: tuple[str, ...]
    as_at: date
    asked_at: datetime
    asked_by: str
    ended_at: datetime | None
    step: str
    done: int
    of: int
    why_failed: str
    edition: str
    version: str
    listed: int
    joined: int
    stood: int


@dataclass(frozen=True, slots=True)
class Page:
    """One run and what it counted: (words, number) pairs, and how many eligible women have each sign."""

    line: Line
    looked_at: tuple[tuple[str, int], ...]
    not_judged: tuple[tuple[str, int], ...]
    not_listed: tuple[tuple[str, int], ...]
    signs: tuple[tuple[str, str, int, int], ...]
    may_again: bool


def listed(*, by: Actor, at: datetime, offset: int = 0, limit: int = 25) -> tuple[tuple[Line, ...], int]:
    """The runs of this force, the newest first, and how many there are. No woman is on this page."""
    rows = sight.visible(ScreeningRun, by)
    page = list(rows[offset : offset + limit])
    names = identity.names_of({row.asked_by_id for row in page})
    return tuple(_line(row, names.get(row.asked_by_id, "a colleague")) for row in page), rows.count()


def _line(row: ScreeningRun, by: str) -> Line:
    return Line(
        row.id,
        row.reference,
        asking.Status(row.status),
        tuple(one["words"] for one in row.extracts),
        row.as_at,
        row.asked_at,
        by,
        row.ended_at,
        row.step,
        row.done,
        row.of,
        row.why_failed,
        row.edition,
        row.version,
        row.listed,
        row.joined,
        row.stood,
    )


_LOOKED_AT = (
    ("persons", "People in the records"),
    ("events", "Events in the records"),
    ("eligible", "Women of 18 and over"),
    ("considered", "Women with signs that prompt a look"),
    ("under_age", "Girls under 18, not looked at: child safeguarding is for them"),
    ("not_female", "People recorded as male, not looked at"),
    ("undated_events", "Events without a date"),
    ("immediate_safety_not_listed", "Women with a sign of immediate danger who are not listed for it"),
)
_NOT_JUDGED = (
    ("sex_not_recorded", "Sex not recorded"),
    ("sexes_differ", "Recorded with more than one sex"),
    ("age_unknown", "Recorded as female, age not known"),
    ("only_in_links", "Named in links and in no list of people"),
)


def page(*, run_id: UUID, by: Actor, at: datetime) -> Page | None:
    """One run, or None when it is not there for this person."""
    row = sight.one(ScreeningRun, run_id, by)
    if row is None:
        return None
    kept: list[Mapping[str, Any]] = (row.counts or {}).get("extracts", [])

    def over(*path: str) -> int:
        total = 0
        for one in kept:
            inner: Any = one
            for name in path:
                inner = inner.get(name, {}) if isinstance(inner, Mapping) else {}
            total += inner if isinstance(inner, int) else 0
        return total

    known = {one.code: one for one in catalogue.catalogue()}
    codes = [code for code in known if over("appears", code)]
    return Page(
        _line(row, identity.account_named(row.asked_by_id)),
        tuple((words, over(name)) for name, words in _LOOKED_AT) if kept else (),
        tuple((words, over("cannot_be_judged", name)) for name, words in _NOT_JUDGED) if kept else (),
        tuple(
            (words[:1].upper() + words[1:], over("not_listed", name))
            for name, words in catalogue.NOT_LISTED.items()
        )
        if kept
        else (),
        tuple(
            (known[code].heading.label, known[code].label, over("appears", code), over("by_indicator", code))
            for code in codes
        ),
        by.role in ASKERS and row.status == asking.Status.FAILED.value,
    )


def to_choose(*, by: Actor, at: datetime) -> tuple[tuple[UUID, str], ...]:
    """The extracts over which this person can ask for a run."""
    return tuple((one.id, one.words) for one in extracts.extracts(by=by, at=at))
