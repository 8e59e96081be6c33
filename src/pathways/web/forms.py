"""The questions a page can ask, each drawn as the GOV.UK component it is.

Import the module and write `forms.Text(...)`, `forms.Choose(...)`, in a `forms.PathwaysForm`. A form
draws itself with `{{ form }}`, one question with `{{ form.name.as_field_group }}`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe

from pathways.domain.terms import demographics

MONTHS = tuple(f"{datetime.date(2000, month, 1):%B}".lower() for month in range(1, 13))


# --- widgets ----------------------------------------------------------------------------------


class DateParts(forms.MultiWidget):
    """A day typed as three numbers; `name-day`, `name-month`, `name-year`."""

    template_name = "forms/date.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        boxes: dict[str, Any] = {
            part: forms.TextInput(attrs={"inputmode": "numeric"}) for part in ("day", "month", "year")
        }
        super().__init__(boxes, attrs)
        self.widgets_names = ["-day", "-month", "-year"]

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, str):
            try:
                value = datetime.date.fromisoformat(value)
            except ValueError:
                return [None, None, None]
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        base = context["widget"]["attrs"].get("id", name)
        for part, box in zip(("day", "month", "year"), context["widget"]["subwidgets"], strict=True):
            box["part"], box["attrs"]["id"] = part, f"{base}-{part}"
            box["attrs"].pop("required", None)
        return context


class Radios(forms.RadioSelect):
    pass


class Checkboxes(forms.CheckboxSelectMultiple):
    pass


class Tick(forms.CheckboxInput):
    use_fieldset = False


# --- one bound question -----------------------------------------------------------------------


@dataclass
class Option:
    """One radio or checkbox as the template needs it."""

    value: str
    label: str
    id: str
    checked: bool
    hint: str = ""
    divider: str = ""
    exclusive: bool = False
    conditional: SafeString | str = ""
    #: whether it reveals what other answers reveal as well
    shares: bool = False


class Question(BoundField):
    """A field of a form on a page: knows its component, its hint, its error and where focus goes."""

    form: PathwaysForm

    @property
    def kind(self) -> str:
        widget = self.field.widget
        if isinstance(widget, DateParts):
            return "date"
        if isinstance(widget, forms.CheckboxSelectMultiple):
            return "checkboxes"
        if isinstance(widget, forms.RadioSelect):
            return "radios"
        if isinstance(widget, forms.CheckboxInput):
            return "tick"
        if isinstance(widget, forms.PasswordInput):
            return "password"
        if isinstance(widget, forms.Textarea):
            return "count" if self.limit else "textarea"
        if isinstance(widget, forms.Select):
            return "select"
        if isinstance(widget, forms.FileInput):
            return "file"
        return "input"

    @property
    def limit(self) -> int | None:
        return getattr(self.field, "counted", None)

    @property
    def error_text(self) -> str:
        return str(self.errors[0]) if self.errors else ""

    @property
    def hint(self) -> str:
        return str(self.help_text or "")

    @property
    def words(self) -> str:
        """The label, with "(optional)" where nothing has to be answered."""
        label = str(self.label)
        plain = self.kind in {"tick"} or self.field.required or self.name in self.form.conditional
        if plain or self.name in self.form.say_nothing_of_optional:
            return label
        return f"{label} (optional)"

    @property
    def size(self) -> str:
        """The label's size class: s, m, l, xl; a fieldset's legend is m unless told."""
        given: str = getattr(self.field, "size", "")
        return given or ("m" if self.kind in {"radios", "checkboxes", "date"} else "s")

    @property
    def is_heading(self) -> bool:
        return bool(getattr(self.field, "heading", False))

    @property
    def inline(self) -> bool:
        return bool(getattr(self.field, "inline", False))

    @property
    def small(self) -> bool:
        return bool(getattr(self.field, "small", False))

    @property
    def prefix_text(self) -> str:
        return str(getattr(self.field, "prefix", ""))

    @property
    def suffix_text(self) -> str:
        return str(getattr(self.field, "suffix", ""))

    @property
    def hint_id(self) -> str:
        return f"{self.auto_id}-hint"

    @property
    def error_id(self) -> str:
        return f"{self.auto_id}-error"

    @property
    def described_by(self) -> str:
        ids = []
        if self.kind == "count":
            ids.append(f"{self.auto_id}-info")
        if self.hint:
            ids.append(self.hint_id)
        if self.error_text:
            ids.append(self.error_id)
        return " ".join(ids)

    aria_describedby = described_by

    @property
    def focus_id(self) -> str:
        """Where the error summary's link lands: the first thing in the question that takes focus."""
        if self.kind == "date":
            return f"{self.auto_id}-{self.wrong_parts[0] if self.wrong_parts else 'day'}"
        return str(self.auto_id)

    @property
    def wrong_parts(self) -> list[str]:
        """The boxes of a date to draw in red: the ones at fault, or all three."""
        if not self.errors:
            return []
        parts = [part for error in self.errors.as_data() for part in (error.params or {}).get("parts", ())]
        return parts or ["day", "month", "year"]

    @property
    def options(self) -> list[Option]:
        hints: Mapping[str, str] = getattr(self.field, "hints", {})
        divider_before: Mapping[str, str] = getattr(self.field, "dividers", {})
        exclusive = getattr(self.field, "none_of_these", None)
        found = []
        for index, widget in enumerate(self.subwidgets):
            data = widget.data
            value = "" if data["value"] is None else str(getattr(data["value"], "value", data["value"]))
            inside = [question for question, trigger in self._held if trigger == (value,)]
            shares = any(value in trigger for _, trigger in self._held if len(trigger) > 1)
            found.append(
                Option(
                    value=value,
                    label=data["label"],
                    id=str(self.auto_id) if index == 0 else f"{self.auto_id}-{index + 1}",
                    checked=bool(data["selected"]),
                    hint=hints.get(value, ""),
                    divider=divider_before.get(value, ""),
                    exclusive=exclusive is not None and value == exclusive,
                    conditional=mark_safe("".join(q.as_field_group() for q in inside)),  # noqa: S308
                    shares=shares,
                )
            )
        return found

    @property
    def _held(self) -> list[tuple[Question, tuple[str, ...]]]:
        """The questions that answers of this one reveal, each with those answers."""
        return [
            (self.form[name], trigger)
            for name, (parent, trigger) in self.form.conditional.items()
            if parent == self.name and name in self.form.fields
        ]

    @property
    def shared(self) -> SafeString:
        """What several of the answers reveal: asked once, below them all."""
        inside = [question for question, trigger in self._held if len(trigger) > 1]
        return mark_safe("".join(question.as_field_group() for question in inside))  # noqa: S308

    @property
    def shared_is_asked(self) -> bool:
        return any(option.shares and option.checked for option in self.options)

    @property
    def tick_conditional(self) -> SafeString:
        """What a single tick box reveals."""
        inside = [
            self.form[name]
            for name, (parent, _) in self.form.conditional.items()
            if parent == self.name and name in self.form.fields
        ]
        return mark_safe("".join(q.as_field_group() for q in inside))  # noqa: S308

    def css_classes(self, extra_classes: Any = None) -> str:
        return ""

    def build_widget_attrs(self, attrs: Any, widget: Any = None) -> dict[str, Any]:
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        for unwanted in ("aria-invalid", "required", "maxlength", "minlength"):
            built.pop(unwanted, None)
        if self.kind == "date" or isinstance(self.field.widget, forms.HiddenInput):
            built.pop("aria-describedby", None)
            if self.kind == "date":
                built["wrong"] = self.wrong_parts
            return built
        if self.described_by:
            built["aria-describedby"] = self.described_by
        component = {"count": "textarea", "password": "input", "file": "file-upload"}.get(
            self.kind, self.kind
        )
        classes = [f"govuk-{component}"]
        if self.errors:
            classes.append(f"govuk-{component}--error")
        if width := getattr(self.field, "width", None):
            classes.append(
                f"govuk-input--width-{width}" if isinstance(width, int) else f"govuk-!-width-{width}"
            )
        if self.kind == "count":
            classes.append("govuk-js-character-count")
        if self.kind == "password":
            classes.append("govuk-password-input__input govuk-js-password-input-input")
        built["class"] = " ".join(classes)
        return built

    def value_in_words(self) -> list[str]:
        """The answer as it should be read back on "check your answers"; empty when not answered."""
        given = self.form.cleaned_data if self.form.is_bound and self.form.errors is not None else {}
        value = given.get(self.name) if self.form.is_bound else self.value()
        return self.field.in_words(value) if hasattr(self.field, "in_words") else _plain(value)


