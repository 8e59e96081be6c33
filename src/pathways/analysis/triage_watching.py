"""Triage watching itself: overrides and levels by group, agreement, times against the clock, drift.

Decisions as codes in, released tables and pictures out. All tables share their totals, so they are protected
together; a share leaves only where both of its counts do. Needs no database and knows no name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt

from pathways.analysis import charts
from pathways.analysis.agreement import Agreement, Reading, kappa
from pathways.analysis.charts import Chart
from pathways.analysis.disclosure import TOTAL, Protected, Rule, System, frequency, protect_linked
from pathways.analysis.screening.learning import wilson
from pathways.domain.evaluation.counts import HIDDEN, RawCount, ReleasedCount
from pathways.domain.triage.levels import Level

LEVELS: Final = tuple(str(level.value) for level in Level)
OTHERWISE, ALIKE, NONE = "otherwise", "as suggested", "no suggestion"
IN_TIME, LATE, NOT_YET = "in time", "late", "not yet"
NOT_RECORDED: Final = "Not recorded"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decided level as codes. `suggested` is "" where nothing was; `decided` and `contacted` say how it
    stood against the level's clock (IN_TIME, LATE, NOT_YET); `groups` has one word a dimension."""

    level: str
    suggested: str
    decided: str
    contacted: str
    policy: str
    groups: Mapping[str, str]

    @property
    def against(self) -> str:
        if not self.suggested:
            return NONE
        return ALIKE if self.suggested == self.level else OTHERWISE


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group: how many, at which levels, and how often otherwise than suggested, with the interval."""

    words: str
    n: ReleasedCount
    levels: tuple[ReleasedCount, ...]
    otherwise: ReleasedCount
    share: tuple[float, float, float] | None

    @property
    def share_words(self) -> str:
        if self.share is None:
            return HIDDEN
        value, low, high = self.share
        return f"{value:.0%} ({low * 100:.0f} to {high * 100:.0f})"


@dataclass(frozen=True, slots=True)
class GroupTable:
    label: str
    lines: tuple[GroupLine, ...]
    overrides: Chart
    levels: Chart


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One level against its clock: decided, and first contact, in time."""

    level: Level
    n: ReleasedCount
    decided_in_time: ReleasedCount
    decided_late: ReleasedCount
    contact_in_time: ReleasedCount
    contact_late: ReleasedCount
    contact_not_yet: ReleasedCount


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sets of judgements of the same women held side by side."""

    words: str
    agreement: Agreement
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def kappa_words(self) -> str:
        found = self.agreement
        if found.kappa is None:
            return "not defined yet"
        if found.low is None or found.high is None:
            return f"{found.kappa:.2f}"
        return f"{found.kappa:.2f} ({found.low:.2f} to {found.high:.2f})"


@dataclass(frozen=True, slots=True)
class Watched:
    n: ReleasedCount
    overall: GroupLine
    groups: tuple[GroupTable, ...]
    clock: tuple[ClockLine, ...]
    clock_chart: Chart | None
    compared: tuple[Compared, ...]
    agreement_chart: Chart | None
    rule: str


def watch(
    decisions: Sequence[Decision],
    dimensions: Sequence[tuple[str, str]],
    readings: Mapping[str, Sequence[Reading]],
    rule: Rule,
    *,
    source: str,
    is_own: bool,
) -> Watched:
    """`dimensions` are (code in `groups`, words); `readings` are pairs of levels by what they compare.

    The tables of pairs are shown whole to those whose decisions they are (`is_own`); to others protected.
    """
    safe = _safe(decisions, dimensions, rule)
    overall = _line("Everybody", safe, (TOTAL,))
    groups = tuple(_group(code, label, decisions, safe, source) for code, label in dimensions)
    clock = tuple(_clock(level, safe) for level in Level)
    compared = tuple(_compared(words, pairs, rule, is_own=is_own) for words, pairs in readings.items())
    drawn = [one for one in compared if one.agreement.kappa is not None]
    return Watched(
        n=safe[TOTAL, TOTAL],
        overall=overall,
        groups=groups,
        clock=clock,
        clock_chart=_clock_chart(clock, source) if decisions else None,
        compared=compared,
        agreement_chart=_agreement_chart(drawn, source) if drawn else None,
        rule=rule.words,
    )


# --- one system of everything that is shown ---------------------------------------------------------------


def _safe(decisions: Sequence[Decision], dimensions: Sequence[tuple[str, str]], rule: Rule) -> Protected:
    core = _part(decisions, (TOTAL,))
    for level in LEVELS:
        here = [one for one in decisions if one.level == level]
        for clock, states in (("decided", (IN_TIME, LATE)), ("contacted", (IN_TIME, LATE, NOT_YET))):
            for state in states:
                core.add((clock, level, state), RawCount(sum(getattr(one, clock) == state for one in here)))
            core.sums((TOTAL, level), [(clock, level, state) for state in states])
    parts = []
    for code, _ in dimensions:
        names = sorted({one.groups.get(code) or NOT_RECORDED for one in decisions})
        part = _part(decisions, (TOTAL,))
        for name in names:
            part.merge(_part([one for one in decisions if (one.groups.get(code) or NOT_RECORDED) == name],
                             (code, name)))  # fmt: skip
        if names:
            for column in (TOTAL, *LEVELS, OTHERWISE, ALIKE, NONE):
                part.sums((TOTAL, column), [(code, name, column) for name in names])
        parts.append(part)
    return protect_linked(core, parts, rule)


def _part(decisions: Sequence[Decision], key: tuple[str, ...]) -> System:
    """One row: how many, by level, and by how they stood to the suggestion."""
    made = System()
    total = len(decisions)
    by_level = Counter(one.level for one in decisions)
    against = Counter(one.against for one in decisions)
    made.add((*key, TOTAL), RawCount(total), 40.0 if key == (TOTAL,) else 6.0)
    for name in LEVELS:
        made.add((*key, name), RawCount(by_level[name]), 6.0 if key == (TOTAL,) else 1.0)
    for name in (OTHERWISE, ALIKE, NONE):
        made.add((*key, name), RawCount(against[name]), 6.0 if key == (TOTAL,) else 1.0)
    made.sums((*key, TOTAL), [(*key, name) for name in LEVELS])
    made.sums((*key, TOTAL), [(*key, name) for name in (OTHERWISE, ALIKE, NONE)])
    return made


def _line(words: str, safe: Protected, key: tuple[str, ...]) -> GroupLine:
    n, otherwise, alike = (safe[(*key, name)] for name in (TOTAL, OTHERWISE, ALIKE))
    share = None
    if otherwise.value is not None and alike.value is not None and otherwise.value + alike.value:
        of = otherwise.value + alike.value
        interval = wilson(otherwise.value, of)
        if interval is not None:
            share = (otherwise.value / of, *interval)
    return GroupLine(words, n, tuple(safe[(*key, name)] for name in LEVELS), otherwise, share)


def _group(
    code: str, label: str, decisions: Sequence[Decision], safe: Protected, source: str
) -> GroupTable:
    names = sorted({one.groups.get(code) or NOT_RECORDED for one in decisions})
    names.sort(key=lambda name: name == NOT_RECORDED)
    lines = tuple(_line(name, safe, (code, name)) for name in names)
    return GroupTable(
        label, lines, _overrides_chart(code, label, lines, source), _levels_chart(code, label, lines, source)
    )


def _clock(level: Level, safe: Protected) -> ClockLine:
    name = str(level.value)
    return ClockLine(
        level,
        safe[TOTAL, name],
        safe["decided", name, IN_TIME],
        safe["decided", name, LATE],
        safe["contacted", name, IN_TIME],
        safe["contacted", name, LATE],
        safe["contacted", name, NOT_YET],
    )


def _compared(words: str, pairs: Sequence[Reading], rule: Rule, *, is_own: bool) -> Compared:
    found = kappa(pairs, categories=LEVELS, apart="quadratic")
    if is_own:
        shown = {pair: str(n) for pair, n in found.table.items()}
    else:
        counts = {(f"first {one}", f"second {other}"): n for (one, other), n in found.table.items()}
        safe = frequency(
            counts,
            rule,
            rows=[f"first {one}" for one in LEVELS],
            columns=[f"second {one}" for one in LEVELS],
        )
        shown = {(a, b): safe[f"first {a}", f"second {b}"].shown for a in LEVELS for b in LEVELS}
    heads = tuple(f"Level {one}" for one in LEVELS)
    rows = tuple((f"Level {a}", tuple(shown[a, b] for b in LEVELS)) for a in LEVELS)
    return Compared(words, found, heads, rows)


# --- pictures ---------------------------------------------------------------------------------------------


def _dots(
    rows: Sequence[dict[str, Any]], order: Sequence[str], title: str, domain: tuple[float, float], fmt: str
) -> Any:
    """A dot with its interval for each name."""
    drawn = [row for row in rows if row["value"] is not None]
    base = alt.Chart(charts.data(drawn or [{"name": order[0], "value": None, "low": None, "high": None}]))
    y = alt.Y("name:N", sort=list(order), scale=alt.Scale(domain=list(order)), axis=charts.labels(order, 12))
    scale = alt.Scale(domain=list(domain), nice=False)
    axis = alt.Axis(title=title, format=fmt)
    return alt.layer(
        base.mark_rule(color=charts.TEAL, strokeWidth=2).encode(
            x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q", y=y
        ),
        base.mark_point(color=charts.TEAL, filled=True, size=70, opacity=1).encode(
            x=alt.X("value:Q", scale=scale, axis=axis), y=y
        ),
    ).properties(width=420, height=34 * max(1, len(order)))


def _overrides_chart(code: str, label: str, lines: Sequence[GroupLine], source: str) -> Chart:
    rows = [
        {
            "name": charts.two_lines(line.words, 26),
            "value": line.share[0] if line.share else None,
            "low": line.share[1] if line.share else None,
            "high": line.share[2] if line.share else None,
        }
        for line in lines
    ] or [{"name": NOT_RECORDED, "value": None, "low": None, "high": None}]
    order = [str(row["name"]) for row in rows]
    known = [line for line in lines if line.share is not None]
    headline = f"{label}: too few decisions for a share to be shown"
    if len(known) > 1:
        least = max(line.share[1] for line in known if line.share)
        most = min(line.share[2] for line in known if line.share)
        apart = least > most
        headline = f"{label}: decided otherwise than suggested, and the intervals " + (
            "do not all overlap" if apart else "overlap"
        )
    elif known:
        headline = f"{label}: decided otherwise than suggested"
    return charts.draw(
        f"overrides-{code}",
        headline,
        "Of the decisions for which there was a suggestion, the share that is otherwise, with an interval "
        "that "
        "holds 95 in 100 (Wilson). What is hidden is not drawn.",
        "; ".join(f"{line.words}: {line.share_words}" for line in lines) + ".",
        source,
        (
            (label, "Decided", "Otherwise than suggested", "Share (95 in 100)"),
            *((line.words, line.n.shown, line.otherwise.shown, line.share_words) for line in lines),
        )
        if lines
        else ((label, "Decided"), (NOT_RECORDED, "0")),
        _dots(rows, order, "Share decided otherwise", (0, 1), ".0%"),
    )


_SHADES: Final = ("#dfe9eb", "#a8c8ce", "#5f9aa5", "#0b4f5c", "#c76b29")


def _levels_chart(code: str, label: str, lines: Sequence[GroupLine], source: str) -> Chart:
    rows = [
        {
            "name": charts.two_lines(line.words, 26),
            "level": f"Level {LEVELS[place]}",
            "n": count.value or 0,
            "place": place,
        }
        for line in lines
        for place, count in enumerate(line.levels)
    ] or [{"name": NOT_RECORDED, "level": "Level 0", "n": 0, "place": 0}]
    order = list(dict.fromkeys(str(row["name"]) for row in rows))
    names = [f"Level {one}" for one in LEVELS]
    picture = (
        alt.Chart(charts.data(rows))
        .mark_bar(height=18)
        .encode(
            x=alt.X("n:Q", axis=alt.Axis(title="Women", tickMinStep=1)),
            y=alt.Y("name:N", sort=order, axis=charts.labels(order, 12)),
            color=alt.Color(
                "level:N",
                scale=alt.Scale(domain=names, range=list(_SHADES)),
                legend=alt.Legend(title=None, orient="top", labelFontSize=12, labelLimit=0),
            ),
            order=alt.Order("place:Q"),
        )
        .properties(width=420, height=34 * max(1, len(order)))
    )
    return charts.draw(
        f"levels-{code}",
        f"{label}: levels decided",
        "How many were decided at each level. A hidden count is not drawn, so a bar may be shorter than its "
        "group.",
        "; ".join(
            f"{line.words}: " + ", ".join(f"level {LEVELS[n]} {c.shown}" for n, c in enumerate(line.levels))
            for line in lines
        )
        + ".",
        source,
        (
            (label, *names, "All"),
            *((line.words, *(count.shown for count in line.levels), line.n.shown) for line in lines),
        )
        if lines
        else ((label, "All"), (NOT_RECORDED, "0")),
        picture,
    )


def _clock_chart(lines: Sequence[ClockLine], source: str) -> Chart:
    rows = []
    for line in lines:
        for words, count, late in (
            ("Decided", line.decided_in_time, line.decided_late),
            ("First contact", line.contact_in_time, line.contact_late),
        ):
            value = low = high = None
            if count.value is not None and late.value is not None and count.value + late.value:
                of = count.value + late.value
                value = count.value / of
                interval = wilson(count.value, of)
                low, high = interval if interval else (None, None)
            rows.append(
                {"name": f"{words}, level {line.level.value}", "value": value, "low": low, "high": high}
            )
    order = [str(row["name"]) for row in rows]
    return charts.draw(
        "clock",
        "In time, by the clock of each level",
        "Decisions made, and first contacts after them, within the time that the level promises; with "
        "intervals. Contacts still to come are not counted.",
        "; ".join(
            f"Level {line.level.value}: decided in time {line.decided_in_time.shown}, late "
            f"{line.decided_late.shown}; first contact in time {line.contact_in_time.shown}, late "
            f"{line.contact_late.shown}, not yet {line.contact_not_yet.shown}"
            for line in lines
        )
        + ".",
        source,
        (
            ("Level", "All", "Decided in time", "Decided late", "Contact in time", "Late", "Not yet"),
            *(
                (
                    line.level.label,
                    line.n.shown,
                    line.decided_in_time.shown,
                    line.decided_late.shown,
                    line.contact_in_time.shown,
                    line.contact_late.shown,
                    line.contact_not_yet.shown,
                )
                for line in lines
            ),
        ),
        _dots(rows, order, "Share in time", (0, 1), ".0%"),
    )


def _agreement_chart(compared: Sequence[Compared], source: str) -> Chart:
    rows = [
        {
            "name": charts.two_lines(one.words, 30),
            "value": one.agreement.kappa,
            "low": max(-0.2, one.agreement.kappa or 0 if one.agreement.low is None else one.agreement.low),
            "high": one.agreement.high if one.agreement.high is not None else one.agreement.kappa,
        }
        for one in compared
    ]
    order = [str(row["name"]) for row in rows]
    return charts.draw(
        "agreement",
        "How far judgements of a level agree, beyond chance",
        "Weighted kappa: 1 is always alike, 0 is as by chance; a level further apart counts as less alike. "
        "Decisions read twice were drawn by lot, and each stands for as many as its rate says.",
        "; ".join(f"{one.words}: {one.kappa_words}, {one.agreement.n} pairs" for one in compared) + ".",
        source,
        (
            ("What is compared", "Pairs", "Weighted kappa (95 in 100)"),
            *((one.words, str(one.agreement.n), one.kappa_words) for one in compared),
        ),
        _dots(rows, order, "Weighted kappa", (-0.2, 1), ".1f"),
    )
