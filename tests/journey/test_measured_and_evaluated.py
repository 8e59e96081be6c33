"""From a questionnaire filled in with her to the evaluation's extract: numbers and days, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pathways.domain.terms import demographics as d
from pathways.domain.terms.people import Role
from pathways.journey import assess, evaluate, identity, measuring
from pathways.records.models import Demographics, InstrumentScore, Response
from tests.journey import agreed, people
from tests.journey.test_measuring import NOW, fill, turn_on, woman

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def cast(db) -> people.Cast:
    return people.cast()


def extract(cast, at):
    with identity.acting(cast.evaluator):
        return evaluate.frozen(by=cast.evaluator, at=at, synthetic=True)


def test_scores_reach_the_extract_and_what_was_taken_out_does_not(cast):
    turn_on(cast)
    her = woman(cast, "Rosa", cast.worker)
    first = fill(her, cast.worker, "2", q9="0")
    assert first
    assert fill(her, cast.worker, "1", q9="0", at=NOW + timedelta(days=28))
    later = NOW + timedelta(days=40)
    found = extract(cast, later)
    assert sorted(row["value"] for row in found.scores) == [8.0, 16.0]
    assert {(str(row["client_id"]), row["instrument"]) for row in found.scores} == {(str(her.id), "phq9")}
    assert {frozenset(row) for row in found.scores} == {
        frozenset(("client_id", "instrument", "edition", "measured_on", "recorded_at", "value"))
    }
    assert len(extract(cast, NOW + timedelta(days=1)).scores) == 1  # nothing later than its day
    with identity.acting(cast.worker):
        assert measuring.withdraw(response_id=first.id, why="The wrong day", by=cast.worker, at=later)
    assert [row["value"] for row in extract(cast, later).scores] == [8.0]


def test_counting_reads_what_it_came_to_and_never_what_she_answered(cast):
    turn_on(cast)
    assert fill(woman(cast, "Rosa", cast.worker), cast.worker)
    with identity.acting(cast.evaluator):
        assert not InstrumentScore.objects.exists()  # the evaluator by herself sees none
        with identity.counting(cast.evaluator) as counting:
            assert counting.role is Role.COUNTING
            assert InstrumentScore.objects.exists()
            assert not Response.objects.exists()


def test_what_she_answered_later_takes_nothing_out_of_an_earlier_moment(cast):
    """Figures as at a day before the change count her as she had answered then, and not among the missing."""
    her = agreed.agreed(cast)
    first = assess.Monitoring(ethnicity_code="O1", ethnicity_scheme=d.EthnicityScheme.SDE_16, area="Luton")
    agreed.assessed(cast, her, monitoring=first)
    for days, religion in ((20, "hindu"), (40, "sikh")):
        with identity.acting(cast.worker):
            row = Demographics.objects.get(client_id=her.client_id)
            row.religion, row.changed_at = religion, NOW + timedelta(days=days)
            row.save()
    found = [extract(cast, NOW + timedelta(days=days)).demographics for days in (-1, 10, 20, 30, 50)]
    told = [[(row["ethnicity"], row["religion"]) for row in rows] for rows in found]
    assert told == [
        [], [("chinese", "not_asked")], [("chinese", "hindu")], [("chinese", "hindu")], [("chinese", "sikh")]
    ]  # fmt: skip
