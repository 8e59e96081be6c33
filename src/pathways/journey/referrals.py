"""Referrals as they are read: what one is made from, the lists of both sides, and one on its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.referral import matching
from pathways.domain.referral import referral as rules
from pathways.domain.referral.matching import Match, Wanted
from pathways.domain.referral.reasons import DeclineReason, HerReason, WithdrawReason
from pathways.domain.referral.referral import PENDING, Action, Status
from pathways.domain.referral.sharing import ShareField, shareable_with
from pathways.domain.terms import demographics as d
from pathways.domain.terms.clocks import local, said_due
from pathways.domain.terms.needs import OPEN_AT, Domain
from pathways.domain.terms.people import WORKER_ROLES, Role, Sector
from pathways.domain.triage import triage
from pathways.domain.triage.levels import Level
from pathways.journey import (
    her,
    identity,
    kept_out,
    ledger,
    packing,
    referring,
    sight,
    under_agreement,
)
from pathways.records.models import (
    Assessment,
    Demographics,
    Episode,
    Identity,
    NeedRating,
    Referral,
    ReferralPack,
    Service,
)


@dataclass(frozen=True, slots=True)
class Making:
    """What a referral is made from: her, her level, what she agreed to share, and how she is reached."""

    banner: her.Banner
    may: Decision
    level: Level | None
    open_needs: tuple[Domain, ...]
    agreed: frozenset[ShareField]
    safe_contact: str
    wanted: Wanted


def making(*, client_id: UUID, by: Actor, at: datetime) -> Making | None:
    """None when for this person she is not there."""
    banner = her.banner(client_id=client_id, by=by, at=at)
    if banner is None:
        return None
    episode = her.episode_now(client_id, by)
    if episode is None:
        none = Wanted(())
        return Making(banner, decision.no("She has no open episode."), None, (), frozenset(), "", none)
    agreed = referring.agreed(client_id, by)
    may = _may_begin(episode, by, at)
    wanted = _wanted(episode, by, at)
    ledger.read(by=by, at=at, resource=Resource.IDENTITY, subjects=[client_id], route="refer:new")
    return Making(
        banner=banner,
        may=may,
        level=Level(episode.level)
        if episode.level is not None and client_id not in by.blind_to
        else None,
        open_needs=wanted.needs,
        agreed=agreed,
        safe_contact=packing.safe_contact(client_id, by, at),
        wanted=wanted,
    )


def may_begin(*, client_id: UUID, by: Actor, at: datetime) -> Decision:
    """Whether a referral of hers can be begun now: what a page asks before it offers the button."""
    episode = her.episode_now(client_id, by)
    return decision.no("She has no open episode.") if episode is None else _may_begin(episode, by, at)


def _may_begin(episode: Episode, by: Actor, at: datetime) -> Decision:
    facts = referring.sending_facts(episode, None, None, by, at)
    may = rules.may_take_on(facts)
    if may and facts.triage not in (triage.Status.DECIDED, triage.Status.OVERRIDDEN):
        return rules.may_send(facts)
    return may


def _wanted(episode: Episode, by: Actor, at: datetime) -> Wanted:
    assessed = sight.visible(Assessment, by).filter(episode=episode).order_by("-number").first()
    ratings = (
        sight.visible(NeedRating, by)
        .filter(assessment=assessed, rung__isnull=False, rung__lte=int(OPEN_AT))
        .order_by("rung", "domain")
        .values_list("domain", flat=True)
        if assessed
        else []
    )
    told = sight.visible(Demographics, by).filter(client_id=episode.client_id).first()
    paper = sight.visible(Identity, by).filter(client_id=episode.client_id).first()
    blank = {answer.value for answer in d.NoAnswer}
    age = None
    if paper is not None and paper.date_of_birth is not None:
        age = d.age(paper.date_of_birth, on=local(at).date())
    area = told.area if told is not None and told.area not in blank else ""
    return Wanted(tuple(Domain(code) for code in ratings), area, age)


NO_AGREEMENT = (
    "No sharing agreement with this organisation is in force: ask the information-governance lead."
)


def matches(
    *, client_id: UUID, wanted: Wanted, by: Actor, at: datetime, query: str = ""
) -> tuple[Match, ...]:
    """The services of the directory, ordered by what speaks for each; or those whose name is asked for.

    Those of an organisation that is kept from her record are not among them, and nothing says why.
    """
    rows = Service.objects.select_related("organisation").exclude(organisation__sector=Sector.POLICE.value)
    rows = rows.exclude(organisation_id__in=kept_out.of_her(client_id, by=by).organisations)
    for word in query.split():
        rows = rows.filter(
            Q(name__icontains=word) | Q(organisation__name__icontains=word) | Q(area__icontains=word)
        )
    found = matching.ordered(wanted, referring.all_offered(rows, at), at=at)
    within = under_agreement.reached(by.organisation_id, at)
    whose = {str(key): place for key, place in rows.values_list("id", "organisation_id")}
    shown = [_within(one, whose[one.service.id] in within) for one in found]
    return tuple(sorted(shown, key=lambda one: bool(one.barred)))


def service_named(
    *, client_id: UUID, service_id: UUID, wanted: Wanted, by: Actor, at: datetime
) -> tuple[Match, Sector] | None:
    """One service with its reasons, and the sector of who gives it."""
    row = Service.objects.select_related("organisation").filter(id=service_id).first()
    if row is None or kept_out.of_her(client_id, by=by).includes(organisation_id=row.organisation_id):
        return None
    found = matching.match(wanted, referring.offered(row, at), at=at)
    within = row.organisation_id in under_agreement.reached(by.organisation_id, at)
    return _within(found, within), Sector(row.organisation.sector)


def _within(found: Match, is_within: bool) -> Match:
    """The match, closed where no sharing agreement stands behind what would cross."""
    if is_within or found.barred:
        return found
    return replace(found, barred=NO_AGREEMENT)


@dataclass(frozen=True, slots=True)
class Line:
    """One referral in a list. `name` is what the reader may call her; a service may have only a reference."""

    id: UUID
    reference: str
    name: str
    service: str
    organisation: str
    needs: tuple[Domain, ...]
    level: Level | None
    status: Status
    sent_at: datetime | None
    due_at: datetime | None
    waits_until: date | None
    answered_at: datetime | None
    reason: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Listed:
    lines: tuple[Line, ...]
    total: int
    counts: Mapping[str, int]


#: The tabs of each side. “Late” is asked of the clock, not of a status.
COORDINATORS_TABS: Mapping[str, str] = {
    "waiting": "Waiting for an answer",
    "late": "Late",
    "refused": "Declined",
    "accepted": "Accepted",
    "all": "All",
}


SERVICES_TABS: Mapping[str, str] = {
    "answer": "To answer",
    "waitlisted": "Waiting list",
    "accepted": "Accepted",
}


def _tab(name: str, at: datetime) -> Q:
    declined = [Status.DECLINED_BY_SERVICE.value, Status.DECLINED_BY_CLIENT.value, Status.EXPIRED.value]
    late = Q(status__in=["sent", "acknowledged"], answer_due_at__lt=at) | Q(
        status="waitlisted", waits_until__lt=local(at).date()
    )
    return {
        "waiting": Q(status__in=referring.WAITING),
        "late": late,
        "refused": Q(status__in=declined),
        "accepted": Q(status=Status.ACCEPTED.value),
        "all": Q(),
        "answer": Q(status__in=["sent", "acknowledged"]),
        "waitlisted": Q(status=Status.WAITLISTED.value),
    }[name]


def listed(*, tab: str, by: Actor, at: datetime, offset: int = 0, limit: int = 25) -> Listed:
    """The coordinator's referrals out, or the referrals that a service has to answer, by the clock."""
    rows = sight.visible(Referral, by)
    is_service = by.role is not Role.COORDINATOR
    if is_service:
        rows = rows.filter(to_organisation_id=by.organisation_id)
    names = SERVICES_TABS if is_service else COORDINATORS_TABS
    counts = {name: rows.filter(_tab(name, at)).count() for name in names}
    wanted = rows.filter(_tab(tab, at)).select_related("service", "service__organisation")
    by_clock = (F("answer_due_at").asc(nulls_last=True), "sent_at")
    newest = (F("ended_at").desc(nulls_last=True), F("answered_at").desc(nulls_last=True), "-made_at")
    ordered = wanted.order_by(*(by_clock if tab in ("waiting", "late", "answer", "waitlisted") else newest))
    found = list(ordered[offset : offset + limit])
    if is_service:
        packs = {
            pack.referral_id: pack for pack in sight.visible(ReferralPack, by).filter(referral__in=found)
        }
        lines = tuple(_service_line(row, packs.get(row.id), at) for row in found)
    else:
        people = her.banners(client_ids={row.client_id for row in found}, by=by, at=at)
        lines = tuple(
            _line(row, people[row.client_id].name if row.client_id in people else "", at) for row in found
        )
    ledger.read(
        by=by,
        at=at,
        resource=Resource.REFERRAL_PACK if is_service else Resource.REFERRAL,
        subjects=[row.client_id for row in found],
        route="refer:list",
    )
    return Listed(lines, counts[tab], counts)


