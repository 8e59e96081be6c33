"""Interview pages, for evaluators alone: what was said is opened nowhere else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pathways.domain.evaluation import interviews
from pathways.domain.evaluation.interviews import Action, CodingState, Status
from pathways.domain.evaluation.recorded import KINDS, RecordKind
from pathways.journey import interviewing, recording
from pathways.web import access, clock, flow
from pathways.web.access import page
from pathways.web.evaluate import parts
from pathways.web.interviews.forms import (
    CodesForm,
    DecideForm,
    ExcerptForm,
    QuoteForm,
    ReasonForm,
    SettleForm,
    SureForm,
)
from pathways.web.request import Request

_STATE = {Status.WAITING: "yellow", Status.RELEASED: "green"}
_OF_CODING = {CodingState.DIFFER: "yellow", CodingState.SETTLED: "green"}


def _table(*columns: str, numeric: int = 99) -> list[dict[str, Any]]:
    """Headings; from `numeric` on they stand over numbers."""
    return [{"label": label, "numeric": at >= numeric} for at, label in enumerate(columns)]


def _number(value: Any) -> dict[str, Any]:
    return {"text": str(value), "numeric": True}


@page(roles=interviewing.HEARS)
def overview(request: Request) -> HttpResponse:
    by, at = request.actor, request.now
    results = KINDS[RecordKind.INTERVIEW].question("result").options
    heard = interviewing.excerpts(by=by, at=at)
    asked = recording.listed(RecordKind.INTERVIEW, by=by, at=at)
    held = [one for one in asked.records if one.answers.get("result") == "held"] if asked else []
    return render(
        request,
        "interviews/overview.html",
        {
            "title": "Interviews",
            "tabs": parts.tabs("interviews", request.actor),
            "sampling_columns": _table("Who was asked", "Asked", *(label for _, label in results), numeric=1),
            "sampling": [
                {"cells": [{"text": one.group}, *map(_number, (one.invited, *one.results.values()))]}
                for one in interviewing.sampling(by=by, at=at)
            ],
            "held": [
                {
                    "href": reverse("interviews:keep", args=[one.id]),
                    "words": f"Participant {one.participant}, {clock.day(one.on)}",
                    "may_quote": "quotation" in (one.answers.get("consent") or ()),
                }
                for one in held
            ],
            "excerpts": [_excerpt_line(one) for one in heard],
            "excerpt_columns": _table("Participant", "What was said", "Codes"),
            "agreements": [_agreement_line(one) for one in interviewing.agreements(by=by, at=at)],
            "agreement_columns": _table(
                "Code", "Both", "First only", "Second only", "Neither", "Kappa (95%)", "Alpha (95%)",
                numeric=1,
            ),
            "themes": [
                {
                    "cells": [
                        {"text": f"{one.node} {one.words}", "href": f"{reverse('plan:theory')}#{one.node}"},
                        {"text": ", ".join(one.codes)},
                        _number(one.participants),
                        _number(one.excerpts),
                        _number(one.undecided),
                    ]
                }
                for one in interviewing.themes(by=by, at=at)
            ],
            "theme_columns": _table(
                "Part of the theory of change", "Codes", "Participants", "Excerpts", "Not settled", numeric=2
            ),
            "apart": interviewing.apart(by=by),
            "quotations": [_quotation_line(one) for one in interviewing.quotations(by=by, at=at)],
            "quotation_columns": _table("Words", "Who said it", "State"),
        },
    )


def _excerpt_line(one: interviewing.Heard) -> dict[str, Any]:
    return {
        "cells": [
            {
                "text": f"Participant {one.participant}",
                "href": reverse("interviews:excerpt", args=[one.id]),
                "hint": one.group,
            },
            {"text": recording.shortened(one.text, 160)},
            {"text": one.state.label, "hint": "You coded it" if one.is_mine_coded else ""},
        ]
    }


def _agreement_line(one: interviewing.CodeAgreement) -> dict[str, Any]:
    table = one.kappa.table
    pairs = [("given", "given"), ("given", "not"), ("not", "given"), ("not", "not")]
    return {
        "cells": [
            {
                "text": one.code.name,
                "href": reverse("plan:record", args=[one.code.id]),
                "hint": f"Version {one.code.version}",
            },
            *(_number(table.get(pair, 0)) for pair in pairs),
            _number(_with(one.kappa.kappa, one.kappa.low, one.kappa.high)),
            _number(_with(one.alpha.alpha, one.alpha.low, one.alpha.high)),
        ]
    }


def _with(value: float | None, low: float | None, high: float | None) -> str:
    """“0.61 (0.20 to 0.89)”; a code that both gave always or never has no such figure."""
    if value is None:
        return "Not defined"
    return f"{value:.2f}" + ("" if low is None or high is None else f" ({low:.2f} to {high:.2f})")


def _quotation_line(one: interviewing.Quoted) -> dict[str, Any]:
    when = f"asked by {one.asked_by}, {clock.day(one.asked_at)}"
    if one.decided_at:
        when += f"; decided by {one.decided_by}, {clock.day(one.decided_at)}"
    first: dict[str, Any] = {"text": recording.shortened(one.text, 160), "hint": when}
    if one.status is Status.WAITING:
        first["href"] = reverse("interviews:decide", args=[one.id])
    elif one.status is Status.RELEASED:
        first["href"] = reverse("interviews:take_back", args=[one.id])
    state = {"tag": one.status.label, "colour": _STATE.get(one.status, "grey"), "hint": one.because}
    return {"cells": [first, {"text": one.said_by}, state]}


@page(roles=interviewing.HEARS)
def excerpt(request: Request, excerpt_id: UUID) -> HttpResponse:
    found = interviewing.excerpt(excerpt_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    codings = interviewing.codings(excerpt_id, by=request.actor, at=request.now)
    apart = interviewing.difference(excerpt_id, by=request.actor, at=request.now)
    return render(
        request,
        "interviews/excerpt.html",
        {
            "title": f"Excerpt of participant {found.participant}",
            "caption": found.group,
            "crumbs": [("Interviews", reverse("interviews:overview"))],
            "excerpt": found,
            "codings": codings,
            "is_coded": found.state is not CodingState.WAITING,
            "may_code": found.state in _TO_BE_CODED and not found.is_mine_coded,
            "waits": found.state in _TO_BE_CODED and found.is_mine_coded,
            "apart": apart,
        },
    )


_TO_BE_CODED = (CodingState.WAITING, CodingState.ONE)


@page(roles=interviewing.HEARS)
def differences(request: Request) -> HttpResponse:
    """What two coders gave differently, side by side: what waits for this person first, settled ones last."""
    found = interviewing.differences(by=request.actor, at=request.now)
    return render(
        request,
        "interviews/differences.html",
        {
            "title": "Where two coders differ",
            "crumbs": [("Interviews", reverse("interviews:overview"))],
            "rows": [_difference_line(one) for one in found],
            "columns": _table("Participant", "What was said", "The first gave", "The second gave", "Settled"),
            "apart": interviewing.apart(by=request.actor),
            "mine": sum(bool(one.may_settle) for one in found),
        },
    )


def _difference_line(one: interviewing.Difference) -> dict[str, Any]:
    first = [name for name, is_given, _ in one.given if is_given]
    second = [name for name, _, is_given in one.given if is_given]
    address = "interviews:settle" if one.may_settle else "interviews:excerpt"
    return {
        "cells": [
            {
                "text": f"Participant {one.participant}",
                "href": reverse(address, args=[one.excerpt_id]),
                "hint": one.group,
            },
            {"text": one.text},
            {"text": ", ".join(first) or _NONE, "hint": one.coders[0]},
            {"text": ", ".join(second) or _NONE, "hint": one.coders[1]},
            _settled_cell(one),
        ]
    }


_NONE = "None fits"


def _settled_cell(one: interviewing.Difference) -> dict[str, Any]:
    if one.settled is not None:
        codes = ", ".join(one.settled.codes) or _NONE
        return {"text": codes, "hint": f"By {one.settled.by}, {clock.day(one.settled.at)}"}
    waits = {"tag": "Not settled", "colour": _OF_CODING[CodingState.DIFFER]}
    return waits if one.may_settle else {**waits, "hint": one.may_settle.reason}


class _OfExcerpt(flow.Flow):
    found: interviewing.Heard

    def begin(self) -> HttpResponse | None:
        found = interviewing.again(self.kwargs["excerpt_id"], by=self.actor)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": f"Participant {self.found.participant}", "excerpt": self.found}

    def back(self) -> str:
        return reverse("interviews:excerpt", args=[self.kwargs["excerpt_id"]])

    def receipt(self, said: Any, title: str) -> flow.Receipt:
        return flow.Receipt.of(said, title, href=self.back(), onward="Back to the excerpt")


@page(roles=interviewing.HEARS)
class Keep(flow.Flow):
    title = "Keep an excerpt"
    form = ExcerptForm
    button = "Keep this excerpt"

    def begin(self) -> HttpResponse | None:
        record, answer = interviewing.may_keep(self.kwargs["kept_id"], by=self.actor)
        if record is None:
            return access.not_found(self.request)
        if not answer:
            return access.refuse(self.request, answer)
        self.record = record
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": f"Participant {self.record.participant}"}

    def back(self) -> str:
        return reverse("interviews:overview")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = interviewing.keep(record_id=self.record.id, **answers, by=self.actor, at=self.now)
        href = reverse("interviews:excerpt", args=[said.id]) if said else ""
        return flow.Receipt.of(said, "Excerpt kept", href=href, onward="See the excerpt")


@page(roles=interviewing.HEARS)
class GiveCodes(_OfExcerpt):
    title = "Give it codes"
    template = "interviews/ask.html"
    form = CodesForm
    button = "Give these codes"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"codebook": interviewing.codebook(by=self.actor, at=self.now)}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        keys = [UUID(one) for one in answers["codes"]]
        said = interviewing.code(excerpt_id=self.found.id, code_ids=keys, by=self.actor, at=self.now)
        return self.receipt(said, "Codes given")


@page(roles=interviewing.HEARS)
class Settle(_OfExcerpt):
    effect = "decides"
    title = "Settle where two coders differ"
    template = "interviews/settle.html"
    form = SettleForm
    button = "Settle it so"
    apart: interviewing.Difference

    def begin(self) -> HttpResponse | None:
        if (stop := super().begin()) is not None:
            return stop
        answer = interviews.may_settle(self.found.state, has_coded=self.found.is_mine_coded)
        apart = interviewing.difference(self.found.id, by=self.actor, at=self.now) if answer else None
        if apart is None:
            said = {"title": self.title, "answer": answer, "onward": self.back()}
            return render(self.request, "interviews/not_now.html", said)
        self.apart = apart
        return None

    def context(self) -> dict[str, Any]:
        given = [
            {"cells": [{"text": name}, *({"text": "Given" if each else "Not given"} for each in pair)]}
            for name, *pair in self.apart.given
        ]
        return {
            **super().context(),
            "given": given,
            "given_columns": _table("Code", *self.apart.coders),
        }

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"disputed": self.apart.disputed}

    def back(self) -> str:
        return reverse("interviews:differences")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = interviewing.settle(
            excerpt_id=self.found.id,
            code_ids=[UUID(one) for one in answers["codes"]],
            because=answers["because"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Settled", href=self.back(), onward="Back to where coders differ")


@page(roles=interviewing.HEARS)
class Quote(_OfExcerpt):
    title = "Ask to quote"
    template = "interviews/ask.html"
    form = QuoteForm
    button = "Ask for this quotation"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        key = self.found.id
        return {"look": lambda text: interviewing.signs(text, by=self.actor, without=key)}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"text": self.found.text[: interviews.MOST_QUOTATION]}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = interviewing.ask_to_quote(
            excerpt_id=self.found.id,
            text=answers["text"],
            has_looked="yes" in answers["has_looked"],
            by=self.actor,
            at=self.now,
        )
        return self.receipt(said, "Quotation asked for")


@page(roles=interviewing.HEARS)
class TakeOut(_OfExcerpt):
    effect = "decides"
    title = "Take an excerpt out"
    template = "interviews/ask.html"
    form = SureForm
    check = False
    button = "Take it out for good"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = interviewing.take_out(excerpt_id=self.found.id, by=self.actor, at=self.now)
        href = reverse("interviews:overview")
        return flow.Receipt.of(said, "Excerpt taken out", href=href, onward="Back to the interviews")


class _OfQuotation(flow.Flow):
    effect = "decides"
    thing = "interviews:quotation"
    template = "interviews/quoted.html"
    found: interviewing.Quoted
    needs: Status

    def begin(self) -> HttpResponse | None:
        found = interviewing.quotation(self.kwargs["quotation_id"], by=self.actor)
        if found is None or found.status is not self.needs:
            return access.not_found(self.request)
        self.found = found
        return None

    def context(self) -> dict[str, Any]:
        signs = interviewing.signs(self.found.text, by=self.actor, without=self.found.excerpt_id)
        return {"caption": self.found.said_by, "quoted": self.found, "signs": signs}

    def back(self) -> str:
        return reverse("interviews:overview")

    def receipt(self, said: Any, title: str) -> flow.Receipt:
        return flow.Receipt.of(said, title, href=self.back(), onward="Back to the interviews")


@page(roles=interviewing.HEARS)
class Decide(_OfQuotation):
    title = "May this be shown?"
    form = DecideForm
    button = "Decide so"
    needs = Status.WAITING

    def begin(self) -> HttpResponse | None:
        if (stop := super().begin()) is not None:
            return stop
        if self.found.is_mine:
            answer = interviewing.may_decide(self.found.id, Action.REFUSE, by=self.actor)
            return render(self.request, "partners/not_now.html", {"title": self.title, "answer": answer})
        return None

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = interviewing.decide(
            quotation_id=self.found.id,
            action=Action(answers["action"]),
            because=answers["because"],
            by=self.actor,
            at=self.now,
        )
        return self.receipt(said, "Decided")


@page(roles=interviewing.HEARS)
class TakeBack(_OfQuotation):
    title = "Take a quotation back"
    form = ReasonForm
    button = "Take it back"
    needs = Status.RELEASED

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = interviewing.decide(
            quotation_id=self.found.id, action=Action.TAKE_BACK, **answers, by=self.actor, at=self.now
        )
        return self.receipt(said, "Quotation taken back")
