"""A thousand invented women with ten notes each, written directly: row security on, no verbs.

A process of its own, `python -m bench.web.many WOMEN NOTES`; its last line of output is JSON: who signs in,
and some of the women.
"""

from __future__ import annotations

import json
import os
import random
import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from pathways.domain.governance.actors import Actor  # noqa: E402
from pathways.domain.reach import plan  # noqa: E402
from pathways.domain.terms.contact import Attendance, Channel, ContactMode  # noqa: E402
from pathways.domain.terms.events import EventKind  # noqa: E402
from pathways.domain.terms.people import Regime, Role, Sector  # noqa: E402
from pathways.domain.terms.routes import Route  # noqa: E402
from pathways.journey import identity  # noqa: E402
from pathways.records import models as m  # noqa: E402
from pathways.records.models.streams import AccessKind  # noqa: E402

PASSWORD = "harbour lantern meadow"
WORKERS = 20
GIVEN = ("Rosa", "Amina", "Jade", "Keziah", "Nadia", "Shannon", "Ewa", "Grace", "Imani", "Tara")
NOTE = (
    "We met at the centre for an hour. She has slept better and has called the housing office herself. "
    "We went through the letters about debt together, and she will bring the rest next week. "
) * 3


def organisation(code: str, sector: Sector, *, coordinating: bool = False) -> m.Organisation:
    return m.Organisation.objects.create(
        code=code,
        name=f"The {code} of the measurement",
        sector=sector.value,
        regime=Regime.GENERAL.value,
        is_coordinating=coordinating,
        from_date=date(2024, 1, 1),
    )


def person(name: str, role: Role, at: m.Organisation, now: datetime, hashed: str) -> Actor:
    account = m.Account.objects.create(
        email=f"{name}@{at.code}.example", name=name.title(), joined_at=now, password=hashed
    )
    place = m.Appointment.objects.create(account=account, organisation=at, role=role.value, from_at=now)
    return Actor(account.id, place.id, account.name, role, at.id, at.name, Sector(at.sector))


def write(model: Any, rows: list[Any]) -> None:
    model.objects.bulk_create(rows, batch_size=1000)


def seed(women: int, notes: int) -> dict[str, Any]:
    rng = random.Random(7)
    now = datetime.now(UTC)
    hashed = make_password(PASSWORD)
    hub = organisation("hub", Sector.LOCAL_AUTHORITY, coordinating=True)
    charity = organisation("charity", Sector.THIRD_SECTOR)
    coordinator = person("cora", Role.COORDINATOR, hub, now, hashed)
    supervisor = person("sue", Role.SUPERVISOR, charity, now, hashed)
    workers = [person(f"worker{n}", Role.SUPPORT_WORKER, charity, now, hashed) for n in range(WORKERS)]
    with transaction.atomic():
        hers = write_women(women, coordinator, workers, rng, now)
    with transaction.atomic():
        write_notes(hers, notes, workers, rng, now)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_class where relname = 'support_case_note' and relrowsecurity")
        assert cursor.fetchone() == (1,), "row security is off"
    return {
        "password": PASSWORD,
        "coordinator": f"cora@{hub.code}.example",
        "supervisor": f"sue@{charity.code}.example",
        "worker": f"worker0@{charity.code}.example",
        "women": [str(client) for client, _, _ in hers[:200]],
        "hers": [str(client) for client, _, worker in hers if worker is workers[0]],
        "supervisor_name": supervisor.name,
    }


