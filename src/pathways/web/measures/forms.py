"""What is asked when an instrument is filled in: its own questions, and when, at what occasion and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pathways.domain.outcomes import instrument, tools
from pathways.domain.outcomes.instrument import Instrument, Item, Kind
from pathways.domain.outcomes.response import How, Occasion
from pathways.web import forms

#: before the code of a question, so that none is taken for one of ours
BEFORE = "q_"
#: and before the code of one that she did not want to answer, where no list of answers can say so
DECLINES = "declines_"
_OURS = ("measured_on", "occasion", "how", "written_by")


class Filling(forms.PathwaysForm):
    """One instrument, in the order of its questions. A question that others make needless is not asked."""

    measured_on = forms.Date(
        label="On what day did she answer?",
        hint="For a paper: the day on the paper.",
        span=forms.Span.HAPPENED,
    )
    occasion = forms.Pick(
        label="At what point of her way?", of=Occasion, error="Choose at what point of her way it was"
    )
    how = forms.Choose(
        label="How was it filled in?",
        choices=[(one.value, one.label) for one in How if one is not How.FROM_A_FILE],
        small=True,
    )
    written_by = forms.Text(
        label="Who wrote on the paper?", required=False, width="two-thirds", max_length=120,
        hint="Where it was on paper: she herself, or somebody’s name.",
    )  # fmt: skip
    conditional = {"written_by": ("how", (How.HERSELF, How.ON_PAPER))}

    def __init__(self, *args: Any, asks: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks = asks
        sections: dict[str, list[str]] = {}
        for item in asks.asked:
            self.fields[BEFORE + item.code] = _field(item)
            names = sections.setdefault(item.section, [])
            names.append(BEFORE + item.code)
            if item.is_required and item.kind not in _LISTED:
                self.fields[DECLINES + item.code] = forms.Confirm(
                    label=instrument.DECLINED_WORDS, required=False
                )
                names.append(DECLINES + item.code)
        # where every question may be left, that is said once, above them; else those are marked that may be
        self.say_nothing_of_optional = frozenset(  # type: ignore[misc]
            BEFORE + item.code for item in asks.asked if item.is_required or not asks.has_required
        )
        self.fields["was_shown"] = forms.Hidden()
        self.sections = (  # type: ignore[misc]
            ("When and how", _OURS),
            *((heading or ("Questions" if asks.stem == "" else asks.stem), tuple(names))
              for heading, names in sections.items()),
        )  # fmt: skip
        self.initial.setdefault("was_shown", " ".join(self._asked_now()))

    def given(self, raw: Mapping[str, list[str]] | None = None) -> dict[str, Any]:
        """The answers as they stand in the form, by the codes of the instrument, right or wrong."""
        data = self.data if raw is None else forms.as_posted(raw)
        found: dict[str, Any] = {}
        for item in self.asks.asked:
            name = BEFORE + item.code
            if self.is_bound or raw is not None:
                said = self.fields[name].widget.value_from_datadict(data, {}, name)
            else:
                said = self.initial.get(name)
            if isinstance(said, list) and item.kind is Kind.DAY:
                said = None
            if not said and data.get(DECLINES + item.code):
                said = instrument.DECLINED
            found[item.code] = said
        return found

    def _asked_now(self) -> list[str]:
        given = self.given()
        return [one.code for one in self.asks.asked if instrument.is_asked_now(self.asks, one.code, given)]

    def is_revealed(self, name: str) -> bool:
        if (code := _code_in(name)) is not None:
            return instrument.is_asked_now(self.asks, code, self.given())
        return super().is_revealed(name)

    @property
    def shown(self) -> list[forms.Question]:
        return [bound for bound in super().shown if _code_in(bound.name) is None
                or self.is_revealed(bound.name)]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        answers = answers_of(self.asks, given)
        for code, why in instrument.faults(self.asks, answers).items():
            if BEFORE + code not in self.errors:
                self.add_error(BEFORE + code, why)
        for code, said in answers.items():
            if given.get(DECLINES + code) and not instrument.is_declined(said):
                self.add_error(
                    BEFORE + code, "Take out the answer, or the tick that she did not want to answer"
                )
        before = set(str(given.get("was_shown", "")).split())
        new = [one for one in self._asked_now() if one not in before]
        if before and new:
            data = self.data.copy()  # type: ignore[attr-defined]
            data["was_shown"] = " ".join(self._asked_now())
            self.data = data
            for code in new:
                if not answers.get(code) and BEFORE + code not in self.errors:
                    self.add_error(
                        BEFORE + code, "Your answers bring one question more: answer it, or leave it"
                    )
        return given


#: a list of answers says itself that she did not want to answer
_LISTED = (Kind.ONE, Kind.SEVERAL)


def _code_in(name: str) -> str | None:
    """The code of the question that this field asks, or declines for her; None for one of ours."""
    for before in (BEFORE, DECLINES):
        if name.startswith(before):
            return name.removeprefix(before)
    return None


def answers_of(asks: Instrument, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The answers by the codes of the instrument, with what she did not want to answer said as that."""
    found: dict[str, Any] = {}
    for one in asks.asked:
        said = typed.get(BEFORE + one.code)
        declines = said in (None, "", []) and typed.get(DECLINES + one.code)
        found[one.code] = instrument.DECLINED if declines or instrument.is_declined(said) else said
    return found