def _service_line(row: Referral, pack: ReferralPack | None, at: datetime) -> Line:
    """Only what the pack holds: needs and level too are hers to share."""
    content: dict[str, str] = (pack.content or {}) if pack is not None else {}
    line = _line(row, content.get(ShareField.NAME.value, ""), at)
    return replace(
        line,
        needs=line.needs if ShareField.NEEDS.value in content else (),
        level=line.level if ShareField.LEVEL.value in content else None,
    )


def _line(row: Referral, name: str, at: datetime) -> Line:
    return Line(
        id=row.id,
        reference=row.reference,
        name=name,
        service=row.service.name,
        organisation=row.service.organisation.name,
        needs=tuple(Domain(code) for code in row.needs),
        level=Level(row.level) if row.level is not None else None,
        status=Status(row.status),
        sent_at=row.sent_at,
        due_at=said_due(row.answer_due_at) if row.answer_due_at else None,
        waits_until=row.waits_until,
        answered_at=row.answered_at,
        reason=reason_in_words(row.status, row.reason_code),
        is_overdue=referring.is_overdue(row, at),
    )


def reason_in_words(status: str, code: str) -> str:
    """A stored reason in words: whose it is follows from how the referral ended."""
    if not code:
        return ""
    enums: dict[str, Any] = {
        Status.DECLINED_BY_SERVICE.value: DeclineReason,
        Status.DECLINED_BY_CLIENT.value: HerReason,
        Status.WITHDRAWN.value: WithdrawReason,
    }
    enum = enums.get(status)
    return str(enum(code).label) if enum is not None else ""


