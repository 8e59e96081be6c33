"""Women in every stage, made row by row, for the tests of lists and of her page (and for measuring them)."""

from __future__ import annotations

import os
import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from pathways.domain.governance.actors import Actor
from pathways.domain.reach import plan
from pathways.domain.terms import references
from pathways.domain.terms.contact import Channel, Weekday, Window
from pathways.domain.terms.events import EventKind
from pathways.journey import identity, involving, ledger
from pathways.records.models import (
    CaseNote,
    Client,
    Contact,
    Engagement,
    Episode,
    Goal,
    GoalRating,
    Identity,
    InvolvementKind,
    Organisation,
    Referral,
    SafeContactPlan,
    Service,
    TriageDecision,
)
from tests.journey.people import NOW, Cast

WAY = (
    EventKind.CONTACT_PLANNED,
    EventKind.CONTACTED,
    EventKind.AGREED,
    EventKind.ASSESSMENT_COMPLETED,
    EventKind.TRIAGED,
    EventKind.REFERRAL_SENT,
    EventKind.REFERRAL_ACCEPTED,
    EventKind.SUPPORT_STARTED,
    EventKind.REVIEWED,
)


def born(
    cast: Cast,
    called: str = "Rosa",
    *,
    surname: str = "Invented",
    level: int | None = 3,
    worker: Actor | None = None,
    reached: int = 5,
    notes: int = 0,
    opened: datetime | None = None,
    confirmed: datetime | None = None,
    is_findable: bool = True,
) -> tuple[uuid.UUID, uuid.UUID]:
    """(client, episode) of a woman known to the coordinator, and to a worker when one is given."""
    opened = opened or NOW - timedelta(days=60)
    confirmed = confirmed or NOW - timedelta(days=7)
    coordinator = cast.coordinator
    with identity.acting(coordinator):
        client = Client(
            organisation_id=coordinator.organisation_id,
            reference=references.make(os.urandom(8)),
            called=called,
            created_at=opened,
        )
        client.save(force_insert=True)
        make = involving.involve if is_findable else _involved
        make(
            client_id=client.id,
            organisation_id=coordinator.organisation_id,
            account_id=None,
            kind=InvolvementKind.COORDINATION,
            by=coordinator,
            at=opened,
        )
        common = {"client_id": client.id, "organisation_id": coordinator.organisation_id}
        paper = Identity(given_names=called, surname=surname, date_of_birth=date(1991, 6, 12), **common)
        paper.save(force_insert=True)
        episode = Episode(
            case_id=uuid.uuid4(),
            route="self",
            opened_at=opened,
            level=level,
            lead_account_id=worker.account_id if worker else None,
            lead_organisation_id=worker.organisation_id if worker else None,
            **common,
        )
        episode.save(force_insert=True)
        facts = plan.Facts(
            plan.Status.CONFIRMED,
            confirmed,
            frozenset({Channel.TEXT}),
            (Window(Weekday.TUESDAY, time(10), time(12)),),
            say="from the library",
            must_not_know=("her partner",),
        )
        SafeContactPlan(
            status="confirmed",
            details=plan.details(facts),
            made_at=opened,
            made_by_id=coordinator.account_id,
            confirmed_at=confirmed,
            confirmed_by_id=coordinator.account_id,
            lapses_at=plan.lapses_at(facts),
            **common,
        ).save(force_insert=True)
        if reached >= 5:
            TriageDecision(
                episode=episode,
                status="decided",
                level=level,
                suggested_level=level,
                asked_at=opened + timedelta(days=4),
                decided_at=opened + timedelta(days=5),
                decided_by_id=coordinator.account_id,
                first_contact_due=(opened + timedelta(days=7)).date(),
                review_due=(opened + timedelta(days=65)).date(),
                **common,
            ).save(force_insert=True)
        for step, kind in enumerate(WAY[:reached]):
            ledger.record(
                kind,
                by=coordinator,
                at=opened + timedelta(days=step + 1),
                client_id=client.id,
                episode_id=episode.id,
            )
    if worker is not None:
        with identity.acting(coordinator):
            make(
                client_id=client.id,
                organisation_id=worker.organisation_id,
                account_id=worker.account_id,
                kind=InvolvementKind.SUPPORT,
                by=coordinator,
                at=opened,
                is_lead=True,
            )
        with identity.acting(worker):
            _worked_with(worker, client, episode, opened, notes)
    return client.id, episode.id


