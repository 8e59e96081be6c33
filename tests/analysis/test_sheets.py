"""Tables as others send them: what is read, where each row stood, and what is refused with its place."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pathways.analysis import sheets


def put(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_words_are_trimmed_and_rows_numbered_as_a_spreadsheet_numbers_them(tmp_path):
    sheet = sheets.read(put(tmp_path, "a.csv", ' id , name\r\n1," Ann"\r\n,\r\n\r\n007,"two\nlines"\r\n'))
    assert sheet.columns == ["id", "name"]
    assert sheet.frame.rows() == [("1", "Ann"), ("007", "two\nlines")]
    assert sheet.rows.to_list() == [2, 5]
    assert sheet.row_of(1) == 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_encodings_and_separators(tmp_path, encoding, sign):
    path = put(tmp_path, "a.csv", f"id{sign}name\n1{sign}Zoë\n".encode(encoding))
    assert sheets.read(path).frame.rows() == [("1", "Zoë")]


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx", ".ods", ".parquet", ".json"])
def test_what_is_written_is_read_again(tmp_path, ending):
    frame = pl.DataFrame({"id": ["1", "=1+1"], "name": ["Ann", None]})
    with sheets.whole_file(tmp_path / "out" / f"a{ending}") as part:
        sheets.write(frame, part)
    assert sheets.read(tmp_path / "out" / f"a{ending}").frame.equals(frame)
    assert [each.name for each in (tmp_path / "out").iterdir()] == [f"a{ending}"]


def test_json_is_a_list_of_objects_or_several_by_name(tmp_path):
    text = '[{"id": 7.50, "name": " Zoë "}, {}, {"name": null, "met": true}]'
    one = sheets.read(put(tmp_path, "a.json", text))
    assert one.columns == ["id", "name", "met"]
    assert one.frame.rows() == [("7.50", "Zoë", None), (None, None, "true")]  # the digits as they stand
    assert one.rows.to_list() == [1, 3]
    text = '{"persons": [{"id": "1"}], "links": [{"from": 12345678901234567890}]}'
    both = sheets.read_all(put(tmp_path, "b.json", text))
    assert [(each.name, each.frame.rows()) for each in both] == [
        ("persons", [("1",)]), ("links", [("12345678901234567890",)]),
    ]  # fmt: skip
    assert sheets.read(tmp_path / "b.json", sheet="links").columns == ["from"]
    assert sheets.read_all(put(tmp_path, "c.json", "[]")) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no JSON"),
        ('[{"id": 1},\n {"id": }]', "row 2: is no JSON"),
        ('[{"id": 1}, 5]', "row 2: this entry is no object"),
        ('[{"id": 1}, {"id": ["a"]}]', "row 2, column id: holds a list or an object"),
        ('[{"id": 1, "id": 2}]', "column id: one entry has this name twice"),
        ('{"id": 1}', "is no table"),
        ("5", "is no table"),
        ('[{"id": NaN}]', "NaN is no number"),
        ("[" * 100_000, "is nested too deeply"),
        ('[{"id": "\\ud800"}]', "half a character"),
        ('[{"id": "a\\u0000"}]', "row 1, column id: holds a NUL character"),
    ],
)  # fmt: skip
def test_json_that_is_no_table_is_refused_with_its_place(tmp_path, text, said):
    with pytest.raises(sheets.UnreadableError, match=said.replace(".", r"\.")):
        sheets.read_all(put(tmp_path, "a.json", text))


def test_json_in_a_folder_is_taken_only_where_it_is_asked_for(tmp_path):
    put(tmp_path, "a.json", "[]")
    put(tmp_path, "b.csv", "id\n")
    assert [each.name for each in sheets.files_in(tmp_path)] == ["b.csv"]
    assert [each.name for each in sheets.files_in(tmp_path, sheets.READABLE)] == ["a.json", "b.csv"]


def test_a_workbook_gives_days_as_days_and_each_sheet(tmp_path):
    book = openpyxl.Workbook()
    first = book.active
    first.append([])
    first["A3"], first["B3"], first["C3"] = "id", "seen on", "at"
    first["A5"], first["B5"] = 7, datetime.date(2024, 2, 1)
    first["C5"] = datetime.datetime(2024, 2, 1, 10, 5)  # noqa: DTZ001
    book.create_sheet("second").append(["only"])
    book.create_sheet("empty")
    book.save(tmp_path / "a.xlsx")
    one, two = sheets.read_all(tmp_path / "a.xlsx")
    assert one.frame.rows() == [("7", "2024-02-01", "2024-02-01 10:05:00")]
    assert one.rows.to_list() == [5]
    assert (two.name, two.columns, len(two)) == ("second", ["only"], 0)
    assert sheets.read(tmp_path / "a.xlsx", sheet="second").columns == ["only"]


def test_parquet_of_typed_columns_comes_as_words(tmp_path):
    day = datetime.date(2024, 2, 1)
    frame = pl.DataFrame({"n": [1, None], "is": [True, False], "on": [day, None], "x": [0.5, 2.0]})
    frame.write_parquet(tmp_path / "a.parquet")
    assert sheets.read(tmp_path / "a.parquet").frame.rows() == [
        ("1", "true", "2024-02-01", "0.5"),
        (None, "false", None, "2.0"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", 'id,x\n1,"a\n', "row 2: a quotation mark is opened and never closed"),
        ("a.csv", 'id,x\n1,"a"b"\n', "row 2: a quotation mark stands inside a value"),
        ("a.csv", "id,x\n1,2,3\n", "row 2: has 3 cells where the headings have 2"),
        ("a.csv", "id,id\n1,2\n", "column id: two columns have this heading"),
        ("a.csv", "id,\n1,2\n", "row 2, column 2: has values and no heading"),
        ("a.csv", b"id\n1\0\n", "row 2: holds a NUL"),
        ("a.csv", b"id\n\x81\n", "row 2: holds a character that is neither"),
        ("a.xlsx", b"PK\x03\x04 not a zip", "is not a workbook, or is damaged"),
        ("a.ods", b"", "is not a workbook, or is damaged"),
        ("a.parquet", b"PAR1", "cannot be read as Parquet"),
        ("a.docx", b"", "is none of .csv"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(tmp_path, name, content, said):
    path = put(tmp_path, name, content)
    with pytest.raises(sheets.UnreadableError) as caught:
        sheets.read_all(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


ROW_NAMES = '"","time","status"\n"1",306,1\n"2",,\n'


def test_a_column_of_row_names_is_left_out_and_said_where_columns_are_asked_for_by_name(tmp_path):
    found = sheets.read(put(tmp_path, "a.csv", ROW_NAMES))
    assert found.frame.rows() == [("306", "1"), (None, None)], "who has only a name is missing, not gone"
    assert found.rows.to_list() == [2, 3]
    assert sheets.said_of_nameless(found) == "Column 1 of a.csv has no heading and is left out."
    assert not sheets.said_of_nameless(sheets.read(put(tmp_path, "b.csv", "a,\n1,\n")))


@pytest.mark.parametrize("content", [ROW_NAMES, "id,id\n1,2\n"])
def test_where_no_value_may_be_lost_every_column_needs_a_heading_of_its_own(tmp_path, content):
    path = put(tmp_path, "a.csv", content)
    for reader in (
        lambda: sheets.read(path, is_whole=True),
        lambda: sheets.read_all(path),
        lambda: sheets.read_bytes(path.read_bytes(), "a.csv"),
    ):
        with pytest.raises(sheets.UnreadableError, match=r"no heading|two columns have this heading"):
            reader()


def test_a_title_above_the_headings_is_not_taken_for_them(tmp_path):
    with pytest.raises(sheets.UnreadableError, match="has values and no heading above"):
        sheets.read(put(tmp_path, "a.csv", "Women seen in May,,\nid,age,arm\n1,20,a\n"))


def test_of_two_columns_with_one_heading_neither_is_meant_by_it(tmp_path):
    found = sheets.read(put(tmp_path, "a.csv", "t,e,t\n1,0,2\n"))
    found.need("e", "t (column 1)", "t (column 3)")
    assert found.frame.rows() == [("1", "0", "2")]
    with pytest.raises(sheets.UnreadableError, match=r"column t: 2 columns .* say “t \(column 1\)” or “t "):
        found.need("t")


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1024)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", "0" * 10_000)
    with pytest.raises(sheets.UnreadableError, match="unpacks to more than"):
        sheets.read(tmp_path / "a.xlsx")


def test_a_file_that_is_not_there_and_a_column_that_is_not_there(tmp_path):
    with pytest.raises(sheets.UnreadableError, match="no such file"):
        sheets.read(tmp_path / "none.csv")
    with pytest.raises(sheets.UnreadableError, match="column surname: there is no such column"):
        sheets.read(put(tmp_path, "a.csv", "id\n1\n")).need("id", "surname")


def test_nothing_takes_its_place_when_the_work_fails_half_way(tmp_path):
    put(tmp_path, "a.csv", "before")
    with pytest.raises(ZeroDivisionError), sheets.whole(tmp_path) as part:
        (part / "a.csv").write_text("after")
        (part / "b.csv").write_text("after")
        raise ZeroDivisionError
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "before"


@pytest.mark.parametrize("content", ["", "\n\n", "id,x\n"])
def test_a_table_without_a_row_is_a_table(tmp_path, content):
    assert len(sheets.read(put(tmp_path, "a.csv", content))) == 0


def test_a_column_may_be_called_like_the_place_of_one_without_a_heading(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(",0,a\nr1,5,6\nr2,,\n", "utf-8")
    found = sheets.read(path)
    assert (found.columns, found.nameless, len(found)) == (["0", "a"], (1,), 2)
