"""The pages of instruments and measures, opened by the people who use them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from pathways.domain.terms.people import Role
from pathways.journey import danger, identity
from pathways.records.models import InstrumentScore, Response, SiteInstrument, Task, ToolResult
from pathways.web import clock
from tests.analysis.test_xlsform import book
from tests.journey import people
from tests.journey import test_support as support
from tests.web.people import account, organisation
from tests.web.test_support_pages import browser, token

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def now(monkeypatch):
    moment = timezone.now()
    monkeypatch.setattr(people, "NOW", moment - timedelta(days=1))
    monkeypatch.setattr(support, "NOW", moment)
    return moment


@pytest.fixture
def cast(db, now):
    return people.cast()


def turned_on(cast, code="phq9") -> None:
    page = browser(cast.administrator)
    refused = page.post(f"/instruments/{code}/1/on/", {"_do": "continue", "_token": "t" * 20})
    assert refused.status_code == 422
    said = page.post(
        f"/instruments/{code}/1/on/", {"_do": "continue", "_token": "t" * 20, "is_licence_accepted": "on"}
    )
    assert said.status_code == 302, said.content.decode()[:3000]


def day(when) -> dict[str, str]:
    return {"measured_on-day": str(when.day), "measured_on-month": str(when.month),
            "measured_on-year": str(when.year)}  # fmt: skip


def filled(when, value="1", **more) -> dict[str, str]:
    return {
        **day(when), "occasion": "review", "how": "together",
        "was_shown": " ".join(f"q{n}" for n in range(1, 10)),
        **{f"q_q{n}": value for n in range(1, 10)}, **more, "_do": "continue", "_token": "u" * 20,
    }  # fmt: skip


def test_the_instruments_are_listed_to_those_who_use_them_and_to_no_police(cast):
    for actor in cast:
        seen = browser(actor).get("/instruments/").status_code
        expected = actor in (
            cast.coordinator, cast.worker, cast.colleague, cast.supervisor, cast.other_worker, cast.provider,
            cast.provider_colleague, cast.provider_supervisor, cast.governance, cast.administrator,
        )  # fmt: skip
        assert (seen == 200) is expected, (actor, seen)


def test_an_instrument_is_read_printed_turned_on_and_off(cast):
    page = browser(cast.administrator)
    shown = page.get("/instruments/phq9/1/").content.decode()
    assert "Low mood" in shown
    assert "From 15: Moderately severe" in shown
    assert "3. " in page.get("/instruments/phq9/1/paper/").content.decode()
    assert page.get("/instruments/phq9/2/").status_code == 404
    turned_on(cast)
    assert "Turned on" in page.get("/instruments/phq9/1/").content.decode()
    said = page.post("/instruments/phq9/1/off/", {"_do": "continue", "_token": "o" * 20, "why": "Enough"})
    assert said.status_code == 302
    assert SiteInstrument.objects.get().status == "off"


def test_a_worker_fills_one_in_and_sees_its_score_and_its_change(cast, now):
    turned_on(cast)
    her = support.woman(cast, "Rosa", cast.worker)
    page, at = browser(cast.worker), f"/measures/{her.id}/fill/phq9/1/"
    for value in ("2", "1"):
        assert page.get(at).status_code == 200
        sent = page.post(at, filled(now, value, q_q9="0"))
        assert sent.status_code == 302, sent.content.decode()
        check = page.get(f"{at}?check")
        assert "Score" in check.content.decode()
        done = page.post(at, {"_do": "confirm", "_token": token(check)})
        assert "Answers kept" in page.get(done["Location"]).content.decode()
    tab = page.get(f"/her/{her.id}/measures/").content.decode()
    assert "Moderately severe" in tab
    assert "Down 8" in tab
    assert "<svg" in tab
    with identity.clerk():
        pass
    with identity.acting(cast.worker):
        assert sorted(InstrumentScore.objects.values_list("value", flat=True)) == [8.0, 16.0]
        key = Response.objects.first().id
    one = page.get(f"/measures/answers/{key}/").content.decode()
    assert "More than half the days" in one or "Several days" in one
    out = page.post(
        f"/measures/answers/{key}/take-out/", {"_do": "continue", "_token": "w" * 20, "why": "Not hers"}
    )
    assert out.status_code == 302
    assert "Taken out" in page.get(f"/her/{her.id}/measures/").content.decode()
    assert page.post(f"/measures/answers/{key}/put-back/").status_code == 302
    assert browser(cast.spoc).get(f"/measures/answers/{key}/").status_code in (403, 404)
    assert browser(cast.coordinator).get(f"/measures/answers/{key}/").status_code in (403, 404)
    seen = browser(cast.coordinator).get(f"/her/{her.id}/measures/").content.decode()
    assert "Moderately severe" in seen
    assert "What she answered" not in seen


def test_danger_is_told_while_the_form_is_only_a_draft(cast, now):
    turned_on(cast)
    her = support.woman(cast, "Rosa", cast.worker)
    page, at = browser(cast.worker), f"/measures/{her.id}/fill/phq9/1/"
    page.get(at)
    page.post(at, {"q_q9": "2", "_do": "save", "_step": "answers", "_token": "d" * 20},
              headers={"X-Pathways-Save": "1"})  # fmt: skip
    with identity.clerk():
        (task,) = Task.objects.filter(kind=danger.TASK)
        assert task.account_id == cast.worker.account_id
    assert "Answers signal" not in page.get(at).content.decode()
    again = page.get(at).content.decode()  # taken up where it was left
    assert re.search(r'name="q_q9" [^>]*value="2"[^>]*checked|value="2"[^>]*checked', again)
    assert "An answer signals danger" in page.get("/tasks/").content.decode()


def test_the_page_says_that_work_was_made_and_for_whom_and_who_is_not_told(cast, now):
    turned_on(cast)
    her = support.woman(cast, "Rosa", cast.worker)
    page, at = browser(cast.worker), f"/measures/{her.id}/fill/phq9/1/"
    assert "urgent task" in page.get(at).content.decode()  # said before anything is answered
    assert "stands on your list" not in page.get(at).content.decode()
    page.post(at, {"q_q9": "2", "_do": "save", "_step": "answers", "_token": "d" * 20})
    assert page.get(at).content.decode().count("An urgent task stands on your list now") == 1
    check = page.post(at, filled(now, q_q9="2"), follow=True).content.decode()
    assert check.count("An urgent task stands on your list now") == 1
    assert "Police are not told by this" in check
    taken_back = page.post(at, filled(now, q_q9="0"), follow=True).content.decode()
    assert "stands on your list" not in taken_back


def test_a_paper_of_before_her_time_with_the_programme_is_not_taken(cast, now):
    turned_on(cast)
    her = support.woman(cast, "Rosa", cast.worker)
    sent = browser(cast.worker).post(
        f"/measures/{her.id}/fill/phq9/1/",
        filled(now) | {"how": "on_paper", "measured_on-year": "2020"},
    )
    assert sent.status_code == 422
    assert "before her time with the programme began" in sent.content.decode()


OWN = (
    ("type", "name", "label", "required"),
    ("select_one often", "safe", "I feel safe at home", "yes"),
    ("select_multiple often", "when", "At which times?", "yes"),
    ("integer", "nights", "Nights away", "yes"),
    ("date", "since", "Since when?", "yes"),
    ("text", "words", "Anything else?", ""),
)  # fmt: skip


def own_form(cast) -> None:
    """A form of the workers' own agency, with questions that it needs, on."""
    page = browser(cast.supervisor)
    sheet = book(OWN, settings=(("form_title", "form_id", "version"), ("Home check", "home_check", "1")))
    sent = page.post("/instruments/bring/", {"file": SimpleUploadedFile("form.xlsx", sheet)})
    assert sent.status_code == 302, sent.content.decode()[:4000]
    on = {"_do": "continue", "_token": "t" * 20, "is_licence_accepted": "on"}
    assert page.post("/instruments/home_check/1/on/", on).status_code == 302


