"""Runs through one's own records, the pairs that they found, and two records side by side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.identification.linking import (
    JUDGES,
    OF_POLICE,
    OF_SUPPORT,
    Action,
    Of,
    RunStatus,
    Status,
)
from pathways.journey import linking
from pathways.journey.home import Leads
from pathways.web import access, considering, flow, lists, onward
from pathways.web.access import page
from pathways.web.linking import forms
from pathways.web.request import Request

TABS = {
    "waiting": (Status.PROPOSED, "To look at"),
    "unknown": (Status.UNKNOWN, "Not known yet"),
    "joined": (Status.JOINED, "One person"),
    "apart": (Status.APART, "Two people"),
    "parted": (Status.PARTED, "Parted again"),
}
COLOURS = {
    RunStatus.WAITING: "blue",
    RunStatus.RUNNING: "turquoise",
    RunStatus.DONE: "green",
    RunStatus.FAILED: "red",
}


@page(roles=JUDGES)
def pairs(request: Request) -> HttpResponse:
    """The pairs that wait for a person, those decided, and the runs that found them; a run is begun here."""
    if request.method == "POST":
        said = linking.ask(by=request.actor, at=request.now)
        if not said.allowed:
            messages.info(request, said.reason)
        else:
            messages.success(request, "The run was asked for. It begins within a minute.")
        return redirect("linking:list")
    listing = lists.Listing(request, tabs=tuple(TABS))
    status = TABS[listing.tab][0]
    found = linking.pairs(
        status=status, by=request.actor, at=request.now, offset=listing.offset, limit=listing.per_page
    )
    listing.count(found.total)
    tabs = [
        {
            "label": label,
            "href": f"?tab={name}",
            "current": name == listing.tab,
            "count": found.counts[one],
        }
        for name, (one, label) in TABS.items()
    ]
    columns = listing.columns(
        lists.Column("The one record"),
        lists.Column("The other"),
        lists.Column("How likely"),
        lists.Column("Found" if status is Status.PROPOSED else "Decided"),
    )
    rows = [{"cells": _cells(line)} for line in found.lines]
    return render(
        request,
        "linking/list.html",
        {
            "title": "One person, several records",
            "listing": listing,
            "tabs": tabs,
            "columns": columns,
            "rows": rows,
            "is_police": request.actor.is_police,
            "areas": considering.areas("pairs", request.actor) if request.actor.is_police else [],
            **_runs(request),
        },
    )


def _cells(line: linking.Line) -> list[dict[str, Any]]:
    last: dict[str, Any] = {"date": line.decided_at or line.found_at, "show": "relative"}
    if line.decided_at is not None:
        last["hint"] = line.decided_by
    return [
        {"text": line.one, "href": reverse("linking:pair", args=[line.id]), "hint": _born(line.born[0])},
        {"text": line.other, "hint": _born(line.born[1])},
        {"text": line.sure},
        last,
    ]


def _born(born: Any) -> str:
    return f"Born {born.day} {born:%B %Y}" if born else "Date of birth not known"


def _runs(request: Request) -> dict[str, Any]:
    found = linking.runs(by=request.actor)
    return {
        "runs": [(one, COLOURS[one.status]) for one in found],
        "under_way": any(one.is_under_way for one in found),
    }


@page(roles=JUDGES)
def progress(request: Request) -> HttpResponse:
    """How far the runs are: asked for again every few seconds while one is under way."""
    return render(request, "linking/runs.html", _runs(request))


@page(roles=JUDGES)
def pair(request: Request, pair_id: UUID) -> HttpResponse:
    """Two records side by side, with what speaks for one person and what against."""
    found = linking.page(pair_id=pair_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    leads = Leads.CONSIDERATION if found.of is Of.NOMINALS else Leads.CLIENT
    return render(
        request,
        "linking/pair.html",
        {
            "title": "Two records side by side",
            "back": reverse("linking:list"),
            "found": found,
            "chart": found.chart,
            "hrefs": [
                onward.to(leads, request.actor, side.leads_to) if side.leads_to else ""
                for side in (found.one, found.other)
            ],
            "is_clients": found.of is Of.CLIENTS,
            "can_decide": bool(found.moves - {Action.PART}),
            "can_part": Action.PART in found.moves,
            "join_address": (
                reverse("joining:join", args=[found.one.id, found.other.id])
                if found.of is Of.CLIENTS
                else ""
            ),
            "apart_address": (
                reverse("joining:keep_apart", args=[found.one.id, found.other.id])
                if found.of is Of.CLIENTS
                else ""
            ),
            "record_address": (
                reverse("joining:alike", args=[found.one.id]) if found.of is Of.CLIENTS else ""
            ),
        },
    )


@page(roles=OF_SUPPORT)
def not_known(request: Request, pair_id: UUID) -> HttpResponse:
    """Of two women's records: I do not know. One button."""
    if request.method != "POST":
        return redirect("linking:pair", pair_id=pair_id)
    said = linking.decide(
        pair_id=pair_id, action=Action.LEAVE_OPEN, why="", by=request.actor, at=request.now
    )
    if not said.allowed:
        return access.refuse(request, said)
    messages.success(request, "Put with what cannot be known yet. No later run proposes it again.")
    return redirect("linking:list")


class _OfPair(flow.Flow):
    effect = "decides"
    thing = "pair"
    check = False
    template = "linking/decide.html"

    def begin(self) -> HttpResponse | None:
        found = linking.page(pair_id=self.kwargs["pair_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def context(self) -> dict[str, Any]:
        return {"found": self.found}

    def back(self) -> str:
        return reverse("linking:pair", args=[self.kwargs["pair_id"]])


@page(roles=OF_POLICE)
class Decide(_OfPair):
    """Whether two records of a force are of one person."""

    title = "Are they one person?"
    form = forms.DecideForm
    button = "Record this decision"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"moves": self.found.moves}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = linking.decide(
            pair_id=self.kwargs["pair_id"],
            action=Action(answers["decided"]),
            why=answers["why"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(
            said, "Decision recorded", href=reverse("linking:list"), onward="To the next pair"
        )


@page(roles=OF_POLICE)
class Part(_OfPair):
    """Two records that were joined are parted again."""

    title = "Part two records again"
    form = forms.PartForm
    button = "Part them"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = linking.decide(
            pair_id=self.kwargs["pair_id"], action=Action.PART, why=answers["why"], by=self.actor, at=self.now
        )
        return flow.Receipt.of(said, "The records are parted", href=self.back(), onward="Back to the two")
