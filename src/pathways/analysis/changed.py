"""What changed for the women between two measurements: on instruments, on the ladder, towards her goals.

Of the women whose support began. Every count shares its totals with the flow and is protected and attacked
with it. Means leave by the rule of the times between steps: they rest on more than twice the threshold of
women, and so does what would be left of the group. What those who were measured once only came to is shown,
and whether they differ from the others is tested, because a change among those who stayed is not the change
among all.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
from scipy import stats

from pathways.analysis import counted, flow
from pathways.analysis.disclosure import Rule, System
from pathways.analysis.disclosure import system as systems
from pathways.analysis.disclosure.system import Key
from pathways.analysis.extract import Extract
from pathways.analysis.flow import EVERY
from pathways.analysis.impact import differences
from pathways.analysis.impact.differences import Tested
from pathways.analysis.impact.proportions import DETECTABLE
from pathways.analysis.process import Line
from pathways.domain.evaluation import moved
from pathways.domain.evaluation.counts import RawCount, ReleasedCount
from pathways.domain.evaluation.facts import EventFact
from pathways.domain.evaluation.flow import Passage, Step
from pathways.domain.evaluation.moved import CHANGES, CutOffSide, Followed, Moved, Pair, Yardstick
from pathways.domain.outcomes.progress import Change, LadderChange
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.needs import Domain, Rung

EVIDENCE: Final = "Maryland scale 2, Nesta 2: before and after, with nobody to compare with"
NOT_AN_EFFECT: Final = (
    "People are often measured when things are at their worst, and then get better by themselves (regression "
    "to the mean). With nobody to compare with, a change here is not an effect of the programme; and where "
    "no change is seen, that does not mean that there was none."
)
#: fewer pairs than this are too few for a finding (as for matched groups: domain dossier, 6)
FEWEST: Final = 30


class Parted:
    """Words for the parts of a table of measured women."""

    TWICE = "twice"
    ONCE = "once"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Material:
    """Raw, and only for `parts` and `table`: whose support began and how it stands, and what was measured."""

    standing: Mapping[str, Followed]
    measured: tuple[tuple[Yardstick, Mapping[str, Pair]], ...]
    ladder: Mapping[str, LadderChange | None]
    goals: Mapping[str, Change | None]
    has_goal: frozenset[str]


@dataclass(frozen=True, slots=True)
class Means:
    """Mean scores of the women measured twice, their change with its 95% interval, in the scale's points."""

    before: float
    after: float
    change: float
    low: float
    high: float
    before_low: float
    before_high: float
    after_low: float
    after_high: float
    #: the least mean change that so many pairs would show four times in five
    detectable: float


@dataclass(frozen=True, slots=True)
class Missing:
    """Whether those measured once only differ from those measured again, or why that is not said."""

    by_support: str
    by_first_score: str


