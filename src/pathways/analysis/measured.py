"""What each measure comes to: from the evaluation's own released counts, and from the programme's records.

Counts of women are cells of the one release that the evaluation's pages show: they are protected and attacked
together with the flow and the sets, so that a measure never gives away what a table hides. Medians leave by
the rule of the times between steps. A rate is worked out from two released counts and from nothing else.
Money, time and people at work are not about women; how many risk assessments changed is, and passes the same
rule.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from pathways.analysis import changed, flow, process
from pathways.analysis.changed import Changes, Instrumental
from pathways.analysis.counted import BY_QUARTER, key, quarter_key
from pathways.analysis.disclosure import AtRisk, Rule, System, protect
from pathways.analysis.disclosure import system as systems
from pathways.analysis.disclosure.system import Key
from pathways.analysis.evaluation import Summary
from pathways.analysis.process import Suggested
from pathways.domain.evaluation import measures
from pathways.domain.evaluation.counts import HIDDEN, RawCount, ReleasedCount
from pathways.domain.evaluation.flow import Step
from pathways.domain.evaluation.measures import DisclosureClass, InUse, Unit
from pathways.domain.evaluation.milestones import CohortStage
from pathways.domain.evaluation.moved import CutOffSide
from pathways.domain.outcomes.progress import Change
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Sector

_PLANNED: Final = "planned"


@dataclass(frozen=True)
class Value:
    """What a measure comes to. `shown` is as it may be printed; `over` says of how many."""

    shown: str
    over: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    quarters: tuple[tuple[str, float | None], ...] = ()
    note: str = ""
    figure: float | None = None


# --- values: from what was released -------------------------------------------------------------------


def of_journeys(summary: Summary) -> dict[str, Value]:
    """The value of every measure that journeys recorded here can give, from released counts alone."""
    lines = {line.step: line for line in summary.flow.lines}
    n = {step: line.n for step, line in lines.items()}
    own = summary.measured.cells
    stages = {stage: count for stage, _, count in summary.overlap.stages}

    def cell(name: str) -> ReleasedCount:
        return own.get(key(name), ReleasedCount(0))

    levels = summary.process.levels

    def how(suggested: Suggested) -> ReleasedCount:
        return levels.counts[process.TOTAL, suggested.value]

    overridden = _sum([how(Suggested.HIGHER), how(Suggested.LOWER)])
    both = {CohortStage.THIRD_SECTOR, CohortStage.PRIVATE}
    overlap = [count for cell, _, count in summary.overlap.cells if both <= set(cell)]
    left = lines[Step.STARTED].lost
    found = {
        "M5": _women(cell("decided"), over=n[Step.CONSIDERED], whole="considered"),
        "M6": _days(_between(summary, Step.CONSIDERED, Step.CONFIRMED), "days, as the median"),
        "M11": _women(
            n[Step.REFERRED],
            parts=[(line.label, line.n) for line in summary.process.sectors],
            note="By sector: each service that she was referred to is counted once.",
        ),
        "M13": _women(
            stages[CohortStage.IDENTIFIED],
            parts=[(table.label, _line(table, Step.CONFIRMED)) for table in summary.flows[1:]],
            note="By route: women whom somebody confirmed.",
            quarters=_each(summary, Step.CONFIRMED),
        ),
        "M14": _rate(summary, Step.CONFIRMED, Step.CONSIDERED),
        "M15": _rate(summary, Step.CONTACTED, Step.CONFIRMED),
        "M16": _rate(summary, Step.AGREED, Step.CONTACTED),
        "M17": _women(n[Step.ASSESSED], over=n[Step.AGREED], whole="who agreed"),
        "M18": _women(
            n[Step.TRIAGED],
            parts=[(label, levels.counts[code, process.TOTAL]) for code, label in levels.rows],
        ),
        "M19": _women(stages[CohortStage.THIRD_SECTOR]),
        "M20": _women(stages[CohortStage.PRIVATE]),
        "M21": _women(_sum(overlap)),
        "M22": _rate(summary, Step.ACCEPTED, Step.REFERRED, parts=lines[Step.REFERRED].reasons),
        "M23": _days(summary.measured.days_to_contact, "days, as the median"),
        "M24": _days(summary.process.spread.median, "contacts, as the median"),
        "M25": share(summary.process.three_or_more, n[Step.STARTED], "women whose support began"),
        "M26": share(n[Step.COMPLETED], _sum([n[Step.COMPLETED], left]), "women whose support ended"),
        "M27": _women(left, parts=lines[Step.STARTED].reasons),
        "M29": share(overridden, _sum([overridden, how(Suggested.SAME)]), "women with a suggestion"),
        "M34": share(cell("goal met"), cell("goal set"), "women who set a goal"),
    }  # fmt: skip
    found |= _of_changes(summary.changes)
    if key("in time") in own:
        found["M7"] = share(cell("in time"), cell("decided"), "women decided on")
    return found


def _of_changes(changes: Changes) -> dict[str, Value]:
    """The measures of outcomes for women: only those of which anybody was measured."""
    found: dict[str, Value] = {}
    if (one := changes.of("swemwbs")) is not None:
        found["M30"] = _mean_change(one)
    if (one := changes.of("core10")) is not None:
        found["M31"] = _reliably(one, [one])
    if several := [one for code in ("phq9", "gad7") if (one := changes.of(code)) is not None]:
        found["M32"] = _reliably(several[0], several)
    if several := [one for code in ("auditc", "dudit") if (one := changes.of(code)) is not None]:
        found["M33"] = _across(several[0], several)
    if changes.ladder.twice.value != 0:
        better = changes.ladder.count(Change.IMPROVED)
        note = "The ladder is our own and not validated."
        found["M35"] = share(better, changes.ladder.twice, "women rated twice", note=note)
    return found


def _mean_change(one: Instrumental) -> Value:
    over = f"of {one.twice.shown} women measured twice"
    if one.means is None:
        shown = "None yet" if one.twice.value == 0 else HIDDEN
        return Value(shown, over, note="Too few women measured twice for a mean to leave.")
    made = one.means
    note = f"95% interval {made.low:+.1f} to {made.high:+.1f}. {changed.EVIDENCE}."
    return Value(f"{made.change:+.1f} points, as the mean", over, note=note, figure=made.change)


def _reliably(first: Instrumental, several: Sequence[Instrumental]) -> Value:
    parts = [(f"{one.yardstick.name}, reliably better", one.better) for one in several]
    return share(first.better, first.twice, f"women measured twice by {first.yardstick.name}",
                  parts=parts, note=f"{changed.EVIDENCE}.")  # fmt: skip


def _across(first: Instrumental, several: Sequence[Instrumental]) -> Value:
    """Where the instrument's error is not known: of those on the side of need at the first, who left it."""

    def crossed(one: Instrumental) -> ReleasedCount:
        return one.count(CutOffSide.TO_BETTER.value)

    over = _sum([crossed(first), first.count(CutOffSide.STAYED_OVER.value)])
    parts = [(f"{one.yardstick.name}, across the cut-off", crossed(one)) for one in several]
    of = f"women on the side of need at the first {first.yardstick.name}, measured twice"
    return share(crossed(first), over, of, parts=parts, note=f"{changed.EVIDENCE}.")


