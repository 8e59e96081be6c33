"""What must hold between an actor and a row: a small algebra with three readings.

A Condition is data. It is read here as Python over the facts of a row; `records.walls` reads the same
object as SQL for row security and as a Django filter for querysets. What one of the readings cannot say
does not belong in the algebra.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Sector


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """One live involvement of an organisation, and perhaps of one of its people, with one woman."""

    client_id: UUID
    organisation_id: UUID
    account_id: UUID | None


@dataclass(frozen=True, slots=True)
class RowFacts:
    """A row as policy sees it: its plain columns, and the live involvements of the woman it is about."""

    columns: Mapping[str, Any]
    links: tuple[LinkFacts, ...] = ()


class Condition:
    """Base of the algebra; every member answers `holds`."""

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Always(Condition):
    """Any row of the table."""

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class OwnOrganisation(Condition):
    """The row's column names the actor's organisation."""

    column: str = "organisation_id"

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        value = row.columns.get(self.column)
        return value is not None and value == actor.organisation_id


@dataclass(frozen=True, slots=True)
class Own(Condition):
    """The row's column names the actor personally."""

    column: str = "account_id"

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        value = row.columns.get(self.column)
        return value is not None and value == actor.account_id


@dataclass(frozen=True, slots=True)
class NotOwn(Condition):
    """The row's column does not name the actor: nobody, or somebody else."""

    column: str = "account_id"

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        return row.columns.get(self.column) != actor.account_id


@dataclass(frozen=True, slots=True)
class Unassigned(Condition):
    """The row's column names nobody yet."""

    column: str = "account_id"

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        return row.columns.get(self.column) is None


@dataclass(frozen=True, slots=True)
class OwnRole(Condition):
    """The row's column names the role that the actor is in."""

    column: str = "role"

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        return row.columns.get(self.column) == actor.role.value


@dataclass(frozen=True, slots=True)
class Involved(Condition):
    """The actor's organisation has a live involvement with the woman; `personally`, the actor has."""

    personally: bool = True
    column: str = "client_id"

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        client_id = row.columns.get(self.column)
        return client_id is not None and any(
            link.client_id == client_id
            and link.organisation_id == actor.organisation_id
            and (not self.personally or link.account_id == actor.account_id)
            for link in row.links
        )


@dataclass(frozen=True, slots=True)
class Among(Condition):
    """The row's column holds one of the given values."""

    column: str
    values: tuple[str | bool, ...]

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        return row.columns.get(self.column) in self.values


@dataclass(frozen=True, slots=True)
class OfSector(Condition):
    """The actor's organisation is of one of these sectors: says nothing of the row."""

    sectors: tuple[Sector, ...]

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        return actor.sector in self.sectors


@dataclass(frozen=True, slots=True)
class InEmergency(Condition):
    """The actor has an emergency access to the woman that the column names, and its time is not over."""

    column: str = "client_id"

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        client_id = row.columns.get(self.column)
        return client_id is not None and actor.emergency_with(client_id) is not None


@dataclass(frozen=True, slots=True)
class NotInEmergency(Condition):
    """The actor does not read the woman that the column names by emergency access: nothing is written so."""

    column: str = "client_id"

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        return not InEmergency(self.column).holds(actor, row)


@dataclass(frozen=True, slots=True)
class NotBarred(Condition):
    """No column holds a key of a woman from whom the actor, or the actor's organisation, is barred."""

    columns: tuple[str, ...] = ("client_id",)

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        return not any(row.columns.get(column) in actor.barred_from for column in self.columns)


@dataclass(frozen=True, slots=True)
class NotAmongBarred(Condition):
    """The column is a list, and no woman from whom the actor is barred is on it."""

    column: str = "subjects"

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        return actor.barred_from.isdisjoint(row.columns.get(self.column) or ())


@dataclass(frozen=True, slots=True)
class NotBlind(Condition):
    """The column names no decision, and no woman, of which the actor reads a level blind.

    It binds only rows whose column `where` holds one of `values`; without them, all.
    """

    column: str
    where: str = ""
    values: tuple[str, ...] = ()

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        is_bound = not self.where or row.columns.get(self.where) in self.values
        return not is_bound or row.columns.get(self.column) not in actor.blind_to


@dataclass(frozen=True, slots=True)
class Seated(Condition):
    """The column lists who around the panel’s table may see the row, and the actor is one of them."""

    column: str = "seats"

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        return actor.seat in (row.columns.get(self.column) or ())


@dataclass(frozen=True, slots=True)
class Both(Condition):
    parts: tuple[Condition, ...]

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        return all(part.holds(actor, row) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Either(Condition):
    parts: tuple[Condition, ...]

    def holds(self, actor: Actor, row: RowFacts) -> bool:
        return any(part.holds(actor, row) for part in self.parts)


def both(*parts: Condition) -> Condition:
    return Both(parts)


def either(*parts: Condition) -> Condition:
    return Either(parts)
