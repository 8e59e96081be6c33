"""What the evaluation promises of its speed and its hiding, beside the programs that others use, in one run.

    python -m bench.evaluate.run [part …] [--peers PYTHON] [--rows N] [--tables N] [--journeys N] [--rounds N]

Parts: table, optimum, baseline, matching, survival, report; all of them unless some are named. Never a test.
The other programs run behind `--peers`, an interpreter that has them (the README says how it is made); where
one is absent the part says so and counts as missed. Ours and the other take turns in one run, and the medians
are compared. Ends with status 1 when something promised is missed or could not be compared.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy import spatial

from bench.evaluate import beside, invented, optimum
from bench.evaluate.beside import AbsentError, Peers, Said, Taken
from pathways.analysis import disclosure, report, returns
from pathways.analysis.disclosure import Audience, Rule, crossing, tables
from pathways.analysis.impact import baseline, matching, survival
from pathways.analysis.sheets import Sheet

#: What is promised, each at most, or at least, so many times.
OF_ACRO, OF_TABLEONE, OF_TREE, OF_LIFELINES = 0.5, 0.1, 1.0, 20.0
OF_OPTIMUM, AIM_OF_OPTIMUM, REPORT = 1.2, 1.05, 60.0
#: How near a number must come to the other program's.
CLOSE = 1e-10
#: What TableOne prints of each number: mean and spread, or the middle half where it is skewed.
STATISTICS = dict.fromkeys(invented.NUMBERS, ("mean", "sd")) | dict.fromkeys(
    invented.SKEWED, ("median", "q1", "q3")
)
#: Small counts as ACRO has them: fewer than 10.
FEWER_THAN = 10


def sheet(path: Path, frame: pl.DataFrame) -> Sheet:
    """A file's rows as the programme reads them: every cell a text."""
    return Sheet(path, path.name, frame.cast(pl.String), pl.Series(range(2, len(frame) + 2)))


def table(said: Said, peers: Peers, asked: argparse.Namespace, place: Path) -> None:
    """Counting, hiding and attacking a two-way table beside ACRO's crosstab."""
    file = place / "categories.parquet"
    invented.categories(file, asked.rows)
    rows = sheet(file, pl.read_parquet(file))
    rule = Rule(threshold=FEWER_THAN - 1)

    def work() -> Any:
        found = crossing.crossed(rows, rows="area", columns="kind")
        return disclosure.frequency(found.counts, rule, rows=found.rows, columns=found.columns)

    ours, theirs, other = Taken(), Taken(), {}
    made = beside.once(work, Taken())
    for _ in range(asked.rounds):
        try:
            other = peers.ask("crosstab", file=str(file), threshold=FEWER_THAN)
            theirs.note(other["clock"], other["processor"])
        except AbsentError as error:
            said.absent(error)
            break
        made = beside.once(work, ours)
    found = made.protected
    said.line(f"{asked.rows:,} rows, {len(made.rows)} by {len(made.columns)}: {found.primary} small,"
              f" {found.secondary} more hidden")  # fmt: skip
    said.judge(f"{len(found.audit.at_risk)} at risk (0)", found.audit.has_passed)
    if other:
        both = {name: n for name, n in other["shown"].items() if n is not None}
        differ = sum(
            made[tuple(name.split("|"))].value not in (n, None) for name, n in both.items()
        )  # what both show
        said.judge(f"of {len(both)} counts that ACRO shows, {differ} differ (0)", differ == 0)
        said.ratio("of ACRO's crosstab", ours, theirs, most=OF_ACRO)


