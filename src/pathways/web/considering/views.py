"""Pages of considering: second readings, screening runs, what is learnt and how it works."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.governance.policy import Resource
from pathways.domain.identification.second_reading import Status
from pathways.domain.terms.people import Role
from pathways.journey import second_readings
from pathways.web import access, considering, flow, lists
from pathways.web.access import page
from pathways.web.considering import forms
from pathways.web.request import Request

DESK = {Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR}
_TABS = {"waiting": "Waiting", "apart": "Read differently", "done": "Done"}
_COLOURS = {Status.WAITING: "blue", Status.APART: "orange", Status.AGREED: "green", Status.TALKED: "grey"}


# --- second readings ------------------------------------------------------------------------------------


@page(roles=DESK, reads=Resource.SECOND_READING)
def seconds(request: Request) -> HttpResponse:
    """The decisions that are read a second time, one's own first."""
    if not request.actor.is_police:  # a supervisor elsewhere holds the same role
        return redirect("/")
    listing = lists.Listing(request, tabs=tuple(_TABS))
    found = second_readings.listed(
        by=request.actor, at=request.now, tab=listing.tab, offset=listing.offset, limit=listing.per_page
    )
    listing.count(found.total)
    rows = [
        {
            "cells": [
                {
                    "text": line.name,
                    "href": reverse("considering:second", args=[line.id]),
                    "hint": f"{line.reference[:2]} {line.reference[2:6]} {line.reference[6:]}",
                },
                {"tag": line.status.label, "colour": _COLOURS[line.status]},
                {"text": "You" if line.is_mine else line.reader},
                {"date": line.drawn_at, "show": "relative"},
                {"date": line.due_at, "show": "relative"} if listing.tab == "waiting" else {"text": "–"},
            ]
        }
        for line in found.rows
    ]
    tabs = [
        {"label": label, "href": f"?tab={name}", "current": name == listing.tab, "count": found.counts[name]}
        for name, label in _TABS.items()
    ]
    return render(
        request,
        "considering/seconds.html",
        {
            "title": "Second readings",
            "areas": considering.areas("seconds", request.actor),
            "tabs": tabs,
            "listing": listing,
            "rows": rows,
            "columns": [{"label": one} for one in ("Name", "Status", "Second reader", "Drawn", "Read by")],
            "percent": second_readings.percent(by=request.actor),
            "may_set_rate": bool(second_readings.may_set_rate(request.actor)),
        },
    )


@page(roles=DESK, reads=Resource.SECOND_READING)
def second(request: Request, reading_id: UUID) -> HttpResponse:
    """One second reading: the evidence as the first reader had it, and both answers once both are in."""
    found = second_readings.page(reading_id=reading_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    answers = [
        (words, one)
        for words, one in (("First reading", found.first), ("Second reading", found.second))
        if one is not None
    ]
    return render(
        request,
        "considering/second.html",
        {
            "title": "Second reading",
            "back": reverse("considering:seconds"),
            "found": found,
            "colour": _COLOURS[found.status],
            "answers": answers,
            "agree": found.status is Status.AGREED,
        },
    )


class _About(flow.Flow):
    """A form about one second reading."""

    check = False
    thing = "second_reading"
    effect = "decides"

    def begin(self) -> HttpResponse | None:
        found = second_readings.page(reading_id=self.kwargs["reading_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        answer = self.may()
        return None if answer else access.refuse(self.request, answer)

    def may(self) -> Any:
        raise NotImplementedError

    def back(self) -> str:
        return reverse("considering:second", args=[self.kwargs["reading_id"]])

    def context(self) -> dict[str, Any]:
        return {"found": self.found, "back": self.back()}


@page(roles=DESK, changes=Resource.SECOND_READING)
class Read(_About):
    """What a colleague decides on the same evidence, without knowing what was decided."""

    title = "Your reading"
    form = forms.ReadForm
    button = "Record my reading"
    template = "considering/read.html"

    def may(self) -> Any:
        return self.found.may_read

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        reason = (
            answers.get("reject_reason") or answers.get("defer_reason") or answers.get("elsewhere_reason")
        )
        said = second_readings.read(
            reading_id=self.kwargs["reading_id"],
            outcome=answers["outcome"],
            reason=reason.value if reason else "",
            because=answers["because"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Your reading is recorded", href=self.back(), onward="See both readings")


@page(roles=DESK, changes=Resource.SECOND_READING)
class Talk(_About):
    """What two people who read differently came to."""

    title = "What you came to"
    form = forms.TalkForm
    button = "Record what you came to"

    def may(self) -> Any:
        return self.found.may_talk

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = second_readings.talked(
            reading_id=self.kwargs["reading_id"],
            result=answers["result"],
            words=answers["words"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "The talk is recorded", href=self.back(), onward="Back to both readings")


@page(roles={Role.SUPERVISOR}, changes=Resource.SECOND_READING)
class Rate(flow.Flow):
    """How many decisions are read a second time. Said by the force's supervisor, not by who decides."""

    title = "How many decisions are read twice"
    effect = "changes"
    form = forms.RateForm
    check = False
    button = "Save"

    def begin(self) -> HttpResponse | None:
        answer = second_readings.may_set_rate(self.actor)
        return None if answer else access.refuse(self.request, answer)

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"wanted": second_readings.percent(by=self.actor)}

    def back(self) -> str:
        return reverse("considering:seconds")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = second_readings.set_rate(wanted=int(answers["wanted"]), by=self.actor, at=self.now)
        return flow.Receipt.of(said, "Saved", href=self.back(), onward="Back to the second readings")
