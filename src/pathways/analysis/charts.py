"""Pictures of released figures: drawn on the server, never without words that say the same.

A chart is refused without a headline, a subtitle, a text alternative, a source and its table. Only
released values are drawn: what is hidden stands as “c” and has no length that could be measured. The
SVG carries role, title and description, no style attribute, no script and no address, so that it
can be served under a strict content security policy; the same figures give the same bytes. A reader's browser
may have none of the fonts asked for and take a wider one, so room is kept for the widest
(`room`) and long labels stand on two lines: nothing is cut off.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

import altair as alt
import vl_convert

from pathways.analysis.demographics import CharacteristicTable
from pathways.analysis.evaluation import OverlapTable, Summary
from pathways.analysis.flow import FlowTable, TimeLine
from pathways.domain.evaluation.counts import HIDDEN, ReleasedCount
from pathways.domain.evaluation.milestones import CohortStage

TEAL: Final = "#0b4f5c"
PALE: Final = "#cfe3e6"
ACCENT: Final = "#c76b29"
GREY: Final = "#6f777b"
INK: Final = "#0b0c0c"
FONT: Final = "Arial, Helvetica, sans-serif"

Table = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A picture and everything that must go with it. `table` is its figures, the first row the heads."""

    name: str
    headline: str
    subtitle: str
    alternative: str
    source: str
    table: Table
    svg: str

    def __post_init__(self) -> None:
        for word in ("name", "headline", "subtitle", "alternative", "source"):
            if not getattr(self, word).strip():
                raise ValueError(f"a chart needs its {word}")
        if len(self.table) < 2:
            raise ValueError("a chart needs the table of its figures")


def every(summary: Summary) -> dict[str, Chart]:
    """All charts of a summary, by name: flow, sets, times, and one a characteristic."""
    source = source_of(summary)
    charts = [flow(summary.flow, source), sets(summary.overlap, source), times(summary.times, source)]
    charts += [characteristic(table, source) for table in summary.demographics]
    return {chart.name: chart for chart in charts}


def source_of(summary: Summary) -> str:
    made_up = " SYNTHETIC: no real person." if summary.synthetic else ""
    return f"{summary.programme_name}, events as at {summary.as_at:%-d %B %Y}.{made_up}"


