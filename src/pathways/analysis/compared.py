"""Women of the programme beside a comparison group from a file: what of it may leave, and what may be said.

The reckoning is that of `impact.effect`; here every count passes disclosure control, what is made of women's
own values leaves only where it rests on more than twice the threshold, and there is no headline where the
groups are not alike, too few were matched, or a count behind it is hidden. The wording “of 100 typical women”
follows the Justice Data Lab's pattern (domain dossier, 6) in words of our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import numpy as np

from pathways.analysis import charts, time_to
from pathways.analysis.charts import ACCENT, INK, TEAL, Chart
from pathways.analysis.disclosure import Rule, System, protect
from pathways.analysis.disclosure import system as systems
from pathways.analysis.impact import balance, effect, reading
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.sheets import Sheet
from pathways.analysis.time_to import Dates, TimeTo
from pathways.domain.evaluation import value
from pathways.domain.evaluation.beside_group import CAUTIONS, GroupKind
from pathways.domain.evaluation.counts import RawCount, ReleasedCount
from pathways.domain.evaluation.value import Price

Answer = dict[str, Any]
#: more lines than this in one picture cannot be read
_MOST_DRAWN: Final = 40


@dataclass(frozen=True)
class Asked:
    """What is compared, and how women are matched. `caliper` is in deviations of the score."""

    treated: str
    outcome: str
    known: tuple[str, ...]
    kind: GroupKind
    source: str
    exact: tuple[str, ...] = ()
    ratio: int = 1
    caliper: float | None = None
    replace: bool = False
    dates: Dates | None = None
    price: Price | None = None
    #: what the programme spent on each woman, in pounds
    cost: float | None = None
    in_rounds: bool = False


@dataclass(frozen=True)
class Compared:
    """Everything that may be shown. `headline` is words in either case; `is_finding` says whether one."""

    asked: Asked
    headline: str
    is_finding: bool
    caution: str
    evidence: str
    counts: tuple[tuple[str, ReleasedCount, ReleasedCount], ...]
    figures: tuple[tuple[str, str], ...]
    value: tuple[tuple[str, str], ...]
    balance: tuple[tuple[str, str, str, str, bool], ...]
    love: Chart | None
    time: TimeTo | None
    why_no_time: str
    warnings: tuple[str, ...]
    disclosure: str
    #: women fewer with a yes-or-no outcome, as a share (least, likely, most); None where there is no finding
    fewer: tuple[float, float, float] | None = None
    #: the women matched in each group, None where that count is hidden; and whether they are enough for costs
    matched: tuple[int | None, int | None] = (None, None)
    is_enough: bool = False


def compare(sheet: Sheet, asked: Asked, rule: Rule) -> Compared:
    """One outcome of one file. Raises UnreadableError and UnanswerableError as `impact.effect` does."""
    found = effect.impact(
        sheet, treated=asked.treated, outcome=asked.outcome, known=asked.known, exact=asked.exact,
        ratio=asked.ratio, caliper=asked.caliper, replace=asked.replace, in_rounds=asked.in_rounds,
    )  # fmt: skip
    raw = _counts(sheet, asked, found)
    system = _system(raw)
    protected = protect(system, rule)
    cells = protected.cells
    is_binary = ("treated", "event") in cells
    why = _withheld(found, cells, rule, is_binary=is_binary)
    figures = () if why else _figures(found, cells, rule, is_binary=is_binary)
    lines = _balance(found) if _rests(found, rule) else ()
    time, why_no_time = _time(sheet, asked, rule)
    hidden = sum(one.is_hidden for one in cells.values())
    matched = found["matched"]
    return Compared(
        asked,
        why or _headline(found, asked.outcome, is_binary=is_binary),
        not why,
        CAUTIONS[asked.kind],
        found["evidence_level"] if not why else "Maryland scale 2, Nesta 2: groups side by side",
        tuple(
            (label, cells[one], cells[other])
            for label, one, other in _ROWS
            if one in cells and other in cells
        ),
        figures,
        _value(found, asked, is_told=is_binary and not why),
        lines,
        _love(found, asked) if lines else None,
        time,
        why_no_time,
        tuple(_warnings(found, cells)),
        f"{rule.words} Of {len(cells)} counts {hidden} are hidden; an attack on them found "
        f"{len(protected.audit.at_risk) or 'nothing'} at risk.",
        _fewer(matched) if is_binary and not why and matched["low"] is not None else None,
        (cells["treated", "matched"].value, cells["comparison", "matched"].value),
        value.is_enough(matched["n_treated"], matched["n_comparison"]),
    )


def _fewer(matched: Answer) -> tuple[float, float, float]:
    return (-matched["high"], -matched["estimate"], -matched["low"])


# --- counts -----------------------------------------------------------------------------------------

Place = tuple[str, str]
_ROWS: Final = (
    ("Women with everything that was asked for", ("treated", "n"), ("comparison", "n")),
    ("Matched", ("treated", "matched"), ("comparison", "matched")),
    ("Not matched", ("treated", "unmatched"), ("comparison", "unmatched")),
    ("With the outcome", ("treated", "event"), ("comparison", "event")),
    ("Without it", ("treated", "none"), ("comparison", "none")),
)


def _counts(sheet: Sheet, asked: Asked, found: Answer) -> dict[Place, int]:
    """The raw counts of both groups; with the outcome's where it is yes or no."""
    matched = found["matched"]
    n, m = found["n_treated"], found["n_comparison"]
    raw = {
        ("treated", "n"): n,
        ("treated", "matched"): matched["n_treated"],
        ("treated", "unmatched"): n - matched["n_treated"],
        ("comparison", "n"): m,
        ("comparison", "matched"): matched["n_comparison"],
        ("comparison", "unmatched"): m - matched["n_comparison"],
        ("file", "left out"): found["missing"]["rows"],
    }
    if not reading.is_yes_no(sheet, asked.outcome):
        return raw
    columns = list(dict.fromkeys([asked.treated, asked.outcome, *asked.known, *asked.exact]))
    gaps = [sheet.frame[column].is_null().to_numpy() for column in columns]
    is_whole = ~np.any(gaps, axis=0)
    treated = reading.yes_no(sheet, asked.treated)[is_whole] == 1
    happened = reading.yes_no(sheet, asked.outcome)[is_whole] == 1
    for name, group in (("treated", treated), ("comparison", ~treated)):
        raw[name, "event"] = int((group & happened).sum())
        raw[name, "none"] = int((group & ~happened).sum())
    among = round(matched["mean_treated"] * matched["n_treated"])
    raw["matched", "event"] = among
    raw["matched", "none"] = matched["n_treated"] - among
    raw["unmatched", "event"] = raw["treated", "event"] - among
    raw["unmatched", "none"] = raw["treated", "none"] - raw["matched", "none"]
    return raw


