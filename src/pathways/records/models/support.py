"""The support record: everything that the programme and its providers hold about a woman they work with.

General processing (UK GDPR). Row security hides rows, not columns, so what different audiences may see is
kept in different tables.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from pathways.domain.identification import referral_in
from pathways.domain.outcomes import followup
from pathways.domain.reach import agreement, approach, plan, stop
from pathways.domain.referral import referral
from pathways.domain.support import closure, correction, engagement, episode, goal, joining
from pathways.domain.terms.contact import Attendance, Channel, ContactMode
from pathways.domain.terms.law import SocInvolvement, VictimOfSoc
from pathways.domain.terms.needs import Domain
from pathways.domain.terms.privacy import Privacy
from pathways.domain.terms.routes import Route
from pathways.domain.triage import assessment, reading, telling, triage
from pathways.domain.triage import version as versions
from pathways.records.models.base import HerRow, Row, code_holds, coded, paired, status_field, status_holds
from pathways.records.models.directory import Service
from pathways.records.sealed import SealedDate, SealedJSON, SealedText


class ReferralIn(Row):
    """A woman brought to the open door, by herself or by a partner who is not police."""

    organisation_id = models.UUIDField(db_index=True)
    case_id = models.UUIDField(default=uuid.uuid4, unique=True)
    reference = models.CharField(max_length=16, unique=True)
    status = status_field(referral_in.WORKFLOW)
    route = coded(Route)
    flagged_at = models.DateTimeField()
    flagged_by_id = models.UUIDField()
    flagged_by_organisation_id = models.UUIDField()
    given_names = SealedText(privacy=Privacy.IDENTIFIES)
    surname = SealedText(privacy=Privacy.IDENTIFIES)
    called = SealedText(privacy=Privacy.IDENTIFIES)
    date_of_birth = SealedDate(privacy=Privacy.IDENTIFIES)
    telephone = SealedText(privacy=Privacy.IDENTIFIES)
    email = SealedText(privacy=Privacy.IDENTIFIES)
    address = SealedText(privacy=Privacy.IDENTIFIES)
    contact_plan = SealedJSON()
    why = SealedText()
    headings = models.JSONField(default=list, blank=True)
    she_knows = models.BooleanField(default=False)
    # the coordinator's decision, with the same model as the police door
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
    client_id = models.UUIDField(null=True, blank=True, db_index=True)

    privacy: ClassVar[dict[str, Privacy]] = {
        "headings": Privacy.SENSITIVE,
        "soc_involvement": Privacy.SENSITIVE,
        "victim_of_soc": Privacy.SENSITIVE,
    }

    class Meta:
        db_table = "support_referral_in"
        ordering: ClassVar = ["flagged_at"]
        constraints: ClassVar = [
            status_holds(referral_in.WORKFLOW, "support_referral_in"),
            code_holds(Route, "support_referral_in", "route", blank=False),
            code_holds(SocInvolvement, "support_referral_in", "soc_involvement"),
            code_holds(VictimOfSoc, "support_referral_in", "victim_of_soc"),
            paired("support_referral_in", "screened_at", "screened_by_id"),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.id, self.organisation_id)


class EarlierDecisionIn(Row):
    """A decision at the open door as it stood before a later one took its place. Never changed."""

    organisation_id = models.UUIDField(db_index=True)
    referral_in = models.ForeignKey(ReferralIn, models.PROTECT, related_name="earlier_decisions")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=40)
    content = SealedJSON()
    why_again = SealedText()
    decided_at = models.DateTimeField()
    decided_by_id = models.UUIDField()
    replaced_at = models.DateTimeField()
    replaced_by_id = models.UUIDField()

    class Meta:
        db_table = "support_earlier_decision"
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["referral_in", "number"], name="decision_in_number_once")
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.referral_in_id, self.organisation_id)


class Client(Row):
    """A woman in the programme: the name she uses and a reference. All else is elsewhere.

    `joined_into_id` is her other record, where two turned out to be of one woman and were joined.
    """

    organisation_id = models.UUIDField(db_index=True)
    reference = models.CharField(max_length=16, unique=True)
    called = SealedText(privacy=Privacy.IDENTIFIES)
    created_at = models.DateTimeField()
    joined_into_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "support_client"

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.id, self.organisation_id)


class Identity(HerRow):
    """Who she is on paper. A private provider never reads this table."""

    client = models.OneToOneField(Client, models.PROTECT, related_name="identity", db_column="client_id")
    client_id: uuid.UUID
    given_names = SealedText(privacy=Privacy.IDENTIFIES)
    surname = SealedText(privacy=Privacy.IDENTIFIES)
    other_names = SealedText(privacy=Privacy.IDENTIFIES)
    date_of_birth = SealedDate(privacy=Privacy.IDENTIFIES)
    telephone = SealedText(privacy=Privacy.IDENTIFIES)
    email = SealedText(privacy=Privacy.IDENTIFIES)
    address = SealedText(privacy=Privacy.IDENTIFIES)
    risk_to_worker = SealedText()

    class Meta:
        db_table = "support_identity"


class Demographics(HerRow):
    """Equality monitoring, in codes only: what counting reads. "Not asked" is an answer of its own."""

    age_band = models.CharField(max_length=30, blank=True, default="not_asked")
    ethnicity_code = models.CharField(max_length=30, blank=True, default="")
    ethnicity_scheme = models.CharField(max_length=30, blank=True, default="")
    ethnicity = models.CharField(max_length=60, blank=True, default="not_asked")
    disability = models.CharField(max_length=30, blank=True, default="not_asked")
    activity_restriction = models.CharField(max_length=30, blank=True, default="not_asked")
    orientation = models.CharField(max_length=30, blank=True, default="not_asked")
    religion = models.CharField(max_length=30, blank=True, default="not_asked")
    marital_status = models.CharField(max_length=30, blank=True, default="not_asked")
    pregnancy = models.CharField(max_length=30, blank=True, default="not_asked")
    has_children = models.CharField(max_length=30, blank=True, default="not_asked")
    is_carer = models.CharField(max_length=30, blank=True, default="not_asked")
    care_experience = models.CharField(max_length=30, blank=True, default="not_asked")
    interpreter = models.CharField(max_length=30, blank=True, default="not_asked")
    area = models.CharField(max_length=60, blank=True, default="not_asked")
    declared_by = models.CharField(max_length=30, blank=True, default="")
    changed_at = models.DateTimeField()
    changed_by_id = models.UUIDField()

    privacy: ClassVar[dict[str, Privacy]] = dict.fromkeys(
        [
            "age_band",
            "ethnicity_code",
            "ethnicity",
            "disability",
            "activity_restriction",
            "orientation",
            "religion",
            "marital_status",
            "pregnancy",
            "has_children",
            "is_carer",
            "care_experience",
            "interpreter",
            "area",
        ],
        Privacy.SENSITIVE,
    )

    class Meta:
        db_table = "support_demographics"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client_id"], name="demographics_once"),
        ]


class SafePlace(HerRow):
    """Where she is safe: a refuge or another address that nobody outside her own support may read."""

    address = SealedText(privacy=Privacy.IDENTIFIES)
    note = SealedText()
    changed_at = models.DateTimeField()
    changed_by_id = models.UUIDField()

    class Meta:
        db_table = "support_safe_place"


class SafeContactPlan(HerRow):
    """How she may be reached. Provisional until she has confirmed it; what is lapsed blocks contact."""

    status = status_field(plan.WORKFLOW)
    details = SealedJSON()
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by_id = models.UUIDField(null=True, blank=True)
    lapses_at = models.DateTimeField(null=True, blank=True)
    lapsed_at = models.DateTimeField(null=True, blank=True)
    lapsed_because = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        db_table = "support_safe_contact_plan"
        ordering: ClassVar = ["-made_at"]
        constraints: ClassVar = [
            status_holds(plan.WORKFLOW, "support_safe_contact_plan"),
            models.UniqueConstraint(
                fields=["client_id"],
                condition=~Q(status=plan.Status.REPLACED.value),
                name="safe_contact_one_plan_now",
            ),
            models.CheckConstraint(
                condition=~Q(status=plan.Status.CONFIRMED.value)
                | Q(confirmed_at__isnull=False, lapses_at__isnull=False),
                name="safe_contact_confirmed_has_dates",
            ),
        ]


class Episode(HerRow):
    """One time that she is with the programme. She can come back: a new episode, the same woman."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="episodes", db_column="client_id")
    client_id: uuid.UUID
    case_id = models.UUIDField(db_index=True)
    number = models.PositiveIntegerField(default=1)
    status = status_field(episode.WORKFLOW)
    route = coded(Route)
    opened_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = coded(closure.Outcome)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    lead_account_id = models.UUIDField(null=True, blank=True)
    lead_organisation_id = models.UUIDField(null=True, blank=True)
    police_may_know_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "support_episode"
        ordering: ClassVar = ["-opened_at"]
        constraints: ClassVar = [
            status_holds(episode.WORKFLOW, "support_episode"),
            models.UniqueConstraint(fields=["client_id", "number"], name="episode_number_once"),
            models.UniqueConstraint(
                fields=["client_id"],
                condition=~Q(status=episode.Status.CLOSED.value),
                name="episode_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status=episode.Status.CLOSED.value, closed_at__isnull=False)
                | (~Q(status=episode.Status.CLOSED.value) & Q(closed_at__isnull=True)),
                name="episode_closed_has_moment",
            ),
        ]


