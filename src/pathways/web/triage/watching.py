"""Triage watching itself, what if another policy were in force, and the public record of how it works."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pathways.analysis import triage_load
from pathways.domain.decision import Decision
from pathways.domain.triage.policy import Malformed, Policy
from pathways.domain.triage.version import differences
from pathways.journey import triage_policy, triage_record, triage_watching, triage_what_if
from pathways.web import access, flow
from pathways.web.access import page
from pathways.web.request import Request
from pathways.web.triage import areas, forms


@page(roles=triage_watching.MAY_SEE)
def watching(request: Request) -> HttpResponse:
    """Overrides and levels by group, agreement, times against the clock, and drift between versions."""
    found = triage_watching.watched(
        by=request.actor, at=request.now, synthetic=settings.PATHWAYS_SYNTHETIC
    )
    if isinstance(found, Decision):
        return access.refuse(request, found)
    return render(
        request,
        "triage/watching.html",
        {
            "title": "How triage goes",
            "areas": areas("watching", request.actor),
            "found": found,
            "observed": [
                f"{one.agreement.observed:.0%}" if one.agreement.observed is not None else ""
                for one in found.compared
            ],
        },
    )


@page(roles=triage_what_if.MAY_SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def what_if(request: Request) -> HttpResponse:
    """Any policy (a version, a draft, a file) against another, over all past decisions."""
    choices = triage_what_if.versions(by=request.actor)
    key, _ = triage_policy.now_in_force(request.now)
    asked = request.POST if request.method == "POST" else request.GET
    first, second = asked.get("from", str(key)), asked.get("to", "")
    problem, found, words = "", None, ("", "")
    before, after = _version(first, request), _version(second, request)
    if request.method == "POST" and (sent := request.FILES.get("file")) is not None:
        try:
            after = triage_policy.from_file(sent.name or "", sent.read(), version_id=key)
        except Malformed as wrong:
            problem = f"{wrong}. Nothing was changed."
    elif request.method == "POST" and getattr(request, "upload_too_large", False):
        problem = "The file is too large for a policy: at most 2.5 MB."
    if not problem and (second or request.method == "POST"):
        if before is None or after is None:
            problem = "Choose both policies, or choose a file for the second."
        else:
            answer = triage_what_if.ask(
                before=before,
                after=after,
                by=request.actor,
                at=request.now,
                synthetic=settings.PATHWAYS_SYNTHETIC,
            )
            if isinstance(answer, Decision):
                problem = answer.reason
            else:
                found = answer
                words = (f"{before.name}, version {before.version}", f"{after.name}, version {after.version}")
    return render(
        request,
        "triage/what_if.html",
        {
            "title": "What if",
            "areas": areas("what_if", request.actor),
            "choices": [(str(one), label) for one, label in choices],
            "first": first,
            "second": second,
            "problem": problem,
            "has_errors": bool(problem),
            "found": found,
            "words": words,
            "says_the_same": found is not None
            and before is not None
            and after is not None
            and not differences(before, after),
            "loads": _loads(found) if found else [],
            "assumptions": triage_load.ASSUMPTIONS,
        },
        status=422 if problem else 200,
    )


def _version(text: str, request: Request) -> Policy | None:
    try:
        key = UUID(text)
    except ValueError:
        return None
    found = triage_policy.page(version_id=key, by=request.actor, at=request.now)
    return found.policy if found else None


def _loads(found: Any) -> list[tuple[Any, str, str]]:
    return [
        (
            line,
            triage_load.wait_words(line.before, line.places),
            triage_load.wait_words(line.after, line.places),
        )
        for line in found.loads
    ]


@page(signed_in=True)
def record(request: Request) -> HttpResponse:
    """How a level is suggested, as it would be published: open to everybody who works here."""
    sections, (heads, rows) = triage_record.shown(request.now)
    return render(
        request,
        "triage/record.html",
        {
            "title": "How a level of support is suggested",
            "areas": areas("record", request.actor),
            "sections": sections,
            "incomplete": triage_record.incomplete(sections),
            "may_fill": bool(triage_record.may_fill(request.actor)),
            "columns": [{"label": one} for one in heads],
            "rows": [{"cells": [{"text": cell} for cell in row]} for row in rows],
        },
    )


@page(roles=triage_record.MAY_FILL)
class FillIn(flow.Flow):
    """What only the programme knows of its public record, by whoever publishes it."""

    effect = "changes"
    is_shared = True
    title = "Fill in the public record"
    form = forms.FillIn
    check = False
    button = "Save"
    template = "triage/fill_in.html"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"asked": triage_record.FIELDS}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {one.key: one.words for one in triage_record.filled()}

    def context(self) -> dict[str, Any]:
        labels = {key: label for key, label, _ in triage_record.FIELDS}
        return {"filled": [(labels[one.key], one) for one in triage_record.filled()]}

    def back(self) -> str:
        return reverse("triage:record")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = triage_record.fill(words=answers, by=self.actor, at=self.now)
        return flow.Receipt.of(said, "Public record saved", href=self.back(), onward="Back to the record")


@page(signed_in=True)
def record_file(request: Request, kind: str) -> HttpResponse:
    """The public record as a file."""
    if kind not in triage_record.KINDS:
        return access.not_found(request)
    content = triage_record.as_file(kind, request.now)
    response = HttpResponse(content, content_type=triage_record.KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="triage-record.{kind}"'
    return response
