"""Change, time to an event, two proportions and fairness, held to formulas of the test's own and to published
answers on open data."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from pathways.analysis.impact import change as changes
from pathways.analysis.impact import effect, fairness, hazards, proportions, reading, survival
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.impact.expression import Expression
from pathways.analysis.sheets import Sheet, UnreadableError

FILTER = (
    "days_b_screening_arrest <= 30 and days_b_screening_arrest >= -30 and is_recid != -1 "
    "and c_charge_degree != 'O' and score_text != 'N/A'"
)


def table(folder: Path, text: str) -> Sheet:
    path = folder / "extract.csv"
    path.write_text(text, "utf-8")
    return reading.read(path)


def wide_claus(shared_data: Path, folder: Path) -> Sheet:
    """The depression scores of the first and the last time, a row a person."""
    source = reading.read(shared_data / "psych_outcomes" / "claus_2020.csv")
    scores: dict[str, dict[str, str]] = {}
    for person, time, bdi in source.frame.select("id", "time", "bdi").iter_rows():
        scores.setdefault(person, {})[time] = bdi or ""
    lines = [f"{person},{each.get('1.0', '')},{each.get('4.0', '')}" for person, each in scores.items()]
    return table(folder, "\n".join(["id,before,after", *lines]) + "\n")


# --- change --------------------------------------------------------------------------------------------


@pytest.mark.shared_data
def test_the_published_changes_of_claus_are_reproduced(shared_data: Path, tmp_path: Path) -> None:
    sheet = wide_claus(shared_data, tmp_path)
    plain = changes.change(sheet, before="before", after="after", reliability=0.801)
    assert (plain["n"], plain["missing"]) == (40, 3)
    assert (plain["improved"], plain["unchanged"], plain["worsened"]) == (18, 22, 0)
    assert plain["recovered"] is None
    for cutoff in ("19.16", "a"):
        crossed = changes.change(sheet, before="before", after="after", reliability=0.801, cutoff=cutoff)
        assert (crossed["recovered"], crossed["improved"], crossed["unchanged"]) == (10, 8, 22)
        assert crossed["cutoff"] == pytest.approx(19.16, abs=0.005)


def test_a_change_is_reliable_only_beyond_the_instruments_own_error(tmp_path: Path) -> None:
    # sd 10 and reliability .84: the error is 4, that of a difference 5.657, and 1.96 of those are 11.087
    sheet = table(tmp_path, "b,a\n30,18.9\n30,19\n30,41.1\n30,41\n10,30\n,3\n30,\n")
    found = changes.change(sheet, before="b", after="a", reliability=0.84, sd=10, cutoff="20")
    assert found["reliable_change"] == pytest.approx(1.96 * math.sqrt(2) * 4)
    assert (found["n"], found["missing"], found["missing_before"], found["missing_after"]) == (5, 2, 1, 1)
    assert (found["recovered"], found["improved"], found["unchanged"], found["worsened"]) == (1, 0, 2, 2)
    assert found["worsened_across_cutoff"] == 1


def test_who_was_well_before_improves_and_does_not_recover(tmp_path: Path) -> None:
    found = changes.change(
        table(tmp_path, "b,a\n19,2\n30,2\n30,20\n"), before="b", after="a", reliability=0.9, sd=5, cutoff="20"
    )
    assert (found["improved"], found["recovered"]) == (2, 1)  # 20 itself is not across


def test_where_higher_is_better_the_counts_are_turned_round(tmp_path: Path) -> None:
    sheet = table(tmp_path, "b,a\n30,10\n10,30\n10,31\n")
    down = changes.change(sheet, before="b", after="a", reliability=0.9, sd=10, cutoff="20")
    up = changes.change(
        sheet, before="b", after="a", reliability=0.9, sd=10, cutoff="20", is_lower_better=False
    )
    assert (down["recovered"], down["worsened"]) == (1, 2)
    assert (up["recovered"], up["worsened"]) == (2, 1)


def test_cut_offs_b_and_c_stand_on_those_who_are_well(tmp_path: Path) -> None:
    sheet = table(tmp_path, "b,a\n20,10\n30,10\n40,10\n")
    said = {"before": "b", "after": "a", "reliability": 0.8, "functional": (5.0, 4.0)}
    assert changes.change(sheet, cutoff="b", **said)["cutoff"] == 13
    assert changes.change(sheet, cutoff="c", **said)["cutoff"] == pytest.approx((10 * 5 + 4 * 30) / 14)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"reliability": 1.0}, "between 0 and 1"),
        ({"method": "EN"}, "not known"),
        ({"cutoff": "high"}, "neither a number nor a, b or c"),
        ({"cutoff": "b"}, "--functional-mean"),
        ({"sd": -1.0}, "above 0"),
        ({"after": "none"}, "no row has both"),
    ],
)
def test_a_change_that_cannot_be_computed_is_refused(tmp_path: Path, options: dict, words: str) -> None:
    sheet = table(tmp_path, "b,a,none\n20,10,\n30,12,\n")
    with pytest.raises(UnanswerableError, match=words):
        changes.change(sheet, **({"before": "b", "after": "a", "reliability": 0.8} | options))


# --- time to an event ----------------------------------------------------------------------------------


def invented(seed: int, n: int, covariates: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lengths with many ties, events and covariates."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, covariates)).round(1)
    lengths = np.ceil(rng.exponential(np.exp(-0.5 * x[:, 0])) * 10)
    return lengths, rng.random(n) < 0.7, x


def test_kaplan_meier_is_the_product_over_the_event_times() -> None:
    for seed, n, by in [(1, 60, 1.0), (2, 200, 0.37), (3, 1, 1.0)]:
        lengths, happened, _ = invented(seed, n)
        lengths = lengths * by
        curve = survival.kaplan_meier(lengths, happened)
        for time in (0.0, *np.unique(lengths), lengths.max() / 2):
            share, spread = 1.0, 0.0
            for moment in np.unique(lengths[happened & (lengths <= time)]):
                risk, died = (lengths >= moment).sum(), (happened & (lengths == moment)).sum()
                share *= 1 - died / risk
                spread += died / (risk * (risk - died)) if risk > died else 0.0
            answer = curve.at(float(time))
            assert answer is not None
            assert answer[0] == pytest.approx(share, abs=1e-12)
            if 0 < share < 1:
                wide = stats.norm.ppf(0.975) * math.sqrt(spread) / math.log(share)
                ends = sorted((share ** math.exp(wide), share ** math.exp(-wide)))
                assert answer[1:] == pytest.approx(ends)
        if curve.survival[-1] > 0:
            assert curve.at(float(lengths.max()) + 1) is None


def test_log_rank_of_three_groups_is_the_sum_over_the_event_times() -> None:
    lengths, happened, x = invented(4, 150)
    place = (x[:, 1] > -0.5).astype(int) + (x[:, 1] > 0.6)
    gap, variance = np.zeros(3), np.zeros((3, 3))
    for moment in np.unique(lengths[happened]):
        risk = np.array([((lengths >= moment) & (place == k)).sum() for k in range(3)])
        died = np.array([((lengths == moment) & happened & (place == k)).sum() for k in range(3)])
        n, d = risk.sum(), died.sum()
        gap += died - d * risk / n
        if n > 1:
            variance += d * (n - d) / (n - 1) * (np.diag(risk / n) - np.outer(risk, risk) / n**2)
    expected = gap[:2] @ np.linalg.solve(variance[:2, :2], gap[:2])
    found = survival.log_rank(lengths, happened, place, 3)
    assert found["statistic"] == pytest.approx(expected)
    assert (found["df"], found["p"]) == (2, pytest.approx(stats.chi2.sf(expected, 2)))


def test_cox_with_many_ties_is_that_of_another_program() -> None:
    lengths, happened, x = invented(5, 300)
    other = PHReg(lengths, x, status=happened.astype(int), ties="efron").fit(disp=0)
    found = hazards.cox(lengths, happened, x, ["a", "b", "c"])
    assert [each["coef"] for each in found["coefficients"].values()] == pytest.approx(other.params, abs=1e-6)
    assert [each["se"] for each in found["coefficients"].values()] == pytest.approx(other.bse, abs=1e-6)
    assert found["log_likelihood"] == pytest.approx(other.llf, abs=1e-6)


def test_concordance_is_the_count_over_all_pairs() -> None:
    for seed in range(6):
        lengths, happened, x = invented(seed, 70)
        risk = x[:, 0]
        good = pairs = 0.0
        for i, j in itertools.permutations(range(len(lengths)), 2):
            later = lengths[j] > lengths[i] or (lengths[j] == lengths[i] and not happened[j])
            if happened[i] and later:
                pairs += 1
                good += 1.0 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0.0
        assert hazards.concordance(lengths, happened, risk) == pytest.approx(good / pairs)
    assert hazards.concordance(lengths, np.zeros(len(lengths)), risk) is None


def test_an_effect_that_changes_over_time_is_found_and_a_constant_one_is_not() -> None:
    rng = np.random.default_rng(8)
    x = rng.integers(0, 2, 1500).astype(float)
    constant = rng.exponential(np.exp(-0.7 * x))
    # early harm, late protection: the hazard of those with it falls over time, the others' rises
    changing = np.where(x == 1, rng.weibull(0.5, 1500), rng.weibull(2.0, 1500))
    for lengths, expected in ((constant, True), (changing, False)):
        found = hazards.cox(lengths, np.ones(1500), x[:, None], ["x"])
        assert found["proportional_hazards"]["holds"] is expected


def slowly_checked(
    lengths: np.ndarray, happened: np.ndarray, x: np.ndarray, transform: str
) -> tuple[np.ndarray, list[float], float]:
    """Grambsch and Therneau (1994) person by person, Efron's ties: coefficients, chi-squares, all together.

    Of several with the event at one time, each goes against the mean of their expectations, in each of which
    those gone before count less. Time is the rank, or one less the Kaplan-Meier share just before it.
    """
    several = x.shape[1]
    moments = sorted(set(lengths[happened]))

    def walk(beta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        hazard = np.exp(x @ beta)
        information, residuals, at = np.zeros((several, several)), [], []
        for moment in moments:
            tied = [i for i in range(len(lengths)) if happened[i] and lengths[i] == moment]
            means = []
            for gone in range(len(tied)):
                whole, first, second = 0.0, np.zeros(several), np.zeros((several, several))
                for i in range(len(lengths)):
                    if lengths[i] >= moment:
                        weight = hazard[i] * (1 - gone / len(tied) if i in tied else 1.0)
                        whole += weight
                        first += weight * x[i]
                        second += weight * np.outer(x[i], x[i])
                means.append(first / whole)
                information += second / whole - np.outer(means[-1], means[-1])
            for i in tied:
                residuals.append(x[i] - np.mean(means, axis=0))
                at.append(moment)
        return information, np.array(residuals), np.array(at)

    beta = np.zeros(several)
    for _ in range(10):
        information, residuals, at = walk(beta)
        beta = beta + np.linalg.solve(information, residuals.sum(axis=0))
    information, residuals, at = walk(beta)
    variance, events = np.linalg.inv(information), len(residuals)
    if transform == "rank":
        time = stats.rankdata(at)
    else:
        time = np.ones(events)
        for moment in moments:
            time[at > moment] *= 1 - sum(happened & (lengths == moment)) / sum(lengths >= moment)
        time = 1 - time
    time = time - time.mean()
    scaled = events * residuals @ variance
    each = [
        float((time @ scaled[:, k]) ** 2 / (events * variance[k, k] * (time @ time))) for k in range(several)
    ]
    summed = time @ residuals
    return beta, each, float(events * summed @ variance @ summed / (time @ time))


@pytest.mark.parametrize("seed", [2, 9, 31])
def test_the_check_of_proportional_hazards_with_ties_is_that_of_a_slow_reckoning(seed: int) -> None:
    lengths, happened, x = invented(seed, 90)
    assert len(set(lengths[happened])) < happened.sum() / 2  # events share their times
    found = hazards.cox(lengths, happened, x, ["a", "b", "c"])["proportional_hazards"]
    _, each, whole = slowly_checked(lengths, happened, x, "rank")
    assert [one["statistic"] for one in found["covariates"].values()] == pytest.approx(each, rel=1e-6)
    assert found["global"]["statistic"] == pytest.approx(whole, rel=1e-6)
    assert found["global"]["p"] == pytest.approx(stats.chi2.sf(whole, 3), rel=1e-6)


@pytest.mark.shared_data
def test_the_slow_reckoning_gives_the_published_check_for_rossi_and_so_does_ours(shared_data: Path) -> None:
    sheet = reading.read(shared_data / "recid_survival" / "Rossi.csv")
    lengths, happened = reading.numbers(sheet, "week"), reading.yes_no(sheet, "arrest") == 1
    x = np.column_stack([reading.outcome(sheet, name) for name in ("fin", "age", "prio")])
    # Fox and Weisberg, Cox regression for survival data in R: cox.zph(mod.allison.4), times by Kaplan-Meier
    _, each, whole = slowly_checked(lengths, happened, x, "km")
    assert each == pytest.approx([0.00507, 6.54147, 0.77288], abs=5e-6)
    assert whole == pytest.approx(7.13046, abs=5e-6)
    _, each, whole = slowly_checked(lengths, happened, x, "rank")
    ours = hazards.cox(lengths, happened, x, ["fin", "age", "prio"])["proportional_hazards"]
    assert [one["statistic"] for one in ours["covariates"].values()] == pytest.approx(each, rel=1e-6)
    assert ours["global"]["statistic"] == pytest.approx(whole, rel=1e-6)


@pytest.mark.shared_data
def test_the_published_answers_for_rossi_are_reproduced(shared_data: Path) -> None:
    found = survival.survival(
        reading.read(shared_data / "recid_survival" / "Rossi.csv"),
        duration="week", event="arrest", group="fin", at=["10", "52"],
        covariates=["fin", "age", "race", "wexp", "mar", "paro", "prio"],
    )  # fmt: skip
    cox = found["cox"]
    assert (found["n"], found["events"]) == (432, 114)
    assert found["logrank"]["statistic"] == pytest.approx(3.8376, abs=1e-4)
    for name, coef in (("fin", -0.37942), ("age", -0.05744), ("prio", 0.0915)):
        assert cox["coefficients"][name]["coef"] == pytest.approx(coef, abs=1e-4)
    assert cox["log_likelihood"] == pytest.approx(-658.748, abs=1e-3)
    assert cox["concordance"] == pytest.approx(0.6403, abs=5e-5)
    changing = {n for n, each in cox["proportional_hazards"]["covariates"].items() if each["p"] < 0.05}
    assert changing == {"age", "wexp"}
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("t,e,g\n1,0,4\n2,0,5\n", {"covariates": ["g"]}, "happened to nobody"),
        ("t,e,g\n1,1,5\n2,0,5\n3,1,5\n", {"covariates": ["g"]}, "the same for everybody"),
        ("t,e,g\n" + "".join(f"{t},{int(t < 20)},{int(t < 20)}\n" for t in range(1, 40)),
         {"covariates": ["g"]}, "separation"),
        # the likelihood goes flat before the coefficient is boundless: of 200, half had it, and only these
        ("t,e,g\n" + "".join(f"{n % 14 + 1},{n % 2},{n % 2}\n" for n in range(200)),
         {"covariates": ["g"]}, "g tells .* \\(separation\\)"),
        ("t,e,g\n,1,5\n", {}, "no row has everything"),
    ],
)  # fmt: skip
def test_survival_without_an_answer_says_why(tmp_path: Path, text: str, options: dict, words: str) -> None:
    with pytest.raises(UnanswerableError, match=words):
        survival.survival(table(tmp_path, text), duration="t", event="e", **options)


def test_curves_stand_where_nothing_can_be_tested(tmp_path: Path) -> None:
    nobody = survival.survival(
        table(tmp_path, "t,e,g\n1,0,a\n2,0,b\n"), duration="t", event="e", group="g", at=["1"]
    )
    assert [each["survival"] for each in nobody["groups"]] == [{"1": 1.0}, {"1": 1.0}]
    assert nobody["logrank"] is None and "happened to nobody" in nobody["warnings"][0]
    one = survival.survival(
        table(tmp_path, "t,e,g\n1,1,a\n2,0,a\n"), duration="t", event="e", group="g", at=["1"]
    )
    assert one["groups"][0]["survival"] == {"1": 0.5}
    assert one["logrank"] is None and "one group only" in one["warnings"][0]


def test_a_covariate_that_says_nothing_new_is_left_out_of_the_regression_and_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    lines = [f"{n % 17 + 1},{n % 3 % 2},{x},{2 * x},7" for n, x in enumerate(rng.integers(-9, 9, size=60))]
    sheet = table(tmp_path, "t,e,x,twice,same\n" + "\n".join(lines) + "\n")
    found = survival.survival(sheet, duration="t", event="e", covariates=["same", "x", "twice"])
    alone = survival.survival(sheet, duration="t", event="e", covariates=["x"])
    assert found["cox"]["coefficients"] == alone["cox"]["coefficients"]
    assert found["cox"]["left_out"] == ["same", "twice"] and "same, twice" in found["warnings"][0]


def test_a_negative_time_is_refused_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="row 3, column t: is below 0"):
        survival.survival(table(tmp_path, "t,e\n1,1\n-2,0\n"), duration="t", event="e")


@pytest.mark.parametrize("word", ["1e300", "-1e51"])
def test_a_number_too_far_out_to_be_squared_is_refused_with_its_row(tmp_path: Path, word: str) -> None:
    with pytest.raises(UnreadableError, match="row 3, column t: is farther from 0 than 1e\\+50"):
        survival.survival(table(tmp_path, f"t,e\n1,1\n{word},0\n"), duration="t", event="e")


# --- two proportions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [(29, 114, 28, 100), (1, 9, 7, 12), (40, 50, 3, 70), (2, 30, 1, 900)])
def test_two_proportions_agree_with_another_program(counts: tuple[int, int, int, int]) -> None:
    found = proportions.compare(*counts)
    a, b, c, d = counts
    assert (found["treated"]["low"], found["treated"]["high"]) == pytest.approx(
        proportion_confint(a, b, method="wilson")
    )
    assert (found["difference"]["low"], found["difference"]["high"]) == pytest.approx(
        confint_proportions_2indep(a, b, c, d, method="newcomb")
    )
    assert (found["ratio"]["low"], found["ratio"]["high"]) == pytest.approx(
        confint_proportions_2indep(a, b, c, d, compare="ratio", method="score", correction=False), abs=1e-6
    )
    assert found["p"] == pytest.approx(stats.fisher_exact([[a, b - a], [c, d - c]]).pvalue)


@pytest.mark.parametrize("counts", list(itertools.product((0, 3, 8), (8,), (0, 5, 11), (11,))))
def test_no_event_or_nothing_but_events_has_an_answer(counts: tuple[int, int, int, int]) -> None:
    found = proportions.compare(*counts)
    json.dumps(found, allow_nan=False)
    ratio = found["ratio"]
    low, estimate, high = (found["difference"][key] for key in ("low", "estimate", "high"))
    assert -1 <= low <= estimate <= high <= 1
    if counts[0] and counts[2]:
        assert ratio["low"] <= ratio["estimate"] <= ratio["high"]
    if counts[0] == 0 and counts[2]:
        assert (ratio["estimate"], ratio["low"]) == (0, 0)
        assert ratio["high"] > 0
    if counts[2] == 0:
        assert (ratio["estimate"], ratio["high"]) == (None, None)
    assert found["detectable"] is None or found["detectable"] > 0.1


def test_the_detectable_difference_is_found_four_times_in_five() -> None:
    least = proportions.compare(0, 200, 60, 200)["detectable"]
    rng = np.random.default_rng(3)
    treated = rng.binomial(200, 0.3 - least, 20_000) / 200
    others = rng.binomial(200, 0.3, 20_000) / 200
    mean = (treated + others) / 2
    z = (treated - others) / np.sqrt(mean * (1 - mean) / 100)
    assert (np.abs(z) > 1.96).mean() == pytest.approx(0.8, abs=0.03)


def test_no_clear_difference_is_never_worded_as_no_effect() -> None:
    said = proportions.compare(29, 114, 28, 100)["statement"]
    assert "It does not mean that there is no effect" in said
    assert "Of 100 typical women" in said


def test_a_group_of_nobody_or_with_more_events_than_women_is_refused() -> None:
    for counts in ((0, 0, 1, 2), (3, 2, 1, 2), (1, 2, 1, 0)):
        with pytest.raises(UnanswerableError):
            proportions.compare(*counts)


# --- fairness ------------------------------------------------------------------------------------------


@pytest.mark.shared_data
def test_the_published_counts_for_compas_are_reproduced(shared_data: Path) -> None:
    path = shared_data / "compas" / "compas-scores-two-years_deid.csv"
    said = {"flag": "decile_score>=5", "outcome": "two_year_recid", "group": "race"}
    found = fairness.fairness(reading.read(path), **said)
    groups = {each["group"]: each for each in found["groups"]} | {"all": found["overall"]}
    for name, counts, fpr, fnr in (
        ("all", (2681, 1282, 1216, 2035), 32.35, 37.40),
        ("African-American", (990, 805, 532, 1369), 44.85, 27.99),
        ("Caucasian", (1139, 349, 461, 505), 23.45, 47.72),
    ):
        each = groups[name]
        assert (each["tn"], each["fp"], each["fn"], each["tp"]) == counts
        assert (100 * each["fpr"], 100 * each["fnr"]) == (
            pytest.approx(fpr, abs=0.005), pytest.approx(fnr, abs=0.005),
        )  # fmt: skip
    assert groups["Native American"]["is_few"]
    filtered = fairness.fairness(reading.read(path, where=FILTER), **said)
    assert (filtered["n"], filtered["overall"]["tp"] + filtered["overall"]["fn"]) == (6172, 2809)


def test_rows_with_a_blank_are_left_out_and_counted(tmp_path: Path) -> None:
    sheet = table(tmp_path, "s,o,g\n5,1,a\n,1,a\n5,,a\n5,1,\n1,0,b\n")
    found = fairness.fairness(sheet, flag="s>=5", outcome="o", group="g")
    assert found["n"] == 2
    assert found["missing"] == {"rows": 3, "flag": 1, "outcome": 1, "group": 1}
    assert found["groups"][0]["fpr"] is None  # nobody of this group was free of the outcome


# --- conditions ----------------------------------------------------------------------------------------

ROWS = "age,sex,area of home,score\n17,F,North,5\n25,F,South,05\n40,M,North,\n33,,South,6.5\n"


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("age>=25", [0, 1, 1, 1]),
        ("score == 5", [1, 1, -1, 0]),
        ("score != 5", [0, 0, -1, 1]),
        ("sex=F", [1, 1, 0, -1]),
        ("sex = 'F' and age < 20", [1, 0, 0, 0]),
        ("sex = F or age > 30", [1, 1, 1, 1]),
        ("not sex = F", [0, 0, 1, -1]),
        ("[area of home] = North and (age<20 or score>6)", [1, 0, -1, 0]),
        ("age > 20 or age < 20 and sex = M", [0, 1, 1, 1]),
        ("age<=-1", [0, 0, 0, 0]),
    ],
)
def test_a_condition_is_true_false_or_not_known(tmp_path: Path, text: str, truth: list[int]) -> None:
    assert Expression.parse(text).on(table(tmp_path, ROWS)).tolist() == truth


@pytest.mark.parametrize(
    "text",
    ["", "age", "age >", "age > x", "age = 1 and", "(age = 1", "age = 1)", "= 1", "age ! 1", "a = 1 b = 2",
     "__import__('os').system('true')", "not " * 400 + "age = 1", "(" * 400 + "age = 1" + ")" * 400],
)  # fmt: skip
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(UnanswerableError, match="the condition"):
        Expression.parse(text)


def test_a_condition_on_a_word_that_is_no_number_names_its_row(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="row 2, column sex"):
        Expression.parse("sex > 3").on(table(tmp_path, ROWS))
    with pytest.raises(UnreadableError, match="column other: there is no such column"):
        Expression.parse("other > 3").on(table(tmp_path, ROWS))


KINDS = [
    "whole", "decimals", "fractions", "high", "few high", "sevenths", "below one", "years of minutes", "-0",
]


@pytest.mark.parametrize("is_quick", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_times_are_counted_alike_in_place_and_by_sorting(
    kind: str, is_quick: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days as whole numbers or decimals, beyond one piece and beyond what is counted in place, on a processor
    that is quick with the least numbers and on one that is not.
    """
    monkeypatch.setattr(survival, "_is_least_quick", lambda: is_quick)
    rng = np.random.default_rng(31)
    lengths = rng.integers(0, 900, 70_001).astype(float)
    lengths += {"fractions": 0.5, "high": 5_000_000.0}.get(kind, 0.0) * (rng.random(len(lengths)) < 0.4)
    if kind == "few high":
        lengths[50_000] = 100_000.0
    lengths = {
        "sevenths": lengths / 7,
        "below one": lengths / 1024,
        "years of minutes": lengths * 1440,
        "-0": lengths * -0.0,
    }.get(kind, lengths)
    happened = rng.random(len(lengths)) < 0.4
    given = lengths.astype(np.int64) if kind in ("whole", "few high") else lengths
    curve = survival.kaplan_meier(given, happened)
    times, place = np.unique(lengths, return_inverse=True)
    assert curve.times.tolist() == times.tolist()
    assert curve.events.tolist() == np.bincount(place, happened, minlength=len(times)).tolist()
    ended = np.bincount(place)
    assert curve.at_risk.tolist() == (len(lengths) - np.cumsum(ended) + ended).tolist()
    assert survival.kaplan_meier(given, happened.astype(float)).survival.tolist() == curve.survival.tolist()


