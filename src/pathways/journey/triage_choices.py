"""What the programme has chosen for its triage: whether the suggestion waits, and how much is read twice."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Role
from pathways.domain.triage import reading
from pathways.domain.triage.levels import Level
from pathways.journey import ledger, programme
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Setting

_HIDE, _HOURS, _WORKING, _DRAWN, _SEED = (
    "triage.hide_suggestion",
    "triage.urgent_reading_hours",
    "triage.urgent_reading_in_working_hours",
    "triage.drawn_of_a_hundred",
    "triage.draw_seed",
)
MAY_CHOOSE = frozenset({Role.ADMINISTRATOR, Role.PANEL_CHAIR})


@dataclass(frozen=True, slots=True)
class Choices:
    """`drawn` says for each level how many of a hundred decisions are read blind; `out_of_hours` whom the
    programme turns to for her safety while nobody of it is at work."""

    is_hidden: bool
    urgent: reading.UrgentClock
    drawn: dict[Level, int]
    out_of_hours: str = ""


def _kept(key: str) -> Any:
    return Setting.objects.filter(key=key).values_list("value", flat=True).first()


def is_hidden() -> bool:
    """Whether the suggestion is shown only once whoever decides has written down her own view."""
    return _kept(_HIDE) is True


def urgent() -> reading.UrgentClock:
    """The clock by which a level 4 is read before it goes to the supervisor."""
    return reading.UrgentClock(programme.number(_HOURS, reading.HOURS), _kept(_WORKING) is True)


def drawn() -> dict[Level, int]:
    kept = _kept(_DRAWN)
    found = dict(reading.USUAL_PERCENT)
    if isinstance(kept, dict):
        found |= {
            level: kept[str(level.value)]
            for level in Level
            if isinstance(kept.get(str(level.value)), int) and 0 <= kept[str(level.value)] <= 100
        }
    return found


def seed(at: datetime) -> str:
    """What the lots are drawn from, made at the first decision and kept."""
    kept, _ = Setting.objects.get_or_create(
        key=_SEED, defaults={"value": os.urandom(16).hex(), "changed_at": at}
    )
    return str(kept.value)


def choices() -> Choices:
    return Choices(is_hidden(), urgent(), drawn(), programme.own_out_of_hours())


def may_choose(by: Actor) -> Decision:
    if by.role in MAY_CHOOSE:
        return decision.yes()
    return decision.no("How triage is done here is set by the administrator or the chair.", ask="the chair")


def choose(*, wanted: Choices, by: Actor, at: datetime) -> Outcome:
    """Sets how triage is done from now on. What was drawn before stays with the rate of its day."""
    if not (answer := may_choose(by)):
        return refusal(answer)
    if wanted.urgent.hours < 1 or any(not 0 <= percent <= 100 for percent in wanted.drawn.values()):
        return refusal(decision.no("Hours are at least 1, and of a hundred at most 100 are read."))
    before = choices()
    with transaction.atomic():
        words = []
        for key, what, old, new in (
            (_HIDE, "the suggestion is hidden first", before.is_hidden, wanted.is_hidden),
            (_HOURS, "hours for reading level 4", before.urgent.hours, wanted.urgent.hours),
            (
                _WORKING,
                "these are working hours",
                before.urgent.in_working_hours,
                wanted.urgent.in_working_hours,
            ),
            (
                programme.OUT_OF_HOURS,
                "whom we turn to outside office hours",
                before.out_of_hours,
                wanted.out_of_hours.strip(),
            ),
            (_DRAWN, "read blind of a hundred", _plain(before.drawn), _plain(wanted.drawn)),
        ):
            if old != new:
                Setting.objects.update_or_create(
                    key=key, defaults={"value": new, "changed_at": at, "changed_by_id": by.account_id}
                )
                words.append(f"{what} from {_said(old)} to {_said(new)}")
        if words:
            ledger.kept_up(by=by, at=at, route="triage:choices", what=f"Triage: {'; '.join(words)}")
    return done(next=("It holds from now on. Earlier draws keep the rate of their day.",))


def _plain(drawn: dict[Level, int]) -> dict[str, int]:
    return {str(level.value): percent for level, percent in drawn.items()}


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"level {level} {percent}" for level, percent in value.items())
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
