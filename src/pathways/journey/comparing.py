"""A woman's record held against another: what is compared, under what it is kept, and by which model.

Everything here happens in memory with values that were opened for it; what is kept is tokens under the
organisation's key, which nobody reads back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pathways.analysis.linkage import features, scorer
from pathways.analysis.linkage.scorer import Model, Part, Score
from pathways.domain.terms.given_names import GROUPS
from pathways.records import tokens
from pathways.records.sealed import ERASED

__all__ = ["Model", "Paper", "Part", "Score", "columns", "kept_under", "looks_under", "model"]


@dataclass(frozen=True, slots=True)
class Paper:
    """Who she is, as one record has it: what of it is empty speaks neither for nor against."""

    given_names: str = ""
    surname: str = ""
    other_names: str = ""
    born: date | None = None
    address: str = ""
    telephone: str = ""

    @property
    def says_enough(self) -> bool:
        """Whether there is enough to look for her: two names, or one and a date of birth."""
        words = tokens.words_of(f"{self.given_names} {self.surname}")
        return len([word for word in words if len(word) > 1]) + (self.born is not None) >= 2


def model() -> Model:
    """The model in use."""
    return scorer.shipped()


def columns(paper: Paper) -> dict[str, Any]:
    """What of the record is compared."""
    given, surname, others = (
        tokens.words_of("" if text == ERASED else text)
        for text in (paper.given_names, paper.surname, paper.other_names)
    )
    return features.of(
        given=given,
        surname=surname,
        others=others,
        born=paper.born,
        address="" if paper.address == ERASED else paper.address,
        telephone=paper.telephone,
        forms=GROUPS,
        frequencies=scorer.frequencies(),
    )


def kept_under(paper: Paper) -> list[str]:
    """What a record is kept under, before it is keyed, so that one like it meets it."""
    return model().keys_kept(columns(paper))


def looks_under(record: dict[str, Any]) -> list[str]:
    """Under what to look for records like this one, before it is keyed."""
    return model().keys_asked(record)