def _line(table: flow.FlowTable, step: Step) -> ReleasedCount:
    return next(line.n for line in table.lines if line.step is step)


def _between(summary: Summary, start: Step, end: Step) -> int | None:
    return next(one.median_days for one in summary.times if (one.start, one.end) == (start, end))


def _sum(counts: Iterable[ReleasedCount]) -> ReleasedCount:
    """The sum of released counts; hidden where any of them is."""
    total = 0
    for count in counts:
        if count.value is None:
            return ReleasedCount(None)
        total += count.value
    return ReleasedCount(total)


def _women(
    count: ReleasedCount,
    *,
    over: ReleasedCount | None = None,
    whole: str = "",
    parts: Iterable[tuple[str, ReleasedCount]] = (),
    quarters: tuple[tuple[str, float | None], ...] = (),
    note: str = "",
) -> Value:
    said = tuple((label, part.shown) for label, part in parts if part.is_hidden or part.value)
    of = f"of {over.shown} {whole}" if over is not None else ""
    figure = None if count.value is None else float(count.value)
    return Value(_counted_in_words(count), of, said, quarters, note, figure)


def _counted_in_words(count: ReleasedCount) -> str:
    return HIDDEN if count.value is None else f"{count.value} {'woman' if count.value == 1 else 'women'}"


