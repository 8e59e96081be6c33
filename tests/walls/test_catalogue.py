"""The database's own catalogue against every measured way round row security, and each way tried."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from psycopg import sql

from pathways.domain.governance import policy
from pathways.domain.governance.policy import Resource
from pathways.domain.terms.people import Role
from pathways.installation import database
from pathways.records import guards, walls
from tests.walls.planted import Planted

pytestmark = pytest.mark.database

WALLED = sorted(resource.value for resource in Resource)
#: the frameworks' own tables: sign-in, sessions, the queue of timed jobs. None may come to hold a woman.
MACHINERY = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "axes_accessattempt",
    "axes_accessattemptexpiration",
    "axes_accessfailurelog",
    "axes_accesslog",
    "django_content_type",
    "django_migrations",
    "django_session",
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
}
#: Uniqueness beyond a random key, and why it tells nobody that a record exists.
UNIQUE = {
    "part, number": "versions of the plan, which is about no woman",
    "number": "waves of the survey and releases of figures, one after another, about no woman",
    "wave_id, account_id": "of people at work, and written by whoever sees all of them",
    "funder, number": "versions of a funder's headings, about no woman",
    "excerpt_id, coder_id": "within an excerpt that the writer can see",
    "account_id, organisation_id, key": "of one account's own drafts",
    "reference": "made at random of millions, never chosen by anybody",
    "assessment_id, domain": "within a record that the writer can see",
    "client_id, number": "within a record that the writer can see",
    "key": "of a form's last save: the page, random keys and the organisation; written by the clerk alone",
}
#: What the triggers and the sealer write: no Resource, and walls of their own all the same.
GUARDED = sorted(guards.TABLES)
#: The one policy that binds nobody: whoever changes a row has what it was put down, and cannot read it back.
WRITTEN_BY_TRIGGERS = {
    ("event_unsealed", "may_insert", "{public}"): "whoever writes an event queues it for its seal",
    ("row_change", "may_insert", "{public}"): "whoever changes a row has what it was kept",
}
PRIVILEGES = ("TRUNCATE", "REFERENCES", "TRIGGER")
COMMANDS = {"SELECT": "r", "INSERT": "a", "UPDATE": "w", "DELETE": "d"}


def rows(dsn: str, query: str, *values: Any) -> list[Any]:
    with psycopg.connect(dsn) as link:
        return link.execute(query.encode(), values).fetchall()


def tables(dsn: str) -> set[str]:
    found = rows(
        dsn,
        "select relname from pg_class join pg_namespace n on n.oid = relnamespace"
        " where nspname not in ('pg_catalog', 'information_schema') and nspname not like 'pg_toast%%'"
        " and relkind in ('r', 'p', 'f')",
    )
    return {name for (name,) in found}


def test_every_table_is_walled_or_open_by_name_or_the_machinerys(superuser_dsn):
    assert tables(superuser_dsn) == set(WALLED) | set(GUARDED) | walls.OPEN_TABLES | MACHINERY


def test_no_open_table_points_at_a_woman(superuser_dsn):
    telling = ("client_id", "person_id", "case_id", "nominal_id", "consideration_id", "subjects")
    found = rows(
        superuser_dsn,
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'public' and column_name = any(%s) and not table_name = any(%s)",
        list(telling),
        [*WALLED, *GUARDED],
    )
    assert found == []


def test_row_security_is_on_and_forced_and_its_policies_are_the_applications_alone(superuser_dsn):
    state = {
        name: (on, forced)
        for name, on, forced in rows(
            superuser_dsn,
            "select relname, relrowsecurity, relforcerowsecurity from pg_class where relname = any(%s)"
            " and relkind = 'r'",
            [*WALLED, *GUARDED],
        )
    }
    assert state == dict.fromkeys([*WALLED, *GUARDED], (True, True))
    others = rows(
        superuser_dsn,
        "select tablename, policyname, roles::text, cmd from pg_policies where roles <> '{pathways_app}'",
    )
    # the owner, at whose rights four functions answer keys alone, reads the three tables that they read
    definers = {(resource.value, name, "{pathways_owner}", "SELECT")
                for name, (resource, _, _) in walls.DEFINERS.items()}  # fmt: skip
    triggers = {(*each, "INSERT") for each in WRITTEN_BY_TRIGGERS}
    assert set(others) == definers | triggers
    assert len(others) == len(definers) + len(triggers)


def test_a_guard_only_ever_takes_away(superuser_dsn):
    """Every policy is a rule of the matrix or a guard of it; guards are restrictive, and only they."""
    wanted = {
        (resource.value, f"{guard.name}_{walls._COMMANDS[action]}")
        for guard in policy.GUARDS
        for resource in guard.when
        for action in guard.actions
    }
    policies = "select tablename, policyname from pg_policies where permissive"
    held = rows(superuser_dsn, f"{policies} <> 'PERMISSIVE'")
    assert set(held) == wanted
    rules = rows(superuser_dsn, f"{policies} = 'PERMISSIVE'")
    known = {f"may_{command.lower()}" for command in COMMANDS} | set(walls.DEFINERS)
    assert {name for _, name in rules} <= known


def test_what_a_form_last_changed_is_the_clerks_alone_to_read_and_write(superuser_dsn):
    """Its key is the one that is unique across organisations: so nobody at work may try one."""
    for action in policy.Action:
        assert policy.roles_that(action, Resource.FORM_EDITION) == {Role.CLERK}
    said = rows(
        superuser_dsn,
        "select coalesce(qual, '') || coalesce(with_check, '') from pg_policies"
        " where tablename = 'form_edition' and permissive = 'PERMISSIVE'",
    )
    roles = {role.value for role in Role}
    for (text,) in said:
        assert {role for role in roles if f"'{role}'" in text} == {Role.CLERK.value}


@pytest.mark.parametrize(("privilege", "command"), COMMANDS.items())
def test_every_grant_on_a_walled_table_has_a_policy_and_every_policy_a_grant(
    superuser_dsn, privilege, command
):
    granted = {
        name
        for (name,) in rows(
            superuser_dsn,
            "select t from unnest(%s::text[]) t where has_table_privilege('pathways_app', t, %s)",
            [*WALLED, *GUARDED],
            privilege,
        )
    }
    held = {
        name
        for (name,) in rows(
            superuser_dsn,
            "select relname from pg_policy join pg_class c on c.oid = polrelid where polcmd = %s"
            " and polpermissive and polname = any(%s)",
            command,
            [f"may_{each.lower()}" for each in COMMANDS],
        )
    }
    assert granted == held
    for_all = rows(superuser_dsn, "select polname from pg_policy where polcmd = '*'")
    assert for_all == []


def test_no_policy_lets_in_whoever_has_not_said_who_they_are(superuser_dsn):
    """A setting that is absent is null or empty: no policy may take that for a yes."""
    for table, name, using, check in rows(
        superuser_dsn,
        "select tablename, policyname, qual, with_check from pg_policies where permissive = 'PERMISSIVE'"
        " and not (policyname = any(%s) and roles = '{pathways_owner}')"
        " and not (tablename, policyname, roles::text) in"
        " (select * from unnest(%s::text[], %s::text[], %s::text[]))",
        list(walls.DEFINERS),
        *(list(each) for each in zip(*WRITTEN_BY_TRIGGERS, strict=True)),
    ):
        for said in (using, check):
            if said is None:
                continue
            asked = said.count("current_setting('pathways.")
            guarded = said.count("NULLIF(current_setting('pathways.")
            assert asked == guarded, (table, name)
            assert "current_setting('pathways.role'::text, true)" in said, (table, name)


@pytest.mark.parametrize("name", ["", "owner", "analyst"])
def test_who_has_no_identity_sees_no_row_of_any_walled_table(planted: Planted, name: str) -> None:
    """The application before it says who acts, the owner of every table, and the analyst."""
    role = {"": database.Role.APP, "owner": database.Role.OWNER, "analyst": database.Role.ANALYST}[name]
    dsn = psycopg.conninfo.make_conninfo(database.dsn(role), dbname=planted.database)
    seen: dict[str, int] = {}
    with psycopg.connect(dsn, autocommit=True) as link:
        for table in (*WALLED, *GUARDED):
            count = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
            for before in ("select 1", "set row_security = off"):
                try:
                    link.execute(before.encode())
                    found = link.execute(count).fetchone()
                except psycopg.errors.InsufficientPrivilege:
                    found = (0,)  # refused, or refused because row security would have hidden something
                finally:
                    link.execute("reset row_security")
                assert found is not None
                seen[table] = max(seen.get(table, 0), found[0])
    # the owner could take every wall down; three tables it reads for the walls themselves, their words sealed
    definers = walls.DEFINERS.values() if name == "owner" else ()
    read_for_the_walls = {resource.value for resource, _, _ in definers}
    assert {table for table, count in seen.items() if count} == read_for_the_walls
    assert len(planted.rows["support_case_note"]) > 20  # and there were notes to be seen


def _as(link: psycopg.Connection[Any], who: Any) -> None:
    link.execute(
        "select set_config('pathways.account', %s, true), set_config('pathways.organisation', %s, true),"
        " set_config('pathways.role', %s, true), set_config('pathways.sector', %s, true)",
        [str(who.account), str(who.organisation), who.role, who.sector],
    )


@pytest.fixture
def police(planted: Planted) -> Any:
    return next(each for each in planted.people if each.role == Role.POLICE_SPOC.value)


def test_an_identity_ends_with_its_transaction(planted: Planted) -> None:
    """Nothing is left behind on a connection that serves one person after another."""
    worker = next(
        each
        for each in planted.people
        if each.role == Role.SUPPORT_WORKER.value
        and any(
            account == each.account and client not in planted.barred.get(each.account, ())
            for client, _, account in planted.works_personally
        )
    )
    dsn = psycopg.conninfo.make_conninfo(database.dsn(database.Role.APP), dbname=planted.database)
    with psycopg.connect(dsn) as link:
        _as(link, worker)
        assert link.execute("select count(*) from support_client").fetchone() != (0,)
        link.commit()
        assert link.execute("select current_setting('pathways.role', true)").fetchone() == ("",)
        assert link.execute("select count(*) from support_client").fetchone() == (0,)


ROUTES_ROUND = (
    "copy (select * from support_case_note) to stdout",
    "copy support_case_note to stdout",
    "select count(*) from support_case_note",
    "select max(written_at) from support_case_note",
    "select id from support_case_note order by written_at offset 3 limit 5",
    "select 1 from support_case_note where body is not null limit 1",
    "with notes as (select * from support_case_note) select * from notes",
    "select (select count(*) from support_case_note)",
    "update support_case_note set written_by_name = written_by_name returning id",
    "delete from support_case_note returning id",
    "insert into task select from support_case_note",
    "select * from support_case_note tablesample system (100)",
    "select * from only support_case_note for update",
    "select most_common_vals from pg_stats where tablename = 'support_case_note'",
    "select * from pg_statistic",
    "select * from pg_stats_ext where tablename = 'support_case_note'",
    "create temporary table taken as select * from support_case_note",
    "create view seen as select * from support_case_note",
    "create function leak(bytea) returns boolean language plpgsql cost 0.0001 as"
    " 'begin return true; end'",
    "set role pathways_owner",
    "set session authorization pathways_owner",
    "set row_security = off; select * from support_case_note",
    "truncate support_case_note",
    "lock table support_case_note in access exclusive mode",
    "alter table support_case_note disable row level security",
    "drop policy may_select on support_case_note",
    "grant select on support_case_note to public",
    "alter role pathways_app bypassrls",
    "select pg_read_file('postgresql.auto.conf')",
    "copy (select 1) to program 'true'",
    "select * from pg_authid",
    "explain (analyze, format json) select * from support_case_note",
)


@pytest.mark.parametrize("statement", ROUTES_ROUND)
def test_police_who_could_write_sql_of_their_own_would_see_no_note(
    planted: Planted, police: Any, statement: str
) -> None:
    """By whatever statement, under the identity of police: refused, or nothing at all."""
    dsn = psycopg.conninfo.make_conninfo(database.dsn(database.Role.APP), dbname=planted.database)
    notices: list[str] = []
    with psycopg.connect(dsn) as link:
        link.add_notice_handler(lambda said: notices.append(str(said.message_primary)))
        _as(link, police)
        try:
            if statement.startswith("copy"):
                with link.cursor().copy(statement.encode()) as out:
                    answer: Any = [bytes(block) for block in out]
            else:
                cursor = link.execute(statement.encode())
                answer = cursor.fetchall() if cursor.description else []
        except psycopg.Error as refused:
            answer = [str(refused)]
            assert "password" not in answer[0]
        link.rollback()
    text = json.dumps(answer, default=str) + " ".join(notices)
    assert not [key for key in planted.rows["support_case_note"] if str(key) in text]
    if statement.startswith(("select count", "select (select count")):
        assert answer == [(0,)]
    if statement.startswith("select max"):
        assert answer == [(None,)]
    if statement.startswith("explain"):
        assert answer[0][0][0]["Plan"]["Actual Rows"] == 0
    if statement.startswith("create"):
        assert "permission denied" in text


def test_there_is_no_view_but_of_the_one_who_asks_and_no_materialised_view(superuser_dsn):
    found = rows(
        superuser_dsn,
        "select relname, relkind from pg_class join pg_namespace n on n.oid = relnamespace"
        " where nspname not in ('pg_catalog', 'information_schema') and (relkind in ('m', 'f')"
        " or (relkind = 'v' and not coalesce(reloptions::text ~ 'security_invoker=(true|on|1)', false)))",
    )
    assert found == []


def test_no_function_acts_as_its_owner_but_those_that_answer_keys_to_the_walls(superuser_dsn):
    found = rows(
        superuser_dsn,
        "select nspname, proname, proowner::regrole::text, prorettype::regtype::text, provolatile,"
        " proconfig::text, has_function_privilege('public', p.oid, 'EXECUTE'),"
        " has_function_privilege('pathways_analyst', p.oid, 'EXECUTE')"
        " from pg_proc p join pg_namespace n on n.oid = pronamespace"
        " where prosecdef and nspname not in ('pg_catalog', 'information_schema') order by proname",
    )
    path = '{"search_path=pg_catalog, pg_temp"}'
    assert found == [
        ("public", name, "pathways_owner", answers, "s", path, False, False)
        for name, (_, answers, _) in sorted(walls.DEFINERS.items())
    ]


@pytest.mark.parametrize("role", [database.Role.APP, database.Role.ANALYST])
def test_the_runtime_roles_own_nothing_and_may_become_nobody(superuser_dsn, role):
    assert rows(
        superuser_dsn,
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit from pg_roles"
        " where rolname = %s",
        role.value,
    ) == [(False,) * 6]
    for catalogue, owner in (
        ("pg_class", "relowner"),
        ("pg_namespace", "nspowner"),
        ("pg_proc", "proowner"),
        ("pg_type", "typowner"),
        ("pg_database", "datdba"),
        ("pg_largeobject_metadata", "lomowner"),
    ):
        owned = rows(
            superuser_dsn,
            f"select count(*) from {catalogue} where {owner} = %s::regrole",
            role.value,
        )
        assert owned == [(0,)], catalogue
    member = rows(
        superuser_dsn,
        "select roleid::regrole::text from pg_auth_members where member = %s::regrole",
        role.value,
    )
    assert member == []


@pytest.mark.parametrize("role", ["public", database.Role.APP.value, database.Role.ANALYST.value])
def test_nobody_at_work_may_make_tables_truncate_or_point_at_rows(superuser_dsn, role):
    held = rows(
        superuser_dsn,
        "select relname, p from pg_class join pg_namespace n on n.oid = relnamespace,"
        " unnest(%s::text[]) p where nspname = 'public' and relkind in ('r', 'p', 'v', 'm')"
        " and has_table_privilege(%s, pg_class.oid, p)",
        list(PRIVILEGES),
        role,
    )
    assert held == []
    may = rows(
        superuser_dsn,
        "select has_database_privilege(%s, current_database(), 'TEMP'),"
        " has_database_privilege(%s, current_database(), 'CREATE'),"
        " has_schema_privilege(%s, 'public', 'CREATE')",
        role,
        role,
        role,
    )
    assert may == [(False, False, False)]


def test_the_analyst_may_read_nothing_at_all_until_there_are_views_for_it(superuser_dsn):
    """Figures are counted from codes that the application reads as `counting`; this role waits, empty."""
    held = rows(
        superuser_dsn,
        "select relname from pg_class join pg_namespace n on n.oid = relnamespace where nspname = 'public'"
        " and relkind in ('r', 'p', 'v', 'm', 'S')"
        " and case relkind when 'S' then has_sequence_privilege('pathways_analyst', pg_class.oid, 'USAGE')"
        " else has_any_column_privilege('pathways_analyst', pg_class.oid, 'SELECT, INSERT, UPDATE') end",
    )
    assert held == []


def test_what_is_written_once_cannot_be_written_over(superuser_dsn):
    for table in ("journey_event", "access_event", "disclosure"):
        assert rows(
            superuser_dsn,
            "select has_any_column_privilege('pathways_app', %s, 'UPDATE'),"
            " has_table_privilege('pathways_app', %s, 'DELETE')",
            table,
            table,
        ) == [(False, False)], table


def test_no_counter_of_a_walled_table_tells_how_many_there_are(superuser_dsn):
    owned = rows(
        superuser_dsn,
        "select s.relname, t.relname from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'"
        " join pg_class t on t.oid = d.refobjid where t.relname = any(%s)",
        WALLED,
    )
    assert owned == []


def test_uniqueness_tells_nobody_that_a_record_exists(superuser_dsn):
    found = rows(
        superuser_dsn,
        "select t.relname, string_agg(a.attname, ', ' order by k.n)"
        " from pg_index i join pg_class t on t.oid = indrelid,"
        " unnest(i.indkey) with ordinality k(attnum, n) join pg_attribute a on a.attnum = k.attnum"
        " where a.attrelid = i.indrelid and indisunique and not indisprimary and t.relname = any(%s)"
        " group by t.relname, i.indexrelid",
        WALLED,
    )
    random_keys = {"uuid"}
    keys = {
        (table, name)
        for table, name, kind in rows(
            superuser_dsn,
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_schema = 'public'",
        )
        if kind in random_keys
    }
    telling = [
        (table, columns)
        for table, columns in found
        if columns not in UNIQUE and not any((table, name) in keys for name in columns.split(", "))
    ]
    assert telling == []


def test_a_failure_of_uniqueness_is_no_ones_reading(planted: Planted, police: Any) -> None:
    """A key that is taken and a key that is free are refused alike to whoever may not write there."""
    taken = next(iter(planted.rows["support_client"]))
    said = []
    for key in (taken, "8f14e45f-ceea-467f-a9d2-0a1b2c3d4e5f"):
        dsn = psycopg.conninfo.make_conninfo(database.dsn(database.Role.APP), dbname=planted.database)
        with psycopg.connect(dsn) as link:
            _as(link, police)
            with pytest.raises(psycopg.Error) as refused:
                link.execute(
                    "insert into support_client (id, organisation_id, reference, created_at)"
                    " values (%s, %s, 'ZZ9999ZZ', now())",
                    [key, police.organisation],
                )
            said.append(str(refused.value))
            link.rollback()
    assert said[0] == said[1]


def test_sessions_hold_who_and_where_and_nothing_of_any_woman(as_application: Planted) -> None:
    from django.contrib.sessions.models import Session

    allowed = {"_auth_user_id", "_auth_user_backend", "_auth_user_hash", "started_at", "seen_at", "device",
               "appointment"}  # fmt: skip
    assert Session.objects.exists()
    for row in Session.objects.all():
        held = row.get_decoded()
        assert set(held) <= allowed
        assert not list(as_application.found(json.dumps({k: v for k, v in held.items() if k[0] != "_"})))


def test_a_timed_job_carries_a_time_and_nothing_else():
    """The queue is open to the application and to whoever looks after the machine: so it names nobody."""
    import inspect

    from pathways.journey import clockwork
    from pathways.worker import jobs

    taken: list[Any] = []

    class App:
        def periodic(self, **_: Any) -> Any:
            return lambda job: job

        def task(self, **_: Any) -> Any:
            return lambda job: taken.append(job) or job

    jobs.add_to(App())
    assert set(jobs.HOURS) == set(clockwork.JOBS)
    assert [list(inspect.signature(job).parameters) for job in taken] == [["timestamp"]] * len(jobs.HOURS)
