"""Copies of the keys: apart from the copies of the database, and short-lived, so that erasing reaches them.

A record that was erased could be read again from an old copy of the database with an old copy of its key. So
a copy of the keys lives for some days only; every later copy carries the register of what was destroyed; and
a restore brings back no key that the register names. The register holds marks that name nobody.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pathways.installation import credentials
from pathways.installation.refusal import RefusalError
from pathways.records import keys

#: The name of the key store within its folder.
STORE = "data-keys.sqlite"
_SUFFIX = ".keys"


@dataclass(frozen=True, slots=True)
class KeyCopy:
    """One copy of the keys, as its own note beside it says."""

    path: Path
    made_at: datetime
    expires_at: datetime
    sha256: str
    key_mark: str
    count: int

    def is_over(self, *, at: datetime) -> bool:
        return at >= self.expires_at


def make(*, store: Path, place: Path, days: int, key_mark: str, at: datetime) -> KeyCopy:
    """Copies the key store as it is in use. Raises RefusalError when it cannot."""
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = place / f"{at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}{_SUFFIX}"
        part = path.with_name(f".{path.name}")
        try:
            count = keys.copy(store, part)
            digest = hashlib.sha256(part.read_bytes()).hexdigest()
            made = KeyCopy(path, at, at + timedelta(days=days), digest, key_mark, count)
            credentials.write_private(_note(path), json.dumps(_said(made), indent=1).encode())
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise RefusalError(f"the keys cannot be copied to {place}: {error.strerror}") from None
    except keys.KeyTrouble as trouble:
        raise RefusalError(f"the key store cannot be copied: {trouble}") from None
    return made


def prune(place: Path, *, at: datetime) -> list[str]:
    """Destroys the copies whose time is over, the keys before the notes. Their names."""
    gone = []
    for copy in found(place):
        if copy.is_over(at=at):
            copy.path.unlink(missing_ok=True)
            _note(copy.path).unlink(missing_ok=True)
            gone.append(copy.path.name)
    return gone


def found(place: Path) -> list[KeyCopy]:
    """The copies in a folder, the latest first. A note whose copy is gone is left out."""
    copies = []
    for path in place.glob(f"*{_SUFFIX}") if place.is_dir() else ():
        try:
            said = json.loads(_note(path).read_text("utf-8"))
            copies.append(
                KeyCopy(
                    path,
                    datetime.fromisoformat(said["made_at"]),
                    datetime.fromisoformat(said["expires_at"]),
                    str(said["sha256"]),
                    str(said["key_mark"]),
                    int(said["count"]),
                )
            )
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted(copies, key=lambda copy: copy.made_at, reverse=True)


def latest(place: Path, *, since: datetime, at: datetime) -> KeyCopy | None:
    """The latest copy that may still be used and was made with or after a backup: it opens all of it.

    A later copy is the better one: it holds every key of before but those destroyed since.
    """
    return next((c for c in found(place) if c.made_at >= since and not c.is_over(at=at)), None)


def register_of(paths: Iterable[Path]) -> dict[str, str]:
    """What was destroyed, by all the stores and copies that are given."""
    known: dict[str, str] = {}
    for path in paths:
        try:
            for mark, at in keys.read_register(path).items():
                known[mark] = min(known.get(mark, at), at)
        except keys.KeyTrouble as trouble:
            raise RefusalError(f"{trouble}; name a key store or a copy of one") from None
    return known


def place(copy: Path | None, to: Path, *, register: dict[str, str]) -> int:
    """Lays a copy of the keys, or an empty store, into a folder, without any key that was destroyed.

    Answers how many keys the copy would have brought back and did not.
    """
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = to / STORE
    if copy is not None:
        keys.copy(copy, store)
    held = keys.hold_destroyed(store, register)
    store.chmod(0o600)
    return held


def is_whole(copy: KeyCopy) -> bool:
    """Whether a copy is what its note says."""
    return hashlib.sha256(copy.path.read_bytes()).hexdigest() == copy.sha256


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _said(copy: KeyCopy) -> dict[str, object]:
    return {
        "made_at": copy.made_at.isoformat(),
        "expires_at": copy.expires_at.isoformat(),
        "sha256": copy.sha256,
        "key_mark": copy.key_mark,
        "count": copy.count,
    }
