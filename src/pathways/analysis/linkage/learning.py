"""How telling each agreement is, learned from the records: nobody says which of them are one person's.

The model is Fellegi and Sunter's (1969): m is how often one person's records agree on a level, u how often
strangers' do. u is counted among random pairs. m is learned by expectation-maximisation (Winkler 1988) in
several blocks at once: in the pairs of one block, those matters that the block is not made of are a mixture
of one person's records and of strangers; the share differs from block to block, m does not. A little weight
is given to what was thought before, so that a level which nobody shows is rare, not impossible.
"""

# ruff: noqa: S608 (what is put into SQL are names of our own columns, never words of a file)
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
from numpy.typing import NDArray

from pathways.analysis.linkage import levels
from pathways.analysis.linkage.levels import Comparison
from pathways.analysis.linkage.model import Model, prior

#: pairs drawn to see how often strangers agree
RANDOM_PAIRS = 1_000_000
#: pairs of one block in which to learn
LEARNING_PAIRS = 400_000
#: as many pairs are what was thought before worth, in learning m and in counting u
BEFORE_M, BEFORE_U = 20.0, 2.0
ROUNDS, ENOUGH = 200, 1e-7
#: blocks in which to learn; each teaches the matters it is not made of
LEARNING: tuple[tuple[str, ...], ...] = (
    ("first_name", "surname"), ("born",), ("postcode", "first_name"), ("surname", "year"), ("email",),
        ("phone",),
    ("national_id",), ("surname", "postcode"), ("surname", "place_of_birth"), ("first_name", "year", "town"),
    ("first_name", "year", "place_of_birth"), ("address",), ("surname", "town"), ("first_name", "born_day"),
)  # fmt: skip
#: What nearly only one person's records share, and which part of all her pairs that is thought to be.
CERTAIN: tuple[tuple[str, ...], ...] = (
    ("first_name", "surname", "born"), ("national_id", "surname"), ("national_id", "first_name"),
    ("email", "first_name"), ("phone", "first_name", "surname"), ("first_name", "surname", "postcode"),
    ("first_name", "born", "district"), ("surname", "born", "sex"),
)  # fmt: skip
RECALL = 0.6


@dataclass(frozen=True, slots=True)
class Patterns:
    """How pairs of one block agree: a line a pattern (each level, -1 where it says nothing), and its
    pairs."""

    of: tuple[int, ...]
    levels: NDArray[np.int8]
    pairs: NDArray[np.float64]


def learn(
    connection: duckdb.DuckDBPyConnection, model: Model, *, records: int, said: Callable[[str], None]
) -> Model:
    """The model with m, u and prior learned from the table `prepared` of so many records. The same each
    time."""
    columns = {row[0] for row in connection.execute("DESCRIBE prepared").fetchall()}
    said("how often strangers agree")
    met, drawn = _strangers(connection, model, records)
    blocks = []
    for rule in LEARNING:
        if columns.issuperset(rule):
            said(f"how records agree that share {' and '.join(rule)}")
            found = _block(connection, model, rule)
            if found is not None:
                blocks.append(found)
    believed = _believed(connection, columns, records) or model.prior
    said("which agreements tell")
    m = [np.array([level.m for level in one.levels]) for one in model.comparisons]
    before_u = [np.array([level.u for level in one.levels]) for one in model.comparisons]
    u = [_smoothed(counts, first, BEFORE_U) for counts, first in zip(met, before_u, strict=True)]
    for _ in range(3):
        m = _expectation_maximisation(blocks, m, u, model)
        # among random pairs some are one person's: what they agree on is taken out again
        u = [
            _smoothed(np.maximum(counts - believed * drawn_here * m_one, 0.05 * counts), first, BEFORE_U)
            for counts, first, m_one, drawn_here in zip(met, before_u, m, drawn, strict=True)
        ]
    made = []
    for at, one in enumerate(model.comparisons):
        lines = [
            replace(level, m=_rounded(m[at][place]), u=_rounded(u[at][place]))
            for place, level in enumerate(one.levels)
        ]
        made.append(replace(one, levels=tuple(lines)))
    return replace(model, comparisons=tuple(made), prior=believed, trained_on=records)