class InvolvementKind(models.TextChoices):
    COORDINATION = "coordination", "Coordinates"
    APPROACH = "approach", "Approaches her"
    SUPPORT = "support", "Supports her"
    COVER = "cover", "Covers for a colleague"
    PANEL = "panel", "On the panel’s agenda"


class Involvement(Row):
    """An organisation, and usually one of its people, works with her. All sight of her follows from this."""

    client_id = models.UUIDField()
    organisation_id = models.UUIDField()
    account_id = models.UUIDField(null=True, blank=True)
    kind = models.CharField(max_length=20, choices=InvolvementKind.choices)
    is_lead = models.BooleanField(default=False)
    referral_id = models.UUIDField(null=True, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    covers_account_id = models.UUIDField(null=True, blank=True)
    given_by_id = models.UUIDField()

    class Meta:
        db_table = "support_involvement"
        indexes: ClassVar = [
            models.Index(
                fields=["organisation_id", "account_id", "client_id"],
                condition=Q(until_at__isnull=True),
                name="involvement_live",
            ),
            models.Index(fields=["client_id"], name="involvement_of_her"),
            # what row security asks of every row about a woman, answered from the index alone
            models.Index(
                fields=["client_id", "organisation_id", "account_id"],
                condition=Q(until_at__isnull=True),
                name="involvement_with_her",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=InvolvementKind.values), name="involvement_kind_known"
            ),
        ]


