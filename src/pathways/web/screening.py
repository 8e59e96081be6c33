"""The questions that both doors ask: the record of a decision, what is decided, how she may be reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from pathways.domain.identification import eligibility, judgement
from pathways.domain.identification.judgement import Heading
from pathways.domain.identification.reasons import DeferReason, ElsewhereReason, RejectReason
from pathways.domain.reach import plan
from pathways.domain.terms.contact import Channel, Weekday, Window
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.law import SocInvolvement, VictimOfSoc
from pathways.journey.judging import MOVES, Judgement, Written
from pathways.web import flow, forms

#: Words on the outcomes, as a person who decides would say them.
WORDS: Mapping[ScreeningOutcome, str] = {
    ScreeningOutcome.CONFIRMED: "Confirm: offer her the programme",
    ScreeningOutcome.REJECTED: "Do not take forward",
    ScreeningOutcome.DEFERRED: "Defer: look at it again later",
    ScreeningOutcome.SAFEGUARDING_FIRST: "Safeguarding first",
    ScreeningOutcome.DUPLICATE: "Already known",
    ScreeningOutcome.NOT_THIS_PROGRAMME: "Not for this programme",
}


def _prompt(heading: Heading) -> Any:
    return forms.LongText(
        label=heading.label,
        hint=judgement.PROMPTS[heading],
        rows=3,
        error=f"Fill in: {heading.label}",
    )


class ModelForm(forms.PathwaysForm):
    """The parts of the National Decision Model, in order: only those that the decision needs."""

    information = _prompt(Heading.INFORMATION)
    assessment = _prompt(Heading.ASSESSMENT)
    powers = _prompt(Heading.POWERS_AND_POLICY)
    options = _prompt(Heading.OPTIONS)
    ethics = _prompt(Heading.CODE_OF_ETHICS)
    action = _prompt(Heading.ACTION_AND_REVIEW)
    field_order = [heading.value for heading in Heading]

    def __init__(
        self,
        *args: Any,
        decided: ScreeningOutcome | None = None,
        known: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        needed = {one.value for one in judgement.NEEDED[decided or ScreeningOutcome.CONFIRMED]}
        for name in [one for one in self.fields if one not in needed]:
            del self.fields[name]
        for name in known & set(self.fields):
            field: Any = self.fields[name]
            field.help_text = f"{field.help_text} Filled in from the record: check it and change it."


class AboutForm(forms.PathwaysForm):
    """Two independent answers about organised crime, the risk to a worker, and whom the programme is for."""

    involvement = forms.Choose(
        label="How close does she stand to organised crime?",
        of=SocInvolvement,
        error="Select how close she stands to organised crime",
    )
    victim = forms.Choose(
        label="Is she a victim of organised crime?",
        of=VictimOfSoc,
        hint="A separate answer: she can be involved and a victim at once.",
        error="Select whether she is a victim of organised crime",
    )
    risk_to_worker = forms.LongText(
        label="What should a worker who meets her know to stay safe?",
        hint="The worker is told this and nothing else that police hold. Write “No risk known” if so.",
        rows=3,
        error="Enter what a worker should know, or “No risk known”",
    )
    is_woman = forms.YesNo(
        label="Does she come within the programme’s definition of who it is for?",
        hint=eligibility.Definition().text + ".",
        required=False,
        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Not known")],
    )
    is_adult = forms.YesNo(
        label="Is she 18 or over?",
        hint="A date of birth on the record outweighs this answer.",
        required=False,
        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Not known")],
    )
    say_nothing_of_optional = frozenset({"is_woman", "is_adult"})

    def __init__(self, *args: Any, decided: ScreeningOutcome | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (decided or ScreeningOutcome.CONFIRMED) is not ScreeningOutcome.CONFIRMED:
            for name in ("risk_to_worker", "is_woman", "is_adult"):
                del self.fields[name]


class Shorter(flow.Flow):
    """A decision asked as shortly as it allows: what is decided first, then only what that needs."""

    #: the decision that stands, where it is put in other words
    stands: ScreeningOutcome | None = None

    @property
    def decided(self) -> ScreeningOutcome | None:
        """What was chosen so far in this form; None before anything was."""
        if self.stands is not None:
            return self.stands
        kept = getattr(self, "kept", {}).get("steps", {}).get("outcome", {}).get("outcome", [])
        chosen = kept[0] if kept else ""
        return ScreeningOutcome(chosen) if chosen in set(ScreeningOutcome) else None

    @property
    def all_steps(self) -> tuple[flow.Step, ...]:
        short = self.decided is not None and self.decided not in judgement.JUDGED
        return tuple(one for one in self.steps if not (short and one.slug == "about"))

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"decided": self.decided} if step.slug in ("model", "about") else {}


class SayAgainForm(forms.PathwaysForm):
    """Why a decision that stands is put in other words."""

    why = forms.LongText(
        label="Why is this decision corrected?",
        hint="The decision itself stays. What was written before is kept with this reason.",
        rows=2,
        counted=300,
        error="Say why it is corrected",
    )


class OutcomeForm(forms.PathwaysForm):
    """What a named person decides, with the coded reason that the flow is counted by."""

    outcome = forms.Choose(
        label="What do you decide?",
        choices=[(one.value, WORDS[one]) for one in ScreeningOutcome],
        hints={
            ScreeningOutcome.SAFEGUARDING_FIRST.value: "A safeguarding referral is made first.",
            ScreeningOutcome.DUPLICATE.value: "The same woman has been brought before.",
        },
        error="Select what you decide",
    )
    reject_reason = forms.Choose(label="Why?", of=RejectReason, error="Select why it is not taken forward")
    defer_reason = forms.Choose(label="Why does it wait?", of=DeferReason, error="Select why it waits")
    look_again_on = forms.Date(label="Look at it again on", error="Enter the day on which it is looked at")
    elsewhere_reason = forms.Choose(label="Why?", of=ElsewhereReason, error="Select why it is not for her")
    conditional = {
        "reject_reason": ("outcome", ScreeningOutcome.REJECTED),
        "defer_reason": ("outcome", ScreeningOutcome.DEFERRED),
        "look_again_on": ("outcome", ScreeningOutcome.DEFERRED),
        "elsewhere_reason": ("outcome", ScreeningOutcome.NOT_THIS_PROGRAMME),
    }

    def __init__(self, *args: Any, open_moves: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose: Any = self.fields["outcome"]
        choose.choices = [(one.value, WORDS[one]) for one in ScreeningOutcome if MOVES[one] in open_moves]

    def clean_outcome(self) -> ScreeningOutcome:
        return ScreeningOutcome(self.cleaned_data["outcome"])


def judgement_from(answers: Mapping[str, Any]) -> Judgement:
    """The decision as the verbs take it."""
    reason = answers.get("reject_reason") or answers.get("defer_reason") or answers.get("elsewhere_reason")
    return Judgement(
        outcome=answers.get("outcome", ScreeningOutcome.CONFIRMED),
        record={heading: answers.get(heading.value) or "" for heading in Heading},
        involvement=answers.get("involvement"),
        victim=answers.get("victim"),
        risk_to_worker=answers.get("risk_to_worker") or "",
        is_woman=_known(answers.get("is_woman")),
        is_adult=_known(answers.get("is_adult")),
        reason=reason.value if reason else "",
        look_again_on=answers.get("look_again_on"),
    )


def _known(answer: Any) -> bool | None:
    return answer if isinstance(answer, bool) else None


class WaysForm(forms.PathwaysForm):
    """How she may be reached before she has been asked."""

    is_safe = forms.YesNo(
        label="Is any way of reaching her known to be safe?",
        choices=[("yes", "Yes"), ("no", "No, no way is known to be safe")],
        error="Select whether any way of reaching her is known to be safe",
    )
    channels = forms.ChooseMany(label="Safe ways to reach her", of=Channel, error="Select at least one way")
    times = forms.Choose(
        label="When?",
        choices=[("any", "At any time"), ("set", "Only on certain days, between two times")],
        error="Select when she can be reached",
    )
    days = forms.ChooseMany(
        label="Days", choices=[(str(int(day)), day.label) for day in Weekday], error="Select at least one day"
    )
    start = forms.Time(label="From", error="Enter the time from which she can be reached")
    until = forms.Time(label="Until", error="Enter the time until which she can be reached")
    say = forms.Text(
        label="Who should the caller say they are?",
        hint="Ends the sentence “say you are …”, for example “from the library”.",
        required=False,
        width="two-thirds",
    )
    must_not_know = forms.Text(
        label="Who must not know?",
        hint="For example, her partner and his brother.",
        required=False,
        width="two-thirds",
    )
    conditional = {
        "channels": ("is_safe", True),
        "times": ("is_safe", True),
        "days": ("times", "set"),
        "start": ("times", "set"),
        "until": ("times", "set"),
        "say": ("is_safe", True),
        "must_not_know": ("is_safe", True),
    }

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        start, until = given.get("start"), given.get("until")
        if start and until and start >= until:
            self.add_error("until", ValidationError("The time until must be later than the time from"))
        return given


def ways_from(answers: Mapping[str, Any], *, at: Any) -> plan.Facts | None:
    """The plan as the rules take it; None when no way is safe."""
    if answers["is_safe"] is not True:
        return None
    windows: tuple[Window, ...] = ()
    if answers["times"] == "set":
        windows = tuple(
            Window(Weekday(int(day)), answers["start"], answers["until"]) for day in answers["days"]
        )
    hidden = answers["must_not_know"].strip()
    return plan.Facts(
        status=plan.Status.PROVISIONAL,
        trusted_from=at,
        channels=frozenset(answers["channels"]),
        windows=windows,
        is_any_time=answers["times"] == "any",
        say=answers["say"].strip(),
        must_not_know=(hidden,) if hidden else (),
    )


def rows(decided: Written | None) -> list[dict[str, Any]]:
    """A recorded decision as rows of a summary."""
    if decided is None:
        return []
    known = {True: "Yes", False: "No", None: "Not known"}
    found = [
        ("Decided by", decided.by),
        ("Reason", decided.reason),
        ("How close to organised crime", decided.involvement),
        ("Victim of organised crime", decided.victim),
        ("Within the programme’s definition", known[decided.is_woman]),
        ("18 or over", known[decided.is_adult]),
        ("What a worker should know", decided.risk_to_worker),
        *decided.record,
    ]
    return [{"key": key, "value": value} for key, value in found if value]
