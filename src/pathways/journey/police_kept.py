"""Figures of police contact kept for measures M36 and M41, and whether a file waits to be counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from pathways.analysis.police_contact import ForMeasures
from pathways.domain import decision
from pathways.domain.evaluation import measures, plan, police_kept
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


def earlier(*, by: Actor) -> tuple[Kept, ...]:
    """Every set that was ever kept, the oldest first, those taken out of the measures among them.

    Whoever reads the plan could see each from the moment it was kept, and a release may have told it.
    """
    return tuple(dict.fromkeys(map(police_kept.from_json, plan_versions.ever(Part.MEASURES, "contact", by))))


def keep(make: Callable[[Sequence[Kept]], Kept], *, by: Actor, at: datetime) -> Outcome:
    """Puts figures in place of those that were kept before; earlier versions still hold theirs.

    `make` is given every set that was ever kept: no other can be kept between its looking and its being kept.
    """
    return _put(make, by, at)


def forget(*, by: Actor, at: datetime) -> Outcome:
    """Takes the kept figures out of the measures; earlier versions still hold them."""
    return _put(None, by, at)


def _put(make: Callable[[Sequence[Kept]], Kept] | None, by: Actor, at: datetime) -> Outcome:
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        plan_versions.alone(Part.MEASURES)
        now = planning.measures_now(by=by)
        assert now is not None
        made, before = make(earlier(by=by)) if make else None, now.chosen.contact
        if made == before or (made and before and made.says_what(before)):
            said = "These very figures are kept already." if made else "No figures are kept."
            return refusal(decision.no(said))
        what = (
            f"Figures of police contact kept for {_OF}, {made.months} months"
            if made
            else f"Figures of police contact taken out of {_OF}"
        )
        chosen = replace(now.chosen, contact=made)
        plan_versions.keep(Part.MEASURES, measures.as_json(chosen), what, "", by, at)
    return done()
