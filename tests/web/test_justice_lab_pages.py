"""Submissions to the Justice Data Lab on pages: what she was told, drawn up, approved, taken out once."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from pathways.domain.evaluation.justice_lab import Status
from pathways.journey import identity, justice_lab
from pathways.records.models import Disclosure, IndexDisposal, LabSubmission, PrivacyNotice, ToldOfUse
from tests.journey import lab_women, people
from tests.journey.lab_women import Stage
from tests.web.test_release_pages import sent, signed_in
from tests.web.test_two_people import text

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def at() -> Stage:
    return lab_women.stage(people.cast())


def days(name: str, day: str, month: str, year: str) -> dict[str, str]:
    return {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year}


def wanted(at: Stage) -> dict[str, str]:
    return {
        **days("start", "1", "1", "2024"), **days("end", "31", "12", "2024"),
        "to_organisation": str(at.lab.id), "basis": "public_task", "confidence_basis": "public_interest",
        "because": "To learn whether it helps.",
    }  # fmt: skip


def one() -> LabSubmission:
    with identity.clerk(), identity.counting(identity.MACHINE):
        return LabSubmission.objects.get()


def test_what_she_was_told_is_typed_once_and_an_objection_beside_it(at):
    her = lab_women.woman(at, 1, answer=None, disposal=None)
    cora, gita = signed_in(at.cast.coordinator), signed_in(at.cast.governance)
    given = {"version": "4", **days("from_date", "1", "2", "2024"), "names_lab": "yes"}
    page = gita.post("/evaluate/justice-data-lab/notices/add/", {"_step": "answers", **given})
    assert page.status_code == 422 and "Copy the sentence that names it" in text(page)
    given["sentence"] = "Your name may go to the Justice Data Lab."
    sent(gita, "/evaluate/justice-data-lab/notices/add/", given, checked=True)
    assert "may go to the Justice Data Lab" in text(gita.get("/evaluate/justice-data-lab/notices/"))
    notice = PrivacyNotice.objects.get(version="4")
    hers = reverse("reach:told", args=[her])
    assert "was given no privacy notice that names" in text(cora.get(hers))
    told = {"answer": "told", "notice": str(notice.id), **days("on_date", "1", "3", "2024")}
    sent(cora, f"{hers}record/", told, checked=True)
    assert "was told by version 4 on 1 March 2024, and has not objected" in text(cora.get(hers))
    sent(cora, f"{hers}record/", {"answer": "objected", **days("on_date", "2", "3", "2024")}, checked=True)
    assert "She objects" in text(cora.get(hers))
    kept = {"kind": "custody", "source": "court", **days("convicted_date", "1", "5", "2023")}
    sent(cora, f"{hers}disposal/", kept, checked=True)
    with identity.acting(at.cast.coordinator):
        row = IndexDisposal.objects.get()
        assert ToldOfUse.objects.count() == 2
    assert "Custody" in text(cora.get(hers))
    assert cora.get(f"/reach/disposal/{row.id}/take-out/").status_code == 405
    assert cora.post(f"/reach/disposal/{row.id}/take-out/").status_code == 302
    assert "(taken out)" in text(cora.get(hers))
    for other in (at.cast.spoc, at.cast.evaluator, at.cast.provider, at.cast.provider_supervisor):
        assert signed_in(other).get(hers).status_code in (403, 404), other.role


def test_from_drawing_up_to_the_file_on_pages(at):
    lab_women.many(at, 60)
    lab_women.woman(at, 99, born=None)
    cora, sue, gita, eve = map(
        signed_in, (at.cast.coordinator, at.supervisor, at.cast.governance, at.cast.evaluator)
    )
    home = "/evaluate/justice-data-lab/"
    assert "Draw up a submission" in text(cora.get(home))
    assert "Draw up a submission" not in text(eve.get(home)) and "Not collected yet" in text(eve.get(home))
    assert eve.get(f"{home}draw/").status_code == 403
    sent(cora, f"{home}draw/", wanted(at), checked=True)
    key = one().id
    url = f"{home}{key}/"
    page = text(cora.get(url))
    assert "60 of 61 women are eligible" in page and "Her date of birth is missing" in page
    assert "Version 3" in page and "We may give your name" in page
    assert "Surname001" not in page and "Given1" not in page
    listed = text(cora.get(f"{url}women/?reason=no_birth"))
    assert "Her date of birth is missing" in listed and "There is nobody" not in listed
    assert gita.get(f"{url}women/").status_code == 403
    sent(cora, f"{url}put-forward/", {"is_checked": "on"}, checked=False)
    assert "1 waits for your yes or no" in text(gita.get(home))
    for approver, words in ((sue, "The counts"), (gita, "The notice")):
        sent(approver, f"{url}say/", {"agrees": "yes", "words": words}, checked=True)
    assert one().status == Status.APPROVED.value
    seen = text(eve.get(home))
    assert "Looked at" in seen and "61" not in seen and "Counts from 1 to 4 are hidden" in seen
    assert eve.get(url).status_code == 403
    assert gita.get(f"{url}take-out/").status_code == 403
    assert "can be taken out once" in text(cora.get(f"{url}take-out/"))
    file = cora.post(f"{url}take-out/", {"ending": "xlsx"})
    assert file.status_code == 200 and file["Content-Disposition"].endswith('justice-data-lab-1.xlsx"')
    assert file.content[:2] == b"PK"
    assert cora.post(f"{url}take-out/", {"ending": "csv"}).status_code == 403
    assert "Taken out" in text(cora.get(url))
    with identity.acting(at.cast.governance):
        assert Disclosure.objects.filter(kind="justice_lab").count() == 60


def test_too_few_are_said_in_plain_words_and_stay(at):
    lab_women.woman(at, 1)
    cora = signed_in(at.cast.coordinator)
    sent(cora, "/evaluate/justice-data-lab/draw/", wanted(at), checked=True)
    url = f"/evaluate/justice-data-lab/{one().id}/"
    page = text(cora.get(url))
    assert "takes no fewer than 60, so this cannot be submitted yet" in page
    assert "compares no fewer than 30 once they are matched" in page
    assert cora.get(f"{url}put-forward/").status_code == 403
    assert cora.get(f"{url}take-out/").status_code == 403
    sent(cora, f"{url}again/", {**wanted(at), "because": "Anew."}, checked=True)
    sent(cora, f"{url}withdraw/", {"because": "Too few."}, checked=True)
    assert "Withdrawn" in text(cora.get(url))
    with identity.acting(at.cast.coordinator) as by:
        assert justice_lab.listed(by=by)[0].status is Status.WITHDRAWN


def test_police_and_strangers_find_nothing_there(at):
    for other in (at.cast.spoc, at.cast.police_supervisor, at.cast.worker, at.cast.provider):
        assert signed_in(other).get("/evaluate/justice-data-lab/").status_code == 403, other.role
    assert Browser().get("/evaluate/justice-data-lab/").status_code == 302
