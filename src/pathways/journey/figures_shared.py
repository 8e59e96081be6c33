"""Figures that were made once are there for every process, and after a start: a sealed file for each kind.

What is in it is what pages show: tables that have passed disclosure control, and their pictures. It is sealed
all the same, under a key made of the key-encryption key, and bound to its name and to the programme's own
source: what another version made, or somebody changed, is as if it were not there, and is made anew.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import io
import logging
import os
import pickle
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import pathways
from pathways.installation import credentials
from pathways.records import keys

LOG = logging.getLogger("pathways.evaluation")
_NONCE: Final = 12
#: what may stand in such a file besides the programme's own tables
_PLAIN: Final = frozenset(
    {
        ("datetime", "date"), ("datetime", "datetime"), ("datetime", "timedelta"), ("datetime", "timezone"),
        ("zoneinfo", "ZoneInfo._unpickle"), ("pathlib", "PosixPath"), ("types", "MappingProxyType"),
    }
)  # fmt: skip
_OWN: Final = ("pathways.analysis.", "pathways.domain.", "pathways.journey.evaluate")


class Shared:
    """Reads and writes the files of one folder. `texts` answers the key-encryption keys that may fit."""

    def __init__(self, folder: Path, texts: Callable[[], Sequence[bytes]]) -> None:
        self._folder, self._texts = folder, texts
        self._seen: dict[str, tuple[int, int]] = {}

    def newer(self, name: str) -> tuple[str, Any] | None:
        """Which rows were counted and what came of it, where the file is not the one that was last seen."""
        path = self._path(name)
        try:
            stamp = _stamp(path)
            if self._seen.get(name) == stamp:
                return None
            content = path.read_bytes()
        except OSError:
            return None
        self._seen[name] = stamp
        for key in self._keys():
            try:
                plain = AESGCM(key).decrypt(content[:_NONCE], content[_NONCE:], _bound(name))
            except InvalidTag:
                continue
            try:
                rows, made = _Opened(io.BytesIO(zlib.decompress(plain))).load()
            except Exception:
                LOG.exception("figures that were kept cannot be opened, and are made anew")
                return None
            return str(rows), made
        return None

    def write(self, name: str, rows: str, made: Any) -> None:
        """Keeps what was made in place of what was there. Where it cannot be kept pages do without."""
        try:
            plain = zlib.compress(pickle.dumps((rows, made), protocol=5))
            nonce = os.urandom(_NONCE)
            sealed = AESGCM(self._keys()[0]).encrypt(nonce, plain, _bound(name))
            credentials.write_private(self._path(name), nonce + sealed)
            self._seen[name] = _stamp(self._path(name))
        except Exception:
            LOG.exception("figures could not be kept for other processes")

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """One process makes a kind of figures at a time: others wait, and then find them made."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._folder / f".{name}.making", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            yield
            return
        try:
            flock(handle, LOCK_EX)
            yield
            flock(handle, LOCK_UN)
        finally:
            os.close(handle)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.sealed"

    def _keys(self) -> list[bytes]:
        found = [keys.read_key(text.decode()) for text in self._texts()]
        return [hmac.new(key, b"figures of the evaluation", hashlib.sha256).digest() for key in found]


class _Opened(pickle.Unpickler):
    """Opens the programme's own tables, and nothing else that a file could name."""

    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name) if module.startswith(_OWN) else None
        if isinstance(found, type) and found.__module__ == module:
            return found  # of its own, and nothing that the module has from elsewhere
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} has no place among figures")


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def _bound(name: str) -> bytes:
    return f"{name}|{source()}".encode()


@functools.cache
def source() -> str:
    """A mark of the programme's own source: tables of another shape are never taken for these."""
    found = hashlib.sha256(pathways.__version__.encode())
    root = Path(pathways.__file__).parent
    for folder in ("analysis", "domain", "journey"):
        for path in sorted((root / folder).rglob("*.py")):
            found.update(str(path.relative_to(root)).encode())
            found.update(path.read_bytes())
    return found.hexdigest()
