"""Two invented people who can sign in, for the tests of pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.test import Client
from django.utils import timezone

from pathways.domain.terms.people import Regime, Role, Sector
from pathways.records.models import Account, Appointment, Organisation

PASSWORD = "correct harbour lantern"


def organisation(code: str = "hub", sector: Sector = Sector.THIRD_SECTOR) -> Organisation:
    made, _ = Organisation.objects.get_or_create(
        code=code,
        defaults={
            "name": f"The {code}",
            "sector": sector.value,
            "regime": (Regime.LAW_ENFORCEMENT if sector is Sector.POLICE else Regime.GENERAL).value,
            "from_date": date(2020, 1, 1),
        },
    )
    return made


def account(email: str = "amina@hub.example", *roles: Role, at: Organisation | None = None) -> Account:
    now = timezone.now()
    made = Account(email=email, name=email.split("@")[0].title(), joined_at=now)
    made.set_password(PASSWORD)
    made.save()
    for role in roles or (Role.SUPPORT_WORKER,):
        Appointment.objects.create(
            account=made, organisation=at or organisation(), role=role.value, from_at=now
        )
    return made


def post_sign_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/account/sign-in/", {"email": email, "password": password}, **more)
