"""Police records as a force sends them: what is read, what each cell comes to, and what is named as wrong."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pathways.analysis import pole, sheets
from pathways.analysis.pole import mapping, reading, spec, standard
from pathways.domain.terms.demographics import NoAnswer

RECEIVED = date(2026, 11, 27)


def put(place: Path, **files: str) -> Path:
    for name, text in files.items():
        (place / f"{name}.csv").write_text(text, "utf-8")
    return place


def taken(place: Path, said: dict | None = None) -> pole.Extract:
    found = reading.sheets_of(place)
    how = mapping.from_dict(said) if said else pole.guess(found)
    return pole.read_sheets(found, how, received=RECEIVED)


@pytest.mark.shared_data
def test_an_extract_of_a_whole_city_comes_in_whole(shared_data):
    extract = taken(shared_data / "pole")
    links = extract.tables["links"]
    assert [extract.count(name) for name in ("persons", "events", "locations")] == [369, 28_762, 14_904]
    by_source = dict(links.group_by("source").len().iter_rows())
    assert by_source["FAMILY_REL"] == 155
    assert by_source["PARTY_TO"] == 55
    assert links.filter(pl.col("relation") == "called").height == 534
    assert by_source["KNOWS"] == 586
    assert not extract.problems
    assert links.filter(pl.col("relation") == "called")["caller/:END_ID"].null_count() == 0, (
        "each telephone stays"
    )
    # nothing lost: every row of every file is in a table, fetched by a join, or kept as it is
    assert sum(extract.read.values()) == sum(
        sheet.frame.height for sheet in reading.sheets_of(shared_data / "pole")
    )
    assert sum(frame.height for frame in extract.others.values()) == 14_196 * 2 + 14_904
    events = extract.tables["events"]
    assert events["occurred_on"].null_count() == 0
    assert events["occurred_on"].min() >= date(2017, 8, 1)
    assert events["location_id"].null_count() == 0
    assert events.filter(pl.col("charge").is_not_null()).height == 11
    assert extract.tables["persons"]["sex"].null_count() == 369, "sex is never told from a name"
    assert extract.tables["persons"]["phone"].null_count() == 41


@pytest.mark.shared_data
def test_the_guessed_mapping_is_kept_as_a_file_and_reads_the_same(tmp_path, shared_data):
    found = reading.sheets_of(shared_data / "pole")
    guessed = pole.guess(found)
    path = tmp_path / "mapping.json"
    path.write_text(guessed.as_text(), "utf-8")
    again = pole.load(path)
    assert again == guessed
    first = pole.read_sheets(found, guessed, received=RECEIVED)
    second = pole.read_sheets(found, again, received=RECEIVED)
    assert all(second.tables[name].equals(frame) for name, frame in first.tables.items())


def test_the_tables_of_the_command_line_are_these(tmp_path):
    promised = {
        "persons": "person_id first_name middle_names surname former_names date_of_birth sex ethnicity_code"
        " ethnicity_scheme nationality national_id phone email",
        "events": "event_id kind type occurred_on reported_on location_id outcome source_grade handling text",
        "locations": "location_id address postcode area_code latitude longitude",
        "objects": "object_id kind identifier description",
        "groups": "group_id name tier owner review_date",
        "links": "from_kind from_id relation to_kind to_id from_date to_date source source_grade",
    }
    for name, columns in promised.items():
        frame = ",".join(columns.split()) + "\n"
        (tmp_path / f"{name}.csv").write_text(frame)
    guessed = pole.guess(reading.sheets_of(tmp_path))
    assert {feed.table: list(feed.columns) for feed in guessed.feeds} == {
        name: columns.split() for name, columns in promised.items()
    }


def test_dates_keep_what_was_written_and_are_read_day_first(tmp_path):
    put(
        tmp_path,
        events="event_id,kind,occurred_on\n1,crime,03/04/2017\n2,custody,3 Apr 17\n3,ppn,2017-04-03T10:05\n",
    )
    frame = taken(tmp_path).tables["events"]
    assert frame["occurred_on"].to_list() == [date(2017, 4, 3)] * 3
    assert frame["occurred_on_raw"].to_list() == ["03/04/2017", "3 Apr 17", "2017-04-03T10:05"]


def test_month_first_is_said_by_the_mapping_and_never_guessed(tmp_path):
    put(tmp_path, events="event_id,kind,occurred_on\n1,crime,08/24/2017\n2,crime,03/04/2017\n")
    extract = taken(tmp_path)
    (problem,) = extract.rejected
    assert (problem.file, problem.row, problem.column, problem.value) == (
        "events.csv",
        2,
        "occurred_on",
        "08/24/2017",
    )
    assert "month first" in problem.mend
    said = pole.guess(reading.sheets_of(tmp_path)).as_dict() | {"dates": "month_first"}
    assert taken(tmp_path, said).tables["events"]["occurred_on"].to_list() == [
        date(2017, 8, 24),
        date(2017, 3, 4),
    ]


@pytest.mark.parametrize(
    ("written", "comes_to"),
    [
        ("24/08/2017", date(2017, 8, 24)),
        ("24.8.17", date(2017, 8, 24)),
        ("20170824", date(2017, 8, 24)),
        ("24-Aug-2017", date(2017, 8, 24)),
        ("Thursday, 24th August 2017", date(2017, 8, 24)),
        ("24/08/2017 00:32", date(2017, 8, 24)),
        ("01/02/62", date(1962, 2, 1)),
        ("2017/8/24", date(2017, 8, 24)),
        ("00/00/0000", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_days_as_they_are_written(written, comes_to):
    assert standard.day(written, latest=RECEIVED) == comes_to


@pytest.mark.parametrize(
    "written", ["31/02/2017", "yesterday", "99/99/9999", "42971", "2017-13-01", "01/01/3017"]
)
def test_what_is_no_day_says_why(written):
    with pytest.raises(standard.NotUnderstoodError) as error:
        standard.day(written, latest=RECEIVED)
    assert error.value.why and error.value.mend


@pytest.mark.parametrize(
    ("code", "scheme", "kept", "group", "missing"),
    [
        ("W1", "", ("W1", "sde_18_1"), "white_british", ""),
        ("A4", "18+1", ("A4", "sde_18_1"), "chinese", ""),
        ("O1", "16+1", ("O1", "sde_16_1"), "chinese", ""),
        ("o1", "", ("O1", "sde_16_1"), "chinese", ""),
        ("W3", "", ("W3", "sde_18_1"), "gypsy_traveller", ""),
        ("W9 - Any other White background", "", ("W9", "sde_18_1"), "other_white", ""),
        ("NS", "18+1", ("NS", "sde_18_1"), "", "prefer_not_to_say"),
        ("Not asked", "18+1", ("Not asked", "sde_18_1"), "", "not_asked"),
        ("", "", ("", ""), "", "unknown"),
        ("IC3", "", ("IC3", "officer_perceived"), "", "unknown"),
        ("White: Roma", "ONS", ("White: Roma", "gss_19"), "roma", ""),
        ("Asian, Asian British or Asian Welsh: Bangladeshi (number)", "", None, "bangladeshi", ""),
    ],
)
def test_ethnicity_keeps_its_code_and_its_list(code, scheme, kept, group, missing):
    found = standard.ethnic(code, scheme)
    assert (found.ethnicity, found.missing) == (group, missing)
    if kept is not None:
        assert (found.code, found.scheme) == kept


def test_codes_of_another_list_are_not_carried_over():
    with pytest.raises(standard.NotUnderstoodError):
        standard.ethnic("W3", "16+1")
    with pytest.raises(standard.NotUnderstoodError):
        standard.ethnic("O2", "16+1")


def test_no_answer_stays_one_of_three(tmp_path):
    put(tmp_path, persons="person_id,sex\n1,F\n2,\n3,Not asked\n4,refused\n5,U\n6,banana\n7,1\n")
    extract = taken(tmp_path)
    frame = extract.tables["persons"]
    assert frame["sex"].to_list() == ["female", None, None, None, None, None, "male"]
    assert frame["sex_missing"].to_list() == [
        None,
        NoAnswer.UNKNOWN,
        NoAnswer.NOT_ASKED,
        NoAnswer.PREFER_NOT_TO_SAY,
        NoAnswer.UNKNOWN,
        NoAnswer.UNKNOWN,
        None,
    ]
    assert [(each.row, each.value, each.is_rejected) for each in extract.problems] == [(7, "banana", False)]
    assert frame["sex_raw"].to_list()[5] == "banana"


def test_a_value_map_says_what_a_force_means(tmp_path):
    put(tmp_path, people="ref,g\n1,zz\n")
    said = {
        "tables": [
            {
                "table": "persons",
                "file": "people.csv",
                "columns": {"person_id": "ref", "sex": "g"},
                "values": {"sex": {"ZZ": "female"}},
            }
        ]
    }
    frame = taken(tmp_path, said).tables["persons"]
    assert frame["sex"].to_list() == ["female"]
    assert frame["sex_raw"].to_list() == ["zz"]


def test_rows_that_cannot_come_in_are_named_and_the_others_do(tmp_path):
    put(
        tmp_path,
        persons="person_id,surname\n1,Smith\n,Jones\n2,Brown\n2,Black\n1,Smith\n",
        links="from_kind,from_id,relation,to_kind,to_id\nperson,1,suspect_in,event,9\n"
        "person,1,suspect_in,person,2\nperson,1,adores,person,2\nperson,1,knows,person,2\n",
    )
    extract = taken(tmp_path)
    assert {(each.file, each.row) for each in extract.rejected} == {
        ("persons.csv", 3),
        ("persons.csv", 5),
        ("links.csv", 3),
        ("links.csv", 4),
    }
    assert sorted(extract.tables["persons"]["surname"]) == ["Brown", "Smith"]
    assert sorted(extract.tables["links"]["relation"]) == ["associate_of", "suspect_in"]
    assert all(each.why and each.mend and each.column for each in extract.rejected)


def test_rejected_rows_come_back_as_the_users_own_sheet(tmp_path):
    put(tmp_path, events="Ref;When;Note\n1;31/02/2017;mine\n2;01/02/2017;yours\n")
    said = {
        "tables": [
            {
                "table": "events",
                "file": "events.csv",
                "constants": {"kind": "crime"},
                "columns": {"event_id": "Ref", "occurred_on": "When", "text": "Note"},
            }
        ]
    }
    found = reading.sheets_of(tmp_path)
    extract = pole.read_sheets(found, mapping.from_dict(said), received=RECEIVED)
    ((name, _, frame),) = reading.sheets_to_mend(found, extract.rejected)
    assert name == "events-rejected.csv"
    assert frame.columns[:3] == ["Ref", "When", "Note"]
    assert frame.rows()[0][:4] == ("1", "31/02/2017", "mine", 2)
    assert "no such day" in frame["why it was left out"][0]
    assert "day/month/year" in frame["how to mend it"][0]


def test_several_files_feed_one_table_and_blanks_are_filled(tmp_path):
    put(tmp_path, a="id,last\n1,Smith\n2,Jones\n", b="id,born\n1,01/02/1990\n3,\n")
    said = {
        "tables": [
            {"table": "persons", "file": "a.csv", "columns": {"person_id": "id", "surname": "last"}},
            {"table": "persons", "file": "b.csv", "columns": {"person_id": "id", "date_of_birth": "born"}},
        ]
    }
    frame = taken(tmp_path, said).tables["persons"].sort("person_id")
    assert frame.select("person_id", "surname", "date_of_birth").rows() == [
        ("1", "Smith", date(1990, 2, 1)),
        ("2", "Jones", None),
        ("3", None, None),
    ]


def test_immigration_status_is_recognised_and_left_out(tmp_path):
    put(
        tmp_path,
        persons="person_id,surname,Immigration Status,NRPF,visa_type,nationality\n1,S,leave,Y,T2,British\n",
    )
    extract = taken(tmp_path)
    assert extract.left_out == {"persons.csv": ["Immigration Status", "NRPF", "visa_type"]}
    assert not [name for name in extract.tables["persons"].columns if spec.is_of_immigration(name)]
    assert extract.tables["persons"]["nationality"].to_list() == ["British"]


def test_unknown_columns_are_kept_and_listed(tmp_path):
    put(tmp_path, persons="person_id,surname,shoe size\n1,Smith,5\n")
    extract = taken(tmp_path)
    assert extract.unknown == {"persons.csv": ["shoe size"]}
    assert extract.tables["persons"]["shoe size"].to_list() == ["5"]


def test_grades_and_handling_stay_as_received(tmp_path):
    put(
        tmp_path,
        events="event_id,kind,source_grade,handling\n1,intelligence,2/C/P,C - with conditions\n2,crime,,\n",
    )
    frame = taken(tmp_path).tables["events"]
    assert frame["source_grade"].to_list() == ["2/C/P", None]
    assert frame["handling"].to_list() == ["C - with conditions", None]
    assert frame["fact_or_opinion"].to_list() == ["opinion", "fact"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("[]", "expected an object"),
        ('{"tables": []}', "at least one"),
        ('{"tables": [{"table": "people", "file": "a.csv"}]}', "is no table"),
        ('{"tables": [{"table": "persons", "file": "a.csv", "columns": {}}]}', "needs person_id"),
        (
            '{"tables": [{"table": "persons", "file": "a.csv", "columns": {"person_id": "x", "shoe": "y"}}]}',
            "no column 'shoe'",
        ),
        ('{"tables": [{"table": "persons", "columns": {"person_id": "x"}}]}', "says no file"),
        ('{"dates": "american", "tables": [{}]}', "is none of"),
        ("{", "line 1"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_where(said, words):
    with pytest.raises(mapping.MappingError, match=words):
        mapping.parse(said)


def test_a_mapping_in_toml_is_read(tmp_path):
    (tmp_path / "m.toml").write_text(
        'name = "x"\n[[tables]]\ntable = "persons"\nfile = "*.csv"\n[tables.columns]\nperson_id = "id"\n'
    )
    put(tmp_path, p="id\n1\n")
    assert pole.read(tmp_path, pole.load(tmp_path / "m.toml"), received=RECEIVED).count("persons") == 1


def test_a_file_or_column_that_is_not_there_is_said(tmp_path):
    put(tmp_path, p="id\n1\n")
    for file, column in (("q.csv", "id"), ("p.csv", "ref")):
        said = {"tables": [{"table": "persons", "file": file, "columns": {"person_id": column}}]}
        with pytest.raises(mapping.MappingError, match=file if file == "q.csv" else "'ref'"):
            taken(tmp_path, said)


def test_nothing_that_looks_like_police_records_is_said(tmp_path):
    put(tmp_path, shopping="eggs,milk\n1,2\n")
    with pytest.raises(mapping.MappingError, match="looks like"):
        taken(tmp_path)


def test_the_mapping_is_readable_json(tmp_path):
    put(tmp_path, persons="person_id\n1\n")
    said = json.loads(pole.guess(reading.sheets_of(tmp_path)).as_text())
    assert said["tables"][0] == {
        "table": "persons",
        "file": "persons.csv",
        "columns": {"person_id": "person_id"},
    }


def test_a_workbook_of_several_sheets_is_told_apart_by_sheet(tmp_path):
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "extract.xlsx") as book:
        for name, rows in (
            ("Nominals", [["URN", "Forename", "DOB"], ["1", "Ann", "1/2/1990"], ["2", "Bea", "40/2/1990"]]),
            ("Crimes", [["Crime Number", "Date Occurred"], ["C1", "2/3/2020"]]),
        ):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    extract = taken(tmp_path)
    assert extract.tables["persons"]["first_name"].to_list() == ["Ann"]
    assert extract.tables["events"].select("event_id", "kind").rows() == [("C1", "crime")]
    assert [(each.file, each.row) for each in extract.rejected] == [("extract.xlsx [Nominals]", 3)]
    assert sheets.ENDINGS


def test_a_column_of_days_in_which_no_day_can_be_read_is_warned_of(tmp_path):
    put(
        tmp_path,
        persons="person_id,date_of_birth,phone\n1,unknown,n/a\n2,,0\n3,n/a,\n",
        events="event_id,kind,occurred_on\n1,crime,17-0403\n2,crime,17-0404\n",
        locations="location_id,latitude\n1,51.5\n2,\n3,x\n",
    )
    warnings = taken(tmp_path).warnings
    assert len(warnings) == 2
    assert "persons.csv: none of the 2 values in date_of_birth could be read as a date" in warnings[1]
    assert "events.csv: none of the 2 values in occurred_on could be read as a date" in warnings[0]


def test_a_value_left_empty_is_said_beside_the_rows_left_out_and_in_a_sheet_of_its_own(tmp_path):
    put(tmp_path, persons="person_id,sex,date_of_birth\n1,F.,31/02/1990\n2,F.,\n3,F,\n4,F,yesterday\n")
    found = reading.sheets_of(tmp_path)
    extract = taken(tmp_path)
    (out, _, left_out), (empty, _, left_empty) = reading.sheets_to_mend(found, extract.problems)
    assert (out, empty) == ("persons-rejected.csv", "persons-not-understood.csv")
    assert reading.is_left_empty(empty) and not reading.is_left_empty(out)
    column = "what was not understood and is left empty"
    assert left_out["person_id"].to_list() == ["1", "4"]
    assert [bool(each) for each in left_out[column]] == [True, False]
    assert left_empty["person_id"].to_list() == ["2"]
    assert left_empty[column].to_list() == ["sex: this is no code for sex that is known here"]
    assert "why it was left out" not in left_empty.columns
