"""The women beside each other, residents, and people known to police: by hand, and never past the gate."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from pathways.analysis import beside, change_charts, evaluation, overlap, report
from pathways.analysis.demographics import CharacteristicTable, Line
from pathways.analysis.impact import differences
from pathways.analysis.impact.proportions import wilson
from pathways.domain.evaluation.counts import ReleasedCount
from pathways.domain.evaluation.milestones import CohortStage
from tests.analysis.programme import invent

GROUPS = ("identified", "third_sector", "private", "identified_not_third_sector", "identified_not_private")


def table(code: str, rows: Mapping[str, tuple[int | None, ...]], missing: int = 2) -> CharacteristicTable:
    """A released table of the five groups; None is hidden."""

    def line(name: str, kind: str, counts: tuple[int | None, ...]) -> Line:
        released = (ReleasedCount(n, "small" if n is None else "") for n in counts)
        return Line(name, name.title(), kind, dict(zip(GROUPS, released, strict=True)))

    of = tuple(
        None if any(c[k] is None for c in rows.values()) else sum(c[k] or 0 for c in rows.values()) + missing
        for k in range(5)
    )
    lines = [line("n", "total", of), *(line(name, "row", counts) for name, counts in rows.items())]
    lines.append(line("missing", "group", (missing,) * 5))
    columns = tuple((group, group) for group in GROUPS)
    return CharacteristicTable(code, code.title(), "A definition.", columns, tuple(lines))


def test_supported_women_are_held_against_identified_women_who_are_not_supported() -> None:
    made = beside.profile(table("disability", {"yes": (50, 30, 10, 20, 40), "no": (60, 20, 25, 40, 35)}))
    tested = made.tests[0]
    by_hand = differences.of_counts(np.array([[30, 20], [20, 40]]))
    assert (tested.test, tested.p) == ("chi-squared", by_hand.p)
    assert tested.p is not None and tested.p == pytest.approx(0.0093, abs=0.0005)
    assert tested.difference == pytest.approx(0.5547, abs=0.001)
    assert [cells[1] for label, cells in made.table if label == "Yes"] == ["30 (60%)"]
    assert dict(made.table)["Missing"] == ("2",) * 5
    assert dict(made.table)["Women (n)"][0] == "112"


def test_no_test_and_no_per_cent_stands_where_a_count_that_it_needs_is_hidden() -> None:
    made = beside.profile(table("disability", {"yes": (50, None, 10, 20, 40), "no": (60, 20, 25, 40, 35)}))
    assert made.tests[0].test is None
    assert made.tests[0].difference is None
    assert "hidden" in made.tests[0].words
    assert made.tests[1].test == "chi-squared"
    assert [cells[1] for label, cells in made.table if label == "Yes"] == ["c"]
    assert [cells[1] for label, cells in made.table if label == "No"] == ["20"]


def test_a_group_twice_as_frequent_as_among_residents_is_twice_with_wilsons_interval() -> None:
    rows = {"25_34": (40, 10, 10, 30, 30), "35_44": (60, 20, 20, 40, 40)}
    population = [
        {"characteristic": "age_band", "row": "25_34", "count": 200, "source": "Census"},
        {"characteristic": "age_band", "row": "35_44", "count": 800, "source": "Census"},
    ]
    made = beside.represented(table("age_band", rows), population, beside="residents")
    assert made is not None
    stage, found = made.lines[0]
    assert stage is CohortStage.IDENTIFIED
    low, high = wilson(40, 100) or (0, 0)
    assert found[0].times == pytest.approx((2.0, low / 0.2, high / 0.2))
    assert found[1].times is not None and found[1].times[0] == pytest.approx(0.75)


def test_a_hidden_count_of_either_side_gives_no_ratio_anywhere_that_needs_it() -> None:
    rows = {"25_34": (40, None, 10, 30, 30), "35_44": (60, 20, 20, 40, 40)}
    population = [
        {"characteristic": "age_band", "row": "25_34", "count": None, "source": "Police"},
        {"characteristic": "age_band", "row": "35_44", "count": 800, "source": "Police"},
    ]
    made = beside.represented(table("age_band", rows), population, beside="police")
    assert made is not None
    assert all(row.times is None for _, found in made.lines for row in found)


def test_an_area_in_which_no_woman_was_reached_stands_in_the_table() -> None:
    rows = {"Luton": (40, 10, 10, 30, 30)}
    population = [
        {"characteristic": "area", "row": "Luton", "count": 500, "source": "Census"},
        {"characteristic": "area", "row": "Bedford", "count": 500, "source": "Census"},
    ]
    made = beside.represented(table("area", rows), population, beside="residents")
    assert made is not None
    _, found = made.lines[0]
    assert [(row.label, row.share, row.population) for row in found] == [
        ("Luton", 1.0, 0.5),
        ("Bedford", 0.0, 0.5),
    ]


# --- what was taken in --------------------------------------------------------------------------------------


def line(count: float, **more: Any) -> dict[str, Any]:
    return {"area_code": "E06000032", "area_name": "Luton", "count": count, **more}


def as_counts(rows: list[dict[str, Any]], name: str) -> dict[str, int]:
    return {row["row"]: row["count"] for row in rows if row["characteristic"] == name}


def test_residents_are_adult_women_where_the_figures_tell_them_apart() -> None:
    body = [
        line(70, age_band="0 to 17", sex="Female"),
        line(10, age_band="18-24", sex="Female"),
        line(11, age_band="18-24", sex="Male"),
        line(20, age_band="25", sex="Female"),
        line(5, age_band="55+", sex="Female"),
    ]
    made = beside.residents([("Census 2021", body)])
    assert as_counts(made, "age_band") == {"18_24": 10, "25_34": 20, "55_plus": 5}
    assert as_counts(made, "area") == {"Luton": 35}
    assert made[0]["source"] == "Census 2021: women, 18 and over"


def test_bands_that_cross_the_programmes_own_are_refused_with_the_reason() -> None:
    made = beside.residents([("Census", [line(10, age_band="16 to 24")])])
    assert [row["why"] for row in made if row["characteristic"] == "age_band"] == [
        "the age “16 to 24” crosses the programme’s bands"
    ]


def of_groups(*ages: tuple[str, float], sex: str = "Female") -> list[dict[str, Any]]:
    """A census table of ethnic group by age: of the second group there are twice as many."""
    groups = ("Asian, Asian British or Asian Welsh", 1), ("White", 2)
    return [
        line(n * times, age_band=said, ethnicity=group, sex=sex)
        for said, n in ages
        for group, times in groups
    ]


@pytest.mark.parametrize(
    "said", ["18 and over", "Aged 18 and over", "18+", "Aged 18 years and over", "Adults (18 plus)"]
)
def test_adults_as_one_figure_serve_ethnicity_and_area_but_no_band(said: str) -> None:
    made = beside.residents([("Census", of_groups((said, 90), ("Aged 17 years and under", 30)))])
    assert as_counts(made, "ethnicity") == {"asian": 90, "white": 180}
    assert as_counts(made, "area") == {"Luton": 270}
    assert {row["source"] for row in made if row["characteristic"] != "age_band"} == {
        "Census: women, 18 and over"
    }
    assert [row["why"] for row in made if row["characteristic"] == "age_band"] == [
        f"ages are told as one figure, “{said}”, and not by band"
    ]


def test_a_set_that_tells_adults_as_one_figure_leaves_the_bands_to_an_older_one() -> None:
    older = [line(7, age_band="18 to 24", sex="Female"), line(9, age_band="25 to 34", sex="Female")]
    made = beside.residents([("2021", of_groups(("18 and over", 90))), ("2011", older)])
    assert as_counts(made, "age_band") == {"18_24": 7, "25_34": 9}
    assert as_counts(made, "ethnicity") == {"asian": 90, "white": 180}


WHOLE = (("Aged 18 to 24 years", 20), ("Aged 25 to 49 years", 30), ("Aged 50 years and over", 45))


def test_no_woman_is_counted_twice_where_totals_stand_beside_bands() -> None:
    """The bands are used where they are whole, and they need not be the programme's own."""
    totals = (("Total: All usual residents", 130), ("Aged 16 years and over", 99), ("18 and over", 90))
    made = beside.residents([("Census", of_groups(*totals, *WHOLE))])
    assert as_counts(made, "ethnicity") == {"asian": 95, "white": 190}
    assert as_counts(made, "area") == {"Luton": 285}
    years = (("Aged 50 to 64 years", 25), ("Aged 65 years and over", 21), ("Aged 15 years and under", 8))
    made = beside.residents([("Census", of_groups(*totals, *WHOLE, *years))])
    assert as_counts(made, "ethnicity") == {"asian": 96, "white": 192}


