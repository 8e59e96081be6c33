"""Section 62 of the Data Protection Act 2018: each of its six operations leaves one row that says so."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client as Browser

from pathways.domain.governance.policy import Resource
from pathways.journey import identity, ledger
from pathways.records.models import AccessEvent, AccessKind, Account, RowChange
from tests.journey import people, women

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = people.NOW
HER, PARTNER = uuid.uuid4(), uuid.uuid4()

OPERATIONS: dict[AccessKind, Any] = {
    AccessKind.COLLECTION: ledger.collected,
    AccessKind.ALTERATION: ledger.altered,
    AccessKind.CONSULTATION: ledger.read,
    AccessKind.DISCLOSURE: ledger.disclosed,
    AccessKind.COMBINATION: ledger.combined,
    AccessKind.ERASURE: ledger.erased,
}


def written() -> list[AccessEvent]:
    with identity.sealing():
        return list(AccessEvent.objects.order_by("at", "id"))


@pytest.mark.parametrize("kind", OPERATIONS)
def test_it_leaves_one_row_with_who_when_whom_and_to_whom(kind):
    worker = people.cast().worker
    given = {"recipient_id": PARTNER} if kind is AccessKind.DISCLOSURE else {}
    with identity.acting(worker):
        OPERATIONS[kind](by=worker, at=NOW, resource=Resource.CLIENT, subjects=[HER, HER], **given)
    (row,) = written()
    assert (row.kind, row.actor_id, row.actor_name, row.role) == (
        kind.value,
        worker.account_id,
        worker.name,
        worker.role.value,
    )
    assert (row.at, row.at.utcoffset()) == (NOW, timedelta(0))
    assert (row.subjects, row.recipient_id) == ([HER], given.get("recipient_id"))


def test_it_goes_with_the_transaction_that_it_records():
    worker = people.cast().worker
    with identity.acting(worker):
        with transaction.atomic():
            ledger.read(by=worker, at=NOW, resource=Resource.CLIENT, subjects=[HER])
            transaction.set_rollback(True)
        assert written() == []


def test_what_cannot_be_recorded_is_not_shown(monkeypatch):
    """No page about her without its row: when the log refuses, so does the page."""
    cast = people.cast()
    client_id, _ = women.born(cast, called="Zephyrine", worker=cast.worker, opened=datetime.now(UTC))
    browser = Browser(raise_request_exception=False)
    email = Account.objects.values_list("email", flat=True).get(pk=cast.worker.account_id)
    browser.post("/account/sign-in/", {"email": email, "password": people.PASSWORD})
    assert "Zephyrine" in browser.get(f"/her/{client_id}/").content.decode()
    monkeypatch.setattr(ledger, "_access", lambda *_, **__: 1 / 0)
    answer = browser.get(f"/her/{client_id}/")
    assert answer.status_code == 500
    assert "Zephyrine" not in answer.content.decode()


def test_whatever_is_made_or_changed_about_her_has_its_who_and_when_as_well():
    """Alterations that a verb tells in her story alone are kept by the database with account and time."""
    cast = people.cast()
    client_id, _ = women.born(cast, worker=cast.worker, notes=1)
    with identity.clerk():
        rows = RowChange.objects.filter(client_id=client_id)
        assert rows.count() > 8
        assert not rows.filter(account_id__isnull=True).exists()
        assert {row.at.utcoffset() for row in rows} == {timedelta(0)}
