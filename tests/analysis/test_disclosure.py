"""Nothing small leaves, and nothing that is shown gives a small count away.

The attack here is written apart from the product's own: plain linear programmes over the whole table,
with nothing shared but the table itself.
"""

import math
import pathlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathways.analysis import disclosure
from pathways.analysis.disclosure import TOTAL, Audience, Rule, System, Zeros
from pathways.domain.evaluation.counts import RawCount
from tests.analysis.attacking import Attack

SDC = pathlib.Path(__file__).parents[3] / "shared" / "data" / "sdc"


def attack(system: System, shown: dict, *, floor: int, only: object = None) -> dict:  # type: ignore[type-arg]
    """For each hidden cell the least and most it can be, by two linear programmes over the whole."""
    keys = list(system.counts)
    place = {key: i for i, key in enumerate(keys)}
    sums = np.zeros((len(system.relations), len(keys)))
    for row, (total, parts) in enumerate(system.relations):
        sums[row, place[total]] -= 1
        for part in parts:
            sums[row, place[part]] += 1
    low = [floor if shown[key] is None else shown[key] for key in keys]
    high = [math.inf if shown[key] is None else shown[key] for key in keys]
    attacker = Attack(sums, low, high)
    found = {}
    for key in keys:
        if shown[key] is None and (only is None or key in only):  # type: ignore[operator]
            least, most = attacker.ends(place[key])
            found[key] = most - least
    return found


def check(system: System, rule: Rule) -> None:
    protected = disclosure.protect(system, rule)
    truth = dict(zip(system.keys, system.values.tolist(), strict=True))
    shown = {key: count.value for key, count in protected.cells.items()}
    for key, value in shown.items():
        if value is None:
            assert truth[key] > 0 or rule.zeros is Zeros.HIDE, "a nought was hidden"
        else:
            assert value == truth[key]
            assert not rule.is_small(value), "a small count was shown"
    floor = 1 if rule.zeros is Zeros.SHOW else 0
    small = {key for key, n in truth.items() if rule.is_small(n)}
    for key, width in attack(system, shown, floor=floor, only=small).items():
        assert width > rule.threshold - 1e-6, (key, width)


def two_way(counts: list[list[int]]) -> System:
    rows = [f"r{i}" for i in range(len(counts))]
    columns = [f"c{i}" for i in range(len(counts[0]))]
    cells = {(r, c): counts[i][j] for i, r in enumerate(rows) for j, c in enumerate(columns)}
    return disclosure.tables.two_way(cells, rows, columns)


COUNTS = st.one_of(st.integers(0, 6), st.integers(0, 40), st.just(0))
TABLES = st.tuples(st.integers(1, 7), st.integers(1, 6)).flatmap(
    lambda size: st.lists(
        st.lists(COUNTS, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
    )
)
RULES = st.builds(Rule, st.sampled_from([1, 2, 4, 9]), st.sampled_from(list(Zeros)))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(TABLES, RULES)
def test_an_attacker_learns_no_small_count_of_any_table(counts: list[list[int]], rule: Rule) -> None:
    check(two_way(counts), rule)


@pytest.mark.prove
@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(TABLES, RULES)
def test_an_attacker_learns_no_small_count_of_thousands_of_tables(
    counts: list[list[int]], rule: Rule
) -> None:
    check(two_way(counts), rule)


def linked(cells: list[list[int]]) -> System:
    """Groups of rows in a hierarchy, by overlap cells and the sets made of them: not a network."""
    made = System()
    rows = range(len(cells))
    group = {"g0": [r for r in rows if r % 2 == 0], "g1": [r for r in rows if r % 2]}
    sets = {"a": (0, 1), "b": (0, 2), "any": (0, 1, 2)}
    counts: dict[tuple[object, object], int] = {(r, c): cells[r][c] for r in rows for c in range(3)}
    for name, parts in sets.items():
        counts |= {(r, name): sum(cells[r][c] for c in parts) for r in rows}
    columns = [0, 1, 2, *sets]
    for g, members in {**group, TOTAL: list(rows)}.items():
        counts |= {(g, c): sum(counts[r, c] for r in members) for c in columns}
    for key, n in counts.items():
        made.add(key, n, 6.0 if key[0] == TOTAL else 1.0)
    for r in [*rows, *group, TOTAL]:
        for name, parts in sets.items():
            made.sums((r, name), [(r, c) for c in parts])
    for c in columns:
        for g, members in group.items():
            made.sums((g, c), [(r, c) for r in members])
        made.sums((TOTAL, c), [(g, c) for g in group])
    return made


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(COUNTS, min_size=3, max_size=3), min_size=2, max_size=6), RULES)
def test_an_attacker_learns_no_small_count_of_linked_tables(cells: list[list[int]], rule: Rule) -> None:
    check(linked(cells), rule)


@pytest.mark.prove
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(COUNTS, min_size=3, max_size=3), min_size=2, max_size=6), RULES)
def test_an_attacker_learns_no_small_count_of_hundreds_of_tables_in_a_hierarchy(
    cells: list[list[int]], rule: Rule
) -> None:
    check(linked(cells), rule)


def test_a_two_way_table_is_a_network_and_three_sets_in_a_hierarchy_are_not() -> None:
    assert two_way([[1, 2], [3, 4]]).is_network
    assert not linked([[1, 2, 3]] * 4).is_network


