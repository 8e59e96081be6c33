"""Two people with the same form open: the second sees what the first changed, and loses nothing."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from pathways.domain.governance.erasure import Origin, RefusalReason
from pathways.domain.referral.sharing import ShareField
from pathways.domain.terms.needs import Domain
from pathways.domain.terms.people import Role
from pathways.journey import contacts, emptying, erasing, identity, refer
from pathways.records.models import (
    Account,
    CaseNote,
    Contact,
    Episode,
    Erasure,
    FormEdition,
    Organisation,
    SafeContactPlan,
    SafePlace,
    Service,
    Setting,
    TriageDecision,
)
from pathways.web import flow
from tests.journey import agreed as made
from tests.journey import people, women
from tests.journey import reaching_people as reaching
from tests.journey import test_support as support
from tests.web.test_every_address import EVERY

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def cast() -> people.Cast:
    return people.cast()


def signed_in(actor: Any) -> Browser:
    browser = Browser()
    email = Account.objects.values_list("email", flat=True).get(pk=actor.account_id)
    browser.post("/account/sign-in/", {"email": email, "password": people.PASSWORD})
    return browser


def hidden(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.content.decode())
    return found[1] if found else ""


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


class Opened:
    """A form as one person opened it: every post carries what that page carried."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        page = browser.get(url)
        assert page.status_code == 200, (url, page.status_code)
        self.carried = {name: hidden(page, name) for name in ("_token", "_begun")}

    def send(self, given: dict[str, Any], **more: Any) -> Any:
        return self.browser.post(
            self.url, {"_do": "continue", "_step": "answers", **self.carried, **given, **more}
        )

    def settle(self, **choices: str) -> Any:
        return self.browser.post(self.url, {"_do": "settle", **choices})

    def confirm(self) -> Any:
        token = hidden(self.browser.get(f"{self.url}?check"), "_token")
        return self.browser.post(self.url, {"_do": "confirm", "_token": token})

    def save(self, given: dict[str, Any], *, checked: bool) -> None:
        answer = self.send(given)
        assert answer.status_code == 302, text(answer)
        if checked:
            answer = self.confirm()
            assert answer.status_code == 302, text(answer)
        assert "?step" not in answer["Location"] and "?check" not in answer["Location"]


def two(cast: people.Cast, actor: Any) -> tuple[Browser, Browser]:
    """Two people who hold the same role at the same place."""
    place = Organisation.objects.get(id=actor.organisation_id)
    other = people.appoint("Second Person", actor.role, place)
    return signed_in(actor), signed_in(other)


def test_the_settings_of_two_administrators(cast):
    first, second = two(cast, cast.administrator)
    url = reverse("administer:change_settings")
    one, other = Opened(first, url), Opened(second, url)
    given = {
        "name": "Pathways",
        "lapses_after_weeks": "8",
        "least_attempts": "3",
        "first_attempt_days": "2",
        "draft_days": "30",
        "supported_months": "72",
        "never_took_part_months": "12",
        "not_taken_on_months": "6",
    }
    one.save({**given, "name": "Ashmere Pathways", "least_attempts": "4"}, checked=True)
    shown = other.send({**given, "name": "Women’s Pathways"})
    assert shown.status_code == 409
    said = text(shown)
    assert "Adam Administrator saved it" in said and "nothing of yours is lost" in said
    assert "Ashmere Pathways" in said and "Women’s Pathways" in said
    assert other.settle().status_code == 422, "where both changed the same, she has to choose"
    chosen = re.findall(r'name="(take-[^"]+)"', shown.content.decode())
    go_on = other.settle(**dict.fromkeys(chosen, "mine"))
    assert go_on["Location"].endswith("?check")
    assert other.confirm().status_code == 302
    kept = dict(Setting.objects.values_list("key", "value"))
    assert "Women’s Pathways" in kept.values()


