"""Pictures of the process: routes, levels, answers, contacts, staying, and the map of how the ways ran."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from pathways.analysis import charts
from pathways.analysis.beside import Representation
from pathways.analysis.charts import ACCENT, GREY, INK, TEAL, Chart, Table
from pathways.analysis.evaluation import Summary
from pathways.analysis.fidelity import WayTable
from pathways.analysis.process import TOTAL, Line, ProcessTables, Stay, Tie
from pathways.domain.evaluation.counts import ReleasedCount
from pathways.domain.evaluation.fidelity import Fit
from pathways.domain.evaluation.flow import STEPS, Step

_HIDDEN: Final = "“c” is a hidden count, and has no bar."


def every(summary: Summary) -> dict[str, Chart]:
    """All pictures of a summary, by name: those of `charts`, then those of the process."""
    source = charts.source_of(summary)
    made = [
        routes(summary, source),
        levels(summary.process, source),
        answers(summary.process, source),
        *([ties(summary.process.ties, source)] if summary.process.ties else []),
        dose(summary.process, source),
        stay(summary.process, source),
        way(summary.way, source),
        *(represented(each, source) for each in summary.represented if each.lines),
    ]
    return charts.every(summary) | {chart.name: chart for chart in made}


def routes(summary: Summary, source: str) -> Chart:
    """Women by the route they came by, and how many of them were confirmed, reached and agreed."""
    steps = (Step.CONSIDERED, Step.CONFIRMED, Step.CONTACTED, Step.AGREED, Step.STARTED)
    found = [
        (table.label, [next(line.n for line in table.lines if line.step is step) for step in steps])
        for table in summary.flows[1:]
    ]
    whole = [next(line.n for line in summary.flow.lines if line.step is step) for step in steps]
    lines = [Line(label, label, counts[0]) for label, counts in found]
    shown = [line for line in lines if line.n.value]
    most = max(shown, key=lambda line: line.n.value or 0, default=None)
    table: Table = (
        ("Route", *(step.label for step in steps)),
        *((label, *(count.shown for count in counts)) for label, counts in found),
        ("All routes", *(count.shown for count in whole)),
    )
    return bars(
        "routes",
        f"The commonest route: {most.label.lower()}, {most.n.shown} of {whole[0].shown} women"
        if most and len(found) > 1
        else "The routes by which women came",
        f"Women considered, by the route they first came by; in the table also how far they went. {_HIDDEN}",
        lines,
        source,
        table,
    )


def levels(tables: ProcessTables, source: str) -> Chart:
    """The level last decided, by how it stood to the suggestion."""
    crossed = tables.levels
    lines = [Line(code, label, crossed.counts[code, TOTAL]) for code, label in crossed.rows]
    whole = crossed.counts[TOTAL, TOTAL]
    other = [crossed.counts[TOTAL, code] for code in ("higher", "lower")]
    same = crossed.counts[TOTAL, "same"]
    known = sum(count.value or 0 for count in (*other, same))
    if any(count.is_hidden for count in (*other, same)):
        headline = "How often people decided otherwise is hidden, so that no small number follows"
    elif known:
        against = (other[0].value or 0) + (other[1].value or 0)
        headline = f"In {against} of {known} decisions with a suggestion, a person decided otherwise"
    else:
        headline = "No decision was made beside a suggestion"
    heads = ("Level", *(label for _, label in crossed.columns), "Women")
    body = [
        (label, *(crossed.counts[code, column].shown for column, _ in crossed.columns), line.n.shown)
        for (code, label), line in zip(crossed.rows, lines, strict=True)
    ]
    last = ("All levels", *(crossed.counts[TOTAL, code].shown for code, _ in crossed.columns), whole.shown)
    return bars(
        "levels",
        headline,
        f"Women by the level of support last decided for them (n {whole.shown}); in the table, how it stood "
        f"to what the policy suggested. {_HIDDEN}",
        lines,
        source,
        (heads, *body, last),
    )


def answers(tables: ProcessTables, source: str) -> Chart:
    """What became of referrals to services."""
    accepted = next(line.n for line in tables.answers if line.code == "accepted")
    share = accepted.share_of(tables.answers_n)
    headline = (
        f"Services accepted {share:.0%} of the women referred to them"
        if share is not None
        else "What services answered"
    )
    body = [(line.label, line.n.shown) for line in tables.answers]
    return bars(
        "answers",
        headline,
        "One count is one woman at one service, with the last answer; a woman referred to two services "
        f"counts at each (n {tables.answers_n.shown}). {_HIDDEN}",
        tables.answers,
        source,
        (("Answer", "Women at services"), *body, ("All", tables.answers_n.shown)),
    )


def ties(found: Sequence[Tie], source: str) -> Chart:
    """Who works with whom: organisations that refer down the side, services across, a circle a pair."""
    senders = sorted({one.sender for one in found}, key=str.casefold)
    services = sorted({one.service for one in found}, key=str.casefold)
    down, across = (
        {each: charts.two_lines(each, 22) for each in names} for names in (senders, services)
    )
    most = max([one.n.value or 0 for one in found] + [1])
    rows: list[dict[str, Any]] = [
        {
            "sender": down[one.sender],
            "service": across[one.service],
            "size": 260 if one.n.value is None else 160 + 1500 * one.n.value / most,
            "said": "Women referred" if not one.n.is_hidden else "A hidden number",
            "shown": one.n.shown,
            "days": "" if one.median_days is None else _in_days(one.median_days),
        }
        for one in found
    ]
    names = [down[each] for each in senders]
    x = alt.X(
        "service:N",
        sort=[across[each] for each in services],
        axis=alt.Axis(
            title=None, orient="top", labelAngle=-40, labelLimit=0, labelFontSize=12,
            labelExpr=r"split(datum.label, '\n')", domain=False, grid=True,
        ),
    )  # fmt: skip
    y = alt.Y("sender:N", sort=names, axis=charts.labels(names, 13))
    base = alt.Chart(charts.data(rows))
    picture = alt.layer(
        base.mark_circle(opacity=1).encode(
            x=x, y=y,
            size=alt.Size("size:Q", scale=None, legend=None),
            color=alt.Color(
                "said:N",
                scale=alt.Scale(domain=["Women referred", "A hidden number"], range=["#cfe3e6", "#dddddd"]),
                legend=None,
            ),
        ),
        base.mark_text(fontSize=13, fontWeight="bold", color=INK).encode(x=x, y=y, text="shown:N"),
        base.mark_text(fontSize=11, color=INK, dy=30).encode(x=x, y=y, text="days:N"),
    ).properties(width=max(260, 92 * len(services)), height=max(90, 92 * len(senders)))  # fmt: skip
    shown = [one for one in found if one.n.value]
    widest = max(shown, key=lambda one: one.n.value or 0, default=None)
    timed = [one for one in found if one.median_days is not None]
    slowest = max(timed, key=lambda one: one.median_days or 0, default=None)
    headline = (
        f"Most women went from {widest.sender} to {widest.service}: {widest.n.shown}"
        if widest is not None
        else "Who refers to whom: the counts are hidden"
    )
    if slowest is not None and len(timed) > 1:
        days = _in_days(slowest.median_days or 0)
        headline += f"; {slowest.service} took longest to answer, half within {days}"
    body = tuple(
        (
            f"{one.sender} to {one.service}",
            one.n.shown,
            one.answered.shown,
            "c" if one.median_days is None else _in_days(one.median_days),
        )
        for one in found
    )
    return charts.draw(
        "ties",
        headline,
        "Women whom an organisation referred to a service, each woman once at a service, by who referred her "
        "first. Under a circle: the days in which half of those answered had the service’s first answer, "
        "where that rests on enough. “c” is hidden.",
        "; ".join(f"{who}: {n} women, answered {yes}, half within {in_days}" for who, n, yes, in_days in body)
        + ".",
        source,
        (("From and to", "Women referred", "Answered", "Half answered within"), *body),
        picture,
    )


def _in_days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def dose(tables: ProcessTables, source: str) -> Chart:
    """How many contacts women came to."""
    spread = tables.spread
    half = "" if spread.median is None else f"Half the women came to {spread.median} contacts or more"
    three = tables.three_or_more.share_of(tables.started)
    headline = half or "How many contacts women came to"
    if three is not None:
        headline += f"; {three:.0%} came to at least three"
    top = "c" if spread.top_tenth is None else str(spread.top_tenth)
    median = "c" if spread.median is None else str(spread.median)
    return bars(
        "dose",
        headline,
        "Women whose support started, by the contacts they came to, on time or late "
        f"(n {tables.started.shown}). {_HIDDEN}",
        tables.dose,
        source,
        (
            ("Contacts", "Women"),
            *((line.label, line.n.shown) for line in tables.dose),
            ("At least 3", tables.three_or_more.shown),
            ("Median contacts, of those with any", median),
            ("The tenth with most, contacts at least", top),
        ),
    )


def stay(tables: ProcessTables, source: str) -> Chart:
    """Whether women were still coming after twelve weeks."""
    by_code = {line.code: line.n for line in tables.stay}
    stayed, left = by_code[Stay.STAYED.value], by_code[Stay.LEFT.value]
    if stayed.value is None or left.value is None:
        headline = "How many stayed for twelve weeks is hidden, so that no small number follows"
    elif known := stayed.value + left.value:
        headline = f"{stayed.value or 'None'} of {known} women were still coming twelve weeks on"
    else:
        headline = "Nobody began twelve weeks ago or longer"
    return bars(
        "stay",
        headline,
        "Women whose support started, by whether they came to a contact twelve weeks or more after their "
        f"first (n {tables.started.shown}). Who began later than that is counted apart. {_HIDDEN}",
        tables.stay,
        source,
        (("Twelve weeks after the first contact", "Women"), *((x.label, x.n.shown) for x in tables.stay)),
    )


def way(table: WayTable, source: str) -> Chart:
    """The map: steps along the intended way, lines as wide as the women who went them; detours are arcs."""
    fits = next(n for each, n in table.fits if each is Fit.FITS)
    share = fits.share_of(table.n)
    if share is not None:
        headline = f"{share:.0%} of women went the intended way, as far as they went"
    else:
        headline = "How many women went the intended way is hidden"
    order = {step: at for at, step in enumerate(STEPS)}
    most = max([passing.n.value or 0 for passing in table.passings] + [1])
    points: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    for at, passing in enumerate(table.passings):
        a, b = order[passing.start], order[passing.end]
        span = b - a
        # a detour ahead runs above the way, one back runs below it; the next step lies on it
        height = 0.0 if span == 1 else 0.55 * span if span > 0 else 0.55 * span - 0.9
        kind = "hidden" if passing.n.is_hidden else "intended" if passing.is_intended else "other"
        width = 2.0 if passing.n.is_hidden else 2 + 20 * (passing.n.value or 0) / most
        for number in range(1 if span == 1 else 24, -1, -1) if span < 0 else range(2 if span == 1 else 25):
            t = number / (1 if span == 1 else 24)
            points.append(
                {"line": at, "at": a + span * t, "up": 4 * height * t * (1 - t) * 0.9, "kind": kind,
                 "width": round(width, 2), "order": number}
            )  # fmt: skip
        up = 0.0 if span == 1 else height * 0.9
        words.append({"at": a + span / 2, "up": up, "shown": passing.n.shown})
    nodes = [
        {
            "at": order[place.step],
            "up": 0,
            "n": place.recorded.shown,
            "words": charts.wrapped(place.step.label)
            + (f"\nends: {place.ended.shown}" if place.ended.value != 0 else ""),
        }
        for place in table.places
    ]
    high = max([row["up"] for row in points] + [0.6]) + 0.7
    low = min([row["up"] for row in points] + [-1.5]) - 1.1
    x = alt.X("at:Q", axis=None, scale=alt.Scale(domain=[-0.5, len(STEPS) - 0.5], nice=False))
    scale = alt.Scale(domain=[low, high], nice=False)
    y = alt.Y("up:Q", axis=None, scale=scale)
    said = {"intended": "As intended", "other": "Otherwise", "hidden": "A hidden number"}
    for row in points:
        row["said"] = said[row["kind"]]
    colour = alt.Color(
        "said:N",
        scale=alt.Scale(domain=list(said.values()), range=["#7fb0b8", ACCENT, GREY]),
        legend=alt.Legend(title=None, orient="top", labelFontSize=13, labelLimit=0),
    )
    base = alt.Chart(charts.data(points))
    lines = base.mark_line(strokeCap="butt").encode(
        x=x, y=y, detail="line:N", order="order:Q", color=colour,
        strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None),
        strokeDash=alt.condition(alt.datum.kind == "hidden", alt.value([3, 4]), alt.value([1, 0])),
    )  # fmt: skip
    at_nodes = alt.Chart(charts.data(nodes))
    drawn = alt.layer(
        lines,
        at_nodes.mark_circle(size=1500, color=TEAL, opacity=1).encode(x=x, y=y),
        at_nodes.mark_text(fontSize=13, fontWeight="bold", color="#ffffff").encode(x=x, y=y, text="n:N"),
        at_nodes.mark_text(
            dy=26, fontSize=12, baseline="top", lineBreak="\n", stroke="#ffffff", strokeWidth=4
        ).encode(x=x, y=y, text="words:N"),
        at_nodes.mark_text(dy=26, fontSize=12, color=INK, baseline="top", lineBreak="\n").encode(
            x=x, y=y, text="words:N"
        ),
        alt.Chart(charts.data(words))
        .mark_text(fontSize=12, fontWeight="bold", color=INK, stroke="#ffffff", strokeWidth=4)
        .encode(x=x, y=y, text="shown:N"),
        alt.Chart(charts.data(words))
        .mark_text(fontSize=12, fontWeight="bold", color=INK)
        .encode(x=x, y=y, text="shown:N"),
    ).properties(width=1000, height=max(250, int(62 * (high - low))))
    rows = tuple(
        (f"{p.start.label} to {p.end.label.lower()}", p.n.shown, "yes" if p.is_intended else "no")
        for p in table.passings
    )
    return charts.draw(
        "way",
        headline,
        "Each circle is a step with the women of whom it is recorded; lines go from the step that each woman "
        "first reached to the one she reached next, the wider the more women. Arcs above pass a step over, "
        "arcs below go back. “ends” counts those whose way ended or stands there. “c” is a hidden count.",
        "; ".join(f"{label}: {n}" + (" (otherwise)" if yes == "no" else "") for label, n, yes in rows) + "."
        if rows
        else "No woman has gone from one step to another.",
        source,
        (
            ("From step to step", "Women", "The intended way"),
            *(rows or (("None", "0", ""),)),
        ),
        drawn,
    )




def represented(each: Representation, source: str) -> Chart:
    """The women identified beside a population: how many times as often each group is among them."""
    stage, rows = each.lines[0]
    known = [row for row in rows if row.times]
    names = [charts.two_lines(row.label, 26) for row in rows]
    body: list[dict[str, Any]] = [
        {
            "name": name,
            "ratio": row.times[0] if row.times else None,
            "low": row.times[1] if row.times else None,
            "high": row.times[2] if row.times else None,
            "at": row.times[2] if row.times else 1,
            "shown": row.words,
        }
        for name, row in zip(names, rows, strict=True)
    ]
    most = max([row["at"] for row in body] + [2])
    scale = alt.Scale(domain=[0, most * 1.35], nice=False)
    y = alt.Y("name:N", sort=names, axis=charts.labels(names, 13))
    base = alt.Chart(charts.data(body))
    there = base.transform_filter(alt.datum.ratio != None)  # noqa: E711
    picture = alt.layer(
        alt.Chart(charts.data([{"one": 1}]))
        .mark_rule(color=GREY, strokeDash=[4, 4])
        .encode(x=alt.X("one:Q", scale=scale)),
        there.mark_rule(color=TEAL, strokeWidth=4).encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y),
        there.mark_circle(color=TEAL, size=150, opacity=1).encode(
            x=alt.X("ratio:Q", scale=scale, axis=alt.Axis(title="Times as often as in the population")), y=y
        ),
        base.mark_text(align="left", dx=10, fontSize=13, color=INK).encode(
            x=alt.X("at:Q", scale=scale), y=y, text="shown:N"
        ),
    ).properties(width=560, height=42 * len(names))
    apart = [row for row in known if row.times and (row.times[1] > 1 or row.times[2] < 1)]
    far = max(apart, key=lambda row: abs((row.times or (1.0,))[0] - 1), default=None)
    if far is not None and far.times:
        headline = f"{far.label}: {far.times[0]:.1f} times as often as among {each.beside}"
    elif known:
        headline = f"{each.label}: no group stands out among women identified beside {each.beside}"
    else:
        headline = f"{each.label} of women identified beside {each.beside}: the counts are hidden"
    return charts.draw(
        each.chart,
        headline,
        f"{each.label} of the women in stage {stage.label} beside {each.beside}: the dot is how many times "
        "as often, the line its 95% interval; the dashed line is as often. The other stages are in the "
        "table. “c” stands where a count is hidden.",
        "; ".join(f"{row.label}: {row.words}" for row in rows) + ".",
        f"{source} {each.source}.",
        (
            (each.label, "Population", *(w for s, _ in each.lines for w in (s.label, f"({s.letter}) times"))),
            *((label, *cells) for label, cells in each.table),
        ),
        picture,
    )


def bars(
    name: str,
    headline: str,
    subtitle: str,
    lines: Sequence[Line],
    source: str,
    table: Table,
    *,
    of: str = "Women",
) -> Chart:
    """One bar a line; a hidden count stands as “c” at nought. `of` is what is counted."""
    names = [charts.two_lines(line.label, 26) for line in lines] or ["None"]
    counts = [line.n for line in lines] or [ReleasedCount(0)]
    rows: list[dict[str, Any]] = [
        {"name": words, "n": count.value, "at": count.value or 0, "shown": count.shown}
        for words, count in zip(names, counts, strict=True)
    ]
    most = max([row["at"] for row in rows] + [1])
    scale = alt.Scale(domain=[0, most * 1.15], nice=False)
    y = alt.Y("name:N", sort=names, axis=charts.labels(names, 13))
    base = alt.Chart(charts.data(rows))
    picture = alt.layer(
        base.mark_bar(color=TEAL, height=18).encode(
            x=alt.X("n:Q", scale=scale, axis=alt.Axis(title=of, tickMinStep=1, format="d")), y=y
        ),
        base.mark_text(align="left", dx=6, fontSize=13, color=INK).encode(
            x=alt.X("at:Q", scale=scale), y=y, text="shown:N"
        ),
    ).properties(width=560, height=38 * len(rows))
    alternative = "; ".join(f"{line.label}: {line.n.shown}" for line in lines) or "None"
    if not lines and len(table) < 2:
        table = (*table, ("None", *("0" for _ in table[0][1:])))
    return charts.draw(name, headline, subtitle, f"{alternative}.", source, table, picture)