def test_a_form_without_a_version_takes_the_day_and_the_page_says_what_is_needed(cast, now):
    page = browser(cast.supervisor)
    shown = page.get("/instruments/bring/").content.decode()
    for column in ("form_title", "form_id", "version", "list_name", "relevant"):
        assert f"<code>{column}</code>" in shown
    sample = page.get("/instruments/bring/download/template/")
    assert sample.headers["Content-Disposition"] == 'attachment; filename="form-template.xlsx"'
    assert "/instruments/bring/download/template/" in shown
    text = SimpleUploadedFile("x.txt", b"type,name")
    refused = page.post("/instruments/bring/", {"file": text}).content.decode()
    assert "This is not an .xlsx or .ods file" in refused
    assert "Sheet :" not in refused
    sheet = book(OWN, settings=(("form_title", "form_id"), ("Home check", "home_check")))
    sent = page.post("/instruments/bring/", {"file": SimpleUploadedFile("f.xlsx", sheet)}, follow=True)
    today = clock.local(now).date().isoformat()
    assert f"this day is its version: {today}" in sent.content.decode()
    assert SiteInstrument.objects.get().edition == today


def test_the_administrator_finds_the_instruments_from_home(cast):
    page = browser(cast.administrator)
    home = page.get("/").content.decode()
    assert 'href="/instruments/"' in home
    assert "instruments on" in home
    listed = page.get("/instruments/").content.decode()
    assert re.search(r'href="/administer/settings/"[^>]*aria-current="true"', listed)


