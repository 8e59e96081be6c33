"""Referred: the coordinator sends a service what she agreed to share, and the service answers."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.referral import matching
from pathways.domain.referral import referral as rules
from pathways.domain.referral.matching import Match, Offered, Wanted
from pathways.domain.referral.reasons import DeclineReason, HerReason, WithdrawReason
from pathways.domain.referral.referral import PENDING, Action, Status
from pathways.domain.referral.sharing import PackFacts, ShareField, shareable_with
from pathways.domain.terms import demographics as d
from pathways.domain.terms import references
from pathways.domain.terms.clocks import local, said_due
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.needs import OPEN_AT, Domain
from pathways.domain.terms.people import WORKER_ROLES, Role, Sector
from pathways.domain.triage import triage
from pathways.domain.triage.levels import Level
from pathways.journey import (
    gate,
    her,
    identity,
    involving,
    ledger,
    packing,
    programme,
    sight,
    tasks,
)
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Account,
    Appointment,
    Assessment,
    Client,
    Demographics,
    Engagement,
    Episode,
    Identity,
    InvolvementKind,
    NeedRating,
    Organisation,
    Referral,
    ReferralPack,
    Service,
    ServiceOffer,
    TriageDecision,
)

ANSWER_TASK = "referral"
OUTCOME_TASK = "referral_outcome"
FIRST_CONTACT_TASK = "first_contact"
REFER_TASK = "refer"

_PENDING = tuple(status.value for status in PENDING)


# --- the coordinator's verbs ------------------------------------------------------------------------


def send(
    *,
    client_id: UUID,
    service_id: UUID,
    needs: Sequence[Domain],
    why: str,
    fields: Collection[ShareField],
    words: Mapping[ShareField, str] | None = None,
    contact_note: str = "",
    by: Actor,
    at: datetime,
) -> Outcome:
    """Sends her referral to one service, with exactly the fields chosen from what she agreed to."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        episode = None if client is None else her.episode_now(client_id, by)
        service = Service.objects.select_related("organisation").filter(id=service_id).first()
        if client is None or episode is None or service is None:
            return refusal(sight.NOT_THERE)
        pack = PackFacts(frozenset(fields), _agreed(client_id, by), Sector(service.organisation.sector))
        facts = _sending_facts(episode, service, pack, by, at)
        may = rules.WORKFLOW.may(Action.SEND, status=Status.DRAFT, role=by.role, facts=facts)
        if not may:
            return refusal(may)
        if not needs:
            return refusal(decision.no("Say what this service is asked to help with."))
        if _is_with(service, episode, by):
            return refusal(decision.no("This service already has a referral for her that is not answered."))
        level = Level(episode.level) if episode.level is not None else Level.UNIVERSAL
        due = rules.answer_due(level, sent_at=at, working=programme.working())
        row = Referral(
            client_id=client_id,
            organisation_id=episode.organisation_id,
            episode=episode,
            reference=references.make(os.urandom(8)),
            status=Status.SENT.value,
            service=service,
            to_organisation_id=service.organisation_id,
            to_sector=service.organisation.sector,
            level=level.value,
            needs=[need.value for need in needs],
            made_at=at,
            made_by_id=by.account_id,
            sent_at=at,
            answer_due_at=due,
        )
        row.save(force_insert=True)
        content = packing.contents(
            client=client,
            episode=episode,
            fields=pack.chosen,
            needs=needs,
            words=words or {},
            contact_note=contact_note,
            by=by,
            at=at,
        )
        with identity.clerk(by):
            ReferralPack(
                client_id=client_id,
                organisation_id=row.to_organisation_id,
                referral=row,
                fields=list(content),
                content=content,
                why=why,
                made_at=at,
            ).save(force_insert=True)
        _tell(
            EventKind.REFERRAL_SENT,
            row,
            by,
            at,
            service=str(service.id),
            provider=str(row.to_organisation_id),
            provider_sector=row.to_sector,
        )
        ledger.disclosed(
            by=by,
            at=at,
            resource=Resource.REFERRAL_PACK,
            subjects=[client_id],
            recipient_id=row.to_organisation_id,
            reason=f"Referral {row.reference}: {', '.join(content)}",
        )
        tasks.settle(REFER_TASK, object_id=client_id, by=by, at=at)
        tasks.set_task(
            ANSWER_TASK,
            f"Answer referral {references.spaced(row.reference)}",
            organisation_id=row.to_organisation_id,
            route="refer:show",
            object_id=row.id,
            due_at=row.answer_due_at,
            is_urgent=level is Level.URGENT_SAFETY,
            by=by,
            at=at,
        )
        return done(
            row.id,
            reference=row.reference,
            next=(
                f"{service.organisation.name} is asked to answer"
                f" by {local(said_due(due)):%A %-d %B at %H:%M}.",
                "You are told at once if it declines, and why.",
            ),
        )


