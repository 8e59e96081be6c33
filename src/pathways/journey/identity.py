"""Who acts: from a signed-in account to an Actor, and from an Actor to the database's row security.

The identity lasts for one transaction and no longer, so that nothing bleeds through a pooled connection.
Some identities are the machine's own: the clerk, who carries out what a verb entails beyond its actor's
reach; counting, which reads codes only; the keeper, who empties what one organisation holds of a woman or
seals it again; the indexer, who reads names at one organisation to make them findable there; and the
registrar, who moves the rows of two records of one woman and opens none. Each is entered for a few lines and
left again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from pathways.domain.governance.actors import Actor, Emergency
from pathways.domain.terms.people import Role, Sector
from pathways.records import composed, walls
from pathways.records.models import Account, Appointment, Organisation

_assumed: ContextVar[Actor | None] = ContextVar("assumed", default=None)

_NOBODY = uuid.UUID(int=0)

#: The machine, when nobody asked: timed jobs and installation.
MACHINE = Actor(
    account_id=_NOBODY,
    appointment_id=_NOBODY,
    name="SOC Pathways",
    role=Role.CLERK,
    organisation_id=_NOBODY,
    organisation_name="the programme",
    sector=Sector.OTHER_STATUTORY,
)


def workplaces(account: Account) -> list[Actor]:
    """Everything this person may be now, the longest-held first. Empty for a leaver."""
    if not account.is_active or account.left_at is not None:
        return []
    return [
        Actor(
            account.id,
            appointment_id,
            account.name,
            Role(role),
            organisation_id,
            name,
            Sector(sector),
            barred_from=frozenset(barred),
            emergencies=emergencies_of(emergencies),
            blind_to=frozenset(blind),
        )
        for appointment_id, role, organisation_id, name, sector, barred, emergencies, blind in _held_now(
            account.id
        )
    ]


@composed.reading
def _held_now(account_id: uuid.UUID) -> QuerySet[Appointment, Any]:
    standing: Any = walls.standing()
    rows: Any = (
        Appointment.objects.filter(account_id=account_id, until_at__isnull=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=Now()))
        .filter(organisation__until_date__isnull=True)
        .annotate(**standing)
        .order_by("from_at")
    )
    return rows.values_list(  # type: ignore[no-any-return]
        "id",
        "role",
        "organisation_id",
        "organisation__name",
        "organisation__sector",
        "barred_keys",
        "emergencies_now",
        "blind_keys",
    )


def refreshed(actor: Actor) -> Actor:
    """The same person in the same role, as she stands now: for whoever keeps an Actor over several acts."""
    row: Any = Appointment.objects.filter(id=actor.appointment_id).annotate(**walls.standing()).get()
    emergencies = emergencies_of(row.emergencies_now)
    return replace(
        actor,
        barred_from=frozenset(row.barred_keys),
        emergencies=emergencies,
        blind_to=frozenset(row.blind_keys),
    )


def actor_for(account: Account, appointment_id: str | uuid.UUID | None) -> Actor | None:
    """The person in the role they chose, read afresh, so that a change holds from the next request."""
    return chosen(workplaces(account), appointment_id)


def chosen(places: list[Actor], appointment_id: str | uuid.UUID | None) -> Actor | None:
    """Of a person's workplaces the one that was chosen, or the only one there is."""
    found = next((place for place in places if str(place.appointment_id) == str(appointment_id)), None)
    if found is None and len(places) == 1:
        return places[0]
    return found


def emergencies_of(lines: list[str]) -> tuple[Emergency, ...]:
    """The emergency accesses that run for a person, as `walls.standing` found them."""
    found = (line.split() for line in lines)
    return tuple(
        Emergency(uuid.UUID(key), uuid.UUID(client), uuid.UUID(holder), datetime.fromisoformat(until))
        for key, client, holder, until in found
    )


