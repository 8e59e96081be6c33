"""Setting up in the browser: leaving ends a session, a link works once, and no case is opened."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from pathways.domain.terms.people import Role, Sector
from pathways.records.models import Account, Appointment, Organisation, Service
from tests.web import people
from tests.web.test_every_address import EVERY, filled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

#: Everything about a woman, a message about her, or the work with her.
CASES = (
    "/women/", "/her/", "/search/", "/assess/", "/reach/", "/messages/", "/refer/", "/triage/", "/support/",
    "/doors/", "/police/", "/approach/", "/referrals/",
)  # fmt: skip


def signed_in(email: str, role: Role, code: str = "hub", sector: Sector = Sector.LOCAL_AUTHORITY) -> Client:
    people.account(email, role, at=people.organisation(code, sector))
    browser = Client()
    people.post_sign_in(browser, email)
    return browser


@pytest.fixture
def adam() -> Client:
    return signed_in("adam@hub.example", Role.ADMINISTRATOR)


def worker() -> tuple[Client, Account]:
    browser = signed_in("wanda@charity.example", Role.SUPPORT_WORKER, "charity", Sector.THIRD_SECTOR)
    return browser, Account.objects.get(email="wanda@charity.example")


def test_the_session_of_a_leaver_ends_at_the_next_page(adam: Client) -> None:
    browser, account = worker()
    assert browser.get("/directory/").status_code == 200
    asked = adam.get(f"/administer/people/{account.id}/left/")
    assert b"End all access now" in asked.content
    assert browser.get("/directory/").status_code == 200, "asking ends nothing"
    adam.post(f"/administer/people/{account.id}/left/")
    answer = browser.get("/directory/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/sign-in/")
    assert people.post_sign_in(Client(), account.email).status_code == 422


def test_a_role_that_was_ended_opens_nothing_at_the_next_page(adam: Client) -> None:
    browser, account = worker()
    held = Appointment.objects.get(account=account)
    adam.post(f"/administer/people/{account.id}/role/{held.id}/end/")
    assert browser.get("/directory/").status_code == 302


def test_the_link_of_a_new_person_is_shown_once_and_works_once(adam: Client) -> None:
    charity = people.organisation("charity", Sector.THIRD_SECTOR)
    said = adam.post(
        "/administer/people/add/",
        {
            "name": "Nia New",
            "email": "nia@charity.example",
            "organisation": str(charity.id),
            "role": Role.SUPPORT_WORKER.value,
        },
    )
    found = re.search(r"http://testserver(/account/set-password/[^<\s]+)", said.content.decode())
    assert found is not None
    link = found[1]
    stranger = Client()
    new = {"new": "three unrelated words", "again": "three unrelated words"}
    assert stranger.get(link).status_code == 200
    assert stranger.post(link, new).status_code == 302
    assert stranger.get(link).status_code == 404
    assert stranger.post(link, new).status_code == 404
    account = Account.objects.get(email="nia@charity.example")
    assert b"/account/set-password/" not in adam.get(f"/administer/people/{account.id}/").content


def test_a_role_that_does_not_fit_is_said_beside_the_form(adam: Client) -> None:
    force = people.organisation("force", Sector.POLICE)
    answer = adam.post(
        "/administer/people/add/",
        {
            "name": "Nia New",
            "email": "nia@force.example",
            "organisation": str(force.id),
            "role": Role.SUPPORT_WORKER.value,
        },
    )
    assert answer.status_code == 422
    assert "can never be a role at a police organisation" in answer.content.decode()


def test_a_sign_in_that_was_locked_is_unlocked(adam: Client) -> None:
    _, account = worker()
    stranger = Client()
    for _ in range(6):
        people.post_sign_in(stranger, account.email, "wrong")
    assert people.post_sign_in(stranger, account.email).status_code == 429
    adam.post(f"/administer/people/{account.id}/unlock/")
    assert people.post_sign_in(stranger, account.email).status_code == 302


def test_the_administrator_opens_no_page_of_a_case(adam: Client) -> None:
    settings = ("/triage/choices/", "/triage/policy/in-force/", "/triage/record/")
    cases = [route for route, _ in EVERY if route.startswith(CASES)]
    tried = [route for route in cases if not route.startswith(settings)]
    assert len(tried) > 20
    opened = [
        (route, method.__name__)
        for route in tried
        for method in (adam.get, adam.post)
        if method(filled(route)).status_code not in (403, 404, 405)
    ]
    assert opened == []


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.GOVERNANCE_LEAD, Role.SUPERVISOR, Role.COMMISSIONER])
def test_nobody_else_opens_the_pages_of_setting_up(role: Role) -> None:
    browser = signed_in("jo@hub.example", role)
    for route, _ in EVERY:
        if route.startswith("/administer/"):
            assert browser.get(filled(route)).status_code in (403, 404), route


@pytest.mark.parametrize(
    "page",
    [
        "people/", "people/?tab=left", "people/?role=administrator", "people/add/", "organisations/",
        "organisations/add/", "settings/", "settings/change/", "settings/holidays/", "settings/agreements/",
        "settings/agreements/add/", "settings/health/",
    ],
)  # fmt: skip
def test_each_page_of_setting_up_is_drawn(adam: Client, page: str) -> None:
    assert adam.get(f"/administer/{page}").status_code == 200


def test_the_programme_is_carried_from_a_new_organisation_to_its_end(adam: Client) -> None:
    start = "/administer/organisations/add/"
    adam.post(
        start,
        {
            "name": "Harbour Women", "sector": "third_sector", "regime": "ukgdpr_general",
            "from_date-day": "1", "from_date-month": "6", "from_date-year": "2026",
        },
    )  # fmt: skip
    checked = adam.get(f"{start}?check").content.decode()
    token = re.search(r'name="_token" value="([^"]+)"', checked)
    assert token is not None
    adam.post(start, {"_do": "confirm", "_token": token[1]})
    made = Organisation.objects.get(name="Harbour Women")
    assert made.code == "harbour-women"
    assert made.terms.count() == 1
    shown = adam.get(f"/administer/organisations/{made.id}/").content.decode()
    assert "1 June 2026" in shown


# --- the governance lead ---------------------------------------------------------------------------------


def test_the_governance_lead_sees_what_was_refused_and_changed_at_her_own_organisation(adam: Client) -> None:
    adam.get("/women/")
    adam.post("/administer/settings/holidays/", {"typed": "25 December 2026 Christmas Day"})
    _, elsewhere = worker()
    gita = signed_in("gita@hub.example", Role.GOVERNANCE_LEAD)
    shown = gita.get("/governance/").content.decode()
    assert "Bank holidays: 1 given, 1 of them new" in shown
    assert "Adam" in shown
    assert elsewhere.name not in shown
    refused = gita.get("/governance/refusals/").content.decode()
    assert "Was refused: This page is not for the role you are in now" in refused
    assert "Signed in" not in refused
    assert "Nothing fits" in gita.get("/governance/?kind=disclosure").content.decode()


def test_only_the_governance_lead_reads_the_events(adam: Client) -> None:
    for page in ("", "refusals/"):
        assert adam.get(f"/governance/{page}").status_code == 403


# --- the directory ---------------------------------------------------------------------------------------


def test_everyone_finds_a_service_and_the_coordinator_alone_changes_it() -> None:
    charity = people.organisation("charity", Sector.THIRD_SECTOR)
    made = Service.objects.create(organisation=charity, name="Drop-in", area="avon-and-somerset")
    browser, _ = worker()
    listed = browser.get("/directory/?words=drop&only=open").content.decode()
    assert "Drop-in" in listed
    assert "Avon and Somerset" in listed
    page = browser.get(f"/directory/{made.id}/")
    assert page.status_code == 200
    assert b"Change what it says" not in page.content
    assert browser.get(f"/directory/{made.id}/change/").status_code == 403
    cora = signed_in("cora@hub.example", Role.COORDINATOR)
    assert cora.get(f"/directory/{made.id}/change/").status_code == 200
    assert cora.post(f"/directory/{made.id}/places/", {"counted": "yes", "places": "4"}).status_code == 302
    made.refresh_from_db()
    assert made.capacity == 4
