"""Disclosed: what the coordinator tells police of a woman, by the only ways in which anything may cross.

It is the one way in which police learn that a woman of the open door exists. What is told, why, under what
law and by whom is written down before it crosses, and can never be changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.panel_rules import PanelField
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import telling_police
from pathways.domain.referral.sharing import ShareField
from pathways.domain.support import episode
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.law import ConfidenceBasis, CrossingKind, CrossingPurpose, LawfulBasis
from pathways.domain.terms.people import Role, Sector
from pathways.domain.terms.routes import Door, Route
from pathways.domain.terms.words import Worded
from pathways.journey import (
    her,
    identity,
    joining,
    kept_out,
    ledger,
    second_readings,
    sight,
    tasks,
    under_agreement,
)
from pathways.journey.her import Banner
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Client,
    Disclosure,
    Episode,
    Identity,
    Message,
    MessageKind,
    Organisation,
    ParticipationAgreement,
)

TASK = "told_by_programme"

#: The kinds of disclosure that a coordinator can make to police from here.
KINDS = (CrossingKind.SAFEGUARDING, CrossingKind.THREAT_TO_LIFE, CrossingKind.CLIENT_REQUESTED)

#: What police may be told for. Where it is another purpose, the reason that stays with the programme says so.
PURPOSES = (
    CrossingPurpose.SAVE_LIFE,
    CrossingPurpose.PREVENT_HARM,
    CrossingPurpose.PROTECT_A_CHILD,
    CrossingPurpose.AS_SHE_ASKED,
    CrossingPurpose.LOOK_INTO,
    CrossingPurpose.OTHER,
)


class Field(Worded):
    """What can be told of her. Never where she is safe, and never a note of support."""

    NAME = "name", "Her name"
    BORN = "born", "Date of birth"
    TELEPHONE = "telephone", "Telephone"
    ADDRESS = "address", "Address (never a refuge or another safe place)"
    WHAT_HAPPENED = "what_happened", "What happened, or what is feared"


@dataclass(frozen=True, slots=True)
class Telling:
    """One disclosure to police. `words` is what is told; `because` is why, and stays with the programme."""

    kind: CrossingKind
    to_organisation_id: UUID
    fields: tuple[Field, ...]
    words: str
    because: str
    purpose: CrossingPurpose
    basis: LawfulBasis
    confidence_basis: ConfidenceBasis


def tell_police(*, client_id: UUID, telling: Telling, by: Actor, at: datetime) -> Outcome:
    """Tells police exactly what is named, records it as a Disclosure and puts it before their contact."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        if client is None:
            return refusal(sight.NOT_THERE)
        last = sight.visible(Episode, by).filter(client_id=client_id).order_by("-number").first()
        if last is None:
            return refusal(sight.NOT_THERE)
        there = Organisation.objects.filter(
            id=telling.to_organisation_id, sector=Sector.POLICE.value, until_date__isnull=True
        ).first()
        if not (answer := _may_tell(telling, last, there, by)) or there is None:
            return refusal(answer)
        if not (answer := kept_out.may_be_brought(client_id, organisation_id=there.id, by=by)):
            return refusal(answer)
        under = under_agreement.between(by.organisation_id, there.id, at)
        if under is None and not telling.kind.needs_no_agreement:
            return refusal(under_agreement.may_cross(by.organisation_id, there.id, at))
        crossed = Disclosure(
            kind=telling.kind.value,
            person_id=client.id,
            client_id=client.id,
            from_organisation_id=by.organisation_id,
            to_organisation_id=there.id,
            basis=telling.basis.value,
            confidence_basis=telling.confidence_basis.value,
            purpose=telling.purpose.value,
            fields=[one.value for one in telling.fields],
            agreement_id=under.id if under else None,
            emergency_reason=telling.because.strip(),
            made_at=at,
            made_by_id=by.account_id,
            made_by_name=by.name,
        )
        crossed.save(force_insert=True)
        Message(
            id=crossed.id,
            kind=MessageKind.DISCLOSURE.value,
            from_organisation_id=by.organisation_id,
            to_organisation_id=there.id,
            body=_body(client_id, telling, by),
            sent_at=at,
            sent_by_id=by.account_id,
        ).save(force_insert=True)
        kept_out.known_also_by(client_id, (crossed.id,), by=by)
        if last.status != episode.Status.CLOSED.value and last.police_may_know_at is None:
            with identity.clerk(by):
                Episode.objects.filter(pk=last.pk).update(police_may_know_at=at)
        ledger.record(
            EventKind.DISCLOSED,
            by=by,
            at=at,
            case_id=last.case_id,
            client_id=client.id,
            episode_id=last.id,
            detail={
                "disclosure": str(crossed.id),
                "basis": crossed.basis,
                "recipient_sector": there.sector,
                "fields": len(crossed.fields),
            },
        )
        ledger.disclosed(
            by=by, at=at, resource=Resource.DISCLOSURE, subjects=[client.id], recipient_id=there.id
        )
        tasks.set_task(
            TASK,
            "The programme has told you something: read it",
            organisation_id=there.id,
            role=Role.POLICE_SPOC,
            route="police:told_one",
            object_id=crossed.id,
            by=by,
            at=at,
            due_at=at,
            is_urgent=telling.kind in telling_police.EMERGENCIES,
        )
        return done(
            crossed.id,
            next=(
                f"{there.name} can read exactly what you wrote, and nothing else of her record.",
                "If life is in danger, call 999 as well: a message here may not be read at once.",
            ),
        )


