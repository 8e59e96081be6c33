"""What time alone brings about. Each job is one transaction of the clerk's, and can run twice without harm.

Nothing here decides anything about her: a plan lapses because its date has passed (and blocks from that
moment, whether or not this ran), and for everything else a piece of work is put before a person.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from pathways.domain.governance import erasure
from pathways.domain.outcomes import followup
from pathways.domain.reach import approach, plan, stop
from pathways.domain.referral import referral
from pathways.domain.support import episode
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role, Sector
from pathways.domain.triage import meeting
from pathways.journey import (
    emptying,
    extracts,
    findable,
    gate,
    identity,
    involving,
    ledger,
    level_readings,
    linking,
    meetings,
    naming,
    programme,
    releasing,
    runs,
    seating,
    second_readings,
    surveying,
    taking_in,
    tasks,
    triage,
    triage_policy,
)
from pathways.records.models import (
    Appointment,
    Approach,
    Draft,
    Episode,
    Erasure,
    FollowUp,
    FormEdition,
    Involvement,
    Organisation,
    PanelAsk,
    PanelItem,
    PanelMeeting,
    Referral,
    SafeContactPlan,
    Stop,
    Task,
)

_BY = identity.MACHINE


def lapse_plans(*, at: datetime) -> int:
    """Plans past their date are marked as lapsed, and each worker of hers is asked to confirm with her."""
    lapsed = 0
    with transaction.atomic(), identity.clerk():
        rows = SafeContactPlan.objects.select_for_update(skip_locked=True).filter(
            status__in=[plan.Status.PROVISIONAL.value, plan.Status.CONFIRMED.value]
        )
        for row in rows:
            facts = gate.plan_facts(row)
            if not plan.has_lapsed(facts, at=at):
                continue
            row.status, row.lapsed_at, row.lapsed_because = plan.Status.LAPSED.value, at, "time"
            row.save(update_fields=["status", "lapsed_at", "lapsed_because"])
            where = Episode.objects.filter(client_id=row.client_id).order_by("-number").first()
            ledger.record(
                EventKind.PLAN_LAPSED,
                by=_BY,
                at=at,
                client_id=row.client_id,
                case_id=where.case_id if where else None,
                episode_id=where.id if where else None,
                detail={"reason": "time"},
            )
            with_us = where is not None and where.status != episode.Status.CLOSED.value
            for account_id, organisation_id in involving.workers_of(row.client_id, by=_BY) if with_us else ():
                _ask(
                    "plan_lapsed",
                    "A safe-contact plan has lapsed: confirm it with her before anything is sent",
                    row.client_id,
                    at,
                    organisation_id=organisation_id,
                    account_id=account_id,
                    client_id=row.client_id,
                    route="reach:plan",
                )
            lapsed += 1
    return lapsed


def chase_approaches(*, at: datetime) -> int:
    """An approach that nobody has begun in time is put before the coordinator."""
    asked = 0
    days = programme.approach_days()
    with transaction.atomic(), identity.clerk():
        working = programme.working()
        for row in Approach.objects.filter(status=approach.Status.ASSIGNED.value):
            if at < working.due_after_days(row.assigned_at, days):
                continue
            asked += _ask(
                "approach_overdue",
                "An approach has not begun: ask her worker, or assign it to another",
                row.id,
                at,
                organisation_id=row.organisation_id,
                role=Role.COORDINATOR,
                client_id=row.client_id,
                route="reach:approach",
            )
    return asked


def chase_referrals(*, at: datetime) -> int:
    """A referral that nobody has answered in time: both sides are asked. Ending it is a person's decision."""
    asked = 0
    unanswered = [referral.Status.SENT.value, referral.Status.ACKNOWLEDGED.value]
    with transaction.atomic(), identity.clerk():
        sectors = dict(Organisation.objects.values_list("id", "sector"))
        for row in Referral.objects.filter(status__in=unanswered, answer_due_at__lt=at):
            asked += _ask(
                "referral_overdue",
                "A referral has not been answered in time: call the service, or end it",
                row.id,
                at,
                organisation_id=row.organisation_id,
                role=Role.COORDINATOR,
                client_id=row.client_id,
                route="refer:show",
            )
            is_private = sectors.get(row.to_organisation_id) == Sector.PRIVATE.value
            asked += _ask(
                "referral_answer_overdue",
                "A referral to you is past its time: answer it today",
                row.id,
                at,
                organisation_id=row.to_organisation_id,
                role=Role.PROVIDER_WORKER if is_private else Role.SUPPORT_WORKER,
                route="refer:show",
            )
    return asked


