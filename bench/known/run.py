"""Already known?: a look-up among sealed records, beside Splink's `predict_between` on the same in the clear.

    python -m bench.known.run [--women 10000 50000 100000] [--asked 200]

Makes a database of its own as `pathways up` does and writes invented women as one force's nominals: sealed,
with tokens under the force's key, row security up. Then asks for women as another record would have them,
by turns: the programme as the single point of contact, and Splink, in a process of its own as nothing of it
is in the programme's, on the same records, unsealed, in DuckDB. A look-up is tokens, candidates, opening them
and scores, in a transaction that has its identity, as every page has; with beginning and ending that
transaction it is said beside. Prints for each number of women how long both took, their ratio, how many pairs
both found, and by how much their probabilities differ at most. Ends with status 1 when an aim is missed.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import multiprocessing
import os
import random
import statistics
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bench import programme

RATIO, AGREEMENT = 50.0, 1e-6
AT_ONCE = 1_000


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--women", type=int, nargs="+", default=[10_000, 50_000, 100_000])
    wanted.add_argument("--asked", type=int, default=200)
    said = wanted.parse_args()
    good = programme.measured(lambda _, installation: _measure(said, installation))
    sys.exit(0 if good else 1)


def _measure(said: Any, installation: Any) -> bool:
    from bench.known import people
    from bench.search import filling, run
    from pathways.domain.terms.people import Role, Sector

    now, sizes = datetime.now(UTC), sorted(said.women)
    hers = people.invent(sizes[-1], random.Random(12))
    force = filling._person("Sol", Role.POLICE_SPOC, filling._organisation("force", Sector.POLICE), now)
    ids: list[uuid.UUID] = []
    good = True
    for size in sizes:
        start = time.perf_counter()
        ids += _write(force, hers[len(ids) : size], now)
        run._tidy(installation)
        print(f"\n{size:,} nominals; written in {time.perf_counter() - start:.0f} s", flush=True)
        good &= _among(said.asked, force, ids, hers[:size])
    return good


def _among(asked: int, force: Any, ids: list[uuid.UUID], hers: list[Any]) -> bool:
    """Measures among these women, and says what came of it."""
    from bench.known import people
    from bench.search import run
    from pathways.domain.terms.given_names import GROUPS

    rng = random.Random(13)
    tries = [(place, people.again(hers[place], rng, GROUPS)) for place in rng.sample(range(len(ids)), asked)]
    splink = _Splink([(str(key), 0, her) for key, her in zip(ids, hers, strict=True)])
    for _, her in tries[:20]:  # plans, caches and keys of both
        _ours(force, her)
        splink.ask(her)
    gc.collect()
    gc.freeze()  # what only this measurement holds: all the women in the clear
    mine, theirs = _Taken(), _Taken()
    worst, pairs, missed, more, found, found_theirs = 0.0, 0, 0, 0, 0, 0
    for place, her in tries:
        shown = _ours(force, her, mine)
        paired = splink.ask(her, theirs)
        ours = _all_pairs(force, her)
        missed += len(paired.keys() - ours.keys())
        more += len(ours.keys() - paired.keys())
        both = paired.keys() & ours.keys()
        worst = max([worst, *(abs(paired[key] - ours[key]) for key in both)])
        pairs += len(both)
        found += ids[place] in {one.id for one in shown}
        found_theirs += str(ids[place]) in paired
    splink.end()
    ratio = run.p95(theirs.wall) / run.p95(mine.wall)
    print(
        f"look-up    {mine.said(mine.wall)}; with its transaction {mine.said(mine.whole)}\n"
        f"Splink     {theirs.said(theirs.wall)}\n"
        f"ratio of the p95 {ratio:.0f} (aim {RATIO:.0f}), of the medians"
        f" {statistics.median(theirs.wall) / statistics.median(mine.wall):.0f}; with its transaction"
        f" {run.p95(theirs.wall) / run.p95(mine.whole):.0f} and"
        f" {statistics.median(theirs.wall) / statistics.median(mine.whole):.0f}\n"
        f"processor: look-up, the database's included, {mine.said(mine.cost)}; Splink"
        f" {theirs.said(theirs.cost)}; ratio of the p95 {run.p95(theirs.cost) / run.p95(mine.cost):.0f}\n"
        f"{pairs} pairs of both, {missed} of Splink's alone, {more} of ours alone; probabilities differ by"
        f" {worst:.1e} at most\n"
        f"she is among those shown in {found} of {asked}, among Splink's pairs in {found_theirs};"
        f" load of the machine {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return ratio >= RATIO and worst <= AGREEMENT and not missed and found >= found_theirs


class _Taken:
    """Milliseconds of each time: of clock, with the transaction round it, and of processor."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.whole: list[float] = []
        self.cost: list[float] = []

    def said(self, taken: list[float]) -> str:
        from bench.search import run

        return f"median {statistics.median(taken):.2f} ms, p95 {run.p95(taken):.2f} ms"


def _paper(her: Any) -> Any:
    from pathways.journey.comparing import Paper

    return Paper(her.given, her.surname, her.others, her.born, her.address, her.telephone)


