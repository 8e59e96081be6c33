"""Is she known already? Looked for while somebody types her name, within the organisation of whoever types.

Police look among what their own force recorded, and learn nothing of who is anybody's client: no row of the
support side is asked for, so that the answer, its words and its time are the same either way. Those who
support her look among the women they may see; the coordinator, who carries her between organisations, is
also told who works with her. Nothing of what was typed is kept; that it was looked, and who was shown, is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from pathways.analysis.linkage import scorer
from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.terms.people import Role
from pathways.journey import comparing, her, involving, ledger, naming, sight
from pathways.journey.comparing import Paper
from pathways.journey.naming import Kind
from pathways.records import composed, sealed, tokens
from pathways.records.models import (
    Client,
    Consideration,
    Identity,
    NameToken,
    Nominal,
    Organisation,
    ReferralIn,
)

#: A weight below which a record is not shown: the same common name and nothing else lies above it.
SHOWN_FROM = -6.0
#: So many at most are shown, and so many at most are opened to be compared.
MOST, OPENED = 6, 150
_NEAR_CERTAIN, _LIKELY = 0.99, 0.8

#: What of a nominal is compared, in the order of `Paper`.
_COMPARED = ("given_names", "surname", "other_names", "date_of_birth", "address", "telephone")

_RESOURCES = {
    Kind.NOMINAL: Resource.NOMINAL,
    Kind.CLIENT: Resource.CLIENT,
    Kind.REFERRAL_IN: Resource.REFERRAL_IN,
}


@dataclass(frozen=True, slots=True)
class Likely:
    """A record that may be hers. `leads_to` is what its page is of; `because` what is alike, in words."""

    kind: Kind
    id: UUID
    leads_to: UUID | None
    name: str
    born: date | None
    reference: str
    sure: str
    because: tuple[str, ...]
    works_with: tuple[str, ...] = ()


def may_look(by: Actor) -> bool:
    """Whether this person may look whom her organisation knows. An officer flags, and reads nobody."""
    return policy.could(by, Action.READ, Resource.NAME_TOKEN) and bool(_kinds(by))


def look(*, who: Paper, by: Actor, at: datetime, thoroughly: bool = True) -> tuple[Likely, ...]:
    """Records that may be hers, the likeliest first. Too little typed, or nobody like her: none.

    `thoroughly` is for a page of its own; while somebody types, what is quick to find is enough.
    """
    if not may_look(by) or not who.says_enough:
        return ()
    found = likeliest(who, by=by, kinds=_kinds(by), thoroughly=thoroughly)
    shown = _shown(found, by)
    ledger.searched(by=by, at=at, subjects=[one.id for one in shown], route="known")
    return shown


def _kinds(by: Actor) -> tuple[Kind, ...]:
    """Police look among nominals alone, and whoever supports her never among them."""
    wanted = (Kind.NOMINAL,) if by.is_police else (Kind.CLIENT, Kind.REFERRAL_IN)
    return tuple(kind for kind in wanted if policy.could(by, Action.READ, _RESOURCES[kind]))


@dataclass(frozen=True, slots=True)
class Compared:
    """A record that was opened and weighed against what was typed."""

    kind: Kind
    id: UUID
    name: str
    paper: Paper
    weight: float
    because: tuple[str, ...]


def likeliest(
    who: Paper, *, by: Actor, kinds: Iterable[Kind], most: int = MOST, thoroughly: bool = True
) -> list[Compared]:
    """The records like this one, by the model: those kept under what it would be kept under. Where none of
    these is like her, those that a search for her name finds, which costs more: unless `thoroughly`, only
    where no date of birth could bring her together with her record."""
    record, model = comparing.columns(who), comparing.model()
    kinds = tuple(kinds)
    found = _weighed(met(record, by, kinds), record, model)
    if not found and (thoroughly or who.born is None):
        found = _weighed(papers(_named_alike(who, by, kinds), by), record, model)
    return sorted(found, key=lambda one: (-one.weight, one.name, one.id))[:most]


def met(
    record: dict[str, object], by: Actor, kinds: tuple[Kind, ...]
) -> Iterator[tuple[Kind, UUID, str, Paper]]:
    """The records of this organisation that are kept under what this one looks under, opened.

    Nominals are met and read by one statement: while somebody types, a journey to the database more is felt.
    """
    under = tokens.keyed(comparing.looks_under(record), by.organisation_id)
    if not under:
        return
    if Kind.NOMINAL in kinds:
        yield from _opened(_nominals_met(by, under))
    if others := tuple(kind for kind in kinds if kind is not Kind.NOMINAL):
        yield from papers(_by_kind(_meeting(by, under, others)), by)


def _kept_under(by: Actor, under: list[int], kinds: tuple[Kind, ...]) -> QuerySet[NameToken, Any]:
    """What is kept under most of these tokens, not more than may be opened."""
    kept = sight.visible(NameToken, by).filter(token__among=under, record_kind__in=kinds)
    return kept.values("record_id").annotate(shared=Count("*")).order_by("-shared", "record_id")


@composed.reading
def _meeting(by: Actor, under: list[int], kinds: tuple[Kind, ...]) -> QuerySet[NameToken, Any]:
    return _kept_under(by, under, kinds).values_list("record_id", "record_kind")[:OPENED]


@composed.reading
def _nominals_met(by: Actor, under: list[int]) -> QuerySet[Nominal, Any]:
    ids = _kept_under(by, under, (Kind.NOMINAL,)).values("record_id")[:OPENED]
    return (
        sight.visible(Nominal, by).filter(id__in=ids).values_list("id", "organisation_id", *_COMPARED)
    )


def _named_alike(who: Paper, by: Actor, kinds: tuple[Kind, ...]) -> dict[Kind, list[UUID]]:
    typed = f"{who.given_names} {who.surname} {who.born.isoformat() if who.born else ''}"
    return _by_kind(naming.candidates(tokens.read(typed), by, kinds))


def _by_kind(rows: Iterable[tuple[UUID, str]]) -> dict[Kind, list[UUID]]:
    found: dict[Kind, list[UUID]] = {}
    for record_id, kind in rows:
        found.setdefault(Kind(kind), []).append(record_id)
    return found


def _weighed(
    those: Iterable[tuple[Kind, UUID, str, Paper]], record: dict[str, object], model: comparing.Model
) -> list[Compared]:
    found: list[Compared] = []
    for kind, record_id, name, paper in those:
        other = comparing.columns(paper)
        weight = model.weigh(record, other)
        if weight >= SHOWN_FROM:
            parts = model.score(record, other).parts
            alike = tuple(part.words for part in parts if part.weight > 0)
            found.append(Compared(kind, record_id, name, paper, weight, alike))
    return found


def papers(ids: dict[Kind, list[UUID]], by: Actor) -> Iterable[tuple[Kind, UUID, str, Paper]]:
    """Of these records those that this person may read, opened: name and what is compared."""
    if wanted := ids.get(Kind.NOMINAL):
        yield from _opened(_nominals(by, wanted))
    if wanted := ids.get(Kind.REFERRAL_IN):
        for brought in _brought(by, wanted):
            whole = f"{brought.given_names} {brought.surname}".strip() or brought.called
            yield Kind.REFERRAL_IN, brought.id, whole, paper_of_referral(brought)
    if wanted := ids.get(Kind.CLIENT):
        on_paper = {paper.client_id: paper for paper in _identities(by, wanted)}
        for client in her.clients_among(by, wanted):
            if client.joined_into_id is None:
                yield Kind.CLIENT, client.id, client.called, involving.paper_of(
                    client, on_paper.get(client.id)
                )


def _opened(rows: list[Any]) -> Iterator[tuple[Kind, UUID, str, Paper]]:
    """Nominals as the database has them, opened together: no row of them is made."""
    opened = sealed.opened(Nominal, _COMPARED, ((key, (key, force), blobs) for key, force, *blobs in rows))
    for (key, *_), values in zip(rows, opened, strict=True):
        paper = Paper(*values)
        yield Kind.NOMINAL, key, f"{paper.given_names} {paper.surname}".strip(), paper


def paper_of_nominal(row: Nominal) -> Paper:
    return Paper(
        row.given_names, row.surname, row.other_names, row.date_of_birth, row.address, row.telephone
    )


def paper_of_referral(row: ReferralIn) -> Paper:
    return Paper(
        row.given_names or row.called, row.surname, row.called, row.date_of_birth, row.address, row.telephone
    )


@composed.reading
def _nominals(by: Actor, ids: list[UUID]) -> QuerySet[Nominal, Any]:
    mine = sight.visible(Nominal, by).filter(id__among=ids)
    return mine.values_list("id", "organisation_id", *_COMPARED)


@composed.reading
def _brought(by: Actor, ids: list[UUID]) -> QuerySet[ReferralIn]:
    return sight.visible(ReferralIn, by).filter(id__among=ids)


@composed.reading
def _identities(by: Actor, client_ids: list[UUID]) -> QuerySet[Identity]:
    return sight.about(Identity, by, client_ids)


# --- what is shown ----------------------------------------------------------------------------------


def _shown(found: list[Compared], by: Actor) -> tuple[Likely, ...]:
    ids = {kind: [one.id for one in found if one.kind is kind] for kind in Kind}
    flags: dict[UUID, tuple[UUID, str]] = {}
    if ids[Kind.NOMINAL]:
        for row in _flags(by, ids[Kind.NOMINAL]):
            flags[row.nominal_id] = (row.id, row.reference)
    references = dict(_references(by, ids[Kind.CLIENT])) if ids[Kind.CLIENT] else {}
    if ids[Kind.REFERRAL_IN]:
        references |= {row.id: row.reference for row in _brought(by, ids[Kind.REFERRAL_IN])}
    return tuple(_likely(one, flags, references, by) for one in found)


@composed.reading
def _flags(by: Actor, nominal_ids: list[UUID]) -> QuerySet[Consideration]:
    return sight.visible(Consideration, by).filter(nominal_id__among=nominal_ids).order_by("flagged_at")


@composed.reading
def _references(by: Actor, client_ids: list[UUID]) -> QuerySet[Client, tuple[UUID, str]]:
    return sight.about(Client, by, client_ids).values_list("id", "reference")


def _likely(
    one: Compared, flags: dict[UUID, tuple[UUID, str]], references: dict[UUID, str], by: Actor
) -> Likely:
    flag = flags.get(one.id)
    leads_to = flag[0] if flag else None if one.kind is Kind.NOMINAL else one.id
    works_with: tuple[str, ...] = ()
    if one.kind is Kind.CLIENT and by.role is Role.COORDINATOR:
        others = involving.organisations_of(one.id, by=by) - {by.organisation_id}
        works_with = tuple(
            Organisation.objects.filter(id__in=others).order_by("name").values_list("name", flat=True)
        )
    return Likely(
        kind=one.kind,
        id=one.id,
        leads_to=leads_to,
        name=one.name,
        born=one.paper.born,
        reference=flag[1] if flag else references.get(one.id, ""),
        sure=how_sure(one.weight),
        because=one.because,
        works_with=works_with,
    )


def how_sure(weight: float) -> str:
    """How likely a record is hers, in words and never as a number: a person judges."""
    probability = scorer.probability_of(weight)
    if probability >= _NEAR_CERTAIN:
        return "Almost certainly her"
    if probability >= _LIKELY:
        return "Probably her"
    return "May be her: the name is alike"
