"""How long her record is kept once the work with her has ended, and when somebody has to look at it again.

The periods are the programme's own. The usual ones: six years from the end of support, for as long as an
adult can bring a claim (Limitation Act 1980); a year where she never took part; half a year where nobody took
her on. Nothing is ever erased because a date has passed: the date puts it before a person. Police review what
they hold under their own rules, and none of this applies to them.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from pathways.domain.terms.words import Worded


class Kind(Worded):
    """Why there is a record of her."""

    SUPPORTED = "supported", "She took part, and her support has ended"
    NEVER_TOOK_PART = "never_took_part", "She was approached and never took part"
    NOT_TAKEN_ON = "not_taken_on", "She came by the open door and was not taken on"


#: Months from the end until the record has to be looked at. Ours, to be changed in the settings.
USUAL: dict[Kind, int] = {Kind.SUPPORTED: 72, Kind.NEVER_TOOK_PART: 12, Kind.NOT_TAKEN_ON: 6}

#: The setting under which the programme keeps its own period for each kind.
SETTING: dict[Kind, str] = {kind: f"retention.{kind.value}_months" for kind in Kind}


@dataclass(frozen=True, slots=True)
class Facts:
    """A record of which the work has ended: of what kind, and on which day it ended."""

    kind: Kind
    ended_on: date


def due_on(facts: Facts, months: int) -> date:
    """The day from which the record is due to be looked at: so many calendar months after the end."""
    place = facts.ended_on.month - 1 + months
    year, month = facts.ended_on.year + place // 12, place % 12 + 1
    return date(year, month, min(facts.ended_on.day, calendar.monthrange(year, month)[1]))


def is_due(facts: Facts, months: int, *, today: date) -> bool:
    return today >= due_on(facts, months)
