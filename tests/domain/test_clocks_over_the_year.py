"""Working time in London, held against the year: both changes of the clocks, weekends and bank holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.domain.terms.clocks import LONDON, WorkingTime, local

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
HOLIDAYS = st.frozensets(st.dates(date(2020, 1, 1), date(2041, 12, 31)), max_size=30)
#: in quarters of an hour, so that sums are exact
HOURS = st.integers(0, 160).map(lambda quarters: quarters / 4)
#: days about the Sundays on which the clocks change, where mistakes would be
CHANGES = st.sampled_from(
    [date(year, month, 31) - timedelta(days=(date(year, month, 31).weekday() + 1) % 7)
     for year in range(2020, 2041) for month in (3, 10)]
)  # fmt: skip
NEAR = st.builds(
    lambda sunday, hours: datetime.combine(sunday, time(0), tzinfo=UTC) + timedelta(hours=hours),
    CHANGES,
    st.integers(-96, 96),
)


def worked(working: WorkingTime, start: datetime, end: datetime) -> timedelta:
    """How much of the working day lies between two moments, counted the slow way: day by day."""
    total, day = timedelta(), local(start).date()
    while day <= local(end).date():
        if working.is_working_day(day):
            opens = datetime.combine(day, working.opens, tzinfo=LONDON).astimezone(UTC)
            closes = datetime.combine(day, working.closes, tzinfo=LONDON).astimezone(UTC)
            total += max(timedelta(), min(end, closes) - max(start, opens))
        day += timedelta(days=1)
    return total


@settings(deadline=None)
@given(st.one_of(MOMENTS, NEAR), HOURS, HOLIDAYS)
def test_exactly_so_many_working_hours_lie_before_what_is_due(
    start: datetime, hours: float, holidays: frozenset[date]
) -> None:
    working = WorkingTime(holidays)
    assert worked(working, start, working.due_after_hours(start, hours)) == timedelta(hours=hours)


@settings(deadline=None)
@given(st.one_of(MOMENTS, NEAR), HOURS, HOURS, HOLIDAYS)
def test_hours_one_after_the_other_are_hours_together(
    start: datetime, first: float, then: float, holidays: frozenset[date]
) -> None:
    working = WorkingTime(holidays)
    in_two = working.due_after_hours(working.due_after_hours(start, first), then)
    assert worked(working, start, in_two) == timedelta(hours=first + then)


@given(st.one_of(MOMENTS, NEAR), st.integers(1, 40), HOLIDAYS)
def test_what_is_due_in_days_ends_at_five_in_london_on_a_working_day(
    start: datetime, days: int, holidays: frozenset[date]
) -> None:
    working = WorkingTime(holidays)
    due = local(working.due_after_days(start, days))
    assert due.time() == time(17)
    assert working.is_working_day(due.date())
    assert working.days_between(local(start).date(), due.date()) == days


@given(CHANGES)
def test_a_day_is_a_day_when_the_clocks_change(sunday: date) -> None:
    """The Friday's four o'clock and two hours more is the Monday's ten o'clock, in March and in October."""
    friday = datetime.combine(sunday - timedelta(days=2), time(16), tzinfo=LONDON)
    due = local(WorkingTime().due_after_hours(friday.astimezone(UTC), 2))
    assert (due.date(), due.time()) == (sunday + timedelta(days=1), time(10))


@given(DAYS, HOLIDAYS)
def test_a_holiday_only_ever_puts_off(day: date, holidays: frozenset[date]) -> None:
    plain, with_them = WorkingTime(), WorkingTime(holidays)
    for number in (1, 3, 10):
        assert with_them.day_after(day, number) >= plain.day_after(day, number)


@given(DAYS, DAYS, HOLIDAYS)
def test_days_between_count_the_same_both_ways(one: date, other: date, holidays: frozenset[date]) -> None:
    near = one + (other - one) % timedelta(days=120)
    working = WorkingTime(holidays)
    assert working.days_between(one, near) == -working.days_between(near, one) or one == near
