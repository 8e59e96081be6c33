"""How the programme ran, over small programmes counted by hand."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest import mock

import pytest

from pathways.analysis import evaluation, fidelity, flow, process, process_charts, report
from pathways.analysis.disclosure import Audience, Rule
from pathways.analysis.extract import Extract
from pathways.analysis.process import Answer, Dose, Stay, Suggested
from pathways.domain.evaluation import workflows
from pathways.domain.evaluation.fidelity import FOLLOWS, WAY, Fit, Turn, fit, trace
from pathways.domain.evaluation.flow import STEPS, Step
from tests.analysis.programme import invent
from tests.analysis.test_evaluation import everything

DAY = datetime(2026, 1, 5, 10, tzinfo=UTC)
AS_AT = datetime(2026, 6, 30, 12, tzinfo=UTC)
TO_AGREED = ("flagged", "screened:confirmed", "approach_attempted", "contacted", "agreed")
WHOLE = (*TO_AGREED, "assessment_completed", "triaged", "referral_sent", "referral_accepted")


class Told:
    """Writes small programmes: one woman a call, one event a day."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def woman(self, *kinds: str, first: datetime = DAY, gap: int = 1, **details: dict[str, Any]) -> None:
        who = f"woman-{len({event['client_id'] for event in self.events})}"
        for at, said in enumerate(kinds):
            kind, _, outcome = said.partition(":")
            detail = {"route": "custody"} if kind == "flagged" else {}
            detail |= {"outcome": outcome} if outcome else {}
            detail |= {"referral": f"{who}-1", "provider": "service-a"} if kind == "referral_sent" else {}
            detail |= {"referral": f"{who}-1"} if kind.startswith("referral_") else {}
            detail |= {"attended": "yes"} if kind == "contact_recorded" else {}
            self.events.append(
                {
                    "kind": kind,
                    "at": first + timedelta(days=at * gap),
                    "case_id": f"case-{who}",
                    "client_id": who,
                    "episode_id": f"episode-{who}",
                    "organisation_id": "service-a",
                    "sector": "third_sector",
                    "role": "coordinator",
                    "detail": detail | details.get(kind, {}),
                }
            )

    def extract(self) -> Extract:
        return Extract(self.events, [], AS_AT, "Hand-counted", True, services={"service-a": "Ash House"})

    def material(self) -> process.Material:
        women = self.extract().women()
        return process.gather(women, flow.passages(women), on=AS_AT.date())

    def summary(self, audience: Audience = Audience.STEERING, rule: Rule | None = None) -> evaluation.Summary:
        with mock.patch.object(evaluation, "CHARACTERISTICS", ()):  # nobody here has told us who she is
            return evaluation.summarise(self.extract(), audience, rule=rule)


# --- the intended way ---------------------------------------------------------------------------------------


def test_the_intended_way_is_in_the_order_of_the_workflows_and_names_moves_that_they_have() -> None:
    stretches = [stretch for both in WAY for stretch in both]
    order = [workflows.ALL.index(stretch.workflow) for stretch in stretches]
    assert order == sorted(order)
    for stretch in stretches:
        moves = {move.action for move in stretch.workflow.moves}
        assert all(actions <= moves for actions in stretch.makes.values())
    steps = [step for both in WAY for step in both[0].makes]
    assert [Step.CONSIDERED, *steps] == list(STEPS)


def test_she_may_be_reached_at_once_and_nothing_else_may_be_left_out() -> None:
    more = {step: after - {STEPS[place + 1]} for place, (step, after) in enumerate(FOLLOWS.items()) if after}
    assert {step for step, after in more.items() if after} == {Step.CONFIRMED}
    assert more[Step.CONFIRMED] == {Step.CONTACTED}
    for here, there in itertools.pairwise(STEPS):
        assert there in FOLLOWS[here]


@pytest.mark.parametrize(
    ("way", "found"),
    [
        ((Step.CONSIDERED,), Fit.FITS),
        ((Step.CONSIDERED, Step.CONFIRMED, Step.CONTACTED), Fit.FITS),
        ((Step.CONSIDERED, Step.CONFIRMED, Step.AGREED), Fit.LEFT_OUT),
        ((Step.CONSIDERED, Step.CONTACTED, Step.CONFIRMED), Fit.OUT_OF_ORDER),
        (STEPS, Fit.FITS),
    ],
)
def test_a_way_fits_as_far_as_it_went(way: tuple[Step, ...], found: Fit) -> None:
    assert fit(way) is found


