"""Who may not see her: the page, keeping somebody out, letting them in again, and stepping back oneself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from pathways.domain.governance.policy import Resource
from pathways.journey import barring, drafts, identity
from pathways.web import about_her, access, flow, forms
from pathways.web.access import page
from pathways.web.bars.forms import EVERYBODY, Conflict, LiftForm, Where, Who
from pathways.web.request import Request


@page(reads=Resource.BAR)
def hers(request: Request, client_id: UUID) -> HttpResponse:
    """Where a task about it leads: the tab of her page."""
    return redirect("herpage:kept_out", client_id)


class _AboutHer(flow.Flow):
    """A form about her, after which the person who sent it may not see her any more."""

    is_gone = False

    def begin(self) -> HttpResponse | None:
        self.found = barring.of_her(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        if self.found is None:
            token = self.request.POST.get("_token", "") or self.request.GET.get("done", "")
            if token and drafts.fetch(f"done:{token}", self.actor):
                return redirect("home:home")  # pressed twice: it is done
            return access.not_found(self.request)
        return None

    def client_id(self) -> UUID | None:
        return None if self.is_gone else super().client_id()

    def context(self) -> dict[str, Any]:
        return {"person": about_her.person(self.found.person)} if self.found is not None else {}

    def gone(self) -> HttpResponse:
        """To the home page, because for this person there is no page of hers now."""
        self.is_gone = True
        messages.success(
            self.request, "Recorded. You no longer see her, and others have been asked to take over from you."
        )
        return redirect("home:home")


@page(creates=Resource.BAR)
class KeepOut(_AboutHer):
    """One person, or a whole organisation, from her record."""

    title = "Keep somebody from her record"
    steps = (
        flow.Step("where", "Where they work", Where),
        flow.Step("who", "Who it is, and why", Who),
    )
    button = "Keep them out"

    def begin(self) -> HttpResponse | None:
        if (stop := super().begin()) is not None:
            return stop
        assert self.found is not None
        return None if self.found.may_decide else access.refuse(self.request, self.found.may_decide)

    def back(self) -> str:
        return reverse("herpage:kept_out", args=[self.kwargs["client_id"]])

    def waits(self, step: flow.Step) -> str:
        return "" if step.slug == "where" or self._organisation() else "Choose the organisation first."

    def _organisation(self) -> UUID | None:
        given = self.kept.get("steps", {}).get("where", {}).get("organisation", [""])[0]
        return next((key for key, _ in barring.organisations() if str(key) == given), None)

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        if step.slug == "where":
            return {"organisations": [(str(key), name) for key, name in barring.organisations()]}
        where = self._organisation()
        people = [] if where is None else barring.people_at(where)
        return {
            "people": [
                (EVERYBODY, "Everybody who works there"),
                *((str(key), f"{name}, {roles.lower()}") for key, name, roles in people),
            ]
        }

    def extra_rows(self, answers: dict[str, Any]) -> list[forms.Answer]:
        return [
            forms.Answer(
                "What follows", ("They are told nothing. From their next page she is not there for them.",)
            )
        ]

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        who = answers["who"]
        said = barring.keep_out(
            client_id=self.kwargs["client_id"],
            organisation_id=UUID(answers["organisation"]),
            account_id=None if who == EVERYBODY else UUID(who),
            ground=answers["ground"],
            words=answers["words"],
            by=self.actor,
            at=self.now,
        )
        if said and identity.refreshed(self.actor).barred_from - self.actor.barred_from:
            return self.gone()
        return flow.Receipt.of(
            said, "Kept from her record", href=self.back(), onward="Back to “Who may not see her”"
        )


@page(reads=Resource.CLIENT)
class DeclareConflict(_AboutHer):
    """I know her: take her away from me."""

    title = "I know her: step back"
    form = Conflict
    check = False
    button = "Step back from her now"
    template = "bars/conflict.html"

    def back(self) -> str:
        return about_her.address(self.kwargs["client_id"])

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = barring.declare_conflict(
            client_id=self.kwargs["client_id"], words=answers["words"], by=self.actor, at=self.now
        )
        if not said:
            raise flow.Refused(said)
        return self.gone()


@page(changes=Resource.BAR)
class Lift(flow.Flow):
    """They may see her again."""

    effect = "decides"
    title = "Let them see her again"
    form = LiftForm
    check = False
    button = "Let them see her again"
    template = "bars/lift.html"

    def begin(self) -> HttpResponse | None:
        if "done" in self.request.GET:
            return None
        found = barring.one(bar_id=self.kwargs["bar_id"], by=self.actor, at=self.now)
        if found is None:
            token = self.request.POST.get("_token", "")
            if token and drafts.fetch(f"done:{token}", self.actor):
                return redirect(f"{self.request.path}?done={token}")
            return access.not_found(self.request)
        self.bar, self.person = found
        return None

    def client_id(self) -> UUID | None:
        person = getattr(self, "person", None)
        return person.client_id if person is not None else None

    def context(self) -> dict[str, Any]:
        if not hasattr(self, "bar"):
            return {}
        return {"bar": self.bar, "person": about_her.person(self.person)}

    def back(self) -> str:
        person = getattr(self, "person", None)
        return reverse("herpage:kept_out", args=[person.client_id]) if person is not None else ""

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = barring.lift(bar_id=self.kwargs["bar_id"], words=answers["words"], by=self.actor, at=self.now)
        return flow.Receipt.of(
            said, "They may see her again", href=self.back(), onward="Back to “Who may not see her”"
        )
