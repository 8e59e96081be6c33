"""The record of a screening decision at either door, under the headings of the National Decision Model."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.words import Worded


class Heading(Worded):
    """The parts of the National Decision Model, in order."""

    CODE_OF_ETHICS = "ethics", "Code of ethics"
    INFORMATION = "information", "Information"
    ASSESSMENT = "assessment", "Assessment of threat and risk"
    POWERS_AND_POLICY = "powers", "Powers and policy"
    OPTIONS = "options", "Options considered"
    ACTION_AND_REVIEW = "action", "Action, and when it is reviewed"


PROMPTS: Mapping[Heading, str] = MappingProxyType(
    {
        Heading.CODE_OF_ETHICS: "How is this fair to her, and free of assumptions about those she knows?",
        Heading.INFORMATION: "What is known, from where, and which of it is fact?",
        Heading.ASSESSMENT: "What could harm her, what could contact with her cause, what protects her?",
        Heading.POWERS_AND_POLICY: "What allows this to be done and shared?",
        Heading.OPTIONS: "What else could be done, and what happens if nothing is?",
        Heading.ACTION_AND_REVIEW: "What is decided, why, and when is it looked at again?",
    }
)


_ALL = tuple(Heading)
_WHY_NOT = (Heading.INFORMATION, Heading.ASSESSMENT, Heading.ACTION_AND_REVIEW)

#: The parts that each decision is recorded under: as few as it allows. Offering her the programme needs all;
#: that she is known already, or belongs elsewhere, is said in one.
NEEDED: Mapping[ScreeningOutcome, tuple[Heading, ...]] = MappingProxyType(
    {
        ScreeningOutcome.CONFIRMED: _ALL,
        ScreeningOutcome.REJECTED: _WHY_NOT,
        ScreeningOutcome.DEFERRED: _WHY_NOT,
        ScreeningOutcome.SAFEGUARDING_FIRST: (Heading.ASSESSMENT, Heading.ACTION_AND_REVIEW),
        ScreeningOutcome.DUPLICATE: (Heading.ACTION_AND_REVIEW,),
        ScreeningOutcome.NOT_THIS_PROGRAMME: (Heading.ACTION_AND_REVIEW,),
    }
)

#: Decisions about how she stands to organised crime; the two others say only that she is not for this list.
JUDGED = frozenset(ScreeningOutcome) - {ScreeningOutcome.DUPLICATE, ScreeningOutcome.NOT_THIS_PROGRAMME}


def complete(
    record: Mapping[Heading, str], outcome: ScreeningOutcome = ScreeningOutcome.CONFIRMED
) -> Decision:
    """Whether every heading that this decision needs has been answered. None is recorded without."""
    needed = NEEDED[outcome]
    blank = [heading.label for heading in needed if not record.get(heading, "").strip()]
    if blank:
        return decision.no(f"Fill in: {', '.join(blank)}.")
    return decision.yes()
