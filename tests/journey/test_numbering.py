"""A reference that is taken already is drawn again, and nobody learns that it was."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from pathways.domain.terms import references
from pathways.journey import identity, numbering
from pathways.records.models import Client
from tests.journey import people

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def cast() -> people.Cast:
    return people.cast()


def reference_of(key) -> str:
    with identity.clerk():
        return Client.objects.values_list("reference", flat=True).get(pk=key)


def test_of_two_women_with_one_reference_drawn_the_second_gets_another(cast, monkeypatch):
    taken = reference_of(people.born(cast)[0])
    drawn = iter([taken, taken, "KW5219ED"])
    monkeypatch.setattr(numbering, "draw", lambda: next(drawn))
    assert reference_of(people.born(cast, "Maya")[0]) == "KW5219ED"


def test_a_new_reference_for_a_row_that_is_there_is_not_another_womans(cast, monkeypatch):
    taken, hers = reference_of(people.born(cast)[0]), people.born(cast, "Maya")[0]
    drawn = iter([taken, "KW5219ED"])
    monkeypatch.setattr(numbering, "draw", lambda: next(drawn))
    with identity.clerk():
        numbering.renew(Client.objects.get(pk=hers))
    assert reference_of(hers) == "KW5219ED"


def test_it_gives_up_and_every_other_refusal_of_the_database_is_told(cast, monkeypatch):
    one, other = people.born(cast)[0], people.born(cast, "Maya")[0]
    taken = reference_of(one)
    with identity.clerk():
        row = Client.objects.get(pk=other)
        with pytest.raises(IntegrityError):
            numbering.insert(row)  # her own key is there already
        monkeypatch.setattr(numbering, "draw", lambda: taken)
        with pytest.raises(IntegrityError):
            numbering.renew(row)


def test_a_reference_that_was_drawn_can_be_said_aloud():
    assert references.read(numbering.draw())
