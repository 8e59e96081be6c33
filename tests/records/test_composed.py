"""Readings composed once: the queryset's own rows, whoever asks, and nothing of one asker for another."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from pathways.domain.terms.people import Role
from pathways.journey import case_list, her, identity, sight, tasks
from pathways.records import composed, walls
from pathways.records.models import Client, Episode
from tests.journey import people, women

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def cast():
    return people.cast()


@pytest.fixture
def hers(cast):
    return [women.born(cast, f"Woman {n}", worker=cast.worker)[0] for n in range(3)]


@composed.reading
def _visible(by, client_ids):
    return sight.about(Client, by, client_ids).order_by("id")


def test_a_composed_reading_answers_what_its_queryset_answers(cast, hers):
    for actor in cast:
        with identity.acting(actor) as by:
            asked = _visible(by, hers)
            plain = list(sight.visible(Client, by).filter(id__in=hers).order_by("id"))
            assert asked == plain
            assert [each.called for each in asked] == [each.called for each in plain]


def test_what_was_composed_for_one_is_asked_for_another_as_that_other(cast, hers):
    """Two of one role and sector share the text of the statement, and each sees her own."""
    with identity.acting(cast.worker) as by:
        assert {each.id for each in _visible(by, hers)} == set(hers)
    stranger = replace(cast.worker, account_id=uuid.uuid4(), organisation_id=uuid.uuid4())
    with identity.acting(stranger) as by:
        assert _visible(by, hers) == []
    with identity.acting(cast.worker):  # row security lets the worker's rows through: the first wall alone
        assert _visible(stranger, hers) == []
    with walls.python_wall_down(), identity.acting(stranger):  # and the second alone
        assert _visible(cast.worker, hers) == []


def test_another_role_holds_from_the_next_reading(cast, hers):
    with identity.acting(cast.worker) as by:
        assert _visible(by, hers)
    evaluator = replace(cast.worker, role=Role.EVALUATOR)
    with identity.acting(evaluator) as by:
        assert _visible(by, hers) == []
    with identity.acting(cast.worker):
        assert _visible(evaluator, hers) == []


def test_a_value_of_one_request_cannot_become_a_constant(cast, hers):
    @composed.reading
    def wrong(by, at):
        return Episode.objects.filter(opened_at__gt=at - timedelta(days=1))

    with identity.acting(cast.worker) as by, pytest.raises(composed.BakedIn):
        wrong(by, people.NOW)


def test_a_composed_reading_is_planned_once_on_a_connection(cast, hers):
    with identity.acting(cast.worker) as by:
        for _ in range(3):
            her.banners(client_ids=hers, by=by, at=people.NOW)
            tasks.count_open(by=by)
        with connection.cursor() as cursor:
            cursor.execute(
                "select generic_plans, custom_plans from pg_prepared_statements"
                " where statement like '%%support_safe_contact_plan%%'"
            )
            plans = cursor.fetchall()
    assert plans
    assert all(generic >= 2 and custom == 0 for generic, custom in plans)


@pytest.mark.parametrize("prepare", [True, False])
def test_the_case_list_is_the_same_with_a_pooler_in_between(cast, hers, prepare, settings):
    settings.PATHWAYS_PREPARE = prepare
    with identity.acting(cast.worker) as by:
        found = case_list.listed(by=by, at=people.NOW, tab=case_list.Tab.MINE)
    assert {line.client_id for line in found.lines} == set(hers)
    assert found.total == found.counts[case_list.Tab.MINE] == 3


def test_a_page_of_the_list_costs_no_more_statements_with_more_women(cast, hers):
    def statements() -> int:
        asked = []

        def counting(execute, sql, params, many, context):
            asked.append(sql)
            return execute(sql, params, many, context)

        with identity.acting(cast.worker) as by, connection.execute_wrapper(counting):
            case_list.listed(by=by, at=people.NOW, tab=case_list.Tab.MINE)
        return len(asked)

    few = statements()
    for n in range(5):
        women.born(cast, f"Another {n}", worker=cast.worker)
    assert statements() == few <= 13
