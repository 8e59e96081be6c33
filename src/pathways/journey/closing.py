"""Closed: proposed by her worker, signed off by somebody else, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.outcomes import followup
from pathways.domain.referral import referral
from pathways.domain.support import closure, episode, goal
from pathways.domain.support.reasons import EndReason
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.journey import (
    alongside,
    her,
    identity,
    involving,
    kept_out,
    ledger,
    level_readings,
    naming,
    police_sight,
    sight,
    tasks,
)
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Approach,
    Closure,
    Contact,
    Engagement,
    Episode,
    FollowUp,
    Goal,
    Involvement,
    InvolvementKind,
    Organisation,
    Referral,
)

#: Her worker keeps sight of her until so long after the last follow-up is due.
SIGHT_AFTER_LAST_WAVE = timedelta(weeks=8)

#: to those who supported her elsewhere: her time with the programme has ended
ENDED = "time_ended"

_PENDING = [
    status.value
    for status in (
        referral.Status.SENT,
        referral.Status.ACKNOWLEDGED,
        referral.Status.WAITLISTED,
    )
]


def propose(
    *,
    client_id: UUID,
    outcome: closure.Outcome | None,
    reason: EndReason | None,
    summary: str,
    step_down: str,
    is_exit_talk_offered: bool | None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Proposes to close her episode, or sends a returned proposal for sign-off again."""
    with transaction.atomic():
        if alongside.her(client_id, by) is None:
            return refusal(sight.NOT_THERE)
        where = alongside.episode_now(client_id, by)
        said = closure.Proposal(outcome, reason, step_down, is_exit_talk_offered, _goals_open(client_id, by))
        answer = decision.every(_may_propose(where, by), closure.complete(said))
        if not answer or where is None or outcome is None:
            return refusal(answer)
        row = _open_proposal(where, by)
        if row is not None and not (
            answer := closure.WORKFLOW.may(
                closure.Action.PROPOSE_AGAIN, status=closure.Status(row.status), role=by.role
            )
        ):
            return refusal(answer)
        row = row or Closure(client_id=client_id, organisation_id=by.organisation_id, episode_id=where.id)
        row.status = closure.Status.PROPOSED.value
        row.outcome, row.reason_code = outcome.value, reason.value if reason else ""
        row.summary, row.step_down, row.return_words = summary, step_down, ""
        row.exit_interview = {True: "offered", False: "not_offered", None: ""}[is_exit_talk_offered]
        row.proposed_at, row.proposed_by_id = at, by.account_id
        row.save()
        ledger.altered(by=by, at=at, resource=Resource.CLOSURE, subjects=[client_id])
        tasks.settle("closure_returned", object_id=row.id, by=by, at=at)
        tasks.set_task(
            "sign_off",
            "Sign off a closure",
            organisation_id=by.organisation_id,
            role=Role.COORDINATOR if by.role is Role.COORDINATOR else Role.SUPERVISOR,
            client_id=client_id,
            route="support:sign_off",
            object_id=row.id,
            due_at=clocks.WorkingTime().due_after_days(at, 5),
            by=by,
            at=at,
        )
        return done(row.id, client_id=client_id)


