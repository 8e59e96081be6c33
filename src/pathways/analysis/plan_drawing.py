"""Pictures of the plan, of the theory of change, the framework over time and a measure’s quarters.

Each is SVG of its own, with a title and a description, no style attribute, no script and no address, so that
it stands under a strict content security policy and opens in any program as a file. The same plan gives the
same bytes. Whoever does not see it has the same in words and in a table beside it, and nothing is said by
colour alone.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final
from xml.sax.saxutils import escape

from pathways.analysis.charts import ACCENT, FONT, GREY, INK, PALE, TEAL
from pathways.domain.evaluation.measures import NodeKind
from pathways.domain.evaluation.theory import Node, Support, Theory, in_words

_WIDTH: Final = 214
_GAP: Final = 64
_EDGE: Final = 24
_LINE: Final = 17
_LETTERS: Final = 23
_TOP: Final = 74
_COLUMNS: Final = (NodeKind.INPUT, NodeKind.ACTIVITY, NodeKind.OUTPUT, NodeKind.OUTCOME, NodeKind.IMPACT)
#: (dashes, width, colour) of a link, and the words of the key
_STROKES: Final[Mapping[Support, tuple[str, float, str]]] = {
    Support.ASSUMED: ("3 4", 1.6, GREY),
    Support.EXPERIENCE: ("10 4", 1.8, TEAL),
    Support.RESEARCH: ("", 1.8, TEAL),
    Support.OWN_DATA: ("", 3.4, ACCENT),
}


def theory(drawn: Theory, *, title: str = "Theory of change") -> str:
    """The theory in columns by kind, from what goes in to what is hoped for; assumptions in a band below.

    A box says which assumptions it rests on, so that no line has to cross the picture for them.
    """
    columns = _ordered(drawn)
    rests = {
        node.code: sorted(
            (one.start for one in drawn.before(node.code) if _kind(drawn, one.start) is NodeKind.ASSUMPTION),
            key=lambda code: int(code[1:]),
        )
        for node in drawn.nodes
    }
    lines = {node.code: _lines(node, rests[node.code]) for node in drawn.nodes}
    high = {code: 22 + _LINE * len(said) for code, said in lines.items()}
    width = 2 * _EDGE + len(_COLUMNS) * _WIDTH + (len(_COLUMNS) - 1) * _GAP
    places: dict[str, tuple[float, float]] = {}
    tallest = max([sum(high[code] + 22 for code in column) for column in columns] + [60])
    for at, column in enumerate(columns):
        y = _TOP + (tallest - sum(high[code] + 22 for code in column)) / 2
        for code in column:
            places[code] = (_EDGE + at * (_WIDTH + _GAP), y)
            y += high[code] + 22
    below = _TOP + tallest + 30
    assumed = [node.code for node in drawn.of_kind(NodeKind.ASSUMPTION)]
    bottom = below
    for start in range(0, len(assumed), len(_COLUMNS)):
        row = assumed[start : start + len(_COLUMNS)]
        for at, code in enumerate(row):
            places[code] = (_EDGE + at * (_WIDTH + _GAP), bottom + 34)
        bottom += max(high[code] for code in row) + 40
    key_at = bottom + 24
    height = key_at + 34
    parts = [_text(_EDGE + at * (_WIDTH + _GAP), 46, kind.label, 17, bold=True) for at,
    kind in enumerate(_COLUMNS)]
    parts += [_arrow(drawn, link.start, link.end, link.support, places, high) for link in drawn.links
              if _kind(drawn, link.start) is not NodeKind.ASSUMPTION]  # fmt: skip
    if assumed:
        parts.append(_text(_EDGE, below + 12, NodeKind.ASSUMPTION.label, 17, bold=True))
    parts += [_box(node, places[node.code], high[node.code], lines[node.code]) for node in drawn.nodes]
    parts += _key(key_at)
    return _svg("theory", width, height, title, "\n".join(in_words(drawn)) or "Nothing stands in it yet.",
    parts)


def _kind(drawn: Theory, code: str) -> NodeKind | None:
    node = drawn.node(code)
    return node.kind if node else None


def _ordered(drawn: Theory) -> list[list[str]]:
    """The codes of each column, ordered so that links cross less: each after the mean of what leads to it."""
    columns = [[node.code for node in drawn.of_kind(kind)] for kind in _COLUMNS]
    for sweep in range(6):
        forwards = sweep % 2 == 0
        order = columns if forwards else list(reversed(columns))
        rank: dict[str, float] = {}
        for column in order:
            means = {}
            for place, code in enumerate(column):
                ends = [one.start for one in drawn.before(code)] if forwards else [
                    one.end for one in drawn.after(code)
                ]  # fmt: skip
                near = [rank[end] for end in ends if end in rank]
                means[code] = sum(near) / len(near) if near else (place + 0.5) / len(column)
            column.sort(key=lambda code: (means[code], int(code[1:])))
            for place, code in enumerate(column):
                rank[code] = (place + 0.5) / len(column)
    return columns


def _lines(node: Node, rests: Sequence[str]) -> list[tuple[str, str]]:
    """(text, how it is drawn) of each line in a box."""
    said = [(line, "said") for line in textwrap.wrap(node.words, _LETTERS)]
    if node.measures:
        said += [(line, "small") for line in textwrap.wrap("Shown by " + ", ".join(node.measures), 27)]
    if rests:
        said += [(line, "small") for line in textwrap.wrap("Rests on " + ", ".join(rests), 27)]
    return [(node.code, "code"), *said]


def _box(node: Node, place: tuple[float, float], height: float, lines: Sequence[tuple[str, str]]) -> str:
    x, y = place
    is_assumed = node.kind is NodeKind.ASSUMPTION
    dashes = ' stroke-dasharray="5 4"' if is_assumed else ""
    made = [
        f'<rect x="{x:g}" y="{y:g}" width="{_WIDTH}" height="{height:g}" rx="5" fill="#ffffff"'
        f' stroke="{GREY if is_assumed else TEAL}" stroke-width="1.6"{dashes}/>',
    ]
    if not is_assumed:
        made.append(f'<rect x="{x:g}" y="{y:g}" width="6" height="{height:g}" rx="3" fill="{TEAL}"/>')
    for number, (text, how) in enumerate(lines):
        size = 14 if how == "said" else 12
        made.append(
            _text(x + 16, y + 20 + number * _LINE, text, size, bold=how == "code",
            colour=INK if how == "said" else "#484949")
        )
    return "".join(made)


def _arrow(
    drawn: Theory,
    start: str,
    end: str,
    support: Support,
    places: Mapping[str, tuple[float, float]],
    high: Mapping[str, float],
) -> str:
    """A curve from the right of one box to the left of the next; round the right where both are in one "
      "column."""
    (x, y), (to_x, to_y) = places[start], places[end]
    outs, ins = _fan(drawn, start, True, places), _fan(drawn, end, False, places)
    y += high[start] * (outs.index(end) + 1) / (len(outs) + 1)
    to_y += high[end] * (ins.index(start) + 1) / (len(ins) + 1)
    x += _WIDTH
    dashes, width, colour = _STROKES[support]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    if to_x + _WIDTH == x:
        tip, way = to_x + _WIDTH, f"C{x + 44:g} {y:g} {x + 44:g} {to_y:g} {x + 8:g} {to_y:g}"
        head = f"M{tip:g} {to_y:g}l9 -5v10z"
    else:
        tip = to_x
        reach = max(34.0, (tip - x) * 0.45)
        way = f"C{x + reach:g} {y:g} {tip - reach:g} {to_y:g} {tip - 8:g} {to_y:g}"
        head = f"M{tip:g} {to_y:g}l-9 -5v10z"
    return (
        f'<path d="M{x:g} {y:g}{way}" fill="none" stroke="{colour}" stroke-width="{width:g}"{dashed}/>'
        f'<path d="{head}" fill="{colour}"/>'
    )


