"""The partnership survey: waves begun, people at work invited, answers given once, and what they came to.

Who answered and what was answered are two tables with nothing between them. Answers are read by counting
alone, when their wave has closed, and leave as means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet

from pathways.analysis import partnership as analysed
from pathways.analysis.partnership import Sheets, WaveResult
from pathways.domain import decision
from pathways.domain.evaluation import partnership
from pathways.domain.evaluation.partnership import WaveState
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import clocks
from pathways.domain.terms.people import HUMAN_ROLES
from pathways.journey import evaluate, identity, ledger, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Appointment,
    Organisation,
    SurveyInvitation,
    SurveySheet,
    SurveyWave,
    Task,
)

#: Who may see what a wave came to; who runs one; who may be invited.
MAY_SEE = evaluate.MAY_SEE
MAY_RUN = partnership.RUNS
MAY_ANSWER = frozenset(HUMAN_ROLES)
#: the kind of work by which somebody is asked to answer
WORK = "partnership_survey"


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave as it stands today."""

    id: UUID
    number: int
    opens: date
    closes: date
    state: WaveState
    invited: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """How many were invited at an organisation, and how many of them have answered."""

    name: str
    invited: int
    answered: int


# --- reads: nothing here is about a woman, so reading it is not an event -----------------------------------


def waves(*, by: Actor, at: datetime) -> tuple[Wave, ...]:
    """Every wave, the newest first."""
    today = clocks.local(at).date()
    rows = sight.visible(SurveyWave, by).order_by("-number")
    return tuple(_wave(row, today) for row in rows)


def one(wave_id: UUID, *, by: Actor, at: datetime) -> Wave | None:
    """One wave; None where there is none."""
    row = sight.one(SurveyWave, wave_id, by)
    return _wave(row, clocks.local(at).date()) if row else None


def places(wave_id: UUID, *, by: Actor) -> tuple[Place, ...]:
    """From where answers have come: for whoever runs the survey, to see where they are missing."""
    rows = sight.visible(SurveyInvitation, by).filter(wave_id=wave_id)
    invited: Counter[UUID] = Counter()
    answered: Counter[UUID] = Counter()
    for place, has_answered in rows.values_list("organisation_id", "has_answered"):
        invited[place] += 1
        answered[place] += has_answered
    named = Organisation.objects.filter(id__in=invited).order_by("name").values_list("id", "name")
    return tuple(Place(name, invited[key], answered[key]) for key, name in named)


def organisations(*, at: datetime) -> list[tuple[str, str]]:
    """Every organisation at which somebody works at this moment, as (id, name), in order of name."""
    working = set(_people(at).values_list("organisation_id", flat=True))
    rows = Organisation.objects.filter(id__in=working).order_by("name").values_list("id", "name")
    return [(str(key), name) for key, name in rows]


def asked(wave_id: UUID, *, by: Actor, at: datetime) -> tuple[Wave | None, decision.Decision]:
    """The wave, and whether this person may answer it now."""
    wave = one(wave_id, by=by, at=at)
    mine = sight.visible(SurveyInvitation, by).filter(wave_id=wave_id, account_id=by.account_id).first()
    if wave is None or mine is None:
        return None, sight.NOT_THERE
    answer = partnership.may_answer(
        is_invited=True,
        has_answered=mine.has_answered,
        opens=wave.opens,
        closes=wave.closes,
        today=clocks.local(at).date(),
    )
    return wave, answer


def results(*, by: Actor, at: datetime) -> tuple[WaveResult, ...]:
    """What every wave that has closed came to, for the audience that this person belongs to.

    Waves that asked other statements are left out: they are not the same measure.
    """
    if by.role not in MAY_SEE:
        return ()
    today = clocks.local(at).date()
    found = []
    with identity.counting(by):
        closed = list(SurveyWave._default_manager.filter(closes_date__lt=today, version=partnership.VERSION))
        sheets = SurveySheet._default_manager.filter(wave_id__in=[row.id for row in closed])
        answers: dict[UUID, list[Mapping[str, str]]] = {}
        for wave_id, said in sheets.values_list("wave_id", "answers"):
            answers.setdefault(wave_id, []).append(said)
    for row in closed:
        given = answers.get(row.id, [])
        found.append(Sheets(row.number, row.opens_date, row.closes_date, row.invited, given))
    return analysed.results(found, evaluate.AUDIENCE[by.role].rule)


def _wave(row: SurveyWave, today: date) -> Wave:
    state = partnership.state(row.opens_date, row.closes_date, today=today)
    return Wave(
        row.id, row.number, row.opens_date, row.closes_date, state, row.invited, row.made_by_name, row.made_at
    )


def exported(*, found: int, by: Actor, at: datetime) -> None:
    """What waves came to left as a file."""
    ledger.exported(by=by, at=at, reason="partnership survey", found=found)


# --- verbs --------------------------------------------------------------------------------------------


