"""The seal over both streams: where each event stands, and the hash that ties it to all before it.

Events are written plainly, in the transaction of what they record; one sealer gives them their places
afterwards. So a place is never drawn before the event can be seen, and no page waits for another.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from pathways.domain.terms.privacy import Privacy


class Digest(models.BinaryField):
    """A SHA-256 value. It says nothing about what was hashed."""

    privacy = Privacy.ORDINARY

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 32)
        super().__init__(*args, **kwargs)


class EventSeal(models.Model):
    """The place of one event in the ledger, from 0 without a gap."""

    position = models.BigIntegerField(primary_key=True)
    #: which stream the event is in, and how its columns were written down (`records.canon`)
    stream = models.PositiveSmallIntegerField()
    form = models.PositiveSmallIntegerField()
    event_id = models.UUIDField(unique=True)
    #: over the entry before this one and every column of the event
    entry = Digest()

    class Meta:
        db_table = "event_seal"


class EventUnsealed(models.Model):
    """An event that waits for its place. Written by a trigger with the event itself."""

    event_id = models.UUIDField(primary_key=True)
    stream = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "event_unsealed"
