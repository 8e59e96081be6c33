"""Police pages: the flag, what the officer sees of it, the considerations and one consideration."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.governance.policy import Resource
from pathways.domain.identification.consideration import Action, Status
from pathways.domain.identification.listing import Order
from pathways.domain.terms import clocks
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.indicators import Heading
from pathways.domain.terms.people import Role
from pathways.journey import disclosing, drafts, flagging, screening
from pathways.web import access, considering, flow, lists
from pathways.web import screening as asking
from pathways.web.access import page
from pathways.web.linking import known
from pathways.web.police import forms
from pathways.web.request import Request

POLICE = {Role.POLICE_OFFICER, Role.POLICE_SPOC, Role.POLICE_ANALYST}

COLOURS = {
    Status.FLAGGED: "blue",
    Status.UNDER_REVIEW: "turquoise",
    Status.CONFIRMED: "green",
    Status.REJECTED: "grey",
    Status.DEFERRED: "yellow",
    Status.SAFEGUARDING_FIRST: "red",
    Status.DUPLICATE: "grey",
    Status.NOT_THIS_PROGRAMME: "grey",
}
TABS = {
    "waiting": "Waiting",
    "later": "Deferred or safeguarding first",
    "confirmed": "Confirmed",
    "not_taken": "Not taken forward",
}


class _Flagging(flow.Flow):
    """Both ways to flag: a woman whom the force has not named before, and one it has."""

    title = "Flag a woman"
    button = "Send this flag"
    nominal_id: UUID | None = None
    same_as: UUID | None = None

    def seen(self, answers: dict[str, Any]) -> flagging.Seen:
        codes = tuple(code for heading in Heading for code in answers.get(heading.value) or ())
        return flagging.Seen(codes, answers.get("source"), answers.get("confidence"), answers.get("seen_on"))

    def send(self, who: flagging.Named, category: Any, answers: dict[str, Any]) -> flow.Receipt:
        said = flagging.flag(
            who=who,
            route=answers["route"],
            why=answers["why"],
            seen=self.seen(answers),
            fact_or_opinion=answers["fact_or_opinion"],
            subject_category=category,
            flagged_by_name=answers["flagged_by_name"],
            nominal_id=self.nominal_id,
            same_as=self.same_as,
            by=self.actor,
            at=self.now,
        )
        officer = self.actor.role is Role.POLICE_OFFICER
        return flow.Receipt.of(
            said,
            "Flag received",
            href=reverse("police:mine" if officer else "police:list"),
            onward="See your flags" if officer else "Go to the considerations",
        )


@page(roles=POLICE)
class Flag(known.Asked, _Flagging):
    """A flag of a woman. A girl under 18 is turned away before anything is kept, a draft included."""

    steps = (
        flow.Step("who", "Who she is", forms.WhoForm, "Enter only what police hold already. Do not ask her."),
        flow.Step("why", "Why", forms.WhyForm),
        flow.Step("signs", "What prompted you", forms.SignsForm, forms.SIGNS_HINT),
    )

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("_step") == "who" and self._is_child(request):
            drafts.discard(self.key(), self.actor)
            if request.headers.get("X-Pathways-Save"):
                return HttpResponse(status=204)
            return redirect("police:child")
        return super().post(request, *args, **kwargs)

    def _is_child(self, request: Any) -> bool:
        age = request.POST.get("age", "")
        form = forms.WhoForm(request.POST)
        form.is_valid()
        who = flagging.Named(
            "", "", born=form.cleaned_data.get("born"), is_adult=False if age == "child" else None
        )
        return flagging.under_age(who, today=clocks.local(self.now).date())

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        who = flagging.Named(
            given_names=answers["given_names"],
            surname=answers["surname"],
            other_names=answers["other_names"],
            born=answers["born"],
            is_adult=True if answers["age"] == "adult" else None,
            telephone=answers["telephone"],
            address=answers["address"],
            police_reference=answers["police_reference"],
            ethnicity_code=answers["ethnicity_code"] or "",
        )
        self.same_as = known.chosen(answers)
        return self.send(who, answers["subject_category"], answers)


@page(roles={Role.POLICE_SPOC, Role.POLICE_ANALYST})
class FlagAgain(_Flagging):
    """A new flag of a woman whom the force has flagged before."""

    title = "Flag her again"
    steps = (
        flow.Step("why", "Why", forms.WhyForm),
        flow.Step("signs", "What prompted you", forms.SignsForm, forms.SIGNS_HINT),
    )

    def begin(self) -> HttpResponse | None:
        self.nominal_id = self.kwargs["nominal_id"]
        held = screening.nominal(nominal_id=self.kwargs["nominal_id"], by=self.actor, at=self.now)
        if held is None:
            return access.not_found(self.request)
        self.who, self.category = held
        return None

    def back(self) -> str:
        return reverse("police:list")

    def context(self) -> dict[str, Any]:
        return {"back": self.back()}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        return self.send(self.who, self.category, answers)


@page(roles=POLICE)
def child(request: Request) -> HttpResponse:
    """Whom to call for a girl under 18. Nothing has been kept."""
    return render(
        request,
        "police/child.html",
        {"title": "This programme is for adults", "words": flagging.CHILD, "back": reverse("police:flag")},
    )


@page(roles=POLICE)
def mine(request: Request) -> HttpResponse:
    """An officer's own flags: received or closed."""
    listing = lists.Listing(request)
    listing.count(flagging.count_my_flags(by=request.actor))
    found = flagging.my_flags(
        by=request.actor, at=request.now, offset=listing.offset, limit=listing.per_page
    )
    rows = [
        {
            "cells": [
                {"text": f"{one.reference[:2]} {one.reference[2:6]} {one.reference[6:]}"},
                {"date": one.flagged_at, "show": "relative"},
                {
                    "tag": "Closed" if one.is_closed else "Received",
                    "colour": "grey" if one.is_closed else "blue",
                },
                {"date": one.closed_on} if one.closed_on else {"text": "–"},
            ]
        }
        for one in found
    ]
    columns = [{"label": label} for label in ("Reference", "Flagged", "Status", "Closed on")]
    context = {"title": "Your flags", "rows": rows, "columns": columns, "listing": listing}
    return render(request, "police/mine.html", context)


