"""A wrong entry put right: what can be corrected, by whom, and what a correction must say."""

from __future__ import annotations

from collections.abc import Sequence

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.words import Worded


class What(Worded):
    """The kinds of entry that a correction can be of."""

    CONTACT = "contact", "A contact"
    GOAL_RATING = "goal_rating", "A goal rating"
    NEED_RATING = "need_rating", "A rung of the needs ladder"
    ASSESSMENT = "assessment", "An assessment"
    IDENTITY = "identity", "Who she is"
    DEMOGRAPHICS = "demographics", "Equality monitoring"
    REFERRAL_WHY = "referral_why", "The reason of a referral"
    CLOSURE = "closure", "How her episode ended"
    FOLLOW_UP = "follow_up", "A follow-up"


#: One line of what an entry said: the question and the answer in words.
Line = tuple[str, str]


def differing(before: Sequence[Line], after: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Only what the correction changes, as it was and as it is now, in the order of the entry."""
    then, now = dict(before), dict(after)
    keys = [key for key in dict.fromkeys([*then, *now]) if then.get(key, "") != now.get(key, "")]
    return tuple((key, then.get(key, "")) for key in keys), tuple((key, now.get(key, "")) for key in keys)


def may_correct(why: str, changes: Sequence[Line]) -> Decision:
    """A correction changes something, and says why."""
    if not changes:
        return decision.no("Nothing is different from what is recorded: there is nothing to correct.")
    if not why.strip():
        return decision.no("Say why this is corrected.")
    return decision.yes()