def test_the_map_of_twenty_seven_women_is_as_counted_by_hand() -> None:
    told = Told()
    for _ in range(12):
        told.woman(*TO_AGREED)
    for _ in range(8):
        told.woman("flagged", "screened:confirmed", "approach_attempted", "agreed")
    for _ in range(7):
        told.woman("flagged", "contacted", "screened:confirmed", "triage_returned", "triage_returned")
    way = told.summary(rule=Rule(threshold=1)).way
    assert {each: count.value for each, count in way.fits} == {
        Fit.FITS: 12,
        Fit.LEFT_OUT: 8,
        Fit.OUT_OF_ORDER: 7,
    }
    assert {(p.start, p.end): (p.n.value, p.is_intended) for p in way.passings} == {
        (Step.CONSIDERED, Step.CONFIRMED): (20, True),
        (Step.CONSIDERED, Step.CONTACTED): (7, False),
        (Step.CONFIRMED, Step.APPROACHED): (20, True),
        (Step.APPROACHED, Step.CONTACTED): (12, True),
        (Step.APPROACHED, Step.AGREED): (8, False),
        (Step.CONTACTED, Step.AGREED): (12, True),
        (Step.CONTACTED, Step.CONFIRMED): (7, False),
    }
    places = {place.step: place for place in way.places}
    assert (places[Step.CONTACTED].recorded.value, places[Step.CONTACTED].unrecorded.value) == (19, 8)
    assert [v.n.value for v in way.variants] == [12, 8, 7]
    assert way.others.value == 0
    assert dict(way.turns)[Turn.RETURNED].value == 7  # twice each, and one woman once


def test_three_women_who_went_another_way_are_found_neither_in_the_map_nor_by_subtraction() -> None:
    told = Told()
    for _ in range(20):
        told.woman(*TO_AGREED)
    for _ in range(3):
        told.woman("flagged", "screened:confirmed", "approach_attempted", "agreed")
    summary = told.summary()
    passings = {(p.start, p.end): p.n for p in summary.way.passings}
    assert passings[Step.APPROACHED, Step.AGREED].is_hidden
    # 23 approached are known: to show the twenty who went on as intended would give the three away
    assert passings[Step.APPROACHED, Step.CONTACTED].is_hidden
    assert dict(summary.way.fits)[Fit.FITS].is_hidden
    assert summary.disclosure.at_risk == 0
    chart = process_charts.every(summary)["way"]
    assert "is hidden" in chart.headline


def test_no_place_among_the_commonest_ways_tells_a_hidden_count() -> None:
    """Between 30 and 18, “c” would be one of few numbers, and a small count known by subtraction."""
    told = Told()
    for _ in range(30):
        told.woman("flagged")
    for _ in range(20):
        told.woman(*TO_AGREED)
    for _ in range(3):
        told.woman("flagged", "screened:confirmed", "approach_attempted", "agreed")
    for _ in range(18):
        told.woman("flagged", "screened:confirmed")
    way = told.summary().way
    assert dict(way.fits)[Fit.LEFT_OUT].is_hidden
    assert [v.n.value for v in way.variants] == [30, 18]
    assert way.others.is_hidden


def test_a_way_that_one_woman_went_is_never_named() -> None:
    told = Told()
    told.woman(*TO_AGREED)
    for _ in range(9):
        told.woman("flagged")
    named = fidelity.commonest(fidelity.ways(flow.passages(told.extract().women())), Rule())
    assert named == ((Step.CONSIDERED,),)


def test_the_way_is_told_by_the_first_time_of_each_step() -> None:
    told = Told()
    told.woman("flagged", "screened:confirmed", "approach_attempted", "contacted", "approach_attempted")
    (passage,) = flow.passages(told.extract().women()).values()
    assert trace(passage) == (Step.CONSIDERED, Step.CONFIRMED, Step.APPROACHED, Step.CONTACTED)


# --- dose and retention -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contacts", "band"),
    [(0, Dose.NONE), (1, Dose.ONE), (2, Dose.TWO), (3, Dose.THREE), (5, Dose.THREE), (6, Dose.SIX),
     (11, Dose.SIX), (12, Dose.TWELVE), (23, Dose.TWELVE), (24, Dose.MORE), (90, Dose.MORE)],
)  # fmt: skip
def test_contacts_are_counted_in_bands(contacts: int, band: Dose) -> None:
    assert process.dose(contacts) is band


