"""The words of the field: ethnicity, age, clocks, references, signs."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pathways.domain
from pathways.domain.terms import clocks, demographics, indicators, needs, references
from pathways.domain.terms.contact import Weekday, Window
from pathways.domain.terms.demographics import (
    AgeBand,
    Condition,
    EthnicGroup,
    Ethnicity,
    EthnicityScheme,
    NoAnswer,
    Restriction,
    YesNo,
)
from pathways.domain.terms.words import Worded

# --- demographics


def test_the_self_defined_list_has_eighteen_codes_and_one_for_not_stated() -> None:
    codes = set(demographics.CODES[EthnicityScheme.SDE_18])
    expected = {"W1", "W2", "W3", "W9", "M1", "M2", "M3", "M9", "B1", "B2", "B9", "O2", "O9"}
    assert codes == expected | {"A1", "A2", "A3", "A4", "A9"}
    assert demographics.ethnicity("NS", EthnicityScheme.SDE_18) is NoAnswer.PREFER_NOT_TO_SAY


def test_the_older_list_has_sixteen_codes_and_calls_chinese_o1() -> None:
    older = demographics.CODES[EthnicityScheme.SDE_16]
    assert len(older) == 16
    assert older["O1"] is Ethnicity.CHINESE
    assert "W3" not in older
    assert "O2" not in older
    with pytest.raises(ValueError, match="not a code"):
        demographics.ethnicity("O1", EthnicityScheme.SDE_18)


def test_roma_cannot_be_had_from_any_police_code() -> None:
    for scheme in (EthnicityScheme.SDE_18, EthnicityScheme.SDE_16):
        assert Ethnicity.ROMA not in demographics.CODES[scheme].values()
    assert demographics.ethnicity("roma", EthnicityScheme.GSS_19) is Ethnicity.ROMA


def test_nineteen_groups_lie_in_five() -> None:
    assert len(Ethnicity) == 19
    sizes = {group: sum(one.group is group for one in Ethnicity) for group in EthnicGroup}
    assert sizes == {
        EthnicGroup.ASIAN: 5,
        EthnicGroup.BLACK: 3,
        EthnicGroup.MIXED: 4,
        EthnicGroup.WHITE: 5,
        EthnicGroup.OTHER: 2,
    }


def test_what_an_officer_thought_is_never_taken_for_what_she_says() -> None:
    assert demographics.ethnicity("4", EthnicityScheme.OFFICER_PERCEIVED) is NoAnswer.UNKNOWN


def test_a_code_is_read_however_it_was_typed_and_a_blank_is_unknown() -> None:
    assert demographics.ethnicity(" a4 ", EthnicityScheme.SDE_18) is Ethnicity.CHINESE
    assert demographics.ethnicity("", EthnicityScheme.SDE_18) is NoAnswer.UNKNOWN
    assert demographics.ethnicity("not_asked", EthnicityScheme.GSS_19) is NoAnswer.NOT_ASKED


def test_three_kinds_of_no_answer_stand_in_every_form() -> None:
    values = [value for value, _ in demographics.asked(demographics.Religion)]
    assert values[-3:] == ["prefer_not_to_say", "not_asked", "unknown"]


@pytest.mark.parametrize(
    "born,band",
    [
        (date(2008, 11, 24), AgeBand.UNDER_18),
        (date(2008, 11, 23), AgeBand.FROM_18),
        (date(2001, 11, 24), AgeBand.FROM_18),
        (date(2001, 11, 23), AgeBand.FROM_25),
        (date(1971, 11, 23), AgeBand.FROM_55),
    ],
)
def test_age_bands_turn_on_her_birthday(born: date, band: AgeBand) -> None:
    assert demographics.age_band(born, on=date(2026, 11, 23)) is band


def test_nobody_is_born_tomorrow_and_a_leap_day_birthday_falls_on_the_first_of_march() -> None:
    with pytest.raises(ValueError, match="future"):
        demographics.age(date(2026, 11, 24), on=date(2026, 11, 23))
    assert demographics.age(date(2008, 2, 29), on=date(2026, 2, 28)) == 17
    assert demographics.age(date(2008, 2, 29), on=date(2026, 3, 1)) == 18


@pytest.mark.parametrize(
    "lasting,restriction,expected",
    [
        (YesNo.YES, Restriction.A_LOT, YesNo.YES),
        (YesNo.YES, Restriction.A_LITTLE, YesNo.YES),
        (YesNo.YES, Restriction.NOT_AT_ALL, YesNo.NO),
        (YesNo.YES, NoAnswer.NOT_ASKED, NoAnswer.NOT_ASKED),
        (YesNo.NO, NoAnswer.NOT_ASKED, YesNo.NO),
        (NoAnswer.PREFER_NOT_TO_SAY, Restriction.A_LOT, NoAnswer.PREFER_NOT_TO_SAY),
    ],
)
def test_disabled_is_a_lasting_condition_that_limits_her(
    lasting: YesNo | NoAnswer, restriction: Restriction | NoAnswer, expected: YesNo | NoAnswer
) -> None:
    assert demographics.disabled(Condition(lasting, restriction)) is expected


# --- clocks

CHRISTMAS = frozenset({date(2026, 12, 25), date(2026, 12, 28)})
WORKING = clocks.WorkingTime(CHRISTMAS)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_working_days_step_over_weekends_and_holidays() -> None:
    assert WORKING.day_after(date(2026, 12, 24), 1) == date(2026, 12, 29)
    assert WORKING.due_after_days(utc(2026, 12, 24, 10), 2) == utc(2026, 12, 30, 17)
    assert WORKING.days_between(date(2026, 12, 24), date(2026, 12, 29)) == 1
    assert WORKING.days_between(date(2026, 12, 29), date(2026, 12, 24)) == -1


def test_what_is_due_the_same_day_is_due_that_day_even_on_christmas() -> None:
    assert WORKING.due_after_days(utc(2026, 12, 25, 10), 0) == utc(2026, 12, 26)


def test_working_hours_run_only_while_the_programme_works() -> None:
    assert WORKING.due_after_hours(utc(2026, 12, 24, 16), 2) == utc(2026, 12, 29, 10)
    assert WORKING.due_after_hours(utc(2026, 12, 26, 12), 1) == utc(2026, 12, 29, 10)
    assert WORKING.due_after_hours(utc(2026, 11, 23, 20), 1) == utc(2026, 11, 24, 10)
    assert WORKING.due_after_hours(utc(2026, 11, 23, 7), 8) == utc(2026, 11, 23, 17)


def test_five_o_clock_in_london_is_four_in_utc_in_summer() -> None:
    assert WORKING.due_after_days(utc(2026, 7, 6, 9), 1) == utc(2026, 7, 7, 16)


def test_the_clock_change_is_not_an_hour_of_work() -> None:
    friday = utc(2026, 10, 23, 15)  # four in the afternoon in London
    assert WORKING.due_after_hours(friday, 2) == utc(2026, 10, 26, 10)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clocks.local(datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError):
        WORKING.due_after_hours(utc(2026, 1, 1), -1)
    with pytest.raises(ValueError):
        WORKING.day_after(date(2026, 1, 1), -1)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.floats(0, 40), st.floats(0, 40))  # noqa: DTZ001
def test_more_work_never_ends_sooner_and_always_ends_in_working_hours(
    start: datetime, less: float, more: float
) -> None:
    start = start.replace(tzinfo=UTC)
    less, more = sorted((less, more))
    sooner, later = (WORKING.due_after_hours(start, hours) for hours in (less, more))
    assert start <= sooner <= later
    ends = clocks.local(later)
    assert WORKING.is_working_day(ends.date())
    assert time(9) <= ends.time() <= time(17)


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int) -> None:
    later = clocks.months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_a_window_ends_after_it_begins_and_before_its_end() -> None:
    with pytest.raises(ValueError, match="after it begins"):
        Window(Weekday.MONDAY, time(12), time(10))
    window = Window(Weekday.MONDAY, time(9, 30), time(23, 59))
    assert window.label == "Monday 9:30 to midnight"
    assert window.holds(datetime(2026, 11, 23, 9, 30))  # noqa: DTZ001
    assert not window.holds(datetime(2026, 11, 23, 9, 29))  # noqa: DTZ001


# --- references

REFERENCES = st.binary(min_size=8, max_size=16).map(references.make)


@given(REFERENCES)
def test_a_reference_reads_back_however_it_is_typed(reference: str) -> None:
    assert len(reference) == 8
    for typed in (
        reference,
        reference.lower(),
        references.spaced(reference),
        f" {reference[:2]}-{reference[2:]} ",
    ):
        assert references.read(typed) == reference
    assert not set(reference[:2] + reference[6:]) & set("BGIOQSZ")


@given(REFERENCES, st.integers(0, 7), st.sampled_from(references.LETTERS + references.DIGITS))
def test_one_wrong_character_is_always_noticed(reference: str, place: int, other: str) -> None:
    if other != reference[place]:
        assert references.read(reference[:place] + other + reference[place + 1 :]) is None


@given(REFERENCES, st.integers(0, 6))
def test_two_neighbours_swapped_are_always_noticed(reference: str, place: int) -> None:
    first, second = reference[place], reference[place + 1]
    if first != second:
        assert references.read(reference[:place] + second + first + reference[place + 2 :]) is None


def test_a_reference_is_read_out_and_forgives_a_letter_for_a_digit() -> None:
    reference = references.make(bytes(8))
    assert reference == "AA0000AA"
    assert references.read("aaOOOOaa") == reference
    assert references.aloud(reference) == "Alfa Alfa 0 0 0 0 Alfa Alfa"
    assert references.read("AA0000A") is None
    with pytest.raises(ValueError, match="8 random bytes"):
        references.make(bytes(7))


# --- signs and the ladder


def test_what_protects_her_is_asked_as_much_as_what_puts_her_at_risk() -> None:
    sizes = {heading: len(indicators.under(heading)) for heading in indicators.Heading}
    assert sizes[indicators.Heading.PROTECTIVE] >= sorted(sizes.values())[len(sizes) // 2]
    assert len(indicators.BY_CODE) == len(indicators.CATALOGUE), "codes are unique"


def test_a_sign_has_words_and_no_weight() -> None:
    assert set(indicators.Indicator.__dataclass_fields__) == {"code", "heading", "words"}


def test_the_ladder_has_eleven_parts_five_rungs_and_says_that_it_is_not_validated() -> None:
    assert len(needs.Domain) == 11
    assert [rung.value for rung in needs.Rung] == [1, 2, 3, 4, 5]
    assert all(rung.label for rung in needs.Rung)
    assert set(needs.PROMPTS) == set(needs.Domain)
    assert "not been validated" in needs.CAVEAT


# --- all the words


def every_enum() -> list[type[Worded]]:
    for module in pkgutil.walk_packages(pathways.domain.__path__, "pathways.domain."):
        importlib.import_module(module.name)
    found, waiting = [], [Worded]
    while waiting:
        below = waiting.pop().__subclasses__()
        found += below
        waiting += below
    return [enum for enum in found if enum.__module__.startswith("pathways.domain")]


@pytest.mark.parametrize("enum", every_enum(), ids=lambda enum: f"{enum.__module__}.{enum.__name__}")
def test_every_word_shown_is_said_once_and_explained(enum: type[Worded]) -> None:
    labels = [member.label for member in enum]
    assert len(set(labels)) == len(labels)
    assert all(member.value.islower() or member.value.isdigit() or "_" in member.value for member in enum)


@pytest.mark.parametrize("word", ["offender", "target", "suspect", "service user", "subject"])
def test_she_is_never_called_by_a_word_for_a_case(word: str) -> None:
    spoken = [
        member.label.lower()
        for enum in every_enum()
        if not enum.__module__.startswith(("pathways.domain.terms.law", "pathways.domain.network"))
        for member in enum
    ]
    assert not [label for label in spoken if word in label.split()]
