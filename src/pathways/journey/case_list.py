"""The list of women that somebody works with: a fixed number of queries, and only what is shown is opened.

Names are sealed, so the list is ordered by what is not: level, reference and dates.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.reach import plan
from pathways.domain.support import engagement, episode, path
from pathways.domain.support.path import Stage
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.triage import triage
from pathways.domain.triage.levels import Level
from pathways.journey import her, ledger, sight, way
from pathways.records import composed, walls
from pathways.records.models import (
    Approach,
    Contact,
    Engagement,
    Episode,
    Involvement,
    SafeContactPlan,
    TriageDecision,
)


class Tab(Worded):
    """Which of the women that one may see."""

    MINE = "mine", "My women"
    ALL = "all", "All open"
    UNASSIGNED = "unassigned", "Nobody’s yet"
    CLOSED = "closed", "Closed"


class Led(Worded):
    """Who leads, from where one stands."""

    ME = "me", "Me"
    COLLEAGUE = "colleague", "Somebody else"
    NOBODY = "nobody", "Nobody yet"


class PlanIs(Worded):
    """How her safe-contact plan stands."""

    LAPSED = "lapsed", "Lapsed: confirm it with her"
    PROVISIONAL = "provisional", "Provisional"
    CONFIRMED = "confirmed", "Confirmed with her"
    NONE = "none", "None yet"


@dataclass(frozen=True, slots=True)
class Line:
    """One woman on the list."""

    client_id: UUID
    reference: str
    name: str
    level: Level | None
    waiting_for: str
    since: date
    due: date | None
    due_for: str
    lead: str
    safe_contact: str
    safe_contact_ok: bool
    is_stopped: bool
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list, how many fit in all, and how many are under each tab."""

    lines: tuple[Line, ...] = ()
    total: int = 0
    counts: dict[Tab, int] = field(default_factory=dict)


#: What one may order by, and whether a private provider can.
SORTS = ("level", "reference", "since")


def tabs_for(by: Actor) -> tuple[Tab, ...]:
    """The tabs of a role, the one that it opens with first."""
    if by.role is Role.PANEL_CHAIR:
        return (Tab.ALL,)
    if by.role is Role.SUPERVISOR:
        return (Tab.ALL, Tab.UNASSIGNED, Tab.CLOSED)
    if by.role is Role.COORDINATOR:
        return (Tab.ALL, Tab.MINE, Tab.UNASSIGNED, Tab.CLOSED)
    return (Tab.MINE, Tab.CLOSED)


def is_a_providers(by: Actor) -> bool:
    """A private provider knows its own engagements with her, and not her episodes."""
    return not policy.could(by, Action.READ, Resource.EPISODE)


def listed(
    *,
    by: Actor,
    at: datetime,
    tab: Tab,
    sort: str = "level",
    descending: bool = True,
    levels: Collection[Level] = (),
    stage: Stage | None = None,
    lead: Led | None = None,
    contact_plan: PlanIs | None = None,
    offset: int = 0,
    limit: int = 25,
    route: str = "cases",
) -> Listed:
    """One page of the list. Reading it is one access event with everybody on the page."""
    counts = dict(zip(tabs_for(by), _counts(by)[0], strict=True))
    narrow = (tuple(levels), stage, lead, contact_plan)
    total = _how_many(by, at, tab, *narrow)[0] if any(narrow) else counts[tab]
    page = _page(by, at, tab, *narrow, sort, descending, offset, limit)
    lines = _engaged_lines(page, by, at) if is_a_providers(by) else _episode_lines(page, by, at)
    ledger.read(
        by=by, at=at, resource=Resource.CLIENT, subjects=[line.client_id for line in lines], route=route
    )
    return Listed(tuple(lines), total, counts)


@composed.reading
def _counts(by: Actor) -> QuerySet[Any, tuple[int, ...]]:
    """How many are under each tab of this role, in one row."""
    rows, under = _rows(by)
    tabs = {tab.value: under[tab] for tab in tabs_for(by)}
    return composed.counted(rows, **tabs).values_list(*tabs)


@composed.reading
def _how_many(
    by: Actor,
    at: datetime,
    tab: Tab,
    levels: tuple[Level, ...],
    stage: Stage | None,
    lead: Led | None,
    contact_plan: PlanIs | None,
) -> QuerySet[Any, int]:
    rows, under = _rows(by)
    narrowed = _narrow(rows.filter(under[tab]), by, at, levels, stage, lead, contact_plan)
    return composed.counted(narrowed, count=Q()).values_list("count", flat=True)


@composed.reading
def _page(
    by: Actor,
    at: datetime,
    tab: Tab,
    levels: tuple[Level, ...],
    stage: Stage | None,
    lead: Led | None,
    contact_plan: PlanIs | None,
    sort: str,
    descending: bool,
    offset: int,
    limit: int,
) -> QuerySet[Any]:
    rows, under = _rows(by)
    narrowed = _narrow(rows.filter(under[tab]), by, at, levels, stage, lead, contact_plan)
    return _ordered(narrowed, sort, descending)[offset : offset + limit]


