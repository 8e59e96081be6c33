"""Closing with a second person's signature, follow-up, and coming back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.governance.policy import Resource
from pathways.domain.outcomes import followup
from pathways.domain.support import closure
from pathways.domain.support.reasons import EndReason
from pathways.domain.terms.contact import Channel
from pathways.domain.terms.needs import CAVEAT, Domain, Rung
from pathways.domain.terms.people import Role
from pathways.domain.terms.routes import Route
from pathways.journey import closing, coming_back, follow_up
from pathways.web import access, clock, flow
from pathways.web.access import page
from pathways.web.request import Request
from pathways.web.support import about, forms
from pathways.web.support.contacts import AboutHer

_SIGNATORIES = {Role.SUPERVISOR, Role.COORDINATOR}
_DUE_COLOUR = {
    followup.Status.DUE: "blue",
    followup.Status.DONE: "green",
    followup.Status.NOT_REACHED: "yellow",
    followup.Status.DECLINED: "grey",
}


@page(reads=Resource.CLOSURE)
def after(request: Request, client_id: UUID) -> HttpResponse:
    """Where her episode stands towards its end, her follow-ups, and the way back."""
    person = about.banner(request, client_id)
    before = closing.before(client_id=client_id, by=request.actor, at=request.now)
    if person is None or before is None:
        return access.not_found(request)
    last = closing.of_her(client_id=client_id, by=request.actor, at=request.now)
    due = follow_up.of_her(client_id=client_id, by=request.actor, at=request.now)
    is_coordinator = request.actor.role is Role.COORDINATOR
    may_come_back = is_coordinator and coming_back.may_open(client_id=client_id, by=request.actor)
    context = {
        "title": "Closing and after",
        "person": person,
        "client_id": client_id,
        "tabs": about.tabs(client_id, "after"),
        "before": before,
        "last": last,
        "rows": _closure_rows(last) if last else [],
        "due": [
            {
                "one": one,
                "colour": _DUE_COLOUR[one.status],
                "may_correct": one.status is followup.Status.DONE and request.actor.role in about.ALONGSIDE,
            }
            for one in due
        ],
        "may_close": before.may.allowed and not (is_coordinator and before.is_before_support),
        "may_close_early": before.may.allowed and is_coordinator and before.is_before_support,
        "may_come_back": may_come_back,
        "may_correct": last is not None
        and last.status is closure.Status.SIGNED_OFF
        and request.actor.role in (Role.COORDINATOR, Role.SUPERVISOR),
        "may_sign": last is not None and last.may_sign.allowed,
        "follows_up": request.actor.role in about.ALONGSIDE,
    }
    return render(request, "support/after.html", context)


def _closure_rows(one: closing.Proposed) -> list[dict[str, Any]]:
    return [
        {"key": "How it ends", "value": one.outcome.label},
        {"key": "Why", "value": one.reason.label if one.reason else "", "none": "Not asked"},
        {"key": "Summary", "value": one.summary, "none": "None written"},
        {"key": "Where she can turn to", "value": one.step_down, "none": "None written"},
        {"key": "Exit talk", "value": one.exit_talk, "none": "It was not possible"},
        {"key": "Proposed by", "value": f"{one.proposed_by}, {clock.day(one.proposed_at)}"},
        {"key": "Follow-ups", "value": "3, 6 and 12 months after" if one.follow_ups else "None"},
    ]


@page(roles=about.ALONGSIDE)
class Close(AboutHer):
    """A proposal to close, which somebody else signs off."""

    effect = "decides"
    thing = "close"
    title = "Propose to close"
    steps = (
        flow.Step("how", "How and why does it end?", forms.OutcomeForm),
        flow.Step("after", "What comes after", forms.SummaryForm),
    )
    button = "Send for sign-off"
    leads_to = "after"
    template = "support/close.html"

    def begin(self) -> HttpResponse | None:
        if (stop := super().begin()) is not None:
            return stop
        self.before = closing.before(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        if self.before is None:
            return access.not_found(self.request)
        if not self.before.may and "done" not in self.request.GET:
            messages.info(self.request, self.before.may.reason)
            return redirect(self.back())
        return None

    def context(self) -> dict[str, Any]:
        return {**super().context(), "before": self.before}

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        if step.slug != "how":
            return {}
        return {"outcomes": [one for one in closure.Outcome if one not in closure.BEFORE_SUPPORT]}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        last = self.before.returned if self.before else None
        if last is None:
            return {}
        if step.slug == "how":
            return {"outcome": last.outcome, "reason": last.reason}
        return {"summary": last.summary, "step_down": last.step_down}

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        offered = answers["is_exit_talk_offered"]
        said = closing.propose(
            client_id=self.kwargs["client_id"],
            outcome=answers["outcome"],
            reason=EndReason(answers["reason"]) if answers["reason"] else None,
            summary=answers["summary"],
            step_down=answers["step_down"],
            is_exit_talk_offered=None if offered == "none" else offered,
            by=self.actor,
            at=self.now,
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        return flow.Receipt(
            "Sent for sign-off",
            next=["A supervisor signs it off or returns it to you. Until then her support goes on."],
            href=self.back(),
            onward="Back to her record",
        )


@page(roles={Role.COORDINATOR})
class CloseEarly(AboutHer):
    """An episode that never reached support."""

    effect = "decides"
    thing = "close"
    title = "Close before support began"
    form = forms.CloseEarlyForm
    button = "Close her episode"
    leads_to = "after"

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = closing.close_before_support(
            client_id=self.kwargs["client_id"], **answers, by=self.actor, at=self.now
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        return flow.Receipt("Episode closed", next=said.next, href=self.back(), onward="Back to her record")


@page(roles=_SIGNATORIES)
def sign_offs(request: Request) -> HttpResponse:
    """Closures that wait for a second person."""
    found = closing.waiting(by=request.actor, at=request.now)
    columns = [{"label": "Woman"}, {"label": "How it ends"}, {"label": "Proposed"}, {"label": "By"}]
    rows = [
        {
            "cells": [
                {
                    "text": one.name,
                    "href": reverse("support:sign_off", args=[one.id]),
                    "hint": "" if one.may_sign else "Your own proposal: somebody else signs it off",
                },
                {"text": one.outcome.label},
                {"date": one.proposed_at},
                {"text": one.proposed_by},
            ]
        }
        for one in found
    ]
    return render(
        request,
        "support/sign_offs.html",
        {
            "title": "Sign-offs",
            "columns": columns,
            "rows": rows,
            "tabs": about.team_tabs(request, "sign_offs"),
        },
    )


@page(roles=_SIGNATORIES)
class SignOff(flow.Flow):
    """Sign off, or return with what is still to do."""

    effect = "decides"
    title = "Sign off a closure"
    form = forms.ReturnForm
    check = False
    button = "Return to the worker"
    template = "support/sign_off.html"

    def begin(self) -> HttpResponse | None:
        self.found = closing.one(closure_id=self.kwargs["closure_id"], by=self.actor, at=self.now)
        if self.found is None:
            return access.not_found(self.request)
        if self.request.method == "POST" and self.request.POST.get("_do") == "sign":
            return self._sign()
        return None

    def client_id(self) -> UUID | None:
        return self.found.client_id if self.found else None

    def _sign(self) -> HttpResponse:
        said = closing.sign_off(closure_id=self.kwargs["closure_id"], by=self.actor, at=self.now)
        if not said.allowed:
            return access.refuse(self.request, said)  # type: ignore[arg-type]
        words = " ".join(("Signed off: her episode is closed.", *said.next))
        flow.notice(self.request, words, client_id=self.client_id())
        return redirect("support:sign_offs")

    def context(self) -> dict[str, Any]:
        assert self.found is not None
        return {
            "person": about.banner(self.request, self.found.client_id),  # type: ignore[arg-type]
            "found": self.found,
            "rows": _closure_rows(self.found),
        }

    def back(self) -> str:
        return reverse("support:sign_offs")

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = closing.return_it(
            closure_id=self.kwargs["closure_id"], words=answers["words"], by=self.actor, at=self.now
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        flow.notice(self.request, "Returned to the worker.", client_id=self.client_id())
        return redirect(self.back())


@page(roles=about.ALONGSIDE)
def follow_ups(request: Request) -> HttpResponse:
    """Follow-ups that are due, with how she may be reached."""
    found = follow_up.due(by=request.actor, at=request.now, everything="all" in request.GET)
    return render(
        request,
        "support/follow_ups.html",
        {
            "title": "Follow-ups",
            "found": found,
            "everything": "all" in request.GET,
            "tabs": about.team_tabs(request, "follow_ups"),
        },
    )


@page(roles=about.ALONGSIDE)
class FollowUp(flow.Flow):
    """How she is now; or that she could not be reached, or declined."""

    effect = "decides"
    title = "Follow-up"
    form = forms.FollowUpForm
    button = "Save this follow-up"
    template = "support/follow_up.html"

    def client_id(self) -> UUID | None:
        return self.asked.due.client_id if self.asked else None

    def begin(self) -> HttpResponse | None:
        self.asked = follow_up.one(follow_up_id=self.kwargs["follow_up_id"], by=self.actor, at=self.now)
        if self.asked is None:
            return access.not_found(self.request)
        outcome = self.request.POST.get("_do")
        if self.request.method == "POST" and outcome in ("not_reached", "declined"):
            verb = follow_up.not_reached if outcome == "not_reached" else follow_up.declined
            said = verb(follow_up_id=self.kwargs["follow_up_id"], by=self.actor, at=self.now)
            if not said.allowed:
                return access.refuse(self.request, said)  # type: ignore[arg-type]
            words = "she could not be reached" if outcome == "not_reached" else "she declined"
            flow.notice(self.request, f"Recorded: {words}.", client_id=self.client_id())
            return redirect(self.back())
        return None

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"goals": self.asked.goals if self.asked else ()}

    def context(self) -> dict[str, Any]:
        assert self.asked is not None
        return {
            "person": about.banner(self.request, self.asked.due.client_id),  # type: ignore[arg-type]
            "asked": self.asked,
            "caveat": CAVEAT,
        }

    def back(self) -> str:
        return reverse("support:follow_ups")

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        reached = answers["reached"]
        said = follow_up.record(
            follow_up_id=self.kwargs["follow_up_id"],
            channel=None if reached == "her" else Channel(reached),
            ladder={one: _rung(answers.get(f"need_{one.value}")) for one in Domain},
            goals={
                UUID(name.removeprefix("goal_")): int(value)
                for name, value in answers.items()
                if name.startswith("goal_") and value
            },
            words=answers["words"],
            by=self.actor,
            at=self.now,
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        return flow.Receipt("Follow-up saved", href=self.back(), onward="Back to follow-ups")


def _rung(value: Any) -> Rung | None:
    return Rung(int(value)) if value else None


@page(roles={Role.COORDINATOR})
class ComeBack(AboutHer):
    """A new episode for a woman who comes back."""

    effect = "decides"
    title = "She has come back"
    form = forms.ComeBackForm
    button = "Open a new episode"
    leads_to = "after"

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        herself = answers["how"] == "her"
        said = coming_back.open_again(
            client_id=self.kwargs["client_id"],
            route=Route.SELF if herself else answers["route"],
            is_her_wish=herself or bool(answers["wishes"]),
            is_new_referral=not herself,
            by=self.actor,
            at=self.now,
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        return flow.Receipt(
            "New episode opened",
            next=[
                f"This is her episode {said.data['number']}.",
                "Her safe-contact plan has lapsed: confirm it with her before anything is sent.",
                "She agrees to take part anew, and a worker is given to her.",
            ],
            href=self.back(),
            onward="Back to her record",
        )
