"""What the person who decides is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from pathways.domain.triage import telling
from pathways.domain.triage.levels import STANDARDS, Level, Standard
from pathways.domain.triage.triage import REASON_LENGTH, Action, HandOverReason, ReturnReason, action, is_said
from pathways.web import forms

_AT_LEAST = f"at least {REASON_LENGTH} characters, and more than one word"


def _level(label: str) -> forms.Choose:
    return forms.Choose(
        label=label,
        choices=[(str(level.value), level.label) for level in Level],
        hints={str(level.value): STANDARDS[level].offer for level in Level},
        error="Choose a level",
        small=True,
    )


class _OfALevel(forms.PathwaysForm):
    """Says what each level offers by the policy that is in force."""

    def __init__(
        self, *args: Any, offers: Mapping[Level, Standard], turn_to_now: str, **given: Any
    ) -> None:
        super().__init__(*args, **given)
        level: Any = self.fields["level"]
        level.hints = {str(one.value): standard.offer for one, standard in offers.items()}
        urgent = str(Level.URGENT_SAFETY.value)
        level.hints[urgent] = f"{level.hints[urgent]}. {turn_to_now}"


class Decide(_OfALevel):
    level = _level("Her level of support")
    reasons = forms.LongText(
        label="Your reasons",
        hint="She will read them: they stand in what she is told. A sentence or two, in words to her.",
        error="Give your reasons: they are kept with the decision",
        rows=5,
    )
    otherwise = forms.LongText(
        label="If you decide otherwise than suggested: say why",
        hint="Only where the level that you choose is not the one suggested. She will read this too.",
        required=False,
        rows=3,
    )
    told_her = forms.LongText(label="What she is told about it, and by whom", required=False, rows=3)

    def __init__(self, *args: Any, suggested: Level | None = None, **given: Any) -> None:
        super().__init__(*args, **given)
        self.suggested = suggested
        if suggested is None:  # without a suggestion there is nothing to decide otherwise
            del self.fields["otherwise"]
        else:
            self.fields["otherwise"].help_text = (
                f"Only where you do not choose “{suggested.label}”. She will read this too."
            )

    def clean_reasons(self) -> str:
        said: str = self.cleaned_data["reasons"]
        if not is_said(said):
            raise ValidationError(f"Give your reasons in words she can read: {_AT_LEAST}")
        return said

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if self.suggested is None or not (chosen := said.get("level")):
            return said
        why = said.get("otherwise") or ""
        if action(Level(int(chosen)), self.suggested) is Action.DECIDE:
            if why.strip():
                self.add_error(
                    "otherwise",
                    f"You chose the level that is suggested, “{self.suggested.label}”: "
                    "leave this empty, or choose another level",
                )
        elif not why.strip():
            self.add_error("otherwise", "You decide otherwise than suggested: say why")
        elif not is_said(why):
            self.add_error("otherwise", f"Say why you decide otherwise in words: {_AT_LEAST}")
        return said


class SendBack(forms.PathwaysForm):
    reason = forms.Choose(label="What is wanted?", of=ReturnReason, error="Say what is wanted")
    words = forms.LongText(
        label="Say it to the assessor",
        hint="What would let you decide.",
        error="Write to the assessor what is wanted",
        rows=4,
    )


class OwnView(_OfALevel):
    level = _level("What level would you decide?")
    words = forms.LongText(label="Why, in a few words", required=False, rows=3)


class Read(forms.PathwaysForm):
    level = _level("What level would you decide?")
    because = forms.LongText(
        label="Why",
        hint="In words she could read. Agreeing needs a reason as much as disagreeing.",
        error="Say in a sentence or two why",
        rows=4,
    )
    knew = forms.YesNo(
        label="Did you know who she is, or what was decided?",
        hint="Either answer is fine. Where you knew, it is kept and not counted in how alike we judge.",
        error="Say whether you knew",
    )

    def __init__(self, *args: Any, is_blind: bool = False, **given: Any) -> None:
        super().__init__(*args, **given)
        if not is_blind:
            del self.fields["knew"]


class Told(forms.PathwaysForm):
    how = forms.Choose(label="How was she told?", of=telling.How, error="Say how she was told")
    words = forms.LongText(
        label="Anything she said or asked", hint="In her words, where you can.", required=False, rows=3
    )


class AnotherLook(forms.PathwaysForm):
    her_words = forms.LongText(
        label="What does she say?",
        hint="In her words, if she wants to say. She need not give a reason.",
        required=False,
        rows=4,
    )


class HandOver(forms.PathwaysForm):
    whom = forms.Choose(
        label="Who decides it now?",
        hint="Nobody who decided it before, and nobody who is kept from her.",
        choices=[],
        error="Choose who decides it now",
    )
    reason = forms.Choose(
        label="Why not the one who was asked?", of=HandOverReason, error="Say why not the one who was asked"
    )

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **given: Any) -> None:
        super().__init__(*args, **given)
        whom: Any = self.fields["whom"]
        whom.choices = list(people)


class FillIn(forms.PathwaysForm):
    """What only the programme knows of its public record."""

    def __init__(self, *args: Any, asked: Sequence[tuple[str, str, str]], **given: Any) -> None:
        super().__init__(*args, **given)
        for key, label, hint in asked:
            self.fields[key] = forms.LongText(label=label, hint=hint, required=False, rows=2)


class Choices(forms.PathwaysForm):
    is_hidden = forms.YesNo(
        label="Hide the suggestion until whoever decides has written down her own view?",
        hint="The suggestion then does not steer the judgement. The view is kept, and the two are compared.",
        error="Say whether the suggestion is hidden first",
    )
    urgent_hours = forms.Number(
        label="Hours in which a level 4 is read",
        hint="After that the reading goes to the supervisor. The action never waits for it.",
        suffix="hours",
        width=3,
        min_value=1,
        max_value=40,
    )
    in_working_hours = forms.YesNo(
        label="Count only working hours?",
        hint="By the clock, a level 4 of Friday evening goes to the supervisor that night. In working hours "
        "it waits until Monday, or over a bank holiday: choose that only if somebody else answers meanwhile.",
        error="Say whether only working hours count",
    )
    out_of_hours = forms.LongText(
        label="Whom do you turn to outside office hours?",
        hint="The team and its telephone number. It is said beside level 4 and on urgent tasks. Left empty, "
        "the pages name the emergency duty team of her local authority.",
        required=False,
        rows=2,
        counted=300,
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for level in Level:
            self.fields[f"drawn_{level.value}"] = forms.Number(
                label=f"Of a hundred decisions at level {level.value}, read blind",
                suffix="of 100",
                width=3,
                min_value=0,
                max_value=100,
            )


class Propose(forms.PathwaysForm):
    starts_on = forms.Date(
        label="From which day is it to be in force?",
        hint="Today or later. It comes into force on that day once a second person has approved it.",
        error="Give the day",
        span=forms.Span.ANY,
    )


class Approve(forms.PathwaysForm):
    sure = forms.Confirm(
        label="I have read what changes, and who would be given another level",
        error="Read what changes, then say that you have",
    )


class Return(forms.PathwaysForm):
    words = forms.LongText(label="What is to be changed?", error="Say what is to be changed", rows=4)


class Withdraw(forms.PathwaysForm):
    sure = forms.Confirm(
        label="Withdraw this version. It stays in the history.", error="Say that you want to withdraw it"
    )
