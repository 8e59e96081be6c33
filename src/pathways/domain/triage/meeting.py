"""The panel meets: a meeting of a series, from its date to the minutes that the chair has agreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms import clocks
from pathways.domain.terms.clocks import WorkingTime
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.triage.levels import Level
from pathways.domain.workflow import Move, Workflow, actors, sources


class Rhythm(Worded):
    """How often the meetings of a series come round."""

    WEEKLY = "weekly", "Every week"
    FORTNIGHTLY = "fortnightly", "Every two weeks"
    FOUR_WEEKLY = "four_weekly", "Every four weeks"
    MONTHLY = "monthly", "Every month, on the same weekday of the month"


class Status(Worded):
    """Where a meeting stands."""

    PLANNED = "planned", "Planned"
    AGENDA_OPEN = "agenda_open", "Agenda open"
    ASKED = "asked", "Agenda settled, agencies asked"
    PACK_CLOSED = "pack_closed", "Pack closed"
    IN_SESSION = "in_session", "In session"
    HELD = "held", "Held"
    MINUTES_AGREED = "minutes_agreed", "Minutes agreed"
    CANCELLED = "cancelled", "Cancelled"


class Action(Worded):
    """What can be done with a meeting."""

    OPEN_AGENDA = "open_agenda", "Open the agenda"
    ASK = "ask", "Settle the agenda and ask the agencies"
    CLOSE_PACK = "close_pack", "Close the pack"
    BEGIN = "begin", "Begin the meeting"
    END = "end", "End the meeting"
    HELD_ON_PAPER = "held_on_paper", "Record that it was held on paper"
    AGREE_MINUTES = "agree_minutes", "Agree the minutes"
    CANCEL = "cancel", "Cancel the meeting"


class Source(Worded):
    """Why a woman stands on an agenda: a suggestion that the coordinator settled."""

    NEW_LEVEL = "new_level", "Level 3 or 4 decided since the last meeting"
    OVERDUE_ACTION = "overdue_action", "An action from the panel is overdue"
    REQUEST = "request", "Somebody asked for it"
    PUT_ON = "put_on", "Put on by the coordinator"


class RequestStatus(Worded):
    """Where a request to talk about her at the panel stands."""

    WAITING = "waiting", "Waiting for the coordinator"
    TAKEN = "taken", "Taken onto an agenda"
    NOT_TAKEN = "not_taken", "Not taken"


class RequestAction(Worded):
    """What the coordinator can do with a request."""

    TAKE = "take", "Take it onto the agenda"
    DECLINE = "decline", "Not take it, and say why"


class CopyKind(Worded):
    """What was printed for the panel."""

    PACK = "pack", "Pack"
    MINUTES = "minutes", "Minutes"


class CopyStatus(Worded):
    """Where a numbered copy on paper is."""

    OUT = "out", "Out"
    BACK = "back", "Back"
    LOST = "lost", "Lost"


class CopyAction(Worded):
    """What becomes of a numbered copy."""

    LOG_BACK = "log_back", "Log it back in"
    NOTE_LOST = "note_lost", "Note that it is lost"


#: levels that bring a woman onto an agenda by themselves
HIGH = frozenset({Level.INTENSIVE, Level.URGENT_SAFETY})


@dataclass(frozen=True, slots=True)
class Facts:
    """What a meeting’s gates may look at."""

    women: int = 0
    unanswered: int = 0
    is_deadline_past: bool = False
    has_attendance: bool = False
    undecided: int = 0
    has_reason: bool = False
    is_in_future: bool = False
    #: the day on which it is planned, in words, where that is still to come
    planned_for: str = ""
    is_begun_early: bool = False


def may_ask(facts: Facts) -> Decision:
    return (
        decision.yes()
        if facts.women
        else decision.no("Nobody is on the agenda: put a woman on it, or cancel the meeting.")
    )


def may_close(facts: Facts) -> Decision:
    """Closed at the deadline, or when everybody has answered."""
    if facts.unanswered and not facts.is_deadline_past:
        return decision.no("The deadline has not passed, and some agencies have not answered yet.")
    return decision.yes()


def may_end(facts: Facts) -> Decision:
    if not facts.has_attendance:
        return decision.no("Tick who is in the room first.")
    return decision.yes()


def may_begin(facts: Facts) -> Decision:
    """On its day, or before it where somebody says so: a press by mistake does not begin next week’s."""
    if facts.planned_for and not facts.is_begun_early:
        return decision.no(
            f"It is planned for {facts.planned_for}. Say that you begin it before its day, or move it."
        )
    return decision.yes()


def may_hold_on_paper(facts: Facts) -> Decision:
    if facts.is_in_future:
        return decision.no("It has not begun yet.")
    if not facts.has_attendance:
        return decision.no("Tick who was there first.")
    return decision.yes()


def may_agree(facts: Facts) -> Decision:
    if facts.undecided:
        return decision.no(
            f"{facts.undecided} on the agenda without a decision: write one down for each, if only that"
            " there was no time."
        )
    return decision.yes()


def may_cancel(facts: Facts) -> Decision:
    return decision.yes() if facts.has_reason else decision.no("Say why it is cancelled.")


_COORDINATOR = actors(Role.COORDINATOR)
_CHAIR = actors(Role.PANEL_CHAIR)
_EITHER = actors(Role.COORDINATOR, Role.PANEL_CHAIR)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Panel meeting",
    statuses=Status,
    start=Status.PLANNED,
    moves=(
        Move(
            Action.OPEN_AGENDA,
            sources(Status.PLANNED),
            Status.AGENDA_OPEN,
            _COORDINATOR,
            "Open the agenda",
        ),
        Move(
            Action.ASK,
            sources(Status.AGENDA_OPEN),
            Status.ASKED,
            _COORDINATOR,
            "Settle the agenda and ask the agencies",
            may_ask,
        ),
        Move(
            Action.CLOSE_PACK,
            sources(Status.ASKED),
            Status.PACK_CLOSED,
            _COORDINATOR,
            "Close the pack",
            may_close,
        ),
        Move(
            Action.BEGIN,
            sources(Status.PACK_CLOSED),
            Status.IN_SESSION,
            _EITHER,
            "Begin the meeting",
            may_begin,
        ),
        Move(Action.END, sources(Status.IN_SESSION), Status.HELD, _EITHER, "End the meeting", may_end),
        Move(
            Action.HELD_ON_PAPER,
            sources(Status.PACK_CLOSED),
            Status.HELD,
            _EITHER,
            "It was held on paper",
            may_hold_on_paper,
        ),
        Move(
            Action.AGREE_MINUTES,
            sources(Status.HELD),
            Status.MINUTES_AGREED,
            _CHAIR,
            "Agree the minutes",
            may_agree,
        ),
        Move(
            Action.CANCEL,
            sources(Status.PLANNED, Status.AGENDA_OPEN, Status.ASKED, Status.PACK_CLOSED),
            Status.CANCELLED,
            _COORDINATOR,
            "Cancel the meeting",
            may_cancel,
        ),
    ),
    final=frozenset({Status.MINUTES_AGREED, Status.CANCELLED}),
)


def may_decline(facts: RequestFacts) -> Decision:
    return decision.yes() if facts.has_reason else decision.no("Say why, so that whoever asked can be told.")


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What the answer to a request may look at."""

    has_reason: bool = False


