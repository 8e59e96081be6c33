"""Signing in, being kept out, and sessions that end."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from django.utils import timezone

from pathways.domain.terms.people import Role
from pathways.journey import passwords
from pathways.web import sessions
from pathways.web.accounts import attempts
from tests.web import people

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


def is_signed_in(browser: Client) -> bool:
    return bool(browser.get("/account/sessions/").status_code == 200)


def later(browser: Client, **back: float) -> None:
    """As though that long had passed since the session's last page, or its start."""
    session = browser.session
    for name, seconds in back.items():
        session[name] -= seconds
    session.save()


# --- in and out ---------------------------------------------------------------------------------


def test_the_right_password_signs_in_and_goes_on_to_the_page_that_was_asked_for(browser: Client) -> None:
    people.account()
    asked = browser.get("/account/sessions/")
    assert asked["Location"] == "/account/sign-in/?next=%2Faccount%2Fsessions%2F"
    answer = browser.post(
        "/account/sign-in/",
        {"email": "AMINA@hub.example ", "password": people.PASSWORD, "next": "/account/sessions/"},
    )
    assert answer["Location"] == "/account/sessions/"
    assert is_signed_in(browser)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\evil"]
)
def test_signing_in_leads_to_no_other_host(browser: Client, elsewhere: str) -> None:
    people.account()
    answer = browser.post(
        "/account/sign-in/", {"email": "amina@hub.example", "password": people.PASSWORD, "next": elsewhere}
    )
    assert answer["Location"] == "/"


def test_a_wrong_password_an_unknown_address_and_a_closed_account_are_answered_alike(browser: Client) -> None:
    people.account()
    closed = people.account("closed@hub.example")
    closed.is_active = False
    closed.save()
    pages = [
        people.post_sign_in(Client(), "amina@hub.example", "wrong"),
        people.post_sign_in(Client(), "nobody@hub.example", "wrong"),
        people.post_sign_in(Client(), "closed@hub.example"),
    ]
    texts = {re.sub(r'value="[^"]*"', "", page.content.decode()) for page in pages}
    assert len(texts) == 1
    assert {page.status_code for page in pages} == {422}


def test_an_unknown_address_takes_as_long_as_a_known_one(browser: Client) -> None:
    from django.contrib.auth.hashers import Argon2PasswordHasher

    people.account()
    for email in ("amina@hub.example", "nobody@hub.example"):
        with (
            mock.patch.object(
                Argon2PasswordHasher, "encode", autospec=True, side_effect=Argon2PasswordHasher.encode
            ) as hashed,
            mock.patch.object(
                Argon2PasswordHasher, "verify", autospec=True, side_effect=Argon2PasswordHasher.verify
            ) as verified,
        ):
            people.post_sign_in(Client(), email, "wrong")
        assert hashed.call_count + verified.call_count == 1, email


def test_passwords_are_kept_with_argon2() -> None:
    assert people.account().password.startswith("argon2$argon2id$")


def test_a_guess_costs_at_least_what_owasp_asks() -> None:
    """Of the programme itself: 19 MiB and two passes (Password Storage Cheat Sheet); the tests pay less."""
    from django.utils.module_loading import import_string

    from pathways.web import settings as own

    hasher = import_string(own.PASSWORD_HASHERS[0])()
    kept = hasher.decode(hasher.encode(people.PASSWORD, hasher.salt()))
    assert kept["variety"] == "argon2id"
    assert kept["memory_cost"] >= 19_456 and kept["time_cost"] >= 2


