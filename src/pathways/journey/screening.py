"""Screened by police: a trained single point of contact looks at a flag, plans and decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, QuerySet

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import consideration, eligibility
from pathways.domain.identification.consideration import WORKFLOW, Action, Status
from pathways.domain.identification.judgement import Heading as Part
from pathways.domain.identification.listing import Came, Order
from pathways.domain.reach import plan, police_view
from pathways.domain.reach.police_view import PoliceView
from pathways.domain.terms import clocks, demographics
from pathways.domain.terms.events import EventKind, ScreeningOutcome
from pathways.domain.terms.law import (
    CrossingKind,
    CrossingPurpose,
    FactOrOpinion,
    LawfulBasis,
    SubjectCategory,
)
from pathways.domain.terms.people import Role
from pathways.domain.terms.routes import Route
from pathways.journey import (
    entering,
    evidence,
    flagging,
    identity,
    judging,
    ledger,
    linking,
    naming,
    police_sight,
    second_readings,
    sight,
    tasks,
    under_agreement,
)
from pathways.journey.evidence import Under
from pathways.journey.judging import Judgement, Written
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Consideration,
    Disclosure,
    FlagReceipt,
    Nominal,
    Observation,
    Organisation,
    ProvisionalPlan,
    Spine,
)

TAKE_UP_AGAIN = "take_up_again"

#: The tabs of the list, and the statuses behind each.
TABS: Mapping[str, tuple[Status, ...]] = {
    "waiting": (Status.FLAGGED, Status.UNDER_REVIEW),
    "later": (Status.DEFERRED, Status.SAFEGUARDING_FIRST),
    "confirmed": (Status.CONFIRMED,),
    "not_taken": (Status.REJECTED, Status.DUPLICATE, Status.NOT_THIS_PROGRAMME),
}


# --- verbs ----------------------------------------------------------------------------------------


def start(*, consideration_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Begins the review of a flag."""
    return _move(consideration_id, Action.START_REVIEW, by, at)