def test_one_time_that_is_not_whole_is_kept_as_it_is() -> None:
    """It stands in the last piece, once what is before it was counted as whole."""
    lengths = np.full(150_000, 3.0)
    for odd in (2.0 + 2.0**-51, 4095.5, 4096.0, 0.0, -0.0, 1e300):
        lengths[-1] = odd
        curve = survival.kaplan_meier(lengths, np.ones(len(lengths), dtype=bool))
        assert curve.times.tolist() == sorted({3.0, odd})
        assert curve.events.tolist() == ([1, 149_999] if odd < 3 else [149_999, 1])


def test_what_has_no_answer_is_said_and_not_reckoned(tmp_path: Path) -> None:
    with pytest.raises(UnanswerableError, match="there are not so many"):
        proportions.compare(1, 10**18, 1, 10**18)
    lines = [f"{k % 2},{k % 3 % 2},{k}," for k in range(30)]
    sheet = table(tmp_path, "\n".join(["done,came,x,gone", *lines]) + "\n")
    with pytest.raises(UnanswerableError, match="what was done and as what came of it"):
        effect.impact(sheet, treated="done", outcome="done", known=["x"])
    with pytest.raises(UnanswerableError, match="gone is blank in every row"):
        survival.survival(sheet, duration="x", event="came", covariates=["gone"])


