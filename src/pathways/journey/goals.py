"""Her goals, in her own words: how much each matters, how near she feels to it, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.outcomes import progress
from pathways.domain.support import goal
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.needs import Domain, Rung
from pathways.domain.terms.people import WORKER_ROLES, Role
from pathways.domain.triage import assessment
from pathways.domain.workflow import Move
from pathways.journey import alongside, ledger, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Assessment, Goal, GoalRating, NeedRating


def set_goal(
    *,
    client_id: UUID,
    words: str,
    domain: Domain | None,
    importance: int | None,
    nearness: int | None = None,
    target_date: date | None = None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Keeps something she wants, as she says it, and how near it feels today."""
    with transaction.atomic():
        if alongside.her(client_id, by) is None:
            return refusal(sight.NOT_THERE)
        where = alongside.episode_now(client_id, by)
        if where is None or not alongside.is_running(where):
            return refusal(decision.no("She has no open episode.", ask="the coordinator"))
        answer = decision.every(
            decision.yes() if words.strip() else decision.no("Write what she wants, in her words."),
            goal.complete(goal.Rating(0 if nearness is None else nearness, importance)),
        )
        if not answer:
            return refusal(answer)
        row = Goal(
            client_id=client_id,
            organisation_id=by.organisation_id,
            episode_id=where.id,
            words=words,
            domain=domain.value if domain else "",
            importance=importance,
            set_at=at,
            set_by_id=by.account_id,
            target_date=target_date,
        )
        row.save(force_insert=True)
        if nearness is not None:
            _rate(row, nearness, by=by, at=at)
        alongside.tell(
            EventKind.GOAL_SET, where, by=by, at=at, detail={"goal": str(row.id), "need": row.domain}
        )
        return done(row.id, client_id=client_id)


