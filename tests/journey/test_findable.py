"""What an earlier version made findable, this one makes findable again: from what each record holds now."""

from __future__ import annotations

import uuid
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


def test_who_is_forgotten_while_it_runs_stays_forgotten(
    cast: Any, everyone: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, client = everyone[0]
    looked_for = findable._of_earlier

    def and_forgotten(edition: str, place: Any, only: Any = None) -> list[Any]:
        found_now = looked_for(edition, place, only)
        if only is None and any(key == client for key, _ in found_now):
            naming.forget(client, None, by=cast.coordinator)
        return found_now

    monkeypatch.setattr(findable, "_of_earlier", and_forgotten)
    findable.again(at=NOW)
    assert found("Katherine", cast.coordinator) == set()


def test_a_record_that_somebody_is_at_is_left_for_the_next_time(
    everyone: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as busy:
        busy.setattr(naming, "is_free", lambda record_id: False)
        assert findable.again(at=NOW) == 0
    assert findable.again(at=NOW) == len(everyone)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_next_records_are_made_also_where_one_has_gone(everyone: list[Any], place: int) -> None:
    _, _, key = everyone[place]
    gone = uuid.uuid4()
    with identity.clerk():
        NameToken.objects.filter(record_id=key).update(record_id=gone)
    assert findable.again(at=NOW) == len(everyone)
    with identity.clerk():
        assert not NameToken.objects.filter(record_id=gone).exists()
    others = [one for number, one in enumerate(everyone) if number != place]
    assert all(hers in found(typed, by) for by, typed, hers in others)
