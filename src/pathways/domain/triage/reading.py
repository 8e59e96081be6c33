"""Another person reads a level: an exit, an urgent one, one drawn by lot, or one that she asks about.

At level 0 nothing ends before the reading is in. At level 4 the action has begun and the reading follows it:
it delays nothing, and unanswered within hours it goes to the supervisor. A reading drawn by lot is blind, so
that two people's judgements can be compared; by both walls, until it is in or its reader sets it aside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.clocks import WorkingTime
from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.triage.levels import Level
from pathways.domain.workflow import Move, Workflow, actors, sources


class Why(Worded):
    """Why a level is read by another person."""

    EXIT = "exit", "Level 0: before she is closed off"
    URGENT = "urgent", "Level 4: after the action has begun"
    DRAWN = "drawn", "Drawn by lot, to see how alike we judge"
    ASKED = "asked", "She asked for another look"


class Status(Worded):
    """Where a reading stands."""

    WAITING = "waiting", "Waiting to be read"
    WITH_SUPERVISOR = "with_supervisor", "Unanswered: with the supervisor"
    AGREED = "agreed", "Read: agreed"
    APART = "apart", "Read: not agreed"
    OVERTAKEN = "overtaken", "Overtaken by a newer decision"
    SET_ASIDE = "set_aside", "Set aside, and not counted"


class Action(Worded):
    """What can be done with a reading."""

    AGREE = "agree", "Agree with the level"
    DISAGREE = "disagree", "Disagree with the level"
    PASS_ON = "pass_on", "Goes to the supervisor"
    OVERTAKE = "overtake", "A newer decision takes its place"
    SET_ASIDE = "set_aside", "Set it aside"


@dataclass(frozen=True, slots=True)
class Facts:
    """Who reads, who decided, and whether a blind reading was given to this person."""

    why: Why = Why.EXIT
    is_first: bool = False
    is_reader: bool = True


def may_read(facts: Facts) -> Decision:
    """Somebody who did not decide; a blind reading only the one it was given to."""
    if facts.is_first:
        return decision.no("You made the decision: somebody else reads it.")
    if facts.why is Why.DRAWN and not facts.is_reader:
        return decision.no("This reading was given to a colleague.")
    return decision.yes()


def may_pass_on(facts: Facts) -> Decision:
    """Only of level 4: what follows an action cannot wait, and what waits for a reading may."""
    if facts.why is Why.URGENT:
        return decision.yes()
    return decision.no("Only a reading of level 4 goes on by itself.")


def may_set_aside(facts: Facts) -> Decision:
    """A blind reading, by the one it was given to: her work with a woman never waits for a comparison. Or by
    the clock, long after its time."""
    if facts.why is not Why.DRAWN:
        return decision.no("Only a reading by lot can be set aside: somebody waits for this one.")
    if not facts.is_reader:
        return decision.no("This reading was given to a colleague.")
    return decision.yes()


#: Who may read: those who decide levels, and the supervisor to whom an unanswered one goes.
READERS = actors(Role.COORDINATOR, Role.PANEL_CHAIR, Role.SUPERVISOR)
#: Who may write down that she asks for another look.
ASKERS = ALONGSIDE_ROLES
_OPEN = sources(Status.WAITING, Status.WITH_SUPERVISOR)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Second reading of a level",
    statuses=Status,
    start=Status.WAITING,
    final=sources(Status.AGREED, Status.APART, Status.OVERTAKEN, Status.SET_ASIDE),
    moves=(
        Move(Action.AGREE, _OPEN, Status.AGREED, READERS, "Agree with the level", may_read),
        Move(Action.DISAGREE, _OPEN, Status.APART, READERS, "Disagree with the level", may_read),
        Move(
            Action.PASS_ON,
            sources(Status.WAITING),
            Status.WITH_SUPERVISOR,
            actors(Role.CLERK),
            "Goes to the supervisor",
            may_pass_on,
        ),
        Move(
            Action.OVERTAKE,
            _OPEN,
            Status.OVERTAKEN,
            actors(Role.CLERK),
            "A newer decision takes its place",
        ),
        Move(
            Action.SET_ASIDE,
            sources(Status.WAITING),
            Status.SET_ASIDE,
            READERS | actors(Role.CLERK),
            "Set it aside",
            may_set_aside,
        ),
    ),
)

#: Working days for a reading, where it is not of level 4; hours of the clock where it is.
DAYS: Mapping[Why, int] = {Why.EXIT: 2, Why.DRAWN: 5, Why.ASKED: 5}
HOURS = 4
#: so long after its time a blind reading that nobody did is set aside by itself
LAPSES_AFTER = timedelta(weeks=4)
#: So many of a hundred decisions at each level are read blind, until the programme says otherwise.
USUAL_PERCENT: Mapping[Level, int] = {
    Level.ADVICE: 30,
    Level.UNIVERSAL: 20,
    Level.TARGETED: 15,
    Level.INTENSIVE: 20,
    Level.URGENT_SAFETY: 30,
}


@dataclass(frozen=True, slots=True)
class UrgentClock:
    """In how many hours a level 4 is read: by the clock, unless the programme counts its working hours."""

    hours: int = HOURS
    in_working_hours: bool = False

    def due(self, at: datetime, working: WorkingTime) -> datetime:
        """So many hours on. Danger keeps no office hours: a Friday evening does not wait for Monday."""
        if self.in_working_hours:
            return working.due_after_hours(at, self.hours)
        return at + timedelta(hours=self.hours)

    @property
    def words(self) -> str:
        """`4 hours`, or `1 working hour`."""
        what = "working hour" if self.in_working_hours else "hour"
        return f"{self.hours} {what}{'' if self.hours == 1 else 's'}"


def due(why: Why, *, asked_at: datetime, working: WorkingTime, urgent: UrgentClock | None = None) -> datetime:
    """By when it is to be read."""
    if why is Why.URGENT:
        return (urgent or UrgentClock()).due(asked_at, working)
    return working.due_after_days(asked_at, DAYS[why])


#: Who acts while nobody of the programme is at work, until the programme says whom it turns to.
OUT_OF_HOURS = "the emergency duty team of her local authority"


def turn_to_now(own: str = "") -> str:
    """Whom to turn to for her safety at any hour; `own` is what the programme says of itself."""
    whom = own.strip().rstrip(".") or OUT_OF_HOURS
    return f"If she is in danger now, call 999. Outside office hours turn to: {whom}. Wait for no reader."


def wanted(level: Level) -> Why | None:
    """The reading that a level asks for by itself."""
    return {Level.ADVICE: Why.EXIT, Level.URGENT_SAFETY: Why.URGENT}.get(level)


def complete(level: Level | None, because: str) -> Decision:
    """Whether a reading can be recorded: agreeing needs its reason as much as disagreeing."""
    if level is None:
        return decision.no("Choose the level that you would decide.")
    if not because.strip():
        return decision.no("Say in a sentence or two why.")
    return decision.yes()


def may_end(level: Level | None, exit_status: Status | None) -> Decision:
    """Whether an episode may end with advice alone: at level 0 only once a second person has agreed."""
    if level is not Level.ADVICE or exit_status is Status.AGREED:
        return decision.yes()
    if exit_status is Status.APART:
        return decision.no("A second person did not agree with level 0: her level is decided again first.")
    return decision.no("Level 0 is read by a second person before she is closed off.")


def may_be_told(level: Level | None, exit_status: Status | None) -> Decision:
    """Whether she may be told of a level: of a level 0 only once a second person has agreed to it."""
    if level is not Level.ADVICE or exit_status is Status.AGREED:
        return decision.yes()
    if exit_status is Status.APART:
        return decision.no(
            "A second reader did not agree with level 0: do not tell her. Her level is decided again first."
        )
    if exit_status is Status.OVERTAKEN:
        return decision.no("A newer decision takes the place of this level 0: do not tell her of this one.")
    return decision.no("Not yet agreed by a second reader: do not tell her yet.")


def lot(seed: str, decided: UUID) -> float:
    """A number from 0 up to 1 for one decision: the same for the same seed, and like chance for any other.

    SHA-256 of the seed and the decision, read as a fraction.
    """
    digest = hashlib.sha256(f"{seed}|{decided}".encode()).digest()
    return int.from_bytes(digest[:7]) / float(1 << 56)


def reader(candidates: Mapping[UUID, int], *, seed: str, decided: UUID) -> UUID | None:
    """Of those with the fewest readings waiting (`candidates` says how many), one by lot."""
    if not candidates:
        return None
    least = min(candidates.values())
    return min(
        (one for one, waiting in candidates.items() if waiting == least),
        key=lambda one: hashlib.sha256(f"{seed}|{decided}|{one}".encode()).digest(),
    )
