"""What a home page is made of: figures, and lists of what needs doing first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Leads(StrEnum):
    """What something leads to. The pages know the address; here it is only named."""

    NOTHING = ""
    CLIENT = "client"
    CONSIDERATION = "consideration"
    CONSIDERATIONS = "considerations"
    FLAG = "flag"
    FLAGS = "flags"
    REFERRAL_IN = "referral_in"
    REFERRALS_IN = "referrals_in"
    SECOND = "second"
    SECONDS = "seconds"
    PLAN = "plan"
    TRIAGE = "triage"
    TRIAGES = "triages"
    LEVEL_READINGS = "level_readings"
    REFERRAL = "referral"
    REFERRALS = "referrals"
    CASES = "cases"
    LAPSED = "lapsed"
    UNASSIGNED = "unassigned"
    ASSIGN = "assign"
    CONTACT = "contact"
    CLOSURE = "closure"
    FOLLOW_UP = "follow_up"
    WORKLOAD = "workload"
    APPROACHES = "approaches"
    MESSAGES = "messages"
    SERVICES = "services"
    EVALUATION = "evaluation"
    EVALUATION_PLAN = "evaluation_plan"
    SETTLE = "settle"
    DIFFERENCES = "differences"
    PROGRAMME_RECORDS = "programme_records"
    GOVERNANCE = "governance"
    HELD = "held"
    EMERGENCY = "emergency"
    EMERGENCIES = "emergencies"
    ERASURE = "erasure"
    ERASURES = "erasures"
    PEOPLE = "people"
    ORGANISATIONS = "organisations"
    INSTRUMENTS = "instruments"
    PAIRS = "pairs"
    PANEL = "panel"
    PANELS = "panels"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits. `at` is the moment or day that matters; `at_is` says what it is of it.

    `about` is given when a woman is named, for the log of access: the number by which she is known there.
    """

    title: str
    hint: str = ""
    reference: str = ""
    leads: Leads = Leads.NOTHING
    id: UUID | None = None
    about: UUID | None = None
    at: datetime | date | None = None
    at_is: str = ""
    is_late: bool = False
    tag: str = ""
    colour: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One list: what it is of, the first few, how many there are, and what to do when there are none."""

    heading: str
    items: tuple[Item, ...] = ()
    total: int = 0
    empty: str = ""
    more: Leads = Leads.NOTHING
    more_words: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number at a glance, of work that waits; never a statistic about women.

    Nought leads nowhere, unless something can be begun at the place (`is_begun_there`).
    """

    value: str
    label: str
    hint: str = ""
    leads: Leads = Leads.NOTHING
    is_begun_there: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """A home page: figures across the top, what needs doing first, then what comes after."""

    lead: str = ""
    figures: tuple[Figure, ...] = ()
    first: tuple[Section, ...] = ()
    beside: tuple[Section, ...] = ()
    main: Leads = Leads.NOTHING
    main_words: str = ""

    @property
    def subjects(self) -> tuple[UUID, ...]:
        """Everybody who is named on the page, for the one access event of reading it."""
        found = (item.about for each in (*self.first, *self.beside) for item in each.items)
        return tuple(dict.fromkeys(key for key in found if key is not None))


#: The ways to what the programme is judged by, and to what it writes down of itself.
OF_THE_PROGRAMME = Section(
    "The programme itself",
    (
        Item("The evaluation", "figures, releases, Justice Data Lab", leads=Leads.EVALUATION),
        Item("The plan of the evaluation", "theory of change, measures, ethics", leads=Leads.EVALUATION_PLAN),
        Item("Programme records", "meetings, spend, training, agreements", leads=Leads.PROGRAMME_RECORDS),
    ),
    total=3,
)

#: So many of each kind are on the home page; the rest is on the list that the section leads to.
MOST = 8


def section(
    heading: str,
    items: Iterable[Item],
    *,
    empty: str,
    total: int | None = None,
    more: Leads = Leads.NOTHING,
    more_words: str = "See all",
    lead: str = "",
) -> Section:
    shown = tuple(items)
    count = len(shown) if total is None else total
    return Section(heading, shown[:MOST], count, empty, more, more_words, lead)
