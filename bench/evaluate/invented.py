"""What is measured on: rows of nobody, the same for the same number. Nothing of it is kept."""

from __future__ import annotations

import random
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pathways.analysis.extract import Extract
from pathways.domain.evaluation.moved import Yardstick
from pathways.domain.terms.clocks import WorkingTime
from pathways.domain.terms.needs import Domain, Rung
from tests.analysis.programme import invent

#: A table of 40 areas by 12 kinds, most of the rows in few of them, so that small cells are many.
AREAS, KINDS = 40, 12
NUMBERS, SKEWED = ("age", "score"), ("days", "costs")
WORDS = ("area", "housing", "referrer", "disability")
WORKING = WorkingTime()
#: Of the two scales of the report, invented but of the kind that is used: points and error.
SCALES = (
    Yardstick("core10", "CORE-10", "1", coefficient=0.9, sd=7.7, cutoff=11, least=0, most=40),
    Yardstick("auditc", "AUDIT-C", "1", cutoff=5, least=0, most=12),
)


def categories(path: Path, rows: int) -> None:
    """`area` and `kind` of each row, as words."""
    chance = np.random.default_rng(20261128)
    shares = [1 / (np.arange(1, many + 1) ** power) for many, power in ((AREAS, 2.2), (KINDS, 1.6))]
    area, kind = (chance.choice(len(each), rows, p=each / each.sum()) for each in shares)
    pl.DataFrame(
        {
            "area": [f"area {one:02d}" for one in area.tolist()],
            "kind": [f"kind {one:02d}" for one in kind.tolist()],
        }
    ).write_parquet(path)


def people(path: Path, rows: int) -> None:
    """Two groups, four numbers (two of them skewed) and four characteristics in words; some are blank."""
    chance = np.random.default_rng(20261129)
    group = chance.random(rows) < 0.3
    blank = [chance.random(rows) < 0.05 for _ in range(8)]

    def numbers(values: np.ndarray, is_blank: np.ndarray) -> pl.Series:
        return pl.Series(np.where(is_blank, np.nan, values.round(2))).fill_nan(None)

    def words(names: list[str], at: np.ndarray, is_blank: np.ndarray) -> pl.Series:
        return pl.Series([None if no else names[n] for n, no in zip(at, is_blank, strict=True)])

    pl.DataFrame(
        {
            "group": pl.Series(["supported" if one else "identified" for one in group]),
            "age": numbers(chance.normal(34 + group, 9, rows), blank[0]),
            "score": numbers(chance.normal(20 - 2 * group, 7, rows), blank[1]),
            "days": numbers(chance.lognormal(3 + 0.1 * group, 1.2, rows), blank[2]),
            "costs": numbers(chance.lognormal(6, 1.5, rows), blank[3]),
            "area": words([f"area {n}" for n in range(9)], chance.integers(0, 9, rows), blank[4]),
            "housing": words(["own", "rented", "hostel", "none"], chance.integers(0, 4, rows), blank[5]),
            "referrer": words([f"door {n}" for n in range(6)], chance.integers(0, 6, rows), blank[6]),
            "disability": words(
                ["yes", "no"], (chance.random(rows) < 0.3 + 0.02 * group).astype(int), blank[7]
            ),
        }
    ).write_parquet(path)


def scores(treated: int, others: int, seed: int = 20261130) -> tuple[np.ndarray, np.ndarray]:
    """Propensity scores and who was treated, in a mixed order."""
    chance = np.random.default_rng(seed)
    score = np.concatenate((chance.beta(3, 5, treated), chance.beta(2, 7, others)))
    order = chance.permutation(len(score))
    return score[order], (np.arange(len(score)) < treated)[order]


def follow_up(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Days until something happened or until the last that was heard, and which of the two."""
    chance = np.random.default_rng(20261201)
    until, last = chance.exponential(500, rows), chance.uniform(30, 1100, rows)
    return np.ceil(np.minimum(until, last)), until <= last


def tables(many: int, seed: int) -> list[tuple[int, dict[tuple[str, str], int]]]:
    """Two-way tables as a programme has them, each with its threshold: few women, many small cells.

    From 2 by 2 to 10 by 6, some nearly all small, some nearly all large, with noughts.
    """
    chance = random.Random(seed)
    found = []
    for _ in range(many):
        rows, columns = chance.randint(2, 10), chance.randint(2, 6)
        most = chance.choice([8, 20, 40, 90])
        cells = {}
        for row in range(rows):
            for column in range(columns):
                kind = chance.random()
                n = 0 if kind < 0.1 else chance.randint(1, 6) if kind < 0.35 else chance.randint(0, most)
                cells[f"r{row}", f"c{column}"] = n
        found.append((chance.choice([4, 4, 9]), cells))
    return found


def journeys(many: int) -> Extract:
    """The frozen extract of a programme with so many journeys: events, answers, scores, ladder and goals.

    The tests' invented programme, and what was measured of the women whose support began.
    """
    made = invent(many, seed=28)
    chance = random.Random(29)
    began: dict[str, Any] = {}
    for row in made.events:
        if row["kind"] == "contact_recorded" and row["client_id"]:
            began.setdefault(row["client_id"], row["at"])
    measured: list[dict[str, Any]] = []
    ladder: list[dict[str, Any]] = []
    domains = [one.value for one in Domain][:6]
    rungs = [one.value for one in Rung]
    for who, at in began.items():
        if chance.random() < 0.15:
            continue
        waves = 2 if chance.random() < 0.65 else 1
        for wave in range(waves):
            day = at + timedelta(days=90 * wave)
            if day > made.as_at:
                break
            for held, middle in ((SCALES[0], 20), (SCALES[1], 6)):
                value = min(held.most or 40, max(0, round(chance.gauss(middle - 3 * wave, middle / 3))))
                measured.append({"client_id": who, "instrument": held.code, "edition": "1", "value": value,
                                 "measured_on": day.date(), "recorded_at": day})  # fmt: skip
            ladder += [
                {"client_id": who, "assessment_id": f"{who}-{wave}", "at": day, "domain": domain,
                 "rung": chance.choice(rungs)}
                for domain in domains
            ]  # fmt: skip
    return replace(
        made,
        due=lambda at: WORKING.due_after_days(at, 5),
        scores=measured,
        instruments=[asdict(one) for one in SCALES],
        ladder=ladder,
    )
