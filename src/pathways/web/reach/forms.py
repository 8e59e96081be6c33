"""The questions of reaching her."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError

from pathways.domain.reach.agreement import Condition, Interpreter, ReturnField
from pathways.domain.reach.approach import Result
from pathways.domain.reach.plan import Change
from pathways.domain.reach.stop import AskedBy, Kind
from pathways.domain.referral.sharing import ShareField
from pathways.domain.terms import clocks
from pathways.domain.terms.contact import Channel, Purpose, Weekday, Window
from pathways.journey.contact_plan import NotSafe, Ways
from pathways.journey.stopping import Reason
from pathways.web import forms

_DAYS = [(str(int(day)), day.label) for day in Weekday]
_TRIED = [
    Channel.CALL,
    Channel.TEXT,
    Channel.VOICEMAIL,
    Channel.EMAIL,
    Channel.IN_PERSON,
    Channel.LETTER,
    Channel.VIA_SOMEONE,
]


class AssignForm(forms.PathwaysForm):
    worker = forms.Choose(label="Who is to reach her?", error="Select a worker", choices=[])

    def __init__(self, *args: Any, workers: tuple[Any, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["worker"]
        field.choices = [(one.key, f"{one.name}, {one.organisation}") for one in workers]  # type: ignore[attr-defined]
        field.hints = {one.key: _load(one.caseload) for one in workers}  # type: ignore[attr-defined]


def _load(number: int) -> str:
    return "Works with nobody now" if not number else f"Works with {number} now"


class AttemptForm(forms.PathwaysForm):
    began = forms.Choose(
        label="Who got in touch?",
        choices=[("we", "We tried to reach her"), ("she", "She got in touch herself")],
        error="Select who got in touch",
        inline=True,
    )
    channel = forms.Choose(label="How?", of=_TRIED, error="Select how")
    result = forms.Choose(label="What came of it?", of=Result, error="Select what came of it")
    day = forms.Date(label="On which day?", error="Enter the day", span=forms.Span.HAPPENED)
    clock = forms.Time(label="At what time?", error="Enter the time")
    note = forms.LongText(
        label="Anything the next person needs to know",
        hint="Her own words where you can. She may read this.",
        required=False,
        rows=3,
        counted=1000,
    )

    @property
    def happened_at(self) -> datetime:
        return moment(self.cleaned_data)


def moment(answers: dict[str, Any]) -> datetime:
    """The day and the time typed, as a moment on the programme's clock."""
    return datetime.combine(answers["day"], answers["clock"], tzinfo=clocks.LONDON)


class WaysForm(forms.PathwaysForm):
    channels = forms.ChooseMany(
        label="How may we reach her?",
        of=Channel,
        error="Select at least one way",
        hint="Only what she says is safe. What is not ticked is never used.",
        hints={
            "voicemail": "Somebody else may listen to it",
            "letter": "Somebody else may open it",
            "calendar": "An entry that others may see on her telephone",
        },
    )
    telephone = forms.Phone(label="Her safe telephone number", required=False)
    email = forms.Email(label="Her safe e-mail address", required=False)
    letters_to = forms.LongText(label="Where letters may go", required=False, rows=3)
    safe_person = forms.Text(
        label="A person whom she trusts",
        hint="A name, and how to reach that person",
        required=False,
        width="two-thirds",
    )


class WhenForm(forms.PathwaysForm):
    any_time = forms.Choose(
        label="At what times?",
        choices=[("times", "Only at certain times"), ("any", "At any time")],
        error="Select when she may be reached",
    )
    days = forms.ChooseMany(label="On which days?", choices=_DAYS, error="Select the days", small=True)
    start = forms.Time(label="From", error="Enter from when")
    until = forms.Time(label="Until", error="Enter until when")
    other_days = forms.ChooseMany(
        label="And at other times on other days?", choices=_DAYS, required=False, small=True
    )
    other_start = forms.Time(label="From, on the other days", required=False)
    other_until = forms.Time(label="Until, on the other days", required=False)
    conditional = dict.fromkeys(
        ("days", "start", "until", "other_days", "other_start", "other_until"), ("any_time", "times")
    )

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or self.cleaned_data
        for first, last in (("start", "until"), ("other_start", "other_until")):
            start, until = given.get(first), given.get(last)
            if start and until and start >= until:
                self.add_error(last, ValidationError("The time until must be later than the time from"))
        if given.get("other_days") and not (given.get("other_start") and given.get("other_until")):
            self.add_error("other_start", ValidationError("Enter from when and until when on the other days"))
        return given


class WordsForm(forms.PathwaysForm):
    say = forms.Text(
        label="If somebody else answers, say you are …",
        hint="For example “from the library”",
        required=False,
        width="two-thirds",
    )
    alias = forms.Text(label="The name to ask for", hint="If not her own", required=False, width=20)
    code_word = forms.Text(
        label="A code word",
        hint="That she, or we, can say when it is not safe to go on",
        required=False,
        width=20,
    )
    must_not_know = forms.LongText(
        label="Who must not know?", hint="One person or group on each line", required=False, rows=3
    )
    language = forms.Text(label="The language she prefers", required=False, width=20)
    needs_interpreter = forms.YesNo(label="Does she need an interpreter?")
    note = forms.LongText(label="Anything else that keeps her safe", required=False, rows=3, counted=1000)


