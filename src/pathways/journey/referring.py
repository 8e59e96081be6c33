"""What a referral's gates look at, and the directory's services as matching sees them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from pathways.domain.governance.actors import Actor
from pathways.domain.referral import matching
from pathways.domain.referral import referral as rules
from pathways.domain.referral.matching import Offered
from pathways.domain.referral.referral import PENDING, Status
from pathways.domain.referral.sharing import PackFacts, ShareField
from pathways.domain.terms.clocks import local
from pathways.domain.terms.needs import Domain
from pathways.domain.terms.people import WORKER_ROLES
from pathways.domain.triage import reading, triage
from pathways.journey import (
    gate,
    identity,
    sight,
)
from pathways.records.models import (
    Appointment,
    Engagement,
    Episode,
    Organisation,
    Referral,
    Service,
    ServiceOffer,
    TriageDecision,
    TriageReading,
)

WAITING = tuple(status.value for status in PENDING)


def agreed(client_id: UUID, by: Actor) -> frozenset[ShareField]:
    """The fields that she agreed to share, by her agreement as it is now."""
    held = gate.standing(client_id, by).agreement
    known = {item.value for item in ShareField}
    return frozenset(ShareField(item) for item in (held.share_fields if held else []) if item in known)


def triage_status(episode: Episode, by: Actor) -> triage.Status | None:
    """Where the newest triage of this episode stands; None before there is one.

    A decision that is asked afresh, because a second person did not agree, stops nothing: the former holds.
    Whoever reads her level blind is not kept from referring her: that there is a decision is asked of the
    clerk, and no more than that.
    """
    with identity.clerk(by):
        blind = TriageReading.objects.filter(triage__episode_id=episode.id, reader_id=by.account_id)
        if blind.filter(why=reading.Why.DRAWN.value, status=reading.Status.WAITING.value).exists():
            return _newest(TriageDecision.objects.all(), episode)
    return _newest(sight.visible(TriageDecision, by), episode)


def _newest(rows: QuerySet[TriageDecision], episode: Episode) -> triage.Status | None:
    found = (
        rows.filter(episode=episode)
        .exclude(status=triage.Status.AWAITING.value, because_of_id__isnull=False)
        .order_by("-asked_at")
        .values_list("status", flat=True)
        .first()
    )
    return triage.Status(found) if found else None


def sending_facts(
    episode: Episode, service: Service | None, pack: PackFacts | None, by: Actor, at: datetime
) -> rules.Facts:
    """What the gate of sending looks at; without a service, as though any were open."""
    stands = gate.standing(episode.client_id, by)
    return rules.Facts(
        has_agreed=stands.agreement is not None,
        is_stopped=stands.stop is not None,
        triage=triage_status(episode, by),
        is_organisation_live=service is None or is_live(service.organisation, at),
        is_service_open=service is None or matching.is_open(offered(service, at), at=at),
        pack=pack,
    )


def facts_of(row: Referral, by: Actor, at: datetime) -> rules.Facts:
    """What every later gate of a referral looks at, whoever asks."""
    stands = gate.standing(row.client_id, by)
    with identity.clerk(by):
        started = Engagement.objects.filter(referral=row, started_at__isnull=False).exists()
    return rules.Facts(
        has_agreed=stands.agreement is not None,
        is_stopped=stands.stop is not None,
        is_overdue=is_overdue(row, at),
        has_started=started,
    )


def is_overdue(row: Referral, at: datetime) -> bool:
    """Whether the service's time to answer, or the time she was to wait, has run out."""
    if row.status == Status.WAITLISTED.value:
        return row.waits_until is not None and local(at).date() > row.waits_until
    return row.status in WAITING and row.answer_due_at is not None and at > row.answer_due_at


def is_live(organisation: Organisation, at: datetime) -> bool:
    """Whether the organisation takes part on this day."""
    today = local(at).date()
    return organisation.from_date <= today and (
        organisation.until_date is None or organisation.until_date >= today
    )


def offered(row: Service, at: datetime) -> Offered:
    """One service as matching sees it."""
    return all_offered(Service.objects.select_related("organisation").filter(id=row.id), at)[0]


def all_offered(rows: QuerySet[Service], at: datetime) -> list[Offered]:
    """The services as matching sees them, in a fixed number of queries."""
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
    counts = taken([row.id for row in services if row.capacity is not None])
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
            is_organisation_live=is_live(row.organisation, at),
            capacity=row.capacity,
            taken=counts.get(row.id, 0),
            can_sign_in=row.organisation_id in with_people,
        )
        for row in services
    ]


def taken(service_ids: list[UUID]) -> dict[UUID, int]:
    """How many women each service supports or is asked to support: a count, and nobody's name."""
    if not service_ids:
        return {}
    with identity.clerk():
        counted = (
            Referral.objects.filter(
                service_id__in=service_ids,
                ended_at__isnull=True,
                status__in=(*WAITING, Status.ACCEPTED.value),
            )
            .exclude(engagement__ended_at__isnull=False)
            .values_list("service_id")
            .annotate(n=Count("id"))
        )
        return dict(counted.order_by())
