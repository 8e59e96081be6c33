"""Police contact before and after, for the evaluation: what the file would hold, and the file itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from pathways.domain.decision import Decision
from pathways.domain.terms import clocks
from pathways.journey import police_records
from pathways.web import access, considering
from pathways.web.access import page
from pathways.web.considering import forms
from pathways.web.evaluate import parts
from pathways.web.request import Request


@page(roles=police_records.READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def drawn(request: Request) -> HttpResponse:
    """Choose the extract and for whom; see what the file would hold; take it out."""
    start = police_records.start(by=request.actor, at=request.now)
    if isinstance(start, Decision):
        return access.refuse(request, start)
    action = request.POST.get("action", "") if request.method == "POST" else ""
    form = forms.PoliceRecordsForm(
        request.POST if action else None,
        extracts=[(str(key), words) for key, words in start.extracts],
        recipients=[(str(key), words) for key, words in start.recipients],
    )
    form.limit_days(today=clocks.local(request.now).date())
    result: police_records.Shown | None = None
    problem = ""
    if action and form.is_valid():
        wanted = _wanted(form.cleaned_data)
        if action == "take":
            said = police_records.take_out(wanted=wanted, by=request.actor, at=request.now)
            if said:
                return parts.attached(said.data["name"], said.data["content"])
            problem = said.reason
        else:
            found = police_records.shown(wanted=wanted, by=request.actor, at=request.now)
            if isinstance(found, Decision):
                problem = found.reason
            else:
                result = found
    has_errors = bool(problem or form.errors)
    context = {
        "title": "Police contact, for the evaluation",
        "areas": considering.areas("police_records", request.actor),
        "start": start,
        "form": form,
        "result": result,
        "rows": _rows(result) if result is not None else [],
        "headings": ", ".join(police_records.COLUMNS),
        "problem": problem,
        "has_errors": has_errors,
    }
    return render(request, "considering/police_records.html", context, status=422 if has_errors else 200)


def _wanted(given: dict[str, Any]) -> police_records.Wanted:
    return police_records.Wanted(
        UUID(given["extract"]),
        given["whole_from"],
        given["whole_to"],
        int(given["months"]),
        UUID(given["to"]),
    )


def _rows(found: police_records.Shown) -> list[tuple[str, str]]:
    rows = [
        ("Women whom your force handed to the programme", str(found.women)),
        ("Of these, with records whole over both stretches", str(found.counted)),
        *((words, str(n)) for words, n in found.left_out),
        ("Records as suspect", str(found.suspect)),
        ("Records as victim", str(found.victim)),
    ]
    if found.not_shared:
        rows.append(("Records left out for their handling code", str(found.not_shared)))
    if found.undated:
        rows.append(("Records left out because they have no day", str(found.undated)))
    if found.handling:
        rows.append(("How the extract may be handled", found.handling))
    return [*rows, ("For", found.to), ("Under the agreement", found.agreement)]
