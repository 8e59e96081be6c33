"""Every version of a part of the plan: the newest is how it stands, and none is ever changed.

Shared by the theory of change, the measures and what a site says of money: each is one value, kept whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import connection

from pathways.domain.evaluation import plan
from pathways.domain.evaluation.plan import Part
from pathways.domain.governance.actors import Actor
from pathways.journey import ledger, sight
from pathways.records.models import PlanVersion


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a part: what was changed, why, by whom and when. Number 0 is what it began from."""

    part: Part
    number: int
    what: str
    because: str
    by: str
    at: datetime | None


_BEGINNING: Mapping[Part, str] = MappingProxyType(
    {
        Part.THEORY: "The draft that every programme begins from",
        Part.MEASURES: "The measures that come defined, all in use",
        Part.PRICES: "The prices that come with the programme, none of them checked here",
        Part.AVOIDED: "No comparison is kept",
    }
)


def versions(part: Part, *, by: Actor) -> tuple[Version, ...]:
    """Every version that was saved, the newest first, and what it began from."""
    rows = sight.visible(PlanVersion, by).filter(part=part.value).defer("body").order_by("-number")
    return (*(_version(row) for row in rows), _first(part))


def row(part: Part, by: Actor, number: int | None) -> tuple[PlanVersion | None, Version] | None:
    """The newest version, or the one of this number: its row (None for number 0), and what is said of it."""
    if by.role not in plan.READS:
        return None
    if number == 0:
        return None, _first(part)
    rows = sight.visible(PlanVersion, by).filter(part=part.value)
    found = (rows.filter(number=number) if number is not None else rows.order_by("-number")).first()
    if found is None:
        return None if number is not None else (None, _first(part))
    return found, _version(found)


def ever(part: Part, heading: str, by: Actor) -> list[Any]:
    """What every version said under this heading, the oldest first; nothing of those that say nothing."""
    rows = sight.visible(PlanVersion, by).filter(part=part.value, body__has_key=heading).order_by("number")
    return [body[heading] for body in rows.values_list("body", flat=True)]


def keep(part: Part, body: dict[str, Any], what: str, because: str, by: Actor, at: datetime) -> None:
    """Writes the next version. Call `alone` first, and read what is changed after that."""
    last = sight.visible(PlanVersion, by).filter(part=part.value).order_by("-number").first()
    made = PlanVersion(
        part=part.value,
        number=last.number + 1 if last else 1,
        body=body,
        what=what[:300],
        because=because.strip()[:600],
        organisation_id=by.organisation_id,
        made_at=at,
        made_by_id=by.account_id,
        made_by_name=by.name,
    )
    made.save(force_insert=True)
    ledger.kept_up(by=by, at=at, what=f"{part.label}, version {made.number}: {what}", route="plan")


def alone(part: Part) -> None:
    """One change of a part at a time, so that numbers follow one another and none is written over."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 47))", [part.value])


def _version(found: PlanVersion) -> Version:
    return Version(
        Part(found.part), found.number, found.what, found.because, found.made_by_name, found.made_at
    )


def _first(part: Part) -> Version:
    return Version(part, 0, _BEGINNING[part], "", "", None)
