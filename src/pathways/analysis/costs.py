"""What the programme cost, and what it may have spared others: one reckoning for page, measures and report.

Money comes from the programme's own records, women from released counts, so that a cost for each woman says
nothing that a reader could not work out. Costs avoided stand only on a comparison that was kept with
everything behind it shown; for an audience with a stricter rule they are left out.
"""

from __future__ import annotations

import io
import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import altair as alt
import polars as pl

from pathways.analysis import charts, sheets
from pathways.analysis.charts import ACCENT, INK, TEAL, Chart, Table
from pathways.analysis.disclosure import Rule
from pathways.analysis.evaluation import Summary
from pathways.analysis.measured import Recorded, Value
from pathways.domain.decision import Decision
from pathways.domain.evaluation import prices, value
from pathways.domain.evaluation.counts import HIDDEN, ReleasedCount
from pathways.domain.evaluation.flow import Step
from pathways.domain.evaluation.milestones import CohortStage
from pathways.domain.evaluation.prices import POST, Line, Per, PriceTable
from pathways.domain.evaluation.value import Priced, Span, Valuation

DESCRIBED: Final = "Description only: what was recorded as spent, beside the women counted"
STARTED, COMPLETED = "started", "completed"
#: what the sum of spend and priced time is called
WHOLE: Final = "Everything that it took"
_VOLUNTEERS: Final = "volunteer"
#: so many days make a year of a post
_YEAR: Final = 365.25


@dataclass(frozen=True)
class Given:
    """What a site says of money: its prices, and the findings to which it put some. `version` names it."""

    table: PriceTable = prices.SHIPPED
    valuation: Valuation = field(default_factory=Valuation)
    version: str = ""


@dataclass(frozen=True)
class Cost:
    """One sum of money: as it was recorded, and in money of the table's year as least, likely and most."""

    label: str
    cash: float | None
    span: Span | None
    note: str = ""


@dataclass(frozen=True)
class PerWoman:
    """What each woman of one kind cost, by money spent and by everything that it took."""

    code: str
    label: str
    women: ReleasedCount
    cash: float | None
    spend: Span | None
    whole: Span | None


@dataclass(frozen=True)
class AvoidedLine:
    """One finding at one price. `span` is for a hundred women; where it is None, `why` says so."""

    code: str
    outcome: str
    price: str
    per: str
    about: str
    span: Span | None
    ratio: Span | None
    why: str
    evidence: str
    caution: str
    source: str


@dataclass(frozen=True)
class Costs:
    """Everything that may be said of money to one audience."""

    year: str
    costs: tuple[Cost, ...]
    per_woman: tuple[PerWoman, ...]
    not_collected: tuple[str, ...]
    avoided: tuple[AvoidedLine, ...]
    why_none: str
    prices: tuple[Line, ...]
    version: str

    @property
    def spend(self) -> Cost | None:
        return self.costs[0] if self.costs and self.costs[0].cash is not None else None


def reached(summary: Summary) -> dict[str, tuple[str, ReleasedCount]]:
    """The women whom a cost is divided among: code, words and released number."""
    steps = {line.step: line.n for line in summary.flow.lines}
    stages = {stage: count for stage, _, count in summary.overlap.stages}
    return {
        "identified": ("Identified (a)", stages[CohortStage.IDENTIFIED]),
        "third_sector": ("Supported by the third sector (b)", stages[CohortStage.THIRD_SECTOR]),
        "private": ("Engaged with a private company (c)", stages[CohortStage.PRIVATE]),
        STARTED: ("Support began", steps[Step.STARTED]),
        COMPLETED: ("Journey completed", steps[Step.COMPLETED]),
    }


