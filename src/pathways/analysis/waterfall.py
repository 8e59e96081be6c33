"""What speaks for one person and what against, drawn: a waterfall from what is thought of any two records.

Each comparison of a pair adds or takes away doublings of the odds; the bars stand one after the other, so
that the last says where it ends. Missing answers are drawn as nothing, and named.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from pathways.analysis import charts
from pathways.analysis.charts import Chart
from pathways.analysis.linkage.scorer import Score

_FOR, _AGAINST, _TOTAL = charts.TEAL, charts.ACCENT, charts.GREY


def of(score: Score, *, source: str) -> Chart:
    """The waterfall of one pair, with its table. `source` says which model weighed it."""
    bars: list[dict[str, Any]] = [_bar("Any two records", 0.0, score.prior, "start")]
    at = score.prior
    for part in score.parts:
        if part.weight:
            bars.append(_bar(part.name, at, at + part.weight, "for" if part.weight > 0 else "against"))
            at += part.weight
    bars.append(_bar("Together", 0.0, score.weight, "start"))
    order = [bar["name"] for bar in bars]
    base = alt.Chart(alt.Data(values=bars))
    y = alt.Y("name:N", sort=order, axis=alt.Axis(title=None, labelLimit=220, labelFontSize=13))
    ends = [bar[side] for bar in bars for side in ("from", "to")] + [0.0]
    scale = alt.Scale(domain=[min(ends) - 4, max(ends) + 4], nice=False)
    picture = alt.layer(
        base.mark_bar(height=18).encode(
            x=alt.X("from:Q", scale=scale, axis=alt.Axis(title="Doublings of the odds", tickMinStep=1)),
            x2="to:Q",
            y=y,
            color=alt.Color(
                "kind:N",
                legend=None,
                scale=alt.Scale(domain=["for", "against", "start"], range=[_FOR, _AGAINST, _TOTAL]),
            ),
        ),
        base.mark_text(align="left", dx=5, fontSize=13, color=charts.INK).encode(
            x=alt.X("high:Q", scale=scale), y=y, text="shown:N"
        ),
        alt.Chart(alt.Data(values=[{"at": 0}])).mark_rule(color=charts.INK).encode(
            x=alt.X("at:Q", scale=scale)
        ),
    ).properties(width=420, height=30 * len(bars))
    speaks = [part for part in score.parts if part.weight]
    return charts.draw(
        "waterfall",
        "What speaks for one person, and what against",
        "Each bar makes it likelier (to the right) or less likely (to the left) that the two are one person. "
        "Right of nought at the end, one person is likelier than two.",
        f"It begins at {score.prior:+.1f}; "
        + "; ".join(f"{part.name}: {part.words.lower()}, {part.weight:+.1f}" for part in speaks)
        + f"; together {score.weight:+.1f}.",
        source,
        (
            ("What is compared", "What is seen", "Weight"),
            ("Any two records", "Before anything is compared", f"{score.prior:+.1f}"),
            *((part.name, part.words, f"{part.weight:+.1f}") for part in score.parts),
            ("Together", "", f"{score.weight:+.1f}"),
        ),
        picture,
    )


def _bar(name: str, start: float, end: float, kind: str) -> dict[str, Any]:
    shown = f"{end:+.1f}" if kind == "start" else f"{end - start:+.1f}"
    return {
        "name": name,
        "from": round(min(start, end), 4),
        "to": round(max(start, end), 4),
        "high": round(max(start, end), 4),
        "kind": kind,
        "shown": shown,
    }
