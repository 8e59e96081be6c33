"""Words between organisations: police and her workers speak through the coordinator, never with each other.

What police write is for the coordinator alone. What she passes on is a message of her own to one worker.
Back to police go only two fixed sentences, because words about her would be a disclosure, which has a way
of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import consideration
from pathways.domain.reach.police_view import PoliceView
from pathways.domain.terms.people import POLICE_ROLES, Role, Sector
from pathways.domain.terms.words import Worded
from pathways.journey import her, identity, involving, kept_out, ledger, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Account,
    Client,
    Consideration,
    Message,
    MessageKind,
    Organisation,
    Spine,
)

ROUTE = "messages:read"
#: Whoever is told something has so much room to say it in.
MOST = 2000


class Answer(Worded):
    """All that can be said back to police about a message of theirs."""

    READ = "say_read", "Your message was received and read. The programme cannot say more."
    SAFEGUARD = (
        "say_safeguard",
        "Your message was received and read. If somebody is in danger, raise it as a safeguarding concern "
        "by the usual route now.",
    )


def from_police(*, consideration_id: UUID, body: str, by: Actor, at: datetime) -> Outcome:
    """Police write about a woman they flagged. The coordinator reads it and decides whether to pass it on."""
    with transaction.atomic():
        flag = sight.one(Consideration, consideration_id, by)
        if flag is None:
            return refusal(sight.NOT_THERE)
        if by.role not in (Role.POLICE_SPOC, Role.POLICE_ANALYST):
            return refusal(
                decision.no("Messages go through your force’s single point of contact.", ask="the SPOC")
            )
        if not (answer := _worded(body)):
            return refusal(answer)
        if flag.status != consideration.Status.CONFIRMED.value:
            return refusal(decision.no("She is not with the programme, so there is nobody to tell."))
        if flag.police_view == PoliceView.CLOSED.value:
            return refusal(decision.no("This is closed: no message goes to the programme any more."))
        with identity.clerk(by):
            client_id = (
                Spine.objects.filter(consideration_id=flag.id, client_id__isnull=False)
                .values_list("client_id", flat=True)
                .first()
            )
            coordinating = (
                Client.objects.filter(pk=client_id).values_list("organisation_id", flat=True).first()
                if client_id
                else None
            )
        if coordinating is None:
            return refusal(decision.no("The programme has not taken her on yet."))
        row = Message(
            kind=MessageKind.POLICE.value,
            case_id=flag.case_id,
            consideration_id=flag.id,
            reference=flag.reference,
            from_organisation_id=by.organisation_id,
            to_organisation_id=coordinating,
            body=body.strip(),
            sent_at=at,
            sent_by_id=by.account_id,
        )
        with identity.clerk(by):  # who is kept from her record cannot see that, and may warn of danger still
            row.save(force_insert=True)
        tasks.set_task(
            "message",
            "A message from police to read",
            organisation_id=coordinating,
            role=Role.COORDINATOR,
            client_id=client_id,
            by=by,
            at=at,
            route=ROUTE,
            object_id=row.id,
        )
        return done(
            row.id,
            reference=flag.reference,
            next=("The coordinator reads it and decides what follows. You will be told that it was read.",),
        )


def pass_on(*, message_id: UUID, worker_id: UUID, words: str, by: Actor, at: datetime) -> Outcome:
    """The coordinator tells her worker, in words of her own, what she needs to know of it."""
    with transaction.atomic():
        row = _police_message(message_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _worded(words)):
            return refusal(answer)
        client_id = _whom(row, by)
        workers = dict(involving.workers_of(client_id, by=by)) if client_id else {}
        if client_id is None or worker_id not in workers:
            return refusal(decision.no("Choose somebody who works with her now."))
        if row.passed_on_id is not None:
            return refusal(decision.no("It has been passed on already."))
        reference = Client.objects.filter(pk=client_id).values_list("reference", flat=True).first() or ""
        on = Message(
            kind=MessageKind.PASSED_ON.value,
            client_id=client_id,
            reference=reference,
            from_organisation_id=by.organisation_id,
            to_organisation_id=workers[worker_id],
            to_account_id=worker_id,
            body=words.strip(),
            sent_at=at,
            sent_by_id=by.account_id,
        )
        on.save(force_insert=True)
        row.passed_on_id, row.read_at, row.read_by_id = on.id, row.read_at or at, by.account_id
        row.save(update_fields=["passed_on_id", "read_at", "read_by_id"])
        tasks.settle("message", object_id=row.id, by=by, at=at)
        tasks.set_task(
            "message",
            "A message from the coordinator",
            organisation_id=workers[worker_id],
            account_id=worker_id,
            client_id=client_id,
            by=by,
            at=at,
            route=ROUTE,
            object_id=on.id,
        )
        return done(on.id, next=("Her worker can read what you wrote, and not what police wrote.",))


def keep(*, message_id: UUID, by: Actor, at: datetime) -> Outcome:
    """The coordinator has read it and passes it on to nobody."""
    with transaction.atomic():
        row = _police_message(message_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        _read(row, by, at)
        return done(row.id, next=("Nobody else reads it.",))


def answer_police(*, message_id: UUID, answer: Answer, by: Actor, at: datetime) -> Outcome:
    """One of two fixed sentences, which say nothing of her."""
    with transaction.atomic():
        row = _police_message(message_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        client_id = _whom(row, by)
        if client_id is not None and not (
            may := kept_out.may_be_brought(client_id, organisation_id=row.from_organisation_id, by=by)
        ):
            return refusal(may)
        back = Message(
            kind=MessageKind.REPLY.value,
            case_id=row.case_id,
            consideration_id=row.consideration_id,
            reference=row.reference,
            from_organisation_id=by.organisation_id,
            to_organisation_id=row.from_organisation_id,
            body=answer.label,
            answers_id=row.id,
            sent_at=at,
            sent_by_id=by.account_id,
        )
        back.save(force_insert=True)
        _read(row, by, at)
        return done(back.id, next=("Police can read this sentence, and nothing more.",))


def reply(*, message_id: UUID, words: str, by: Actor, at: datetime) -> Outcome:
    """Her worker answers the coordinator, or the coordinator her worker. Never police."""
    with transaction.atomic():
        row = sight.one(Message, message_id, by, lock=True)
        if row is None or row.to_organisation_id != by.organisation_id:
            return refusal(sight.NOT_THERE)
        if not (answer := _worded(words)):
            return refusal(answer)
        if row.kind not in (MessageKind.PASSED_ON.value, MessageKind.REPLY.value) or row.client_id is None:
            return refusal(decision.no("This message cannot be answered here."))
        if not (
            answer := kept_out.may_be_brought(
                row.client_id, account_id=row.sent_by_id, organisation_id=row.from_organisation_id, by=by
            )
        ):
            return refusal(answer)
        is_coordinator = by.role is Role.COORDINATOR
        back = Message(
            kind=(MessageKind.PASSED_ON if is_coordinator else MessageKind.REPLY).value,
            client_id=row.client_id,
            reference=row.reference,
            from_organisation_id=by.organisation_id,
            to_organisation_id=row.from_organisation_id,
            to_account_id=row.sent_by_id,
            body=words.strip(),
            answers_id=row.id,
            sent_at=at,
            sent_by_id=by.account_id,
        )
        back.save(force_insert=True)
        _read(row, by, at)
        tasks.set_task(
            "message",
            "An answer to your message",
            organisation_id=row.from_organisation_id,
            account_id=row.sent_by_id,
            client_id=row.client_id,
            by=by,
            at=at,
            route=ROUTE,
            object_id=back.id,
        )
        return done(back.id, reference=row.reference)


def mark_read(*, message_id: UUID, by: Actor, at: datetime) -> Outcome:
    """It has been read: nothing more is asked. A stop is acknowledged instead."""
    with transaction.atomic():
        row = sight.one(Message, message_id, by, lock=True)
        if row is None or row.to_organisation_id != by.organisation_id:
            return refusal(sight.NOT_THERE)
        if row.kind == MessageKind.STOP.value:
            return refusal(decision.no("Say that you have stopped all contact."))
        if row.kind == MessageKind.POLICE.value:
            return refusal(decision.no("Say whether you pass it on."))
        _read(row, by, at)
        return done(row.id)


def _worded(words: str) -> decision.Decision:
    if not words.strip():
        return decision.no("Enter the words of the message.")
    if len(words) > MOST:
        return decision.no(f"A message has at most {MOST} characters.")
    return decision.yes()


def _police_message(message_id: UUID, by: Actor) -> Message | None:
    row = sight.one(Message, message_id, by, lock=True)
    if row is None or row.kind != MessageKind.POLICE.value or by.role is not Role.COORDINATOR:
        return None
    return row


def _whom(row: Message, by: Actor) -> UUID | None:
    """Which woman a message from police is about: police's record does not say, only the spine does."""
    if row.client_id is not None:
        return row.client_id
    if row.consideration_id is None or by.role in POLICE_ROLES:
        return None
    with identity.clerk(by):
        return (
            Spine.objects.filter(consideration_id=row.consideration_id, client_id__isnull=False)
            .values_list("client_id", flat=True)
            .first()
        )


