"""The two streams: every journey event and every access event is written here and nowhere else.

Both are written in the transaction of what they record. The journey stream carries codes only and feeds the
evaluation; the access stream (DPA 2018 s62) feeds none.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pathways.domain.governance.actors import Actor, Emergency
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import events
from pathways.domain.terms.events import EventKind
from pathways.records.models import AccessEvent, AccessKind, JourneyEvent


def record(
    kind: EventKind,
    *,
    by: Actor,
    at: datetime,
    case_id: UUID | None = None,
    client_id: UUID | None = None,
    episode_id: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> JourneyEvent:
    """Writes one journey event. Raises ValueError for a code that this kind does not carry."""
    codes = {key: value for key, value in (detail or {}).items() if value not in (None, "")}
    if strangers := events.unlisted(kind, codes):
        raise ValueError(f"{kind.value} does not carry {', '.join(sorted(strangers))}")
    event = JourneyEvent(
        id=_in_turn(at),
        kind=kind.value,
        at=at,
        case_id=case_id,
        client_id=client_id,
        episode_id=episode_id,
        organisation_id=by.organisation_id,
        sector=by.sector.value,
        actor_id=by.account_id,
        actor_name=by.name,
        role=by.role.value,
        detail=codes,
    )
    event.save(force_insert=True)
    return event


class _Turn(threading.local):
    """How many events this thread has written of the moment that it wrote the last one of."""

    at: datetime | None = None
    count = 0


_TURN = _Turn()


def _in_turn(at: datetime) -> UUID:
    """A random key that sorts after those of the same moment that were written before it.

    Two things at the very same moment, such as a correction and the correction of it, are then read in the
    order in which they happened. Nothing is said of other moments: the count begins anew with each.
    """
    _TURN.count = _TURN.count + 1 if _TURN.at == at else 0
    _TURN.at = at
    return UUID(int=(_TURN.count & 0xFFFFFFFF) << 96 | secrets.randbits(96), version=4)


def _access(
    kind: AccessKind,
    *,
    by: Actor,
    at: datetime,
    subjects: Iterable[UUID] = (),
    resource: Resource | None = None,
    route: str = "",
    recipient_id: UUID | None = None,
    reason: str = "",
    found: int | None = None,
) -> None:
    """What is done by emergency access is an event of its own for each woman, marked with the emergency."""
    named = list(dict.fromkeys(subjects))
    emergencies = [each for each in by.emergencies if each.client_id in named]
    apart = {each.client_id for each in emergencies}
    said: dict[str, Any] = {
        "by": by,
        "at": at,
        "resource": resource,
        "route": route,
        "recipient_id": recipient_id,
        "reason": reason,
    }
    for each in emergencies:
        _write(kind, subjects=[each.client_id], emergency=each, **said)
    if not emergencies or len(apart) < len(named):
        _write(kind, subjects=[key for key in named if key not in apart], found=found, **said)


def _write(
    kind: AccessKind,
    *,
    by: Actor,
    at: datetime,
    subjects: list[UUID],
    resource: Resource | None,
    route: str,
    recipient_id: UUID | None,
    reason: str,
    found: int | None = None,
    emergency: Emergency | None = None,
) -> None:
    AccessEvent(
        kind=kind.value,
        at=at,
        actor_id=by.account_id,
        actor_name=by.name,
        role=by.role.value,
        organisation_id=by.organisation_id,
        resource=resource.value if resource else "",
        route=route,
        subjects=subjects,
        recipient_id=recipient_id,
        reason=reason[:300],
        found=found,
        emergency_id=emergency.id if emergency else None,
        holder_organisation_id=emergency.holder_organisation_id if emergency else None,
    ).save(force_insert=True)


def read(
    *,
    by: Actor,
    at: datetime,
    resource: Resource,
    subjects: Iterable[UUID],
    route: str = "",
    reason: str = "",
) -> None:
    """Somebody read records: one event for one reading, however many women were on the list."""
    _access(
        AccessKind.CONSULTATION,
        by=by,
        at=at,
        subjects=subjects,
        resource=resource,
        route=route,
        reason=reason,
    )


def searched(*, by: Actor, at: datetime, subjects: Iterable[UUID], route: str = "search") -> None:
    """Somebody searched: what was found is kept, never what was typed."""
    shown = list(subjects)
    _access(AccessKind.SEARCH, by=by, at=at, subjects=shown, route=route, found=len(shown))


def opened(*, by: Actor, at: datetime, emergency: Emergency, reason: str) -> None:
    """Emergency access to a record was given: the first event of those that carry its mark."""
    _write(
        AccessKind.CONSULTATION,
        by=by,
        at=at,
        subjects=[emergency.client_id],
        resource=Resource.EMERGENCY,
        route="emergency:ask",
        recipient_id=None,
        reason=reason,
        emergency=emergency,
    )


def collected(*, by: Actor, at: datetime, resource: Resource, subjects: Iterable[UUID]) -> None:
    _access(AccessKind.COLLECTION, by=by, at=at, subjects=subjects, resource=resource)


def altered(
    *,
    by: Actor,
    at: datetime,
    resource: Resource,
    subjects: Iterable[UUID],
    reason: str = "",
) -> None:
    _access(AccessKind.ALTERATION, by=by, at=at, subjects=subjects, resource=resource, reason=reason)


def disclosed(
    *,
    by: Actor,
    at: datetime,
    resource: Resource,
    subjects: Iterable[UUID],
    recipient_id: UUID,
    reason: str = "",
) -> None:
    _access(
        AccessKind.DISCLOSURE,
        by=by,
        at=at,
        subjects=subjects,
        resource=resource,
        recipient_id=recipient_id,
        reason=reason,
    )


def combined(
    *,
    by: Actor,
    at: datetime,
    resource: Resource,
    subjects: Iterable[UUID],
    reason: str = "",
) -> None:
    """Records of one person were joined: an operation that the law names."""
    _access(AccessKind.COMBINATION, by=by, at=at, subjects=subjects, resource=resource, reason=reason)


def erased(
    *,
    by: Actor,
    at: datetime,
    resource: Resource,
    subjects: Iterable[UUID],
    reason: str = "",
) -> None:
    """Records of somebody were erased: that it happened, by whom and why, and never what was in them."""
    _access(AccessKind.ERASURE, by=by, at=at, subjects=subjects, resource=resource, reason=reason)


def refused(*, by: Actor, at: datetime, reason: str, route: str = "", subjects: Iterable[UUID] = ()) -> None:
    """Somebody asked for what is not theirs."""
    _access(AccessKind.REFUSED, by=by, at=at, subjects=subjects, route=route, reason=reason)


def exported(*, by: Actor, at: datetime, reason: str, found: int | None = None) -> None:
    """Released figures left as a file."""
    _access(AccessKind.EXPORTED, by=by, at=at, reason=reason, found=found)


def took_in(*, by: Actor, at: datetime, what: str, operator: str, found: int) -> None:
    """A file was taken in from the command line: both the operator and the named user are kept."""
    who = f"{what}, by the operator {operator}" if operator else what
    _access(AccessKind.COLLECTION, by=by, at=at, route="take-in", reason=who, found=found)


def kept_up(*, by: Actor, at: datetime, what: str, route: str, subjects: Iterable[UUID] = ()) -> None:
    """Somebody changed how the programme is set up. `what` names nobody: `subjects` says whom it concerns."""
    _access(AccessKind.ALTERATION, by=by, at=at, route=route, reason=what, subjects=subjects)


def signed(*, by: Actor, at: datetime, is_in: bool) -> None:
    _access(AccessKind.SIGNED_IN if is_in else AccessKind.SIGNED_OUT, by=by, at=at)
