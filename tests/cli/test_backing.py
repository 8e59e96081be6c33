"""Backups: whole, checked, and no way round an erasing. The keys apart, and short-lived."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pathways.cli import backing
from pathways.installation import backup, cluster, credentials, folder
from pathways.journey import copying
from pathways.records import keys
from tests import postgres
from tests.cli.test_running import environment, run

pytestmark = [pytest.mark.database, pytest.mark.prove]


def inside(data: Path, what: str, *words: str) -> Any:
    """Does something as the programme of that folder, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.filling", what, *words],
        env={**environment(data), "PYTHONPATH": f"{postgres.ROOT / 'src'}:{postgres.ROOT}"},
        cwd=postgres.ROOT,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def looked_into(data: Path) -> Any:
    """What is to be read in a restored folder, once its database is up."""
    with folder.held(data):
        up = cluster.Cluster(data, durable=False)
        up.start()
        try:
            return inside(data, "read")
        finally:
            up.stop()


class Story:
    """One installation: filled, backed up, then Rosa is erased from it. Told once for all these tests."""

    def __init__(self, place: Path) -> None:
        self.place, self.data = place, place / "data"
        postgres.copy(postgres.pattern(), self.data)
        self.up = cluster.Cluster(self.data, durable=False)

    def tell(self) -> None:
        key = credentials.make_secret(self.data / "keys" / "key-encryption-key")
        credentials.write_private(self.data / "keystore" / "key-mark", credentials.key_mark(key))
        self.her = inside(self.data, "fill")
        self.before = inside(self.data, "read")
        self.said = run(self.data, "backup", str(self.place / "old"), "--json", str(self.place / "made.json"))
        assert self.said.returncode == 0, self.said.stderr
        self.old_keys = next(self.copies.glob("*.keys"))
        inside(self.data, "erase", self.her["rosa"])

    @property
    def copies(self) -> Path:
        return self.place / "key-copies"

    @property
    def store(self) -> Path:
        return self.data / "keystore" / "data-keys.sqlite"

    def restore(self, name: str, *words: str) -> tuple[subprocess.CompletedProcess[str], Path, Any]:
        to = self.place / name
        written = str(self.place / "r.json")
        said = run(
            self.data, "restore", str(self.place / "old"), "--to", str(to), "--json", written, *words
        )
        return said, to, json.loads((self.place / "r.json").read_text()) if said.returncode == 0 else None


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    told = Story(tmp_path_factory.mktemp("backing"))
    with folder.held(told.data):
        told.up.start()
        try:
            told.tell()
            yield told
        finally:
            told.up.stop()


HERS = ("Rosalba", "quicksilver")


def nothing_of_hers(story: Story, found: Any) -> None:
    assert not any(word in found["opened"] for word in HERS)
    assert found["found"]["Rosalba"] == 0
    assert story.her["rosa"] not in found["tokens"]
    assert "Amina" in found["opened"]  # and the others are all there
    assert found["found"]["Amina"] > 0
    assert found["women"] == story.before["women"]
    assert found["police"] == story.before["police"] != []  # police material is whole


def test_before_she_was_erased_the_same_reading_finds_her(story: Story) -> None:
    assert all(word in story.before["opened"] for word in HERS)
    assert story.before["found"]["Rosalba"] > 0
    assert story.her["rosa"] in story.before["tokens"]


def test_an_old_backup_with_the_present_keys_shows_nothing_of_her(story: Story) -> None:
    said, to, result = story.restore("present", "--keys", str(story.data / "keystore"))
    assert said.returncode == 0, said.stderr
    assert result["erased_again"] >= 2
    assert result["missing"] == []
    nothing_of_hers(story, looked_into(to))


def test_an_old_backup_with_its_own_old_keys_brings_no_destroyed_key_back(story: Story) -> None:
    """The keys of that very day still lie there; the running programme's register says whose are gone."""
    holds = sqlite3.connect(story.old_keys).execute("select person from data_key").fetchall()
    assert (story.her["rosa"],) in holds
    said, to, result = story.restore("own")
    assert said.returncode == 0, said.stderr
    assert result["keys_withheld"] >= 2
    nothing_of_hers(story, looked_into(to))
    store = sqlite3.connect(to / "keystore" / "data-keys.sqlite")
    assert (story.her["rosa"],) not in store.execute("select person from data_key").fetchall()


