"""Emergency access: asking for it, ending it, reviewing it; and the women it has been used for.

Whoever asks finds her by her reference, or by her name and date of birth exactly; every other case has one
answer. Those who answer for her record are told in the same transaction. What is read is marked in the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models import Q, QuerySet

from pathways.domain import decision
from pathways.domain.governance import emergency as rules
from pathways.domain.governance.actors import Actor, Emergency
from pathways.domain.governance.emergency import WORKFLOW, Action, Finding, Kind, Status
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import clocks, references
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role
from pathways.journey import identity, kept_out, ledger, numbering, programme, running, sight, tasks
from pathways.journey.held import KINDS
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records import tokens
from pathways.records.models import (
    AccessEvent,
    Account,
    Appointment,
    Client,
    EmergencyAccess,
    Episode,
    Identity,
    NameToken,
    Organisation,
)

TASK = "emergency_access"
REVIEW_TASK = "emergency_review"
_ALREADY = decision.no("You see her record already, so you need no emergency access.")


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom somebody looks for: a reference said aloud, or else her whole name and date of birth."""

    reference: str = ""
    given_names: str = ""
    surname: str = ""
    born: date | None = None


# --- verbs --------------------------------------------------------------------------------------------


def ask(
    *,
    whom: Whom,
    kind: Kind | None,
    words: str,
    minutes: int,
    password: str,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Opens her record for reading, for at most an hour, and tells those who answer for it at once.

    A wrong password is refused before anybody is looked for; a wrong reference and a bar are refused alike.
    """
    with transaction.atomic():
        lasts = timedelta(minutes=minutes)
        answer = rules.may_ask(
            rules.Asked(
                by.role,
                by.sector,
                has_signed_in_again=_is_her_password(password, by),
                kind=kind,
                has_words=bool(words.strip()),
                lasts=lasts,
            )
        )
        if not answer or kind is None:
            return refusal(answer)
        client = _found(whom, by)
        if client is not None and sight.one(Client, client.id, by) is not None:
            return refusal(_ALREADY)
        if client is None or client.id in by.barred_from:
            ledger.searched(by=by, at=at, subjects=[], route="emergency:ask")
            return refusal(rules.NOBODY)
        _end_what_is_over(client.id, by, at)
        row = EmergencyAccess(
            client_id=client.id,
            organisation_id=by.organisation_id,
            holder_organisation_id=client.organisation_id,
            account_id=by.account_id,
            role=by.role.value,
            kind=kind.value,
            words=words.strip(),
            opened_at=at,
            ends_at=at + lasts,
            review_due_at=rules.review_due(at, working=programme.working()),
        )
        numbering.insert(row)
        running.tell(
            EventKind.EMERGENCY_OPENED,
            row,
            by=by,
            at=at,
            detail={"kind": kind.value, "minutes": minutes},
        )
        ledger.opened(
            by=by,
            at=at,
            emergency=Emergency(row.id, client.id, client.organisation_id, row.ends_at),
            reason=f"Emergency access opened: {kind.label}",
        )
        told = _tell_those_who_answer(row, client, by=by, at=at)
        return done(
            row.id,
            reference=row.reference,
            next=(
                f"You can read her record until {clocks.local(row.ends_at):%H:%M}. Every page says so.",
                "You can change nothing, and notes of what she said and where she is safe stay shut.",
                *told,
            ),
            client_id=client.id,
        )


def end(*, emergency_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Shuts her record again before the time is over: by who opened it, or by the governance lead."""
    with transaction.atomic():
        row = _locked(emergency_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        is_reader = row.account_id == by.account_id
        if not is_reader and by.role is not Role.GOVERNANCE_LEAD:
            return refusal(
                decision.no("Only who opened it, or the governance lead, ends it.", ask="the governance lead")
            )
        answer = WORKFLOW.may(
            Action.END, status=Status(row.status), role=by.role, facts=rules.Facts(is_reader=is_reader)
        )
        if not answer:
            return refusal(answer)
        running.shut(row, by=by, at=min(at, row.ends_at) if is_reader else at)
        return done(row.id, reference=row.reference)


def review(
    *,
    emergency_id: UUID,
    finding: Finding | None,
    words: str,
    follow_up: str = "",
    by: Actor,
    at: datetime,
) -> Outcome:
    """The governance lead of the organisation that holds her record says whether it was justified."""
    with transaction.atomic():
        row = _locked(emergency_id, by)
        if row is None or row.holder_organisation_id != by.organisation_id:
            return refusal(sight.NOT_THERE)
        if row.status == Status.OPEN.value and row.ends_at <= at:
            running.shut(row, by=identity.MACHINE, at=row.ends_at)
        facts = rules.Facts(
            is_reader=row.account_id == by.account_id,
            finding=finding,
            has_words=bool(words.strip()),
            has_follow_up=bool(follow_up.strip()),
        )
        answer = WORKFLOW.may(Action.REVIEW, status=Status(row.status), role=by.role, facts=facts)
        if not answer or finding is None:
            return refusal(answer)
        row.status, row.finding = Status.REVIEWED.value, finding.value
        row.found, row.follow_up = words.strip(), follow_up.strip()
        row.reviewed_at, row.reviewed_by_id = at, by.account_id
        row.save(update_fields=["status", "finding", "found", "follow_up", "reviewed_at", "reviewed_by_id"])
        running.tell(EventKind.EMERGENCY_REVIEWED, row, by=by, at=at, detail={"finding": finding.value})
        tasks.settle(REVIEW_TASK, object_id=row.id, by=by, at=at)
        tasks.settle(TASK, object_id=row.id, by=by, at=at)
        if finding is Finding.NOT_JUSTIFIED:
            _ask_the_readers_supervisor(row, by=by, at=at)
        return done(row.id, reference=row.reference)


def lapse(*, at: datetime) -> int:
    """By the clock: whatever is over is marked as ended, so that it waits for its review. How many."""
    by = identity.MACHINE
    with transaction.atomic(), identity.clerk(by):
        rows = EmergencyAccess.objects.select_for_update(skip_locked=True).filter(
            status=Status.OPEN.value, ends_at__lte=at
        )
        over = list(rows)
    for row in over:
        with transaction.atomic():
            running.shut(row, by=by, at=row.ends_at)
    return len(over)


# --- how it is done -----------------------------------------------------------------------------------


def _is_her_password(password: str, by: Actor) -> bool:
    kept = Account.objects.filter(id=by.account_id, is_active=True).values_list("password", flat=True).first()
    return bool(password) and kept is not None and check_password(password, kept)


def _found(whom: Whom, by: Actor) -> Client | None:
    """The one woman who is meant exactly; None for nobody and for more than one."""
    reference = references.read(whom.reference) if whom.reference.strip() else None
    with identity.clerk(by):
        if whom.reference.strip():
            return Client.objects.filter(reference=reference).first() if reference else None
        ids = _named(whom)
        return Client.objects.get(id=ids[0]) if len(ids) == 1 else None


def _named(whom: Whom) -> list[UUID]:
    names = [whom.given_names, whom.surname]
    if whom.born is None or not all(name.strip() for name in names):
        return []
    born, wanted = whom.born, [tokens.words_of(name) for name in names]
    plain = tokens.plain_tokens(names, born)
    candidates: set[UUID] = set()
    for place in Organisation.objects.filter(is_coordinating=True).values_list("id", flat=True):
        keyed = list(tokens.keyed(plain, place))
        rows = NameToken.objects.filter(organisation_id=place, token__in=keyed, record_kind="client")
        candidates |= set(rows.values_list("record_id", flat=True).distinct())
    papers = Identity.objects.filter(client_id__in=candidates)
    return [
        paper.client_id
        for paper in papers
        if paper.date_of_birth == born
        and [tokens.words_of(paper.given_names), tokens.words_of(paper.surname)] == wanted
    ]


def _locked(emergency_id: UUID, by: Actor) -> EmergencyAccess | None:
    return sight.one(EmergencyAccess, emergency_id, by, lock=True)


def _end_what_is_over(client_id: UUID, by: Actor, at: datetime) -> None:
    """An earlier one of the same person whose time is over, and which no clock has marked yet."""
    with identity.clerk(by):
        over = list(
            EmergencyAccess.objects.select_for_update().filter(
                client_id=client_id, account_id=by.account_id, status=Status.OPEN.value
            )
        )
    for row in over:
        running.shut(row, by=by, at=min(at, row.ends_at))


def _tell_those_who_answer(
    row: EmergencyAccess, client: Client, *, by: Actor, at: datetime
) -> tuple[str, ...]:
    """Work for the governance lead who reviews, and a notice to those who answer for her and for the reader.

    Whoever is kept from her record is told nothing: the work is about her, so for them it is not there.
    """
    with identity.clerk(by):
        lead = (
            Episode.objects.filter(client_id=client.id)
            .order_by("-number")
            .values_list("lead_organisation_id", flat=True)
            .first()
        )
    holder, said = client.organisation_id, "Emergency access to a record: read who and why"
    tasks.set_task(
        REVIEW_TASK,
        "Emergency access to a record: review it",
        organisation_id=holder,
        role=Role.GOVERNANCE_LEAD,
        client_id=client.id,
        route="emergency:show",
        object_id=row.id,
        due_at=row.review_due_at,
        is_urgent=True,
        by=by,
        at=at,
    )
    notices = [(holder, _who_answers(holder, client.id, by)), (by.organisation_id, Role.SUPERVISOR)]
    if lead is not None:
        notices.append((lead, Role.SUPERVISOR))
    for place, role in dict.fromkeys(notices):
        tasks.set_task(
            TASK,
            said,
            organisation_id=place,
            role=role,
            client_id=client.id,
            route="emergency:show",
            object_id=row.id,
            due_at=row.review_due_at,  # told at once; there is as long to look into it as to review it
            is_urgent=True,
            by=by,
            at=at,
        )
    return ("The governance lead and those who answer for her record have been told.",)


def _who_answers(organisation_id: UUID, client_id: UUID, by: Actor) -> Role:
    """The supervisor where her record is held; where there is none who may see her, the coordinator."""
    out = kept_out.of_her(client_id, by=by)
    held = Appointment.objects.filter(
        organisation_id=organisation_id, role=Role.SUPERVISOR.value, until_at__isnull=True
    ).exclude(account_id__in=out.accounts)
    return Role.SUPERVISOR if held.exists() else Role.COORDINATOR


def _ask_the_readers_supervisor(row: EmergencyAccess, *, by: Actor, at: datetime) -> None:
    tasks.set_task(
        TASK,
        "An emergency access by your organisation was not justified: read what follows",
        organisation_id=row.organisation_id,
        role=Role.SUPERVISOR,
        client_id=row.client_id,
        route="emergency:show",
        object_id=row.id,
        due_at=programme.working().due_after_days(at, 1),
        is_urgent=True,
        by=by,
        at=at,
    )


# --- reads --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Access:
    """One emergency access as those who are told of it see it. She is a reference here, never a name."""

    id: UUID
    reference: str
    her_reference: str
    client_id: UUID
    reader: str
    role: str
    organisation: str
    kind: Kind
    words: str
    opened_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    ended_by: str
    status: Status
    is_running: bool
    review_due_at: datetime
    is_overdue: bool
    finding: Finding | None
    found: str
    follow_up: str
    reviewed_at: datetime | None
    reviewed_by: str
    is_mine: bool
    may_end: bool
    may_review: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """One thing that was read in it."""

    at: datetime
    what: str


def show(*, emergency_id: UUID, by: Actor, at: datetime) -> tuple[Access, tuple[Opened, ...]] | None:
    """One emergency access, and everything that was read in it. None when it is not there for this person."""
    row = sight.visible(EmergencyAccess, by).filter(pk=emergency_id).first()
    if row is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.EMERGENCY, subjects=[row.client_id], route="emergency:show")
    read = sight.visible(AccessEvent, by).filter(emergency_id=row.id).order_by("at")
    return _accesses([row], by, at)[0], tuple(Opened(one.at, _what(one)) for one in read)


def _what(event: AccessEvent) -> str:
    """What was opened, from the table that was read."""
    if event.resource == Resource.EMERGENCY.value:
        return "Access was given" if event.route == "emergency:ask" else "The account of this access"
    try:
        resource = Resource(event.resource)
    except ValueError:
        return "Her record"
    return KINDS.get(resource, "Her record")


class Tab(StrEnum):
    """Which accesses a list shows."""

    WAITING = "waiting"
    REVIEWED = "reviewed"


def listed(
    *, by: Actor, at: datetime, tab: Tab = Tab.WAITING, offset: int = 0, limit: int = 25
) -> tuple[tuple[Access, ...], int]:
    """The emergency accesses that this person is told of, those to review by their due date first."""
    rows = _of_tab(by, tab)
    total = rows.count()
    order = ("review_due_at",) if tab is Tab.WAITING else ("-opened_at",)
    page = list(rows.order_by(*order, "id")[offset : offset + limit])
    if page:
        ledger.read(
            by=by,
            at=at,
            resource=Resource.EMERGENCY,
            subjects=[row.client_id for row in page],
            route="emergency:list",
        )
    return _accesses(page, by, at), total


def waiting(*, by: Actor, at: datetime) -> tuple[int, int]:
    """How many this governance lead has to review, and how many of them are past their day."""
    rows = _of_tab(by, Tab.WAITING).filter(holder_organisation_id=by.organisation_id)
    return rows.count(), rows.filter(review_due_at__lt=at).count()


def _of_tab(by: Actor, tab: Tab) -> QuerySet[EmergencyAccess]:
    rows = sight.visible(EmergencyAccess, by)
    reviewed = Q(status=Status.REVIEWED.value)
    return rows.filter(reviewed if tab is Tab.REVIEWED else ~reviewed)


def _accesses(rows: Sequence[EmergencyAccess], by: Actor, at: datetime) -> tuple[Access, ...]:
    with identity.clerk(by):
        hers = dict(
            Client.objects.filter(id__in=[row.client_id for row in rows]).values_list("id", "reference")
        )
    places = dict(Organisation.objects.values_list("id", "name"))
    names = identity.names_of(
        {key for row in rows for key in (row.account_id, row.ended_by_id, row.reviewed_by_id) if key}
    )
    return tuple(_access(row, hers.get(row.client_id, ""), places, names, by, at) for row in rows)


def _access(
    row: EmergencyAccess,
    her_reference: str,
    places: dict[UUID, str],
    names: dict[UUID, str],
    by: Actor,
    at: datetime,
) -> Access:
    is_mine = row.account_id == by.account_id
    is_lead = by.role is Role.GOVERNANCE_LEAD and row.holder_organisation_id == by.organisation_id
    is_running = row.status == Status.OPEN.value and row.ends_at > at
    is_reviewed = row.status == Status.REVIEWED.value
    ended_at = row.ended_at or (None if is_running else row.ends_at)
    return Access(
        id=row.id,
        reference=row.reference,
        her_reference=her_reference,
        client_id=row.client_id,
        reader=names.get(row.account_id, "a colleague"),
        role=Role(row.role).label,
        organisation=places.get(row.organisation_id, ""),
        kind=Kind(row.kind),
        words=str(row.words),
        opened_at=row.opened_at,
        ends_at=row.ends_at,
        ended_at=ended_at,
        ended_by=names.get(row.ended_by_id, "the clock") if row.ended_by_id else "the clock",
        status=Status(row.status),
        is_running=is_running,
        review_due_at=row.review_due_at,
        is_overdue=not is_reviewed and row.review_due_at < at,
        finding=Finding(row.finding) if row.finding else None,
        found=str(row.found or ""),
        follow_up=str(row.follow_up or ""),
        reviewed_at=row.reviewed_at,
        reviewed_by=names.get(row.reviewed_by_id, "") if row.reviewed_by_id else "",
        is_mine=is_mine,
        may_end=is_running and (is_mine or is_lead),
        may_review=is_lead and not is_running and not is_reviewed and not is_mine,
    )
