"""What an earlier version made findable, this one makes findable again: from what each record holds now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pathways.domain.terms.people import Role
from pathways.journey import findable, identity, naming
from pathways.records import tokens
from pathways.records.models import NameToken, Nominal
from tests.journey import people, test_doors, test_linking
from tests.journey.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_fresh_process() -> Iterator[None]:
    findable._seen_whole.clear()
    yield
    findable._seen_whole.clear()


@pytest.fixture
def cast() -> Any:
    return people.cast()


@pytest.fixture
def everyone(cast: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str, Any]]:
    """A record of each kind, by a version without short forms: who searches, for whom, which is hers."""
    with monkeypatch.context() as earlier:
        earlier.setattr(tokens, "GROUPS", {})
        earlier.setattr(naming, "edition", lambda: "edition:earlier")
        client = test_linking.woman(cast.coordinator, "Katherine", "Wojcik", test_linking.BORN)
        nominal = test_linking.named(cast.spoc, "Deborah", "Olsson", test_linking.BORN)
        came = test_doors.coming(cast.coordinator).id
    return [
        (cast.coordinator, "Kitty", client),
        (cast.spoc, "Debs", nominal),
        (cast.coordinator, "Nadine", came),
    ]


def found(typed: str, actor: Any) -> set[Any]:
    with identity.acting(actor) as by:
        return {one.record_id for one in naming.find(typed, by=by)}


def how_many() -> int:
    with identity.clerk():
        return NameToken.objects.count()


def test_every_kind_of_record_is_found_by_what_this_version_finds_by(everyone: list[Any]) -> None:
    assert [key in found(typed, by) for by, typed, key in everyone] == [False, False, False]
    assert findable.again(at=NOW) == len(everyone)
    assert [key in found(typed, by) for by, typed, key in everyone] == [True, True, True]


def test_it_is_done_once_and_looked_for_once_in_a_process(everyone: list[Any], monkeypatch: Any) -> None:
    findable.again(at=NOW)
    count = how_many()
    monkeypatch.setattr(findable, "_of_earlier", None)
    assert findable.again(at=NOW) == 0
    monkeypatch.undo()
    findable._seen_whole.clear()
    assert findable.again(at=NOW) == 0
    assert how_many() == count


def test_more_than_a_batch_is_gone_through(everyone: list[Any], monkeypatch: Any) -> None:
    monkeypatch.setattr(findable, "BATCH", 1)
    assert findable.again(at=NOW) == len(everyone)


def test_a_record_that_is_no_longer_there_is_no_longer_found(cast: Any, everyone: list[Any]) -> None:
    _, _, nominal = everyone[1]
    place = cast.spoc.organisation_id
    with identity.clerk():
        NameToken.objects.filter(record_id=nominal).update(record_id=place)
    findable.again(at=NOW)
    with identity.clerk():
        assert not NameToken.objects.filter(record_id=place).exists()


def test_nobody_is_found_again_where_she_was_forgotten(cast: Any, everyone: list[Any]) -> None:
    _, _, client = everyone[0]
    naming.forget(client, None, by=cast.coordinator)
    findable.again(at=NOW)
    assert found("Katherine", cast.coordinator) == set()


def test_the_indexer_reads_no_other_forces_records(cast: Any, everyone: list[Any]) -> None:
    with identity.indexer(identity.MACHINE, cast.coordinator.organisation_id) as indexer:
        assert indexer.role is Role.INDEXER
        assert not Nominal.objects.exists()
    with identity.indexer(identity.MACHINE, cast.spoc.organisation_id):
        assert Nominal.objects.count() == 1
