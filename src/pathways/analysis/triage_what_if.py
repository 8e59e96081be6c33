"""What if another policy had been in force: who would have another level, and what it asks of services.

Past cases as named facts in, released tables and pictures out. To those who may see every case the counts are
exact; to others they come through disclosure control, all tables together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import polars as pl

from pathways.analysis import charts, triage, triage_load
from pathways.analysis.charts import Chart
from pathways.analysis.disclosure import TOTAL, Rule, System, protect_linked
from pathways.domain.evaluation.counts import RawCount
from pathways.domain.triage.levels import Level
from pathways.domain.triage.policy import Policy

MOVES: Final = ("up", "same", "down")
WORDS: Final = {"up": "A higher level", "same": "The same level", "down": "A lower level"}
LEVELS: Final = tuple(str(level.value) for level in Level)
NOT_RECORDED: Final = "Not recorded"
#: to those who may not see cases, a provider to whom fewer were referred stands with the others
FEWEST: Final = 5

Shown = Callable[[tuple[str, ...]], str]


@dataclass(frozen=True, slots=True)
class Case:
    """One past decision: the facts of that day, her groups in words, and what was decided."""

    facts: Mapping[str, str | None]
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GroupTable:
    label: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    chart: Chart


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`matrix` is levels before down, after across; each row of a table is (words, cells)."""

    cases: str
    moved: Mapping[str, str]
    matrix: tuple[tuple[str, tuple[str, ...]], ...]
    levels: tuple[tuple[str, str, str], ...]
    provisional: tuple[str, str]
    groups: tuple[GroupTable, ...]
    loads: tuple[triage_load.Line, ...]
    load_chart: Chart | None
    rule: str
    is_exact: bool


def what_if(
    before: Policy,
    after: Policy,
    cases: Sequence[Case],
    dimensions: Sequence[tuple[str, str]],
    providers: Sequence[triage_load.Provider],
    weeks: float,
    stays: Mapping[str, float],
    rule: Rule,
    *,
    source: str,
    is_exact: bool,
) -> WhatIf:
    """Both policies over the same past cases, which came in so many `weeks`.

    Raises ValueError where a policy may not be applied, or the two have different levels.
    """
    frame = _frame(cases, (before, after))
    found = triage.compare(before, after, frame)
    moves = found.frame
    system, parts = _systems(moves, cases, dimensions)
    safe = protect_linked(system, parts, rule)

    def shown(key: tuple[str, ...]) -> str:
        if is_exact:
            return str(exact[key])
        return safe[key].shown

    exact = _exact(moves, cases, dimensions) if is_exact else {}
    lines = _loads(moves, providers, weeks, stays, is_exact=is_exact)
    one, other = found.summary["provisional"]["before"], found.summary["provisional"]["after"]
    return WhatIf(
        cases=shown((TOTAL, TOTAL)),
        moved={move: shown((TOTAL, move)) for move in MOVES},
        matrix=tuple(
            (f"Level {a}", tuple(shown(("cell", a, b)) for b in LEVELS)) for a in LEVELS
        ),
        levels=tuple((a, shown(("before", a)), shown(("after", a))) for a in LEVELS),
        provisional=(_few(one, rule, is_exact), _few(other, rule, is_exact)),
        groups=tuple(
            _group(code, label, moves, cases, shown, source) for code, label in dimensions
        ),
        loads=lines,
        load_chart=triage_load.chart(lines, source) if lines else None,
        rule="Exact counts: you may see every case." if is_exact else rule.words,
        is_exact=is_exact,
    )


def _few(n: int, rule: Rule, is_exact: bool) -> str:
    return "c" if not is_exact and rule.is_small(n) else str(n)


def _frame(cases: Sequence[Case], policies: Sequence[Policy]) -> pl.DataFrame:
    """The cases as `triage.compare` takes them; an answer that an input cannot have counts as missing."""
    asked = {question.name: question for policy in policies for question in policy.inputs}
    allowed = {
        name: set.intersection(
            *(set(q.values) for policy in policies for q in policy.inputs if q.name == name)
        )
        for name in asked
    }
    columns: dict[str, list[str | None]] = {triage.CASE: [str(place) for place in range(len(cases))]}
    for name in asked:
        columns[name] = [
            given if (given := one.facts.get(name)) in allowed[name] else None for one in cases
        ]
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


# --- counting, and protecting all of it together ------------------------------------------------------------


def _names(cases: Sequence[Case], code: str) -> list[str]:
    names = sorted({one.groups.get(code) or NOT_RECORDED for one in cases})
    return sorted(names, key=lambda name: name == NOT_RECORDED)


def _exact(
    moves: pl.DataFrame, cases: Sequence[Case], dimensions: Sequence[tuple[str, str]]
) -> dict[tuple[str, ...], int]:
    before, after = moves["before"].to_list(), moves["after"].to_list()
    move = moves["move"].to_list()
    found: dict[tuple[str, ...], int] = {(TOTAL, TOTAL): len(move)}
    for a in LEVELS:
        found["before", a], found["after", a] = before.count(a), after.count(a)
        for b in LEVELS:
            found["cell", a, b] = sum(x == a and y == b for x, y in zip(before, after, strict=True))
    for one in MOVES:
        found[TOTAL, one] = move.count(one)
    for code, _ in dimensions:
        group = [one.groups.get(code) or NOT_RECORDED for one in cases]
        for name in _names(cases, code):
            found[code, name, TOTAL] = group.count(name)
            for one in MOVES:
                found[code, name, one] = sum(x == name and y == one for x, y in zip(group, move, strict=True))
    return found


