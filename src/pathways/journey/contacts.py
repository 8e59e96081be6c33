"""Supported: contacts planned, held and missed, what was said at them, and groups.

A contact says when, how and whether she came. What was said is a CaseNote, which belongs to the organisation
that wrote it and which police never read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.support import contact
from pathways.domain.support.reasons import Absence, NotHeld
from pathways.domain.terms import clocks
from pathways.domain.terms.contact import Attendance, Channel, ContactMode, Purpose
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role
from pathways.journey import alongside, correcting, gate, identity, ledger, outgoing, programme, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import CaseNote, Client, Contact, Engagement, Episode, GroupSession, Involvement

#: What an appointment of each kind would use to reach her.
REACHES_BY = {
    ContactMode.FACE_TO_FACE: Channel.IN_PERSON,
    ContactMode.HOME_VISIT: Channel.IN_PERSON,
    ContactMode.GROUP: Channel.IN_PERSON,
    ContactMode.ACCOMPANIED: Channel.IN_PERSON,
    ContactMode.TELEPHONE: Channel.CALL,
    ContactMode.VIDEO: Channel.CALL,
    ContactMode.TEXT: Channel.TEXT,
}

#: to the supervisor and the coordinator: we were in contact with her while a stop was in force
DESPITE_STOP = "contact_despite_stop"

NO_EPISODE = decision.no("She has no open episode.", ask="the coordinator")


# --- verbs ------------------------------------------------------------------------------------------


def plan(*, client_id: UUID, planned_at: datetime, mode: ContactMode, by: Actor, at: datetime) -> Outcome:
    """Plans an appointment, if her safe-contact plan allows it at that hour."""
    with transaction.atomic():
        if alongside.her(client_id, by) is None:
            return refusal(sight.NOT_THERE)
        where = alongside.episode_now(client_id, by)
        if where is None or not alongside.is_running(where):
            return refusal(NO_EPISODE)
        if planned_at <= at:
            return refusal(decision.no("This lies in the past: record the contact instead."))
        answer = outgoing.may_reach(
            client_id=client_id,
            channel=REACHES_BY[mode],
            purpose=Purpose.APPOINTMENT,
            by=by,
            at=planned_at,
        )
        if not answer:
            return refusal(answer)
        row = _new(client_id, where, by)
        row.planned_at, row.mode = planned_at, mode.value
        row.save(force_insert=True)
        ledger.altered(by=by, at=at, resource=Resource.CONTACT, subjects=[client_id])
        return done(row.id)


def record(
    *,
    client_id: UUID,
    happened_at: datetime,
    is_held: bool | None,
    attendance: Attendance | None = None,
    not_held: NotHeld | None = None,
    absence: Absence | None = None,
    mode: ContactMode | None = None,
    minutes: int | None = None,
    note: str = "",
    contact_id: UUID | None = None,
    began: contact.BegunBy | None = None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Records what became of a contact, a planned one (`contact_id`) or one that was not planned.

    The first that she came to after a service accepted her is the beginning of its support. What happened
    while all contact with her is stopped is recorded too, since it is the truth: then `began` says who
    began it, and when we did, her supervisor and the coordinator are told.
    """
    with transaction.atomic():
        return recorded(
            contact.Record(happened_at, is_held, attendance, not_held, absence, mode, minutes),
            client_id=client_id,
            note=note,
            contact_id=contact_id,
            began=began,
            by=by,
            at=at,
        )


