"""Bad files really taken in: after each, all that was accepted is there or nothing is, and every row left
out is named. A failure in the midst of the writing leaves nothing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction

from pathways.analysis import sheets
from pathways.domain.identification.taking_in import Kind
from pathways.journey import extracts, identity, ledger, open_door, taken, taking_in
from pathways.records.models import ReferralIn, TakeIn, TakeInPart, TakenRow, Task
from tests.analysis import mutated
from tests.journey import people

pytestmark = pytest.mark.database

REFERRALS = {
    "name": "people",
    "tables": [
        {
            "table": "referrals",
            "file": "people.*",
            "columns": {
                "their_reference": "person_id",
                "first_name": "first_name",
                "surname": "surname",
                "date_of_birth": "date_of_birth",
                "phone": "phone",
            },
            "constants": {"why": "Sent by her own service", "she_knows": "yes"},
        }
    ],
}
MAPPINGS = {Kind.REFERRALS: REFERRALS, Kind.POLE: mutated.MAPPED.as_dict()}
KEPT = (ReferralIn, TakenRow, TakeIn, TakeInPart, Task)


class _DeadLineError(Exception):
    """What ends a taking in half way."""


@pytest.fixture
def cast(db):
    return people.cast()


def sender(cast, kind):
    return cast.analyst if kind is Kind.POLE else cast.supervisor


def counts(by) -> Counter[str]:
    with identity.clerk(by):
        return Counter({model.__name__: model.objects.count() for model in KEPT})


def bring(mutant: mutated.Mutant, kind: Kind, by):
    with identity.acting(by):
        return taking_in.bring(
            kind=kind, files=[(mutant.name, mutant.content)], mapping=MAPPINGS[kind], by=by, at=people.NOW
        )


def bad_files(many: int, seed: int) -> Iterator[mutated.Mutant]:
    every = [
        *mutated.mutants("csv", many - many // 4, seed=seed),
        *mutated.mutants("xlsx", many // 4, seed=seed),
    ]
    random.Random(seed).shuffle(every)
    yield from every


@dataclass
class Seen:
    """What became of the files that were sent so far."""

    came: int = 0
    in_part: int = 0
    stayed: int = 0
    accepted: int = 0
    rejected: int = 0


def named_rows(files) -> set[int]:
    """The rows of the user's own sheet that came back, each with why and how to mend it."""
    rows: set[int] = set()
    for name, content in files:
        if name.endswith(("-not-understood.csv", "-not-understood.xlsx")):
            continue
        (sheet,) = sheets.read_bytes(content, name)
        assert all(sheet.frame["why it was left out"].to_list()), name
        assert all(sheet.frame["how to mend it"].to_list()), name
        here = [int(each) for each in sheet.frame["row in the file"].to_list()]
        assert len(here) == len(set(here)) and not rows & set(here), name
        rows |= set(here)
    return rows


def taken_rows(said, kind: Kind, by) -> set[int]:
    """The rows of the file that what is there now came from."""
    if kind is Kind.POLE:
        with identity.acting(by):
            tables = extracts.opened(said.id, by=by, at=people.NOW)
        assert tables is not None
        return {row for frame in tables.values() for row in frame["source_row"].to_list()}
    with identity.clerk(by):
        return set(TakenRow.objects.filter(take_in_id=said.id).values_list("row_number", flat=True))


def judge(mutant: mutated.Mutant, kind: Kind, by, seen: Seen) -> None:
    """Takes one bad file in and holds what is there against what was said of it."""
    before = counts(by)
    said = bring(mutant, kind, by)
    new = counts(by)
    new.subtract(before)
    if not said:
        assert said.reason and "\n" not in said.reason
        assert not any(new.values()), f"{mutant.kind}: refused, and something is there"
        seen.stayed += 1
        return
    tally = said.data["tally"]
    if said.data.get("is_same"):
        assert not any(new.values()), mutant.kind
        return
    named = named_rows(said.data["rejected_files"])
    assert len(named) == tally["rejected"], f"{mutant.kind}: not every row left out is named"
    if kind is Kind.REFERRALS:
        assert tally["rows"] == tally["accepted"] + tally["unchanged"] + tally["rejected"], mutant.kind
        assert new["ReferralIn"] == new["TakenRow"] == new["Task"] == tally["accepted"], mutant.kind
    assert new["TakeIn"] == (1 if tally["accepted"] else 0), mutant.kind
    if not tally["accepted"]:
        assert not any(new.values()), f"{mutant.kind}: nothing was accepted, and something is there"
        seen.stayed += 1
    else:
        there = taken_rows(said, kind, by)
        assert len(there) == tally["accepted"], f"{mutant.kind}: not all that was accepted is there"
        assert not there & named, f"{mutant.kind}: a row came in and was left out too"
        seen.came += 1
        seen.in_part += bool(named)
    seen.accepted += tally["accepted"]
    seen.rejected += tally["rejected"]


