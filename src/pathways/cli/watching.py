"""Keeps the processes of a running installation alive, and ends them in order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pathways.installation.cluster import stop_with_parent

LONGEST_PAUSE = 4.0
"""Seconds. Whatever goes on failing is tried at least this often: pages are to be back within ten."""
STEADY = 10.0
"""Seconds after which a process counts as well again, and its next failure as its first."""


@dataclass
class Child:
    """One process that is to run as long as we do."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    next_at: float = field(default=0.0)

    def start(self) -> None:
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                list(self.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C comes to us alone, so that we end things in order
                preexec_fn=stop_with_parent,
            )
        self.started_at = time.monotonic()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def look_after(self, say: Callable[[str], None]) -> None:
        """Start it again if it has ended: at once, and after a doubling pause with each failure in a row."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if self.next_at == 0.0:
            self._end_group(signal.SIGKILL)
            self.failures = 1 if now - self.started_at > STEADY else self.failures + 1
            pause = 0.0 if self.failures == 1 else min(LONGEST_PAUSE, 2.0 ** (self.failures - 2) / 2)
            self.next_at = now + pause
            say(f"{self.name} ended ({_ending(self.process.returncode)}); starting it again, see {self.log}")
        if now >= self.next_at:
            self.next_at = 0.0
            self.start()

    def ask_to_stop(self) -> None:
        if self.is_running and self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def wait_stopped(self, deadline: float) -> None:
        """Until the deadline; then it and whatever it started are killed."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        self._end_group(signal.SIGKILL)
        self.process.wait()

    def _end_group(self, sign: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, sign)


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"