class Approach(HerRow):
    """A worker is to reach her and offer the programme. Her access begins here, before any referral."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="approaches")
    status = status_field(approach.WORKFLOW)
    worker_id = models.UUIDField(db_index=True)
    worker_organisation_id = models.UUIDField()
    assigned_at = models.DateTimeField()
    assigned_by_id = models.UUIDField()
    contacted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "support_approach"
        ordering: ClassVar = ["-assigned_at"]
        constraints: ClassVar = [status_holds(approach.WORKFLOW, "support_approach")]


class ApproachAttempt(HerRow):
    """One try at reaching her."""

    approach = models.ForeignKey(Approach, models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    channel = coded(Channel)
    result = models.CharField(max_length=40)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by_id = models.UUIDField()
    note = SealedText()

    class Meta:
        db_table = "support_approach_attempt"
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["approach", "number"], name="attempt_number_once"),
            code_holds(Channel, "support_approach_attempt", "channel"),
        ]


class ParticipationAgreement(HerRow):
    """She agreed to take part: what was explained, and what may cross because of it."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="agreements")
    version = models.PositiveIntegerField(default=1)
    agreed_at = models.DateTimeField()
    recorded_by_id = models.UUIDField()
    limits_explained = models.BooleanField(default=False)
    stopping_explained = models.BooleanField(default=False)
    interpreter = coded(agreement.Interpreter)
    condition = coded(agreement.Condition)
    return_fields = models.JSONField(default=list, blank=True)
    appointments_required = models.PositiveIntegerField(null=True, blank=True)
    return_to_organisation_id = models.UUIDField(null=True, blank=True)
    return_reference = SealedText()
    police_may_know = models.BooleanField(default=False)
    share_fields = models.JSONField(default=list, blank=True)
    evaluation_agreed = models.BooleanField(null=True, blank=True)
    words = SealedText()
    ended_at = models.DateTimeField(null=True, blank=True)

    privacy: ClassVar[dict[str, Privacy]] = {"condition": Privacy.SENSITIVE}

    class Meta:
        db_table = "support_agreement"
        ordering: ClassVar = ["-agreed_at"]
        constraints: ClassVar = [
            code_holds(agreement.Condition, "support_agreement", "condition"),
            code_holds(agreement.Interpreter, "support_agreement", "interpreter"),
            models.UniqueConstraint(
                fields=["episode"], condition=Q(ended_at__isnull=True), name="agreement_one_now"
            ),
        ]