def test_what_the_second_did_not_touch_follows_the_record(cast):
    first, second = two(cast, cast.administrator)
    where = Organisation.objects.get(code="charity")
    url = reverse("administer:duty", args=[where.id])
    one, other = Opened(first, url), Opened(second, url)
    one.save({"duty_telephone": "01632 960 001", "duty_email": ""}, checked=False)
    shown = other.send({"duty_telephone": "", "duty_email": "duty@willow.example"})
    assert shown.status_code == 409 and "You did not change this answer" in text(shown)
    again = other.settle()
    page = second.get(again["Location"])
    assert 'value="01632 960 001"' in page.content.decode()
    assert 'value="duty@willow.example"' in page.content.decode()
    reopened = Opened(second, again["Location"])
    reopened.url = url
    reopened.save({"duty_telephone": "01632 960 001", "duty_email": "duty@willow.example"}, checked=False)
    where.refresh_from_db()
    assert (where.duty_telephone, where.duty_email) == ("01632 960 001", "duty@willow.example")


def test_the_second_may_leave_it_as_the_first_saved_it(cast):
    first, second = two(cast, cast.administrator)
    url = reverse("administer:correct_person", args=[cast.worker.account_id])
    one, other = Opened(first, url), Opened(second, url)
    email = Account.objects.get(pk=cast.worker.account_id).email
    one.save({"name": "Wanda Weaver", "email": email}, checked=False)
    shown = other.send({"name": "Wanda Wisher", "email": email})
    assert shown.status_code == 409
    assert second.post(url, {"_do": "discard"}).status_code == 302
    assert Account.objects.get(pk=cast.worker.account_id).name == "Wanda Weaver"


def test_nobody_is_stopped_where_nothing_changed(cast):
    first, second = two(cast, cast.administrator)
    url = reverse("administer:correct_person", args=[cast.worker.account_id])
    Opened(first, url)
    email = Account.objects.get(pk=cast.worker.account_id).email
    Opened(second, url).save({"name": "Wanda W", "email": email}, checked=False)


def test_the_places_and_the_words_of_a_service(cast):
    place = Organisation.objects.get(code="charity")
    made = Service.objects.create(name="Advice", organisation=place, area="Ashmere", capacity=3)
    first, second = two(cast, cast.coordinator)
    url = reverse("directory:places", args=[made.id])
    one, other = Opened(first, url), Opened(second, url)
    one.save({"counted": "yes", "places": "5"}, checked=False)
    shown = other.send({"counted": "yes", "places": "9"})
    assert shown.status_code == 409
    assert all(word in text(shown) for word in ("Cora Coordinator", "5", "9"))


def test_her_safe_contact_plan(cast):
    her = reaching.born(cast)
    now = timezone.now()
    reaching.assigned(cast, her, now)
    place = Organisation.objects.get(id=cast.worker.organisation_id)
    people.appoint("Sue Second", Role.SUPERVISOR, place)
    first, second = signed_in(cast.worker), signed_in(cast.coordinator)
    url = reverse("reach:plan_confirm", args=[her.client_id])
    steps = {
        "how": {"channels": ["text"], "telephone": "07700 900123"},
        "when": {"any_time": "times", "days": ["1"], "start": "10:00", "until": "12:00"},
        "words": {"say": "from the library", "must_not_know": "her partner", "needs_interpreter": "no"},
    }

    def walk(one: Opened, **changed: Any) -> Any:
        for slug, given in steps.items():
            answer = one.send({**given, **changed.get(slug, {})}, _step=slug)
            if answer.status_code != 302:
                return answer
        return one.confirm()

    assert walk(Opened(first, url)).status_code == 302
    one, other = Opened(first, url), Opened(second, url)
    assert walk(one, how={"telephone": "07700 900777"}).status_code == 302
    shown = walk(other, how={"telephone": "07700 900888"})
    assert shown.status_code == 409
    said = text(shown)
    assert "Wanda Worker saved it" in said
    assert all(number in said for number in ("07700 900123", "07700 900777", "07700 900888"))
    with identity.clerk():
        assert SafeContactPlan.objects.filter(client_id=her.client_id, status="confirmed").count() == 1
        assert FormEdition.objects.filter(client_id=her.client_id).exists()


