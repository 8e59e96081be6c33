"""The questions of a message."""

from __future__ import annotations

from typing import Any

from pathways.journey import messages
from pathways.web import forms


class FromPoliceForm(forms.PathwaysForm):
    body = forms.LongText(
        label="What should the coordinator know?",
        hint="The coordinator decides whether her worker needs to know, and says it in words of her own. "
        "Nothing about her comes back to you by this way.",
        counted=messages.MOST,
        rows=8,
        error="Enter the message",
    )


class PassOnForm(forms.PathwaysForm):
    worker = forms.Choose(label="Who needs to know?", error="Select who needs to know", choices=[])
    words = forms.LongText(
        label="What she needs to know",
        hint="In your words. What police wrote is not passed on by itself.",
        counted=messages.MOST,
        rows=6,
        error="Enter what she needs to know",
    )

    def __init__(self, *args: Any, workers: tuple[tuple[Any, str], ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["worker"].choices = [(str(key), name) for key, name in workers]  # type: ignore[attr-defined]


class ReplyForm(forms.PathwaysForm):
    words = forms.LongText(
        label="Your answer", counted=messages.MOST, rows=6, error="Enter your answer", heading=False
    )
