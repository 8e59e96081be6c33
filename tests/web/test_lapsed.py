"""Words sent after the sign-in had lapsed come back to the one who wrote them, and to nobody else."""

from __future__ import annotations

import errno
import html
import re
from typing import Any

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from pathways.domain.terms.people import Role
from pathways.journey import identity
from pathways.records.models import Account, Appointment, Draft
from tests.web import people, trial_pages

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db,
    pytest.mark.urls("tests.web.trial_pages"),
]

WORDS = "\r\n  Zoë said “it’s <5> & fine”\r\n– ✓ 😀 'quoted' \"twice\"  "


@pytest.fixture
def amina(client: Client) -> Account:
    made = people.account()
    people.post_sign_in(client, "amina@hub.example")
    return made


def opened(client: Client, address: str = "/t/checked/") -> dict[str, str]:
    """What the browser would send along from the form as it stands."""
    page = client.get(address).content.decode()
    main = page[page.index("data-draft") :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', main)
    return {name: html.unescape(value) for name, value in found}


def refused_by_database(state: str) -> OperationalError:
    """As Django passes on what PostgreSQL says under this number."""
    said = OperationalError("Shanice")
    said.__cause__ = psycopg.errors.lookup(state)("Shanice")
    return said


def lapse() -> None:
    Session.objects.all().delete()


def shown(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    found = re.search(r"<textarea[^>]*name=\"text\"[^>]*>\n?(.*?)</textarea>", page, re.S)
    assert found, page[:3000]
    return html.unescape(found[1])


@pytest.mark.parametrize("action", ["continue", "save"])
def test_what_is_sent_without_a_session_is_there_after_signing_in(
    client: Client, amina: Account, action: str
) -> None:
    form = opened(client)
    lapse()
    answer = client.post("/t/checked/", {**form, "how": "met", "text": WORDS, "_do": action})
    assert answer.status_code == 302 and "/account/sign-in/" in answer["Location"]
    page = client.get(answer["Location"]).content.decode()
    assert "What you typed is kept" in page and "Zoë" not in page
    back = client.post(
        "/account/sign-in/",
        {"email": amina.email, "password": people.PASSWORD, "next": "/t/checked/?step=answers"},
    )
    assert back["Location"] == "/t/checked/?step=answers"
    assert shown(client, back["Location"]) == WORDS
    assert Draft.objects.count() == 1


def test_the_scripts_save_is_kept_and_sends_to_the_sign_in(client: Client, amina: Account) -> None:
    form = opened(client)
    lapse()
    answer = client.post(
        "/t/checked/",
        {**form, "text": WORDS, "_do": "save", "_turn": "page:1"},
        headers={"X-Pathways-Save": "1"},
    )
    assert answer.status_code == 401
    assert "next=%2Ft%2Fchecked%2F" in answer["HX-Redirect"]
    people.post_sign_in(client, amina.email)
    assert shown(client, "/t/checked/") == WORDS


def test_the_look_up_beside_a_form_leads_back_to_the_form(client: Client, amina: Account) -> None:
    """What is fetched while somebody types has an address that is no page: nobody is sent there."""
    form = opened(client)
    lapse()
    page = {"HX-Request": "true", "HX-Current-URL": "http://testserver/t/checked/?step=answers"}
    answer = client.post("/linking/known/", {**form, "text": WORDS}, headers=page)
    assert answer.status_code == 401
    assert "next=%2Ft%2Fchecked%2F%3Fstep%3Danswers&kept=1" in answer["HX-Redirect"]
    bare = client.post("/linking/known/", {"text": WORDS}, headers=page)
    assert "next=%2Ft%2Fchecked%2F" in bare["HX-Redirect"] and "kept" not in bare["HX-Redirect"]
    people.post_sign_in(client, amina.email)
    assert shown(client, "/t/checked/") == WORDS
    assert Draft.objects.get().url == "/t/checked/"


@pytest.mark.parametrize(
    "elsewhere",
    ["http://other.example/t/checked/", "http://testserver//other.example/", "http://testserver/no/", "http://["],
)
def test_only_a_page_of_this_host_is_come_back_to(client: Client, amina: Account, elsewhere: str) -> None:
    form = opened(client)
    lapse()
    told = {"HX-Request": "true", "HX-Current-URL": elsewhere}
    answer = client.post("/t/checked/", {**form, "text": WORDS}, headers=told)
    assert "next=%2Ft%2Fchecked%2F" in answer["HX-Redirect"]


def test_a_save_that_arrives_after_a_later_one_changes_nothing(client: Client, amina: Account) -> None:
    form = opened(client)
    lapse()
    client.post("/t/checked/", {**form, "text": WORDS, "_turn": "page:2"})
    client.post("/t/checked/", {**form, "text": "half a wo", "_do": "save", "_turn": "page:1"})
    people.post_sign_in(client, amina.email)
    assert shown(client, "/t/checked/") == WORDS


def test_an_earlier_draft_of_other_pages_stands_beside_it(client: Client, amina: Account) -> None:
    client.post("/t/tasks/", {"_step": "more", "safe": "yes"})
    form = opened(client, "/t/tasks/?step=note")
    lapse()
    client.post("/t/tasks/", {**form, "how": "met", "text": "In her words."})
    people.post_sign_in(client, amina.email)
    assert client.get("/t/tasks/?check").status_code == 200


def test_nobody_else_is_shown_them(client: Client, amina: Account) -> None:
    people.account("bea@hub.example")
    form = opened(client)
    lapse()
    client.post("/t/checked/", {**form, "text": WORDS})
    people.post_sign_in(client, "bea@hub.example")
    assert shown(client, "/t/checked/") == ""


def test_a_form_of_one_person_sent_while_another_is_signed_in_is_not_done(
    client: Client, amina: Account
) -> None:
    trial_pages.CALLS.clear()
    bea = people.account("bea@hub.example")
    form = opened(client, "/t/straight/")
    people.post_sign_in(client, bea.email)
    answer = client.post("/t/straight/", {**form, "how": "met", "text": WORDS})
    assert answer.status_code == 409
    assert trial_pages.CALLS == []
    said = answer.content.decode()
    assert "another person" in said and "Zoë" not in said
    people.post_sign_in(client, amina.email)
    assert shown(client, "/t/straight/") == WORDS


def test_a_form_of_one_organisation_is_never_done_at_another(client: Client) -> None:
    trial_pages.CALLS.clear()
    amina = people.account()
    other = people.organisation("other")
    Appointment.objects.create(
        account=amina, organisation=other, role=Role.SUPPORT_WORKER.value, from_at=timezone.now()
    )
    places = {str(one.organisation.code): str(one.id) for one in amina.appointments.all()}
    people.post_sign_in(client, amina.email)
    client.post("/account/where/", {"appointment": places["hub"]})
    form = opened(client, "/t/straight/")
    client.post("/account/where/", {"appointment": places["other"]})
    answer = client.post("/t/straight/", {**form, "how": "met", "text": WORDS})
    assert answer.status_code == 409 and trial_pages.CALLS == []
    assert shown(client, "/t/straight/") == ""
    client.post("/account/where/", {"appointment": places["hub"]})
    assert shown(client, "/t/straight/") == WORDS


def test_after_signing_in_again_elsewhere_the_words_are_shown_to_be_sent_again(amina: Account) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/account/sign-in/")
    token = browser.cookies["pathways_csrf"].value
    people.post_sign_in(browser, amina.email, headers={"X-CSRFToken": token})
    form = opened(browser)
    token = browser.cookies["pathways_csrf"].value
    browser.post("/account/sign-out/", headers={"X-CSRFToken": token})
    people.post_sign_in(browser, amina.email, headers={"X-CSRFToken": token})
    answer = browser.post("/t/checked/", {**form, "text": WORDS})
    assert answer.status_code == 302 and answer["Location"] == "/t/checked/?step=answers"
    assert shown(browser, answer["Location"]) == WORDS
    stale = browser.post("/t/checked/", {**form, "text": WORDS}, headers={"X-Pathways-Save": "1"})
    assert stale.status_code in (200, 302)
    page = {"HX-Request": "true", "HX-Current-URL": "http://testserver/t/checked/"}
    assert browser.post("/linking/known/", {**form, "text": WORDS}, headers=page).status_code == 204


@pytest.mark.parametrize("how", ["made up", "of a leaver", "none"])
def test_without_a_good_ticket_nothing_is_kept(client: Client, amina: Account, how: str) -> None:
    form = opened(client)
    lapse()
    if how == "made up":
        form["_ticket"] = form["_ticket"][:-3] + "abc"
    if how == "none":
        del form["_ticket"]
    if how == "of a leaver":
        Account.objects.update(is_active=False, left_at=timezone.now())
    answer = client.post("/t/checked/", {**form, "text": WORDS})
    assert answer.status_code == 302 and "kept=1" not in answer["Location"]
    assert not Draft.objects.exists()


def test_what_is_sealed_in_the_database_is_not_the_words(client: Client, amina: Account) -> None:
    from django.db import connection

    form = opened(client)
    lapse()
    client.post("/t/checked/", {**form, "text": "Shanice at the library"})
    with connection.cursor() as cursor:
        cursor.execute("select set_config('pathways.account', %s, true)", [str(amina.id)])
        cursor.execute("select * from draft")
        assert "Shanice" not in str(cursor.fetchall())


def test_when_the_records_are_out_of_reach_the_words_are_on_the_page_to_be_sent_again(
    client: Client, amina: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError("the server closed the connection: Shanice")

    client.raise_request_exception = False
    form = opened(client)
    monkeypatch.setattr(trial_pages.drafts, "keep", gone)
    answer = client.post("/t/checked/", {**form, "how": "met", "text": WORDS})
    assert answer.status_code == 503
    said = answer.content.decode()
    assert "Back in a moment" in said and "Shanice" not in said and "refresh" not in said
    held = dict(re.findall(r'<textarea hidden name="(\w+)">\n(.*?)</textarea>', said, re.S))
    assert html.unescape(held["text"]) == WORDS
    monkeypatch.undo()
    again = client.post("/t/checked/", {name: html.unescape(value) for name, value in held.items()})
    assert again["Location"] == "/t/checked/?check"
    assert shown(client, "/t/checked/") == WORDS


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (OSError(errno.ENOSPC, "full"), "The disk of the server is full"),
        (OSError(errno.EROFS, "read-only"), "can be read but not written"),
        (refused_by_database("53100"), "The disk of the server is full"),
        (refused_by_database("25006"), "can be read but not written"),
        (refused_by_database("57P01"), "starting again"),
    ],
)
def test_what_stands_in_the_way_of_saving_is_said(
    client: Client, amina: Account, monkeypatch: pytest.MonkeyPatch, problem: Exception, words: str
) -> None:
    def stopped(*_: Any, **__: Any) -> None:
        raise problem

    client.raise_request_exception = False
    form = opened(client)
    monkeypatch.setattr(trial_pages.drafts, "keep", stopped)
    answer = client.post("/t/checked/", {**form, "how": "met", "text": WORDS})
    assert answer.status_code == 503
    assert words in answer.content.decode()
    monkeypatch.undo()
    assert not Draft.objects.exists()


@pytest.mark.parametrize("lapses", [True, False])
def test_a_password_typed_into_a_form_is_kept_nowhere(client: Client, amina: Account, lapses: bool) -> None:
    form = opened(client, "/emergency/")
    if lapses:
        lapse()
    client.post("/emergency/", {**form, "words": "He is at her door.", "password": "Shanice-99"})
    people.post_sign_in(client, amina.email)
    page = client.get("/emergency/").content.decode()
    assert "He is at her door." in page and "Shanice" not in page
    (actor,) = identity.workplaces_of(amina.email)
    with identity.acting(actor):
        held = str([draft.answers for draft in Draft.objects.all()])
    assert "He is at her door." in held and "Shanice" not in held


def test_nor_is_it_on_the_page_to_be_sent_again(
    client: Client, amina: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError

    client.raise_request_exception = False
    form = opened(client, "/emergency/")
    monkeypatch.setattr(trial_pages.drafts, "keep", gone)
    answer = client.post("/emergency/", {**form, "words": "At her door.", "password": "Shanice-99"})
    assert answer.status_code == 503
    assert "At her door." in answer.content.decode() and "Shanice" not in answer.content.decode()
