"""Contact with police as suspect and as victim, in equal stretches before and after support began.

From a file of dated records without names, one line a record, and one line with no date for a woman of whom
there is none. Each woman is counted over the same number of days before and after her own start; who has not
been followed so long is left out and counted. Sources: domain dossier, 6 (harm weights are loaded, never
bundled; victimisation is the fairer outcome, because some offences are recorded where police look).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, Final

import altair as alt
import numpy as np
from scipy import stats

from pathways.analysis import charts, measured, police_held
from pathways.analysis.charts import ACCENT, TEAL, Chart
from pathways.analysis.disclosure import AtRisk, Protected, Rule, System, protect
from pathways.analysis.disclosure import system as systems
from pathways.analysis.impact import reading
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.impact.proportions import DETECTABLE
from pathways.analysis.measured import Value
from pathways.analysis.sheets import Sheet, UnreadableError
from pathways.domain.evaluation import police_kept, police_records
from pathways.domain.evaluation.counts import HIDDEN, RawCount, ReleasedCount
from pathways.domain.evaluation.police_kept import Kept, Side, Told

EVIDENCE: Final = "Maryland scale 2, Nesta 2: before and after, with nobody to compare with"
CAUTIONS: Final = (
    "Women come to a programme when things are at their worst, so that records fall by themselves afterwards "
    "(regression to the mean). A fall is not an effect of the programme.",
    "A woman in a programme run with police is watched more, and may come to trust police enough to report: "
    "records can rise because more is seen, while less happens.",
    "A record is not guilt. Some offences are only recorded where police look for them, so harm done to "
    "her is the fairer outcome.",
)
#: Said where the file is a force's own, which begins on the force's day.
HANDED_OVER: Final = (
    "Before and after are counted from the day on which the force handed each woman to the programme: police "
    "do not know whether or when support began. Women who declined are counted too, so a change in those who "
    "were supported shows smaller here."
)
#: Stretches that can be asked for: months, and the days counted on either side.
WINDOWS: Final[Mapping[int, int]] = {3: 91, 6: 182, 12: 365}
KINDS: Final = (("suspect", "As suspect"), ("victim", "As victim"))
_ALL: Final = frozenset(kind for kind, _ in KINDS)


@dataclass(frozen=True)
class Columns:
    """The columns of the file. `offence` may be empty, and then nothing is weighed."""

    woman: str
    start: str
    until: str
    kind: str
    on: str
    offence: str = ""


@dataclass(frozen=True)
class Counted:
    """One kind of contact, before and after."""

    label: str
    any_before: ReleasedCount
    any_after: ReleasedCount
    both: ReleasedCount
    neither: ReleasedCount
    figures: tuple[tuple[str, str], ...]
    rates: tuple[float, float] | None


@dataclass(frozen=True)
class Contact:
    """Everything that may be shown of the file."""

    months: int
    n: ReleasedCount
    too_short: ReleasedCount
    kinds: tuple[Counted, ...]
    chart: Chart | None
    evidence: str
    cautions: tuple[str, ...]
    harm: str
    disclosure: str
    #: what keeping these figures would hide beside those that were kept before, or why they cannot be kept
    beside: str = ""


def count(
    sheet: Sheet, columns: Columns, months: int, rule: Rule, *, weights: Mapping[str, float], source: str
) -> Contact:
    """Raises UnreadableError for a cell that will not do, UnanswerableError where nobody can be counted."""
    counting = _counting(sheet, columns, months, weights)
    made = _contact(counting, protect(counting.system, rule), rule)
    return replace(made, chart=_chart(made.kinds, months, made.n, source, counting.is_handed_over))


@dataclass(frozen=True)
class _Counting:
    """What was counted of a file, before disclosure control; of each kind, records before and after."""

    months: int
    is_handed_over: bool
    sides: Mapping[str, np.ndarray]
    harms: Mapping[str, np.ndarray]
    harm: str
    system: System


def _counting(sheet: Sheet, columns: Columns, months: int, weights: Mapping[str, float]) -> _Counting:
    days = WINDOWS[months]
    women = _women(sheet, columns)
    long_enough = {who: one for who, one in women.items() if one.until >= one.start + days}
    if not long_enough:
        raise UnanswerableError(f"no woman has been followed for {months} months")
    sides = {
        kind: np.array(
            [[_in(one, kind, one.start - days, one.start), _in(one, kind, one.start, one.start + days)]
             for one in long_enough.values()], dtype=float,
        )
        for kind, _ in KINDS
    }  # fmt: skip
    system = System()
    n, gone = len(long_enough), len(women) - len(long_enough)
    system.add("n", RawCount(n), systems.GRAND)
    system.add("short", RawCount(gone))
    system.add("file", RawCount(len(women)), systems.GRAND)
    system.sums("file", ["n", "short"])
    for kind, _ in KINDS:
        _cells(system, kind, sides[kind])
    harms, said = _harms(long_enough, days, weights, columns)
    return _Counting(months, columns.start == police_records.HANDED_OVER, sides, harms, said, system)


def _contact(
    counting: _Counting, protected: Protected, rule: Rule, means: Collection[str] = _ALL
) -> Contact:
    """What may be shown, not drawn yet; means only of these kinds of contact."""
    cells = protected.cells
    kinds = tuple(
        _counted(kind, label, counting.sides[kind], cells, rule, counting.harms.get(kind), kind in means)
        for kind, label in KINDS
    )
    hidden = sum(one.is_hidden for one in cells.values())
    return Contact(
        counting.months, cells["n"], cells["short"], kinds, None, EVIDENCE,
        (HANDED_OVER, *CAUTIONS) if counting.is_handed_over else CAUTIONS,
        counting.harm,
        f"{rule.words} Of {len(cells)} counts {hidden} are hidden; an attack on them found "
        f"{len(protected.audit.at_risk) or 'nothing'} at risk.",
    )  # fmt: skip


# --- kept for the measures ----------------------------------------------------------------------------


@dataclass(frozen=True)
class ForMeasures:
    """What M36 and M41 are read from: figures that were kept, or whether a file waits to be counted."""

    kept: Kept | None = None
    is_waiting: bool = False


def keep(
    sheet: Sheet,
    columns: Columns,
    months: int,
    rules: Iterable[Rule],
    *,
    weights: Mapping[str, float],
    source: str,
    on: date,
    earlier: Sequence[Kept] = (),
) -> Kept:
    """The figures as `count` shows them under each rule; a rule under which nothing may leave has none.

    Each is held against every `earlier` set, whose women may be the same but for a few, and hides whatever
    would give one of these few away. Whoever may see the figures of a lower threshold sees those of a higher
    one as well: what the lower hides, the higher hides too. Raises as `count` does, and UnanswerableError
    where nothing may leave under any rule.
    """
    counting = _counting(sheet, columns, months, weights)
    told: list[Told] = []
    last: Contact | None = None
    hidden: set[Any] = set()
    means: Collection[str] = _ALL
    why = "so few women are in it that nothing of it may leave"
    wanted = sorted(dict.fromkeys(rules), key=lambda rule: (rule.threshold, rule.rounding or 0))
    for threshold, alike in groupby(wanted, key=lambda rule: rule.threshold):
        rule = Rule(threshold)
        try:
            held = police_held.hold(counting.system, rule, earlier, hidden)
        except AtRisk as error:
            why = str(error) if isinstance(error, police_held.TooNear) else why
            break  # an audience of whom more is hidden is told no more than this one
        hidden = {key for key, one in held.protected.cells.items() if one.is_hidden}
        exact = _told(_contact(counting, held.protected, rule, means), rule)
        means = {
            side.kind for side in exact.sides
            if side.rates is not None and police_held.may_say_means(side.kind, exact, earlier)
        }  # fmt: skip
        for each in alike:
            last = _contact(counting, protect(counting.system, each, hidden=hidden), each, means)
            last = replace(last, disclosure=last.disclosure + _beside_words(len(earlier), held.more))
            told.append(_told(last, each))
    if last is None:
        raise UnanswerableError(why)
    return Kept(source, on, months, last.evidence, last.cautions, last.harm, tuple(told))


def lost(shown: Contact, kept: Kept, rule: Rule) -> tuple[str, ...]:
    """What the page shows of a file and is hidden in the figures kept of the very same file, in words."""
    told = kept.under(rule.threshold, rule.rounding)
    if told is None:
        return ("all of them",)
    was = _told(shown, rule)
    found = ["women left out"] if told.too_short.is_hidden and not was.too_short.is_hidden else []
    for one, other in zip(was.sides, told.sides, strict=True):
        words = [
            label for (label, a), (_, b) in zip(_women_with(one), _women_with(other), strict=True)
            if b.is_hidden and not a.is_hidden
        ]  # fmt: skip
        words += ["Records a hundred women"] if one.rates is not None and other.rates is None else []
        found += [f"{each[:1].lower()}{each[1:]} ({one.label.lower()})" for each in words]
    return tuple(found)


def _beside_words(earlier: int, more: int) -> str:
    if not earlier:
        return ""
    many = "1 set of figures" if earlier == 1 else f"{earlier} sets of figures"
    held = f"{more} more are hidden because of it" if more else "nothing more is hidden for it"
    return f" Laid over {many} kept before, {held}."


def _told(made: Contact, rule: Rule) -> Told:
    sides = tuple(
        Side(
            kind, one.label, one.any_before, one.any_after, one.both, one.neither, one.figures,
            (round(one.rates[0]), round(one.rates[1])) if one.rates else None,
        )
        for (kind, _), one in zip(KINDS, made.kinds, strict=True)
    )  # fmt: skip
    return Told(rule.threshold, rule.rounding, made.n, made.too_short, sides, made.disclosure)


def values(given: ForMeasures, rule: Rule) -> dict[str, Value]:
    """M36 and M41 for readers under this rule: the very figures of the page of police contact."""
    kept = given.kept
    if kept is None:
        if not given.is_waiting:
            return {}
        why = "A file is here whose figures are not kept: count it under Police contact, and keep them."
        return dict.fromkeys(police_kept.MEASURES, Value("Not kept yet", note=why))
    told = kept.under(rule.threshold, rule.rounding)
    if told is None:
        why = f"Too few women, or too few more than were kept before, for any of it to leave. {_from(kept)}"
        return dict.fromkeys(police_kept.MEASURES, Value(HIDDEN, note=why))
    since = f" {HANDED_OVER}" if HANDED_OVER in kept.cautions else ""
    said = f"{kept.evidence}. {_from(kept)}{since}"
    followed = f"women followed for {kept.months} months on each side"
    victim = told.side("victim")
    again = measured.share(
        victim.both, told.n, f"{followed} were victims before and again after", parts=_women_with(victim),
        note=f"{said} Not followed so long, and left out: {told.too_short.shown}.",
    )  # fmt: skip
    ratios = "; ".join(f"{one.label}: {_ratio(one)}" for one in told.sides)
    parts = [
        (f"{one.label}: {words[:1].lower()}{words[1:]}", figure)
        for one in told.sides
        for words, figure in (*((label, n.shown) for label, n in _women_with(one)), *one.figures)
    ]
    beside = Value(
        HIDDEN if all(one.rates is None for one in told.sides) else ratios,
        f"records after for each one before, of {told.n.shown} {followed}",
        tuple(parts),
        note=f"{said} {kept.harm}",
    )
    return dict(zip(police_kept.MEASURES, (again, beside), strict=True))


def lines(told: Told) -> tuple[tuple[str, ...], ...]:
    """Women with any record, and what came of counting, as a table: a row a figure, a column a kind."""
    heads = ("", *(one.label for one in told.sides))
    found: dict[str, dict[str, str]] = {}
    for one in told.sides:
        for words, figure in (*((label, n.shown) for label, n in _women_with(one)), *one.figures):
            found.setdefault(words, {})[one.kind] = figure
    return (heads, *((words, *(by.get(one.kind, "–") for one in told.sides)) for words, by in found.items()))


def _women_with(side: Side) -> tuple[tuple[str, ReleasedCount], ...]:
    return (
        ("Women with any record before", side.any_before),
        ("Women with any record after", side.any_after),
        ("Women with a record both before and after", side.both),
        ("Women with a record neither before nor after", side.neither),
    )


def _ratio(side: Side) -> str:
    if side.rates is None:
        return HIDDEN
    before, after = side.rates
    return f"{after / before:.2f} times" if before else "none before to compare with"


def _from(kept: Kept) -> str:
    asked = "" if kept.months == police_kept.MONTHS else (
        f" The measure asks for {police_kept.MONTHS} months; these are {kept.months}."
    )  # fmt: skip
    return (
        f"From a file of police records ({kept.source}), counted under Police contact and kept on "
        f"{kept.kept_on:%-d %B %Y}.{asked}"
    )


# --- reading ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Woman:
    start: float
    until: float
    #: kind, day, offence
    records: tuple[tuple[str, float, str], ...]


def _women(sheet: Sheet, columns: Columns) -> dict[str, _Woman]:
    wanted = [columns.woman, columns.start, columns.until, columns.kind, columns.on]
    if len(set(wanted)) < len(wanted):
        raise UnanswerableError("each question wants a column of its own")
    sheet.need(*wanted, *([columns.offence] if columns.offence else []))
    start, until, on = (reading.days(sheet, name) for name in (columns.start, columns.until, columns.on))
    names = sheet.frame[columns.woman].to_list()
    kinds = [str(each or "").strip().lower() for each in sheet.frame[columns.kind].to_list()]
    offences = sheet.frame[columns.offence].to_list() if columns.offence else [None] * len(names)
    spans: dict[str, tuple[float, float]] = {}
    records: dict[str, list[tuple[str, float, str]]] = {}
    known = {kind for kind, _ in KINDS}
    for at, who in enumerate(names):
        row = sheet.row_of(at)
        if who is None:
            raise UnreadableError(
                sheet.path, "is blank: every line is of one woman", row=row, column=columns.woman
            )
        for name, value in ((columns.start, start[at]), (columns.until, until[at])):
            if math.isnan(value):
                raise UnreadableError(
                    sheet.path, "is blank: a day is wanted on every line", row=row, column=name
                )
        span = (float(start[at]), float(until[at]))
        if spans.setdefault(who, span) != span:
            why = "differs from another line of the same woman"
            raise UnreadableError(sheet.path, why, row=row, column=columns.start)
        records.setdefault(who, [])
        if math.isnan(on[at]):
            continue
        if kinds[at] not in known:
            why = "says neither suspect nor victim"
            raise UnreadableError(sheet.path, why, row=row, column=columns.kind)
        records[who].append((kinds[at], float(on[at]), str(offences[at] or "").strip().casefold()))
    return {who: _Woman(*spans[who], tuple(several)) for who, several in records.items()}


def _in(one: _Woman, kind: str, low: float, high: float) -> int:
    """Records of a kind from the day `low` up to, and without, the day `high`."""
    return sum(which == kind and low <= day < high for which, day, _ in one.records)


def _harms(
    women: Mapping[str, _Woman], days: int, weights: Mapping[str, float], columns: Columns
) -> tuple[dict[str, np.ndarray], str]:
    """Weights before and after, by kind, a line a woman; and what is to be said of them."""
    if not columns.offence:
        return {}, "Harm is not weighed: the file has no column of offences that was chosen."
    if not weights:
        return {}, (
            "Harm is not weighed: no table of harm weights has been taken in. It comes in under Files, as "
            "reference figures."
        )
    wanted = [record for one in women.values() for record in one.records]
    without = sum(offence not in weights for _, _, offence in wanted)
    share = without / len(wanted) if wanted else 0.0
    found = {
        kind: np.array(
            [
                [
                    sum(weights.get(offence, 0.0) for which, day, offence in one.records
                        if which == kind and low <= day < low + days)
                    for low in (one.start - days, one.start)
                ]
                for one in women.values()
            ]
        )
        for kind, _ in KINDS
    }  # fmt: skip
    return found, (
        f"Harm is weighed by the newest table of harm weights. {share:.0%} of records have no weight there "
        "and weigh nothing."
    )


# --- counting ---------------------------------------------------------------------------------------


def _cells(system: System, kind: str, sides: np.ndarray) -> None:
    was, now = sides[:, 0] > 0, sides[:, 1] > 0
    for name, mask in (
        ("both", was & now),
        ("before", was & ~now),
        ("after", ~was & now),
        ("neither", ~was & ~now),
    ):
        system.add((kind, name), RawCount(int(mask.sum())))
    for name, mask, parts in (
        ("any before", was, ("both", "before")),
        ("any after", now, ("both", "after")),
    ):
        system.add((kind, name), RawCount(int(mask.sum())), systems.MARGIN)
        system.sums((kind, name), [(kind, part) for part in parts])
    system.sums("n", [(kind, name) for name in ("both", "before", "after", "neither")])


def _counted(
    kind: str, label: str, sides: np.ndarray, cells: Mapping[Any, ReleasedCount], rule: Rule,
    harm: np.ndarray | None, may_say_means: bool,
) -> Counted:  # fmt: skip
    any_before, any_after = cells[kind, "any before"], cells[kind, "any after"]
    figures: list[tuple[str, str]] = []
    rates = None
    n = cells["n"].value
    # a mean rests on the women with any record at all: the others are noughts that everybody knows
    is_enough = n is not None and all(
        one.value is not None and (one.value == 0 or one.value > rule.threshold)
        for one in (any_before, any_after)
    )
    is_enough = is_enough and may_say_means and n is not None and n > 2 * rule.threshold
    before, after = cells[kind, "before"].value, cells[kind, "after"].value
    # the test says what the two are, so it stands only where anybody can work them out from what is shown
    is_seen = not any(one.is_hidden for one in (any_before, any_after, cells[kind, "both"]))
    if is_seen and before is not None and after is not None and before + after > 0:
        p = float(stats.binomtest(before, before + after).pvalue)
        figures.append(("Women with any record, after beside before (McNemar, exact)", _p(p)))
    if is_enough:
        rates = (100 * float(sides[:, 0].mean()), 100 * float(sides[:, 1].mean()))
        figures.insert(0, ("Records a hundred women, before and after", f"{rates[0]:.0f} and {rates[1]:.0f}"))
        figures.append(("Change in records a hundred women", _change(100 * sides)))
        if harm is not None:
            means = [float(harm[:, at].mean()) for at in (0, 1)]
            figures.append(("Harm weight a woman, before and after", f"{means[0]:.1f} and {means[1]:.1f}"))
            figures.append(("Change in harm weight a woman", _change(harm)))
        spread = float((sides[:, 1] - sides[:, 0]).std(ddof=1)) if len(sides) > 1 else 0.0
        least = 100 * DETECTABLE * spread / math.sqrt(len(sides))
        figures.append(
            ("Would be found four times in five", f"a change of {least:.0f} records a hundred women or more")
        )
    else:
        figures.append(("Records a hundred women", "Too few women with a record for this to leave."
                        if may_say_means else "Too few women more, or fewer, than were kept before."))
    return Counted(
        label, any_before, any_after, cells[kind, "both"], cells[kind, "neither"], tuple(figures), rates
    )


def _change(sides: np.ndarray) -> str:
    by = sides[:, 1] - sides[:, 0]
    half = float(stats.t.ppf(0.975, len(by) - 1)) * float(by.std(ddof=1)) / math.sqrt(len(by))
    middle = float(by.mean())
    said = f"{middle:+.1f} (95% interval {middle - half:+.1f} to {middle + half:+.1f})"
    if middle - half <= 0 <= middle + half:
        said += "; these numbers cannot say whether it fell, rose or stayed"
    return said


def _p(value: float) -> str:
    return "p below 0.001" if value < 0.001 else f"p = {value:.3f}"


def _chart(
    kinds: Sequence[Counted], months: int, n: ReleasedCount, source: str, is_handed_over: bool
) -> Chart | None:
    shown = [(one, one.rates) for one in kinds if one.rates is not None]
    if not shown:
        return None
    rows = [
        {"kind": one.label, "when": when, "rate": round(rate, 1), "words": f"{rate:.0f}"}
        for one, rates in shown
        for when, rate in zip(("Before", "After"), rates, strict=True)
    ]
    names = [one.label for one, _ in shown]
    base = alt.Chart(charts.data(rows)).encode(
        x=alt.X("rate:Q", axis=alt.Axis(title="Records a hundred women")),
        y=alt.Y("kind:N", sort=names, axis=charts.labels(names, 14)),
        yOffset=alt.YOffset("when:N", sort=["Before", "After"]),
    )
    colour = alt.Color(
        "when:N", scale=alt.Scale(domain=["Before", "After"], range=[ACCENT, TEAL]),
        legend=alt.Legend(title=None, orient="top", labelFontSize=13, labelLimit=0, columnPadding=24),
    )  # fmt: skip
    picture = alt.layer(
        base.mark_bar().encode(color=colour),
        base.mark_text(align="left", dx=5, fontSize=13).encode(text="words:N"),
    ).properties(width=520, height=64 * len(names))
    table = [(one.label, *(f"{rate:.0f}" for rate in rates)) for one, rates in shown]
    return charts.draw(
        "police-contact",
        f"Police records in the {months} months before support began and after it"
        if not is_handed_over
        else f"Police records in the {months} months before police handed her to the programme and after it",
        f"Records a hundred women, over the same number of days on both sides (n {n.shown}). {EVIDENCE}.",
        "; ".join(f"{label}: {before} before, {after} after" for label, before, after in table) + ".",
        f"{source}.",
        (("Contact with police", "Before", "After"), *table),
        picture,
    )
