"""Her plan: goals in her words, reviews, the needs ladder, and how her contact with a service is going."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.governance.policy import Resource
from pathways.domain.support import engagement, goal
from pathways.domain.support.reasons import EndReason
from pathways.domain.terms.needs import CAVEAT, Domain
from pathways.journey import goals, reviewing
from pathways.web import access, clock, flow
from pathways.web.access import page
from pathways.web.request import Request
from pathways.web.support import about, charts, forms
from pathways.web.support.contacts import AboutHer

_GOAL_COLOUR = {
    goal.Status.OPEN: "blue",
    goal.Status.MET: "green",
    goal.Status.PART: "turquoise",
    goal.Status.NOT_MET: "yellow",
    goal.Status.CHANGED: "grey",
}
_ENGAGEMENT_COLOUR = {
    engagement.Status.NOT_STARTED: "grey",
    engagement.Status.STARTED: "blue",
    engagement.Status.ENGAGED: "green",
    engagement.Status.INTERMITTENT: "yellow",
    engagement.Status.DISENGAGED: "orange",
    engagement.Status.RE_ENGAGED: "turquoise",
}


@page(reads=Resource.GOAL)
def of_her(request: Request, client_id: UUID) -> HttpResponse:
    """Everything she is working towards, and how it goes."""
    person = about.banner(request, client_id)
    found = goals.of_her(client_id=client_id, by=request.actor, at=request.now)
    going = reviewing.of_her(client_id=client_id, by=request.actor, at=request.now)
    if person is None or found is None or going is None:
        return access.not_found(request)
    context = {
        "title": "Plan and goals",
        "person": person,
        "client_id": client_id,
        "tabs": about.tabs(client_id, "plan"),
        "open": [_goal(one) for one in found.open],
        "ended": [_goal(one) for one in found.ended],
        "ladder": _ladder(found.ladder),
        "caveat": CAVEAT,
        "going": going,
        "going_colour": _ENGAGEMENT_COLOUR.get(going.status, "grey") if going.status else "",
        "moves": [
            {
                "label": move.label,
                "href": reverse("support:engagement", args=[client_id, move.action.value]),
                "secondary": True,
            }
            for move in going.moves
        ],
        "may_write": found.may_write,
    }
    return render(request, "support/plan.html", context)


def _goal(one: goals.HerGoal) -> dict[str, Any]:
    values = [(rated.on, rated.value) for rated in one.ratings]
    return {
        "goal": one,
        "colour": _GOAL_COLOUR[one.status],
        "chart": charts.ratings(values),
        "moves": [
            {"label": move.label, "href": reverse("support:settle", args=[one.id, move.action.value])}
            for move in one.moves
        ],
    }


def _ladder(found: goals.Ladder | None) -> dict[str, Any] | None:
    if found is None:
        return None
    rows = []
    for row in found.rows:
        step = row.step
        said = (
            ""
            if step is None
            else "No change"
            if step == 0
            else f"{'Up' if step > 0 else 'Down'} {abs(step)}"
        )
        rows.append(
            {
                "domain": row.domain.label,
                "before": int(row.before) if row.before else "Not asked",
                "after": int(row.after) if row.after else "Not asked",
                "words": row.after.label if row.after else "",
                "step": said,
                "colour": "green" if step and step > 0 else "yellow" if step else "grey",
            }
        )
    return {"found": found, "rows": rows, "change": found.change.change.label}


@page(roles=about.WORKERS)
class SetGoal(AboutHer):
    """Something she wants."""

    title = "Set a goal"
    form = forms.GoalForm
    check = False
    button = "Save this goal"
    template = "support/scales.html"
    leads_to = "plan"

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        domain = answers["domain"]
        said = goals.set_goal(
            client_id=self.kwargs["client_id"],
            words=answers["words"],
            domain=Domain(domain) if domain else None,
            importance=int(answers["importance"]),
            nearness=int(answers["nearness"]),
            target_date=answers["target_date"],
            by=self.actor,
            at=self.now,
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        flow.notice(self.request, "Goal saved.", client_id=self.client_id())
        return redirect(self.back())


class AboutGoal(AboutHer):
    """A form about one goal of hers."""

    leads_to = "plan"

    def begin(self) -> HttpResponse | None:
        self.goal = goals.one(goal_id=self.kwargs["goal_id"], by=self.actor, at=self.now)
        if self.goal is None:
            return access.not_found(self.request)
        self.kwargs = {**self.kwargs, "client_id": self.goal.client_id}
        return super().begin()

    def context(self) -> dict[str, Any]:
        return {**super().context(), "goal": self.goal}


@page(roles=about.WORKERS)
class Rate(AboutGoal):
    """How near a goal feels today."""

    title = "How near does it feel?"
    form = forms.RateForm
    check = False
    button = "Save this rating"
    template = "support/rate.html"

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = goals.rate(
            goal_id=self.kwargs["goal_id"], nearness=int(answers["nearness"]), by=self.actor, at=self.now
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        flow.notice(self.request, "Rating saved.", client_id=self.client_id())
        return redirect(self.back())


@page(roles=about.WORKERS)
def settle(request: Request, goal_id: UUID, action: str) -> HttpResponse:
    """Says what became of a goal, after one look."""
    if action not in {one.value for one in goal.Action}:
        raise Http404
    found = goals.one(goal_id=goal_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    after = reverse("support:plan", args=[found.client_id])
    chosen = goal.Action(action)
    if request.method == "POST":
        said = goals.settle(goal_id=goal_id, action=chosen, by=request.actor, at=request.now)
        if not said.allowed:
            return access.refuse(request, said)  # type: ignore[arg-type]
        flow.notice(request, f"Goal: {chosen.label.lower()}.", client_id=found.client_id)
        return redirect(after)
    context = {
        "title": f"Goal: {chosen.label.lower()}",
        "person": about.banner(request, found.client_id),
        "goal": found,
        "button": chosen.label,
        "back": after,
    }
    return render(request, "support/settle.html", context)


@page(roles=about.WORKERS)
class Review(AboutHer):
    """What has changed since last time."""

    effect = "decides"
    title = "Review her plan"
    form = forms.ReviewForm
    button = "Save this review"
    leads_to = "plan"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"happened_on": clock.local(self.now).date()}

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = reviewing.review_her(client_id=self.kwargs["client_id"], **answers, by=self.actor, at=self.now)
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        due = said.data.get("next_review_on")
        words = f"The next review is on {clock.day(due)}." if due else "No further review is planned."
        return flow.Receipt("Review saved", next=[words], href=self.back(), onward="Back to her plan")


@page(roles=about.WORKERS)
class Engagement(AboutHer):
    """How her contact with this service is going: on and off, disengaged, come back."""

    effect = "decides"
    form = forms.LeavingForm
    check = False
    button = "Save"
    leads_to = "plan"
    title = "How contact is going"

    def begin(self) -> HttpResponse | None:
        if self.kwargs["action"] not in {one.value for one in engagement.Action}:
            raise Http404
        self.action = engagement.Action(self.kwargs["action"])
        if (stop := super().begin()) is not None:
            return stop
        if self.action is engagement.Action.DISENGAGE:
            return None
        return self._without_reason()

    def _without_reason(self) -> HttpResponse:
        if self.request.method == "POST":
            said = reviewing.say_how_it_goes(
                client_id=self.kwargs["client_id"], action=self.action, by=self.actor, at=self.now
            )
            if not said.allowed:
                return access.refuse(self.request, said)  # type: ignore[arg-type]
            flow.notice(self.request, "Saved.", client_id=self.client_id())
            return redirect(self.back())
        context = {"title": self.action.label, "person": self.person, "back": self.back(), "button": "Save"}
        return render(self.request, "support/settle.html", context)

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = reviewing.say_how_it_goes(
            client_id=self.kwargs["client_id"],
            action=self.action,
            reason=EndReason(answers["reason"]),
            by=self.actor,
            at=self.now,
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        words = "Saved: she has disengaged. She can come back at any time."
        flow.notice(self.request, words, client_id=self.client_id())
        return redirect(self.back())
