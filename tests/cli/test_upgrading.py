"""A data folder of the version before, brought up to this one: with everything that was in it."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from pathways import __version__
from pathways.installation import cluster, copies, folder
from pathways.journey import demonstration
from tests import postgres
from tests.cli import earlier
from tests.cli.test_running import Started, environment, run

pytestmark = [pytest.mark.prove, pytest.mark.database]

INTERRUPTED = 4
#: tables whose values an upgrade changes on purpose, each with the reason
CHANGED: dict[str, str] = {
    "disclosure": "what it is for became a code; what was typed is sealed with its reason",
}


def said(data: Path, module: str, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        env=environment(data), cwd=postgres.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else None


@pytest.fixture(scope="module")
def as_it_was(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stopped folder of version 0.1.0, to be copied; beside it what stood in it then."""
    data = tmp_path_factory.mktemp("earlier") / "data"
    folder.prepare(data, folder.Kind.LIVE)
    stamp = {"format": 1, "version": earlier.VERSION, "kind": "live"}
    earlier.lay_keys(data)
    with folder.held(data):
        database = cluster.Cluster(data)
        database.start()
        said(data, "tests.cli.earlier", "lay")
        (data.parent / "sums.json").write_text(json.dumps(said(data, "tests.cli.earlier", "sums")))
        database.stop()
    folder.stamp_path(data).write_text(json.dumps(stamp))
    return data


@pytest.fixture
def data(as_it_was: Path, tmp_path: Path) -> Iterator[Path]:
    here = tmp_path / "data"
    postgres.copy(as_it_was, here)
    yield here
    database = cluster.Cluster(here)
    database.stop()
    postgres.remove(here)


