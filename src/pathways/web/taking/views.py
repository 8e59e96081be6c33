"""Taking in a file: upload, match columns, check without writing, see what is wrong, take in, take back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_POST

from pathways.domain.governance.policy import Resource
from pathways.domain.identification import taking_in as rules
from pathways.domain.identification.taking_in import Action, Kind, Status
from pathways.journey import taking_in
from pathways.web import access, clock, forms, lists
from pathways.web.access import page
from pathways.web.request import Request
from pathways.web.taking import matching

COLOURS = {
    Status.UPLOADED: "yellow",
    Status.CHECKED: "light-blue",
    Status.TAKEN_IN: "green",
    Status.UNDONE: "grey",
    Status.GIVEN_UP: "grey",
    Status.ERASED: "grey",
}
_STEPS = ("Upload", "Match columns", "Check", "Take in")


class AddForm(forms.PathwaysForm):
    """What a file is. The files themselves are read beside it, because there may be several."""

    kind = forms.Choose(label="What is in it?", of=Kind, error="Choose what is in the file")
    system = forms.Text(
        label="Which system does it come from?",
        hint="For example Niche, or the name of your case system. It is kept with everything taken in.",
        required=False,
        width=20,
    )
    handling = forms.Text(
        label="Handling code", hint="As received, for example 2/B/P. Leave it out if there is none.",
        required=False, width=10,
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: tuple[Kind, ...], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        if len(kinds) == 1:
            self.fields["kind"].initial = kinds[0].value


@page(reads=Resource.TAKE_IN)
def listed(request: Request) -> HttpResponse:
    listing = lists.Listing(request)
    lines, total = taking_in.listing(
        by=request.actor, at=request.now, offset=listing.offset, limit=listing.per_page
    )
    listing.count(total)
    kinds = rules.kinds_for(request.actor)
    rows = [
        {
            "cells": [
                {
                    "text": one.kind.label,
                    "href": reverse("taking:show", args=[one.id]) if one.kind in kinds else "",
                    "hint": "; ".join(each for each in (one.system, _shortened(one.names)) if each),
                },
                {"tag": one.status.label, "colour": COLOURS[one.status]},
                {"text": f"{one.accepted:,} of {one.rows:,}", "hint": _hint(one)},
                {"text": clock.moment(one.uploaded_at), "hint": _who(one)},
            ]
        }
        for one in lines
    ]
    context = {
        "title": "Files taken in",
        "listing": listing,
        "rows": rows,
        "columns": [{"label": label} for label in ("What", "Where it stands", "Rows taken in", "When")],
        "may_add": bool(kinds),
    }
    return render(request, "taking/list.html", context)


def _shortened(names: str) -> str:
    return names if len(names) <= 80 else f"{names[:79]}…"


def _who(one: taking_in.Line) -> str:
    return f"{one.uploaded_by}, by command ({one.operator})" if one.operator else one.uploaded_by


def _hint(one: taking_in.Line) -> str:
    said = [f"{one.rejected:,} left out"] if one.rejected else []
    if one.delete_on and one.status is Status.TAKEN_IN:
        said.append(f"goes on {clock.day(one.delete_on)}")
    return ", ".join(said)


@page(creates=Resource.TAKE_IN)
def add(request: Request) -> HttpResponse:
    kinds = rules.kinds_for(request.actor)
    if not kinds:
        return access.refuse(request, rules.may_take_in(Kind.REFERENCE, request.actor))
    form = AddForm(request.POST or None, kinds=kinds)
    if request.method == "POST":
        files = [(_name(each.name), each.read()) for each in request.FILES.getlist("files")]
        if getattr(request, "upload_too_large", False):
            form.add_error(None, f"The files are larger than {rules.MOST_UPLOADED // 1024**2} MB together.")
        elif not files:
            form.add_error(None, "Choose the file, or all the files of one extract.")
        if form.is_valid():
            said = taking_in.receive(
                kind=Kind(form.cleaned_data["kind"]),
                files=files,
                system=form.cleaned_data["system"] or "",
                handling=form.cleaned_data["handling"] or "",
                by=request.actor,
                at=request.now,
            )
            if said and said.id is not None:
                for line in said.next:
                    messages.info(request, line)
                to = "taking:match" if said.data.get("needs_mapping") else "taking:show"
                return redirect(to, take_in_id=said.id)
            form.add_error(None, said.reason)
    context = {
        "title": "Take in a file",
        "form": form,
        "back": reverse("taking:list"),
        "most": rules.MOST_UPLOADED // 1024**2,
        "days": rules.ABANDONED_AFTER_DAYS,
    }
    return render(request, "taking/add.html", context, status=422 if form.errors else 200)


def _name(given: str) -> str:
    """The name of a file without a folder: it is shown, and names the sheet of rows to mend."""
    return given.replace("\\", "/").rsplit("/", 1)[-1][:120]


@page(changes=Resource.TAKE_IN)
def show(request: Request, take_in_id: UUID) -> HttpResponse:
    found = taking_in.page(take_in_id=take_in_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    return _shown(request, found)


def _shown(request: Request, found: taking_in.Page, problem: str = "") -> HttpResponse:
    line = found.line
    rows = [
        {"key": "What is in it", "value": line.kind.label},
        {"key": "Files", "value": found.names, "none": "Gone"},
        {"key": "System", "value": line.system, "none": "Not said"},
        {"key": "Held under", "value": found.regime},
        {"key": "Handling", "value": found.handling, "none": "None received"},
        {"key": "Uploaded", "value": f"{clock.moment(line.uploaded_at)}, {_who(line)}"},
    ]
    if line.taken_in_at:
        rows.append({"key": "Taken in", "value": clock.moment(line.taken_in_at)})
    if line.delete_on:
        rows.append({"key": "Goes on", "value": clock.day(line.delete_on)})
    if line.ended_at:
        rows.append({"key": line.status.label, "value": clock.moment(line.ended_at)})
    context = {
        "title": "A file to take in" if line.taken_in_at is None else "A file taken in",
        "back": reverse("taking:list"),
        "found": found,
        "line": line,
        "colour": COLOURS[line.status],
        "rows": rows,
        "problems": found.problems[:100],
        "not_understood": [one for one, _ in found.values if not one.is_understood],
        "can": {action.value: action in found.moves for action in Action},
        "is_checked": line.status is Status.CHECKED,
        "is_open": line.status in (Status.UPLOADED, Status.CHECKED),
        "problem": problem,
        "steps": _steps(found),
    }
    return render(request, "taking/show.html", context, status=422 if problem else 200)


def _steps(found: taking_in.Page) -> list[dict[str, str]]:
    reached = {Status.UPLOADED: 2 if found.mapping else 1, Status.CHECKED: 3}.get(found.line.status, 4)
    return [
        {"label": label, "state": "done" if place < reached else "now" if place == reached else "next"}
        for place, label in enumerate(_STEPS)
    ]


@page(changes=Resource.TAKE_IN)
def match(request: Request, take_in_id: UUID) -> HttpResponse:
    """Which column is which: guessed or remembered, to be changed here or by a file of somebody else's."""
    found = taking_in.page(take_in_id=take_in_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    problem = ""
    body: dict[str, Any] = found.proposed
    if request.method == "POST":
        uploaded = request.FILES.get("mapping")
        try:
            if uploaded is not None:
                body = matching.from_file(uploaded.name, uploaded.read(1_000_000))
            else:
                body = matching.from_post(request.POST, found)
        except matching.UnusableError as error:
            problem = str(error)
        if not problem:
            said = taking_in.check(
                take_in_id=take_in_id,
                mapping=body,
                name=request.POST.get("name", "")[:80],
                by=request.actor,
                at=request.now,
            )
            if said:
                return redirect("taking:show", take_in_id=take_in_id)
            problem = said.reason
    context = {
        "title": "Match columns",
        "back": reverse("taking:show", args=[take_in_id]),
        "files": matching.files(found, body),
        "how": found.how_mapped if found.mapping else "",
        "why": "" if found.mapping or found.missing else found.how_mapped,
        "lost": _lost(found),
        "changes": found.changes,
        "orders": matching.ORDERS,
        "order": body.get("dates", "day_first"),
        "name": request.POST.get("name") or _name_for(found, body),
        "has_mapping": bool(found.mapping),
        "remembered": taking_in.remembered(kind=found.line.kind, by=request.actor),
        "problem": problem,
        "take_in_id": take_in_id,
    }
    return render(request, "taking/match.html", context, status=422 if problem else 200)


@page(changes=Resource.TAKE_IN)
def values(request: Request, take_in_id: UUID) -> HttpResponse:
    """What an agency's own codes mean: those that were not understood, and how the others were read."""
    found = taking_in.page(take_in_id=take_in_id, by=request.actor, at=request.now)
    if found is None or not found.values or Action.CHECK not in found.moves:
        return access.not_found(request)
    problem = ""
    if request.method == "POST":
        said = taking_in.explain(
            take_in_id=take_in_id,
            meant=matching.meant(request.POST, found),
            name=request.POST.get("name", "")[:80],
            by=request.actor,
            at=request.now,
        )
        if said:
            messages.success(request, "Checked again with what you said: nothing was written.")
            return redirect("taking:show", take_in_id=take_in_id)
        problem = said.reason
    context = {
        "title": "What the values mean",
        "back": reverse("taking:show", args=[take_in_id]),
        "columns": matching.values(found, request.POST),
        "name": request.POST.get("name", _name_for(found, found.mapping)),
        "remembered": taking_in.remembered(kind=found.line.kind, by=request.actor),
        "problem": problem,
        "take_in_id": take_in_id,
    }
    return render(request, "taking/values.html", context, status=422 if problem else 200)


def _name_for(found: taking_in.Page, body: dict[str, Any]) -> str:
    """Under which name it is remembered: that of its system, so that two systems have a mapping each."""
    name = str(body.get("name", ""))
    return found.line.system if name in ("", "guessed", "unnamed") and found.line.system else name


def _lost(found: taking_in.Page) -> list[dict[str, str]]:
    """The columns that are left to choose, each with the question that it is answered at."""
    numbers = {file: number for number, (file, _) in enumerate(found.headings)}
    return [
        {"label": matching.label(column), "file": file, "at": f"column-{numbers[file]}-{column}"}
        for file, _, column in found.missing
        if file in numbers
    ]


@page(changes=Resource.TAKE_IN)
def mapping(request: Request, take_in_id: UUID) -> HttpResponse:
    """The mapping as a file, to be kept or given to another force or provider."""
    found = taking_in.page(take_in_id=take_in_id, by=request.actor, at=request.now)
    if found is None or not found.mapping:
        return access.not_found(request)
    text = json.dumps(found.mapping, indent=1, ensure_ascii=False) + "\n"
    return _attached(f"mapping-{found.line.kind.value}.json", text.encode(), "application/json")


@page(changes=Resource.TAKE_IN)
def rejected(request: Request, take_in_id: UUID, number: int) -> HttpResponse:
    """The user's own rows that were left out, with why and how to mend them."""
    found = taking_in.rejected_file(take_in_id=take_in_id, number=number, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    return _attached(found[0], found[1], "application/octet-stream")


def _attached(name: str, content: bytes, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{get_valid_filename(name) or "rows"}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _press(request: Request, take_in_id: UUID, verb: Callable[..., Any], word: str) -> HttpResponse:
    said = verb(take_in_id=take_in_id, by=request.actor, at=request.now)
    if said:
        messages.success(request, " ".join((f"{word}.", *said.next)))
        return redirect("taking:show", take_in_id=take_in_id)
    if said.hidden:
        return access.refuse(request, said)
    found = taking_in.page(take_in_id=take_in_id, by=request.actor, at=request.now)
    return _shown(request, found, said.reason) if found else access.not_found(request)


@page(changes=Resource.TAKE_IN)
@require_POST
def check(request: Request, take_in_id: UUID) -> HttpResponse:
    return _press(request, take_in_id, taking_in.check, "Checked: nothing was written")


@page(changes=Resource.TAKE_IN)
@require_POST
def take_in(request: Request, take_in_id: UUID) -> HttpResponse:
    return _press(request, take_in_id, taking_in.take_in, "Taken in")


@page(changes=Resource.TAKE_IN)
@require_POST
def undo(request: Request, take_in_id: UUID) -> HttpResponse:
    return _press(request, take_in_id, taking_in.undo, "Taken back")


@page(changes=Resource.TAKE_IN)
@require_POST
def give_up(request: Request, take_in_id: UUID) -> HttpResponse:
    return _press(request, take_in_id, taking_in.give_up, "Given up")
