"""What she was told of how her record may be used, what she answered, and a conviction or caution."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from pathways.domain.evaluation.justice_lab import Disposal, DisposalKind, DisposalSource, Heard
from pathways.domain.governance.policy import Resource
from pathways.journey import told
from pathways.web import access, clock, flow, forms
from pathways.web.access import page
from pathways.web.reach import frame
from pathways.web.request import Request


@page(roles=frame.HERS, reads=Resource.TOLD)
def shown(request: Request, client_id: UUID) -> HttpResponse:
    found = told.page(client_id=client_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    answers = [
        {
            "cells": [
                {"text": clock.day(one.on_date), "hint": f"Recorded by {one.by}"},
                {"text": one.answer.label, "hint": one.words},
                {"text": f"Version {one.version}" if one.version else "", "hint": _names(one)},
            ]
        }
        for one in found.answers
    ]
    return render(
        request,
        "reach/told.html",
        {
            "title": "What she was told",
            **frame.around(found.person, request.actor, "told"),
            "found": found,
            "state": _state(found),
            "answers": answers,
            "columns": [{"label": "Day"}, {"label": "What she said"}, {"label": "Privacy notice"}],
            "disposals": [(one, _disposal(one)) for one in found.disposals or ()],
        },
    )


def _names(one: told.Answered) -> str:
    if not one.version:
        return ""
    return "Names the Justice Data Lab" if one.is_named else "Does not name the Justice Data Lab"


def _state(found: told.Page) -> str:
    now = found.now
    if now.is_objected:
        return "She objects: her name goes into no submission to the Justice Data Lab."
    if now.told is None:
        return "She was given no privacy notice that names the Justice Data Lab, so she is in no submission."
    said = "and agreed" if now.is_agreed else "and has not objected"
    return f"She was told by version {now.told.version} on {clock.day(now.told.on)}, {said}."


def _disposal(one: told.Known) -> list[dict[str, Any]]:
    days = [("Convicted or cautioned", one.disposal.convicted_date), ("Released", one.disposal.released_date)]
    rows = [{"key": said, "value": clock.day(day)} for said, day in days if day]
    return [*rows, {"key": "Known from", "value": f"{one.source.label}; recorded by {one.by}"}]


@page(changes=Resource.DISPOSAL)
@require_POST
def take_out(request: Request, disposal_id: UUID) -> HttpResponse:
    said = told.take_out_disposal(disposal_id=disposal_id, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    messages.success(request, "Taken out. It counts no more.")
    return redirect("reach:told", said.data["client_id"])


# --- the forms ----------------------------------------------------------------------------------------


class ToldForm(forms.PathwaysForm):
    answer = forms.Choose(
        label="What did she say?",
        of=Heard,
        hints={
            Heard.TOLD: "She has the notice and understands it",
            Heard.AGREED: "She said yes to this use. It also ends an objection that she made before",
            Heard.OBJECTED: "She can object at any time, and need not say why",
        },
        error="Select what she said",
    )
    notice = forms.Pick(
        label="Which version of the privacy notice was she given?",
        hint="Leave it empty only when she objects.",
        choices=[],
        required=False,
    )
    on_date = forms.Date(label="On which day?", span=forms.Span.HAPPENED)
    words = forms.LongText(label="What she said about it, in her words", rows=3, required=False)

    def __init__(self, *args: Any, notices: tuple[told.Notice, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [
            (
                str(one.id),
                f"Version {one.version}, since {clock.day(one.from_date)}"
                + ("" if one.names_lab else " (does not name the Justice Data Lab)"),
            )
            for one in notices
        ]
        self.fields["notice"].choices = [("", "Choose"), *chosen]  # type: ignore[attr-defined]


class DisposalForm(forms.PathwaysForm):
    kind = forms.Choose(label="What is known?", of=DisposalKind, error="Select what is known")
    convicted_date = forms.Date(
        label="Day of the conviction or caution",
        hint="Leave it empty where there is none.",
        required=False,
        span=forms.Span.ANY,
    )
    released_date = forms.Date(
        label="Day of release, if she was in custody",
        hint="Leave it empty while she is still there.",
        required=False,
        span=forms.Span.ANY,
    )
    source = forms.Choose(label="Where is this known from?", of=DisposalSource, error="Select where from")


class _OfHer(flow.Flow):
    found: told.Page

    def begin(self) -> HttpResponse | None:
        found = told.page(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def context(self) -> dict[str, Any]:
        return {"person": frame.about(self.found.person)}

    def back(self) -> str:
        return reverse("reach:told", args=[self.kwargs["client_id"]])


@page(roles=frame.HERS, creates=Resource.TOLD)
class Record(_OfHer):
    title = "Record what she was told"
    form = ToldForm
    button = "Record it"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"notices": told.notices()}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = told.tell(
            client_id=self.kwargs["client_id"],
            answer=answers["answer"],
            notice_id=UUID(answers["notice"]) if answers.get("notice") else None,
            on_date=answers["on_date"],
            words=answers.get("words") or "",
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Recorded", href=self.back(), onward="See what she was told")


@page(roles=frame.HERS, creates=Resource.DISPOSAL)
class KeepDisposal(_OfHer):
    title = "Record a conviction or caution"
    form = DisposalForm
    button = "Record it"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = told.keep_disposal(
            client_id=self.kwargs["client_id"],
            disposal=Disposal(answers["kind"], answers.get("convicted_date"), answers.get("released_date")),
            source=answers["source"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Recorded", href=self.back(), onward="See what she was told")
