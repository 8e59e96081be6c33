"""Instruments: definitions, totals, bands, missing answers and change, against what is published of each."""

from __future__ import annotations

import itertools
import math
from datetime import date

import pytest

from pathways.domain.outcomes import expression, in_use, instrument, response, tools
from pathways.domain.outcomes.instrument import Verdict
from pathways.domain.terms.people import WORKER_ROLES, Role
from pathways.journey.instruments import shipped

DAY = date(2026, 3, 2)


def alike(code: str, value: str) -> dict[str, str]:
    return {item.code: value for item in shipped()[code].items}


# --- what is shipped --------------------------------------------------------------------------------


def test_six_instruments_are_shipped_and_each_says_whose_it_is():
    assert set(shipped()) == {"phq9", "gad7", "auditc", "core10", "swemwbs", "dudit"}
    for one in shipped().values():
        assert one.source and one.owner and one.licence_words, one.code


#: code, number of items, least, most: dossier 4.2
RANGES = (
    ("phq9", 9, 0, 27), ("gad7", 7, 0, 21), ("auditc", 3, 0, 12), ("core10", 10, 0, 40),
    ("swemwbs", 7, 7, 35), ("dudit", 11, 0, 44),
)  # fmt: skip


@pytest.mark.parametrize(("code", "items", "least", "most"), RANGES)
def test_every_instrument_has_its_published_range(code, items, least, most):
    one = shipped()[code]
    assert (len(one.items), one.least, one.most) == (items, least, most)


def test_dudits_last_two_items_count_in_twos():
    options = {item.code: [o.points for o in item.options] for item in shipped()["dudit"].items}
    assert options["q1"] == options["q9"] == [0, 1, 2, 3, 4]
    assert options["q10"] == options["q11"] == [0, 2, 4]


#: totals at both edges of every published band
BANDS = (
    ("phq9", {0: "Minimal", 4: "Minimal", 5: "Mild", 9: "Mild", 10: "Moderate", 14: "Moderate",
              15: "Moderately severe", 19: "Moderately severe", 20: "Severe", 27: "Severe"}),
    ("gad7", {0: "Minimal", 4: "Minimal", 5: "Mild", 9: "Mild", 10: "Moderate", 14: "Moderate", 15: "Severe",
              21: "Severe"}),
    ("core10", {0: "Healthy", 5: "Healthy", 6: "Low", 10: "Low", 11: "Mild", 14: "Mild", 15: "Moderate",
                19: "Moderate", 20: "Moderate to severe", 24: "Moderate to severe", 25: "Severe",
                40: "Severe"}),
    ("auditc", {0: "Lower risk", 4: "Lower risk", 5: "Increasing risk", 7: "Increasing risk",
                8: "Higher risk",
                10: "Higher risk", 11: "Possible dependence", 12: "Possible dependence"}),
)  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), BANDS)
def test_every_band_begins_and_ends_where_it_is_published(code, expected):
    for total, band in expected.items():
        assert instrument.of_total(shipped()[code], total).band == band, (code, total)


#: dossier 13, corrections to common errors: total, and whether the main cut-off is met
CUT_OFFS = (
    ("dudit", 1, False), ("dudit", 2, True), ("phq9", 9, False), ("phq9", 10, True), ("gad7", 7, False),
    ("gad7", 8, True), ("core10", 10, False), ("core10", 11, True), ("auditc", 4, False), ("auditc", 5, True),
)  # fmt: skip


@pytest.mark.parametrize(("code", "total", "met"), CUT_OFFS)
def test_every_cut_off_is_met_from_its_published_total(code, total, met):
    score = instrument.of_total(shipped()[code], total)
    assert any(one.is_main for one in score.met) is met


def test_the_cut_off_of_dudit_for_women_is_two_and_says_so():
    main = next(one for one in shipped()["dudit"].cut_offs if one.is_main)
    assert (main.at, main.whom) == (2, "women")


def test_the_lowest_answer_of_gad7_is_not_at_all():
    assert shipped()["gad7"].items[0].options[0].label == "Not at all"


