"""A whole invented programme on a port, for proofs in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from pathways.installation import database
from tests.web.conftest import address as address
from tests.web.conftest import open_tab as open_tab

WOMEN = 16


@dataclass
class Programme:
    """Where it answers, who can sign in, and its clock."""

    address: str
    password: str
    sign_ins: dict[str, str]
    names: set[str]
    begun: datetime
    later: timedelta = field(default_factory=timedelta)

    def sign_in(self, tab: Any, who: str) -> None:
        """`who` is a role of the tour, or an e-mail address."""
        tab.goto(f"{self.address}/account/sign-in/")
        tab.fill("#id_email", self.sign_ins.get(who, who))
        tab.fill("#id_password", self.password)
        tab.click("main button[type=submit]:not([aria-controls])")
        assert "/account/sign-in" not in tab.url, f"{who} could not sign in"


@pytest.fixture(scope="session")
def invented(
    django_db_setup: None, django_db_blocker: Any, make_database: Callable[[], str]
) -> tuple[str, datetime, set[str]]:
    """A database with an invented programme in it, to be copied: its name, its day, its women's names."""
    from django.db import connections

    from pathways.journey import demonstration, identity
    from pathways.records.models import Identity

    said = connections["default"].settings_dict
    before, name = said["NAME"], make_database()
    said["NAME"] = name
    now = datetime.now(UTC)
    with django_db_blocker.unblock():
        try:
            demonstration.seed(at=now, most=WOMEN)
            from django.db import transaction

            with transaction.atomic(), identity.clerk():
                names = {word for paper in Identity.objects.all() for word in (paper.surname,)}
        finally:
            connections.close_all()
            said["NAME"] = before
    return name, now, names


@pytest.fixture
def programme(
    invented: tuple[str, datetime, set[str]],
    cluster: Any,
    django_db_blocker: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Programme]:
    """The invented programme of this test alone, answering on a port of this machine."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    from pathways.journey import demonstration

    pattern, begun, names = invented
    name = f"{pattern}_of_one"

    def run(statement: str) -> None:
        with psycopg.connect(**cluster.superuser_parameters(), autocommit=True) as connection:
            connection.execute(statement.encode())

    run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    run(f"CREATE DATABASE {name} TEMPLATE {pattern} OWNER {database.Role.OWNER} STRATEGY file_copy")
    run(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    run(f"GRANT CONNECT ON DATABASE {name} TO {database.Role.APP}, {database.Role.ANALYST}")
    said = connections["default"].settings_dict
    before = said["NAME"]
    said["NAME"] = name

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadedWSGIServer):
        daemon_threads = True

        def process_request_thread(self, request: Any, client_address: Any) -> None:
            try:
                super().process_request_thread(request, client_address)  # type: ignore[misc]
            finally:
                connections.close_all()

    with django_db_blocker.unblock():
        server = Server(("127.0.0.1", 0), Quiet, ipv6=False)
        server.set_app(get_wsgi_application())
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        people = demonstration.sign_ins()
        made = Programme(
            address=f"http://127.0.0.1:{server.server_address[1]}",
            password=demonstration.PASSWORD,
            sign_ins={one.role: one.email for one in people},
            names=names,
            begun=begun,
        )
        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() + made.later)
        yield made
        server.shutdown()
        server.server_close()
        thread.join()
        connections.close_all()
    said["NAME"] = before
    run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
