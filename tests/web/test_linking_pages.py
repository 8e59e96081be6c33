"""Known already? in both doors' forms, and the review of pairs, through the pages that people open."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from pathways.domain.identification.linking import Status
from pathways.journey import identity, linking
from pathways.records.models import AccessEvent, Nominal, PolicePair, ReferralIn, SupportPair
from tests.journey import people
from tests.journey.test_linking import BORN, PLACE, named, woman
from tests.web.test_doors_pages import SIGNS, WAYS, WHO, WHY, signed_in, walk

pytestmark = pytest.mark.django_db

HER = {**WHO, "given_names": "Katie", "surname": "Wojcik"}
DOOR = {"age": "born", "born-day": "4", "born-month": "3", "born-year": "1990", "called": "Katie",
        "given_names": "Katherine", "surname": "Wojcik"}  # fmt: skip
DOOR_WHY = {"route": "self", "she_knows": "yes", "why": "Somewhere safe."}


@pytest.fixture
def cast():
    return people.cast()


def test_police_are_shown_their_own_record_while_they_type_and_on_continue(cast) -> None:
    named(cast.spoc, "Katherine", "Wojcik", BORN)
    browser = signed_in(cast.spoc)
    page = browser.get("/police/flag/").content.decode()
    assert 'hx-post="/linking/known/"' in page
    typed = browser.post("/linking/known/", HER)
    assert "Katherine Wojcik" in typed.content.decode() and "Probably her" in typed.content.decode()
    answer = browser.post("/police/flag/", {"_do": "continue", "_step": "who", **HER})
    assert answer["Location"].endswith("?step=known")
    page = browser.get("/police/flag/?step=known").content.decode()
    assert "Katherine Wojcik, born 4 March 1990" in page and "none of these is her" in page


def test_a_flag_goes_on_as_her_record_or_as_another(cast) -> None:
    nominal = named(cast.spoc, "Katherine", "Wojcik", BORN)
    browser = signed_in(cast.spoc)
    who = {**HER, "born-year": "1990"}
    said = walk(browser, "/police/flag/", who=who, known={"known": str(nominal)}, why=WHY, signs=SIGNS)
    assert "Flag received" in said
    said = walk(browser, "/police/flag/", who=who, known={"known": "none"}, why=WHY, signs=SIGNS)
    assert "Flag received" in said
    with identity.acting(cast.spoc) as by:
        assert Nominal.objects.count() == 3
        (same,) = linking.same_person(nominal_id=nominal, by=by)
        row = PolicePair.objects.get()
        assert row.status == Status.JOINED.value and row.decided_by_id == cast.spoc.account_id
        flag = same.flag_id
    page = browser.get(f"/police/{flag}/").content.decode()
    assert "Other records of hers" in page and f"/linking/{row.id}/" in page


def test_a_woman_nobody_knows_costs_no_page_more(cast) -> None:
    browser = signed_in(cast.spoc)
    said = walk(browser, "/police/flag/", who=HER, why=WHY, signs=SIGNS)
    assert "Flag received" in said


def test_an_officer_is_shown_nobody_and_told_who_looks(cast) -> None:
    named(cast.spoc, "Katherine", "Wojcik", BORN)
    browser = signed_in(cast.officer)
    page = browser.get("/police/flag/").content.decode()
    assert "hx-post" not in page and "single point of contact sees whether" in page
    assert browser.post("/linking/known/", HER).status_code == 403
    answer = browser.post("/police/flag/", {"_do": "continue", "_step": "who", **HER})
    assert answer["Location"].endswith("?step=why")


def test_at_the_door_she_who_is_known_is_not_brought_again(cast) -> None:
    hers = woman(cast.coordinator, "Katherine", "Wojcik", BORN)
    browser = signed_in(cast.coordinator)
    answer = browser.post("/doors/new/", {"_do": "continue", "_step": "who", **DOOR})
    assert answer["Location"].endswith("?step=known")
    answer = browser.post("/doors/new/", {"_do": "continue", "_step": "known", "known": str(hers)})
    assert answer["Location"] == f"/her/{hers}/"
    with identity.acting(cast.coordinator):
        assert not ReferralIn.objects.exists()
    # what was typed is there still
    assert 'value="Wojcik"' in browser.get("/doors/new/").content.decode()
    said = walk(browser, "/doors/new/", who=DOOR, known={"known": "none"}, ways=WAYS, why=DOOR_WHY)
    assert "Received at the door" in said


def test_a_worker_is_shown_only_women_she_works_with(cast) -> None:
    woman(cast.coordinator, "Katherine", "Wojcik", BORN)
    browser = signed_in(cast.worker)
    answer = browser.post("/doors/new/", {"_do": "continue", "_step": "who", **DOOR})
    assert answer["Location"].endswith("?step=ways")
    assert "Nobody like her" in browser.post("/linking/known/", DOOR).content.decode()


def test_a_child_is_turned_away_before_anybody_is_looked_for(cast) -> None:
    named(cast.spoc, "Katherine", "Wojcik", BORN)
    browser = signed_in(cast.spoc)
    answer = browser.post("/police/flag/", {"_do": "continue", "_step": "who", **HER, "age": "child"})
    assert answer["Location"] == "/police/flag/under-18/"


def test_made_up_choices_are_refused(cast) -> None:
    named(cast.spoc, "Katherine", "Wojcik", BORN)
    other = named(cast.spoc, "Joan", "Price", None)
    browser = signed_in(cast.spoc)
    browser.post("/police/flag/", {"_do": "continue", "_step": "who", **HER})
    answer = browser.post("/police/flag/", {"_do": "continue", "_step": "known", "known": str(other)})
    assert answer.status_code == 422


def _run(actor) -> None:
    browser = signed_in(actor)
    assert "asked for" in browser.post("/linking/", follow=True).content.decode()
    assert "Waiting to begin" in browser.get("/linking/progress/").content.decode()
    linking.run_waiting(at=timezone.now() + timedelta(minutes=1))


def test_a_pair_is_looked_at_decided_and_parted(cast) -> None:
    for n in range(2):
        named(cast.spoc, "Sarah", "Price", BORN.replace(day=3 + 10 * n))
    _run(cast.spoc)
    browser = signed_in(cast.analyst)
    assert "pairs of records to look at" in browser.get("/").content.decode()
    page = browser.get("/linking/").content.decode()
    address = re.search(r"/linking/[0-9a-f-]{36}/", page)[0]
    with identity.sealing():
        before = AccessEvent.objects.count()
    page = browser.get(address).content.decode()
    with identity.sealing():
        assert AccessEvent.objects.count() == before + 1
    assert "<svg" in page and "One figure of the date differs" in page and "<table" in page
    said = browser.post(f"{address}decide/", {"_do": "continue", "decided": "join", "why": ""})
    assert said.status_code == 422 and "Say why you think so" in said.content.decode()
    said = browser.post(
        f"{address}decide/",
        {"_do": "continue", "decided": "join", "why": "One date is a slip."},
        follow=True,
    )
    assert "Decision recorded" in said.content.decode()
    assert "One date is a slip." in browser.get(address).content.decode()
    said = browser.post(f"{address}part/", {"_do": "continue", "why": "Cousins."}, follow=True)
    assert "The records are parted" in said.content.decode()
    page = browser.get(address).content.decode()
    assert "Cousins." in page and "What became of this pair" in page


def test_womens_records_lead_to_the_joining_that_there_is(cast) -> None:
    one = woman(cast.coordinator, "Katherine", "Wojcik", BORN, address=PLACE)
    other = woman(cast.coordinator, "Katherine", "Wojcik", BORN, n=1, address=PLACE)
    _run(cast.coordinator)
    browser = signed_in(cast.coordinator)
    with identity.acting(cast.coordinator):
        row = SupportPair.objects.get()
    page = browser.get(f"/linking/{row.id}/").content.decode()
    first, second = sorted((one, other))
    assert f"/joining/{first}/with/{second}/" in page and f"/joining/{first}/with/{second}/apart/" in page
    assert browser.get(f"/linking/{row.id}/decide/").status_code == 403
    browser.post(f"/linking/{row.id}/not-known/", follow=True)
    with identity.acting(cast.coordinator):
        row.refresh_from_db()
        assert row.status == Status.UNKNOWN.value


def test_no_role_but_those_who_judge_opens_the_list(cast) -> None:
    for actor in cast:
        judges = actor.role.value in ("coordinator", "police_spoc", "police_analyst")
        assert signed_in(actor).get("/linking/").status_code == (200 if judges else 403)


def test_the_list_where_a_run_is_begun_is_linked_also_when_no_pair_waits(cast) -> None:
    for who in (cast.spoc, cast.coordinator):
        assert 'href="/linking/"' in signed_in(who).get("/").content.decode()
    assert 'href="/linking/"' in signed_in(cast.spoc).get("/police/").content.decode()