def count(
    rows: Sequence[Recorded],
    women: Mapping[str, tuple[str, ReleasedCount]],
    given: Given,
    *,
    rule: Rule,
    today: date,
) -> Costs:
    """`rows` are records of the period; `women` is empty while journeys are still being counted."""
    table = given.table
    spent = [one for one in rows if one.kind == "spend" and one.on <= today]
    time = [one for one in rows if one.kind == "staff_time" and one.on <= today]
    missing = []
    if not spent:
        missing.append("Spend: nobody has recorded any in this period.")
    if not time:
        missing.append("Staff time: nobody has recorded any in this period.")
    all_spend = _spend("Spend recorded", spent, table)
    other = _spend("", [one for one in spent if one.codes.get("line") != "staff"], table)
    posts, why_no_posts = _posts(time, table)
    missing += [
        *([why_no_posts] if why_no_posts else []),
        "What services give to women without being paid by the programme.",
        "What taking part costs the women themselves.",
    ]
    costs = [all_spend] if spent else []
    whole = None
    if posts is not None:
        costs.append(posts)
        if spent and posts.span is not None and other.span is not None:
            low, central, high = (one + another for one, another in
                                  zip(posts.span, other.span, strict=True))  # fmt: skip
            whole = (low, central, high)
            note = "Staff time and spend without its staff line, so that nobody’s time is counted twice."
            costs.append(Cost(WHOLE, None, whole, note))
    each = tuple(
        PerWoman(
            code, label, n, _each(all_spend.cash, n) if spent else None,
            _each_of(all_spend.span if spent else None, n), _each_of(whole, n),
        )
        for code, (label, n) in women.items()
    )  # fmt: skip
    began = next((one for one in each if one.code == STARTED), None)
    a_woman = (began.whole or began.spend) if began else None
    of_all = whole or (all_spend.span if spent else None)
    is_hidden = began is not None and began.women.is_hidden and of_all is not None
    findings = given.valuation.findings
    told = tuple(_avoided(one, given, a_woman, rule, is_hidden=is_hidden) for one in given.valuation.priced)
    why = ""
    if not findings:
        why = value.NO_COMPARISON
    elif not told:
        why = "A comparison is kept, and no price has been put to it yet."
    used = {one.price for one in given.valuation.priced}
    used |= {one.code for one in table.lines if posts is not None and one.code.startswith(POST)}
    lines = tuple(one for one in table.lines if one.code in used)
    return Costs(table.year, tuple(costs), each, tuple(missing), told, why, lines, given.version)


def _spend(label: str, rows: Sequence[Recorded], table: PriceTable) -> Cost:
    """Money as it was recorded, and each sum moved from the financial year in which its period ended."""
    cash = sum(float(one.codes.get("spent") or 0) for one in rows)
    by_year: dict[str, float] = defaultdict(float)
    for one in rows:
        by_year[prices.year_of_day(one.ends)] += float(one.codes.get("spent") or 0)
    moved, missing = 0.0, []
    for year, amount in sorted(by_year.items()):
        by = prices.factor(table, table.deflator, year)
        if isinstance(by, Decision):
            missing.append(year)
        else:
            moved += by * amount
    if missing:
        why = f"Not moved to {table.year}: the price table has no index for {', '.join(missing)}"
        return Cost(label, cash, None, f"{why}, or for {table.year}.")
    series = table.series(table.deflator)
    by_what = series.name if series else "nothing: all of it is of that year"
    note = f"Each sum moved from the financial year in which its period ended, by the {by_what}."
    return Cost(label, cash, (moved, moved, moved), note)


