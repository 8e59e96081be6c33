"""What considering teaches those who answer for it: from codes alone, through disclosure control.

An analyst and a supervisor of a force learn of their own force's list; the evaluator of every force's, and
meets no woman and no force by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pathways.analysis import considered
from pathways.analysis import screening as catalogue
from pathways.analysis.agreement import Reading
from pathways.analysis.considered import Learnt, Woman
from pathways.analysis.disclosure import Audience
from pathways.analysis.screening import record
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import indicators
from pathways.domain.terms.people import Role
from pathways.journey import identity, sight
from pathways.records.models import (
    Consideration,
    Observation,
    ScreeningRun,
    SecondDraw,
    SecondReading,
    Setting,
)

#: Who may see it. A supervisor of a charity holds the same role as one of police, and sees none of it.
MAY_SEE = frozenset({Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR, Role.EVALUATOR})


def may_see(by: Actor) -> Decision:
    if by.role is Role.EVALUATOR or (by.role in MAY_SEE and by.is_police):
        return decision.yes()
    return decision.no(
        "What considering teaches is for the force’s desk and the evaluator.", ask="the evaluator"
    )


def learnt(*, by: Actor, at: datetime, synthetic: bool) -> Learnt | Decision:
    """How often each sign appears and is confirmed, who is considered, and how far two people agree."""
    if not (answer := may_see(by)):
        return answer
    own = {"organisation_id": by.organisation_id} if by.is_police else {}
    with identity.counting(by):
        women = [
            Woman(str(key), status, band, group, area)
            for key, status, band, group, area in Consideration.objects.filter(**own).values_list(
                "id", "status", "age_band", "ethnic_group", "area"
            )
        ]
        evidence = [
            (str(key), code, victim)
            for key, code, victim in Observation.objects.filter(**own).values_list(
                "consideration_id", "code", "is_as_victim"
            )
        ]
        by_hand = Consideration.objects.filter(**own).values_list("id", "indicators")
        evidence += [
            (str(key), one["code"], False)
            for key, kept in by_hand
            for one in kept or []
            if one.get("code") in indicators.BY_CODE
        ]
        readings = _readings(own)
    name = Setting.objects.filter(key="programme.name").values_list("value", flat=True).first()
    made_up = " SYNTHETIC: no real person." if synthetic else ""
    return considered.learn(
        women,
        list(dict.fromkeys(evidence)),
        catalogue.catalogue(),
        readings,
        _population(by),
        Audience.STEERING.rule,
        source=f"{name or 'The programme'}, considerations as at {at:%-d %B %Y}.{made_up}",
        is_own=by.is_police,
    )


def _readings(own: Mapping[str, Any]) -> list[Reading]:
    """The decisions that two people have read, each with the rate at which it was drawn."""
    second = dict(
        SecondReading.objects.filter(read_at__isnull=False, **own).values_list("draw_id", "outcome")
    )
    drawn = SecondDraw.objects.filter(id__in=list(second), percent__gt=0).order_by("decided_at", "id")
    return [
        Reading(outcome, second[key], percent / 100, outcome)
        for key, outcome, percent in drawn.values_list("id", "outcome", "percent")
    ]


def _population(by: Actor) -> Mapping[str, Mapping[str, int]]:
    """Who could be considered: the women in what the newest run of each force looked at."""
    found: dict[str, dict[str, int]] = {}
    if by.is_police:
        rows = list(sight.visible(ScreeningRun, by).filter(status="done").order_by("-ended_at")[:1])
    else:
        with identity.clerk(by):
            newest = ScreeningRun.objects.filter(status="done").order_by("organisation_id", "-ended_at")
            rows = list(newest.distinct("organisation_id"))
    for row in rows:
        for name, groups in (row.counts or {}).get("population", {}).items():
            for group, n in groups.items():
                found.setdefault(name, {})[group] = found.get(name, {}).get(group, 0) + n
    return found


def how_it_works() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The published record, generated from the catalogue in force: (heading, ((question, answer), …))."""
    return record.sections(catalogue.catalogue())


def signs_looked_for() -> tuple[tuple[str, str, str, str, str, str], ...]:
    """Every sign of the catalogue: heading, words, meaning, look-back, what it can do, and caveat."""
    return tuple(
        (
            one.heading.label,
            one.label,
            one.meaning,
            f"{one.look_back} months" if one.look_back else "No limit",
            one.prompts.label,
            one.caveat,
        )
        for one in catalogue.catalogue()
    )
