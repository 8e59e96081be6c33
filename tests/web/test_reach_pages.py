"""Reaching her, stopping and messages, through the pages that people open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from pathways.domain.reach.agreement import Condition, ReturnField
from pathways.journey import contact_plan, identity, messages
from pathways.records.models import (
    Account,
    Approach,
    Message,
    OutgoingMessage,
    SafeContactPlan,
    SharingAgreement,
    Stop,
)
from tests.journey import people
from tests.journey import reaching_people as women

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return people.cast()


@pytest.fixture
def her(cast):
    return women.born(cast, at=timezone.now())


def signed_in(actor) -> Browser:
    browser = Browser()
    email = Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
    browser.post("/account/sign-in/", {"email": email, "password": people.PASSWORD})
    return browser


def at_any_time(cast, her):
    """Her own plan, open at every hour, so that the tests do not depend on when they run."""
    with identity.acting(cast.worker) as by:
        ways = contact_plan.Ways(
            channels=women.WAYS.channels,
            is_any_time=True,
            must_not_know=("her partner",),
            telephone="07700 900123",
        )
        assert contact_plan.confirm(client_id=her.client_id, ways=ways, by=by, at=timezone.now())


def press(browser, url, **given):
    """Sends a one-page form and follows to its receipt."""
    page = browser.get(url)
    assert page.status_code == 200, page.status_code
    token = page.content.decode().split('name="_token" value="')[1].split('"')[0]
    return browser.post(url, {"_do": "continue", "_step": "answers", "_token": token, **given}, follow=True)


def test_the_coordinator_assigns_and_the_worker_tries_and_reaches_her(cast, her):
    coordinator, worker = signed_in(cast.coordinator), signed_in(cast.worker)
    assert "Rosa" in coordinator.get("/reach/").content.decode()
    receipt = press(
        coordinator,
        reverse("reach:assign", args=[her.client_id]),
        worker=f"{cast.worker.account_id}:{cast.worker.organisation_id}",
    )
    assert "Approach assigned" in receipt.content.decode()
    assert "Rosa" in worker.get("/reach/").content.decode()
    with identity.clerk():
        Approach.objects.update(assigned_at=timezone.now() - timedelta(hours=1))
        approach = Approach.objects.get()
    url = reverse("reach:approach", args=[approach.id])
    assert "Nobody has tried yet" in worker.get(url).content.decode()
    local = timezone.localtime(timezone.now(), timezone.get_fixed_timezone(0)) - timedelta(minutes=5)
    given = {
        "began": "we",
        "channel": "call",
        "result": "no_answer",
        "day-day": local.day,
        "day-month": local.month,
        "day-year": local.year,
        "clock": f"{local:%H:%M}",
    }
    attempt = reverse("reach:attempt", args=[approach.id])
    assert "Attempt recorded" in press(worker, attempt, **given).content.decode()
    early = press(worker, attempt, **{**given, "day-year": local.year - 1})
    assert early.status_code == 422
    assert "before her approach was assigned" in early.content.decode()
    blocked = press(worker, attempt, **{**given, "channel": "letter"})
    assert blocked.status_code == 409
    assert "not in her safe-contact plan" in blocked.content.decode()
    assert "She was reached" in press(worker, attempt, **{**given, "result": "reached"}).content.decode()
    assert "Record her agreement" in worker.get(url).content.decode()


def test_a_worker_goes_through_the_plan_with_her(cast, her):
    women.assigned(cast, her, timezone.now())
    worker = signed_in(cast.worker)
    url = reverse("reach:plan_confirm", args=[her.client_id])
    steps = {
        "how": {"channels": ["text"], "telephone": "07700 900123"},
        "when": {"any_time": "times", "days": ["1"], "start": "10:00", "until": "12:00"},
        "words": {"say": "from the library", "must_not_know": "her partner", "needs_interpreter": "no"},
    }
    for slug, given in steps.items():
        page = worker.post(f"{url}?step={slug}", {"_do": "continue", "_step": slug, **given})
        assert page.status_code == 302, page.content.decode()[:2000]
    check = worker.get(f"{url}?check").content.decode()
    token = check.split('name="_token" value="')[1].split('"')[0]
    assert (
        "Her plan is confirmed"
        in worker.post(url, {"_do": "confirm", "_token": token}, follow=True).content.decode()
    )
    shown = worker.get(reverse("reach:plan", args=[her.client_id])).content.decode()
    assert "Text only, Tuesday 10 to 12, say you are from the library" in shown
    again = worker.post(reverse("reach:plan_again", args=[her.client_id]), follow=True)
    assert "Confirmed with her today" in again.content.decode()
    press(worker, reverse("reach:plan_changed", args=[her.client_id]), change="telephone")
    with identity.clerk():
        assert SafeContactPlan.objects.filter(status="lapsed").exists()


def test_a_message_is_written_sent_by_hand_and_ticked_off_and_after_a_stop_none_is(cast, her):
    women.agreed(cast, her, timezone.now())
    at_any_time(cast, her)
    worker = signed_in(cast.worker)
    write = reverse("reach:write", args=[her.client_id])
    given = {"channel": "text", "purpose": "appointment", "body": "See you on Tuesday?"}
    assert "Send it by hand" in press(worker, write, **given).content.decode()
    with identity.clerk():
        row = OutgoingMessage.objects.get()
    assert "Ticked off" in worker.post(reverse("reach:sent", args=[row.id]), follow=True).content.decode()
    told = press(worker, write, **{**given, "body": "Your police worker"})
    assert told.status_code == 409
    assert "Leave out: police" in told.content.decode()
    stop = reverse("reach:stop", args=[her.client_id])
    stopped = press(worker, stop, kind="pause", asked_by="her", reason="", words="")
    assert "All contact has stopped" in stopped.content.decode()
    with identity.clerk():
        assert Stop.objects.get().kind == "pause"
    assert press(worker, write, **given).status_code == 409
    assert (
        "Nothing can go to her now"
        in worker.get(reverse("reach:messages", args=[her.client_id])).content.decode()
    )
    start = reverse("reach:start_again", args=[her.client_id])
    assert "Contact may start again" in press(worker, start, she_asked="on").content.decode()


def test_a_stop_notice_is_read_and_acknowledged_by_the_company(cast, her):
    women.with_provider(cast, her)
    provider = signed_in(cast.provider)
    press(provider, reverse("reach:stop", args=[her.client_id]), kind="pause", asked_by="her")
    with identity.clerk():
        notice = Message.objects.get(to_organisation_id=cast.provider.organisation_id)
    url = reverse("messages:read", args=[notice.id])
    assert "We have stopped all contact" in provider.get(url).content.decode()
    assert (
        "We have stopped all contact"
        not in provider.post(url, {"do": "acknowledge"}, follow=True).content.decode()
    )


def test_police_write_to_the_coordinator_who_passes_on_her_own_words(cast, her):
    women.assigned(cast, her, timezone.now())
    spoc, coordinator, worker = (signed_in(one) for one in (cast.spoc, cast.coordinator, cast.worker))
    sent = press(spoc, reverse("messages:from_police", args=[her.consideration_id]), body="Operation Larch")
    assert "Sent to the coordinator" in sent.content.decode()
    with identity.clerk():
        row = Message.objects.get()
    url = reverse("messages:read", args=[row.id])
    assert "Operation Larch" in coordinator.get(url).content.decode()
    assert worker.get(url).status_code == 404
    passed = press(
        coordinator,
        reverse("messages:pass_on", args=[row.id]),
        worker=str(cast.worker.account_id),
        words="Take care on Friday.",
    )
    assert "Passed on" in passed.content.decode()
    inbox = worker.get("/messages/").content.decode()
    assert "From the coordinator" in inbox
    answered = coordinator.post(url, {"do": messages.Answer.READ.value}, follow=True)
    assert answered.status_code == 200
    assert "Answer" in spoc.get("/messages/").content.decode()


def test_the_return_is_shown_whole_before_it_crosses(cast, her):
    women.agreed(
        cast,
        her,
        timezone.now(),
        condition=Condition.CONDITIONAL_CAUTION,
        returns=frozenset({ReturnField.STARTED}),
        return_to=cast.spoc.organisation_id,
        return_reference="CC/2026/17",
    )
    SharingAgreement.objects.all().delete()
    page = signed_in(cast.coordinator).get(reverse("reach:return", args=[her.client_id])).content.decode()
    assert "CC/2026/17" in page
    assert "No sharing agreement" in page
    assert signed_in(cast.worker).get(reverse("reach:return", args=[her.client_id])).status_code == 403


NAMES = ["plan", "agreement", "messages", "write", "stop", "place", "plan_confirm", "plan_not_safe"]


@pytest.mark.parametrize("name", NAMES)
def test_whoever_does_not_work_with_her_finds_nothing(cast, her, name):
    women.assigned(cast, her, timezone.now())
    url = reverse(f"reach:{name}", args=[her.client_id])
    assert signed_in(cast.worker).get(url).status_code == 200
    assert signed_in(cast.colleague).get(url).status_code == 404
    assert signed_in(cast.spoc).get(url).status_code == 403
    assert signed_in(cast.administrator).get(url).status_code == 403
