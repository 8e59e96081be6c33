"""The register of releases: what left, when, to whom, under which hash, and who read it before it left.

Nothing here is about a woman: what is kept is what disclosure control let through. Words that people type are
sealed under the key of their organisation.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from pathways.domain.evaluation import release
from pathways.domain.terms.privacy import Privacy
from pathways.records.models.base import Row, code_holds, coded, paired, status_field, status_holds
from pathways.records.sealed import SealedBytes, SealedJSON, SealedText


class EvaluationRelease(Row):
    """One release, from asking for it to its withdrawal. `mark` is the hash of everything in its files."""

    number = models.PositiveIntegerField(unique=True)
    kind = coded(release.Kind, blank=False)
    audience = models.CharField(max_length=20)
    from_date = models.DateField(null=True, blank=True)
    until_date = models.DateField(null=True, blank=True)
    rounding = models.PositiveIntegerField(null=True, blank=True)
    provider_id = models.UUIDField(null=True, blank=True)
    to_organisation_id = models.UUIDField(null=True, blank=True, db_index=True)
    recipient = SealedText()
    words = SealedJSON()
    status = status_field(release.WORKFLOW)
    organisation_id = models.UUIDField()
    asked_at = models.DateTimeField()
    asked_by_id = models.UUIDField()
    as_at = models.DateTimeField(null=True, blank=True)
    extract_sha256 = models.CharField(max_length=64, blank=True, default="")
    mark = models.CharField(max_length=64, blank=True, default="")
    #: the files as made, in one archive, sealed because its maker's words are in them
    files = SealedBytes()
    names = models.JSONField(default=list, blank=True)
    left_out = models.CharField(max_length=300, blank=True, default="")
    #: what it shows, as cells and the sums that tie them
    published = models.JSONField(null=True, blank=True)
    threshold = models.PositiveIntegerField(null=True, blank=True)
    at_risk = models.PositiveIntegerField(default=0)
    given_away = models.PositiveIntegerField(default=0)
    held_back = models.PositiveIntegerField(default=0)
    beside = models.PositiveIntegerField(default=0)
    statement = SealedText()
    why_failed = models.CharField(max_length=300, blank=True, default="")
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by_id = models.UUIDField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_id = models.UUIDField(null=True, blank=True)
    why_withdrawn = SealedText()

    privacy: ClassVar[dict[str, Privacy]] = {}

    class Meta:
        db_table = "evaluation_release"
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            code_holds(release.Kind, "evaluation_release", "kind", blank=False),
            models.CheckConstraint(
                condition=Q(audience__in=list(release.AUDIENCES)),
                name="evaluation_release_audience_known",
            ),
            status_holds(release.WORKFLOW, "evaluation_release"),
            paired("evaluation_release", "proposed_at", "proposed_by_id"),
            paired("evaluation_release", "withdrawn_at", "withdrawn_by_id"),
            models.CheckConstraint(
                condition=Q(from_date__isnull=True, until_date__isnull=True)
                | Q(until_date__gte=F("from_date")),
                name="evaluation_release_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(status="released", released_at__isnull=False, at_risk=0, given_away=0)
                | ~Q(status="released"),
                name="evaluation_release_nothing_given_away",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["made", "in_review", "released"]) | ~Q(mark=""),
                name="evaluation_release_has_a_hash",
            ),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.organisation_id, self.organisation_id)


class ReleaseReview(Row):
    """What one person who did not make it said of a release as it stood under `mark`."""

    release_id = models.UUIDField(db_index=True)
    mark = models.CharField(max_length=64)
    agrees = models.BooleanField()
    words = SealedText()
    organisation_id = models.UUIDField()
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()

    class Meta:
        db_table = "evaluation_release_review"
        ordering: ClassVar = ["made_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["release_id", "mark", "made_by_id"], name="evaluation_release_review_once"
            ),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.organisation_id, self.organisation_id)


class FunderTemplate(Row):
    """A funder's own headings and what fills each; the newest version of a funder is how it stands."""

    funder = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    #: pairs of a heading and the code of what fills it, "" for nothing, in the order of the template
    columns = models.JSONField(default=list)
    organisation_id = models.UUIDField()
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()

    class Meta:
        db_table = "funder_template"
        ordering: ClassVar = ["funder", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["funder", "number"], name="funder_template_once"),
        ]
