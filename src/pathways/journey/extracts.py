"""Police extracts in bulk: kept sealed on the police side, opened to be analysed, and gone on their date.

Nothing here writes into a woman's record. Each extract is sealed under a key of its own; when its date comes
the key is destroyed, and with it every copy in every backup. Before that its denominators are frozen through
disclosure control.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from pathways.analysis import disclosure
from pathways.analysis.pole.denominators import denominators
from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import taking_in
from pathways.domain.identification.taking_in import Action, Facts, Kind, Status
from pathways.domain.terms import clocks
from pathways.journey import identity, ledger, programme, sight
from pathways.records import keys
from pathways.records.models import Denominator, Purpose, SharingAgreement, TakeIn, TakeInPart

if TYPE_CHECKING:
    import polars as pl

#: A part of a sealed table is at most so many bytes before it is sealed.
_MOST_IN_A_PART = 32 * 1024**2


@dataclass(frozen=True, slots=True)
class Extract:
    """One extract that a force holds."""

    id: UUID
    system: str
    taken_in_at: datetime
    delete_on: date
    rows: int
    #: how it may be handled, in the words that it came with
    handling: str = ""

    @property
    def words(self) -> str:
        """How it is told apart from another of the same day."""
        taken = clocks.local(self.taken_in_at)
        return f"{self.system or 'Extract'}, taken in {taken:%-d %B %Y} at {taken:%H:%M}"


def extracts(*, by: Actor, at: datetime) -> tuple[Extract, ...]:
    """The extracts of the asker's own force that have not gone, newest first."""
    rows = sight.visible(TakeIn, by).filter(kind=Kind.POLE.value, status=Status.TAKEN_IN.value)
    return tuple(
        Extract(row.id, row.system, row.taken_in_at, row.delete_on, row.accepted, row.handling)
        for row in rows.filter(delete_on__gt=clocks.local(at).date()).order_by("-taken_in_at")
        if row.taken_in_at is not None and row.delete_on is not None
    )


def opened(
    extract_id: UUID, *, by: Actor, at: datetime, why: str = "screening"
) -> Mapping[str, pl.DataFrame] | None:
    """The tables of one extract, in memory alone; None when it is not there for this person.

    Only police of the force that sent it may; that it was opened, by whom and what for, is logged. Nothing is
    written to disk. Tables and columns are those of `analysis.pole.spec`.
    """
    row = sight.visible(TakeIn, by).filter(pk=extract_id, status=Status.TAKEN_IN.value).first()
    if row is None or not taking_in.may_take_in(Kind.POLE, by) or row.kind != Kind.POLE.value:
        return None
    if row.delete_on is None or row.delete_on <= clocks.local(at).date():
        return None
    ledger.read(by=by, at=at, resource=Resource.TAKE_IN, subjects=[row.id], route="extracts", reason=why)
    return _tables(row)


def _tables(row: TakeIn) -> Mapping[str, pl.DataFrame]:
    import polars as pl

    parts: dict[str, list[pl.DataFrame]] = {}
    for part in row.parts.filter(purpose=Purpose.TABLE).order_by("number"):
        name = str(part.name)
        if not name.startswith("file:"):
            parts.setdefault(name, []).append(pl.read_parquet(io.BytesIO(part.content)))
    return MappingProxyType({name: pl.concat(frames) for name, frames in parts.items()})


def seal(row: TakeIn, tables: Mapping[str, pl.DataFrame], others: Mapping[str, pl.DataFrame]) -> None:
    """Keeps every table of an extract under its own key, and whole the files that fed none."""
    number = 0
    for name, frame in [*tables.items(), *((f"file:{name}", frame) for name, frame in others.items())]:
        for piece in _pieces(frame):
            content = io.BytesIO()
            piece.write_parquet(content, compression="zstd")
            TakeInPart(
                take_in=row,
                organisation_id=row.organisation_id,
                kind=row.kind,
                purpose=Purpose.TABLE,
                name=name,
                number=number,
                rows=piece.height,
                content=content.getvalue(),
            ).save(force_insert=True)
            number += 1


