"""The panel’s agenda: built by itself from what waits, settled by the coordinator, then put to the agencies.

The machine suggests who could be talked about and why; a woman stands on the agenda only when the
coordinator puts her on it. The chair sees her from that moment, the agencies when they are asked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.support import episode
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.law import CrossingKind, CrossingPurpose, LawfulBasis
from pathways.domain.terms.people import Role, Sector
from pathways.domain.triage import meeting as m
from pathways.domain.triage.levels import Level
from pathways.journey import (
    gate,
    her,
    identity,
    involving,
    kept_out,
    ledger,
    meetings,
    seating,
    sight,
    tasks,
    under_agreement,
)
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Appointment,
    Client,
    Disclosure,
    Episode,
    Involvement,
    InvolvementKind,
    Organisation,
    PanelAsk,
    PanelDecision,
    PanelItem,
    PanelMeeting,
    PanelRequest,
    Task,
    TriageDecision,
)

REQUEST_TASK = "panel_request"


# --- asking that the panel talk about her -------------------------------------------------------------


def ask_for(*, client_id: UUID, why: str, by: Actor, at: datetime) -> Outcome:
    """Asks that the panel talk about her, with why: whoever works with her may."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        if client is None:
            return refusal(sight.NOT_THERE)
        where = Organisation.objects.filter(is_coordinating=True, until_date__isnull=True).first()
        if where is None:
            return refusal(decision.no("No organisation coordinates the programme.", ask="the administrator"))
        if not why.strip():
            return refusal(decision.no("Say why the panel should talk about her."))
        if not (answer := _may_be_talked_about(client_id, by)):
            return refusal(answer)
        row = PanelRequest(
            client_id=client_id,
            organisation_id=where.id,
            from_organisation_id=by.organisation_id,
            asked_by_id=by.account_id,
            asked_by_name=by.name,
            asked_at=at,
            why=why.strip(),
        )
        if not (answer := sight.may(by, Action.CREATE, row)):
            return refusal(answer)
        if sight.visible(PanelRequest, by).filter(
            client_id=client_id, asked_by_id=by.account_id, status=m.RequestStatus.WAITING.value
        ).exists():
            return refusal(decision.no("You have asked for it already, and it waits for the coordinator."))
        if by.organisation_id != where.id:
            if not (answer := under_agreement.may_cross(by.organisation_id, where.id, at)):
                return refusal(answer)
            _disclosed(client_id, by.organisation_id, where, ("why_here",), by, at)
        row.save(force_insert=True)
        _event(EventKind.PANEL_REQUESTED, client_id, by, at, {"request": str(row.id)})
        ledger.collected(by=by, at=at, resource=Resource.PANEL_REQUEST, subjects=[client_id])
        tasks.set_task(
            REQUEST_TASK,
            "Somebody asks that the panel talk about a woman",
            organisation_id=where.id,
            role=Role.COORDINATOR,
            client_id=client_id,
            route="panel:requests_of",
            object_id=client_id,
            by=by,
            at=at,
        )
        return done(row.id, reference=client.reference, next=("The coordinator answers, and you are told.",))


