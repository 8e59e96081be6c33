"""What changed for the women on pages: from the live records to protected figures, and files beside them."""

from __future__ import annotations

import io
import uuid
from dataclasses import replace

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from pathways.analysis import sheets
from pathways.domain.terms.people import Role, Sector
from pathways.journey import evaluate, identity
from pathways.records.models import AccessEvent, Draft, ReferenceSet
from tests.analysis.test_compared import fallen, groups, harmed, record
from tests.web.test_evaluation_pages import none_made, patient, rows, signed_in, told  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.database]

COMPARISON, POLICE = "/evaluate/comparison/", "/evaluate/police-contact/"


@pytest.fixture
def evaluator() -> Client:
    return signed_in(Role.EVALUATOR, Sector.ACADEMIC)


def as_csv(lines: list[dict[str, object]]) -> bytes:
    heads = list(lines[0])
    return "\n".join([",".join(heads), *(",".join(str(one[h]) for h in heads) for one in lines)]).encode()


def bring(browser: Client, page: str, content: bytes, name: str = "group.csv", **more: str):
    given = {"action": "bring", "source": "Invented, for a test", "nameless": "on", **more}
    return browser.post(page, {**given, "file": SimpleUploadedFile(name, content)})


COLUMNS = {
    "action": "count", "kind": "records", "treated": "programme", "outcome": "reoffended",
    "known": ["age", "convictions"], "ratio": "3", "caliper": "0.2", "replace": "no",
}  # fmt: skip


def test_the_page_says_not_collected_where_nobody_was_measured(evaluator, told):  # noqa: F811
    page = evaluator.get("/evaluate/impact/").content.decode()
    assert "Not collected" in page
    assert "Maryland scale 2" in page
    assert "regression" in page
    assert f'href="{POLICE}"' in page and f'href="{COMPARISON}"' in page


def test_a_hidden_number_of_women_is_said_in_words(evaluator, told, monkeypatch):  # noqa: F811
    whole = evaluate.overview

    def hidden(**asked):
        found = whole(**asked)
        changes = found.made.summary.changes
        changes = replace(changes, started=replace(changes.started, value=None))
        summary = replace(found.made.summary, changes=changes)
        return replace(found, made=replace(found.made, summary=summary))

    monkeypatch.setattr(evaluate, "overview", hidden)
    page = evaluator.get("/evaluate/impact/").content.decode()
    assert "Of the women whose support began (how many is hidden)" in page


def test_others_who_see_figures_see_what_changed_and_bring_no_file(told):  # noqa: F811
    browser = signed_in(Role.COMMISSIONER, Sector.OTHER_STATUTORY)
    assert COMPARISON not in browser.get("/evaluate/impact/").content.decode()
    assert browser.get(COMPARISON).status_code == 403
    assert browser.get(POLICE).status_code == 403


def test_a_file_is_brought_compared_and_taken_away(evaluator):
    assert evaluator.get(COMPARISON).status_code == 200
    assert bring(evaluator, COMPARISON, as_csv(groups(120, 1000, alike=True))).status_code == 302
    kept = Draft.objects.get(key="evaluate:comparison")
    assert kept.url == ""  # it is no form that somebody left unfinished
    page = evaluator.post(COMPARISON, COLUMNS)
    text = page.content.decode()
    assert page.status_code == 200, text[text.find("There is a problem"):][:600]
    assert "Of 100 typical women" in text
    assert "Invented, for a test" in text
    assert "<svg" in text and "style=" not in text.split("<main", 1)[1]
    assert evaluator.post(COMPARISON, {"action": "take_away"}).status_code == 302
    assert not Draft.objects.filter(key="evaluate:comparison").exists()
    with identity.sealing():
        assert AccessEvent.objects.filter(route="evaluate/comparison").count() == 2


