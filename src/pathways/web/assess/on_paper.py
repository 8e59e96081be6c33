"""The assessment on paper, numbered: the questions alone to write on, or what was answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from pathways.domain.terms import needs
from pathways.domain.terms.law import Coercion
from pathways.domain.triage import mechanisms
from pathways.domain.triage.assessment import Exploitation, HomeUsed, ImmediateSafety, Need, SaidBy
from pathways.journey.assess import OFFENDING, Nrm, Page
from pathways.web.assess import forms


@dataclass(frozen=True, slots=True)
class Line:
    """One question. `options` are boxes to tick; without any there are lines to write on."""

    number: str
    label: str
    options: tuple[str, ...] = ()
    said: str = ""
    lines: int = 2


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the assessment, in its order."""

    number: int
    title: str
    lines: tuple[Line, ...]
    note: str = ""


#: what she is told before anything of offending is asked, here as on the page
LIMITS = (
    "Before this is asked: if somebody is in danger of serious harm it may have to be told, and she is told "
    "first where that is safe. What is written can be asked for by a court; what is not written is not here "
    "to be asked for. Police do not read this assessment."
)


APART = (
    "Kept apart from her assessment and counted without her name. Ask, do not guess: “prefers not to say”, "
    "“not asked” and “unknown” are three different answers."
)


def _section(number: int, title: str, *lines: Line, note: str = "") -> Section:
    return Section(
        number, title, tuple(replace(one, number=f"{number}.{n}") for n, one in enumerate(lines, 1)), note
    )


def _asked(label: str, *options: str, lines: int = 2) -> Line:
    return Line("", label, tuple(options), lines=lines)


def _said(label: str, said: str) -> Line:
    return Line("", label, said=said or "Nothing written")


#: which part of the paper each task is
PARTS = MappingProxyType(
    {
        slug: number
        for number, slug in enumerate(
            (
                "strengths", "ladder", "safety", "relationships", "coercion", "children", "offending",
                "protections", "equality", "judgements", "conclusion",
            ),
            1,
        )
    }
)  # fmt: skip


def _equality(areas: Iterable[str]) -> list[Line]:
    """As the page asks them, with the same answers. Codes of other lists are typed on the page alone."""
    form = forms.Equality(areas=areas)
    coded = ("ethnicity_scheme", "ethnicity_sde_18", "ethnicity_sde_16", "ethnicity_perceived")
    return [
        _asked(str(field.label), *_options(field.choices))
        for name, field in form.fields.items()
        if name not in coded
    ]


def _options(choices: Iterable[Any]) -> list[str]:
    """The words of choices, those in groups too."""
    found: list[str] = []
    for value, words in choices:
        if isinstance(words, list | tuple):
            found += _options(words)
        elif value != "":
            found.append(str(words))
    return found