def resume(*, consideration_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Takes up again what was deferred, put after safeguarding or not taken forward."""
    return _move(consideration_id, Action.RESUME, by, at)


def _move(consideration_id: UUID, action: Action, by: Actor, at: datetime) -> Outcome:
    with transaction.atomic():
        row = sight.one(Consideration, consideration_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := WORKFLOW.may(action, status=Status(row.status), role=by.role)):
            return refusal(answer)
        if action is Action.RESUME:
            judging.keep_earlier(row, "Taken up again", by, at)
        row.status, row.look_again_on = Status.UNDER_REVIEW.value, None
        row.save(update_fields=["status", "look_again_on"])
        ledger.altered(
            by=by, at=at, resource=Resource.CONSIDERATION, subjects=[row.nominal_id], reason=action.value
        )
        tasks.settle(TAKE_UP_AGAIN, object_id=row.id, by=by, at=at)
        if action is Action.RESUME:
            ledger.record(
                EventKind.CORRECTED,
                by=by,
                at=at,
                case_id=row.case_id,
                detail={"what": "screening", "reason": action.value},
            )
            flagging.to_screen(row, by=by, at=at)
        _show(row, by, at)
        return done(row.id, reference=row.reference)


def plan_contact(*, consideration_id: UUID, ways: plan.Facts | None, by: Actor, at: datetime) -> Outcome:
    """Plans how she might be reached, from what police hold already; None says that no way is safe.

    Nobody is asked for this, and nobody contacts her to find out.
    """
    with transaction.atomic():
        row = sight.one(Consideration, consideration_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may_plan(row, by, ways)):
            return refusal(answer)
        made = sight.visible(ProvisionalPlan, by).filter(consideration=row).first()
        if made is None:
            made = ProvisionalPlan(
                organisation_id=row.organisation_id, nominal_id=row.nominal_id, consideration=row
            )
        made.details = plan.details(ways) if ways is not None else None
        made.is_safe = ways is not None
        made.made_at, made.made_by_id = at, by.account_id
        made.save()
        ledger.record(
            EventKind.CONTACT_PLANNED if made.is_safe else EventKind.PLAN_NOT_SAFE,
            by=by,
            at=at,
            case_id=row.case_id,
            detail={"provisional": "yes"} if made.is_safe else {},
        )
        return done(row.id, reference=row.reference, next=("You can now decide.",))


def _may_plan(row: Consideration, by: Actor, ways: plan.Facts | None) -> Decision:
    if by.role is not Role.POLICE_SPOC:
        return decision.no(
            "The single point of contact plans how she is reached.", ask=Role.POLICE_SPOC.label.lower()
        )
    if Status(row.status) is not Status.UNDER_REVIEW:
        return decision.no("Start the review first.")
    if ways is not None and not ways.channels:
        return decision.no("Choose at least one way to reach her, or say that no way is safe.")
    if ways is not None and not (ways.windows or ways.is_any_time):
        return decision.no("Say at what times, or at any time.")
    return decision.yes()


def decide(*, consideration_id: UUID, said: Judgement, by: Actor, at: datetime) -> Outcome:
    """Records what the single point of contact decided. Confirming hands her to the programme."""
    with transaction.atomic():
        row = sight.one(Consideration, consideration_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        nominal = sight.visible(Nominal, by).get(pk=row.nominal_id)
        opened = evidence.has_opened(row, by)
        if not (
            answer := judging.may(row, said, nominal.date_of_birth, by, at, has_opened_evidence=opened)
        ):
            return refusal(answer)
        made, there = None, None
        if said.outcome is ScreeningOutcome.CONFIRMED:
            made = sight.visible(ProvisionalPlan, by).filter(consideration=row).first()
            there = entering.coordinating_organisation()
            if made is None:
                return refusal(
                    decision.no("Plan first how she can be reached safely, or say that no way is.")
                )
            if not (answer := entering.someone_coordinates(there)) or there is None:
                return refusal(answer)
            if not (answer := under_agreement.may_cross(by.organisation_id, there.id, at)):
                return refusal(answer)
        judging.write(row, said, by, at)
        flagging.count_as(row, nominal, at)
        second_readings.draw(row, evidence.gathered(row, _behind(row, by)), by=by, at=at)
        row.save()
        ledger.record(EventKind.SCREENED, by=by, at=at, case_id=row.case_id, detail=judging.codes(row))
        ledger.altered(by=by, at=at, resource=Resource.CONSIDERATION, subjects=[nominal.id])
        tasks.settle(flagging.TASK, object_id=row.id, by=by, at=at)
        if made is not None and there is not None:
            _hand_over(row, nominal, made, there, by, at)
        else:
            _remind(row, by, at)
        _show(row, by, at)
        second_readings.hide(row, by)
        return done(row.id, reference=row.reference, next=_what_follows(said))


def open_evidence(*, consideration_id: UUID, by: Actor, at: datetime) -> Page | None:
    """Opens the evidence about one woman, and writes down that this person has: nobody decides without."""
    with transaction.atomic():
        row = sight.visible(Consideration, by).select_related("nominal", "run").filter(pk=consideration_id)
        if (found := row.first()) is None:
            return None
        evidence.note_opened(found, by, at)
        return _page(found, by, at, "police:evidence")


def _behind(row: Consideration, by: Actor) -> list[Observation]:
    return evidence.behind([row], by)[row.id]


def say_again(*, consideration_id: UUID, said: Judgement, why: str, by: Actor, at: datetime) -> Outcome:
    """Corrects a decision that stands: a new one takes its place, and the earlier is kept as it was."""
    with transaction.atomic():
        row = sight.one(Consideration, consideration_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := judging.may_say_again(row, said, why, by)):
            return refusal(answer)
        judging.keep_earlier(row, why, by, at)
        judging.write(row, judging.same_outcome(row, said), by, at)
        row.save()
        ledger.record(
            EventKind.CORRECTED, by=by, at=at, case_id=row.case_id, detail={"what": "screening"}
        )
        ledger.altered(
            by=by, at=at, resource=Resource.CONSIDERATION, subjects=[row.nominal_id], reason="corrected"
        )
        return done(row.id, reference=row.reference, next=("The earlier decision is kept with your reason.",))


def _hand_over(
    row: Consideration,
    nominal: Nominal,
    made: ProvisionalPlan,
    there: Organisation,
    by: Actor,
    at: datetime,
) -> None:
    """What crosses to the coordinating organisation, recorded before it crosses; then she is entered."""
    handed: dict[str, Any] = {
        "given_names": nominal.given_names,
        "surname": nominal.surname,
        "other_names": nominal.other_names,
        "born": nominal.date_of_birth,
        "telephone": nominal.telephone,
        "address": nominal.address,
        "ethnicity_code": nominal.ethnicity_code,
        "risk_to_worker": row.risk_to_worker,
        "contact_plan": made.details,
    }
    agreed = under_agreement.between(by.organisation_id, there.id, at)
    crossed = Disclosure(
        kind=CrossingKind.PROGRAMME_ENTRY.value,
        person_id=nominal.id,
        case_id=row.case_id,
        from_organisation_id=by.organisation_id,
        to_organisation_id=there.id,
        basis=LawfulBasis.AUTHORISED_BY_LAW.value,
        purpose=CrossingPurpose.OFFER_SUPPORT.value,
        fields=[name for name, value in handed.items() if value],
        agreement_id=agreed.id if agreed else None,
        made_at=at,
        made_by_id=by.account_id,
        made_by_name=by.name,
    )
    crossed.save(force_insert=True)
    ledger.record(
        EventKind.DISCLOSED,
        by=by,
        at=at,
        case_id=row.case_id,
        detail={
            "disclosure": str(crossed.id),
            "basis": crossed.basis,
            "recipient_sector": there.sector,
            "fields": len(crossed.fields),
        },
    )
    ledger.disclosed(
        by=by, at=at, resource=Resource.CONSIDERATION, subjects=[nominal.id], recipient_id=there.id
    )
    with identity.clerk(by):
        known = (
            Spine.objects.filter(nominal_id=nominal.id, client_id__isnull=False)
            .values_list("client_id", flat=True)
            .first()
        )
    joins: dict[str, Any] = {
        "case_id": row.case_id,
        "route": Route(row.route),
        "nominal_id": nominal.id,
        "police_organisation_id": by.organisation_id,
        "consideration_id": row.id,
        "by": by,
        "at": at,
    }
    if known is not None:
        entering.enter_again(known, **joins)
        return
    entering.enter(
        called=nominal.given_names,
        is_safe_to_contact=made.is_safe,
        ethnicity_scheme=nominal.ethnicity_scheme,
        coordinating_organisation_id=there.id,
        **handed,
        **joins,
    )


def _remind(row: Consideration, by: Actor, at: datetime) -> None:
    """What waits is not forgotten: a deferral on its day, safeguarding at once."""
    status = Status(row.status)
    if status not in TABS["later"]:
        return
    urgent = status is Status.SAFEGUARDING_FIRST
    due_at = at
    if row.look_again_on is not None:
        due_at = datetime.combine(row.look_again_on, datetime.min.time(), tzinfo=clocks.LONDON)
    tasks.set_task(
        TAKE_UP_AGAIN,
        "Safeguarding first: refer her, then take the flag up again"
        if urgent
        else "Look again at a flag that was deferred",
        organisation_id=row.organisation_id,
        role=Role.POLICE_SPOC,
        route="police:consideration",
        object_id=row.id,
        by=by,
        at=at,
        due_at=due_at,
        is_urgent=urgent,
    )


def _show(row: Consideration, by: Actor, at: datetime) -> None:
    """Brings the three words up to date. A confirmed flag is the programme's to say."""
    if Status(row.status) is Status.CONFIRMED:
        police_sight.update(case_id=row.case_id, by=by, at=at)
        return
    view = police_view.police_see(police_view.SightFacts(Status(row.status), False))
    if row.police_view == view.value:
        return
    row.police_view, row.police_view_at = view.value, at
    row.save(update_fields=["police_view", "police_view_at"])
    is_closed = view is PoliceView.CLOSED
    sight.visible(FlagReceipt, by).filter(consideration_id=row.id).update(
        is_closed=is_closed, closed_on=clocks.local(at).date() if is_closed else None
    )


def _what_follows(said: Judgement) -> tuple[str, ...]:
    follows = {
        ScreeningOutcome.CONFIRMED: (
            "She is with the programme. The coordinator gives her a worker who is not police.",
            "What was handed over is recorded as a disclosure.",
            "From here police see “with the programme”, then “closed”.",
        ),
        ScreeningOutcome.REJECTED: ("Nothing was handed to the programme.",),
        ScreeningOutcome.DEFERRED: ("You are reminded on the day you chose.",),
        ScreeningOutcome.SAFEGUARDING_FIRST: (
            "Make the safeguarding referral now. Take the flag up again once that is done.",
        ),
        ScreeningOutcome.DUPLICATE: ("The earlier flag stands. Nothing was handed to the programme.",),
        ScreeningOutcome.NOT_THIS_PROGRAMME: ("Nothing was handed to the programme.",),
    }
    return follows[said.outcome]


# --- reads ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One woman in the list: how she came there, and what is seen of her under each heading."""

    id: UUID
    reference: str
    name: str
    route: Route
    status: Status
    flagged_at: datetime
    due_at: datetime
    look_again_on: date | None
    police_view: PoliceView | None
    police_view_at: datetime | None
    came: tuple[Came, ...] = ()
    flagged_by: str = ""
    run_at: datetime | None = None
    run_id: UUID | None = None
    comes_first: bool = False
    first_on: date | None = None
    latest_on: date | None = None
    #: what keeps it from being judged from the record whether the programme is for her
    cannot_judge: tuple[str, ...] = ()
    evidence: tuple[Under, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """`not_judged` counts, of those who wait, the women for whom something is missing, by what is missing."""

    rows: tuple[Line, ...]
    total: int
    counts: Mapping[str, int]
    not_judged: Mapping[str, int]


_SORTS: Mapping[Order, tuple[Any, ...]] = {
    Order.SAFETY: (F("comes_first").desc(), "flagged_at"),
    Order.WAITING: ("flagged_at",),
    Order.LATEST: (F("latest_evidence_on").desc(nulls_last=True), "flagged_at"),
    Order.EARLIEST: (F("first_evidence_on").asc(nulls_last=True), "flagged_at"),
    Order.REFERENCE: ("reference",),
}
AGE_MISSING = "Her age is not on the record"
SEX_MISSING = "Her sex is not on the record"


def considerations(
    *,
    by: Actor,
    at: datetime,
    tab: str = "waiting",
    route: Route | None = None,
    status: Status | None = None,
    since: date | None = None,
    came: Came | None = None,
    order: Order = Order.SAFETY,
    offset: int = 0,
    limit: int = 25,
) -> Lines:
    """The women on this force's list under one tab, in the order asked. No order counts her indicators."""
    every = sight.visible(Consideration, by)
    by_status = dict(every.values_list("status").annotate(n=Count("id")).order_by())
    counts = {name: sum(by_status.get(one.value, 0) for one in group) for name, group in TABS.items()}
    rows: QuerySet[Consideration] = every.filter(status__in=[one.value for one in TABS[tab]])
    if route is not None:
        rows = rows.filter(route=route.value)
    if status is not None:
        rows = rows.filter(status=status.value)
    if since is not None:
        rows = rows.filter(flagged_at__date__gte=since)
    if came is not None:
        by_hand = came is Came.BY_HAND
        rows = rows.filter(is_flagged_by_hand=True) if by_hand else rows.filter(run__isnull=False)
    total = rows.count()
    page = list(
        rows.select_related("nominal", "run").order_by(*_SORTS[order], "id")[offset : offset + limit]
    )
    behind = evidence.behind(page, by)
    ledger.read(
        by=by,
        at=at,
        resource=Resource.CONSIDERATION,
        subjects=[row.nominal_id for row in page],
        route="police:list",
    )
    waiting = every.filter(status__in=[one.value for one in TABS["waiting"]])
    not_judged = {
        SEX_MISSING: waiting.filter(is_recorded_female__isnull=True).exclude(is_woman=True).count(),
        AGE_MISSING: waiting.filter(age_band="").exclude(is_adult=True).count(),
    }
    return Lines(tuple(_line(row, behind[row.id]) for row in page), total, counts, not_judged)


def _line(row: Consideration, behind: Iterable[Observation] = ()) -> Line:
    came = ((row.is_flagged_by_hand, Came.BY_HAND), (row.run_id is not None, Came.BY_RUN))
    born = row.nominal.date_of_birth
    return Line(
        id=row.id,
        reference=row.reference,
        name=row.nominal.full_name,
        route=Route(row.route),
        status=Status(row.status),
        flagged_at=row.flagged_at,
        due_at=flagging.due(row.flagged_at),
        look_again_on=row.look_again_on,
        police_view=PoliceView(row.police_view) if row.police_view else None,
        police_view_at=row.police_view_at,
        came=tuple(how for is_so, how in came if is_so),
        flagged_by=row.flagged_by_name if row.is_flagged_by_hand else "",
        run_at=row.run.ended_at or row.run.asked_at if row.run is not None else None,
        run_id=row.run_id,
        comes_first=row.comes_first,
        first_on=row.first_evidence_on,
        latest_on=row.latest_evidence_on,
        cannot_judge=_missing(row, born),
        evidence=evidence.gathered(row, behind, whole=False),
    )


def _missing(row: Consideration, born: date | None) -> tuple[str, ...]:
    """What the record does not say that the programme is for: to be settled before she is confirmed."""
    lacks = (
        (row.is_recorded_female is None and row.is_woman is not True, SEX_MISSING),
        (born is None and not row.is_adult, AGE_MISSING),
    )
    return tuple(words for is_so, words in lacks if is_so)


@dataclass(frozen=True, slots=True)
class Alike:
    """Another record of this force that looks like hers."""

    nominal_id: UUID
    consideration_id: UUID | None
    name: str
    born: date | None
    status: Status | None


@dataclass(frozen=True, slots=True)
class Planned:
    """The provisional plan in words."""

    line: str
    is_safe: bool
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything about one flag that the force holds, and nothing of what the programme holds."""

    line: Line
    nominal_id: UUID
    born: date | None
    age: int | None
    other_names: str
    telephone: str
    address: str
    police_reference: str
    subject_category: str
    fact_or_opinion: str
    flagged_by: str
    why: str
    evidence: tuple[Under, ...]
    has_opened: bool
    is_read_twice: UUID | None
    planned: Planned | None
    decided: Written | None
    earlier_decisions: tuple[judging.Before, ...]
    moves: frozenset[Action]
    alike: tuple[Alike, ...]
    same: tuple[linking.Same, ...]
    earlier: tuple[Line, ...]


def page(*, consideration_id: UUID, by: Actor, at: datetime) -> Page | None:
    """One flag, or None when it is not there for this person."""
    rows = sight.visible(Consideration, by).select_related("nominal", "run")
    row = rows.filter(pk=consideration_id).first()
    if row is None:
        return None
    if row.status in set(ScreeningOutcome):
        evidence.note_opened(row, by, at)  # whoever has seen what was decided does not read it a second time
    return _page(row, by, at, "police:consideration")


def _page(row: Consideration, by: Actor, at: datetime, route: str) -> Page:
    her = row.nominal
    made = sight.visible(ProvisionalPlan, by).filter(consideration=row).first()
    names = identity.names_of({key for key in (row.screened_by_id, made.made_by_id if made else None) if key})
    born = her.date_of_birth
    same = linking.same_person(nominal_id=her.id, by=by)
    alike = tuple(
        one for one in _alike(row, by) if one.nominal_id not in {each.nominal_id for each in same}
    )
    ledger.read(
        by=by,
        at=at,
        resource=Resource.CONSIDERATION,
        subjects=[her.id, *(one.nominal_id for one in alike), *(one.nominal_id for one in same)],
        route=route,
    )
    return Page(
        line=_line(row),
        nominal_id=her.id,
        born=born,
        age=_age(born, at),
        other_names=her.other_names,
        telephone=her.telephone,
        address=her.address,
        police_reference=her.police_reference,
        subject_category=SubjectCategory(her.subject_category).label if her.subject_category else "",
        fact_or_opinion=FactOrOpinion(row.fact_or_opinion).label if row.fact_or_opinion else "",
        flagged_by=row.flagged_by_name,
        why=str(row.why),
        evidence=evidence.gathered(row, _behind(row, by)),
        has_opened=evidence.has_opened(row, by),
        is_read_twice=second_readings.of(row.id, by=by),
        planned=_planned(made, names),
        decided=judging.written(
            row, names.get(row.screened_by_id, "a colleague") if row.screened_by_id else ""
        ),
        earlier_decisions=judging.earlier(row, by),
        moves=_moves(row, born, by, at),
        alike=alike,
        same=same,
        earlier=tuple(
            _line(other)
            for other in sight.visible(Consideration, by)
            .select_related("nominal")
            .filter(nominal_id=her.id)
            .exclude(pk=row.pk)
        ),
    )


def _age(born: date | None, at: datetime) -> int | None:
    return demographics.age(born, on=clocks.local(at).date()) if born else None


def _moves(row: Consideration, born: date | None, by: Actor, at: datetime) -> frozenset[Action]:
    """The moves that this role has from here, before anything is filled in."""
    person = eligibility.Person(
        today=clocks.local(at).date(), born=born, is_adult=True, meets_definition=True
    )
    return frozenset(
        move.action
        for move in WORKFLOW.open_to(
            status=Status(row.status),
            role=by.role,
            facts=consideration.Facts(person, has_opened_evidence=True),
        )
    )


def _planned(made: ProvisionalPlan | None, names: dict[UUID, str]) -> Planned | None:
    if made is None:
        return None
    by_name = names.get(made.made_by_id, "a colleague")
    if not made.is_safe:
        return Planned("No way to reach her is known to be safe", False, made.made_at, by_name)
    facts = plan.read(plan.Status.PROVISIONAL, made.made_at, made.details or {})
    return Planned(plan.line(facts), True, made.made_at, by_name)


def _alike(row: Consideration, by: Actor) -> tuple[Alike, ...]:
    """Records of the same force that may be the same woman. Never anybody else's."""
    her = row.nominal
    typed = f"{her.given_names} {her.surname}"
    if her.date_of_birth:
        typed = f"{typed} {her.date_of_birth.isoformat()}"
    found = [
        one
        for one in naming.find(typed, by=by, kinds=(naming.Kind.NOMINAL,), most=6)
        if one.record_id != her.id and one.score >= 0.75
    ]
    latest = {
        other.nominal_id: other
        for other in sight.visible(Consideration, by)
        .filter(nominal_id__in=[one.record_id for one in found])
        .order_by("flagged_at")
    }
    return tuple(
        Alike(
            one.record_id,
            latest[one.record_id].id if one.record_id in latest else None,
            one.name,
            one.born,
            Status(latest[one.record_id].status) if one.record_id in latest else None,
        )
        for one in found
    )


def starting(*, consideration_id: UUID, by: Actor, at: datetime) -> dict[str, Any]:
    """What the decision form starts from; the page that shows it has logged the reading."""
    row = sight.visible(Consideration, by).filter(pk=consideration_id).first()
    if row is None:
        return {}
    begun = judging.starting(row)
    if row.screened_at is None:
        begun |= {part.value: words for part, words in _known_already(row, by, at).items()}
        begun |= {"is_adult": "yes"} if row.is_adult else {}
    return begun


def _known_already(row: Consideration, by: Actor, at: datetime) -> dict[Part, str]:
    """What the record says already, so that nobody types it again: to be checked and changed."""
    found: dict[Part, str] = {}
    said = []
    for under in evidence.gathered(row, _behind(row, by), whole=False):
        for one in under.indicators:
            when = f", latest {one.latest.day} {one.latest:%B %Y}" if one.latest else ", no date"
            where = ", ".join(dict.fromkeys(seen.source for seen in one.records))
            said.append(f"{under.heading.label}: {one.words} ({where}{when}).")
    if said:
        found[Part.INFORMATION] = "\n".join(said)
    there = entering.coordinating_organisation()
    agreed = under_agreement.between(by.organisation_id, there.id, at) if there is not None else None
    if agreed is not None:
        found[Part.POWERS_AND_POLICY] = (
            "Law-enforcement purpose, to prevent crime (DPA 2018 Part 3). If she is confirmed: handed over "
            f"as authorised by law (s36), under the agreement “{agreed.name}”."
        )
    return found


def nominal(*, nominal_id: UUID, by: Actor, at: datetime) -> tuple[flagging.Named, SubjectCategory] | None:
    """A woman whom the force has flagged before, as it holds her; None when she is not there."""
    her = sight.visible(Nominal, by).filter(pk=nominal_id).first()
    if her is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.NOMINAL, subjects=[her.id], route="police:flag_again")
    who = flagging.Named(
        given_names=her.given_names,
        surname=her.surname,
        other_names=her.other_names,
        born=her.date_of_birth,
        is_adult=None if her.date_of_birth else True,
        telephone=her.telephone,
        address=her.address,
        police_reference=her.police_reference,
        ethnicity_code=her.ethnicity_code,
    )
    return who, SubjectCategory(her.subject_category or SubjectCategory.OTHER.value)