def test_where_she_is_safe(cast):
    her = reaching.born(cast)
    reaching.reached(cast, her, timezone.now())
    first, second = signed_in(cast.worker), signed_in(cast.supervisor)
    url = reverse("reach:place", args=[her.client_id])
    one, other = Opened(first, url), Opened(second, url)
    one.save({"address": "1 Harbour Row", "note": ""}, checked=False)
    shown = other.send({"address": "2 Harbour Row", "note": ""})
    assert shown.status_code == 409 and "1 Harbour Row" in text(shown) and "2 Harbour Row" in text(shown)
    with identity.acting(cast.worker):
        assert [row.address for row in SafePlace.objects.all()] == ["1 Harbour Row"]


def test_a_note_that_two_people_correct(cast):
    her = support.woman(cast, "Rosa", cast.worker)
    with identity.acting(cast.worker) as by:
        note = contacts.write_note(client_id=her.id, body="She is well.", by=by, at=timezone.now()).id
    first, second = signed_in(cast.worker), signed_in(cast.supervisor)
    url = reverse("support:correct_note", args=[note])
    one, other = Opened(first, url), Opened(second, url)
    one.save({"body": "She was well.", "why": "The tense"}, checked=False)
    shown = other.send({"body": "She was very well.", "why": "Precision"})
    assert shown.status_code == 409
    assert "This note has been corrected since" in text(shown) or "She was well." in text(shown)
    assert "She was very well." in shown.content.decode()
    with identity.acting(cast.worker):
        assert CaseNote.objects.count() == 2


def test_a_contact_that_two_people_correct(cast):
    her = support.woman(cast, "Rosa", cast.worker, accepted_by=[cast.worker])
    support.came(her, cast.worker)
    with identity.acting(cast.worker):
        row = Contact.objects.get(recorded_at__isnull=False)
    first, second = signed_in(cast.worker), signed_in(cast.supervisor)
    url = reverse("correct:contact", args=[row.id])
    link = first.get(reverse("support:contacts", args=[her.id])).content.decode()
    assert url in link, "there is a way to it from where the contact is shown"
    when = timezone.localtime(row.happened_at)
    given = {
        "day-day": str(when.day),
        "day-month": str(when.month),
        "day-year": str(when.year),
        "at": f"{when:%H:%M}",
        "mode": row.mode,
        "came": "yes",
        "minutes": "30",
        "why": "It took longer.",
    }
    one, other = Opened(first, url), Opened(second, url)
    one.save(given, checked=False)
    shown = other.send({**given, "minutes": "50", "why": "Longer still."})
    assert shown.status_code == 409
    assert all(words in text(shown) for words in ("30", "50", "Wanda Worker"))
    history = text(first.get(reverse("correct:history", args=[her.id])))
    assert "It took longer." in history and "Minutes" in history
    assert "Corrected" in text(first.get(reverse("support:contacts", args=[her.id])))


def test_a_review_that_two_people_write(cast):
    her = support.woman(cast, "Rosa", cast.worker)
    first, second = signed_in(cast.worker), signed_in(cast.supervisor)
    url = reverse("support:review", args=[her.id])
    one, other = Opened(first, url), Opened(second, url)
    today = timezone.localdate()
    given = {
        "happened_on-day": str(today.day),
        "happened_on-month": str(today.month),
        "happened_on-year": str(today.year),
        "what_changed": "She has a flat.",
        "her_view": "It is good.",
        "plan": "Keep going.",
        "settles": "go_on",
    }
    one.save(given, checked=True)
    shown = other.send({**given, "what_changed": "She has moved."})
    assert shown.status_code == 409
    said = text(shown)
    assert "Wanda Worker saved it" in said and "She has a flat." in said and "She has moved." in said
    go_on = other.settle()
    assert go_on["Location"].endswith("?check")
    assert other.confirm().status_code == 302, "both reviews can stand"


