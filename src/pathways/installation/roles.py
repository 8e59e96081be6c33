"""The roles in PostgreSQL: one owns, one runs the application, one counts. Made by whoever may make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from pathways.installation import credentials
from pathways.installation.database import DATABASE, Role, parameters
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings

OLDEST = 150000
"""PostgreSQL 15: the first with security_invoker views."""

PLAIN = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT"


def make(superuser: Mapping[str, Any], passwords: credentials.Passwords) -> None:
    """In the embedded cluster: the three roles and the database, each where it is missing."""
    with psycopg.connect(**dict(superuser), autocommit=True) as connection:
        there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for role, password in (
            (Role.OWNER, passwords.owner),
            (Role.APP, passwords.app),
            (Role.ANALYST, passwords.analyst),
        ):
            if role.value not in there:
                connection.execute(
                    sql.SQL("CREATE ROLE {} {} PASSWORD {}").format(
                        sql.Identifier(role), sql.SQL(PLAIN), sql.Literal(password)
                    )
                )
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
        if found is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(Role.OWNER)
                )
            )
        for name in ("postgres", "template1"):
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    with psycopg.connect(**{**superuser, "dbname": DATABASE}, autocommit=True) as connection:
        owner = sql.Identifier(Role.OWNER)
        connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
    with psycopg.connect(**{**superuser, "dbname": DATABASE}, autocommit=True) as connection:
        _open_database(connection, DATABASE)


def _open_database(connection: psycopg.Connection[Any], name: str) -> None:
    """Nobody may connect, look into the schema or make tables but those who are named here."""
    app, analyst = sql.Identifier(Role.APP), sql.Identifier(Role.ANALYST)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(sql.Identifier(name), app, analyst)
    )
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}, {}").format(app, analyst))


def make_in_given(settings: Settings) -> None:
    """In a database that we were given: make the application's roles if their URLs are not given as well.

    Raises RefusalError, with the statements for whoever may run them, when the owner may not make roles.
    """
    is_first = credentials.read_passwords(settings.data) is None
    passwords = credentials.make_passwords(settings.data)
    named = str(parameters(Role.APP, settings).get("user", ""))
    if named != Role.APP:
        raise RefusalError(f"PATHWAYS_APP_DATABASE_URL has to name the role {Role.APP}, not {named}")
    try:
        with psycopg.connect(**parameters(Role.OWNER, settings), connect_timeout=10) as connection:
            if connection.info.server_version < OLDEST:
                raise RefusalError("PATHWAYS_DATABASE_URL names a PostgreSQL older than 15")
            name = connection.info.dbname
            wanted = {
                Role.APP: (settings.app_database_url, passwords.app),
                Role.ANALYST: (settings.analyst_database_url, passwords.analyst),
            }
            there = {found for (found,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role, (given, password) in wanted.items():
                if given is None and role.value not in there:
                    _make_role(connection, role, password, name)
                elif given is None and is_first:
                    raise RefusalError(
                        f"the role {role} is there already, and its password is not known here: set"
                        f" PATHWAYS_{role.name}_DATABASE_URL"
                    )
            connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
            for role, (given, _) in wanted.items():
                if given is None:
                    _let_in(connection, role.value, name)
                else:
                    _let_in(connection, str(parameters(role, settings)["user"]), name)
    except psycopg.OperationalError as error:
        raise RefusalError(f"the database of PATHWAYS_DATABASE_URL does not answer: {_line(error)}") from None


def _make_role(connection: psycopg.Connection[Any], role: Role, password: str, name: str) -> None:
    try:
        connection.execute(
            sql.SQL("CREATE ROLE {} {} PASSWORD {}").format(
                sql.Identifier(role), sql.SQL("LOGIN"), sql.Literal(password)
            )
        )
    except psycopg.errors.InsufficientPrivilege:
        variable = f"PATHWAYS_{role.name}_DATABASE_URL"
        raise RefusalError(
            f"the owner of the database may not make the role {role}; have an administrator run"
            f" CREATE ROLE {role} LOGIN PASSWORD '…'; GRANT CONNECT ON DATABASE {name} TO {role};"
            f" and set {variable}"
        ) from None


def _let_in(connection: psycopg.Connection[Any], role: str, name: str) -> None:
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(role))
    )
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role)))


@dataclass(frozen=True, slots=True)
class Standing:
    """What the application's role could do besides its work. All of it must be no."""

    name: str
    is_superuser: bool
    bypasses_row_security: bool
    owns: int
    may_become_owner: bool

    @property
    def faults(self) -> tuple[str, ...]:
        said = {
            "is a superuser": self.is_superuser,
            "can bypass row security": self.bypasses_row_security,
            f"owns {self.owns} objects": self.owns > 0,
            "may act as the owner": self.may_become_owner,
        }
        return tuple(fault for fault, is_so in said.items() if is_so)


def standing(settings: Settings) -> Standing:
    """Ask the database, as the application, what the application's role is. Raises psycopg.Error."""
    query = """
        SELECT r.rolname, r.rolsuper, r.rolbypassrls,
               (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid)
               + (SELECT count(*) FROM pg_namespace n WHERE n.nspowner = r.oid)
               + (SELECT count(*) FROM pg_proc p WHERE p.proowner = r.oid),
               EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                       WHERE n.nspname = 'public' AND c.relkind = 'r'
                         AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
        FROM pg_roles r WHERE r.rolname = current_user
    """
    with psycopg.connect(**parameters(Role.APP, settings), connect_timeout=10) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return Standing(*row)


def check(settings: Settings) -> None:
    """Refuse to run the application as a role that could look behind row security."""
    try:
        found = standing(settings)
    except psycopg.OperationalError as error:
        raise RefusalError(f"the application cannot connect to the database: {_line(error)}") from None
    if found.faults:
        raise RefusalError(
            f"the application would run as the database role {found.name}, which"
            f" {' and '.join(found.faults)};"
            " set PATHWAYS_APP_DATABASE_URL to a role that owns nothing"
        )


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0]
