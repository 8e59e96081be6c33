"""Where each woman is on her way, concluded from the codes of what happened to her."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.support import path
from pathways.domain.support.path import Stage
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role, Sector
from pathways.domain.triage import assessment, triage
from pathways.journey import sight
from pathways.records import composed
from pathways.records.models import Assessment, Engagement, Episode, JourneyEvent, Referral, TriageDecision

#: What happened, and the stage that it reached.
MARKS: Mapping[EventKind, Stage] = MappingProxyType(
    {
        EventKind.IDENTIFIED: Stage.IDENTIFIED,
        EventKind.EPISODE_OPENED: Stage.IDENTIFIED,
        EventKind.CONTACT_PLANNED: Stage.SAFE_CONTACT,
        EventKind.PLAN_CONFIRMED: Stage.SAFE_CONTACT,
        EventKind.CONTACTED: Stage.CONTACTED,
        EventKind.AGREED: Stage.AGREED,
        EventKind.ASSESSMENT_COMPLETED: Stage.ASSESSED,
        EventKind.TRIAGED: Stage.TRIAGED,
        EventKind.REFERRAL_SENT: Stage.REFERRED,
        EventKind.REFERRAL_ACCEPTED: Stage.ACCEPTED,
        EventKind.SUPPORT_STARTED: Stage.STARTED,
        EventKind.REVIEWED: Stage.REVIEWED,
        EventKind.CLOSED: Stage.CLOSED,
        EventKind.FOLLOWED_UP: Stage.FOLLOWED_UP,
    }
)

#: What she waits for while she is on her way to a stage.
WAITING_FOR: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.IDENTIFIED: "Identification",
        Stage.SAFE_CONTACT: "Safe-contact plan",
        Stage.CONTACTED: "First contact",
        Stage.AGREED: "Her agreement",
        Stage.ASSESSED: "Assessment",
        Stage.TRIAGED: "Level of support",
        Stage.REFERRED: "Referral",
        Stage.ACCEPTED: "A service’s answer",
        Stage.STARTED: "Support to start",
        Stage.REVIEWED: "First review",
        Stage.CLOSED: "Goals, and closing well",
        Stage.FOLLOWED_UP: "Follow-up",
    }
)
_ORDER = tuple(Stage)


def reads_whole_story(by: Actor) -> bool:
    """Whether this person's role reads her events across organisations; a private provider only its own."""
    return by.sector is not Sector.PRIVATE and policy.could(by, Action.READ, Resource.JOURNEY_EVENT)


def reached(episodes: Iterable[Episode], by: Actor) -> dict[UUID, dict[Stage, date]]:
    """For each episode, the day on which each stage was first reached: one query, however many."""
    found: dict[UUID, dict[Stage, date]] = {}
    clients: dict[UUID, list[Episode]] = {}
    for episode in episodes:
        found[episode.id] = {Stage.IDENTIFIED: clocks.local(episode.opened_at).date()}
        if episode.closed_at:
            found[episode.id][Stage.CLOSED] = clocks.local(episode.closed_at).date()
        clients.setdefault(episode.client_id, []).append(episode)
    if not found:
        return found
    for client_id, episode_id, kind, first in _firsts(by, list(clients)):
        stage, on = MARKS[EventKind(kind)], clocks.local(first).date()
        for episode in clients.get(client_id, ()):
            if (episode_id is None and len(clients[client_id]) == 1) or episode_id == episode.id:
                days = found[episode.id]
                days[stage] = min(days.get(stage, on), on)
    return found


@composed.reading
def _firsts(
    by: Actor, client_ids: list[UUID]
) -> QuerySet[JourneyEvent, tuple[UUID, UUID | None, str, datetime]]:
    return (
        sight.about(JourneyEvent, by, client_ids)
        .filter(kind__in=[kind.value for kind in MARKS])
        .order_by()
        .values_list("client_id", "episode_id", "kind")
        .annotate(first=Min("at"))
    )


def facts(*, client_id: UUID, episode: Episode | None, by: Actor) -> path.Facts | None:
    """Her path, from as much as this person may read; None when that is nothing."""
    if episode is not None and reads_whole_story(by):
        return path.Facts(reached([episode], by)[episode.id], is_paused=episode.paused_at is not None)
    if episode is not None and by.role is Role.PANEL_CHAIR:
        return path.Facts(_as_the_panel_sees(episode, by), is_paused=episode.paused_at is not None)
    return None


def _as_the_panel_sees(episode: Episode, by: Actor) -> dict[Stage, date]:
    def first(moments: Iterable[datetime | None]) -> date | None:
        known = [moment for moment in moments if moment]
        return clocks.local(min(known)).date() if known else None

    assessed = sight.visible(Assessment, by).filter(episode=episode, status=assessment.Status.COMPLETE.value)
    decided = sight.visible(TriageDecision, by).filter(
        episode=episode,
        status__in=[triage.Status.DECIDED.value, triage.Status.OVERRIDDEN.value],
    )
    sent = list(sight.visible(Referral, by).filter(episode=episode).values_list("sent_at", flat=True))
    days = {
        Stage.IDENTIFIED: clocks.local(episode.opened_at).date(),
        Stage.ASSESSED: first(assessed.values_list("completed_at", flat=True)),
        Stage.TRIAGED: first(decided.values_list("decided_at", flat=True)),
        Stage.REFERRED: first(sent),
        Stage.CLOSED: first([episode.closed_at]),
    }
    return {stage: day for stage, day in days.items() if day}


#: The stages of which a private provider knows, from its own work with her.
_PROVIDERS_STAGES = (Stage.ACCEPTED, Stage.STARTED, Stage.REVIEWED, Stage.CLOSED)


def providers_path(*, client_id: UUID, by: Actor) -> tuple[path.Step, ...]:
    """Her way as a private provider knows it: from the referral that it accepted to the end of its work."""
    held = list(sight.visible(Engagement, by).filter(client_id=client_id).order_by("started_at"))
    days: dict[Stage, date] = {}
    events = (
        sight.visible(JourneyEvent, by)
        .filter(client_id=client_id, kind__in=[k.value for k, s in MARKS.items() if s in _PROVIDERS_STAGES])
        .order_by()
        .values_list("kind")
        .annotate(first=Min("at"))
    )
    for kind, first in events:
        days[MARKS[EventKind(kind)]] = clocks.local(first).date()
    for engagement in held:
        if engagement.started_at:
            days.setdefault(Stage.STARTED, clocks.local(engagement.started_at).date())
        if engagement.ended_at:
            days.setdefault(Stage.CLOSED, clocks.local(engagement.ended_at).date())
    if not held and not days:
        return ()
    whole = {step.stage: step for step in path.path(path.Facts(days))}
    known = (whole[stage] for stage in _PROVIDERS_STAGES)
    return tuple(step for step in known if step.state is not path.State.SKIPPED)


def waits_for(stage: Stage) -> Q:
    """A filter of episodes: those whose woman is on her way to `stage`."""
    place = _ORDER.index(stage)
    before = _ORDER[place - 1] if place else None

    def happened(*stages: Stage) -> Exists:
        kinds = [kind.value for kind, mark in MARKS.items() if mark in stages]
        return Exists(
            JourneyEvent.objects.filter(
                client_id=OuterRef("client_id"), episode_id=OuterRef("id"), kind__in=kinds
            )
        )

    rest = ~Q(happened(*_ORDER[place:]))
    if before is None:
        return rest
    return rest if before is Stage.IDENTIFIED else rest & Q(happened(before))