def share(
    count: ReleasedCount,
    whole: ReleasedCount,
    of: str,
    *,
    parts: Iterable[tuple[str, ReleasedCount]] = (),
    quarters: tuple[tuple[str, float | None], ...] = (),
    note: str = "",
) -> Value:
    """Per cent of a whole, from two released counts; hidden where either is."""
    part = count.share_of(whole)
    said = tuple((label, each.shown) for label, each in parts)
    over = f"{count.shown} of {whole.shown} {of}"
    if part is None:
        shown = "None yet" if whole.value == 0 else HIDDEN
        return Value(shown, over, said, quarters, note)
    return Value(f"{100 * part:.0f}%", over, said, quarters, note, 100 * part)


def _days(value: int | None, words: str) -> Value:
    if value is None:
        return Value(HIDDEN, note="Too few women for this figure to leave.")
    return Value(f"{value} {words}", figure=float(value))


_WORDS: Final = {
    Step.CONSIDERED: "women considered",
    Step.CONFIRMED: "women confirmed",
    Step.CONTACTED: "women reached",
    Step.REFERRED: "women referred",
}
_COHORT: Final = (
    "By the quarter in which the journey began. Journeys that began of late are still under way, so the last"
    " quarters are lower."
)


def _rate(
    summary: Summary, step: Step, whole: Step, *, parts: Iterable[tuple[str, ReleasedCount]] = ()
) -> Value:
    n = {line.step: line.n for line in summary.flow.lines}
    cells = summary.measured.cells
    each = []
    for quarter in summary.measured.quarters if {step, whole} <= set(BY_QUARTER) else ():
        part = cells[quarter_key(step, "n", quarter)].share_of(cells[quarter_key(whole, "n", quarter)])
        each.append((clocks.quarter_in_words(quarter), None if part is None else round(100 * part, 1)))
    note = _COHORT if each else ""
    return share(n[step], n[whole], _WORDS[whole], parts=parts, quarters=tuple(each), note=note)


def _each(summary: Summary, step: Step) -> tuple[tuple[str, float | None], ...]:
    cells = summary.measured.cells
    found = ((quarter, cells[quarter_key(step, "n", quarter)].value) for quarter in summary.measured.quarters)
    return tuple((clocks.quarter_in_words(at), None if n is None else float(n)) for at, n in found)


# --- values: from records of the programme ------------------------------------------------------------


@dataclass(frozen=True)
class Recorded:
    """One record as codes: its kind, its days and its coded answers. No words are in it."""

    kind: str
    on: date
    until: date | None
    codes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ends(self) -> date:
        return self.until or self.on


