"""What was said in interviews, sealed; who gave it which codes and who settled them; quotations on their way.

An excerpt is under a participant's number and an evaluator's key. It has no history: when a participant
withdraws it is to be gone.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from pathways.domain.evaluation import interviews
from pathways.domain.terms.privacy import Privacy
from pathways.records.models.base import Row, paired, status_field, status_holds
from pathways.records.sealed import SealedText


class Excerpt(Row):
    """A passage of an interview; `interview_id` is the record of that. Taken out, its words are gone."""

    interview_id = models.UUIDField(db_index=True)
    participant = models.PositiveIntegerField()
    text = SealedText()
    is_taken_out = models.BooleanField(default=False)
    organisation_id = models.UUIDField(db_index=True)
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()
    made_by_name = models.CharField(max_length=120, blank=True, default="")

    privacy: ClassVar[dict[str, Privacy]] = {"made_by_name": Privacy.IDENTIFIES}

    class Meta:
        db_table = "interview_excerpt"
        ordering: ClassVar = ["participant", "made_at"]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.organisation_id, self.organisation_id)


class Coding(Row):
    """One person's codes for one excerpt; open to the other when both are in."""

    excerpt_id = models.UUIDField(db_index=True)
    #: [{"code": key of the code's record, "version": its number then}, …]; none fits where it is empty
    codes = models.JSONField(default=list, blank=True)
    is_open = models.BooleanField(default=False)
    organisation_id = models.UUIDField()
    coder_id = models.UUIDField()
    coder_name = models.CharField(max_length=120, blank=True, default="")
    made_at = models.DateTimeField()

    privacy: ClassVar[dict[str, Privacy]] = {
        "codes": Privacy.SENSITIVE,
        "coder_name": Privacy.IDENTIFIES,
    }

    class Meta:
        db_table = "interview_coding"
        ordering: ClassVar = ["made_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["excerpt_id", "coder_id"], name="interview_coding_once")
        ]


class Settlement(Row):
    """What a third coder says of an excerpt that two coded differently: once, and for those two codings.

    A coding is never changed, and neither is this. It names the two that it settled and counts for no others.
    """

    excerpt_id = models.UUIDField(unique=True)
    #: as in a coding: what both gave, and of what one gave what the third coder gives too
    codes = models.JSONField(default=list, blank=True)
    because = SealedText()
    first_coding_id = models.UUIDField()
    second_coding_id = models.UUIDField()
    first_coder_id = models.UUIDField()
    second_coder_id = models.UUIDField()
    organisation_id = models.UUIDField(db_index=True)
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()
    made_by_name = models.CharField(max_length=120, blank=True, default="")

    privacy: ClassVar[dict[str, Privacy]] = {
        "codes": Privacy.SENSITIVE,
        "made_by_name": Privacy.IDENTIFIES,
    }

    class Meta:
        db_table = "interview_settlement"
        ordering: ClassVar = ["made_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(made_by_id=F("first_coder_id")) & ~Q(made_by_id=F("second_coder_id")),
                name="interview_settlement_third_person",
            ),
            models.CheckConstraint(
                condition=~Q(first_coder_id=F("second_coder_id"))
                & ~Q(first_coding_id=F("second_coding_id")),
                name="interview_settlement_of_two",
            ),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.organisation_id, self.organisation_id)


class Quotation(Row):
    """Words of a participant that somebody asks to show. A second person releases them."""

    excerpt_id = models.UUIDField(db_index=True)
    interview_id = models.UUIDField()
    #: who said it, as the interview's record has it: a woman in support, police, a partner
    said_by = models.CharField(max_length=60)
    text = SealedText()
    status = status_field(interviews.WORKFLOW)
    because = SealedText()
    organisation_id = models.UUIDField(db_index=True)
    asked_at = models.DateTimeField()
    asked_by_id = models.UUIDField()
    asked_by_name = models.CharField(max_length=120, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_id = models.UUIDField(null=True, blank=True)
    decided_by_name = models.CharField(max_length=120, blank=True, default="")

    privacy: ClassVar[dict[str, Privacy]] = {
        "said_by": Privacy.SENSITIVE,
        "asked_by_name": Privacy.IDENTIFIES,
        "decided_by_name": Privacy.IDENTIFIES,
    }

    class Meta:
        db_table = "interview_quotation"
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            status_holds(interviews.WORKFLOW, "interview_quotation"),
            paired("interview_quotation", "decided_at", "decided_by_id"),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("asked_by_id")),
                name="interview_quotation_second_person",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting") | Q(decided_at__isnull=False),
                name="interview_quotation_decided",
            ),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.organisation_id, self.organisation_id)
