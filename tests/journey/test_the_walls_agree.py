"""The three readings of the matrix agree on every table: the Python decision, the filter and row security.

Rows and actors are made at random over a database of this test alone, from which constraints other than the
walls are taken away, so that rows come in combinations that no verb would write.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from django.db import models
from psycopg import sql
from psycopg.types.json import Jsonb

from pathways.domain.governance import emergency, policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.conditions import Among, Both, Condition, Either, OwnRole
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.terms.people import NEVER_POLICE, POLICE_ROLES, Role, Sector
from pathways.installation import database
from pathways.journey import identity, sight
from pathways.records import walls
from pathways.records.models import Involvement

pytestmark = pytest.mark.database

NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
LATER = datetime(2126, 11, 3, 10, 0, tzinfo=UTC)  # the database reads its own clock
_HER_KEYS = ("case_id", "consideration_id", "person_id", "object_id")
_PEOPLE = ("account_id", "_by_id", "worker_id", "actor_id")


@dataclass
class Play:
    """What rows and actors are drawn from: few enough that they meet."""

    rng: random.Random
    organisations: list[uuid.UUID] = field(default_factory=list)
    accounts: list[uuid.UUID] = field(default_factory=list)
    clients: list[uuid.UUID] = field(default_factory=list)
    cases: list[uuid.UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.organisations = [self._id() for _ in range(3)]
        self.accounts = [self._id() for _ in range(4)]
        self.clients = [self._id() for _ in range(6)]
        self.cases = [self._id() for _ in range(4)]

    def _id(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def actor(self, role: Role) -> Actor:
        if role in POLICE_ROLES:
            sectors = [Sector.POLICE]
        else:
            sectors = [each for each in Sector if each is not Sector.POLICE or role not in NEVER_POLICE]
        return Actor(
            self.rng.choice(self.accounts),
            self._id(),
            "Somebody",
            role,
            self.rng.choice(self.organisations),
            "Somewhere",
            self.rng.choice(sectors),
        )

    def row(self, model: type[models.Model], number: int) -> dict[str, Any]:
        among = _values_that_matter(walls.resource_of(model))
        row = {
            each.column: self._value(each, among)
            for each in model._meta.concrete_fields
            if not isinstance(each, models.BinaryField) and not isinstance(each, models.CompositePrimaryKey)
        }
        if model._meta.db_table == Resource.NAME_TOKEN.value:
            row["record_id"] = self.clients[number] if number < len(self.clients) // 2 else self._id()
        if model._meta.db_table == Resource.DISCLOSURE.value:
            row["agreement_id"] = None  # as in an emergency: a trigger asks after any agreement that is named
        if model._meta.db_table == Resource.CLIENT.value:
            row["id"] = self.clients[number % len(self.clients)]
        return row

    def _value(self, column: models.Field[Any, Any], among: dict[str, list[Any]]) -> Any:
        name = column.column or ""
        if name in among:
            return self.rng.choice(among[name])
        if name.startswith("barred_"):
            barred = self.accounts if name == "barred_account_id" else self.organisations
            return self.rng.choice(barred) if self.rng.random() < 0.3 else None
        if name == "keys":
            return self.rng.sample(self.cases, 1) if self.rng.random() < 0.3 else []
        if name == "seats":
            people = [f"{who} {where}" for who in self.accounts for where in self.organisations]
            return self.rng.sample(people, len(people) // 3)
        if name == "subjects":
            return self.rng.sample(self.clients, self.rng.randint(0, 2))
        if name in _HER_KEYS:
            return self.rng.choice([*self.clients, *self.cases, self._id(), self._id()])
        if name == "ends_at":
            return self.rng.choice([NOW, LATER])
        if isinstance(column, models.UUIDField | models.ForeignKey):
            if column.null and self.rng.random() < 0.3:
                return None
            if name.endswith("organisation_id"):
                return self.rng.choice(self.organisations)
            if name == "client_id":
                return self.rng.choice(self.clients)
            if name.endswith(_PEOPLE):
                return self.rng.choice(self.accounts)
            return self._id()
        if name in ("until_at", "lifted_at") and self.rng.random() < 0.7:
            return None
        return _plain(column, self.rng)


def _plain(column: models.Field[Any, Any], rng: random.Random) -> Any:
    plain: dict[type, Any] = {
        models.DateTimeField: NOW,
        models.DateField: date(2026, 11, 3),
        models.BooleanField: rng.random() < 0.5,
        models.JSONField: Jsonb([]),
        models.IntegerField: 1,
        models.FloatField: 0.5,
        models.CharField: rng.choice("abcdef") + str(rng.random())[2:10],
    }
    for kind, value in plain.items():
        if isinstance(column, kind):
            return value
    return []


def _values_that_matter(resource: Resource) -> dict[str, list[Any]]:
    """The values that a rule of this table asks for, and one that none does."""
    found: dict[str, list[Any]] = {}

    def look(condition: Condition, roles: list[str]) -> None:
        if isinstance(condition, Among):
            found.setdefault(condition.column, []).extend(condition.values)
        if isinstance(condition, OwnRole):
            found.setdefault(condition.column, []).extend(roles)
        if isinstance(condition, Both | Either):
            for part in condition.parts:
                look(part, roles)

    for rule in policy.RULES:
        if resource in rule.resources:
            look(rule.when, sorted(role.value for role in rule.roles))
    if resource is Resource.EMERGENCY:
        return {"status": [each.value for each in emergency.Status]}
    for values in found.values():
        values.append(not values[0] if isinstance(values[0], bool) else "another")
    return found


def _without_constraints(dsn: str) -> None:
    """Keys, checks and uniqueness go; the walls stay."""
    with psycopg.connect(dsn) as link:
        for table, name in link.execute(
            "select conrelid::regclass::text, conname from pg_constraint join pg_class c on c.oid = conrelid"
            " where contype in ('f', 'c', 'u') and relnamespace = 'public'::regnamespace"
            " order by contype = 'u'"
        ).fetchall():
            link.execute(
                sql.SQL("alter table {} drop constraint {}").format(*map(sql.Identifier, (table, name)))
            )
        for (name,) in link.execute(
            "select indexrelid::regclass::text from pg_index join pg_class c on c.oid = indrelid"
            " where indisunique and not indisprimary and relnamespace = 'public'::regnamespace"
        ).fetchall():
            link.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))


def _insert(table: str, row: dict[str, Any]) -> sql.Composed:
    return sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )


def _assume(link: psycopg.Connection[Any], actor: Actor) -> None:
    link.execute(
        "select set_config('pathways.account', %s, true), set_config('pathways.organisation', %s, true),"
        " set_config('pathways.role', %s, true), set_config('pathways.sector', %s, true)",
        [str(actor.account_id), str(actor.organisation_id), actor.role.value, actor.sector.value],
    )


def _as_she_stands(link: psycopg.Connection[Any], actor: Actor) -> Actor:
    """What sign-in would find of her: from whom she is barred, and what runs for her in an emergency."""
    row = link.execute(
        "select barred_keys(%(a)s, %(o)s), emergencies_now(%(a)s, %(o)s), blind_keys(%(a)s, %(o)s)",
        {"a": actor.account_id, "o": actor.organisation_id},
    ).fetchone()
    assert row is not None
    return replace(
        actor,
        barred_from=frozenset(row[0]),
        emergencies=identity.emergencies_of(row[1]),
        blind_to=frozenset(row[2]),
    )


def _key(model: type[models.Model]) -> str:
    return "record_id" if isinstance(model._meta.pk, models.CompositePrimaryKey) else "id"


def _behind_row_security(
    link: psycopg.Connection[Any], actor: Actor, action: Action, model: type[models.Model]
) -> set[uuid.UUID] | None:
    """What the database itself lets this actor read, change (lock for it) or remove; None without a grant."""
    statement = sql.SQL("select {} from {}").format(
        sql.Identifier(_key(model)), sql.Identifier(model._meta.db_table)
    )
    if action is Action.CHANGE:
        statement += sql.SQL(" for update")
    if action is Action.REMOVE:
        statement = sql.SQL("delete from {} returning {}").format(
            sql.Identifier(model._meta.db_table), sql.Identifier(_key(model))
        )
    try:
        with link.transaction(force_rollback=True):
            _assume(link, actor)
            return {key for (key,) in link.execute(statement)}
    except psycopg.errors.InsufficientPrivilege:
        return None


def _may_create(link: psycopg.Connection[Any], actor: Actor, table: str, row: dict[str, Any]) -> bool:
    fresh = row | ({"id": uuid.uuid4()} if "id" in row and table != Resource.CLIENT.value else {})
    try:
        with link.transaction():
            _assume(link, actor)
            link.execute(_insert(table, fresh), list(fresh.values()))
            raise psycopg.Rollback()
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.errors.UniqueViolation:
        return True  # the wall is asked before the key
    return True


def compare(
    *, seed: int, rows: int, actors: int, tries: int
) -> tuple[Counter[Action], int, list[Any]]:
    """How many pairs were asked for each action, how many answers were yes, and all that differ."""
    rng = random.Random(seed)
    play = Play(rng)
    from django.db import connections

    name = str(connections["default"].settings_dict["NAME"])
    whole = psycopg.conninfo.make_conninfo(database.dsn(database.Role.SUPERUSER), dbname=name)
    walled = psycopg.conninfo.make_conninfo(database.dsn(database.Role.APP), dbname=name)
    _without_constraints(whole)
    made: dict[type[models.Model], list[dict[str, Any]]] = {}
    with psycopg.connect(whole) as link:
        for resource in Resource:
            model = walls.model_of(resource)
            many = len(play.clients) if resource is Resource.CLIENT else rows
            many = rows * 3 if model is Involvement else many
            made[model] = [play.row(model, number) for number in range(many)]
            for row in made[model]:
                link.execute(_insert(resource.value, row), list(row.values()))
    cast = [play.actor(role) for role in Role]
    cast += [play.actor(rng.choice(list(Role))) for _ in range(actors - len(cast))]
    with psycopg.connect(walled) as link:
        cast = [_as_she_stands(link, actor) for actor in cast]
    asked: Counter[Action] = Counter()
    said_yes, wrong = 0, []
    with psycopg.connect(walled, autocommit=True) as link:
        for model, written in made.items():
            resource, key = walls.resource_of(model), _key(model)
            there = list(model._default_manager.all())
            facts = {getattr(row, key): walls.facts_of(row) for row in there}
            for actor in cast:
                decided = {
                    action: {
                        each for each, fact in facts.items() if policy.may(actor, action, resource, fact)
                    }
                    for action in (Action.READ, Action.CHANGE, Action.REMOVE)
                }
                asked.update(dict.fromkeys(decided, len(facts)))
                said_yes += sum(len(keys) for keys in decided.values())
                sampled = rng.choice(there)
                if bool(sight.may(actor, Action.READ, sampled)) != (
                    getattr(sampled, key) in decided[Action.READ]
                ):
                    wrong.append(("sight.may", actor.role, resource, getattr(sampled, key)))
                for action, expected in decided.items():
                    filtered = set(sight.visible(model, actor, action).values_list(key, flat=True))
                    if filtered != expected:
                        wrong.append(
                            ("filter", actor.role, actor.sector, action, resource, filtered ^ expected)
                        )
                for action in (Action.READ, Action.CHANGE, Action.REMOVE):
                    expected = decided[Action.READ] & decided[action]
                    walled_off = _behind_row_security(link, actor, action, model)
                    if (walled_off or set()) != expected:
                        wrong.append(("rows", actor.role, actor.sector, action, resource, expected))
                for row in rng.sample(written, min(tries, len(written))):
                    may = bool(policy.may(actor, Action.CREATE, resource, facts[row[key]]))
                    asked[Action.CREATE] += 1
                    said_yes += may
                    if _may_create(link, actor, resource.value, row) != may:
                        wrong.append(("create", actor.role, actor.sector, resource, may, row))
    return asked, said_yes, wrong


def test_the_three_readings_agree(fresh_database: str, as_superuser: None) -> None:
    asked, said_yes, wrong = compare(seed=20261103, rows=6, actors=18, tries=1)
    assert wrong == []
    assert asked.total() > 10_000
    assert said_yes > 500


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(3))
def test_the_three_readings_agree_on_very_many(seed: int, fresh_database: str, as_superuser: None) -> None:
    asked, said_yes, wrong = compare(seed=seed, rows=24, actors=60, tries=6)
    print(f"seed {seed}: {dict(asked)} pairs, {said_yes} times yes, {len(wrong)} readings differ")
    assert wrong == []
    assert all(asked[action] >= 10_000 for action in Action)
    assert asked.total() > 150_000
    assert said_yes > 5_000