def _fan(drawn: Theory, code: str, is_out: bool, places: Mapping[str, tuple[float, float]]) -> list[str]:
    """The other ends of a box's links from top to bottom, so that they do not cross at the box."""
    ends = [one.end for one in drawn.after(code)] if is_out else [
        one.start for one in drawn.before(code) if _kind(drawn, one.start) is not NodeKind.ASSUMPTION
    ]  # fmt: skip
    return sorted(ends, key=lambda other: (places[other][1], other))


def _key(y: float) -> list[str]:
    parts, x = [_text(_EDGE, y + 5, "How well a link is known:", 13, bold=True)], _EDGE + 204.0
    for support in Support:
        dashes, width, colour = _STROKES[support]
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts.append(
            f'<path d="M{x:g} {y:g}h44" fill="none" stroke="{colour}" stroke-width="{width:g}"{dashed}/>'
        )
        parts.append(_text(x + 52, y + 5, support.label, 13))
        x += 72 + 8.2 * len(support.label)
    return parts


# --- the framework over time -------------------------------------------------------------------------------


def framework(changes: Iterable[tuple[str, date, str]], *, today: date) -> str:
    """One line for each agreement or protocol from its first day, with a mark for everything that happened "
      "to it.

    `changes` are (document, day, what happened). A diamond is a change, a disc that it was made,
    a bar its end.
    """
    rows: dict[str, list[tuple[date, str]]] = {}
    for document, day, what in sorted(changes, key=lambda one: (one[1], one[0], one[2])):
        rows.setdefault(document, []).append((day, what))
    every = [day for marks in rows.values() for day, _ in marks] or [today]
    first, last = date(min(every).year, 1, 1), max([*every, today])
    last = date(last.year + 1, 1, 1)
    left, wide, step, top = 300, 760, 40, 60
    height = top + step * max(1, len(rows)) + 70
    span = max(1, (last - first).days)

    def at(day: date) -> float:
        return left + wide * (day - first).days / span

    parts = []
    for year in range(first.year, last.year + 1):
        x = at(date(year, 1, 1))
        parts.append(f'<path d="M{x:g} {top - 16}V{height - 60:g}" stroke="#d0d4d5" stroke-width="1"/>')
        parts.append(_text(x, top - 22, str(year), 13, anchor="middle"))
    now = at(today)
    parts.append(f'<path d="M{now:g} {top - 16}V{height - 60:g}" stroke="{ACCENT}" stroke-width="2"/>')
    parts.append(_text(now, height - 44, "Today", 13, anchor="middle"))
    for number, (document, marks) in enumerate(rows.items()):
        y = top + step * number + 8
        said = textwrap.shorten(document, 40, placeholder="…")
        parts.append(_text(16, y + 5, said, 14))
        ended = next((day for day, what in marks if what.casefold().startswith("end")), None)
        stop = at(min(ended or today, last))
        begun = at(marks[0][0])
        if stop > begun:
            parts.append(
                f'<path d="M{begun:g} {y:g}H{stop:g}" stroke="{PALE}" stroke-width="9"'
                ' stroke-linecap="round"/>'
            )
        parts += [_mark(at(day), y, what) for day, what in marks]
    parts += _marks_key(height - 18)
    words = "\n".join(
        f"{document}: " + "; ".join(f"{day:%-d %B %Y}, {what.lower()}" for day, what in marks) + "."
        for document, marks in rows.items()
    )
    title = "The strategic framework over time"
    return _svg("framework", left + wide + 40, height, title, words or "Nothing yet.", parts)