def recorded(
    said: contact.Record,
    *,
    client_id: UUID,
    note: str = "",
    contact_id: UUID | None = None,
    began: contact.BegunBy | None = None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """What `record` does: also for one row of a sheet, in the transaction of that."""
    if alongside.her(client_id, by) is None:
        return refusal(sight.NOT_THERE)
    if not (answer := contact.complete(said, now=at)):
        return refusal(answer)
    row = None
    if contact_id is not None:
        row = _planned(contact_id, by)
        if row is None or row.client_id != client_id:
            return refusal(sight.NOT_THERE)
        if not (answer := _may_still_record(row)):
            return refusal(answer)
    where = alongside.episode_now(client_id, by)
    if where is None:
        return refusal(NO_EPISODE)
    if not (answer := _not_before(where, said.at)):
        return refusal(answer)
    stopped = stopped_since(client_id, by)
    is_despite_stop = bool(said.is_held and stopped is not None and said.at >= stopped)
    if is_despite_stop and began is None:
        return refusal(decision.no("She has asked for a stop: say who began this contact."))
    row = _write(
        row or _new(client_id, where, by),
        said,
        where,
        began=began if is_despite_stop else None,
        by=by,
        at=at,
    )
    if note.strip():
        _note(client_id, where, note, by=by, at=at, contact_row=row)
    if contact.is_worrying(said):
        _make_sure(client_id, by=by, at=at)
    if is_despite_stop and began is contact.BegunBy.US:
        _report_despite_stop(client_id, by=by, at=at)
        told = "She had asked for a stop: your supervisor and the coordinator are told."
        return done(row.id, next=(told, *_next(said)), client_id=client_id)
    return done(row.id, next=_next(said), client_id=client_id)


def missed(*, contact_id: UUID, absence: Absence = Absence.NOT_KNOWN, by: Actor, at: datetime) -> Outcome:
    """Records in one go that she did not come to a planned appointment."""
    with transaction.atomic():
        row = _planned(contact_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may_still_record(row)):
            return refusal(answer)
        said = contact.Record(row.planned_at or at, True, Attendance.NO, absence=absence)
        if not (answer := contact.complete(said, now=at)):
            return refusal(answer)
        where = alongside.episode_now(row.client_id, by)
        if where is None:
            return refusal(NO_EPISODE)
        _write(row, said, where, by=by, at=at)
        if contact.is_worrying(said):
            _make_sure(row.client_id, by=by, at=at)
        return done(row.id, next=_next(said), client_id=row.client_id)


def call_off(*, contact_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Takes a planned appointment off the list before it takes place."""
    with transaction.atomic():
        row = _planned(contact_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may_still_record(row)):
            return refusal(answer)
        row.cancelled_at = at
        row.save(update_fields=["cancelled_at"])
        ledger.altered(by=by, at=at, resource=Resource.CONTACT, subjects=[row.client_id])
        return done(row.id, client_id=row.client_id)


def write_note(*, client_id: UUID, body: str, by: Actor, at: datetime) -> Outcome:
    """Writes a note that is no contact: a call with another service, something to remember."""
    with transaction.atomic():
        if alongside.her(client_id, by) is None:
            return refusal(sight.NOT_THERE)
        if not body.strip():
            return refusal(decision.no("The note is empty: nothing was saved."))
        where = alongside.episode_now(client_id, by)
        if where is None:
            return refusal(NO_EPISODE)
        row = _note(client_id, where, body, by=by, at=at)
        return done(row.id, client_id=client_id)


def correct_note(*, note_id: UUID, body: str, why: str, by: Actor, at: datetime) -> Outcome:
    """Replaces a note with a corrected one. Both stay, with the reason."""
    with transaction.atomic():
        row = sight.one(CaseNote, note_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if row.written_by_id != by.account_id and by.role is not Role.SUPERVISOR:
            return refusal(
                decision.no("Only its writer corrects a note.", ask="the writer or your supervisor")
            )
        if CaseNote.objects.filter(replaces=row).exists():
            return refusal(decision.no("This note has been corrected since: correct the later one."))
        if not body.strip() or not why.strip():
            return refusal(decision.no("Write the note as it should read, and why it is corrected."))
        later = CaseNote(
            client_id=row.client_id,
            organisation_id=row.organisation_id,
            episode_id=row.episode_id,
            contact_id=row.contact_id,
            body=body,
            written_at=at,
            written_by_id=by.account_id,
            written_by_name=by.name,
            replaces=row,
            why_changed=why,
        )
        later.save(force_insert=True)
        where = alongside.episode_by_id(row.episode_id, by)
        alongside.tell(EventKind.CORRECTED, where, by=by, at=at, detail={"what": "note"})
        ledger.altered(by=by, at=at, resource=Resource.CASE_NOTE, subjects=[row.client_id])
        return done(later.id, client_id=row.client_id)


def run_group(
    *,
    group_id: UUID,
    title: str,
    happened_at: datetime,
    minutes: int,
    came: Sequence[UUID],
    late: Sequence[UUID] = (),
    by: Actor,
    at: datetime,
) -> Outcome:
    """Records a group once: each woman who came has a contact of her own, and nobody else's record shows it.

    `group_id` is made when the register is opened, so that sending it twice writes it once. Women whom the
    caller may not see are refused as if they were not there, and then nothing is written.
    """
    with transaction.atomic():
        if GroupSession.objects.filter(pk=group_id).exists():
            return done(group_id, next=("This register was saved already.",), count=0)
        everyone = list(dict.fromkeys(came))
        said = contact.Record(happened_at, True, Attendance.YES, mode=ContactMode.GROUP, minutes=minutes)
        answer = decision.every(
            decision.yes() if title.strip() else decision.no("Say which group it was."),
            decision.yes() if everyone else decision.no("Tick who came."),
            contact.complete(said, now=at),
        )
        if not answer:
            return refusal(answer)
        known = set(sight.visible(Client, by).filter(pk__in=everyone).values_list("pk", flat=True))
        if known != set(everyone):
            return refusal(sight.NOT_THERE)
        running = {key: alongside.episode_now(key, by) for key in everyone}
        if not all(_not_before(where, happened_at) for where in running.values() if where is not None):
            return refusal(decision.no("Somebody who is ticked was not with the programme yet on that day."))
        GroupSession(
            id=group_id,
            organisation_id=by.organisation_id,
            title=title.strip()[:120],
            happened_at=happened_at,
            minutes=minutes,
            recorded_at=at,
            recorded_by_id=by.account_id,
        ).save(force_insert=True)
        for client_id in everyone:
            where = running[client_id]
            if where is None or not alongside.is_running(where):
                continue
            attended = Attendance.LATE if client_id in late else Attendance.YES
            row = _new(client_id, where, by)
            row.group_id = group_id
            hers = contact.Record(happened_at, True, attended, mode=ContactMode.GROUP, minutes=minutes)
            _write(row, hers, where, by=by, at=at)
        return done(group_id, count=len(everyone))


def _not_before(where: Episode, happened_at: datetime) -> Decision:
    is_early = clocks.local(happened_at).date() < alongside.began_on(where)
    return decision.no(f"{alongside.TOO_EARLY}.") if is_early else decision.yes()


def _new(client_id: UUID, where: Episode, by: Actor) -> Contact:
    row = alongside.engagement_here(client_id, by)
    return Contact(
        client_id=client_id,
        organisation_id=by.organisation_id,
        episode_id=where.id,
        engagement_id=row.id if row is not None and row.episode_id == where.id else None,
        worker_id=by.account_id,
        sector=by.sector.value,
    )


def _planned(contact_id: UUID, by: Actor) -> Contact | None:
    rows = sight.visible(Contact, by).filter(pk=contact_id, organisation_id=by.organisation_id)
    return rows.select_for_update(of=("self",)).first()


def _may_still_record(row: Contact) -> Decision:
    if row.recorded_at is not None:
        return decision.no("This contact has been recorded already.")
    if row.cancelled_at is not None:
        return decision.no("This appointment was called off.")
    return decision.yes()


def _write(
    row: Contact,
    said: contact.Record,
    where: Episode,
    *,
    began: contact.BegunBy | None = None,
    by: Actor,
    at: datetime,
) -> Contact:
    """Keeps the record, writes its event, and moves her engagement when she came."""
    row.happened_at, row.was_held = said.at, said.is_held
    row.attended = said.attendance.value if said.attendance else ""
    row.reason_code = (said.not_held or said.absence or "") and str(said.not_held or said.absence)
    row.mode = said.mode.value if said.mode else row.mode
    row.minutes = said.minutes if contact.is_attended(said) else None
    row.worker_id, row.sector = by.account_id, by.sector.value
    row.recorded_at, row.recorded_by_id = at, by.account_id
    running = alongside.engagement_here(row.client_id, by, lock=True)
    if running is not None and running.episode_id == where.id:
        row.engagement_id = running.id
    row.save()
    detail = _codes(row, said, running) | ({"began": began.value} if began else {})
    alongside.tell(EventKind.CONTACT_RECORDED, where, by=by, at=at, detail=detail)
    if running is not None and contact.is_attended(said) and alongside.is_running(where):
        alongside.carry_on(running, where, by=by, at=at, happened_at=said.at)
    if contact.is_attended(said):
        tasks.overtake(
            client_id=row.client_id,
            kinds=(tasks.FIRST_CONTACT,),
            organisation_id=by.organisation_id,
            by=by,
            at=at,
        )
    return row


def _codes(row: Contact, said: contact.Record, running: Engagement | None) -> dict[str, object]:
    return {
        "contact": str(row.id),
        "referral": str(running.referral_id) if running is not None else None,
        "attended": row.attended,
        "happened": clocks.local(said.at).date().isoformat(),
        "mode": row.mode,
        "minutes": row.minutes,
        "sector": row.sector,
        "group": str(row.group_id) if row.group_id else None,
    }


def _note(
    client_id: UUID,
    where: Episode,
    body: str,
    *,
    by: Actor,
    at: datetime,
    contact_row: Contact | None = None,
) -> CaseNote:
    row = CaseNote(
        client_id=client_id,
        organisation_id=by.organisation_id,
        episode_id=where.id,
        contact=contact_row,
        body=body,
        written_at=at,
        written_by_id=by.account_id,
        written_by_name=by.name,
    )
    row.save(force_insert=True)
    if contact_row is None:
        alongside.tell(EventKind.NOTE_WRITTEN, where, by=by, at=at, detail={"note": str(row.id)})
    return row


def _make_sure(client_id: UUID, *, by: Actor, at: datetime) -> None:
    tasks.set_task(
        "make_sure_she_is_safe",
        "Make sure today that she is safe",
        organisation_id=by.organisation_id,
        account_id=by.account_id,
        client_id=client_id,
        route="support:contacts",
        object_id=client_id,
        due_at=clocks.WorkingTime().due_after_days(at, 0),
        is_urgent=True,
        by=by,
        at=at,
    )


def stopped_since(client_id: UUID, by: Actor) -> datetime | None:
    """Since when all contact with her is stopped, as she asked; None when nothing is stopped."""
    held = gate.standing(client_id, by).stop
    return held.stopped_at if held is not None else None


def _report_despite_stop(client_id: UUID, *, by: Actor, at: datetime) -> None:
    """Contact that we began although she had asked for none: who answers for it looks into it."""
    with identity.clerk(by):
        coordinating = Client.objects.values_list("organisation_id", flat=True).get(pk=client_id)
    for organisation_id, role, route in (
        (by.organisation_id, Role.SUPERVISOR, "support:contacts"),
        (coordinating, Role.COORDINATOR, "reach:stop"),
    ):
        tasks.set_task(
            DESPITE_STOP,
            "Contact happened although a woman had asked for a stop: look into it",
            organisation_id=organisation_id,
            role=role,
            client_id=client_id,
            route=route,
            object_id=client_id,
            due_at=programme.working().due_after_days(at, 1),
            is_urgent=True,
            by=by,
            at=at,
        )


def _next(said: contact.Record) -> tuple[str, ...]:
    if contact.is_worrying(said):
        return ("It may not have been safe for her. A task reminds you to make sure today.",)
    if said.attendance is Attendance.NO:
        return ("Plan another appointment, in a way that is safe for her.",)
    return ()


# --- reads ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """A contact as lists show it. `who` and `safe_line` are given where the list is of many women."""

    id: UUID
    client_id: UUID
    planned_at: datetime | None
    happened_at: datetime | None
    mode: str
    status: str
    colour: str
    reason: str
    minutes: int | None
    worker: str
    is_planned: bool
    is_overdue: bool
    group: str = ""

    @property
    def when(self) -> datetime | None:
        return self.happened_at or self.planned_at


@dataclass(frozen=True, slots=True)
class Note:
    """A note with its earlier version, when it corrects one."""

    id: UUID
    body: str
    written_at: datetime
    written_by: str
    contact_id: UUID | None
    before: tuple[Note, ...] = ()
    why_changed: str = ""
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class HerContacts:
    """Everything that happened between her and the asker's organisation, and what others plan."""

    client_id: UUID
    planned: tuple[Item, ...]
    past: tuple[Item, ...]
    notes: tuple[Note, ...]
    attended: int
    missed: int
    may_write: bool
    corrected: frozenset[UUID] = frozenset()


_STATUS = {
    Attendance.YES.value: ("Attended", "green"),
    Attendance.LATE.value: ("Attended, late", "turquoise"),
    Attendance.NO.value: ("Did not attend", "yellow"),
}


def _reason(code: str) -> str:
    for enum in (Absence, NotHeld):
        if code in {member.value for member in enum}:
            return enum(code).label
    return ""


def item(row: Contact, *, now: datetime, names: dict[UUID, str]) -> Item:
    """A row as an Item."""
    planned = row.recorded_at is None and row.cancelled_at is None
    if row.cancelled_at is not None:
        status, colour = "Called off", "grey"
    elif planned:
        overdue = row.planned_at is not None and row.planned_at < now
        status, colour = ("To record", "orange") if overdue else ("Planned", "blue")
    elif not row.was_held:
        status, colour = "Did not take place", "grey"
    else:
        status, colour = _STATUS.get(row.attended, ("Recorded", "grey"))
    return Item(
        id=row.id,
        client_id=row.client_id,
        planned_at=row.planned_at,
        happened_at=row.happened_at,
        mode=ContactMode(row.mode).label if row.mode else "",
        status=status,
        colour=colour,
        reason=_reason(row.reason_code),
        minutes=row.minutes,
        worker=names.get(row.worker_id, "a colleague"),
        is_planned=planned,
        is_overdue=planned and row.planned_at is not None and row.planned_at < now,
        group=row.group.title if row.group_id and row.group is not None else "",
    )


def of_her(*, client_id: UUID, by: Actor, at: datetime) -> HerContacts | None:
    """Her contacts and notes that this person may read; None when she is not there for them."""
    if alongside.her(client_id, by) is None:
        return None
    rows = list(sight.visible(Contact, by).filter(client_id=client_id))
    sessions = sight.visible(GroupSession, by).in_bulk([row.group_id for row in rows if row.group_id])
    for row in rows:
        if row.group_id:
            row.group = sessions.get(row.group_id)
    names = identity.names_of({row.worker_id for row in rows})
    items = [item(row, now=at, names=names) for row in rows]
    ledger.read(by=by, at=at, resource=Resource.CONTACT, subjects=[client_id], route="support/contacts")
    past = [one for one in items if not one.is_planned]
    return HerContacts(
        client_id=client_id,
        planned=tuple(sorted((one for one in items if one.is_planned), key=_by_plan)),
        past=tuple(sorted(past, key=_by_day, reverse=True)),
        notes=_notes(client_id, by, at),
        attended=sum(row.attended in (Attendance.YES, Attendance.LATE) for row in rows),
        missed=sum(row.attended == Attendance.NO for row in rows),
        may_write=by.role in (Role.SUPPORT_WORKER, Role.PROVIDER_WORKER, Role.SUPERVISOR),
        corrected=correcting.corrected_ids(client_id=client_id, by=by),
    )


def _by_plan(one: Item) -> float:
    return one.planned_at.timestamp() if one.planned_at else 0.0


def _by_day(one: Item) -> float:
    return one.when.timestamp() if one.when else 0.0


def _notes(client_id: UUID, by: Actor, at: datetime) -> tuple[Note, ...]:
    rows = {row.id: row for row in sight.visible(CaseNote, by).filter(client_id=client_id)}
    if rows:
        ledger.read(by=by, at=at, resource=Resource.CASE_NOTE, subjects=[client_id], route="support/contacts")
    replaced = {row.replaces_id for row in rows.values() if row.replaces_id}

    def shown(row: CaseNote) -> Note:
        before: list[Note] = []
        earlier = rows.get(row.replaces_id) if row.replaces_id else None
        if earlier is not None:
            first = shown(earlier)
            before = [first, *first.before]
        return Note(
            id=row.id,
            body=row.body,
            written_at=row.written_at,
            written_by=row.written_by_name or "a colleague",
            contact_id=row.contact_id,
            before=tuple(before),
            why_changed=row.why_changed,
            is_mine=row.written_by_id == by.account_id or by.role is Role.SUPERVISOR,
        )

    return tuple(shown(row) for row in rows.values() if row.id not in replaced)


def note(*, note_id: UUID, by: Actor, at: datetime) -> Note | None:
    """One note, for correcting it."""
    row = sight.one(CaseNote, note_id, by)
    if row is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.CASE_NOTE, subjects=[row.client_id], route="support/note")
    return Note(row.id, row.body, row.written_at, row.written_by_name, row.contact_id)


def client_of_note(*, note_id: UUID, by: Actor) -> UUID | None:
    row = sight.one(CaseNote, note_id, by)
    return None if row is None else row.client_id


def planned_one(*, contact_id: UUID, by: Actor, at: datetime) -> Item | None:
    """One planned appointment, for recording what became of it."""
    row = sight.one(Contact, contact_id, by)
    if row is None:
        return None
    return item(row, now=at, names=identity.names_of({row.worker_id}))


def mine(by: Actor) -> QuerySet[Contact]:
    """Planned appointments that are this person's: her own, and those of colleagues whom she covers for.

    A supervisor's are those of her whole organisation.
    """
    rows = sight.visible(Contact, by).filter(
        organisation_id=by.organisation_id, recorded_at__isnull=True, cancelled_at__isnull=True
    )
    if by.role is Role.SUPERVISOR:
        return rows
    covered = Involvement.objects.filter(
        account_id=by.account_id,
        organisation_id=by.organisation_id,
        until_at__isnull=True,
        kind="cover",
    ).values("client_id")
    return rows.filter(Q(worker_id=by.account_id) | Q(client_id__in=covered))


def between(*, by: Actor, at: datetime, start: datetime | None, end: datetime | None) -> list[Item]:
    """Planned appointments of this person in a stretch of time, the earliest first."""
    rows = mine(by).filter(planned_at__isnull=False)
    if start is not None:
        rows = rows.filter(planned_at__gte=start)
    if end is not None:
        rows = rows.filter(planned_at__lt=end)
    found = list(rows.order_by("planned_at")[:200])
    names = identity.names_of({row.worker_id for row in found})
    return [item(row, now=at, names=names) for row in found]


def day_of(day: date) -> tuple[datetime, datetime]:
    """A day's beginning and end in London."""
    start = datetime(day.year, day.month, day.day, tzinfo=clocks.LONDON)
    after = day + timedelta(days=1)
    return start, datetime(after.year, after.month, after.day, tzinfo=clocks.LONDON)


def was_read(*, by: Actor, at: datetime, subjects: Sequence[UUID]) -> None:
    """One event for a list of appointments that was read, with all its women."""
    ledger.read(by=by, at=at, resource=Resource.CONTACT, subjects=subjects, route="support/today")


@dataclass(frozen=True, slots=True)
class Group:
    """A group that met. Who came is not part of it."""

    id: UUID
    title: str
    happened_at: datetime
    minutes: int
    recorded_by: str


def groups(*, by: Actor, limit: int = 50) -> list[Group]:
    """The groups that this organisation ran, newest first."""
    rows = list(sight.visible(GroupSession, by)[:limit])
    names = identity.names_of({row.recorded_by_id for row in rows})
    return [
        Group(row.id, row.title, row.happened_at, row.minutes, names.get(row.recorded_by_id, "a colleague"))
        for row in rows
    ]
