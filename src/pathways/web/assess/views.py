"""The assessment: what was found with her, and the task list in which it is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from pathways.domain.governance.policy import Resource
from pathways.domain.terms import demographics as d
from pathways.domain.terms import needs
from pathways.domain.terms.law import Coercion
from pathways.domain.terms.people import Role
from pathways.domain.triage import mechanisms
from pathways.domain.triage.assessment import (
    Action,
    Exploitation,
    HomeUsed,
    ImmediateSafety,
    Need,
    Status,
)
from pathways.domain.triage.mechanisms import Mechanism, Standing
from pathways.journey import alongside, assess, danger, measuring
from pathways.web import about_her, access, clock, endangered, flow
from pathways.web.access import page
from pathways.web.assess import forms, on_paper
from pathways.web.request import Request

_COLOURS = {Status.IN_PROGRESS: "blue", Status.COMPLETE: "green", Status.REFUSED: "grey"}

ASSESSORS = {Role.SUPPORT_WORKER, Role.SUPERVISOR, Role.COORDINATOR}


@page(reads=Resource.ASSESSMENT)
def her(request: Request, client_id: UUID) -> HttpResponse:
    found = assess.page(client_id=client_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    return render(
        request,
        "assess/her.html",
        {
            "title": "Assessment",
            "person": about_her.person(found.banner),
            "back": about_her.address(client_id),
            "found": found,
            "client_id": client_id,
            "status_colour": _COLOURS[found.status] if found.status else "",
            "can_write": request.actor.role in ASSESSORS,
            "can_reopen": Action.REOPEN in found.moves,
            "can_go_on": found.status is Status.COMPLETE and found.may_begin.allowed,
            "can_refuse": found.may_begin.allowed and (found.id is None or Action.REFUSE in found.moves),
            "ladder_caveat": needs.CAVEAT,
        },
    )


@page(roles=ASSESSORS)
@require_POST
def start(request: Request, client_id: UUID) -> HttpResponse:
    said = assess.start(client_id=client_id, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    return redirect("assess:write", said.id)


@page(roles=ASSESSORS)
@require_POST
def again(request: Request, client_id: UUID) -> HttpResponse:
    """A further assessment, from the answers of the last."""
    said = assess.start_another(client_id=client_id, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    return redirect("assess:write", said.id)


@page(reads=Resource.ASSESSMENT)
def paper(request: Request, client_id: UUID) -> HttpResponse:
    """The assessment on paper: what was answered, or with `?empty` the questions alone, numbered."""
    found = assess.page(client_id=client_id, by=request.actor, at=request.now, route="assess:paper")
    if found is None:
        return access.not_found(request)
    is_empty = "empty" in request.GET or found.status is not Status.COMPLETE
    nrm = assess.nrm(request.actor)
    context = {
        "title": "Assessment on paper" if is_empty else "Her assessment",
        "person": about_her.person(found.banner),
        "back": reverse("assess:her", args=[client_id]),
        "found": found,
        "is_empty": is_empty,
        "sections": on_paper.empty(nrm, assess.areas()) if is_empty else on_paper.filled(found),
        "ladder_caveat": needs.CAVEAT,
    }
    return render(request, "assess/paper.html", context)


def _signals_danger(typed: Mapping[str, list[str]]) -> bool:
    """A concern for her immediate safety; or by the ladder harm is happening, or close."""
    is_concern = typed.get("immediate_safety", [])[-1:] == [ImmediateSafety.YES.value]
    rung = typed.get(f"rung_{needs.Domain.SAFETY.value}", [])[-1:]
    return is_concern or rung == [str(int(needs.Rung.CRISIS))]


@page(roles=ASSESSORS)
class Refuse(flow.Flow):
    effect = "decides"
    is_shared = True
    title = "She does not want an assessment"
    form = forms.Refusing
    check = False
    button = "Record that she does not want one"

    def begin(self) -> HttpResponse | None:
        found = assess.page(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.banner = found.banner
        return None

    def context(self) -> dict[str, Any]:
        return {"person": about_her.person(self.banner)}

    def back(self) -> str:
        return reverse("assess:her", args=[self.kwargs["client_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = assess.refuse(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        return flow.Receipt.of(said, "Recorded", href=self.back(), onward="Back to her assessment")


@page(roles=ASSESSORS)
class Reopen(flow.Flow):
    """A complete assessment is corrected by opening it again: what it said before is kept."""

    effect = "decides"
    is_shared = True
    title = "Open the assessment again"
    form = forms.WhyAgain
    check = False
    button = "Open it again"

    def begin(self) -> HttpResponse | None:
        found = assess.writing(assessment_id=self.kwargs["assessment_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def client_id(self) -> UUID | None:
        return self.found.banner.client_id

    def context(self) -> dict[str, Any]:
        return {"person": about_her.person(self.found.banner)}

    def back(self) -> str:
        return reverse("assess:her", args=[self.found.banner.client_id])

    def do(self, answers: dict[str, Any]) -> HttpResponse:
        said = assess.reopen(
            assessment_id=self.kwargs["assessment_id"], why=answers["why"], by=self.actor, at=self.now
        )
        if not said.allowed:
            raise flow.Refused(said)
        messages.success(self.request, "The assessment is open again. What was answered is still there.")
        return redirect("assess:write", self.kwargs["assessment_id"])


@page(roles=ASSESSORS)
class Write(flow.Flow):
    effect = "changes"
    is_shared = True
    title = "Assessment"
    as_tasks = True
    button = "Complete the assessment"
    template = "assess/ask.html"
    tasks_template = "assess/tasks.html"
    steps = (
        flow.Step("strengths", "Her strengths, and her own words", forms.Strengths),
        flow.Step("ladder", "Needs, part by part", forms.Ladder),
        flow.Step("safety", "Safety", forms.Safety),
        flow.Step("relationships", "Relationships", forms.Relationships),
        flow.Step("coercion", "Control and coercion", forms.Control, is_optional=True),
        flow.Step("children", "Children and family", forms.Children, is_optional=True),
        flow.Step("offending", "Offending and coercion", forms.Offending),
        flow.Step("protections", "Other protections to consider", forms.Mechanisms),
        flow.Step("equality", "Equality monitoring", forms.Equality),
        flow.Step("judgements", "Your two judgements", forms.Judgements),
        flow.Step("conclusion", "Summary and plan", forms.Conclusion),
        flow.Step("paper", "If it was on paper first", forms.OnPaper, is_optional=True),
    )

    def begin(self) -> HttpResponse | None:
        found = assess.writing(assessment_id=self.kwargs["assessment_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        if not found.may and "done" not in self.request.GET:
            return redirect("assess:her", found.banner.client_id)
        return None

    def client_id(self) -> UUID | None:
        return self.found.banner.client_id

    def seed(self) -> dict[str, dict[str, list[str]]]:
        if self.found.as_given or not self.found.kept:
            return dict(self.found.as_given)
        kept = self.found.kept
        return {
            step.slug: {name: [kept[name]] for name in names}
            for step in self.steps
            if (names := [name for name in self._names(step) if name in kept])
        }

    def _names(self, step: flow.Step) -> list[str]:
        return list(step.form(**self.form_kwargs(step)).fields)

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        if step.slug == "ladder":
            on = f" ({clock.day(self.found.last_at)})" if self.found.last_at else ""
            return {"last": {part: f"Last time{on}: {said}" for part, said in self.found.last_rungs.items()}}
        if step.slug == "equality":
            return {"areas": self.found.areas}
        if step.slug == "conclusion":
            return {"has_earlier": self.found.has_earlier, "unconsidered": self._unconsidered()}
        if step.slug == "protections":
            return {
                "is_first_responder": self.found.nrm.is_first_responder,
                "has_duty_to_notify": self.found.nrm.has_duty_to_notify,
                "earlier": {f"mechanism_{name}": said for name, said in self.found.mechanisms.items()},
            }
        return {}

    def _unconsidered(self) -> tuple[Mechanism, ...]:
        """The protections that nobody has thought of although she is in immediate danger, as kept so far."""
        steps = getattr(self, "kept", {}).get("steps", {})
        if steps.get("safety", {}).get("immediate_safety", [])[-1:] != [ImmediateSafety.YES.value]:
            return ()
        said = {name: given[-1] for name, given in steps.get("protections", {}).items() if given}
        known = {one.value for one in Standing}
        standing = {
            one: Standing(said[f"mechanism_{one.value}"])
            for one in Mechanism
            if said.get(f"mechanism_{one.value}") in known
        }
        return mechanisms.unconsidered(standing)

    def initial(self, step: flow.Step) -> dict[str, Any]:
        if step.slug == "children":  # they stood beside her relationships before
            said = self.kept.get("steps", {}).get("relationships", {}).get("children", [])
            return {"children": said[-1]} if said else {}
        return {}

    def _keep(self, step: flow.Step, typed: dict[str, list[str]]) -> None:
        super()._keep(step, typed)
        if _signals_danger(typed):
            danger.said(
                client_id=self.found.banner.client_id,
                where="assessment",
                object_id=self.found.banner.client_id,
                route="assess:her",
                by=self.actor,
                at=self.now,
            )

    def _danger_said(self) -> str:
        """What the page says where her immediate safety is in doubt by what is kept so far."""
        is_so = any(_signals_danger(kept) for kept in self.kept.get("steps", {}).values())
        return endangered.words(self.found.banner.client_id, self.actor) if is_so else ""

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        is_about_it = _signals_danger({name: request.POST.getlist(name) for name in request.POST})
        answer = super().post(request, *args, **kwargs)
        return endangered.on_the_next_page(request, answer, self._danger_said() if is_about_it else "")

    def since(self) -> tuple[date, str] | None:
        """What was on paper first was written in her time with the programme."""
        began = alongside.first_day(self.found.banner.client_id, self.actor)
        return (began, alongside.TOO_EARLY) if began else None

    def context(self) -> dict[str, Any]:
        return {
            "person": about_her.person(self.found.banner),
            "danger_said": self._danger_said() if self.request.GET.get("step") == "safety" else "",
            "age_band": self.found.age_band,
            "ladder_caveat": needs.CAVEAT,
            "nrm": self.found.nrm,
            "to_fill_in": measuring.for_an_assessment(client_id=self.found.banner.client_id, by=self.actor),
            "client_id": self.found.banner.client_id,
            "parts": on_paper.PARTS,
            "last_rungs": self.found.last_rungs,
        }

    def back(self) -> str:
        return reverse("assess:her", args=[self.found.banner.client_id])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = assess.complete(
            assessment_id=self.kwargs["assessment_id"],
            answers=read(answers, as_given=self.kept.get("steps", {})),
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Assessment complete", href=self.back(), onward="Back to her assessment")


def read(given: dict[str, Any], *, as_given: dict[str, Any]) -> assess.Answers:
    """The answers of every step as the verb takes them. “Not yet” becomes no answer at all."""
    return assess.Answers(
        strengths=given["strengths"],
        her_words=given["her_words"],
        ladder={domain: _rung(given[f"rung_{domain.value}"]) for domain in needs.Domain},
        notes={domain: given[f"note_{domain.value}"] for domain in needs.Domain},
        immediate_safety=_judged(ImmediateSafety, given["immediate_safety"]),
        safety=given["safety"],
        relationships=given["relationships"],
        children=given.get("children") or "",
        offending_how=given["offending_how"],
        offending=given["offending"],
        coercion=_judged(Coercion, given["coercion"]),
        mechanisms={
            one: Standing(given[f"mechanism_{one.value}"])
            for one in Mechanism
            if given.get(f"mechanism_{one.value}")
        },
        monitoring=_monitoring(given),
        need=_judged(Need, given["need"]),
        exploitation=_judged(Exploitation, given["exploitation"]),
        conclusion=given["conclusion"],
        management_plan=given["management_plan"],
        as_given=as_given,
        control=given.get("control") or "",
        home_used=given.get("home_used") or HomeUsed.NOT_ASKED,
        coercion_said_by=given.get("coercion_said_by") or None,
        what_changed=given.get("what_changed") or "",
        paper_date=given.get("paper_date"),
        paper_by=given.get("paper_by") or "",
        why_unconsidered=given.get("why_unconsidered") or "",
    )


def _rung(value: str) -> needs.Rung | needs.Unrated:
    return needs.Rung(int(value)) if value.isdigit() else needs.Unrated(value)


def _judged(enum: Any, value: str) -> Any:
    return enum(value) if value in {member.value for member in enum} else None


def _monitoring(given: dict[str, Any]) -> assess.Monitoring:
    scheme = d.EthnicityScheme(given["ethnicity_scheme"])
    code = {
        d.EthnicityScheme.GSS_19: "ethnicity_gss",
        d.EthnicityScheme.SDE_18: "ethnicity_sde_18",
        d.EthnicityScheme.SDE_16: "ethnicity_sde_16",
        d.EthnicityScheme.OFFICER_PERCEIVED: "ethnicity_perceived",
    }[scheme]
    plain = (
        "lasting_condition",
        "restriction",
        "orientation",
        "religion",
        "marital_status",
        "pregnancy",
        "has_children",
        "is_carer",
        "care_experience",
        "interpreter",
        "area",
    )
    return assess.Monitoring(
        ethnicity_code=str(given[code] or "").strip(),
        ethnicity_scheme=scheme,
        declared_by=given["declared_by"],
        **{name: given[name] for name in plain},
    )