def sums_before(as_it_was: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((as_it_was.parent / "sums.json").read_text())
    return found


def unlike(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return sorted(name for name in before if name not in CHANGED and before[name] != after.get(name))


def sealed_before() -> dict[str, Any]:
    with zipfile.ZipFile(earlier.FIXTURE) as held:
        found: dict[str, Any] = json.loads(held.read("opened.json"))
    return found


def is_whole(data: Path, before: dict[str, Any]) -> None:
    """Every value of the earlier version is there and opens; the walls are today's."""
    assert unlike(before, said(data, "tests.cli.earlier", "sums")) == []
    assert unlike(sealed_before(), said(data, "tests.cli.earlier", "opened")) == []


def migrating(data: Path) -> list[str]:
    return [sys.executable, "-m", "pathways.cli.migrating", "--without-files"]


def test_every_value_of_the_earlier_version_is_there_and_opens(data: Path, as_it_was: Path) -> None:
    before = sums_before(as_it_was)
    assert sum(count for count, _ in before.values()) > 500
    with folder.held(data):
        database = cluster.Cluster(data)
        database.start()
        said(data, "tests.cli.earlier", "type_purpose")
        subprocess.run(migrating(data), env=environment(data), cwd=postgres.ROOT, check=True)
        is_whole(data, before)
        typed, *others = sorted(said(data, "tests.cli.earlier", "purposes"), key=lambda one: not one[1])
        assert typed == ["save_life", f"What they needed it for: {earlier.TYPED}"]
        assert {tuple(one) for one in others} == {("offer_support", "")}
        misspelt = said(data, "tests.cli.earlier", "found_misspelt")
        (women, before), (_, after) = misspelt["before"], misspelt["after"]
        assert women == after > before, misspelt
        wanted = run(data, "doctor", "--json", str(data.parent / "found.json"))
        database.stop()
    said_of = json.loads((data.parent / "found.json").read_text())["checks"]
    checks = {one["name"]: one["found"] for one in said_of}
    assert checks["row security"] == checks["database role"] == "works", wanted.stdout


def test_the_programme_starts_on_it_keeps_a_copy_and_opens_its_pages(data: Path) -> None:
    started = Started(data, "--admin-email", "ada@example.org")
    try:
        assert f"this folder is of version {earlier.VERSION}" in started.text
        assert copies.place(data, earlier.VERSION).joinpath("PG_VERSION").is_file()
        stamp = folder.read_stamp(data)
        assert stamp == folder.Stamp(folder.FORMAT, __version__, folder.Kind.LIVE)
        wanda = next(one for one in demonstration.sign_ins() if one.role == "coordinator")
        assert page_of(started.port, wanda.email, "/support/").count("/her/") > 2
    finally:
        started.stop()
    again = Started(data)
    assert "is of version" not in again.text
    again.stop()


def page_of(port: int, email: str, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/account/sign-in/")
    answer = connection.getresponse()
    answer.read()
    cookies = dict(
        value.partition(";")[0].split("=", 1)
        for name, value in answer.getheaders()
        if name.lower() == "set-cookie"
    )
    token = cookies["pathways_csrf"]
    given = {"email": email, "password": demonstration.PASSWORD, "csrfmiddlewaretoken": token}
    headers = {
        "Cookie": f"pathways_csrf={cookies['pathways_csrf']}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", "/account/sign-in/", urlencode(given), headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 302, "the password of the earlier version no longer signs in"
    session = next(
        value.partition(";")[0] for _, value in answer.getheaders() if value.startswith("pathways_session=")
    )
    connection.request("GET", path, headers={"Cookie": session})
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == 200, f"{path} answers {answer.status}"
    return text


def test_an_upgrade_that_is_killed_half_way_is_whole_after_the_next_start(
    as_it_was: Path, tmp_path: Path
) -> None:
    before = sums_before(as_it_was)
    rng = random.Random(7)
    usual = 0.0
    for number in range(INTERRUPTED):
        data = tmp_path / f"data-{number}"
        postgres.copy(as_it_was, data)
        with folder.held(data):
            database = cluster.Cluster(data)
            database.start()
            began = time.monotonic()
            upgrade = subprocess.Popen(
                migrating(data), env=environment(data), cwd=postgres.ROOT, stderr=subprocess.DEVNULL
            )
            if number:
                time.sleep(usual * rng.uniform(0.3, 0.98))
                victim = upgrade.pid if number % 2 else database.pid()
                assert victim is not None
                os.kill(victim, signal.SIGKILL)
            upgrade.wait(120)
            usual = usual or time.monotonic() - began
            database.stop()
            database.start()
            subprocess.run(migrating(data), env=environment(data), cwd=postgres.ROOT, check=True)
            is_whole(data, before)
            database.stop()
        postgres.remove(data)


#: the upgrade, which dies at the moment at which it would note the migration that is named
DIES_AT = """
import os, sys
from django.db.migrations.recorder import MigrationRecorder
noting = MigrationRecorder.record_applied
def dies(self, app, name):
    os._exit(9) if name == sys.argv[1] else noting(self, app, name)
MigrationRecorder.record_applied = dies
from pathways.cli import migrating
sys.argv.append("--without-files")
migrating.main()
"""


@pytest.mark.parametrize("migration", ["0011_one_person_from_many_records", "0025_prices"])
def test_an_upgrade_that_dies_before_a_migration_is_noted_has_changed_nothing(
    data: Path, as_it_was: Path, migration: str
) -> None:
    with folder.held(data):
        database = cluster.Cluster(data)
        database.start()
        killed = [sys.executable, "-c", DIES_AT, migration]
        assert subprocess.run(killed, env=environment(data), cwd=postgres.ROOT, check=False).returncode == 9
        assert said(data, "tests.cli.earlier", "sums") == sums_before(as_it_was)
        subprocess.run(migrating(data), env=environment(data), cwd=postgres.ROOT, check=True)
        is_whole(data, sums_before(as_it_was))
        database.stop()


def test_there_is_a_way_back_from_the_copy(data: Path, as_it_was: Path) -> None:
    database = cluster.Cluster(data)
    kept = copies.take(data, earlier.VERSION)
    assert copies.take(data, earlier.VERSION) == kept  # no half-upgraded cluster is copied over it
    with folder.held(data):
        database.start()
        subprocess.run(migrating(data), env=environment(data), cwd=postgres.ROOT, check=True)
        database.stop()
        postgres.remove(data / "cluster")
        kept.rename(data / "cluster")
        database.start()
        assert said(data, "tests.cli.earlier", "sums") == sums_before(as_it_was)
        database.stop()


def test_a_copy_is_not_kept_for_ever(tmp_path: Path) -> None:
    old = copies.place(tmp_path, "0.0.9")
    old.mkdir(parents=True)
    copies.clear(tmp_path, now=time.time() + (copies.KEPT_FOR_DAYS - 1) * 86_400)
    assert old.exists()
    copies.clear(tmp_path, now=time.time() + (copies.KEPT_FOR_DAYS + 1) * 86_400)
    assert not old.exists()


def test_without_room_for_the_copy_nothing_is_changed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathways.installation.refusal import RefusalError

    monkeypatch.setattr(copies, "_SPARE", 1 << 60)
    with pytest.raises(RefusalError, match=r"needs .* GiB"):
        copies.take(data, earlier.VERSION)
    assert not list((data / "copies").iterdir())
