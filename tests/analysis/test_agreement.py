"""Cohen's kappa of second readings: against tables worked out by hand, and how often its interval holds."""

from __future__ import annotations

import numpy as np
import pytest

from pathways.analysis import agreement
from pathways.analysis.agreement import Reading


def readings(table, rates=None):
    return [
        Reading(first, second, (rates or {}).get(first, 1.0), first)
        for (first, second), n in table.items()
        for _ in range(n)
    ]


def test_the_textbook_table_gives_the_textbook_kappa():
    found = agreement.kappa(readings({("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}))
    assert found.observed == pytest.approx(0.7)
    assert found.by_chance == pytest.approx(0.5)
    assert found.kappa == pytest.approx(0.4)
    assert found.low < 0.4 < found.high
    assert found.table["y", "n"] == 5 and found.n == 50


def test_each_pair_stands_for_as_many_decisions_as_it_was_drawn_from():
    drawn = {("c", "c"): 18, ("c", "r"): 2, ("r", "c"): 1, ("r", "r"): 9}
    found = agreement.kappa(readings(drawn, {"c": 0.5, "r": 0.1}))
    everything = agreement.kappa(readings({("c", "c"): 36, ("c", "r"): 4, ("r", "c"): 10, ("r", "r"): 90}))
    assert found.kappa == pytest.approx(everything.kappa)
    assert found.weighted["r", "r"] == pytest.approx(90)
    assert found.table["r", "r"] == 9
    assert found.kappa != pytest.approx(agreement.kappa(readings(drawn)).kappa)


def test_perfect_agreement_is_one_and_none_at_all_is_not_guessed():
    assert agreement.kappa(readings({("y", "y"): 5, ("n", "n"): 5})).kappa == pytest.approx(1)
    for empty in ({}, {("y", "y"): 9}):
        found = agreement.kappa(readings(empty))
        assert (found.kappa, found.low, found.high) == (None, None, None)
    single = agreement.kappa([Reading("y", "n")])
    assert single.low is None


def test_the_order_of_the_readings_does_not_matter():
    one = readings({("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}, {"n": 0.25})
    assert agreement.kappa(one) == agreement.kappa(list(reversed(one)))


def test_a_wrong_rate_or_an_unknown_word_is_refused():
    for rate in (0, -1, 1.5):
        with pytest.raises(ValueError, match="rate"):
            agreement.kappa([Reading("y", "n", rate)])
    with pytest.raises(ValueError, match="maybe is none of y, n"):
        agreement.kappa([Reading("y", "maybe")], categories=("y", "n"))


def test_the_interval_holds_the_true_kappa_about_as_often_as_it_says():
    """80 pairs from a known table, 200 times: 95 in 100 is promised, fewer than 90 would be a mistake."""
    chance = np.random.default_rng(7)
    cells = [("y", "y"), ("y", "n"), ("n", "y"), ("n", "n")]
    held = 0
    for _ in range(200):
        drawn = chance.multinomial(80, [0.4, 0.1, 0.1, 0.4])
        pairs = [Reading(*cell) for cell, n in zip(cells, drawn, strict=True) for _ in range(n)]
        found = agreement.kappa(pairs, resamples=400)
        held += found.low <= 0.6 <= found.high
    assert held >= 180
