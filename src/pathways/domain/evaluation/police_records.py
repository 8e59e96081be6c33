"""What a force's own records give the evaluation: which records count, of whom, and under what headings.

A file of lines without names, one line a record. Police do not know who is a client, who took support up or
when it began; so every woman whom the force handed to the programme is in it, and her stretches begin on the
day on which the force handed her over, which is the force's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded

#: Who may see what the file would hold.
READERS: Final = frozenset({Role.POLICE_SPOC, Role.POLICE_ANALYST})
#: Who may take it out: whoever answers for what the force discloses of these women.
TAKERS: Final = frozenset({Role.POLICE_SPOC})
#: Under so many women nothing leaves. Source: domain dossier, 6 (in public, fewer than ten are hidden).
LEAST: Final = 10
#: The headings of the file, in their order.
WOMAN, HANDED_OVER, KNOWN_TO = "woman", "handed_over", "known_to"
ROLE, RECORD_ON, OFFENCE = "role", "record_on", "offence"
COLUMNS: Final = (WOMAN, HANDED_OVER, KNOWN_TO, ROLE, RECORD_ON, OFFENCE)
#: The day that stands for every woman's own: no day of the calendar leaves, only how far others are from it.
DAY_ONE: Final = date(2000, 1, 1)
#: Ties of a person to an event, and as what she counts in it.
ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "suspect_in": "suspect",
        "arrested_in": "suspect",
        "convicted_in": "suspect",
        "victim_in": "victim",
    }
)
#: Kinds of events that count. Custody, searches and notices record the same thing again; intelligence and
#: financial reports never leave.
KINDS: Final = ("crime", "incident")
#: Handling codes under which a record may be shared (3x5x2: lawful sharing permitted); none is as good.
SHARED: Final = frozenset({"", "p"})


class LeftOut(Worded):
    """Why a woman's records are not in the file. A line says that she was handed over, and no more."""

    NOT_FOUND = "not_found", "Not found in the extract, or more than one person there fits"
    BEFORE = "before", "The extract does not reach back far enough before she was handed over"
    AFTER = "after", "The extract does not reach far enough after she was handed over"


def may_leave(women: int) -> Decision:
    """Whether a file with the records of so many women may leave."""
    if women < LEAST:
        return decision.no(
            f"The records of {women} women are whole over both stretches, and with fewer than {LEAST} no "
            "figure could be shown, so nothing leaves. Take in an extract that reaches further, or choose "
            "fewer months."
        )
    return decision.yes()
