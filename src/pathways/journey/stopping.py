"""She stops it all, in one step, from any stage; everybody involved is told, and nobody is told why.

Contact is stopped by the row itself, which the gate reads: what follows here only makes it true everywhere
else. Police learn nothing of a pause, and of the rest no more than "closed".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action as Do
from pathways.domain.governance.policy import Resource
from pathways.domain.outcomes import followup
from pathways.domain.reach import approach, stop
from pathways.domain.reach.stop import WORKFLOW, AskedBy, Kind, Reason, Status
from pathways.domain.referral import referral
from pathways.domain.support import closure, engagement, episode
from pathways.domain.support.path import Stage
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import ALONGSIDE_ROLES, Role, Sector
from pathways.journey import gate, her, identity, kept_out, ledger, police_sight, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Approach,
    Client,
    Closure,
    Contact,
    Engagement,
    Episode,
    FollowUp,
    Involvement,
    JourneyEvent,
    Message,
    MessageKind,
    Organisation,
    ParticipationAgreement,
    Referral,
    Stop,
)

TASK, ROUTE = "stop", "messages:read"
#: An organisation has so long to acknowledge that it has stopped.
ACKNOWLEDGE_WITHIN = timedelta(hours=4)

_EVENTS = {
    Kind.DECLINE: EventKind.DECLINED,
    Kind.PAUSE: EventKind.PAUSED,
    Kind.WITHDRAW: EventKind.WITHDRAWN,
}
_OUTCOMES = {Kind.DECLINE: closure.Outcome.DECLINED, Kind.WITHDRAW: closure.Outcome.WITHDRAWN_CONSENT}


def stop_all(
    *,
    client_id: UUID,
    kind: Kind,
    asked_by: AskedBy,
    reason: Reason = Reason.NOT_SAID,
    words: str = "",
    by: Actor,
    at: datetime,
) -> Outcome:
    """She declines, pauses or withdraws: from this moment nobody contacts her.

    For anybody who works with her. One transaction: the stop, her episode, what was planned with her, her
    open referrals and follow-ups, and a notice to every organisation involved.
    """
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        if client is None:
            return refusal(sight.NOT_THERE)
        if by.role not in ALONGSIDE_ROLES:
            return refusal(
                decision.no("Only those who work with her can record this.", ask="the coordinator")
            )
        with identity.clerk(by):
            where = (
                Episode.objects.select_for_update(of=("self",))
                .filter(client_id=client_id)
                .order_by("-number")
                .first()
            )
        if where is None:
            return refusal(decision.no("She has no episode, so there is nothing to stop."))
        around = _surroundings(client, where, by)
        if not (answer := stop.may_stop(kind, around)):
            return refusal(answer)
        row = Stop(
            client_id=client_id,
            organisation_id=client.organisation_id,
            episode=where,
            kind=kind.value,
            asked_by=asked_by.value,
            stage=_stage(where, by),
            reason_code=reason.value,
            words=words.strip(),
            stopped_at=at,
            recorded_by_id=by.account_id,
            recorded_by_organisation_id=by.organisation_id,
        )
        if not (answer := sight.may(by, Do.CREATE, row)):
            return refusal(answer)
        _set_aside(client_id, by, at)
        row.save(force_insert=True)
        ledger.record(
            _EVENTS[kind],
            by=by,
            at=at,
            case_id=where.case_id,
            client_id=client_id,
            episode_id=where.id,
            detail={"stage": row.stage, "reason": reason.value},
        )
        follows = stop.what_follows(kind, around)
        with identity.clerk(by):
            _follow(row, where, follows, by, at)
        told = _notify(client, row, follows.tell, MessageKind.STOP, by, at)
        police_sight.update(case_id=where.case_id, by=by, at=at)
        return done(
            row.id,
            reference=client.reference,
            next=(
                "Nothing goes to her from now on.",
                f"{told} organisation(s) were told to stop and have to say that they did.",
            ),
        )


def lift(*, client_id: UUID, she_asked: bool, by: Actor, at: datetime) -> Outcome:
    """She wants to start again after a pause. After declining or withdrawing she comes back anew."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        if client is None:
            return refusal(sight.NOT_THERE)
        with identity.clerk(by):
            row = (
                Stop.objects.select_for_update(of=("self",))
                .filter(client_id=client_id, status=Status.IN_FORCE.value)
                .order_by("-stopped_at")
                .first()
            )
            where = Episode.objects.filter(pk=row.episode_id).first() if row else None
        if row is None or where is None:
            return refusal(decision.no("Nothing has been stopped."))
        facts = stop.Facts(kind=Kind(row.kind), has_she_asked_to_start=she_asked)
        if not (
            answer := WORKFLOW.may(stop.Action.LIFT, status=Status(row.status), role=by.role, facts=facts)
        ):
            return refusal(answer)
        around = _surroundings(client, where, by)
        with identity.clerk(by):
            row.status, row.lifted_at, row.lifted_by_id = Status.LIFTED.value, at, by.account_id
            row.save(update_fields=["status", "lifted_at", "lifted_by_id"])
            if where.status == episode.Status.PAUSED.value:
                where.status, where.paused_at = episode.Status.OPEN.value, None
                where.save(update_fields=["status", "paused_at"])
        ledger.record(
            EventKind.RESUMED,
            by=by,
            at=at,
            case_id=where.case_id,
            client_id=client_id,
            episode_id=where.id,
            detail={"stage": row.stage},
        )
        _notify(client, row, around.organisations, MessageKind.RESUME, by, at)
        return done(
            row.id,
            reference=client.reference,
            next=("Her safe-contact plan counts again. Go through it with her before anything is sent.",),
        )


