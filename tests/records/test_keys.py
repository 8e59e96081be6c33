"""The key store: keys destroyed for ever, the key-encryption key changed while others read, copies."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pathways.records import keys
from pathways.records.keys import KeyGone, KeyStore, KeyTrouble

NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "data-keys.sqlite"


def test_a_destroyed_key_is_gone_for_every_other_process_at_its_next_use(path):
    ours, theirs = KeyStore(path, KEY), KeyStore(path, KEY)
    key = ours.of("rosa", "charity")
    assert theirs.existing("rosa", "charity") == key  # and it is kept in their memory now
    assert ours.destroy("rosa", "charity", at=NOW)
    with pytest.raises(KeyGone):
        theirs.existing("rosa", "charity")
    with pytest.raises(KeyGone):
        ours.existing("rosa", "charity")


def test_a_destroyed_key_is_never_made_anew(path):
    store = KeyStore(path, KEY)
    store.of("rosa", "charity")
    store.destroy("rosa", "charity", at=NOW)
    for _ in range(2):
        with pytest.raises(KeyGone):
            store.of("rosa", "charity")
    assert store.of("rosa", "company")  # another organisation's is untouched
    assert not store.destroy("rosa", "charity", at=NOW)


def test_the_register_of_destroyed_keys_names_nobody(path):
    store = KeyStore(path, KEY)
    store.of("rosa", "charity")
    store.destroy("rosa", "charity", at=NOW)
    assert list(store.destroyed()) == [keys.mark("rosa", "charity")]
    assert "rosa" not in str(store.destroyed())


def test_no_byte_of_a_destroyed_key_is_left_in_the_store(path):
    store = KeyStore(path, KEY)
    for number in range(50):
        store.of(f"woman-{number}", "charity")
    wrapped = sqlite3.connect(path).execute("select wrapped from data_key where person = 'woman-7'")
    blob = wrapped.fetchone()[0]
    assert any(blob in file.read_bytes() for file in path.parent.iterdir())  # the search can find it
    store.destroy("woman-7", "charity", at=NOW)
    assert not any(blob in file.read_bytes() for file in path.parent.iterdir())


def test_the_key_encryption_key_is_changed_under_readers_and_writers(path):
    now = [KEY]
    store, theirs = KeyStore(path, lambda: now), KeyStore(path, lambda: now)
    had = {n: store.of(f"woman-{n}", "charity") for n in range(300)}
    failures: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        number = 0
        try:
            while not stop.is_set():
                number = (number + 7) % 300
                assert theirs.existing(f"woman-{number}", "charity") == had[number]
                if number % 50 == 0:
                    theirs.of(f"new-{number}-{threading.get_ident()}-{os.urandom(4).hex()}", "charity")
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    before = KEY
    for number in range(5):
        after = bytes([65 + number]) * 32
        now[:] = [before, after]
        store.rotate(after)
        now[:] = [after]
        before = after
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    fresh = KeyStore(path, before)
    assert all(fresh.existing(f"woman-{n}", "charity") == key for n, key in had.items())
    with pytest.raises(KeyTrouble):
        KeyStore(path, KEY)


def test_every_key_made_during_a_change_opens_after_it(path):
    """A writer that still holds the former key-encryption key must not wrap with it."""
    now = [KEY]
    slow, store = KeyStore(path, lambda: now), KeyStore(path, lambda: now)
    now[:] = [KEY, OTHER]
    store.rotate(OTHER)
    made = slow.of("rosa", "charity")
    assert KeyStore(path, OTHER).existing("rosa", "charity") == made


def test_a_change_that_is_interrupted_is_whole_or_not_at_all(path):
    """Killed in the middle of wrapping: all keys open with one of the two, never some with each."""
    store = KeyStore(path, KEY)
    had = {n: store.of(f"woman-{n}", "charity") for n in range(200)}
    code = (
        "import os, sys; from pathlib import Path; from pathways.records import keys\n"
        "n = 0\n"
        "plain = keys._wrapped\n"
        "def wrapped(*given):\n"
        "    global n; n += 1\n"
        "    if n == 100: os._exit(9)\n"
        "    return plain(*given)\n"
        f"store = keys.KeyStore(Path({str(path)!r}), b'k' * 32)\n"
        "keys._wrapped = wrapped\n"
        "store.rotate(b'o' * 32)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    again = KeyStore(path, lambda: [KEY, OTHER])
    assert again.fits(KEY)
    assert {n: again.existing(f"woman-{n}", "charity") for n in range(200)} == had


def test_a_wrong_key_encryption_key_is_a_clear_error(path):
    KeyStore(path, KEY)
    with pytest.raises(KeyTrouble, match="not the one"):
        KeyStore(path, OTHER)


def test_a_renewed_key_leaves_the_one_before_until_it_is_forgotten(path):
    store = KeyStore(path, KEY)
    before = store.of("rosa", "charity")
    assert store.renew("rosa", "charity", at=NOW)
    assert store.renew("rosa", "charity", at=NOW)  # twice is once
    after = store.existing("rosa", "charity")
    assert after != before
    assert store.former("rosa", "charity") == before
    assert [name[:2] for name in store.formers()] == [("rosa", "charity")]
    store.forget_former("rosa", "charity")
    assert store.former("rosa", "charity") is None
    assert store.existing("rosa", "charity") == after


def test_destroying_takes_the_former_key_too(path):
    store = KeyStore(path, KEY)
    store.of("rosa", "charity")
    store.renew("rosa", "charity", at=NOW)
    store.destroy("rosa", "charity", at=NOW)
    assert store.former("rosa", "charity") is None


def test_a_copy_gives_no_destroyed_key_back(path, tmp_path):
    store = KeyStore(path, KEY)
    kept = store.of("amina", "charity")
    store.of("rosa", "charity")
    copy = tmp_path / "copy.sqlite"
    assert keys.copy(path, copy) == 2
    store.destroy("rosa", "charity", at=NOW)
    assert keys.hold_destroyed(copy, keys.read_register(path)) == 1
    restored = KeyStore(copy, KEY)
    assert restored.existing("amina", "charity") == kept
    with pytest.raises(KeyGone):
        restored.of("rosa", "charity")