def _posts(rows: Sequence[Recorded], table: PriceTable) -> tuple[Cost | None, str]:
    """Full-time posts by the price of a post; and what of it has no price."""
    years: dict[str, float] = defaultdict(float)
    for one in rows:
        days = (one.ends - one.on).days + 1
        years[str(one.codes.get("work"))] += float(one.codes.get("posts") or 0) * days / _YEAR
    low = central = high = 0.0
    unpriced: list[str] = []
    priced = 0.0
    for work, amount in sorted(years.items()):
        line = table.line(f"{POST}-{work}") or (table.line(POST) if work != _VOLUNTEERS else None)
        moved = prices.moved(table, line) if line is not None and line.per is Per.POST_YEAR else None
        if moved is None or isinstance(moved, Decision):
            unpriced.append(f"{work} ({amount:.1f} posts for a year)")
            continue
        low, central, high = (
            so_far + amount * one for so_far, one in zip((low, central, high), moved.span, strict=True)
        )
        priced += amount
    why = ""
    if unpriced:
        why = (
            f"Staff time of {', '.join(unpriced)} has no price: add one per full-time post and year to the "
            f"price table, with the code “{POST}”, or “{POST}-” and the kind of work."
        )
    if not priced:
        return None, why
    note = f"{priced:.1f} posts for a year, whoever pays them, at the price of a full-time post."
    return Cost("Staff time, priced", None, (low, central, high), note), why


def _each(amount: float | None, n: ReleasedCount) -> float | None:
    return amount / n.value if amount is not None and n.value else None


def _each_of(span: Span | None, n: ReleasedCount) -> Span | None:
    if span is None or not n.value:
        return None
    return (span[0] / n.value, span[1] / n.value, span[2] / n.value)


def _avoided(one: Priced, given: Given, cost: Span | None, rule: Rule, *, is_hidden: bool) -> AvoidedLine:
    finding, line = given.valuation.finding(one.finding), given.table.line(one.price)
    if finding is None:
        raise ValueError(f"{one.code} is of a finding that is not kept")
    span = ratio = None
    name, per = (line.name, line.per.label) if line else (one.price, "")
    price = prices.moved(given.table, line) if line else None
    if rule.rounding is not None or rule.threshold > finding.threshold:
        why = "Not given to these readers: counts behind it are hidden or rounded for them."
    elif not finding.is_enough:
        why = value.TOO_FEW
    elif price is None:
        why = "Not given: that price is no longer in the table."
    elif isinstance(price, Decision):
        why = f"Not given. {price.reason}"
    else:
        made = value.avoided(
            price,
            fewer=finding.fewer,
            treated=finding.treated or value.FEWEST,
            comparison=finding.comparison or value.FEWEST,
            cost=cost,
            is_cost_hidden=is_hidden,
            units=one.units,
            deadweight=one.deadweight,
            attribution=one.attribution,
        )
        span, ratio, why = made.span, made.ratio, made.why
    about = (
        f"{finding.women}; {_fewer(finding.fewer)}; "
        f"{one.units:g} {per.lower()} for each woman with the outcome; deadweight "
        f"{_shares(one.deadweight)}, attribution {_shares(one.attribution)}"
    )
    if span is None and why.startswith("Not given to"):
        about = "Hidden for these readers"
    return AvoidedLine(
        one.code, finding.outcome, name, per, about, span, ratio, why, finding.evidence, finding.caution,
        finding.source,
    )  # fmt: skip


def _fewer(fewer: Span) -> str:
    low, middle, high = (100 * one for one in fewer)
    return f"{middle:.1f} fewer in 100 (95% interval {low:.1f} to {high:.1f}; below 0 is more)"


def _shares(span: Span) -> str:
    low, middle, high = (100 * one for one in span)
    if low == high:
        return f"{middle:.0f}%"
    return f"{middle:.0f}% ({low:.0f}% to {high:.0f}%)"


# --- as measures --------------------------------------------------------------------------------------