def workplaces_of(email: str) -> list[Actor]:
    """Everything that the person with this e-mail address may be now."""
    account = Account.objects.filter(email__iexact=email).first()
    return workplaces(account) if account else []


def workplaces_by_id(account_id: uuid.UUID) -> list[Actor]:
    """Everything that the person with this account may be now."""
    account = Account.objects.filter(id=account_id).first()
    return workplaces(account) if account else []


def person_at(email: str, organisation_code: str) -> list[Actor]:
    """Every role that the person with this e-mail address holds now at this organisation."""
    account = Account.objects.filter(email__iexact=email).first()
    organisation = Organisation.objects.filter(code=organisation_code).first()
    if account is None or organisation is None:
        return []
    return [place for place in workplaces(account) if place.organisation_id == organisation.id]


def assume(actor: Actor) -> None:
    """Makes the rest of this transaction the actor's. Raises RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("an identity is assumed inside a transaction only")
    _set(actor)


def _set(actor: Actor) -> None:
    with composed.cursor() as cursor:
        cursor.execute(
            "select set_config('pathways.account', %s, true), set_config('pathways.organisation', %s, true),"
            " set_config('pathways.role', %s, true), set_config('pathways.sector', %s, true)",
            [str(actor.account_id), str(actor.organisation_id), actor.role.value, actor.sector.value],
        )
    _assumed.set(actor)


def forget() -> None:
    """Nobody acts from here on in this transaction."""
    with composed.cursor() as cursor:
        cursor.execute(
            "select set_config('pathways.account', '', true), set_config('pathways.organisation', '', true),"
            " set_config('pathways.role', '', true), set_config('pathways.sector', '', true)"
        )
    _assumed.set(None)


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """The actor's identity for these lines, and the former one after them."""
    if not connection.in_atomic_block:
        raise RuntimeError("an identity is assumed inside a transaction only")
    former = _assumed.get()
    _set(actor)
    try:
        yield actor
    finally:
        if not connection.needs_rollback:
            if former is None:
                forget()
            else:
                _set(former)
        else:
            _assumed.set(former)


def clerk(by: Actor = MACHINE) -> AbstractContextManager[Actor]:
    """`with identity.clerk(by):` for what a verb entails beyond its actor's reach."""
    return acting(replace(by, role=Role.CLERK))


def registrar(by: Actor = MACHINE) -> AbstractContextManager[Actor]:
    """`with identity.registrar(by):` for moving the rows of two records that are joined or parted."""
    return acting(replace(by, role=Role.REGISTRAR))


def counting(by: Actor) -> AbstractContextManager[Actor]:
    """`with identity.counting(by):` for reading codes that only disclosure control may release."""
    return acting(replace(by, role=Role.COUNTING))


def keeper(by: Actor, organisation_id: uuid.UUID) -> AbstractContextManager[Actor]:
    """`with identity.keeper(by, organisation):` for emptying or sealing again what it holds of a woman."""
    return acting(replace(by, role=Role.KEEPER, organisation_id=organisation_id))


def indexer(by: Actor, organisation_id: uuid.UUID) -> AbstractContextManager[Actor]:
    """`with identity.indexer(by, organisation):` for reading the names that are made findable at it."""
    return acting(replace(by, role=Role.INDEXER, organisation_id=organisation_id))


def sealing() -> AbstractContextManager[Actor]:
    """`with identity.sealing():` for reading both streams whole, to seal them or to check the seal."""
    return acting(replace(MACHINE, role=Role.SEALING))


def account_named(account_id: uuid.UUID) -> str:
    """The name of a colleague, for "who was there"."""
    return Account.objects.filter(id=account_id).values_list("name", flat=True).first() or "a colleague"


def names_of(account_ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of colleagues by account, in one query."""
    return dict(_names(list(account_ids))) if account_ids else {}


@composed.reading
def _names(account_ids: list[uuid.UUID]) -> QuerySet[Account, tuple[uuid.UUID, str]]:
    return Account.objects.filter(id__among=account_ids).values_list("id", "name")
