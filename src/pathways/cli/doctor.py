"""`pathways doctor`: what works and what does not, each in one line, without changing anything."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import psycopg
from rich.console import Console

from pathways import __version__
from pathways.cli import files, live
from pathways.domain.governance.policy import Resource
from pathways.installation import cluster, credentials, database, folder, heads, roles
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings

LEAST_DISK = 2 * 1024**3
LATE = 600
"""Seconds after which events that still wait to be sealed mean that the sealer does not work."""


class Found(StrEnum):
    """How a check ended. Only WRONG makes the examination fail."""

    WORKS = "works"
    WITHOUT = "without"
    NOT_TRIED = "not tried"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    found: Found
    said: str


Check = Callable[[Settings], Finding]


def run(settings: Settings, json_file: Path | None) -> None:
    import typer

    from pathways.cli.plain import FOUND_WRONG

    settings = live.nearest(settings)
    findings = examine(settings)
    console = Console(highlight=False, soft_wrap=True)
    colours = {
        Found.WORKS: "green",
        Found.WITHOUT: "yellow",
        Found.NOT_TRIED: "yellow",
        Found.WRONG: "bold red",
    }
    for one in findings:
        console.print(f"[{colours[one.found]}]{one.found.value:<10}[/] {one.name:<14} {one.said}")
    if json_file is not None:
        write(json_file, settings, findings)
    if any(one.found is Found.WRONG for one in findings):
        raise typer.Exit(FOUND_WRONG)


def write(path: Path, settings: Settings, findings: list[Finding]) -> None:
    """The findings as JSON, whole or not at all."""
    result = {
        "version": __version__,
        "data": str(settings.data),
        "ok": all(one.found is not Found.WRONG for one in findings),
        "checks": [asdict(one) for one in findings],
    }
    files.write_json(path, result)


def examine(settings: Settings) -> list[Finding]:
    return [
        check(settings)
        for check in (version, data_folder, keys, disk, *DATABASE_CHECKS, assets, pdf, browser)
    ]


# ---------------------------------------------------------------------- what is installed


def version(settings: Settings) -> Finding:
    return Finding("version", Found.WORKS, __version__)


def data_folder(settings: Settings) -> Finding:
    data = settings.data
    try:
        stamp = folder.read_stamp(data)
    except (RefusalError, OSError) as error:
        return Finding("data folder", Found.WRONG, str(error))
    if stamp is None:
        return Finding(
            "data folder", Found.NOT_TRIED, f"{data} has not been made yet: `pathways up` makes it"
        )
    if stamp.format > folder.FORMAT:
        return Finding("data folder", Found.WRONG, f"{data} belongs to a newer version ({stamp.version})")
    if not os.access(data, os.W_OK):
        return Finding("data folder", Found.WRONG, f"{data} cannot be written by this user")
    if earlier := folder.is_of_earlier_version(data):
        return Finding("data folder", Found.WORKS, f"{data} is of version {earlier}, to be upgraded")
    mode = stat.S_IMODE(data.stat().st_mode)
    if mode & 0o067:
        return Finding("data folder", Found.WRONG, f"{data} can be read by others (mode {mode:o})")
    use = "in use" if folder.is_held(data) else "not in use"
    return Finding("data folder", Found.WORKS, f"{data}, {stamp.kind}, {use}")


def keys(settings: Settings) -> Finding:
    """The key-encryption key, without which nobody's record can be read."""
    if folder.read_stamp_or_none(settings.data) is None:
        return Finding("keys", Found.NOT_TRIED, "made at the first start")
    loose = [path.name for path in _secrets(settings) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if loose:
        return Finding("keys", Found.WRONG, f"{', '.join(loose)} can be read by others")
    if settings.key is None and not settings.key_path.is_file():
        return Finding("keys", Found.WRONG, f"the key-encryption key {settings.key_path} is missing")
    if not credentials.is_right_key(settings):
        return Finding("keys", Found.WRONG, credentials.WRONG_KEY)
    if credentials.next_key_path(settings).is_file():
        said = "a change of the key-encryption key was interrupted: run `pathways keys rotate` again"
        return Finding("keys", Found.WRONG, said)
    return Finding("keys", Found.WORKS, "the key-encryption key is here, readable by this user only")


def _secrets(settings: Settings) -> list[Path]:
    paths = [settings.key_path, settings.session_secret_path, credentials.passwords_path(settings.data)]
    return [path for path in paths if path.is_file()]


def disk(settings: Settings) -> Finding:
    place = settings.data
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    said = f"{free / 1024**3:.1f} GiB free"
    return Finding("disk", Found.WORKS if free >= LEAST_DISK else Found.WRONG, said)


# ---------------------------------------------------------------------- the database


def _database(name: str, ask: Callable[[Settings], Finding]) -> Check:
    """A check that needs the database: not tried while the embedded one does not run."""

    def check(settings: Settings) -> Finding:
        if settings.is_embedded and cluster.Cluster(settings.data).pid() is None:
            return Finding(
                name, Found.NOT_TRIED, "the embedded database is not running: start it and ask again"
            )
        try:
            return ask(settings)
        except psycopg.Error as error:
            line = (str(error).strip().splitlines() or ["no reason given"])[0]
            return Finding(name, Found.WRONG, line)

    return check


def _connect(settings: Settings) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(**database.parameters(database.Role.APP, settings), connect_timeout=10)


def _answers(settings: Settings) -> Finding:
    with _connect(settings) as connection:
        number = connection.info.server_version
    said = f"PostgreSQL {number // 10000}.{number % 10000}, {'embedded' if settings.is_embedded else 'given'}"
    return Finding("database", Found.WORKS if number >= roles.OLDEST else Found.WRONG, said)


def _role(settings: Settings) -> Finding:
    found = roles.standing(settings)
    if found.faults:
        return Finding("database role", Found.WRONG, f"{found.name} {' and '.join(found.faults)}")
    return Finding("database role", Found.WORKS, f"{found.name} owns nothing and cannot bypass row security")


def _row_security(settings: Settings) -> Finding:
    query = """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND c.relforcerowsecurity
    """
    wanted = {resource.value for resource in Resource}
    with _connect(settings) as connection:
        forced = {str(name) for (name,) in connection.execute(query).fetchall()}
    if missing := wanted - forced:
        return Finding("row security", Found.WRONG, f"not forced on {', '.join(sorted(missing))}")
    return Finding("row security", Found.WORKS, f"forced on all {len(wanted)} tables about people")


def _ledger(settings: Settings) -> Finding:
    """Whether the log is being sealed; whether it is what it was, is asked of `pathways audit verify`."""
    try:
        last = heads.Heads(settings.heads_path).last()
    except heads.HeadUnreadable:
        return Finding("ledger", Found.WRONG, "the heads file does not end in a head: run audit verify")
    with _connect(settings) as connection:
        connection.execute("select set_config('pathways.role', 'sealing', true)")
        row = connection.execute(
            "select (select count(*) from event_unsealed),"
            " (select coalesce(max(position), -1) + 1 from event_seal), now()"
        ).fetchone()
    assert row is not None
    waiting, sealed, now = row
    if last is None:
        said = f"no head has been signed yet; {waiting} events wait to be sealed"
        return Finding("ledger", Found.WRONG if sealed else Found.NOT_TRIED if waiting else Found.WORKS, said)
    assert isinstance(sealed, int) and isinstance(now, datetime)
    if sealed < last.size:
        said = f"{sealed} events are sealed, {last.size} were: run audit verify"
        return Finding("ledger", Found.WRONG, said)
    age = max(0, int((now - last.at).total_seconds()))
    said = f"{last.size} events under the last head, signed {_age(age)} ago; {waiting} wait to be sealed"
    is_late = bool(waiting) and age > LATE and folder.is_held(settings.data)
    return Finding("ledger", Found.WRONG if is_late else Found.WORKS, said)


def _age(seconds: int) -> str:
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{seconds // size} {word}{'' if seconds // size == 1 else 's'}"
    return f"{seconds} seconds"


DATABASE_CHECKS: tuple[Check, ...] = (
    _database("database", _answers),
    _database("database role", _role),
    _database("row security", _row_security),
    _database("ledger", _ledger),
)


# ---------------------------------------------------------------------- what the pages need


def assets(settings: Settings) -> Finding:
    vendor = Path(__file__).resolve().parent.parent / "web" / "static" / "vendor"
    if (vendor / "govuk-frontend" / "govuk-frontend.min.css").is_file():
        return Finding("assets", Found.WORKS, "the front-end components are served from here")
    return Finding("assets", Found.WRONG, "the front-end components are missing: run `make assets`")


def pdf(settings: Settings) -> Finding:
    if ctypes.util.find_library("pango-1.0") and ctypes.util.find_library("pangoft2-1.0"):
        return Finding("PDF", Found.WORKS, "Pango is here")
    return Finding(
        "PDF", Found.WITHOUT, "no Pango (Debian package libpangoft2-1.0-0): print from the browser"
    )


def browser(settings: Settings) -> Finding:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return Finding("browser", Found.WORKS, f"{found} (for the browser tests only)")
    return Finding(
        "browser", Found.WITHOUT, "no Chromium (Debian package chromium): only the browser tests need it"
    )
