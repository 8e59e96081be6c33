"""Successive sets of police contact: whoever lays them over one another can work out nothing of a few women.

The attacker is one of these tests' own: a linear programme over what every kept set shows, with what she
knows of how the women of one go with those of another.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from pathways.analysis import police_contact
from pathways.analysis.disclosure import Audience, Rule
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.police_contact import ForMeasures
from pathways.domain.evaluation.police_kept import Kept, Told
from tests.analysis.test_compared import COLUMNS, record, sheet

RULES = [one.rule for one in Audience]
RULES += [replace(one, rounding=5) for one in RULES]
ON = date(2026, 3, 4)


# --- women and their records --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Woman:
    """Records before and after, as suspect and as victim; whether she was followed long enough."""

    records: tuple[tuple[str, int], ...] = ()
    is_followed: bool = True


def woman(rng: random.Random) -> Woman:
    records = [
        (kind, day)
        for kind in ("suspect", "victim")
        for day in (-30, 10)
        if rng.random() < 0.4
        for _ in range(rng.choice((1, 1, 2)))
    ]
    return Woman(tuple(records), rng.random() < 0.85)


def rows(women: Sequence[Woman]) -> list[dict[str, Any]]:
    return [
        record(who, kind, day, until=500 if one.is_followed else 200)
        for who, one in enumerate(women)
        for kind, day in (one.records or (("", None),))
    ]


def keep(women: Sequence[Woman], earlier: Sequence[Kept] = (), *, on: date = ON, months: int = 12) -> Kept:
    return police_contact.keep(
        sheet(rows(women)), COLUMNS, months, RULES, weights={}, source="A force", on=on, earlier=earlier
    )


def contact(n: int, both: int, before: int = 10, after: int = 10) -> list[Woman]:
    """So many women, of whom so many were victims both before and after, before alone, after alone."""
    was, now = ("victim", -30), ("victim", 10)
    made = [Woman((was, now))] * both + [Woman((was,))] * before + [Woman((now,))] * after
    return made + [Woman()] * (n - len(made))


# --- the attacker -------------------------------------------------------------------------------------------

SIDES = ("suspect", "victim")
#: what ties the counts of one set together: the total, and its parts
TIES = [("file", ("n", "short"))]
for _kind in SIDES:
    TIES += [
        ("n", tuple(f"{_kind} {each}" for each in ("both", "before", "after", "neither"))),
        (f"{_kind} any before", (f"{_kind} both", f"{_kind} before")),
        (f"{_kind} any after", (f"{_kind} both", f"{_kind} after")),
    ]
NAMES = list(dict.fromkeys(name for total, parts in TIES for name in (total, *parts)))


def shown(told: Told) -> dict[str, int | None]:
    found = {"n": told.n.value, "short": told.too_short.value}
    for side in told.sides:
        found |= {
            f"{side.kind} any before": side.any_before.value,
            f"{side.kind} any after": side.any_after.value,
            f"{side.kind} both": side.both.value,
            f"{side.kind} neither": side.neither.value,
        }
    return found


def seen_by(threshold: int, kept: Kept) -> dict[str, int | None] | None:
    """All that readers of this threshold were shown of a set: their own figures, and those of the public."""
    found: dict[str, int | None] | None = None
    for told in kept.told:
        if told.rounding is None and told.threshold >= threshold:
            own = shown(told)
            found = own if found is None else {n: own[n] if v is None else v for n, v in found.items()}
    return found


def truth(women: Sequence[Woman]) -> dict[str, int]:
    followed = [one for one in women if one.is_followed]
    found = {"n": len(followed), "short": len(women) - len(followed), "file": len(women)}
    for kind in SIDES:
        was = [any(k == kind and day < 0 for k, day in one.records) for one in followed]
        now = [any(k == kind and day >= 0 for k, day in one.records) for one in followed]
        pairs = list(zip(was, now, strict=True))
        for name, wanted in (("both", (True, True)), ("before", (True, False)), ("after", (False, True)),
                             ("neither", (False, False))):  # fmt: skip
            found[f"{kind} {name}"] = pairs.count(wanted)
        found |= {f"{kind} any before": sum(was), f"{kind} any after": sum(now)}
    return found


def worked_out(
    several: Sequence[dict[str, int | None]], truths: Sequence[dict[str, int]], threshold: int
) -> list[tuple[int, int, str]]:
    """The changes between two sets that are small and known to within less than the threshold."""
    width, ties, bounds = len(NAMES), [], []
    for at, one in enumerate(several):
        for name in NAMES:
            value = one.get(name)
            bounds.append((value, value) if value is not None else (1 if name in one else 0, 10_000))
        for total, parts in TIES:
            row = np.zeros(width * len(several))
            row[at * width + NAMES.index(total)] = -1
            row[[at * width + NAMES.index(part) for part in parts]] = 1
            ties.append(row)
    order = []  # of two sets the one has every woman of the other, and somebody knows it
    for early in range(len(several)):
        for late in range(early + 1, len(several)):
            for sign in (1, -1):
                if all(sign * (truths[late][name] - truths[early][name]) >= 0 for name in NAMES):
                    for place in range(width):
                        row = np.zeros(width * len(several))
                        row[early * width + place], row[late * width + place] = sign, -sign
                        order.append(row)
    found = []
    for late in range(1, len(several)):
        for early in range(late):
            for place, name in enumerate(NAMES):
                if not 1 <= abs(truths[late][name] - truths[early][name]) <= threshold:
                    continue
                ends = []
                for sense in (1, -1):
                    cost = np.zeros(width * len(several))
                    cost[late * width + place], cost[early * width + place] = sense, -sense
                    best = linprog(
                        cost, A_ub=np.array(order) if order else None,
                        b_ub=np.zeros(len(order)) if order else None,
                        A_eq=np.array(ties), b_eq=np.zeros(len(ties)), bounds=bounds,
                    )  # fmt: skip
                    assert best.success, best.message
                    ends.append(sense * best.fun)
                if ends[1] - ends[0] < threshold - 1e-6:
                    found.append((early, late, name))
    return found


def successions(of: int, *, seed: int) -> Iterator[list[list[Woman]]]:
    """Two or three files of nearly the same women: a few or some come in, go out, swap, or are put right."""
    rng = random.Random(seed)
    for _ in range(of):
        women = [woman(rng) for _ in range(rng.randrange(15, 90))]
        files = [women]
        for _ in range(rng.choice((1, 1, 2))):
            women, many = list(women), rng.choice((1, 1, 2, 3, 4, 6, 12, 30))
            how = rng.choice(("in", "in", "in", "out", "swapped", "put right"))
            if how == "out":
                women = women[: max(len(women) - many, 8)]
            elif how == "in":
                women += [woman(rng) for _ in range(many)]
            else:
                for at in rng.sample(range(len(women)), min(many, len(women))):
                    followed = women[at].is_followed
                    women[at] = woman(rng) if how == "swapped" else replace(woman(rng), is_followed=followed)
            files.append(women)
        yield files


def attacked(of: int, *, seed: int, is_held: bool) -> int:
    """How many changes of a few women can be worked out from sets that were kept one after another."""
    found = 0
    for files in successions(of, seed=seed):
        kept: list[Kept] = []
        truths = []
        for women in files:
            try:
                kept.append(keep(women, kept if is_held else ()))
            except UnanswerableError:
                continue
            truths.append(truth(women))
        for threshold in (4, 9):
            pairs = [
                (seen, true)
                for one, true in zip(kept, truths, strict=True)
                if (seen := seen_by(threshold, one)) is not None
            ]
            if len(pairs) > 1:
                found += len(worked_out(*zip(*pairs, strict=True), threshold))
    return found


def test_nothing_of_a_few_women_can_be_worked_out_from_sets_that_were_kept_one_after_another() -> None:
    assert attacked(20, seed=1, is_held=False) > 20, "the attack finds what lies open"
    assert attacked(60, seed=1, is_held=True) == 0


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(2, 6))
def test_nothing_of_a_few_women_can_be_worked_out_from_many_more(seed: int) -> None:
    assert attacked(80, seed=seed, is_held=True) == 0


# --- by hand ------------------------------------------------------------------------------------------------


def test_forty_women_with_twelve_and_then_one_more_with_thirteen_are_not_both_kept() -> None:
    first = keep(contact(40, both=12))
    with pytest.raises(UnanswerableError, match=r"4 March 2026.*subtracting.*at least 5 more than then"):
        keep(contact(41, both=13), [first])
    keep(contact(41, both=13))  # alone it may be


def test_a_count_that_a_few_women_more_would_tell_is_hidden_and_the_others_stand() -> None:
    first = keep(contact(40, both=12))
    told = keep(contact(60, both=14, before=16, after=16), [first]).under(4, None)
    assert told is not None
    victim = told.side("victim")
    assert told.n.value == 60
    assert victim.both.is_hidden, "two women more"
    assert victim.neither.is_hidden, "else the two could be worked out"
    assert (victim.any_before.value, victim.any_after.value) == (30, 30)
    shown = police_contact.values(ForMeasures(keep(contact(60, 14, 16, 16), [first])), Rule())
    assert shown["M36"].shown == "c"
    assert "of figures kept before" in told.disclosure and "hidden because of it" in told.disclosure


def test_enough_women_more_hide_nothing() -> None:
    first = keep(contact(40, both=12))
    told = keep(contact(90, both=30, before=22, after=22), [first]).under(9, None)
    assert told is not None
    assert not any(value is None for value in shown(told).values())
    assert told.side("victim").rates is not None


def test_a_set_is_held_against_every_earlier_one_and_not_only_against_the_last() -> None:
    first, between = keep(contact(40, both=12)), keep(contact(90, both=30, before=22, after=22))
    with pytest.raises(UnanswerableError, match="subtracting"):
        keep(contact(42, both=12), [first, between])


def test_the_same_women_over_another_stretch_are_held_against_one_another_too() -> None:
    women = [*contact(40, both=12), *[Woman(is_followed=False)] * 3]
    shorter = [replace(one, is_followed=True) for one in women]
    first = keep(women)
    with pytest.raises(UnanswerableError, match="subtracting"):
        keep(shorter, [first], months=6)


def test_what_two_earlier_sets_give_away_already_keeps_no_later_one_out() -> None:
    """They were kept before sets were held against one another; what they told is told."""
    earlier = [keep(contact(40, both=12)), keep(contact(41, both=13))]
    told = keep(contact(90, both=30, before=22, after=22), earlier).under(4, None)
    assert told is not None
    assert told.side("victim").both.value == 30


def test_a_later_set_cannot_undo_what_the_one_between_hides() -> None:
    """Of three sets the first and the last agree in a count; so the one between has it too, hidden or not."""
    for seed in range(6):
        rng = random.Random(seed)
        files = [contact(50, both=12 + rng.randrange(3))]
        files.append([*files[0], *[Woman((("victim", -30),))] * 2, *[Woman()] * 9])
        files.append([*files[1], *[Woman((("victim", -30),))] * (6 + seed), *[Woman()] * 10])
        kept: list[Kept] = []
        truths = []
        for women in files:
            kept.append(keep(women, kept))
            truths.append(truth(women))
        seen = [one for each in kept if (one := seen_by(4, each)) is not None]
        assert not worked_out(seen, truths, 4)


def test_the_very_same_file_may_be_kept_again() -> None:
    for women in (contact(40, both=12), *(files[0] for files in successions(6, seed=5))):
        first = keep(women)
        assert keep(women, [first]).says_what(first)


def test_means_stand_only_where_their_difference_rests_on_enough_women_too() -> None:
    def with_more(each: int) -> list[Woman]:
        women = contact(60, both=20)
        more = Woman((("victim", -30),) * each + (("victim", 10),))
        return [*women[:-1], more]

    # the same counts of women, and one record of one of them more: only the mean would tell it
    first = keep([*contact(60, both=20)[:-1], Woman((("victim", -30), ("victim", 10)))])
    again = keep(with_more(4), [first]).under(4, None)
    assert again is not None
    assert again.side("victim").any_before.value == 31
    assert again.side("victim").rates is None
    assert ("Records a hundred women", "Too few women more, or fewer, than were kept before.") in again.side(
        "victim"
    ).figures


def test_a_wider_audience_is_shown_nothing_that_a_nearer_one_is_not() -> None:
    for files in successions(12, seed=77):
        for told in _told(keep(files[0]), keep(files[-1])):
            nearer, wider = told
            assert not [name for name, value in wider.items() if value is not None and nearer[name] is None]


def _told(*several: Kept) -> Iterator[tuple[dict[str, int | None], dict[str, int | None]]]:
    for kept in several:
        steering, public = kept.under(4, None), kept.under(9, None)
        if steering is not None and public is not None:
            yield shown(steering), shown(public)
