"""Bad files: none of them crashes anything, and every row either comes in or is named with its reason."""

from __future__ import annotations

from collections import Counter
from datetime import date

import polars as pl
import pytest

from pathways.analysis import pole, sheets
from pathways.analysis.pole import reading
from pathways.analysis.pole.mapping import MappingError
from tests.analysis import mutated

RECEIVED = date(2026, 11, 27)


def judged(mutant: mutated.Mutant, *, guessed: bool) -> str:
    """What became of a bad file; fails where a row was lost, or a reason is missing."""
    try:
        found = sheets.read_bytes(mutant.content, mutant.name)
        how = pole.guess(found) if guessed else mutated.MAPPED
        extract = pole.read_sheets([one for one in found if one.columns], how, received=RECEIVED)
    except sheets.UnreadableError as error:
        assert mutant.name in str(error) and error.why
        assert "\n" not in str(error)
        return "unreadable"
    except MappingError as error:
        assert str(error)
        return "no such columns"
    for problem in extract.problems:
        assert problem.file and problem.row > 1 and problem.column and problem.why and problem.mend
    rejected = {(each.file, each.row) for each in extract.rejected}
    come = {
        (file, row)
        for frame in extract.tables.values()
        for file, row in frame.select(reading.FILE, reading.ROW).iter_rows()
    }
    assert not come & rejected, "a row came in and was rejected too"
    for name, sheet in reading.named(found).items():
        lost = {(name, row) for row in sheet.rows.to_list()} - come - rejected
        if lost and name not in extract.others:
            assert _merged(extract, sheet, lost), f"rows of {name} were lost: {sorted(lost)[:3]}"
    return "some rows left out" if rejected else "read"


def _merged(extract: pole.Extract, sheet: sheets.Sheet, lost: set[tuple[str, int]]) -> bool:
    """Whether the rows that are in no table say nothing but what the row of the same key says."""
    if not any("put together" in note for note in extract.notes):
        return False
    (feed,) = extract.mapping.feeds
    table = extract.tables[feed.table]
    key = next(iter(feed.columns.values()))[0]
    at = sheet.frame.with_columns(sheet.rows.alias("row of it"))
    gone = at.filter(pl.col("row of it").is_in([row for _, row in lost]))
    return set(gone[key]) <= set(table[table.columns[0]])


def run(csv: int, xlsx: int, *, seed: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for ending, many in (("csv", csv), ("xlsx", xlsx)):
        for number, mutant in enumerate(mutated.mutants(ending, many, seed=seed)):
            try:
                found[f"{ending}: {judged(mutant, guessed=number % 2 == 1)}"] += 1
            except AssertionError:
                raise
            except BaseException as error:
                pytest.fail(
                    f"{ending} number {number} ({mutant.kind}) ended in {type(error).__name__}: {error}"
                )
    return found


def test_a_few_hundred_bad_files_are_all_answered():
    found = run(260, 110, seed=1)
    assert sum(found.values()) == 370
    assert all(found[f"csv: {how}"] for how in ("unreadable", "read", "some rows left out"))
    assert all(found[f"xlsx: {how}"] for how in ("unreadable", "read", "some rows left out"))


@pytest.mark.prove
def test_fifty_thousand_bad_files_are_all_answered(capsys):
    found = run(38_000, 12_000, seed=20_261_127)
    with capsys.disabled():
        print("\n" + "\n".join(f"{number:>7,}  {how}" for how, number in sorted(found.items())))
    assert sum(found.values()) == 50_000
