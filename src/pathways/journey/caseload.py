"""Whose she is: each worker's women by what comes next, cover for a time, and hand-over for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min, QuerySet

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.support import episode, lead
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import WORKER_ROLES, Role
from pathways.domain.triage.levels import Level
from pathways.journey import (
    alongside,
    contacts,
    her,
    identity,
    involving,
    kept_out,
    ledger,
    sight,
    tasks,
)
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Account,
    Appointment,
    Approach,
    Client,
    Contact,
    Engagement,
    Episode,
    FollowUp,
    Involvement,
    InvolvementKind,
)

#: A worker's own women, as against those she covers for a colleague.
OWN = (InvolvementKind.SUPPORT, InvolvementKind.APPROACH)


# --- verbs ------------------------------------------------------------------------------------------


def cover(
    *,
    from_account_id: UUID,
    to_account_id: UUID,
    until: date | None,
    client_id: UUID | None = None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Lets a colleague work with one woman, or with a whole caseload, until the end of a day."""
    with transaction.atomic():
        today = clocks.local(at).date()
        pair = _pair(from_account_id, to_account_id, by)
        answer = decision.every(
            _may_move(from_account_id, by),
            pair
            if isinstance(pair, Decision)
            else lead.may_cover(*pair, start=today, until=until, today=today),
        )
        if not answer or until is None:
            return refusal(answer)
        rows = _own(from_account_id, by, client_id)
        if not rows:
            return refusal(_NOBODY if client_id is None else sight.NOT_THERE)
        rows, stay = _open_to(rows, to_account_id, by)
        if not rows:
            return refusal(_not_to_them(stay, to_account_id, by))
        ends = contacts.day_of(until)[1]
        moved: set[UUID] = set()
        for woman in dict.fromkeys(row.client_id for row in rows):
            if _is_with(woman, to_account_id, by):
                continue
            involving.involve(
                client_id=woman,
                organisation_id=by.organisation_id,
                account_id=to_account_id,
                kind=InvolvementKind.COVER,
                expires_at=ends,
                covers_account_id=from_account_id,
                by=by,
                at=at,
            )
            _tell(EventKind.COVERED, woman, by=by, at=at, detail={"until": until.isoformat()})
            moved.add(woman)
        women = tuple(dict.fromkeys(row.client_id for row in rows))
        now = alongside.with_us_now(moved, by)
        return done(
            count=len(now), follow_ups=len(moved - now), until=until, stay=len(stay), women=women
        )