def _plain(value: Any) -> list[str]:
    if value is None or value == "" or value == []:
        return []
    if value is True or value is False:
        return ["Yes" if value else "No"]
    if isinstance(value, StrEnum):
        return [str(getattr(value, "label", value.value))]
    if isinstance(value, datetime.datetime):
        return [f"{value:%-d %B %Y} at {value:%H:%M}"]
    if isinstance(value, datetime.date):
        return [f"{value:%-d %B %Y}"]
    if isinstance(value, datetime.time):
        return [f"{value:%H:%M}"]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [word for item in value for word in _plain(item)]
    return [str(value)]


# --- the questions ----------------------------------------------------------------------------


class _Asked:
    """What every question may be told: `size` of its label, whether that is the page's heading."""

    size = ""
    heading = False

    def _ask(self, given: dict[str, Any], error: str) -> dict[str, Any]:
        for name in ("size", "heading", "width", "inline", "small", "prefix", "suffix", "hints"):
            if name in given:
                setattr(self, name, given.pop(name))
        for name in ("dividers", "none_of_these", "counted"):
            if name in given:
                setattr(self, name, given.pop(name))
        if "hint" in given:
            given["help_text"] = given.pop("hint")
        if error:
            given.setdefault("error_messages", {})["required"] = error
        return given


