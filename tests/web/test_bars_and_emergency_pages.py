"""The pages of who may not see her, and of emergency access: filled in, pressed twice, seen by no other."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client as Browser
from django.utils import timezone

from pathways.journey import identity
from pathways.records.models import (
    AccessEvent,
    Account,
    Bar,
    Client,
    Draft,
    EmergencyAccess,
    JourneyEvent,
)
from tests.journey import people, women

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HER = "Zephyrine"


@pytest.fixture
def cast() -> people.Cast:
    return people.cast()


@pytest.fixture
def hers(cast) -> uuid.UUID:
    return women.born(cast, called=HER, surname="Okafor", worker=cast.worker, notes=1)[0]


def browser(actor) -> Browser:
    made = Browser(raise_request_exception=False)
    email = Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
    made.post("/account/sign-in/", {"email": email, "password": people.PASSWORD})
    return made


def token_of(answer) -> str:
    return re.search(r'name="_token" value="([^"]+)"', answer.content.decode()).group(1)


def plain(answer) -> str:
    """A page without what differs each time it is drawn, and without the reference that was typed."""
    text = re.sub(r'name="(csrfmiddlewaretoken|_token)" value="[^"]*"', "", answer.content.decode())
    # of the ticket of a form in hand the time and the signature go; what it says of the form stays to compare
    text = re.sub(r'(name="_ticket" value="[^":]*):[^"]*"', r"\1", text)
    text = re.sub(r"X-CSRFToken[^}]*}", "", text)
    text = re.sub(r" at \d\d:\d\d by ", " by ", text)  # the minute of printing
    return re.sub(r'value="[A-Z]{2}\d{4}[A-Z]{2}"', "", text)


def keep_out(tab: Browser, client_id, organisation_id, who, *, words="She said: not him."):
    page = f"/bars/{client_id}/keep-out/"
    tab.post(page, {"_step": "where", "organisation": str(organisation_id)})
    tab.post(page, {"_step": "who", "who": str(who), "ground": "her_word", "words": words})
    check = tab.get(f"{page}?check")
    assert check.status_code == 200, check.get("Location")
    token = token_of(check)
    return [tab.post(page, {"_do": "confirm", "_token": token}, follow=True) for _ in range(2)]


def test_her_worker_keeps_a_colleague_out_and_lets_her_in_again(cast, hers):
    worker, supervisor = browser(cast.worker), browser(cast.supervisor)
    assert supervisor.get(f"/her/{hers}/").status_code == 200
    first, second = keep_out(worker, hers, cast.supervisor.organisation_id, cast.supervisor.account_id)
    assert "Kept from her record" in first.content.decode()
    assert second.status_code == 200
    with identity.clerk():
        row = Bar.objects.get()
    for address in (
        f"/her/{hers}/",
        f"/her/{hers}/kept-out/",
        f"/bars/{hers}/keep-out/",
        f"/bars/lift/{row.id}/",
    ):
        answer = supervisor.get(address)
        assert answer.status_code == 404, address
        nobody = re.sub(r"[0-9a-f-]{36}", str(uuid.uuid4()), address)
        assert plain(answer) == plain(supervisor.get(nobody))  # the ordinary "not found"
    assert HER not in supervisor.get("/women/").content.decode()
    assert HER not in supervisor.post("/search/", {"query": HER}).content.decode().replace(
        f"“{HER}”", ""
    ).replace(f'value="{HER}"', "")
    shown = worker.get(f"/her/{hers}/kept-out/").content.decode()
    assert cast.supervisor.name in shown and "She said: not him." in shown
    page = f"/bars/lift/{row.id}/"
    assert worker.post(page, {"_step": "answers", "words": ""}).status_code == 422
    said = worker.post(
        page,
        {"_step": "answers", "_token": token_of(worker.get(page)), "words": "She changed her mind."},
        follow=True,
    )
    assert "They may see her again" in said.content.decode()
    assert supervisor.get(f"/her/{hers}/").status_code == 200


def test_at_her_word_the_page_asks_for_no_words_and_for_a_conflict_it_does(cast, hers):
    worker, page = browser(cast.worker), f"/bars/{hers}/keep-out/"
    worker.post(page, {"_step": "where", "organisation": str(cast.supervisor.organisation_id)})
    asked = {"_step": "who", "who": str(cast.supervisor.account_id), "words": ""}
    refused = worker.post(page, asked | {"ground": "conflict"})
    assert refused.status_code == 422
    assert "Write down what the conflict of interest is" in refused.content.decode()
    assert worker.post(page, asked | {"ground": "her_word"}).status_code == 302
    done = worker.post(
        page, {"_do": "confirm", "_token": token_of(worker.get(f"{page}?check"))}, follow=True
    )
    assert "Kept from her record" in done.content.decode()
    assert "Nothing written down" in worker.get(f"/her/{hers}/kept-out/").content.decode()
    assert browser(cast.supervisor).get(f"/her/{hers}/").status_code == 404


def test_a_worker_who_steps_back_lands_at_home_and_finds_her_nowhere(cast, hers):
    worker = browser(cast.worker)
    page = f"/bars/{hers}/conflict/"
    assert "step back" in worker.get(f"/her/{hers}/involved/").content.decode()
    token = token_of(worker.get(page))
    sent = {"_step": "answers", "_token": token, "words": "She is my cousin."}
    for _ in range(2):  # pressed twice: done once, and no failure
        answer = worker.post(page, sent, follow=True)
        assert answer.status_code == 200 and answer.request["PATH_INFO"] == "/"
    assert HER not in answer.content.decode()
    assert worker.get(f"/her/{hers}/").status_code == worker.get(page).status_code == 404
    with identity.clerk():
        assert Bar.objects.count() == 1
        assert Draft.objects.filter(client_id=hers).count() == 0
    supervisor = browser(cast.supervisor).get("/").content.decode()
    assert "Somebody stepped back from a woman" in supervisor


def test_a_private_worker_is_not_shown_who_is_kept_out_but_can_step_back(cast, hers):
    with identity.clerk():
        episode = Client.objects.get(pk=hers).episodes.get().id
    women.provided(cast, hers, episode, cast.provider)
    provider = browser(cast.provider)
    involved = provider.get(f"/her/{hers}/involved/").content.decode()
    assert "kept-out" not in involved and f"/bars/{hers}/conflict/" in involved
    assert provider.get(f"/her/{hers}/kept-out/").status_code in (403, 404)


def test_the_governance_lead_reads_the_bars_of_the_organisation_by_reference(cast, hers):
    keep_out(browser(cast.coordinator), hers, cast.other_worker.organisation_id, "everybody")
    page = browser(cast.governance).get("/governance/kept-out/").content.decode()
    assert "Everybody at Harbour Women" in page and HER not in page


# --- emergency access -----------------------------------------------------------------------------


def reference(client_id) -> str:
    with identity.clerk():
        return Client.objects.values_list("reference", flat=True).get(pk=client_id)


def answers(client_id, **more):
    return {
        "_step": "answers",
        "how": "reference",
        "reference": reference(client_id),
        "kind": "threat_to_life",
        "words": "He is outside her door.",
        "minutes": "30",
        "password": people.PASSWORD,
    } | more


def ask(tab: Browser, client_id, **more):
    return tab.post("/emergency/", answers(client_id, **more), follow=True)


def test_a_record_is_opened_read_with_a_band_ended_and_reviewed(cast, hers):
    tab = browser(cast.other_worker)
    assert tab.get(f"/her/{hers}/").status_code == 404
    assert "Emergency access to a record" in tab.get("/").content.decode()
    said = ask(tab, hers)
    assert "Her record is open to you" in said.content.decode()
    for address in (
        "/",
        f"/her/{hers}/",
        f"/her/{hers}/assessment/",
        f"/her/{hers}/contacts/",
        f"/her/{hers}/safety/",
    ):
        page = tab.get(address)
        assert page.status_code == 200, address
        text = page.content.decode()
        assert "Emergency access until" in text and "Everything you open is recorded" in text
        assert "She wants to stop" not in text and "Write a note" not in text and "?tab=notes" not in text
    for address in (
        f"/her/{hers}/plan/",
        f"/her/{hers}/involved/",
        f"/her/{hers}/kept-out/",
        f"/her/{hers}/held/",
    ):
        assert tab.get(address).status_code in (403, 404), address
    for address in (
        f"/support/{hers}/note/",
        f"/reach/{hers}/stop/",
        f"/reach/{hers}/place/",
        f"/bars/{hers}/conflict/",
    ):
        for answer in (tab.get(address), tab.post(address, {"_step": "answers"})):
            assert answer.status_code in (403, 404, 405), address
    with identity.clerk():
        row = EmergencyAccess.objects.get()
        assert (row.ends_at - row.opened_at).total_seconds() == 30 * 60
    lead = browser(cast.governance)
    assert "Emergency accesses to review" in lead.get("/").content.decode()
    shown = lead.get(f"/emergency/{row.id}/").content.decode()
    assert cast.other_worker.name in shown and "He is outside her door." in shown and HER not in shown
    assert lead.get(f"/emergency/{row.id}/review/").status_code == 404  # while it runs
    tab.post(f"/emergency/{row.id}/end/")
    assert tab.get(f"/her/{hers}/").status_code == 404
    assert "Emergency access until" not in tab.get("/").content.decode()
    page = f"/emergency/{row.id}/review/"
    sent = {
        "_step": "answers",
        "_token": token_of(lead.get(page)),
        "finding": "not_justified",
        "words": "I read it.",
    }
    assert lead.post(page, sent).status_code == 422  # and what follows?
    for _ in range(2):
        done = lead.post(page, sent | {"follow_up": "Talk with the worker."}, follow=True)
        assert "Review recorded" in done.content.decode()
    assert "Not justified" in lead.get("/emergency/accesses/?tab=reviewed").content.decode()
    with identity.acting(cast.governance):
        marked = AccessEvent.objects.filter(emergency_id=row.id)
        assert marked.filter(route__startswith="herpage").count() == 4
        assert all(event.subjects == [hers] for event in marked)


def test_a_wrong_password_opens_nothing_and_is_kept_in_no_draft(cast, hers):
    tab = browser(cast.other_worker)
    said = ask(tab, hers, password="not hers at all")
    assert said.status_code == 409 and "not your password" in said.content.decode()
    tab.post("/emergency/", answers(hers) | {"_do": "save", "password": "a secret typed"})
    with identity.acting(cast.other_worker):
        kept = Draft.objects.get(key__startswith="emergency:ask").answers
        assert "a secret typed" not in str(kept) and people.PASSWORD not in str(kept)
        assert "He is outside her door." in str(kept)
        assert EmergencyAccess.objects.count() == 0


def test_guessing_the_password_there_is_counted_like_guessing_it_at_the_door(cast, hers):
    from django.conf import settings

    tab = browser(cast.other_worker)
    codes = [
        ask(tab, hers, password=f"wrong {number}").status_code
        for number in range(settings.AXES_FAILURE_LIMIT + 1)
    ]
    assert codes[0] == 409 and codes[-1] == 429


def test_a_barred_person_and_a_wrong_reference_get_the_same_page(cast, hers):
    keep_out(browser(cast.coordinator), hers, cast.other_worker.organisation_id, cast.other_worker.account_id)
    tab = browser(cast.other_worker)
    barred = ask(tab, hers)
    wrong = ask(tab, hers, reference="AA0000AA")
    assert barred.status_code == wrong.status_code == 409
    assert plain(barred) == plain(wrong)


def test_police_and_providers_are_not_offered_it(cast, hers):
    for who in (cast.spoc, cast.police_supervisor, cast.provider, cast.provider_supervisor, cast.chair):
        tab = browser(who)
        assert "/emergency/" not in tab.get("/").content.decode(), who.role
        assert tab.get("/emergency/").status_code == 403, who.role


def test_her_story_says_that_her_record_was_opened_in_an_emergency(cast, hers):
    ask(browser(cast.other_worker), hers)
    assert (
        "Her record was opened in an emergency" in browser(cast.worker).get(f"/her/{hers}/").content.decode()
    )
    with identity.clerk():
        assert JourneyEvent.objects.filter(kind="emergency_opened", at__lte=timezone.now()).count() == 1


def test_every_action_shown_on_her_page_in_emergency_access_can_be_taken(cast):
    """Reading only: nothing that writes is offered, and no link leads to a refusal."""
    client_id, episode_id = women.born(cast, called=HER, surname="Okafor", worker=cast.worker, notes=2)
    women.provided(cast, client_id, episode_id, cast.provider)
    there = people.Organisation.objects.get(code="other")
    askers = (
        cast.other_worker,
        people.appoint("Ola Other", people.Role.SUPERVISOR, there),
        people.appoint("Cem Second", people.Role.COORDINATOR, there),
    )
    for actor in askers:
        tab = browser(actor)
        ask(tab, client_id)
        waiting, seen = [f"/her/{client_id}/"], set[str]()
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            answer = tab.get(path)
            assert answer.status_code == 200, (actor.role, path)
            text = answer.content.decode()
            body = text[text.index("<main") : text.index("</main>")]
            assert 'method="post"' not in body.lower() or not path.startswith("/her/"), path
            if path.startswith("/her/"):
                links = re.findall(r'href="(/[^"#]*)"', body) + re.findall(r'href="(\?[^"#]*)"', body)
                waiting += [path.split("?")[0] + link if link[0] == "?" else link for link in links]
        assert len([path for path in seen if path.startswith("/her/")]) >= 5, (actor.role, seen)
        assert not [path for path in seen if path.startswith(("/correct/", "/joining/", "/support/"))]
