"""Triaged: a named person decides her level of support, with the machine's suggestion beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.clocks import WorkingTime, local, weeks_after
from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.triage import assessment
from pathways.domain.triage.levels import STANDARDS, Level, Standard
from pathways.domain.workflow import Move, Workflow, actors, sources


class Status(Worded):
    """Where the triage decision stands."""

    AWAITING = "awaiting", "Awaiting a decision"
    DECIDED = "decided", "Decided"
    OVERRIDDEN = "overridden", "Decided otherwise than suggested"
    RETURNED = "returned", "Returned to the assessor"


class Action(Worded):
    """What can be done in triage."""

    DECIDE = "decide", "Decide as suggested"
    OVERRIDE = "override", "Decide otherwise"
    RETURN = "return", "Return to the assessor"
    RESUBMIT = "resubmit", "Send for triage again"
    REOPEN = "reopen", "Triage again"


class ReturnReason(Worded):
    """Why the coordinator sent an assessment back to whoever made it."""

    ANSWER_MISSING = "answer_missing", "An answer that could change the level is missing"
    SAFETY_UNCLEAR = "safety_unclear", "It is not clear whether she is safe"
    HER_VIEW_MISSING = "her_view_missing", "Her own view is missing"
    DOES_NOT_AGREE = "does_not_agree", "What was written and what was judged do not agree"


class HandOverReason(Worded):
    """Why a decision that was asked of one person by name is given to another."""

    AWAY = "away", "Away, or has left"
    NO_TIME = "no_time", "Cannot do it in time"
    TOO_NEAR = "too_near", "Knows her, or is too close to it"
    OVERDUE = "overdue", "It is overdue, and she has to know"


#: So many working days for a person to decide; where her safety is in question, the same day.
DECIDE_WITHIN_DAYS = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What a triage gate may look at."""

    assessment: assessment.Status
    is_stopped: bool = False
    #: the decision was asked of a named person, and this is somebody else
    is_asked_of_another: bool = False
    #: the suggestion is hidden until whoever decides has said what she thinks, and she has not
    wants_own_view: bool = False


@dataclass(frozen=True, slots=True)
class TriageDecision:
    """What a named person decided. Never made by the machine, so it is not a Suggestion.

    Raises ValueError without a reason or a name: nothing is decided without somebody saying why.
    """

    level: Level
    reason: str
    decided_by: str
    decided_at: datetime
    suggested: Level | None
    was_provisional: bool
    policy_version: str

    def __post_init__(self) -> None:
        if not self.reason.strip() or not self.decided_by.strip():
            raise ValueError("a triage decision needs a person and a reason")

    @property
    def is_override(self) -> bool:
        """Whether it is otherwise than suggested; without a suggestion there is nothing to override."""
        return self.suggested is not None and self.level is not self.suggested

    @property
    def status(self) -> Status:
        return Status.OVERRIDDEN if self.is_override else Status.DECIDED


def action(level: Level, suggested: Level | None) -> Action:
    """The action that recording this level is: agreeing with the suggestion, or overriding it."""
    return Action.DECIDE if suggested is None or level is suggested else Action.OVERRIDE


#: A reason is words that she can be told: no single mark or word stands for one.
REASON_LENGTH = 10


def is_said(reason: str) -> bool:
    """Whether a reason is words: at least two, and ten characters in all."""
    words = reason.split()
    return len(words) > 1 and len(" ".join(words)) >= REASON_LENGTH


def complete(
    level: Level | None, reason: str, *, suggested: Level | None = None, otherwise: str = ""
) -> Decision:
    """Whether a decision can be recorded. Agreeing with a machine is a decision too, and needs its reason;
    deciding otherwise needs a reason of its own for that."""
    if level is None:
        return decision.no("Choose a level.")
    if not reason.strip():
        return decision.no("Give your reason: it is kept with the decision.")
    if not is_said(reason):
        return decision.no(
            f"Give your reason in words, at least {REASON_LENGTH} letters and more than one word: "
            "she will read it."
        )
    if action(level, suggested) is Action.DECIDE:
        return decision.yes()
    if not otherwise.strip():
        return decision.no("You decide otherwise than suggested: say why.")
    if not is_said(otherwise):
        return decision.no(
            f"Say why you decide otherwise in words, at least {REASON_LENGTH} letters and more than one word."
        )
    return decision.yes()


