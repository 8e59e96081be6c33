"""Who may be shown what of her at the panel: one table from giver to receiver, field by field.

An agency that adds what it knows says for each field which of the agencies around the table may be shown it,
within this table. Both walls read the table too, so a field that does not belong to somebody’s side is not
there for them, whatever was ticked. The table follows the confidentiality wall of the field: police read no
support and give no record of theirs but to the coordinator; a private company gets the least that it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pathways.domain.terms.people import Role, Sector
from pathways.domain.terms.words import Worded


class Side(Worded):
    """Where somebody at the panel’s table stands towards the walls."""

    HUB = "hub", "The coordinator and the chair"
    SUPPORT = "support", "Support, health and councils"
    PRIVATE = "private", "A private company"
    POLICE = "police", "Police"


class PanelField(Worded):
    """One thing that an agency can add about her: none for notes of support, and none for a refuge."""

    WHO = "who", "Her full name and date of birth"
    WHY_HERE = "why_here", "Why she is on the agenda"
    KNOWN = "known", "How you know her, and since when"
    STRENGTHS = "strengths", "What goes well and what helps her"
    NEEDS = "needs", "What she needs now"
    SAFETY = "safety", "How safe she is now"
    WORKER_RISK = "worker_risk", "What a worker should know before meeting her"
    SUPPORT = "support", "How support is going (never from notes)"
    HEALTH = "health", "Her health, where it matters here"
    CHILDREN = "children", "Her children"
    HOME = "home", "Where she lives now, in general (never a refuge or another safe place)"
    POLICE_SUMMARY = "police_summary", "What police records say, in summary (never intelligence)"
    HER_VIEW = "her_view", "Her own view, in her words"
    PROPOSED = "proposed", "What you propose"

    @property
    def heading(self) -> str:
        """What stands over the answers of others: the label is the question put to an agency."""
        return _HEADINGS.get(self, self.label)


#: where the question to an agency would read strangely over what others answered
_HEADINGS: Mapping[PanelField, str] = MappingProxyType(
    {
        PanelField.KNOWN: "How agencies know her, and since when",
        PanelField.WORKER_RISK: "Before meeting her",
        PanelField.SUPPORT: "How support is going",
        PanelField.HEALTH: "Her health",
        PanelField.HOME: "Where she lives now, in general",
        PanelField.POLICE_SUMMARY: "What police records say, in summary",
        PanelField.HER_VIEW: "Her own view",
        PanelField.PROPOSED: "What is proposed",
    }
)

F = PanelField

#: The roles that can sit at the panel’s table.
ATTENDING = frozenset(
    {
        Role.COORDINATOR,
        Role.PANEL_CHAIR,
        Role.SUPPORT_WORKER,
        Role.PROVIDER_WORKER,
        Role.SUPERVISOR,
        Role.POLICE_SPOC,
    }
)

#: What each side can add.
GIVES: Mapping[Side, frozenset[PanelField]] = MappingProxyType(
    {
        Side.HUB: frozenset(
            {F.WHO, F.WHY_HERE, F.KNOWN, F.STRENGTHS, F.NEEDS, F.SAFETY, F.WORKER_RISK, F.CHILDREN}
            | {F.HER_VIEW, F.PROPOSED}
        ),
        Side.SUPPORT: frozenset(
            {F.KNOWN, F.STRENGTHS, F.NEEDS, F.SAFETY, F.WORKER_RISK, F.SUPPORT, F.HEALTH, F.CHILDREN}
            | {F.HOME, F.HER_VIEW, F.PROPOSED}
        ),
        Side.PRIVATE: frozenset(
            {F.KNOWN, F.STRENGTHS, F.SAFETY, F.WORKER_RISK, F.SUPPORT, F.HER_VIEW, F.PROPOSED}
        ),
        Side.POLICE: frozenset({F.KNOWN, F.SAFETY, F.WORKER_RISK, F.POLICE_SUMMARY, F.PROPOSED}),
    }
)

_TO_SUPPORT = frozenset(PanelField) - {F.POLICE_SUMMARY}
_TO_POLICE = frozenset({F.WHO, F.SAFETY, F.WORKER_RISK, F.HER_VIEW, F.PROPOSED})
_TO_PRIVATE = frozenset({F.WORKER_RISK, F.HER_VIEW, F.PROPOSED})
_RISK = frozenset({F.WORKER_RISK, F.PROPOSED})

#: What may go from one side to another, of what the giver can add.
REACHES: Mapping[tuple[Side, Side], frozenset[PanelField]] = MappingProxyType(
    {
        **{(giver, Side.HUB): GIVES[giver] for giver in Side},
        **{
            (giver, Side.SUPPORT): GIVES[giver] & (_RISK if giver is Side.POLICE else _TO_SUPPORT)
            for giver in Side
        },
        **{
            (giver, Side.PRIVATE): GIVES[giver] & (_RISK if giver is Side.POLICE else _TO_PRIVATE)
            for giver in Side
        },
        (Side.HUB, Side.POLICE): GIVES[Side.HUB] & _TO_POLICE,
        (Side.SUPPORT, Side.POLICE): GIVES[Side.SUPPORT] & _TO_POLICE,
        (Side.PRIVATE, Side.POLICE): _RISK,
        (Side.POLICE, Side.POLICE): GIVES[Side.POLICE],
    }
)


def side_of(role: Role, sector: Sector) -> Side:
    """The side of somebody at the table, by role and by the sector of the organisation."""
    if role in (Role.COORDINATOR, Role.PANEL_CHAIR):
        return Side.HUB
    return side_of_place(sector)


def side_of_place(sector: Sector) -> Side:
    """The side of an organisation that is not the coordinating one."""
    return {Sector.POLICE: Side.POLICE, Sector.PRIVATE: Side.PRIVATE}.get(sector, Side.SUPPORT)


def may_reach(field: PanelField, *, giver: Side, receiver: Side) -> bool:
    """Whether this field may go from an agency of the one side to an agency of the other."""
    return field in REACHES[(giver, receiver)]


def fields_of(giver: Side) -> tuple[PanelField, ...]:
    """What an agency of this side can add, in the order of the form."""
    return tuple(field for field in PanelField if field in GIVES[giver])


def narrowed(seats: Iterable[str], organisations: Iterable[object]) -> list[str]:
    """Of the seats those of these organisations: who of the people around the table is shown a field."""
    there = {str(each) for each in organisations}
    return sorted(seat for seat in set(seats) if seat.partition(" ")[2] in there)


def is_shown_to_all(seats: Iterable[str], present: Iterable[str]) -> bool:
    """Whether everybody who is in the room may see it: what a screen that all look at may show.

    With nobody in the room there is no screen, and nothing is shown.
    """
    here = set(present)
    return bool(here) and here <= set(seats)