def test_she_stayed_who_came_on_the_eighty_fourth_day_and_not_on_the_one_before() -> None:
    first = date(2026, 1, 1)
    on = date(2026, 6, 1)
    assert process.stay([first, first + timedelta(days=84)], on=on) is Stay.STAYED
    assert process.stay([first, first + timedelta(days=83)], on=on) is Stay.LEFT
    assert process.stay([first], on=first + timedelta(days=83)) is Stay.TOO_SOON
    assert process.stay([first], on=first + timedelta(days=84)) is Stay.LEFT
    assert process.stay([], on=on) is Stay.NO_CONTACT


def test_a_contact_that_she_missed_is_no_dose() -> None:
    told = Told()
    told.woman(*WHOLE, *["contact_recorded"] * 4)
    told.events[-1]["detail"]["attended"] = "no"
    assert list(told.material().doses.values()) == [3]


def test_dose_and_staying_are_of_all_whose_support_started() -> None:
    told = Told()
    for _ in range(11):
        told.woman(*WHOLE, *["contact_recorded"] * 4, gap=1)
    for _ in range(6):
        told.woman(*WHOLE, "support_started", "contact_recorded", first=AS_AT - timedelta(days=30), gap=1)
    made = told.summary(rule=Rule(threshold=1)).process
    assert made.started.value == 17
    assert {line.code: line.n.value for line in made.dose if line.n.value} == {"three": 11, "one": 6}
    assert made.three_or_more.value == 11
    assert {line.code: line.n.value for line in made.stay if line.n.value} == {"left": 11, "too_soon": 6}
    assert made.spread.median == 4


def test_no_median_leaves_that_rests_on_twice_the_threshold_or_fewer() -> None:
    told = Told()
    for _ in range(8):
        told.woman(*WHOLE, *["contact_recorded"] * 3)
    assert told.summary().process.spread.median is None
    told.woman(*WHOLE, *["contact_recorded"] * 3)
    assert told.summary().process.spread.median == 3
    assert told.summary().process.spread.top_tenth is None


# --- triage, answers and reasons ----------------------------------------------------------------------------


def test_the_last_level_stands_beside_what_was_suggested() -> None:
    told = Told()
    for decided, suggested in [("3", "3"), ("3", "2"), ("1", "2"), ("2", ""), ("", "2")]:
        told.woman(*WHOLE[:7], triaged={"level": decided, "suggested": suggested})
    assert list(told.material().level.values()) == [
        ("3", Suggested.SAME),
        ("3", Suggested.HIGHER),
        ("1", Suggested.LOWER),
        ("2", Suggested.NONE),
        ("not_recorded", Suggested.NONE),
    ]


def test_overrides_are_shown_for_each_level() -> None:
    told = Told()
    for _ in range(9):
        told.woman(*WHOLE[:7], triaged={"level": "2", "suggested": "2"})
    for _ in range(6):
        told.woman(*WHOLE[:7], triaged={"level": "3", "suggested": "2"})
    summary = told.summary()
    counts = summary.process.levels.counts
    assert (counts["2", "same"].value, counts["3", "higher"].value) == (9, 6)
    assert counts["total", "total"].value == 15
    assert "In 6 of 15 decisions" in process_charts.every(summary)["levels"].headline


def test_a_service_answers_once_for_each_woman_and_an_acceptance_stands() -> None:
    told = Told()
    told.woman(*WHOLE[:8], "referral_declined", "referral_sent", "referral_accepted")
    told.woman(*WHOLE[:8], "referral_accepted", "referral_withdrawn")
    told.woman(*WHOLE[:8], "referral_declined", referral_declined={"reason": "full"})
    told.woman(*WHOLE[:8])
    found = [answer for answer, _ in told.material().answers.values()]
    assert found == [Answer.ACCEPTED, Answer.ACCEPTED, Answer.DECLINED, Answer.AWAITED]


def test_answers_reasons_and_services_are_as_counted_by_hand_and_the_public_sees_no_service() -> None:
    told = Told()
    for _ in range(30):
        told.woman(*WHOLE)
    for _ in range(14):
        told.woman(*WHOLE[:8], "referral_declined", referral_declined={"reason": "full"})
    for _ in range(12):
        told.woman(*TO_AGREED[:4], "declined", declined={"reason": "police_link"})
    made = told.summary().process
    assert {line.code: line.n.value for line in made.answers if line.n.value} == {
        "accepted": 30,
        "declined": 14,
    }
    assert [(line.label, line.n.value) for line in made.service_reasons] == [("The service is full", 14)]
    assert [(line.label, line.n.value) for line in made.stop_reasons] == [("The link with police", 12)]
    assert made.services is not None
    assert made.services.lines[0][0] == "Ash House"
    assert [count.value for count in made.services.lines[0][1]][:2] == [30, 14]
    assert told.summary(Audience.PUBLIC).process.services is None