def acknowledge(*, message_id: UUID, by: Actor, at: datetime) -> Outcome:
    """An organisation says that it has stopped all contact with her, or read that contact may start again."""
    with transaction.atomic():
        row = sight.one(Message, message_id, by, lock=True)
        if row is None or row.to_organisation_id != by.organisation_id:
            return refusal(sight.NOT_THERE)
        if row.kind not in (MessageKind.STOP.value, MessageKind.RESUME.value):
            return refusal(decision.no("This message asks for no acknowledgement."))
        if row.read_at is not None:
            return done(row.id)
        row.read_at, row.read_by_id = at, by.account_id
        row.save(update_fields=["read_at", "read_by_id"])
        tasks.settle(TASK, object_id=row.id, by=by, at=at)
        if row.kind == MessageKind.STOP.value and row.client_id is not None:
            where = gate.standing(row.client_id, by).episode
            ledger.record(
                EventKind.STOP_TOLD,
                by=by,
                at=at,
                case_id=where.case_id if where else None,
                client_id=row.client_id,
                episode_id=where.id if where else None,
                detail={"provider": str(by.organisation_id)},
            )
        return done(row.id, reference=row.reference, next=("The coordinator can see that you have stopped.",))


def _surroundings(client: Client, where: Episode, by: Actor) -> stop.Surroundings:
    """Whether she had agreed, what runs, and everybody who works with her or was asked to."""
    with identity.clerk(by):
        involved = Involvement.objects.filter(client_id=client.id, until_at__isnull=True)
        asked = Referral.objects.filter(
            client_id=client.id, status__in=[one.value for one in referral.PENDING]
        )
        organisations = {*involved.values_list("organisation_id", flat=True)}
        organisations |= {*asked.values_list("to_organisation_id", flat=True)}
        held = Stop.objects.filter(client_id=client.id, status=Status.IN_FORCE.value).first()
        agreed = ParticipationAgreement.objects.filter(episode=where, ended_at__isnull=True).exists()
    return stop.Surroundings(
        has_agreed=agreed,
        has_open_episode=where.status != episode.Status.CLOSED.value,
        organisations=tuple(sorted(str(one) for one in organisations)),
        in_force=Kind(held.kind) if held else None,
    )


def _set_aside(client_id: UUID, by: Actor, at: datetime) -> None:
    """A pause that she turns into more has done its work."""
    with identity.clerk(by):
        Stop.objects.filter(client_id=client_id, status=Status.IN_FORCE.value).update(
            status=Status.LIFTED.value, lifted_at=at, lifted_by_id=by.account_id
        )


