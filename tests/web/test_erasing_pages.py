"""Erasing on its pages: found by her reference, checked, approved by somebody else, erased, and told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from pathways.domain.terms.people import Role
from pathways.journey import identity
from pathways.records.models import CaseNote, Client, Episode, Erasure
from tests.journey import people as cast_of
from tests.journey import women

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def cast():
    return cast_of.cast()


@pytest.fixture
def lead(cast):
    charity = cast_of.Organisation.objects.get(code="charity")
    return cast_of.appoint("Gwen Governance", Role.GOVERNANCE_LEAD, charity)


@pytest.fixture
def her(cast):
    client_id, episode_id = women.born(cast, worker=cast.worker, notes=2)
    with identity.clerk(cast.coordinator):
        Episode.objects.filter(id=episode_id).update(
            status="closed", closed_at=timezone.now() - timedelta(days=1), outcome="moved_on"
        )
        reference = Client.objects.get(id=client_id).reference
    return client_id, reference


def browser(actor) -> Browser:
    tab = Browser()
    email = cast_of.Account.objects.get(id=actor.account_id).email
    answer = tab.post("/account/sign-in/", {"email": email, "password": cast_of.PASSWORD})
    assert answer.status_code == 302
    return tab


def send(tab, path, **answers):
    """Fills in the form on a page and follows to what comes of it."""
    page = tab.get(path).content.decode()
    token = re.search(r'name="_token" value="([^"]+)"', page)
    posted = {"_do": "continue", "_step": "answers", **answers}
    if token:
        posted["_token"] = token.group(1)
    return tab.post(path, posted, follow=True)


def test_from_her_reference_to_the_receipt(cast, lead, her, django_capture_on_commit_callbacks):
    client_id, reference = her
    mine, second = browser(lead), browser(cast.supervisor)
    found = mine.post(
        "/her/held/", {"reference": reference, "reason": "erasing"}, follow=True
    )
    assert found.status_code == 200, found.redirect_chain
    address = re.search(r'href="(/governance/erasing/begin/[^"]+)"', found.content.decode())
    assert address
    today = timezone.localdate()
    page = send(
        mine,
        address.group(1),
        origin="she_asked",
        words="She came in with her worker.",
        **{"asked_on-day": today.day, "asked_on-month": today.month, "asked_on-year": today.year},
    )
    assert "Request recorded" in page.content.decode()
    with identity.acting(lead):
        row = Erasure.objects.get()
    here = f"/governance/erasing/{row.id}/"
    said = mine.get(here).content.decode()
    assert "Notes" in said and "What stays, and why" in said
    page = send(mine, f"{here}check/", looked="on")
    assert "second person" in page.content.decode()
    assert "Approve erasing</button>" not in mine.get(here).content.decode()  # not the one who checked
    assert "Approve erasing</button>" in second.get(here).content.decode()
    assert mine.post(f"{here}approve/").status_code == 403
    assert second.post(f"{here}approve/", follow=True).status_code == 200
    told = mine.get(here).content.decode()
    assert "What to tell her" in told and "Information Commissioner" in told
    with django_capture_on_commit_callbacks(execute=True):
        page = send(mine, f"{here}erase/", told="told", sure="on")
    assert "Erased" in page.content.decode()
    with identity.keeper(identity.MACHINE, lead.organisation_id):
        assert {note.body for note in CaseNote.objects.filter(client_id=client_id)} == {"Erased"}
    receipt = mine.get(here).content.decode()
    assert "are destroyed" in receipt
    assert "She came in with her worker" not in receipt
    for path in ("/governance/erasing/", "/governance/erasing/?tab=erased", "/governance/erasing/kept/", "/"):
        assert mine.get(path).status_code == 200, path


def test_a_hold_is_put_on_seen_and_lifted(cast, lead, her):
    client_id, _ = her
    mine = browser(lead)
    day = timezone.localdate() + timedelta(days=60)
    page = send(
        mine,
        f"/governance/erasing/hold/client/{client_id}/",
        kind="cpia",
        reason="The trial of March.",
        **{"review_on-day": day.day, "review_on-month": day.month, "review_on-year": day.year},
    )
    assert "The hold stands" in page.content.decode()
    listed = mine.get("/governance/erasing/holds/").content.decode()
    address = re.search(r'href="(/governance/erasing/holds/[0-9a-f-]+/)"', listed)
    assert address
    assert "The trial of March." in mine.get(address.group(1)).content.decode()
    assert "Say why the hold is lifted" in send(mine, address.group(1), why="").content.decode()
    assert "The hold is lifted" in send(mine, address.group(1), why="It has ended.").content.decode()


def test_what_is_missing_is_said_and_nothing_is_done(cast, lead, her):
    client_id, _ = her
    mine = browser(lead)
    page = send(mine, f"/governance/erasing/begin/client/{client_id}/", origin="")
    assert page.status_code == 422
    assert "Choose why it is to be erased" in page.content.decode()
    page = send(mine, f"/governance/erasing/begin/client/{client_id}/", origin="retention")
    assert "period" in page.content.decode()
    with identity.acting(lead):
        assert not Erasure.objects.exists()


def test_a_worker_a_stranger_and_police_find_nothing_here(cast, lead, her):
    client_id, _ = her
    for actor in (cast.worker, cast.spoc, cast.administrator, cast.evaluator):
        assert browser(actor).get("/governance/erasing/").status_code in (403, 404)
    council = browser(cast.governance)
    assert council.get(f"/governance/erasing/begin/client/{client_id}/").status_code == 200  # its own record
    other = cast_of.appoint(
        "Hanna Governance", Role.GOVERNANCE_LEAD, cast_of.Organisation.objects.get(code="other")
    )
    assert browser(other).get(f"/governance/erasing/begin/client/{client_id}/").status_code == 404


def test_every_page_about_her_draws_when_her_key_is_gone(cast, her):
    """As after an old copy was restored: rows are there, what is sealed in them does not open."""
    from pathways.records import keys

    client_id, _ = her
    with identity.clerk(cast.coordinator):
        Episode.objects.filter(client_id=client_id).update(status="open", closed_at=None, outcome="")
    for organisation in (cast.worker.organisation_id, cast.coordinator.organisation_id):
        keys.store().destroy(client_id, organisation, at=timezone.now())
    pages = (
        "/", "/women/", f"/her/{client_id}/", f"/her/{client_id}/safety/", f"/her/{client_id}/contacts/",
        f"/her/{client_id}/plan/", f"/her/{client_id}/referrals/", f"/her/{client_id}/involved/",
        f"/her/{client_id}/held/", f"/her/{client_id}/assessment/", f"/reach/{client_id}/plan/",
        "/support/", "/messages/", "/reach/", "/refer/", "/triage/",
    )  # fmt: skip
    drawn = 0
    for actor in (cast.worker, cast.supervisor, cast.coordinator):
        tab = browser(actor)
        for path in pages:
            answer = tab.get(path, follow=True)
            assert answer.status_code in (200, 403, 404), (actor.role, path, answer.status_code)
            drawn += answer.status_code == 200
        assert "Erased" in tab.get("/women/").content.decode(), actor.role
        assert tab.post("/search/", {"query": "Rosa"}).status_code == 200
    assert drawn >= 30


def test_writing_about_her_when_her_key_is_gone_is_refused_in_words(cast, her):
    from pathways.records import keys

    client_id, _ = her
    with identity.clerk(cast.coordinator):
        Episode.objects.filter(client_id=client_id).update(status="open", closed_at=None, outcome="")
    keys.store().destroy(client_id, cast.worker.organisation_id, at=timezone.now())
    tab = browser(cast.worker)
    answer = tab.post(f"/support/{client_id}/note/", {"_do": "save", "_step": "answers", "body": "She said"})
    assert answer.status_code == 410
    assert "erased" in answer.content.decode()