def of_records(
    rows: Sequence[Recorded],
    *,
    in_use: Sequence[InUse],
    agreements: Sequence[tuple[str, str]],
    today: date,
    rule: Rule,
) -> dict[str, Value]:
    """The value of every measure that records of the programme can give.

    `agreements` are the two organisations of each sharing agreement in force. A measure of which there is no
    record is not in it; what women's support cost is reckoned in `analysis.costs`.
    """
    of: dict[str, list[Recorded]] = {}
    for row in sorted(rows, key=lambda one: (one.on, one.ends)):
        if row.on <= today:
            of.setdefault(row.kind, []).append(row)
    found: dict[str, Value] = {}
    if spend := of.get("spend"):
        found["M1"] = _spend(spend)
    if time := of.get("staff_time"):
        found["M2"] = _posts(time, today)
    if agreements:
        partners = len({name for both in agreements for name in both})
        found["M3"] = Value(f"{partners} organisations", figure=float(partners))
    sessions = of.get("training", [])
    for code, kind, shown in (("M4", "training", "people"), ("M12", "awareness", "sessions")):
        if some := [one for one in sessions if one.codes.get("session") == kind]:
            weigh = _people if code == "M4" else _one
            over = f"at {_plural(len(some), 'session')}" if code == "M4" else ""
            found[code] = _in_all(some, weigh, shown, over)
    if meetings := of.get("governance"):
        came = len({place for one in meetings for place in (one.codes.get("present") or {})})
        over = f"{_plural(came, 'organisation')} came to one or more"
        found["M9"] = _in_all(meetings, _one, "meetings", over)
        due = sum(int(one.codes.get("actions") or 0) for one in meetings)
        if due:
            done = sum(int(one.codes.get("actions_done") or 0) for one in meetings)
            over = f"{done} of {due} actions"
            found["M10"] = Value(f"{100 * done / due:.0f}%", over, figure=100 * done / due)
    if changes := of.get("risk_change"):
        found["M44"] = _risk(changes, rule)
    adopted = ("adopted", "done")
    if actions := [one for one in of.get("prevention", []) if one.codes.get("stage") in adopted]:
        found["M46"] = _in_all(actions, _one, "actions", "")
    units = {one.measure.code: (one.measure.unit, one.measure.disclosure) for one in in_use}
    for code, figures in itertools.groupby(
        sorted(of.get("figure", []), key=lambda one: (str(one.codes.get("measure")), one.ends)),
        key=lambda one: str(one.codes.get("measure")),
    ):
        if code in units:
            found.setdefault(code, _entered(list(figures), *units[code], rule))
    return found


def _one(row: Recorded) -> float:
    return 1


def _people(row: Recorded) -> float:
    return sum((row.codes.get("came") or {}).values()) + (row.codes.get("others") or 0)


def _in_all(rows: Sequence[Recorded], weigh: Callable[[Recorded], float], words: str, over: str) -> Value:
    total = sum(weigh(one) for one in rows)
    said = words.removesuffix("s") if total == 1 and words.endswith("s") else words
    return Value(f"{total:,.0f} {said}", over, quarters=_quarterly(rows, weigh), figure=total)


def _quarterly(
    rows: Sequence[Recorded], weigh: Callable[[Recorded], float]
) -> tuple[tuple[str, float | None], ...]:
    """The sum of each quarter from the first to the last, by the last day of each; at most twelve."""
    sums: Counter[date] = Counter()
    for one in rows:
        sums[clocks.quarter(one.ends)] += weigh(one)  # type: ignore[assignment]
    at, last = min(sums), max(sums)
    found = [at]
    while found[-1] < last:
        found.append(clocks.next_quarter(found[-1]))
    return tuple((clocks.quarter_in_words(each), round(float(sums[each]), 2)) for each in found[-12:])


def _plural(n: int, word: str) -> str:
    return f"{n} {word}{'' if n == 1 else 's'}"


_LINES: Final = {
    "staff": "Staff", "services": "Services for women", "training": "Training",
    "premises": "Premises and running costs", "technology": "Technology", "evaluation": "Evaluation",
    "other": "Another line",
}  # fmt: skip


def _spend(rows: Sequence[Recorded]) -> Value:
    spent = sum(float(one.codes.get("spent") or 0) for one in rows)
    planned = sum(float(one.codes.get(_PLANNED) or 0) for one in rows)
    lines: Counter[str] = Counter()
    for one in rows:
        lines[str(one.codes.get("line"))] += float(one.codes.get("spent") or 0)  # type: ignore[assignment]
    said = tuple((_LINES.get(line, line), f"£{amount:,.0f}") for line, amount in sorted(lines.items()))
    each = _quarterly(rows, lambda one: float(one.codes.get("spent") or 0))
    return Value(f"£{spent:,.0f}", f"of £{planned:,.0f} planned", said, each, figure=spent)


def _posts(rows: Sequence[Recorded], today: date) -> Value:
    """The newest period of each organisation and kind of work; what ended more than a year ago has gone."""
    newest: dict[tuple[str, str], Recorded] = {}
    for one in rows:
        newest[str(one.codes.get("organisation")), str(one.codes.get("work"))] = one
    now = [one for one in newest.values() if clocks.months_after(one.ends, 12) >= today]
    posts = sum(float(one.codes.get("posts") or 0) for one in now)
    return Value(f"{posts:g} full-time posts", "in the newest period of each kind of work", figure=posts)