def test_where_the_bands_leave_a_gap_the_figure_of_all_adults_is_used_and_said() -> None:
    made = beside.residents([("Census", of_groups(("18 and over", 90), *WHOLE[:2]))])
    assert as_counts(made, "ethnicity") == {"asian": 90, "white": 180}
    sources = {row["source"] for row in made if row["characteristic"] == "ethnicity"}
    assert sources == {"Census: women, 18 and over, as one figure, because its bands leave a gap"}


def test_bands_of_the_programme_are_used_where_totals_stand_beside_them() -> None:
    bands = [("18 to 24", 1), ("25 to 34", 2), ("35 to 44", 3), ("45 to 54", 4), ("55 and over", 5)]
    ages = [*bands, ("All ages", 20), ("18 and over", 15), ("16 and over", 17), ("Aged under 16", 3)]
    made = beside.residents([("Census", [line(n, age_band=said, sex="F") for said, n in ages])])
    assert as_counts(made, "age_band") == {"18_24": 1, "25_34": 2, "35_44": 3, "45_54": 4, "55_plus": 5}
    assert as_counts(made, "area") == {"Luton": 15}


CHILDREN = "the age “{}” holds children under 18 too, and the programme is for women of 18 and over"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("16 and over", CHILDREN),
        ("All categories: Age 16 and over", CHILDREN),
        ("Aged 16 to 64 years", CHILDREN),
        ("Aged 18 years and under", CHILDREN),
        ("All adults", "“{}” does not say from which age to which"),
    ],
)
def test_ages_that_hold_children_or_do_not_say_are_refused_with_the_reason(said: str, why: str) -> None:
    made = beside.residents([("Census", of_groups((said, 90)))])
    refused = [row["why"] for row in made if row["characteristic"] in ("ethnicity", "area")]
    assert refused == [why.format(said)] * 2


