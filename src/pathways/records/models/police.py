"""The police record: who was flagged, why, and what the single point of contact decided.

Law-enforcement processing. It never holds what she says to those who support her.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from pathways.domain.identification import consideration, run, second_reading
from pathways.domain.reach.police_view import PoliceView
from pathways.domain.terms.demographics import AgeBand
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.indicators import Heading
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
    # how she came: flagged by a person, found by a run, or both
    is_flagged_by_hand = models.BooleanField(default=True)
    run = models.ForeignKey(
        "records.ScreeningRun", models.PROTECT, null=True, blank=True, related_name="considerations"
    )
    comes_first = models.BooleanField(default=False)
    # whether the records give her sex as female: true, false, or not recorded. Never guessed from a name.
    is_recorded_female = models.BooleanField(null=True, blank=True)
    first_evidence_on = models.DateField(null=True, blank=True)
    latest_evidence_on = models.DateField(null=True, blank=True)
    # when something was last added to the evidence: whoever decides has opened it since
    evidence_at = models.DateTimeField(null=True, blank=True)
    # codes for counting who is considered, so that counting opens no name
    age_band = coded(AgeBand)
    ethnic_group = models.CharField(max_length=40, blank=True, default="")
    area = models.CharField(max_length=40, blank=True, default="")
    # the colleague who reads the decision a second time, until both readings are in
    blind_to_id = models.UUIDField(null=True, blank=True)

    privacy: ClassVar[dict[str, Privacy]] = {
        "headings": Privacy.SENSITIVE,
        "indicators": Privacy.SENSITIVE,
        "comes_first": Privacy.SENSITIVE,
        "is_recorded_female": Privacy.SENSITIVE,
        "first_evidence_on": Privacy.SENSITIVE,
        "latest_evidence_on": Privacy.SENSITIVE,
        "age_band": Privacy.SENSITIVE,
        "ethnic_group": Privacy.SENSITIVE,
        "area": Privacy.SENSITIVE,
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
            code_holds(AgeBand, "police_consideration", "age_band"),
            models.CheckConstraint(
                condition=models.Q(is_flagged_by_hand=True) | models.Q(run__isnull=False),
                name="police_consideration_came_somehow",
            ),
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
    blind_to_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "police_earlier_decision"
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consideration", "number"], name="decision_number_once")
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.nominal_id, self.organisation_id)


class ScreeningRun(Row):
    """One run of the catalogue over extracts: who asked, with which edition, when, and what it came to."""

    organisation_id = models.UUIDField(db_index=True)
    reference = models.CharField(max_length=16, unique=True)
    status = status_field(run.WORKFLOW)
    # [{"id": extract, "words": how it is called}]
    extracts = models.JSONField(default=list)
    as_at = models.DateField()
    asked_at = models.DateTimeField()
    asked_by_id = models.UUIDField()
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    step = models.CharField(max_length=80, blank=True, default="")
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    why_failed = models.CharField(max_length=300, blank=True, default="")
    # the catalogue by the hash of what its indicators say, and the version of the programme
    edition = models.CharField(max_length=64, blank=True, default="")
    version = models.CharField(max_length=40, blank=True, default="")
    # what was counted: of the force alone, and out of it through disclosure control only
    counts = models.JSONField(default=dict, blank=True)
    listed = models.PositiveIntegerField(default=0)
    joined = models.PositiveIntegerField(default=0)
    stood = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "police_screening_run"
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [status_holds(run.WORKFLOW, "police_screening_run")]


class Observation(Row):
    """One record that says something of her, with where it comes from. Never changed."""

    organisation_id = models.UUIDField(db_index=True)
    nominal = models.ForeignKey(Nominal, models.PROTECT, related_name="observations")
    consideration = models.ForeignKey(Consideration, models.PROTECT, related_name="observations")
    run = models.ForeignKey(ScreeningRun, models.PROTECT, null=True, blank=True, related_name="observations")
    extract_id = models.UUIDField(null=True, blank=True)
    code = models.CharField(max_length=40)
    heading = coded(Heading)
    words = models.CharField(max_length=200)
    observed_on = models.DateField(null=True, blank=True)
    # the system or kind of record, the record there, and its grade as received
    source = models.CharField(max_length=40, blank=True, default="")
    source_record = SealedText(privacy=Privacy.IDENTIFIES)
    says = SealedText()
    grade = models.CharField(max_length=20, blank=True, default="")
    handling = models.CharField(max_length=40, blank=True, default="")
    fact_or_opinion = coded(FactOrOpinion)
    is_as_victim = models.BooleanField(default=False)
    comes_first = models.BooleanField(default=False)
    # names this record without saying it, so that the same one is not added twice
    mark = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    privacy: ClassVar[dict[str, Privacy]] = {
        "code": Privacy.SENSITIVE,
        "heading": Privacy.SENSITIVE,
        "words": Privacy.SENSITIVE,
        "observed_on": Privacy.SENSITIVE,
        "source": Privacy.SENSITIVE,
        "is_as_victim": Privacy.SENSITIVE,
        "comes_first": Privacy.SENSITIVE,
    }

    class Meta:
        db_table = "police_observation"
        ordering: ClassVar = ["-observed_on", "code", "id"]
        constraints: ClassVar = [
            code_holds(Heading, "police_observation", "heading", blank=False),
            models.UniqueConstraint(fields=["consideration", "mark"], name="observation_once"),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.nominal_id, self.organisation_id)


class EvidenceOpened(Row):
    """Somebody opened the evidence about a woman: nobody decides about her without. Never changed."""

    organisation_id = models.UUIDField(db_index=True)
    nominal_id = models.UUIDField()
    consideration_id = models.UUIDField(db_index=True)
    account_id = models.UUIDField()
    opened_at = models.DateTimeField()
    # whether a decision stood there to be seen
    was_decided = models.BooleanField(default=False)

    class Meta:
        db_table = "police_evidence_opened"
        ordering: ClassVar = ["-opened_at"]
        indexes: ClassVar = [models.Index(fields=["consideration_id", "account_id", "opened_at"])]


class SecondRate(Row):
    """How many decisions of a hundred one force reads a second time, and the seed of its draws."""

    organisation_id = models.UUIDField(unique=True)
    percent = models.PositiveIntegerField(default=second_reading.USUAL_PERCENT)
    seed = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    changed_by_id = models.UUIDField()

    class Meta:
        db_table = "police_second_rate"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="second_rate_of_a_hundred")
        ]


class SecondDraw(Row):
    """One decision and its lot: at what rate it could have been drawn, and whether it was. Never changed.

    Kept of every decision that could be drawn, so that how far people agree is weighted back to all of them.
    """

    organisation_id = models.UUIDField(db_index=True)
    nominal_id = models.UUIDField()
    consideration_id = models.UUIDField(db_index=True)
    number = models.PositiveIntegerField()
    outcome = coded(ScreeningOutcome)
    reason_code = models.CharField(max_length=60, blank=True, default="")
    lot = models.FloatField()
    percent = models.PositiveIntegerField()
    seed_mark = models.CharField(max_length=64)
    is_drawn = models.BooleanField()
    decided_at = models.DateTimeField()
    decided_by_id = models.UUIDField()
    blind_to_id = models.UUIDField(null=True, blank=True)

    privacy: ClassVar[dict[str, Privacy]] = {"outcome": Privacy.SENSITIVE, "reason_code": Privacy.SENSITIVE}

    class Meta:
        db_table = "police_second_draw"
        ordering: ClassVar = ["-decided_at"]
        constraints: ClassVar = [
            code_holds(ScreeningOutcome, "police_second_draw", "outcome", blank=False),
            models.UniqueConstraint(fields=["consideration_id", "number"], name="decision_drawn_once"),
        ]


class SecondReading(Row):
    """The evidence as it was when the first decision was made, and what a colleague decides on it.

    What the first decided is not on this row, so that its reader can be shown all of it.
    """

    organisation_id = models.UUIDField(db_index=True)
    nominal_id = models.UUIDField()
    consideration_id = models.UUIDField()
    draw = models.OneToOneField(SecondDraw, models.PROTECT, related_name="reading")
    reference = models.CharField(max_length=16, unique=True)
    status = status_field(second_reading.WORKFLOW)
    shown = SealedJSON()
    drawn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reader_id = models.UUIDField(null=True, blank=True, db_index=True)
    outcome = coded(ScreeningOutcome)
    reason_code = models.CharField(max_length=60, blank=True, default="")
    because = SealedText()
    opened_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by_id = models.UUIDField(null=True, blank=True)
    talk_result = coded(second_reading.TalkResult)
    talk_words = SealedText()
    talked_at = models.DateTimeField(null=True, blank=True)
    talked_by_id = models.UUIDField(null=True, blank=True)

    privacy: ClassVar[dict[str, Privacy]] = {
        "outcome": Privacy.SENSITIVE,
        "reason_code": Privacy.SENSITIVE,
        "talk_result": Privacy.SENSITIVE,
    }

    class Meta:
        db_table = "police_second_reading"
        ordering: ClassVar = ["drawn_at"]
        constraints: ClassVar = [
            status_holds(second_reading.WORKFLOW, "police_second_reading"),
            code_holds(ScreeningOutcome, "police_second_reading", "outcome"),
            code_holds(second_reading.TalkResult, "police_second_reading", "talk_result"),
            paired("police_second_reading", "read_at", "read_by_id"),
            paired("police_second_reading", "talked_at", "talked_by_id"),
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
    blind_to_id = models.UUIDField(null=True, blank=True)

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
    blind_to_id = models.UUIDField(null=True, blank=True)

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
