"""Whether a site uses an instrument: off until somebody answers for its licence."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.outcomes.instrument import Licence
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources

#: Who answers for what the whole programme uses; a supervisor for what her own agency brought.
ANSWERS = frozenset({Role.ADMINISTRATOR, Role.GOVERNANCE_LEAD})
BRINGS = ANSWERS | {Role.SUPERVISOR}


class Status(Worded):
    """Whether it can be filled in."""

    OFF = "off", "Off"
    ON = "on", "On"


class Action(Worded):
    """What can be done with an instrument of the site."""

    TURN_ON = "turn_on", "Turn on"
    TURN_OFF = "turn_off", "Turn off"


class Happened(Worded):
    """What was done with an instrument: one line of its history each."""

    TURNED_ON = "turned_on", "Turned on"
    TURNED_OFF = "turned_off", "Turned off"
    BROUGHT = "brought", "Brought in a spreadsheet"
    WORDING_LOADED = "wording_loaded", "The owner’s wording loaded"
    WORDING_REMOVED = "wording_removed", "The owner’s wording removed"


@dataclass(frozen=True, slots=True)
class Facts:
    """Whose it is, under what licence, and whether somebody has read that and answers for it."""

    licence: Licence
    is_licence_accepted: bool
    is_theirs: bool


def may_turn_on(facts: Facts) -> Decision:
    """Nothing is turned on without a named person who has read its licence."""
    if not (answer := may_turn_off(facts)):
        return answer
    if not facts.is_licence_accepted:
        return decision.no("Read the licence, and say that your site meets it.")
    return decision.yes()


def may_turn_off(facts: Facts) -> Decision:
    if not facts.is_theirs:
        return decision.no("This belongs to another agency, or to the whole programme.",
                           ask="the system administrator")  # fmt: skip
    return decision.yes()


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Instrument of a site",
    statuses=Status,
    start=Status.OFF,
    moves=(
        Move(Action.TURN_ON, sources(Status.OFF), Status.ON, BRINGS, "Turn on", may_turn_on),
        Move(Action.TURN_OFF, sources(Status.ON), Status.OFF, BRINGS, "Turn off", may_turn_off),
    ),
)
