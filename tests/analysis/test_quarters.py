"""The same figures at the ends of several quarters: what is shown of one cannot be taken from the other."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from pathways.analysis.disclosure import Rule, System, overlaid, protect, shown_at_most
from pathways.analysis.disclosure import system as systems
from pathways.domain.terms import clocks
from tests.analysis import programme, subtracting

RULES = (Rule(4), Rule(4, rounding=5), Rule(9, rounding=10))
Woman = tuple[str, str, bool]


def grows(name: str) -> bool:
    return name.split("|")[1] in ("reached", "all")


def table(women: list[Woman]) -> dict[str, System]:
    """Two characteristics by whether she has come so far: two tables that share their totals."""
    count = [(f"{place}{woman[place]}", woman[2]) for woman in women for place in (0, 1)]
    found = {}
    for place in (0, 1):
        made = System()
        rows = sorted({f"{place}{code}" for code in "abcde"})
        for column, which in (("reached", (True,)), ("not yet", (False,)), ("all", (True, False))):
            for row in rows:
                made.add((row, column), sum((row, far) in [one] for one in count for far in which))
            total = sum(woman[2] in which for woman in women)
            made.add(("women", column), total, systems.GRAND)
            made.sums(("women", column), [(row, column) for row in rows])
        for row in ("women", *rows):
            made.sums((row, "all"), [(row, "reached"), (row, "not yet")])
        found[str(place)] = made
    return found


def quarters(seed: int, how_many: int) -> list[dict[str, System]]:
    """A programme that grows: some go further, a few come, and now and then an answer is corrected."""
    rng = random.Random(seed)

    def comes() -> Woman:
        return rng.choice("aaabbcde"), rng.choice("abcde"), rng.random() < 0.4

    women = [comes() for _ in range(rng.randrange(15, 160))]
    found = []
    for _ in range(how_many):
        found.append(table(women))
        women = [(*one[:2], one[2] or rng.random() < 0.1) for one in women]
        women += [comes() for _ in range(rng.randrange(0, 14))]
        if rng.random() < 0.2:
            women[0] = (rng.choice("abcde"), *women[0][1:])
    return found


def as_shown(made: list[dict[str, System]], rule: Rule) -> list[overlaid.Published]:
    """Each quarter as it is shown, laid over those before it as they can have been shown at most."""
    shown: list[overlaid.Published] = []
    before: list[overlaid.Published] = []
    for parts in made:
        whole = System()
        for part in parts.values():
            whole.merge(part)
        cells, _ = overlaid.hold_still(parts, protect(whole, rule).cells, rule, before, grows)
        shown.append(overlaid.published(parts, cells, rule))
        before.append(overlaid.published(parts, shown_at_most(whole, [], rule), rule))
    return shown


def attacked(shown: list[overlaid.Published]) -> list[object]:
    return [
        one
        for late in range(len(shown))
        for early in range(late)
        for name in shown[late].tables
        for one in (
            *subtracting.plainly(shown[early].tables[name], shown[late].tables[name]),
            *subtracting.told(shown[early].tables[name], shown[late].tables[name], grows),
        )
    ]


@pytest.mark.parametrize("rule", RULES, ids=("exact", "rounded", "public"))
def test_of_pairs_of_quarters_nothing_small_can_be_subtracted(rule: Rule) -> None:
    for seed in range(6):
        shown = as_shown(quarters(seed, 2), rule)
        assert attacked(shown) == [], seed


@pytest.mark.prove
@pytest.mark.parametrize("rule", RULES, ids=("exact", "rounded", "public"))
def test_of_hundreds_of_quarters_nothing_small_can_be_subtracted(rule: Rule) -> None:
    for seed in range(1000, 1040):
        assert attacked(as_shown(quarters(seed, 3), rule)) == [], seed


def test_each_protected_on_its_own_gives_small_changes_away() -> None:
    given = 0
    for seed in range(4):
        alone = [one for made in quarters(seed, 2) for one in as_shown([made], Rule(4))]
        given += bool(attacked(alone))
    assert given >= 3


def test_rounding_leaves_more_to_show_than_hiding_alone() -> None:
    def left(rule: Rule) -> int:
        late = [as_shown(quarters(seed, 2), rule)[-1] for seed in range(5)]
        return sum(bool(n) for one in late for each in one.tables.values() for n in each.shown.values())

    assert left(Rule(4, rounding=5)) > 1.5 * left(Rule(4))


def test_rows_up_to_a_moment_count_as_they_did_then() -> None:
    extract = programme.invent(40)
    at = clocks.last_quarter_ended(extract.as_at)
    then = replace(extract, events=[one for one in extract.events if one["at"] <= at], as_at=at)
    assert extract.up_to(at).sha256 == then.sha256
    assert len(extract.up_to(at).events) < len(extract.events)
