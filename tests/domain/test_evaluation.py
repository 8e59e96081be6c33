"""Who counts towards which stage, how far each journey came, and what may be shown of it."""

import json
import pickle
from datetime import UTC, datetime, timedelta

import pytest

from pathways.domain.evaluation import counts, facts, flow, milestones
from pathways.domain.evaluation.facts import EventFact
from pathways.domain.evaluation.flow import Loss, Step
from pathways.domain.evaluation.milestones import CohortStage
from pathways.domain.terms.events import EventKind as K

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def event(kind: K, day: int = 0, **codes: str) -> EventFact:
    sector = codes.pop("by", "third_sector")
    return EventFact(
        kind,
        START + timedelta(days=day),
        codes.pop("case", "case-1"),
        codes.pop("client", "client-1") or None,
        codes.pop("episode", "episode-1") or None,
        codes.pop("organisation", "org-" + sector),
        sector,
        codes.pop("role", "support_worker"),
        codes,
    )


CONFIRMED = event(K.SCREENED, 1, outcome="confirmed", role="police_spoc", by="police")
ACCEPTED = event(K.REFERRAL_ACCEPTED, 10, referral="r1")
CAME = event(K.CONTACT_RECORDED, 12, attended="yes", contact="c1")


# --- stages (a), (b) and (c)


def test_a_flag_alone_does_not_make_her_identified() -> None:
    assert milestones.reached([event(K.FLAGGED, by="police")]).stages == ()


def test_she_is_identified_when_a_named_person_confirms_by_whichever_door() -> None:
    by_coordinator = event(K.SCREENED, 1, outcome="confirmed", role="coordinator")
    for screened in (CONFIRMED, by_coordinator):
        assert milestones.reached([screened]).stages == (CohortStage.IDENTIFIED,)


def test_a_confirmation_by_the_machine_does_not_count() -> None:
    assert milestones.identified_on([event(K.SCREENED, outcome="confirmed", role="clerk")]) is None


def test_she_is_supported_when_she_came_to_one_contact_after_an_accepted_referral() -> None:
    assert milestones.third_sector_on([ACCEPTED, CAME]) == CAME.at.date()


@pytest.mark.parametrize(
    "events",
    [
        [event(K.REFERRAL_SENT, 9), CAME],
        [ACCEPTED, event(K.CONTACT_RECORDED, 12, attended="no")],
        [
            ACCEPTED,
            event(K.CONTACT_RECORDED, 12, attended="yes", happened="2026-01-06"),
        ],
        [
            ACCEPTED,
            event(K.CONTACT_RECORDED, 12, attended="yes", organisation="another"),
        ],
        [ACCEPTED, event(K.CONTACT_RECORDED, 12, attended="yes", sector="private")],
    ],
    ids=["only sent", "missed", "before acceptance", "elsewhere", "another sector"],
)
def test_what_does_not_make_her_supported_by_the_third_sector(
    events: list[EventFact],
) -> None:
    assert milestones.third_sector_on(events) is None


def test_a_late_arrival_counts() -> None:
    late = event(K.CONTACT_RECORDED, 12, attended="late")
    assert milestones.third_sector_on([ACCEPTED, late]) is not None


def test_she_reaches_private_without_third_sector_once_she_agreed_and_came() -> None:
    came = event(K.CONTACT_RECORDED, 9, attended="yes", by="private")
    assert milestones.reached([event(K.AGREED, 4), came]).stages == (CohortStage.PRIVATE,)
    assert milestones.private_on([came]) is None
    assert milestones.private_on([event(K.AGREED, 10), came]) is None


def test_a_contact_corrected_to_missed_no_longer_counts() -> None:
    fix = event(K.CORRECTED, 14, what="contact", contact="c1", attended="no")
    assert milestones.third_sector_on(facts.corrected([ACCEPTED, CAME, fix])) is None


def test_a_woman_counts_once_whatever_her_number_of_episodes_and_doors() -> None:
    events = [
        event(K.FLAGGED, 0, client="", episode="", by="police"),
        event(K.IDENTIFIED, 1),
        event(K.EPISODE_OPENED, 200, episode="episode-2", case="case-2"),
        event(K.SELF_REFERRED, 190, client="", episode="", case="case-2"),
    ]
    assert list(facts.by_woman(events)) == ["client-1"]
    assert set(facts.by_episode(events)) == {"episode-1", "episode-2"}


def test_the_overlaps_are_the_eight_cells() -> None:
    assert len(set(milestones.OVERLAPS)) == 8
    assert milestones.overlap_words(milestones.OVERLAPS[1]) == "(a) and (b) only"


# --- the flow

WAY = [
    event(K.FLAGGED, 0, by="police", route="custody"),
    CONFIRMED,
    event(K.APPROACH_ATTEMPTED, 3),
    event(K.CONTACTED, 4),
    event(K.AGREED, 5),
    event(K.ASSESSMENT_COMPLETED, 7),
    event(K.TRIAGED, 8),
    event(K.REFERRAL_SENT, 9, referral="r1"),
    ACCEPTED,
    CAME,
    event(K.CLOSED, 100, outcome="completed_planned"),
    event(K.FOLLOWED_UP, 190, wave="3", result="done"),
]


@pytest.mark.parametrize("step", list(Step))
def test_each_step_of_a_whole_journey_is_reached_in_turn(step: Step) -> None:
    went = flow.passage(WAY[: list(Step).index(step) + 1])
    assert (went.furthest, went.lost, went.route) == (step, None, "custody")


