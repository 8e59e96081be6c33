"""What is asked of two records: whether they are of one person, and why."""

from __future__ import annotations

from typing import Any

from pathways.domain.identification.linking import Action
from pathways.web import forms


class DecideForm(forms.PathwaysForm):
    decided = forms.Choose(
        label="Are they one person?",
        of=[Action.JOIN, Action.KEEP_APART, Action.LEAVE_OPEN],
        hints={
            Action.JOIN.value: "Both records stay as they are; each leads to the other.",
            Action.KEEP_APART.value: "No later run proposes them again.",
            Action.LEAVE_OPEN.value: "They go to the list of what cannot be known yet.",
        },
        error="Select whether they are one person",
    )
    why = forms.LongText(
        label="Why do you think so?", rows=3, counted=500, required=False, error="Say why you think so"
    )

    def __init__(self, *args: Any, moves: frozenset[Action] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose: Any = self.fields["decided"]
        choose.choices = [(one.value, one.label) for one in Action if one in moves and one is not Action.PART]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        unsure = Action.LEAVE_OPEN.value
        if given.get("decided") not in (None, "", unsure, Action.LEAVE_OPEN) and not given.get("why"):
            self.add_error("why", "Say why you think so")
        return given


class PartForm(forms.PathwaysForm):
    why = forms.LongText(
        label="Why are they two people after all?", rows=3, counted=500, error="Say why they are two people"
    )
