"""Invented involvements of persons in events, the same for the same number: one Parquet file."""

from __future__ import annotations

from pathlib import Path

import duckdb

#: a day before which nothing lies, and how many days follow
FIRST, DAYS = "2023-01-01", 1_426
KINDS = ("crime", "incident", "custody", "stop_search", "intelligence", "ppn", "missing", "other")
RELATIONS = (
    "victim_in", "victim_in", "victim_in", "witness_in", "witness_in", "suspect_in", "suspect_in",
    "arrested_in",
    "convicted_in", "present_at", "subject_of",
)  # fmt: skip
#: (type, how many of a thousand records have it); the rest are of 150 types that no indicator wants
TYPES = (
    ("domestic abuse", 60), ("violence without injury", 90), ("violence with injury", 60), ("criminal "
                                                                                            "damage", 60),
    ("theft from vehicle", 70), ("burglary dwelling", 50), ("shoplifting", 80), ("public order", 70),
    ("antisocial behaviour", 100), ("possession of cannabis", 30), ("possession with intent to supply "
                                                                    "class a", 8),
    ("concerned in the supply of class b", 6), ("cultivation of cannabis", 3), ("money laundering", 2),
    ("fraud by false representation", 25), ("handling stolen goods", 4),
    ("perverting the course of justice", 2),
    ("possession of a firearm", 2), ("breach of bail", 12), ("failing to appear", 8), ("coercive control", 6),
    ("stalking", 8), ("sexual exploitation", 2), ("modern slavery", 1), ("mental health: section 136", 12),
    ("self-harm", 10), ("homeless", 5), ("forced marriage", 1), ("engaged with support worker", 4),
    ("criminal exploitation", 1), ("cuckooing", 1), ("unexplained wealth", 1), ("in drug treatment", 3),
)  # fmt: skip


def write(path: Path, events: int, people: int) -> None:
    """`events` lines: person_id, relation, event_id, kind, type, outcome, occurred_on; not by person."""
    types = [name for name, share in TYPES for _ in range(share)]
    types += [f"other matter {n % 150}" for n in range(1_000 - len(types))]
    with duckdb.connect(":memory:", config={"memory_limit": "2GB"}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(
            "copy (select 'P' || lpad((hash(i * 7 + 1) % $people)::varchar, 8, '0') as person_id,"
            " $relations[1 + (hash(i * 3 + 5) % $relation_count)::int] as relation,"
            " 'E' || lpad(i::varchar, 10, '0') as event_id,"
            " $kinds[1 + (hash(i * 5 + 3) % $kind_count)::int] as kind,"
            " $types[1 + (hash(i * 11 + 7) % 1000)::int] as type,"
            " case when hash(i * 13 + 9) % 4 = 0 then 'no suspect identified'"
            "      when hash(i * 13 + 9) % 4 = 1 then 'victim does not support'"
            "      when hash(i * 13 + 9) % 4 = 2 then 'charged' end as outcome,"
            " $first::date + (hash(i * 17 + 11) % $days)::int as occurred_on"
            f" from range($events) t(i)) to '{path}' (format parquet)",
            {
                "people": people, "events": events, "relations": list(RELATIONS), "kinds": list(KINDS),
                "types": types, "relation_count": len(RELATIONS), "kind_count": len(KINDS), "first": FIRST,
                "days": DAYS,
            },
        )  # fmt: skip
