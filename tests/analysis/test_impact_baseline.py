"""The first table of an evaluation, raw and protected."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

from pathways.analysis.disclosure import Rule
from pathways.analysis.impact import baseline, differences, reading, release
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.impact.baseline import Material
from pathways.analysis.sheets import UnreadableError


def gather(folder: Path, text: str, **said: object) -> Material:
    path = folder / "extract.csv"
    path.write_text(text, "utf-8")
    return baseline.gather(reading.read(path), **({"columns": None, "rows": ["v"]} | said))


@pytest.mark.shared_data
def test_the_published_answers_for_pbc_are_reproduced(shared_data: Path) -> None:
    sheet = reading.read(shared_data / "pbc_tableone" / "pbc.csv")
    found = baseline.baseline(
        baseline.gather(sheet, columns="trt", rows=["age", "sex", "stage", "platelet", "bili"])
    )
    assert [each["n"] for each in found["groups"]] == [158, 154]
    assert (found["n"], found["without_group"]) == (312, 106)
    age, sex, stage, platelet, bili = found["rows"]
    assert (age["test"], round(age["p"], 3)) == ("Welch's t", 0.018)
    women = next(level for level in sex["levels"] if level["level"] == "f")
    assert [each["count"] for each in women["groups"]] == [137, 139]
    assert (sex["test"], round(sex["p"], 3)) == ("chi-squared", 0.421)
    assert (stage["kind"], round(stage["p"], 3)) == ("categorical", 0.201)
    assert (platelet["kind"], platelet["missing"]) == ("numeric", 4)
    assert bili["test"] == "Kruskal-Wallis"
    safe = release.protected(baseline.gather(sheet, columns="trt", rows=["age", "sex", "stage"]), Rule())
    assert safe["disclosure"]["audit"]["at_risk"] == 0
    assert safe["rows"][1] == sex
    assert [each["count"] for each in safe["rows"][2]["levels"][0]["groups"]] == ["c", "c"]


def test_counts_and_per_cents_are_of_those_recorded(tmp_path: Path) -> None:
    text = "g,v\n" + "a,x\n" * 3 + "a,y\n" + "a,\n" * 4 + "b,y\n" * 2 + ",x\n"
    found = baseline.baseline(gather(tmp_path, text, columns="g"))
    row = found["rows"][0]
    assert (found["n"], found["without_group"]) == (10, 1)
    assert (row["n"], row["missing"]) == (6, 4)
    assert [(each["n"], each["missing"]) for each in row["groups"]] == [(4, 4), (2, 0)]
    assert [(each["count"], each["percent"]) for each in row["levels"][0]["groups"]] == [(3, 75.0), (0, 0.0)]


def test_few_different_numbers_are_categories_unless_told(tmp_path: Path) -> None:
    text = "g,v\n" + "".join(f"{'ab'[n % 2]},{n % 4}\n" for n in range(40))
    kinds = [
        baseline.baseline(gather(tmp_path, text, columns="g", **said))["rows"][0]["kind"]
        for said in ({}, {"numeric": ["v"]})
    ]
    assert kinds == ["categorical", "numeric"]
    few = "g,v\na,23\nb,31\na,45\nb,52\n"
    kinds = [
        baseline.baseline(gather(tmp_path, few, columns="g", **said))["rows"][0]["kind"]
        for said in ({}, {"categorical": ["v"]})
    ]
    assert kinds == ["numeric", "categorical"]


def test_no_test_stands_between_stages_that_overlap(tmp_path: Path) -> None:
    text = "a,b,v\n" + "".join(f"1,{int(n < 12)},{20 + n * 7 % 23}\n" for n in range(30))
    stages = [("identified", "a"), ("supported", "b")]
    found = baseline.baseline(gather(tmp_path, text, stages=stages))
    row = found["rows"][0]
    assert (row["test"], row["why"]) == (None, "the stages overlap")
    assert [(each["in"], each["n"]) for each in found["overlaps"]] == [
        (["identified"], 18), (["identified", "supported"], 12),
    ]  # fmt: skip
    values = np.array([20 + n * 7 % 23 for n in range(30)], dtype=float)
    expected = stats.ttest_ind(values[:12], values[12:], equal_var=False)
    compared = row["comparisons"][0]
    assert compared["with"] == "identified, not supported"
    assert (compared["statistic"], compared["p"]) == pytest.approx((expected.statistic, expected.pvalue))


def test_stages_that_share_nobody_are_tested(tmp_path: Path) -> None:
    text = "a,b,v\n" + "".join(f"{int(n < 12)},{int(n >= 12)},{20 + n * 7 % 23}\n" for n in range(30))
    row = baseline.baseline(gather(tmp_path, text, stages=[("one", "a"), ("other", "b")]))["rows"][0]
    assert row["test"] == "Welch's t"
    assert "comparisons" not in row


def test_tests_are_those_of_other_programs() -> None:
    rng = np.random.default_rng(1)
    groups = [rng.normal(k / 3, 1 + k, 30 + 9 * k) for k in range(3)]
    two = differences.of_numbers(groups[:2])
    other = stats.ttest_ind(groups[0], groups[1], equal_var=False)
    assert (two.statistic, two.df, two.p) == pytest.approx((other.statistic, other.df, other.pvalue))
    # Welch's own worked example has no program here: with equal n and variance it is the ordinary analysis
    spread = np.array([-2.0, -1, 0, 1, 2])
    same = [spread + k for k in (0.0, 1.0, 3.0)]
    found = differences.of_numbers(same)
    weight, k = 5 / 2.5, 3
    between = weight * ((np.array([0.0, 1.0, 3.0]) - 4 / 3) ** 2).sum() / 2
    loss = 3 * (1 - 1 / 3) ** 2 / 4
    assert found.statistic == pytest.approx(between / (1 + 2 * (k - 2) / (k**2 - 1) * loss))
    assert found.df == pytest.approx((k**2 - 1) / (3 * loss))
    skewed = differences.of_numbers([np.exp(2 * each) for each in groups])
    assert skewed.name == "Kruskal-Wallis"
    table = np.array([[12, 9, 30], [20, 14, 8]])
    assert differences.of_counts(table).p == pytest.approx(stats.chi2_contingency(table).pvalue)
    small = np.array([[3, 1], [2, 9]])
    assert differences.of_counts(small).p == pytest.approx(stats.fisher_exact(small).pvalue)


def test_the_exact_test_of_a_larger_table_is_that_over_all_tables() -> None:
    table = np.array([[4, 1, 0], [1, 2, 3]])
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    spread = stats.random_table(rows, columns)
    own, exact = spread.pmf(table), 0.0
    for first in itertools.product(*(range(n + 1) for n in columns)):
        if sum(first) == rows[0]:
            chance = spread.pmf(np.array([first, columns - np.array(first)]))
            exact += chance if chance <= own * (1 + 1e-7) else 0.0
    found = differences.of_counts(table)
    assert found.name is not None
    assert found.p == pytest.approx(exact, abs=0.015)
    assert differences.of_counts(table) == found


def test_standardised_differences_are_those_of_the_formulas() -> None:
    one, other = np.array([1.0, 2, 3, 6]), np.array([2.0, 5, 9])
    pooled = np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2)
    assert differences.standardised_of_numbers(one, other) == pytest.approx((16 / 3 - 3) / pooled)
    p, q = 3 / 10, 8 / 12
    binary = differences.standardised_of_counts(np.array([3, 7]), np.array([8, 4]))
    assert binary == pytest.approx(abs(p - q) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2))
    assert differences.standardised_of_counts(np.array([3, 0, 6]), np.array([1, 0, 2])) == pytest.approx(0)
    assert differences.standardised_of_counts(np.array([3, 0]), np.array([0, 4])) is None
    one, other = np.array([3, 8, 5]), np.array([9, 2, 7])
    turned = differences.standardised_of_counts(one[::-1], other[::-1])
    assert differences.standardised_of_counts(one, other) == pytest.approx(turned)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "groups are wanted"),
        ({"columns": "g", "rows": []}, "at least one row"),
        ({"columns": "g", "numeric": ["w"]}, "none of the rows"),
        ({"columns": "none"}, "nobody is in any group"),
        ({"columns": "g", "stages": [("a", "s")]}, "two groups are called a"),
    ],
)
def test_a_table_without_groups_or_rows_is_refused(tmp_path: Path, said: dict, words: str) -> None:
    with pytest.raises(UnanswerableError, match=words):
        gather(tmp_path, "g,v,s,none\na,1,1,\nb,2,0,\n", **said)


def test_a_number_that_is_none_and_a_stage_that_says_neither_name_their_row(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="row 3, column v"):
        gather(tmp_path, "g,v\na,1\nb,x\n", columns="g", numeric=["v"])
    with pytest.raises(UnreadableError, match="row 2, column v"):
        gather(tmp_path, "g,v\na,5\n", stages=[("a", "v")])


# --- protected -----------------------------------------------------------------------------------------


def invented(seed: int, folder: Path) -> Material:
    """Stages one inside the other but for a few, a column of groups in every other one, small counts."""
    rng = random.Random(seed)
    lines = []
    for _ in range(rng.randint(40, 120)):
        identified = rng.random() < 0.97
        supported = rng.random() < 0.5
        engaged = rng.random() < (0.3 if supported else 0.04)
        level = rng.choices(["x", "y", "z", ""], [8, 2, 1, 1])[0]
        lines.append(f"{'ab'[rng.random() < 0.3]},{identified:d},{supported:d},{engaged:d},{level},"
                     f"{rng.randint(18, 60)}")  # fmt: skip
    path = folder / f"{seed}.csv"
    path.write_text("\n".join(["g,i,s,e,v,age", *lines]) + "\n", "utf-8")
    stages = [("identified", "i"), ("supported", "s"), ("engaged", "e")][: rng.randint(0, 3)]
    return baseline.gather(
        reading.read(path), columns="g" if seed % 2 or not stages else None, rows=["v", "age"], stages=stages
    )


def attack(material: Material, safe: dict) -> list[tuple[str, int, float]]:
    """Every published count of `v` that is hidden and small, with the width of what an attacker knows of it.

    The attacker's unknowns are how many women are of each level in each group and combination of stages: all
    published counts are sums of these. Shares nothing with the programme under test but the tables.
    """
    row = material.rows[0]
    groups = material.groups
    standing = np.array([each.is_in for each in groups])
    kinds = np.unique(standing[:, material.is_in], axis=1).T
    levels = [*range(len(row.levels or ())), -1]
    unknowns = list(itertools.product(range(len(kinds)), levels))

    def sum_of(place: int | None, level: int | None, exactly: np.ndarray | None = None) -> np.ndarray:
        return np.array([
            float((place is None or kinds[kind][place]) and (level is None or at == level)
                  and (exactly is None or bool((kinds[kind][is_stage] == exactly).all())))
            for kind, at in unknowns
        ])  # fmt: skip

    is_stage = np.array([each.is_stage for each in groups])
    line = safe["rows"][0]
    published = [(safe["n"], sum_of(None, None))]
    published += [(each["n"], sum_of(k, None)) for k, each in enumerate(safe["groups"])]
    published += [(line["missing"], sum_of(None, -1))]
    published += [(each["missing"], sum_of(k, -1)) for k, each in enumerate(line["groups"])]
    for at, level in enumerate(line["levels"]):
        published.append((level["count"], sum_of(None, at)))
        published += [(each["count"], sum_of(k, at)) for k, each in enumerate(level["groups"])]
    names = [each.name for each in groups if each.is_stage]
    for each in safe.get("overlaps", []):
        published.append((each["n"], sum_of(None, None, np.array([name in each["in"] for name in names]))))
    truth = np.array([
        ((kinds[kind] == standing[:, :].T).all(axis=1) & material.is_in & (row.values == at)).sum()
        for kind, at in unknowns
    ])  # fmt: skip
    known = [(value, what) for value, what in published if value != "c"]
    assert all(what @ truth == value for value, what in known)
    equal = np.array([what for _, what in known]), np.array([float(value) for value, _ in known])
    found = []
    for value, what in published:
        n = int(what @ truth)
        assert value == "c" or not 1 <= n <= 4
        if value == "c" and n <= 4:
            within = optimize.LinearConstraint(equal[0], equal[1], equal[1])
            ends = [
                sign * optimize.milp(sign * what, integrality=np.ones(len(what)), constraints=within,
                                     bounds=optimize.Bounds(0, 10_000)).fun
                for sign in (1, -1)
            ]  # fmt: skip
            found.append(("v", n, ends[1] - ends[0]))
    return found


def attacked(seeds: range, folder: Path) -> int:
    """Protects and attacks a table for each seed; how many small counts the attacker was after."""
    hidden = 0
    for seed in seeds:
        material = invented(seed, folder)
        safe = release.protected(material, Rule())
        assert safe["disclosure"]["audit"]["at_risk"] == 0
        json.dumps(safe, allow_nan=False)
        for _, n, width in attack(material, safe):
            assert width >= 4, (seed, n)
            hidden += 1
    return hidden


def test_no_small_count_can_be_worked_out_from_a_protected_table(tmp_path: Path) -> None:
    assert attacked(range(8), tmp_path) > 15


@pytest.mark.prove
def test_no_small_count_can_be_worked_out_from_many_protected_tables(tmp_path: Path) -> None:
    assert attacked(range(100, 160), tmp_path) > 200


def test_means_of_few_women_do_not_leave_nor_what_would_give_them_back(tmp_path: Path) -> None:
    text = "g,v\n" + "".join(f"a,{20 + n}\n" for n in range(30)) + "".join(f"b,{30 + n}\n" for n in range(6))
    safe = release.protected(gather(tmp_path, text, columns="g", numeric=["v"]), Rule())
    row = safe["rows"][0]
    assert row["groups"][0]["mean"] == pytest.approx(34.5)
    assert row["groups"][1]["mean"] is None
    assert row["overall"]["mean"] is None
    assert (row["test"], row["p"], row["standardised_difference"]) == (None, None, None)


def test_means_of_stages_leave_only_where_their_differences_are_large(tmp_path: Path) -> None:
    stages = [("identified", "a"), ("supported", "b")]
    for few, is_shown in ((5, False), (12, True)):
        text = "a,b,v\n" + "".join(f"1,{int(n >= few)},{20 + n}\n" for n in range(60))
        safe = release.protected(gather(tmp_path, text, stages=stages, numeric=["v"]), Rule())
        assert [each["mean"] is not None for each in safe["rows"][0]["groups"]] == [is_shown, is_shown]
