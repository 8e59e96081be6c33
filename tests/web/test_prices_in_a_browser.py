"""Prices and costs on a telephone and on a screen, with faults shown, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from pathways.domain.evaluation.prices import Per
from pathways.domain.evaluation.recorded import RecordKind
from pathways.journey import costing, evaluate, identity, pricing, recording
from pathways.records.models import Account
from tests.journey import people
from tests.web.test_impact_in_a_browser import look, made  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.database]
PRICES, COSTS = "/evaluate/prices/", "/evaluate/costs/"


def told(cast: Any) -> None:
    """Spend and staff time, the price of a post, and one published comparison at two prices."""
    now, hub = datetime.now(UTC), str(cast.coordinator.organisation_id)
    day = date(2025, 4, 1)
    with identity.acting(cast.coordinator) as by:
        for kind, answers in (
            (RecordKind.SPEND, {"line": "staff", "planned": 90_000.0, "spent": 88_000.0}),
            (RecordKind.SPEND, {"line": "services", "planned": 40_000.0, "spent": 44_000.0}),
            (RecordKind.STAFF_TIME, {"organisation": hub, "work": "support", "posts": 2.5}),
        ):
            assert recording.enter(
                kind=kind, on=day, until=day + timedelta(days=360), answers=answers, by=by, at=now
            )
        assert pricing.add(
            name="A full-time post", per=Per.POST_YEAR, value=41_000.0, low=37_000.0, central=41_000.0,
            high=46_000.0, year="2024/25", source="Our payroll", deflator="gdp", note="", code="post",
            by=by, at=now,
        )  # fmt: skip
        kept = costing.enter_published(
            outcome="reoffended within a year", source="An invented report, page 3", treated_events=40,
            treated=200, comparison_events=140, comparison=400, by=by, at=now,
        )  # fmt: skip
        for price in ("violence", "domestic-abuse"):
            assert costing.put_price(
                finding=kept.reference, price=price, units=1.0, deadweight=(0.0, 0.1, 0.2),
                attribution=(0.4, 0.5, 0.7), because="Others helped", by=by, at=now,
            )  # fmt: skip


@pytest.mark.parametrize(("width", "scripts"), [(320, False), (1280, True)])
def test_prices_and_costs_are_read_and_a_price_is_changed(
    address: str,
    open_tab: Callable[..., Any],
    made: Any,  # noqa: F811
    monkeypatch: Any,
    tmp_path: Path,
    width: int,
    scripts: bool,
) -> None:
    monkeypatch.setattr(evaluate._figures, "get", lambda *given, **more: made)
    with transaction.atomic():
        cast = people.cast()
        told(cast)
        with identity.acting(cast.evaluator):
            email = Account.objects.values_list("email", flat=True).get(pk=cast.evaluator.account_id)
    tab = open_tab(width=width, scripts=scripts)
    tab.goto(f"{address}/account/sign-in/?next={COSTS}")
    tab.fill("#id_email", email)
    tab.fill("#id_password", people.PASSWORD)
    tab.click("main button[type=submit]:not([aria-controls])")
    text = tab.inner_text("main")
    assert "Everything that it took" in text and "What others may have been spared" in text
    assert tab.locator("main svg").count() >= 2
    look(tab, "costs", width=width, scripts=scripts)
    tab.click("main >> text=Put a price to a finding")
    tab.click("main button[value=continue]")
    assert "There is a problem" in tab.inner_text("main")
    look(tab, "put-price", width=width, scripts=scripts)
    tab.goto(address + PRICES)
    assert "to be checked against the source" in tab.inner_text("main").lower()
    look(tab, "prices", width=width, scripts=scripts)
    tab.click("main >> text=Take in a spreadsheet")
    place = tmp_path / "prices.csv"
    place.write_text("name,unit,value,price year,source\nA bag,bag,10,2015/16,x\nA stay,stay,,2015/16,x\n")
    tab.set_input_files("#id_file", str(place))
    tab.fill("#id_because", "Ours")
    tab.click("main button[value=continue]")
    said = tab.inner_text("main")
    assert "Row 2, unit" in said and "Row 3, value" in said and "Nothing was taken in" in said
    look(tab, "taken-in", width=width, scripts=scripts)
    tab.goto(address + PRICES)
    tab.click("main >> text=Robbery")
    tab.fill("#id_high", "1")
    tab.click("main button[value=continue]")
    assert "High must not be less than central" in tab.inner_text("main")
    look(tab, "change", width=width, scripts=scripts)
    assert tab.said == []
