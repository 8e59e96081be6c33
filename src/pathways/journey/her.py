"""Her in one glance: the banner that stands on every page about her, and the episode that runs now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from pathways.domain.governance.actors import Actor
from pathways.domain.reach import approach, plan, stop
from pathways.domain.support import episode
from pathways.domain.triage import triage
from pathways.domain.triage.levels import Level
from pathways.journey import identity, sight
from pathways.records import composed
from pathways.records.models import Approach, Client, Episode, SafeContactPlan, Stop, TriageDecision


@dataclass(frozen=True, slots=True)
class Banner:
    """Who this is about, and how she may be reached. Never a telephone number or an address."""

    client_id: UUID
    name: str
    reference: str
    safe_contact: str
    safe_contact_ok: bool
    must_not_know: str
    lead: str
    level: Level | None
    is_stopped: bool
    href: str = ""


def banner(*, client_id: UUID, by: Actor, at: datetime) -> Banner | None:
    """The banner of one woman, or None when for this person she is not there. The caller logs the reading."""
    return banners(client_ids=[client_id], by=by, at=at).get(client_id)


def banners(*, client_ids: Iterable[UUID], by: Actor, at: datetime) -> dict[UUID, Banner]:
    """The banners of several women, in a fixed number of queries."""
    wanted = list(client_ids)
    clients = clients_among(by, wanted)
    episodes = {found.client_id: found for found in episodes_of(by, [client.id for client in clients])}
    return banners_over(clients=clients, episodes=episodes, by=by, at=at)


@composed.reading
def clients_among(by: Actor, client_ids: list[UUID]) -> QuerySet[Client]:
    """Of these women, those whom this person may see."""
    return sight.about(Client, by, client_ids)


@composed.reading
def episodes_of(by: Actor, client_ids: list[UUID]) -> QuerySet[Episode]:
    """Of these women's episodes those that this person may see, each woman's last at the end."""
    return sight.about(Episode, by, client_ids).order_by("number")


@composed.reading
def _plans(by: Actor, client_ids: list[UUID]) -> QuerySet[SafeContactPlan]:
    return sight.about(SafeContactPlan, by, client_ids).exclude(status=plan.Status.REPLACED.value)


@composed.reading
def _stops(by: Actor, client_ids: list[UUID]) -> QuerySet[Stop, tuple[UUID, str]]:
    in_force = sight.about(Stop, by, client_ids).filter(status=stop.Status.IN_FORCE.value)
    return in_force.values_list("client_id", "kind")


def banners_over(
    *, clients: Iterable[Client], episodes: Mapping[UUID, Episode], by: Actor, at: datetime
) -> dict[UUID, Banner]:
    """The banners of women whose rows are at hand already: three queries, however many they are."""
    ids = [client.id for client in clients]
    plans = {found.client_id: found for found in _plans(by, ids)}
    stops = {client_id: stop.Kind(kind) for client_id, kind in _stops(by, ids)}
    leads = identity.names_of({e.lead_account_id for e in episodes.values() if e.lead_account_id})
    return {
        client.id: _banner(
            client,
            plans.get(client.id),
            stops.get(client.id),
            episodes.get(client.id),
            leads,
            at,
            is_blind=client.id in by.blind_to,
        )
        for client in clients
    }


def _banner(
    client: Client,
    current: SafeContactPlan | None,
    stopped: stop.Kind | None,
    running: Episode | None,
    leads: dict[UUID, str],
    at: datetime,
    *,
    is_blind: bool,
) -> Banner:
    facts = plan_facts(current)
    words, trusted, hidden_from = "", False, ""
    if facts is not None:
        words = plan.line(replace(facts, must_not_know=()))  # the banner names them on a line of their own
        hidden_from = " and ".join(facts.must_not_know)
        lapsed = plan.why_lapsed(facts, at=at) or (
            "It has lapsed." if facts.status is plan.Status.LAPSED else ""
        )
        trusted = not lapsed and facts.status in (plan.Status.CONFIRMED, plan.Status.PROVISIONAL)
        if lapsed:
            words = f"Lapsed: do not contact her until she has confirmed it. It was: {words}"
        elif facts.status is plan.Status.PROVISIONAL:
            words = f"{words} (provisional: she has not confirmed it yet)"
    if stopped is not None:
        words = (
            "She has asked for a pause: do not contact her."
            if stopped is stop.Kind.PAUSE
            else "She has asked us to stop: do not contact her."
        )
        trusted = False
    return Banner(
        client_id=client.id,
        name=client.called,
        reference=client.reference,
        safe_contact=words,
        safe_contact_ok=trusted,
        must_not_know=hidden_from,
        lead=leads.get(running.lead_account_id, "") if running and running.lead_account_id else "",
        level=Level(running.level) if running and running.level is not None and not is_blind else None,
        is_stopped=stopped is not None,
    )


def in_one_line(found: Banner) -> str:
    """Her safe contact and who must not know, where there is room for one line only."""
    unsaid = f"Must not know: {found.must_not_know}" if found.must_not_know else ""
    return ". ".join(part for part in (found.safe_contact.rstrip("."), unsaid) if part)


def references_of(client_ids: Iterable[UUID], by: Actor) -> dict[UUID, str]:
    """The references of those whom this person may see, to be said aloud; nothing else of her is read."""
    wanted = set(client_ids)
    if not wanted:
        return {}
    return dict(sight.visible(Client, by).filter(id__in=wanted).values_list("id", "reference"))


def plan_facts(row: SafeContactPlan | None) -> plan.Facts | None:
    """A stored plan as the rules see it."""
    if row is None:
        return None
    return plan.read(plan.Status(row.status), row.confirmed_at or row.made_at, row.details or {})


def episode_now(client_id: UUID, by: Actor, *, lock: bool = False) -> Episode | None:
    """Her episode that runs now, open or paused; None when she has none or she is not there."""
    rows = sight.visible(Episode, by).filter(client_id=client_id).exclude(status=episode.Status.CLOSED.value)
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.first()


def latest_episode(client_id: UUID, by: Actor) -> Episode | None:
    """Her episode that runs now, or the last one that ended; None when this person reads none."""
    found = episodes_of(by, [client_id])
    return found[-1] if found else None


def approach_now(client_id: UUID, by: Actor) -> UUID | None:
    """The approach that is under way, in which an attempt can be recorded."""
    live = [approach.Status.ASSIGNED.value, approach.Status.ATTEMPTING.value]
    rows = sight.visible(Approach, by).filter(client_id=client_id, status__in=live)
    return rows.values_list("id", flat=True).first()


def triage_now(client_id: UUID, by: Actor) -> UUID | None:
    """The triage that waits for a decision."""
    rows = sight.visible(TriageDecision, by).filter(client_id=client_id, status=triage.Status.AWAITING.value)
    return rows.values_list("id", flat=True).first()
