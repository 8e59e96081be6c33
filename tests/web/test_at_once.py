"""Two requests at the same moment: a button pressed twice does its work once."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from tests.web import people, trial_pages

pytestmark = [pytest.mark.database, pytest.mark.urls("tests.web.trial_pages")]


def at_once(browser: Client, address: str, form: dict[str, str], times: int = 4) -> list[Any]:
    """The same form sent several times together, each on a connection of its own."""
    answers: list[Any] = []
    start = threading.Barrier(times)

    def press() -> None:
        again = Client(raise_request_exception=False)
        again.cookies = browser.cookies
        start.wait()
        answers.append(again.post(address, form))
        connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("address", ["/t/checked/", "/t/straight/"])
def test_a_button_pressed_many_times_at_once_does_its_work_once(fresh_database: str, address: str) -> None:
    trial_pages.CALLS.clear()
    people.account()
    browser = Client(raise_request_exception=False)
    people.post_sign_in(browser, "amina@hub.example")
    form = {"how": "met", "text": "slow"}
    if address == "/t/checked/":
        browser.post(address, form)
        page, form = browser.get(f"{address}?check"), {"_do": "confirm"}
    else:
        page = browser.get(address)
    token = re.search(r'name="_token" value="([^"]+)"', page.content.decode())
    assert token
    answers = at_once(browser, address, {**form, "_token": token[1]})
    assert {answer["Location"] for answer in answers} == {f"{address}?done={token[1]}"}
    assert len(trial_pages.CALLS) == 1


def test_two_parts_saved_at_once_are_both_kept(fresh_database: str) -> None:
    people.account()
    browser = Client(raise_request_exception=False)
    people.post_sign_in(browser, "amina@hub.example")
    start = threading.Barrier(2)

    def save(form: dict[str, str]) -> None:
        again = Client(raise_request_exception=False)
        again.cookies = browser.cookies
        start.wait()
        again.post("/t/tasks/", {**form, "_do": "save"})
        connections.close_all()

    for number in range(8):
        words = f"Number {number}."
        parts = ({"_step": "note", "how": "met", "text": words}, {"_step": "more", "safe": "yes"})
        threads = [threading.Thread(target=save, args=(part,)) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        page = browser.get("/t/tasks/").content.decode()
        assert "You have completed 2 of 2 parts" in page
        assert words in browser.get("/t/tasks/?step=note").content.decode()
        browser.post("/t/tasks/", {"_do": "discard"})
