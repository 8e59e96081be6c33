"""One contact: did it take place, did she come, and what is asked next in each case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.support.reasons import Absence, NotHeld
from pathways.domain.terms.contact import Attendance, ContactMode
from pathways.domain.terms.words import Worded


class BegunBy(Worded):
    """Who began a contact that took place while she had asked for none."""

    HER = "her", "She got in touch herself"
    US = "us", "We contacted her"


@dataclass(frozen=True, slots=True)
class Record:
    """What is said of one contact. `is_held` is asked first; None is not answered yet.

    A contact that was not held says why and nothing of her; one she missed says why as far as is known.
    """

    at: datetime
    is_held: bool | None = None
    attendance: Attendance | None = None
    not_held: NotHeld | None = None
    absence: Absence | None = None
    mode: ContactMode | None = None
    minutes: int | None = None


#: A longer contact is a slip of the pen.
MOST_MINUTES = 12 * 60
HOW_LONG = f"Enter how many minutes it took, from 1 to {MOST_MINUTES} ({MOST_MINUTES // 60} hours)"


def complete(record: Record, *, now: datetime) -> Decision:
    """Whether the record can be saved."""
    if record.at > now:
        return decision.no("This contact lies in the future: record it when it has taken place.")
    if record.is_held is None:
        return decision.no("Say whether the contact took place.")
    if not record.is_held:
        return _not_held(record)
    if record.attendance is None:
        return decision.no("Say whether she came.")
    if record.attendance is Attendance.NO:
        return _missed(record)
    return _attended(record)


def _not_held(record: Record) -> Decision:
    if record.attendance is not None or record.absence is not None:
        return decision.no("The contact did not take place: that says nothing about her coming.")
    return decision.yes() if record.not_held else decision.no("Say why it did not take place.")


def _missed(record: Record) -> Decision:
    if record.minutes:
        return decision.no("She did not come: leave the minutes out.")
    return decision.yes() if record.absence else decision.no("Say why she did not come, or “not known”.")


def _attended(record: Record) -> Decision:
    if record.absence or record.not_held:
        return decision.no("She came: leave out the reason for not coming.")
    if record.mode is None:
        return decision.no("Say how you were in contact.")
    if record.minutes is None or not 0 < record.minutes <= MOST_MINUTES:
        return decision.no(f"{HOW_LONG}.")
    return decision.yes()


def is_attended(record: Record) -> bool:
    """Whether it counts as a contact she attended: held, and she came, late or not."""
    return bool(record.is_held and record.attendance and record.attendance.is_attended)


def is_worrying(record: Record) -> bool:
    """Whether somebody should make sure today that she is safe."""
    return record.absence is not None and record.absence.is_worrying