@dataclass(frozen=True)
class Instrumental:
    """One instrument: how many women have two scores, and how these moved."""

    yardstick: Yardstick
    twice: ReleasedCount
    once: ReleasedCount
    never: ReleasedCount
    lines: tuple[Line, ...]
    by_support: tuple[tuple[Followed, ReleasedCount, ReleasedCount, ReleasedCount], ...]
    means: Means | None
    missing: Missing

    @property
    def has_error(self) -> bool:
        """Whether reliable change can be told from the instrument's error."""
        return self.yardstick.least_change is not None

    def count(self, code: str) -> ReleasedCount:
        return next((line.n for line in self.lines if line.code == code), ReleasedCount(0))

    @property
    def better(self) -> ReleasedCount:
        """Women reliably better, across the cut-off or not."""
        both = [self.count(each.value) for each in (Moved.RECOVERED, Moved.BETTER)]
        if any(each.value is None for each in both):
            return ReleasedCount(None)
        return ReleasedCount(sum(each.value or 0 for each in both))

    @property
    def is_few(self) -> bool:
        return self.twice.value is None or self.twice.value < FEWEST

    @property
    def rule(self) -> str:
        """By what a change is judged, in words."""
        held, better = self.yardstick, "lower" if self.yardstick.is_lower_better else "higher"
        said = f"On {held.name} {better} is better. "
        if (least := held.least_change) is not None:
            how = "published" if held.change is not None else "reckoned from its reliability"
            said += f"A change of {least:.2f} points or more is beyond the instrument’s own error ({how})"
            said += f", and the cut-off is {held.cutoff:g}. " if held.cutoff is not None else ". "
            return said + (f"Source: {held.source}." if held.source else "")
        said += "Its error is not known here, so no change is called reliable"
        if held.cutoff is not None:
            said += f": the table says who crossed the cut-off of {held.cutoff:g}, which is weaker"
        return f"{said}."

    @property
    def statement(self) -> str:
        """What may be said of it, in plain words."""
        n = self.twice
        if n.value == 0:
            return (
                f"Nobody whose support began has two {self.yardstick.name} scores at least "
                f"{moved.LEAST_DAYS} days apart yet, so nothing can be said of change."
            )
        if n.is_hidden:
            return "Too few women were measured twice for figures to leave."
        parts = []
        if self.has_error:
            worse = self.count(Moved.WORSE.value)
            parts.append(
                f"Of {n.shown} women measured twice, {_shown(self.better)} got better by more than the "
                f"instrument’s error, {_shown(self.count(Moved.RECOVERED.value))} of them across the "
                f"cut-off, and {_shown(worse)} got worse."
            )
        else:
            crossed = self.count(CutOffSide.TO_BETTER.value)
            parts.append(f"Of {n.shown} women measured twice, {_shown(crossed)} crossed the cut-off for the "
                         "better. Whether that is more than its error is not known.")  # fmt: skip
        if not self.once.is_hidden and self.once.value:
            parts.append(f"{self.once.shown} more were measured once; what became of them is not known.")
        if self.is_few:
            parts.append(f"Fewer than {FEWEST} pairs are too few for a finding.")
        return " ".join(parts)

    @property
    def detectable(self) -> str:
        """What so many pairs could show, in words; nothing where the number of pairs is hidden."""
        if not self.twice.value:
            return ""
        spread = DETECTABLE / math.sqrt(self.twice.value)
        said = (
            f"With {self.twice.value} pairs, a mean change of {spread:.2f} standard deviations of change "
            "or more would be found four times in five"
        )
        if self.means is not None:
            said += f": here {self.means.detectable:.1f} points"
        return f"{said}."


@dataclass(frozen=True)
class Plain:
    """How women moved on a scale of our own, of those rated twice; `domains` a row a part of a life."""

    twice: ReleasedCount
    once: ReleasedCount
    never: ReleasedCount
    lines: tuple[Line, ...]
    domains: tuple[tuple[str, tuple[ReleasedCount, ...]], ...] = ()

    def count(self, change: Change) -> ReleasedCount:
        return next((line.n for line in self.lines if line.code == change.value), ReleasedCount(0))


@dataclass(frozen=True)
class Changes:
    """Everything released about change, each part with how many are missing."""

    started: ReleasedCount
    instruments: tuple[Instrumental, ...]
    ladder: Plain
    goals: Plain
    #: names of instruments of which no woman whose support began has a score
    not_measured: tuple[str, ...]
    evidence: str = EVIDENCE
    caution: str = NOT_AN_EFFECT

    def of(self, code: str) -> Instrumental | None:
        return next((one for one in self.instruments if one.yardstick.code == code), None)


# --- gathering --------------------------------------------------------------------------------------


