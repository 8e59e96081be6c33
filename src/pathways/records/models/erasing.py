"""Erasing at one organisation: the request and its decisions, the keys to destroy, and what holds it up."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from pathways.domain.governance import erasure, hold, retention
from pathways.records.models.base import Row, code_holds, coded, paired, status_field, status_holds
from pathways.records.sealed import SealedText


class _OfHer(Row):
    """About one woman at one organisation: with a record of her own, or only brought to the open door."""

    organisation_id = models.UUIDField(db_index=True)
    client_id = models.UUIDField(null=True, blank=True, db_index=True)
    referral_in_id = models.UUIDField(null=True, blank=True, db_index=True)

    class Meta:
        abstract = True

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        person = self.client_id or self.referral_in_id
        assert person is not None  # held by a constraint
        return (person, self.organisation_id)


def _about_somebody(table: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(client_id__isnull=False, referral_in_id__isnull=True)
        | Q(client_id__isnull=True, referral_in_id__isnull=False),
        name=f"{table}_about_one",
    )


class Erasure(_OfHer):
    """Somebody asked that what one organisation holds of her be erased, and what was decided."""

    reference = models.CharField(max_length=16, unique=True)
    origin = coded(erasure.Origin)
    kept_as = coded(retention.Kind)
    status = status_field(erasure.WORKFLOW)
    asked_on = models.DateField()
    words = SealedText()
    requested_at = models.DateTimeField()
    requested_by_id = models.UUIDField()
    # what was found when it was checked: codes of kinds, and how many of each
    found = models.JSONField(default=dict, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by_id = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_id = models.UUIDField(null=True, blank=True)
    reason_code = coded(erasure.RefusalReason)
    decision_words = SealedText()
    told = coded(erasure.Told)
    erased_at = models.DateTimeField(null=True, blank=True)
    erased_by_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "erasure"
        ordering: ClassVar = ["-requested_at"]
        constraints: ClassVar = [
            status_holds(erasure.WORKFLOW, "erasure"),
            code_holds(erasure.Origin, "erasure", "origin", blank=False),
            code_holds(erasure.RefusalReason, "erasure", "reason_code"),
            _about_somebody("erasure"),
            paired("erasure", "checked_at", "checked_by_id"),
            paired("erasure", "decided_at", "decided_by_id"),
            paired("erasure", "erased_at", "erased_by_id"),
            models.CheckConstraint(
                condition=Q(status=erasure.Status.ERASED.value, erased_at__isnull=False)
                | (~Q(status=erasure.Status.ERASED.value) & Q(erased_at__isnull=True)),
                name="erasure_erased_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True)
                | Q(status=erasure.Status.REFUSED.value)
                | ~Q(decided_by_id__in=[F("requested_by_id"), F("checked_by_id")]),
                name="erasure_second_person",
            ),
            models.UniqueConstraint(
                fields=["client_id", "organisation_id"],
                condition=Q(client_id__isnull=False)
                & ~Q(status__in=[one.value for one in sorted(erasure.ENDED)]),
                name="erasure_one_open_of_client",
            ),
            models.UniqueConstraint(
                fields=["referral_in_id", "organisation_id"],
                condition=Q(referral_in_id__isnull=False)
                & ~Q(status__in=[one.value for one in sorted(erasure.ENDED)]),
                name="erasure_one_open_of_door",
            ),
        ]


class ErasureKey(Row):
    """A data key that has to be destroyed because of an erasing: written with it, carried out after it."""

    organisation_id = models.UUIDField(db_index=True)
    erasure = models.ForeignKey(Erasure, models.PROTECT, related_name="keys")
    person_id = models.UUIDField()
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "erasure_key"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["erasure", "person_id"], name="erasure_key_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["destroyed_at"], condition=Q(destroyed_at__isnull=True), name="erasure_key_open"
            ),
        ]


class LegalHold(_OfHer):
    """Nothing of her record at one organisation is erased while this stands."""

    kind = coded(hold.Kind)
    status = status_field(hold.WORKFLOW)
    reason = SealedText()
    set_at = models.DateTimeField()
    set_by_id = models.UUIDField()
    review_on = models.DateField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by_id = models.UUIDField(null=True, blank=True)
    why_lifted = SealedText()

    class Meta:
        db_table = "legal_hold"
        ordering: ClassVar = ["-set_at"]
        constraints: ClassVar = [
            status_holds(hold.WORKFLOW, "legal_hold"),
            code_holds(hold.Kind, "legal_hold", "kind", blank=False),
            _about_somebody("legal_hold"),
            paired("legal_hold", "lifted_at", "lifted_by_id"),
        ]