class Text(_Asked, forms.CharField):
    """One line. `width` is characters (2, 3, 4, 5, 10, 20, 30) or "two-thirds", "full" and so on."""

    def __init__(self, *, label: str, error: str = "", autocomplete: str = "off", **given: Any):
        given = self._ask(given, error or _missing("Enter", label))
        mode = given.pop("inputmode", "")
        super().__init__(label=label, **given)
        self.widget.attrs["autocomplete"] = autocomplete
        self.widget.attrs.setdefault("spellcheck", "false")
        if mode:
            self.widget.attrs["inputmode"] = mode


class LongText(_Asked, forms.CharField):
    """Several lines; `counted=500` shows how many characters are left and holds the limit."""

    widget = forms.Textarea

    def __init__(self, *, label: str, error: str = "", rows: int = 5, **given: Any):
        given = self._ask(given, error or _missing("Enter", label))
        counted = getattr(self, "counted", None)
        if counted:
            given["max_length"] = counted
        super().__init__(label=label, **given)
        self.widget.attrs = {"rows": rows}

    def in_words(self, value: Any) -> list[str]:
        return [line for line in str(value or "").splitlines() if line.strip()]


class Choose(_Asked, forms.ChoiceField):
    """One of a few, as radios. Give `of=AnEnum` (the answer is then a member) or `choices=`."""

    widget = Radios

    def __init__(
        self, *, label: str, of: type[StrEnum] | Iterable[Any] | None = None, error: str = "", **given: Any
    ):
        given = self._ask(given, error or _missing("Select", label))
        self.enum, given["choices"] = _choices(of, given.pop("choices", None))
        super().__init__(label=label, **given)
        self.error_messages["invalid_choice"] = self.error_messages["required"]

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, "value", value)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(getattr(value, "value", value))
        if cleaned in ("", None):
            return None
        return self.enum(cleaned) if self.enum else cleaned

    def in_words(self, value: Any) -> list[str]:
        wanted = str(getattr(value, "value", value))
        return [str(label) for key, label in _flat(self.choices) if str(key) == wanted and key != ""]


