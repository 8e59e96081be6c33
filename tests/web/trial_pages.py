"""Pages that only the tests serve: one for each way of declaring, failing and writing."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from pathways.domain import decision
from pathways.domain.governance.policy import Resource
from pathways.domain.terms.people import Role
from pathways.journey import drafts
from pathways.journey.outcome import done, refusal
from pathways.web import access, flow, forms
from pathways.web.access import page

#: what the verb was called with, each time
CALLS: list[dict[str, Any]] = []


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nobody should see this")


@page(public=True)
def public(request: HttpRequest) -> HttpResponse:
    return HttpResponse("for all")


@page(signed_in=True)
def workers(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.actor.role.label)  # type: ignore[attr-defined]


@page(roles={Role.COORDINATOR})
def coordinators(request: HttpRequest) -> HttpResponse:
    return HttpResponse("for coordinators")


@page(reads=Resource.CASE_NOTE)
def notes(request: HttpRequest) -> HttpResponse:
    return HttpResponse("notes")


@page(signed_in=True)
def refused(request: HttpRequest) -> HttpResponse:
    return access.refuse(request, decision.no("It is closed to you.", ask="the coordinator"))


@page(signed_in=True)
def hidden(request: HttpRequest) -> HttpResponse:
    return access.refuse(request, decision.no("She is not there for you.", hidden=True))


@page(signed_in=True)
def half_done(request: HttpRequest) -> HttpResponse:
    drafts.keep("half", {"a": 1}, request.actor, request.now)  # type: ignore[attr-defined]
    raise RuntimeError("Shanice")


@page(signed_in=True)
def broken_query(request: HttpRequest) -> HttpResponse:
    get_user_model().objects.raw("select nothing from nowhere")[0]
    return HttpResponse()


class Note(forms.PathwaysForm):
    how = forms.Choose(label="How was she seen?", choices=[("met", "In person"), ("rang", "By telephone")])
    text = forms.LongText(label="Note", counted=100)


class More(forms.PathwaysForm):
    safe = forms.YesNo(label="Is she safe?")


class Writes(flow.Flow):
    title = "Record a note"
    form = Note

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        if answers["text"] == "forbidden":
            no = decision.no("She asked for no more contact.", ask="her lead worker")
            return flow.Receipt.of(refusal(no), "No")
        if answers["text"] == "hidden":
            return flow.Receipt.of(refusal(decision.no("Not there.", hidden=True)), "No")
        if answers["text"] == "slow":
            time.sleep(0.3)
        CALLS.append(answers)
        return flow.Receipt.of(done(reference="KW5219ED", next=("A task appears.",)), "Note recorded")


@page(signed_in=True)
class Checked(Writes):
    pass


@page(signed_in=True)
class Straight(Writes):
    check = False


@page(signed_in=True)
class Tasks(Writes):
    as_tasks = True
    steps = (flow.Step("note", "The note", Note), flow.Step("more", "Her safety", More))


urlpatterns = [
    path("", include("pathways.web.urls")),
    path("t/undeclared/", undeclared),
    path("t/public/", public),
    path("t/workers/", workers),
    path("t/coordinators/", coordinators),
    path("t/notes/", notes),
    path("t/refused/", refused),
    path("t/hidden/", hidden),
    path("t/half/", half_done),
    path("t/query/", broken_query),
    path("t/checked/", Checked.as_view(), name="checked"),
    path("t/straight/", Straight.as_view(), name="straight"),
    path("t/tasks/", Tasks.as_view(), name="tasks"),
]
handler500 = "pathways.web.frame.refusals.our_fault"
handler404 = "pathways.web.frame.refusals.not_found"