def withdraw(*, referral_id: UUID, reason: WithdrawReason, by: Actor, at: datetime) -> Outcome:
    """Takes a referral back before support has begun. The service stops seeing anything of her."""
    with transaction.atomic():
        row = sight.one(Referral, referral_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.WITHDRAW, status=Status(row.status), role=by.role, facts=_facts(row, by, at)
        )
        if not may:
            return refusal(may)
        was = Status(row.status)
        _end(row, Status.WITHDRAWN, reason.value, by, at)
        _tell(EventKind.REFERRAL_WITHDRAWN, row, by, at, reason=reason.value)
        _tell_service(row, "was withdrawn: do not contact her", was, by, at)
        return done(row.id, reference=row.reference, next=("The service has been told not to contact her.",))


def record_her_no(*, referral_id: UUID, reason: HerReason, by: Actor, at: datetime) -> Outcome:
    """She declines this one service. Nothing else of her support changes, and she need not say why."""
    with transaction.atomic():
        row = _answerable(referral_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.RECORD_HER_NO, status=Status(row.status), role=by.role, facts=_facts(row, by, at)
        )
        if not may:
            return refusal(may)
        was = Status(row.status)
        _end(row, Status.DECLINED_BY_CLIENT, reason.value, by, at)
        _tell(EventKind.REFERRAL_DECLINED_BY_HER, row, by, at, reason=reason.value)
        if by.role is Role.COORDINATOR:
            _tell_service(row, "she has declined this service: do not contact her", was, by, at)
        else:
            _tell_coordinator(row, "she does not want this service: choose what is next", by, at)
        return done(row.id, reference=row.reference, next=("What other support she has goes on unchanged.",))


