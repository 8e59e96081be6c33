"""Whether what records say may bring a woman before a person at all: never by the company she keeps alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.identification.consideration import Status
from pathways.domain.terms.indicators import Heading
from pathways.domain.terms.words import Worded


class Came(Worded):
    """How a woman came onto the list. Both can hold of one woman."""

    BY_HAND = "by_hand", "Flagged by a person"
    BY_RUN = "by_run", "Found by a screening run"


class Order(Worded):
    """The orders of the list, in words. None is by how many indicators she has."""

    SAFETY = "safety", "Immediate safety first, then the longest waiting"
    WAITING = "waiting", "The longest waiting first"
    LATEST = "latest", "The latest evidence first"
    EARLIEST = "earliest", "The evidence that begins earliest first"
    REFERENCE = "reference", "By reference, which says nothing about her"


@dataclass(frozen=True, slots=True)
class Observed:
    """One indicator seen in one record: under which heading, and whether she is in that record as victim."""

    code: str
    heading: Heading
    is_as_victim: bool = False


def has_risk(observed: Iterable[Observed]) -> bool:
    """Whether anything but what protects her was seen."""
    return any(one.heading is not Heading.PROTECTIVE for one in observed)


def may_list(observed: Iterable[Observed]) -> Decision:
    """At least one sign of her own, and not only reports of what was done to her.

    Signs of whom she knows never list her alone, nor do reports as a victim, nor what protects her. A sign of
    her own harm beside one of whom she knows does: that is whom the programme is for.
    """
    signs = [one for one in observed if one.heading is not Heading.PROTECTIVE]
    if not signs:
        return decision.no("No sign of risk is recorded: what protects her is no reason to list her.")
    hers = [one for one in signs if one.heading is not Heading.NETWORKS]
    if not hers:
        return decision.no(
            "Only signs of whom she knows are recorded. Nobody is listed for the company she keeps."
        )
    if all(one.is_as_victim for one in signs):
        return decision.no(
            "She is in these records as a victim alone. That is a reason for help, not for this list: "
            "refer her to victim support or safeguarding.",
            ask="your force’s victim care",
        )
    return decision.yes()


#: What has been decided and stands: records found since do not open it again by themselves.
STANDS = frozenset({Status.CONFIRMED, Status.NOT_THIS_PROGRAMME, Status.DUPLICATE})
#: Where the same woman waits already, what is found joins what is there.
WAITS = frozenset({Status.FLAGGED, Status.UNDER_REVIEW, Status.DEFERRED, Status.SAFEGUARDING_FIRST})


def takes_new_evidence(status: Status) -> bool:
    """Whether records found by a run join a consideration that stands here."""
    return status in WAITS


def opens_another(statuses: Iterable[Status], *, has_new_records: bool) -> bool:
    """Whether a run puts a woman on the list whom the force has considered before.

    A decision not to take her forward is looked at again only for records that nobody has seen yet; one that
    stands is for the person who made it.
    """
    known = set(statuses)
    if known & (WAITS | STANDS):
        return False
    return has_new_records
