"""What considering teaches, made safe to leave: the signs, who is considered, and how far two agree.

Rows of codes in, released tables and pictures out. A share or a ratio leaves only where both of its counts
do; what was hidden is “c”. Needs no database and knows no name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import polars as pl

from pathways.analysis import charts
from pathways.analysis.agreement import Agreement, Reading, kappa
from pathways.analysis.charts import Chart
from pathways.analysis.disclosure import Rule, System, protect
from pathways.analysis.screening import learning
from pathways.analysis.screening.indicator import Indicator
from pathways.domain.evaluation.counts import HIDDEN, RawCount, ReleasedCount
from pathways.domain.identification.consideration import Status
from pathways.domain.terms import demographics
from pathways.domain.terms.events import ScreeningOutcome

#: The decisions that end a review one way or the other.
_ENDED: Final = (Status.CONFIRMED.value, Status.REJECTED.value)


@dataclass(frozen=True, slots=True)
class SignLine:
    """One sign: women considered with it, confirmed, not taken forward, and listed for nothing else."""

    code: str
    words: str
    heading: str
    considered: ReleasedCount
    confirmed: ReleasedCount
    rejected: ReleasedCount
    alone: ReleasedCount

    @property
    def share(self) -> learning.Share | None:
        """Confirmed of those decided either way, with its interval; None where a count is hidden."""
        if self.confirmed.value is None or self.rejected.value is None:
            return None
        decided = self.confirmed.value + self.rejected.value
        return learning.Share(self.confirmed.value, decided) if decided else None


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group: considered, confirmed, and how often it is among them for once in the population."""

    words: str
    considered: ReleasedCount
    confirmed: ReleasedCount
    population: ReleasedCount
    considered_times: learning.Ratio | None
    confirmed_times: learning.Ratio | None


@dataclass(frozen=True, slots=True)
class GroupTable:
    code: str
    label: str
    lines: tuple[GroupLine, ...]
    chart: Chart


@dataclass(frozen=True, slots=True)
class Learnt:
    """All of it. `n` is how many women were considered, `readings` how many decisions were read twice."""

    n: ReleasedCount
    signs: tuple[SignLine, ...]
    signs_chart: Chart | None
    groups: tuple[GroupTable, ...]
    agreement: Agreement
    pairs: tuple[tuple[str, tuple[str, ...]], ...]
    pair_heads: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Woman:
    """One consideration as codes. `population` groups use the same codes; blank is not recorded."""

    key: str
    status: str
    age_band: str
    ethnic_group: str
    area: str


def learn(
    women: Sequence[Woman],
    evidence: Sequence[tuple[str, str, bool]],
    using: Sequence[Indicator],
    readings: Sequence[Reading],
    population: Mapping[str, Mapping[str, int]],
    rule: Rule,
    *,
    source: str,
    is_own: bool,
) -> Learnt:
    """`evidence` is (consideration, sign, whether she is there as victim). Agreement is released whole to the
    force whose decisions they are (`is_own`); to anybody else its table is protected as well."""
    status = {one.key: one.status for one in women}
    signs = _signs(evidence, using, status, rule)
    agreed = kappa(readings, categories=_categories(readings))
    heads, pairs = _pairs(agreed, rule, is_own=is_own)
    total = protect(_one(len(women)), rule)
    return Learnt(
        total["n", ""],
        signs,
        _signs_chart(signs, source) if signs else None,
        tuple(
            _groups(code, label, women, population.get(code, {}), words, rule, source)
            for code, label, words in _DIMENSIONS
        ),
        agreed,
        pairs,
        heads,
        rule.words,
    )


def _one(n: int) -> System:
    made = System()
    made.add(("n", ""), RawCount(n))
    return made


# --- signs ----------------------------------------------------------------------------------------------


def _signs(
    evidence: Sequence[tuple[str, str, bool]],
    using: Sequence[Indicator],
    status: Mapping[str, str],
    rule: Rule,
) -> tuple[SignLine, ...]:
    known = {each.code: each for each in using}
    frame = pl.DataFrame(
        [row for row in evidence if row[1] in known],
        schema={"person_id": pl.String, "indicator": pl.String, "as_victim": pl.Boolean},
        orient="row",
    )
    having: dict[str, set[str]] = {}
    for woman, code, _ in frame.iter_rows():
        having.setdefault(code, set()).add(woman)
    alone = {one.code: one.alone for one in learning.by_indicator(frame, using, status)}
    lines = []
    for each in using:
        hers = having.get(each.code, set())
        if not hers:
            continue
        parts = [sum(status.get(one) == ended for one in hers) for ended in _ENDED]
        counts = (*parts, len(hers) - sum(parts), alone[each.code], len(hers) - alone[each.code])
        made = System()
        for name, n in zip(("confirmed", "rejected", "other", "alone", "beside"), counts, strict=True):
            made.add(name, RawCount(n))
        made.add("all", RawCount(len(hers)), 8.0)
        made.sums("all", ["confirmed", "rejected", "other"])
        made.sums("all", ["alone", "beside"])
        safe = protect(made, rule)
        lines.append(
            SignLine(
                each.code,
                each.label,
                each.heading.label,
                safe["all"],
                safe["confirmed"],
                safe["rejected"],
                safe["alone"],
            )
        )
    return tuple(lines)


