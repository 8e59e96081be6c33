"""The web server, the worker and PostgreSQL killed outright under load: what was acknowledged stands.

Ten people work through real pages on a real installation. Whoever gets no answer presses again, with the
same form, as a person would; so each piece of work must be there exactly once, with its event, whenever the
kill came. Nobody's word is taken: what stands is read from the database at the end, opened and counted.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from pathways.installation import cluster, folder
from tests import postgres
from tests.cli.test_running import Started, environment

pytestmark = [pytest.mark.prove, pytest.mark.database]

KILLS = 30
WRITES = 3_000
BACK_WITHIN = 10.0
LONGEST = 330.0
WAITING = 40
ODD = "Zoë said “it’s 5 > 3 & fine”\r\n\t– ✓ 😀 "


@dataclass
class Answer:
    status: int
    to: str
    body: str


class Desk:
    """One person at a browser without scripts: keeps cookies, and presses again until there is an answer."""

    def __init__(self, port: int, email: str, password: str) -> None:
        self.port, self.cookies = port, {}
        self.tries: Counter[str] = Counter()
        self.get("/account/sign-in/")
        signed = self.post("/account/sign-in/", {"email": email, "password": password})
        assert signed.status == 302, f"{email} could not sign in: {signed.status}"

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
            return Answer(answer.status, answer.getheader("Location", ""), text)
        finally:
            connection.close()

    def until_answered(self, method: str, path: str, body: str | None = None) -> tuple[Answer, int]:
        """The first answer that is not the machine's own trouble, and how often it was asked."""
        for tries in itertools.count(1):
            try:
                answer = self._ask(method, path, body)
            except (OSError, http.client.HTTPException):
                self.tries["no answer"] += 1
            else:
                if answer.status < 500:
                    return answer, tries
                self.tries[str(answer.status)] += 1
                assert answer.status == 503, f"{method} {path} answers {answer.status}"
                assert "Back in a moment" in answer.body
            time.sleep(0.1)
        raise AssertionError

    def get(self, path: str) -> str:
        return self.until_answered("GET", path)[0].body

    def post(self, path: str, given: dict[str, Any], tries: list[int] | None = None) -> Answer:
        body = urlencode({"csrfmiddlewaretoken": self.cookies["pathways_csrf"], **given}, doseq=True)
        answer, count = self.until_answered("POST", path, body)
        if tries is not None:
            tries.append(count)
        return answer


def token(page: str) -> str:
    found = re.search(r'name="_token" value="([^"]+)"', page)
    assert found, page[:800]
    return found[1]


@dataclass
class Tally:
    """What was acknowledged, by kind: the words that make each piece of work known again."""

    said: dict[str, list[str]] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    kept: int = 0
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def done(self, kind: str, words: str) -> None:
        with self.lock:
            self.said.setdefault(kind, []).append(words)

    def saved(self) -> None:
        with self.lock:
            self.kept += 1

    @property
    def count(self) -> int:
        return sum(map(len, self.said.values())) + self.kept


Work = Iterator[None]


def contacts(desk: Desk, tally: Tally, mark: str, woman: str) -> Work:
    """A contact with its note: one page, one button, each time with the token of its own page."""
    for number in itertools.count():
        words = f"{mark} {number} {ODD}".strip()
        said = {"when": "now", "mode": "telephone", "came": "yes", "minutes": "20", "note": words}
        path = f"/support/{woman}/contact/"
        once = f"{mark}-{number}-{os.urandom(6).hex()}"
        answer = desk.post(path, {**said, "_do": "continue", "_token": once})
        assert answer.status == 302, f"{path} {answer.status} {answer.body[:2000]}"
        tally.done("contact", words)
        yield


def notes(desk: Desk, tally: Tally, mark: str, woman: str) -> Work:
    path = f"/support/{woman}/note/"
    for number in itertools.count():
        words = f"{mark} {number} {ODD}".strip()
        desk_token = token(desk.get(path))
        given = {"body": words, "note": words, "words": words, "_token": desk_token, "_do": "continue"}
        answer = desk.post(path, given)
        assert answer.status == 302, f"{path} {answer.status} {answer.body[:2000]}"
        if answer.to.endswith("?check"):
            answer = desk.post(path, {"_do": "confirm", "_token": token(desk.get(f"{path}?check"))})
        tally.done("note", words)
        yield


def drafting(desk: Desk, tally: Tally, mark: str, woman: str) -> Work:
    """One form that is kept again and again: the last words acknowledged are those that stand."""
    path = f"/support/{woman}/goal/"
    step = re.search(r'name="_step" value="([^"]+)"', desk.get(path))
    assert step
    for number in itertools.count():
        words = f"{number} {ODD}"
        answer = desk.post(path, {"_step": step[1], "_do": "save", "words": words})
        assert answer.status == 302, f"{path} {answer.status}"
        tally.drafts[f"support:goal:{woman}"] = words
        tally.saved()
        yield


