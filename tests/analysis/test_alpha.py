"""Krippendorff's alpha: a published example, its limits, and that it does not matter who was first."""

from __future__ import annotations

import random

import pytest

from pathways.analysis import agreement
from pathways.analysis.agreement import Reading


def read(first: str, second: str) -> list[Reading]:
    return [Reading(one, other) for one, other in zip(first, second, strict=True)]


def test_the_published_example_of_two_observers():
    """K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), part A: ten units, alpha 0.095."""
    found = agreement.alpha(read("0100000010", "1110010000"))
    assert found.alpha == pytest.approx(0.095, abs=5e-4)
    assert found.n == 10
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.alpha <= found.high


def test_always_alike_is_one_and_one_value_everywhere_is_not_defined():
    assert agreement.alpha(read("01010", "01010")).alpha == 1
    assert agreement.alpha(read("0000", "0000")).alpha is None
    assert agreement.alpha([]).alpha is None


def test_it_does_not_matter_who_was_first_nor_in_which_order():
    chance = random.Random(5)
    some = read("".join(chance.choices("ab", k=40)), "".join(chance.choices("ab", k=40)))
    other = [Reading(one.second, one.first) for one in reversed(some)]
    assert agreement.alpha(some).alpha == pytest.approx(agreement.alpha(other).alpha)
    shuffled = chance.sample(some, len(some))
    assert agreement.alpha(some) == agreement.alpha(shuffled)


def test_alpha_is_worked_out_as_from_the_coincidence_matrix():
    """By hand: every pair both ways, 1 - (n - 1) * differing / (sum of products of different values)."""
    chance = random.Random(8)
    for _ in range(50):
        some = read("".join(chance.choices("abc", k=12)), "".join(chance.choices("abc", k=12)))
        values = [each for one in some for each in (one.first, one.second)]
        differ = 2 * sum(one.first != one.second for one in some)
        n = len(values)
        apart = sum(values.count(x) * values.count(y) for x in "abc" for y in "abc" if x != y)
        if apart:
            by_hand = 1 - (n - 1) * differ / apart
            assert agreement.alpha(some, resamples=0).alpha == pytest.approx(by_hand)
