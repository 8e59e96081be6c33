"""Second readings of levels: the list, one reading, and what the second person would decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from pathways.domain.governance.policy import Resource
from pathways.domain.terms import references
from pathways.domain.terms.people import Role
from pathways.domain.triage.levels import Level
from pathways.domain.triage.reading import Status, Why
from pathways.journey import level_readings
from pathways.web import access, clock, flow, lists
from pathways.web.access import page
from pathways.web.request import Request
from pathways.web.triage import areas, forms

READERS = {Role.COORDINATOR, Role.PANEL_CHAIR, Role.SUPERVISOR}
_TABS = {"waiting": "Waiting", "apart": "Not agreed", "done": "Done"}
COLOURS = {
    Status.WAITING: "blue",
    Status.WITH_SUPERVISOR: "red",
    Status.AGREED: "green",
    Status.APART: "orange",
    Status.OVERTAKEN: "grey",
    Status.SET_ASIDE: "grey",
}


@page(roles=READERS, reads=Resource.TRIAGE_READING)
def readings(request: Request) -> HttpResponse:
    """The levels that another person reads: one's own first, then by their clock."""
    listing = lists.Listing(request, tabs=tuple(_TABS))
    lines, counts = level_readings.listed(
        tab=listing.tab, by=request.actor, at=request.now, offset=listing.offset, limit=listing.per_page
    )
    listing.count(counts[listing.tab])
    return render(
        request,
        "triage/readings.html",
        {
            "title": "Second readings of levels",
            "areas": areas("readings", request.actor),
            "listing": listing,
            "tabs": [
                {
                    "label": label,
                    "href": f"?tab={name}",
                    "current": name == listing.tab,
                    "count": counts[name],
                }
                for name, label in _TABS.items()
            ],
            "columns": [{"label": one} for one in ("Why", "Status", "Reader", "Asked", "Read by")],
            "rows": [{"cells": _cells(line, request)} for line in lines],
        },
    )


def _cells(line: level_readings.Line, request: Request) -> list[dict[str, Any]]:
    due: dict[str, Any] = {"date": line.due_at, "show": "relative"}
    if line.is_overdue:
        due = {"tag": "Overdue", "colour": "red", "hint": clock.short_day(line.due_at, now=request.now)}
    return [
        {
            "text": line.why.label,
            "href": reverse("triage:reading", args=[line.id]),
            "hint": references.spaced(line.reference) if line.reference else "Read without knowing who",
        },
        {"tag": line.status.label, "colour": COLOURS[line.status]},
        {"text": "You" if line.is_mine else line.reader or "Whoever can"},
        {"date": line.asked_at, "show": "relative"},
        due,
    ]


@page(roles=READERS, reads=Resource.TRIAGE_READING)
def reading(request: Request, level_reading_id: UUID) -> HttpResponse:
    """One reading: the facts as they were, and what was decided once that may be told."""
    found = level_readings.page(reading_id=level_reading_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    return render(
        request,
        "triage/reading.html",
        {
            "title": "Second reading of a level",
            "back": reverse("triage:readings"),
            "found": found,
            "colour": COLOURS[found.status],
        },
    )


@page(roles=READERS, changes=Resource.TRIAGE_READING)
@require_POST
def set_aside(request: Request, level_reading_id: UUID) -> HttpResponse:
    """Whoever needs to see her record now sees it, and reads her level blind no more."""
    said = level_readings.set_aside(reading_id=level_reading_id, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    messages.success(request, " ".join(("Set aside.", *said.next)))
    return redirect("triage:reading", level_reading_id)


@page(roles=READERS, changes=Resource.TRIAGE_READING)
class Read(flow.Flow):
    """What the second person would decide, and why."""

    effect = "decides"
    thing = "level_reading"
    title = "Your reading"
    form = forms.Read
    check = False
    button = "Record my reading"
    template = "triage/read_level.html"

    def begin(self) -> HttpResponse | None:
        found = level_readings.page(reading_id=self.kwargs["level_reading_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None if found.may_read else access.refuse(self.request, found.may_read)

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"is_blind": self.found.why is Why.DRAWN}

    def context(self) -> dict[str, Any]:
        return {"found": self.found, "colour": COLOURS[self.found.status]}

    def client_id(self) -> UUID | None:
        return self.found.client_id

    def back(self) -> str:
        return reverse("triage:reading", args=[self.kwargs["level_reading_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = level_readings.read(
            reading_id=self.kwargs["level_reading_id"],
            level=Level(int(answers["level"])),
            because=answers["because"],
            knew=answers.get("knew"),
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(
            said, "Your reading is recorded", href=reverse("triage:readings"), onward="Back to readings"
        )
