"""Triage in the open, through the pages: the policy’s table, readings, telling her, watching, what if."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pathways.analysis import triage as tables
from pathways.domain.terms.people import Role
from pathways.domain.triage.assessment import ImmediateSafety
from pathways.domain.triage.levels import Level
from pathways.journey import identity, triage, triage_policy, triage_record
from pathways.records.models import Organisation, Setting, TriageDecision, TriagePolicy, TriageReading
from tests.journey import agreed as made
from tests.journey import people
from tests.journey.people import NOW
from tests.web.test_assess_triage_refer_pages import browser, confirm, text

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def cast():
    return people.cast()


@pytest.fixture(autouse=True)
def _at_the_time_of_the_story(cast):
    TriagePolicy.objects.filter(is_default=True).update(from_at=NOW - timedelta(days=300))
    none = {str(level.value): 0 for level in Level}
    Setting.objects.create(key="triage.drawn_of_a_hundred", value=none, changed_at=NOW)
    with mock.patch("django.utils.timezone.now", return_value=NOW):
        yield


def table(page, key):
    """The form of the table as the page has it, to be sent again changed."""
    html = page.get(f"/triage/policy/{key}/table/").content.decode()
    sent = {}
    for found in re.finditer(r"<input[^>]*>", html):
        tag = found[0]
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and 'type="file"' not in tag and name[1] != "csrfmiddlewaretoken":
            sent.setdefault(name[1], []).append(value[1] if value else "")
    for found in re.finditer(r'<select[^>]*name="(r\d+\.level)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'<option value="(\d)" selected', found[2])
        sent[found[1]] = [chosen[1] if chosen else ""]
    return sent


def begun(cast):
    page = browser(cast.coordinator)
    answer = page.post("/triage/policy/draft/")
    return page, answer["Location"].split("/")[3]


def test_a_draft_is_edited_as_a_table_proved_and_put_into_force_by_two(cast):
    page, key = begun(cast)
    sent = table(page, key)
    row = next(name for name, value in sent.items() if value == ["N6"] and name.endswith(".id"))
    sent[row.replace(".id", ".level")] = ["3"]
    sent["version"] = ["2026.7"]
    answer = page.post(f"/triage/policy/{key}/table/", {**sent, "_do": "save"}, follow=True)
    assert "taken by exactly one rule" in text(answer)
    assert "Rule N6" in text(answer) and "What differs from" in text(answer)
    assert f'href="/triage/policy/{key}/put-forward/"' in answer.content.decode()
    day = {"starts_on_0": "3", "starts_on_1": "11", "starts_on_2": "2026"}
    forward = page.get(f"/triage/policy/{key}/put-forward/").content.decode()
    names = dict.fromkeys(re.findall(r'name="(starts_on[^"]*)"', forward))
    answer = page.post(
        f"/triage/policy/{key}/put-forward/",
        {**dict(zip(names, day.values(), strict=True)), "_do": "continue"},
        follow=True,
    )
    assert "Somebody else approves it" in text(answer)
    assert page.post(f"/triage/policy/{key}/approve/", {"sure": "on"}).status_code in (403, 409)
    second = browser(cast.governance)
    assert "Approve it" in text(second.get(f"/triage/policy/{key}/"))
    answer = second.post(f"/triage/policy/{key}/approve/", {"sure": "on", "_do": "continue"}, follow=True)
    assert "in force from this moment" in text(answer)
    assert triage_policy.in_force(NOW).version == "2026.7"


def test_a_gap_is_named_with_an_example_and_what_cannot_be_read_is_not_lost(cast):
    page, key = begun(cast)
    sent = table(page, key)
    row = next(name for name, value in sent.items() if value == ["N8"] and name.endswith(".id"))
    gone = {name: [""] for name in sent if name.startswith(row.split(".")[0] + ".")}
    answer = page.post(f"/triage/policy/{key}/table/", {**sent, **gone, "_do": "save-on"}, follow=True)
    assert "Gap." in text(answer) and "No rule takes: need high" in text(answer)
    wrong = {**sent, row.replace(".id", ".need"): ["huge"], "note": ["Why I do it"]}
    answer = page.post(f"/triage/policy/{key}/table/", {**wrong, "_do": "save-on"})
    assert answer.status_code == 422
    assert "Rule N8, “Need”" in text(answer) and 'value="huge"' in text(answer)
    assert "Why I do it" in text(answer)


def test_everything_that_cannot_be_read_is_said_at_once_as_the_page_calls_it(cast):
    page, key = begun(cast)
    sent = table(page, key)
    row = next(name for name, value in sent.items() if value == ["N8"] and name.endswith(".id"))
    wrong = {
        **sent,
        row.replace(".id", ".need"): ["huge"],
        "l2.review_weeks": ["abc"],
        "l3.first_contact_days": ["-2"],
    }
    answer = page.post(f"/triage/policy/{key}/table/", {**wrong, "_do": "save-on"})
    said = text(answer)
    assert answer.status_code == 422
    assert "Rule N8, “Need”" in said
    assert "Level 2: Targeted, “Looked at again after weeks”: &#x27;abc&#x27; is not a whole number" in said
    assert "“First contact within working days”: &#x27;-2&#x27; is not" in said
    assert 'href="#l2-weeks"' in said and "“review_weeks”" not in said


def test_a_table_that_contradicts_itself_is_saved_with_a_warning_and_not_as_done(cast):
    page, key = begun(cast)
    sent = table(page, key)
    row = next(name for name, value in sent.items() if value == ["N6"] and name.endswith(".id"))
    sent[row.replace(".id", ".exploitation")] = [""]
    answer = page.post(f"/triage/policy/{key}/table/", {**sent, "_do": "save-on"}, follow=True)
    assert "Saved as a draft only: it cannot be put forward" in text(answer)
    assert "govuk-notification-banner--success" not in text(answer)


def test_a_policy_is_not_asked_of_against_itself(cast):
    page = browser(cast.coordinator)
    key, _ = triage_policy.now_in_force(NOW)
    answer = page.post("/triage/what-if/", {"from": str(key), "to": str(key)})
    assert answer.status_code == 422 and "the two are the same" in text(answer)
    _, draft = begun(cast)
    assert "say the same, rule for rule" in text(page.get("/triage/what-if/", {"to": draft}))


def test_a_fact_is_added_and_left_out_without_a_script(cast):
    page, key = begun(cast)
    sent = {**table(page, key), "add_fact": "open_needs"}
    page.post(f"/triage/policy/{key}/table/", {**sent, "_do": "add"})
    assert "open_needs" in TriagePolicy.objects.get(id=key).body["inputs"]
    page.post(f"/triage/policy/{key}/table/", {**table(page, key), "_do": "drop:open_needs"})
    assert "open_needs" not in TriagePolicy.objects.get(id=key).body["inputs"]


@pytest.mark.parametrize("kind", ["json", "xlsx", "ods", "csv"])
def test_a_version_comes_back_from_its_own_file(cast, kind, tmp_path):
    page, key = begun(cast)
    before = triage_policy.in_force(NOW)
    content = page.get(f"/triage/policy/{key}/file/{kind}/").content
    if kind != "csv":  # the same file is read by the command line
        path = tmp_path / f"policy.{kind}"
        path.write_bytes(content)
        assert tables.read_policy(path).boxes == before.boxes
    file = SimpleUploadedFile(f"policy.{kind}", content)
    answer = page.post(
        f"/triage/policy/{key}/table/", {**table(page, key), "_do": "upload", "file": file}, follow=True
    )
    assert answer.status_code == 200, text(answer)[:2000]
    with identity.acting(cast.coordinator):
        found = triage_policy.page(version_id=key, by=cast.coordinator, at=NOW)
    assert found.policy.boxes == before.boxes and found.problem == ""
    assert found.differences == ()


def test_a_file_that_is_no_policy_says_where_and_changes_nothing(cast):
    page, key = begun(cast)
    body = TriagePolicy.objects.get(id=key).body
    rules = io.BytesIO(b"id,need,exploitation,immediate_safety,level,because\nX,huge,,,3,So\n")
    file = SimpleUploadedFile("rules.csv", rules.getvalue())
    answer = page.post(f"/triage/policy/{key}/table/", {**table(page, key), "_do": "upload", "file": file})
    assert answer.status_code == 422
    assert "row 2" in text(answer) and "column need" in text(answer)
    assert TriagePolicy.objects.get(id=key).body == body


def test_levels_are_read_told_and_looked_at_again(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    with identity.acting(cast.coordinator):
        triage.decide(
            triage_id=triage_id,
            level=Level.ADVICE,
            reasons="She said so.",
            otherwise="She wants advice alone.",
            by=cast.coordinator,
            at=NOW,
        )
    mine = browser(cast.coordinator)
    assert "Level 0: before she is closed off" in text(mine.get("/triage/readings/"))
    worker = browser(cast.worker)
    why = text(worker.get(f"/triage/{triage_id}/why/"))
    assert "Not yet agreed by a second reader: do not tell her yet" in why
    assert "She said so." not in why and f"/triage/{triage_id}/why/told/" not in why
    told = {"how": "in_person", "_do": "continue"}
    assert worker.post(f"/triage/{triage_id}/why/told/", told).status_code == 403
    assert "do not tell her yet" in text(worker.get(f"/her/{her.client_id}/assessment/"))
    assert "do not tell her yet" in text(mine.get(f"/triage/{triage_id}/"))
    answer = worker.post(
        f"/triage/{triage_id}/another-look/", {"her_words": "No.", "_do": "continue"}, follow=True
    )
    assert "looks at it by" in text(answer)
    with identity.clerk():
        exit_reading = TriageReading.objects.get(triage_id=triage_id, why="exit")
        assert exit_reading.reader_id == cast.chair.account_id
    chair = browser(cast.chair)
    seen = text(chair.get(f"/triage/readings/{exit_reading.id}/"))
    assert "She said so." in seen and "Rosa" not in seen
    answer = chair.post(
        f"/triage/readings/{exit_reading.id}/read/",
        {"level": "0", "because": "As she wants.", "_do": "continue"},
        follow=True,
    )
    assert "closed off" in text(answer)
    why = text(worker.get(f"/triage/{triage_id}/why/"))
    assert "She said so." in why and "Somebody else, who did not decide this" in why
    assert "Why otherwise than suggested: She wants advice alone." in why
    assert "Not yet agreed" not in why
    answer = worker.post(f"/triage/{triage_id}/why/told/", told, follow=True)
    assert "Recorded that she was told" in text(answer)
    with identity.clerk():
        assert TriageDecision.objects.get(id=triage_id).told_how == "in_person"


def test_what_is_otherwise_than_suggested_asks_why_and_is_checked_first(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    page, address = browser(cast.coordinator), f"/triage/{triage_id}/"
    asked = text(page.get(address))
    assert "If you decide otherwise than suggested: say why" in asked and "She will read them" in asked
    answer = page.post(address, {"level": "0", "reasons": "x", "_do": "continue"})
    assert answer.status_code == 422
    assert "in words she can read: at least 10 characters" in text(answer)
    assert "You decide otherwise than suggested: say why" in text(answer)
    said = {"level": "0", "reasons": "She said that she has help.", "otherwise": "abcdefghijkl"}
    assert "Say why you decide otherwise in words" in text(page.post(address, {**said, "_do": "continue"}))
    said["otherwise"] = "Her sister is back with her."
    answer = page.post(address, {**said, "_do": "continue"}, follow=True)
    assert "Check your answers" in text(answer) and "You decide otherwise." in text(answer)
    with identity.clerk():
        assert TriageDecision.objects.get(id=triage_id).status == "awaiting"
    done = text(confirm(page, address))
    assert "not yet agreed by a second reader" in done and "Do not tell her yet" in done
    assert "Refer her to a service" not in done and f"/triage/{triage_id}/why/" in done
    with identity.clerk():
        kept = TriageDecision.objects.get(id=triage_id)
    assert kept.status == "overridden" and "Her sister is back with her." in kept.reasons


def test_what_is_suggested_is_decided_at_once_and_needs_no_other_reason(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    page, address = browser(cast.coordinator), f"/triage/{triage_id}/"
    said = {"level": "2", "reasons": "She wants a worker.", "otherwise": "Not needed here", "_do": "continue"}
    assert "leave this empty" in text(page.post(address, said))
    done = text(page.post(address, {**said, "otherwise": ""}, follow=True))
    assert "Level of support decided" in done and "Refer her to a service" in done


def test_level_4_and_its_tasks_say_whom_to_turn_to_at_any_hour(cast):
    hub = Organisation.objects.get(id=cast.coordinator.organisation_id)
    other = people.appoint("Nadia Second", Role.COORDINATOR, hub)
    her, page = made.agreed(cast), browser(cast.coordinator)
    triage_id = made.assessed(cast, her, immediate_safety=ImmediateSafety.YES)
    usual = "If she is in danger now, call 999. Outside office hours turn to: the emergency duty team of her"
    asked = text(page.get(f"/triage/{triage_id}/"))
    assert asked.count(usual) == 2  # above the page, and beside level 4
    assert usual in text(page.get("/tasks/")) and usual in text(page.get("/"))
    assert "due today" in text(page.get("/")) and "due tomorrow" not in text(page.get("/"))
    Setting.objects.create(key="triage.out_of_hours", value="Ashmere duty, 01632 960 001.", changed_at=NOW)
    own = "Outside office hours turn to: Ashmere duty, 01632 960 001. Wait for no reader."
    sent = {"level": "4", "reasons": "He knows where she lives.", "_do": "continue"}
    decided = text(page.post(f"/triage/{triage_id}/", sent, follow=True))
    assert own in decided and "Level 4 decided: see to her safety now" in decided
    assert f'href="/her/{her.client_id}/safety/"' in decided and "Refer her to a service" not in decided
    assert own in text(page.get(f"/triage/{triage_id}/"))
    reads = browser(other)
    reading = TriageReading.objects.get(triage_id=triage_id)
    for address in (f"/triage/readings/{reading.id}/", f"/triage/readings/{reading.id}/read/", "/tasks/"):
        assert own in text(reads.get(address)), address


def test_a_decision_asked_of_a_colleague_is_taken_over_through_the_page(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    hub = Organisation.objects.get(id=cast.coordinator.organisation_id)
    asked = people.appoint("Nadia Second", Role.COORDINATOR, hub)
    with identity.clerk():
        TriageDecision.objects.filter(id=triage_id).update(asked_of_id=asked.account_id)
    page = browser(cast.coordinator)
    shown = text(page.get(f"/triage/{triage_id}/"))
    assert "Asked of Nadia Second" in shown and f"/triage/{triage_id}/give/" in shown
    form = text(page.get(f"/triage/{triage_id}/give/"))
    assert "I take it over myself" in form and "Who decides it now?" in form
    answer = page.post(f"/triage/{triage_id}/give/", {"_do": "continue"})
    assert answer.status_code == 422 and "Say why not the one who was asked" in text(answer)
    said = {"whom": str(cast.coordinator.account_id), "reason": "away", "_do": "continue"}
    assert "You decide her level now" in text(page.post(f"/triage/{triage_id}/give/", said, follow=True))
    assert "Her level of support" in text(page.get(f"/triage/{triage_id}/"))
    assert browser(cast.worker).get(f"/triage/{triage_id}/give/").status_code == 403


def test_the_suggestion_is_hidden_until_the_own_view_is_kept(cast):
    Setting.objects.create(key="triage.hide_suggestion", value=True, changed_at=NOW)
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    page = browser(cast.coordinator)
    assert "Hidden" in text(page.get("/triage/"))
    answer = page.get(f"/triage/{triage_id}/", follow=True)
    assert answer.redirect_chain and "Hidden until you have written down" in text(answer)
    assert "Level 2: Targeted</p>" not in text(answer)
    answer = page.post(f"/triage/{triage_id}/own-view/", {"level": "1", "_do": "continue"}, follow=True)
    assert "Before it was shown" in text(answer) and "smallest change" in text(answer)


def test_watching_what_if_and_the_record_open_to_whom_they_are_for(cast):
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    with identity.acting(cast.coordinator):
        triage.decide(
            triage_id=triage_id, level=Level.TARGETED, reasons="As she said it.", by=cast.coordinator, at=NOW
        )
    page, key = begun(cast)
    for who in (cast.coordinator, cast.chair, cast.evaluator, cast.governance):
        seen = browser(who)
        assert seen.get("/triage/watching/").status_code == 200
        answer = seen.get("/triage/what-if/", {"to": key})
        assert answer.status_code == 200, text(answer)[:1500]
        assert "would be suggested a higher level" in text(answer)
    exact = text(page.get("/triage/what-if/", {"to": key}))
    assert "Of 1 past decisions" in exact
    assert "Of c past decisions" in text(browser(cast.evaluator).get("/triage/what-if/", {"to": key}))
    worker = browser(cast.worker)
    assert worker.get("/triage/watching/").status_code == 403
    assert worker.get("/triage/policy/").status_code == 403
    assert "ALGO-CARE" in text(worker.get("/triage/record/"))
    assert worker.get("/triage/record/file/html/").status_code == 200
    assert worker.get(f"/triage/policy/{key}/").status_code == 404  # a draft is nobody's but its makers'


def test_what_if_of_a_file_keeps_nothing(cast):
    page = browser(cast.coordinator)
    her = made.agreed(cast)
    triage_id = made.assessed(cast, her)
    with identity.acting(cast.coordinator):
        triage.decide(
            triage_id=triage_id, level=Level.TARGETED, reasons="As she said it.", by=cast.coordinator, at=NOW
        )
    key, now = triage_policy.now_in_force(NOW)
    body = json.dumps(json.loads(tables.to_bytes("json", now)) | {"version": "mine"}).encode()
    answer = page.post(
        "/triage/what-if/", {"from": str(key), "to": "", "file": SimpleUploadedFile("p.json", body)}
    )
    assert "version mine instead of" in text(answer)
    assert not TriagePolicy.objects.filter(version="mine").exists()
    answer = page.post("/triage/what-if/", {"from": str(key), "to": ""})
    assert answer.status_code == 422 and "Choose both" in text(answer)


def test_the_governance_lead_fills_in_the_public_record_and_it_says_what_is_missing(cast):
    page = browser(cast.governance)
    shown = text(page.get("/triage/record/"))
    assert "INCOMPLETE, not to be published" in shown and "/triage/record/fill-in/" in shown
    for kind in ("html", "md"):
        assert "INCOMPLETE, not to be published" in page.get(f"/triage/record/file/{kind}/").content.decode()
    answer = page.post(
        "/triage/record/fill-in/", {"website": "www.ashmere.example", "_do": "continue"}, follow=True
    )
    assert "Still to be filled in: Contact" in text(answer)
    form = text(page.get("/triage/record/fill-in/"))
    assert "www.ashmere.example" in form and f"by {cast.governance.name}" in form
    kept = Setting.objects.get(key="triage.public_record")
    assert kept.value["website"]["by"] == str(cast.governance.account_id)
    whole = {key: f"Said of {key}" for key, _, _ in triage_record.FIELDS}
    assert "The record is complete" in text(
        page.post("/triage/record/fill-in/", {**whole, "_do": "continue"}, follow=True)
    )
    content = page.get("/triage/record/file/md/").content.decode()
    assert "INCOMPLETE" not in content and "Said of appeals" in content
    for other in (cast.worker, cast.coordinator, cast.administrator):
        assert browser(other).get("/triage/record/fill-in/").status_code == 403
        assert "fill-in" not in text(browser(other).get("/triage/record/"))


def test_choices_are_kept_by_whom_they_are_for(cast):
    page = browser(cast.administrator)
    sent = {
        "is_hidden": "yes",
        "urgent_hours": "3",
        "in_working_hours": "no",
        "out_of_hours": "Ashmere duty team, 01632 960 001",
        **{f"drawn_{n}": "10" for n in range(5)},
    }
    answer = page.post("/triage/choices/", {**sent, "_do": "continue"}, follow=True)
    assert "Choices saved" in text(answer)
    assert Setting.objects.get(key="triage.hide_suggestion").value is True
    assert Setting.objects.get(key="triage.urgent_reading_hours").value == 3
    assert "Ashmere duty team, 01632 960 001" in page.get("/triage/choices/").content.decode()
    assert "unread after 3 hours it goes to the supervisor" in text(page.get("/triage/record/"))