def _rows(by: Actor) -> tuple[QuerySet[Any], dict[Tab, Q]]:
    """What the list is made of for this person, and the condition of each tab."""
    if is_a_providers(by):
        rows: QuerySet[Any] = sight.visible(Engagement, by)
        open_now = Q(ended_at__isnull=True)
    else:
        rows = sight.visible(Episode, by)
        open_now = ~Q(status=episode.Status.CLOSED.value)
    return rows, {
        Tab.MINE: open_now & _mine(by),
        Tab.ALL: open_now,
        Tab.UNASSIGNED: open_now & _nobodys(by),
        Tab.CLOSED: ~open_now & _last_of_hers(rows),
    }


def _last_of_hers(rows: QuerySet[Any]) -> Q:
    """Of the episodes that ended, each woman's last: she is not listed twice, nor when she has come back.

    Asked of ended ones alone, since nobody has two that run.
    """
    if rows.model is not Episode:
        return Q()
    later = Episode.objects.filter(client_id=OuterRef("client_id"), number__gt=OuterRef("number"))
    return ~Q(Exists(later))


#: Those who see their own women and no others: for them the wall is the tab.
_PERSONAL = frozenset({Role.SUPPORT_WORKER, Role.PROVIDER_WORKER, Role.PANEL_CHAIR})


def _mine(by: Actor) -> Q:
    if by.role in _PERSONAL:
        return Q()
    return Q(client_id__in=walls.involved_clients(by, personally=True))


def _nobodys(by: Actor) -> Q:
    """Nobody of any organisation works with her; elsewhere, none of the organisation's own people does.

    Who is asked to approach her works with her already, though she has no lead professional yet.
    """
    if by.role is Role.COORDINATOR:
        approached = sight.visible(Approach, by).filter(ended_at__isnull=True)
        supported = sight.visible(Engagement, by).filter(ended_at__isnull=True)
        return (
            Q(lead_account_id__isnull=True)
            & ~Q(id__in=approached.values("episode_id"))
            & ~Q(id__in=supported.values("episode_id"))
        )
    taken = Involvement.objects.filter(
        organisation_id=by.organisation_id, account_id__isnull=False, until_at__isnull=True
    )
    return ~Q(client_id__in=taken.values("client_id"))


def nobodys(by: Actor) -> QuerySet[Any]:
    """The open episodes of the women with whom nobody works yet."""
    rows, under = _rows(by)
    return rows.filter(under[Tab.UNASSIGNED])


def _narrow(
    rows: QuerySet[Any],
    by: Actor,
    at: datetime,
    levels: Collection[Level],
    stage: Stage | None,
    lead: Led | None,
    contact_plan: PlanIs | None,
) -> QuerySet[Any]:
    theirs = not is_a_providers(by)
    if levels and theirs:
        rows = rows.filter(level__in=[int(level) for level in levels])
    if stage is not None and way.reads_whole_story(by):
        rows = rows.filter(way.waits_for(stage))
    if lead is not None and theirs:
        leads = {
            Led.ME: Q(lead_account_id=by.account_id),
            Led.COLLEAGUE: Q(lead_account_id__isnull=False) & ~Q(lead_account_id=by.account_id),
            Led.NOBODY: Q(lead_account_id__isnull=True),
        }
        rows = rows.filter(leads[lead])
    if contact_plan is not None:
        rows = rows.filter(_plan_is(contact_plan, at))
    return rows


def _plan_is(wanted: PlanIs, at: datetime) -> Q:
    now = SafeContactPlan.objects.filter(client_id=OuterRef("client_id")).exclude(
        status=plan.Status.REPLACED.value
    )
    lapsed = Q(status=plan.Status.LAPSED.value) | Q(status=plan.Status.CONFIRMED.value, lapses_at__lte=at)
    return {
        PlanIs.LAPSED: Q(Exists(now.filter(lapsed))),
        PlanIs.PROVISIONAL: Q(Exists(now.filter(status=plan.Status.PROVISIONAL.value))),
        PlanIs.CONFIRMED: Q(Exists(now.filter(status=plan.Status.CONFIRMED.value, lapses_at__gt=at))),
        PlanIs.NONE: ~Q(Exists(now)),
    }[wanted]


def _ordered(rows: QuerySet[Any], sort: str, descending: bool) -> QuerySet[Any]:
    of_episodes = rows.model is Episode
    column = {
        "reference": "client__reference" if of_episodes else "client_id",
        "since": "opened_at" if of_episodes else "started_at",
    }.get(sort, "level" if of_episodes else "review_due")
    turned = F(column).desc(nulls_last=True) if descending else F(column).asc(nulls_last=True)
    then = "opened_at" if of_episodes else "id"
    return rows.order_by(turned, then, "id")


def _episode_lines(page: list[Episode], by: Actor, at: datetime) -> list[Line]:
    if not page:
        return []
    clients = her.clients_among(by, [row.client_id for row in page])
    banners = her.banners_over(clients=clients, episodes={row.client_id: row for row in page}, by=by, at=at)
    days = way.reached(page, by) if way.reads_whole_story(by) else {}
    reviews, decided = _clocks(page, by)
    return [
        _episode_line(row, banners[row.client_id], days.get(row.id), reviews.get(row.id), decided.get(row.id))
        for row in page
        if row.client_id in banners
    ]


