"""Pages of the approach: who is to reach her, the attempts, and what came of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.reach.approach import Action, Result, Status
from pathways.domain.terms import clocks, references
from pathways.domain.terms.contact import Purpose
from pathways.domain.terms.people import Role
from pathways.journey import approach, joining, outgoing
from pathways.web import access, flow, lists, onward
from pathways.web.access import page
from pathways.web.reach import frame
from pathways.web.reach.forms import AssignForm, AttemptForm, moment
from pathways.web.request import Request

_ASSIGNERS = {Role.COORDINATOR, Role.SUPERVISOR}


@page(roles=frame.HERS)
def listed(request: Request) -> HttpResponse:
    """A worker's approaches, or all of them with the women whom nobody approaches yet."""
    by, at = request.actor, request.now
    is_coordinator = by.role is Role.COORDINATOR
    names = {"waiting": "Nobody assigned", "open": "Running", "ended": "Ended"}
    tabs = ("waiting", "open", "ended") if is_coordinator else ("open", "ended")
    listing = lists.Listing(request, tabs=tabs)
    counts = approach.counted(by=by)
    lines = approach.listed(by=by, at=at, tab=listing.tab)
    listing.count(len(lines))
    rows = [{"cells": _cells(line)} for line in lines[listing.offset : listing.offset + listing.per_page]]
    return render(
        request,
        "reach/list.html",
        {
            "title": "Approaches",
            "tabs": [
                {
                    "label": names[tab],
                    "href": listing.href(tab=tab, page=None),
                    "current": tab == listing.tab,
                    "count": counts[tab],
                }
                for tab in tabs
            ],
            "listing": listing,
            "columns": [
                {"label": label}
                for label in ("Woman", "How to reach her", "Where it stands", "Worker", "Since")
            ],
            "rows": rows,
            "searched": names[listing.tab].lower(),
            "next_step": _empty(listing.tab, is_coordinator),
        },
    )


def _empty(tab: str, is_coordinator: bool) -> str:
    if tab == "waiting":
        return "Every woman who has come in has a worker who approaches her."
    if is_coordinator:
        return "When a woman has been confirmed, assign a worker under “Nobody assigned”."
    return "The coordinator assigns an approach to you when a woman has been confirmed."


def _cells(line: approach.Line) -> list[dict[str, Any]]:
    if line.id is None:
        href, status, colour = reverse("reach:assign", args=[line.client_id]), "Nobody assigned", "yellow"
    else:
        href = reverse("reach:approach", args=[line.id])
        status = line.status.label if line.status else ""
        colour = {"assigned": "blue", "attempting": "blue", "contacted": "turquoise", "agreed": "green"}.get(
            line.status.value if line.status else "", "grey"
        )
    tried = f"{line.attempts} attempt(s)" if line.attempts else ""
    return [
        {"text": line.person.name, "href": href, "hint": references.spaced(line.person.reference)},
        {"text": line.person.safe_contact or "No plan"},
        {"tag": status, "colour": colour, "hint": tried},
        {"text": line.worker or "–", "hint": line.organisation},
        {"date": line.since},
    ]


@page(roles=frame.HERS)
def one(request: Request, approach_id: UUID) -> HttpResponse:
    """One approach: how she may be reached at this moment, what has been tried, and what to do next."""
    by, at = request.actor, request.now
    found = approach.page(approach_id=approach_id, by=by, at=at)
    if found is None:
        return access.not_found(request)
    client_id = found.person.client_id
    ways = [
        way
        for way in outgoing.ways(client_id=client_id, purpose=Purpose.APPROACH, by=by, at=at)
        if way.answer.allowed or way.to
    ]
    is_open = Action.REACH in found.moves or Action.ATTEMPT in found.moves
    moves: list[dict[str, Any]] = []
    if is_open:
        label = "Record an attempt" if Action.ATTEMPT in found.moves else "Record that she got in touch"
        moves.append({"label": label, "href": reverse("reach:attempt", args=[approach_id])})
    if found.status is Status.CONTACTED and by.role is not Role.COORDINATOR:
        if not found.has_confirmed_plan:
            moves.append({
                "label": "Confirm how she may be reached",
                "href": reverse("reach:plan_confirm", args=[client_id]),
            })  # fmt: skip
        moves.append({
            "label": "Record her agreement",
            "href": reverse("reach:agreement_record", args=[client_id]),
        })  # fmt: skip
    if Action.REASSIGN in found.moves:
        moves.append({
            "label": "Assign to another worker",
            "href": reverse("reach:assign", args=[client_id]),
            "secondary": True,
        })  # fmt: skip
    early = onward.address("support:close_early", by, [client_id])
    if found.status is Status.NO_CONTACT and by.role is Role.COORDINATOR and early:
        moves.append({"label": "Close: she could not be reached", "href": early, "secondary": True})
    if not found.person.is_stopped and found.status not in (
        Status.DECLINED,
        Status.AGREED,
    ):
        moves.append({
            "label": "She does not want this",
            "href": reverse("reach:stop", args=[client_id]),
            "warning": True,
        })  # fmt: skip
    return render(
        request,
        "reach/approach.html",
        {
            "title": "Approach",
            **frame.around(found.person, by, ""),
            "found": found,
            "ways": ways,
            "blocked": "" if any(way.answer for way in ways) else outgoing.what_to_do(client_id, at, by),
            "moves": moves,
            "may_give_up": Action.GIVE_UP in found.moves,
            "events": [
                {
                    "title": f"{attempt.channel.label}: {attempt.result.label.lower()}",
                    "at": attempt.happened_at,
                    "by": attempt.by,
                    "text": attempt.note,
                }
                for attempt in reversed(found.attempts)
            ],
            "back": reverse("reach:list"),
        },
    )


