"""Copies as files: whole or not at all, checked by hash, the keys apart and for a while. No database here."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pathways.installation import backup, credentials, folder
from pathways.installation.refusal import RefusalError
from pathways.installation.settings import Settings
from pathways.journey import copying, rewrapping
from pathways.records import keys

NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
KEY = b"k" * 32


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "keystore" / copying.STORE
    made = keys.KeyStore(path, KEY)
    made.of("rosa", "charity")
    made.of("amina", "charity")
    return path


def copied(tmp_path: Path, store: Path, *, at: datetime = NOW, days: int = 30) -> copying.KeyCopy:
    return copying.make(store=store, place=tmp_path / "copies", days=days, key_mark="mark", at=at)


def a_copy(place: Path) -> backup.Manifest:
    (place / "database").mkdir(parents=True)
    (place / "database" / "PG_VERSION").write_text("18\n")
    files, size = backup.hashes(place)
    manifest = backup.Manifest("0.1.0", folder.Kind.LIVE, NOW, "mark", "k.keys", {"a": "b"}, files, size)
    backup.write_manifest(place, manifest)
    return manifest


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    manifest = a_copy(tmp_path / "copy")
    assert backup.read(tmp_path / "copy") == manifest
    backup.verify(tmp_path / "copy", manifest)


def test_every_kind_of_damage_is_found(tmp_path: Path) -> None:
    manifest = a_copy(tmp_path / "copy")
    file = tmp_path / "copy" / "database" / "PG_VERSION"
    file.write_text("17\n")
    with pytest.raises(backup.DamagedError, match="changed"):
        backup.verify(tmp_path / "copy", manifest)
    file.write_text("18\n")
    (tmp_path / "copy" / "database" / "more").write_text("")
    with pytest.raises(backup.DamagedError, match="does not belong"):
        backup.verify(tmp_path / "copy", manifest)
    (tmp_path / "copy" / "database" / "more").unlink()
    file.unlink()
    with pytest.raises(backup.DamagedError, match="missing"):
        backup.verify(tmp_path / "copy", manifest)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 1}', "\x00"])
def test_what_is_no_manifest_is_one_clear_line(tmp_path: Path, text: str) -> None:
    (tmp_path / backup.MANIFEST).write_text(text)
    with pytest.raises(RefusalError, match="manifest"):
        backup.read(tmp_path)


def test_a_backup_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    a_copy(tmp_path / "copy")
    path = tmp_path / "copy" / backup.MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": backup.FORMAT + 1}))
    with pytest.raises(RefusalError, match="newer"):
        backup.read(tmp_path / "copy")


def test_a_copy_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), backup.whole(tmp_path / "out") as part:
        (part / "half").write_text("")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with backup.whole(tmp_path / "out") as part:
        (part / "whole").write_text("")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["whole"]
    with pytest.raises(RefusalError, match="already"), backup.whole(tmp_path / "out"):
        pass


def test_a_copy_of_keys_ends_with_its_days_and_not_before(tmp_path: Path, store: Path) -> None:
    made = copied(tmp_path, store)
    place = tmp_path / "copies"
    assert made.count == 2
    assert copying.prune(place, at=NOW + timedelta(days=30, seconds=-1)) == []
    assert copying.prune(place, at=NOW + timedelta(days=30)) == [made.path.name]
    assert list(place.iterdir()) == []


def test_the_latest_copy_of_keys_is_taken_and_none_of_before_the_backup(tmp_path: Path, store: Path) -> None:
    old = copied(tmp_path, store)
    late = copied(tmp_path, store, at=NOW + timedelta(days=2))
    place = tmp_path / "copies"
    day = timedelta(days=1)
    assert copying.latest(place, since=NOW, at=NOW + 3 * day) == late
    assert copying.latest(place, since=NOW + day, at=NOW + 3 * day) == late
    assert copying.latest(place, since=NOW + 3 * day, at=NOW + 3 * day) is None
    assert copying.latest(place, since=NOW, at=NOW + 40 * day) is None
    assert copying.is_whole(old)
    old.path.write_bytes(old.path.read_bytes()[:-1])
    assert not copying.is_whole(old)


def test_no_key_comes_back_that_any_register_knows(tmp_path: Path, store: Path) -> None:
    old = copied(tmp_path, store)
    keys.KeyStore(store, KEY).destroy("rosa", "charity", at=NOW)
    later = copied(tmp_path, store, at=NOW + timedelta(days=1))
    register = copying.register_of([later.path])
    assert register == copying.register_of([store])
    assert copying.place(old.path, tmp_path / "back", register=register) == 1
    back = keys.KeyStore(tmp_path / "back" / copying.STORE, KEY)
    assert back.holds("amina", "charity")
    assert not back.holds("rosa", "charity")
    assert back.is_destroyed("rosa", "charity")


def settings_in(place: Path) -> Settings:
    return Settings.model_construct(data=place, key=None, key_file=None, key_store=None, secret_file=None)


@pytest.mark.parametrize("stage", ["before wrapping", "after wrapping"])
def test_a_change_of_key_that_was_interrupted_is_finished(tmp_path: Path, stage: str) -> None:
    settings = settings_in(tmp_path)
    first = credentials.make_key(settings)
    store = rewrapping._store(settings)
    data_key = store.of("rosa", "charity")
    new = b"bmV4dG5leHRuZXh0bmV4dG5leHRuZXh0bmV4dG5leHQ"
    credentials.write_private(credentials.next_key_path(settings), new)
    marks = credentials.key_mark(first) + b"\n" + credentials.key_mark(new)
    credentials.write_private(credentials.mark_path(settings), marks)
    if stage == "after wrapping":
        rewrapping.wrap_again(settings)
    credentials.make_key(settings)  # a start in between is not refused
    assert rewrapping._store(settings).existing("rosa", "charity") == data_key
    assert rewrapping.finish(settings) is (stage == "after wrapping")
    assert not credentials.next_key_path(settings).exists()
    assert settings.key_path.read_bytes().strip() == (new if stage == "after wrapping" else first.strip())
    assert rewrapping._store(settings).existing("rosa", "charity") == data_key
    now = credentials.key_mark(settings.key_path.read_bytes())
    assert credentials.mark_path(settings).read_bytes() == now


def test_another_key_is_refused_at_the_start_before_and_after_a_change(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    credentials.make_key(settings)
    rewrapping._store(settings)
    settings.key_path.write_bytes(b"bmV4dG5leHRuZXh0bmV4dG5leHRuZXh0bmV4dG5leHQ")
    with pytest.raises(RefusalError, match="not the one"):
        credentials.make_key(settings)
    settings.key_path.unlink()
    with pytest.raises(RefusalError, match="missing"):
        credentials.make_key(settings)
