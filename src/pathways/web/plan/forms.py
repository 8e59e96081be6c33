"""What the plan and the records of the programme ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from pathways.domain.evaluation import measures, recorded, theory
from pathways.domain.evaluation.measures import (
    Aspect,
    DisclosureClass,
    EvidenceLevel,
    FoundIn,
    Frequency,
    NodeKind,
    Unit,
)
from pathways.domain.evaluation.recorded import AnswerKind, Asked, Described
from pathways.domain.evaluation.theory import Support, Theory
from pathways.web import forms


class Amount(forms.Text):
    """A number that may have a fraction; the answer is a float, or None when it may be left out."""

    def __init__(self, *, label: str, **given: Any):
        given.setdefault("width", 10)
        super().__init__(label=label, inputmode="decimal", **given)

    def clean(self, value: Any) -> Any:
        typed = str(super().clean("" if value is None else str(value)))
        try:
            return measures.number(typed)
        except measures.NotSoError:
            raise ValidationError(f"{self.label} must be a number, like 62.5") from None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:g}" if isinstance(value, float) and value < 1e6 else value

    def in_words(self, value: Any) -> list[str]:
        if value is None or value == "":
            return []
        return [f"{value:,.2f}".removesuffix(".00") if isinstance(value, float) else str(value)]


def because(label: str, *, required: bool = True) -> forms.LongText:
    return forms.LongText(label=label, rows=3, counted=600, required=required)


# --- the theory of change -------------------------------------------------------------------------------


class NodeForm(forms.PathwaysForm):
    kind = forms.Choose(label="What is it?", of=NodeKind)
    words = forms.LongText(label="What does it say?", rows=3, counted=theory.MOST_WORDS)
    shown_by = forms.ChooseMany(
        label="Which measures would show it?", choices=[], required=False, small=True
    )
    because = because("Why?", required=False)

    def __init__(self, *args: Any, known: list[tuple[str, str]], needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shown_by"].choices = known  # type: ignore[attr-defined]
        self.fields["because"].required = needs_reason
        if needs_reason:
            self.fields["because"].label = "Why is it changed?"


class ReasonForm(forms.PathwaysForm):
    because = because("Why?")


class _Support(forms.PathwaysForm):
    support = forms.Choose(label="How well is that known?", of=Support)
    evidence = forms.LongText(
        label="What is the evidence?",
        hint="A study, figures, or what people in practice have seen.",
        rows=4,
        counted=theory.MOST_EVIDENCE,
        required=False,
    )


class LinkForm(_Support):
    start = forms.Pick(label="What leads to it, or is needed for it?", choices=[])
    end = forms.Pick(label="What does it lead to?", choices=[])
    field_order = ("start", "end")

    def __init__(self, *args: Any, now: Theory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        for name, leaves_out in (("start", None), ("end", NodeKind.ASSUMPTION)):
            groups: list[Any] = [("", "Choose")]
            for kind in NodeKind:
                nodes = now.of_kind(kind)
                if nodes and kind is not leaves_out:
                    groups.append((kind.label, [(one.code, f"{one.code} {one.words}") for one in nodes]))
            self.fields[name].choices = groups  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        start, end = said.get("start"), said.get("end")
        if start and end:
            answer = theory.may_link(self.now, start, end)
            if not answer:
                self.add_error("end", answer.reason)
            elif self.now.link(start, end):
                self.add_error("end", "These two are linked already. Change that link instead")
        return said


class ChangeLinkForm(_Support):
    because = because("Why is it changed?")


class TheoryFile(forms.PathwaysForm):
    file = forms.Upload(
        label="Theory of change",
        hint="A JSON file as this page writes it. The one that is here now stays as a version.",
    )
    because = because("Why is it taken in?")


# --- measures ----------------------------------------------------------------------------------------------


class MeasureFilters(forms.PathwaysForm):
    words = forms.Text(label="Words", hint="A name, or a code such as M14")
    aspect = forms.Pick(label="About", of=Aspect, empty="Anything")
    source = forms.Pick(label="Where from", of=FoundIn, empty="Anywhere")
    only = forms.ChooseMany(
        label="Only",
        choices=[("figure", "Measures with a figure"), ("none", "Measures not collected")],
        small=True,
        hint="",
    )


class ChangeMeasure(forms.PathwaysForm):
    is_used = forms.YesNo(label="Does this programme use it?")
    owner = forms.Text(
        label="Who answers for it?", hint="A role, not a person", width="two-thirds", max_length=120
    )
    frequency = forms.Choose(label="How often is it looked at?", of=Frequency)
    baseline = Amount(label="Baseline", required=False)
    target = Amount(label="Target", required=False)
    because = because("Why is it changed?")

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, hint in (("baseline", "What it was at the start"), ("target", "What it is to become")):
            self.fields[name].help_text = f"{hint}, in {unit.label}. Leave empty if not set."


class AddMeasure(forms.PathwaysForm):
    name = forms.Text(label="Name of the measure", width="two-thirds", max_length=120)
    definition = forms.LongText(label="What does it say?", rows=3, counted=400)
    numerator = forms.Text(label="Numerator", width="two-thirds", max_length=200)
    denominator = forms.Text(
        label="Denominator", hint="“Not a rate” where there is none", width="two-thirds", max_length=200
    )
    exclusions = forms.Text(
        label="Who or what is left out?", width="two-thirds", max_length=200, required=False
    )
    unit = forms.Choose(label="What is it counted in?", of=Unit)
    source = forms.Pick(label="Where do its figures come from?", of=FoundIn)
    owner = forms.Text(
        label="Who answers for it?", hint="A role, not a person", width="two-thirds", max_length=120
    )
    frequency = forms.Choose(label="How often is it looked at?", of=Frequency)
    baseline = Amount(label="Baseline", required=False)
    target = Amount(label="Target", required=False)
    evidence = forms.Choose(label="What can it show at best?", of=EvidenceLevel)
    disclosure = forms.Choose(label="What has to happen before anybody sees it?", of=DisclosureClass)
    aspect = forms.Choose(label="What is it about?", of=Aspect)
    node = forms.Choose(label="Which part of the theory of change would it show?", of=NodeKind)
    sections = (
        ("What it counts", ("name", "definition", "numerator", "denominator", "exclusions", "unit")),
        ("Where it comes from", ("source", "owner", "frequency", "baseline", "target")),
        ("How it is to be read", ("evidence", "disclosure", "aspect", "node")),
    )


# --- records of the programme -------------------------------------------------------------------------


class RecordFilters(forms.PathwaysForm):
    words = forms.Text(label="Words")
    year = forms.Pick(label="Financial year", empty="Any year", choices=[])
    also = forms.ChooseMany(label="Also", choices=[("withdrawn", "Withdrawn records")], small=True, hint="")

    def __init__(
        self,
        *args: Any,
        years: tuple[int, ...],
        described: Described,
        names: Mapping[str, str],
        parts: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        said = [(str(year), f"{year} to {year + 1}") for year in years]
        self.fields["year"].choices = [("", "Any year"), *said]  # type: ignore[attr-defined]
        for asked in (described.question(name) for name in described.narrows):
            of: Any = {AnswerKind.NODES: parts, AnswerKind.MEASURES: names}.get(asked.kind)
            found = [(code, f"{code} {words}") for code, words in of.items()] if of else asked.options
            choices = [("", "Any"), *found]
            self.fields[asked.name] = forms.Pick(label=_NARROWS.get(asked.name, asked.label), choices=choices)


#: shorter words for a question where it only narrows a list
_NARROWS = {"state": "How far", "nodes": "Part of the theory of change", "measures": "Measure"}


class RecordForm(forms.PathwaysForm):
    """The questions of one kind of record, made from what the kind says of itself."""

    on = forms.Date(label="Day", span=forms.Span.ANY)

    def __init__(
        self,
        *args: Any,
        described: Described,
        organisations: Mapping[str, str],
        names: Mapping[str, str],
        parts: Mapping[str, str],
        is_correction: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.described, self.organisations = described, organisations
        self.fields["on"] = forms.Date(label=described.day, span=forms.Span.ANY)
        if described.until:
            self.fields["until"] = forms.Date(label=described.until, required=False)
        for asked in described.questions:
            for name, field in _fields(asked, organisations, names, parts):
                self.fields[name] = field
        if is_correction:
            self.fields["because"] = because("Why is it corrected?")

    def said(self) -> dict[str, Any]:
        """The answers by the names of the kind's questions, as a record keeps them."""
        return said(self.described, self.organisations, self.cleaned_data)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        name, wrong = recorded.fault(
            self.described.kind, cleaned["on"], cleaned.get("until"), self.said()
        )
        if wrong:
            self.add_error(name if name in self.fields else next(iter(self.fields)), wrong)
        return cleaned


