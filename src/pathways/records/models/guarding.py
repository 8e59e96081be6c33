"""Who may not see her, and who read her record in an emergency."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from pathways.domain.governance import bars, emergency
from pathways.domain.terms.people import Role
from pathways.domain.terms.privacy import Privacy
from pathways.records.models.base import HerRow, code_holds, coded, paired, status_field, status_holds
from pathways.records.sealed import SealedText


class Bar(HerRow):
    """Somebody who may not see her: one person, or everybody at one organisation. Never read by them.

    `organisation_id` is where it was set. `keys` are what else she is known by where police speak of her
    (a flag, its case, a message), so that the wall finds her there too.
    """

    barred_account_id = models.UUIDField(null=True, blank=True)
    barred_organisation_id = models.UUIDField(null=True, blank=True)
    keys = ArrayField(models.UUIDField(), default=list, blank=True)
    ground = coded(bars.Ground)
    reason = SealedText()
    set_at = models.DateTimeField()
    set_by_id = models.UUIDField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by_id = models.UUIDField(null=True, blank=True)
    why_lifted = SealedText()

    privacy: ClassVar[dict[str, Privacy]] = {
        "ground": Privacy.SENSITIVE,
        "barred_account_id": Privacy.SENSITIVE,
        "barred_organisation_id": Privacy.SENSITIVE,
    }

    class Meta:
        db_table = "support_bar"
        ordering: ClassVar = ["-set_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["barred_account_id"], condition=Q(lifted_at__isnull=True), name="bar_person"
            ),
            models.Index(
                fields=["barred_organisation_id"],
                condition=Q(lifted_at__isnull=True),
                name="bar_organisation",
            ),
        ]
        constraints: ClassVar = [
            code_holds(bars.Ground, "support_bar", "ground", blank=False),
            paired("support_bar", "lifted_at", "lifted_by_id"),
            models.CheckConstraint(
                condition=Q(barred_account_id__isnull=True, barred_organisation_id__isnull=False)
                | Q(barred_account_id__isnull=False, barred_organisation_id__isnull=True),
                name="bar_of_one",
            ),
            models.UniqueConstraint(
                fields=["client_id", "barred_account_id"],
                condition=Q(lifted_at__isnull=True, barred_account_id__isnull=False),
                name="bar_person_once",
            ),
            models.UniqueConstraint(
                fields=["client_id", "barred_organisation_id"],
                condition=Q(lifted_at__isnull=True, barred_organisation_id__isnull=False),
                name="bar_organisation_once",
            ),
        ]


class EmergencyAccess(HerRow):
    """One person read one woman's record in an emergency: why, for how long, and what the review found.

    `organisation_id` and `account_id` are the reader's; `holder_organisation_id` is where her record is held.
    """

    holder_organisation_id = models.UUIDField(db_index=True)
    account_id = models.UUIDField()
    role = coded(Role)
    reference = models.CharField(max_length=16, unique=True)
    status = status_field(emergency.WORKFLOW)
    kind = coded(emergency.Kind)
    words = SealedText()
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_id = models.UUIDField(null=True, blank=True)
    review_due_at = models.DateTimeField()
    finding = coded(emergency.Finding)
    found = SealedText()
    follow_up = SealedText()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by_id = models.UUIDField(null=True, blank=True)

    # the kind of reason is a code that stays, so that whoever read her record can still answer for it

    class Meta:
        db_table = "support_emergency_access"
        ordering: ClassVar = ["-opened_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["account_id"],
                condition=Q(status=emergency.Status.OPEN.value),
                name="emergency_open",
            )
        ]
        constraints: ClassVar = [
            status_holds(emergency.WORKFLOW, "support_emergency_access"),
            code_holds(emergency.Kind, "support_emergency_access", "kind", blank=False),
            code_holds(emergency.Finding, "support_emergency_access", "finding"),
            models.CheckConstraint(
                condition=Q(role__in=sorted(role.value for role in emergency.READERS)),
                name="support_emergency_access_role_reads",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("opened_at"))
                & Q(ends_at__lte=F("opened_at") + models.Value(emergency.LONGEST)),
                name="emergency_an_hour_at_most",
            ),
            models.CheckConstraint(
                condition=Q(status=emergency.Status.OPEN.value, ended_at__isnull=True)
                | (~Q(status=emergency.Status.OPEN.value) & Q(ended_at__isnull=False)),
                name="emergency_ended_has_moment",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        status=emergency.Status.REVIEWED.value,
                        reviewed_at__isnull=False,
                        reviewed_by_id__isnull=False,
                    )
                    & ~Q(finding="")
                    & ~Q(reviewed_by_id=F("account_id"))
                )
                | (
                    ~Q(status=emergency.Status.REVIEWED.value)
                    & Q(reviewed_at__isnull=True, reviewed_by_id__isnull=True, finding="")
                ),
                name="emergency_reviewed_by_another",
            ),
            models.UniqueConstraint(
                fields=["account_id", "client_id"],
                condition=Q(status=emergency.Status.OPEN.value),
                name="emergency_once_at_a_time",
            ),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.client_id, self.holder_organisation_id)
