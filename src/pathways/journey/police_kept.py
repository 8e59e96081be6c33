"""Figures of police contact kept for measures M36 and M41, and whether a file waits to be counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from pathways.analysis.police_contact import ForMeasures
from pathways.domain import decision
from pathways.domain.evaluation import measures, plan
from pathways.domain.evaluation.plan import Part
from pathways.domain.evaluation.police_kept import MEASURES, Kept
from pathways.domain.governance.actors import Actor
from pathways.journey import drafts, plan_versions, planning
from pathways.journey.outcome import Outcome, done, refusal

#: under what the brought file of police records is kept among its bringer's drafts
FILE = "evaluate:police_contact"
_OF = " and ".join(MEASURES)


def given(*, by: Actor) -> ForMeasures:
    """What both measures are read from, for whoever reads the plan; a file is its bringer's alone."""
    now = planning.measures_now(by=by)
    kept = now.chosen.contact if now else None
    waits = kept is None and by.role in plan.WRITES and drafts.fetch(FILE, by) is not None
    return ForMeasures(kept, waits)


def keep(made: Kept, *, by: Actor, at: datetime) -> Outcome:
    """Puts these figures in place of those that were kept before; earlier versions still hold theirs."""
    return _put(made, f"Figures of police contact kept for {_OF}, {made.months} months", by, at)


def forget(*, by: Actor, at: datetime) -> Outcome:
    """Takes the kept figures out of the measures; earlier versions still hold them."""
    return _put(None, f"Figures of police contact taken out of {_OF}", by, at)


def _put(made: Kept | None, what: str, by: Actor, at: datetime) -> Outcome:
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        plan_versions.alone(Part.MEASURES)
        now = planning.measures_now(by=by)
        assert now is not None
        if now.chosen.contact == made:
            said = "These very figures are kept already." if made else "No figures are kept."
            return refusal(decision.no(said))
        chosen = replace(now.chosen, contact=made)
        plan_versions.keep(Part.MEASURES, measures.as_json(chosen), what, "", by, at)
    return done()