def ways(answers: dict[str, Any]) -> Ways:
    """The answers of the three pages as the plan they make."""
    windows: list[Window] = []
    if answers["any_time"] == "times":
        windows += _windows(answers["days"], answers["start"], answers["until"])
        if answers["other_days"]:
            windows += _windows(answers["other_days"], answers["other_start"], answers["other_until"])
    texts = (
        "telephone",
        "email",
        "letters_to",
        "safe_person",
        "say",
        "alias",
        "code_word",
        "language",
        "note",
    )
    return Ways(
        channels=frozenset(answers["channels"]),
        windows=tuple(sorted(windows)),
        is_any_time=answers["any_time"] == "any",
        must_not_know=tuple(line.strip() for line in answers["must_not_know"].splitlines() if line.strip()),
        needs_interpreter=bool(answers["needs_interpreter"]),
        **{name: answers[name] for name in texts},
    )


def _windows(days: list[str], start: time, until: time) -> list[Window]:
    return [Window(Weekday(int(day)), start, until) for day in days]


class ChangedForm(forms.PathwaysForm):
    change = forms.Choose(label="What has changed?", of=Change, error="Select what has changed")


class NotSafeForm(forms.PathwaysForm):
    reason = forms.Choose(label="Why is there no safe way?", of=NotSafe, error="Select why")


class ExplainedForm(forms.PathwaysForm):
    are_limits_explained = forms.Confirm(
        label="I have explained what cannot be kept confidential",
        hint="A risk to a child, a serious risk to somebody’s life, and what a court orders.",
    )
    is_stopping_explained = forms.Confirm(
        label="I have explained that she can stop at any time, without a reason"
    )
    interpreter = forms.Choose(label="Was an interpreter needed?", of=Interpreter, error="Select an answer")


class ConditionForm(forms.PathwaysForm):
    is_condition = forms.YesNo(
        label="Is taking part a condition of a disposal?",
        hint="Such as a conditional caution. If it is, she has to know exactly what is returned to police.",
    )
    kind = forms.Choose(
        label="Which kind?",
        choices=[
            (one.value, one.label.removeprefix("Yes: ").capitalize()) for one in Condition if one.is_imposed
        ],
        error="Select which kind of disposal",
    )
    returns = forms.ChooseMany(
        label="What is returned to police?",
        of=ReturnField,
        error="Select exactly what is returned",
        hint="Nothing else ever is.",
    )
    appointments_required = forms.Number(
        label="How many appointments does the condition require?", required=False, min_value=1, max_value=60
    )
    return_to = forms.Pick(label="To which police organisation?", choices=[], error="Select to whom it goes")
    return_reference = forms.Text(
        label="The reference of the disposal",
        hint="Police know it by this: the return does not name her",
        width=20,
        error="Enter the reference of the disposal",
    )
    conditional = dict.fromkeys(
        ("kind", "returns", "appointments_required", "return_to", "return_reference"), ("is_condition", "yes")
    )

    def __init__(self, *args: Any, police: tuple[tuple[Any, str], ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [("", "Choose"), *((str(key), name) for key, name in police)]
        self.fields["return_to"].choices = chosen  # type: ignore[attr-defined]


class SharingForm(forms.PathwaysForm):
    shares = forms.ChooseMany(
        label="What may a service be told about her?",
        of=ShareField,
        required=False,
        hint="Only what she agrees to. Without her name and how to reach her safely no service can help.",
    )
    may_police_know = forms.YesNo(
        label="May police know that she takes part?",
        hint="Beyond what a condition requires. If she came by herself, police do not know of her.",
    )
    is_evaluation_agreed = forms.YesNo(
        label="May what happens be counted, without her name, to learn whether the programme helps?"
    )
    words = forms.LongText(label="What matters to her about this, in her words", required=False, rows=3)


class WriteForm(forms.PathwaysForm):
    channel = forms.Choose(label="By which way?", of=Channel, error="Select a way")
    purpose = forms.Choose(
        label="What is it for?",
        of=[one for one in Purpose if one is not Purpose.APPROACH],
        error="Select what it is for",
    )
    body = forms.LongText(
        label="The message",
        hint="Neutral words. Write nothing that would harm her if somebody else read it.",
        counted=480,
        rows=4,
        error="Enter the message",
    )


class StopForm(forms.PathwaysForm):
    kind = forms.Choose(label="What does she want?", of=Kind, error="Select what she wants")
    asked_by = forms.Choose(label="Who says so?", of=AskedBy, error="Select who says so", inline=True)
    reason = forms.Pick(
        label="Why, if she wants to say",
        of=Reason,
        required=False,
        empty="She did not say",
        hint="Nobody asks her twice. Police are never told.",
    )
    words = forms.LongText(label="Her words", required=False, rows=3, hint="Only her own support reads this.")

    def __init__(self, *args: Any, kinds: tuple[Kind, ...] = tuple(Kind), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        field.choices = [(one.value, _WANTS[one]) for one in kinds]  # type: ignore[attr-defined]
        field.hints = {one.value: _MEANS[one] for one in kinds}  # type: ignore[attr-defined]
        reasons = self.fields["reason"]
        reasons.choices = [choice for choice in reasons.choices if choice[0] != Reason.NOT_SAID.value]  # type: ignore[attr-defined]


_WANTS = {
    Kind.DECLINE: "She does not want to take part",
    Kind.PAUSE: "She wants a pause",
    Kind.WITHDRAW: "She no longer wants to take part",
}
_MEANS = {
    Kind.DECLINE: "Nobody contacts her any more. She can come back whenever she wants.",
    Kind.PAUSE: "Nobody contacts her until she wants to start again. Nothing is closed.",
    Kind.WITHDRAW: "Nobody contacts her any more, referrals are withdrawn and her episode closes.",
}


class StartAgainForm(forms.PathwaysForm):
    she_asked = forms.Confirm(label="She has said that she wants to start again")


class PlaceForm(forms.PathwaysForm):
    address = forms.LongText(label="Where she is safe", rows=4, error="Enter the address")
    note = forms.LongText(label="What to know about it", required=False, rows=3)
