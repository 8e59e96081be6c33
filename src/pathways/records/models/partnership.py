"""Partnership surveys: the waves, who was invited to them, and the sheets of answers, which have no writer.

Who answered and what was answered lie in two tables with nothing between them: no person, organisation,
moment or order. Neither has a history, because a history says who wrote a row and when.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from pathways.domain.terms.privacy import Privacy
from pathways.records.models.base import Row


class SurveyWave(Row):
    """One wave: open from its first day to its last, both included."""

    number = models.PositiveIntegerField()
    opens_date = models.DateField()
    closes_date = models.DateField()
    #: which statements were asked: `domain.evaluation.partnership.VERSION`
    version = models.PositiveIntegerField()
    #: how many were invited, kept here because results are read by people who see no invitation
    invited = models.PositiveIntegerField(default=0)
    organisation_id = models.UUIDField(db_index=True)
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()
    made_by_name = models.CharField(max_length=120, blank=True, default="")

    privacy: ClassVar[dict[str, Privacy]] = {"made_by_name": Privacy.IDENTIFIES}

    class Meta:
        db_table = "survey_wave"
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number"], name="survey_wave_once"),
            models.CheckConstraint(
                condition=Q(closes_date__gte=F("opens_date")), name="survey_wave_days_in_order"
            ),
        ]


class SurveyInvitation(Row):
    """Somebody at work was invited to a wave. That she answered is kept, and neither when nor what."""

    wave_id = models.UUIDField(db_index=True)
    account_id = models.UUIDField(db_index=True)
    #: where she works, for "three of the five who were invited there"
    organisation_id = models.UUIDField()
    #: whose survey it is
    run_by_organisation_id = models.UUIDField()
    has_answered = models.BooleanField(default=False)

    class Meta:
        db_table = "survey_invitation"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["wave_id", "account_id"], name="survey_invitation_once")
        ]


class SurveySheet(Row):
    """One sheet of answers, statement by statement. Whose it is stands nowhere."""

    wave_id = models.UUIDField(db_index=True)
    answers = models.JSONField()

    privacy: ClassVar[dict[str, Privacy]] = {"answers": Privacy.SENSITIVE}

    class Meta:
        db_table = "survey_sheet"
        ordering: ClassVar = ["id"]

