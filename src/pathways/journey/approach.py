"""She is approached: a worker, assigned before any referral exists, tries to reach her."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action as Do
from pathways.domain.governance.policy import Resource
from pathways.domain.reach import approach
from pathways.domain.reach.approach import WORKFLOW, Action, Result, Status
from pathways.domain.support import episode
from pathways.domain.terms.contact import Channel, Purpose
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role, Sector
from pathways.journey import (
    alongside,
    entering,
    gate,
    her,
    identity,
    involving,
    kept_out,
    ledger,
    of_age,
    programme,
    sight,
    tasks,
)
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Appointment,
    Approach,
    ApproachAttempt,
    Client,
    Episode,
    Involvement,
    InvolvementKind,
    Organisation,
)

#: The task that an assigned approach puts before its worker, and the one that a vain approach puts back.
TASK, TASK_UNREACHED, ROUTE = "approach", "approach_unreached", "reach:approach"
_ENDED = (Status.DECLINED.value, Status.AGREED.value)


#: to who gives a moment at which nobody was to reach her yet
TOO_EARLY = "This is before her approach was assigned: check the day and the time"


def assign(*, client_id: UUID, worker_id: UUID, organisation_id: UUID, by: Actor, at: datetime) -> Outcome:
    """The coordinator asks one worker to reach her. The worker can see her from this moment."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        where = her.episode_now(client_id, by, lock=True) if client else None
        if client is None:
            return refusal(sight.NOT_THERE)
        if where is None or where.status != episode.Status.OPEN.value:
            return refusal(decision.no("She has no episode that runs now, so nobody approaches her."))
        if by.role not in approach.ASSIGNERS:
            return refusal(decision.no("“Assign an approach” is not for your role.", ask="the coordinator"))
        if not (answer := _may_work(worker_id, organisation_id, by)):
            return refusal(answer)
        if not (answer := _may_be_given(client_id, worker_id, organisation_id, by)):
            return refusal(answer)
        if not (answer := of_age.may_go_on(client_id, by=by, at=at)):
            return refusal(answer)
        if gate.standing(client_id, by).stop is not None:
            return refusal(decision.no("She has asked us to stop: nobody approaches her."))
        if sight.visible(Approach, by).filter(episode=where).exclude(status__in=_ENDED).exists():
            return refusal(decision.no("Somebody is approaching her already: assign it to another worker."))
        row = Approach(
            client_id=client_id,
            organisation_id=client.organisation_id,
            episode=where,
            worker_id=worker_id,
            worker_organisation_id=organisation_id,
            assigned_at=at,
            assigned_by_id=by.account_id,
        )
        row.save(force_insert=True)
        _tell(EventKind.APPROACH_ASSIGNED, row, where, by, at)
        tasks.settle(entering.TASK, object_id=client_id, by=by, at=at)
        _give(row, by, at)
        return done(row.id, reference=client.reference, next=("Her worker has been told and can see her.",))


