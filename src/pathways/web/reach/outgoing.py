"""Pages of what is written to her."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.terms.contact import Purpose
from pathways.journey import her, outgoing
from pathways.web import access, flow
from pathways.web.access import page
from pathways.web.reach import frame
from pathways.web.reach.forms import WriteForm
from pathways.web.request import Request


@page(roles=frame.ALONGSIDE)
def listed(request: Request, client_id: UUID) -> HttpResponse:
    by, at = request.actor, request.now
    person = her.banner(client_id=client_id, by=by, at=at)
    if person is None:
        return access.not_found(request)
    written = outgoing.written(client_id=client_id, by=by, at=at)
    ways = outgoing.ways(client_id=client_id, purpose=Purpose.APPOINTMENT, by=by, at=at)
    is_open = any(way.answer for way in ways)
    known = [way for way in ways if way.answer or way.to]
    return render(
        request,
        "reach/messages.html",
        {
            "title": "Messages to her",
            **frame.around(person, by, "messages"),
            "written": written,
            "ways": known,
            "is_open": is_open,
            "why": "" if is_open else next((way.answer.reason for way in known or ways), ""),
            "what_to_do": "" if is_open else outgoing.what_to_do(client_id, at, by),
        },
    )


@page(roles=frame.ALONGSIDE)
class Write(flow.Flow):
    title = "Write to her"
    form = WriteForm
    check = False
    button = "Check it against her plan"
    template = "reach/write.html"

    def begin(self) -> HttpResponse | None:
        self.person = her.banner(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        return None if self.person else access.not_found(self.request)

    def context(self) -> dict[str, Any]:
        given = {"client_id": self.kwargs["client_id"], "by": self.actor, "at": self.now}
        ways = outgoing.ways(purpose=Purpose.APPOINTMENT, **given)
        return {
            "person": frame.about(self.person) if self.person else None,
            "ways": [way for way in ways if way.answer],
            "what_to_do": outgoing.what_to_do(self.kwargs["client_id"], self.now, self.actor),
        }

    def back(self) -> str:
        return reverse("reach:messages", args=[self.kwargs["client_id"]])

    def do(self, answers: dict[str, Any]) -> HttpResponse:
        said = outgoing.write(client_id=self.kwargs["client_id"], **answers, by=self.actor, at=self.now)
        if not said.allowed:
            raise flow.Refused(said)
        words = "Her plan allows it. Send it by hand now, then tick it off below."
        flow.notice(self.request, words, client_id=self.kwargs["client_id"])
        return redirect("reach:messages", self.kwargs["client_id"])


@page(roles=frame.ALONGSIDE)
def sent(request: Request, message_id: UUID) -> HttpResponse:
    """It has been sent by hand: one button."""
    if request.method != "POST":
        return access.not_found(request)
    said = outgoing.mark_sent(message_id=message_id, by=request.actor, at=request.now)
    if said.hidden:
        return access.refuse(request, said)
    if said.allowed:
        flow.notice(request, "Ticked off as sent.", client_id=said.data["client_id"])
    else:
        messages.error(request, f"Do not send it. {said.reason}")
    return redirect("reach:messages", said.data["client_id"])