class Pick(Choose):
    """One of many, as a drop-down list."""

    widget = forms.Select  # type: ignore[assignment]

    def __init__(self, *, label: str, empty: str = "Choose", **given: Any):
        super().__init__(label=label, **given)
        choices: list[Any] = list(self.choices)  # type: ignore[arg-type]
        if not choices or choices[0][0] != "":
            self.choices = [("", empty), *choices]


class ChooseMany(_Asked, forms.MultipleChoiceField):
    """Any of a few, as tick boxes. `none_of_these="none"` unticks the rest."""

    widget = Checkboxes

    def __init__(
        self, *, label: str, of: type[StrEnum] | Iterable[Any] | None = None, error: str = "", **given: Any
    ):
        given = self._ask(given, error or _missing("Select", label))
        given.setdefault("help_text", "Select all that apply.")
        self.enum, given["choices"] = _choices(of, given.pop("choices", None))
        super().__init__(label=label, **given)
        self.error_messages["invalid_choice"] = self.error_messages["required"]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, (list, tuple, set, frozenset)):
            return [getattr(item, "value", item) for item in value]
        return value

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        alone = getattr(self, "none_of_these", None)
        if alone is not None and alone in cleaned and len(cleaned) > 1:
            label = dict(_flat(self.choices)).get(alone, alone)
            raise ValidationError(f"Select what applies, or select “{label}”")
        return [self.enum(item) for item in cleaned] if self.enum else cleaned

    def in_words(self, value: Any) -> list[str]:
        wanted = {str(getattr(item, "value", item)) for item in value or ()}
        return [str(label) for key, label in _flat(self.choices) if str(key) in wanted]


class YesNo(Choose):
    """Yes or no, side by side; the answer is True, False or None when it may be left out."""

    inline = True

    def __init__(self, *, label: str, error: str = "", **given: Any):
        given.setdefault("choices", [("yes", "Yes"), ("no", "No")])
        super().__init__(label=label, error=error or "Select yes or no", **given)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(self.prepare_value(value))
        return {"yes": True, "no": False}.get(cleaned, cleaned)

    def in_words(self, value: Any) -> list[str]:
        return super().in_words(self.prepare_value(value)) if value is not None else []


class Confirm(_Asked, forms.BooleanField):
    """One tick box: "I have …". Required unless told otherwise."""

    widget = Tick

    def __init__(self, *, label: str, error: str = "", **given: Any):
        given = self._ask(given, error or f"Confirm: {_lower(label)}")
        super().__init__(label=label, **given)


class Span(StrEnum):
    """What a day can be: any day, the day of somebody's birth, or one on which something has happened."""

    ANY = "any"
    BIRTH = "birth"
    HAPPENED = "happened"


class Date(_Asked, forms.Field):
    """A day, in three boxes; the answer is a `datetime.date`. `example` goes into the hint.

    `span` says which days make sense. It holds once the form has been told what day it is (`limit_days`).
    """

    widget = DateParts

    def __init__(
        self, *, label: str, error: str = "", example: str = "27 3 2026", span: Span = Span.ANY, **given: Any
    ):
        given = self._ask(given, error or _missing("Enter", label))
        given.setdefault("help_text", f"For example, {example}")
        super().__init__(label=label, **given)
        self.span = span
        self.today: datetime.date | None = None
        self.since: tuple[datetime.date, str] | None = None

    def to_python(self, value: Any) -> datetime.date | None:
        if isinstance(value, datetime.date) or value is None:
            return value
        if isinstance(value, str):
            value = DateParts().decompress(value)
        typed = dict(zip(("day", "month", "year"), (str(v or "").strip() for v in value), strict=True))
        if not any(typed.values()):
            return None
        name = str(self.label).rstrip("?")
        if missing := [part for part, text in typed.items() if not text]:
            raise ValidationError(
                f"{name}: the date must include a {' and a '.join(missing)}",
                params={"parts": missing},
                code="incomplete",
            )
        numbers = {part: _number(part, text) for part, text in typed.items()}
        if wrong := [part for part, number in numbers.items() if number is None]:
            raise ValidationError(
                f"{name}: the {' and the '.join(wrong)} must be a number",
                params={"parts": wrong},
                code="invalid",
            )
        if len(typed["year"]) != 4:
            raise ValidationError(
                f"{name}: the year must have 4 numbers", params={"parts": ["year"]}, code="invalid"
            )
        try:
            return datetime.date(numbers["year"], numbers["month"], numbers["day"])  # type: ignore[arg-type]
        except (ValueError, OverflowError) as bad:
            raise ValidationError(f"{name}: there is no such date", code="invalid") from bad

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        if value is None or self.today is None or self.span is Span.ANY:
            return
        name = str(self.label).rstrip("?")
        if self.span is Span.BIRTH and (fault := demographics.fault_in_birth(value, on=self.today)):
            raise ValidationError(fault, code="span")
        if value > self.today:
            raise ValidationError(f"{name}: a day in the future cannot be recorded", code="span")
        if self.span is Span.HAPPENED and self.since is not None and value < self.since[0]:
            raise ValidationError(self.since[1], code="span")


