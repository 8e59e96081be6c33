"""The comparisons: what of two records is held against what, in levels from the same to another.

A level's condition is plain data (`Test`), so that one model is read by DuckDB, by Spark and by Python alike:
`sql` writes it for an engine, `holds` answers it for two cleaned records. Every test is the same whichever
record stands left.

Tests, by their one key:
    same c                   both have c, and it is equal
    similar c, at_least x    Jaro-Winkler similarity (Winkler 1990, prefix weight 0.1)
    slips c, at_most n       Damerau-Levenshtein distance: a letter changed, left out, too many, or turned
    round
    edits c, at_most n       Levenshtein distance
    share c                  lists with a word in common
    crossed a, b             the one's a is the other's b, and the other way round
    crossed_alike a, b, at_least x   the same, each pair by its Jaro-Winkler similarity
    near c, at_most n        numbers at most n apart
    initial c                one of the two is only the first letter of the other
    begins c, n              the first n signs are equal
    missing c                one of the two has no c
    all, any                 of several tests
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler, Levenshtein

Test = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its words, its test (None: all else), and what m and u are thought to be before training.

    `frequency` names the column whose rarity raises or lowers the weight of an agreement.
    """

    words: str
    test: Test | None
    m: float
    u: float
    frequency: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The levels of one matter, best first; `null` says when it does not speak at all."""

    name: str
    needs: tuple[str, ...]
    null: Test
    levels: tuple[Level, ...]


def _same(column: str) -> Test:
    return {"same": column}


def _missing(*columns: str) -> Test:
    return (
        {"any": [{"missing": column} for column in columns]} if len(columns) > 1 else {"missing": columns[0]}
    )


#: what people of one household share though they are not one person
SHARED_AT_HOME = frozenset(("surname", "postcode", "address", "town", "phone"))

SWAPPED: Test = {"crossed_alike": ["first_name", "surname"], "at_least": 0.88}

COMPARISONS: tuple[Comparison, ...] = (
    Comparison("first_name", ("first_name",), _missing("first_name"), (
        Level("the same first name", _same("first_name"), 0.62, 0.008, "first_name"),
        Level("first name and surname the other way round", SWAPPED, 0.02, 0.000_002),
        Level("another form of the first name", {"share": "first_forms"}, 0.07, 0.005),
        Level("a first name one slip away", {"any": [{"slips": "first_name", "at_most": 1},
              {"similar": "first_name", "at_least": 0.92}]}, 0.12, 0.006),
        Level("a given name in common", {"share": "given_names"}, 0.03, 0.01),
        Level("a first name that sounds or looks alike", {"any": [{"same": "first_sound"},
              {"similar": "first_name", "at_least": 0.82}]}, 0.04, 0.02),
        Level("only an initial", {"initial": "first_name"}, 0.02, 0.005),
        Level("another first name", None, 0.08, 0.94),
    )),
    Comparison("middle_names", ("middle_names",), _missing("middle_names"), (
        Level("the same middle names", _same("middle_names"), 0.75, 0.01, "middle_names"),
        Level("middle names alike", {"any": [{"similar": "middle_names", "at_least": 0.88},
              {"initial": "middle_names"}, {"share": "given_names"}]}, 0.15, 0.05),
        Level("other middle names", None, 0.1, 0.94),
    )),
    Comparison("surname", ("surname",), {"any": [_missing("surname"), SWAPPED]}, (
        Level("the same surname", _same("surname"), 0.7, 0.001, "surname"),
        Level("a surname in common, former or double", {"share": "surname_parts"}, 0.05, 0.0003),
        Level("a surname one slip away", {"any": [{"slips": "surname", "at_most": 1},
              {"similar": "surname", "at_least": 0.93}]}, 0.12, 0.001),
        Level("a surname that sounds or looks alike", {"any": [{"same": "surname_sound"},
              {"similar": "surname", "at_least": 0.85}]}, 0.04, 0.006),
        Level("another surname", None, 0.09, 0.99),
    )),
    Comparison("date_of_birth", ("year",), _missing("year"), (
        Level("the same date of birth", _same("born"), 0.68, 0.000_05, "born"),
        Level("day and month the other way round", {"all": [{"crossed": ["born", "born_swapped"]},
            {"same": "year"}]}, 0.02, 0.000_03),
        Level("a date of birth one slip away", {"slips": "born", "at_most": 1}, 0.12, 0.0015),
        Level("a date of birth two slips away", {"all": [{"edits": "born", "at_most": 2},
              {"any": [{"same": "year"}, {"same": "born_day"}]}]}, 0.06, 0.006),
        Level("the same year of birth, or day and month", {"any": [{"same": "year"},
            {"same": "born_day"}]}, 0.06, 0.012),
        Level("a year of birth two years apart at most", {"near": "year", "at_most": 2}, 0.02, 0.05),
        Level("another date of birth", None, 0.04, 0.93),
    )),
    Comparison("sex", ("sex",), _missing("sex"), (
        Level("the same sex", _same("sex"), 0.98, 0.5), Level("another sex", None, 0.02, 0.5),
    )),
    Comparison("postcode", ("postcode",), _missing("postcode"), (
        Level("the same postcode", _same("postcode"), 0.5, 0.0005, "postcode"),
        Level("a postcode one slip away", {"slips": "postcode", "at_most": 1}, 0.1, 0.0005),
        Level("the same postcode sector", _same("sector"), 0.05, 0.001),
        Level("the same postcode district", _same("district"), 0.08, 0.004),
        Level("the same postcode area", {"begins": "postcode", "length": 2}, 0.05, 0.03),
        Level("another postcode", None, 0.22, 0.96),
    )),
    Comparison("address", ("address",), _missing("address"), (
        Level("the same address", _same("address"), 0.5, 0.0002, "address"),
        Level("an address nearly the same", {"any": [{"edits": "address", "at_most": 2},
              {"similar": "address", "at_least": 0.94}]}, 0.2, 0.0003),
        Level("an address alike", {"any": [{"similar": "address", "at_least": 0.84}, {"same": "house"}]},
            0.08, 0.006),
        Level("another address", None, 0.22, 0.99),
    )),
    Comparison("town", ("town",), {"any": [_missing("town"), {"same": "district"}]}, (
        Level("the same town", _same("town"), 0.7, 0.02, "town"),
        Level("a town that looks alike", {"any": [{"slips": "town", "at_most": 1}, {"similar": "town",
            "at_least": 0.9}]}, 0.1, 0.003),
        Level("another town", None, 0.2, 0.97),
    )),
    Comparison("place_of_birth", ("place_of_birth",), _missing("place_of_birth"), (
        Level("the same place of birth", _same("place_of_birth"), 0.75, 0.02, "place_of_birth"),
        Level("a place of birth that looks alike", {"any": [{"slips": "place_of_birth", "at_most": 1},
              {"similar": "place_of_birth", "at_least": 0.88}]}, 0.1, 0.004),
        Level("another place of birth", None, 0.15, 0.97),
    )),
    Comparison("occupation", ("occupation",), _missing("occupation"), (
        Level("the same occupation", _same("occupation"), 0.6, 0.05, "occupation"),
        Level("an occupation that looks alike", {"similar": "occupation", "at_least": 0.88}, 0.05, 0.005),
        Level("another occupation", None, 0.35, 0.94),
    )),
    Comparison("phone", ("phone",), _missing("phone"), (
        Level("the same phone number", _same("phone"), 0.6, 0.000_02, "phone"),
        Level("a phone number one slip away", {"slips": "phone", "at_most": 1}, 0.1, 0.000_01),
        Level("another phone number", None, 0.3, 0.9999),
    )),
    Comparison("email", ("email",), _missing("email"), (
        Level("the same e-mail address", _same("email"), 0.6, 0.000_02, "email"),
        Level("the same mailbox elsewhere, or one slip away", {"any": [_same("mailbox"),
              {"slips": "email", "at_most": 1}]}, 0.15, 0.000_05),
        Level("an e-mail address that looks alike", {"similar": "mailbox", "at_least": 0.88}, 0.08, 0.003),
        Level("another e-mail address", None, 0.17, 0.996),
    )),
    Comparison("national_id", ("national_id",), _missing("national_id"), (
        Level("the same national identifier", _same("national_id"), 0.8, 0.000_005),
        Level("a national identifier one slip away", {"slips": "national_id", "at_most": 1}, 0.1, 0.000_01),
        Level("a national identifier two slips away", {"edits": "national_id", "at_most": 2}, 0.04, 0.0003),
        Level("another national identifier", None, 0.06, 0.999),
    )),
)  # fmt: skip


# --- the same test, written for an engine --------------------------------------------------------------

_FUNCTIONS = {
    "duckdb": {"similar": "jaro_winkler_similarity", "slips": "damerau_levenshtein", "share": "list_has_any"},
    "spark": {"similar": "names_alike", "slips": "damerau_levenshtein", "share": "arrays_overlap"},
}


def sql(test: Test, engine: str) -> str:
    """The condition in SQL, with `c_l` and `c_r` for the two records' columns."""
    words = _FUNCTIONS[engine]
    (kind, value), *more = test.items()
    bound = more[0][1] if more else None
    if kind in ("all", "any"):
        inner = f" {'AND' if kind == 'all' else 'OR'} ".join(sql(one, engine) for one in value)
        return f"({inner})"
    if kind == "crossed":
        one, other = value
        return f"({one}_l = {other}_r AND {other}_l = {one}_r)"
    if kind == "crossed_alike":
        one, other = value
        alike = words["similar"]
        return f"({alike}({one}_l, {other}_r) >= {bound} AND {alike}({other}_l, {one}_r) >= {bound})"
    left, right = f"{value}_l", f"{value}_r"
    match kind:
        case "same":
            return f"({left} = {right})"
        case "similar":
            return f"({words['similar']}({left}, {right}) >= {bound})"
        case "slips":
            near = f"abs(length({left}) - length({right})) <= {bound}"  # spares most of the costly distances
            slips = f"{words['slips']}({left}, {right}) <= {bound}"
            if bound == 1:  # one edit, or two letters turned round, which are two edits
                near += f" AND {_half_alike(left, right, engine)}"
                edits = f"levenshtein({left}, {right})"
                slips = f"({edits} <= 1 OR ({edits} = 2 AND length({left}) = length({right}) AND {slips}))"
            return f"({near} AND {slips})"
        case "edits":
            near = f"abs(length({left}) - length({right})) <= {bound}"
            return f"({near} AND levenshtein({left}, {right}) <= {bound})"
        case "share":
            return f"({words['share']}({left}, {right}))"
        case "near":
            return f"(abs({left} - {right}) <= {bound})"
        case "initial":
            return (
                f"((length({left}) = 1 OR length({right}) = 1)"
                f" AND substring({left}, 1, 1) = substring({right}, 1, 1))"
            )
        case "begins":
            return f"(substring({left}, 1, {bound}) = substring({right}, 1, {bound}))"
        case "missing":
            return f"({left} IS NULL OR {right} IS NULL)"
    raise ValueError(f"{kind} is no test of a comparison")


