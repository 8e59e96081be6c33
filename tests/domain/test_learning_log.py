"""An entry of the learning log says of itself only what stands in it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pathways.domain.evaluation import recorded
from pathways.domain.evaluation.recorded import RecordKind

FOUND = {"finding": "Women wait too long.", "found_by": "figures", "state": "found"}
CHANGED = {
    **FOUND, "state": "changed", "change": "A second worker.", "changed_on": "2026-03-01",
    "lead": "Coordinator",
}  # fmt: skip
FOLLOWED = {**CHANGED, "state": "followed", "followed": "They wait less.", "followed_on": "2026-06-01"}


def wrong(answers: dict[str, Any]) -> str:
    return recorded.fault(RecordKind.LEARNING, date(2026, 2, 1), None, answers)[0]


LEFT = {**FOUND, "state": "left", "change": "Why not."}


@pytest.mark.parametrize("answers", [FOUND, CHANGED, FOLLOWED, LEFT])
def test_each_stage_can_be_written_down(answers):
    assert wrong(answers) == ""


@pytest.mark.parametrize("missing", ["change", "changed_on", "lead"])
def test_a_change_is_said_with_its_day_and_who_sees_it_through(missing):
    assert wrong({key: value for key, value in CHANGED.items() if key != missing}) == missing


@pytest.mark.parametrize("missing", ["followed", "followed_on"])
def test_what_followed_is_said_with_its_day(missing):
    assert wrong({key: value for key, value in FOLLOWED.items() if key != missing}) == missing


def test_nothing_follows_before_the_change():
    assert wrong({**FOLLOWED, "followed_on": "2026-02-28"}) == "followed_on"


@pytest.mark.parametrize("state", ["found", "left"])
def test_what_was_changed_or_followed_is_not_called_found_or_left(state):
    assert wrong({**CHANGED, "state": state}) == "state"
    assert wrong({**FOLLOWED, "state": state}) == "state"


def test_what_was_left_says_why():
    assert wrong({**FOUND, "state": "left"}) == "change"