class Time(_Asked, forms.Field):
    """A time of day, 24-hour or with am and pm; the answer is a `datetime.time`."""

    widget = forms.TextInput
    width = 5

    def __init__(self, *, label: str, error: str = "", **given: Any):
        given = self._ask(given, error or _missing("Enter", label))
        given.setdefault("help_text", "For example, 10:30 or 2:15pm")
        super().__init__(label=label, **given)
        self.widget.attrs["autocomplete"] = "off"

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, datetime.time) else value

    def to_python(self, value: Any) -> datetime.time | None:
        if isinstance(value, datetime.time) or value in (None, ""):
            return value or None
        typed = re.fullmatch(r"\s*(\d{1,2})(?:[:. ]?(\d{2}))?\s*(am|pm)?\s*", str(value).lower())
        if typed:
            hour, minute, half = int(typed[1]), int(typed[2] or 0), typed[3]
            if half and 1 <= hour <= 12:
                hour = hour % 12 + (12 if half == "pm" else 0)
            if hour < 24 and minute < 60 and (half is None or int(typed[1]) <= 12):
                return datetime.time(hour, minute)
        raise ValidationError(f"{_quoted(str(self.label))} must be a time, like 10:30 or 2:15pm")


class Number(_Asked, forms.IntegerField):
    """A whole number."""

    width = 5
    widget = forms.TextInput

    def __init__(self, *, label: str, error: str = "", **given: Any):
        given = self._ask(given, error or _missing("Enter", label))
        super().__init__(label=label, **given)
        self.widget.attrs.update(inputmode="numeric", autocomplete="off")
        self.widget.attrs.pop("min", None)
        self.error_messages["invalid"] = f"{_quoted(label)} must be a whole number"


class Email(_Asked, forms.EmailField):
    def __init__(self, *, label: str, error: str = "", autocomplete: str = "off", **given: Any):
        given = self._ask(given, error or _missing("Enter", label))
        super().__init__(label=label, **given)
        self.widget.attrs.update(autocomplete=autocomplete, spellcheck="false")
        self.error_messages["invalid"] = "Enter an e-mail address like name@example.org"
        self.validators[0].message = self.error_messages["invalid"]  # type: ignore[attr-defined]


class Phone(Text):
    """A telephone number; kept as typed with spaces tidied."""

    width = 20

    def __init__(self, *, label: str, **given: Any):
        given.setdefault("inputmode", "tel")
        super().__init__(label=label, **given)
        self.widget.input_type = "tel"

    def clean(self, value: Any) -> Any:
        typed = " ".join(str(super().clean(value) or "").split())
        if typed and not re.fullmatch(r"\+?[\d ()\-]{6,20}", typed):
            raise ValidationError("Enter a telephone number, like 01632 960 001 or 07700 900 982")
        return typed


