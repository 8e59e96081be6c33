"""Which column is which: remembered for files of other names, and proposed as far as it can be recognised."""

from __future__ import annotations

from datetime import date

import pytest

from pathways.analysis import sheets
from pathways.analysis.pole import mapping, meanings, others, reading, remembering, spec, standard
from pathways.analysis.pole.guess import propose

OCTOBER = mapping.from_dict(
    {
        "name": "Niche",
        "tables": [
            {
                "table": "persons",
                "file": "persons_2026-10.csv",
                "columns": {"person_id": "Nr", "surname": "Name", "sex": "Gesch", "date_of_birth": "Geb"},
                "values": {"sex": {"w.": "female"}},
                "headings": ["Nr", "Name", "Gesch", "Geb", "shoe size"],
            },
            {
                "table": "events",
                "file": "vorgang_2026-10.csv",
                "columns": {"event_id": "VNr", "occurred_on": "Tag"},
                "constants": {"kind": "crime"},
            },
        ],
    }
)


def read(**files: str) -> list[sheets.Sheet]:
    return [
        one for name, text in files.items() for one in sheets.read_bytes(text.encode(), f"{name}.csv")
    ]  # fmt: skip


def test_next_months_files_are_known_by_their_columns():
    found = read(**{"vorgang_2026-11": "VNr,Tag\n1,2026-11-01\n", "persons_2026-11": "Nr,NAME,Gesch,Geb\n"})
    said = remembering.laid_upon(OCTOBER, found)
    assert said is not None and said.is_whole and not said.changes
    persons, events = said.mapping.feeds
    assert (persons.file, events.file) == ("persons_2026-11.csv", "vorgang_2026-11.csv")
    assert persons.columns["surname"] == ("NAME",)
    assert persons.values == {"sex": {"w.": "female"}}
    assert events.constants == {"kind": "crime"}


def test_what_is_new_or_gone_is_said_and_the_rest_stands():
    found = read(november="Nr,Name,Gesch,shoe size,Email\n")
    said = remembering.laid_upon(OCTOBER, found)
    assert said is not None and said.is_whole
    (persons,) = said.mapping.feeds
    assert set(persons.columns) == {"person_id", "surname", "sex"}
    assert said.changes == (
        "november.csv is read as persons_2026-10.csv was, because its columns are like that one’s",
        "november.csv: the column Geb, read as date_of_birth, is gone",
        "november.csv has a column that is new: Email",
        "no file has the columns of vorgang_2026-10.csv, which was read for events",
    )


def test_a_needed_column_that_is_gone_is_left_to_choose():
    said = remembering.laid_upon(OCTOBER, read(november="Nummer,Name,Gesch,Geb\n"))
    assert said is not None and not said.is_whole
    assert [(each.file, each.table, each.column) for each in said.missing] == [
        ("november.csv", "persons", "person_id")
    ]
    assert "Nummer" in said.why


def test_a_mapping_is_not_laid_upon_files_of_another_kind():
    assert remembering.laid_upon(OCTOBER, read(other="ref,forename,why\n")) is None


def test_of_two_files_with_the_same_columns_the_name_without_its_month_decides():
    said = mapping.from_dict(
        {
            "tables": [
                {"table": "events", "file": f"{name}_Oct_26.csv", "constants": {"kind": kind},
                 "columns": {"event_id": "No", "type": "What"}}
                for name, kind in (("crimes", "crime"), ("custody", "custody"))
            ]
        }
    )  # fmt: skip
    found = read(custody_Nov_26="No,What\n", crimes_Nov_26="No,What\n")
    laid = remembering.laid_upon(said, found)
    assert laid is not None
    assert {feed.file: feed.constants["kind"] for feed in laid.mapping.feeds} == {
        "crimes_Nov_26.csv": "crime",
        "custody_Nov_26.csv": "custody",
    }