@page(roles=frame.HERS)
def unreached(request: Request, approach_id: UUID) -> HttpResponse:
    """She could not be reached: one button."""
    if request.method == "POST":
        said = approach.give_up(approach_id=approach_id, by=request.actor, at=request.now)
        if not said.allowed:
            return access.refuse(request, said)
        found = approach.page(approach_id=approach_id, by=request.actor, at=request.now)
        words = "Recorded. The coordinator has been asked to decide what follows."
        flow.notice(request, words, client_id=found.person.client_id if found else None)
    return redirect("reach:approach", approach_id)


@page(roles=_ASSIGNERS)
class Assign(flow.Flow):
    effect = "decides"
    title = "Assign the approach"
    form = AssignForm
    check = False
    button = "Assign"
    template = "reach/assign.html"

    def begin(self) -> HttpResponse | None:
        self.choice = approach.choose(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        return None if self.choice else access.not_found(self.request)

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"workers": self.choice.workers if self.choice else ()}

    def context(self) -> dict[str, Any]:
        if self.choice is None:
            return {}
        alike = joining.alike(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        return {
            "person": frame.about(self.choice.person),
            "alike": alike,
            "client_id": self.kwargs["client_id"],
        }

    def back(self) -> str:
        return reverse("reach:list")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        worker, organisation = (UUID(part) for part in answers["worker"].split(":"))
        chosen = {"worker_id": worker, "organisation_id": organisation, "by": self.actor, "at": self.now}
        if self.choice and self.choice.approach_id:
            said = approach.reassign(approach_id=self.choice.approach_id, **chosen)
        else:
            said = approach.assign(client_id=self.kwargs["client_id"], **chosen)
        if not said.allowed:
            raise flow.Refused(said)
        return flow.Receipt(
            "Approach assigned",
            reference=said.reference,
            next=said.next,
            href=reverse("reach:approach", args=[said.id]),
            onward="See the approach",
        )


@page(roles=frame.HERS)
class RecordAttempt(flow.Flow):
    title = "Record an attempt"
    form = AttemptForm
    check = False
    button = "Save this attempt"
    template = "reach/attempt.html"

    def begin(self) -> HttpResponse | None:
        self.found = approach.page(approach_id=self.kwargs["approach_id"], by=self.actor, at=self.now)
        return None if self.found else access.not_found(self.request)

    def initial(self, step: flow.Step) -> dict[str, Any]:
        now = clocks.local(self.now)
        return {"began": "we", "day": now.date(), "clock": now.time().replace(second=0, microsecond=0)}

    def context(self) -> dict[str, Any]:
        assert self.found is not None
        client_id = self.found.person.client_id
        ways = outgoing.ways(client_id=client_id, purpose=Purpose.APPROACH, by=self.actor, at=self.now)
        return {"person": frame.about(self.found.person), "ways": [way for way in ways if way.answer]}

    def back(self) -> str:
        return reverse("reach:approach", args=[self.kwargs["approach_id"]])

    def client_id(self) -> UUID | None:
        return self.found.person.client_id if self.found else None

    def since(self) -> tuple[date, str] | None:
        return (clocks.local(self.found.assigned_at).date(), approach.TOO_EARLY) if self.found else None

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = approach.attempt(
            approach_id=self.kwargs["approach_id"],
            channel=answers["channel"],
            result=answers["result"],
            happened_at=moment(answers),
            note=answers["note"],
            she_called=answers["began"] == "she",
            by=self.actor,
            at=self.now,
        )
        if not said.allowed:
            raise flow.Refused(said)
        is_reached = answers["result"] is Result.REACHED
        return flow.Receipt(
            "She was reached" if is_reached else "Attempt recorded",
            next=said.next,
            href=self.back(),
            onward="Back to the approach",
        )
