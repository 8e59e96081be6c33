"""A new woman from the first flag to the follow-up, through the pages, as the people who do each step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from pathways.domain.evaluation import flow
from pathways.domain.identification.judgement import Heading
from pathways.domain.terms.needs import Domain
from pathways.domain.triage import mechanisms
from pathways.journey import evaluate, identity
from pathways.records.models import (
    Account,
    Approach,
    Client,
    Consideration,
    FollowUp,
    Referral,
    ReferralIn,
    Stop,
    TriageDecision,
)
from pathways.records.models import Closure as Closing
from tests.browser.hands import Keyboard, Mouse
from tests.journey import agreed as made
from tests.journey import people

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.prove]

WHO = {
    "age": "born",
    "born-day": 4,
    "born-month": 3,
    "born-year": 1991,
    "given_names": "Marta",
    "surname": "Invented",
    "subject_category": "victim",
}
WHY = {"route": "custody", "why": "Found at a searched address, afraid.", "fact_or_opinion": "fact"}
SIGNS = {
    "protective": ["pro_adult"],
    "networks": ["net_partner"],
    "vulnerability": ["vul_housing"],
    "source": "custody_record",
    "confidence": "sure",
}
MODEL = {heading.value: f"{heading.label}: looked at." for heading in Heading}
ABOUT = {
    "involvement": "associated",
    "victim": "yes",
    "risk_to_worker": "No risk known",
    "is_woman": "yes",
    "is_adult": "yes",
}
PARTS: dict[str, dict[str, Any]] = {
    "strengths": {"strengths": "She keeps her sister safe.", "her_words": "My own front door."},
    "ladder": {f"rung_{d.value}": "4" for d in Domain},
    "safety": {"immediate_safety": "no"},
    "relationships": {"relationships": "Her sister."},
    "offending": {"offending_how": "not_written", "coercion": "not_yet"},
    "protections": {
        f"mechanism_{m.value}": "not_needed" for m in mechanisms.offered(has_duty_to_notify=False)
    },
    "equality": {
        "declared_by": "self",
        "ethnicity_scheme": "sde_18_1",
        "ethnicity_sde_18": "A3",
        "area": "elsewhere",
        "lasting_condition": "no",
        "restriction": "not_asked",
        "pregnancy": "unknown",
        "has_children": "yes",
        "is_carer": "not_asked",
        "care_experience": "prefer_not_to_say",
        "interpreter": "no",
        "orientation": "prefer_not_to_say",
        "religion": "muslim",
        "marital_status": "single",
    },
    "judgements": {"need": "medium", "exploitation": "medium"},
    "conclusion": {"conclusion": "A home of her own comes first."},
}


class Play:
    """Everybody at a desk of their own, in one way of using a page."""

    def __init__(
        self, address: str, open_tab: Callable[..., Any], hands: type[Mouse], scripts: bool = True
    ) -> None:
        self.address, self.open_tab, self.hands, self.scripts = address, open_tab, hands, scripts
        with transaction.atomic():
            self.cast = people.cast()
            self.service = made.service(self.cast.worker.organisation_id)
            self.private = made.service(self.cast.provider.organisation_id, "Into work")
        self.desks: dict[str, Mouse] = {}

    def at(self, who: str) -> Mouse:
        if who not in self.desks:
            tab = self.open_tab(scripts=self.scripts)
            with transaction.atomic():
                account = Account.objects.get(pk=getattr(self.cast, who).account_id)
            tab.goto(f"{self.address}/account/sign-in/")
            tab.fill("#id_email", account.email)
            tab.fill("#id_password", people.PASSWORD)
            tab.click("main button[type=submit]:not([aria-controls])")
            assert "/account/sign-in" not in tab.url
            self.desks[who] = self.hands(tab, self.address)
        return self.desks[who]

    def later(self) -> None:
        """Sessions have ended: everybody signs in again."""
        for desk in self.desks.values():
            desk.tab.context.close()
        self.desks.clear()

    def one(self, model: Any, **which: Any) -> Any:
        with transaction.atomic(), identity.clerk():
            return model.objects.get(**which)

    def police(self) -> None:
        said = self.at("officer").whole("/police/flag/", [WHO, WHY, SIGNS])
        assert "Flag received" in said and "Marta" not in said
        flag = self.one(Consideration)
        spoc = self.at("spoc")
        spoc.go(f"/police/{flag.id}/")
        spoc.button("Start the review")
        spoc.whole(
            f"/police/{flag.id}/plan/", [{"is_safe": "yes", "channels": ["call", "text"], "times": "any"}]
        )
        spoc.go(f"/police/{flag.id}/evidence/")
        spoc.whole(f"/police/{flag.id}/decide/", [{"outcome": "confirmed"}, MODEL, ABOUT])

    def reach(self) -> None:
        her = self.one(Client)
        worker = self.cast.worker
        chosen = f"{worker.account_id}:{worker.organisation_id}"
        self.at("coordinator").whole(f"/reach/{her.id}/assign/", [{"worker": chosen}])
        approach = self.one(Approach)
        then = timezone.localtime(approach.assigned_at)  # at once: to the minute, and not before
        self.at("worker").whole(
            f"/reach/approach/{approach.id}/attempt/",
            [
                {
                    "began": "we",
                    "channel": "call",
                    "result": "reached",
                    "day-day": then.day,
                    "day-month": then.month,
                    "day-year": then.year,
                    "clock": f"{then:%H:%M}",
                }
            ],
        )
        self.at("worker").whole(
            f"/reach/{her.id}/plan/confirm/",
            [
                {"channels": ["text", "call"], "telephone": "07700 900123"},
                {"any_time": "any"},
                {"say": "from the library", "must_not_know": "her partner", "needs_interpreter": "no"},
            ],
        )
        self.at("worker").whole(
            f"/reach/{her.id}/agreement/record/",
            [
                {"are_limits_explained": "on", "is_stopping_explained": "on", "interpreter": "not_needed"},
                {"is_condition": "no"},
                {
                    "shares": ["name", "safe_contact", "needs", "level"],
                    "may_police_know": "no",
                    "is_evaluation_agreed": "yes",
                },
            ],
        )

    def assess(self) -> None:
        her = self.one(Client)
        worker = self.at("worker")
        worker.go(f"/assess/{her.id}/")
        worker.button("Start the assessment")
        address = worker.tab.url[len(self.address) :].partition("?")[0]
        worker.whole(address, PARTS.values(), by_step=PARTS)

    def triage_and_refer(self) -> None:
        her, waits = self.one(Client), self.one(TriageDecision)
        coordinator = self.at("coordinator")
        coordinator.go(f"/triage/{waits.id}/")
        coordinator.give({"level": "2", "reasons": "Her own words."})
        coordinator.press("main form:has([name=reasons]) button:not([type=button])")
        assert not coordinator.tab.locator(".govuk-error-summary").count(), coordinator.said()
        steps = {
            "service": {"service": str(self.service.id)},
            "asked": {"needs": ["housing"], "why": "A tenancy of her own."},
            "share": {"share": ["name", "safe_contact", "needs"]},
            "contact": {"contact_note": "Her sister may answer.", "is_checked": "on"},
        }
        coordinator.whole(f"/refer/new/{her.id}/", steps.values(), by_step=steps)
        sent = self.one(Referral)
        self.at("worker").go(f"/refer/{sent.id}/")
        self.at("worker").button("Accept: I will work with her")

    def record(self) -> None:
        her = self.one(Client)
        said = {"when": "now", "mode": "telephone", "came": "yes", "minutes": "20", "note": "All well."}
        self.at("worker").whole(f"/support/{her.id}/contact/", [said])

    def close(self) -> None:
        her = self.one(Client)
        self.at("worker").whole(
            f"/support/{her.id}/close/",
            [
                {"outcome": "moved_on", "reason": "stepped_down"},
                {"summary": "She did it.", "step_down": "Drop-in.", "is_exit_talk_offered": "yes"},
            ],
        )
        closing = self.one(Closing)
        self.at("supervisor").go(f"/support/sign-offs/{closing.id}/")
        self.at("supervisor").press("main button[value=sign]")

    def follow_up(self) -> None:
        with transaction.atomic(), identity.clerk():
            first = FollowUp.objects.order_by("due_on").first()
        assert first is not None
        self.at("worker").whole(
            f"/support/follow-ups/{first.id}/",
            [{"reached": "her", "words": "She is well and sends her best."}],
        )
        assert self.one(FollowUp, pk=first.pk).status == "done"

    def furthest(self) -> list[flow.Step]:
        """How far each woman has come, as the evaluation counts her before disclosure control."""
        with transaction.atomic(), identity.acting(self.cast.evaluator) as by:
            extract = evaluate.frozen(by=by, at=timezone.now(), synthetic=True)
        return [flow.passage(events).furthest for events in extract.women().values()]


def test_she_is_carried_from_the_first_flag_to_the_follow_up_and_counted(
    address: str, open_tab: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    play = Play(address, open_tab, Mouse)
    assert play.furthest() == []
    play.police()
    assert play.furthest() == [flow.Step.CONFIRMED]
    for step in (play.reach, play.assess, play.triage_and_refer, play.record, play.close):
        step()
    assert play.furthest() == [flow.Step.COMPLETED]
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(days=93))
    play.later()
    play.follow_up()
    assert play.furthest() == [flow.Step.FOLLOWED_UP]
    play.at("evaluator").go("/evaluate/")
    play.at("officer").go("/police/flags/")
    assert "programme" not in play.at("officer").tab.inner_text("main table")


@pytest.mark.parametrize("how", ["keyboard", "without-scripts"])
def test_the_main_journeys_with_the_keyboard_alone_and_without_scripts(
    address: str, open_tab: Callable[..., Any], how: str
) -> None:
    hands = Keyboard if how == "keyboard" else Mouse
    play = Play(address, open_tab, hands, scripts=how == "keyboard")
    for step in (play.police, play.reach, play.assess, play.triage_and_refer, play.record):
        step()
    assert all(desk.tab.said == [] for desk in play.desks.values())


def test_she_comes_by_the_open_door_and_police_learn_nothing(
    address: str, open_tab: Callable[..., Any]
) -> None:
    play = Play(address, open_tab, Mouse)
    who = {key: value for key, value in WHO.items() if key != "subject_category"}
    said = play.at("worker").whole(
        "/doors/new/",
        [
            {**who, "called": "Marti"},
            {"is_safe": "yes", "channels": ["text"], "times": "any"},
            {"route": "third_sector", "she_knows": "yes", "why": "She wants to keep her home."},
        ],
    )
    assert "Received at the door" in said
    brought, coordinator = play.one(ReferralIn), play.at("coordinator")
    coordinator.go(f"/doors/{brought.id}/")
    coordinator.press("main button[value=start_review]")
    said = coordinator.whole(f"/doors/{brought.id}/decide/", [{"outcome": "confirmed"}, MODEL, ABOUT])
    assert "She is in the programme" in said
    spoc = play.at("spoc")
    for path in ("/", "/police/", "/police/told/", "/doors/crossings/", "/messages/"):
        spoc.go(path)
        assert "Marti" not in spoc.tab.content() and "Marta" not in spoc.tab.content()


def test_she_declines_in_one_step_and_police_see_no_more_than_before(
    address: str, open_tab: Callable[..., Any]
) -> None:
    play = Play(address, open_tab, Mouse)
    play.police()
    play.reach()
    her, worker = play.one(Client), play.at("worker")
    worker.go(f"/her/{her.id}/")
    worker.press(f'a[href="/reach/{her.id}/stop/"]')
    worker.give({"kind": "withdraw", "asked_by": "her"})
    worker.press("main button[value=continue]")
    assert play.one(Stop).status == "in_force"
    worker.go(f"/her/{her.id}/")
    assert "do not contact her" in worker.tab.inner_text("body")
    spoc = play.at("spoc")
    spoc.go(f"/police/{play.one(Consideration).id}/")
    assert "Closed" in spoc.tab.inner_text("main")
    assert not {"withdrew", "declined", "withdraw", "decline"} & set(
        spoc.tab.inner_text("main").lower().split()
    )
