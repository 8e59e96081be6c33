"""The two streams: what happened on her journey, and who looked, searched, linked or disclosed.

Append-only, with no foreign keys, so that nothing else can pull a row out of them. The access stream is
the log that the law asks for (DPA 2018 s62) and feeds no evaluation.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role, Sector
from pathways.records.models.base import Row, code_holds, coded


class JourneyEvent(Row):
    """One thing that a person did, in codes."""

    kind = coded(EventKind)
    at = models.DateTimeField(db_index=True)
    case_id = models.UUIDField(null=True, blank=True, db_index=True)
    client_id = models.UUIDField(null=True, blank=True, db_index=True)
    episode_id = models.UUIDField(null=True, blank=True)
    organisation_id = models.UUIDField(db_index=True)
    sector = coded(Sector)
    actor_id = models.UUIDField()
    actor_name = models.CharField(max_length=120, blank=True, default="")
    role = coded(Role)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        db_table = "journey_event"
        ordering: ClassVar = ["at"]
        constraints: ClassVar = [code_holds(EventKind, "journey_event", "kind", blank=False)]


class AccessKind(models.TextChoices):
    """The operations of section 62, and what else must be answered for."""

    COLLECTION = "collection", "Collected"
    ALTERATION = "alteration", "Altered"
    CONSULTATION = "consultation", "Read"
    SEARCH = "search", "Searched"
    DISCLOSURE = "disclosure", "Disclosed"
    COMBINATION = "combination", "Linked"
    ERASURE = "erasure", "Erased"
    REFUSED = "refused", "Refused"
    SIGNED_IN = "signed_in", "Signed in"
    SIGNED_OUT = "signed_out", "Signed out"
    EXPORTED = "exported", "Exported"


class AccessEvent(Row):
    """Somebody read, searched, linked or disclosed: one event with all its subjects."""

    kind = models.CharField(max_length=20, choices=AccessKind.choices)
    at = models.DateTimeField(db_index=True)
    actor_id = models.UUIDField()
    actor_name = models.CharField(max_length=120, blank=True, default="")
    role = models.CharField(max_length=40)
    organisation_id = models.UUIDField(db_index=True)
    resource = models.CharField(max_length=60, blank=True, default="")
    route = models.CharField(max_length=80, blank=True, default="")
    subjects = ArrayField(models.UUIDField(), default=list, blank=True)
    recipient_id = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    found = models.PositiveIntegerField(null=True, blank=True)
    # read by emergency access: which, and the organisation that holds her record and reviews it
    emergency_id = models.UUIDField(null=True, blank=True)
    holder_organisation_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "access_event"
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=AccessKind.values), name="access_event_kind_known"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["emergency_id"],
                condition=models.Q(emergency_id__isnull=False),
                name="access_event_emergency",
            )
        ]


class NameToken(models.Model):
    """A keyed token of a name or a date of birth. Keys differ by organisation; equality is all it allows."""

    pk = models.CompositePrimaryKey("organisation_id", "token", "record_id")
    organisation_id = models.UUIDField()
    token = models.BigIntegerField()
    record_id = models.UUIDField()
    record_kind = models.CharField(max_length=12)
    weight = models.PositiveSmallIntegerField(default=1)

    class Meta:
        db_table = "name_token"
        indexes: ClassVar = [models.Index(fields=["record_id"], name="name_token_record")]
