"""Every address about a woman who was erased: it opens or says no, never fails, and holds nothing of her."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from pathways.domain.governance import erasure
from pathways.domain.terms.people import Role
from pathways.journey import identity, involving
from pathways.records.models import Account, Episode, InvolvementKind, Organisation, OutgoingMessage
from pathways.web import clock
from tests.journey import people, women
from tests.journey.test_erasing import erased
from tests.web.test_every_address_of_her import ABOUT_HER

pytestmark = [pytest.mark.django_db, pytest.mark.database]

HER, SURNAME = "Zephyrine", "Quillfeather"
#: what was written of her: her names, her safe-contact plan, a note, her goal
OF_HER = (HER, SURNAME, "from the library", "her partner", "we talked about", "my own front door")
WITH_AN_ID = re.compile(r'href="(/[^"#]*[0-9a-f]{8}-[0-9a-f]{4}-[^"#]*)"')


@pytest.fixture
def cast() -> people.Cast:
    return people.cast()


@pytest.fixture
def leads(cast) -> dict[str, object]:
    """A governance lead at each organisation that holds something of her."""
    found = {"council": cast.governance}
    for code, name in (("charity", "Gwen Governance"), ("company", "Gus Governance")):
        found[code] = people.appoint(name, Role.GOVERNANCE_LEAD, Organisation.objects.get(code=code))
    return found


@pytest.fixture
def her(cast) -> uuid.UUID:
    """Supported by a charity and by a company, and her work has ended."""
    client_id, episode_id = women.born(
        cast,
        called=HER,
        surname=SURNAME,
        worker=cast.worker,
        notes=2,
        opened=timezone.now() - timedelta(days=30),
    )
    women.provided(cast, client_id, episode_id, cast.provider)
    return client_id


def browser(actor) -> Browser:
    tab = Browser(raise_request_exception=False)
    email = Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
    tab.post("/account/sign-in/", {"email": email, "password": people.PASSWORD})
    return tab


def opened(actor, client_id) -> set[str]:
    """Every address about her that this person can open: by its route, and by following links from there."""
    tab, found = browser(actor), set[str]()
    waiting = [route.replace("<uuid:client_id>", str(client_id)) for route, _ in ABOUT_HER]
    while waiting:
        path = waiting.pop()
        if path in found or "/file/" in path or "/download/" in path:
            continue
        answer = tab.get(path)
        if answer.status_code == 200:
            found.add(path)
            waiting += WITH_AN_ID.findall(answer.content.decode())
    return found


def closed(client_id) -> None:
    with identity.clerk():
        Episode.objects.filter(client_id=client_id).update(
            status="closed", closed_at=timezone.now(), outcome="moved_on"
        )


def erase(client_id, lead, second, capture) -> None:
    erased(lead, second, client_id, capture, at=timezone.now())


def test_no_address_of_an_erased_woman_fails_or_holds_anything_of_her(
    cast, leads, her, django_capture_on_commit_callbacks
):
    everybody = [*cast, leads["charity"], leads["company"]]
    before = {actor: found for actor in everybody if (found := opened(actor, her))}
    assert len(before[cast.worker]) > 40 and len(before[cast.coordinator]) > 30
    closed(her)
    wrong = []

    def look(code, *, at_all=False):
        for actor, paths in before.items():
            if not at_all and actor.organisation_id != leads[code].organisation_id:
                continue
            tab = browser(actor)
            for path in sorted(paths):
                answer = tab.get(path)
                left = [words for words in OF_HER if words in answer.content.decode()]
                if answer.status_code >= 500 or left:
                    wrong.append((code, actor.name, path, answer.status_code, left))

    erase(her, leads["charity"], cast.supervisor, django_capture_on_commit_callbacks)
    look("charity")
    erase(her, leads["company"], cast.provider_supervisor, django_capture_on_commit_callbacks)
    look("company")
    erase(her, leads["council"], cast.coordinator, django_capture_on_commit_callbacks)
    look("council", at_all=True)  # her name and her plan were the council's: for nobody is anything left
    assert wrong == []


def test_her_page_says_that_she_was_erased_by_whom_when_and_what_is_kept_and_offers_nothing(
    cast, leads, her, django_capture_on_commit_callbacks
):
    closed(her)
    erase(her, leads["council"], cast.coordinator, django_capture_on_commit_callbacks)
    tab = browser(cast.coordinator)
    for path in (f"/her/{her}/", f"/her/{her}/safety/", f"/her/{her}/contacts/", f"/her/{her}/held/"):
        answer = tab.get(path)
        assert answer.status_code == 200
        text = re.sub(r"\s+", " ", answer.content.decode())
        assert "Her record was erased" in text
        assert f"Ashmere Partnership erased what it held of her on {clock.day(timezone.now())}" in text
        assert "She had asked for it" in text
        for what, why in erasure.STAYS:
            assert what in text and why in text
        assert str(her) not in text  # no tab, no action, nothing more about her to open
        for offered in WITH_AN_ID.findall(text):
            assert tab.get(offered).status_code == 200, offered
        assert "contact her" not in text.lower() or "nobody contacts her" in text
    for path in (f"/reach/{her}/messages/", f"/reach/{her}/messages/write/", f"/support/{her}/come-back/"):
        answer = tab.get(path)
        assert answer.status_code == 410 and "Her record was erased" in answer.content.decode()
        assert tab.post(path, {"_step": "answers"}).status_code == 410
    with identity.clerk():
        assert not OutgoingMessage.objects.filter(client_id=her).exists()
    assert browser(cast.worker).get(f"/her/{her}/").status_code == 404  # as for everybody who has no sight


def test_the_governance_lead_is_not_asked_to_erase_what_is_erased(
    cast, leads, her, django_capture_on_commit_callbacks
):
    tab = browser(leads["charity"])
    begin = f"/governance/erasing/begin/client/{her}/"
    assert begin in tab.get(f"/her/{her}/held/").content.decode()
    closed(her)
    erase(her, leads["charity"], cast.supervisor, django_capture_on_commit_callbacks)
    text = tab.get(f"/her/{her}/held/").content.decode()
    assert begin not in text and f"/governance/erasing/hold/client/{her}/" not in text
    assert "erased what it held of her" in text


def test_a_charity_that_erased_and_is_with_her_again_is_told_and_offered_nothing_that_fails(
    cast, leads, her, django_capture_on_commit_callbacks
):
    closed(her)
    erase(her, leads["charity"], cast.supervisor, django_capture_on_commit_callbacks)
    with identity.acting(cast.coordinator):
        involving.involve(
            client_id=her,
            organisation_id=cast.worker.organisation_id,
            account_id=cast.worker.account_id,
            kind=InvolvementKind.SUPPORT,
            by=cast.coordinator,
            at=timezone.now(),
        )
    tab = browser(cast.worker)
    for path in (f"/her/{her}/", f"/her/{her}/contacts/", f"/her/{her}/plan/", f"/her/{her}/safety/"):
        answer = tab.get(path)
        text = answer.content.decode()
        assert answer.status_code == 200
        assert "The Willow Centre erased what it held of her" in text
        for shut in (f"/support/{her}/", f"/reach/{her}/", f"/correct/{her}/", f"/bars/{her}/"):
            assert shut not in text, (path, shut)
