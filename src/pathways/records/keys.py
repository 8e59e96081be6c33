"""The key store: one data key for each person at each controlling organisation, kept apart from the database.

Data keys are wrapped (AES-256-GCM) by the installation's key-encryption key. Destroying a data key makes
everything sealed with it unreadable wherever it was copied, which is how erasing works. The store is a small
SQLite file beside, never inside, the database, with short-lived backups of its own: it must be on disk before
anything sealed with a new key is committed, so it is written with full synchronisation.
"""

from __future__ import annotations

import base64
import binascii
import os
import sqlite3
import threading
from collections import OrderedDict
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_CACHE = 20_000


class KeyTrouble(Exception):
    """The key-encryption key is missing or is not the one that this store was made with."""


class KeyGone(Exception):
    """The data key was destroyed, or never was: what it sealed cannot be read again."""


class KeyStore:
    """Hands out data keys by (person, organisation), making one at first use.

    Raises KeyTrouble when the key-encryption key is wrong; KeyGone from `existing` when there is no key.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        if len(key) != 32:
            raise KeyTrouble("the key-encryption key must be 32 bytes")
        self._path = path
        self._wrap = AESGCM(key)
        self._local = threading.local()
        self._cache: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._prepare()

    def _connection(self) -> sqlite3.Connection:
        if getattr(self._local, "pid", None) != os.getpid():
            link = sqlite3.connect(self._path, timeout=30, isolation_level=None)
            link.execute("pragma journal_mode = wal")
            link.execute("pragma synchronous = full")
            link.execute("pragma secure_delete = on")
            self._local.link, self._local.pid = link, os.getpid()
        found: sqlite3.Connection = self._local.link
        return found

    def _prepare(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = not self._path.exists()
        link = self._connection()
        if fresh:
            self._path.chmod(0o600)
        link.execute(
            "create table if not exists data_key (person text not null, organisation text not null,"
            " wrapped blob not null, primary key (person, organisation)) without rowid"
        )
        link.execute("create table if not exists witness (id integer primary key, wrapped blob not null)")
        row = link.execute("select wrapped from witness where id = 1").fetchone()
        if row is None:
            link.execute(
                "insert or ignore into witness values (1, ?)", (self._wrapped(b"pathways", b"witness"),)
            )
            row = link.execute("select wrapped from witness where id = 1").fetchone()
        try:
            self._unwrapped(row[0], b"witness")
        except InvalidTag:
            raise KeyTrouble(
                f"the key-encryption key is not the one that {self._path.name} was made with"
            ) from None

    def _wrapped(self, plain: bytes, context: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._wrap.encrypt(nonce, plain, context)

    def _unwrapped(self, blob: bytes, context: bytes) -> bytes:
        return self._wrap.decrypt(blob[:_NONCE], blob[_NONCE:], context)

    def of(self, person: UUID | str, organisation: UUID | str) -> bytes:
        """The data key, made and stored now when there was none."""
        try:
            return self.existing(person, organisation)
        except KeyGone:
            name = (str(person), str(organisation))
            self._connection().execute(
                "insert or ignore into data_key values (?, ?, ?)",
                (*name, self._wrapped(AESGCM.generate_key(256), "|".join(name).encode())),
            )
            return self.existing(person, organisation)

    def existing(self, person: UUID | str, organisation: UUID | str) -> bytes:
        """The data key, or KeyGone."""
        name = (str(person), str(organisation))
        with self._lock:
            if name in self._cache:
                self._cache.move_to_end(name)
                return self._cache[name]
        row = (
            self._connection()
            .execute("select wrapped from data_key where person = ? and organisation = ?", name)
            .fetchone()
        )
        if row is None:
            raise KeyGone("there is no key for this record")
        key = self._unwrapped(row[0], "|".join(name).encode())
        with self._lock:
            self._cache[name] = key
            while len(self._cache) > _CACHE:
                self._cache.popitem(last=False)
        return key

    def destroy(self, person: UUID | str, organisation: UUID | str) -> bool:
        """Destroys the data key for ever; False when there was none."""
        name = (str(person), str(organisation))
        with self._lock:
            self._cache.pop(name, None)
        done = self._connection().execute("delete from data_key where person = ? and organisation = ?", name)
        return done.rowcount > 0

    def count(self) -> int:
        """How many data keys are held."""
        found: int = self._connection().execute("select count(*) from data_key").fetchone()[0]
        return found


def read_key(text: str) -> bytes:
    """A key-encryption key from its base64 text.

    Raises KeyTrouble when it is not base64 or not 32 bytes.
    """
    try:
        plain = text.strip()
        key = base64.urlsafe_b64decode((plain + "=" * (-len(plain) % 4)).encode())
    except (binascii.Error, ValueError):
        raise KeyTrouble("the key-encryption key is not base64") from None
    if len(key) != 32:
        raise KeyTrouble("the key-encryption key must be 32 bytes in base64")
    return key


_opened: dict[str, KeyStore] = {}
_opening = threading.Lock()


def store() -> KeyStore:
    """The installation's key store, as Django's settings name it."""
    from django.conf import settings

    path = Path(settings.PATHWAYS_KEY_STORE)
    with _opening:
        if str(path) not in _opened:
            _opened[str(path)] = KeyStore(path, read_key(settings.PATHWAYS_KEY().decode()))
        return _opened[str(path)]
