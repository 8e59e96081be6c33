"""What setting up asks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from pathways.domain.terms.people import HUMAN_ROLES, Regime, Sector
from pathways.journey import arranging
from pathways.web import forms

_LAST_DAY = "The role ends at the end of that day. Leave empty if it has no end yet."


class PeopleFilters(forms.PathwaysForm):
    words = forms.Text(label="Name or e-mail address")
    organisation = forms.Pick(label="Organisation", empty="Any organisation", choices=[])
    role = forms.Pick(label="Role", of=HUMAN_ROLES, empty="Any role")

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [("", "Any organisation"), *places]  # type: ignore[attr-defined]


class RoleForm(forms.PathwaysForm):
    organisation = forms.Pick(label="Organisation", choices=[])
    role = forms.Pick(label="Role", of=HUMAN_ROLES)
    until = forms.Date(label="Last day", hint=_LAST_DAY, required=False)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [("", "Choose"), *places]  # type: ignore[attr-defined]


class PersonForm(forms.PathwaysForm):
    name = forms.Text(label="Full name", width="two-thirds", max_length=120)
    email = forms.Email(
        label="E-mail address",
        hint="The address to sign in with. Nothing is sent to it.",
        width="two-thirds",
    )


class AddPerson(RoleForm, PersonForm):
    field_order = ("name", "email", "organisation", "role", "until")


class OrganisationFilters(forms.PathwaysForm):
    words = forms.Text(label="Name", hint="A former name finds it too")
    sector = forms.Pick(label="Sector", of=Sector, empty="Any sector")


class What(forms.PathwaysForm):
    name = forms.Text(label="Name", width="two-thirds", max_length=200)
    sector = forms.Choose(label="What kind of organisation is it?", of=Sector)
    regime = forms.Choose(label="Under which law does it process?", of=Regime)


class DutyForm(forms.PathwaysForm):
    duty_telephone = forms.Phone(label="Duty telephone", required=False)
    duty_email = forms.Email(label="Duty e-mail address", required=False, width="two-thirds")


class ModernSlavery(forms.PathwaysForm):
    is_first_responder = forms.YesNo(
        label="Is it a first responder?",
        hint="It may refer to the National Referral Mechanism: police, councils, and bodies named in law.",
    )
    has_duty_to_notify = forms.YesNo(
        label="Is it bound to notify?",
        hint="It must tell that it met a possible victim who did not agree to be referred, without her name.",
    )


class AddOrganisation(DutyForm, What):
    from_date = forms.Date(label="First day on which it takes part")
    field_order = ("name", "sector", "regime", "from_date", "duty_telephone", "duty_email")


class ChangeOrganisation(What):
    from_date = forms.Date(label="From which day is this so?", hint="What it was before that day is kept.")
    because = forms.Text(label="Why?", hint="For example: merged with another charity", max_length=300)


class LastDay(forms.PathwaysForm):
    last_day = forms.Date(label="Last day")


class Settings(forms.PathwaysForm):
    name = forms.Text(
        label="Name of the programme", hint="Printed on reports", width="two-thirds", max_length=100
    )
    lapses_after_weeks = forms.Number(
        label="Weeks until a safe-contact plan lapses",
        hint="Unless she confirms it again before. 8 weeks unless set otherwise.",
        suffix="weeks", width=3, min_value=1, max_value=52,
    )  # fmt: skip
    least_attempts = forms.Number(
        label="Attempts before “could not be reached”",
        hint="How many times a worker tries before she may say so.",
        suffix="attempts", width=3, min_value=1, max_value=20,
    )  # fmt: skip
    first_attempt_days = forms.Number(
        label="Working days until the first attempt", suffix="days", width=3, min_value=1, max_value=60
    )
    draft_days = forms.Number(
        label="Days until an unfinished form is forgotten", suffix="days", width=3, min_value=1, max_value=365
    )
    supported_months = forms.Number(
        label="Months after the end of support until her record is looked at again",
        hint="72 months (six years) unless set otherwise. Nothing is erased by itself: a person decides.",
        suffix="months", width=3, min_value=1, max_value=600,
    )  # fmt: skip
    never_took_part_months = forms.Number(
        label="Months, where she never took part", hint="12 months unless set otherwise.",
        suffix="months", width=3, min_value=1, max_value=600,
    )  # fmt: skip
    not_taken_on_months = forms.Number(
        label="Months, where she came by the open door and was not taken on",
        hint="6 months unless set otherwise.",
        suffix="months", width=3, min_value=1, max_value=600,
    )  # fmt: skip


class Holidays(forms.PathwaysForm):
    typed = forms.LongText(
        label="Bank holidays",
        hint="One on each line: a date and its name, like 25 December 2026 Christmas Day",
        required=False,
        rows=6,
    )
    file = forms.Upload(
        label="Or a CSV file", hint="With a date and a name on each line, such as 2026-12-25,Christmas Day",
        required=False,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        text = given.get("typed", "")
        if (file := given.get("file")) is not None:
            if file.size > 200_000:
                raise ValidationError("The file is too large for a list of holidays")
            try:
                text += "\n" + file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise ValidationError("The file is not text: save it as CSV (UTF-8)") from None
        days, problems = arranging.read_holidays(text.strip())
        if problems:
            raise ValidationError(problems[:5])
        if not days:
            self.add_error("typed", "Type at least one day, or choose a file")
        given["days"] = days
        return given


class AgreementForm(forms.PathwaysForm):
    name = forms.Text(label="Name of the agreement", width="two-thirds", max_length=200)
    from_organisation = forms.Pick(label="Who shares?", choices=[])
    to_organisation = forms.Pick(label="With whom?", choices=[])
    purpose = forms.LongText(label="For what purpose?", counted=300, rows=3)
    from_date = forms.Date(label="First day")
    review_date = forms.Date(label="Day on which it is reviewed")

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("from_organisation", "to_organisation"):
            self.fields[name].choices = [("", "Choose"), *places]  # type: ignore[attr-defined]

    def clean_review_date(self) -> date:
        review: date = self.cleaned_data["review_date"]
        first = self.cleaned_data.get("from_date")
        if first and review <= first:
            raise ValidationError("The review must be after the first day")
        return review
