"""The open door: she comes herself, or a partner who is not police brings her. Police learn nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import eligibility, referral_in
from pathways.domain.identification.referral_in import WORKFLOW, Action, Status
from pathways.domain.reach import plan
from pathways.domain.terms import clocks, demographics
from pathways.domain.terms.events import EventKind, ScreeningOutcome
from pathways.domain.terms.indicators import Heading
from pathways.domain.terms.people import Role, Sector
from pathways.domain.terms.routes import Door, Route
from pathways.journey import (
    entering,
    findable,
    flagging,
    identity,
    judging,
    ledger,
    naming,
    numbering,
    police_sight,
    programme,
    sight,
    tasks,
)
from pathways.journey.judging import Judgement, Written
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Client, Organisation, ReferralIn, Spine

TASK = "screen_referral_in"
TAKE_UP_AGAIN = "take_up_referral_in"
FLAGGED_AGAIN = "flagged_again"

TABS: Mapping[str, tuple[Status, ...]] = {
    "waiting": (Status.RECEIVED, Status.UNDER_REVIEW),
    "later": (Status.DEFERRED, Status.SAFEGUARDING_FIRST),
    "confirmed": (Status.CONFIRMED,),
    "not_taken": (Status.REJECTED, Status.DUPLICATE, Status.NOT_THIS_PROGRAMME, Status.WITHDRAWN),
}

#: The route of a partner's referral follows from what the partner is.
ROUTES: Mapping[Sector, Route] = {
    Sector.THIRD_SECTOR: Route.THIRD_SECTOR,
    Sector.HEALTH: Route.HEALTH,
    Sector.PROBATION: Route.PROBATION,
    Sector.LOCAL_AUTHORITY: Route.LOCAL_AUTHORITY,
}


@dataclass(frozen=True, slots=True)
class Coming:
    """Who has come, or was brought, and how she may be reached. `ways` is None when no way is safe."""

    called: str
    given_names: str = ""
    surname: str = ""
    born: date | None = None
    is_adult: bool | None = None
    telephone: str = ""
    email: str = ""
    address: str = ""
    ways: plan.Facts | None = None


# --- verbs ----------------------------------------------------------------------------------------


def receive(
    *,
    who: Coming,
    route: Route,
    why: str,
    headings: tuple[Heading, ...] = (),
    she_knows: bool,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Takes in a woman at the open door. A girl under 18 is not for this programme: nothing is kept."""
    there = entering.coordinating_organisation()
    answer = decision.every(
        may_receive(who, route, why, she_knows, by, at), entering.someone_coordinates(there)
    )
    if not answer or there is None:
        return refusal(answer)
    with transaction.atomic():
        row = let_in(there, who, route, why, headings, she_knows, by=by, at=at)
        return done(
            row.id,
            reference=row.reference,
            next=("The coordinator looks at it first.", "Police do not learn of it."),
        )


def let_in(
    there: Organisation,
    who: Coming,
    route: Route,
    why: str,
    headings: tuple[Heading, ...],
    she_knows: bool,
    *,
    by: Actor,
    at: datetime,
) -> ReferralIn:
    """What `receive` writes once it has asked: also for one row of a sheet, in the transaction of that."""
    row = ReferralIn(
        organisation_id=there.id,
        route=route.value,
        flagged_at=at,
        flagged_by_id=by.account_id,
        flagged_by_organisation_id=by.organisation_id,
        given_names=who.given_names.strip(),
        surname=who.surname.strip(),
        called=who.called.strip(),
        date_of_birth=who.born,
        telephone=who.telephone.strip(),
        email=who.email.strip(),
        address=who.address.strip(),
        contact_plan=plan.details(who.ways) if who.ways else None,
        why=why.strip(),
        headings=[one.value for one in headings],
        she_knows=she_knows,
        is_adult=True if who.born else who.is_adult,
    )
    numbering.insert(row)
    ledger.record(
        EventKind.SELF_REFERRED if route is Route.SELF else EventKind.FLAGGED,
        by=by,
        at=at,
        case_id=row.case_id,
        detail={"route": route.value},
    )
    ledger.collected(by=by, at=at, resource=Resource.REFERRAL_IN, subjects=[row.id])
    findable.brought(row, by=by)
    _to_screen(row, by, at)
    return row


