"""An answer signals danger to her: her worker has it before her at once. Police are never told by it.

Answers are kept as they are typed, and so is this: a form that nobody finishes must not keep it to itself.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from pathways.domain.governance.actors import Actor
from pathways.domain.terms.events import EventKind
from pathways.journey import alongside, identity, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Task

TASK = tasks.DANGER


def said(*, client_id: UUID, where: str, object_id: UUID, route: str, by: Actor, at: datetime) -> Outcome:
    """Puts it before the worker who heard it, at once. Saying it again while it waits makes no second task.

    `where` says in which kind of form it was said, `object_id` and `route` the page where it stands.
    """
    with transaction.atomic():
        if alongside.her(client_id, by) is None:
            return refusal(sight.NOT_THERE)
        return done(id=tell(client_id, where, object_id, route, by=by, at=at))


def whose(*, client_id: UUID, by: Actor) -> str:
    """Whose list the urgent work stands on in this organisation, as said to `by`: “your” or “Jo Hale’s”.

    Nothing where none waits, or where she is not there for this person.
    """
    if alongside.her(client_id, by) is None:
        return ""
    with identity.clerk(by):
        found = Task.objects.filter(
            kind=TASK, client_id=client_id, organisation_id=by.organisation_id, done_at__isnull=True
        ).values_list("account_id", flat=True)
        account_id = found.first()
    if account_id is None or account_id == by.account_id:
        return "your" if account_id else ""
    name = identity.names_of({account_id}).get(account_id, "")
    return f"{name}’s" if name else ""


def tell(client_id: UUID, where: str, object_id: UUID, route: str, *, by: Actor, at: datetime) -> UUID | None:
    """The same as a piece of another verb, in its transaction. None where it waits already."""
    with identity.clerk(by):
        waits = Task.objects.filter(
            kind=TASK, client_id=client_id, organisation_id=by.organisation_id, done_at__isnull=True
        ).exists()
    if waits:
        return None
    task = tasks.set_task(
        TASK,
        "An answer signals danger: see to her safety now",
        organisation_id=by.organisation_id,
        account_id=by.account_id,
        client_id=client_id,
        route=route,
        object_id=object_id,
        due_at=at,
        is_urgent=True,
        by=by,
        at=at,
    )
    episode = alongside.episode_now(client_id, by)
    if episode is not None:
        alongside.tell(EventKind.DANGER_SAID, episode, by=by, at=at, detail={"where": where})
    return task.id