def _mark(x: float, y: float, what: str) -> str:
    said = what.casefold()
    if said.startswith("made"):
        return f'<circle cx="{x:g}" cy="{y:g}" r="7" fill="{TEAL}"/>'
    if said.startswith("end"):
        return f'<path d="M{x - 3:g} {y - 10:g}h6v20h-6z" fill="{INK}"/>'
    if said.startswith("review"):
        return f'<circle cx="{x:g}" cy="{y:g}" r="6" fill="#ffffff" stroke="{TEAL}" stroke-width="2.4"/>'
    return f'<path d="M{x:g} {y - 9:g}l9 9l-9 9l-9 -9z" fill="{ACCENT}"/>'


def _marks_key(y: float) -> list[str]:
    parts, x = [], 24.0
    for what, words in (("made", "Made"), ("changed", "Changed"), ("reviewed", "Reviewed, or review due"),
                        ("ended", "Ended")):  # fmt: skip
        parts.append(_mark(x, y, what))
        parts.append(_text(x + 16, y + 5, words, 13))
        x += 44 + 8 * len(words)
    return parts


# --- a measure over quarters --------------------------------------------------------------------------


def quarters(values: Sequence[tuple[str, float | None]], *, title: str, unit: str,
target: float | None = None) -> str:
    """A bar for each quarter, and a line where the target lies; a quarter whose figure is hidden has a "
      "“c”."""
    known = [value for _, value in values if value is not None]
    most = max([*known, target or 0, 1e-9])
    step, high, top = 26, 56, 8
    width = step * len(values) + 8
    parts = []
    for number, (_, value) in enumerate(values):
        x = 4 + number * step
        if value is None:
            parts.append(_text(x + step / 2 - 1, top + high - 4, "c", 12, anchor="middle", colour="#484949"))
            continue
        tall = max(1.0, high * max(0.0, value) / most)
        parts.append(
            f'<rect x="{x + 3}" y="{top + high - tall:.1f}" width="{step - 8}" height="{tall:.1f}"'
            f' fill="{TEAL}"/>'
        )
    parts.append(f'<path d="M2 {top + high}H{width - 2}" stroke="{GREY}" stroke-width="1"/>')
    if target is not None:
        y = top + high - high * max(0.0, min(target, most)) / most
        parts.append(
            f'<path d="M2 {y:.1f}H{width - 2}" stroke="{ACCENT}" stroke-width="1.6" stroke-dasharray="4 3"/>'
        )
    said = "; ".join(
        f"{label}: hidden" if value is None else f"{label}: {value:g} {unit}" for label, value in values
    )
    if target is not None:
        said += f". The target is {target:g}."
    return _svg("quarters", width, top + high + 6, title, said, parts)


# --- what every picture has ---------------------------------------------------------------------------


def _text(
    x: float, y: float, words: str, size: int, *, bold: bool = False, anchor: str = "start", colour: str = INK
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    middle = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-family="{FONT}" font-size="{size}" fill="{colour}"{weight}{middle}>'
        f"{escape(words)}</text>"
    )


def _svg(name: str, width: float, height: float, title: str, said: str, parts: Sequence[str]) -> str:
    label = escape(f"{title}. {said}" if name == "quarters" else title, {'"': "&quot;"})
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" width="{width:g}"'
        f' height="{height:g}" viewBox="0 0 {width:g} {height:g}"><title>{escape(title)}</title>'
        f"<desc>{escape(said)}</desc>{''.join(parts)}</svg>"
    )
