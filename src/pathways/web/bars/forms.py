"""The questions about who may not see her."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pathways.domain.governance import bars
from pathways.domain.governance.bars import Ground
from pathways.web import forms

#: the answer that keeps out everybody at the organisation
EVERYBODY = "everybody"


class Where(forms.PathwaysForm):
    """At which organisation."""

    organisation = forms.Pick(
        label="Where do they work?", choices=[], error="Select the organisation where they work"
    )

    def __init__(self, *args: Any, organisations: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [("", "Choose"), *organisations]  # type: ignore[attr-defined]


class Who(forms.PathwaysForm):
    """Who there, and why."""

    who = forms.Pick(
        label="Who may not see her?",
        choices=[],
        hint="One person by name, or everybody who works there now or later.",
        error="Select who may not see her",
    )
    ground = forms.Choose(
        label="Why?",
        of=Ground,
        hints={
            Ground.HER_WORD.value: "She asked for it. She need not say why.",
            Ground.CONFLICT.value: "They know her, her family, or somebody who could harm her.",
        },
        error="Select why",
    )
    words = forms.LongText(
        label="What was said?",
        hint="At her word, nothing need be written here. For a conflict of interest, what is known of it."
        " Only those who may know of this read it.",
        rows=4,
        required=False,
    )
    say_nothing_of_optional = frozenset({"words"})

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [("", "Choose"), *people]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        ground = given.get("ground")
        if ground and bars.needs_words(ground) and not given.get("words", "").strip():
            self.add_error("words", bars.NO_WORDS)
        return given


class Conflict(forms.PathwaysForm):
    """Stepping back oneself."""

    words = forms.LongText(
        label="How do you know her?",
        hint="A sentence is enough. Your supervisor and the coordinator can read it.",
        rows=4,
        error="Write down how you know her",
    )


class LiftForm(forms.PathwaysForm):
    """Why somebody may see her again."""

    words = forms.LongText(
        label="Why may they see her again?",
        hint="If they were kept out at her word, only she can change it.",
        rows=4,
        error="Write down why it is lifted",
    )
