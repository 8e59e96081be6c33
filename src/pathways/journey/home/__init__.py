"""What needs doing first, for each role: the page that a person meets after signing in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.terms.people import Role, Sector
from pathways.journey import ledger
from pathways.journey.home import alongside, oversight, police
from pathways.journey.home.shapes import Figure, Home, Item, Leads, Section

__all__ = ["Figure", "Home", "Item", "Leads", "Section", "of"]

_BY_ROLE: Mapping[Role, Callable[..., Home]] = MappingProxyType(
    {
        Role.POLICE_OFFICER: police.officer,
        Role.POLICE_SPOC: police.screener,
        Role.POLICE_ANALYST: police.screener,
        Role.COORDINATOR: alongside.coordinator,
        Role.PANEL_CHAIR: alongside.chair,
        Role.SUPPORT_WORKER: alongside.worker,
        Role.PROVIDER_WORKER: alongside.worker,
        Role.SUPERVISOR: alongside.supervisor,
        Role.EVALUATOR: oversight.evaluator,
        Role.GOVERNANCE_LEAD: oversight.governance,
        Role.COMMISSIONER: oversight.commissioner,
        Role.ADMINISTRATOR: oversight.administrator,
    }
)


def of(*, by: Actor, at: datetime) -> Home:
    """The home page of this person in this role. Who is named on it was read: one access event."""
    make = _BY_ROLE[by.role]
    if by.role is Role.SUPERVISOR and by.sector is Sector.POLICE:
        make = police.screener
    home = make(by=by, at=at)
    if home.subjects:
        resource = Resource.NOMINAL if by.is_police else Resource.CLIENT
        ledger.read(by=by, at=at, resource=resource, subjects=home.subjects, route="home:home")
    return home
