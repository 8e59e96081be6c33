"""The planted programme, made once for a test process, and a database of its own for whoever attacks it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from pathways.installation import database
from tests.walls import planted as planting
from tests.walls.planted import Planted


@contextmanager
def _connected(role: database.Role, name: str) -> Iterator[None]:
    """Django as this role on this database, and as before afterwards."""
    from django.db import connections

    said = connections["default"].settings_dict
    before = {key: said[key] for key in ("NAME", "USER", "PASSWORD")}
    whole = psycopg.conninfo.conninfo_to_dict(database.dsn(role))
    connections["default"].close()
    said.update({"NAME": name, "USER": whole["user"], "PASSWORD": whole["password"]})
    try:
        yield
    finally:
        connections["default"].close()
        said.update(before)


@pytest.fixture(scope="session")
def planted(django_db_setup: None, django_db_blocker: Any, make_database: Callable[[], str]) -> Planted:
    """A programme of invented women with a word of its own in every sealed field."""
    name = make_database()
    women = int(os.environ.get("WALLS_WOMEN", planting.WOMEN))
    with django_db_blocker.unblock(), _connected(database.Role.SUPERUSER, name):
        made = planting.plant(name, women=women)
        _watch()
    return made


def _watch() -> None:
    """A function of the superuser's that says which rows this transaction has written, whoever asks."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_WATCH)


_WATCH = """
create schema watch;
grant usage on schema watch to pathways_app;
create function watch.written(since bigint) returns table (written jsonb) language plpgsql
security definer set search_path = public, pg_catalog as $$
declare place record;
begin
  for place in select relname, n_tup_ins + n_tup_upd as changed, n_tup_del as removed
      from pg_stat_xact_user_tables where schemaname = 'public' and n_tup_ins + n_tup_upd + n_tup_del > 0
  loop
    if place.removed > 0 then
      written := jsonb_build_object('table', place.relname, 'removed', place.removed);
      return next;
    end if;
    return query execute format(
      'select jsonb_build_object(''table'', %L, ''row'', to_jsonb(t)) from %I t'
      ' where xmin::text::bigint >= $1', place.relname, place.relname) using since;
  end loop;
end $$;
create function watch.drafts_of_others(me uuid) returns bigint language sql
security definer set search_path = public, pg_catalog as
$$ select count(*) from draft where account_id is distinct from me $$;
"""


@pytest.fixture
def signed_in_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody stays signed in however long an attack takes, and no request is the one that notes so.

    What each does is taken back, the moment at which she was last seen as well: else all would be signed out
    in the middle, and find nothing for that reason alone.
    """
    from pathways.web import sessions

    monkeypatch.setattr(sessions, "WRITE_EVERY", timedelta(hours=9))


@pytest.fixture
def as_application(
    planted: Planted, django_db_blocker: Any, signed_in_for_long: None
) -> Iterator[Planted]:
    """Django connected as the application, on the planted programme: both walls stand."""
    with django_db_blocker.unblock(), _connected(database.Role.APP, planted.database):
        yield planted


@pytest.fixture
def without_row_security(
    planted: Planted, django_db_blocker: Any, signed_in_for_long: None
) -> Iterator[Planted]:
    """Django connected as the superuser, whom row security does not bind."""
    with django_db_blocker.unblock(), _connected(database.Role.SUPERUSER, planted.database):
        yield planted


@pytest.fixture
def superuser_look(django_db_setup: None) -> planting.Look:
    """Looks at a database as its superuser, beside Django's connection."""
    return planting.Look(database.dsn(database.Role.SUPERUSER))