def least(said: Said, peers: Peers, asked: argparse.Namespace, place: Path) -> None:
    """How much is hidden beside tau-ARGUS's optimum, and beside our own integer programme, on one set."""
    made = [one for one in invented.tables(asked.tables, 1) if any(n for n in one[1].values())]
    hidden = {"ours": 0, "tau-ARGUS": 0, "ours (exact)": 0, "exact": 0}
    costs = dict.fromkeys(hidden, 0.0)
    bare, compared, proved, at_risk, theirs_at_risk, more = 0, 0, 0, 0, 0, 0
    taken = {"ours": Taken(), "tau-ARGUS": Taken()}
    ending = time.perf_counter() + asked.seconds
    is_there, is_late = True, False
    for threshold, cells in made:
        rule = Rule(threshold)
        rows, columns = (list(dict.fromkeys(cell[axis] for cell in cells)) for axis in (0, 1))
        system = tables.two_way(cells, rows, columns)
        weight = {str_of(key): float(cost) for key, cost in zip(system.keys, system.costs, strict=True)}
        values = optimum.whole(cells)
        is_small = {cell: rule.is_small(n) for cell, n in values.items()}
        chosen = beside.once(lambda s=system, r=rule: disclosure.protect(s, r), taken["ours"])
        ours = {str_of(key) for key, count in chosen.cells.items() if count.is_hidden}
        at_risk += len(chosen.audit.at_risk)
        if is_there:
            try:
                other = peers.ask(
                    "optimum",
                    cells=[[*cell, n, weight[cell], is_small[cell]] for cell, n in values.items()],
                    threshold=threshold,
                    minutes=1,
                )
            except AbsentError as error:
                said.absent(error)
                is_there = False
            else:
                taken["tau-ARGUS"].note(other["clock"], other["processor"])
                theirs = {(row, column) for row, column in other["hidden"]}
                compared += 1
                hidden["ours"] += len(ours)
                hidden["tau-ARGUS"] += len(theirs)
                bare += sum(is_small.values())
                more += len(ours) > len(theirs)
                costs["ours"] += sum(weight[cell] for cell in ours)
                costs["tau-ARGUS"] += sum(weight[cell] for cell in theirs)
                pattern = np.array([str_of(key) in theirs for key in system.keys])
                theirs_at_risk += bool(disclosure.audit(system, pattern, rule).at_risk)
        if sum(is_small.values()) * len(values) > asked.exact or time.perf_counter() > ending:
            is_late |= time.perf_counter() > ending
            continue
        pattern, is_proved = optimum.least(
            values, [weight[cell] for cell in values], threshold, seconds=20.0
        )
        if pattern is not None and is_proved:
            proved += 1
            hidden["ours (exact)"] += len(ours)
            hidden["exact"] += len(pattern)
            costs["ours (exact)"] += sum(weight[cell] for cell in ours)
            costs["exact"] += sum(weight[cell] for cell in pattern)
    said.line(f"{len(made)} tables from 2 by 2 to 10 by 6, thresholds 4 and 9")
    said.judge(f"{at_risk} small counts at risk by our attack (0)", at_risk == 0)
    if compared:
        ratio = hidden["ours"] / max(hidden["tau-ARGUS"], 1)
        said.line(f"{compared} beside tau-ARGUS OPT: {bare} small; hidden {hidden['ours']} by us,"
                  f" {hidden['tau-ARGUS']} by it; more by us in {more} tables")  # fmt: skip
        said.line(f"cost of what is hidden, of its: {costs['ours'] / max(costs['tau-ARGUS'], 1e-9):.3f};"
                  f" its patterns leave something at risk in {theirs_at_risk} tables")  # fmt: skip
        said.line(f"a table: ours {taken['ours']}, its {taken['tau-ARGUS']}")
        said.judge(
            f"suppressed cells, of tau-ARGUS's optimum: {ratio:.3f} (at most {OF_OPTIMUM:g},"
            f" aim {AIM_OF_OPTIMUM:g}{' reached' if ratio < AIM_OF_OPTIMUM else ' not reached'})",
            ratio <= OF_OPTIMUM,
        )
    if proved:
        cells_of, cost_of = (each["ours (exact)"] / max(each["exact"], 1e-9) for each in (hidden, costs))
        late = "; the time given for it ended before the last" if is_late else ""
        said.line(f"{proved} tables with a proved optimum by our own rule (a stand-in of ours){late}")
        said.judge(
            f"suppressed cells, of that optimum: {cells_of:.3f}; cost {cost_of:.3f} (at most {OF_OPTIMUM:g})",
            cells_of <= OF_OPTIMUM,
        )


