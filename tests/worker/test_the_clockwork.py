"""The process that works by the clock: every job has its hours, and running it leaves nothing half done."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pathways.journey import clockwork
from pathways.worker import jobs

NOW = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)


class Registry:
    """Stands for the queue: remembers what was registered."""

    def __init__(self):
        self.tasks, self.hours = {}, []

    def task(self, *, name, **_):
        return lambda job: self.tasks.setdefault(name, job)

    def periodic(self, *, cron):
        return lambda job: self.hours.append((cron, job))


def test_every_job_of_the_clockwork_has_its_hours():
    assert set(jobs.HOURS) == set(clockwork.JOBS)


def test_every_job_is_registered_under_its_own_lock_and_hours():
    app = Registry()
    jobs.add_to(app)
    assert set(app.tasks) == {f"pathways.{name}" for name in clockwork.JOBS}
    assert [cron for cron, _ in app.hours] == list(jobs.HOURS.values())


@pytest.mark.django_db
def test_on_an_empty_programme_there_is_nothing_to_do():
    assert {jobs.run(name, at=NOW) for name in jobs.HOURS} == {0}
