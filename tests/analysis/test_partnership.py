"""What a partnership survey comes to: the figures by hand, and what is hidden."""

from __future__ import annotations

import random
from datetime import date

import pytest
from scipy import stats

from pathways.analysis import partnership
from pathways.analysis.disclosure import Rule
from pathways.analysis.partnership import Sheets
from pathways.domain.evaluation.partnership import CODES, STATEMENTS, Extent, PartnershipDomain

RULE = Rule(threshold=4)
ORDER = [one.value for one in Extent][:5]


def sheets(points: list[list[int]], number: int = 1) -> Sheets:
    """One person a list: her points (1 to 5) for each domain, the same for its four statements."""
    domains = list(PartnershipDomain)
    answers = [
        {one.code: ORDER[mine[domains.index(one.domain)] - 1] for one in STATEMENTS} for mine in points
    ]
    return Sheets(number, date(2026, 1, 1), date(2026, 2, number), len(points) + 3, answers)


def test_a_mean_and_its_interval_are_those_of_a_one_sample_t():
    given = [1, 2, 2, 3, 5, 4, 4, 3, 2, 5]
    (found,) = partnership.results([sheets([[n, 3, n, 6 - n] for n in given])], RULE)
    mean = found.domains[PartnershipDomain.BUILDING]
    low, high = stats.ttest_1samp(given, 0).confidence_interval(0.95)
    assert (mean.mean, mean.low, mean.high) == (round(sum(given) / 10, 1), round(low, 1), round(high, 1))
    assert found.domains[PartnershipDomain.LASTING].mean == round(6 - sum(given) / 10, 1)


def test_nothing_is_said_where_too_few_answered_or_all_alike():
    (few,) = partnership.results([sheets([[n, n, n, n] for n in (1, 2, 3, 4)])], RULE)
    assert few.overall.mean is None
    assert all(one.mean is None for one in few.domains.values())
    (alike,) = partnership.results([sheets([[5, n, 3, 3] for n in (1, 2, 3, 4, 5, 1)])], RULE)
    assert alike.domains[PartnershipDomain.BUILDING].mean is None
    assert "alike" in alike.domains[PartnershipDomain.BUILDING].why
    assert alike.domains[PartnershipDomain.REACHING].mean is not None


def test_a_single_statement_stands_only_where_all_of_its_domain_can():
    made = sheets([[n, n, n, n] for n in (1, 2, 3, 4, 5, 1, 2, 3, 4, 5)])
    (found,) = partnership.results([made], RULE)
    assert all(found.statements[code].mean is not None for code in CODES)
    silent = [{**answers, "s2": Extent.CANNOT_SAY.value} for answers in made.answers[:2]]
    fewer = Sheets(1, made.opens, made.closes, 13, [*silent, *made.answers[2:]])
    (found,) = partnership.results([fewer], RULE)
    assert {code for code in CODES if found.statements[code].mean is None} == {"s1", "s2", "s3", "s4"}
    assert found.domains[PartnershipDomain.SHARING].mean is not None


def test_measure_43_reads_the_same_means():
    waves = [sheets([[n, n, 2, n] if n > 1 else [1, 1, 1, 1] for n in (1, 2, 3, 4, 5, 2)], number)
             for number in (1, 2)]  # fmt: skip
    found = partnership.results(waves, RULE)
    value = partnership.value(found)
    assert value is not None
    assert value.figure == found[-1].overall.mean
    assert [words for _, words in value.parts] == [
        f"{one.shown} ({one.interval})" for one in found[-1].domains.values()
    ]
    assert [figure for _, figure in value.quarters] == [one.overall.mean for one in found]
    assert partnership.value(()) is None


@pytest.mark.parametrize("waves", [1, 4])
def test_the_picture_stands_with_its_table_and_draws_nothing_hidden(waves):
    chance = random.Random(4)
    made = [sheets([[chance.randint(1, 5) for _ in range(4)] for _ in range(7)], n) for n in range(1, waves)]
    made.append(sheets([[1, 2, 3, 4]] * 3, waves))
    found = partnership.results(made, RULE)
    chart = partnership.chart(found, "Survey.")
    assert chart.table[0][1:] == tuple(one.label for one in found)
    assert "<svg" in chart.svg
    assert chart.table[-1][-1] == "3 of 6"
