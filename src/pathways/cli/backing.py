"""`pathways backup`, `restore` and `drill`: a copy that can be brought back, and a rehearsal to prove it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from rich.console import Console

from pathways import __version__
from pathways.cli import files, running
from pathways.installation import backup, cluster, credentials, database, folder
from pathways.installation.refusal import OwnFailureError, RefusalError
from pathways.installation.settings import Settings, python

Say = Callable[[str], None]

KEY_DAYS = 30
#: The tables whose rows are counted on both sides of a rehearsal are all of them but these.
_NOT_COUNTED = frozenset(
    {"django_session", "procrastinate_jobs", "procrastinate_events", "procrastinate_workers"}
)


# ---------------------------------------------------------------------- backup


def back_up(settings: Settings, out: Path, *, keys: Path | None, days: int, json_file: Path | None) -> None:
    console = Console(highlight=False, soft_wrap=True)
    made = _back_up(settings, out, keys_place(out, keys), days, console.print)
    files.write_json(json_file, made)
    console.print(f"[bold]{out}[/bold]: {made['size'] / 1024**2:.0f} MB in {made['seconds']:.1f} s")
    if not settings.is_embedded:
        console.print(
            "The database of PATHWAYS_DATABASE_URL is not in it: row security lets no role of ours read all"
            " of it. Copy it with your server's own means (pg_basebackup, or snapshots), at the"
            " same time or before this."
        )
    console.print(
        f"The keys: {made['keys']}, to be destroyed after {made['expires_at'][:10]}. Keep them apart from it."
    )
    for name in made["pruned"]:
        console.print(f"destroyed, as its time was over: {name}")
    console.print("The key-encryption key is in neither. Keep a copy of it in a third place.")


def keys_place(out: Path, keys: Path | None) -> Path:
    """Where the copies of the keys lie: beside the copies of the database unless told, never inside one."""
    place = keys or out.absolute().parent / "key-copies"
    if place.absolute().is_relative_to(out.absolute()):
        raise RefusalError("the keys must lie apart from the backup that they open: name another --keys")
    return place


def _back_up(settings: Settings, out: Path, place: Path, days: int, say: Say) -> dict[str, Any]:
    from pathways.journey import copying

    began, at = time.monotonic(), datetime.now(UTC)
    stamp = folder.read_stamp(settings.data)
    if stamp is None:
        raise RefusalError(f"{settings.data} holds no programme; name it in PATHWAYS_DATA")
    store = settings.key_store_path / copying.STORE
    mark = " ".join(part.decode() for part in credentials.mark_path(settings).read_bytes().split())
    with backup.whole(out) as part:
        files: dict[str, str] = {}
        size = 0
        backup.copy_heads(settings, part)
        if settings.is_embedded:
            with _running(settings) as live:
                files, size = backup.copy_database(live, part)
        # after the database: a key is on disk before anything sealed with it, so this holds every key of it
        copied = copying.make(store=store, place=place, days=days, key_mark=mark, at=datetime.now(UTC))
        register = copying.register_of([copied.path])
        backup.write_manifest(
            part,
            backup.Manifest(__version__, stamp.kind, at, mark, copied.path.name, register, files, size),
        )
    return {
        "out": str(out),
        "made_at": at.isoformat(),
        "files": len(files),
        "size": size,
        "database": "embedded" if settings.is_embedded else "elsewhere",
        "keys": str(copied.path),
        "keys_held": copied.count,
        "expires_at": copied.expires_at.isoformat(),
        "pruned": copying.prune(place, at=datetime.now(UTC)),
        "seconds": time.monotonic() - began,
    }


@contextlib.contextmanager
def _running(settings: Settings) -> Iterator[cluster.Cluster]:
    """The database of a data folder: as it runs, or started for this command and stopped after it."""
    found = cluster.Cluster(settings.data)
    if folder.is_held(settings.data):
        if found.pid() is None:
            raise RefusalError("the programme is starting or stopping; try again in a moment")
        yield found
        return
    with folder.held(settings.data):
        found.start()
        try:
            yield found
        finally:
            found.stop()


# ---------------------------------------------------------------------- restore


@dataclass
class Restored:
    """What a restore brought back, and what is missing from it."""

    data: Path
    made_at: datetime
    seconds: float = 0.0
    keys: str = ""
    keys_withheld: int = 0
    erased_again: int = 0
    missing: list[str] = field(default_factory=list)
    is_startable: bool = True


def restore(
    settings: Settings,
    copy: Path,
    data: Path,
    *,
    keys: Path | None,
    key_file: Path | None,
    register: Path | None,
    json_file: Path | None,
) -> None:
    console = Console(highlight=False, soft_wrap=True)
    found = _restore(settings, copy, data, keys=keys, key_file=key_file, register=register, say=console.print)
    result = {
        "to": str(found.data),
        "made_at": found.made_at.isoformat(),
        "keys": found.keys,
        "keys_withheld": found.keys_withheld,
        "erased_again": found.erased_again,
        "missing": found.missing,
        "seconds": found.seconds,
    }
    files.write_json(json_file, result)
    console.print(
        f"[bold]{data}[/bold] holds the programme as it was at {found.made_at:%H:%M:%S} UTC on"
        f" {found.made_at:%-d %B %Y}, restored in {found.seconds:.1f} s"
    )
    if found.keys_withheld or found.erased_again:
        console.print(
            f"Erased since: {found.keys_withheld} keys were not brought back, {found.erased_again} records"
            " were emptied again."
        )
    for line in found.missing:
        console.print(f"missing: {line}")
    stamp = folder.read_stamp(found.data)
    command = "demo" if stamp is not None and stamp.kind is folder.Kind.DEMONSTRATION else "up"
    console.print(f"Start it with PATHWAYS_DATA={data} pathways {command}")


def _restore(
    settings: Settings,
    copy: Path,
    data: Path,
    *,
    keys: Path | None,
    key_file: Path | None,
    register: Path | None,
    say: Say,
) -> Restored:
    from pathways.journey import copying

    began, at = time.monotonic(), datetime.now(UTC)
    manifest = backup.read(copy)
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise RefusalError(f"{data} is not empty; nothing is restored over what is there: name a new folder")
    if not manifest.files and not any((copy / "database").glob("*")):
        raise RefusalError(
            f"{copy} holds no database: it was of an installation with PATHWAYS_DATABASE_URL. Restore the"
            " database with your server's own means, and put the copy of the keys into PATHWAYS_KEY_STORE"
        )
    backup.verify(copy, manifest)
    found = Restored(data, manifest.made_at)
    chosen, mark, stores = _keys(copy, manifest, keys, found, at)
    ours = settings.key_store_path / copying.STORE
    known = dict(manifest.register)
    asked = register / copying.STORE if register is not None and register.is_dir() else register
    if asked is not None and not asked.is_file():
        raise RefusalError(f"{register} is not there; name a key store, or the folder of one, for --register")
    given = [asked] if asked is not None else [ours] if ours.is_file() else []
    if not given:
        found.missing.append(
            "the register of who was erased after this copy was made: give the key store of the running"
            " programme with --register, or make sure that nobody was"
        )
    known |= copying.register_of([*given, *stores])
    with backup.whole(data) as part:
        _fill(settings, copy, part, manifest, chosen, mark, key_file, known, found)
        if found.is_startable:
            _finish(settings, part, found, is_lost=chosen is None)
        else:
            running.leave_to_erase(part)
    found.seconds = time.monotonic() - began
    return found


def _keys(
    copy: Path, manifest: backup.Manifest, keys: Path | None, found: Restored, at: datetime
) -> tuple[Path | None, str, list[Path]]:
    """The store of keys to restore with, the mark of the key that wraps it, and every copy there is."""
    from pathways.journey import copying

    if keys is not None and (keys / copying.STORE).is_file():
        keys = keys / copying.STORE
    if keys is not None and keys.is_file() and keys.suffix != ".keys":
        found.keys = str(keys)
        mark = keys.parent / "key-mark"
        return keys, mark.read_text("utf-8").strip() if mark.is_file() else "", [keys]
    if keys is not None and not keys.exists():
        raise RefusalError(f"{keys} is not there; name the folder of the copies of keys, or a key store")
    place = keys_place(copy, keys.parent if keys is not None and keys.is_file() else keys)
    copies = copying.found(place)
    latest = copying.latest(place, since=manifest.made_at, at=at)
    if keys is not None and keys.is_file():
        latest = next((one for one in copies if one.path == keys and not one.is_over(at=at)), None)
    if latest is None:
        found.missing.append(
            f"the keys: no copy in {place} is as late as this backup and still within its time. Names, notes"
            " and everything else that was sealed cannot be read; codes, dates and counts can"
        )
        return None, "", [one.path for one in copies]
    if not copying.is_whole(latest):
        raise backup.DamagedError(f"the copy of the keys {latest.path} is damaged; nothing was restored")
    found.keys = str(latest.path)
    return latest.path, latest.key_mark, [one.path for one in copies]


def _fill(
    settings: Settings,
    copy: Path,
    part: Path,
    manifest: backup.Manifest,
    chosen: Path | None,
    mark: str,
    key_file: Path | None,
    known: dict[str, str],
    found: Restored,
) -> None:
    """Everything that the restored folder holds before it is started."""
    from pathways.journey import copying

    backup.place_database(copy, part, manifest)
    restored = settings_of(part)
    found.keys_withheld = copying.place(chosen, restored.key_store_path, register=known)
    if chosen is None:
        return  # a new key-encryption key is made at the start: there is nothing that another would open
    backup.place_heads(copy, restored)
    missing = backup.place_key(settings, part, mark, key_file)
    if missing:
        found.missing.append(missing.replace(str(part), str(found.data)))
        found.missing.append("whoever was erased after this copy was made is emptied when it has started")
        found.is_startable = False
    if mark:
        credentials.write_private(credentials.mark_path(restored), "\n".join(mark.split()).encode())


def settings_of(data: Path) -> Settings:
    """The settings of a folder that stands by itself, whatever this installation's own are."""
    keep = Settings.model_fields
    return Settings.model_construct(
        **{name: each.get_default(call_default_factory=True) for name, each in keep.items()} | {"data": data}
    )


