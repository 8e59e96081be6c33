"""From assessment to a service's answer, through the pages, as real people who signed in."""

from __future__ import annotations

import re
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from pathways.domain.governance.actors import Actor
from pathways.domain.terms.needs import Domain
from pathways.domain.triage.mechanisms import Mechanism
from pathways.journey import identity
from pathways.records.models import Assessment, Demographics, Involvement, Referral, TriageDecision
from tests.journey import agreed as made
from tests.journey import people

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def cast() -> people.Cast:
    return people.cast()


@pytest.fixture(autouse=True)
def _at_the_time_of_the_story() -> Any:
    with mock.patch("django.utils.timezone.now", return_value=people.NOW):
        yield


def browser(actor: Actor) -> Client:
    """Signed in by the sign-in page."""
    code = {
        "Ashmere Partnership": "council",
        "The Willow Centre": "charity",
        "Harbour Women": "other",
        "Brightpath Training": "company",
        "Ashmere Police": "force",
        "Westmoor Research": "academy",
    }[actor.organisation_name]
    found = Client()
    email = f"{actor.name.lower().replace(' ', '.')}@{code}.test"
    answer = found.post("/account/sign-in/", {"email": email, "password": people.PASSWORD})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return found


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def seen(actor: Actor, model: Any, **wanted: Any) -> Any:
    with identity.acting(actor):
        return model.objects.get(**wanted)


PARTS: dict[str, dict[str, Any]] = {
    "strengths": {"strengths": "She keeps her sister safe.", "her_words": "My own front door."},
    "ladder": {f"rung_{d.value}": "4" for d in Domain}
    | {"rung_housing": "1", "rung_identity": "prefer_not_to_say"},
    "safety": {"immediate_safety": "no"},
    "relationships": {"relationships": "Her sister."},
    "offending": {"offending_how": "not_written", "coercion": "not_yet"},
    "protections": {f"mechanism_{m.value}": "not_needed" for m in Mechanism},
    "equality": {
        "declared_by": "self",
        "ethnicity_scheme": "sde_18_1",
        "ethnicity_sde_18": "A3",
        "area": "elsewhere",
        "lasting_condition": "no",
        "restriction": "not_asked",
        "pregnancy": "unknown",
        "has_children": "yes",
        "is_carer": "not_asked",
        "care_experience": "prefer_not_to_say",
        "interpreter": "no",
        "orientation": "prefer_not_to_say",
        "religion": "muslim",
        "marital_status": "single",
    },
    "judgements": {"need": "medium", "exploitation": "not_yet"},
    "conclusion": {"conclusion": "A home of her own comes first."},
}


def confirm(page: Client, address: str) -> Any:
    check = page.get(f"{address}?check")
    assert check.status_code == 200, check.get("Location")
    token = re.search(r'name="_token" value="([^"]+)"', check.content.decode())
    assert token
    return page.post(address, {"_do": "confirm", "_token": token[1]}, follow=True)


def write(page: Client, her: made.Her, **changes: dict[str, Any]) -> str:
    begun = page.post(f"/assess/{her.client_id}/start/")
    address = begun["Location"]
    for step, answers in PARTS.items():
        answer = page.post(address, {"_step": step, "_do": "continue", **answers, **changes.get(step, {})})
        assert answer.status_code == 302, text(answer)
    return str(address)


# --- assessment ---------------------------------------------------------------------------------


def test_an_assessment_is_written_as_a_task_list_and_completed(cast):
    her = made.agreed(cast)
    page = browser(cast.worker)
    assert "Start the assessment" in text(page.get(f"/assess/{her.client_id}/"))
    address = write(page, her)
    done = confirm(page, address)
    assert "Assessment complete" in text(done) and "provisional" in text(done)
    row = seen(cast.worker, Demographics, client_id=her.client_id)
    assert (row.ethnicity, row.ethnicity_code, row.ethnicity_scheme) == ("bangladeshi", "A3", "sde_18_1")
    assert (row.pregnancy, row.is_carer, row.care_experience) == (
        "unknown",
        "not_asked",
        "prefer_not_to_say",
    )
    read = text(page.get(f"/assess/{her.client_id}/"))
    assert "My own front door." in read and "Not judged yet" in read
    assert "has not been validated" in read


