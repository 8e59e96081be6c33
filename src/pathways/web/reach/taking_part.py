"""Pages of her agreement, and of the return where taking part is a condition."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.reach.agreement import Condition, ReturnField
from pathways.domain.referral.sharing import ShareField
from pathways.domain.terms.people import Role
from pathways.journey import agreement
from pathways.web import access, flow
from pathways.web.access import page
from pathways.web.reach import forms, frame
from pathways.web.request import Request


@page(roles=frame.HERS)
def shown(request: Request, client_id: UUID) -> HttpResponse:
    by, at = request.actor, request.now
    found = agreement.page(client_id=client_id, by=by, at=at)
    if found is None:
        return access.not_found(request)
    return render(
        request,
        "reach/agreement.html",
        {
            "title": "Her agreement",
            **frame.around(found.person, by, "agreement"),
            "found": found,
            "rows": _rows(found),
        },
    )


def _rows(found: agreement.Page) -> list[dict[str, Any]]:
    terms = found.terms
    if terms is None:
        return []
    shares = tuple(one.label for one in ShareField if one in terms.shares) or ("Nothing",)
    rows: list[dict[str, Any]] = [
        {
            "key": "Explained to her",
            "values": ("What cannot be kept confidential", "That she can stop at any time"),
        },
        {"key": "Interpreter", "value": terms.interpreter.label if terms.interpreter else ""},
        {"key": "A condition of a disposal", "value": terms.condition.label if terms.condition else ""},
    ]
    if terms.condition and terms.condition.is_imposed:
        returns = tuple(one.label for one in ReturnField if one in terms.returns)
        rows += [
            {"key": "Returned to police, and nothing else", "values": returns},
            {"key": "Returned to", "value": f"{found.return_to}, as {terms.return_reference}"},
            {"key": "Appointments required", "value": terms.appointments_required},
        ]
    counted = {True: "Yes", False: "No", None: "Not asked"}[terms.is_evaluation_agreed]
    rows += [
        {"key": "A service may be told", "values": shares},
        {"key": "Police may know that she takes part", "value": "Yes" if terms.may_police_know else "No"},
        {"key": "May be counted without her name", "value": counted},
    ]
    if terms.words:
        rows.append({"key": "In her words", "value": terms.words})
    return rows


@page(roles=frame.HERS)
class Record(flow.Flow):
    effect = "changes"
    is_shared = True
    title = "Her agreement to take part"
    steps = (
        flow.Step("explained", "What was explained", forms.ExplainedForm),
        flow.Step("condition", "Is it her free choice?", forms.ConditionForm),
        flow.Step("sharing", "What she agrees to", forms.SharingForm),
    )
    button = "Record her agreement"

    def begin(self) -> HttpResponse | None:
        self.found = agreement.page(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        if self.found is None:
            return access.not_found(self.request)
        is_done = self.request.method == "GET" and "done" in self.request.GET
        if not self.found.may_agree and not is_done:
            return access.refuse(self.request, self.found.may_agree)
        return None

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"police": self.found.police} if step.slug == "condition" and self.found else {}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        terms = self.found.terms if self.found else None
        if terms is None:
            return {"shares": [ShareField.NAME, ShareField.SAFE_CONTACT]} if step.slug == "sharing" else {}
        imposed = terms.condition is not None and terms.condition.is_imposed
        given: dict[str, dict[str, Any]] = {
            "explained": {"interpreter": terms.interpreter},
            "condition": {
                "is_condition": imposed,
                "kind": terms.condition if imposed else None,
                "returns": sorted(terms.returns),
                "appointments_required": terms.appointments_required,
                "return_to": str(terms.return_to or ""),
                "return_reference": terms.return_reference,
            },
            "sharing": {
                "shares": sorted(terms.shares),
                "may_police_know": terms.may_police_know,
                "is_evaluation_agreed": terms.is_evaluation_agreed,
                "words": terms.words,
            },
        }
        return given[step.slug]

    def context(self) -> dict[str, Any]:
        return {"person": frame.about(self.found.person)} if self.found else {}

    def back(self) -> str:
        return reverse("reach:agreement", args=[self.kwargs["client_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        imposed = answers["is_condition"]
        terms = agreement.Terms(
            are_limits_explained=answers["are_limits_explained"],
            is_stopping_explained=answers["is_stopping_explained"],
            interpreter=answers["interpreter"],
            condition=Condition(answers["kind"]) if imposed else Condition.NONE,
            returns=frozenset(answers["returns"]) if imposed else frozenset(),
            appointments_required=answers["appointments_required"] if imposed else None,
            return_to=UUID(answers["return_to"]) if imposed and answers["return_to"] else None,
            return_reference=(answers["return_reference"] or "") if imposed else "",
            may_police_know=answers["may_police_know"],
            shares=frozenset(answers["shares"]),
            is_evaluation_agreed=answers["is_evaluation_agreed"],
            words=answers["words"],
        )
        said = agreement.agree(client_id=self.kwargs["client_id"], terms=terms, by=self.actor, at=self.now)
        if not said.allowed:
            raise flow.Refused(said)
        return flow.Receipt(
            "She agreed to take part",
            reference=said.reference,
            next=said.next,
            href=frame.home(self.kwargs["client_id"]),
            onward="Back to her page",
        )


@page(roles={Role.COORDINATOR})
def returned(request: Request, client_id: UUID) -> HttpResponse:
    """The return as it would cross, and one button."""
    by, at = request.actor, request.now
    if request.method == "POST":
        said = agreement.send_return(client_id=client_id, by=by, at=at)
        if said.allowed:
            messages.success(request, "The return was sent, and the crossing is recorded.")
        elif said.hidden:
            return access.refuse(request, said)
        else:
            messages.error(request, f"{said.reason} {f'Ask: {said.ask}.' if said.ask else ''}")
        return redirect("reach:return", client_id)
    found = agreement.compose_return(client_id=client_id, by=by, at=at)
    if found is None:
        return access.not_found(request)
    rows = [{"key": "Reference of the disposal", "value": found.reference}]
    rows += [{"key": line.field.label, "value": line.value} for line in found.lines]
    return render(
        request,
        "reach/return.html",
        {
            "title": "Return to police",
            **frame.around(found.person, by, "agreement"),
            "back": reverse("reach:agreement", args=[client_id]),
            "found": found,
            "rows": rows,
        },
    )
