"""Twelve indicators over ten million events: ours beside plain DuckDB and Polars, in one run. Never a test.

    python -m bench.screen.run [--events 10000000] [--people 1000000] [--times 3] [--without-catalogue]

The ways run by turns, each time in a process of its own, on the same file; nothing is compared with anything
of another run. What each takes to hold the table in memory as it holds it is said beside. Ends with status 1
when an aim is missed or two lists differ.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.screen import records

ROOT = Path(__file__).resolve().parents[2]
OF_DUCKDB, OF_POLARS, OF_LIST, MEMORY = 0.5, 1.0, 0.2, 1.5e9


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--events", type=int, default=10_000_000)
    wanted.add_argument("--people", type=int, help="a tenth of the events unless told")
    wanted.add_argument("--times", type=int, default=3)
    wanted.add_argument("--without-catalogue", action="store_true")
    said = wanted.parse_args()
    people = said.people or max(1, said.events // 10)
    with tempfile.TemporaryDirectory(prefix="pathways-bench-") as place:
        file, tenth = Path(place) / "records.parquet", Path(place) / "tenth.parquet"
        records.write(file, said.events, people)
        records.write(tenth, said.events // 10, people // 10)
        print(f"{said.events:,} involvements of {people:,} people, {said.times} times each", flush=True)
        turns = [
            {way: _run(way, file) for way in ("duckdb", "ours", "polars")} | {"tenth": _run("ours", tenth)}
            for _ in range(said.times)
        ]
        told = {way: _together([turn[way] for turn in turns]) for way in turns[0]}
        good = _compare(told, told.pop("tenth"))
        if not said.without_catalogue:
            for events, source in ((said.events // 10, tenth), (said.events, file)):
                whole = _run("whole", source)
                print(
                    f"the whole catalogue over {events:,} events and as many links, by `screening.screen`:"
                    f" {_median(whole, 'list'):.2f} s, {whole['memory'] / 1e9:.2f} GB with the frames,"
                    f" {whole['persons']:,} considered",
                    flush=True,
                )
    sys.exit(0 if good else 1)


def _run(way: str, file: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.screen.ways", way, str(file), "1"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    parts = ", ".join(f"{name} {value:.2f}" for name, value in told["times"][0].items())
    print(
        f"  {way:<7} {parts}; loaded in {told['load']:.2f}; {told['memory'] / 1e9:.2f} GB; load of the"
        f" machine {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return told


def _together(turns: list[dict[str, Any]]) -> dict[str, Any]:
    assert len({turn["list"] for turn in turns}) == 1, "one way gave two lists"
    return turns[0] | {
        "times": [each for turn in turns for each in turn["times"]],
        "memory": max(turn["memory"] for turn in turns),
    }


def _median(told: dict[str, Any], what: str) -> float:
    return statistics.median(each[what] for each in told["times"])


def _compare(told: dict[str, dict[str, Any]], less: dict[str, Any]) -> bool:
    ours, good = _median(told["ours"], "list"), True
    same = len({each["list"] for each in told.values()}) == 1
    good &= _say("the three lists are the same", 1.0 if same else 0.0, same)
    share = ours / _median(told["duckdb"], "list")
    good &= _say(f"of plain DuckDB, at most {OF_DUCKDB}", share, share <= OF_DUCKDB)
    written = {name: _median(told["polars"], name) for name in told["polars"]["times"][0] if " over " in name}
    for name, taken in written.items():
        aim = OF_POLARS if name.endswith("over words") else None
        what = f"of Polars, {name}" + (f", at most {aim}" if aim else ", which it had to be made into first")
        good &= _say(what, ours / taken, aim is None or ours / taken <= aim)
    share = _median(told["ours"], "evidence") / ours
    good &= _say(f"evidence of 500 women, of the list, at most {OF_LIST}", share, share <= OF_LIST)
    memory = told["ours"]["memory"]
    good &= _say(
        f"GB at most, with the table it starts from, at most {MEMORY / 1e9}", memory / 1e9, memory <= MEMORY
    )
    _say("times the time for ten times the events", ours / _median(less, "list"), True)
    return good


def _say(what: str, value: float, met: bool) -> bool:
    print(f"  {value:8.3f}  {what}: {'met' if met else 'MISSED'}", flush=True)
    return met


if __name__ == "__main__":
    main()
