"""Levels that another person reads, a policy that two people put into force, and what she is told."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from django.db import IntegrityError, transaction

from pathways.domain.governance import policy
from pathways.domain.support import closure
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.domain.triage import facts, telling
from pathways.domain.triage.assessment import Exploitation, ImmediateSafety, Need
from pathways.domain.triage.condition import Input
from pathways.domain.triage.levels import Level
from pathways.domain.triage.policy import Rule
from pathways.domain.triage.reading import Status, UrgentClock, Why
from pathways.domain.triage.triage import HandOverReason
from pathways.domain.triage.version import Action
from pathways.domain.triage.version import Status as Version
from pathways.journey import (
    closing,
    emptying,
    identity,
    level_readings,
    referring,
    story,
    tasks,
    triage,
    triage_choices,
    triage_policy,
)
from pathways.journey import her as her_page
from pathways.records import walls
from pathways.records.models import (
    Appointment,
    Episode,
    JourneyEvent,
    Organisation,
    Setting,
    Task,
    TriageDecision,
    TriagePolicy,
    TriageReading,
)
from tests.journey import agreed as made
from tests.journey import people
from tests.journey.people import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]
READ = policy.Action.READ


@pytest.fixture
def cast():
    return people.cast()


@pytest.fixture(autouse=True)
def _nothing_is_drawn(cast):
    """The lot is tested by itself: elsewhere no reading comes by chance. The policy was there before."""
    TriagePolicy.objects.filter(is_default=True).update(from_at=NOW - timedelta(days=300))
    none = {str(level.value): 0 for level in Level}
    Setting.objects.create(key="triage.drawn_of_a_hundred", value=none, changed_at=NOW)


def second_coordinator(cast, role=Role.COORDINATOR):
    hub = Organisation.objects.get(id=cast.coordinator.organisation_id)
    return people.appoint("Nadia Second" if role is Role.COORDINATOR else "Una Third", role, hub)


def decided(cast, her, level, *, by=None, at=NOW, **judged):
    by = by or cast.coordinator
    triage_id = made.assessed(cast, her, **judged)
    with identity.acting(by):
        said = triage.decide(
            triage_id=triage_id,
            level=level,
            reasons="Hers, as she said it.",
            otherwise="She knows it best herself.",
            by=by,
            at=at,
        )
        assert said, said.reason
    return triage_id


def reading_of(triage_id, why):
    with identity.clerk():
        return TriageReading.objects.filter(triage_id=triage_id, why=why.value).order_by("-asked_at").first()


def read(reading, level, by, *, at=NOW, **more):
    with identity.acting(by):
        return level_readings.read(
            reading_id=reading.id, level=level, because="I read it.", by=by, at=at, **more
        )


def advised(cast, her, at=NOW):
    with identity.acting(cast.coordinator):
        return closing.close_before_support(
            client_id=her.client_id,
            outcome=closure.Outcome.ADVICE_ONLY,
            summary="Advice.",
            by=cast.coordinator,
            at=at,
        )


# --- level 0 ---------------------------------------------------------------------------------------------


def test_nobody_is_closed_off_at_level_0_before_a_second_person_agrees(cast):
    her, other = made.agreed(cast), second_coordinator(cast)
    triage_id = decided(cast, her, Level.ADVICE)
    assert "second person" in advised(cast, her).reason
    reading = reading_of(triage_id, Why.EXIT)
    assert not read(reading, Level.ADVICE, cast.coordinator)  # who decided does not read it
    assert read(reading, Level.ADVICE, other)
    assert advised(cast, her)


def test_a_second_person_who_does_not_agree_leads_to_a_fresh_decision_by_somebody_named(cast):
    her, other = made.agreed(cast), second_coordinator(cast)
    triage_id = decided(cast, her, Level.ADVICE)
    said = read(reading_of(triage_id, Why.EXIT), Level.TARGETED, other)
    assert said
    with identity.clerk():
        fresh = TriageDecision.objects.get(episode_id=her.episode_id, status="awaiting")
    assert fresh.asked_of_id == other.account_id  # nobody is there who neither decided nor read
    assert not advised(cast, her)
    with identity.acting(cast.coordinator):
        refused = triage.decide(
            triage_id=fresh.id, level=Level.ADVICE, reasons="Again as before.", by=cast.coordinator, at=NOW
        )
    assert "by name" in refused.reason
    with identity.acting(other):
        assert triage.decide(
            triage_id=fresh.id, level=Level.TARGETED, reasons="Both of them said so.", by=other, at=NOW
        )


def apart(cast, her, *others):
    """A level 0 that the first of `others` did not agree to: the fresh decision that is asked for by name."""
    triage_id = decided(cast, her, Level.ADVICE)
    assert read(reading_of(triage_id, Why.EXIT), Level.TARGETED, others[0])
    with identity.clerk():
        return TriageDecision.objects.get(episode_id=her.episode_id, status="awaiting")


def given(triage_id, whom, by, at=NOW):
    with identity.acting(by):
        return triage.hand_over(
            triage_id=triage_id, whom=whom.account_id, reason=HandOverReason.OVERDUE, by=by, at=at
        )


def test_a_decision_asked_by_name_is_taken_over_and_whoever_was_asked_is_told(cast):
    her, second = made.agreed(cast), second_coordinator(cast)
    fresh = apart(cast, her, second)
    assert fresh.asked_of_id == second.account_id
    third = people.appoint(
        "Tessa Third", Role.COORDINATOR, Organisation.objects.get(id=cast.coordinator.organisation_id)
    )
    assert "may decide it now" in given(fresh.id, cast.coordinator, third).reason  # she decided it before
    assert not given(fresh.id, third, cast.worker)
    assert not given(fresh.id, third, cast.supervisor)  # of another place
    assert given(fresh.id, third, third)
    with identity.acting(second):
        said = [task for task in tasks.waiting(by=second) if task.kind == "triage_given"]
        assert said and said[0].object_id == fresh.id
        refused = triage.decide(
            triage_id=fresh.id, level=Level.TARGETED, reasons="She said so.", by=second, at=NOW
        )
        assert "by name" in refused.reason
    with identity.acting(third):
        assert [one.kind for one in tasks.waiting(by=third) if one.object_id == fresh.id] == ["triage"]
        assert triage.decide(
            triage_id=fresh.id, level=Level.TARGETED, reasons="She said so.", by=third, at=NOW
        )
        assert not given(fresh.id, second, third)  # it is decided
    with identity.clerk():
        events = JourneyEvent.objects.filter(client_id=her.client_id, kind="corrected")
        assert [one.detail["reason"] for one in events if one.detail["what"] == "triage_asked_of"] == [
            "overdue"
        ]


def test_an_overdue_decision_asked_by_name_goes_to_the_supervisor_once(cast):
    her, second = made.agreed(cast), second_coordinator(cast)
    fresh = apart(cast, her, second)
    hub = Organisation.objects.get(id=cast.coordinator.organisation_id)
    head = people.appoint("Sana Head", Role.SUPERVISOR, hub)
    third = people.appoint("Tessa Third", Role.COORDINATOR, hub)
    assert triage.pass_on(at=NOW) == 0
    late = NOW + timedelta(days=9)
    assert triage.pass_on(at=late) == 1
    assert triage.pass_on(at=late + timedelta(hours=1)) == 0
    with identity.acting(head):
        task = next(one for one in tasks.waiting(by=head) if one.kind == "triage_overdue")
        assert (task.route, task.object_id) == ("triage:hand_over", fresh.id)
    assert given(fresh.id, third, head, late)
    with identity.clerk():
        assert not Task.objects.filter(kind="triage_overdue", done_at__isnull=True).exists()
        assert TriageDecision.objects.get(id=fresh.id).asked_of_id == third.account_id


def told(triage_id, by, at=NOW):
    with identity.acting(by):
        return triage.told(triage_id=triage_id, how=telling.How.IN_PERSON, words="", by=by, at=at)


def test_nobody_tells_her_of_a_level_0_before_a_second_person_agrees(cast):
    her, other = made.agreed(cast), second_coordinator(cast)
    triage_id = decided(cast, her, Level.ADVICE)
    for who in (cast.coordinator, cast.worker):
        assert "do not tell her yet" in told(triage_id, who).reason
        with identity.acting(who):
            found, words = triage.letter(triage_id=triage_id, by=who, at=NOW)
        assert words == () and "do not tell her yet" in found.not_yet
    with identity.clerk():
        assert TriageDecision.objects.get(id=triage_id).told_at is None
    assert read(reading_of(triage_id, Why.EXIT), Level.ADVICE, other)
    with identity.acting(cast.worker):
        found, words = triage.letter(triage_id=triage_id, by=cast.worker, at=NOW)
    assert words and not found.not_yet
    assert told(triage_id, cast.worker)


def test_a_level_0_that_the_second_person_did_not_agree_to_is_not_told(cast):
    her, other = made.agreed(cast), second_coordinator(cast)
    triage_id = decided(cast, her, Level.ADVICE)
    assert read(reading_of(triage_id, Why.EXIT), Level.TARGETED, other)
    assert "did not agree" in told(triage_id, cast.worker).reason


def test_a_level_that_is_no_exit_is_told_at_once(cast):
    her = made.agreed(cast)
    assert told(decided(cast, her, Level.URGENT_SAFETY), cast.worker)


def test_an_ending_that_is_not_our_word_waits_for_nobody(cast):
    her = made.agreed(cast)
    decided(cast, her, Level.ADVICE)
    with identity.acting(cast.coordinator):
        assert closing.close_before_support(
            client_id=her.client_id,
            outcome=closure.Outcome.NOT_REACHED,
            summary="She moved and left no word.",
            by=cast.coordinator,
            at=NOW,
        )


# --- level 4 ---------------------------------------------------------------------------------------------


def test_the_reading_of_level_4_delays_nothing_and_goes_to_the_supervisor_within_hours(cast):
    her = made.agreed(cast)
    supervisor = second_coordinator(cast, Role.SUPERVISOR)
    triage_id = decided(cast, her, Level.URGENT_SAFETY, immediate_safety=ImmediateSafety.YES)
    with identity.clerk():
        assert Task.objects.filter(kind="refer", client_id=her.client_id, done_at=None).exists()
    reading = reading_of(triage_id, Why.URGENT)
    assert reading.due_at == NOW + timedelta(hours=4)
    assert level_readings.pass_on(at=NOW + timedelta(hours=3, minutes=59)) == 0
    assert level_readings.pass_on(at=NOW + timedelta(hours=4)) == 1
    assert level_readings.pass_on(at=NOW + timedelta(hours=5)) == 0  # once
    with identity.clerk():
        assert TriageReading.objects.get(id=reading.id).status == Status.WITH_SUPERVISOR.value
    with identity.acting(supervisor):
        assert level_readings.page(reading_id=reading.id, by=supervisor, at=NOW) is not None
    assert read(reading, Level.URGENT_SAFETY, supervisor, at=NOW + timedelta(hours=5))


def friday_evening():
    """The next Friday at five in the afternoon in London."""
    day = NOW + timedelta(days=(4 - NOW.weekday()) % 7 or 7)
    return clocks.local(day).replace(hour=17, minute=0, second=0, microsecond=0).astimezone(UTC)


def test_a_level_4_of_friday_evening_goes_to_the_supervisor_that_night(cast):
    her, at = made.agreed(cast), friday_evening()
    second_coordinator(cast, Role.SUPERVISOR)
    triage_id = decided(cast, her, Level.URGENT_SAFETY, at=at, immediate_safety=ImmediateSafety.YES)
    reading = reading_of(triage_id, Why.URGENT)
    assert reading.due_at == at + timedelta(hours=4)
    assert level_readings.pass_on(at=at + timedelta(hours=4)) == 1
    with identity.clerk():
        passed = Task.objects.get(kind=level_readings.TASK, object_id=reading.id, role=Role.SUPERVISOR.value)
    assert passed.due_at == at + timedelta(hours=8)


def test_a_programme_that_chose_working_hours_keeps_them(cast):
    at = friday_evening()
    with identity.acting(cast.administrator) as by:
        wanted = replace(triage_choices.choices(), urgent=UrgentClock(2, in_working_hours=True))
        assert triage_choices.choose(wanted=wanted, by=by, at=NOW)
    assert triage_choices.choices().urgent == UrgentClock(2, in_working_hours=True)
    triage_id = decided(
        cast, made.agreed(cast), Level.URGENT_SAFETY, at=at, immediate_safety=ImmediateSafety.YES
    )
    monday = clocks.local(reading_of(triage_id, Why.URGENT).due_at)
    assert monday.weekday() == 0 and monday.hour == 11


def test_a_reading_of_level_4_that_differs_leaves_the_action_going(cast):
    her, other = made.agreed(cast), second_coordinator(cast)
    triage_id = decided(cast, her, Level.URGENT_SAFETY, immediate_safety=ImmediateSafety.YES)
    assert read(reading_of(triage_id, Why.URGENT), Level.INTENSIVE, other)
    with identity.acting(cast.coordinator):
        episode = Episode.objects.get(id=her.episode_id)
        assert referring.triage_status(episode, cast.coordinator) == "decided"
        assert episode.level == 4


# --- by lot ----------------------------------------------------------------------------------------------


def test_a_reading_by_lot_is_blind_and_keeps_its_rate(cast):
    Setting.objects.filter(key="triage.drawn_of_a_hundred").update(value={"2": 100})
    her, other = made.agreed(cast), second_coordinator(cast)
    triage_id = decided(cast, her, Level.TARGETED)
    reading = reading_of(triage_id, Why.DRAWN)
    assert reading.reader_id == other.account_id
    with identity.acting(other):
        page = level_readings.page(reading_id=reading.id, by=other, at=NOW)
    assert page.is_blind and page.first_level is None and not page.first_reasons
    assert page.client_id is None and page.suggested is None and not page.reference
    assert "Hers, as" not in str(reading.shown)
    assert not read(reading, Level.TARGETED, other)  # whether she knew is asked
    assert not read(reading, Level.TARGETED, cast.chair, knew=False)  # given to somebody else
    assert read(reading, Level.INTENSIVE, other, knew=False)
    with identity.clerk():
        kept = TriageDecision.objects.get(id=triage_id)
        assert kept.percent == 100 and kept.lot is not None
        assert TriageDecision.objects.filter(episode_id=her.episode_id).count() == 1  # decides nothing
    with identity.acting(other):
        page = level_readings.page(reading_id=reading.id, by=other, at=NOW)
    assert page.first_level is Level.TARGETED and page.first_reasons == "Hers, as she said it."


def blind(cast, level=Level.TARGETED, **judged):
    """A level that was drawn: (her, its triage, the reading, its reader as sign-in finds her now)."""
    Setting.objects.filter(key="triage.drawn_of_a_hundred").update(
        value={str(each.value): 100 for each in Level}
    )
    her, other = made.agreed(cast), second_coordinator(cast)
    triage_id = decided(cast, her, level, **judged)
    reading = reading_of(triage_id, Why.DRAWN)
    assert reading.reader_id == other.account_id and reading.first_level is None
    return her, triage_id, reading, identity.refreshed(other)


def sees(by, model, **which) -> tuple[bool, bool]:
    """Whether `by` finds the row by the Python wall alone, and by row security alone."""
    with identity.clerk():  # of whom row security asks nothing here
        first = model.objects.filter(walls.filter_for(by, READ, walls.resource_of(model)), **which)
        python = first.exists()
        row = model.objects.filter(**which).first()
        facts = None if row is None else walls.facts_of(row)
    assert facts is None or bool(policy.may(by, READ, walls.resource_of(model), facts)) is python
    with identity.acting(by), walls.python_wall_down():
        return python, model.objects.filter(**which).exists()


def test_whoever_reads_blind_sees_what_was_decided_by_neither_wall_until_it_is_in(cast):
    her, triage_id, reading, other = blind(cast)
    assert other.blind_to == {triage_id, her.client_id}
    told = {"client_id": her.client_id, "kind": "triaged"}
    assert sees(other, TriageDecision, id=triage_id) == (False, False)
    assert sees(other, JourneyEvent, **told) == (False, False)
    assert sees(other, TriageReading, id=reading.id) == (True, True)  # without the level: she is to read it
    assert sees(other, Episode, id=her.episode_id) == (True, True)  # her work with a woman goes on
    assert sees(identity.refreshed(cast.coordinator), TriageDecision, id=triage_id) == (True, True)
    with identity.acting(other):
        words = [one.title for one in story.told(client_id=her.client_id, by=other).happenings]
        assert words and not any("evel" in one for one in words)
        assert her_page.banner(client_id=her.client_id, by=other, at=NOW).level is None
        assert triage.page(triage_id=triage_id, by=other, at=NOW) is None
        episode = Episode.objects.get(id=her.episode_id)
        assert referring.triage_status(episode, other) is not None  # she can still be referred
    assert read(reading, Level.TARGETED, other, knew=False)
    assert reading_of(triage_id, Why.DRAWN).first_level == Level.TARGETED.value
    now = identity.refreshed(other)
    assert not now.blind_to
    assert sees(now, TriageDecision, id=triage_id) == (True, True)
    assert sees(now, JourneyEvent, **told) == (True, True)


def test_work_that_coordinators_share_does_not_tell_a_blind_reader_of_level_4(cast):
    Setting.objects.filter(key="triage.drawn_of_a_hundred").update(value={"4": 100})
    her = made.agreed(cast)
    hub = Organisation.objects.get(id=cast.coordinator.organisation_id)
    two = [second_coordinator(cast), people.appoint("Orla Fourth", Role.COORDINATOR, hub)]
    triage_id = decided(cast, her, Level.URGENT_SAFETY, immediate_safety=ImmediateSafety.YES)
    drawn = reading_of(triage_id, Why.DRAWN).reader_id
    other = identity.refreshed(next(one for one in two if one.account_id == drawn))
    assert level_readings.pass_on(at=NOW + timedelta(hours=4)) == 1
    late = {"object_id": reading_of(triage_id, Why.URGENT).id, "role": Role.COORDINATOR.value}
    assert sees(other, Task, **late) == (False, False)
    assert sees(identity.refreshed(cast.coordinator), Task, **late) == (True, True)


def test_a_blind_reading_is_set_aside_by_its_reader_alone_when_she_needs_the_record(cast):
    _, triage_id, reading, other = blind(cast)
    with identity.acting(cast.coordinator) as by:
        assert not level_readings.set_aside(reading_id=reading.id, by=by, at=NOW)
    with identity.acting(other):
        assert level_readings.set_aside(reading_id=reading.id, by=other, at=NOW)
        assert not level_readings.set_aside(reading_id=reading.id, by=other, at=NOW)
        assert not Task.objects.filter(object_id=reading.id, done_at=None).exists()
    now = identity.refreshed(other)
    assert sees(now, TriageDecision, id=triage_id) == (True, True)
    assert not read(reading, Level.TARGETED, now, knew=False)  # it is over


def test_a_blind_reading_that_nobody_did_hides_nothing_for_ever(cast):
    _, triage_id, reading, other = blind(cast)
    late = reading.due_at + timedelta(weeks=4)
    assert level_readings.give_to_others(at=late) == 0
    assert level_readings.give_to_others(at=late + timedelta(minutes=1)) == 1
    assert reading_of(triage_id, Why.DRAWN).status == Status.SET_ASIDE.value
    assert sees(identity.refreshed(other), TriageDecision, id=triage_id) == (True, True)


def test_a_blind_reading_of_somebody_who_left_goes_to_another_who_did_not_decide(cast):
    _, _, reading, other = blind(cast)
    assert level_readings.give_to_others(at=NOW) == 0
    Appointment.objects.filter(account_id=other.account_id).update(until_at=NOW)
    assert level_readings.give_to_others(at=NOW) == 1
    assert level_readings.give_to_others(at=NOW) == 0
    with identity.clerk():
        now = TriageReading.objects.get(id=reading.id)
        tasks_now = set(Task.objects.filter(object_id=reading.id, done_at=None).values_list("account_id"))
    assert now.reader_id not in (other.account_id, cast.coordinator.account_id)
    assert tasks_now == {(now.reader_id,)}


def test_nobody_reads_blind_what_she_is_asked_to_read_knowing_it(cast):
    """With two coordinators the second reads a level 0 knowing it: the chair is given the blind one."""
    Setting.objects.filter(key="triage.drawn_of_a_hundred").update(value={"0": 100})
    her, other = made.agreed(cast), second_coordinator(cast)
    triage_id = decided(cast, her, Level.ADVICE)
    assert reading_of(triage_id, Why.EXIT).reader_id == other.account_id
    drawn = reading_of(triage_id, Why.DRAWN)
    assert drawn is None or drawn.reader_id not in (other.account_id, cast.coordinator.account_id)
    assert sees(identity.refreshed(other), TriageDecision, id=triage_id) == (True, True)


def test_who_reads_blind_is_not_asked_for_the_other_look_and_does_not_see_it(cast):
    _, triage_id, _, other = blind(cast)
    with identity.acting(cast.worker):
        assert level_readings.ask(triage_id=triage_id, her_words="No.", by=cast.worker, at=NOW)
    asked = reading_of(triage_id, Why.ASKED)
    assert asked.reader_id != other.account_id
    assert sees(identity.refreshed(other), TriageReading, id=asked.id) == (False, False)


# --- she ---------------------------------------------------------------------------------------------------


def test_she_is_told_why_and_can_ask_for_another_look_by_somebody_else(cast):
    her, other = made.agreed(cast), second_coordinator(cast)
    triage_id = decided(cast, her, Level.TARGETED)
    with identity.acting(cast.worker):
        _, sections = triage.letter(triage_id=triage_id, by=cast.worker, at=NOW)
        assert ("Why", ("Hers, as she said it.",)) in sections
        assert triage.told(
            triage_id=triage_id,
            how=telling.How.IN_PERSON,
            words="She asked how long.",
            by=cast.worker,
            at=NOW,
        )
        asked = level_readings.ask(triage_id=triage_id, her_words="No.", by=cast.worker, at=NOW)
        assert asked
        assert not level_readings.ask(triage_id=triage_id, her_words="", by=cast.worker, at=NOW)
    reading = reading_of(triage_id, Why.ASKED)
    with identity.clerk():
        task = Task.objects.get(kind="level_reading", object_id=reading.id)
        assert task.due_at is not None and task.account_id == other.account_id
    assert "somebody else" in read(reading, Level.TARGETED, cast.coordinator).reason
    assert read(reading, Level.INTENSIVE, other)
    with identity.clerk():
        fresh = TriageDecision.objects.get(episode_id=her.episode_id, status="awaiting")
    assert fresh.asked_of_id == other.account_id


# --- the own view ----------------------------------------------------------------------------------------


def test_the_suggestion_waits_for_an_own_view_where_the_programme_says_so(cast):
    with identity.acting(cast.administrator):
        choices = replace(triage_choices.choices(), is_hidden=True)
        assert triage_choices.choose(wanted=choices, by=cast.administrator, at=NOW)
    with identity.acting(cast.coordinator):
        assert not triage_choices.choose(wanted=choices, by=cast.coordinator, at=NOW)
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    by = cast.coordinator
    with identity.acting(by):
        page = triage.page(triage_id=triage_id, by=by, at=NOW)
        assert page.is_hidden and page.suggestion is None and page.suggested is None and not page.nearby
        line = triage.listed(tab="waiting", by=by, at=NOW).lines[0]
        assert line.is_hidden
        refused = triage.decide(
            triage_id=triage_id, level=Level.TARGETED, reasons="As she said it.", by=by, at=NOW
        )
        assert "own view" in refused.reason
        assert triage.view(triage_id=triage_id, level=Level.UNIVERSAL, words="", by=by, at=NOW)
        assert not triage.view(triage_id=triage_id, level=Level.TARGETED, words="", by=by, at=NOW)
        page = triage.page(triage_id=triage_id, by=by, at=NOW)
        assert not page.is_hidden and page.suggestion is not None and page.own_level is Level.UNIVERSAL
        assert triage.decide(
            triage_id=triage_id, level=Level.TARGETED, reasons="As she said it.", by=by, at=NOW
        )
    with identity.clerk():
        kept = TriageDecision.objects.get(id=triage_id)
    assert (kept.own_level, kept.was_hidden) == (1, True)


# --- the policy ------------------------------------------------------------------------------------------


def draft(cast):
    with identity.acting(cast.coordinator):
        said = triage_policy.draft(by=cast.coordinator, at=NOW)
        assert said, said.reason
    return said.id


def changed(cast, key, *, drop=False, level="3"):
    now = triage_policy.in_force(NOW)
    rules = tuple(replace(rule, level=level) if rule.id == "N6" else rule for rule in now.rules)
    wanted = replace(now, version="2026.9", rules=rules[:-1] if drop else rules)
    with identity.acting(cast.coordinator):
        return triage_policy.change(
            version_id=key, wanted=wanted, note="", seen_at=None, by=cast.coordinator, at=NOW
        )


def proposed(cast, key, day=None):
    with identity.acting(cast.coordinator):
        return triage_policy.propose(version_id=key, starts_on=day or NOW.date(), by=cast.coordinator, at=NOW)


def approved(by, key, at=NOW):
    with identity.acting(by):
        return triage_policy.approve(version_id=key, by=by, at=at)


def test_two_people_put_a_version_into_force_and_the_one_before_ends(cast):
    key = draft(cast)
    assert "the same" in proposed(cast, key).reason
    assert changed(cast, key)
    assert proposed(cast, key)
    assert "somebody else" in approved(cast.coordinator, key).reason
    assert approved(cast.governance, key)
    assert triage_policy.in_force(NOW).version == "2026.9"
    rows = {row.version: row for row in TriagePolicy.objects.all()}
    assert rows["2026.1"].status == Version.SUPERSEDED.value and rows["2026.1"].until_at == NOW
    with identity.acting(cast.coordinator):
        page = triage_policy.page(version_id=key, by=cast.coordinator, at=NOW)
    assert [(one.row, one.before, one.after) for one in page.differences] == [("Rule N6", "2", "3")]


def test_what_is_not_proved_goes_no_further(cast):
    key = draft(cast)
    assert changed(cast, key, drop=True)
    said = proposed(cast, key)
    assert not said and "No rule takes" in said.reason
    assert TriagePolicy.objects.get(id=key).status == Version.DRAFT.value


def test_a_change_after_approval_makes_it_a_draft_again(cast):
    key = draft(cast)
    changed(cast, key)
    proposed(cast, key, NOW.date() + timedelta(days=7))
    assert approved(cast.governance, key)
    assert TriagePolicy.objects.get(id=key).status == Version.APPROVED.value
    assert changed(cast, key, level="1")
    row = TriagePolicy.objects.get(id=key)
    assert row.status == Version.DRAFT.value and row.approved_by_id is None and row.proposed_by_id is None
    assert triage_policy.come_into_force(at=NOW + timedelta(days=8)) == 0


def test_it_comes_into_force_on_its_day_unless_it_is_no_longer_what_was_approved(cast):
    key = draft(cast)
    changed(cast, key)
    proposed(cast, key, NOW.date() + timedelta(days=7))
    approved(cast.governance, key)
    assert triage_policy.come_into_force(at=NOW + timedelta(days=6)) == 0
    body = TriagePolicy.objects.get(id=key).body
    TriagePolicy.objects.filter(id=key).update(body={**body, "name": "Quietly another"})
    assert triage_policy.come_into_force(at=NOW + timedelta(days=7)) == 0
    TriagePolicy.objects.filter(id=key).update(body=body)
    assert triage_policy.come_into_force(at=NOW + timedelta(days=7)) == 1
    assert triage_policy.in_force(NOW + timedelta(days=7)).version == "2026.9"
    assert triage_policy.in_force(NOW - timedelta(days=1)).version == "2026.1"  # as it was then


def test_a_later_change_of_a_colleague_is_not_written_over(cast):
    key = draft(cast)
    now = triage_policy.in_force(NOW)
    with identity.acting(cast.coordinator):
        said = triage_policy.change(
            version_id=key,
            wanted=replace(now, version="9"),
            note="",
            seen_at=NOW - timedelta(hours=1),
            by=cast.coordinator,
            at=NOW,
        )
    assert not said and "while you were writing" in said.reason


def test_the_database_refuses_one_person_in_both_places():
    person = uuid.uuid4()
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        TriagePolicy.objects.create(
            name="x", version="1", body={}, status="approved", approved_mark="x",
            proposed_at=NOW, proposed_by_id=person, approved_at=NOW, approved_by_id=person,
        )  # fmt: skip


def test_a_policy_that_asks_what_is_not_recorded_can_never_be_put_forward(cast):
    key = draft(cast)
    now = triage_policy.in_force(NOW)
    wanted = replace(
        now,
        version="2026.9",
        inputs=(*now.inputs, Input("shoe_size", ("small", "large"))),
        rules=(*now.rules,),
    )
    with identity.acting(cast.coordinator):
        assert triage_policy.change(
            version_id=key, wanted=wanted, note="", seen_at=None, by=cast.coordinator, at=NOW
        )
    assert "not recorded" in proposed(cast, key).reason


def test_named_facts_of_the_ladder_can_be_asked(cast):
    key = draft(cast)
    now = triage_policy.in_force(NOW)
    open_needs = facts.BY_NAME["open_needs"].input
    rules = [rule for rule in now.rules if rule.id != "N8"]
    n8 = next(rule for rule in now.rules if rule.id == "N8")
    rules += [
        Rule("N8a", {**n8.when, "open_needs": "<=6"}, "3", "Some open needs."),
        Rule("N8b", {**n8.when, "open_needs": ">6"}, "4", "Very many open needs."),
    ]
    wanted = replace(now, version="2026.9", inputs=(*now.inputs, open_needs), rules=tuple(rules))
    with identity.acting(cast.coordinator):
        triage_policy.change(
            version_id=key, wanted=wanted, note="", seen_at=None, by=cast.coordinator, at=NOW
        )
    assert proposed(cast, key)
    assert approved(cast.governance, key)
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her, need=Need.HIGH, exploitation=Exploitation.HIGH)
    with identity.acting(cast.coordinator):
        page = triage.page(triage_id=triage_id, by=cast.coordinator, at=NOW)
    assert page.suggestion is not None and page.suggested in (Level.INTENSIVE, Level.URGENT_SAFETY)
    answers = {question.name: question.answer for question in page.questions}
    assert set(answers) == {"need", "exploitation", "immediate_safety", "open_needs"}


def test_drafts_are_for_those_who_make_them(cast):
    key = draft(cast)
    with identity.acting(cast.officer):
        assert triage_policy.page(version_id=key, by=cast.officer, at=NOW) is None
        assert not triage_policy.draft(by=cast.officer, at=NOW)
    with identity.acting(cast.evaluator):
        page = triage_policy.page(version_id=key, by=cast.evaluator, at=NOW)
        assert page is not None and page.moves == ()
        assert Action.APPROVE in page.why_not


def test_whoever_is_asked_finds_it_among_her_tasks(cast):
    """Where there is one coordinator the chair reads: she is no worker of hers, and finds the task."""
    her = made.agreed(cast)
    triage_id = decided(cast, her, Level.ADVICE)
    reading = reading_of(triage_id, Why.EXIT)
    assert reading.reader_id == cast.chair.account_id
    with identity.acting(cast.chair):
        assert [one.object_id for one in tasks.waiting(by=cast.chair)] == [reading.id]
    key = draft(cast)
    changed(cast, key)
    proposed(cast, key)
    for second in (cast.governance, cast.chair):
        with identity.acting(second):
            assert key in [one.object_id for one in tasks.waiting(by=second)]


def test_an_erased_woman_leaves_no_word_in_what_was_read(cast):
    her, other = made.agreed(cast), second_coordinator(cast)
    triage_id = decided(cast, her, Level.ADVICE)
    read(reading_of(triage_id, Why.EXIT), Level.ADVICE, other)
    with identity.clerk():
        assert "Hers, as" in str(TriageReading.objects.get(triage_id=triage_id).shown)
    subject = emptying.Subject(
        organisation_id=cast.coordinator.organisation_id, client_id=her.client_id, referral_in_id=None
    )
    with transaction.atomic(), identity.acting(cast.governance):
        emptying.empty(subject, by=cast.governance, at=NOW)
    with identity.clerk():
        kept = TriageReading.objects.get(triage_id=triage_id)
        assert kept.level is None and kept.first_level is None
        assert "Hers, as" not in str(kept.shown) and "I read it." not in str(kept.because)
