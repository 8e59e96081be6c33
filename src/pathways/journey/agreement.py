"""She agrees to take part: what was explained, what may be shared, and the return where it is a condition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action as Do
from pathways.domain.governance.policy import Resource
from pathways.domain.reach import agreement, approach
from pathways.domain.reach.agreement import Condition, Interpreter, ReturnField
from pathways.domain.referral.sharing import ShareField
from pathways.domain.terms.contact import Attendance
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.law import ConfidenceBasis, CrossingKind, CrossingPurpose, LawfulBasis
from pathways.domain.terms.people import Role, Sector
from pathways.journey import gate, her, identity, kept_out, ledger, of_age, sight, tasks, under_agreement
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Approach,
    Client,
    Contact,
    Disclosure,
    Episode,
    Message,
    MessageKind,
    Organisation,
    ParticipationAgreement,
    Spine,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What was explained to her and what she agreed to, as the form asks it."""

    are_limits_explained: bool
    is_stopping_explained: bool
    interpreter: Interpreter | None
    condition: Condition | None
    returns: frozenset[ReturnField] = frozenset()
    appointments_required: int | None = None
    return_to: UUID | None = None
    return_reference: str = ""
    may_police_know: bool = False
    shares: frozenset[ShareField] = frozenset()
    is_evaluation_agreed: bool | None = None
    words: str = ""

    def facts(self) -> agreement.ParticipationAgreement:
        return agreement.ParticipationAgreement(
            has_agreed=True,
            are_limits_explained=self.are_limits_explained,
            is_stopping_explained=self.is_stopping_explained,
            interpreter=self.interpreter,
            condition=self.condition,
            returns=self.returns,
            may_police_know=self.may_police_know,
        )


