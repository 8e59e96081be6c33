"""The police record: who was flagged, why, and what the single point of contact decided.

Law-enforcement processing. It never holds what she says to those who support her.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from pathways.domain.identification import consideration
from pathways.domain.reach.police_view import PoliceView
from pathways.domain.terms.law import FactOrOpinion, SocInvolvement, SubjectCategory, VictimOfSoc
from pathways.domain.terms.people import Regime
from pathways.domain.terms.privacy import Privacy
from pathways.domain.terms.routes import Route
from pathways.records.models.base import Row, code_holds, coded, paired, status_field, status_holds
from pathways.records.sealed import SealedDate, SealedJSON, SealedText


class Nominal(Row):
    """A person in one force's own records."""

    organisation_id = models.UUIDField(db_index=True)
    regime = coded(Regime, default=Regime.LAW_ENFORCEMENT.value)
    given_names = SealedText(privacy=Privacy.IDENTIFIES)
    surname = SealedText(privacy=Privacy.IDENTIFIES)
    other_names = SealedText(privacy=Privacy.IDENTIFIES)
    date_of_birth = SealedDate(privacy=Privacy.IDENTIFIES)
    telephone = SealedText(privacy=Privacy.IDENTIFIES)
    address = SealedText(privacy=Privacy.IDENTIFIES)
    police_reference = SealedText(privacy=Privacy.IDENTIFIES)
    ethnicity_code = models.CharField(max_length=10, blank=True, default="")
    ethnicity_scheme = models.CharField(max_length=20, blank=True, default="")
    subject_category = coded(SubjectCategory)
    created_at = models.DateTimeField()
    created_by_id = models.UUIDField()

    privacy: ClassVar[dict[str, Privacy]] = {
        "ethnicity_code": Privacy.SENSITIVE,
        "subject_category": Privacy.SENSITIVE,
    }

    class Meta:
        db_table = "police_nominal"
        constraints: ClassVar = [code_holds(SubjectCategory, "police_nominal", "subject_category")]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.id, self.organisation_id)

    @property
    def full_name(self) -> str:
        return f"{self.given_names} {self.surname}".strip()


class Consideration(Row):
    """One flag of one nominal, waiting for or carrying the decision of a named person."""

    organisation_id = models.UUIDField(db_index=True)
    nominal = models.ForeignKey(Nominal, models.PROTECT, related_name="considerations")
    case_id = models.UUIDField(default=uuid.uuid4, unique=True)
    reference = models.CharField(max_length=16, unique=True)
    status = status_field(consideration.WORKFLOW)
    route = coded(Route)
    flagged_at = models.DateTimeField()
    flagged_by_id = models.UUIDField()
    flagged_by_name = models.CharField(max_length=200, blank=True, default="")
    why = SealedText()
    headings = models.JSONField(default=list, blank=True)
    indicators = models.JSONField(default=list, blank=True)
    fact_or_opinion = coded(FactOrOpinion)
    # what the single point of contact decides by: the National Decision Model
    ethics = SealedText()
    information = SealedText()
    assessment = SealedText()
    powers = SealedText()
    options = SealedText()
    action = SealedText()
    risk_to_worker = SealedText()
    reason_code = models.CharField(max_length=60, blank=True, default="")
    soc_involvement = coded(SocInvolvement)
    victim_of_soc = coded(VictimOfSoc)
    is_woman = models.BooleanField(null=True, blank=True)
    is_adult = models.BooleanField(null=True, blank=True)
    screened_at = models.DateTimeField(null=True, blank=True)
    screened_by_id = models.UUIDField(null=True, blank=True)
    look_again_on = models.DateField(null=True, blank=True)
    # what police may know of what happens to her afterwards, and no more
    police_view = coded(PoliceView)
    police_view_at = models.DateTimeField(null=True, blank=True)

    privacy: ClassVar[dict[str, Privacy]] = {
        "headings": Privacy.SENSITIVE,
        "indicators": Privacy.SENSITIVE,
        "soc_involvement": Privacy.SENSITIVE,
        "victim_of_soc": Privacy.SENSITIVE,
        "flagged_by_name": Privacy.IDENTIFIES,
    }

    class Meta:
        db_table = "police_consideration"
        ordering: ClassVar = ["flagged_at"]
        indexes: ClassVar = [models.Index(fields=["organisation_id", "status", "flagged_at"])]
        constraints: ClassVar = [
            status_holds(consideration.WORKFLOW, "police_consideration"),
            code_holds(Route, "police_consideration", "route", blank=False),
            code_holds(SocInvolvement, "police_consideration", "soc_involvement"),
            code_holds(VictimOfSoc, "police_consideration", "victim_of_soc"),
            code_holds(PoliceView, "police_consideration", "police_view"),
            paired("police_consideration", "screened_at", "screened_by_id"),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.nominal_id, self.organisation_id)


class EarlierDecision(Row):
    """A police decision as it stood before a later one took its place. Never changed."""

    organisation_id = models.UUIDField(db_index=True)
    nominal_id = models.UUIDField()
    consideration = models.ForeignKey(Consideration, models.PROTECT, related_name="earlier_decisions")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=40)
    content = SealedJSON()
    why_again = SealedText()
    decided_at = models.DateTimeField()
    decided_by_id = models.UUIDField()
    replaced_at = models.DateTimeField()
    replaced_by_id = models.UUIDField()

    class Meta:
        db_table = "police_earlier_decision"
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consideration", "number"], name="decision_number_once")
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.nominal_id, self.organisation_id)


class ProvisionalPlan(Row):
    """How she might be reached before anybody has asked her, from what police already hold."""

    organisation_id = models.UUIDField(db_index=True)
    nominal = models.ForeignKey(Nominal, models.PROTECT, related_name="plans")
    consideration = models.OneToOneField(Consideration, models.PROTECT, related_name="plan")
    details = SealedJSON()
    is_safe = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()

    class Meta:
        db_table = "police_provisional_plan"

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.nominal_id, self.organisation_id)


class FlagReceipt(Row):
    """All that the officer who flagged her sees: that it was received, and when it closed."""

    organisation_id = models.UUIDField(db_index=True)
    consideration_id = models.UUIDField(unique=True)
    reference = models.CharField(max_length=16)
    flagged_by_id = models.UUIDField(db_index=True)
    flagged_at = models.DateTimeField()
    is_closed = models.BooleanField(default=False)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "police_flag_receipt"
        ordering: ClassVar = ["-flagged_at"]


class Spine(Row):
    """The only join between a police record and a support record. Read by the clerk alone."""

    nominal_id = models.UUIDField(null=True, blank=True, db_index=True)
    police_organisation_id = models.UUIDField(null=True, blank=True)
    consideration_id = models.UUIDField(null=True, blank=True, db_index=True)
    referral_in_id = models.UUIDField(null=True, blank=True)
    client_id = models.UUIDField(null=True, blank=True, db_index=True)
    # the episode that this door led to; none while a woman who had asked us to stop is flagged again
    episode_id = models.UUIDField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "spine"
