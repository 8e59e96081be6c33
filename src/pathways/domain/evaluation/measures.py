"""What the programme is judged by: each measure with all that a reader needs to understand its figure.

A measure is defined once, for everybody (`catalogue`). A site says which it uses, who answers for each, how
often, from where and to where (`Choice`), and adds measures of its own. What a site has said is one document
(`Chosen`), of which every version is kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from pathways.domain.evaluation import police_kept
from pathways.domain.evaluation.police_kept import Kept
from pathways.domain.terms.words import Worded


class NodeKind(Worded):
    """A part of the theory of change, in the order in which one leads to the next."""

    INPUT = "input", "Inputs"
    ACTIVITY = "activity", "Activities"
    OUTPUT = "output", "Outputs"
    OUTCOME = "outcome", "Outcomes"
    IMPACT = "impact", "Impact"
    ASSUMPTION = "assumption", "Assumptions"


class Aspect(Worded):
    """What a measure tells of: how the programme works, what changes, what may go wrong, what it costs."""

    PROCESS = "process", "Process"
    IMPACT = "impact", "Impact"
    SAFETY = "safety", "Safety and unintended effects"
    VALUE = "value", "Value"


class Frequency(Worded):
    """How often a measure is looked at."""

    MONTHLY = "monthly", "Every month"
    QUARTERLY = "quarterly", "Every quarter"
    YEARLY = "yearly", "Every year"
    WAVE = "wave", "At each wave"
    END = "end", "At the end"


class EvidenceLevel(Worded):
    """What a figure can show at best. Nesta's standards and the Maryland scale, in plain words."""

    ACCOUNT = "account", "A reasoned account (Nesta 1)"
    DESCRIPTION = "description", "Description: says what happened, not why"
    BEFORE_AFTER = "before_after", "Before and after, nobody to compare with (Nesta 2, Maryland 2)"
    COMPARISON = "comparison", "Against a comparison group (Nesta 3, Maryland 3 or 4)"


class DisclosureClass(Worded):
    """What has to happen to a figure before anybody sees it."""

    NOT_OF_WOMEN = "not_of_women", "Not about women: shown as it is"
    PROTECTED = "protected", "Counts women: through disclosure control"
    NEVER_ONE = "never_one", "Through disclosure control, and never for one woman"


class Unit(Worded):
    """What a figure is counted in."""

    WOMEN = "women", "women"
    PER_CENT = "per_cent", "per cent"
    DAYS = "days", "days"
    POINTS = "points", "points"
    POUNDS = "pounds", "pounds"
    PEOPLE = "people", "people"
    NUMBER = "number", "in all"
    RATIO = "ratio", "times"


class FoundIn(Worded):
    """Where a measure's figures come from."""

    JOURNEY = "journey", "Journeys recorded in this programme"
    RECORDS = "records", "Programme records entered here"
    AGREEMENTS = "agreements", "Sharing agreements kept here"
    INSTRUMENTS = "instruments", "Outcome instruments"
    POLICE = "police", "Police records, by extract"
    SURVEY = "survey", "Partnership survey"
    LOG = "log", "Logs, complaints and incidents"
    PRICES = "prices", "Spend and a table of prices"
    ELSEWHERE = "elsewhere", "Counted elsewhere and entered here"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure as it is defined. `owner` is a role and never a name."""

    code: str
    name: str
    definition: str
    numerator: str
    denominator: str
    exclusions: str
    unit: Unit
    source: FoundIn
    owner: str
    frequency: Frequency
    evidence: EvidenceLevel
    disclosure: DisclosureClass
    aspect: Aspect
    node: NodeKind
    baseline: float | None = None
    target: float | None = None

    @property
    def number(self) -> int:
        return int(self.code[1:])


@dataclass(frozen=True, slots=True)
class Choice:
    """What a site has said of a measure that is defined for everybody; None where it has said nothing."""

    is_used: bool = True
    owner: str | None = None
    frequency: Frequency | None = None
    baseline: float | None = None
    target: float | None = None


class NotSoError(ValueError):
    """What was said does not make sense; the message says where and what to do."""


@dataclass(frozen=True)
class Chosen:
    """All that a site has said of measures: choices by code, measures of its own, police contact kept."""

    choices: Mapping[str, Choice] = field(default_factory=lambda: MappingProxyType({}))
    own: tuple[Measure, ...] = ()
    contact: Kept | None = None

    def with_choice(self, code: str, choice: Choice) -> Chosen:
        return replace(self, choices=MappingProxyType({**self.choices, code: choice}))

    def with_own(self, measure: Measure) -> Chosen:
        """The document with one more measure of the site's, or with this one in place of what it was."""
        others = [one for one in self.own if one.code != measure.code]
        return replace(self, own=tuple(sorted([*others, measure], key=lambda one: one.number)))

    def next_code(self) -> str:
        """S1, S2 …: a code is never given again, so that an older figure keeps its meaning."""
        return f"S{max([one.number for one in self.own] + [0]) + 1}"