def agree(*, client_id: UUID, terms: Terms, by: Actor, at: datetime) -> Outcome:
    """Her agreement, once she has been reached; or a new version of it, when she changes it."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        where = her.episode_now(client_id, by, lock=True) if client else None
        if client is None:
            return refusal(sight.NOT_THERE)
        if where is None:
            return refusal(decision.no("She has no episode that runs now."))
        if not (answer := of_age.may_go_on(client_id, by=by, at=at)):
            return refusal(answer)
        standing = gate.standing(client_id, by)
        if standing.stop is not None:
            return refusal(decision.no("She has asked us to stop."))
        answer = decision.every(agreement.complete(terms.facts()), _complete_return(terms))
        if not answer:
            return refusal(answer)
        reached = (
            sight.visible(Approach, by, Do.CHANGE)
            .filter(episode=where)
            .order_by("-assigned_at")
            .select_for_update(of=("self",))
            .first()
        )
        before = standing.agreement
        if before is None:
            if reached is None:
                return refusal(decision.no("Nobody has been asked to approach her.", ask="the coordinator"))
            facts = approach.Facts(is_stopped=False, has_safe_plan=standing.has_safe_plan(at))
            answer = approach.WORKFLOW.may(
                approach.Action.AGREE,
                status=approach.Status(reached.status),
                role=by.role,
                facts=facts,
            )
            if not answer:
                return refusal(answer)
        row = ParticipationAgreement(
            client_id=client_id,
            organisation_id=client.organisation_id,
            episode=where,
            version=before.version + 1 if before else 1,
            agreed_at=at,
            recorded_by_id=by.account_id,
            limits_explained=terms.are_limits_explained,
            stopping_explained=terms.is_stopping_explained,
            interpreter=terms.interpreter.value if terms.interpreter else "",
            condition=terms.condition.value if terms.condition else "",
            return_fields=[one.value for one in ReturnField if one in terms.returns],
            appointments_required=terms.appointments_required,
            return_to_organisation_id=terms.return_to,
            return_reference=terms.return_reference.strip(),
            police_may_know=terms.may_police_know,
            share_fields=[one.value for one in ShareField if one in terms.shares],
            evaluation_agreed=terms.is_evaluation_agreed,
            words=terms.words.strip(),
        )
        if not (answer := sight.may(by, Do.CREATE, row)):
            return refusal(answer)
        if before is not None:
            with identity.clerk(by):
                ParticipationAgreement.objects.filter(pk=before.pk).update(ended_at=at)
        row.save(force_insert=True)
        if before is None and reached is not None:
            reached.status, reached.ended_at = approach.Status.AGREED.value, at
            reached.save(update_fields=["status", "ended_at"])
            tasks.settle("approach", object_id=reached.id, by=by, at=at)
        _carry(where, terms, by, at)
        ledger.record(
            EventKind.AGREED,
            by=by,
            at=at,
            case_id=where.case_id,
            client_id=client_id,
            episode_id=where.id,
            detail={
                "agreement": str(row.id),
                "condition": "yes" if terms.condition and terms.condition.is_imposed else "no",
                "version": row.version,
            },
        )
        return done(
            row.id, reference=client.reference, next=("Her needs assessment can begin when she is ready.",)
        )


def _complete_return(terms: Terms) -> decision.Decision:
    """Where it is a condition: to which police, under which reference, of how many appointments."""
    if terms.condition is None or not terms.condition.is_imposed:
        return decision.yes()
    police = Organisation.objects.filter(sector=Sector.POLICE.value, until_date__isnull=True)
    if terms.return_to is None or not police.filter(id=terms.return_to).exists():
        return decision.no("Say to which police organisation the return goes.")
    if not terms.return_reference.strip():
        return decision.no("Enter the reference by which police know the disposal: the return names nobody.")
    counted = {ReturnField.APPOINTMENTS_REQUIRED, ReturnField.CONDITION_MET}
    if terms.returns & counted and not terms.appointments_required:
        return decision.no("Say how many appointments the condition requires.")
    return decision.yes()


def _carry(where: Episode, terms: Terms, by: Actor, at: datetime) -> None:
    """Her worker leads until somebody else does; and whether police may know of her."""
    with identity.clerk(by):
        if where.lead_account_id is None and by.role is Role.SUPPORT_WORKER:
            where.lead_account_id, where.lead_organisation_id = by.account_id, by.organisation_id
        if terms.may_police_know and where.police_may_know_at is None:
            where.police_may_know_at = at
        elif not terms.may_police_know:
            where.police_may_know_at = None
        where.save(update_fields=["lead_account_id", "lead_organisation_id", "police_may_know_at"])


# --- reading ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """Her agreement as its page shows it; `terms` is None before she has agreed."""

    person: her.Banner
    terms: Terms | None
    version: int
    agreed_at: datetime | None
    recorded_by: str
    return_to: str
    may_agree: decision.Decision
    may_return: bool
    police: tuple[tuple[UUID, str], ...]


def page(*, client_id: UUID, by: Actor, at: datetime) -> Page | None:
    person = her.banner(client_id=client_id, by=by, at=at)
    if person is None:
        return None
    where = her.episode_now(client_id, by)
    row = (
        sight.visible(ParticipationAgreement, by)
        .filter(client_id=client_id, ended_at__isnull=True)
        .order_by("-agreed_at")
        .first()
    )
    ledger.read(by=by, at=at, resource=Resource.AGREEMENT, subjects=[client_id], route="reach:agreement")
    places = dict(
        Organisation.objects.filter(sector=Sector.POLICE.value, until_date__isnull=True).values_list(
            "id", "name"
        )
    )
    terms = _terms(row) if row else None
    return Page(
        person=person,
        terms=terms,
        version=row.version if row else 0,
        agreed_at=row.agreed_at if row else None,
        recorded_by=identity.account_named(row.recorded_by_id) if row else "",
        return_to=places.get(row.return_to_organisation_id, "")
        if row and row.return_to_organisation_id
        else "",
        may_agree=_may_agree(where, row, client_id, by),
        may_return=bool(
            terms and terms.condition and terms.condition.is_imposed and by.role is Role.COORDINATOR
        ),
        police=tuple(places.items()),
    )


def _may_agree(
    where: Episode | None, row: ParticipationAgreement | None, client_id: UUID, by: Actor
) -> decision.Decision:
    if where is None:
        return decision.no("She has no episode that runs now.")
    if gate.standing(client_id, by).stop is not None:
        return decision.no("She has asked us to stop.")
    if row is not None:
        return decision.yes()
    reached = sight.visible(Approach, by).filter(episode=where).order_by("-assigned_at").first()
    if reached is None:
        return decision.no("Nobody has been asked to approach her.", ask="the coordinator")
    return approach.WORKFLOW.may(
        approach.Action.AGREE,
        status=approach.Status(reached.status),
        role=by.role,
        facts=approach.Facts(),
    )


def _terms(row: ParticipationAgreement) -> Terms:
    return Terms(
        are_limits_explained=row.limits_explained,
        is_stopping_explained=row.stopping_explained,
        interpreter=Interpreter(row.interpreter) if row.interpreter else None,
        condition=Condition(row.condition) if row.condition else None,
        returns=frozenset(ReturnField(one) for one in row.return_fields),
        appointments_required=row.appointments_required,
        return_to=row.return_to_organisation_id,
        return_reference=row.return_reference,
        may_police_know=row.police_may_know,
        shares=frozenset(ShareField(one) for one in row.share_fields),
        is_evaluation_agreed=row.evaluation_agreed,
        words=row.words,
    )


# --- the return that a condition requires -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One thing that crosses, in the words in which it crosses."""

    field: ReturnField
    value: str


