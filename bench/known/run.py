"""Already known?: a look-up among sealed records, beside Splink's `predict_between` on the same in the clear.

    python -m bench.known.run [--women 100000] [--asked 200]

Makes a database of its own as `pathways up` does and writes invented women as one force's nominals: sealed,
with tokens under the force's key, row security up. Then asks for women as another record would have them,
one after the other and by turns: the programme as the force's single point of contact (tokens, candidates,
opening them, scores), and Splink on the same records, unsealed, in DuckDB. Prints how long each took (median,
95th percentile), their ratio, how many pairs both found, and by how much their probabilities differ at most.
Ends with status 1 when an aim is missed.
"""

from __future__ import annotations

import argparse
import itertools
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
    wanted.add_argument("--women", type=int, default=100_000)
    wanted.add_argument("--asked", type=int, default=200)
    said = wanted.parse_args()
    good = programme.measured(lambda _, installation: _measure(said, installation))
    sys.exit(0 if good else 1)


def _measure(said: Any, installation: Any) -> bool:
    from bench.known import people, train
    from bench.search import filling, run
    from pathways.domain.terms.given_names import GROUPS
    from pathways.domain.terms.people import Role, Sector

    now, rng = datetime.now(UTC), random.Random(12)
    hers = people.invent(said.women, rng)
    force = filling._person("Sol", Role.POLICE_SPOC, filling._organisation("force", Sector.POLICE), now)
    start = time.perf_counter()
    ids = _write(force, hers, now)
    run._tidy(installation)
    print(f"{len(ids):,} nominals written in {time.perf_counter() - start:.0f} s", flush=True)
    places = rng.sample(range(len(ids)), said.asked)
    asked = [(place, people.again(hers[place], rng, GROUPS)) for place in places]
    splink = _Splink(train, [(str(key), 0, her) for key, her in zip(ids, hers, strict=True)])
    for _, her in asked[:10]:  # plans, caches and keys of both
        _ours(force, her)
        splink.ask(her)
    mine, theirs, wide, cost, their_cost = [], [], 0, [], []
    worst, pairs, missed, more, found, found_theirs = 0.0, 0, 0, 0, 0, 0
    for place, her in asked:
        begun, before = time.perf_counter(), run._processor()
        ours = _ours(force, her)
        mine.append((time.perf_counter() - begun) * 1000)
        cost.append(run._processor() - before)
        begun, before = time.perf_counter(), time.process_time()
        said_by_splink = splink.ask(her)
        theirs.append((time.perf_counter() - begun) * 1000)
        their_cost.append((time.process_time() - before) * 1000)
        all_pairs = _all_pairs(force, her)
        missed += len(said_by_splink.keys() - all_pairs.keys())
        more += len(all_pairs.keys() - said_by_splink.keys())
        for key in said_by_splink.keys() & all_pairs.keys():
            worst = max(worst, abs(said_by_splink[key] - all_pairs[key]))
            pairs += 1
        found += ids[place] in {one.id for one in ours}
        found_theirs += str(ids[place]) in said_by_splink
    ratio = run.p95(theirs) / run.p95(mine)
    print(
        f"look-up    median {statistics.median(mine):6.2f} ms   p95 {run.p95(mine):6.2f} ms\n"
        f"Splink     median {statistics.median(theirs):6.1f} ms   p95 {run.p95(theirs):6.1f} ms\n"
        f"ratio of the p95 {ratio:.0f}, of the medians "
        f"{statistics.median(theirs) / statistics.median(mine):.0f} (aim {RATIO:.0f})\n"
        f"processor: look-up, the database's included, median {statistics.median(cost):.2f} ms, p95"
        f" {run.p95(cost):.2f} ms; Splink median {statistics.median(their_cost):.0f} ms, p95"
        f" {run.p95(their_cost):.0f} ms; ratio of the p95 {run.p95(their_cost) / run.p95(cost):.0f}\n"
        f"{pairs} pairs of both, {missed} of Splink's alone, {more} of ours alone; probabilities differ by"
        f" {worst:.1e} at most\n"
        f"she is among those shown in {found} of {len(asked)}, among Splink's pairs in {found_theirs};"
        f" a search for her name was needed in {wide}"
    )
    return ratio >= RATIO and worst <= AGREEMENT and not missed and found >= found_theirs


def _paper(her: Any) -> Any:
    from pathways.journey.comparing import Paper

    return Paper(her.given, her.surname, her.others, her.born, her.address, her.telephone)


def _ours(force: Any, her: Any) -> list[Any]:
    """One look-up as a request makes it: its own transaction and identity."""
    from django.db import transaction

    from pathways.journey import identity, knowing, naming

    with transaction.atomic():
        identity.assume(force)
        return knowing.likeliest(
            _paper(her), by=force, kinds=(naming.Kind.NOMINAL,), thoroughly=False
        )


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
    """Splink with the shipped model over the same records in the clear, registered once."""

    def __init__(self, train: Any, women: list[Any]) -> None:
        import json

        from splink import DuckDBAPI, Linker

        from pathways.analysis.linkage import scorer

        self.train, self.api = train, DuckDBAPI()
        self.held = self.api.register(train.table(women))
        self.linker = Linker(self.held, json.loads(scorer._shipped_text())["settings"])
        train.give_frequencies(self.linker, self.api)

    def ask(self, her: Any) -> dict[str, float]:
        asked = self.api.register(self.train.table([("asked", 0, her)]))
        said = self.linker.inference.predict_between(asked, self.held, warning_mode="never")
        rows = said.as_duckdbpyrelation().to_arrow_table().to_pylist()
        said.drop_table_from_database_and_remove_from_cache()
        return {
            next(key for key in (row["unique_id_l"], row["unique_id_r"]) if key != "asked"): row[
                "match_probability"
            ]
            for row in rows
        }


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
