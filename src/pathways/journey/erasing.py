"""Erasing what one organisation holds of her: she asks, or it has been kept for long enough.

The governance lead checks what is there and what stays, a second person approves, and one verb erases. What
police hold is out of reach of all of it; another organisation's record of her is its own to erase.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import erasure, hold, retention
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.erasure import Action, Origin, RefusalReason, Status, Told
from pathways.domain.governance.policy import Resource
from pathways.domain.support import episode
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.journey import emptying, held, identity, joining, ledger, numbering, retaining, sight, tasks
from pathways.journey.emptying import Subject
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Appointment, Episode, Erasure, Involvement, LegalHold

ROUTE = "governance:erasure"
TASK = "approve_erasing"
#: Days for which copies of keys are kept, unless the operator says otherwise: what she is told.
COPIES_DAYS = 30


def request(
    *, subject: Subject, origin: Origin, asked_on: date, words: str, by: Actor, at: datetime
) -> Outcome:
    """Puts down that what this organisation holds of her is to be erased, and why."""
    with transaction.atomic():
        if subject.organisation_id != by.organisation_id or not is_ours(subject, by=by):
            return refusal(sight.NOT_THERE)
        if by.role is not Role.GOVERNANCE_LEAD:
            return refusal(
                decision.no("The governance lead records it.", ask="the information-governance lead")
            )
        today = clocks.local(at).date()
        if asked_on > today:
            return refusal(decision.no("The day on which she asked cannot be in the future."))
        kept = retaining.standing(subject, by=by)
        is_over = retaining.is_over(kept, today=today) if origin is Origin.RETENTION else None
        facts = erasure.Facts(origin=origin, is_police=by.is_police, is_period_over=is_over)
        if not (answer := erasure.may_request(facts)):
            return refusal(answer)
        if _open(subject, by) is not None:
            return refusal(decision.no("There is a request about her already: go on with that one."))
        if is_erased(subject, by=by):
            return refusal(decision.no("This has been erased already."))
        row = Erasure(
            organisation_id=subject.organisation_id,
            client_id=subject.client_id,
            referral_in_id=subject.referral_in_id,
            origin=origin.value,
            kept_as=kept.kind.value if kept else "",
            asked_on=asked_on,
            words=words.strip(),
            requested_at=at,
            requested_by_id=by.account_id,
        )
        numbering.insert(row)
        ledger.altered(
            by=by, at=at, resource=Resource.ERASURE, subjects=[subject.id], reason="Erasing was requested"
        )
        return done(
            row.id,
            reference=row.reference,
            next=(
                "Check what is there and what stays.",
                f"She is to have an answer by {_day(erasure.answer_by(asked_on))}.",
            ),
        )


def check(*, erasure_id: UUID, by: Actor, at: datetime) -> Outcome:
    """The governance lead has looked at what is there and what stays, and asks a second person."""
    with transaction.atomic():
        row = sight.one(Erasure, erasure_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may(Action.CHECK, row, by)):
            return refusal(answer)
        row.status, row.found = Status.CHECKED.value, emptying.count(emptying.of(row), by=by)
        row.checked_at, row.checked_by_id = at, by.account_id
        row.save(update_fields=["status", "found", "checked_at", "checked_by_id"])
        second = _second_roles(row)
        for role in second:
            tasks.set_task(
                TASK,
                "A second person is needed to approve that a record is erased",
                organisation_id=row.organisation_id,
                role=role,
                by=by,
                at=at,
                route=ROUTE,
                object_id=row.id,
            )
        ledger.altered(
            by=by, at=at, resource=Resource.ERASURE, subjects=[_who(row)], reason="Erasing was checked"
        )
        return done(
            row.id,
            reference=row.reference,
            next=(
                "A second person approves it, or refuses."
                if second
                else "Nobody else at your organisation can approve it: have the administrator give somebody"
                " the role of supervisor or of governance lead.",
            ),
        )


def approve(*, erasure_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Somebody who neither recorded nor checked it agrees that it is erased."""
    with transaction.atomic():
        row = sight.one(Erasure, erasure_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may(Action.APPROVE, row, by)):
            return refusal(answer)
        row.status, row.decided_at, row.decided_by_id = Status.APPROVED.value, at, by.account_id
        row.save(update_fields=["status", "decided_at", "decided_by_id"])
        tasks.settle(TASK, object_id=row.id, by=by, at=at)
        tasks.set_task(
            "erase",
            "Erasing was approved: tell her, then erase",
            organisation_id=row.organisation_id,
            role=Role.GOVERNANCE_LEAD,
            by=by,
            at=at,
            route=ROUTE,
            object_id=row.id,
        )
        ledger.altered(
            by=by, at=at, resource=Resource.ERASURE, subjects=[_who(row)], reason="Erasing was approved"
        )
        return done(
            row.id,
            reference=row.reference,
            next=("The governance lead tells her, by the way that is safe for her, and then erases.",),
        )


