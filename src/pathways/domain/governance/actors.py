"""Whoever acts: a person in one role at one organisation, or one of the machine's two hands."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pathways.domain.terms.people import Role, Sector


@dataclass(frozen=True, slots=True)
class Actor:
    """Everything a policy may know of the person acting; taken afresh from the database at every request."""

    account_id: UUID
    appointment_id: UUID
    name: str
    role: Role
    organisation_id: UUID
    organisation_name: str
    sector: Sector

    @property
    def is_police(self) -> bool:
        return self.sector is Sector.POLICE

    def __str__(self) -> str:
        return f"{self.name}, {self.role.label}, {self.organisation_name}"