def may_receive(who: Coming, route: Route, why: str, she_knows: bool, by: Actor, at: datetime) -> Decision:
    today = clocks.local(at).date()
    if by.is_police:
        return decision.no("Police bring a woman through their own door.", ask=Role.POLICE_SPOC.label.lower())
    if route.door is not Door.OPEN:
        return decision.no("Choose by whom she came.")
    if who.born is not None and (fault := demographics.fault_in_birth(who.born, on=today)):
        return decision.no(f"{fault}.")
    if who.is_adult is False or (who.born and demographics.age(who.born, on=today) < 18):
        return decision.no(flagging.CHILD, ask="children’s services")
    if not who.called.strip():
        return decision.no("Enter the name that she uses.")
    if not why.strip():
        return decision.no("Say what she hopes for, or why she was brought.")
    if route is Route.SELF and not she_knows:
        return decision.no("She came herself, so she knows.")
    return decision.yes()


def _to_screen(row: ReferralIn, by: Actor, at: datetime) -> None:
    tasks.set_task(
        TASK,
        "Somebody has come to the door",
        organisation_id=row.organisation_id,
        role=Role.COORDINATOR,
        route="doors:referral",
        object_id=row.id,
        by=by,
        at=at,
        due_at=due(row.flagged_at),
    )


def due(flagged_at: datetime) -> datetime:
    """By when a referral is to be screened."""
    return programme.screening_clock()(flagged_at)


