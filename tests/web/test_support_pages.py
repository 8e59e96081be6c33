"""The pages of support, opened by the people who use them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pathways.domain.reach.stop import AskedBy, Kind
from pathways.domain.terms.contact import ContactMode
from pathways.journey import closing, contacts, goals, identity, stopping, tasks
from pathways.records.models import CaseNote, Contact, Episode, FollowUp, GroupSession
from tests.journey import people
from tests.journey import test_support as support
from tests.web.people import post_sign_in

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


def browser(actor) -> Client:
    """Signed in as this person, past the sign-in page."""
    from pathways.records.models import Account

    client = Client()
    post_sign_in(client, Account.objects.get(pk=actor.account_id).email, people.PASSWORD)
    return client


def token(page) -> str:
    found = re.search(r'name="_token" value="([^"]+)"', page.content.decode())
    return found[1] if found else ""


PATHS = ("contacts", "plan", "after")


def test_her_support_is_shown_to_those_who_work_with_her_and_not_found_by_the_rest(cast):
    her = support.woman(cast, "Rosa", cast.worker)
    for actor in cast:
        seen = {browser(actor).get(f"/support/{her.id}/{path}/").status_code for path in PATHS}
        if actor in (cast.worker, cast.supervisor, cast.coordinator):
            assert seen == {200}, actor
        else:
            assert not seen & {200, 500}, actor


def test_no_tab_title_says_her_name(cast):
    her = support.woman(cast, "Rosamund", cast.worker)
    worker = browser(cast.worker)
    for path in (*PATHS, "contact", "appointment", "goal", "review", "close", "hand-over", "cover"):
        answer = worker.get(f"/support/{her.id}/{path}/")
        assert answer.status_code == 200, path
        title = re.search(r"<title>(.*?)</title>", answer.content.decode(), re.S)
        assert title and "Rosamund" not in title[1]


def test_a_contact_is_recorded_from_one_page(cast):
    her = support.woman(cast, "Rosa", cast.worker)
    worker = browser(cast.worker)
    address = f"/support/{her.id}/contact/"
    said = {"when": "now", "mode": "telephone", "came": "yes", "minutes": "20", "note": "All well."}
    ask = worker.get(address)
    answer = worker.post(address, {**said, "_token": token(ask), "_do": "continue"})
    assert answer.status_code == 302
    again = worker.post(address, {**said, "_token": token(ask), "_do": "continue"})
    assert again.status_code == 302
    with identity.acting(cast.worker):
        assert Contact.objects.count() == 1 and CaseNote.objects.get().body == "All well."
    assert "All well." in worker.get(f"/support/{her.id}/contacts/").content.decode()
    assert "All well." not in browser(cast.coordinator).get(f"/support/{her.id}/contacts/").content.decode()


def test_a_contact_in_the_future_is_refused_beside_its_question(cast, now):
    her = support.woman(cast, "Rosa", cast.worker)
    later = now + timedelta(days=2)
    answer = browser(cast.worker).post(
        f"/support/{her.id}/contact/",
        {
            "when": "earlier",
            "day-day": later.day,
            "day-month": later.month,
            "day-year": later.year,
            "at": "10:00",
            "mode": "telephone",
            "came": "yes",
            "minutes": "20",
            "_do": "continue",
        },
    )
    assert answer.status_code == 422
    assert "in the future cannot be recorded" in answer.content.decode()


def test_what_happened_during_a_stop_is_recorded_with_who_began_it(cast, now):
    her = support.woman(cast, "Rosa", cast.provider, cast.worker)
    with identity.acting(cast.worker) as by:
        assert stopping.stop_all(
            client_id=her.id, kind=Kind.PAUSE, asked_by=AskedBy.HER, by=by, at=now - timedelta(hours=1)
        )
    provider, address = browser(cast.provider), f"/support/{her.id}/contact/"
    assert "She has asked for a pause" in provider.get("/").content.decode()
    assert "that nobody contact her" in provider.get(address).content.decode()
    said = {"when": "now", "mode": "telephone", "came": "yes", "minutes": "20", "_do": "continue"}
    answer = provider.post(address, said)
    assert answer.status_code == 422 and "Select who began this contact" in answer.content.decode()

    def told(actor) -> int:
        with identity.acting(actor):
            return sum(task.kind == contacts.DESPITE_STOP for task in tasks.waiting(by=actor))

    for began, count in (("her", 0), ("us", 1)):
        opened = provider.get(address)
        answer = provider.post(address, {**said, "began": began, "_token": token(opened)})
        assert answer.status_code == 302, answer.content.decode()
        assert (told(cast.provider_supervisor), told(cast.coordinator)) == (count, count)


def test_a_missed_appointment_is_recorded_in_two_taps(cast, now):
    her = support.woman(cast, "Rosa", cast.worker)
    with identity.acting(cast.worker):
        planned = contacts.plan(
            client_id=her.id,
            planned_at=now - timedelta(hours=30),
            mode=ContactMode.TELEPHONE,
            by=cast.worker,
            at=now - timedelta(days=3),
        )
    worker = browser(cast.worker)
    page = worker.get("/support/today/?tab=late").content.decode()
    assert f"/support/contact/{planned.id}/missed/" in page and "Safe contact" in page
    answer = worker.post(f"/support/contact/{planned.id}/missed/", {"absence": "unwell"})
    assert answer.status_code == 302
    with identity.acting(cast.worker):
        assert Contact.objects.get().attended == "no"


def test_a_register_offers_only_the_workers_own_women_and_is_saved_once(cast, now):
    rosa = support.woman(cast, "Rosa", cast.worker)
    support.woman(cast, "Mina", cast.colleague)
    worker = browser(cast.worker)
    page = worker.get("/support/groups/register/")
    assert "Rosa" in page.content.decode() and "Mina" not in page.content.decode()
    group = re.search(r'name="group_id" value="([^"]+)"', page.content.decode())[1]
    began = now - timedelta(days=1)
    said = {
        "group_id": group,
        "title": "Freedom group",
        "day-day": began.day,
        "day-month": began.month,
        "day-year": began.year,
        "at": "10:00",
        "minutes": "90",
        "came": [str(rosa.id)],
        "_token": token(page),
    }
    worker.post("/support/groups/register/", {**said, "_do": "continue"})
    for _ in range(2):
        worker.post("/support/groups/register/", {"_token": token(page), "_do": "confirm"})
    with identity.acting(cast.worker):
        assert (GroupSession.objects.count(), Contact.objects.count()) == (1, 1)


def test_a_goal_shows_a_line_and_the_same_numbers_in_a_table(cast, now):
    her = support.woman(cast, "Rosa", cast.worker)
    with identity.acting(cast.worker):
        said = goals.set_goal(
            client_id=her.id,
            words="A flat",
            domain=None,
            importance=9,
            nearness=2,
            by=cast.worker,
            at=now - timedelta(days=9),
        )
        goals.rate(goal_id=said.id, nearness=7, by=cast.worker, at=now)
    page = browser(cast.worker).get(f"/support/{her.id}/plan/").content.decode()
    assert "<polyline" in page and "style=" not in page
    # each number stands alone in its cell, or before the way to correct it
    assert re.findall(r'numeric">(\d+)(?: <a [^>]*href="/correct/rating/|</td>)', page) == ["2", "7"]


def test_closing_goes_from_worker_to_supervisor_to_follow_up(cast, now):
    her = support.woman(cast, "Rosa", cast.worker, cast.provider, lead=cast.worker)
    worker, supervisor = browser(cast.worker), browser(cast.supervisor)
    address = f"/support/{her.id}/close/"
    page = worker.get(address)
    assert "Still supporting her: Brightpath Training" in page.content.decode()
    worker.post(
        address,
        {
            "outcome": "moved_on",
            "reason": "stepped_down",
            "_step": "how",
            "_do": "continue",
            "_token": token(page),
        },
    )
    worker.post(
        address,
        {
            "summary": "She did it.",
            "step_down": "Drop-in.",
            "is_exit_talk_offered": "yes",
            "_step": "after",
            "_do": "continue",
        },
    )
    check = worker.get(f"{address}?check")
    assert worker.post(address, {"_do": "confirm", "_token": token(check)}).status_code == 302
    assert "Rosa" in supervisor.get("/support/sign-offs/").content.decode()
    with identity.acting(cast.supervisor):
        (waiting,) = closing.waiting(by=cast.supervisor, at=now)
    one = f"/support/sign-offs/{waiting.id}/"
    assert "Still supporting her: Brightpath Training" in supervisor.get(one).content.decode()
    assert supervisor.post(one, {"_do": "sign"}).status_code == 302
    with identity.clerk():
        assert Episode.objects.get(pk=her.episode).status == "closed"
        first = FollowUp.objects.order_by("due_on").first()
    assert "Rosa" in worker.get("/support/follow-ups/?all").content.decode()
    assert worker.get(f"/support/follow-ups/{first.id}/").status_code == 200
    assert browser(cast.coordinator).get(f"/support/{her.id}/come-back/").status_code == 200
    told = browser(cast.provider).get("/tasks/").content.decode()
    assert "time with the programme has ended" in told
    assert str(her.id) not in told  # her page is shut to them: no link leads to it


def test_a_supervisor_covers_and_hands_over_from_a_page(cast, now):
    support.woman(cast, "Rosa", cast.worker)
    supervisor = browser(cast.supervisor)
    until = now + timedelta(days=3)
    for address, more in (
        ("/support/cover/", {"until-day": until.day, "until-month": until.month, "until-year": until.year}),
        ("/support/hand-over/", {"is_she_told": "yes"}),
    ):
        pair = {
            "from_account_id": str(cast.worker.account_id),
            "to_account_id": str(cast.colleague.account_id),
        }
        page = supervisor.get(address)
        assert "Olive Other" not in page.content.decode()
        supervisor.post(address, {**pair, **more, "_do": "continue", "_token": token(page)})
        check = supervisor.get(f"{address}?check")
        done = supervisor.post(address, {"_do": "confirm", "_token": token(check)}, follow=True)
        assert "1 woman" in done.content.decode()
    assert "Rosa" in browser(cast.colleague).get("/support/").content.decode()
    assert "Rosa" not in browser(cast.worker).get("/support/").content.decode()
    assert supervisor.get("/support/workload/").status_code == 200


def test_lists_open_for_every_role_that_has_them(cast):
    support.woman(cast, "Rosa", cast.worker, cast.provider)
    for actor in (cast.worker, cast.provider, cast.supervisor, cast.provider_supervisor, cast.coordinator):
        answer = browser(actor).get("/support/")
        assert answer.status_code == 200 and "Rosa" in answer.content.decode()
        assert "Secret" not in answer.content.decode()
    for path in ("/support/today/", "/support/groups/", "/support/follow-ups/"):
        for actor in (cast.worker, cast.provider, cast.supervisor):
            assert browser(actor).get(path).status_code == 200, path
