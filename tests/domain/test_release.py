"""Nothing leaves on one person's word, nor on its maker's, nor while it gives anything away."""

from __future__ import annotations

import itertools

from pathways.domain.evaluation import release
from pathways.domain.evaluation.release import Action, Facts, Status
from pathways.domain.terms.people import Role


def may(action: Action, facts: Facts, role: Role = Role.EVALUATOR, status: Status = Status.IN_REVIEW):
    return release.WORKFLOW.may(action, status=status, role=role, facts=facts)


def test_the_first_yes_lets_nothing_out_and_the_second_does():
    assert may(Action.AGREE, Facts())
    assert not may(Action.RELEASE, Facts())
    assert may(Action.RELEASE, Facts(agreed=1))
    assert not may(Action.AGREE, Facts(agreed=1))


def test_whoever_made_it_and_whoever_has_spoken_says_nothing_more():
    for facts in (Facts(is_maker=True, agreed=1), Facts(has_spoken=True, agreed=1)):
        for action in (Action.AGREE, Action.RELEASE, Action.REFUSE):
            assert not may(action, facts)


def test_nothing_that_gives_a_count_away_is_put_forward_or_let_out():
    for facts in (Facts(at_risk=1, agreed=1), Facts(given_away=2, agreed=1), Facts(newer_out=1, agreed=1)):
        assert not may(Action.PROPOSE, facts, status=Status.MADE)
        assert not may(Action.RELEASE, facts)
        assert may(Action.REFUSE, facts)  # it can always be sent back


def test_only_from_its_review_by_a_reader_is_it_ever_released():
    for status, role in itertools.product(Status, Role):
        allowed = bool(may(Action.RELEASE, Facts(agreed=1), role, status))
        assert allowed == (status is Status.IN_REVIEW and role in release.READERS)