@pytest.mark.parametrize(
    "table", [(6, 8, 9, 9), (0, 10, 10, 10), (0, 2, 2, 2), (3, 10, 9, 9), (59, 67, 41, 41)]
)
def test_a_ratio_has_the_interval_of_its_mirror_where_everybody_compared_had_the_event(table) -> None:
    x1, n1, x2, n2 = table
    ratio = proportions.compare(x1, n1, x2, n2)["ratio"]
    other = proportions.compare(x2, n2, x1, n1)["ratio"]
    assert ratio["high"] == pytest.approx(1 / other["low"], rel=1e-9)
    assert ratio["low"] == pytest.approx(1 / other["high"] if other["high"] else 0.0, rel=1e-9)
    assert ratio["low"] <= ratio["estimate"] <= ratio["high"]


def test_no_table_of_small_counts_is_beyond_a_comparison() -> None:
    for n1, n2 in itertools.product((1, 2, 5, 9), repeat=2):
        for x1, x2 in itertools.product(range(n1 + 1), range(n2 + 1)):
            ratio = proportions.compare(x1, n1, x2, n2)["ratio"]
            if ratio["estimate"] is not None:
                assert ratio["low"] <= ratio["estimate"]
                assert ratio["high"] is None or ratio["high"] >= ratio["estimate"]


