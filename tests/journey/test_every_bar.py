"""Role x kind of bar x table x wall: whoever is barred from her sees and does nothing, by any wall alone.

One row in every table, such that every rule of the matrix that could let somebody in does: hers, at the
person's own organisation and in the person's own name. Then bars are set, and nothing is left of it.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from typing import Any

import psycopg
import pytest
from django.db import models

from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.terms.people import HUMAN_ROLES, Role, Sector
from pathways.installation import database
from pathways.journey import sight
from pathways.records import walls
from tests.journey import test_the_walls_agree as agree
from tests.web.test_every_address import SECTORS

pytestmark = pytest.mark.database

TABLES = (*policy.ABOUT_HER, Resource.ACCESS_EVENT)
#: which bar is set, and whether the person is kept out by it
BARS = {
    "nobody": False,
    "this person": True,
    "this organisation": True,
    "a colleague": False,
    "another organisation": False,
    "this person, lifted": False,
    "this person, from another woman": False,
}
HER, ANOTHER = uuid.uuid4(), uuid.uuid4()


def actor(role: Role, sector: Sector | None = None) -> Actor:
    where = sector or SECTORS.get(role, Sector.THIRD_SECTOR)
    return Actor(uuid.uuid4(), uuid.uuid4(), "Somebody", role, uuid.uuid4(), "Somewhere", where)


CAST = (*(actor(role) for role in HUMAN_ROLES), actor(Role.SUPERVISOR, Sector.PRIVATE), actor(Role.CLERK))


def row_for(play: agree.Play, model: type[models.Model], who: Actor) -> dict[str, Any]:
    """A row of hers that lets this person in by every rule there is for the table."""
    table = walls.resource_of(model)
    row = play.row(model, 0)
    for name in row:
        if name.endswith("organisation_id"):
            row[name] = who.organisation_id
        elif name.endswith(agree._PEOPLE):
            row[name] = who.account_id
        elif name in ("client_id", "person_id", "record_id", "object_id"):
            row[name] = HER
        elif name in ("until_at", "lifted_at") or name.startswith("barred_"):
            row[name] = None
        elif name in agree._values_that_matter(table):
            row[name] = agree._values_that_matter(table)[name][0]
        elif name == "subjects":
            row[name] = [HER, uuid.uuid4()]
    if table is Resource.CLIENT:
        row["id"] = HER
    if table is Resource.EMERGENCY:
        row["status"] = "ended"
    if table is Resource.BAR:
        row["barred_account_id"] = row["barred_organisation_id"] = None
    return row


def bar(kind: str, who: Actor) -> dict[str, Any]:
    stranger = uuid.uuid4()
    return {
        "id": uuid.uuid4(),
        "client_id": ANOTHER if "another woman" in kind else HER,
        "organisation_id": stranger,
        "keys": [],
        "barred_account_id": who.account_id
        if "this person" in kind
        else stranger
        if kind == "a colleague"
        else None,
        "barred_organisation_id": who.organisation_id
        if kind == "this organisation"
        else stranger
        if kind == "another organisation"
        else None,
        "ground": "her_word",
        "set_at": agree.NOW,
        "set_by_id": stranger,
        "lifted_at": agree.NOW if "lifted" in kind else None,
        "lifted_by_id": stranger if "lifted" in kind else None,
    }


def seen_by_row_security(link: psycopg.Connection[Any], who: Actor, action: Action, table: Resource) -> int:
    found = agree._behind_row_security(link, who, action, walls.model_of(table))
    return 0 if found is None else len(found)


def leaks_of(name: str, kinds: Iterable[str], *, only_readers: bool) -> tuple[int, list[Any]]:
    """How many questions were asked, and the answers that are not what the bars demand.

    `only_readers` leaves out the pairs of role and table that the matrix never lets meet.
    """
    whole = psycopg.conninfo.make_conninfo(database.dsn(database.Role.SUPERUSER), dbname=name)
    walled = psycopg.conninfo.make_conninfo(database.dsn(database.Role.APP), dbname=name)
    agree._without_constraints(whole)
    play = agree.Play(random.Random(20261127))
    leaks: list[Any] = []
    let_in: Counter[Resource] = Counter()
    asked = 0
    with psycopg.connect(whole, autocommit=True) as owner, psycopg.connect(walled, autocommit=True) as link:
        for who, table in product(CAST, TABLES):
            if only_readers and who.role not in policy.roles_that(Action.READ, table):
                continue
            model = walls.model_of(table)
            owner.execute(f'delete from "{table.value}"')  # type: ignore[arg-type]
            owner.execute("delete from support_involvement")
            owner.execute("delete from support_bar")
            hers = row_for(play, model, who)
            written = {table.value: hers}
            if table is not Resource.INVOLVEMENT:
                written[Resource.INVOLVEMENT.value] = row_for(
                    play, walls.model_of(Resource.INVOLVEMENT), who
                )
            for place, row in written.items():
                owner.execute(agree._insert(place, row), list(row.values()))
            facts = walls.facts_of(model._default_manager.all()[0])
            before: dict[Action, tuple[int, ...]] = {}
            for kind in ("nobody", *kinds):
                is_kept_out = BARS[kind]
                keeping = None if kind == "nobody" else bar(kind, who)
                if keeping is not None:
                    owner.execute(agree._insert("support_bar", keeping), list(keeping.values()))
                standing = agree._as_she_stands(link, who)
                for action in (Action.READ, Action.CHANGE, Action.REMOVE):
                    by_rule = int(bool(policy.may(standing, action, table, facts)))
                    mine = sight.visible(model, standing, action)
                    if table is Resource.BAR and keeping is not None:
                        mine = mine.exclude(pk=keeping["id"])
                    answers = [by_rule, mine.count()]
                    if action is not Action.REMOVE:
                        rows = seen_by_row_security(link, standing, action, table)
                        if table is Resource.BAR and keeping is not None and rows > 1:
                            rows -= 1  # the bar itself, where the person may know of it
                        answers.append(rows)
                    asked += len(answers)
                    if kind == "nobody":
                        before[action] = tuple(answers)
                        let_in[table] += answers[0]
                    guarded = table is not Resource.ACCESS_EVENT or action is Action.READ
                    expected = before[action]
                    if is_kept_out and guarded and who.role is not Role.CLERK:
                        expected = (0,) * len(answers)
                    if tuple(answers) != expected:
                        leaks.append((who.role, who.sector, table, action, kind, answers, expected))
                if keeping is not None:
                    owner.execute("delete from support_bar where id = %s", [keeping["id"]])
    assert [table for table in TABLES if not let_in[table]] == []  # otherwise nothing was proved of it
    return asked, leaks


def test_no_bar_is_passed_by_any_role_on_any_table_by_either_wall(
    fresh_database: str, as_superuser: None
) -> None:
    asked, leaks = leaks_of(fresh_database, ["this person"], only_readers=True)
    assert leaks == []
    assert asked > 1_500


@pytest.mark.prove
def test_no_kind_of_bar_is_passed_nor_keeps_out_anybody_else(fresh_database: str, as_superuser: None) -> None:
    asked, leaks = leaks_of(fresh_database, [kind for kind in BARS if kind != "nobody"], only_readers=False)
    assert leaks == []
    assert asked > 20_000


def test_a_barred_person_writes_nothing_of_her_either(fresh_database: str, as_superuser: None) -> None:
    name = fresh_database
    whole = psycopg.conninfo.make_conninfo(database.dsn(database.Role.SUPERUSER), dbname=name)
    walled = psycopg.conninfo.make_conninfo(database.dsn(database.Role.APP), dbname=name)
    agree._without_constraints(whole)
    play = agree.Play(random.Random(20261127))
    wrong: list[Any] = []
    could: Counter[Resource] = Counter()
    with psycopg.connect(whole, autocommit=True) as owner, psycopg.connect(walled, autocommit=True) as link:
        for who, table in product(CAST, policy.ABOUT_HER):
            model = walls.model_of(table)
            owner.execute("delete from support_involvement")
            owner.execute("delete from support_bar")
            involved = row_for(play, walls.model_of(Resource.INVOLVEMENT), who)
            owner.execute(agree._insert("support_involvement", involved), list(involved.values()))
            hers = row_for(play, model, who)
            if table is Resource.CLIENT:
                hers["id"] = HER
            could[table] += agree._may_create(link, who, table.value, hers)
            keeping = bar("this person", who)
            owner.execute(agree._insert("support_bar", keeping), list(keeping.values()))
            if agree._may_create(link, who, table.value, hers) and who.role is not Role.CLERK:
                wrong.append((who.role, table))
    assert wrong == []
    assert sum(1 for table in could if could[table]) > 25


def test_her_other_keys_keep_a_barred_police_person_from_what_crossed(
    fresh_database: str, as_superuser: None
) -> None:
    """Police know her by a flag of their own: the bar finds her there as well, and not their own flag."""
    name = fresh_database
    whole = psycopg.conninfo.make_conninfo(database.dsn(database.Role.SUPERUSER), dbname=name)
    walled = psycopg.conninfo.make_conninfo(database.dsn(database.Role.APP), dbname=name)
    agree._without_constraints(whole)
    play = agree.Play(random.Random(20261127))
    spoc, flag = actor(Role.POLICE_SPOC), uuid.uuid4()
    keeping = bar("this person", spoc) | {"keys": [flag]}
    with psycopg.connect(whole, autocommit=True) as owner, psycopg.connect(walled, autocommit=True) as link:
        for table, column in (
            (Resource.MESSAGE, "consideration_id"),
            (Resource.MESSAGE, "case_id"),
            (Resource.TASK, "object_id"),
            (Resource.DISCLOSURE, "id"),
        ):
            owner.execute(f'delete from "{table.value}"')  # type: ignore[arg-type]
            owner.execute("delete from support_bar")
            row = row_for(play, walls.model_of(table), spoc)
            row |= {key: None for key in ("client_id", "case_id", "consideration_id") if key in row}
            row |= {"person_id": uuid.uuid4()} if "person_id" in row else {}
            row |= {column: flag}
            owner.execute(agree._insert(table.value, row), list(row.values()))
            assert seen_by_row_security(link, spoc, Action.READ, table) == 1
            owner.execute(agree._insert("support_bar", keeping), list(keeping.values()))
            assert seen_by_row_security(link, spoc, Action.READ, table) == 0, column
            standing = agree._as_she_stands(link, spoc)
            assert sight.visible(walls.model_of(table), standing).count() == 0, column
        own = row_for(play, walls.model_of(Resource.CONSIDERATION), spoc) | {"id": flag}
        owner.execute(agree._insert("police_consideration", own), list(own.values()))
        assert seen_by_row_security(link, spoc, Action.READ, Resource.CONSIDERATION) == 1


def test_a_person_barred_in_one_role_is_barred_in_every_other() -> None:
    """A bar names a person, wherever she works and whatever she is there."""
    kept_out = actor(Role.SUPPORT_WORKER)
    barred = replace(kept_out, barred_from=frozenset({HER}))
    from pathways.domain.governance.conditions import LinkFacts, RowFacts

    for role in HUMAN_ROLES:
        facts = RowFacts(
            {"client_id": HER, "organisation_id": barred.organisation_id},
            (LinkFacts(HER, barred.organisation_id, barred.account_id),),
        )
        for action, table in product(Action, policy.ABOUT_HER):
            if policy.ABOUT_HER[table] == ("client_id",):
                assert not policy.may(replace(barred, role=role), action, table, facts)
