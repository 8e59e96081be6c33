"""Writes invented women for a search to look through: sealed, with tokens, walls up; no verbs."""

from __future__ import annotations

import itertools
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from bench.search.people import Person
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import references
from pathways.domain.terms.people import Regime, Role, Sector
from pathways.journey import identity, naming
from pathways.records import keys
from pathways.records import models as m

AT_ONCE = 1_000
_NUMBERS = itertools.count(1)


@dataclass
class Filled:
    """Who searches, the women by place in the list of people, and which of them each organisation knows."""

    hub: Actor
    other: Actor
    third: Actor
    women: list[uuid.UUID] = field(default_factory=list)
    of: dict[uuid.UUID, set[uuid.UUID]] = field(default_factory=dict)


def cast(now: datetime) -> Filled:
    """A coordinating hub, a charity that works with some of the hub's women, and one that works with none."""
    return Filled(
        _person("Cora", Role.COORDINATOR, _organisation("hub", Sector.LOCAL_AUTHORITY, True), now),
        _person("Sue", Role.SUPERVISOR, _organisation("charity", Sector.THIRD_SECTOR), now),
        _person("Sam", Role.SUPERVISOR, _organisation("elsewhere", Sector.THIRD_SECTOR), now),
    )


def _organisation(code: str, sector: Sector, coordinating: bool = False) -> m.Organisation:
    return m.Organisation.objects.create(
        code=code,
        name=f"The {code} of the measurement",
        sector=sector.value,
        regime=Regime.GENERAL.value,
        is_coordinating=coordinating,
        from_date=date(2024, 1, 1),
    )


def _person(name: str, role: Role, at: m.Organisation, now: datetime) -> Actor:
    account = m.Account.objects.create(email=f"{name.lower()}@{at.code}.example", name=name, joined_at=now)
    place = m.Appointment.objects.create(account=account, organisation=at, role=role.value, from_at=now)
    return Actor(account.id, place.id, name, role, at.id, at.name, Sector(at.sector))


def fill(here: Filled, people: list[Person], *, shared: int, elsewhere: int, now: datetime) -> None:
    """All people are the hub's; the first `shared` are the charity's too; `elsewhere` of the same names are
    other women, whom the third organisation alone knows."""
    here.women = [uuid.uuid4() for _ in people]
    _write(here, here.hub, list(zip(here.women, people, strict=True)), now)
    both = list(zip(here.women[:shared], people[:shared], strict=True))
    _write(here, here.other, both, now, known=True)
    rng = random.Random(3)
    others = [(uuid.uuid4(), her) for her in rng.sample(people, elsewhere)]
    _write(here, here.third, others, now)


def _write(
    here: Filled, by: Actor, hers: list[tuple[uuid.UUID, Person]], now: datetime, *, known: bool = False
) -> None:
    here.of[by.organisation_id] = {key for key, _ in hers}
    for start in range(0, len(hers), AT_ONCE):
        some = hers[start : start + AT_ONCE]
        with _keys_together(), transaction.atomic(), identity.clerk(by):
            if not known:
                m.Client.objects.bulk_create(_clients(by, some, now))
                m.Identity.objects.bulk_create(_papers(by, some))
            m.Involvement.objects.bulk_create(_involved(by, some, now))
            _write_tokens(by, some)


def _clients(by: Actor, some: list[tuple[uuid.UUID, Person]], now: datetime) -> Iterator[m.Client]:
    for key, her in some:
        yield m.Client(
            id=key,
            organisation_id=by.organisation_id,
            reference=references.make(next(_NUMBERS).to_bytes(8, "big")),
            called=her.called,
            created_at=now,
        )


def _papers(by: Actor, some: list[tuple[uuid.UUID, Person]]) -> Iterator[m.Identity]:
    for key, her in some:
        yield m.Identity(
            client_id=key,
            organisation_id=by.organisation_id,
            given_names=her.given,
            surname=her.surname,
            date_of_birth=her.born,
        )


def _involved(by: Actor, some: list[tuple[uuid.UUID, Person]], now: datetime) -> Iterator[m.Involvement]:
    kind = "coordination" if by.role is Role.COORDINATOR else "support"
    for key, _ in some:
        yield m.Involvement(
            client_id=key,
            organisation_id=by.organisation_id,
            kind=kind,
            from_at=now,
            given_by_id=by.account_id,
        )


def _write_tokens(by: Actor, some: list[tuple[uuid.UUID, Person]]) -> None:
    rows: list[Any] = []
    for key, her in some:
        rows += naming.rows_of(
            naming.Kind.CLIENT,
            key,
            by.organisation_id,
            names=[her.called, her.given, her.surname],
            born=her.born,
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into name_token (organisation_id, token, record_id, record_kind, weight)"
            " select %s, token, record, %s, weight"
            " from unnest(%s::bigint[], %s::uuid[], %s::int[]) as made (token, record, weight)",
            [
                by.organisation_id,
                naming.Kind.CLIENT.value,
                [row.token for row in rows],
                [row.record_id for row in rows],
                [row.weight for row in rows],
            ],
        )


class _keys_together:
    """A thousand data keys in one transaction of the key store; the programme writes each by itself."""

    def __enter__(self) -> None:
        self._link = keys.store()._connection()
        self._link.execute("begin immediate")

    def __exit__(self, *_: object) -> None:
        self._link.execute("commit")
