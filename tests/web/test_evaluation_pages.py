"""The evaluation pages: everyone meant to sees protected figures, nobody sees a raw one."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from pathways.domain.terms.people import Role, Sector
from pathways.journey import evaluate, figures_shared, identity
from pathways.journey.figures_shared import Shared
from pathways.records.models import AccessEvent, JourneyEvent
from tests.analysis import programme
from tests.web import people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    monkeypatch.setattr(evaluate, "PATIENCE", 600.0)


@pytest.fixture
def none_made(monkeypatch):
    """A process that has made no figures yet, whatever the tests before this one asked of it."""
    monkeypatch.setattr(evaluate, "_figures", evaluate._Figures())


@pytest.fixture(scope="module")
def rows():
    return programme.invent(women=120).events


@pytest.fixture
def told(rows):
    """The invented programme, as events in the ledger."""
    with identity.clerk():
        JourneyEvent.objects.bulk_create(
            JourneyEvent(
                **{k: row[k] for k in ("kind", "at", "case_id", "client_id", "episode_id", "sector", "role")},
                organisation_id=uuid.uuid5(uuid.NAMESPACE_OID, str(row["organisation_id"])),
                actor_id=uuid.UUID(int=1),
                detail=row["detail"],
            )
            for row in rows
        )


def signed_in(role: Role, sector: Sector) -> Client:
    place = people.organisation(f"place-{role.value}", sector)
    account = people.account(f"{role.value}@place.example", role, at=place)
    client = Client()
    people.post_sign_in(client, account.email)
    return client


@pytest.fixture
def evaluator() -> Client:
    return signed_in(Role.EVALUATOR, Sector.ACADEMIC)


def test_the_home_of_those_who_evaluate_draws_the_flow_once_it_is_made(none_made, told, evaluator):
    before = evaluator.get("/").content.decode()
    assert "<svg" not in before.split("<main", 1)[1] and "look again" in before
    evaluator.get("/evaluate/")  # waits for the figures
    after = evaluator.get("/").content.decode().split("<main", 1)[1]
    assert "From considered" not in after and "Women at each step of the programme" in after
    assert "/evaluate/download/html/" in after and "Answers still missing" in after


def test_the_commissioner_meets_headline_measures_for_a_wider_audience(told):
    commissioner = signed_in(Role.COMMISSIONER, Sector.OTHER_STATUTORY)
    commissioner.get("/evaluate/")
    page = commissioner.get("/").content.decode().split("<main", 1)[1]
    assert "Identified" in page and "Three sets that overlap" in page
    assert "/evaluate/download/html/" in page and "Answers still missing" not in page


PAGES = [
    "/evaluate/",
    "/evaluate/women/",
    "/evaluate/process/",
    "/evaluate/compared/",
    "/evaluate/definitions/",
]


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_drawn_with_figures_and_without(evaluator, told, page):
    found = evaluator.get(page)
    assert found.status_code == 200, found.content[:400]
    assert b"not released" not in found.content
    assert b"RawCount" not in found.content


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_drawn_before_anything_has_happened(evaluator, page):
    assert evaluator.get(page).status_code == 200


def test_every_picture_stands_in_the_page_with_its_words_and_nothing_of_style(evaluator, told):
    for page, least in zip(PAGES[:3], (2, 10, 6), strict=True):
        drawn = evaluator.get(page).content.decode()
        assert drawn.count("<svg") >= least
        assert drawn.count("<title id=") >= least
        assert "style=" not in drawn


def test_no_count_of_one_to_four_is_shown_to_anyone(evaluator, told):
    shown = evaluate.overview(
        by=identity.actor_for(evaluator_account(), None), at=timezone.now(), synthetic=True
    ).made.summary
    counts = [line.n for flow in shown.flows for line in flow.lines]
    counts += [
        count for table in shown.demographics for line in table.lines for count in line.counts.values()
    ]
    assert counts
    assert not [count.value for count in counts if count.value in (1, 2, 3, 4)]
    assert shown.disclosure.at_risk == 0


def evaluator_account():
    from pathways.records.models import Account

    return Account.objects.get(email="evaluator@place.example")


def test_a_commissioner_sees_the_figures_as_a_partner(told):
    commissioner = signed_in(Role.COMMISSIONER, Sector.LOCAL_AUTHORITY)
    assert b"partner organisations" in commissioner.get("/evaluate/").content


@pytest.mark.parametrize(
    ("role", "sector", "moves"),
    [(Role.POLICE_SPOC, Sector.POLICE, False), (Role.EVALUATOR, Sector.ACADEMIC, True)],
)
def test_no_event_of_this_quarter_moves_a_figure_of_police_or_commissioners(told, role, sector, moves):
    browser = signed_in(role, sector)

    def figures() -> str:
        content = browser.get("/evaluate/women/").content.decode()
        assert "are being counted" not in content
        return re.sub(r"As at [^<]*|csrf\S+", "", content.split("<main", 1)[1].split("</main", 1)[0])

    first = figures()
    with identity.clerk():
        pattern = JourneyEvent.objects.filter(kind="agreed").first() or JourneyEvent.objects.first()
        for _ in range(12):
            JourneyEvent.objects.create(
                kind="agreed", at=timezone.now(), case_id=uuid.uuid4(), client_id=uuid.uuid4(),
                episode_id=uuid.uuid4(), organisation_id=pattern.organisation_id, sector=pattern.sector,
                role=pattern.role, actor_id=uuid.UUID(int=1), detail={},
            )  # fmt: skip
    assert (figures() != first) is moves


def test_journeys_are_counted_to_the_end_of_the_last_quarter_for_those_outside():
    at = datetime(2026, 7, 1, 0, 30, tzinfo=UTC)  # half past one in London, on the first day of a quarter
    ended = datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC)
    outside = (Role.COMMISSIONER, Role.POLICE_SPOC)
    for role in evaluate.MAY_SEE:
        by = replace(identity.MACHINE, role=role)
        assert evaluate.counted_at(by=by, at=at) == (ended if role in outside else at)


@pytest.mark.parametrize("role", [Role.SUPPORT_WORKER, Role.ADMINISTRATOR, Role.POLICE_OFFICER])
def test_a_role_that_the_figures_are_not_for_is_told_so(role):
    sector = Sector.POLICE if role is Role.POLICE_OFFICER else Sector.THIRD_SECTOR
    assert signed_in(role, sector).get("/evaluate/").status_code == 403


@pytest.mark.parametrize("kind", ["html", "json", "xlsx"])
def test_a_download_is_recorded(evaluator, told, kind):
    found = evaluator.get(f"/evaluate/download/{kind}/")
    assert found.status_code == 200
    assert "attachment" in found["Content-Disposition"]
    place = people.organisation("place-evaluator", Sector.ACADEMIC)
    reader = replace(identity.MACHINE, role=Role.GOVERNANCE_LEAD, organisation_id=place.id)
    with identity.acting(reader):
        assert AccessEvent.objects.filter(kind="exported").count() == 1


def test_nobody_waits_for_figures_that_are_still_being_made(evaluator, told, monkeypatch):
    monkeypatch.setattr(evaluate, "PATIENCE", 0.0)
    monkeypatch.setattr(evaluate, "_figures", evaluate._Figures())
    first = evaluator.get("/evaluate/")
    assert first.status_code == 200
    assert b"are being counted" in first.content
    monkeypatch.setattr(evaluate, "PATIENCE", 180.0)
    assert b"From considered to followed up" in evaluator.get("/evaluate/").content


def shared_in(folder) -> Shared:
    return Shared(folder, lambda: [base64.b64encode(b"k" * 32)])


def never(*_):
    raise AssertionError("figures were counted again")


def test_what_one_process_has_made_another_shows_without_counting(evaluator, told, monkeypatch, tmp_path):
    one, another = shared_in(tmp_path), shared_in(tmp_path)
    monkeypatch.setattr(evaluate, "_figures", evaluate._Figures(lambda: one))
    first = evaluator.get("/evaluate/").content
    assert b"From considered to followed up" in first
    assert b"From considered" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    # another process, or this one after a start: nothing in memory, no patience, and nothing is counted
    monkeypatch.setattr(evaluate, "_figures", evaluate._Figures(lambda: another))
    monkeypatch.setattr(evaluate, "PATIENCE", 0.0)
    monkeypatch.setattr(evaluate.evaluation, "summarise", never)
    page = evaluator.get("/evaluate/").content
    assert b"From considered to followed up" in page and b"are being counted" not in page
    # a key that does not fit, or other source: as if nothing were there
    for change in ("key", "source"):
        other = shared_in(tmp_path)
        if change == "key":
            other = Shared(tmp_path, lambda: [base64.b64encode(b"x" * 32)])
        else:
            monkeypatch.setattr(figures_shared, "source", lambda: "another version")
        assert other.newer("steering") is None


def test_a_file_of_figures_that_names_anything_else_is_not_opened(tmp_path):
    here = shared_in(tmp_path)
    here.write("steering", "rows", subprocess.Popen)
    assert shared_in(tmp_path).newer("steering") is None
    here.write("steering", "rows", (timezone.now(), Role.EVALUATOR))
    assert shared_in(tmp_path).newer("steering")[0] == "rows"
    assert here.newer("steering") is None  # its own file is not read again


def test_rows_have_one_name_in_every_process(rows):
    said = (
        "from tests.analysis import programme; from pathways.journey import evaluate; "
        "print(evaluate._same_rows(programme.invent(women=12)))"
    )
    names = {
        subprocess.run(
            [sys.executable, "-c", f"import django; django.setup(); {said}"], capture_output=True, text=True,
            check=True, env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(names) == 1
