"""Making a referral: a task list whose later parts wait for the choice of a service."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from pathways.domain.referral.matching import Match
from pathways.domain.referral.sharing import LEAST, NEVER_PRIVATE, ShareField
from pathways.domain.terms.needs import Domain
from pathways.domain.terms.people import Role, Sector
from pathways.journey import refer, referrals
from pathways.web import about_her, access, flow
from pathways.web.access import page
from pathways.web.forms import Answer
from pathways.web.refer import forms

#: So many services are drawn at once; a search by name finds the others.
DRAWN = 12


@page(roles={Role.COORDINATOR})
class New(flow.Flow):
    title = "Refer her to a service"
    as_tasks = True
    button = "Send the referral"
    template = "refer/ask.html"
    tasks_template = "refer/tasks.html"
    steps = (
        flow.Step("service", "Choose a service", forms.ChooseService),
        flow.Step("asked", "Who and why: what it is asked for", forms.Asked),
        flow.Step("share", "What is shared", forms.Share),
        flow.Step("contact", "How this service reaches her safely", forms.Contact),
    )

    def begin(self) -> HttpResponse | None:
        found = referrals.making(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        if not found.may and "done" not in self.request.GET:
            return access.refuse(self.request, found.may)
        return None

    @cached_property
    def chosen(self) -> tuple[Match, Sector] | None:
        """The service chosen so far, with its reasons, and the sector of who gives it."""
        kept = self.kept.get("steps", {}).get("service", {}).get("service", [""])[0]
        try:
            key = UUID(kept)
        except ValueError:
            return None
        return referrals.service_named(
            client_id=self.kwargs["client_id"],
            service_id=key,
            wanted=self.found.wanted,
            by=self.actor,
            at=self.now,
        )

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        return self.matching("")

    def matching(self, query: str) -> tuple[Match, ...]:
        return referrals.matches(
            client_id=self.kwargs["client_id"],
            wanted=self.found.wanted,
            by=self.actor,
            at=self.now,
            query=query,
        )

    def waits(self, step: flow.Step) -> str:
        if step.slug == "service" or self.chosen is not None:
            return ""
        return "Choose a service first."

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        if step.slug == "service":
            return {"services": [(m.service.id, m.service.name) for m in self.matches if not m.barred]}
        if step.slug == "share":
            return {"fields": self.shareable}
        return {}

    @property
    def shareable(self) -> tuple[ShareField, ...]:
        if self.chosen is None:
            return ()
        return referrals.shareable(self.chosen[1], self.found.agreed)

    def initial(self, step: flow.Step) -> dict[str, Any]:
        if step.slug == "asked":
            meets = self.chosen[0].meets if self.chosen else ()
            return {"needs": [need.value for need in meets or self.found.open_needs]}
        if step.slug == "share":
            usual = LEAST | {ShareField.NEEDS}
            return {"share": [item.value for item in self.shareable if item in usual]}
        return {}

    def context(self) -> dict[str, Any]:
        query = self.request.GET.get("q", "").strip()[:80]
        kept = self.kept.get("steps", {}).get("service", {}).get("service", [""])[0]
        shown = self.matching(query) if query else self.matches
        return {
            "person": about_her.person(self.found.banner),
            "found": self.found,
            "query": query,
            "matches": shown[:DRAWN],
            "more": max(0, len(shown) - DRAWN),
            "service_kept": kept,
            "chosen": self.chosen[0] if self.chosen else None,
            "sees": self._sees(),
            "agreed_words": [item.label for item in ShareField if item in self.found.agreed],
        }

    def _sees(self) -> list[tuple[str, str, bool]]:
        """Every field: whether this service can be given it, and why not."""
        if self.chosen is None:
            return []
        found = []
        for item in ShareField:
            if item in self.shareable:
                found.append((item.label, "You choose below", True))
            elif item not in self.found.agreed:
                found.append((item.label, "She has not agreed to share it", False))
            elif item in NEVER_PRIVATE:
                found.append((item.label, "A private company never receives it", False))
        return found

    def extra_rows(self, answers: dict[str, Any]) -> list[Answer]:
        withheld = tuple(item.label for item in ShareField if item not in answers["share"])
        return [
            Answer("The service will not see", withheld),
            Answer("How it will reach her", (self.found.safe_contact,)),
        ]

    def back(self) -> str:
        return about_her.address(self.kwargs["client_id"])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = refer.send(
            client_id=self.kwargs["client_id"],
            service_id=UUID(answers["service"]),
            needs=[Domain(need) for need in answers["needs"]],
            why=answers["why"],
            fields=answers["share"],
            words={
                ShareField.LANGUAGE: answers["language_words"],
                ShareField.ACCESS_NEEDS: answers["access_words"],
                ShareField.HEALTH: answers["health_words"],
            },
            contact_note=answers["contact_note"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Referral sent", href=_shown(said.id), onward="See this referral")


def _shown(referral_id: UUID | None) -> str:
    return reverse("refer:show", args=[referral_id]) if referral_id else reverse("refer:list")
