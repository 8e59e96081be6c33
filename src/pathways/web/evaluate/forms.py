"""Which column of a brought file is which, and how women are matched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from pathways.domain.evaluation import police_records
from pathways.domain.evaluation.beside_group import GroupKind
from pathways.web import forms


class BringForm(forms.PathwaysForm):
    """The file, where it is from, and that it names nobody."""

    source = forms.Text(
        label="Where is the file from?",
        hint="Who made it, from which records, and up to which day. It is printed under every figure.",
        width="two-thirds",
        max_length=200,
        error="Say where the file is from",
    )
    file = forms.Upload(
        label="The file",
        hint="CSV, XLSX, ODS or Parquet, at most 2.5 MB, without names: one woman a line, headings above.",
        error="Choose the file",
    )
    nameless = forms.Confirm(
        label="Nobody is named in it, and no column or text in it says who anybody is",
        error="Confirm that nobody is named in the file",
    )


class _Columns(forms.PathwaysForm):
    """Questions that a column of the file answers."""

    #: those that need no answer
    free: frozenset[str] = frozenset()

    def __init__(self, *args: Any, columns: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each, each) for each in columns]
        for name, field in self.fields.items():
            if isinstance(field, forms.Pick) and not field.choices[1:]:
                field.choices = [("", "Choose"), *choices]
            elif isinstance(field, forms.ChooseMany):
                field.choices = choices
            if name in self.free:
                field.required = False


class CompareForm(_Columns):
    """What is compared, with what held equal."""

    kind = forms.Choose(
        label="Who is in the comparison group?", of=GroupKind, error="Select who is in the comparison group"
    )
    treated = forms.Pick(
        label="Which column says who was in the programme?", hint="Yes or no (or 1 and 0).", choices=[],
        error="Choose the column that says who was in the programme",
    )  # fmt: skip
    outcome = forms.Pick(
        label="Which column is the outcome?", hint="Yes or no, or a number.", choices=[],
        error="Choose the column of the outcome",
    )  # fmt: skip
    known = forms.ChooseMany(
        label="What should the groups be alike in?",
        hint="What was known before support began. Without any, groups cannot be made alike.",
        choices=[],
        small=True,
        error="Select what the groups should be alike in",
    )
    exact = forms.ChooseMany(
        label="What must be exactly the same?", hint="Only columns with few different answers.",
        choices=[], required=False, small=True,
    )  # fmt: skip
    ratio = forms.Text(
        label="How many matches for each woman?", hint="From 1 to 10.", width=2, inputmode="numeric",
        initial="1", error="Enter how many matches, from 1 to 10",
    )  # fmt: skip
    caliper = forms.Text(
        label="Caliper",
        hint="The furthest that a match may lie away, in standard deviations of the propensity score: 0.2 is "
        "usual. Leave it empty for no limit.",
        width=5,
        inputmode="decimal",
        required=False,
    )
    replace = forms.YesNo(
        label="May a woman of the comparison group be matched to several?",
        error="Select yes if a woman may be matched to several",
    )
    in_rounds = forms.Confirm(
        label="Give everybody a first match before anybody a second",
        hint="With several matches each and a small comparison group fewer women go without one.",
        required=False,
    )
    start = forms.Pick(
        label="Which column is the day on which follow-up starts?",
        hint="For time until the event. In both groups it is the first day on which the event could have "
        "been "
        "seen, never a day before. Leave these three out for no such picture.",
        choices=[],
        required=False,
    )
    event = forms.Pick(label="Which column is the day of the event?", choices=[], required=False,
                       hint="Blank where it was not seen.")  # fmt: skip
    until = forms.Pick(label="Which column is the day on which follow-up ended?", choices=[], required=False)
    price = forms.Pick(
        label="Which price does one outcome have?",
        hint="From the table of prices, in money of its price year. Leave it out for no costs.",
        choices=[],
        required=False,
    )
    cost = forms.Text(
        label="What did the programme cost for each woman, in pounds?",
        hint="As the measures of the plan have it. Without it there is no ratio.",
        width=10,
        inputmode="decimal",
        required=False,
    )
    free = frozenset({"exact", "caliper", "in_rounds", "start", "event", "until", "price", "cost"})

    def __init__(self, *args: Any, prices: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["price"]
        field.choices = [("", "No price"), *prices]

    def clean_cost(self) -> float | None:
        return _above_nought(self.cleaned_data.get("cost"), "The cost must be a number above 0", 10_000_000)

    def clean_ratio(self) -> int:
        said = str(self.cleaned_data["ratio"]).strip()
        if not said.isdecimal() or not 1 <= int(said) <= 10:
            raise ValidationError("Enter how many matches, from 1 to 10")
        return int(said)

    def clean_caliper(self) -> float | None:
        words = "The caliper must be a number above 0, such as 0.2, and 10 at most"
        return _above_nought(self.cleaned_data.get("caliper"), words, 10)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        days = [given.get(name) for name in ("start", "event", "until")]
        if any(days) and not all(days):
            self.add_error("start", "Choose all three columns of days, or none of them")
        return given


def _above_nought(given: Any, words: str, most: float) -> float | None:
    said = str(given or "").strip().replace(",", "")
    if not said:
        return None
    try:
        value = float(said)
    except ValueError:
        raise ValidationError(words) from None
    if not 0 < value <= most:
        raise ValidationError(words)
    return value


class PoliceContactForm(_Columns):
    """Which column of the file of records is which."""

    months = forms.Choose(
        label="How many months on either side?",
        choices=[("3", "3 months"), ("6", "6 months"), ("12", "12 months")],
        hint="The same number of days before and after. Women not followed so long are left out and counted.",
        inline=True,
        error="Select how many months on either side",
    )
    woman = forms.Pick(label="Which column says whose record it is?", hint="A pseudonym.", choices=[],
                       error="Choose the column that says whose record it is")  # fmt: skip
    start = forms.Pick(label="Which column is the day from which before and after are counted?",
                       hint="When her support began; in a force’s own file, when it handed her over.",
                       choices=[], error="Choose the column of the day from which it is counted")  # fmt: skip
    until = forms.Pick(label="Which column is the day to which her records are known?", choices=[],
                       error="Choose the column of the day to which records are known")  # fmt: skip
    which = forms.Pick(label="Which column says suspect or victim?", choices=[],
                       error="Choose the column that says suspect or victim")  # fmt: skip
    on = forms.Pick(label="Which column is the day of the record?",
                    hint="Blank on the line of a woman of whom there is no record.", choices=[],
                    error="Choose the column of the day of the record")  # fmt: skip
    offence = forms.Pick(label="Which column is the offence?",
                         hint="Its code or its name, as in the table of harm weights; to weigh harm.",
                         choices=[], required=False)  # fmt: skip
    free = frozenset({"offence"})

    def __init__(self, *args: Any, columns: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, columns=columns, **kwargs)
        if set(police_records.COLUMNS) <= set(columns):  # as a force draws it from its own extract
            asked = ("woman", "start", "until", "which", "on", "offence")
            self.initial = {**dict(zip(asked, police_records.COLUMNS, strict=True)), **self.initial}
