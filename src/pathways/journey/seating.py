"""Who sits at the panel’s table for her: worked out by the clerk, and written on every row about her.

A seat is one person at one organisation. She is seated for a woman when she is invited to the meeting, when
her agency is asked about this woman, when nobody keeps her out, and when she has not stepped back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import panel_rules
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.panel_rules import PanelField, Side
from pathways.domain.support import episode
from pathways.domain.terms.people import Role, Sector
from pathways.domain.triage import meeting
from pathways.journey import identity, kept_out, under_agreement
from pathways.records.models import (
    Appointment,
    Episode,
    Involvement,
    Organisation,
    PanelAnswer,
    PanelAsk,
    PanelConflict,
    PanelDecision,
    PanelFact,
    PanelItem,
    PanelMeeting,
)

#: While one of these holds, nobody outside the coordinating organisation sees who is on the agenda.
_AMONG_OURSELVES = frozenset({meeting.Status.PLANNED.value, meeting.Status.AGENDA_OPEN.value})


@dataclass(frozen=True, slots=True)
class Seat:
    """One person at one organisation, as a member of the panel."""

    key: str
    account_id: UUID
    appointment_id: UUID
    organisation_id: UUID
    name: str
    organisation: str
    role: Role
    sector: Sector

    @property
    def side(self) -> Side:
        return panel_rules.side_of(self.role, self.sector)

    @property
    def words(self) -> str:
        return f"{self.name}, {self.organisation}"

    def as_actor(self) -> Actor:
        """The person as who reads: for the log of a screen that she looks at with others."""
        return Actor(
            self.account_id,
            self.appointment_id,
            self.name,
            self.role,
            self.organisation_id,
            self.organisation,
            self.sector,
        )


def everybody(at: datetime) -> tuple[Seat, ...]:
    """Everybody who could be invited: whoever holds a role that can sit at the table now."""
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    rows = (
        Appointment.objects.filter(
            live,
            until_at__isnull=True,
            role__in=[role.value for role in panel_rules.ATTENDING],
            organisation__until_date__isnull=True,
            account__left_at__isnull=True,
        )
        .select_related("account", "organisation")
        .order_by("organisation__name", "account__name", "from_at")
    )
    found: dict[str, Seat] = {}
    for row in rows:
        if row.role == Role.SUPERVISOR.value and row.organisation.sector == Sector.ACADEMIC.value:
            continue
        key = f"{row.account_id} {row.organisation_id}"
        seat = Seat(
            key,
            row.account_id,
            row.id,
            row.organisation_id,
            row.account.name,
            row.organisation.name,
            Role(row.role),
            Sector(row.organisation.sector),
        )
        # whoever holds two roles at one place sits there in the one that leads the panel
        if key not in found or seat.side is Side.HUB:
            found[key] = seat
    return tuple(found.values())


def people(keys: Iterable[str], at: datetime) -> tuple[Seat, ...]:
    """The people of these seats who still work there, by organisation and name."""
    wanted = set(keys)
    return tuple(seat for seat in everybody(at) if seat.key in wanted)


def may_be_asked(client_id: UUID, organisation: Organisation, *, by: Actor, at: datetime) -> Decision:
    """Whether an agency may be told that she is on the agenda, and be asked what it knows."""
    if organisation.id == by.organisation_id:
        return decision.yes()
    if not (answer := kept_out.may_be_brought(client_id, organisation_id=organisation.id, by=by)):
        return answer
    sector = Sector(organisation.sector)
    with identity.clerk(by):
        where = Episode.objects.filter(client_id=client_id).order_by("-number").first()
        works = Involvement.objects.filter(
            client_id=client_id, organisation_id=organisation.id, until_at__isnull=True
        ).exists()
    if where is None or where.status == episode.Status.CLOSED.value:
        return decision.no("She has no episode that runs now.")
    if sector is Sector.POLICE and where.police_may_know_at is None:
        return decision.no("Police may not know that she is with the programme.")
    if sector is Sector.PRIVATE and not works:
        return decision.no("A private company is asked about a woman only while it works with her.")
    if under_agreement.between(by.organisation_id, organisation.id, at) is None:
        return under_agreement.may_cross(by.organisation_id, organisation.id, at)
    return decision.yes()


def reseat(item: PanelItem, *, by: Actor, at: datetime) -> None:
    """Writes anew on every row of this woman in this meeting who may see it."""
    with identity.clerk(by):
        where = PanelMeeting.objects.get(pk=item.meeting_id)
        conflicts = PanelConflict.objects.filter(item_id=item.id)
        back = {f"{row.account_id} {row.at_organisation_id}" for row in conflicts}
    out = kept_out.of_her(item.client_id, by=by)
    at_table = [
        seat
        for seat in people(where.seats, at)
        if seat.key not in back
        and not out.includes(account_id=seat.account_id, organisation_id=seat.organisation_id)
    ]
    hub = [
        seat
        for seat in at_table
        if seat.side is Side.HUB and seat.organisation_id == item.organisation_id
    ]
    asked = set() if where.status in _AMONG_OURSELVES else _still_askable(item, by, at)
    seated = hub + [seat for seat in at_table if seat not in hub and seat.organisation_id in asked]
    keys = [seat.key for seat in seated]
    ours = [seat.key for seat in hub]
    with identity.clerk(by):
        PanelItem.objects.filter(pk=item.pk).update(seats=sorted(keys))
        for ask in PanelAsk.objects.filter(item_id=item.id):
            seats = sorted({*ours, *panel_rules.narrowed(keys, [ask.asked_organisation_id])})
            PanelAsk.objects.filter(pk=ask.pk).update(seats=seats)
        for answer in PanelAnswer.objects.filter(item_id=item.id):
            PanelAnswer.objects.filter(pk=answer.pk).update(
                seats=panel_rules.narrowed(keys, [answer.from_organisation_id])
            )
        for fact in PanelFact.objects.filter(item_id=item.id).defer("words"):
            PanelFact.objects.filter(pk=fact.pk).update(seats=seats_of_fact(fact, seated))
        for made in PanelDecision.objects.filter(item_id=item.id).only("id", "shown_to"):
            PanelDecision.objects.filter(pk=made.pk).update(seats=panel_rules.narrowed(keys, made.shown_to))
        conflicts.update(seats=sorted(ours))
    item.seats = sorted(keys)


def seats_of_fact(fact: PanelFact, seated: Iterable[Seat]) -> list[str]:
    """Of those at the table whoever added it, and whoever it is shown to and may see such a field."""
    if not fact.field:
        return []
    field, giver, shown = PanelField(fact.field), Side(fact.giver), set(fact.shown_to)
    return sorted(
        seat.key
        for seat in seated
        if (seat.organisation_id == fact.from_organisation_id and seat.side is giver)
        or (
            seat.organisation_id in shown
            and panel_rules.may_reach(field, giver=giver, receiver=seat.side)
        )
    )


def _still_askable(item: PanelItem, by: Actor, at: datetime) -> set[UUID]:
    """Of the agencies that were asked those that may be at the table for her now."""
    coordinating = _for_the_hub(item, by)
    return {
        place.id
        for place in Organisation.objects.filter(id__in=item.to_ask)
        if may_be_asked(item.client_id, place, by=coordinating, at=at)
    }


def _for_the_hub(item: PanelItem, by: Actor) -> Actor:
    """Whoever acts, as the coordinating organisation: what may be told is judged as told by it."""
    return replace(by, organisation_id=item.organisation_id)


def reseat_meeting(meeting_id: UUID, *, by: Actor, at: datetime) -> None:
    """The same for every woman on the agenda."""
    with identity.clerk(by):
        items = list(PanelItem.objects.filter(meeting_id=meeting_id, taken_off_at__isnull=True))
    for item in items:
        reseat(item, by=by, at=at)


def organisations_of(keys: Collection[str]) -> set[UUID]:
    return {UUID(key.partition(" ")[2]) for key in keys}
