"""A small line of her own ratings over time, as numbers for an SVG drawn by the template."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.journey.her_record import Point

WIDTH, HEIGHT = 220, 64
_LEFT, _RIGHT, _TOP, _FOOT = 8, 26, 8, 8


@dataclass(frozen=True, slots=True)
class Line:
    """Coordinates, ready to print. `words` say the same to somebody who does not see it."""

    points: str
    dots: tuple[tuple[str, str], ...]
    last_x: str
    last_y: str
    last: int
    top: str
    foot: str
    right: str
    words: str


def line(points: tuple[Point, ...]) -> Line | None:
    """The line through two ratings or more, by the days between them; None when there are fewer."""
    if len(points) < 2:
        return None
    start, end = points[0].on.timestamp(), points[-1].on.timestamp()
    span = (end - start) or 1.0
    across, high = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _FOOT

    def place(point: Point) -> tuple[str, str]:
        x = _LEFT + across * (point.on.timestamp() - start) / span
        y = _TOP + high * (1 - point.value / 10)
        return f"{x:.1f}", f"{y:.1f}"

    dots = tuple(place(point) for point in points)
    said = f"She felt {points[0].value} of 10 near to it at first, and {points[-1].value} of 10 last."
    return Line(
        points=" ".join(f"{x},{y}" for x, y in dots),
        dots=dots,
        last_x=f"{float(dots[-1][0]) + 8:.1f}",
        last_y=f"{float(dots[-1][1]) + 5:.1f}",
        last=points[-1].value,
        top=str(_TOP),
        foot=str(HEIGHT - _FOOT),
        right=str(WIDTH - _RIGHT),
        words=said,
    )
