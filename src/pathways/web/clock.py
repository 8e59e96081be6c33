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


def moment(when: datetime.datetime) -> str:
    """`12 June 2026 at 10:42`."""
    return f"{day(when)} at {time(when)}"


def time(when: datetime.datetime | datetime.time) -> str:
    """`10:42`."""
    when = local(when) if isinstance(when, datetime.datetime) else when
    return f"{when:%H:%M}"


def relative(when: datetime.date | datetime.datetime, *, now: datetime.datetime) -> str:
    """`today`, `tomorrow`, `3 days ago`, `in 2 weeks`; hours and minutes within a day for a moment."""
    today = local(now).date()
    if isinstance(when, datetime.datetime):
        seconds = (when - now).total_seconds()
        if abs(seconds) < 60:
            return "just now" if seconds <= 0 else "in under a minute"
        if abs(seconds) < 6 * 3600:
            minutes = round(abs(seconds) / 60)
            size = _many(minutes, "minute") if minutes < 60 else _many(round(minutes / 60), "hour")
            return f"{size} ago" if seconds < 0 else f"in {size}"
        when = local(when).date()
    days = (when - today).days
    if days in (-1, 0, 1):
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[days]
    size = _span(abs(days))
    return f"{size} ago" if days < 0 else f"in {size}"


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