@pytest.mark.parametrize("table", [(3, 8, 41, 57), (0, 2, 2, 2), (8, 11, 0, 2), (42, 42, 14_178, 15_456)])
def test_nothing_is_headlined_where_the_interval_and_the_exact_test_disagree(table) -> None:
    found = proportions.compare(*table)
    assert "do not agree" in found["statement"] and "cannot say" in found["statement"]
    assert "more than chance" not in found["statement"]
    assert "more than chance explains" in proportions.compare(30, 100, 60, 100)["statement"]


def test_a_regression_is_held_to_a_level_that_is_in_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    lines = [
        f"{rng.integers(1, 60)},{rng.integers(0, 2)},{'abcd'[k % 4]},"
        + ("" if k % 4 == 0 else str(rng.integers(0, 9)))
        for k in range(200)
    ]
    sheet = table(tmp_path, "\n".join(["t,e,c,x", *lines]) + "\n")
    cox = survival.survival(sheet, duration="t", event="e", covariates=["c", "x"])["cox"]
    assert cox["reference"] == {"c": "b"}
    assert list(cox["coefficients"]) == ["c=c", "c=d", "x"] and cox["left_out"] == []


def test_a_blank_in_a_covariate_leaves_the_curves_as_they_are(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    lines = [
        f"{rng.integers(1, 60)},{rng.integers(0, 2)},{k % 2},{'' if k % 5 == 0 else rng.integers(0, 9)}"
        for k in range(200)
    ]
    sheet = table(tmp_path, "\n".join(["t,e,g,x", *lines]) + "\n")
    alone = survival.survival(sheet, duration="t", event="e", group="g")
    both = survival.survival(sheet, duration="t", event="e", group="g", covariates=["x"])
    assert (both["groups"], both["logrank"], both["n"]) == (alone["groups"], alone["logrank"], 200)
    assert (both["cox"]["n"], both["cox"]["missing"], both["missing"]) == (160, 40, 0)


def test_a_rare_level_that_no_event_has_is_named_and_not_given_a_ratio(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    lines = [f"{rng.integers(1, 60)},{int(k > 2 and rng.random() < 0.5)},{'n' if k < 3 else 'ab'[k % 2]}"
             for k in range(400)]  # fmt: skip
    sheet = table(tmp_path, "\n".join(["t,e,c", *lines]) + "\n")
    with pytest.raises(UnanswerableError, match="c=n tells those with the event apart"):
        survival.survival(sheet, duration="t", event="e", covariates=["c"])
