"""Known already?, in a form that asks who she is: beside it while somebody types, and as a page on Continue.

With scripts, what was typed is posted while it is typed and the list beside the form changes. Without, the
same list is a page of its own after Continue, and only where somebody like her was found.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pathways.domain.governance.policy import Resource
from pathways.journey import knowing
from pathways.journey.comparing import Paper
from pathways.journey.home import Leads
from pathways.journey.knowing import Likely
from pathways.journey.naming import Kind
from pathways.web import flow, forms, onward
from pathways.web.access import page
from pathways.web.request import Request

NONE = "none"
_LEADS = {
    Kind.NOMINAL: Leads.CONSIDERATION,
    Kind.CLIENT: Leads.CLIENT,
    Kind.REFERRAL_IN: Leads.REFERRAL_IN,
}


class BornForm(forms.PathwaysForm):
    """The date alone: half of one, while it is typed, is none."""

    born = forms.Date(label="Date of birth", required=False, span=forms.Span.BIRTH)


class KnownForm(forms.PathwaysForm):
    known = forms.Choose(label="Is she one of these?", choices=[("", "")], error="Select whether she is one")

    def __init__(self, *args: Any, found: tuple[Likely, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose: Any = self.fields["known"]
        choose.choices = [
            *((str(one.id), _said(one)) for one in found),
            (NONE, "No, none of these is her" if found else "Nobody like her was found"),
        ]


STEP = flow.Step(
    "known",
    "Is she known already?",
    KnownForm,
    "You alone can say whether she is one of these. Open a record in a new tab to be sure.",
)


def _said(one: Likely) -> str:
    born = f", born {one.born.day} {one.born:%B %Y}" if one.born else ""
    return f"{one.name}{born}"


def paper(typed: Any) -> Paper:
    """What was typed of her, however little, to be looked for: a form's cleaned answers."""
    given = typed.get("given_names") or typed.get("called") or ""
    return Paper(
        given_names=given,
        surname=typed.get("surname") or "",
        other_names=typed.get("other_names") or (typed.get("called") or "" if given else ""),
        born=typed.get("born"),
        address=typed.get("address") or "",
        telephone=typed.get("telephone") or "",
    )


def rows(found: tuple[Likely, ...], request: Any) -> list[dict[str, Any]]:
    """Each record with its way on, where its page is for this person."""
    return [
        {
            "one": one,
            "href": onward.to(_LEADS[one.kind], request.actor, one.leads_to) if one.leads_to else "",
            "works_with": " and ".join(one.works_with),
        }
        for one in found
    ]


@page(reads=Resource.NAME_TOKEN)
def typed(request: Request) -> HttpResponse:
    """The list beside the form, for what has been typed so far. Nothing of it is kept."""
    if request.method != "POST" or not knowing.may_look(request.actor):
        return HttpResponse(status=204)
    born = BornForm(request.POST)
    born.is_valid()
    said = {
        name: request.POST.get(name, "")[:200]
        for name in ("given_names", "called", "surname", "other_names", "address", "telephone")
    }
    who = paper({**said, "born": born.cleaned_data.get("born")})
    found = knowing.look(who=who, by=request.actor, at=request.now, thoroughly=False)
    context = {"rows": rows(found, request), "enough": who.says_enough}
    return render(request, "linking/likely.html", context)


class Asked(flow.Flow):
    """A flow whose step “who” asks who she is: after it, whether she is one of those who are known.

    `known_step` is left out for those who may not look and where nobody like her is found.
    """

    template: ClassVar[str] = "linking/who.html"
    _found: tuple[Likely, ...] | None = None

    @property
    def all_steps(self) -> tuple[flow.Step, ...]:
        steps = super().all_steps
        if not self._asks():
            return steps
        place = next(at for at, one in enumerate(steps) if one.slug == "who") + 1
        return (*steps[:place], STEP, *steps[place:])

    def _asks(self) -> bool:
        kept = getattr(self, "kept", {}).get("steps", {})
        here = self.request.POST.get("_step") or self.request.GET.get("step")
        return knowing.may_look(self.actor) and "who" in kept and ("known" in kept or here == "known")

    def look(self) -> tuple[Likely, ...]:
        """Those like the woman whom the form names so far, looked for once a request."""
        if self._found is None:
            who = self._judged(super().all_steps[0])
            self._found = ()
            if who is not None:
                who.is_valid()
                self._found = knowing.look(who=paper(who.cleaned_data), by=self.actor, at=self.now)
        return self._found

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"found": self.look()} if step.slug == "known" else super().form_kwargs(step)

    def context(self) -> dict[str, Any]:
        here = self.request.POST.get("_step") or self.request.GET.get("step") or "who"
        more: dict[str, Any] = {"looks": knowing.may_look(self.actor)}
        more["look_address"] = reverse("linking:typed")
        if here == "known" and "who" in self.kept.get("steps", {}):
            more["rows"] = rows(self.look(), self.request)
        return {**super().context(), **more}

    def _after(self, step: flow.Step) -> str:
        if step.slug == "who" and knowing.may_look(self.actor):
            found = self.look()
            came_from = "&from=check" if self.request.GET.get("from") == "check" else ""
            chosen = self.kept["steps"].get("known", {}).get("known", [""])[0]
            if found:
                if chosen not in {NONE, *(str(one.id) for one in found)}:
                    self.kept["steps"].pop("known", None)
                    self._write()
                return f"{self.request.path}?step=known{came_from}"
            if self.kept["steps"].pop("known", None) is not None:
                self._write()
        if step.slug == "known":
            chosen = self.kept["steps"]["known"].get("known", [NONE])[0]
            one = next((one for one in self.look() if str(one.id) == chosen), None)
            if one is not None and (href := self.goes_to(one)):
                return href
        return super()._after(step)

    def goes_to(self, one: Likely) -> str:
        """Where the person goes on who says that she is this one; nothing to go on with the form."""
        return ""


def chosen(answers: dict[str, Any]) -> UUID | None:
    """The record that she was said to be, if any."""
    said = answers.get("known")
    return UUID(said) if said and said != NONE else None