class Password(_Asked, forms.CharField):
    def __init__(self, *, label: str, error: str = "", autocomplete: str = "current-password", **given: Any):
        given = self._ask(given, error or _missing("Enter", label))
        given["strip"] = False
        super().__init__(label=label, widget=forms.PasswordInput(), **given)
        self.widget.attrs.update(autocomplete=autocomplete, spellcheck="false", autocapitalize="none")


class Upload(_Asked, forms.FileField):
    def __init__(self, *, label: str, error: str = "", **given: Any):
        given = self._ask(given, error or _missing("Select", label))
        super().__init__(label=label, **given)


class Hidden(forms.CharField):
    """Carried along, never shown. Nothing the person may not change belongs here: check it again."""

    widget = forms.HiddenInput

    def __init__(self, **given: Any):
        super().__init__(**{"required": False, **given})


#: what Django would say of “this value”, said of the question by its name
_LIMITS = {
    "max_length": "must be {limit_value:,} characters or fewer: it has {show_value:,}",
    "min_length": "must be {limit_value:,} characters or more: it has {show_value:,}",
    "max_value": "must be {limit_value:,} or less",
    "min_value": "must be {limit_value:,} or more",
    "null_characters_not_allowed": "has a character in it that cannot be kept: type it again",
    "invalid_list": "cannot be read: select it again",
    "invalid_choice": "has an answer that is not offered: select one that is",
    "empty": "is an empty file: choose another",
    "missing": "has not arrived: choose the file again",
}


def _with_its_name(error: ValidationError, label: str) -> ValidationError:
    """The same faults, those in Django's own words with the name of the question that they are of.

    Our own words are plain text; Django's wait to be translated, and so can be told from them.
    """
    if all(not isinstance(one.message, Promise) for one in error.error_list):
        return error
    return ValidationError([_named(one, _quoted(label)) for one in error.error_list])


def _quoted(label: str) -> str:
    """A label as the beginning of a sentence about it."""
    return f"“{label}”" if label.endswith("?") else label


def _named(error: ValidationError, name: str) -> ValidationError:
    if not isinstance(error.message, Promise):
        return error
    said = _LIMITS.get(error.code or "")
    words = said.format(**(error.params or {})) if said else f"cannot be taken: {error.messages[0]}"
    return ValidationError(f"{name} {words}", code=error.code)


def _missing(verb: str, label: str) -> str:
    """What to say of an empty question that brought no words of its own."""
    return f"Answer “{label}”" if label.endswith("?") else f"{verb} {_lower(label)}"


def _lower(label: str) -> str:
    """A label inside a sentence: its first letter small, unless it is an abbreviation or a name."""
    text = label.rstrip("?").strip()
    second = text[1:2]
    return text if second.isupper() or text.startswith(("I ", "I’")) else text[:1].lower() + text[1:]


def _choices(of: Any, choices: Any) -> tuple[type[StrEnum] | None, Any]:
    if of is None:
        return None, choices or []
    if isinstance(of, type):
        return of, [(member.value, getattr(member, "label", member.value)) for member in of]  # type: ignore[attr-defined]
    members = list(of)
    kind = type(members[0]) if members else None
    return kind, [(member.value, getattr(member, "label", member.value)) for member in members]


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield key, label


def _number(part: str, text: str) -> int | None:
    if text.isascii() and text.isdigit():
        return int(text)
    if part == "month":
        found = [i for i, name in enumerate(MONTHS, 1) if len(text) > 2 and name.startswith(text.lower())]
        return found[0] if found else None
    return None


# --- the form ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """One line of the error summary."""

    text: str
    href: str


@dataclass(frozen=True)
class Answer:
    """One row of "check your answers"."""

    key: str
    values: tuple[str, ...]
    href: str = ""
    change: str = ""


class Renderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = Question


