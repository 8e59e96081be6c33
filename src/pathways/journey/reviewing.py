"""Reviewed, and how it is going: what changed since last time, when to look again, and her engagement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.support import engagement, review
from pathways.domain.support.reasons import EndReason
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import WORKER_ROLES, Role
from pathways.domain.workflow import Move
from pathways.journey import alongside, identity, ledger, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Engagement, Episode, Review


def review_her(
    *,
    client_id: UUID,
    happened_on: date,
    what_changed: str,
    her_view: str,
    plan: str,
    settles: review.Next,
    next_review_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Keeps a review of her plan. Without a day for the next one, it is set by her level of support."""
    with transaction.atomic():
        if alongside.her(client_id, by) is None:
            return refusal(sight.NOT_THERE)
        where = alongside.episode_now(client_id, by)
        if where is None or not alongside.is_running(where):
            return refusal(decision.no("She has no open episode.", ask="the coordinator"))
        today = clocks.local(at).date()
        due = next_review_on or alongside.next_review(where, since=happened_on)
        answer = decision.every(
            decision.no("This review lies in the future: record it when it has taken place.")
            if happened_on > today
            else decision.yes(),
            decision.no(f"{alongside.TOO_EARLY}.")
            if happened_on < alongside.began_on(where)
            else decision.yes(),
            decision.yes() if what_changed.strip() else decision.no("Write what has changed."),
            decision.no("The next review comes after this one.")
            if due is not None and due <= happened_on
            else decision.yes(),
        )
        if not answer:
            return refusal(answer)
        row = Review(
            client_id=client_id,
            organisation_id=by.organisation_id,
            episode_id=where.id,
            happened_on=happened_on,
            recorded_at=at,
            recorded_by_id=by.account_id,
            what_changed=what_changed,
            her_view=her_view,
            plan=plan,
            next_review_on=None if settles is review.Next.CLOSE else due,
        )
        row.save(force_insert=True)
        running = alongside.engagement_here(client_id, by, lock=True)
        if running is not None:
            running.review_due = row.next_review_on
            running.save(update_fields=["review_due"])
        number = sight.visible(Review, by).filter(episode_id=where.id).count()
        alongside.tell(
            EventKind.REVIEWED, where, by=by, at=at, detail={"number": number, "next": settles.value}
        )
        tasks.settle("review", object_id=client_id, by=by, at=at)
        return done(row.id, client_id=client_id, next_review_on=row.next_review_on)


def say_how_it_goes(
    *,
    client_id: UUID,
    action: engagement.Action,
    reason: EndReason | None = None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Records that contact is on and off, that she has disengaged and why, or that she has come back."""
    with transaction.atomic():
        if alongside.her(client_id, by) is None:
            return refusal(sight.NOT_THERE)
        row = alongside.engagement_here(client_id, by, lock=True)
        where = alongside.episode_now(client_id, by)
        if row is None or where is None:
            return refusal(decision.no("No support of hers runs at your organisation."))
        status = engagement.Status(row.status)
        answer = decision.every(
            engagement.WORKFLOW.may(action, status=status, role=by.role, facts=_facts(row, by)),
            decision.no("Say why, or that she did not say.")
            if action is engagement.Action.DISENGAGE and reason is None
            else decision.yes(),
        )
        if not answer:
            return refusal(answer)
        move = engagement.WORKFLOW.move(action, status)
        assert move is not None
        row.status = move.target.value
        row.save(update_fields=["status"])
        _tell(action, row, where, reason, by=by, at=at)
        return done(row.id, client_id=client_id)


def _facts(row: Engagement, by: Actor) -> engagement.Facts:
    return engagement.Facts(
        attended=alongside.attended_at(row, by), is_stopped=alongside.is_stopped(row.client_id, by)
    )


def _tell(
    action: engagement.Action,
    row: Engagement,
    where: Episode,
    reason: EndReason | None,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Leaving and coming back are events of her journey; on and off is a state of her record."""
    code: dict[str, object] = {"referral": str(row.referral_id)}
    if action is engagement.Action.DISENGAGE:
        code["reason"] = reason.value if reason else ""
        alongside.tell(EventKind.DISENGAGED, where, by=by, at=at, detail=code)
    elif action is engagement.Action.RE_ENGAGE:
        alongside.tell(EventKind.RE_ENGAGED, where, by=by, at=at, detail=code)
    else:
        ledger.altered(by=by, at=at, resource=Resource.ENGAGEMENT, subjects=[row.client_id])


# --- reads ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HerReview:
    """One review."""

    id: UUID
    happened_on: date
    recorded_by: str
    what_changed: str
    her_view: str
    plan: str
    next_review_on: date | None


@dataclass(frozen=True, slots=True)
class HowItGoes:
    """Her reviews, and her engagement with the asker's organisation."""

    client_id: UUID
    reviews: tuple[HerReview, ...]
    status: engagement.Status | None
    started_at: datetime | None
    attended: int
    review_due: date | None
    is_overdue: bool
    suggested_next: date | None
    moves: tuple[Move[engagement.Status, engagement.Action, Role], ...]
    may_write: bool


#: What a person says of her engagement; that it started, or is kept up, follows from her contacts.
_SAID = (engagement.Action.FALTER, engagement.Action.DISENGAGE, engagement.Action.RE_ENGAGE)


def of_her(*, client_id: UUID, by: Actor, at: datetime) -> HowItGoes | None:
    """Her reviews and engagement that this person may read; None when she is not there for them."""
    if alongside.her(client_id, by) is None:
        return None
    rows = list(sight.visible(Review, by).filter(client_id=client_id))
    names = identity.names_of({row.recorded_by_id for row in rows})
    running = alongside.engagement_here(client_id, by)
    today = clocks.local(at).date()
    due = running.review_due if running is not None else next((r.next_review_on for r in rows), None)
    moves: tuple[Move[engagement.Status, engagement.Action, Role], ...] = ()
    if running is not None:
        moves = tuple(
            move
            for move in engagement.WORKFLOW.open_to(
                status=engagement.Status(running.status), role=by.role, facts=_facts(running, by)
            )
            if move.action in _SAID
        )
    ledger.read(by=by, at=at, resource=Resource.REVIEW, subjects=[client_id], route="support/plan")
    return HowItGoes(
        client_id=client_id,
        reviews=tuple(
            HerReview(
                row.id,
                row.happened_on,
                names.get(row.recorded_by_id, "a colleague"),
                row.what_changed,
                row.her_view,
                row.plan,
                row.next_review_on,
            )
            for row in rows
        ),
        status=engagement.Status(running.status) if running is not None else None,
        started_at=running.started_at if running is not None else None,
        attended=alongside.attended_at(running, by) if running is not None else 0,
        review_due=due,
        is_overdue=review.is_overdue(due, today=today),
        suggested_next=alongside.next_review(alongside.episode_now(client_id, by), since=today),
        moves=moves,
        may_write=by.role in WORKER_ROLES,
    )