def _system(raw: dict[Place, int]) -> System:
    system = System()
    for place, n in raw.items():
        system.add(place, RawCount(n), systems.MARGIN if place[1] == "n" else systems.INNER)
    n = raw["treated", "n"] + raw["comparison", "n"] + raw["file", "left out"]
    system.add(("file", "n"), RawCount(n),
               systems.GRAND)  # fmt: skip
    system.sums(("file", "n"), [("treated", "n"), ("comparison", "n"), ("file", "left out")])
    for name in ("treated", "comparison"):
        system.sums((name, "n"), [(name, "matched"), (name, "unmatched")])
        if (name, "event") in raw:
            system.sums((name, "n"), [(name, "event"), (name, "none")])
    if ("matched", "event") in raw:
        for part in ("matched", "unmatched"):
            system.sums(("treated", part), [(part, "event"), (part, "none")])
        for part in ("event", "none"):
            system.sums(("treated", part), [("matched", part), ("unmatched", part)])
    return system


# --- what may be said -------------------------------------------------------------------------------


def _rests(found: Answer, rule: Rule) -> bool:
    """Whether what is made of the women's own values rests on enough of them, whatever group is left over."""
    least = 2 * rule.threshold
    matched = found["matched"]
    return bool(min(matched["n_treated"], matched["n_comparison"]) > least)


def _withheld(found: Answer, cells: dict[Any, ReleasedCount], rule: Rule, *, is_binary: bool) -> str:
    """Why there is no headline, in plain words; nothing where there may be one."""
    matched, table = found["matched"], found["balance"]
    if not _rests(found, rule):
        return (
            "Too few women were matched for any figure to leave. Nothing can be said of a difference: this "
            "does not mean that there is none."
        )
    if not found["balanced"]:
        many = sum(line["after"] is None or abs(line["after"]) >= balance.LIMIT for line in table)
        worst = max(table, key=lambda one: np.inf if one["after"] is None else abs(one["after"]))
        return (
            f"The groups are not alike, so no difference is given. After matching, {many} of {len(table)} "
            f"characteristics still differ by {balance.LIMIT} standard deviations or more, most of all "
            f"{worst['covariate']}. Try a caliper, more women to match from, columns that must be exactly "
            "the same, or another comparison group."
        )
    if matched["n_treated"] < effect.FEWEST:
        return (
            f"Fewer than {effect.FEWEST} women of the programme were matched: too few for a finding. Nothing "
            "can be said of a difference, and this does not mean that there is none."
        )
    if is_binary and any(
        cells[place].is_hidden
        for place in (
            ("matched", "event"),
            ("matched", "none"),
            ("treated", "event"),
            ("comparison", "event"),
        )
    ):
        return (
            "Too few women had the outcome, or were without it, for the figures to leave. Nothing can be "
            "said of a difference, and this does not mean that there is none."
        )
    return ""