def test_core10_counts_its_two_good_items_the_other_way_round():
    one = shipped()["core10"]
    assert [item.code for item in one.items if item.is_reversed] == ["q2", "q3"]
    assert instrument.score(one, alike("core10", "0")).value == 8  # two items reversed: 4 each
    assert instrument.score(one, alike("core10", "4")).value == 32
    best = alike("core10", "0") | {"q2": "4", "q3": "4"}
    worst = alike("core10", "4") | {"q2": "0", "q3": "0"}
    assert (instrument.score(one, best).value, instrument.score(one, worst).value) == (0, 40)


# --- missing answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(shipped()))
def test_missing_answers_are_prorated_as_far_as_the_rule_goes_and_no_further(code):
    one = shipped()[code]
    if one.zero_rest_if or one.needs_conversion:
        return
    for missing in range(len(one.items)):
        answers = {item.code: item.options[-1].value for item in one.items[missing:]}
        score = instrument.score(one, answers)
        assert (score.value is not None) is (missing <= one.most_missing), (code, missing)
        assert len(score.missing) == missing
        assert score.is_prorated is (0 < missing <= one.most_missing)
        if score.value is None:
            assert "missing" in score.why_none


def test_a_prorated_core10_is_the_mean_of_nine_answers_times_ten():
    one = shipped()["core10"]
    answers = {key: value for key, value in alike("core10", "3").items() if key != "q9"}
    # 7 items of 3, and two reversed of 1: 23 over 9 answers
    assert instrument.score(one, answers).value == pytest.approx(23 / 9 * 10, abs=0.01)


def test_who_never_drinks_scores_nought_without_the_rest():
    score = instrument.score(shipped()["auditc"], {"q1": "0"})
    assert (score.value, score.missing) == (0, ())
    assert instrument.score(shipped()["auditc"], {"q1": "1"}).value is None


def test_swemwbs_has_no_score_before_the_owners_table_is_loaded():
    one = shipped()["swemwbs"]
    bare = instrument.score(one, alike("swemwbs", "3"))
    assert (bare.value, bare.raw) == (None, 21)
    assert "has not been loaded" in bare.why_none
    table = {float(raw): raw / 2 + 8 for raw in range(7, 36)}  # invented: the real one is its owner's
    scored = instrument.score(one, alike("swemwbs", "3"), conversion=table)
    assert (scored.value, scored.raw, scored.band) == (18.5, 21, "Low")


def test_a_total_outside_the_range_is_refused():
    for total in (-1, 28):
        with pytest.raises(ValueError, match="runs from 0 to 27"):
            instrument.of_total(shipped()["phq9"], total)


# --- danger ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "item"), [("phq9", "q9"), ("core10", "q6")])
@pytest.mark.parametrize("value", ["0", "1", "2", "3"])
def test_any_answer_but_never_to_the_question_of_danger_is_an_alert(code, item, value):
    alerts = instrument.score(shipped()[code], {item: value}).alerts  # everything else unanswered
    assert bool(alerts) is (value != "0")


# --- change ---------------------------------------------------------------------------------------------


def test_the_reckoned_threshold_of_core10_is_the_published_formula():
    found = shipped()["core10"].reliability
    assert found.reckoned == pytest.approx(1.96 * math.sqrt(2) * 7.7 * math.sqrt(0.1))
    assert found.reckoned == pytest.approx(6.75, abs=0.01)  # dossier 4.2
    assert found.least == 6


CHANGES = (
    ("phq9", 18, 12, Verdict.BETTER, False),
    ("phq9", 18, 13, Verdict.NO_RELIABLE_CHANGE, False),
    ("phq9", 15, 9, Verdict.BETTER, True),
    ("phq9", 9, 15, Verdict.WORSE, True),
    ("gad7", 11, 7, Verdict.BETTER, True),
    ("gad7", 11, 8, Verdict.NO_RELIABLE_CHANGE, False),
    ("core10", 20, 14, Verdict.BETTER, False),
    ("auditc", 10, 2, Verdict.NOT_KNOWN, False),
    ("swemwbs", 17.0, 25.0, Verdict.NOT_KNOWN, False),
)


