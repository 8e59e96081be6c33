"""Home of those who answer for the programme: evaluator, governance lead, commissioner, administrator."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q

from pathways.domain.governance import erasure
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.domain.terms.law import CrossingPurpose
from pathways.domain.terms.people import Role
from pathways.journey import emergency, instruments, interviewing, sight, under_agreement
from pathways.journey.home.shapes import MOST, OF_THE_PROGRAMME, Figure, Home, Item, Leads, Section, section
from pathways.records.models import (
    AccessEvent,
    AccessKind,
    Account,
    Appointment,
    Disclosure,
    Erasure,
    Organisation,
    Service,
    SharingAgreement,
)


def evaluator(*, by: Actor, at: datetime) -> Home:
    return Home(
        lead="Who came to notice, who was supported and what changed, from codes alone and through disclosure"
        " control. You meet no woman’s record here.",
        first=_to_settle(by),
        beside=(OF_THE_PROGRAMME,),
        main=Leads.EVALUATION,
        main_words="Open the evaluation",
    )


def _to_settle(by: Actor) -> tuple[Section, ...]:
    """Excerpts that two colleagues coded differently; no list where nothing waits for this evaluator."""
    waiting = interviewing.to_settle(by=by)
    if not waiting:
        return ()
    items = [
        Item(
            title=f"Excerpt of participant {participant}",
            hint="Two colleagues coded it differently, and you coded it neither way",
            leads=Leads.SETTLE,
            id=key,
        )
        for key, participant in waiting
    ]
    found = section(
        "Codes to settle",
        items,
        total=len(items),
        more=Leads.DIFFERENCES,
        more_words="Where two coders differ",
        empty="",
    )
    return (found,)


def commissioner(*, by: Actor, at: datetime) -> Home:
    return Home(
        lead="How far the programme reaches, and what becomes of those it reaches. Small numbers are hidden"
        " so that nobody can be recognised.",
        beside=(OF_THE_PROGRAMME,),
        main=Leads.EVALUATION,
        main_words="Open the headline measures",
    )


# --- the information-governance lead ------------------------------------------------------------------


def governance(*, by: Actor, at: datetime) -> Home:
    week = at - timedelta(days=7)
    seen = sight.visible(AccessEvent, by).filter(at__gte=week)
    refused, readers = _refused(by, week), _readers(by, week)
    crossed, ending = _crossed(by), _agreements(by, at)
    counts = dict(seen.order_by().values_list("kind").annotate(Count("id")))
    figures = (
        Figure(str(counts.get(AccessKind.CONSULTATION.value, 0)), "readings", "in the last 7 days"),
        Figure(str(counts.get(AccessKind.SEARCH.value, 0)), "searches", "in the last 7 days"),
        Figure(str(counts.get(AccessKind.REFUSED.value, 0)), "refusals", "in the last 7 days"),
        Figure(str(counts.get(AccessKind.EXPORTED.value, 0)), "exports", "in the last 7 days"),
    )
    return Home(
        figures=figures,
        first=(_emergencies(by, at), _erasing(by, at), _unusual(by, week), readers, refused),
        beside=(crossed, ending, OF_THE_PROGRAMME),
        main=Leads.HELD,
        main_words="Tell a woman what is held of her",
    )


def _emergencies(by: Actor, at: datetime) -> Section:
    """What was opened in an emergency and waits for the review, the latest to be reviewed first."""
    found, total = emergency.listed(by=by, at=at, limit=MOST)
    items = [
        Item(
            title=f"{one.reader} read a record: {one.kind.label[0].lower()}{one.kind.label[1:]}",
            hint=f"{one.role}, {one.organisation}",
            reference=one.reference,
            leads=Leads.EMERGENCY,
            id=one.id,
            at=one.review_due_at,
            at_is="review by",
            is_late=one.is_overdue,
            tag="Open now" if one.is_running else "Overdue" if one.is_overdue else "",
            colour="red" if one.is_running else "orange",
        )
        for one in found
    ]
    return section(
        "Emergency accesses to review",
        items,
        total=total,
        empty="Nobody has opened a record in an emergency that you have not reviewed.",
        more=Leads.EMERGENCIES,
        more_words="All emergency accesses",
    )


def _erasing(by: Actor, at: datetime) -> Section:
    """Requests to erase that are under way, the oldest first."""
    rows = sight.visible(Erasure, by).exclude(status__in=[one.value for one in erasure.ENDED])
    items = [
        Item(
            title=erasure.Status(row.status).label,
            hint=erasure.Origin(row.origin).label,
            reference=row.reference,
            leads=Leads.ERASURE,
            id=row.id,
            at=erasure.answer_by(row.asked_on),
            at_is="answer by",
            is_late=erasure.answer_by(row.asked_on) < clocks.local(at).date(),
        )
        for row in rows.order_by("asked_on")[:6]
    ]
    return section(
        "Requests to erase",
        items,
        total=rows.count(),
        empty="Nobody has asked for a record to be erased.",
        more=Leads.ERASURES,
        more_words="Erasing, what was kept long enough, and legal holds",
    )


def _unusual(by: Actor, since: datetime) -> Section:
    """Readings at night, and single readings of very many women."""
    rows = (
        sight.visible(AccessEvent, by)
        .filter(at__gte=since, kind__in=[AccessKind.CONSULTATION.value, AccessKind.SEARCH.value])
        .order_by("-at")[:2000]
    )
    items = []
    for row in rows:
        hour = clocks.local(row.at).hour
        if not (hour < 6 or hour >= 22):
            continue
        items.append(
            Item(
                title=row.actor_name or "Somebody",
                hint=f"{AccessKind(row.kind).label} at {clocks.local(row.at):%H:%M},"
                f" {len(row.subjects)} {'record' if len(row.subjects) == 1 else 'records'}",
                at=row.at,
                tag="At night",
                colour="yellow",
            )
        )
    return section(
        "Unusual access",
        items,
        total=len(items),
        empty="Nothing unusual in the last 7 days. Looked for: reading or searching between 22:00 and 06:00.",
        more=Leads.GOVERNANCE,
        more_words="The whole log of access",
    )


def _readers(by: Actor, since: datetime) -> Section:
    rows = (
        sight.visible(AccessEvent, by)
        .filter(at__gte=since, kind=AccessKind.CONSULTATION.value)
        .order_by()
        .values("actor_name", "role")
        .annotate(times=Count("id"))
        .order_by("-times")[:6]
    )
    items = [
        Item(
            title=row["actor_name"] or "Somebody",
            hint=f"{Role(row['role']).label}, {row['times']} time{'' if row['times'] == 1 else 's'}",
        )
        for row in rows
    ]
    return section("Who read most", items, empty="Nobody read a record in the last 7 days.")


def _refused(by: Actor, since: datetime) -> Section:
    rows = sight.visible(AccessEvent, by).filter(at__gte=since, kind=AccessKind.REFUSED.value).order_by("-at")
    items = [Item(title=row.actor_name or "Somebody", hint=row.reason, at=row.at) for row in rows[:8]]
    return section("Refused", items, total=rows.count(), empty="Nobody was refused in the last 7 days.")


def _crossed(by: Actor) -> Section:
    places = dict(Organisation.objects.values_list("id", "name"))
    rows = sight.visible(Disclosure, by).order_by("-made_at")
    items = [
        Item(
            title=f"{places.get(row.from_organisation_id, '')} to {places.get(row.to_organisation_id, '')}",
            hint=CrossingPurpose(row.purpose).label,
            at=row.made_at,
        )
        for row in rows[:6]
    ]
    return section("What crossed lately", items, empty="Nothing has crossed between organisations yet.")


def _agreements(by: Actor, at: datetime) -> Section:
    """Agreements to be reviewed or about to end: what has no agreement behind it cannot cross."""
    today = clocks.local(at).date()
    soon = today + timedelta(days=60)
    ending = Q(until_date__gte=today, until_date__lte=soon)
    rows = SharingAgreement.objects.filter(ending | Q(until_date__isnull=True, review_date__lte=soon))
    items = [
        Item(
            title=row.name,
            hint="Nothing crosses under it after that day" if row.until_date else "",
            at=row.until_date or row.review_date,
            at_is="ends on" if row.until_date else "review by",
            is_late=row.until_date is None and row.review_date < today,
        )
        for row in rows
    ]
    items.sort(key=lambda item: item.at or today)
    lacking = [
        Item(
            title=f"{giver} has no sharing agreement with {receiver}",
            hint="No woman can be handed over or referred before: ask your administrator to add it",
            is_late=True,
        )
        for giver, receiver in under_agreement.lacking(at)
    ]
    return section(
        "Sharing agreements",
        (lacking + items)[:8],
        empty="No sharing agreement ends, or has to be reviewed, in the next 60 days.",
    )


# --- the administrator ----------------------------------------------------------------------------------


def administrator(*, by: Actor, at: datetime) -> Home:
    active = Account.objects.filter(is_active=True, left_at__isnull=True)
    live = Appointment.objects.filter(until_at__isnull=True)
    nowhere = active.exclude(id__in=live.values("account_id")).order_by("name")
    unsigned = active.filter(last_login__isnull=True, password="").order_by("name")
    organisations = Organisation.objects.filter(until_date__isnull=True)
    empty = organisations.exclude(id__in=live.values("organisation_id"))
    figures = (
        Figure(str(active.count()), "people", leads=Leads.PEOPLE),
        Figure(str(organisations.count()), "organisations", leads=Leads.ORGANISATIONS),
        Figure(str(Service.objects.filter(status="active").count()), "services", leads=Leads.SERVICES),
        Figure(
            str(len(instruments.in_use_now(by=by))),
            "instruments on",
            leads=Leads.INSTRUMENTS,
            is_begun_there=True,
        ),
    )
    return Home(
        lead="You look after accounts and organisations. You read no woman’s record.",
        figures=figures,
        first=(
            section(
                "People with nowhere to work",
                [
                    Item(title=row.name, hint="Has no role at any organisation", leads=Leads.PEOPLE)
                    for row in nowhere[:8]
                ],
                total=nowhere.count(),
                empty="Everybody with an account has a role at an organisation.",
                more=Leads.PEOPLE,
                more_words="All people",
            ),
            section(
                "Have not signed in yet",
                [Item(title=row.name, at=row.joined_at, at_is="invited") for row in unsigned[:8]],
                total=unsigned.count(),
                empty="Everybody who was invited has chosen a password.",
            ),
            section(
                "Organisations without anybody",
                [
                    Item(title=row.name, hint=row.get_sector_display(), leads=Leads.ORGANISATIONS)
                    for row in empty[:8]
                ],
                total=empty.count(),
                empty="Every organisation has somebody who can sign in.",
                more=Leads.ORGANISATIONS,
                more_words="All organisations",
            ),
        ),
    )