def said(
    described: Described, organisations: Mapping[str, str], cleaned: Mapping[str, Any]
) -> dict[str, Any]:
    """What a form gave, as a record keeps it: days as ISO text, counts by organisation as one mapping."""
    answers: dict[str, Any] = {}
    for asked in described.questions:
        if asked.kind is AnswerKind.BY_ORGANISATION:
            counts = {key: cleaned.get(f"{asked.name}_{key}") for key in organisations}
            answers[asked.name] = {key: count for key, count in counts.items() if count}
        else:
            value = cleaned.get(asked.name)
            answers[asked.name] = value.isoformat() if asked.kind is AnswerKind.DAY and value else value
    return {key: value for key, value in answers.items() if value not in (None, "", [], {})}


def starting(described: Described, answers: Mapping[str, Any]) -> dict[str, Any]:
    """A record's answers as the form's starting values."""
    found = dict(answers)
    for asked in described.questions:
        if asked.kind is AnswerKind.BY_ORGANISATION:
            for key, count in (answers.get(asked.name) or {}).items():
                found[f"{asked.name}_{key}"] = count
    return found


def _fields(
    asked: Asked, organisations: Mapping[str, str], names: Mapping[str, str], parts: Mapping[str, str]
) -> list[tuple[str, Any]]:
    said: dict[str, Any] = {"label": asked.label, "required": asked.is_needed}
    if asked.hint:
        said["hint"] = asked.hint
    places = list(organisations.items())
    match asked.kind:
        case AnswerKind.WORDS:
            field: Any = forms.LongText(**said, counted=asked.most)
        case AnswerKind.LINE:
            field = forms.Text(**said, width="two-thirds", max_length=asked.most)
        case AnswerKind.ONE_OF:
            field = forms.Choose(**said, choices=list(asked.options))
        case AnswerKind.SEVERAL:
            field = forms.ChooseMany(**said, choices=list(asked.options))
        case AnswerKind.WHOLE:
            field = forms.Number(**said, min_value=0, max_value=1_000_000)
        case AnswerKind.AMOUNT:
            field = Amount(**said)
        case AnswerKind.DAY:
            field = forms.Date(**said)
        case AnswerKind.YES_NO:
            field = forms.YesNo(**said)
        case AnswerKind.ORGANISATION:
            field = forms.Pick(**said, choices=places)
        case AnswerKind.MEASURE:
            choices = [(code, f"{code} {name}") for code, name in names.items()]
            field = forms.Pick(**said, choices=choices)
        case AnswerKind.MEASURES | AnswerKind.NODES:
            known = parts if asked.kind is AnswerKind.NODES else names
            choices = [(code, f"{code} {name}") for code, name in known.items()]
            field = forms.ChooseMany(**said, choices=choices, small=True)
        case AnswerKind.BY_ORGANISATION:
            return [
                (
                    f"{asked.name}_{key}",
                    forms.Number(
                        label=f"{asked.label.split('?')[0].replace('each organisation', name)}?",
                        required=False, min_value=0, max_value=100_000,
                    ),
                )
                for key, name in places
            ]  # fmt: skip
    return [(asked.name, field)]
