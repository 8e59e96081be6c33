"""Home for each role, the case list, search and her page: what each shows, to whom, and at what cost."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pathways.domain.governance.actors import Actor
from pathways.domain.terms import references
from pathways.journey import her as her_of
from pathways.journey import identity, involving, tasks
from pathways.records.models import AccessEvent, Account, InvolvementKind
from tests.journey import people, women

pytestmark = [pytest.mark.django_db, pytest.mark.database]

TABS = ("", "assessment/", "plan/", "contacts/", "referrals/", "safety/", "involved/", "held/")


@pytest.fixture
def cast() -> people.Cast:
    return people.cast()


def browser(actor: Actor) -> Client:
    client = Client()
    email = Account.objects.get(id=actor.account_id).email
    client.post("/account/sign-in/", {"email": email, "password": people.PASSWORD})
    return client


def seen(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def read_by(actor: Actor, cast: people.Cast) -> list[AccessEvent]:
    """What the log of access holds of one person, oldest first, as the superuser of the test would see it."""
    governance = cast.governance
    lead = Actor(
        governance.account_id,
        governance.appointment_id,
        governance.name,
        governance.role,
        actor.organisation_id,
        actor.organisation_name,
        actor.sector,
    )
    with identity.acting(lead):
        return list(AccessEvent.objects.filter(actor_id=actor.account_id).order_by("at"))


# --- home ---------------------------------------------------------------------------------------


def test_every_role_has_a_home_and_a_list_of_tasks_without_a_dead_link(cast: people.Cast) -> None:
    women.born(cast, worker=cast.worker)
    for actor in cast:
        client = browser(actor)
        for address in ("/", "/tasks/"):
            answer = client.get(address)
            assert answer.status_code == 200, (actor.role, address)
            for link in set(re.findall(r'href="(/[^"#?]*)', seen(answer))):
                if link.startswith(("/static/", "/cover", "/account/")):
                    continue
                assert client.get(link).status_code == 200, (actor.role, link)


def test_nobody_has_more_than_six_ways_to_go(cast: people.Cast) -> None:
    for actor in cast:
        found = re.findall(r"govuk-service-navigation__link", seen(browser(actor).get("/")))
        assert 1 <= len(found) <= 6, actor.role


def test_home_names_her_to_those_who_work_with_her_and_is_one_reading(cast: people.Cast) -> None:
    her, _ = women.born(cast, "Rosa", worker=cast.worker)
    assert "Rosa" in seen(browser(cast.worker).get("/"))
    for other in (cast.colleague, cast.other_worker, cast.spoc, cast.administrator, cast.evaluator):
        assert "Rosa" not in seen(browser(other).get("/")), other.role
    events = [event for event in read_by(cast.worker, cast) if event.route == "home:home"]
    assert [event.subjects for event in events] == [[her]]


def test_a_list_of_tasks_that_names_her_by_her_reference_is_one_reading(cast: people.Cast) -> None:
    her, _ = women.born(cast, "Rosa", worker=cast.worker)
    with identity.acting(cast.coordinator) as by:
        reference = her_of.references_of([her], by)[her]
        for kind in ("one", "another"):
            tasks.set_task(
                kind, "Something", organisation_id=by.organisation_id, client_id=her, by=by, at=people.NOW
            )
    client = browser(cast.coordinator)
    for address, route in (("/tasks/", "home:tasks"), ("/", "home:home")):
        assert references.spaced(reference) in seen(client.get(address))
        events = [event for event in read_by(cast.coordinator, cast) if event.route == route]
        assert [event.subjects for event in events] == [[her]]
    browser(cast.administrator).get("/tasks/")
    assert not [event for event in read_by(cast.administrator, cast) if event.route == "home:tasks"]


def test_a_list_of_unfinished_forms_is_one_reading(cast: people.Cast) -> None:
    her, _ = women.born(cast, "Rosa", worker=cast.worker)
    client = browser(cast.worker)
    client.post(f"/support/{her}/note/", {"_do": "save", "body": "Half a"})
    for address, route in (("/drafts/", "drafts:list"), ("/tasks/", "home:tasks")):
        assert "Write a note" in seen(client.get(address))
        events = [event for event in read_by(cast.worker, cast) if event.route == route]
        assert [event.subjects for event in events] == [[her]]


def test_a_task_is_ticked_off_and_an_overdue_one_says_so(cast: people.Cast) -> None:
    with identity.acting(cast.worker):
        made = tasks.set_task(
            "try",
            "Answer a referral",
            organisation_id=cast.worker.organisation_id,
            account_id=cast.worker.account_id,
            by=cast.worker,
            at=people.NOW,
            due_at=people.NOW,
        )
    client = browser(cast.worker)
    page = seen(client.get("/tasks/"))
    assert "Overdue" in page
    assert "ago" in page
    assert "Answer a referral" not in seen(browser(cast.colleague).get("/tasks/"))
    assert browser(cast.colleague).post(f"/tasks/{made.id}/done/").status_code == 404
    assert client.get(f"/tasks/{made.id}/done/").status_code == 405
    client.post(f"/tasks/{made.id}/done/")
    assert "Nothing waits for you" in seen(client.get("/tasks/"))


# --- the case list ----------------------------------------------------------------------------------


def test_the_list_costs_the_same_however_many_are_on_it(cast: people.Cast) -> None:
    def queries() -> int:
        client.get("/women/")
        with CaptureQueriesContext(
            connection,
        ) as counted:
            assert client.get("/women/").status_code == 200
        return len(counted)

    women.born(cast, "Rosa", worker=cast.worker)
    client = browser(cast.coordinator)
    one = queries()
    for number in range(12):
        women.born(cast, f"Woman {number}", worker=cast.worker if number % 2 else None)
    assert queries() == one


def test_one_list_is_one_access_event_with_all_its_subjects(cast: people.Cast) -> None:
    hers = {women.born(cast, f"Woman {n}", worker=cast.worker)[0] for n in range(3)}
    browser(cast.worker).get("/women/")
    events = [event for event in read_by(cast.worker, cast) if event.route == "cases"]
    assert len(events) == 1
    assert set(events[0].subjects) == hers


def test_tabs_count_and_filters_narrow(cast: people.Cast) -> None:
    women.born(cast, "Rosa", level=3, worker=cast.worker)
    women.born(cast, "Maya", level=1)
    client = browser(cast.coordinator)
    page = seen(client.get("/women/"))
    assert "Rosa" in page
    assert "Maya" in page
    assert "Maya" in seen(client.get("/women/?tab=unassigned"))
    assert "Rosa" not in seen(client.get("/women/?tab=unassigned"))
    narrowed = seen(client.get("/women/?levels=3"))
    assert "Rosa" in narrowed
    assert "Maya" not in narrowed
    assert "Remove this filter" in narrowed
    assert "Rosa" in seen(client.get("/women/?stage=referred"))
    assert "Nobody fits these filters" in seen(client.get("/women/?stage=followed_up"))
    for query in ("lead=me", "lead=nobody", "contact_plan=lapsed", "contact_plan=none", "sort=-reference"):
        assert client.get(f"/women/?{query}").status_code == 200


def test_the_panel_sees_only_the_women_on_its_agenda(cast: people.Cast) -> None:
    on_it, _ = women.born(cast, "Rosa", worker=cast.worker)
    off_it, _ = women.born(cast, "Maya", worker=cast.worker)
    involving.involve(
        client_id=on_it,
        organisation_id=cast.chair.organisation_id,
        account_id=cast.chair.account_id,
        kind=InvolvementKind.PANEL,
        by=cast.coordinator,
        at=people.NOW,
    )
    client = browser(cast.chair)
    page = seen(client.get("/women/"))
    assert "Rosa" in page
    assert "Maya" not in page
    assert client.get(f"/her/{on_it}/").status_code == 200
    assert client.get(f"/her/{off_it}/").status_code == 404
    for tab in ("contacts/", "plan/"):
        assert client.get(f"/her/{on_it}/{tab}").status_code in (403, 404)


# --- search -------------------------------------------------------------------------------------------


def test_search_is_by_post_alone_and_says_nothing_in_the_address(cast: people.Cast) -> None:
    her, _ = women.born(cast, "Katherine", worker=cast.worker)
    client = browser(cast.worker)
    assert client.get("/search/?query=Katherine").status_code == 302
    answer = client.post("/search/", {"query": "Katie"})
    assert answer.status_code == 200
    assert "Katherine" in seen(answer)
    assert f"/her/{her}/" in seen(answer)
    assert "<title>Search results – Pathways</title>" in seen(answer)
    events = [event for event in read_by(cast.worker, cast) if event.kind == "search"]
    assert [(event.subjects, event.found) for event in events] == [([her], 1)]


def test_search_finds_a_reference_said_aloud_and_nothing_of_other_peoples_women(cast: people.Cast) -> None:
    women.born(cast, "Rosa", worker=cast.worker)
    client = browser(cast.worker)
    reference = re.findall(r"[A-Z]{2} \d{4} [A-Z]{2}", seen(client.get("/women/")))[0]
    assert "Rosa" in seen(client.post("/search/", {"query": reference.lower()}))
    other = seen(browser(cast.other_worker).post("/search/", {"query": reference}))
    assert "Rosa" not in other
    assert "No record that you may see has this reference" in other
    assert client.post("/search/", {"query": " "}).status_code == 422
    assert browser(cast.evaluator).post("/search/", {"query": "Rosa"}).status_code == 403


# --- her page -------------------------------------------------------------------------------------------


def test_every_tab_of_her_page_opens_for_her_worker_and_names_her_in_no_title(cast: people.Cast) -> None:
    her, _ = women.born(cast, "Rosa", worker=cast.worker, notes=3, reached=9)
    client = browser(cast.worker)
    for tab in TABS:
        answer = client.get(f"/her/{her}/{tab}")
        assert answer.status_code == 200, tab
        page = seen(answer)
        assert "Rosa" in page
        assert "Tuesday 10 to 12" in page, tab
        assert "Where she is now" in page
        title = re.search(r"<title>(.*?)</title>", page)
        assert title
        assert "Rosa" not in title[1]
    assert "she came in" in seen(client.get(f"/her/{her}/contacts/?tab=notes"))
    assert "<polyline" in seen(client.get(f"/her/{her}/plan/"))


def test_who_may_not_see_her_meets_the_same_page_as_for_nobody(cast: people.Cast) -> None:
    her, _ = women.born(cast, "Rosa", worker=cast.worker)
    nobody = uuid.uuid4()
    for actor in (cast.colleague, cast.other_worker, cast.provider, cast.police_supervisor):
        client = browser(actor)
        for tab in ("", "involved/", "held/"):
            there, absent = client.get(f"/her/{her}/{tab}"), client.get(f"/her/{nobody}/{tab}")
            assert there.status_code == absent.status_code
            assert there.status_code in (403, 404), "403 only where the page is for nobody in this role"
            strip = r'name="csrfmiddlewaretoken" value="[^"]+"'
            assert re.sub(strip, "", seen(there)) == re.sub(strip, "", seen(absent))


def test_a_private_provider_meets_the_least_and_never_her_name_on_paper(cast: people.Cast) -> None:
    her, episode = women.born(cast, "Rosa", surname="Verysecret", worker=cast.worker, notes=2)
    women.provided(cast, her, episode, cast.provider)
    client = browser(cast.provider)
    assert "Rosa" in seen(client.get("/women/"))
    page = seen(client.get(f"/her/{her}/"))
    for hidden in ("Verysecret", "1991", "Assessment</a>", "Level 3", "Agreed to take part"):
        assert hidden not in page
    assert client.get(f"/her/{her}/assessment/").status_code in (403, 404)
    assert "she came in" not in seen(client.get(f"/her/{her}/contacts/?tab=notes"))
    held = seen(client.get(f"/her/{her}/held/"))
    assert "Her name on paper" not in held
    assert "Assessments" not in held
    involved = seen(client.get(f"/her/{her}/involved/"))
    assert "Brightpath" in involved
    assert "Willow" not in involved


def test_one_tab_is_one_reading(cast: people.Cast) -> None:
    her, _ = women.born(cast, "Rosa", worker=cast.worker)
    client = browser(cast.worker)
    before = len(read_by(cast.worker, cast))
    for tab in TABS:
        client.get(f"/her/{her}/{tab}")
    events = read_by(cast.worker, cast)[before:]
    assert len(events) == len(TABS)
    assert all(event.subjects == [her] for event in events)


def test_notes_are_paged_and_cost_the_same(cast: people.Cast) -> None:
    few, _ = women.born(cast, "Rosa", worker=cast.worker, notes=2)
    many, _ = women.born(cast, "Maya", worker=cast.worker, notes=25)
    client = browser(cast.worker)

    def queries(her: uuid.UUID) -> int:
        with CaptureQueriesContext(connection) as counted:
            client.get(f"/her/{her}/contacts/?tab=notes")
        return len(counted)

    queries(few)
    assert queries(few) == queries(many)
    page = seen(client.get(f"/her/{many}/contacts/?tab=notes"))
    assert page.count("she came in") == 10
    assert page.count("25") >= 1


def test_the_governance_lead_can_tell_her_what_is_held_and_who_saw_it(cast: people.Cast) -> None:
    her, _ = women.born(cast, "Rosa", worker=cast.worker)
    browser(cast.coordinator).get(f"/her/{her}/")
    client = browser(cast.governance)
    page = seen(browser(cast.coordinator).get(f"/her/{her}/"))
    reference = re.findall(r"[A-Z]{2} \d{4} [A-Z]{2}", page)[0]
    assert client.post("/her/held/", {"reference": "nonsense", "reason": "she_asked"}).status_code == 422
    answer = client.post("/her/held/", {"reference": reference, "reason": "she_asked"})
    assert answer["Location"] == f"/her/{her}/held/"
    held = seen(client.get(answer["Location"]))
    assert "Cora Coordinator" in held
    assert "Levels of support decided" in held
    assert "Rosa" not in held
    assert client.get(f"/her/{uuid.uuid4()}/held/").status_code == 404
    assert client.get(f"/her/{her}/").status_code == 403


def test_the_coordinator_puts_her_on_the_agenda_and_takes_her_off_it(cast: people.Cast) -> None:
    client_id, _ = women.born(cast, "Rosa", worker=cast.worker)
    coordinator, chair = browser(cast.coordinator), browser(cast.chair)
    assert f"/panel/{client_id}/" in seen(coordinator.get(f"/her/{client_id}/involved/"))
    assert chair.get(f"/her/{client_id}/").status_code == 404
    page = seen(coordinator.post(f"/panel/{client_id}/", {"_do": "on"}, follow=True))
    assert "Put on the panel’s agenda." in page and "Reference " in page and "Take her off" in page
    assert chair.get(f"/her/{client_id}/").status_code == 200
    assert "Rosa" in seen(chair.get("/women/"))
    again = coordinator.post(f"/panel/{client_id}/", {"_do": "on"})
    assert "on the agenda already" in seen(again)
    seen(coordinator.post(f"/panel/{client_id}/", {"_do": "off"}, follow=True))
    assert chair.get(f"/her/{client_id}/").status_code == 404
    assert browser(cast.worker).get(f"/panel/{client_id}/").status_code in (403, 404)
