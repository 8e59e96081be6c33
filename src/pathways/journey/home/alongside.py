"""Home of those who work with her: coordinator, panel chair, worker, private provider, supervisor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.identification import referral_in
from pathways.domain.reach import approach, plan
from pathways.domain.referral import referral
from pathways.domain.support import closure, engagement, episode, path
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Sector
from pathways.domain.triage import triage
from pathways.domain.triage.levels import Level
from pathways.journey import (
    case_list,
    caseload,
    her,
    identity,
    level_readings,
    linking,
    programme,
    sight,
    way,
)
from pathways.journey import triage as triage_journey
from pathways.journey.home.shapes import (
    MOST,
    OF_THE_PROGRAMME,
    Figure,
    Home,
    Item,
    Leads,
    Section,
    section,
)
from pathways.records.models import (
    Approach,
    Client,
    Closure,
    Contact,
    Engagement,
    Episode,
    FollowUp,
    Message,
    Referral,
    ReferralIn,
    SafeContactPlan,
    TriageDecision,
)

_UNANSWERED = (referral.Status.SENT.value, referral.Status.ACKNOWLEDGED.value)
_AT_THE_DOOR = (referral_in.Status.RECEIVED.value, referral_in.Status.UNDER_REVIEW.value)


def _called(client_ids: Iterable[UUID], by: Actor) -> dict[UUID, Client]:
    return {row.id: row for row in sight.visible(Client, by).filter(id__in=list(client_ids))}


def _name(people: dict[UUID, Client], client_id: UUID) -> tuple[str, str]:
    found = people.get(client_id)
    return (found.called or found.reference, found.reference) if found else ("", "")


# --- the coordinator ---------------------------------------------------------------------------


def coordinator(*, by: Actor, at: datetime) -> Home:
    waiting = _triage_waiting(by, at)
    stalled = _stalled(by, at)
    silent = _approaches_without_contact(by, at)
    door = _at_the_door(by, at)
    unread = sight.visible(Message, by).filter(to_organisation_id=by.organisation_id, read_at__isnull=True)
    lapsed = _lapsed_plans(by, at)
    figures = (
        Figure(str(door.total), "at the open door", leads=Leads.REFERRALS_IN),
        Figure(str(waiting.total), "waiting for a level", leads=Leads.TRIAGES),
        Figure(str(level_readings.waiting(by=by)), "levels to read again", leads=Leads.LEVEL_READINGS),
        Figure(str(stalled.total), "referrals past their answer", leads=Leads.REFERRALS),
        Figure(str(lapsed), "safe-contact plans lapsed", leads=Leads.LAPSED),
        Figure(str(unread.count()), "messages to read", leads=Leads.MESSAGES),
        Figure(
            str(linking.waiting(by=by)),
            "pairs of records to look at",
            leads=Leads.PAIRS,
            is_begun_there=True,
        ),
    )
    first = (_to_be_given(by), waiting, stalled, silent, door)
    return Home(
        figures=figures,
        first=first,
        beside=(OF_THE_PROGRAMME,),
        main=Leads.REFERRALS_IN,
        main_words="The open door",
    )


def _triage_waiting(by: Actor, at: datetime) -> Section:
    rows = (
        sight.visible(TriageDecision, by)
        .filter(status=triage.Status.AWAITING.value)
        .order_by(triage_journey.pressing_first(), "asked_at")
    )
    page = list(rows[:MOST])
    people = _called((row.client_id for row in page), by)
    items = []
    for row in page:
        name, reference = _name(people, row.client_id)
        is_shown = row.suggested_level is not None and not triage_journey.wants_own_view(row, by)
        level = Level(row.suggested_level).label if is_shown and row.suggested_level is not None else ""
        items.append(
            Item(
                title=name,
                hint=f"Suggested: {level}{' (provisional)' if row.is_provisional else ''}" if level else "",
                reference=reference,
                leads=Leads.TRIAGE,
                id=row.id,
                about=row.client_id,
                at=row.asked_at,
                at_is="asked",
                is_late=at - row.asked_at > timedelta(days=3),
            )
        )
    return section(
        "Waiting for a level of support",
        items,
        total=rows.count(),
        empty="No one waits for a decision. A completed assessment appears here at once.",
        more=Leads.TRIAGES,
        more_words="All triage",
    )


def _to_be_given(by: Actor) -> Section:
    """Women with whom nobody works yet: each waits for a worker who is to reach her."""
    rows = case_list.nobodys(by).order_by("opened_at")
    page = list(rows[:MOST])
    people = _called((row.client_id for row in page), by)
    items = [
        Item(
            title=_name(people, row.client_id)[0],
            hint="Assign somebody to approach her"
            if row.status == episode.Status.OPEN.value
            else "Paused, as she asked",
            reference=_name(people, row.client_id)[1],
            leads=Leads.ASSIGN if row.status == episode.Status.OPEN.value else Leads.CLIENT,
            id=row.client_id,
            about=row.client_id,
            at=row.opened_at,
            at_is="with us since",
        )
        for row in page
    ]
    return section(
        "To be given a worker",
        items,
        total=rows.count(),
        empty="Every woman has somebody who works with her.",
        more=Leads.UNASSIGNED,
        more_words="All who have nobody yet",
    )


def _stalled(by: Actor, at: datetime) -> Section:
    rows = (
        sight.visible(Referral, by)
        .filter(status__in=_UNANSWERED, answer_due_at__lt=at)
        .select_related("service")
        .order_by("answer_due_at")
    )
    page = list(rows[:MOST])
    people = _called((row.client_id for row in page), by)
    items = []
    for row in page:
        name, _ = _name(people, row.client_id)
        items.append(
            Item(
                title=name or row.reference,
                hint=f"{row.service.name}: {row.get_status_display().lower()}, no answer yet",
                reference=row.reference,
                leads=Leads.CLIENT,
                id=row.client_id,
                about=row.client_id,
                at=row.answer_due_at,
                at_is="answer was due",
                is_late=True,
            )
        )
    return section(
        "Referrals that stall",
        items,
        total=rows.count(),
        empty="Every service that was asked is within its time to answer.",
        more=Leads.REFERRALS,
        more_words="All referrals",
    )


def _approaches_without_contact(by: Actor, at: datetime) -> Section:
    since = at - timedelta(days=programme.approach_days())
    rows = (
        sight.visible(Approach, by)
        .filter(
            status__in=[approach.Status.ASSIGNED.value, approach.Status.ATTEMPTING.value],
            assigned_at__lt=since,
        )
        .order_by("assigned_at")
    )
    page = list(rows[:MOST])
    people = _called((row.client_id for row in page), by)
    names = identity.names_of({row.worker_id for row in page})
    items = []
    for row in page:
        name, reference = _name(people, row.client_id)
        worker = names.get(row.worker_id, "her worker")
        what = "not tried yet" if row.status == approach.Status.ASSIGNED.value else "tried, not reached yet"
        items.append(
            Item(
                title=name,
                hint=f"{worker}: {what}",
                reference=reference,
                leads=Leads.CLIENT,
                id=row.client_id,
                about=row.client_id,
                at=row.assigned_at,
                at_is="assigned",
                is_late=row.status == approach.Status.ASSIGNED.value,
            )
        )
    return section(
        "Not reached yet",
        items,
        total=rows.count(),
        empty="Every woman whose approach was assigned has been reached in good time.",
        more=Leads.APPROACHES,
        more_words="All approaches",
    )


def _at_the_door(by: Actor, at: datetime) -> Section:
    rows = sight.visible(ReferralIn, by).filter(status__in=_AT_THE_DOOR).order_by("flagged_at")
    items, due_by = [], programme.screening_clock()
    for row in rows[:MOST]:
        due = due_by(row.flagged_at)
        items.append(
            Item(
                title=row.called or f"{row.given_names} {row.surname}".strip() or "Name not known",
                hint=f"{row.get_route_display()}, {row.get_status_display().lower()}",
                reference=row.reference,
                leads=Leads.REFERRAL_IN,
                id=row.id,
                about=row.id,
                at=due,
                at_is="decide by",
                is_late=due < at,
            )
        )
    return section(
        "At the open door",
        items,
        total=rows.count(),
        empty="Nobody waits at the open door.",
        more=Leads.REFERRALS_IN,
        more_words="All referrals in",
    )


def _lapsed_plans(by: Actor, at: datetime) -> int:
    lapsed = Q(status=plan.Status.LAPSED.value) | Q(status=plan.Status.CONFIRMED.value, lapses_at__lte=at)
    with_us = sight.visible(Episode, by).exclude(status=episode.Status.CLOSED.value).values("client_id")
    return sight.visible(SafeContactPlan, by).filter(lapsed, client_id__in=with_us).count()


def _level_in_words(row: Episode, by: Actor) -> str:
    if row.client_id in by.blind_to:
        return "You read her level without knowing it"
    return Level(row.level).label if row.level is not None else "No level decided yet"


# --- the panel chair ---------------------------------------------------------------------------


def chair(*, by: Actor, at: datetime) -> Home:
    rows = sight.visible(Episode, by).exclude(status=episode.Status.CLOSED.value)
    page = list(rows.select_related("client").order_by(F("level").desc(nulls_last=True), "opened_at")[:25])
    items = tuple(
        Item(
            title=row.client.called,
            reference=row.client.reference,
            hint=_level_in_words(row, by),
            leads=Leads.CLIENT,
            id=row.client_id,
            about=row.client_id,
            at=row.opened_at,
            at_is="with us since",
        )
        for row in page
    )
    agenda = Section(
        "On the agenda",
        items,
        rows.count(),
        "Nobody is on the agenda. The coordinator puts a woman on it, and only then do you see her.",
        lead="You see the women whom the coordinator put on the panel’s agenda, and nobody else.",
    )
    return Home(first=(agenda,))


# --- a support worker, and a private provider's ------------------------------------------------


def worker(*, by: Actor, at: datetime) -> Home:
    today, sessions = _today(by, at), _to_record(by, at)
    answers, women = _to_answer(by, at), _my_women(by, at)
    unread = (
        sight.visible(Message, by)
        .filter(to_organisation_id=by.organisation_id, read_at__isnull=True)
        .filter(Q(to_account_id=by.account_id) | Q(to_account_id__isnull=True))
        .count()
    )
    figures = (
        Figure(str(today.total), "contacts today"),
        Figure(str(women.total), "women you work with", leads=Leads.CASES),
        Figure(str(answers.total), "referrals to answer", leads=Leads.REFERRALS),
        Figure(str(unread), "messages to read", leads=Leads.MESSAGES),
    )
    is_private = by.sector is Sector.PRIVATE
    first = (answers, today, sessions, women) if is_private else (today, women, sessions, answers)
    shown = tuple(each for each in first if each.items or each in (first[0], women))
    after = _follow_ups(by, at)
    return Home(figures=figures, first=shown, beside=after)


def _lines(rows: list[Any], by: Actor, at: datetime) -> dict[UUID, her.Banner]:
    clients = _called({row.client_id for row in rows}, by)
    return her.banners_over(clients=clients.values(), episodes={}, by=by, at=at)


def _today(by: Actor, at: datetime) -> Section:
    start = datetime.combine(clocks.local(at).date(), time(), clocks.LONDON)
    rows = list(
        sight.visible(Contact, by)
        .filter(
            worker_id=by.account_id,
            planned_at__gte=start,
            planned_at__lt=start + timedelta(days=1),
            recorded_at__isnull=True,
            cancelled_at__isnull=True,
        )
        .order_by("planned_at")
    )
    known = _lines(rows, by, at)
    items = [
        Item(
            title=known[row.client_id].name,
            hint=her.in_one_line(known[row.client_id]) or "No safe way to reach her is known.",
            reference=known[row.client_id].reference,
            leads=Leads.CLIENT,
            id=row.client_id,
            about=row.client_id,
            at=row.planned_at,
            at_is=row.get_mode_display().lower() if row.mode else "planned",
            warning="" if known[row.client_id].safe_contact_ok else "Do not contact her before you read this",
        )
        for row in rows
        if row.client_id in known
    ]
    return section("Today", items, empty="No contact is planned for today.")


def _to_record(by: Actor, at: datetime) -> Section:
    rows = (
        sight.visible(Contact, by)
        .filter(
            worker_id=by.account_id, planned_at__lt=at, recorded_at__isnull=True, cancelled_at__isnull=True
        )
        .order_by("planned_at")
    )
    page = list(rows[:MOST])
    people = _called((row.client_id for row in page), by)
    items = []
    for row in page:
        name, reference = _name(people, row.client_id)
        items.append(
            Item(
                title=name,
                hint=row.get_mode_display() if row.mode else "",
                reference=reference,
                leads=Leads.CONTACT,
                id=row.id,
                about=row.client_id,
                at=row.planned_at,
                at_is="planned",
                is_late=at - row.planned_at > timedelta(days=1) if row.planned_at else False,
            )
        )
    return section(
        "Contacts to record", items, total=rows.count(), empty="Every past contact has been recorded."
    )


def _to_answer(by: Actor, at: datetime) -> Section:
    rows = (
        sight.visible(Referral, by)
        .filter(to_organisation_id=by.organisation_id, status__in=_UNANSWERED)
        .select_related("service")
        .order_by(F("answer_due_at").asc(nulls_last=True))
    )
    items = [
        Item(
            title=f"A referral to {row.service.name}",
            hint=row.get_status_display(),
            reference=row.reference,
            leads=Leads.REFERRAL,
            id=row.id,
            at=row.answer_due_at,
            at_is="answer by",
            is_late=bool(row.answer_due_at and row.answer_due_at < at),
        )
        for row in rows[:MOST]
    ]
    return section(
        "Referrals to answer",
        items,
        total=rows.count(),
        empty="No referral waits for your answer.",
        more=Leads.REFERRALS,
        more_words="All referrals",
    )


def _my_women(by: Actor, at: datetime) -> Section:
    empty = "Nobody yet. A woman appears here when the coordinator asks you to reach her,"
    empty += " or when you take a referral."
    more: dict[str, Any] = {"more": Leads.CASES, "more_words": "All my women"}
    if not policy.could(by, Action.READ, Resource.EPISODE):
        return _provided_for(by, at, empty, more)
    rows = sight.visible(Episode, by).exclude(status=episode.Status.CLOSED.value)
    page = list(rows.select_related("client").order_by(F("level").desc(nulls_last=True), "opened_at")[:MOST])
    days = way.reached(page, by)
    items = []
    for row in page:
        now = path.stage_now(path.Facts(days[row.id]))
        next_words = f"Next: {way.WAITING_FOR[now].lower()}" if now else ""
        if row.status == episode.Status.PAUSED.value:
            next_words = "Paused, as she asked"
        items.append(
            Item(
                title=row.client.called,
                hint=next_words,
                reference=row.client.reference,
                leads=Leads.CLIENT,
                id=row.client_id,
                about=row.client_id,
                tag=f"Level {row.level}" if row.level is not None else "",
                colour="teal",
            )
        )
    return section("My women", items, total=rows.count(), empty=empty, **more)


def _provided_for(by: Actor, at: datetime, empty: str, more: dict[str, Any]) -> Section:
    rows = sight.visible(Engagement, by).filter(ended_at__isnull=True)
    page = list(rows.order_by(F("review_due").asc(nulls_last=True))[:MOST])
    known = _lines(page, by, at)
    items = []
    for row in page:
        if (person := known.get(row.client_id)) is None:
            continue
        items.append(
            Item(
                title=person.name or person.reference,
                hint=engagement.Status(row.status).label,
                reference=person.reference,
                leads=Leads.CLIENT,
                id=row.client_id,
                about=row.client_id,
                warning=person.safe_contact if person.is_stopped else "",
                at=row.review_due,
                at_is="review" if row.review_due else "",
                is_late=bool(row.review_due and row.review_due < clocks.local(at).date()),
            )
        )
    return section("My women", items, total=rows.count(), empty=empty, **more)


def _follow_ups(by: Actor, at: datetime) -> tuple[Section, ...]:
    today = clocks.local(at).date()
    rows = list(
        sight.visible(FollowUp, by)
        .filter(status="due", due_on__lte=today + timedelta(days=14))
        .order_by("due_on")[:MOST]
    )
    people = _called((row.client_id for row in rows), by)
    items = [
        Item(
            title=_name(people, row.client_id)[0],
            hint=f"{row.wave} months after closing",
            reference=_name(people, row.client_id)[1],
            leads=Leads.FOLLOW_UP,
            id=row.id,
            about=row.client_id,
            at=row.due_on,
            at_is="due",
            is_late=row.due_on < today,
        )
        for row in rows
        if row.client_id in people
    ]
    return (section("Follow-ups due", items, empty=""),) if items else ()


# --- a supervisor ------------------------------------------------------------------------------


def supervisor(*, by: Actor, at: datetime) -> Home:
    signing, reviewing = _to_sign(by, at), _overdue_reviews(by, at)
    answers, loads = _to_answer(by, at), _workload(by, at)
    figures = (
        Figure(str(signing.total), "closures to sign off"),
        Figure(str(reviewing.total), "reviews overdue"),
        Figure(str(answers.total), "referrals to answer", leads=Leads.REFERRALS),
        Figure(str(loads.total), "workers with women", leads=Leads.CASES),
    )
    first = (loads, signing, reviewing, answers)
    return Home(figures=figures, first=first)


def _workload(by: Actor, at: datetime) -> Section:
    """How many women each worker has now, and how many of them are at the two highest levels."""
    loads = [load for load in caseload.workload(by=by, at=at) if load.women or load.covering]
    items = [
        Item(
            title=load.name,
            hint=f"{load.women} {'woman' if load.women == 1 else 'women'}"
            + (f", {load.at_high_level} at level 3 or 4" if load.at_high_level else "")
            + (f", and {load.covering} for a colleague" if load.covering else ""),
        )
        for load in loads
    ]
    return section(
        "Workload",
        items,
        total=len(items),
        empty="None of your workers has a woman yet. Take a referral, or ask the coordinator.",
        more=Leads.WORKLOAD,
        more_words="Cover or hand over",
    )


def _to_sign(by: Actor, at: datetime) -> Section:
    rows = (
        sight.visible(Closure, by)
        .filter(status=closure.Status.PROPOSED.value)
        .exclude(proposed_by_id=by.account_id)
        .order_by("proposed_at")
    )
    page = list(rows[:MOST])
    people = _called((row.client_id for row in page), by)
    items = [
        Item(
            title=_name(people, row.client_id)[0],
            hint=row.get_outcome_display(),
            reference=_name(people, row.client_id)[1],
            leads=Leads.CLOSURE,
            id=row.id,
            about=row.client_id,
            at=row.proposed_at,
            at_is="proposed",
            is_late=at - row.proposed_at > timedelta(days=5),
        )
        for row in page
    ]
    return section("To sign off", items, total=rows.count(), empty="No closure waits for your signature.")


def _overdue_reviews(by: Actor, at: datetime) -> Section:
    rows = (
        sight.visible(Engagement, by)
        .filter(ended_at__isnull=True, review_due__lt=clocks.local(at).date())
        .order_by("review_due")
    )
    page = list(rows[:MOST])
    people = _called((row.client_id for row in page), by)
    items = [
        Item(
            title=_name(people, row.client_id)[0],
            hint=engagement.Status(row.status).label,
            reference=_name(people, row.client_id)[1],
            leads=Leads.CLIENT,
            id=row.client_id,
            about=row.client_id,
            at=row.review_due,
            at_is="review was due",
            is_late=True,
        )
        for row in page
        if row.client_id in people
    ]
    return section("Reviews overdue", items, total=rows.count(), empty="No review is overdue.")
