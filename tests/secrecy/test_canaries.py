"""No name, number or word about a woman is found in any file that an installation writes (P16, P17)."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import pytest

from pathways.installation import cluster, database
from tests import postgres
from tests.cli.test_running import Started, command, environment
from tests.secrecy import canaries

pytestmark = [pytest.mark.prove, pytest.mark.database]

WOMEN = 200


class Tab:
    """A browser's tab, as far as it needs one: cookies, and the token of a form."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies, self.token = port, {}, ""
        self.answers: list[tuple[int, str, bytes]] = []

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if fields is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"http://127.0.0.1:{self.port}/",
            }
            body = urlencode({"csrfmiddlewaretoken": self.token, **fields})
        try:
            link.request(method, path, body, headers)
            answer = link.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
            content = answer.read()
            self.answers.append((answer.status, answer.headers.get("Location", ""), content))
            page = content.decode("utf-8", "replace")
            if token := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page):
                self.token = token.group(1)
            return answer.status, page
        finally:
            link.close()

    def sign_in(self, email: str, password: str) -> None:
        self.ask("GET", "/account/sign-in/")
        assert self.ask("POST", "/account/sign-in/", {"email": email, "password": password})[0] == 302


def run(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=900,
        stdin=subprocess.DEVNULL,
    )


