"""The three sets and their eight overlap cells, over the women of an extract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pathways.analysis.disclosure import system as systems
from pathways.analysis.disclosure.system import System
from pathways.domain.evaluation import milestones
from pathways.domain.evaluation.counts import RawCount
from pathways.domain.evaluation.facts import EventFact
from pathways.domain.evaluation.milestones import CohortStage, Overlap

#: Keys: the women in a stage, in one overlap cell, in any of the three, and all considered.
ANY = ("women", "any")
ALL = ("women", "all")
#: The stages that are held against the women identified who are not in them: groups that share nobody.
TESTED = (CohortStage.THIRD_SECTOR, CohortStage.PRIVATE)


def stage_key(stage: CohortStage) -> tuple[str, str]:
    return ("women", stage.value)


def cell_key(cell: Overlap) -> tuple[str, str]:
    return ("women", "only:" + "+".join(stage.value for stage in cell))


def without_code(stage: CohortStage) -> str:
    return f"identified_not_{stage.value}"


def without_key(stage: CohortStage) -> tuple[str, str]:
    return ("women", without_code(stage))


def without(stage: CohortStage) -> list[Overlap]:
    """The overlap cells of the women identified who are not in this stage."""
    return [cell for cell in milestones.OVERLAPS if CohortStage.IDENTIFIED in cell and stage not in cell]


def cells(women: Mapping[str, tuple[EventFact, ...]]) -> dict[str, Overlap]:
    """The overlap cell that each woman stands in."""
    return {who: milestones.reached(hers).stages for who, hers in women.items()}


def add(system: System, standing: Mapping[str, Overlap]) -> None:
    """The sets, their overlaps and all women, as cells and sums of one system."""
    count = Counter(standing.values())
    for cell in milestones.OVERLAPS:
        system.add(cell_key(cell), RawCount(count[cell]), systems.MARGIN)
    for stage in CohortStage:
        parts = [cell for cell in milestones.OVERLAPS if stage in cell]
        system.add(stage_key(stage), RawCount(sum(count[c] for c in parts)), systems.GRAND)
        system.sums(stage_key(stage), [cell_key(cell) for cell in parts])
    for stage in TESTED:
        parts = without(stage)
        system.add(without_key(stage), RawCount(sum(count[c] for c in parts)), systems.MARGIN)
        system.sums(without_key(stage), [cell_key(cell) for cell in parts])
    within = [cell for cell in milestones.OVERLAPS if cell]
    system.add(ANY, RawCount(sum(count[cell] for cell in within)), systems.GRAND)
    system.sums(ANY, [cell_key(cell) for cell in within])
    system.add(ALL, RawCount(len(standing)), systems.GRAND)
    system.sums(ALL, [ANY, cell_key(())])


def add_all(system: System, women: int) -> None:
    """The number of all women, for a table that shares no other cell with the sets."""
    system.add(ALL, RawCount(women), systems.GRAND)