def test_a_referral_that_one_accepts_and_another_declines(cast):
    her = made.agreed(cast)
    made.triaged(cast, her)
    service = made.service(cast.worker.organisation_id)
    with identity.acting(cast.coordinator) as by:
        sent = refer.send(
            client_id=her.client_id,
            service_id=service.id,
            needs=[Domain.HOUSING],
            why="A home",
            fields=(ShareField.NAME, ShareField.SAFE_CONTACT),
            by=by,
            at=timezone.now(),
        )
    assert sent, sent.reason
    first, second, third = (signed_in(one) for one in (cast.worker, cast.supervisor, cast.colleague))
    one = Opened(first, reverse("refer:accept", args=[sent.id]))
    other = Opened(second, reverse("refer:decline", args=[sent.id]))
    blind = Opened(third, reverse("refer:decline", args=[sent.id]))
    one.save({"worker": str(cast.worker.account_id)}, checked=False)
    shown = other.send({"reason": "full", "words": "Ask again in May"})
    assert shown.status_code == 409
    said = text(shown)
    assert "Wanda Worker saved it" in said and "Accept this referral" in said
    assert "Ask again in May" in said and "kept as a draft" in said
    shown = blind.send({"reason": "full", "words": "Perhaps in June"})
    said = text(shown)
    assert shown.status_code == 409 and "Perhaps in June" in said and "A colleague has finished" in said
    main = said.split("Support worker")[1]
    assert "Accept this referral" not in main and "Wanda Worker saved" not in main


def decided_by_two(cast, *, read_blind: int) -> str:
    """What the second reads of a level that the first decided; of a hundred so many are read blind."""
    rates = {"value": {"2": read_blind}, "changed_at": timezone.now()}
    Setting.objects.update_or_create(key="triage.drawn_of_a_hundred", defaults=rates)
    her = made.agreed(cast)
    made.assessed(cast, her)
    with identity.acting(cast.coordinator):
        row = TriageDecision.objects.get(client_id=her.client_id)
    first, second = two(cast, cast.coordinator)
    url = reverse("triage:decide", args=[row.id])
    one, other = Opened(first, url), Opened(second, url)
    one.save({"level": "2", "reasons": "Her own words."}, checked=False)
    shown = other.send({"level": "3", "reasons": "Less is enough.", "otherwise": "She needs more."})
    assert shown.status_code == 409
    with identity.acting(cast.coordinator):
        assert TriageDecision.objects.get(pk=row.pk).level == 2
    return text(shown)


def test_a_level_that_two_coordinators_decide(cast):
    said = decided_by_two(cast, read_blind=0)
    assert "Cora Coordinator saved it" in said and "Her own words." in said and "Less is enough." in said


def test_who_is_drawn_to_read_a_level_blind_is_not_shown_it_by_the_page_on_which_she_was_deciding(cast):
    said = decided_by_two(cast, read_blind=100)
    assert "it is no longer before you" in said and "Less is enough." in said
    assert "Cora Coordinator saved it" not in said and "Her own words." not in said


def test_a_request_to_erase_that_one_checks_and_another_refuses(cast):
    her, episode = women.born(cast, worker=cast.worker, notes=1)
    with identity.clerk(cast.coordinator):
        ended = {"status": "closed", "closed_at": timezone.now(), "outcome": "moved_on"}
        Episode.objects.filter(id=episode).update(**ended)
    lead = people.appoint("Gwen Lead", Role.GOVERNANCE_LEAD, Organisation.objects.get(code="charity"))
    with identity.acting(lead) as by:
        said = erasing.request(
            subject=emptying.Subject(lead.organisation_id, client_id=her),
            origin=Origin.SHE_ASKED,
            asked_on=timezone.localdate(),
            words="",
            by=by,
            at=timezone.now(),
        )
    assert said, said.reason
    first, second = two(cast, lead)
    one = Opened(first, reverse("governance:check", args=[said.id]))
    other = Opened(second, reverse("governance:refuse", args=[said.id]))
    one.save({"looked": "on"}, checked=False)
    shown = other.send({"reason": RefusalReason.LEGAL_DUTY.value, "words": "A court has asked for it."})
    assert shown.status_code == 409
    assert "Gwen Lead saved it" in text(shown) and "A court has asked for it." in text(shown)
    with identity.acting(lead):
        assert Erasure.objects.get().status == "checked"