@page(roles={Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR}, reads=Resource.CONSIDERATION)
def considerations(request: Request) -> HttpResponse:
    """The women on the force's list, in an order stated in words, with what is seen of each."""
    if not request.actor.is_police:  # a supervisor elsewhere holds the same role
        return redirect("/")
    listing = lists.Listing(
        request,
        sorts=tuple(one.value for one in Order),
        default=Order.SAFETY.value,
        filters=forms.Filters,
        tabs=tuple(TABS),
    )
    found = screening.considerations(
        by=request.actor,
        at=request.now,
        tab=listing.tab,
        order=Order(listing.sort),
        offset=listing.offset,
        limit=listing.per_page,
        **listing.chosen,
    )
    listing.count(found.total)
    tabs = [
        {
            "label": label,
            "href": f"?tab={name}",
            "current": name == listing.tab,
            "count": found.counts[name],
        }
        for name, label in TABS.items()
    ]
    orders = [
        {
            "label": one.label,
            "href": listing.href(sort=one.value, page=None),
            "current": one.value == listing.sort,
        }
        for one in Order
    ]
    return render(
        request,
        "police/list.html",
        {
            "title": "Considerations",
            "listing": listing,
            "tabs": tabs,
            "areas": considering.areas("list", request.actor),
            "orders": orders,
            "order": Order(listing.sort).label,
            "cards": [_card(line, listing.tab, request) for line in found.rows],
            "not_judged": [(words, count) for words, count in found.not_judged.items() if count],
            "may_flag": request.actor.role in POLICE,
        },
    )


def _card(line: screening.Line, tab: str, request: Request) -> dict[str, Any]:
    """One woman in the list: who she is, how she came, what is seen, and the time there is."""
    late = tab == "waiting" and line.due_at < request.now
    protective = [one for one in line.evidence if one.is_protective]
    return {
        "line": line,
        "colour": COLOURS[line.status],
        "is_late": late,
        "waits": tab == "waiting",
        "later": tab == "later",
        "came": came_words(line),
        "protective": protective[0].indicators if protective else (),
        "risks": [one for one in line.evidence if not one.is_protective],
    }


