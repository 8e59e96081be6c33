"""The questions draw themselves as GOV.UK components, and read what people type."""

from __future__ import annotations

import datetime
import importlib
import pkgutil
import re
from collections.abc import Iterator

import django
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.functional import Promise

django.setup()

import pathways.web  # noqa: E402
from pathways.domain.terms.people import Sector  # noqa: E402
from pathways.web import forms  # noqa: E402


class Questions(forms.PathwaysForm):
    name = forms.Text(label="What she likes to be called", hint="As she says it", width=20)
    nickname = forms.Text(label="Another name", required=False)
    born = forms.Date(label="When was she born?", error="Enter her date of birth")
    sector = forms.Choose(label="Kind of organisation", of=Sector, hints={"police": "Any force"})
    which = forms.Text(label="What kind exactly?")
    safe = forms.YesNo(label="Is it safe to text her?")
    days = forms.ChooseMany(
        label="Which days?",
        choices=[("mon", "Monday"), ("tue", "Tuesday"), ("none", "None")],
        none_of_these="none",
    )
    at = forms.Time(label="What time?")
    note = forms.LongText(label="Note", counted=20)
    read = forms.Confirm(label="I have read this back to her")
    read_on = forms.Date(label="When was it read?")
    conditional = {"which": ("sector", Sector.OTHER_STATUTORY), "read_on": ("read", "on")}


GOOD = {
    "name": "Shanice",
    "born-day": "3",
    "born-month": "June",
    "born-year": "1990",
    "sector": "police",
    "safe": "no",
    "days": "mon",
    "at": "2.15pm",
    "note": "Hello",
    "read": "on",
    "read_on-day": "1",
    "read_on-month": "2",
    "read_on-year": "2026",
}


def typed(**changes: str) -> Questions:
    data = QueryDict(mutable=True)
    data.update({**GOOD, **changes})
    return Questions(data)


def drawn(form: forms.PathwaysForm) -> str:
    return re.sub(r"\s+", " ", str(form))


def test_what_was_typed_becomes_the_answers() -> None:
    form = typed()
    assert form.is_valid(), form.errors
    answers = form.cleaned_data
    assert answers["born"] == datetime.date(1990, 6, 3)
    assert answers["sector"] is Sector.POLICE
    assert answers["safe"] is False
    assert answers["at"] == datetime.time(14, 15)
    assert answers["which"] == ""


def test_every_error_is_said_once_and_leads_to_its_question() -> None:
    form = Questions(QueryDict())
    lines = form.error_summary()
    page = drawn(form)
    assert [line.text for line in lines][:3] == [
        "Enter what she likes to be called",
        "Enter her date of birth",
        "Select kind of organisation",
    ]
    for line in lines:
        assert f'id="{line.href[1:]}"' in page, line


def test_an_error_and_a_hint_are_read_with_their_question() -> None:
    page = drawn(Questions(QueryDict()))
    box = re.search(r'<input[^>]*id="id_name"[^>]*>', page)
    assert box and 'aria-describedby="id_name-hint id_name-error"' in box[0]
    assert 'id="id_name-hint"' in page
    assert 'id="id_name-error"' in page
    assert "govuk-input--error" in box[0]
    assert "required" not in box[0].replace("aria-required", "")


def test_what_need_not_be_answered_says_so() -> None:
    page = drawn(Questions())
    assert "Another name (optional)" in page
    assert "What kind exactly?</label>" in page


@pytest.mark.parametrize(
    ("day", "month", "year", "words", "parts"),
    [
        ("", "6", "1990", "the date must include a day", ["day"]),
        ("3", "", "", "the date must include a month and a year", ["month", "year"]),
        ("31", "2", "1990", "there is no such date", ["day", "month", "year"]),
        ("3", "x", "1990", "the month must be a number", ["month"]),
        ("3", "6", "90", "the year must have 4 numbers", ["year"]),
    ],
)
def test_a_wrong_date_says_what_is_wrong_and_marks_the_box(
    day: str, month: str, year: str, words: str, parts: list[str]
) -> None:
    form = typed(**{"born-day": day, "born-month": month, "born-year": year})
    assert words in form.errors["born"][0]
    assert form["born"].wrong_parts == parts
    assert form.error_summary()[0].href == f"#id_born-{parts[0]}"


@pytest.mark.parametrize(
    ("text", "time"),
    [("10:30", (10, 30)), ("2pm", (14, 0)), ("12am", (0, 0)), ("0915", (9, 15)), ("12.05 PM", (12, 5))],
)
def test_a_time_may_be_typed_as_people_do(text: str, time: tuple[int, int]) -> None:
    form = typed(at=text)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["at"] == datetime.time(*time)


@pytest.mark.parametrize("text", ["25:00", "10:75", "14pm", "soon"])
def test_a_time_that_does_not_exist_is_refused(text: str) -> None:
    assert "must be a time" in typed(at=text).errors["at"][0]


def test_a_question_inside_an_answer_is_asked_only_when_that_answer_is_given() -> None:
    form = typed(sector="other_statutory")
    assert list(form.errors) == ["which"]
    form = typed(sector="other_statutory", which="A fire service")
    assert form.is_valid()
    assert form.cleaned_data["which"] == "A fire service"
    form = typed(which="left over from before")
    assert form.is_valid()
    assert form.cleaned_data["which"] == ""


def test_a_question_inside_an_answer_stands_inside_it() -> None:
    page = drawn(Questions())
    held = re.search(r'id="conditional-id_sector-5">(.*?)</fieldset>', page)
    assert held and 'id="id_which"' in held[1]
    assert page.count('id="id_which"') == 1