def values(made: Costs) -> dict[str, Value]:
    """M51 and M52, where there is anything to say: the very figures of the page of costs."""
    found: dict[str, Value] = {}
    began = next((one for one in made.per_woman if one.code == STARTED), None)
    if made.spend is not None and began is not None:
        parts = tuple(
            (f"For each woman: {one.label[:1].lower()}{one.label[1:]}", shown(one.cash, one.women))
            for one in made.per_woman
        )
        whole = f" Everything that it took: {spanned(began.whole)} in prices of {made.year}." \
            if began.whole else ""  # fmt: skip
        if began.cash is None:
            is_hidden = began.women.is_hidden
            note = f"{value.HIDDEN_COST[:1].upper()}{value.HIDDEN_COST[1:]}" if is_hidden else (
                "No woman’s support has begun."
            )  # fmt: skip
            found["M51"] = Value(HIDDEN if is_hidden else "None yet", note=note)
        else:
            over = f"{pounds(made.spend.cash or 0)} for {began.women.shown} women whose support began"
            note = f"Spend recorded here, as it was spent; what partners bear is not in it.{whole}"
            found["M51"] = Value(pounds(began.cash), over, parts, note=note, figure=began.cash)
    if made.avoided:
        told = [one for one in made.avoided if one.span is not None]
        if not told:
            found["M52"] = Value("None given", note=made.avoided[0].why)
        else:
            said = tuple((f"{one.outcome}, {one.price} ({one.per.lower()})", spanned(one.span))
                         for one in told)  # fmt: skip
            first = told[0]
            alone = len(told) == 1 and first.span is not None
            found["M52"] = Value(
                spanned(first.span) if alone else f"{len(told)} ranges, never added up",
                f"for {value.FOR} women, in prices of {made.year}",
                said,
                note="What others may have been spared, not money that anybody receives.",
                figure=first.span[1] if alone and first.span is not None else None,
            )
    return found


def pounds(amount: float) -> str:
    return f"{'-' if round(amount) < 0 else ''}£{abs(amount):,.0f}"


def spanned(span: Span | None) -> str:
    """`£1,200 (from £900 to £1,500)`; one figure where there is no range."""
    if span is None:
        return "Not given"
    low, central, high = span
    if round(low) == round(high):
        return pounds(central)
    return f"{pounds(central)} (from {pounds(low)} to {pounds(high)})"


def shown(amount: float | None, n: ReleasedCount) -> str:
    if amount is not None:
        return pounds(amount)
    return HIDDEN if n.is_hidden else "None yet"


# --- as tables and pictures ---------------------------------------------------------------------------


def cost_table(made: Costs) -> Table:
    heads = ("What", "As recorded", f"In prices of {made.year}", "Low", "High", "How")
    return (
        heads,
        *(
            (
                one.label,
                "–" if one.cash is None else pounds(one.cash),
                *(("Not moved", "–", "–") if one.span is None else
                  (pounds(one.span[1]), pounds(one.span[0]), pounds(one.span[2]))),
                one.note,
            )
            for one in made.costs
        ),
    )  # fmt: skip


def per_woman_table(made: Costs) -> Table:
    heads = ("For each woman", "Women", "Spend, as recorded", f"Spend, in prices of {made.year}",
             f"Everything that it took, in prices of {made.year}")  # fmt: skip
    return (
        heads,
        *(
            (
                one.label,
                one.women.shown,
                shown(one.cash, one.women) if made.spend else "Not collected",
                _spanned_or_hidden(one.spend, made.spend.span if made.spend else None, one.women),
                _spanned_or_hidden(one.whole, _whole(made), one.women),
            )
            for one in made.per_woman
        ),
    )


def _spanned_or_hidden(span: Span | None, whole: Span | None, n: ReleasedCount) -> str:
    """Hidden is not the same as not known: “c” only where there is an amount to divide."""
    if span is not None:
        return spanned(span)
    return HIDDEN if whole is not None and n.is_hidden else "–"


def _whole(made: Costs) -> Span | None:
    return next((one.span for one in made.costs if one.label == WHOLE), None)


