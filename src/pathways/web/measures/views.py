"""Filling in an instrument with her, reading what she answered, and keeping what came of a tool of others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from pathways.domain.governance.policy import Resource
from pathways.domain.outcomes import instrument, tools
from pathways.domain.outcomes.response import Action, How, Occasion
from pathways.domain.terms.people import Role
from pathways.journey import danger, instruments, measuring
from pathways.web import access, clock, endangered, flow
from pathways.web.access import page
from pathways.web.forms import Answer
from pathways.web.measures import forms
from pathways.web.request import Request
from pathways.web.support import about
from pathways.web.support.contacts import AboutHer

KEEP_RESULTS = {Role.COORDINATOR, Role.SUPPORT_WORKER, Role.SUPERVISOR}


@page(creates=Resource.RESPONSE)
class FillIn(AboutHer):
    """An instrument about her. Kept as it is typed; an answer that signals danger is told at once."""

    title = "Fill in a questionnaire"
    form = forms.Filling
    button = "Keep these answers"
    template = "measures/fill.html"
    found: instruments.Known

    def begin(self) -> HttpResponse | None:
        if (stop := super().begin()) is not None:
            return stop
        code, edition = str(self.kwargs["code"]), str(self.kwargs["edition"])
        known = instruments.in_use_now(by=self.actor)
        found = next((one for one in known if (one.asks.code, one.asks.edition) == (code, edition)), None)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"asks": self.found.asks}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        wanted = self.request.GET.get("occasion", "")
        known = {one.value for one in Occasion}
        return {
            "measured_on": clock.local(self.now).date(),
            "occasion": wanted if wanted in known else "",
            "how": How.TOGETHER.value,
        }

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "caption": self.found.asks.name,
            "known": self.found,
            "danger_said": self._danger_said(),
        }

    def _danger_said(self) -> str:
        """What the page says where an answer kept so far signals danger."""
        kept = self.kept.get("steps", {}).get(self.all_steps[0].slug, {})
        return endangered.words(self.kwargs["client_id"], self.actor) if self._signals(kept) else ""

    def _signals(self, typed: dict[str, list[str]]) -> bool:
        given = {
            name.removeprefix(forms.BEFORE): said[-1] for name, said in typed.items() if said and said[-1]
        }
        return any(one.raised_by(self.found.asks, given) for one in self.found.asks.alerts)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return endangered.on_the_next_page(
            request, super().post(request, *args, **kwargs), self._danger_said()
        )

    def back(self) -> str:
        return reverse("herpage:measures", args=[self.kwargs["client_id"]])

    def answers_of(self, typed: dict[str, Any]) -> dict[str, Any]:
        return forms.answers_of(self.found.asks, typed)

    def _keep(self, step: flow.Step, typed: dict[str, list[str]]) -> None:
        super()._keep(step, typed)
        if self._signals(typed):
            danger.said(
                client_id=self.kwargs["client_id"],
                where=measuring.IN_INSTRUMENT,
                object_id=self.kwargs["client_id"],
                route=measuring.HERS,
                by=self.actor,
                at=self.now,
            )

    def extra_rows(self, answers: dict[str, Any]) -> list[Answer]:
        asks = self.found.asks
        if not asks.has_score:
            return []
        score = instrument.score(asks, self.answers_of(answers), conversion=instruments.conversion(asks))
        said = (
            [score.why_none]
            if score.value is None
            else [f"{instrument.shown(score.value)} {score.band}".strip()]
        )
        rows = [Answer("Score", tuple(said))]
        if score.is_prorated:
            rows.append(Answer("Prorated", (score.working,)))
        rows += [Answer("Signals danger", (f"{one.words}. See to her safety now.",)) for one in score.alerts]
        return rows

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = measuring.fill_in(
            client_id=self.kwargs["client_id"],
            key=self.found.key,
            answers=self.answers_of(answers),
            measured_on=answers["measured_on"],
            occasion=answers["occasion"],
            how=How(answers["how"]),
            written_by=answers.get("written_by") or "",
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Answers kept", href=self.back(), onward="See her measures")


@page(reads=Resource.RESPONSE)
def one(request: Request, response_id: UUID) -> HttpResponse:
    """What she answered, question by question; prints on paper."""
    found = measuring.one(response_id=response_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    context = {
        "title": found.asks.name,
        "person": about.banner(request, found.client_id),
        "found": found,
        "sections": _sections(found.lines),
        "score": _score(found.score),
        "may_withdraw": Action.WITHDRAW in found.moves,
        "may_put_back": Action.PUT_BACK in found.moves,
        "back": reverse("herpage:measures", args=[found.client_id]),
    }
    return render(request, "measures/one.html", context)


def _sections(lines: tuple[tuple[str, str, str], ...]) -> list[tuple[str, list[dict[str, str]]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for section, label, said in lines:
        found.setdefault(section, []).append({"key": label, "value": said})
    return list(found.items())


def _score(score: instrument.Score) -> list[dict[str, str]]:
    if score.raw is None and score.value is None and not score.missing:
        return []
    rows = [
        {
            "key": "Score",
            "value": instrument.shown(score.value) if score.value is not None else score.why_none,
        }
    ]
    if score.band:
        rows.append({"key": "Called", "value": score.band})
    if score.working:
        rows.append({"key": "Working", "value": score.working})
    rows += [
        {"key": "At or past a cut-off", "value": f"{one.words} ({instrument.shown(one.at)}"
         f"{f', {one.whom}' if one.whom else ''})"}
        for one in score.met
    ]  # fmt: skip
    rows += [{"key": "Signals danger", "value": one.words} for one in score.alerts]
    return rows


class _OfOne(flow.Flow):
    """A form about one filling in of hers."""

    def begin(self) -> HttpResponse | None:
        found = measuring.one(response_id=self.kwargs["response_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        return None

    def client_id(self) -> UUID | None:
        return self.found.client_id

    def context(self) -> dict[str, Any]:
        return {"person": about.banner(self.request, self.found.client_id), "caption": self.found.asks.name}  # type: ignore[arg-type]

    def back(self) -> str:
        return reverse("measures:one", args=[self.kwargs["response_id"]])


@page(changes=Resource.RESPONSE)
class Withdraw(_OfOne):
    effect = "decides"
    is_shared = True
    title = "Take these answers out"
    form = forms.WhyOut
    check = False
    button = "Take them out"

    def do(self, answers: dict[str, Any]) -> HttpResponse:
        said = measuring.withdraw(
            response_id=self.kwargs["response_id"], why=answers["why"], by=self.actor, at=self.now
        )
        if not said.allowed:
            raise flow.Refused(said)
        flow.notice(self.request, "Taken out. It stays to be read.", client_id=self.client_id())
        return redirect("herpage:measures", self.found.client_id)


@page(changes=Resource.RESPONSE)
@require_POST
def put_back(request: Request, response_id: UUID) -> HttpResponse:
    said = measuring.put_back(response_id=response_id, by=request.actor, at=request.now)
    if not said:
        return access.refuse(request, said)
    messages.success(request, "Counted again.")
    return redirect("measures:one", response_id)


@page(roles=KEEP_RESULTS, creates=Resource.TOOL_RESULT)
class KeepResult(AboutHer):
    """DASH, DARA, OASys or OGRS: what came of it, and no question of it."""

    title = "Keep the result of a tool"
    form = forms.ResultForm
    button = "Keep this result"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"may": measuring.tools_for(self.kwargs["client_id"], self.actor)}

    def since(self) -> None:
        return None  # a tool may have been used before she was with the programme

    def back(self) -> str:
        return reverse("herpage:measures", args=[self.kwargs["client_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        tool = tools.Tool(answers["tool"])
        number = answers.get(f"{tool.value}_number")
        result = tools.Result(
            tool,
            answers["assessed_on"],
            answers["words"],
            number,
            answers.get("criterion") if tool in tools.OF_ABUSE else None,
            answers["assessed_by"],
        )
        said = measuring.keep_result(
            client_id=self.kwargs["client_id"], result=result, document=answers["document"], by=self.actor,
            at=self.now,
        )  # fmt: skip
        return flow.Receipt.of(said, "Result kept", href=self.back(), onward="See her measures")
