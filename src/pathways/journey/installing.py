"""The first hour of an installation: its tables and walls, made as the owner, and its first administrator."""

from __future__ import annotations

from datetime import datetime

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from pathways.domain.terms.people import Regime, Role, Sector
from pathways.journey import passwords, triage_policy
from pathways.records import walls
from pathways.records.models import Account, Appointment, Organisation

OFFICE = "programme-office"


def migrate_and_wall(*, verbosity: int = 0) -> None:
    """Migrates, sets every privilege and policy afresh, so that the walls are always today's, and puts the
    default triage policy in force where there is none. Killed at any moment, the records are the earlier
    version's still.

    Left to itself Django notes some migrations in a transaction after the one that made their tables; killed
    between the two, no later start would ever get past that migration. The job queue's own come first, each
    by itself: they add values to a type, which PostgreSQL lets nobody use before they are committed.
    """
    call_command("migrate", "procrastinate", interactive=False, verbosity=verbosity)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # a row that one migration wrote may not wait for its check when the next alters the table
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        call_command("migrate", interactive=False, verbosity=verbosity)
        walls.apply(connection)
        triage_policy.install(timezone.now())


def _administrators() -> list[Account]:
    """Whoever administers this installation now, the first of them first."""
    held = Appointment.objects.filter(
        role=Role.ADMINISTRATOR.value, until_at__isnull=True, account__is_active=True
    )
    return [one.account for one in held.select_related("account").order_by("from_at")]


def needs_administrator() -> bool:
    """Whether nobody can administer this installation yet: none was named, or none chose a password."""
    return not any(one.has_usable_password() for one in _administrators())


def named_administrator() -> str:
    """The e-mail address of an administrator who was named and never chose a password; "" for none."""
    return next((one.email for one in _administrators() if not one.has_usable_password()), "")


def first_administrator(*, email: str, name: str, at: datetime) -> str:
    """Makes the person who sets all others up. Answers the path at which she chooses her password, once.

    Named before and without a password yet, she is given another such path: the first may be lost, or its
    days over. Raises PermissionError when there is an administrator already: only the first is made from
    outside.
    """
    with transaction.atomic():
        if not needs_administrator():
            raise PermissionError("there is an administrator already")
        office, _ = Organisation.objects.get_or_create(
            code=OFFICE,
            defaults={
                "name": "Programme office",
                "sector": Sector.OTHER_STATUTORY.value,
                "regime": Regime.GENERAL.value,
                "from_date": at.date(),
            },
        )
        account = Account.objects.filter(email__iexact=email).first()
        if account is None:
            account = Account(email=email.lower(), name=name, joined_at=at)
            account.set_unusable_password()
            account.save(force_insert=True)
        if account.id not in {one.id for one in _administrators()}:
            Appointment.objects.create(
                account=account, organisation=office, role=Role.ADMINISTRATOR.value, from_at=at
            )
        return passwords.link(account_id=account.id, at=at)