def flow(table: FlowTable, source: str) -> Chart:
    """The flow as a band that narrows, with those lost and those in progress hanging from it."""
    first, last = table.lines[0], table.lines[-1]
    most = max([line.n.value or 0 for line in table.lines] + [1])
    steps: list[dict[str, Any]] = []
    band: list[dict[str, Any]] = []
    hanging: list[dict[str, Any]] = []
    run = 0
    for at, line in enumerate(table.lines):
        half = (line.n.value or 0) / 2
        words = wrapped(line.step.label)
        steps.append({"at": at, "top": half, "n": line.n.shown, "words": words, "low": -most / 2})
        if line.n.is_hidden:
            run += 1
        else:
            band.append({"at": at, "top": half, "bottom": -half, "run": run})
        for part, count, place in (("Lost", line.lost, 0.4), ("In progress", line.in_progress, 0.7)):
            if count.is_hidden or count.value:
                hanging.append(
                    {
                        "at": at + place,
                        "part": part,
                        "from": -most * 0.8,
                        "to": -most * 0.8 - (count.value or 0),
                        "shown": count.shown,
                    }
                )
    deep = min([row["to"] for row in hanging] + [-most * 0.8]) - most * 0.1
    x = alt.X("at:Q", axis=None, scale=alt.Scale(domain=[-0.5, len(table.lines) - 0.4], nice=False))
    y_scale = alt.Scale(domain=[deep, most * 0.72], nice=False)
    shade = (
        alt.Chart(data(band))
        .mark_area(color=PALE, interpolate="monotone")
        .encode(x=x, y=alt.Y("top:Q", axis=None, scale=y_scale), y2="bottom:Q", detail="run:N")
    )
    known = [(row["at"], row["top"]) for row in band]
    bridges = [
        {"at": at, "to_at": to, "from": sign * top, "to": sign * then}
        for (at, top), (to, then) in itertools.pairwise(known)
        if to - at > 1
        for sign in (1, -1)
    ]
    dots = (
        alt.Chart(data(bridges))
        .mark_rule(color=GREY, strokeDash=[2, 5])
        .encode(x=x, x2="to_at:Q", y="from:Q", y2="to:Q")
    )
    posts = alt.Chart(data(band)).mark_rule(color=TEAL, strokeWidth=7).encode(x=x, y="top:Q", y2="bottom:Q")
    numbers = (
        alt.Chart(data(steps))
        .mark_text(dy=-10, fontSize=15, fontWeight="bold", color=INK)
        .encode(x=x, y="top:Q", text="n:N")
    )
    names = (
        alt.Chart(data(steps))
        .mark_text(dy=8, fontSize=12, color=INK, baseline="top", lineBreak="\n")
        .encode(x=x, y="low:Q", text="words:N")
    )
    parts = alt.Color(
        "part:N",
        scale=alt.Scale(domain=["Lost", "In progress"], range=[ACCENT, GREY]),
        legend=alt.Legend(
            title=None, orient="top-right", direction="vertical", labelFontSize=13, labelLimit=0, offset=36
        ),
    )
    losses = (
        alt.Chart(data(hanging)).mark_rule(strokeWidth=12).encode(x=x, y="from:Q", y2="to:Q", color=parts)
    )
    lost_numbers = (
        alt.Chart(data(hanging))
        .mark_text(dy=12, fontSize=12, color=INK)
        .encode(x=x, y="to:Q", text="shown:N")
    )
    reasons = "; ".join(
        f"at “{line.step.label}” {line.lost.shown} lost and {line.in_progress.shown} in progress"
        for line in table.lines[:-1]
    )
    return draw(
        "flow",
        f"{_women(first.n)} considered, {_women(last.n, 'and ')} followed up",
        "Women at each step of the programme, and below it those who went no further and those still in "
        "progress. “c” is a hidden count, which the dotted lines pass over.",
        "A band that narrows from left to right: "
        + "; ".join(f"{line.step.label} {line.n.shown}" for line in table.lines)
        + f". Of these, {reasons}.",
        source,
        (
            ("Step", "Women", "Lost", "In progress", "Why lost"),
            *(
                (
                    line.step.label,
                    line.n.shown,
                    line.lost.shown,
                    line.in_progress.shown,
                    "; ".join(f"{words} {count.shown}" for words, count in line.reasons),
                )
                for line in table.lines
            ),
        ),
        alt.layer(
            shade, *([dots] if bridges else []), posts, numbers, names, losses, lost_numbers
        ).properties(width=1000, height=420),
    )


def sets(table: OverlapTable, source: str) -> Chart:
    """The three sets: a bar for each overlap cell, and under it dots for the sets it lies in."""
    cells = [(cell, words, count) for cell, words, count in table.cells if cell and count.value != 0]
    cells = cells or [(cell, words, count) for cell, words, count in table.cells if cell]
    order = [words for _, words, _ in cells]
    bars = [{"cell": words, "n": count.value, "shown": count.shown} for _, words, count in cells]
    rows = {stage: two_lines(f"{stage.label}: {count.shown}", 24) for stage, _, count in table.stages}
    dots, bonds = [], []
    for cell, words, _ in cells:
        for stage in CohortStage:
            dots.append({"cell": words, "set": rows[stage], "is_in": stage in cell})
        bonds.append({"cell": words, "from": rows[cell[0]], "to": rows[cell[-1]]})
    x = alt.X("cell:N", sort=order, axis=None, scale=alt.Scale(paddingInner=0.4, paddingOuter=0.3))
    base = alt.Chart(data(bars))
    upper = alt.layer(
        base.mark_bar(color=TEAL).encode(
            x=x, y=alt.Y("n:Q", axis=alt.Axis(title="Women", grid=True, tickMinStep=1))
        ),
        base.transform_filter(alt.datum.n != None)  # noqa: E711
        .mark_text(dy=-8, fontSize=15, fontWeight="bold", color=INK)
        .encode(x=x, y="n:Q", text="shown:N"),
        base.transform_filter(alt.datum.n == None)  # noqa: E711
        .mark_text(dy=-8, fontSize=15, fontWeight="bold", color=INK)
        .encode(x=x, y=alt.datum(0), text="shown:N"),
    ).properties(width=600, height=230)
    y = alt.Y(
        "set:N",
        sort=list(rows.values()),
        axis=labels(list(rows.values()), 14, ticks=False, domain=False),
    )
    lower = alt.layer(
        alt.Chart(data(bonds))
        .mark_rule(color=TEAL, strokeWidth=4)
        .encode(x=x, y=alt.Y("from:N", sort=list(rows.values())), y2="to:N"),
        alt.Chart(data(dots))
        .mark_circle(size=260, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "is_in:N", legend=None, scale=alt.Scale(domain=[True, False], range=[TEAL, "#dfe5e6"])
            ),
        ),
    ).properties(width=600, height=150)
    a, b, c = (count for _, _, count in table.stages)
    return draw(
        "sets",
        f"{_women(a)} identified, {b.shown} supported by the third sector, {c.shown} engaged with a "
        "private company",
        "Three sets that overlap, not a funnel. Each bar counts the women in exactly the sets marked "
        "under it. “c” is a hidden count.",
        "; ".join(f"{words}: {count.shown}" for _, words, count in table.cells) + ".",
        source,
        (
            ("Set or overlap", "Women"),
            *((stage.label, count.shown) for stage, _, count in table.stages),
            *((words, count.shown) for _, words, count in table.cells),
        ),
        alt.vconcat(upper, lower, spacing=6).resolve_scale(x="shared"),
    )