def test_without_a_register_the_restore_says_so(story: Story, tmp_path: Path) -> None:
    said = run(
        tmp_path / "elsewhere", "restore", str(story.place / "old"), "--to", str(tmp_path / "blind"),
        "--key-file", str(story.data / "keys" / "key-encryption-key"),
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert "the register of who was erased" in said.stdout
    said = run(
        tmp_path / "elsewhere", "restore", str(story.place / "old"), "--to", str(tmp_path / "told"),
        "--key-file", str(story.data / "keys" / "key-encryption-key"),
        "--register", str(story.data / "keystore"),
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    nothing_of_hers(story, looked_into(tmp_path / "told"))


def test_once_old_copies_of_keys_have_expired_no_copy_holds_her_key(story: Story) -> None:
    note = story.old_keys.with_name(f"{story.old_keys.name}.json")
    kept = note.read_text(), story.old_keys.read_bytes()
    said = json.loads(kept[0])
    said["expires_at"] = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    note.write_text(json.dumps(said))
    made = run(story.data, "backup", str(story.place / "later"))
    assert made.returncode == 0, made.stderr
    assert story.old_keys.name in made.stdout
    assert not story.old_keys.exists()
    copies = list(story.copies.glob("*.keys"))
    assert copies
    for copy in copies:
        people = {name for (name,) in sqlite3.connect(copy).execute("select person from data_key")}
        assert story.her["rosa"] not in people
        assert story.her["amina"] in people
        assert keys.read_register(copy)  # and each knows what was destroyed
    said, to, _ = story.restore("expired", "--register", str(copies[0]))
    assert said.returncode == 0, said.stderr
    nothing_of_hers(story, looked_into(to))
    note.write_text(kept[0])
    story.old_keys.write_bytes(kept[1])


def test_without_any_keys_the_counts_are_there_and_the_names_are_not(story: Story, tmp_path: Path) -> None:
    said, to, result = story.restore("keyless", "--keys", str(tmp_path))
    assert said.returncode == 0, said.stderr
    assert "cannot be read; codes, dates and counts can" in " ".join(said.stdout.split())
    found = looked_into(to)
    assert "Amina" not in found["opened"]
    assert found["women"] == story.before["women"]
    assert result["keys"] == ""


def test_a_backup_holds_neither_keys_nor_passwords(story: Story) -> None:
    secrets = [
        (story.data / "keys" / "key-encryption-key").read_bytes().strip(),
        *json.loads((story.data / "keys" / "database.json").read_text()).values(),
    ]
    wrapped = [row[0] for row in sqlite3.connect(story.store).execute("select wrapped from data_key")]
    for file in (story.place / "old").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for secret in (*secrets, *wrapped):
                assert (secret.encode() if isinstance(secret, str) else secret) not in content, file
    assert not list((story.place / "old").rglob("*.sqlite*"))


def test_a_damaged_backup_is_refused_with_status_three(story: Story, tmp_path: Path) -> None:
    copy = tmp_path / "damaged"
    postgres.copy(story.place / "old", copy)
    name = next(name for name in backup.read(copy).files if name.endswith("PG_VERSION"))
    (copy / name).write_bytes(b"17\n")
    said = run(story.data, "restore", str(copy), "--to", str(tmp_path / "to"))
    assert said.returncode == 3
    assert "was changed" in said.stderr
    assert not (tmp_path / "to").exists()
    (copy / name).unlink()
    assert "is missing" in run(story.data, "restore", str(copy), "--to", str(tmp_path / "to")).stderr


def test_a_folder_that_is_not_empty_is_refused(story: Story, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    said = run(story.data, "restore", str(story.place / "old"), "--to", str(tmp_path))
    assert said.returncode == 2
    assert "not empty" in said.stderr
    said = run(story.data, "backup", str(tmp_path))
    assert said.returncode == 2
    assert (tmp_path / "mine").read_text() == "kept"


def test_keys_inside_the_backup_that_they_open_are_refused(story: Story, tmp_path: Path) -> None:
    said = run(story.data, "backup", str(tmp_path / "out"), "--keys", str(tmp_path / "out" / "keys"))
    assert said.returncode == 2
    assert "apart" in said.stderr


def test_a_backup_that_fails_leaves_nothing(story: Story, tmp_path: Path) -> None:
    place = tmp_path / "a-file"
    place.write_text("")
    said = run(story.data, "backup", str(tmp_path / "out"), "--keys", str(place))
    assert said.returncode == 2, said.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


def test_another_key_is_said_to_be_missing_and_the_next_start_still_erases(
    story: Story, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    credentials.make_secret(wrong)
    said, to, _ = story.restore("wrong-key", "--key-file", str(wrong))
    assert said.returncode == 0, said.stderr
    assert "is not the one" in said.stdout
    assert (to / "keys" / "erase-again").exists()
    assert not (to / "keys" / "key-encryption-key").exists()


def test_the_rehearsal_says_that_all_is_well(story: Story, tmp_path: Path) -> None:
    said = run(story.data, "drill", "--json", str(tmp_path / "drill.json"))
    assert said.returncode == 0, said.stdout + said.stderr
    found = json.loads((tmp_path / "drill.json").read_text())
    assert found["ok"] and found["canary"] and found["opened"] >= 5
    assert found["seconds"]["restore"] + found["seconds"]["start"] < 300  # five minutes, promised


def test_the_rehearsal_can_fail(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row fewer in the copy, or a key that is not there, and it says so."""
    assert backing._differences({"a": 3}, {"a": 3}, {"a": 2}) != []
    assert backing._differences({"a": 3}, {"a": 5}, {"a": 4}) == []
    place, plain = copying.place, None
    assert plain is None

    def without(copy: Path | None, to: Path, *, register: dict[str, str]) -> int:
        held = place(copy, to, register=register)
        sqlite3.connect(to / copying.STORE, isolation_level=None).execute("delete from data_key")
        return held

    monkeypatch.setattr(copying, "place", without)
    from pathways.installation.settings import Settings

    for name in [name for name in os.environ if name.startswith("PATHWAYS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(postgres.ROOT / "src"))
    found = backing._drill(Settings(data=story.data), lambda _: None)
    assert not found["ok"]
    assert not found["canary"]


def test_the_key_is_changed_while_it_runs(story: Story, tmp_path: Path) -> None:
    before = (story.data / "keys" / "key-encryption-key").read_bytes()
    said = run(story.data, "keys", "rotate", "--former", str(tmp_path / "former"))
    assert said.returncode == 0, said.stderr
    assert (story.data / "keys" / "key-encryption-key").read_bytes() != before
    assert (tmp_path / "former").read_bytes().strip() == before.strip()
    nothing_of_hers(story, inside(story.data, "read"))
    # the copies of before open with the former key, and say so where it is not given
    said, _, _ = story.restore("after-rotation")
    assert "is not the one" in said.stdout
    said, to, _ = story.restore("with-former", "--key-file", str(tmp_path / "former"))
    nothing_of_hers(story, looked_into(to))
