"""The pairs that are looked at: every two records that share a key (`keys`), each pair once.

Splink would find them in one statement with a join for every key, and a database builds the tables of all
those joins at once, each as wide as all keys together: of a million records many gigabytes. Here one key is
taken after another, and only numbers of records are held.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array

#: Pairs are handed on by squares of so many records on either side, and so many at a time: an engine then
#: holds no more than these records twice over, however many there are in all.
SIDE, AT_A_TIME = 340_000, 4_000_000


def together(numbers: pl.LazyFrame) -> pl.DataFrame:
    """Every pair (left < right, row numbers from 0) that is in one block by some column of block numbers.

    `numbers` is what `keys.numbered` makes; one column after another is read. Sorted, each pair once.
    """
    names = numbers.collect_schema().names()
    packed = np.empty(sum(_pairs_in(_column(numbers, name)) for name in names), dtype=np.int64)
    at = 0
    for name in names:
        for left, right in _expanded(*_blocks(_column(numbers, name))):
            packed[at : at + len(left)] = left << 32 | right
            at += len(left)
    packed.sort()
    once = np.ones(len(packed), dtype=bool)
    np.not_equal(packed[1:], packed[:-1], out=once[1:])
    packed = packed[once]
    return pl.DataFrame({"left": (packed >> 32).astype(np.int32), "right": packed.astype(np.int32)})


def _column(numbers: pl.LazyFrame, name: str) -> pl.Series:
    return numbers.select(name).collect().to_series()


def squares(pairs: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The pairs in parts that touch few records each: `SIDE` on the left, `SIDE` on the right."""
    if pairs.is_empty():
        return
    left, right = pl.col("left") // SIDE, pl.col("right") // SIDE
    for column in range(int(pairs.select(left.max()).item()) + 1):
        here = pairs.filter(left == column)
        for row in here.select(right.unique().sort()).to_series().to_list():
            square = here.filter(right == row)
            yield from square.iter_slices(AT_A_TIME)


def _blocks(column: pl.Series) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The records of each block one after another, rising within it, and where each block starts."""
    records = np.flatnonzero(column.is_not_null().to_numpy()).astype(np.int32)
    block = column.drop_nulls().to_numpy()
    table = coo_array(
        (np.ones(len(records), dtype=np.int8), (block, records)),
        shape=(int(block.max()) + 1 if len(block) else 0, len(column)),
    ).tocsr()  # counts, and does not compare: several times quicker than sorting
    return table.indices, table.indptr.astype(np.int64)


def _pairs_in(column: pl.Series) -> int:
    sizes = np.bincount(column.drop_nulls().to_numpy()).astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _expanded(
    records: NDArray[np.int32], starts: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Each record with the next in its block, then with the next but one, and so on."""
    sizes = np.diff(starts)
    behind = np.repeat(starts[1:], sizes) - np.arange(len(records)) - 1  # how many follow in the block
    here = np.flatnonzero(behind > 0)
    step = 1
    while len(here):
        yield records[here].astype(np.int64), records[here + step].astype(np.int64)
        step += 1
        here = here[behind[here] >= step]
