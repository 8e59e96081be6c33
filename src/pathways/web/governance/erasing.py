"""Erasing, retention and legal holds, for the governance lead; and the second person who approves."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from pathways.domain.governance import erasure
from pathways.domain.governance.erasure import Action, Origin, Status
from pathways.domain.governance.policy import Resource
from pathways.domain.terms.people import Role
from pathways.domain.terms.references import spaced
from pathways.journey import erasing, holding, retaining
from pathways.journey.emptying import Subject
from pathways.web import access, clock, flow, lists
from pathways.web.access import page
from pathways.web.governance.forms import (
    CheckForm,
    EraseForm,
    HoldForm,
    LiftForm,
    RefuseForm,
    RequestForm,
)
from pathways.web.request import Request

_LEAD = frozenset({Role.GOVERNANCE_LEAD})
_TABS = (("erasures", "Erasing"), ("retention", "Kept long enough"), ("holds", "Legal holds"))
_COLOURS = {
    Status.REQUESTED: "blue",
    Status.CHECKED: "yellow",
    Status.APPROVED: "orange",
    Status.REFUSED: "red",
    Status.ERASED: "grey",
}


def _tabs(here: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "href": reverse(f"governance:{name}"), "current": name == here}
        for name, label in _TABS
    ]


def _columns(*labels: str) -> list[dict[str, Any]]:
    return [{"label": label} for label in labels]


# --- lists ---------------------------------------------------------------------------------------------


@page(roles=_LEAD)
def erasures(request: Request) -> HttpResponse:
    listing = lists.Listing(request, tabs=tuple(erasing.TABS))
    found = erasing.listed(
        tab=listing.tab, by=request.actor, at=request.now, offset=listing.offset, limit=listing.per_page
    )
    listing.count(found.total)
    context = {
        "title": "Erasing and keeping",
        "tabs": _tabs("erasures"),
        "states": [
            {
                "label": label,
                "href": f"?tab={name}",
                "current": name == listing.tab,
                "count": found.counts[name],
            }
            for name, label in erasing.TABS.items()
        ],
        "listing": listing,
        "columns": _columns("Request", "Asked", "Why", "Where it stands", "Answer by"),
        "rows": [_row(line) for line in found.lines],
        "here": "erasures",
    }
    return render(request, "governance/erasures.html", context)


def _row(line: erasing.Line) -> dict[str, Any]:
    answer = clock.day(line.answer_by) if line.answer_by and line.status not in erasure.ENDED else ""
    return {
        "cells": [
            {"text": spaced(line.reference), "href": reverse("governance:erasure", args=[line.id])},
            {"text": clock.day(line.asked_on)},
            {"text": line.origin.label},
            {"tag": line.status.label, "colour": _COLOURS[line.status]},
            {"text": answer, "hint": "Late" if line.is_late else ""},
        ]
    }


@page(roles=_LEAD)
def retention(request: Request) -> HttpResponse:
    listing = lists.Listing(request)
    found = retaining.due(
        by=request.actor, at=request.now, offset=listing.offset, limit=listing.per_page
    )
    listing.count(found.total)
    rows = []
    for line in found.lines:
        to = (
            reverse("governance:erasure", args=[line.erasure_id])
            if line.erasure_id
            else _address("request", line.subject)
        )
        rows.append({
            "cells": [
                {"text": spaced(line.reference), "href": to},
                {"text": line.kind.label},
                {"text": clock.day(line.ended_on)},
                {"text": clock.day(line.due_on)},
                {"tag": "Legal hold", "colour": "red"}
                if line.is_held
                else {"tag": "Under way", "colour": "blue"}
                if line.erasure_id
                else {"text": "To be looked at"},
            ]
        })  # fmt: skip
    context = {
        "title": "Erasing and keeping",
        "tabs": _tabs("retention"),
        "listing": listing,
        "columns": _columns("Reference", "Kind of record", "Ended", "Kept until", "Now"),
        "rows": rows,
        "here": "retention",
    }
    return render(request, "governance/erasures.html", context)


@page(roles=_LEAD)
def holds(request: Request) -> HttpResponse:
    listing = lists.Listing(request)
    found = holding.listed(by=request.actor, at=request.now, offset=listing.offset, limit=listing.per_page)
    listing.count(found.total)
    rows = [
        {
            "cells": [
                {
                    "text": spaced(line.reference) if line.reference else "A record",
                    "href": reverse("governance:hold", args=[line.id]),
                },
                {"text": line.kind.label},
                {"text": clock.day(line.set_at), "hint": line.set_by},
                {"tag": line.status.label, "colour": "grey" if line.lifted_at else "red"},
                {"text": clock.day(line.review_on), "hint": "Look at it now" if line.is_to_review else ""},
            ]
        }
        for line in found.lines
    ]
    context = {
        "title": "Erasing and keeping",
        "tabs": _tabs("holds"),
        "listing": listing,
        "columns": _columns("Reference", "Why it is kept", "Since", "State", "Look at it again"),
        "rows": rows,
        "here": "holds",
    }
    return render(request, "governance/erasures.html", context)


# --- one request -----------------------------------------------------------------------------------------


@page(reads=Resource.ERASURE)
def one(request: Request, erasure_id: UUID) -> HttpResponse:
    found = erasing.page(erasure_id=erasure_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    status = found.line.status
    words = {Action.CHECK: "check", Action.REFUSE: "refuse", Action.ERASE: "erase"}
    moves = [
        {
            "label": action.label,
            "href": reverse(f"governance:{words[action]}", args=[erasure_id]),
            "warning": action is Action.ERASE,
            "secondary": action is Action.REFUSE,
        }
        for action in found.moves
        if action in words
    ]
    subject = Subject(request.actor.organisation_id, client_id=found.client_id)
    is_lead = request.actor.role is Role.GOVERNANCE_LEAD
    context = {
        "title": f"Request to erase {spaced(found.line.reference)}",
        "crumbs": [("Erasing and keeping", reverse("governance:erasures"))] if is_lead else [],
        "found": found,
        "moves": moves,
        "may_approve": Action.APPROVE in found.moves,
        "rows": _rows(found),
        "history": _history(found),
        "goes": erasure.GOES,
        "stays": erasure.STAYS,
        "is_open": status not in erasure.ENDED,
        "is_erased": status is Status.ERASED,
        "hold_address": _address("put_hold", subject) if is_lead and found.client_id else "",
        "colour": _COLOURS[status],
    }
    return render(request, "governance/erasure.html", context)


def _rows(found: erasing.Page) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{"key": "Why", "value": found.line.origin.label}]
    if found.her_reference:
        rows.append({"key": "Whose record", "value": f"Reference {spaced(found.her_reference)}"})
    if found.line.origin is Origin.SHE_ASKED:
        rows.append({"key": "When she asked", "value": clock.day(found.line.asked_on)})
        rows.append({"key": "How she asked", "value": found.words, "none": "Not written down"})
        if found.line.answer_by and found.line.status not in erasure.ENDED:
            rows.append({"key": "Answer her by", "value": clock.day(found.line.answer_by)})
    if found.kept_as is not None:
        rows.append({"key": "Kind of record", "value": found.kept_as.label})
    if found.reason is not None:
        rows.append({"key": "Why it is kept", "values": [found.reason.label, found.decision_words]})
    if found.told is not None:
        rows.append({"key": "Does she know", "value": found.told.label})
    return rows


def _history(found: erasing.Page) -> list[dict[str, Any]]:
    decided = "Refused" if found.reason is not None else "Approved"
    steps = (
        ("Recorded", found.requested_at, found.requested_by),
        ("Checked", found.checked_at, found.checked_by),
        (decided, found.decided_at, found.decided_by),
        ("Erased", found.erased_at, found.erased_by),
    )
    return [{"title": title, "at": at, "by": by} for title, at, by in steps if at is not None]


@page(changes=Resource.ERASURE)
@require_POST
def approve(request: Request, erasure_id: UUID) -> HttpResponse:
    said = erasing.approve(erasure_id=erasure_id, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    messages.success(request, "Approved. The governance lead tells her, and then erases.")
    return redirect("governance:erasure", erasure_id)


class _Step(flow.Flow):
    """A step on one request: what the page is about, and the way back to it."""

    effect = "decides"
    thing = "governance:erasure"  # to check, to refuse and to erase are decisions of the one request
    check = False

    def begin(self) -> HttpResponse | None:
        found = erasing.page(erasure_id=self.kwargs["erasure_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def client_id(self) -> UUID | None:
        return self.found.client_id

    def back(self) -> str:
        return reverse("governance:erasure", args=[self.kwargs["erasure_id"]])

    def context(self) -> dict[str, Any]:
        return {"found": self.found, "stays": erasure.STAYS}


@page(roles=_LEAD)
class Check(_Step):
    title = "Check what is there and what stays"
    form = CheckForm
    button = "Ask a second person"
    template = "governance/check.html"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = erasing.check(erasure_id=self.kwargs["erasure_id"], by=self.actor, at=self.now)
        return flow.Receipt.of(said, "A second person has been asked", href=self.back(), onward="Back to it")


@page(changes=Resource.ERASURE)
class Refuse(_Step):
    title = "Refuse to erase"
    form = RefuseForm
    button = "Refuse"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = erasing.refuse(
            erasure_id=self.kwargs["erasure_id"], **answers, by=self.actor, at=self.now
        )
        return flow.Receipt.of(
            said, "Refused: the record is kept", href=self.back(), onward="What to tell her"
        )


@page(roles=_LEAD)
class Erase(_Step):
    title = "Erase for ever"
    form = EraseForm
    button = "Erase for ever"
    template = "governance/erase.html"

    def client_id(self) -> UUID | None:
        return None  # what is kept of this press outlives her record, and says nothing of her

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = erasing.erase(
            erasure_id=self.kwargs["erasure_id"], told=answers["told"], by=self.actor, at=self.now
        )
        return flow.Receipt.of(said, "Erased", href=self.back(), onward="Back to the request")


# --- beginning: from what is held, or from what was kept long enough ----------------------------------------


def _address(name: str, subject: Subject) -> str:
    kind = "client" if subject.client_id is not None else "door"
    return reverse(f"governance:{name}_{kind}", args=[subject.id])


class _About(flow.Flow):
    """A form about one record that is known here by its number."""

    check = False

    def begin(self) -> HttpResponse | None:
        about = {"client": "client_id", "door": "referral_in_id"}[self.kwargs["kind"]]
        self.subject = Subject(self.actor.organisation_id, **{about: self.kwargs["record_id"]})
        if not erasing.is_ours(self.subject, by=self.actor):
            return access.not_found(self.request)
        match = self.request.resolver_match
        assert match is not None
        self.reference = retaining.read_reference(
            self.subject, by=self.actor, at=self.now, route=match.view_name
        )
        return None

    def client_id(self) -> UUID | None:
        return self.subject.client_id

    def context(self) -> dict[str, Any]:
        return {"caption": f"Reference {spaced(self.reference)}"}

    def back(self) -> str:
        return reverse("governance:erasures")


@page(roles=_LEAD)
class Begin(_About):
    title = "Ask for a record to be erased"
    form = RequestForm
    button = "Record the request"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        today: date = clock.local(self.now).date()
        said = erasing.request(
            subject=self.subject,
            origin=answers["origin"],
            asked_on=answers.get("asked_on") or today,
            words=answers.get("words") or "",
            by=self.actor,
            at=self.now,
        )
        if not said:
            raise flow.Refused(said)
        href = reverse("governance:erasure", args=[said.id])
        return flow.Receipt.of(said, "Request recorded", href=href, onward="Go on to check it")


@page(roles=_LEAD)
class PutHold(_About):
    title = "Put a legal hold on a record"
    form = HoldForm
    button = "Put the hold on"

    def back(self) -> str:
        return reverse("governance:holds")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = holding.put(subject=self.subject, **answers, by=self.actor, at=self.now)
        return flow.Receipt.of(said, "The hold stands", href=self.back(), onward="All legal holds")


@page(roles=_LEAD)
class LiftHold(flow.Flow):
    effect = "decides"
    title = "Legal hold"
    form = LiftForm
    button = "Lift the hold"
    check = False
    template = "governance/hold.html"

    def begin(self) -> HttpResponse | None:
        found = holding.one(hold_id=self.kwargs["hold_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def back(self) -> str:
        return reverse("governance:holds")

    def context(self) -> dict[str, Any]:
        rows = [
            {"key": "Why it is kept", "values": [self.found.kind.label, self.found.reason]},
            {"key": "Since", "values": [clock.day(self.found.set_at), self.found.set_by]},
            {"key": "Look at it again", "value": clock.day(self.found.review_on)},
        ]
        if self.found.lifted_at:
            rows.append({
                "key": "Lifted",
                "values": [clock.day(self.found.lifted_at), self.found.why_lifted],
            })  # fmt: skip
        caption = f"Reference {spaced(self.found.reference)}" if self.found.reference else ""
        return {"rows": rows, "is_lifted": self.found.lifted_at is not None, "caption": caption}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = holding.lift(hold_id=self.kwargs["hold_id"], why=answers["why"], by=self.actor, at=self.now)
        return flow.Receipt.of(said, "The hold is lifted", href=self.back(), onward="All legal holds")
