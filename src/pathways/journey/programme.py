"""What this programme has chosen for itself: its clocks and its numbers, with the working calendar."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime

from pathways.domain.governance import retention
from pathways.domain.reach import approach, plan
from pathways.domain.terms.clocks import WorkingTime
from pathways.domain.triage import reading
from pathways.records.models import BankHoliday, Setting


def number(key: str, usual: int) -> int:
    """A whole number that the programme has set under this key, or the usual one."""
    found = Setting.objects.filter(key=key).values_list("value", flat=True).first()
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else usual


def plan_lapses_after_weeks() -> int:
    return number("safe_contact.lapses_after_weeks", plan.LAPSES_AFTER_WEEKS)


def least_attempts() -> int:
    return number("approach.least_attempts", approach.LEAST_ATTEMPTS)


def approach_days() -> int:
    """Working days in which a worker is to make the first attempt."""
    return number("approach.first_attempt_days", 2)


def screening_days() -> int:
    """Working days in which a flag, or a woman at the open door, is to be decided on."""
    return number("screening.working_days", 3)


def screening_clock() -> Callable[[datetime], datetime]:
    """By when a flag, or a woman at the open door, is to be decided on: the one clock of every page."""
    calendar, days = working(), screening_days()
    return lambda flagged_at: calendar.due_after_days(flagged_at, days)


def draft_days() -> int:
    """Days after which a form that nobody finished is forgotten."""
    return number("draft.kept_days", 30)


def retention_months(kind: retention.Kind) -> int:
    """Months after which a record of this kind is due to be looked at."""
    return number(retention.SETTING[kind], retention.USUAL[kind])


#: Whom the programme turns to for her safety while nobody of it is at work.
OUT_OF_HOURS = "triage.out_of_hours"


def own_out_of_hours() -> str:
    """What the programme has written of whom it turns to; nothing until it has."""
    found = Setting.objects.filter(key=OUT_OF_HOURS).values_list("value", flat=True).first()
    return found if isinstance(found, str) else ""


def turn_to_now() -> str:
    """Whom to turn to for her safety at any hour, in words for a page."""
    return reading.turn_to_now(own_out_of_hours())


def holidays_among(days: Collection[date]) -> tuple[tuple[date, str], ...]:
    """Which of these days are bank holidays, each with its name, the earliest first."""
    found = BankHoliday.objects.filter(date__in=list(days)).order_by("date")
    return tuple(found.values_list("date", "name"))


def working() -> WorkingTime:
    """When the programme works, with the bank holidays that were loaded."""
    return WorkingTime(frozenset(BankHoliday.objects.values_list("date", flat=True)))