REQUEST_WORKFLOW: Workflow[RequestStatus, RequestAction, Role] = Workflow(
    name="Request to the panel",
    statuses=RequestStatus,
    start=RequestStatus.WAITING,
    moves=(
        Move(
            RequestAction.TAKE,
            sources(RequestStatus.WAITING),
            RequestStatus.TAKEN,
            _COORDINATOR,
            "Take it onto the agenda",
        ),
        Move(
            RequestAction.DECLINE,
            sources(RequestStatus.WAITING),
            RequestStatus.NOT_TAKEN,
            _COORDINATOR,
            "Not take it, and say why",
            may_decline,
        ),
    ),
    final=frozenset({RequestStatus.TAKEN, RequestStatus.NOT_TAKEN}),
)


def may_note_lost(facts: RequestFacts) -> Decision:
    return decision.yes() if facts.has_reason else decision.no("Say what is known of where it was lost.")


COPY_WORKFLOW: Workflow[CopyStatus, CopyAction, Role] = Workflow(
    name="Numbered copy",
    statuses=CopyStatus,
    start=CopyStatus.OUT,
    moves=(
        Move(
            CopyAction.LOG_BACK,
            sources(CopyStatus.OUT, CopyStatus.LOST),
            CopyStatus.BACK,
            _EITHER,
            "Log it back in",
        ),
        Move(
            CopyAction.NOTE_LOST,
            sources(CopyStatus.OUT),
            CopyStatus.LOST,
            _EITHER,
            "Note that it is lost",
            may_note_lost,
        ),
    ),
    final=frozenset({CopyStatus.BACK}),
)

