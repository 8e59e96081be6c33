"""How the installation is, as the running application itself can tell: no case is touched."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from pathways import __version__
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import clocks
from pathways.installation.heads import HeadUnreadable
from pathways.journey import sealing

LEAST_DISK = 2 * 1024**3
_BEATS = timedelta(minutes=2)
_AHEAD = timedelta(days=120)
_LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that works, or does not: `state` is "works", "look" or "wrong"."""

    name: str
    said: str
    state: str = "works"


def facts(*, at: datetime) -> list[Fact]:
    """What an administrator would look at first."""
    return [
        Fact("Version", __version__),
        _database(),
        _role(),
        _row_security(),
        _migrations(),
        _worker(at),
        _jobs(),
        _disk(),
        _keys(),
        _ledger(at),
        _holidays(at),
    ]


def _rows(query: str, values: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or [])
        return list(cursor.fetchall())


def _database() -> Fact:
    version, size, since = _rows(
        "select current_setting('server_version'), pg_size_pretty(pg_database_size(current_database())),"
        " pg_postmaster_start_time()"
    )[0]
    return Fact("Database", f"PostgreSQL {version.split()[0]}, {size}, running since {since:%-d %B %Y}")


def _role() -> Fact:
    name, is_super, bypasses, owned = _rows(
        "select rolname, rolsuper, rolbypassrls, (select count(*) from pg_tables where tableowner = rolname)"
        " from pg_roles where rolname = current_user"
    )[0]
    if is_super or bypasses or owned:
        return Fact("Database role", f"{name} owns tables or can bypass row security", "wrong")
    return Fact("Database role", f"{name} owns nothing and cannot bypass row security")


def _row_security() -> Fact:
    forced = {
        name for (name,) in _rows("select relname from pg_class where relrowsecurity and relforcerowsecurity")
    }
    wanted = {resource.value for resource in Resource}
    if missing := wanted - forced:
        return Fact("Row security", f"not forced on {', '.join(sorted(missing))}", "wrong")
    return Fact("Row security", f"forced on all {len(wanted)} tables about people")


def _migrations() -> Fact:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return Fact("Migrations", f"{len(waiting)} wait: start the programme anew", "wrong")
    return Fact("Migrations", f"all {len(executor.loader.applied_migrations)} applied")


def _worker(at: datetime) -> Fact:
    last = _rows("select max(last_heartbeat) from procrastinate_workers")[0][0]
    if last is None:
        return Fact("Worker", "does not run: plans lapse when they are read, and reminders wait", "look")
    if at - last > _BEATS:
        return Fact("Worker", f"last heard of at {last:%H:%M on %-d %B %Y}", "look")
    return Fact("Worker", "runs")


def _jobs() -> Fact:
    counts = dict(_rows("select status::text, count(*) from procrastinate_jobs group by status"))
    failed, waiting = counts.get("failed", 0), counts.get("todo", 0)
    if failed:
        return Fact("Timed jobs", f"{failed} failed; the worker’s log says why", "look")
    return Fact("Timed jobs", f"{waiting} waiting, none failed")


def _disk() -> Fact:
    free = shutil.disk_usage(settings.INSTALLATION.data).free
    said = f"{free / 1024**3:.1f} GiB free"
    return Fact("Disk", said, "works" if free >= LEAST_DISK else "wrong")


def _keys() -> Fact:
    store = settings.PATHWAYS_KEY_STORE
    if store.is_file():
        return Fact("Data keys", "the key store is here, apart from the database")
    return Fact("Data keys", "made with the first record", "look")


def _ledger(at: datetime) -> Fact:
    try:
        last = sealing.kept().last()
    except HeadUnreadable:
        return Fact("Log’s seal", "the heads file cannot be read: run pathways audit verify", "wrong")
    waiting = sealing.waiting()
    if last is None:
        return Fact("Log’s seal", f"no head yet; {waiting} events wait for the worker", "look")
    said = f"{last.size} events under the last head, of {last.at:%H:%M on %-d %B %Y}; {waiting} wait"
    return Fact("Log’s seal", said, "look" if waiting and at - last.at > _LATE else "works")


def _holidays(at: datetime) -> Fact:
    last = _rows("select max(date) from bank_holiday")[0][0]
    if last is None:
        return Fact("Bank holidays", "none are entered: clocks count on them as on any weekday", "look")
    if last < clocks.local(at).date() + _AHEAD:
        return Fact("Bank holidays", f"none are entered after {last:%-d %B %Y}", "look")
    return Fact("Bank holidays", f"entered until {last:%-d %B %Y}")
