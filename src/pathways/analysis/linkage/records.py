"""Several agencies' files as one table of records with standard columns, each still known by its file and
row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pathways.analysis import sheets
from pathways.analysis.linkage import columns
from pathways.analysis.linkage.columns import Mapping, MappingError
from pathways.analysis.sheets import Sheet, UnreadableError


@dataclass(frozen=True, slots=True)
class Records:
    """All records in the order of the files.

    `raw` has standard columns of text; `ids` names each record; `mappings` says for each file what its
    columns
    were taken for. `is_qualified`: one id stood in two files, so every id has its file's name before it.
    """

    raw: pl.DataFrame
    ids: list[str]
    mappings: tuple[tuple[Path, Mapping], ...]
    is_qualified: bool


def read(paths: Sequence[Path], *, record: str, said: Sequence[str] = ()) -> Records:
    """Raises UnreadableError naming file, row and column, and MappingError for a --map that cannot be
    followed."""
    tables = [sheets.read(path, is_whole=True) for path in paths]
    for one in tables:
        one.need(record)
    everywhere = {column for one in tables for column in one.columns}
    asked = [(each, each.partition("=")[2].strip()) for each in said]
    for each, column in asked:
        if column and column not in everywhere:
            known = ", ".join(sorted(everywhere)[:30])
            raise MappingError(f"--map {each}: there is no column {column}; there are: {known}")
    mappings = []
    for one in tables:
        here = [each for each, column in asked if not column or column in one.columns]
        mappings.append(columns.guess(one.columns, record=record, said=here))
    _check_ids(tables, record)
    for one, mapping in zip(tables, mappings, strict=True):
        if not mapping.sources:
            raise UnreadableError(
                one.path, "no column is known as a name, a date of birth or anything else that tells people "
                "apart; "
                f"say which is, as --map surname=COLUMN. There are: {', '.join(one.columns[:30])}",
            )  # fmt: skip
    names = [name for name in columns.STANDARD if any(name in mapping.sources for mapping in mappings)]
    raw = pl.concat([_standard(one, mapping, names) for one, mapping in zip(tables, mappings, strict=True)])
    several = [one.frame[record].to_list() for one in tables]
    flat = [name for ids in several for name in ids]
    qualified = len(set(flat)) < len(flat)
    if qualified:
        stems = _stems(paths)
        flat = [f"{stem}:{name}" for stem, ids in zip(stems, several, strict=True) for name in ids]
    return Records(raw, flat, tuple(zip(paths, mappings, strict=True)), qualified)


def _stems(paths: Sequence[Path]) -> list[str]:
    """The files' names without endings; with their place in front where two are called alike."""
    stems = [path.stem for path in paths]
    return (
        stems if len(set(stems)) == len(stems) else [f"{at}-{stem}" for at, stem in enumerate(stems, start=1)]
    )


def _check_ids(tables: Sequence[Sheet], record: str) -> None:
    for one in tables:
        seen: dict[str, int] = {}
        for at, name in enumerate(one.frame[record].to_list()):
            if name is None:
                raise UnreadableError(one.path, "the record has no id", row=one.row_of(at), column=record)
            if name in seen:
                why = f"the id {name} stands in row {seen[name]} already; each record needs its own"
                raise UnreadableError(one.path, why, row=one.row_of(at), column=record)
            seen[name] = one.row_of(at)


def _standard(sheet: Sheet, mapping: Mapping, names: Sequence[str]) -> pl.DataFrame:
    made = []
    for name in names:
        sources = mapping.sources.get(name)
        if sources is None:
            made.append(pl.lit(None, dtype=pl.String).alias(name))
        else:
            parts = [pl.col(source) for source in sources]
            joined = pl.concat_str(parts, separator=" ", ignore_nulls=True)
            made.append(pl.when(joined != "").then(joined).otherwise(None).alias(name))
    return sheet.frame.select(made) if len(sheet) else pl.DataFrame(schema=dict.fromkeys(names, pl.String))
