"""Finding a woman by her name: her search tokens, made when she is known and forgotten when she is not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from pathways.domain.governance.actors import Actor
from pathways.domain.terms.given_names import GROUPS
from pathways.journey import comparing, her, identity, sight
from pathways.records import composed, tokens
from pathways.records.models import Identity, NameToken, Nominal, ReferralIn
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
#: So many records at most are opened to be compared with what was typed.
CANDIDATES = 60


def index(
    kind: Kind,
    record_id: UUID,
    organisation_id: UUID,
    *,
    names: Iterable[str],
    born: date | None,
    kept_under: Iterable[str] = (),
    by: Actor,
) -> None:
    """Makes one record findable within one organisation, in place of what it was found by before.

    `kept_under` is what it meets another record of the same woman by (`comparing.kept_under`).
    """
    rows = rows_of(kind, record_id, organisation_id, names=names, born=born, kept_under=kept_under)
    alone(record_id)
    with identity.clerk(by):
        NameToken.objects.filter(record_id=record_id, organisation_id=organisation_id).delete()
        NameToken.objects.bulk_create(rows)


def rows_of(
    kind: Kind,
    record_id: UUID,
    organisation_id: UUID,
    *,
    names: Iterable[str],
    born: date | None,
    kept_under: Iterable[str] = (),
) -> list[NameToken]:
    """The rows by which one record is found within one organisation."""
    plain = tokens.plain_tokens((name for name in names if name and name != ERASED), born)
    plain |= dict.fromkeys(kept_under, tokens.EXACT)
    if plain:
        plain[edition()] = 0
    keyed = dict(zip(tokens.keyed(plain, organisation_id), plain.values(), strict=True))
    return [
        NameToken(
            organisation_id=organisation_id,
            token=token,
            record_id=record_id,
            record_kind=kind.value,
            weight=weight,
        )
        for token, weight in keyed.items()
    ]


@cache
def edition() -> str:
    """What tells the tokens that this version makes from another's: a token itself, and never asked for.

    They differ when tokens are made otherwise, when the forms of given names do, or the model that two
    records are held against each other by.
    """
    forms = sorted(GROUPS.items())
    made_of = repr((tokens.FORMAT, forms, comparing.model().version))
    return f"edition:{hashlib.sha256(made_of.encode()).hexdigest()[:16]}"


def alone(*record_ids: UUID) -> None:
    """Until this transaction ends nobody else makes these records findable or forgets them.

    What is made findable is new rows, which a deletion that was begun before does not see.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(id::text, 0))"
            " from (select id from unnest(%s::uuid[]) as asked (id) order by id) as these",
            [list(record_ids)],
        )


def is_free(record_id: UUID) -> bool:
    """Whether nobody else is at this record now; if so, it is held as by `alone`."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(hashtextextended(%s::uuid::text, 0))", [record_id])
        return bool(cursor.fetchone()[0])


def forget(record_id: UUID, organisation_id: UUID | None, *, by: Actor) -> None:
    """Makes a record unfindable within one organisation, or within all."""
    alone(record_id)
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
    rows = candidates(query, by, kinds)
    ids = {kind: [record_id for record_id, k in rows if k == kind.value] for kind in Kind}
    found = [
        Found(kind, record_id, name, born, _likeness(query, names, born))
        for kind, record_id, name, names, born in _read(ids, by)
    ]
    shown = [each for each in found if each.score >= LIKE_ENOUGH]
    return sorted(shown, key=lambda each: (-each.score, each.name))[:most]


def candidates(query: tokens.Query, by: Actor, kinds: Iterable[Kind]) -> list[tuple[UUID, str]]:
    """The records of the searcher's organisation that share most with what was typed: (id, kind)."""
    if query.is_empty:
        return []
    plain = tokens.query_tokens(query)
    return _candidates(
        by,
        tokens.keyed((token for token, _, _ in plain), by.organisation_id),
        [place for _, place, _ in plain],
        [worth for _, _, worth in plain],
        [kind.value for kind in kinds],
    )


