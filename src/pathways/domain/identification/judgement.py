"""The record of a screening decision at either door, under the headings of the National Decision Model."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pathways.domain import decision
from pathways.domain.decision import Decision
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


def complete(record: Mapping[Heading, str]) -> Decision:
    """Whether every heading has been answered. A decision at the door is not recorded without."""
    blank = [heading.label for heading in Heading if not record.get(heading, "").strip()]
    if blank:
        return decision.no(f"Fill in: {', '.join(blank)}.")
    return decision.yes()
