"""What a record of hers was before: which row changed, when, by whom, and what stood there.

Whoever may read a row may read what it was: both walls are asked for the row itself. Old values of sealed
fields open under her key like new ones, and for nobody once it is destroyed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime

from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.journey import identity, sight
from pathways.journey.held import KINDS
from pathways.records import guards, walls
from pathways.records.keys import KeyGone
from pathways.records.models import Client, Operation, RowChange
from pathways.records.sealed import SealBroken, SealedField

NOT_READABLE = "cannot be read any more"


@dataclass(frozen=True, slots=True)
class Former:
    """One field that changed, and what stood there before; `was` is empty when nothing did."""

    field: str
    words: str
    was: str


@dataclass(frozen=True, slots=True)
class Change:
    """One row made or changed. `resource` and `row_id` say which; `together` marks what one act did."""

    at: datetime
    who: str
    role: str
    did: str
    resource: Resource
    what: str
    row_id: UUID
    together: int
    formerly: tuple[Former, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    changes: tuple[Change, ...]
    total: int


def of_row(*, resource: Resource, row_id: UUID, by: Actor) -> tuple[Change, ...]:
    """What became of one row, newest first; empty when for this person it is not there.

    The caller logs the reading with the rest of its page.
    """
    row = sight.one(walls.model_of(resource), row_id, by)
    if row is None:
        return ()
    found = RowChange.objects.filter(kind=resource.value, row_id=row_id).order_by("-id")
    return tuple(_changes(list(found), {row_id: row}, by))


def of_her(*, client_id: UUID, by: Actor, offset: int = 0, limit: int = 25) -> Page | None:
    """Every row of hers that this person may read and that was made or changed, newest first.

    None when for this person she is not there. The caller logs the reading.
    """
    if sight.one(Client, client_id, by) is None:
        return None
    theirs = Q(pk__in=[])
    for resource in guards.with_history():
        if resource in KINDS and policy.could(by, Action.READ, resource):
            rows = _hers(resource, client_id, by)
            theirs |= Q(kind=resource.value, row_id__in=rows.values("pk"))
    found = RowChange.objects.filter(theirs, client_id=client_id).order_by("-id")
    total = found.count()
    page = list(found[offset : offset + limit])
    rows_now: dict[UUID, models.Model] = {}
    for kind in {one.kind for one in page}:
        wanted = [one.row_id for one in page if one.kind == kind]
        for row in _hers(Resource(kind), client_id, by).filter(pk__in=wanted):
            rows_now[row.pk] = row
    later: list[RowChange] = []  # what a page's rows became afterwards, so as to know what really changed
    if page and offset:
        later = list(found.filter(row_id__in=rows_now, id__gt=page[0].id))
    changes = list(_changes([*later, *page], rows_now, by))
    return Page(tuple(changes[len(later) :]), total)


def _hers(resource: Resource, client_id: UUID, by: Actor) -> Any:
    column = "id" if resource is Resource.CLIENT else "client_id"
    return sight.visible(walls.model_of(resource), by).filter(**{column: client_id})


def _changes(
    found: list[RowChange], rows: dict[UUID, models.Model], by: Actor
) -> Iterable[Change]:
    """Newest first, so that what stood in a column after a change is known when the change is met."""
    names = identity.names_of({one.account_id for one in found if one.account_id})
    roles = {role.value: role.label for role in Role}
    names |= identity.names_of(_people_in([one.old or {} for one in found if one.row_id in rows]))
    after: dict[UUID, dict[str, str]] = {}
    for one in found:
        row = rows.get(one.row_id)
        formerly: list[Former] = []
        if row is not None and one.old:
            fields = {field.column: field for field in row._meta.concrete_fields}
            now = after.setdefault(one.row_id, {})
            for column, value in one.old.items():
                if (field := fields.get(column)) is None or not sight.may_read(column, row, by):
                    continue
                was = _said(field, value, row, names)
                if column not in now:
                    now[column] = _now(field, row, names)
                if was != now[column] or was == NOT_READABLE:
                    formerly.append(Former(column, str(field.verbose_name).capitalize(), was))
                now[column] = was
        resource = Resource(one.kind)
        yield Change(
            at=one.at,
            who=names.get(one.account_id, "") if one.account_id else "",
            role=roles.get(one.role, "The database’s owner"),
            did=str(Operation(one.operation).label),
            resource=resource,
            what=KINDS.get(resource, resource.value.replace("_", " ")),
            row_id=one.row_id,
            together=one.together,
            formerly=tuple(sorted(formerly, key=lambda each: each.words)),
        )


def _people_in(olds: list[dict[str, Any]]) -> set[UUID]:
    return {
        UUID(value)
        for old in olds
        for column, value in old.items()
        if value and column.endswith(("_by_id", "account_id", "worker_id"))
    }


def _now(field: Any, row: models.Model, names: dict[UUID, str]) -> str:
    if isinstance(field, SealedField):
        try:
            return _plain(getattr(row, field.attname))
        except (KeyGone, SealBroken):
            return NOT_READABLE
    return _said(field, field.value_from_object(row), row, names)


def _said(field: Any, value: Any, row: models.Model, names: dict[UUID, str]) -> str:
    """A stored value as a person would say it. Sealed ones are hexadecimal, as JSON carries them."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(field, SealedField):
        try:
            return _plain(field.unseal(row, bytes.fromhex(str(value).removeprefix("\\x"))))
        except (KeyGone, SealBroken):
            return NOT_READABLE
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.UUIDField | models.ForeignKey):
        key = value if isinstance(value, UUID) else UUID(str(value))
        return names.get(key, "another record")
    if isinstance(field, models.DateTimeField):
        moment = value if isinstance(value, datetime) else parse_datetime(str(value))
        return f"{clocks.local(moment):%-d %B %Y, %H:%M}" if moment else ""
    if isinstance(field, models.DateField):
        value = value if isinstance(value, date) else parse_date(str(value))
    return _plain(value)


def _plain(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return f"{value:%-d %B %Y}"
    if isinstance(value, dict):
        return "; ".join(
            f"{key}: {_plain(one)}" for key, one in value.items() if one not in (None, "", [], {})
        )
    if isinstance(value, list | tuple):
        return ", ".join(_plain(one) for one in value)
    return str(value)


def forget(
    *, client_id: UUID | None, row_ids: Collection[UUID] = (), organisation_id: UUID, by: Actor
) -> int:
    """What an organisation's rows about her were before, goes with them: for erasing. Answers how many.

    `row_ids` are further rows of hers that name no client. The ledger keeps that it happened; the verb that
    erases writes that.
    """
    about = Q(row_id__in=list(row_ids))
    if client_id is not None:
        about |= Q(client_id=client_id) | Q(row_id=client_id)
    with identity.clerk(by):
        gone, _ = RowChange.objects.filter(about, organisation_id=organisation_id).delete()
    return gone
