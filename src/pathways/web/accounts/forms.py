"""What signing in and its neighbours ask."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from pathways.journey import passwords
from pathways.web import forms


class SignIn(forms.PathwaysForm):
    email = forms.Email(label="E-mail address", error="Enter your e-mail address", autocomplete="username")
    password = forms.Password(label="Password", error="Enter your password")
    next = forms.Hidden()


class Forgotten(forms.PathwaysForm):
    email = forms.Email(
        label="E-mail address",
        hint="The one you sign in with. Nothing is sent to it.",
        error="Enter your e-mail address",
        autocomplete="username",
    )


class Choose(forms.PathwaysForm):
    appointment = forms.Choose(
        label="Where are you working now?",
        hint="What you see and may do follows from this. It is written beside everything you do.",
        error="Select where you are working now",
        heading=True,
        size="l",
    )
    next = forms.Hidden()

    def __init__(self, *args: Any, workplaces: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["appointment"].choices = [  # type: ignore[attr-defined]
            (str(place.appointment_id), f"{place.organisation_name}: {place.role.label}")
            for place in workplaces
        ]


class SetPassword(forms.PathwaysForm):
    new = forms.Password(
        label="New password",
        hint="At least 12 characters. Three unrelated words make a good one.",
        autocomplete="new-password",
    )
    again = forms.Password(
        label="New password again", error="Enter the new password again", autocomplete="new-password"
    )

    def __init__(self, *args: Any, account: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        if not (answer := passwords.judge(new, account=self.account)):
            raise ValidationError(answer.reason)
        return new

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "new" in given and "again" in given and given["new"] != given["again"]:
            self.add_error("again", "The two new passwords must be the same")
        return given


class ChangePassword(SetPassword):
    current = forms.Password(label="Your password now")
    field_order = ("current", "new", "again")

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if not self.account.check_password(current):
            raise ValidationError("That is not your password now")
        return current