def whole_reason(reason: str, otherwise: str) -> str:
    """The reasons as they are kept and as she reads them; of an override with why it is one."""
    said = reason.strip()
    return f"{said}\nWhy otherwise than suggested: {otherwise.strip()}" if otherwise.strip() else said


def wants_check(level: Level, suggested: Level | None) -> bool:
    """Whether it is read over once more before it is recorded: a way out, and what nobody suggested."""
    return level is Level.ADVICE or action(level, suggested) is Action.OVERRIDE


def decision_due(suggested: Level | None, *, asked_at: datetime, working: WorkingTime) -> datetime:
    """By when a person is to decide."""
    urgent = suggested is Level.URGENT_SAFETY
    return working.due_after_days(asked_at, 0 if urgent else DECIDE_WITHIN_DAYS)


def first_contact_by(
    level: Level, *, decided_at: datetime, working: WorkingTime, standard: Standard | None = None
) -> date:
    """The day by which she is to be seen or spoken with, in working days from the decision. `standard` is
    what the policy in force promises; without it, the usual."""
    promised = standard or STANDARDS[level]
    return working.day_after(local(decided_at).date(), promised.first_contact_days)


def review_by(
    level: Level, *, decided_at: datetime, working: WorkingTime, standard: Standard | None = None
) -> date | None:
    """The day by which her level is looked at again: some weeks on, moved to a working day; or never."""
    weeks = (standard or STANDARDS[level]).review_weeks
    if weeks is None:
        return None
    day = weeks_after(local(decided_at).date(), weeks)
    return day if working.is_working_day(day) else working.day_after(day, 1)


def may_decide(facts: Facts) -> Decision:
    if facts.is_stopped:
        return decision.no("She has asked us to stop.")
    if facts.assessment is assessment.Status.IN_PROGRESS:
        return decision.no("Her assessment is not complete.")
    if facts.is_asked_of_another:
        return decision.no("This decision was asked of a colleague by name.")
    if facts.wants_own_view:
        return decision.no("Write down your own view first. Then you see what the policy suggests.")
    return decision.yes()


#: Who gives a decision that was asked by name to somebody else, where the one asked does not do it.
GIVERS = actors(Role.COORDINATOR, Role.SUPERVISOR)


def may_hand_over(status: Status, role: Role, *, is_asked_by_name: bool, is_same_place: bool) -> Decision:
    """A coordinator or the supervisor of the place that decides; who is to decide is another question."""
    if role not in GIVERS:
        return decision.no(
            "A coordinator or the supervisor gives a decision to somebody else.", ask="the supervisor"
        )
    if status is not Status.AWAITING or not is_asked_by_name:
        return decision.no("This decision is not asked of anybody by name.")
    if not is_same_place:
        return decision.no("Another organisation decides this.")
    return decision.yes()


DECIDERS = actors(Role.COORDINATOR, Role.PANEL_CHAIR)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Triage",
    statuses=Status,
    start=Status.AWAITING,
    moves=(
        Move(
            Action.DECIDE,
            sources(Status.AWAITING),
            Status.DECIDED,
            DECIDERS,
            "Decide as suggested",
            may_decide,
        ),
        Move(
            Action.OVERRIDE,
            sources(Status.AWAITING),
            Status.OVERRIDDEN,
            DECIDERS,
            "Decide otherwise",
            may_decide,
        ),
        Move(
            Action.RETURN,
            sources(Status.AWAITING),
            Status.RETURNED,
            DECIDERS,
            "Return to the assessor",
        ),
        Move(
            Action.RESUBMIT,
            sources(Status.RETURNED),
            Status.AWAITING,
            ALONGSIDE_ROLES | {Role.CLERK},
            "Send for triage again",
        ),
        Move(
            Action.REOPEN,
            sources(Status.DECIDED, Status.OVERRIDDEN),
            Status.AWAITING,
            DECIDERS | {Role.CLERK},
            "Triage again",
        ),
    ),
)