def test_a_draft_survives_leaving_and_nobody_else_sees_it(cast):
    her = made.agreed(cast)
    page = browser(cast.worker)
    address = page.post(f"/assess/{her.client_id}/start/")["Location"]
    page.post(address, {"_step": "strengths", "_do": "save", "strengths": "Half a thought"})
    again = browser(cast.worker)  # another day, another session
    assert "In progress" in text(again.get(address))
    assert "Half a thought" in text(again.get(f"{address}?step=strengths"))
    other = browser(cast.supervisor)
    assert "Half a thought" not in text(other.get(f"{address}?step=strengths"))


def test_before_offending_the_page_reminds_of_the_limits_of_confidentiality(cast):
    her = made.agreed(cast)
    page = browser(cast.worker)
    address = page.post(f"/assess/{her.client_id}/start/")["Location"]
    shown = text(page.get(f"{address}?step=offending"))
    assert "cannot be kept confidential" in shown
    assert "Discussed, not written down" in shown


def test_an_assessment_opened_again_still_holds_its_answers(cast):
    her = made.agreed(cast)
    page = browser(cast.worker)
    address = write(page, her)
    confirm(page, address)
    row = seen(cast.worker, Assessment, client_id=her.client_id)
    page.post(f"/assess/write/{row.id}/reopen/", {"why": "She told me more."})
    assert "You have completed 9 of 9 parts" in text(page.get(address))
    page.post(address, {"_step": "judgements", "_do": "continue", "need": "high", "exploitation": "high"})
    assert "Assessment complete" in text(confirm(page, address))
    assert seen(cast.worker, Assessment, client_id=her.client_id).need == "high"


