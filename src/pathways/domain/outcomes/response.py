"""One filling in of an instrument about her: when, at what occasion, how, and what can become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.outcomes.instrument import Instrument, faults
from pathways.domain.terms.people import WORKER_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources


class Occasion(Worded):
    """At what point of her way it was asked."""

    ASSESSMENT = "assessment", "At the assessment"
    REVIEW = "review", "At a review"
    FOLLOW_UP = "follow_up", "At a follow-up"
    OTHER = "other", "At another time"


class How(Worded):
    """Who held the pen."""

    TOGETHER = "together", "She and her worker together"
    HERSELF = "herself", "She by herself, on paper"
    ON_PAPER = "on_paper", "On paper, with a worker"
    BY_TELEPHONE = "by_telephone", "Read to her by telephone"
    FROM_A_FILE = "from_a_file", "Taken in from a provider’s own system"


class Status(Worded):
    """Whether it counts."""

    GIVEN = "given", "Given"
    WITHDRAWN = "withdrawn", "Taken out"


class Action(Worded):
    """What can be done with a filling in."""

    WITHDRAW = "withdraw", "Take it out"
    PUT_BACK = "put_back", "Put it back"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gates look at: whether a reason was given."""

    why: str = ""


def may_withdraw(facts: Facts) -> Decision:
    """Answers given are not unwritten without a word on why: they stay, and count no more."""
    if not facts.why.strip():
        return decision.no("Say why it is taken out.")
    return decision.yes()


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Filling in of an instrument",
    statuses=Status,
    start=Status.GIVEN,
    moves=(
        Move(
            Action.WITHDRAW, sources(Status.GIVEN), Status.WITHDRAWN, WORKER_ROLES, "Take it out",
            may_withdraw,
        ),
        Move(Action.PUT_BACK, sources(Status.WITHDRAWN), Status.GIVEN, WORKER_ROLES, "Put it back"),
    ),
)  # fmt: skip


def may_keep(
    instrument: Instrument,
    answers: Mapping[str, Any],
    *,
    measured_on: date,
    today: date,
    began_on: date,
) -> Decision:
    """Whether it can be kept: within her time with us, something answered, nothing against a rule."""
    if measured_on > today:
        return decision.no("The day is in the future: check it.")
    if measured_on < began_on:
        return decision.no("This is before her time with the programme began: check the day")
    if not any(value not in (None, "", [], ()) for value in answers.values()):
        return decision.no("Nothing was answered: leave it, or answer what she wants to answer.")
    if wrong := faults(instrument, answers):
        return decision.no("; ".join(wrong.values()) + ".")
    return decision.yes()
