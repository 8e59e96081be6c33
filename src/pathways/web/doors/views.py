"""The open door: who has come, one of them, the coordinator’s decision, and what crosses to police."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from pathways.domain.governance.policy import Resource
from pathways.domain.identification.referral_in import Action, Status
from pathways.domain.terms import clocks
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.law import ConfidenceBasis, CrossingKind
from pathways.domain.terms.people import Role
from pathways.domain.terms.routes import Route
from pathways.journey import disclosing, drafts, flagging, open_door
from pathways.journey.knowing import Likely
from pathways.journey.naming import Kind
from pathways.web import access, flow, lists
from pathways.web import screening as asking
from pathways.web.access import page
from pathways.web.doors import forms
from pathways.web.linking import known
from pathways.web.request import Request

BRINGS = {Role.COORDINATOR, Role.SUPPORT_WORKER, Role.SUPERVISOR}

COLOURS = {
    Status.RECEIVED: "blue",
    Status.UNDER_REVIEW: "turquoise",
    Status.CONFIRMED: "green",
    Status.REJECTED: "grey",
    Status.DEFERRED: "yellow",
    Status.SAFEGUARDING_FIRST: "red",
    Status.DUPLICATE: "grey",
    Status.NOT_THIS_PROGRAMME: "grey",
    Status.WITHDRAWN: "grey",
}
TABS = {
    "waiting": "Waiting",
    "later": "Deferred or safeguarding first",
    "confirmed": "Confirmed",
    "not_taken": "Not taken forward",
}


def her_page(client_id: UUID) -> str:
    try:
        return reverse("herpage:story", args=[client_id])
    except NoReverseMatch:
        return reverse("doors:list")


@page(roles=BRINGS, creates=Resource.REFERRAL_IN)
class Receive(known.Asked):
    """She comes herself, or somebody who is not police brings her."""

    title = "Somebody has come to the door"
    steps = (
        flow.Step("who", "Who she is", forms.WhoForm, "Ask only what she is willing to say."),
        flow.Step("ways", "How she can be reached", asking.WaysForm),
        flow.Step("why", "Why", forms.WhyForm),
    )
    button = "Bring her to the programme"

    def begin(self) -> HttpResponse | None:
        return redirect("/") if self.actor.is_police else None

    def back(self) -> str:
        return reverse("doors:list" if self.actor.role is Role.COORDINATOR else "doors:mine")

    def context(self) -> dict[str, Any]:
        return {**super().context(), "back": self.back()}

    def goes_to(self, one: Likely) -> str:
        """To the record that is hers already; what was typed stays as a draft."""
        if one.kind is Kind.CLIENT:
            messages.info(
                self.request, "Nothing new was brought in: this is her record. What you typed is a draft."
            )
            return her_page(one.id)
        if self.actor.role is Role.COORDINATOR:
            messages.info(
                self.request, "Nothing new was brought in: she is at the door. What you typed is a draft."
            )
            return reverse("doors:referral", args=[one.id])
        return ""

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        if step.slug != "why" or self.actor.role is Role.COORDINATOR:
            return super().form_kwargs(step)
        return {"route": open_door.ROUTES.get(self.actor.sector, Route.OTHER_PARTNER)}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("_step") == "who" and self._is_child(request):
            drafts.discard(self.key(), self.actor)
            if request.headers.get("X-Pathways-Save"):
                return HttpResponse(status=204)
            return redirect("doors:child")
        return super().post(request, *args, **kwargs)

    def _is_child(self, request: Any) -> bool:
        form = forms.WhoForm(request.POST)
        form.is_valid()
        said = False if request.POST.get("age") == "child" else None
        who = flagging.Named("", "", born=form.cleaned_data.get("born"), is_adult=said)
        return flagging.under_age(who, today=clocks.local(self.now).date())

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = open_door.receive(
            who=open_door.Coming(
                called=answers["called"],
                given_names=answers["given_names"],
                surname=answers["surname"],
                born=answers["born"],
                is_adult=True if answers["age"] == "adult" else None,
                telephone=answers["telephone"],
                email=answers["email"],
                address=answers["address"],
                ways=asking.ways_from(answers, at=self.now),
            ),
            route=answers["route"],
            why=answers["why"],
            headings=tuple(answers["headings"]),
            she_knows=answers["she_knows"],
            by=self.actor,
            at=self.now,
        )
        onward = "Go to the list" if self.actor.role is Role.COORDINATOR else "See whom you brought"
        return flow.Receipt.of(said, "Received at the door", href=self.back(), onward=onward)


@page(roles=BRINGS)
def child(request: Request) -> HttpResponse:
    """Whom to call for a girl under 18. Nothing has been kept."""
    return render(
        request,
        "police/child.html",
        {"title": "This programme is for adults", "words": flagging.CHILD, "back": reverse("doors:new")},
    )


@page(roles={Role.SUPPORT_WORKER, Role.SUPERVISOR}, reads=Resource.REFERRAL_IN)
def mine(request: Request) -> HttpResponse:
    """Whom this person brought, and what became of it, in one word."""
    if request.actor.is_police:  # a supervisor of police holds the same role
        return redirect("/")
    found = open_door.mine(by=request.actor, at=request.now)
    rows = [
        {
            "cells": [
                {"text": one.name, "hint": _said(one.reference)},
                {"date": one.flagged_at, "show": "relative"},
                {"tag": one.status.label, "colour": COLOURS[one.status]},
            ]
        }
        for one in found
    ]
    columns = [{"label": label} for label in ("Name", "Brought", "Status")]
    return render(request, "doors/mine.html", {"title": "Whom you brought", "rows": rows, "columns": columns})


def _said(reference: str) -> str:
    return f"{reference[:2]} {reference[2:6]} {reference[6:]}"


@page(roles={Role.COORDINATOR}, changes=Resource.REFERRAL_IN)
def referrals(request: Request) -> HttpResponse:
    """Who has come to the open door, oldest first."""
    listing = lists.Listing(
        request,
        sorts=("flagged", "route", "status"),
        default="flagged",
        filters=forms.Filters,
        tabs=tuple(TABS),
    )
    found = open_door.referrals(
        by=request.actor,
        at=request.now,
        tab=listing.tab,
        sort=listing.sort,
        descending=listing.descending,
        offset=listing.offset,
        limit=listing.per_page,
        **listing.chosen,
    )
    listing.count(found.total)
    tabs = [
        {"label": label, "href": f"?tab={name}", "current": name == listing.tab, "count": found.counts[name]}
        for name, label in TABS.items()
    ]
    last = {"waiting": "Time left", "later": "Look again"}.get(listing.tab, "Brought by")
    columns = listing.columns(
        lists.Column("Name"),
        lists.Column("Came", "flagged"),
        lists.Column("Route", "route"),
        lists.Column("Status", "status"),
        lists.Column(last),
    )
    rows = [{"cells": _cells(line, listing.tab, request)} for line in found.rows]
    return render(
        request,
        "doors/list.html",
        {"title": "At the door", "listing": listing, "tabs": tabs, "columns": columns, "rows": rows},
    )


def _cells(line: open_door.Line, tab: str, request: Request) -> list[dict[str, Any]]:
    last: dict[str, Any]
    if tab == "waiting":
        late = line.due_at < request.now
        last = {"tag": "Late", "colour": "red"} if late else {"date": line.due_at, "show": "relative"}
    elif tab == "later":
        last = {"date": line.look_again_on} if line.look_again_on else {"text": "Now"}
    else:
        last = {"text": line.brought_by}
    return [
        {"text": line.name, "href": reverse("doors:referral", args=[line.id]), "hint": _said(line.reference)},
        {"date": line.flagged_at, "show": "relative"},
        {"text": line.route.label},
        {"tag": line.status.label, "colour": COLOURS[line.status]},
        last,
    ]


@page(roles={Role.COORDINATOR}, changes=Resource.REFERRAL_IN)
def referral(request: Request, referral_in_id: UUID) -> HttpResponse:
    """One woman at the door: what she said on the left, what is asked of the coordinator on the right."""
    found = open_door.page(referral_in_id=referral_in_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    decides = {Action.CONFIRM, Action.REJECT, Action.DEFER} & found.moves
    waiting = found.line.status in open_door.TABS["waiting"]
    return render(
        request,
        "doors/referral.html",
        {
            "title": "At the door",
            "back": reverse("doors:list"),
            "found": found,
            "colour": COLOURS[found.line.status],
            "held": _held(found),
            "decision": asking.rows(found.decided),
            "may_say_again": request.actor.role is Role.COORDINATOR,
            "known": [(one, her_page(one.id) if one.is_client else _door(one.id)) for one in found.known],
            "her_page": her_page(found.line.client_id) if found.line.client_id else "",
            "can_start": Action.START_REVIEW in found.moves,
            "can_resume": Action.RESUME in found.moves,
            "can_withdraw": Action.WITHDRAW in found.moves,
            "can_decide": bool(decides),
            "can_urgent": Action.SAFEGUARD_FIRST in found.moves and not decides,
            "is_waiting": waiting,
            "is_late": waiting and found.line.due_at < request.now,
        },
    )


def _door(referral_in_id: UUID) -> str:
    return reverse("doors:referral", args=[referral_in_id])


def _held(found: open_door.Page) -> list[dict[str, Any]]:
    born = f"{found.born.day} {found.born:%B %Y} ({found.age})" if found.born else ""
    rows = [
        ("Name on paper", found.full_name),
        ("Date of birth", born),
        ("Telephone", found.telephone),
        ("Email", found.email),
        ("Address", found.address),
        ("How she can be reached", found.ways),
        ("She knows of this", "Yes" if found.she_knows else "No"),
    ]
    return [{"key": key, "value": value, "none": "Not said"} for key, value in rows]


@page(roles={Role.COORDINATOR}, changes=Resource.REFERRAL_IN)
def move(request: Request, referral_in_id: UUID) -> HttpResponse:
    """Start the review, take up again, or withdraw at her wish: one button each."""
    if request.method == "POST":
        verbs = {
            "start_review": (open_door.start, "The review has begun."),
            "resume": (open_door.resume, "Taken up again."),
            "withdraw": (open_door.withdraw, "Withdrawn at her wish. Nobody contacts her."),
        }
        verb, words = verbs.get(request.POST.get("action", ""), (None, ""))
        if verb is None:
            return access.not_found(request)
        said = verb(referral_in_id=referral_in_id, by=request.actor, at=request.now)
        if not said.allowed:
            return access.refuse(request, said)
        messages.success(request, words)
    return redirect("doors:referral", referral_in_id=referral_in_id)


@page(roles={Role.COORDINATOR}, changes=Resource.REFERRAL_IN)
class Decide(asking.Shorter):
    effect = "decides"
    thing = "referral_in"
    title = "Decide"
    steps = (
        flow.Step("outcome", "What you decide", forms.DecideForm),
        flow.Step("model", "Decision model", asking.ModelForm),
        flow.Step("about", "About her", asking.AboutForm),
    )
    button = "Record this decision"

    def begin(self) -> HttpResponse | None:
        key = self.kwargs["referral_in_id"]
        found = open_door.page(referral_in_id=key, by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def back(self) -> str:
        return reverse("doors:referral", args=[self.kwargs["referral_in_id"]])

    def context(self) -> dict[str, Any]:
        return {"back": self.back()}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return open_door.starting(referral_in_id=self.kwargs["referral_in_id"], by=self.actor)

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        if step.slug != "outcome":
            return super().form_kwargs(step)
        known = tuple(
            (str(one.id), f"{one.name}, born {one.born:%d %B %Y}" if one.born else one.name)
            for one in self.found.known
            if one.is_client
        )
        return {"open_moves": frozenset(one.value for one in self.found.moves), "known": known}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        known = answers.get("known")
        said = open_door.decide(
            referral_in_id=self.kwargs["referral_in_id"],
            said=asking.judgement_from(answers),
            known_client_id=UUID(known) if known and known != "none" else None,
            by=self.actor,
            at=self.now,
        )
        client_id = said.data.get("client_id")
        return flow.Receipt.of(
            said,
            "She is in the programme" if client_id else "Decision recorded",
            href=her_page(client_id) if client_id else reverse("doors:list"),
            onward="Go to her page" if client_id else "Back to the door",
        )


@page(roles={Role.COORDINATOR}, changes=Resource.REFERRAL_IN)
class SayAgain(Decide):
    """A decision that stands, put right: a new one takes its place and the earlier is kept."""

    effect = "changes"
    title = "Correct this decision"
    steps = (
        flow.Step("model", "Decision model", asking.ModelForm),
        flow.Step("about", "About her", asking.AboutForm),
        flow.Step("why", "Why it is corrected", asking.SayAgainForm),
    )
    button = "Save the correction"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return open_door.starting(referral_in_id=self.kwargs["referral_in_id"], by=self.actor)

    def begin(self) -> HttpResponse | None:
        stop = super().begin()
        if stop is None and self.found.line.status.value in set(ScreeningOutcome):
            self.stands = ScreeningOutcome(self.found.line.status.value)
        return stop

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return asking.Shorter.form_kwargs(self, step)

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = open_door.say_again(
            referral_in_id=self.kwargs["referral_in_id"],
            said=asking.judgement_from(answers),
            why=answers["why"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Decision corrected", href=self.back(), onward="Back to it")


@page(roles={Role.COORDINATOR})
def again(request: Request, joined_id: UUID) -> HttpResponse:
    """Police named a woman again whom the programme knows: seen, and settled."""
    found = open_door.again(joined_id=joined_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    if request.method == "POST":
        said = open_door.settle_again(joined_id=joined_id, by=request.actor, at=request.now)
        if not said.allowed:
            return access.refuse(request, said)
        messages.success(request, "Settled.")
        return redirect(her_page(found.client_id))
    return render(
        request,
        "doors/again.html",
        {"title": "Named again", "found": found, "her_page": her_page(found.client_id)},
    )


@page(roles={Role.COORDINATOR}, creates=Resource.DISCLOSURE)
class TellPolice(flow.Flow):
    """The only way in which police learn of a woman of the open door, or anything of any woman."""

    title = "Tell police"
    form = forms.TellForm
    button = "Tell police this"
    template = "doors/tell.html"

    def begin(self) -> HttpResponse | None:
        before = disclosing.before(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        if before is None:
            return access.not_found(self.request)
        self.before = before
        return None

    def back(self) -> str:
        return her_page(self.kwargs["client_id"])

    def context(self) -> dict[str, Any]:
        return {"person": self.before.person, "before": self.before, "back": self.back()}

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"forces": tuple((str(key), name) for key, name in self.before.forces)}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        asked = answers["kind"] is CrossingKind.CLIENT_REQUESTED
        said = disclosing.tell_police(
            client_id=self.kwargs["client_id"],
            telling=disclosing.Telling(
                kind=answers["kind"],
                to_organisation_id=UUID(answers["force"]),
                fields=tuple(answers["fields_told"]),
                words=answers["words"],
                because=answers["because_asked"] if asked else answers["because_urgent"],
                purpose=answers["purpose"],
                basis=answers["basis"],
                confidence_basis=ConfidenceBasis.HER_AGREEMENT if asked else answers["confidence"],
            ),
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(
            said,
            "Police have been told",
            href=reverse("doors:crossing", args=[said.id]) if said.allowed else "/",
            onward="See what crossed",
        )


@page(reads=Resource.DISCLOSURE)
def crossings(request: Request) -> HttpResponse:
    """Everything that crossed from or to this organisation, newest first."""
    listing = lists.Listing(request, filters=forms.CrossingFilters)
    found, total = disclosing.crossings(
        by=request.actor,
        at=request.now,
        offset=listing.offset,
        limit=listing.per_page,
        **listing.chosen,
    )
    listing.count(total)
    rows = [
        {
            "cells": [
                {"text": one.kind, "href": reverse("doors:crossing", args=[one.id])},
                {"text": f"{one.from_name} to {one.to_name}"},
                {"text": str(len(one.fields)), "numeric": True},
                {"date": one.at, "show": "relative"},
            ]
        }
        for one in found
    ]
    columns = listing.columns(
        lists.Column("Kind"),
        lists.Column("From and to"),
        lists.Column("Fields", numeric=True),
        lists.Column("When"),
    )
    return render(
        request,
        "doors/crossings.html",
        {"title": "What crossed", "listing": listing, "rows": rows, "columns": columns},
    )


@page(reads=Resource.DISCLOSURE)
def crossing(request: Request, disclosure_id: UUID) -> HttpResponse:
    """One crossing: what, why, under what law and by whom."""
    found = disclosing.crossing(disclosure_id=disclosure_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    rows = [
        {"key": "From", "value": found.from_name},
        {"key": "To", "value": found.to_name},
        {"key": "Made by", "value": found.by},
        {"key": "Lawful basis", "value": found.basis},
        {"key": "Confidence", "value": found.confidence_basis, "none": "No confidence was owed"},
        {"key": "Purpose", "value": found.purpose},
        {"key": "Sharing agreement", "value": "One was in force" if found.agreement else "", "none": "None"},
        {"key": "What crossed", "values": found.fields},
    ]
    if found.because:
        rows.append({"key": "Why", "value": found.because})
    return render(
        request,
        "doors/crossing.html",
        {
            "title": found.kind,
            "caption": "What crossed",
            "rows": rows,
            "found": found,
            "back": reverse("doors:crossings"),
        },
    )
