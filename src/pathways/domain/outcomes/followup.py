"""Followed up: her key worker asks how she is, three, six and twelve months after closure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.support import closure
from pathways.domain.terms.clocks import months_after
from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources


class Status(Worded):
    """What became of one follow-up."""

    DUE = "due", "Due"
    DONE = "done", "Done"
    NOT_REACHED = "not_reached", "Not reached"
    DECLINED = "declined", "She declined"


class Action(Worded):
    """What can be recorded about a follow-up."""

    RECORD = "record", "Record the follow-up"
    GIVE_UP = "give_up", "She could not be reached"
    DECLINE = "decline", "She declines"


class Wave(Worded):
    """Which follow-up it is, by months after closure."""

    MONTHS_3 = "3", "3 months"
    MONTHS_6 = "6", "6 months"
    MONTHS_12 = "12", "12 months"

    @property
    def months(self) -> int:
        return int(self.value)


#: A follow-up counts for its wave from so many days before it is due.
OPENS_DAYS_BEFORE = 14

#: Nobody is followed up after these.
NEVER_AFTER = frozenset(
    {
        closure.Outcome.DIED,
        closure.Outcome.WITHDRAWN_CONSENT,
        closure.Outcome.DECLINED,
        closure.Outcome.NOT_REACHED,
        closure.Outcome.UNSAFE_TO_CONTINUE,
    }
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a follow-up gate may look at."""

    due_on: date
    today: date
    is_stopped: bool = False


def due_on(wave: Wave, *, closed_on: date) -> date:
    """The day a wave is due: so many months after closure, to the day or the month's last."""
    return months_after(closed_on, wave.months)


def planned(outcome: closure.Outcome, *, closed_on: date) -> tuple[tuple[Wave, date], ...]:
    """The follow-ups that a closure leads to, with their due days."""
    if outcome in NEVER_AFTER:
        return ()
    return tuple((wave, due_on(wave, closed_on=closed_on)) for wave in Wave)


def is_overdue(facts: Facts) -> bool:
    return facts.today > facts.due_on


def may_record(facts: Facts) -> Decision:
    if facts.is_stopped:
        return decision.no("She has asked us to stop.")
    opens = facts.due_on - timedelta(days=OPENS_DAYS_BEFORE)
    if facts.today < opens:
        return decision.no(f"This follow-up opens on {opens.day} {opens:%B %Y}.")
    return decision.yes()


def may_give_up(facts: Facts) -> Decision:
    if facts.today < facts.due_on:
        return decision.no("She can still be reached before it is due.")
    return decision.yes()


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Follow-up",
    statuses=Status,
    start=Status.DUE,
    final=sources(Status.DONE, Status.DECLINED),
    moves=(
        Move(
            Action.RECORD,
            sources(Status.DUE, Status.NOT_REACHED),
            Status.DONE,
            ALONGSIDE_ROLES,
            "Record the follow-up",
            may_record,
        ),
        Move(
            Action.GIVE_UP,
            sources(Status.DUE),
            Status.NOT_REACHED,
            ALONGSIDE_ROLES,
            "She could not be reached",
            may_give_up,
        ),
        Move(
            Action.DECLINE,
            sources(Status.DUE, Status.NOT_REACHED),
            Status.DECLINED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "She declines",
        ),
    ),
)