def answer_request(
    *, request_id: UUID, action: m.RequestAction, words: str, by: Actor, at: datetime
) -> Outcome:
    """The coordinator answers a request: taken onto the next agenda that is open, or not, and why."""
    with transaction.atomic():
        row = sight.one(PanelRequest, request_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        answer = m.REQUEST_WORKFLOW.may(
            action,
            status=m.RequestStatus(row.status),
            role=by.role,
            facts=m.RequestFacts(has_reason=bool(words.strip())),
        )
        found = m.REQUEST_WORKFLOW.move(action, m.RequestStatus(row.status))
        if not answer or found is None:
            return refusal(answer)
        _settle_request(row, found.target, words, by, at)
        return done(row.id)


def _settle_request(
    row: PanelRequest, status: m.RequestStatus, words: str, by: Actor, at: datetime
) -> None:
    row.status, row.answer = status.value, words.strip()
    row.answered_at, row.answered_by_id = at, by.account_id
    row.save(update_fields=["status", "answer", "answered_at", "answered_by_id"])
    ledger.altered(
        by=by, at=at, resource=Resource.PANEL_REQUEST, subjects=[row.client_id], reason=status.label
    )
    tasks.settle(REQUEST_TASK, object_id=row.client_id, by=by, at=at)
    tasks.set_task(
        "panel_request_answered",
        f"Your request to the panel: {status.label.lower()}",
        organisation_id=row.from_organisation_id,
        account_id=row.asked_by_id,
        client_id=row.client_id,
        route="panel:requests_of",
        object_id=row.client_id,
        by=by,
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the panel as whoever asked, or the coordinator, reads it."""

    id: UUID
    asked_by: str
    asked_at: datetime
    why: str
    status: m.RequestStatus
    answer: str
    may_answer: bool


def requests_of(*, client_id: UUID, by: Actor) -> tuple[Request, ...]:
    """The requests about one woman: all for the coordinator, for everybody else their own."""
    return tuple(
        Request(
            row.id,
            row.asked_by_name,
            row.asked_at,
            row.why,
            m.RequestStatus(row.status),
            row.answer,
            by.role is Role.COORDINATOR and row.status == m.RequestStatus.WAITING.value,
        )
        for row in sight.visible(PanelRequest, by).filter(client_id=client_id).order_by("-asked_at")
    )


def may_ask_for(*, client_id: UUID, by: Actor) -> Decision:
    """Whether this person may ask that the panel talk about her."""
    row = PanelRequest(
        client_id=client_id, from_organisation_id=by.organisation_id, asked_by_id=by.account_id
    )
    return decision.every(_may_be_talked_about(client_id, by), sight.may(by, Action.CREATE, row))


# --- the suggestions ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be put on the agenda, and every reason for it."""

    client_id: UUID
    called: str
    reference: str
    level: str
    because: tuple[str, ...]
    sources: tuple[m.Source, ...]


def candidates(*, meeting_id: UUID, by: Actor, at: datetime) -> tuple[Candidate, ...] | None:
    """Who could be on this agenda and is not yet: new high levels, overdue actions, requests, put on.

    None where the meeting is not there for whoever asks. Nobody is put on by this.
    """
    row = sight.one(PanelMeeting, meeting_id, by)
    if row is None or by.role is not Role.COORDINATOR:
        return None
    on_it = set(
        sight.visible(PanelItem, by).filter(meeting_id=row.id).values_list("client_id", flat=True)
    )
    because: dict[UUID, list[tuple[m.Source, str]]] = {}
    for client_id, level in _new_high_levels(row, by):
        because.setdefault(client_id, []).append(
            (m.Source.NEW_LEVEL, f"{level.label}, and not talked about since it was decided")
        )
    today = clocks.local(at).date()
    late = sight.visible(PanelDecision, by).filter(done_at__isnull=True, due_date__lt=today)
    for made in late.order_by("due_date"):
        assert made.due_date is not None
        because.setdefault(made.client_id, []).append(
            (m.Source.OVERDUE_ACTION, f"An action was due on {made.due_date:%-d %B %Y}")
        )
    for asked in sight.visible(PanelRequest, by).filter(status=m.RequestStatus.WAITING.value):
        because.setdefault(asked.client_id, []).append(
            (m.Source.REQUEST, f"{asked.asked_by_name} asked for it")
        )
    put_on = sight.visible(Involvement, by).filter(
        organisation_id=by.organisation_id, kind=InvolvementKind.PANEL, until_at__isnull=True
    )
    talked = set(_talked_about(by))
    for client_id in dict.fromkeys(put_on.order_by("from_at").values_list("client_id", flat=True)):
        if client_id not in talked:
            because.setdefault(client_id, []).append(
                (m.Source.PUT_ON, "The coordinator put her before the panel, and she is at no meeting yet")
            )
    clients = {each.id: each for each in her.clients_among(by, list(because))}
    stands = {each.client_id: each.level for each in her.episodes_of(by, list(because))}
    found = tuple(
        Candidate(
            client_id,
            clients[client_id].called,
            clients[client_id].reference,
            Level(now).label
            if (now := stands.get(client_id)) is not None and client_id not in by.blind_to
            else "",
            tuple(words for _, words in why),
            tuple(source for source, _ in why),
        )
        for client_id, why in because.items()
        if client_id not in on_it and client_id in clients
    )
    if found:
        ledger.read(
            by=by,
            at=at,
            resource=Resource.PANEL_ITEM,
            subjects=[each.client_id for each in found],
            route="panel:agenda_of",
        )
    return found


def _new_high_levels(row: PanelMeeting, by: Actor) -> list[tuple[UUID, Level]]:
    """Women whose running episode stands at a high level that was decided after the panel last met on her."""
    last: dict[UUID, datetime] = {}
    for client_id, talked_at in sight.visible(PanelItem, by).filter(talked_at__isnull=False).values_list(
        "client_id", "talked_at"
    ):
        assert talked_at is not None
        last[client_id] = max(talked_at, last.get(client_id, talked_at))
    high = [level.value for level in m.HIGH]
    running = dict(
        sight.visible(Episode, by)
        .exclude(status=episode.Status.CLOSED.value)
        .filter(level__in=high)
        .values_list("client_id", "level")
    )
    decided = (
        sight.visible(TriageDecision, by)
        .filter(client_id__in=list(running), decided_at__isnull=False, level__in=high)
        .order_by("client_id", "-decided_at")
    )
    since: dict[UUID, datetime] = {}
    for client_id, decided_at in decided.values_list("client_id", "decided_at"):
        if decided_at is not None:
            since.setdefault(client_id, decided_at)
    wanted = [
        (client_id, Level(level))
        for client_id, level in running.items()
        if level is not None
        and client_id in since
        and (client_id not in last or since[client_id] > last[client_id])
    ]
    return sorted(wanted, key=lambda pair: (-pair[1].value, since[pair[0]]))


def _talked_about(by: Actor) -> list[UUID]:
    return list(
        sight.visible(PanelItem, by).filter(talked_at__isnull=False).values_list("client_id", flat=True)
    )


# --- settling it --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency at the table, and whether it may be asked about one woman."""

    id: UUID
    name: str
    may: Decision


def agencies(*, meeting_id: UUID, client_id: UUID, by: Actor, at: datetime) -> tuple[Agency, ...]:
    """The agencies invited to a meeting, for the choice of whom to ask about her."""
    row = sight.one(PanelMeeting, meeting_id, by)
    if row is None or sight.one(Client, client_id, by) is None:
        return ()
    there = seating.organisations_of([seat.key for seat in seating.people(row.seats, at)])
    return tuple(
        Agency(place.id, place.name, seating.may_be_asked(client_id, place, by=by, at=at))
        for place in Organisation.objects.filter(id__in=there).order_by("name")
    )


def put_on(
    *,
    meeting_id: UUID,
    client_id: UUID,
    ask: Collection[UUID],
    by: Actor,
    at: datetime,
    source: m.Source | None = None,
) -> Outcome:
    """Puts her on the agenda of one meeting; `ask` are the agencies asked about her once it is settled."""
    with transaction.atomic():
        row = sight.one(PanelMeeting, meeting_id, by, lock=True)
        client = sight.one(Client, client_id, by, lock=True)
        if row is None or client is None or by.role is not Role.COORDINATOR:
            return refusal(sight.NOT_THERE)
        if not (answer := _may_put_on(row, client_id, by)):
            return refusal(answer)
        places = {place.id: place for place in Organisation.objects.filter(id__in=ask)}
        for place in places.values():
            if not (answer := seating.may_be_asked(client_id, place, by=by, at=at)):
                return refusal(decision.no(f"{place.name}: {answer.reason}", ask=answer.ask))
        with identity.clerk(by):
            numbers = PanelItem.objects.filter(meeting_id=row.id).values_list("number", flat=True)
            number = max(numbers, default=0) + 1
        found = source or _source_of(client_id, row, by, at)
        item = PanelItem(
            client_id=client_id,
            organisation_id=row.organisation_id,
            meeting_id=row.id,
            number=number,
            called=client.called,
            source=found.value,
            to_ask=sorted({*places, row.organisation_id}),
            seats=[by.seat],
            put_on_at=at,
            put_on_by_id=by.account_id,
        )
        item.save(force_insert=True)
        kept_out.known_also_by(client_id, [item.id], by=by)
        _let_the_chair_see(client_id, row, by, at)
        seating.reseat(item, by=by, at=at)
        for request in sight.visible(PanelRequest, by).filter(
            client_id=client_id, status=m.RequestStatus.WAITING.value
        ):
            _settle_request(
                request,
                m.RequestStatus.TAKEN,
                f"On the agenda of {clocks.local(row.starts_at):%-d %B %Y}",
                by,
                at,
            )
        if row.status == m.Status.ASKED.value:
            _ask(item, row, by, at)
        _event(
            EventKind.PANEL_LISTED, client_id, by, at, {"meeting": str(row.id), "source": found.value}
        )
        ledger.altered(
            by=by, at=at, resource=Resource.PANEL_ITEM, subjects=[client_id], reason="put on the agenda"
        )
        return done(item.id, reference=client.reference, next=("The panel’s chair can see her from now on.",))


def take_off(*, item_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Takes her off an agenda that is not settled yet: no agency has been told of her."""
    with transaction.atomic():
        item = sight.one(PanelItem, item_id, by, lock=True)
        if item is None or by.role is not Role.COORDINATOR:
            return refusal(sight.NOT_THERE)
        row = sight.one(PanelMeeting, item.meeting_id, by)
        if row is None or row.status not in (m.Status.PLANNED.value, m.Status.AGENDA_OPEN.value):
            return refusal(decision.no("The agencies have been asked about her: she stays on this agenda."))
        with identity.clerk(by):
            PanelItem.objects.filter(pk=item.pk).update(seats=[], taken_off_at=at)
        ledger.altered(
            by=by,
            at=at,
            resource=Resource.PANEL_ITEM,
            subjects=[item.client_id],
            reason="taken off the agenda",
        )
        return done(item.id, client_id=item.client_id, meeting_id=row.id)


def ask_agencies(*, meeting_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Settles the agenda: each agency is asked what it knows of each woman, by the deadline."""
    with transaction.atomic():
        row = sight.one(PanelMeeting, meeting_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        answer = m.WORKFLOW.may(
            m.Action.ASK,
            status=m.Status(row.status),
            role=by.role,
            facts=meetings.facts_of(row, by, at),
        )
        if not answer:
            return refusal(answer)
        row.status, row.changed_at = m.Status.ASKED.value, at
        row.save(update_fields=["status", "changed_at"])
        with identity.clerk(by):
            standing = PanelItem.objects.filter(meeting_id=row.id, taken_off_at__isnull=True)
            items = list(standing.order_by("number"))
        for item in items:
            _ask(item, row, by, at)
        ledger.kept_up(
            by=by,
            at=at,
            what="panel: agencies asked",
            route="panel:ask",
            subjects=[item.client_id for item in items],
        )
        return done(row.id, next=("Every agency has been asked, with the deadline as a task.",))


def _ask(item: PanelItem, row: PanelMeeting, by: Actor, at: datetime) -> None:
    """Asks each agency of one woman. What it is told, that she is on the agenda, is a disclosure."""
    seating.reseat(item, by=by, at=at)
    there = seating.organisations_of(item.seats)
    people = seating.people(item.seats, at)
    for place in Organisation.objects.filter(id__in=there).order_by("name"):
        with identity.clerk(by):
            PanelAsk(
                client_id=item.client_id,
                organisation_id=item.organisation_id,
                item=item,
                meeting_id=row.id,
                asked_organisation_id=place.id,
                asked_at=at,
                due_at=row.answer_by,
            ).save(force_insert=True)
        if place.id != by.organisation_id:
            _disclosed(item.client_id, by.organisation_id, place, ("called",), by, at)
    seating.reseat(item, by=by, at=at)
    for seat in people:
        set_ask_task(row, seat, by, at)


def set_ask_task(row: PanelMeeting, seat: seating.Seat, by: Actor, at: datetime) -> None:
    """One task for one person and meeting, however many women: in words that name none."""


    with identity.clerk(by):
        if Task.objects.filter(
            kind=meetings.ASK_TASK,
            object_id=row.id,
            account_id=seat.account_id,
            organisation_id=seat.organisation_id,
            done_at__isnull=True,
        ).exists():
            return
    tasks.set_task(
        meetings.ASK_TASK,
        "The panel asks what your agency knows",
        organisation_id=seat.organisation_id,
        account_id=seat.account_id,
        route="panel:meeting",
        object_id=row.id,
        by=by,
        at=at,
        due_at=row.answer_by,
    )


def _disclosed(
    client_id: UUID,
    giver: UUID,
    place: Organisation,
    fields: Collection[str],
    by: Actor,
    at: datetime,
) -> None:
    disclose(client_id=client_id, giver=giver, receiver=place.id, fields=fields, by=by, at=at)


def disclose(
    *, client_id: UUID, giver: UUID, receiver: UUID, fields: Collection[str], by: Actor, at: datetime
) -> Disclosure:
    """Writes down that something of her crossed at the panel, under the agreement between the two."""
    under = under_agreement.between(giver, receiver, at)
    police = Organisation.objects.filter(id=giver, sector=Sector.POLICE.value).exists()
    row = Disclosure(
        kind=CrossingKind.PANEL.value,
        person_id=client_id,
        client_id=client_id,
        from_organisation_id=giver,
        to_organisation_id=receiver,
        basis=(LawfulBasis.AUTHORISED_BY_LAW if police else LawfulBasis.PUBLIC_TASK).value,
        confidence_basis="",
        purpose=CrossingPurpose.PLAN_TOGETHER.value,
        fields=sorted(fields),
        agreement_id=under.id if under else None,
        made_at=at,
        made_by_id=by.account_id,
        made_by_name=by.name,
    )
    with identity.clerk(by):
        row.save(force_insert=True)
    kept_out.known_also_by(client_id, [row.id], by=by)
    ledger.disclosed(
        by=by, at=at, resource=Resource.DISCLOSURE, subjects=[client_id], recipient_id=receiver
    )
    return row


def _source_of(client_id: UUID, row: PanelMeeting, by: Actor, at: datetime) -> m.Source:
    for each in candidates(meeting_id=row.id, by=by, at=at) or ():
        if each.client_id == client_id:
            return each.sources[0]
    return m.Source.PUT_ON


def _let_the_chair_see(client_id: UUID, row: PanelMeeting, by: Actor, at: datetime) -> None:
    chairs = Appointment.objects.filter(
        role=Role.PANEL_CHAIR.value, organisation_id=row.organisation_id, until_at__isnull=True
    ).values_list("account_id", flat=True)
    out = kept_out.of_her(client_id, by=by)
    for account_id in chairs:
        if out.includes(account_id=account_id, organisation_id=row.organisation_id):
            continue
        involving.involve(
            client_id=client_id,
            organisation_id=row.organisation_id,
            account_id=account_id,
            kind=InvolvementKind.PANEL,
            by=by,
            at=at,
        )


def _may_put_on(row: PanelMeeting, client_id: UUID, by: Actor) -> Decision:
    status = m.Status(row.status)
    if status not in (m.Status.PLANNED, m.Status.AGENDA_OPEN, m.Status.ASKED):
        return decision.no("The pack of this meeting is closed: put her on the next agenda.")
    if by.seat not in row.seats:
        return decision.no("You are not invited to this meeting: invite yourself first.")
    with identity.clerk(by):
        if PanelItem.objects.filter(
            meeting_id=row.id, client_id=client_id, taken_off_at__isnull=True
        ).exists():
            return decision.no("She is on this agenda already.")
    return _may_be_talked_about(client_id, by)


def _may_be_talked_about(client_id: UUID, by: Actor) -> Decision:
    with identity.clerk(by):
        where = Episode.objects.filter(client_id=client_id).order_by("-number").first()
    if where is None or where.status == episode.Status.CLOSED.value:
        return decision.no("She has no episode that runs now.")
    if gate.standing(client_id, by).stop is not None:
        return decision.no("She has asked us to stop: no panel talks about her.")
    return decision.yes()


def _event(
    kind: EventKind, client_id: UUID, by: Actor, at: datetime, detail: dict[str, str | int | date]
) -> None:
    """On her journey, in codes; by the clerk's hand, because not everybody at the table reads her episode."""
    with identity.clerk(by):
        where = Episode.objects.filter(client_id=client_id).order_by("-number").first()
    ledger.record(
        kind,
        by=by,
        at=at,
        case_id=where.case_id if where else None,
        client_id=client_id,
        episode_id=where.id if where else None,
        detail=detail,
    )


#: for the other verbs of the panel
event = _event


def meetings_for(*, client_id: UUID, by: Actor, at: datetime) -> list[tuple[UUID, str, datetime]]:
    """The meetings onto whose agenda she can still be put: key, name and moment."""
    taking = [m.Status.PLANNED.value, m.Status.AGENDA_OPEN.value, m.Status.ASKED.value]
    rows = sight.visible(PanelMeeting, by).filter(status__in=taking, starts_at__gt=at).order_by("starts_at")
    on = set(sight.visible(PanelItem, by).filter(client_id=client_id).values_list("meeting_id", flat=True))
    return [(row.id, row.name, row.starts_at) for row in rows[:6] if row.id not in on]


def on_agendas(*, client_id: UUID, by: Actor) -> list[tuple[UUID, UUID, str, datetime, str]]:
    """Where she stands or stood on an agenda: item, meeting, name, moment, status in words."""
    items = dict(sight.visible(PanelItem, by).filter(client_id=client_id).values_list("meeting_id", "id"))
    rows = sight.visible(PanelMeeting, by).filter(id__in=list(items)).order_by("-starts_at")
    return [(items[row.id], row.id, row.name, row.starts_at, m.Status(row.status).label) for row in rows]
