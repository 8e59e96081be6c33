"""Home for each role, and the tasks that wait."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from pathways.domain.decision import Decision
from pathways.domain.evaluation.milestones import CohortStage
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.journey import evaluate, tasks
from pathways.journey import home as homes
from pathways.web import access, clock, onward
from pathways.web.access import page
from pathways.web.request import Request

_FIRST_TASKS = 6


@page(signed_in=True)
def home(request: Request) -> HttpResponse:
    waiting = homes.waiting.on_home(by=request.actor, most=_FIRST_TASKS)
    found = homes.of(by=request.actor, at=request.now, beside=waiting)
    context = {
        "title": "Home",
        "greeting": f"{_greeting(request)}, {request.actor.name.split()[0]}",
        "home": found,
        "figures": [_figure(each, request.actor) for each in found.figures],
        "first": [_section(each, request.actor) for each in found.first],
        "beside": [_section(each, request.actor) for each in found.beside],
        "main_href": onward.to(found.main, request.actor),
        "tasks": _tasks(waiting, request),
        "task_count": waiting.task_count,
        "drafts": waiting.drafts,
        "files_address": onward.address("taking:list", request.actor),
        "take_in_address": onward.address("taking:add", request.actor),
    }
    if found.main is homes.Leads.EVALUATION:
        context |= _released(request)
    return render(request, "home/home.html", context)


def _released(request: Request) -> dict[str, Any]:
    """The evaluation at a glance, for those whose work it is: released figures, or that they are coming."""
    shown = evaluate.glance(by=request.actor, at=request.now, synthetic=settings.PATHWAYS_SYNTHETIC)
    if isinstance(shown, Decision) or shown.made is None:
        return {"figures_are_coming": True}
    summary, charts = shown.made.summary, shown.made.charts
    is_evaluator = request.actor.role is Role.EVALUATOR
    hidden = "A small number, hidden"
    headline = [(stage.label, count) for stage, _, count in summary.overlap.stages]
    headline += [(line.step.label, line.n) for line in (summary.flow.lines[0], summary.flow.lines[-1])]
    return {
        "figures": [
            {"value": count.shown, "label": label, "hint": hidden if count.is_hidden else "women"}
            for label, count in headline
        ],
        "released": summary,
        "charts": [charts["flow"]] if is_evaluator else [charts["flow"], charts["sets"]],
        "missing": _missing(summary) if is_evaluator else [],
    }


def _missing(summary: Any) -> list[dict[str, str]]:
    """Which questions are not answered yet, of the women identified: the quality of what is counted."""
    found = []
    for table in summary.demographics:
        line = next((one for one in table.lines if one.code == "missing"), None)
        column = CohortStage.IDENTIFIED.value
        if line is None:
            continue
        share = line.counts[column].share_of(table.n[column])
        is_hidden = line.counts[column].is_hidden or share is None
        found.append({"label": table.label, "shown": "c" if is_hidden else f"{share:.0%}"})
    return found


@page(signed_in=True)
def my_tasks(request: Request) -> HttpResponse:
    waiting = homes.waiting.read(by=request.actor, at=request.now)
    rows = _tasks(waiting, request)
    context = {
        "title": "My tasks",
        "late": [each for each in rows if each["is_late"]],
        "soon": [each for each in rows if not each["is_late"]],
        "drafts": waiting.drafts,
    }
    return render(request, "home/tasks.html", context)


@page(signed_in=True)
def tick_off(request: Request, task_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    answer = tasks.finish(task_id=task_id, by=request.actor, at=request.now)
    if not answer:
        return access.refuse(request, answer)
    messages.success(request, "Ticked off.")
    came_from = request.POST.get("from", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts=None)
    return redirect(came_from if is_ours else reverse("home:tasks"))


def _greeting(request: Request) -> str:
    hour = clock.local(request.now).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def _figure(each: homes.Figure, by: Actor) -> dict[str, Any]:
    return {
        "value": each.value,
        "label": each.label,
        "hint": each.hint,
        "href": onward.to(each.leads, by) if each.value != "0" or each.is_begun_there else "",
    }


def _section(each: homes.Section, by: Actor) -> dict[str, Any]:
    return {
        "heading": each.heading,
        "lead": each.lead,
        "total": each.total,
        "empty": each.empty,
        "rows": [{"item": item, "href": onward.to(item.leads, by, item.id)} for item in each.items],
        "more": onward.to(each.more, by) if each.total > len(each.items) or each.items else "",
        "more_words": each.more_words,
    }


def _tasks(waiting: homes.Waiting, request: Request) -> list[dict[str, Any]]:
    return [_task(each, waiting, request) for each in waiting.tasks]


def _task(each: Any, waiting: homes.Waiting, request: Request) -> dict[str, Any]:
    return {
        "reference": waiting.reference_of(each),
        "id": each.id,
        "title": each.title,
        "href": _where(each, request.actor, is_open=each.client_id in waiting.references),
        "due_at": clocks.said_due(each.due_at) if each.due_at else None,
        "made_at": each.made_at,
        "is_urgent": each.is_urgent,
        "turn_to_now": waiting.turn_to_now if tasks.is_of_her_safety(each) else "",
        "is_late": bool(each.due_at and each.due_at < request.now),
        "is_shared": each.account_id is None,
    }


def _where(each: Any, by: Actor, *, is_open: bool) -> str:
    """The page on which a task is done: its own address, else her page where the reader may open it."""
    for args in ([each.object_id], [each.client_id], []):
        if each.route and None not in args:
            try:
                reverse(each.route, args=args)
            except NoReverseMatch:
                continue
            return onward.address(each.route, by, args)
    return onward.address("herpage:story", by, [each.client_id]) if is_open else ""
