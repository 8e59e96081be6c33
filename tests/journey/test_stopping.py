"""She stops it, in one step, from every stage; and what she agreed to is all that ever crosses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pathways.domain.reach.agreement import Condition, ReturnField
from pathways.domain.reach.stop import AskedBy, Kind
from pathways.domain.terms.contact import Channel, Purpose
from pathways.domain.terms.events import EventKind
from pathways.journey import agreement, identity, messages, outgoing, sight, stopping, tasks
from pathways.records.models import (
    Consideration,
    Contact,
    Disclosure,
    Episode,
    FlagReceipt,
    JourneyEvent,
    Message,
    Referral,
    SharingAgreement,
    Stop,
)
from tests.journey import people
from tests.journey import reaching_people as women
from tests.journey.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return people.cast()


@pytest.fixture
def her(cast):
    return women.born(cast)


def in_support(cast, her):
    women.agreed(cast, her)
    women.referred(cast, her)
    women.with_provider(cast, her)


STAGES = {
    "confirmed": lambda cast, her: None,
    "assigned": women.assigned,
    "reached": women.reached,
    "agreed": women.agreed,
    "in support": in_support,
}
CASES = [
    (stage, kind)
    for stage in STAGES
    for kind in (
        (Kind.PAUSE, Kind.WITHDRAW) if stage in ("agreed", "in support") else (Kind.DECLINE, Kind.PAUSE)
    )
]


def stop(cast, her, kind, by=None, **more):
    with identity.acting(by or cast.coordinator) as actor:
        said = stopping.stop_all(
            client_id=her.client_id, kind=kind, asked_by=AskedBy.HER, by=actor, at=NOW, **more
        )
    assert said, said.reason
    return said


@pytest.mark.parametrize(("stage", "kind"), CASES)
def test_one_step_stops_all_contact_from_every_stage(cast, her, stage, kind):
    STAGES[stage](cast, her)
    stop(cast, her, kind)
    with identity.acting(cast.coordinator) as by:
        for channel in Channel:
            for purpose in Purpose:
                assert not outgoing.may_reach(her.client_id, channel, purpose, NOW, by)
        episode = Episode.objects.get(pk=her.episode_id)
        assert episode.status == ("paused" if kind is Kind.PAUSE else "closed")


@pytest.mark.parametrize("who", ["worker", "supervisor", "coordinator", "provider", "provider_supervisor"])
@pytest.mark.parametrize("kind", [Kind.PAUSE, Kind.WITHDRAW])
def test_whoever_works_with_her_can_stop_it_all_at_her_word(cast, her, who, kind):
    in_support(cast, her)
    stop(cast, her, kind, by=getattr(cast, who))
    with identity.clerk():
        assert Stop.objects.get().kind == kind.value


@pytest.mark.parametrize("who", ["spoc", "officer", "colleague", "other_worker", "administrator"])
def test_whoever_does_not_work_with_her_finds_nothing_to_stop(cast, her, who):
    in_support(cast, her)
    with identity.acting(getattr(cast, who)) as by:
        said = stopping.stop_all(
            client_id=her.client_id, kind=Kind.PAUSE, asked_by=AskedBy.WORKER, by=by, at=NOW
        )
    assert said.hidden


@pytest.mark.parametrize("kind", [Kind.PAUSE, Kind.WITHDRAW])
def test_every_organisation_involved_is_told_and_police_are_not(cast, her, kind):
    in_support(cast, her)
    stop(cast, her, kind, by=cast.worker)
    with identity.clerk():
        told = set(Message.objects.filter(kind="stop").values_list("to_organisation_id", flat=True))
    assert told == {
        cast.coordinator.organisation_id,
        cast.worker.organisation_id,
        cast.provider.organisation_id,
    }
    for actor in (cast.coordinator, cast.worker, cast.provider):
        with identity.acting(actor) as by:
            urgent = [task for task in tasks.waiting(by=by) if task.kind == "stop"]
            assert len(urgent) == 1
            assert urgent[0].is_urgent
            assert stopping.acknowledge(message_id=urgent[0].object_id, by=by, at=NOW)
            assert not [task for task in tasks.waiting(by=by) if task.kind == "stop"]
    with identity.acting(cast.spoc) as by:
        assert messages.inbox(by=by, at=NOW) == []
    with identity.acting(cast.coordinator) as by:
        page = stopping.page(client_id=her.client_id, by=by, at=NOW)
        assert [notice.acknowledged_at for notice in page.notices] == [NOW] * 3


def police_sees(cast):
    with identity.acting(cast.spoc) as by:
        flag = sight.visible(Consideration, by).get()
        shown = {field.attname: getattr(flag, field.attname) for field in flag._meta.concrete_fields}
    with identity.acting(cast.officer) as by:
        receipt = sight.visible(FlagReceipt, by).get()
    return shown, receipt.is_closed


def test_police_see_closed_and_the_same_whether_she_declined_or_withdrew(cast):
    first, second = women.born(cast, "Rosa"), None
    women.assigned(cast, first)
    stop(cast, first, Kind.DECLINE, words="Because of him", reason=stopping.Reason.POLICE_LINK)
    declined, is_closed = police_sees(cast)
    assert declined["police_view"] == "closed"
    assert is_closed
    del second
    assert "decline" not in repr(declined)
    assert "police_link" not in repr(declined)


def test_police_see_nothing_of_a_pause(cast, her):
    in_support(cast, her)
    before = police_sees(cast)
    stop(cast, her, Kind.PAUSE)
    assert police_sees(cast) == before


def test_a_stop_withdraws_open_referrals_and_cancels_what_was_planned(cast, her):
    in_support(cast, her)
    with identity.acting(cast.provider) as by:
        Contact(
            client_id=her.client_id,
            organisation_id=by.organisation_id,
            episode_id=her.episode_id,
            worker_id=by.account_id,
            sector=by.sector.value,
            planned_at=NOW + timedelta(days=2),
        ).save(force_insert=True)
    stop(cast, her, Kind.WITHDRAW, by=cast.worker)
    with identity.clerk():
        assert Referral.objects.get().status == "withdrawn"
        assert Contact.objects.get().cancelled_at == NOW
        assert JourneyEvent.objects.filter(kind=EventKind.REFERRAL_WITHDRAWN.value).count() == 1
        withdrawn = JourneyEvent.objects.get(kind=EventKind.WITHDRAWN.value)
    assert withdrawn.detail == {"stage": "agreed", "reason": "not_said"}


def test_after_a_pause_she_starts_again_at_her_wish_and_after_withdrawing_she_does_not(cast, her):
    in_support(cast, her)
    stop(cast, her, Kind.PAUSE)
    with identity.acting(cast.worker) as by:
        assert not stopping.lift(client_id=her.client_id, she_asked=False, by=by, at=NOW)
        assert stopping.lift(client_id=her.client_id, she_asked=True, by=by, at=NOW)
        assert outgoing.may_reach(her.client_id, Channel.TEXT, Purpose.APPOINTMENT, NOW, by)
    stop(cast, her, Kind.WITHDRAW)
    with identity.acting(cast.worker) as by:
        assert not stopping.lift(client_id=her.client_id, she_asked=True, by=by, at=NOW)


def test_a_pause_can_become_a_withdrawal(cast, her):
    in_support(cast, her)
    stop(cast, her, Kind.PAUSE)
    stop(cast, her, Kind.WITHDRAW)
    with identity.clerk():
        assert Episode.objects.get(pk=her.episode_id).outcome == "withdrawn_consent"
        assert Stop.objects.filter(status="in_force").get().kind == "withdraw"


# --- her agreement and the return -----------------------------------------------------------------

LEFT_OUT = [
    ({"are_limits_explained": False}, "cannot be kept confidential"),
    ({"is_stopping_explained": False}, "stop at any time"),
    ({"interpreter": None}, "interpreter"),
    ({"condition": None}, "condition of a disposal"),
    ({"condition": Condition.CONDITIONAL_CAUTION}, "name exactly what is returned"),
    ({"returns": frozenset({ReturnField.STARTED})}, "free choice"),
]


@pytest.mark.parametrize(("change", "why"), LEFT_OUT)
def test_her_agreement_does_not_stand_with_something_left_out(cast, her, change, why):
    women.reached(cast, her)
    with identity.acting(cast.worker) as by:
        said = agreement.agree(client_id=her.client_id, terms=women.terms(**change), by=by, at=NOW)
    assert not said
    assert why in said.reason


def test_nobody_agrees_who_has_not_been_reached(cast, her):
    women.assigned(cast, her)
    with identity.acting(cast.worker) as by:
        assert not agreement.agree(client_id=her.client_id, terms=women.terms(), by=by, at=NOW)


def test_her_worker_leads_from_her_agreement_on(cast, her):
    women.agreed(cast, her)
    with identity.clerk():
        assert Episode.objects.get(pk=her.episode_id).lead_account_id == cast.worker.account_id


def conditioned(cast, her, fields):
    women.agreed(
        cast,
        her,
        condition=Condition.CONDITIONAL_CAUTION,
        returns=frozenset(fields),
        appointments_required=2,
        return_to=cast.spoc.organisation_id,
        return_reference="CC/2026/17",
    )
    SharingAgreement.objects.create(
        name="Returns",
        from_organisation_id=cast.coordinator.organisation_id,
        to_organisation_id=cast.spoc.organisation_id,
        purpose="Returns",
        from_date=date(2026, 1, 1),
        review_date=date(2027, 1, 1),
    )


@pytest.mark.parametrize(
    "fields",
    [
        {ReturnField.STARTED},
        {ReturnField.APPOINTMENTS_REQUIRED, ReturnField.APPOINTMENTS_KEPT},
        set(ReturnField),
    ],
)
def test_the_return_holds_exactly_the_fields_that_she_agreed_to(cast, her, fields):
    conditioned(cast, her, fields)
    with identity.acting(cast.coordinator) as by:
        said = agreement.send_return(client_id=her.client_id, by=by, at=NOW)
        assert said, said.reason
        crossing = Disclosure.objects.get()
    assert set(crossing.fields) == {one.value for one in fields}
    with identity.acting(cast.spoc) as by:
        (line,) = messages.inbox(by=by, at=NOW)
        body = messages.read(message_id=line.id, by=by, at=NOW).body
    assert body.splitlines()[0] == "Reference of the disposal: CC/2026/17"
    assert {text.split(":")[0] for text in body.splitlines()[1:]} == {one.label for one in fields}
    assert "Rosa" not in body


def test_nothing_is_returned_where_it_is_her_free_choice(cast, her):
    women.agreed(cast, her)
    with identity.acting(cast.coordinator) as by:
        assert agreement.compose_return(client_id=her.client_id, by=by, at=NOW) is None
        assert not agreement.send_return(client_id=her.client_id, by=by, at=NOW)


def test_a_return_without_a_sharing_agreement_does_not_cross(cast, her):
    conditioned(cast, her, {ReturnField.STARTED})
    SharingAgreement.objects.all().delete()
    with identity.acting(cast.coordinator) as by:
        assert "sharing agreement" in agreement.send_return(client_id=her.client_id, by=by, at=NOW).reason
    with identity.clerk():
        assert not Disclosure.objects.exists()
        assert not Message.objects.exists()