# --- the whole ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built() -> report.Report:
    return report.build(invent())


def test_nothing_raw_and_no_small_count_is_in_the_process_tables(built: report.Report) -> None:
    shown = everything((built.summary.process, built.summary.way))
    counts = [thing.value for thing in shown if type(thing).__name__ == "ReleasedCount"]
    assert len(counts) > 90
    assert not any(n is not None and 1 <= n <= 4 for n in counts)
    assert not any(type(thing).__name__ in ("RawCount", "System") for thing in shown)


def test_what_enters_a_step_leaves_it_where_everything_is_shown(built: report.Report) -> None:
    told = evaluation.summarise(invent(), rule=Rule(threshold=1)).way
    into, out = Counter[Step](), Counter[Step]()
    hidden: set[Step] = set()
    for passing in told.passings:
        into[passing.end] += passing.n.value or 0
        out[passing.start] += passing.n.value or 0
        if passing.n.is_hidden:
            hidden |= {passing.start, passing.end}
    checked = 0
    for place in told.places:
        if place.step in hidden or place.recorded.is_hidden or place.ended.is_hidden:
            continue
        assert out[place.step] + (place.ended.value or 0) == place.recorded.value
        checked += 1
    assert checked > 5


def test_the_report_holds_the_process_in_every_kind_of_file(built: report.Report) -> None:
    body = json.loads(built.files["evaluation.json"])
    assert body["way"]["n"] == 260
    assert {line["code"] for line in body["process"]["contacts"]} == {band.value for band in Dose}
    page = built.files["evaluation.html"].decode()
    for words in ("The way as it ran", "Turns on the way", "Answers by service", "twelve weeks"):
        assert words in page


def _referring() -> Told:
    """Two organisations that refer to two services, some answered and some not."""
    told = Told()

    def some(count: int, sender: str, service: str, *after: str, gap: int = 1) -> None:
        for _ in range(count):
            before = len(told.events)
            told.woman(*WHOLE[:8], *after, gap=gap, referral_sent={"provider": service})
            for event in told.events[before:]:
                if event["kind"] == "referral_sent":
                    event["organisation_id"] = sender

    some(12, "hub", "service-a", "referral_accepted", gap=4)
    some(6, "hub", "service-a")
    some(9, "hub", "service-b", "referral_declined")
    some(7, "willow", "service-b", "referral_accepted", gap=2)
    some(5, "willow", "service-b", "referral_expired")
    return told


def test_who_works_with_whom_and_how_fast_is_as_counted_by_hand() -> None:
    summary = _referring().summary(rule=Rule(threshold=1))
    assert summary.process.ties is not None
    found = {
        (one.sender, one.service): (one.n.value, one.answered.value, one.median_days)
        for one in summary.process.ties
    }
    assert found == {
        ("Service hub", "Ash House"): (18, 12, 4),
        ("Service hub", "Service service-"): (9, 9, 1),
        ("Service willow", "Service service-"): (12, 7, 2),
    }
    chart = process_charts.every(summary)["ties"]
    assert len(chart.table) == 4
    assert "Service hub to Ash House" in chart.headline.replace("from ", "")


def test_the_public_is_not_told_who_refers_to_whom() -> None:
    summary = _referring().summary(Audience.PUBLIC)
    assert summary.process.ties is None
    assert "ties" not in process_charts.every(summary)


def test_three_women_referred_by_one_organisation_are_not_found_by_subtraction() -> None:
    """The services' answers are shown beside who asked: what one hides the other must not give away."""
    told = _referring()
    for _ in range(3):
        before = len(told.events)
        told.woman(*WHOLE, referral_sent={"provider": "service-a"})
        for event in told.events[before:]:
            if event["kind"] == "referral_sent":
                event["organisation_id"] = "willow"
    summary = told.summary()
    assert summary.process.ties is not None
    assert summary.process.services is not None
    cells = {(one.sender, one.service): one.n for one in summary.process.ties}
    assert cells["Service willow", "Ash House"].is_hidden
    whole = summary.process.services.counts["service-a", "total"]
    assert whole.is_hidden or cells["Service hub", "Ash House"].is_hidden
    assert summary.disclosure.at_risk == 0
    by_pair = {(one.sender, one.service): one for one in summary.process.ties}
    assert by_pair["Service willow", "Ash House"].median_days is None