def _signs_chart(lines: Sequence[SignLine], source: str) -> Chart:
    """How often each sign appears, and of how many a person confirmed; hidden counts are not drawn."""
    rows: list[dict[str, Any]] = [
        {
            "name": charts.two_lines(line.words, 44),
            "n": line.considered.value or 0,
            "confirmed": line.confirmed.value or 0,
            "shown": f"{line.considered.shown}, confirmed {line.confirmed.shown}",
        }
        for line in lines
    ]
    order = [str(row["name"]) for row in rows]
    most = max([int(row["n"]) for row in rows] + [1])
    base = alt.Chart(charts.data(rows))
    y = alt.Y("name:N", sort=order, axis=charts.labels(order, 12))
    scale = alt.Scale(domain=[0, most * 1.7], nice=False)
    x = alt.X("n:Q", scale=scale, axis=alt.Axis(title="Women considered", tickMinStep=1))
    picture = alt.layer(
        base.mark_bar(color=charts.PALE, height=16).encode(x=x, y=y),
        base.mark_bar(color=charts.TEAL, height=8).encode(x=alt.X("confirmed:Q", scale=scale), y=y),
        base.mark_text(align="left", dx=6, fontSize=12, color=charts.INK).encode(
            x=alt.X("n:Q", scale=scale), y=y, text="shown:N"
        ),
    ).properties(width=420, height=34 * len(rows))
    seen = max(lines, key=lambda line: line.considered.value or 0)
    return charts.draw(
        "signs",
        f"Most often seen: {seen.words[0].lower()}{seen.words[1:]}",
        "The wide bar is women considered with the sign, the dark one those whom a person confirmed. A woman "
        "has several signs, so the bars do not add up. Where a number is small, “c” stands.",
        "; ".join(
            f"{line.words}: {line.considered.shown}, confirmed {line.confirmed.shown}" for line in lines
        )
        + ".",
        source,
        (
            ("Sign", "Considered", "Confirmed", "Not taken forward", "Share confirmed", "It alone brings"),
            *(
                (
                    line.words,
                    line.considered.shown,
                    line.confirmed.shown,
                    line.rejected.shown,
                    share_words(line.share),
                    line.alone.shown,
                )
                for line in lines
            ),
        ),
        picture,
    )


def share_words(share: learning.Share | None) -> str:
    """“62% (41 to 79)”; “c” where a count behind it is hidden or nobody was decided on."""
    if share is None or share.value is None or share.interval is None:
        return HIDDEN
    low, high = share.interval
    return f"{share.value:.0%} ({low * 100:.0f} to {high * 100:.0f})"


def times_words(times: learning.Ratio | None) -> str:
    """“1.4 (0.9 to 2.1)”; “c” where it cannot be said."""
    return HIDDEN if times is None else f"{times[0]:.1f} ({times[1]:.1f} to {times[2]:.1f})"


# --- who is considered -------------------------------------------------------------------------------------

_AGE = {one.value: one.label for one in demographics.AgeBand if one is not demographics.AgeBand.UNDER_18}
_ETHNIC = {one.value: one.label for one in demographics.EthnicGroup}
_DIMENSIONS: Final[tuple[tuple[str, str, Mapping[str, str]], ...]] = (
    ("age_band", "Age", _AGE),
    ("ethnic_group", "Ethnicity", _ETHNIC),
    ("area", "Area", {}),
)


def _groups(
    code: str,
    label: str,
    women: Sequence[Woman],
    population: Mapping[str, int],
    words: Mapping[str, str],
    rule: Rule,
    source: str,
) -> GroupTable:
    """Considered and confirmed beside the population. Parts that do not overlap are protected, then added."""
    people = pl.DataFrame(
        [(one.key, getattr(one, code), one.status) for one in women],
        schema={"person_id": pl.String, code: pl.String, "status": pl.String},
        orient="row",
    )
    confirmed = [one.key for one in women if one.status == Status.CONFIRMED.value]
    others = [one.key for one in women if one.status != Status.CONFIRMED.value]
    taken = learning.count_by(people, code, confirmed)
    rest = learning.count_by(people, code, others)
    there = {group or learning.NOT_RECORDED: n for group, n in population.items()}
    rows = [group for group in words if group in {*taken, *rest, *there}]
    rows += sorted({*taken, *rest, *there} - set(rows) - {learning.NOT_RECORDED})
    every = [*rows, learning.NOT_RECORDED]
    table = learning.protected(
        {
            "confirmed": {group: taken.get(group, 0) for group in every},
            "other": {group: rest.get(group, 0) for group in every},
        },
        rule,
    )
    wide = learning.protected({"population": {group: there.get(group, 0) for group in every}}, rule)
    considered = {group: taken.get(group, 0) + rest.get(group, 0) for group in every}
    beside = {one.group: one for one in learning.beside_population(considered, there)}
    beside_confirmed = {one.group: one for one in learning.beside_population(taken, there)}
    lines = []
    for group in every:
        hers, told = table[group, "Total"], table[group, "confirmed"]
        known = wide[group, "population"]
        is_open = not (hers.is_hidden or known.is_hidden or table["Total", "Total"].is_hidden)
        is_told = not (told.is_hidden or known.is_hidden or table["Total", "confirmed"].is_hidden)
        lines.append(
            GroupLine(
                words.get(group, group[:1].upper() + group[1:]),
                hers,
                told,
                known,
                beside[group].times if is_open and group in beside else None,
                beside_confirmed[group].times if is_told and group in beside_confirmed else None,
            )
        )
    return GroupTable(code, label, tuple(lines), _groups_chart(code, label, lines, source))


