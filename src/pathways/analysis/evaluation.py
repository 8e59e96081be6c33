"""The whole of the evaluation's counting in one call: an extract in, protected tables and charts out.

Nothing raw is in what comes back. All tables are one linear system, because they share their totals:
the flow and the sets are protected first, then each characteristic with those totals as they were
decided, and then the whole is attacked at once. Only if that attack finds anything is everything
protected again together.
"""

from __future__ import annotations

import gc
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pathways.analysis import beside, changed, counted, demographics, fidelity, flow, overlap, process
from pathways.analysis.beside import Profile, Representation
from pathways.analysis.changed import Changes
from pathways.analysis.counted import Measured
from pathways.analysis.demographics import CharacteristicTable
from pathways.analysis.disclosure import (
    Audience,
    Audit,
    Rule,
    System,
    overlaid,
    protect_linked,
    shown_at_most,
)
from pathways.analysis.disclosure.overlaid import Published
from pathways.analysis.disclosure.system import Key
from pathways.analysis.extract import Extract, Period
from pathways.analysis.fidelity import WayTable
from pathways.analysis.flow import FlowTable, TimeLine
from pathways.analysis.process import ProcessTables
from pathways.domain.evaluation import milestones
from pathways.domain.evaluation.characteristics import CHARACTERISTICS
from pathways.domain.evaluation.counts import ReleasedCount
from pathways.domain.evaluation.facts import EventFact
from pathways.domain.evaluation.fidelity import Trace
from pathways.domain.evaluation.flow import Passage
from pathways.domain.evaluation.milestones import CohortStage, Overlap
from pathways.domain.terms import clocks

#: The version of the definitions and methods; raised whenever the same extract would count otherwise.
VERSION: Final = "3"

EVIDENCE: Final = (
    "Description only. These figures say who came, how far they went and how long it took; they do not "
    "say what difference the programme made."
)


@dataclass(frozen=True)
class OverlapTable:
    """The three sets, their eight cells and all women, released."""

    stages: tuple[tuple[CohortStage, str, ReleasedCount], ...]
    cells: tuple[tuple[tuple[CohortStage, ...], str, ReleasedCount], ...]
    any_of_them: ReleasedCount
    considered: ReleasedCount


@dataclass(frozen=True)
class DisclosureStatement:
    """What was hidden, by which rule, and what an attack on the release found."""

    rule: Rule
    cells: int
    primary: int
    secondary: int
    at_risk: int
    narrowest: int | None
    #: cells hidden because of earlier releases, what is given away all the same, and how many releases
    held_back: int = 0
    given_away: int = 0
    beside: int = 0
    #: the ends of how many earlier quarters the same readers could see
    quarters: int = 0

    @property
    def words(self) -> str:
        return self._words + self._beside_words

    @property
    def _beside_words(self) -> str:
        if not (self.beside or self.quarters):
            return ""
        laid = [(self.beside, "earlier release"), (self.quarters, "earlier quarter")]
        many = " and ".join(f"{n} {what}{'' if n == 1 else 's'}" for n, what in laid if n)
        more = f" {self.held_back} counts were held back for it." if self.held_back else ""
        given = f"{self.given_away} counts are given away" if self.given_away else "nothing is given away"
        return f" Laid over {many}, {given}.{more}"

    @property
    def _words(self) -> str:
        found = "found nothing at risk" if self.at_risk == 0 else f"found {self.at_risk} at risk"
        return (
            f"{self.rule.words} Of {self.cells} counts, {self.primary} were small and {self.secondary} "
            f"more were hidden to protect them. An attack by linear programming on everything shown "
            f"{found}."
        )


@dataclass(frozen=True)
class Summary:
    """Everything an evaluation page or report may show of one extract to one audience."""

    programme_name: str
    audience: Audience
    period: Period | None
    as_at: datetime
    synthetic: bool
    extract_sha256: str
    version: str
    evidence: str
    flows: tuple[FlowTable, ...]
    overlap: OverlapTable
    demographics: tuple[CharacteristicTable, ...]
    times: tuple[TimeLine, ...]
    measured: Measured
    way: WayTable
    process: ProcessTables
    profiles: tuple[Profile, ...]
    represented: tuple[Representation, ...]
    changes: Changes
    disclosure: DisclosureStatement
    #: what is shown, as cells and the sums that tie them: what a later release is held against
    published: Published

    @property
    def flow(self) -> FlowTable:
        return self.flows[0]


