"""How fast pages are with 1,000 women and 10,000 notes: `python -m bench.web.run`. Never a timed test.

Starts the whole programme as `pathways up` does, in a folder of its own, fills it, signs in over HTTP, and
measures. Prints the figures and the machine; ends with status 1 when one of the aims is missed.
"""

from __future__ import annotations

import argparse
import http.client
import os
import platform
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path
from typing import Any

from pathways.cli import running
from pathways.installation import folder
from pathways.installation.settings import Settings

WOMEN, NOTES = 1_000, 10_000
LIST_P95, HER_P95, A_SECOND = 100.0, 150.0, 40.0


class Visitor:
    """One signed-in person on one connection that stays open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://127.0.0.1:{self.port}",
            }
        self.link.request("GET" if body is None else "POST", path, body, headers)
        answer = self.link.getresponse()
        text = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie" and (found := re.match(r"([^=]+)=([^;]*)", value)):
                self.cookies[found[1]] = found[2]
        return answer.status, text

    def sign_in(self, email: str, password: str) -> None:
        _, page = self.ask("/account/sign-in/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        name = next((k for k in self.cookies if "csrf" in k), "csrftoken")
        self.cookies.setdefault("csrftoken", self.cookies.get(name, ""))
        form = {"email": email, "password": password}
        if token:
            form["csrfmiddlewaretoken"] = token[1].decode()
        body = urllib.parse.urlencode(form)
        headers = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{self.port}",
        }
        self.link.request("POST", "/account/sign-in/", body, headers)
        answer = self.link.getresponse()
        text = answer.read()
        for key, value in answer.getheaders():
            if key.lower() == "set-cookie" and (found := re.match(r"([^=]+)=([^;]*)", value)):
                self.cookies[found[1]] = found[2]
        if answer.status != 302:
            raise SystemExit(f"{email} could not sign in: {answer.status} {text[:200]!r}")


def one_at_a_time(visitor: Visitor, paths: list[str], times: int) -> tuple[list[float], float]:
    """What each took, and the milliseconds of processor that one of them cost."""
    taken, before = [], work_done()
    for n in range(times + 5):
        path = paths[n % len(paths)]
        start = time.perf_counter()
        status, text = visitor.ask(path)
        if status != 200:
            raise SystemExit(f"{path} answered {status}: {text[:300]!r}")
        if n >= 5:
            taken.append((time.perf_counter() - start) * 1000)
    return taken, (work_done() - before) * 1000 / (times + 5)


def together(visitors: list[Visitor], path: str, seconds: float) -> tuple[float, list[float]]:
    taken: list[float] = []
    end = time.perf_counter() + seconds

    def go(visitor: Visitor) -> None:
        while time.perf_counter() < end:
            start = time.perf_counter()
            status, _ = visitor.ask(path)
            assert status == 200, status
            taken.append((time.perf_counter() - start) * 1000)

    start = time.perf_counter()
    threads = [threading.Thread(target=go, args=(one,)) for one in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(taken) / (time.perf_counter() - start), taken


def work_done() -> float:
    """Seconds of processor that our own processes have used: pages and database, and nothing else."""
    ticks, parents = {}, {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                fields = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(place.name)] = int(fields[1])
            ticks[int(place.name)] = int(fields[11]) + int(fields[12])
    ours = {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(ticks[one] for one in ours - {os.getpid()}) / os.sysconf("SC_CLK_TCK")


def p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


def line(what: str, measured: tuple[list[float], float], aim: float) -> bool:
    taken, cost = measured
    good = p95(taken) < aim
    print(
        f"{what:<44} median {statistics.median(taken):6.1f} ms   p95 {p95(taken):6.1f} ms"
        f"   processor {cost:5.1f} ms   aim {aim:.0f} ms {'met' if good else 'MISSED'}",
        flush=True,
    )
    return good


def machine() -> str:
    model = "unknown processor"
    for row in Path("/proc/cpuinfo").read_text().splitlines():
        if row.startswith("model name"):
            model = row.partition(":")[2].strip()
            break
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, load before {load:.1f}"


class Measured(running.Installation):
    """An installation that fills itself before its pages are served."""

    told: dict[str, Any]

    def _prepare_database(self) -> None:
        super()._prepare_database()
        start = time.perf_counter()
        self.told = self.call("bench.web.many", str(WOMEN), str(NOTES))
        print(f"{WOMEN:,} women and {NOTES:,} notes written in {time.perf_counter() - start:.0f} s")


def measure(port: int, told: dict[str, Any], times: int, seconds: float) -> bool:
    good = True
    for role, women in (
        ("worker", told["hers"]),
        ("supervisor", told["women"]),
        ("coordinator", told["women"]),
    ):
        visitor = Visitor(port)
        visitor.sign_in(told[role], told["password"])
        lists = [f"/women/?page={n}" for n in (1, 2, 3)] if role != "worker" else ["/women/"]
        good &= line(f"case list, {role}", one_at_a_time(visitor, lists, times), LIST_P95)
        pages = [f"/her/{client}/" for client in women]
        good &= line(f"her page, {role}", one_at_a_time(visitor, pages, times), HER_P95)
        if role != "coordinator":
            notes = [f"/her/{client}/contacts/?tab=notes" for client in women]
            good &= line(f"her notes, {role}", one_at_a_time(visitor, notes, times), HER_P95)
    for role in ("worker", "supervisor", "coordinator"):
        visitors = [Visitor(port) for _ in range(8)]
        for visitor in visitors:
            visitor.sign_in(told[role], told["password"])
        together(visitors, "/women/", 1)
        rate, taken = together(visitors, "/women/", seconds)
        fine = rate >= A_SECOND
        good &= fine
        print(
            f"{'8 at once, case list, ' + role:<44} {rate:6.1f} a second   median"
            f" {statistics.median(taken):.0f} ms   p95 {p95(taken):.0f} ms"
            f"   aim {A_SECOND:.0f} a second {'met' if fine else 'MISSED'}",
            flush=True,
        )
    return good


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--times", type=int, default=200)
    wanted.add_argument("--seconds", type=float, default=10.0)
    wanted.add_argument("--stay", action="store_true", help="keep serving afterwards, to look around")
    told = wanted.parse_args()
    root = Path(__file__).resolve().parents[2]
    os.environ["PYTHONPATH"] = f"{root / 'src'}{os.pathsep}{root}"
    good = []
    with tempfile.TemporaryDirectory(prefix="pathways-bench-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        settings = Settings(data=Path(place) / "data", port=0)

        def ready(installation: running.Installation) -> None:
            assert isinstance(installation, Measured)
            print(machine(), flush=True)
            print(f"{settings.web_processes} processes of {settings.web_threads} threads; row security on")
            good.append(measure(installation.port, installation.told, told.times, told.seconds))
            if told.stay:
                print(installation.address, installation.told, flush=True)
            else:
                installation.stop()

        Measured(settings, folder.Kind.LIVE, say=print).run(ready)
    sys.exit(0 if good == [True] else 1)


if __name__ == "__main__":
    main()
