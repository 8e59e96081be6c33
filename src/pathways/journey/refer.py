"""Referred: the coordinator sends a service what she agreed to share, and the service answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.referral import referral as rules
from pathways.domain.referral.reasons import DeclineReason, HerReason, WithdrawReason
from pathways.domain.referral.referral import Action, Status
from pathways.domain.referral.sharing import PackFacts, ShareField
from pathways.domain.support.correction import What
from pathways.domain.terms import references
from pathways.domain.terms.clocks import local, said_due
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.law import ConfidenceBasis, CrossingKind, CrossingPurpose, LawfulBasis
from pathways.domain.terms.needs import Domain
from pathways.domain.terms.people import WORKER_ROLES, Role, Sector
from pathways.domain.triage.levels import Level
from pathways.journey import (
    her,
    identity,
    involving,
    kept_out,
    ledger,
    numbering,
    of_age,
    packing,
    programme,
    referring,
    sight,
    tasks,
    triage_policy,
    under_agreement,
)
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Account,
    Client,
    Correction,
    Disclosure,
    Engagement,
    Episode,
    Involvement,
    InvolvementKind,
    Referral,
    ReferralPack,
    Service,
    SharingAgreement,
)

ANSWER_TASK = "referral"
OUTCOME_TASK = "referral_outcome"
OVERDUE_TASKS = ("referral_overdue", "referral_answer_overdue")
REFER_TASK = "refer"


# --- the coordinator's verbs -----------------------------------------------------------------------


def send(
    *,
    client_id: UUID,
    service_id: UUID,
    needs: Sequence[Domain],
    why: str,
    fields: Collection[ShareField],
    words: Mapping[ShareField, str] | None = None,
    contact_note: str = "",
    by: Actor,
    at: datetime,
) -> Outcome:
    """Sends her referral to one service, with exactly the fields chosen from what she agreed to."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        episode = None if client is None else her.episode_now(client_id, by)
        service = Service.objects.select_related("organisation").filter(id=service_id).first()
        if client is None or episode is None or service is None:
            return refusal(sight.NOT_THERE)
        if not (of_age_ := of_age.may_go_on(client_id, by=by, at=at)):
            return refusal(of_age_)
        pack = PackFacts(
            frozenset(fields), referring.agreed(client_id, by), Sector(service.organisation.sector)
        )
        facts = referring.sending_facts(episode, service, pack, by, at)
        may = rules.WORKFLOW.may(Action.SEND, status=Status.DRAFT, role=by.role, facts=facts)
        if not may:
            return refusal(may)
        if not needs:
            return refusal(decision.no("Say what this service is asked to help with."))
        if not (may := kept_out.may_be_brought(client_id, organisation_id=service.organisation_id, by=by)):
            return refusal(may)
        if _is_with(service, episode, by):
            return refusal(decision.no("This service already has a referral for her that is not answered."))
        giver, receiver = by.organisation_id, service.organisation_id
        under = under_agreement.between(giver, receiver, at)
        if giver != receiver and under is None:
            return refusal(under_agreement.may_cross(giver, receiver, at))
        level = Level(episode.level) if episode.level is not None else Level.UNIVERSAL
        promised = triage_policy.standard(level)
        due = rules.answer_due(level, sent_at=at, working=programme.working(), standard=promised)
        row = Referral(
            client_id=client_id,
            organisation_id=episode.organisation_id,
            episode=episode,
            status=Status.SENT.value,
            service=service,
            to_organisation_id=service.organisation_id,
            to_sector=service.organisation.sector,
            level=level.value,
            needs=[need.value for need in needs],
            made_at=at,
            made_by_id=by.account_id,
            sent_at=at,
            answer_due_at=due,
        )
        numbering.insert(row)
        content = packing.contents(
            client=client,
            episode=episode,
            fields=pack.chosen,
            needs=needs,
            words=words or {},
            contact_note=contact_note,
            by=by,
            at=at,
        )
        with identity.clerk(by):
            ReferralPack(
                client_id=client_id,
                organisation_id=row.to_organisation_id,
                referral=row,
                fields=list(content),
                content=content,
                why=why,
                made_at=at,
            ).save(force_insert=True)
        crossed = None if under is None else _crosses(row, content, under, by=by, at=at)
        _tell(
            EventKind.REFERRAL_SENT,
            row,
            by,
            at,
            **({"disclosure": str(crossed.id), "basis": crossed.basis} if crossed else {}),
            service=str(service.id),
            provider=str(row.to_organisation_id),
            provider_sector=row.to_sector,
        )
        ledger.disclosed(
            by=by,
            at=at,
            resource=Resource.REFERRAL_PACK,
            subjects=[client_id],
            recipient_id=row.to_organisation_id,
            reason=f"Referral {row.reference}: {', '.join(content)}",
        )
        tasks.settle(REFER_TASK, object_id=client_id, by=by, at=at)
        tasks.set_task(
            ANSWER_TASK,
            f"Answer referral {references.spaced(row.reference)}",
            organisation_id=row.to_organisation_id,
            client_id=client_id,
            route="refer:show",
            object_id=row.id,
            due_at=row.answer_due_at,
            is_urgent=level is Level.URGENT_SAFETY,
            by=by,
            at=at,
        )
        return done(
            row.id,
            reference=row.reference,
            next=(
                f"{service.organisation.name} is asked to answer"
                f" by {local(said_due(due)):%A %-d %B at %H:%M}.",
                "You are told at once if it declines, and why.",
            ),
        )


