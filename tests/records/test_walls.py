"""The two walls: what is compiled from the matrix stands in the database, and each holds alone."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import psycopg
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.terms.people import HUMAN_ROLES, Role, Sector
from pathways.domain.terms.routes import Route
from pathways.journey import identity, sight
from pathways.records import guards, walls
from pathways.records.models import CaseNote, Client, Episode, Involvement, Task

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


def someone(role: Role, sector: Sector, organisation: uuid.UUID | None = None) -> Actor:
    return Actor(
        uuid.uuid4(), uuid.uuid4(), "Somebody", role, organisation or uuid.uuid4(), "Somewhere", sector
    )


COORDINATOR = someone(Role.COORDINATOR, Sector.LOCAL_AUTHORITY)
WORKER = someone(Role.SUPPORT_WORKER, Sector.THIRD_SECTOR)
COLLEAGUE = someone(Role.SUPPORT_WORKER, Sector.THIRD_SECTOR, WORKER.organisation_id)
SUPERVISOR = someone(Role.SUPERVISOR, Sector.THIRD_SECTOR, WORKER.organisation_id)
POLICE = someone(Role.POLICE_SPOC, Sector.POLICE)
ADMINISTRATOR = someone(Role.ADMINISTRATOR, Sector.LOCAL_AUTHORITY)
EVALUATOR = someone(Role.EVALUATOR, Sector.ACADEMIC)


def make_her() -> Client:
    """A woman with one worker and one note."""
    with identity.acting(COORDINATOR):
        client = Client(
            organisation_id=COORDINATOR.organisation_id, reference="KW5219EC", called="Rosa", created_at=NOW
        )
        client.save(force_insert=True)
        for actor, personally in ((COORDINATOR, False), (WORKER, True)):
            Involvement(
                client_id=client.id,
                organisation_id=actor.organisation_id,
                account_id=actor.account_id if personally else None,
                kind="support",
                from_at=NOW,
                given_by_id=COORDINATOR.account_id,
            ).save(force_insert=True)
        episode = Episode(
            client=client,
            organisation_id=COORDINATOR.organisation_id,
            case_id=uuid.uuid4(),
            route=next(iter(Route)).value,
            opened_at=NOW,
        )
        episode.save(force_insert=True)
    with identity.acting(WORKER):
        CaseNote(
            client_id=client.id,
            organisation_id=WORKER.organisation_id,
            episode=episode,
            body="She would rather be called in the morning.",
            written_at=NOW,
            written_by_id=WORKER.account_id,
        ).save(force_insert=True)
    return client


@pytest.fixture
def her(db: None) -> Client:
    return make_her()


SEES = [
    (WORKER, Client, 1),
    (COLLEAGUE, Client, 0),
    (SUPERVISOR, Client, 1),
    (COORDINATOR, Client, 1),
    (POLICE, Client, 0),
    (ADMINISTRATOR, Client, 0),
    (EVALUATOR, Client, 0),
    (WORKER, CaseNote, 1),
    (COLLEAGUE, CaseNote, 0),
    (SUPERVISOR, CaseNote, 1),
    (COORDINATOR, CaseNote, 0),
    (POLICE, CaseNote, 0),
    (ADMINISTRATOR, CaseNote, 0),
]


@pytest.mark.parametrize(("actor", "model", "count"), SEES, ids=lambda v: str(getattr(v, "role", v)))
def test_row_security_alone_shows_each_person_only_her_own(her, actor, model, count):
    with identity.acting(actor), walls.python_wall_down():
        assert sight.visible(model, actor).count() == count


def test_a_note_is_kept_as_ciphertext_and_read_as_words(her):
    with identity.acting(WORKER):
        with connection.cursor() as cursor:
            cursor.execute("select body from support_case_note")
            stored = bytes(cursor.fetchone()[0])
        assert b"morning" not in stored
        assert CaseNote.objects.get().body == "She would rather be called in the morning."


def test_a_ciphertext_moved_to_another_row_is_refused(her):
    from pathways.records.sealed import SealBroken

    with identity.acting(WORKER):
        note = CaseNote.objects.get()
        blob = note.__dict__["body"].blob
        other = CaseNote(
            client_id=note.client_id,
            organisation_id=note.organisation_id,
            episode=note.episode,
            written_at=NOW,
            written_by_id=WORKER.account_id,
        )
        from pathways.records.sealed import Sealed

        other.__dict__["body"] = Sealed(blob)
        with pytest.raises(SealBroken):
            _ = other.body


def test_the_filter_alone_shows_each_person_only_her_own(fresh_database, as_superuser):
    with transaction.atomic():
        make_her()
        assert CaseNote.objects.count() == 1  # row security is down: everything is there to be leaked
        for actor, model, count in SEES:
            assert sight.visible(model, actor).count() == count, (actor.role, model)


def test_nobody_at_all_sees_nothing(her):
    identity.forget()
    assert Client.objects.count() == 0


def test_a_worker_cannot_write_a_note_in_another_organisations_name(her):
    with identity.acting(WORKER), pytest.raises(ProgrammingError), transaction.atomic():
        CaseNote(
            client_id=her.id,
            organisation_id=uuid.uuid4(),
            episode_id=Episode.objects.get().id,
            body="not ours",
            written_at=NOW,
            written_by_id=WORKER.account_id,
        ).save(force_insert=True)


def test_every_table_stands_behind_the_wall_or_is_named_as_open():
    tables = {model._meta.db_table for model in apps.get_app_config("records").get_models()}
    assert tables - {resource.value for resource in Resource} <= walls.OPEN_TABLES | guards.TABLES


def test_the_catalogue_shows_forced_row_security_and_an_application_that_owns_nothing(superuser_dsn):
    with psycopg.connect(superuser_dsn) as link:
        rows = link.execute(
            "select relname, relrowsecurity, relforcerowsecurity from pg_class"
            " join pg_namespace n on n.oid = relnamespace where nspname = 'public' and relkind = 'r'"
        ).fetchall()
        seen = {name: (enabled, forced) for name, enabled, forced in rows}
        for resource in Resource:
            assert seen[resource.value] == (True, True), resource
        assert link.execute(
            "select count(*) from pg_class join pg_roles r on r.oid = relowner where rolname = 'pathways_app'"
        ).fetchone() == (0,)
        assert link.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles"
            " where rolname = 'pathways_app'"
        ).fetchone() == (False, False, False, False)
        views = link.execute(
            "select relname from pg_class join pg_namespace n on n.oid = relnamespace"
            " where nspname = 'public' and relkind in ('v', 'm')"
            " and not coalesce(reloptions::text like '%security_invoker=true%', false)"
        ).fetchall()
        assert views == []


def test_only_the_named_functions_run_with_their_owners_rights(superuser_dsn):
    with psycopg.connect(superuser_dsn) as link:
        found = link.execute(
            "select proname, proconfig, rolname, proacl::text"
            " from pg_proc p join pg_namespace n on n.oid = pronamespace join pg_roles r on r.oid = proowner"
            " where prosecdef and nspname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert {name for name, *_ in found} == set(walls.DEFINERS)
        for _, config, owner, grants in found:
            assert config == ["search_path=pg_catalog, pg_temp"]
            assert owner == "pathways_owner"
            assert set(grants.strip("{}").split(",")) == {
                "pathways_owner=X/pathways_owner",
                "pathways_app=X/pathways_owner",
            }
        let_in = link.execute(
            "select tablename, cmd from pg_policies where 'pathways_owner' = any(roles) order by 1"
        ).fetchall()
        assert set(let_in) == {(table.value, "SELECT") for table, *_ in walls.DEFINERS.values()}


def test_every_table_that_points_at_a_woman_stands_behind_the_guard_of_her_bars():
    for resource in Resource:
        columns = {field.column for field in walls.model_of(resource)._meta.concrete_fields}
        if "client_id" in columns or "record_id" in columns or "subjects" in columns:
            assert any(resource in guard.when for guard in policy.GUARDS), resource
        for column in policy.ABOUT_HER.get(resource, ()):
            assert column in columns, (resource, column)


def test_a_guard_is_restrictive_in_the_database_for_every_action_that_it_names(superuser_dsn):
    names = {Action.READ: "SELECT", Action.CREATE: "INSERT", Action.CHANGE: "UPDATE", Action.REMOVE: "DELETE"}
    wanted = {
        (resource.value, names[action], guard.name)
        for guard in policy.GUARDS
        for resource in guard.when
        for action in guard.actions
    }
    with psycopg.connect(superuser_dsn) as link:
        rows = link.execute(
            "select tablename, cmd, policyname from pg_policies where permissive = 'RESTRICTIVE'"
        ).fetchall()
    assert {(table, command, name.rpartition("_")[0]) for table, command, name in rows} == wanted


def test_no_human_role_reads_the_spine():
    assert policy.roles_that(Action.READ, Resource.SPINE) == {Role.CLERK, Role.REGISTRAR}


def test_police_can_never_read_a_note_of_support():
    police = {Role.POLICE_OFFICER, Role.POLICE_SPOC, Role.POLICE_ANALYST}
    for action in Action:
        assert not police & policy.roles_that(action, Resource.CASE_NOTE)


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(HUMAN_ROLES))
@pytest.mark.parametrize("for_role", ["", Role.COORDINATOR.value, Role.GOVERNANCE_LEAD.value])
def test_work_that_nobody_has_taken_is_seen_by_those_whose_work_it_is(role: Role, for_role: str) -> None:
    who = someone(role, Sector.THIRD_SECTOR)
    row = Task(organisation_id=who.organisation_id, role=for_role, kind="stop", title="Stop", made_at=NOW)
    with identity.clerk():
        row.save(force_insert=True)
    meets_women = role in {
        Role.COORDINATOR,
        Role.SUPPORT_WORKER,
        Role.PROVIDER_WORKER,
        Role.SUPERVISOR,
        Role.POLICE_SPOC,
    }
    theirs = for_role == role.value or (not for_role and meets_women) or role is Role.SUPERVISOR
    with identity.acting(who):
        assert sight.visible(Task, who).filter(pk=row.pk).exists() is theirs
        with walls.python_wall_down():
            assert Task.objects.filter(pk=row.pk).exists() is theirs