def test_a_price_from_the_table_of_the_site_gives_costs_avoided_in_a_range(evaluator):
    bring(evaluator, COMPARISON, as_csv(groups(150, 1500, alike=True, share=0.2, other=0.6)))
    assert "Robbery, per incident: £15,178 (2024/25)" in evaluator.get(COMPARISON).content.decode()
    text = evaluator.post(COMPARISON, {**COLUMNS, "price": "robbery", "cost": "2,000"}).content.decode()
    assert "Costs avoided for 100 women" in text and "for each £1 spent" in text


def test_a_file_that_names_people_is_refused_and_nothing_is_kept(evaluator):
    lines = [{**one, "Date of Birth": "1990-01-01"} for one in groups(5, 5, alike=True)]
    page = bring(evaluator, COMPARISON, as_csv(lines))
    assert page.status_code == 422
    assert "names people" in page.content.decode() and "Date of Birth" in page.content.decode()
    assert not Draft.objects.filter(key__startswith="evaluate:").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"treated": "convictions", "known": ["age"]}, "says neither yes nor no"),
        ({"ratio": "0"}, "from 1 to 10"),
        ({"caliper": "wide"}, "must be a number"),
        ({"cost": "-3"}, "above 0"),
        ({"known": []}, "alike in"),
        ({"start": "began"}, "all three columns"),
        ({"outcome": "programme"}, "programme"),
    ],
)
def test_what_will_not_do_is_said_and_the_file_stays(evaluator, change, words):
    bring(evaluator, COMPARISON, as_csv(groups(40, 100, alike=True)))
    page = evaluator.post(COMPARISON, {**COLUMNS, **change})
    assert page.status_code in (200, 422)
    assert words in page.content.decode()
    assert Draft.objects.filter(key="evaluate:comparison").exists()


def test_another_evaluator_has_no_sight_of_the_file(evaluator):
    bring(evaluator, COMPARISON, as_csv(groups(40, 100, alike=True)))
    other = signed_in(Role.COORDINATOR, Sector.LOCAL_AUTHORITY)
    page = other.get(COMPARISON).content.decode()
    assert "group.csv" not in page and "Not collected yet" in page


def test_police_records_are_counted_before_and_after_with_weights_of_the_site(evaluator):
    ReferenceSet(
        kind="harm_weights", source="A test", content_hash="x", rows=1, take_in_id=uuid.uuid4(),
        taken_in_at=timezone.now(), body=[{"code": "T1", "offence": "Theft", "weight": 3}],
    ).save()  # fmt: skip
    assert bring(evaluator, POLICE, as_csv(fallen()), "records.csv").status_code == 302
    given = {"action": "count", "months": "12", "woman": "woman", "start": "began", "until": "until",
             "which": "kind", "on": "on", "offence": "offence"}  # fmt: skip
    page = evaluator.post(POLICE, given)
    text = page.content.decode()
    assert page.status_code == 200, text[text.find("There is a problem"):][:600]
    assert "regression to the mean" in text and "watched" in text
    assert "2.0 and 0.5" in text


RECORDS = {
    "action": "count", "months": "12", "woman": "woman", "start": "began", "until": "until",
    "which": "kind", "on": "on", "offence": "offence",
}  # fmt: skip


def measure_figure(browser: Client, code: str) -> str:
    return browser.get(f"/plan/measures/one/{code}/").content.decode()


def test_measures_read_police_contact_that_was_kept_and_everybody_who_reads_the_plan_sees_it(
    evaluator, told  # noqa: F811
):
    commissioner = signed_in(Role.COMMISSIONER, Sector.OTHER_STATUTORY)
    assert "Not collected" in measure_figure(evaluator, "M36")
    bring(evaluator, POLICE, as_csv(harmed()), "records.csv")
    assert "Not kept yet" in measure_figure(evaluator, "M36")
    assert "Not collected" in measure_figure(commissioner, "M36")  # the file is for its bringer alone
    assert "Keep these figures for the measures" in evaluator.post(POLICE, RECORDS).content.decode()
    assert evaluator.post(POLICE, {**RECORDS, "action": "keep"}).status_code == 302
    for browser in (evaluator, commissioner):
        text = measure_figure(browser, "M36")
        assert "20%" in text and "Invented, for a test" in text and "Maryland scale 2" in text
        assert "As victim: 0.66 times" in measure_figure(browser, "M41")
    page = evaluator.get(POLICE).content.decode()
    assert "Measures M36 and M41, and the report, read figures" in page
    assert "Figures of police contact kept" in evaluator.get("/plan/measures/versions/").content.decode()
    # the file may go: what was kept stays until somebody takes it out
    evaluator.post(POLICE, {"action": "take_away"})
    assert "20%" in measure_figure(evaluator, "M36")
    assert evaluator.post(POLICE, {"action": "forget"}).status_code == 302
    assert "Not collected" in measure_figure(evaluator, "M36")


