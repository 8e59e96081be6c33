"""From assessment to follow-up: nobody is referred, closed or followed up but by the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pathways.domain.outcomes import followup, progress
from pathways.domain.referral import reasons as referral_reasons
from pathways.domain.referral import referral, sharing
from pathways.domain.support import closure, contact, engagement, episode, goal, lead, path, review
from pathways.domain.support.reasons import Absence, EndReason, NotHeld
from pathways.domain.terms.clocks import WorkingTime
from pathways.domain.terms.contact import Attendance, ContactMode
from pathways.domain.terms.needs import Domain, Rung, Unrated, open_needs
from pathways.domain.terms.people import Role, Sector
from pathways.domain.triage import assessment, mechanisms, triage
from pathways.domain.triage.levels import Level

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
F = sharing.ShareField
LEAST = frozenset({F.NAME, F.SAFE_CONTACT})

READY = referral.Facts(
    has_agreed=True,
    triage=triage.Status.DECIDED,
    is_organisation_live=True,
    is_service_open=True,
    pack=sharing.PackFacts(LEAST | {F.NEEDS}, LEAST | {F.NEEDS, F.GOALS}, Sector.THIRD_SECTOR),
)


# --- the assessment


def test_no_woman_is_assessed_without_her_agreement_or_after_a_stop() -> None:
    assert assessment.may_assess(assessment.Facts(has_agreed=True))
    assert not assessment.may_assess(assessment.Facts(has_agreed=False))
    assert not assessment.may_assess(assessment.Facts(has_agreed=True, is_stopped=True))


def test_an_assessment_has_thought_of_every_part_of_her_life() -> None:
    ladder: dict[Domain, Rung | Unrated] = dict.fromkeys(Domain, Unrated.PREFER_NOT_TO_SAY)
    done = assessment.Facts(has_agreed=True, ladder=ladder, summary="She wants a home of her own.")
    assert assessment.may_complete(done), "not saying is an answer"
    assert not assessment.may_complete(replace(done, summary=" "))
    del ladder[Domain.HOUSING]
    assert "housing" in assessment.may_complete(replace(done, ladder=ladder)).reason


def test_an_assessment_may_be_complete_with_a_judgement_still_missing() -> None:
    facts = assessment.Facts(
        has_agreed=True, ladder=dict.fromkeys(Domain, Rung.SETTLED), summary="Said", need=assessment.Need.LOW
    )
    assert assessment.may_complete(facts)
    assert facts.judgements == {"need": "low", "exploitation": None, "immediate_safety": None}


def test_a_protection_nobody_has_thought_of_is_named() -> None:
    standing = dict.fromkeys(mechanisms.Mechanism, mechanisms.Standing.NOT_NEEDED)
    assert mechanisms.unconsidered(standing) == ()
    del standing[mechanisms.Mechanism.NRM]
    assert mechanisms.unconsidered(standing) == (mechanisms.Mechanism.NRM,)


def test_open_needs_are_named_hardest_first_and_silence_is_not_one() -> None:
    ladder = {Domain.MONEY: Rung.STRUGGLING, Domain.SAFETY: Rung.SETTLED, Domain.HOUSING: Rung.CRISIS}
    assert open_needs(ladder) == (Domain.HOUSING, Domain.MONEY)


# --- the referral


def test_a_referral_goes_when_everything_is_in_order() -> None:
    assert referral.may_send(READY)


def test_no_woman_is_referred_without_her_agreement() -> None:
    assert referral.may_send(replace(READY, has_agreed=False)).reason == "She has not agreed to take part."


def test_no_woman_is_referred_or_taken_on_after_a_stop() -> None:
    stopped = replace(READY, is_stopped=True)
    assert not referral.may_send(stopped)
    assert not referral.may_take_on(stopped)


@pytest.mark.parametrize("status", [None, *triage.Status])
def test_no_woman_is_referred_before_a_person_has_decided_her_level(status: triage.Status | None) -> None:
    decided = status in (triage.Status.DECIDED, triage.Status.OVERRIDDEN)
    assert bool(referral.may_send(replace(READY, triage=status))) == decided


def test_no_woman_is_referred_to_a_service_that_is_closed_or_has_left() -> None:
    assert not referral.may_send(replace(READY, is_service_open=False))
    assert not referral.may_send(replace(READY, is_organisation_live=False))
    assert not referral.may_send(replace(READY, pack=None))


def pack(
    *chosen: sharing.ShareField, agreed: object = None, sector: Sector = Sector.THIRD_SECTOR
) -> sharing.PackFacts:
    return sharing.PackFacts(
        LEAST | set(chosen), frozenset(F) if agreed is None else frozenset(agreed), sector
    )  # type: ignore[call-overload]


def test_nothing_is_shared_that_she_did_not_agree_to() -> None:
    answer = sharing.may_share(pack(F.HEALTH, F.GOALS, agreed=LEAST | {F.GOALS}))
    assert answer.reason == f"She has not agreed to share: {F.HEALTH.label.lower()}."


@pytest.mark.parametrize("item", F)
def test_a_private_company_works_to_a_minimum_even_where_she_agreed(item: sharing.ShareField) -> None:
    never = {F.ADDRESS, F.ASSESSMENT_SUMMARY, F.HEALTH, F.SAFETY_PLAN}
    assert bool(sharing.may_share(pack(item, sector=Sector.PRIVATE))) == (item not in never)
    assert (item in sharing.shareable_with(Sector.PRIVATE)) == (item not in never)


def test_a_referral_is_never_made_to_police_nor_without_a_safe_way_to_reach_her() -> None:
    assert not sharing.may_share(pack(sector=Sector.POLICE))
    assert not sharing.may_share(sharing.PackFacts(frozenset({F.NAME}), frozenset(F), Sector.HEALTH))


def test_once_support_has_begun_a_referral_is_not_taken_back() -> None:
    assert referral.may_take_back(READY)
    assert not referral.may_take_back(replace(READY, has_started=True))


def test_a_referral_expires_only_when_the_service_had_its_time() -> None:
    assert not referral.may_expire(READY)
    assert referral.may_expire(replace(READY, is_overdue=True))


def test_the_clock_of_a_referral_follows_her_level() -> None:
    working = WorkingTime(frozenset({date(2026, 11, 24)}))
    due = {
        level: referral.answer_due(level, sent_at=NOW, working=working).date().isoformat() for level in Level
    }
    assert due == {
        Level.ADVICE: "2026-12-08",
        Level.UNIVERSAL: "2026-12-08",
        Level.TARGETED: "2026-12-01",
        Level.INTENSIVE: "2026-11-26",
        Level.URGENT_SAFETY: "2026-11-24",  # midnight at the end of the same day
    }
    assert referral.first_contact_due(
        Level.URGENT_SAFETY, accepted_at=NOW, working=working
    ) - NOW < timedelta(hours=10)


def test_every_reason_to_decline_or_to_end_has_its_group() -> None:
    assert {reason.group for reason in referral_reasons.DeclineReason} == set(referral_reasons.DeclineGroup)
    assert all(reason.group for reason in EndReason)


# --- the contacts

ATTENDED = contact.Record(
    NOW, is_held=True, attendance=Attendance.YES, mode=ContactMode.FACE_TO_FACE, minutes=45
)


def complete(record: contact.Record) -> object:
    return contact.complete(record, now=NOW)


def test_a_contact_cannot_be_recorded_before_it_has_happened() -> None:
    assert complete(ATTENDED)
    assert not complete(replace(ATTENDED, at=NOW + timedelta(minutes=1)))


@pytest.mark.parametrize("minutes", [None, 0, contact.MOST_MINUTES + 1])
def test_a_contact_of_impossible_length_is_refused_with_the_limits(minutes: int | None) -> None:
    answer = contact.complete(replace(ATTENDED, minutes=minutes), now=NOW)
    assert answer.reason == "Enter how many minutes it took, from 1 to 720 (12 hours)."
    assert complete(replace(ATTENDED, minutes=contact.MOST_MINUTES))


@pytest.mark.parametrize(
    "record",
    [
        contact.Record(NOW),
        contact.Record(NOW, is_held=True),
        contact.Record(NOW, is_held=False),
        contact.Record(NOW, is_held=False, not_held=NotHeld.NO_ROOM, attendance=Attendance.NO),
        contact.Record(NOW, is_held=True, attendance=Attendance.NO),
        contact.Record(NOW, is_held=True, attendance=Attendance.NO, absence=Absence.UNWELL, minutes=5),
        replace(ATTENDED, minutes=None),
        replace(ATTENDED, minutes=0),
        replace(ATTENDED, minutes=24 * 60),
        replace(ATTENDED, mode=None),
        replace(ATTENDED, absence=Absence.UNWELL),
    ],
)
def test_a_record_that_says_too_little_or_contradicts_itself_is_not_saved(record: contact.Record) -> None:
    assert not complete(record)


def test_a_missed_contact_and_one_not_held_are_saved_with_their_reason() -> None:
    missed = contact.Record(NOW, is_held=True, attendance=Attendance.NO, absence=Absence.KEPT_FROM_IT)
    assert complete(missed)
    assert contact.is_worrying(missed)
    assert complete(contact.Record(NOW, is_held=False, not_held=NotHeld.WORKER_UNWELL))


def test_late_is_attended_and_missed_is_not() -> None:
    assert contact.is_attended(ATTENDED)
    assert contact.is_attended(replace(ATTENDED, attendance=Attendance.LATE))
    assert not contact.is_attended(replace(ATTENDED, attendance=Attendance.NO))
    assert not contact.is_attended(contact.Record(NOW, is_held=False))


def test_support_starts_with_a_contact_she_attended() -> None:
    assert not engagement.may_start(engagement.Facts(attended=0))
    assert engagement.may_start(engagement.Facts(attended=1))
    assert not engagement.may_engage(engagement.Facts(attended=1))
    assert engagement.may_engage(engagement.Facts(attended=2))
    assert not engagement.may_start(engagement.Facts(attended=2, is_stopped=True))


def test_she_rates_her_own_goals_from_nought_to_ten() -> None:
    assert goal.complete(goal.Rating(0, 10))
    assert goal.complete(goal.Rating(10))
    assert not goal.complete(goal.Rating(11))
    assert not goal.complete(goal.Rating(3, -1))


# --- review and closure


def test_reviews_fall_due_by_her_level_and_never_for_advice_only() -> None:
    since = date(2026, 11, 2)
    assert review.due_on(Level.ADVICE, since=since) is None
    assert review.due_on(Level.URGENT_SAFETY, since=since) == date(2026, 11, 9)
    assert review.due_on(Level.TARGETED, since=since) == date(2026, 12, 28)
    assert not review.is_overdue(date(2026, 11, 9), today=date(2026, 11, 9))
    assert review.is_overdue(date(2026, 11, 9), today=date(2026, 11, 10))
    assert not review.is_overdue(None, today=date(2026, 11, 10))


PLANNED = closure.Proposal(
    closure.Outcome.COMPLETED_PLANNED, EndReason.GOALS_MET, "Her doctor, and our drop-in", True
)


def test_a_planned_closure_says_where_she_can_turn_and_what_became_of_her_goals() -> None:
    assert closure.complete(PLANNED)
    assert not closure.complete(replace(PLANNED, step_down_plan=""))
    assert not closure.complete(replace(PLANNED, goals_open=2))
    assert not closure.complete(replace(PLANNED, is_exit_talk_offered=None))
    assert not closure.complete(replace(PLANNED, reason=None))
    assert not closure.complete(closure.Proposal())


def test_an_ending_before_support_needs_no_reason_from_her() -> None:
    assert closure.complete(closure.Proposal(closure.Outcome.DECLINED))
    assert closure.complete(closure.Proposal(closure.Outcome.DISENGAGED, EndReason.STOPPED_ANSWERING))
    assert not closure.complete(closure.Proposal(closure.Outcome.DISENGAGED))


def test_nobody_signs_off_their_own_closure() -> None:
    assert closure.may_sign_off(closure.Facts())
    assert not closure.may_sign_off(closure.Facts(is_own_proposal=True))


def test_an_episode_closes_after_sign_off_or_at_once_when_she_says_stop() -> None:
    assert not episode.may_close(episode.Facts())
    assert not episode.may_close(episode.Facts(closure=closure.Status.PROPOSED))
    assert episode.may_close(episode.Facts(closure=closure.Status.SIGNED_OFF))
    assert not episode.may_close(episode.Facts(closure=closure.Status.SIGNED_OFF, referrals_pending=1))
    assert episode.may_close(episode.Facts(is_ended_by_stop=True, referrals_pending=1))


def test_a_woman_who_comes_back_has_a_new_episode_one_at_a_time() -> None:
    assert episode.may_open_again(episode.ReturnFacts(False, is_new_referral=True))
    assert not episode.may_open_again(episode.ReturnFacts(True, is_her_wish=True))
    assert not episode.may_open_again(episode.ReturnFacts(False))


def test_after_she_said_no_a_new_episode_begins_only_at_her_wish() -> None:
    referred = episode.ReturnFacts(False, last_ended_by_stop=True, is_new_referral=True)
    assert not episode.may_open_again(referred)
    assert episode.may_open_again(replace(referred, is_her_wish=True))


# --- her worker, her path

JO = lead.Colleague("jo", "north", Role.SUPPORT_WORKER)
SAM = lead.Colleague("sam", "north", Role.SUPPORT_WORKER)
TODAY = date(2026, 11, 23)


def test_a_caseload_is_covered_until_a_day() -> None:
    def cover(until: date | None) -> bool:
        return bool(lead.may_cover(JO, SAM, start=TODAY, until=until, today=TODAY))

    assert cover(date(2026, 12, 4))
    assert not lead.may_cover(JO, JO, start=TODAY, until=date(2026, 12, 4), today=TODAY)
    assert not cover(None)
    assert not cover(date(2026, 11, 22))
    assert not cover(date(2027, 6, 1))


@pytest.mark.parametrize(
    "other",
    [
        JO,
        replace(SAM, organisation="south"),
        replace(SAM, role=Role.EVALUATOR),
        replace(SAM, role=Role.POLICE_SPOC),
        replace(SAM, is_active=False),
        replace(SAM, is_barred=True),
    ],
)
def test_her_support_never_moves_to_somebody_who_may_not_have_it(other: lead.Colleague) -> None:
    assert not lead.may_take_on(JO, other)
    assert not lead.may_hand_over(JO, other, is_she_told=True)


def test_a_hand_over_says_whether_she_has_been_told() -> None:
    assert lead.may_hand_over(JO, SAM, is_she_told=False)
    assert not lead.may_hand_over(JO, SAM, is_she_told=None)


def test_the_path_shows_what_is_done_what_is_now_and_what_is_still_to_come() -> None:
    reached = {
        path.Stage.IDENTIFIED: date(2026, 10, 1),
        path.Stage.CONTACTED: date(2026, 10, 9),
        path.Stage.AGREED: date(2026, 10, 9),
    }
    steps = {step.stage: step for step in path.path(path.Facts(reached))}
    assert steps[path.Stage.AGREED] == path.Step(path.Stage.AGREED, path.State.DONE, date(2026, 10, 9))
    assert steps[path.Stage.SAFE_CONTACT].state is path.State.SKIPPED
    assert steps[path.Stage.ASSESSED].state is path.State.CURRENT
    assert steps[path.Stage.TRIAGED].state is path.State.NEXT
    assert list(steps) == list(path.Stage)


def test_the_path_begins_and_ends() -> None:
    assert path.stage_now(path.Facts()) is path.Stage.IDENTIFIED
    assert path.stage_now(path.Facts({path.Stage.FOLLOWED_UP: TODAY})) is None
    closed = path.Facts({path.Stage.AGREED: TODAY, path.Stage.CLOSED: TODAY})
    assert closed.is_closed
    assert path.stage_now(closed) is path.Stage.FOLLOWED_UP
    states = {step.stage: step.state for step in path.path(closed)}
    assert states[path.Stage.REFERRED] is path.State.SKIPPED


# --- afterwards


def test_follow_ups_fall_due_three_six_and_twelve_months_after_closure() -> None:
    planned = followup.planned(closure.Outcome.COMPLETED_PLANNED, closed_on=date(2026, 11, 30))
    assert [due for _, due in planned] == [date(2027, 2, 28), date(2027, 5, 30), date(2027, 11, 30)]
    assert [wave.months for wave, _ in planned] == [3, 6, 12]


@pytest.mark.parametrize("outcome", closure.Outcome)
def test_nobody_is_followed_up_who_said_no_or_cannot_safely_be(outcome: closure.Outcome) -> None:
    never = {"died", "withdrawn_consent", "declined", "not_reached", "unsafe_to_continue"}
    assert bool(followup.planned(outcome, closed_on=TODAY)) == (outcome.value not in never)


def test_a_follow_up_counts_for_its_wave_and_not_long_before() -> None:
    facts = followup.Facts(due_on=date(2026, 12, 7), today=TODAY)
    assert followup.may_record(facts), "two weeks before"
    assert not followup.may_record(replace(facts, today=date(2026, 11, 22)))
    assert not followup.may_record(replace(facts, is_stopped=True))
    assert not followup.may_give_up(facts)
    assert followup.may_give_up(replace(facts, today=date(2026, 12, 7)))
    assert followup.is_overdue(replace(facts, today=date(2026, 12, 8)))


def ladder(**rungs: int) -> dict[Domain, Rung | None]:
    return {Domain(name): Rung(rung) for name, rung in rungs.items()}


@pytest.mark.parametrize(
    "before,after,expected",
    [
        (ladder(safety=1, housing=2), ladder(safety=2, housing=3), progress.Change.IMPROVED),
        (ladder(safety=1, housing=2), ladder(safety=5, housing=2), progress.Change.UNCHANGED),
        (ladder(safety=1, housing=2), ladder(safety=2, housing=1), progress.Change.MIXED),
        (ladder(safety=3, housing=2), ladder(safety=2, housing=2), progress.Change.WORSENED),
        (ladder(safety=3), ladder(housing=3), progress.Change.NOT_KNOWN),
    ],
)
def test_improved_is_better_in_two_parts_and_worse_in_none(
    before: dict[Domain, Rung | None], after: dict[Domain, Rung | None], expected: progress.Change
) -> None:
    assert progress.ladder_change(before, after).change is expected


def test_what_was_not_asked_twice_is_missing_and_never_unchanged() -> None:
    found = progress.ladder_change(ladder(safety=1), ladder(safety=1, housing=3))
    assert Domain.HOUSING in found.missing
    assert progress.goal_change(None, 4) is progress.Change.NOT_KNOWN


def test_a_goal_moves_by_two_points_or_not_at_all() -> None:
    assert progress.goal_change(3, 4) is progress.Change.UNCHANGED
    assert progress.goal_change(3, 5) is progress.Change.IMPROVED
    assert progress.goal_change(5, 3) is progress.Change.WORSENED
