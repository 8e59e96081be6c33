"""Her scores over time as a small line: the table beside it says the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pathways.domain.outcomes.instrument import Instrument, shown
from pathways.web import clock

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 360, 150, 34, 14, 12, 24


def line(asks: Instrument, scores: Sequence[tuple[date, float]]) -> SafeString:
    """From the least to the most that the instrument gives, time to the right; nothing for fewer than two."""
    if len(scores) < 2:
        return SafeString("")
    values = [value for _, value in scores]
    low = asks.least if asks.least is not None else min(0.0, *values)
    high = asks.most if asks.most is not None else max(*values, low + 1)
    span = (scores[-1][0] - scores[0][0]).days or 1
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(day: date) -> float:
        return LEFT + wide * (day - scores[0][0]).days / span

    def y(value: float) -> float:
        return TOP + tall * (1 - (value - low) / ((high - low) or 1))

    main = next((one for one in asks.cut_offs if one.is_main and low <= one.at <= high), None)
    cut = (
        format_html(
            '<line class="pw-spark__cut" x1="{}" x2="{}" y1="{}" y2="{}"/>'
            '<text class="pw-spark__text" x="{}" y="{}" text-anchor="end">cut-off {}</text>',
            LEFT, WIDTH - RIGHT, f"{y(main.at):.1f}", f"{y(main.at):.1f}", WIDTH - RIGHT,
            f"{y(main.at) - 4:.1f}", shown(main.at),
        )
        if main
        else ""
    )  # fmt: skip
    grid = format_html_join(
        "",
        '<line class="pw-spark__grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="pw-spark__text" x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (LEFT, WIDTH - RIGHT, f"{y(one):.1f}", f"{y(one):.1f}", LEFT - 5, f"{y(one) + 4:.1f}", shown(one))
            for one in (low, (low + high) / 2, high)
        ),
    )
    dots = format_html_join(
        "",
        '<circle class="pw-spark__dot" cx="{}" cy="{}" r="4"><title>{}</title></circle>',
        (
            (f"{x(day):.1f}", f"{y(value):.1f}", f"{shown(value)} on {clock.day(day)}")
            for day, value in scores
        ),
    )
    first, last = scores[0], scores[-1]
    return format_html(
        '<svg class="pw-spark" viewBox="0 0 {w} {h}" role="img" aria-label="{said}" focusable="false">'
        "{grid}{cut}"
        '<polyline class="pw-spark__line" fill="none" points="{points}"/>{dots}'
        '<text class="pw-spark__text" x="{left}" y="{foot}">{start}</text>'
        '<text class="pw-spark__text" x="{right}" y="{foot}" text-anchor="end">{end}</text></svg>',
        w=WIDTH,
        h=HEIGHT,
        said=f"{asks.name}: from {shown(first[1])} on {clock.day(first[0])} to {shown(last[1])} on "
        f"{clock.day(last[0])}, of {shown(high)}",
        grid=grid,
        cut=cut,
        points=" ".join(f"{x(day):.1f},{y(value):.1f}" for day, value in scores),
        dots=dots,
        left=LEFT,
        right=WIDTH - RIGHT,
        foot=HEIGHT - 6,
        start=f"{first[0]:%-d %b %y}",
        end=f"{last[0]:%-d %b %y}",
    )