def _smoothed(counts: NDArray[np.float64], first: NDArray[np.float64], worth: float) -> NDArray[np.float64]:
    wanted = counts + worth * first / first.sum()
    return np.asarray(wanted / wanted.sum())


def _rounded(value: float) -> float:
    """Ten digits: more would be the noise of the last addition."""
    return float(f"{min(max(value, 1e-9), 1 - 1e-9):.10g}")


def level_sql(one: Comparison) -> str:
    """The level of a pair as a number from 0, -1 where the matter says nothing."""
    cases = "".join(
        f" WHEN {levels.sql(level.test, 'duckdb')} THEN {at}"
        for at, level in enumerate(one.levels)
        if level.test
    )
    return f"CASE WHEN {levels.sql(one.null, 'duckdb')} THEN -1{cases} ELSE {len(one.levels) - 1} END"


def _side(columns: Sequence[str], side: str) -> str:
    return ", ".join(f"{side}.{column} AS {column}_{side}" for column in columns)


def _patterns(
    connection: duckdb.DuckDBPyConnection, model: Model, of: Sequence[int], joined: str
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """`joined` is what stands behind FROM, with the records as l and r."""
    chosen = [model.comparisons[at] for at in of]
    columns = sorted({column for at in of for column in Model((model.comparisons[at],), 0.1, ()).columns})
    cases = ", ".join(f"({level_sql(one)})::TINYINT AS g{at}" for at, one in enumerate(chosen))
    names = ", ".join(f"g{at}" for at in range(len(chosen)))
    sql = (
        f"WITH pairs AS (SELECT {_side(columns, 'l')}, {_side(columns, 'r')} FROM {joined}),"
        f" compared AS (SELECT {cases} FROM pairs)"
        f" SELECT {names}, count(*) AS pairs FROM compared GROUP BY {names} ORDER BY {names}"
    )
    found = connection.execute(sql).fetchnumpy()
    if not len(found["pairs"]):
        return np.zeros((0, len(chosen)), dtype=np.int8), np.zeros(0)
    return (
        np.column_stack([np.asarray(found[f"g{at}"]) for at in range(len(chosen))]).astype(np.int8),
        np.asarray(found["pairs"], dtype=np.float64),
    )


def _strangers(
    connection: duckdb.DuckDBPyConnection, model: Model, records: int
) -> tuple[list[NDArray[np.float64]], list[float]]:
    """For each comparison how many random pairs are on each level, and how many pairs spoke at all."""
    few = int((2 * RANDOM_PAIRS) ** 0.5)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE drawn AS SELECT * FROM prepared"
        f" ORDER BY (record::BIGINT * 2654435761 + 12345) % 4294967291, record LIMIT {few}"
    )
    of = range(len(model.comparisons))
    counts, spoke = [], []
    for at in of:  # one at a time: all together there would be as many patterns as pairs
        found, pairs = _patterns(connection, model, [at], "drawn l JOIN drawn r ON l.record < r.record")
        here = np.zeros(len(model.comparisons[at].levels))
        for level, number in zip(found[:, 0], pairs, strict=True):
            if level >= 0:
                here[level] += number
        counts.append(here)
        spoke.append(float(here.sum()))
    connection.execute("DROP TABLE drawn")
    return counts, spoke


