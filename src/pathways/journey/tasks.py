"""Work that waits: neutral words, a clock, and the page where it is done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Role
from pathways.journey import identity, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records import composed
from pathways.records.models import Task


def set_task(
    kind: str,
    title: str,
    *,
    organisation_id: UUID,
    by: Actor,
    at: datetime,
    role: Role | None = None,
    account_id: UUID | None = None,
    client_id: UUID | None = None,
    route: str = "",
    object_id: UUID | None = None,
    due_at: datetime | None = None,
    is_urgent: bool = False,
    blind_to_id: UUID | None = None,
) -> Task:
    """Puts work before somebody. `title` names no woman; `route` is the address name that takes `object_id`;
    `blind_to_id` is a colleague who must not be told by it what was decided.

    For verbs, as a consequence of what they do: written by the clerk, since the work is often another
    organisation's.
    """
    task = Task(
        organisation_id=organisation_id,
        role=role.value if role else "",
        account_id=account_id,
        client_id=client_id,
        kind=kind,
        title=title,
        route=route,
        object_id=object_id,
        made_at=at,
        due_at=due_at,
        is_urgent=is_urgent,
        blind_to_id=blind_to_id,
    )
    with identity.clerk(by):
        task.save(force_insert=True)
    return task


def settle(kind: str, *, object_id: UUID, by: Actor, at: datetime) -> int:
    """Marks the work of this kind about this thing as done, whoever had it. How many there were."""
    with identity.clerk(by):
        return Task.objects.filter(kind=kind, object_id=object_id, done_at__isnull=True).update(
            done_at=at, done_by_id=by.account_id
        )


#: a named person decides her level
TRIAGE = "triage"
#: to see her for the first time, within what her level promises
FIRST_CONTACT = "first_contact"

#: an answer that she or her worker gave signals danger to her
DANGER = "danger_said"
#: another person reads a level
LEVEL_READING = "level_reading"

#: Where one of these is urgent, somebody's safety may be in question: it says whom to turn to at any hour.
OF_HER_SAFETY = frozenset(
    {TRIAGE, "triage_overdue", "triage_given", "refer", FIRST_CONTACT, LEVEL_READING, DANGER}
)


def is_of_her_safety(task: Task) -> bool:
    return task.is_urgent and task.kind in OF_HER_SAFETY


#: The next step of her journey, whoever is to take it: none is left to take when her time here ends.
STEPS = frozenset(
    {
        "assign_approach",
        "approach",
        "approach_overdue",
        "approach_unreached",
        "plan_lapsed",
        "plan_not_safe",
        "assessment",
        "triage",
        "triage_overdue",
        "triage_given",
        "refer",
        FIRST_CONTACT,
        "review",
    }
)


def overtake(
    *,
    client_id: UUID,
    by: Actor,
    at: datetime,
    kinds: Collection[str] = STEPS,
    organisation_id: UUID | None = None,
) -> int:
    """Marks work about her as done that has been overtaken by what happened. How much there was."""
    with identity.clerk(by):
        rows = Task.objects.filter(client_id=client_id, kind__in=kinds, done_at__isnull=True)
        if organisation_id is not None:
            rows = rows.filter(organisation_id=organisation_id)
        return rows.update(done_at=at, done_by_id=by.account_id)


def waiting(*, by: Actor) -> list[Task]:
    """What waits for this person in this role, the most pressing first."""
    return list(
        sight.visible(Task, by)
        .filter(done_at__isnull=True)
        .filter(Q(role="") | Q(role=by.role.value))
        .order_by("-is_urgent", F("due_at").asc(nulls_last=True), "made_at")
    )


def count_open(*, by: Actor) -> int:
    """How many pieces of work wait for this person in this role."""
    return _open(by)[0]


@composed.reading
def _open(by: Actor) -> QuerySet[Task, int]:
    mine = sight.visible(Task, by).filter(done_at__isnull=True).filter(Q(role="") | Q(role=by.role.value))
    return composed.counted(mine, count=Q()).values_list("count", flat=True)


def finish(*, task_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Ticks a piece of work off."""
    task = sight.one(Task, task_id, by, lock=True)
    if task is None:
        return refusal(sight.NOT_THERE)
    if task.done_at is None:
        task.done_at, task.done_by_id = at, by.account_id
        task.save(update_fields=["done_at", "done_by_id"])
    return done(task.id)
