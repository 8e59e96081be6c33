"""The partnership survey's own rules: who may answer when, what a sheet is, and what it comes to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pathways.domain.evaluation import partnership
from pathways.domain.evaluation.partnership import (
    CODES,
    LONGEST_DAYS,
    STATEMENTS,
    Extent,
    PartnershipDomain,
    WaveState,
)

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
DAY = timedelta(days=1)


def test_both_days_belong_to_a_wave():
    for today, state in (
        (FIRST - DAY, WaveState.PLANNED), (FIRST, WaveState.OPEN), (LAST, WaveState.OPEN),
        (LAST + DAY, WaveState.CLOSED),
    ):  # fmt: skip
        assert partnership.state(FIRST, LAST, today=today) is state


@pytest.mark.parametrize("is_invited", [True, False])
@pytest.mark.parametrize("has_answered", [True, False])
@pytest.mark.parametrize("today", [FIRST - DAY, FIRST, LAST, LAST + DAY])
def test_only_who_is_invited_answers_and_once_and_while_it_is_open(is_invited, has_answered, today):
    answer = partnership.may_answer(
        is_invited=is_invited, has_answered=has_answered, opens=FIRST, closes=LAST, today=today
    )
    assert bool(answer) == (is_invited and not has_answered and FIRST <= today <= LAST)
    assert answer.hidden == (not is_invited)


def test_a_wave_that_has_closed_is_not_opened_again():
    answer = partnership.may_close_on(LAST + 9 * DAY, opens=FIRST, before=LAST, today=LAST + DAY)
    assert not answer
    assert "closed" in answer.reason
    assert partnership.may_close_on(LAST + 9 * DAY, opens=FIRST, before=LAST, today=LAST)
    assert not partnership.may_close_on(FIRST + 2 * DAY, opens=FIRST, before=LAST, today=FIRST + 3 * DAY)
    assert not partnership.may_close_on(
        FIRST + (LONGEST_DAYS + 1) * DAY, opens=FIRST, before=LAST, today=FIRST
    )
    assert not partnership.may_last(FIRST, LAST, today=FIRST + DAY)


def test_a_sheet_answers_every_statement_in_the_words_of_the_survey():
    whole = dict.fromkeys(CODES, Extent.PARTLY.value)
    assert partnership.fault(whole) == ""
    assert "1 of 16" in partnership.fault({code: said for code, said in whole.items() if code != "b1"})
    assert partnership.fault({**whole, "b1": "often"})
    assert partnership.fault({**whole, "z9": "fully"})


def test_each_domain_has_four_statements_and_no_two_are_the_same():
    assert len({one.words for one in STATEMENTS}) == len(STATEMENTS) == 16
    assert all(len(partnership.of_domain(domain)) == 4 for domain in PartnershipDomain)


def test_who_cannot_say_lowers_nothing_and_half_a_domain_is_needed():
    asked = partnership.of_domain(PartnershipDomain.SHARING)
    said = {"s1": "fully", "s2": "not_at_all", "s3": "cannot_say", "s4": "cannot_say"}
    assert partnership.score(said, asked) == 3
    assert partnership.score({**said, "s2": "cannot_say"}, asked) is None