def _pieces(frame: pl.DataFrame) -> list[pl.DataFrame]:
    size = max(1, int(frame.estimated_size()))
    count = -(-size // (4 * _MOST_IN_A_PART))  # a packed table is at least four times smaller
    step = max(1, -(-frame.height // max(1, count)))
    return [frame.slice(start, step) for start in range(0, frame.height, step)] or [frame]


def delete_on(organisation_id: UUID, *, at: datetime) -> date:
    """The day on which an extract taken in now goes: so many days, and never beyond the agreement's end.

    A force that has no agreement in force keeps it for the programme's days.
    """
    today = clocks.local(at).date()
    days = programme.number("extract.kept_days", taking_in.EXTRACT_KEPT_DAYS)
    last = today + timedelta(days=days)
    ends = [
        row.until_date
        for row in SharingAgreement.objects.filter(from_organisation_id=organisation_id)
        if row.until_date is not None and row.until_date > today
    ]
    return min([last, *ends])


# --- the end of an extract ------------------------------------------------------------------------------


def erase_due(*, at: datetime) -> int:
    """Extracts whose date has come: their denominators are frozen, their tables and their key destroyed."""
    today = clocks.local(at).date()
    gone = 0
    with transaction.atomic(), identity.clerk() as by:
        due = TakeIn.objects.select_for_update(skip_locked=True).filter(
            kind=Kind.POLE.value, status=Status.TAKEN_IN.value, delete_on__lte=today
        )
        for row in due:
            facts = Facts(Kind.POLE, now=at, delete_on=row.delete_on)
            if not taking_in.WORKFLOW.may(Action.ERASE, status=Status(row.status), role=by.role, facts=facts):
                continue
            freeze(row, at=at)
            emptied(row, to=Status.ERASED, by=by, at=at)
            ledger.erased(
                by=by, at=at, resource=Resource.TAKE_IN, subjects=[row.id], reason="its date had come"
            )
            gone += 1
    destroy_keys(at=at)
    return gone


def destroy_keys(*, at: datetime) -> int:
    """Destroys the key of every file that has ended. After the commit, because a key cannot be brought back.

    What a crash between the two left is destroyed the next time.
    """
    with transaction.atomic(), identity.clerk():
        ended = [
            row.sealed_for()
            for row in TakeIn.objects.filter(
                status__in=[Status.ERASED.value, Status.UNDONE.value, Status.GIVEN_UP.value]
            ).only("id", "organisation_id")
        ]
    store, gone = keys.store(), 0
    for person, organisation in ended:
        if store.holds(person, organisation):
            gone += store.destroy(person, organisation, at=at)
    return gone


def emptied(row: TakeIn, *, to: Status, by: Actor, at: datetime) -> None:
    """Everything that was in the file goes; that there was one stays."""
    TakeInPart.objects.filter(take_in=row).delete()
    row.status, row.ended_at, row.ended_by_id = to.value, at, by.account_id
    row.found = None
    row.names = ""
    row.save(update_fields=["status", "ended_at", "ended_by_id", "found", "names"])


def freeze(row: TakeIn, *, at: datetime) -> None:
    """The people of an extract by age, ethnicity and area, through disclosure control, once."""
    if Denominator.objects.filter(take_in_id=row.id).exists():
        return
    tables = _tables(row)
    rule = disclosure.Rule()
    taken = clocks.local(row.taken_in_at or at).date()
    Denominator(
        organisation_id=row.organisation_id,
        take_in_id=row.id,
        as_at=taken,
        threshold=rule.threshold,
        body=denominators(tables, as_at=taken, rule=rule),
        frozen_at=at,
    ).save(force_insert=True)


NOT_THERE = decision.no("There is no such extract, or none that you may open.", hidden=True)
