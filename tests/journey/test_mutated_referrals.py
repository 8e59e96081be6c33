"""Bad files through the database: after each, either all that was accepted is there, or nothing is."""

from __future__ import annotations

import random

import pytest

from pathways.domain.identification.taking_in import Kind
from pathways.journey import identity, taking_in
from pathways.records.models import ReferralIn, TakeIn, TakeInPart, TakenRow, Task
from tests.analysis import mutated
from tests.journey import people

pytestmark = pytest.mark.database

BODY = {
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


@pytest.fixture
def cast(db):
    return people.cast()


def counts(by):
    with identity.clerk(by):
        return tuple(model.objects.count() for model in (ReferralIn, TakenRow, TakeIn, TakeInPart, Task))


def sent(cast, many: int, seed: int) -> tuple[int, int]:
    """Sends so many bad files of both kinds. How many were taken in, in part or whole, and how many not."""
    rng = random.Random(seed)
    every = [
        *mutated.mutants("csv", many - many // 4, seed=seed),
        *mutated.mutants("xlsx", many // 4, seed=seed),
    ]
    rng.shuffle(every)
    came = stayed = 0
    by = cast.supervisor
    for mutant in every:
        before = counts(by)
        with identity.acting(by):
            said = taking_in.bring(
                kind=Kind.REFERRALS, files=[(mutant.name, mutant.content)], mapping=BODY, by=by, at=people.NOW
            )
        after = counts(by)
        accepted = said.data["tally"]["accepted"] if said else 0
        new = tuple(now - then for now, then in zip(after, before, strict=True))
        assert new[0] == new[1] == new[4] == accepted, mutant.kind
        assert new[2] == (1 if accepted else 0), mutant.kind
        if not said:
            assert said.reason and "\n" not in said.reason
            assert new == (0, 0, 0, 0, 0), mutant.kind
        elif not said.data.get("is_same"):
            tally = said.data["tally"]
            files = said.data["rejected_files"]
            assert bool(files) is bool(tally["rejected"]), mutant.kind
        came, stayed = came + bool(accepted), stayed + (not accepted)
    return came, stayed


def test_a_few_bad_files_leave_nothing_half_done(cast):
    came, stayed = sent(cast, 16, seed=3)
    assert came + stayed == 16
    assert stayed


@pytest.mark.prove
def test_bad_files_leave_nothing_half_done(cast, capsys):
    came, stayed = sent(cast, 200, seed=20_261_127)
    with capsys.disabled():
        print(f"\n{came} files brought somebody, {stayed} nobody")
    assert came and stayed