@pytest.mark.parametrize(("code", "before", "after", "verdict", "crossed"), CHANGES)
def test_a_change_is_judged_by_the_instruments_own_error(code, before, after, verdict, crossed):
    found = instrument.change(shipped()[code], before, after)
    assert (found.verdict, found.has_crossed) == (verdict, crossed)
    assert found.by == after - before
    assert found.words.endswith(".")


def test_where_more_is_better_up_is_better():
    data = {
        "code": "own", "name": "Own", "edition": "1", "licence": "own", "is_lower_better": False,
        "options": {"a": [{"value": "0", "label": "No", "points": 0},
                          {"value": "9", "label": "Yes", "points": 9}]},
        "items": [{"code": "a", "label": "A", "options": "a"}],
        "reliability": {"coefficient": 0.9, "sd": 2.0},
    }  # fmt: skip
    own = instrument.of(data)
    assert instrument.change(own, 0, 9).verdict is Verdict.BETTER
    assert instrument.change(own, 9, 0).verdict is Verdict.WORSE
    assert instrument.change(own, 0, own.reliability.reckoned).verdict is Verdict.NO_RELIABLE_CHANGE


# --- definitions that contradict themselves -----------------------------------------------------------


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        ({"items": []}, "asks nothing"),
        ({"most": 20}, "add up from 0 to 27"),
        ({"alerts": [{"item": "q77", "least": 1, "words": "x"}]}, "q77"),
        ({"zero_rest_if": "q77"}, "q77"),
        ({"bands": [{"least": 5, "label": "b"}, {"least": 0, "label": "a"}]}, "rising order"),
        ({"code": " "}, "no code"),
        ({"reliability": {"coefficient": 1.0}}, "between 0 and 1"),
    ],
)
def test_a_definition_that_contradicts_itself_is_refused_with_what_is_wrong(spoiled, said):
    import tomllib
    from importlib.resources import files

    text = files("pathways.domain.outcomes").joinpath("shipped", "phq9.toml").read_text("utf-8")
    with pytest.raises(instrument.InstrumentError, match=said):
        instrument.of(tomllib.loads(text) | spoiled)


# --- rules of a form ------------------------------------------------------------------------------------

RULES = (
    ("${a} + 2 * 3", {"a": 1.0}, 7.0), ("(${a} + 2) * 3", {"a": 1.0}, 9.0), ("7 div 2", {}, 3.5),
    ("7 mod 4", {}, 3.0), ("-${a}", {"a": 2.0}, -2.0), ("10 - 2 - 3", {}, 5.0), ("${a} + 1", {}, None),
    ("coalesce(${a}, 0) + 1", {}, 1.0), ("1 div 0", {}, None), ("${a} = 'yes'", {"a": "yes"}, True),
    ("${a} != 'yes'", {"a": "no"}, True), ("${a} = ''", {}, True),
    ("${a} > 3 and ${a} < 9", {"a": 5.0}, True),
    ("${a} > 3 or true()", {}, True), ("not(${a} = 1)", {"a": "1"}, False),
    ("selected(${a}, 'two')", {"a": ("one", "two")}, True), ("selected(${a}, 'two')", {"a": "one"}, False),
    ("count-selected(${a})", {"a": ("one", "two")}, 2.0), ("if(${a} > 1, 10, 20)", {"a": 1.0}, 20.0),
    ("round(2.5)", {}, 3.0), ("round(${a} div 3, 2)", {"a": 10.0}, 3.33), ("int(3.9)", {}, 3.0),
    ("sum(${a}, ${b}, 4)", {"a": 1.0}, 5.0), ("min(${a}, 4)", {"a": 9.0}, 4.0), ("max()", None, None),
    ("string-length('abc')", {}, 3.0), ("'2026-03-02' > '2026-03-01'", {}, True),
    ("${a} >= 2", {"a": "2"}, True),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "answers", "value"), RULES)
def test_a_rule_comes_to_what_xlsform_says(rule, answers, value):
    if answers is None:
        with pytest.raises(expression.ExpressionError):
            expression.parse(rule)
    else:
        assert expression.parse(rule).value(answers) == value