def characteristic(table: CharacteristicTable, source: str) -> Chart:
    """One characteristic in each of the three sets, as shares; nested rows are left to the table."""
    kinds = {line.kind for line in table.lines}
    has_groups = any(line.kind == "group" and line.code != "missing" for line in table.lines)
    wanted = [line for line in table.lines if line.kind == "group" or (line.kind == "row" and not has_groups)]
    assert "total" in kinds
    stages = [(code, words) for code, words in table.columns if code in {s.value for s in CohortStage}]
    names = {line.code: two_lines(line.label, 24) for line in wanted}
    rows: list[dict[str, Any]] = []
    for line in wanted:
        for code, words in stages:
            share = line.counts[code].share_of(table.n[code])
            is_hidden = line.counts[code].is_hidden or table.n[code].is_hidden
            rows.append(
                {
                    "row": names[line.code],
                    "stage": f"{words} (n {table.n[code].shown})",
                    "share": None if is_hidden or share is None else round(share, 6),
                    "shown": HIDDEN if is_hidden else "" if share is None else f"{share:.0%}",
                    "at": 0 if is_hidden or share is None else round(share, 6),
                    "missing": line.code == "missing",
                }
            )
    order = list(names.values())
    tall = 36 if any("\n" in words for words in order) else 26
    y = alt.Y("row:N", sort=order, axis=labels(order, 13))
    x_scale = alt.Scale(domain=[0, 1.25])
    panels = []
    for number, (code, words) in enumerate(stages):
        title = f"{words} (n {table.n[code].shown})"
        here = alt.Chart(data([row for row in rows if row["stage"] == title]))
        here_y = y if number == 0 else alt.Y("row:N", sort=order, axis=None)
        panels.append(
            alt.layer(
                here.mark_bar().encode(
                    x=alt.X(
                        "share:Q", scale=x_scale, axis=alt.Axis(format="%", title=None, values=[0, 0.5, 1])
                    ),
                    y=here_y,
                    color=alt.Color(
                        "missing:N",
                        legend=None,
                        scale=alt.Scale(domain=[False, True], range=[TEAL, GREY]),
                    ),
                ),
                here.mark_text(align="left", dx=5, fontSize=13, color=INK).encode(
                    x=alt.X("at:Q", scale=x_scale), y=here_y, text="shown:N"
                ),
            ).properties(
                width=200,
                height=max(80, tall * len(order)),
                title=alt.Title(
                    two_lines(words, 20).split("\n"),
                    subtitle=f"n {table.n[code].shown}",
                    anchor="start",
                    fontSize=13,
                ),
            )
        )
    head = ("Row", *(words for _, words in table.columns))
    return draw(
        f"characteristic-{table.code.replace('_', '-')}",
        f"{table.label} of the women in each stage",
        f"Share of each stage, missing answers included. {table.definition} “c” is a hidden count.",
        "; ".join(
            f"{line.label}: " + ", ".join(f"{words} {line.counts[code].shown}" for code, words in stages)
            for line in wanted
        )
        + ".",
        source,
        (head, *((line.label, *(count.shown for count in line.counts.values())) for line in table.lines)),
        alt.hconcat(*panels, spacing=18),
    )


