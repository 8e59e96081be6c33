"""Reviewed: how often her plan is looked at again, by her level of support."""

from __future__ import annotations

from datetime import date

from pathways.domain.terms.clocks import weeks_after
from pathways.domain.terms.words import Worded
from pathways.domain.triage.levels import STANDARDS, Level, Standard


class Next(Worded):
    """What a review settles."""

    GO_ON = "go_on", "Go on as planned"
    CHANGE_PLAN = "change_plan", "Change the plan"
    TRIAGE_AGAIN = "triage_again", "Triage again"
    CLOSE = "close", "Prepare to close"


def due_on(level: Level, *, since: date, standard: Standard | None = None) -> date | None:
    """When the next review is due, from the start of support or the last review; None when never. `standard`
    is what the policy in force promises; without it, the usual."""
    weeks = (standard or STANDARDS[level]).review_weeks
    return None if weeks is None else weeks_after(since, weeks)


def is_overdue(due: date | None, *, today: date) -> bool:
    return due is not None and today > due