def _groups_chart(code: str, label: str, lines: Sequence[GroupLine], source: str) -> Chart:
    """How often each group is among them for once in the population: a dot with its interval, 1 as a line."""
    rows = [
        {
            "name": charts.two_lines(line.words, 26),
            "set": name,
            "times": times[0] if times else None,
            "low": max(times[1], 0.05) if times else None,
            "high": min(times[2], 20.0) if times else None,
            "place": place,
        }
        for line in lines
        for name, times, place in (
            ("Considered", line.considered_times, -6),
            ("Confirmed", line.confirmed_times, 6),
        )
    ]
    order = list(dict.fromkeys(str(row["name"]) for row in rows))
    drawn = [row for row in rows if row["times"] is not None]
    y = alt.Y("name:N", sort=order, scale=alt.Scale(domain=order), axis=charts.labels(order, 12))
    scale = alt.Scale(type="log", domain=[0.05, 20], nice=False)
    axis = alt.Axis(title="Times as often as in the population", values=[0.1, 0.25, 0.5, 1, 2, 4, 10])
    layers = [
        alt.Chart(charts.data([{"one": 1}]))
        .mark_rule(color=charts.GREY, strokeDash=[4, 4])
        .encode(x=alt.X("one:Q", scale=scale, axis=axis))
    ]
    for name, colour, offset in (("Considered", charts.TEAL, -6), ("Confirmed", charts.ACCENT, 6)):
        these = [row for row in drawn if row["set"] == name]
        base = alt.Chart(charts.data(these or [{"name": order[0], "times": None, "low": None, "high": None}]))
        layers.append(
            base.mark_rule(color=colour, strokeWidth=2, yOffset=offset).encode(
                x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q", y=y
            )
        )
        layers.append(
            base.mark_point(color=colour, filled=True, size=70, opacity=1, yOffset=offset).encode(
                x=alt.X("times:Q", scale=scale, axis=axis), y=y
            )
        )
    apart = [
        line
        for line in lines
        if line.considered_times and not line.considered_times[1] <= 1 <= line.considered_times[2]
    ]
    if not drawn:
        headline = f"{label}: too few women, or no population, for a comparison to be shown"
    elif apart:
        verb = "differs" if len(apart) == 1 else "differ"
        headline = f"{label}: {', '.join(line.words for line in apart)} {verb} from the population"
    else:
        headline = f"{label}: no group is clearly more or less often considered than in the population"
    return charts.draw(
        f"considered-{code}",
        headline,
        "Women considered (first dot) and confirmed (second dot) beside the women of 18 and over in the "
        "records that were screened, with intervals that hold 95 in 100. 1 is as often as in the population.",
        "; ".join(
            f"{line.words}: considered {times_words(line.considered_times)} times, "
            f"confirmed {times_words(line.confirmed_times)} times"
            for line in lines
        )
        + ".",
        source,
        (
            (label, "Considered", "Confirmed", "Population", "Considered, times", "Confirmed, times"),
            *(
                (
                    line.words,
                    line.considered.shown,
                    line.confirmed.shown,
                    line.population.shown,
                    times_words(line.considered_times),
                    times_words(line.confirmed_times),
                )
                for line in lines
            ),
        ),
        alt.layer(*layers).properties(width=420, height=44 * len(order)),
    )


# --- two readings of one decision -----------------------------------------------------------------------


def _categories(readings: Sequence[Reading]) -> list[str]:
    used = {one.first for one in readings} | {one.second for one in readings}
    return [one.value for one in ScreeningOutcome if one.value in used]


def _pairs(
    agreed: Agreement, rule: Rule, *, is_own: bool
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """The table of pairs, as counted: first reading down, second across."""
    words = {one.value: one.label for one in ScreeningOutcome}
    codes = list(agreed.categories)
    if not agreed.n:
        return (), ()
    if is_own:
        shown = {pair: str(n) for pair, n in agreed.table.items()}
    else:
        counts = {
            f"second {other}": {code: agreed.table.get((code, other), 0) for code in codes} for other in codes
        }
        safe = learning.protected(counts, rule)
        shown = {(code, other): safe[code, f"second {other}"].shown for code in codes for other in codes}
    rows = tuple(
        (words[code], tuple(shown.get((code, other), "0") for other in codes)) for code in codes
    )
    return tuple(words[code] for code in codes), rows
