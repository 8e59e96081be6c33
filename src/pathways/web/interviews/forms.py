"""What is asked of whoever keeps, codes and quotes what was said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pathways.domain.evaluation import interviews
from pathways.domain.evaluation.identifiable import Sign
from pathways.domain.evaluation.interviews import Action
from pathways.journey.interviewing import Code
from pathways.web import forms


class ExcerptForm(forms.PathwaysForm):
    text = forms.LongText(
        label="What was said",
        hint="A passage, without names, places, dates or anything else by which somebody could be known. "
        "Write [name] where one stood.",
        rows=8,
        counted=interviews.MOST_EXCERPT,
    )


class CodesForm(forms.PathwaysForm):
    codes = forms.ChooseMany(
        label="Which codes does it have?", choices=[], hint="None, where none fits.", required=False
    )

    def __init__(self, *args: Any, codebook: Sequence[Code], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["codes"].choices = [  # type: ignore[attr-defined]
            (str(one.id), f"{one.name}: {one.definition}") for one in codebook
        ]


class SettleForm(forms.PathwaysForm):
    codes = forms.ChooseMany(
        label="Which of these codes does it have?",
        choices=[],
        hint="One of the two gave each of these, and the other did not. What both gave stands.",
        dividers={"none": "or"},
        none_of_these="none",
        error="Select each code that it has, or “None of them”",
    )
    because = forms.LongText(label="Why do you settle it so?", rows=3, counted=600)

    def __init__(self, *args: Any, disputed: Sequence[Code], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked: Any = self.fields["codes"]
        asked.choices = [*((str(one.id), one.name) for one in disputed), ("none", "None of them")]
        asked.hints = {str(one.id): one.definition for one in disputed}

    def clean_codes(self) -> list[str]:
        return [one for one in self.cleaned_data["codes"] if one != "none"]


class QuoteForm(forms.PathwaysForm):
    text = forms.LongText(
        label="The words to be shown",
        hint="Take out or write otherwise what could give somebody away.",
        rows=5,
        counted=interviews.MOST_QUOTATION,
    )
    has_looked = forms.ChooseMany(
        label="Have you looked at each possible sign?",
        choices=[("yes", "I have looked at each, and none gives anybody away")],
        hint="Needed where any is found: a month, an age, a word written as a name, a rare word.",
        required=False,
    )

    def __init__(self, *args: Any, look: Callable[[str], Sequence[Sign]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.look = look

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        found = self.look(said.get("text", ""))
        if sure := [one for one in found if one.is_sure]:
            pieces = ", ".join(f"“{one.piece}” ({one.kind.label.lower()})" for one in sure)
            self.add_error("text", f"This gives somebody away: {pieces}. Take it out")
        elif found and "yes" not in said.get("has_looked", []):
            pieces = ", ".join(f"“{one.piece}” ({one.kind.label.lower()})" for one in found)
            self.add_error("has_looked", f"Look at each of these and say that you have: {pieces}")
        return said


class DecideForm(forms.PathwaysForm):
    action = forms.Choose(
        label="May it be shown?",
        choices=[(Action.RELEASE.value, Action.RELEASE.label), (Action.REFUSE.value, Action.REFUSE.label)],
    )
    because = forms.LongText(
        label="What did you look at, and why do you decide so?", rows=3, counted=600
    )


class ReasonForm(forms.PathwaysForm):
    because = forms.LongText(label="Why?", rows=3, counted=600)


class SureForm(forms.PathwaysForm):
    sure = forms.Confirm(
        label="Its words, every quotation of them and how its codes were settled are to be gone for good"
    )
