"""The inbox of each role, one message, and what can be done with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from pathways.domain.terms import references
from pathways.domain.terms.people import Role
from pathways.journey import messages, stopping
from pathways.web import access, flow
from pathways.web.access import page
from pathways.web.messages.forms import FromPoliceForm, PassOnForm, ReplyForm
from pathways.web.reach import frame
from pathways.web.request import Request

_READERS = {
    Role.POLICE_SPOC,
    Role.POLICE_ANALYST,
    Role.COORDINATOR,
    Role.SUPPORT_WORKER,
    Role.PROVIDER_WORKER,
    Role.SUPERVISOR,
}
_TITLES = {
    "police": "From police, for the coordinator",
    "passed_on": "From the coordinator",
    "stop": "Stop all contact",
    "resume": "Contact may start again",
    "reply": "Answer",
    "return": "Return of a condition",
}
_COLOURS = {"stop": "red", "resume": "green", "police": "blue", "return": "turquoise"}


@page(roles=_READERS)
def listed(request: Request) -> HttpResponse:
    tab = "sent" if request.GET.get("tab") == "sent" else "in"
    lines = messages.inbox(by=request.actor, at=request.now, tab=tab)
    rows = [{"cells": _cells(line)} for line in lines]
    return render(
        request,
        "messages/list.html",
        {
            "title": "Messages",
            "tabs": [
                {"label": "Received", "href": "?", "current": tab == "in"},
                {"label": "Sent by you", "href": "?tab=sent", "current": tab == "sent"},
            ],
            "columns": [{"label": label} for label in ("Message", "About", _other(tab), "When", "State")],
            "rows": rows,
            "tab": tab,
        },
    )


def _other(tab: str) -> str:
    return "To" if tab == "sent" else "From"


def _cells(line: messages.Line) -> list[dict[str, Any]]:
    if line.read_at:
        state = {"text": "Passed on" if line.is_passed_on else "Read"}
    else:
        state = {
            "tag": "Not read yet" if line.is_mine else "New",
            "colour": "grey" if line.is_mine else "yellow",
        }
    return [
        {"text": _TITLES[line.kind.value], "href": reverse("messages:read", args=[line.id])},
        {"text": references.spaced(line.reference) if line.reference else "–"},
        {"text": line.other},
        {"date": line.at},
        state,
    ]


@page(roles=_READERS)
def one(request: Request, message_id: UUID) -> HttpResponse:
    by, at = request.actor, request.now
    if request.method == "POST":
        said = _act(request, message_id)
        if said is None or said.hidden:
            return access.refuse(request, said) if said else access.not_found(request)
        if said.allowed:
            notices.success(request, " ".join(said.next) or "Done.")
        else:
            notices.error(request, said.reason)
        return redirect("messages:read", message_id)
    found = messages.read(message_id=message_id, by=by, at=at)
    if found is None:
        return access.not_found(request)
    return render(
        request,
        "messages/read.html",
        {
            "title": _TITLES[found.kind.value],
            "found": found,
            "person": frame.about(found.person) if found.person else None,
            "answers": list(messages.Answer),
            "back": reverse("messages:list"),
            "is_stop": found.kind.value == "stop",
        },
    )


def _act(request: Request, message_id: UUID) -> Any:
    """The one button that was pressed."""
    given: dict[str, Any] = {"message_id": message_id, "by": request.actor, "at": request.now}
    match request.POST.get("do"):
        case "acknowledge":
            return stopping.acknowledge(**given)
        case "keep":
            return messages.keep(**given)
        case "read":
            return messages.mark_read(**given)
        case str(said) if said in list(messages.Answer):
            return messages.answer_police(answer=messages.Answer(said), **given)
    return None


class _OfMessage(flow.Flow):
    check = False

    def begin(self) -> HttpResponse | None:
        self.found = messages.read(message_id=self.kwargs["message_id"], by=self.actor, at=self.now)
        return None if self.found else access.not_found(self.request)

    def context(self) -> dict[str, Any]:
        person = self.found.person if self.found else None
        return {"person": frame.about(person) if person else None, "found": self.found}

    def back(self) -> str:
        return reverse("messages:read", args=[self.kwargs["message_id"]])

    def client_id(self) -> UUID | None:
        return self.found.person.client_id if self.found and self.found.person else None

    def sent(self, title: str, said: Any) -> flow.Receipt:
        if not said.allowed:
            raise flow.Refused(said)
        return flow.Receipt(
            title, reference=said.reference, next=said.next, href=reverse("messages:list"), onward="Messages"
        )


@page(roles={Role.COORDINATOR})
class PassOn(_OfMessage):
    effect = "decides"
    title = "Pass on to her worker"
    form = PassOnForm
    button = "Pass it on"
    template = "messages/pass_on.html"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"workers": self.found.workers if self.found else ()}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = messages.pass_on(
            message_id=self.kwargs["message_id"],
            worker_id=UUID(answers["worker"]),
            words=answers["words"],
            by=self.actor,
            at=self.now,
        )
        return self.sent("Passed on", said)


@page(roles=_READERS - {Role.POLICE_SPOC, Role.POLICE_ANALYST})
class Reply(_OfMessage):
    title = "Answer"
    form = ReplyForm
    button = "Send the answer"
    template = "messages/pass_on.html"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = messages.reply(
            message_id=self.kwargs["message_id"], words=answers["words"], by=self.actor, at=self.now
        )
        return self.sent("Answer sent", said)


@page(roles={Role.POLICE_SPOC, Role.POLICE_ANALYST})
class FromPolice(flow.Flow):
    title = "Write to the coordinator"
    form = FromPoliceForm
    check = False
    button = "Send to the coordinator"

    def back(self) -> str:
        try:
            return reverse("police:consideration", args=[self.kwargs["consideration_id"]])
        except NoReverseMatch:
            return reverse("messages:list")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = messages.from_police(
            consideration_id=self.kwargs["consideration_id"], **answers, by=self.actor, at=self.now
        )
        if not said.allowed:
            raise flow.Refused(said)
        return flow.Receipt(
            "Sent to the coordinator",
            reference=said.reference,
            next=said.next,
            href=reverse("messages:list"),
            onward="Messages",
        )
