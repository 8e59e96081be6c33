"""The questions that the panel’s pages ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pathways.domain.governance.panel_rules import PanelField
from pathways.domain.triage.meeting import CopyAction, RequestAction, Rhythm
from pathways.web import forms

Pairs = Sequence[tuple[str, str]]


class _WithPeople(forms.PathwaysForm):
    """A form with tick boxes of the people who can be invited."""

    def __init__(self, *args: Any, people: Pairs = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attendees"].choices = list(people)  # type: ignore[attr-defined]


class Attendees(_WithPeople):
    """Who attends."""

    attendees = forms.ChooseMany(
        label="Who attends?",
        choices=[],
        hint="You and the chair attend in any case. Each sees of a woman only what belongs to their side.",
        error="Select who attends",
        small=True,
    )


class SeriesForm(_WithPeople):
    """A series: its name, when it comes round, and who attends."""

    name = forms.Text(label="What is the series called?", max_length=120)
    place = forms.Text(
        label="Where does it meet?", max_length=120, required=False, hint="A room or “online”. No address."
    )
    rhythm = forms.Choose(label="How often?", of=Rhythm, error="Select how often it meets")
    first_date = forms.Date(label="When is the first meeting?")
    at_time = forms.Time(label="At what time?")
    answer_days = forms.Number(
        label="How many days before the meeting must agencies have answered?",
        min_value=1,
        max_value=14,
        width=2,
    )
    attendees = forms.ChooseMany(
        label="Who attends?",
        choices=[],
        hint="You and the chair attend in any case.",
        error="Select who attends",
        small=True,
    )


class MoveForm(forms.PathwaysForm):
    """Another day, hour or place."""

    day = forms.Date(label="On which day?")
    at_time = forms.Time(label="At what time?")
    place = forms.Text(label="Where?", max_length=120, required=False)


class Why(forms.PathwaysForm):
    """A reason, in a few words."""

    words = forms.LongText(label="Why?", rows=4, counted=1000, error="Say why")


class BeginForm(forms.PathwaysForm):
    """That it begins before its day."""

    sure = forms.Confirm(
        label="We meet now, before its day", error="Say that you meet now, or go back and leave it planned"
    )

    def __init__(self, *args: Any, planned_for: str, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["sure"].label = f"We meet now. It is planned for {planned_for}"


class CancelForm(forms.PathwaysForm):
    """Why a meeting is cancelled: everybody invited reads it, so it names no woman."""

    words = forms.LongText(
        label="Why is it cancelled?",
        hint="Everybody who is invited reads this. Name no woman in it.",
        rows=3,
        counted=300,
        error="Say why it is cancelled",
    )


class AskForm(forms.PathwaysForm):
    """Why the panel should talk about her."""

    words = forms.LongText(
        label="Why should the panel talk about her?",
        hint="The coordinator reads it. What she wants herself belongs in it.",
        rows=5,
        counted=2000,
        error="Say why the panel should talk about her",
    )


class AnswerForm(forms.PathwaysForm):
    """The coordinator’s answer to a request."""

    action = forms.Choose(
        label="What do you answer?",
        choices=[(RequestAction.DECLINE.value, "Not taken onto an agenda now")],
        hint="To take it, put her on the agenda of a meeting: the request is then answered by itself.",
        error="Select your answer",
    )
    words = forms.LongText(
        label="What shall whoever asked be told?", rows=4, counted=1000, error="Say why, in plain words"
    )


class PutOnForm(forms.PathwaysForm):
    """Which agencies are asked about her."""

    ask = forms.ChooseMany(
        label="Which agencies are asked about her?",
        choices=[],
        hint="Each agency asked learns that she is on the agenda. Ask those who can help her, and no more.",
        required=False,
    )

    def __init__(self, *args: Any, agencies: Pairs = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ask"].choices = list(agencies)  # type: ignore[attr-defined]


SOMETHING, NOTHING = "something", "nothing"


class AddForm(forms.PathwaysForm):
    """What an agency knows, field by field, and to whom each may be shown."""

    holds = forms.Choose(
        label="What does your agency hold about her?",
        choices=[(SOMETHING, "Something to add"), (NOTHING, "Nothing held")],
        hint="Others see that you have answered, and what you show them. “Nothing held” looks the same.",
        error="Select whether your agency holds something",
    )

    def __init__(
        self,
        *args: Any,
        choices: Sequence[Any] = (),
        filled_in: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = tuple(choices)
        #: with what the programme begins a field, by its name: nobody's own words until she changes them
        self.filled_in = dict(filled_in or {})
        for choice in self.asked:
            name = choice.field.value
            self.fields[f"words_{name}"] = forms.LongText(
                label=choice.field.label, rows=3, counted=3000, required=False
            )
            if choice.receivers:
                self.fields[f"to_{name}"] = forms.ChooseMany(
                    label=f"Who may be shown this: {choice.field.label.lower()}?",
                    choices=[(str(key), words) for key, words in choice.receivers],
                    hint="Nobody, unless you tick them.",
                    required=False,
                    small=True,
                    size="s",
                )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        written = [choice for choice in self.asked if said.get(f"words_{choice.field.value}")]
        if said.get("holds") == SOMETHING and not written:
            self.add_error("holds", "Write something below, or select “Nothing held”")
        own = [one for one in written if not self._is_only_filled_in(f"words_{one.field.value}", said)]
        if said.get("holds") == NOTHING and own:
            self.add_error("holds", "Something is written below: select “Something to add”, or empty it")
        return said

    def _is_only_filled_in(self, name: str, said: dict[str, Any]) -> bool:
        return bool(said[name].strip() == self.filled_in.get(name, "").strip())

    def added(self) -> dict[PanelField, tuple[str, list[str]]]:
        return added_of(self.cleaned_data)


def added_of(said: dict[str, Any]) -> dict[PanelField, tuple[str, list[str]]]:
    """The fields that were written, with the agencies ticked for each."""
    return {
        field: (said[f"words_{field.value}"], list(said.get(f"to_{field.value}") or ()))
        for field in PanelField
        if said.get(f"words_{field.value}")
    }


class StepBackForm(forms.PathwaysForm):
    """A conflict of interest."""

    words = forms.LongText(
        label="How do you know her?",
        hint="A sentence is enough. The coordinator reads it, and nobody else.",
        rows=3,
        counted=1000,
        error="Say how you know her",
    )


class DecideForm(forms.PathwaysForm):
    """What was decided, why, and who does it by when."""

    words = forms.LongText(
        label="What was decided?", rows=3, counted=2000, error="Write down what was decided"
    )
    because = forms.LongText(label="Why?", rows=3, counted=2000, error="Write down why")
    owner = forms.Pick(
        label="Who does it?",
        choices=[],
        required=False,
        hint="Leave it out where nobody has to do anything.",
        empty="Nobody has to do anything",
    )
    due = forms.Date(label="By which day?", required=False)
    shown_to = forms.ChooseMany(
        label="Whose minutes show it?",
        choices=[],
        hint="The agency of whoever does it, and yours, in any case.",
        required=False,
        small=True,
    )

    def __init__(self, *args: Any, owners: Pairs = (), agencies: Pairs = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", "Nobody has to do anything"), *owners]  # type: ignore[attr-defined]
        self.fields["shown_to"].choices = list(agencies)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("owner") and not said.get("due") and "due" not in self.errors:
            self.add_error(
                "due", "Enter the day by which it is done, or select “Nobody has to do anything” above"
            )
        if said.get("due") and not said.get("owner"):
            self.add_error("owner", "Select who does it by that day, or leave out the day below")
        return said


class FinishForm(forms.PathwaysForm):
    """What came of an action."""

    outcome = forms.LongText(label="What came of it?", rows=4, counted=2000, error="Say what came of it")


class CopyForm(forms.PathwaysForm):
    """Where a numbered copy is."""

    action = forms.Choose(
        label="What has become of it?",
        choices=[
            (CopyAction.LOG_BACK.value, "It has come back"),
            (CopyAction.NOTE_LOST.value, "It is lost"),
        ],
        error="Select what has become of it",
    )
    words = forms.LongText(
        label="What is known of where it was lost?", rows=3, counted=300, error="Say what is known"
    )
    conditional = {"words": ("action", CopyAction.NOTE_LOST.value)}
