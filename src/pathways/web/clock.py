"""How a moment is said on a page: the day, the time, and how long ago or how soon.

The reader's clock is Europe/London. Nothing here reads a clock: `now` is given.
"""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def local(moment: datetime.datetime) -> datetime.datetime:
    return moment.astimezone(LONDON)


def day(when: datetime.date | datetime.datetime) -> str:
    """`12 June 2026`."""
    when = local(when) if isinstance(when, datetime.datetime) else when
    return f"{when:%-d %B %Y}"


def short_day(when: datetime.date | datetime.datetime, *, now: datetime.datetime) -> str:
    """`12 June`, or with its year where that is another than this."""
    when = local(when) if isinstance(when, datetime.datetime) else when
    return f"{when:%-d %B}" if when.year == local(now).year else day(when)


def moment(when: datetime.datetime) -> str:
    """`12 June 2026 at 10:42`."""
    return f"{day(when)} at {time(when)}"


def time(when: datetime.datetime | datetime.time) -> str:
    """`10:42`."""
    when = local(when) if isinstance(when, datetime.datetime) else when
    return f"{when:%H:%M}"


def relative(when: datetime.date | datetime.datetime, *, now: datetime.datetime) -> str:
    """`today`, `tomorrow`, `3 days ago`, `in 2 weeks`; hours and minutes within a day for a moment."""
    size, is_past = _away(when, now=now)
    if not size:
        return "just now" if is_past else "in under a minute"
    if size in _NEAR:
        return size
    return f"{size} ago" if is_past else f"in {size}"


def overdue(when: datetime.date | datetime.datetime, *, now: datetime.datetime) -> str:
    """`overdue by 23 months`, `overdue since yesterday`, for a limit that has passed."""
    size, _ = _away(when, now=now)
    if not size:
        return "due now"
    return f"overdue since {size}" if size in _NEAR else f"overdue by {size}"


def waits(what: str, when: datetime.date | datetime.datetime, *, now: datetime.datetime) -> str:
    """What is to be done, or was, and when, as one would say it.

    `answer by` gives `answer within 5 days`, `answer by tomorrow` or `answer: overdue by 2 days`; `with us
    since` gives `with us for 3 months`; what merely happened, `raised 3 days ago`.
    """
    size, is_past = _away(when, now=now)
    what = what.strip()
    if what.endswith(" since") and is_past and size and size not in _NEAR:
        return f"{what.removesuffix(' since')} for {size}"
    is_limit = what.endswith(" by")
    verb = what.removesuffix(" by")
    if is_past and (is_limit or what in _TO_COME) and size != "today":
        late = overdue(when, now=now)
        return late if verb == "due" else f"{verb}: {late}"
    if not is_limit or not size:
        return f"{verb} {relative(when, now=now)}"
    if size in _NEAR:
        return f"{verb} today" if size == "today" else f"{verb} by {size}"
    return f"{verb} within {size}"


#: Things that are to come: in the past they are late.
_TO_COME = frozenset({"due", "review", "look again"})
_NEAR = frozenset({"yesterday", "today", "tomorrow"})


def _away(when: datetime.date | datetime.datetime, *, now: datetime.datetime) -> tuple[str, bool]:
    """How far away, and whether it has passed: `5 days`, one of the near days, or `` for this minute."""
    today = local(now).date()
    if isinstance(when, datetime.datetime):
        seconds = (when - now).total_seconds()
        if abs(seconds) < 60:
            return "", seconds <= 0
        if abs(seconds) < 6 * 3600:
            minutes = round(abs(seconds) / 60)
            size = _many(minutes, "minute") if minutes < 60 else _many(round(minutes / 60), "hour")
            return size, seconds < 0
        when = local(when).date()
    days = (when - today).days
    if days in (-1, 0, 1):
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[days], days < 0
    return _span(abs(days)), days < 0


def _span(days: int) -> str:
    if days < 14:
        return _many(days, "day")
    if days < 60:
        return _many(round(days / 7), "week")
    if days < 730:
        return _many(round(days / 30.44), "month")
    return _many(round(days / 365.25), "year")


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
