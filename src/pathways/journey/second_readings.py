"""Read a second time: decisions drawn by lot, for a colleague who sees the evidence alone.

Until both are in, the rows that would say what was decided are hidden from the second reader by both walls
(`blind_to_id`). A second reading changes nothing about her: where two people differ, they talk.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import second_reading
from pathways.domain.identification.second_reading import (
    DRAWN_FROM,
    READERS,
    WORKFLOW,
    Action,
    Facts,
    Status,
    TalkResult,
)
from pathways.domain.terms import demographics
from pathways.domain.terms.clocks import WorkingTime
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.law import FactOrOpinion, SubjectCategory
from pathways.domain.terms.people import Role
from pathways.domain.terms.routes import Route
from pathways.journey import evidence, identity, judging, ledger, numbering, programme, sight, tasks
from pathways.journey.evidence import Under
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Appointment,
    Consideration,
    EarlierDecision,
    EvidenceOpened,
    FlagReceipt,
    Nominal,
    ProvisionalPlan,
    SecondDraw,
    SecondRate,
    SecondReading,
    Task,
)

TASK = "second_reading"
TALK = "second_reading_talk"
#: What a second reader may answer: the judgements that are drawn, and that she is not for this list.
ANSWERS = (*DRAWN_FROM, ScreeningOutcome.NOT_THIS_PROGRAMME)


def percent(*, by: Actor) -> int:
    """Of a hundred decisions so many are read a second time in this person's force."""
    kept = sight.visible(SecondRate, by).filter(organisation_id=by.organisation_id).first()
    return kept.percent if kept is not None else second_reading.USUAL_PERCENT


def _rate(by: Actor, at: datetime) -> SecondRate:
    """The rate and the seed of this person's force, made at the first decision."""
    kept = sight.visible(SecondRate, by).filter(organisation_id=by.organisation_id).first()
    if kept is None:
        kept = SecondRate(
            organisation_id=by.organisation_id,
            percent=second_reading.USUAL_PERCENT,
            seed=os.urandom(16).hex(),
            changed_at=at,
            changed_by_id=by.account_id,
        )
        kept.save(force_insert=True)
    return kept


def may_set_rate(by: Actor) -> Decision:
    if by.role is Role.SUPERVISOR and by.is_police:
        return decision.yes()
    return decision.no("The force’s supervisor says how many are read twice.", ask="your supervisor")


def set_rate(*, wanted: int, by: Actor, at: datetime) -> Outcome:
    """Changes how many decisions of a hundred are read a second time, from now on."""
    if not (answer := may_set_rate(by)):
        return refusal(answer)
    if not 0 <= wanted <= 100:
        return refusal(decision.no("Enter a whole number from 0 to 100."))
    with transaction.atomic():
        kept = _rate(by, at)
        kept.percent, kept.changed_at, kept.changed_by_id = wanted, at, by.account_id
        kept.save(update_fields=["percent", "changed_at", "changed_by_id"])
        ledger.kept_up(
            by=by, at=at, what=f"{wanted} of 100 decisions are read a second time", route="considering:rate"
        )
    return done(next=("Decisions made from now on are drawn at this rate. Earlier draws stand.",))


# --- the draw, as a consequence of a decision ----------------------------------------------------------


def draw(row: Consideration, groups: Iterable[Under], *, by: Actor, at: datetime) -> None:
    """Draws the lot of the decision on the row, and gives a drawn one to a colleague. For verbs.

    Every decision that could be drawn is kept with its rate, drawn or not. The row is saved by the caller
    afterwards with `blind_to_id` set.
    """
    outcome = ScreeningOutcome(row.status)
    row.blind_to_id = None
    if outcome not in DRAWN_FROM:
        return
    kept = _rate(by, at)
    seed, rate = kept.seed, kept.percent
    number = sight.visible(SecondDraw, by).filter(consideration_id=row.id).count() + 1
    drawn = second_reading.lot(seed, row.id, number)
    is_drawn = second_reading.is_drawn(outcome, drawn, rate)
    but = {by.account_id} | ({row.flagged_by_id} if row.is_flagged_by_hand else set())
    whom = _somebody(row, seed, by, but=but) if is_drawn else None
    made = SecondDraw(
        organisation_id=row.organisation_id,
        nominal_id=row.nominal_id,
        consideration_id=row.id,
        number=number,
        outcome=outcome.value,
        reason_code=row.reason_code,
        lot=drawn,
        percent=rate,
        seed_mark=evidence.mark(seed),
        is_drawn=is_drawn,
        decided_at=at,
        decided_by_id=by.account_id,
        blind_to_id=whom,
    )
    made.save(force_insert=True)
    if not is_drawn:
        return
    reading = SecondReading(
        organisation_id=row.organisation_id,
        nominal_id=row.nominal_id,
        consideration_id=row.id,
        draw=made,
        shown=_shown(row, groups),
        drawn_at=at,
        due_at=_due(at),
        reader_id=whom,
    )
    numbering.insert(reading)
    row.blind_to_id = whom
    if whom is not None:
        _give(reading, whom, by, at)