def reassign(
    *, approach_id: UUID, worker_id: UUID, organisation_id: UUID, by: Actor, at: datetime
) -> Outcome:
    """Another worker is to reach her. The former one sees her no more, unless involved otherwise."""
    with transaction.atomic():
        row = sight.one(Approach, approach_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        answer = WORKFLOW.may(Action.REASSIGN, status=Status(row.status), role=by.role)
        if not (answer := decision.every(answer, _may_work(worker_id, organisation_id, by))):
            return refusal(answer)
        if not (answer := _may_be_given(row.client_id, worker_id, organisation_id, by)):
            return refusal(answer)
        if row.worker_id == worker_id:
            return refusal(decision.no("This worker is approaching her already."))
        former, former_organisation = row.worker_id, row.worker_organisation_id
        row.status = _target(Action.REASSIGN, row)
        row.worker_id, row.worker_organisation_id = worker_id, organisation_id
        row.assigned_at, row.assigned_by_id, row.ended_at = at, by.account_id, None
        row.save()
        where = _episode(row, by)
        _tell(EventKind.APPROACH_ASSIGNED, row, where, by, at)
        tasks.settle(TASK, object_id=row.id, by=by, at=at)
        tasks.settle(TASK_UNREACHED, object_id=row.id, by=by, at=at)
        _give(row, by, at)
        involving.end(
            client_id=row.client_id,
            by=by,
            at=at,
            organisation_id=former_organisation,
            account_id=former,
            kinds=(InvolvementKind.APPROACH,),
        )
        return done(row.id, next=("Her new worker has been told and can see her.",))


def attempt(
    *,
    approach_id: UUID,
    channel: Channel,
    result: Result,
    happened_at: datetime,
    note: str = "",
    she_called: bool = False,
    by: Actor,
    at: datetime,
) -> Outcome:
    """One try at reaching her, and what came of it; with `Result.REACHED` she has been reached.

    What her plan did not allow at that moment is refused and explained. `she_called`: she got in touch
    herself, which needs no leave of the plan.
    """
    with transaction.atomic():
        row = sight.one(Approach, approach_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if happened_at > at:
            return refusal(decision.no("This lies in the future: record it when it has happened."))
        if happened_at < row.assigned_at.replace(second=0, microsecond=0):  # a time is typed to the minute
            return refusal(decision.no(f"{TOO_EARLY}."))
        standing = gate.standing(row.client_id, by)
        is_reached = result is Result.REACHED
        action = Action.REACH if is_reached else Action.ATTEMPT
        facts = _facts(row, standing, by, at)
        answer = WORKFLOW.may(action, status=Status(row.status), role=by.role, facts=facts)
        if answer and not she_called:
            answer = gate.may_reach(
                row.client_id, channel=channel, purpose=Purpose.APPROACH, at=happened_at, by=by
            )
            if not answer:
                reason = (
                    f"{answer.reason} An attempt outside her plan is not recorded as one: if it was made, "
                    "tell your supervisor now, because it may have put her at risk."
                )
                answer = decision.no(reason, ask="your supervisor")
        if not answer:
            return refusal(answer)
        last = ApproachAttempt.objects.filter(approach=row).aggregate(last=Max("number"))["last"] or 0
        ApproachAttempt(
            client_id=row.client_id,
            organisation_id=row.organisation_id,
            approach=row,
            number=last + 1,
            channel=channel.value,
            result=result.value,
            happened_at=happened_at,
            recorded_at=at,
            recorded_by_id=by.account_id,
            note=note.strip(),
        ).save(force_insert=True)
        row.status = _target(action, row)
        if is_reached:
            row.contacted_at = happened_at
        row.save(update_fields=["status", "contacted_at"])
        where = _episode(row, by)
        if is_reached:
            _tell(EventKind.CONTACTED, row, where, by, at, channel=channel.value)
            tasks.settle(TASK_UNREACHED, object_id=row.id, by=by, at=at)
            following = "Now confirm her safe-contact plan with her, then explain the programme."
        else:
            codes = {"channel": channel.value, "result": result.value, "number": last + 1}
            _tell(EventKind.APPROACH_ATTEMPTED, row, where, by, at, **codes)
            following = _left(last + 1, facts.least_attempts)
        return done(row.id, next=(following,), is_reached=is_reached)


def give_up(*, approach_id: UUID, by: Actor, at: datetime) -> Outcome:
    """She could not be reached, after enough attempts. The coordinator decides what follows."""
    with transaction.atomic():
        row = sight.one(Approach, approach_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        facts = _facts(row, gate.standing(row.client_id, by), by, at)
        if not (answer := WORKFLOW.may(Action.GIVE_UP, status=Status(row.status), role=by.role, facts=facts)):
            return refusal(answer)
        row.status = _target(Action.GIVE_UP, row)
        row.save(update_fields=["status"])
        _tell(EventKind.NO_CONTACT, row, _episode(row, by), by, at, attempts=facts.attempts)
        tasks.settle(TASK, object_id=row.id, by=by, at=at)
        tasks.set_task(
            TASK_UNREACHED,
            "A woman could not be reached: decide what follows",
            organisation_id=row.organisation_id,
            by=by,
            at=at,
            role=Role.COORDINATOR,
            client_id=row.client_id,
            route=ROUTE,
            object_id=row.id,
            due_at=programme.working().due_after_days(at, programme.approach_days()),
        )
        return done(row.id, next=("The coordinator has been asked to decide what follows.",))


def _may_work(worker_id: UUID, organisation_id: UUID, by: Actor) -> Decision:
    """An approach is for a support worker who is not of the police, nor of a private company."""
    held = (
        Appointment.objects.filter(
            account_id=worker_id,
            organisation_id=organisation_id,
            until_at__isnull=True,
            account__is_active=True,
            account__left_at__isnull=True,
            organisation__until_date__isnull=True,
        )
        .exclude(organisation__sector__in=[Sector.POLICE.value, Sector.PRIVATE.value])
        .filter(role__in=[Role.SUPPORT_WORKER.value, Role.SUPERVISOR.value])
    )
    if not held.exists():
        return decision.no("Choose a support worker of an organisation that takes part.")
    if by.role is Role.SUPERVISOR and organisation_id != by.organisation_id:
        return decision.no("You can assign to your own organisation’s workers only.", ask="the coordinator")
    return decision.yes()


def _may_be_given(client_id: UUID, worker_id: UUID, organisation_id: UUID, by: Actor) -> Decision:
    return kept_out.may_be_brought(client_id, account_id=worker_id, organisation_id=organisation_id, by=by)


def _give(row: Approach, by: Actor, at: datetime) -> None:
    """Her worker's access and the work itself."""
    tasks.settle(kept_out.HANDOVER_TASK, object_id=row.client_id, by=by, at=at)
    involving.involve(
        client_id=row.client_id,
        organisation_id=row.worker_organisation_id,
        account_id=row.worker_id,
        kind=InvolvementKind.APPROACH,
        by=by,
        at=at,
    )
    tasks.set_task(
        TASK,
        "Reach a woman and offer her the programme",
        organisation_id=row.worker_organisation_id,
        account_id=row.worker_id,
        client_id=row.client_id,
        by=by,
        at=at,
        route=ROUTE,
        object_id=row.id,
        due_at=programme.working().due_after_days(at, programme.approach_days()),
    )


def _facts(row: Approach, standing: gate.Standing, by: Actor, at: datetime) -> approach.Facts:
    return approach.Facts(
        attempts=ApproachAttempt.objects.filter(approach=row).count(),
        least_attempts=programme.least_attempts(),
        is_stopped=standing.stop is not None,
        has_safe_plan=standing.has_safe_plan(at),
    )


def _target(action: Action, row: Approach) -> str:
    move = WORKFLOW.move(action, Status(row.status))
    assert move is not None
    return move.target.value


def _episode(row: Approach, by: Actor) -> Episode:
    with identity.clerk(by):
        return Episode.objects.get(pk=row.episode_id)


def _tell(kind: EventKind, row: Approach, where: Episode, by: Actor, at: datetime, **codes: object) -> None:
    ledger.record(
        kind,
        by=by,
        at=at,
        case_id=where.case_id,
        client_id=row.client_id,
        episode_id=where.id,
        detail={"approach": str(row.id), **codes},
    )


def _left(made: int, least: int) -> str:
    if made < least:
        return f"{made} of at least {least} attempts have been made."
    return "Try again, or record that she could not be reached."


# --- reading ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who could approach her, and with how many women she works now."""

    account_id: UUID
    organisation_id: UUID
    name: str
    organisation: str
    caseload: int

    @property
    def key(self) -> str:
        return f"{self.account_id}:{self.organisation_id}"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the coordinator chooses from, for one woman."""

    person: her.Banner
    workers: tuple[Worker, ...]
    approach_id: UUID | None
    worker: str


@dataclass(frozen=True, slots=True)
class Attempt:
    number: int
    channel: Channel
    result: Result
    happened_at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Page:
    """One approach as its page shows it."""

    id: UUID
    person: her.Banner
    status: Status
    worker: str
    organisation: str
    assigned_at: datetime
    contacted_at: datetime | None
    attempts: tuple[Attempt, ...]
    least_attempts: int
    moves: frozenset[Action]
    has_confirmed_plan: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One woman in the list of approaches; `id` is None while nobody has been assigned."""

    id: UUID | None
    client_id: UUID
    person: her.Banner
    status: Status | None
    worker: str
    organisation: str
    since: datetime
    attempts: int


def choose(*, client_id: UUID, by: Actor, at: datetime) -> Choice | None:
    """The workers to choose from for one woman, the least busy first."""
    person = her.banner(client_id=client_id, by=by, at=at)
    if person is None:
        return None
    running = sight.visible(Approach, by).filter(client_id=client_id).exclude(status__in=_ENDED).first()
    ledger.read(by=by, at=at, resource=Resource.APPROACH, subjects=[client_id], route="reach:assign")
    workers = _workers(by, kept_out.of_her(client_id, by=by))
    mine = {running.worker_id} if running else set()
    return Choice(
        person=person,
        workers=tuple(one for one in workers if one.account_id not in mine),
        approach_id=running.id if running else None,
        worker=identity.account_named(running.worker_id) if running else "",
    )


def _workers(by: Actor, out: kept_out.KeptOut) -> list[Worker]:
    held = (
        Appointment.objects.filter(
            until_at__isnull=True,
            account__is_active=True,
            account__left_at__isnull=True,
            organisation__until_date__isnull=True,
            role=Role.SUPPORT_WORKER.value,
        )
        .exclude(organisation__sector__in=[Sector.POLICE.value, Sector.PRIVATE.value])
        .exclude(account_id__in=out.accounts)
        .exclude(organisation_id__in=out.organisations)
        .select_related("account", "organisation")
    )
    if by.role is Role.SUPERVISOR:
        held = held.filter(organisation_id=by.organisation_id)
    with identity.clerk(by):
        pairs = set(
            Involvement.objects.filter(until_at__isnull=True, account_id__isnull=False)
            .exclude(kind=InvolvementKind.PANEL)
            .values_list("account_id", "organisation_id", "client_id")
        )
    now = alongside.with_us_now({client_id for _, _, client_id in pairs}, by)
    load = Counter((account, organisation) for account, organisation, client_id in pairs if client_id in now)
    found = [
        Worker(
            one.account_id,
            one.organisation_id,
            one.account.name,
            one.organisation.name,
            load[(one.account_id, one.organisation_id)],
        )
        for one in held
    ]
    return sorted(found, key=lambda one: (one.organisation, one.caseload, one.name))


def page(*, approach_id: UUID, by: Actor, at: datetime) -> Page | None:
    row = sight.one(Approach, approach_id, by)
    person = her.banner(client_id=row.client_id, by=by, at=at) if row else None
    if row is None or person is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.APPROACH, subjects=[row.client_id], route=ROUTE)
    tried = list(sight.visible(ApproachAttempt, by).filter(approach=row))
    names = identity.names_of({one.recorded_by_id for one in tried} | {row.worker_id})
    standing = gate.standing(row.client_id, by)
    facts = _facts(row, standing, by, at)
    may_change = bool(sight.may(by, Do.CHANGE, row))
    moves = WORKFLOW.open_to(status=Status(row.status), role=by.role, facts=facts) if may_change else ()
    plan = standing.plan
    return Page(
        id=row.id,
        person=person,
        status=Status(row.status),
        worker=names.get(row.worker_id, "a colleague"),
        organisation=_organisation(row.worker_organisation_id),
        assigned_at=row.assigned_at,
        contacted_at=row.contacted_at,
        attempts=tuple(
            Attempt(
                one.number,
                Channel(one.channel),
                Result(one.result),
                one.happened_at,
                names.get(one.recorded_by_id, "a colleague"),
                one.note,
            )
            for one in tried
        ),
        least_attempts=facts.least_attempts,
        moves=frozenset(move.action for move in moves),
        has_confirmed_plan=bool(plan and plan.confirmed_at and standing.has_safe_plan(at)),
    )


def _organisation(organisation_id: UUID) -> str:
    return Organisation.objects.filter(id=organisation_id).values_list("name", flat=True).first() or ""


def listed(*, by: Actor, at: datetime, tab: str = "open") -> list[Line]:
    """The approaches of a worker, or all of the coordinator's with the women whom nobody approaches yet.

    `tab`: "waiting" (nobody assigned), "open" or "ended".
    """
    rows = sight.visible(Approach, by)
    if by.role is Role.SUPPORT_WORKER:
        rows = rows.filter(worker_id=by.account_id)
    waiting: list[Episode] = []
    if tab == "waiting":
        running = sight.visible(Episode, by).filter(status=episode.Status.OPEN.value)
        waiting = list(
            running.exclude(approaches__isnull=False)
            .exclude(agreements__isnull=False)
            .order_by("opened_at")[:200]
        )
        found: list[Approach] = []
    elif tab == "ended":
        found = list(rows.filter(status__in=_ENDED)[:200])
    else:
        found = list(rows.exclude(status__in=_ENDED).order_by("assigned_at")[:200])
    ids = [one.client_id for one in (*found, *waiting)]
    people = her.banners(client_ids=ids, by=by, at=at)
    names = identity.names_of({row.worker_id for row in found})
    places = dict(Organisation.objects.values_list("id", "name"))
    tried = Counter(
        sight.visible(ApproachAttempt, by).filter(approach__in=found).values_list("approach_id", flat=True)
    )
    if ids:
        ledger.read(by=by, at=at, resource=Resource.APPROACH, subjects=ids, route="reach:list")
    lines = [
        Line(None, one.client_id, people[one.client_id], None, "", "", one.opened_at, 0)
        for one in waiting
        if one.client_id in people
    ]
    lines += [
        Line(
            row.id,
            row.client_id,
            people[row.client_id],
            Status(row.status),
            names.get(row.worker_id, "a colleague"),
            places.get(row.worker_organisation_id, ""),
            row.assigned_at,
            tried[row.id],
        )
        for row in found
        if row.client_id in people
    ]
    return lines


def counted(*, by: Actor) -> dict[str, int]:
    """How many wait, run and have ended, for the tabs."""
    rows = sight.visible(Approach, by)
    if by.role is Role.SUPPORT_WORKER:
        rows = rows.filter(worker_id=by.account_id)
    ended = rows.filter(status__in=_ENDED).count()
    waiting = 0
    if by.role is Role.COORDINATOR:
        running = sight.visible(Episode, by).filter(status=episode.Status.OPEN.value)
        waiting = running.exclude(approaches__isnull=False).exclude(agreements__isnull=False).count()
    return {"waiting": waiting, "open": rows.count() - ended, "ended": ended}
