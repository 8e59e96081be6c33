"""Triage: the list by level and clock, and the page on which a named person decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from pathways.domain.decision import Decision
from pathways.domain.terms import references
from pathways.domain.terms.people import Role
from pathways.domain.triage import telling
from pathways.domain.triage.default import CAVEAT
from pathways.domain.triage.levels import Level
from pathways.domain.triage.triage import Action, Status, wants_check
from pathways.journey import level_readings, triage
from pathways.web import about_her, access, clock, flow, lists
from pathways.web.access import page
from pathways.web.forms import Answer
from pathways.web.request import Request
from pathways.web.triage import areas, forms, reading

READERS = {Role.COORDINATOR, Role.PANEL_CHAIR}
#: whoever works with her tells her why, and writes down that she asks for another look
TELLERS = {Role.COORDINATOR, Role.SUPPORT_WORKER, Role.SUPERVISOR}
TABS = {"waiting": "Waiting", "returned": "Returned to the assessor", "decided": "Decided"}


@page(roles=READERS)
def waiting(request: Request) -> HttpResponse:
    listing = lists.Listing(request, tabs=tuple(TABS))
    found = triage.listed(
        tab=listing.tab, by=request.actor, at=request.now, offset=listing.offset, limit=listing.per_page
    )
    listing.count(found.counts[listing.tab])
    return render(
        request,
        "triage/list.html",
        {
            "title": "Triage",
            "areas": areas("list", request.actor),
            "listing": listing,
            "tabs": [
                {
                    "label": label,
                    "href": f"?tab={name}",
                    "current": name == listing.tab,
                    "count": found.counts[name],
                }
                for name, label in TABS.items()
            ],
            "columns": _columns(listing),
            "rows": [{"cells": _cells(line, listing.tab, request.now)} for line in found.lines],
        },
    )


def _columns(listing: lists.Listing) -> list[dict[str, Any]]:
    if listing.tab == "decided":
        return listing.columns(lists.Column("Woman"), lists.Column("Level decided"), lists.Column("Decided"))
    return listing.columns(
        lists.Column("Woman"),
        lists.Column("Suggested level"),
        lists.Column("Decide by"),
        lists.Column("Asked"),
    )


def _cells(line: triage.Line, tab: str, now: datetime) -> list[dict[str, Any]]:
    who = {
        "text": line.name,
        "href": reverse("triage:decide", args=[line.id]),
        "hint": references.spaced(line.reference),
    }
    if tab == "decided":
        decided = {
            "text": line.level.label if line.level is not None else "",
            "hint": "Otherwise than suggested" if line.status is Status.OVERRIDDEN else "",
        }
        return [who, decided, {"date": line.decided_at, "show": "relative"}]
    if line.is_asked_of_another:
        who["hint"] = f"{who['hint']}, asked of a colleague by name"
    suggested = {
        "text": line.suggested.label if line.suggested is not None else "No suggestion",
        "hint": "Provisional: an answer is missing" if line.is_provisional else "",
    }
    if line.is_hidden:
        suggested = {"text": "Hidden", "hint": "until you have written down your own view"}
    exact = clock.short_day(line.due_at, now=now)
    due: dict[str, Any] = {"date": line.due_at, "show": "relative", "hint": exact}
    if line.is_overdue:
        due = {"tag": "Overdue", "colour": "red", "hint": f"since {exact}"}
    return [who, suggested, due, {"date": line.asked_at, "show": "relative"}]


@page(roles=READERS)
class Decide(flow.Flow):
    effect = "decides"
    thing = "triage"
    title = "Decide her level of support"
    form = forms.Decide
    check = False
    button = "Record this decision"
    template = "triage/decide.html"

    def begin(self) -> HttpResponse | None:
        found = triage.page(triage_id=self.kwargs["triage_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        is_open = found.status is Status.AWAITING and self.actor.role is Role.COORDINATOR
        if is_open and found.is_hidden and found.may_view and self.request.method in ("GET", "HEAD"):
            return redirect("triage:own", found.id)
        if "done" in self.request.GET or (is_open and found.may_decide):
            return None
        if self.request.method == "POST" and found.status is not Status.AWAITING:
            return redirect("triage:decide", self.kwargs["triage_id"])
        if self.request.method == "POST":
            return access.refuse(self.request, found.may_decide) if not found.may_decide else None
        return render(
            self.request,
            "triage/read.html",
            {
                **self.context(),
                "title": "Her level of support",
                "back": self.back(),
                "can_triage_again": Action.REOPEN in found.moves and self.actor.role is Role.COORDINATOR,
                "awaits": found.status is Status.AWAITING,
                "levels": found.standards,
            },
        )

    def client_id(self) -> UUID | None:
        return self.found.client_id

    def context(self) -> dict[str, Any]:
        return {
            "person": about_her.person(self.found.banner),
            "found": self.found,
            "caveat": CAVEAT,
            "levels": self.found.standards,
            "can_send_back": Action.RETURN in self.found.moves and self.found.assessment is not None,
        }

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {
            "offers": dict(self.found.standards),
            "turn_to_now": self.found.turn_to_now,
            "suggested": self.found.suggested,
        }

    def wants_check(self, answers: dict[str, Any]) -> bool:
        return wants_check(Level(int(answers["level"])), self.found.suggested)

    def extra_rows(self, answers: dict[str, Any]) -> list[Answer]:
        level, suggested = Level(int(answers["level"])), self.found.suggested
        rows = []
        if suggested is not None and level is not suggested:
            rows.append(Answer("The policy suggests", (f"{suggested.label}. You decide otherwise.",)))
        if level is Level.ADVICE:
            rows.append(
                Answer(
                    "Second reading",
                    (
                        "Somebody else reads level 0. Until they agree, nobody tells her and she is not "
                        "closed off.",
                    ),
                )
            )
        rows.append(Answer("She will read", ("Your reasons, as they stand above.",)))
        return rows

    def back(self) -> str:
        return reverse("triage:list")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = triage.decide(
            triage_id=self.kwargs["triage_id"],
            level=Level(int(answers["level"])),
            reasons=answers["reasons"],
            otherwise=answers.get("otherwise", ""),
            told_her=answers["told_her"],
            by=self.actor,
            at=self.now,
        )
        if Level(int(answers["level"])) is Level.ADVICE:
            return flow.Receipt.of(
                said,
                "Level 0 decided: not yet agreed by a second reader",
                href=reverse("triage:why", args=[self.found.id]),
                onward="See where the second reading stands",
            )
        if Level(int(answers["level"])) is Level.URGENT_SAFETY:
            return flow.Receipt.of(
                said,
                "Level 4 decided: see to her safety now",
                href=reverse("herpage:safety", args=[self.found.client_id]),
                onward="How she may be reached, and whom to tell",
            )
        return flow.Receipt.of(
            said,
            "Level of support decided",
            href=reverse("refer:new", args=[self.found.client_id]),
            onward="Refer her to a service",
        )


@page(roles={Role.COORDINATOR})
class SendBack(flow.Flow):
    effect = "decides"
    thing = "triage"
    title = "Return to the assessor"
    form = forms.SendBack
    check = False
    button = "Return to the assessor"

    def begin(self) -> HttpResponse | None:
        found = triage.page(triage_id=self.kwargs["triage_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def client_id(self) -> UUID | None:
        return self.found.client_id

    def context(self) -> dict[str, Any]:
        return {"person": about_her.person(self.found.banner)}

    def back(self) -> str:
        return reverse("triage:decide", args=[self.kwargs["triage_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = triage.send_back(
            triage_id=self.kwargs["triage_id"],
            reason=answers["reason"],
            words=answers["words"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(
            said, "Returned to the assessor", href=reverse("triage:list"), onward="Back to triage"
        )


@page(roles={Role.COORDINATOR, Role.SUPERVISOR})
class HandOver(flow.Flow):
    """A decision that was asked of one person by name is taken over, or given to another."""

    effect = "decides"
    thing = "triage"
    title = "Give this decision to somebody else"
    form = forms.HandOver
    check = False
    button = "Give it over"
    template = "triage/hand_over.html"

    def begin(self) -> HttpResponse | None:
        found = triage.page(triage_id=self.kwargs["triage_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        if not found.may_hand_over:
            return access.refuse(self.request, found.may_hand_over)
        return None

    def client_id(self) -> UUID | None:
        return self.found.client_id

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        mine = self.actor.account_id
        return {
            "people": [
                (str(key), "I take it over myself" if key == mine else name)
                for key, name in self.found.may_take_over
            ]
        }

    def context(self) -> dict[str, Any]:
        return {"person": about_her.person(self.found.banner), "found": self.found}

    def back(self) -> str:
        if self.actor.role is Role.COORDINATOR:
            return reverse("triage:decide", args=[self.kwargs["triage_id"]])
        return reverse("herpage:story", args=[self.found.client_id])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = triage.hand_over(
            triage_id=self.kwargs["triage_id"],
            whom=UUID(answers["whom"]),
            reason=answers["reason"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Given over", href=self.back(), onward="Go on")


@page(roles={Role.COORDINATOR})
@require_POST
def again(request: Request, triage_id: UUID) -> HttpResponse:
    said = triage.again(triage_id=triage_id, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    messages.success(request, "She is triaged again. The earlier decision is kept as it was made.")
    return redirect("triage:decide", said.id)


@page(roles={Role.COORDINATOR})
class OwnView(flow.Flow):
    """What whoever decides thinks, before she is shown what the policy suggests."""

    effect = "decides"
    thing = "triage"
    title = "Your own view of her level"
    form = forms.OwnView
    check = False
    button = "Keep my view, and show the suggestion"
    template = "triage/own.html"

    def begin(self) -> HttpResponse | None:
        found = triage.page(triage_id=self.kwargs["triage_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        if not found.is_hidden:
            return redirect("triage:decide", found.id)
        return None if found.may_view else access.refuse(self.request, found.may_view)

    def client_id(self) -> UUID | None:
        return self.found.client_id

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"offers": dict(self.found.standards), "turn_to_now": self.found.turn_to_now}

    def context(self) -> dict[str, Any]:
        return {
            "person": about_her.person(self.found.banner),
            "found": self.found,
            "levels": self.found.standards,
        }

    def back(self) -> str:
        return reverse("triage:list")

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = triage.view(
            triage_id=self.kwargs["triage_id"],
            level=Level(int(answers["level"])),
            words=answers["words"],
            by=self.actor,
            at=self.now,
        )
        if not said:
            raise flow.Refused(said)
        return redirect("triage:decide", self.kwargs["triage_id"])


# --- telling her, and another look ------------------------------------------------------------------------


@page(roles=TELLERS)
def why(request: Request, triage_id: UUID) -> HttpResponse:
    """Why her level is what it is, in plain words to her: to read with her, or to print."""
    found = triage.letter(triage_id=triage_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    if isinstance(found, Decision):
        return access.refuse(request, found)
    seen, sections = found
    return render(
        request,
        "triage/why.html",
        {
            "title": "Why this level of support",
            "person": about_her.person(seen.banner),
            "found": seen,
            "sections": sections,
            "can_read": request.actor.role in reading.READERS,
            "back": reverse("triage:decide", args=[triage_id])
            if request.actor.role in READERS
            else reverse("herpage:story", args=[seen.client_id]),
        },
    )


class _AboutHerLevel(flow.Flow):
    """A form about one decision, for whoever works with her."""

    effect = "decides"
    thing = "triage"
    check = False

    def begin(self) -> HttpResponse | None:
        found = triage.page(triage_id=self.kwargs["triage_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        answer = self.may()
        return None if answer else access.refuse(self.request, answer)

    def may(self) -> Decision:
        return self.found.may_tell

    def client_id(self) -> UUID | None:
        return self.found.client_id

    def context(self) -> dict[str, Any]:
        return {"person": about_her.person(self.found.banner)}

    def back(self) -> str:
        return reverse("triage:why", args=[self.kwargs["triage_id"]])


@page(roles=TELLERS)
class Told(_AboutHerLevel):
    title = "She has been told why"
    form = forms.Told
    button = "Record that she was told"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = triage.told(
            triage_id=self.kwargs["triage_id"],
            how=telling.How(answers["how"]),
            words=answers["words"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Recorded that she was told", href=self.back(), onward="Back")


@page(roles=TELLERS)
class AnotherLook(_AboutHerLevel):
    title = "She asks for another look"
    form = forms.AnotherLook
    button = "Ask for another look"

    def may(self) -> Decision:
        return self.found.may_ask

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = level_readings.ask(
            triage_id=self.kwargs["triage_id"],
            her_words=answers["her_words"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Another look was asked for", href=self.back(), onward="Back")
