"""A girl under 18, by every door: child safeguarding instead, nothing begun, nobody enrolled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pathways.domain.terms.routes import Door, Route
from pathways.journey import coming_back, correcting, entering, identity, of_age, open_door, refer, tasks
from pathways.records.models import Client, Consideration, Episode, Identity, Nominal, ReferralIn
from tests.journey import agreed as made
from tests.journey import people
from tests.journey import reaching_people as reaching
from tests.journey import test_doors as doors
from tests.journey.people import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]

YOUNG = date(2009, 1, 15)
ON_THE_EVE = date(2008, 11, 4)  # eighteen tomorrow
ON_THE_DAY = date(2008, 11, 3)  # eighteen today


@pytest.fixture
def cast():
    return people.cast()


@pytest.mark.parametrize("route", [one for one in Route if one.door is Door.POLICE])
def test_police_and_custody_keep_nothing_of_a_girl(cast, route):
    said = doors.flag(cast.officer, who=replace(doors.WHO, born=YOUNG), route=route)
    assert not said and said.ask == "children’s services" and "nothing has been stored" in said.reason
    with identity.acting(cast.spoc):
        assert Nominal.objects.count() == Consideration.objects.count() == 0


@pytest.mark.parametrize("route", [one for one in Route if one.door is Door.OPEN])
def test_the_open_door_keeps_nothing_of_a_girl(cast, route):
    said = doors.coming(cast.coordinator, who=open_door.Coming("Ada", born=YOUNG), route=route)
    assert not said and said.ask == "children’s services"
    with identity.acting(cast.coordinator):
        assert ReferralIn.objects.count() == Client.objects.count() == 0


def test_she_is_a_child_until_the_day_she_is_eighteen(cast):
    assert of_age.is_child(ON_THE_EVE, at=NOW)
    assert not of_age.is_child(ON_THE_DAY, at=NOW)
    assert not of_age.is_child(None, at=NOW)


def born(cast, client_id, day):
    with identity.acting(cast.coordinator) as by:
        paper = correcting.Paper(called="Rosa", given_names="Rosa", surname="Invented", born=day)
        said = correcting.who_she_is(client_id=client_id, said=paper, why="Her passport", by=by, at=NOW)
        assert said, said.reason
        return said


def test_a_corrected_date_of_birth_begins_nothing_more_and_tells_the_coordinator_what_to_do(cast):
    her = made.agreed(cast)
    made.triaged(cast, her)
    said = born(cast, her.client_id, YOUNG)
    assert said.next == of_age.WHAT_TO_DO
    service = made.service(cast.worker.organisation_id)
    with identity.acting(cast.coordinator) as by:
        (task,) = [one for one in tasks.waiting(by=by) if one.kind == of_age.TASK]
        assert task.is_urgent and task.client_id == her.client_id
        said = refer.send(
            client_id=her.client_id, service_id=service.id, needs=(), why="", fields=(), by=by, at=NOW
        )
        assert not said and "under 18" in said.reason


def test_a_girl_does_not_come_back_into_the_programme(cast):
    her = reaching.born(cast)
    with identity.clerk():
        Episode.objects.filter(client_id=her.client_id).update(
            status="closed", closed_at=NOW, outcome="moved_on"
        )
    born(cast, her.client_id, YOUNG)
    with identity.acting(cast.coordinator) as by:
        said = coming_back.open_again(
            client_id=her.client_id, route=Route.SELF, is_her_wish=True, by=by, at=NOW
        )
    assert not said and said.ask == "children’s services"
    with identity.clerk():
        entering.enter_again(her.client_id, case_id=her.case_id, route=Route.CUSTODY, by=cast.spoc, at=NOW)
        assert Episode.objects.filter(client_id=her.client_id).count() == 1
        assert Identity.objects.get(client_id=her.client_id).date_of_birth == YOUNG
    with identity.acting(cast.coordinator) as by:
        assert of_age.TASK in [task.kind for task in tasks.waiting(by=by)]
