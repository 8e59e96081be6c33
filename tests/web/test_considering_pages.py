"""The pages of considering: runs, second readings, what is learnt, and how it works."""

from __future__ import annotations

import pytest

from pathways.domain.terms.events import ScreeningOutcome
from pathways.journey import identity, runs, second_readings
from pathways.records.models import Consideration
from tests.journey import people
from tests.journey.people import NOW
from tests.journey.test_asking_for_runs import ask
from tests.journey.test_asking_for_runs import extract as extract
from tests.journey.test_reading_twice import asked, decided, read
from tests.web.test_doors_pages import press, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    found = people.cast()
    with identity.acting(found.police_supervisor) as by:
        second_readings.set_rate(wanted=100, by=by, at=NOW)
    return found


def test_a_run_says_how_far_it_is_and_then_what_it_came_to(cast, extract):
    analyst = signed_in(cast.analyst)
    assert "No run yet" in analyst.get("/considering/runs/").content.decode()
    said = ask(cast.analyst, extract)
    page = analyst.get(f"/considering/runs/{said.id}/").content.decode()
    assert "Waiting to begin" in page and "Waiting for the worker" in page
    runs.perform(at=NOW)
    page = analyst.get(f"/considering/runs/{said.id}/").content.decode()
    assert "What it came to" in page and "Sex not recorded" in page and "Arrested" in page
    assert signed_in(cast.supervisor).get(f"/considering/runs/{said.id}/").status_code in (302, 403, 404)
    listed = analyst.get("/police/").content.decode()
    assert "Found by a screening run" in listed and listed.index("What protects her") < listed.index(
        "What puts her at risk"
    )
    for order in ("waiting", "latest", "earliest", "reference"):
        assert analyst.get(f"/police/?sort={order}").status_code == 200


def test_a_run_that_failed_says_why_and_can_be_asked_for_again(cast, extract):
    said = ask(cast.analyst, extract)
    kept = dict(extract)
    extract.clear()
    runs.perform(at=NOW)
    analyst = signed_in(cast.analyst)
    page = analyst.get(f"/considering/runs/{said.id}/").content.decode()
    assert "has been deleted" in page and "Try again" in page
    extract.update(kept)
    page = analyst.post(f"/considering/runs/{said.id}/again/", follow=True).content.decode()
    assert "asked for once more" in page


def test_asking_without_an_extract_says_what_is_missing(cast, extract):
    analyst = signed_in(cast.analyst)
    assert "PNC" in analyst.get("/considering/runs/ask/").content.decode()
    answer = analyst.post("/considering/runs/ask/", {"_do": "continue", "_step": "answers"})
    assert answer.status_code == 422 and "Select at least one extract" in answer.content.decode()
    key = next(iter(extract))
    given = {"extracts": [str(key)], "as_at-day": 1, "as_at-month": 11, "as_at-year": 2026}
    assert "The run is asked for" in press(analyst, "/considering/runs/ask/", given)


def test_a_second_reader_is_asked_reads_and_then_sees_both(cast):
    key = decided(cast)
    reading, reader = asked(cast)
    theirs = signed_in(reader)
    assert "Second readings for you" in theirs.get("/").content.decode()
    page = theirs.get(f"/considering/second/{reading.id}/").content.decode()
    assert "Record your reading" in page and "Not confirmed" not in page and "Sam Spoc" not in page
    assert theirs.get(f"/police/{key}/").status_code == 404
    url = f"/considering/second/{reading.id}/read/"
    answer = theirs.post(url, {"_do": "continue", "_step": "answers", "outcome": "deferred"})
    assert answer.status_code == 422 and "Select why it waits" in answer.content.decode()
    given = {"outcome": "deferred", "defer_reason": "advice", "because": "I would ask first."}
    assert "Your reading is recorded" in press(theirs, url, given)
    page = theirs.get(f"/considering/second/{reading.id}/").content.decode()
    assert "First reading" in page and "Sam Spoc" in page and "Record what you came to" in page
    talk = {"result": "both_reasonable", "words": "Say how old a record may be."}
    said = press(signed_in(cast.spoc), f"/considering/second/{reading.id}/talk/", talk)
    assert "The talk is recorded" in said
    assert "Read differently" not in theirs.get(f"/considering/second/{reading.id}/").content.decode()
    assert theirs.get(f"/police/{key}/").status_code == 200


def test_whoever_decided_sees_that_it_waits_and_cannot_read_it(cast):
    decided(cast)
    reading, _ = asked(cast)
    spoc = signed_in(cast.spoc)
    assert "Waiting" in spoc.get("/considering/second/").content.decode()
    assert "Record your reading" not in spoc.get(f"/considering/second/{reading.id}/").content.decode()
    assert spoc.get(f"/considering/second/{reading.id}/read/").status_code == 403


def test_the_rate_is_changed_by_the_supervisor_and_by_nobody_else(cast):
    said = press(signed_in(cast.police_supervisor), "/considering/second/rate/", {"wanted": "35"})
    assert "Saved" in said
    assert "35 of a hundred" in signed_in(cast.spoc).get("/considering/second/").content.decode()
    assert signed_in(cast.spoc).get("/considering/second/rate/").status_code == 403
    assert signed_in(cast.supervisor).get("/considering/second/rate/").status_code == 403


def test_what_is_learnt_is_drawn_first_and_stands_in_tables_beside(cast, extract):
    evaluator = signed_in(cast.evaluator)
    page = evaluator.get("/considering/learning/").content.decode()
    assert "Nobody has been considered yet" in page and "No decision has been read twice" in page
    ask(cast.analyst, extract)
    runs.perform(at=NOW)
    decided(cast)
    reading, reader = asked(cast)
    assert read(reading, reader, ScreeningOutcome.REJECTED, "no_link")
    page = evaluator.get("/considering/learning/").content.decode()
    assert page.count("<svg") >= 4 and "It alone brings" in page and "The figures as a table" in page
    with identity.clerk():
        names = {str(row.nominal.surname) for row in Consideration.objects.select_related("nominal")}
    assert not any(name in page for name in names)
    assert signed_in(cast.supervisor).get("/considering/learning/").status_code == 403


def test_how_it_works_is_for_everybody_who_signs_in(cast):
    for who in (cast.spoc, cast.worker, cast.commissioner):
        page = signed_in(who).get("/considering/how-it-works/").content.decode()
        assert "decides nothing" in page and "A home that others could use or take over" in page
