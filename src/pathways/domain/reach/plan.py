"""Her safe-contact plan: how she may be reached, when it stops being trusted, and the plan in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from pathways.domain.terms.contact import Channel, Weekday, Window
from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources


class Status(Worded):
    """How far a safe-contact plan can be trusted."""

    PROVISIONAL = "provisional", "Provisional"
    CONFIRMED = "confirmed", "Confirmed with her"
    LAPSED = "lapsed", "Lapsed"
    REPLACED = "replaced", "Replaced"
    NOT_SAFE = "not_safe", "Not safe to contact"


class Action(Worded):
    """What can be done with a safe-contact plan."""

    CONFIRM = "confirm", "Confirm with her"
    LAPSE = "lapse", "Mark as lapsed"
    REPLACE = "replace", "Replace with a new plan"
    MARK_NOT_SAFE = "mark_not_safe", "Not safe to contact"


class Change(Worded):
    """What makes a plan untrue from one day to the next."""

    ADDRESS = "address", "She has moved"
    TELEPHONE = "telephone", "Her telephone has changed"
    PARTNER_RELEASED = "partner_released", "A partner has been released"


#: A plan that nobody has confirmed for so long is not trusted, unless set otherwise.
LAPSES_AFTER_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Facts:
    """Her plan as it stands. `trusted_from` is when she last confirmed it, or when it was made; aware.

    `say` ends the sentence "say you are …"; `must_not_know` names who must not learn of this.
    """

    status: Status
    trusted_from: datetime
    channels: frozenset[Channel] = frozenset()
    windows: tuple[Window, ...] = ()
    is_any_time: bool = False
    say: str = ""
    must_not_know: tuple[str, ...] = ()
    lapses_after_weeks: int = LAPSES_AFTER_WEEKS
    changes: frozenset[Change] = frozenset()


def lapses_at(facts: Facts) -> datetime:
    """The moment from which the plan is no longer trusted, if nothing changes before."""
    return facts.trusted_from + timedelta(weeks=facts.lapses_after_weeks)


def has_lapsed(facts: Facts, *, at: datetime) -> bool:
    """By its status, by the weeks gone by, or because something changed since she confirmed it.

    Concluded from the facts, so that a plan is not trusted for want of a clock's tick.
    """
    if facts.status in (Status.REPLACED, Status.NOT_SAFE):
        return False
    return facts.status is Status.LAPSED or bool(facts.changes) or at >= lapses_at(facts)


def why_lapsed(facts: Facts, *, at: datetime) -> str:
    """In words, or nothing when it has not lapsed."""
    if not has_lapsed(facts, at=at):
        return ""
    for change in Change:
        if change in facts.changes:
            return f"{change.label} since this plan was confirmed."
    return f"Nobody has confirmed this plan with her for {facts.lapses_after_weeks} weeks."


def details(facts: Facts) -> dict[str, object]:
    """What of a plan is kept in its sealed field, in plain shapes; status and dates have columns."""
    return {
        "channels": [channel.value for channel in Channel if channel in facts.channels],
        "windows": [
            {
                "day": int(window.day),
                "start": window.start.isoformat("minutes"),
                "until": window.until.isoformat("minutes"),
            }
            for window in sorted(facts.windows)
        ],
        "is_any_time": facts.is_any_time,
        "say": facts.say,
        "must_not_know": list(facts.must_not_know),
        "lapses_after_weeks": facts.lapses_after_weeks,
        "changes": [change.value for change in Change if change in facts.changes],
    }


def read(status: Status, trusted_from: datetime, kept: Mapping[str, object]) -> Facts:
    """The plan from its columns and its sealed field: `read(p.status, p.trusted_from, details(p)) == p`.

    What is absent is read in the careful way: no channel, no time. Raises ValueError for what is no plan.
    """
    return Facts(
        status=status,
        trusted_from=trusted_from,
        channels=frozenset(Channel(str(value)) for value in _items(kept, "channels")),
        windows=tuple(_window(value) for value in _items(kept, "windows")),
        is_any_time=kept.get("is_any_time") is True,
        say=str(kept.get("say") or ""),
        must_not_know=tuple(str(value) for value in _items(kept, "must_not_know")),
        lapses_after_weeks=int(str(kept.get("lapses_after_weeks") or LAPSES_AFTER_WEEKS)),
        changes=frozenset(Change(str(value)) for value in _items(kept, "changes")),
    )


def _items(kept: Mapping[str, object], name: str) -> list[object]:
    values = kept.get(name) or []
    if not isinstance(values, list):
        raise ValueError(f"“{name}” of a safe-contact plan is a list")
    return values


def _window(value: object) -> Window:
    if not isinstance(value, Mapping):
        raise ValueError("a window has a day, a start and an end")
    try:
        return Window(
            Weekday(int(value["day"])), time.fromisoformat(value["start"]), time.fromisoformat(value["until"])
        )
    except (KeyError, TypeError):
        raise ValueError("a window has a day, a start and an end") from None


_SHORT = {
    Channel.TEXT: "text",
    Channel.CALL: "call",
    Channel.VOICEMAIL: "voicemail",
    Channel.EMAIL: "email",
    Channel.LETTER: "letter",
    Channel.IN_PERSON: "in person",
    Channel.VIA_SOMEONE: "through a person she trusts",
    Channel.CALENDAR: "calendar",
}


def line(facts: Facts) -> str:
    """The plan as one line: "Text only, Tuesday 10 to 12, say you are from the library"."""
    if facts.status is Status.NOT_SAFE:
        return "Not safe to contact"
    ways = [_SHORT[channel] for channel in Channel if channel in facts.channels]
    parts = [_ways(ways)]
    if facts.windows:
        parts.append(" or ".join(window.label for window in sorted(facts.windows)))
    elif facts.is_any_time:
        parts.append("at any time")
    elif ways:
        parts.append("no time agreed")
    if facts.say:
        parts.append(f"say you are {facts.say}")
    if facts.must_not_know:
        parts.append(f"must not know: {' and '.join(facts.must_not_know)}")
    said = ", ".join(parts)
    return said[0].upper() + said[1:]


def _ways(ways: list[str]) -> str:
    if not ways:
        return "No way to reach her agreed"
    return f"{ways[0]} only" if len(ways) == 1 else " or ".join(ways)


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Safe-contact plan",
    statuses=Status,
    start=Status.PROVISIONAL,
    final=sources(Status.REPLACED),
    moves=(
        Move(
            Action.CONFIRM,
            sources(Status.PROVISIONAL, Status.CONFIRMED, Status.LAPSED, Status.NOT_SAFE),
            Status.CONFIRMED,
            ALONGSIDE_ROLES,
            "Confirm with her",
        ),
        Move(
            Action.LAPSE,
            sources(Status.PROVISIONAL, Status.CONFIRMED),
            Status.LAPSED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "Mark as lapsed",
        ),
        Move(
            Action.REPLACE,
            sources(Status.PROVISIONAL, Status.CONFIRMED, Status.LAPSED, Status.NOT_SAFE),
            Status.REPLACED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "Replace with a new plan",
        ),
        Move(
            Action.MARK_NOT_SAFE,
            sources(Status.PROVISIONAL, Status.CONFIRMED, Status.LAPSED),
            Status.NOT_SAFE,
            ALONGSIDE_ROLES,
            "Not safe to contact",
        ),
    ),
)
