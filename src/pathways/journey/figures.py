"""What each measure of this programme comes to now: from journeys, from records, or not collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pathways.analysis import costs, lab_file, measured, partnership, police_contact
from pathways.analysis.measured import Value
from pathways.domain.evaluation.counts import ReleasedCount
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.journey import evaluate, material, planning, police_kept, pricing, surveying


@dataclass(frozen=True, slots=True)
class Figures:
    """The values that there are, by code. `journeys_are_made` is False while the evaluation still counts."""

    values: Mapping[str, Value]
    journeys_are_made: bool
    journeys_as_at: datetime | None


def figures(*, by: Actor, at: datetime, synthetic: bool) -> Figures | None:
    """Every measure's value for the audience that this person belongs to; None where the plan is not hers.

    Journeys come from the very release that the evaluation's pages show. Of the records codes alone are read.
    """
    now = planning.measures_now(by=by)
    if now is None:
        return None
    found: dict[str, Value] = {}
    women: dict[str, tuple[str, ReleasedCount]] = {}
    overview = evaluate.overview(by=by, at=at, synthetic=synthetic)
    made = overview.made if isinstance(overview, evaluate.Overview) else None
    if made is not None:
        found |= measured.of_journeys(made.summary)
        women = costs.reached(made.summary)
    rows = material.codes(by)
    today = clocks.local(evaluate.counted_at(by=by, at=at)).date()
    rule = evaluate.AUDIENCE[by.role].rule
    records = measured.of_records(
        rows,
        in_use=now.measures,
        agreements=material.agreements(at),
        today=today,
        rule=rule,
    )
    found |= costs.values(costs.count(rows, women, pricing.given(by=by), rule=rule, today=today))
    surveyed = partnership.value(surveying.results(by=by, at=at))
    if surveyed is not None:  # what is counted here goes before a figure that was counted elsewhere
        found["M43"] = surveyed
    found |= police_contact.values(police_kept.given(by=by), rule)
    eligible = lab_file.of_all(material.submissions(by), evaluate.AUDIENCE[by.role].rule)
    if eligible is not None:
        found["M42"] = lab_file.value(eligible, records.get("M42"))
    as_at = made.summary.as_at if made else None
    return Figures({**records, **found}, made is not None, as_at)


def shared(*, by: Actor, at: datetime) -> tuple[measured.Shared, ...] | None:
    """Risk assessments read again because somebody shared something, by sector: the cells of measure M44.

    None where none is recorded, and nothing where too few are; for whoever sees the evaluation's figures.
    """
    if by.role not in evaluate.AUDIENCE:
        return None
    today = clocks.local(evaluate.counted_at(by=by, at=at)).date()
    rows = [row for row in material.codes(by) if row.on <= today]
    return measured.shared(rows, evaluate.AUDIENCE[by.role].rule)
