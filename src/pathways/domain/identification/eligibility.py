"""Who the programme is for: a woman by the programme's own definition, and of age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms import demographics


@dataclass(frozen=True, slots=True)
class Definition:
    """The programme's definition, as settled with its legal adviser: configuration, never code."""

    text: str = "Women, as the programme’s definition and its legal advice say"
    advice_date: date | None = None
    least_age: int = 18


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of her at the door. None is not known; `today` is the day of asking."""

    today: date
    born: date | None = None
    is_adult: bool | None = None
    meets_definition: bool | None = None

    def under(self, least_age: int) -> bool | None:
        """Whether she is younger; a date of birth outweighs what somebody thought."""
        if self.born is not None:
            return demographics.age(self.born, on=self.today) < least_age
        return None if self.is_adult is None else not self.is_adult


def eligible(person: Person, definition: Definition | None = None) -> Decision:
    """Whether this programme is for her. A child goes to child safeguarding, never onto a list here."""
    rule = definition or Definition()
    under = person.under(rule.least_age)
    if under:
        return decision.no(
            f"She is under {rule.least_age}: refer to child safeguarding, and mark the flag as not for "
            "this programme.",
            ask="child safeguarding",
        )
    if under is None:
        return decision.no(f"Record that she is {rule.least_age} or over, or her date of birth.")
    if person.meets_definition is None:
        return decision.no("Record whether she comes within the programme’s definition of who it is for.")
    if not person.meets_definition:
        return decision.no("She is outside the programme’s definition of who it is for.")
    return decision.yes()
