"""Invited, forgotten, left, come back: tried as somebody would who wants in, or to know who is there."""

from __future__ import annotations

import random
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pathways.domain.terms.people import Role, Sector
from pathways.journey import administer, clockwork, drafts, identity, passwords
from pathways.records.models import Account, Appointment, Draft, Task
from tests.journey import agreed as made
from tests.journey import people as cast_of
from tests.web import people

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NEW = {"new": "three unrelated words", "again": "three unrelated words"}


@pytest.fixture
def adam() -> Client:
    people.account("adam@hub.example", Role.ADMINISTRATOR)
    browser = Client()
    people.post_sign_in(browser, "adam@hub.example")
    return browser


def wanda(email: str = "wanda@charity.example") -> Account:
    return people.account(
        email, Role.SUPPORT_WORKER, at=people.organisation("charity", Sector.THIRD_SECTOR)
    )


def link_of(answer: Any) -> str:
    found = re.search(r"(/account/set-password/[^<\s]+)", answer.content.decode())
    assert found, answer.status_code
    return found[1]


def asked(email: str, place: str = "192.0.2.1") -> Any:
    return Client().post("/account/forgotten/", {"email": email}, REMOTE_ADDR=place)


# --- a link -------------------------------------------------------------------------------------------


def test_a_link_that_went_astray_opens_nothing_once_another_is_made(adam: Client) -> None:
    account = wanda()
    first = link_of(adam.post(f"/administer/people/{account.id}/link/"))
    assert Client().get(first).status_code == 200
    second = link_of(adam.post(f"/administer/people/{account.id}/link/"))
    assert Client().get(first).status_code == 404
    assert Client().post(first, NEW).status_code == 404
    assert Client().post(second, NEW).status_code == 302
    assert Client().post(second, NEW).status_code == 404