class Stop(HerRow):
    """She declined, paused or withdrew: from this moment nobody contacts her."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="stops")
    status = status_field(stop.WORKFLOW)
    kind = coded(stop.Kind)
    asked_by = coded(stop.AskedBy)
    stage = models.CharField(max_length=40, blank=True, default="")
    reason_code = models.CharField(max_length=60, blank=True, default="")
    words = SealedText()
    stopped_at = models.DateTimeField()
    recorded_by_id = models.UUIDField()
    recorded_by_organisation_id = models.UUIDField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "support_stop"
        ordering: ClassVar = ["-stopped_at"]
        constraints: ClassVar = [
            status_holds(stop.WORKFLOW, "support_stop"),
            code_holds(stop.Kind, "support_stop", "kind", blank=False),
            code_holds(stop.AskedBy, "support_stop", "asked_by", blank=False),
            paired("support_stop", "lifted_at", "lifted_by_id"),
        ]


class Assessment(HerRow):
    """What she and her worker made of her strengths, needs and safety, and the worker's judgements."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="assessments")
    number = models.PositiveIntegerField(default=1)
    status = status_field(assessment.WORKFLOW)
    need = coded(assessment.Need)
    exploitation = coded(assessment.Exploitation)
    immediate_safety = coded(assessment.ImmediateSafety)
    strengths = SealedText()
    safety = SealedText()
    relationships = SealedText()
    offending = SealedText()
    conclusion = SealedText()
    management_plan = SealedText()
    her_words = SealedText()
    sections = SealedJSON()
    mechanisms = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField()
    started_by_id = models.UUIDField()
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by_id = models.UUIDField(null=True, blank=True)

    privacy: ClassVar[dict[str, Privacy]] = {
        "need": Privacy.SENSITIVE,
        "exploitation": Privacy.SENSITIVE,
        "immediate_safety": Privacy.SENSITIVE,
        "mechanisms": Privacy.SENSITIVE,
    }

    class Meta:
        db_table = "support_assessment"
        ordering: ClassVar = ["-started_at"]
        constraints: ClassVar = [
            status_holds(assessment.WORKFLOW, "support_assessment"),
            code_holds(assessment.Need, "support_assessment", "need"),
            code_holds(assessment.Exploitation, "support_assessment", "exploitation"),
            code_holds(assessment.ImmediateSafety, "support_assessment", "immediate_safety"),
            paired("support_assessment", "completed_at", "completed_by_id"),
        ]


