"""The embedded PostgreSQL starts, stops, comes back after a crash, and lets nobody in by the side."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pathways.installation import cluster, credentials, database, folder, roles
from pathways.installation.settings import Settings


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder.prepare(tmp_path / "data", folder.Kind.LIVE)
    return tmp_path / "data"


@pytest.fixture
def running(data: Path) -> Iterator[cluster.Cluster]:
    made = cluster.Cluster(data, durable=False)
    made.start()
    yield made
    made.stop()


def connect(data: Path, role: database.Role) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(database.dsn(role, Settings(data=data)))


def test_a_first_start_makes_the_cluster_and_a_second_uses_it(data: Path) -> None:
    made = cluster.Cluster(data, durable=False)
    assert made.start() == cluster.Start(made=True)
    made.stop()
    assert not made.is_running
    assert made.start() == cluster.Start()
    made.stop()


def test_what_was_committed_survives_a_killed_server(data: Path) -> None:
    made = cluster.Cluster(data)
    made.start()
    with connect(data, database.Role.OWNER) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    assert made.process is not None
    made.process.kill()
    made.process.wait()
    assert made.start() == cluster.Start(recovered=True)
    with connect(data, database.Role.OWNER) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    made.stop()


def test_a_server_that_outlived_its_starter_is_ended_and_started_anew(running: cluster.Cluster) -> None:
    another = cluster.Cluster(running.data, durable=False)
    assert another.start() == cluster.Start(recovered=True)
    assert running.process is not None
    assert running.process.wait(5) is not None
    another.stop()


def test_a_stale_process_number_that_now_is_somebody_else_harms_nobody(data: Path) -> None:
    made = cluster.Cluster(data, durable=False)
    made.start()
    lines = (made.folder / "postmaster.pid").read_text().splitlines()
    made.stop()
    (made.folder / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert made.pid() is None
    assert made.start() == cluster.Start(recovered=True)
    made.stop()


def test_a_crash_while_it_was_being_made_leaves_no_half_a_cluster(data: Path) -> None:
    (data / "cluster.part").mkdir()
    (data / "cluster.part" / "PG_VERSION").write_text("18")
    made = cluster.Cluster(data, durable=False)
    assert made.start() == cluster.Start(made=True)
    made.stop()


def test_a_data_folder_with_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)
    folder.prepare(data, folder.Kind.LIVE)
    made = cluster.Cluster(data, durable=False)
    made.start()
    with connect(data, database.Role.APP) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    sockets = database.socket_folder(data)
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    made.stop()


def test_it_listens_on_no_network_address(running: cluster.Cluster) -> None:
    with psycopg.connect(**running.superuser_parameters()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_pages_are_checksummed_and_sorting_does_not_depend_on_the_machine(running: cluster.Cluster) -> None:
    with psycopg.connect(**running.superuser_parameters()) as connection:
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
        found = connection.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'pathways'"
        )
        assert found.fetchone() == ("b", "C.UTF-8")


def test_nobody_connects_without_a_password(running: cluster.Cluster) -> None:
    for role in database.Role:
        given = {**database.parameters(role, Settings(data=running.data)), "password": "guess"}
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**given)


def test_passwords_are_readable_by_their_user_only(running: cluster.Cluster) -> None:
    path = credentials.passwords_path(running.data)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not (running.data / "run" / "first-password").exists()
    passwords = credentials.make_passwords(running.data)
    assert passwords.app not in repr(passwords)


def test_the_application_owns_nothing_and_can_make_nothing(running: cluster.Cluster) -> None:
    assert roles.standing(Settings(data=running.data)).faults == ()
    for statement in (
        "CREATE TABLE mine (number int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE other",
        "SET ROLE pathways_owner",
        "CREATE TEMPORARY TABLE mine (number int)",
    ):
        with connect(running.data, database.Role.APP) as connection, pytest.raises(psycopg.Error):
            connection.execute(statement)


def test_the_roles_may_enter_their_own_database_only(running: cluster.Cluster) -> None:
    for role in (database.Role.OWNER, database.Role.APP, database.Role.ANALYST):
        given = {**database.parameters(role, Settings(data=running.data)), "dbname": "postgres"}
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(**given)


def test_the_log_keeps_no_values(running: cluster.Cluster) -> None:
    with connect(running.data, database.Role.OWNER) as connection:
        connection.execute("CREATE TABLE people (name text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES ('Ottoline')")
        connection.commit()
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO people VALUES (%s)", ("Ottoline",))
    assert "Ottoline" not in running.log.read_text()
    assert "duplicate key" in running.log.read_text()


def test_a_stop_ends_it_while_somebody_is_connected(running: cluster.Cluster) -> None:
    with connect(running.data, database.Role.APP):
        running.stop()
    assert not running.is_running


def test_it_stops_when_its_starter_is_killed(data: Path) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        started = cluster.Cluster(data, durable=False)
        started.start()
        os.write(writing, b"up")
        signal.pause()
    assert os.read(reading, 2) == b"up"
    other = cluster.Cluster(data, durable=False)
    pid = other.pid()
    assert pid is not None
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert other._is_gone(pid, deadline=__import__("time").monotonic() + 10)
