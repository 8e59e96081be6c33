"""A small line of ratings over time, as SVG without styles: the table beside it says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pathways.web import clock

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 320, 120, 24, 10, 10, 22


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    value: int


def ratings(values: Sequence[tuple[datetime, int]], *, of: str = "How near it feels, 0 to 10") -> SafeString:
    """0 to 10 upwards, time to the right; nothing for fewer than two ratings."""
    if len(values) < 2:
        return SafeString("")
    points = _points(values)
    line = " ".join(f"{point.x:.1f},{point.y:.1f}" for point in points)
    first, last = values[0], values[-1]
    said = f"{of}: from {first[1]} on {clock.day(first[0])} to {last[1]} on {clock.day(last[0])}"
    return format_html(
        '<svg class="pw-spark" viewBox="0 0 {w} {h}" role="img" aria-label="{said}" focusable="false">'
        '{grid}<polyline class="pw-spark__line" fill="none" points="{line}"/>{dots}'
        '<text class="pw-spark__text" x="{left}" y="{low}">{start}</text>'
        '<text class="pw-spark__text" x="{right}" y="{low}" text-anchor="end">{end}</text></svg>',
        w=WIDTH,
        h=HEIGHT,
        said=said,
        grid=_grid(),
        line=line,
        dots=_dots(points),
        left=LEFT,
        right=WIDTH - RIGHT,
        low=HEIGHT - 6,
        start=_short(first[0]),
        end=_short(last[0]),
    )


def _points(values: Sequence[tuple[datetime, int]]) -> list[Point]:
    start, end = values[0][0].timestamp(), values[-1][0].timestamp()
    span = (end - start) or 1.0
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    return [
        Point(LEFT + wide * (when.timestamp() - start) / span, TOP + high * (1 - value / 10), value)
        for when, value in values
    ]


def _grid() -> SafeString:
    high = HEIGHT - TOP - BOTTOM
    rows = [(number, TOP + high * (1 - number / 10)) for number in (0, 5, 10)]
    return format_html_join(
        "",
        '<line class="pw-spark__grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="pw-spark__text" x="{}" y="{}" text-anchor="end">{}</text>',
        ((LEFT, WIDTH - RIGHT, y, y, LEFT - 5, y + 4, number) for number, y in rows),
    )


def _dots(points: Sequence[Point]) -> SafeString:
    return format_html_join(
        "",
        '<circle class="pw-spark__dot" cx="{}" cy="{}" r="4"><title>{}</title></circle>',
        ((f"{point.x:.1f}", f"{point.y:.1f}", point.value) for point in points),
    )


def _short(when: datetime) -> str:
    return f"{clock.local(when):%-d %b %y}"
