"""How triage goes, for those who answer for it: from codes alone, through disclosure control."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pathways.analysis import triage_watching as watching
from pathways.analysis.agreement import Reading
from pathways.analysis.disclosure import Audience
from pathways.analysis.triage_watching import IN_TIME, LATE, NOT_YET, Watched
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks, demographics
from pathways.domain.terms.contact import Attendance
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role
from pathways.domain.triage import triage as rules
from pathways.domain.triage.levels import Level
from pathways.domain.triage.reading import Why
from pathways.journey import identity, programme
from pathways.records.models import Demographics, JourneyEvent, Setting, TriageDecision, TriageReading

MAY_SEE = frozenset({Role.COORDINATOR, Role.PANEL_CHAIR, Role.EVALUATOR, Role.GOVERNANCE_LEAD})
DIMENSIONS = (
    ("ethnic_group", "Ethnicity"),
    ("age_band", "Age"),
    ("area", "Area"),
    ("disability", "Disability"),
    ("policy", "Version of the policy"),
)
_ETHNIC = {one.value: one.group.label for one in demographics.Ethnicity}
_NO_ANSWERS = {one.value for one in demographics.NoAnswer}
_AGE = {one.value: one.label for one in demographics.AgeBand}


def may_see(by: Actor) -> Decision:
    if by.role in MAY_SEE:
        return decision.yes()
    return decision.no("How triage goes is for those who answer for it.", ask="the coordinator")


def watched(*, by: Actor, at: datetime, synthetic: bool) -> Watched | Decision:
    """Overrides and levels by group, agreement, times against the clock, drift between versions."""
    if not (answer := may_see(by)):
        return answer
    with identity.counting(by):
        rows = list(
            TriageDecision.objects.filter(decided_at__isnull=False).values(
                "id", "client_id", "level", "suggested_level", "asked_at", "decided_at",
                "first_contact_due", "policy_version", "own_level", "was_hidden",
            )
        )  # fmt: skip
        read = list(
            TriageReading.objects.filter(why=Why.DRAWN.value, read_at__isnull=False)
            .exclude(knew=True)
            .values_list("triage_id", "first_level", "level")
        )
        drawn_at = TriageDecision.objects.filter(percent__gt=0).values_list("id", "percent")
        percents = {key: percent for key, percent in drawn_at if percent}
        groups = groups_of_everybody()
        contacted = _first_contacts()
    working = programme.working()
    today = clocks.local(at).date()
    decisions = [_decision(row, groups, contacted, working, today) for row in rows]
    name = Setting.objects.filter(key="programme.name").values_list("value", flat=True).first()
    made_up = " SYNTHETIC: no real person." if synthetic else ""
    return watching.watch(
        decisions,
        DIMENSIONS,
        {
            "Two people, the second blind": [
                Reading(str(first), str(level), percents[key] / 100, str(first))
                for key, first, level in sorted(read, key=lambda one: str(one))
                if key in percents and level is not None
            ],
            "An own view, before the suggestion was shown, and the suggestion": [
                Reading(str(row["own_level"]), str(row["suggested_level"]))
                for row in rows
                if row["was_hidden"] and row["own_level"] is not None and row["suggested_level"] is not None
            ],
            "The decision, and the suggestion that was seen": [
                Reading(str(row["level"]), str(row["suggested_level"]))
                for row in rows
                if row["suggested_level"] is not None
            ],
        },
        Audience.STEERING.rule,
        source=f"{name or 'The programme'}, decisions as at {at:%-d %B %Y}.{made_up}",
        is_own=by.role is Role.COORDINATOR,
    )


def groups_of_everybody() -> Mapping[UUID, Mapping[str, str]]:
    """Each woman's groups in words, from her equality monitoring. To be read as counting."""
    found: dict[UUID, dict[str, str]] = {}
    for client, age, ethnicity, area, disability in Demographics.objects.values_list(
        "client_id", "age_band", "ethnicity", "area", "disability"
    ):
        found[client] = {
            "age_band": _AGE.get(age, ""),
            "ethnic_group": _ETHNIC.get(ethnicity, ""),
            "area": _word(area),
            "disability": _word(disability),
        }
    return found


def _word(code: str) -> str:
    """A code as a word; whatever is no answer is one group, since each alone would be too small to show."""
    if code in _NO_ANSWERS or not code:
        return ""
    return code[:1].upper() + code[1:].replace("_", " ")


def _first_contacts() -> Mapping[UUID, list[date]]:
    """The days on which each woman came to a contact."""
    found: dict[UUID, list[date]] = {}
    came = {one.value for one in Attendance if one.is_attended}
    events = JourneyEvent.objects.filter(kind=EventKind.CONTACT_RECORDED.value, client_id__isnull=False)
    for client, at, detail in events.values_list("client_id", "at", "detail"):
        if client is not None and detail.get("attended") in came:
            day = detail.get("happened")
            found.setdefault(client, []).append(
                date.fromisoformat(day) if isinstance(day, str) and day else clocks.local(at).date()
            )
    return found


def _decision(
    row: Mapping[str, Any],
    groups: Mapping[UUID, Mapping[str, str]],
    contacted: Mapping[UUID, list[date]],
    working: clocks.WorkingTime,
    today: date,
) -> watching.Decision:
    suggested = Level(row["suggested_level"]) if row["suggested_level"] is not None else None
    due = rules.decision_due(suggested, asked_at=row["asked_at"], working=working)
    decided_on = clocks.local(row["decided_at"]).date()
    after = [day for day in contacted.get(row["client_id"], []) if day >= decided_on]
    promised = row["first_contact_due"]
    if promised is None:
        state = NOT_YET
    elif after:
        state = IN_TIME if min(after) <= promised else LATE
    else:
        state = NOT_YET if today <= promised else LATE
    if row["level"] == Level.ADVICE.value and not after:
        state = NOT_YET  # advice is given once, and is no contact of support
    return watching.Decision(
        level=str(row["level"]),
        suggested="" if suggested is None else str(suggested.value),
        decided=IN_TIME if row["decided_at"] <= due else LATE,
        contacted=state,
        policy=row["policy_version"],
        groups={**groups.get(row["client_id"], {}), "policy": row["policy_version"]},
    )