class NeedRating(HerRow):
    """Where she stands on one rung of the needs ladder (ours, unvalidated)."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="ratings")
    domain = coded(Domain)
    rung = models.PositiveSmallIntegerField(null=True, blank=True)
    unrated = models.CharField(max_length=30, blank=True, default="")
    note = SealedText()

    privacy: ClassVar[dict[str, Privacy]] = {"rung": Privacy.SENSITIVE}

    class Meta:
        db_table = "support_need_rating"
        constraints: ClassVar = [
            code_holds(Domain, "support_need_rating", "domain", blank=False),
            models.UniqueConstraint(fields=["assessment", "domain"], name="need_rating_once"),
            models.CheckConstraint(
                condition=Q(rung__isnull=True) | Q(rung__gte=1, rung__lte=5), name="need_rating_on_ladder"
            ),
        ]


class TriageDecision(HerRow):
    """What the policy suggested and what a named person decided: two different things."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="triages")
    assessment = models.ForeignKey(Assessment, models.PROTECT, null=True, blank=True, related_name="triages")
    status = status_field(triage.WORKFLOW)
    policy_name = models.CharField(max_length=120, blank=True, default="")
    policy_version = models.CharField(max_length=60, blank=True, default="")
    inputs = models.JSONField(default=dict, blank=True)
    suggested_level = models.PositiveSmallIntegerField(null=True, blank=True)
    suggested_rule = models.CharField(max_length=60, blank=True, default="")
    is_provisional = models.BooleanField(default=False)
    missing = models.JSONField(default=list, blank=True)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    reasons = SealedText()
    told_her = SealedText()
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_id = models.UUIDField(null=True, blank=True)
    first_contact_due = models.DateField(null=True, blank=True)
    review_due = models.DateField(null=True, blank=True)
    # what the person who decides thought before she saw the suggestion, where the programme hides it
    own_level = models.PositiveSmallIntegerField(null=True, blank=True)
    own_words = SealedText()
    own_at = models.DateTimeField(null=True, blank=True)
    own_by_id = models.UUIDField(null=True, blank=True)
    was_hidden = models.BooleanField(default=False)
    # decided afresh, by this person, because another did not agree with the former decision
    asked_of_id = models.UUIDField(null=True, blank=True)
    because_of_id = models.UUIDField(null=True, blank=True)
    # the lot that settled whether it is read blind, and the rate of that day
    lot = models.FloatField(null=True, blank=True)
    percent = models.PositiveSmallIntegerField(null=True, blank=True)
    # that she was told why
    told_at = models.DateTimeField(null=True, blank=True)
    told_by_id = models.UUIDField(null=True, blank=True)
    told_how = coded(telling.How)

    privacy: ClassVar[dict[str, Privacy]] = {
        "inputs": Privacy.SENSITIVE,
        "level": Privacy.SENSITIVE,
        "own_level": Privacy.SENSITIVE,
    }

    class Meta:
        db_table = "support_triage"
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            status_holds(triage.WORKFLOW, "support_triage"),
            paired("support_triage", "decided_at", "decided_by_id"),
            paired("support_triage", "own_at", "own_by_id"),
            paired("support_triage", "told_at", "told_by_id"),
            code_holds(telling.How, "support_triage", "told_how"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__gte=0, level__lte=4), name="triage_level_known"
            ),
            models.CheckConstraint(
                condition=Q(own_level__isnull=True) | Q(own_level__gte=0, own_level__lte=4),
                name="triage_own_level_known",
            ),
        ]


class TriageReading(HerRow):
    """Another person reads a level that was decided. What she is shown is kept as it was then."""

    triage = models.ForeignKey(TriageDecision, models.PROTECT, related_name="readings")
    why = coded(reading.Why, blank=False)
    status = status_field(reading.WORKFLOW)
    # of a blind reading only once it is in: until then whoever reads it is not told by this row either
    first_level = models.PositiveSmallIntegerField(null=True, blank=True)
    first_by_id = models.UUIDField()
    shown = SealedJSON()
    asked_at = models.DateTimeField()
    asked_by_id = models.UUIDField()
    her_words = SealedText()
    due_at = models.DateTimeField()
    reader_id = models.UUIDField(null=True, blank=True, db_index=True)
    passed_on_at = models.DateTimeField(null=True, blank=True)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    because = SealedText()
    knew = models.BooleanField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by_id = models.UUIDField(null=True, blank=True)

    privacy: ClassVar[dict[str, Privacy]] = {
        "level": Privacy.SENSITIVE,
        "first_level": Privacy.SENSITIVE,
        "knew": Privacy.ORDINARY,
    }

    class Meta:
        db_table = "support_triage_reading"
        ordering: ClassVar = ["asked_at"]
        constraints: ClassVar = [
            status_holds(reading.WORKFLOW, "support_triage_reading"),
            code_holds(reading.Why, "support_triage_reading", "why", blank=False),
            paired("support_triage_reading", "read_at", "read_by_id"),
            models.UniqueConstraint(
                fields=["triage", "why"],
                condition=Q(status__in=[reading.Status.WAITING.value, reading.Status.WITH_SUPERVISOR.value]),
                name="triage_reading_one_open",
            ),
            models.CheckConstraint(
                condition=Q(read_by_id__isnull=True) | ~Q(read_by_id=F("first_by_id")),
                name="triage_reading_by_another",
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__gte=0, level__lte=4),
                name="triage_reading_level_known",
            ),
        ]


