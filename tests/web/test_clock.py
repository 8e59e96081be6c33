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


def test_a_day_is_counted_by_the_readers_calendar() -> None:
    late = datetime.datetime(2026, 6, 12, 23, 30, tzinfo=datetime.UTC)  # already the 13th in London
    assert clock.relative(datetime.date(2026, 6, 13), now=late) == "today"
    assert clock.moment(late) == "13 June 2026 at 00:30"
