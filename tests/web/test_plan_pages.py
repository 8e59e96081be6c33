"""The plan of the evaluation and records of the programme, as their four roles meet them."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from pathways.domain.evaluation.plan import Part
from pathways.domain.evaluation.recorded import KINDS, RecordKind
from pathways.domain.terms.people import HUMAN_ROLES, Role, Sector
from pathways.journey import evaluate, identity, planning, recording
from pathways.records.models import AccessEvent, PlanVersion, ProgrammeRecord
from tests.web import people

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = timezone.now()
READERS = (Role.EVALUATOR, Role.COORDINATOR, Role.GOVERNANCE_LEAD, Role.COMMISSIONER)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Figures of journeys are made beside the pages and tested elsewhere."""
    monkeypatch.setattr(evaluate, "PATIENCE", 0.0)


def signed_in(role: Role, sector: Sector = Sector.ACADEMIC) -> Client:
    place = people.organisation(f"place-{role.value}".replace("_", "-"), sector)
    account = people.account(f"{role.value}@place.example", role, at=place)
    client = Client()
    people.post_sign_in(client, account.email)
    client.account = account  # type: ignore[attr-defined]
    return client


def actor(client: Any) -> Any:
    return identity.workplaces(client.account)[0]


def sent(client: Client, url: str, answers: dict[str, Any]) -> Any:
    """Fills a form in, confirms it where it asks to, and answers the last page."""
    token = re.search(r'name="_token" value="([^"]+)"', client.get(url).content.decode())
    begun = re.search(r'name="_begun" value="([^"]+)"', client.get(url).content.decode())
    said = {**answers, "_step": "answers", "_do": "continue", "_token": token[1] if token else ""}
    if begun:
        said["_begun"] = begun[1]
    answer = client.post(url, said)
    if answer.status_code != 302:
        return answer
    page = client.get(answer["Location"])
    if "check" not in answer["Location"]:
        return page
    token = re.search(r'name="_token" value="([^"]+)"', page.content.decode())
    done = client.post(url, {"_do": "confirm", "_token": token[1]})
    return client.get(done["Location"]) if done.status_code == 302 else done


def test_every_page_of_the_plan_opens_to_its_four_roles():
    for role in READERS:
        client = signed_in(role)
        for path in ("", "theory/", "theory/versions/", "theory/versions/0/",
                     "theory/compare/?earlier=0&later=0",
                     "measures/", "measures/one/M16/", "measures/versions/", "records/"):  # fmt: skip
            answer = client.get(f"/plan/{path}")
            assert answer.status_code == 200, (role, path)
        for kind, described in KINDS.items():
            answer = client.get(f"/plan/records/of/{kind.value}/")
            assert answer.status_code == (200 if role in described.reads else 404), (role, kind)
            answer = client.get(f"/plan/records/of/{kind.value}/add/")
            wanted = 200 if role in described.writes else 403 if role in described.reads else 404
            assert answer.status_code == wanted, (role, kind)
            if wanted == 403:
                assert "reads this kind of record" in answer.content.decode()


def test_the_plan_is_for_no_other_role():
    for role in set(HUMAN_ROLES) - set(READERS):
        sector = Sector.POLICE if role.value.startswith("police") else Sector.THIRD_SECTOR
        client = signed_in(role, sector)
        for path in ("", "theory/", "measures/", "records/", "records/of/spend/"):
            assert client.get(f"/plan/{path}").status_code in (403, 404), (role, path)


def test_the_theory_is_changed_by_forms_and_every_version_stays():
    client = signed_in(Role.EVALUATOR)
    page = client.get("/plan/theory/").content.decode()
    assert "<svg" in page
    assert "A trusted relationship" in page
    part = {"kind": "output", "words": "Women’s groups", "shown_by": ["M19"]}
    answer = sent(client, "/plan/theory/add/", part)
    assert "Part added" in answer.content.decode()
    answer = sent(
        client, "/plan/theory/link/",
        {"start": "N18", "end": "N9", "support": "assumed", "evidence": "They say so."},
    )  # fmt: skip
    assert "Link added" in answer.content.decode()
    answer = sent(client, "/plan/theory/link/", {"start": "N9", "end": "N18", "support": "assumed"})
    assert answer.status_code == 422
    assert "a link goes forwards" in answer.content.decode()
    answer = sent(client, "/plan/theory/part/N18/remove/", {"because": ""})
    assert answer.status_code == 422
    answer = sent(client, "/plan/theory/part/N18/remove/", {"because": "Nobody runs them"})
    assert "Part removed" in answer.content.decode()
    with transaction.atomic(), identity.acting(actor(client)) as by:
        assert [one.number for one in planning.versions(Part.THEORY, by=by)] == [3, 2, 1, 0]
    page = client.get("/plan/theory/compare/?earlier=2&later=3").content.decode()
    assert "N18 → N9" in page
    assert "Removed" in page
    with transaction.atomic(), identity.sealing():
        assert AccessEvent.objects.filter(kind="alteration", route="plan").count() == 3


