"""Taking in a file through the pages: upload, match, check, mend, take in, take back."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from pathways.analysis import sheets
from pathways.journey import extracts, identity
from pathways.records.models import ReferralIn, TakeIn
from tests.journey import people

pytestmark = [pytest.mark.django_db, pytest.mark.database]

WOMEN = (
    "ref,forename,surname,dob,reason,aware\n"
    "1,Zephyrine,Invented,01/02/1990,Debt,yes\n2,Kay,I,31/02/1990,x,no\n"
)


@pytest.fixture
def cast(db):
    return people.cast()


def browser(actor) -> Browser:
    made = Browser()
    made.post("/account/sign-in/", {"email": email(actor), "password": people.PASSWORD})
    return made


def email(actor):
    from pathways.records.models import Account

    return Account.objects.values_list("email", flat=True).get(pk=actor.account_id)


def upload(tab, kind, *files, **more):
    return tab.post(
        "/take-in/add/",
        {"kind": kind, "files": [SimpleUploadedFile(name, text.encode()) for name, text in files], **more},
    )


def sent(by):
    with identity.clerk(by):
        return list(TakeIn.objects.order_by("-uploaded_at"))


def brought(by):
    with identity.clerk(by):
        return ReferralIn.objects.count()


def test_a_sheet_of_referrals_from_the_upload_to_the_taking_back(cast):
    tab = browser(cast.supervisor)
    answer = upload(tab, "referrals", ("women.csv", WOMEN), system="Lamplight")
    assert answer.status_code == 302, answer.content.decode()[:3000]
    (row,) = sent(cast.supervisor)
    shown = f"/take-in/{row.id}/"
    assert answer["Location"] == shown
    assert "Lamplight; women.csv" in tab.get("/take-in/").content.decode()
    page = tab.get(shown)
    assert page.status_code == 200
    assert "Zephyrine" not in page.content.decode()
    columns = tab.get(f"{shown}columns/").content.decode()
    assert "guessed from the headings" in columns and "selected>forename" in columns
    checked = tab.post(f"{shown}check/", follow=True).content.decode()
    assert "Nothing has been written" in checked and "there is no such day" in checked
    assert brought(cast.supervisor) == 0
    back = tab.get(f"{shown}rejected/0/")
    assert 'filename="women-rejected.csv"' in back["Content-Disposition"]
    (mend,) = sheets.read_bytes(back.content, "women-rejected.csv")
    assert mend.frame["forename"].to_list() == ["Kay"]
    taken = tab.post(f"{shown}take-in/", follow=True).content.decode()
    assert "Taken in" in taken and "take it back within a day" in taken
    assert brought(cast.supervisor) == 1
    undone = tab.post(f"{shown}take-back/", follow=True).content.decode()
    assert "Taken back" in undone
    assert brought(cast.supervisor) == 0


def test_columns_are_matched_by_hand_and_the_mapping_is_shared_as_a_file(cast):
    tab = browser(cast.supervisor)
    answer = upload(tab, "referrals", ("a.csv", "Nr;Wer;Warum\n1;Ann;Debt\n"))
    (row,) = sent(cast.supervisor)
    assert answer["Location"].endswith("/columns/"), "nothing was recognised, so it asks at once"
    chosen = {
        "table-0": "referrals", "column-0-their_reference": "Nr", "column-0-first_name": "Wer",
        "column-0-why": "Warum", "always-0-she_knows": "no", "dates": "day_first", "name": "Haus",
    }  # fmt: skip
    assert tab.post(f"/take-in/{row.id}/columns/", chosen).status_code == 302
    file = tab.get(f"/take-in/{row.id}/mapping/").content
    assert json.loads(file)["tables"][0]["columns"]["why"] == "Warum"
    upload(tab, "referrals", ("a.csv", "Nr;Wer;Warum\n2;Bea;Debt\n"))
    newest = sent(cast.supervisor)[0]
    assert newest.mapping["name"] == "Haus", "it is remembered for the next file"
    answer = tab.post(
        f"/take-in/{newest.id}/columns/", {"mapping": SimpleUploadedFile("m.json", file), "name": "Given"}
    )
    assert answer.status_code == 302
    bad = tab.post(f"/take-in/{newest.id}/columns/", {"mapping": SimpleUploadedFile("m.json", b"{")})
    assert bad.status_code == 422 and "cannot be read" in bad.content.decode()


def test_the_page_asks_only_for_the_columns_that_it_did_not_recognise(cast):
    tab = browser(cast.supervisor)
    answer = upload(tab, "referrals", ("a.csv", "ref,forename,Grund\n1,Ann,Debt\n"))
    assert answer["Location"].endswith("/columns/")
    page = tab.get(answer["Location"]).content.decode()
    assert "One column that is needed was not found: choose it." in page
    assert '<a class="govuk-link" href="#column-0-why">Why</a> in a.csv' in page
    assert '<option value="forename" selected>' in page and "This is no file" not in page
    assert "(needed, not found)" in page
    assert "Download this mapping" not in page, "there is none yet"
    answer = upload(tab, "referrals", ("b.csv", "ref,forename,Grund\n2,Bea,Debt\n"), system="Lamplight")
    assert 'name="name" value="Lamplight"' in tab.get(answer["Location"]).content.decode()


def test_what_their_own_codes_mean_is_said_on_a_page_and_kept(cast):
    tab = browser(cast.analyst)
    persons = "person_id,surname,sex\n1,S,F.\n2,T,F.\n3,U,2\n4,V,F\n"
    upload(tab, "pole", ("persons_10.csv", persons), ("events.csv", "event_id,kind\nE,crime\n"))
    (row,) = sent(cast.analyst)
    checked = tab.post(f"/take-in/{row.id}/check/", follow=True).content.decode()
    assert "“F.” in sex of persons_10.csv: 2 rows" in checked
    page = tab.get(f"/take-in/{row.id}/values/").content.decode()
    assert "<strong>“F.”</strong> in 2 rows, not understood" in page
    assert "<strong>“2”</strong> in 1 row, read as female" in page
    bad = {"of-0": "0|sex", "said-0": "F.", "means-0": "robot"}
    assert tab.post(f"/take-in/{row.id}/values/", bad).status_code == 422
    assert tab.post(f"/take-in/{row.id}/values/", {"of-0": "x", "means-0": "male"}).status_code == 422
    said = {"of-0": "0|sex", "said-0": "F.", "means-0": "female",
            "of-1": "0|sex", "said-1": "2", "means-1": "male", "name": "Haus"}  # fmt: skip
    answer = tab.post(f"/take-in/{row.id}/values/", said, follow=True).content.decode()
    assert "Checked again" in answer and "not understood" not in answer
    shared = json.loads(tab.get(f"/take-in/{row.id}/mapping/").content)
    assert shared["tables"][0]["values"] == {"sex": {"F.": "female", "2": "male"}}
    tab.post(f"/take-in/{row.id}/take-in/")
    with identity.acting(cast.spoc):
        frame = extracts.opened(row.id, by=cast.spoc, at=people.NOW)["persons"]
    assert frame["sex"].to_list() == ["female", "female", "male", "female"]
    assert frame["sex_raw"].to_list() == ["F.", "F.", "2", "F"]
    assert tab.get(f"/take-in/{row.id}/values/").status_code == 404, "it is taken in"
    upload(tab, "pole", ("persons_11.csv", persons + "5,W,f.\n"))
    newest = sent(cast.analyst)[0]
    checked = tab.post(f"/take-in/{newest.id}/check/", follow=True).content.decode()
    assert "remembered as “Haus”" in checked and "not understood" not in checked


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ((), "Choose the file"),
        ((("a.csv", 'x"y",z\n1,"2\n'),), "a.csv"),
        ((("a.exe", "MZ"),), "a.exe"),
        ((("a.xlsx", "not a workbook"),), "a.xlsx"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_nothing_is_kept(cast, files, words):
    tab = browser(cast.supervisor)
    answer = upload(tab, "referrals", *files)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not sent(cast.supervisor)


def test_what_is_too_large_is_said(cast, monkeypatch):
    from pathways.web import uploads

    monkeypatch.setattr(uploads, "MOST_UPLOADED", 100)
    answer = upload(browser(cast.supervisor), "referrals", ("a.csv", WOMEN * 50))
    assert answer.status_code == 422
    assert "larger than" in answer.content.decode()


@pytest.mark.parametrize(
    "who", ["spoc", "coordinator", "provider_supervisor", "worker", "governance", "officer"]
)
def test_nobody_else_finds_somebodys_file(cast, who):
    upload(browser(cast.supervisor), "referrals", ("women.csv", WOMEN))
    (row,) = sent(cast.supervisor)
    tab = browser(getattr(cast, who))
    for end in ("", "columns/", "values/", "mapping/", "rejected/0/"):
        assert tab.get(f"/take-in/{row.id}/{end}").status_code in (403, 404)
    for end in ("check/", "take-in/", "take-back/", "give-up/"):
        assert tab.post(f"/take-in/{row.id}/{end}").status_code in (403, 404)


def test_the_governance_lead_sees_the_list_alone(cast):
    upload(browser(cast.coordinator), "reference", ("bank_holidays.csv", "date,name\n25/12/2031,Christmas\n"))
    page = browser(cast.governance).get("/take-in/").content.decode()
    assert "Reference figures" in page
    assert f"/take-in/{sent(cast.governance)[0].id}/" not in page


def test_police_records_through_the_pages_say_when_they_go(cast):
    tab = browser(cast.analyst)
    upload(tab, "pole", ("persons.csv", "person_id,surname,Immigration status\n1,S,x\n"),
           ("events.csv", "event_id,kind\nE,crime\n"))  # fmt: skip
    (row,) = sent(cast.analyst)
    checked = tab.post(f"/take-in/{row.id}/check/", follow=True).content.decode()
    assert "immigration status were left out" in checked
    taken = tab.post(f"/take-in/{row.id}/take-in/", follow=True).content.decode()
    assert "sealed on the police side" in taken and "Goes on" in taken