class TriagePolicy(Row):
    """A version of the triage policy as data, and who put it forward and approved it. It names no woman."""

    name = models.CharField(max_length=120)
    version = models.CharField(max_length=60)
    body = models.JSONField()
    status = status_field(versions.WORKFLOW)
    # came with the software: nobody put it forward
    is_default = models.BooleanField(default=False)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="drafts")
    note = models.TextField(blank=True, default="")
    made_at = models.DateTimeField(null=True, blank=True)
    made_by_id = models.UUIDField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by_id = models.UUIDField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by_id = models.UUIDField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by_id = models.UUIDField(null=True, blank=True)
    # SHA-256 of what was approved
    approved_mark = models.CharField(max_length=64, blank=True, default="")
    return_words = models.TextField(blank=True, default="")
    from_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "triage_policy"
        constraints: ClassVar = [
            status_holds(versions.WORKFLOW, "triage_policy"),
            models.UniqueConstraint(fields=["name", "version"], name="triage_policy_version_once"),
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status=versions.Status.IN_FORCE.value),
                name="triage_policy_one_in_force",
            ),
            paired("triage_policy", "proposed_at", "proposed_by_id"),
            paired("triage_policy", "approved_at", "approved_by_id"),
            # two people, or it came with the software
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        versions.Status.DRAFT.value,
                        versions.Status.PROPOSED.value,
                        versions.Status.WITHDRAWN.value,
                    ]
                )
                | Q(is_default=True)
                | (
                    Q(proposed_by_id__isnull=False, approved_by_id__isnull=False)
                    & ~Q(approved_by_id=F("proposed_by_id"))
                    & ~Q(approved_mark="")
                ),
                name="triage_policy_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[versions.Status.IN_FORCE.value, versions.Status.SUPERSEDED.value])
                | Q(from_at__isnull=False),
                name="triage_policy_dated",
            ),
        ]


class Referral(HerRow):
    """She is offered to one service. The provider answers; silence has a clock."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="referrals")
    reference = models.CharField(max_length=16, unique=True)
    status = status_field(referral.WORKFLOW)
    service = models.ForeignKey(Service, models.PROTECT, related_name="referrals")
    to_organisation_id = models.UUIDField(db_index=True)
    to_sector = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    needs = models.JSONField(default=list, blank=True)
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answer_due_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by_id = models.UUIDField(null=True, blank=True)
    reason_code = models.CharField(max_length=60, blank=True, default="")
    waits_until = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "support_referral"
        ordering: ClassVar = ["-made_at"]
        indexes: ClassVar = [models.Index(fields=["to_organisation_id", "status", "sent_at"])]
        constraints: ClassVar = [status_holds(referral.WORKFLOW, "support_referral")]


class ReferralPack(Row):
    """What the provider was given of her, and not a field more. Sealed under the provider's own key."""

    client_id = models.UUIDField(db_index=True)
    organisation_id = models.UUIDField(db_index=True)
    referral = models.OneToOneField(Referral, models.PROTECT, related_name="pack")
    fields = models.JSONField(default=list)
    content = SealedJSON()
    why = SealedText()
    answer_words = SealedText()
    is_answered = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    sealed_for_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "support_referral_pack"

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.sealed_for_id or self.client_id, self.organisation_id)