def times(lines: Sequence[TimeLine], source: str) -> Chart:
    """Days from one step to the next: a bar to the median, below it a line to the slowest tenth."""
    rows: list[dict[str, Any]] = [
        {
            "step": f"{line.start.label} to {line.end.label.lower()}",
            "name": two_lines(f"{line.start.label} to {line.end.label.lower()}", 26),
            "median": line.median_days,
            "worst": line.worst_tenth_days,
            "shown": _days(line.median_days),
            "worst_shown": "" if line.worst_tenth_days is None else _days(line.worst_tenth_days),
            "at": line.median_days or 0,
            "worst_at": line.worst_tenth_days or 0,
        }
        for line in lines
    ]
    order = [row["name"] for row in rows]
    most = max([row["at"] for row in rows] + [row["worst_at"] for row in rows] + [1])
    base = alt.Chart(data(rows))
    slow = base.transform_filter(alt.datum.worst != None)  # noqa: E711
    y = alt.Y("name:N", sort=order, axis=labels(order, 13))
    # Room at the right for the last number, which a wider font makes longer.
    scale = alt.Scale(domain=[0, most * 1.2], nice=False)
    x = alt.X("median:Q", scale=scale, axis=alt.Axis(title="Days", tickMinStep=1))
    worst = alt.X("worst:Q", scale=scale)
    picture = alt.layer(
        base.mark_bar(color=TEAL, height=13, yOffset=-9).encode(x=x, y=y),
        slow.mark_bar(color=ACCENT, height=3, yOffset=9).encode(x=worst, y=y),
        slow.mark_tick(color=ACCENT, thickness=4, height=13, yOffset=9).encode(x=worst, y=y),
        base.mark_text(align="left", dx=6, yOffset=-9, fontSize=13, color=INK).encode(
            x=alt.X("at:Q", scale=scale), y=y, text="shown:N"
        ),
        slow.mark_text(align="left", dx=8, yOffset=9, fontSize=12, color=INK).encode(
            x=alt.X("worst_at:Q", scale=scale), y=y, text="worst_shown:N"
        ),
    ).properties(width=620, height=42 * len(rows))
    slowest = max(
        (line for line in lines if line.median_days is not None),
        key=lambda line: line.median_days or 0,
        default=None,
    )
    headline = (
        f"The longest step is from “{slowest.start.label}” to “{slowest.end.label}”: half the women "
        f"waited {_days(slowest.median_days)} or more"
        if slowest
        else "Too few women for times between steps to be shown"
    )
    return draw(
        "times",
        headline,
        "Days between neighbouring steps: the bar is the median, the line under it reaches what the slowest "
        "tenth waited at least. Where few women have both dates, “c” stands and nothing is drawn.",
        "; ".join(
            f"{row['step']}: median {row['shown']}, slowest tenth {_days(row['worst'])}" for row in rows
        )
        + ".",
        source,
        (
            ("From step to step", "Median days", "Slowest tenth, days at least"),
            *((row["step"], _shown(row["median"]), _shown(row["worst"])) for row in rows),
        ),
        picture,
    )


def draw(
    name: str,
    headline: str,
    subtitle: str,
    alternative: str,
    source: str,
    table: Table,
    picture: Any,
) -> Chart:
    """A described picture drawn, with everything that must go with it."""
    themed = picture.configure(
        font=FONT, background="#ffffff", padding={"left": 8, "right": 16, "top": 8, "bottom": 8}
    )
    themed = themed.configure_view(stroke=None).configure_axis(
        labelFontSize=12, titleFontSize=13, labelColor=INK, titleColor=INK, gridColor="#e5eaeb"
    ).configure_title(fontSize=14, subtitleFontSize=13, color=INK, subtitleColor=INK)
    drawn = vl_convert.vegalite_to_svg(themed.to_dict(), vl_version=_version())
    headline = headline[:1].upper() + headline[1:]
    chart = Chart(name, headline, subtitle, alternative, source, table, "")
    return Chart(name, headline, subtitle, alternative, source, table, strict(drawn, chart))