@dataclass(frozen=True, slots=True)
class Return:
    """Exactly what would cross, to whom, and under which reference."""

    person: her.Banner
    lines: tuple[ReturnLine, ...]
    to: str
    to_id: UUID
    reference: str
    sharing_agreement: str
    earlier: tuple[datetime, ...]
    not_returned: tuple[ReturnField, ...]


def compose_return(*, client_id: UUID, by: Actor, at: datetime) -> Return | None:
    """The return as it would cross now; None where her agreement names none, or she is not there."""
    person = her.banner(client_id=client_id, by=by, at=at)
    row = _returning(client_id, by)
    if person is None or row is None or row.return_to_organisation_id is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.AGREEMENT, subjects=[client_id], route="reach:return")
    lines = _lines(row, by)
    named = {one.field for one in lines}
    under = under_agreement.between(by.organisation_id, row.return_to_organisation_id, at)
    sent = sight.visible(Disclosure, by).filter(client_id=client_id, kind=CrossingKind.AGREED_RETURN.value)
    return Return(
        person=person,
        lines=lines,
        to=Organisation.objects.get(id=row.return_to_organisation_id).name,
        to_id=row.return_to_organisation_id,
        reference=row.return_reference,
        sharing_agreement=under.name if under else "",
        earlier=tuple(sent.values_list("made_at", flat=True)),
        not_returned=tuple(one for one in ReturnField if one not in named),
    )


