"""Two programs by turns in one run: how long each takes, and the ratio of their medians."""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
Work = Callable[[], Any]


@dataclass
class Taken:
    """What several turns of one program took, in seconds by the clock and of the processor."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def note(self, clock: float, processor: float) -> None:
        self.clock.append(clock)
        self.processor.append(processor)

    def __str__(self) -> str:
        clock, processor = statistics.median(self.clock), statistics.median(self.processor)
        return f"{clock:.4g} s ({processor:.4g} s of processor)"


class AbsentError(Exception):
    """The other program is not there to be compared with."""


class Peers:
    """The other programs behind the interpreter that has them; asked one thing at a time."""

    def __init__(self, python: str) -> None:
        self._python = Path(python).absolute()
        self._process: subprocess.Popen[str] | None = None
        self._place: tempfile.TemporaryDirectory[str] | None = None

    def ask(self, what: str, **with_: Any) -> dict[str, Any]:
        """Raises AbsentError when the package, or the interpreter, is not there."""
        if self._process is None:
            if not self._python.exists():
                raise AbsentError(f"{self._python} is not there")
            # without the paths of this environment, or its packages would be found there
            outside = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
            self._place = tempfile.TemporaryDirectory()  # solvers leave files where they are started
            self._process = subprocess.Popen(
                [str(self._python), str(HERE / "peers.py")],
                cwd=self._place.name,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=outside,
            )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what} | with_) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"failed": "it ended"}')
        if "absent" in said:
            raise AbsentError(said["absent"])
        if "failed" in said:
            raise RuntimeError(f"{what}: {said['failed']}")
        return said

    def end(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(timeout=30)
        if self._place is not None:
            self._place.cleanup()


def once(work: Work, into: Taken) -> Any:
    """One turn of our own."""
    gc.collect()
    began, spent = time.perf_counter(), time.process_time()
    found = work()
    into.note(time.perf_counter() - began, time.process_time() - spent)
    return found


class Said:
    """The lines of a run, and whether everything promised was met."""

    def __init__(self) -> None:
        self.is_met = True

    def line(self, words: str) -> None:
        print(f"  {words}", flush=True)

    def ratio(self, what: str, ours: Taken, theirs: Taken, *, most: float) -> None:
        """Ours against the other, at most so many times as long, by the medians of the clock."""
        clock = statistics.median(ours.clock) / statistics.median(theirs.clock)
        processor = statistics.median(ours.processor) / max(statistics.median(theirs.processor), 1e-9)
        self.line(f"ours {ours}, theirs {theirs}")
        words = f"{what}: {clock:.3f} times by the clock, {processor:.3f} of processor (at most {most:g})"
        self.judge(words, clock <= most)

    def judge(self, words: str, is_met: bool) -> None:
        self.line(f"{words}: {'met' if is_met else 'MISSED'}")
        self.is_met &= is_met

    def absent(self, error: AbsentError) -> None:
        """Nothing to compare with is nothing shown."""
        self.line(f"NOT COMPARED: {error} (see the README for what to install, and --peers)")
        self.is_met = False


def load() -> str:
    version = sys.version.split()[0]
    return f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors, Python {version}"