def test_a_page_about_her_is_not_found_for_those_who_do_not_work_with_her(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    for stranger in (cast.colleague, cast.other_worker):
        assert browser(stranger).get(f"/assess/{her.client_id}/").status_code == 404
    assert browser(cast.spoc).get(f"/assess/{her.client_id}/").status_code == 403
    assert browser(cast.worker).get(f"/triage/{triage_id}/").status_code == 403


# --- triage -------------------------------------------------------------------------------------


def test_the_coordinator_sees_what_is_provisional_and_decides_with_reasons(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her, exploitation=None)
    page = browser(cast.coordinator)
    listed = text(page.get("/triage/"))
    assert "Rosa" in listed and "Provisional" in listed
    shown = text(page.get(f"/triage/{triage_id}/"))
    assert "Provisional" in shown and "It could be" in shown and "Not known" in shown
    assert "has not been validated" in shown
    empty = page.post(f"/triage/{triage_id}/", {"level": "3", "reasons": ""})
    assert empty.status_code == 422 and "Give your reasons" in text(empty)
    assert seen(cast.coordinator, TriageDecision).status == "awaiting"
    done = page.post(f"/triage/{triage_id}/", {"level": "3", "reasons": "Her own words."}, follow=True)
    assert "Level of support decided" in text(done) and "First contact by" in text(done)
    read = text(page.get(f"/triage/{triage_id}/"))
    assert "Her own words." in read and "Triage again" in read


def test_an_assessment_is_returned_to_the_assessor_with_words(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    page = browser(cast.coordinator)
    done = page.post(
        f"/triage/{triage_id}/return/",
        {"reason": "safety_unclear", "words": "Is she at home with him?"},
        follow=True,
    )
    assert "Returned to the assessor" in text(done)
    assert "Is she at home with him?" in text(page.get(f"/triage/{triage_id}/"))
    assert "Continue the assessment" in text(browser(cast.worker).get(f"/assess/{her.client_id}/"))


# --- referral -----------------------------------------------------------------------------------


def refer_her(cast: people.Cast, her: made.Her, organisation_id: Any) -> tuple[Client, Referral]:
    service = made.service(organisation_id)
    page = browser(cast.coordinator)
    address = f"/refer/new/{her.client_id}/"
    assert "Cannot start yet" in text(page.get(address))
    shown = text(page.get(f"{address}?step=service&q=ashmere"))
    assert "Works with housing" in shown
    parts: dict[str, dict[str, Any]] = {
        "service": {"service": str(service.id)},
        "asked": {"needs": ["housing"], "why": "A tenancy of her own."},
        "share": {"share": ["name", "safe_contact", "needs"]},
        "contact": {"contact_note": "Her sister may answer.", "is_checked": "on"},
    }
    for step, answers in parts.items():
        answer = page.post(address, {"_step": step, "_do": "continue", **answers})
        assert answer.status_code == 302, text(answer)
    check = text(page.get(f"{address}?check"))
    assert "The service will not see" in check and "Her address" in check
    done = confirm(page, address)
    assert "Referral sent" in text(done)
    return page, seen(cast.coordinator, Referral)


def test_a_referral_goes_from_the_coordinator_to_the_service_and_its_answer_comes_back(cast):
    her = made.agreed(cast)
    made.triaged(cast, her)
    page, row = refer_her(cast, her, cast.provider.organisation_id)
    service = browser(cast.provider)
    inbox = text(service.get("/refer/"))
    assert "Rosa" in inbox and "Housing" in inbox
    pack = text(service.get(f"/refer/{row.id}/"))
    assert "Her sister may answer." in pack and "from the library" in pack
    for closed in ("Tannery Row", "Marsh", "1994", "Level 2", "sister safe"):
        assert closed not in pack
    taken = service.post(f"/refer/{row.id}/take/", follow=True)
    assert "Accepted" in text(taken)
    with identity.clerk(cast.coordinator):
        assert Involvement.objects.filter(account_id=cast.provider.account_id).count() == 1
    assert "Accepted" in text(page.get(f"/refer/{row.id}/"))


def test_a_decline_takes_two_presses_and_comes_back_with_its_reason(cast):
    her = made.agreed(cast)
    made.triaged(cast, her)
    page, row = refer_her(cast, her, cast.provider.organisation_id)
    service = browser(cast.provider_supervisor)
    assert "No room" in text(service.get(f"/refer/{row.id}/decline/"))
    done = service.post(f"/refer/{row.id}/decline/", {"reason": "full", "words": "Ask in May"}, follow=True)
    assert "Declined" in text(done)
    shown = text(page.get(f"/refer/{row.id}/"))
    assert "the service is full" in shown and "Ask in May" in shown
    assert "Refer her to another service" in shown
    assert "the service is full" in text(page.get("/refer/?tab=refused")).lower()


def test_a_private_company_is_never_offered_what_it_may_not_receive(cast):
    her = made.agreed(cast)
    made.triaged(cast, her)
    service = made.service(cast.provider.organisation_id)
    page = browser(cast.coordinator)
    address = f"/refer/new/{her.client_id}/"
    page.post(address, {"_step": "service", "_do": "continue", "service": str(service.id)})
    shown = text(page.get(f"{address}?step=share"))
    assert "A private company never receives it" in shown
    assert 'value="assessment_summary"' not in shown
    forged = page.post(
        address,
        {"_step": "share", "_do": "continue", "share": ["name", "safe_contact", "assessment_summary"]},
    )
    assert forged.status_code == 422


def test_without_her_agreement_the_page_says_why_she_cannot_be_referred(cast):
    her = made.agreed(cast, has_agreed=False)
    refused = browser(cast.coordinator).get(f"/refer/new/{her.client_id}/")
    assert refused.status_code == 403 and "not agreed" in text(refused)


def test_another_organisations_worker_finds_no_referral(cast):
    her = made.agreed(cast)
    made.triaged(cast, her)
    _, row = refer_her(cast, her, cast.provider.organisation_id)
    stranger = browser(cast.other_worker)
    assert "No referral is waiting" in text(stranger.get("/refer/"))
    for way in ("", "accept/", "decline/", "waiting-list/", "she-declines/"):
        assert stranger.get(f"/refer/{row.id}/{way}").status_code == 404
    assert stranger.post(f"/refer/{row.id}/take/").status_code == 404


def test_police_have_no_page_of_referrals(cast):
    assert browser(cast.police_supervisor).get("/refer/").status_code == 403
    assert browser(cast.spoc).get("/refer/").status_code == 403
