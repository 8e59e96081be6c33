"""Pictures of change: how scores moved, where they began and ended, the ladder and her goals."""

from __future__ import annotations

from typing import Any, Final

import altair as alt

from pathways.analysis import changed, charts, process_charts
from pathways.analysis.changed import Changes, Instrumental, Plain
from pathways.analysis.charts import ACCENT, INK, TEAL, Chart
from pathways.analysis.evaluation import Summary
from pathways.domain.outcomes.progress import Change

_HIDDEN: Final = "“c” is a hidden count, and has no bar."
_MISSING: Final = (("Measured once only", "once"), ("Never measured", "never"))


def every(summary: Summary) -> dict[str, Chart]:
    """All pictures of a summary, by name: those of the process, then those of change."""
    source = charts.source_of(summary)
    made = [moved(one, source) for one in summary.changes.instruments if one.lines]
    made += [drawn for drawn in (before_and_after(summary.changes, source),) if drawn]
    made += [ladder(summary.changes.ladder, source), goals(summary.changes.goals, source)]
    return process_charts.every(summary) | {chart.name: chart for chart in made}


def moved_name(one: Instrumental) -> str:
    return f"moved-{one.yardstick.code}"


def moved(one: Instrumental, source: str) -> Chart:
    """How the scores of the women measured twice moved on one instrument."""
    name = one.yardstick.name
    body = [(line.label, line.n.shown) for line in one.lines]
    missing = [(label, getattr(one, part).shown) for label, part in _MISSING]
    share = one.better.share_of(one.twice) if one.has_error else None
    if share is not None and not one.is_few:
        headline = f"{name}: {share:.0%} of the women measured twice got better by more than its error"
    else:
        headline = f"{name}: how the scores of women measured twice moved"
    return process_charts.bars(
        moved_name(one),
        headline,
        f"Women whose support began, measured twice (n {one.twice.shown}); {one.once.shown} more were "
        f"measured once only and {one.never.shown} never. {_HIDDEN}",
        one.lines,
        source,
        ((name, "Women"), *body, ("Measured twice", one.twice.shown), *missing),
    )


def before_and_after(changes: Changes, source: str) -> Chart | None:
    """Mean scores first and last with their intervals, each instrument on its own scale; None where all are
    hidden."""
    shown = [(one, one.means) for one in changes.instruments if one.means is not None]
    if not shown:
        return None
    panels, rows, said = [], [], []
    for one, means in shown:
        held = one.yardstick
        points: list[dict[str, Any]] = [
            {"when": "First", "mean": means.before, "low": means.before_low, "high": means.before_high,
             "words": f"{means.before:.1f}"},
            {"when": "Latest", "mean": means.after, "low": means.after_low, "high": means.after_high,
             "words": f"{means.after:.1f}"},
        ]  # fmt: skip
        axis = alt.Axis(title=None, labelAngle=0, labelFontSize=13)
        x = alt.X("when:N", sort=["First", "Latest"], axis=axis,
                  scale=alt.Scale(paddingOuter=0.6))  # fmt: skip
        low = min(held.least if held.least is not None else 0, min(row["low"] for row in points))
        high = max(held.most if held.most is not None else 0, max(row["high"] for row in points))
        y = alt.Y("mean:Q", scale=alt.Scale(domain=[low, high], nice=False), axis=alt.Axis(title="Points"))
        base = alt.Chart(charts.data(points))
        layers = [
            base.mark_line(color=TEAL, strokeWidth=3).encode(x=x, y=y),
            base.mark_rule(color=TEAL, strokeWidth=2).encode(x=x, y="low:Q", y2="high:Q"),
            base.mark_circle(color=TEAL, size=110, opacity=1).encode(x=x, y=y),
            base.mark_text(dx=14, dy=-10, align="left", fontSize=13, color=INK).encode(
                x=x, y=y, text="words:N"
            ),
        ]
        if held.cutoff is not None:
            limit = alt.Chart(charts.data([{"at": held.cutoff, "words": f"cut-off {held.cutoff:g}"}]))
            layers += [
                limit.mark_rule(color=ACCENT, strokeDash=[6, 4]).encode(y="at:Q"),
                limit.mark_text(color=INK, align="left", dy=-7, fontSize=12).encode(
                    y="at:Q", x=alt.value(4), text="words:N"
                ),
            ]
        better = "lower is better" if held.is_lower_better else "higher is better"
        panels.append(
            alt.layer(*layers).properties(
                width=190, height=230,
                title=alt.Title(held.name, subtitle=f"{better}, n {one.twice.shown}", anchor="start"),
            )
        )  # fmt: skip
        rows.append(
            (held.name, one.twice.shown, f"{means.before:.1f}", f"{means.after:.1f}",
             f"{means.change:+.1f} ({means.low:+.1f} to {means.high:+.1f})")
        )  # fmt: skip
        said.append(
            f"{held.name} went from {means.before:.1f} to {means.after:.1f} on average, a change of "
            f"{means.change:+.1f} ({means.low:+.1f} to {means.high:+.1f})"
        )
    columns = 3
    lines = [alt.hconcat(*panels[at : at + columns], spacing=26) for at in range(0, len(panels), columns)]
    return charts.draw(
        "before-and-after",
        "Mean scores at the first and the latest measurement",
        "Of the women measured twice only, with 95% intervals as upright lines; the dashed line is the "
        f"cut-off. {changed.EVIDENCE}.",
        "; ".join(said) + ".",
        source,
        (("Instrument", "Women", "First, mean", "Latest, mean", "Change (95% interval)"), *rows),
        alt.vconcat(*lines, spacing=22),
    )


def ladder(of: Plain, source: str) -> Chart:
    """Plain movement on the needs ladder."""
    better = of.count(Change.IMPROVED)
    known = not better.is_hidden and not of.twice.is_hidden and (of.twice.value or 0) > 0
    headline = (
        f"{better.shown} of {of.twice.shown} women went up in two parts of their life or more, and down in "
        "none"
        if known
        else "How women moved on the ladder of needs"
    )
    return _plain("ladder", headline, "The ladder is the programme’s own and not validated.", of, source)


def goals(of: Plain, source: str) -> Chart:
    """Plain movement towards goals of her own."""
    better = of.count(Change.IMPROVED)
    known = not better.is_hidden and not of.twice.is_hidden and (of.twice.value or 0) > 0
    headline = (
        f"{better.shown} of {of.twice.shown} women came nearer to a goal of their own, and further from none"
        if known
        else "How near women came to goals of their own"
    )
    return _plain("goals", headline, "Her own rating, 0 to 10; two points or more is a move.", of, source)


def _plain(name: str, headline: str, about: str, of: Plain, source: str) -> Chart:
    body = [(line.label, line.n.shown) for line in of.lines]
    return process_charts.bars(
        name,
        headline,
        f"Women rated twice (n {of.twice.shown}), from the first rating to the latest. {about} {_HIDDEN}",
        of.lines,
        source,
        (("How it moved", "Women"), *body, ("Rated twice", of.twice.shown),
         ("Rated once only", of.once.shown), ("Never rated", of.never.shown)),
    )  # fmt: skip
