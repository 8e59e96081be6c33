"""A file without names beside the programme: bring it, choose its columns, read what may be said."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pathways.domain.decision import Decision
from pathways.journey import bringing, costing, pricing
from pathways.journey.bringing import Purpose
from pathways.web import access
from pathways.web.access import page
from pathways.web.evaluate import forms, parts
from pathways.web.request import Request


@page(roles=bringing.MAY_BRING)
@require_http_methods(["GET", "HEAD", "POST"])
def comparison(request: Request) -> HttpResponse:
    return _page(
        request, Purpose.COMPARISON, "comparison", "evaluate/comparison.html", forms.CompareForm, _compared
    )


@page(roles=bringing.MAY_BRING)
@require_http_methods(["GET", "HEAD", "POST"])
def police_contact(request: Request) -> HttpResponse:
    return _page(
        request, Purpose.POLICE_CONTACT, "police_contact", "evaluate/police_contact.html",
        forms.PoliceContactForm, _counted,
    )  # fmt: skip


def _page(
    request: Request, purpose: Purpose, tab: str, template: str, columns: type[Any], answer: Any
) -> HttpResponse:
    action = request.POST.get("action", "") if request.method == "POST" else ""
    found = bringing.brought(purpose=purpose, by=request.actor)
    bring = forms.BringForm(request.POST, request.FILES) if action == "bring" else forms.BringForm()
    if action == "bring":
        if getattr(request, "upload_too_large", False):
            bring.add_error("file", "The file is too large: at most 2.5 MB")
        elif bring.is_valid():
            sent = bring.cleaned_data["file"]
            said = bringing.bring(
                purpose=purpose, name=sent.name, content=sent.read(), source=bring.cleaned_data["source"],
                by=request.actor, at=request.now,
            )  # fmt: skip
            if said:
                messages.success(
                    request, "The file is here, sealed and for you alone. Say what its columns are."
                )
                return redirect(f"evaluate:{tab}")
            bring.add_error("file", said.reason)
    elif action == "take_away":
        said = bringing.take_away(purpose=purpose, by=request.actor, at=request.now)
        if not said:
            return access.refuse(request, said)
        messages.success(request, "The file is gone.")
        return redirect(f"evaluate:{tab}")
    elif action == "forget" and purpose is Purpose.POLICE_CONTACT:
        said = bringing.forget_police_contact(by=request.actor, at=request.now)
        if not said:
            return access.refuse(request, said)
        messages.success(request, "The figures are out of the measures and the report.")
        return redirect(f"evaluate:{tab}")
    form, result, problem = None, None, ""
    if found is not None:
        more = {"prices": _prices(request)} if purpose is Purpose.COMPARISON else {}
        is_asked = action in ("count", "keep")
        form = columns(request.POST if is_asked else None, columns=found.columns, **more)
        if is_asked and form.is_valid():
            said = answer(form.cleaned_data, found, request)
            if isinstance(said, Decision):
                problem = said.reason
            else:
                result = said
                if action == "keep" and purpose is Purpose.POLICE_CONTACT:
                    kept = bringing.keep_police_contact(
                        **_police_columns(form.cleaned_data), by=request.actor, at=request.now
                    )
                    if kept:
                        messages.success(request, "The figures are kept: measures M36 and M41 read them.")
                        return redirect("evaluate:police_contact")
                    problem = kept.reason
                elif action == "keep":
                    kept = _kept(form.cleaned_data, found, request)
                    if kept:
                        messages.success(request, f"Finding {kept.reference} is kept. Put a price to it.")
                        return redirect("evaluate:costs")
                    problem = kept.reason
    elif action in ("count", "keep"):
        problem = "There is no file to count: bring one first."
    has_errors = bool(problem or bring.errors or (form is not None and form.errors))
    context = {
        "title": purpose.label,
        "tabs": parts.tabs(tab, request.actor),
        "found": found,
        "bring": bring,
        "columns": form,
        "form": bring if bring.errors else form,  # whose errors the summary lists
        "result": result,
        "keep": _may_keep(purpose, result),
        "kept": bringing.contact_kept(by=request.actor) if purpose is Purpose.POLICE_CONTACT else None,
        "problem": problem,
        "has_errors": has_errors,
    }
    return render(request, template, context, status=422 if has_errors else 200)


def _kept(given: dict[str, Any], found: bringing.Brought, request: Request) -> Any:
    """Keeps the finding, which is reckoned anew under the rule of each audience."""
    told = bringing.compare_for_all(asked=_asked(given, found, request), by=request.actor)
    if isinstance(told, Decision):
        return told
    return costing.keep_finding(told=told, by=request.actor, at=request.now)


def _compared(given: dict[str, Any], found: bringing.Brought, request: Request) -> Any:
    return bringing.compare(asked=_asked(given, found, request), by=request.actor)


def _asked(given: dict[str, Any], found: bringing.Brought, request: Request) -> bringing.Asked:
    dates = None
    if given["start"]:
        dates = bringing.Dates(given["start"], given["event"], given["until"])
    usable = dict(pricing.usable(by=request.actor))
    return bringing.Asked(
        given["treated"], given["outcome"], tuple(given["known"]), given["kind"], found.source,
        tuple(given["exact"]), given["ratio"], given["caliper"], bool(given["replace"]), dates,
        usable.get(given["price"] or ""), given["cost"], bool(given["in_rounds"]),
    )  # fmt: skip


def _prices(request: Request) -> list[tuple[str, str]]:
    return [
        (code, f"{one.item}, {one.per}: £{one.central:,.0f} ({one.year})")
        for code, one in pricing.usable(by=request.actor)
    ]


def _may_keep(purpose: Purpose, result: Any) -> str:
    """The words on the button that keeps what was counted; nothing where there is nothing to keep."""
    if result is None:
        return ""
    if purpose is Purpose.POLICE_CONTACT:
        return "Keep these figures for the measures"
    return "Keep this finding for the costs" if result.fewer is not None else ""


def _counted(given: dict[str, Any], found: bringing.Brought, request: Request) -> Any:
    return bringing.police_contact_of(**_police_columns(given), by=request.actor)


def _police_columns(given: dict[str, Any]) -> dict[str, Any]:
    columns = bringing.Columns(
        given["woman"], given["start"], given["until"], given["which"], given["on"], given["offence"] or ""
    )
    return {"columns": columns, "months": int(given["months"])}
