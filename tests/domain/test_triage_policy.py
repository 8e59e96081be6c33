"""The triage policy: it suggests, shows its working, says when it is provisional, and can be proved."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.domain.referral import referral
from pathways.domain.terms import needs
from pathways.domain.terms.clocks import LONDON, WorkingTime
from pathways.domain.triage import (
    assessment,
    facts,
    mechanisms,
    nearby,
    proof,
    reading,
    triage,
    version,
)
from pathways.domain.triage.condition import Input, taken
from pathways.domain.triage.default import DEFAULT
from pathways.domain.triage.levels import STANDARDS, Level
from pathways.domain.triage.policy import Malformed, Policy, Rule, plain, read, suggest

STEPS = ("low", "medium", "high")
TABLE = {  # need down, exploitation across, as the command line's page prints it
    "low": (0, 1, 2),
    "medium": (1, 2, 3),
    "high": (2, 3, 3),
}


def answers(need: str | None, exploitation: str | None, safety: str | None) -> dict[str, str | None]:
    return {"need": need, "exploitation": exploitation, "immediate_safety": safety}


@pytest.mark.parametrize("need,exploitation", [*product(STEPS, STEPS)])
def test_the_default_policy_reads_as_printed(need: str, exploitation: str) -> None:
    expected = TABLE[need][STEPS.index(exploitation)]
    suggestion = suggest(DEFAULT, answers(need, exploitation, "no"))
    assert suggestion.support_level == expected
    assert not suggestion.provisional
    assert suggestion.because


@pytest.mark.parametrize("need,exploitation", [*product((*STEPS, None), repeat=2)])
def test_immediate_safety_comes_first_whatever_else_is_known(
    need: str | None, exploitation: str | None
) -> None:
    suggestion = suggest(DEFAULT, answers(need, exploitation, "yes"))
    assert suggestion.support_level is Level.URGENT_SAFETY
    assert not suggestion.provisional
    assert suggestion.missing == ()


def test_a_missing_answer_that_could_change_the_level_makes_it_provisional_and_the_highest() -> None:
    suggestion = suggest(DEFAULT, answers("low", None, "no"))
    assert suggestion.provisional
    assert suggestion.level == "2"
    assert suggestion.could_be == ("0", "1", "2")
    assert suggestion.missing == ("exploitation",)


def test_not_knowing_whether_she_is_safe_is_treated_as_if_she_were_not() -> None:
    suggestion = suggest(DEFAULT, answers("low", "low", None))
    assert (suggestion.level, suggestion.provisional) == ("4", True)
    assert suggestion.missing == ("immediate_safety",)


def test_a_missing_answer_that_changes_nothing_leaves_the_answer_firm() -> None:
    policy = Policy(
        "p",
        "1",
        (Input("a", ("x", "y")), Input("b", ("x", "y"))),
        (
            Rule("R1", {"a": "x"}, "1"),
            Rule("R2", {"a": "y", "b": "x"}, "2"),
            Rule("R3", {"a": "y", "b": "y"}, "2"),
        ),
    )
    firm = suggest(policy, {"a": "y", "b": ""})
    assert (firm.level, firm.rule, firm.provisional, firm.immaterial) == ("2", "R2|R3", False, ("b",))


def test_an_answer_the_question_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="not an answer"):
        suggest(DEFAULT, answers("huge", "low", "no"))


# --- what a condition means

COUNT = Input.numbers("open_needs", 0, 11)
WORD = Input("need", STEPS)


@pytest.mark.parametrize(
    "text,expected",
    [
        ("3", {3}),
        ("3..5", {3, 4, 5}),
        ("<=2", {0, 1, 2}),
        ("<2", {0, 1}),
        (">=10", {10, 11}),
        ("> 10", {11}),
        (" 0 | 10..11 ", {0, 10, 11}),
        ("", set(range(12))),
        ("-", set(range(12))),
        (">11", set()),
        ("20..30", set()),
    ],
)
def test_a_condition_on_a_number(text: str, expected: set[int]) -> None:
    assert taken(text, COUNT) == {str(number) for number in expected}


def test_a_condition_on_words() -> None:
    assert taken("high|medium", WORD) == {"high", "medium"}
    assert taken("-", WORD) == set(STEPS)


@pytest.mark.parametrize("text", ["huge", "low|", ">=low", "<=2", "1..2"])
def test_what_is_not_a_condition_on_words_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        taken(text, WORD)


@pytest.mark.parametrize("text", ["12", "5..3", "=>3", "three"])
def test_what_is_not_a_condition_on_a_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        taken(text, COUNT)


# --- the file


def test_a_policy_comes_back_from_its_file_as_it_went() -> None:
    assert read(json.loads(json.dumps(plain(DEFAULT)))) == DEFAULT


def policy_file(**changes: object) -> dict[str, object]:
    return {
        "name": "n",
        "version": "1",
        "levels": ["0", "1"],
        "inputs": {"need": ["low", "high"], "open_needs": {"from": 0, "to": 3}},
        "rules": [
            {"id": "R1", "when": {"need": "low"}, "level": "0"},
            {"id": "R2", "when": {"need": "high", "open_needs": "<=3"}, "level": 1, "because": "why"},
        ],
    } | changes


def test_a_file_may_give_numbers_as_a_range_and_levels_as_numbers() -> None:
    policy = read(policy_file())
    assert suggest(policy, {"need": "high", "open_needs": 2}).level == "1"
    assert proof.check(policy).is_sound


def test_numbers_that_skip_some_come_back_as_they_were_given() -> None:
    policy = read(
        policy_file(
            inputs={"weeks": [1, 2, 4]},
            rules=[
                {"id": "R1", "when": {"weeks": "<=2"}, "level": "0"},
                {"id": "R2", "when": {"weeks": ">2"}, "level": "1"},
            ],
        )
    )
    assert proof.check(policy).is_sound
    assert read(plain(policy)) == policy


def test_answers_that_no_rule_takes_are_an_error_and_never_a_level() -> None:
    with pytest.raises(ValueError, match="no rule"):
        suggest(without("N1"), answers("low", "low", "no"))


def test_inputs_and_values_are_named_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        Input("a", ("x", "x"))
    with pytest.raises(Malformed, match="named twice"):
        Policy("p", "1", (WORD, WORD), ())


@pytest.mark.parametrize(
    "changes,row,column",
    [
        ({"rules": [{"id": "R1", "when": {"need": "huge"}, "level": "0"}]}, "R1", "need"),
        ({"rules": [{"id": "R1", "when": {"nead": "low"}, "level": "0"}]}, "R1", "nead"),
        ({"rules": [{"id": "R1", "when": {}, "level": "9"}]}, "R1", "level"),
        ({"rules": [{"id": "R1", "when": {}}]}, "R1", "level"),
        ({"rules": [{"id": "R1", "when": {}, "level": "0"}] * 2}, "R1", "id"),
        ({"rules": [{"id": "R1", "when": "low", "level": "0"}]}, "R1", "when"),
        ({"rules": ["low"]}, "1", ""),
        ({"inputs": {"need": "low"}}, "", "need"),
        ({"inputs": {"need": []}}, "", "need"),
        ({"inputs": {"need": {"from": 3, "to": 1}}}, "", "need"),
        ({"inputs": {"need": {"from": "a", "to": 1}}}, "", "need"),
        ({"inputs": {}}, "", ""),
        ({"rules": None}, "", ""),
        ({"levels": "0"}, "", ""),
        ({"levels": ["0", "0"]}, "", ""),
    ],
)
def test_a_malformed_file_says_in_which_row_and_column(
    changes: dict[str, object], row: str, column: str
) -> None:
    with pytest.raises(Malformed) as wrong:
        read(policy_file(**changes))
    assert (wrong.value.row, wrong.value.column) == (row, column)


# --- the proof


def without(*ids: str) -> Policy:
    rules = tuple(rule for rule in DEFAULT.rules if rule.id not in ids)
    return Policy(DEFAULT.name, "x", DEFAULT.inputs, rules)


def test_the_default_policy_says_one_thing_of_all_eighteen() -> None:
    found = proof.check(DEFAULT)
    assert found.is_sound
    assert found.combinations == 18
    assert proof.may_apply(DEFAULT)


def test_a_rule_left_out_leaves_exactly_its_combinations() -> None:
    assert proof.check(without("N1")).gaps == (answers("low", "low", "no"),)
    safety = proof.check(without("S1"))
    assert safety.gap_count == len(safety.gaps) == 9
    assert not safety.complete
    assert not proof.may_apply(without("S1"))


def test_two_rules_with_one_level_overlap_and_with_two_contradict() -> None:
    extra = (Rule("X1", {"need": "low", "exploitation": "low", "immediate_safety": "no"}, "0"),)
    overlap = proof.check(Policy("p", "1", DEFAULT.inputs, DEFAULT.rules + extra))
    assert [clash.rules for clash in overlap.overlaps] == [("N1", "X1")]
    assert not overlap.contradictions
    other = (Rule("X2", {"need": "high", "immediate_safety": "no"}, "1"),)
    clash = proof.check(Policy("p", "1", DEFAULT.inputs, DEFAULT.rules + other)).contradictions
    assert {(item.rules, item.combinations) for item in clash} == {(("N6", "X2"), 1), (("N8", "X2"), 2)}
    assert not proof.may_apply(Policy("p", "1", DEFAULT.inputs, DEFAULT.rules + other))


def test_a_rule_that_nothing_can_meet_is_reported() -> None:
    policy = Policy("p", "1", (COUNT,), (Rule("R1", {}, "0"), Rule("R2", {"open_needs": ">11"}, "1")))
    found = proof.check(policy)
    assert found.idle == ("R2",)
    assert not found.is_sound
    assert proof.may_apply(policy)


def test_many_inputs_are_proved_without_walking_through_every_combination() -> None:
    inputs = tuple(Input.numbers(f"i{number}", 0, 11) for number in range(12))
    policy = Policy("p", "1", inputs, (Rule("R1", {"i0": "<=5"}, "0"), Rule("R2", {"i11": ">=6"}, "1")))
    found = proof.check(policy)
    assert found.combinations == 12**12
    assert found.gap_count == 12**12 // 4
    assert found.contradictions[0].combinations == 12**12 // 4
    assert len(found.gaps) == proof.SHOWN


INPUTS = (Input("a", ("x", "y", "z")), Input.numbers("b", 0, 3), Input("c", ("yes", "no")))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    def condition(question: Input) -> str:
        values = draw(st.lists(st.sampled_from(question.values), unique=True, max_size=3))
        return "|".join(values)

    count = draw(st.integers(1, 6))
    rules = tuple(
        Rule(f"R{n}", {q.name: condition(q) for q in INPUTS}, draw(st.sampled_from("01234")))
        for n in range(count)
    )
    return Policy("p", "1", INPUTS, rules)


def every_combination() -> list[tuple[str, ...]]:
    return list(product(*(question.values for question in INPUTS)))


@settings(max_examples=200, deadline=None)
@given(policies())
def test_the_proof_agrees_with_trying_everything(policy: Policy) -> None:
    found = proof.check(policy)
    takers = {
        values: [
            rule
            for rule, box in zip(policy.rules, policy.boxes, strict=True)
            if all(value in allowed for value, allowed in zip(values, box, strict=True))
        ]
        for values in every_combination()
    }
    gaps = {values for values, rules in takers.items() if not rules}
    assert {tuple(gap.values()) for gap in found.gaps} == gaps
    assert found.gap_count == len(gaps)
    clashes: Counter[tuple[str, str, bool]] = Counter()
    for rules in takers.values():
        for one, other in combinations(rules, 2):
            clashes[one.id, other.id, one.level == other.level] += 1
    listed = {
        (*clash.rules, same): clash.combinations
        for same, group in ((True, found.overlaps), (False, found.contradictions))
        for clash in group
    }
    assert listed == dict(clashes)


@settings(max_examples=200, deadline=None)
@given(policies(), st.tuples(*(st.sampled_from((None, *question.values)) for question in INPUTS)))
def test_a_suggestion_agrees_with_trying_every_missing_answer(
    policy: Policy, given_answers: tuple[str | None, ...]
) -> None:
    if not proof.may_apply(policy):
        return
    names = [question.name for question in INPUTS]
    suggestion = suggest(policy, dict(zip(names, given_answers, strict=True)))
    completions = [
        values
        for values in every_combination()
        if all(known in (None, value) for known, value in zip(given_answers, values, strict=True))
    ]
    levels = {suggest(policy, dict(zip(names, values, strict=True))).level for values in completions}
    assert set(suggestion.could_be) == levels
    assert suggestion.level == max(levels)
    assert suggestion.provisional == (len(levels) > 1)


# --- the decision


def test_agreeing_with_the_machine_needs_a_reason_too() -> None:
    assert not triage.complete(Level.TARGETED, "  ")
    assert not triage.complete(None, "Because")
    assert triage.complete(Level.TARGETED, "She asked for a key worker.")
    for no_words in ("x", "abcdefghijkl", "a b", "no  reason"[:9]):
        assert not triage.complete(Level.TARGETED, no_words), no_words
    said = {"reason": "She asked for a key worker.", "suggested": Level.INTENSIVE}
    assert "say why" in triage.complete(Level.TARGETED, **said).reason
    assert not triage.complete(Level.TARGETED, **said, otherwise="x")
    assert triage.complete(Level.TARGETED, **said, otherwise="Her sister is back.")
    assert triage.complete(Level.INTENSIVE, **said)
    assert triage.wants_check(Level.ADVICE, Level.ADVICE) and triage.wants_check(Level.TARGETED, Level.ADVICE)
    assert not triage.wants_check(Level.TARGETED, Level.TARGETED)


def test_deciding_otherwise_than_suggested_is_an_override() -> None:
    assert triage.action(Level.TARGETED, Level.TARGETED) is triage.Action.DECIDE
    assert triage.action(Level.UNIVERSAL, Level.TARGETED) is triage.Action.OVERRIDE
    assert triage.action(Level.UNIVERSAL, None) is triage.Action.DECIDE


def test_a_decision_names_a_person_and_keeps_what_was_suggested() -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    made = triage.TriageDecision(Level.INTENSIVE, "She is at risk", "Jo", at, Level.TARGETED, False, "2026.1")
    assert made.is_override
    assert made.status is triage.Status.OVERRIDDEN
    for reason, name in (("", "Jo"), ("Because", " ")):
        with pytest.raises(ValueError, match="person and a reason"):
            triage.TriageDecision(Level.INTENSIVE, reason, name, at, None, False, "1")


def test_no_level_is_decided_on_half_an_assessment_or_after_a_stop() -> None:
    assert triage.may_decide(triage.Facts(assessment.Status.COMPLETE))
    assert triage.may_decide(triage.Facts(assessment.Status.REFUSED)), "she may refuse an assessment"
    assert not triage.may_decide(triage.Facts(assessment.Status.IN_PROGRESS))
    assert not triage.may_decide(triage.Facts(assessment.Status.COMPLETE, is_stopped=True))


def test_the_more_support_the_sooner_it_begins_and_is_reviewed() -> None:
    promised = [STANDARDS[level] for level in Level]
    assert [one.first_contact_days for one in promised] == [10, 10, 5, 2, 0]
    assert [one.review_weeks for one in promised] == [None, 12, 8, 4, 1]
    assert [level for level in Level if level.wants_second_reader] == [Level.ADVICE, Level.URGENT_SAFETY]
    assert Level.TARGETED.label == "Level 2: Targeted"


# --- the fewest answers that would give another level ------------------------------------------------------


@pytest.mark.parametrize("given_answers", [*product((*STEPS, None), (*STEPS, None), ("yes", "no", None))])
def test_the_smallest_change_is_the_smallest_of_all(given_answers: tuple[str | None, ...]) -> None:
    """Held against trying every combination of answers, for every combination of answers there can be."""
    known = answers(*given_answers)
    now = suggest(DEFAULT, known).level
    fewest: dict[str, int] = {}
    for need, exploitation, safety in product(STEPS, STEPS, ("yes", "no")):
        tried = answers(need, exploitation, safety)
        level = suggest(DEFAULT, tried).level
        if level != now:
            fewest[level] = min(fewest.get(level, 9), sum(tried[name] != known[name] for name in tried))
    found = {one.level: one for one in nearby.smallest(DEFAULT, known)}
    assert set(found) == set(fewest)
    for level, one in found.items():
        asked = {name for name, _ in one.changes}
        # an answer that is missing and that the rule does not ask for may stay missing
        unasked = sum(value is None for name, value in known.items() if name not in asked)
        assert len(one.changes) <= fewest[level] <= len(one.changes) + unasked
        changed = {**known, **{name: values[0] for name, values in one.changes}}
        assert suggest(DEFAULT, changed).level == level


def test_what_a_level_promises_is_part_of_the_policy_and_comes_back() -> None:
    sooner = replace(STANDARDS[Level.TARGETED], review_weeks=4, first_contact_days=3, offer="A key worker")
    policy = replace(DEFAULT, standards={Level.TARGETED: sooner})
    back = read(json.loads(json.dumps(plain(policy))))
    assert back == policy
    assert back.standard(Level.TARGETED).review_weeks == 4
    assert back.standard(Level.ADVICE) == STANDARDS[Level.ADVICE]


def test_how_soon_a_service_answers_is_part_of_a_version_and_changes_no_older_mark() -> None:
    slower = replace(STANDARDS[Level.INTENSIVE], answer_days=4)
    policy = replace(DEFAULT, standards={Level.INTENSIVE: slower})
    assert read(plain(policy)).standard(Level.INTENSIVE).answer_days == 4
    working = WorkingTime()
    sent = datetime(2026, 11, 2, 11, tzinfo=LONDON)
    usual, later = (
        referral.answer_due(Level.INTENSIVE, sent_at=sent, working=working, standard=standard).date()
        for standard in (None, slower)
    )
    assert (usual.day, later.day) == (4, 6)
    # a version that says nothing of it reads as it did when it was approved
    same = replace(DEFAULT, standards={Level.INTENSIVE: STANDARDS[Level.INTENSIVE]})
    assert "answer_days" not in str(plain(same))
    changed = [(one.column, one.before, one.after) for one in version.differences(same, policy)]
    assert changed == [("a service answers, working days", "2", "4")]


@pytest.mark.parametrize(
    "offers",
    [
        [],
        {"7": {}},
        {"2": "soon"},
        {"2": {"first_contact_days": "-1"}},
        {"2": {"review_weeks": "0"}},
        {"2": {"review_weeks": 1000}},
    ],
)
def test_a_promise_that_makes_no_sense_is_refused(offers: object) -> None:
    with pytest.raises(Malformed):
        read({**plain(DEFAULT), "offers": offers})


# --- what may be put into force, and what changed -----------------------------------------------------------


def test_every_single_fault_of_a_policy_keeps_it_from_being_put_forward() -> None:
    assert version.problem(DEFAULT) == ""
    first, rest = DEFAULT.rules[0], DEFAULT.rules[1:]
    faulty = {
        "No rule takes": replace(DEFAULT, rules=rest),
        "contradict": replace(DEFAULT, rules=(*DEFAULT.rules, Rule("X", {"need": "low"}, "3", "So."))),
        "both take": replace(DEFAULT, rules=(*DEFAULT.rules, replace(first, id="X"))),
        "why": replace(DEFAULT, rules=(replace(first, because=" "), *rest)),
        "not recorded": replace(DEFAULT, inputs=(*DEFAULT.inputs, Input("shoes", ("red", "blue")))),
        "can also be": replace(
            DEFAULT,
            inputs=(Input("need", ("low", "medium")), *DEFAULT.inputs[1:]),
            rules=tuple(rule for rule in DEFAULT.rules if "high" not in rule.when.get("need", "")),
        ),
    }
    for words, policy in faulty.items():
        assert words in version.problem(policy)


def test_a_rule_that_nothing_can_meet_is_found() -> None:
    counted = Input.numbers("open_needs", 0, 11)
    idle = Rule("X", {"open_needs": ">11"}, "3", "So.")
    policy = replace(DEFAULT, inputs=(*DEFAULT.inputs, counted), rules=(*DEFAULT.rules, idle))
    assert "never be met" in version.problem(policy)


def test_differences_are_named_cell_by_cell_and_both_ways() -> None:
    n6 = next(rule for rule in DEFAULT.rules if rule.id == "N6")
    other = replace(
        DEFAULT,
        rules=(*(rule for rule in DEFAULT.rules if rule.id not in ("N6", "N8")),
               replace(n6, level="3"), Rule("N9", {"need": "high"}, "3", "So.")),
        standards={Level.ADVICE: replace(STANDARDS[Level.ADVICE], first_contact_days=1)},
    )  # fmt: skip
    found = version.differences(DEFAULT, other)
    said = {(one.row, one.kind.value, one.column) for one in found}
    assert ("Rule N6", "changed", "Level") in said
    assert ("Rule N8", "removed", "rule") in said and ("Rule N9", "added", "rule") in said
    assert (Level.ADVICE.label, "changed", "first contact, working days") in said
    back = {(one.row, one.column): (one.after, one.before) for one in version.differences(other, DEFAULT)}
    assert back == {(one.row, one.column): (one.before, one.after) for one in found}
    assert version.differences(DEFAULT, DEFAULT) == ()
    assert version.mark(DEFAULT) != version.mark(other)


def test_named_facts_say_what_is_missing_and_never_count_half_a_ladder() -> None:
    half = facts.of_her(judgements={"need": "low"}, ladder={needs.Domain.HOUSING: needs.Rung.CRISIS})
    assert half["open_needs"] is None and half["rung_housing"] == "1" and half["rung_money"] is None
    whole = facts.of_her(
        judgements={},
        ladder=dict.fromkeys(needs.Domain, needs.Rung.STRUGGLING),
        mechanisms={mechanisms.Mechanism.MARAC: mechanisms.Standing.IN_PLACE},
        is_ladder_whole=True,
    )
    assert whole["open_needs"] == str(len(needs.Domain)) and whole["in_marac"] == "yes"
    assert whole["need"] is None and whole["in_nrm"] is None
    for name, value in whole.items():
        assert value is None or value in facts.BY_NAME[name].input.values


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("status", [None, *reading.Status])
def test_only_level_0_waits_for_its_reader_before_an_ending(
    level: Level, status: reading.Status | None
) -> None:
    answer = reading.may_end(level, status)
    assert bool(answer) is (level is not Level.ADVICE or status is reading.Status.AGREED)
    assert (reading.wanted(level) is None) is (level not in (Level.ADVICE, Level.URGENT_SAFETY))


def test_a_whole_number_of_a_spreadsheet_is_that_number_in_a_condition_too():
    counts = Input.numbers("open_needs", 0, 11)
    assert taken("3.0", counts) == {"3"}
    assert taken("3.0 | 11.00", counts) == {"3", "11"}
    for text in ("3.5", "12.0"):
        with pytest.raises(ValueError, match="is not a value"):
            taken(text, counts)
    with pytest.raises(ValueError, match="is not a value"):
        taken("1.0", Input("code", ("1", "2")))