def start(*, referral_in_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Begins the review of a referral."""
    return _move(referral_in_id, Action.START_REVIEW, by, at)


def resume(*, referral_in_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Takes up again what was deferred, put after safeguarding or not taken forward."""
    return _move(referral_in_id, Action.RESUME, by, at)


def withdraw(*, referral_in_id: UUID, by: Actor, at: datetime) -> Outcome:
    """She does not want to go on: nobody contacts her, and no reason is asked."""
    return _move(referral_in_id, Action.WITHDRAW, by, at)


def _move(referral_in_id: UUID, action: Action, by: Actor, at: datetime) -> Outcome:
    with transaction.atomic():
        row = sight.one(ReferralIn, referral_in_id, by, lock=by.role is Role.COORDINATOR)
        if row is None:
            return refusal(sight.NOT_THERE)
        answer = WORKFLOW.may(action, status=Status(row.status), role=by.role)
        move = WORKFLOW.move(action, Status(row.status))
        if not answer or move is None:
            return refusal(answer)
        if action is Action.RESUME:
            judging.keep_earlier(row, "Taken up again", by, at)
        row.status, row.look_again_on = move.target.value, None
        row.save(update_fields=["status", "look_again_on"])
        ledger.altered(by=by, at=at, resource=Resource.REFERRAL_IN, subjects=[row.id], reason=action.value)
        tasks.settle(TAKE_UP_AGAIN, object_id=row.id, by=by, at=at)
        if action is Action.WITHDRAW:
            tasks.settle(TASK, object_id=row.id, by=by, at=at)
            ledger.record(EventKind.WITHDRAWN, by=by, at=at, case_id=row.case_id, detail={"stage": "door"})
        if action is Action.RESUME:
            ledger.record(
                EventKind.CORRECTED,
                by=by,
                at=at,
                case_id=row.case_id,
                detail={"what": "screening", "reason": action.value},
            )
            _to_screen(row, by, at)
        return done(row.id, reference=row.reference)


def decide(
    *,
    referral_in_id: UUID,
    said: Judgement,
    known_client_id: UUID | None = None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Records what the coordinator decided. Confirming enters her; already known names who she is."""
    with transaction.atomic():
        row = sight.one(ReferralIn, referral_in_id, by, lock=by.role is Role.COORDINATOR)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := judging.may(row, said, row.date_of_birth, by, at)):
            return refusal(answer)
        if known_client_id is not None:
            if said.outcome is not ScreeningOutcome.DUPLICATE:
                return refusal(decision.no("Name whom you know already only where you decide that she is."))
            if sight.one(Client, known_client_id, by) is None:
                return refusal(sight.NOT_THERE)
            row.client_id = known_client_id
        judging.write(row, said, by, at)
        row.save()
        ledger.record(
            EventKind.SCREENED,
            by=by,
            at=at,
            case_id=row.case_id,
            client_id=known_client_id,
            detail=judging.codes(row),
        )
        ledger.altered(by=by, at=at, resource=Resource.REFERRAL_IN, subjects=[row.id])
        tasks.settle(TASK, object_id=row.id, by=by, at=at)
        if said.outcome is ScreeningOutcome.CONFIRMED:
            client = _enter(row, by, at)
            return done(
                row.id,
                reference=client.reference,
                next=(
                    "She has a record of her own, with a reference that can be said aloud.",
                    "Give her a worker now. Police do not learn of her.",
                ),
                client_id=client.id,
            )
        _remind(row, by, at)
        return done(row.id, reference=row.reference, next=_what_follows(said, known_client_id))


def say_again(*, referral_in_id: UUID, said: Judgement, why: str, by: Actor, at: datetime) -> Outcome:
    """Corrects a decision that stands: a new one takes its place, and the earlier is kept as it was."""
    with transaction.atomic():
        row = sight.one(ReferralIn, referral_in_id, by, lock=True)
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
        ledger.altered(by=by, at=at, resource=Resource.REFERRAL_IN, subjects=[row.id], reason="corrected")
        return done(row.id, reference=row.reference, next=("The earlier decision is kept with your reason.",))


def _enter(row: ReferralIn, by: Actor, at: datetime) -> Client:
    client, _ = entering.enter(
        case_id=row.case_id,
        route=Route(row.route),
        called=row.called,
        given_names=row.given_names,
        surname=row.surname,
        born=row.date_of_birth,
        telephone=row.telephone,
        email=row.email,
        address=row.address,
        contact_plan=row.contact_plan,
        is_safe_to_contact=row.contact_plan is not None,
        risk_to_worker=row.risk_to_worker,
        coordinating_organisation_id=row.organisation_id,
        referral_in_id=row.id,
        by=by,
        at=at,
    )
    row.client_id = client.id
    row.save(update_fields=["client_id"])
    naming.forget(row.id, row.organisation_id, by=by)
    return client


def _remind(row: ReferralIn, by: Actor, at: datetime) -> None:
    status = Status(row.status)
    if status not in TABS["later"]:
        return
    urgent = status is Status.SAFEGUARDING_FIRST
    due_at = at
    if row.look_again_on is not None:
        due_at = datetime.combine(row.look_again_on, datetime.min.time(), tzinfo=clocks.LONDON)
    tasks.set_task(
        TAKE_UP_AGAIN,
        "Safeguarding first: refer her, then take her up again"
        if urgent
        else "Look again at somebody who came to the door",
        organisation_id=row.organisation_id,
        role=Role.COORDINATOR,
        route="doors:referral",
        object_id=row.id,
        by=by,
        at=at,
        due_at=due_at,
        is_urgent=urgent,
    )


def _what_follows(said: Judgement, known: UUID | None) -> tuple[str, ...]:
    if said.outcome is ScreeningOutcome.DUPLICATE:
        if known:
            return ("Her own record stands. If her support has ended, open a new episode at her wish.",)
        return ("What came first stands.",)
    if said.outcome is ScreeningOutcome.DEFERRED:
        return ("You are reminded on the day you chose.",)
    if said.outcome is ScreeningOutcome.SAFEGUARDING_FIRST:
        return ("Make the safeguarding referral now. Take her up again once that is done.",)
    return ("No support record was made of her.",)


def settle_again(*, joined_id: UUID, by: Actor, at: datetime) -> Outcome:
    """The coordinator has seen that police named a woman again. Where none of her episodes runs, it ends."""
    with transaction.atomic():
        joined = _joined(joined_id, by)
        if joined is None or joined.client_id is None:
            return refusal(sight.NOT_THERE)
        if by.role is not Role.COORDINATOR:
            return refusal(decision.no("The coordinator decides this.", ask="the coordinator"))
        ledger.record(
            EventKind.CORRECTED,
            by=by,
            at=at,
            client_id=joined.client_id,
            episode_id=joined.episode_id,
            detail={"what": "flag", "reason": FLAGGED_AGAIN},
        )
        if joined.episode_id is None:
            with identity.clerk(by):
                Spine.objects.filter(pk=joined.pk, ended_at__isnull=True).update(ended_at=at)
            police_sight.update(joined.client_id, by=by, at=at)
        tasks.settle(FLAGGED_AGAIN, object_id=joined.id, by=by, at=at)
        return done(joined.id)


def _joined(joined_id: UUID, by: Actor) -> Spine | None:
    """The join, if the woman at its end is this person's to see."""
    with identity.clerk(by):
        joined = Spine.objects.filter(pk=joined_id).first()
    if joined is None or joined.client_id is None or sight.one(Client, joined.client_id, by) is None:
        return None
    return joined


# --- reads ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One woman at the door."""

    id: UUID
    reference: str
    name: str
    route: Route
    status: Status
    brought_by: str
    flagged_at: datetime
    due_at: datetime
    look_again_on: date | None
    client_id: UUID | None


@dataclass(frozen=True, slots=True)
class Lines:
    rows: tuple[Line, ...]
    total: int
    counts: Mapping[str, int]


_SORTS = {"flagged": "flagged_at", "route": "route", "status": "status"}


def referrals(
    *,
    by: Actor,
    at: datetime,
    tab: str = "waiting",
    route: Route | None = None,
    status: Status | None = None,
    since: date | None = None,
    sort: str = "flagged",
    descending: bool = False,
    offset: int = 0,
    limit: int = 25,
) -> Lines:
    """Who has come to the door, under one tab, oldest first unless said otherwise."""
    every = sight.visible(ReferralIn, by)
    by_status = dict(every.values_list("status").annotate(n=Count("id")).order_by())
    counts = {name: sum(by_status.get(one.value, 0) for one in group) for name, group in TABS.items()}
    rows = every.filter(status__in=[one.value for one in TABS[tab]])
    if route is not None:
        rows = rows.filter(route=route.value)
    if status is not None:
        rows = rows.filter(status=status.value)
    if since is not None:
        rows = rows.filter(flagged_at__date__gte=since)
    order = _SORTS.get(sort, "flagged_at")
    total = rows.count()
    page = list(rows.order_by(f"-{order}" if descending else order, "id")[offset : offset + limit])
    ledger.read(
        by=by,
        at=at,
        resource=Resource.REFERRAL_IN,
        subjects=_subjects(page),
        route="doors:list",
    )
    names = _organisations(page)
    return Lines(tuple(_line(row, names) for row in page), total, counts)


def _subjects(rows: list[ReferralIn]) -> list[UUID]:
    """Whom a reading of these was about: each as she came to the door, and as she is known once confirmed."""
    return [key for row in rows for key in (row.id, row.client_id) if key]


def _organisations(rows: list[ReferralIn]) -> dict[UUID, str]:
    ids = {row.flagged_by_organisation_id for row in rows}
    return dict(Organisation.objects.filter(id__in=ids).values_list("id", "name"))


def _line(row: ReferralIn, names: dict[UUID, str]) -> Line:
    route = Route(row.route)
    return Line(
        id=row.id,
        reference=row.reference,
        name=row.called or row.given_names,
        route=route,
        status=Status(row.status),
        brought_by=names.get(row.flagged_by_organisation_id, ""),
        flagged_at=row.flagged_at,
        due_at=due(row.flagged_at),
        look_again_on=row.look_again_on,
        client_id=row.client_id,
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A woman whom the coordinator may know already."""

    id: UUID
    name: str
    born: date | None
    is_client: bool
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Everything about one woman at the door."""

    line: Line
    full_name: str
    born: date | None
    age: int | None
    telephone: str
    email: str
    address: str
    why: str
    headings: tuple[Heading, ...]
    she_knows: bool
    entered_by: str
    ways: str
    decided: Written | None
    earlier_decisions: tuple[judging.Before, ...]
    moves: frozenset[Action]
    known: tuple[Known, ...]


def page(*, referral_in_id: UUID, by: Actor, at: datetime) -> Page | None:
    """One woman at the door, for the coordinator; None when she is not there for this person."""
    row = sight.visible(ReferralIn, by).filter(pk=referral_in_id).first()
    if row is None or by.role is not Role.COORDINATOR:
        return None
    ids = {key for key in (row.screened_by_id, row.flagged_by_id) if key}
    names = identity.names_of(ids)
    born = row.date_of_birth
    known = _known(row, by) if Status(row.status) is not Status.CONFIRMED else ()
    ledger.read(
        by=by,
        at=at,
        resource=Resource.REFERRAL_IN,
        subjects=[*_subjects([row]), *(one.id for one in known)],
        route="doors:referral",
    )
    today = clocks.local(at).date()
    person = eligibility.Person(today=today, born=born, is_adult=True, meets_definition=True)
    open_moves = WORKFLOW.open_to(status=Status(row.status), role=by.role, facts=referral_in.Facts(person))
    ways = plan.read(plan.Status.PROVISIONAL, row.flagged_at, row.contact_plan) if row.contact_plan else None
    return Page(
        line=_line(row, _organisations([row])),
        full_name=f"{row.given_names} {row.surname}".strip(),
        born=born,
        age=demographics.age(born, on=today) if born else None,
        telephone=row.telephone,
        email=row.email,
        address=row.address,
        why=str(row.why),
        headings=tuple(Heading(one) for one in row.headings or ()),
        she_knows=row.she_knows,
        entered_by=names.get(row.flagged_by_id, "a colleague"),
        ways=plan.line(ways) if ways else "No way to reach her is known to be safe",
        decided=judging.written(
            row, names.get(row.screened_by_id, "a colleague") if row.screened_by_id else ""
        ),
        earlier_decisions=judging.earlier(row, by),
        moves=frozenset(move.action for move in open_moves),
        known=known,
    )


def _known(row: ReferralIn, by: Actor) -> tuple[Known, ...]:
    """Women of the coordinator's own organisation who may be her. A person decides whether she is."""
    typed = f"{row.given_names or row.called} {row.surname}".strip()
    if row.date_of_birth:
        typed = f"{typed} {row.date_of_birth.isoformat()}"
    kinds = (naming.Kind.CLIENT, naming.Kind.REFERRAL_IN)
    return tuple(
        Known(one.record_id, one.name, one.born, one.kind is naming.Kind.CLIENT, one.score >= 0.9)
        for one in naming.find(typed, by=by, kinds=kinds, most=6)
        if one.record_id != row.id and one.score >= 0.72
    )


def starting(*, referral_in_id: UUID, by: Actor) -> dict[str, Any]:
    """What the decision form starts from; the page that shows it has logged the reading."""
    row = sight.visible(ReferralIn, by).filter(pk=referral_in_id).first()
    return judging.starting(row) if row is not None else {}


@dataclass(frozen=True, slots=True)
class Mine:
    """What whoever brought her sees of it: that it is being looked at, or that it has been answered."""

    reference: str
    name: str
    flagged_at: datetime
    status: Status


def mine(*, by: Actor, at: datetime) -> list[Mine]:
    """The women whom this person brought to the door, newest first."""
    rows = list(
        sight.visible(ReferralIn, by).filter(flagged_by_id=by.account_id).order_by("-flagged_at")[:200]
    )
    ledger.read(
        by=by,
        at=at,
        resource=Resource.REFERRAL_IN,
        subjects=_subjects(rows),
        route="doors:mine",
    )
    return [Mine(row.reference, row.called, row.flagged_at, Status(row.status)) for row in rows]


@dataclass(frozen=True, slots=True)
class Again:
    """A woman of ours whom police named again."""

    joined_id: UUID
    client_id: UUID
    name: str
    reference: str
    runs: bool
    at: datetime


def again(*, joined_id: UUID, by: Actor, at: datetime) -> Again | None:
    joined = _joined(joined_id, by)
    if joined is None or joined.client_id is None:
        return None
    client = sight.one(Client, joined.client_id, by)
    if client is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.CLIENT, subjects=[client.id], route="doors:again")
    return Again(
        joined.id, client.id, client.called, client.reference, joined.episode_id is not None, joined.made_at
    )
