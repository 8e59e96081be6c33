"""What a governance lead answers for: who read, searched, changed and disclosed at her organisation.

She sees that a record was opened, by whom and when, and never what is in it: a record here is a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.installation.heads import Head, HeadUnreadable
from pathways.journey import identity, ledger, sealing, sight
from pathways.records.models import AccessEvent, AccessKind, Organisation

KINDS: tuple[tuple[str, str], ...] = tuple((kind.value, str(kind.label)) for kind in AccessKind)

_COLOURS = {
    AccessKind.REFUSED: "red",
    AccessKind.DISCLOSURE: "orange",
    AccessKind.EXPORTED: "orange",
    AccessKind.ERASURE: "orange",
    AccessKind.ALTERATION: "purple",
    AccessKind.COLLECTION: "purple",
    AccessKind.COMBINATION: "purple",
    AccessKind.SEARCH: "blue",
    AccessKind.CONSULTATION: "blue",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words."""

    id: UUID
    at: datetime
    actor_id: UUID
    who: str
    role: str
    kind: str
    colour: str
    words: str
    records: tuple[UUID, ...]
    recipient: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    lines: tuple[Line, ...]
    total: int


def events(
    *,
    by: Actor,
    at: datetime,
    kind: str = "",
    person: str = "",
    first_day: date | None = None,
    last_day: date | None = None,
    record: UUID | None = None,
    refusals: bool = False,
    offset: int = 0,
    limit: int = 25,
) -> Listed:
    """The access events of the asker's own organisation, the latest first. Reading them is one too."""
    rows = sight.visible(AccessEvent, by)
    if refusals:
        kind = AccessKind.REFUSED.value
    if kind:
        rows = rows.filter(kind=kind)
    if person:
        rows = rows.filter(actor_id=UUID(person))
    if first_day:
        rows = rows.filter(at__gte=_midnight(first_day))
    if last_day:
        rows = rows.filter(at__lt=_midnight(last_day + timedelta(days=1)))
    if record:
        rows = rows.filter(subjects__contains=[record])
    total = rows.count()
    start = min(offset, max(0, (total - 1) // limit * limit))
    page = list(rows.order_by("-at", "id")[start : start + limit])
    ledger.read(by=by, at=at, resource=Resource.ACCESS_EVENT, subjects=[record] if record else [])
    return Listed(tuple(_line(row) for row in page), total)


def event(*, event_id: UUID, by: Actor, at: datetime) -> Line | None:
    """One event with every record that it touched."""
    row = sight.one(AccessEvent, event_id, by)
    if row is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.ACCESS_EVENT, subjects=row.subjects)
    return _line(row)


@dataclass(frozen=True, slots=True)
class Seal:
    """The newest signed head of the whole log, and how many events lie after it."""

    head: Head | None
    waiting: int


def seal() -> Seal:
    """How the log stands sealed. Names no event and nobody, so it is no reading of anybody's record."""
    try:
        head = sealing.kept().last()
    except HeadUnreadable:
        head = None
    return Seal(head, sealing.waiting())


def staff(*, by: Actor) -> list[tuple[str, str]]:
    """Everybody who appears in the events of the asker's organisation."""
    rows = sight.visible(AccessEvent, by).order_by("actor_name").values_list("actor_id", "actor_name")
    known = {str(key): name for key, name in rows.distinct() if name}
    return sorted(known.items(), key=lambda pair: pair[1])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=clocks.LONDON)


def _line(row: AccessEvent) -> Line:
    kind = AccessKind(row.kind)
    recipient = ""
    if row.recipient_id:
        recipient = (
            Organisation.objects.filter(id=row.recipient_id).values_list("name", flat=True).first() or ""
        )
    known = {role.value: role.label for role in Role}
    return Line(
        id=row.id,
        at=row.at,
        actor_id=row.actor_id,
        who=row.actor_name or identity.MACHINE.name,
        role=known.get(row.role, row.role),
        kind=str(kind.label),
        colour=_COLOURS.get(kind, "grey"),
        words=_words(row, kind, recipient),
        records=tuple(row.subjects),
        recipient=recipient,
        route=row.route,
    )


def _words(row: AccessEvent, kind: AccessKind, recipient: str) -> str:
    """What happened, as a sentence without its subject."""
    about = what(row.resource)
    count = len(row.subjects)
    of = f" of {count} {'person' if count == 1 else 'people'}" if count else ""
    tail = f": {row.reason}" if row.reason else ""
    match kind:
        case AccessKind.CONSULTATION:
            return f"Read {about}{of}{tail}"
        case AccessKind.SEARCH:
            found = row.found or 0
            return f"Searched by name and found {found or 'nobody'}"
        case AccessKind.COLLECTION:
            return f"Recorded {about}{of}{tail}" if row.resource else f"Took in {row.reason or 'a file'}"
        case AccessKind.ALTERATION:
            return f"Changed {about}{of}{tail}" if row.resource else row.reason or "Changed something"
        case AccessKind.DISCLOSURE:
            return f"Disclosed {about}{of} to {recipient or 'another organisation'}{tail}"
        case AccessKind.COMBINATION:
            return f"Linked {about}{of}{tail}"
        case AccessKind.ERASURE:
            return f"Erased {about}{of}{tail}"
        case AccessKind.REFUSED:
            return f"Was refused{tail}"
        case AccessKind.EXPORTED:
            return f"Took released figures away as a file{tail}"
        case AccessKind.SIGNED_IN:
            return "Signed in"
        case AccessKind.SIGNED_OUT:
            return "Signed out"
    return str(kind.label)


_PLAIN = {
    "": "records",
    Resource.ACCESS_EVENT.value: "this list of access events",
    Resource.DISCLOSURE.value: "what crossed",
    Resource.IDENTITY.value: "names and addresses",
    Resource.SAFE_CONTACT.value: "safe-contact plans",
    Resource.CLIENT.value: "the record",
    Resource.REFERRAL_PACK.value: "what was shared with a referral",
}


def what(resource: str) -> str:
    """A kind of record, as people say it."""
    if resource in _PLAIN:
        return _PLAIN[resource]
    text = resource.removeprefix("support_").replace("police_", "police ").replace("_", " ")
    return text if text.endswith("s") else f"the {text}"
