"""What needs doing first, for each role: the page that a person meets after signing in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from pathways.domain.governance import panel_rules
from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Role, Sector
from pathways.journey.home import alongside, oversight, panels, police, waiting
from pathways.journey.home.shapes import Figure, Home, Item, Leads, Section
from pathways.journey.home.waiting import Waiting

__all__ = ["Figure", "Home", "Item", "Leads", "Section", "Waiting", "of", "waiting"]

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


def of(*, by: Actor, at: datetime, beside: Waiting | None = None) -> Home:
    """The home page of this person in this role, with what waits `beside` it.

    Who is named on the page was read: one access event.
    """
    make = _BY_ROLE[by.role]
    if by.role is Role.SUPERVISOR and by.sector is Sector.POLICE:
        make = police.screener
    home = make(by=by, at=at)
    if by.role in panel_rules.ATTENDING:
        home = replace(home, beside=(*home.beside, *panels.coming(by, at)))
    subjects = (*home.subjects, *(beside.subjects if beside else ()))
    waiting.log(subjects, by=by, at=at, route="home:home")
    return home