def gather(
    extract: Extract, women: Mapping[str, tuple[EventFact, ...]], went: Mapping[str, Passage]
) -> Material:
    """What was measured of the women of this period, up to the day of the extract."""
    last = clocks.local(extract.as_at).date()
    standing = {who: moved.followed(p) for who, p in went.items() if p.has_reached(Step.STARTED)}
    measured = []
    for row in sorted(extract.instruments, key=lambda one: (str(one["name"]), str(one["edition"]))):
        held = Yardstick.read(row)
        pairs = moved.pairs(
            moved.Score(
                str(one["client_id"]),
                _day(one["measured_on"]),
                float(one["value"]),
                _text(one["recorded_at"]),
            )
            for one in extract.scores
            if (one["instrument"], one["edition"]) == (held.code, held.edition)
            and _day(one["measured_on"]) <= last
            and str(one["client_id"]) in standing
        )
        measured.append((held, pairs))
    ladder = moved.ladders(
        moved.Rated(
            str(one["client_id"]), str(one["assessment_id"]), _moment(one["at"]), Domain(one["domain"]),
            Rung(one["rung"]) if one["rung"] else None,
        )
        for one in extract.ladder
        if str(one["client_id"]) in standing and _moment(one["at"]) <= extract.as_at
    )  # fmt: skip
    has_goal = frozenset(
        who for who, hers in women.items() if any(one.kind is EventKind.GOAL_SET for one in hers)
    )
    goals = moved.towards_goals(
        moved.Near(str(one["client_id"]), str(one["goal_id"]), _moment(one["at"]), int(one["value"]))
        for one in extract.nearness
        if str(one["client_id"]) in has_goal and _moment(one["at"]) <= extract.as_at
    )
    return Material(standing, tuple(measured), ladder, goals, has_goal)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _moment(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ValueError("every rating needs a time with a zone")
    return found


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value or "")


# --- cells ------------------------------------------------------------------------------------------


def key(scale: str, *parts: str) -> Key:
    return ("change", scale, *parts)


def names(material: Material) -> list[str]:
    """What `parts` are called, in their order: the same for the same instrument in every release."""
    scales = [held for held, pairs in material.measured if pairs]
    return [*(f"change on {held.code} {held.edition}" for held in scales), "change on the ladder"]


def parts(material: Material) -> list[System]:
    """One more part of the release for each instrument and for the ladder; all share the flow's totals."""
    found = [_instrument(held, pairs, material.standing) for held, pairs in material.measured if pairs]
    found.append(_ladder(material))
    return found


def _instrument(held: Yardstick, pairs: Mapping[str, Pair], standing: Mapping[str, Followed]) -> System:
    system = System()
    scale = _scale(held)
    count = Counter((_part(pairs.get(who)), state) for who, state in standing.items())
    shared = {
        Followed.COMPLETED: flow.key(Step.COMPLETED, "n", EVERY),
        Followed.LEFT: flow.key(Step.STARTED, "lost", EVERY),
        Followed.IN_SUPPORT: flow.key(Step.STARTED, "open", EVERY),
    }
    names = (Parted.TWICE, Parted.ONCE, Parted.NEVER)
    for state in Followed:
        for part in names:
            system.add(key(scale, part, state.value), RawCount(count[part, state]))
        system.add(shared[state], RawCount(sum(count[part, state] for part in names)), systems.MARGIN)
        system.sums(shared[state], [key(scale, part, state.value) for part in names])
    for part in names:
        total = sum(count[part, state] for state in Followed)
        system.add(key(scale, part), RawCount(total), 2 * systems.MARGIN)
        system.sums(key(scale, part), [key(scale, part, state.value) for state in Followed])
    _started(system, len(standing), [key(scale, part) for part in names])
    if kinds := _kinds(held):
        how = Counter(_how(held, pair) for pair in pairs.values() if pair.after is not None)
        for kind in kinds:
            system.add(key(scale, "moved", kind.value), RawCount(how[kind]), 2 * systems.INNER)
        system.sums(key(scale, Parted.TWICE), [key(scale, "moved", kind.value) for kind in kinds])
    return system


def _started(system: System, n: int, parts: Sequence[Key]) -> None:
    total = flow.key(Step.STARTED, "n", EVERY)
    system.add(total, RawCount(n), systems.GRAND)
    system.sums(total, parts)


def _scale(held: Yardstick) -> str:
    return f"{held.code} {held.edition}"


def _part(pair: Pair | None) -> str:
    if pair is None:
        return Parted.NEVER
    return Parted.ONCE if pair.after is None else Parted.TWICE


def _kinds(held: Yardstick) -> tuple[Moved, ...] | tuple[CutOffSide, ...]:
    if held.least_change is not None:
        return tuple(Moved)
    return tuple(CutOffSide) if held.cutoff is not None else ()


