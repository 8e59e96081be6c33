"""The same thing is counted the same on every page: women with us, reviews overdue, time left to decide."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from pathways.journey import approach, case_list, caseload, flagging, home, identity, open_door, programme
from pathways.journey.home import Leads
from pathways.records.models import Engagement, FlagReceipt
from tests.journey import people, test_support, women
from tests.web.test_support_pages import browser

NOW = people.NOW


@pytest.fixture
def cast(db: None) -> people.Cast:
    return people.cast()


def section(found: home.Home, heading: str) -> home.Section:
    return next(each for each in (*found.first, *found.beside) if each.heading == heading)


def test_who_is_kept_for_follow_up_is_counted_nowhere_as_with_us(cast):
    for called in ("Rosa", "Maya"):
        test_support.woman(cast, called, cast.worker)
    ended = test_support.woman(cast, "Ines", cast.worker)
    test_support.close(cast, ended)
    assert test_support.sees(cast.worker, ended)
    by = cast.supervisor
    with identity.acting(by):
        (load,) = [one for one in caseload.workload(by=by, at=NOW) if one.name == cast.worker.name]
        (line,) = section(home.of(by=by, at=NOW), "Workload").items
        said = caseload.cover(
            from_account_id=cast.worker.account_id,
            to_account_id=cast.colleague.account_id,
            until=(NOW + timedelta(days=5)).date(),
            by=by,
            at=NOW,
        )
    with identity.acting(cast.worker):
        mine = home.of(by=cast.worker, at=NOW)
    with identity.acting(cast.coordinator):
        third = people.born(cast, "Nadia")[0]
        choice = approach.choose(client_id=third, by=cast.coordinator, at=NOW)
    assert load.women == 2
    assert line.title == cast.worker.name and line.hint.startswith("2 women")
    assert (said.data["count"], said.data["follow_ups"]) == (2, 1)
    assert next(each.value for each in mine.figures if each.label == "women you work with") == "2"
    assert next(one.caseload for one in choice.workers if one.account_id == cast.worker.account_id) == 2


def test_a_review_is_overdue_by_one_clock(cast):
    late = test_support.woman(cast, "Rosa", cast.worker)
    test_support.came(late, cast.worker)
    # the day on which her level is looked at again has passed, and her review has not
    women.born(cast, "Maya", worker=cast.worker, reached=9, opened=NOW - timedelta(days=90))
    with identity.clerk():
        Engagement.objects.update(review_due=(NOW - timedelta(days=2)).date())
    by = cast.supervisor
    with identity.acting(by):
        found = home.of(by=by, at=NOW)
        listed = case_list.listed(by=by, at=NOW, tab=case_list.Tab.ALL)
        loads = caseload.workload(by=by, at=NOW)
    counted = next(each.value for each in found.figures if each.label == "reviews overdue")
    shown = [line for line in listed.lines if line.due_for == "review" and line.due < NOW.date()]
    assert counted == "1" == str(len(shown)) == str(sum(one.reviews_overdue for one in loads))


def test_the_time_left_for_a_decision_is_the_same_wherever_it_is_said(cast):
    due = programme.screening_clock()(NOW)
    assert flagging.due(NOW) == open_door.due(NOW) == due
    assert due == programme.working().due_after_days(NOW, programme.screening_days())


def test_who_is_being_approached_is_somebodys(cast):
    with identity.acting(cast.coordinator) as by:
        alone, _ = people.born(cast, "Rosa")
        given, _ = people.born(cast, "Maya")
        before = section(home.of(by=by, at=NOW), "To be given a worker")
        assert {item.id for item in before.items} == {alone, given}
        assert before.items[0].leads is Leads.ASSIGN
        assert approach.assign(
            client_id=given,
            worker_id=cast.worker.account_id,
            organisation_id=cast.worker.organisation_id,
            by=by,
            at=NOW,
        )
        after = section(home.of(by=by, at=NOW), "To be given a worker")
        listed = case_list.listed(by=by, at=NOW, tab=case_list.Tab.UNASSIGNED)
    assert [item.id for item in after.items] == [alone]
    assert [line.client_id for line in listed.lines] == [alone]


def test_an_officer_can_page_through_all_that_she_raised(cast):
    with identity.clerk():
        rows = [
            FlagReceipt(
                consideration_id=uuid.uuid4(),
                organisation_id=cast.officer.organisation_id,
                flagged_by_id=cast.officer.account_id,
                reference=f"KW{number:04}EC",
                flagged_at=NOW - timedelta(days=number),
            )
            for number in range(27)
        ]
        for row in rows:
            row.save(force_insert=True)
    opened = browser(cast.officer)
    assert "All that you raised" in opened.get("/").content.decode()
    assert "KW 0000 EC" in opened.get("/police/flags/").content.decode()
    assert "KW 0026 EC" in opened.get("/police/flags/?page=2").content.decode()