def avoided_table(made: Costs) -> Table:
    heads = ("Outcome", "Price", "Unit", f"For {value.FOR} women: low", "Central", "High",
             "For each £1 spent", "Evidence", "How")  # fmt: skip
    rows = []
    for one in made.avoided:
        low, central, high = (pounds(each) for each in one.span) if one.span else ("–", "–", "–")
        ratio = "No ratio"
        if one.ratio:
            least, likely, most = one.ratio
            ratio = f"£{likely:.2f} (from £{least:.2f} to £{most:.2f})"
        how = ". ".join(each.rstrip(".") for each in (one.about, one.why) if each)
        rows.append((one.outcome, one.price, one.per, low, central, high, ratio, one.evidence, f"{how}."))
    return (heads, *rows)


def cautions(made: Costs) -> tuple[str, ...]:
    """Where each finding is from, and what has to be said beside it."""
    return tuple(dict.fromkeys(f"{one.outcome}: {one.source}. {one.caution}" for one in made.avoided))


def price_rows(made: Costs) -> Table:
    heads = ("Price", "Unit", "Low", "Central", "High", "Prices of", "Source", "Checked")
    return (
        heads,
        *(
            (one.name, one.per.label, pounds(one.low), pounds(one.central), pounds(one.high), one.year,
             one.source, one.checked)
            for one in made.prices
        ),
    )  # fmt: skip


def parts(made: Costs) -> tuple[tuple[str, str, Table], ...]:
    """The tables of the costs that have a row: code, title, table."""
    found = (
        ("costs", "What the programme cost", cost_table(made)),
        ("per-woman", "What each woman’s support cost", per_woman_table(made)),
        ("avoided", "What others may have been spared", avoided_table(made)),
        ("prices", "The prices used", price_rows(made)),
    )
    return tuple(one for one in found if len(one[2]) > 1)


def frames(made: Costs) -> dict[str, pl.DataFrame]:
    """The same figures as numbers, a frame for each sheet of a workbook; a hidden one stays empty."""
    money = ("low", "central", "high")

    def span(one: Span | None) -> tuple[float | None, ...]:
        return (None, None, None) if one is None else tuple(round(each, 2) for each in one)

    each = [("Cost", "costs", one.label, "", one.cash, *span(one.span), one.note) for one in made.costs]
    each += [
        (what, "each woman", one.label, one.women.shown, one.cash if what.startswith("Spend") else None,
         *span(amount), "")
        for one in made.per_woman
        for what, amount in (("Spend for each woman", one.spend), ("Everything for each woman", one.whole))
    ]  # fmt: skip
    first = pl.DataFrame(
        each,
        schema={"what": pl.String, "of": pl.String, "label": pl.String, "women": pl.String,
                "as recorded": pl.Float64, **dict.fromkeys(money, pl.Float64), "how": pl.String},
        orient="row",
    )  # fmt: skip
    second = pl.DataFrame(
        [(one.outcome, one.price, one.per, *span(one.span), *(one.ratio or (None, None, None)), one.evidence,
          one.about, one.why, one.caution, one.source) for one in made.avoided],
        schema={"outcome": pl.String, "price": pl.String, "unit": pl.String,
                **dict.fromkeys(money, pl.Float64),
                **{f"for each pound: {name}": pl.Float64 for name in money},
                **dict.fromkeys(("evidence", "how", "why not", "caution", "source"), pl.String)},
        orient="row",
    )  # fmt: skip
    third = pl.DataFrame(
        [(name, text) for name, text in (
            ("Prices of", made.year), ("Table", made.version), ("Costs avoided", made.why_none),
            *(("Not collected", one) for one in made.not_collected)) if text],
        schema={"about": pl.String, "words": pl.String}, orient="row",
    )  # fmt: skip
    return {"costs": first, "avoided": second, "about": third}


def workbook(made: Costs, ending: str) -> bytes:
    target = io.BytesIO()
    sheets.write_several(frames(made), target, f".{ending}")
    return target.getvalue()


