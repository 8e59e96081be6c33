"""Forms not finished yet: kept on the server, sealed, and their writer's alone."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import date, datetime, time
from enum import Enum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from pathways.domain.governance.actors import Actor
from pathways.domain.identification import consideration, referral_in
from pathways.domain.reach import approach
from pathways.domain.referral import referral
from pathways.domain.support import closure
from pathways.domain.triage import triage
from pathways.journey import her, sight
from pathways.records.models import (
    Approach,
    CaseNote,
    Client,
    Closure,
    Consideration,
    Contact,
    Draft,
    FollowUp,
    Goal,
    Referral,
    ReferralIn,
    TriageDecision,
)
from pathways.records.models.base import Row

_SHOWN, _LOOKED_AT = 20, 60


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
    return _fetch([key], by).get(key)


def _fetch(keys: list[str], by: Actor) -> dict[str, dict[str, Any]]:
    found = sight.visible(Draft, by).filter(
        account_id=by.account_id, organisation_id=by.organisation_id, key__in=keys
    )
    return {draft.key: draft.answers for draft in found}


def keep_late(
    key: str,
    step: str,
    typed: dict[str, list[str]],
    *,
    turn: str,
    by: Actor,
    at: datetime,
    client_id: UUID | None,
    title: str,
    url: str,
) -> None:
    """Keeps one page of a form that came when its writer's sign-in had lapsed, beside the draft itself.

    Of two posts of one opened page the later one stands, in whichever order they arrive.
    """
    held = fetch(_late(key), by) or {}
    page, _, number = turn.partition(":")
    before, _, last = held.get(step, {}).get("turn", "").partition(":")
    if page and page == before and number.isdecimal() and last.isdecimal() and int(number) <= int(last):
        return
    held[step] = {"typed": typed, "turn": turn[:60]}
    keep(_late(key), held, by, at, client_id, title=title, url=url)


def fetch_with_late(key: str, by: Actor) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The draft, and by page what came late for it and has not been taken up yet."""
    found = _fetch([key, _late(key)], by)
    return found.get(key), found.get(_late(key), {})


def discard_late(key: str, by: Actor) -> None:
    """What came late has been taken up into the draft."""
    discard(_late(key), by)


def _late(key: str) -> str:
    return f"late:{key}"


def discard(key: str, by: Actor) -> None:
    """Forgets what was kept under this key."""
    sight.visible(Draft, by).filter(
        account_id=by.account_id, organisation_id=by.organisation_id, key=key
    ).delete()


_PENDING = Q(status__in=[status.value for status in referral.PENDING])
_RUNNING = _PENDING | Q(status=referral.Status.ACCEPTED.value, ended_at__isnull=True)
_TO_DECIDE = Q(
    status__in=[
        status.value
        for status in (
            consideration.Status.FLAGGED,
            consideration.Status.UNDER_REVIEW,
            consideration.Status.DEFERRED,
            consideration.Status.SAFEGUARDING_FIRST,
        )
    ]
)
_AT_THE_DOOR = Q(
    status__in=[
        status.value
        for status in (
            referral_in.Status.RECEIVED,
            referral_in.Status.UNDER_REVIEW,
            referral_in.Status.DEFERRED,
            referral_in.Status.SAFEGUARDING_FIRST,
        )
    ]
)
_TO_REACH = Q(status__in=[approach.Status.ASSIGNED.value, approach.Status.ATTEMPTING.value])
_AWAITING = Q(status=triage.Status.AWAITING.value)

#: What a form is about, by the name of its address, and what is so while there is still something to do.
_TO_DO: Mapping[str, tuple[type[Row], Q]] = MappingProxyType(
    {
        "refer:accept": (Referral, _PENDING),
        "refer:waitlist": (Referral, _PENDING),
        "refer:decline": (Referral, _PENDING),
        "refer:withdraw": (Referral, _RUNNING),
        "refer:her_no": (Referral, _RUNNING),
        "police:decide": (Consideration, _TO_DECIDE),
        "doors:decide": (ReferralIn, _AT_THE_DOOR),
        "triage:decide": (TriageDecision, _AWAITING),
        "triage:send_back": (TriageDecision, _AWAITING),
        "reach:attempt": (Approach, _TO_REACH),
        "support:record_planned": (Contact, Q(recorded_at__isnull=True, cancelled_at__isnull=True)),
        "support:sign_off": (Closure, Q(status=closure.Status.PROPOSED.value)),
        "support:follow_up": (FollowUp, Q(status="due")),
        "support:rate": (Goal, Q()),
        "support:correct_note": (CaseNote, Q()),
    }
)


def _spent(found: list[Draft], by: Actor) -> set[UUID]:
    """Those of which nothing is left to do: the thing is done, by whomever, or is no longer there for her."""
    spent: set[UUID] = set()
    about: dict[str, dict[UUID, list[UUID]]] = {}
    for draft in found:
        name, _, thing = draft.key.rpartition(":")
        if name in _TO_DO:
            with contextlib.suppress(ValueError):
                about.setdefault(name, {}).setdefault(UUID(thing), []).append(draft.id)
    for name, things in about.items():
        model, to_do = _TO_DO[name]
        left = set(sight.visible(model, by).filter(to_do, pk__in=list(things)).values_list("pk", flat=True))
        spent.update(key for thing, keys in things.items() if thing not in left for key in keys)
    hers = {draft.client_id for draft in found if draft.client_id}
    if hers:
        there = set(sight.visible(Client, by).filter(pk__in=hers).values_list("pk", flat=True))
        spent.update(draft.id for draft in found if draft.client_id and draft.client_id not in there)
    return spent


def unfinished(by: Actor) -> list[dict[str, Any]]:
    """The forms that this person left unfinished and can still finish, newest first."""
    mine = (
        sight.visible(Draft, by)
        .filter(account_id=by.account_id, organisation_id=by.organisation_id)
        .exclude(key__startswith="done:")
        .exclude(key__startswith="press:")
        .exclude(key__startswith="begun:")
        .exclude(url="")
    )
    newest = {draft.url: draft for draft in reversed(mine.defer("answers")[:_LOOKED_AT])}
    found = list(reversed(newest.values()))
    spent = _spent(found, by)
    rows = [draft for draft in found if draft.id not in spent][:_SHOWN]
    known = her.references_of((d.client_id for d in rows if d.client_id), by)
    return [
        {
            "title": d.title,
            "url": d.url,
            "kept_at": d.kept_at,
            "reference": known.get(d.client_id, "") if d.client_id else "",
            "client_id": d.client_id,
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