def _read(row: Message, by: Actor, at: datetime) -> None:
    if row.read_at is None:
        row.read_at, row.read_by_id = at, by.account_id
        row.save(update_fields=["read_at", "read_by_id"])
    for kind in ("message", "return"):
        tasks.settle(kind, object_id=row.id, by=by, at=at)


# --- reading ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One message in an inbox. Its words are on its own page."""

    id: UUID
    kind: MessageKind
    reference: str
    other: str
    at: datetime
    read_at: datetime | None
    is_mine: bool
    is_passed_on: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One message, and what the reader can do with it."""

    id: UUID
    kind: MessageKind
    reference: str
    body: str
    other: str
    writer: str
    at: datetime
    read_at: datetime | None
    is_mine: bool
    is_passed_on: bool
    person: her.Banner | None
    workers: tuple[tuple[UUID, str], ...]
    can_pass_on: bool
    can_answer: bool
    can_acknowledge: bool
    can_mark_read: bool
    consideration_id: UUID | None


def inbox(*, by: Actor, at: datetime, tab: str = "in") -> list[Line]:
    """The messages to the reader ("in") or from her ("sent"), what nobody has read first."""
    rows = sight.visible(Message, by).exclude(kind=MessageKind.DISCLOSURE.value).defer("body")
    if tab == "sent":
        rows = rows.filter(from_organisation_id=by.organisation_id, sent_by_id=by.account_id)
        rows = rows.exclude(kind__in=[MessageKind.STOP.value, MessageKind.RESUME.value])
        found = list(rows.order_by("-sent_at")[:100])
    else:
        rows = rows.filter(to_organisation_id=by.organisation_id)
        found = sorted(rows.order_by("-sent_at")[:100], key=lambda row: row.read_at is not None)
    places = dict(Organisation.objects.values_list("id", "name"))
    about = [row.client_id for row in found if row.client_id]
    if found:
        ledger.read(by=by, at=at, resource=Resource.MESSAGE, subjects=about, route="messages:list")
    return [
        Line(
            row.id,
            MessageKind(row.kind),
            row.reference,
            places.get(row.to_organisation_id if tab == "sent" else row.from_organisation_id, ""),
            row.sent_at,
            row.read_at,
            tab == "sent",
            row.passed_on_id is not None,
        )
        for row in found
    ]


def count_unread(*, by: Actor) -> int:
    """How many messages nobody at the reader's organisation has read."""
    rows = sight.visible(Message, by).filter(to_organisation_id=by.organisation_id, read_at__isnull=True)
    return rows.exclude(kind=MessageKind.DISCLOSURE.value).count()


