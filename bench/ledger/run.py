"""How fast the ledger is gone through, and what it costs to append: `python -m bench.ledger.run`.

Makes an embedded PostgreSQL in a folder of its own, migrated and walled as `pathways up` does it. Appends as
the application, through row security, with 16 writers: into the sealed stream while the sealer runs, and into
an equal table without queue and seal, turn about. Then fills both streams, seals them, and goes through all
of it. Prints the figures and the machine; ends with status 1 when an aim is missed. Never a timed test.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import psycopg

EVENTS, WRITERS = 1_000_000, 16
A_SECOND, RATIO = 300_000, 0.7

PLAIN = "bench_plain_event"
COLUMNS = (
    "id, kind, at, actor_id, actor_name, role, organisation_id, resource, route, subjects, recipient_id,"
    " reason, found"
)
VALUES = (
    "%s, 'consultation', now(), %s, 'Wanda Worker', 'clerk', %s, 'support_client', 'herpage:story', %s, null,"
    " '', null"
)
FILL = {
    "access_event": "select gen_random_uuid(), 'consultation', now() - i * interval '1 second',"
    " gen_random_uuid(), 'Wanda Worker', 'support_worker', gen_random_uuid(), 'support_client',"
    " 'herpage:story', array[gen_random_uuid()], null, '', null from generate_series(1, %s) i",
    "journey_event": "select gen_random_uuid(), 'triaged', now() - i * interval '1 second',"
    " gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'third_sector',"
    " gen_random_uuid(), 'Wanda Worker', 'support_worker',"
    ' \'{"level": 3, "suggested": 3, "policy": "default"}\' from generate_series(1, %s) i',
}


def machine() -> str:
    model = "unknown processor"
    for row in Path("/proc/cpuinfo").read_text().splitlines():
        if row.startswith("model name"):
            model = row.partition(":")[2].strip()
            break
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, load before {load:.1f}"


def append(app: str, table: str, seconds: float) -> float:
    """Events a second by all writers, each event in a transaction of its own, as pages write them."""
    counts = [0] * WRITERS
    ready = threading.Barrier(WRITERS + 1)
    until = [0.0]

    def go(number: int) -> None:
        with psycopg.connect(app) as link:
            ready.wait()
            while time.perf_counter() < until[0]:
                link.execute("select set_config('pathways.role', 'clerk', true)")
                key = uuid.uuid4()
                link.execute(f"insert into {table} ({COLUMNS}) values ({VALUES})", [key, key, key, [key]])
                link.commit()
                counts[number] += 1

    threads = [threading.Thread(target=go, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    until[0] = time.perf_counter() + seconds + 0.5
    ready.wait()
    start = time.perf_counter()
    until[0] = start + seconds
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - start)


def work_of(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def settled(whole: str) -> None:
    """Waits until the worker has sealed everything, so that it does not work beside the plain inserts."""
    with psycopg.connect(whole, autocommit=True) as link:
        while link.execute("select exists (select 1 from event_unsealed)").fetchone()[0]:
            time.sleep(0.2)


def appending(whole: str, app: str, seconds: float, rounds: int) -> bool:
    with psycopg.connect(whole, autocommit=True) as link:
        link.execute(f"create table {PLAIN} (like access_event including all)")
        link.execute(f"alter table {PLAIN} enable row level security")
        link.execute(f"alter table {PLAIN} force row level security")
        (check,) = link.execute(
            "select pg_get_expr(polwithcheck, polrelid) from pg_policy"
            " where polrelid = 'access_event'::regclass and polname = 'may_insert'"
        ).fetchone()
        link.execute(f"create policy may_insert on {PLAIN} for insert to pathways_app with check ({check})")
        link.execute(f"grant insert on {PLAIN} to pathways_app")
    ours, plain = [], []
    worker = subprocess.Popen([sys.executable, "-m", "pathways.worker"], stderr=subprocess.DEVNULL)
    try:
        for number in range(rounds + 1):
            sealed = append(app, "access_event", seconds)
            settled(whole)
            bare = append(app, PLAIN, seconds)
            if number:  # the first round warms up, and lets the worker do what it does at its start
                ours.append(sealed)
                plain.append(bare)
    finally:
        worker.terminate()
        worker.wait()
    ratio = statistics.median(ours) / statistics.median(plain)
    good = ratio >= RATIO
    print(
        f"appending, {WRITERS} writers: sealed {statistics.median(ours):,.0f} a second, plain"
        f" {statistics.median(plain):,.0f} a second, ratio of medians {ratio:.2f}"
        f"   aim {RATIO} {'met' if good else 'MISSED'}",
        flush=True,
    )
    return good


def history(whole: str, rounds: int) -> None:
    """What keeping former values costs one statement on one row: with triggers and without, turn about."""
    taken: dict[tuple[str, bool], list[float]] = {}
    with psycopg.connect(whole, autocommit=True) as link:
        her, us = uuid.uuid4(), uuid.uuid4()
        link.execute("set synchronous_commit = off")  # the disk is the same for both
        link.execute(
            "insert into support_client (id, organisation_id, reference, called, created_at) values"
            " (%s, %s, 'AAAAAAAA', %s, now())",
            [her, us, os.urandom(40)],
        )
        for number in range(rounds * 2 + 2):
            is_kept = bool(number % 2)
            link.execute(f"alter table support_safe_place {'enable' if is_kept else 'disable'} trigger user")
            for _ in range(300):
                key = uuid.uuid4()
                begun = time.perf_counter()
                link.execute(
                    "insert into support_safe_place (id, client_id, organisation_id, address, changed_at,"
                    " changed_by_id) values (%s, %s, %s, %s, now(), %s)",
                    [key, her, us, os.urandom(120), us],
                )
                half = time.perf_counter()
                link.execute(
                    "update support_safe_place set address = %s where id = %s", [os.urandom(120), key]
                )
                ended = time.perf_counter()
                if number > 1:
                    taken.setdefault(("insert", is_kept), []).append(half - begun)
                    taken.setdefault(("update", is_kept), []).append(ended - half)
    for what in ("insert", "update"):
        without, kept = (statistics.median(taken[what, each]) * 1e6 for each in (False, True))
        print(f"history, {what} of one row: {kept:,.0f} µs, without {without:,.0f} µs", flush=True)


def verifying(whole: str, events: int, times: int) -> bool:
    from django.db import connection

    from pathways.journey import auditing, sealing

    with psycopg.connect(whole, autocommit=True) as link:
        for table, rows in FILL.items():
            there = link.execute("select count(*) from access_event").fetchone()[0]
            wanted = events // 2 if table == "journey_event" else events - events // 2 - there
            link.execute(f"insert into {table} {rows.replace('%s', str(max(0, wanted)))}")
        link.execute("vacuum analyze")
    start = time.perf_counter()
    count = sealing.seal(at=datetime.now(UTC)).count
    taken = time.perf_counter() - start
    print(f"sealing: {count:,} events in {taken:.1f} s, {count / taken:,.0f} a second", flush=True)
    with psycopg.connect(whole, autocommit=True) as link:
        link.execute("vacuum analyze")
    rates = []
    for _ in range(times):
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            (pid,) = cursor.fetchone()
        ours, theirs = time.process_time(), work_of(pid)
        found = auditing.verify()
        if not found.ok or found.after_last_head:
            raise SystemExit(f"an honest ledger was not found honest: {found.as_dict()}")
        rates.append(found.events / found.seconds)
        print(
            f"verifying: {found.events:,} events under {found.heads} heads in {found.seconds:.2f} s,"
            f" {rates[-1]:,.0f} a second; processor: {time.process_time() - ours:.2f} s here,"
            f" {work_of(pid) - theirs:.2f} s in the database",
            flush=True,
        )
    best = statistics.median(rates)
    good = best >= A_SECOND
    print(
        f"verifying: median {best:,.0f} events a second   aim {A_SECOND:,} {'met' if good else 'MISSED'}",
        flush=True,
    )
    return good


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--events", type=int, default=EVENTS)
    wanted.add_argument("--seconds", type=float, default=5.0)
    wanted.add_argument("--rounds", type=int, default=5)
    wanted.add_argument("--times", type=int, default=5)
    told = wanted.parse_args()
    root = Path(__file__).resolve().parents[2]
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="pathways-bench-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        data = Path(place) / "data"
        os.environ |= {
            "PATHWAYS_DATA": str(data),
            "DJANGO_SETTINGS_MODULE": "pathways.web.settings",
            "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}",
        }
        from pathways.installation import cluster, credentials, database, folder
        from pathways.installation.settings import Settings

        settings = Settings(data=data)
        folder.prepare(data, folder.Kind.LIVE)
        with folder.held(data):
            credentials.make_key(settings)
            running = cluster.Cluster(data)
            running.start()
            try:
                migrating = [sys.executable, "-m", "pathways.cli.migrating", "--without-files"]
                subprocess.run(migrating, check=True)
                import django

                django.setup()
                whole = database.dsn(database.Role.SUPERUSER, settings)
                app = database.dsn(database.Role.APP, settings)
                history(whole, told.rounds)
                good = [
                    appending(whole, app, told.seconds, told.rounds),
                    verifying(whole, told.events, told.times),
                ]
                _close()
            finally:
                running.stop()
    sys.exit(0 if all(good) else 1)


def _close() -> None:
    from django.db import connections

    connections.close_all()


if __name__ == "__main__":
    main()
