"""The plan of the evaluation: measures, the theory of change, and what a record of the programme may say."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.domain.evaluation import catalogue, measures, recorded, spine, theory
from pathways.domain.evaluation.measures import Choice, Chosen, NodeKind, NotSoError
from pathways.domain.evaluation.recorded import KINDS, AnswerKind, RecordKind
from pathways.domain.evaluation.theory import Link, Node, Support, Theory
from pathways.domain.terms import references


def test_fifty_two_measures_come_defined_and_each_is_whole():
    assert [one.code for one in catalogue.MEASURES] == [f"M{number}" for number in range(1, 53)]
    assert len({one.name for one in catalogue.MEASURES}) == 52
    for one in catalogue.MEASURES:
        for word in measures.WORDS:
            assert getattr(one, word).strip(), (one.code, word)
        assert one.baseline is None
        assert one.target is None
        is_process = one.aspect is measures.Aspect.PROCESS
        assert is_process == (one.number <= 29), one.code


def test_a_site_picks_changes_and_adds_without_touching_what_is_defined():
    chosen = Chosen().with_choice("M16", Choice(True, "Panel", measures.Frequency.MONTHLY, 40.0, 65.0))
    own = catalogue.BY_CODE["M16"].__class__(
        **{**measures.measure_as_json(catalogue.BY_CODE["M16"]), "code": chosen.next_code(),
           **{name: getattr(catalogue.BY_CODE["M16"], name) for name in
              ("unit", "source", "frequency", "evidence", "disclosure", "aspect", "node")}}
    )  # fmt: skip
    chosen = chosen.with_own(own)
    assert own.code == "S1"
    assert chosen.next_code() == "S2"
    found = {one.measure.code: one for one in measures.at_site(catalogue.MEASURES, chosen)}
    assert found["M16"].measure.target == 65.0
    assert found["S1"].is_own
    assert catalogue.BY_CODE["M16"].target is None
    assert measures.from_json(measures.as_json(chosen)) == chosen


@pytest.mark.parametrize(("typed", "value"), [("62.5%", 62.5), ("£1,250", 1250.0), ("", None), ("-3", -3.0)])
def test_a_figure_is_read_as_people_type_it(typed, value):
    assert measures.number(typed) == value


@pytest.mark.parametrize("typed", ["many", "1e9", "nan", "1.2.3", "٣"])
def test_what_is_no_figure_is_refused(typed):
    if typed == "٣":  # a digit of another script is not one that a sheet can be counted from
        typed = "٣x"
    with pytest.raises(NotSoError):
        measures.number(typed)


def test_the_draft_is_a_theory_whose_every_link_could_have_been_made_by_hand():
    made = Theory()
    for node in spine.DRAFT.nodes:
        assert theory.may_be(made, node)
        made = made.with_node(node)
        assert set(node.measures) <= set(catalogue.BY_CODE)
    for link in spine.DRAFT.links:
        assert theory.may_link(made, link.start, link.end), link
        made = made.with_link(link)
        assert link.support is not Support.OWN_DATA
    assert made == spine.DRAFT
    assert {node.kind for node in made.nodes} == set(NodeKind)


def test_a_link_goes_forwards_and_never_round():
    two = Theory((Node("N1", NodeKind.OUTCOME, "a"), Node("N2", NodeKind.OUTCOME, "b"),
                  Node("N3", NodeKind.INPUT, "c"), Node("N4", NodeKind.ASSUMPTION, "d")))  # fmt: skip
    assert theory.may_link(two, "N1", "N2")
    linked = two.with_link(Link("N1", "N2", Support.ASSUMED))
    assert "circle" in theory.may_link(linked, "N2", "N1").reason
    assert "forwards" in theory.may_link(two, "N1", "N3").reason
    assert not theory.may_link(two, "N3", "N4")
    assert theory.may_link(two, "N4", "N3")
    assert not theory.may_link(two, "N1", "N1")
    assert not theory.may_link(two, "N1", "N9")
    assert not theory.may_be(linked, Node("N2", NodeKind.INPUT, "b"))


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=30), st.integers(1, 8))
def test_whatever_is_linked_and_removed_a_theory_comes_back_from_its_document(pairs, gone):
    kinds = list(NodeKind)
    now = Theory(tuple(Node(f"N{n}", kinds[n % len(kinds)], f"part {n}") for n in range(1, 9)))
    for start, end in pairs:
        if theory.may_link(now, f"N{start}", f"N{end}"):
            now = now.with_link(Link(f"N{start}", f"N{end}", Support.ASSUMED, "said"))
    assert theory.from_json(theory.as_json(now)) == now
    less = now.without_node(f"N{gone}")
    assert theory.from_json(theory.as_json(less)) == less
    assert theory.compare(now, now) == ()
    said = {one.what for one in theory.compare(now, less)}
    assert f"N{gone}" in said
    assert all(f"N{gone}" in one for one in said)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda b: b.pop("format"), "format"),
        (lambda b: b["nodes"][0].update(code="x"), "Node 1"),
        (lambda b: b["nodes"].append(dict(b["nodes"][0])), "twice"),
        (lambda b: b["nodes"][2].update(kind="wish"), "its kind"),
        (lambda b: b["nodes"][0].update(measures=["M99"]), "no measure M99"),
        (lambda b: b["links"][1].update({"to": "N99"}), "Link 2"),
        (lambda b: b["links"][0].update(support="sure"), "its support"),
        (lambda b: b["nodes"][0].update(words=" "), "Node N1"),
        (lambda b: b.update(links={}), "lists"),
    ],
)
def test_a_document_that_is_no_theory_says_where(spoil, says):
    body = theory.as_json(spine.DRAFT)
    spoil(body)
    with pytest.raises(theory.MalformedError, match=says):
        theory.from_json(body, known=catalogue.BY_CODE)


def test_every_kind_of_record_asks_in_plain_words_and_keeps_cases_in_codes():
    for kind, described in KINDS.items():
        names = [asked.name for asked in described.questions]
        assert len(set(names)) == len(names)
        assert described.title in names
        assert described.writes <= described.reads
        for asked in described.questions:
            assert bool(asked.options) == (asked.kind in (AnswerKind.ONE_OF, AnswerKind.SEVERAL)), asked
        if kind is RecordKind.RISK_CHANGE:
            assert not {asked.kind for asked in described.questions} & recorded.TYPED


def test_no_words_of_any_record_may_hold_a_womans_reference():
    reference = references.make(b"abcdefgh")
    for kind, described in KINDS.items():
        for asked in described.questions:
            if asked.kind not in recorded.TYPED:
                continue
            for said in (reference, references.spaced(reference), reference.lower()):
                answers = {asked.name: f"as {said} said"}
                faults = [recorded.fault(kind, date(2026, 1, 1), None, {**_whole(kind), **answers})]
                assert faults[0][0] == asked.name, (kind, asked.name)


def _whole(kind: RecordKind) -> dict:
    given = {AnswerKind.WORDS: "said", AnswerKind.LINE: "said", AnswerKind.WHOLE: 1, AnswerKind.AMOUNT: 1.0,
             AnswerKind.DAY: "2026-01-01", AnswerKind.YES_NO: True, AnswerKind.ORGANISATION: "x",
             AnswerKind.BY_ORGANISATION: {}, AnswerKind.MEASURE: "M1", AnswerKind.MEASURES: ["M1"],
             AnswerKind.NODES: ["N1"]}  # fmt: skip
    answers = {}
    for asked in KINDS[kind].questions:
        if asked.kind is AnswerKind.ONE_OF:
            answers[asked.name] = asked.options[0][0]
        elif asked.kind is AnswerKind.SEVERAL:
            answers[asked.name] = [asked.options[0][0]]
        else:
            answers[asked.name] = given[asked.kind]
    return answers


def test_the_evaluator_contacts_no_woman_and_interviews_nobody_without_agreement():
    said = _whole(RecordKind.INTERVIEW)
    on = date(2026, 1, 1)
    assert recorded.fault(RecordKind.INTERVIEW, on, None, said) == ("", "")
    assert recorded.fault(RecordKind.INTERVIEW, on, None, {**said, "asked_by": "evaluator"})[0] == "asked_by"
    assert recorded.fault(RecordKind.INTERVIEW, on, None, {**said, "consent": []})[0] == "consent"
    assert recorded.fault(RecordKind.SPEND, on, date(2025, 1, 1), _whole(RecordKind.SPEND))[0] == "until"