def write_women(
    women: int, coordinator: Actor, workers: list[Actor], rng: random.Random, now: datetime
) -> list[tuple[uuid.UUID, uuid.UUID, Actor]]:
    home = coordinator.organisation_id
    rows: dict[type[Any], list[Any]] = {}

    def add(model: type[Any], **values: Any) -> Any:
        made = model(**values)
        rows.setdefault(model, []).append(made)
        return made

    hers = []
    safe = plan.Facts(
        plan.Status.CONFIRMED,
        now - timedelta(days=9),
        channels=frozenset({Channel.TEXT}),
        is_any_time=True,
        say="from the library",
        must_not_know=("her brother",),
    )
    for number in range(women):
        worker = workers[number % len(workers)]
        opened = now - timedelta(days=rng.randrange(20, 700))
        closed = opened + timedelta(days=15) if rng.random() < 0.25 else None
        called = rng.choice(GIVEN)
        client = add(
            m.Client,
            organisation_id=home,
            reference=f"KW{number:06d}",
            called=called,
            created_at=opened,
        )
        add(
            m.Identity,
            client=client,
            organisation_id=home,
            given_names=called,
            surname="Invented",
            date_of_birth=date(1990, 1, 1) + timedelta(days=number),
            telephone="01632 960123",
        )
        add(m.Demographics, client_id=client.id, organisation_id=home, changed_at=opened,
            changed_by_id=coordinator.account_id)  # fmt: skip
        case = uuid.uuid4()
        episode = add(
            m.Episode,
            client=client,
            organisation_id=home,
            case_id=case,
            route=rng.choice(list(Route)).value,
            opened_at=opened,
            level=rng.choice([None, 0, 1, 2, 3, 4]),
            lead_account_id=worker.account_id,
            lead_organisation_id=worker.organisation_id,
            status="closed" if closed else "open",
            closed_at=closed,
            outcome="completed" if closed else "",
        )
        add(
            m.SafeContactPlan,
            client_id=client.id,
            organisation_id=home,
            status=plan.Status.CONFIRMED.value,
            details=plan.details(safe),
            made_at=opened,
            made_by_id=worker.account_id,
            confirmed_at=now - timedelta(days=9),
            confirmed_by_id=worker.account_id,
            lapses_at=now + timedelta(days=40),
        )
        for actor, account, kind in (
            (coordinator, None, "coordination"),
            (worker, worker.account_id, "support"),
        ):
            add(
                m.Involvement,
                client_id=client.id,
                organisation_id=actor.organisation_id,
                account_id=account,
                kind=kind,
                is_lead=account is not None,
                from_at=opened,
                given_by_id=coordinator.account_id,
            )
        add(
            m.Task,
            organisation_id=worker.organisation_id,
            account_id=worker.account_id,
            client_id=client.id,
            kind="review",
            title="Review the plan",
            made_at=opened,
            due_at=now + timedelta(days=rng.randrange(-10, 30)),
        )
        kinds = (
            (EventKind.IDENTIFIED, 0),
            (EventKind.AGREED, 3),
            (EventKind.ASSESSMENT_COMPLETED, 6),
            (EventKind.TRIAGED, 7),
            (EventKind.REFERRAL_SENT, 8),
            (EventKind.REFERRAL_ACCEPTED, 9),
            (EventKind.SUPPORT_STARTED, 11),
            *((EventKind.CONTACT_RECORDED, 12 + n) for n in range(3)),
        )
        for kind, days in kinds:
            add(
                m.JourneyEvent,
                kind=kind.value,
                at=opened + timedelta(days=days),
                case_id=case,
                client_id=client.id,
                episode_id=episode.id,
                organisation_id=worker.organisation_id,
                sector=worker.sector.value,
                actor_id=worker.account_id,
                actor_name=worker.name,
                role=worker.role.value,
            )
        for _ in range(10):
            add(
                m.AccessEvent,
                kind=AccessKind.CONSULTATION,
                at=opened,
                actor_id=worker.account_id,
                actor_name=worker.name,
                role=worker.role.value,
                organisation_id=worker.organisation_id,
                resource="support_client",
                subjects=[client.id],
            )
        hers.append((client.id, episode.id, worker))
    with identity.clerk(coordinator):
        for model, made in rows.items():
            if model is not m.Demographics:
                write(model, made)
        write(m.Demographics, rows[m.Demographics])
    return hers


def write_notes(
    hers: list[tuple[uuid.UUID, uuid.UUID, Actor]],
    notes: int,
    workers: list[Actor],
    rng: random.Random,
    now: datetime,
) -> None:
    each = notes // len(hers)
    for worker in workers:
        contacts, texts, goals = [], [], []
        for client, episode, whose in hers:
            if whose is not worker:
                continue
            common = {"client_id": client, "organisation_id": worker.organisation_id, "episode_id": episode}
            for n in range(each):
                when = now - timedelta(days=7 * n, minutes=rng.randrange(600))
                contact = m.Contact(
                    **common,
                    worker_id=worker.account_id,
                    sector=worker.sector.value,
                    mode=ContactMode.FACE_TO_FACE.value,
                    happened_at=when,
                    minutes=50,
                    was_held=True,
                    attended=Attendance.YES.value,
                    recorded_at=when,
                    recorded_by_id=worker.account_id,
                )
                contacts.append(contact)
                texts.append(
                    m.CaseNote(
                        **common,
                        contact=contact,
                        body=NOTE,
                        written_at=when,
                        written_by_id=worker.account_id,
                        written_by_name=worker.name,
                    )
                )
            goals += [
                m.Goal(
                    **common,
                    words="A front door of my own",
                    domain="housing",
                    set_at=now - timedelta(days=60),
                    set_by_id=worker.account_id,
                )
                for _ in range(2)
            ]
        with identity.acting(worker):
            write(m.Contact, contacts)
            write(m.CaseNote, texts)
            write(m.Goal, goals)


if __name__ == "__main__":
    print(json.dumps(seed(int(sys.argv[1]), int(sys.argv[2]))))
