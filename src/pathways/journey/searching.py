"""Looking for a woman by the name she gives, part of her date of birth, or a reference said aloud.

What was typed is kept nowhere. What was found is one access event with everybody on the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.identification import consideration, referral_in
from pathways.domain.support import episode, path
from pathways.domain.terms import references
from pathways.journey import her, ledger, naming, sight, way
from pathways.journey.naming import Kind
from pathways.records import composed
from pathways.records.models import Client, Consideration, FlagReceipt, Referral, ReferralIn

_KINDS = {
    Kind.CLIENT: Resource.CLIENT,
    Kind.NOMINAL: Resource.NOMINAL,
    Kind.REFERRAL_IN: Resource.REFERRAL_IN,
}


class What(StrEnum):
    """What a result is, and so which page it leads to."""

    CLIENT = "client"
    CONSIDERATION = "consideration"
    REFERRAL_IN = "referral_in"
    REFERRAL = "referral"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Result:
    """One thing found. `why` says kindly how it fits what was typed; `stage` where she is."""

    what: What
    id: UUID
    name: str
    reference: str
    born: date | None
    why: str
    stage: str


@dataclass(frozen=True, slots=True)
class Results:
    """What was found, and the lists that were looked through, in words."""

    results: tuple[Result, ...] = ()
    looked_in: tuple[str, ...] = ()
    was_reference: bool = False


def looks_in(by: Actor) -> tuple[str, ...]:
    """The lists that a search of this person goes through."""
    place = by.organisation_name
    words = {
        Kind.CLIENT: f"women that you may see at {place}",
        Kind.NOMINAL: f"flags and people recorded by {place}",
        Kind.REFERRAL_IN: "referrals in that came by the open door",
    }
    return tuple(words[kind] for kind in _kinds(by))


def search(*, typed: str, by: Actor, at: datetime) -> Results:
    """Finds by reference when a reference was typed, else by name and date of birth."""
    reference = references.read(typed)
    found = _by_reference(reference, by) if reference is not None else _by_name(typed, by)
    ledger.searched(by=by, at=at, subjects=[each.id for each in found])
    return Results(tuple(found), looks_in(by), reference is not None)


def _kinds(by: Actor) -> tuple[Kind, ...]:
    return tuple(kind for kind, resource in _KINDS.items() if policy.could(by, Action.READ, resource))


def _by_name(typed: str, by: Actor) -> list[Result]:
    found = naming.find(typed, by=by, kinds=_kinds(by))
    ids = {kind: [each.record_id for each in found if each.kind is kind] for kind in Kind}
    stages = _stages(ids[Kind.CLIENT], by)
    papers = dict(_references(by, ids[Kind.CLIENT])) if ids[Kind.CLIENT] else {}
    doors = {row.id: row for row in _doors(by, ids[Kind.REFERRAL_IN])} if ids[Kind.REFERRAL_IN] else {}
    flags = {row.nominal_id: row for row in _flags(by, ids[Kind.NOMINAL])} if ids[Kind.NOMINAL] else {}
    results: list[Result] = []
    for each in found:
        why = _why(each.score)
        if each.kind is Kind.CLIENT and (reference := papers.get(each.record_id)):
            stage = stages.get(each.record_id, "")
            results.append(Result(What.CLIENT, each.record_id, each.name, reference, each.born, why, stage))
        elif each.kind is Kind.NOMINAL and (flag := flags.get(each.record_id)):
            results.append(_flag(flag, each.name, each.born, why))
        elif each.kind is Kind.REFERRAL_IN and (door := doors.get(each.record_id)):
            results.append(_door(door, each.name, each.born, why))
    return results


@composed.reading
def _references(by: Actor, client_ids: list[UUID]) -> QuerySet[Client, tuple[UUID, str]]:
    return sight.about(Client, by, client_ids).values_list("id", "reference")


@composed.reading
def _doors(by: Actor, ids: list[UUID]) -> QuerySet[ReferralIn]:
    return sight.visible(ReferralIn, by).filter(id__among=ids)


@composed.reading
def _flags(by: Actor, nominal_ids: list[UUID]) -> QuerySet[Consideration]:
    return sight.visible(Consideration, by).filter(nominal_id__among=nominal_ids).order_by("flagged_at")


def _by_reference(reference: str, by: Actor) -> list[Result]:
    why = "The reference that you gave"
    results: list[Result] = []
    for client in sight.visible(Client, by).filter(reference=reference):
        stage = _stages([client.id], by).get(client.id, "")
        results.append(Result(What.CLIENT, client.id, client.called, client.reference, None, why, stage))
    for flag in sight.visible(Consideration, by).filter(reference=reference).select_related("nominal"):
        results.append(_flag(flag, flag.nominal.full_name, flag.nominal.date_of_birth, why))
    for door in sight.visible(ReferralIn, by).filter(reference=reference):
        name = f"{door.given_names} {door.surname}".strip() or door.called
        results.append(_door(door, name, door.date_of_birth, why))
    for sent in sight.visible(Referral, by).filter(reference=reference):
        results.append(
            Result(What.REFERRAL, sent.id, "", sent.reference, None, why, sent.get_status_display())
        )
    for receipt in sight.visible(FlagReceipt, by).filter(reference=reference):
        stage = "Closed" if receipt.is_closed else "Received"
        results.append(Result(What.RECEIPT, receipt.id, "", receipt.reference, None, why, stage))
    return results


def _flag(row: Consideration, name: str, born: date | None, why: str) -> Result:
    stage = consideration.Status(row.status).label
    return Result(What.CONSIDERATION, row.id, name, row.reference, born, why, stage)


def _door(row: ReferralIn, name: str, born: date | None, why: str) -> Result:
    stage = referral_in.Status(row.status).label
    return Result(What.REFERRAL_IN, row.id, name, row.reference, born, why, stage)


def _stages(client_ids: Iterable[UUID], by: Actor) -> dict[UUID, str]:
    """Where each woman is, in words; empty for those who may not read it."""
    if not way.reads_whole_story(by):
        return {}
    latest = {row.client_id: row for row in her.episodes_of(by, list(client_ids))}
    days = way.reached(latest.values(), by)
    words: dict[UUID, str] = {}
    for client_id, row in latest.items():
        now = path.stage_now(path.Facts(days[row.id]))
        if row.status == episode.Status.CLOSED.value:
            words[client_id] = "Closed"
        elif now is not None:
            words[client_id] = f"Waiting for: {way.WAITING_FOR[now].lower()}"
    return words


def _why(score: float) -> str:
    """How a record fits, kindly put and without a number."""
    if score >= 0.99:
        return "Just as you typed it"
    if score >= 0.93:
        return "A similar spelling, or a short form of the name"
    if score >= 0.8:
        return "A very similar name"
    return "A similar name: check before you open it"