def _block(connection: duckdb.DuckDBPyConnection, model: Model, rule: tuple[str, ...]) -> Patterns | None:
    """The patterns of one block's pairs, without the matters it is made of; None for a few pairs."""
    made_of = set(rule)
    if "born" in made_of or "year" in made_of or "born_day" in made_of:
        made_of |= {"born", "year", "born_day"}
    of = tuple(
        at for at, one in enumerate(model.comparisons) if not made_of & set(Model((one,), 0.1, ()).columns)
    )
    if len(of) < 2:
        return None
    filled = " AND ".join(f"{column} IS NOT NULL" for column in rule)
    names = ", ".join(rule)
    sizes = connection.execute(
        f"SELECT n, count(*) FROM (SELECT count(*)::BIGINT n FROM prepared WHERE {filled} GROUP BY {names})"
        " WHERE n > 1 GROUP BY n ORDER BY n"
    ).fetchall()
    total, largest = 0, 0
    for size, many in sizes:  # small blocks first; a very large one is a filler, not a fact
        if size > 300 and total > 10_000:
            break
        total += size * (size - 1) // 2 * many
        largest = size
    if total < 30:
        return None
    share = min(1.0, LEARNING_PAIRS / total)
    on = " AND ".join(f"l.{column} = r.{column}" for column in rule)
    found, pairs = _patterns(
        connection,
        model,
        of,
        f"(SELECT *, count(*) OVER (PARTITION BY {names}) AS many FROM prepared WHERE {filled}) l"
        f" JOIN prepared r ON {on} AND l.record < r.record AND l.many <= {largest}"
        f" AND (l.record::BIGINT * 7919 + r.record::BIGINT * 104729) % 1000003 < {share * 1000003:.0f}",
    )
    return Patterns(of, found, pairs) if pairs.sum() >= 30 else None


def _expectation_maximisation(
    blocks: Sequence[Patterns], m: list[NDArray[np.float64]], u: list[NDArray[np.float64]], model: Model
) -> list[NDArray[np.float64]]:
    """m that best explains the patterns of all blocks together, each block with shares of its own.

    A pair is one person's, two strangers', or two people's of one household. Without the third, sisters at
    one address would teach that one person's records often bear different first names.
    """
    if not blocks:
        return m
    first = [np.array([level.m for level in one.levels]) for one in model.comparisons]
    at_home = {at for at, one in enumerate(model.comparisons) if one.name in model.at_home}
    shares = [(0.3, 0.05 if at_home else 0.0)] * len(blocks)
    for _ in range(ROUNDS):
        counts = [BEFORE_M * one / one.sum() for one in first]
        for number, block in enumerate(blocks):
            her, home = shares[number]
            ratios = [np.append(np.log(m[at] / u[at]), 0.0)[block.levels[:,
                place]]  # -1 takes the last: nothing
                      for place, at in enumerate(block.of)]  # fmt: skip
            shared = sum(
                (one for one, at in zip(ratios, block.of, strict=True) if at in at_home),
                np.zeros(len(block.pairs)),
            )
            hers = her * np.exp(np.clip(sum(ratios), -300, 300))
            theirs = home * np.exp(np.clip(shared, -300, 300))
            whole = hers + theirs + (1 - her - home)
            match = block.pairs * hers / whole
            total = block.pairs.sum()
            shares[number] = (
                float(np.clip(match.sum() / total, 1e-5, 0.99)),
                float(np.clip((block.pairs * theirs / whole).sum() / total, 0.0, 0.9)),
            )
            if sum(shares[number]) > 0.999:
                shares[number] = (shares[number][0] * 0.999, shares[number][1] * 0.999)
            for place, at in enumerate(block.of):
                spoken = block.levels[:, place] >= 0
                counts[at] += np.bincount(
                    block.levels[spoken, place], weights=match[spoken], minlength=len(m[at])
                )
        new = [one / one.sum() for one in counts]
        moved = max(float(np.abs(one - other).max()) for one, other in zip(new, m, strict=True))
        m = new
        if moved < ENOUGH:
            break
    return m


def _believed(connection: duckdb.DuckDBPyConnection, columns: set[str], records: int) -> float | None:
    """The share of all pairs that are one person's, from those that agree on what nearly only hers do."""
    rules = [rule for rule in CERTAIN if columns.issuperset(rule)]
    if not rules:
        return None
    parts = " UNION ".join(
        "SELECT l.record AS a, r.record AS b FROM prepared l JOIN prepared r ON "
        + " AND ".join(f"l.{column} = r.{column}" for column in rule)
        + " AND l.record < r.record"
        for rule in rules
    )
    found = int(connection.execute(f"SELECT count(*) FROM ({parts})").fetchall()[0][0])
    return prior(records, expected=found / RECALL) if found else None