def send(cast, kind: Kind, many: int, seed: int) -> Seen:
    """Each file meets a programme without any; every fifth is sent again, which changes nothing."""
    seen = Seen()
    for number, mutant in enumerate(bad_files(many, seed)):
        with transaction.atomic():
            judge(mutant, kind, sender(cast, kind), seen)
            if number % 5 == 0:
                again = Seen()
                judge(mutant, kind, sender(cast, kind), again)
                assert not again.accepted, f"{mutant.kind}: it came in twice"
            transaction.set_rollback(True)
    return seen


@pytest.mark.parametrize("kind", MAPPINGS)
def test_of_a_few_bad_files_all_that_is_right_comes_in_or_nothing(cast, kind):
    seen = send(cast, kind, 26, seed=3)
    assert seen.came and seen.in_part and seen.stayed and seen.accepted and seen.rejected


@pytest.mark.prove
@pytest.mark.parametrize("kind", MAPPINGS)
def test_of_thousands_of_bad_files_all_that_is_right_comes_in_or_nothing(cast, capsys, kind):
    seen = send(cast, kind, 2_500, seed=20_261_127)
    with capsys.disabled():
        print(f"\n{kind.label}: {seen}")
    assert seen.came > 100 and seen.in_part > 20 and seen.stayed > 100


# --- a failure in the midst of it ---------------------------------------------------------------------------

#: where the line may go dead: as a woman is written, or where she came from, or a sealed table, or the log
PLACES = {
    Kind.REFERRALS: ((open_door, "let_in"), (taken, "_hashes"), (ledger, "record"), (ledger, "took_in")),
    Kind.POLE: ((extracts, "seal"), (extracts, "TakeInPart"), (ledger, "record"), (ledger, "took_in")),
}


def break_off(cast, kind: Kind, many: int, seed: int) -> Counter[str]:
    """Takes bad files in with a failure at one call after another, until one goes through."""
    by, found = sender(cast, kind), Counter()
    for number, mutant in enumerate(bad_files(many, seed)):
        place, name = PLACES[kind][number % len(PLACES[kind])]
        real, before = getattr(place, name), counts(by)
        for dead_at in range(1, 60):
            calls = 0

            def failing(*given, _dead_at=dead_at, _real=real, **more):
                nonlocal calls
                calls += 1
                if calls == _dead_at:
                    raise _DeadLineError
                return _real(*given, **more)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(place, name, failing)
                try:
                    with transaction.atomic():
                        bring(mutant, kind, by)
                        transaction.set_rollback(True)
                except _DeadLineError:
                    assert counts(by) == before, f"{mutant.kind}: {name}, call {dead_at}, left something"
                    found[name] += 1
                    continue
            break
        else:
            pytest.fail(f"{name} was called without end")
    return found


@pytest.mark.parametrize("kind", MAPPINGS)
def test_a_failure_in_the_midst_of_the_writing_leaves_nothing(cast, kind):
    found = break_off(cast, kind, 14, seed=5)
    assert len(found) >= 3, found


@pytest.mark.prove
@pytest.mark.parametrize("kind", MAPPINGS)
def test_a_failure_at_any_call_of_hundreds_of_files_leaves_nothing(cast, capsys, kind):
    found = break_off(cast, kind, 200, seed=20_261_127)
    with capsys.disabled():
        print(f"\n{kind.label}, broken off at: {dict(found)}")
    assert set(found) == {name for _, name in PLACES[kind]}
