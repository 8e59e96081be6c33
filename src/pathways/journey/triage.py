"""Triaged: the policy suggests with its working, and a named person decides her level of support, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.expressions import OrderBy

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.terms.clocks import WorkingTime, local, said_due
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role
from pathways.domain.triage import assessment, nearby, reading, telling
from pathways.domain.triage import facts as named
from pathways.domain.triage import triage as rules
from pathways.domain.triage.assessment import ImmediateSafety
from pathways.domain.triage.default import IMMEDIATE_SAFETY
from pathways.domain.triage.levels import Level, Standard
from pathways.domain.triage.mechanisms import Mechanism
from pathways.domain.triage.policy import Policy, Suggestion
from pathways.domain.triage.triage import Action, ReturnReason, Status
from pathways.journey import (
    assess,
    gate,
    her,
    identity,
    kept_out,
    ledger,
    level_readings,
    programme,
    sight,
    tasks,
    triage_choices,
    triage_facts,
    triage_policy,
)
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Appointment,
    Assessment,
    Episode,
    Task,
    TriageDecision,
    TriageReading,
)

REFER_TASK = "refer"
#: a decision asked by name that is overdue, and word to whom it was asked of that another has it now
OVERDUE_TASK = "triage_overdue"
GIVEN_TASK = "triage_given"
_YES = decision.yes()

# --- verbs ------------------------------------------------------------------------------------------


def decide(
    *,
    triage_id: UUID,
    level: Level | None,
    reasons: str,
    otherwise: str = "",
    told_her: str = "",
    by: Actor,
    at: datetime,
) -> Outcome:
    """A named person decides her level, as suggested or otherwise. Never without saying why; `otherwise` is
    why it is not what was suggested, and is kept with the reasons."""
    with transaction.atomic():
        row = sight.one(TriageDecision, triage_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if level is None:
            return refusal(rules.complete(level, reasons))
        using = triage_policy.in_force(at)
        inputs = triage_facts.answers_of(row.assessment)
        suggested = triage_policy.suggest(using, inputs)
        suggested_level = _level(suggested)
        action = rules.action(level, suggested_level)
        may = rules.WORKFLOW.may(action, status=Status(row.status), role=by.role, facts=_facts(row, by))
        if not may:
            return refusal(may)
        if not (answer := rules.complete(level, reasons, suggested=suggested_level, otherwise=otherwise)):
            return refusal(answer)
        is_override = action is Action.OVERRIDE
        decided = rules.TriageDecision(
            level=level,
            reason=rules.whole_reason(reasons, otherwise if is_override else ""),
            decided_by=by.name,
            decided_at=at,
            suggested=suggested_level,
            was_provisional=bool(suggested and suggested.provisional),
            policy_version=using.version,
        )
        episode = sight.one(Episode, row.episode_id, by, lock=True)
        if episode is None:
            return refusal(sight.NOT_THERE)
        _keep(row, decided, using, inputs, suggested)
        row.told_her = told_her
        row.decided_by_id = by.account_id
        row.save()
        asked = level_readings.follow(row, using, suggested, by=by, at=at)
        row.save(update_fields=["lot", "percent"])
        episode.level = level.value
        episode.save(update_fields=["level"])
        ledger.record(
            EventKind.TRIAGED,
            by=by,
            at=at,
            case_id=episode.case_id,
            client_id=row.client_id,
            episode_id=episode.id,
            detail={
                "level": str(level.value),
                "suggested": "" if suggested_level is None else str(suggested_level.value),
                "provisional": "yes" if decided.was_provisional else "no",
                "overridden": "yes" if decided.is_override else "no",
                "policy": using.version,
                "rule": suggested.rule if suggested else "",
            },
        )
        ledger.altered(by=by, at=at, resource=Resource.TRIAGE, subjects=[row.client_id])
        _follow(row, episode, level, using.standard(level), by, at)
        return done(row.id, next=_said_next(row, level, using.standard(level), asked))


def view(*, triage_id: UUID, level: Level | None, words: str, by: Actor, at: datetime) -> Outcome:
    """Keeps what whoever decides thinks before she sees the suggestion. It decides nothing."""
    with transaction.atomic():
        row = sight.one(TriageDecision, triage_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.DECIDE,
            status=Status(row.status),
            role=by.role,
            facts=_facts(row, by, with_view=True),
        )
        if not may:
            return refusal(may)
        if level is None:
            return refusal(decision.no("Choose the level that you would decide."))
        if row.own_by_id == by.account_id:
            return refusal(decision.no("You have written down your view already. It stays as it was."))
        row.own_level, row.own_words = level.value, words.strip()
        row.own_at, row.own_by_id = at, by.account_id
        row.was_hidden = triage_choices.is_hidden()
        row.save(update_fields=["own_level", "own_words", "own_at", "own_by_id", "was_hidden"])
        with identity.clerk(by):
            episode = Episode.objects.get(id=row.episode_id)
        ledger.record(
            EventKind.LEVEL_VIEWED,
            by=by,
            at=at,
            case_id=episode.case_id,
            client_id=row.client_id,
            episode_id=episode.id,
            detail={"level": str(level.value), "hidden": "yes" if row.was_hidden else "no"},
        )
        ledger.altered(by=by, at=at, resource=Resource.TRIAGE, subjects=[row.client_id], reason="own view")
        return done(row.id)


def told(*, triage_id: UUID, how: telling.How, words: str, by: Actor, at: datetime) -> Outcome:
    """Keeps that she was told why, how and by whom. Nothing is sent to her by this."""
    with transaction.atomic():
        row = sight.one(TriageDecision, triage_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := may_tell(row, by)):
            return refusal(answer)
        row = sight.one(TriageDecision, triage_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        row.told_at, row.told_by_id, row.told_how = at, by.account_id, how.value
        if words.strip():
            row.told_her = f"{row.told_her or ''}\n{words.strip()}".strip()
        row.save(update_fields=["told_at", "told_by_id", "told_how", "told_her"])
        with identity.clerk(by):
            episode = Episode.objects.get(id=row.episode_id)
        ledger.record(
            EventKind.LEVEL_TOLD,
            by=by,
            at=at,
            case_id=episode.case_id,
            client_id=row.client_id,
            episode_id=episode.id,
            detail={"how": how.value, "level": str(row.level)},
        )
        ledger.altered(by=by, at=at, resource=Resource.TRIAGE, subjects=[row.client_id], reason="told her")
        return done(row.id, next=("It stands in her story that she was told, by whom and how.",))


def may_tell(row: TriageDecision, by: Actor) -> Decision:
    """Whoever works with her may, once there is a decision that stands, unless she has asked us to stop: a
    level 0 does not stand before a second person has agreed to it."""
    if by.role not in reading.ASKERS:
        return decision.no("Somebody who works with her tells her.", ask="her worker")
    if not (answer := sight.may(by, policy.Action.CHANGE, row)):  # who reads in an emergency changes nothing
        return answer
    if row.level is None or row.decided_at is None:
        return decision.no("No level has been decided yet.")
    if gate.standing(row.client_id, by).stop is not None:
        return decision.no("She has asked us to stop.")
    return level_readings.may_be_told(row, by=by)


def not_yet(row: TriageDecision, by: Actor) -> str:
    """Why nobody tells her of this level yet, in words; nothing where a second reader stands in no way."""
    return level_readings.may_be_told(row, by=by).reason if row.decided_at is not None else ""


def send_back(*, triage_id: UUID, reason: ReturnReason, words: str, by: Actor, at: datetime) -> Outcome:
    """Returns the assessment to whoever made it, saying what is wanted; it is open for writing again."""
    with transaction.atomic():
        row = sight.one(TriageDecision, triage_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.RETURN, status=Status(row.status), role=by.role, facts=_facts(row, by)
        )
        if not may:
            return refusal(may)
        row.status = Status.RETURNED.value
        row.reasons = f"{reason.label}. {words}".strip()
        row.save(update_fields=["status", "reasons"])
        episode = Episode.objects.get(id=row.episode_id)
        ledger.record(
            EventKind.TRIAGE_RETURNED,
            by=by,
            at=at,
            case_id=episode.case_id,
            client_id=row.client_id,
            episode_id=episode.id,
            detail={"reason": reason.value},
        )
        tasks.settle(assess.TRIAGE_TASK, object_id=row.id, by=by, at=at)
        assessor = _open_again(row, by)
        if assessor is not None:
            account_id, organisation_id = assessor
            tasks.set_task(
                assess.ASSESS_TASK,
                "An assessment was returned to you",
                organisation_id=organisation_id,
                account_id=account_id,
                client_id=row.client_id,
                route="assess:her",
                object_id=row.client_id,
                due_at=programme.working().due_after_days(at, rules.DECIDE_WITHIN_DAYS),
                by=by,
                at=at,
            )
        return done(row.id, next=("The assessor sees what is wanted, and sends it for triage again.",))


def again(*, triage_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Triage again: a new decision is asked for, and the former one is kept as it was made."""
    with transaction.atomic():
        row = sight.one(TriageDecision, triage_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(Action.REOPEN, status=Status(row.status), role=by.role)
        if not may:
            return refusal(may)
        waiting = (
            sight.visible(TriageDecision, by)
            .filter(episode_id=row.episode_id, status=Status.AWAITING.value)
            .first()
        )
        if waiting is not None:
            return done(waiting.id)
        new = TriageDecision(
            client_id=row.client_id,
            organisation_id=row.organisation_id,
            episode_id=row.episode_id,
            assessment=row.assessment,
            inputs=triage_facts.answers_of(row.assessment),
            asked_at=at,
        )
        suggested = triage_policy.suggest(triage_policy.in_force(at), new.inputs)
        if suggested is not None:
            new.suggested_level, new.suggested_rule = int(suggested.level), suggested.rule
            new.is_provisional, new.missing = suggested.provisional, list(suggested.missing)
        new.save(force_insert=True)
        episode = Episode.objects.get(id=row.episode_id)
        ledger.record(
            EventKind.CORRECTED,
            by=by,
            at=at,
            case_id=episode.case_id,
            client_id=row.client_id,
            episode_id=episode.id,
            detail={"what": "triage", "reason": "again"},
        )
        tasks.set_task(
            assess.TRIAGE_TASK,
            "Decide a level of support",
            organisation_id=episode.organisation_id,
            role=Role.COORDINATOR,
            client_id=row.client_id,
            route="triage:decide",
            object_id=new.id,
            due_at=rules.decision_due(_level(suggested), asked_at=at, working=programme.working()),
            by=by,
            at=at,
        )
        return done(new.id)


def hand_over(
    *, triage_id: UUID, whom: UUID | None, reason: rules.HandOverReason, by: Actor, at: datetime
) -> Outcome:
    """Gives a decision that was asked of one person by name to another, or takes it over: never to who
    decided it before, reads it blind, or is kept from her. Whoever was asked is told by a task."""
    with transaction.atomic():
        row = sight.one(TriageDecision, triage_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        with identity.clerk(by):
            row = TriageDecision.objects.select_for_update(of=("self",)).get(id=row.id)
            former = row.asked_of_id
        if not (answer := may_hand_over(row, by)):
            return refusal(answer)
        if whom is None or whom not in who_may_take_over(row, by):
            return refusal(decision.no("Choose somebody who may decide it now."))
        with identity.clerk(by):
            row.asked_of_id = whom
            row.save(update_fields=["asked_of_id"])
            episode = Episode.objects.get(id=row.episode_id)
        ledger.record(
            EventKind.CORRECTED,
            by=by,
            at=at,
            case_id=episode.case_id,
            client_id=row.client_id,
            episode_id=episode.id,
            detail={"what": "triage_asked_of", "reason": reason.value},
        )
        ledger.altered(
            by=by, at=at, resource=Resource.TRIAGE, subjects=[row.client_id], reason="given to another"
        )
        urgent = _settle_asking(row, by=by, at=at)
        tasks.set_task(
            assess.TRIAGE_TASK,
            "Decide a level afresh: it was asked of a colleague before",
            organisation_id=row.organisation_id,
            account_id=whom,
            client_id=row.client_id,
            route="triage:decide",
            object_id=row.id,
            due_at=rules.decision_due(
                Level.URGENT_SAFETY if urgent else None, asked_at=at, working=programme.working()
            ),
            is_urgent=urgent,
            by=by,
            at=at,
        )
        if former is not None and former != by.account_id:
            tasks.set_task(
                GIVEN_TASK,
                f"A level that was asked of you is with a colleague now. {reason.label}",
                organisation_id=row.organisation_id,
                account_id=former,
                client_id=row.client_id,
                route="triage:decide",
                object_id=row.id,
                by=by,
                at=at,
            )
        name = "You" if whom == by.account_id else identity.account_named(whom)
        decides = "decide" if whom == by.account_id else "decides"
        return done(row.id, next=(f"{name} {decides} her level now. Whoever was asked before is told.",))


def _settle_asking(row: TriageDecision, *, by: Actor, at: datetime) -> bool:
    """Ends what asks for this decision; answers whether it pressed."""
    with identity.clerk(by):
        waiting = Task.objects.filter(kind=assess.TRIAGE_TASK, object_id=row.id, done_at__isnull=True)
        urgent = waiting.filter(is_urgent=True).exists()
    for kind in (assess.TRIAGE_TASK, OVERDUE_TASK, GIVEN_TASK):
        tasks.settle(kind, object_id=row.id, by=by, at=at)
    return urgent


def may_hand_over(row: TriageDecision, by: Actor) -> Decision:
    """Whether this person may give the decision to another, or take it over."""
    return rules.may_hand_over(
        Status(row.status),
        by.role,
        is_asked_by_name=row.asked_of_id is not None,
        is_same_place=row.organisation_id == by.organisation_id,
    )


def who_may_take_over(row: TriageDecision, by: Actor) -> dict[UUID, str]:
    """The coordinators of the place who may decide it instead, by account: whoever gives it first, where she
    is one of them. Not who is asked now, decided it before, reads it blind or is kept from her."""
    with identity.clerk(by):
        decided = TriageDecision.objects.filter(episode_id=row.episode_id, decided_by_id__isnull=False)
        if row.because_of_id is not None:
            decided = decided.filter(readings__id=row.because_of_id)
        blind = TriageReading.objects.filter(
            triage__episode_id=row.episode_id, why=reading.Why.DRAWN.value, status__in=_UNREAD
        )
        barred = {
            row.asked_of_id,
            *decided.values_list("decided_by_id", flat=True),
            *blind.values_list("reader_id", flat=True),
            *kept_out.of_her(row.client_id, by=by).accounts,
        }
        there = Appointment.objects.filter(
            organisation_id=row.organisation_id,
            role=Role.COORDINATOR.value,
            until_at__isnull=True,
            account__is_active=True,
            account__left_at__isnull=True,
        ).order_by("from_at", "account_id")
        found = [one for one in there.values_list("account_id", flat=True) if one not in barred]
    names = identity.names_of(set(found))
    found.sort(key=lambda one: one != by.account_id)
    return {one: names.get(one, "a colleague") for one in found}


#: to give a decision to another, where it does not press
_UNHURRIED = reading.UrgentClock(in_working_hours=True)
_UNREAD = (reading.Status.WAITING.value, reading.Status.WITH_SUPERVISOR.value)


def pass_on(*, at: datetime) -> int:
    """Decisions asked by name that are overdue are put before the supervisor, once for each person asked. For
    the clockwork."""
    told, urgent, calendar = 0, triage_choices.urgent(), programme.working()
    with transaction.atomic(), identity.clerk() as by:
        late = Task.objects.filter(
            kind=assess.TRIAGE_TASK, account_id__isnull=False, done_at__isnull=True, due_at__lte=at
        ).exclude(object_id__isnull=True)
        for task in late.order_by("due_at", "id"):
            row = (
                TriageDecision.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(id=task.object_id or UUID(int=0), status=Status.AWAITING.value)
                .filter(asked_of_id__isnull=False)
                .first()
            )
            before = Task.objects.filter(kind=OVERDUE_TASK, object_id=task.object_id)
            if row is None or before.filter(made_at__gte=task.made_at).exists():
                continue
            because = TriageReading.objects.filter(id=row.because_of_id or UUID(int=0)).first()
            tasks.set_task(
                OVERDUE_TASK,
                "A level that was asked of a colleague by name is overdue: give it to another",
                organisation_id=row.organisation_id,
                role=level_readings.who_supervises(row.organisation_id),
                client_id=row.client_id,
                route="triage:hand_over",
                object_id=row.id,
                due_at=(urgent if task.is_urgent else _UNHURRIED).due(at, calendar),
                is_urgent=task.is_urgent,
                blind_to_id=level_readings.reads_blind(because.triage_id, by=by) if because else None,
                by=by,
                at=at,
            )
            told += 1
    return told


# --- the pieces -------------------------------------------------------------------------------------


def _level(suggested: Suggestion | None) -> Level | None:
    return None if suggested is None else suggested.support_level


def _facts(row: TriageDecision, by: Actor, *, with_view: bool = False) -> rules.Facts:
    status = row.assessment.status if row.assessment else assessment.Status.REFUSED.value
    return rules.Facts(
        assessment=assessment.Status(status),
        is_stopped=gate.standing(row.client_id, by).stop is not None,
        is_asked_of_another=_is_asked_of_another(row, by),
        wants_own_view=not with_view and wants_own_view(row, by),
    )


def wants_own_view(row: TriageDecision, by: Actor) -> bool:
    """Whether the suggestion is hidden from this person until she has written down what she thinks."""
    return row.own_by_id != by.account_id and triage_choices.is_hidden()


def pressing_first() -> OrderBy:
    """The highest suggested level first. Where the suggestion is hidden, the order must not tell it: then it
    is safety first, and who came first."""
    column = "inputs__immediate_safety" if triage_choices.is_hidden() else "suggested_level"
    return F(column).desc(nulls_last=True)


def _is_asked_of_another(row: TriageDecision, by: Actor) -> bool:
    """Asked of a colleague by name who is still there to answer: else anybody may whose role it is."""
    if row.asked_of_id is None or row.asked_of_id == by.account_id:
        return False
    return Appointment.objects.filter(
        account_id=row.asked_of_id,
        organisation_id=row.organisation_id,
        role=Role.COORDINATOR.value,
        until_at__isnull=True,
        account__is_active=True,
    ).exists()


def _keep(
    row: TriageDecision,
    decided: rules.TriageDecision,
    using: Policy,
    inputs: dict[str, str | None],
    suggested: Suggestion | None,
) -> None:
    working = programme.working()
    row.status = decided.status.value
    row.policy_name, row.policy_version, row.inputs = using.name, using.version, inputs
    row.suggested_level = decided.suggested.value if decided.suggested is not None else None
    row.suggested_rule = suggested.rule if suggested else ""
    row.is_provisional = decided.was_provisional
    row.missing = list(suggested.missing) if suggested else []
    row.level, row.reasons = decided.level.value, decided.reason
    row.decided_at = decided.decided_at
    promised = using.standard(decided.level)
    row.first_contact_due = rules.first_contact_by(
        decided.level, decided_at=decided.decided_at, working=working, standard=promised
    )
    row.review_due = rules.review_by(
        decided.level, decided_at=decided.decided_at, working=working, standard=promised
    )


def _follow(
    row: TriageDecision, episode: Episode, level: Level, promised: Standard, by: Actor, at: datetime
) -> None:
    _settle_asking(row, by=by, at=at)
    tasks.settle(REFER_TASK, object_id=row.client_id, by=by, at=at)
    tasks.set_task(
        REFER_TASK,
        "Refer to a service" if level is not Level.ADVICE else "Give advice, or refer to a service",
        organisation_id=episode.organisation_id,
        role=Role.COORDINATOR,
        client_id=row.client_id,
        route="refer:new",
        object_id=row.client_id,
        due_at=programme.working().due_after_days(at, promised.first_contact_days),
        is_urgent=level is Level.URGENT_SAFETY,
        by=by,
        at=at,
    )


def _open_again(row: TriageDecision, by: Actor) -> tuple[UUID, UUID] | None:
    """Opens the assessment for writing; answers who made it, and where that person works."""
    if row.assessment_id is None:
        return None
    with identity.clerk(by):
        made = Assessment.objects.select_for_update(of=("self",)).get(id=row.assessment_id)
        account_id = made.completed_by_id or made.started_by_id
        made.status = assessment.Status.IN_PROGRESS.value
        made.completed_at = made.completed_by_id = None
        made.save(update_fields=["status", "completed_at", "completed_by_id"])
    places = dict(_workplaces(account_id))
    if not places:
        return None
    return account_id, next(iter(places))


def _workplaces(account_id: UUID) -> list[tuple[UUID, str]]:
    return list(
        Appointment.objects.filter(account_id=account_id, until_at__isnull=True)
        .order_by("from_at")
        .values_list("organisation_id", "role")
    )


def _said_next(
    row: TriageDecision, level: Level, standard: Standard, asked: tuple[reading.Why, ...]
) -> tuple[str, ...]:
    said = [f"{level.label}. {standard.offer}."]
    if row.first_contact_due is not None:
        said.append(f"First contact by {row.first_contact_due:%A} {row.first_contact_due:%-d %B %Y}.")
    if row.review_due is not None:
        said.append(f"Her level is looked at again by {row.review_due:%-d %B %Y}.")
    if level is Level.URGENT_SAFETY:
        said.append("Take the safeguarding route now, before any referral. A second person reads it after.")
        said.append(programme.turn_to_now())
    if reading.Why.EXIT in asked:
        said.append("A second person reads it before she is told or closed off. Do not tell her yet.")
    return tuple(said)


# --- reads ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One woman in the list of triage."""

    id: UUID
    client_id: UUID
    name: str
    reference: str
    status: Status
    suggested: Level | None
    is_provisional: bool
    level: Level | None
    asked_at: datetime
    due_at: datetime
    decided_at: datetime | None
    is_overdue: bool
    is_hidden: bool = False
    is_asked_of_another: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """The list of triage: one tab of it, and how many there are in each."""

    lines: tuple[Line, ...]
    counts: Mapping[str, int]


_TABS: Mapping[str, tuple[str, ...]] = {
    "waiting": (Status.AWAITING.value,),
    "returned": (Status.RETURNED.value,),
    "decided": (Status.DECIDED.value, Status.OVERRIDDEN.value),
}


def listed(*, tab: str, by: Actor, at: datetime, offset: int = 0, limit: int = 25) -> Waiting:
    """Triage waiting, the highest suggested level first and then by its clock; or what was decided."""
    rows = sight.visible(TriageDecision, by)
    counts = {name: rows.filter(status__in=values).count() for name, values in _TABS.items()}
    wanted = rows.filter(status__in=_TABS[tab]).defer("reasons", "told_her")
    if tab == "decided":
        found = list(wanted.order_by("-decided_at")[offset : offset + limit])
    else:
        ordered = wanted.order_by(pressing_first(), "asked_at")
        found = list(ordered[offset : offset + limit])
    people = her.banners(client_ids=[row.client_id for row in found], by=by, at=at)
    working = programme.working()
    lines = tuple(
        _line(row, people[row.client_id], working, by, at) for row in found if row.client_id in people
    )
    ledger.read(
        by=by,
        at=at,
        resource=Resource.TRIAGE,
        subjects=[line.client_id for line in lines],
        route="triage:list",
    )
    return Waiting(lines, counts)


def _line(row: TriageDecision, banner: her.Banner, working: WorkingTime, by: Actor, at: datetime) -> Line:
    suggested = Level(row.suggested_level) if row.suggested_level is not None else None
    due = rules.decision_due(suggested, asked_at=row.asked_at, working=working)
    status = Status(row.status)
    return Line(
        id=row.id,
        client_id=row.client_id,
        name=banner.name,
        reference=banner.reference,
        status=status,
        suggested=suggested,
        is_provisional=row.is_provisional,
        level=Level(row.level) if row.level is not None else None,
        asked_at=row.asked_at,
        due_at=said_due(due),
        decided_at=row.decided_at,
        is_overdue=status is Status.AWAITING and at > due,
        is_hidden=status is Status.AWAITING and wants_own_view(row, by),
        is_asked_of_another=status is Status.AWAITING and _is_asked_of_another(row, by),
    )


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the policy with her answer in words; None is a gap."""

    name: str
    words: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Nearby:
    """One answer changed, in words, and the level that would follow."""

    words: str
    answer: str
    level: Level


@dataclass(frozen=True, slots=True)
class Smallest:
    """The fewest answers that would have to be different for a level: (question, answers that would do)."""

    level: Level
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What the person who decides sees: facts with their gaps, the suggestion, what may be done."""

    id: UUID
    client_id: UUID
    banner: her.Banner
    status: Status
    asked_at: datetime
    due_at: datetime
    assessment: assess.Page | None
    questions: tuple[Question, ...]
    suggested: Level | None
    suggestion: Suggestion | None
    missing: tuple[str, ...]
    immaterial: tuple[str, ...]
    could_be: tuple[Level, ...]
    nearby: tuple[Nearby, ...]
    policy_name: str
    policy_version: str
    unconsidered: tuple[Mechanism, ...]
    may_decide: Decision
    moves: tuple[Action, ...]
    level: Level | None = None
    reasons: str = ""
    told_her: str = ""
    decided_at: datetime | None = None
    decided_by: str = ""
    was_provisional: bool = False
    first_contact_due: date | None = None
    review_due: date | None = None
    earlier: tuple[tuple[datetime, Level], ...] = ()
    smallest: tuple[Smallest, ...] = ()
    standards: tuple[tuple[Level, Standard], ...] = ()
    is_hidden: bool = False
    may_view: Decision = _YES
    own_level: Level | None = None
    own_words: str = ""
    own_by: str = ""
    own_at: datetime | None = None
    readings: tuple[level_readings.Beside, ...] = ()
    because_of: level_readings.Beside | None = None
    asked_of: str = ""
    may_tell: Decision = _YES
    #: why she is not to be told yet, where a second reader has not agreed
    not_yet: str = ""
    may_ask: Decision = _YES
    may_hand_over: Decision = _YES
    may_take_over: tuple[tuple[UUID, str], ...] = ()
    told_at: datetime | None = None
    told_by: str = ""
    told_how: str = ""
    #: whom to turn to for her safety at any hour
    turn_to_now: str = ""
    #: whether her safety is in question now, by the answers
    is_danger: bool = False

    @property
    def is_urgent_unread(self) -> bool:
        """Whether a level 4 still waits for its second reader."""
        waits = (reading.Status.WAITING, reading.Status.WITH_SUPERVISOR)
        return any(one.why is reading.Why.URGENT and one.status in waits for one in self.readings)


def page(*, triage_id: UUID, by: Actor, at: datetime) -> Page | None:
    """One triage decision, made or to be made; None when for this person it is not there."""
    row = sight.one(TriageDecision, triage_id, by)
    if row is None:
        return None
    found = assess.page(client_id=row.client_id, by=by, at=at, route="triage:decide")
    if found is None:
        return None
    is_open = row.status in (Status.AWAITING.value, Status.RETURNED.value)
    using = triage_policy.in_force(at)
    inputs = triage_facts.answers_of(row.assessment) if is_open else dict(row.inputs)
    suggestion = triage_policy.suggest(using, inputs)
    facts = _facts(row, by)
    shown = not (is_open and wants_own_view(row, by))
    decided = Level(row.level) if row.level is not None else None
    suggested = (
        _level(suggestion)
        if is_open
        else (Level(row.suggested_level) if row.suggested_level is not None else None)
    )
    asked_people = (row.decided_by_id, row.own_by_id, row.asked_of_id, row.told_by_id)
    names = identity.names_of({key for key in asked_people if key is not None})

    def who(key: UUID | None) -> str:
        return names.get(key, "a colleague") if key is not None else ""

    earlier = (
        sight.visible(TriageDecision, by)
        .filter(episode_id=row.episode_id, decided_at__isnull=False, asked_at__lt=row.asked_at)
        .values_list("decided_at", "level")
    )
    return Page(
        id=row.id,
        client_id=row.client_id,
        banner=found.banner,
        status=Status(row.status),
        asked_at=row.asked_at,
        due_at=said_due(rules.decision_due(suggested, asked_at=row.asked_at, working=programme.working())),
        assessment=found if found.id else None,
        questions=tuple(
            Question(question.name, _question(question.name), _answer(question.name, inputs))
            for question in using.inputs
        ),
        suggested=suggested if shown else None,
        suggestion=suggestion if shown else None,
        missing=tuple(_question(name) for name in suggestion.missing) if shown and suggestion else (),
        immaterial=tuple(_question(name) for name in suggestion.immaterial) if shown and suggestion else (),
        could_be=tuple(Level(int(level)) for level in suggestion.could_be) if shown and suggestion else (),
        nearby=_nearby(using, inputs) if shown and suggestion else (),
        smallest=_smallest(using, inputs) if shown and suggestion else (),
        standards=tuple((level, using.standard(level)) for level in Level),
        is_hidden=not shown,
        may_view=rules.WORKFLOW.may(
            Action.DECIDE,
            status=Status(row.status),
            role=by.role,
            facts=_facts(row, by, with_view=True),
        ),
        own_level=Level(row.own_level) if row.own_level is not None else None,
        own_words=row.own_words or "",
        own_by=who(row.own_by_id),
        own_at=row.own_at,
        readings=level_readings.of(row.id, by=by),
        because_of=level_readings.because_of(row, by=by),
        asked_of=who(row.asked_of_id),
        may_tell=may_tell(row, by),
        not_yet=not_yet(row, by),
        may_ask=level_readings.may_ask(row, by),
        may_hand_over=(handing := may_hand_over(row, by)),
        may_take_over=tuple(who_may_take_over(row, by).items()) if handing else (),
        told_at=row.told_at,
        told_by=who(row.told_by_id),
        told_how=telling.How(row.told_how).label if row.told_how else "",
        policy_name=using.name if is_open else row.policy_name,
        policy_version=using.version if is_open else row.policy_version,
        unconsidered=tuple(m for m, standing in found.mechanisms if standing.value == "not_considered"),
        may_decide=rules.WORKFLOW.may(Action.DECIDE, status=Status(row.status), role=by.role, facts=facts),
        moves=tuple(
            move.action
            for move in rules.WORKFLOW.open_to(status=Status(row.status), role=by.role, facts=facts)
        ),
        level=decided,
        reasons=row.reasons,
        told_her=row.told_her,
        decided_at=row.decided_at,
        decided_by=names.get(row.decided_by_id, "") if row.decided_by_id else "",
        was_provisional=row.is_provisional,
        first_contact_due=row.first_contact_due,
        review_due=row.review_due,
        earlier=tuple(
            (when, Level(level)) for when, level in earlier if when is not None and level is not None
        ),
        turn_to_now=programme.turn_to_now(),
        is_danger=inputs.get(IMMEDIATE_SAFETY) == ImmediateSafety.YES.value,
    )


def _question(name: str) -> str:
    return named.words(name)


def _in_words(name: str, value: str) -> str:
    return named.answer_words(name, value)


def _answer(name: str, inputs: Mapping[str, str | None]) -> str | None:
    value = inputs.get(name)
    return None if value is None else _in_words(name, str(value))


def _nearby(using: Policy, inputs: Mapping[str, str | None]) -> tuple[Nearby, ...]:
    known = {question.name: inputs.get(question.name) for question in using.inputs}
    return tuple(
        Nearby(_question(one.question), _in_words(one.question, one.answer), Level(int(one.level)))
        for one in nearby.neighbours(using, known)
    )


def _smallest(using: Policy, inputs: Mapping[str, str | None]) -> tuple[Smallest, ...]:
    known = {question.name: inputs.get(question.name) for question in using.inputs}
    return tuple(
        Smallest(
            Level(int(one.level)),
            tuple(
                (_question(name), " or ".join(_in_words(name, value).lower() for value in values))
                for name, values in one.changes
            ),
        )
        for one in nearby.smallest(using, known)
    )


def letter(*, triage_id: UUID, by: Actor, at: datetime) -> tuple[Page, Sections] | Decision | None:
    """Why her level is what it is, in plain words to her; None when she is not there for this person. Of a
    level that a second reader has not agreed to there are no words yet: the page says so instead."""
    row = sight.one(TriageDecision, triage_id, by)
    found = page(triage_id=triage_id, by=by, at=at) if row is not None else None
    if row is None or found is None:
        return None
    if not found.not_yet and not found.may_tell:
        return found.may_tell
    if found.not_yet or row.level is None or row.decided_at is None:
        return found, ()
    level = Level(row.level)
    using = level_readings.as_it_was(row)
    suggested = triage_policy.suggest(using, row.inputs or {})
    used = [
        (named.words_to_her(question.name), named.answer_words(question.name, given))
        for question in using.inputs
        if (given := (row.inputs or {}).get(question.name))
    ]
    return found, telling.sections(
        level=level,
        standard=using.standard(level),
        decided_on=local(row.decided_at).date(),
        because=suggested.because if suggested else (),
        used=used,
        is_safe_by_answers=(row.inputs or {}).get(IMMEDIATE_SAFETY) == ImmediateSafety.NO.value,
        missing=[named.words_to_her(name) for name in row.missing or []],
        is_override=row.status == Status.OVERRIDDEN.value,
        reasons=row.reasons or "",
        first_contact_by=row.first_contact_due,
        review_by=row.review_due,
    )


Sections = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """Her level in a few lines, for her page."""

    id: UUID
    status: Status
    level: Level | None
    decided_at: datetime | None
    decided_by: str
    reasons: str
    first_contact_due: date | None
    review_due: date | None


def card(*, client_id: UUID, by: Actor, at: datetime) -> Card | None:
    """For her page, which records the reading itself; None before triage, or without a right to see."""
    row = sight.visible(TriageDecision, by).filter(client_id=client_id).order_by("-asked_at").first()
    if row is None:
        return None
    names = identity.names_of({row.decided_by_id} if row.decided_by_id else set())
    return Card(
        id=row.id,
        status=Status(row.status),
        level=Level(row.level) if row.level is not None else None,
        decided_at=row.decided_at,
        decided_by=names.get(row.decided_by_id, "") if row.decided_by_id else "",
        reasons=row.reasons,
        first_contact_due=row.first_contact_due,
        review_due=row.review_due,
    )