def test_what_a_form_was_begun_from_cannot_be_made_up(cast):
    """Else somebody who works with nobody here could ask of each woman whether a form of hers was saved."""
    her = reaching.born(cast)
    reaching.reached(cast, her, timezone.now())
    first = signed_in(cast.worker)
    url = reverse("reach:place", args=[her.client_id])
    one = Opened(first, url)
    shown_to_her = one.carried["_begun"]
    one.save({"address": "1 Harbour Row", "note": ""}, checked=False)
    with identity.clerk():
        edition = FormEdition.objects.get(client_id=her.client_id, key__startswith="reach:place")
    beside = signed_in(cast.colleague)  # of the same organisation, and works with her in nothing
    nowhere = reverse("reach:place", args=[edition.id])
    made_up = f"{'0' * 32}.{uuid.uuid4()}"
    for begun in (shown_to_her, made_up, f"{'0' * 32}.-", "-.-", "O\x00Neill", "x" * 999):
        given = {"_begun": begun, "_step": "answers", "_do": "continue", "address": "2", "note": ""}
        hidden_one, absent = beside.post(url, given), beside.post(nowhere, given)
        assert hidden_one.status_code == absent.status_code == 404, begun
        assert text(hidden_one) == text(absent)
    for begun in ("O\x00Neill", made_up):  # of her own making it is as if none had come
        answer = first.post(url, {"_begun": begun, "_step": "answers", "address": "3", "note": ""})
        assert answer.status_code == 302


#: Every form that changes or decides something that is there, and how it is covered. A form that is in
#: neither list fails this test: say of a new form what happens when two people have it open.
ADDS = {
    "administer:add_organisation", "administer:appoint", "administer:add_agreement", "bars:conflict",
    "considering:ask",
    "bars:keep_out", "directory:add", "emergency:ask", "governance:put_hold_client",
    "governance:put_hold_door", "governance:request_client", "governance:request_door",
    "panel:decide", "panel:series", "panel:step_back", "panel:ask_for", "panel:put_on",
    "doors:new", "doors:tell_police", "messages:reply", "messages:from_police", "police:flag",
    "police:flag_again", "reach:attempt", "reach:write", "refer:new", "support:contact", "support:note",
    "support:plan_contact", "support:group", "support:goal", "support:rate", "support:cover",
    "support:cover_her", "measures:fill", "measures:result",
    "evaluate:ask_release", "evaluate:review_release", "evaluate:add_template",
    "evaluate:lab_draw", "evaluate:lab_say", "evaluate:add_notice", "reach:told_record",
    "reach:keep_disposal",
    "evaluate:add_price", "evaluate:take_in_prices", "evaluate:put_price", "evaluate:published_finding",
    "plan:add_node", "plan:add_link", "plan:take_in", "plan:add_measure", "plan:add_record",
    "partners:begin", "partners:answer", "interviews:keep", "interviews:code", "interviews:quote",
}  # fmt: skip


def flows() -> dict[str, type[flow.Flow]]:
    found = {}
    for route, entry in EVERY:
        view = getattr(entry.callback, "view_class", None)
        if view is not None and issubclass(view, flow.Flow):
            area = route.strip("/").split("/")[0]
            space = {"her": "herpage"}.get(area, area)
            found[f"{space}:{entry.name}"] = view
    return found


def test_of_every_form_it_is_said_what_happens_when_two_have_it_open():
    said = {name: view.effect for name, view in flows().items()}
    assert {name for name, effect in said.items() if effect == "adds"} == ADDS
