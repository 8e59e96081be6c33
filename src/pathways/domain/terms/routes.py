"""How she comes to notice: the routes, and the door that each leads to."""

from __future__ import annotations

from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded


class Door(Worded):
    """Who screens. Police learn nothing of a woman who came by the open door."""

    POLICE = "police", "Police door"
    OPEN = "open", "Open door"

    @property
    def screener(self) -> Role:
        return Role.POLICE_SPOC if self is Door.POLICE else Role.COORDINATOR


class Route(Worded):
    """By whom she came to the programme's notice. Each route is a branch of its own in the counts."""

    POLICE_OFFICER = "police_officer", "Police officer"
    CUSTODY = "custody", "Custody"
    POLICE_SEARCH = "police_search", "Search of police records"
    LIAISON_DIVERSION = "liaison_diversion", "Liaison and diversion"
    PROBATION = "probation", "Probation"
    HEALTH = "health", "Health"
    LOCAL_AUTHORITY = "local_authority", "Local authority"
    THIRD_SECTOR = "third_sector", "Third sector"
    OTHER_PARTNER = "other_partner", "Another partner"
    SELF = "self", "She came herself"

    @property
    def door(self) -> Door:
        return Door.POLICE if self in _BY_POLICE else Door.OPEN


_BY_POLICE = frozenset({Route.POLICE_OFFICER, Route.CUSTODY, Route.POLICE_SEARCH})


def by_door(door: Door) -> tuple[Route, ...]:
    """The routes that lead to one door, in order, for the form at that door."""
    return tuple(route for route in Route if route.door is door)
