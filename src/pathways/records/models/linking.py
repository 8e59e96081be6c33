"""Runs that look for one person in several records, and the pairs that they put before somebody."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from pathways.domain.identification import linking
from pathways.domain.terms.privacy import Privacy
from pathways.records.models.base import HerRow, Row, code_holds, coded, paired, status_field, status_holds
from pathways.records.sealed import SealedText


class LinkRun(Row):
    """One run through the records of one organisation: who asked, which model, how far, what came of it."""

    organisation_id = models.UUIDField(db_index=True)
    of = coded(linking.Of, blank=False)
    status = status_field(linking.RUN_WORKFLOW)
    model = models.CharField(max_length=40, blank=True, default="")
    asked_at = models.DateTimeField()
    asked_by_id = models.UUIDField()
    asked_by_name = models.CharField(max_length=120, blank=True, default="")
    appointment_id = models.UUIDField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    records = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    pairs = models.PositiveIntegerField(default=0)
    joined = models.PositiveIntegerField(default=0)
    proposed = models.PositiveIntegerField(default=0)
    trouble = coded(linking.Trouble)

    privacy: ClassVar[dict[str, Privacy]] = {"asked_by_name": Privacy.IDENTIFIES}

    class Meta:
        db_table = "link_run"
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            status_holds(linking.RUN_WORKFLOW, "link_run"),
            code_holds(linking.Of, "link_run", "of", blank=False),
            code_holds(linking.Trouble, "link_run", "trouble"),
            models.UniqueConstraint(
                fields=["organisation_id", "of"],
                condition=Q(
                    status__in=[linking.RunStatus.WAITING.value, linking.RunStatus.RUNNING.value]
                ),
                name="link_run_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(opened__lte=F("records")), name="link_run_opened_of_all"),
        ]


class PolicePair(Row):
    """Two records of one force that may be of one person. The records themselves stay as they are."""

    organisation_id = models.UUIDField(db_index=True)
    one_id = models.UUIDField(db_index=True)
    other_id = models.UUIDField(db_index=True)
    status = status_field(linking.POLICE_WORKFLOW)
    weight = models.FloatField(null=True, blank=True)
    model = models.CharField(max_length=40, blank=True, default="")
    run_id = models.UUIDField(null=True, blank=True)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_id = models.UUIDField(null=True, blank=True)
    decided_by_name = models.CharField(max_length=120, blank=True, default="")
    why = SealedText()

    privacy: ClassVar[dict[str, Privacy]] = {
        "weight": Privacy.SENSITIVE,
        "decided_by_name": Privacy.IDENTIFIES,
    }

    class Meta:
        db_table = "police_pair"
        ordering: ClassVar = ["-found_at"]
        constraints: ClassVar = [
            status_holds(linking.POLICE_WORKFLOW, "police_pair"),
            paired("police_pair", "decided_at", "decided_by_id"),
            models.UniqueConstraint(
                fields=["organisation_id", "one_id", "other_id"], name="police_pair_once"
            ),
            models.CheckConstraint(condition=Q(one_id__lt=F("other_id")), name="police_pair_in_order"),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.one_id, self.organisation_id)


class SupportPair(HerRow):
    """Two records of women in the programme that may be of one woman. Joining them is a person's alone, and
    is a `Joining`; here is what a run found, and that somebody could not know."""

    other_id = models.UUIDField(db_index=True)
    status = status_field(linking.SUPPORT_WORKFLOW)
    weight = models.FloatField(null=True, blank=True)
    model = models.CharField(max_length=40, blank=True, default="")
    run_id = models.UUIDField(null=True, blank=True)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_id = models.UUIDField(null=True, blank=True)
    decided_by_name = models.CharField(max_length=120, blank=True, default="")
    why = SealedText()

    privacy: ClassVar[dict[str, Privacy]] = {
        "weight": Privacy.SENSITIVE,
        "decided_by_name": Privacy.IDENTIFIES,
    }

    class Meta:
        db_table = "support_pair"
        ordering: ClassVar = ["-found_at"]
        constraints: ClassVar = [
            status_holds(linking.SUPPORT_WORKFLOW, "support_pair"),
            paired("support_pair", "decided_at", "decided_by_id"),
            models.UniqueConstraint(fields=["client_id", "other_id"], name="support_pair_once"),
            models.CheckConstraint(condition=Q(client_id__lt=F("other_id")), name="support_pair_in_order"),
        ]