_REACHED = {
    EventKind.IDENTIFIED: Stage.IDENTIFIED,
    EventKind.PLAN_CONFIRMED: Stage.SAFE_CONTACT,
    EventKind.CONTACT_PLANNED: Stage.SAFE_CONTACT,
    EventKind.CONTACTED: Stage.CONTACTED,
    EventKind.AGREED: Stage.AGREED,
    EventKind.ASSESSMENT_COMPLETED: Stage.ASSESSED,
    EventKind.TRIAGED: Stage.TRIAGED,
    EventKind.REFERRAL_SENT: Stage.REFERRED,
    EventKind.REFERRAL_ACCEPTED: Stage.ACCEPTED,
    EventKind.SUPPORT_STARTED: Stage.STARTED,
    EventKind.REVIEWED: Stage.REVIEWED,
    EventKind.CLOSED: Stage.CLOSED,
}


def _stage(where: Episode, by: Actor) -> str:
    """How far she had come."""
    with identity.clerk(by):
        kinds = set(JourneyEvent.objects.filter(episode_id=where.id).values_list("kind", flat=True))
    reached = {stage for kind, stage in _REACHED.items() if kind.value in kinds}
    return max(reached, key=list(Stage).index, default=Stage.IDENTIFIED).value


def _follow(row: Stop, where: Episode, follows: stop.Consequences, by: Actor, at: datetime) -> None:
    """What a stop entails on every side. As the clerk: most of it is not the asker's to see."""
    Contact.objects.filter(
        client_id=row.client_id,
        happened_at__isnull=True,
        recorded_at__isnull=True,
        cancelled_at__isnull=True,
        planned_at__isnull=False,
    ).update(cancelled_at=at)
    if follows.pauses_episode and where.status == episode.Status.OPEN.value:
        where.status, where.paused_at = episode.Status.PAUSED.value, at
        where.save(update_fields=["status", "paused_at"])
    if follows.withdraws_referrals:
        _withdraw_referrals(row, where, by, at)
    if not follows.ends_follow_up:
        return
    tasks.overtake(client_id=row.client_id, by=by, at=at)
    FollowUp.objects.filter(
        client_id=row.client_id,
        status__in=[followup.Status.DUE.value, followup.Status.NOT_REACHED.value],
    ).update(status=followup.Status.DECLINED.value, recorded_at=at, recorded_by_id=by.account_id)
    ended = [approach.Status.DECLINED.value, approach.Status.AGREED.value]
    for one in Approach.objects.filter(episode=where).exclude(status__in=ended):
        one.status, one.ended_at = approach.Status.DECLINED.value, at
        one.save(update_fields=["status", "ended_at"])
        tasks.settle("approach", object_id=one.id, by=by, at=at)
        tasks.settle("approach_unreached", object_id=one.id, by=by, at=at)
    Engagement.objects.filter(episode=where, ended_at__isnull=True).update(
        status=engagement.Status.DISENGAGED.value, ended_at=at
    )
    ParticipationAgreement.objects.filter(episode=where, ended_at__isnull=True).update(ended_at=at)
    if follows.closes_episode:
        Closure.objects.filter(episode=where, status=closure.Status.PROPOSED.value).update(
            status=closure.Status.RETURNED.value
        )
        where.status, where.closed_at, where.paused_at = episode.Status.CLOSED.value, at, None
        where.outcome = _OUTCOMES[Kind(row.kind)].value
        where.save(update_fields=["status", "closed_at", "paused_at", "outcome"])


def _withdraw_referrals(row: Stop, where: Episode, by: Actor, at: datetime) -> None:
    started = set(
        Engagement.objects.filter(episode=where, started_at__isnull=False).values_list(
            "referral_id", flat=True
        )
    )
    open_now = [referral.Status.DRAFT, *referral.PENDING, referral.Status.ACCEPTED]
    for one in Referral.objects.filter(client_id=row.client_id, status__in=[s.value for s in open_now]):
        if one.id in started:
            continue  # support had begun: it ends as an engagement
        was_sent = one.status != referral.Status.DRAFT.value
        one.status, one.ended_at = referral.Status.WITHDRAWN.value, at
        one.save(update_fields=["status", "ended_at"])
        if was_sent:
            ledger.record(
                EventKind.REFERRAL_WITHDRAWN,
                by=by,
                at=at,
                case_id=where.case_id,
                client_id=row.client_id,
                episode_id=where.id,
                detail={"referral": str(one.id), "reason": "she_stopped"},
            )


