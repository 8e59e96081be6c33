"""Another person reads a level: before an exit, after an urgent one, by lot and blind, or because she asked.

What a reader is shown is kept on the reading as it was when the level was decided, so that a chair or a
supervisor can read it without the rest of her record. A blind reading shows no name, no level, no reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import needs
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role
from pathways.domain.triage import facts as named
from pathways.domain.triage import policy
from pathways.domain.triage import reading as rules
from pathways.domain.triage import triage as deciding
from pathways.domain.triage import version as versions
from pathways.domain.triage.default import DEFAULT
from pathways.domain.triage.levels import Level
from pathways.domain.triage.policy import Policy, Suggestion
from pathways.domain.triage.reading import WORKFLOW, Action, Facts, Status, Why
from pathways.journey import (
    her,
    identity,
    kept_out,
    ledger,
    programme,
    sight,
    tasks,
    triage_choices,
)
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Appointment,
    Episode,
    NeedRating,
    TriageDecision,
    TriagePolicy,
    TriageReading,
)

TASK = tasks.LEVEL_READING
DIFFER_TASK = "level_read_differently"
_OPEN = (Status.WAITING.value, Status.WITH_SUPERVISOR.value)
_TITLES = {
    Why.EXIT: "Read a level 0 before she is closed off",
    Why.URGENT: "Read a level 4: the action has begun",
    Why.DRAWN: "Say what level you would decide on these facts",
    Why.ASKED: "She asked for another look at her level",
}


# --- consequences of a decision, for verbs -----------------------------------------------------------------


def follow(
    row: TriageDecision,
    using: Policy,
    suggested: Suggestion | None,
    *,
    by: Actor,
    at: datetime,
) -> tuple[Why, ...]:
    """Asks for the readings that a decision entails, and draws its lot. For verbs.

    Readings of earlier decisions of this episode that nobody has done are overtaken. `row` is saved by the
    caller afterwards, with its lot.
    """
    level = Level(row.level) if row.level is not None else Level.TARGETED
    _overtake(row, by=by, at=at)
    seed = triage_choices.seed(at)
    row.percent = triage_choices.drawn()[level]
    row.lot = rules.lot(seed, row.id)
    asked, told = [], set[UUID]()
    if (why := rules.wanted(level)) is not None:
        made = _ask(row, why, using, suggested, seed=seed, by=by, at=at)
        told = {made.reader_id} if made is not None and made.reader_id is not None else told
        asked.append(why)
    if row.lot * 100 < row.percent and _ask(row, Why.DRAWN, using, None, seed=seed, by=by, at=at, but=told):
        asked.append(Why.DRAWN)
    return tuple(asked)


def _overtake(row: TriageDecision, *, by: Actor, at: datetime) -> None:
    with identity.clerk(by) as clerk:
        rows = TriageReading.objects.select_for_update(of=("self",)).filter(
            triage__episode_id=row.episode_id, status__in=_OPEN
        )
        for one in rows.exclude(triage_id=row.id):
            if WORKFLOW.may(Action.OVERTAKE, status=Status(one.status), role=clerk.role):
                one.status = Status.OVERTAKEN.value
                one.save(update_fields=["status"])
                tasks.settle(TASK, object_id=one.id, by=by, at=at)


def _ask(
    row: TriageDecision,
    why: Why,
    using: Policy,
    suggested: Suggestion | None,
    *,
    seed: str,
    by: Actor,
    at: datetime,
    her_words: str = "",
    but: Collection[UUID] = (),
) -> TriageReading | None:
    """Asks a person to read it. A blind one is not asked for where nobody could do it."""
    first = row.decided_by_id or by.account_id
    whom, role = _somebody(row, why, seed, by=by, first=first, but=but)
    if why is Why.DRAWN and whom is None:
        return None
    due = rules.due(why, asked_at=at, working=programme.working(), urgent=triage_choices.urgent())
    made = TriageReading(
        client_id=row.client_id,
        organisation_id=row.organisation_id,
        triage=row,
        why=why.value,
        first_level=None
        if why is Why.DRAWN
        else Level(row.level if row.level is not None else Level.TARGETED).value,
        first_by_id=first,
        shown=_shown(row, why, using, suggested, by),
        asked_at=at,
        asked_by_id=by.account_id,
        her_words=her_words,
        due_at=due,
        reader_id=whom,
    )
    with identity.clerk(by):
        made.save(force_insert=True)
    _set_task(made, whom, role, by, at)
    return made


def _somebody(
    row: TriageDecision, why: Why, seed: str, *, by: Actor, first: UUID, but: Collection[UUID] = ()
) -> tuple[UUID | None, Role]:
    """Who reads: another coordinator where there is one, else the chair, else a supervisor of the same place.

    Never who decided, nor who reads it blind; and blind never who made the assessment, asked for the reading
    or was given another of the same decision.
    """
    with identity.clerk(by):
        barred = kept_out.of_her(row.client_id, by=by).accounts
        blind = TriageReading.objects.filter(triage_id=row.id, why=Why.DRAWN.value, status__in=_OPEN)
        but = {first, *barred, *but, *(one for one in blind.values_list("reader_id", flat=True) if one)}
        if why is Why.DRAWN and row.assessment is not None:
            made = (row.assessment.completed_by_id, row.assessment.started_by_id)
            but |= {one for one in made if one is not None}
        for role in (Role.COORDINATOR, Role.PANEL_CHAIR, Role.SUPERVISOR):
            at_work = Appointment.objects.filter(
                organisation_id=row.organisation_id,
                role=role.value,
                until_at__isnull=True,
                account__is_active=True,
                account__left_at__isnull=True,
            ).exclude(account_id__in=but)
            candidates = dict.fromkeys(at_work.values_list("account_id", flat=True), 0)
            if not candidates:
                continue
            waiting = TriageReading.objects.filter(reader_id__in=list(candidates), status__in=_OPEN)
            for account_id, count in waiting.order_by().values_list("reader_id").annotate(n=Count("id")):
                candidates[account_id] = count
            return rules.reader(candidates, seed=seed, decided=row.id), role
    return None, Role.SUPERVISOR


def _shown(
    row: TriageDecision, why: Why, using: Policy, suggested: Suggestion | None, by: Actor
) -> dict[str, Any]:
    """What whoever decided had before her; of a blind reading nothing that was decided or suggested."""
    made = row.assessment
    facts: dict[str, Any] = {
        "questions": [
            {
                "question": named.words(question.name),
                "answer": named.answer_words(question.name, given)
                if (given := (row.inputs or {}).get(question.name))
                else "",
            }
            for question in using.inputs
        ],
        "strengths": made.strengths if made else "",
        "her_words": made.her_words if made else "",
        "conclusion": made.conclusion if made else "",
        "safety": made.safety if made else "",
        "needs": _needs(row, by),
    }
    if why is Why.DRAWN:
        return facts
    return {
        **facts,
        "level": str(row.level),
        "reasons": row.reasons,
        "decided_by": identity.account_named(row.decided_by_id) if row.decided_by_id else "",
        "decided_at": row.decided_at.isoformat() if row.decided_at else "",
        "suggested": "" if row.suggested_level is None else str(row.suggested_level),
        "because": list(suggested.because) if suggested else [],
        "policy": f"{row.policy_name}, version {row.policy_version}" if row.policy_name else "",
    }


def _needs(row: TriageDecision, by: Actor) -> list[dict[str, str]]:
    if row.assessment is None:
        return []
    with identity.clerk(by):
        rated = NeedRating.objects.filter(assessment=row.assessment).values_list("domain", "rung", "unrated")
        kept = {domain: (rung, unrated) for domain, rung, unrated in rated}
    return [
        {"question": domain.label, "answer": _rung(*kept.get(domain.value, (None, "")))}
        for domain in needs.Domain
    ]


def _rung(rung: int | None, unrated: str) -> str:
    if rung is not None:
        return f"{rung}. {needs.Rung(rung).label}"
    return needs.Unrated(unrated).label if unrated else needs.Unrated.NOT_ASKED.label


# --- what time alone brings about ---------------------------------------------------------------------------


def pass_on(*, at: datetime) -> int:
    """Urgent levels that nobody has read within hours go to the supervisor. For the clockwork."""
    moved = 0
    with transaction.atomic(), identity.clerk() as by:
        rows = TriageReading.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            status=Status.WAITING.value, why=Why.URGENT.value, due_at__lte=at
        )
        for row in rows:
            facts = Facts(why=Why(row.why))
            if not WORKFLOW.may(Action.PASS_ON, status=Status(row.status), role=by.role, facts=facts):
                continue
            row.status, row.passed_on_at = Status.WITH_SUPERVISOR.value, at
            row.save(update_fields=["status", "passed_on_at"])
            _tell(row, by, at)
            tasks.set_task(
                TASK,
                "A level 4 has not been read: read it now",
                organisation_id=row.organisation_id,
                role=who_supervises(row.organisation_id),
                client_id=row.client_id,
                route="triage:reading",
                object_id=row.id,
                due_at=triage_choices.urgent().due(at, programme.working()),
                is_urgent=True,
                blind_to_id=reads_blind(row.triage_id, by=by),
                by=by,
                at=at,
            )
            moved += 1
    return moved


def reads_blind(triage_id: UUID, *, by: Actor) -> UUID | None:
    """Who has a blind reading of this decision to do. For clerks: what many see may not tell her of it."""
    with identity.clerk(by):
        blind = TriageReading.objects.filter(triage_id=triage_id, why=Why.DRAWN.value, status__in=_OPEN)
        return blind.values_list("reader_id", flat=True).first()


def give_to_others(*, at: datetime) -> int:
    """Blind readings whose reader has left go to somebody else who can do them; where nobody can, they wait.
    One that is long past its time is set aside: what it hides from its reader is not hidden for ever.
    For the clockwork."""
    given = 0
    with transaction.atomic(), identity.clerk() as by:
        rows = TriageReading.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            status=Status.WAITING.value, why=Why.DRAWN.value
        )
        for row in rows:
            if at > row.due_at + rules.LAPSES_AFTER:
                facts = Facts(why=Why(row.why))
                if WORKFLOW.may(Action.SET_ASIDE, status=Status(row.status), role=by.role, facts=facts):
                    row.status = Status.SET_ASIDE.value
                    row.save(update_fields=["status"])
                    tasks.settle(TASK, object_id=row.id, by=by, at=at)
                    given += 1
                continue
            still = Appointment.objects.filter(
                account_id=row.reader_id or UUID(int=0),
                organisation_id=row.organisation_id,
                role__in=[role.value for role in rules.READERS],
                until_at__isnull=True,
                account__is_active=True,
                account__left_at__isnull=True,
            )
            if still.exists():
                continue
            others = TriageReading.objects.filter(triage_id=row.triage_id).exclude(id=row.id)
            told = {one for one in others.values_list("reader_id", flat=True) if one is not None}
            decided = TriageDecision.objects.select_related("assessment").get(id=row.triage_id)
            whom, _ = _somebody(
                decided, Why.DRAWN, triage_choices.seed(at), by=by, first=row.first_by_id, but=told
            )
            if whom is None:
                continue
            tasks.settle(TASK, object_id=row.id, by=by, at=at)
            row.reader_id = whom
            row.due_at = rules.due(Why.DRAWN, asked_at=at, working=programme.working())
            row.save(update_fields=["reader_id", "due_at"])
            _set_task(row, whom, None, by, at)
            given += 1
    return given


def _set_task(row: TriageReading, whom: UUID | None, role: Role | None, by: Actor, at: datetime) -> None:
    why = Why(row.why)
    tasks.set_task(
        TASK,
        _TITLES[why],
        organisation_id=row.organisation_id,
        account_id=whom,
        role=role if whom is None else None,
        # a chair is no worker of hers: her task names no woman, and nor does a blind reader's
        client_id=None if why is Why.DRAWN or role is Role.PANEL_CHAIR else row.client_id,
        route="triage:reading",
        object_id=row.id,
        due_at=row.due_at,
        is_urgent=why is Why.URGENT,
        by=by,
        at=at,
    )


def who_supervises(organisation_id: UUID) -> Role:
    """The supervisor of the place that decided; where it has none, the coordinators together."""
    there = Appointment.objects.filter(
        organisation_id=organisation_id, role=Role.SUPERVISOR.value, until_at__isnull=True
    )
    return Role.SUPERVISOR if there.exists() else Role.COORDINATOR


# --- verbs --------------------------------------------------------------------------------------------------


def read(
    *,
    reading_id: UUID,
    level: Level | None,
    because: str,
    knew: bool | None = None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Records what the second person would decide, and why. Where that is another level than was decided, a
    named person decides afresh; a blind reading asks the two to talk and changes nothing by itself."""
    with transaction.atomic():
        row = sight.one(TriageReading, reading_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := rules.complete(level, because)) or level is None:
            return refusal(answer)
        why = Why(row.why)
        if why is Why.DRAWN and knew is None:
            return refusal(decision.no("Say whether you knew who she is, or what was decided."))
        first_level = _first_level(row, by)
        action = Action.AGREE if level is first_level else Action.DISAGREE
        answer = WORKFLOW.may(action, status=Status(row.status), role=by.role, facts=_facts(row, by))
        if not answer:
            return refusal(answer)
        row.status = (Status.AGREED if action is Action.AGREE else Status.APART).value
        row.level, row.because, row.knew = level.value, because.strip(), knew
        row.read_at, row.read_by_id = at, by.account_id
        row.first_level = first_level.value
        with identity.clerk(by):
            row.save()
        tasks.settle(TASK, object_id=row.id, by=by, at=at)
        ledger.altered(by=by, at=at, resource=Resource.TRIAGE_READING, subjects=[row.client_id])
        _tell(row, by, at)
        if action is Action.AGREE:
            return done(row.id, next=_said_agreed(why))
        if why is Why.DRAWN:
            _talk(row, by, at)
            return done(row.id, next=("You read it differently. Whoever decided is asked to look at both.",))
        whom = _afresh(row, by, at)
        return done(row.id, next=(f"{whom} decides her level afresh, with both reasons. {_meanwhile(why)}",))