def test_figures_of_nearly_the_same_women_are_not_kept_after_others(evaluator, told):  # noqa: F811
    bring(evaluator, POLICE, as_csv(harmed()), "records.csv")
    assert evaluator.post(POLICE, {**RECORDS, "action": "keep"}).status_code == 302
    # one woman more, of whom there are records before and after
    more = [record(60, "victim", day) for day in (-30, 10)]
    bring(evaluator, POLICE, as_csv([*harmed(), *more]), "records.csv")
    page = evaluator.post(POLICE, RECORDS).content.decode()
    assert "These figures cannot be kept" in page and "by subtracting" in page
    page = evaluator.post(POLICE, {**RECORDS, "action": "keep"}).content.decode()
    assert "There is a problem" in page and "at least 5 more than then" in page and "Nothing was kept" in page
    assert "12 of 60 women" in measure_figure(evaluator, "M36")
    # what was taken out was seen all the same
    assert evaluator.post(POLICE, {"action": "forget"}).status_code == 302
    assert "Nothing was kept" in evaluator.post(POLICE, {**RECORDS, "action": "keep"}).content.decode()
    assert "Not kept yet" in measure_figure(evaluator, "M36")


def test_what_would_give_a_few_women_away_beside_figures_kept_before_is_hidden_and_told_first(
    evaluator, told  # noqa: F811
):
    bring(evaluator, POLICE, as_csv(harmed()), "records.csv")
    evaluator.post(POLICE, {**RECORDS, "action": "keep"})
    # thirty women more: two were victims before and after, and the others enough of every kind
    more = [record(who, "victim", day) for who in (60, 61) for day in (-30, 10)]
    more += [record(who, "victim", -30) for who in range(62, 72)]
    more += [record(who, "victim", 10) for who in range(72, 80)]
    more += [record(who) for who in range(80, 90)]
    bring(evaluator, POLICE, as_csv([*harmed(), *more]), "records.csv")
    page = evaluator.post(POLICE, RECORDS).content.decode()
    assert "keeping these would hide" in page
    assert "women with a record both before and after (as victim)" in page
    page = evaluator.post(POLICE, {**RECORDS, "action": "keep"}, follow=True).content.decode()
    assert "The figures are kept" in page
    text = measure_figure(evaluator, "M36")
    assert "of 90 women" in text and "14 of 90" not in text


def test_whoever_only_reads_the_plan_keeps_no_police_contact(told):  # noqa: F811
    browser = signed_in(Role.COMMISSIONER, Sector.OTHER_STATUTORY)
    assert browser.post(POLICE, {**RECORDS, "action": "keep"}).status_code == 403


def test_the_other_sheets_of_a_brought_workbook_are_named(evaluator):
    content = io.BytesIO()
    one = pl.DataFrame({"programme": ["yes", "no"], "reoffended": ["no", "yes"], "age": [30, 40]})
    sheets.write_several({"Women": one, "Codes": one}, content, ".xlsx")
    assert bring(evaluator, COMPARISON, content.getvalue(), "group.xlsx").status_code == 302
    page = evaluator.get(COMPARISON).content.decode()
    assert "Only the first sheet, “Women”, of group.xlsx is read. Not read: “Codes”." in page
