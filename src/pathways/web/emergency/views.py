"""Asking for emergency access with one's password, ending it, and its review by the governance lead."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.signals import user_login_failed
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from pathways.domain.governance import emergency as rules
from pathways.domain.governance.policy import Resource
from pathways.domain.terms.people import Role
from pathways.journey import emergency
from pathways.web import access, clock, flow, lists, onward
from pathways.web.access import page
from pathways.web.accounts import attempts
from pathways.web.emergency.forms import REFERENCE, AskForm, ReviewForm
from pathways.web.governance.frame import tabs as governance_tabs
from pathways.web.request import Request
from pathways.web.templatetags import pathways

_SECRET = "password"  # noqa: S105 - the name of a field


@page(creates=Resource.EMERGENCY)
@method_decorator(sensitive_post_parameters(_SECRET), name="dispatch")
class Ask(flow.Flow):
    """Opens her record for reading, for an hour at most."""

    title = "Emergency access to a record"
    form = AskForm
    check = False
    button = "Open her record for reading"
    template = "emergency/ask.html"

    def begin(self) -> HttpResponse | None:
        email: Any = self.request.user.get_username()
        if self.request.method == "POST" and attempts.is_locked(self.request, email):
            return attempts.locked_out(self.request)
        return None

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        by_reference = answers["how"] == REFERENCE
        said = emergency.ask(
            whom=emergency.Whom(reference=answers["reference"])
            if by_reference
            else emergency.Whom(
                given_names=answers["given_names"], surname=answers["surname"], born=answers["born"]
            ),
            kind=answers["kind"],
            words=answers["words"],
            minutes=int(answers["minutes"]),
            password=answers[_SECRET],
            by=self.actor,
            at=self.now,
        )
        if said.reason == rules.WRONG_PASSWORD.reason:
            user_login_failed.send(
                sender=__name__,
                credentials={"username": self.request.user.get_username()},
                request=self.request,
            )
        return flow.Receipt.of(
            said,
            "Her record is open to you",
            href=reverse("herpage:story", args=[said.data["client_id"]]) if said else "/",
            onward="Read her record",
        )


def _name(one: emergency.Access) -> str:
    return f"Emergency access {pathways.said(one.reference)}"


@page(reads=Resource.EMERGENCY)
def listed(request: Request) -> HttpResponse:
    """Those that this person is told of: to review, and reviewed."""
    listing = lists.Listing(request, tabs=[tab.value for tab in emergency.Tab])
    found, total = emergency.listed(
        by=request.actor,
        at=request.now,
        tab=emergency.Tab(listing.tab),
        offset=listing.offset,
        limit=listing.per_page,
    )
    listing.count(total)
    is_lead = request.actor.role is Role.GOVERNANCE_LEAD
    context = {
        "title": "Emergency accesses",
        "tabs": governance_tabs("emergencies") if is_lead else [],
        "listing": listing,
        "which": [
            {"label": label, "href": f"?tab={tab.value}", "current": listing.tab == tab.value}
            for tab, label in (
                (emergency.Tab.WAITING, "Running and to review"),
                (emergency.Tab.REVIEWED, "Reviewed"),
            )
        ],
        "columns": [{"label": label} for label in ("Access", "Who read", "Why", "Opened", "Stands")],
        "rows": [_row(one) for one in found],
        "ask_href": onward.address("emergency:ask", request.actor),
    }
    return render(request, "emergency/list.html", context)


def _row(one: emergency.Access) -> dict[str, Any]:
    return {
        "cells": [
            {
                "text": pathways.said(one.reference),
                "href": reverse("emergency:show", args=[one.id]),
                "hint": f"Record {pathways.said(one.her_reference)}",
            },
            {"text": one.reader, "hint": f"{one.role}, {one.organisation}"},
            {"text": one.kind.label},
            {"text": clock.moment(one.opened_at)},
            _stands(one),
        ]
    }


def _stands(one: emergency.Access) -> dict[str, Any]:
    if one.is_running:
        return {"tag": f"Open until {clock.time(one.ends_at)}", "colour": "red"}
    if one.finding is not None:
        colour = "green" if one.finding is rules.Finding.JUSTIFIED else "orange"
        return {"tag": one.finding.label, "colour": colour}
    due = f"Review by {clock.moment(one.review_due_at)}"
    return {"tag": "Review overdue" if one.is_overdue else "To review", "colour": "orange" if one.is_overdue
            else "yellow", "text": due, "hint": due}  # fmt: skip


@page(reads=Resource.EMERGENCY)
def show(request: Request, emergency_id: UUID) -> HttpResponse:
    """One of them: who, why, what was opened, and what the review found."""
    found = emergency.show(emergency_id=emergency_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    one, opened = found
    context = {
        "title": _name(one),
        "crumbs": [("Emergency accesses", reverse("emergency:list"))],
        "one": one,
        "rows": _facts(one),
        "review_rows": _review(one),
        "opened": [{"text": f"{clock.moment(each.at)}: {each.what}"} for each in opened],
        "is_lead": request.actor.role is Role.GOVERNANCE_LEAD,
        "read_href": reverse("herpage:story", args=[one.client_id]) if one.is_mine and one.is_running else "",
    }
    return render(request, "emergency/show.html", context)


def _facts(one: emergency.Access) -> list[dict[str, Any]]:
    ended = (
        f"{clock.moment(one.ended_at)}, by {one.ended_by}"
        if one.ended_at is not None
        else f"Runs until {clock.time(one.ends_at)}"
    )
    return [
        {"key": "Her reference", "value": pathways.said(one.her_reference)},
        {"key": "Who read", "values": [one.reader, f"{one.role}, {one.organisation}"]},
        {"key": "Reason", "value": one.kind.label},
        {"key": "In their words", "value": one.words},
        {"key": "Opened", "value": clock.moment(one.opened_at)},
        {"key": "Ended", "value": ended},
    ]


def _review(one: emergency.Access) -> list[dict[str, Any]]:
    if one.finding is None:
        late = " It is overdue." if one.is_overdue else ""
        return [{"key": "Review", "value": f"Due by {clock.moment(one.review_due_at)}.{late}"}]
    rows = [
        {"key": "Review", "value": one.finding.label},
        {"key": "What was found", "value": one.found},
    ]
    if one.follow_up:
        rows.append({"key": "What follows", "value": one.follow_up})
    when = clock.moment(one.reviewed_at) if one.reviewed_at else ""
    return [*rows, {"key": "Reviewed", "value": f"{when}, by {one.reviewed_by}"}]


@page(reads=Resource.EMERGENCY)
def end(request: Request, emergency_id: UUID) -> HttpResponse:
    """The button that shuts her record."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    said = emergency.end(emergency_id=emergency_id, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    messages.success(request, f"Ended. Her record is shut again. {pathways.said(said.reference)}.")
    return redirect("emergency:show", emergency_id)


