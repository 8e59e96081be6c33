"""Whoever acts: a person in one role at one organisation, or one of the machine's two hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pathways.domain.terms.people import Role, Sector


@dataclass(frozen=True, slots=True)
class Emergency:
    """One emergency access that runs now: whose record, until when, and who holds and reviews it."""

    id: UUID
    client_id: UUID
    holder_organisation_id: UUID
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """Everything a policy may know of the person acting; taken afresh from the database at every request.

    `barred_from` holds every key by which a woman is known whom this person, or the whole organisation, may
    not see. `emergencies` are the person's own, while they run. `blind_to` holds the decisions of a level,
    and the women, that this person was asked to read without knowing what was decided.
    """

    account_id: UUID
    appointment_id: UUID
    name: str
    role: Role
    organisation_id: UUID
    organisation_name: str
    sector: Sector
    barred_from: frozenset[UUID] = frozenset()
    emergencies: tuple[Emergency, ...] = ()
    blind_to: frozenset[UUID] = frozenset()

    @property
    def is_police(self) -> bool:
        return self.sector is Sector.POLICE

    @property
    def seat(self) -> str:
        """This person at this organisation, as a seat at the panel’s table is written down."""
        return f"{self.account_id} {self.organisation_id}"

    def emergency_with(self, client_id: UUID) -> Emergency | None:
        """The emergency access by which this person reads her now; None when it is ordinary work, or none."""
        return next((each for each in self.emergencies if each.client_id == client_id), None)

    def __str__(self) -> str:
        return f"{self.name}, {self.role.label}, {self.organisation_name}"
