"""Matching, propensity, balance and the effect: the fast answer is that of looking through everybody."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.analysis.impact import balance, effect, matching, propensity, reading
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.sheets import Sheet

COVARIATES = ["age", "educ", "race", "married", "nodegree", "re74", "re75"]


def by_looking(
    score: np.ndarray,
    treated: np.ndarray,
    *,
    ratio: int,
    replace: bool,
    caliper: float | None,
    reach: np.ndarray,
    strata: np.ndarray | None,
) -> list[list[int]]:
    """The definition itself: each treated, the largest score first, looks through everybody who is left."""
    order = sorted(np.flatnonzero(treated), key=lambda one: (-score[one], one))
    taken: set[int] = set()
    found = []
    for one in order:
        there = [
            other
            for other in np.flatnonzero(~treated)
            if other not in taken
            and (strata is None or strata[other] == strata[one])
            and (caliper is None or abs(reach[other] - reach[one]) <= caliper)
        ]
        chosen = sorted(there, key=lambda other: (abs(score[other] - score[one]), other))[:ratio]
        taken |= set() if replace else set(chosen)
        found.append([int(other) for other in chosen] + [-1] * (ratio - len(chosen)))
    return found


@settings(max_examples=300, deadline=None)
@given(
    data=st.lists(
        st.tuples(st.integers(0, 12), st.booleans(), st.integers(0, 2)), min_size=1, max_size=40
    ),
    ratio=st.integers(1, 4),
    replace=st.booleans(),
    caliper=st.sampled_from([None, 0.0, 1 / 16, 0.125, 0.3]),
    is_exact=st.booleans(),
)  # fmt: skip
def test_matching_is_exactly_that_of_looking_through_everybody(
    data: list[tuple[int, bool, int]], ratio: int, replace: bool, caliper: float | None, is_exact: bool
) -> None:
    score = np.array([each[0] / 16 for each in data])
    treated = np.array([each[1] for each in data])
    strata = np.array([each[2] for each in data]) if is_exact else None
    reach = score**2
    found = matching.nearest(
        score, treated, ratio=ratio, replace=replace, caliper=caliper, reach=reach, strata=strata
    )
    assert found.matched.tolist() == by_looking(
        score, treated, ratio=ratio, replace=replace, caliper=caliper, reach=reach, strata=strata
    )


@pytest.mark.parametrize("others", [[0.25, 0.75], [0.75, 0.25], [0.75, 0.25, 0.25], [0.25, 0.25, 0.75]])
@pytest.mark.parametrize("replace", [False, True])
def test_of_two_equally_near_the_earlier_in_the_file_is_taken(others: list[float], replace: bool) -> None:
    score = np.array([0.5, *others])
    treated = np.arange(len(score)) == 0
    found = matching.nearest(score, treated, ratio=len(others), replace=replace)
    assert found.matched.tolist() == [list(range(1, len(score)))]


@pytest.mark.parametrize(("ratio", "caliper"), [(1, None), (3, None), (3, 0.004)])
def test_matching_of_many_is_exactly_that_of_looking_through_everybody(
    ratio: int, caliper: float | None
) -> None:
    rng = np.random.default_rng(7)
    score = np.concatenate((rng.beta(3, 5, 400), rng.beta(2, 7, 3000)))
    mixed = rng.permutation(3400)
    treated, score = mixed < 400, score[mixed]
    found = matching.nearest(score, treated, ratio=ratio, caliper=caliper)
    others = np.flatnonzero(~treated)
    for one, matched in zip(found.treated, found.matched.tolist(), strict=True):
        gap = np.abs(score[others] - score[one])
        near = others[np.argsort(gap, kind="stable")][:ratio]
        near = [int(each) for each in near if caliper is None or abs(score[each] - score[one]) <= caliper]
        assert matched == near + [-1] * (ratio - len(near))
        others = others[~np.isin(others, near)]


@pytest.mark.prove
def test_matching_of_20_000_is_exactly_that_of_looking_through_everybody() -> None:
    rng = np.random.default_rng(11)
    score = rng.beta(2, 6, 22_000).round(5)
    treated = np.arange(22_000) % 11 == 0
    for ratio, caliper in ((1, None), (3, None), (3, 0.0005)):
        found = matching.nearest(score, treated, ratio=ratio, caliper=caliper)
        others = np.flatnonzero(~treated)
        for one, matched in zip(found.treated, found.matched.tolist(), strict=True):
            near = others[np.argsort(np.abs(score[others] - score[one]), kind="stable")][:ratio].tolist()
            near = [each for each in near if caliper is None or abs(score[each] - score[one]) <= caliper]
            assert matched == near + [-1] * (ratio - len(near))
            others = others[~np.isin(others, near)]


def test_the_score_is_that_of_another_program() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(500, 4)) * [1, 100, 0.01, 1] + [0, 5000, 0, 0]
    treated = rng.random(500) < 1 / (1 + np.exp(-x[:, 0] + 0.5 * x[:, 3]))
    other = sm.Logit(treated.astype(float), sm.add_constant(x)).fit(disp=0, tol=1e-12)
    found = propensity.logit(treated, x, ["a", "b", "c", "d"])
    assert found.score == pytest.approx(other.predict(), abs=1e-8)
    assert list(found.coefficients.values()) == pytest.approx(other.params, rel=1e-5)


def test_a_column_that_says_nothing_new_changes_no_score() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(200, 2))
    treated = rng.random(200) < 1 / (1 + np.exp(-x[:, 0]))
    more = np.column_stack([x, x[:, 0] * 2 + x[:, 1] - 7, np.full(200, 4.0)])
    found = propensity.logit(treated, more, ["a", "b", "c", "d"])
    assert found.left_out == ["c", "d"]
    assert found.score == pytest.approx(propensity.logit(treated, x, ["a", "b"]).score)


def table(folder: Path, *, n: int = 400, seed: int = 1, effect_of: float = 2.0) -> Sheet:
    """Two groups of whom the treated are somewhat older, with a true effect on the outcome."""
    rng = np.random.default_rng(seed)
    age = rng.normal(30, 6, n).round()
    town = rng.choice(["North", "South", "West"], n)
    treated = rng.random(n) < 1 / (1 + np.exp(-(age - 36) / 8))
    y = 10 + 0.5 * age + effect_of * treated + rng.normal(0, 2, n)
    lines = [f"{int(t)},{v:.4f},{a:.0f},{w}" for t, v, a, w in zip(treated, y, age, town, strict=True)]
    path = folder / "extract.csv"
    path.write_text("\n".join(["t,y,age,town", *lines]) + "\n", "utf-8")
    return reading.read(path)


SAID = {"treated": "t", "outcome": "y", "known": ["age", "town"]}


def test_a_true_effect_is_found_where_the_groups_can_be_made_alike(tmp_path: Path) -> None:
    found = effect.impact(table(tmp_path, n=2000), **SAID, caliper=0.1, exact=["town"])
    assert found["balanced"]
    assert found["naive"]["low"] > 2.5  # the treated are older, and the older have more
    for each in (found["matched"], found["weighted"]):
        assert each["low"] < 2.0 < each["high"]
    assert found["evidence_level"].startswith("Maryland scale 4")
    assert "must not be read" not in found["statement"]
    assert {line["covariate"] for line in found["balance"]} == {
        "score", "age", "town=North", "town=South", "town=West",
    }  # fmt: skip
    json.dumps(found, allow_nan=False)


def test_no_clear_effect_is_never_worded_as_no_effect(tmp_path: Path) -> None:
    found = effect.impact(table(tmp_path, effect_of=0.0), **SAID, caliper=0.1)
    assert found["balanced"]
    assert "It does not mean that there is no effect" in found["statement"]


def test_too_few_matched_give_no_finding(tmp_path: Path) -> None:
    found = effect.impact(table(tmp_path, n=60, seed=5), **SAID, caliper=0.2)
    assert found["matched"]["n_treated"] < effect.FEWEST
    assert "must not be read as an effect" in found["statement"]
    assert found["evidence_level"].startswith("Maryland scale 2")


def test_the_standard_error_with_replacement_covers_as_it_says(tmp_path: Path) -> None:
    covered = []
    for seed in range(60):
        sheet = table(tmp_path, n=300, seed=100 + seed)
        each = effect.impact(sheet, **SAID, replace=True)["matched"]
        covered.append(each["low"] < 2.0 < each["high"])
    assert np.mean(covered) >= 0.85


def test_rows_with_a_blank_are_left_out_and_counted(tmp_path: Path) -> None:
    sheet = table(tmp_path)
    path = tmp_path / "gaps.csv"
    text = (tmp_path / "extract.csv").read_text("utf-8").splitlines()
    path.write_text("\n".join([text[0], ",5,30,North", "1,,30,North", "1,5,,", *text[1:]]) + "\n", "utf-8")
    found = effect.impact(reading.read(path), **SAID)
    assert found["missing"] == {"rows": 3, "by_column": {"t": 1, "y": 1, "age": 1, "town": 1}}
    assert found["matched"] == effect.impact(sheet, **SAID)["matched"]


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("t,y,age\n" + "".join(f"{int(n > 9)},1,{n}\n" for n in range(20)), {}, "separation"),
        ("t,y,age\n1,1,1\n1,2,3\n1,3,4\n", {}, "at least two of each"),
        ("t,y,age\n1,1,1\n0,2,3\n1,3,4\n0,2,2\n", {"ratio": 0}, "1 or more"),
        ("t,y,age\n1,1,1\n0,2,3\n1,3,4\n0,2,2\n", {"caliper": -1.0}, "0 or above"),
        ("t,y,age\n1,1,1\n0,2,3\n1,3,4\n0,2,2\n", {"known": ["t"]}, "as well"),
        ("t,y,age\n1,1,1\n0,2,3\n1,3,4\n0,2,2\n", {"known": []}, "at least one"),
        ("t,y,age,g\n1,1,1,a\n0,2,3,b\n1,3,4,a\n0,2,2,b\n", {"exact": ["g"]}, "no treated woman has a match"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_says_why(tmp_path: Path, text: str, options: dict, words: str) -> None:
    path = tmp_path / "extract.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(UnanswerableError, match=words):
        effect.impact(reading.read(path), **({"treated": "t", "outcome": "y", "known": ["age"]} | options))


def test_an_outcome_of_yes_and_no_has_an_e_value_by_its_ratio(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    lines = [f"{int(t)},{'yes' if rng.random() < (0.2 if t else 0.4) else 'no'},{rng.integers(20, 60)}"
             for t in rng.random(900) < 0.4]  # fmt: skip
    path = tmp_path / "extract.csv"
    path.write_text("\n".join(["t,y,age", *lines]) + "\n", "utf-8")
    found = effect.impact(reading.read(path), treated="t", outcome="y", known=["age"])
    ratio = found["matched"]["mean_treated"] / found["matched"]["mean_comparison"]
    expected = 1 / ratio + np.sqrt(1 / ratio * (1 / ratio - 1))
    assert found["e_value"]["estimate"] == pytest.approx(expected)
    assert 1 < found["e_value"]["limit"] < found["e_value"]["estimate"]


def test_where_no_treated_differ_the_others_give_the_divisor() -> None:
    treated = np.array([True, True, False, False])
    ones = np.ones(4)
    assert balance.difference(np.array([1.0, 1.0, 1.0, 0.0]), treated, ones) == pytest.approx(1.0)
    assert balance.difference(np.array([2.0, 2.0, 2.0, 2.0]), treated, ones) == 0.0
    assert balance.difference(np.array([2.0, 2.0, 3.0, 3.0]), treated, ones) is None
    assert not balance.is_balanced([0.01, None])


@pytest.mark.shared_data
def test_the_published_answers_for_lalonde_are_reproduced(shared_data: Path) -> None:
    sheet = reading.read(shared_data / "lalonde" / "lalonde.csv")
    found = effect.impact(sheet, treated="treat", outcome="re78", known=COVARIATES)
    assert found["naive"]["estimate"] == pytest.approx(-635.03, abs=0.005)
    assert found["matched"]["estimate"] == pytest.approx(894.37, abs=0.005)
    after = {line["covariate"]: line["after"] for line in found["balance"]}
    for name, size in (("score", 0.9739), ("age", 0.0718), ("race=black", 1.0259)):
        assert after[name] == pytest.approx(size, abs=5e-5)
    assert found["balanced"] is False
    assert "not balanced" in found["statement"]
    assert "must not be read as an effect" in found["statement"]


@pytest.mark.shared_data
def test_the_published_answer_of_the_experiment_is_reproduced(shared_data: Path) -> None:
    found = effect.impact(
        reading.read(shared_data / "lalonde" / "nsw_mixtape.csv"),
        treated="treat", outcome="re78",
        known=["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"],
    )  # fmt: skip
    assert (found["n_treated"], found["n_comparison"]) == (185, 260)
    assert found["naive"]["estimate"] == pytest.approx(1794.34, abs=0.005)
    assert found["naive"]["se"] == pytest.approx(632.85, abs=0.005)


@pytest.mark.parametrize(
    ("known", "outcome", "words"),
    [
        (["same"], "y", "nothing to match on: same says the same of everybody"),
        (["x"], "copy", "copy is the same for all treated .1. and the same for all others .0."),
        (["x"], "same", "the same for all treated"),
    ],
)
def test_where_nothing_is_held_equal_or_nothing_varies_there_is_no_finding(
    tmp_path: Path, known: list[str], outcome: str, words: str
) -> None:
    rng = np.random.default_rng(9)
    lines = [f"{n % 2},{n % 2},7,{x:.3f},{y:.3f}" for n, (x, y) in enumerate(rng.normal(size=(200, 2)))]
    path = tmp_path / "t.csv"
    path.write_text("treated,copy,same,x,y\n" + "\n".join(lines) + "\n")
    with pytest.raises(UnanswerableError, match=words):
        effect.impact(reading.read(path), treated="treated", outcome=outcome, known=known)


def test_a_caliper_of_nothing_matches_only_those_of_one_score(tmp_path: Path) -> None:
    lines = [f"{n % 2},{n % 7},{n % 7 + n % 2 + n % 3}" for n in range(210)] + ["1,9,3", "1,9.5,4"]
    path = tmp_path / "t.csv"
    path.write_text("treated,x,y\n" + "\n".join(lines) + "\n")
    found = effect.impact(reading.read(path), treated="treated", outcome="y", known=["x"], caliper=0.0)
    assert found["matched"]["unmatched"] == 2


def test_a_small_difference_is_never_said_as_nothing() -> None:
    assert effect._how_far(0.00042) == "0.0004 higher for"
    assert effect._how_far(-1234.5) == "1,234.50 lower for"
    assert effect._how_far(0.0) == "the same on average for"


@pytest.mark.parametrize("caliper", [None, 0.02])
@pytest.mark.parametrize("is_exact", [False, True])
def test_in_rounds_everybody_takes_a_first_before_anybody_takes_a_second(
    caliper: float | None, is_exact: bool
) -> None:
    rng = np.random.default_rng(12)
    score = rng.beta(3, 5, 300).round(3)
    treated, strata = np.arange(300) % 3 == 0, (np.arange(300) % 2) if is_exact else None
    found = matching.nearest(
        score, treated, ratio=3, caliper=caliper, strata=strata, in_rounds=True
    )
    order = sorted(np.flatnonzero(treated), key=lambda one: (-score[one], one))
    left, matched = set(np.flatnonzero(~treated).tolist()), {int(one): [] for one in order}
    for _ in range(3):
        for one in order:
            there = [
                other
                for other in left
                if (strata is None or strata[other] == strata[one])
                and (caliper is None or abs(score[other] - score[one]) <= caliper)
            ]
            chosen = min(there, key=lambda other: (abs(score[other] - score[one]), other), default=-1)
            left.discard(chosen)
            matched[int(one)].append(chosen)
    assert found.matched.tolist() == [matched[int(one)] for one in found.treated]
    at_once = matching.nearest(score, treated, ratio=3, caliper=caliper, strata=strata)
    assert (found.counts > 0).sum() > (at_once.counts > 0).sum()