def withdraw(*, referral_id: UUID, reason: WithdrawReason, by: Actor, at: datetime) -> Outcome:
    """Takes a referral back before support has begun. The service stops seeing anything of her."""
    with transaction.atomic():
        row = sight.one(Referral, referral_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.WITHDRAW,
            status=Status(row.status),
            role=by.role,
            facts=referring.facts_of(row, by, at),
        )
        if not may:
            return refusal(may)
        was = Status(row.status)
        _end(row, Status.WITHDRAWN, reason.value, by, at)
        _tell(EventKind.REFERRAL_WITHDRAWN, row, by, at, reason=reason.value)
        _tell_service(row, "was withdrawn: do not contact her", was, by, at)
        return done(row.id, reference=row.reference, next=("The service has been told not to contact her.",))


def record_her_no(*, referral_id: UUID, reason: HerReason, by: Actor, at: datetime) -> Outcome:
    """She declines this one service. Nothing else of her support changes, and she need not say why."""
    with transaction.atomic():
        row = _answerable(referral_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.RECORD_HER_NO,
            status=Status(row.status),
            role=by.role,
            facts=referring.facts_of(row, by, at),
        )
        if not may:
            return refusal(may)
        was = Status(row.status)
        _end(row, Status.DECLINED_BY_CLIENT, reason.value, by, at)
        _tell(EventKind.REFERRAL_DECLINED_BY_HER, row, by, at, reason=reason.value)
        if by.role is Role.COORDINATOR:
            _tell_service(row, "she has declined this service: do not contact her", was, by, at)
        else:
            _tell_coordinator(row, "she does not want this service: choose what is next", by, at)
        return done(row.id, reference=row.reference, next=("What other support she has goes on unchanged.",))