def str_of(key: Any) -> tuple[str, str]:
    return str(key[0]), str(key[1])


def characteristics(said: Said, peers: Peers, asked: argparse.Namespace, place: Path) -> None:
    """The baseline table beside TableOne for the same statistics."""
    file = place / "people.parquet"
    invented.people(file, asked.rows)
    rows = sheet(file, pl.read_parquet(file))
    names = (*invented.NUMBERS, *invented.SKEWED, *invented.WORDS)

    def work() -> Any:
        return baseline.baseline(
            baseline.gather(
                rows, columns="group", rows=names, numeric=[*invented.NUMBERS, *invented.SKEWED],
                categorical=invented.WORDS,
            )
        )  # fmt: skip

    ours, theirs, other = Taken(), Taken(), {}
    made = work()
    for _ in range(asked.rounds):
        try:
            other = peers.ask("tableone", file=str(file), numbers=list(invented.NUMBERS),
                              skewed=list(invented.SKEWED), words=list(invented.WORDS))  # fmt: skip
            theirs.note(other["clock"], other["processor"])
        except AbsentError as error:
            said.absent(error)
            break
        made = beside.once(work, ours)
    if not other:
        return
    gaps = []
    for line in made["rows"]:
        there = other["rows"][line["row"]]
        # its differences have a sign and three places
        gaps.append(gap(there["p"], line["p"]))
        gaps.append(gap(there["smd"].lstrip("-"), line["standardised_difference"], 5.1e-4))
        printed = " ".join(cell for cells in there["cells"] for cell in cells)
        for each in line["groups"]:
            for name in STATISTICS.get(line["row"], ()):
                gaps.append(0.0 if f"{each[name]:.9f}" in printed else 1.0)
        for level in line.get("levels", ()):
            for each in level["groups"]:
                gaps.append(0.0 if f"{each['count']} ({each['percent']:.9f})" in printed else 1.0)
    differ = sum(one > 1e-9 for one in gaps)
    said.judge(f"{len(gaps)} figures of both, {differ} differ (0)", differ == 0)
    said.line(f"{asked.rows:,} rows, {len(names)} characteristics, 2 groups")
    said.ratio("of TableOne", ours, theirs, most=OF_TABLEONE)


def gap(printed: str, value: float, close: float = 1e-9) -> float:
    """How far a figure lies from another that was printed with some digits: 0 where it is the same."""
    said = printed.strip("<> *")
    if printed.startswith("<"):
        return 0.0 if value < float(said) else 1.0
    return max(0.0, abs(float(said) - value) - close)


