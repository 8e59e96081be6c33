"""What police may see of a woman they flagged: three words, the same whatever she decided."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain.identification import consideration
from pathways.domain.terms.words import Worded


class PoliceView(Worded):
    """All that police see after a flag."""

    RECEIVED = "received", "Received"
    WITH_THE_PROGRAMME = "with_the_programme", "With the programme"
    CLOSED = "closed", "Closed"


@dataclass(frozen=True, slots=True)
class SightFacts:
    """Where the flag stands, and whether an episode that began with it still runs."""

    screening: consideration.Status
    has_open_episode: bool


_ENDED = frozenset(
    {
        consideration.Status.REJECTED,
        consideration.Status.DUPLICATE,
        consideration.Status.NOT_THIS_PROGRAMME,
    }
)


def police_see(facts: SightFacts) -> PoliceView:
    """Declined, withdrawn, not reached and completed all read "closed"; nothing else is told.

    A pause reads as before: an open episode that is paused is still open here.
    """
    if facts.screening is consideration.Status.CONFIRMED:
        return PoliceView.WITH_THE_PROGRAMME if facts.has_open_episode else PoliceView.CLOSED
    return PoliceView.CLOSED if facts.screening in _ENDED else PoliceView.RECEIVED
