"""The key store: one data key for each person at each controlling organisation, kept apart from the database.

Data keys are wrapped (AES-256-GCM) by the installation's key-encryption key. Destroying a data key makes
everything sealed with it unreadable wherever it was copied, which is how erasing works. The store is a small
SQLite file beside, never inside, the database, with short-lived backups of its own: it must be on disk before
anything sealed with a new key is committed, so it is written with full synchronisation.

Several processes share the file. Each keeps opened keys in memory, and looks at every use whether another
process has changed something (SQLite's data_version, a read of shared memory): a key that was destroyed, or a
key-encryption key that was changed, counts from the next use in every process.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_CACHE = 20_000
_TRIES = 5

_TABLES = (
    "create table if not exists data_key (person text not null, organisation text not null,"
    " wrapped blob not null, primary key (person, organisation)) without rowid",
    "create table if not exists witness (id integer primary key, wrapped blob not null)",
    # what was destroyed, by a mark that names nobody: it goes with every copy, so that none brings a key back
    "create table if not exists destroyed (mark text primary key, at text not null) without rowid",
    # the key before, while one person's values are sealed again under a new one
    "create table if not exists former_key (person text not null, organisation text not null,"
    " wrapped blob not null, since text not null, primary key (person, organisation)) without rowid",
    # counts every destruction and every change of key: what opened keys in memory are held against
    "create table if not exists epoch (id integer primary key, number integer not null)",
    "insert or ignore into epoch values (1, 0)",
)


class KeyTrouble(Exception):
    """The key-encryption key is missing or is not the one that this store was made with."""


class KeyGone(Exception):
    """The data key was destroyed, or never was: what it sealed cannot be read again."""


Keys = Callable[[], Sequence[bytes]]


class KeyStore:
    """Hands out data keys by (person, organisation), making one at first use.

    `keys` answers the key-encryption keys that may fit, the likeliest first: while one is being changed
    there are two. Raises KeyTrouble when none fits; KeyGone from `existing` when there is no data key, and
    from `of` when it was destroyed, since a destroyed key is never made anew.
    """

    def __init__(self, path: Path, keys: bytes | Keys) -> None:
        self._path = path
        given = keys
        self._keys: Keys = (lambda: (given,)) if isinstance(given, bytes) else given
        self._local = threading.local()
        self._cache: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._epoch = -1
        self._lock = threading.Lock()
        self._wrap: AESGCM
        self._prepare()

    # ------------------------------------------------------------------ the file

    def _connection(self) -> sqlite3.Connection:
        if getattr(self._local, "pid", None) != os.getpid():
            link = sqlite3.connect(self._path, timeout=30, isolation_level=None)
            link.execute("pragma journal_mode = wal")
            link.execute("pragma synchronous = full")
            link.execute("pragma secure_delete = on")
            self._local.link, self._local.pid, self._local.version = link, os.getpid(), None
        found: sqlite3.Connection = self._local.link
        return found

    def _prepare(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = not self._path.exists()
        link = self._connection()
        if fresh:
            self._path.chmod(0o600)
        for statement in _TABLES:
            link.execute(statement)
        if link.execute("select 1 from witness where id = 1").fetchone() is None:
            with self._writing() as writing:
                first = AESGCM(_checked(self._keys()[0]))
                made = _wrapped(first, b"pathways", b"witness")
                writing.execute("insert or ignore into witness values (1, ?)", (made,))
        self._choose_key()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One write at a time over all processes, whole or not at all."""
        link = self._connection()
        if link.in_transaction:  # part of a larger write, which commits
            yield link
            return
        link.execute("begin immediate")
        try:
            yield link
        except BaseException:
            link.execute("rollback")
            raise
        link.execute("commit")

    def _choose_key(self) -> None:
        """Takes the key-encryption key that fits now. Raises KeyTrouble when none does."""
        for _ in range(_TRIES):
            blob = self._connection().execute("select wrapped from witness where id = 1").fetchone()[0]
            for key in self._keys():
                wrap = AESGCM(_checked(key))
                if _fits(wrap, blob):
                    self._wrap = wrap
                    return
        raise KeyTrouble(f"the key-encryption key is not the one that {self._path.name} was made with")

    def _look(self) -> int:
        """Forgets opened keys when anybody has destroyed or changed any. Answers the epoch that holds."""
        link = self._connection()
        version = link.execute("pragma data_version").fetchone()[0]
        if version != self._local.version:
            epoch: int = link.execute("select number from epoch where id = 1").fetchone()[0]
            self._local.version = version
            with self._lock:
                if epoch != self._epoch:
                    self._cache.clear()
                    self._epoch = epoch
        return self._epoch

    def _bump(self, link: sqlite3.Connection) -> None:
        link.execute("update epoch set number = number + 1 where id = 1")

    def _changed(self) -> None:
        """After a write of our own, which data_version does not show to the connection that made it."""
        with self._lock:
            self._cache.clear()
        self._local.version = None

    # ------------------------------------------------------------------ data keys

    def of(self, person: UUID | str, organisation: UUID | str) -> bytes:
        """The data key, made and stored now when there never was one. Raises KeyGone for a destroyed one."""
        try:
            return self.existing(person, organisation)
        except KeyGone:
            name = (str(person), str(organisation))
            with self._writing() as link:
                if self.is_destroyed(*name):
                    raise
                self._choose_key()  # nothing is wrapped with a key that has just been changed
                new = _wrapped(self._wrap, AESGCM.generate_key(256), _context(name))
                link.execute("insert or ignore into data_key values (?, ?, ?)", (*name, new))
            return self.existing(person, organisation)

    def existing(self, person: UUID | str, organisation: UUID | str) -> bytes:
        """The data key, or KeyGone."""
        name = (str(person), str(organisation))
        epoch = self._look()
        with self._lock:
            if name in self._cache:
                self._cache.move_to_end(name)
                return self._cache[name]
        key = self._open("data_key", name)
        if key is None:
            raise KeyGone("there is no key for this record")
        self._keep(name, key, epoch)
        return key

    def existing_of(self, names: Iterable[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], bytes]:
        """Those of these data keys that there are, looking once whether another process has changed any."""
        epoch, found = self._look(), dict[tuple[UUID, UUID], bytes]()
        for asked in dict.fromkeys(names):
            name = (str(asked[0]), str(asked[1]))
            key = self._cache.get(name) or self._open("data_key", name)
            if key is not None:
                found[asked] = key
                self._keep(name, key, epoch)
        return found

    def _keep(self, name: tuple[str, str], key: bytes, epoch: int) -> None:
        with self._lock:
            if epoch == self._epoch:
                self._cache[name] = key
                self._cache.move_to_end(name)
                while len(self._cache) > _CACHE:
                    self._cache.popitem(last=False)

    def former(self, person: UUID | str, organisation: UUID | str) -> bytes | None:
        """The key before, while her values are being sealed again; else None."""
        return self._open("former_key", (str(person), str(organisation)))

    def _open(self, table: str, name: tuple[str, str]) -> bytes | None:
        """A wrapped key, opened. Read again when the key-encryption key turns out to have been changed."""
        question = f"select wrapped from {table} where person = ? and organisation = ?"  # noqa: S608
        for _ in range(_TRIES):
            row = self._connection().execute(question, name).fetchone()
            if row is None:
                return None
            try:
                return _unwrapped(self._wrap, row[0], _context(name))
            except InvalidTag:
                self._choose_key()
        raise KeyTrouble("a data key was not wrapped with the key-encryption key of this store")

    def destroy(self, person: UUID | str, organisation: UUID | str, *, at: datetime) -> bool:
        """Destroys the data key for ever and enters it in the register; False when there was none.

        Doing it again changes nothing. A key that never was is entered all the same: none is made later.
        """
        name = (str(person), str(organisation))
        with self._writing() as link:
            gone = link.execute("delete from data_key where person = ? and organisation = ?", name).rowcount
            link.execute("delete from former_key where person = ? and organisation = ?", name)
            link.execute("insert or ignore into destroyed values (?, ?)", (mark(*name), at.isoformat()))
            self._bump(link)
        self._changed()
        with contextlib.suppress(sqlite3.OperationalError):  # somebody reads: the next write does it
            self._connection().execute("pragma wal_checkpoint(truncate)")
        return gone > 0

    def is_destroyed(self, person: UUID | str, organisation: UUID | str) -> bool:
        """Whether the register of destroyed keys holds it."""
        found = self._connection().execute(
            "select 1 from destroyed where mark = ?", (mark(str(person), str(organisation)),)
        )
        return found.fetchone() is not None

    def destroyed(self) -> dict[str, str]:
        """The register: a mark for each destroyed key, which names nobody, and when that was."""
        return dict(self._connection().execute("select mark, at from destroyed order by at, mark"))

    def holds(self, person: UUID | str, organisation: UUID | str) -> bool:
        """Whether there is a data key."""
        name = (str(person), str(organisation))
        found = self._connection().execute(
            "select 1 from data_key where person = ? and organisation = ?", name
        )
        return found.fetchone() is not None

    def count(self) -> int:
        """How many data keys are held."""
        found: int = self._connection().execute("select count(*) from data_key").fetchone()[0]
        return found

    # ------------------------------------------------------------------ changing keys

    def rotate(self, new: bytes) -> int:
        """Wraps every data key with a new key-encryption key, all or none. How many there were.

        What is sealed stays as it is. The caller sees to it that `keys` answers the new one from before this
        begins: other processes find it there when theirs no longer fits.
        """
        wrap = AESGCM(_checked(new))
        with self._writing() as link:
            self._choose_key()
            count = 0
            for table in ("data_key", "former_key"):
                rows = link.execute(f"select person, organisation, wrapped from {table}").fetchall()  # noqa: S608
                for person, organisation, blob in rows:
                    context = _context((person, organisation))
                    again = _wrapped(wrap, _unwrapped(self._wrap, blob, context), context)
                    link.execute(
                        f"update {table} set wrapped = ? where person = ? and organisation = ?",  # noqa: S608
                        (again, person, organisation),
                    )
                    count += 1
            made = _wrapped(wrap, b"pathways", b"witness")
            link.execute("update witness set wrapped = ? where id = 1", (made,))
            self._bump(link)
        self._wrap = wrap
        self._changed()
        return count

    def fits(self, key: bytes) -> bool:
        """Whether the store is wrapped with this key-encryption key now."""
        blob = self._connection().execute("select wrapped from witness where id = 1").fetchone()[0]
        return _fits(AESGCM(_checked(key)), blob)

    def renew(self, person: UUID | str, organisation: UUID | str, *, at: datetime) -> bool:
        """Gives her a new data key; the one before goes on opening until `forget_former`. Twice is once."""
        name = (str(person), str(organisation))
        with self._writing() as link:
            self._choose_key()
            row = link.execute(
                "select wrapped from data_key where person = ? and organisation = ?", name
            ).fetchone()
            there = link.execute(
                "select 1 from former_key where person = ? and organisation = ?", name
            ).fetchone()
            if row is None or there is not None:
                return there is not None
            link.execute("insert into former_key values (?, ?, ?, ?)", (*name, row[0], at.isoformat()))
            new = _wrapped(self._wrap, AESGCM.generate_key(256), _context(name))
            link.execute(
                "update data_key set wrapped = ? where person = ? and organisation = ?", (new, *name)
            )
            self._bump(link)
        self._changed()
        return True

    def formers(self) -> list[tuple[str, str, datetime]]:
        """(person, organisation, since) of every key that is being left behind."""
        rows = self._connection().execute("select person, organisation, since from former_key")
        return [(person, place, datetime.fromisoformat(since)) for person, place, since in rows]

    def forget_former(self, person: UUID | str, organisation: UUID | str) -> None:
        """Destroys the key before: nothing may be sealed with it any more."""
        with self._writing() as link:
            link.execute(
                "delete from former_key where person = ? and organisation = ?",
                (str(person), str(organisation)),
            )
            self._bump(link)
        self._changed()


