"""`pathways up` as the person at the terminal meets it: it starts, recovers, refuses in one line, stops."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pathways.cli import demonstrating, running
from pathways.installation import cluster, folder, settings
from tests import postgres

WITHIN = 90.0


def environment(data: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PATHWAYS_")}
    return {**kept, "PATHWAYS_DATA": str(data), "PYTHONPATH": str(postgres.ROOT / "src"), "COLUMNS": "200"}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "pathways.cli.main", *words]


def run(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


class Started:
    """A `pathways up` in a process of its own."""

    def __init__(self, data: Path, *words: str) -> None:
        self.data = data
        self.said = data.parent / f"said-{time.monotonic_ns()}"
        self.began = time.monotonic()
        with self.said.open("w") as out:
            self.process = subprocess.Popen(
                command("up", "--port", "0", *words), env=environment(data), stdout=out, stderr=out, text=True
            )
        self.port = self._wait()
        self.took = time.monotonic() - self.began

    def _wait(self) -> int:
        while time.monotonic() < self.began + WITHIN:
            said = self.text
            if "Ctrl-C" in said:
                found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
                assert found
                return int(found.group(1))
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.process.kill()
        raise AssertionError(f"it did not come up: {self.text}")

    @property
    def text(self) -> str:
        return self.said.read_text()

    def status_of(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def stop(self, sign: signal.Signals = signal.SIGINT) -> tuple[int, float]:
        began = time.monotonic()
        self.process.send_signal(sign)
        return self.process.wait(30), time.monotonic() - began


def eventually(truth: object, seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if truth():  # type: ignore[operator]
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation") / "data"


@pytest.fixture(scope="module")
def started(data: Path) -> Iterator[Started]:
    running = Started(data, "--admin-email", "ada@example.org")
    yield running
    if running.process.poll() is None:
        running.stop()


def test_a_first_start_answers_within_a_minute(started: Started) -> None:
    assert started.took < 60
    assert started.status_of("/account/sign-in/") == 200


def test_the_first_administrator_gets_a_link_that_opens(started: Started) -> None:
    found = re.search(r"http://127\.0\.0\.1:\d+(/\S+)", started.text[started.text.index("administrator") :])
    assert found
    assert started.status_of(found.group(1)) == 200


def link_in(said: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+(/account/set-password/\S+)", said)
    assert found, said
    return found.group(1)


def test_an_administrator_who_forgot_her_password_gets_a_link_while_it_runs(started: Started) -> None:
    first = run(started.data, "accounts", "link", "ada@example.org")
    assert first.returncode == 0, first.stderr
    assert f"http://127.0.0.1:{started.port}/" in first.stdout and "not running" not in first.stdout
    assert started.status_of(link_in(first.stdout)) == 200
    second = run(started.data, "accounts", "link", "ADA@example.org")
    assert started.status_of(link_in(second.stdout)) == 200
    assert started.status_of(link_in(first.stdout)) != 200  # the link before it is spent
    unknown = run(started.data, "accounts", "link", "nobody@example.org")
    assert unknown.returncode == 2
    assert "Nobody here has the e-mail address nobody@example.org" in unknown.stderr
    assert "Traceback" not in unknown.stderr and "http" not in unknown.stdout


def test_pages_come_from_this_machine_only(started: Started) -> None:
    with pytest.raises(OSError), socket.create_connection((own_address(), started.port), timeout=2):
        pass


def own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: asks only which address would be used
        except OSError:
            pytest.skip("this machine has no other address")
        address: str = probe.getsockname()[0]
    if address.startswith("127."):
        pytest.skip("this machine has no other address")
    return address


def test_the_processes_that_answer_pages_do_not_know_the_owner(started: Started) -> None:
    owner = json.loads((started.data / "keys" / "database.json").read_text())["owner"]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"granian" in (process / "cmdline").read_bytes():
                assert owner.encode() not in (process / "environ").read_bytes()
        except OSError:
            continue


def test_a_second_start_says_so_and_harms_nothing(started: Started) -> None:
    second = run(started.data, "up", "--port", "0")
    assert second.returncode == 2
    assert "already in use by process" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1
    assert started.status_of("/account/sign-in/") == 200


def test_a_taken_port_is_one_clear_line(started: Started, tmp_path: Path) -> None:
    other = run(tmp_path / "other", "up", "--port", str(started.port))
    assert other.returncode == 2
    assert f"port {started.port} is taken" in other.stderr
    assert len(other.stderr.strip().splitlines()) == 1


def test_the_doctor_finds_it_well(started: Started, tmp_path: Path) -> None:
    found = run(started.data, "doctor", "--json", str(tmp_path / "found.json"))
    result = json.loads((tmp_path / "found.json").read_text())
    wrong = {one["name"]: one["said"] for one in result["checks"] if one["found"] == "wrong"}
    assert wrong.keys() <= {"assets", "disk"}, wrong
    assert found.returncode == (3 if wrong else 0)
    works = {one["name"] for one in result["checks"] if one["found"] == "works"}
    assert {"database", "database role", "row security", "keys", "data folder"} <= works


def test_a_killed_database_comes_back(started: Started) -> None:
    pid = cluster.Cluster(started.data).pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: "the database has recovered" in started.text)
    assert eventually(lambda: started.status_of("/account/sign-in/") == 200)


def test_a_killed_web_server_comes_back(started: Started) -> None:
    listing = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(started.process.pid)],
        capture_output=True,
        text=True,
        check=True,
    )
    pids = [int(line.split()[0]) for line in listing.stdout.splitlines() if "granian" in line]
    assert len(pids) == 1
    os.kill(pids[0], signal.SIGKILL)
    assert eventually(lambda: "the web server ended" in started.text)

    def answers() -> bool:
        try:
            return started.status_of("/account/sign-in/") == 200
        except OSError:
            return False

    assert eventually(answers)


def test_it_stops_cleanly_and_at_once(started: Started) -> None:
    status, seconds = started.stop()
    assert status == 0
    assert seconds < 10
    assert cluster.Cluster(started.data).pid() is None
    assert not folder.is_held(started.data)


def test_an_administrator_who_forgot_her_password_gets_a_link_while_it_is_stopped(started: Started) -> None:
    said = run(started.data, "accounts", "link", "ada@example.org")
    assert said.returncode == 0, said.stderr
    assert link_in(said.stdout) and "start it with pathways up" in said.stdout
    assert not folder.is_held(started.data) and cluster.Cluster(started.data).pid() is None
    nowhere = run(started.data.parent / "nothing", "accounts", "link", "ada@example.org")
    assert nowhere.returncode == 2 and "holds no programme" in nowhere.stderr


def test_a_later_start_takes_seconds_and_asks_nothing(started: Started, data: Path) -> None:
    again = Started(data)
    assert again.took < 15
    found = re.search(r"chooses a password here, once: http://127\.0\.0\.1:\d+(/\S+)", again.text)
    assert found and again.status_of(found.group(1)) == 200  # she has not chosen one: a link that was lost
    assert again.stop(signal.SIGTERM)[0] == 0


def test_a_start_after_everything_was_killed_recovers(started: Started, data: Path) -> None:
    first = Started(data)
    pid = cluster.Cluster(data).pid()
    assert pid is not None
    first.process.kill()
    os.kill(pid, signal.SIGKILL)
    first.process.wait()
    again = Started(data)
    assert "recovered" in again.text
    assert again.status_of("/account/sign-in/") == 200
    again.stop()


def test_a_demonstration_never_starts_in_a_live_folder(started: Started, data: Path) -> None:
    for words in (["demo"], ["demo", "--fresh"]):
        refused = run(data, *words)
        assert refused.returncode == 2
        assert "live" in refused.stderr
    assert (data / "cluster").is_dir()


def test_a_key_that_is_not_the_right_one_is_found_by_the_doctor(started: Started, data: Path) -> None:
    key = data / "keys" / "key-encryption-key"
    kept = key.read_bytes()
    assert "is not the one" not in run(data, "doctor").stdout
    key.write_bytes(base64.b64encode(bytes(32)))
    said = run(data, "doctor").stdout
    key.write_bytes(kept)
    assert "is not the one that these records were sealed with" in said


def test_a_restored_demonstration_is_not_emptied_and_a_half_made_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running.Installation, "_start_database", lambda self: None)
    monkeypatch.setattr(running.Installation, "_stop_leftover", lambda self: None)
    for half_made in (False, True):
        data = tmp_path / f"data-{half_made}"
        folder.prepare(data, folder.Kind.DEMONSTRATION)
        demonstration = demonstrating.Demonstration(
            settings.Settings(data=data), folder.Kind.DEMONSTRATION, say=lambda _: None
        )
        (data / "cluster").mkdir()
        if half_made:
            demonstration.being_made.touch()
        demonstration._start_database()
        assert (data / "cluster").exists() is not half_made
        assert demonstration.being_made.exists() is half_made  # and is made anew


def test_a_lost_key_stops_the_start(started: Started, data: Path) -> None:
    key = data / "keys" / "key-encryption-key"
    kept = key.read_bytes()
    key.unlink()
    refused = run(data, "up", "--port", "0")
    key.write_bytes(kept)
    assert refused.returncode == 2
    assert "key-encryption key" in refused.stderr


def test_a_folder_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    stamp = json.dumps({"format": folder.FORMAT + 1, "version": "9.0", "kind": "live"})
    folder.stamp_path(tmp_path).write_text(stamp)
    refused = run(tmp_path, "up", "--port", "0")
    assert refused.returncode == 2
    assert "newer version (9.0)" in refused.stderr
    assert folder.stamp_path(tmp_path).read_text() == stamp


def test_a_folder_that_cannot_be_made_is_one_clear_line() -> None:
    refused = run(Path("/proc/nowhere/data"), "up", "--port", "0")
    assert refused.returncode == 2
    assert "cannot be written" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_without_anyone_to_ask_it_wants_the_first_administrator_named(tmp_path: Path) -> None:
    refused = run(tmp_path / "data", "up", "--port", "0")
    assert refused.returncode == 2
    assert "--admin-email" in refused.stderr.splitlines()[-1]


def test_wrong_options_are_status_two() -> None:
    for words in (["up", "--port", "banana"], ["dance"], ["doctor", "--json"]):
        refused = run(Path("/proc/nowhere"), *words)
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr


def test_version() -> None:
    assert re.fullmatch(r"soc-pathways \d+\.\d+\.\d+\n", run(Path("/proc/nowhere"), "--version").stdout)