def summarise(
    extract: Extract,
    audience: Audience = Audience.STEERING,
    *,
    period: Period | None = None,
    rule: Rule | None = None,
    earlier: Sequence[Published] = (),
    seen: Sequence[datetime] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Summary:
    """Count, protect and attack. `rule` overrides the audience's own, for a stricter release.

    Beside `earlier` releases more is hidden until nothing is given away, or nothing more may be hidden; what
    is still given away then is in `disclosure.given_away`. Beside the same figures at the moments of `seen`,
    which are counted again from this extract, more is hidden until nothing is told of small changes. Facts by
    the million hold no circles of objects, and looking for circles among them would take a quarter of the
    time.
    """
    with _SELDOM:
        return _summarise(extract, audience, period, rule, earlier, seen, progress)


class _Seldom:
    """While any thread is within, circles of objects are looked for seldom."""

    def __init__(self) -> None:
        self._lock, self._within, self._usual = threading.Lock(), 0, gc.get_threshold()

    def __enter__(self) -> None:
        with self._lock:
            if not self._within:
                self._usual = gc.get_threshold()
                gc.set_threshold(50_000, 20, 20)
            self._within += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._within -= 1
            if not self._within:
                gc.set_threshold(*self._usual)


_SELDOM: Final = _Seldom()


@dataclass(frozen=True)
class _Counted:
    """Everything that was counted of one extract, before any of it is protected."""

    women: Mapping[str, tuple[EventFact, ...]]
    went: Mapping[str, Passage]
    answers: Mapping[str, Mapping[str, str]]
    measured: changed.Material
    material: process.Material
    ways: Counter[Trace]
    named: Sequence[Trace]
    core: System
    parts: Sequence[System]
    whole: Mapping[str, System]
    unpublished: frozenset[Key]


def _count(extract: Extract, period: Period | None, rule: Rule, *, by_service: bool) -> _Counted:
    women = extract.women(period)
    went = flow.passages(women)
    standing = overlap.cells(women)
    answers = demographics.every_answer(CHARACTERISTICS, standing, extract.demographics)
    core, parts = systems(women, went, standing, answers)
    measured = changed.gather(extract, women, went)
    parts += counted.parts(women, went, extract.due)
    changed.add_goals(parts[-1], measured)
    parts += changed.parts(measured)
    material = process.gather(women, went, on=clocks.local(extract.as_at).date())
    ways = fidelity.ways(went)
    named = fidelity.commonest(ways, rule)
    way, more, unpublished = process_systems(women, went, material, ways, named, by_service=by_service)
    core.merge(way)
    parts = [*parts, *more]
    whole = dict(zip(_names(measured), (core, *parts), strict=True))
    return _Counted(
        women, went, answers, measured, material, ways, named, core, parts, whole, unpublished
    )


def _summarise(
    extract: Extract,
    audience: Audience,
    period: Period | None,
    rule: Rule | None,
    earlier: Sequence[Published],
    seen: Sequence[datetime],
    progress: Callable[[str], None],
) -> Summary:
    rule = rule or audience.rule
    by_service = audience is not Audience.PUBLIC  # how one service answered is for those who work with it
    found = _count(extract, period, rule, by_service=by_service)
    made = _beside_releases(found, rule, earlier, progress)
    if seen:
        progress("Hiding what subtraction from earlier quarters would give away")
        before = [
            overlaid.published(
                was.whole,
                shown_at_most(was.core, was.parts, rule, unpublished=was.unpublished),
                rule,
                was.unpublished,
            )
            for moment in seen
            if (was := _count(extract.up_to(moment), period, rule, by_service=by_service)).women
        ]
        made = _beside_earlier(found, rule, made, before)
    cells = made.cells
    unpublished, went = found.unpublished, found.went
    published = [key for key in cells if key not in unpublished]
    tables = tuple(demographics.table(c, found.answers[c.code], cells) for c in CHARACTERISTICS)
    return Summary(
        extract.programme_name,
        audience,
        period,
        extract.as_at,
        extract.synthetic,
        extract.sha256,
        VERSION,
        EVIDENCE,
        flow.tables(went, cells),
        OverlapTable(
            tuple((s, milestones.DEFINITIONS[s], cells[overlap.stage_key(s)]) for s in CohortStage),
            tuple(
                (cell, milestones.overlap_words(cell), cells[overlap.cell_key(cell)])
                for cell in milestones.OVERLAPS
            ),
            cells[overlap.ANY],
            cells[overlap.ALL],
        ),
        tables,
        flow.times(went, cells, rule),
        counted.released(went, cells, rule, women=found.women),
        fidelity.table(found.ways, found.named, cells),
        process.table(found.material, cells, rule, by_service=by_service, names=extract.services),
        tuple(beside.profile(table) for table in tables),
        beside.all_represented(tables, extract.residents, extract.police_known),
        changed.table(found.measured, cells, rule),
        DisclosureStatement(
            rule,
            len(published),
            sum(cells[key].because == "small" for key in published),
            sum(cells[key].because == "protects" for key in published),
            len(made.audit.at_risk),
            made.audit.narrowest,
            len(made.held_back),
            made.given_away,
            len(earlier),
            made.quarters,
        ),
        made.shown,
    )


@dataclass(frozen=True)
class _Made:
    """The cells as they leave, what attacks on them found, and what was hidden for what was shown before."""

    cells: Mapping[Key, ReleasedCount]
    audit: Audit
    shown: Published
    held_back: frozenset[Key]
    given_away: int
    quarters: int = 0


def _beside_releases(
    counted_: _Counted, rule: Rule, earlier: Sequence[Published], progress: Callable[[str], None]
) -> _Made:
    """Protect, lay over earlier releases, and protect anew with more hidden while that leaves less."""
    core, parts, whole, unpublished = counted_.core, counted_.parts, counted_.whole, counted_.unpublished
    protected = protect_linked(core, parts, rule, unpublished=unpublished)
    shown = overlaid.published(whole, protected.cells, rule, unpublished)
    held_back: frozenset[Key] = frozenset()
    found = overlaid.against(shown, earlier)
    while found:
        progress("Hiding what it would give away beside earlier releases")
        further = overlaid.to_hold_back(found, whole, protected.cells)
        if not further:
            break
        tried = protect_linked(core, parts, rule, unpublished=unpublished | held_back | further)
        seen = overlaid.published(whole, tried.cells, rule, unpublished)
        left = overlaid.against(seen, earlier)
        if len(left) >= len(found):  # hiding more helps no further: what is left keeps it from leaving
            break
        held_back, protected, shown, found = held_back | further, tried, seen, left
    return _Made(protected.cells, protected.audit, shown, held_back, len(found))


def _beside_earlier(counted_: _Counted, rule: Rule, made: _Made, before: Sequence[Published]) -> _Made:
    whole, unpublished = counted_.whole, counted_.unpublished
    cells, held_back = overlaid.hold_still(
        whole, made.cells, rule, before, can_only_grow, unpublished=unpublished
    )
    return replace(
        made,
        cells=cells,
        shown=overlaid.published(whole, cells, rule, unpublished),
        held_back=made.held_back | held_back,
        quarters=len(before),
    )


#: The last part of the name of a cell that counts women in a set, which nobody leaves.
_SETS: Final = frozenset({*(stage.value for stage in CohortStage), overlap.ANY[1], overlap.ALL[1]})


def can_only_grow(name: str) -> bool:
    """Whether a cell counts what cannot be undone: women who reached a step or stand in a set."""
    parts = name.split("|")
    return parts[2] == "n" if parts[0] == "flow" else parts[-1] in _SETS


def _names(measured: changed.Material) -> list[str]:
    """The systems of a release in their order, by names that stay the same from release to release."""
    of_the_flow = ["flow and sets", *(f"characteristic {c.code}" for c in CHARACTERISTICS), "by quarter"]
    of_the_process = ["turns", "levels", "answers", "stops", "support"]
    return [*of_the_flow, "measured", *changed.names(measured), *of_the_process]


def systems(
    women: Mapping[str, tuple[EventFact, ...]],
    went: Mapping[str, Passage],
    standing: Mapping[str, Overlap],
    answers: Mapping[str, Mapping[str, str]],
) -> tuple[System, list[System]]:
    """The flow and the sets as one system, and each characteristic as one that shares its totals."""
    core = System()
    overlap.add(core, standing)
    flow.add(core, went, flow.journeys(women, went))
    flow.tie_to_sets(core, went, standing)
    fidelity.add_recorded(core, went)
    parts = []
    for characteristic in CHARACTERISTICS:
        part = System()
        overlap.add(part, standing)
        demographics.add(part, characteristic, standing, answers[characteristic.code])
        parts.append(part)
    return core, parts


def process_systems(
    women: Mapping[str, tuple[EventFact, ...]],
    went: Mapping[str, Passage],
    material: process.Material,
    ways: Counter[Trace],
    named: Sequence[Trace],
    *,
    by_service: bool,
) -> tuple[System, list[System], frozenset[Key]]:
    """The map, which belongs to the core; the process tables, each a system that shares cells with it;
    and the cells that no table shows."""
    way, turns, levels, answers, stops, support = (System() for _ in range(6))
    flow.add(way, went, Counter())
    overlap.add_all(way, len(women))
    unpublished = fidelity.add(way, ways, named)
    fidelity.add_turns(turns, women)
    process.add_levels(levels, material, went)
    process.add_answers(answers, material, went, by_service=by_service)
    process.add_stops(stops, material, went)
    unpublished |= process.add_support(support, material, went)
    return way, [turns, levels, answers, stops, support], unpublished
