"""The kinds of event, and the codes that each may carry."""

from pathways.domain.terms import events


def test_every_kind_of_event_says_which_codes_it_carries() -> None:
    assert set(events.CODES) == set(events.EventKind)


def test_a_key_that_is_not_listed_is_named() -> None:
    assert events.unlisted(events.EventKind.CLOSED, ["outcome", "her_name"]) == ("her_name",)


def test_a_late_arrival_counts_as_attended_and_an_absence_does_not() -> None:
    assert events.Attendance.LATE.is_attended
    assert not events.Attendance.NO.is_attended