def _involved(**given: Any) -> None:
    """An involvement without search tokens: quicker, for many women."""
    from pathways.records.models import Involvement

    by, at = given.pop("by"), given.pop("at")
    with identity.clerk(by):
        Involvement(given_by_id=by.account_id, from_at=at, **given).save(force_insert=True)


def _worked_with(worker: Actor, client: Client, episode: Episode, opened: datetime, notes: int) -> None:
    theirs: dict[str, Any] = {"client_id": client.id, "organisation_id": worker.organisation_id}
    for number in range(notes):
        CaseNote(
            episode=episode,
            body=f"Note {number + 1}: she came in, and we talked about what she would like to do next.",
            written_at=opened + timedelta(days=10, hours=number),
            written_by_id=worker.account_id,
            written_by_name=worker.name,
            **theirs,
        ).save(force_insert=True)
    if not notes:
        return
    goal = Goal(
        episode=episode,
        words="I want my own front door.",
        domain="housing",
        importance=9,
        set_at=opened + timedelta(days=10),
        set_by_id=worker.account_id,
        **theirs,
    )
    goal.save(force_insert=True)
    for number, value in enumerate((2, 3, 3, 5, 7)):
        GoalRating(
            goal=goal,
            value=value,
            rated_at=opened + timedelta(days=10 + 9 * number),
            rated_by_id=worker.account_id,
            **theirs,
        ).save(force_insert=True)
    for number in range(3):
        happened = opened + timedelta(days=12 + 7 * number)
        Contact(
            episode=episode,
            worker_id=worker.account_id,
            sector=worker.sector.value,
            mode="face_to_face",
            planned_at=happened,
            happened_at=happened,
            minutes=45,
            was_held=True,
            attended="yes" if number != 1 else "no",
            recorded_at=happened,
            recorded_by_id=worker.account_id,
            **theirs,
        ).save(force_insert=True)


def provided(cast: Cast, client_id: uuid.UUID, episode_id: uuid.UUID, provider: Actor) -> uuid.UUID:
    """She is with a private provider: referred, accepted, and given to one of its workers."""
    company = Organisation.objects.get(id=provider.organisation_id)
    service, _ = Service.objects.get_or_create(name="Work and learning", organisation=company)
    with identity.clerk(cast.coordinator):
        referral = Referral(
            client_id=client_id,
            organisation_id=cast.coordinator.organisation_id,
            episode_id=episode_id,
            reference=references.make(os.urandom(8)),
            status="accepted",
            service=service,
            to_organisation_id=company.id,
            to_sector=company.sector,
            made_at=NOW - timedelta(days=20),
            made_by_id=cast.coordinator.account_id,
            sent_at=NOW - timedelta(days=20),
        )
        referral.save(force_insert=True)
        Engagement(
            client_id=client_id,
            organisation_id=company.id,
            episode_id=episode_id,
            referral=referral,
            sector=company.sector,
            status="started",
            started_at=NOW - timedelta(days=10),
            review_due=(NOW + timedelta(days=20)).date(),
        ).save(force_insert=True)
    involving.involve(
        client_id=client_id,
        organisation_id=company.id,
        account_id=provider.account_id,
        kind=InvolvementKind.SUPPORT,
        by=cast.coordinator,
        at=NOW - timedelta(days=15),
        referral_id=referral.id,
    )
    return referral.id