def _headline(found: Answer, outcome: str, *, is_binary: bool) -> str:
    matched = found["matched"]
    low, high = matched["low"], matched["high"]
    if not is_binary:
        way = "higher" if matched["estimate"] >= 0 else "lower"
        said = (
            f"“{outcome}” was {abs(matched['estimate']):,.1f} {way} on average for women of the programme "
            "than "
            f"for women who are like them and were not in it (95% interval {low:+,.1f} to {high:+,.1f}). "
        )
        if low > 0 or high < 0:
            return said + "The difference is more than chance explains."
        return said + (
            "These numbers cannot say whether it was higher, lower or the same. More women would be "
            "needed; it does not mean that the programme makes no difference."
        )
    one, other = (100 * matched[name] for name in ("mean_treated", "mean_comparison"))
    said = (
        f"Of 100 typical women in the programme, {one:.0f} had “{outcome}”. Of 100 typical women who are "
        f"like them and were not in it, {other:.0f} had. "
    )
    if low > 0 or high < 0:
        way = "fewer" if matched["estimate"] < 0 else "more"
        least, most = sorted((abs(100 * low), abs(100 * high)))
        said += (
            f"That is {way}, by between {least:.0f} and {most:.0f} women in 100, and more than chance "
            "explains."
        )
    else:
        said += (
            f"The difference may lie anywhere from {abs(100 * low):.0f} fewer to {100 * high:.0f} more in "
            "100, so "
            "these numbers cannot say whether the programme went with fewer, with more or with as many. More "
            "women would be needed; it does not mean that the programme makes no difference."
        )
    return said


def _figures(
    found: Answer, cells: dict[Any, ReleasedCount], rule: Rule, *, is_binary: bool
) -> tuple[tuple[str, str], ...]:
    matched, weighted = found["matched"], found["weighted"]
    scale, unit = (100, " points") if is_binary else (1, "")

    def said(each: Answer) -> str:
        if each["low"] is None:
            return f"{scale * each['estimate']:+,.1f}{unit}"
        return (
            f"{scale * each['estimate']:+,.1f}{unit} (95% interval {scale * each['low']:+,.1f} to "
            f"{scale * each['high']:+,.1f})"
        )

    rows = [("After matching", said(matched)), ("Weighted instead of matched", said(weighted))]
    unmatched = [cells[name, "unmatched"].value for name in ("treated", "comparison")]
    if all(n is not None and (n == 0 or n > 2 * rule.threshold) for n in unmatched):
        rows.insert(0, ("As they stand, before matching", said(found["naive"])))
    if matched["p"] is not None:
        rows.append(
            ("p of the matched difference", "below 0.001" if matched["p"] < 0.001 else f"{matched['p']:.3f}")
        )
    if found["detectable"] is not None:
        rows.append(
            ("Would be found four times in five", f"{scale * found['detectable']:,.1f}{unit} or more")
        )
    if (held := found["e_value"]) is not None and held["estimate"] is not None:
        limit = (
            f", and {held['limit']:.2f} for its interval to reach no difference" if held["limit"] else ""
        )
        rows.append(
            ("E-value", f"{held['estimate']:.2f}: so many times as likely something unmeasured would have "
             "to make "
             f"both being in the programme and the outcome, to explain the whole difference{limit}")
        )  # fmt: skip
    return tuple(rows)


def _value(found: Answer, asked: Asked, *, is_told: bool) -> tuple[tuple[str, str], ...]:
    """Costs avoided, in ranges; or that there is nothing to say, where a price was chosen."""
    price = asked.price
    if price is None:
        return ()
    if not is_told:
        return (("Costs avoided", "None are given: there is no finding of an outcome to put a price to."),)
    matched = found["matched"]
    cost = None if asked.cost is None else (asked.cost, asked.cost, asked.cost)
    made = value.avoided(
        price, fewer=_fewer(matched), treated=matched["n_treated"], comparison=matched["n_comparison"],
        cost=cost,
    )  # fmt: skip
    if made.span is None:
        return (("Costs avoided", made.why),)
    least, central, most = made.span
    about = f"{price.item}, {price.per}, in prices of {price.year}"
    about += f", {price.source}" if price.source else ""
    rows = [
        ("Costs avoided for 100 women", f"{_pounds(central)}, and from {_pounds(least)} to "
                                        f"{_pounds(most)} ({about}; each outcome priced as one)"),
        ("What that is", "What others were spared, not money that anybody receives. The range takes the "
                         "lesser and the greater end of both the difference and the price."),
    ]  # fmt: skip
    if made.ratio is None:
        return (*rows, ("Beside what the programme cost", made.why))
    low, central, high = made.ratio
    said = f"£{central:.2f} avoided for each £1 spent, and from £{low:.2f} to £{high:.2f}"
    return (*rows, ("Beside what the programme cost", said))