def rate(*, goal_id: UUID, nearness: int, importance: int | None = None, by: Actor, at: datetime) -> Outcome:
    """Keeps how near she feels to a goal today, 0 to 10."""
    with transaction.atomic():
        row = sight.one(Goal, goal_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if row.status == goal.Status.CHANGED.value:
            return refusal(decision.no("This goal was changed for another."))
        if not (answer := goal.complete(goal.Rating(nearness, importance))):
            return refusal(answer)
        if importance is not None:
            row.importance = importance
            row.save(update_fields=["importance"])
        _rate(row, nearness, by=by, at=at)
        _tell_rated(row, nearness, by=by, at=at)
        return done(row.id, client_id=row.client_id)


def rated(row: Goal, nearness: int, *, rated_at: datetime, by: Actor, at: datetime) -> GoalRating:
    """One rating from a sheet, at the moment that the sheet gives, in the transaction of that."""
    made = GoalRating(
        client_id=row.client_id,
        organisation_id=row.organisation_id,
        goal=row,
        value=nearness,
        rated_at=rated_at,
        rated_by_id=by.account_id,
    )
    made.save(force_insert=True)
    _tell_rated(row, nearness, by=by, at=at)
    return made


def settle(*, goal_id: UUID, action: goal.Action, by: Actor, at: datetime) -> Outcome:
    """Says what became of a goal: met, met in part, not met, changed; or takes it up again."""
    with transaction.atomic():
        row = sight.one(Goal, goal_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        status = goal.Status(row.status)
        if not (answer := goal.WORKFLOW.may(action, status=status, role=by.role)):
            return refusal(answer)
        move = goal.WORKFLOW.move(action, status)
        assert move is not None
        row.status = move.target.value
        row.ended_at = None if move.target is goal.Status.OPEN else at
        row.save(update_fields=["status", "ended_at"])
        _tell_rated(row, None, by=by, at=at)
        return done(row.id, client_id=row.client_id)


def _rate(row: Goal, nearness: int, *, by: Actor, at: datetime) -> None:
    GoalRating(
        client_id=row.client_id,
        organisation_id=row.organisation_id,
        goal=row,
        value=nearness,
        rated_at=at,
        rated_by_id=by.account_id,
    ).save(force_insert=True)


def _tell_rated(row: Goal, nearness: int | None, *, by: Actor, at: datetime) -> None:
    where = alongside.episode_by_id(row.episode_id, by)
    detail = {"goal": str(row.id), "rating": nearness, "state": row.status}
    alongside.tell(EventKind.GOAL_RATED, where, by=by, at=at, detail=detail)


# --- reads ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rated:
    """One rating of one goal."""

    value: int
    on: datetime
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class HerGoal:
    """A goal with all its ratings, the earliest first."""

    id: UUID
    client_id: UUID
    words: str
    domain: str
    importance: int | None
    status: goal.Status
    set_at: datetime
    target_date: date | None
    ratings: tuple[Rated, ...]
    change: progress.Change
    moves: tuple[Move[goal.Status, goal.Action, Role], ...]

    @property
    def latest(self) -> int | None:
        return self.ratings[-1].value if self.ratings else None

    @property
    def first(self) -> int | None:
        return self.ratings[0].value if self.ratings else None


@dataclass(frozen=True, slots=True)
class LadderRow:
    """One part of her life on the needs ladder, at the first assessment and at the latest."""

    domain: Domain
    before: Rung | None
    after: Rung | None
    note: str = ""

    @property
    def step(self) -> int | None:
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Ladder:
    """Her needs ladder over time, or as it stands when it was asked once only."""

    first_on: datetime
    latest_on: datetime
    rows: tuple[LadderRow, ...]
    change: progress.LadderChange

    @property
    def is_repeated(self) -> bool:
        return self.first_on != self.latest_on


@dataclass(frozen=True, slots=True)
class HerGoals:
    """What she is working towards, and what has changed in her life."""

    client_id: UUID
    goals: tuple[HerGoal, ...]
    ladder: Ladder | None
    may_write: bool

    @property
    def open(self) -> tuple[HerGoal, ...]:
        return tuple(one for one in self.goals if one.status is goal.Status.OPEN)

    @property
    def ended(self) -> tuple[HerGoal, ...]:
        return tuple(one for one in self.goals if one.status is not goal.Status.OPEN)


def of_her(*, client_id: UUID, by: Actor, at: datetime) -> HerGoals | None:
    """Her goals that this person may read; None when she is not there for them."""
    if alongside.her(client_id, by) is None:
        return None
    found = tuple(_shown(row, by) for row in sight.visible(Goal, by).filter(client_id=client_id))
    ledger.read(by=by, at=at, resource=Resource.GOAL, subjects=[client_id], route="support/plan")
    return HerGoals(client_id, found, ladder_of(client_id, by), by.role in WORKER_ROLES)


def one(*, goal_id: UUID, by: Actor, at: datetime) -> HerGoal | None:
    row = sight.one(Goal, goal_id, by)
    if row is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.GOAL, subjects=[row.client_id], route="support/goal")
    return _shown(row, by)


def _shown(row: Goal, by: Actor) -> HerGoal:
    ratings = tuple(
        Rated(rated.value, rated.rated_at, rated.id)
        for rated in sight.visible(GoalRating, by).filter(goal_id=row.id).order_by("rated_at")
    )
    status = goal.Status(row.status)
    return HerGoal(
        id=row.id,
        client_id=row.client_id,
        words=row.words,
        domain=Domain(row.domain).label if row.domain else "",
        importance=row.importance,
        status=status,
        set_at=row.set_at,
        target_date=row.target_date,
        ratings=ratings,
        change=progress.goal_change(
            ratings[0].value if len(ratings) > 1 else None, ratings[-1].value if len(ratings) > 1 else None
        ),
        moves=goal.WORKFLOW.open_to(status=status, role=by.role),
    )


def ladder_of(client_id: UUID, by: Actor) -> Ladder | None:
    """From her first completed assessment to her latest; None where there is none to see."""
    done_ones = list(
        sight.visible(Assessment, by)
        .filter(client_id=client_id, status=assessment.Status.COMPLETE.value, completed_at__isnull=False)
        .order_by("completed_at")
    )
    if not done_ones:
        return None
    first, latest = done_ones[0], done_ones[-1]
    before, after = _rungs(first, by), _rungs(latest, by)
    assert first.completed_at is not None and latest.completed_at is not None
    return Ladder(
        first.completed_at,
        latest.completed_at,
        tuple(LadderRow(domain, before.get(domain), after.get(domain)) for domain in Domain),
        progress.ladder_change(before, after),
    )


def _rungs(row: Assessment, by: Actor) -> dict[Domain, Rung | None]:
    return {
        Domain(rating.domain): Rung(rating.rung) if rating.rung else None
        for rating in sight.visible(NeedRating, by).filter(assessment_id=row.id)
    }