def test_ages_that_overlap_and_make_nothing_whole_are_refused() -> None:
    made = beside.residents([("Census", of_groups(("18 to 24", 9), ("20 to 29", 9)))])
    assert [row["why"] for row in made if row["characteristic"] == "ethnicity"] == [
        "the ages “18 to 24” and “20 to 29” overlap"
    ]


def test_a_total_of_all_ages_alone_is_used_and_said_as_if_no_age_were_told() -> None:
    made = beside.residents([("Census", of_groups(("All ages", 120)))])
    assert as_counts(made, "ethnicity") == {"asian": 120, "white": 240}
    assert {row["source"] for row in made if row["characteristic"] == "ethnicity"} == {
        "Census: women, all ages"
    }


def test_adults_are_preferred_where_one_file_has_all_ages_too() -> None:
    everybody = [
        line(500, ethnicity="White", sex="Female"), line(500, ethnicity="Asian, Asian British", sex="Female")
    ]  # fmt: skip
    made = beside.residents([("Census", [*everybody, *of_groups(("18+", 90))])])
    assert as_counts(made, "ethnicity") == {"asian": 90, "white": 180}


def test_what_is_not_drawn_says_why_on_the_page_of_the_comparison() -> None:
    population = beside.residents([("Census", of_groups(("18 and over", 90)))])
    women = table("age_band", {"25_34": (40, 10, 10, 30, 30)})
    made = beside.represented(women, population, beside="residents")
    assert made is not None
    assert made.why == "ages are told as one figure, “18 and over”, and not by band"


@pytest.mark.parametrize(
    ("said", "group"),
    [
        ("Asian, Asian British or Asian Welsh: Indian (number)", "asian"),
        ("Black, Black British, Black Welsh, Caribbean or African", "black"),
        ("Mixed or Multiple ethnic groups", "mixed"),
        ("White: English, Welsh, Scottish, Northern Irish or British", "white"),
        ("Other ethnic group: Arab", "other"),
        ("Other ethnic group", "other"),
        ("pakistani", "asian"),
    ],
)
def test_census_groups_are_brought_to_the_five(said: str, group: str) -> None:
    assert as_counts(beside.residents([("Census", [line(8, ethnicity=said)])]), "ethnicity") == {group: 8}


