"""The demonstration is told by the verbs that people use, and can be taken up where it stopped."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pathways.domain.evaluation import milestones
from pathways.domain.terms.people import HUMAN_ROLES
from pathways.journey import demonstration, evaluate, identity, justice_lab, police_records
from pathways.records.models import Account, Client, JourneyEvent

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


def submissions(email: str) -> list[justice_lab.Page]:
    by = identity.workplaces_of(email)[0]
    with identity.acting(by):
        found = [justice_lab.page(row.id, by=by, at=AT) for row in justice_lab.listed(by=by)]
    return [one for one in found if one is not None]


@pytest.mark.prove
@pytest.mark.django_db
def test_the_whole_of_it_is_of_the_size_that_a_programme_has():
    demonstration.seed(at=AT)
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