@pytest.mark.parametrize("what", ["her address is put right", "she signs in", "she leaves", "three days"])
def test_a_link_is_spent_when(adam: Client, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    account = wanda()
    link = link_of(adam.post(f"/administer/people/{account.id}/link/"))
    if what == "her address is put right":
        adam.post(
            f"/administer/people/{account.id}/correct/",
            {"name": "Wanda", "email": "right@charity.example", "_do": "continue"},
        )
        assert Account.objects.filter(email="right@charity.example").exists()
    if what == "she signs in":
        assert people.post_sign_in(Client(), account.email).status_code == 302
    if what == "she leaves":
        adam.post(f"/administer/people/{account.id}/left/")
    if what == "three days":
        real = passwords._TOKENS._now
        monkeypatch.setattr(passwords._TOKENS, "_now", lambda: real() + timedelta(days=3, seconds=9))
    assert Client().get(link).status_code == 404
    assert Client().post(link, NEW).status_code == 404


def test_a_link_of_one_opens_nobody_else(adam: Client) -> None:
    account, other = wanda(), wanda("carol@charity.example")
    link = link_of(adam.post(f"/administer/people/{account.id}/link/"))
    assert Client().get(link.replace(str(account.id), str(other.id))).status_code == 404
    assert Client().get(f"{link[:-3]}xx/").status_code == 404


def test_a_password_that_is_set_by_a_link_ends_every_session(adam: Client) -> None:
    account, thief = wanda(), Client()
    people.post_sign_in(thief, account.email)
    link = link_of(adam.post(f"/administer/people/{account.id}/link/"))
    Client().post(link, NEW)
    assert thief.get("/directory/").status_code == 302


def test_nobody_is_invited_twice(adam: Client) -> None:
    charity = people.organisation("charity", Sector.THIRD_SECTOR)
    given = {"name": "Nia", "email": "nia@charity.example", "organisation": str(charity.id)}
    given["role"] = Role.SUPPORT_WORKER.value
    assert adam.post("/administer/people/add/", given).status_code == 200
    again = adam.post("/administer/people/add/", {**given, "email": "NIA@charity.example"})
    assert again.status_code == 422
    assert "already" in again.content.decode()
    assert Account.objects.filter(email__iexact="nia@charity.example").count() == 1


# --- a forgotten password -----------------------------------------------------------------------------


def test_whoever_asks_is_told_the_same_and_only_the_administrator_learns_who_exists(adam: Client) -> None:
    account, closed = wanda(), wanda("closed@charity.example")
    Account.objects.filter(id=closed.id).update(is_active=False, left_at=timezone.now())
    pages = [asked(email) for email in (account.email, "nobody@charity.example", closed.email)]
    texts = {re.sub(r'value="[^"]*"', "", page.content.decode()) for page in pages}
    assert len(texts) == 1 and {page.status_code for page in pages} == {200}
    assert account.email not in texts.pop()
    with identity.clerk():
        assert [task.object_id for task in Task.objects.filter(kind=passwords.ASKED)] == [account.id]
    waiting = adam.get("/tasks/").content.decode() + adam.get("/").content.decode()
    assert "Somebody has forgotten a password" in waiting
    assert f"/administer/people/{account.id}/" in waiting


def test_asked_again_and_again_it_waits_once_and_is_done_when_the_password_is_chosen(adam: Client) -> None:
    account = wanda()
    for number in range(4):
        asked(account.email, place=f"192.0.2.{number}")
    with identity.clerk():
        assert Task.objects.filter(kind=passwords.ASKED, done_at__isnull=True).count() == 1
    Client().post(link_of(adam.post(f"/administer/people/{account.id}/link/")), NEW)
    with identity.clerk():
        assert not Task.objects.filter(kind=passwords.ASKED, done_at__isnull=True).exists()


def test_from_one_place_only_so_many_are_asked_for(adam: Client) -> None:
    account = wanda()
    known = [asked(account.email, place="192.0.2.7").status_code for _ in range(6)]
    unknown = [asked("nobody@charity.example", place="192.0.2.8").status_code for _ in range(6)]
    assert known == unknown == [200] * 5 + [429]
    assert asked(account.email, place="192.0.2.9").status_code == 200, "nobody else is kept from asking"
    assert people.post_sign_in(Client(), account.email).status_code == 302, "asking locks nobody out"


def test_the_answer_takes_as_long_whoever_it_is_about(adam: Client) -> None:
    """The chance of telling the two apart by the clock: 0.5 is none, 0.6 the most that is allowed (P9)."""
    account = wanda()
    took: dict[bool, list[float]] = {True: [], False: []}
    rng = random.Random(11)
    for number in range(120):
        is_known = rng.random() < 0.5
        with identity.clerk():
            Task.objects.filter(kind=passwords.ASKED).update(done_at=timezone.now())
        began = time.perf_counter()
        asked(account.email if is_known else f"n{number}@charity.example", place=f"198.51.100.{number}")
        took[is_known].append(time.perf_counter() - began)
    higher = sum((a > b) + 0.5 * (a == b) for a in took[True] for b in took[False])
    separation = higher / (len(took[True]) * len(took[False]))
    print(f"\nAUC {separation:.2f} over {len(took[True])} and {len(took[False])} askings")
    # 120 askings scatter by 0.05 about the truth: what leaks would be far beyond this
    assert abs(separation - 0.5) <= 0.2


# --- leaving and coming back --------------------------------------------------------------------------


def test_a_leavers_women_stand_before_the_supervisor_and_her_drafts_are_nobodys() -> None:
    cast = cast_of.cast()
    her = made.agreed(cast)
    with identity.acting(cast.worker):
        drafts.keep("note", {"text": "hers"}, cast.worker, timezone.now(), client_id=her.client_id)
    browser, supervisor = Client(), Client()
    for tab, who in ((browser, cast.worker), (supervisor, cast.supervisor)):
        people.post_sign_in(tab, Account.objects.get(id=who.account_id).email, cast_of.PASSWORD)
    assert browser.get(f"/her/{her.client_id}/").status_code == 200
    with identity.acting(cast.administrator) as by:
        assert administer.leave(account_id=cast.worker.account_id, by=by, at=timezone.now())
    assert browser.get(f"/her/{her.client_id}/").status_code == 302
    assert "has left" in supervisor.get("/support/workload/").content.decode()
    assert "hand over one woman" in supervisor.get("/tasks/").content.decode()
    for other in (cast.supervisor, cast.colleague, cast.administrator):
        with identity.acting(other):
            assert not Draft.objects.exists()
    clockwork.JOBS["clear_drafts"](at=timezone.now() + timedelta(days=31))
    with identity.acting(cast.worker):
        assert not Draft.objects.exists()


def test_who_comes_back_is_nobody_until_a_role_is_given(adam: Client) -> None:
    account = wanda()
    before = Client()
    people.post_sign_in(before, account.email)
    adam.post(f"/administer/people/{account.id}/left/")
    link = link_of(adam.post(f"/administer/people/{account.id}/back/"))
    assert before.get("/directory/").status_code == 302, "an old session is not brought back"
    assert people.post_sign_in(Client(), account.email).status_code == 422, "nor the old password"
    Client().post(link, NEW)
    browser = Client()
    people.post_sign_in(browser, account.email, NEW["new"])
    assert browser.get("/directory/").status_code == 302
    assert not Appointment.objects.filter(account=account, until_at__isnull=True).exists()


def test_the_last_administrator_cannot_shut_the_door_behind_her(adam: Client) -> None:
    mine = Account.objects.get(email="adam@hub.example")
    held = Appointment.objects.get(account=mine)
    adam.post(f"/administer/people/{mine.id}/left/")
    adam.post(f"/administer/people/{mine.id}/role/{held.id}/end/")
    assert adam.get("/administer/people/").status_code == 200