class UnderSeveral(forms.PathwaysForm):
    how = forms.Choose(
        label="How?", choices=[("paper", "On paper"), ("herself", "Alone"), ("with", "With her")]
    )
    by = forms.Text(label="Who wrote?")
    day = forms.Date(label="Which day?")
    conditional = {"by": ("how", ("paper", "herself")), "day": ("how", "with")}
    forgets = frozenset({"day"})


@pytest.mark.parametrize(("chosen", "is_hidden"), [("paper", False), ("herself", False), ("with", True)])
def test_a_question_under_several_answers_is_drawn_once_below_them(chosen: str, is_hidden: bool) -> None:
    page = drawn(UnderSeveral(initial={"how": chosen, "by": "Ada"}))
    assert page.count('name="by"') == page.count('value="Ada"') == 1
    below = re.search(r'<div class="pw-shared([^"]*)" id="shared-id_how">', page)
    assert below and ("hidden" in below[1]) is is_hidden
    assert page.count('data-reveals-shared="shared-id_how"') == 2
    assert page.index('value="with"') < page.index('name="by"')


def test_what_stands_behind_an_answer_not_chosen_can_be_left_out() -> None:
    said = {"how": ["with"], "by": ["Ada"], "day-day": ["3"], "day-month": ["5"], "day-year": ["2026"]}
    assert UnderSeveral.without_unasked(said) == {name: said[name] for name in said if name != "by"}
    said["how"] = ["paper"]
    assert UnderSeveral.without_unasked(said) == {"how": ["paper"], "by": ["Ada"]}
    assert UnderSeveral.without_unasked(said, ["by"]) == said
    assert UnderSeveral.without_unasked({"by": ["Ada"]}) == {}


def test_none_of_these_excludes_the_others() -> None:
    data = typed().data.copy()
    data.setlist("days", ["mon", "none"])
    assert "Select what applies" in Questions(data).errors["days"][0]


def test_a_long_text_is_held_to_its_count() -> None:
    assert "20 characters or fewer" in typed(note="x" * 21).errors["note"][0]
    assert 'data-maxlength="20"' in drawn(Questions())


class Bounded(forms.PathwaysForm):
    places = forms.Number(label="Places", min_value=1, max_value=60)
    days = forms.Number(label="Within how many days?", min_value=0, max_value=7)
    name = forms.Text(label="Name", max_length=10)
    why = forms.LongText(label="Why?", counted=2000)
    file = forms.Upload(label="The file")


def test_a_fault_in_the_words_of_django_names_the_question_it_is_of() -> None:
    form = Bounded(
        {"places": "0", "days": "8", "name": "x" * 11, "why": "y" * 2001},
        {"file": SimpleUploadedFile("a.csv", b"")},
    )
    assert [problem.text for problem in form.error_summary()] == [
        "Places must be 1 or more",
        "“Within how many days?” must be 7 or less",
        "Name must be 10 characters or fewer: it has 11",
        "“Why?” must be 2,000 characters or fewer: it has 2,001",
        "The file is an empty file: choose another",
    ]
    other = Bounded({"places": "61", "days": "soon", "name": "a\0b", "why": ""})
    assert [problem.text for problem in other.error_summary()] == [
        "Places must be 60 or less",
        "“Within how many days?” must be a whole number",
        "Name has a character in it that cannot be kept: type it again",
        "Answer “Why?”",
        "Select the file",
    ]


def every_form() -> Iterator[type[forms.PathwaysForm]]:
    for found in pkgutil.walk_packages(pathways.web.__path__, "pathways.web."):
        if found.name.rpartition(".")[2] == "forms":
            importlib.import_module(found.name)
    waiting = [forms.PathwaysForm]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        yield kind


def test_no_form_says_ensure_this_value() -> None:
    """Whatever a question is held to by Django, its fault names it."""
    said = []
    for form in every_form():
        for name, field in form.base_fields.items():
            for validator in field.validators:
                if isinstance(getattr(validator, "message", None), Promise):
                    code = validator.code
                    assert code in forms._LIMITS, (form, name, code)
                    said.append(name)
    assert said


def test_answers_are_read_back_in_words() -> None:
    rows = {row.key: row.values for row in typed().answers("/there/")}
    assert rows["When was she born?"] == ("3 June 1990",)
    assert rows["Kind of organisation"] == ("Police",)
    assert rows["Is it safe to text her?"] == ("No",)
    assert rows["Another name"] == ()
    assert "What kind exactly?" not in rows


def test_a_half_filled_draft_comes_back_without_errors() -> None:
    raw = {"name": ["Shan"], "born-day": ["3"], "born-month": [""], "born-year": ["19"], "days": ["tue"]}
    form = Questions(initial=forms.PathwaysForm.initial_from(Questions(), raw))
    page = drawn(form)
    assert 'value="Shan"' in page
    assert re.search(r'id="id_born-year"[^>]*value="19"', page)
    assert re.search(r'value="tue" checked', page)
    assert "govuk-error-message" not in page


def test_what_is_typed_cannot_become_markup() -> None:
    nasty = '"><script>alert(1)</script>'
    form = typed(name=nasty, sector=nasty, note=nasty, at=nasty, **{"born-day": nasty})
    page = drawn(form) + " ".join(line.text for line in form.error_summary())
    assert "<script>" not in page


def test_a_password_is_never_written_back() -> None:
    class WithPassword(forms.PathwaysForm):
        password = forms.Password(label="Password")

    form = WithPassword(QueryDict("password=three+unrelated+words"))
    assert "three unrelated" not in drawn(form)
    assert form.is_valid()
    assert form.answers() == []
