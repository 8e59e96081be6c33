"""What the directory asks."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from pathways.domain.terms.needs import Domain
from pathways.web import forms


class Filters(forms.PathwaysForm):
    words = forms.Text(label="Words", hint="A service, an organisation or what it does")
    area = forms.Pick(label="Area", empty="Any area", choices=[])
    need = forms.Pick(label="Need", empty="Any need", choices=[])
    only = forms.ChooseMany(
        label="Only", choices=[("women", "For women only"), ("open", "Open now")], small=True, hint=""
    )

    def __init__(
        self, *args: Any, areas: list[tuple[str, str]], needs: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [("", "Any area"), *areas]  # type: ignore[attr-defined]
        self.fields["need"].choices = [("", "Any need"), *needs]  # type: ignore[attr-defined]


class _Said(forms.PathwaysForm):
    name = forms.Text(label="Name of the service", width="two-thirds", max_length=255)
    description = forms.LongText(label="What it offers", required=False, counted=6000)
    area = forms.Text(label="Area that it serves", width=20, max_length=120)
    needs = forms.ChooseMany(label="Which needs does it work with?", of=Domain)
    is_for_women_only = forms.YesNo(label="Is it for women only?")
    minimum_age = forms.Number(label="Youngest age", required=False, width=3, min_value=10, max_value=120)
    maximum_age = forms.Number(label="Oldest age", required=False, width=3, min_value=10, max_value=120)
    opens_on = forms.Date(label="First day on which it takes referrals", required=False)
    email = forms.Email(label="E-mail address for referrals", required=False)
    url = forms.Text(label="Web address", required=False, width="two-thirds", max_length=500)

    def clean_url(self) -> str:
        typed: str = self.cleaned_data["url"]
        if typed and not typed.startswith(("https://", "http://")):
            raise ValidationError("Enter a web address that begins with https://")
        return typed


class AddService(_Said):
    organisation = forms.Pick(label="Which organisation offers it?", choices=[])
    capacity = forms.Number(
        label="Places",
        hint="How many women it can support at once. Leave empty if nobody counts.",
        required=False,
        min_value=0,
        max_value=9999,
    )
    field_order = ("organisation", "name")

    def __init__(self, *args: Any, organisations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [("", "Choose"), *organisations]  # type: ignore[attr-defined]


class ChangeService(_Said):
    def __init__(self, *args: Any, is_ours: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_ours:
            del self.fields["needs"]


class PlacesForm(forms.PathwaysForm):
    counted = forms.YesNo(label="Does this service have a number of places?")
    places = forms.Number(label="Places", hint="Women it can support at once", min_value=0, max_value=9999)
    conditional = {"places": ("counted", "yes")}


class CloseForm(forms.PathwaysForm):
    last_day = forms.Date(label="Last day on which it takes referrals")