def matched(said: Said, peers: Peers, asked: argparse.Namespace, place: Path) -> None:
    """Matching 1:3 with and without replacement beside a k-d tree, and beside looking through everybody."""
    score, treated = invented.scores(asked.rows // 10, asked.rows)
    mine, theirs_ = score[treated].reshape(-1, 1), score[~treated].reshape(-1, 1)
    file = place / "scores.parquet"
    pl.DataFrame({"score": score, "treated": treated}).write_parquet(file)
    ways: dict[str, tuple[bool, float | None]] = {
        "without replacement, caliper": (False, 0.001),
        "without replacement": (False, None),
        "with replacement, caliper": (True, 0.001),
        "with replacement": (True, None),
    }
    ours = {way: Taken() for way in ways}
    query, whole, learn = Taken(), Taken(), Taken()
    is_there = True
    for _ in range(asked.rounds):
        for way, (replace, caliper) in ways.items():
            beside.once(
                lambda r=replace, c=caliper: matching.nearest(
                    score, treated, ratio=3, replace=r, caliper=c
                ),
                ours[way],
            )
        gc.collect()
        began, spent = time.perf_counter(), time.process_time()
        tree = spatial.cKDTree(theirs_)
        built, used = time.perf_counter(), time.process_time()
        tree.query(mine, k=3)
        ended, done = time.perf_counter(), time.process_time()
        query.note(ended - built, done - used)
        whole.note(ended - began, done - spent)
        if is_there:
            try:
                other = peers.ask("neighbours", file=str(file), ratio=3)
                learn.note(other["clock"], other["processor"])
            except AbsentError as error:
                is_there = False
                said.line(f"scikit-learn beside it: {error}")
    beside_it = f"; scikit-learn's {learn}" if learn.clock else ""
    said.line(f"1:3, {asked.rows // 10:,} to {asked.rows:,}; the tree built and asked {whole}{beside_it}")
    for way in ways:
        said.ratio(f"{way}, of the k-d tree's query", ours[way], query, most=OF_TREE)
    score, treated = invented.scores(2_000, 20_000, seed=5)
    score = score.round(5)  # many are equally near
    for way, (replace, caliper) in ways.items():
        found = matching.nearest(score, treated, ratio=3, replace=replace, caliper=caliper)
        differ = by_looking(score, treated, found, replace=replace, caliper=caliper)
        words = f"2,000 to 20,000, {way}: {differ} differ from looking through everybody (0)"
        said.judge(words, differ == 0)


def by_looking(
    score: np.ndarray, treated: np.ndarray, found: matching.Matches, *, replace: bool, caliper: float | None
) -> int:
    """How many of the treated have other matches than by looking through everybody, the highest first."""
    order = np.flatnonzero(treated)
    order = order[np.argsort(-score[order], kind="stable")]
    others, differ = np.flatnonzero(~treated), int((order != found.treated).sum())
    for one, matches in zip(found.treated, found.matched.tolist(), strict=True):
        far = np.abs(score[others] - score[one])
        near = others[np.argsort(far, kind="stable")[:3]]
        kept = [int(each) for each in near if caliper is None or abs(score[each] - score[one]) <= caliper]
        differ += matches != kept + [-1] * (3 - len(kept))
        if not replace:
            others = others[~np.isin(others, kept)]
    return differ


def curves(said: Said, peers: Peers, asked: argparse.Namespace, place: Path) -> None:
    """Kaplan-Meier with its interval beside lifelines."""
    days, happened = invented.follow_up(asked.rows + asked.rows // 10)
    for words, each in (("whole days", days.astype(np.int64)), ("the same days as decimals", days)):
        file = place / f"follow_up_{each.dtype}.parquet"
        pl.DataFrame({"days": each, "event": happened.astype(int)}).write_parquet(file)
        said.line(f"{len(each):,} followed, {words}")
        if not _curve(said, peers, asked, file, each, happened):
            return


def _curve(
    said: Said, peers: Peers, asked: argparse.Namespace, file: Path, days: np.ndarray, happened: np.ndarray
) -> bool:
    def work() -> Any:
        curve = survival.kaplan_meier(days, happened)
        return curve, curve.interval()

    ours, theirs, other = Taken(), Taken(), {}
    made = work()
    for _ in range(5 * asked.rounds):
        try:
            other = peers.ask("kaplan_meier", file=str(file))
            theirs.note(other["clock"], other["processor"])
        except AbsentError as error:
            said.absent(error)
            return False
        made = beside.once(work, ours)
    curve, (low, high) = made
    at = np.searchsorted(np.array(other["times"]), curve.times)
    far = max(
        float(np.nanmax(np.abs(np.array(other[name])[at] - values)))
        for name, values in (("survival", curve.survival), ("low", low), ("high", high))
    )
    said.judge(f"furthest apart {far:.1e}, interval too (at most {CLOSE:g})", far <= CLOSE)
    clock, processor = (
        statistics.median(each) / statistics.median(mine)
        for each, mine in ((theirs.clock, ours.clock), (theirs.processor, ours.processor))
    )
    said.line(f"ours {ours}, theirs {theirs}")
    said.judge(
        f"lifelines takes {clock:.1f} times as long by the clock, {processor:.1f} of processor"
        f" (at least {OF_LIFELINES:g})",
        clock >= OF_LIFELINES,
    )
    return True


def whole_report(said: Said, peers: Peers, asked: argparse.Namespace, place: Path) -> None:
    """The whole report for so many journeys, from the frozen rows to every file; no other program does it."""
    extract = invented.journeys(asked.journeys)
    said.line(
        f"{asked.journeys:,} journeys, {len(extract.events):,} events, {len(extract.demographics):,} women "
        f"with a record, {len(extract.scores):,} scores, {len(extract.ladder):,} ratings"
    )
    stages: list[tuple[str, float, float]] = []

    def progress(stage: str) -> None:
        stages.append((stage, time.perf_counter(), time.process_time()))

    taken = Taken()
    made = beside.once(
        lambda: report.build(
            extract, None, Audience.STEERING, material=returns.Material(), progress=progress
        ),
        taken,
    )
    beside.once(lambda: report.write(made, place / "report"), Taken())
    stages.append(("", stages[0][1] + taken.clock[0], stages[0][2] + taken.processor[0]))
    for (stage, began, spent), (_, ended, done) in itertools.pairwise(stages):
        said.line(f"{stage.lower()}: {ended - began:.1f} s ({done - spent:.1f} s of processor)")
    for line in made.left_out:
        said.line(line)
    found = made.summary.disclosure
    files = ", ".join(f"{name} {len(body):,} bytes" for name, body in made.files.items())
    said.line(f"{found.cells:,} counts, {found.primary} small, {found.secondary} more hidden; {files}")
    said.line(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB, rows and all")
    said.judge(f"{found.at_risk} at risk (0)", found.at_risk == 0)
    said.judge(
        f"the whole report in {taken} (at most {REPORT:g} s)",
        taken.clock[0] <= REPORT and len(made.files) == 4,
    )


PARTS: dict[str, Callable[[Said, Peers, argparse.Namespace, Path], None]] = {
    "table": table,
    "optimum": least,
    "baseline": characteristics,
    "matching": matched,
    "survival": curves,
    "report": whole_report,
}


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    wanted.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    wanted.add_argument("--peers", default=os.environ.get("PATHWAYS_BENCH_PEERS", sys.executable),
                        help="the interpreter that has the other programs")  # fmt: skip
    wanted.add_argument("--rows", type=int, default=1_000_000)
    wanted.add_argument("--tables", type=int, default=150, help="tables of the common set")
    wanted.add_argument("--exact", type=int, default=400, help="the largest table for the exact programme, in"
                                                               " cells times small counts")  # fmt: skip
    wanted.add_argument("--seconds", type=float, default=100.0, help="how long the exact programme may go on")
    wanted.add_argument("--journeys", type=int, default=100_000)
    wanted.add_argument("--rounds", type=int, default=3)
    asked = wanted.parse_args()
    if unknown := [each for each in asked.parts if each not in PARTS]:
        wanted.error(f"{unknown[0]} is none of the parts: {', '.join(PARTS)}")
    said, peers = Said(), Peers(asked.peers)
    print(beside.load(), flush=True)
    with tempfile.TemporaryDirectory(prefix="pathways-bench-") as place:
        for name in asked.parts or PARTS:
            began = time.perf_counter()
            print(f"{name}: {PARTS[name].__doc__}", flush=True)
            PARTS[name](said, peers, asked, Path(place))
            print(f"  ({time.perf_counter() - began:.0f} s; {beside.load()})", flush=True)
    peers.end()
    sys.exit(0 if said.is_met else 1)


if __name__ == "__main__":
    main()
