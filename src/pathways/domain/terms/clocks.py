"""Working days and hours in Europe/London, with the bank holidays that are passed in.

Moments are aware; an answer is in UTC. A naive moment raises ValueError, because nobody knows when it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def local(at: datetime) -> datetime:
    """The moment on a clock in London."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return at.astimezone(LONDON)


@dataclass(frozen=True)
class WorkingTime:
    """When the programme works: Monday to Friday between two hours, without the holidays given."""

    holidays: frozenset[date] = frozenset()
    opens: time = time(9)
    closes: time = time(17)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def working_days_after(self, day: date) -> Iterator[date]:
        """The working days that follow a day, without end."""
        while True:
            day += timedelta(days=1)
            if self.is_working_day(day):
                yield day

    def day_after(self, day: date, working_days: int) -> date:
        """The n-th working day after a day; with 0, the day itself. Raises ValueError below 0."""
        if working_days < 0:
            raise ValueError("a number of working days is not negative")
        following = self.working_days_after(day)
        for _ in range(working_days):
            day = next(following)
        return day

    def due_after_days(self, at: datetime, working_days: int) -> datetime:
        """The end of the n-th working day after a moment.

        With 0 it is the end of that same day, weekend or holiday as it may be: what cannot wait does not.
        """
        day = local(at).date()
        if working_days == 0:
            return _moment(day + timedelta(days=1), time(0))
        return _moment(self.day_after(day, working_days), self.closes)

    def due_after_hours(self, at: datetime, working_hours: float) -> datetime:
        """The moment at which so many working hours have passed. Raises ValueError below 0."""
        if working_hours < 0:
            raise ValueError("a number of working hours is not negative")
        left = timedelta(hours=working_hours)
        day = local(at).date()
        since = at.astimezone(UTC)
        if not self.is_working_day(day):
            day = next(self.working_days_after(day))
        while True:
            start, end = max(since, _moment(day, self.opens)), _moment(day, self.closes)
            if start <= end and left <= end - start:
                return start + left
            left -= max(end - start, timedelta())
            day = next(self.working_days_after(day))

    def days_between(self, start: date, end: date) -> int:
        """Working days from after `start` up to and including `end`; negative when `end` is earlier."""
        if end < start:
            return -self.days_between(end, start)
        days = (start + timedelta(days=step) for step in range(1, (end - start).days + 1))
        return sum(self.is_working_day(day) for day in days)


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=LONDON).astimezone(UTC)


def said_due(at: datetime) -> datetime:
    """A due moment as it is said: the end of a day is that day at 23:59, not the next day at midnight."""
    return at - timedelta(minutes=1) if local(at).time() == time(0) else at


def weeks_after(day: date, weeks: int) -> date:
    return day + timedelta(weeks=weeks)


def months_after(day: date, months: int) -> date:
    """The same day so many months on, or the last day of that month when it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def financial_year(day: date) -> int:
    """The year in which the financial year of this day began: 1 April to 31 March."""
    return day.year if day.month >= 4 else day.year - 1


def quarter(day: date) -> date:
    """The first day of the quarter: April, July, October, January, as funders count."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def next_quarter(first: date) -> date:
    """The first day of the quarter after the one that begins on `first`."""
    return quarter(months_after(first, 3))


def end_of_day(day: date) -> datetime:
    """The last second of a day, as London counts days."""
    return _moment(day + timedelta(days=1), time()) - timedelta(seconds=1)


def last_quarter_ended(at: datetime) -> datetime:
    """The last second of the quarter before the one in which this moment lies, as London counts days."""
    return end_of_day(quarter(local(at).date()) - timedelta(days=1))


def quarter_in_words(first: date) -> str:
    """`Apr to Jun 2026`, of the quarter that begins on this day."""
    return f"{first:%b} to {months_after(first, 2):%b} {first.year}"
