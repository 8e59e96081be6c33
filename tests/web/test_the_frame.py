"""Who may open a page, what stays when something fails, and a form from first word to receipt."""

from __future__ import annotations

import re
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from pathways.domain.terms.people import Role, Sector
from pathways.journey import drafts, identity, ledger
from pathways.web.access import page
from tests.web import people, trial_pages

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.urls("tests.web.trial_pages")]

NOTE = {"how": "met", "text": "She came in."}


@pytest.fixture
def browser() -> Client:
    trial_pages.CALLS.clear()
    return Client(raise_request_exception=False)


@pytest.fixture
def worker(browser: Client) -> Client:
    people.account()
    people.post_sign_in(browser, "amina@hub.example")
    return browser


def kept(key: str) -> dict[str, Any] | None:
    """The draft of the one worker there is."""
    from pathways.records.models import Account

    actor = identity.workplaces(Account.objects.get(email="amina@hub.example"))[0]
    with identity.acting(actor):
        return drafts.fetch(key, actor)


def token(answer: Any) -> str:
    found = re.search(r'name="_token" value="([^"]+)"', answer.content.decode())
    assert found
    return found[1]


# --- who may open a page ------------------------------------------------------------------------


def test_a_page_that_declares_nothing_opens_to_nobody(browser: Client, worker: Client) -> None:
    for client in (Client(), worker):
        answer = client.get("/t/undeclared/")
        assert answer.status_code == 403
        assert "nobody should see this" not in answer.content.decode()


def test_a_page_must_say_exactly_one_thing() -> None:
    for wrong in ({}, {"public": True, "signed_in": True}, {"roles": {Role.COORDINATOR}, "public": True}):
        with pytest.raises(ValueError, match="exactly one"):
            page(**wrong)


def test_a_stranger_is_sent_to_sign_in(browser: Client) -> None:
    assert browser.get("/t/public/").content == b"for all"
    assert browser.get("/t/workers/")["Location"] == "/account/sign-in/?next=%2Ft%2Fworkers%2F"
    assert browser.get("/t/workers/", headers={"HX-Request": "true"}).status_code == 401


def test_a_refusal_says_why_and_whom_to_ask_and_is_recorded(worker: Client) -> None:
    with mock.patch.object(ledger, "refused", wraps=ledger.refused) as recorded:
        answer = worker.get("/t/coordinators/")
    assert answer.status_code == 403
    words = answer.content.decode()
    assert "not for the role you are in now: support worker" in words
    assert "Whom to ask: your supervisor" in words
    assert recorded.call_args.kwargs["route"] == "t/coordinators/"


def test_a_page_about_a_table_is_for_those_who_may_read_it(browser: Client) -> None:
    people.account()
    people.account("spoc@force.example", Role.POLICE_SPOC, at=people.organisation("force", Sector.POLICE))
    people.post_sign_in(browser, "amina@hub.example")
    assert browser.get("/t/notes/").status_code == 200
    police = Client()
    people.post_sign_in(police, "spoc@force.example")
    assert police.get("/t/notes/").status_code == 403


def test_what_is_confidential_looks_exactly_like_what_is_not_there(worker: Client) -> None:
    hidden, absent = worker.get("/t/hidden/"), worker.get("/t/nothing-here/")
    assert hidden.status_code == absent.status_code == 404

    def plain(answer: Any) -> str:
        return re.sub(r'value="[^"]*"', "", answer.content.decode())

    assert plain(hidden) == plain(absent)
    assert hidden.headers.keys() == absent.headers.keys()


# --- one transaction a request ------------------------------------------------------------------


def test_a_refusal_commits_what_records_it(worker: Client) -> None:
    from pathways.records.models import AccessEvent, Account

    worker.get("/t/refused/")
    account = Account.objects.get(email="amina@hub.example")
    lead = people.account("ig@hub.example", Role.GOVERNANCE_LEAD)
    with identity.acting(identity.workplaces(lead)[0]):
        found = AccessEvent.objects.filter(actor_id=account.id, reason="It is closed to you.")
        assert found.count() == 1


