"""Every date on a page says how long ago or how soon it is."""

from __future__ import annotations

import datetime

import pytest

from pathways.web import clock

NOW = datetime.datetime(2026, 6, 12, 9, 30, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (datetime.timedelta(seconds=-5), "just now"),
        (datetime.timedelta(minutes=-1), "1 minute ago"),
        (datetime.timedelta(minutes=30), "in 30 minutes"),
        (datetime.timedelta(hours=-3), "3 hours ago"),
        (datetime.timedelta(hours=-14), "yesterday"),
        (datetime.timedelta(hours=10), "today"),
        (datetime.timedelta(days=1), "tomorrow"),
        (datetime.timedelta(days=9), "in 9 days"),
        (datetime.timedelta(days=-21), "3 weeks ago"),
        (datetime.timedelta(days=-90), "3 months ago"),
        (datetime.timedelta(days=800), "in 2 years"),
    ],
)
def test_a_moment_says_how_near_it_is(away: datetime.timedelta, words: str) -> None:
    assert clock.relative(NOW + away, now=NOW) == words


@pytest.mark.parametrize(
    ("what", "away", "words"),
    [
        ("answer by", datetime.timedelta(days=5), "answer within 5 days"),
        ("decide by", datetime.timedelta(days=1), "decide by tomorrow"),
        ("answer by", datetime.timedelta(hours=10), "answer today"),
        ("answer by", datetime.timedelta(days=-2), "answer: overdue by 2 days"),
        ("look again", datetime.timedelta(days=-490), "look again: overdue by 16 months"),
        ("look again", datetime.timedelta(days=21), "look again in 3 weeks"),
        ("due", datetime.timedelta(days=-700), "overdue by 23 months"),
        ("due", datetime.timedelta(0), "due now"),
        ("due", datetime.timedelta(days=-1), "overdue since yesterday"),
        ("due", datetime.timedelta(days=3), "due in 3 days"),
        ("with us since", datetime.timedelta(days=-90), "with us for 3 months"),
        ("raised", datetime.timedelta(days=-3), "raised 3 days ago"),
        ("answer was due", datetime.timedelta(days=-3), "answer was due 3 days ago"),
    ],
)
def test_what_waits_is_said_as_one_would_say_it(what: str, away: datetime.timedelta, words: str) -> None:
    assert clock.waits(what, NOW + away, now=NOW) == words


def test_a_short_day_has_its_year_where_that_is_another() -> None:
    assert clock.short_day(datetime.date(2026, 12, 18), now=NOW) == "18 December"
    assert clock.short_day(datetime.date(2025, 12, 18), now=NOW) == "18 December 2025"


def test_a_day_is_counted_by_the_readers_calendar() -> None:
    late = datetime.datetime(2026, 6, 12, 23, 30, tzinfo=datetime.UTC)  # already the 13th in London
    assert clock.relative(datetime.date(2026, 6, 13), now=late) == "today"
    assert clock.moment(late) == "13 June 2026 at 00:30"