#: while one of these holds, agencies add what they know
TAKES_ANSWERS = frozenset({Status.ASKED})
#: while one of these holds, decisions are written down: in the room, or afterwards from paper
TAKES_DECISIONS = frozenset({Status.IN_SESSION, Status.HELD})
#: while one of these holds, attendance can be ticked
TAKES_ATTENDANCE = frozenset({Status.PACK_CLOSED, Status.IN_SESSION, Status.HELD})
#: before it begins, its day can still change
CAN_BE_MOVED = frozenset({Status.PLANNED, Status.AGENDA_OPEN, Status.ASKED, Status.PACK_CLOSED})
#: no longer to come
OVER = frozenset({Status.HELD, Status.MINUTES_AGREED, Status.CANCELLED})


def dates(first: date, rhythm: Rhythm, *, until: date) -> Iterator[date]:
    """The days of a series from `first` to `until`, both included.

    Monthly keeps the weekday and its number in the month; a month without a fifth has its last one.
    """
    day = first
    number = 0
    while day <= until:
        yield day
        number += 1
        day = _nth(first, number) if rhythm is Rhythm.MONTHLY else day + timedelta(weeks=_WEEKS[rhythm])


_WEEKS = {Rhythm.WEEKLY: 1, Rhythm.FORTNIGHTLY: 2, Rhythm.FOUR_WEEKLY: 4}


def _nth(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    start = date(year, month + 1, 1)
    day = start + timedelta(days=(first.weekday() - start.weekday()) % 7 + 7 * ((first.day - 1) // 7))
    return day if day.month == start.month else day - timedelta(weeks=1)


def starts_at(day: date, at: time) -> datetime:
    """The moment of a meeting by the clock on the wall, also across the change of the clocks."""
    return datetime.combine(day, at, clocks.LONDON)


def planned_for(start: datetime, *, at: datetime) -> str:
    """The day of a meeting in words where that day is still to come; otherwise nothing."""
    day = clocks.local(start).date()
    return f"{day:%A} {day:%-d %B %Y}" if clocks.local(at).date() < day else ""


def deadline(start: datetime, *, days: int) -> datetime:
    """By when agencies answer: so many days before, at five in the afternoon."""
    return datetime.combine(clocks.local(start).date() - timedelta(days=days), time(17), clocks.LONDON)


def remind_from(answer_by: datetime, working: WorkingTime) -> datetime:
    """From when an agency that has not answered is reminded: the opening of the last working day before the
    day of the deadline."""
    day = clocks.local(answer_by).date() - timedelta(days=1)
    while not working.is_working_day(day):
        day -= timedelta(days=1)
    return datetime.combine(day, working.opens, clocks.LONDON)


def is_candidate(level: Level | None) -> bool:
    """Whether a level that was decided brings her onto the next agenda by itself."""
    return level in HIGH
