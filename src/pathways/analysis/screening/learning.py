"""What the signs teach: how often each appears, how often a person confirms, whom it alone brings, and who
the women are beside the population they come from.

Everything here is an exact count for those who work on it; a count leaves only through disclosure control
(`protected`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from pathways.analysis.disclosure import FrequencyTable, Rule, frequency
from pathways.analysis.screening.considering import brings
from pathways.analysis.screening.indicator import Indicator
from pathways.domain.identification.consideration import Status

#: the standard normal deviate of an interval that holds 95 in 100
Ratio = tuple[float, float, float]
Z95: Final = 1.959963984540054
CONFIRMED: Final = Status.CONFIRMED.value
#: decisions that end a review one way or the other; the others are not counted as decided
DECIDED: Final = frozenset({Status.CONFIRMED.value, Status.REJECTED.value})
NOT_RECORDED: Final = "not recorded"


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`, as a proportion with a 95 per cent interval. None where there is nobody."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.count, self.of)


def wilson(count: int, of: int, z: float = Z95) -> tuple[float, float] | None:
    """The score interval of a proportion. None of nobody.

    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209-212. Raises
    ValueError where the count is not from nought to `of`.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no proportion")
    if of == 0:
        return None
    share, spread = count / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def ratio(count: int, of: int, other: int, other_of: int, z: float = Z95) -> Ratio | None:
    """The ratio of two proportions with its interval on the scale of logarithms; None where one is nought.

    Source: D. Katz and others, Obtaining confidence intervals for the risk ratio in cohort studies,
    Biometrics 34 (1978), 469-474.
    """
    if not count or not other or not of or not other_of:
        return None
    value = (count / of) / (other / other_of)
    error = math.sqrt(1 / count - 1 / of + 1 / other - 1 / other_of)
    return value, value * math.exp(-z * error), value * math.exp(z * error)


@dataclass(frozen=True, slots=True)
class Learnt:
    """One sign: women considered who have it; how many were decided on, and of these confirmed; whom it
    brings alone: women who would not be listed without it, and how many of these were confirmed."""

    code: str
    considered: Share
    confirmed: Share
    alone: int
    alone_confirmed: Share


def by_indicator(
    evidence: pl.DataFrame, using: Sequence[Indicator], decisions: Mapping[str, str]
) -> tuple[Learnt, ...]:
    """What each sign brought, in the catalogue's order.

    `evidence` is that of `Screened`. `decisions` say by person_id what a person decided, in the words of
    `consideration.Status`; who is not in it, or is deferred, is not decided yet.
    """
    women = set(evidence.get_column("person_id").to_list())
    have: dict[str, set[str]] = {each.code: set() for each in using}
    for code, person in evidence.select("indicator", "person_id").unique().iter_rows():
        have.setdefault(code, set()).add(person)
    brought = _brought_alone(evidence, using)
    found = []
    for each in using:
        hers = have[each.code]
        only = {person for person in hers if each.code in brought[person]}
        found.append(
            Learnt(
                each.code,
                Share(len(hers), len(women)),
                _confirmed(hers, decisions),
                len(only),
                _confirmed(only, decisions),
            )
        )
    return tuple(found)


def _confirmed(women: set[str], decisions: Mapping[str, str]) -> Share:
    decided = [decisions[person] for person in women if decisions.get(person) in DECIDED]
    return Share(sum(each == CONFIRMED for each in decided), len(decided))


def _brought_alone(evidence: pl.DataFrame, using: Sequence[Indicator]) -> dict[str, set[str]]:
    """Of each woman, the signs without any one of which she would not have been listed."""
    known = {each.code: each for each in using}
    seen: dict[str, list[tuple[str, bool]]] = {}
    for person, code, as_victim in (
        evidence.select("person_id", "indicator", "as_victim").unique().iter_rows()
    ):
        seen.setdefault(person, []).append((code, as_victim))
    needed: dict[str, set[str]] = {}
    for person, signs in seen.items():
        needed[person] = {
            code
            for code in {code for code, _ in signs}
            if not brings((known[other], as_victim) for other, as_victim in signs if other != code)
        }
    return needed


@dataclass(frozen=True, slots=True)
class Beside:
    """One group beside the population: its share among them, its share of the population, and the ratio.

    `times` is (ratio, low, high): above 1 the group is among these women more often than in the population.
    None where one of the counts is nought.
    """

    group: str
    among: Share
    population: Share
    times: tuple[float, float, float] | None


def beside_population(groups: Mapping[str, int], population: Mapping[str, int]) -> tuple[Beside, ...]:
    """The women considered, or confirmed, by one characteristic, beside the population they come from.

    Both are counts by group: age bands, ethnic groups or areas. Those of whom it is not recorded are not in
    the shares: they are the line `NOT_RECORDED`, with their share of all. The interval of the ratio takes the
    two for samples apart, which is right to a hair where the women are few among many.
    """
    told = {group: n for group, n in groups.items() if group != NOT_RECORDED}
    there = {group: n for group, n in population.items() if group != NOT_RECORDED}
    of, of_there = sum(told.values()), sum(there.values())
    lines = [
        Beside(
            group,
            Share(told.get(group, 0), of),
            Share(there.get(group, 0), of_there),
            ratio(told.get(group, 0), of, there.get(group, 0), of_there),
        )
        for group in dict.fromkeys([*there, *told])
    ]
    missing, missing_there = groups.get(NOT_RECORDED, 0), population.get(NOT_RECORDED, 0)
    if missing or missing_there:
        shares = Share(missing, of + missing), Share(missing_there, of_there + missing_there)
        lines.append(Beside(NOT_RECORDED, *shares, None))
    return tuple(lines)


def count_by(people: pl.DataFrame, column: str, women: Sequence[str]) -> dict[str, int]:
    """How many of these women are in each group of one column; blanks are `NOT_RECORDED`.

    `people` has person_id and the column, one row a person. Raises ValueError where it has not.
    """
    for name in ("person_id", column):
        if name not in people.columns:
            raise ValueError(f"the people have no column {name}")
    hers = people.unique("person_id", keep="first", maintain_order=True).filter(
        pl.col("person_id").is_in(list(women))
    )
    said = pl.col(column).cast(pl.String).str.strip_chars()
    known = pl.when(said == "").then(None).otherwise(said)
    groups = hers.select(known.fill_null(NOT_RECORDED).alias("group"))
    counted = groups.group_by("group").len().sort("group")
    found = {str(group): int(n) for group, n in counted.iter_rows()}
    if absent := len(set(women)) - hers.height:
        found[NOT_RECORDED] = found.get(NOT_RECORDED, 0) + absent
    return found


def protected(tables: Mapping[str, Mapping[str, int]], rule: Rule) -> FrequencyTable:
    """Counts by group (rows) and set of women (columns, such as confirmed), made safe to leave.

    Sets that lie in one another have to come as parts that do not overlap (confirmed, not confirmed), since
    the totals of a row are released with it. No ratio leaves that is made of a count that is hidden.
    """
    counts = {(group, name): n for name, groups in tables.items() for group, n in groups.items()}
    rows = list(dict.fromkeys(group for groups in tables.values() for group in groups))
    return frequency(counts, rule, rows=rows, columns=list(tables))
