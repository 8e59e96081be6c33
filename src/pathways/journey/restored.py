"""A programme brought back from a copy: erasings are done again, and whether it can be read is tried.

Nothing here answers with words out of a record: how many there are, and how many of them open.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from django.db.models import Model

from pathways.domain.governance.policy import OF_HER
from pathways.journey import emptying, identity
from pathways.records import keys, sealed
from pathways.records.models import (
    Client,
    Consideration,
    Involvement,
    JourneyEvent,
    Organisation,
    ReferralIn,
)

#: At most so many rows of each table are tried.
_TRIED = 25
_CANARY = ("drill", "programme")


def erase_again(*, at: datetime) -> dict[str, int]:
    """Empties again whatever the copy brought back of women who were erased after it was made."""
    return {"erased": emptying.again(at=at)}


def give_up_lost(*, at: datetime) -> dict[str, int]:
    """No copy of the keys was left: what they sealed cannot be read again, and no new key may hide that."""
    store, lost = keys.store(), 0
    with transaction.atomic(), identity.clerk():
        pairs: set[tuple[Any, Any]] = set(
            Involvement.objects.values_list("client_id", "organisation_id").distinct()
        )
        for model in (Client, ReferralIn):
            pairs |= set(model._default_manager.values_list("id", "organisation_id"))
        pairs |= set(Consideration.objects.values_list("nominal_id", "organisation_id"))
    for person, place in pairs:
        if not store.holds(person, place) and not store.is_destroyed(person, place):
            store.destroy(person, place, at=at)
            lost += 1
    return {"lost": lost}


def seal_canary(*, at: datetime) -> dict[str, str]:
    """Words that nobody knows, sealed under a key of their own, to be opened in the copy."""
    plain, nonce = os.urandom(32), os.urandom(12)
    blob = nonce + AESGCM(keys.store().of(*_CANARY)).encrypt(nonce, plain, b"canary")
    return {"sealed": base64.b64encode(blob).decode(), "plain": base64.b64encode(plain).decode()}


def open_canary(sealed_words: str, *, at: datetime) -> dict[str, str]:
    """The same words again, or nothing when the key does not open them."""
    blob = base64.b64decode(sealed_words)
    try:
        plain = AESGCM(keys.store().existing(*_CANARY)).decrypt(blob[:12], blob[12:], b"canary")
    except (keys.KeyGone, InvalidTag):
        return {"plain": ""}
    return {"plain": base64.b64encode(plain).decode()}


def read_some(*, at: datetime) -> dict[str, int]:
    """Reads the two streams to their ends, and tries to open some sealed values of every table of hers."""
    opened = erased = broken = 0
    with transaction.atomic():
        places = list(Organisation.objects.values_list("id", flat=True))
        for place in places:
            with identity.keeper(identity.MACHINE, place):
                for resource in OF_HER:
                    for kind in _values(emptying.walls.model_of(resource), place):
                        opened += kind == "opened"
                        erased += kind == "erased"
                        broken += kind == "broken"
        with identity.clerk():
            events = JourneyEvent.objects.count()
    return {"opened": opened, "erased": erased, "broken": broken, "events": events}


def _values(model: type[Model], place: Any) -> list[str]:
    fields = [f for f in model._meta.concrete_fields if isinstance(f, sealed.SealedField)]
    found = []
    for row in model._default_manager.filter(organisation_id=place)[:_TRIED] if fields else ():
        for field in fields:
            value = row.__dict__[field.attname]
            if not isinstance(value, sealed.Sealed):
                continue
            try:
                field.unseal(row, value.blob)
                found.append("opened")
            except keys.KeyGone:
                found.append("erased")
            except (sealed.SealBroken, InvalidTag):
                found.append("broken")
    return found


ANSWERS: dict[str, Callable[..., Any]] = {
    "restored-erase-again": erase_again,
    "restored-give-up": give_up_lost,
    "restored-seal-canary": seal_canary,
    "restored-open-canary": open_canary,
    "restored-read": read_some,
}
