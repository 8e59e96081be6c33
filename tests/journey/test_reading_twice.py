"""The evidence is opened before anybody decides, and decisions drawn by lot are read a second time, blind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from pathways.domain.identification.second_reading import Status, TalkResult
from pathways.domain.terms.events import ScreeningOutcome
from pathways.journey import clockwork, disclosing, identity, screening, second_readings, sight, tasks
from pathways.records import walls
from pathways.records.models import (
    Account,
    Appointment,
    Consideration,
    EarlierDecision,
    EvidenceOpened,
    FlagReceipt,
    ProvisionalPlan,
    RowChange,
    SecondDraw,
    SecondReading,
    Task,
)
from tests.journey import people
from tests.journey.people import NOW
from tests.journey.test_doors import WAYS, carried, flag, judgement

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def cast():
    found = people.cast()
    with identity.acting(found.police_supervisor) as by:
        assert second_readings.set_rate(wanted=100, by=by, at=NOW)
    return found


def decided(cast, outcome=ScreeningOutcome.REJECTED):
    return carried(cast, flag(cast.officer).id, outcome)


def asked(cast):
    """(reading, whoever was asked to do it)"""
    with identity.clerk():
        reading = SecondReading.objects.get()
    return reading, next(one for one in cast if one.account_id == reading.reader_id)


def read(reading, by, outcome=ScreeningOutcome.REJECTED, reason="no_link", **more):
    with identity.acting(by):
        second_readings.page(reading_id=reading.id, by=by, at=LATER)
        values = {"outcome": outcome, "reason": reason, "because": "Nothing here ties her to it."}
        return second_readings.read(reading_id=reading.id, **(values | more), by=by, at=LATER)


# --- the evidence first


@pytest.mark.parametrize("outcome", list(ScreeningOutcome))
def test_nobody_decides_about_her_without_having_opened_the_evidence(cast, outcome):
    key = flag(cast.officer).id
    with identity.acting(cast.analyst) as by:  # that a colleague opened it is not enough
        assert screening.open_evidence(consideration_id=key, by=by, at=NOW)
    with identity.acting(cast.spoc) as by:
        screening.start(consideration_id=key, by=by, at=NOW)
        screening.plan_contact(consideration_id=key, ways=WAYS, by=by, at=NOW)
        screening.page(consideration_id=key, by=by, at=NOW)
        said = screening.decide(consideration_id=key, said=judgement(outcome), by=by, at=NOW)
        assert not said and "evidence" in said.reason
        assert Consideration.objects.get().status == "under_review"
        screening.open_evidence(consideration_id=key, by=by, at=NOW)
        assert screening.decide(consideration_id=key, said=judgement(outcome), by=by, at=NOW)


def test_what_was_added_since_is_opened_again(cast):
    key = flag(cast.officer).id
    with identity.acting(cast.spoc) as by:
        screening.start(consideration_id=key, by=by, at=NOW)
        screening.open_evidence(consideration_id=key, by=by, at=NOW)
        sight.visible(Consideration, by).update(evidence_at=LATER)
        said = judgement(ScreeningOutcome.REJECTED)
        assert not screening.decide(consideration_id=key, said=said, by=by, at=LATER)
        screening.open_evidence(consideration_id=key, by=by, at=LATER)
        assert screening.decide(consideration_id=key, said=said, by=by, at=LATER)


def test_that_the_evidence_was_opened_is_never_changed_or_removed(cast):
    key = flag(cast.officer).id
    with identity.acting(cast.spoc) as by:
        screening.open_evidence(consideration_id=key, by=by, at=NOW)
        for action in (walls.Action.CHANGE, walls.Action.REMOVE):
            assert not sight.visible(EvidenceOpened, by, action).exists()


# --- the draw


@pytest.mark.parametrize("outcome", list(second_readings.DRAWN_FROM))
def test_every_kind_of_judgement_can_be_drawn_and_whoever_decided_is_not_asked(cast, outcome):
    decided(cast, outcome)
    reading, reader = asked(cast)
    assert reading.status == Status.WAITING.value
    assert reader in (cast.analyst, cast.police_supervisor)
    with identity.acting(reader) as by:
        kinds = [one.kind for one in tasks.waiting(by=by)]
    assert second_readings.TASK in kinds


def test_a_decision_that_is_not_drawn_is_kept_with_its_lot_and_rate(cast):
    with identity.acting(cast.police_supervisor) as by:
        second_readings.set_rate(wanted=0, by=by, at=NOW)
    decided(cast)
    with identity.clerk():
        draw = SecondDraw.objects.get()
        assert not draw.is_drawn and draw.percent == 0 and 0 <= draw.lot < 1
        assert not SecondReading.objects.exists()


def test_the_rate_is_the_supervisors_to_say(cast):
    for who in (cast.spoc, cast.analyst, cast.supervisor):
        with identity.acting(who) as by:
            assert not second_readings.set_rate(wanted=1, by=by, at=NOW)
    with identity.acting(cast.police_supervisor) as by:
        assert not second_readings.set_rate(wanted=101, by=by, at=NOW)
        assert second_readings.percent(by=by) == 100


# --- blind until both are in


HIDING = (Consideration, FlagReceipt, ProvisionalPlan, EarlierDecision, SecondDraw)


@pytest.mark.parametrize("python_wall", [True, False])
def test_the_second_reader_sees_no_row_that_says_what_was_decided(cast, python_wall):
    key = decided(cast, ScreeningOutcome.DEFERRED)
    with identity.acting(cast.spoc) as by:
        screening.say_again(
            consideration_id=key,
            said=judgement(ScreeningOutcome.DEFERRED),
            why="A word was wrong.",
            by=by,
            at=NOW,
        )
    _, reader = asked(cast)
    other = cast.analyst if reader is cast.police_supervisor else cast.police_supervisor

    def seen(who):
        with identity.acting(who) as by:
            rows = {model: model.objects if not python_wall else sight.visible(model, by) for model in HIDING}
            found = {model.__name__: rows[model].count() for model in HIDING}
            past = RowChange.objects.filter(kind="police_consideration").count()
            later = Task.objects.filter(kind=screening.TAKE_UP_AGAIN).count()
        return found, past, later

    if python_wall:
        found, _, _ = seen(reader)
    else:
        with walls.python_wall_down():
            found, past, later = seen(reader)
            assert (past, later) == (0, 0)
    assert set(found.values()) == {0}, found
    found, past, _ = seen(other)
    assert set(found.values()) == {1} and past > 0, found


def test_what_the_reader_is_shown_holds_the_evidence_and_nothing_of_the_decision(cast):
    key = decided(cast, ScreeningOutcome.CONFIRMED)
    reading, reader = asked(cast)
    with identity.acting(reader) as by:
        page = second_readings.page(reading_id=reading.id, by=by, at=LATER)
        assert page.first is page.second is None and page.consideration_id is None and page.may_read
        assert [one.heading.value for one in page.evidence] == ["protective", "networks", "vulnerability"]
        assert "searched address" in page.why
        assert "confirmed" not in repr(reading.shown) and "looked at" not in repr(reading.shown).casefold()
        assert screening.page(consideration_id=key, by=by, at=LATER) is None
        assert screening.considerations(by=by, at=LATER, tab="confirmed").total == 0
        crossings, total = disclosing.crossings(by=by, at=LATER)
        assert total == 0 and not crossings
    with identity.acting(cast.spoc) as by:
        assert disclosing.crossings(by=by, at=LATER)[1] == 1


def test_nobody_reads_for_somebody_else_nor_without_opening_it(cast):
    decided(cast)
    reading, reader = asked(cast)
    values = {"outcome": ScreeningOutcome.REJECTED, "reason": "no_link", "because": "So."}
    for who in (cast.spoc, cast.analyst, cast.police_supervisor):
        with identity.acting(who) as by:
            if who is not reader:
                second_readings.page(reading_id=reading.id, by=by, at=LATER)
            assert not second_readings.read(reading_id=reading.id, **values, by=by, at=LATER)


def test_when_both_are_in_and_alike_both_are_seen_by_both(cast):
    key = decided(cast)
    reading, reader = asked(cast)
    assert read(reading, reader)
    for who in (reader, cast.spoc):
        with identity.acting(who) as by:
            page = second_readings.page(reading_id=reading.id, by=by, at=LATER)
            assert page.status is Status.AGREED
            assert page.first.outcome is page.second.outcome is ScreeningOutcome.REJECTED
            assert screening.page(consideration_id=key, by=by, at=LATER).is_read_twice == reading.id
            assert second_readings.TALK not in [one.kind for one in tasks.waiting(by=by)]


def test_where_they_differ_both_are_asked_to_talk_and_the_first_decision_stands(cast):
    key = decided(cast)
    reading, reader = asked(cast)
    assert read(reading, reader, ScreeningOutcome.SAFEGUARDING_FIRST, "")
    for who in (reader, cast.spoc):
        with identity.acting(who) as by:
            waiting = [one for one in tasks.waiting(by=by) if one.kind == second_readings.TALK]
            mine = [one for one in waiting if one.account_id == by.account_id]  # a supervisor sees both
            assert len(mine) == 1 and mine[0].is_urgent
            assert second_readings.page(reading_id=reading.id, by=by, at=LATER).status is Status.APART
    third = cast.analyst if reader is cast.police_supervisor else cast.police_supervisor
    for who, may in ((third, False), (cast.spoc, True)):
        with identity.acting(who) as by:
            said = second_readings.talked(
                reading_id=reading.id,
                result=TalkResult.BOTH_REASONABLE,
                words="What a missing report means was unclear to us.",
                by=by,
                at=LATER,
            )
            assert bool(said) is may
    with identity.acting(cast.spoc) as by:
        assert screening.page(consideration_id=key, by=by, at=LATER).line.status.value == "rejected"


@pytest.mark.parametrize(
    "given",
    [
        {"outcome": ScreeningOutcome.DUPLICATE},
        {"reason": ""},
        {"reason": "advice"},
        {"because": "  "},
    ],
)
def test_a_reading_is_whole_or_not_recorded(cast, given):
    decided(cast)
    reading, reader = asked(cast)
    assert not read(reading, reader, **given)
    with identity.clerk():
        assert SecondReading.objects.get().status == Status.WAITING.value


def test_a_reading_is_done_once(cast):
    decided(cast)
    reading, reader = asked(cast)
    assert read(reading, reader)
    assert not read(reading, reader)


# --- somebody who is not there


def test_where_the_reader_leaves_a_colleague_is_asked_who_has_not_seen_the_decision(cast):
    key = decided(cast)
    reading, reader = asked(cast)
    other = cast.analyst if reader is cast.police_supervisor else cast.police_supervisor
    Appointment.objects.filter(account_id=reader.account_id).update(until_at=LATER)
    with identity.acting(other) as by:
        screening.page(consideration_id=key, by=by, at=LATER)  # she has seen it, and so does not read it
    assert clockwork.JOBS["second_readings"](at=LATER) == 0
    force = people.organisation("force", "Ashmere Police", people.Sector.POLICE)
    fresh = people.appoint("Nia New", people.Role.POLICE_ANALYST, force)
    assert clockwork.JOBS["second_readings"](at=LATER) == 1
    assert clockwork.JOBS["second_readings"](at=LATER) == 0
    with identity.acting(fresh) as by:
        assert second_readings.page(reading_id=reading.id, by=by, at=LATER).may_read
        assert screening.page(consideration_id=key, by=by, at=LATER) is None


def test_where_nobody_else_is_there_the_decision_stands_and_the_reading_waits(cast):
    gone = [cast.analyst.account_id, cast.police_supervisor.account_id]
    Account.objects.filter(id__in=gone).update(is_active=False)
    decided(cast)
    with identity.clerk(), transaction.atomic():
        reading = SecondReading.objects.get()
        assert reading.reader_id is None and reading.status == Status.WAITING.value
