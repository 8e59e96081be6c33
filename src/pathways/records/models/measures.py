"""Instruments that a site uses, and what was answered and scored with them; results of tools of others.

What an instrument asks names nobody and is open. What she answered belongs to the organisation that asked, as
a note does. The score lies in a table of its own, because the coordinator reads it and not the answers.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from pathways.domain.outcomes import in_use, tools
from pathways.domain.outcomes import response as filling
from pathways.domain.terms.privacy import Privacy
from pathways.records.models.base import HerRow, Row, code_holds, coded, paired, status_field, status_holds
from pathways.records.models.support import Episode
from pathways.records.sealed import SealedJSON, SealedText


class SiteInstrument(Row):
    """One edition of an instrument at this site: whether it is on, who answers for its licence, its wording.

    `definition` is empty for what is shipped with the programme. `organisation_id` is the agency that brought
    its own; none for what the whole programme may use.
    """

    code = models.CharField(max_length=40)
    edition = models.CharField(max_length=40)
    organisation_id = models.UUIDField(null=True, blank=True, db_index=True)
    status = status_field(in_use.WORKFLOW)
    definition = models.JSONField(default=dict, blank=True)
    wording = models.JSONField(default=dict, blank=True)
    wording_source = models.CharField(max_length=300, blank=True, default="")
    licence_accepted_at = models.DateTimeField(null=True, blank=True)
    licence_accepted_by_id = models.UUIDField(null=True, blank=True)
    added_at = models.DateTimeField()
    added_by_id = models.UUIDField()

    class Meta:
        db_table = "instrument"
        ordering: ClassVar = ["code", "-added_at"]
        constraints: ClassVar = [
            status_holds(in_use.WORKFLOW, "instrument"),
            paired("instrument", "licence_accepted_at", "licence_accepted_by_id"),
            models.UniqueConstraint(
                fields=["organisation_id", "code", "edition"], name="instrument_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=~Q(status=in_use.Status.ON.value) | Q(licence_accepted_at__isnull=False),
                name="instrument_on_under_a_licence",
            ),
        ]


class InstrumentEvent(Row):
    """What was done with an instrument of the site, by whom and when. Never changed."""

    instrument = models.ForeignKey(SiteInstrument, models.PROTECT, related_name="events")
    what = coded(in_use.Happened)
    at = models.DateTimeField()
    by_id = models.UUIDField()
    words = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "instrument_event"
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [code_holds(in_use.Happened, "instrument_event", "what", blank=False)]


class Response(HerRow):
    """What she answered, on one day. It belongs to the organisation that asked, and police never read it."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="responses")
    instrument = models.CharField(max_length=40)
    edition = models.CharField(max_length=40)
    owner_id = models.UUIDField(null=True, blank=True)
    status = status_field(filling.WORKFLOW)
    occasion = coded(filling.Occasion)
    how = coded(filling.How)
    measured_on = models.DateField()
    answers = SealedJSON()
    written_by = SealedText(privacy=Privacy.IDENTIFIES)
    recorded_at = models.DateTimeField()
    recorded_by_id = models.UUIDField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_id = models.UUIDField(null=True, blank=True)
    why_withdrawn = SealedText()

    privacy: ClassVar[dict[str, Privacy]] = {"instrument": Privacy.SENSITIVE}

    class Meta:
        db_table = "support_response"
        ordering: ClassVar = ["-measured_on", "-recorded_at"]
        constraints: ClassVar = [
            status_holds(filling.WORKFLOW, "support_response"),
            code_holds(filling.Occasion, "support_response", "occasion", blank=False),
            code_holds(filling.How, "support_response", "how", blank=False),
            paired("support_response", "withdrawn_at", "withdrawn_by_id"),
        ]


class InstrumentScore(HerRow):
    """What the answers came to. `value` is none where the rule gave none, and `why_none` says why."""

    response = models.OneToOneField(Response, models.PROTECT, null=True, blank=True, related_name="score")
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="scores")
    instrument = models.CharField(max_length=40)
    edition = models.CharField(max_length=40)
    owner_id = models.UUIDField(null=True, blank=True)
    occasion = coded(filling.Occasion)
    how = coded(filling.How)
    measured_on = models.DateField()
    value = models.FloatField(null=True, blank=True)
    raw = models.FloatField(null=True, blank=True)
    band = models.CharField(max_length=60, blank=True, default="")
    missing = models.PositiveSmallIntegerField(default=0)
    is_prorated = models.BooleanField(default=False)
    working = SealedText()
    why_none = SealedText()
    is_withdrawn = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by_id = models.UUIDField()

    privacy: ClassVar[dict[str, Privacy]] = {
        "instrument": Privacy.SENSITIVE,
        "value": Privacy.SENSITIVE,
        "raw": Privacy.SENSITIVE,
        "band": Privacy.SENSITIVE,
    }

    class Meta:
        db_table = "support_score"
        ordering: ClassVar = ["measured_on", "recorded_at"]
        constraints: ClassVar = [
            code_holds(filling.Occasion, "support_score", "occasion", blank=False),
            code_holds(filling.How, "support_score", "how", blank=False),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(raw__isnull=False), name="score_has_its_raw_total"
            ),
        ]


class ToolResult(HerRow):
    """What came of a tool that others own: DASH, DARA, OASys or OGRS. No question and no answer of it."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="tool_results")
    tool = coded(tools.Tool)
    assessed_on = models.DateField()
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    criterion = coded(tools.Criterion)
    words = SealedText()
    assessed_by = SealedText(privacy=Privacy.IDENTIFIES)
    document = SealedText()
    recorded_at = models.DateTimeField()
    recorded_by_id = models.UUIDField()

    privacy: ClassVar[dict[str, Privacy]] = {
        "tool": Privacy.SENSITIVE,
        "number": Privacy.SENSITIVE,
        "criterion": Privacy.SENSITIVE,
    }

    class Meta:
        db_table = "support_tool_result"
        ordering: ClassVar = ["-assessed_on", "-recorded_at"]
        constraints: ClassVar = [
            code_holds(tools.Tool, "support_tool_result", "tool"),  # blank once it was erased
            code_holds(tools.Criterion, "support_tool_result", "criterion"),
        ]
