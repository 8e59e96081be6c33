"""What changed, and files beside the programme, on a telephone and on a screen, without scripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction

from pathways.analysis import change_charts
from pathways.journey import evaluate, identity
from pathways.records.models import Account
from tests.analysis.test_changed import drawn, extract, summarise
from tests.analysis.test_compared import groups
from tests.journey import people
from tests.web.test_impact_pages import as_csv

pytestmark = [pytest.mark.browser, pytest.mark.database]


@pytest.fixture
def made() -> evaluate.Overview:
    summary = summarise(extract(drawn(60)))
    return evaluate.Overview(evaluate.Evaluation(summary, change_charts.every(summary)), False)


def look(tab: Any, name: str, *, width: int, scripts: bool) -> None:
    """Nothing wider than the window, and nothing for axe."""
    if folder := os.environ.get("SHOTS"):
        tab.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    if scripts:
        assert [each["id"] for each in Axe().run(tab).response["violations"]] == []


@pytest.mark.parametrize(("width", "scripts"), [(320, False), (1280, True)])
def test_a_group_is_compared_and_what_changed_is_read(
    address: str,
    open_tab: Callable[..., Any],
    made: Any,
    monkeypatch: Any,
    tmp_path: Path,
    width: int,
    scripts: bool,
) -> None:
    monkeypatch.setattr(evaluate._figures, "get", lambda *given, **more: made)
    with transaction.atomic():
        cast = people.cast()
        with identity.acting(cast.evaluator):
            email = Account.objects.values_list("email", flat=True).get(pk=cast.evaluator.account_id)
    tab = open_tab(width=width, scripts=scripts)
    tab.goto(f"{address}/account/sign-in/?next=/evaluate/impact/")
    tab.fill("#id_email", email)
    tab.fill("#id_password", people.PASSWORD)
    tab.click("main button[type=submit]:not([aria-controls])")
    assert "CORE-10" in tab.inner_text("main")
    look(tab, "impact", width=width, scripts=scripts)
    tab.click("main >> text=against a comparison group")
    tab.click("text=Bring the file")
    assert "There is a problem" in tab.inner_text("main")
    look(tab, "bring", width=width, scripts=scripts)
    place = tmp_path / "group.csv"
    place.write_bytes(as_csv(groups(120, 900, alike=True)))
    tab.fill("#id_source", "Invented, for a test")
    tab.set_input_files("#id_file", str(place))
    tab.check("#id_nameless")
    tab.click("text=Bring the file")
    tab.click("text=Compare the groups")
    assert "There is a problem" in tab.inner_text("main")
    look(tab, "columns", width=width, scripts=scripts)
    tab.check("input[name=kind][value=records]")
    tab.select_option("#id_treated", "programme")
    tab.select_option("#id_outcome", "reoffended")
    for name in ("age", "convictions"):
        tab.check(f"input[name=known][value={name}]")
    tab.fill("#id_caliper", "0.2")
    tab.check("input[name=replace][value=no]")
    for name, column in (("start", "began"), ("event", "event_on"), ("until", "until")):
        tab.select_option(f"#id_{name}", column)
    tab.click("text=Compare the groups")
    assert "Of 100 typical women" in tab.inner_text("main")
    look(tab, "compared", width=width, scripts=scripts)
    assert tab.said == []