_RESULTS: Final = {
    "raised": "Risk raised", "lowered": "Risk lowered", "more": "Same level, said more exactly",
    "unchanged": "Unchanged",
}  # fmt: skip


@dataclass(frozen=True)
class Shared:
    """Risk assessments read again because a sector shared something: how many, and how many then changed."""

    sector: str
    read_again: ReleasedCount
    changed: ReleasedCount


def shared(rows: Sequence[Recorded], rule: Rule) -> tuple[Shared, ...] | None:
    """Information shared and used, by the sector that shared it: the very cells of measure M44.

    None where there is no such record; an empty tuple where there are too few for any of it to leave.
    """
    changes = [one for one in rows if one.kind == "risk_change"]
    if not changes:
        return None
    cells = _risk_cells(changes, rule)
    if cells is None:
        return ()
    return tuple(
        Shared(one.label, cells["from", one.value], cells["from", one.value, "changed"])
        for one in Sector
        if ("from", one.value) in cells
    )


def _risk_cells(rows: Sequence[Recorded], rule: Rule) -> Mapping[Key, ReleasedCount] | None:
    """Each record is of a woman's risk assessment, so its counts are protected as counts of women are.

    A record that does not say what came of the assessment is none that can be counted.
    """
    rows = [one for one in rows if one.codes.get("result") in _RESULTS]
    count = Counter(str(one.codes.get("result")) for one in rows)
    system = System()
    whole = sum(count[name] for name in _RESULTS)  # a record that does not say what came of it is left out
    system.add("all", RawCount(whole), systems.GRAND)
    for name in _RESULTS:
        system.add(name, RawCount(count[name]))
    changed = [name for name in _RESULTS if name != "unchanged"]
    system.add("changed", RawCount(sum(count[name] for name in changed)), systems.MARGIN)
    system.sums("changed", changed)
    system.sums("all", ["changed", "unchanged"])
    by = Counter(
        (str(one.codes.get("from_sector")), one.codes.get("result") != "unchanged") for one in rows
    )
    sectors = sorted({sector for sector, _ in by})
    for sector in sectors:
        here = ("from", sector)
        system.add(here, RawCount(by[sector, True] + by[sector, False]), systems.MARGIN)
        for which, is_changed in (("changed", True), ("unchanged", False)):
            system.add((*here, which), RawCount(by[sector, is_changed]))
        system.sums(here, [(*here, "changed"), (*here, "unchanged")])
    system.sums("all", [("from", sector) for sector in sectors])
    for which in ("changed", "unchanged"):
        system.sums(which, [("from", sector, which) for sector in sectors])
    try:
        return protect(system, rule).cells
    except AtRisk:
        return None


def _risk(rows: Sequence[Recorded], rule: Rule) -> Value:
    cells = _risk_cells(rows, rule)
    if cells is None:
        return Value(HIDDEN, note="Too few for any of it to leave.")
    parts = [(label, cells[name]) for name, label in _RESULTS.items()]
    return share(cells["changed"], cells["all"], "risk assessments read again", parts=parts)


def _entered(rows: Sequence[Recorded], unit: Unit, disclosure: DisclosureClass, rule: Rule) -> Value:
    """Figures counted elsewhere. What rests on few women is hidden here too, whoever entered it."""

    def shown(one: Recorded) -> float | None:
        about_women = disclosure is not DisclosureClass.NOT_OF_WOMEN
        value, rests_on = float(one.codes["value"]), int(one.codes.get("counted") or 0)
        few = rule.is_small(rests_on) or (unit is Unit.WOMEN and rule.is_small(int(value)))
        return None if about_women and few else value

    each = tuple(
        (clocks.quarter_in_words(clocks.quarter(one.ends)), shown(one)) for one in rows[-12:]
    )
    newest, value = rows[-1], shown(rows[-1])
    note = "Counted elsewhere and entered here."
    if value is None:
        return Value(HIDDEN, quarters=each, note=note)
    over = f"resting on {newest.codes['counted']}, to {newest.ends:%-d %B %Y}"
    return Value(measures.in_words(value, unit), over, quarters=each, note=note, figure=value)
