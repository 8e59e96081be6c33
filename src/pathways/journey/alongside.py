"""What a worker needs to know of her before anything is written: her episode, and her support at one place.

A private provider does not read her episode, and yet what it records belongs to one: so its number and its
level are looked up by the clerk, once it is settled that the person asking may see her.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from pathways.domain.governance.actors import Actor
from pathways.domain.reach import stop
from pathways.domain.support import engagement, episode
from pathways.domain.support import review as reviews
from pathways.domain.terms import clocks
from pathways.domain.terms.contact import Attendance
from pathways.domain.terms.events import EventKind
from pathways.domain.triage.levels import Level
from pathways.journey import identity, ledger, sight, triage_policy
from pathways.records.models import Client, Contact, Engagement, Episode, Stop


def her(client_id: UUID, by: Actor) -> Client | None:
    """The woman, if this person may see her."""
    return sight.visible(Client, by).filter(pk=client_id).first()


def episode_now(client_id: UUID, by: Actor) -> Episode | None:
    """Her running episode; after it has closed, her last one. Ask `her` first."""
    with identity.clerk(by):
        rows = Episode.objects.filter(client_id=client_id).order_by("-number")
        return rows.exclude(status=episode.Status.CLOSED.value).first() or rows.first()


#: to who gives a day on which she was not with the programme yet
TOO_EARLY = "This is before her time with the programme began: check the day"


def began_on(where: Episode) -> date:
    """The first day on which anything in this episode can have happened."""
    return clocks.local(where.opened_at).date()


def first_day(client_id: UUID, by: Actor) -> date | None:
    """The day her running episode began, for somebody who may see her."""
    where = episode_now(client_id, by) if her(client_id, by) is not None else None
    return began_on(where) if where is not None else None


def is_running(row: Episode | None) -> bool:
    return row is not None and row.status != episode.Status.CLOSED.value


def level_of(row: Episode | None) -> Level | None:
    return None if row is None or row.level is None else Level(row.level)


def is_stopped(client_id: UUID, by: Actor) -> bool:
    """Whether she has asked that nobody contact her."""
    with identity.clerk(by):
        return Stop.objects.filter(client_id=client_id, status=stop.Status.IN_FORCE.value).exists()


def engagement_here(client_id: UUID, by: Actor, *, lock: bool = False) -> Engagement | None:
    """Her support at the asker's own organisation, the running one before an ended one."""
    rows = sight.visible(Engagement, by).filter(
        client_id=client_id, organisation_id=by.organisation_id, ended_at__isnull=True
    )
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.order_by("-episode__opened_at").first() if not lock else rows.first()


def attended_at(row: Engagement, by: Actor) -> int:
    """How many contacts she came to, since this place accepted her."""
    came = [code.value for code in Attendance if code.is_attended]
    return sight.visible(Contact, by).filter(engagement=row, attended__in=came).count()


def next_review(row: Episode | None, *, since: date) -> date | None:
    """When her plan is looked at again, by her level; None where no level has been decided."""
    level = level_of(row)
    if level is None:
        return None
    return reviews.due_on(level, since=since, standard=triage_policy.standard(level))


def carry_on(
    row: Engagement, where: Episode, *, by: Actor, at: datetime, happened_at: datetime
) -> engagement.Status:
    """Moves her engagement on after a contact that she came to: started, engaged, or come back.

    The first of these is support beginning, which is an event of its own.
    """
    facts = engagement.Facts(attended=attended_at(row, by), is_stopped=is_stopped(row.client_id, by))
    for action, kind in (
        (engagement.Action.START, EventKind.SUPPORT_STARTED),
        (engagement.Action.RE_ENGAGE, EventKind.RE_ENGAGED),
        (engagement.Action.ENGAGE, None),
    ):
        status = engagement.Status(row.status)
        if not engagement.WORKFLOW.may(action, status=status, role=by.role, facts=facts):
            continue
        move = engagement.WORKFLOW.move(action, status)
        assert move is not None
        row.status = move.target.value
        if row.started_at is None:
            row.started_at = happened_at
            row.review_due = next_review(where, since=clocks.local(happened_at).date())
        if kind is not None:
            tell(kind, where, by=by, at=at, detail={"referral": str(row.referral_id)})
        break  # one step for one contact: who has just come back is not yet called engaged
    row.save(update_fields=["status", "started_at", "review_due"])
    return engagement.Status(row.status)


def tell(
    kind: EventKind, where: Episode, *, by: Actor, at: datetime, detail: dict[str, object] | None = None
) -> None:
    """Writes one event of her journey, with her episode's keys."""
    ledger.record(
        kind,
        by=by,
        at=at,
        case_id=where.case_id,
        client_id=where.client_id,
        episode_id=where.id,
        detail=detail,
    )


def episodes_of(client_ids: Iterable[UUID], by: Actor) -> dict[UUID, Episode]:
    """The newest episode of each of these women, whom the asker may see already."""
    with identity.clerk(by):
        rows = Episode.objects.filter(client_id__in=list(client_ids)).order_by("client_id", "number")
        return {row.client_id: row for row in rows}


def with_us_now(client_ids: Iterable[UUID], by: Actor) -> set[UUID]:
    """Of these women, those whose episode runs: who is kept for follow-up alone is not with us now.

    The one meaning of "women with us" wherever a caseload is counted.
    """
    return {client_id for client_id, where in episodes_of(client_ids, by).items() if is_running(where)}


def episode_by_id(episode_id: UUID, by: Actor) -> Episode:
    """The episode that something the asker may see belongs to."""
    with identity.clerk(by):
        return Episode.objects.get(pk=episode_id)
