"""Taken in: what an agency sends in a file, checked before anything is written, whole or not at all.

Police records in bulk stay on the police side, sealed, until their date. What a provider keeps in
a case system of its own is matched on our reference and written for that provider alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Role, Sector
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources


class Kind(Worded):
    """What a file holds."""

    POLE = "pole", "Police records: persons, events, places, objects and ties"
    REFERRALS = "referrals", "Women whom a partner refers to the programme"
    CONTACTS = "contacts", "Contacts with women, from a case system"
    ATTENDANCE = "attendance", "Attendance at groups and sessions"
    SCORES = "scores", "Scores: totals of instruments, and how near women feel to their goals"
    REFERENCE = "reference", "Reference figures: population, bank holidays, harm weights, prices, scores"


class Status(Worded):
    """Where a file stands."""

    UPLOADED = "uploaded", "Uploaded, not checked"
    CHECKED = "checked", "Checked, not taken in"
    TAKEN_IN = "taken_in", "Taken in"
    UNDONE = "undone", "Taken back"
    GIVEN_UP = "given_up", "Given up"
    ERASED = "erased", "Erased by its date"


class Action(Worded):
    """What can be done with a file."""

    CHECK = "check", "Check"
    TAKE_IN = "take_in", "Take in"
    UNDO = "undo", "Take back"
    GIVE_UP = "give_up", "Give up"
    ERASE = "erase", "Erase"


#: How long what was taken in can be taken back.
UNDO_WITHIN = timedelta(days=1)
#: After how many days an upload that nobody went on with is removed.
ABANDONED_AFTER_DAYS = 7
#: Days for which a bulk police extract is kept unless the agreement or the force says otherwise.
EXTRACT_KEPT_DAYS = 90
#: The most that is uploaded at one time, in bytes.
MOST_UPLOADED = 200 * 1024**2

_WHO: dict[Kind, frozenset[Role]] = {
    Kind.POLE: frozenset({Role.POLICE_SPOC, Role.POLICE_ANALYST}),
    Kind.REFERRALS: frozenset({Role.COORDINATOR, Role.SUPERVISOR}),
    Kind.CONTACTS: frozenset({Role.SUPERVISOR}),
    Kind.ATTENDANCE: frozenset({Role.SUPERVISOR}),
    Kind.SCORES: frozenset({Role.SUPERVISOR}),
    Kind.REFERENCE: frozenset({Role.COORDINATOR, Role.ADMINISTRATOR}),
}
#: partners whose supervisors bring women to the open door themselves
_BRINGS = frozenset(
    {Sector.THIRD_SECTOR, Sector.LOCAL_AUTHORITY, Sector.HEALTH, Sector.PROBATION, Sector.OTHER_STATUTORY}
)


def who_may(kind: Kind) -> frozenset[Role]:
    """The roles that take in files of this kind."""
    return _WHO[kind]


def may_take_in(kind: Kind, by: Actor) -> Decision:
    """Whether this person takes in files of this kind, for the organisation that they act for."""
    if by.role not in _WHO[kind]:
        asked = " or ".join(sorted(role.label.lower() for role in _WHO[kind]))
        return decision.no(f"“{kind.label}” is taken in by: {asked}.", ask=asked)
    if (kind is Kind.POLE) is not by.is_police:
        return decision.no(
            "Police records stay with police, and nothing else is theirs to take in.", ask="the coordinator"
        )
    if kind is Kind.REFERRALS and by.role is Role.SUPERVISOR and by.sector not in _BRINGS:
        return decision.no("A private company does not bring women to the programme.", ask="the coordinator")
    return decision.yes()


def kinds_for(by: Actor) -> tuple[Kind, ...]:
    """What this person may take in."""
    return tuple(kind for kind in Kind if may_take_in(kind, by))


@dataclass(frozen=True, slots=True)
class Facts:
    """What a move may look at."""

    kind: Kind
    is_checked_as_sent: bool = True
    accepted: int = 0
    taken_in_at: datetime | None = None
    now: datetime | None = None
    delete_on: date | None = None


def has_something(facts: Facts) -> Decision:
    """Something of it can be taken in."""
    if not facts.accepted:
        return decision.no("No row of it can be taken in: mend the sheet and upload it again.")
    return decision.yes()


def within_a_day(facts: Facts) -> Decision:
    """What was taken in is taken back within a day, and after that corrected like everything else."""
    if facts.taken_in_at is None or facts.now is None or facts.now - facts.taken_in_at > UNDO_WITHIN:
        return decision.no("More than a day has passed: correct single entries instead.")
    return decision.yes()


def is_due(facts: Facts) -> Decision:
    """Its date has come."""
    if facts.delete_on is None or facts.now is None or facts.now.date() < facts.delete_on:
        return decision.no("Its date has not come.")
    return decision.yes()


_TAKERS = frozenset(role for roles in _WHO.values() for role in roles)
_OPEN = sources(Status.UPLOADED, Status.CHECKED)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Taking in",
    statuses=Status,
    start=Status.UPLOADED,
    final=sources(Status.UNDONE, Status.GIVEN_UP, Status.ERASED),
    moves=(
        Move(Action.CHECK, _OPEN, Status.CHECKED, _TAKERS, "Check without writing"),
        Move(Action.TAKE_IN, sources(Status.CHECKED), Status.TAKEN_IN, _TAKERS, "Take in", has_something),
        Move(Action.UNDO, sources(Status.TAKEN_IN), Status.UNDONE, _TAKERS, "Take back", within_a_day),
        Move(Action.GIVE_UP, _OPEN, Status.GIVEN_UP, _TAKERS | actors(Role.CLERK), "Give up"),
        Move(Action.ERASE, sources(Status.TAKEN_IN), Status.ERASED, actors(Role.CLERK), "Erase", is_due),
    ),
)