@pytest.mark.parametrize(
    "rule",
    ["", "1 +", "(1", "1)", "${a", "a.b()", "__import__('os')", "${a}[1]", "pulldata('x')", "today()",
     "1 ; 2",
     "once(1)", "../a", "selected(${a})", "x" * 3000, "(" * 60 + "1" + ")" * 60, "-" * 60 + "1", "1 1"],
)  # fmt: skip
def test_what_the_subset_does_not_have_is_refused(rule):
    with pytest.raises(expression.ExpressionError):
        expression.parse(rule)


# --- workflows and tools ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "action", "role", "accepted", "theirs"),
    list(itertools.product(in_use.Status, in_use.Action, Role, (True, False), (True, False))),
)
def test_an_instrument_is_turned_on_only_by_who_answers_for_its_licence(
    status, action, role, accepted, theirs
):
    facts = in_use.Facts(instrument.Licence.PUBLIC_DOMAIN, accepted, theirs)
    may = in_use.WORKFLOW.may(action, status=status, role=role, facts=facts)
    right = {in_use.Status.OFF: in_use.Action.TURN_ON, in_use.Status.ON: in_use.Action.TURN_OFF}[status]
    expected = (
        action is right
        and role in in_use.BRINGS
        and theirs
        and (accepted or action is in_use.Action.TURN_OFF)
    )
    assert bool(may) is expected
    assert may or may.reason


@pytest.mark.parametrize(
    ("status", "action", "role", "why"),
    list(itertools.product(response.Status, response.Action, Role, ("", "twice"))),
)
def test_answers_are_taken_out_by_workers_with_a_reason_and_put_back(status, action, role, why):
    may = response.WORKFLOW.may(action, status=status, role=role, facts=response.Facts(why))
    out = status is response.Status.GIVEN and action is response.Action.WITHDRAW and bool(why)
    back = status is response.Status.WITHDRAWN and action is response.Action.PUT_BACK
    assert bool(may) is (role in WORKER_ROLES and (out or back))


@pytest.mark.parametrize("tool", tools.Tool)
@pytest.mark.parametrize("number", [None, -1, 0, 13, 14, 27, 28, 100, 101])
def test_a_result_lies_in_the_range_of_its_tool(tool, number):
    result = tools.Result(tool, DAY, "High", number, None, "An adviser")
    limits = tools.NUMBERS.get(tool)
    fits = number is None or (limits is not None and limits[1] <= number <= limits[2])
    assert bool(tools.may_keep(result, today=DAY)) is fits


@pytest.mark.parametrize("tool", tools.Tool)
@pytest.mark.parametrize("criterion", [None, *tools.Criterion])
def test_marac_is_to_be_considered_for_a_tool_of_abuse_alone(tool, criterion):
    result = tools.Result(tool, DAY, "High", None, criterion, "An adviser")
    assert bool(tools.may_keep(result, today=DAY)) is (criterion is None or tool in tools.OF_ABUSE)
    named = criterion not in (None, tools.Criterion.NONE)
    assert bool(tools.to_consider(result)) is (named and tool in tools.OF_ABUSE)


def test_fourteen_answers_of_yes_on_dash_remind_of_marac_and_thirteen_do_not():
    for number, said in ((13, False), (14, True)):
        assert bool(tools.to_consider(tools.Result(tools.Tool.DASH, DAY, "", number, None, "A"))) is said


def test_ogrs_has_the_bands_that_are_used():
    found = [
        tools.band_of(tools.Result(tools.Tool.OGRS, DAY, "", n)) for n in (0, 24, 25, 49, 50, 74, 75, 89, 90)
    ]
    assert found == ["Low", "Low", "Medium", "Medium", "High", "High", "Very high", "Very high",
                     "Very high, 90 or more"]  # fmt: skip


def test_a_result_has_a_day_that_has_been_and_somebody_who_assessed():
    ahead = tools.Result(tools.Tool.DASH, date(2026, 3, 3), "High", 3, None, "A")
    nobody = tools.Result(tools.Tool.DASH, DAY, "High", 3)
    nothing = tools.Result(tools.Tool.DASH, DAY, "", None, None, "A")
    assert not any(tools.may_keep(one, today=DAY) for one in (ahead, nobody, nothing))