def _may_tell(telling: Telling, last: Episode, there: Organisation | None, by: Actor) -> Decision:
    if by.role is not Role.COORDINATOR:
        return decision.no("The coordinator tells police, and nobody else.", ask="the coordinator")
    if there is None:
        return decision.no("Choose the police force that is told.")
    if telling.kind not in KINDS:
        return decision.no("This is not a way in which something can be told to police from here.")
    asked = telling.kind is CrossingKind.CLIENT_REQUESTED
    if asked != (telling.confidence_basis is ConfidenceBasis.HER_AGREEMENT):
        return decision.no(
            "At her request rests on her agreement."
            if asked
            else "This is told without her agreement: choose the legal duty or the public interest."
        )
    if not telling.fields or not telling.words.strip():
        return decision.no("Name exactly what is told.")
    if telling.purpose not in PURPOSES:
        return decision.no("Say what police need it for.")
    if not telling.because.strip():
        return decision.no(
            "Write down what she asked for, in her words."
            if asked
            else "Write down why this cannot wait for her agreement."
        )
    return telling_police.may_tell_police(
        telling_police.Facts(
            door=Door.OPEN if joining.is_of_open_door(last.client_id, by=by) else Route(last.route).door,
            has_agreed_to_tell=asked or has_agreed(last, by),
            disclosure=telling.kind,
        )
    )


def has_agreed(last: Episode, by: Actor) -> bool:
    """Whether her agreement that police may know of her is recorded."""
    return (
        sight.visible(ParticipationAgreement, by)
        .filter(episode_id=last.id, ended_at__isnull=True, police_may_know=True)
        .exists()
    )


def _body(client_id: UUID, telling: Telling, by: Actor) -> str:
    """Exactly what crosses: the fields that were named and the words that were written."""
    paper = sight.visible(Identity, by).filter(client_id=client_id).first()
    lines = []
    if paper is not None:
        held = {
            Field.NAME: f"{paper.given_names} {paper.surname}".strip(),
            Field.BORN: paper.date_of_birth.isoformat() if paper.date_of_birth else "",
            Field.TELEPHONE: paper.telephone,
            Field.ADDRESS: paper.address,
        }
        names = {Field.NAME: "Name", Field.BORN: "Date of birth"}
        lines = [
            f"{names.get(one, one.value.capitalize())}: {value}"
            for one, value in held.items()
            if one in telling.fields and value
        ]
    return "\n".join([*lines, "", telling.words.strip()]).strip()


# --- reads ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Before:
    """What the form needs to know before anything is told."""

    person: Banner
    is_open_door: bool
    has_agreed: bool
    forces: tuple[tuple[UUID, str], ...]


def before(*, client_id: UUID, by: Actor, at: datetime) -> Before | None:
    person = her.banner(client_id=client_id, by=by, at=at)
    last = sight.visible(Episode, by).filter(client_id=client_id).order_by("-number").first()
    if person is None or last is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.CLIENT, subjects=[client_id], route="doors:tell_police")
    forces = Organisation.objects.filter(sector=Sector.POLICE.value, until_date__isnull=True).exclude(
        id__in=kept_out.of_her(client_id, by=by).organisations
    )
    return Before(
        person,
        Route(last.route).door is Door.OPEN or joining.is_of_open_door(client_id, by=by),
        has_agreed(last, by),
        tuple(forces.values_list("id", "name")),
    )


@dataclass(frozen=True, slots=True)
class Crossing:
    """One crossing as whoever gave or was given it may see it."""

    id: UUID
    kind: str
    from_name: str
    to_name: str
    basis: str
    confidence_basis: str
    purpose: str
    fields: tuple[str, ...]
    because: str
    agreement: bool
    at: datetime
    by: str
    is_ours: bool


_WORDS = {
    "given_names": "Given names",
    "surname": "Surname",
    "other_names": "Other names",
    "born": "Date of birth",
    "telephone": "Telephone",
    "address": "Address",
    "ethnicity_code": "Self-defined ethnicity",
    "risk_to_worker": "What a worker should know",
    "contact_plan": "Provisional safe-contact plan",
    **{one.value: one.label for one in ShareField},
    **{one.value: one.label for one in Field},
    **{one.value: one.label for one in PanelField if one.value not in {field.value for field in ShareField}},
    "called": "The name she uses, and that she is on the panel’s agenda",
    "decision": "What the panel decided",
}


