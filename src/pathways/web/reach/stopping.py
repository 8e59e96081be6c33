"""Pages of stopping and starting again, and of where she is safe."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from pathways.domain.reach.stop import AskedBy
from pathways.domain.terms.people import Role
from pathways.journey import safe_place, stopping
from pathways.web import access, flow
from pathways.web.access import page
from pathways.web.reach import forms, frame


@page(roles=frame.ALONGSIDE)
class Stop(flow.Flow):
    """One page, one button, from any stage."""

    effect = "decides"
    is_shared = True
    thing = "stop"
    title = "Stop all contact"
    form = forms.StopForm
    check = False
    button = "Stop all contact now"
    template = "reach/stop.html"

    def begin(self) -> HttpResponse | None:
        self.found = stopping.page(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        return None if self.found else access.not_found(self.request)

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"kinds": self.found.kinds if self.found else ()}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        only = self.found.kinds if self.found else ()
        return {"asked_by": AskedBy.HER, **({"kind": only[0]} if len(only) == 1 else {})}

    def context(self) -> dict[str, Any]:
        assert self.found is not None
        client_id = self.kwargs["client_id"]
        return {
            **frame.around(self.found.person, self.actor, "stop"),
            "found": self.found,
            "notices": [
                {
                    "key": notice.organisation,
                    "value": f"Has stopped: {notice.acknowledged_by}" if notice.acknowledged_at else "",
                    "none": "Has not said yet that it stopped",
                }
                for notice in self.found.notices
            ],
            "start_again": reverse("reach:start_again", args=[client_id]),
        }

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = stopping.stop_all(
            client_id=self.kwargs["client_id"],
            kind=answers["kind"],
            asked_by=answers["asked_by"],
            reason=answers["reason"] or stopping.Reason.NOT_SAID,
            words=answers["words"],
            by=self.actor,
            at=self.now,
        )
        if not said.allowed:
            raise flow.Refused(said)
        return flow.Receipt(
            "All contact has stopped",
            reference=said.reference,
            next=said.next,
            href=frame.home(self.kwargs["client_id"]),
            onward="Back to her page",
        )

    def back(self) -> str:
        return frame.home(self.kwargs["client_id"])


@page(roles=frame.ALONGSIDE)
class StartAgain(flow.Flow):
    effect = "decides"
    is_shared = True
    thing = "stop"
    title = "She wants to start again"
    form = forms.StartAgainForm
    check = False
    button = "Let contact start again"

    def begin(self) -> HttpResponse | None:
        self.found = stopping.page(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        return None if self.found else access.not_found(self.request)

    def context(self) -> dict[str, Any]:
        return {"person": frame.about(self.found.person)} if self.found else {}

    def back(self) -> str:
        return reverse("reach:stop", args=[self.kwargs["client_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = stopping.lift(
            client_id=self.kwargs["client_id"], she_asked=answers["she_asked"], by=self.actor, at=self.now
        )
        if not said.allowed:
            raise flow.Refused(said)
        return flow.Receipt(
            "Contact may start again",
            reference=said.reference,
            next=said.next,
            href=reverse("reach:plan", args=[self.kwargs["client_id"]]),
            onward="See how she may be reached",
        )


@page(roles={Role.SUPPORT_WORKER, Role.SUPERVISOR})
class Place(flow.Flow):
    """The address of a refuge or of another safe place, for her own support alone."""

    effect = "changes"
    title = "Where she is safe"
    form = forms.PlaceForm
    check = False
    button = "Save"
    template = "reach/place.html"

    def begin(self) -> HttpResponse | None:
        self.found = safe_place.page(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        return None if self.found else access.not_found(self.request)

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"address": self.found.address, "note": self.found.note} if self.found else {}

    def context(self) -> dict[str, Any]:
        if self.found is None:
            return {}
        return {**frame.around(self.found.person, self.actor, "place"), "found": self.found}

    def back(self) -> str:
        return frame.home(self.kwargs["client_id"])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = safe_place.keep(client_id=self.kwargs["client_id"], **answers, by=self.actor, at=self.now)
        if not said.allowed:
            raise flow.Refused(said)
        return flow.Receipt("Saved", next=said.next, href=self.back(), onward="Back to her page")
