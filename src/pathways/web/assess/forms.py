"""What an assessment asks, in its order: her strengths and her words first, judgements last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pathways.domain.referral import matching
from pathways.domain.terms import demographics as d
from pathways.domain.terms import needs
from pathways.domain.terms.law import Coercion
from pathways.domain.terms.words import Worded, choices
from pathways.domain.triage import mechanisms
from pathways.domain.triage.assessment import (
    SAYS_SO,
    Exploitation,
    HomeUsed,
    ImmediateSafety,
    Need,
    SaidBy,
)
from pathways.domain.triage.mechanisms import Mechanism, Standing
from pathways.journey.assess import OFFENDING
from pathways.web import forms

NOT_YET = "not_yet"


class Strengths(forms.PathwaysForm):
    strengths = forms.LongText(
        label="What is she good at, proud of, or keeping going?",
        hint="People, skills, routines and courage: what support can build on.",
        error="Enter at least one strength",
        rows=5,
    )
    her_words = forms.LongText(
        label="What does she want, in her own words?",
        hint="As near as you can to how she said it. She can read this.",
        error="Enter what she wants, in her own words",
        rows=5,
    )


def _ladder() -> type[forms.PathwaysForm]:
    rungs = [(str(int(rung)), f"{int(rung)}. {rung.label}") for rung in needs.Rung]
    unrated = choices(needs.Unrated)
    fields: dict[str, Any] = {}
    sections = []
    for domain in needs.Domain:
        rung, note = f"rung_{domain.value}", f"note_{domain.value}"
        fields[rung] = forms.Choose(
            label=domain.label,
            choices=[*rungs, *unrated],
            dividers={unrated[0][0]: "or"},
            hint=needs.PROMPTS[domain],
            error=f"Choose a rung for {domain.label.lower()}, or say why there is none",
            small=True,
        )
        fields[note] = forms.LongText(
            label=f"{domain.label}: what she said, or what you saw", required=False, rows=2
        )
        sections.append((domain.label, (rung, note)))
    return type("Rungs", (forms.PathwaysForm,), {**fields, "__module__": __name__})


class Ladder(_ladder()):  # type: ignore[misc]
    """Every part of her life. Where she stood last time is said beside it, and chooses nothing by itself."""

    def __init__(self, *args: Any, last: Mapping[needs.Domain, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for domain, words in (last or {}).items():
            rung = self.fields[f"rung_{domain.value}"]
            rung.help_text = f"{rung.help_text} {words}."


class Safety(forms.PathwaysForm):
    immediate_safety = forms.Choose(
        label="Is there a concern for her immediate safety?",
        choices=[*choices(ImmediateSafety), ("unknown", "Not known")],
        hints={
            "yes": "Act on it now: 999, safeguarding or MARAC come before this form. An urgent task is put "
            "on your list as soon as this is chosen. Police are not told by it.",
            "unknown": "The suggested level will be provisional until somebody knows.",
        },
        error="Say whether there is a concern for her immediate safety",
    )
    safety = forms.LongText(
        label="What makes her more safe, and what less?",
        required=False,
        hint="Who, where and when. Do not write an address where she is hiding: it has a place of its own.",
    )


class Relationships(forms.PathwaysForm):
    relationships = forms.LongText(
        label="Who is good for her, and is anyone controlling, hurting or using her?",
        required=False,
        rows=6,
    )


class Control(forms.PathwaysForm):
    """Coercion as it is today, whether or not anything was ever done under it."""

    control = forms.LongText(
        label="Does anybody control her, threaten her, or make her do things?",
        hint="Money, telephone, children, papers, drugs, pictures, where she may go. What she says of it.",
        required=False,
        rows=5,
    )
    home_used = forms.Choose(
        label="Does anybody use her home, or has it been taken over?",
        of=HomeUsed,
        initial=HomeUsed.NOT_ASKED.value,
        error="Say whether anybody uses her home, or that nobody asked",
        small=True,
    )


class Children(forms.PathwaysForm):
    children = forms.LongText(
        label="Her children and family: who does she care for, and what does she want for them?",
        required=False,
        rows=5,
    )


class Offending(forms.PathwaysForm):
    offending_how = forms.Choose(
        label="Has offending been talked about?",
        choices=list(OFFENDING),
        hints={
            "not_written": "You know what she needs you to know, and nothing of it stands on paper.",
            "written": "Write what explains her need for support, never the details of an offence.",
        },
        error="Say whether offending has been talked about",
    )
    offending = forms.LongText(
        label="What she agreed to have written", rows=5, error="Enter what she agreed to have written"
    )
    coercion = forms.Choose(
        label="Was she made to do what she did?",
        choices=[*choices(Coercion), (NOT_YET, "Not asked")],
        hint="Being made to do it changes what the law says of it, and what she may need.",
        hints={
            Coercion.DISCLOSED.value: "Kept as what she says herself, written down by you.",
            Coercion.CONFIRMED.value: "Kept as found by the National Referral Mechanism.",
        },
        error="Say whether she was made to do it, or that nobody asked",
    )
    coercion_said_by = forms.Pick(label="Who says so?", of=SaidBy, required=False, empty="Not said")
    conditional = {
        "offending": ("offending_how", "written"),
        "coercion_said_by": ("coercion", [one.value for one in Coercion if one not in SAYS_SO]),
    }
    forgets = frozenset({"offending"})


class Mechanisms(forms.PathwaysForm):
    """The protections to consider: those that the writer's organisation is entitled to or bound by."""

    def __init__(
        self,
        *args: Any,
        is_first_responder: bool = True,
        has_duty_to_notify: bool = False,
        earlier: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        kept = earlier or {}
        wanted = mechanisms.offered(has_duty_to_notify=has_duty_to_notify)
        for one in Mechanism:
            name = f"mechanism_{one.value}"
            if one not in wanted and name not in kept:
                continue
            open_to = mechanisms.standings(one, is_first_responder=is_first_responder)
            self.fields[name] = forms.Pick(
                label=one.label,
                # what was answered before, by whoever was entitled then, can stay
                choices=[(s.value, s.label) for s in Standing if s in open_to or s.value == kept.get(name)],
                initial=Standing.NOT_CONSIDERED.value,
                error="Choose",
                hint=_HINTS.get(one, ""),
            )

    def clean(self) -> dict[str, Any]:
        """Passing over the page is not thinking of each: at least one was."""
        given = self.cleaned_data
        said = {name: given.get(name) for name in self.fields}
        if not self.errors and all(one == Standing.NOT_CONSIDERED.value for one in said.values()):
            self.add_error(
                next(iter(said)),
                "None of these has been considered yet. Think of each one, or save this as a draft and come "
                "back",
            )
        return given


_HINTS = {
    Mechanism.NRM: "Only with her agreement, and by a first responder.",
    Mechanism.DUTY_TO_NOTIFY: "Where she does not agree to the NRM: that a victim was met, without her name.",
}


def _grouped() -> list[Any]:
    groups = [
        (group.label, [(e.value, e.label) for e in d.Ethnicity if e.group is group])
        for group in d.EthnicGroup
    ]
    return [*groups, ("No answer", choices(d.NoAnswer))]


def _asked(label: str, enum: type[Worded], **more: Any) -> forms.Choose:
    kind = forms.Choose if len(list(enum)) < 4 else forms.Pick
    if kind is forms.Choose:
        more.setdefault("small", True)
    return kind(
        label=label,
        choices=d.asked(enum),
        initial=d.NoAnswer.NOT_ASKED.value,
        error="Choose an answer",
        **more,
    )


class Equality(forms.PathwaysForm):
    declared_by = forms.Choose(
        label="Who gave these answers?",
        of=d.DeclaredBy,
        required=False,
        hint="Not needed where nothing was asked.",
        small=True,
    )
    say_nothing_of_optional = frozenset({"declared_by"})
    ethnicity_scheme = forms.Choose(
        label="How is her ethnicity recorded?",
        choices=choices(d.EthnicityScheme)[2:3]
        + choices(d.EthnicityScheme)[:2]
        + choices(d.EthnicityScheme)[3:],
        initial=d.EthnicityScheme.GSS_19.value,
        hints={"officer_perceived": "Kept as a code, and never counted as what she says of herself."},
        error="Choose how her ethnicity is recorded",
        small=True,
    )
    ethnicity_gss = forms.Pick(
        label="Her ethnic group",
        choices=_grouped(),
        initial=d.NoAnswer.NOT_ASKED.value,
        error="Choose an answer",
    )
    ethnicity_sde_18 = forms.Text(label="Code of the 18+1 list", width=3, hint="For example W1, A3 or NS")
    ethnicity_sde_16 = forms.Text(label="Code of the 16+1 list", width=3, hint="For example W1, O1 or NS")
    ethnicity_perceived = forms.Text(label="Code as perceived", width=3, hint="For example IC1")
    conditional = {
        "ethnicity_gss": ("ethnicity_scheme", d.EthnicityScheme.GSS_19),
        "ethnicity_sde_18": ("ethnicity_scheme", d.EthnicityScheme.SDE_18),
        "ethnicity_sde_16": ("ethnicity_scheme", d.EthnicityScheme.SDE_16),
        "ethnicity_perceived": ("ethnicity_scheme", d.EthnicityScheme.OFFICER_PERCEIVED),
    }
    area = forms.Pick(
        label="The local authority she lives in", choices=[], initial="not_asked", error="Choose an answer"
    )
    lasting_condition = _asked(
        "Has she a physical or mental health condition lasting, or likely to last, 12 months or more?",
        d.YesNo,
    )
    restriction = _asked("Does it limit what she can do day to day?", d.Restriction)
    pregnancy = _asked("Is she pregnant, or has she given birth in the last 26 weeks?", d.YesNo)
    has_children = _asked("Has she children under 18, living with her or not?", d.YesNo)
    is_carer = _asked("Does she care for somebody, unpaid?", d.YesNo)
    care_experience = _asked("Was she in the care of a council as a child?", d.YesNo)
    interpreter = _asked("Does she want an interpreter?", d.YesNo)
    orientation = _asked("Sexual orientation", d.Orientation)
    religion = _asked("Religion", d.Religion)
    marital_status = _asked("Marital or civil-partnership status", d.MaritalStatus)
    sections = (
        ("", ("declared_by",)),
        ("Ethnicity and area", ("ethnicity_scheme", "area")),
        ("Health", ("lasting_condition", "restriction", "pregnancy")),
        ("Family and caring", ("has_children", "is_carer", "care_experience")),
        ("About her", ("interpreter", "orientation", "religion", "marital_status")),
    )

    def __init__(self, *args: Any, areas: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(area, matching.place(area)) for area in areas]
        self.fields["area"].choices = [*named, ("elsewhere", "Elsewhere"), *choices(d.NoAnswer)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Nobody is named as the giver of answers that nobody gave, and answers have a giver."""
        given = self.cleaned_data
        if not self._has_answers():
            given["declared_by"] = None
        elif not given.get("declared_by") and "declared_by" not in self.errors:
            self.add_error("declared_by", "Say who gave these answers")
        return given

    @property
    def says_nothing(self) -> str:
        return "" if self._has_answers() else "Not asked"

    def _has_answers(self) -> bool:
        """Whether any of it was answered; “prefers not to say” is an answer."""
        apart = ("declared_by", "ethnicity_scheme")
        said = (self.cleaned_data.get(name) for name in self.fields if name not in apart)
        return any(one not in ("", None, d.NoAnswer.NOT_ASKED.value) for one in said)


class Judgements(forms.PathwaysForm):
    need = forms.Choose(
        label="How much support does she need?",
        choices=[*choices(Need), (NOT_YET, "I cannot judge this yet")],
        dividers={NOT_YET: "or"},
        hint="From everything above, not from the number of low rungs.",
        hints={
            Need.LOW.value: "One kind of help would do, and she manages the rest.",
            Need.MEDIUM.value: "Several parts of her life at once, or one that she cannot manage alone.",
            Need.HIGH.value: "Most parts of her life, or something that will not hold without steady help.",
            NOT_YET: "The suggested level is then provisional, and says what is missing.",
        },
        error="Say how much support she needs, or that you cannot judge it yet",
    )
    exploitation = forms.Choose(
        label="How strong is exploitation, or the pull of organised crime?",
        choices=[*choices(Exploitation), (NOT_YET, "I cannot judge this yet")],
        dividers={NOT_YET: "or"},
        hint="How much others use her or hold her there. It is not a judgement of her.",
        hints={
            Exploitation.LOW.value: "Nobody seems to use her, or she can stay away from those who would.",
            Exploitation.MEDIUM.value: "Somebody has a hold on her: money, fear, a home, a relationship.",
            Exploitation.HIGH.value: "She is made to do things now, or could not leave without danger.",
            NOT_YET: "The suggested level is then provisional, and says what is missing.",
        },
        error="Say how strong it is, or that you cannot judge it yet",
    )


class Conclusion(forms.PathwaysForm):
    conclusion = forms.LongText(
        label="Your summary",
        hint="In words she could read: strengths first, then what is needed most and why.",
        error="Write a summary",
        rows=7,
    )
    management_plan = forms.LongText(
        label="What is being done to keep her safe, and by whom", required=False, rows=5
    )
    why_unconsidered = forms.LongText(
        label="Protections not considered yet: why not?",
        error="She is in immediate danger: consider each of these protections, or say why not",
        rows=3,
    )
    what_changed = forms.LongText(
        label="What has changed since the last assessment",
        hint="In words. Every answer that is another now is shown beside the old one as well.",
        required=False,
        rows=4,
    )

    def __init__(
        self, *args: Any, has_earlier: bool = True, unconsidered: Iterable[Mechanism] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not has_earlier:
            del self.fields["what_changed"]
        if not (named := [one.label for one in unconsidered]):
            del self.fields["why_unconsidered"]
        else:
            self.fields["why_unconsidered"].help_text = (
                f"She is in immediate danger, and nobody has considered: {'; '.join(named)}. "
                "Consider each under “Other protections to consider”, or say here why not."
            )


class OnPaper(forms.PathwaysForm):
    """Where an assessment was written by hand first: what is typed in later loses neither day nor hand."""

    was_on_paper = forms.Choose(
        label="Was it written on paper first?",
        choices=[("no", "No, typed in as it was said"), ("yes", "Yes, and typed in from the paper")],
        initial="no",
        error="Say whether it was on paper first",
        small=True,
    )
    paper_date = forms.Date(label="The day on the paper", span=forms.Span.HAPPENED)
    paper_by = forms.Text(label="Who wrote on it?", width="two-thirds", max_length=120)
    conditional = {"paper_date": ("was_on_paper", "yes"), "paper_by": ("was_on_paper", "yes")}


class Refusing(forms.PathwaysForm):
    is_asked = forms.Confirm(
        label="I have asked her, and she does not want an assessment now",
        error="Confirm that she has been asked",
    )


class WhyAgain(forms.PathwaysForm):
    """Why a complete assessment is opened again."""

    why = forms.LongText(
        label="Why is it opened again?",
        hint="What it said before is kept, with this reason, beside what you write now.",
        rows=2,
        counted=300,
        error="Say why it is opened again",
    )