class PathwaysForm(forms.Form):
    """The form every page uses.

    `conditional = {"which_day": ("has_day", "yes")}` puts a question inside an answer of another: it is
    asked, required and kept only when that answer is chosen. The trigger may be a tuple of answers; for
    a `Confirm` it is "on".
    """

    conditional: ClassVar[dict[str, tuple[str, Any]]] = {}
    say_nothing_of_optional: ClassVar[frozenset[str]] = frozenset()
    #: conditional questions whose words go from the draft as soon as another answer is chosen
    forgets: ClassVar[frozenset[str]] = frozenset()
    #: field names under a heading, for long forms: (("Her", ("name", "born")), …). Empty: one list.
    sections: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.conditional = {  # type: ignore[misc]
            name: (
                parent,
                tuple(
                    _stored(t)
                    for t in (trigger if isinstance(trigger, (tuple, set, list, frozenset)) else (trigger,))
                ),
            )
            for name, (parent, trigger) in type(self).conditional.items()
        }

    def __getitem__(self, name: str) -> Question:
        return super().__getitem__(name)  # type: ignore[return-value]

    def __iter__(self) -> Iterator[Question]:
        return super().__iter__()  # type: ignore[return-value]

    @property
    def says_nothing(self) -> str:
        """For a part of a task list that may be passed over: what it is called where it was. Else nothing."""
        return ""

    def is_revealed(self, name: str) -> bool:
        """Whether a conditional question is asked, given what was answered before it."""
        if name not in self.conditional:
            return True
        parent, trigger = self.conditional[name]
        if parent not in self.fields or not self.is_revealed(parent):
            return False
        field = self.fields[parent]
        given = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(parent))
        if isinstance(given, bool):
            return given
        answers = given if isinstance(given, list) else [given]
        return any(str(answer) in trigger for answer in answers)

    def limit_days(self, *, today: datetime.date, since: tuple[datetime.date, str] | None = None) -> None:
        """Says what day it is, and the first day on which anything asked for here can have happened.

        With the first day come the words for an earlier one.
        """
        for field in self.fields.values():
            if isinstance(field, Date):
                field.today, field.since = today, since

    def _clean_fields(self) -> None:
        for name, bound in self._bound_items():  # type: ignore[attr-defined]
            if not self.is_revealed(name):
                many = isinstance(bound.field, forms.MultipleChoiceField)
                blank: Any = [] if many else "" if type(bound.field).__name__ in _TEXTUAL else None
                self.cleaned_data[name] = blank
                continue
            try:
                self.cleaned_data[name] = bound.field._clean_bound_field(bound)
                if check := getattr(self, f"clean_{name}", None):
                    self.cleaned_data[name] = check()
            except ValidationError as error:
                self.add_error(name, _with_its_name(error, str(bound.label)))

    @property
    def shown(self) -> list[Question]:
        """The questions at the top level of the page, in order; conditional ones sit in their answer."""
        return [
            bound
            for bound in self
            if not bound.is_hidden
            and not (bound.name in self.conditional and self.conditional[bound.name][0] in self.fields)
        ]

    @property
    def sectioned(self) -> list[tuple[str, list[Question]]]:
        if not self.sections:
            return [("", self.shown)]
        by_name = {question.name: question for question in self.shown}
        return [
            (heading, [by_name[name] for name in names if name in by_name])
            for heading, names in self.sections
        ]

    def error_summary(self) -> list[Problem]:
        """Every problem in the order of the questions, each with a link to where to mend it."""
        if not self.is_bound:
            return []
        found = [Problem(str(text), "") for text in self.non_field_errors()]
        for name in self.fields:
            question = self[name]
            found += [Problem(str(text), f"#{question.focus_id}") for text in list(question.errors)[:1]]
        return found

    def answers(self, change: str = "") -> list[Answer]:
        """The answers in words for "check your answers"; `change` is the address of the form."""
        rows = []
        for name in self.fields:
            question = self[name]
            if question.is_hidden or question.kind == "password" or not self.is_revealed(name):
                continue
            rows.append(
                Answer(
                    key=str(question.label).rstrip("?") if question.kind == "tick" else str(question.label),
                    values=tuple(question.value_in_words()),
                    href=f"{change}#{question.focus_id}" if change else "",
                    change=_lower(str(question.label)),
                )
            )
        return rows

    @classmethod
    def secrets(cls) -> frozenset[str]:
        """The fields whose words are kept nowhere: in no draft, and in no page that is drawn again."""
        return frozenset(
            name for name, field in cls.base_fields.items() if isinstance(field.widget, forms.PasswordInput)
        )

    @classmethod
    def without_unasked(
        cls, typed: Mapping[str, list[str]], names: Iterable[str] | None = None
    ) -> dict[str, list[str]]:
        """What was typed, without what stands in conditional questions whose answer is not chosen.

        Of every such question, or of `names` alone.
        """
        asked_of = cls.conditional if names is None else names
        gone = {name for name in asked_of if not cls._is_asked(name, typed)}
        ends = ("", *DateParts().widgets_names)
        gone = {f"{name}{end}" for name in gone for end in ends}
        return {name: said for name, said in typed.items() if name not in gone}

    @classmethod
    def _is_asked(cls, name: str, typed: Mapping[str, list[str]]) -> bool:
        if name not in cls.conditional:
            return True
        parent, trigger = cls.conditional[name]
        several = isinstance(trigger, (tuple, set, list, frozenset))
        triggers = {_stored(one) for one in (trigger if several else (trigger,))}
        return cls._is_asked(parent, typed) and bool(triggers & set(typed.get(parent, [])))

    @classmethod
    def initial_from(cls, form: PathwaysForm, raw: Mapping[str, list[str]]) -> dict[str, Any]:
        """What was typed so far, as starting values, so that a half-filled draft shows no errors."""
        data = as_posted(raw)
        return {
            name: field.widget.value_from_datadict(data, MultiValueDict(), name)
            for name, field in form.fields.items()
            if not isinstance(field.widget, (forms.PasswordInput, forms.FileInput))
            and not field.widget.value_omitted_from_data(data, MultiValueDict(), name)
        }


