"""Police contact for the evaluation as people see it: narrow and wide, by axe, with errors."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction

from pathways.journey import identity, second_readings
from pathways.records.models import Account
from tests.journey import people
from tests.journey.test_police_records import THEN, decided, extract, shares

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.prove]
HERE = "/considering/police-records/"


@pytest.mark.parametrize("width", [320, 1280])
def test_from_the_extract_to_the_file(address: str, open_tab: Callable[..., Any], width: int) -> None:
    with transaction.atomic():
        cast = people.cast()
        with identity.acting(cast.police_supervisor) as by:
            second_readings.set_rate(wanted=0, by=by, at=THEN)
        shares(cast)
        for n in range(10):
            decided(cast, n)
        extract(cast, at=datetime.now(UTC))
        email = Account.objects.values_list("email", flat=True).get(pk=cast.spoc.account_id)
    tab = open_tab(width=width)

    def look(name: str) -> None:
        assert Axe().run(tab).response["violations"] == [], name
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        if place := os.environ.get("PICTURES"):
            tab.screenshot(path=f"{place}/{name}-{width}.png", full_page=True)

    tab.goto(f"{address}/account/sign-in/?next={HERE}")
    tab.fill("#id_email", email)
    tab.fill("#id_password", people.PASSWORD)
    tab.click("main button[type=submit]:not([aria-controls])")
    tab.wait_for_url(f"**{HERE}")
    look("records")
    tab.click("text=See what it would hold")
    tab.wait_for_selector(".govuk-error-summary")
    look("records-errors")
    tab.check("input[name=extract]")
    tab.check("input[name=months][value='3']")
    tab.check("input[name=to]")
    for name, day in (("whole_from", ("1", "3", "2026")), ("whole_to", ("31", "10", "2026"))):
        for part, value in zip(("day", "month", "year"), day, strict=True):
            tab.fill(f"input[name='{name}-{part}']", value)
    tab.click("text=See what it would hold")
    tab.wait_for_selector("text=What the file would hold")
    look("records-shown")
    with tab.expect_download() as coming:
        tab.click("button:has-text('Take the file out')")
    assert coming.value.suggested_filename.startswith("police-records-3-months-")
