"""Prices and costs as those who steer meet them: read, changed, brought in and out; and what is not shown."""

from __future__ import annotations

import io
import re
import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from pathways.domain.terms.people import HUMAN_ROLES, Role, Sector
from pathways.journey import evaluate
from pathways.records.models import PlanVersion, ReferenceSet
from tests.analysis.test_compared import groups
from tests.web.test_impact_pages import COLUMNS, COMPARISON, as_csv, bring
from tests.web.test_plan_pages import READERS, sent, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.database]
PRICES, COSTS = "/evaluate/prices/", "/evaluate/costs/"
PRICE = {
    "name": "A night in a refuge", "per": "night", "value": "120", "low": "100", "central": "", "high": "150",
    "year": "2023-24", "source": "Our contract, page 4", "deflator": "gdp", "note": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Figures of journeys are made beside the pages and tested elsewhere."""
    monkeypatch.setattr(evaluate, "PATIENCE", 0.0)


@pytest.fixture
def evaluator() -> Client:
    return signed_in(Role.EVALUATOR)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_pages_are_for_those_who_read_the_plan_and_changed_by_two_roles():
    changing = ("add/", "year/", "index/", "take-in/", "from-files/", "one/robbery/change/")
    for role in READERS:
        client = signed_in(role)
        may_change = role in (Role.EVALUATOR, Role.COORDINATOR)
        for page in (PRICES, COSTS, f"{PRICES}versions/", f"{PRICES}versions/0/", f"{COSTS}versions/",
                     f"{PRICES}compare/?earlier=0&later=0"):  # fmt: skip
            assert client.get(page).status_code == 200, (role, page)
        for page in changing:
            assert client.get(PRICES + page).status_code == (200 if may_change else 403), (role, page)
        for page in ("price/", "published/"):
            assert client.get(COSTS + page).status_code == (200 if may_change else 403), (role, page)
        assert f'href="{PRICES}"' in client.get(COSTS).content.decode()
        assert f'href="{COSTS}"' in client.get("/evaluate/definitions/").content.decode()
    for role in set(HUMAN_ROLES) - set(READERS):
        sector = Sector.POLICE if role.value.startswith("police") else Sector.THIRD_SECTOR
        client = signed_in(role, sector)
        assert client.get(PRICES).status_code == 403, role
        assert client.get(COSTS).status_code == 403, role


def test_a_price_is_added_changed_checked_and_removed_and_every_version_stays(evaluator):
    page = text_of(evaluator.get(PRICES))
    assert "To be checked against the source" in page and "12 of 12 prices" in page
    assert "£11,320" in page and "Research Report 99" in page and "Per victim" in page
    answer = sent(evaluator, f"{PRICES}add/", {**PRICE, "code": "", "because": "We pay for nights"})
    assert "Price added" in text_of(answer), text_of(answer)[:3000]
    page = text_of(evaluator.get(PRICES))
    assert "A night in a refuge" in page and "2023/24" in page
    change = f"{PRICES}one/a-night-in-a-refuge/change/"
    answer = sent(evaluator, change, {**PRICE, "is_checked": "yes", "because": ""})
    assert answer.status_code == 422  # a change has a reason
    answer = sent(evaluator, change, {**PRICE, "high": "90", "is_checked": "yes", "because": "Read"})
    assert answer.status_code == 422 and "not be less than central" in text_of(answer)
    answer = sent(evaluator, change, {**PRICE, "is_checked": "yes", "because": "Read in the contract"})
    assert "Price changed" in text_of(answer)
    assert "Checked on" in text_of(evaluator.get(PRICES))
    answer = sent(evaluator, f"{PRICES}one/a-night-in-a-refuge/remove/", {"because": "No longer paid"})
    assert "Price removed" in text_of(answer)
    assert evaluator.get(change).status_code == 404
    page = text_of(evaluator.get(f"{PRICES}versions/"))
    assert "held against its source" in page and "Read in the contract" in page
    page = text_of(evaluator.get(f"{PRICES}compare/?earlier=2&later=3"))
    assert "Removed" in page and "A night in a refuge" in page
    answer = sent(evaluator, f"{PRICES}versions/2/bring-back/", {"because": "Paid again"})
    assert "Version brought back" in text_of(answer)
    assert "A night in a refuge" in text_of(evaluator.get(PRICES))
    assert PlanVersion.objects.filter(part="prices").count() == 4


def test_a_spreadsheet_goes_out_is_mended_and_comes_in_and_a_wrong_one_says_which_row(evaluator):
    answer = evaluator.get(f"{PRICES}file/xlsx/")
    assert "attachment" in answer["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["prices", "deflators"]
    sheet = book["prices"]
    sheet["D3"], sheet["C4"] = "many", "bag"
    out = io.BytesIO()
    book.save(out)
    url = f"{PRICES}take-in/"
    file = SimpleUploadedFile("prices.xlsx", out.getvalue())
    answer = sent(evaluator, url, {"file": file, "because": "Ours"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Row 3, value: “many” is not an amount" in page and "Row 4, unit: “bag”" in page
    assert not PlanVersion.objects.filter(part="prices").exists()
    sheet["D3"], sheet["C4"] = 50_000, "incident"
    sheet["E3"] = sheet["F3"] = sheet["G3"] = None
    out = io.BytesIO()
    book.save(out)
    file = SimpleUploadedFile("prices.xlsx", out.getvalue())
    answer = sent(evaluator, url, {"file": file, "because": "Ours"})
    assert "Prices taken in" in text_of(answer), text_of(answer)[:2000]
    assert "£50,000" in text_of(evaluator.get(PRICES))
    assert evaluator.get(f"{PRICES}file/pdf/").status_code == 404
    assert evaluator.get(f"{PRICES}file/csv/").status_code == 200


def test_prices_taken_in_under_files_are_brought_into_the_table_by_a_person(evaluator):
    ReferenceSet(
        kind="prices", source="A county", content_hash="y", rows=2, take_in_id=uuid.uuid4(),
        taken_in_at=timezone.now(),
        body=[{"item": "Robbery", "amount": 12000, "price_year": "2016/17"},
              {"item": "A stay", "amount": 900, "low": 800, "high": 1000, "price_year": "2024/25"}],
    ).save()  # fmt: skip
    assert "2 prices from A county came in" in text_of(evaluator.get(PRICES))
    answer = sent(evaluator, f"{PRICES}from-files/", {"because": "Newer"})
    assert "Prices brought in" in text_of(answer), text_of(answer)[:2000]
    page = text_of(evaluator.get(PRICES))
    assert "came in under" not in page
    assert "£12,000" in page and "£11,320" not in page and "A stay" in page


def test_the_price_year_and_an_index_are_the_sites_to_set(evaluator):
    answer = sent(evaluator, f"{PRICES}year/", {"year": "2035/36", "deflator": "gdp", "because": "Later"})
    assert "Price year changed" in text_of(answer)
    assert "has no index for 2035/36" in text_of(evaluator.get(PRICES))
    index = {"series": "gdp", "year": "2035/36", "index": "150", "source": "", "is_checked": "no"}
    answer = sent(evaluator, f"{PRICES}index/", {**index, "index": "0", "because": "x"})
    assert answer.status_code == 422
    answer = sent(evaluator, f"{PRICES}index/", {**index, "because": "A forecast of ours"})
    assert "Index set" in text_of(answer)
    assert "has no index" not in text_of(evaluator.get(PRICES))
    answer = sent(evaluator, f"{PRICES}year/", {"year": "2035/37", "deflator": "gdp", "because": "x"})
    assert answer.status_code == 422 and "not one financial year" in text_of(answer)


PUBLISHED = {
    "outcome": "reoffended within a year", "source": "An invented report, page 3", "treated": "200",
    "treated_events": "40", "comparison": "400", "comparison_events": "140", "is_published": "on",
}  # fmt: skip
SHARES = {
    "finding": "F1", "price": "robbery", "units": "1", "deadweight": "10", "deadweight_least": "",
    "deadweight_most": "20", "attribution": "50", "attribution_least": "40", "attribution_most": "",
    "because": "Another service helped half of them",
}  # fmt: skip


def test_without_a_comparison_the_page_says_so_and_shows_no_pound(evaluator):
    page = text_of(evaluator.get(COSTS))
    assert "there is no comparison" in page
    assert "For each £1 spent" not in page and "avoided-chart" not in page
    assert "Spend: nobody has recorded any" in page
    assert "description only" in page


@pytest.mark.parametrize(("n", "is_told"), [("29", False), ("30", True)])
def test_a_published_comparison_is_priced_from_thirty_women_in_both_groups(evaluator, n, is_told):
    given = {**PUBLISHED, "treated": n, "treated_events": "5"}
    assert "Finding kept" in text_of(sent(evaluator, f"{COSTS}published/", given))
    answer = sent(evaluator, f"{COSTS}price/", SHARES)
    assert "Price put to the finding" in text_of(answer), text_of(answer)[:2500]
    page = text_of(evaluator.get(COSTS))
    assert ("too few for a finding" in page) is not is_told
    assert ("Pounds for 100 women" in page) is is_told
    assert "10% (10% to 20%)" in page and "50% (40% to 50%)" in page
    assert "No ratio" in page  # no spend is recorded: what each woman cost is not known
    assert "style=" not in page.split("<main", 1)[1]
    book = openpyxl.load_workbook(io.BytesIO(evaluator.get(f"{COSTS}file/xlsx/").content))
    assert (book["avoided"]["E2"].value is not None) is is_told
    assert "Price taken off" in text_of(sent(evaluator, f"{COSTS}priced/A1/take-off/", {"because": "No"}))
    assert "Finding taken out" in text_of(
        sent(evaluator, f"{COSTS}finding/F1/take-out/", {"because": "Not ours"})
    )
    page = text_of(evaluator.get(f"{COSTS}versions/"))
    assert "F1 kept" in page and "A1 taken off" in page and "Not ours" in page


def test_a_published_comparison_with_a_small_count_or_an_impossible_one_is_refused(evaluator):
    small = sent(evaluator, f"{COSTS}published/", {**PUBLISHED, "treated_events": "3"})
    assert "too small to be shown" in text_of(small)
    wrong = sent(evaluator, f"{COSTS}published/", {**PUBLISHED, "treated_events": "201"})
    assert wrong.status_code == 422 and "cannot be more with the outcome" in text_of(wrong)
    wrong = sent(evaluator, f"{COSTS}price/", {**SHARES, "deadweight": "120"})
    assert wrong.status_code == 422 and "from 0 to 100" in text_of(wrong)
    assert not PlanVersion.objects.filter(part="avoided").exists()


def test_a_finding_of_the_comparison_page_is_kept_and_one_that_is_none_is_not(evaluator):
    bring(evaluator, COMPARISON, as_csv(groups(150, 1500, alike=True, share=0.2, other=0.6)))
    page = evaluator.post(COMPARISON, COLUMNS)
    assert "Keep this finding for the costs" in text_of(page)
    answer = evaluator.post(COMPARISON, {**COLUMNS, "action": "keep"})
    assert answer.status_code == 302 and answer["Location"] == COSTS
    page = text_of(evaluator.get(COSTS))
    assert "F1 reoffended" in page and "Invented, for a test" in page
    row = PlanVersion.objects.get(part="avoided")
    assert "convictions" not in str(row.body)  # nothing of the file is kept but the finding
    bring(evaluator, COMPARISON, as_csv(groups(80, 120, alike=False)))
    page = evaluator.post(COMPARISON, {**COLUMNS, "action": "keep", "caliper": ""})
    assert page.status_code == 422 and "no finding to keep" in text_of(page)
    assert PlanVersion.objects.filter(part="avoided").count() == 1
