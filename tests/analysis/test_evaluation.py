"""An invented programme is counted, protected and told to three audiences."""

from __future__ import annotations

import dataclasses
import random
from datetime import date, timedelta

import pytest

from pathways.analysis import demographics, evaluation, extract, flow, overlap
from pathways.analysis.disclosure import Audience, System, protect_linked
from pathways.domain.evaluation.characteristics import CHARACTERISTICS, NO_RECORD
from pathways.domain.evaluation.counts import RawCount, ReleasedCount
from pathways.domain.evaluation.flow import Step
from pathways.domain.evaluation.milestones import CohortStage
from tests.analysis.programme import AS_AT, invent
from tests.analysis.test_disclosure import attack


@pytest.fixture(scope="module")
def programme() -> extract.Extract:
    return invent()


@pytest.fixture(scope="module")
def steering(programme: extract.Extract) -> evaluation.Summary:
    return evaluation.summarise(programme, Audience.STEERING)


def everything(thing: object) -> list[object]:
    """Every value inside nested dataclasses, tuples and mappings."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        inner = [getattr(thing, field.name) for field in dataclasses.fields(thing)]
        return [thing, *(x for value in inner for x in everything(value))]
    if isinstance(thing, dict):
        return [x for value in thing.values() for x in everything(value)]
    if isinstance(thing, (tuple, list)):
        return [x for value in thing for x in everything(value)]
    return [thing]


def test_what_comes_back_holds_nothing_raw_and_no_small_count(steering: evaluation.Summary) -> None:
    found = everything(steering)
    assert not any(isinstance(thing, (RawCount, System)) for thing in found)
    shown = [thing.value for thing in found if isinstance(thing, ReleasedCount)]
    assert len(shown) > 300
    assert not any(value is not None and 1 <= value <= 4 for value in shown)


def test_the_attack_on_all_tables_at_once_finds_nothing(steering: evaluation.Summary) -> None:
    assert steering.disclosure.at_risk == 0
    assert steering.disclosure.narrowest is not None
    assert steering.disclosure.narrowest >= steering.disclosure.rule.threshold
    assert "found nothing at risk" in steering.disclosure.words


@pytest.mark.prove
@pytest.mark.parametrize("audience", [Audience.STEERING, Audience.PUBLIC])
def test_an_attack_of_the_tests_own_on_the_whole_release_finds_nothing(audience: Audience) -> None:
    programme = invent(90, seed=5)
    women = programme.women()
    went, standing = flow.passages(women), overlap.cells(women)
    answers = {c.code: demographics.answers(c, standing, programme.demographics) for c in CHARACTERISTICS}
    core, parts = evaluation.systems(women, went, standing, answers)
    whole = System()
    for system in (core, *parts):
        whole.merge(system)
    protected = protect_linked(core, parts, audience.rule)
    shown = {key: count.value for key, count in protected.cells.items()}
    small = {key for key, count in protected.cells.items() if count.because == "small"}
    widths = attack(whole, shown, floor=1, only=small)
    assert len(widths) == len(small) > 100
    assert min(widths.values()) > audience.rule.threshold - 1e-6


def test_the_stages_are_of_the_size_that_the_programme_expects(steering: evaluation.Summary) -> None:
    sizes = {stage: count.value for stage, _, count in steering.overlap.stages}
    assert sizes[CohortStage.IDENTIFIED] in range(190, 240)
    assert steering.overlap.considered.value == 260
    assert len(steering.overlap.cells) == 8


def test_each_step_of_the_flow_is_the_next_the_lost_and_those_in_progress(
    programme: extract.Extract,
) -> None:
    women = programme.women()
    went = flow.passages(women)
    system = System()
    overlap.add(system, overlap.cells(women))
    flow.add(system, went, flow.journeys(women, went))  # raises where a sum does not hold
    assert any(key[0] == "flow" and key[1] == "followed_up" for key in system.keys)  # type: ignore[index]


def test_each_route_is_a_branch_of_its_own(steering: evaluation.Summary) -> None:
    assert {table.route for table in steering.flows} >= {None, "custody", "self", "third_sector"}


def test_a_woman_who_came_back_is_one_woman_and_two_journeys(programme: extract.Extract) -> None:
    women = programme.women()
    journeys = flow.journeys(women, flow.passages(women))
    assert journeys[Step.CONSIDERED] > len(women)


def test_every_woman_of_a_stage_stands_in_one_row_of_every_table(programme: extract.Extract) -> None:
    standing = overlap.cells(programme.women())
    for characteristic in CHARACTERISTICS:
        system = System()
        overlap.add(system, standing)
        answers = demographics.answers(characteristic, standing, programme.demographics)
        demographics.add(system, characteristic, standing, answers)  # raises where a sum does not hold


def test_the_kinds_of_missing_answer_are_never_merged() -> None:
    age = CHARACTERISTICS[0]
    rows = {age.row_of({"age_band": code}) for code in ("prefer_not_to_say", "not_asked", "unknown")} | {
        age.row_of(None)
    }
    assert rows == {"prefer_not_to_say", "not_asked", "unknown", NO_RECORD}
    assert age.row_of({"age_band": ""}) == "not_asked"
    assert age.row_of({"age_band": "old"}) == "unknown"


def test_missing_answers_are_counted_in_every_table(steering: evaluation.Summary) -> None:
    for table in steering.demographics:
        kinds = [line.kind for line in table.lines]
        assert kinds.count("missing") == 4
        assert kinds[0] == "total"


def test_ethnicity_is_shown_in_nineteen_groups_within_five(steering: evaluation.Summary) -> None:
    table = next(table for table in steering.demographics if table.code == "ethnicity")
    assert [line.kind for line in table.lines].count("row") == 19
    assert [line.kind for line in table.lines].count("group") == 5 + 1


def test_no_time_leaves_that_rests_on_few_women() -> None:
    few = evaluation.summarise(invent(12), Audience.STEERING)
    assert all(line.worst_tenth_days is None for line in few.times)


def test_the_public_sees_no_more_than_the_steering_group(programme: extract.Extract) -> None:
    smaller = dataclasses.replace(programme, demographics=())
    counts = {
        audience: sum(
            thing.is_hidden
            for thing in everything(evaluation.summarise(smaller, audience))
            if isinstance(thing, ReleasedCount)
        )
        for audience in Audience
    }
    assert counts[Audience.STEERING] == counts[Audience.PARTNER] <= counts[Audience.PUBLIC]


def test_the_same_rows_in_another_order_give_the_same_summary(
    programme: extract.Extract, steering: evaluation.Summary
) -> None:
    events, people = list(programme.events), list(programme.demographics)
    random.Random(5).shuffle(events)
    random.Random(6).shuffle(people)
    other = dataclasses.replace(programme, events=events, demographics=people)
    assert evaluation.summarise(other, Audience.STEERING) == steering


def test_nothing_later_than_the_extract_is_counted(programme: extract.Extract) -> None:
    early = dataclasses.replace(programme, as_at=AS_AT - timedelta(days=400))
    assert 0 < len(early.women()) < len(programme.women())


def test_a_period_counts_the_journeys_that_began_in_it(programme: extract.Extract) -> None:
    year = extract.Period(date(2025, 4, 1), date(2026, 3, 31))
    women = programme.women(year)
    assert 0 < len(women) < len(programme.women())
    assert all(hers[0].at.date() in year for hers in women.values())


def test_an_empty_programme_is_all_noughts() -> None:
    empty = extract.Extract([], [], AS_AT, "Nothing yet")
    summary = evaluation.summarise(empty)
    assert summary.overlap.considered.shown == "0"
    assert {line.n.shown for line in summary.flow.lines} == {"0"}


def test_one_woman_alone_is_hidden_everywhere() -> None:
    summary = evaluation.summarise(invent(1))
    assert summary.overlap.considered.shown == "c"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        extract.Extract([], [], AS_AT.replace(tzinfo=None), "Nothing")