def expire(*, referral_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Closes a referral that the service let pass unanswered."""
    with transaction.atomic():
        row = sight.one(Referral, referral_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.EXPIRE, status=Status(row.status), role=by.role, facts=_facts(row, by, at)
        )
        if not may:
            return refusal(may)
        was = Status(row.status)
        _end(row, Status.EXPIRED, "", by, at)
        _tell(EventKind.REFERRAL_EXPIRED, row, by, at)
        _tell_service(row, "was closed unanswered: do not contact her", was, by, at)
        return done(row.id, reference=row.reference, next=("Choose another service for her.",))


# --- the service's verbs ----------------------------------------------------------------------------


def acknowledge(*, referral_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Says that the referral was received. Its clock goes on."""
    with transaction.atomic():
        row = _answerable(referral_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.ACKNOWLEDGE, status=Status(row.status), role=by.role, facts=_facts(row, by, at)
        )
        if not may:
            return refusal(may)
        with identity.clerk(by):
            row.status, row.acknowledged_at = Status.ACKNOWLEDGED.value, at
            row.save(update_fields=["status", "acknowledged_at"])
        _tell(EventKind.REFERRAL_ACKNOWLEDGED, row, by, at)
        return done(row.id, reference=row.reference)


def accept(*, referral_id: UUID, worker_id: UUID | None = None, by: Actor, at: datetime) -> Outcome:
    """Takes her on: a named worker sees from now on what her organisation may see of her."""
    with transaction.atomic():
        row = _answerable(referral_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.ACCEPT, status=Status(row.status), role=by.role, facts=_facts(row, by, at)
        )
        if not may:
            return refusal(may)
        worker = worker_id or by.account_id
        if worker not in {colleague.account_id for colleague in colleagues(by=by)}:
            return refusal(decision.no("Choose one of your organisation’s workers."))
        with identity.clerk(by):
            row.status, row.answered_at, row.answered_by_id = Status.ACCEPTED.value, at, by.account_id
            row.waits_until = None
            row.save(update_fields=["status", "answered_at", "answered_by_id", "waits_until"])
            ReferralPack.objects.filter(referral=row).update(is_answered=True)
            episode = Episode.objects.select_for_update(of=("self",)).get(id=row.episode_id)
            becomes_lead = episode.lead_account_id is None
            if becomes_lead:
                episode.lead_account_id, episode.lead_organisation_id = worker, row.to_organisation_id
                episode.save(update_fields=["lead_account_id", "lead_organisation_id"])
            Engagement(
                client_id=row.client_id,
                organisation_id=row.to_organisation_id,
                episode=episode,
                referral=row,
                sector=row.to_sector,
            ).save(force_insert=True)
        involving.involve(
            client_id=row.client_id,
            organisation_id=row.to_organisation_id,
            account_id=worker,
            kind=InvolvementKind.SUPPORT,
            is_lead=becomes_lead,
            referral_id=row.id,
            by=by,
            at=at,
        )
        _tell(EventKind.REFERRAL_ACCEPTED, row, by, at)
        tasks.settle(ANSWER_TASK, object_id=row.id, by=by, at=at)
        level = Level(row.level) if row.level is not None else Level.UNIVERSAL
        due = rules.first_contact_due(level, accepted_at=at, working=programme.working())
        tasks.set_task(
            FIRST_CONTACT_TASK,
            f"First contact: {references.spaced(row.reference)}",
            organisation_id=row.to_organisation_id,
            account_id=worker,
            client_id=row.client_id,
            route="herpage:story",
            object_id=row.client_id,
            due_at=due,
            is_urgent=level is Level.URGENT_SAFETY,
            by=by,
            at=at,
        )
        return done(
            row.id,
            reference=row.reference,
            next=(f"First contact with her is due by {local(said_due(due)):%A %-d %B}.",),
            client_id=row.client_id,
            is_mine=worker == by.account_id,
        )


def waitlist(*, referral_id: UUID, until: date, by: Actor, at: datetime) -> Outcome:
    """Puts her on the waiting list until a day, which the coordinator sees."""
    with transaction.atomic():
        row = _answerable(referral_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.WAITLIST, status=Status(row.status), role=by.role, facts=_facts(row, by, at)
        )
        if not may:
            return refusal(may)
        today = local(at).date()
        if until <= today:
            return refusal(decision.no("Say until when she is likely to wait: a day to come."))
        with identity.clerk(by):
            row.status, row.waits_until = Status.WAITLISTED.value, until
            row.acknowledged_at = row.acknowledged_at or at
            row.answered_at, row.answered_by_id = at, by.account_id
            row.save(
                update_fields=["status", "waits_until", "acknowledged_at", "answered_at", "answered_by_id"]
            )
        weeks = -(-(until - today).days // 7)
        _tell(EventKind.REFERRAL_WAITLISTED, row, by, at, weeks=str(weeks))
        tasks.settle(ANSWER_TASK, object_id=row.id, by=by, at=at)
        tasks.set_task(
            ANSWER_TASK,
            f"Waiting list: answer referral {references.spaced(row.reference)}",
            organisation_id=row.to_organisation_id,
            route="refer:show",
            object_id=row.id,
            due_at=programme.working().due_after_days(at, max(1, weeks * 5)),
            by=by,
            at=at,
        )
        _tell_coordinator(row, "is on a waiting list: is that soon enough for her?", by, at)
        return done(row.id, reference=row.reference, next=("The coordinator sees until when she waits.",))


def decline(*, referral_id: UUID, reason: DeclineReason, words: str = "", by: Actor, at: datetime) -> Outcome:
    """Says no, and why; the coordinator is told at once. What was shared of her is closed to the service."""
    with transaction.atomic():
        row = _answerable(referral_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.DECLINE, status=Status(row.status), role=by.role, facts=_facts(row, by, at)
        )
        if not may:
            return refusal(may)
        if words:
            with identity.clerk(by):
                pack = ReferralPack.objects.get(referral=row)
                pack.answer_words = words
                pack.save(update_fields=["answer_words"])
        _end(row, Status.DECLINED_BY_SERVICE, reason.value, by, at)
        _tell(EventKind.REFERRAL_DECLINED, row, by, at, reason=reason.value)
        _tell_coordinator(row, "was declined: choose what is next for her", by, at, is_urgent=True)
        return done(
            row.id,
            reference=row.reference,
            next=("The coordinator is told at once, with your reason.",),
        )


# --- the pieces -------------------------------------------------------------------------------------


def _agreed(client_id: UUID, by: Actor) -> frozenset[ShareField]:
    agreed = gate.standing(client_id, by).agreement
    known = {item.value for item in ShareField}
    return frozenset(ShareField(item) for item in (agreed.share_fields if agreed else []) if item in known)


def _triage_status(episode: Episode, by: Actor) -> triage.Status | None:
    found = (
        sight.visible(TriageDecision, by)
        .filter(episode=episode)
        .order_by("-asked_at")
        .values_list("status", flat=True)
        .first()
    )
    return triage.Status(found) if found else None


def _sending_facts(
    episode: Episode, service: Service | None, pack: PackFacts | None, by: Actor, at: datetime
) -> rules.Facts:
    stands = gate.standing(episode.client_id, by)
    return rules.Facts(
        has_agreed=stands.agreement is not None,
        is_stopped=stands.stop is not None,
        triage=_triage_status(episode, by),
        is_organisation_live=service is None or _is_live(service.organisation, at),
        is_service_open=service is None or matching.is_open(_offered(service, at), at=at),
        pack=pack,
    )


def _facts(row: Referral, by: Actor, at: datetime) -> rules.Facts:
    stands = gate.standing(row.client_id, by)
    with identity.clerk(by):
        started = Engagement.objects.filter(referral=row, started_at__isnull=False).exists()
    return rules.Facts(
        has_agreed=stands.agreement is not None,
        is_stopped=stands.stop is not None,
        is_overdue=_is_overdue(row, at),
        has_started=started,
    )


def _is_overdue(row: Referral, at: datetime) -> bool:
    if row.status == Status.WAITLISTED.value:
        return row.waits_until is not None and local(at).date() > row.waits_until
    return row.status in _PENDING and row.answer_due_at is not None and at > row.answer_due_at


def _is_live(organisation: Organisation, at: datetime) -> bool:
    today = local(at).date()
    return organisation.from_date <= today and (
        organisation.until_date is None or organisation.until_date >= today
    )


def _is_with(service: Service, episode: Episode, by: Actor) -> bool:
    return sight.visible(Referral, by).filter(service=service, episode=episode, status__in=_PENDING).exists()


def _answerable(referral_id: UUID, by: Actor) -> Referral | None:
    """A referral that this person may answer, held for the rest of the transaction."""
    row = sight.one(Referral, referral_id, by)
    if row is None:
        return None
    if by.role is not Role.COORDINATOR and row.to_organisation_id != by.organisation_id:
        return None
    with identity.clerk(by):
        return Referral.objects.select_for_update(of=("self",)).get(id=referral_id)


def _end(row: Referral, status: Status, reason: str, by: Actor, at: datetime) -> None:
    """Ends a referral whatever it was; what was shared is closed, and whoever had taken her on lets go."""
    with identity.clerk(by):
        row.status, row.reason_code, row.ended_at = status.value, reason, at
        if status is Status.DECLINED_BY_SERVICE:
            row.answered_at, row.answered_by_id = at, by.account_id
        row.save(update_fields=["status", "reason_code", "ended_at", "answered_at", "answered_by_id"])
        ReferralPack.objects.filter(referral=row).update(is_answered=True)
        Engagement.objects.filter(referral=row, ended_at__isnull=True).update(ended_at=at)
    tasks.settle(ANSWER_TASK, object_id=row.id, by=by, at=at)
    if not involving.end(client_id=row.client_id, referral_id=row.id, by=by, at=at):
        return
    with identity.clerk(by):
        episode = Episode.objects.get(id=row.episode_id)
        left = {account for account, _ in involving.workers_of(row.client_id, by=by)}
        if episode.lead_account_id is not None and episode.lead_account_id not in left:
            episode.lead_account_id = episode.lead_organisation_id = None
            episode.save(update_fields=["lead_account_id", "lead_organisation_id"])


def _tell(kind: EventKind, row: Referral, by: Actor, at: datetime, **codes: str) -> None:
    with identity.clerk(by):
        episode = Episode.objects.get(id=row.episode_id)
    ledger.record(
        kind,
        by=by,
        at=at,
        case_id=episode.case_id,
        client_id=row.client_id,
        episode_id=episode.id,
        detail={"referral": str(row.id), **codes},
    )


def _tell_service(row: Referral, words: str, was: Status, by: Actor, at: datetime) -> None:
    """What the service has to know in neutral words; it cannot open anything of her any more."""
    if was is Status.DRAFT:
        return
    tasks.settle(FIRST_CONTACT_TASK, object_id=row.client_id, by=by, at=at)
    tasks.set_task(
        OUTCOME_TASK,
        f"Referral {references.spaced(row.reference)} {words}",
        organisation_id=row.to_organisation_id,
        object_id=row.id,
        is_urgent=True,
        by=by,
        at=at,
    )


def _tell_coordinator(row: Referral, words: str, by: Actor, at: datetime, *, is_urgent: bool = False) -> None:
    tasks.settle(OUTCOME_TASK, object_id=row.id, by=by, at=at)
    tasks.set_task(
        OUTCOME_TASK,
        f"Referral {references.spaced(row.reference)} {words}",
        organisation_id=row.organisation_id,
        role=Role.COORDINATOR,
        client_id=row.client_id,
        route="refer:show",
        object_id=row.id,
        due_at=programme.working().due_after_days(at, 1),
        is_urgent=is_urgent,
        by=by,
        at=at,
    )


# --- making a referral: reads -----------------------------------------------------------------------


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
    agreed = _agreed(client_id, by)
    facts = _sending_facts(episode, None, None, by, at)
    may = rules.may_take_on(facts)
    if may and facts.triage not in (triage.Status.DECIDED, triage.Status.OVERRIDDEN):
        may = rules.may_send(facts)
    wanted = _wanted(episode, by, at)
    ledger.read(by=by, at=at, resource=Resource.IDENTITY, subjects=[client_id], route="refer:new")
    return Making(
        banner=banner,
        may=may,
        level=Level(episode.level) if episode.level is not None else None,
        open_needs=wanted.needs,
        agreed=agreed,
        safe_contact=packing.safe_contact(client_id, by, at),
        wanted=wanted,
    )


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


def matches(*, wanted: Wanted, at: datetime, query: str = "") -> tuple[Match, ...]:
    """The services of the directory, ordered by what speaks for each; or those whose name is asked for."""
    rows = Service.objects.select_related("organisation").exclude(organisation__sector=Sector.POLICE.value)
    for word in query.split():
        rows = rows.filter(
            Q(name__icontains=word) | Q(organisation__name__icontains=word) | Q(area__icontains=word)
        )
    return matching.ordered(wanted, _all_offered(rows, at), at=at)


def service_named(*, service_id: UUID, wanted: Wanted, at: datetime) -> tuple[Match, Sector] | None:
    """One service with its reasons, and the sector of who gives it."""
    row = Service.objects.select_related("organisation").filter(id=service_id).first()
    if row is None:
        return None
    return matching.match(wanted, _offered(row, at), at=at), Sector(row.organisation.sector)


def _offered(row: Service, at: datetime) -> Offered:
    return _all_offered(Service.objects.select_related("organisation").filter(id=row.id), at)[0]


def _all_offered(rows: QuerySet[Service], at: datetime) -> list[Offered]:
    services = list(rows.defer("raw", "description"))
    ids = [row.id for row in services]
    codes = {item.value for item in Domain}
    worked: dict[UUID, set[Domain]] = {}
    offers = ServiceOffer.objects.filter(service_id__in=ids).values_list("service_id", "category__domain")
    for service_id, code in offers.distinct():
        if code in codes:
            worked.setdefault(service_id, set()).add(Domain(code))
    with_people = set(
        Appointment.objects.filter(
            organisation_id__in={row.organisation_id for row in services},
            until_at__isnull=True,
            account__is_active=True,
            role__in=[role.value for role in WORKER_ROLES],
        ).values_list("organisation_id", flat=True)
    )
    taken = _taken([row.id for row in services if row.capacity is not None])
    return [
        Offered(
            id=str(row.id),
            name=row.name,
            organisation=row.organisation.name,
            needs=frozenset(worked.get(row.id, ())),
            area=row.area,
            is_for_women_only=row.is_for_women_only,
            minimum_age=row.minimum_age,
            maximum_age=row.maximum_age,
            open_from=row.open_from,
            open_until=row.open_until,
            is_active=row.status == "active",
            is_organisation_live=_is_live(row.organisation, at),
            capacity=row.capacity,
            taken=taken.get(row.id, 0),
            can_sign_in=row.organisation_id in with_people,
        )
        for row in services
    ]


def _taken(service_ids: list[UUID]) -> dict[UUID, int]:
    """How many women each service supports or is asked to support: a count, and nobody's name."""
    if not service_ids:
        return {}
    with identity.clerk():
        counted = (
            Referral.objects.filter(
                service_id__in=service_ids,
                ended_at__isnull=True,
                status__in=(*_PENDING, Status.ACCEPTED.value),
            )
            .exclude(engagement__ended_at__isnull=False)
            .values_list("service_id")
            .annotate(n=Count("id"))
        )
        return dict(counted.order_by())


# --- lists and pages --------------------------------------------------------------------------------


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
        "waiting": Q(status__in=_PENDING),
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
        is_overdue=_is_overdue(row, at),
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
        found = matches(wanted=wanted, at=at)
        others = tuple(m for m in found if not m.barred and m.meets and m.service.id != str(row.service_id))
    return Page(
        line=line,
        client_id=row.client_id,
        service_id=row.service_id,
        is_ours_to_answer=is_ours and status in PENDING,
        is_hers_to_carry=is_coordinator,
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
            for move in rules.WORKFLOW.open_to(status=status, role=by.role, facts=_facts(row, by, at))
        )
        if is_coordinator or is_ours
        else (),
        banner=banner,
        others=others[:5],
    )


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who can take her on."""

    account_id: UUID
    name: str
    is_me: bool


def colleagues(*, by: Actor) -> tuple[Colleague, ...]:
    """The workers of the asker's own organisation who can sign in, herself first."""
    rows = (
        Account.objects.filter(
            is_active=True,
            left_at__isnull=True,
            appointments__organisation_id=by.organisation_id,
            appointments__until_at__isnull=True,
            appointments__role__in=[role.value for role in WORKER_ROLES],
        )
        .distinct()
        .order_by("name")
    )
    found = [Colleague(row.id, row.name, row.id == by.account_id) for row in rows]
    return tuple(sorted(found, key=lambda one: not one.is_me))


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
            is_overdue=_is_overdue(row, at),
        )
        for row in rows
    )


def shareable(sector: Sector, agreed: frozenset[ShareField]) -> tuple[ShareField, ...]:
    """What can go to a service of this sector: what she agreed to, less what it may never receive."""
    return tuple(item for item in shareable_with(sector) if item in agreed)
