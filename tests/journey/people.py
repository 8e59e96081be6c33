"""An invented cast for the tests: organisations of every kind, and one person in every role."""

from __future__ import annotations

import functools
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.contrib.auth.hashers import make_password

from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Regime, Role, Sector
from pathways.domain.terms.routes import Route
from pathways.journey import entering, identity
from pathways.records.models import Account, Appointment, Organisation, SharingAgreement

NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)  # a Tuesday, 10:00 in London
PASSWORD = "a long invented phrase"


@dataclass(frozen=True)
class Cast:
    """Everybody in the play. Each attribute is an Actor."""

    officer: Actor
    spoc: Actor
    analyst: Actor
    police_supervisor: Actor
    coordinator: Actor
    chair: Actor
    worker: Actor
    colleague: Actor
    supervisor: Actor
    other_worker: Actor
    provider: Actor
    provider_colleague: Actor
    provider_supervisor: Actor
    evaluator: Actor
    governance: Actor
    commissioner: Actor
    administrator: Actor

    def __iter__(self):
        return iter(vars(self).values())


@functools.cache
def _hashed() -> str:
    """One hash for all: making it is slow on purpose."""
    return make_password(PASSWORD)


def organisation(code: str, name: str, sector: Sector, *, coordinating: bool = False) -> Organisation:
    police = sector is Sector.POLICE
    made, _ = Organisation.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "sector": sector.value,
            "regime": (Regime.LAW_ENFORCEMENT if police else Regime.GENERAL).value,
            "is_coordinating": coordinating,
            "from_date": date(2025, 1, 1),
        },
    )
    return made


def shares(giver: Organisation, receiver: Organisation, **more) -> SharingAgreement:
    """A sharing agreement in force from one to the other."""
    values = {"purpose": "Support", "from_date": date(2025, 1, 1), "review_date": date(2027, 6, 1)}
    return SharingAgreement.objects.create(
        name=f"{giver.name} to {receiver.name}",
        from_organisation=giver,
        to_organisation=receiver,
        **(values | more),
    )


def appoint(name: str, role: Role, at: Organisation) -> Actor:
    email = f"{name.lower().replace(' ', '.')}@{at.code}.test"
    account = Account(email=email, name=name, joined_at=NOW, password=_hashed())
    account.save()
    appointment = Appointment.objects.create(account=account, organisation=at, role=role.value, from_at=NOW)
    return Actor(account.id, appointment.id, name, role, at.id, at.name, Sector(at.sector))


def cast() -> Cast:
    """Makes the organisations and accounts (sign-in tables, which have no row security)."""
    force = organisation("force", "Ashmere Police", Sector.POLICE)
    council = organisation("council", "Ashmere Partnership", Sector.LOCAL_AUTHORITY, coordinating=True)
    charity = organisation("charity", "The Willow Centre", Sector.THIRD_SECTOR)
    other = organisation("other", "Harbour Women", Sector.THIRD_SECTOR)
    company = organisation("company", "Brightpath Training", Sector.PRIVATE)
    academy = organisation("academy", "Westmoor Research", Sector.ACADEMIC)
    shares(force, council)
    shares(council, force)
    for place in (charity, other, company):
        shares(council, place)
    return Cast(
        officer=appoint("Olu Officer", Role.POLICE_OFFICER, force),
        spoc=appoint("Sam Spoc", Role.POLICE_SPOC, force),
        analyst=appoint("Ana Analyst", Role.POLICE_ANALYST, force),
        police_supervisor=appoint("Pat Inspector", Role.SUPERVISOR, force),
        coordinator=appoint("Cora Coordinator", Role.COORDINATOR, council),
        chair=appoint("Chris Chair", Role.PANEL_CHAIR, council),
        worker=appoint("Wanda Worker", Role.SUPPORT_WORKER, charity),
        colleague=appoint("Carol Colleague", Role.SUPPORT_WORKER, charity),
        supervisor=appoint("Sue Supervisor", Role.SUPERVISOR, charity),
        other_worker=appoint("Olive Other", Role.SUPPORT_WORKER, other),
        provider=appoint("Priya Provider", Role.PROVIDER_WORKER, company),
        provider_colleague=appoint("Paul Provider", Role.PROVIDER_WORKER, company),
        provider_supervisor=appoint("Petra Manager", Role.SUPERVISOR, company),
        evaluator=appoint("Eve Evaluator", Role.EVALUATOR, academy),
        governance=appoint("Gita Governance", Role.GOVERNANCE_LEAD, council),
        commissioner=appoint("Cleo Commissioner", Role.COMMISSIONER, council),
        administrator=appoint("Adam Administrator", Role.ADMINISTRATOR, council),
    )


def born(cast: Cast, called: str = "Rosa", **more):
    """A woman who came herself and was confirmed by the coordinator: (client_id, episode_id)."""
    values = {
        "case_id": uuid.uuid4(),
        "route": Route.SELF,
        "called": called,
        "given_names": called,
        "surname": "Invented",
        "born": date(1990, 6, 12),
        "telephone": "01632 960123",
        "contact_plan": {"channels": ["text"], "is_any_time": True},
    }
    with identity.acting(cast.coordinator) as by:
        client, episode = entering.enter(
            **(values | more), coordinating_organisation_id=by.organisation_id, by=by, at=NOW
        )
    return client.id, episode.id
