"""What is asked when an entry is corrected: the entry as it should read, and why."""

from __future__ import annotations

from typing import Any

from pathways.domain.support import closure, contact
from pathways.domain.support.reasons import Absence, EndReason, NotHeld
from pathways.domain.terms.contact import ContactMode
from pathways.domain.terms.needs import Domain, Rung
from pathways.web import forms
from pathways.web.support.forms import SCALE


class Why(forms.PathwaysForm):
    """The reason, which every correction has."""

    why = forms.LongText(
        label="Why is this corrected?",
        hint="Both versions are kept, with this reason, and are shown to whoever sees the entry.",
        rows=2,
        counted=300,
        error="Say why this is corrected",
    )


class ContactForm(Why):
    day = forms.Date(label="Which day was it?", error="Enter the day of the contact")
    at = forms.Time(label="What time?", error="Enter the time of the contact")
    mode = forms.Choose(label="How?", of=ContactMode, error="Select how you were in contact")
    came = forms.Choose(
        label="Did she come?",
        choices=[("yes", "Yes"), ("late", "Yes, late"), ("no", "No"), ("not_held", "It did not take place")],
        error="Select whether she came",
    )
    absence = forms.Pick(label="Why did she not come?", of=Absence, error="Select why, or “Not known”")
    not_held = forms.Pick(label="Why did it not take place?", of=NotHeld, error="Select why")
    minutes = forms.Number(
        label="How long was it?",
        required=False,
        suffix="minutes",
        width=4,
        hint="Leave empty if she did not come.",
        max_value=contact.MOST_MINUTES,
        error_messages={"max_value": contact.HOW_LONG},
    )
    conditional = {"absence": ("came", "no"), "not_held": ("came", "not_held")}
    say_nothing_of_optional = frozenset({"minutes"})
    field_order = ("day", "at", "mode", "came", "absence", "not_held", "minutes", "why")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("came") in ("no", "not_held"):
            given["minutes"] = None
        elif not given.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", contact.HOW_LONG)
        return given


class RatingForm(Why):
    nearness = forms.Choose(
        label="How near did it feel on that day?",
        choices=SCALE,
        inline=True,
        small=True,
        error="Select 0 to 10",
    )
    field_order = ("nearness", "why")


class PaperForm(Why):
    called = forms.Text(label="The name she uses", width=20, error="Enter the name that she uses")
    given_names = forms.Text(label="Given names", width=20, required=False)
    surname = forms.Text(label="Surname", width=20, required=False)
    other_names = forms.Text(label="Other names she is known by", width="two-thirds", required=False)
    born = forms.Date(label="Date of birth", required=False)
    telephone = forms.Phone(label="Telephone", required=False)
    email = forms.Email(label="E-mail address", required=False, width="two-thirds")
    address = forms.LongText(
        label="Address", hint="Never a refuge or another safe place", rows=3, required=False
    )
    field_order = (
        "called", "given_names", "surname", "other_names", "born", "telephone", "email", "address", "why",
    )  # fmt: skip


class ReferralForm(Why):
    words = forms.LongText(label="Why is this service asked?", rows=5, error="Say why this service is asked")
    field_order = ("words", "why")


class EndingForm(Why):
    outcome = forms.Pick(label="How did her episode end?", of=closure.Outcome, error="Select how it ended")
    reason = forms.Pick(label="Why did it end?", of=EndReason, required=False)
    summary = forms.LongText(label="Summary", rows=6, required=False)
    field_order = ("outcome", "reason", "summary", "why")


class FollowUpForm(Why):
    words = forms.LongText(label="How is she, in her own words?", rows=4, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rungs = [("", "Not asked"), *((str(int(rung)), rung.label) for rung in Rung)]
        for domain in Domain:
            self.fields[f"need_{domain.value}"] = forms.Pick(
                label=domain.label, choices=rungs, required=False
            )
        needs = [f"need_{domain.value}" for domain in Domain]
        self.order_fields(["words", *needs, "why"])
        self.say_nothing_of_optional = frozenset(self.fields)  # type: ignore[misc]
