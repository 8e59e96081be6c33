"""An agency's own form from a spreadsheet: read whole, or refused by sheet, row and column."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from pathways.analysis import xlsform
from pathways.domain.outcomes import instrument
from pathways.domain.outcomes.instrument import Kind, Licence

SURVEY = (
    ("type", "name", "label", "hint", "required", "relevant", "constraint", "constraint_message",
     "calculation",
     "alert", "alert_message", "reversed"),
    ("note", "hello", "Thank you for answering", "", "", "", "", "", "", "", "", ""),
    ("begin group", "home", "At home", "", "", "", "", "", "", "", "", ""),
    ("select_one often", "safe", "I feel safe at home", "", "yes", "", "", "", "", "", "", ""),
    ("select_multiple who", "who", "Who is there?", "", "", "${safe} = '0'", "", "", "", "", "", ""),
    ("end group", "", "", "", "", "", "", "", "", "", "", ""),
    ("integer", "nights", "Nights away", "", "", "", ". >= 0 and . <= 31", "From 0 to 31", "", "20",
     "Many nights away", ""),
    ("text", "words", "Anything else?", "", "", "", "", "", "", "", "", ""),
    ("date", "since", "Since when?", "", "", "", "", "", "", "", "", ""),
    ("calculate", "total", "", "", "", "", "", "",
     "coalesce(${safe}, 0) + coalesce(${nights}, 0)", "", "", ""),
)  # fmt: skip
CHOICES = (
    ("list_name", "name", "label"), ("often", "0", "Never"), ("often", "1", "Sometimes"),
    ("often", "2", "Always"),
    ("who", "him", "He is"), ("who", "her", "Somebody else is"),
)  # fmt: skip
SETTINGS = (
    ("form_title", "form_id", "version", "score", "better"),
    ("Home check", "home_check", "2", "total", "lower"),
)  # fmt: skip


def book(survey=SURVEY, choices=CHOICES, settings=SETTINGS, **more) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for name, rows in {"survey": survey, "choices": choices, "settings": settings, **more}.items():
        if rows is None:
            continue
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(row: int, column: str, value: str):
    """The survey with one cell another."""
    at = SURVEY[0].index(column)
    return tuple(
        (*line[:at], value, *line[at + 1 :]) if n == row - 1 else line for n, line in enumerate(SURVEY)
    )


def lines_of(content: bytes) -> tuple[str, ...]:
    with pytest.raises(xlsform.FormError) as refused:
        xlsform.read(content, "form.xlsx")
    return refused.value.lines


def test_a_form_is_read_whole_and_works_as_it_says():
    form = instrument.of(xlsform.read(book(), "form.xlsx"))
    assert (form.code, form.name, form.edition, form.licence) == (
        "home_check",
        "Home check",
        "2",
        Licence.OWN,
    )
    assert [one.kind for one in form.items] == [
        Kind.NOTE, Kind.ONE, Kind.SEVERAL, Kind.WHOLE, Kind.TEXT, Kind.DAY, Kind.RECKONED,
    ]  # fmt: skip
    assert [one.section for one in form.asked] == ["At home", "At home", "", "", ""]
    assert not instrument.is_asked_now(form, "who", {"safe": "1"})
    assert instrument.is_asked_now(form, "who", {"safe": "0"})
    assert instrument.faults(form, {}) == {
        "safe": "Answer “I feel safe at home”, or say that she did not want to answer"
    }
    assert instrument.faults(form, {"safe": "1", "nights": "40"}) == {"nights": "From 0 to 31"}
    assert instrument.faults(form, {"safe": "7"}) == {"safe": "“7” is not an answer to “I feel safe at home”"}
    assert instrument.faults(form, {"safe": "1", "nights": "2.5"}) == {
        "nights": "Give a whole number for “Nights away”"
    }
    score = instrument.score(form, {"safe": "2", "nights": "21", "who": ["him"]})
    assert score.value == 23
    assert [one.words for one in score.alerts] == ["Many nights away"]


def test_words_too_long_for_a_page_are_named_by_sheet_row_and_column():
    choices = (*CHOICES[:2], ("often", "1", "x" * 201), *CHOICES[3:])
    with pytest.raises(xlsform.FormError) as refused:
        xlsform.read(book(changed(4, "label", "y" * 100_000), choices), "form.xlsx")
    of_choice, of_survey = refused.value.lines
    assert "an answer has at most 200 characters" in of_choice and "choices" in of_choice
    assert "a question has at most 1,000 characters" in of_survey
    assert all(part in of_survey for part in ("survey", "4", "label"))


def test_what_is_not_asked_does_not_count():
    survey = (
        ("type", "name", "label", "relevant", "calculation"),
        ("integer", "a", "A", "", ""), ("integer", "b", "B", "${a} > 5", ""),
        ("calculate", "total", "", "", "coalesce(${a}, 0) + coalesce(${b}, 0)"),
    )  # fmt: skip
    form = instrument.of(xlsform.read(book(survey, None), "form.xlsx"))
    assert instrument.score(form, {"a": "6", "b": "3"}).value == 9
    assert instrument.score(form, {"a": "1", "b": "3"}).value == 1  # an answer left from before is no answer


def test_a_reckoned_total_can_signal_danger():
    survey = (("type", "name", "label", "calculation", "alert", "alert_message"),
              ("integer", "a", "A", "", "", ""),
              ("calculate", "total", "", "${a} * 2", "10", "Much"))  # fmt: skip
    form = instrument.of(xlsform.read(book(survey, None), "form.xlsx"))
    assert [bool(instrument.score(form, {"a": n}).alerts) for n in ("4", "5", "", "x")] == [
        False, True, False, False,
    ]  # fmt: skip


def test_points_add_up_and_turn_round():
    survey = (
        ("type", "name", "label", "reversed"),
        ("select_one s", "a", "A", ""),
        ("select_one s", "b", "B", "yes"),
    )
    choices = (("list_name", "name", "label", "points"), ("s", "no", "No", 0), ("s", "yes", "Yes", 3))
    settings = (("form_title", "form_id", "version"), ("Own", "own", "1"))
    form = instrument.of(xlsform.read(book(survey, choices, settings), "form.xlsx"))
    assert (form.least, form.most) == (0, 6)
    assert instrument.score(form, {"a": "yes", "b": "yes"}).value == 3


#: row, column, value and what is said: every kind of cell that is not supported
REFUSED = (
    (4, "type", "select_one_from_file x.csv", "not supported"),
    (4, "type", "select_one nowhere", "no list “nowhere”"),
    (7, "type", "geopoint", "“geopoint” is not supported"),
    (7, "type", "begin repeat", "not supported"),
    (7, "type", "rank who", "not supported"),
    (7, "name", "Nights Away", "small letters"),
    (7, "name", "safe", "stands twice"),
    (7, "label", "", "nobody can answer a question without words"),
    (7, "required", "${safe} = 1", "neither yes nor no"),
    (7, "relevant", "pulldata('x', 'y')", "“pulldata” is not supported"),
    (7, "relevant", "${total} > 1", "“total” comes later in the form"),
    (7, "relevant", "${nobody} > 1", "“nobody” is not asked"),
    (7, "constraint", "regex(., 'x')", "“regex” is not supported"),
    (7, "calculation", "1 + 1", "only a calculate has a rule here"),
    (10, "calculation", "", "needs its rule here"),
    (10, "calculation", "1 +", "it ends too early"),
    (7, "alert", "many", "“many” is not a number"),
    (7, "alert_message", "", "say in words"),
    (8, "alert", "1", "a text has no number that could signal danger"),
)


@pytest.mark.parametrize(("row", "column", "value", "said"), REFUSED)
def test_what_is_not_supported_is_refused_with_sheet_row_and_column(row, column, value, said):
    lines = lines_of(book(changed(row, column, value)))
    if said:
        wanted = "calculation" if (row, column) == (10, "calculation") else column
        assert any(
            line.startswith(f"Sheet survey, row {row}, column {wanted}: ") and said in line for line in lines
        ), lines


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (book(settings=None), "Sheet settings: the workbook has no such sheet."),
        (book(survey=None), "Sheet survey: the workbook has no such sheet."),
        (book(entities=(("a",), ("b",))), "Sheet entities: this sheet is not supported"),
        (book(settings=(("form_title", "version"), ("A", "1"))),
         "Sheet settings, row 2, column form_id: this is needed"),
        (book(settings=(("form_title", "form_id", "version", "style"), ("A", "a", "1", "pages"))),
         "Sheet settings, row 1, column style: this column is not supported"),
        (book(settings=(("form_title", "form_id", "version"), ("A", "a", "1/2"))),
         "Sheet settings, row 2, column version: letters, digits"),
        (book(settings=(("form_title", "form_id", "version", "score"), ("A", "a", "1", "nights"))),
         "Sheet settings, row 2, column score: “nights” is no calculate"),
        (book(choices=(*CHOICES, ("often", "0", "Again"))),
         "Sheet choices, row 7, column name: “0” stands twice"),
        (book(choices=(*CHOICES, ("often", "3", ""))), "Sheet choices, row 7, column label: this is needed"),
        (book(survey=((*SURVEY[0], "appearance"), *((*line, "") for line in SURVEY[1:]))),
         "Sheet survey, row 1, column appearance: this column is not supported"),
        (book(survey=(SURVEY[0], *[SURVEY[2]], *SURVEY[2:])), "a group inside a group"),
        (book(survey=(*SURVEY[:5], *SURVEY[6:])), "this group is not closed"),
    ],
)  # fmt: skip
def test_a_workbook_that_is_not_such_a_form_says_where(content, said):
    assert any(said in line for line in lines_of(content)), lines_of(content)


def test_every_fault_is_named_at_once():
    survey = changed(7, "type", "geopoint")
    survey = tuple((*line[:1], "Bad Name", *line[2:]) if n == 7 else line for n, line in enumerate(survey))
    assert len(lines_of(book(survey))) >= 2


def test_a_file_that_is_no_workbook_is_said_to_be_none():
    with pytest.raises(xlsform.FormError) as refused:
        xlsform.read(b"type,name\ntext,a\n", "x.txt")
    assert refused.value.lines == ("This is not an .xlsx or .ods file: save it as one of these.",)


def test_a_form_may_have_no_version_as_xlsform_allows():
    settings = (("form_title", "form_id"), ("Home check", "home_check"))
    assert xlsform.read(book(SURVEY, settings=settings), "form.xlsx")["edition"] == ""


def test_the_template_is_a_form_that_can_be_brought():
    form = instrument.of(xlsform.read(xlsform.template(), "form-template.xlsx"))
    assert [one.code for one in form.asked] == ["safe", "words", "nights"]
    assert [one.is_required for one in form.asked] == [True, False, False]


def test_the_columns_that_are_named_are_those_that_are_read():
    for name, (needed, known) in xlsform.COLUMNS.items():
        assert set(needed) <= known, name
    assert "version" in xlsform.COLUMNS["settings"][1]


def test_no_answer_of_a_list_is_called_as_a_declined_one_is_kept():
    said = lines_of(book(choices=(*CHOICES, ("often", instrument.DECLINED, "No answer"))))
    assert any("kept for “she did not want to answer”" in one for one in said)