def empty(nrm: Nrm, areas: Iterable[str] = ()) -> tuple[Section, ...]:
    """The questions in the order of the task list, strengths first, for whoever holds the pen."""
    rungs = tuple(f"{int(one)}. {one.label}" for one in needs.Rung) + tuple(
        one.label for one in needs.Unrated
    )
    protections = [
        _asked(
            one.label,
            *(s.label for s in mechanisms.standings(one, is_first_responder=nrm.is_first_responder)),
        )
        for one in mechanisms.offered(has_duty_to_notify=nrm.has_duty_to_notify)
    ]
    return (
        _section(
            1,
            "Her strengths, and her own words",
            _asked("What is she good at, proud of, or keeping going?", lines=4),
            _asked("What does she want, in her own words?", lines=4),
        ),
        _section(
            2,
            "Needs, part by part",
            *(_asked(f"{one.label}. {needs.PROMPTS[one]}", *rungs) for one in needs.Domain),
            note=needs.CAVEAT,
        ),
        _section(
            3,
            "Safety",
            _asked(
                "Is there a concern for her immediate safety?",
                *(one.label for one in ImmediateSafety),
                "Not known",
            ),
            _asked("What makes her more safe, and what less?", lines=4),
        ),
        _section(
            4,
            "Relationships",
            _asked("Who is good for her, and is anyone controlling, hurting or using her?", lines=4),
        ),
        _section(
            5,
            "Control and coercion",
            _asked("Does anybody control her, threaten her, or make her do things?", lines=4),
            _asked("Does anybody use her home, or has it been taken over?", *(one.label for one in HomeUsed)),
        ),
        _section(
            6,
            "Children and family",
            _asked(
                "Her children and family: who does she care for, and what does she want for them?", lines=4
            ),
        ),
        _section(
            7,
            "Offending and coercion",
            _asked("Has offending been talked about?", *(label for _, label in OFFENDING)),
            _asked("What she agreed to have written", lines=3),
            _asked("Was she made to do what she did?", *(one.label for one in Coercion), "Not asked"),
            _asked("Who says so?", *(one.label for one in SaidBy)),
            note=LIMITS,
        ),
        _section(8, "Other protections to consider", *protections),
        _section(9, "Equality monitoring", *_equality(areas), note=APART),
        _section(
            10,
            "The worker’s two judgements",
            _asked(
                "How much support does she need?", *(one.label for one in Need), "I cannot judge this yet"
            ),
            _asked(
                "How strong is exploitation, or the pull of organised crime?",
                *(one.label for one in Exploitation),
                "I cannot judge this yet",
            ),
        ),
        _section(
            11,
            "Summary and plan",
            _asked("Your summary, in words she could read", lines=5),
            _asked("What is being done to keep her safe, and by whom", lines=4),
            _asked("Protections not considered yet: why not? (if she is in immediate danger)", lines=2),
            _asked("What has changed since the last assessment", lines=3),
        ),
    )


def filled(found: Page) -> tuple[Section, ...]:
    """What was answered, under the same numbers."""
    ladder = [
        _said(one.domain.label, f"{one.words}{f'. {one.note}' if one.note else ''}") for one in found.ratings
    ]
    label = _label
    return (
        _section(
            1,
            "Her strengths, and her own words",
            _said("What is she good at, proud of, or keeping going?", found.strengths),
            _said("What does she want, in her own words?", found.her_words),
        ),
        _section(2, "Needs, part by part", *ladder, note=needs.CAVEAT),
        _section(
            3,
            "Safety",
            _said("A concern for her immediate safety", label(found.immediate_safety, "Not known")),
            _said("What makes her more safe, and what less?", found.safety),
        ),
        _section(4, "Relationships", _said("Relationships", found.relationships)),
        _section(
            5,
            "Control and coercion",
            _said("Does anybody control her, threaten her, or make her do things?", found.control),
            _said("Does anybody use her home?", label(found.home_used, "Not asked")),
        ),
        _section(6, "Children and family", _said("Children and family", found.children)),
        _section(
            7,
            "Offending and coercion",
            _said("Offending", ". ".join(one for one in (found.offending_how, found.offending) if one)),
            _said("Was she made to do it?", label(found.coercion, "Not asked")),
            _said("Who says so?", found.who_says_so or "Not said"),
        ),
        _section(
            8, "Other protections", *(_said(one.label, standing.label) for one, standing in found.mechanisms)
        ),
        _section(9, "Equality monitoring", note=APART),
        _section(
            10,
            "The worker’s two judgements",
            _said("Need", label(found.need, "Not judged yet")),
            _said(
                "Exploitation, or the pull of organised crime", label(found.exploitation, "Not judged yet")
            ),
        ),
        _section(
            11,
            "Summary and plan",
            _said("Summary", found.conclusion),
            _said("What is being done to keep her safe", found.management_plan),
            *(
                [_said("Protections not considered yet: why not?", found.why_unconsidered)]
                if found.why_unconsidered
                else []
            ),
            _said("What has changed since the last assessment", found.what_changed),
        ),
    )


def _label(one: object, none: str) -> str:
    return str(getattr(one, "label", none)) if one is not None else none