def end_cover(*, from_account_id: UUID, to_account_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Ends cover before its day: the colleague no longer sees these women."""
    with transaction.atomic():
        if not (answer := _may_move(from_account_id, by, also=to_account_id)):
            return refusal(answer)
        rows = Involvement.objects.filter(
            organisation_id=by.organisation_id,
            account_id=to_account_id,
            covers_account_id=from_account_id,
            kind=InvolvementKind.COVER,
            until_at__isnull=True,
        )
        women = list(rows.values_list("client_id", flat=True))
        for woman in women:
            involving.end(
                client_id=woman,
                organisation_id=by.organisation_id,
                account_id=to_account_id,
                kinds=(InvolvementKind.COVER,),
                by=by,
                at=at,
            )
        if women:
            ledger.altered(by=by, at=at, resource=Resource.INVOLVEMENT, subjects=women)
        return done(count=len(women))


def hand_over(
    *,
    from_account_id: UUID,
    to_account_id: UUID,
    is_she_told: bool | None,
    client_id: UUID | None = None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Gives one woman, or a whole caseload, to a colleague for good, with all that is planned and due."""
    with transaction.atomic():
        pair = _pair(from_account_id, to_account_id, by)
        answer = decision.every(
            _may_move(from_account_id, by),
            pair if isinstance(pair, Decision) else lead.may_hand_over(*pair, is_she_told=is_she_told),
        )
        if not answer:
            return refusal(answer)
        rows = _own(from_account_id, by, client_id)
        if not rows:
            return refusal(_NOBODY if client_id is None else sight.NOT_THERE)
        rows, stay = _open_to(rows, to_account_id, by)
        if not rows:
            return refusal(_not_to_them(stay, to_account_id, by))
        women = list(dict.fromkeys(row.client_id for row in rows))
        known = her.references_of(women, by)
        for row in rows:
            _give(row, to_account_id, by=by, at=at)
        for woman in women:
            _move_what_is_hers(woman, from_account_id, to_account_id, by=by)
            _tell(EventKind.HANDED_OVER, woman, by=by, at=at, detail={})
            tasks.settle(kept_out.HANDOVER_TASK, object_id=woman, by=by, at=at)
            involving.end(
                client_id=woman,
                organisation_id=by.organisation_id,
                account_id=from_account_id,
                kinds=OWN,
                by=by,
                at=at,
            )
        now = alongside.with_us_now(women, by)
        return done(
            count=len(now),
            follow_ups=len(set(women) - now),
            stay=len(stay),
            references=tuple(known.values()),
        )


def name_lead(*, client_id: UUID, account_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Says which of her workers is her lead professional."""
    with transaction.atomic():
        if alongside.her(client_id, by) is None:
            return refusal(sight.NOT_THERE)
        with identity.clerk(by):
            where = her.episode_now(client_id, by, lock=True) or alongside.episode_now(client_id, by)
            theirs = Involvement.objects.filter(
                client_id=client_id, account_id=account_id, until_at__isnull=True, kind__in=OWN
            ).first()
            if where is None or not alongside.is_running(where):
                return refusal(contacts.NO_EPISODE)
            if theirs is None:
                return refusal(decision.no("Her lead professional is one of those who work with her."))
            if not (
                answer := kept_out.may_be_brought(
                    client_id, account_id=account_id, organisation_id=theirs.organisation_id, by=by
                )
            ):
                return refusal(answer)
            Involvement.objects.filter(client_id=client_id, until_at__isnull=True).update(is_lead=False)
            theirs.is_lead = True
            theirs.save(update_fields=["is_lead"])
            where.lead_account_id, where.lead_organisation_id = account_id, theirs.organisation_id
            where.save(update_fields=["lead_account_id", "lead_organisation_id"])
        ledger.altered(by=by, at=at, resource=Resource.INVOLVEMENT, subjects=[client_id])
        return done(theirs.id, client_id=client_id)


_NOBODY = decision.no("There is nobody on this caseload.")


def _may_move(from_account_id: UUID, by: Actor, also: UUID | None = None) -> Decision:
    """A supervisor moves any caseload of her organisation; a worker her own."""
    if by.role not in WORKER_ROLES or by.is_police:
        return decision.no("Caseloads are moved by workers and their supervisors.", ask="supervisor")
    if by.role is Role.SUPERVISOR or by.account_id in (from_account_id, also):
        return decision.yes()
    return decision.no(
        "Only she herself or a supervisor moves a colleague’s caseload.", ask="your supervisor"
    )


def _pair(now_id: UUID, then_id: UUID, by: Actor) -> tuple[lead.Colleague, lead.Colleague] | Decision:
    """Both colleagues as the rules see them; a refusal when one is none of this organisation's."""
    places = {
        place.account_id: place
        for place in Appointment.objects.filter(
            account_id__in=[now_id, then_id], organisation_id=by.organisation_id, role__in=_AT_WORK
        )
        .select_related("account")
        .order_by("until_at")
    }
    if now_id not in places or then_id not in places:
        return decision.no("This person does not work with women at your organisation.")

    def as_colleague(place: Appointment) -> lead.Colleague:
        active = place.until_at is None and place.account.is_active and place.account.left_at is None
        return lead.Colleague(
            str(place.account_id), str(place.organisation_id), Role(place.role), is_active=active
        )

    return as_colleague(places[now_id]), as_colleague(places[then_id])


_AT_WORK = [role.value for role in WORKER_ROLES]


def _own(account_id: UUID, by: Actor, client_id: UUID | None) -> list[Involvement]:
    rows = sight.visible(Involvement, by).filter(
        organisation_id=by.organisation_id, account_id=account_id, until_at__isnull=True, kind__in=OWN
    )
    return list(rows if client_id is None else rows.filter(client_id=client_id))


def _open_to(
    rows: list[Involvement], to_account_id: UUID, by: Actor
) -> tuple[list[Involvement], frozenset[UUID]]:
    """Those whom this colleague may see, and the women who stay because the colleague is kept from them."""
    closed = kept_out.women_closed_to(to_account_id, by.organisation_id, by=by)
    stay = frozenset(row.client_id for row in rows if row.client_id in closed)
    return [row for row in rows if row.client_id not in closed], stay


def _not_to_them(stay: frozenset[UUID], to_account_id: UUID, by: Actor) -> Decision:
    return kept_out.may_be_brought(next(iter(stay)), account_id=to_account_id, by=by)


def _is_with(client_id: UUID, account_id: UUID, by: Actor) -> bool:
    return Involvement.objects.filter(
        client_id=client_id,
        organisation_id=by.organisation_id,
        account_id=account_id,
        until_at__isnull=True,
    ).exists()


def _give(row: Involvement, to_account_id: UUID, *, by: Actor, at: datetime) -> None:
    involving.end(
        client_id=row.client_id,
        organisation_id=by.organisation_id,
        account_id=to_account_id,
        kinds=(InvolvementKind.COVER,),
        by=by,
        at=at,
    )
    involving.involve(
        client_id=row.client_id,
        organisation_id=by.organisation_id,
        account_id=to_account_id,
        kind=InvolvementKind(row.kind),
        is_lead=row.is_lead,
        referral_id=row.referral_id,
        expires_at=row.expires_at,
        by=by,
        at=at,
    )


def _move_what_is_hers(client_id: UUID, now_id: UUID, then_id: UUID, *, by: Actor) -> None:
    """What was planned and due goes along: appointments, approach, lead, follow-ups."""
    with identity.clerk(by):
        Contact.objects.filter(
            client_id=client_id,
            organisation_id=by.organisation_id,
            worker_id=now_id,
            recorded_at__isnull=True,
            cancelled_at__isnull=True,
        ).update(worker_id=then_id)
        Episode.objects.filter(
            client_id=client_id, lead_account_id=now_id, lead_organisation_id=by.organisation_id
        ).exclude(status=episode.Status.CLOSED.value).update(lead_account_id=then_id)
        Approach.objects.filter(client_id=client_id, worker_id=now_id, ended_at__isnull=True).update(
            worker_id=then_id
        )
        FollowUp.objects.filter(client_id=client_id, worker_id=now_id, recorded_at__isnull=True).update(
            worker_id=then_id
        )


def _tell(kind: EventKind, client_id: UUID, *, by: Actor, at: datetime, detail: dict[str, object]) -> None:
    where = alongside.episode_now(client_id, by)
    if where is not None:
        alongside.tell(kind, where, by=by, at=at, detail=detail)


# --- reads ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Woman:
    """One woman on a list: who she is, how she may be reached, and what comes next for her."""

    client_id: UUID
    name: str
    reference: str
    safe_contact: str
    safe_contact_ok: bool
    level: Level | None
    status: episode.Status
    worker: str
    next_words: str
    next_at: datetime | date | None
    is_overdue: bool
    covers: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Women:
    """A page of a list of women, and how many each tab holds."""

    rows: tuple[Woman, ...]
    total: int
    counts: dict[str, int]


TABS = ("now", "paused", "ended")
_TAB_OF = {
    episode.Status.OPEN.value: "now",
    episode.Status.PAUSED.value: "paused",
    episode.Status.CLOSED.value: "ended",
}


@dataclass(slots=True)
class _Line:
    """What a list is sorted and cut by, before anything sealed is opened."""

    client_id: UUID
    where: Episode
    next_words: str = ""
    next_at: datetime | date | None = None
    is_overdue: bool = False
    rank: tuple[int, str] = (2, "")


def women(
    *,
    by: Actor,
    at: datetime,
    tab: str = "now",
    sort: str = "next",
    descending: bool = False,
    level: Level | None = None,
    worker_id: UUID | None = None,
    offset: int = 0,
    limit: int = 25,
) -> Women:
    """The women this person works with or answers for, by what comes next for each."""
    ids = list(sight.visible(Client, by).values_list("pk", flat=True))
    episodes = alongside.episodes_of(ids, by)
    workers = _workers(by)
    lines = [_Line(client_id, where) for client_id, where in episodes.items()]
    if level is not None:
        lines = [line for line in lines if line.where.level == level]
    if worker_id is not None:
        lines = [line for line in lines if worker_id in workers.get(line.client_id, {})]
    counts = Counter(_TAB_OF[line.where.status] for line in lines)
    lines = [line for line in lines if _TAB_OF[line.where.status] == tab]
    _say_what_comes_next(lines, by, at)
    lines.sort(key=_order(sort), reverse=descending)
    page = lines[offset : offset + limit]
    banners = her.banners(client_ids=[line.client_id for line in page], by=by, at=at)
    names = identity.names_of(
        {account for line in page for account in workers.get(line.client_id, {})}
        | {line.where.lead_account_id for line in page if line.where.lead_account_id}
        | {covered for line in page if (covered := workers.get(line.client_id, {}).get(by.account_id))}
    )
    ledger.read(
        by=by, at=at, resource=Resource.CLIENT, subjects=[line.client_id for line in page], route="support"
    )
    rows = tuple(
        _woman(line, banners[line.client_id], workers.get(line.client_id, {}), names, by)
        for line in page
        if line.client_id in banners
    )
    return Women(rows, len(lines), {one: counts.get(one, 0) for one in TABS})


def _order(sort: str) -> Callable[[_Line], Any]:
    if sort == "level":
        return lambda line: (-1 if line.where.level is None else line.where.level, line.rank)
    if sort == "opened":
        return lambda line: line.where.opened_at
    return lambda line: line.rank


def _workers(by: Actor) -> dict[UUID, dict[UUID, UUID | None]]:
    """For each woman the workers of this organisation, each with the colleague she covers for, if any."""
    found: dict[UUID, dict[UUID, UUID | None]] = {}
    rows = sight.visible(Involvement, by).filter(
        organisation_id=by.organisation_id,
        until_at__isnull=True,
        account_id__isnull=False,
        kind__in=[*OWN, InvolvementKind.COVER],
    )
    for client_id, account_id, covered in rows.values_list("client_id", "account_id", "covers_account_id"):
        if account_id is not None:
            found.setdefault(client_id, {})[account_id] = covered
    return found


def _woman(
    line: _Line,
    banner: her.Banner,
    workers: dict[UUID, UUID | None],
    names: dict[UUID, str],
    by: Actor,
) -> Woman:
    covered = workers.get(by.account_id)
    own = [names.get(account, "") for account, covers in workers.items() if covers is None]
    return Woman(
        client_id=line.client_id,
        name=banner.name,
        reference=banner.reference,
        safe_contact=banner.safe_contact,
        safe_contact_ok=banner.safe_contact_ok,
        level=banner.level,
        status=episode.Status(line.where.status),
        worker=banner.lead or ", ".join(sorted(name for name in own if name)),
        next_words=line.next_words,
        next_at=line.next_at,
        is_overdue=line.is_overdue,
        covers=names.get(covered, "a colleague") if covered else "",
        opened_at=line.where.opened_at,
    )


def _say_what_comes_next(lines: Sequence[_Line], by: Actor, at: datetime) -> None:
    ids = [line.client_id for line in lines]
    open_ones = sight.visible(Contact, by).filter(
        client_id__in=ids, recorded_at__isnull=True, cancelled_at__isnull=True, planned_at__isnull=False
    )
    late = _earliest(open_ones.filter(planned_at__lt=at))
    coming = _earliest(open_ones.filter(planned_at__gte=at))
    reviews = dict(
        sight.visible(Engagement, by)
        .filter(client_id__in=ids, ended_at__isnull=True, review_due__isnull=False)
        .order_by()
        .values_list("client_id")
        .annotate(Min("review_due"))
    )
    follow_ups = dict(
        sight.visible(FollowUp, by)
        .filter(client_id__in=ids, status="due")
        .order_by()
        .values_list("client_id")
        .annotate(Min("due_on"))
    )
    today = clocks.local(at).date()
    for line in lines:
        _next_for(line, late, coming, reviews, follow_ups, today)


def _earliest(rows: QuerySet[Contact]) -> dict[UUID, datetime]:
    return dict(rows.order_by().values_list("client_id").annotate(Min("planned_at")))


def _next_for(
    line: _Line,
    late: dict[UUID, datetime],
    coming: dict[UUID, datetime],
    reviews: dict[UUID, date],
    follow_ups: dict[UUID, date],
    today: date,
) -> None:
    key, review = line.client_id, reviews.get(line.client_id)
    soon = coming.get(key)
    if line.where.status == episode.Status.CLOSED.value:
        due = follow_ups.get(key)
        line.next_words, line.next_at = ("Follow-up", due) if due else ("Nothing more is due", None)
        line.is_overdue = due is not None and due < today
    elif key in late:
        line.next_words, line.next_at, line.is_overdue = "Record the appointment", late[key], True
    elif review is not None and review < today:
        line.next_words, line.next_at, line.is_overdue = "Review her plan", review, True
    elif soon is not None and (review is None or clocks.local(soon).date() <= review):
        line.next_words, line.next_at = "Appointment", soon
    elif review is not None:
        line.next_words, line.next_at = "Review her plan", review
    else:
        line.next_words = "Plan a contact"
    line.rank = (
        0 if line.is_overdue else 1 if line.next_at is None else 2,
        line.next_at.isoformat() if line.next_at else "",
    )


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person who works with women at the asker's organisation."""

    account_id: UUID
    name: str
    role: Role


def takers(*, client_id: UUID | None, by: Actor) -> list[Colleague]:
    """The colleagues who can take one woman, or anybody: without those who are kept from her record."""
    out = kept_out.KeptOut() if client_id is None else kept_out.of_her(client_id, by=by)
    return [one for one in colleagues(by=by) if not out.includes(account_id=one.account_id)]


def colleagues(*, by: Actor) -> list[Colleague]:
    """Who can be given a woman, or cover for another, by name."""
    rows = (
        Appointment.objects.filter(
            organisation_id=by.organisation_id,
            role__in=_AT_WORK,
            until_at__isnull=True,
            account__is_active=True,
            account__left_at__isnull=True,
        )
        .select_related("account")
        .order_by("account__name")
    )
    found: dict[UUID, Colleague] = {}
    for row in rows:
        found.setdefault(row.account_id, Colleague(row.account_id, row.account.name, Role(row.role)))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Load:
    """What one worker carries now."""

    account_id: UUID
    name: str
    women: int
    covering: int
    this_week: int
    to_record: int
    reviews_overdue: int
    at_high_level: int
    covered_by: tuple[str, ...] = ()


def workload(*, by: Actor, at: datetime) -> list[Load]:
    """Every worker of the organisation with what she carries, the fullest first. Names no woman."""
    rows = list(
        sight.visible(Involvement, by)
        .filter(organisation_id=by.organisation_id, until_at__isnull=True, account_id__isnull=False)
        .filter(kind__in=[*OWN, InvolvementKind.COVER])
    )
    running = alongside.with_us_now({row.client_id for row in rows}, by)
    rows = [row for row in rows if row.client_id in running]
    high = set(
        sight.visible(Episode, by)
        .filter(client_id__in=running, level__gte=int(Level.INTENSIVE))
        .exclude(status=episode.Status.CLOSED.value)
        .values_list("client_id", flat=True)
    )
    overdue = set(
        sight.visible(Engagement, by)
        .filter(
            organisation_id=by.organisation_id,
            ended_at__isnull=True,
            review_due__lt=clocks.local(at).date(),
        )
        .values_list("client_id", flat=True)
    )
    planned = list(
        sight.visible(Contact, by)
        .filter(
            organisation_id=by.organisation_id,
            recorded_at__isnull=True,
            cancelled_at__isnull=True,
            planned_at__lt=at + timedelta(days=7),
        )
        .values_list("worker_id", "planned_at")
    )
    names = identity.names_of({row.account_id for row in rows if row.account_id})
    found = [
        _load(colleague.account_id, colleague.name, rows, planned, overdue, high, names, at)
        for colleague in _everyone_with_women(rows, names, by)
    ]
    return sorted(found, key=lambda load: (-load.women, load.name))


def _everyone_with_women(rows: Iterable[Involvement], names: dict[UUID, str], by: Actor) -> list[Colleague]:
    """All colleagues, and whoever has left and still has women: nobody's caseload may be forgotten."""
    here = {one.account_id: one for one in colleagues(by=by)}
    for row in rows:
        if row.account_id and row.account_id not in here:
            name = f"{names.get(row.account_id, 'A former colleague')} (has left)"
            here[row.account_id] = Colleague(row.account_id, name, Role.SUPPORT_WORKER)
    with_women = {row.account_id for row in rows}
    return [one for one in here.values() if one.role is not Role.SUPERVISOR or one.account_id in with_women]


def _load(
    account_id: UUID,
    name: str,
    rows: Sequence[Involvement],
    planned: Sequence[tuple[UUID, datetime | None]],
    overdue: set[UUID],
    high: set[UUID],
    names: dict[UUID, str],
    at: datetime,
) -> Load:
    own = {row.client_id for row in rows if row.account_id == account_id and row.kind in OWN}
    mine = [when for worker, when in planned if worker == account_id and when is not None]
    covered_by = {
        names.get(row.account_id, "a colleague")
        for row in rows
        if row.covers_account_id == account_id and row.account_id
    }
    return Load(
        account_id=account_id,
        name=name,
        women=len(own),
        covering=len(
            {row.client_id for row in rows if row.account_id == account_id and row.covers_account_id}
        ),
        this_week=sum(when >= at for when in mine),
        to_record=sum(when < at for when in mine),
        reviews_overdue=len(own & overdue),
        at_high_level=len(own & high),
        covered_by=tuple(sorted(covered_by)),
    )


@dataclass(frozen=True, slots=True)
class Cover:
    """One colleague covering for another, until a day."""

    from_account_id: UUID
    from_name: str
    to_account_id: UUID
    to_name: str
    women: int
    until: datetime | None


def covers(*, by: Actor) -> list[Cover]:
    """The cover that holds now at this organisation: all of it to a supervisor, a worker's own to her."""
    rows = sight.visible(Involvement, by).filter(
        organisation_id=by.organisation_id,
        kind=InvolvementKind.COVER,
        until_at__isnull=True,
        account_id__isnull=False,
        covers_account_id__isnull=False,
    )
    pairs: dict[tuple[UUID, UUID], list[datetime | None]] = {}
    women: Counter[tuple[UUID, UUID]] = Counter()
    lines = list(rows.values_list("covers_account_id", "account_id", "expires_at", "client_id"))
    with_us = alongside.with_us_now({line[3] for line in lines}, by)
    for now_id, then_id, ends, client_id in lines:
        if now_id is None or then_id is None:
            continue
        if by.role is Role.SUPERVISOR or by.account_id in (now_id, then_id):
            pairs.setdefault((now_id, then_id), []).append(ends)
            women[now_id, then_id] += client_id in with_us
    names = dict(
        Account.objects.filter(pk__in={one for pair in pairs for one in pair}).values_list("pk", "name")
    )
    return [
        Cover(
            now_id,
            names.get(now_id, "a colleague"),
            then_id,
            names.get(then_id, "a colleague"),
            women[now_id, then_id],
            max((end for end in ends if end), default=None),
        )
        for (now_id, then_id), ends in pairs.items()
    ]
