"""Prediction with a kept model, held against Splink's own predict with the same model, on the same records.

    python -m bench.link.run [--people N] [--rounds R]

Each side runs in a process of its own, in turns, `R` times; medians are compared. Splink's side is a plain
`Linker(...).inference.predict(...)` over the same prepared table. Ours is what `pathways link --model` does
from the prepared table: scores, the household's share, looking at thirds, and forming people; the time up to
the scored pairs is what is compared, the rest is printed beside it.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from bench.link.people import people
from pathways.analysis.linkage import engine, linking, model

DUPLICATES = 0.3
LEARN_FROM = 40_000


def generate(many: int, folder: Path) -> None:
    """`many` records, three in ten of them damaged copies of another, as Parquet with standard columns."""
    parts, rows, entities = [], [], int(many * (1 - DUPLICATES)) + 1
    for row in people(
        entities, seed=7, records=(1, 1, 1, 1, 2, 2, 2, 1, 1, 3), damaged=1.0, damages=(1, 2, 3)
    ):
        rows.append(row)
        if len(rows) == 100_000:
            parts.append(pl.DataFrame(rows))
            rows = []
    parts.append(pl.DataFrame(rows))
    table = pl.concat(parts).head(many)
    table.drop("record_id").with_columns(pl.all().replace("", None)).write_parquet(folder / "raw.parquet")
    print(f"{table.height:,} records of {table['cluster'].n_unique():,} invented people", flush=True)


def train(folder: Path) -> None:
    raw = pl.read_parquet(folder / "raw.parquet").drop("cluster").head(LEARN_FROM)
    prepared, untrained = linking.prepare(raw)
    linked = linking.link(engine.Engine(prepared), untrained, records=prepared.height, train=True)
    (folder / "model.json").write_text(linked.model.to_json())


def prepare(folder: Path) -> None:
    kept = model.read((folder / "model.json").read_text())
    began = time.monotonic()
    prepared, _ = linking.prepare(pl.read_parquet(folder / "raw.parquet").drop("cluster"), kept)
    prepared.write_parquet(folder / "prepared.parquet")
    said(seconds=time.monotonic() - began)


def kept_model(folder: Path) -> tuple[model.Model, int]:
    """The model as both sides take it, for so many records; and their number."""
    records = int(pl.scan_parquet(folder / "prepared.parquet").select(pl.len()).collect().item())
    return model.read((folder / "model.json").read_text()).among(records), records


def ours(folder: Path) -> None:
    kept, records = kept_model(folder)
    began, at_work = time.monotonic(), time.process_time()
    scorer = engine.Engine(folder / "prepared.parquet", spill=folder)
    scored = scorer.score(kept, least=linking.LEAST)
    scored = linking.weighed(linking.with_home(scorer, kept, scored), kept)
    predicted, memory, worked = time.monotonic() - began, memory_now(), time.process_time()
    linked = linking.people_of(scorer, kept, scored, records=records)
    truth = pl.read_parquet(folder / "raw.parquet", columns=["cluster"])["cluster"]
    said(
        predict=predicted, predict_mb=memory, processor=worked - at_work,
        whole=time.monotonic() - began, pairs=scored.height, **agreement(linked, truth),
    )  # fmt: skip


def splink(folder: Path) -> None:
    import duckdb
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    kept, _ = kept_model(folder)
    began, at_work = time.monotonic(), time.process_time()
    connection = duckdb.connect()
    place = str(folder / "prepared.parquet").replace("'", "''")
    connection.execute(f"CREATE TABLE prepared AS SELECT * FROM read_parquet('{place}')")
    given = DuckDBAPI(connection).register("prepared", table_name="records")
    rules = [{"blocking_rule": rule} for rule in kept.blocking_rules]
    settings = kept.settings("duckdb") | {"blocking_rules_to_generate_predictions": rules}
    linker = Linker(given, settings, log_level=None)
    found = linker.inference.predict(threshold_match_weight=linking.LEAST, warning_mode="never")
    pairs = connection.sql(f"SELECT count(*) FROM {found.physical_name}").fetchall()[0][0]
    seconds, processor = time.monotonic() - began, time.process_time() - at_work
    said(predict=seconds, processor=processor, predict_mb=memory_now(), pairs=pairs)


def memory_now() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def agreement(linked: linking.Linked, truth: pl.Series) -> dict[str, float]:
    frame = pl.DataFrame({"person": linked.person, "truth": truth})

    def together(*columns: str) -> int:
        sizes = frame.group_by(columns).len()["len"].cast(pl.Int64)
        return int((sizes * (sizes - 1) // 2).sum())

    both, joined, true = together("person", "truth"), together("person"), together("truth")
    return {"precision": both / joined, "recall": both / true, "f1": 2 * both / (joined + true)}


def said(**what: float) -> None:
    print(json.dumps({**what, "most_mb": memory_now()}))


def step(name: str, folder: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.link.run", "--step", name, "--folder", str(folder)],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1]) if name not in ("train",) else {}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=1_000_000, help="records in all")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--step", choices=("train", "prepare", "ours", "splink"), help=argparse.SUPPRESS)
    asked.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.step:
        {"train": train, "prepare": prepare, "ours": ours, "splink": splink}[given.step](given.folder)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        generate(given.people, folder)
        step("train", folder)
        made = step("prepare", folder)
        print(f"cleaning and keys: {made['seconds']:.1f} s, {made['most_mb']:.0f} MB", flush=True)
        mine, theirs = [], []
        for _ in range(given.rounds):
            theirs.append(step("splink", folder))
            mine.append(step("ours", folder))
            for name, one in (("splink", theirs[-1]), ("ours", mine[-1])):
                print(f"  {name} {one['predict']:.1f} s, {one['processor']:.1f} s of processor", flush=True)
    for what, words in (("predict", "by the clock"), ("processor", "by processor time")):
        ratio = statistics.median(one[what] / other[what] for one, other in zip(mine, theirs, strict=True))
        print(f"prediction, ours to Splink, {words}: {ratio:.2f} (goal 1.1)")
    last = mine[-1]
    print(f"pairs at {linking.LEAST} or more: ours {last['pairs']:,.0f}, Splink {theirs[-1]['pairs']:,.0f}")
    print(f"most memory: ours {last['predict_mb']:.0f} MB to the scored pairs (goal 1,024),"
          f" {last['most_mb']:.0f} MB with people; Splink {theirs[-1]['predict_mb']:.0f} MB")  # fmt: skip
    print(f"people as well: {last['whole']:.1f} s; precision {last['precision']:.4f},"
          f" recall {last['recall']:.4f}, F1 {last['f1']:.4f}")  # fmt: skip


if __name__ == "__main__":
    main()