def test_signing_out_clears_what_the_browser_holds(browser: Client) -> None:
    people.account()
    people.post_sign_in(browser, "amina@hub.example")
    answer = browser.post("/account/sign-out/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_signed_in(browser)
    assert browser.get("/account/sign-out/").status_code == 405


def test_no_page_is_stored_by_the_browser(browser: Client) -> None:
    people.account()
    people.post_sign_in(browser, "amina@hub.example")
    for path in ("/account/sessions/", "/account/sign-in/", "/nowhere/", "/about/"):
        assert "no-store" in browser.get(path)["Cache-Control"]


def test_the_content_policy_lets_nothing_in_from_elsewhere(browser: Client) -> None:
    policy = browser.get("/account/sign-in/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


# --- lock-out -----------------------------------------------------------------------------------


def fail(client: Client, email: str, times: int = 6, **more: Any) -> Any:
    answer = None
    for _ in range(times):
        answer = people.post_sign_in(client, email, "wrong", **more)
    return answer


def test_guessing_is_locked_out_and_says_what_to_do(browser: Client) -> None:
    people.account()
    answer = fail(browser, "amina@hub.example")
    assert answer.status_code == 429
    assert "Try again in 15 minutes" in answer.content.decode()
    assert people.post_sign_in(browser, "amina@hub.example").status_code == 429


def test_an_unknown_address_is_locked_out_just_the_same(browser: Client) -> None:
    assert fail(browser, "nobody@hub.example").status_code == 429


def test_nobody_is_locked_out_by_what_others_do_elsewhere(browser: Client) -> None:
    people.account()
    fail(Client(), "amina@hub.example", REMOTE_ADDR="203.0.113.7")
    assert people.post_sign_in(browser, "amina@hub.example").status_code == 302


def test_a_duty_officers_known_device_is_not_locked_out_by_somebody_on_the_same_network(
    browser: Client,
) -> None:
    people.account()
    assert people.post_sign_in(browser, "amina@hub.example").status_code == 302
    browser.post("/account/sign-out/")
    fail(Client(), "amina@hub.example")  # the same address of the network, another device
    assert people.post_sign_in(Client(), "amina@hub.example").status_code == 429
    assert people.post_sign_in(browser, "amina@hub.example").status_code == 302


def test_a_known_device_is_held_to_its_own_failures(browser: Client) -> None:
    people.account()
    people.post_sign_in(browser, "amina@hub.example")
    browser.post("/account/sign-out/")
    assert fail(browser, "amina@hub.example").status_code == 429


def test_a_device_is_known_for_the_person_who_signed_in_on_it_only(browser: Client) -> None:
    people.account()
    people.account("jo@hub.example")
    people.post_sign_in(browser, "jo@hub.example")
    browser.post("/account/sign-out/")
    fail(Client(), "amina@hub.example")
    assert people.post_sign_in(browser, "amina@hub.example").status_code == 429


def test_a_device_cookie_cannot_be_made_up(browser: Client) -> None:
    people.account()
    made_up = signing.dumps({"x": "y"}, key="another key", salt=attempts.DEVICE_SALT)
    browser.cookies[settings.PATHWAYS_DEVICE_COOKIE] = made_up
    fail(Client(), "amina@hub.example")
    assert people.post_sign_in(browser, "amina@hub.example").status_code == 429


def test_an_administrator_can_open_it_again(browser: Client) -> None:
    people.account()
    fail(browser, "amina@hub.example")
    assert attempts.unlock("Amina@hub.example") > 0
    assert people.post_sign_in(browser, "amina@hub.example").status_code == 302


def test_neither_the_table_nor_the_log_names_whoever_tried(
    browser: Client, caplog: pytest.LogCaptureFixture
) -> None:
    from axes.models import AccessAttempt

    fail(browser, "amina@hub.example")
    rows = [str(value) for row in AccessAttempt.objects.values() for value in row.values()]
    assert rows
    assert not [value for value in [*rows, caplog.text] if "amina" in value.lower() or "wrong" in value]


# --- sessions -----------------------------------------------------------------------------------


def test_a_session_ends_after_a_quarter_of_an_hour_without_a_page(browser: Client) -> None:
    people.account()
    people.post_sign_in(browser, "amina@hub.example")
    later(browser, seen_at=14 * 60)
    assert is_signed_in(browser)
    later(browser, seen_at=16 * 60)
    assert not is_signed_in(browser)


def test_a_session_ends_after_ten_hours_whatever_happens(browser: Client) -> None:
    people.account()
    people.post_sign_in(browser, "amina@hub.example")
    later(browser, started_at=10 * 3600 + 1)
    assert not is_signed_in(browser)


def test_a_sign_of_life_keeps_a_session(browser: Client) -> None:
    people.account()
    people.post_sign_in(browser, "amina@hub.example")
    later(browser, seen_at=14 * 60)
    assert browser.get("/account/stay/").status_code == 204
    assert timezone.now().timestamp() - browser.session["seen_at"] < 60


def test_whoever_stayed_too_long_is_told_why(browser: Client) -> None:
    people.account()
    people.post_sign_in(browser, "amina@hub.example")
    later(browser, seen_at=3600)
    assert "nothing had happened for 15 minutes" in browser.get("/account/sign-in/").content.decode()


def test_a_person_sees_her_sessions_and_can_end_the_others(browser: Client) -> None:
    account, other = people.account(), Client(headers={"User-Agent": "Firefox on Windows"})
    stranger = Client()
    people.account("jo@hub.example")
    people.post_sign_in(stranger, "jo@hub.example")
    people.post_sign_in(browser, "amina@hub.example")
    people.post_sign_in(other, "amina@hub.example")
    page = browser.get("/account/sessions/").content.decode()
    assert "Firefox on Windows" in page
    found = sessions.open_sessions(account, this=browser.session.session_key or "", at=timezone.now())
    assert len(found) == 2
    assert browser.post("/account/sessions/").status_code == 302
    assert is_signed_in(browser)
    assert not is_signed_in(other)
    assert is_signed_in(stranger)


def test_a_changed_password_ends_every_other_session(browser: Client) -> None:
    people.account()
    other = Client()
    people.post_sign_in(browser, "amina@hub.example")
    people.post_sign_in(other, "amina@hub.example")
    new = "another harbour lantern"
    answer = browser.post("/account/password/", {"current": people.PASSWORD, "new": new, "again": new})
    assert answer.status_code == 302, answer.content.decode()
    assert is_signed_in(browser)
    assert not is_signed_in(other)
    assert people.post_sign_in(Client(), "amina@hub.example", new).status_code == 302


@pytest.mark.parametrize(
    ("current", "new", "again", "words"),
    [
        ("wrong", "another harbour lantern", "another harbour lantern", "not your password now"),
        (people.PASSWORD, "short", "short", "too short"),
        (people.PASSWORD, "another harbour lantern", "another", "must be the same"),
    ],
)
def test_a_password_is_changed_only_rightly(
    browser: Client, current: str, new: str, again: str, words: str
) -> None:
    people.account()
    people.post_sign_in(browser, "amina@hub.example")
    answer = browser.post("/account/password/", {"current": current, "new": new, "again": again})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_leaver_is_out_at_the_next_page(browser: Client) -> None:
    account = people.account()
    people.post_sign_in(browser, "amina@hub.example")
    account.is_active = False
    account.save()
    assert not is_signed_in(browser)


# --- where one works ----------------------------------------------------------------------------


def test_with_several_roles_one_chooses_and_can_switch(browser: Client) -> None:
    people.account("amina@hub.example", Role.SUPPORT_WORKER, Role.SUPERVISOR)
    answer = people.post_sign_in(browser, "amina@hub.example")
    assert answer["Location"].startswith("/account/where/")
    page = browser.get("/account/where/").content.decode()
    values = re.findall(r'name="appointment" type="radio" value="([^"]+)"', page)
    roles = re.findall(r"The hub: ([\w ]+)</label>", page)
    places = dict(zip(roles, values, strict=True))
    assert set(places) == {"Support worker", "Supervisor"}
    for role in ("Supervisor", "Support worker"):
        assert browser.post("/account/where/", {"appointment": places[role]}).status_code == 302
        assert f'pw-header__role">{role}' in browser.get("/about/").content.decode()


def test_nobody_can_choose_a_place_that_is_not_theirs(browser: Client) -> None:
    people.account("amina@hub.example", Role.SUPPORT_WORKER, Role.SUPERVISOR)
    theirs = people.account("jo@hub.example", Role.ADMINISTRATOR).appointments.get()
    people.post_sign_in(browser, "amina@hub.example")
    assert browser.post("/account/where/", {"appointment": str(theirs.pk)}).status_code == 422
    session = browser.session
    session["appointment"] = str(theirs.pk)
    session.save()
    assert "System administrator" not in browser.get("/about/").content.decode()


def test_the_longest_session_is_longer_than_the_idle_one() -> None:
    assert timedelta(0) < settings.PATHWAYS_IDLE < settings.PATHWAYS_ABSOLUTE


def test_a_link_sets_a_password_once(browser: Client) -> None:
    account = people.account()
    path = passwords.link(account_id=account.id, at=timezone.now())
    assert "amina@hub.example" in browser.get(path).content.decode()
    new = "another harbour lantern"
    assert browser.post(path, {"new": "short", "again": "short"}).status_code == 422
    assert browser.post(path, {"new": new, "again": new}).status_code == 302
    assert browser.get(path).status_code == 404
    assert people.post_sign_in(browser, "amina@hub.example", new).status_code == 302


@pytest.mark.parametrize("change", [{"is_active": False}, {"left_at": timezone.now()}])
def test_a_leavers_link_is_spent(browser: Client, change: dict[str, Any]) -> None:
    account = people.account()
    path = passwords.link(account_id=account.id, at=timezone.now())
    type(account).objects.filter(pk=account.pk).update(**change)
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("password12345678", False),
        ("123456789012345", False),
        ("abababababababab", False),
        ("amina.osei@hub.example", False),
        ("harbour lantern meadow", True),
        ("Tr0ubling-swift-Otter", True),
    ],
)
def test_a_password_that_is_guessed_early_is_not_taken(password: str, is_taken: bool) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from pathways.records.models import Account

    who = Account(email="amina.osei@hub.example", name="Amina Osei")
    try:
        validate_password(password, who)
        taken = True
    except ValidationError:
        taken = False
    assert taken is is_taken