def send_return(*, client_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Returns to police exactly the fields that her agreement names, and records the crossing."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        row = _returning(client_id, by) if client else None
        if client is None:
            return refusal(sight.NOT_THERE)
        if by.role is not Role.COORDINATOR:
            return refusal(decision.no("A return goes through the coordinator.", ask="the coordinator"))
        if row is None or row.return_to_organisation_id is None:
            return refusal(decision.no("Taking part is her free choice: nothing is returned to police."))
        to_id = row.return_to_organisation_id
        if not (answer := kept_out.may_be_brought(client_id, organisation_id=to_id, by=by)):
            return refusal(answer)
        terms = _terms(row)
        lines = _lines(row, by)
        for line in lines:
            if not (answer := agreement.may_return(terms.facts(), line.field)):
                return refusal(answer)
        under = under_agreement.between(by.organisation_id, row.return_to_organisation_id, at)
        if under is None:
            return refusal(
                under_agreement.may_cross(by.organisation_id, row.return_to_organisation_id, at)
            )
        where = row.episode
        crossing = Disclosure(
            kind=CrossingKind.AGREED_RETURN.value,
            person_id=client_id,
            client_id=client_id,
            from_organisation_id=by.organisation_id,
            to_organisation_id=row.return_to_organisation_id,
            basis=LawfulBasis.PUBLIC_TASK.value,
            confidence_basis=ConfidenceBasis.HER_AGREEMENT.value,
            purpose=CrossingPurpose.CONDITION.value,
            fields=[line.field.value for line in lines],
            agreement_id=under.id,
            made_at=at,
            made_by_id=by.account_id,
            made_by_name=by.name,
        )
        crossing.save(force_insert=True)
        words = "\n".join(f"{line.field.label}: {line.value}" for line in lines)
        message = Message(
            kind=MessageKind.RETURN.value,
            consideration_id=_flag(client_id, row.return_to_organisation_id, by),
            reference="",
            from_organisation_id=by.organisation_id,
            to_organisation_id=row.return_to_organisation_id,
            body=f"Reference of the disposal: {row.return_reference}\n{words}",
            sent_at=at,
            sent_by_id=by.account_id,
        )
        message.save(force_insert=True)
        kept_out.known_also_by(client_id, (crossing.id, message.id), by=by)
        ledger.record(
            EventKind.DISCLOSED,
            by=by,
            at=at,
            case_id=where.case_id,
            client_id=client_id,
            episode_id=where.id,
            detail={
                "disclosure": str(crossing.id),
                "basis": crossing.basis,
                "recipient_sector": Sector.POLICE.value,
                "fields": len(lines),
            },
        )
        ledger.disclosed(
            by=by,
            at=at,
            resource=Resource.AGREEMENT,
            subjects=[client_id],
            recipient_id=row.return_to_organisation_id,
            reason=crossing.purpose,
        )
        tasks.set_task(
            "return",
            "A return from the programme has arrived",
            organisation_id=row.return_to_organisation_id,
            role=Role.POLICE_SPOC,
            by=by,
            at=at,
            route="messages:read",
            object_id=message.id,
        )
        return done(
            crossing.id,
            next=(f"{len(lines)} thing(s) crossed, and the crossing is recorded.",),
            message=message.id,
        )


def _returning(client_id: UUID, by: Actor) -> ParticipationAgreement | None:
    """Her agreement that names a return: the one in force, or the last one after her episode closed."""
    return (
        sight.visible(ParticipationAgreement, by)
        .filter(client_id=client_id, ended_at__isnull=True)
        .exclude(condition__in=["", Condition.NONE.value])
        .select_related("episode")
        .order_by("-agreed_at")
        .first()
    )


def _lines(row: ParticipationAgreement, by: Actor) -> tuple[ReturnLine, ...]:
    came = [one.value for one in Attendance if one.is_attended]
    kept = sight.visible(Contact, by).filter(episode_id=row.episode_id, attended__in=came).count()
    required = row.appointments_required or 0
    values = {
        ReturnField.STARTED: "Yes" if kept else "Not yet",
        ReturnField.APPOINTMENTS_REQUIRED: str(required),
        ReturnField.APPOINTMENTS_KEPT: str(min(kept, required) if required else kept),
        ReturnField.CONDITION_MET: "Yes" if required and kept >= required else "Not yet",
    }
    return tuple(ReturnLine(one, values[one]) for one in ReturnField if one.value in row.return_fields)


def _flag(client_id: UUID, police_organisation_id: UUID, by: Actor) -> UUID | None:
    """The flag of that force by which she came, if she came by it: so that police can file the return."""
    with identity.clerk(by):
        return (
            Spine.objects.filter(client_id=client_id, police_organisation_id=police_organisation_id)
            .values_list("consideration_id", flat=True)
            .first()
        )
