"""Emergency access: reading the record of a woman one does not work with, for her safety and for minutes.

Asked for with a reason and a password, told at once to those who answer for her record, ended by the clock,
and looked at afterwards by the governance lead. It never overrides a bar, opens no note and no safe place,
and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.clocks import WorkingTime
from pathways.domain.terms.people import Role, Sector
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources

#: No emergency access lasts longer. The database holds the same limit.
LONGEST = timedelta(minutes=60)
#: Working days within which the governance lead reviews it.
REVIEW_WITHIN_DAYS = 2
#: Roles that may ask for it, at organisations that support women. Police ask the coordinator, who decides
#: what crosses and records it as a disclosure; a private provider gets the least that it needs, always.
READERS = frozenset({Role.SUPPORT_WORKER, Role.SUPERVISOR, Role.COORDINATOR})
READING_SECTORS = (
    Sector.THIRD_SECTOR,
    Sector.LOCAL_AUTHORITY,
    Sector.HEALTH,
    Sector.PROBATION,
    Sector.OTHER_STATUTORY,
)


class Kind(Worded):
    """The two reasons there are."""

    SAFEGUARDING = "safeguarding", "Safeguarding: she or a child is at risk of serious harm"
    THREAT_TO_LIFE = "threat_to_life", "A threat to life"


class Status(Worded):
    """Where an emergency access stands. Row security shuts on time, whether or not this was moved on."""

    OPEN = "open", "Open"
    ENDED = "ended", "Ended, to be reviewed"
    REVIEWED = "reviewed", "Reviewed"


class Action(Worded):
    """What can be done with it."""

    END = "end", "End it now"
    LAPSE = "lapse", "Its time is over"
    REVIEW = "review", "Review"


class Finding(Worded):
    """What the review found."""

    JUSTIFIED = "justified", "Justified"
    NOT_JUSTIFIED = "not_justified", "Not justified"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at once it is open. `is_reader`: the person acting is who had the access."""

    is_reader: bool = False
    finding: Finding | None = None
    has_words: bool = False
    has_follow_up: bool = False
    is_over: bool = False


def _is_over(facts: Facts) -> Decision:
    """Its time is over"""
    return decision.yes() if facts.is_over else decision.no("Its time is not over yet.")


def _may_review(facts: Facts) -> Decision:
    """By somebody other than the reader, with a finding and the reasons; what follows when not justified"""
    if facts.is_reader:
        return decision.no("Nobody reviews their own emergency access.", ask="another governance lead")
    if facts.finding is None:
        return decision.no("Say whether it was justified.")
    if not facts.has_words:
        return decision.no("Write down what you looked at and what you found.")
    if facts.finding is Finding.NOT_JUSTIFIED and not facts.has_follow_up:
        return decision.no("Write down what follows, because it was not justified.")
    return decision.yes()


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Emergency access",
    statuses=Status,
    start=Status.OPEN,
    moves=(
        Move(
            Action.END,
            sources(Status.OPEN),
            Status.ENDED,
            actors(*READERS, Role.GOVERNANCE_LEAD),
            Action.END.label,
        ),
        Move(
            Action.LAPSE,
            sources(Status.OPEN),
            Status.ENDED,
            actors(Role.CLERK),
            Action.LAPSE.label,
            needs=_is_over,
        ),
        Move(
            Action.REVIEW,
            sources(Status.ENDED),
            Status.REVIEWED,
            actors(Role.GOVERNANCE_LEAD),
            Action.REVIEW.label,
            needs=_may_review,
        ),
    ),
    final=frozenset({Status.REVIEWED}),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for, before it is known whether there is such a woman."""

    role: Role
    sector: Sector
    has_signed_in_again: bool
    kind: Kind | None
    has_words: bool
    lasts: timedelta


WRONG_PASSWORD = decision.no("That is not your password. Nothing was opened.")


def may_ask(asked: Asked) -> Decision:
    """Whether this may be asked at all. Says nothing of any woman."""
    if not (answer := may_ever_ask(asked.role, asked.sector)):
        return answer
    if asked.kind is None:
        return decision.no("Choose the reason: safeguarding, or a threat to life.")
    if not asked.has_words:
        return decision.no("Write down what has happened and why it cannot wait.")
    if not timedelta() < asked.lasts <= LONGEST:
        return decision.no("Emergency access lasts 60 minutes at most.")
    if not asked.has_signed_in_again:
        return WRONG_PASSWORD
    return decision.yes()


def may_ever_ask(role: Role, sector: Sector) -> Decision:
    """Whether somebody in this role at such an organisation could ever ask for it."""
    if role in READERS and sector in READING_SECTORS:
        return decision.yes()
    return decision.no(
        "Emergency access is for those who support women. In an emergency telephone 999, then the"
        " coordinator, who can tell you what you need to know.",
        ask="the coordinator",
    )


#: The one answer to a wrong reference, a wrong name, two women of one name, and a woman one is barred from.
NOBODY = decision.no(
    "Nobody was found. Check the reference, or the name and date of birth exactly as they are written. If"
    " somebody is in danger, telephone 999."
)


def review_due(at: datetime, *, working: WorkingTime) -> datetime:
    """By when it is reviewed: the end of the second working day after it was opened."""
    return working.due_after_days(at, REVIEW_WITHIN_DAYS)
