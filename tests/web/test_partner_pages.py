"""Working together, as those who run the survey, those who are invited and those who read it meet it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from pathways.domain.evaluation.partnership import CODES, STATEMENTS, Extent, PartnershipDomain
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role, Sector
from pathways.journey import clockwork, evaluate, identity, sight, surveying
from pathways.records.models import RowChange, SurveyInvitation, SurveySheet, SurveyWave, Task
from tests.web import people
from tests.web.test_plan_pages import actor, sent, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = timezone.now()
TODAY = clocks.local(NOW).date()
ORDER = [one.value for one in Extent][:5]


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Figures of journeys are made beside the pages and tested elsewhere."""
    monkeypatch.setattr(evaluate, "PATIENCE", 0.0)


def answers(points: int) -> dict[str, str]:
    return {code: ORDER[(points + number) % 5] for number, code in enumerate(sorted(CODES))}


def workers(count: int) -> list[Any]:
    place = people.organisation("willow", Sector.THIRD_SECTOR)
    made = [people.account(f"w{n}@willow.example", Role.SUPPORT_WORKER, at=place) for n in range(count)]
    return [identity.workplaces(each)[0] for each in made]


def wave(evaluator: Any, places: list[Any], *, opens: int = 0, closes: int = 20) -> Any:
    with transaction.atomic(), identity.acting(evaluator):
        found = surveying.begin(
            opens=TODAY + timedelta(days=opens), closes=TODAY + timedelta(days=closes),
            organisation_ids=places, by=evaluator, at=NOW,
        )  # fmt: skip
    assert found, found.reason
    return found.id


def answer(who: Any, wave_id: Any, said: dict[str, str], at: Any = NOW) -> Any:
    with transaction.atomic(), identity.acting(who):
        return surveying.answer(wave_id=wave_id, answers=said, by=who, at=at)


def test_a_wave_is_begun_and_whoever_is_invited_finds_it_among_her_work_and_answers_once():
    evaluator = signed_in(Role.EVALUATOR)
    worker = signed_in(Role.SUPPORT_WORKER, Sector.THIRD_SECTOR)
    place = actor(worker).organisation_id
    end = TODAY + timedelta(days=20)
    said = {
        "opens-day": TODAY.day, "opens-month": TODAY.month, "opens-year": TODAY.year,
        "closes-day": end.day, "closes-month": end.month, "closes-year": end.year,
        "organisations": [str(place)],
    }  # fmt: skip
    assert "Wave begun" in sent(evaluator, "/partners/waves/begin/", said).content.decode()
    home = worker.get("/tasks/").content.decode()
    url = re.search(r'href="(/partners/survey/[^"]+)"', home)[1]
    page = worker.get(url).content.decode()
    assert "nobody can tell" in page or "Nobody can show" in page
    token = re.search(r'name="_token" value="([^"]+)"', page)[1]
    for domain in PartnershipDomain:
        mine = {one.code: "mostly" for one in STATEMENTS if one.domain is domain}
        reply = worker.post(url, {**mine, "_step": domain.value, "_do": "continue", "_token": token})
        assert reply.status_code == 302, reply.content.decode()
    done = worker.post(url, {"_do": "confirm", "_token": token})
    assert "Answers sent" in worker.get(done["Location"]).content.decode()
    assert "answered this survey already" in worker.get(url).content.decode()
    assert "/partners/survey/" not in worker.get("/tasks/").content.decode()
    listed = evaluator.get("/partners/").content.decode()
    wave_page = re.search(r'href="(/partners/waves/[0-9a-f-]{36}/)"', listed)[1]
    assert "From where answers have come" in evaluator.get(wave_page).content.decode()


def test_who_is_not_invited_finds_nothing():
    evaluator, other = signed_in(Role.EVALUATOR), signed_in(Role.POLICE_OFFICER, Sector.POLICE)
    (one,) = workers(1)
    key = wave(actor(evaluator), [one.organisation_id])
    assert other.get(f"/partners/survey/{key}/").status_code == 404
    assert not answer(actor(other), key, answers(1))
    with transaction.atomic(), identity.acting(actor(other)):
        assert not SurveyInvitation.objects.filter(wave_id=key).exists()


def test_nothing_ties_a_sheet_to_whoever_filled_it_in():
    evaluator = actor(signed_in(Role.EVALUATOR))
    some = workers(3)
    key = wave(evaluator, [some[0].organisation_id])
    for number, who in enumerate(some):
        assert answer(who, key, answers(number))
        assert not answer(who, key, answers(number))
    columns = {field.name for field in SurveySheet._meta.concrete_fields}
    assert columns == {"id", "wave_id", "answers"}
    with transaction.atomic(), identity.counting(evaluator):
        assert SurveySheet.objects.count() == 3
    with transaction.atomic(), identity.clerk():
        kept = RowChange.objects.filter(kind__in=["survey_sheet", "survey_invitation"])
        assert not kept.exists(), "a history would say who wrote a sheet, and when"


