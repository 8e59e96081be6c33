"""Reaching her: only through the gate, by the plan that she confirmed, and not a moment after it lapsed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pathways.domain.reach import plan
from pathways.domain.reach.approach import Result, Status
from pathways.domain.terms.contact import Channel, Purpose
from pathways.domain.terms.events import EventKind
from pathways.journey import (
    approach,
    clockwork,
    contact_plan,
    identity,
    messages,
    outgoing,
    safe_place,
    sight,
    stopping,
    tasks,
)
from pathways.records.models import (
    Approach,
    Client,
    Involvement,
    JourneyEvent,
    Message,
    OutgoingMessage,
    SafeContactPlan,
    SafePlace,
    Task,
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


def may(cast, her, *, channel=Channel.TEXT, purpose=Purpose.APPOINTMENT, at=NOW, by=None):
    with identity.acting(by or cast.worker) as actor:
        return outgoing.may_reach(her.client_id, channel, purpose, at, actor)


# --- the approach ---------------------------------------------------------------------------------


def test_her_worker_sees_her_from_the_moment_of_being_assigned_and_not_before(cast, her):
    with identity.acting(cast.worker) as by:
        assert sight.one(Client, her.client_id, by) is None
    women.assigned(cast, her)
    with identity.acting(cast.worker) as by:
        assert sight.one(Client, her.client_id, by).called == "Rosa"
        assert [task.route for task in tasks.waiting(by=by)] == ["reach:approach"]
    with identity.acting(cast.colleague) as by:
        assert sight.one(Client, her.client_id, by) is None


@pytest.mark.parametrize("who", ["provider", "spoc", "officer"])
def test_nobody_of_police_or_of_a_company_is_asked_to_approach_her(cast, her, who):
    other = getattr(cast, who)
    with identity.acting(cast.coordinator) as by:
        said = approach.assign(
            client_id=her.client_id,
            worker_id=other.account_id,
            organisation_id=other.organisation_id,
            by=by,
            at=NOW,
        )
    assert not said


def test_the_choice_of_workers_says_with_how_many_women_each_works(cast, her):
    women.assigned(cast, women.born(cast, "Ada"))
    with identity.acting(cast.coordinator) as by:
        found = approach.choose(client_id=her.client_id, by=by, at=NOW)
    assert {one.name: one.caseload for one in found.workers} == {
        "Wanda Worker": 1,
        "Carol Colleague": 0,
        "Olive Other": 0,
    }


def test_assigned_to_another_the_former_worker_sees_her_no_more(cast, her):
    approach_id = women.assigned(cast, her)
    with identity.acting(cast.coordinator) as by:
        assert approach.reassign(
            approach_id=approach_id,
            worker_id=cast.other_worker.account_id,
            organisation_id=cast.other_worker.organisation_id,
            by=by,
            at=NOW,
        )
    with identity.acting(cast.worker) as by:
        assert sight.one(Client, her.client_id, by) is None
        assert tasks.waiting(by=by) == []
    with identity.acting(cast.other_worker) as by:
        assert sight.one(Client, her.client_id, by) is not None


def attempt(
    cast, approach_id, *, channel=Channel.CALL, result=Result.NO_ANSWER, at=NOW, happened=None, **more
):
    with identity.acting(cast.worker) as by:
        return approach.attempt(
            approach_id=approach_id,
            channel=channel,
            result=result,
            happened_at=happened or at,
            by=by,
            at=at,
            **more,
        )


def test_an_attempt_before_she_was_given_to_anybody_is_refused(cast, her):
    approach_id = women.assigned(cast, her)
    with identity.clerk():
        assigned_at = Approach.objects.get(pk=approach_id).assigned_at
    said = attempt(cast, approach_id, happened=assigned_at - timedelta(minutes=1))
    assert not said and "before her approach was assigned" in said.reason
    assert attempt(cast, approach_id, happened=assigned_at)


def test_an_attempt_by_a_way_that_is_not_in_her_plan_is_refused_and_explained(cast, her):
    approach_id = women.assigned(cast, her)
    said = attempt(cast, approach_id, channel=Channel.LETTER)
    assert not said
    assert "not in her safe-contact plan" in said.reason
    assert attempt(cast, approach_id)


def test_nobody_is_given_up_on_before_enough_attempts(cast, her):
    approach_id = women.assigned(cast, her)
    for number in range(3):
        with identity.acting(cast.worker) as by:
            assert not approach.give_up(approach_id=approach_id, by=by, at=NOW)
        assert attempt(cast, approach_id, at=NOW + timedelta(hours=number))
    with identity.acting(cast.worker) as by:
        assert approach.give_up(approach_id=approach_id, by=by, at=NOW)
    with identity.acting(cast.coordinator) as by:
        assert "approach_unreached" in [task.kind for task in tasks.waiting(by=by)]


def test_she_can_get_in_touch_herself_at_any_time(cast, her):
    approach_id = women.assigned(cast, her)
    said = attempt(cast, approach_id, channel=Channel.EMAIL, result=Result.REACHED, she_called=True)
    assert said, said.reason
    assert women.approach_row(approach_id).status == Status.CONTACTED.value


# --- the plan -------------------------------------------------------------------------------------


def test_what_is_provisional_allows_an_offer_of_support_and_nothing_else(cast, her):
    women.assigned(cast, her)
    assert may(cast, her, purpose=Purpose.APPROACH)
    assert not may(cast, her, purpose=Purpose.APPOINTMENT)


def test_her_own_plan_replaces_the_provisional_one(cast, her):
    women.agreed(cast, her)
    assert may(cast, her)
    with identity.acting(cast.worker) as by:
        page = contact_plan.page(client_id=her.client_id, by=by, at=NOW)
    assert page.status is plan.Status.CONFIRMED
    assert page.line == (
        "Text only, Tuesday 10 to 12, say you are from the library, must not know: her partner"
    )
    assert [version.status for version in page.earlier] == [plan.Status.REPLACED]


@pytest.mark.parametrize("who", ["spoc", "analyst", "officer", "police_supervisor"])
def test_police_see_nothing_of_her_plan(cast, her, who):
    women.agreed(cast, her)
    with identity.acting(getattr(cast, who)) as by:
        assert not sight.visible(SafeContactPlan, by).exists()
        assert contact_plan.page(client_id=her.client_id, by=by, at=NOW) is None


def test_a_plan_past_its_date_blocks_although_no_worker_process_ran(cast, her):
    women.agreed(cast, her)
    eight_weeks = NOW + timedelta(weeks=8)
    assert may(cast, her, at=eight_weeks - timedelta(days=7))
    said = may(cast, her, at=eight_weeks)
    assert "has lapsed" in said.reason


@pytest.mark.parametrize("change", list(plan.Change))
@pytest.mark.parametrize("who", ["worker", "coordinator", "supervisor", "provider"])
def test_a_change_in_her_life_makes_the_plan_lapse_at_once_whoever_says_so(cast, her, change, who):
    women.agreed(cast, her)
    women.with_provider(cast, her)
    with identity.acting(getattr(cast, who)) as by:
        said = contact_plan.mark_changed(client_id=her.client_id, change=change, by=by, at=NOW)
        assert said, said.reason
    assert not may(cast, her)
    with identity.acting(cast.worker) as by:
        assert "plan_lapsed" in [task.kind for task in tasks.waiting(by=by)]
        assert contact_plan.confirm_again(client_id=her.client_id, by=by, at=NOW)
        assert "plan_lapsed" not in [task.kind for task in tasks.waiting(by=by)]
    assert may(cast, her)


def test_where_it_is_not_safe_nobody_may_try(cast, her):
    women.agreed(cast, her)
    with identity.acting(cast.worker) as by:
        assert contact_plan.mark_not_safe(
            client_id=her.client_id, reason=contact_plan.NotSafe.WATCHED, by=by, at=NOW
        )
        assert not contact_plan.confirm_again(client_id=her.client_id, by=by, at=NOW)
    for purpose in Purpose:
        assert not may(cast, her, purpose=purpose)


def test_a_way_without_its_number_is_no_way(cast, her):
    women.assigned(cast, her)
    ways = contact_plan.Ways(channels=frozenset({Channel.CALL}), is_any_time=True)
    with identity.acting(cast.worker) as by:
        assert "telephone" in contact_plan.confirm(client_id=her.client_id, ways=ways, by=by, at=NOW).reason


# --- what goes out --------------------------------------------------------------------------------


def write(cast, her, body="See you on Tuesday at 10?", *, channel=Channel.TEXT, at=NOW, by=None):
    with identity.acting(by or cast.worker) as actor:
        return outgoing.write(
            client_id=her.client_id,
            channel=channel,
            purpose=Purpose.APPOINTMENT,
            body=body,
            by=actor,
            at=at,
        )


def test_a_message_within_her_plan_waits_to_be_sent_by_hand_and_is_ticked_off(cast, her):
    women.agreed(cast, her)
    said = write(cast, her)
    with identity.acting(cast.worker) as by:
        assert outgoing.mark_sent(message_id=said.id, by=by, at=NOW)
        (shown,) = outgoing.written(client_id=her.client_id, by=by, at=NOW)
    assert shown.sent_at == NOW
    with identity.clerk():
        assert JourneyEvent.objects.filter(kind=EventKind.MESSAGE_SENT.value).count() == 1


BLOCKS = [
    ("the wrong channel", {"channel": Channel.CALL}, "not in her safe-contact plan"),
    ("outside her hours", {"at": NOW + timedelta(hours=5)}, "Not at this time"),
    ("a plan that has lapsed", {"at": NOW + timedelta(weeks=8)}, "has lapsed"),
    ("words that tell", {"body": "Your police worker here"}, "Leave out: police"),
]


@pytest.mark.parametrize(("what", "how", "why"), BLOCKS, ids=[block[0] for block in BLOCKS])
def test_what_her_plan_does_not_allow_is_not_let_through_and_its_words_are_not_kept(
    cast, her, what, how, why
):
    women.agreed(cast, her)
    said = write(cast, her, **how)
    assert not said
    assert why in said.reason
    with identity.acting(cast.worker) as by:
        row = OutgoingMessage.objects.get()
        assert (row.was_allowed, row.body) == (False, "")
        assert not outgoing.mark_sent(message_id=row.id, by=by, at=NOW)


def test_what_was_let_through_is_asked_again_when_it_is_sent(cast, her):
    women.agreed(cast, her)
    said = write(cast, her)
    with identity.acting(cast.worker) as by:
        contact_plan.mark_changed(client_id=her.client_id, change=plan.Change.TELEPHONE, by=by, at=NOW)
        assert not outgoing.mark_sent(message_id=said.id, by=by, at=NOW)


def test_who_may_not_see_her_does_not_learn_that_she_is_there(cast, her):
    women.agreed(cast, her)
    for actor in (cast.colleague, cast.spoc, cast.provider, cast.administrator, cast.evaluator):
        assert may(cast, her, by=actor).hidden


# --- the safe place -------------------------------------------------------------------------------


def test_where_she_is_safe_is_read_by_her_own_support_alone(cast, her):
    women.agreed(cast, her)
    women.with_provider(cast, her)
    with identity.acting(cast.worker) as by:
        assert safe_place.keep(client_id=her.client_id, address="1 Elm Row", note="", by=by, at=NOW)
    for actor in cast:
        with identity.acting(actor) as by:
            reads = sight.visible(SafePlace, by).exists()
            assert reads == (actor in (cast.worker, cast.supervisor)), actor.role


# --- messages from police -------------------------------------------------------------------------


@pytest.fixture
def message(cast, her):
    women.agreed(cast, her)
    with identity.acting(cast.spoc) as by:
        said = messages.from_police(
            consideration_id=her.consideration_id,
            body="He is out on Friday. Operation Larch.",
            by=by,
            at=NOW,
        )
    assert said, said.reason
    return said.id


def test_what_police_write_reaches_the_coordinator_and_no_worker(cast, her, message):
    for actor in cast:
        with identity.acting(actor) as by:
            reads = sight.visible(Message, by).filter(pk=message).exists()
        assert reads == (actor in (cast.coordinator, cast.spoc, cast.analyst)), actor.role


def test_the_coordinator_passes_on_words_of_her_own_to_one_worker(cast, her, message):
    with identity.acting(cast.coordinator) as by:
        page = messages.read(message_id=message, by=by, at=NOW)
        assert page.person.name == "Rosa"
        said = messages.pass_on(
            message_id=message,
            worker_id=cast.worker.account_id,
            words="Her partner may be home from Friday.",
            by=by,
            at=NOW,
        )
        assert said, said.reason
    with identity.acting(cast.worker) as by:
        assert [line.id for line in messages.inbox(by=by, at=NOW)] == [said.id]
        read = messages.read(message_id=said.id, by=by, at=NOW)
        assert "Larch" not in read.body
        assert messages.reply(message_id=said.id, words="Thank you, she knows.", by=by, at=NOW)
    with identity.acting(cast.colleague) as by:
        assert messages.inbox(by=by, at=NOW) == []
    with identity.acting(cast.spoc) as by:
        assert [line.kind.value for line in messages.inbox(by=by, at=NOW)] == []


def test_back_to_police_goes_a_fixed_sentence_that_says_nothing_of_her(cast, her, message):
    with identity.acting(cast.coordinator) as by:
        assert messages.answer_police(message_id=message, answer=messages.Answer.READ, by=by, at=NOW)
    with identity.acting(cast.spoc) as by:
        (line,) = messages.inbox(by=by, at=NOW)
        page = messages.read(message_id=line.id, by=by, at=NOW)
        assert page.body == messages.Answer.READ.label
        assert page.person is None
        row = Message.objects.get(pk=line.id)
        assert row.client_id is None


def test_what_was_disclosed_to_police_is_no_message_of_the_inbox(cast, her, message):
    with identity.clerk(cast.coordinator) as by:
        told = Message(
            kind="disclosure",
            from_organisation_id=by.organisation_id,
            to_organisation_id=cast.spoc.organisation_id,
            body="Words",
            sent_at=NOW,
            sent_by_id=by.account_id,
        )
        told.save(force_insert=True)
    with identity.acting(cast.spoc) as by:
        assert messages.inbox(by=by, at=NOW) == []
        assert messages.count_unread(by=by) == 0
        assert messages.read(message_id=told.id, by=by, at=NOW) is None


def test_of_a_closed_flag_police_cannot_write(cast, her):
    women.agreed(cast, her)
    with identity.acting(cast.worker) as by:
        assert stopping.stop_all(
            client_id=her.client_id,
            kind=stopping.Kind.WITHDRAW,
            asked_by=stopping.AskedBy.HER,
            by=by,
            at=NOW,
        )
    with identity.acting(cast.spoc) as by:
        said = messages.from_police(consideration_id=her.consideration_id, body="Hello", by=by, at=NOW)
    assert "closed" in said.reason


# --- the clockwork --------------------------------------------------------------------------------


def everything() -> dict[str, int]:
    with identity.clerk():
        return {
            "tasks": Task.objects.count(),
            "events": JourneyEvent.objects.count(),
            "involved": Involvement.objects.filter(until_at__isnull=True).count(),
            "lapsed": SafeContactPlan.objects.filter(status="lapsed").count(),
        }


def test_every_job_can_run_twice_and_the_second_time_changes_nothing(cast, her):
    women.agreed(cast, her)
    women.assigned(cast, women.born(cast, "Ada"))
    women.referred(cast, her)
    with identity.clerk(cast.coordinator) as by:
        from pathways.journey import involving
        from pathways.records.models import InvolvementKind

        involving.involve(
            client_id=her.client_id,
            organisation_id=cast.colleague.organisation_id,
            account_id=cast.colleague.account_id,
            kind=InvolvementKind.COVER,
            expires_at=NOW + timedelta(days=3),
            covers_account_id=cast.worker.account_id,
            by=by,
            at=NOW,
        )
    later = NOW + timedelta(weeks=9)
    first = {name: job(at=later) for name, job in clockwork.JOBS.items()}
    assert first["lapse_plans"] == 2
    assert first["chase_approaches"] == 1
    assert first["chase_referrals"] == 2
    assert first["end_covers"] == 1
    after = everything()
    assert after["lapsed"] == 2
    second = {name: job(at=later + timedelta(minutes=1)) for name, job in clockwork.JOBS.items()}
    assert set(second.values()) == {0}
    assert everything() == after
    with identity.acting(cast.colleague) as by:
        assert sight.one(Client, her.client_id, by) is None


def test_an_unfinished_form_is_forgotten_after_its_days(cast):
    from pathways.journey import drafts

    with identity.acting(cast.worker) as by:
        drafts.keep("old", {"a": 1}, by, NOW - timedelta(days=31))
        drafts.keep("new", {"a": 1}, by, NOW)
    assert clockwork.clear_drafts(at=NOW) == 1
    with identity.acting(cast.worker) as by:
        assert drafts.fetch("old", by) is None
        assert drafts.fetch("new", by) == {"a": 1}