def copy(path: Path, to: Path) -> int:
    """A whole copy of a store in one file, taken while it is in use. How many data keys it holds.

    Needs no key-encryption key. Raises KeyTrouble when there is no store.
    """
    if not path.is_file():
        raise KeyTrouble(f"{path} is not there")
    with (
        contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as link,
        contextlib.closing(sqlite3.connect(to, isolation_level=None)) as made,
    ):
        to.chmod(0o600)
        link.backup(made)
        made.execute("pragma journal_mode = delete")
        found: int = made.execute("select count(*) from data_key").fetchone()[0]
    return found


def hold_destroyed(path: Path, register: dict[str, str]) -> int:
    """Takes every key that the register names out of a copy of a store. How many there were."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as link:
        link.execute("pragma secure_delete = on")
        for statement in _TABLES:
            link.execute(statement)
        link.execute("begin immediate")
        gone = 0
        for table in ("data_key", "former_key"):
            names = link.execute(f"select person, organisation from {table}").fetchall()  # noqa: S608
            for name in names:
                if mark(*name) in register:
                    link.execute(f"delete from {table} where person = ? and organisation = ?", name)  # noqa: S608
                    gone += 1
        link.executemany("insert or ignore into destroyed values (?, ?)", register.items())
        link.execute("commit")
        link.execute("vacuum")
    return gone


def read_register(path: Path) -> dict[str, str]:
    """The register of destroyed keys in a store or in a copy of one. Raises KeyTrouble when it is neither."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as link:
            return dict(link.execute("select mark, at from destroyed"))
    except sqlite3.OperationalError as error:
        if "no such table: destroyed" in str(error):
            return {}  # a store of before there was a register: nobody had been erased
        raise KeyTrouble(f"{path.name} is not a key store") from None
    except sqlite3.DatabaseError:
        raise KeyTrouble(f"{path.name} is not a key store") from None