@pytest.mark.parametrize("wall", ["both", "database alone"])
def test_a_sheet_is_read_by_no_role_at_work_and_an_invitation_by_its_own(wall):
    evaluator = signed_in(Role.EVALUATOR)
    some = workers(2)
    key = wave(actor(evaluator), [some[0].organisation_id])
    assert answer(some[0], key, answers(2))
    others = [
        actor(signed_in(role, Sector.POLICE if role.value.startswith("police") else Sector.THIRD_SECTOR))
        for role in (Role.COORDINATOR, Role.SUPERVISOR, Role.POLICE_SPOC, Role.GOVERNANCE_LEAD,
                     Role.COMMISSIONER, Role.ADMINISTRATOR)
    ]  # fmt: skip
    for who in (actor(evaluator), *some, *others):
        with transaction.atomic(), identity.acting(who):
            rows = SurveyInvitation.objects.filter(wave_id=key)
            if wall == "both":
                rows = sight.visible(SurveyInvitation, who).filter(wave_id=key)
            seen = set(rows.values_list("account_id", flat=True))
            assert not SurveySheet.objects.exists()
            mine = {one.account_id for one in some}
            assert seen == (mine if who.role is Role.EVALUATOR else mine & {who.account_id})


def test_an_open_wave_tells_nothing_and_a_closed_one_the_same_everywhere():
    client = signed_in(Role.EVALUATOR)
    evaluator = actor(client)
    some = workers(11)
    key = wave(evaluator, [some[0].organisation_id])
    for number, who in enumerate(some):
        assert answer(who, key, answers(number))
    with transaction.atomic(), identity.acting(evaluator):
        assert surveying.results(by=evaluator, at=NOW) == ()
        later = NOW + timedelta(days=21)
        (found,) = surveying.results(by=evaluator, at=later)
        assert found.overall.mean is not None
        moved = surveying.move_end(wave_id=key, closes=TODAY + timedelta(days=40), by=evaluator, at=later)
        assert not moved, "a wave that has been seen is not opened again"
    assert "No wave has closed yet" in client.get("/partners/").content.decode()
    with transaction.atomic(), identity.acting(evaluator):
        SurveyWave.objects.filter(id=key).update(
            opens_date=TODAY - timedelta(days=9), closes_date=TODAY - timedelta(days=1)
        )
    page = client.get("/partners/").content.decode()
    assert found.domains[PartnershipDomain.SHARING].shown in page
    assert "11 of 11" in page
    measure = client.get("/plan/measures/one/M43/").content.decode()
    assert f"{found.overall.mean:.1f} points" in measure
    assert found.domains[PartnershipDomain.SHARING].interval in measure
    assert b"Sharing information" in client.get("/partners/download/").content


def test_the_clock_asks_on_the_first_day_and_takes_the_work_away_after_the_last():
    evaluator = actor(signed_in(Role.EVALUATOR))
    some = workers(2)
    key = wave(evaluator, [some[0].organisation_id], opens=3)

    def waiting() -> int:
        with transaction.atomic(), identity.clerk():
            return Task.objects.filter(object_id=key, done_at__isnull=True).count()

    assert waiting() == 0
    assert not answer(some[0], key, answers(1))
    assert clockwork.JOBS["surveys"](at=NOW) == 0
    first = NOW + timedelta(days=3)
    assert clockwork.JOBS["surveys"](at=first) == 2
    assert clockwork.JOBS["surveys"](at=first) == 0
    assert answer(some[0], key, answers(1), at=first)
    assert waiting() == 1
    assert clockwork.JOBS["surveys"](at=NOW + timedelta(days=22)) == 1
    assert waiting() == 0


def test_the_pages_are_for_those_who_see_the_evaluation():
    for role, expected in ((Role.EVALUATOR, 200), (Role.COORDINATOR, 200), (Role.POLICE_SPOC, 200),
                           (Role.SUPPORT_WORKER, 403), (Role.POLICE_OFFICER, 403)):  # fmt: skip
        sector = Sector.POLICE if role.value.startswith("police") else Sector.THIRD_SECTOR
        client = signed_in(role, sector)
        assert client.get("/partners/").status_code == expected, role
        begins = client.get("/partners/waves/begin/").status_code
        assert begins == (200 if role is Role.EVALUATOR else 403), role