def _how(held: Yardstick, pair: Pair) -> Moved | CutOffSide | None:
    assert pair.after is not None
    return held.moved(pair.before, pair.after) or held.crossed(pair.before, pair.after)


def _ladder(material: Material) -> System:
    system = System()
    standing, ladder = material.standing, material.ladder
    twice = {who: each for who, each in ladder.items() if each is not None}
    system.add(key("ladder", Parted.TWICE), RawCount(len(twice)), 2 * systems.MARGIN)
    system.add(key("ladder", Parted.ONCE), RawCount(len(ladder) - len(twice)), systems.MARGIN)
    system.add(key("ladder", Parted.NEVER), RawCount(len(standing) - len(ladder)), systems.MARGIN)
    names = (Parted.TWICE, Parted.ONCE, Parted.NEVER)
    _started(system, len(standing), [key("ladder", part) for part in names])
    _moves(system, "ladder", [each.change for each in twice.values()])
    for domain in Domain:
        better = sum(domain in each.better for each in twice.values())
        worse = sum(domain in each.worse for each in twice.values())
        missing = sum(domain in each.missing for each in twice.values())
        rest = len(twice) - better - worse - missing
        for place, n in zip(_PLACES, (better, rest, worse, missing), strict=True):
            system.add(key("ladder", domain.value, place), RawCount(n))
        system.sums(key("ladder", Parted.TWICE), [key("ladder", domain.value, place) for place in _PLACES])
    return system


_PLACES: Final = ("up", "same", "down", "missing")
#: heads of the ladder's table by part of a life
PLACES: Final = ("Up a rung or more", "The same rung", "Down a rung or more", "Not asked both times")


def _moves(system: System, scale: str, changes: Sequence[Change]) -> None:
    how = Counter(changes)
    for change in CHANGES:
        system.add(key(scale, "moved", change.value), RawCount(how[change]), 2 * systems.INNER)
    system.sums(key(scale, Parted.TWICE), [key(scale, "moved", change.value) for change in CHANGES])


def add_goals(system: System, material: Material) -> None:
    """The women who set a goal, by how near they came to it: into the part that counts goals already."""
    twice = [each for each in material.goals.values() if each is not None]
    once = len(material.goals) - len(twice)
    never = len(material.has_goal) - len(material.goals)
    for part, n in ((Parted.TWICE, len(twice)), (Parted.ONCE, once), (Parted.NEVER, never)):
        system.add(key("goals", part), RawCount(n), systems.MARGIN)
    names = (Parted.TWICE, Parted.ONCE, Parted.NEVER)
    system.sums(counted.key("goal set"), [key("goals", part) for part in names])
    _moves(system, "goals", twice)


# --- what is released -------------------------------------------------------------------------------


def table(material: Material, cells: Mapping[Key, ReleasedCount], rule: Rule) -> Changes:
    """The released tables; an instrument of which nobody has a score is only named."""
    return Changes(
        cells[flow.key(Step.STARTED, "n", EVERY)],
        tuple(_released(held, pairs, material, cells, rule) for held, pairs in material.measured if pairs),
        _plain("ladder", cells, with_domains=True),
        _plain("goals", cells),
        tuple(held.name for held, pairs in material.measured if not pairs),
    )


def _plain(scale: str, cells: Mapping[Key, ReleasedCount], *, with_domains: bool = False) -> Plain:
    domains = tuple(
        (domain.label, tuple(cells[key(scale, domain.value, place)] for place in _PLACES))
        for domain in (Domain if with_domains else ())
    )
    lines = (Line(one.value, _PLAIN_WORDS[one], cells[key(scale, "moved", one.value)]) for one in CHANGES)
    return Plain(
        cells[key(scale, Parted.TWICE)],
        cells[key(scale, Parted.ONCE)],
        cells[key(scale, Parted.NEVER)],
        tuple(line for line in lines if line.code != Change.NOT_KNOWN.value or line.n.value != 0),
        domains,
    )


