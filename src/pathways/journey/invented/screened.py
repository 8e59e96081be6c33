"""The demonstration's extract of police records, and a screening run over it that ended days ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from pathways.domain.identification.taking_in import Kind
from pathways.domain.terms.people import Role
from pathways.journey import identity, runs, taking_in
from pathways.journey.invented import extract
from pathways.journey.invented.world import World
from pathways.records.models import ScreeningRun


def records(world: World, *, until: datetime) -> None:
    """Takes the invented extract in and screens it, as the analyst, so that the list and its pages are full.

    Raises RuntimeError where a verb refuses, which is a fault of the demonstration.
    """
    analyst = world.one(Role.POLICE_ANALYST, "ashmere-police")
    taken, asked = until - timedelta(days=4, hours=3), until - timedelta(days=4, hours=2)
    with identity.acting(analyst) as by:
        said = taking_in.bring(
            kind=Kind.POLE,
            files=extract.files(on=taken.date()),
            system="Records system",
            handling="OFFICIAL-SENSITIVE",
            by=by,
            at=taken,
        )
        if not said or said.id is None:
            raise RuntimeError(f"the demonstration’s extract was refused: {said.reason}")
        said = runs.ask(extract_ids=[said.id], as_at=asked.date(), by=by, at=asked)
        if not said or said.id is None:
            raise RuntimeError(f"the demonstration’s run was refused: {said.reason}")
    runs.perform(at=asked)
    with identity.acting(analyst):
        row = ScreeningRun.objects.get(id=said.id)
    if not row.listed:
        raise RuntimeError(f"the demonstration’s run listed nobody: {row.why_failed}")
