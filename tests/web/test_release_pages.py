"""Releases on pages: asked for, read by two others, taken out, in a funder's headings; and the dashboard."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from pathways.journey import evaluate, identity, releasing
from pathways.records.models import Account, EvaluationRelease, FunderTemplate, JourneyEvent
from tests.analysis import programme
from tests.journey import making, people
from tests.web.test_two_people import hidden, text

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    making.once(monkeypatch)
    monkeypatch.setattr(evaluate, "PATIENCE", 180.0)


@pytest.fixture
def cast() -> people.Cast:
    return people.cast()


@pytest.fixture(scope="module")
def rows():
    return programme.invent(women=60).events


@pytest.fixture
def told(rows):
    with identity.clerk():
        JourneyEvent.objects.bulk_create(
            JourneyEvent(
                **{k: row[k] for k in ("kind", "at", "case_id", "client_id", "episode_id", "sector", "role")},
                organisation_id=uuid.uuid5(uuid.NAMESPACE_OID, str(row["organisation_id"])),
                actor_id=uuid.UUID(int=1),
                detail=row["detail"],
            )
            for row in rows
        )


def signed_in(actor) -> Browser:
    browser = Browser()
    email = Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
    browser.post("/account/sign-in/", {"email": email, "password": people.PASSWORD})
    return browser


def sent(browser: Browser, url: str, given: dict, *, checked: bool) -> str:
    page = browser.get(url)
    assert page.status_code == 200, (url, page.status_code)
    carried = {name: hidden(page, name) for name in ("_token", "_begun")}
    answer = browser.post(url, {"_do": "continue", "_step": "answers", **carried, **given})
    assert answer.status_code == 302, text(answer)
    if checked:
        token = hidden(browser.get(f"{url}?check"), "_token")
        answer = browser.post(url, {"_do": "confirm", "_token": token})
        assert answer.status_code == 302, text(answer)
    return text(browser.get(answer["Location"]))


ASKED = {
    "kind": "quarterly", "audience": "steering", "is_rounded": "no", "recipient": "Home Office",
    "start-day": "1", "start-month": "11", "start-year": "2024",
    "end-day": "31", "end-month": "10", "end-year": "2026", "risks": "Waits may grow.",
}  # fmt: skip


def test_a_release_goes_from_one_to_two_others_and_out(cast, told):
    maker, second, third = map(signed_in, (cast.evaluator, cast.coordinator, cast.governance))
    assert "Make a release" in text(maker.get("/evaluate/releases/"))
    assert "Releases" in text(maker.get("/evaluate/"))
    assert "asked for" in sent(maker, "/evaluate/releases/make/", ASKED, checked=True)
    key = EvaluationRelease.objects.get().id
    url = reverse("evaluate:release", args=[key])
    assert "The worker counts" in text(maker.get(url))
    releasing.perform(at=people.NOW)
    assert "What the checks found" in text(maker.get(url))
    assert maker.get(f"{url}file/html/").status_code == 200
    assert maker.get(f"{url}file/xlsx/").status_code == 403
    sent(maker, f"{url}put-forward/", {"is_read": "on"}, checked=False)
    assert "1 waits for you" in text(second.get("/evaluate/releases/"))
    sent(second, f"{url}say/", {"agrees": "yes", "words": "Read it whole"}, checked=True)
    assert "Read it whole" not in text(third.get(url))
    sent(third, f"{url}say/", {"agrees": "yes", "words": "Checked the sums"}, checked=True)
    shown = text(third.get(url))
    assert "Read it whole" in shown and "Take it out" in shown
    answer = third.get(f"{url}file/xlsx/")
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    sent(third, f"{url}withdraw/", {"because": "The period was wrong"}, checked=True)
    assert third.get(f"{url}file/xlsx/").status_code == 403
    assert "The period was wrong" in text(maker.get(url))


def test_a_release_is_changed_and_made_again(cast, told):
    maker = signed_in(cast.evaluator)
    sent(maker, "/evaluate/releases/make/", ASKED, checked=True)
    releasing.perform(at=people.NOW)
    url = reverse("evaluate:release", args=[EvaluationRelease.objects.get().id])
    sent(maker, f"{url}change/", {**ASKED, "kind": "equality", "is_rounded": "yes"}, checked=True)
    row = EvaluationRelease.objects.get()
    assert (row.kind, row.rounding, row.status, row.mark) == ("equality", 5, "waiting", "")


def test_headings_are_read_mapped_kept_and_taken_out(cast):
    maker = signed_in(cast.evaluator)
    wrong = maker.post(
        "/evaluate/headings/add/",
        {"_do": "continue", "_step": "answers", "_token": "t", "funder": "A funder", "pasted": "A\nA"},
    )
    assert wrong.status_code != 302 and "twice" in text(wrong)
    file = SimpleUploadedFile("f.csv", b"Women identified,Notes\n")
    sent(maker, "/evaluate/headings/add/", {"funder": "A funder", "file": file}, checked=False)
    key = FunderTemplate.objects.get().id
    url = reverse("evaluate:template", args=[key])
    assert "Left empty" in text(maker.get(url))
    sent(maker, f"{url}change/", {"column_0": "M13", "column_1": "as_at"}, checked=False)
    assert FunderTemplate.objects.order_by("-number").first().columns == [
        ["Women identified", "M13"], ["Notes", "as_at"],
    ]  # fmt: skip
    assert b'"filled_by": "as_at"' in maker.get(f"{url}file/").content
    assert "A funder" in text(maker.get("/evaluate/headings/"))


def test_the_dashboard_is_current_and_links_from_the_evaluation(cast, told):
    payer = signed_in(cast.commissioner)
    page = text(payer.get("/evaluate/dashboard/"))
    for heading in ("Waits", "Capacity", "Triage", "Safety", "Actions"):
        assert heading in page
    assert "Dashboard" in text(payer.get("/evaluate/"))
    assert signed_in(cast.worker).get("/evaluate/dashboard/").status_code == 403