def _clocks(
    page: list[Episode], by: Actor
) -> tuple[dict[UUID, date], dict[UUID, tuple[date | None, date | None]]]:
    """When her plan is to be reviewed, and what her level promised: two queries.

    A review is due by the clock of her support, which home and workload count by as well; the day on which
    her level is looked at again is another.
    """
    of = [row.client_id for row in page], [row.id for row in page]
    decided = {episode_id: (first, review) for episode_id, first, review in _decided(by, *of)}
    reviews: dict[UUID, date] = {}
    for episode_id, on in _reviews(by, *of):
        if on is not None:
            reviews[episode_id] = min(on, reviews.get(episode_id, on))
    return reviews, decided


@composed.reading
def _reviews(
    by: Actor, client_ids: list[UUID], episode_ids: list[UUID]
) -> QuerySet[Engagement, tuple[UUID, date | None]]:
    return (
        sight.about(Engagement, by, client_ids)
        .filter(episode_id__among=episode_ids, ended_at__isnull=True, review_due__isnull=False)
        .order_by()
        .values_list("episode_id", "review_due")
    )


@composed.reading
def _decided(
    by: Actor, client_ids: list[UUID], episode_ids: list[UUID]
) -> QuerySet[TriageDecision, tuple[UUID, date | None, date | None]]:
    settled = [triage.Status.DECIDED.value, triage.Status.OVERRIDDEN.value]
    return (
        sight.about(TriageDecision, by, client_ids)
        .filter(episode_id__among=episode_ids, status__in=settled)
        .order_by("decided_at")
        .values_list("episode_id", "first_contact_due", "review_due")
    )


def _episode_line(
    row: Episode,
    banner: her.Banner,
    days: dict[Stage, date] | None,
    review: date | None,
    promised: tuple[date | None, date | None] | None,
) -> Line:
    is_closed = row.status == episode.Status.CLOSED.value
    now = path.stage_now(path.Facts(days)) if days is not None else None
    has_started = days is not None and Stage.STARTED in days
    due, due_for = None, ""
    if not is_closed and promised is not None:
        first, by_level = promised
        due, due_for = (first, "first contact") if first and not has_started else (by_level, "level")
    if not is_closed and review is not None:
        due, due_for = review, "review"
    waits = "" if is_closed or now is None else way.WAITING_FOR[now]
    if row.status == episode.Status.PAUSED.value:
        waits = "Paused, as she asked"
    return Line(
        client_id=row.client_id,
        reference=banner.reference,
        name=banner.name,
        level=banner.level,
        waiting_for=waits or (_ending(row) if is_closed else ""),
        since=clocks.local(row.closed_at or row.opened_at).date(),
        due=due,
        due_for=due_for if due else "",
        lead=banner.lead,
        safe_contact=her.in_one_line(banner),
        safe_contact_ok=banner.safe_contact_ok,
        is_stopped=banner.is_stopped,
        is_closed=is_closed,
    )


def _ending(row: Episode) -> str:
    return row.get_outcome_display() if row.outcome else "Closed"


def _engaged_lines(page: list[Engagement], by: Actor, at: datetime) -> list[Line]:
    clients = {client.id: client for client in her.clients_among(by, [row.client_id for row in page])}
    banners = her.banners_over(clients=clients.values(), episodes={}, by=by, at=at)
    planned: dict[UUID, datetime] = {}
    for client_id, moment in _planned(by, list(clients)):
        if moment:
            planned.setdefault(client_id, moment)
    return [
        _engaged_line(row, banners[row.client_id], planned.get(row.client_id))
        for row in page
        if row.client_id in banners
    ]


@composed.reading
def _planned(by: Actor, client_ids: list[UUID]) -> QuerySet[Contact, tuple[UUID, datetime | None]]:
    return (
        sight.about(Contact, by, client_ids)
        .filter(
            planned_at__isnull=False,
            recorded_at__isnull=True,
            cancelled_at__isnull=True,
        )
        .order_by("planned_at")
        .values_list("client_id", "planned_at")
    )


def _engaged_line(row: Engagement, banner: her.Banner, planned: datetime | None) -> Line:
    status = engagement.Status(row.status)
    due = clocks.local(planned).date() if planned else row.review_due
    since = row.ended_at or row.started_at
    return Line(
        client_id=row.client_id,
        reference=banner.reference,
        name=banner.name,
        level=None,
        waiting_for="Support to start" if status is engagement.Status.NOT_STARTED else status.label,
        since=clocks.local(since).date() if since else date.min,
        due=due,
        due_for=("session" if planned else "review") if due else "",
        lead="",
        safe_contact=her.in_one_line(banner),
        safe_contact_ok=banner.safe_contact_ok,
        is_stopped=banner.is_stopped,
        is_closed=row.ended_at is not None,
    )