def remind_panel(*, at: datetime) -> int:
    """An agency that has not answered the panel is reminded once, on the working day before its deadline.

    Everybody of that agency who sits at the table for a woman of whom it has not answered. It names nobody.
    """
    asked = 0
    with transaction.atomic(), identity.clerk():
        working = programme.working()
        rows = PanelMeeting.objects.filter(
            status__in=[status.value for status in meeting.TAKES_ANSWERS], answer_by__gt=at
        )
        for row in rows:
            if at < meeting.remind_from(row.answer_by, working):
                continue
            open_asks = PanelAsk.objects.filter(meeting_id=row.id, answered_at__isnull=True)
            places = {(ask.item_id, ask.asked_organisation_id) for ask in open_asks}
            items = PanelItem.objects.filter(meeting_id=row.id, taken_off_at__isnull=True)
            wanted = {
                seat.key: seat
                for item in items
                for seat in seating.people(item.seats, at)
                if (item.id, seat.organisation_id) in places
            }
            for _, seat in sorted(wanted.items()):
                asked += _ask(
                    meetings.REMIND_TASK,
                    "Your agency has not answered the panel yet, and the time for it ends soon",
                    row.id,
                    at,
                    organisation_id=seat.organisation_id,
                    account_id=seat.account_id,
                    route="panel:meeting",
                    due_at=row.answer_by,
                )
    return asked


def follow_ups_due(*, at: datetime) -> int:
    """A follow-up that has opened is put before her key worker, unless she has asked us to stop."""
    asked = 0
    today = clocks.local(at).date()
    soon = today + timedelta(days=followup.OPENS_DAYS_BEFORE)
    with transaction.atomic(), identity.clerk():
        stopped = set(
            Stop.objects.filter(status=stop.Status.IN_FORCE.value).values_list("client_id", flat=True)
        )
        erased = set(
            Erasure.objects.filter(status=erasure.Status.ERASED.value).values_list("client_id", flat=True)
        )
        rows = FollowUp.objects.filter(status=followup.Status.DUE.value, due_on__lte=soon)
        for row in rows.select_related("episode"):
            if row.client_id in stopped or row.client_id in erased:
                continue
            worker = row.worker_id or row.episode.lead_account_id
            asked += _ask(
                "follow_up",
                f"A follow-up after {row.wave} months is due",
                row.id,
                at,
                organisation_id=row.organisation_id,
                account_id=worker if _works_at(worker, row.organisation_id) else None,
                client_id=row.client_id,
                route="support:follow_up",
                due_at=_end_of(row.due_on),
            )
    return asked


def end_covers(*, at: datetime) -> int:
    """Cover that has run out ends, and sight kept for follow-up, and with each what could be seen by it."""
    with transaction.atomic(), identity.clerk():
        rows = list(
            Involvement.objects.select_for_update(skip_locked=True).filter(
                until_at__isnull=True, expires_at__lte=at
            )
        )
        for row in rows:
            row.until_at = at
            row.save(update_fields=["until_at"])
            left = Involvement.objects.filter(
                client_id=row.client_id, organisation_id=row.organisation_id, until_at__isnull=True
            )
            if not left.exists():
                naming.forget(row.client_id, row.organisation_id, by=_BY)
    return len(rows)