def expire(*, referral_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Closes a referral that the service let pass unanswered."""
    with transaction.atomic():
        row = sight.one(Referral, referral_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.EXPIRE,
            status=Status(row.status),
            role=by.role,
            facts=referring.facts_of(row, by, at),
        )
        if not may:
            return refusal(may)
        was = Status(row.status)
        _end(row, Status.EXPIRED, "", by, at)
        _tell(EventKind.REFERRAL_EXPIRED, row, by, at)
        _tell_service(row, "was closed unanswered: do not contact her", was, by, at)
        return done(row.id, reference=row.reference, next=("Choose another service for her.",))


# --- the service's verbs ---------------------------------------------------------------------------


def acknowledge(*, referral_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Says that the referral was received. Its clock goes on."""
    with transaction.atomic():
        row = _answerable(referral_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.ACKNOWLEDGE,
            status=Status(row.status),
            role=by.role,
            facts=referring.facts_of(row, by, at),
        )
        if not may:
            return refusal(may)
        with identity.clerk(by):
            row.status, row.acknowledged_at = Status.ACKNOWLEDGED.value, at
            row.save(update_fields=["status", "acknowledged_at"])
        _tell(EventKind.REFERRAL_ACKNOWLEDGED, row, by, at)
        return done(row.id, reference=row.reference)


def accept(*, referral_id: UUID, worker_id: UUID | None = None, by: Actor, at: datetime) -> Outcome:
    """Takes her on: a named worker sees from now on what her organisation may see of her."""
    with transaction.atomic():
        row = _answerable(referral_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.ACCEPT,
            status=Status(row.status),
            role=by.role,
            facts=referring.facts_of(row, by, at),
        )
        if not may:
            return refusal(may)
        worker = worker_id or by.account_id
        if worker not in {colleague.account_id for colleague in colleagues(by=by)}:
            return refusal(decision.no("Choose one of your organisation’s workers."))
        if not (may := kept_out.may_be_brought(row.client_id, account_id=worker, by=by)):
            return refusal(may)
        with identity.clerk(by):
            row.status, row.answered_at, row.answered_by_id = Status.ACCEPTED.value, at, by.account_id
            row.waits_until = None
            row.save(update_fields=["status", "answered_at", "answered_by_id", "waits_until"])
            _close_pack(row, by)
            episode = Episode.objects.select_for_update(of=("self",)).get(id=row.episode_id)
            becomes_lead = episode.lead_account_id is None
            if becomes_lead:
                episode.lead_account_id, episode.lead_organisation_id = worker, row.to_organisation_id
                episode.save(update_fields=["lead_account_id", "lead_organisation_id"])
            Engagement(
                client_id=row.client_id,
                organisation_id=row.to_organisation_id,
                episode=episode,
                referral=row,
                sector=row.to_sector,
            ).save(force_insert=True)
        involving.involve(
            client_id=row.client_id,
            organisation_id=row.to_organisation_id,
            account_id=worker,
            kind=InvolvementKind.SUPPORT,
            is_lead=becomes_lead,
            referral_id=row.id,
            by=by,
            at=at,
        )
        _tell(EventKind.REFERRAL_ACCEPTED, row, by, at)
        _settle(row, by, at)
        level = Level(row.level) if row.level is not None else Level.UNIVERSAL
        due = rules.first_contact_due(
            level,
            accepted_at=at,
            working=programme.working(),
            standard=triage_policy.standard(level),
        )
        tasks.set_task(
            tasks.FIRST_CONTACT,
            f"First contact: {references.spaced(row.reference)}",
            organisation_id=row.to_organisation_id,
            account_id=worker,
            client_id=row.client_id,
            route="herpage:story",
            object_id=row.client_id,
            due_at=due,
            is_urgent=level is Level.URGENT_SAFETY,
            by=by,
            at=at,
        )
        return done(
            row.id,
            reference=row.reference,
            next=(f"First contact with her is due by {local(said_due(due)):%A %-d %B}.",),
            client_id=row.client_id,
            is_mine=worker == by.account_id,
        )


def waitlist(*, referral_id: UUID, until: date, by: Actor, at: datetime) -> Outcome:
    """Puts her on the waiting list until a day, which the coordinator sees."""
    with transaction.atomic():
        row = _answerable(referral_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.WAITLIST,
            status=Status(row.status),
            role=by.role,
            facts=referring.facts_of(row, by, at),
        )
        if not may:
            return refusal(may)
        today = local(at).date()
        if until <= today:
            return refusal(decision.no("Say until when she is likely to wait: a day to come."))
        with identity.clerk(by):
            row.status, row.waits_until = Status.WAITLISTED.value, until
            row.acknowledged_at = row.acknowledged_at or at
            row.answered_at, row.answered_by_id = at, by.account_id
            row.save(
                update_fields=["status", "waits_until", "acknowledged_at", "answered_at", "answered_by_id"]
            )
        weeks = -(-(until - today).days // 7)
        _tell(EventKind.REFERRAL_WAITLISTED, row, by, at, weeks=str(weeks))
        _settle(row, by, at)
        tasks.set_task(
            ANSWER_TASK,
            f"Waiting list: answer referral {references.spaced(row.reference)}",
            organisation_id=row.to_organisation_id,
            client_id=row.client_id,
            route="refer:show",
            object_id=row.id,
            due_at=programme.working().due_after_days(at, max(1, weeks * 5)),
            by=by,
            at=at,
        )
        _tell_coordinator(row, "is on a waiting list: is that soon enough for her?", by, at)
        return done(row.id, reference=row.reference, next=("The coordinator sees until when she waits.",))


def decline(*, referral_id: UUID, reason: DeclineReason, words: str = "", by: Actor, at: datetime) -> Outcome:
    """Says no, and why; the coordinator is told at once. What was shared of her is closed to the service."""
    with transaction.atomic():
        row = _answerable(referral_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        may = rules.WORKFLOW.may(
            Action.DECLINE,
            status=Status(row.status),
            role=by.role,
            facts=referring.facts_of(row, by, at),
        )
        if not may:
            return refusal(may)
        if words:
            with identity.clerk(by):
                pack = ReferralPack.objects.get(referral=row)
                pack.answer_words = words
                pack.save(update_fields=["answer_words"])
        _end(row, Status.DECLINED_BY_SERVICE, reason.value, by, at)
        _tell(EventKind.REFERRAL_DECLINED, row, by, at, reason=reason.value)
        _tell_coordinator(row, "was declined: choose what is next for her", by, at, is_urgent=True)
        return done(
            row.id,
            reference=row.reference,
            next=("The coordinator is told at once, with your reason.",),
        )


# --- the pieces ------------------------------------------------------------------------------------


def _crosses(
    row: Referral, fields: Iterable[str], under: SharingAgreement, *, by: Actor, at: datetime
) -> Disclosure:
    """What goes to another organisation, recorded before it can be read there: what, why, and under what."""
    crossed = Disclosure(
        kind=CrossingKind.REFERRAL.value,
        person_id=row.client_id,
        client_id=row.client_id,
        from_organisation_id=by.organisation_id,
        to_organisation_id=row.to_organisation_id,
        basis=LawfulBasis.PUBLIC_TASK.value,
        confidence_basis=ConfidenceBasis.HER_AGREEMENT.value,
        purpose=CrossingPurpose.SUPPORT_HER.value,
        fields=list(fields),
        agreement_id=under.id,
        made_at=at,
        made_by_id=by.account_id,
        made_by_name=by.name,
    )
    crossed.save(force_insert=True)
    kept_out.known_also_by(row.client_id, (crossed.id,), by=by)
    return crossed


def _is_with(service: Service, episode: Episode, by: Actor) -> bool:
    return (
        sight.visible(Referral, by)
        .filter(service=service, episode=episode, status__in=referring.WAITING)
        .exists()
    )


def _answerable(referral_id: UUID, by: Actor) -> Referral | None:
    """A referral that this person may answer, held for the rest of the transaction."""
    row = sight.one(Referral, referral_id, by)
    if row is None:
        return None
    if by.role is not Role.COORDINATOR and row.to_organisation_id != by.organisation_id:
        return None
    with identity.clerk(by):
        return Referral.objects.select_for_update(of=("self",)).get(id=referral_id)


def _settle(row: Referral, by: Actor, at: datetime) -> None:
    """The service has answered, or need not: nothing asks it to any more, nor the coordinator to chase it."""
    for kind in (ANSWER_TASK, *OVERDUE_TASKS):
        tasks.settle(kind, object_id=row.id, by=by, at=at)


def _close_pack(row: Referral, by: Actor) -> None:
    """What was shared, and what its reason said before it was corrected, is read from now on only of hers."""
    with identity.clerk(by):
        ReferralPack.objects.filter(referral=row).update(is_answered=True)
        Correction.objects.filter(what=What.REFERRAL_WHY.value, object_id=row.id).update(is_answered=True)


def _end(row: Referral, status: Status, reason: str, by: Actor, at: datetime) -> None:
    """Ends a referral whatever it was; what was shared is closed, and whoever had taken her on lets go."""
    with identity.clerk(by):
        row.status, row.reason_code, row.ended_at = status.value, reason, at
        if status is Status.DECLINED_BY_SERVICE:
            row.answered_at, row.answered_by_id = at, by.account_id
        row.save(update_fields=["status", "reason_code", "ended_at", "answered_at", "answered_by_id"])
        _close_pack(row, by)
        Engagement.objects.filter(referral=row, ended_at__isnull=True).update(ended_at=at)
    _settle(row, by, at)
    if not involving.end(client_id=row.client_id, referral_id=row.id, by=by, at=at):
        return
    with identity.clerk(by):
        episode = Episode.objects.get(id=row.episode_id)
        left = set(
            Involvement.objects.filter(
                client_id=row.client_id, until_at__isnull=True, account_id__isnull=False
            ).values_list("account_id", flat=True)
        )
        if episode.lead_account_id is not None and episode.lead_account_id not in left:
            episode.lead_account_id = episode.lead_organisation_id = None
            episode.save(update_fields=["lead_account_id", "lead_organisation_id"])


def _tell(kind: EventKind, row: Referral, by: Actor, at: datetime, **codes: str) -> None:
    with identity.clerk(by):
        episode = Episode.objects.get(id=row.episode_id)
    ledger.record(
        kind,
        by=by,
        at=at,
        case_id=episode.case_id,
        client_id=row.client_id,
        episode_id=episode.id,
        detail={"referral": str(row.id), **codes},
    )


def _tell_service(row: Referral, words: str, was: Status, by: Actor, at: datetime) -> None:
    """What the service has to know in neutral words; it cannot open anything of her any more."""
    if was is Status.DRAFT:
        return
    tasks.overtake(
        client_id=row.client_id,
        kinds=(tasks.FIRST_CONTACT,),
        organisation_id=row.to_organisation_id,
        by=by,
        at=at,
    )
    tasks.set_task(
        OUTCOME_TASK,
        f"Referral {references.spaced(row.reference)} {words}",
        organisation_id=row.to_organisation_id,
        client_id=row.client_id,
        object_id=row.id,
        is_urgent=True,
        by=by,
        at=at,
    )


def _tell_coordinator(row: Referral, words: str, by: Actor, at: datetime, *, is_urgent: bool = False) -> None:
    tasks.settle(OUTCOME_TASK, object_id=row.id, by=by, at=at)
    tasks.set_task(
        OUTCOME_TASK,
        f"Referral {references.spaced(row.reference)} {words}",
        organisation_id=row.organisation_id,
        role=Role.COORDINATOR,
        client_id=row.client_id,
        route="refer:show",
        object_id=row.id,
        due_at=programme.working().due_after_days(at, 1),
        is_urgent=is_urgent,
        by=by,
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who can take her on."""

    account_id: UUID
    name: str
    is_me: bool


def colleagues(*, by: Actor, referral_id: UUID | None = None) -> tuple[Colleague, ...]:
    """The workers of the asker's own organisation who can sign in, herself first.

    For a referral, without those who are kept from the woman whom it is about.
    """
    row = None if referral_id is None else sight.one(Referral, referral_id, by)
    out = kept_out.KeptOut() if row is None else kept_out.of_her(row.client_id, by=by)
    rows = (
        Account.objects.filter(
            is_active=True,
            left_at__isnull=True,
            appointments__organisation_id=by.organisation_id,
            appointments__until_at__isnull=True,
            appointments__role__in=[role.value for role in WORKER_ROLES],
        )
        .exclude(id__in=out.accounts)
        .distinct()
        .order_by("name")
    )
    found = [Colleague(row.id, row.name, row.id == by.account_id) for row in rows]
    return tuple(sorted(found, key=lambda one: not one.is_me))
