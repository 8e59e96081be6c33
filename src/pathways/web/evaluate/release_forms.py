"""What a release asks, what its readers say, and how a funder's headings are filled."""

from __future__ import annotations

from typing import Any

from pathways.journey import funder_templates, releasing
from pathways.web import forms

_KINDS = {
    "evaluation": "Everything, for those who know the programme",
    "quarterly": "Measures M5 to M27, spend, milestones, risks, forecast",
    "provider": "Referrals, starts, waits, outcomes and demographics at one provider",
    "dashboard": "Flow, waits, capacity, triage, safety, actions",
    "public": "Short, for everybody; more is hidden",
    "equality": "Every characteristic by stage, tests, beside the population",
}


class ReleaseForm(forms.PathwaysForm):
    kind = forms.Choose(label="What is to be released?", of=releasing.Kind, hints=_KINDS)
    provider = forms.Pick(label="Which provider?", choices=[])
    audience = forms.Choose(
        label="Who will read it?", of=releasing.Audience, hint="The wider the audience, the more is hidden."
    )
    is_rounded = forms.YesNo(
        label="Round every count to the nearest 5?",
        hint="What changes from one release to the next then gives less away.",
    )
    start = forms.Date(
        label="Journeys that began from",
        hint="Leave both days empty for all journeys. A return needs them.",
        required=False,
        span=forms.Span.ANY,
    )
    end = forms.Date(label="To", required=False, span=forms.Span.ANY)
    recipient = forms.Text(
        label="To whom does it go?",
        hint="An organisation or a group, such as “Home Office” or “steering group”.",
        width="two-thirds",
        max_length=120,
    )
    to_organisation = forms.Pick(
        label="Which organisation here may see it?",
        hint="Its commissioner finds the release here once it is out.",
        choices=[],
        empty="None",
        required=False,
    )
    milestones = forms.LongText(label="Milestones", rows=4, counted=2000, required=False)
    risks = forms.LongText(label="Risks", rows=4, counted=2000, required=False)
    forecast = forms.LongText(label="Forecast", rows=4, counted=2000, required=False)
    conditional = {
        "provider": ("kind", releasing.Kind.PROVIDER),
        "milestones": ("kind", releasing.Kind.QUARTERLY),
        "risks": ("kind", releasing.Kind.QUARTERLY),
        "forecast": ("kind", releasing.Kind.QUARTERLY),
    }

    def __init__(
        self,
        *args: Any,
        providers: list[tuple[str, str]],
        organisations: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [("", "Choose"), *providers]  # type: ignore[attr-defined]
        self.fields["to_organisation"].choices = [("", "None"), *organisations]  # type: ignore[attr-defined]


class ReviewForm(forms.PathwaysForm):
    agrees = forms.YesNo(label="May it leave as it stands?")
    words = forms.LongText(
        label="What did you look at, or what is wrong?",
        hint="No woman’s name or reference.",
        rows=4,
        counted=1000,
    )


class WithdrawForm(forms.PathwaysForm):
    because = forms.LongText(label="Why is it withdrawn?", rows=3, counted=600)


class ProposeForm(forms.PathwaysForm):
    is_read = forms.Confirm(label="I have read it from beginning to end")


class HeadingsForm(forms.PathwaysForm):
    funder = forms.Text(label="Which funder?", width="two-thirds", max_length=120)
    file = forms.Upload(
        label="The funder’s template",
        hint="XLSX or CSV. The first row with text is taken as its headings; nothing else of it is kept.",
        required=False,
    )
    pasted = forms.LongText(
        label="Or paste its headings", hint="One a line, or as copied from a sheet.", rows=4, required=False
    )


class ColumnsForm(forms.PathwaysForm):
    """One question a heading: what fills it."""

    def __init__(self, *args: Any, headings: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fills = [("", "Leave it empty"), *funder_templates.FILLS]
        for number, heading in enumerate(headings):
            self.fields[f"column_{number}"] = forms.Pick(label=heading, choices=fills, required=False)