def _due(at: datetime) -> datetime:
    calendar: WorkingTime = programme.working()
    return calendar.due_after_days(at, programme.number("second_reading.working_days", 5))


def _shown(row: Consideration, groups: Iterable[Under]) -> dict[str, Any]:
    """What whoever decided first had before them, and nothing of what she decided."""
    return {
        "why": str(row.why),
        "route": row.route,
        "flagged_by": row.flagged_by_name,
        "flagged_at": row.flagged_at.isoformat(),
        "fact_or_opinion": row.fact_or_opinion,
        "comes_first": row.comes_first,
        "evidence": evidence.frozen(groups),
    }


def _somebody(row: Consideration, seed: str, by: Actor, *, but: set[UUID]) -> UUID | None:
    """Who reads: one of the force's desk who neither decided nor flagged her, nor has seen the decision."""
    with identity.clerk(by):
        seen = EvidenceOpened.objects.filter(consideration_id=row.id, was_decided=True)
        but = but | set(seen.values_list("account_id", flat=True))
        at_work = (
            Appointment.objects.filter(
                organisation_id=row.organisation_id,
                role__in=[role.value for role in READERS],
                until_at__isnull=True,
                account__is_active=True,
                account__left_at__isnull=True,
            )
            .exclude(account_id__in=but)
            .values_list("account_id", flat=True)
        )
        candidates = dict.fromkeys(at_work, 0)
        waiting = (
            SecondReading.objects.filter(reader_id__in=list(candidates), read_at__isnull=True)
            .order_by()
            .values_list("reader_id")
            .annotate(n=Count("id"))
        )
        for account_id, count in waiting:
            candidates[account_id] = count
    return second_reading.reader(candidates, seed=seed, decided=row.id)


def _give(reading: SecondReading, whom: UUID, by: Actor, at: datetime) -> None:
    tasks.set_task(
        TASK,
        "Read a decision a second time",
        organisation_id=reading.organisation_id,
        account_id=whom,
        route="considering:second",
        object_id=reading.id,
        by=by,
        at=at,
        due_at=reading.due_at,
    )


def _blind(consideration_id: UUID, whom: UUID | None, by: Actor) -> None:
    """Hides, or shows again, every row that says what was decided."""
    with identity.clerk(by):
        Consideration.objects.filter(id=consideration_id).update(blind_to_id=whom)
        for model in (FlagReceipt, ProvisionalPlan, EarlierDecision, SecondDraw):
            rows: QuerySet[Any] = model._default_manager.filter(consideration_id=consideration_id)
            rows.update(blind_to_id=whom)
        Task.objects.filter(object_id=consideration_id).update(blind_to_id=whom)


def hide(row: Consideration, by: Actor) -> None:
    """Hides what else says what was decided on the row from whoever reads it a second time. For verbs."""
    if row.blind_to_id is not None:
        _blind(row.id, row.blind_to_id, by)


def give_to_others(*, at: datetime) -> int:
    """Readings whose reader has left, or for whom nobody was there, go to a colleague. For the clockwork."""
    given = 0
    with transaction.atomic(), identity.clerk() as by:
        waiting = SecondReading.objects.select_for_update(skip_locked=True).filter(
            status=Status.WAITING.value
        )
        for reading in waiting:
            still = Appointment.objects.filter(
                account_id=reading.reader_id or UUID(int=0),
                organisation_id=reading.organisation_id,
                role__in=[role.value for role in READERS],
                until_at__isnull=True,
                account__is_active=True,
            )
            if reading.reader_id is not None and still.exists():
                continue
            row = Consideration.objects.get(id=reading.consideration_id)
            first = reading.draw.decided_by_id
            but = {first, row.flagged_by_id} | ({reading.reader_id} if reading.reader_id else set())
            seed = SecondRate.objects.get(organisation_id=row.organisation_id).seed
            whom = _somebody(row, seed, by, but=but)
            if whom is None:
                continue
            tasks.settle(TASK, object_id=reading.id, by=by, at=at)
            reading.reader_id = whom
            reading.save(update_fields=["reader_id"])
            _blind(row.id, whom, by)
            _give(reading, whom, by, at)
            given += 1
    return given


