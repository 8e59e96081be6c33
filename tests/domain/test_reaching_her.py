"""Reaching her: nothing goes out but by her plan, and everything stops when she says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.domain.identification import consideration
from pathways.domain.reach import agreement, approach, plan, police_view, reaching, stop
from pathways.domain.terms.contact import Channel, Purpose, Weekday, Window

CONFIRMED_AT = datetime(2026, 11, 2, 12, tzinfo=UTC)
TUESDAY_11 = datetime(2026, 11, 24, 11, tzinfo=UTC)
TUESDAY_MORNING = Window(Weekday.TUESDAY, time(10), time(12))

PLAN = plan.Facts(
    plan.Status.CONFIRMED,
    CONFIRMED_AT,
    channels=frozenset({Channel.TEXT}),
    windows=(TUESDAY_MORNING,),
    say="from the library",
)
HER = reaching.Facts(PLAN, has_agreed=True)


def text(
    facts: reaching.Facts = HER,
    *,
    at: datetime = TUESDAY_11,
    channel: Channel = Channel.TEXT,
    purpose: Purpose = Purpose.APPOINTMENT,
):  # type: ignore[no-untyped-def]
    return reaching.may_reach(facts, channel=channel, at=at, purpose=purpose)


def with_plan(**changes: object) -> reaching.Facts:
    return replace(HER, plan=replace(PLAN, **changes))  # type: ignore[arg-type]


def test_she_is_texted_on_tuesday_morning_as_she_asked() -> None:
    assert text()


@pytest.mark.parametrize("hour,allowed", [(9, False), (10, True), (11, True), (12, False), (23, False)])
def test_only_inside_her_hours(hour: int, allowed: bool) -> None:
    assert bool(text(at=TUESDAY_11.replace(hour=hour))) == allowed


def test_only_on_her_day() -> None:
    answer = text(at=TUESDAY_11 + timedelta(days=1))
    assert not answer
    assert answer.reason == "Not at this time: only Tuesday 10 to 12."


def test_her_hours_are_read_on_a_london_clock_in_summer() -> None:
    summer = with_plan(trusted_from=datetime(2026, 7, 1, tzinfo=UTC))
    half_past_nine_utc = datetime(2026, 7, 7, 9, 30, tzinfo=UTC)
    assert text(summer, at=half_past_nine_utc), "half past ten on her clock"
    assert not text(summer, at=half_past_nine_utc + timedelta(hours=2))


@pytest.mark.parametrize("channel", [one for one in Channel if one is not Channel.TEXT])
def test_only_by_a_channel_in_her_plan(channel: Channel) -> None:
    assert not text(channel=channel)


def test_a_letter_has_no_hour_but_needs_to_be_in_her_plan() -> None:
    letters = with_plan(channels=frozenset({Channel.LETTER}))
    assert text(letters, channel=Channel.LETTER, at=TUESDAY_11 + timedelta(days=2))
    assert not text(HER, channel=Channel.LETTER)


def test_no_time_agreed_is_not_any_time() -> None:
    assert not text(with_plan(windows=()))
    assert text(with_plan(windows=(), is_any_time=True))


def test_without_a_plan_nobody_reaches_her() -> None:
    assert not text(replace(HER, plan=None))
    assert not text(with_plan(status=plan.Status.REPLACED))


def test_not_safe_is_not_safe_for_any_purpose() -> None:
    for channel, purpose in product(Channel, Purpose):
        assert not text(with_plan(status=plan.Status.NOT_SAFE), channel=channel, purpose=purpose)


def test_a_provisional_plan_is_for_the_first_approach_only() -> None:
    provisional = replace(with_plan(status=plan.Status.PROVISIONAL), has_agreed=False)
    for purpose in Purpose:
        assert bool(text(provisional, purpose=purpose)) == (purpose is Purpose.APPROACH)


def test_before_she_agrees_she_is_only_offered_support_or_kept_safe() -> None:
    before = replace(HER, has_agreed=False)
    allowed = {purpose for purpose in Purpose if text(before, purpose=purpose)}
    assert allowed == {Purpose.APPROACH, Purpose.SAFETY}


def test_nobody_is_reached_before_the_door_has_confirmed_her() -> None:
    assert not text(replace(HER, is_confirmed=False))


@given(
    kind=st.sampled_from(stop.Kind),
    channel=st.sampled_from(Channel),
    purpose=st.sampled_from(Purpose),
    hours=st.integers(0, 24 * 60),
)
def test_after_a_stop_nothing_at_all_reaches_her(
    kind: stop.Kind, channel: Channel, purpose: Purpose, hours: int
) -> None:
    everything_else_allows = replace(
        with_plan(channels=frozenset(Channel), windows=(), is_any_time=True), stop=kind
    )
    at = CONFIRMED_AT + timedelta(hours=hours)
    assert not text(everything_else_allows, channel=channel, purpose=purpose, at=at)


# --- lapsing


def test_a_plan_lapses_after_eight_weeks_to_the_minute() -> None:
    eight_weeks = CONFIRMED_AT + timedelta(weeks=8)
    assert not plan.has_lapsed(PLAN, at=eight_weeks - timedelta(minutes=1))
    assert plan.has_lapsed(PLAN, at=eight_weeks)


def test_a_plan_lapses_sooner_when_set_so() -> None:
    assert plan.has_lapsed(replace(PLAN, lapses_after_weeks=2), at=CONFIRMED_AT + timedelta(weeks=2))


@pytest.mark.parametrize("change", plan.Change)
def test_a_change_in_her_life_lapses_the_plan_at_once(change: plan.Change) -> None:
    changed = with_plan(changes=frozenset({change}))
    answer = text(changed)
    assert not answer
    assert "lapsed" in answer.reason
    assert change.label in answer.reason


def test_a_plan_that_is_not_safe_or_replaced_is_not_called_lapsed() -> None:
    for status in (plan.Status.NOT_SAFE, plan.Status.REPLACED):
        assert not plan.has_lapsed(replace(PLAN, status=status), at=CONFIRMED_AT + timedelta(weeks=99))


def test_what_has_lapsed_blocks_until_confirmed_again() -> None:
    late = TUESDAY_11 + timedelta(weeks=8)
    assert not text(at=late)
    assert text(with_plan(trusted_from=late - timedelta(days=1)), at=late)
    assert not text(with_plan(status=plan.Status.LAPSED))


# --- the words


def test_the_plan_in_one_line() -> None:
    assert plan.line(PLAN) == "Text only, Tuesday 10 to 12, say you are from the library"


def test_the_line_says_who_must_not_know() -> None:
    facts = replace(
        PLAN, channels=frozenset({Channel.TEXT, Channel.CALL}), must_not_know=("her partner",), say=""
    )
    assert plan.line(facts) == "Text or call, Tuesday 10 to 12, must not know: her partner"


def test_the_line_never_reads_as_leave_when_there_is_none() -> None:
    assert plan.line(replace(PLAN, status=plan.Status.NOT_SAFE)) == "Not safe to contact"
    assert plan.line(replace(PLAN, windows=(), is_any_time=True, say="")) == "Text only, at any time"
    assert "no time agreed" in plan.line(replace(PLAN, windows=()))
    assert plan.line(plan.Facts(plan.Status.PROVISIONAL, CONFIRMED_AT)) == "No way to reach her agreed"


def test_where_someone_must_not_know_no_telling_word_goes_out() -> None:
    assert not reaching.may_say("The Police asked us to call", must_not_know=True)
    assert not reaching.may_say("Hello from Pathways", must_not_know=True, also=("Pathways",))
    assert reaching.may_say("Your book is ready on Tuesday at 10", must_not_know=True)
    assert reaching.may_say("The courtyard is open", must_not_know=True), "whole words only"
    assert reaching.may_say("The police asked us to call", must_not_know=False)


def test_a_message_passes_only_if_she_may_be_reached_and_its_words_are_neutral() -> None:
    def send(facts: reaching.Facts, words: str) -> bool:
        return bool(
            reaching.may_send(
                facts, channel=Channel.TEXT, at=TUESDAY_11, purpose=Purpose.APPOINTMENT, text=words
            )
        )

    watched = with_plan(must_not_know=("her partner",))
    assert send(HER, "See you at the court at 10")
    assert not send(watched, "See you at the court at 10")
    assert send(watched, "See you at 10")
    assert not send(replace(watched, stop=stop.Kind.PAUSE), "See you at 10")


def test_a_plan_comes_back_from_its_sealed_field_as_it_went() -> None:
    full = replace(
        PLAN, must_not_know=("her partner",), changes=frozenset({plan.Change.ADDRESS}), lapses_after_weeks=4
    )
    assert plan.read(full.status, full.trusted_from, json.loads(json.dumps(plan.details(full)))) == full


def test_what_is_absent_from_a_kept_plan_is_read_as_no_channel_and_no_time() -> None:
    empty = plan.read(plan.Status.CONFIRMED, CONFIRMED_AT, {})
    assert not empty.channels
    assert not empty.is_any_time
    assert empty.lapses_after_weeks == plan.LAPSES_AFTER_WEEKS


@pytest.mark.parametrize(
    "kept",
    [{"channels": ["pigeon"]}, {"channels": "text"}, {"windows": [{"day": 1}]}, {"windows": ["Tuesday"]}],
)
def test_what_is_no_plan_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        plan.read(plan.Status.CONFIRMED, CONFIRMED_AT, kept)


# --- the approach


def test_nobody_is_given_up_on_after_one_unanswered_call() -> None:
    assert not approach.may_give_up(approach.Facts(attempts=2))
    assert approach.may_give_up(approach.Facts(attempts=3))
    assert approach.may_give_up(approach.Facts(attempts=2, least_attempts=2))


def test_no_attempt_without_a_plan_that_can_be_trusted_or_after_a_stop() -> None:
    assert approach.may_attempt(approach.Facts())
    assert not approach.may_attempt(approach.Facts(has_safe_plan=False))
    assert not approach.may_attempt(approach.Facts(is_stopped=True))


AGREED = agreement.ParticipationAgreement(
    has_agreed=True,
    are_limits_explained=True,
    is_stopping_explained=True,
    interpreter=agreement.Interpreter.NOT_NEEDED,
    condition=agreement.Condition.NONE,
)


def test_her_agreement_stands_when_everything_was_explained() -> None:
    assert agreement.complete(AGREED)


@pytest.mark.parametrize(
    "missing",
    [
        {"has_agreed": False},
        {"are_limits_explained": False},
        {"is_stopping_explained": False},
        {"interpreter": None},
        {"interpreter": agreement.Interpreter.NEEDED_NOT_FOUND},
        {"condition": None},
    ],
)
def test_her_agreement_does_not_stand_without(missing: dict[str, object]) -> None:
    answer = agreement.complete(replace(AGREED, **missing))  # type: ignore[arg-type]
    assert not answer
    assert answer.reason


def test_a_condition_names_exactly_what_crosses_and_free_choice_returns_nothing() -> None:
    imposed = replace(AGREED, condition=agreement.Condition.CONDITIONAL_CAUTION)
    kept = agreement.ReturnField.APPOINTMENTS_KEPT
    assert not agreement.complete(imposed)
    assert not agreement.complete(replace(AGREED, returns=frozenset({kept})))
    named = replace(imposed, returns=frozenset({kept}))
    assert agreement.complete(named)
    crossing = {item for item in agreement.ReturnField if agreement.may_return(named, item)}
    assert crossing == {kept}
    assert not any(agreement.may_return(AGREED, item) for item in agreement.ReturnField)
    assert not agreement.may_return(imposed, kept), "nothing crosses on an agreement that does not stand"


# --- stopping


@pytest.mark.parametrize("has_agreed", [True, False])
@pytest.mark.parametrize("has_open_episode", [True, False])
def test_she_can_stop_at_every_stage_in_one_step(has_agreed: bool, has_open_episode: bool) -> None:
    around = stop.Surroundings(has_agreed, has_open_episode)
    final = stop.Kind.WITHDRAW if has_agreed else stop.Kind.DECLINE
    assert set(stop.kinds_open(around)) == {stop.Kind.PAUSE, final}
    assert stop.may_stop(final, around)
    assert stop.may_stop(stop.Kind.PAUSE, around)


def test_a_pause_can_become_a_stop_for_good_and_nothing_is_stopped_twice() -> None:
    paused = stop.Surroundings(True, True, in_force=stop.Kind.PAUSE)
    assert stop.kinds_open(paused) == (stop.Kind.WITHDRAW,)
    assert not stop.kinds_open(stop.Surroundings(True, True, in_force=stop.Kind.WITHDRAW))
    assert not stop.may_stop(stop.Kind.PAUSE, paused)


def test_she_declines_before_and_withdraws_after_taking_part() -> None:
    assert "decline instead" in stop.may_stop(stop.Kind.WITHDRAW, stop.Surroundings(False, True)).reason
    assert "withdraw instead" in stop.may_stop(stop.Kind.DECLINE, stop.Surroundings(True, True)).reason


@pytest.mark.parametrize("kind", stop.Kind)
def test_every_provider_involved_is_told_once_whatever_the_stop(kind: stop.Kind) -> None:
    around = stop.Surroundings(True, True, ("north", "south", "north"))
    after = stop.what_follows(kind, around)
    assert after.is_contact_stopped
    assert after.tell == ("north", "south")
    assert after.closes_episode == (kind is not stop.Kind.PAUSE)
    assert after.pauses_episode == (kind is stop.Kind.PAUSE)
    assert after.withdraws_referrals == after.ends_follow_up == after.closes_episode


def test_a_pause_ends_only_at_her_wish_and_a_withdrawal_never() -> None:
    assert not stop.may_lift(stop.Facts(stop.Kind.PAUSE))
    assert stop.may_lift(stop.Facts(stop.Kind.PAUSE, has_she_asked_to_start=True))
    assert not stop.may_lift(stop.Facts(stop.Kind.WITHDRAW, has_she_asked_to_start=True))


# --- what police may see


@pytest.mark.parametrize("status", consideration.Status)
@pytest.mark.parametrize("open_episode", [True, False])
def test_police_see_three_words_and_never_why(status: consideration.Status, open_episode: bool) -> None:
    seen = police_view.police_see(police_view.SightFacts(status, open_episode))
    waiting = {
        consideration.Status.FLAGGED,
        consideration.Status.UNDER_REVIEW,
        consideration.Status.DEFERRED,
        consideration.Status.SAFEGUARDING_FIRST,
    }
    if status in waiting:
        assert seen is police_view.PoliceView.RECEIVED
    elif status is consideration.Status.CONFIRMED and open_episode:
        assert seen is police_view.PoliceView.WITH_THE_PROGRAMME
    else:
        assert seen is police_view.PoliceView.CLOSED


def test_what_police_see_is_made_of_nothing_that_tells_declined_from_completed() -> None:
    assert set(police_view.SightFacts.__dataclass_fields__) == {"screening", "has_open_episode"}
