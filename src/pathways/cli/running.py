"""Brings an installation up, watches it, and takes it down: what `pathways demo` and `pathways up` do."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from pathways import __version__
from pathways.cli import watching
from pathways.installation import cluster, copies, credentials, database, folder, roles
from pathways.installation.refusal import OwnFailureError, RefusalError
from pathways.installation.settings import Settings, python

READY_WITHIN = 120.0
STOP_WITHIN = 8.0

#: Left by a restore that could not start what it restored, since a key was missing: no page is answered
#: before whoever was erased after the copy was made has been erased again.
ERASE_AGAIN = "keys/erase-again"


class Installation:
    """One installation on this machine, from an empty folder to pages that answer."""

    def __init__(
        self, settings: Settings, kind: folder.Kind, *, say: Callable[[str], None], fresh: bool = False
    ) -> None:
        self.settings = settings
        self.kind = kind
        self.say = say
        self.fresh = fresh
        self.data = settings.data
        self.cluster = cluster.Cluster(settings.data) if settings.is_embedded else None
        self.port = settings.port
        self.children: list[watching.Child] = []
        self._ended = threading.Event()

    # ------------------------------------------------------------------ the whole of it

    def run(self, ready: Callable[[Installation], None]) -> None:
        """Start, call `ready`, and stay until stopped. Raises RefusalError when something is in the way."""
        folder.prepare(self.data, self.kind)
        with folder.held(self.data) as lock, self._stopping_on_signals():
            self.port = free_port(self.settings.bind, self.settings.port)
            if self.fresh:
                self._stop_leftover()
                folder.empty(self.data)
                self.say("the earlier demonstration is thrown away")
            try:
                self._bring_up()
                if not self._ended.is_set():
                    lock.say(f"process {os.getpid()} at {self.address}")
                    ready(self)
                self._watch()
            finally:
                self._take_down()

    @property
    def address(self) -> str:
        host = self.settings.bind
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        return f"http://{host}:{self.port}"

    def stop(self, *_: object) -> None:
        self._ended.set()

    # ------------------------------------------------------------------ up

    def _bring_up(self) -> None:
        credentials.make_secret(self.settings.session_secret_path)
        credentials.make_key(self.settings)
        self._start_database()
        self._prepare_database()
        folder.brought_up(self.data)
        if self.cluster is None:
            roles.check(self.settings)
        if self._ended.is_set():
            return
        self._start_children()
        self._wait_for_pages()

    def _start_database(self) -> None:
        if self.cluster is None:
            roles.make_in_given(self.settings)
            return
        self._copy_before_upgrade()
        start = self.cluster.start()
        if start.made:
            self.say("a new database is made")
        elif start.recovered:
            self.say("the database was left by a crash; it has recovered, and nothing that was saved is lost")

    def _copy_before_upgrade(self) -> None:
        """Each step of an upgrade is a transaction, so one that is interrupted goes on at the next start.

        The copy is the way back when somebody wants the earlier version again.
        """
        assert self.cluster is not None
        copies.clear(self.data, now=time.time())
        earlier = folder.is_of_earlier_version(self.data)
        if not earlier or self.kind is not folder.Kind.LIVE or not (self.data / "cluster").exists():
            return
        self.cluster.stop()
        kept = copies.take(self.data, earlier)
        self.say(f"this folder is of version {earlier}; the database as it was is kept in {kept}")

    def _prepare_database(self) -> None:
        """Migrate as the owner, unless this very version has done so here already."""
        stamp = self.data / "run" / "prepared"
        mark = code_mark()
        if self.cluster is None or _text(stamp) != mark:
            self.say("bringing the database up to this version")
            self.call("pathways.cli.migrating", as_owner=True)
            stamp.parent.mkdir(mode=0o700, exist_ok=True)
            credentials.write_private(stamp, mark.encode())

        if (self.data / ERASE_AGAIN).exists():
            self.call("pathways.cli.preparing", "restored-erase-again")
            (self.data / ERASE_AGAIN).unlink()
            self.say("whoever was erased after the copy was made has been erased again")

    def call(self, module: str, *words: str, as_owner: bool = False) -> Any:
        """Run one of our modules to its end and answer what it printed as JSON, if it printed any."""
        done = subprocess.run(  # noqa: S603
            [python(), "-m", module, *words],
            env=self.environment(as_owner=as_owner),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
            start_new_session=True,
        )
        if done.returncode == 2:
            raise RefusalError(done.stderr.strip().splitlines()[-1])
        if done.returncode != 0:
            log = self.data / "logs" / f"{module.rpartition('.')[2]}.log"
            log.parent.mkdir(mode=0o700, exist_ok=True)
            credentials.write_private(log, done.stderr.encode())
            raise OwnFailureError(f"{module} failed, see {log}") from None
        lines = done.stdout.strip().splitlines()
        return json.loads(lines[-1]) if lines else None

    def environment(self, *, as_owner: bool = False) -> dict[str, str]:
        """For our processes. Those that answer pages are never given the owner's address or password."""
        said = {
            **os.environ,
            "PATHWAYS_DATA": str(self.data),
            "PATHWAYS_PORT": str(self.port),
            "PATHWAYS_BIND": self.settings.bind,
            "PATHWAYS_SYNTHETIC": "1" if self.kind is folder.Kind.DEMONSTRATION else "0",
            "PATHWAYS_AS_OWNER": "1" if as_owner else "0",
            "DJANGO_SETTINGS_MODULE": "pathways.web.settings",
            "PYTHONUNBUFFERED": "1",
        }
        if self.kind is folder.Kind.DEMONSTRATION:  # it never touches a database that we were given
            for name in (
                "PATHWAYS_DATABASE_URL",
                "PATHWAYS_APP_DATABASE_URL",
                "PATHWAYS_ANALYST_DATABASE_URL",
            ):
                said.pop(name, None)
            said["PATHWAYS_CONFIG"] = os.devnull
        elif not self.settings.is_embedded and not as_owner:
            said["PATHWAYS_DATABASE_URL"] = database.url(database.Role.APP, self.settings)
            said["PATHWAYS_APP_DATABASE_URL"] = said["PATHWAYS_DATABASE_URL"]
        return said

    def _start_children(self) -> None:
        logs = self.data / "logs"
        web = [
            *(python(), "-m", "granian", "--interface", "wsgi", "--host", self.settings.bind),
            *("--port", str(self.port), "--workers", str(self.settings.web_processes)),
            *("--blocking-threads", str(self.settings.web_threads), "--respawn-failed-workers"),
            *("--workers-kill-timeout", "5", "--no-ws", "--http", "1", "--log-level", "warning"),
            "pathways.web.wsgi:application",
        ]
        environment = self.environment()
        self.children.append(watching.Child("the web server", web, environment, logs / "web.log"))
        if importlib.util.find_spec("pathways.worker") is not None:
            worker = [python(), "-m", "pathways.worker"]
            self.children.append(watching.Child("the worker", worker, environment, logs / "worker.log"))
        for child in self.children:
            child.start()

    def _wait_for_pages(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        web = self.children[0]
        while not self._ended.is_set():
            if answers(self.settings.bind, self.port):
                return
            if not web.is_running or time.monotonic() > deadline:
                last = (_text(web.log).splitlines() or ["it gave no reason"])[-1]
                raise OwnFailureError(f"the web server did not start: {last} (see {web.log})")
            self._ended.wait(0.05)

    # ------------------------------------------------------------------ watching

    def _watch(self) -> None:
        pause = 0.5
        while not self._ended.wait(0.25):
            for child in self.children:
                child.look_after(self.say)
            if self.cluster is not None and not self.cluster.is_running:
                self.say("the database ended; starting it again")
                try:
                    self.cluster.start()
                    self.say("the database has recovered")
                    pause = 0.5
                except RefusalError as refusal:
                    self.say(f"{refusal}; trying again in {pause:.0f} s")
                    self._ended.wait(pause)
                    pause = min(pause * 2, watching.LONGEST_PAUSE)

    @contextlib.contextmanager
    def _stopping_on_signals(self) -> Iterator[None]:
        def stop(number: int, frame: FrameType | None) -> None:
            self._ended.set()

        before = {sign: signal.signal(sign, stop) for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)

    # ------------------------------------------------------------------ down

    def _take_down(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_WITHIN
        for child in self.children:
            child.wait_stopped(deadline)
        if self.cluster is not None:
            self.cluster.stop()

    def _stop_leftover(self) -> None:
        if self.cluster is not None:
            self.cluster.stop()


def leave_to_erase(data: Path) -> None:
    """The next start erases again whoever was erased after the copy was made, before it answers anything."""
    credentials.write_private(data / ERASE_AGAIN, b"")


def free_port(bind: str, port: int) -> int:
    """The port, or a free one for 0. Raises RefusalError when it is taken or the address is not ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(bind, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise RefusalError(f"{bind} is not an address of this machine") from None
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise RefusalError(
                    f"port {port} is taken by another programme; choose another with --port"
                ) from None
            if error.errno == errno.EACCES:
                raise RefusalError(
                    f"port {port} needs an administrator; choose one above 1023 with --port"
                ) from None
            raise RefusalError(f"{bind} is not an address of this machine") from None
        chosen: int = probe.getsockname()[1]
        return chosen


def answers(bind: str, port: int) -> bool:
    """Whether pages are answered there. Any page will do, a refusal as well."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def code_mark() -> str:
    """Changes whenever our own code does, so that a start with nothing to migrate is quick."""
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    package = Path(__file__).resolve().parent.parent
    for file in sorted(package.rglob("*")):
        if file.suffix in {".py", ".sql", ".json", ".toml", ".csv", ".css", ".js", ".svg"}:
            found = file.stat()
            digest.update(f"{file.relative_to(package)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