def test_what_is_taken_out_can_be_taken_in_and_a_wrong_file_says_where():
    client = signed_in(Role.COORDINATOR, Sector.LOCAL_AUTHORITY)
    body = json.loads(client.get("/plan/theory/download/json/").content)
    assert b"<svg" in client.get("/plan/theory/download/svg/").content
    body["nodes"][0]["words"] = "Money and people"
    url = "/plan/theory/take-in/"
    file = SimpleUploadedFile("toc.json", json.dumps(body).encode(), "application/json")
    assert "taken in" in sent(client, url, {"file": file, "because": "Agreed"}).content.decode()
    assert "Money and people" in client.get("/plan/theory/").content.decode()
    body["links"].append({"from": "N9", "to": "N1", "support": "assumed", "evidence": ""})
    file = SimpleUploadedFile("toc.json", json.dumps(body).encode(), "application/json")
    answer = sent(client, url, {"file": file, "because": "Again"})
    assert "N9 to N1" in answer.content.decode()
    with transaction.atomic(), identity.acting(actor(client)):
        assert PlanVersion.objects.count() == 1


def test_a_measure_takes_the_sites_target_and_says_not_collected_without_a_source():
    client = signed_in(Role.EVALUATOR)
    assert "Not collected" in client.get("/plan/measures/one/M30/").content.decode()
    answer = sent(
        client, "/plan/measures/one/M16/change/",
        {"is_used": "yes", "owner": "Coordinator", "frequency": "monthly", "baseline": "40%",
         "target": "62.5", "because": "Agreed by the steering group"},
    )  # fmt: skip
    assert "Measure changed" in answer.content.decode()
    page = client.get("/plan/measures/one/M16/").content.decode()
    assert "62.5 per cent" in page
    assert "Every month" in page
    assert "baseline changed, target changed" in client.get("/plan/measures/versions/").content.decode()


def test_a_record_is_entered_corrected_with_a_reason_and_withdrawn_and_all_of_it_stays():
    client = signed_in(Role.COORDINATOR, Sector.LOCAL_AUTHORITY)
    day = {"on-day": "1", "on-month": "4", "on-year": "2026"}
    end = {"until-day": "30", "until-month": "6", "until-year": "2026"}
    said = {**day, **end, "line": "staff", "planned": "12000", "spent": "11,500", "note": ""}
    assert "Record saved" in sent(client, "/plan/records/of/spend/add/", said).content.decode()
    with transaction.atomic(), identity.acting(actor(client)):
        key = ProgrammeRecord.objects.get().kept_id
    url = f"/plan/records/one/{key}/"
    assert "11,500" in client.get(url).content.decode()
    answer = sent(client, f"{url}correct/", {**said, "spent": "11900", "because": "An invoice came late"})
    assert "Record corrected" in answer.content.decode()
    page = client.get(url).content.decode()
    assert "11,900" in page
    assert "11,500" in page
    assert "An invoice came late" in page
    assert "£11,900" in client.get("/plan/measures/one/M1/").content.decode()
    assert b"11,900" in client.get("/plan/records/of/spend/download/csv/").content
    answer = sent(client, f"{url}withdraw/", {"because": "Entered twice"})
    assert "Record withdrawn" in answer.content.decode()
    assert "Not collected" in client.get("/plan/measures/one/M1/").content.decode()


def test_an_interview_names_nobody_and_stays_with_those_who_held_it():
    client = signed_in(Role.EVALUATOR)
    said = {
        "on-day": "3", "on-month": "6", "on-year": "2026", "group": "woman_left", "frame": "purposive",
        "result": "held", "consent": ["interview"], "guide": "Guide 2", "asked_by": "key_worker",
        "note": "KW 5219 EC was tired",
    }  # fmt: skip
    from pathways.domain.terms import references

    reference = references.make(b"12345678")
    answer = sent(client, "/plan/records/of/interview/add/", {**said, "note": f"{reference} was tired"})
    assert answer.status_code == 422
    assert "no record names a woman" in answer.content.decode()
    wrong = sent(client, "/plan/records/of/interview/add/", {**said, "note": "", "asked_by": "evaluator"})
    assert wrong.status_code == 422
    assert "Record saved" in sent(
        client, "/plan/records/of/interview/add/", {**said, "note": "Went well"}
    ).content.decode()
    with transaction.atomic(), identity.acting(actor(client)):
        row = ProgrammeRecord.objects.get()
    assert row.participant == 1
    assert "Participant 1" in client.get("/plan/records/of/interview/").content.decode()
    others = [signed_in(role) for role in READERS if role is not Role.EVALUATOR]
    elsewhere = people.account("eve@other.example", Role.EVALUATOR, at=people.organisation("other"))
    stranger = Client()
    people.post_sign_in(stranger, elsewhere.email)
    for other in (*others, stranger):
        assert other.get(f"/plan/records/one/{row.kept_id}/").status_code == 404


