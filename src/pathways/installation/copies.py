"""A copy of the database as it stood before an upgrade, so that there is a way back.

The copy is of the cluster alone, made while it is stopped. Her data keys are not in it: once they are
destroyed in the key store, what is in the copy cannot be read either.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from pathways.installation.refusal import RefusalError

KEPT_FOR_DAYS = 14
_SPARE = 256 * 1024**2


def place(data: Path, version: str) -> Path:
    return data / "copies" / f"before-upgrade-from-{version}"


def take(data: Path, version: str) -> Path:
    """Copies the stopped cluster, unless the copy is there already from an upgrade that was interrupted.

    Raises RefusalError, and then has changed nothing, when there is no room for it.
    """
    to = place(data, version)
    if to.exists():
        return to
    part = to.with_name(f"{to.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    to.parent.mkdir(mode=0o700, exist_ok=True)
    needed, free = _size(data / "cluster") + _SPARE, shutil.disk_usage(data).free
    if free < needed:
        raise RefusalError(
            f"before the upgrade the database is copied, which needs {needed / 1024**3:.1f} GiB, and the disk"
            f" under {data} has {free / 1024**3:.1f} GiB free; make room and start again, nothing was changed"
        )
    done = subprocess.run(  # noqa: S603
        ["cp", "-a", str(data / "cluster"), str(part)],  # noqa: S607
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode != 0:
        shutil.rmtree(part, ignore_errors=True)
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise RefusalError(f"the database could not be copied before the upgrade: {reason}")
    os.sync()
    os.utime(part)  # its age counts from now, not from when the cluster was made
    part.rename(to)
    return to


def clear(data: Path, *, now: float) -> None:
    """Old copies go: nothing about her is kept longer because a version was new. `now` is in Unix seconds."""
    oldest = now - KEPT_FOR_DAYS * 86_400
    for one in (data / "copies").glob("before-upgrade-from-*"):
        if one.stat().st_mtime < oldest:
            shutil.rmtree(one, ignore_errors=True)


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*"))
