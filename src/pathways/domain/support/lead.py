"""Her lead professional: one named worker, who can be covered for a time or hand over for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import ALONGSIDE_ROLES, Role

#: Cover is for leave and sickness; what lasts longer is a hand-over.
MOST_COVER_DAYS = 92


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of two workers: whom a caseload moves from, or to."""

    account: str
    organisation: str
    role: Role
    is_active: bool = True
    is_barred: bool = False


def may_take_on(now: Colleague, then: Colleague) -> Decision:
    """Whether a woman's support can move from one worker to another, for a time or for good."""
    if now.account == then.account:
        return decision.no("This is the same person.")
    if now.organisation != then.organisation:
        return decision.no("Another organisation takes her on by referral, with her agreement.")
    if then.role not in ALONGSIDE_ROLES:
        return decision.no("Only a worker can support her.")
    if not then.is_active:
        return decision.no("This person cannot sign in at present.")
    if then.is_barred:
        return decision.no("This person is barred from her record.", ask="supervisor")
    return decision.yes()


def may_cover(now: Colleague, then: Colleague, *, start: date, until: date | None, today: date) -> Decision:
    """Cover always ends: it says until when, and for no longer than three months."""
    if not (answer := may_take_on(now, then)):
        return answer
    if until is None:
        return decision.no("Say until when; if it is for good, hand over.")
    if until < start or until < today:
        return decision.no("Cover ends after it begins, and not in the past.")
    if (until - start).days > MOST_COVER_DAYS:
        return decision.no("This is longer than cover may be: hand over instead.")
    return decision.yes()


def may_hand_over(now: Colleague, then: Colleague, *, is_she_told: bool | None) -> Decision:
    """For good: and somebody has said whether she knows who her worker is now."""
    if not (answer := may_take_on(now, then)):
        return answer
    if is_she_told is None:
        return decision.no("Say whether she has been told who her worker is now.")
    return decision.yes()