def crossings(
    *,
    by: Actor,
    at: datetime,
    kind: CrossingKind | None = None,
    offset: int = 0,
    limit: int = 25,
) -> tuple[Sequence[Crossing], int]:
    """What crossed from or to this organisation, newest first, and how many there are."""
    rows = _unhidden(by)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    total = rows.count()
    page = list(rows.order_by("-made_at", "id")[offset : offset + limit])
    _log(page, by, at, "doors:crossings")
    names = _names(page)
    return [_crossing(row, names, by, whole=False) for row in page], total


def _unhidden(by: Actor) -> QuerySet[Disclosure]:
    """What crossed, but for women whose decision this person reads a second time: it would say it."""
    rows = sight.visible(Disclosure, by)
    hidden = second_readings.hidden_from(by=by)
    return rows.exclude(person_id__in=hidden) if hidden else rows


def crossing(*, disclosure_id: UUID, by: Actor, at: datetime) -> Crossing | None:
    """One crossing. Why it could not wait is read only where it was decided."""
    row = _unhidden(by).filter(pk=disclosure_id).first()
    if row is None:
        return None
    _log([row], by, at, "doors:crossing")
    return _crossing(row, _names([row]), by, whole=True)


def _log(rows: Sequence[Disclosure], by: Actor, at: datetime, route: str) -> None:
    """The log of whoever was given something names the disclosure, never the other side's woman."""
    ledger.read(
        by=by,
        at=at,
        resource=Resource.DISCLOSURE,
        subjects=[
            row.person_id if row.from_organisation_id == by.organisation_id else row.id for row in rows
        ],
        route=route,
    )


def _names(rows: Sequence[Disclosure]) -> dict[UUID, str]:
    ids = {key for row in rows for key in (row.from_organisation_id, row.to_organisation_id)}
    return dict(Organisation.objects.filter(id__in=ids).values_list("id", "name"))


def _crossing(row: Disclosure, names: dict[UUID, str], by: Actor, *, whole: bool) -> Crossing:
    ours = row.from_organisation_id == by.organisation_id
    return Crossing(
        id=row.id,
        kind=CrossingKind(row.kind).label,
        from_name=names.get(row.from_organisation_id, ""),
        to_name=names.get(row.to_organisation_id, ""),
        basis=LawfulBasis(row.basis).label,
        confidence_basis=ConfidenceBasis(row.confidence_basis).label if row.confidence_basis else "",
        purpose=CrossingPurpose(row.purpose).label,
        fields=tuple(_WORDS.get(one, one.replace("_", " ").capitalize()) for one in row.fields),
        because=str(row.emergency_reason) if whole and ours else "",
        agreement=row.agreement_id is not None,
        at=row.made_at,
        by=row.made_by_name,
        is_ours=ours,
    )


@dataclass(frozen=True, slots=True)
class Told:
    """Something that the programme told this force."""

    message_id: UUID
    kind: str
    from_name: str
    purpose: str
    fields: tuple[str, ...]
    body: str
    at: datetime
    is_read: bool


def told_to_us(*, by: Actor, at: datetime) -> list[Told]:
    """Everything that was told to this organisation, newest first, without its words."""
    rows = list(_told(by))
    ledger.read(
        by=by, at=at, resource=Resource.MESSAGE, subjects=[row.id for row in rows], route="police:told"
    )
    crossed = _crossed(rows, by)
    return [_as_told(row, crossed, by, whole=False) for row in rows if row.id in crossed]


def read_told(*, message_id: UUID, by: Actor, at: datetime) -> Told | None:
    """The words of one disclosure; from now on it counts as read."""
    row = _told(by).filter(pk=message_id).first()
    if row is None:
        return None
    crossed = _crossed([row], by)
    if row.id not in crossed:
        return None
    if row.read_at is None:
        row.read_at, row.read_by_id = at, by.account_id
        row.save(update_fields=["read_at", "read_by_id"])
        tasks.settle(TASK, object_id=row.id, by=by, at=at)
    ledger.read(by=by, at=at, resource=Resource.MESSAGE, subjects=[row.id], route="police:told_one")
    return _as_told(row, crossed, by, whole=True)


def _told(by: Actor) -> QuerySet[Message]:
    return sight.visible(Message, by).filter(
        kind=MessageKind.DISCLOSURE.value, to_organisation_id=by.organisation_id
    )


def _crossed(rows: Sequence[Message], by: Actor) -> dict[UUID, Crossing]:
    found = list(sight.visible(Disclosure, by).filter(id__in=[row.id for row in rows]))
    names = _names(found)
    return {row.id: _crossing(row, names, by, whole=False) for row in found}


def _as_told(row: Message, crossed: dict[UUID, Crossing], by: Actor, *, whole: bool) -> Told:
    about = crossed[row.id]
    return Told(
        message_id=row.id,
        kind=about.kind,
        from_name=about.from_name,
        purpose=about.purpose,
        fields=about.fields,
        body=str(row.body) if whole else "",
        at=row.sent_at,
        is_read=row.read_at is not None,
    )
