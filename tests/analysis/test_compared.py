"""A comparison group from a file: what may be said of it, what is withheld, and nothing small ever shown."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from pathways.analysis import compared, police_contact
from pathways.analysis.compared import Asked
from pathways.analysis.disclosure import Rule
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.police_contact import Columns, ForMeasures
from pathways.analysis.sheets import Sheet, UnreadableError
from pathways.analysis.time_to import Dates
from pathways.domain.evaluation import police_kept
from pathways.domain.evaluation.beside_group import CAUTIONS, GroupKind
from pathways.domain.evaluation.police_kept import Kept
from pathways.domain.evaluation.value import Price, avoided
from tests.analysis.test_evaluation import everything

START = date(2024, 1, 1)


def sheet(rows: list[dict[str, Any]]) -> Sheet:
    columns = list(rows[0])
    frame = pl.DataFrame(
        {c: [None if row[c] in (None, "") else str(row[c]) for row in rows] for c in columns},
        schema=dict.fromkeys(columns, pl.Utf8),
    )
    return Sheet("group.csv", "group", frame, pl.Series(range(2, len(rows) + 2)))  # type: ignore[arg-type]


def groups(
    n: int, m: int, *, alike: bool, share: float = 0.3, other: float = 0.3, seed: int = 5
) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    rows = []
    for at in range(n + m):
        treated = at < n
        age = rng.randrange(20, 50) + (0 if alike or not treated else 25)
        began = START + timedelta(days=rng.randrange(200))
        happened = rng.random() < (share if treated else other)
        rows.append(
            {
                "programme": "yes" if treated else "no",
                "reoffended": "yes" if happened else "no",
                "age": age,
                "convictions": rng.randrange(0, 8),
                "began": began,
                "event_on": began + timedelta(days=rng.randrange(1, 700)) if happened else "",
                "until": began + timedelta(days=730),
            }
        )
    return rows


def asked(**more: Any) -> Asked:
    given: dict[str, Any] = {
        "treated": "programme", "outcome": "reoffended", "known": ("age", "convictions"),
        "kind": GroupKind.DECLINED, "source": "Invented, for a test", "caliper": 0.2,
    }  # fmt: skip
    return Asked(**(given | more))


def test_groups_that_are_not_alike_get_no_headline_and_no_figure():
    found = compared.compare(sheet(groups(80, 120, alike=False)), asked(caliper=None), Rule())
    assert not found.is_finding
    assert "not alike, so no difference is given" in found.headline
    assert found.figures == ()
    assert "Maryland scale 2" in found.evidence
    assert found.love is not None
    assert "still differ" in found.love.headline
    assert any(not alike for *_, alike in found.balance)


def test_groups_that_are_alike_are_told_as_100_typical_women_with_what_could_be_found():
    found = compared.compare(sheet(groups(120, 1200, alike=True)), asked(ratio=3), Rule())
    assert found.is_finding, found.headline
    assert "Of 100 typical women in the programme" in found.headline
    said = dict(found.figures)
    assert {"After matching", "Weighted instead of matched", "Would be found four times in five"} <= set(said)
    assert "no effect" not in found.headline.lower()
    assert "does not mean" in found.headline  # the two shares were drawn alike
    assert found.caution == CAUTIONS[GroupKind.DECLINED]
    assert "selected themselves" in found.caution


def test_a_difference_beyond_chance_is_said_with_its_e_value():
    rows = groups(150, 1500, alike=True, share=0.2, other=0.6)
    found = compared.compare(sheet(rows), asked(), Rule())
    assert found.is_finding
    assert "fewer" in found.headline and "more than chance explains" in found.headline
    assert float(dict(found.figures)["E-value"].split(":")[0]) > 2


PRICE = Price("An offence", 100, 50, 200, "2024")


def test_costs_avoided_are_ranges_and_without_a_finding_there_are_none():
    rows = groups(150, 1500, alike=True, share=0.2, other=0.6)
    said = dict(compared.compare(sheet(rows), asked(price=PRICE, cost=100.0), Rule()).value)
    assert "in prices of 2024" in said["Costs avoided for 100 women"]
    assert "for each £1 spent" in said["Beside what the programme cost"]
    said = dict(compared.compare(sheet(rows), asked(price=PRICE), Rule()).value)
    assert "is not known" in said["Beside what the programme cost"]
    unlike = compared.compare(sheet(groups(80, 120, alike=False)), asked(price=PRICE, caliper=None), Rule())
    assert "no finding" in dict(unlike.value)["Costs avoided"]
    same = compared.compare(sheet(groups(120, 1200, alike=True)), asked(price=PRICE, cost=100.0), Rule())
    assert "cannot say that there were fewer" in dict(same.value)["Beside what the programme cost"]


def test_the_range_of_costs_takes_the_lesser_and_the_greater_end_of_both():
    both = {"treated": 40, "comparison": 40, "cost": (10.0, 10.0, 10.0)}
    made = avoided(PRICE, fewer=(0.1, 0.2, 0.3), **both)
    assert made.span == pytest.approx((500, 2000, 6000))
    assert made.ratio == pytest.approx((0.5, 2, 6))
    assert avoided(PRICE, fewer=(-0.3, -0.2, -0.1), **both).ratio is None
    assert avoided(PRICE, fewer=(-0.1, 0.1, 0.3), **both).span[0] == pytest.approx(-2000)
    with pytest.raises(ValueError, match="rising order"):
        Price("An offence", 10, 50, 200, "2024")


def test_what_is_kept_of_a_finding_is_what_was_shown_and_no_hidden_count():
    found = compared.compare(
        sheet(groups(150, 1500, alike=True, share=0.2, other=0.6)), asked(), Rule()
    )  # fmt: skip
    cells = {label: (one, other) for label, one, other in found.counts}
    assert found.matched == tuple(one.value for one in cells["Matched"])
    assert found.fewer is not None and found.is_enough
    assert found.fewer[0] < found.fewer[1] < found.fewer[2]
    unlike = compared.compare(sheet(groups(80, 120, alike=False)), asked(caliper=None), Rule())
    assert unlike.fewer is None


def test_too_few_matched_and_hidden_outcomes_give_no_finding():
    few = compared.compare(sheet(groups(20, 400, alike=True)), asked(), Rule())
    assert not few.is_finding
    rare = groups(90, 900, alike=True, share=0.0, other=0.4)
    rare[0]["reoffended"] = rare[1]["reoffended"] = "yes"
    hidden = compared.compare(sheet(rare), asked(), Rule())
    assert not hidden.is_finding and hidden.figures == ()
    assert "does not mean that there is none" in hidden.headline


@pytest.mark.parametrize("seed", range(6))
def test_no_small_count_is_ever_shown(seed):
    rows = groups(random.Random(seed).randrange(12, 70), 200, alike=True, seed=seed)
    for row in rows[::17]:
        row["age"] = ""
    found = compared.compare(sheet(rows), asked(dates=Dates("began", "event_on", "until")), Rule())
    shown = [one.value for one in everything(found) if type(one).__name__ == "ReleasedCount"]
    assert shown
    assert not any(value is not None and 1 <= value <= 4 for value in shown)
    assert "nothing at risk" in found.disclosure


def test_time_starts_where_follow_up_starts_and_what_came_before_is_left_out():
    rows = groups(200, 600, alike=True, share=0.5, other=0.5)
    for row in rows[:10]:
        row["event_on"] = row["began"] - timedelta(days=3)
    found = compared.compare(sheet(rows), asked(dates=Dates("began", "event_on", "until")), Rule())
    assert found.time is not None
    assert "10 women had the event before that day" in found.time.statement
    said = dict(found.time.figures)
    assert "hazard ratio" in said["Cox regression, what is known held equal"]
    assert "Are hazards proportional?" in said
    assert found.time.chart is not None


def test_a_cell_that_is_no_date_is_named_by_its_row():
    rows = groups(40, 200, alike=True)
    rows[3]["began"] = "last spring"
    with pytest.raises(UnreadableError, match="row 5, column began"):
        compared.compare(sheet(rows), asked(dates=Dates("began", "event_on", "until")), Rule())


# --- police contact ---------------------------------------------------------------------------------

COLUMNS = Columns("woman", "began", "until", "kind", "on", "offence")


def record(
    who: int, kind: str = "", day: int | None = None, offence: str = "", until: int = 500
) -> dict[str, Any]:
    return {
        "woman": f"w{who}", "began": START, "until": START + timedelta(days=until), "kind": kind,
        "on": START + timedelta(days=day) if day is not None else "", "offence": offence,
    }  # fmt: skip


def fallen() -> list[dict[str, Any]]:
    """Forty women with a record in the year before, ten of whom have one in the year after as well."""
    rows = [record(who, "suspect", -30, "theft") for who in range(40)]
    rows += [record(who, "suspect", 0, "theft") for who in range(10)]
    rows += [record(who, "victim", day) for day in (364, 365) for who in range(20)]
    rows += [record(who) for who in range(40, 60)]
    return rows + [record(who, until=300) for who in range(60, 67)]


def test_windows_are_equal_and_the_day_of_the_start_is_after():
    found = police_contact.count(sheet(fallen()), COLUMNS, 12, Rule(), weights={}, source="A force")
    suspect, victim = found.kinds
    assert found.n.value == 60 and found.too_short.value == 7
    assert (suspect.any_before.value, suspect.any_after.value) == (40, 10)
    assert suspect.rates == pytest.approx((100 * 40 / 60, 100 * 10 / 60))
    assert (victim.any_before.value, victim.any_after.value) == (0, 20)  # the 365th day is outside
    assert "Maryland scale 2" in found.evidence
    assert any("regression to the mean" in line for line in found.cautions)
    assert any("watched" in line for line in found.cautions)


def test_harm_is_weighed_by_a_table_that_is_loaded_and_what_has_no_weight_is_said():
    weights = {"theft": 3.0}
    found = police_contact.count(sheet(fallen()), COLUMNS, 12, Rule(), weights=weights, source="A force")
    said = dict(found.kinds[0].figures)
    assert said["Harm weight a woman, before and after"] == "2.0 and 0.5"
    assert "have no weight there" in found.harm
    none = police_contact.count(sheet(fallen()), COLUMNS, 12, Rule(), weights={}, source="A force")
    assert "no table of harm weights" in none.harm


def test_small_numbers_of_women_with_a_record_leave_no_rate():
    rows = [record(0, "suspect", -5), record(1, "suspect", 5), *(record(who) for who in range(2, 40))]
    found = police_contact.count(sheet(rows), COLUMNS, 3, Rule(), weights={}, source="A force")
    assert found.kinds[0].rates is None
    assert found.kinds[0].any_before.is_hidden
    assert not any(
        one.value is not None and 1 <= one.value <= 4
        for one in everything(found)
        if type(one).__name__ == "ReleasedCount"
    )


def test_a_line_that_contradicts_another_or_says_neither_is_named():
    rows = fallen()
    rows[1] = {**rows[1], "woman": "w0", "began": START + timedelta(days=1)}
    with pytest.raises(UnreadableError, match="row 3, column began"):
        police_contact.count(sheet(rows), COLUMNS, 12, Rule(), weights={}, source="A force")
    with pytest.raises(UnreadableError, match="neither suspect nor victim"):
        police_contact.count(sheet([record(0, "witness", 3)]), COLUMNS, 3, Rule(), weights={}, source="A")
    with pytest.raises(UnanswerableError, match="no woman has been followed"):
        police_contact.count(sheet([record(0, until=20)]), COLUMNS, 3, Rule(), weights={}, source="A")


def harmed() -> list[dict[str, Any]]:
    """Sixty women: thirty were victims before, twelve of them again after, and eight only after."""
    rows = [record(who, "victim", -30, "theft") for who in range(30)]
    rows += [record(who, "victim", 10, "theft") for who in [*range(12), *range(30, 38)]]
    return rows + [record(who) for who in range(38, 60)]


def kept(rows: list[dict[str, Any]], months: int = 12) -> Kept:
    rules = [Rule(), Rule(threshold=9), Rule(rounding=5)]
    return police_contact.keep(
        sheet(rows), COLUMNS, months, rules, weights={}, source="A force", on=date(2026, 3, 4)
    )


def test_measures_of_police_contact_read_the_very_figures_of_the_page():
    shown = police_contact.count(sheet(harmed()), COLUMNS, 12, Rule(), weights={}, source="A force")
    again = police_kept.from_json(json.loads(json.dumps(police_kept.as_json(kept(harmed())))))
    found = police_contact.values(ForMeasures(again), Rule())
    victim = shown.kinds[1]
    assert found["M36"].shown == "20%"
    over = f"{victim.both.shown} of {shown.n.shown} women followed for 12 months"
    assert found["M36"].over.startswith(over)
    assert shown.evidence in found["M36"].note and "A force" in found["M36"].note
    assert "kept on 4 March 2026" in found["M41"].note and shown.evidence in found["M41"].note
    assert "As victim: 0.66 times" in found["M41"].shown  # of 50 and 33 a hundred women, as they are shown
    parts = dict(found["M41"].parts)
    assert parts["As victim: records a hundred women, before and after"] == dict(victim.figures)[
        "Records a hundred women, before and after"
    ]
    assert parts["As victim: women with any record before"] == victim.any_before.shown


def test_measures_of_police_contact_hide_what_the_page_hides_and_say_so_by_audience():
    few = [record(who, "victim", -30) for who in range(7)] + [record(who, "victim", 3) for who in range(7)]
    few += [record(who) for who in range(7, 40)]
    made = ForMeasures(kept(few))
    page = police_contact.count(sheet(few), COLUMNS, 12, Rule(threshold=9), weights={}, source="A force")
    assert police_contact.values(made, Rule())["M36"].shown == "18%"
    assert page.kinds[1].both.is_hidden
    assert police_contact.values(made, Rule(threshold=9))["M36"].shown == "c"
    assert "7" not in str(police_contact.values(made, Rule(threshold=9))["M36"].parts)
    # a rule that nothing was reckoned for tells nothing, and never the figures of another
    assert police_contact.values(made, Rule(threshold=6))["M36"].shown == "c"


def test_another_stretch_than_the_measure_asks_for_is_said_and_a_waiting_file_is_not_called_uncollected():
    found = police_contact.values(ForMeasures(kept(harmed(), 6)), Rule())
    assert "asks for 12 months; these are 6" in found["M36"].note
    assert police_contact.values(ForMeasures(is_waiting=True), Rule())["M36"].shown == "Not kept yet"
    assert police_contact.values(ForMeasures(), Rule()) == {}
