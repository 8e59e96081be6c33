"""What is asked while she is supported. The most used form fits a telephone held in one hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from pathways.domain.outcomes import followup
from pathways.domain.support import closure, contact, review
from pathways.domain.support.reasons import Absence, EndGroup, EndReason, NotHeld
from pathways.domain.terms.contact import Channel, ContactMode
from pathways.domain.terms.needs import Domain, Rung
from pathways.domain.terms.routes import Door, by_door
from pathways.web import clock, forms

CONFIDENTIAL = "Only your own organisation can read this. Police cannot, and neither can the coordinator."
SCALE = [(str(number), str(number)) for number in range(11)]


def moment(day: date, at: time) -> datetime:
    """A day and a time of the reader's clock as one moment."""
    return datetime.combine(day, at, tzinfo=clock.LONDON)


class ContactForm(forms.PathwaysForm):
    """What became of a contact: when, how, whether she came. Under two minutes."""

    when = forms.Choose(
        label="When was it?",
        choices=[("now", "Just now"), ("then", "At its planned time"), ("earlier", "At another time")],
    )
    day = forms.Date(label="Which day?", error="Enter the day of the contact", span=forms.Span.HAPPENED)
    at = forms.Time(label="What time?", error="Enter the time of the contact")
    mode = forms.Choose(label="How?", of=ContactMode, error="Select how you were in contact")
    came = forms.Choose(
        label="Did she come?",
        choices=[
            ("yes", "Yes"),
            ("late", "Yes, late"),
            ("no", "No"),
            ("not_held", "It did not take place"),
        ],
        error="Select whether she came",
        hints={"not_held": "For a reason of ours, which says nothing about her"},
    )
    began = forms.Choose(
        label="Who began this contact?",
        of=contact.BegunBy,
        required=False,
        hint="She has asked for a stop. When we began it, your supervisor and the coordinator are told.",
    )
    absence = forms.Pick(label="Why did she not come?", of=Absence, error="Select why, or “Not known”")
    not_held = forms.Pick(label="Why did it not take place?", of=NotHeld, error="Select why")
    minutes = forms.Number(
        label="How long was it?",
        required=False,
        suffix="minutes",
        width=4,
        hint="Leave empty if she did not come.",
        max_value=contact.MOST_MINUTES,
        error_messages={"max_value": contact.HOW_LONG},
    )
    note = forms.LongText(label="Note", required=False, rows=4, hint=CONFIDENTIAL)
    conditional = {
        "day": ("when", "earlier"),
        "at": ("when", "earlier"),
        "absence": ("came", "no"),
        "not_held": ("came", "not_held"),
    }
    say_nothing_of_optional = frozenset({"minutes", "began"})

    def __init__(
        self,
        *args: Any,
        planned_at: datetime | None = None,
        now: datetime | None = None,
        stopped_since: datetime | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.planned_at, self.now, self.stopped_since = planned_at, now, stopped_since
        if stopped_since is None:
            del self.fields["began"]
        choices = [("now", "Just now"), ("earlier", "Earlier")]
        if planned_at is not None:
            choices = [("then", f"As planned, {clock.moment(planned_at)}"), ("earlier", "At another time")]
        self.fields["when"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        came = given.get("came")
        if came in ("yes", "late") and not given.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", contact.HOW_LONG)
        if came in ("no", "not_held"):
            given["minutes"] = None
        if self.now is not None and "day" not in self.errors and "at" not in self.errors:
            happened = self.happened_at(given)
            if happened is not None and happened > self.now:
                field = "at" if given.get("when") == "earlier" else "when"
                self.add_error(field, "A contact in the future cannot be recorded")
        if self.stopped_since is not None and came and came != "not_held" and not given.get("began"):
            happened = self.happened_at(given)
            if happened is not None and happened >= self.stopped_since and "began" not in self.errors:
                self.add_error("began", "Select who began this contact")
        return given

    def happened_at(self, given: dict[str, Any]) -> datetime | None:
        if given.get("when") == "earlier":
            day, at = given.get("day"), given.get("at")
            return moment(day, at) if day and at else None
        return self.planned_at if given.get("when") == "then" else self.now


class AppointmentForm(forms.PathwaysForm):
    """When and how you will meet."""

    day = forms.Date(label="Which day?", error="Enter the day of the appointment")
    at = forms.Time(label="What time?", error="Enter the time of the appointment")
    mode = forms.Choose(label="How?", of=ContactMode, error="Select how you will be in contact")


class NoteForm(forms.PathwaysForm):
    """A note that is no contact."""

    body = forms.LongText(label="Note", rows=8, hint=CONFIDENTIAL, error="Write the note")


class CorrectNoteForm(forms.PathwaysForm):
    """A note as it should read, and why."""

    body = forms.LongText(label="The note as it should read", rows=8, hint=CONFIDENTIAL)
    why = forms.Text(
        label="Why is it corrected?",
        width="full",
        hint="The earlier version is kept and can still be read.",
        error="Say why it is corrected",
    )


class GroupForm(forms.PathwaysForm):
    """A register: which group, when, and who of your own women came."""

    group_id = forms.Hidden()
    title = forms.Text(label="Which group?", width="two-thirds", error="Say which group it was")
    day = forms.Date(label="Which day?", error="Enter the day of the group", span=forms.Span.HAPPENED)
    at = forms.Time(label="When did it begin?", error="Enter the time the group began")
    minutes = forms.Number(
        label="How long was it?",
        suffix="minutes",
        width=4,
        error=contact.HOW_LONG,
        min_value=1,
        max_value=contact.MOST_MINUTES,
        error_messages={"min_value": contact.HOW_LONG, "max_value": contact.HOW_LONG},
    )
    came = forms.ChooseMany(
        label="Who came?",
        choices=[],
        hint="Only you see these names together: each record shows one woman.",
        error="Tick who came",
    )
    some_late = forms.Confirm(label="Some came late", required=False)
    late = forms.ChooseMany(label="Who came late?", choices=[], error="Tick who came late")
    conditional = {"late": ("some_late", "on")}

    def __init__(
        self,
        *args: Any,
        women: Sequence[tuple[str, str]] = (),
        now: datetime | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        for name in ("came", "late"):
            self.fields[name].choices = list(women)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        day, at = given.get("day"), given.get("at")
        if day and at and self.now is not None and moment(day, at) > self.now:
            self.add_error("at", "A group in the future cannot be recorded")
        stray = set(given.get("late") or ()) - set(given.get("came") or ())
        if stray:
            self.add_error("late", "Who came late must be ticked under “Who came?” too")
        return given


class GoalForm(forms.PathwaysForm):
    """Something she wants."""

    words = forms.LongText(
        label="What does she want?",
        rows=3,
        hint="In her own words, as she says it.",
        error="Write what she wants, in her words",
    )
    domain = forms.Pick(label="Which part of her life is it about?", of=Domain, required=False)
    importance = forms.Choose(
        label="How much does it matter to her?",
        choices=SCALE,
        inline=True,
        small=True,
        hint="0 is not at all, 10 is more than anything.",
    )
    nearness = forms.Choose(
        label="How near does it feel today?",
        choices=SCALE,
        inline=True,
        small=True,
        hint="0 is nowhere near, 10 is there.",
    )
    target_date = forms.Date(label="When would she like to be there?", required=False)


class RateForm(forms.PathwaysForm):
    """How near a goal feels today."""

    nearness = forms.Choose(
        label="How near does it feel today?",
        choices=SCALE,
        inline=True,
        small=True,
        hint="She says the number: 0 is nowhere near, 10 is there.",
        error="Select the number that she says",
    )


class ReviewForm(forms.PathwaysForm):
    """What has changed since last time, and when to look again."""

    happened_on = forms.Date(
        label="When was the review?", error="Enter the day of the review", span=forms.Span.HAPPENED
    )
    what_changed = forms.LongText(
        label="What has changed?", rows=4, hint="What has gone well first.", error="Write what has changed"
    )
    her_view = forms.LongText(label="How does she see it?", rows=4, required=False)
    plan = forms.LongText(label="What happens next?", rows=3, required=False)
    settles = forms.Choose(label="What does this review settle?", of=review.Next)
    next_review_on = forms.Date(
        label="When is the next review?",
        required=False,
        hint="Leave empty for the day that her level of support sets.",
    )


class LeavingForm(forms.PathwaysForm):
    """Why she disengaged, as far as is known."""

    reason = forms.Pick(
        label="Why has she disengaged?",
        choices=[],
        hint="She need not say. “She did not say” is an answer.",
        error="Select why, or “She did not say”",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = grouped_reasons()  # type: ignore[attr-defined]


def grouped_reasons() -> list[Any]:
    """Why support ended, under the kinds of reason."""
    return [
        ("", "Choose"),
        *(
            (
                group.label,
                [(reason.value, reason.label) for reason in EndReason if reason.group is group],
            )
            for group in EndGroup
        ),
    ]


class OutcomeForm(forms.PathwaysForm):
    """How it ended and why."""

    outcome = forms.Choose(label="How does it end?", of=closure.Outcome, error="Select how it ends")
    reason = forms.Pick(
        label="What is the main reason?",
        choices=[],
        required=False,
        hint="She need not say. “She did not say” is an answer.",
    )
    say_nothing_of_optional = frozenset({"reason"})

    def __init__(self, *args: Any, outcomes: Sequence[closure.Outcome] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = grouped_reasons()  # type: ignore[attr-defined]
        if outcomes:
            self.fields["outcome"].choices = [(one.value, one.label) for one in outcomes]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        outcome = given.get("outcome")
        if outcome and outcome not in closure.BEFORE_SUPPORT and not given.get("reason"):
            self.add_error("reason", "Select the main reason, or “She did not say”")
        return given


class SummaryForm(forms.PathwaysForm):
    """What was done, and what comes after."""

    summary = forms.LongText(
        label="What was done, and what has changed for her?",
        rows=6,
        hint="Strengths first. Write nothing that she could not read.",
        error="Write a short summary",
    )
    step_down = forms.LongText(
        label="Where can she turn to from now on?",
        rows=4,
        required=False,
        hint="Needed for a planned ending: people, places and how she gets back to you.",
    )
    is_exit_talk_offered = forms.YesNo(
        label="Was she offered a talk about how it was for her?",
        choices=[("yes", "Yes"), ("no", "No"), ("none", "It was not possible")],
    )


class CloseEarlyForm(forms.PathwaysForm):
    """An episode that never reached support."""

    outcome = forms.Choose(
        label="How does it end?",
        of=[closure.Outcome.NOT_REACHED, closure.Outcome.ADVICE_ONLY],
        error="Select how it ends",
    )
    summary = forms.LongText(
        label="What was tried, or what advice was given?", rows=5, error="Write what was tried or advised"
    )


class ReturnForm(forms.PathwaysForm):
    """What is still to do before a closure can be signed off."""

    words = forms.LongText(label="What is still to do?", rows=4, error="Write what is still to do")


class ColleagueForm(forms.PathwaysForm):
    """Whose caseload, and who takes it."""

    from_account_id = forms.Pick(label="Whose women?", choices=[], error="Select whose women")
    to_account_id = forms.Pick(label="Who takes them?", choices=[], error="Select who takes them")

    def __init__(
        self,
        *args: Any,
        colleagues: Sequence[tuple[str, str]] = (),
        takers: Sequence[tuple[str, str]] = (),
        fixed: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, people in (("from_account_id", colleagues), ("to_account_id", takers)):
            self.fields[name].choices = [("", "Choose"), *people]  # type: ignore[attr-defined]
        if fixed:
            del self.fields["from_account_id"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        now = given.get("from_account_id")
        if now and now == given.get("to_account_id"):
            self.add_error("to_account_id", "Select a colleague: this is the same person")
        return given


class CoverForm(ColleagueForm):
    """Cover until a day."""

    until = forms.Date(
        label="Until when?",
        hint="The last day of the cover. What lasts longer than three months is a hand-over.",
        error="Enter the last day of the cover",
    )


class HandOverForm(ColleagueForm):
    """For good."""

    is_she_told = forms.YesNo(
        label="Has each woman been told who her worker is now?", error="Select whether they have been told"
    )


class FollowUpForm(forms.PathwaysForm):
    """How she is now. Every answer but one is hers to leave out."""

    reached = forms.Choose(
        label="How were you in touch?",
        choices=[
            ("her", "She got in touch, or came by"),
            *((one.value, one.label) for one in (Channel.CALL, Channel.TEXT, Channel.IN_PERSON)),
        ],
        error="Select how you were in touch",
    )
    words = forms.LongText(label="How is she, in her own words?", rows=4, required=False)

    def __init__(self, *args: Any, goals: Sequence[tuple[UUID, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rungs = [("", "Not asked"), *((str(int(rung)), rung.label) for rung in Rung)]
        numbers = [("", "Not asked"), *SCALE]
        for goal_id, words in goals:
            self.fields[f"goal_{goal_id}"] = forms.Pick(label=words, choices=numbers, required=False)
        for domain in Domain:
            self.fields[f"need_{domain.value}"] = forms.Pick(
                label=domain.label, choices=rungs, required=False
            )
        self.say_nothing_of_optional = frozenset(self.fields)  # type: ignore[misc]
        parts: list[tuple[str, tuple[str, ...]]] = [("", ("reached", "words"))]
        if goals:
            parts.append(("How near does each goal feel, 0 to 10?", tuple(f"goal_{one}" for one, _ in goals)))
        parts.append(("Where she stands now", tuple(f"need_{one.value}" for one in Domain)))
        self.sections = tuple(parts)  # type: ignore[misc]


class ComeBackForm(forms.PathwaysForm):
    """How she came back."""

    how = forms.Choose(
        label="How did she come back?",
        choices=[("her", "She came herself"), ("referred", "She was referred again")],
        error="Select how she came back",
    )
    route = forms.Pick(
        label="Who referred her?", of=list(by_door(Door.OPEN)), error="Select who referred her"
    )
    wishes = forms.Confirm(label="She wants this herself", required=False)
    conditional = {"route": ("how", "referred"), "wishes": ("how", "referred")}


class WomenFilter(forms.PathwaysForm):
    """Which women a list shows."""

    level = forms.Pick(
        label="Level", choices=[(str(number), f"Level {number}") for number in range(5)], required=False
    )
    worker = forms.Pick(label="Worker", choices=[], required=False)

    def __init__(self, *args: Any, colleagues: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if colleagues:
            self.fields["worker"].choices = [("", "Anyone"), *colleagues]  # type: ignore[attr-defined]
        else:
            del self.fields["worker"]


def soon(now: datetime) -> date:
    """Tomorrow, where an appointment starts out."""
    return (clock.local(now) + timedelta(days=1)).date()


WAVES = tuple(followup.Wave)
