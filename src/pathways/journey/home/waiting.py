"""What waits for a person besides: her tasks and her unfinished forms, and which women they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.journey import closing, drafts, her, identity, ledger, programme, tasks
from pathways.records.models import Client, Task


@dataclass(frozen=True, slots=True)
class Waiting:
    """`tasks` are those on the page, of `task_count`; `references` names the women whom one may open.

    `ended` names those of whom one is told that their time has ended, and who are no more to be seen.
    """

    tasks: Sequence[Task]
    task_count: int
    references: Mapping[UUID, str]
    ended: Mapping[UUID, str]
    drafts: Sequence[dict[str, Any]]
    #: whom to turn to at any hour, where one of the tasks is of her safety
    turn_to_now: str = ""

    @property
    def subjects(self) -> tuple[UUID, ...]:
        """Everybody whose reference is on the page: a reference is hers as a name is."""
        begun = (each["client_id"] for each in self.drafts if each["reference"])
        return tuple(dict.fromkeys((*self.references, *self.ended, *begun)))

    def reference_of(self, task: Task) -> str:
        if task.client_id is None:
            return ""
        return self.references.get(task.client_id) or self.ended.get(task.client_id, "")


def on_home(*, by: Actor, most: int) -> Waiting:
    """The first so many tasks, and the forms left unfinished. `home.of` logs who is named among them."""
    found = tasks.waiting(by=by)
    return _waiting(found[:most], len(found), by)


def read(*, by: Actor, at: datetime) -> Waiting:
    """The whole list of her tasks. Who is named on it was read: one access event."""
    found = tasks.waiting(by=by)
    shown = _waiting(found, len(found), by)
    log(shown.subjects, by=by, at=at, route="home:tasks")
    return shown


def read_drafts(*, by: Actor, at: datetime) -> Sequence[dict[str, Any]]:
    """The forms left unfinished, on a page of their own."""
    found = drafts.unfinished(by=by)
    log([each["client_id"] for each in found if each["reference"]], by=by, at=at, route="drafts:list")
    return found


def log(subjects: Sequence[UUID], *, by: Actor, at: datetime, route: str) -> None:
    """One access event about everybody named on the page, where anybody is."""
    if subjects:
        resource = Resource.NOMINAL if by.is_police else Resource.CLIENT
        ledger.read(by=by, at=at, resource=resource, subjects=dict.fromkeys(subjects), route=route)


def _waiting(shown: Sequence[Task], count: int, by: Actor) -> Waiting:
    """Lines that tell one from another: a task's title names nobody, so her reference stands beside it."""
    known = her.references_of((each.client_id for each in shown if each.client_id), by)
    gone = {each.client_id for each in shown if each.kind == closing.ENDED and each.client_id} - {*known}
    presses = any(tasks.is_of_her_safety(each) for each in shown)
    return Waiting(
        shown,
        count,
        known,
        _ended(gone, by),
        drafts.unfinished(by=by),
        programme.turn_to_now() if presses else "",
    )


def _ended(women: set[UUID], by: Actor) -> Mapping[UUID, str]:
    """Her reference as it is now: once she is erased it is another, which leads nowhere."""
    if not women:
        return {}
    with identity.clerk(by):
        return dict(Client.objects.filter(id__in=women).values_list("id", "reference"))
