"""Partnership pages: what waves of the survey came to, who works with whom, and the page of those invited."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.analysis import partnership as analysed
from pathways.domain.decision import Decision
from pathways.domain.evaluation.partnership import PartnershipDomain, WaveState
from pathways.journey import evaluate, figures, surveying
from pathways.web import access, clock, flow
from pathways.web.access import page
from pathways.web.evaluate import parts
from pathways.web.partners.forms import SHEETS, BeginForm, EndForm
from pathways.web.request import Request


def _source(request: Request) -> str:
    made_up = " SYNTHETIC: no real person." if settings.PATHWAYS_SYNTHETIC else ""
    return f"Partnership survey of this programme, as at {clock.day(request.now)}.{made_up}"


@page(roles=surveying.MAY_SEE)
def overview(request: Request) -> HttpResponse:
    by, at = request.actor, request.now
    found = surveying.results(by=by, at=at)
    drawn = evaluate.overview(by=by, at=at, synthetic=settings.PATHWAYS_SYNTHETIC)
    assert not isinstance(drawn, Decision)
    shared = figures.shared(by=by, at=at)
    return render(
        request,
        "partners/overview.html",
        {
            "title": "Working together",
            "tabs": parts.tabs("partners", request.actor),
            "chart": analysed.chart(found, _source(request)) if found else None,
            "statements": analysed.statement_table(found)[1:] if found else (),
            "heads": analysed.statement_table(found)[0] if found else (),
            "waves": [_line(request, each) for each in surveying.waves(by=by, at=at)],
            "wave_columns": [
                {"label": "Wave"}, {"label": "Open"}, {"label": "State"},
                {"label": "Invited", "numeric": True},
            ],
            "may_run": by.role in surveying.MAY_RUN,
            "is_counted": drawn.made is not None,
            "ties": drawn.made.charts.get("ties") if drawn.made else None,
            "shared": shared,
            "shared_columns": [
                {"label": "Who shared"}, {"label": "Read again", "numeric": True},
                {"label": "Changed by it", "numeric": True},
            ],
            "shared_rows": [
                {
                    "cells": [
                        {"text": one.sector},
                        {"text": one.read_again.shown, "numeric": True},
                        {"text": one.changed.shown, "numeric": True},
                    ]
                }
                for one in shared or ()
            ],
        },
    )  # fmt: skip


def _line(request: Request, each: surveying.Wave) -> dict[str, Any]:
    runs = request.actor.role in surveying.MAY_RUN
    colour = {WaveState.OPEN: "green", WaveState.PLANNED: "blue"}.get(each.state, "grey")
    first: dict[str, Any] = {"text": f"Wave {each.number}", "hint": f"Begun by {each.by}"}
    if runs:
        first["href"] = reverse("partners:wave", args=[each.id])
    return {
        "cells": [
            first,
            {"text": f"{clock.day(each.opens)} to {clock.day(each.closes)}"},
            {"tag": each.state.label, "colour": colour},
            {"text": str(each.invited), "numeric": True},
        ]
    }


@page(roles=surveying.MAY_SEE)
def download(request: Request) -> HttpResponse:
    """The means of every wave that has closed, as CSV: what the page shows, and nothing else."""
    found = surveying.results(by=request.actor, at=request.now)
    if not found:
        notices.info(request, "No wave of the survey has closed yet, so there is nothing to take out.")
        return redirect("partners:overview")
    out = io.StringIO()
    write = csv.writer(out)
    write.writerows(analysed.table(found))
    write.writerows(analysed.statement_table(found))
    surveying.exported(found=len(found), by=request.actor, at=request.now)
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="partnership-survey.csv"'
    return response


@page(roles=surveying.MAY_RUN)
def wave(request: Request, wave_id: UUID) -> HttpResponse:
    found = surveying.one(wave_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    rows = [
        {
            "cells": [
                {"text": place.name},
                {"text": str(place.invited), "numeric": True},
                {"text": str(place.answered), "numeric": True},
            ]
        }
        for place in surveying.places(wave_id, by=request.actor)
    ]
    return render(
        request,
        "partners/wave.html",
        {
            "title": f"Wave {found.number}",
            "caption": "Partnership survey",
            "crumbs": [("Working together", reverse("partners:overview"))],
            "wave": found,
            "is_closed": found.state is WaveState.CLOSED,
            "rows": rows,
            "columns": [
                {"label": "Organisation"}, {"label": "Invited", "numeric": True},
                {"label": "Answered", "numeric": True},
            ],
        },
    )  # fmt: skip


@page(roles=surveying.MAY_RUN)
class Begin(flow.Flow):
    title = "Begin a wave of the survey"
    form = BeginForm
    button = "Begin this wave"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"places": surveying.organisations(at=self.now)}

    def back(self) -> str:
        return reverse("partners:overview")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        found = surveying.begin(
            opens=answers["opens"],
            closes=answers["closes"],
            organisation_ids=[UUID(key) for key in answers["organisations"]],
            by=self.actor,
            at=self.now,
        )
        href = reverse("partners:wave", args=[found.id]) if found else ""
        return flow.Receipt.of(found, "Wave begun", href=href, onward="See the wave")


@page(roles=surveying.MAY_RUN)
class MoveEnd(flow.Flow):
    effect = "changes"
    title = "Move the last day of a wave"
    form = EndForm
    button = "Move the last day"
    wave: surveying.Wave

    def begin(self) -> HttpResponse | None:
        found = surveying.one(self.kwargs["wave_id"], by=self.actor, at=self.now)
        if found is None or found.state is WaveState.CLOSED:
            return access.not_found(self.request)
        self.wave = found
        return None

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"closes": self.wave.closes}

    def context(self) -> dict[str, Any]:
        return {"caption": f"Partnership survey, wave {self.wave.number}"}

    def back(self) -> str:
        return reverse("partners:wave", args=[self.kwargs["wave_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        found = surveying.move_end(wave_id=self.wave.id, closes=answers["closes"], by=self.actor, at=self.now)
        return flow.Receipt.of(found, "Last day moved", href=self.back(), onward="See the wave")


@page(roles=surveying.MAY_ANSWER)
class Answer(flow.Flow):
    """The page of whoever is invited: four short pages, sent once, and nobody's afterwards."""

    title = "How the partnership works"
    template = "partners/answer.html"
    button = "Send these answers"
    steps = tuple(flow.Step(domain.value, domain.label, SHEETS[domain]) for domain in PartnershipDomain)

    def begin(self) -> HttpResponse | None:
        wave, answer = surveying.asked(self.kwargs["wave_id"], by=self.actor, at=self.now)
        if wave is None:
            return access.not_found(self.request)
        if not answer:
            return render(
                self.request, "partners/not_now.html", {"title": self.title, "answer": answer}, status=200
            )
        self.wave = wave
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": f"Partnership survey, wave {self.wave.number}", "wave": self.wave}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        found = surveying.answer(
            wave_id=self.wave.id,
            answers={code: said.value for code, said in answers.items()},
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(found, "Answers sent")
