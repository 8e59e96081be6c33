"""The jobs and their hours. A job reads the clock, calls one verb, and says in the log how many it touched.

Each may run twice, late or not at all without harm: the verbs are idempotent, and what must hold on time
(a plan that has lapsed) holds when it is read.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from pathways.journey import clockwork

LOG = logging.getLogger("pathways.worker")

#: The hours of each job, as cron writes them, in UTC.
HOURS = {
    "lapse_plans": "*/15 * * * *",
    "end_covers": "*/15 * * * *",
    "end_appointments": "*/15 * * * *",
    "chase_approaches": "5 * * * *",
    "chase_referrals": "10 * * * *",
    "remind_panel": "15 * * * *",
    "follow_ups_due": "20 5 * * *",
    "clear_drafts": "40 3 * * *",
    "screening_runs": "* * * * *",
    "second_readings": "25 * * * *",
    "level_readings": "*/5 * * * *",
    "overdue_decisions": "12 * * * *",
    "blind_readings": "35 * * * *",
    "triage_policies": "*/5 * * * *",
    "finish_erasing": "*/5 * * * *",
    "forget_former_keys": "50 * * * *",
    "link_records": "* * * * *",
    "clear_uploads": "*/10 * * * *",
    "erase_extracts": "30 * * * *",
    "find_again": "* * * * *",
    "surveys": "15 6 * * *",
    "releases": "* * * * *",
}


def now() -> datetime:
    """The worker's clock: the only one in this process."""
    return datetime.now(UTC)


def run(name: str, *, at: datetime) -> int:
    """One job, now."""
    touched = clockwork.JOBS[name](at=at)
    if touched:
        LOG.info("%s: %d", name, touched)
    return touched


def add_to(app: Any) -> None:
    """Registers every job with its hours. However many runs were missed, it runs once."""
    for name, hours in HOURS.items():
        app.periodic(cron=hours)(_task(app, name))


def _task(app: Any, name: str) -> Any:
    @app.task(name=f"pathways.{name}", queueing_lock=name, lock=name, pass_context=False)
    def job(timestamp: int) -> None:
        run(name, at=now())

    return job
