"""The demonstration is told by the verbs that people use, and can be taken up where it stopped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from pathways.domain.evaluation import milestones
from pathways.domain.terms.people import HUMAN_ROLES
from pathways.domain.triage.levels import Level
from pathways.journey import demonstration, evaluate, identity, justice_lab, police_records
from pathways.journey.invented import lives
from pathways.records.models import Account, Client, Episode, JourneyEvent, Task

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_there_is_one_sign_in_for_every_role_a_person_can_have():
    assert sorted(one.role for one in demonstration.sign_ins()) == sorted(role.value for role in HUMAN_ROLES)


@pytest.mark.django_db
def test_it_goes_on_from_where_it_stopped_and_nothing_lies_in_the_future():
    assert demonstration.seed(at=AT, most=2) == 2
    assert demonstration.seed(at=AT, most=5) == 5
    with identity.clerk():
        events = JourneyEvent.objects.all()
        assert events.count() > 10
        assert not events.filter(at__gt=AT).exists()
    for one in demonstration.sign_ins():
        account = Account.objects.get(email=one.email)
        assert account.check_password(one.password)
        assert identity.workplaces(account)


@pytest.mark.django_db
def test_the_women_can_be_held_against_those_who_live_there():
    assert demonstration.seed(at=AT, most=1) == 1
    account = Account.objects.filter(appointments__role="evaluator").first()
    by = next(one for one in identity.workplaces(account) if one.role.value == "evaluator")
    with identity.acting(by):
        found = evaluate.frozen(by=by, at=AT, synthetic=True).residents
    assert {row["characteristic"] for row in found} == {"age_band", "ethnicity", "area"}
    assert all(row["count"] and "Invented" in row["source"] for row in found)
    areas = {row["row"] for row in found if row["characteristic"] == "area"}
    assert areas == {name for name, _ in lives._AREAS}


def overdue() -> dict[str, int]:
    """By kind of work, for how many days the oldest piece of it has been overdue, or has waited."""
    found: dict[str, int] = {}
    with identity.clerk():
        for task in Task.objects.filter(done_at__isnull=True):
            days = (AT - (task.due_at or task.made_at)).days
            found[task.kind] = max(days, found.get(task.kind, 0))
    return {kind: days for kind, days in found.items() if days > MANY}


#: days for which work waits in a programme that is looked after
MANY = 21


@pytest.mark.django_db
def test_of_women_whose_ways_have_ended_no_work_is_left_for_months(monkeypatch):
    """Advice for every other, support and its end for the rest."""
    demonstration.seed(at=AT, most=0)
    assessed = lives._Life.assess

    def assess(life, worker):
        level = assessed(life, worker)
        return Level.ADVICE if life.number % 2 else level

    monkeypatch.setattr(lives._Life, "assess", assess)
    for number in range(10, 18):
        with transaction.atomic():
            began = AT - timedelta(days=600 - number)
            lives.live(number, began=began, until=AT, world=demonstration._world())
    with identity.clerk():
        ended = set(Episode.objects.filter(status="closed").values_list("outcome", flat=True))
        assert "advice_only" in ended and len(ended) > 1
    assert overdue() == {}


def submissions(email: str) -> list[justice_lab.Page]:
    by = identity.workplaces_of(email)[0]
    with identity.acting(by):
        found = [justice_lab.page(row.id, by=by, at=AT) for row in justice_lab.listed(by=by)]
    return [one for one in found if one is not None]


@pytest.mark.prove
@pytest.mark.django_db
def test_the_whole_of_it_is_of_the_size_that_a_programme_has():
    demonstration.seed(at=AT)
    assert overdue() == {}
    with identity.clerk():
        clients = Client.objects.count()
        kinds = dict.fromkeys(JourneyEvent.objects.values_list("kind", flat=True))
        evaluator = identity.workplaces_of("eve.lindqvist@westmoor.example")[0]
    assert 205 <= clients <= 235
    with identity.acting(evaluator) as by:
        ways = evaluate.frozen(by=by, at=AT, synthetic=True).women().values()
    supported = {n for n, way in enumerate(ways) if milestones.third_sector_on(way)}
    engaged = {n for n, way in enumerate(ways) if milestones.private_on(way)}
    assert 105 <= len(supported) <= 145
    assert 40 <= len(engaged) <= 65
    assert 25 <= len(supported & engaged) <= 45
    print(clients, len(supported), len(engaged), len(supported & engaged))
    wanted = {"identified", "declined", "withdrawn", "referral_declined", "closed", "followed_up", "paused"}
    assert wanted <= set(kinds)
    # a submission to the Justice Data Lab as two years allow it: some eligible, the others with every reason
    (drawn,) = submissions("gita.rao@pathways-hub.example")
    assert 5 <= drawn.row.eligible < justice_lab.LEAST
    assert {one.value for one, _, every in drawn.first_reasons if every} >= {
        "objected", "not_told", "no_start", "not_followed", "not_collected", "no_disposal"
    }  # fmt: skip
    assert drawn.told and drawn.agreement
    spoc = identity.workplaces_of("sam.okafor@ashmere-police.example")[0]
    with identity.acting(spoc) as by:
        start = police_records.start(by=by, at=AT)
    assert isinstance(start, police_records.Start) and start.recipients and start.extracts
