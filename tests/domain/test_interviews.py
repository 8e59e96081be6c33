"""What may be kept, coded and quoted, and what in a quotation could give somebody away."""

from __future__ import annotations

import pytest

from pathways.domain.evaluation import identifiable, interviews
from pathways.domain.evaluation.identifiable import Giveaway, Known
from pathways.domain.evaluation.interviews import WORKFLOW, Action, CodingState, Facts, Status
from pathways.domain.terms import given_names, references
from pathways.domain.terms.people import HUMAN_ROLES, Role

KNOWN = Known(
    given=frozenset({"grace", "maria", "will"}),
    people=frozenset({"wanda", "reyes"}),
    organisations=frozenset({"the willow centre"}),
    places=frozenset({"luton", "central bedfordshire"}),
)
AGREED = {"result": "held", "consent": ("interview", "quotation"), "is_withdrawn": False}


def found(words: str, known: Known = KNOWN) -> set[tuple[Giveaway, str, bool]]:
    return {(one.kind, one.piece, one.is_sure) for one in identifiable.signs(words, known)}


@pytest.mark.parametrize(
    ("words", "kind", "piece"),
    [
        ("I told Maria about it", Giveaway.NAME, "Maria"),
        ("and then Wanda’s car came", Giveaway.NAME, "Wanda"),
        ("they sent me to the Willow Centre again", Giveaway.ORGANISATION, "the Willow Centre"),
        ("I lived in luton then", Giveaway.PLACE, "luton"),
        ("call me on 07700 900123 please", Giveaway.CONTACT, "07700 900123"),
        ("write to me at her.name@example.org", Giveaway.CONTACT, "her.name@example.org"),
        ("it was LU1 2AB they raided", Giveaway.CONTACT, "LU1 2AB"),
        ("on the 3rd of March he left", Giveaway.DATE, "3rd of March"),
        ("since 12/03/2025 I am here", Giveaway.DATE, "12/03/2025"),
    ],
)
def test_what_surely_gives_somebody_away_is_found(words, kind, piece):
    assert (kind, piece, True) in found(words)


def test_a_reference_that_checks_out_is_found():
    reference = references.make(b"12345678")
    assert any(kind is Giveaway.REFERENCE for kind, _, _ in found(f"my number was {reference} there"))


@pytest.mark.parametrize(
    ("words", "kind", "piece"),
    [
        ("Grace is what I needed.", Giveaway.NAME, "Grace"),
        ("it all began in March", Giveaway.TIME, "March"),
        ("in 2024 he came out", Giveaway.TIME, "2024"),
        ("I was 34 when it began", Giveaway.AGE, "I was 34"),
        ("they took me to Zedtown at night", Giveaway.CAPITAL, "Zedtown"),
    ],
)
def test_what_may_give_somebody_away_is_to_be_looked_at(words, kind, piece):
    signs = found(words)
    assert (kind, piece, False) in signs
    assert not any(is_sure for _, _, is_sure in signs)


def test_plain_words_have_no_sign():
    assert not found("I felt heard. Nobody had asked me before, and I could say no.")


def test_a_word_that_no_other_excerpt_has_is_rare():
    common = identifiable.words_of(["We kept the dog in the kitchen", "they came at night"])
    known = Known(common=common)
    assert found("they kept the ferret in the kitchen", known) == {(Giveaway.RARE, "ferret", False)}


def test_the_table_of_given_names_is_what_names_are_looked_up_in():
    assert {"catherine", "kate", "aisha"} <= given_names.every()


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", HUMAN_ROLES)
@pytest.mark.parametrize("is_asker", [True, False])
def test_a_quotation_is_released_by_a_second_evaluator_and_by_nobody_else(status, action, role, is_asker):
    facts = Facts(is_asker=is_asker, may_be_quoted=True, gives_away=False)
    answer = WORKFLOW.may(action, status=status, role=role, facts=facts)
    if action is Action.TAKE_BACK:
        assert bool(answer) == (status is Status.RELEASED and role is Role.EVALUATOR)
    else:
        assert bool(answer) == (status is Status.WAITING and role is Role.EVALUATOR and not is_asker)


@pytest.mark.parametrize("may_be_quoted", [True, False])
@pytest.mark.parametrize("gives_away", [True, False])
def test_nothing_leaves_that_was_not_agreed_to_or_gives_somebody_away(may_be_quoted, gives_away):
    facts = Facts(is_asker=False, may_be_quoted=may_be_quoted, gives_away=gives_away)
    said = {"status": Status.WAITING, "role": Role.EVALUATOR, "facts": facts}
    assert bool(WORKFLOW.may(Action.RELEASE, **said)) == (may_be_quoted and not gives_away)
    assert WORKFLOW.may(Action.REFUSE, **said)


def test_only_what_was_agreed_to_is_kept_and_only_what_was_agreed_to_be_quoted_is_quoted():
    assert interviews.may_quote(**AGREED)
    assert not interviews.may_quote(**{**AGREED, "consent": ("interview",)})
    assert interviews.may_keep_excerpt(**{**AGREED, "consent": ("interview",)})
    for but in ({"result": "withdrew"}, {"result": "declined"}, {"is_withdrawn": True}, {"consent": ()}):
        assert not interviews.may_keep_excerpt(**{**AGREED, **but})
        assert not interviews.may_quote(**{**AGREED, **but})


def test_two_people_code_each_once():
    assert interviews.may_code(has_coded=False, coders=0)
    assert interviews.may_code(has_coded=False, coders=1)
    assert not interviews.may_code(has_coded=True, coders=1)
    assert not interviews.may_code(has_coded=False, coders=2)


def test_a_third_coder_settles_what_two_gave_differently_and_nothing_else():
    state = {
        (coders, differ, is_settled): interviews.coding_state(
            coders=coders, differ=differ, is_settled=is_settled
        )
        for coders in (0, 1, 2)
        for differ in (False, True)
        for is_settled in (False, True)
    }
    open_to = {key for key, found in state.items() if interviews.may_settle(found, has_coded=False)}
    assert open_to == {(2, True, False)}
    assert not any(interviews.may_settle(found, has_coded=True) for found in CodingState)
    assert set(state.values()) == set(CodingState)


def test_what_left_the_codebook_is_disputed_by_nobody():
    assert interviews.disputed({"a", "b"}, {"b", "c"}, codebook={"a", "b", "c"}) == {"a", "c"}
    assert interviews.disputed({"a", "b"}, {"b", "c"}, codebook={"b", "c"}) == {"c"}
    assert interviews.disputed({"a"}, set(), codebook=set()) == frozenset()