def steps(desk: Desk, tally: Tally, path: str, given: list[tuple[str, dict[str, Any]]]) -> bool:
    """A form of several pages; every page that was kept is an acknowledged write too."""
    for slug, words in given:
        answer = desk.post(path, {**words, "_step": slug, "_do": "continue"})
        assert answer.status == 302, f"{path} {slug} {answer.status} {answer.body[-4000:]}"
        assert answer.to.startswith(path), f"{path} {slug} leads to {answer.to}"
        tally.saved()
    check, _ = desk.until_answered("GET", f"{path}?check")
    assert check.status == 200, f"{path}?check {check.status} to {check.to}"
    answer = desk.post(path, {"_do": "confirm", "_token": token(check.body)})
    return answer.status == 302 and "done=" in answer.to


def flags(desk: Desk, tally: Tally, mark: str) -> Work:
    for number in itertools.count():
        words = f"{mark}{number}"
        given = [
            ("who", {
                "age": "born", "born-day": "4", "born-month": "3", "born-year": "1991",
                "given_names": f"Marta{number}", "surname": f"Invented{number}",
                "subject_category": "victim", "police_reference": words,
            }),
            ("why", {"route": "custody", "why": ODD, "fact_or_opinion": "fact"}),
            ("signs", {"protective": ["pro_adult"], "networks": ["net_partner"],
                       "vulnerability": ["vul_housing"], "source": "custody_record", "confidence": "sure"}),
        ]  # fmt: skip
        assert steps(desk, tally, "/police/flag/", given)
        tally.done("flag", words)
        yield


def doors(desk: Desk, tally: Tally, mark: str) -> Work:
    for number in itertools.count():
        words = f"{mark} {number}"
        given = [
            ("who", {"age": "adult", "called": words, "given_names": f"Dina{number}"}),
            ("ways", {"is_safe": "yes", "channels": ["text"], "times": "any"}),
            ("why", {"route": "third_sector", "she_knows": "yes", "why": ODD}),
        ]
        assert steps(desk, tally, "/doors/new/", given)
        tally.done("door", words)
        yield


def journeys(desk: Desk, worker: Desk, tally: Tally, play: dict[str, Any]) -> Work:
    """From triage to a referral that a worker has accepted: four steps of a journey, in order, each once."""
    for one in play["waiting"]:
        tries: list[int] = []
        page = desk.get(f"/triage/{one['triage']}/")
        said = {"level": "2", "reasons": ODD, "_token": token(page), "_do": "continue"}
        answer = desk.post(f"/triage/{one['triage']}/", said, tries)
        # pressed again after an answer that never came, it says that it has been decided
        assert answer.status == 302 or tries[-1] > 1, f"triage {answer.status}"
        tally.done("triage", one["triage"])
        yield
        sent = steps(
            desk, tally, f"/refer/new/{one['client']}/",
            [
                ("service", {"service": play["service"]}),
                ("asked", {"needs": ["housing"], "why": ODD}),
                ("share", {"share": ["name", "safe_contact", "needs"]}),
                ("contact", {"contact_note": ODD, "is_checked": "on"}),
            ],
        )  # fmt: skip
        assert sent
        tally.done("sent", one["client"])
        yield
        listed = worker.get("/refer/")
        for key in sorted(set(re.findall(r'href="/refer/([0-9a-f-]{36})/"', listed))):
            for step, kind in (("acknowledge", "acknowledged"), ("take", "accepted")):
                answer = worker.post(f"/refer/{key}/{step}/", {}, tries)
                if answer.status == 302:
                    tally.done(kind, key)
                else:
                    assert tries[-1] > 1 or answer.status in (403, 409), f"{step} {answer.status}"
                yield


def work(name: str, job: Work, ended: threading.Event, tally: Tally) -> None:
    try:
        for _ in job:
            if ended.is_set():
                return
    except Exception as problem:
        tally.wrong.append(f"{name}: {problem!r}"[:6000])


# ------------------------------------------------------------------------------------------ killing


