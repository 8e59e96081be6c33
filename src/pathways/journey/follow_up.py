"""Followed up: her key worker asks how she is, three, six and twelve months after her episode closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.outcomes import followup
from pathways.domain.support import goal
from pathways.domain.terms import clocks
from pathways.domain.terms.contact import Channel, Purpose
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.needs import Domain, Rung
from pathways.domain.terms.people import Role
from pathways.journey import alongside, her, identity, ledger, outgoing, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import FollowUp, Goal


def record(
    *,
    follow_up_id: UUID,
    channel: Channel | None,
    ladder: Mapping[Domain, Rung | None],
    goals: Mapping[UUID, int | None],
    words: str = "",
    by: Actor,
    at: datetime,
) -> Outcome:
    """Keeps how she is now. `channel` is how the worker reached her, None when she got in touch herself.

    Whoever reaches out to her passes her safe-contact plan, a year on as on the first day.
    """
    with transaction.atomic():
        row = sight.one(FollowUp, follow_up_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        answer = _may(row, followup.Action.RECORD, by, at)
        if answer and channel is not None:
            answer = outgoing.may_reach(
                client_id=row.client_id, channel=channel, purpose=Purpose.FOLLOW_UP, at=at, by=by
            )
        asked = {need: rung for need, rung in ladder.items() if rung is not None}
        rated = {goal_id: value for goal_id, value in goals.items() if value is not None}
        if answer and not (asked or rated or words.strip()):
            answer = decision.no("Nothing was answered: say how she is, or that she declined.")
        if answer:
            answer = decision.every(*(goal.complete(goal.Rating(value)) for value in rated.values()))
        if not answer:
            return refusal(answer)
        row.answers = {
            "ladder": {need.value: int(rung) for need, rung in asked.items()},
            "goals": {str(goal_id): value for goal_id, value in rated.items()},
        }
        row.words = words
        _settle(row, followup.Action.RECORD, by=by, at=at)
        return done(row.id, client_id=row.client_id)


def not_reached(*, follow_up_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Says that she could not be reached. It can still be recorded later, if she gets in touch."""
    return _without_answers(follow_up_id, followup.Action.GIVE_UP, by=by, at=at)


def declined(*, follow_up_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Says that she does not want this follow-up. That needs no reason."""
    return _without_answers(follow_up_id, followup.Action.DECLINE, by=by, at=at)


def _without_answers(follow_up_id: UUID, action: followup.Action, *, by: Actor, at: datetime) -> Outcome:
    with transaction.atomic():
        row = sight.one(FollowUp, follow_up_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may(row, action, by, at)):
            return refusal(answer)
        _settle(row, action, by=by, at=at)
        return done(row.id, client_id=row.client_id)


def _may(row: FollowUp, action: followup.Action, by: Actor, at: datetime) -> decision.Decision:
    facts = followup.Facts(row.due_on, clocks.local(at).date(), alongside.is_stopped(row.client_id, by))
    return followup.WORKFLOW.may(action, status=followup.Status(row.status), role=by.role, facts=facts)


def _settle(row: FollowUp, action: followup.Action, *, by: Actor, at: datetime) -> None:
    move = followup.WORKFLOW.move(action, followup.Status(row.status))
    assert move is not None
    row.status = move.target.value
    row.recorded_at, row.recorded_by_id = at, by.account_id
    row.save()
    tasks.settle("follow_up", object_id=row.id, by=by, at=at)
    alongside.tell(
        EventKind.FOLLOWED_UP,
        alongside.episode_by_id(row.episode_id, by),
        by=by,
        at=at,
        detail={"wave": str(row.wave), "result": row.status},
    )


# --- reads ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """One follow-up on a list."""

    id: UUID
    client_id: UUID
    name: str
    reference: str
    safe_contact: str
    safe_contact_ok: bool
    wave: followup.Wave
    status: followup.Status
    due_on: date
    is_overdue: bool
    worker: str
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One follow-up with what can be asked, and what was answered."""

    due: Due
    goals: tuple[tuple[UUID, str], ...]
    ladder: dict[Domain, Rung]
    ratings: dict[UUID, int]
    words: str
    may_record: decision.Decision
    may_give_up: decision.Decision
    may_decline: decision.Decision


#: Follow-ups are shown from so long before they are due.
AHEAD = timedelta(days=42)


def due(*, by: Actor, at: datetime, everything: bool = False) -> list[Due]:
    """Follow-ups that are due or soon will be, the earliest first; a worker's own, a supervisor's all."""
    rows = sight.visible(FollowUp, by).filter(status=followup.Status.DUE.value)
    if not everything:
        rows = rows.filter(due_on__lte=clocks.local(at).date() + AHEAD)
    if by.role not in (Role.SUPERVISOR, Role.COORDINATOR):
        rows = rows.filter(worker_id=by.account_id)
    return _shown(list(rows[:200]), by, at)


def of_her(*, client_id: UUID, by: Actor, at: datetime) -> list[Due]:
    """All follow-ups of hers that this person may read."""
    if alongside.her(client_id, by) is None:
        return []
    return _shown(list(sight.visible(FollowUp, by).filter(client_id=client_id)), by, at)


def one(*, follow_up_id: UUID, by: Actor, at: datetime) -> Asked | None:
    row = sight.one(FollowUp, follow_up_id, by)
    if row is None:
        return None
    answers = row.answers or {}
    goals = sight.visible(Goal, by).filter(episode_id=row.episode_id, organisation_id=row.organisation_id)
    return Asked(
        due=_shown([row], by, at)[0],
        goals=tuple((each.id, each.words) for each in goals.exclude(status=goal.Status.CHANGED.value)),
        ladder={Domain(key): Rung(value) for key, value in answers.get("ladder", {}).items()},
        ratings={UUID(key): value for key, value in answers.get("goals", {}).items()},
        words=row.words,
        may_record=_may(row, followup.Action.RECORD, by, at),
        may_give_up=_may(row, followup.Action.GIVE_UP, by, at),
        may_decline=_may(row, followup.Action.DECLINE, by, at),
    )


def _shown(rows: list[FollowUp], by: Actor, at: datetime) -> list[Due]:
    banners = her.banners(client_ids={row.client_id for row in rows}, by=by, at=at)
    names = identity.names_of({row.worker_id for row in rows if row.worker_id})
    today = clocks.local(at).date()
    subjects = [row.client_id for row in rows]
    ledger.read(by=by, at=at, resource=Resource.FOLLOW_UP, subjects=subjects, route="support/follow-ups")
    return [
        Due(
            id=row.id,
            client_id=row.client_id,
            name=banner.name,
            reference=banner.reference,
            safe_contact=banner.safe_contact,
            safe_contact_ok=banner.safe_contact_ok,
            wave=followup.Wave(str(row.wave)),
            status=followup.Status(row.status),
            due_on=row.due_on,
            is_overdue=row.status == followup.Status.DUE.value and row.due_on < today,
            worker=names.get(row.worker_id, "") if row.worker_id else "",
            recorded_at=row.recorded_at,
        )
        for row in rows
        if (banner := banners.get(row.client_id)) is not None
    ]
