"""The instruments of the site: the list, each in full, on and off, its wording, one's own form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.identification import taking_in as rules
from pathways.domain.identification.taking_in import Kind
from pathways.domain.outcomes import in_use, instrument
from pathways.domain.outcomes.in_use import Status
from pathways.domain.outcomes.instrument import Instrument
from pathways.journey import instruments
from pathways.web import access, clock, flow
from pathways.web.access import page
from pathways.web.instruments import forms
from pathways.web.request import Request

_COLOURS = {Status.ON: "green", Status.OFF: "grey"}

#: what is on from the start, and what it says of itself
OURS = (
    ("Her own goals, 0 to 10", "How near she feels to each, in her own words. Ours, not validated."),
    (
        "Needs ladder, 1 to 5",
        "Eleven parts of her life, at every assessment and follow-up. Ours, not validated.",
    ),
)
#: what may stand beside questions in the owner's words
HALF_OURS = (
    "What stands above them or the answers to choose from are short labels of our own. Where the licence "
    "allows no change, load those too, or let her answer on the owner’s paper and type it in."
)
#: what is kept as a result only, and why
RESULTS_ONLY = (
    (
        "DASH and DARA",
        "Their text belongs to SafeLives and the College of Policing: the result is kept, no question.",
    ),
    ("OASys and OGRS", "Reckoned where her criminal record is: the result is kept, no question."),
)


def _not_police(actor: Any) -> Decision:
    """A supervisor of police holds the same role as one of a charity."""
    return decision.no("Instruments are for those who support her.") if actor.is_police else decision.yes()


@page(roles=instruments.SEEN_BY, when=_not_police)
def all_of(request: Request) -> HttpResponse:
    found = instruments.all_of(by=request.actor)
    rows = [
        {
            "cells": [
                {
                    "text": one.asks.name,
                    "href": reverse("instruments:one", args=[one.asks.code, one.asks.edition]),
                    "hint": one.asks.about,
                },
                {"tag": one.status.label, "colour": _COLOURS[one.status]},
                {"text": one.asks.licence.label},
                {"text": one.owner or "The whole programme", "hint": f"Edition {one.asks.edition}"},
            ]
        }
        for one in found
    ]
    context = {
        "title": "Instruments",
        "rows": rows,
        "columns": [{"label": label} for label in ("Instrument", "State", "Licence", "Whose")],
        "ours": [{"key": key, "value": value} for key, value in OURS],
        "results_only": [{"key": key, "value": value} for key, value in RESULTS_ONLY],
        "may_bring": request.actor.role in in_use.BRINGS,
    }
    return render(request, "instruments/list.html", context)


@page(roles=instruments.SEEN_BY, when=_not_police)
def one(request: Request, code: str, edition: str) -> HttpResponse:
    found = instruments.one(code=code, edition=edition, by=request.actor)
    if found is None:
        return access.not_found(request)
    context = {
        "title": found.asks.name,
        "found": found,
        "colour": _COLOURS[found.status],
        "rows": _about(found, may_load=bool(rules.may_take_in(Kind.REFERENCE, request.actor))),
        "items": _items(found.asks),
        "crumbs": [("Instruments", reverse("instruments:list"))],
        "may_change": found.is_theirs and request.actor.role in in_use.BRINGS,
        "is_on": found.status is Status.ON,
    }
    return render(request, "instruments/one.html", context)


def _about(found: instruments.Known, *, may_load: bool) -> list[dict[str, Any]]:
    asks = found.asks
    rows: list[dict[str, Any]] = [
        {"key": "What it is of", "value": asks.about, "none": "Not said"},
        {"key": "Licence", "values": [asks.licence.label, asks.licence_words] if asks.licence_words
         else [asks.licence.label]},
        {"key": "Owner", "value": asks.owner or found.owner, "none": "Not said"},
        {"key": "Source", "value": asks.source, "none": "Not said"},
        {"key": "Wording", "value":
         f"The questions are the owner’s, from: {found.wording_source}. {HALF_OURS}"
         if found.ours else f"The owner’s, all of it, from: {found.wording_source}"
         if found.has_wording else
         "Short labels of our own: they are not the questionnaire" if asks.is_shipped
         else "Its own spreadsheet"},
    ]  # fmt: skip
    if asks.scored:
        better = "less" if asks.is_lower_better else "more"
        low, high = instrument.shown(asks.least or 0), instrument.shown(asks.most or 0)
        rows.append({"key": "Score", "value": f"{low} to {high}; {better} is better"})
    elif asks.score_item:
        rows.append({"key": "Score", "value": f"As the form reckons it in “{asks.score_item}”"})
    if asks.scored:
        rows.append({
            "key": "Missing answers",
            "value": f"At most {asks.most_missing} may be missing: the mean of the others stands in for it"
            if asks.most_missing else "With one missing there is no score",
        })  # fmt: skip
    if asks.needs_conversion:
        rows.append({
            "key": "Owner’s table of scores",
            "value": "Loaded" if found.has_conversion else
            "Not loaded, so only the raw total is kept. The coordinator or the administrator takes it in as "
            f"reference figures: a sheet with the columns instrument (“{asks.name}” in each line), raw and "
            f"converted, a line for every raw total from {instrument.shown(asks.least or 0)} to "
            f"{instrument.shown(asks.most or 0)}.",
            "href": reverse("taking:add") if may_load else "",
            "action": "Take it in",
            "change": "as reference figures",
        })  # fmt: skip
    if asks.bands:
        said = [f"From {instrument.shown(one.least)}: {one.label}" for one in asks.bands]
        rows.append({"key": "Bands", "values": said})
    if asks.cut_offs:
        rows.append({"key": "Cut-offs", "values": [
            f"{instrument.shown(one.at)} or {'less' if one.is_at_most else 'more'}"
            f"{f', for {one.whom}' if one.whom else ''}: {one.words}. {one.source}" for one in asks.cut_offs
        ]})  # fmt: skip
    least = asks.reliability.least
    if least is not None:
        reckoned = asks.reliability.reckoned
        said = [f"{instrument.shown(round(least, 2))} points or more. {asks.reliability.source}"]
        if reckoned is not None and asks.reliability.change is not None:
            said.append(f"Reckoned from its reliability: {instrument.shown(round(reckoned, 2))}")
        rows.append({"key": "Reliable change", "values": said})
    elif asks.has_score:
        rows.append({"key": "Reliable change", "value": "Its error is not known, so a change is not judged"})
    if asks.alerts:
        rows.append({"key": "Told to the worker at once", "values": [one.words for one in asks.alerts]})
    return rows


def _items(asks: Instrument) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "label": one.label,
            "kind": one.kind.label,
            "options": [f"{o.label}{f' ({instrument.shown(o.points)})' if o.points is not None else ''}"
                        for o in one.options],
            "is_reversed": one.is_reversed,
            "rule": " ".join(f"{what}: {rule.text}." for what, rule in (
                ("Asked when", one.relevant), ("Allowed when", one.constraint),
                ("Reckoned as", one.calculation),
            ) if rule is not None),
        }
        for one in asks.items
    ]  # fmt: skip


@page(roles=instruments.SEEN_BY, when=_not_police)
def paper(request: Request, code: str, edition: str) -> HttpResponse:
    """The questions on paper, numbered, to be typed in later."""
    found = instruments.one(code=code, edition=edition, by=request.actor)
    if found is None:
        return access.not_found(request)
    sections: dict[str, list[dict[str, Any]]] = {}
    for number, item in enumerate(found.asks.asked, 1):
        sections.setdefault(item.section, []).append({"number": number, "item": item})
    context = {"title": found.asks.name, "found": found, "sections": list(sections.items())}
    return render(request, "instruments/paper.html", context)


class _OfOne(flow.Flow):
    """A form about one instrument."""

    is_shared = True
    effect = "decides"

    def begin(self) -> HttpResponse | None:
        code, edition = str(self.kwargs["code"]), str(self.kwargs["edition"])
        found = instruments.one(code=code, edition=edition, by=self.actor)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": self.found.asks.name, "found": self.found}

    def back(self) -> str:
        return reverse("instruments:one", args=[self.kwargs["code"], self.kwargs["edition"]])


@page(roles=in_use.BRINGS, when=_not_police)
class TurnOn(_OfOne):
    title = "Turn it on"
    form = forms.LicenceRead
    check = False
    button = "Turn it on"
    template = "instruments/on.html"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = instruments.turn_on(
            code=self.kwargs["code"], edition=self.kwargs["edition"],
            is_licence_accepted=answers["is_licence_accepted"], by=self.actor, at=self.now,
        )  # fmt: skip
        return flow.Receipt.of(said, "Turned on", href=self.back(), onward="Back to the instrument")


@page(roles=in_use.BRINGS, when=_not_police)
class TurnOff(_OfOne):
    title = "Turn it off"
    form = forms.WhyOff
    check = False
    button = "Turn it off"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = instruments.turn_off(
            code=self.kwargs["code"], edition=self.kwargs["edition"], why=answers["why"], by=self.actor,
            at=self.now,
        )  # fmt: skip
        return flow.Receipt.of(said, "Turned off", href=self.back(), onward="Back to the instrument")


@page(roles=in_use.BRINGS, when=_not_police)
@require_http_methods(["GET", "HEAD", "POST"])
def wording(request: Request, code: str, edition: str) -> HttpResponse:
    """The owner's wording from a file: of every question, and of the answers where it has them."""
    found = instruments.one(code=code, edition=edition, by=request.actor)
    if found is None:
        return access.not_found(request)
    form = forms.WordingFile(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        read = instruments.read_wording(sent.read(), sent.name)
        for problem in read.problems[:20]:
            form.add_error("file", problem)
        if read.wording is not None:
            said = instruments.load_wording(
                code=code, edition=edition, wording=read.wording, source=form.cleaned_data["source"],
                by=request.actor, at=request.now,
            )  # fmt: skip
            if said:
                loaded = instruments.one(code=code, edition=edition, by=request.actor)
                words = "The owner’s questions are in place of our labels."
                messages.success(request, f"{words} {HALF_OURS}" if loaded and loaded.ours else words)
                return redirect("instruments:one", code, edition)
            form.add_error("file", said.reason)
    context = {
        "title": "Load the owner’s wording",
        "caption": found.asks.name,
        "found": found,
        "form": form,
        "codes": ", ".join(item.code for item in found.asks.asked),
        "answers": [(item.code, [one.value for one in item.options]) for item in found.asks.asked],
        "back": reverse("instruments:one", args=[code, edition]),
    }
    return render(request, "instruments/wording.html", context, status=422 if form.errors else 200)


@page(roles=in_use.BRINGS, when=_not_police)
@require_POST
def remove_wording(request: Request, code: str, edition: str) -> HttpResponse:
    said = instruments.remove_wording(code=code, edition=edition, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    messages.success(request, "Our own short labels are shown again.")
    return redirect("instruments:one", code, edition)


@page(roles=in_use.BRINGS, when=_not_police)
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: Request) -> HttpResponse:
    """An instrument or a form of one's own, from a spreadsheet."""
    form = forms.FormFile(request.POST or None, request.FILES or None)
    problems: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        read = instruments.read_form(
            sent.read(), sent.name, today=clock.local(request.now).date()
        )
        problems = read.problems
        if read.definition is not None:
            said = instruments.bring(definition=read.definition, by=request.actor, at=request.now)
            if said:
                words = ("The form is here, and off. Look at it, then turn it on.", *read.notes)
                messages.success(request, " ".join(words))
                return redirect("instruments:one", said.data["code"], read.definition["edition"])
            problems = (said.reason,)
        if problems:
            form.add_error("file", problems[0])
    context = {
        "title": "Bring a form of your own",
        "form": form,
        "problems": problems,
        "sheets": instruments.columns(),
        "back": reverse("instruments:list"),
    }
    return render(request, "instruments/bring.html", context, status=422 if form.errors else 200)


@page(roles=in_use.BRINGS, when=_not_police)
def template(request: Request) -> HttpResponse:
    """A small form that can be brought as it stands, to begin one's own from."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = HttpResponse(instruments.template(), content_type=kind)
    answer["Content-Disposition"] = 'attachment; filename="form-template.xlsx"'
    return answer
