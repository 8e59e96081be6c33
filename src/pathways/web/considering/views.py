"""Pages of considering: second readings, screening runs, what is learnt and how it works."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.decision import Decision
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import run as running
from pathways.domain.identification.second_reading import Status
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.journey import learning as learns
from pathways.journey import runs, second_readings
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


# --- screening runs ---------------------------------------------------------------------------------------

_RUN_COLOURS = {
    running.Status.WAITING: "blue",
    running.Status.RUNNING: "turquoise",
    running.Status.DONE: "green",
    running.Status.FAILED: "red",
}


@page(roles=DESK, reads=Resource.SCREENING_RUN)
def runs_list(request: Request) -> HttpResponse:
    """Every run of this force: who asked for it, over what, when, and what it came to."""
    if not request.actor.is_police:
        return redirect("/")
    listing = lists.Listing(request)
    found, total = runs.listed(
        by=request.actor, at=request.now, offset=listing.offset, limit=listing.per_page
    )
    listing.count(total)
    rows = [
        {
            "cells": [
                {
                    "text": f"{line.reference[:2]} {line.reference[2:6]} {line.reference[6:]}",
                    "href": reverse("considering:run", args=[line.id]),
                    "hint": "; ".join(line.over),
                },
                {"tag": line.status.label, "colour": _RUN_COLOURS[line.status]},
                {"text": line.asked_by},
                {"date": line.asked_at, "show": "relative"},
                {"text": str(line.listed), "numeric": True},
                {"text": str(line.joined), "numeric": True},
            ]
        }
        for line in found
    ]
    columns = [
        *({"label": one} for one in ("Run", "Status", "Asked by", "Asked")),
        *({"label": one, "numeric": True} for one in ("Put on the list", "Added to")),
    ]
    return render(
        request,
        "considering/runs.html",
        {
            "title": "Screening runs",
            "areas": considering.areas("runs", request.actor),
            "listing": listing,
            "rows": rows,
            "columns": columns,
            "may_ask": request.actor.role in running.ASKERS,
        },
    )


@page(roles=DESK, reads=Resource.SCREENING_RUN)
def run(request: Request, run_id: UUID) -> HttpResponse:
    """One run: how far it is, with which catalogue, and who was and was not looked at."""
    found = runs.page(run_id=run_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    line = found.line
    going = line.status in (running.Status.WAITING, running.Status.RUNNING)
    about = [
        {"key": "Over", "value": "; ".join(line.over)},
        {"key": "Looked at from", "value": f"{line.as_at.day} {line.as_at:%B %Y}"},
        {"key": "Asked by", "value": line.asked_by},
        {"key": "Catalogue", "value": line.edition[:16] or "Not begun"},
        {"key": "Version of the programme", "value": line.version or "Not begun"},
    ]
    came_to = [
        ("Put on the list", line.listed),
        ("Waiting already: records added", line.joined),
        ("Decided already, and left so", line.stood),
    ]
    return render(
        request,
        "considering/run.html",
        {
            "title": "Screening run",
            "back": reverse("considering:runs"),
            "found": found,
            "colour": _RUN_COLOURS[line.status],
            "is_going": going,
            "about": about,
            "came_to": _counted(came_to) if line.status is running.Status.DONE else [],
            "parts": [
                (heading, _counted(rows))
                for heading, rows in (
                    ("Who was looked at", found.looked_at),
                    ("Who cannot be judged", found.not_judged),
                    ("Who has signs and is not listed", found.not_listed),
                )
                if rows
            ],
            "sign_columns": [
                {"label": "Sign"},
                {"label": "Women with it", "numeric": True},
                {"label": "Of these prompted", "numeric": True},
            ],
            "signs": [
                {
                    "cells": [
                        {"text": label, "hint": heading},
                        {"text": str(appears), "numeric": True},
                        {"text": str(considered), "numeric": True},
                    ]
                }
                for heading, label, appears, considered in found.signs
            ],
        },
    )


def _counted(rows: Any) -> list[dict[str, Any]]:
    return [{"key": words, "value": str(n)} for words, n in rows]


@page(roles=set(running.ASKERS), creates=Resource.SCREENING_RUN)
class Ask(flow.Flow):
    """Asks for a run. The worker does it, and its page says how far it is."""

    title = "Ask for a screening run"
    form = forms.AskForm
    check = False
    button = "Ask for this run"
    template = "considering/ask.html"

    def begin(self) -> HttpResponse | None:
        self.there = runs.to_choose(by=self.actor, at=self.now)
        return None

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"choices": tuple((str(key), words) for key, words in self.there)}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"as_at": clocks.local(self.now).date()}

    def context(self) -> dict[str, Any]:
        return {"back": self.back(), "has_extracts": bool(self.there)}

    def back(self) -> str:
        return reverse("considering:runs")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = runs.ask(
            extract_ids=[UUID(one) for one in answers["extracts"]],
            as_at=answers["as_at"],
            by=self.actor,
            at=self.now,
        )
        href = reverse("considering:run", args=[said.id]) if said.id else self.back()
        return flow.Receipt.of(said, "The run is asked for", href=href, onward="See how far it is")


@page(roles=set(running.ASKERS), changes=Resource.SCREENING_RUN)
def again(request: Request, run_id: UUID) -> HttpResponse:
    """Puts a run that failed before the worker once more: one button."""
    if request.method == "POST":
        said = runs.again(run_id=run_id, by=request.actor, at=request.now)
        if not said.allowed:
            return access.refuse(request, said)
        messages.success(request, "The run is asked for once more.")
    return redirect("considering:run", run_id=run_id)


# --- what is learnt, and how it works -----------------------------------------------------------------------


@page(roles=set(learns.MAY_SEE), when=learns.may_see)
def learning(request: Request) -> HttpResponse:
    """How often each sign appears and is confirmed, who is considered, and how far two people agree."""
    found = learns.learnt(by=request.actor, at=request.now, synthetic=settings.PATHWAYS_SYNTHETIC)
    if isinstance(found, Decision):
        return access.refuse(request, found)
    agreed = found.agreement
    return render(
        request,
        "considering/learning.html",
        {
            "title": "What considering teaches",
            "areas": considering.areas("learning", request.actor),
            "found": found,
            "kappa": _signed(agreed.kappa),
            "interval": (
                f"{_signed(agreed.low)} to {_signed(agreed.high)}"
                if agreed.low is not None and agreed.high is not None
                else ""
            ),
            "observed": f"{agreed.observed:.0%}" if agreed.observed is not None else "",
        },
    )


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".replace("-", "−")


@page(signed_in=True)
def how_it_works(request: Request) -> HttpResponse:
    """The published record of how the list is made, generated from the catalogue in force."""
    return render(
        request,
        "considering/record.html",
        {
            "title": "How the consideration list works",
            "areas": considering.areas("record", request.actor),
            "sections": learns.how_it_works(),
            "columns": [
                {"label": one}
                for one in ("Sign", "What it says", "How far back", "What it can do", "What to mind")
            ],
            "rows": [
                {
                    "cells": [
                        {"text": words, "hint": heading},
                        {"text": meaning},
                        {"text": back},
                        {"text": prompts},
                        {"text": caveat},
                    ]
                }
                for heading, words, meaning, back, prompts, caveat in learns.signs_looked_for()
            ],
        },
    )
