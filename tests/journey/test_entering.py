"""Entering the programme: her record is made whole, and nothing of it can be read by police."""

from __future__ import annotations

import uuid

import pytest

from pathways.domain.terms.routes import Route
from pathways.journey import approach, entering, identity, police_sight, sight
from pathways.records.models import (
    Client,
    Demographics,
    Episode,
    Identity,
    Involvement,
    JourneyEvent,
    SafeContactPlan,
    Spine,
    Task,
)
from tests.journey import people

pytestmark = pytest.mark.django_db
HERS = (Client, Identity, Demographics, Episode, Involvement, SafeContactPlan, Spine)


@pytest.fixture
def cast():
    return people.cast()


def test_she_has_a_record_an_episode_a_provisional_plan_and_a_coordinator(cast):
    client_id, episode_id = people.born(cast)
    with identity.acting(cast.coordinator) as by:
        assert sight.visible(Client, by).get().called == "Rosa"
        assert sight.visible(Episode, by).get().id == episode_id
        plan = sight.visible(SafeContactPlan, by).get()
        assert (plan.status, plan.details["channels"]) == ("provisional", ["text"])
        answers = sight.visible(Demographics, by).get()
        assert (answers.age_band, answers.ethnicity, answers.declared_by) == ("35_44", "not_asked", "self")
        assert sight.visible(Task, by).get(kind="assign_approach").object_id == client_id
    with identity.clerk():
        kinds = set(JourneyEvent.objects.filter(client_id=client_id).values_list("kind", flat=True))
    assert kinds == {"identified", "episode_opened", "contact_planned"}


def test_a_woman_of_the_open_door_leaves_no_row_that_police_can_read(cast):
    people.born(cast)
    for police in (cast.officer, cast.spoc, cast.analyst, cast.police_supervisor):
        with identity.acting(police):
            for model in (*HERS, JourneyEvent, Task):
                assert model.objects.count() == 0, (police.role, model)


def test_where_police_confirm_no_event_of_the_force_points_at_her_record(cast):
    with identity.acting(cast.spoc) as by:
        entering.enter(
            case_id=uuid.uuid4(),
            route=Route.CUSTODY,
            called="Rosa",
            coordinating_organisation_id=cast.coordinator.organisation_id,
            consideration_id=uuid.uuid4(),
            by=by,
            at=people.NOW,
        )
        assert [e.client_id for e in JourneyEvent.objects.all()] == [None]
        for model in HERS:
            assert model.objects.count() == 0


def test_what_police_see_is_brought_up_to_date_by_woman_or_by_case(cast):
    client_id, episode_id = people.born(cast)
    with identity.acting(cast.coordinator) as by:
        police_sight.update(client_id, by=by, at=people.NOW)
        police_sight.update(case_id=Episode.objects.get(id=episode_id).case_id, by=by, at=people.NOW)


def test_once_she_has_a_worker_nothing_asks_for_one(cast):
    client_id, _ = people.born(cast)
    with identity.acting(cast.coordinator) as by:
        assert approach.assign(
            client_id=client_id,
            worker_id=cast.worker.account_id,
            organisation_id=cast.worker.organisation_id,
            by=by,
            at=people.NOW,
        )
        assert not Task.objects.filter(kind=entering.TASK, done_at__isnull=True).exists()
