"""How many people an extract holds, by sex, age, ethnicity and area, through disclosure control."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from pathways.analysis import disclosure
from pathways.analysis.disclosure import tables
from pathways.domain.terms import demographics

NOT_RECORDED = "not recorded"
BY = ("age", "ethnicity", "area")


def denominators(
    extract: Mapping[str, pl.DataFrame], *, as_at: date, rule: disclosure.Rule
) -> dict[str, list[dict[str, Any]]]:
    """Protected counts of the people of an extract: {"age": [{"age", "sex", "count"}], …}, "c" where hidden.

    The tables share the totals by sex, so they are protected as one. An area is that of an address at which a
    person lives, the first that is given.
    """
    persons = extract.get("persons")
    if persons is None or not persons.height:
        return {}
    frame = _described(persons, extract.get("links"), extract.get("locations"), as_at)
    sexes = sorted(frame["sex"].unique())
    whole, rows = disclosure.System(), {}
    for name in BY:
        rows[name] = sorted(frame[name].unique())
        counts = disclosure.tally(
            ({"row": f"{name}:{value}", "sex": sex} for value, sex in frame.select(name, "sex").iter_rows()),
            rows="row",
            columns="sex",
        )
        whole.merge(tables.two_way(counts, [f"{name}:{value}" for value in rows[name]], sexes))
    protected = disclosure.protect(whole, rule)
    made: dict[str, list[dict[str, Any]]] = {
        name: [
            {name: value, "sex": sex, "count": protected[f"{name}:{value}", sex].shown}
            for value in rows[name]
            for sex in (*sexes, disclosure.TOTAL)
        ]
        for name in BY
    }
    made["all"] = [
        {"sex": sex, "count": protected[disclosure.TOTAL, sex].shown} for sex in (*sexes, disclosure.TOTAL)
    ]
    return made


def _described(
    persons: pl.DataFrame, links: pl.DataFrame | None, locations: pl.DataFrame | None, as_at: date
) -> pl.DataFrame:
    births = persons["date_of_birth"].to_list()
    frame = persons.select(
        "person_id",
        pl.col("sex").fill_null(NOT_RECORDED),
        pl.Series("age", [_band(born, as_at) for born in births], dtype=pl.String),
        pl.coalesce("ethnicity_group", "ethnicity_missing", pl.lit(NOT_RECORDED)).alias("ethnicity"),
    )
    if links is None or locations is None:
        return frame.with_columns(pl.lit(NOT_RECORDED).alias("area"))
    homes = (
        links.filter(pl.col("relation").is_in(["lives_at", "tenant_of"]) & (pl.col("from_kind") == "person"))
        .join(locations.select("location_id", "area_code"), left_on="to_id", right_on="location_id")
        .select(pl.col("from_id").alias("person_id"), pl.col("area_code").alias("area"))
        .unique("person_id", keep="first", maintain_order=True)
    )
    return frame.join(homes, on="person_id", how="left").with_columns(pl.col("area").fill_null(NOT_RECORDED))


def _band(born: date | None, as_at: date) -> str:
    if born is None or born > as_at:
        return NOT_RECORDED
    return demographics.age_band(born, on=as_at).value