def begin(
    *, opens: date, closes: date, organisation_ids: Collection[UUID], by: Actor, at: datetime
) -> Outcome:
    """Begins a wave and invites everybody who works at these organisations now, each once."""
    if by.role not in MAY_RUN:
        return refusal(_NOT_YOURS)
    today = clocks.local(at).date()
    if not (answer := partnership.may_last(opens, closes, today=today)):
        return refusal(answer)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 49))", ["survey_wave"])
        rows = _people(at).filter(organisation_id__in=list(organisation_ids)).order_by("from_at")
        invited: dict[UUID, UUID] = {}
        for account_id, place in rows.values_list("account_id", "organisation_id"):
            invited.setdefault(account_id, place)
        if not invited:
            return refusal(decision.no("Nobody works at these organisations now. Choose at least one other."))
        before = sight.visible(SurveyWave, by).aggregate(Max("number"))["number__max"] or 0
        wave = SurveyWave(
            number=before + 1,
            opens_date=opens,
            closes_date=closes,
            version=partnership.VERSION,
            invited=len(invited),
            organisation_id=by.organisation_id,
            made_at=at,
            made_by_id=by.account_id,
            made_by_name=by.name,
        )
        wave.save(force_insert=True)
        SurveyInvitation.objects.bulk_create(
            [
                SurveyInvitation(
                    wave_id=wave.id,
                    account_id=account_id,
                    organisation_id=place,
                    run_by_organisation_id=by.organisation_id,
                )
                for account_id, place in sorted(invited.items(), key=lambda each: str(each[0]))
            ]
        )
        if opens <= today:
            _ask(wave, invited, by=by, at=at)
        ledger.kept_up(
            by=by, at=at, what=f"partnership survey, wave {wave.number} begun", route="partners"
        )
    said = f"{len(invited)} people are invited, and find it among their work from {opens:%-d %B %Y}."
    return done(wave.id, reference=f"Wave {wave.number}", next=(said,))


def move_end(*, wave_id: UUID, closes: date, by: Actor, at: datetime) -> Outcome:
    """Moves the last day of a wave that has not closed."""
    if by.role not in MAY_RUN:
        return refusal(_NOT_YOURS)
    today = clocks.local(at).date()
    with transaction.atomic():
        row = sight.one(SurveyWave, wave_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        answer = partnership.may_close_on(closes, opens=row.opens_date, before=row.closes_date, today=today)
        if not answer:
            return refusal(answer)
        row.closes_date = closes
        row.save(update_fields=["closes_date"])
        with identity.clerk(by):
            waiting = Task._default_manager.filter(kind=WORK, object_id=wave_id, done_at__isnull=True)
            waiting.update(due_at=_end_of(closes))
        what = f"partnership survey, wave {row.number}: last day {closes.isoformat()}"
        ledger.kept_up(by=by, at=at, what=what, route="partners")
    return done(wave_id)


def answer(*, wave_id: UUID, answers: Mapping[str, str], by: Actor, at: datetime) -> Outcome:
    """Puts one sheet with the others and notes, apart from it, that this person has answered."""
    if wrong := partnership.fault(answers):
        return refusal(decision.no(wrong))
    with transaction.atomic(), identity.clerk(by):
        row = (
            SurveyInvitation._default_manager.select_for_update()
            .filter(wave_id=wave_id, account_id=by.account_id)
            .first()
        )
        wave = SurveyWave._default_manager.filter(id=wave_id).first()
        if row is None or wave is None:
            return refusal(sight.NOT_THERE)
        may = partnership.may_answer(
            is_invited=True,
            has_answered=row.has_answered,
            opens=wave.opens_date,
            closes=wave.closes_date,
            today=clocks.local(at).date(),
        )
        if not may:
            return refusal(may)
        row.has_answered = True
        row.save(update_fields=["has_answered"])
        SurveySheet(wave_id=wave_id, answers=dict(sorted(answers.items()))).save(force_insert=True)
        mine = Task._default_manager.filter(kind=WORK, object_id=wave_id, account_id=by.account_id)
        mine.filter(done_at__isnull=True).update(done_at=at, done_by_id=by.account_id)
        ledger.collected(by=by, at=at, resource=Resource.SURVEY_INVITATION, subjects=[wave_id])
    said = "What you answered is among the answers of all, and nobody can tell which are yours."
    return done(next=(said,))


def keep_time(*, at: datetime) -> int:
    """On the day on which a wave opens everybody invited is asked; when it has closed nobody is any more."""
    today = clocks.local(at).date()
    touched = 0
    with transaction.atomic(), identity.clerk():
        for wave in SurveyWave._default_manager.filter(opens_date__lte=today, closes_date__gte=today):
            asked_already = Task._default_manager.filter(kind=WORK, object_id=wave.id)
            known = set(asked_already.values_list("account_id", flat=True))
            rows = SurveyInvitation._default_manager.filter(wave_id=wave.id, has_answered=False)
            missing = {
                account: place
                for account, place in rows.values_list("account_id", "organisation_id")
                if account not in known
            }
            _ask(wave, missing, by=identity.MACHINE, at=at)
            touched += len(missing)
        over = list(
            SurveyWave._default_manager.filter(closes_date__lt=today).values_list("id", flat=True)
        )
        left = Task._default_manager.filter(kind=WORK, object_id__in=over, done_at__isnull=True)
        touched += left.update(done_at=at, done_by_id=identity.MACHINE.account_id)
    return touched


_NOT_YOURS = decision.no("Waves of the survey are begun by the evaluator.", ask="the evaluator")


def _people(at: datetime) -> QuerySet[Appointment]:
    """Everybody who works somewhere at this moment."""
    return (
        Appointment.objects.filter(until_at__isnull=True, role__in=[role.value for role in HUMAN_ROLES])
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))
        .filter(account__is_active=True, account__left_at__isnull=True)
        .filter(organisation__until_date__isnull=True)
    )


def _ask(wave: SurveyWave, invited: Mapping[UUID, UUID], *, by: Actor, at: datetime) -> None:
    for account_id, place in invited.items():
        tasks.set_task(
            WORK,
            "Say how the partnership works: a survey of sixteen lines",
            organisation_id=place,
            account_id=account_id,
            by=by,
            at=at,
            route="partners:answer",
            object_id=wave.id,
            due_at=_end_of(wave.closes_date),
        )


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), tzinfo=clocks.LONDON)