#: how many cases there are stands on other pages too: hiding it here would hide nothing
_KNOWN = 10_000.0


def _systems(
    moves: pl.DataFrame, cases: Sequence[Case], dimensions: Sequence[tuple[str, str]]
) -> tuple[System, list[System]]:
    counts = _exact(moves, cases, dimensions)
    core = System()
    for key, n in counts.items():
        if key[0] in (TOTAL, "before", "after", "cell"):
            weight = _KNOWN if key == (TOTAL, TOTAL) else 6.0 if key[0] == TOTAL else 1.0
            core.add(key, RawCount(n), weight)
    core.sums((TOTAL, TOTAL), [(TOTAL, one) for one in MOVES])
    core.sums((TOTAL, TOTAL), [("before", a) for a in LEVELS])
    core.sums((TOTAL, TOTAL), [("after", a) for a in LEVELS])
    for a in LEVELS:
        core.sums(("before", a), [("cell", a, b) for b in LEVELS])
        core.sums(("after", a), [("cell", b, a) for b in LEVELS])
    core.sums((TOTAL, "up"), [("cell", a, b) for a in LEVELS for b in LEVELS if b > a])
    core.sums((TOTAL, "down"), [("cell", a, b) for a in LEVELS for b in LEVELS if b < a])
    core.sums((TOTAL, "same"), [("cell", a, a) for a in LEVELS])
    parts = []
    for code, _ in dimensions:
        part, names = System(), _names(cases, code)
        for one in (TOTAL, *MOVES):
            part.add((TOTAL, one), RawCount(counts[TOTAL, one]), _KNOWN if one == TOTAL else 6.0)
        for name in names:
            for one in (TOTAL, *MOVES):
                part.add((code, name, one), RawCount(counts[code, name, one]))
            part.sums((code, name, TOTAL), [(code, name, one) for one in MOVES])
        if names:
            for one in (TOTAL, *MOVES):
                part.sums((TOTAL, one), [(code, name, one) for name in names])
        parts.append(part)
    return core, parts


def _loads(
    moves: pl.DataFrame,
    providers: Sequence[triage_load.Provider],
    weeks: float,
    stays: Mapping[str, float],
    *,
    is_exact: bool,
) -> tuple[triage_load.Line, ...]:
    if not providers or weeks <= 0 or not moves.height:
        return ()
    asked = providers if is_exact else _together(providers)
    before = {a: moves["before"].to_list().count(a) / weeks for a in LEVELS}
    after = {a: moves["after"].to_list().count(a) / weeks for a in LEVELS}
    return triage_load.loads(asked, before, after, stays)


def _together(providers: Sequence[triage_load.Provider]) -> list[triage_load.Provider]:
    """Providers to whom few were referred stand together, so that nobody is counted out of a caseload."""
    large = [one for one in providers if sum(one.accepted.values()) >= FEWEST]
    small = [one for one in providers if sum(one.accepted.values()) < FEWEST]
    if not small:
        return large
    places = [one.places for one in small]
    return [
        *large,
        triage_load.Provider(
            "Other providers",
            None if any(one is None for one in places) else sum(one or 0 for one in places),
            {a: sum(one.accepted.get(a, 0) for one in small) for a in LEVELS},
        ),
    ]


def _group(
    code: str, label: str, moves: pl.DataFrame, cases: Sequence[Case], shown: Shown, source: str
) -> GroupTable:
    names = _names(cases, code) or []
    rows = tuple(
        (name, tuple(shown((code, name, one)) for one in (*MOVES, TOTAL))) for name in names
    )
    drawn: list[dict[str, Any]] = [
        {
            "name": charts.two_lines(name, 26),
            "move": WORDS[one],
            "n": int(cell) if cell.isdecimal() else 0,
            "place": place,
        }
        for name, cells in rows
        for place, (one, cell) in enumerate(zip(MOVES, cells, strict=False))
    ] or [{"name": NOT_RECORDED, "move": WORDS["same"], "n": 0, "place": 1}]
    order = list(dict.fromkeys(str(row["name"]) for row in drawn))
    picture = (
        alt.Chart(charts.data(drawn))
        .mark_bar(height=18)
        .encode(
            x=alt.X("n:Q", axis=alt.Axis(title="Past decisions", tickMinStep=1)),
            y=alt.Y("name:N", sort=order, axis=charts.labels(order, 12)),
            color=alt.Color(
                "move:N",
                scale=alt.Scale(
                    domain=[WORDS[one] for one in MOVES], range=[charts.ACCENT, charts.PALE, charts.TEAL]
                ),
                legend=alt.Legend(title=None, orient="top", labelFontSize=12, labelLimit=0),
            ),
            order=alt.Order("place:Q"),
        )
        .properties(width=420, height=34 * max(1, len(order)))
    )
    chart = charts.draw(
        f"moves-{code}",
        f"{label}: who would have another level",
        "Past decisions by what the other policy would suggest beside the first. A hidden count is not "
        "drawn.",
        "; ".join(
            f"{name}: higher {cells[0]}, the same {cells[1]}, lower {cells[2]}" for name, cells in rows
        )
        + ".",
        source,
        ((label, *(WORDS[one] for one in MOVES), "All"), *((name, *cells) for name, cells in rows))
        if rows
        else ((label, "All"), (NOT_RECORDED, "0")),
        picture,
    )
    return GroupTable(label, rows, chart)
