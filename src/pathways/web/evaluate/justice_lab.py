"""Submissions to the Justice Data Lab: how many are eligible and why not, who approves, and the one file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pathways.domain.decision import Decision
from pathways.domain.evaluation.justice_lab import LEAST, LEAST_MATCHED, Action, Reason, Status
from pathways.domain.terms import references
from pathways.journey import justice_lab, told
from pathways.web import access, clock, flow, lists
from pathways.web.access import page
from pathways.web.evaluate import lab_forms as forms
from pathways.web.evaluate import parts
from pathways.web.request import Request

COLOURS = {
    Status.DRAWN_UP: "yellow",
    Status.IN_REVIEW: "light-blue",
    Status.RETURNED: "orange",
    Status.APPROVED: "green",
    Status.TAKEN_OUT: "blue",
    Status.WITHDRAWN: "grey",
}
_HOME = "evaluate:lab"


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Justice Data Lab", reverse(_HOME)), *more]


@page(roles=justice_lab.MAY_SEE, when=justice_lab.may_open)
def listed(request: Request) -> HttpResponse:
    """How many are eligible, through disclosure control; and for those who draw up or approve, each one."""
    by = request.actor
    found = justice_lab.figures(by=by)
    rows = [
        {
            "cells": [
                {
                    "text": f"Submission {one.number}",
                    "href": reverse("evaluate:lab_submission", args=[one.id]),
                },
                {"tag": one.status.label, "colour": COLOURS[one.status]},
                {"text": f"{clock.day(one.start)} to {clock.day(one.end)}"},
                {"text": f"{one.eligible} of {one.considered}", "numeric": True},
                {"text": clock.day(one.drawn_at), "hint": f"By {one.drawn_by}"},
                {"text": clock.day(one.taken_at) if one.taken_at else "Not yet"},
            ]
        }
        for one in justice_lab.listed(by=by)
    ]
    heads = ("Submission", "State", "Support began", "Eligible", "Drawn up", "Taken out")
    return render(
        request,
        "evaluate/lab.html",
        {
            "title": "Justice Data Lab",
            "tabs": parts.tabs("lab", by),
            "rows": rows,
            "columns": [{"label": head, "numeric": head == "Eligible"} for head in heads],
            "found": found,
            "counts": _counts(found),
            "count_columns": [{"label": "Women"}, {"label": "How many", "numeric": True}],
            "may_draw": by.role in justice_lab.MAKERS,
            "is_inside": by.role in justice_lab.READERS,
            "keeps_notices": by.role in told.MAY_KEEP_NOTICES,
            "waiting": justice_lab.waiting(by=by),
            "least": LEAST,
            "least_matched": LEAST_MATCHED,
        },
    )


def _counts(found: Any) -> list[dict[str, Any]]:
    if found is None:
        return []
    lines = [("Looked at", found.considered), ("Eligible", found.eligible)]
    lines += [(f"Not eligible: {one.label}", count) for one, count in found.reasons]
    return [{"cells": [{"text": said}, {"text": count.shown, "numeric": True}]} for said, count in lines]


@page(roles=justice_lab.READERS, when=justice_lab.may_open)
def show(request: Request, submission_id: UUID) -> HttpResponse:
    """One submission: how many and why not, what was told, what its approvers said. It names nobody."""
    found = justice_lab.page(submission_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    row = found.row
    reasons = [
        {
            "cells": [
                {"text": one.label},
                {"text": str(first), "numeric": True},
                {"text": str(every), "numeric": True},
            ]
        }
        for one, first, every in found.first_reasons
    ]
    notices = [
        {
            "cells": [
                {"text": f"Version {version}", "hint": f"“{sentence}”" if sentence else ""},
                {"text": str(women), "numeric": True},
                {"text": f"{clock.day(first)} to {clock.day(last)}"},
            ]
        }
        for version, sentence, women, first, last in found.told
    ]
    return render(
        request,
        "evaluate/lab_submission.html",
        {
            "title": f"Submission {row.number}",
            "caption": "Justice Data Lab",
            "crumbs": _crumbs(),
            "found": found,
            "colour": COLOURS[row.status],
            "rows": _rows(found),
            "reasons": reasons,
            "reason_columns": [
                {"label": "Why not"},
                {"label": "Women, each once", "numeric": True},
                {"label": "Women with this reason", "numeric": True},
            ],
            "notices": notices,
            "notice_columns": [
                {"label": "Privacy notice"},
                {"label": "Eligible women told by it", "numeric": True},
                {"label": "Given"},
            ],
            "actions": _actions(found),
            "not_eligible": row.considered - row.eligible,
            "is_few": row.eligible < LEAST,
            "least": LEAST,
            "least_matched": LEAST_MATCHED,
            "may_see_women": request.actor.role in justice_lab.MAKERS,
            "why_not": _why_not(found),
        },
    )


def _rows(found: justice_lab.Page) -> list[dict[str, Any]]:
    row, wanted = found.row, found.wanted
    rows: list[dict[str, Any]] = [
        {"key": "Women whose support began", "value": f"{clock.day(row.start)} to {clock.day(row.end)}"},
        {"key": "To whom", "value": found.to},
        {"key": "Sharing agreement", "value": found.agreement or "None in force: nothing can be taken out"},
        {"key": "Basis in law", "value": wanted.basis.label},
        {"key": "Confidentiality", "value": wanted.confidence_basis.label},
        {"key": "What it is for", "value": wanted.because},
        {"key": "Drawn up", "value": f"{clock.moment(row.drawn_at)}, by {row.drawn_by}"},
        {"key": "The file’s hash (SHA-256, as CSV)", "value": row.mark},
    ]
    if row.taken_at:
        rows += [
            {"key": "Taken out", "value": f"{clock.moment(row.taken_at)}, by {found.taken_by}"},
            {"key": "Hash of what was taken out", "value": found.taken_sha256},
        ]
    if found.withdrawn_at:
        who = f"{clock.moment(found.withdrawn_at)}, by {found.withdrawn_by}"
        rows.append({"key": "Withdrawn", "values": [who, found.why_withdrawn]})
    return rows


def _why_not(found: justice_lab.Page) -> str:
    """Why the next step is not open, where somebody could expect it to be."""
    wanted = {
        Status.DRAWN_UP: Action.PROPOSE,
        Status.IN_REVIEW: Action.REFUSE,
        Status.APPROVED: Action.TAKE_OUT,
    }
    action = wanted.get(found.row.status)
    return found.why_not.get(action, "") if action else ""


def _actions(found: justice_lab.Page) -> list[dict[str, Any]]:
    buttons = (
        ((Action.PROPOSE,), "Put it forward", "evaluate:lab_propose"),
        ((Action.AGREE, Action.APPROVE, Action.REFUSE), "Say yes or no", "evaluate:lab_say"),
        ((Action.TAKE_OUT,), "Take the file out", "evaluate:lab_take_out"),
        ((Action.DRAW_AGAIN,), "Draw it up again", "evaluate:lab_again"),
        ((Action.WITHDRAW,), "Withdraw it", "evaluate:lab_withdraw"),
    )
    made = [
        {"label": label, "href": reverse(route, args=[found.row.id])}
        for needed, label, route in buttons
        if any(one in found.moves for one in needed)
    ]
    return [{**one, "secondary": place > 0} for place, one in enumerate(made)]


@page(roles=justice_lab.MAKERS)
def women(request: Request, submission_id: UUID) -> HttpResponse:
    """Who is not eligible as things stand, by reference, so that what is missing can be recorded."""
    wanted = request.GET.get("reason", "")
    reason = next((one for one in Reason if one.value == wanted), None)
    found = justice_lab.women(submission_id, reason=reason, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    listing = lists.Listing(request, per_page=50)
    listing.count(len(found))
    shown = found[listing.offset : listing.offset + listing.per_page]
    rows = [
        {
            "cells": [
                {
                    "text": references.spaced(one.reference),
                    "href": reverse("reach:told", args=[one.client_id])
                    if Reason.ERASED not in one.reasons
                    else "",
                },
                {"text": "; ".join(each.label for each in one.reasons)},
            ]
        }
        for one in shown
    ]
    here = reverse("evaluate:lab_women", args=[submission_id])
    return render(
        request,
        "evaluate/lab_women.html",
        {
            "title": "Who is not eligible, and why",
            "caption": "Justice Data Lab",
            "crumbs": _crumbs(("Submission", reverse("evaluate:lab_submission", args=[submission_id]))),
            "rows": rows,
            "columns": [{"label": "Reference"}, {"label": "Every reason"}],
            "listing": listing,
            "reason": reason,
            "reasons": [(one.label, f"{here}?reason={one.value}") for one in Reason],
            "here": here,
        },
    )


@page(roles=justice_lab.MAKERS)
def take_out(request: Request, submission_id: UUID) -> HttpResponse:
    """What taking it out does, and one button for each form of the file: the file is the answer."""
    if request.method == "POST":
        said = justice_lab.take_out(
            submission_id=submission_id,
            ending=request.POST.get("ending", ""),
            by=request.actor,
            at=request.now,
        )
        if not said:
            return access.refuse(request, said)
        return parts.attached(said.data["name"], said.data["content"])
    found = justice_lab.page(submission_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    if Action.TAKE_OUT not in found.moves:
        return access.refuse(request, Decision(False, found.why_not[Action.TAKE_OUT]))
    return render(
        request,
        "evaluate/lab_take_out.html",
        {
            "title": "Take the file out",
            "caption": f"Submission {found.row.number}",
            "back": reverse("evaluate:lab_submission", args=[submission_id]),
            "found": found,
            "endings": justice_lab.ENDINGS,
        },
    )


# --- the forms ----------------------------------------------------------------------------------------


class _Wanted(flow.Flow):
    form = forms.SubmissionForm
    button = "Draw it up"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"recipients": justice_lab.recipients(by=self.actor, at=self.now)}

    def wanted(self, answers: dict[str, Any]) -> justice_lab.Wanted:
        return justice_lab.Wanted(
            start=answers["start"],
            end=answers["end"],
            to_organisation_id=UUID(answers["to_organisation"]),
            basis=justice_lab.LawfulBasis(answers["basis"]),
            confidence_basis=answers["confidence_basis"],
            because=answers["because"],
        )


@page(roles=justice_lab.MAKERS)
class Draw(_Wanted):
    title = "Draw up a submission to the Justice Data Lab"

    def back(self) -> str:
        return reverse(_HOME)

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = justice_lab.draw_up(wanted=self.wanted(answers), by=self.actor, at=self.now)
        href = reverse("evaluate:lab_submission", args=[said.id]) if said else ""
        return flow.Receipt.of(said, "Drawn up", href=href, onward="See the submission")


class _OfOne(flow.Flow):
    """A form about one submission; `needs` are the moves of which one must be open to this person."""

    is_shared = True
    needs: tuple[Action, ...] = ()
    found: justice_lab.Page

    def begin(self) -> HttpResponse | None:
        found = justice_lab.page(self.kwargs["submission_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        if not any(one in found.moves for one in self.needs):
            return access.refuse(self.request, Decision(False, found.why_not[self.needs[0]]))
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": f"Submission {self.found.row.number} to the Justice Data Lab"}

    def back(self) -> str:
        return reverse("evaluate:lab_submission", args=[self.kwargs["submission_id"]])

    def receipt(self, said: Any, title: str) -> flow.Receipt:
        return flow.Receipt.of(said, title, href=self.back(), onward="See the submission")


@page(roles=justice_lab.MAKERS)
class DrawAgain(_OfOne, _Wanted):
    title = "Draw a submission up again"
    effect = "changes"
    needs = (Action.DRAW_AGAIN,)

    def initial(self, step: flow.Step) -> dict[str, Any]:
        wanted = self.found.wanted
        return {
            "start": wanted.start,
            "end": wanted.end,
            "to_organisation": str(wanted.to_organisation_id),
            "basis": wanted.basis.value,
            "confidence_basis": wanted.confidence_basis,
            "because": wanted.because,
        }

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = justice_lab.draw_again(
            submission_id=self.kwargs["submission_id"],
            wanted=self.wanted(answers),
            by=self.actor,
            at=self.now,
        )
        return self.receipt(said, "Drawn up again")


@page(roles=justice_lab.MAKERS)
class Propose(_OfOne):
    title = "Put a submission forward"
    form = forms.ProposeForm
    button = "Put it forward"
    check = False
    effect = "decides"
    needs = (Action.PROPOSE,)

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = justice_lab.propose(
            submission_id=self.kwargs["submission_id"], by=self.actor, at=self.now
        )
        return self.receipt(said, "Put forward")


@page(roles=justice_lab.READERS, when=justice_lab.may_open)
class Say(_OfOne):
    title = "Say yes or no to a submission"
    form = forms.SayForm
    button = "Save what you say"
    needs = (Action.AGREE, Action.APPROVE, Action.REFUSE)

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = justice_lab.say(
            submission_id=self.kwargs["submission_id"], **answers, by=self.actor, at=self.now
        )
        return self.receipt(said, "What you said is kept")


@page(roles=justice_lab.READERS, when=justice_lab.may_open)
class Withdraw(_OfOne):
    title = "Withdraw a submission"
    form = forms.WithdrawForm
    button = "Withdraw it"
    effect = "decides"
    needs = (Action.WITHDRAW,)

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = justice_lab.withdraw(
            submission_id=self.kwargs["submission_id"], **answers, by=self.actor, at=self.now
        )
        return self.receipt(said, "Withdrawn")


# --- the privacy notice ------------------------------------------------------------------------------


@page(roles=told.MAY_KEEP_NOTICES)
def notices(request: Request) -> HttpResponse:
    """Every version of the privacy notice, and whether it names this use."""
    rows = [
        {
            "cells": [
                {"text": f"Version {one.version}"},
                {"text": clock.day(one.from_date)},
                {"text": "Yes" if one.names_lab else "No", "hint": one.sentence},
            ]
        }
        for one in told.notices()
    ]
    heads = ("Privacy notice", "Given since", "Names the Justice Data Lab")
    return render(
        request,
        "evaluate/notices.html",
        {
            "title": "Privacy notices",
            "crumbs": _crumbs(),
            "rows": rows,
            "columns": [{"label": head} for head in heads],
        },
    )


@page(roles=told.MAY_KEEP_NOTICES)
class AddNotice(flow.Flow):
    title = "Keep a version of the privacy notice"
    form = forms.NoticeForm
    button = "Keep it"

    def back(self) -> str:
        return reverse("evaluate:notices")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = told.keep_notice(
            version=answers["version"],
            from_date=answers["from_date"],
            names_lab=answers["names_lab"],
            sentence=answers.get("sentence") or "",
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Kept", href=self.back(), onward="See the privacy notices")
