"""Entering the programme: a woman who was confirmed at either door gets a support record of her own.

Not a verb: the shared end of the verbs that confirm. It runs under the clerk, because neither the police
officer who confirms nor the partner who brought her may read what is made here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.reach import plan
from pathways.domain.support import closure, episode
from pathways.domain.terms import clocks, demographics
from pathways.domain.terms.demographics import DeclaredBy, EthnicityScheme, NoAnswer
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role, Sector
from pathways.domain.terms.routes import Door, Route
from pathways.journey import identity, involving, kept_out, ledger, numbering, of_age, programme, tasks
from pathways.records.models import (
    Client,
    Demographics,
    Episode,
    Identity,
    InvolvementKind,
    Organisation,
    SafeContactPlan,
    Spine,
)

#: The coordinator's work when she has entered; settled by whoever gives her a worker.
TASK = "assign_approach"
#: Working days in which a coordinator gives her a worker.
ASSIGN_WITHIN = 2
_SAID_NO = (closure.Outcome.DECLINED.value, closure.Outcome.WITHDRAWN_CONSENT.value)


def coordinating_organisation() -> Organisation | None:
    """The neutral organisation that carries every woman through the programme."""
    return Organisation.objects.filter(is_coordinating=True, until_date__isnull=True).first()


def someone_coordinates(organisation: Organisation | None) -> Decision:
    if organisation is None:
        return decision.no("No organisation coordinates the programme yet.", ask="the administrator")
    return decision.yes()


def enter(
    *,
    case_id: UUID,
    route: Route,
    called: str,
    given_names: str = "",
    surname: str = "",
    other_names: str = "",
    born: date | None = None,
    telephone: str = "",
    email: str = "",
    address: str = "",
    contact_plan: dict[str, Any] | None = None,
    is_safe_to_contact: bool = True,
    risk_to_worker: str = "",
    ethnicity_code: str = "",
    ethnicity_scheme: str = "",
    coordinating_organisation_id: UUID,
    by: Actor,
    at: datetime,
    nominal_id: UUID | None = None,
    police_organisation_id: UUID | None = None,
    consideration_id: UUID | None = None,
    referral_in_id: UUID | None = None,
) -> tuple[Client, Episode]:
    """Makes her record, her first episode and a provisional safe-contact plan, and tells the coordinator."""
    hand = _hand(by, coordinating_organisation_id)
    with identity.clerk(hand):
        client = Client(
            organisation_id=coordinating_organisation_id,
            called=called or given_names,
            created_at=at,
        )
        numbering.insert(client)
        Identity(
            client=client,
            organisation_id=coordinating_organisation_id,
            given_names=given_names,
            surname=surname,
            other_names=other_names,
            date_of_birth=born,
            telephone=telephone,
            email=email,
            address=address,
            risk_to_worker=risk_to_worker,
        ).save(force_insert=True)
        _demographics(client, route, born, ethnicity_code, ethnicity_scheme, hand, at).save(force_insert=True)
        running = _episode(client, case_id, route, number=1, at=at)
        _plan(client, contact_plan, is_safe_to_contact, hand, at).save(force_insert=True)
        Spine(
            nominal_id=nominal_id,
            police_organisation_id=police_organisation_id,
            consideration_id=consideration_id,
            referral_in_id=referral_in_id,
            client_id=client.id,
            episode_id=running.id,
            made_at=at,
        ).save(force_insert=True)
    involving.involve(
        client_id=client.id,
        organisation_id=coordinating_organisation_id,
        account_id=None,
        kind=InvolvementKind.COORDINATION,
        by=by,
        at=at,
    )
    _tell(running, route, is_safe_to_contact, by=by, hand=hand, at=at)
    return client, running


def enter_again(
    client_id: UUID,
    *,
    case_id: UUID,
    route: Route,
    by: Actor,
    at: datetime,
    nominal_id: UUID | None = None,
    police_organisation_id: UUID | None = None,
    consideration_id: UUID | None = None,
    referral_in_id: UUID | None = None,
) -> None:
    """A woman with a record is confirmed once more: whoever confirmed her learns nothing of that.

    An episode that runs goes on. Where none runs a new one begins, unless she had asked us to stop: then
    nothing begins but at her own wish, and the coordinator decides what becomes of the flag.
    """
    with identity.clerk(by):
        client = Client.objects.get(id=client_id)
        last = Episode.objects.filter(client_id=client_id).order_by("-number").first()
        hand = _hand(by, client.organisation_id)
    facts = episode.ReturnFacts(
        has_open_episode=last is not None and last.status != episode.Status.CLOSED.value,
        last_ended_by_stop=last is not None and last.outcome in _SAID_NO,
        is_new_referral=True,
    )
    is_of_age = bool(of_age.may_go_on(client_id, by=hand, at=at))
    begins = is_of_age and bool(episode.may_open_again(facts))
    with identity.clerk(hand):
        running = last if facts.has_open_episode else None
        if begins:
            running = _episode(client, case_id, route, number=last.number + 1 if last else 1, at=at)
        joined = Spine(
            nominal_id=nominal_id,
            police_organisation_id=police_organisation_id,
            consideration_id=consideration_id,
            referral_in_id=referral_in_id,
            client_id=client_id,
            episode_id=running.id if running else None,
            made_at=at,
        )
        joined.save(force_insert=True)
    kept_out.known_also_by(client_id, (consideration_id, case_id), by=hand)
    if begins and running is not None:
        involving.involve(
            client_id=client_id,
            organisation_id=client.organisation_id,
            account_id=None,
            kind=InvolvementKind.COORDINATION,
            by=by,
            at=at,
        )
        _tell(running, route, True, by=by, hand=hand, at=at)
        return
    if not is_of_age:
        of_age.safeguard(client_id, client.organisation_id, by=hand, at=at)
    _identified(case_id, route, client_id, by=by, at=at)
    with identity.clerk(hand):
        ledger.record(
            EventKind.CONTACT_PLANNED,
            by=hand,
            at=at,
            case_id=case_id,
            client_id=client_id,
            episode_id=running.id if running else None,
            detail={"provisional": "yes"},
        )
    tasks.set_task(
        "flagged_again",
        "A woman whom you know was named again"
        if running
        else "A woman who asked us to stop was named again: do not contact her",
        organisation_id=client.organisation_id,
        role=Role.COORDINATOR,
        client_id=client_id,
        route="doors:again",
        object_id=joined.id,
        by=by,
        at=at,
        due_at=programme.working().due_after_days(at, ASSIGN_WITHIN),
    )


def _hand(by: Actor, organisation_id: UUID) -> Actor:
    """Whose name stands under what is made: the coordinator's own, or the programme's for anyone else.

    Police confirm without touching her support record, so her story does not carry an officer's name and
    no event of the force points at her.
    """
    if by.organisation_id == organisation_id:
        return by
    there = Organisation.objects.get(id=organisation_id)
    return replace(
        identity.MACHINE,
        organisation_id=there.id,
        organisation_name=there.name,
        sector=Sector(there.sector),
    )


def _episode(client: Client, case_id: UUID, route: Route, *, number: int, at: datetime) -> Episode:
    running = Episode(
        client=client,
        organisation_id=client.organisation_id,
        case_id=case_id,
        number=number,
        route=route.value,
        opened_at=at,
    )
    running.save(force_insert=True)
    return running


def _plan(
    client: Client, kept: dict[str, Any] | None, is_safe: bool, hand: Actor, at: datetime
) -> SafeContactPlan:
    facts = plan.read(plan.Status.PROVISIONAL, at, kept or {})
    return SafeContactPlan(
        client_id=client.id,
        organisation_id=client.organisation_id,
        status=(plan.Status.PROVISIONAL if is_safe else plan.Status.NOT_SAFE).value,
        details=plan.details(facts),
        made_at=at,
        made_by_id=hand.account_id,
        lapses_at=plan.lapses_at(facts) if is_safe else None,
    )


def _demographics(
    client: Client, route: Route, born: date | None, code: str, scheme: str, hand: Actor, at: datetime
) -> Demographics:
    """Only what is known already; what nobody asked stays “not asked”, and her own answers come later."""
    group = demographics.ethnicity(code, EthnicityScheme(scheme)).value if code and scheme else ""
    declared = {Door.POLICE: DeclaredBy.POLICE_RECORD, Door.OPEN: DeclaredBy.WORKER}[route.door]
    band = demographics.age_band(born, on=clocks.local(at).date()) if born else NoAnswer.UNKNOWN
    return Demographics(
        client_id=client.id,
        organisation_id=client.organisation_id,
        age_band=band.value,
        ethnicity_code=code,
        ethnicity_scheme=scheme if code else "",
        ethnicity=group or NoAnswer.NOT_ASKED.value,
        declared_by=(DeclaredBy.SELF if route is Route.SELF else declared).value,
        changed_at=at,
        changed_by_id=hand.account_id,
    )


def _tell(running: Episode, route: Route, is_safe: bool, *, by: Actor, hand: Actor, at: datetime) -> None:
    """The events of her entry, and the coordinator's work that follows from it."""
    _identified(running.case_id, route, running.client_id, by=by, at=at)
    planned = EventKind.CONTACT_PLANNED if is_safe else EventKind.PLAN_NOT_SAFE
    said: tuple[tuple[EventKind, dict[str, Any]], ...] = (
        (EventKind.EPISODE_OPENED, {"number": running.number, "route": route.value}),
        (planned, {"provisional": "yes"} if is_safe else {}),
    )
    with identity.clerk(hand):
        for kind, codes in said:
            ledger.record(
                kind,
                by=hand,
                at=at,
                case_id=running.case_id,
                client_id=running.client_id,
                episode_id=running.id,
                detail=codes,
            )
    tasks.set_task(
        TASK,
        "Give a woman a worker who will reach her",
        organisation_id=running.organisation_id,
        role=Role.COORDINATOR,
        client_id=running.client_id,
        route="reach:assign",
        object_id=running.client_id,
        by=by,
        at=at,
        due_at=programme.working().due_after_days(at, ASSIGN_WITHIN),
    )


def _identified(case_id: UUID, route: Route, client_id: UUID, *, by: Actor, at: datetime) -> None:
    """Identified, as whoever confirmed her recorded it. A force's own event never points at her record."""
    ledger.record(
        EventKind.IDENTIFIED,
        by=by,
        at=at,
        case_id=case_id,
        client_id=None if by.is_police else client_id,
        detail={"route": route.value},
    )
