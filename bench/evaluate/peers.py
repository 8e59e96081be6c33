"""The other programs, in an environment of their own: asked by a line of JSON, answering with another.

    PYTHON peers.py

Nothing of the programme is imported here, so that any interpreter that has the packages will do. What is
timed is the work alone: reading the file, importing and printing are not in it.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import logging
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

ASKED: dict[str, Callable[..., Any]] = {}
HELD: dict[str, Any] = {}


def answers(to: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def kept(work: Callable[..., Any]) -> Callable[..., Any]:
        ASKED[to] = work
        return work

    return kept


def timed(work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    gc.collect()
    began, spent = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        found = work()
    return {"clock": time.perf_counter() - began, "processor": time.process_time() - spent}, found


def frame(file: str) -> Any:
    import pandas as pd

    if file not in HELD:
        HELD[file] = pd.read_parquet(file) if file.endswith(".parquet") else pd.read_csv(file)
    return HELD[file]


@answers("version")
def version(package: str) -> dict[str, Any]:
    """Whether a package is there: its version, or why not."""
    from importlib import metadata

    try:
        return {"version": metadata.version(package)}
    except metadata.PackageNotFoundError:
        return {"absent": f"{package} is not installed there"}


@answers("crosstab")
def crosstab(file: str, threshold: int) -> dict[str, Any]:
    """ACRO's crosstab with its own checks and suppression; counts as it shows them (None where it hides)."""
    import acro.acro_tables
    from acro import ACRO

    rows = frame(file)
    if "acro" not in HELD:
        HELD["acro"] = ACRO(suppress=True)
        HELD["acro"].config["safe_threshold"] = threshold
        acro.acro_tables.THRESHOLD = threshold
        logging.disable(logging.INFO)
    taken, table = timed(lambda: HELD["acro"].crosstab(rows["area"], rows["kind"]))
    shown = {
        f"{row}|{column}": None if table.loc[row, column] != table.loc[row, column] else int(
            table.loc[row, column])
        for row in table.index
        for column in table.columns
    }  # fmt: skip
    return taken | {"shown": shown}


@answers("tableone")
def tableone(file: str, numbers: list[str], skewed: list[str], words: list[str]) -> dict[str, Any]:
    """TableOne with tests and standardised differences; for each row its p and difference, as it prints."""
    from tableone import TableOne

    rows = frame(file)
    taken, table = timed(
        lambda: TableOne(
            rows, columns=[*numbers, *skewed, *words], categorical=words, continuous=[*numbers, *skewed],
            nonnormal=skewed, groupby="group", pval=True, smd=True, htest_name=True, pval_digits=12,
            decimals=9, include_null=False,
        )
    )  # fmt: skip
    made = table.tableone["Grouped by group"]
    said = {}
    for name, lines in made.groupby(level=0, sort=False):
        first = lines.iloc[0]
        said[str(name).split(",")[0]] = {
            "p": str(first["P-Value"]),
            "smd": str(next((first[c] for c in made.columns if str(c).startswith("SMD")), "")),
            "cells": [[str(each) for each in line] for line in lines.to_numpy()],
        }
    return taken | {"rows": said}


@answers("kaplan_meier")
def kaplan_meier(file: str) -> dict[str, Any]:
    """lifelines' curve: the times, and survival at each; its interval is of the same kind as ours."""
    from lifelines import KaplanMeierFitter

    rows = frame(file)
    days, events = rows["days"].to_numpy(), rows["event"].to_numpy()
    taken, fitted = timed(lambda: KaplanMeierFitter().fit(days, events))
    curve, limits = fitted.survival_function_.iloc[:, 0], fitted.confidence_interval_
    return taken | {
        "times": [float(each) for each in curve.index],
        "survival": [float(each) for each in curve],
        "low": [float(each) for each in limits.iloc[:, 0]],
        "high": [float(each) for each in limits.iloc[:, 1]],
    }


@answers("neighbours")
def neighbours(file: str, ratio: int) -> dict[str, Any]:
    """scikit-learn's nearest neighbours on one score: its tree and its query."""
    from sklearn.neighbors import NearestNeighbors

    rows = frame(file)
    score, treated = rows["score"].to_numpy(), rows["treated"].to_numpy().astype(bool)
    theirs, mine = score[~treated].reshape(-1, 1), score[treated].reshape(-1, 1)

    def work() -> Any:
        return NearestNeighbors(n_neighbors=ratio, algorithm="kd_tree").fit(theirs).kneighbors(mine)

    taken, _ = timed(work)
    return taken


_META = """<SEPARATOR> ";"
<SAFE> S
<UNSAFE> U
<PROTECT> P
row
 <RECODEABLE>
 <TOTCODE> "Total"
column
 <RECODEABLE>
 <TOTCODE> "Total"
n
 <NUMERIC>
cost
 <NUMERIC> <COSTVAR>
lower
 <NUMERIC> <LOWERPL>
upper
 <NUMERIC> <UPPERPL>
status
 <STATUS>
"""


@answers("optimum")
def optimum(cells: list[list[Any]], threshold: int, minutes: int) -> dict[str, Any]:
    """tau-ARGUS's optimal suppression of one two-way table with its totals.

    `cells` are (row, column, count, cost, is_small), the totals among them. A small count must be able to be
    `threshold` more than it is, whatever is subtracted; noughts are empty cells, which it never hides.
    """
    from pytauargus.engine import run_batch

    with tempfile.TemporaryDirectory() as place:
        table, meta, batch, out = (Path(place) / f"t.{end}" for end in ("tab", "rda", "arb", "out"))
        table.write_text(
            "".join(
                f"{row};{column};{n};{cost};0;{threshold if is_small else 0};{'U' if is_small else 'S'}\n"
                for row, column, n, cost, is_small in cells
            )
        )
        meta.write_text(_META)
        batch.write_text(
            f'<OPENTABLEDATA> "{table}"\n<OPENMETADATA> "{meta}"\n'
            '<SPECIFYTABLE> "row""column"|"n"||"cost"\n<SAFETYRULE> \n<READTABLE> \n'
            f'<SUPPRESS> OPT(1,{minutes})\n<WRITETABLE> (1,5,SO+,"{out}")\n'
        )
        taken, engine = timed(lambda: run_batch(str(batch)))
        lines = [line.replace('"', "").split(";") for line in out.read_text().splitlines() if line.strip()]
        found = engine.audit(0)
    hidden = [[line[0], line[1]] for line in lines if line[5] in "UM"]
    return taken | {"hidden": hidden, "under_protected": sum(bool(one["unsafe"]) for one in found)}


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    answered, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            said = ASKED[asked.pop("do")](**asked)
        except ImportError as error:
            said = {"absent": f"{error.name or error} is not installed there"}
        except Exception as error:
            said = {"failed": f"{type(error).__name__}: {error}"}
        answered.write(json.dumps(said) + "\n")
        answered.flush()


if __name__ == "__main__":
    main()