@dataclass
class Killer:
    """Kills one part outright, waits until it is back, and says how long that took."""

    started: Started
    took: list[tuple[str, float]] = field(default_factory=list)

    def children(self, mark: str, of: int | None = None) -> list[int]:
        listing = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(of or self.started.process.pid)],
            capture_output=True, text=True, check=False,
        ).stdout  # fmt: skip
        return [int(line.split()[0]) for line in listing.splitlines() if mark in line]

    def web_server(self) -> int:
        return self.children("granian")[0]

    def web_process(self) -> int:
        return random.choice(self.children("", of=self.web_server()))

    def worker(self) -> int:
        return self.children("pathways.worker")[0]

    def postgres(self) -> int:
        found = cluster.Cluster(self.started.data).pid()
        assert found is not None
        return found

    def backend(self) -> int:
        """One connection's process: PostgreSQL then ends them all, and recovers by itself."""
        found = self.children("pathways_app", of=self.postgres())
        return random.choice(found)

    def kill(self, what: str, tally: Tally) -> None:
        """Back is: it runs again, pages answer, and after that somebody's work was acknowledged."""
        waiting = self.worker_log().count("the worker waits")
        pid = getattr(self, what)()
        os.kill(pid, signal.SIGKILL)
        began = time.monotonic()
        self.until(began, lambda: not Path(f"/proc/{pid}").exists() and answers(self.started))
        if what == "worker":
            self.until(began, lambda: self.worker_log().count("the worker waits") > waiting)
        before = tally.count
        self.until(began, lambda: tally.count > before)
        self.took.append((what, time.monotonic() - began))

    def until(self, began: float, truth: Callable[[], bool]) -> None:
        while not truth() and time.monotonic() < began + 3 * BACK_WITHIN:
            time.sleep(0.05)

    def worker_log(self) -> str:
        return (self.started.data / "logs" / "worker.log").read_text("utf-8", "replace")


def answers(started: Started) -> bool:
    try:
        return started.status_of("/account/sign-in/") == 200 and started.status_of("/up/") == 200
    except (OSError, http.client.HTTPException):
        return False


def told(data: Path, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.filled", *words],
        env=environment(data), cwd=postgres.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_whatever_is_killed_no_acknowledged_write_is_lost_and_no_step_is_half_done(tmp_path: Path) -> None:
    data = tmp_path / "data"
    postgres.copy(postgres.pattern(), data)
    with folder.held(data):
        database = cluster.Cluster(data)
        database.start()
        play = told(data, "fill", "8", str(WAITING))
        database.stop()
    started = Started(data, "--admin-email", "ada@example.org")
    tally, ended = Tally(), threading.Event()

    def desk(who: str) -> Desk:
        return Desk(started.port, play["emails"][who], play["password"])

    women = play["women"]
    jobs: dict[str, Callable[[], Work]] = {
        "contacts 1": lambda: contacts(desk("worker"), tally, "c1", women[0]),
        "contacts 2": lambda: contacts(desk("worker"), tally, "c2", women[1]),
        "contacts 3": lambda: contacts(desk("worker"), tally, "c3", women[2]),
        "notes": lambda: notes(desk("worker"), tally, "n1", women[3]),
        "drafts": lambda: drafting(desk("worker"), tally, "d1", women[4]),
        "flags": lambda: flags(desk("officer"), tally, "PR"),
        "doors": lambda: doors(desk("worker"), tally, "Door"),
        "journeys": lambda: journeys(desk("coordinator"), desk("worker"), tally, play),
    }
    work_of = {name: job() for name, job in jobs.items()}
    threads = [
        threading.Thread(target=work, args=(name, job, ended, tally), name=name)
        for name, job in work_of.items()
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    killer = Killer(started)
    rng = random.Random(20261127)
    kinds = ["web_server", "web_process", "worker", "postgres", "backend"]
    try:
        for number in range(KILLS):
            time.sleep(rng.uniform(0.3, 2.5))
            killer.kill(kinds[number % len(kinds)], tally)
            if tally.wrong:
                break
        while tally.count < WRITES and time.monotonic() < began + LONGEST and not tally.wrong:
            time.sleep(0.2)
    finally:
        ended.set()
        for thread in threads:
            thread.join(60)
        seconds = time.monotonic() - began
        found = told(data, "found")
        stopped = started.stop()
    assert not tally.wrong, "\n\n".join(tally.wrong)

    slowest = {kind: max(took for one, took in killer.took if one == kind) for kind in kinds}
    counts = {kind: len(words) for kind, words in tally.said.items()}
    print(
        f"\n{len(killer.took)} kills in {seconds:.0f} s; acknowledged: {tally.count}"
        f" ({counts}, drafts and pages {tally.kept});"
        f" slowest back: { {kind: round(took, 1) for kind, took in slowest.items()} }"
    )
    for kind, words in tally.said.items():
        stands = Counter(found["texts"][kind])
        lost = [one for one in words if stands[one] == 0]
        twice = [one for one in words if stands[one] > 1]
        assert lost == [], f"{kind}: acknowledged and lost"
        assert twice == [], f"{kind}: done twice"
    assert found["halves"] == {name: [] for name in found["halves"]}
    for key, words in tally.drafts.items():
        kept = next(answers for name, answers in found["drafts"].items() if name.endswith(key))
        number = int(kept["steps"][next(iter(kept["steps"]))]["words"][0].split()[0])
        assert number >= int(words.split()[0])
    assert found["jobs"].get("failed", 0) == 0
    assert len(killer.took) == KILLS
    assert tally.count >= WRITES
    assert max(slowest.values()) <= BACK_WITHIN, killer.took
    assert stopped[0] == 0
