"""Shared by all tests: where the data lies, a PostgreSQL of their own, and the roles to look at it with."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from pathways.installation import cluster as clusters
from pathways.installation import database, folder, settings
from tests import postgres

for name in [name for name in os.environ if name.startswith("PATHWAYS_")]:
    del os.environ[name]  # the tests never touch an installation of the person who runs them
os.environ["PATHWAYS_DATA"] = str(postgres.own_data())
os.environ["PATHWAYS_WEB_THREADS"] = "2"
if (postgres.ROOT / "src" / "pathways" / "web" / "settings.py").exists():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")
    import django

    django.setup()  # here, and not earlier: only now do the settings name the folder of the tests
    from django.conf import settings as of_django

    of_django.PASSWORD_HASHERS = ["tests.hashing.QuickArgon2", *of_django.PASSWORD_HASHERS]

SHARED = postgres.ROOT.parent / "shared" / "data"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Each worker settles its own folder before Django reads it, so none may inherit this process's."""
    if not hasattr(session.config, "workerinput") and getattr(session.config.option, "numprocesses", None):
        os.environ.pop("PATHWAYS_DATA", None)
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say why a test that needs something absent is left out."""
    without_data = pytest.mark.skip(reason=f"the open data is not at {SHARED}")
    without_browser = pytest.mark.skip(reason="no Chromium here (Debian package chromium)")
    has_browser = chromium() is not None
    for item in items:
        if "shared_data" in item.keywords and not SHARED.is_dir():
            item.add_marker(without_data)
        if "browser" in item.keywords and not has_browser:
            item.add_marker(without_browser)


def chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The open data beside the project. Mark the test `shared_data` as well, so that it can be left out."""
    if not SHARED.is_dir():
        pytest.skip(f"the open data is not at {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def cluster() -> Iterator[clusters.Cluster]:
    """A running PostgreSQL of this test process, migrated as the owner and walled."""
    data = settings.load().data
    pattern = postgres.pattern()
    postgres.copy(pattern, data)
    running = clusters.Cluster(data, durable=False)
    try:
        with folder.held(data):
            running.start()
            yield running
            running.stop()
    finally:
        running.stop()
        postgres.remove(data)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """The database of the tests is ours already: Django makes no other."""


@pytest.fixture(scope="session")
def django_db_setup(cluster: clusters.Cluster) -> None:
    """Django's `default` connection is the application's role on the cluster of the tests.

    Each test that asks for `db` runs in one transaction that is rolled back. A test that needs several
    connections or commits asks for `fresh_database` instead.
    """
    from django.db import connections

    wanted = database.django_databases()["default"]
    connections["default"].settings_dict.update(
        {key: wanted[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    )


def _dsn(role: database.Role) -> str:
    from django.db import connections

    return psycopg.conninfo.make_conninfo(
        database.dsn(role), dbname=str(connections["default"].settings_dict["NAME"])
    )


@pytest.fixture
def superuser_dsn(django_db_setup: None) -> str:
    """For the catalogue tests: sees everything, row security or not."""
    return _dsn(database.Role.SUPERUSER)


@pytest.fixture
def owner_dsn(django_db_setup: None) -> str:
    return _dsn(database.Role.OWNER)


@pytest.fixture
def app_dsn(django_db_setup: None) -> str:
    """A connection of one's own as the application's role, beside Django's."""
    return _dsn(database.Role.APP)


@pytest.fixture
def analyst_dsn(django_db_setup: None) -> str:
    return _dsn(database.Role.ANALYST)


_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def make_database(cluster: clusters.Cluster) -> Iterator[Callable[[], str]]:
    """Makes further databases like the first: each call answers the name of a new, empty one."""
    made: list[str] = []

    def run(statement: str) -> None:
        with psycopg.connect(**cluster.superuser_parameters(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def make() -> str:
        from django.db import connections

        connections["default"].close()
        name = f"pathways_{next(_numbers)}"
        run(
            f"CREATE DATABASE {name} TEMPLATE {database.DATABASE}"
            f" OWNER {database.Role.OWNER} STRATEGY file_copy"
        )
        run(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        run(f"GRANT CONNECT ON DATABASE {name} TO {database.Role.APP}, {database.Role.ANALYST}")
        made.append(name)
        return name

    yield make
    for name in made:
        run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def fresh_database(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, make_database: Callable[[], str]
) -> Iterator[str]:
    """A database of this test alone, where what is committed stays. Answers its name."""
    from django.db import connections

    said = connections["default"].settings_dict
    before, name = said["NAME"], make_database()
    said["NAME"] = name
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield name
        connections.close_all()
    said["NAME"] = before


@pytest.fixture
def as_superuser(fresh_database: str) -> Iterator[None]:
    """Django connected as the superuser, whom row security does not bind: the Python wall stands alone."""
    from django.db import connections

    said = connections["default"].settings_dict
    before = {key: said[key] for key in ("USER", "PASSWORD")}
    whole = psycopg.conninfo.conninfo_to_dict(database.dsn(database.Role.SUPERUSER))
    said.update({"USER": whole["user"], "PASSWORD": whole["password"]})
    connections["default"].close()
    yield
    connections["default"].close()
    said.update(before)
