"""Home of those who work on the police side. Nothing here tells police whether she is anyone's client."""

from __future__ import annotations

from datetime import datetime, timedelta

from pathways.domain.governance.actors import Actor
from pathways.domain.identification import consideration
from pathways.domain.identification.linking import JUDGES
from pathways.domain.reach.police_view import PoliceView
from pathways.domain.terms.routes import Route
from pathways.journey import linking, programme, second_readings, sight
from pathways.journey.home.shapes import MOST, Figure, Home, Item, Leads, Section, section
from pathways.records.models import Consideration, FlagReceipt, Message, ProvisionalPlan

_WAITING = (consideration.Status.FLAGGED, consideration.Status.UNDER_REVIEW)


def screener(*, by: Actor, at: datetime) -> Home:
    """The single point of contact, the analyst and the supervisor of a force."""
    waiting, overdue = _considerations(by, at)
    unplanned = _unplanned(by)
    deferred = _deferred(by, at)
    seconds = _seconds(by, at)
    back = _came_back(by, at)
    unread = sight.visible(Message, by).filter(to_organisation_id=by.organisation_id, read_at__isnull=True)
    figures = (
        Figure(str(waiting.total), "waiting for a decision", leads=Leads.CONSIDERATIONS),
        Figure(str(overdue), "past their time"),
        Figure(str(unplanned.total), "safe contacts to plan"),
        Figure(str(unread.count()), "messages to read", leads=Leads.MESSAGES),
        *_pairs(by),
    )
    return Home(
        figures=figures,
        first=(waiting, seconds, unplanned),
        beside=tuple(each for each in (deferred, back) if each.items),
        main=Leads.FLAG,
        main_words="Flag a woman",
    )


def _pairs(by: Actor) -> tuple[Figure, ...]:
    """Pairs of the force's own records that wait for somebody to say whether they are one person."""
    if by.role not in JUDGES:
        return ()
    waiting = str(linking.waiting(by=by))
    return (Figure(waiting, "pairs of records to look at", leads=Leads.PAIRS, is_begun_there=True),)


def _considerations(by: Actor, at: datetime) -> tuple[Section, int]:
    rows = sight.visible(Consideration, by).filter(status__in=[status.value for status in _WAITING])
    items, due_by = [], programme.screening_clock()
    for row in rows.select_related("nominal").order_by("flagged_at")[:MOST]:
        due = due_by(row.flagged_at)
        items.append(
            Item(
                title=row.nominal.full_name or "Name not known",
                hint=f"{Route(row.route).label}, {consideration.Status(row.status).label.lower()}",
                reference=row.reference,
                leads=Leads.CONSIDERATION,
                id=row.id,
                about=row.nominal_id,
                at=due,
                at_is="decide by",
                is_late=due < at,
            )
        )
    moments = list(rows.values_list("flagged_at", flat=True))
    late = sum(due_by(moment) < at for moment in moments)
    made = section(
        "Waiting for a decision",
        items,
        total=len(moments),
        empty="Nothing waits for a decision. What an officer or custody raises appears here, oldest first.",
        more=Leads.CONSIDERATIONS,
        more_words="All considerations",
    )
    return made, late


def _unplanned(by: Actor) -> Section:
    planned = sight.visible(ProvisionalPlan, by).values("consideration_id")
    rows = (
        sight.visible(Consideration, by)
        .filter(status=consideration.Status.CONFIRMED.value)
        .exclude(id__in=planned)
        .order_by("screened_at")
    )
    items = [
        Item(
            title=row.nominal.full_name,
            hint="Confirmed. Say how she might be reached safely before anybody tries.",
            reference=row.reference,
            leads=Leads.CONSIDERATION,
            id=row.id,
            about=row.nominal_id,
            at=row.screened_at,
            at_is="confirmed",
        )
        for row in rows.select_related("nominal")[:MOST]
    ]
    return section(
        "Safe contacts to plan",
        items,
        total=rows.count(),
        empty="Every confirmed consideration has its safe contact planned.",
    )


def _seconds(by: Actor, at: datetime) -> Section:
    """Decisions that this person reads a second time. Nobody is named: the reading is opened for that."""
    rows = second_readings.waiting_for(by=by)
    items = [
        Item(
            title="A decision to read a second time",
            hint="You see the evidence, and what was decided once you have said what you would",
            reference=row.reference,
            leads=Leads.SECOND,
            id=row.id,
            at=row.due_at,
            at_is="read by",
            is_late=row.due_at < at,
        )
        for row in rows[:MOST]
    ]
    return section(
        "Second readings for you",
        items,
        total=len(rows),
        empty="No decision waits for your second reading.",
        more=Leads.SECONDS,
        more_words="All second readings",
    )


def _deferred(by: Actor, at: datetime) -> Section:
    rows = (
        sight.visible(Consideration, by)
        .filter(status=consideration.Status.DEFERRED.value, look_again_on__lte=at.date() + timedelta(days=7))
        .select_related("nominal")
        .order_by("look_again_on")[:MOST]
    )
    items = [
        Item(
            title=row.nominal.full_name,
            reference=row.reference,
            leads=Leads.CONSIDERATION,
            id=row.id,
            about=row.nominal_id,
            at=row.look_again_on,
            at_is="look again",
            is_late=bool(row.look_again_on and row.look_again_on < at.date()),
        )
        for row in rows
    ]
    return section("To look at again", items, empty="")


def _came_back(by: Actor, at: datetime) -> Section:
    rows = (
        sight.visible(Consideration, by)
        .filter(police_view_at__gte=at - timedelta(days=28))
        .exclude(police_view="")
        .order_by("-police_view_at")[:5]
    )
    items = [
        Item(
            title=PoliceView(row.police_view).label,
            reference=row.reference,
            leads=Leads.CONSIDERATION,
            id=row.id,
            at=row.police_view_at,
        )
        for row in rows
    ]
    return section("What came back", items, empty="")


def officer(*, by: Actor, at: datetime) -> Home:
    """An officer sees that what she raised was received, and when it closed."""
    rows = sight.visible(FlagReceipt, by).order_by("is_closed", "-flagged_at")
    items = [
        Item(
            title="Your flag",
            reference=row.reference,
            hint="You are not told what became of her; her worker is." if row.is_closed else "",
            at=row.closed_on if row.is_closed else row.flagged_at,
            at_is="closed" if row.is_closed else "sent",
            tag="Closed" if row.is_closed else "Received",
            colour="grey" if row.is_closed else "blue",
        )
        for row in rows[:MOST]
    ]
    return Home(
        first=(
            Section(
                "What you raised",
                tuple(items),
                rows.count(),
                "You have raised nothing yet. When you meet a woman whom organised crime may be drawing in or"
                " using, flag her: it takes two minutes, and your force’s single point of contact"
                " decides.",
                lead="You see that it was received and when it closed. What she does with support is hers.",
                more=Leads.FLAGS,
                more_words="All that you raised",
            ),
        ),
        main=Leads.FLAG,
        main_words="Flag a woman",
    )