def end_appointments(*, at: datetime) -> int:
    """An appointment that was given until a day ends; sign-in itself asks the moment and keeps nobody in."""
    with transaction.atomic():
        return Appointment.objects.filter(until_at__isnull=True, expires_at__lte=at).update(
            until_at=F("expires_at")
        )


def clear_drafts(*, at: datetime) -> int:
    """Forms that nobody finished are forgotten."""
    before = at - timedelta(days=programme.draft_days())
    with transaction.atomic(), identity.clerk():
        gone, _ = Draft.objects.filter(kept_at__lt=before).delete()
        # what a form changed last serves whoever has a draft of it, and no longer than a draft lasts
        FormEdition.objects.filter(made_at__lt=before).delete()
    return gone


def finish_erasing(*, at: datetime) -> int:
    """Keys that an erasing put down are destroyed, whatever failed when it was carried out."""
    return emptying.destroy_keys(at=at)


def forget_former_keys(*, at: datetime) -> int:
    """Keys that were replaced by new ones are destroyed, once nothing is sealed with them."""
    return emptying.forget_formers(at=at)


def _end_of(day: date) -> datetime:
    """The end of the working day on that date."""
    return datetime.combine(day, time(17), tzinfo=clocks.LONDON)


def _works_at(account_id: UUID | None, organisation_id: UUID) -> bool:
    return (
        account_id is not None
        and Involvement.objects.filter(account_id=account_id, organisation_id=organisation_id).exists()
    )


def _ask(
    kind: str,
    title: str,
    object_id: UUID,
    at: datetime,
    *,
    organisation_id: UUID,
    role: Role | None = None,
    account_id: UUID | None = None,
    client_id: UUID | None = None,
    route: str = "",
    due_at: datetime | None = None,
) -> int:
    """Sets the work once: while it waits it is not set again, nor twice for the same date."""
    same = Task.objects.filter(
        kind=kind, object_id=object_id, organisation_id=organisation_id, account_id=account_id
    )
    if same.filter(done_at__isnull=True).exists() or (due_at and same.filter(due_at=due_at).exists()):
        return 0
    if same.filter(done_at__gt=at - timedelta(days=1)).exists():
        return 0
    tasks.set_task(
        kind,
        title,
        organisation_id=organisation_id,
        role=role,
        account_id=account_id,
        client_id=client_id,
        by=_BY,
        at=at,
        route=route,
        object_id=object_id,
        due_at=due_at,
        is_urgent=kind == "plan_lapsed",
    )
    return 1


def clear_uploads(*, at: datetime) -> int:
    """Uploads that nobody went on with are removed, and keys of files that have gone are destroyed."""
    return taking_in.clear_abandoned(at=at)


def erase_extracts(*, at: datetime) -> int:
    """Police extracts whose date has come are frozen into counts and erased."""
    return extracts.erase_due(at=at)


JOBS: dict[str, Callable[..., int]] = {
    "lapse_plans": lapse_plans,
    "chase_approaches": chase_approaches,
    "chase_referrals": chase_referrals,
    "remind_panel": remind_panel,
    "follow_ups_due": follow_ups_due,
    "end_covers": end_covers,
    "end_appointments": end_appointments,
    "clear_drafts": clear_drafts,
    "screening_runs": runs.perform,
    "second_readings": second_readings.give_to_others,
    "level_readings": level_readings.pass_on,
    "overdue_decisions": triage.pass_on,
    "blind_readings": level_readings.give_to_others,
    "triage_policies": triage_policy.come_into_force,
    "finish_erasing": finish_erasing,
    "forget_former_keys": forget_former_keys,
    "link_records": linking.run_waiting,
    "clear_uploads": clear_uploads,
    "erase_extracts": erase_extracts,
    "find_again": findable.again,
    "surveys": surveying.keep_time,
    "releases": releasing.perform,
}
