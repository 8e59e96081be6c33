"""The data folder: made private, stamped with its version and kind, and used by one start at a time."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from pathways import __version__
from pathways.installation import credentials
from pathways.installation.refusal import RefusalError

FORMAT = 2
"""How the folder is laid out. Raised when an older programme could harm a newer folder. (2: from version
0.2.0 a folder is stamped with its version when it has been brought up to it, not before.)"""


class Kind(StrEnum):
    """Fictional and real people never share a folder."""

    LIVE = "live"
    DEMONSTRATION = "demonstration"


@dataclass(frozen=True, slots=True)
class Stamp:
    format: int
    version: str
    kind: Kind


def stamp_path(data: Path) -> Path:
    return data / "installation.json"


def read_stamp(data: Path) -> Stamp | None:
    """What the folder says of itself, or None when it is not one of ours yet."""
    try:
        text = stamp_path(data).read_text("utf-8")
    except FileNotFoundError:
        return None
    try:
        said = json.loads(text)
        return Stamp(int(said["format"]), str(said["version"]), Kind(said["kind"]))
    except (ValueError, KeyError, TypeError):
        raise RefusalError(f"{stamp_path(data)} cannot be read as the stamp of a data folder") from None


def prepare(data: Path, kind: Kind) -> None:
    """Make the folder, or find it usable: writable, of this version or an older one, and of this kind.

    Raises RefusalError, and then has changed nothing.
    """
    try:
        stamp = read_stamp(data)
        if stamp is not None:
            _check(data, stamp, kind)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not data.is_dir():
            raise RefusalError(f"{data} is not a folder; name another with PATHWAYS_DATA")
        if stamp is None and _is_foreign(data):
            raise RefusalError(
                f"{data} holds files of something else; name an empty or a new folder with PATHWAYS_DATA"
            )
        if data.stat().st_mode & 0o067:
            data.chmod(0o700)  # but the account of a running database keeps its way through (0710)
        _check_writable(data)
        if stamp is None or stamp.format != FORMAT:
            # from here on an older programme refuses the folder, even if bringing it up is interrupted
            _write(data, Stamp(FORMAT, stamp.version if stamp else __version__, kind))
    except OSError as error:
        raise RefusalError(_unwritable(data, error)) from None


def is_of_earlier_version(data: Path) -> str:
    """The version whose folder this is, when it is not ours yet; else ""."""
    stamp = read_stamp(data)
    return stamp.version if stamp is not None and stamp.version != __version__ else ""


def brought_up(data: Path) -> None:
    """Say that everything in the folder is of this version now."""
    stamp = read_stamp(data)
    if stamp is not None and stamp.version != __version__:
        _write(data, Stamp(FORMAT, __version__, stamp.kind))


def _write(data: Path, stamp: Stamp) -> None:
    text = json.dumps(asdict(stamp), indent=1) + "\n"
    credentials.write_private(stamp_path(data), text.encode())


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _check(data: Path, stamp: Stamp, kind: Kind) -> None:
    if stamp.format > FORMAT or _numbers(stamp.version) > _numbers(__version__):
        raise RefusalError(
            f"{data} belongs to a newer version ({stamp.version}) than this one ({__version__});"
            " install that version, nothing was changed"
        )
    if stamp.kind != kind:
        raise RefusalError(
            f"{data} is a {stamp.kind} folder and cannot be used as a {kind} one;"
            " name another with PATHWAYS_DATA"
        )


def _is_foreign(data: Path) -> bool:
    ours = {"lock", "keys", "logs", "run", stamp_path(data).name}
    return any(entry.name not in ours and not entry.name.startswith(".") for entry in data.iterdir())


def _check_writable(data: Path) -> None:
    probe = data / f".probe.{os.getpid()}"
    try:
        probe.write_bytes(b"")
    finally:
        probe.unlink(missing_ok=True)


def _unwritable(data: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"the disk under {data} is full"
    return (
        f"the data folder {data} cannot be written ({error.strerror or error});"
        " give it to this user or name another with PATHWAYS_DATA"
    )


@contextmanager
def held(data: Path) -> Iterator[Lock]:
    """Hold the folder for this process alone. Raises RefusalError when another process has it."""
    with Lock(data) as lock:
        yield lock


class Lock:
    """One start at a time. The kernel lets go when the process ends, however it ends."""

    def __init__(self, data: Path) -> None:
        self.path = data / "lock"
        self._descriptor = -1

    def __enter__(self) -> Lock:
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RefusalError(_unwritable(self.path.parent, error)) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            said = os.read(descriptor, 500).decode("utf-8", "replace").strip()
            os.close(descriptor)
            raise RefusalError(
                f"{self.path.parent} is already in use{f' by {said}' if said else ''}; nothing was changed"
            ) from None
        self._descriptor = descriptor
        self.say(f"process {os.getpid()}")
        return self

    def say(self, what: str) -> None:
        """Leave a line for whoever finds the folder held."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, what.encode(), 0)

    def __exit__(self, *_: object) -> None:
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = -1


def is_held(data: Path) -> bool:
    """Whether some process holds the folder now."""
    try:
        descriptor = os.open(data / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def holder(data: Path) -> str:
    """What the process that holds the folder says of itself; nothing when none does."""
    if not is_held(data):
        return ""
    try:
        return (data / "lock").read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def empty(data: Path) -> None:
    """Throw a demonstration away. Raises RefusalError for anything else; the folder must be held."""
    stamp = read_stamp(data)
    if stamp is None or stamp.kind is not Kind.DEMONSTRATION:
        raise RefusalError(f"{data} is not a demonstration folder, so it is not emptied")
    for entry in data.iterdir():
        if entry.name in {"lock", stamp_path(data).name}:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def read_stamp_or_none(data: Path) -> Stamp | None:
    """The stamp, or None when there is none that can be read."""
    try:
        return read_stamp(data)
    except (RefusalError, OSError):
        return None