def _field(item: Item) -> Any:
    about: dict[str, Any] = {"label": item.label, "required": False, "hint": item.hint}
    options = [(one.value, one.label) for one in item.options]
    if item.is_required and item.kind in _LISTED:
        options.append((instrument.DECLINED, instrument.DECLINED_WORDS))
        about["dividers"] = {instrument.DECLINED: "or"}
    if item.kind is Kind.ONE:
        return forms.Choose(choices=options, small=True, size="s", **about)
    if item.kind is Kind.SEVERAL:
        if item.is_required:
            about["none_of_these"] = instrument.DECLINED
        return forms.ChooseMany(choices=options, small=True, **about)
    if item.kind is Kind.DAY:
        return forms.Date(span=forms.Span.ANY, **about)
    if item.kind is Kind.TEXT:
        return forms.LongText(rows=3, **about)
    return forms.Text(width=5, inputmode="decimal" if item.kind is Kind.DECIMAL else "numeric", **about)


class WhyOut(forms.PathwaysForm):
    why = forms.LongText(
        label="Why is it taken out?", counted=300, rows=2, error="Say why it is taken out",
        hint="It stays to be read, and counts no more.",
    )  # fmt: skip


class ResultForm(forms.PathwaysForm):
    """What came of a tool that others own."""

    tool = forms.Choose(label="Which tool?", choices=[])
    assessed_on = forms.Date(label="On what day was it done?", span=forms.Span.HAPPENED)
    assessed_by = forms.Text(
        label="Who assessed?", width="two-thirds", max_length=160,
        hint="A name, or a role and an organisation.",
    )  # fmt: skip
    dash_number = forms.Number(
        label="How many answers were “yes”?", required=False, width=2, min_value=0, max_value=27
    )
    ogrs_number = forms.Number(
        label="Percent over two years", required=False, width=3, suffix="%", min_value=0, max_value=100
    )
    criterion = forms.Pick(label="Criterion of MARAC", of=tools.Criterion, required=False)
    words = forms.LongText(
        label="What came of it, in words", required=False, rows=3,
        hint="The level and what was decided. No question and no answer of the tool.",
    )  # fmt: skip
    document = forms.Text(
        label="Where does the document lie?", required=False, width="two-thirds", max_length=200,
        hint="A reference in its own system, never a copy.",
    )  # fmt: skip
    conditional = {
        "dash_number": ("tool", tools.Tool.DASH),
        "ogrs_number": ("tool", tools.Tool.OGRS),
    }

    def __init__(self, *args: Any, may: tuple[tools.Tool, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tool"].choices = [(one.value, one.label) for one in may]  # type: ignore[attr-defined]
        if not set(may) & tools.OF_ABUSE:
            del self.fields["criterion"]