@page(changes=Resource.EMERGENCY)
class Review(flow.Flow):
    """The governance lead says whether it was justified."""

    effect = "decides"
    title = "Review an emergency access"
    form = ReviewForm
    check = False
    button = "Record the review"
    template = "emergency/review.html"

    def begin(self) -> HttpResponse | None:
        found = emergency.show(emergency_id=self.kwargs["emergency_id"], by=self.actor, at=self.now)
        if found is None or (
            not found[0].may_review and "done" not in self.request.GET and not self._twice()
        ):
            return access.not_found(self.request)
        self.one, self.opened = found
        return None

    def client_id(self) -> UUID | None:
        return self.one.client_id

    def _twice(self) -> bool:
        """Pressed twice: the review that was just recorded answers with its receipt."""
        return self.request.method == "POST" and self._once(self.request.POST.get("_token", ""))

    def context(self) -> dict[str, Any]:
        return {
            "rows": _facts(self.one),
            "opened": [{"text": f"{clock.moment(each.at)}: {each.what}"} for each in self.opened],
        }

    def back(self) -> str:
        return reverse("emergency:show", args=[self.kwargs["emergency_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = emergency.review(
            emergency_id=self.kwargs["emergency_id"],
            finding=answers["finding"],
            words=answers["words"],
            follow_up=answers.get("follow_up") or "",
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(
            said, "Review recorded", href=reverse("emergency:list"), onward="Back to the emergency accesses"
        )
