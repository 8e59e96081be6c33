"""What a partnership survey came to: each domain in each wave, with its interval, hidden where few answered.

Sheets of answers come in without any trace of who filled them in; means go out. A wave that is still open
gives nothing, so that nobody can tell one person's answers by looking before and after.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import altair as alt
from scipy import stats

from pathways.analysis import charts
from pathways.analysis.charts import INK, TEAL, Chart
from pathways.analysis.disclosure import Rule
from pathways.analysis.measured import Value
from pathways.domain.evaluation import partnership
from pathways.domain.evaluation.counts import HIDDEN
from pathways.domain.evaluation.partnership import MOST, STATEMENTS, PartnershipDomain, Statement

LEAST: Final = partnership.LEAST
#: Beyond so many alike a mean says what every one of them answered.
_EDGE: Final = 1e-9


@dataclass(frozen=True)
class Sheets:
    """A wave that has closed: its number, its days, how many were invited, and the sheets of answers."""

    number: int
    opens: date
    closes: date
    invited: int
    answers: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of points (1 to 5) with its 95% interval; all None where it is hidden, and `why` says so."""

    mean: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""

    @property
    def shown(self) -> str:
        return HIDDEN if self.mean is None else f"{self.mean:.1f}"

    @property
    def interval(self) -> str:
        return "" if self.low is None or self.high is None else f"{self.low:.1f} to {self.high:.1f}"


@dataclass(frozen=True)
class WaveResult:
    """One wave: who was asked, who answered, and the means, overall, by domain and by statement."""

    number: int
    opens: date
    closes: date
    invited: int
    answered: int
    overall: Mean
    domains: Mapping[PartnershipDomain, Mean]
    statements: Mapping[str, Mean]

    @property
    def label(self) -> str:
        return f"Wave {self.number}, {self.closes:%B %Y}"


FEW: Final = "Too few answered for it to be shown."
ALIKE: Final = "Everybody answered alike, so that it would say what each of them answered."


def results(waves: Sequence[Sheets], rule: Rule) -> tuple[WaveResult, ...]:
    """Every wave in order. A mean stands where more people than the threshold answered, and not all alike.

    Single statements stand only where more than twice as many answered, and only where every statement of the
    domain can: else a hidden one could be worked out from the domain and the others.
    """
    return tuple(_wave(one, rule) for one in sorted(waves, key=lambda one: one.number))


def _wave(sheets: Sheets, rule: Rule) -> WaveResult:
    domains: dict[PartnershipDomain, Mean] = {}
    statements: dict[str, Mean] = {}
    of_all: list[list[float]] = []
    for domain in PartnershipDomain:
        asked = partnership.of_domain(domain)
        scores = [partnership.score(answers, asked) for answers in sheets.answers]
        domains[domain] = _mean([one for one in scores if one is not None], rule.threshold)
        of_all.append([math.nan if one is None else one for one in scores])
        single = {one.code: _mean(_points(sheets, one), 2 * rule.threshold) for one in asked}
        if domains[domain].mean is None or any(one.mean is None for one in single.values()):
            single = {code: Mean(why=FEW) for code in single}
        statements |= single
    each = [[one for one in hers if not math.isnan(one)] for hers in zip(*of_all, strict=True)]
    whole = [sum(hers) / len(hers) for hers in each if 2 * len(hers) >= len(PartnershipDomain)]
    return WaveResult(
        sheets.number,
        sheets.opens,
        sheets.closes,
        sheets.invited,
        len(sheets.answers),
        _mean(whole, rule.threshold),
        domains,
        statements,
    )


def _points(sheets: Sheets, statement: Statement) -> list[float]:
    said = (answers.get(statement.code, "") for answers in sheets.answers)
    return [float(partnership.POINTS[one]) for one in said if one in partnership.POINTS]


def _mean(points: Sequence[float], threshold: int) -> Mean:
    """The mean and its interval by Student's t over those who answered, kept within the scale.

    Source: Student, The probable error of a mean, Biometrika 6 (1908), 1-25. Those who answered are taken
    as a sample of the partners as they were then.
    """
    n = len(points)
    if n <= threshold or n < 2:
        return Mean(why=FEW)
    mean = math.fsum(points) / n
    spread = math.fsum((one - mean) ** 2 for one in points) / (n - 1)
    if spread < _EDGE:
        return Mean(why=ALIKE)
    half = float(stats.t.ppf(0.975, n - 1)) * math.sqrt(spread / n)
    return Mean(round(mean, 1), round(max(LEAST, mean - half), 1), round(min(MOST, mean + half), 1))


