"""Her page, tab by tab. Each tab is one reading; what the reader may not see is not there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.governance import policy
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.outcomes import instrument
from pathways.domain.outcomes.response import Occasion
from pathways.domain.support import goal as goals
from pathways.domain.terms import needs
from pathways.domain.terms.people import Role
from pathways.journey import barring, erased, joining, measuring
from pathways.journey import held as holdings
from pathways.journey import her_record as record
from pathways.journey import history as histories
from pathways.journey import referrals as made
from pathways.journey import story as stories
from pathways.web import access, clock, lists, onward
from pathways.web.access import page
from pathways.web.herpage import around, chart
from pathways.web.herpage.forms import FindHeld
from pathways.web.measures import drawing
from pathways.web.request import Request

_OCCASIONS = frozenset(one.value for one in Occasion)
_READERS = frozenset(policy.roles_that(Action.READ, Resource.CLIENT))


@page(reads=Resource.CLIENT)
def story(request: Request, client_id: UUID) -> HttpResponse:
    if goes_on := joining.goes_on_as(client_id=client_id, by=request.actor):
        return redirect("herpage:story", goes_on)
    context = around.of_her(request, client_id, "story", Resource.CLIENT)
    if context is None:
        return access.not_found(request)
    listing = lists.Listing(request, tabs=["", *[each.value for each in stories.Thread]])
    thread = stories.Thread(listing.tab) if listing.tab else None
    if policy.could(request.actor, Action.READ, Resource.JOURNEY_EVENT):
        told = stories.told(
            client_id=client_id,
            by=request.actor,
            thread=thread,
            offset=listing.offset,
            limit=listing.per_page,
        )
        listing.count(told.total)
        context |= {
            "events": told.happenings,
            "reads_story": True,
            "threads": _threads(listing, told.threads),
        }
    context |= {"listing": listing}
    return render(request, "herpage/story.html", context)


def _threads(listing: lists.Listing, threads: tuple[stories.Thread, ...]) -> list[dict[str, Any]]:
    every = {"label": "Everything", "href": "?", "current": not listing.tab}
    return [
        every,
        *(
            {
                "label": each.label,
                "href": f"?tab={each.value}",
                "current": listing.tab == each.value,
            }
            for each in threads
        ),
    ]


@page(reads=Resource.ASSESSMENT)
def assessment(request: Request, client_id: UUID) -> HttpResponse:
    context = around.of_her(request, client_id, "assessment", Resource.ASSESSMENT)
    if context is None or not policy.could(request.actor, Action.READ, Resource.ASSESSMENT):
        return access.not_found(request)
    assessments = record.assessments(client_id=client_id, by=request.actor)
    context |= {
        "assessments": assessments,
        "decisions": record.decisions(client_id=client_id, by=request.actor),
        "caveat": needs.CAVEAT,
        "rungs": list(needs.Rung),
        "moves": []
        if context["is_stopped"]
        else around.buttons(
            client_id,
            request.actor,
            ("Read all of it, or assess again" if assessments else "Assess with her", "assess:her"),
            ("Decide her level", "triage:decide"),
        ),
    }
    return render(request, "herpage/assessment.html", context)


@page(reads=Resource.SCORE)
def measures(request: Request, client_id: UUID) -> HttpResponse:
    """Her scores over time, what is filled in with her, and results of tools that others own."""
    context = around.of_her(request, client_id, "measures", Resource.SCORE)
    found = measuring.of_her(client_id=client_id, by=request.actor) if context is not None else None
    if context is None or found is None:
        return access.not_found(request)
    is_stopped = context["is_stopped"] or context["is_shut"]
    may_read = policy.could(request.actor, Action.READ, Resource.RESPONSE)
    context |= {
        "measures": [_measure(each, may_read) for each in found.measures],
        "forms": found.forms,
        "results": found.results,
        "occasion": wanted if (wanted := request.GET.get("occasion", "")) in _OCCASIONS else "",
        "instruments_href": onward.address("instruments:list", request.actor),
        "to_fill_in": () if is_stopped else found.to_fill_in,
        "may_keep_results": () if is_stopped else found.may_keep_results,
        "empty_next": "An instrument that your site has turned on is filled in from here."
        if may_read
        else "Her worker fills in an instrument with her.",
    }
    return render(request, "herpage/measures.html", context)


def _measure(each: measuring.Measure, may_read: bool) -> dict[str, Any]:
    counted = [(score.on, score.value) for score in each.counted if score.value is not None]
    newest = [
        {
            "on": score.on,
            "occasion": score.occasion,
            "how": score.how,
            "value": score.value,
            "shown": "" if score.value is None else instrument.shown(score.value),
            "band": score.band,
            "missing": score.missing,
            "is_prorated": score.is_prorated,
            "working": score.working,
            "why_none": score.why_none,
            "is_withdrawn": score.is_withdrawn,
            "met": () if score.is_withdrawn else score.met,
            "said": score.change.words if score.change.by is not None else "",
            "link": reverse("measures:one", args=[score.response_id])
            if may_read and score.response_id
            else "",
        }
        for score in reversed(each.scores)
    ]
    return {
        "measure": each,
        "chart": drawing.line(each.asks, counted),
        "newest": newest,
        "since_first": each.since_first.words if each.since_first.by is not None and len(counted) > 2 else "",
    }


@page(reads=Resource.GOAL)
def plan(request: Request, client_id: UUID) -> HttpResponse:
    context = around.of_her(request, client_id, "plan", Resource.GOAL)
    if context is None or not policy.could(request.actor, Action.READ, Resource.GOAL):
        return access.not_found(request)
    found = record.goals(client_id=client_id, by=request.actor)
    context |= {
        "open_goals": [_goal(each) for each in found if each.status is goals.Status.OPEN],
        "past_goals": [_goal(each) for each in found if each.status is not goals.Status.OPEN],
        "reviews": record.reviews(client_id=client_id, by=request.actor),
        "after": record.after(client_id=client_id, by=request.actor),
        "size": (chart.WIDTH, chart.HEIGHT),
        "moves": []
        if context["is_stopped"]
        else around.buttons(
            client_id,
            request.actor,
            ("Set a goal with her", "support:goal"),
            ("Review with her", "support:review"),
            ("Close well", "support:close"),
        ),
    }
    return render(request, "herpage/plan.html", context)


def _goal(each: record.HerGoal) -> dict[str, Any]:
    latest = each.points[-1] if each.points else None
    return {"goal": each, "line": chart.line(each.points), "latest": latest}


@page(reads=Resource.CONTACT)
def contacts(request: Request, client_id: UUID) -> HttpResponse:
    context = around.of_her(request, client_id, "contacts", Resource.CONTACT)
    if context is None or not policy.could(request.actor, Action.READ, Resource.CONTACT):
        return access.not_found(request)
    in_emergency = request.actor.emergency_with(client_id) is not None
    reads_notes = policy.could(request.actor, Action.READ, Resource.CASE_NOTE) and not in_emergency
    listing = lists.Listing(request, tabs=["contacts", "notes"] if reads_notes else ["contacts"], per_page=10)
    read = record.notes if listing.tab == "notes" else record.contacts
    found = read(client_id=client_id, by=request.actor, offset=listing.offset, limit=listing.per_page)
    listing.count(found.total)
    context |= {
        "listing": listing,
        "items": found.items,
        "which": [
            {"label": words, "href": f"?tab={name}", "current": listing.tab == name}
            for name, words in (("contacts", "Contacts and appointments"), ("notes", "Notes"))
        ]
        if reads_notes
        else [],
        "moves": []
        if context["is_stopped"]
        else around.buttons(
            client_id,
            request.actor,
            ("Record a contact", "support:contact"),
            ("Plan an appointment", "support:plan_contact"),
            ("Write a note", "support:note"),
        ),
    }
    return render(request, "herpage/contacts.html", context)


@page(reads=Resource.REFERRAL)
def referrals(request: Request, client_id: UUID) -> HttpResponse:
    context = around.of_her(request, client_id, "referrals", Resource.REFERRAL)
    if context is None or not policy.could(request.actor, Action.READ, Resource.REFERRAL):
        return access.not_found(request)
    found = record.referrals(client_id=client_id, by=request.actor)
    may_begin = not context["is_stopped"] and made.may_begin(
        client_id=client_id, by=request.actor, at=request.now
    )
    context |= {
        "referrals": [
            {"referral": each, "href": onward.address("refer:show", request.actor, [each.id])}
            for each in found
        ],
        "moves": around.buttons(client_id, request.actor, ("Refer her to a service", "refer:new"))
        if may_begin
        else [],
    }
    return render(request, "herpage/referrals.html", context)


@page(reads=Resource.SAFE_CONTACT)
def safety(request: Request, client_id: UUID) -> HttpResponse:
    context = around.of_her(request, client_id, "safety", Resource.SAFE_CONTACT)
    if context is None:
        return access.not_found(request)
    context |= {
        "safety": record.safety(client_id=client_id, by=request.actor, at=request.now),
        "moves": around.buttons(
            client_id,
            request.actor,
            ("Confirm or change her plan", "reach:plan"),
            ("Write to her", "reach:messages"),
            ("Where she is safe", "reach:place"),
            ("Tell police", "doors:tell_police"),
        ),
    }
    return render(request, "herpage/safety.html", context)


@page(reads=Resource.INVOLVEMENT)
def involved(request: Request, client_id: UUID) -> HttpResponse:
    context = around.of_her(request, client_id, "involved", Resource.INVOLVEMENT)
    if context is None:
        return access.not_found(request)
    found = record.involved(client_id=client_id, by=request.actor)
    context |= {
        "with_her": [each for each in found if each.until is None],
        "before": [each for each in found if each.until is not None],
        "moves": around.buttons(
            client_id,
            request.actor,
            ("Cover for a colleague", "support:cover_her"),
            ("Hand over", "support:hand_her_over"),
            ("I know her: step back", "bars:conflict"),
            ("The panel’s agenda", "panel:agenda"),
            ("Ask the panel to talk about her", "panel:requests_of"),
        ),
    }
    return render(request, "herpage/involved.html", context)


@page(reads=Resource.BAR)
def kept_out(request: Request, client_id: UUID) -> HttpResponse:
    """Who may not see her: now, and before."""
    context = around.of_her(request, client_id, "kept_out", Resource.BAR)
    found = barring.of_her(client_id=client_id, by=request.actor, at=request.now)
    if context is None or found is None or not policy.could(request.actor, Action.READ, Resource.BAR):
        return access.not_found(request)
    context |= {
        "title": "Who may not see her",
        "now_cards": [_bar(each, may_lift=found.may_decide.allowed) for each in found.now],
        "before_cards": [_bar(each, may_lift=False) for each in found.before],
        "why_not": "" if found.may_decide else found.may_decide.reason,
        "moves": around.buttons(client_id, request.actor, ("Keep somebody out", "bars:keep_out"))
        if found.may_decide
        else [],
    }
    return render(request, "herpage/kept_out.html", context)


def _bar(each: barring.KeptOutOne, *, may_lift: bool) -> dict[str, Any]:
    rows = [
        {"key": "Why", "value": each.ground.label},
        {"key": "What was said", "value": each.reason, "none": "Nothing written down"},
        {"key": "Since", "value": f"{clock.day(each.set_at)}, set by {each.set_by}"},
    ]
    if each.where:
        rows.insert(0, {"key": "Works at", "value": each.where})
    if each.lifted_at is not None:
        rows += [
            {"key": "Until", "value": f"{clock.day(each.lifted_at)}, lifted by {each.lifted_by}"},
            {"key": "Why lifted", "value": each.why_lifted},
        ]
    lift = [("Let them see her again", reverse("bars:lift", args=[each.id]))] if may_lift else []
    return {"heading": each.who, "rows": rows, "actions": lift}


@page(roles=_READERS | {Role.GOVERNANCE_LEAD})
def held(request: Request, client_id: UUID) -> HttpResponse:
    """What is held, and for the governance lead who saw it: a page to print and give to her."""
    found = holdings.of_her(client_id=client_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    context: dict[str, Any] = {"title": "What is held"}
    if not found.tells_who_looked:
        shared = around.of_her(request, client_id, "held", Resource.CLIENT)
        if shared is None:
            return access.not_found(request)
        context = shared
        context["history_href"] = onward.address("herpage:history", request.actor, [client_id])
    else:
        context["erased"] = erased.at_ours(client_id=client_id, by=request.actor)
    return render(request, "herpage/held.html", context | {"held": found})


@page(roles={Role.SUPERVISOR, Role.COORDINATOR}, reads=Resource.CLIENT)
def history(request: Request, client_id: UUID) -> HttpResponse:
    """Every record of hers that was made or changed, for those who answer for it."""
    context = around.of_her(request, client_id, "held", Resource.CLIENT, route="history")
    if context is None:
        return access.not_found(request)
    listing = lists.Listing(request)
    found = histories.of_her(
        client_id=client_id, by=request.actor, offset=listing.offset, limit=listing.per_page
    )
    assert found is not None  # around.of_her has just found her
    listing.count(found.total)
    context |= {"title": "History of her record", "listing": listing, "changes": found.changes}
    return render(request, "herpage/history.html", context)


@page(roles={Role.GOVERNANCE_LEAD})
def find_held(request: Request) -> HttpResponse:
    """The governance lead finds her by the reference that she or her worker gives."""
    form = FindHeld(request.POST or None)
    context: dict[str, Any] = {"title": "Tell a woman what is held of her", "form": form}
    if request.method == "POST":
        if form.is_valid():
            answer = holdings.find(
                typed=form.cleaned_data["reference"],
                reason=form.cleaned_data["reason"],
                by=request.actor,
                at=request.now,
            )
            if answer and answer.id is not None:
                return redirect("herpage:held", answer.id)
            form.add_error("reference", answer.reason)
        return render(request, "herpage/find_held.html", context, status=422)
    return render(request, "herpage/find_held.html", context)
