"""Which pairs are looked at at all: records that share a key, and no key that too many share.

A key is what two records of one person may still have in common when the rest is damaged: a sound of a name
and a birthday, half a postcode and a year. There are many, so that each damage is passed by some. Every key
is a number column of the prepared table, null where a part is missing or the block is too large; each rule
that an engine joins on is then a plain equality.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

#: A part is a column of the cleaned record, `column:n` its first n signs, `column:-n` its last n, `column[0]`
#: the first of a list; `a<>b` is a and b in the order of the alphabet, whichever stands where.
KEYS: tuple[tuple[str, ...], ...] = (
    ("national_id",),
    ("email",),
    ("phone",),
    ("born", "first_sound"),
    ("born", "surname_sound"),
    ("born",),
    ("first_sound<>surname_sound", "year"),
    ("postcode", "first_sound"),
    ("postcode", "year"),
    ("postcode",),
    ("first_sound<>surname_sound",),
    ("first_forms[0]", "surname_sound"),
    ("surname_sound", "born:6"),
    ("surname_sound", "born_day"),
    ("first_sound", "born:6"),
    ("first_sound", "born_day"),
    ("surname_sound", "year"),
    ("surname:-4", "first_name:1", "year"),
    ("surname:3", "first_name:2"),
    ("surname:-4", "first_name:-3"),
    ("first_forms[0]", "year"),
    ("district", "surname_sound"),
    ("district", "first_forms[0]"),
    ("district", "year"),
    ("place_of_birth", "surname_sound"),
    ("place_of_birth", "first_forms[0]", "year"),
    ("place_of_birth", "born_day"),
    ("place_of_birth", "first_sound", "occupation"),
    ("town", "surname_sound"),
    ("town", "first_sound", "year"),
    ("town", "born_day"),
    ("address",),
    ("house", "town"),
    ("house", "first_sound"),
    ("house", "surname_sound"),
    ("mailbox",),
    ("middle_names", "surname_sound"),
    ("middle_names", "first_sound", "year"),
    ("occupation", "surname_sound", "sex"),
    ("occupation", "born:6"),
    ("surname:-3", "first_name:3"),
    ("surname:3", "place_of_birth:3", "sex"),
    ("surname:-3", "place_of_birth", "sex"),
    ("first_name:3", "place_of_birth:3", "occupation"),
    ("surname:3", "town:3", "first_name:1"),
    ("surname:3", "occupation", "first_name:1"),
)
#: what the columns of block numbers are called, as a pattern
COLUMN = r"^k\d+$"
#: No block is larger, whatever room there is: it would be everybody with a filler for a date.
LARGEST_BLOCK = 2_000


def usable(columns: Sequence[str]) -> list[tuple[str, ...]]:
    """The keys all of whose parts are made of these columns."""
    return [key for key in KEYS if all(column in columns for part in key for column in _columns(part))]


def _columns(part: str) -> list[str]:
    return [one.split(":")[0].split("[")[0] for one in part.split("<>")]


def room(records: int) -> int:
    """How many pairs may be looked at in all: of few records all, of a million some twenty a record."""
    return min(150 * records, 4_000_000 + 16 * records)


def numbered(cleaned: pl.DataFrame, keys: Sequence[tuple[str, ...]], *, pairs: int) -> pl.DataFrame:
    """For each key a column `k<n>` of block numbers; the largest blocks give way until `pairs` is kept.

    The room is shared out among the keys, what one leaves to those after it; a block is null where it is
    of one record, or too large.
    """
    made = []
    for at, key in enumerate(keys):
        lines = cleaned.select(pl.concat_str([_part(part) for part in key], separator="\t").alias("key"))
        sizes = lines.filter(pl.col("key").is_not_null()).group_by("key").len().filter(pl.col("len") > 1)
        blocks = sizes.with_columns(pairs=pl.col("len").cast(pl.Int64) * (pl.col("len") - 1) // 2).sort(
            "pairs", "key"
        )
        share = pairs // (len(keys) - at)
        blocks = blocks.filter((pl.col("pairs").cum_sum() <= share) & (pl.col("len") <= LARGEST_BLOCK))
        pairs -= int(blocks["pairs"].sum())
        blocks = blocks.select("key", pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias(f"k{at}"))
        made.append(lines.join(blocks, on="key", how="left", maintain_order="left")[f"k{at}"])
    return pl.DataFrame(made) if made else pl.DataFrame()


def _part(part: str) -> pl.Expr:
    if "<>" in part:
        one, other = (pl.col(name) for name in part.split("<>"))
        return (
            pl.when(one.is_null() | other.is_null()).then(None)
            .when(one <= other).then(one + "\t" + other).otherwise(other + "\t" + one)
        )  # fmt: skip
    if part.endswith("[0]"):
        return pl.col(part[:-3]).list.first()
    name, _, length = part.partition(":")
    if not length:
        return pl.col(name).cast(pl.String)
    column = pl.col(name)
    count = int(length)
    return column.str.slice(0, count) if count > 0 else column.str.slice(count)
