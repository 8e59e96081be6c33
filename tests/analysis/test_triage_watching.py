"""Triage watching itself: agreement by a known example, nothing small leaves, and a queue by its formula."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.analysis import triage_load, triage_record, triage_what_if
from pathways.analysis import triage_watching as watching
from pathways.analysis.agreement import Reading, kappa
from pathways.analysis.disclosure import Audience, Rule
from pathways.analysis.triage_load import Provider
from pathways.analysis.triage_what_if import Case
from pathways.domain.triage.default import DEFAULT
from pathways.domain.triage.levels import Level
from pathways.domain.triage.reading import UrgentClock

RULE = Audience.STEERING.rule


def pairs(table: list[list[int]]) -> list[Reading]:
    return [
        Reading(str(a), str(b))
        for a, row in enumerate(table)
        for b, n in enumerate(row)
        for _ in range(n)
    ]


def test_weighted_kappa_is_that_of_its_definition():
    table = [[10, 3, 0], [2, 8, 4], [1, 2, 10]]
    found = kappa(pairs(table), categories=("0", "1", "2"), apart="quadratic", resamples=50)
    n = sum(map(sum, table))
    rows, columns = [sum(row) for row in table], [sum(row[b] for row in table) for b in range(3)]
    apart = sum(table[a][b] * (a - b) ** 2 for a in range(3) for b in range(3)) / n
    chance = sum(rows[a] * columns[b] * (a - b) ** 2 for a in range(3) for b in range(3)) / n**2
    assert found.kappa == pytest.approx(1 - apart / chance)
    plain = kappa(pairs(table), categories=("0", "1", "2"), resamples=50)
    assert plain.kappa != pytest.approx(found.kappa)


def test_a_disagreement_further_apart_counts_for_more():
    near = kappa(pairs([[5, 3, 0], [0, 5, 0], [0, 0, 5]]), categories=("0", "1", "2"), apart="quadratic")
    far = kappa(pairs([[5, 0, 3], [0, 5, 0], [0, 0, 5]]), categories=("0", "1", "2"), apart="quadratic")
    assert near.kappa > far.kappa


def decision(level: str, suggested: str, group: str) -> watching.Decision:
    return watching.Decision(level, suggested, watching.IN_TIME, watching.LATE, "1", {"g": group})


def test_small_counts_of_a_group_do_not_leave_and_nor_does_their_share():
    decisions = [decision("2", "2", "many")] * 40 + [decision("3", "2", "many")] * 20
    decisions += [decision("3", "2", "few")] * 2 + [decision("2", "2", "few")] * 9
    found = watching.watch(decisions, [("g", "Group")], {}, RULE, source="Invented.", is_own=False)
    few = next(line for line in found.groups[0].lines if line.words == "few")
    assert few.otherwise.is_hidden and few.share_words == "c"
    own = watching.watch(decisions, [("g", "Group")], {"Two": [Reading("1", "2")]}, RULE,
                         source="Invented.", is_own=True)  # fmt: skip
    assert own.compared[0].rows[1][1][2] == "1"
    others = watching.watch(decisions, [("g", "Group")], {"Two": [Reading("1", "2")]}, RULE,
                            source="Invented.", is_own=False)  # fmt: skip
    assert others.compared[0].rows[1][1][2] == "c"


def test_with_nothing_decided_the_page_still_says_so():
    found = watching.watch([], [("g", "Group")], {"Two": []}, RULE, source="Invented.", is_own=False)
    assert found.n.shown == "0" and found.agreement_chart is None and found.clock_chart is None


# --- the queue --------------------------------------------------------------------------------------------


@given(st.integers(1, 30), st.floats(0.01, 0.99))
@settings(max_examples=60, deadline=None)
def test_the_chance_of_waiting_is_erlangs(places: int, used: float):
    load = places * used
    top = load**places / math.factorial(places) / (1 - used)
    expected = top / (sum(load**n / math.factorial(n) for n in range(places)) + top)
    assert triage_load.erlang_c(places, load) == pytest.approx(expected, rel=1e-9)


def test_one_place_waits_as_the_simplest_queue_does():
    line = triage_load.loads([Provider("A", 1, {"2": 4})], {"2": 0.5}, {"2": 0.9}, {"2": 1.0})[0]
    assert line.before.caseload == pytest.approx(0.5)
    assert line.before.wait == pytest.approx(1.0)  # load over what is free, times the stay
    assert line.after.wait == pytest.approx(9.0)


def test_more_than_there_are_places_grows_and_says_how_fast():
    line = triage_load.loads([Provider("A", 2, {"2": 4})], {"2": 1.0}, {"2": 3.0}, {"2": 1.0})[0]
    assert line.after.wait is None and line.after.growth == pytest.approx((3 - 2) * 52 / 12)
    assert "grows" in triage_load.wait_words(line.after, 2)
    assert "no places" in triage_load.wait_words(replace(line.after, growth=0.0), None)


# --- what if ----------------------------------------------------------------------------------------------


def cases(n: int, need: str, exploitation: str, group: str) -> list[Case]:
    facts = {"need": need, "exploitation": exploitation, "immediate_safety": "no"}
    return [Case(facts, {"g": group})] * n


def other():
    rules = tuple(replace(rule, level="3") if rule.id == "N6" else rule for rule in DEFAULT.rules)
    return replace(DEFAULT, version="other", rules=rules)


def asked(is_exact: bool, rule: Rule = RULE):
    several = cases(30, "high", "low", "many") + cases(2, "high", "low", "few")
    several += cases(40, "low", "low", "many") + cases(12, "low", "low", "few")
    return triage_what_if.what_if(
        DEFAULT, other(), several, [("g", "Group")],
        [Provider("Large", 40, {"2": 20, "0": 3}), Provider("Small", 2, {"2": 2})],
        52.0, {"2": 26.0, "3": 40.0, "0": 1.0}, rule, source="Invented.", is_exact=is_exact,
    )  # fmt: skip


def test_who_moves_is_exact_to_whoever_sees_every_case():
    found = asked(True)
    assert found.moved == {"up": "32", "same": "52", "down": "0"}
    assert found.matrix[2][1][3] == "32"
    assert {line.name for line in found.loads} == {"Large", "Small"}


def test_to_others_small_moves_are_hidden_and_small_providers_stand_together():
    found = asked(False)
    few = dict(found.groups[0].rows)["few"]
    assert few[0] == "c"
    assert {line.name for line in found.loads} == {"Large", "Other providers"}


def test_few_moves_do_not_follow_from_how_many_cases_there_are():
    several = cases(2, "high", "low", "many") + cases(149, "low", "low", "many")
    found = triage_what_if.what_if(
        DEFAULT, other(), several, [("g", "Group")], [], 0.0, {}, RULE, source="Invented.", is_exact=False
    )
    assert found.cases == "151"  # so it stands on other pages
    assert not found.moved["up"].isdigit() and not found.moved["same"].isdigit()


def test_a_policy_with_a_gap_is_refused():
    with pytest.raises(ValueError, match="says nothing"):
        triage_what_if.what_if(
            DEFAULT, replace(DEFAULT, rules=DEFAULT.rules[:-1]), [], [], [], 0.0, {}, RULE,
            source="Invented.", is_exact=True,
        )  # fmt: skip


# --- the record -------------------------------------------------------------------------------------------


def test_the_record_is_made_from_the_policy_and_says_what_is_not_known():
    so = triage_record.Circumstances("Ashmere", "1 January 2026", "Two people.", True,
                                     UrgentClock(4), ((Level.ADVICE, 30),))  # fmt: skip
    text = triage_record.markdown(DEFAULT, so)
    assert "unread after 4 hours it goes to the supervisor" in text
    for rule in DEFAULT.rules:
        assert rule.because in text
    for letter in ("Advisory", "Lawful", "Granularity", "Ownership", "Challengeable", "Accuracy",
                   "Responsible", "Explainable"):  # fmt: skip
        assert letter in text
    assert triage_record.FILL_IN in text and triage_record.edition(DEFAULT) in text
    gap = replace(DEFAULT, rules=DEFAULT.rules[:-1])
    assert "NOT PROVED" in triage_record.markdown(gap, so)
    assert "<script" not in triage_record.html(DEFAULT, so)
