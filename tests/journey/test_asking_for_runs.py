"""A screening run: asked for by a person, done by the worker as that person, whole or not at all."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import polars as pl
import pytest

from pathways.domain.decision import Decision
from pathways.domain.identification.run import Status
from pathways.domain.terms.events import ScreeningOutcome
from pathways.journey import clockwork, extracts, found, identity, learning, runs, screening
from pathways.records.models import Consideration, Observation, ScreeningRun
from tests.journey import people
from tests.journey.people import NOW
from tests.journey.test_reading_twice import asked as asked_to_read
from tests.journey.test_reading_twice import decided, read

pytestmark = pytest.mark.django_db


def tables(women: int = 12):
    """Women arrested for supply, each with a partner linked to a group, and one with only that."""
    ids = [f"P{n}" for n in range(women + 1)]
    return {
        "persons": pl.DataFrame(
            {
                "person_id": [*ids, "M1", "U1"],
                "first_name": ["Ana"] * (women + 1) + ["Max", "Una"],
                "surname": [f"Madeup{n}" for n in range(women + 1)] + ["Other", "Unsaid"],
                "date_of_birth": [date(1990, 1, 1)] * (women + 3),
                "sex": ["female"] * (women + 1) + ["male", None],
                "ethnicity_code": ["W1"] * (women + 3),
                "ethnicity_scheme": ["sde_18_1"] * (women + 3),
            }
        ),
        "events": pl.DataFrame(
            {
                "event_id": [f"E{n}" for n in range(women)],
                "kind": ["custody"] * women,
                "type": ["arrest: supply of class A drugs"] * women,
                "occurred_on": [date(2026, 9, 1)] * women,
            }
        ),
        "links": pl.DataFrame(
            {
                "from_kind": ["person"] * women + ["person"] * (women + 2),
                "from_id": ids[:women] + ids + ["M1"],
                "relation": ["arrested_in"] * women + ["partner_of"] * (women + 1) + ["member_of"],
                "to_kind": ["event"] * women + ["person"] * (women + 1) + ["group"],
                "to_id": [f"E{n}" for n in range(women)] + ["M1"] * (women + 1) + ["G1"],
            }
        ),
        "groups": pl.DataFrame({"group_id": ["G1"], "name": ["A group"]}),
    }


@pytest.fixture
def cast():
    return people.cast()


@pytest.fixture
def extract(monkeypatch):
    """An extract that the force holds: what taking in does is tested where it is built."""
    held = {uuid.uuid4(): tables()}

    def listed(*, by, at):
        gone = NOW.date() + timedelta(days=90)
        return tuple(extracts.Extract(key, "PNC", NOW, gone, 15) for key in held) if by.is_police else ()

    def opened(key, *, by, at, why=""):
        return held.get(key) if by.is_police else None

    monkeypatch.setattr(extracts, "extracts", listed)
    monkeypatch.setattr(extracts, "opened", opened)
    return held


def ask(who, keys, **more):
    with identity.acting(who) as by:
        values = {"extract_ids": list(keys), "as_at": NOW.date()}
        return runs.ask(**(values | more), by=by, at=NOW)


def test_a_run_is_asked_for_done_by_the_worker_and_lists_whom_its_records_show(cast, extract):
    said = ask(cast.analyst, extract)
    assert said, said.reason
    assert clockwork.JOBS["screening_runs"](at=NOW) == 1
    with identity.acting(cast.spoc) as by:
        page = runs.page(run_id=said.id, by=by, at=NOW)
        assert page.line.status is Status.DONE and page.line.why_failed == ""
        assert page.line.listed == 12 and page.line.done == page.line.of > 0
        assert (page.line.asked_by, len(page.line.edition)) == ("Ana Analyst", 64)
        assert dict(page.not_judged)["Sex not recorded"] == 1
        assert dict(page.not_listed)[next(iter(dict(page.not_listed)))] == 1, "the one with her ties alone"
        lines = screening.considerations(by=by, at=NOW)
        assert lines.total == 12
        codes = {one.code for under in lines.rows[0].evidence for one in under.indicators}
        assert {"cri_supply", "net_partner"} <= codes
    assert clockwork.JOBS["screening_runs"](at=NOW) == 0, "nothing is done twice"


def test_who_asks_is_police_and_over_extracts_that_are_there(cast, extract):
    for who in (cast.police_supervisor, cast.officer, cast.coordinator, cast.evaluator):
        assert not ask(who, extract)
    assert not ask(cast.spoc, [])
    assert not ask(cast.spoc, [uuid.uuid4()])
    assert not ask(cast.spoc, extract, as_at=NOW.date() + timedelta(days=1))
    assert ask(cast.spoc, extract)


def test_a_run_whose_extract_has_gone_fails_with_a_reason_and_lists_nobody(cast, extract):
    said = ask(cast.analyst, extract)
    extract.clear()
    runs.perform(at=NOW)
    with identity.acting(cast.analyst) as by:
        page = runs.page(run_id=said.id, by=by, at=NOW)
        assert page.line.status is Status.FAILED and "deleted" in page.line.why_failed and page.may_again
        assert not runs.again(run_id=said.id, by=by, at=NOW)
        assert Consideration.objects.count() == 0


def test_a_run_that_breaks_in_the_middle_lists_nobody_and_is_done_whole_the_next_time(
    cast, extract, monkeypatch
):
    said = ask(cast.analyst, extract)
    put, calls = found._put, []

    def breaking(*args, **kwargs):
        calls.append(1)
        if len(calls) == 5:
            raise RuntimeError("the power went")
        return put(*args, **kwargs)

    monkeypatch.setattr(found, "_put", breaking)
    runs.perform(at=NOW)
    with identity.acting(cast.analyst) as by:
        assert Consideration.objects.count() == Observation.objects.count() == 0
        assert "our side" in runs.page(run_id=said.id, by=by, at=NOW).line.why_failed
        monkeypatch.setattr(found, "_put", put)
        assert runs.again(run_id=said.id, by=by, at=NOW)
    runs.perform(at=NOW)
    with identity.acting(cast.analyst) as by:
        assert runs.page(run_id=said.id, by=by, at=NOW).line.listed == 12


def test_a_run_that_was_broken_off_with_the_worker_begins_anew(cast, extract):
    said = ask(cast.analyst, extract)
    with identity.clerk():
        ScreeningRun.objects.update(status=Status.RUNNING.value)
    assert runs.perform(at=NOW) == 1
    with identity.acting(cast.analyst) as by:
        assert runs.page(run_id=said.id, by=by, at=NOW).line.status is Status.DONE


# --- what it teaches


def test_what_is_learnt_leaves_through_disclosure_control(cast, extract):
    ask(cast.analyst, extract)
    runs.perform(at=NOW)
    with identity.clerk():
        for row in Consideration.objects.order_by("id")[:3]:
            row.status = "confirmed"
            row.save(update_fields=["status"])
    for who in (cast.analyst, cast.police_supervisor, cast.evaluator):
        with identity.acting(who) as by:
            got = learning.learnt(by=by, at=NOW, synthetic=True)
        signs = {one.code: one for one in got.signs}
        assert signs["cri_supply"].considered.value == 12
        assert signs["cri_supply"].confirmed.is_hidden, "three are too few to be shown"
        assert signs["cri_supply"].share is None
        assert signs["cri_supply"].alone.value == 12, "without it none of them would be listed"
        ages = next(one for one in got.groups if one.code == "age_band")
        line = next(one for one in ages.lines if one.words == "35 to 44")
        assert (line.considered.value, line.population.value) == (12, 13)
        assert line.confirmed.is_hidden and line.confirmed_times is None
        assert "SYNTHETIC" in got.signs_chart.source


def test_what_is_learnt_is_for_the_desk_and_the_evaluator_alone(cast):
    for who in cast:
        with identity.acting(who) as by:
            got = learning.learnt(by=by, at=NOW, synthetic=False)
        may = who in (cast.spoc, cast.analyst, cast.police_supervisor, cast.evaluator)
        assert isinstance(got, Decision) is not may, who.role


def test_agreement_is_of_both_readings_at_the_rate_they_were_drawn(cast):
    from pathways.journey import second_readings

    with identity.acting(cast.police_supervisor) as by:
        second_readings.set_rate(wanted=100, by=by, at=NOW)
    decided(cast)
    reading, reader = asked_to_read(cast)
    with identity.acting(cast.analyst) as by:
        assert learning.learnt(by=by, at=NOW, synthetic=False).agreement.n == 0, "one reading is no pair"
    assert read(reading, reader, ScreeningOutcome.DEFERRED, "advice")
    with identity.acting(cast.analyst) as by:
        got = learning.learnt(by=by, at=NOW, synthetic=False)
        assert got.agreement.n == 1 and got.agreement.observed == 0
        assert ("Not confirmed", ("0", "1")) in got.pairs
    with identity.acting(cast.evaluator) as by:
        got = learning.learnt(by=by, at=NOW, synthetic=False)
        assert not any("1" in cells for _, cells in got.pairs), "to others the pairs are protected"


def test_how_it_works_names_every_sign_of_the_catalogue():
    assert len(learning.signs_looked_for()) >= 40
    said = [words for _, rows in learning.how_it_works() for _, words in rows]
    assert any("decides nothing" in words for words in said)