def _first_level(row: TriageReading, by: Actor) -> Level:
    """The level that was decided; of a blind reading that is not in it stands with the decision alone, which
    the clerk reads."""
    if row.first_level is not None:
        return Level(row.first_level)
    with identity.clerk(by):
        found = TriageDecision.objects.values_list("level", flat=True).get(id=row.triage_id)
    return Level.TARGETED if found is None else Level(found)


def set_aside(*, reading_id: UUID, by: Actor, at: datetime) -> Outcome:
    """The reader of a blind reading needs to see her record now, or knew her: nothing is hidden any more, and
    the reading is not done and not counted."""
    with transaction.atomic():
        row = sight.one(TriageReading, reading_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        answer = WORKFLOW.may(
            Action.SET_ASIDE, status=Status(row.status), role=by.role, facts=_facts(row, by)
        )
        if not answer:
            return refusal(answer)
        row.status = Status.SET_ASIDE.value
        row.save(update_fields=["status"])
        tasks.settle(TASK, object_id=row.id, by=by, at=at)
        ledger.altered(
            by=by, at=at, resource=Resource.TRIAGE_READING, subjects=[row.client_id], reason="set aside"
        )
        return done(row.id, next=("You see everything of hers again. It is not counted.",))


def ask(*, triage_id: UUID, her_words: str, by: Actor, at: datetime) -> Outcome:
    """She asks for another look at her level: somebody who did not decide it answers within five days."""
    with transaction.atomic():
        row = sight.one(TriageDecision, triage_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := may_ask(row, by)):
            return refusal(answer)
        made = _ask(
            row,
            Why.ASKED,
            as_it_was(row),
            None,
            seed=triage_choices.seed(at),
            her_words=her_words.strip(),
            by=by,
            at=at,
        )
        if made is None:
            raise RuntimeError("only a blind reading is ever left out")
        with identity.clerk(by):
            episode = Episode.objects.get(id=row.episode_id)
        ledger.record(
            EventKind.LEVEL_QUESTIONED,
            by=by,
            at=at,
            case_id=episode.case_id,
            client_id=row.client_id,
            episode_id=episode.id,
            detail={"level": str(row.level)},
        )
        ledger.altered(by=by, at=at, resource=Resource.TRIAGE_READING, subjects=[row.client_id])
        return done(
            made.id,
            next=(
                f"Somebody who did not decide it looks at it by {made.due_at:%-d %B %Y}.",
                "Her level stays as it is meanwhile. Asking is not held against her.",
            ),
        )


def may_ask(row: TriageDecision, by: Actor) -> Decision:
    """There is a decision, this person works with her, and no other look is under way."""
    if by.role not in rules.ASKERS:
        return decision.no("Somebody who works with her writes down that she asks.", ask="her worker")
    if row.level is None or row.decided_at is None:
        return decision.no("No level has been decided yet.")
    with identity.clerk(by):
        waiting = TriageReading.objects.filter(triage_id=row.id, why=Why.ASKED.value, status__in=_OPEN)
        if waiting.exists():
            return decision.no("Somebody is looking at it again already.")
    return decision.yes()


# --- the pieces -------------------------------------------------------------------------------------------


def _facts(row: TriageReading, by: Actor) -> Facts:
    return Facts(
        why=Why(row.why),
        is_first=row.first_by_id == by.account_id,
        is_reader=row.reader_id == by.account_id,
    )


def as_it_was(row: TriageDecision) -> Policy:
    """The policy under which it was decided, for its questions; the one in force where it is gone."""
    found = TriagePolicy.objects.filter(name=row.policy_name, version=row.policy_version).first()
    found = found or TriagePolicy.objects.filter(status=versions.Status.IN_FORCE.value).first()
    return policy.read(found.body) if found is not None else DEFAULT


def _said_agreed(why: Why) -> tuple[str, ...]:
    if why is Why.EXIT:
        return ("You agree. She can be given advice, and closed off.",)
    if why is Why.ASKED:
        return ("You agree with the level. Tell her so, and why, or ask whoever works with her to.",)
    if why is Why.DRAWN:
        return ("You would decide alike.",)
    return ("You agree. The action goes on.",)


def _meanwhile(why: Why) -> str:
    if why is Why.EXIT:
        return "She is not closed off before that."
    if why is Why.URGENT:
        return "The action goes on until then."
    return "Her level stays as it is until then."


def _tell(row: TriageReading, by: Actor, at: datetime) -> None:
    with identity.clerk(by):
        episode = Episode.objects.get(triages__id=row.triage_id)
    ledger.record(
        EventKind.LEVEL_READ,
        by=by,
        at=at,
        case_id=episode.case_id,
        client_id=row.client_id,
        episode_id=episode.id,
        detail={"why": row.why, "status": row.status},
    )


def _talk(row: TriageReading, by: Actor, at: datetime) -> None:
    tasks.set_task(
        DIFFER_TASK,
        "Two of you read the same facts differently: look at both",
        organisation_id=row.organisation_id,
        account_id=row.first_by_id,
        client_id=row.client_id,
        route="triage:reading",
        object_id=row.id,
        due_at=programme.working().due_after_days(at, rules.DAYS[Why.DRAWN]),
        by=by,
        at=at,
    )


def _afresh(row: TriageReading, by: Actor, at: datetime) -> str:
    """Asks a named person for a fresh decision: who neither decided nor read, where there is one; else, where
    she asked, whoever looked; else whoever decided. Answers the name."""
    with identity.clerk(by):
        former = TriageDecision.objects.select_related("assessment").get(id=row.triage_id)
        barred = kept_out.of_her(row.client_id, by=by).accounts
        coordinators = list(
            Appointment.objects.filter(
                organisation_id=row.organisation_id,
                role=Role.COORDINATOR.value,
                until_at__isnull=True,
                account__is_active=True,
                account__left_at__isnull=True,
            )
            .exclude(account_id__in=barred)
            .order_by("from_at", "account_id")
            .values_list("account_id", flat=True)
        )
        third = [one for one in coordinators if one not in (row.first_by_id, by.account_id)]
        if row.why == Why.ASKED.value and by.account_id in coordinators:
            whom: UUID | None = by.account_id
        elif third:
            whom = third[0]
        elif by.account_id in coordinators:
            whom = by.account_id
        else:
            whom = row.first_by_id if row.first_by_id in coordinators else None
        waiting = TriageDecision.objects.filter(
            episode_id=former.episode_id, status=deciding.Status.AWAITING.value
        ).first()
        new = waiting or TriageDecision(
            client_id=former.client_id,
            organisation_id=former.organisation_id,
            episode_id=former.episode_id,
            assessment=former.assessment,
            inputs=former.inputs,
            asked_at=at,
            suggested_level=former.suggested_level,
            suggested_rule=former.suggested_rule,
            is_provisional=former.is_provisional,
            missing=former.missing,
        )
        new.asked_of_id, new.because_of_id = whom, row.id
        new.save()
    urgent = Level.URGENT_SAFETY.value in (row.first_level, row.level)
    tasks.set_task(
        tasks.TRIAGE,
        "Decide a level afresh: two people did not agree",
        organisation_id=row.organisation_id,
        account_id=whom,
        role=Role.COORDINATOR if whom is None else None,
        client_id=row.client_id,
        route="triage:decide",
        object_id=new.id,
        due_at=deciding.decision_due(
            Level.URGENT_SAFETY if urgent else None, asked_at=at, working=programme.working()
        ),
        is_urgent=urgent,
        by=by,
        at=at,
    )
    return identity.account_named(whom) if whom is not None else "A coordinator"


def may_end(episode_id: UUID, *, by: Actor) -> Decision:
    """Whether the level of this episode stands in the way of closing her off with advice. For verbs."""
    with identity.clerk(by):
        row = (
            TriageDecision.objects.filter(episode_id=episode_id, decided_at__isnull=False)
            .order_by("-decided_at")
            .first()
        )
        if row is None or row.level is None:
            return decision.yes()
    return rules.may_end(Level(row.level), _exit_status(row.id, by))


def may_be_told(row: TriageDecision, *, by: Actor) -> Decision:
    """Whether she may be told of this level: a level 0 is nobody's to tell before it is read and agreed."""
    if row.level != Level.ADVICE.value:
        return decision.yes()
    return rules.may_be_told(Level.ADVICE, _exit_status(row.id, by))


def _exit_status(triage_id: UUID, by: Actor) -> Status | None:
    """How the reading before an exit stands. As a clerk: her worker may not see the reading itself."""
    with identity.clerk(by):
        rows = TriageReading.objects.filter(triage_id=triage_id, why=Why.EXIT.value).order_by("-asked_at")
        found = rows.values_list("status", flat=True).first()
    return Status(found) if found else None


# --- reads ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One reading in the list. Of a blind one neither who she is nor what was decided is said."""

    id: UUID
    why: Why
    status: Status
    reference: str
    asked_at: datetime
    due_at: datetime
    is_overdue: bool
    is_mine: bool
    reader: str


#: The tabs of the list, and the statuses behind each.
TABS: Mapping[str, tuple[Status, ...]] = {
    "waiting": (Status.WAITING, Status.WITH_SUPERVISOR),
    "apart": (Status.APART,),
    "done": (Status.AGREED, Status.OVERTAKEN, Status.SET_ASIDE),
}


def listed(
    *, tab: str, by: Actor, at: datetime, offset: int = 0, limit: int = 25
) -> tuple[tuple[Line, ...], Mapping[str, int]]:
    """The readings under one tab: one's own first, then by their clock; and how many there are in each."""
    every = sight.visible(TriageReading, by)
    by_status = dict(every.order_by().values_list("status").annotate(n=Count("id")))
    counts = {name: sum(by_status.get(one.value, 0) for one in group) for name, group in TABS.items()}
    rows = list(every.filter(status__in=[one.value for one in TABS[tab]]).defer("shown", "because"))
    rows.sort(key=lambda row: (row.reader_id != by.account_id, row.due_at, str(row.id)))
    rows = rows[offset : offset + limit]
    references = her.references_of([row.client_id for row in rows if not _is_blind(row, by)], by)
    names = identity.names_of({row.reader_id for row in rows if row.reader_id})
    ledger.read(
        by=by,
        at=at,
        resource=Resource.TRIAGE_READING,
        subjects=[row.client_id for row in rows],
        route="triage:readings",
    )
    return (
        tuple(
            Line(
                id=row.id,
                why=Why(row.why),
                status=Status(row.status),
                reference=references.get(row.client_id, ""),
                asked_at=row.asked_at,
                due_at=row.due_at,
                is_overdue=row.status in _OPEN and at > row.due_at,
                is_mine=row.reader_id == by.account_id,
                reader=names.get(row.reader_id, "a colleague") if row.reader_id else "",
            )
            for row in rows
        ),
        counts,
    )


def _is_blind(row: TriageReading, by: Actor) -> bool:
    """Whether this person must not be told yet: a blind reading of hers that she has not done."""
    is_waiting = row.why == Why.DRAWN.value and row.status in _OPEN
    return is_waiting and row.first_by_id != by.account_id


@dataclass(frozen=True, slots=True)
class Page:
    """One reading: the facts as they were, and what was decided, once that may be told."""

    id: UUID
    why: Why
    status: Status
    client_id: UUID | None
    triage_id: UUID | None
    reference: str
    asked_at: datetime
    due_at: datetime
    her_words: str
    questions: tuple[tuple[str, str], ...]
    needs: tuple[tuple[str, str], ...]
    strengths: str
    she_wants: str
    conclusion: str
    safety: str
    first_level: Level | None
    first_reasons: str
    first_by: str
    first_at: datetime | None
    suggested: Level | None
    because: tuple[str, ...]
    policy: str
    may_read: Decision
    may_set_aside: Decision
    level: Level | None
    second_because: str
    second_by: str
    read_at: datetime | None
    knew: bool | None
    is_blind: bool
    #: whom to turn to for her safety at any hour: of a level 4
    turn_to_now: str = ""


def page(*, reading_id: UUID, by: Actor, at: datetime) -> Page | None:
    """One reading; None when for this person it is not there."""
    row = sight.one(TriageReading, reading_id, by)
    if row is None:
        return None
    ledger.read(
        by=by,
        at=at,
        resource=Resource.TRIAGE_READING,
        subjects=[row.client_id],
        route="triage:reading",
    )
    blind = _is_blind(row, by)
    kept: Mapping[str, Any] = row.shown or {}
    first = {} if blind else (kept if kept.get("level") else _first(row, by))
    names = identity.names_of({row.read_by_id} if row.read_by_id else set())
    references = {} if blind else her.references_of([row.client_id], by)
    may = WORKFLOW.may(Action.AGREE, status=Status(row.status), role=by.role, facts=_facts(row, by))
    sees_her = bool(references)
    return Page(
        id=row.id,
        why=Why(row.why),
        status=Status(row.status),
        client_id=row.client_id if sees_her else None,
        triage_id=row.triage_id if sees_her else None,
        reference=references.get(row.client_id, ""),
        asked_at=row.asked_at,
        due_at=row.due_at,
        her_words=row.her_words or "",
        questions=tuple((one["question"], one["answer"]) for one in kept.get("questions", [])),
        needs=tuple((one["question"], one["answer"]) for one in kept.get("needs", [])),
        strengths=kept.get("strengths", ""),
        she_wants=kept.get("her_words", ""),
        conclusion=kept.get("conclusion", ""),
        safety=kept.get("safety", ""),
        first_level=None if blind else _first_level(row, by),
        first_reasons=first.get("reasons", ""),
        first_by=first.get("decided_by", ""),
        first_at=datetime.fromisoformat(first["decided_at"]) if first.get("decided_at") else None,
        suggested=Level(int(first["suggested"])) if first.get("suggested") else None,
        because=tuple(first.get("because", [])),
        policy=first.get("policy", ""),
        may_read=may,
        may_set_aside=WORKFLOW.may(
            Action.SET_ASIDE, status=Status(row.status), role=by.role, facts=_facts(row, by)
        ),
        level=Level(row.level) if row.level is not None else None,
        second_because=row.because or "",
        second_by=names.get(row.read_by_id, "a colleague") if row.read_by_id else "",
        read_at=row.read_at,
        knew=row.knew,
        is_blind=blind,
        turn_to_now=programme.turn_to_now() if row.why == Why.URGENT.value else "",
    )


def _first(row: TriageReading, by: Actor) -> dict[str, Any]:
    """What was decided, for a blind reading that is in; as its clerk, since a chair may not see her."""
    with identity.clerk(by):
        found = TriageDecision.objects.get(id=row.triage_id)
    return {
        "reasons": found.reasons,
        "decided_by": identity.account_named(found.decided_by_id) if found.decided_by_id else "",
        "decided_at": found.decided_at.isoformat() if found.decided_at else "",
        "suggested": "" if found.suggested_level is None else str(found.suggested_level),
        "policy": f"{found.policy_name}, version {found.policy_version}",
    }


@dataclass(frozen=True, slots=True)
class Beside:
    """One reading in a few words, for the page of the decision."""

    id: UUID
    why: Why
    status: Status
    due_at: datetime
    level: Level | None
    because: str
    by: str
    read_at: datetime | None


def of(triage_id: UUID, *, by: Actor) -> tuple[Beside, ...]:
    """The readings of a decision that this person may know of, the oldest first."""
    rows = [
        row for row in sight.visible(TriageReading, by).filter(triage_id=triage_id) if not _is_blind(row, by)
    ]
    names = identity.names_of({row.read_by_id for row in rows if row.read_by_id})
    return tuple(
        Beside(
            row.id,
            Why(row.why),
            Status(row.status),
            row.due_at,
            Level(row.level) if row.level is not None else None,
            row.because or "",
            names.get(row.read_by_id, "a colleague") if row.read_by_id else "",
            row.read_at,
        )
        for row in rows
    )


def because_of(row: TriageDecision, *, by: Actor) -> Beside | None:
    """The reading that asked for this decision afresh."""
    if row.because_of_id is None:
        return None
    found = sight.one(TriageReading, row.because_of_id, by)
    if found is None:
        return None
    return next((one for one in of(found.triage_id, by=by) if one.id == found.id), None)


def waiting(*, by: Actor) -> int:
    """How many readings wait, of those that this person may see: the number on the first tab."""
    return sight.visible(TriageReading, by).filter(status__in=_OPEN).count()


