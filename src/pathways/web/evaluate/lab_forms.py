"""What a submission to the Justice Data Lab asks, what its approvers say, and a privacy notice."""

from __future__ import annotations

from typing import Any

from pathways.domain.terms.law import ConfidenceBasis
from pathways.journey import justice_lab
from pathways.web import forms

_CONFIDENCE = {
    ConfidenceBasis.HER_AGREEMENT: "Only women who agreed to this very use are then in it",
    ConfidenceBasis.LEGAL_DUTY: "A duty that your legal adviser can name",
    ConfidenceBasis.PUBLIC_INTEREST: "Settled with your data-protection officer; who objects is left out",
}


class SubmissionForm(forms.PathwaysForm):
    start = forms.Date(
        label="Women whose support began from",
        hint="A year and six months have to have passed since, for each of them.",
        span=forms.Span.HAPPENED,
    )
    end = forms.Date(label="To", span=forms.Span.HAPPENED)
    to_organisation = forms.Pick(
        label="Which organisation runs the Justice Data Lab?",
        hint="Only organisations to which a sharing agreement leads are listed.",
        choices=[],
        error="Select an organisation. If none is listed, a sharing agreement is missing",
    )
    basis = forms.Choose(
        label="Under which basis in law?",
        hint="As your data-protection officer has settled it. Data on offences needs a condition besides.",
        choices=[(one.value, one.label) for one in justice_lab.BASES],
        error="Select a basis",
    )
    confidence_basis = forms.Choose(
        label="Why does confidentiality not stand in the way?",
        of=ConfidenceBasis,
        hints=_CONFIDENCE,
        error="Select a reason",
    )
    because = forms.LongText(
        label="What is the comparison for, and why does it need names?",
        hint="Those who approve it read this. No woman’s name or reference.",
        rows=4,
        counted=1000,
    )

    def __init__(self, *args: Any, recipients: tuple[tuple[str, str], ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_organisation"].choices = [("", "Choose"), *recipients]  # type: ignore[attr-defined]


class ProposeForm(forms.PathwaysForm):
    is_checked = forms.Confirm(
        label="I have checked the period, the basis in law, and what the women were told"
    )


class SayForm(forms.PathwaysForm):
    agrees = forms.YesNo(label="May the file be made, with these women’s names, for this recipient?")
    words = forms.LongText(
        label="What did you look at, or what is wrong?",
        hint="No woman’s name or reference.",
        rows=4,
        counted=1000,
    )


class WithdrawForm(forms.PathwaysForm):
    because = forms.LongText(label="Why is it withdrawn?", rows=3, counted=600)


class NoticeForm(forms.PathwaysForm):
    version = forms.Text(label="Version, as it is printed on the notice", width=20, max_length=40)
    from_date = forms.Date(label="Given to women since", span=forms.Span.HAPPENED)
    names_lab = forms.YesNo(label="Does it name the comparison of reoffending by the Justice Data Lab?")
    sentence = forms.LongText(
        label="The sentence that names it",
        hint="Copy it word for word. It must say that her name and date of birth are given, to whom and why.",
        rows=3,
        counted=600,
        error="Copy the sentence that names it",
    )
    conditional = {"sentence": ("names_lab", "yes")}