@dataclass(frozen=True, slots=True)
class Shared:
    """One field of the pack as the service reads it."""

    field: ShareField
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One referral, for the coordinator who sent it or for the service that was asked."""

    line: Line
    client_id: UUID
    service_id: UUID
    is_ours_to_answer: bool
    is_hers_to_carry: bool
    is_waiting: bool
    shared: tuple[Shared, ...]
    withheld: tuple[ShareField, ...]
    why: str
    answer_words: str
    answered_by: str
    made_by: str
    moves: tuple[Action, ...]
    banner: her.Banner | None = None
    others: tuple[Match, ...] = field(default_factory=tuple)


def page(*, referral_id: UUID, by: Actor, at: datetime) -> Page | None:
    """None when for this person it is not there: another organisation's referral does not exist for her."""
    row = (
        sight.visible(Referral, by)
        .select_related("service", "service__organisation")
        .filter(id=referral_id)
        .first()
    )
    if row is None:
        return None
    is_coordinator = by.role is Role.COORDINATOR
    is_ours = row.to_organisation_id == by.organisation_id and by.role in WORKER_ROLES
    pack = sight.visible(ReferralPack, by).filter(referral=row).first()
    content: dict[str, str] = (pack.content or {}) if pack is not None else {}
    banner = her.banner(client_id=row.client_id, by=by, at=at)
    line = _service_line(row, pack, at) if is_ours else _line(row, banner.name if banner else "", at)
    names = identity.names_of({x for x in (row.answered_by_id, row.made_by_id) if x})
    status = Status(row.status)
    ledger.read(by=by, at=at, resource=Resource.REFERRAL_PACK, subjects=[row.client_id], route="refer:show")
    others: tuple[Match, ...] = ()
    if is_coordinator and status in (
        Status.DECLINED_BY_SERVICE,
        Status.DECLINED_BY_CLIENT,
        Status.EXPIRED,
        Status.WITHDRAWN,
    ):
        wanted = Wanted(tuple(Domain(code) for code in row.needs))
        found = matches(client_id=row.client_id, wanted=wanted, by=by, at=at)
        others = tuple(m for m in found if not m.barred and m.meets and m.service.id != str(row.service_id))
    return Page(
        line=line,
        client_id=row.client_id,
        service_id=row.service_id,
        is_ours_to_answer=is_ours and status in PENDING,
        is_hers_to_carry=is_coordinator,
        is_waiting=status in PENDING,
        shared=tuple(
            Shared(item, tuple(content[item.value].splitlines()) or ("Not known",))
            for item in ShareField
            if item.value in content
        ),
        withheld=tuple(item for item in ShareField if item.value not in content) if is_coordinator else (),
        why=pack.why if pack is not None else "",
        answer_words=pack.answer_words if pack is not None else "",
        answered_by=names.get(row.answered_by_id, "") if row.answered_by_id else "",
        made_by=names.get(row.made_by_id, ""),
        moves=tuple(
            move.action
            for move in rules.WORKFLOW.open_to(
                status=status, role=by.role, facts=referring.facts_of(row, by, at)
            )
        )
        if is_coordinator or is_ours
        else (),
        banner=banner,
        others=others[:5],
    )


@dataclass(frozen=True, slots=True)
class Card:
    """One referral in a line, for her page."""

    id: UUID
    reference: str
    service: str
    organisation: str
    status: Status
    sent_at: datetime | None
    due_at: datetime | None
    waits_until: date | None
    reason: str
    is_overdue: bool


def cards(*, client_id: UUID, by: Actor, at: datetime) -> tuple[Card, ...]:
    """Her referrals in the episode that runs, newest first; her page records the reading itself."""
    rows = (
        sight.visible(Referral, by)
        .filter(client_id=client_id)
        .select_related("service", "service__organisation")
        .order_by("-made_at")
    )
    return tuple(
        Card(
            id=row.id,
            reference=row.reference,
            service=row.service.name,
            organisation=row.service.organisation.name,
            status=Status(row.status),
            sent_at=row.sent_at,
            due_at=row.answer_due_at,
            waits_until=row.waits_until,
            reason=reason_in_words(row.status, row.reason_code),
            is_overdue=referring.is_overdue(row, at),
        )
        for row in rows
    )


def shareable(sector: Sector, agreed: frozenset[ShareField]) -> tuple[ShareField, ...]:
    """What can go to a service of this sector: what she agreed to, less what it may never receive."""
    return tuple(item for item in shareable_with(sector) if item in agreed)