def value(waves: Sequence[WaveResult]) -> Value | None:
    """What measure M43 comes to: the newest wave that has closed, and those before; None without one."""
    if not waves:
        return None
    newest = waves[-1]
    parts = tuple((domain.label, _with_interval(mean)) for domain, mean in newest.domains.items())
    over = f"of {MOST}, {newest.label.lower()}: {newest.answered} of {newest.invited} invited answered"
    each = tuple((one.label, one.overall.mean) for one in waves[-12:])
    note = newest.overall.why or f"95% interval {newest.overall.interval}. Not the same people at every wave."
    shown = f"{newest.overall.mean:.1f} points" if newest.overall.mean is not None else HIDDEN
    return Value(shown, over, parts, each, note, newest.overall.mean)


def _with_interval(mean: Mean) -> str:
    return f"{mean.shown} ({mean.interval})" if mean.interval else mean.shown


def table(waves: Sequence[WaveResult]) -> tuple[tuple[str, ...], ...]:
    """The figures beside the picture: a row a domain, its statements under it, a column a wave."""
    heads = ("", *(one.label for one in waves))
    rows: list[tuple[str, ...]] = []
    for domain in PartnershipDomain:
        rows.append((domain.label, *(_with_interval(one.domains[domain]) for one in waves)))
    rows.append(("All four", *(_with_interval(one.overall) for one in waves)))
    rows.append(("Answered, of those invited", *(f"{one.answered} of {one.invited}" for one in waves)))
    return (heads, *rows)


def statement_table(waves: Sequence[WaveResult]) -> tuple[tuple[str, ...], ...]:
    """Single statements, a column a wave: the mean of 1 to 5."""
    heads = ("Statement", *(one.label for one in waves))
    rows = [(one.words, *(each.statements[one.code].shown for each in waves)) for one in STATEMENTS]
    return (heads, *rows)


def chart(waves: Sequence[WaveResult], source: str) -> Chart:
    """A panel a domain: the mean at each wave and its interval; a hidden one stands as “c”."""
    names = [charts.two_lines(domain.label, 24) for domain in PartnershipDomain]
    orders = [one.label for one in waves]
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "wave": one.label,
            "mean": one.domains[domain].mean,
            "low": one.domains[domain].low,
            "high": one.domains[domain].high,
            "at": one.domains[domain].high or LEAST,
            "shown": one.domains[domain].shown,
        }
        for domain, name in zip(PartnershipDomain, names, strict=True)
        for one in waves
    ]
    scale = alt.Scale(domain=[LEAST - 0.2, MOST + 0.5], nice=False)
    x = alt.X("mean:Q", scale=scale, axis=alt.Axis(title="Mean of 1 (not at all) to 5 (fully)", tickCount=5))
    y = alt.Y("wave:N", sort=orders, axis=charts.labels(orders, 13))
    base = alt.Chart()
    there = base.transform_filter(alt.datum.mean != None)  # noqa: E711
    picture = (
        alt.layer(
            there.mark_rule(color=TEAL, strokeWidth=4).encode(
                x=alt.X("low:Q", scale=scale), x2="high:Q", y=y
            ),
            there.mark_circle(color=TEAL, size=140, opacity=1).encode(x=x, y=y),
            base.mark_text(align="left", dx=10, fontSize=13, color=INK).encode(
                x=alt.X("at:Q", scale=scale), y=y, text="shown:N"
            ),
            data=charts.data(rows),
        )
        .properties(width=420, height=max(40, 34 * len(waves)))
        .facet(
            row=alt.Row(
                "name:N",
                sort=names,
                title=None,
                header=alt.Header(
                    labelAngle=0, labelAlign="left", labelAnchor="start", labelFontSize=13,
                    labelColor=INK, labelLimit=0,
                    labelOrient="top", labelExpr="replace(datum.label, '\\n', ' ')",
                ),
            )
        )
        .properties(spacing=14)
    )  # fmt: skip
    newest = waves[-1]
    known = {domain: mean for domain, mean in newest.domains.items() if mean.mean is not None}
    lowest = min(known, key=lambda one: known[one].mean or 0, default=None)
    headline = (
        f"Lowest in {newest.label[0].lower()}{newest.label[1:]}: {lowest.label.lower()},"
        f" {known[lowest].shown} of {MOST}"
        if lowest is not None
        else "How partners find their work together: too few answered for it to be shown"
    )
    said = "; ".join(
        f"{one.label}, {domain.label.lower()}: {_with_interval(mean)}"
        for one in waves
        for domain, mean in one.domains.items()
    )
    return charts.draw(
        "partnership",
        headline,
        "The mean of all who answered, by domain and wave, and its 95% interval. Those who answered are not "
        "the same people at every wave. “c” stands where too few answered, or all of them alike.",
        f"{said}.",
        source,
        table(waves),
        picture,
    )
