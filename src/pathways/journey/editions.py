"""What a form changed the last time it was saved: for whoever had the same form open meanwhile.

One row for each form of each thing, replaced at every save. It is read only to somebody to whom that very
form of that very thing is open, and what it says of a woman is sealed under her key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from pathways.domain.governance.actors import Actor
from pathways.journey import identity
from pathways.records.models import FormEdition


@dataclass(frozen=True, slots=True)
class Edition:
    """Who saved this form last, when, and what was answered, in words."""

    id: UUID
    title: str
    at: datetime
    by: str
    by_id: UUID
    answers: tuple[tuple[str, tuple[str, ...]], ...]


def alone(key: str) -> None:
    """Lets one person at a time save this form: the next waits here until the one before has committed."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 44))", [key])


def last(key: str, *, by: Actor) -> Edition | None:
    """The last save of this form, or None. Ask first whether `by` may open it.

    None as well for whoever is kept from her: the clerk reads this, so the guard has to be asked here.
    """
    with identity.clerk(by):
        row = FormEdition.objects.filter(key=key).first()
        if row is None or row.client_id in by.barred_from:
            return None
        said = tuple((str(one[0]), tuple(map(str, one[1]))) for one in row.answers or [])
        name = row.made_by_name or "a colleague"
        return Edition(row.id, row.title, row.made_at, name, row.made_by_id, said)


def keep(
    key: str,
    *,
    title: str,
    answers: Sequence[tuple[str, Sequence[str]]],
    client_id: UUID | None,
    by: Actor,
    at: datetime,
) -> None:
    """Keeps what was saved just now, in place of the save before it."""
    with identity.clerk(by):
        FormEdition.objects.filter(key=key).delete()
        FormEdition(
            key=key,
            organisation_id=by.organisation_id,
            client_id=client_id,
            title=title[:120],
            answers=[[question, list(words)] for question, words in answers],
            made_at=at,
            made_by_id=by.account_id,
            made_by_name=by.name,
        ).save(force_insert=True)
