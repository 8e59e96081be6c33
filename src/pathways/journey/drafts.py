"""Forms not finished yet: kept on the server, sealed, and their writer's alone."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import connection

from pathways.domain.governance.actors import Actor
from pathways.journey import her, sight
from pathways.records.models import Draft


def hold(key: str, by: Actor) -> None:
    """Until the end of the transaction this draft is this request's alone: others wait, and then read it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 43))",
            [f"{by.account_id}:{by.organisation_id}:{key}"],
        )


def keep(
    key: str,
    answers: dict[str, Any],
    by: Actor,
    at: datetime,
    client_id: UUID | None = None,
    *,
    title: str = "",
    url: str = "",
) -> None:
    """Keeps the answers given so far, in place of what was kept before."""
    mine = sight.visible(Draft, by).filter(account_id=by.account_id, organisation_id=by.organisation_id)
    found = mine.filter(key=key).select_for_update().first()
    draft = found or Draft(account_id=by.account_id, organisation_id=by.organisation_id, key=key)
    if found is None:
        draft.client_id = client_id
    draft.answers = _plain(answers)
    draft.kept_at = at
    draft.title, draft.url = title or draft.title, url or draft.url
    draft.save()


def fetch(key: str, by: Actor) -> dict[str, Any] | None:
    """The answers kept under this key, or None."""
    found = sight.visible(Draft, by).filter(
        account_id=by.account_id, organisation_id=by.organisation_id, key=key
    )
    draft = found.first()
    return None if draft is None else draft.answers


def discard(key: str, by: Actor) -> None:
    """Forgets what was kept under this key."""
    sight.visible(Draft, by).filter(
        account_id=by.account_id, organisation_id=by.organisation_id, key=key
    ).delete()


def unfinished(by: Actor) -> list[dict[str, Any]]:
    """The forms that this person left unfinished, newest first."""
    mine = (
        sight.visible(Draft, by)
        .filter(account_id=by.account_id, organisation_id=by.organisation_id)
        .exclude(key__startswith="done:")
        .exclude(url="")
    )
    rows = list(mine.defer("answers")[:20])
    known = her.references_of((d.client_id for d in rows if d.client_id), by)
    return [
        {
            "title": d.title,
            "url": d.url,
            "kept_at": d.kept_at,
            "reference": known.get(d.client_id, "") if d.client_id else "",
        }
        for d in rows
    ]


def _plain(value: Any) -> Any:
    """Answers as JSON can hold them."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime, time, UUID)):
        return str(value)
    return value
