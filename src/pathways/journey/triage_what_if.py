"""What if another policy were in force: over all past cases, by group, and at each provider."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

from pathways.analysis import triage_what_if as asking
from pathways.analysis.disclosure import Audience
from pathways.analysis.triage_load import Provider
from pathways.analysis.triage_what_if import Case, WhatIf
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role
from pathways.domain.triage.levels import Level
from pathways.domain.triage.policy import Policy
from pathways.domain.triage.version import mark
from pathways.journey import identity, triage_policy, triage_watching
from pathways.records.models import JourneyEvent, Organisation, Service, Setting, TriageDecision

#: Who may ask; the coordinators alone see every case, and so exact counts.
MAY_SEE = triage_watching.MAY_SEE
_LEVELS = {str(level.value) for level in Level}


def ask(
    *, before: Policy, after: Policy, by: Actor, at: datetime, synthetic: bool
) -> WhatIf | Decision:
    """Two policies over every past decision. It changes nothing of anybody."""
    if by.role not in MAY_SEE:
        return decision.no("What if is for those who answer for triage.", ask="the coordinator")
    if mark(before) == mark(after):
        return decision.no(
            f"Both are “{before.name}”, version {before.version}: the two are the same, and nothing would "
            "change. Choose another to compare it with."
        )
    with identity.counting(by):
        rows = list(
            TriageDecision.objects.filter(decided_at__isnull=False)
            .order_by("decided_at", "id")
            .values_list("client_id", "inputs", "decided_at")
        )
        groups = triage_watching.groups_of_everybody()
        providers, stays = _providers()
    cases = [Case(inputs or {}, groups.get(client, {})) for client, inputs, _ in rows]
    weeks = ((rows[-1][2] - rows[0][2]).days / 7) if len(rows) > 1 and rows[0][2] and rows[-1][2] else 0.0
    name = Setting.objects.filter(key="programme.name").values_list("value", flat=True).first()
    made_up = " SYNTHETIC: no real person." if synthetic else ""
    dimensions = [one for one in triage_watching.DIMENSIONS if one[0] != "policy"]
    try:
        return asking.what_if(
            before,
            after,
            cases,
            dimensions,
            providers,
            max(weeks, 1.0) if cases else 0.0,
            stays,
            Audience.STEERING.rule,
            source=f"{name or 'The programme'}, decisions as at {at:%-d %B %Y}.{made_up}",
            is_exact=by.role is Role.COORDINATOR,
        )
    except ValueError as wrong:
        return decision.no(f"{str(wrong)[:1].upper()}{str(wrong)[1:]}")


def _providers() -> tuple[list[Provider], dict[str, float]]:
    """Referrals that were accepted by provider and level, places, and how long women stayed by level."""
    wanted = (
        EventKind.TRIAGED.value,
        EventKind.REFERRAL_SENT.value,
        EventKind.REFERRAL_ACCEPTED.value,
        EventKind.CLOSED.value,
    )
    level: dict[UUID | None, str] = {}
    provider: dict[str, str] = {}
    accepted: dict[str, Counter[str]] = {}
    began: dict[UUID | None, tuple[datetime, str]] = {}
    stayed: dict[str, list[float]] = {}
    events = JourneyEvent.objects.filter(kind__in=wanted).order_by("at", "id")
    for kind, at, episode, detail in events.values_list("kind", "at", "episode_id", "detail"):
        if kind == EventKind.TRIAGED.value:
            level[episode] = str(detail.get("level", ""))
        elif kind == EventKind.REFERRAL_SENT.value:
            provider[str(detail.get("referral"))] = str(detail.get("provider", ""))
        elif kind == EventKind.REFERRAL_ACCEPTED.value:
            whose, hers = provider.get(str(detail.get("referral")), ""), level.get(episode, "")
            if whose and hers in _LEVELS:
                accepted.setdefault(whose, Counter())[hers] += 1
                began.setdefault(episode, (at, hers))
        elif episode in began:
            since, hers = began.pop(episode)
            stayed.setdefault(hers, []).append((at - since).days / 7)
    every = [weeks for several in stayed.values() for weeks in several]
    mean = sum(every) / len(every) if every else 0.0
    stays = {one: sum(stayed[one]) / len(stayed[one]) if stayed.get(one) else mean for one in _LEVELS}
    names = {str(key): name for key, name in Organisation.objects.values_list("id", "name")}
    places: dict[str, int | None] = {}
    for organisation, capacity in Service.objects.values_list("organisation_id", "capacity"):
        key = str(organisation)
        if capacity is None:
            places.setdefault(key, None)
        else:
            places[key] = (places.get(key) or 0) + capacity
    found = [
        Provider(names.get(key, "A provider"), places.get(key), dict(counts))
        for key, counts in accepted.items()
    ]
    return sorted(found, key=lambda one: one.name), {k: v for k, v in stays.items() if v > 0}


def versions(*, by: Actor) -> list[tuple[UUID, str]]:
    """The versions that can be asked of, drafts too, to choose from."""
    if by.role not in MAY_SEE:
        return []
    return [
        (line.id, f"{line.name}, version {line.version} ({line.status.label.split(':')[0].lower()})")
        for line in triage_policy.history()
    ]