def _finish(settings: Settings, data: Path, found: Restored, *, is_lost: bool) -> None:
    """Starts the restored database for a moment, and does again what was erased since."""
    with started(data):
        environment = alone(settings, data)
        call(environment, "pathways.cli.migrating", "--without-files", as_owner=True)
        if is_lost:
            call(environment, "pathways.cli.preparing", "restored-give-up")
        said = call(environment, "pathways.cli.preparing", "restored-erase-again")
        found.erased_again = said["erased"]


@contextlib.contextmanager
def started(data: Path) -> Iterator[cluster.Cluster]:
    with folder.held(data):
        made = cluster.Cluster(data)
        made.start()
        try:
            yield made
        finally:
            made.stop()


def alone(settings: Settings, data: Path) -> dict[str, str]:
    """For processes of a folder that stands by itself: nothing of this installation is named to them."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PATHWAYS_")}
    stamp = folder.read_stamp(data)
    is_demonstration = stamp is not None and stamp.kind is folder.Kind.DEMONSTRATION
    there = data / "keys" / "key-encryption-key"
    given = {"PATHWAYS_KEY": settings.key.get_secret_value()} if settings.key and not there.is_file() else {}
    return {
        **kept,
        **given,
        "PATHWAYS_DATA": str(data),
        "PATHWAYS_CONFIG": os.devnull,
        "PATHWAYS_SYNTHETIC": "1" if is_demonstration else "0",
        "DJANGO_SETTINGS_MODULE": "pathways.web.settings",
    }


def call(environment: dict[str, str], module: str, *words: str, as_owner: bool = False) -> Any:
    """One of our modules to its end, and what it printed as JSON."""
    done = subprocess.run(  # noqa: S603
        [python(), "-m", module, *words],
        env={**environment, "PATHWAYS_AS_OWNER": "1" if as_owner else "0"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1].strip()
        raise OwnFailureError(f"{module} failed: {last.partition(':')[0]}")
    lines = done.stdout.strip().splitlines()
    return json.loads(lines[-1]) if lines else None


# ---------------------------------------------------------------------- drill


def drill(settings: Settings, json_file: Path | None) -> None:
    import typer

    from pathways.cli.plain import FOUND_WRONG

    console = Console(highlight=False, soft_wrap=True)
    found = _drill(settings, console.print)
    files.write_json(json_file, found)
    seconds = found["seconds"]
    console.print(
        f"Copied in {seconds['backup']:.1f} s, restored and checked in {seconds['restore']:.1f} s, answering"
        f" after {seconds['start']:.1f} s more: {found['tables']} tables, {found['rows']} rows,"
        f" {found['events']} events; {found['opened']} sealed values opened."
    )
    for line in found["differences"]:
        console.print(f"[bold red]wrong[/] {line}")
    console.print("The rehearsal went well." if found["ok"] else "[bold red]The copy cannot be relied on.[/]")
    if not found["ok"]:
        raise typer.Exit(FOUND_WRONG)


def _drill(settings: Settings, say: Say) -> dict[str, Any]:
    """Copies the programme, brings the copy back in a folder of its own, and holds the two together."""
    if not settings.is_embedded:
        raise RefusalError(
            "a rehearsal needs the embedded database; for PATHWAYS_DATABASE_URL rehearse with your server's"
            " own means"
        )
    began = time.monotonic()
    wrong: list[str] = []
    place = Path(tempfile.mkdtemp(prefix="pathways-drill-"))
    try:
        place.chmod(0o711)
        environment = {**os.environ, "PATHWAYS_DATA": str(settings.data)}
        environment["DJANGO_SETTINGS_MODULE"] = "pathways.web.settings"
        with _running(settings) as live:
            canary = call(environment, "pathways.cli.preparing", "restored-seal-canary")
            before = _counts(live)
            made = _back_up(settings, place / "copy", place / "keys", 1, say)
            after = _counts(live)
        data = place / "restored"
        found = _restore(
            settings, place / "copy", data, keys=place / "keys", key_file=None, register=None, say=say
        )
        wrong += found.missing
        again = time.monotonic()
        with started(data) as restored:
            start_seconds = time.monotonic() - again
            theirs = alone(settings, data)
            opened = call(theirs, "pathways.cli.preparing", "restored-open-canary", canary["sealed"])
            if opened["plain"] != canary["plain"]:
                wrong.append("what was sealed for this rehearsal does not open in the copy")
            some = call(theirs, "pathways.cli.preparing", "restored-read")
            counts = _counts(restored)
        if some["broken"]:
            wrong.append(f"{some['broken']} sealed values do not open in the copy")
        wrong += _differences(before, after, counts)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return {
        "ok": not wrong,
        "tables": len(counts),
        "rows": sum(counts.values()),
        "moved": sorted(name for name in before if before[name] != after.get(name)),
        "events": counts.get("journey_event", 0) + counts.get("access_event", 0),
        "canary": opened["plain"] == canary["plain"],
        "opened": some["opened"],
        "erased": some["erased"],
        "differences": wrong,
        "size": made["size"],
        "seconds": {
            "backup": made["seconds"],
            "restore": found.seconds,
            "start": start_seconds,
            "whole": time.monotonic() - began,
        },
    }


def _counts(one: cluster.Cluster) -> dict[str, int]:
    """How many rows each table has. As the superuser, whom row security does not bind; nothing is read."""
    said = one.superuser_parameters() | {"dbname": database.DATABASE}
    with psycopg.connect(psycopg.conninfo.make_conninfo("", **said)) as link:
        link.execute("set transaction isolation level repeatable read")
        names = [
            name
            for (name,) in link.execute(
                "select tablename from pg_tables where schemaname = 'public' order by 1"
            )
        ]
        found = {}
        for name in names:
            if name not in _NOT_COUNTED:
                query = sql.SQL("select count(*) from {}").format(sql.Identifier(name))
                row = link.execute(query).fetchone()
                found[name] = int(row[0]) if row else 0
        return found


def _differences(before: dict[str, int], after: dict[str, int], copy: dict[str, int]) -> list[str]:
    """Where the copy has another number of rows than the programme had while it was being made.

    A table that stood still must be equal. One that moved meanwhile must lie between the two; the copy's own
    events (one for each record that was emptied again) are its own.
    """
    wrong = []
    for name in sorted(set(before) | set(copy)):
        low, high = sorted((before.get(name, 0), after.get(name, 0)))
        if not low <= copy.get(name, 0) <= high:
            wrong.append(f"{name}: {copy.get(name, 0)} rows in the copy, {low} to {high} in the programme")
    return wrong
