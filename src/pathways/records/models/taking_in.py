"""Files that agencies send: what was sent, sealed, what came of each row, and how its columns are read."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from pathways.domain.identification import taking_in
from pathways.domain.identification.taking_in import Kind
from pathways.domain.terms.law import FactOrOpinion
from pathways.domain.terms.people import Regime
from pathways.domain.terms.privacy import Privacy
from pathways.records.models.base import Row, code_holds, coded, paired, status_field, status_holds
from pathways.records.sealed import SealedBytes, SealedJSON, SealedText


class TakeIn(Row):
    """One file or folder that an agency sent: from whom, under which law, and what became of it."""

    organisation_id = models.UUIDField(db_index=True)
    kind = coded(Kind)
    status = status_field(taking_in.WORKFLOW)
    # provenance of every value in it
    system = models.CharField(max_length=120, blank=True, default="")
    regime = coded(Regime)
    fact_or_opinion = coded(FactOrOpinion)
    handling = models.CharField(max_length=120, blank=True, default="")
    names = SealedText(privacy=Privacy.SENSITIVE)
    content_hash = models.CharField(max_length=64, blank=True, default="")
    mapping = models.JSONField(default=dict, blank=True)
    # what checking found: problems with what stood in the cells
    found = SealedJSON()
    rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    uploaded_at = models.DateTimeField()
    uploaded_by_id = models.UUIDField()
    # who sat at the machine, where it was taken in by command
    operator = models.CharField(max_length=120, blank=True, default="")
    taken_in_at = models.DateTimeField(null=True, blank=True)
    taken_in_by_id = models.UUIDField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_id = models.UUIDField(null=True, blank=True)
    # when a bulk police extract goes
    delete_on = models.DateField(null=True, blank=True)

    privacy: ClassVar[dict[str, Privacy]] = {"handling": Privacy.SENSITIVE}

    class Meta:
        db_table = "take_in"
        ordering: ClassVar = ["-uploaded_at"]
        constraints: ClassVar = [
            status_holds(taking_in.WORKFLOW, "take_in"),
            code_holds(Kind, "take_in", "kind", blank=False),
            paired("take_in", "taken_in_at", "taken_in_by_id"),
            paired("take_in", "ended_at", "ended_by_id"),
            models.CheckConstraint(
                condition=~models.Q(kind=Kind.POLE.value, status=taking_in.Status.TAKEN_IN.value)
                | models.Q(delete_on__isnull=False),
                name="take_in_of_police_records_has_an_end",
            ),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.id, self.organisation_id)


class Purpose(models.TextChoices):
    """What a sealed part of a file is for."""

    UPLOAD = "upload", "As it was sent"
    TABLE = "table", "A table of a police extract"
    REJECTED = "rejected", "Rows that were left out, with the reason"


class TakeInPart(Row):
    """Bytes of a file, sealed with the key of its taking in. Destroying that key destroys every copy."""

    take_in = models.ForeignKey(TakeIn, models.CASCADE, related_name="parts")
    organisation_id = models.UUIDField(db_index=True)
    kind = coded(Kind)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    name = SealedText(privacy=Privacy.SENSITIVE)
    number = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    content = SealedBytes(privacy=Privacy.IDENTIFIES)

    class Meta:
        db_table = "take_in_part"
        ordering: ClassVar = ["purpose", "number"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=Purpose.values), name="take_in_part_purpose_known"
            ),
            models.UniqueConstraint(fields=["take_in", "purpose", "number"], name="take_in_part_once"),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.take_in_id, self.organisation_id)


class TakenRow(Row):
    """Where one entry came from: which row of which file. It holds nothing that stood in the row."""

    take_in = models.ForeignKey(TakeIn, models.CASCADE, related_name="taken_rows")
    organisation_id = models.UUIDField(db_index=True)
    kind = coded(Kind)
    # keyed hashes under the organisation's own key: which record it is, and what it said
    key = models.CharField(max_length=64)
    content = models.CharField(max_length=64)
    file_number = models.PositiveIntegerField(default=0)
    row_number = models.PositiveIntegerField()
    resource = models.CharField(max_length=60)
    object_id = models.UUIDField(db_index=True)
    fact_or_opinion = coded(FactOrOpinion)

    class Meta:
        db_table = "taken_row"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation_id", "kind", "key"], name="taken_row_once")
        ]


class ColumnMapping(Row):
    """Which of an agency's columns are which, remembered for its next file."""

    organisation_id = models.UUIDField(db_index=True)
    kind = coded(Kind)
    name = models.CharField(max_length=80)
    body = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    kept_at = models.DateTimeField()
    kept_by_id = models.UUIDField()

    class Meta:
        db_table = "column_mapping"
        ordering: ClassVar = ["-kept_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "kind", "name"], name="column_mapping_name_once"
            )
        ]


class ReferenceSet(Row):
    """Published figures that something is counted against: of one kind, from one source. Names nobody."""

    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=200, blank=True, default="")
    content_hash = models.CharField(max_length=64)
    body = models.JSONField()
    rows = models.PositiveIntegerField()
    take_in_id = models.UUIDField(db_index=True)
    taken_in_at = models.DateTimeField()

    class Meta:
        db_table = "reference_set"
        ordering: ClassVar = ["-taken_in_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "content_hash"], name="reference_set_once")
        ]


class Denominator(Row):
    """How many people a police extract held, by age, ethnicity and area, after disclosure control.

    Frozen before the extract goes, so that the evaluation can still say how the women who were considered
    differ from everybody in the records that were looked through.
    """

    organisation_id = models.UUIDField(db_index=True)
    take_in_id = models.UUIDField(unique=True)
    as_at = models.DateField()
    threshold = models.PositiveSmallIntegerField()
    body = models.JSONField()
    frozen_at = models.DateTimeField()

    class Meta:
        db_table = "extract_denominator"
        ordering: ClassVar = ["-as_at"]
