"""The picture as a drawing: SVG with a title, a text alternative, a legend, and what it does not say.

Communities differ by colour and by shape, so that nobody needs to tell the colours apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

import numpy as np
from scipy import sparse

from pathways.analysis.picture import layout
from pathways.analysis.picture.measures import Positions
from pathways.analysis.picture.ties import Ties

#: Above this many people their communities are drawn instead, the ties between them as one line.
MOST_PEOPLE: Final = 400
MOST_COMMUNITIES: Final = 60
#: Said with every picture.
CAVEAT: Final = (
    "This shows ties that somebody recorded, and where people stand in them. It is no score of anybody and "
    "says nothing of guilt, intent, risk or need; who is tied to whom may not have chosen it, and ties that "
    "nobody recorded are missing. It belongs to police analysts and never enters a support record or a "
    "triage decision."
)
#: Dark enough on white for 3:1 (WCAG 1.4.11); of the GOV.UK palette.
_COLOURS: Final = ("#1d70b8", "#d4351c", "#00703c", "#4c2c92", "#b58840", "#d53880", "#417d8a", "#594d00")
_SHAPES: Final = ("circle", "square", "triangle", "diamond", "hexagon")
_OTHERS: Final = "#6f777b"
_MOST_MARKS: Final = 24
_INK: Final = "#0b0c0c"
_LEGEND: Final = 250.0
_EDGE: Final = 40.0


@dataclass(frozen=True)
class _Mark:
    colour: str
    shape: str


@dataclass(frozen=True)
class _Scene:
    """What is drawn: names, sizes and marks of the nodes, the lines between them, the legend."""

    names: Sequence[str]
    radius: np.ndarray
    marks: Sequence[_Mark]
    lines: tuple[np.ndarray, np.ndarray, np.ndarray]
    arrows: set[tuple[int, int]]
    part: np.ndarray
    legend: list[tuple[_Mark, str]]
    title: str
    about: str


def draw(ties: Ties, found: Positions) -> str:
    """The whole SVG, as text. No two people are drawn on one another."""
    scene = _people(ties, found) if len(ties.people) <= MOST_PEOPLE else _communities(ties, found)
    font = 11.0
    label = np.array([max(len(name), 1) * font * 0.62 for name in scene.names])
    boxes = np.stack([np.maximum(2 * scene.radius, label) + 8, 2 * scene.radius + font + 10], axis=1)
    one, other, _ = scene.lines
    n = len(scene.names)
    near = sparse.csr_matrix((np.ones(len(one)), (one, other)), shape=(n, n))
    at = layout.places(sparse.csr_matrix(near + near.T), scene.part, boxes, apart=70.0)
    head = _headed(scene, float((at + boxes / 2)[:, 0].max()))
    top = 40.0 + 18 * len(head)
    at = at + np.array([_EDGE, top])
    width = max(float((at + boxes / 2)[:, 0].max()) + _EDGE, 640.0) + _LEGEND
    height = max(float((at + boxes / 2)[:, 1].max()), top + 30 + 22 * len(scene.legend)) + _EDGE
    signs = at - np.array([0, (font + 2) / 2])  # the name has the lower part of its box
    body = [*_lines(scene, signs), *_nodes(scene, signs, font), *_legend(scene, width - _LEGEND, top)]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img" aria-labelledby="title about" '
        'font-family="Arial, Helvetica, sans-serif">',
        f'<title id="title">{escape(scene.title)}</title>',
        f'<desc id="about">{escape(f"{scene.about} {CAVEAT}")}</desc>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        f'<text x="{_EDGE}" y="34" font-size="22" font-weight="bold" fill="{_INK}">',
        f"{escape(scene.title)}</text>",
        *(f'<text x="{_EDGE}" y="{58 + 18 * row}" font-size="13" fill="{_INK}">{escape(words)}</text>'
          for row, words in enumerate(head)),
        *body,
        "</svg>",
    ]) + "\n"  # fmt: skip


def _people(ties: Ties, found: Positions) -> _Scene:
    one, other, weight = ties.pairs()
    marks = _marks(found.community)
    return _Scene(
        names=ties.people,
        radius=7 + 9 * np.sqrt(found.degree / found.degree.max()),
        marks=[marks[number] for number in found.community.tolist()],
        lines=(one, other, weight),
        arrows=set(zip(ties.source.tolist(), ties.target.tolist(), strict=True))
        if ties.is_directed
        else set(),
        part=found.component,
        legend=_legend_of(found.community, marks),
        title=f"{len(ties.people):,} people and the ties recorded between them",
        about=f"{_about(ties, found)} A larger sign has more ties; colour and shape show the community.",
    )


def _communities(ties: Ties, found: Positions) -> _Scene:
    shown = min(int(found.community.max()), MOST_COMMUNITIES)
    one, other, _ = ties.pairs()
    first, second = found.community[one] - 1, found.community[other] - 1
    is_drawn = (first != second) & (first < shown) & (second < shown)
    low, high = np.minimum(first, second)[is_drawn], np.maximum(first, second)[is_drawn]
    ends, count = np.unique(np.stack([low, high]), axis=1, return_counts=True)
    size = np.bincount(found.community - 1)[:shown]
    marks = _marks(found.community)
    near = sparse.csr_matrix((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(shown, shown))
    _, part = sparse.csgraph.connected_components(near, directed=False)
    left = int(found.community.max()) - shown
    return _Scene(
        names=[f"{number + 1}: {int(size[number]):,}" for number in range(shown)],
        radius=8 + 30 * np.sqrt(size / size.max()),
        marks=[marks[number + 1] for number in range(shown)],
        lines=(ends[0], ends[1], count.astype(float)),
        arrows=set(),
        part=part,
        legend=_legend_of(found.community, marks),
        title=f"{shown:,} communities of {len(ties.people):,} people",
        about=f"{_about(ties, found)} Too many people to draw each: a sign is a community with its number "
        "and how many people it has, a line the ties between two."
        + (f" {left:,} smaller ones are left out." if left else ""),
    )


def _about(ties: Ties, found: Positions) -> str:
    largest = int((found.component == 1).sum())
    parts = int(found.component.max())
    words = "one connected part"
    if parts > 1:
        words = f"{parts:,} separate parts, the largest of {largest:,} people"
    return (
        f"{len(ties.people):,} people, {len(ties.source):,} ties, in {words}; {int(found.community.max()):,} "
        f"communities; at most {found.diameter} ties from one person to another of the largest part."
    )


def _marks(community: np.ndarray) -> dict[int, _Mark]:
    """Colour and shape go round at different paces: the first 24 communities all differ."""
    return {
        number: _Mark(_COLOURS[(number - 1) % 8], _SHAPES[(number - 1) % 5])
        if number <= _MOST_MARKS
        else _Mark(_OTHERS, "circle")
        for number in range(1, int(community.max()) + 1)
    }


def _legend_of(community: np.ndarray, marks: dict[int, _Mark]) -> list[tuple[_Mark, str]]:
    size = np.bincount(community)
    lines = [
        (marks[number], f"Community {number} ({size[number]:,} people)")
        for number in range(1, min(len(size) - 1, _MOST_MARKS) + 1)
    ]
    if len(size) - 1 > _MOST_MARKS:
        lines.append((_Mark(_OTHERS, "circle"), f"{len(size) - 1 - _MOST_MARKS:,} smaller communities"))
    return lines


def _headed(scene: _Scene, width: float) -> list[str]:
    """What stands under the title, in lines as wide as the drawing."""
    most = max(int(max(width, 600.0) / 6.6), 60)
    lines: list[str] = []
    for words in (scene.about, CAVEAT):
        line = ""
        for word in words.split():
            if line and len(line) + 1 + len(word) > most:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        lines.append(line)
    return lines


def _lines(scene: _Scene, at: np.ndarray) -> list[str]:
    one, other, weight = scene.lines
    most = float(weight.max()) if len(weight) else 1.0
    drawn = ['<g stroke="#505a5f" stroke-opacity="0.55" fill="#505a5f">']
    for a, b, heavy in zip(one.tolist(), other.tolist(), weight.tolist(), strict=True):
        thick = 0.8 + 2.7 * math.sqrt(heavy / most) if most > 1 else 1.0
        (x, y), (to_x, to_y) = at[a], at[b]
        drawn.append(
            f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke-width="{thick:.1f}"/>'
        )
        for start, end in ((a, b), (b, a)):
            if (start, end) in scene.arrows:
                drawn.append(_arrow(at[start], at[end], float(scene.radius[end])))
    return [*drawn, "</g>"]


def _arrow(start: np.ndarray, end: np.ndarray, radius: float) -> str:
    way = (end - start) / max(float(np.linalg.norm(end - start)), 1e-9)
    tip = end - way * (radius + 1)
    aside = np.array([-way[1], way[0]]) * 3.2
    points = [tip, tip - way * 8 + aside, tip - way * 8 - aside]
    return f'<polygon points="{_points(points)}" stroke="none"/>'


def _nodes(scene: _Scene, at: np.ndarray, font: float) -> list[str]:
    drawn = []
    nodes = zip(scene.names, scene.radius.tolist(), scene.marks, at.tolist(), strict=True)
    for name, radius, mark, (x, y) in nodes:
        drawn.append(_sign(mark, x, y, radius))
        drawn.append(
            f'<text x="{x:.1f}" y="{y + radius + font + 1:.1f}" font-size="{font:.0f}" fill="{_INK}" '
            'text-anchor="middle" stroke="#ffffff" stroke-width="3" paint-order="stroke">'
            f"{escape(name)}</text>"
        )
    return drawn


def _sign(mark: _Mark, x: float, y: float, radius: float) -> str:
    look = f'fill="{mark.colour}" stroke="{_INK}" stroke-width="1"'
    if mark.shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" {look}/>'
    shapes = {"square": (4, 45), "triangle": (3, -90), "diamond": (4, 0), "hexagon": (6, 0)}
    corners, turn = shapes[mark.shape]
    angles = [math.radians(turn + 360 * corner / corners) for corner in range(corners)]
    points = [np.array([x + radius * math.cos(angle), y + radius * math.sin(angle)]) for angle in angles]
    return f'<polygon points="{_points(points)}" {look}/>'


def _legend(scene: _Scene, left: float, top: float) -> list[str]:
    drawn = [
        f'<text x="{left + 14:.1f}" y="{top + 8:.1f}" font-size="14" font-weight="bold" fill="{_INK}">'
        "Communities</text>"
    ]
    for row, (mark, words) in enumerate(scene.legend):
        y = top + 30 + 22 * row
        drawn.append(_sign(mark, left + 22, y, 8))
        drawn.append(
            f'<text x="{left + 38:.1f}" y="{y + 4:.1f}" font-size="13" fill="{_INK}">{escape(words)}</text>'
        )
    return drawn


def _points(points: Sequence[np.ndarray]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
