"""Two records of one person: what is held of each pair, whoever found it, and who decided.

Pieces that several verbs are made of. Police records that are one person's are not changed by it: the pair
says so, and whoever reads the one is led to the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from pathways.domain.governance.actors import Actor
from pathways.domain.identification.linking import Status
from pathways.journey import sight
from pathways.records.models import PolicePair, SupportPair


def in_order(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """The two as a pair is kept, so that there is one pair of any two."""
    return (one, other) if one < other else (other, one)


def of_police(one: UUID, other: UUID, *, by: Actor, at: datetime) -> PolicePair:
    """The pair of these two records of a force, made now where there was none."""
    first, second = in_order(one, other)
    held = sight.visible(PolicePair, by).filter(one_id=first, other_id=second).first()
    return held or PolicePair(
        organisation_id=by.organisation_id, one_id=first, other_id=second, found_at=at
    )


def of_support(one: UUID, other: UUID, *, by: Actor, at: datetime) -> SupportPair:
    """The pair of these two women's records, made now where there was none."""
    first, second = in_order(one, other)
    held = sight.visible(SupportPair, by).filter(client_id=first, other_id=second).first()
    return held or SupportPair(
        organisation_id=by.organisation_id, client_id=first, other_id=second, found_at=at
    )


def decide(row: PolicePair | SupportPair, status: Status, *, why: str, by: Actor, at: datetime) -> None:
    """Writes what somebody decided of a pair."""
    row.status = status.value
    row.decided_at, row.decided_by_id, row.decided_by_name = at, by.account_id, by.name
    row.why = why.strip()
    row.save()


def settle(one: UUID, other: UUID, status: Status, *, by: Actor, at: datetime) -> None:
    """What was decided by joining, keeping apart or parting two women's records is said of their pair too."""
    first, second = in_order(one, other)
    for row in sight.visible(SupportPair, by).filter(client_id=first, other_id=second):
        decide(row, status, why="", by=by, at=at)


def groups(pairs: Iterable[tuple[UUID, UUID]]) -> dict[UUID, set[UUID]]:
    """Who belongs together by these pairs: each record with all that are joined to it, itself included."""
    found: dict[UUID, set[UUID]] = {}
    for one, other in pairs:
        together = found.get(one, {one}) | found.get(other, {other})
        for each in together:
            found[each] = together
    return found


def same_person(nominal_id: UUID, *, by: Actor) -> list[UUID]:
    """The other records of a force that are this person's."""
    seen, waiting = {nominal_id}, [nominal_id]
    while waiting:
        rows = sight.visible(PolicePair, by).filter(
            Q(one_id__in=waiting) | Q(other_id__in=waiting), status=Status.JOINED.value
        )
        near = {key for pair in rows.values_list("one_id", "other_id") for key in pair}
        waiting = sorted(near - seen)
        seen |= near
    return sorted(seen - {nominal_id})