def _candidates(
    by: Actor, keyed: list[int], places: list[int], worths: list[int], kinds: list[str]
) -> list[tuple[UUID, str]]:
    """The records that share most with what was typed: for each word the best token, and these added up.

    A common name has tens of thousands of tokens. What is added up lies in the table's key, so that they are
    read from its index alone; what kind of record each is, is looked up for the few that are left.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "with best as ("
            " select held.record_id, asked.place, max(asked.worth) as worth"
            " from unnest(%s::bigint[], %s::int[], %s::int[]) as asked (token, place, worth)"
            " join name_token held on held.organisation_id = %s and held.token = asked.token group by 1, 2"
            "), most as ("
            " select record_id, sum(worth) as worth from best group by 1 order by 2 desc, 1 limit %s"
            ") select most.record_id, one.record_kind from most cross join lateral ("
            " select record_kind from name_token"
            " where record_id = most.record_id and organisation_id = %s limit 1"
            ") one where one.record_kind = any(%s) order by most.worth desc, most.record_id limit %s",
            [
                *(keyed, places, worths, by.organisation_id, 2 * CANDIDATES),
                *(by.organisation_id, kinds, CANDIDATES),
            ],
        )
        return cursor.fetchall()


def _read(ids: dict[Kind, list[UUID]], by: Actor) -> Iterable[tuple[Kind, UUID, str, list[str], date | None]]:
    if ids[Kind.NOMINAL]:
        for nominal in _nominals(by, ids[Kind.NOMINAL]):
            names = [nominal.given_names, nominal.surname, nominal.other_names]
            yield Kind.NOMINAL, nominal.id, nominal.full_name, names, nominal.date_of_birth
    if ids[Kind.REFERRAL_IN]:
        for brought in _brought(by, ids[Kind.REFERRAL_IN]):
            names = [brought.called, brought.given_names, brought.surname]
            whole = f"{brought.given_names} {brought.surname}".strip() or brought.called
            yield Kind.REFERRAL_IN, brought.id, whole, names, brought.date_of_birth
    if ids[Kind.CLIENT]:
        papers = {paper.client_id: paper for paper in _papers(by, ids[Kind.CLIENT])}
        for client in her.clients_among(by, ids[Kind.CLIENT]):
            paper = papers.get(client.id)
            names = [client.called]
            if paper is not None:
                names += [paper.given_names, paper.surname, paper.other_names]
            yield Kind.CLIENT, client.id, client.called, names, paper.date_of_birth if paper else None


@composed.reading
def _papers(by: Actor, client_ids: list[UUID]) -> QuerySet[Identity]:
    return sight.about(Identity, by, client_ids)


@composed.reading
def _nominals(by: Actor, ids: list[UUID]) -> QuerySet[Nominal]:
    return sight.visible(Nominal, by).filter(id__among=ids)


@composed.reading
def _brought(by: Actor, ids: list[UUID]) -> QuerySet[ReferralIn]:
    return sight.visible(ReferralIn, by).filter(id__among=ids)


def _likeness(query: tokens.Query, names: list[str], born: date | None) -> float:
    """How alike what was typed and a record are, 0 to 1: names weigh three parts, a date one."""
    held: set[str] = set()
    for name in names:
        words = tokens.words_of(name)
        held.update(words, tokens.joined(words))
    scores = [max((_alike(word, other) for other in held), default=0.0) for word in query.words]
    for place, word in enumerate(tokens.joined(query.words)):
        if word in held:
            scores[place] = scores[place + 1] = 1.0
    weights = [3.0] * len(scores)
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
    alike = max(JaroWinkler.similarity(typed, held), fuzz.ratio(typed, held) / 100) * 0.97
    if alike < 0.93 and len(typed) > 2 and OSA.distance(typed, held, score_cutoff=1) == 1:
        return 0.93  # one typing error is one typing error, at the beginning of a name as well
    return alike


def _alike_dates(query: tokens.Query, born: date | None) -> float:
    if born is None:
        return 0.4
    given = [(query.year, born.year), (query.month, born.month), (query.day, born.day)]
    said = [(a, b) for a, b in given if a is not None]
    same = sum(a == b for a, b in said)
    if query.day == born.month and query.month == born.day and query.day != query.month:
        return 0.85
    return same / len(said)
