"""The panel on the home page of whoever sits at its table: the next meetings, and what is to be answered."""

from __future__ import annotations

from datetime import datetime

from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Role
from pathways.domain.triage import meeting
from pathways.journey import sight
from pathways.journey.home.shapes import Item, Leads, Section
from pathways.records.models import PanelMeeting

_OVER = [status.value for status in meeting.OVER]


def coming(by: Actor, at: datetime) -> tuple[Section, ...]:
    """The next meetings to which this person is invited; for whoever does not lead the panel, nothing
    at all where there is none."""
    rows = list(sight.visible(PanelMeeting, by).exclude(status__in=_OVER).order_by("starts_at")[:3])
    leads = by.role in (Role.COORDINATOR, Role.PANEL_CHAIR)
    if not rows and not leads:
        return ()
    items = tuple(
        Item(
            title=row.name,
            hint=f"{meeting.Status(row.status).label}:",
            leads=Leads.PANEL,
            id=row.id,
            at=row.starts_at,
            at_is="meets",
        )
        for row in rows
    )
    return (
        Section(
            "The panel",
            items,
            len(items),
            "No meeting of the panel is planned.",
            more=Leads.PANELS,
            more_words="All meetings, and your actions",
        ),
    )