def test_what_may_be_left_is_marked_and_what_is_needed_is_not(cast, now):
    own_form(cast)
    her = support.woman(cast, "Rosa", cast.worker)
    shown = browser(cast.worker).get(f"/measures/{her.id}/fill/home_check/1/").content.decode()
    assert "Anything else? (optional)" in shown
    for label in ("I feel safe at home", "At which times?", "Nights away", "Since when?"):
        assert label in shown
        assert f"{label} (optional)" not in shown
    assert "leave the rest empty" not in shown
    assert shown.count("She did not want to answer") == 5  # each that is needed, and the words above them
    paper = browser(cast.worker).get("/instruments/home_check/1/paper/").content.decode()
    assert paper.count("She did not want to answer") == 4


def test_what_she_does_not_want_to_answer_is_kept_as_that_and_not_as_a_gap(cast, now):
    own_form(cast)
    her = support.woman(cast, "Rosa", cast.worker)
    page, at = browser(cast.worker), f"/measures/{her.id}/fill/home_check/1/"
    begun = {**day(now), "occasion": "review", "how": "together", "_do": "continue", "_token": "n" * 20,
             "was_shown": "safe when nights since words"}  # fmt: skip
    refused = page.post(at, begun)
    assert refused.status_code == 422
    assert "or say that she did not want to answer" in refused.content.decode()
    both = begun | {"q_safe": "1", "q_when": ["1"], "q_nights": "2", "declines_nights": "on",
                    "declines_since": "on"}  # fmt: skip
    assert "Take out the answer, or the tick" in page.post(at, both).content.decode()
    declined = begun | {"q_safe": "_declined_", "q_when": ["_declined_"], "declines_nights": "on",
                        "declines_since": "on"}  # fmt: skip
    sent = page.post(at, declined)
    assert sent.status_code == 302, sent.content.decode()
    check = page.get(f"{at}?check")
    assert "She did not want to answer" in check.content.decode()
    page.post(at, {"_do": "confirm", "_token": token(check)})
    with identity.acting(cast.worker):
        row = Response.objects.get()
    assert row.answers == dict.fromkeys(("safe", "when", "nights", "since"), "_declined_")
    read = page.get(f"/measures/answers/{row.id}/").content.decode()
    assert read.count("She did not want to answer") == 4
    assert read.count("Not answered") == 1