class Engagement(HerRow):
    """How her support at one provider is going."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="engagements")
    referral = models.OneToOneField(Referral, models.PROTECT, related_name="engagement")
    status = status_field(engagement.WORKFLOW)
    sector = models.CharField(max_length=40)
    started_at = models.DateTimeField(null=True, blank=True)
    review_due = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "support_engagement"
        constraints: ClassVar = [status_holds(engagement.WORKFLOW, "support_engagement")]


class GroupSession(Row):
    """A group that met. Who came is in each woman's own contacts, never here."""

    organisation_id = models.UUIDField(db_index=True)
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True)
    title = models.CharField(max_length=120)
    happened_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()
    recorded_by_id = models.UUIDField()

    class Meta:
        db_table = "support_group_session"
        ordering: ClassVar = ["-happened_at"]


class Contact(HerRow):
    """A contact with her, planned or past: when, how, whether she came. What was said is a CaseNote."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="contacts")
    engagement = models.ForeignKey(Engagement, models.PROTECT, null=True, blank=True, related_name="contacts")
    group = models.ForeignKey(GroupSession, models.PROTECT, null=True, blank=True, related_name="contacts")
    worker_id = models.UUIDField()
    sector = models.CharField(max_length=40)
    mode = coded(ContactMode)
    planned_at = models.DateTimeField(null=True, blank=True)
    happened_at = models.DateTimeField(null=True, blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    was_held = models.BooleanField(null=True, blank=True)
    attended = coded(Attendance)
    reason_code = models.CharField(max_length=60, blank=True, default="")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    recorded_by_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "support_contact"
        ordering: ClassVar = ["-happened_at", "-planned_at"]
        indexes: ClassVar = [models.Index(fields=["organisation_id", "worker_id", "planned_at"])]
        constraints: ClassVar = [
            code_holds(ContactMode, "support_contact", "mode"),
            code_holds(Attendance, "support_contact", "attended"),
            paired("support_contact", "recorded_at", "recorded_by_id"),
        ]


class CaseNote(HerRow):
    """What was said. It belongs to the organisation that wrote it, and police never read it."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="notes")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="notes")
    body = SealedText()
    written_at = models.DateTimeField()
    written_by_id = models.UUIDField()
    written_by_name = models.CharField(max_length=120, blank=True, default="")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    why_changed = SealedText()

    class Meta:
        db_table = "support_case_note"
        ordering: ClassVar = ["-written_at"]
        indexes: ClassVar = [models.Index(fields=["client_id", "organisation_id", "-written_at"])]


class Goal(HerRow):
    """Something she wants, in her own words."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="goals")
    status = status_field(goal.WORKFLOW)
    words = SealedText()
    domain = coded(Domain)
    importance = models.PositiveSmallIntegerField(null=True, blank=True)
    set_at = models.DateTimeField()
    set_by_id = models.UUIDField()
    target_date = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "support_goal"
        ordering: ClassVar = ["set_at"]
        constraints: ClassVar = [
            status_holds(goal.WORKFLOW, "support_goal"),
            models.CheckConstraint(
                condition=Q(importance__isnull=True) | Q(importance__lte=10), name="goal_importance_scale"
            ),
        ]


class GoalRating(HerRow):
    """How near she feels to a goal, 0 to 10, on one day."""

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="ratings")
    value = models.PositiveSmallIntegerField()
    rated_at = models.DateTimeField()
    rated_by_id = models.UUIDField()

    class Meta:
        db_table = "support_goal_rating"
        ordering: ClassVar = ["rated_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(value__lte=10), name="goal_rating_scale"),
        ]


class Review(HerRow):
    """Worker and woman look at what has changed, and when to look again."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="reviews")
    happened_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by_id = models.UUIDField()
    what_changed = SealedText()
    her_view = SealedText()
    plan = SealedText()
    next_review_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "support_review"
        ordering: ClassVar = ["-happened_on"]


