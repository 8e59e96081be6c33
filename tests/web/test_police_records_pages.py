"""The force sees what its file would hold, takes it out, and the evaluation reads it as it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.journey.test_police_records import WHOLE, cast, decided, extract, given, shares  # noqa: F401
from tests.web.test_doors_pages import signed_in

pytestmark = pytest.mark.django_db
HERE = "/considering/police-records/"
THERE = "/evaluate/police-contact/"


def answers(cast, key, action, **more):  # noqa: F811
    days = {
        f"{name}-{part}": str(value)
        for name, day in zip(("whole_from", "whole_to"), WHOLE, strict=True)
        for part, value in (("day", day.day), ("month", day.month), ("year", day.year))
    }
    return {
        "action": action, "extract": str(key), "months": "3", "to": str(cast.evaluator.organisation_id),
        **days, **more,
    }  # fmt: skip


def test_what_the_force_takes_out_is_what_the_evaluation_reads(cast):  # noqa: F811
    shares(cast)
    for n in range(12):
        decided(cast, n)
    key = extract(cast, at=datetime.now(UTC))
    analyst, spoc = signed_in(cast.analyst), signed_in(cast.spoc)
    assert f'href="{HERE}"' in spoc.get("/police/").content.decode()
    page = analyst.post(HERE, answers(cast, key, "see")).content.decode()
    assert "What the file would hold" in page and "Take the file out" not in page
    page = spoc.post(HERE, answers(cast, key, "see")).content.decode()
    assert "Take the file out" in page and "Surname" not in page and not given(cast)
    file = spoc.post(HERE, answers(cast, key, "take"))
    assert file["Content-Disposition"].startswith('attachment; filename="police-records-3-months-')
    assert len(given(cast)) == 12
    assert "Police records without names" in spoc.get("/doors/crossings/").content.decode()

    evaluator = signed_in(cast.evaluator)
    sent = SimpleUploadedFile("a.csv", file.content)
    page = evaluator.post(
        THERE, {"action": "bring", "source": "A force", "file": sent, "nameless": "yes"}, follow=True
    ).content.decode()
    for name in ("woman", "handed_over", "known_to", "role", "record_on", "offence"):
        assert f'<option value="{name}" selected>' in page  # nobody chooses a column of the force's own file
    page = evaluator.post(
        THERE,
        {
            "action": "count", "months": "3", "woman": "woman", "start": "handed_over", "until": "known_to",
            "which": "role", "on": "record_on", "offence": "offence",
        },
    ).content.decode()  # fmt: skip
    assert "Women counted: 12." in page and "handed each woman to the programme" in page


def test_errors_are_said_and_nothing_leaves(cast):  # noqa: F811
    shares(cast)
    decided(cast, 0)
    key = extract(cast, at=datetime.now(UTC))
    spoc = signed_in(cast.spoc)
    page = spoc.post(HERE, {"action": "take"})
    assert page.status_code == 422 and "Select an extract" in page.content.decode()
    page = spoc.post(HERE, answers(cast, key, "take"))
    assert page.status_code == 422 and "fewer than 10" in page.content.decode() and not given(cast)
    assert signed_in(cast.analyst).post(HERE, answers(cast, key, "take")).status_code == 422
    for who in ("coordinator", "evaluator", "police_supervisor", "officer", "governance"):
        assert signed_in(getattr(cast, who)).get(HERE).status_code == 403