def refuse(*, erasure_id: UUID, reason: RefusalReason, words: str, by: Actor, at: datetime) -> Outcome:
    """The record stays, on one of the grounds that the law names."""
    with transaction.atomic():
        row = sight.one(Erasure, erasure_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may(Action.REFUSE, row, by)):
            return refusal(answer)
        row.status, row.reason_code, row.decision_words = Status.REFUSED.value, reason.value, words.strip()
        row.decided_at, row.decided_by_id = at, by.account_id
        row.save(update_fields=["status", "reason_code", "decision_words", "decided_at", "decided_by_id"])
        for kind in (TASK, "erase"):
            tasks.settle(kind, object_id=row.id, by=by, at=at)
        ledger.altered(
            by=by, at=at, resource=Resource.ERASURE, subjects=[_who(row)], reason="Erasing was refused"
        )
        return done(row.id, reference=row.reference, next=("Tell her, and that she can complain.",))


def erase(*, erasure_id: UUID, told: Told, by: Actor, at: datetime) -> Outcome:
    """Erases for ever. The rows are emptied now; the keys are destroyed once that has surely been kept."""
    with transaction.atomic():
        row = sight.one(Erasure, erasure_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if row.status == Status.ERASED.value:
            return done(row.id, reference=row.reference)
        if not (answer := _may(Action.ERASE, row, by, told=told)):
            return refusal(answer)
        subject = emptying.of(row)
        row.status, row.told = Status.ERASED.value, told.value
        row.erased_at, row.erased_by_id = at, by.account_id
        row.save(update_fields=["status", "told", "erased_at", "erased_by_id"])
        emptying.put_down(row, emptying.empty(subject, by=by, at=at), by=by)
        tasks.settle("erase", object_id=row.id, by=by, at=at)
        emptying.record(subject, f"Erased, reference {row.reference}", by=by, at=at)
        transaction.on_commit(lambda: _destroy(at), robust=True)
        return done(
            row.id,
            reference=row.reference,
            next=(
                "Her record here cannot be read any more, by anybody.",
                f"The last copies of its keys are destroyed within {COPIES_DAYS} days.",
            ),
        )


def _destroy(at: datetime) -> None:
    emptying.destroy_keys(at=at)


# --- what the gates look at ----------------------------------------------------------------------------


def _may(action: Action, row: Erasure, by: Actor, *, told: Told | None = None) -> Decision:
    facts = _facts(row, by, told=told)
    return erasure.WORKFLOW.may(action, status=Status(row.status), role=by.role, facts=facts)


def _facts(row: Erasure, by: Actor, *, told: Told | None = None) -> erasure.Facts:
    subject = emptying.of(row)
    return erasure.Facts(
        origin=Origin(row.origin),
        is_police=by.is_police,
        is_held=is_held(subject, by=by),
        is_work_under_way=_is_work_under_way(subject, by),
        is_second_person=by.account_id not in (row.requested_by_id, row.checked_by_id),
        told=told,
    )


def _second_roles(row: Erasure) -> list[Role]:
    """The roles in which somebody else at the organisation could approve it."""
    live = Appointment.objects.filter(
        organisation_id=row.organisation_id,
        until_at__isnull=True,
        account__is_active=True,
        role__in=[role.value for role in erasure.APPROVERS],
    ).exclude(account_id__in=[row.requested_by_id, row.checked_by_id])
    held_now = set(live.values_list("role", flat=True))
    return [role for role in Role if role.value in held_now]


def is_held(subject: Subject, *, by: Actor) -> bool:
    """Whether a legal hold stands on her record at this organisation."""
    with identity.clerk(by):
        standing = LegalHold.objects.filter(
            organisation_id=subject.organisation_id, status=hold.Status.IN_FORCE.value
        )
        if subject.client_id is None:
            return standing.filter(referral_in_id=subject.referral_in_id).exists()
        joined = joining.others_of([subject.client_id], by=by)  # a hold on one of her records holds all
        return standing.filter(client_id__in=[subject.client_id, *joined]).exists()


def _is_work_under_way(subject: Subject, by: Actor) -> bool:
    """An episode of hers runs and the organisation is part of it, or the open door is not decided yet."""
    if subject.client_id is None:
        return retaining.standing(subject, by=by) is None
    with identity.clerk(by):
        running = Episode.objects.filter(client_id=subject.client_id).exclude(
            status=episode.Status.CLOSED.value
        )
        live = Involvement.objects.filter(
            client_id=subject.client_id, organisation_id=subject.organisation_id, until_at__isnull=True
        )
        return running.exists() and live.exists()


def is_ours(subject: Subject, *, by: Actor) -> bool:
    """Whether the asker's organisation holds, or held, a record of her. For the governance lead alone."""
    if by.role is not Role.GOVERNANCE_LEAD:
        return False
    if subject.client_id is not None:
        return held.is_ours(subject.client_id, by)
    with identity.keeper(by, by.organisation_id):
        model = emptying.walls.model_of(Resource.REFERRAL_IN)
        return emptying.hers(model, subject).filter(client_id__isnull=True).exists()


def _about(subject: Subject) -> dict[str, UUID | None]:
    return {
        "organisation_id": subject.organisation_id,
        "client_id": subject.client_id,
        "referral_in_id": subject.referral_in_id,
    }


def _open(subject: Subject, by: Actor) -> Erasure | None:
    ended = [status.value for status in erasure.ENDED]
    return sight.visible(Erasure, by).filter(**_about(subject)).exclude(status__in=ended).first()


def is_erased(subject: Subject, *, by: Actor) -> bool:
    """Whether the asker's organisation has erased its record of her."""
    rows = sight.visible(Erasure, by).filter(**_about(subject))
    return rows.filter(status=Status.ERASED.value).exists()


def _who(row: Erasure) -> UUID:
    return emptying.of(row).id


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


# --- reads ------------------------------------------------------------------------------------------------

TABS: Mapping[str, str] = {
    "open": "Under way",
    "erased": "Erased",
    "refused": "Refused",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One request in the list: a number and its dates, never a name."""

    id: UUID
    reference: str
    origin: Origin
    status: Status
    asked_on: date
    answer_by: date | None
    is_late: bool
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    lines: tuple[Line, ...]
    total: int
    counts: Mapping[str, int]


def listed(*, tab: str, by: Actor, at: datetime, offset: int = 0, limit: int = 25) -> Listed:
    """The requests of the asker's own organisation: under way the oldest first, ended the latest first."""
    statuses = {
        "open": [status.value for status in Status if status not in erasure.ENDED],
        "erased": [Status.ERASED.value],
        "refused": [Status.REFUSED.value],
    }
    rows = sight.visible(Erasure, by)
    counts = {name: rows.filter(status__in=among).count() for name, among in statuses.items()}
    order = ("asked_on", "id") if tab == "open" else ("-decided_at", "id")
    page = rows.filter(status__in=statuses[tab]).order_by(*order)[offset : offset + limit]
    ledger.read(by=by, at=at, resource=Resource.ERASURE, subjects=[], route="governance:erasures")
    return Listed(tuple(_line(row, at) for row in page), counts[tab], counts)


def _line(row: Erasure, at: datetime) -> Line:
    origin, status = Origin(row.origin), Status(row.status)
    due = erasure.answer_by(row.asked_on) if origin is Origin.SHE_ASKED else None
    is_late = bool(due and status not in erasure.ENDED and clocks.local(at).date() > due)
    ended_at = row.erased_at or (row.decided_at if status is Status.REFUSED else None)
    return Line(row.id, row.reference, origin, status, row.asked_on, due, is_late, ended_at)


@dataclass(frozen=True, slots=True)
class Page:
    """One request on its page."""

    line: Line
    client_id: UUID | None
    her_reference: str
    words: str
    kept_as: retention.Kind | None
    requested_at: datetime
    requested_by: str
    found: tuple[tuple[str, int], ...]
    checked_at: datetime | None
    checked_by: str
    decided_at: datetime | None
    decided_by: str
    reason: RefusalReason | None
    decision_words: str
    told: Told | None
    erased_at: datetime | None
    erased_by: str
    keys_waiting: int
    in_the_way: Decision
    moves: tuple[Action, ...]
    refused_moves: tuple[Decision, ...]
    letter: tuple[str, ...]


def page(*, erasure_id: UUID, by: Actor, at: datetime) -> Page | None:
    """None when for this person it is not there."""
    row = sight.one(Erasure, erasure_id, by)
    if row is None:
        return None
    subject, status = emptying.of(row), Status(row.status)
    facts = _facts(row, by)
    found = row.found or {}
    if status is Status.REQUESTED:
        found = emptying.count(subject, by=by)
    moves, shut = [], []
    for action in Action:
        move = erasure.WORKFLOW.move(action, status)
        if move is None or by.role not in move.actors:
            continue
        given = facts if action is not Action.ERASE else _facts(row, by, told=Told.TOLD)
        answer = erasure.WORKFLOW.may(action, status=status, role=by.role, facts=given)
        if answer:
            moves.append(action)
        else:
            shut.append(answer)
    with identity.clerk(by):
        keys_waiting = row.keys.filter(destroyed_at__isnull=True).count()
    names = identity.names_of(
        {
            x
            for x in (row.requested_by_id, row.checked_by_id, row.decided_by_id, row.erased_by_id)
            if x is not None
        }
    )
    reason = RefusalReason(row.reason_code) if row.reason_code else None
    letter: tuple[str, ...] = ()
    if status is Status.REFUSED and reason is not None:
        letter = erasure.refusal_letter(organisation=by.organisation_name, reason=reason)
    elif status in (Status.CHECKED, Status.APPROVED):
        letter = erasure.letter(
            organisation=by.organisation_name, origin=Origin(row.origin), backups_days=COPIES_DAYS
        )
    ledger.read(by=by, at=at, resource=Resource.ERASURE, subjects=[subject.id], route=ROUTE)
    return Page(
        line=_line(row, at),
        client_id=row.client_id if status not in erasure.ENDED else None,
        her_reference=_reference(subject, by) if status not in erasure.ENDED else "",
        words=row.words,
        kept_as=retention.Kind(row.kept_as) if row.kept_as else None,
        requested_at=row.requested_at,
        requested_by=names.get(row.requested_by_id, "a colleague"),
        found=tuple((held.words_of(table), number) for table, number in found.items()),
        checked_at=row.checked_at,
        checked_by=names.get(row.checked_by_id, "") if row.checked_by_id else "",
        decided_at=row.decided_at,
        decided_by=names.get(row.decided_by_id, "") if row.decided_by_id else "",
        reason=reason,
        decision_words=row.decision_words,
        told=Told(row.told) if row.told else None,
        erased_at=row.erased_at,
        erased_by=names.get(row.erased_by_id, "") if row.erased_by_id else "",
        keys_waiting=keys_waiting,
        in_the_way=erasure.may_check(facts),
        moves=tuple(moves),
        refused_moves=tuple(shut),
        letter=letter,
    )


def _reference(subject: Subject, by: Actor) -> str:
    return retaining.reference_of(subject, by=by)
