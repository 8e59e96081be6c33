"""The two doors through the pages that people open: from the flag to the programme, and what police see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from pathways.domain.identification.judgement import Heading
from pathways.journey import identity
from pathways.records.models import (
    Account,
    Client,
    Consideration,
    Disclosure,
    Draft,
    FlagReceipt,
    Nominal,
    ReferralIn,
)
from tests.journey import people

pytestmark = pytest.mark.django_db

WHO = {
    "age": "born",
    "born-day": "4",
    "born-month": "3",
    "born-year": "1991",
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
WAYS = {
    "is_safe": "yes",
    "channels": ["text"],
    "times": "set",
    "days": ["1"],
    "start": "10am",
    "until": "12:00",
}
MODEL = {heading.value: f"{heading.label}: looked at." for heading in Heading}
ABOUT = {
    "involvement": "associated",
    "victim": "yes",
    "risk_to_worker": "No risk known",
    "is_woman": "yes",
    "is_adult": "yes",
}


@pytest.fixture
def cast():
    return people.cast()


def signed_in(actor) -> Browser:
    browser = Browser()
    email = Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
    browser.post("/account/sign-in/", {"email": email, "password": people.PASSWORD})
    return browser


def walk(browser: Browser, url: str, **steps: dict) -> str:
    """Fills in every step, checks the answers and confirms: the words of the receipt."""
    for slug, given in steps.items():
        answer = browser.post(url, {"_do": "continue", "_step": slug, **given})
        assert answer.status_code == 302, answer.content.decode()
    page = browser.get(f"{url}?check").content.decode()
    token = page.split('name="_token" value="')[1].split('"')[0]
    return browser.post(url, {"_do": "confirm", "_token": token}, follow=True).content.decode()


def press(browser: Browser, url: str, given: dict) -> str:
    """Sends a form that has no check page, and follows to its receipt."""
    page = browser.get(url).content.decode()
    token = page.split('name="_token" value="')[1].split('"')[0]
    sent = {"_do": "continue", "_step": "answers", "_token": token, **given}
    return browser.post(url, sent, follow=True).content.decode()


def test_from_the_officers_flag_to_the_programme(cast):
    officer, spoc = signed_in(cast.officer), signed_in(cast.spoc)
    receipt = walk(officer, "/police/flag/", who=WHO, why=WHY, signs=SIGNS)
    assert "Flag received" in receipt and "Marta" not in receipt
    assert "Received" in officer.get("/police/flags/").content.decode()
    assert officer.get("/police/").status_code == 403

    listed = spoc.get("/police/").content.decode()
    assert "Marta Invented" in listed
    with identity.acting(cast.spoc):
        key = Consideration.objects.get().id
    assert officer.get(f"/police/{key}/").status_code in (403, 404)
    page = spoc.get(f"/police/{key}/").content.decode()
    assert page.index("What protects her") < page.index("Networks")
    spoc.post(f"/police/{key}/move/", {"action": "start_review"})
    assert "Plan how she can be reached" in spoc.get(f"/police/{key}/").content.decode()
    assert "Provisional plan saved" in press(spoc, f"/police/{key}/plan/", WAYS)
    assert "Text only, Tuesday 10 to 12" in spoc.get(f"/police/{key}/").content.decode()
    assert spoc.get(f"/police/{key}/decide/").status_code == 409
    assert "Found at a searched address" in spoc.get(f"/police/{key}/evidence/").content.decode()
    receipt = walk(spoc, f"/police/{key}/decide/", outcome={"outcome": "confirmed"}, model=MODEL, about=ABOUT)
    assert "Decision recorded" in receipt
    page = spoc.get(f"/police/{key}/").content.decode()
    assert "With the programme" in page and "Nothing more is told to police" in page
    crossed = spoc.get("/doors/crossings/").content.decode()
    assert "Identification handed to the programme" in crossed
    with identity.acting(cast.coordinator):
        assert Client.objects.get().called == "Marta"
    officers = officer.get("/police/flags/").content.decode()
    assert "Received" in officers and "programme" not in officers.split("<table")[1].split("</table>")[0]


def test_a_blank_part_of_the_decision_model_is_asked_for_by_name(cast):
    walk(signed_in(cast.officer), "/police/flag/", who=WHO, why=WHY, signs=SIGNS)
    spoc = signed_in(cast.spoc)
    with identity.acting(cast.spoc):
        key = Consideration.objects.get().id
    spoc.post(f"/police/{key}/move/", {"action": "start_review"})
    spoc.get(f"/police/{key}/evidence/")
    answer = spoc.post(
        f"/police/{key}/decide/", {"_do": "continue", "_step": "model", **MODEL, "options": " "}
    )
    assert answer.status_code == 422 and "Fill in: Options considered" in answer.content.decode()


@pytest.mark.parametrize("age", [{"age": "child"}, {"born-year": str(timezone.now().year - 16)}])
def test_a_girl_under_18_leaves_nothing_behind_and_a_draft_of_her_goes(cast, age):
    for actor, url in ((cast.officer, "/police/flag/"), (cast.coordinator, "/doors/new/")):
        browser = signed_in(actor)
        browser.post(url, {"_do": "save", "_step": "who", "given_names": "Ada"})
        answer = browser.post(
            url, {"_do": "continue", "_step": "who", **WHO, "called": "Ada", **age}, follow=True
        )
        assert "child safeguarding" in answer.content.decode()
        with identity.acting(actor):
            assert Draft.objects.exclude(key__startswith="done:").count() == 0
            assert Nominal.objects.count() == FlagReceipt.objects.count() == ReferralIn.objects.count() == 0


def test_a_partner_brings_her_the_coordinator_confirms_and_police_see_nothing(cast):
    worker, coordinator, spoc = (signed_in(one) for one in (cast.worker, cast.coordinator, cast.spoc))
    who = {**WHO, "called": "Marti"}
    why = {"route": "third_sector", "she_knows": "yes", "why": "She wants to keep her home."}
    receipt = walk(worker, "/doors/new/", who=who, ways=WAYS, why=why)
    assert "Received at the door" in receipt
    assert "Marti" in worker.get("/doors/mine/").content.decode()
    with identity.acting(cast.coordinator):
        key = ReferralIn.objects.get().id
    assert worker.get(f"/doors/{key}/").status_code == 403
    assert "Marti" in coordinator.get("/doors/").content.decode()
    coordinator.post(f"/doors/{key}/move/", {"action": "start_review"})
    receipt = walk(
        coordinator, f"/doors/{key}/decide/", model=MODEL, about=ABOUT, outcome={"outcome": "confirmed"}
    )
    assert "She is in the programme" in receipt
    for url in ("/police/", "/police/told/", "/doors/crossings/"):
        assert "Marti" not in spoc.get(url).content.decode()

    with identity.acting(cast.coordinator):
        client_id = Client.objects.get().id
    telling = {
        "kind": "safeguarding",
        "confidence": "public_interest",
        "because_urgent": "Serious harm is feared tonight.",
        "force": str(cast.spoc.organisation_id),
        "fields_told": ["name", "what_happened"],
        "words": "He has said that he will come tonight.",
        "purpose": "prevent_harm",
        "basis": "vital_interests",
    }
    assert spoc.get(f"/doors/tell-police/{client_id}/").status_code == 403
    url = f"/doors/tell-police/{client_id}/"
    assert coordinator.get(url).status_code == 200
    assert "Police have been told" in walk(coordinator, url, answers=telling)
    with identity.acting(cast.coordinator):
        crossed = Disclosure.objects.get()
    assert "Serious harm is feared" in coordinator.get(f"/doors/crossings/{crossed.id}/").content.decode()
    told = spoc.get(f"/police/told/{crossed.id}/").content.decode()
    assert "Marta Invented" in told and "come tonight" in told and "Serious harm" not in told


def test_what_is_deferred_says_when_it_is_looked_at_again(cast):
    walk(signed_in(cast.officer), "/police/flag/", who=WHO, why=WHY, signs=SIGNS)
    spoc = signed_in(cast.spoc)
    with identity.acting(cast.spoc):
        key = Consideration.objects.get().id
    spoc.post(f"/police/{key}/move/", {"action": "start_review"})
    spoc.get(f"/police/{key}/evidence/")
    day = timezone.now().date() + timedelta(days=9)
    outcome = {
        "outcome": "deferred",
        "defer_reason": "advice",
        "look_again_on-day": day.day,
        "look_again_on-month": day.month,
        "look_again_on-year": day.year,
    }
    walk(spoc, f"/police/{key}/decide/", outcome=outcome, model=MODEL, about=ABOUT)
    assert "Deferred" in spoc.get("/police/?tab=later").content.decode()
    spoc.post(f"/police/{key}/move/", {"action": "resume"})
    assert "Looked at" not in spoc.get("/police/?tab=later").content.decode()
    assert "Marta" in spoc.get("/police/?tab=waiting&route=custody").content.decode()


@pytest.mark.parametrize(
    ("year", "words"),
    [
        (timezone.now().year + 1, "The date of birth lies in the future"),
        (1850, "The date of birth is more than 110 years ago"),
    ],
)
def test_a_date_of_birth_that_nobody_has_is_refused_beside_its_question(cast, year, words):
    for actor, address, answers in (
        (cast.spoc, "/police/flag/", WHO),
        (cast.coordinator, "/doors/new/", {**WHO, "called": "Marta"}),
    ):
        browser = signed_in(actor)
        page = browser.post(address, {**answers, "born-year": str(year), "_step": "who", "_do": "continue"})
        assert page.status_code == 422, address
        assert words in page.content.decode()