# --- verbs -------------------------------------------------------------------------------------------------


def read(
    *, reading_id: UUID, outcome: ScreeningOutcome, reason: str, because: str, by: Actor, at: datetime
) -> Outcome:
    """Records what the second reader decides on the evidence. Then both see what the other decided."""
    with transaction.atomic():
        row = sight.one(SecondReading, reading_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        with identity.clerk(by):
            first = SecondDraw.objects.get(id=row.draw_id)
        facts = Facts(
            is_reader=row.reader_id == by.account_id,
            is_first=first.decided_by_id == by.account_id,
            has_opened_evidence=row.opened_at is not None,
        )
        alike = outcome.value == first.outcome
        action = Action.READ_ALIKE if alike else Action.READ_APART
        answer = decision.every(
            WORKFLOW.may(action, status=Status(row.status), role=by.role, facts=facts),
            _whole(outcome, reason, because),
        )
        if not answer:
            return refusal(answer)
        row.status = (Status.AGREED if alike else Status.APART).value
        row.outcome, row.because = outcome.value, because.strip()
        row.reason_code = reason if outcome in judging.REASONS else ""
        row.read_at, row.read_by_id = at, by.account_id
        row.save()
        _blind(row.consideration_id, None, by)
        ledger.altered(
            by=by, at=at, resource=Resource.SECOND_READING, subjects=[row.nominal_id], reason="read twice"
        )
        tasks.settle(TASK, object_id=row.id, by=by, at=at)
        if not alike:
            for account_id in (first.decided_by_id, by.account_id):
                tasks.set_task(
                    TALK,
                    "Talk about a decision that two of you read differently",
                    organisation_id=row.organisation_id,
                    account_id=account_id,
                    route="considering:second",
                    object_id=row.id,
                    by=by,
                    at=at,
                    due_at=_due(at),
                    is_urgent=outcome is ScreeningOutcome.SAFEGUARDING_FIRST,
                )
        return done(row.id, reference=row.reference, next=_follows(alike, outcome))


def _whole(outcome: ScreeningOutcome, reason: str, because: str) -> Decision:
    if outcome not in ANSWERS:
        return decision.no("Choose what you would decide on this evidence.")
    reasons = judging.REASONS.get(outcome)
    if reasons is not None and reason not in [one.value for one in reasons]:
        return decision.no("Choose the reason.")
    if not because.strip():
        return decision.no("Say in a sentence or two why.")
    return decision.yes()


def _follows(alike: bool, outcome: ScreeningOutcome) -> tuple[str, ...]:
    if alike:
        return ("You both decided alike. Both of you can see both readings now.",)
    said = ["You read it differently. Both of you are asked to talk; the first decision stands meanwhile."]
    if outcome is ScreeningOutcome.SAFEGUARDING_FIRST:
        said.insert(0, "You put her safety first: speak to the first reader today.")
    return tuple(said)


def talked(*, reading_id: UUID, result: TalkResult, words: str, by: Actor, at: datetime) -> Outcome:
    """Writes down what two people who read differently came to. What was decided is changed elsewhere."""
    with transaction.atomic():
        row = sight.one(SecondReading, reading_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        first = sight.visible(SecondDraw, by).get(id=row.draw_id)
        took_part = by.account_id in (first.decided_by_id, row.read_by_id)
        facts = Facts(took_part=took_part)
        answer = WORKFLOW.may(Action.TALK, status=Status(row.status), role=by.role, facts=facts)
        if not answer:
            return refusal(answer)
        if not words.strip():
            return refusal(decision.no("Say what you came to."))
        row.status, row.talk_result = Status.TALKED.value, result.value
        row.talk_words, row.talked_at, row.talked_by_id = words.strip(), at, by.account_id
        row.save()
        ledger.altered(
            by=by, at=at, resource=Resource.SECOND_READING, subjects=[row.nominal_id], reason="talked"
        )
        tasks.settle(TALK, object_id=row.id, by=by, at=at)
        follows: tuple[str, ...] = ()
        if result is TalkResult.TAKEN_UP_AGAIN:
            follows = ("Take the consideration up again: the first decision is kept with your reason.",)
        return done(row.id, reference=row.reference, next=follows)


# --- reads ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One second reading in the list. Who it is about is said, what was decided only when both are in."""

    id: UUID
    reference: str
    name: str
    status: Status
    drawn_at: datetime
    due_at: datetime
    is_mine: bool
    reader: str


@dataclass(frozen=True, slots=True)
class Lines:
    rows: tuple[Line, ...]
    total: int
    counts: Mapping[str, int]


#: The tabs of the list, and the statuses behind each.
TABS: Mapping[str, tuple[Status, ...]] = {
    "waiting": (Status.WAITING,),
    "apart": (Status.APART,),
    "done": (Status.AGREED, Status.TALKED),
}


def listed(*, by: Actor, at: datetime, tab: str = "waiting", offset: int = 0, limit: int = 25) -> Lines:
    """The second readings of this force under one tab: one's own first, then the oldest."""
    every = sight.visible(SecondReading, by)
    by_status = dict(every.order_by().values_list("status").annotate(n=Count("id")))
    counts = {name: sum(by_status.get(one.value, 0) for one in group) for name, group in TABS.items()}
    rows = every.filter(status__in=[one.value for one in TABS[tab]])
    mine = Q(reader_id=by.account_id)
    page = list(rows.alias(mine=Count("id", filter=mine)).order_by("-mine", "due_at", "id")[offset:][:limit])
    people = {
        one.id: one for one in sight.visible(Nominal, by).filter(id__in=[row.nominal_id for row in page])
    }
    names = identity.names_of({row.reader_id for row in page if row.reader_id})
    ledger.read(
        by=by,
        at=at,
        resource=Resource.SECOND_READING,
        subjects=[row.nominal_id for row in page],
        route="considering:seconds",
    )
    return Lines(
        tuple(
            Line(
                row.id,
                row.reference,
                people[row.nominal_id].full_name if row.nominal_id in people else "Name not known",
                Status(row.status),
                row.drawn_at,
                row.due_at,
                row.reader_id == by.account_id,
                names.get(row.reader_id, "a colleague") if row.reader_id else "Nobody is free to read it yet",
            )
            for row in page
        ),
        counts[tab],
        counts,
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What one of the two decided, and why."""

    outcome: ScreeningOutcome
    reason: str
    because: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One second reading: the evidence as it was, and both answers once both are in."""

    id: UUID
    reference: str
    status: Status
    consideration_id: UUID | None
    name: str
    born: date | None
    age: int | None
    subject_category: str
    why: str
    came: str
    flagged_at: datetime
    fact_or_opinion: str
    comes_first: bool
    evidence: tuple[Under, ...]
    drawn_at: datetime
    due_at: datetime
    percent: int | None
    reader: str
    may_read: Decision
    may_talk: Decision
    first: Answer | None
    second: Answer | None
    talk_result: TalkResult | None
    talk_words: str
    talked_at: datetime | None
    talked_by: str


def page(*, reading_id: UUID, by: Actor, at: datetime) -> Page | None:
    """One second reading; its reader's opening it is written down. None when it is not there."""
    with transaction.atomic():
        row = sight.one(SecondReading, reading_id, by)
        if row is None:
            return None
        her = sight.visible(Nominal, by).filter(id=row.nominal_id).first()
        if row.reader_id == by.account_id and row.opened_at is None:
            row.opened_at = at
            row.save(update_fields=["opened_at"])
        ledger.read(
            by=by,
            at=at,
            resource=Resource.SECOND_READING,
            subjects=[row.nominal_id],
            route="considering:second",
        )
        return _page(row, her, by, at)


def _page(row: SecondReading, her: Nominal | None, by: Actor, at: datetime) -> Page:
    are_both_in = row.read_at is not None
    draw = sight.visible(SecondDraw, by).filter(id=row.draw_id).first() if are_both_in else None
    names = identity.names_of(
        {
            key
            for key in (row.reader_id, row.talked_by_id, draw.decided_by_id if draw else None)
            if key is not None
        }
    )
    kept: Mapping[str, Any] = row.shown or {}
    born = her.date_of_birth if her else None
    is_reader = row.reader_id == by.account_id
    facts = Facts(is_reader=is_reader, has_opened_evidence=is_reader)
    took_part = draw is not None and by.account_id in (draw.decided_by_id, row.read_by_id)
    flagged_at = datetime.fromisoformat(kept["flagged_at"]) if kept.get("flagged_at") else row.drawn_at
    return Page(
        id=row.id,
        reference=row.reference,
        status=Status(row.status),
        consideration_id=row.consideration_id if are_both_in else None,
        name=her.full_name if her else "Name not known",
        born=born,
        age=demographics.age(born, on=flagged_at.date()) if born and born <= flagged_at.date() else None,
        subject_category=SubjectCategory(her.subject_category).label if her and her.subject_category else "",
        why=kept.get("why", ""),
        came=": ".join(
            part for part in (_route(kept.get("route", "")), kept.get("flagged_by", "")) if part
        ),
        flagged_at=flagged_at,
        fact_or_opinion=(
            FactOrOpinion(kept["fact_or_opinion"]).label if kept.get("fact_or_opinion") else ""
        ),
        comes_first=bool(kept.get("comes_first")),
        evidence=evidence.thawed(kept.get("evidence", [])),
        drawn_at=row.drawn_at,
        due_at=row.due_at,
        percent=draw.percent if draw else None,
        reader=names.get(row.reader_id, "a colleague") if row.reader_id else "",
        may_read=WORKFLOW.may(Action.READ_ALIKE, status=Status(row.status), role=by.role, facts=facts),
        may_talk=WORKFLOW.may(
            Action.TALK, status=Status(row.status), role=by.role, facts=Facts(took_part=took_part)
        ),
        first=_first(draw, row, names, by) if draw else None,
        second=_second(row, names) if are_both_in else None,
        talk_result=TalkResult(row.talk_result) if row.talk_result else None,
        talk_words=str(row.talk_words),
        talked_at=row.talked_at,
        talked_by=names.get(row.talked_by_id, "a colleague") if row.talked_by_id else "",
    )


def _route(value: str) -> str:
    return Route(value).label if value else ""


def _reason(outcome: ScreeningOutcome, code: str) -> str:
    reasons = judging.REASONS.get(outcome)
    return reasons(code).label if reasons and code else ""


def _first(draw: SecondDraw, row: SecondReading, names: Mapping[UUID, str], by: Actor) -> Answer:
    """What was decided first. Its words are those on the consideration, while that decision still stands."""
    outcome = ScreeningOutcome(draw.outcome)
    kept = sight.visible(Consideration, by).filter(id=row.consideration_id).first()
    stands = kept is not None and kept.screened_at == draw.decided_at
    return Answer(
        outcome,
        _reason(outcome, draw.reason_code),
        str(kept.action or kept.assessment) if kept is not None and stands else "",
        names.get(draw.decided_by_id, "a colleague"),
        draw.decided_at,
    )


def _second(row: SecondReading, names: Mapping[UUID, str]) -> Answer | None:
    if row.read_at is None:
        return None
    outcome = ScreeningOutcome(row.outcome)
    return Answer(
        outcome,
        _reason(outcome, row.reason_code),
        str(row.because),
        names.get(row.reader_id, "a colleague") if row.reader_id else "a colleague",
        row.read_at,
    )


def of(consideration_id: UUID, *, by: Actor) -> UUID | None:
    """The latest second reading of a consideration that both have done; None while one is still to come."""
    rows = sight.visible(SecondReading, by).filter(consideration_id=consideration_id, read_at__isnull=False)
    return rows.order_by("-drawn_at").values_list("id", flat=True).first()


def waiting_for(*, by: Actor) -> list[SecondReading]:
    """The readings that wait for this person, the oldest first."""
    return list(
        sight.visible(SecondReading, by)
        .filter(reader_id=by.account_id, status=Status.WAITING.value)
        .order_by("due_at")
    )


def hidden_from(*, by: Actor) -> list[UUID]:
    """The women whose decision this person reads a second time and does not know yet."""
    if not by.is_police or by.role not in READERS:
        return []
    return [row.nominal_id for row in waiting_for(by=by)]
