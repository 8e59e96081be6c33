"""A report that somebody makes for herself: a draft in every file, made again byte for byte, and never of a
stretch of time by which a commissioner could take one woman from another."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest

from pathways.analysis import report
from pathways.analysis.disclosure import Audience
from pathways.journey import evaluate, identity
from tests.journey import people, women

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
QUARTERS = {"start": date(2026, 4, 1), "end": date(2026, 9, 30)}


@pytest.fixture
def cast(db) -> people.Cast:
    return people.cast()


def write(by, out, *, at=NOW, as_at=None, start=QUARTERS["start"], end=QUARTERS["end"]):
    with identity.acting(by):
        return evaluate.write_report(
            start=start, end=end, audience=Audience.PUBLIC, out=out, by=by, at=at, as_at=as_at, synthetic=True
        )


def test_each_file_says_first_that_it_is_a_draft_and_no_release(cast, tmp_path):
    assert write(cast.evaluator, tmp_path)
    page = (tmp_path / "evaluation.html").read_text()
    assert page.index(report.DRAFT) < page.index("<header>")
    assert json.loads((tmp_path / "evaluation.json").read_text())["standing"] == report.DRAFT
    about = openpyxl.load_workbook(tmp_path / "evaluation.xlsx")["About"]
    assert [cell.value for cell in about[2]][:2] == ["Standing", report.DRAFT]


def test_as_at_an_earlier_moment_it_is_the_same_byte_for_byte(cast, tmp_path):
    first, again, now = tmp_path / "first", tmp_path / "again", tmp_path / "now"
    assert write(cast.evaluator, first)
    women.born(cast, worker=cast.worker, opened=NOW + timedelta(hours=1))
    later = NOW + timedelta(days=3)
    assert write(cast.evaluator, again, at=later, as_at=NOW)
    assert write(cast.evaluator, now, at=later)
    assert {one.name for one in first.iterdir()} == {one.name for one in again.iterdir()}
    for one in first.iterdir():
        assert one.read_bytes() == (again / one.name).read_bytes(), one.name
    assert (first / "evaluation.json").read_bytes() != (now / "evaluation.json").read_bytes()


def test_a_moment_that_has_not_come_is_refused(cast, tmp_path):
    assert "not come yet" in write(cast.evaluator, tmp_path, as_at=NOW + timedelta(days=1)).reason
    assert not list(tmp_path.iterdir())


def test_whoever_sees_figures_by_the_quarter_reports_on_whole_quarters(cast, tmp_path):
    for start, end in ((date(2026, 4, 1), date(2026, 9, 25)), (date(2026, 4, 2), date(2026, 9, 30))):
        said = write(cast.commissioner, tmp_path, start=start, end=end)
        assert "by the quarter" in said.reason
        assert not list(tmp_path.iterdir())
    assert write(cast.commissioner, tmp_path)
    assert write(cast.evaluator, tmp_path, end=date(2026, 9, 25))