def came_words(line: screening.Line) -> list[dict[str, Any]]:
    """How she came onto the list, each way with its day."""
    found: list[dict[str, Any]] = []
    if line.flagged_by:
        words = f"Flagged by {line.flagged_by} ({line.route.label.lower()})"
        found.append({"words": words, "at": line.flagged_at})
    if line.run_at is not None:
        href = reverse("considering:run", args=[line.run_id])
        found.append({"words": "Found by a screening run", "at": line.run_at, "href": href})
    return found or [{"words": line.route.label, "at": line.flagged_at}]


@page(roles={Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR}, reads=Resource.CONSIDERATION)
def consideration(request: Request, consideration_id: UUID) -> HttpResponse:
    """One flag: what is held on the left, what is asked on the right."""
    found = screening.page(consideration_id=consideration_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    decides = {Action.CONFIRM, Action.REJECT, Action.DEFER} & found.moves
    return render(
        request,
        "police/consideration.html",
        {
            "title": "Consideration",
            "back": reverse("police:list"),
            "found": found,
            "came": came_words(found.line),
            "colour": COLOURS[found.line.status],
            "held": _held(found),
            "decision": asking.rows(found.decided),
            "may_say_again": request.actor.role is Role.POLICE_SPOC,
            "can_start": Action.START_REVIEW in found.moves,
            "can_resume": Action.RESUME in found.moves,
            "can_decide": bool(decides),
            "can_urgent": bool(found.moves & {Action.SAFEGUARD_FIRST}) and not decides,
            "is_late": found.line.due_at < request.now and found.line.status in screening.TABS["waiting"],
            "is_waiting": found.line.status in screening.TABS["waiting"],
            "may_flag": request.actor.role in POLICE,
        },
    )


@page(roles={Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR}, reads=Resource.CONSIDERATION)
def evidence(request: Request, consideration_id: UUID) -> HttpResponse:
    """The evidence about one woman, whole. That it was opened, and by whom, is written down."""
    found = screening.open_evidence(consideration_id=consideration_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    decides = {Action.CONFIRM, Action.REJECT, Action.DEFER} & found.moves
    return render(
        request,
        "police/evidence.html",
        {
            "title": "Evidence",
            "back": reverse("police:consideration", args=[consideration_id]),
            "found": found,
            "came": came_words(found.line),
            "can_decide": bool(decides or Action.SAFEGUARD_FIRST in found.moves),
        },
    )


def _held(found: screening.Page) -> list[dict[str, Any]]:
    born = ""
    if found.born is not None:
        born = f"{found.born.day} {found.born:%B %Y} ({found.age})"
    rows = [
        ("Date of birth", born),
        ("Other names", found.other_names),
        ("Telephone", found.telephone),
        ("Address", found.address),
        ("Police reference", found.police_reference),
        ("Category", found.subject_category),
    ]
    return [{"key": key, "value": value, "none": "Not on the record"} for key, value in rows]


@page(changes=Resource.CONSIDERATION)
def move(request: Request, consideration_id: UUID) -> HttpResponse:
    """Start the review, or take a flag up again: one button."""
    if request.method == "POST":
        verbs = {"start_review": screening.start, "resume": screening.resume}
        verb = verbs.get(request.POST.get("action", ""))
        if verb is None:
            return access.not_found(request)
        said = verb(consideration_id=consideration_id, by=request.actor, at=request.now)
        if not said.allowed:
            return access.refuse(request, said)
        messages.success(request, "The review has begun: open the evidence, plan, then decide.")
    return redirect("police:consideration", consideration_id=consideration_id)


class _About(flow.Flow):
    """A form about one consideration."""

    def begin(self) -> HttpResponse | None:
        found = screening.page(consideration_id=self.kwargs["consideration_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def back(self) -> str:
        return reverse("police:consideration", args=[self.kwargs["consideration_id"]])

    def context(self) -> dict[str, Any]:
        return {"found": self.found, "back": self.back(), "held": _held(self.found)}


@page(roles={Role.POLICE_SPOC})
class PlanContact(_About):
    effect = "changes"
    title = "Plan how she can be reached"
    form = asking.WaysForm
    check = False
    button = "Save this plan"
    template = "police/plan.html"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = screening.plan_contact(
            consideration_id=self.kwargs["consideration_id"],
            ways=asking.ways_from(answers, at=self.now),
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(
            said, "Provisional plan saved", href=self.back(), onward="Back to the consideration"
        )


@page(roles={Role.POLICE_SPOC})
class Decide(asking.Shorter, _About):
    """One woman at a time, once the evidence was opened: what is decided, then only what it needs."""

    effect = "decides"
    thing = "consideration"
    title = "Decide"
    template = "police/decide.html"
    steps = (
        flow.Step("outcome", "What you decide", asking.OutcomeForm),
        flow.Step("model", "Decision model", asking.ModelForm),
        flow.Step("about", "About her", asking.AboutForm),
    )
    button = "Record this decision"

    def begin(self) -> HttpResponse | None:
        if (stop := super().begin()) is not None:
            return stop
        if not self.found.has_opened and self.found.moves:
            return render(
                self.request,
                "police/open_first.html",
                {"title": "Open the evidence first", "found": self.found, "back": self.back()},
                status=409,
            )
        return None

    def initial(self, step: flow.Step) -> dict[str, Any]:
        key = self.kwargs["consideration_id"]
        return screening.starting(consideration_id=key, by=self.actor, at=self.now)

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        if step.slug == "model" and self.found.decided is None:
            return {**super().form_kwargs(step), "known": frozenset({"information", "powers"})}
        if step.slug != "outcome":
            return super().form_kwargs(step)
        return {"open_moves": frozenset(one.value for one in self.found.moves)}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = screening.decide(
            consideration_id=self.kwargs["consideration_id"],
            said=asking.judgement_from(answers),
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(
            said, "Decision recorded", href=reverse("police:list"), onward="Back to the considerations"
        )


@page(roles={Role.POLICE_SPOC})
class SayAgain(asking.Shorter, _About):
    """A decision that stands, put right: a new one takes its place and the earlier is kept."""

    effect = "changes"
    title = "Correct this decision"
    steps = (
        flow.Step("model", "Decision model", asking.ModelForm),
        flow.Step("about", "About her", asking.AboutForm),
        flow.Step("why", "Why it is corrected", asking.SayAgainForm),
    )
    button = "Save the correction"

    def begin(self) -> HttpResponse | None:
        stop = super().begin()
        if stop is None and self.found.line.status.value in set(ScreeningOutcome):
            self.stands = ScreeningOutcome(self.found.line.status.value)
        return stop

    def initial(self, step: flow.Step) -> dict[str, Any]:
        key = self.kwargs["consideration_id"]
        return screening.starting(consideration_id=key, by=self.actor, at=self.now)

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = screening.say_again(
            consideration_id=self.kwargs["consideration_id"],
            said=asking.judgement_from(answers),
            why=answers["why"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Decision corrected", href=self.back(), onward="Back to it")


@page(roles={Role.POLICE_SPOC})
def told(request: Request) -> HttpResponse:
    """What the programme disclosed to this force."""
    found = disclosing.told_to_us(by=request.actor, at=request.now)
    rows = [
        {
            "cells": [
                {"text": one.kind, "href": reverse("police:told_one", args=[one.message_id])},
                {"text": one.from_name},
                {"date": one.at, "show": "relative"},
                {"tag": "Read" if one.is_read else "New", "colour": "grey" if one.is_read else "blue"},
            ]
        }
        for one in found
    ]
    columns = [{"label": label} for label in ("Kind", "From", "When", "Status")]
    return render(
        request,
        "police/told.html",
        {"title": "Told to us by the programme", "rows": rows, "columns": columns},
    )


@page(roles={Role.POLICE_SPOC})
def told_one(request: Request, message_id: UUID) -> HttpResponse:
    """One disclosure that was made to this force: its words, and what they may be used for."""
    found = disclosing.read_told(message_id=message_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    return render(
        request,
        "police/told_one.html",
        {
            "title": found.kind,
            "caption": "Told to us by the programme",
            "found": found,
            "back": reverse("police:told"),
        },
    )
