"""The needs ladder: eleven parts of a life, each from 1 to 5 in plain words.

The ladder is the programme's own and is not validated; every page and table that shows it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

from pathways.domain.terms.words import Worded

CAVEAT = "The needs ladder is the programme’s own. It has not been validated."


class Domain(Worded):
    """A part of her life that the assessment asks about."""

    SAFETY = "safety", "Safety"
    RELATIONSHIPS = "relationships", "Relationships"
    HOUSING = "housing", "Housing"
    MONEY = "money", "Money and debt"
    MENTAL_HEALTH = "mental_health", "Mental health"
    SUBSTANCE_USE = "substance_use", "Drugs and alcohol"
    PHYSICAL_HEALTH = "physical_health", "Physical health"
    WORK_AND_LEARNING = "work_and_learning", "Work, training and education"
    CHILDREN = "children", "Children and family"
    ASSOCIATES = "associates", "Associates and offending"
    IDENTITY = "identity", "Identity and hope"


class Rung(IntEnum):
    """Where she stands in one part of her life: 1 is hardest, 5 is settled."""

    CRISIS = 1
    STRUGGLING = 2
    WITH_HELP = 3
    MOSTLY_MANAGING = 4
    SETTLED = 5

    @property
    def label(self) -> str:
        return _RUNGS[self]


_RUNGS: Mapping[Rung, str] = MappingProxyType(
    {
        Rung.CRISIS: "In crisis: harm is happening or close",
        Rung.STRUGGLING: "Struggling: things are hard and there is little or no help",
        Rung.WITH_HELP: "Getting there: things hold together, with help",
        Rung.MOSTLY_MANAGING: "Mostly managing: she knows where to turn when it is hard",
        Rung.SETTLED: "Settled: this part of her life is going well",
    }
)

#: At or below this rung a part of her life counts as an open need.
OPEN_AT = Rung.STRUGGLING


class Unrated(Worded):
    """Why a part of her life has no rung. An empty answer is never taken for a good one."""

    NOT_ASKED = "not_asked", "Not asked yet"
    PREFER_NOT_TO_SAY = "prefer_not_to_say", "She prefers not to say"
    DOES_NOT_APPLY = "does_not_apply", "Does not apply to her"


PROMPTS: Mapping[Domain, str] = MappingProxyType(
    {
        Domain.SAFETY: "Is she safe where she is, from the people around her and from herself?",
        Domain.RELATIONSHIPS: "Who is good for her? Is anyone controlling, hurting or using her?",
        Domain.HOUSING: "Has she somewhere safe and lasting to live? Does anyone else use her home?",
        Domain.MONEY: "Can she pay for what she needs? Does she owe money, and to whom?",
        Domain.MENTAL_HEALTH: "How is she in herself? What has happened that still hurts?",
        Domain.SUBSTANCE_USE: "What part do drugs or alcohol play, and does she want that to change?",
        Domain.PHYSICAL_HEALTH: "How is her health? Has she ever been hit on the head? Has she a doctor?",
        Domain.WORK_AND_LEARNING: "What does she do, and what would she like to do or learn?",
        Domain.CHILDREN: "Who does she care for? What does she want for her children and family?",
        Domain.ASSOCIATES: "Who does she spend time with? Is anyone asking her to do things for them?",
        Domain.IDENTITY: "How does she see herself, and what does she hope for?",
    }
)


def open_needs(ladder: Mapping[Domain, Rung | None]) -> tuple[Domain, ...]:
    """The parts of her life that need work first, hardest first; parts without a rung are left out."""
    rated = [(rung, need) for need in Domain if (rung := ladder.get(need)) is not None and rung <= OPEN_AT]
    return tuple(need for _, need in sorted(rated, key=lambda pair: pair[0]))