WITH_TOTALS = [
    ("Total: All usual residents", 100),
    ("White", 60),
    ("White: Total", 60),
    ("White: English, Welsh, Scottish, Northern Irish or British", 50),
    ("White: All other white", 10),
    ("Asian, Asian British or Asian Welsh: Total", 30),
    ("Asian, Asian British or Asian Welsh: Indian", 18),
    ("Asian, Asian British or Asian Welsh: Pakistani", 12),
    ("Black, Black British, Black Welsh, Caribbean or African: Caribbean", 6),
    ("Black, Black British, Black Welsh, Caribbean or African: African", 4),
]


@pytest.mark.parametrize("order", [1, -1])
def test_a_total_beside_its_parts_counts_nobody_twice(order: int) -> None:
    rows = [line(n, ethnicity=said) for said, n in WITH_TOTALS][::order]
    made = beside.residents([("Census", rows)])
    assert as_counts(made, "ethnicity") == {"white": 60, "asian": 30, "black": 10}
    assert as_counts(made, "area") == {rows[0]["area_name"]: 100}


def test_where_everybody_is_one_figure_it_serves_the_area_and_no_group() -> None:
    made = beside.residents([("Census", [line(100, ethnicity="All usual residents")])])
    assert sum(as_counts(made, "area").values()) == 100
    assert [row["why"] for row in made if row["characteristic"] == "ethnicity"] == [
        "ethnic groups are told as one figure, “All usual residents”"
    ]


def test_a_group_that_is_not_known_is_refused_and_not_left_out() -> None:
    (first, *_) = beside.residents([("Census", [line(8, ethnicity="Klingon")])])
    assert "Klingon" in first["why"]


def test_of_two_sets_the_first_that_has_a_characteristic_is_used() -> None:
    new, old = [line(9, ethnicity="White")], [line(4, ethnicity="White"), line(3, age_band="18-24")]
    made = beside.residents([("2021", new), ("2011", old[1:])])
    assert as_counts(made, "ethnicity") == {"white": 9}
    assert as_counts(made, "age_band") == {"18_24": 3}


def test_police_known_are_the_women_of_the_extract_and_what_is_hidden_stays_hidden() -> None:
    body = {
        "age": [
            {"age": "25_34", "sex": "female", "count": "40"},
            {"age": "25_34", "sex": "male", "count": "90"},
            {"age": "35_44", "sex": "female", "count": "c"},
            {"age": "not recorded", "sex": "female", "count": "7"},
        ],
        "area": [{"area": "E06000032", "sex": "female", "count": "47"}],
    }
    made = beside.police_known(body, source="An extract", areas={"E06000032": "Luton"})
    assert as_counts(made, "age_band") == {"25_34": 40, "35_44": None}
    assert as_counts(made, "area") == {"Luton": 47}


# --- the whole ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def summary() -> evaluation.Summary:
    residents = beside.residents([("Census", [line(100, ethnicity="White"), line(50, ethnicity="Arab")])])
    return evaluation.summarise(dataclasses.replace(invent(), residents=tuple(residents)))


def test_identified_women_outside_a_stage_are_its_complement(summary: evaluation.Summary) -> None:
    cells = {cell: count.value for cell, _, count in summary.overlap.cells}
    for stage in overlap.TESTED:
        n = summary.demographics[0].n.get(overlap.without_code(stage))
        parts = [cells[cell] for cell in overlap.without(stage)]
        if n is not None and not n.is_hidden and None not in parts:
            assert n.value == sum(part or 0 for part in parts)
    assert summary.disclosure.at_risk == 0


def test_every_characteristic_says_whether_it_was_tested(summary: evaluation.Summary) -> None:
    assert len(summary.profiles) == len(summary.demographics) == 12
    tests = [test for profile in summary.profiles for test in profile.tests]
    assert any(test.test for test in tests)
    assert all(test.test or test.why for test in tests)


def test_the_report_shows_her_beside_residents_and_is_named_by_them(summary: evaluation.Summary) -> None:
    drawn = change_charts.every(summary)
    assert "beside-residents-ethnicity" in drawn
    page = report.one_file("html", summary, drawn).decode()
    assert "Census: both sexes, all ages" in page
    assert "How many" not in drawn["beside-residents-ethnicity"].headline
    assert report.one_file("xlsx", summary, drawn)
    assert summary.extract_sha256 != invent().sha256
