"""`pathways audit`: what a person who runs it is told, and how it ends."""

from __future__ import annotations

import contextlib
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import transaction
from typer.testing import CliRunner

from pathways.cli import live, main
from pathways.domain.terms.events import EventKind
from pathways.installation import database
from pathways.journey import identity, ledger, sealing

pytestmark = [pytest.mark.database]
NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)


@pytest.fixture
def run(fresh_database: str, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command against a programme of this test alone. Answers (status, what was printed)."""
    settings.PATHWAYS_HEADS = tmp_path / "ledger"
    monkeypatch.setattr(live, "programme", lambda _: contextlib.nullcontext())

    def go(*words: Any) -> tuple[int, str]:
        said = CliRunner().invoke(main.app, ["audit", *map(str, words)])
        return said.exit_code, said.output

    return go


def write(count: int) -> None:
    with transaction.atomic(), identity.clerk() as by:
        for _ in range(count):
            ledger.record(EventKind.REVIEWED, by=by, at=NOW)
    sealing.seal(at=NOW)


def test_an_honest_log_ends_well_and_a_touched_one_with_three(run, tmp_path, fresh_database):
    write(5)
    found = tmp_path / "found.json"
    status, said = run("verify", "--json", found)
    assert (status, json.loads(found.read_text())["ok"]) == (0, True)
    assert "as it was written" in said
    whole = psycopg.conninfo.make_conninfo(database.dsn(database.Role.SUPERUSER), dbname=fresh_database)
    with psycopg.connect(whole) as link:
        (key,) = link.execute("select event_id from event_seal where position = 3").fetchone()
        link.execute("update journey_event set actor_name = 'Nobody' where id = %s", [key])
    status, said = run("verify", "--json", found)
    assert status == 3
    assert str(key) in said
    assert {k: json.loads(found.read_text())[k] for k in ("events", "ok", "first_break")} == {
        "events": 5,
        "ok": False,
        "first_break": str(key),
    }


INSERTED = (
    "insert into access_event (id, kind, at, actor_id, actor_name, role, organisation_id, resource, route,"
    " subjects, reason) values (%s, 'consultation', now(), %s, 'A', 'supervisor', %s, '', '', '{}', '')"
)


def test_an_event_put_in_past_the_programme_is_named(run, tmp_path, fresh_database):
    write(5)
    found, key = tmp_path / "found.json", uuid.uuid4()
    whole = psycopg.conninfo.make_conninfo(database.dsn(database.Role.SUPERUSER), dbname=fresh_database)
    with psycopg.connect(whole) as link:
        link.execute("set session_replication_role = replica")  # no trigger sees it
        link.execute(INSERTED, [key, key, key])
    status, said = run("verify", "--json", found)
    assert status == 3
    assert f"event {key}: the event was put in past the programme" in " ".join(said.split())
    assert "1 event lies after it, not under a head yet: counted, not proved" in " ".join(said.split())
    assert json.loads(found.read_text())["first_break"] == str(key)
    assert json.loads(found.read_text())["breaks"][0]["kind"] == "added"


def test_an_event_put_in_as_the_programme_writes_is_counted_and_the_help_says_so(run, fresh_database):
    write(5)
    key = uuid.uuid4()
    whole = psycopg.conninfo.make_conninfo(database.dsn(database.Role.SUPERUSER), dbname=fresh_database)
    with psycopg.connect(whole) as link:
        link.execute(INSERTED, [key, key, key])
    status, said = run("verify")
    assert status == 0
    assert "1 event lies after it, not under a head yet: counted, not proved" in " ".join(said.split())
    told = " ".join(run("verify", "--help")[1].split())
    assert "cannot be told from the rest when it was written as the programme writes" in told


def test_a_head_is_kept_and_the_next_one_is_shown_to_continue_it(run, tmp_path):
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    assert run("head")[0] == 2  # nothing sealed yet
    write(5)
    assert run("head", "--json", first)[0] == 0
    write(4)
    assert run("head", "--json", second, "--since", first)[0] == 0
    assert run("compare", first, second)[0] == 0
    assert run("compare", first, first)[0] == 0
    assert run("verify", "--head", first)[0] == 0
    assert run("compare", second, first)[0] == 2  # the first carries no proof from the second
    touched = json.loads(second.read_text())
    touched["shown"][0] = "00" * 32
    second.write_text(json.dumps(touched))
    assert run("compare", first, second)[0] == 3


@pytest.mark.parametrize("words", [("verify", "--head"), ("head", "--since"), ("compare", "x.json")])
def test_what_is_not_a_head_is_refused_in_one_line(run, tmp_path, words):
    write(1)
    for content in (None, "not json", "[]", '{"size": 1}'):
        path = tmp_path / "wrong.json"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_text(content)
        status, _ = run(*words, path)
        assert status == 2


def test_a_place_that_cannot_be_written_is_refused_before_the_work(run, tmp_path):
    assert run("verify", "--json", tmp_path / "nowhere" / "found.json")[0] == 2


def test_a_database_from_before_there_was_a_seal_is_refused_in_one_line(run, fresh_database):
    whole = psycopg.conninfo.make_conninfo(database.dsn(database.Role.SUPERUSER), dbname=fresh_database)
    with psycopg.connect(whole) as link:
        link.execute("alter table event_seal rename to event_seal_of_later")
    assert run("verify")[0] == 2