_SAID = {
    Kind.DECLINE: "Stop all contact with her now. She does not want to take part.",
    Kind.PAUSE: "Stop all contact with her now. She has asked for a pause.",
    Kind.WITHDRAW: "Stop all contact with her now. She no longer takes part.",
}


def _notify(
    client: Client, row: Stop, tell: tuple[str, ...], kind: MessageKind, by: Actor, at: datetime
) -> int:
    """A notice and an urgent piece of work for every organisation involved, but never for police."""
    is_stop = kind is MessageKind.STOP
    body = _SAID[Kind(row.kind)] if is_stop else "She wants to start again: contact may go on, by her plan."
    title = "Stop all contact with a woman" if is_stop else "Contact with a woman may start again"
    out = kept_out.of_her(client.id, by=by)
    sectors = dict(Organisation.objects.filter(id__in=tell).values_list("id", "sector"))
    told = 0
    for organisation_id, sector in sectors.items():
        if sector == Sector.POLICE.value or organisation_id in out.organisations:
            continue
        message = Message(
            kind=kind.value,
            client_id=client.id,
            reference=client.reference,
            from_organisation_id=by.organisation_id,
            to_organisation_id=organisation_id,
            body=body,
            sent_at=at,
            sent_by_id=by.account_id,
        )
        with identity.clerk(by):
            message.save(force_insert=True)
        told += 1
        tasks.set_task(
            TASK,
            title,
            organisation_id=organisation_id,
            client_id=client.id,
            by=by,
            at=at,
            route=ROUTE,
            object_id=message.id,
            due_at=at + ACKNOWLEDGE_WITHIN,
            is_urgent=is_stop,
        )
    return told


# --- reading ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    """One organisation that was told, and whether it has said that it stopped."""

    organisation: str
    told_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class Page:
    """What she can ask for now, and what is in force."""

    person: her.Banner
    kinds: tuple[stop.Kind, ...]
    in_force: stop.Kind | None
    since: datetime | None
    words: str
    may_lift: bool
    notices: tuple[Notice, ...]


def page(*, client_id: UUID, by: Actor, at: datetime) -> Page | None:
    person = her.banner(client_id=client_id, by=by, at=at)
    client = sight.one(Client, client_id, by)
    if person is None or client is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.STOP, subjects=[client_id], route="reach:stop")
    standing = gate.standing(client_id, by)
    where, held = standing.episode, standing.stop
    kinds = stop.kinds_open(_surroundings(client, where, by)) if where else ()
    notices: tuple[Notice, ...] = ()
    if held is not None and by.role in (Role.COORDINATOR, Role.SUPPORT_WORKER, Role.SUPERVISOR):
        notices = _notices(client_id, held, by)
    return Page(
        person=person,
        kinds=kinds,
        in_force=Kind(held.kind) if held else None,
        since=held.stopped_at if held else None,
        words=held.words if held and sight.may_read("words", held, by) else "",
        may_lift=bool(held and Kind(held.kind) is Kind.PAUSE),
        notices=notices,
    )


def _notices(client_id: UUID, held: Stop, by: Actor) -> tuple[Notice, ...]:
    with identity.clerk(by):
        rows = list(
            Message.objects.filter(
                client_id=client_id, kind=MessageKind.STOP.value, sent_at__gte=held.stopped_at
            )
        )
    places = dict(Organisation.objects.values_list("id", "name"))
    names = identity.names_of({row.read_by_id for row in rows if row.read_by_id})
    return tuple(
        Notice(
            places.get(row.to_organisation_id, ""),
            row.sent_at,
            row.read_at,
            names.get(row.read_by_id, "") if row.read_by_id else "",
        )
        for row in sorted(rows, key=lambda one: places.get(one.to_organisation_id, ""))
    )