def _version() -> str:
    """The newest Vega-Lite that both libraries speak."""
    wanted = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    known = vl_convert.get_vegalite_versions()
    return wanted if wanted in known else str(known[-1])


_STYLE = re.compile(r'\sstyle="([^"]*)"')
_ARIA = re.compile(r'\s(?:aria-[a-z]+|role|tabindex|class)="[^"]*"')
_ID = re.compile(r'\bid="([^"]+)"')
_ROOT = re.compile(r"<svg\b([^>]*)>")


def strict(svg: str, chart: Chart) -> str:
    """The drawing made fit for a strict policy and for a screen reader.

    Style attributes become presentation attributes, the renderer's own roles go, ids are made the
    chart's own so that several drawings can stand in one page, and title and description come first.
    """
    svg = _STYLE.sub(_as_attributes, svg)
    svg = _ARIA.sub("", svg)
    mark = hashlib.sha256(chart.name.encode()).hexdigest()[:8]
    for old in sorted(set(_ID.findall(svg)), key=len, reverse=True):
        svg = svg.replace(f'id="{old}"', f'id="{mark}-{old}"').replace(f"url(#{old})", f"url(#{mark}-{old})")
    words = (
        f'<title id="{mark}-title">{escape(chart.headline)}</title>'
        f'<desc id="{mark}-desc">{escape(chart.alternative)}</desc>'
    )
    return _ROOT.sub(
        lambda found: f'<svg{found[1]} role="img" aria-labelledby="{mark}-title {mark}-desc">{words}',
        svg,
        count=1,
    )


def _as_attributes(found: re.Match[str]) -> str:
    pairs = (part.split(":", 1) for part in found[1].split(";") if ":" in part)
    kept = {name.strip(): value.strip() for name, value in pairs}
    return "".join(f' {name}="{escape(value)}"' for name, value in kept.items() if name in _PRESENTATION)


_PRESENTATION: Final = frozenset(
    {
        "display",
        "fill",
        "font-family",
        "font-size",
        "font-weight",
        "opacity",
        "stroke",
        "stroke-width",
        "text-anchor",
    }
)


def data(rows: Sequence[Mapping[str, Any]]) -> alt.Data:
    return alt.Data(values=[dict(row) for row in rows])


#: Widths of a letter in parts of the type's size, in the widest font that a browser may fall back to.
_LETTER: Final = 0.64
_BOLD_LETTER: Final = 0.72


def room(words: str, size: int, *, bold: bool = False) -> int:
    """Pixels that the longest line of `words` may take in whichever font the reader's browser has."""
    longest = max(len(line) for line in words.split("\n"))
    return math.ceil(longest * size * (_BOLD_LETTER if bold else _LETTER))


def labels(names: Sequence[str], size: int, **more: Any) -> alt.Axis:
    """An axis of names in words: never shortened, on two lines where need be, with room for each."""
    return alt.Axis(
        title=None,
        labelLimit=0,
        labelFontSize=size,
        labelExpr=r"split(datum.label, '\n')",
        labelBaseline=alt.condition(
            "indexof(datum.value, '\\n') >= 0", alt.value("bottom"), alt.value("middle")
        ),
        minExtent=max(room(name, size) for name in names) + 8,
        **more,
    )


def two_lines(words: str, most: int) -> str:
    """The words on one line if they are at most `most` letters, else on two as even as can be."""
    if len(words) <= most or " " not in words:
        return words
    parts = words.split()
    halves = [(" ".join(parts[:at]), " ".join(parts[at:])) for at in range(1, len(parts))]
    first, second = min(halves, key=lambda two: max(len(two[0]), len(two[1])))
    return f"{first}\n{second}"


def wrapped(words: str) -> str:
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + len(word) > 10:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _women(count: ReleasedCount, before: str = "") -> str:
    if count.is_hidden:
        return f"{before}a hidden number"
    return f"{before}{count.shown}" if before else f"{count.shown} women"


def _days(days: int | None) -> str:
    return HIDDEN if days is None else "1 day" if days == 1 else f"{days} days"


def _shown(days: int | None) -> str:
    return HIDDEN if days is None else str(days)