def sign_off(*, closure_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Signs off a closure that somebody else proposed: her episode ends, and follow-ups are planned."""
    with transaction.atomic():
        row = sight.one(Closure, closure_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        where = alongside.episode_by_id(row.episode_id, by)
        facts = closure.Facts(is_own_proposal=row.proposed_by_id == by.account_id)
        status = closure.Status(row.status)
        answer = decision.every(
            closure.WORKFLOW.may(closure.Action.SIGN_OFF, status=status, role=by.role, facts=facts),
            _may_close(where, by),
            level_readings.may_end(where.id, by=by)
            if closure.Outcome(row.outcome) in closure.OUR_WORD
            else decision.yes(),
        )
        if not answer:
            return refusal(answer)
        row.status = closure.Status.SIGNED_OFF.value
        row.signed_at, row.signed_by_id = at, by.account_id
        row.save(update_fields=["status", "signed_at", "signed_by_id"])
        planned = _close(row, where, by=by, at=at)
        return done(row.id, next=_next(planned), client_id=row.client_id)


def return_it(*, closure_id: UUID, words: str, by: Actor, at: datetime) -> Outcome:
    """Returns a proposal to its worker, with what is still to do."""
    with transaction.atomic():
        row = sight.one(Closure, closure_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        status = closure.Status(row.status)
        answer = decision.every(
            closure.WORKFLOW.may(closure.Action.RETURN, status=status, role=by.role),
            decision.yes() if words.strip() else decision.no("Write what is still to do."),
        )
        if not answer:
            return refusal(answer)
        row.status, row.return_words = closure.Status.RETURNED.value, words
        row.save(update_fields=["status", "return_words"])
        ledger.altered(by=by, at=at, resource=Resource.CLOSURE, subjects=[row.client_id])
        tasks.settle("sign_off", object_id=row.id, by=by, at=at)
        tasks.set_task(
            "closure_returned",
            "A closure was returned to you",
            organisation_id=row.organisation_id,
            account_id=row.proposed_by_id,
            client_id=row.client_id,
            route="support:close",
            object_id=row.client_id,
            by=by,
            at=at,
        )
        return done(row.id, client_id=row.client_id)


def close_before_support(
    *, client_id: UUID, outcome: closure.Outcome, summary: str, by: Actor, at: datetime
) -> Outcome:
    """Closes an episode that never reached support: she could not be reached, or wanted advice only.

    Nothing was begun that a second person would have to weigh, so the coordinator closes it alone.
    """
    with transaction.atomic():
        if alongside.her(client_id, by) is None:
            return refusal(sight.NOT_THERE)
        where = alongside.episode_now(client_id, by)
        answer = decision.every(
            decision.yes()
            if by.role is Role.COORDINATOR
            else decision.no("The coordinator closes before support has begun.", ask="the coordinator"),
            _may_propose(where, by),
            decision.yes()
            if outcome in (closure.Outcome.NOT_REACHED, closure.Outcome.ADVICE_ONLY)
            else decision.no("This way of closing is for women who were not reached or wanted advice only."),
        )
        if not answer or where is None:
            return refusal(answer)
        with identity.clerk(by):
            began = Engagement.objects.filter(episode_id=where.id, started_at__isnull=False).exists()
        if began:
            return refusal(
                decision.no("Her support has begun: her worker proposes to close.", ask="her worker")
            )
        if not (answer := _may_close(where, by)):
            return refusal(answer)
        if outcome in closure.OUR_WORD and not (
            answer := level_readings.may_end(where.id, by=by)
        ):
            return refusal(answer)
        row = _open_proposal(where, by) or Closure(
            client_id=client_id, organisation_id=by.organisation_id, episode_id=where.id
        )
        row.status, row.outcome, row.summary = closure.Status.SIGNED_OFF.value, outcome.value, summary
        row.proposed_at, row.proposed_by_id = at, by.account_id
        row.signed_at, row.signed_by_id = at, identity.MACHINE.account_id
        row.save()
        planned = _close(row, where, by=by, at=at)
        return done(row.id, next=_next(planned), client_id=client_id)


def _goals_open(client_id: UUID, by: Actor) -> int:
    return (
        sight.visible(Goal, by)
        .filter(client_id=client_id, organisation_id=by.organisation_id, status=goal.Status.OPEN.value)
        .count()
    )


def _may_propose(where: Episode | None, by: Actor) -> Decision:
    if by.role not in ALONGSIDE_ROLES:
        return decision.no("Closing is for her worker, a supervisor or the coordinator.", ask="her worker")
    if where is None or not alongside.is_running(where):
        return decision.no("She has no open episode.")
    leads = where.lead_organisation_id
    if by.role is not Role.COORDINATOR and leads is not None and leads != by.organisation_id:
        return decision.no(
            "Another organisation leads her support: her lead professional closes.", ask="the coordinator"
        )
    return decision.yes()


def _open_proposal(where: Episode, by: Actor) -> Closure | None:
    return (
        sight.visible(Closure, by)
        .filter(episode_id=where.id)
        .exclude(status=closure.Status.SIGNED_OFF.value)
        .select_for_update(of=("self",))
        .first()
    )


def _may_close(where: Episode, by: Actor) -> Decision:
    """The episode's own gate, as it will stand once the closure has been signed off."""
    with identity.clerk(by):
        pending = Referral.objects.filter(episode_id=where.id, status__in=_PENDING).count()
    facts = episode.Facts(closure=closure.Status.SIGNED_OFF, referrals_pending=pending)
    return episode.WORKFLOW.may(
        episode.Action.CLOSE, status=episode.Status(where.status), role=by.role, facts=facts
    )


def _close(row: Closure, where: Episode, *, by: Actor, at: datetime) -> int:
    """Ends her episode and all that hangs on it. How many follow-ups were planned."""
    ended_as = closure.Outcome(row.outcome)
    others = _others(row.client_id, by)
    waves = followup.planned(ended_as, closed_on=clocks.local(at).date())
    tasks.settle("sign_off", object_id=row.id, by=by, at=at)
    tasks.overtake(client_id=row.client_id, by=by, at=at)
    with identity.clerk(by):
        kept = _who_follows_up(row, where) if waves else None
        where.status, where.closed_at, where.outcome = episode.Status.CLOSED.value, at, ended_as.value
        where.save(update_fields=["status", "closed_at", "outcome"])
        Contact.objects.filter(
            client_id=row.client_id, recorded_at__isnull=True, cancelled_at__isnull=True
        ).update(cancelled_at=at)
        Engagement.objects.filter(episode_id=where.id, ended_at__isnull=True).update(
            ended_at=at, review_due=None
        )
        Approach.objects.filter(episode_id=where.id, ended_at__isnull=True).update(ended_at=at)
        Referral.objects.filter(
            episode_id=where.id, status=referral.Status.ACCEPTED.value, ended_at__isnull=True
        ).update(ended_at=at)
        for wave, due in waves:
            FollowUp(
                client_id=row.client_id,
                organisation_id=kept[1] if kept else row.organisation_id,
                episode_id=where.id,
                wave=wave.months,
                due_on=due,
                worker_id=kept[0] if kept else None,
            ).save(force_insert=True)
    alongside.tell(
        EventKind.CLOSED,
        where,
        by=by,
        at=at,
        detail={"outcome": ended_as.value, "reason": row.reason_code},
    )
    _end_sight(row, kept, waves[-1][1] if waves else None, by=by, at=at)
    _tell_others(row.client_id, others, by=by, at=at)
    police_sight.update(case_id=where.case_id, by=by, at=at)
    return len(waves)


def _who_follows_up(row: Closure, where: Episode) -> tuple[UUID, UUID] | None:
    """(account, organisation) of her key worker: her lead professional, else who proposed, else anyone."""
    live = Involvement.objects.filter(
        client_id=row.client_id,
        until_at__isnull=True,
        account_id__isnull=False,
        kind__in=[InvolvementKind.SUPPORT, InvolvementKind.APPROACH],
    )
    for account_id in (where.lead_account_id, row.proposed_by_id):
        found = live.filter(account_id=account_id).first() if account_id else None
        if found is not None and found.account_id is not None:
            return found.account_id, found.organisation_id
    first = live.filter(organisation_id=row.organisation_id).first() or live.first()
    return (first.account_id, first.organisation_id) if first and first.account_id else None


def _end_sight(
    row: Closure, kept: tuple[UUID, UUID] | None, last_due: date | None, *, by: Actor, at: datetime
) -> None:
    """Everybody stops seeing her but the coordinator, and her key worker until the last follow-up."""
    with identity.clerk(by):
        live = list(
            Involvement.objects.filter(client_id=row.client_id, until_at__isnull=True).exclude(
                kind=InvolvementKind.COORDINATION
            )
        )
        keep = next(
            (
                each
                for each in live
                if (each.account_id, each.organisation_id) == kept and each.kind != InvolvementKind.COVER
            ),
            None,
        )
        if keep is not None and last_due is not None:
            last = datetime(last_due.year, last_due.month, last_due.day, tzinfo=clocks.LONDON)
            keep.expires_at = last + SIGHT_AFTER_LAST_WAVE
            keep.save(update_fields=["expires_at"])
        ended = [each for each in live if keep is None or each.id != keep.id]
        Involvement.objects.filter(pk__in=[each.id for each in ended]).update(until_at=at)
    still = involving.organisations_of(row.client_id, by=by)
    for organisation_id in {each.organisation_id for each in ended} - still:
        naming.forget(row.client_id, organisation_id, by=by)


def _others(client_id: UUID, by: Actor) -> dict[UUID, set[UUID]]:
    """The other organisations that support her now, each with those of its people who may be told.

    An organisation, or a person, that is kept from her record is not among them.
    """
    out = kept_out.of_her(client_id, by=by)
    with identity.clerk(by):
        rows = list(
            Involvement.objects.filter(client_id=client_id, until_at__isnull=True)
            .exclude(kind=InvolvementKind.COORDINATION)
            .exclude(organisation_id=by.organisation_id)
            .values_list("organisation_id", "account_id")
        )
    found: dict[UUID, set[UUID]] = {}
    for organisation_id, account_id in rows:
        if not out.includes(account_id=account_id, organisation_id=organisation_id):
            found.setdefault(organisation_id, set()).update([account_id] if account_id else [])
    return found


def _tell_others(client_id: UUID, others: dict[UUID, set[UUID]], *, by: Actor, at: datetime) -> None:
    """Tells those who supported her elsewhere that it has ended, without a reason.

    The task outlasts their sight of her record: without it she would be gone without a word. Whose it is they
    are told beside it, by her reference, for as long as she has one (`home.waiting`): the title keeps none.
    """
    title = "A woman’s time with the programme has ended"
    for organisation_id, accounts in others.items():
        whom: list[UUID | None] = [*accounts] or [None]
        for account_id in whom:
            tasks.set_task(
                ENDED,
                title,
                organisation_id=organisation_id,
                account_id=account_id,
                client_id=client_id,
                by=by,
                at=at,
            )


def _next(planned: int) -> tuple[str, ...]:
    if not planned:
        return ("No follow-up is planned. What was planned with her has been called off.",)
    return (
        "What was planned with her has been called off.",
        "Her worker asks how she is in 3, 6 and 12 months.",
    )


# --- reads ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposed:
    """A closure as its signatory, and its worker, see it."""

    id: UUID
    client_id: UUID
    status: closure.Status
    outcome: closure.Outcome
    reason: EndReason | None
    summary: str
    step_down: str
    exit_talk: str
    proposed_at: datetime
    proposed_by: str
    signed_at: datetime | None
    return_words: str
    may_sign: Decision
    follow_ups: int
    name: str = ""
    reference: str = ""
    still_with: tuple[str, ...] = ()


def waiting(*, by: Actor, at: datetime) -> list[Proposed]:
    """Closures that wait for a sign-off at this organisation, the oldest first."""
    rows = list(
        sight.visible(Closure, by).filter(status=closure.Status.PROPOSED.value).order_by("proposed_at")
    )
    return _shown(rows, by, at, route="support/sign-offs")


def one(*, closure_id: UUID, by: Actor, at: datetime) -> Proposed | None:
    row = sight.one(Closure, closure_id, by)
    if row is None:
        return None
    return replace(
        _shown([row], by, at, route="support/sign-off")[0], still_with=still_with(row.client_id, by)
    )


def still_with(client_id: UUID, by: Actor) -> tuple[str, ...]:
    """The other organisations that still support her, by name: they lose her when her episode closes."""
    places = Organisation.objects.filter(pk__in=_others(client_id, by))
    return tuple(places.order_by("name").values_list("name", flat=True))


def of_her(*, client_id: UUID, by: Actor, at: datetime) -> Proposed | None:
    """The newest closure of hers that this person may read."""
    row = sight.visible(Closure, by).filter(client_id=client_id).first()
    return None if row is None else _shown([row], by, at, route="support/closure")[0]


def _shown(rows: list[Closure], by: Actor, at: datetime, *, route: str) -> list[Proposed]:
    banners = her.banners(client_ids={row.client_id for row in rows}, by=by, at=at)
    names = identity.names_of({row.proposed_by_id for row in rows})
    if rows:
        ledger.read(
            by=by, at=at, resource=Resource.CLOSURE, subjects=[r.client_id for r in rows], route=route
        )
    return [
        Proposed(
            id=row.id,
            client_id=row.client_id,
            status=closure.Status(row.status),
            outcome=closure.Outcome(row.outcome),
            reason=EndReason(row.reason_code) if row.reason_code else None,
            summary=row.summary,
            step_down=row.step_down,
            exit_talk={"offered": "Offered", "not_offered": "Not offered"}.get(row.exit_interview, ""),
            proposed_at=row.proposed_at,
            proposed_by=names.get(row.proposed_by_id, "a colleague"),
            signed_at=row.signed_at,
            return_words=row.return_words,
            may_sign=closure.WORKFLOW.may(
                closure.Action.SIGN_OFF,
                status=closure.Status(row.status),
                role=by.role,
                facts=closure.Facts(is_own_proposal=row.proposed_by_id == by.account_id),
            ),
            follow_ups=len(followup.planned(closure.Outcome(row.outcome), closed_on=clocks.local(at).date())),
            name=banners[row.client_id].name if row.client_id in banners else "",
            reference=banners[row.client_id].reference if row.client_id in banners else "",
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class BeforeClosing:
    """What is asked before closing: goals still open, and whether closing can be proposed at all."""

    may: Decision
    goals_open: int
    returned: Proposed | None
    is_before_support: bool
    still_with: tuple[str, ...] = ()


def before(*, client_id: UUID, by: Actor, at: datetime) -> BeforeClosing | None:
    """What a person who wants to close should know first; None when she is not there for them."""
    if alongside.her(client_id, by) is None:
        return None
    where = alongside.episode_now(client_id, by)
    last = of_her(client_id=client_id, by=by, at=at)
    may = _may_propose(where, by)
    open_now = last is not None and where is not None and last.status is closure.Status.PROPOSED
    if open_now and may:
        may = decision.no("A closure waits for sign-off already.", ask="a supervisor")
    with identity.clerk(by):
        began = (
            where is not None
            and Engagement.objects.filter(episode_id=where.id, started_at__isnull=False).exists()
        )
    returned = last if last is not None and last.status is closure.Status.RETURNED else None
    return BeforeClosing(may, _goals_open(client_id, by), returned, not began, still_with(client_id, by))