def per_woman_chart(made: Costs, source: str) -> Chart | None:
    """What each woman of each kind cost: low, central and high where there is a range."""
    rows = [
        (one.label, words, span)
        for one in made.per_woman
        for words, span in (("Spend recorded", one.spend), ("Everything that it took", one.whole))
        if span is not None
    ]
    if not rows:
        return None
    began = next((one for one in made.per_woman if one.code == STARTED and one.spend), None)
    headline = f"{pounds(began.spend[1])} were spent for each woman whose support began" \
        if began and began.spend else "What each woman’s support cost"  # fmt: skip
    subtitle = f"Pounds for each woman, in prices of {made.year}. The line goes from low to high."
    return _ranges("cost-per-woman", headline, subtitle, rows, f"{source} {DESCRIBED}.", "What is counted")


def avoided_chart(made: Costs, source: str) -> Chart | None:
    """Costs avoided for a hundred women, each finding at each price: never one bar on top of another."""
    rows = [(f"{one.outcome}: {one.price}", one.per, one.span) for one in made.avoided if one.span]
    if not rows:
        return None
    evidence = "; ".join(dict.fromkeys(one.evidence for one in made.avoided if one.span))
    subtitle = (
        f"Pounds for {value.FOR} women, in prices of {made.year}. The line goes from low to high. Left of "
        "nought others bore more. Nothing is added up."
    )
    headline = "What others may have been spared, as far as a comparison shows"
    return _ranges("costs-avoided", headline, subtitle, rows, f"{source} {evidence}.", "Unit")


def _ranges(
    name: str,
    headline: str,
    subtitle: str,
    rows: Sequence[tuple[str, str, Span]],
    source: str,
    kind: str,
) -> Chart:
    names = {label: charts.two_lines(label, 28) for label, _, _ in rows}
    kinds = list(dict.fromkeys(words for _, words, _ in rows))
    colours = list(itertools.islice(itertools.cycle([TEAL, ACCENT, INK]), len(kinds)))
    drawn: list[dict[str, Any]] = [
        {"name": names[label], "kind": words, "low": round(span[0], 2), "central": round(span[1], 2),
         "high": round(span[2], 2), "shown": pounds(span[1])}
        for label, words, span in rows
    ]  # fmt: skip
    order = list(dict.fromkeys(names[label] for label, _, _ in rows))
    least = min([0.0, *(one["low"] for one in drawn)])
    most = max([1.0, *(one["high"] for one in drawn)])
    room = (most - least) * 0.18
    scale = alt.Scale(domain=[least - (room if least < 0 else 0), most + room], nice=False)
    x = alt.X("central:Q", scale=scale, axis=alt.Axis(title="Pounds", tickCount=5, format=",.0f"))
    y = alt.Y("name:N", sort=order, axis=charts.labels(order, 13))
    offset = alt.YOffset("kind:N", sort=kinds)
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=kinds, range=colours),
        legend=alt.Legend(title=None, orient="top", labelFontSize=13, labelLimit=0, columnPadding=24),
    )
    base = alt.Chart(charts.data(drawn))
    picture = alt.layer(
        base.mark_rule(strokeWidth=3).encode(
            x=alt.X("low:Q", scale=scale), x2="high:Q", y=y, yOffset=offset, color=colour
        ),
        base.mark_point(size=110, filled=True, opacity=1).encode(x=x, y=y, yOffset=offset, color=colour),
        base.mark_text(align="left", dx=8, fontSize=12, color=INK).encode(
            x=alt.X("high:Q", scale=scale), y=y, yOffset=offset, text="shown:N"
        ),
    ).properties(width=520, height=max(80, 30 * len(drawn) + 20))
    table: Table = (
        ("What", kind, "Low", "Central", "High"),
        *((label, words, *(pounds(one) for one in span)) for label, words, span in rows),
    )
    alternative = "; ".join(f"{label}, {words}: {spanned(span)}" for label, words, span in rows) + "."
    return charts.draw(name, headline, subtitle, alternative, source, table, picture)