def mark(person: str, organisation: str) -> str:
    """What a destroyed key is known by afterwards. Made of two random numbers, so it cannot be guessed."""
    return hashlib.sha256(f"soc-pathways data key\0{person}|{organisation}".encode()).hexdigest()[:32]


def _context(name: tuple[str, str]) -> bytes:
    return "|".join(name).encode()


def _wrapped(wrap: AESGCM, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + wrap.encrypt(nonce, plain, context)


def _unwrapped(wrap: AESGCM, blob: bytes, context: bytes) -> bytes:
    return wrap.decrypt(blob[:_NONCE], blob[_NONCE:], context)


def _fits(wrap: AESGCM, blob: bytes) -> bool:
    try:
        return _unwrapped(wrap, blob, b"witness") == b"pathways"
    except InvalidTag:
        return False


def _checked(key: bytes) -> bytes:
    if len(key) != 32:
        raise KeyTrouble("the key-encryption key must be 32 bytes")
    return key


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

    path = str(settings.PATHWAYS_KEY_STORE)
    with _opening:
        if path not in _opened:
            _opened[path] = KeyStore(Path(path), lambda: _read(settings.PATHWAYS_KEYS()))
        return _opened[path]


def _read(texts: Iterable[bytes]) -> list[bytes]:
    return [read_key(text.decode()) for text in texts]