@dataclass(frozen=True, slots=True)
class InUse:
    """A measure as this site has it."""

    measure: Measure
    is_used: bool
    is_own: bool


def at_site(defined: tuple[Measure, ...], chosen: Chosen) -> tuple[InUse, ...]:
    """Every measure, the site's own last, with what the site has said in place of what is usual."""
    found = []
    for measure in (*defined, *chosen.own):
        said = chosen.choices.get(measure.code, Choice())
        here = replace(
            measure,
            owner=measure.owner if said.owner is None else said.owner,
            frequency=said.frequency or measure.frequency,
            baseline=measure.baseline if said.baseline is None else said.baseline,
            target=measure.target if said.target is None else said.target,
        )
        found.append(InUse(here, said.is_used, measure.code.startswith("S")))
    return tuple(found)


_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,4})?")


def number(typed: str) -> float | None:
    """A figure as somebody types it: “1,250”, “62.5%”, “£40”; None for nothing. Raises NotSoError."""
    text = typed.strip().replace(",", "").removeprefix("£").removesuffix("%").strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise NotSoError("Enter a number, like 62.5")
    return float(text)


def in_words(value: float | None, unit: Unit) -> str:
    """“62.5 per cent”, “£1,250”, “14 days”; nothing for None."""
    if value is None:
        return ""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"£{text}" if unit is Unit.POUNDS else f"{text} {unit.label}"


# --- as a document, and back -------------------------------------------------------------------------------

_ENUMS: Mapping[str, type[Worded]] = MappingProxyType(
    {
        "unit": Unit,
        "source": FoundIn,
        "frequency": Frequency,
        "evidence": EvidenceLevel,
        "disclosure": DisclosureClass,
        "aspect": Aspect,
        "node": NodeKind,
    }
)
WORDS = ("name", "definition", "numerator", "denominator", "exclusions", "owner")


def as_json(chosen: Chosen) -> dict[str, Any]:
    """The document as it is kept and exported; the same choices always give the same bytes."""
    return {
        "choices": {
            code: {
                "is_used": one.is_used,
                "owner": one.owner,
                "frequency": one.frequency.value if one.frequency else None,
                "baseline": one.baseline,
                "target": one.target,
            }
            for code, one in sorted(chosen.choices.items())
        },
        "own": [measure_as_json(one) for one in chosen.own],
        **({"contact": police_kept.as_json(chosen.contact)} if chosen.contact else {}),
    }


def measure_as_json(one: Measure) -> dict[str, Any]:
    return {
        "code": one.code,
        **{name: getattr(one, name) for name in WORDS},
        **{name: getattr(one, name).value for name in _ENUMS},
        "baseline": one.baseline,
        "target": one.target,
    }


def from_json(body: Any) -> Chosen:
    """The document from what was kept. Raises NotSoError, naming what is wrong."""
    if not isinstance(body, Mapping):
        raise NotSoError("the measures are an object with “choices” and “own”")
    choices = {}
    for code, said in (body.get("choices") or {}).items():
        if not isinstance(said, Mapping):
            raise NotSoError(f"{code}: a choice is an object")
        given = said.get("frequency")
        choices[str(code)] = Choice(
            is_used=bool(said.get("is_used", True)),
            owner=said.get("owner"),
            frequency=_member(Frequency, given, f"{code}, frequency") if given else None,
            baseline=_figure(said.get("baseline"), f"{code}, baseline"),
            target=_figure(said.get("target"), f"{code}, target"),
        )
    contact = body.get("contact")
    return Chosen(
        MappingProxyType(choices),
        tuple(_measure(one) for one in body.get("own") or ()),
        police_kept.from_json(contact) if contact else None,
    )


def _measure(said: Any) -> Measure:
    if not isinstance(said, Mapping) or not re.fullmatch(r"S\d{1,4}", str(said.get("code", ""))):
        raise NotSoError("a measure of a site’s own is an object whose code is S and a number")
    code = str(said["code"])
    coded: dict[str, Any] = {
        name: _member(enum, said.get(name), f"{code}, {name}") for name, enum in _ENUMS.items()
    }
    words: dict[str, Any] = {name: str(said.get(name) or "").strip() for name in WORDS}
    if not words["name"] or not words["definition"]:
        raise NotSoError(f"{code}: a measure needs a name and a definition")
    return Measure(
        code=code,
        **words,
        **coded,
        baseline=_figure(said.get("baseline"), f"{code}, baseline"),
        target=_figure(said.get("target"), f"{code}, target"),
    )


def _member(enum: type[Worded], value: Any, where: str) -> Any:
    try:
        return enum(value)
    except ValueError:
        known = ", ".join(one.value for one in enum)
        raise NotSoError(f"{where}: “{value}” is none of {known}") from None


def _figure(value: Any, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise NotSoError(f"{where}: a number is needed")
    return float(value)
