"""The questions of a second reading, of the talk after it, and of how many decisions are read twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pathways.domain.identification.reasons import DeferReason, ElsewhereReason, RejectReason
from pathways.domain.identification.second_reading import TalkResult
from pathways.domain.terms.events import ScreeningOutcome
from pathways.journey import second_readings
from pathways.web import forms
from pathways.web.screening import WORDS


class AskForm(forms.PathwaysForm):
    extracts = forms.ChooseMany(
        label="Over which extracts?", choices=[("", "")], error="Select at least one extract"
    )
    as_at = forms.Date(
        label="Looked at from which day?",
        hint="Later records do not count. Usually today, or the last day of the extract.",
        span=forms.Span.HAPPENED,
        error="Enter the day from which it is looked",
    )

    def __init__(self, *args: Any, choices: tuple[tuple[str, str], ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose: Any = self.fields["extracts"]
        choose.choices = list(choices)


class PoliceRecordsForm(forms.PathwaysForm):
    """Which extract, whole over which days, how many months on either side, and for whom."""

    extract = forms.Choose(label="From which extract?", choices=[("", "")], error="Select an extract")
    whole_from = forms.Date(
        label="From which day does it hold every crime and incident?",
        hint="What was asked of your records system. Not before the extract’s first record.",
        span=forms.Span.HAPPENED,
        error="Enter the day from which the extract holds every crime and incident",
    )
    whole_to = forms.Date(
        label="To which day does it hold every crime and incident?",
        hint="Not after the extract’s last record.",
        span=forms.Span.HAPPENED,
        error="Enter the day to which the extract holds every crime and incident",
    )
    months = forms.Choose(
        label="How many months on either side?",
        choices=[("3", "3 months"), ("6", "6 months"), ("12", "12 months")],
        hint="The same number of days before and after. Women whose records do not cover them are counted as "
        "left out.",
        inline=True,
        error="Select how many months on either side",
    )
    to = forms.Choose(
        label="For whom?",
        choices=[("", "")],
        hint="Organisations that evaluate, with which an agreement from your force is in force.",
        error="Select for whom it is",
    )

    def __init__(
        self, *args: Any, extracts: Sequence[tuple[str, str]], recipients: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        for name, choices in (("extract", extracts), ("to", recipients)):
            field: Any = self.fields[name]
            field.choices = list(choices)


class ReadForm(forms.PathwaysForm):
    outcome = forms.Choose(
        label="What would you decide on this evidence?",
        choices=[(one.value, WORDS[one]) for one in second_readings.ANSWERS],
        error="Select what you would decide",
    )
    reject_reason = forms.Choose(label="Why?", of=RejectReason, error="Select why she is not taken forward")
    defer_reason = forms.Choose(label="Why does it wait?", of=DeferReason, error="Select why it waits")
    elsewhere_reason = forms.Choose(label="Why?", of=ElsewhereReason, error="Select why it is not for her")
    because = forms.LongText(
        label="In a sentence or two, why?",
        hint="In plain and respectful words that she could read.",
        rows=3,
        counted=600,
        error="Say in a sentence or two why",
    )
    conditional = {
        "reject_reason": ("outcome", ScreeningOutcome.REJECTED),
        "defer_reason": ("outcome", ScreeningOutcome.DEFERRED),
        "elsewhere_reason": ("outcome", ScreeningOutcome.NOT_THIS_PROGRAMME),
    }

    def clean_outcome(self) -> ScreeningOutcome:
        return ScreeningOutcome(self.cleaned_data["outcome"])


class TalkForm(forms.PathwaysForm):
    result = forms.Choose(label="What did you come to?", of=TalkResult, error="Select what you came to")
    words = forms.LongText(
        label="What should others learn from it?",
        hint="About the evidence and what we go by, not about who was right.",
        rows=3,
        counted=600,
        error="Say what others should learn from it",
    )


class RateForm(forms.PathwaysForm):
    wanted = forms.Number(
        label="Of a hundred decisions, how many are read a second time?",
        hint="Confirmations, rejections, deferrals and safeguarding alike, drawn by lot. From 0 to 100.",
        error="Enter a whole number from 0 to 100",
        min_value=0,
        max_value=100,
    )
