"""How long until something happens, counted from the day on which each woman's follow-up starts.

Nobody is counted as free of the event for time in which it could not have been seen: the clock starts at
follow-up, and who had the event before that day is left out and counted (no immortal time). Curves are shown
at a few moments only, and a share only where every count of events behind it may be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import numpy as np

from pathways.analysis import charts
from pathways.analysis.charts import ACCENT, TEAL, Chart
from pathways.analysis.disclosure import Rule, System, protect
from pathways.analysis.disclosure import system as systems
from pathways.analysis.impact import covariates, hazards, reading, survival
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.sheets import Sheet
from pathways.domain.evaluation.counts import HIDDEN, RawCount, ReleasedCount

#: Moments at which a curve is told, in days, with their words.
MOMENTS: Final = ((91, "3 months"), (182, "6 months"), (365, "12 months"), (730, "24 months"))
_NAMES: Final = ("Comparison group", "The programme")


@dataclass(frozen=True)
class Dates:
    """The columns of the day on which follow-up starts, of the event (blank: not seen), and of its end."""

    start: str
    event: str
    until: str


@dataclass(frozen=True)
class TimeTo:
    """What of the time to an event may be shown."""

    chart: Chart | None
    statement: str
    figures: tuple[tuple[str, str], ...]


def time_to(
    sheet: Sheet, dates: Dates, treated: str, known: Sequence[str], rule: Rule, *, source: str
) -> TimeTo:
    """Curves by group, log-rank, and Cox regression with the covariates held equal.

    Raises UnanswerableError where too few remain, and UnreadableError for a cell that is no date.
    """
    start, event, until = (reading.days(sheet, column) for column in (dates.start, dates.event, dates.until))
    group = reading.yes_no(sheet, treated)
    is_whole = ~np.isnan(start) & ~np.isnan(until) & ~np.isnan(group)
    is_before = is_whole & (event < start)
    is_short = is_whole & ~is_before & (until < start)
    is_used = is_whole & ~is_before & ~is_short
    happened = ~np.isnan(event) & (event <= until)
    lengths = np.where(happened, event, until) - start
    lengths, happened, place = lengths[is_used], happened[is_used], (group[is_used] == 1).astype(int)
    cells = _cells(lengths, happened, place, rule, before=int(is_before.sum()),
                   left=int((~is_whole).sum() + is_short.sum()))  # fmt: skip
    if not all(_is_enough(cells[number, "n"], rule) for number in (0, 1)):
        raise UnanswerableError("a group has too few women with the days that are needed")
    shares = {number: _shares(number, lengths, happened, place, cells) for number in (0, 1)}
    said = (
        f"From the day on which follow-up starts. {_women(cells['before'])} had the event before that day "
        f"and {_women(cells['left'])} have no start or no end; they are not in it."
    )
    figures: list[tuple[str, str]] = [
        (name, ", ".join(f"{words}: {_per_cent(share)}" for words, share in shares[number]))
        for number, name in reversed(list(enumerate(_NAMES)))
    ]
    if all(_is_enough(cells[number, "events"], rule) for number in (0, 1)):
        figures += _tests(sheet, known, is_used, lengths, happened, place)
    else:
        figures.append(("Log-rank and Cox", "Too few events in a group for a test to leave."))
    return TimeTo(_chart(shares, cells, source), said, tuple(figures))


def _cells(
    lengths: np.ndarray, happened: np.ndarray, place: np.ndarray, rule: Rule, *, before: int, left: int
) -> dict[Any, ReleasedCount]:
    """Women, events and those no longer followed, by group and by stretch of time, protected."""
    system = System()
    edges = [0.0, *(float(day) for day, _ in MOMENTS), np.inf]
    for number in (0, 1):
        here = place == number
        names = []
        for at in range(len(edges) - 1):
            is_then = here & (lengths > edges[at] if at else lengths >= 0) & (lengths <= edges[at + 1])
            for kind, mask in (("event", happened), ("ended", ~happened)):
                system.add((number, kind, at), RawCount(int((is_then & mask).sum())))
            names += [(number, "event", at), (number, "ended", at)]
        system.add((number, "n"), RawCount(int(here.sum())), systems.MARGIN)
        system.sums((number, "n"), names)
        system.add((number, "events"), RawCount(int((here & happened).sum())), systems.MARGIN)
        system.sums((number, "events"), [name for name in names if name[1] == "event"])
    system.add("before", RawCount(before))
    system.add("left", RawCount(left))
    total = len(lengths) + before + left
    system.add("file", RawCount(total), systems.GRAND)
    system.sums("file", [(0, "n"), (1, "n"), "before", "left"])
    return dict(protect(system, rule).cells)


def _is_enough(count: ReleasedCount, rule: Rule) -> bool:
    return count.value is not None and count.value > 2 * rule.threshold


def _shares(
    number: int, lengths: np.ndarray, happened: np.ndarray, place: np.ndarray, cells: dict[Any, ReleasedCount]
) -> list[tuple[str, float | None]]:
    """The share still without the event at each moment; None where hidden or nobody is followed so far."""
    here = place == number
    curve = survival.kaplan_meier(lengths[here], happened[here])
    found: list[tuple[str, float | None]] = []
    is_shown = True
    for at, (day, words) in enumerate(MOMENTS):
        is_shown = (
            is_shown and not cells[number, "event", at].is_hidden and not cells[number, "ended", at].is_hidden
        )
        answer = curve.at(float(day)) if float(lengths[here].max(initial=0)) >= day else None
        found.append((words, round(answer[0], 2) if is_shown and answer else None))
    return found


def _per_cent(share: float | None) -> str:
    return HIDDEN if share is None else f"{share:.0%} without it"


def _women(count: ReleasedCount) -> str:
    if count.is_hidden:
        return "a hidden number of women"
    return "1 woman" if count.value == 1 else f"{count.shown} women"


def _tests(
    sheet: Sheet, known: Sequence[str], is_used: np.ndarray, lengths: np.ndarray, happened: np.ndarray,
    place: np.ndarray,
) -> list[tuple[str, str]]:  # fmt: skip
    test = survival.log_rank(lengths, happened, place, 2)
    said = [("Log-rank, nothing held equal", _p(test["p"]))]
    try:
        design = covariates.design(sheet, known)
        values = design.values[is_used]
        whole = ~np.isnan(values).any(axis=1)
        x = np.column_stack([place[whole].astype(float), values[whole]])
        cox = hazards.cox(lengths[whole], happened[whole], x, ["programme", *design.names])
    except UnanswerableError as why:
        return [*said, ("Cox regression", f"No answer: {why}.")]
    own = cox["coefficients"]["programme"]
    ratio, low, high = (own[name] for name in ("hazard_ratio", "low", "high"))
    if ratio is None or low is None or high is None:
        return [*said, ("Cox regression", "The hazard ratio has no limit.")]
    words = f"hazard ratio {ratio:.2f} (95% interval {low:.2f} to {high:.2f}), {_p(own['p'])}"
    if low <= 1 <= high:
        words += (
            "; these numbers cannot say whether the event came sooner or later, which does not mean no effect"
        )
    said.append(("Cox regression, what is known held equal", words))
    said.append(("Are hazards proportional?", str(cox["proportional_hazards"]["statement"])))
    return said


def _p(value: float) -> str:
    return "p below 0.001" if value < 0.001 else f"p = {value:.3f}"


def _chart(
    shares: dict[int, list[tuple[str, float | None]]], cells: dict[Any, ReleasedCount], source: str
) -> Chart | None:
    """Steps between the moments that may be told; None where no moment of either group may."""
    rows: list[dict[str, Any]] = []
    days = {words: day for day, words in MOMENTS}
    for number, name in enumerate(_NAMES):
        told = [(0, 1.0), *((days[words], share) for words, share in shares[number] if share is not None)]
        rows += [{"group": name, "day": day, "share": share} for day, share in told]
    if len(rows) == len(_NAMES):
        return None
    colour = alt.Color(
        "group:N",
        scale=alt.Scale(domain=list(reversed(_NAMES)), range=[TEAL, ACCENT]),
        legend=alt.Legend(title=None, orient="top", labelFontSize=13, labelLimit=0, columnPadding=24),
    )
    base = alt.Chart(charts.data(rows)).encode(
        x=alt.X("day:Q", axis=alt.Axis(title="Days since follow-up started", values=[0, 91, 182, 365, 730])),
        y=alt.Y(
            "share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title="Without the event", format="%")
        ),
        color=colour,
    )
    table = [(words, *(_per_cent(dict(shares[number])[words]) for number in (1, 0))) for _, words in MOMENTS]
    return charts.draw(
        "time-to",
        "How many were still without the event, by group",
        "Kaplan-Meier, told at a few moments and joined by straight lines; nothing is held equal. “c” is "
        "hidden, or nobody was followed so long.",
        "; ".join(f"after {words}: {one} in the programme, {other} in the comparison group"
                  for words, one, other in table) + ".",
        f"{source}. n {cells[1, 'n'].shown} in the programme, {cells[0, 'n'].shown} to compare with.",
        (("After", "The programme", "Comparison group"), *table),
        alt.layer(
            base.mark_line(strokeWidth=3), base.mark_point(filled=True, size=80, opacity=1)
        ).properties(width=520, height=280),
    )  # fmt: skip
