"""The panel looks at her: the coordinator puts her on its agenda, and only then does the chair see her."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.support import episode
from pathways.domain.terms.people import Role
from pathways.journey import gate, her, identity, involving, ledger, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Appointment, Client, Involvement, InvolvementKind

_NOT_YOURS = decision.no("The panel’s agenda is not for your role.", ask="the coordinator")


@dataclass(frozen=True, slots=True)
class Agenda:
    """Whether she is on the panel's agenda, since when, and whether this person may change that."""

    since: datetime | None
    chairs: tuple[str, ...]
    may_put_on: Decision
    may_take_off: Decision


def put_on(*, client_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Puts her on the agenda: each chair of the coordinating organisation can see her from this moment."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by, lock=True)
        if client is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may_put_on(client_id, by)):
            return refusal(answer)
        for account_id in _chairs(by):
            involving.involve(
                client_id=client_id,
                organisation_id=by.organisation_id,
                account_id=account_id,
                kind=InvolvementKind.PANEL,
                by=by,
                at=at,
            )
        ledger.altered(
            by=by, at=at, resource=Resource.INVOLVEMENT, subjects=[client_id], reason="put on the agenda"
        )
        return done(
            client_id, reference=client.reference, next=("The panel’s chair can see her from now on.",)
        )


def take_off(*, client_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Takes her off the agenda: the chair sees her no more."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by, lock=True)
        if client is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may_take_off(client_id, by)):
            return refusal(answer)
        involving.end(
            client_id=client_id,
            organisation_id=by.organisation_id,
            kinds=(InvolvementKind.PANEL,),
            by=by,
            at=at,
        )
        ledger.altered(
            by=by, at=at, resource=Resource.INVOLVEMENT, subjects=[client_id], reason="taken off the agenda"
        )
        return done(client_id, reference=client.reference, next=("The panel’s chair sees her no more.",))


def agenda(*, client_id: UUID, by: Actor) -> Agenda | None:
    """Where she stands with the panel, for the coordinator; None for everybody else."""
    if by.role is not Role.COORDINATOR or sight.one(Client, client_id, by) is None:
        return None
    first = _on_it(client_id, by)
    names = identity.names_of(set(_chairs(by)))
    return Agenda(
        since=first.from_at if first else None,
        chairs=tuple(sorted(names.values())),
        may_put_on=_may_put_on(client_id, by),
        may_take_off=_may_take_off(client_id, by),
    )


def _on_it(client_id: UUID, by: Actor) -> Involvement | None:
    return (
        sight.visible(Involvement, by)
        .filter(
            client_id=client_id,
            organisation_id=by.organisation_id,
            kind=InvolvementKind.PANEL,
            until_at__isnull=True,
        )
        .order_by("from_at")
        .first()
    )


def _may_put_on(client_id: UUID, by: Actor) -> Decision:
    if by.role is not Role.COORDINATOR:
        return _NOT_YOURS
    where = her.episode_now(client_id, by)
    if where is None or where.status == episode.Status.CLOSED.value:
        return decision.no("She has no episode that runs now.")
    if gate.standing(client_id, by).stop is not None:
        return decision.no("She has asked us to stop: no panel talks about her.")
    if _on_it(client_id, by) is not None:
        return decision.no("She is on the agenda already.")
    if not _chairs(by):
        return decision.no("Nobody chairs the panel at your organisation.", ask="the administrator")
    return decision.yes()


def _may_take_off(client_id: UUID, by: Actor) -> Decision:
    if by.role is not Role.COORDINATOR:
        return _NOT_YOURS
    if _on_it(client_id, by) is None:
        return decision.no("She is not on the agenda.")
    return decision.yes()


def _chairs(by: Actor) -> list[UUID]:
    """Who chairs the panel at this organisation now."""
    return list(
        Appointment.objects.filter(
            role=Role.PANEL_CHAIR.value, organisation_id=by.organisation_id, until_at__isnull=True
        ).values_list("account_id", flat=True)
    )
