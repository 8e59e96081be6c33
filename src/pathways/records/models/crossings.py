"""What crosses between organisations, and the work that follows from it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from pathways.domain.terms.law import ConfidenceBasis, CrossingKind, CrossingPurpose, LawfulBasis
from pathways.domain.terms.privacy import Privacy
from pathways.records.models.base import Row, code_holds, coded
from pathways.records.sealed import SealedJSON, SealedText


class Disclosure(Row):
    """Something crossed between regimes or organisations: what, why, by whose decision. Never changed."""

    kind = coded(CrossingKind)
    person_id = models.UUIDField(db_index=True)
    client_id = models.UUIDField(null=True, blank=True, db_index=True)
    case_id = models.UUIDField(null=True, blank=True)
    from_organisation_id = models.UUIDField(db_index=True)
    to_organisation_id = models.UUIDField(db_index=True)
    basis = coded(LawfulBasis)
    confidence_basis = coded(ConfidenceBasis)
    purpose = coded(CrossingPurpose)
    fields = models.JSONField(default=list)
    agreement_id = models.UUIDField(null=True, blank=True)
    emergency_reason = SealedText()
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()
    made_by_name = models.CharField(max_length=200, blank=True, default="")

    privacy: ClassVar[dict[str, Privacy]] = {"kind": Privacy.SENSITIVE}

    class Meta:
        db_table = "disclosure"
        ordering: ClassVar = ["-made_at"]
        constraints: ClassVar = [
            code_holds(CrossingKind, "disclosure", "kind", blank=False),
            code_holds(CrossingPurpose, "disclosure", "purpose", blank=False),
            code_holds(LawfulBasis, "disclosure", "basis", blank=False),
            code_holds(ConfidenceBasis, "disclosure", "confidence_basis"),
            # The database also refuses an agreement that is not a live one between these two organisations:
            # see migration 0005, because a constraint cannot look into another table.
            models.CheckConstraint(
                condition=models.Q(agreement_id__isnull=False)
                | models.Q(
                    kind__in=[kind.value for kind in CrossingKind if kind.needs_no_agreement],
                    emergency_reason__isnull=False,
                ),
                name="disclosure_has_agreement_or_emergency",
            ),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.person_id, self.from_organisation_id)


class MessageKind(models.TextChoices):
    POLICE = "police", "From police, for her worker, through the coordinator"
    PASSED_ON = "passed_on", "Passed on by the coordinator"
    STOP = "stop", "Stop all contact"
    RESUME = "resume", "Contact may start again"
    REPLY = "reply", "Reply"
    RETURN = "return", "Return that the condition requires"
    DISCLOSURE = "disclosure", "Disclosed to police by the coordinator"


class Message(Row):
    """Words from one organisation to another. Police and providers speak through the coordinator."""

    kind = models.CharField(max_length=20, choices=MessageKind.choices)
    case_id = models.UUIDField(null=True, blank=True, db_index=True)
    client_id = models.UUIDField(null=True, blank=True)
    consideration_id = models.UUIDField(null=True, blank=True)
    referral_id = models.UUIDField(null=True, blank=True)
    reference = models.CharField(max_length=16, blank=True, default="")
    from_organisation_id = models.UUIDField(db_index=True)
    to_organisation_id = models.UUIDField(db_index=True)
    to_account_id = models.UUIDField(null=True, blank=True)
    body = SealedText()
    sent_at = models.DateTimeField()
    sent_by_id = models.UUIDField()
    read_at = models.DateTimeField(null=True, blank=True)
    read_by_id = models.UUIDField(null=True, blank=True)
    passed_on_id = models.UUIDField(null=True, blank=True)
    answers_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "message"
        ordering: ClassVar = ["-sent_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(kind__in=MessageKind.values), name="message_kind_known")
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.case_id or self.id, self.to_organisation_id)


class Task(Row):
    """Something that somebody has to do, in neutral words, with the page where it is done."""

    organisation_id = models.UUIDField(db_index=True)
    role = models.CharField(max_length=40, blank=True, default="")
    account_id = models.UUIDField(null=True, blank=True, db_index=True)
    client_id = models.UUIDField(null=True, blank=True)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    route = models.CharField(max_length=80, blank=True, default="")
    object_id = models.UUIDField(null=True, blank=True)
    # the colleague to whom this would say what was decided before she has read it a second time
    blind_to_id = models.UUIDField(null=True, blank=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    is_urgent = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "task"
        ordering: ClassVar = ["due_at", "made_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation_id", "due_at"],
                condition=models.Q(done_at__isnull=True),
                name="task_open",
            )
        ]


class Draft(Row):
    """A form not finished yet, kept on the server and sealed. Its writer's alone."""

    account_id = models.UUIDField(db_index=True)
    organisation_id = models.UUIDField()
    key = models.CharField(max_length=200)
    title = models.CharField(max_length=120, blank=True, default="")
    url = models.CharField(max_length=300, blank=True, default="")
    client_id = models.UUIDField(null=True, blank=True, db_index=True)
    answers = SealedJSON()
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "draft"
        ordering: ClassVar = ["-kept_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account_id", "organisation_id", "key"], name="draft_once_per_form"
            )
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.client_id or self.account_id, self.organisation_id)


class FormEdition(Row):
    """What a form changed the last time, kept for whoever had the same form open meanwhile."""

    key = models.CharField(max_length=240, unique=True)
    organisation_id = models.UUIDField()
    client_id = models.UUIDField(null=True, blank=True, db_index=True)
    title = models.CharField(max_length=120, blank=True, default="")
    answers = SealedJSON()
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()
    made_by_name = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "form_edition"

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.client_id or self.organisation_id, self.organisation_id)
