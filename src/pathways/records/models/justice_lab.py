"""Submissions to the Justice Data Lab: what she was told, what is known of a disposal, and who approved it.

The list of names is kept nowhere: it is made anew from her record each time, and held to the hash of the one
that was drawn up.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from pathways.domain.evaluation import justice_lab
from pathways.domain.terms.law import ConfidenceBasis, LawfulBasis
from pathways.domain.terms.privacy import Privacy
from pathways.records.models.base import HerRow, Row, code_holds, coded, paired, status_field, status_holds
from pathways.records.sealed import SealedDate, SealedText


class PrivacyNotice(Row):
    """One version of the privacy notice that women are given, and whether it names the Justice Data Lab.

    About no woman. `sentence` is how it names that use, in its own words.
    """

    version = models.CharField(max_length=40, unique=True)
    from_date = models.DateField()
    names_lab = models.BooleanField(default=False)
    sentence = models.CharField(max_length=600, blank=True, default="")
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()

    class Meta:
        db_table = "privacy_notice"
        ordering: ClassVar = ["-from_date", "-made_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(names_lab=False) | ~Q(sentence=""), name="privacy_notice_names_it_in_words"
            )
        ]


class ToldOfUse(HerRow):
    """She was given a version of the privacy notice on a day, and what she said. Never changed."""

    notice = models.ForeignKey(PrivacyNotice, models.PROTECT, null=True, blank=True, related_name="+")
    answer = coded(justice_lab.Heard)
    on_date = models.DateField()
    words = SealedText()
    recorded_at = models.DateTimeField()
    recorded_by_id = models.UUIDField()

    privacy: ClassVar[dict[str, Privacy]] = {"answer": Privacy.SENSITIVE}

    class Meta:
        db_table = "support_told"
        ordering: ClassVar = ["-on_date", "-recorded_at"]
        constraints: ClassVar = [
            code_holds(justice_lab.Heard, "support_told", "answer"),  # blank once it was erased
            models.CheckConstraint(
                condition=Q(answer__in=["", justice_lab.Heard.OBJECTED.value]) | Q(notice__isnull=False),
                name="support_told_by_a_notice",
            ),
        ]


class IndexDisposal(HerRow):
    """A conviction or caution of hers with its days, or that there is none: for this use alone."""

    kind = coded(justice_lab.DisposalKind)
    convicted_date = SealedDate()
    released_date = SealedDate()
    source = coded(justice_lab.DisposalSource)
    recorded_at = models.DateTimeField()
    recorded_by_id = models.UUIDField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_id = models.UUIDField(null=True, blank=True)

    privacy: ClassVar[dict[str, Privacy]] = {"kind": Privacy.SENSITIVE, "source": Privacy.SENSITIVE}

    class Meta:
        db_table = "support_disposal"
        ordering: ClassVar = ["-recorded_at"]
        constraints: ClassVar = [
            code_holds(justice_lab.DisposalKind, "support_disposal", "kind"),  # blank once it was erased
            code_holds(justice_lab.DisposalSource, "support_disposal", "source"),
            paired("support_disposal", "withdrawn_at", "withdrawn_by_id"),
        ]


class LabSubmission(Row):
    """One submission: for whom, under what law, how many and why not. `mark` is the hash of its file.

    `first_reasons` counts each woman once, `all_reasons` each reason; `told` counts the eligible by notice.
    """

    number = models.PositiveIntegerField(unique=True)
    organisation_id = models.UUIDField(db_index=True)
    to_organisation_id = models.UUIDField()
    from_date = models.DateField()
    until_date = models.DateField()
    basis = coded(LawfulBasis, blank=False)
    confidence_basis = coded(ConfidenceBasis, blank=False)
    because = SealedText()
    status = status_field(justice_lab.WORKFLOW)
    as_at = models.DateTimeField()
    considered = models.PositiveIntegerField(default=0)
    eligible = models.PositiveIntegerField(default=0)
    first_reasons = models.JSONField(default=dict, blank=True)
    all_reasons = models.JSONField(default=dict, blank=True)
    told = models.JSONField(default=list, blank=True)
    #: counts that others could see before it was drawn up again: what is shown next is held against them
    earlier = models.JSONField(default=list, blank=True)
    mark = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()
    drawn_by_id = models.UUIDField()
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by_id = models.UUIDField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by_id = models.UUIDField(null=True, blank=True)
    taken_sha256 = models.CharField(max_length=64, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_id = models.UUIDField(null=True, blank=True)
    why_withdrawn = SealedText()

    class Meta:
        db_table = "lab_submission"
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            code_holds(LawfulBasis, "lab_submission", "basis", blank=False),
            code_holds(ConfidenceBasis, "lab_submission", "confidence_basis", blank=False),
            status_holds(justice_lab.WORKFLOW, "lab_submission"),
            paired("lab_submission", "proposed_at", "proposed_by_id"),
            paired("lab_submission", "taken_at", "taken_by_id"),
            paired("lab_submission", "withdrawn_at", "withdrawn_by_id"),
            models.CheckConstraint(
                condition=Q(until_date__gte=F("from_date")), name="lab_submission_days_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["in_review", "approved", "taken_out"])
                | Q(eligible__gte=justice_lab.LEAST),
                name="lab_submission_no_fewer_than_taken",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "taken_out"]) | Q(approved_at__isnull=False),
                name="lab_submission_approved_has_moment",
            ),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.organisation_id, self.organisation_id)


class LabApproval(Row):
    """What one person who did not draw it up said of a submission as it stood under `mark`."""

    submission_id = models.UUIDField(db_index=True)
    mark = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()
    agrees = models.BooleanField()
    is_lead = models.BooleanField(default=False)
    words = SealedText()
    organisation_id = models.UUIDField()
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()

    class Meta:
        db_table = "lab_approval"
        ordering: ClassVar = ["made_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["submission_id", "drawn_at", "made_by_id"], name="lab_approval_once"
            )
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.organisation_id, self.organisation_id)
