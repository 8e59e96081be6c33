"""The sharing agreement behind a crossing: one in force between the two organisations on that day, or none.

Only an emergency or a legal duty crosses without one (`CrossingKind.needs_no_agreement`), and then its reason
is written down. The database holds the same: see migration 0005.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Sector
from pathways.records.models import Organisation, SharingAgreement


def between(giver: UUID, receiver: UUID, at: datetime) -> SharingAgreement | None:
    """The agreement under which `giver` may tell `receiver` something today; the one reviewed last."""
    today = clocks.local(at).date()
    return (
        SharingAgreement.objects.filter(
            from_organisation_id=giver, to_organisation_id=receiver, from_date__lte=today
        )
        .filter(Q(until_date__isnull=True) | Q(until_date__gte=today))
        .order_by("-review_date", "id")
        .first()
    )


def may_cross(giver: UUID, receiver: UUID, at: datetime) -> Decision:
    """Whether an agreement stands behind what is to cross; if not, since when, and whom to ask."""
    if between(giver, receiver, at) is not None:
        return decision.yes()
    today = clocks.local(at).date()
    names = dict(Organisation.objects.filter(id__in=(giver, receiver)).values_list("id", "name"))
    pair = f"{names.get(giver, 'your organisation')} to {names.get(receiver, 'the other')}"
    ended = (
        SharingAgreement.objects.filter(
            from_organisation_id=giver, to_organisation_id=receiver, until_date__lt=today
        )
        .order_by("-until_date")
        .first()
    )
    if ended is not None and ended.until_date is not None:
        why = f"The sharing agreement from {pair} ended on {ended.until_date:%-d %B %Y}"
    else:
        why = f"No sharing agreement from {pair} is in force"
    return decision.no(
        f"{why}, so nothing was told. An emergency needs none: safeguarding, or a threat to life.",
        ask="the information-governance lead",
    )


def reached(giver: UUID, at: datetime) -> frozenset[UUID]:
    """Every organisation that `giver` may tell something today, itself among them."""
    today = clocks.local(at).date()
    rows = SharingAgreement.objects.filter(from_organisation_id=giver, from_date__lte=today).filter(
        Q(until_date__isnull=True) | Q(until_date__gte=today)
    )
    return frozenset({giver, *rows.values_list("to_organisation_id", flat=True)})


def lacking(at: datetime) -> list[tuple[str, str]]:
    """(giver, receiver) for every force that could hand nobody over today, and every organisation with a
    service in the directory to which nobody could be referred."""
    live = Organisation.objects.filter(until_date__isnull=True)
    there = live.filter(is_coordinating=True).first()
    if there is None:
        return []
    forces = live.filter(sector=Sector.POLICE.value).order_by("name")
    found = [(force.name, there.name) for force in forces if between(force.id, there.id, at) is None]
    within = reached(there.id, at)
    offering = live.filter(services__isnull=False).exclude(sector=Sector.POLICE.value).distinct()
    return found + [(there.name, one.name) for one in offering.order_by("name") if one.id not in within]