def read(*, message_id: UUID, by: Actor, at: datetime) -> Page | None:
    row = sight.one(Message, message_id, by)
    if row is None or row.kind == MessageKind.DISCLOSURE.value:
        return None  # a disclosure has a page of its own
    client_id = _whom(row, by)
    person = her.banner(client_id=client_id, by=by, at=at) if client_id and not by.is_police else None
    ledger.read(
        by=by,
        at=at,
        resource=Resource.MESSAGE,
        subjects=[client_id] if client_id and not by.is_police else [],
        route=ROUTE,
    )
    is_for_me = row.to_organisation_id == by.organisation_id
    is_mine = row.sent_by_id == by.account_id and not is_for_me
    kind = MessageKind(row.kind)
    passing = is_for_me and kind is MessageKind.POLICE and by.role is Role.COORDINATOR
    workers: tuple[tuple[UUID, str], ...] = ()
    if passing and client_id is not None:
        accounts = [account for account, _ in involving.workers_of(client_id, by=by)]
        workers = tuple(Account.objects.filter(id__in=accounts).values_list("id", "name"))
    other = row.to_organisation_id if is_mine else row.from_organisation_id
    place = Organisation.objects.filter(pk=other).values_list("name", "sector").first() or ("", "")
    hides_writer = kind in (MessageKind.STOP, MessageKind.RESUME) or Sector.POLICE.value == place[1]
    return Page(
        id=row.id,
        kind=kind,
        reference=row.reference,
        body=row.body,
        other=place[0],
        writer="" if hides_writer or by.is_police else identity.account_named(row.sent_by_id),
        at=row.sent_at,
        read_at=row.read_at,
        is_mine=is_mine,
        is_passed_on=row.passed_on_id is not None,
        person=person,
        workers=workers,
        can_pass_on=passing and row.passed_on_id is None,
        can_answer=is_for_me and kind in (MessageKind.PASSED_ON, MessageKind.REPLY) and not by.is_police,
        can_acknowledge=is_for_me and kind in (MessageKind.STOP, MessageKind.RESUME) and row.read_at is None,
        can_mark_read=is_for_me
        and row.read_at is None
        and kind in (MessageKind.PASSED_ON, MessageKind.REPLY, MessageKind.RETURN),
        consideration_id=row.consideration_id if by.is_police else None,
    )