@pytest.mark.parametrize("spoiled", [{"measured_on-year": "2090"}, {"q_q3": "7"}, {"occasion": ""}])
def test_what_cannot_be_is_said_and_nothing_is_lost(cast, now, spoiled):
    turned_on(cast)
    her = support.woman(cast, "Rosa", cast.worker)
    page, at = browser(cast.worker), f"/measures/{her.id}/fill/phq9/1/"
    sent = page.post(at, filled(now) | spoiled)
    assert sent.status_code == 422
    assert "There is a problem" in sent.content.decode()
    with identity.acting(cast.worker):
        assert not Response.objects.exists()


def test_the_result_of_a_tool_is_kept_and_reminds_of_marac(cast, now):
    her = support.woman(cast, "Rosa", cast.worker)
    page, at = browser(cast.worker), f"/measures/{her.id}/result/"
    asked = page.get(at).content.decode()
    assert "DASH" in asked
    assert "OGRS" not in asked
    given = {
        "tool": "dash", "assessed_on-day": "1", "assessed_on-month": "2", "assessed_on-year": "2026",
        "assessed_by": "An adviser", "dash_number": "16", "criterion": "visible", "words": "High",
        "_do": "continue", "_token": "r" * 20,
    }  # fmt: skip
    assert page.post(at, given).status_code == 302
    done = page.post(at, {"_do": "confirm", "_token": token(page.get(f"{at}?check"))})
    assert "Consider MARAC" in page.get(done["Location"]).content.decode()
    assert "Answers of “yes”: 16" in page.get(f"/her/{her.id}/measures/").content.decode()
    with identity.acting(cast.worker):
        assert ToolResult.objects.get().criterion == "visible"


def test_the_owners_wording_is_loaded_from_a_file(cast):
    page = browser(cast.administrator)
    lines = "code,text\n" + "".join(f"q{n},Its words {n}\n" for n in range(1, 10))
    bad = SimpleUploadedFile("w.csv", (lines + "q10,More\n").encode())
    said = page.post("/instruments/phq9/1/wording/", {"source": "Owner", "file": bad})
    assert said.status_code == 422
    assert "q10" in said.content.decode()
    good = SimpleUploadedFile("w.csv", lines.encode())
    assert page.post("/instruments/phq9/1/wording/", {"source": "Owner", "file": good}).status_code == 302
    for address in ("/instruments/phq9/1/", "/instruments/phq9/1/paper/"):
        said = page.get(address).content.decode()
        assert "answers to choose from are short labels" in said, address  # only the questions were loaded
    assert "Its words 4" in page.get("/instruments/phq9/1/").content.decode()
    lines += "stem,Its introduction\n" + "".join(f"*={value},Its answer {value}\n" for value in range(4))
    full = SimpleUploadedFile("w.csv", lines.encode())
    assert page.post("/instruments/phq9/1/wording/", {"source": "Owner", "file": full}).status_code == 302
    paper = page.get("/instruments/phq9/1/paper/").content.decode()
    assert "Its introduction" in paper and "Its answer 3" in paper and "short labels" not in paper
    assert page.post("/instruments/phq9/1/wording/remove/").status_code == 302
    assert "Its words 4" not in page.get("/instruments/phq9/1/").content.decode()


def test_a_governance_lead_may_turn_one_on_and_a_worker_may_not(cast):
    account("lead@hub.example", Role.GOVERNANCE_LEAD, at=organisation())
    assert browser(cast.worker).get("/instruments/phq9/1/on/").status_code == 403
    assert browser(cast.governance).get("/instruments/phq9/1/on/").status_code == 200
