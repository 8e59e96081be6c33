"""Secrets that an installation makes for itself: each in a file of its own that only its user can read."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings


@dataclass(frozen=True, slots=True)
class Passwords:
    """The passwords of the database roles. Shown to nobody, typed by nobody."""

    superuser: str
    owner: str
    app: str
    analyst: str

    def __repr__(self) -> str:
        return "Passwords(…)"


def passwords_path(data: Path) -> Path:
    return data / "keys" / "database.json"


def read_passwords(data: Path) -> Passwords | None:
    path = passwords_path(data)
    if not path.is_file():
        return None
    return Passwords(**json.loads(path.read_text("utf-8")))


def make_passwords(data: Path) -> Passwords:
    """The passwords of this folder, made at the first call and the same ever after."""
    if existing := read_passwords(data):
        return existing
    made = Passwords(*(secrets.token_urlsafe(32) for _ in range(4)))
    write_private(passwords_path(data), json.dumps(asdict(made)).encode())
    return made


def make_secret(path: Path, *, size: int = 32) -> bytes:
    """`size` random bytes kept at `path` as URL-safe base64 text, made when the file is absent.

    Returns the text as it stands in the file, without a line end.
    """
    if not path.exists():
        write_private(path, (secrets.token_urlsafe(size) + "\n").encode())
    return path.read_bytes().strip()


def write_private(path: Path, content: bytes) -> None:
    """Write whole or not at all, readable by its owner only, and on the disk before we return."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


WRONG_KEY = "the key-encryption key is not the one that these records were sealed with; put that one back"


def make_key(settings: Settings) -> bytes:
    """The key-encryption key as base64 text, made at the very first start and checked at every other.

    Beside the wrapped data keys lies a mark of the key that they were wrapped with; two, while it is being
    changed. Raises RefusalError when that key is gone or is another one: a new key would make every record
    unreadable without saying so.
    """
    path = mark_path(settings)
    is_here = settings.key is not None or settings.key_path.is_file()
    if path.is_file() and not is_here:
        raise RefusalError(
            f"the key-encryption key {settings.key_path} is missing; without it no record can be read:"
            " put it back from where you keep its copy"
        )
    key = settings.key.get_secret_value().encode() if settings.key else make_secret(settings.key_path)
    if not path.is_file():
        write_private(path, key_mark(key))
    elif not _is_marked(path, key):
        raise RefusalError(WRONG_KEY)
    return key


def is_right_key(settings: Settings) -> bool:
    """Whether the key that is here is the one that the records were sealed with. Makes nothing."""
    path = mark_path(settings)
    if not path.is_file():
        return True
    key = settings.key.get_secret_value().encode() if settings.key else settings.key_path.read_bytes()
    return _is_marked(path, key)


def _is_marked(path: Path, key: bytes) -> bool:
    mark = key_mark(key)
    return any(hmac.compare_digest(known, mark) for known in path.read_bytes().split())


def mark_path(settings: Settings) -> Path:
    return settings.key_store_path / "key-mark"


def key_mark(key: bytes) -> bytes:
    """By what a key-encryption key is recognised without being known."""
    return hashlib.sha256(b"soc-pathways key mark\0" + key.strip()).hexdigest()[:32].encode()


def next_key_path(settings: Settings) -> Path:
    """Where the next key-encryption key lies while the data keys are wrapped again."""
    return settings.key_path.with_name(f"{settings.key_path.name}.next")


def keys_here(settings: Settings) -> list[bytes]:
    """The key-encryption keys that may fit, the one that holds first, as base64 text.

    Read afresh at each call, so that a process finds the one it was changed to. Made when this is the very
    first use of the folder.
    """
    if settings.key is not None:
        return [settings.key.get_secret_value().encode()]
    found = []
    for path in (settings.key_path, next_key_path(settings), settings.key_path):
        try:
            found.append(path.read_bytes().strip())
        except FileNotFoundError:
            continue
    return list(dict.fromkeys(found)) or [make_key(settings)]
