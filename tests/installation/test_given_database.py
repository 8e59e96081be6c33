"""A PostgreSQL that we were given: the owner migrates, the application gets a role that owns nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pathways.installation import cluster, credentials, folder, roles
from pathways.installation.database import Role, parameters
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings
from tests import postgres


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cluster.Cluster]:
    data = tmp_path_factory.mktemp("server") / "data"
    folder.prepare(data, folder.Kind.LIVE)
    running = cluster.Cluster(data, durable=False)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def given(server: cluster.Cluster, tmp_path: Path) -> Iterator[Settings]:
    """The address of an empty database, as its owner, who may make roles."""
    with psycopg.connect(**server.superuser_parameters(), autocommit=True) as connection:
        for statement in (
            "DROP DATABASE IF EXISTS women WITH (FORCE)",
            "DROP DATABASE IF EXISTS pathways WITH (FORCE)",
            "DROP ROLE IF EXISTS pathways_app",
            "DROP ROLE IF EXISTS pathways_analyst",
            "DROP ROLE IF EXISTS their_owner",
            "CREATE ROLE their_owner LOGIN CREATEROLE PASSWORD 'o-word'",
            "CREATE DATABASE women OWNER their_owner",
        ):
            connection.execute(statement.encode())
    host = server.superuser_parameters()["host"]
    yield Settings(data=tmp_path, database_url=f"postgresql://their_owner:o-word@/women?host={host}")


def administer(server: cluster.Cluster, statement: str) -> None:
    with psycopg.connect(**server.superuser_parameters(), autocommit=True) as connection:
        connection.execute(statement.encode())


def test_the_owner_makes_the_roles_and_migrates(given: Settings) -> None:
    roles.make_in_given(given)
    roles.make_in_given(given)  # every start asks again
    assert given.database_url is not None
    environment = {
        **os.environ,
        "PATHWAYS_DATA": str(given.data),
        "PATHWAYS_DATABASE_URL": given.database_url.get_secret_value(),
        "PYTHONPATH": str(postgres.ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "pathways.web.settings",
    }
    command = [sys.executable, "-m", "pathways.cli.migrating", "--without-files"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    roles.check(given)
    assert roles.standing(given).name == "pathways_app"
    with psycopg.connect(**parameters(Role.APP, given)) as connection:
        assert connection.execute("SELECT count(*) FROM support_client").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (number int)")


def test_an_owner_who_may_not_make_roles_is_told_what_to_ask_for(
    given: Settings, server: cluster.Cluster
) -> None:
    administer(server, "ALTER ROLE their_owner NOCREATEROLE")
    with pytest.raises(RefusalError, match="CREATE ROLE pathways_app"):
        roles.make_in_given(given)


def test_an_application_that_is_the_owner_is_refused(given: Settings) -> None:
    itself = given.model_copy(update={"app_database_url": given.database_url})
    with pytest.raises(RefusalError, match="has to name the role pathways_app"):
        roles.make_in_given(itself)


def test_an_application_that_bypasses_row_security_is_refused(
    given: Settings, server: cluster.Cluster
) -> None:
    roles.make_in_given(given)
    administer(server, "ALTER ROLE pathways_app BYPASSRLS")
    with pytest.raises(RefusalError, match="can bypass row security"):
        roles.check(given)
    administer(server, "ALTER ROLE pathways_app NOBYPASSRLS")
    roles.check(given)


def test_a_role_of_somebody_elses_making_is_not_guessed_at(given: Settings, server: cluster.Cluster) -> None:
    administer(server, "CREATE ROLE pathways_app LOGIN PASSWORD 'elsewhere'")
    with pytest.raises(RefusalError, match="PATHWAYS_APP_DATABASE_URL"):
        roles.make_in_given(given)


def test_a_database_that_does_not_answer_is_one_clear_line(tmp_path: Path) -> None:
    nowhere = Settings(data=tmp_path, database_url="postgresql://owner:o-word@127.0.0.1:1/women")
    with pytest.raises(RefusalError, match="does not answer") as refused:
        roles.make_in_given(nowhere)
    assert "\n" not in str(refused.value)
    assert "o-word" not in str(refused.value)
    assert credentials.read_passwords(tmp_path) is not None
