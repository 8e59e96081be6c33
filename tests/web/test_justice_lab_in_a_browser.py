"""Submissions to the Justice Data Lab as people see them: narrow and wide, by axe, with errors."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction

from pathways.journey import identity, justice_lab
from pathways.records.models import Account
from tests.journey import lab_women, people
from tests.journey.people import NOW

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.prove]


@pytest.mark.parametrize("width", [320, 1280])
def test_from_the_list_to_the_file(address: str, open_tab: Callable[..., Any], width: int) -> None:
    with transaction.atomic():
        cast = people.cast()
        at = lab_women.stage(cast)
        her = lab_women.woman(at, 1, answer=None)
        lab_women.many(at, 60, first=2)
        with identity.acting(cast.coordinator) as by:
            key = justice_lab.draw_up(wanted=lab_women.wanted(at), by=by, at=NOW).id
            assert justice_lab.propose(submission_id=key, by=by, at=NOW)
        for actor in (at.supervisor, cast.governance):
            with identity.acting(actor) as by:
                said = justice_lab.say(submission_id=key, agrees=True, words="Read it", by=by, at=NOW)
                assert said, said.reason
    tab = open_tab(width=width)

    def sign_in(actor: Any, path: str) -> None:
        tab.context.clear_cookies()
        tab.goto(f"{address}/account/sign-in/?next={path}")
        email = Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
        tab.fill("#id_email", email)
        tab.fill("#id_password", people.PASSWORD)
        tab.click("main button[type=submit]:not([aria-controls])")
        tab.wait_for_url(f"**{path}")

    def look(name: str) -> None:
        assert Axe().run(tab).response["violations"] == [], name
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        if place := os.environ.get("PICTURES"):
            tab.screenshot(path=f"{place}/{name}-{width}.png", full_page=True)

    home = "/evaluate/justice-data-lab/"
    sign_in(cast.evaluator, home)
    look("lab-evaluator")
    sign_in(cast.coordinator, home)
    look("lab")
    for path, name in (
        (f"{home}{key}/", "lab-submission"),
        (f"{home}{key}/women/", "lab-women"),
        (f"{home}notices/", "lab-notices"),
        (f"{home}{key}/again/", "lab-again"),
        (f"/reach/{her}/told/", "told"),
    ):
        tab.goto(f"{address}{path}")
        look(name)
    for path, name in (
        (f"{home}draw/", "lab-draw"),
        (f"{home}notices/add/", "lab-notice"),
        (f"/reach/{her}/told/record/", "told-record"),
        (f"/reach/{her}/told/disposal/", "told-disposal"),
    ):
        tab.goto(f"{address}{path}")
        tab.click("main form button[name=_do][value=continue]")
        assert tab.locator(".govuk-error-summary").count() == 1, name
        look(f"{name}-errors")
    tab.goto(f"{address}{home}{key}/take-out/")
    look("lab-take-out")
    with tab.expect_download() as kept:
        tab.locator("text=Take it out as CSV").click(no_wait_after=True)
    assert kept.value.suggested_filename == "justice-data-lab-1.csv"
    assert tab.said == []
