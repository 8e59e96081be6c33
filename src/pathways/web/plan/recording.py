"""Records of the programme: one list, one form and one file for every kind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pathways.analysis import plan_drawing
from pathways.domain import decision
from pathways.domain.evaluation.recorded import KINDS, SECTIONS, Described, RecordKind
from pathways.domain.governance import policy
from pathways.journey import planning, recording
from pathways.web import access, clock, flow, lists
from pathways.web.access import page
from pathways.web.lists import Column
from pathways.web.plan import views
from pathways.web.plan.forms import ReasonForm, RecordFilters, RecordForm, said, starting
from pathways.web.request import Request

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: so many answers of a record stand in its line of the list
_SHOWN = 4


def _kind(request: Any, value: str) -> RecordKind | None:
    """The kind of that name, where this person reads it."""
    try:
        kind = RecordKind(value)
    except ValueError:
        return None
    return kind if request.actor.role in KINDS[kind].reads else None


@page(roles=recording.MAY_READ)
def kinds(request: Request) -> HttpResponse:
    rows = [
        {
            "title": kind.label,
            "href": reverse("plan:record_list", args=[kind.value]),
            "about": KINDS[kind].about,
            "state": f"{count} {'record' if count == 1 else 'records'}" if count else "None yet",
            "when": f"The newest is of {clock.day(newest)}" if newest else "",
        }
        for kind, count, newest in recording.kinds(by=request.actor)
    ]
    return render(
        request,
        "plan/records.html",
        {"title": "Programme records", "tabs": views.tabs("records"), "records": rows},
    )


@page(roles=recording.MAY_READ)
def listed(request: Request, kind: str) -> HttpResponse:
    which = _kind(request, kind)
    if which is None:
        return access.not_found(request)
    described = KINDS[which]
    asked = request.GET.get("year", "")
    found = recording.listed(
        which,
        by=request.actor,
        at=request.now,
        year=int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else None,
        words=request.GET.get("words", "")[:200],
        having={name: said for name in described.narrows if (said := request.GET.get(name, ""))},
        with_withdrawn="withdrawn" in request.GET.getlist("also"),
    )
    assert found is not None
    measures, parts = planning.measure_names(by=request.actor), planning.node_names(by=request.actor)
    listing = lists.Listing(
        request,
        filters=RecordFilters,
        filter_kwargs={
            "years": found.years, "described": described, "names": measures, "parts": parts,
        },
    )  # fmt: skip
    listing.count(len(found.records))
    places, names = recording.organisations(), measures | parts
    shown = described.questions[:_SHOWN]
    rows = []
    for one in found.records[listing.offset : listing.offset + listing.per_page]:
        answers = dict(recording.read_back(one, places, names))
        days = clock.day(one.on) + (f" to {clock.day(one.until)}" if one.until else "")
        under = f"Participant {one.participant}" if one.participant else ""
        cells: list[dict[str, Any]] = [
            {"text": days, "href": reverse("plan:record", args=[one.id]), "hint": under}
        ]
        cells += [{"text": recording.shortened("; ".join(answers[asked.label]), 160)} for asked in shown]
        state = "Withdrawn" if one.is_withdrawn else "Corrected" if one.number > 1 else ""
        cells.append({"tag": state, "colour": "grey"} if state else {"text": ""})
        rows.append({"cells": cells})
    return render(
        request,
        "plan/record_list.html",
        {
            "title": which.label,
            "crumbs": [("Programme records", reverse("plan:records"))],
            "described": described,
            "kind": which,
            "listing": listing,
            "rows": rows,
            "columns": listing.columns(
                Column(described.day), *(Column(question.label) for question in shown), Column("State")
            ),
            "may_enter": request.actor.role in described.writes,
            "endings": recording.FORMATS,
            **_beside(request, which, found),
        },
    )


def _beside(request: Request, kind: RecordKind, found: recording.Listed) -> dict[str, Any]:
    """What a kind has besides its list: the framework drawn over time, the sections of the plan."""
    if kind is RecordKind.FRAMEWORK:
        changes = recording.framework(by=request.actor, at=request.now)
        today = clock.local(request.now).date()
        drawn = [(one.document, one.on, one.change) for one in changes]
        svg = plan_drawing.framework(drawn, today=today) if changes else ""
        return {"framework": svg, "changes": changes}
    if kind is RecordKind.TOOLKIT:
        coverage = dict(KINDS[kind].question("coverage").options)
        mapping = []
        for code, label in SECTIONS:
            standing = [one for one in found.records if not one.is_withdrawn]
            notes = [one for one in standing if one.answers.get("section") == code]
            mapping.append((label, [(one, coverage.get(one.answers.get("coverage"), "")) for one in notes]))
        return {"mapping": mapping}
    return {}


@page(roles=recording.MAY_READ)
def one(request: Request, kept_id: UUID) -> HttpResponse:
    found = recording.versions(kept_id, by=request.actor, at=request.now)
    if not found:
        return access.not_found(request)
    places, names = recording.organisations(), planning.names_by_code(by=request.actor)
    newest, described = found[0], KINDS[found[0].kind]
    versions = [
        {
            "version": each,
            "rows": _rows(each, described, places, names),
            "is_newest": each.number == newest.number,
        }
        for each in found
    ]
    return render(
        request,
        "plan/record.html",
        {
            "title": newest.title,
            "caption": newest.kind.label,
            "crumbs": [
                ("Programme records", reverse("plan:records")),
                (newest.kind.label, reverse("plan:record_list", args=[newest.kind.value])),
            ],
            "newest": newest,
            "versions": versions,
            "may_enter": request.actor.role in described.writes,
        },
    )


def _rows(one: recording.Record, described: Described, places: Any, names: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{"key": described.day, "value": clock.day(one.on)}]
    if described.until:
        rows.append({"key": described.until, "value": clock.day(one.until) if one.until else ""})
    if one.participant:
        rows.append({"key": "Participant", "value": f"Number {one.participant}"})
    rows += [{"key": label, "values": lines} for label, lines in recording.read_back(one, places, names)]
    return rows


class _Record(flow.Flow):
    kind: RecordKind

    @property
    def described(self) -> Described:
        return KINDS[self.kind]

    def refused(self) -> HttpResponse | None:
        """The answer to a person who may read this kind and not write it."""
        if self.actor.role in self.described.writes:
            return None
        reason = f"Your role reads this kind of record and does not write it: {self.kind.label.lower()}."
        return access.refuse(self.request, decision.no(reason, ask=policy.ASK.get(self.actor.role, "")))

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {
            "described": self.described,
            "organisations": recording.organisations(),
            "names": planning.measure_names(by=self.actor),
            "parts": planning.node_names(by=self.actor),
        }

    def answered(self, answers: dict[str, Any]) -> dict[str, Any]:
        return {
            "on": answers["on"],
            "until": answers.get("until"),
            "answers": said(self.described, recording.organisations(), answers),
        }


@page(roles=recording.MAY_ENTER)
class Add(_Record):
    title = "Add a record"
    form = RecordForm
    button = "Save this record"

    def begin(self) -> HttpResponse | None:
        found = _kind(self.request, self.kwargs["kind"])
        if found is None:
            return access.not_found(self.request)
        self.kind = found
        return self.refused()

    def context(self) -> dict[str, Any]:
        return {"caption": self.kind.label}

    def back(self) -> str:
        return reverse("plan:record_list", args=[self.kwargs["kind"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        found = recording.enter(kind=self.kind, **self.answered(answers), by=self.actor, at=self.now)
        href = reverse("plan:record", args=[found.id]) if found else ""
        return flow.Receipt.of(found, "Record saved", href=href, onward="See the record")


class _OfOne(_Record):
    effect = "changes"
    is_shared = True
    standing: recording.Record

    def begin(self) -> HttpResponse | None:
        found = recording.standing(self.kwargs["kept_id"], by=self.actor)
        if found is None:
            return access.not_found(self.request)
        self.standing, self.kind = found, found.kind
        return self.refused()

    def context(self) -> dict[str, Any]:
        return {"caption": f"{self.kind.label}: {self.standing.title}"}

    def back(self) -> str:
        return reverse("plan:record", args=[self.kwargs["kept_id"]])

    def receipt(self, found: Any, title: str) -> flow.Receipt:
        return flow.Receipt.of(found, title, href=self.back(), onward="See the record")


@page(roles=recording.MAY_ENTER)
class Correct(_OfOne):
    title = "Correct a record"
    form = RecordForm
    button = "Save the correction"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {**super().form_kwargs(step), "is_correction": True}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        one = self.standing
        return {"on": one.on, "until": one.until, **starting(self.described, one.answers)}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        found = recording.correct(
            record_id=self.standing.id,
            number=self.standing.number,
            because=answers["because"],
            **self.answered(answers),
            by=self.actor,
            at=self.now,
        )
        return self.receipt(found, "Record corrected")


@page(roles=recording.MAY_ENTER)
class Withdraw(_OfOne):
    effect = "decides"
    title = "Withdraw a record"
    form = ReasonForm
    button = "Withdraw this record"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {}

    def begin(self) -> HttpResponse | None:
        stop = super().begin()
        if stop is None and self.standing.is_withdrawn:
            return access.not_found(self.request)
        return stop

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        found = recording.withdraw(record_id=self.standing.id, **answers, by=self.actor, at=self.now)
        return self.receipt(found, "Record withdrawn")


@page(roles=recording.MAY_READ)
def download(request: Request, kind: str, ending: str) -> HttpResponse:
    which = _kind(request, kind)
    found = recording.export(which, ending=ending, by=request.actor, at=request.now) if which else None
    if found is None:
        return access.not_found(request)
    name, content = found
    response = HttpResponse(content, content_type=_TYPES[ending])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