def _half_alike(left: str, right: str, engine: str) -> str:
    """Whether two words begin or end alike, as any two must that are one slip apart.

    A slip touches two neighbouring letters at most. Of the others, at least half of the shorter word's stand
    before it or behind it, and are the same in both. The distance itself costs ten times as much.
    """
    divide = {"duckdb": "//", "spark": "div"}[engine]
    half = f"greatest((least(length({left}), length({right})) - 2) {divide} 2, 0)"
    return (
        f"(left({left}, {half}) = left({right}, {half}) OR right({left}, {half}) = right({right}, {half}))"
    )


def holds(test: Test, left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Whether the condition holds of two cleaned records (see `cleaning.CLEANED`)."""
    (kind, value), *more = test.items()
    bound: Any = more[0][1] if more else None
    if kind == "all":
        return all(holds(one, left, right) for one in value)
    if kind == "any":
        return any(holds(one, left, right) for one in value)
    if kind in ("crossed", "crossed_alike"):
        one, other = value
        if None in (left[one], left[other], right[one], right[other]):
            return False
        across = ((left[one], right[other]), (left[other], right[one]))
        if kind == "crossed":
            return all(a == b for a, b in across)
        return all(JaroWinkler.similarity(a, b) >= bound for a, b in across)
    a, b = left[value], right[value]
    if kind == "missing":
        return a is None or b is None
    if a is None or b is None:
        return False
    match kind:
        case "same":
            return bool(a == b)
        case "similar":
            return JaroWinkler.similarity(a, b) >= bound
        case "slips":
            return DamerauLevenshtein.distance(a, b, score_cutoff=bound) <= bound
        case "edits":
            return Levenshtein.distance(a, b, score_cutoff=bound) <= bound
        case "share":
            return not set(a).isdisjoint(b)
        case "near":
            return abs(a - b) <= bound
        case "initial":
            return (len(a) == 1 or len(b) == 1) and a[:1] == b[:1]
        case "begins":
            return bool(a[:bound] == b[:bound])
    raise ValueError(f"{kind} is no test of a comparison")