class Closure(HerRow):
    """Her episode is proposed for closing, and a second person signs it off."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="closures")
    status = status_field(closure.WORKFLOW)
    outcome = coded(closure.Outcome)
    reason_code = models.CharField(max_length=60, blank=True, default="")
    summary = SealedText()
    step_down = SealedText()
    exit_interview = models.CharField(max_length=30, blank=True, default="")
    proposed_at = models.DateTimeField()
    proposed_by_id = models.UUIDField()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by_id = models.UUIDField(null=True, blank=True)
    return_words = SealedText()

    class Meta:
        db_table = "support_closure"
        ordering: ClassVar = ["-proposed_at"]
        constraints: ClassVar = [
            status_holds(closure.WORKFLOW, "support_closure"),
            code_holds(closure.Outcome, "support_closure", "outcome", blank=False),
            paired("support_closure", "signed_at", "signed_by_id"),
        ]


class FollowUp(HerRow):
    """How she is, three, six and twelve months after her episode closed."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="follow_ups")
    status = status_field(followup.WORKFLOW)
    wave = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    worker_id = models.UUIDField(null=True, blank=True)
    answers = SealedJSON()
    words = SealedText()
    recorded_at = models.DateTimeField(null=True, blank=True)
    recorded_by_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "support_follow_up"
        ordering: ClassVar = ["due_on"]
        constraints: ClassVar = [
            status_holds(followup.WORKFLOW, "support_follow_up"),
            models.UniqueConstraint(fields=["episode", "wave"], name="follow_up_wave_once"),
            paired("support_follow_up", "recorded_at", "recorded_by_id"),
        ]


class OutgoingMessage(HerRow):
    """Something meant to reach her, and what her safe-contact plan said of it."""

    channel = coded(Channel)
    purpose = models.CharField(max_length=40)
    body = SealedText()
    asked_at = models.DateTimeField()
    asked_by_id = models.UUIDField()
    plan_id = models.UUIDField(null=True, blank=True)
    was_allowed = models.BooleanField()
    why = models.CharField(max_length=300, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "support_outgoing_message"
        ordering: ClassVar = ["-asked_at"]


class Correction(HerRow):
    """A wrong entry put right: what it said, what it says now, and why. Its words are never changed.

    The corrected row holds what is true; whoever sees that row sees its corrections.
    """

    what = coded(correction.What)
    object_id = models.UUIDField(db_index=True)
    before = SealedJSON()
    after = SealedJSON()
    why = SealedText()
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()
    made_by_name = models.CharField(max_length=120, blank=True, default="")
    #: of the reason of a referral: as of its pack, which the service then reads only while she is theirs
    is_answered = models.BooleanField(default=False)

    privacy: ClassVar[dict[str, Privacy]] = {"made_by_name": Privacy.IDENTIFIES}

    class Meta:
        db_table = "support_correction"
        ordering: ClassVar = ["made_at"]
        constraints: ClassVar = [code_holds(correction.What, "support_correction", "what", blank=False)]


class Joining(HerRow):
    """Two records that may be of one woman: joined, parted again, or judged to be two women.

    `client_id` is the record that goes on and `other_id` the one that was folded into it. `undo` says of
    every row that moved what it was before, so that parting gives back exactly what was joined.
    """

    other_id = models.UUIDField(db_index=True)
    status = status_field(joining.WORKFLOW)
    why = SealedText()
    shown = SealedJSON()
    undo = SealedJSON()
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()
    made_by_name = models.CharField(max_length=120, blank=True, default="")
    parted_at = models.DateTimeField(null=True, blank=True)
    parted_by_id = models.UUIDField(null=True, blank=True)
    parted_because = SealedText()

    privacy: ClassVar[dict[str, Privacy]] = {"made_by_name": Privacy.IDENTIFIES}

    class Meta:
        db_table = "support_joining"
        ordering: ClassVar = ["-made_at"]
        constraints: ClassVar = [
            status_holds(joining.WORKFLOW, "support_joining"),
            paired("support_joining", "parted_at", "parted_by_id"),
            models.UniqueConstraint(
                fields=["other_id"], condition=Q(status=joining.Status.JOINED.value), name="joined_once"
            ),
            models.CheckConstraint(condition=~Q(client_id=models.F("other_id")), name="joining_of_two"),
        ]