def test_the_framework_is_drawn_with_the_agreements_that_there_are():
    from pathways.records.models import SharingAgreement

    client = signed_in(Role.COMMISSIONER)
    one, other = people.organisation("one"), people.organisation("two")
    SharingAgreement.objects.create(
        name="One to two", from_organisation=one, to_organisation=other, purpose="Support",
        from_date=date(2025, 1, 1), review_date=date(2026, 1, 1),
    )  # fmt: skip
    page = client.get("/plan/records/of/framework/").content.decode()
    assert "One to two" in page
    assert "<svg" in page
    assert "review was due" in page


def test_policy_and_kinds_say_the_same_of_who_writes_and_who_reads():
    from pathways.domain.governance.policy import RECORDED

    told = {kind: (writers, readers) for kinds, writers, readers in RECORDED for kind in kinds}
    assert set(told) == {kind.value for kind in RecordKind}
    for kind, described in KINDS.items():
        writers, readers = told[kind.value]
        assert set(writers) == described.writes, kind
        assert {*writers, *readers} == described.reads, kind


def test_nobody_corrects_a_version_that_has_been_corrected_meanwhile():
    client = signed_in(Role.COORDINATOR, Sector.LOCAL_AUTHORITY)
    with transaction.atomic(), identity.acting(actor(client)) as by:
        said = {"line": "staff", "planned": 1.0, "spent": 2.0}
        made = recording.enter(kind=RecordKind.SPEND, on=date(2026, 1, 1), answers=said, by=by, at=NOW)
        more = {"on": date(2026, 1, 1), "because": "x", "by": by, "at": NOW, "record_id": made.id}
        assert recording.correct(number=1, answers={**said, "spent": 3.0}, **more)
        late = recording.correct(number=1, answers={**said, "spent": 4.0}, **more)
        assert not late
        assert "since you opened it" in late.reason


def test_the_learning_log_grows_keeps_every_version_and_leads_from_measures_parts_and_the_process():
    client = signed_in(Role.COORDINATOR, Sector.LOCAL_AUTHORITY)
    url = "/plan/records/of/learning/"
    day = {"on-day": "1", "on-month": "4", "on-year": "2026"}
    said = {**day, "finding": "Women wait too long for a first visit.", "found_by": "figures",
            "state": "found", "nodes": ["N7"], "measures": ["M23"]}  # fmt: skip
    assert "Record saved" in sent(client, f"{url}add/", said).content.decode()
    answer = sent(client, f"{url}add/", {**said, "state": "changed"})
    assert answer.status_code == 422
    assert "Say what was changed" in answer.content.decode()
    with transaction.atomic(), identity.acting(actor(client)):
        row = ProgrammeRecord.objects.get()
    assert row.codes["nodes"] == ["N7"]
    assert "finding" not in row.codes, "what is typed is sealed"
    later = {**said, "state": "changed", "change": "A second worker in the north.", "changed_on-day": "2",
             "changed_on-month": "5", "changed_on-year": "2026", "lead": "Coordinator",
             "because": "The change began"}  # fmt: skip
    one = f"/plan/records/one/{row.kept_id}/"
    assert "Record corrected" in sent(client, f"{one}correct/", later).content.decode()
    page = client.get(one).content.decode()
    assert "As it stands" in page
    assert "Version 1" in page
    assert "A trusted relationship" in page
    for query, is_there in (("state=changed", True), ("state=found", False), ("nodes=N7", True),
                            ("nodes=N8", False), ("measures=M23", True), ("measures=M1", False)):  # fmt: skip
        assert ("Women wait too long" in client.get(f"{url}?{query}").content.decode()) is is_there, query
    assert f"{url}?measures=M23" in client.get("/plan/measures/one/M23/").content.decode()
    assert f"{url}?nodes=N7" in client.get("/plan/theory/").content.decode()
    assert b"A second worker" in client.get(f"{url}download/csv/").content
    spoc = signed_in(Role.POLICE_SPOC, Sector.POLICE)
    assert spoc.get(one).status_code in (403, 404)