def test_hiding_one_cell_alone_would_reveal_it() -> None:
    system = two_way([[2, 18], [19, 14]])
    found = disclosure.audit(system, np.array(system.values == 2), Rule(2))
    assert (found.at_risk, found.narrowest) == ((("r0", "c0"),), 0)


@pytest.mark.shared_data
def test_the_published_example_of_region_by_gender_is_reproduced() -> None:
    lines = (SDC / "sdctable_microdata1.csv").read_text().split()[1:]
    counts: dict[tuple[str, str], int] = {}
    for line in lines:
        region, gender, _ = line.split(",")
        counts[region, gender] = counts.get((region, gender), 0) + 1
    table = disclosure.frequency(counts, Rule(2))
    hidden = {key for key, count in table.protected.cells.items() if count.is_hidden}
    assert hidden == {("A", "female"), ("A", "male"), ("C", "female"), ("C", "male")}
    assert sum(counts[key] for key in hidden) == 42
    system = disclosure.tables.two_way(counts, table.rows, table.columns)
    attacked = disclosure.attack.Attack(
        system, np.array([key in hidden for key in system.keys]), floor=0
    ).interval(system.keys.index(("A", "female")))
    assert (attacked.low, attacked.high) == (0, 12)
    assert table.summary()["audit"] == {"at_risk": 0, "narrowest": 12, "narrowest_informed": 10}


def test_a_small_total_is_hidden_too() -> None:
    table = disclosure.frequency({("r", "c"): 1, ("r", "d"): 2, ("s", "c"): 40, ("s", "d"): 50}, Rule(4))
    assert table["r", TOTAL].is_hidden
    assert not table[TOTAL, TOTAL].is_hidden


def test_a_table_in_which_everyone_is_few_shows_nothing_but_its_noughts() -> None:
    table = disclosure.frequency({("r", "c"): 2, ("r", "d"): 0}, Rule(4))
    assert table["r", "d"].shown == "0"
    assert {table[key].shown for key in [("r", "c"), ("r", TOTAL), (TOTAL, TOTAL)]} == {"c"}


def test_a_table_that_does_not_add_up_is_refused() -> None:
    system = System()
    system.add("all", 5)
    system.add("part", 4)
    with pytest.raises(ValueError, match="not the sum"):
        system.sums("all", ["part"])


def test_records_are_tallied_one_each_or_by_a_column_of_counts() -> None:
    records = [{"r": "a", "c": "x", "n": "3"}, {"r": "a", "c": "x", "n": 4.0}, {"r": None, "c": "y", "n": 0}]
    one_each = disclosure.tally(records, rows="r", columns="c")
    assert one_each["a", "x"].for_disclosure_control() == 2
    counted = disclosure.tally(records, rows="r", columns="c", counts="n")
    assert counted["a", "x"].for_disclosure_control() == 7
    assert ("(blank)", "y") in counted


@pytest.mark.parametrize("n", ["-1", "2.5", "many", None])
def test_a_count_that_is_none_is_refused_with_its_place(n: object) -> None:
    with pytest.raises(ValueError, match="record 1, column 'n'"):
        disclosure.tally([{"r": "a", "c": "x", "n": n}], rows="r", columns="c", counts="n")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="no column 'c'"):
        disclosure.tally([{"r": "a"}], rows="r", columns="c")


def test_cells_that_were_shown_before_stay_shown_and_hidden_ones_hidden() -> None:
    system = two_way([[2, 18, 9], [19, 14, 8], [30, 12, 7]])
    before = {("r0", "c1"), ("r1", "c0")}
    protected = disclosure.protect(system, Rule(2), shown=before, hidden={("r2", "c2")})
    assert not any(protected[key].is_hidden for key in before)
    assert protected["r2", "c2"].is_hidden


def test_what_is_shown_already_may_leave_nothing_to_be_done_and_then_nothing_leaves() -> None:
    system = two_way([[2, 18], [19, 14]])
    with pytest.raises(disclosure.AtRisk):
        disclosure.protect(system, Rule(2), shown=set(system.keys) - {("r0", "c0")})


def test_a_row_called_total_is_refused() -> None:
    with pytest.raises(ValueError, match="Total"):
        disclosure.frequency({(TOTAL, "c"): 5}, Rule(4))


@pytest.mark.parametrize(("n", "shown"), [(0, 0), (6, 5), (7, 5), (8, 10), (12, 10), (13, 15)])
def test_what_is_shown_can_be_rounded_to_five(n: int, shown: int) -> None:
    assert Rule(4, rounding=5).rounded(n) == shown


def test_the_public_is_shown_less_than_partners() -> None:
    assert Audience.PARTNER.rule.threshold == 4
    assert Audience.PUBLIC.rule.threshold == 9


def test_the_same_table_is_always_protected_in_the_same_way() -> None:
    counts = [[3, 8, 21], [9, 1, 14], [30, 2, 7]]
    first, second = (disclosure.protect(two_way(counts), Rule(4)).cells for _ in range(2))
    assert first == second


def test_raw_counts_are_opened_by_disclosure_control_alone() -> None:
    source = pathlib.Path(disclosure.__file__).parents[2]
    opened = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if "for_disclosure_control()" in path.read_text()
    }
    assert opened == {"analysis/disclosure/system.py"}
    assert RawCount(3).for_disclosure_control() == 3