def inside(data: Path, what: str, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.secrecy.acting", what, *words],
        env={**environment(data), "PYTHONPATH": f"{postgres.ROOT / 'src'}:{postgres.ROOT}"},
        cwd=postgres.ROOT, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


class Lived:
    """An installation through which a thousand canaries went, by every way there is."""

    def __init__(self, place: Path) -> None:
        self.place, self.data = place, place / "data"
        self.tab: Tab
        self.failed = 0

    def live(self) -> None:
        os.environ["TMPDIR"] = str(self.place / "tmp")
        (self.place / "tmp").mkdir()
        self.up = Started(self.data, "--admin-email", "ada@example.org")
        try:
            self.said = inside(self.data, "live", str(WOMEN))
            self.tab = Tab(self.up.port)
            self.tab.sign_in(self.said["worker"], self.said["password"])
            self.browse()
            self.fail()
            self.crash()
            self.there = inside(self.data, "read")
            report = run(
                self.data, "report", "--as", "eve.evaluator@academy.test", "--from", "2026-11-01",
                "--to", "2026-11-30", "--out", str(self.place / "report"),
            )  # fmt: skip
            assert report.returncode == 0, report.stderr
            self.superuser("checkpoint")
            made = run(
                self.data, "backup", str(self.place / "backup"), "--keys", str(self.place / "key-copies")
            )
            assert made.returncode == 0, made.stderr
            self.outputs = report.stdout + report.stderr + made.stdout + made.stderr
        finally:
            if self.up.process.poll() is None:
                self.up.stop()
            os.environ.pop("TMPDIR", None)

    def browse(self) -> None:
        names = canaries.words(WOMEN * 4)
        her = self.said["first"]
        assert self.tab.ask("GET", f"/support/{her}/note/")[0] == 200
        for number in range(100):  # forms that nobody finishes
            fields = {"_do": "save", "_step": "answers", "body": f"{names[number]} drafted{number}x"}
            assert self.tab.ask("POST", f"/support/{her}/note/", fields)[0] == 302
        for name in names[:60]:  # searches, found and not found
            assert self.tab.ask("POST", "/search/", {"query": f"{name} 12 June 1990"})[0] == 200
        for name in names[:20]:  # what is not there, and what is typed wrongly
            assert self.tab.ask("GET", f"/her/{quote(name)}/")[0] == 404
            assert self.tab.ask("GET", f"/nowhere/{quote(name)}?q={quote(name)}")[0] == 404
            assert self.tab.ask("POST", f"/nowhere/{quote(name)}/", {"body": name})[0] in (403, 404)
            self.tab.ask("POST", "/account/sign-in/", {"email": f"{name}@example.org", "password": name})
        long = {"_do": "continue", "_step": "answers", "body": "", "_token": "x"}
        assert self.tab.ask("POST", f"/support/{her}/note/", long)[0] == 422
        for path in (
            "/",
            "/women/",
            f"/her/{her}/",
            f"/her/{her}/contacts/",
            f"/her/{her}/safety/",
            "/drafts/",
        ):
            assert self.tab.ask("GET", path)[0] in (200, 302, 404)

    def fail(self) -> None:
        """Failures of ours in the middle of a write: the database refuses, and quotes the row."""
        her = self.said["first"]
        self.superuser("alter table draft add constraint fault check (title <> title) not valid")
        self.superuser("alter table support_case_note add constraint fault check (id <> id) not valid")
        for name in canaries.words(20):
            form = {"_do": "save", "_step": "answers", "body": f"{name} provoked"}
            self.failed += self.tab.ask("POST", f"/support/{her}/note/", form)[0] == 500
        self.superuser("alter table draft drop constraint fault")
        self.superuser("alter table support_case_note drop constraint fault")

    def crash(self) -> None:
        """The web server and the database are killed while names are being posted."""
        her, stop = self.said["first"], threading.Event()

        def post() -> None:
            tab = Tab(self.up.port)
            tab.cookies, tab.token = dict(self.tab.cookies), self.tab.token
            for name in canaries.words(400):
                if stop.is_set():
                    return
                form = {"_do": "save", "_step": "answers", "body": f"{name} in the middle"}
                try:
                    tab.ask("POST", f"/support/{her}/note/", form)
                except (OSError, http.client.HTTPException):
                    time.sleep(0.05)

        threads = [threading.Thread(target=post) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(1.0)
        listing = subprocess.run(
            ["ps", "-e", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        ours = {str(self.up.process.pid)}
        for _ in range(3):
            ours |= {line.split()[0] for line in listing if line.split()[1] in ours}
        for line in listing:
            pid = line.split()[0]
            if pid in ours and "granian" in line:
                os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.5)
        os.kill(cluster.Cluster(self.data).pid() or 0, signal.SIGKILL)
        stop.set()
        for thread in threads:
            thread.join()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.up.status_of("/account/sign-in/") == 200:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise AssertionError("it did not come back")

    def superuser(self, statement: str) -> list[Any]:
        said = cluster.Cluster(self.data).superuser_parameters() | {"dbname": database.DATABASE}
        with psycopg.connect(psycopg.conninfo.make_conninfo("", **said), autocommit=True) as link:
            done = link.execute(statement.encode())
            return done.fetchall() if done.description else []


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    made = Lived(tmp_path_factory.mktemp("canaries"))
    made.live()
    yield made


def test_the_search_finds_a_canary_in_every_dress(tmp_path: Path) -> None:
    name = canaries.words(1)[0]
    for dress, forms in canaries.dresses(name).items():
        for form in forms[:2]:
            (tmp_path / "file").write_bytes(b"before " + form + b" after")
            assert dress in canaries.found_in((tmp_path / "file").read_bytes()), dress
    for before in range(3):
        import base64

        assert "base64" in canaries.found_in(base64.b64encode(b"x" * before + name.encode() + b" and more"))
    assert canaries.found_in(canaries.numbers(3)[2].encode()) == ["utf-8"]
    assert canaries.found_in(b"nothing of the kind 07700 900123") == []


def test_all_thousand_are_there_for_those_who_may_read_them(lived: Lived) -> None:
    assert lived.there == {"read": 1000}
    saved = [status for status, _, _ in lived.tab.answers if status == 302]
    assert len(saved) > 100  # the forms that nobody finished
    assert lived.failed == 20


def test_none_of_a_thousand_is_in_any_file(lived: Lived) -> None:
    """The data folder (heap, TOAST, WAL, temporary files, logs), the backup, the copies of keys."""
    names = ("data", "backup", "key-copies", "report", "tmp")
    found, size = canaries.found_under([*(lived.place / name for name in names), lived.up.said])
    print(f"looked through {size / 1024**2:.0f} MB")
    assert size > 50 * 1024**2
    assert found == {}
    assert canaries.found_in(lived.outputs.encode()) == []


#: the answers that give a form back to whoever wrote it, with why it was not taken
_GIVEN_BACK = frozenset({409, 500, 503})
_FIELDS = re.compile(rb"<textarea[^>]*>.*?</textarea>|value=\"[^\"]*\"", re.DOTALL)


def test_none_is_in_an_error_page_or_an_address(lived: Lived) -> None:
    answers = [(status, content) for status, _, content in lived.tab.answers]
    errors = [(status, content) for status, content in answers if status >= 400 and status != 422]
    assert len(errors) >= 60
    for status, content in errors:
        if status in _GIVEN_BACK:
            content = _FIELDS.sub(b"", content)  # the writer's own words, in the writer's own form
        assert not canaries.found_in(content), status
    where = [location for _, location, _ in lived.tab.answers if location]
    assert where
    assert not any(canaries.found_in(location.encode()) for location in where)
    links = [
        link.encode()
        for _, _, content in lived.tab.answers
        for link in re.findall(r'(?:href|action|src)="([^"]*)"', content.decode("utf-8", "replace"))
    ]
    assert len(links) > 1000
    assert not any(canaries.found_in(link) for link in links)


def test_one_that_is_planted_is_found_in_the_heap_the_log_and_a_backup(lived: Lived, tmp_path: Path) -> None:
    """The proof can fail: one name in a plain column is in the heap and in the write-ahead log."""
    from pathways.installation import folder

    up = cluster.Cluster(lived.data)
    with folder.held(lived.data):
        up.start()
        try:
            name = canaries.words(1)[0]
            lived.superuser(
                f"insert into setting (key, value, changed_at) values ('planted', '\"{name}\"', now())"
            )
            lived.superuser("checkpoint")
            made = run(lived.data, "backup", str(tmp_path / "backup"))
            assert made.returncode == 0, made.stderr
        finally:
            up.stop()
    found, _ = canaries.found_under([lived.data, tmp_path / "backup"])
    places = "\n".join(found)
    assert "/base/" in places
    assert "/pg_wal/" in places
    assert str(tmp_path / "backup") in places


@pytest.mark.django_db
def test_a_thousand_ciphertexts_moved_elsewhere_are_refused() -> None:
    """P17: between rows of one woman, between columns, between women and between organisations."""
    from django.db import connection

    from pathways.journey import identity
    from pathways.records.models import CaseNote, Review
    from pathways.records.sealed import SealBroken
    from tests.journey import people, women
    from tests.journey.people import NOW

    cast = people.cast()
    made = [women.born(cast, f"W{n}", worker=cast.worker, notes=12) for n in range(8)]
    with identity.acting(cast.worker):
        for client_id, episode_id in made:
            Review(
                client_id=client_id, organisation_id=cast.worker.organisation_id, episode_id=episode_id,
                happened_on=NOW.date(), recorded_at=NOW, recorded_by_id=cast.worker.account_id,
                what_changed="This", her_view="That", plan="The other",
            ).save(force_insert=True)  # fmt: skip
    places: list[tuple[Any, Any, str]] = []
    chance = random.Random(11)
    refused = opened = 0
    with identity.keeper(identity.MACHINE, cast.worker.organisation_id):
        places += [(CaseNote, row.pk, "body") for row in CaseNote.objects.all()]
        for row in Review.objects.all():
            places += [(Review, row.pk, name) for name in ("what_changed", "her_view", "plan")]
        for _ in range(1000):
            (model_a, a, column_a), (model_b, b, column_b) = chance.sample(places, 2)
            with connection.cursor() as cursor:
                cursor.execute(f"select {column_a} from {model_a._meta.db_table} where id = %s", [a])
                blob_a = cursor.fetchone()[0]
                cursor.execute(f"select {column_b} from {model_b._meta.db_table} where id = %s", [b])
                blob_b = cursor.fetchone()[0]
                update = f"update {model_b._meta.db_table} set {column_b} = %s where id = %s"
                cursor.execute(update, [blob_a, b])
                try:
                    getattr(model_b.objects.get(pk=b), column_b)
                    opened += 1
                except SealBroken:
                    refused += 1
                cursor.execute(update, [blob_b, b])
                getattr(model_b.objects.get(pk=b), column_b)  # back in its place it opens again
    assert (refused, opened) == (1000, 0)