def posted(form: PathwaysForm) -> dict[str, list[str]]:
    """A form's starting values as the browser would send them back untouched."""
    raw: dict[str, list[str]] = {}
    for name, field in form.fields.items():
        if isinstance(field.widget, (forms.PasswordInput, forms.FileInput, forms.HiddenInput)):
            continue
        raw.update(_posted(name, field, form[name].value()))
    return raw


def _posted(name: str, field: forms.Field, value: Any) -> dict[str, list[str]]:
    if isinstance(field.widget, DateParts):
        parts = field.widget.decompress(value)
        return {
            f"{name}{end}": ["" if part is None else str(part)]
            for end, part in zip(field.widget.widgets_names, parts, strict=True)
        }
    if isinstance(field.widget, forms.CheckboxInput):
        return {name: ["on"]} if value else {}
    if isinstance(field.widget, forms.CheckboxSelectMultiple):
        return {name: sorted(str(_stored(item)) for item in value or ())}
    return {name: ["" if value is None else str(_stored(value))]}


def part_of(form: PathwaysForm, name: str, raw: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What of an answer as posted belongs to one question, and nothing where nothing was answered."""
    widget = form.fields[name].widget
    ends = widget.widgets_names if isinstance(widget, DateParts) else [""]
    found = {f"{name}{end}": [line.strip() for line in raw.get(f"{name}{end}", [])] for end in ends}
    if isinstance(widget, forms.CheckboxSelectMultiple):
        found = {key: sorted(values) for key, values in found.items()}
    tidy = {key: [line.replace("\r\n", "\n") for line in values] for key, values in found.items()}
    return {key: values for key, values in tidy.items() if any(values)}


_TEXTUAL = {"Text", "LongText", "Email", "Phone", "Hidden", "Password"}


def _stored(trigger: Any) -> str:
    if isinstance(trigger, bool):
        return "yes" if trigger else "no"
    return str(getattr(trigger, "value", trigger))


def as_posted(raw: Mapping[str, list[str]]) -> QueryDict:
    """Kept answers as the browser sent them, for a form to read again."""
    data = QueryDict(mutable=True)
    for name, values in raw.items():
        data.setlist(name, values)
    return data
