"""A linking run as the worker does it: with no transaction around, so that each step stands alone."""

from __future__ import annotations

import pytest
from django.db import transaction

from pathways.domain.identification.linking import RunStatus
from pathways.journey import identity, linking
from pathways.records.models import LinkRun, PolicePair, Task
from tests.journey import people
from tests.journey.test_linking import BORN, NOW, PLACE, named

pytestmark = pytest.mark.database


def test_a_run_that_the_worker_takes_up_commits_as_it_goes(fresh_database: str) -> None:
    with transaction.atomic():
        cast = people.cast()
        for _ in range(2):
            named(cast.spoc, "Katherine", "Wojcik", BORN, address=PLACE)
        named(cast.spoc, "Katherine", "Wojcik", BORN.replace(day=14))
        with identity.acting(cast.spoc) as by:
            run_id = linking.ask(by=by, at=NOW).id
    assert linking.run_waiting(at=NOW) == 1
    assert linking.run_waiting(at=NOW) == 0
    with transaction.atomic(), identity.acting(cast.spoc) as by:
        row = LinkRun.objects.get(pk=run_id)
        assert (row.status, row.joined, row.trouble) == (RunStatus.DONE.value, 1, "")
        assert row.proposed > 0 and linking.waiting(by=by) == row.proposed
        assert Task.objects.filter(kind=linking.TASK, done_at__isnull=True).count() == 1


def test_a_run_that_fails_says_so_and_changes_no_pair(fresh_database: str, monkeypatch) -> None:
    with transaction.atomic():
        cast = people.cast()
        for _ in range(2):
            named(cast.spoc, "Katherine", "Wojcik", BORN, address=PLACE)
        with identity.acting(cast.spoc) as by:
            run_id = linking.ask(by=by, at=NOW).id

    def broken(*_, **__):
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(linking.ledger, "combined", broken)
        with pytest.raises(OSError, match="full"):
            linking.run_waiting(at=NOW)
    with transaction.atomic(), identity.acting(cast.spoc) as by:
        assert LinkRun.objects.get(pk=run_id).status == RunStatus.FAILED.value
        assert not PolicePair.objects.exists()
        assert linking.ask(by=by, at=NOW), "and it can be started again"