@pytest.mark.parametrize(
    ("so_far", "then", "furthest", "lost"),
    [
        (
            1,
            event(K.SCREENED, 2, outcome="rejected"),
            Step.CONSIDERED,
            Loss.NOT_CONFIRMED,
        ),
        (1, event(K.SCREENED, 2, outcome="deferred"), Step.CONSIDERED, None),
        (1, event(K.SCREENED, 2, outcome="safeguarding_first"), Step.CONSIDERED, None),
        (2, event(K.PLAN_NOT_SAFE, 3), Step.CONFIRMED, Loss.NOT_SAFE),
        (3, event(K.NO_CONTACT, 30), Step.APPROACHED, Loss.NO_CONTACT),
        (4, event(K.DECLINED, 5), Step.CONTACTED, Loss.DECLINED),
        (5, event(K.ASSESSMENT_REFUSED, 6), Step.AGREED, Loss.ASSESSMENT_REFUSED),
        (7, event(K.PAUSED, 8), Step.TRIAGED, None),
        (7, event(K.CLOSED, 8, outcome="advice_only"), Step.TRIAGED, Loss.ADVICE_ONLY),
        (
            8,
            event(K.REFERRAL_DECLINED, 9, referral="r1"),
            Step.REFERRED,
            Loss.SERVICE_DECLINED,
        ),
        (8, event(K.REFERRAL_WAITLISTED, 9, referral="r1"), Step.REFERRED, None),
        (10, event(K.WITHDRAWN, 20), Step.STARTED, Loss.WITHDREW),
        (10, event(K.CLOSED, 20, outcome="custody"), Step.STARTED, Loss.CUSTODY),
        (
            11,
            event(K.FOLLOWED_UP, 190, wave="3", result="not_reached"),
            Step.COMPLETED,
            None,
        ),
        (
            11,
            event(K.FOLLOWED_UP, 460, wave="12", result="not_reached"),
            Step.COMPLETED,
            Loss.FOLLOW_UP_NOT_REACHED,
        ),
    ],
)
def test_why_a_journey_went_no_further(
    so_far: int, then: EventFact, furthest: Step, lost: Loss | None
) -> None:
    went = flow.passage([*WAY[:so_far], then])
    assert (went.furthest, went.lost) == (furthest, lost)


def test_one_service_that_declines_is_no_loss_while_another_has_yet_to_answer() -> None:
    two = [*WAY[:8], event(K.REFERRAL_SENT, 9, referral="r2")]
    went = flow.passage([*two, event(K.REFERRAL_DECLINED, 11, referral="r1")])
    assert went.lost is None


def test_she_who_declined_and_came_back_is_not_lost() -> None:
    went = flow.passage([*WAY[:4], event(K.DECLINED, 5), event(K.AGREED, 60)])
    assert (went.furthest, went.lost) == (Step.AGREED, None)


def test_referrals_taken_back_because_she_paused_are_no_loss() -> None:
    paused = [*WAY[:8], event(K.PAUSED, 9)]
    back = event(K.REFERRAL_WITHDRAWN, 9, referral="r1", reason="she_stopped")
    assert flow.passage([*paused, back]).lost is None
    assert flow.passage([*WAY[:8], event(K.WITHDRAWN, 9), back]).lost is Loss.WITHDREW


def test_a_plan_confirmed_again_does_not_undo_her_no() -> None:
    declined = [*WAY[:4], event(K.DECLINED, 5), event(K.PLAN_CONFIRMED, 6)]
    assert flow.passage(declined).lost is Loss.DECLINED


def test_what_names_no_woman_counts_for_nobody_and_no_journey() -> None:
    of_nobody = event(K.TAKEN_IN, 1, case="", client="", episode="")
    plan = event(K.PLAN_CONFIRMED, 6, case="", episode="")
    assert list(facts.by_woman([*WAY, of_nobody, plan])) == ["client-1"]
    assert list(facts.by_episode([*WAY, plan])) == ["episode-1"]


def test_a_second_flag_of_a_client_screened_as_a_duplicate_ends_nothing() -> None:
    again = [event(K.FLAGGED, 20), event(K.SCREENED, 21, outcome="duplicate")]
    assert flow.passage([*WAY[:6], *again]).lost is None
    assert flow.passage([WAY[0], event(K.SCREENED, 1, outcome="rejected"), again[0]]).lost is None


def test_a_skipped_step_counts_as_passed() -> None:
    went = flow.passage([WAY[0], event(K.AGREED, 5)])
    assert went.has_reached(Step.CONTACTED)
    assert Step.CONTACTED not in went.reached_at


# --- what may be shown


@pytest.mark.parametrize(
    "show",
    [
        str,
        "{}".format,
        "{:d}".format,
        json.dumps,
        pickle.dumps,
        bool,
        hash,
        lambda n: n == 3,
        int,
    ],
    ids=[
        "str",
        "format",
        "format d",
        "json",
        "pickle",
        "truth",
        "hash",
        "compare",
        "int",
    ],
)
def test_a_raw_count_cannot_be_shown_in_any_way(show) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TypeError):
        show(counts.RawCount(3))


def test_not_even_its_repr_gives_a_raw_count_away() -> None:
    assert "3" not in repr(counts.RawCount(3))


def test_raw_counts_add_up() -> None:
    both = counts.RawCount(3) + counts.RawCount(4)
    assert both.for_disclosure_control() == 7


def test_a_hidden_count_shows_as_c_and_gives_no_share() -> None:
    hidden, shown = counts.ReleasedCount(None, "small"), counts.ReleasedCount(20)
    assert (f"{hidden}", f"{shown}") == ("c", "20")
    assert hidden.share_of(shown) is None
    assert counts.ReleasedCount(5).share_of(shown) == 0.25