def test_a_filter_or_a_joined_file_is_kept_where_its_columns_are():
    said = mapping.from_dict(
        {
            "tables": [
                {"table": "persons", "file": "p1.csv", "columns": {"person_id": "Nr", "phone": "tel/no"},
                 "joins": [{"name": "tel", "file": "t1.csv", "on": "Nr", "to": "who"}],
                 "where": {"live": ["y"]}}
            ]
        }
    )  # fmt: skip
    laid = remembering.laid_upon(said, read(p2="Nr,live\n", t2="who,no\n"))
    assert laid is not None and laid.is_whole
    (feed,) = laid.mapping.feeds
    assert (feed.file, feed.joins[0].file, feed.columns["phone"]) == ("p2.csv", "t2.csv", ("tel/no",))
    alone = remembering.laid_upon(said, read(p2="Nr,live\n"))
    assert alone is not None and alone.mapping.feeds[0].columns == {"person_id": ("Nr",)}
    assert any("t1.csv cannot be joined" in each for each in alone.changes)
    assert remembering.laid_upon(said, read(p2="Nr,dead\n", t2="who,no\n")) is None, "the filter is gone"


def test_what_can_be_recognised_is_proposed_and_the_rest_is_named():
    said = propose(read(women="ref,forename,Grund\n"), kind="referrals")
    (feed,) = said.mapping.feeds
    assert feed.columns == {"their_reference": ("ref",), "first_name": ("forename",)}
    assert not said.is_whole
    assert [each.column for each in said.missing] == ["why"]
    for word in ("women.csv", "ref as their_reference", "not found: why", "reason_for_referral", "Grund"):
        assert word in said.why


def test_persons_without_their_number_are_not_left_aside_in_silence():
    said = propose(read(persons="Nummer,surname,dob\n", events="event_id,kind\n"))
    assert [each.column for each in said.missing] == ["person_id"]
    assert {feed.table for feed in said.mapping.feeds} == {"persons", "events"}


@pytest.mark.parametrize("name", ["event_types", "notes"])
def test_a_list_of_codes_beside_an_extract_is_in_nobodys_way(name):
    assert propose(read(**{name: "code,label\n", "events": "event_id,kind\n"})).is_whole


def test_each_value_of_a_column_of_codes_is_there_with_its_count_and_what_it_was_read_as():
    found = read(
        persons="person_id,sex,ethnicity,scheme\n1,F.,Weiss,18+1\n2,F.,W1,18+1\n3,F,Z9,18+1\n4,1,W1,Haus\n",
        events="event_id,kind\n1,crime\n2,Vorgang\n",
    )
    said = mapping.from_dict(
        {
            "tables": [
                {"table": "persons", "file": "persons.csv",
                 "columns": {"person_id": "person_id", "sex": "sex", "ethnicity_code": "ethnicity",
                             "ethnicity_scheme": "scheme"}},
                {"table": "events", "file": "events.csv",
                 "columns": {"event_id": "event_id", "kind": "kind"}},
            ]
        }
    )  # fmt: skip
    extract = reading.read_sheets(found, said, received=date(2026, 11, 27))
    there = {(one.column, one.value): (one.count, one.read_as) for one in extract.values}
    assert there == {
        ("sex", "F."): (2, ""),
        ("sex", "F"): (1, "female"),
        ("sex", "1"): (1, "male"),
        ("ethnicity_code", "Weiss"): (1, ""),
        ("ethnicity_code", "Z9"): (1, ""),
        ("ethnicity_code", "W1"): (1, "white_british"),
        ("ethnicity_scheme", "Haus"): (1, ""),
        ("kind", "crime"): (1, "crime"),
        ("kind", "Vorgang"): (1, ""),
    }
    assert [one.is_understood for one in extract.values] == sorted(
        one.is_understood for one in extract.values
    )


@pytest.mark.parametrize("table", [table for tables in others.FOR_KIND.values() for table in tables.values()])
def test_every_meaning_that_is_offered_is_understood(table):
    for column in table.columns:
        for scheme in ("", "18+1", "16+1", "ONS") if column.kind == spec.ETHNICITY else ("",):
            for value, words in meanings.choices(column, scheme):
                assert words
                if column.kind == spec.SEX:
                    standard.sex(value)
                elif column.kind == spec.SCHEME:
                    standard.scheme(value)
                elif column.kind == spec.ETHNICITY:
                    standard.ethnic(value, scheme)
                else:
                    assert value in column.codes
