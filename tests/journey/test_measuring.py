"""Instruments at a site and with a woman: turned on, filled in, scored, walled, and told where danger is."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from pathways.domain.governance.policy import Resource
from pathways.domain.outcomes import tools
from pathways.domain.outcomes.in_use import Happened, Status
from pathways.domain.outcomes.response import How, Occasion
from pathways.domain.terms.people import Sector
from pathways.journey import danger, identity, instruments, measuring, sight
from pathways.journey import tasks as work
from pathways.records.models import (
    AccessEvent,
    InstrumentScore,
    JourneyEvent,
    Message,
    Response,
    SiteInstrument,
    Task,
    ToolResult,
)
from tests.journey import people
from tests.journey.test_support import woman

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = people.NOW
PHQ = (None, "phq9", "1")


@pytest.fixture
def cast(db) -> people.Cast:
    return people.cast()


def turn_on(cast, code="phq9"):
    with identity.acting(cast.administrator):
        said = instruments.turn_on(
            code=code, edition="1", is_licence_accepted=True, by=cast.administrator, at=NOW
        )
    assert said, said.reason
    return said


def fill(her, by, value="1", *, at=NOW, days_ago=0, **more):
    answers = {f"q{n}": value for n in range(1, 10)} | more
    with identity.acting(by):
        return measuring.fill_in(
            client_id=her.id, key=PHQ, answers=answers, measured_on=(at - timedelta(days=days_ago)).date(),
            occasion=Occasion.ASSESSMENT, how=How.TOGETHER, by=by, at=at,
        )  # fmt: skip


def test_every_instrument_is_off_until_somebody_answers_for_its_licence(cast):
    by = cast.administrator
    with identity.acting(by):
        assert {one.status for one in instruments.all_of(by=by)} == {Status.OFF}
        said = instruments.turn_on(code="phq9", edition="1", is_licence_accepted=False, by=by, at=NOW)
        assert not said
        assert "licence" in said.reason
        assert instruments.turn_on(code="phq9", edition="1", is_licence_accepted=True, by=by, at=NOW)
        found = instruments.one(code="phq9", edition="1", by=by)
    assert (found.status, found.licence_accepted_by) == (Status.ON, by.name)
    assert [(one.what, one.by) for one in found.history] == [(Happened.TURNED_ON, by.name)]
    with identity.acting(cast.governance):
        assert AccessEvent.objects.filter(reason="Instrument phq9: turned on").exists()


def test_a_worker_turns_nothing_on(cast):
    for by in (cast.worker, cast.coordinator, cast.provider):
        with identity.acting(by):
            said = instruments.turn_on(code="phq9", edition="1", is_licence_accepted=True, by=by, at=NOW)
        assert not said
    assert not SiteInstrument.objects.exists()


def test_nothing_is_filled_in_with_an_instrument_that_is_off(cast):
    her = woman(cast, "Rosa", cast.worker)
    said = fill(her, cast.worker)
    assert not said
    assert "not on" in said.reason


def test_what_she_answered_comes_to_a_score_with_its_band_and_its_change(cast):
    turn_on(cast)
    her = woman(cast, "Rosa", cast.worker)
    assert fill(her, cast.worker, "2", q9="0")  # 16
    assert fill(her, cast.worker, "1", q9="0", at=NOW + timedelta(days=28))  # 8
    with identity.acting(cast.worker):
        (found,) = measuring.of_her(client_id=her.id, by=cast.worker).measures
    assert [(one.value, one.band) for one in found.scores] == [(16, "Moderately severe"), (8, "Mild")]
    assert "Down 8" in found.scores[1].change.words
    assert "across the cut-off of 10" in found.scores[1].change.words


def test_the_answers_are_their_organisations_and_the_score_is_the_coordinators_too(cast):
    turn_on(cast)
    her = woman(cast, "Rosa", cast.worker)
    assert fill(her, cast.worker)
    for by in cast:
        with identity.acting(by):
            answers = sight.visible(Response, by).filter(client_id=her.id).count()
            scores = sight.visible(InstrumentScore, by).filter(client_id=her.id).count()
        assert bool(answers) is (by in (cast.worker, cast.supervisor)), by
        assert bool(scores) is (by in (cast.worker, cast.supervisor, cast.coordinator)), by


def test_an_answer_that_signals_danger_is_work_for_the_worker_at_once_and_no_word_to_police(cast):
    turn_on(cast)
    her = woman(cast, "Rosa", cast.worker)
    before = Message.objects.count()
    said = fill(her, cast.worker, "0", q9="1")
    assert any("safety" in line for line in said.next)
    with identity.acting(cast.worker):
        (task,) = [one for one in work.waiting(by=cast.worker) if one.kind == danger.TASK]
    assert task.is_urgent
    assert task.due_at == NOW
    assert her.id == task.client_id
    assert "Rosa" not in task.title
    with identity.clerk():
        assert Message.objects.count() == before
        assert {t.organisation_id for t in Task.objects.filter(kind=danger.TASK)} == {
            cast.worker.organisation_id
        }
        (told,) = JourneyEvent.objects.filter(kind="danger_said")
        assert told.detail == {"where": measuring.IN_INSTRUMENT}
    assert fill(her, cast.worker, "0", q9="3")  # waits already: no second task
    with identity.clerk():
        assert Task.objects.filter(kind=danger.TASK).count() == 1


def test_no_event_says_which_questionnaire_nor_what_it_came_to(cast):
    turn_on(cast)
    her = woman(cast, "Rosa", cast.worker)
    fill(her, cast.worker, "3")
    with identity.clerk():
        (event,) = JourneyEvent.objects.filter(kind="measured")
    assert set(event.detail) == {"response", "occasion", "how", "state"}
    assert "phq" not in str(event.detail)


def test_answers_taken_out_count_no_more_and_stay_to_be_read(cast):
    turn_on(cast)
    her = woman(cast, "Rosa", cast.worker)
    key = fill(her, cast.worker, "2").id
    with identity.acting(cast.worker):
        assert not measuring.withdraw(response_id=key, why=" ", by=cast.worker, at=NOW)
        assert measuring.withdraw(response_id=key, why="Another woman’s", by=cast.worker, at=NOW)
        (found,) = measuring.of_her(client_id=her.id, by=cast.worker).measures
        assert found.counted == ()
        assert measuring.one(response_id=key, by=cast.worker, at=NOW).why_withdrawn == "Another woman’s"
        assert measuring.put_back(response_id=key, by=cast.worker, at=NOW)
        assert len(measuring.of_her(client_id=her.id, by=cast.worker).measures[0].counted) == 1


@pytest.mark.parametrize(("days_ago", "said"), [(-1, "future"), (4000, "before her time")])
def test_a_day_that_cannot_be_is_refused_and_nothing_is_written(cast, days_ago, said):
    turn_on(cast)
    her = woman(cast, "Rosa", cast.worker)
    answer = fill(her, cast.worker, days_ago=days_ago)
    assert not answer
    assert said in answer.reason
    with identity.acting(cast.worker):
        assert not Response.objects.exists()


def test_turned_off_what_was_filled_in_stays(cast):
    turn_on(cast)
    her = woman(cast, "Rosa", cast.worker)
    fill(her, cast.worker, "2")
    with identity.acting(cast.administrator):
        by = cast.administrator
        assert not instruments.turn_off(code="phq9", edition="1", why="", by=by, at=NOW)
        assert instruments.turn_off(code="phq9", edition="1", why="Not helpful", by=by, at=NOW)
    assert not fill(her, cast.worker, "2")
    with identity.acting(cast.worker):
        hers = measuring.of_her(client_id=her.id, by=cast.worker)
    assert len(hers.measures) == 1
    assert hers.to_fill_in == ()


def test_the_owners_wording_is_loaded_of_every_question_or_of_none(cast):
    by = cast.administrator
    whole = {f"q{n}": f"Words {n}" for n in range(1, 10)}
    with identity.acting(by):
        for given, said in (
            (whole | {"q77": "more"}, "q77"),
            ({"q1": "one"}, "q9"),
            (whole | {"q3": " "}, "q3"),
        ):
            answer = instruments.load_wording(
                code="phq9", edition="1", wording=given, source="owner", by=by, at=NOW
            )
            assert not answer
            assert said in answer.reason
            found = instruments.one(code="phq9", edition="1", by=by)
            assert not found.has_wording
            assert found.asks.items[0].label == "Interest and enjoyment lost"
        assert instruments.load_wording(
            code="phq9", edition="1", wording=whole, source="owner", by=by, at=NOW
        )
        assert instruments.one(code="phq9", edition="1", by=by).asks.items[8].label == "Words 9"
        assert instruments.remove_wording(code="phq9", edition="1", by=by, at=NOW)
        assert not instruments.one(code="phq9", edition="1", by=by).has_wording


def test_the_owners_answers_and_introduction_are_loaded_all_or_none(cast):
    by = cast.administrator
    whole = {f"q{n}": f"Words {n}" for n in range(1, 11)}
    answers = {f"*={value}": f"Answer {value}" for value in range(5)}
    with identity.acting(by):

        def load(given):
            return instruments.load_wording(
                code="core10", edition="1", wording=given, source="owner", by=by, at=NOW
            )

        for given, said in (
            (whole | {"q1=0": "Answer 0"}, "q1=1"),  # one answer alone would mix theirs with ours
            (whole | answers | {"q1=9": "More"}, "q1=9"),
        ):
            answer = load(given)
            assert not answer and said in answer.reason
        assert load(whole)
        assert "stem" in instruments.one(code="core10", edition="1", by=by).ours
        assert load(whole | answers | {"stem": "Introduction", "q2=4": "Answer 4 of the second"})
        found = instruments.one(code="core10", edition="1", by=by)
    assert found.ours == () and found.asks.stem == "Introduction"
    assert [one.label for one in found.asks.items[0].options] == [f"Answer {value}" for value in range(5)]
    assert found.asks.items[1].options[4].label == "Answer 4 of the second"
    assert found.asks.items[1].points_of("4") == 0  # turned round as before: words change no score


def test_wording_is_read_from_json_and_from_a_sheet_and_what_is_wrong_is_named():
    assert instruments.read_wording(b'{"q1": "One"}', "w.json").wording == {"q1": "One"}
    assert instruments.read_wording(b"code,text\nq1,One\nq2,Two\n", "w.csv").wording == {
        "q1": "One",
        "q2": "Two",
    }
    assert "Row 3" in instruments.read_wording(b"code,text\nq1,One\nq1,Two\n", "w.csv").problems[0]
    assert instruments.read_wording(b"{", "w.json").problems
    twice = instruments.read_wording(b'{"q1": "One", "q1": "Two"}', "w.json")
    assert twice.wording is None and "“q1” stands twice" in twice.problems[0]
    assert "text" in instruments.read_wording(b"code,words\nq1,One\n", "w.csv").problems[0]


def test_words_that_are_no_question_any_more_are_refused_with_their_row(cast):
    endless, answer = "y" * 100_000, "z" * 201
    sheet = f"code,text\nq1,{endless}\nq2,Two\nq2=0,{answer}\n".encode()
    assert instruments.read_wording(sheet, "w.csv").problems == (
        "Row 2, column text: a question has at most 1,000 characters, and this has 100,000.",
        "Row 4, column text: an answer has at most 200 characters, and this has 201.",
    )
    said = json.dumps({"q1": endless, "stem": "s" * 5_000}).encode()
    assert instruments.read_wording(said, "w.json").problems == (
        "“q1”: a question has at most 1,000 characters, and this has 100,000.",
    )
    with identity.acting(cast.administrator) as by:
        words = {f"q{number}": "Words" for number in range(1, 11)} | {"q3": endless}
        refused = instruments.load_wording(
            code="core10", edition="1", wording=words, source="The owner", by=by, at=NOW
        )
    assert not refused and "q3: a question has at most 1,000 characters" in refused.reason


# --- results of tools that others own -------------------------------------------------------------------


def keep(her, by, tool, **more):
    result = tools.Result(tool, NOW.date(), "High", more.get("number"), None, "An adviser")
    with identity.acting(by):
        return measuring.keep_result(client_id=her.id, result=result, by=by, at=NOW)


def test_a_tool_of_abuse_is_for_those_who_keep_her_safe_and_of_justice_for_probation_and_coordinator(cast):
    her = woman(cast, "Rosa", cast.worker)
    assert keep(her, cast.worker, tools.Tool.DASH, number=15).next
    assert not keep(her, cast.worker, tools.Tool.OGRS, number=40)  # a charity keeps none of these
    assert keep(her, cast.coordinator, tools.Tool.OGRS, number=40)
    assert cast.worker.sector is not Sector.PROBATION
    expected = {"dash": (cast.worker, cast.supervisor, cast.coordinator), "ogrs": (cast.coordinator,)}
    for by in cast:
        with identity.acting(by):
            seen = set(sight.visible(ToolResult, by).values_list("tool", flat=True))
        assert seen == {tool for tool, who in expected.items() if by in who}, by


def test_what_she_can_be_told_is_held_names_the_new_kinds():
    from pathways.journey import held

    for resource in (Resource.RESPONSE, Resource.SCORE, Resource.TOOL_RESULT):
        assert held.KINDS[resource]
