"""Referrals: the coordinator's list and what became of each; the service's inbox and its answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from pathways.domain import decision
from pathways.domain.referral.reasons import DeclineReason
from pathways.domain.referral.referral import Action, Status
from pathways.domain.terms import references
from pathways.domain.terms.clocks import local
from pathways.domain.terms.people import WORKER_ROLES, Role
from pathways.journey import refer, referrals
from pathways.web import about_her, access, clock, flow, lists
from pathways.web.access import page
from pathways.web.refer import forms
from pathways.web.request import Request

COLOURS = {
    Status.SENT: "blue",
    Status.ACKNOWLEDGED: "light-blue",
    Status.ACCEPTED: "green",
    Status.WAITLISTED: "yellow",
    Status.DECLINED_BY_SERVICE: "red",
    Status.DECLINED_BY_CLIENT: "purple",
    Status.WITHDRAWN: "grey",
    Status.EXPIRED: "orange",
}
_NO_POLICE = decision.no("A referral never goes to police.", ask="the coordinator")


@page(roles=WORKER_ROLES | {Role.COORDINATOR})
def listed(request: Request) -> HttpResponse:
    if request.actor.is_police:
        return access.refuse(request, _NO_POLICE)
    is_service = request.actor.role is not Role.COORDINATOR
    tabs = referrals.SERVICES_TABS if is_service else referrals.COORDINATORS_TABS
    listing = lists.Listing(request, tabs=tuple(tabs))
    found = referrals.listed(
        tab=listing.tab, by=request.actor, at=request.now, offset=listing.offset, limit=listing.per_page
    )
    listing.count(found.total)
    cells = _services_cells if is_service else _coordinators_cells
    return render(
        request,
        "refer/list.html",
        {
            "title": "Referrals to answer" if is_service else "Referrals",
            "listing": listing,
            "is_service": is_service,
            "tabs": [
                {
                    "label": label,
                    "href": f"?tab={name}",
                    "current": name == listing.tab,
                    "count": found.counts[name],
                }
                for name, label in tabs.items()
            ],
            "columns": listing.columns(
                *(
                    lists.Column(label)
                    for label in (
                        ("Woman", "Answer by", "Asked for", "Sent")
                        if is_service
                        else ("Woman", "Service", "Status", "Sent", "Answer by")
                    )
                )
            ),
            "rows": [{"cells": cells(line, request.now)} for line in found.lines],
        },
    )


def _who(line: referrals.Line) -> dict[str, Any]:
    said = references.spaced(line.reference)
    return {
        "text": line.name or said,
        "href": reverse("refer:show", args=[line.id]),
        "hint": said if line.name else "",
    }


def _due(line: referrals.Line, now: datetime) -> dict[str, Any]:
    if line.is_overdue:
        since = f"since {clock.short_day(line.due_at, now=now)}" if line.due_at else ""
        return {"tag": "Overdue", "colour": "red", "hint": since}
    if line.waits_until is not None and line.status is Status.WAITLISTED:
        return {
            "date": line.waits_until,
            "show": "relative",
            "hint": f"on the waiting list until {clock.short_day(line.waits_until, now=now)}",
        }
    if line.due_at is not None and line.status in (Status.SENT, Status.ACKNOWLEDGED):
        exact = f"{clock.short_day(line.due_at, now=now)} at {clock.time(line.due_at)}"
        return {"date": line.due_at, "show": "relative", "hint": exact}
    return {"text": ""}


def _services_cells(line: referrals.Line, now: datetime) -> list[dict[str, Any]]:
    needs = ", ".join(need.label for need in line.needs) or "Not in the pack"
    level = line.level.label if line.level is not None else ""
    return [
        _who(line),
        _due(line, now),
        {"text": needs, "hint": " · ".join(part for part in (line.service, level) if part)},
        {"date": line.sent_at, "show": "relative"},
    ]


def _coordinators_cells(line: referrals.Line, now: datetime) -> list[dict[str, Any]]:
    hint = line.reason
    if line.status is Status.WAITLISTED and line.waits_until is not None:
        hint = f"until {line.waits_until:%-d %B %Y}"
    return [
        _who(line),
        {"text": line.service, "hint": line.organisation},
        {"tag": line.status.label, "colour": COLOURS.get(line.status, "grey"), "hint": hint},
        {"date": line.sent_at, "show": "relative"},
        _due(line, now),
    ]


@page(roles=WORKER_ROLES | {Role.COORDINATOR})
def show(request: Request, referral_id: UUID) -> HttpResponse:
    found = referrals.page(referral_id=referral_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    return render(
        request,
        "refer/show.html" if found.is_hers_to_carry else "refer/pack.html",
        {
            "title": f"Referral {references.spaced(found.line.reference)}",
            "back": reverse("refer:list"),
            "found": found,
            "line": found.line,
            "colour": COLOURS.get(found.line.status, "grey"),
            "person": about_her.person(found.banner) if found.banner else None,
            "moves": {action.value: True for action in found.moves},
            "is_worker": request.actor.role is not Role.SUPERVISOR,
        },
    )


@page(roles=WORKER_ROLES)
@require_POST
def acknowledge(request: Request, referral_id: UUID) -> HttpResponse:
    said = refer.acknowledge(referral_id=referral_id, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    messages.success(request, f"Acknowledged. Reference {references.spaced(said.reference)}.")
    return redirect("refer:show", referral_id)


@page(roles=WORKER_ROLES - {Role.SUPERVISOR})
@require_POST
def take(request: Request, referral_id: UUID) -> HttpResponse:
    """Accepts her for oneself: one press."""
    said = refer.accept(referral_id=referral_id, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    messages.success(
        request, f"Accepted. Reference {references.spaced(said.reference)}. {' '.join(said.next)}"
    )
    return redirect("refer:show", referral_id)


@page(roles={Role.COORDINATOR})
@require_POST
def expire(request: Request, referral_id: UUID) -> HttpResponse:
    said = refer.expire(referral_id=referral_id, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    messages.success(request, f"Closed as unanswered. {' '.join(said.next)}")
    return redirect("refer:show", referral_id)


class _About(flow.Flow):
    """A form about one referral that this person may see, and on which this action is open now."""

    effect = "decides"
    thing = "referral"
    check = False
    action: Action
    done_words = ""

    def begin(self) -> HttpResponse | None:
        if "done" in self.request.GET:
            self.found = None
            return None
        self.found = referrals.page(referral_id=self.kwargs["referral_id"], by=self.actor, at=self.now)
        if self.found is None:
            return access.not_found(self.request)
        if self.action not in self.found.moves:
            messages.info(self.request, f"This referral is “{self.found.line.status.label}” now.")
            return redirect("refer:show", self.kwargs["referral_id"])
        return None

    def client_id(self) -> UUID | None:
        return None

    def context(self) -> dict[str, Any]:
        if self.found is None:
            return {}
        banner = self.found.banner
        return {
            "person": about_her.person(banner) if banner else None,
            "caption": f"Referral {references.spaced(self.found.line.reference)}",
        }

    def back(self) -> str:
        if self.found is None:
            return reverse("refer:list")
        return reverse("refer:show", args=[self.kwargs["referral_id"]])

    def answer(self, answers: dict[str, Any]) -> Any:
        raise NotImplementedError

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = self.answer(answers)
        return flow.Receipt.of(
            said, self.done_words, href=reverse("refer:list"), onward="Back to the referrals"
        )


@page(roles=WORKER_ROLES)
class Accept(_About):
    title = "Accept this referral"
    form = forms.Accept
    button = "Accept"
    action = Action.ACCEPT
    done_words = "Accepted"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"colleagues": refer.colleagues(by=self.actor, referral_id=self.kwargs["referral_id"])}

    def answer(self, answers: dict[str, Any]) -> Any:
        return refer.accept(
            referral_id=self.kwargs["referral_id"],
            worker_id=UUID(answers["worker"]),
            by=self.actor,
            at=self.now,
        )


@page(roles=WORKER_ROLES)
class Waitlist(_About):
    title = "Put her on the waiting list"
    form = forms.Waitlist
    button = "Put on the waiting list"
    action = Action.WAITLIST
    done_words = "On the waiting list"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"today": local(self.now).date()}

    def answer(self, answers: dict[str, Any]) -> Any:
        return refer.waitlist(
            referral_id=self.kwargs["referral_id"], until=answers["until"], by=self.actor, at=self.now
        )


@page(roles=WORKER_ROLES)
class Decline(_About):
    title = "Decline this referral"
    form = forms.Decline
    button = "Decline"
    template = "refer/decline.html"
    action = Action.DECLINE
    done_words = "Declined"

    def answer(self, answers: dict[str, Any]) -> Any:
        return refer.decline(
            referral_id=self.kwargs["referral_id"],
            reason=DeclineReason(answers["reason"]),
            words=answers["words"],
            by=self.actor,
            at=self.now,
        )


@page(roles={Role.COORDINATOR})
class Withdraw(_About):
    title = "Withdraw this referral"
    form = forms.Withdraw
    button = "Withdraw the referral"
    action = Action.WITHDRAW
    done_words = "Referral withdrawn"

    def answer(self, answers: dict[str, Any]) -> Any:
        return refer.withdraw(
            referral_id=self.kwargs["referral_id"], reason=answers["reason"], by=self.actor, at=self.now
        )


@page(roles=WORKER_ROLES | {Role.COORDINATOR})
class HerNo(_About):
    title = "She declines this service"
    form = forms.HerNo
    button = "Record that she declines"
    action = Action.RECORD_HER_NO
    done_words = "Recorded"

    def answer(self, answers: dict[str, Any]) -> Any:
        return refer.record_her_no(
            referral_id=self.kwargs["referral_id"], reason=answers["reason"], by=self.actor, at=self.now
        )
