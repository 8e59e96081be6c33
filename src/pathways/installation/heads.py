"""The signed heads of the ledger, in files that the database cannot reach.

A head says: at this moment the first `size` events had this root. It is signed with the installation's
Ed25519 key, which lies wrapped beside the data keys, and carries the hash of the head before it, so that a
missing one shows. The file is only ever added to; partners keep heads of their own as witness.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pathways.installation import credentials
from pathways.installation.refusal import RefusalError

_SIGNED = b"SOC Pathways ledger head 1\n"
_WRAPPED_FOR = b"pathways|ledger-key"
_NONCE = 12
FIRST = bytes(32)
"""What the first head names as the head before it."""


class HeadUnreadable(Exception):
    """A text is not a head: it was cut, changed, or never was one."""


@dataclass(frozen=True, slots=True)
class Head:
    """The state of the ledger at one moment, as signed."""

    size: int
    root: bytes
    at: datetime
    key: bytes
    before: bytes
    signature: bytes = b""

    def _said(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "root": self.root.hex(),
            "at": self.at.isoformat(),
            "key": base64.b64encode(self.key).decode(),
            "before": self.before.hex(),
        }

    def signed_bytes(self) -> bytes:
        return _SIGNED + json.dumps(self._said(), sort_keys=True, separators=(",", ":")).encode()

    def as_dict(self) -> dict[str, Any]:
        return self._said() | {"signature": base64.b64encode(self.signature).decode()}

    def line(self) -> bytes:
        return json.dumps(self.as_dict(), separators=(",", ":")).encode() + b"\n"

    def mark(self) -> bytes:
        """What the next head names this one by."""
        return hashlib.sha256(self.line()).digest()

    def is_signed(self) -> bool:
        """Whether the signature is that of the key that the head names, whosever key that is."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(self.signature, self.signed_bytes())
        except (InvalidSignature, ValueError):
            return False
        return True


def read(text: str | bytes) -> Head:
    """A head from its JSON. Raises HeadUnreadable."""
    try:
        said = json.loads(text)
        found = Head(
            int(said["size"]),
            bytes.fromhex(said["root"]),
            datetime.fromisoformat(said["at"]),
            base64.b64decode(said["key"], validate=True),
            bytes.fromhex(said["before"]),
            base64.b64decode(said["signature"], validate=True),
        )
    except (ValueError, KeyError, TypeError):
        raise HeadUnreadable("this is not a head of the ledger") from None
    if found.size < 0 or len(found.root) != 32 or len(found.key) != 32 or len(found.before) != 32:
        raise HeadUnreadable("this is not a head of the ledger")
    return found


class Signer:
    """The installation's signing key: made at first use, wrapped by the key-encryption key.

    `keys` are the key-encryption keys that may fit, the one that holds first. Raises RefusalError when none
    opens the wrapped key.
    """

    def __init__(self, folder: Path, keys: Sequence[bytes]) -> None:
        wrapped, public = _wrapped_path(folder), folder / "ledger-key.pub"
        if not wrapped.exists():
            _wrap(folder, Ed25519PrivateKey.generate().private_bytes_raw(), keys[0])
        self._key = Ed25519PrivateKey.from_private_bytes(_opened(folder, keys))
        self.public = self._key.public_key().public_bytes_raw()
        if not public.exists() or public.read_bytes() != self.public:
            credentials.write_private(public, self.public)

    def sign(self, head: Head) -> Head:
        signature = self._key.sign(head.signed_bytes())
        return Head(head.size, head.root, head.at, head.key, head.before, signature)


def _wrapped_path(folder: Path) -> Path:
    return folder / "ledger-key"


def _wrap(folder: Path, plain: bytes, key: bytes) -> None:
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, plain, _WRAPPED_FOR)
    credentials.write_private(_wrapped_path(folder), sealed)


def _opened(folder: Path, keys: Sequence[bytes]) -> bytes:
    blob = _wrapped_path(folder).read_bytes()
    for key in keys:
        try:
            return AESGCM(key).decrypt(blob[:_NONCE], blob[_NONCE:], _WRAPPED_FOR)
        except InvalidTag:
            continue
    raise RefusalError("the key that signs the ledger was wrapped by another key-encryption key")


def wrap_again(folder: Path, keys: Sequence[bytes], new: bytes) -> None:
    """Wraps the signing key with a new key-encryption key; once more changes nothing that matters."""
    if _wrapped_path(folder).exists():
        _wrap(folder, _opened(folder, [*keys, new]), new)


def public_key(folder: Path) -> bytes | None:
    """The public half of the installation's key; None before the first head."""
    try:
        return (folder / "ledger-key.pub").read_bytes()
    except OSError:
        return None


class Heads:
    """The heads file of one installation and, beside it, what the next head is made from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "heads.jsonl"

    def lines(self) -> Iterator[bytes]:
        """Every line that was written whole. What a crash left half is no head, and is written over."""
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        with file:
            for line in file:
                if line.endswith(b"\n"):
                    yield line

    def last(self) -> Head | None:
        """The newest head. Raises HeadUnreadable when the last line is not one."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
                whole = [line for line in file.read().splitlines(keepends=True) if line.endswith(b"\n")]
        except FileNotFoundError:
            return None
        return read(whole[-1]) if whole else None

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Holds the file for one sealer of this machine; False when another has it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True
        finally:
            os.close(descriptor)

    def add(self, head: Head) -> None:
        """Writes one head, on the disk before we return."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            if end:
                back = min(end, 8192)
                file.seek(end - back)
                end = end - back + file.read(back).rfind(b"\n") + 1  # what a crash left half goes
            file.seek(end)
            file.truncate()
            file.write(head.line())
            file.flush()
            os.fsync(file.fileno())

    def notes(self) -> dict[str, Any] | None:
        """What the sealer noted beside the last head, so as to go on from it; None when it cannot be read."""
        try:
            said = json.loads((self.folder / "tree.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return said if isinstance(said, dict) else None

    def note(self, said: dict[str, Any]) -> None:
        credentials.write_private(self.folder / "tree.json", json.dumps(said).encode())
