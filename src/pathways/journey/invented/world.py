"""The places, people and services of the demonstration, for whoever tells a part of its story."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Role


@dataclass
class World:
    """The places, people and services of the demonstration."""

    places: dict[str, UUID]
    people: dict[tuple[Role, str], list[Actor]]
    services: dict[str, list[UUID]]

    def one(self, role: Role, place: str) -> Actor:
        return self.people[(role, place)][0]

    def worker(self, place: str, number: int) -> Actor:
        """One of an organisation's workers, each in turn."""
        roles = (Role.SUPPORT_WORKER, Role.PROVIDER_WORKER)
        several = [actor for role in roles for actor in self.people.get((role, place), [])]
        return several[number % len(several)]