_PLAIN_WORDS: Final = {
    Change.IMPROVED: "Better",
    Change.MIXED: "Better in some, worse in others",
    Change.UNCHANGED: "No clear change",
    Change.WORSENED: "Worse",
    Change.NOT_KNOWN: "Not asked the same both times",
}


def _released(
    held: Yardstick,
    pairs: Mapping[str, Pair],
    material: Material,
    cells: Mapping[Key, ReleasedCount],
    rule: Rule,
) -> Instrumental:
    scale = _scale(held)
    by_support = tuple(
        (
            state,
            cells[key(scale, Parted.TWICE, state.value)],
            cells[key(scale, Parted.ONCE, state.value)],
            cells[key(scale, Parted.NEVER, state.value)],
        )
        for state in Followed
    )
    twice, once = cells[key(scale, Parted.TWICE)], cells[key(scale, Parted.ONCE)]
    both = [(pair.before, pair.after) for pair in pairs.values() if pair.after is not None]
    alone = [pair.before for pair in pairs.values() if pair.after is None]
    lines = tuple(
        Line(kind.value, kind.label, cells[key(scale, "moved", kind.value)]) for kind in _kinds(held)
    )
    return Instrumental(
        held,
        twice,
        once,
        cells[key(scale, Parted.NEVER)],
        lines,
        by_support,
        _means(both, rule) if _leaves(twice, rule) else None,
        Missing(
            _differs_by_support(by_support),
            _differs_by_score([before for before, _ in both], alone)
            if _leaves(twice, rule) and _leaves(once, rule)
            else "Too few women on one side for the first scores to be held against each other.",
        ),
    )


def _leaves(count: ReleasedCount, rule: Rule) -> bool:
    """Whether what is made of these women's own values may leave: they are more than twice the threshold."""
    return count.value is not None and count.value > 2 * rule.threshold


def _means(both: Sequence[tuple[float, float]], rule: Rule) -> Means | None:
    values = np.array(both, dtype=float)
    n = len(values)
    by = values[:, 1] - values[:, 0]
    reach = float(stats.t.ppf(0.975, n - 1)) / math.sqrt(n)
    before, after, change = (float(each.mean()) for each in (values[:, 0], values[:, 1], by))
    own = [reach * float(each.std(ddof=1)) for each in (values[:, 0], values[:, 1], by)]
    return Means(
        before, after, change, change - own[2], change + own[2], before - own[0], before + own[0],
        after - own[1], after + own[1], DETECTABLE * float(by.std(ddof=1)) / math.sqrt(n),
    )  # fmt: skip


def _differs_by_support(
    by_support: Sequence[tuple[Followed, ReleasedCount, ReleasedCount, ReleasedCount]],
) -> str:
    counts = [(twice.value, once.value) for _, twice, once, _ in by_support]
    known = [(two, one) for two, one in counts if two is not None and one is not None]
    if len(known) < len(counts):
        return "Whether it goes with how support stands cannot be said: some of these counts are hidden."
    return _said("how support stands", differences.of_counts(np.array(known)))


def _differs_by_score(again: Sequence[float], once: Sequence[float]) -> str:
    one, other = np.array(again), np.array(once)
    gap = float(other.mean() - one.mean())
    size = differences.standardised_of_numbers(one, other)
    said = _said("the first score", differences.of_numbers([one, other]))
    how = "higher" if gap >= 0 else "lower"
    more = f", {size:.2f} standard deviations" if size is not None else ""
    return (
        f"First scores of those not measured again were {abs(gap):.1f} points {how} on average{more}. {said}"
    )


def _said(what: str, found: Tested) -> str:
    if found.name is None or found.p is None:
        return f"Not tested against {what}: {found.why}."
    p = "p below 0.001" if found.p < 0.001 else f"p = {found.p:.3f}"
    if found.p < 0.05:
        return (
            f"Who is missing goes with {what} ({found.name}, {p}): those measured twice are not like those "
            "who were not, and the change shown here is of the former only."
        )
    return (
        f"These numbers do not show that who is missing goes with {what} ({found.name}, {p}); with so few it "
        "may all the same."
    )


def _shown(count: ReleasedCount) -> str:
    return "a hidden number" if count.is_hidden else count.shown
