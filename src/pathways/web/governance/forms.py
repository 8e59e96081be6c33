"""What is asked when a record is to be erased or must be kept."""

from __future__ import annotations

from pathways.domain.governance import erasure, hold
from pathways.web import forms


class RequestForm(forms.PathwaysForm):
    origin = forms.Choose(
        label="Why is it to be erased?", of=erasure.Origin, error="Choose why it is to be erased"
    )
    asked_on = forms.Date(
        label="When did she ask?",
        hint="She has a right to an answer within a month of that day.",
        error="Enter the day on which she asked",
        span=forms.Span.HAPPENED,
    )
    words = forms.LongText(
        label="How she asked, and how you know that it was she",
        hint="Such as: she came in with her worker. Goes with the record when it is erased.",
        required=False,
        counted=500,
        rows=3,
    )
    conditional = {
        "asked_on": ("origin", erasure.Origin.SHE_ASKED),
        "words": ("origin", erasure.Origin.SHE_ASKED),
    }


class CheckForm(forms.PathwaysForm):
    looked = forms.Confirm(
        label="I have looked at what is there and at what stays, and nothing here has to be kept",
        error="Tick this when you have looked",
    )


class RefuseForm(forms.PathwaysForm):
    reason = forms.Choose(
        label="Why is it not erased?", of=erasure.RefusalReason, error="Choose why it is not erased"
    )
    words = forms.LongText(label="More about it", required=False, counted=500, rows=3)


class EraseForm(forms.PathwaysForm):
    told = forms.Choose(
        label="Does she know?",
        hint="Tell her first, by her safe-contact plan: afterwards nothing is left that says how.",
        of=erasure.Told,
        error="Say whether she was told",
    )
    sure = forms.Confirm(
        label="I understand that this cannot be undone, by anybody", error="Tick this to erase it"
    )


class HoldForm(forms.PathwaysForm):
    kind = forms.Choose(label="Why must it be kept?", of=hold.Kind, error="Choose why it must be kept")
    reason = forms.LongText(
        label="What it is about",
        hint="Which case, claim or review, and who asked. Nothing of what she said.",
        error="Say what it is about",
        counted=500,
        rows=3,
    )
    review_on = forms.Date(
        label="When will you look at it again?", error="Enter the day on which you look at it again"
    )


class LiftForm(forms.PathwaysForm):
    why = forms.LongText(
        label="Why is the hold lifted?", error="Say why the hold is lifted", counted=500, rows=3
    )
