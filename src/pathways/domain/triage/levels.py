"""The five levels of support: what each is called, offers, and how soon it must begin and be reviewed.

These are levels of support, never of threat. Names, offers and times are defaults to be changed by the
programme; the five levels themselves stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType


class Level(IntEnum):
    """How much support she is offered, 0 to 4."""

    ADVICE = 0
    UNIVERSAL = 1
    TARGETED = 2
    INTENSIVE = 3
    URGENT_SAFETY = 4

    @property
    def label(self) -> str:
        return f"Level {self.value}: {STANDARDS[self].name}"

    @property
    def wants_second_reader(self) -> bool:
        """Sending a woman away, and the most urgent level, are read by a second person."""
        return self in (Level.ADVICE, Level.URGENT_SAFETY)


@dataclass(frozen=True, slots=True)
class Standard:
    """What a level promises. Times in working days (0 is the same day) and in weeks (None is never)."""

    name: str
    offer: str
    first_contact_days: int
    review_weeks: int | None
    answer_days: int  # for a service to answer a referral


STANDARDS: Mapping[Level, Standard] = MappingProxyType(
    {
        Level.ADVICE: Standard(
            "Advice only",
            "Information, other places to turn to, and a closing letter that is safe to receive",
            first_contact_days=10,
            review_weeks=None,
            answer_days=10,
        ),
        Level.UNIVERSAL: Standard(
            "Universal",
            "One service, at her own pace",
            first_contact_days=10,
            review_weeks=12,
            answer_days=10,
        ),
        Level.TARGETED: Standard(
            "Targeted",
            "A key worker and a plan",
            first_contact_days=5,
            review_weeks=8,
            answer_days=5,
        ),
        Level.INTENSIVE: Standard(
            "Intensive",
            "A lead professional, a plan that several agencies share, and the panel",
            first_contact_days=2,
            review_weeks=4,
            answer_days=2,
        ),
        Level.URGENT_SAFETY: Standard(
            "Urgent safety",
            "Safety first (safeguarding, MARAC or NRM), with everything that level 3 offers",
            first_contact_days=0,
            review_weeks=1,
            answer_days=0,
        ),
    }
)
