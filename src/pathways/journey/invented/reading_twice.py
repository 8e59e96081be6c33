"""What an invented colleague makes of a decision that was drawn to be read a second time."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

from pathways.domain.governance.actors import Actor
from pathways.domain.identification.second_reading import TalkResult
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.people import Role
from pathways.journey import identity, second_readings
from pathways.journey.invented.world import World
from pathways.records.models import SecondDraw, SecondReading

_REASONS = {
    ScreeningOutcome.REJECTED: "not_proportionate",
    ScreeningOutcome.DEFERRED: "more_information",
}
#: What was decided in the last so many days may still wait to be read again.
STILL_WAITS = 14
_BECAUSE = (
    "What is recorded of her own part is slight; her safety speaks for an offer of help.",
    "Two records a month apart say the same. I would offer her the programme.",
    "Nothing here is newer than a year. I would wait for more.",
)
_WORDS = "We read the missing report differently. The catalogue should say how old a report may be."


def perhaps(consideration_id: UUID, number: int, *, world: World, at: datetime, until: datetime) -> None:
    """Reads the decision on this consideration, where it was drawn: of the last days some still wait.

    Draws from a chance of its own, so that the story of her life goes on as it would have.
    """
    rng = random.Random(9000 + number)  # noqa: S311 - a story, not a secret
    with identity.clerk():
        waiting = SecondReading.objects.filter(consideration_id=consideration_id, read_at__isnull=True)
        reading = waiting.order_by("-drawn_at").first()
        first = SecondDraw.objects.get(id=reading.draw_id) if reading is not None else None
    is_left = rng.random() < 0.2
    if reading is None or first is None or (is_left and at > until - timedelta(days=STILL_WAITS)):
        return
    reader = _somebody(world, reading.reader_id)
    if reader is None:
        return
    outcome = ScreeningOutcome(first.outcome)
    if rng.random() < 0.25:
        others = [one for one in second_readings.DRAWN_FROM if one is not outcome]
        outcome = rng.choice(others)
    with identity.acting(reader):
        second_readings.page(reading_id=reading.id, by=reader, at=at)
        second_readings.read(
            reading_id=reading.id,
            outcome=outcome,
            reason=_REASONS.get(outcome, ""),
            because=rng.choice(_BECAUSE),
            by=reader,
            at=at,
        )
        still = at > until - timedelta(days=STILL_WAITS)  # what is older has been talked over
        if outcome.value != first.outcome and (rng.random() < 0.6 or not still):
            second_readings.talked(
                reading_id=reading.id,
                result=rng.choice(list(TalkResult)),
                words=_WORDS,
                by=reader,
                at=at,
            )


def _somebody(world: World, account_id: UUID | None) -> Actor | None:
    desk = (Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR)
    everybody = [one for role in desk for one in world.people.get((role, "ashmere-police"), [])]
    return next((one for one in everybody if one.account_id == account_id), None)
