"""Pages of her safe-contact plan."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.reach.plan import Status
from pathways.domain.terms.contact import Channel
from pathways.domain.workflow import words
from pathways.journey import contact_plan
from pathways.web import access, flow
from pathways.web.access import page
from pathways.web.reach import forms, frame
from pathways.web.request import Request


@page(roles=frame.ALONGSIDE)
def shown(request: Request, client_id: UUID) -> HttpResponse:
    by, at = request.actor, request.now
    found = contact_plan.page(client_id=client_id, by=by, at=at)
    if found is None:
        return access.not_found(request)
    status = found.status
    colours = {"provisional": "yellow", "confirmed": "green", "lapsed": "red", "not_safe": "red"}
    return render(
        request,
        "reach/plan.html",
        {
            "title": "Safe contact",
            **frame.around(found.person, by, "plan"),
            "found": found,
            "status_words": _said(status),
            "status_colour": colours.get(status.value if status else "", "grey"),
            "rows": rows(found),
            "is_provisional": status is Status.PROVISIONAL,
            "is_not_safe": status is Status.NOT_SAFE,
            "may_repeat": found.can_write
            and found.confirmed_at is not None
            and status is not Status.NOT_SAFE,
        },
    )


def _said(status: Status | None) -> str:
    if status is None:
        return "None"
    return "Confirmed" if status is Status.CONFIRMED else words(status)


def rows(found: contact_plan.Page) -> list[dict[str, Any]]:
    """The plan as rows, without what was left empty."""
    ways = found.ways
    if ways is None:
        return []
    times = tuple(window.label for window in ways.windows) or (
        ("At any time",) if ways.is_any_time else ("No time agreed",)
    )
    pairs: list[tuple[str, Any]] = [
        ("How", tuple(channel.label for channel in Channel if channel in ways.channels)),
        ("Never", tuple(channel.label for channel in Channel if channel not in ways.channels)),
        ("When", times),
        ("Say you are", ways.say),
        ("Ask for", ways.alias),
        ("Code word", ways.code_word),
        ("Must not know", ways.must_not_know),
        ("Telephone", ways.telephone),
        ("E-mail", ways.email),
        ("Letters to", tuple(ways.letters_to.splitlines())),
        ("A person she trusts", ways.safe_person),
        ("Language", ways.language),
        ("Interpreter", "Needed" if ways.needs_interpreter else ""),
        ("Note", ways.note),
    ]
    return [
        {"key": key, "values": value if isinstance(value, tuple) else (value,)}
        for key, value in pairs
        if value
    ]


@page(roles=frame.HERS)
def again(request: Request, client_id: UUID) -> HttpResponse:
    """All of it still holds: one button."""
    if request.method == "POST":
        said = contact_plan.confirm_again(client_id=client_id, by=request.actor, at=request.now)
        if not said.allowed:
            return access.refuse(request, said)
        flow.notice(request, "Confirmed with her today.", client_id=client_id)
    return redirect("reach:plan", client_id)


class _OfPlan(flow.Flow):
    def begin(self) -> HttpResponse | None:
        self.found = contact_plan.page(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        return None if self.found else access.not_found(self.request)

    def context(self) -> dict[str, Any]:
        return {"person": frame.about(self.found.person)} if self.found else {}

    def back(self) -> str:
        return reverse("reach:plan", args=[self.kwargs["client_id"]])

    def receipt(self, title: str, said: Any) -> flow.Receipt:
        if not said.allowed:
            raise flow.Refused(said)
        return flow.Receipt(title, next=said.next, href=self.back(), onward="See how she may be reached")


@page(roles=frame.HERS)
class Confirm(_OfPlan):
    effect = "changes"
    is_shared = True
    title = "Safe contact, confirmed with her"
    steps = (
        flow.Step("how", "How she may be reached", forms.WaysForm),
        flow.Step("when", "When she may be reached", forms.WhenForm),
        flow.Step("words", "What to say, and who must not know", forms.WordsForm),
    )
    button = "She confirms this plan"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        ways = self.found.ways if self.found else None
        if ways is None or self.found is None or self.found.confirmed_at is None:
            return {}
        if step.slug == "how":
            where = ("telephone", "email", "letters_to", "safe_person")
            return {"channels": sorted(ways.channels), **{name: getattr(ways, name) for name in where}}
        if step.slug == "words":
            names = ("say", "alias", "code_word", "language", "needs_interpreter", "note")
            given = {name: getattr(ways, name) for name in names}
            return {**given, "must_not_know": "\n".join(ways.must_not_know)}
        return _times(ways)

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = contact_plan.confirm(
            client_id=self.kwargs["client_id"], ways=forms.ways(answers), by=self.actor, at=self.now
        )
        return self.receipt("Her plan is confirmed", said)


def _times(ways: contact_plan.Ways) -> dict[str, Any]:
    """Windows back into the two groups of days that the form asks for."""
    if ways.is_any_time:
        return {"any_time": "any"}
    groups: dict[tuple[Any, Any], list[str]] = {}
    for window in ways.windows:
        groups.setdefault((window.start, window.until), []).append(str(int(window.day)))
    found: dict[str, Any] = {"any_time": "times"}
    for (start, until), days, prefix in zip(groups, groups.values(), ("", "other_"), strict=False):
        found |= {f"{prefix}days": days, f"{prefix}start": start, f"{prefix}until": until}
    return found


@page(roles=frame.ALONGSIDE)
class Changed(_OfPlan):
    effect = "decides"
    is_shared = True
    thing = "plan"
    title = "Something has changed"
    form = forms.ChangedForm
    check = False
    button = "Stop contact until she confirms again"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = contact_plan.mark_changed(
            client_id=self.kwargs["client_id"], change=answers["change"], by=self.actor, at=self.now
        )
        return self.receipt("Her plan has lapsed", said)


@page(roles=frame.HERS)
class NotSafe(_OfPlan):
    effect = "decides"
    is_shared = True
    thing = "plan"
    title = "There is no safe way to reach her"
    form = forms.NotSafeForm
    check = False
    button = "Let nobody contact her"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = contact_plan.mark_not_safe(
            client_id=self.kwargs["client_id"], reason=answers["reason"], by=self.actor, at=self.now
        )
        return self.receipt("Nobody contacts her", said)
