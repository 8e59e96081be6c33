"""Two records of one woman: joined into one, and parted again when they turn out to be two women."""

from __future__ import annotations

from dataclasses import replace

from pathways.domain.reach import plan
from pathways.domain.terms.contact import Window
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources


class Status(Worded):
    """What a named person decided of two records that look alike."""

    PROPOSED = "proposed", "May be one woman"
    JOINED = "joined", "Joined"
    PARTED = "parted", "Parted again"
    APART = "apart", "Two women"


class Action(Worded):
    """What can be decided of them."""

    JOIN = "join", "Join the two records"
    PART = "part", "Part them again"
    KEEP_APART = "keep_apart", "They are two women"


_COORDINATOR = frozenset({Role.COORDINATOR})

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Joining of two records",
    statuses=Status,
    start=Status.PROPOSED,
    moves=(
        Move(
            Action.JOIN,
            sources(Status.PROPOSED, Status.PARTED, Status.APART),
            Status.JOINED,
            _COORDINATOR,
            "Join the two records",
        ),
        Move(Action.PART, sources(Status.JOINED), Status.PARTED, _COORDINATOR, "Part them again"),
        Move(Action.KEEP_APART, sources(Status.PROPOSED), Status.APART, _COORDINATOR, "They are two women"),
    ),
)

#: How little a plan lets anybody do, the strictest first.
_STRICT = (plan.Status.NOT_SAFE, plan.Status.LAPSED, plan.Status.PROVISIONAL, plan.Status.CONFIRMED)


def stricter(one: plan.Facts, other: plan.Facts) -> plan.Facts:
    """The stricter of two plans in every point: what holds for her until she has confirmed it anew.

    Only ways and times that both allow; nobody may know who must not know by either; trusted no longer
    than the older of the two. Where the two leave no way or no time, it is not safe to contact her. What she
    has confirmed herself stays confirmed beside what police only planned.
    """
    status = min(one.status, other.status, key=_STRICT.index)
    if {one.status, other.status} == {plan.Status.CONFIRMED, plan.Status.PROVISIONAL}:
        status = plan.Status.CONFIRMED
    channels = one.channels & other.channels
    windows, is_any_time = _both_times(one, other)
    if not channels or not (windows or is_any_time):
        status = plan.Status.NOT_SAFE
    hers = one if one.status is plan.Status.CONFIRMED else other
    return replace(
        hers,
        status=status,
        trusted_from=min(one.trusted_from, other.trusted_from),
        channels=channels,
        windows=windows,
        is_any_time=is_any_time,
        must_not_know=tuple(dict.fromkeys((*one.must_not_know, *other.must_not_know))),
        lapses_after_weeks=min(one.lapses_after_weeks, other.lapses_after_weeks),
        changes=one.changes | other.changes,
    )


def _both_times(one: plan.Facts, other: plan.Facts) -> tuple[tuple[Window, ...], bool]:
    """The hours that both plans allow. At any time and no window is every hour."""
    always = [facts.is_any_time and not facts.windows for facts in (one, other)]
    if all(always):
        return (), True
    if always[0]:
        return tuple(sorted(other.windows)), False
    if always[1]:
        return tuple(sorted(one.windows)), False
    shared = {
        Window(a.day, max(a.start, b.start), min(a.until, b.until))
        for a in one.windows
        for b in other.windows
        if a.day == b.day and max(a.start, b.start) < min(a.until, b.until)
    }
    return tuple(sorted(shared)), False


def goes_on(first_is_open_door: bool, second_is_open_door: bool, *, first_is_older: bool) -> bool:
    """Whether the first of the two goes on.

    A woman of the open door stays one: what police may know of her is hers to decide, whoever flagged her
    besides. Otherwise the older record goes on.
    """
    if first_is_open_door != second_is_open_door:
        return first_is_open_door
    return first_is_older
