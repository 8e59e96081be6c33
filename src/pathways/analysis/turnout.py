"""How the panel works: who comes, who answers in time, and what is done by its day (M9, M10 of the measures).

Rows of codes in, a table and a picture out. Attendance is counted in meetings and names no woman; answers and
actions are counted in women’s pages, so they leave through disclosure control, and a share only where both of
its counts do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import altair as alt

from pathways.analysis import charts
from pathways.analysis.charts import Chart
from pathways.analysis.disclosure import Rule, System, protect
from pathways.domain.evaluation.counts import RawCount, ReleasedCount


@dataclass(frozen=True, slots=True)
class Invited:
    """One agency at one meeting that was held: whether anybody of it came."""

    agency: str
    meeting: str
    came: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One agency asked about one woman: days until it answered (None: it has not), and whether in time."""

    agency: str
    days: float | None
    in_time: bool


@dataclass(frozen=True, slots=True)
class Given:
    """One action of an agency: whether it is done, in time, and whether its day has passed."""

    agency: str
    done: bool
    in_time: bool
    is_due: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One agency: meetings, those it came to; asked, answered in time; actions due, done in time."""

    agency: str
    meetings: int
    came: int
    asked: ReleasedCount
    in_time: ReleasedCount
    median_days: float | None
    due: ReleasedCount
    done_in_time: ReleasedCount

    @property
    def share(self) -> str:
        return f"{self.came / self.meetings:.0%}" if self.meetings else "–"


@dataclass(frozen=True, slots=True)
class Turnout:
    """The whole table, its picture, and the rule by which small counts are hidden."""

    held: int
    cancelled: int
    lines: tuple[Line, ...]
    chart: Chart | None
    rule: str


def turnout(
    invited: Sequence[Invited],
    questions: Sequence[Question],
    given: Sequence[Given],
    *,
    held: int,
    cancelled: int,
    rule: Rule,
    source: str,
) -> Turnout:
    """Counts by agency, in the order of their names."""
    names = sorted(
        {each.agency for each in invited}
        | {each.agency for each in questions}
        | {each.agency for each in given}
    )
    lines = tuple(
        _line(
            name,
            [each for each in invited if each.agency == name],
            [each for each in questions if each.agency == name],
            [each for each in given if each.agency == name],
            rule,
        )
        for name in names
    )
    return Turnout(held, cancelled, lines, _chart(lines, held, source), rule.words)


def _line(
    name: str, invited: list[Invited], questions: list[Question], given: list[Given], rule: Rule
) -> Line:
    made = System()
    asked, quick = len(questions), sum(each.in_time for each in questions)
    due = [each for each in given if each.is_due or each.done]
    done = sum(each.in_time for each in due)
    for key, n in (("in time", quick), ("not in time", asked - quick)):
        made.add(key, RawCount(n))
    made.add("asked", RawCount(asked), 8.0)
    made.sums("asked", ["in time", "not in time"])
    for key, n in (("done", done), ("not done", len(due) - done)):
        made.add(key, RawCount(n))
    made.add("due", RawCount(len(due)), 8.0)
    made.sums("due", ["done", "not done"])
    safe = protect(made, rule)
    answered = [each.days for each in questions if each.days is not None]
    return Line(
        name,
        len({each.meeting for each in invited}),
        len({each.meeting for each in invited if each.came}),
        safe["asked"],
        safe["in time"],
        round(median(answered), 1) if len(answered) > rule.threshold else None,
        safe["due"],
        safe["done"],
    )


def _chart(lines: Sequence[Line], held: int, source: str) -> Chart | None:
    """Bars of the meetings that somebody of each agency came to; None where nothing was held."""
    drawn = [line for line in lines if line.meetings]
    if not drawn:
        return None
    names = {line.agency: charts.two_lines(line.agency, 24) for line in drawn}
    rows: list[dict[str, Any]] = [
        {
            "agency": names[line.agency],
            "share": line.came / line.meetings,
            "shown": f"{line.came} of {line.meetings}",
        }
        for line in drawn
    ]
    order = list(names.values())
    y = alt.Y("agency:N", sort=order, axis=charts.labels(order, 13))
    axis = alt.Axis(format="%", title=None, values=[0, 0.5, 1])
    x = alt.X("share:Q", scale=alt.Scale(domain=[0, 1.2]), axis=axis)
    base = alt.Chart(charts.data(rows))
    picture = alt.layer(
        base.mark_bar(color=charts.TEAL).encode(x=x, y=y),
        base.mark_text(align="left", dx=5, fontSize=13, color=charts.INK).encode(x=x, y=y, text="shown:N"),
    ).properties(width=380, height=max(80, 36 * len(order)))
    whole = sum(line.came == line.meetings for line in drawn)
    return charts.draw(
        "panel-turnout",
        f"{whole} of {len(drawn)} agencies came to every meeting they were invited to",
        f"Meetings held: {held}. An agency came when anybody of it was in the room.",
        "; ".join(f"{line.agency}: {line.came} of {line.meetings}" for line in drawn) + ".",
        source,
        (
            ("Agency", "Invited to", "Came to", "Share"),
            *((line.agency, str(line.meetings), str(line.came), line.share) for line in drawn),
        ),
        picture,
    )
