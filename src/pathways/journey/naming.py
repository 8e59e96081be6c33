"""Finding a woman by her name: her search tokens, made when she is known and forgotten when she is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.db import connection
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from pathways.domain.governance.actors import Actor
from pathways.journey import identity, sight
from pathways.records import tokens
from pathways.records.models import Client, Identity, NameToken, Nominal, ReferralIn
from pathways.records.nicknames import GROUPS
from pathways.records.sealed import ERASED


class Kind(StrEnum):
    """What a token is about."""

    NOMINAL = "nominal"
    CLIENT = "client"
    REFERRAL_IN = "referral_in"


@dataclass(frozen=True, slots=True)
class Found:
    """One record that a search found: 1.0 is every word exactly."""

    kind: Kind
    record_id: UUID
    name: str
    born: date | None
    score: float


#: Records below this likeness are not shown.
LIKE_ENOUGH = 0.62
_CANDIDATES = 80


def index(
    kind: Kind, record_id: UUID, organisation_id: UUID, *, names: Iterable[str], born: date | None, by: Actor
) -> None:
    """Makes one record findable within one organisation, in place of what it was found by before."""
    plain = tokens.plain_tokens((name for name in names if name and name != ERASED), born)
    keyed = tokens.keyed(plain, organisation_id)
    with identity.clerk(by):
        NameToken.objects.filter(record_id=record_id, organisation_id=organisation_id).delete()
        NameToken.objects.bulk_create(
            NameToken(
                organisation_id=organisation_id,
                token=token,
                record_id=record_id,
                record_kind=kind.value,
                weight=weight,
            )
            for token, weight in keyed.items()
        )


def forget(record_id: UUID, organisation_id: UUID | None, *, by: Actor) -> None:
    """Makes a record unfindable within one organisation, or within all."""
    with identity.clerk(by):
        rows = NameToken.objects.filter(record_id=record_id)
        if organisation_id is not None:
            rows = rows.filter(organisation_id=organisation_id)
        rows.delete()


def find(typed: str, *, by: Actor, kinds: Iterable[Kind] = tuple(Kind), most: int = 20) -> list[Found]:
    """The records of the searcher's own organisation that she may see, the most alike first.

    Typing errors, short forms, swapped names and part of a date of birth still find her.
    """
    query = tokens.read(typed)
    if query.is_empty:
        return []
    keyed = tokens.keyed(tokens.query_tokens(query), by.organisation_id)
    wanted = [kind.value for kind in kinds]
    with connection.cursor() as cursor:
        cursor.execute(
            "select record_id, record_kind from name_token where organisation_id = %s and token = any(%s)"
            " and record_kind = any(%s) group by 1, 2 order by sum(weight) desc limit %s",
            [by.organisation_id, list(keyed), wanted, _CANDIDATES],
        )
        rows = cursor.fetchall()
    ids = {kind: [record_id for record_id, k in rows if k == kind.value] for kind in Kind}
    found = [
        Found(kind, record_id, name, born, _likeness(query, names, born))
        for kind, record_id, name, names, born in _read(ids, by)
    ]
    shown = [each for each in found if each.score >= LIKE_ENOUGH]
    return sorted(shown, key=lambda each: (-each.score, each.name))[:most]


def _read(ids: dict[Kind, list[UUID]], by: Actor) -> Iterable[tuple[Kind, UUID, str, list[str], date | None]]:
    if ids[Kind.NOMINAL]:
        for nominal in sight.visible(Nominal, by).filter(id__in=ids[Kind.NOMINAL]):
            names = [nominal.given_names, nominal.surname, nominal.other_names]
            yield Kind.NOMINAL, nominal.id, nominal.full_name, names, nominal.date_of_birth
    if ids[Kind.REFERRAL_IN]:
        for brought in sight.visible(ReferralIn, by).filter(id__in=ids[Kind.REFERRAL_IN]):
            names = [brought.called, brought.given_names, brought.surname]
            whole = f"{brought.given_names} {brought.surname}".strip() or brought.called
            yield Kind.REFERRAL_IN, brought.id, whole, names, brought.date_of_birth
    if ids[Kind.CLIENT]:
        papers = {
            paper.client_id: paper
            for paper in sight.visible(Identity, by).filter(client_id__in=ids[Kind.CLIENT])
        }
        for client in sight.visible(Client, by).filter(id__in=ids[Kind.CLIENT]):
            paper = papers.get(client.id)
            names = [client.called]
            if paper is not None:
                names += [paper.given_names, paper.surname, paper.other_names]
            yield Kind.CLIENT, client.id, client.called, names, paper.date_of_birth if paper else None


def _likeness(query: tokens.Query, names: list[str], born: date | None) -> float:
    """How alike what was typed and a record are, 0 to 1: names weigh three parts, a date one."""
    held = [word for name in names for word in tokens.words_of(name)]
    scores: list[float] = []
    weights: list[float] = []
    for word in query.words:
        scores.append(max((_alike(word, other) for other in held), default=0.0))
        weights.append(3.0)
    if query.year or query.month:
        scores.append(_alike_dates(query, born))
        weights.append(3.0 if not query.words else 2.0)
    return sum(s * w for s, w in zip(scores, weights, strict=True)) / sum(weights)


def _alike(typed: str, held: str) -> float:
    if typed == held:
        return 1.0
    if set(GROUPS.get(typed, ())) & set(GROUPS.get(held, ())):
        return 0.95
    if held.startswith(typed) and len(typed) >= 3:
        return 0.9
    return max(JaroWinkler.similarity(typed, held), fuzz.ratio(typed, held) / 100) * 0.97


def _alike_dates(query: tokens.Query, born: date | None) -> float:
    if born is None:
        return 0.4
    given = [(query.year, born.year), (query.month, born.month), (query.day, born.day)]
    said = [(a, b) for a, b in given if a is not None]
    same = sum(a == b for a, b in said)
    if query.day == born.month and query.month == born.day and query.day != query.month:
        return 0.85
    return same / len(said)