def _ours(force: Any, her: Any, taken: _Taken | None = None) -> list[Any]:
    """One look-up as a page makes it while somebody types."""
    from django.db import transaction

    from bench.search import run
    from pathways.journey import identity, knowing, naming

    begun = time.perf_counter()
    with transaction.atomic():
        identity.assume(force)
        around = time.perf_counter() - begun
        before, start = run._processor(), time.perf_counter()
        found = knowing.likeliest(_paper(her), by=force, kinds=(naming.Kind.NOMINAL,), thoroughly=False)
        wall = time.perf_counter() - start
        cost = run._processor() - before
        begun = time.perf_counter()
    around += time.perf_counter() - begun
    if taken is not None:
        taken.wall.append(wall * 1000)
        taken.whole.append((wall + around) * 1000)
        taken.cost.append(cost)
    return found


def _all_pairs(force: Any, her: Any) -> dict[str, float]:
    """Every pair that the rules make, with its probability: what Splink's are held against."""
    from django.db import transaction

    from pathways.journey import comparing, identity, knowing, naming

    with transaction.atomic():
        identity.assume(force)
        record, model = comparing.columns(_paper(her)), comparing.model()
        return {
            str(key): model.score(record, comparing.columns(paper)).probability
            for _, key, _, paper in knowing.met(record, force, (naming.Kind.NOMINAL,))
        }


class _Splink:
    """Splink with the shipped model over the same records in the clear, registered once; another process."""

    def __init__(self, women: list[Any]) -> None:
        apart = multiprocessing.get_context("spawn")
        self._link, theirs = apart.Pipe()
        self._process = apart.Process(target=_answer, args=(theirs, women), daemon=True)
        self._process.start()

    def ask(self, her: Any, taken: _Taken | None = None) -> dict[str, float]:
        self._link.send(her)
        found, wall, cost = self._link.recv()
        if taken is not None:
            taken.wall.append(wall)
            taken.cost.append(cost)
        return found  # type: ignore[no-any-return]

    def end(self) -> None:
        self._link.send(None)
        self._process.join()


def _answer(link: Any, women: list[Any]) -> None:
    import json

    from splink import DuckDBAPI, Linker

    from bench.known import train
    from pathways.analysis.linkage import scorer

    api = DuckDBAPI()
    held = api.register(train.table(women))
    linker = Linker(held, json.loads(scorer._shipped_text())["settings"])
    train.give_frequencies(linker, api)
    gc.collect()
    gc.freeze()
    while (her := link.recv()) is not None:
        begun, before = time.perf_counter(), time.process_time()
        asked = api.register(train.table([("asked", 0, her)]))
        said = linker.inference.predict_between(asked, held, warning_mode="never")
        rows = said.as_duckdbpyrelation().to_arrow_table().to_pylist()
        said.drop_table_from_database_and_remove_from_cache()
        pairs = {
            next(key for key in (row["unique_id_l"], row["unique_id_r"]) if key != "asked"): row[
                "match_probability"
            ]
            for row in rows
        }
        link.send((pairs, (time.perf_counter() - begun) * 1000, (time.process_time() - before) * 1000))


def _write(force: Any, hers: list[Any], now: datetime) -> list[uuid.UUID]:
    from django.db import transaction

    from bench.search import filling
    from pathways.journey import identity
    from pathways.records import models as m

    ids = [uuid.uuid4() for _ in hers]
    rows: Iterator[tuple[uuid.UUID, Any]] = iter(zip(ids, hers, strict=True))
    while some := list(itertools.islice(rows, AT_ONCE)):
        with filling._keys_together(), transaction.atomic():
            with identity.acting(force):
                m.Nominal.objects.bulk_create(
                    m.Nominal(
                        id=key,
                        organisation_id=force.organisation_id,
                        given_names=her.given,
                        surname=her.surname,
                        other_names=her.others,
                        date_of_birth=her.born,
                        address=her.address,
                        telephone=her.telephone,
                        created_at=now,
                        created_by_id=force.account_id,
                    )
                    for key, her in some
                )
            with identity.clerk(force):
                _write_tokens(force, some)
    return ids


def _write_tokens(force: Any, some: list[tuple[uuid.UUID, Any]]) -> None:
    from django.db import connection

    from pathways.journey import comparing, naming

    rows: list[Any] = []
    for key, her in some:
        rows += naming.rows_of(
            naming.Kind.NOMINAL,
            key,
            force.organisation_id,
            names=[her.given, her.surname, her.others],
            born=her.born,
            kept_under=comparing.kept_under(_paper(her)),
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into name_token (organisation_id, token, record_id, record_kind, weight)"
            " select %s, token, record, %s, weight"
            " from unnest(%s::bigint[], %s::uuid[], %s::int[]) as made (token, record, weight)",
            [
                force.organisation_id,
                naming.Kind.NOMINAL.value,
                [row.token for row in rows],
                [row.record_id for row in rows],
                [row.weight for row in rows],
            ],
        )


if __name__ == "__main__":
    main()
