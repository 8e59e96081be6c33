"""The questions of emergency access, and of its review."""

from __future__ import annotations

from pathways.domain.governance.emergency import Finding, Kind
from pathways.web import forms

REFERENCE, NAME = "reference", "name"


class AskForm(forms.PathwaysForm):
    """Whom, why, for how long, and the password once more."""

    sections = (
        ("Who she is", ("how", "reference", "given_names", "surname", "born")),
        ("Why it cannot wait", ("kind", "words", "minutes")),
        ("Sign in again", ("password",)),
    )
    conditional = {
        "reference": ("how", REFERENCE),
        "given_names": ("how", NAME),
        "surname": ("how", NAME),
        "born": ("how", NAME),
    }
    how = forms.Choose(
        label="How do you know who she is?",
        choices=[
            (REFERENCE, "I have her reference"),
            (NAME, "I have her whole name and her date of birth"),
        ],
        error="Select how you know who she is",
    )
    reference = forms.Text(
        label="Her reference",
        hint="Two letters, four digits, two letters, such as KW 5219 EC.",
        width=10,
        error="Enter her reference",
    )
    given_names = forms.Text(label="Her given names, exactly", width=20, error="Enter her given names")
    surname = forms.Text(label="Her surname, exactly", width=20, error="Enter her surname")
    born = forms.Date(label="Her date of birth", error="Enter her date of birth", span=forms.Span.BIRTH)
    kind = forms.Choose(label="What is the reason?", of=Kind, error="Select the reason")
    words = forms.LongText(
        label="What has happened?",
        hint="What you know, from whom, and what you will do. The governance lead reads it.",
        rows=4,
        error="Write down what has happened",
    )
    minutes = forms.Choose(
        label="How long do you need?",
        choices=[("15", "15 minutes"), ("30", "30 minutes"), ("60", "60 minutes")],
        hint="You can end it sooner. It cannot be made longer.",
        inline=True,
        error="Select how long you need",
    )
    password = forms.Password(label="Your password", width=20, error="Enter your password")


class ReviewForm(forms.PathwaysForm):
    """What the governance lead found."""

    conditional = {"follow_up": ("finding", Finding.NOT_JUSTIFIED)}
    finding = forms.Choose(label="Was it justified?", of=Finding, error="Select whether it was justified")
    follow_up = forms.LongText(
        label="What follows?",
        hint="Who is told, what is done, and by when. The reader’s supervisor is asked to read it.",
        rows=3,
        error="Write down what follows",
    )
    words = forms.LongText(
        label="What did you look at, and what did you find?",
        rows=4,
        error="Write down what you looked at and what you found",
    )
