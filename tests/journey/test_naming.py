"""Search on sealed names: she is found by those who may see her, however typed, and by nobody else."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.db import connection

from pathways.domain.terms.people import MACHINE_ROLES, Role, Sector
from pathways.journey import identity, involving, naming
from pathways.records.models import Client, Identity, InvolvementKind, NameToken
from tests.journey import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return people.cast()


@pytest.fixture
def her(cast):
    with identity.acting(cast.coordinator) as by:
        client = Client(
            organisation_id=by.organisation_id, reference="KW5219EC", called="Katie", created_at=people.NOW
        )
        client.save(force_insert=True)
        involving.involve(
            client_id=client.id,
            organisation_id=by.organisation_id,
            account_id=None,
            kind=InvolvementKind.COORDINATION,
            by=by,
            at=people.NOW,
        )
        Identity(
            client=client,
            organisation_id=by.organisation_id,
            given_names="Katherine Anne",
            surname="O'Malley-Brown",
            date_of_birth=date(1990, 6, 12),
        ).save(force_insert=True)
        involving.make_findable(client.id, by.organisation_id, by=by)
    return client


TYPED = [
    "Katherine O'Malley",
    "omalley katherine",
    "Kathrine Omaley",
    "Kate Brown",
    "katie",
    "12/06/1990",
    "brown 1990",
    "June 1990 Kate",
    "Malley Cath",
]


@pytest.mark.parametrize("typed", TYPED)
def test_she_is_found_however_she_was_typed(cast, her, typed):
    with identity.acting(cast.coordinator) as by:
        assert [found.record_id for found in naming.find(typed, by=by)] == [her.id]


@pytest.mark.parametrize("typed", ["", "   ", "Zoe Xanthopoulos", "14/02/1961"])
def test_what_is_not_like_her_finds_nobody(cast, her, typed):
    with identity.acting(cast.coordinator) as by:
        assert naming.find(typed, by=by) == []


def test_no_other_organisation_finds_her(cast, her):
    for actor in (cast.spoc, cast.worker, cast.provider, cast.supervisor):
        with identity.acting(actor) as by:
            assert naming.find("Katherine O'Malley", by=by) == []


def test_a_private_company_finds_her_by_the_name_she_uses_and_not_by_her_papers(cast, her):
    with identity.acting(cast.coordinator) as by:
        involving.involve(
            client_id=her.id,
            organisation_id=cast.provider.organisation_id,
            account_id=cast.provider.account_id,
            kind=InvolvementKind.SUPPORT,
            by=by,
            at=people.NOW,
        )
    with identity.acting(cast.provider) as by:
        assert [found.record_id for found in naming.find("Katie", by=by)] == [her.id]
        assert naming.find("O'Malley", by=by) == []
        assert naming.find("12/06/1990", by=by) == []
    with identity.acting(cast.provider_colleague) as by:
        assert naming.find("Katie", by=by) == []


def test_ending_the_work_with_her_ends_being_found(cast, her):
    with identity.acting(cast.coordinator) as by:
        involving.end(client_id=her.id, by=by, at=people.NOW)
        assert naming.find("Katherine", by=by) == []
    with identity.clerk():
        assert not NameToken.objects.filter(record_id=her.id).exists()


def test_the_tokens_of_two_organisations_have_nothing_in_common(cast, her):
    with identity.clerk():
        mine = set(NameToken.objects.values_list("token", flat=True))
        naming.index(
            naming.Kind.CLIENT,
            uuid.uuid4(),
            cast.worker.organisation_id,
            names=["Katherine", "O'Malley-Brown"],
            born=date(1990, 6, 12),
            by=identity.MACHINE,
        )
        theirs = set(
            NameToken.objects.filter(organisation_id=cast.worker.organisation_id).values_list(
                "token", flat=True
            )
        )
    assert theirs
    assert not mine & theirs


def test_names_lie_in_the_database_as_ciphertext_only(cast, her):
    with identity.acting(cast.coordinator), connection.cursor() as cursor:
        cursor.execute("select i::text || c::text from support_identity i, support_client c")
        assert "Kat" not in cursor.fetchone()[0]


def test_the_cast_holds_every_role_that_a_person_can_have(cast):
    assert {actor.role for actor in cast} == set(Role) - MACHINE_ROLES
    assert {actor.sector for actor in cast} > {Sector.POLICE, Sector.PRIVATE, Sector.THIRD_SECTOR}