def test_a_failure_of_ours_takes_everything_back_and_tells_nobody_anything(
    worker: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = worker.get("/t/half/")
    assert answer.status_code == 500
    assert kept("half") is None
    assert "Shanice" not in answer.content.decode()
    said = capsys.readouterr()
    assert "Shanice" not in said.err + said.out


def test_a_broken_query_is_answered_and_the_next_page_works(worker: Client) -> None:
    assert worker.get("/t/query/").status_code == 500
    assert worker.get("/t/workers/").status_code == 200


def test_nobodys_identity_is_left_for_the_next_request(worker: Client) -> None:
    from django.db import connection

    worker.get("/t/workers/")
    Client().get("/t/public/")
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('pathways.account', true)")
        assert cursor.fetchone()[0] in (None, "")


# --- a form from its first word to its receipt ----------------------------------------------------


def test_a_form_is_checked_confirmed_and_receipted(worker: Client) -> None:
    answer = worker.post("/t/checked/", NOTE)
    assert answer["Location"] == "/t/checked/?check"
    check = worker.get("/t/checked/?check")
    assert "In person" in check.content.decode()
    assert "She came in." in check.content.decode()
    answer = worker.post("/t/checked/", {"_do": "confirm", "_token": token(check)})
    receipt = worker.get(answer["Location"]).content.decode()
    assert "Note recorded" in receipt
    assert "KW 5219 ED" in receipt
    assert "A task appears." in receipt
    assert trial_pages.CALLS == [NOTE]
    assert kept("checked:") is None


def test_a_button_pressed_twice_does_its_work_once(worker: Client) -> None:
    worker.post("/t/checked/", NOTE)
    confirm = {"_do": "confirm", "_token": token(worker.get("/t/checked/?check"))}
    first = worker.post("/t/checked/", confirm)
    second = worker.post("/t/checked/", confirm)
    assert first["Location"] == second["Location"]
    assert len(trial_pages.CALLS) == 1


def test_a_short_form_pressed_twice_does_its_work_once(worker: Client) -> None:
    both = {**NOTE, "_token": token(worker.get("/t/straight/"))}
    answers = {worker.post("/t/straight/", both)["Location"] for _ in range(2)}
    assert len(answers) == 1
    assert "Note recorded" in worker.get(answers.pop()).content.decode()
    assert len(trial_pages.CALLS) == 1


def test_what_was_typed_comes_back_after_the_session_was_lost(worker: Client) -> None:
    saved = worker.post(
        "/t/checked/", {"text": "Half a sen", "_do": "save"}, headers={"X-Pathways-Save": "1"}
    )
    assert re.fullmatch(r"\d\d:\d\d", saved.json()["saved"])
    worker.session.flush()
    again = Client()
    people.post_sign_in(again, "amina@hub.example")
    back = again.get("/t/checked/").content.decode()
    assert "Half a sen" in back
    assert "There is a problem" not in back
    assert "Discard this draft" in back


def test_a_save_that_arrives_after_a_later_press_changes_nothing(worker: Client) -> None:
    script = {"X-Pathways-Save": "1"}
    worker.post("/t/checked/", {**NOTE, "_turn": "page:2"})
    late = worker.post("/t/checked/", {"text": "She c", "_do": "save", "_turn": "page:1"}, headers=script)
    assert late.status_code == 200
    assert kept("checked:")["steps"]["answers"] == {"how": ["met"], "text": ["She came in."]}
    worker.post("/t/checked/", {**NOTE, "text": "On", "_do": "save", "_turn": "page:3"}, headers=script)
    worker.post("/t/checked/", {**NOTE, "text": "Else", "_do": "save", "_turn": "other:1"}, headers=script)
    assert kept("checked:")["steps"]["answers"]["text"] == ["Else"]


@pytest.mark.parametrize("how", ["confirm", "discard"])
def test_a_save_that_arrives_after_the_work_is_done_brings_no_draft_back(worker: Client, how: str) -> None:
    opened = token(worker.get("/t/checked/"))
    worker.post("/t/checked/", {**NOTE, "_token": opened, "_turn": "page:2"})
    worker.post("/t/checked/", {"_do": how, "_token": token(worker.get("/t/checked/?check"))})
    worker.post(
        "/t/checked/",
        {"text": "She c", "_do": "save", "_token": opened, "_turn": "page:1"},
        headers={"X-Pathways-Save": "1"},
    )
    assert kept("checked:") is None
    assert len(trial_pages.CALLS) == (how == "confirm")


def test_the_same_page_pressed_again_after_its_work_is_another_piece_of_work(worker: Client) -> None:
    opened = token(worker.get("/t/checked/"))
    for words in ("First.", "Second."):
        worker.post("/t/checked/", {**NOTE, "text": words, "_token": opened})
        worker.post("/t/checked/", {"_do": "confirm", "_token": token(worker.get("/t/checked/?check"))})
    assert [call["text"] for call in trial_pages.CALLS] == ["First.", "Second."]


def test_a_draft_is_its_writers_alone(worker: Client) -> None:
    worker.post("/t/checked/", {**NOTE, "_do": "save"})
    people.account("jo@hub.example")
    other = Client()
    people.post_sign_in(other, "jo@hub.example")
    assert "She came in." not in other.get("/t/checked/").content.decode()
    assert other.get("/t/checked/?check").status_code == 302


def test_a_draft_is_listed_to_be_finished_and_can_be_discarded(worker: Client) -> None:
    worker.post("/t/checked/", {**NOTE, "_do": "save"})
    assert kept("checked:")
    listed = worker.get("/drafts/").content.decode()
    assert "Record a note" in listed
    assert 'href="/t/checked/"' in listed
    worker.post("/t/checked/", {"_do": "discard"})
    assert kept("checked:") is None
    assert "No drafts" in worker.get("/drafts/").content.decode()


def test_a_mistake_is_shown_and_what_was_typed_is_kept(worker: Client) -> None:
    answer = worker.post("/t/checked/", {"text": "She came in."})
    words = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: Record a note – Pathways</title>" in words
    assert "What you typed was kept as a draft at" in words
    assert "She came in." in words


@pytest.mark.parametrize("address", ["/t/checked/", "/t/straight/"])
def test_a_verb_that_says_no_is_heard(worker: Client, address: str) -> None:
    form = {"how": "met", "text": "forbidden", "_token": token(worker.get(address))}
    answer = worker.post(address, form)
    if address == "/t/checked/":
        answer = worker.post(address, {"_do": "confirm", "_token": token(worker.get(f"{address}?check"))})
    assert answer.status_code == 409
    assert "She asked for no more contact. Ask: her lead worker." in answer.content.decode()
    assert answer.content.decode().count("<title>Error: ") == 1


def test_a_verb_that_hides_its_subject_is_not_found(worker: Client) -> None:
    form = {"how": "met", "text": "hidden", "_token": token(worker.get("/t/straight/"))}
    assert worker.post("/t/straight/", form).status_code == 404


def test_tasks_can_be_done_in_any_order_and_are_sent_together(worker: Client) -> None:
    assert "You have completed 0 of 2 parts" in worker.get("/t/tasks/").content.decode()
    assert worker.get("/t/tasks/?check").status_code == 302
    assert worker.post("/t/tasks/", {"safe": "yes", "_step": "more"})["Location"] == "/t/tasks/"
    worker.post("/t/tasks/", {**NOTE, "_step": "note"})
    page = worker.get("/t/tasks/").content.decode()
    assert "You have completed 2 of 2 parts" in page
    assert "Check your answers" in page
    check = worker.get("/t/tasks/?check")
    worker.post("/t/tasks/", {"_do": "confirm", "_token": token(check)})
    assert trial_pages.CALLS == [{**NOTE, "safe": True}]


def test_an_unknown_step_and_an_unknown_receipt_lead_nowhere(worker: Client) -> None:
    assert worker.get("/t/tasks/?step=other").status_code == 404
    assert worker.get("/t/checked/?done=made-up").status_code == 302


def test_a_form_without_its_guard_is_not_taken(worker: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = worker.cookies
    answer = strict.post("/t/straight/", NOTE)
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()
    assert trial_pages.CALLS == []


def test_the_clock_is_read_once_a_request(worker: Client) -> None:
    before = timezone.now()
    saved = worker.post("/t/checked/", {**NOTE, "_do": "save"}, headers={"X-Pathways-Save": "1"})
    assert saved.status_code == 200
    draft = kept("checked:")
    assert draft and before.isoformat() <= draft["saved"]
