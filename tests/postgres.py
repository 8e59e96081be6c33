"""The PostgreSQL of the tests: migrated once, kept while the schema stays the same, copied per run."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pathways.installation import cluster, folder

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "build" / "tests"
SHAPING = (
    "src/pathways/records",
    "src/pathways/domain",
    "src/pathways/installation",
    "src/pathways/journey/installing.py",
    "src/pathways/web/settings.py",
    "requirements.lock",
)
"""What the database's tables, constraints and row security are made from."""


def own_data() -> Path:
    """The data folder of this test process: one for each worker."""
    return PLACE / f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{os.getpid()}"


def mark() -> str:
    """Changes whenever anything that shapes the database changes."""
    digest = hashlib.sha256()
    for name in SHAPING:
        path = ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.suffix in {".py", ".sql", ".json", ".toml", ".csv", ".lock"}:
                digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def pattern() -> Path:
    """A stopped, migrated and walled data folder to copy from."""
    wanted = PLACE / f"pattern-{mark()}"
    with _alone():
        if not wanted.exists():
            _sweep(keep=wanted)
            part = PLACE / f"pattern-{os.getpid()}.part"
            remove(part)
            folder.prepare(part, folder.Kind.LIVE)
            made = cluster.Cluster(part, durable=False)
            with folder.held(part):
                made.start()
                try:
                    migrate(part)
                finally:
                    made.stop()
            part.rename(wanted)
        os.utime(wanted)
    return wanted


def migrate(data: Path) -> None:
    environment = {**os.environ, "PATHWAYS_DATA": str(data), "PYTHONPATH": str(ROOT / "src")}
    environment.pop("PATHWAYS_DATABASE_URL", None)
    command = [sys.executable, "-m", "pathways.cli.migrating", "--without-files"]
    subprocess.run(command, env=environment, check=True, cwd=ROOT)


def copy(source: Path, to: Path) -> None:
    """With owners and modes, which PostgreSQL insists on."""
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(to)], check=True)


def remove(data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)


def _sweep(*, keep: Path) -> None:
    """Older patterns, and copies that a killed run left, go after an hour."""
    for path in PLACE.iterdir():
        if path.is_dir() and path != keep and path.stat().st_mtime < time.time() - 3600:
            remove(path)
