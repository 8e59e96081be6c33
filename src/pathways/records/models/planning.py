"""The plan of the evaluation and records of the programme: every version that was saved, and none changed.

Nothing here is about a woman. Words that people type into a record are sealed under the key of the
organisation that wrote them; what is coded stands plain, so that it can be counted.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from pathways.domain.evaluation.plan import Part
from pathways.domain.evaluation.recorded import RecordKind
from pathways.domain.terms.privacy import Privacy
from pathways.records.models.base import Row, code_holds, coded
from pathways.records.sealed import SealedJSON, SealedText


class PlanVersion(Row):
    """One version of a part of the plan, whole: the theory of change, or what a site says of its measures."""

    part = coded(Part, blank=False)
    number = models.PositiveIntegerField()
    body = models.JSONField()
    what = SealedText()
    because = SealedText()
    organisation_id = models.UUIDField()
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()
    made_by_name = models.CharField(max_length=120, blank=True, default="")

    privacy: ClassVar[dict[str, Privacy]] = {"made_by_name": Privacy.IDENTIFIES}

    class Meta:
        db_table = "plan_version"
        ordering: ClassVar = ["part", "number"]
        constraints: ClassVar = [
            code_holds(Part, "plan_version", "part", blank=False),
            models.UniqueConstraint(fields=["part", "number"], name="plan_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="plan_version_from_one"),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.organisation_id, self.organisation_id)


class ProgrammeRecord(Row):
    """One version of one record of the programme. The highest number of a `kept_id` is how it stands."""

    kept_id = models.UUIDField(db_index=True)
    number = models.PositiveIntegerField(default=1)
    kind = coded(RecordKind, blank=False)
    on_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)
    codes = models.JSONField(default=dict, blank=True)
    words = SealedJSON()
    is_withdrawn = models.BooleanField(default=False)
    because = SealedText()
    #: the number by which a participant of an interview is known, and nothing else is
    participant = models.PositiveIntegerField(null=True, blank=True)
    organisation_id = models.UUIDField(db_index=True)
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()
    made_by_name = models.CharField(max_length=120, blank=True, default="")

    privacy: ClassVar[dict[str, Privacy]] = {
        "codes": Privacy.SENSITIVE,
        "made_by_name": Privacy.IDENTIFIES,
    }

    class Meta:
        db_table = "programme_record"
        ordering: ClassVar = ["-on_date", "-made_at"]
        constraints: ClassVar = [
            code_holds(RecordKind, "programme_record", "kind", blank=False),
            models.UniqueConstraint(fields=["kept_id", "number"], name="programme_record_once"),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("on_date")),
                name="programme_record_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(kind="interview") | Q(participant__isnull=True),
                name="programme_record_participant_of_interview",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "on_date"], name="programme_record_by_kind")]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.organisation_id, self.organisation_id)
