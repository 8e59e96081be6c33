"""Correct this: the form of each entry that can be put right, and everything that was corrected of her."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.governance.policy import Action, Resource, roles_that
from pathways.domain.support import contact as contacts
from pathways.domain.support.correction import What
from pathways.domain.support.reasons import EndReason
from pathways.domain.terms.contact import Attendance
from pathways.domain.terms.needs import Domain, Rung
from pathways.domain.terms.people import HUMAN_ROLES, Role
from pathways.journey import correcting, her
from pathways.web import about_her, access, flow
from pathways.web.access import page
from pathways.web.correct import forms
from pathways.web.request import Request
from pathways.web.support import about
from pathways.web.support.forms import moment

_HUMAN = frozenset(HUMAN_ROLES)


@page(roles=_HUMAN & roles_that(Action.READ, Resource.CORRECTION))
def history(request: Request, client_id: UUID) -> HttpResponse:
    """Everything that was corrected of her, as far as this person sees the entries."""
    banner = her.banner(client_id=client_id, by=request.actor, at=request.now)
    if banner is None:
        return access.not_found(request)
    context = {
        "title": "What was corrected",
        "person": about_her.person(banner),
        "found": correcting.history(client_id=client_id, by=request.actor, at=request.now),
        "back": reverse("herpage:story", args=[client_id]),
    }
    return render(request, "correct/history.html", context)


class _Entry(flow.Flow):
    """A form that begins from what the entry says now, asks for the reason, and leads back to the entry."""

    effect = "changes"
    check = False
    button = "Save the correction"
    what: ClassVar[What]
    returns: ClassVar[str]

    def object_id(self) -> UUID:
        return next(value for name, value in self.kwargs.items() if name.endswith("_id"))

    def begin(self) -> HttpResponse | None:
        self.entry = correcting.entry(
            what=self.what, object_id=self.object_id(), by=self.actor, at=self.now
        )
        banner = None
        if self.entry is not None:
            banner = her.banner(client_id=self.entry.client_id, by=self.actor, at=self.now)
        if self.entry is None or banner is None:
            return access.not_found(self.request)
        self.banner = banner
        return None

    def client_id(self) -> UUID | None:
        return self.entry.client_id if self.entry else None

    def context(self) -> dict[str, Any]:
        return {"person": about_her.person(self.banner)}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return dict(self.entry.starting) if self.entry else {}

    def back(self) -> str:
        assert self.entry is not None
        return reverse(self.returns, args=[self.entry.client_id])

    def verb(self, answers: dict[str, Any]) -> Any:
        raise NotImplementedError

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = self.verb(answers)
        if not said.allowed:
            raise flow.Refused(said)
        if said.next and said.id is not None and self.what is What.IDENTITY:
            return flow.Receipt("Corrected", next=said.next, href=self.back(), onward="Back to her page")
        messages.success(self.request, "Corrected. What it said before is kept, with your reason.")
        return redirect(self.back())


@page(roles=about.WORKERS)
class Contact(_Entry):
    title = "Correct a contact"
    form = forms.ContactForm
    what = What.CONTACT
    returns = "support:contacts"

    def verb(self, answers: dict[str, Any]) -> Any:
        came = answers["came"]
        held = came != "not_held"
        said = contacts.Record(
            moment(answers["day"], answers["at"]),
            held,
            Attendance(came) if held else None,
            answers["not_held"],
            answers["absence"],
            answers["mode"],
            answers["minutes"],
        )
        return correcting.contact(
            contact_id=self.object_id(), said=said, why=answers["why"], by=self.actor, at=self.now
        )


@page(roles=about.WORKERS)
class GoalRating(_Entry):
    title = "Correct a rating"
    form = forms.RatingForm
    what = What.GOAL_RATING
    returns = "support:plan"

    def verb(self, answers: dict[str, Any]) -> Any:
        return correcting.goal_rating(
            rating_id=self.object_id(),
            value=int(answers["nearness"]),
            why=answers["why"],
            by=self.actor,
            at=self.now,
        )


@page(roles={Role.COORDINATOR, Role.SUPPORT_WORKER, Role.SUPERVISOR}, changes=Resource.IDENTITY)
class WhoSheIs(_Entry):
    title = "Correct who she is"
    form = forms.PaperForm
    what = What.IDENTITY
    returns = "herpage:story"
    is_shared = True

    def verb(self, answers: dict[str, Any]) -> Any:
        why = answers.pop("why")
        return correcting.who_she_is(
            client_id=self.object_id(), said=correcting.Paper(**answers), why=why, by=self.actor, at=self.now
        )


@page(roles={Role.COORDINATOR})
class ReferralWhy(_Entry):
    title = "Correct the reason of this referral"
    form = forms.ReferralForm
    what = What.REFERRAL_WHY
    returns = "herpage:referrals"

    def verb(self, answers: dict[str, Any]) -> Any:
        return correcting.referral_why(
            referral_id=self.object_id(),
            words=answers["words"],
            why=answers["why"],
            by=self.actor,
            at=self.now,
        )


@page(roles={Role.COORDINATOR, Role.SUPERVISOR})
class Ending(_Entry):
    title = "Correct how her episode ended"
    form = forms.EndingForm
    what = What.CLOSURE
    returns = "support:after"
    is_shared = True

    def verb(self, answers: dict[str, Any]) -> Any:
        return correcting.closure(
            closure_id=self.object_id(),
            outcome=answers["outcome"],
            reason=EndReason(answers["reason"]) if answers["reason"] else None,
            summary=answers["summary"],
            why=answers["why"],
            by=self.actor,
            at=self.now,
        )


@page(roles=about.ALONGSIDE)
class FollowUp(_Entry):
    title = "Correct a follow-up"
    form = forms.FollowUpForm
    what = What.FOLLOW_UP
    returns = "support:after"

    def verb(self, answers: dict[str, Any]) -> Any:
        rungs = {one: answers.get(f"need_{one.value}") for one in Domain}
        return correcting.follow_up(
            follow_up_id=self.object_id(),
            ladder={one: Rung(int(value)) if value else None for one, value in rungs.items()},
            words=answers["words"],
            why=answers["why"],
            by=self.actor,
            at=self.now,
        )
