"""The panel: its meetings, who sits at the table, what each agency adds about her, and what is decided.

Who may see a row about her stands on the row: `seats` lists the people around the table, each at her
organisation, without whoever has a conflict of interest and whoever is kept from her record. Both walls ask
that list and nothing else, so that it is one update to shut somebody out.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from pathways.domain.governance.panel_rules import PanelField, Side
from pathways.domain.terms.people import Role
from pathways.domain.terms.privacy import Privacy
from pathways.domain.triage import meeting as meetings
from pathways.records.models.base import HerRow, Row, code_holds, coded, paired, status_field, status_holds
from pathways.records.sealed import SealedText


def _seats() -> ArrayField[Any, Any]:
    return ArrayField(models.CharField(max_length=80), default=list, blank=True)


class PanelSeries(Row):
    """Meetings that come round: their name, rhythm and hour. `organisation_id` is the coordinating one."""

    organisation_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=120)
    place = models.CharField(max_length=120, blank=True, default="")
    rhythm = coded(meetings.Rhythm)
    first_date = models.DateField()
    at_time = models.CharField(max_length=10)  # hh:mm by the clock on the wall
    answer_days = models.PositiveSmallIntegerField(default=3)
    made_at = models.DateTimeField()
    made_by_id = models.UUIDField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "panel_series"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [code_holds(meetings.Rhythm, "panel_series", "rhythm", blank=False)]


class PanelMember(Row):
    """Somebody who attends the meetings of a series, at her own organisation."""

    organisation_id = models.UUIDField(db_index=True)
    series = models.ForeignKey(PanelSeries, on_delete=models.CASCADE, related_name="members")
    account_id = models.UUIDField()
    at_organisation_id = models.UUIDField()
    role = coded(Role)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "panel_member"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["series", "account_id", "at_organisation_id"],
                condition=models.Q(until_at__isnull=True),
                name="panel_member_once",
            )
        ]


class PanelMeeting(Row):
    """One meeting. `seats` are the people invited; they see that it is, and of each woman what she lists."""

    organisation_id = models.UUIDField(db_index=True)
    series_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=120)
    place = models.CharField(max_length=120, blank=True, default="")
    status = status_field(meetings.WORKFLOW)
    # the day of the rhythm that it was planned for, wherever it was moved to
    planned_date = models.DateField()
    starts_at = models.DateTimeField(db_index=True)
    answer_by = models.DateTimeField()
    seats = _seats()
    why_cancelled = SealedText()
    changed_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "panel_meeting"
        ordering: ClassVar = ["starts_at"]
        constraints: ClassVar = [
            status_holds(meetings.WORKFLOW, "panel_meeting"),
            paired("panel_meeting", "agreed_at", "agreed_by_id"),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.id, self.organisation_id)


class PanelAttendance(Row):
    """Somebody was in the room, from when to when. Stepping out ends one and coming back begins another."""

    organisation_id = models.UUIDField(db_index=True)
    meeting = models.ForeignKey(PanelMeeting, on_delete=models.CASCADE, related_name="attendance")
    account_id = models.UUIDField()
    at_organisation_id = models.UUIDField()
    role = coded(Role)
    came_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "panel_attendance"
        ordering: ClassVar = ["came_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting", "account_id", "at_organisation_id"],
                condition=models.Q(left_at__isnull=True),
                name="panel_in_the_room_once",
            )
        ]


class PanelCopy(Row):
    """A pack or minutes on paper: its number, whose it is, and whether it came back."""

    organisation_id = models.UUIDField(db_index=True)
    meeting = models.ForeignKey(PanelMeeting, on_delete=models.CASCADE, related_name="copies")
    kind = coded(meetings.CopyKind)
    number = models.PositiveIntegerField()
    account_id = models.UUIDField()
    at_organisation_id = models.UUIDField()
    status = status_field(meetings.COPY_WORKFLOW)
    printed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by_id = models.UUIDField(null=True, blank=True)
    note = SealedText()

    class Meta:
        db_table = "panel_copy"
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            code_holds(meetings.CopyKind, "panel_copy", "kind", blank=False),
            status_holds(meetings.COPY_WORKFLOW, "panel_copy"),
            paired("panel_copy", "settled_at", "settled_by_id"),
            models.UniqueConstraint(fields=["meeting", "number"], name="panel_copy_numbered"),
        ]

    def sealed_for(self) -> tuple[uuid.UUID, uuid.UUID]:
        return (self.id, self.organisation_id)


class PanelRequest(HerRow):
    """Somebody who works with her asks that the panel talk about her. `organisation_id` coordinates."""

    from_organisation_id = models.UUIDField()
    asked_by_id = models.UUIDField()
    asked_by_name = models.CharField(max_length=120, blank=True, default="")
    asked_at = models.DateTimeField()
    why = SealedText()
    status = status_field(meetings.REQUEST_WORKFLOW)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by_id = models.UUIDField(null=True, blank=True)
    answer = SealedText()

    class Meta:
        db_table = "support_panel_request"
        ordering: ClassVar = ["asked_at"]
        constraints: ClassVar = [
            status_holds(meetings.REQUEST_WORKFLOW, "support_panel_request"),
            paired("support_panel_request", "answered_at", "answered_by_id"),
        ]


class PanelItem(HerRow):
    """She stands on the agenda of one meeting. `called` is the name she uses, for those at the table."""

    meeting_id = models.UUIDField(db_index=True)
    number = models.PositiveSmallIntegerField()
    called = SealedText(privacy=Privacy.IDENTIFIES)
    source = coded(meetings.Source)
    # the agencies that the coordinator asks about her, once the agenda is settled
    to_ask = ArrayField(models.UUIDField(), default=list, blank=True)
    seats = _seats()
    put_on_at = models.DateTimeField()
    put_on_by_id = models.UUIDField()
    talked_at = models.DateTimeField(null=True, blank=True)
    taken_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "support_panel_item"
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            code_holds(meetings.Source, "support_panel_item", "source", blank=False),
        ]


class PanelAsk(HerRow):
    """An agency is asked what it knows of her. That it answered is all that others see of the answer."""

    item = models.ForeignKey(PanelItem, on_delete=models.CASCADE, related_name="asks")
    meeting_id = models.UUIDField(db_index=True)
    asked_organisation_id = models.UUIDField()
    seats = _seats()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "support_panel_ask"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "asked_organisation_id"], name="panel_asked_once")
        ]


class PanelAnswer(HerRow):
    """What an agency answered: whether it holds anything, for itself alone."""

    item = models.ForeignKey(PanelItem, on_delete=models.CASCADE, related_name="answers")
    from_organisation_id = models.UUIDField()
    seats = _seats()
    is_nothing_held = models.BooleanField(default=False)
    answered_at = models.DateTimeField()
    answered_by_id = models.UUIDField()

    class Meta:
        db_table = "support_panel_answer"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "from_organisation_id"], name="panel_answered_once")
        ]


class PanelFact(HerRow):
    """One thing that one agency added about her, and the agencies that may be shown it."""

    item = models.ForeignKey(PanelItem, on_delete=models.CASCADE, related_name="facts")
    from_organisation_id = models.UUIDField()
    giver = coded(Side)
    field = coded(PanelField)
    words = SealedText()
    shown_to = ArrayField(models.UUIDField(), default=list, blank=True)
    seats = _seats()
    added_at = models.DateTimeField()
    added_by_id = models.UUIDField()

    privacy: ClassVar[dict[str, Privacy]] = {"field": Privacy.SENSITIVE}

    class Meta:
        db_table = "support_panel_fact"
        constraints: ClassVar = [
            code_holds(Side, "support_panel_fact", "giver", blank=False),
            code_holds(PanelField, "support_panel_fact", "field", blank=True),
            models.UniqueConstraint(
                fields=["item", "from_organisation_id", "field"],
                condition=~models.Q(field=""),
                name="panel_field_once",
            ),
        ]


class PanelConflict(HerRow):
    """Somebody at the table steps back from her. For the coordinator; whoever stepped back reads nothing."""

    item = models.ForeignKey(PanelItem, on_delete=models.CASCADE, related_name="conflicts")
    account_id = models.UUIDField(null=True)
    at_organisation_id = models.UUIDField()
    seats = _seats()
    words = SealedText()
    declared_at = models.DateTimeField()
    declared_by_id = models.UUIDField()

    privacy: ClassVar[dict[str, Privacy]] = {"account_id": Privacy.SENSITIVE}

    class Meta:
        db_table = "support_panel_conflict"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item", "account_id", "at_organisation_id"], name="panel_conflict_once"
            )
        ]


class PanelDecision(HerRow):
    """What was decided about her, why, and who does it by when."""

    item = models.ForeignKey(PanelItem, on_delete=models.CASCADE, related_name="decisions")
    meeting_id = models.UUIDField(db_index=True)
    words = SealedText()
    because = SealedText()
    shown_to = ArrayField(models.UUIDField(), default=list, blank=True)
    seats = _seats()
    owner_id = models.UUIDField(null=True, blank=True)
    owner_organisation_id = models.UUIDField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField()
    decided_by_id = models.UUIDField()
    is_from_paper = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by_id = models.UUIDField(null=True, blank=True)
    outcome = SealedText()

    class Meta:
        db_table = "support_panel_decision"
        ordering: ClassVar = ["decided_at"]
        constraints: ClassVar = [
            paired("support_panel_decision", "done_at", "done_by_id"),
            models.CheckConstraint(
                condition=models.Q(
                    owner_id__isnull=True, owner_organisation_id__isnull=True, due_date__isnull=True
                )
                | models.Q(
                    owner_id__isnull=False, owner_organisation_id__isnull=False, due_date__isnull=False
                ),
                name="panel_action_has_owner_and_day",
            ),
        ]
