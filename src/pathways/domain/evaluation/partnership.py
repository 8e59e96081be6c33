"""How partners find their work together: what a partnership survey asks, and what its answers come to.

The four domains are the headings under which the evaluation of the first community pilots against organised
crime looked at partnership (Home Office Research Report 56, 2011; domain dossier, sections 1.3 and 9, measure
M43). The statements are our own words. Whoever answers is asked about the work, never about a woman.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded


class PartnershipDomain(Worded):
    """What a partnership survey asks about."""

    BUILDING = "building", "Building the partnership"
    REACHING = "reaching", "Finding women, and bringing partners in"
    SHARING = "sharing", "Sharing information"
    LASTING = "lasting", "Progress, and whether it lasts"


class Extent(Worded):
    """How far a statement is so, in order; and that somebody cannot say, which counts as no answer."""

    NOT_AT_ALL = "not_at_all", "Not at all"
    A_LITTLE = "a_little", "A little"
    PARTLY = "partly", "Partly"
    MOSTLY = "mostly", "Mostly"
    FULLY = "fully", "Fully"
    CANNOT_SAY = "cannot_say", "I cannot say"


class WaveState(Worded):
    """How a wave of the survey stands, told by its two days."""

    PLANNED = "planned", "Not open yet"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


#: Points of each extent; who cannot say has none.
POINTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        one.value: number
        for number, one in enumerate(
            (Extent.NOT_AT_ALL, Extent.A_LITTLE, Extent.PARTLY, Extent.MOSTLY, Extent.FULLY), start=1
        )
    }
)
LEAST, MOST = 1, 5


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the survey: how far is this so?"""

    code: str
    domain: PartnershipDomain
    words: str


_B, _R, _S, _L = PartnershipDomain
#: Raised whenever a statement is added, left out or worded otherwise: waves of two versions are not compared.
VERSION: Final = 1
STATEMENTS: Final[tuple[Statement, ...]] = (
    Statement("b1", _B, "We know what the programme is for, and what each partner does in it."),
    Statement("b2", _B, "Decisions that concern us are made with us."),
    Statement("b3", _B, "Those who come to meetings can decide for their organisation."),
    Statement("b4", _B, "Where partners disagree, it is talked through and settled."),
    Statement("r1", _R, "The women whom the programme is for are the women who are found."),
    Statement("r2", _R, "They are found early, before things become worse."),
    Statement("r3", _R, "Every organisation that is needed takes part."),
    Statement("r4", _R, "When we ask or refer, we are answered in good time."),
    Statement("s1", _S, "We are told what we need so as to keep women and workers safe."),
    Statement("s2", _S, "What is shared with us changes what we do."),
    Statement("s3", _S, "We know what we may share and what we must not."),
    Statement("s4", _S, "What women say in confidence stays where it was said."),
    Statement("l1", _L, "The programme does what it set out to do."),
    Statement("l2", _L, "What is learnt is put into practice."),
    Statement("l3", _L, "The programme would go on if the people in it changed."),
    Statement("l4", _L, "There is money and time enough to do it well."),
)
CODES: Final = frozenset(one.code for one in STATEMENTS)
#: Who begins waves, invites to them and moves their last day.
RUNS: Final = frozenset({Role.EVALUATOR})
#: A wave is open for at most so long: who answers months apart does not answer about the same time.
LONGEST_DAYS: Final = 120


def of_domain(domain: PartnershipDomain) -> tuple[Statement, ...]:
    return tuple(one for one in STATEMENTS if one.domain is domain)


def state(opens: date, closes: date, *, today: date) -> WaveState:
    """Both days belong to the wave."""
    if today < opens:
        return WaveState.PLANNED
    return WaveState.OPEN if today <= closes else WaveState.CLOSED


def may_last(opens: date, closes: date, *, today: date) -> Decision:
    """Whether a wave may begin with these days."""
    if opens < today:
        return decision.no("A wave cannot open on a day that has passed.")
    return _ends_well(opens, closes)


def may_close_on(closes: date, *, opens: date, before: date, today: date) -> Decision:
    """Whether the last day may be moved.

    A wave that has closed stays closed: its figures have been seen, and one answer more would be known by the
    difference.
    """
    if state(opens, before, today=today) is WaveState.CLOSED:
        return decision.no("This wave has closed, and what it came to has been seen. Begin another wave.")
    if closes < today:
        return decision.no("The last day cannot be one that has passed.")
    if closes == before:
        return decision.no("That is the last day already.")
    return _ends_well(opens, closes)


def _ends_well(opens: date, closes: date) -> Decision:
    if closes < opens:
        return decision.no("The last day must not be before the first.")
    if closes - opens > timedelta(days=LONGEST_DAYS):
        return decision.no(f"A wave is open for at most {LONGEST_DAYS} days.")
    return decision.yes()


def may_answer(
    *, is_invited: bool, has_answered: bool, opens: date, closes: date, today: date
) -> Decision:
    """Whether somebody may answer now: invited, once, between the two days."""
    if not is_invited:
        return decision.no("There is nothing here, or nothing that you may see.", hidden=True)
    if has_answered:
        return decision.no("You have answered this survey already. Each person answers once.")
    match state(opens, closes, today=today):
        case WaveState.PLANNED:
            return decision.no(f"The survey opens on {opens:%-d %B %Y}.")
        case WaveState.CLOSED:
            return decision.no(f"The survey closed on {closes:%-d %B %Y}.")
    return decision.yes()


def fault(answers: Mapping[str, str]) -> str:
    """What is wrong with a sheet of answers, or nothing."""
    if strangers := set(answers) - CODES:
        return f"The survey has no statement {', '.join(sorted(strangers))}."
    if missing := CODES - set(answers):
        return f"{len(missing)} of {len(CODES)} statements have no answer. “I cannot say” is one."
    if wrong := {said for said in answers.values() if said not in {one.value for one in Extent}}:
        return f"{', '.join(sorted(wrong))} is no answer."
    return ""


def score(answers: Mapping[str, str], statements: Iterable[Statement]) -> float | None:
    """One person's points over these statements, 1 to 5, as the mean of those answered.

    None where fewer than half were: what is left would say too little of the domain.
    """
    asked = [answers.get(one.code, "") for one in statements]
    points = [POINTS[said] for said in asked if said in POINTS]
    return sum(points) / len(points) if asked and 2 * len(points) >= len(asked) else None