def _pounds(amount: float) -> str:
    return f"{'-' if amount < 0 else ''}£{abs(amount):,.0f}"


def _warnings(found: Answer, cells: dict[Any, ReleasedCount]) -> list[str]:
    said = []
    left = cells["file", "left out"]
    if left.is_hidden or left.value:
        said.append(f"{_number(left)} of the file left out for a blank in a column that is used.")
    gone = cells["treated", "unmatched"]
    if gone.is_hidden or gone.value:
        said.append(f"{_number(gone)} of the programme had no match; what is said is of the others only.")
    said += [text for text in found["warnings"] if "as good as certain" in text or "nothing new" in text]
    return said


def _number(count: ReleasedCount) -> str:
    return "A hidden number of women" if count.is_hidden else f"{count.shown} women"


# --- balance ----------------------------------------------------------------------------------------


def _size(value: float | None) -> str:
    return "not known" if value is None else f"{value:+.2f}"


def _balance(found: Answer) -> tuple[tuple[str, str, str, str, bool], ...]:
    return tuple(
        (
            "propensity score" if line["covariate"] == "score" else line["covariate"],
            _size(line["before"]),
            _size(line["after"]),
            _size(line["weighted"]),
            bool(line["after"] is not None and abs(line["after"]) < balance.LIMIT),
        )
        for line in found["balance"]
    )


def _love(found: Answer, asked: Asked) -> Chart:
    """The love plot: how far the groups lie apart in each characteristic, before and after matching."""
    lines = found["balance"]
    drawn = sorted(lines, key=lambda one: -abs(one["before"] or 0))[:_MOST_DRAWN]
    names = {
        one["covariate"]: charts.two_lines(
            "propensity score" if one["covariate"] == "score" else one["covariate"], 26
        )
        for one in drawn
    }
    rows = [
        {"name": names[one["covariate"]], "when": words, "size": round(one[when], 4)}
        for one in drawn
        for words, when in (("Before", "before"), ("After matching", "after"))
        if one[when] is not None
    ]
    order = list(names.values())
    x = alt.X("size:Q", axis=alt.Axis(title="Standardised difference", tickCount=5))
    y = alt.Y("name:N", sort=order, axis=charts.labels(order, 13))
    colour = alt.Color(
        "when:N",
        scale=alt.Scale(domain=["Before", "After matching"], range=[ACCENT, TEAL]),
        legend=alt.Legend(title=None, orient="top", labelFontSize=13, labelLimit=0, columnPadding=24),
    )
    shape = alt.Shape(
        "when:N",
        scale=alt.Scale(domain=["Before", "After matching"], range=["diamond", "circle"]),
        legend=None,
    )
    limits = alt.Chart(charts.data([{"at": -balance.LIMIT}, {"at": balance.LIMIT}]))
    picture = alt.layer(
        limits.mark_rule(color=INK, strokeDash=[5, 4]).encode(x="at:Q"),
        alt.Chart(charts.data(rows))
        .mark_point(size=90, filled=True, opacity=1)
        .encode(x=x, y=y, color=colour, shape=shape),
    ).properties(width=520, height=max(90, 30 * len(order)))
    far = sum(one["after"] is None or abs(one["after"]) >= balance.LIMIT for one in lines)
    headline = (
        "After matching the groups are alike in all that is listed"
        if not far
        else f"After matching the groups still differ in {far} of {len(lines)} characteristics"
    )
    table = [
        (
            names[one["covariate"]].replace("\n", " "),
            *(_size(one[when]) for when in ("before", "after", "weighted")),
        )
        for one in drawn
    ]
    return charts.draw(
        "love",
        headline,
        f"How far the group’s means lie apart, in standard deviations; within {balance.LIMIT} (the dashed "
        "lines) counts as alike.",
        "; ".join(f"{name}: {before} before, {after} after" for name, before, after, _ in table) + ".",
        f"{asked.source}.",
        (("Characteristic", "Before", "After matching", "Weighted"), *table),
        picture,
    )


# --- time -------------------------------------------------------------------------------------------


def _time(sheet: Sheet, asked: Asked, rule: Rule) -> tuple[TimeTo | None, str]:
    if asked.dates is None:
        return None, ""
    try:
        return time_to.time_to(sheet, asked.dates, asked.treated, asked.known, rule, source=asked.source), ""
    except UnanswerableError as why:
        return None, f"Time to the event is not shown: {why}."
