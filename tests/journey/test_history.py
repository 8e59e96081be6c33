"""What rows about her were before: kept whoever changes them and how, and behind the rows' own walls."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import psycopg
import pytest
from django.core import serializers
from django.db import connection, migrations, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F

from pathways.domain.governance.policy import Resource
from pathways.domain.terms.people import Role
from pathways.installation import database
from pathways.journey import history, identity
from pathways.records import guards, keys, walls
from pathways.records.models import (
    CaseNote,
    Client,
    Contact,
    Episode,
    Identity,
    Involvement,
    Organisation,
    RowChange,
    Stop,
)
from tests.journey import people, women

pytestmark = [pytest.mark.database]
NOW = people.NOW


@pytest.fixture
def cast(db: None) -> people.Cast:
    return people.cast()


@pytest.fixture
def her(cast: people.Cast) -> uuid.UUID:
    return women.born(cast, worker=cast.worker, notes=2)[0]


def kept(row_id: uuid.UUID) -> list[RowChange]:
    """Everything about a row, whoever asks."""
    with identity.clerk():
        return list(RowChange.objects.filter(row_id=row_id).order_by("id"))


def test_every_table_about_a_person_has_its_triggers(superuser_dsn):
    with psycopg.connect(superuser_dsn) as link:
        there = link.execute(
            "select tgrelid::regclass::text, array_agg(tgname::text order by tgname) from pg_trigger"
            " where tgname like 'history_of_%' group by 1"
        ).fetchall()
    wanted = ["history_of_delete", "history_of_insert", "history_of_update"]
    assert dict(there) == {resource.value: wanted for resource in guards.with_history()}
    assert len(there) > 30


class TestSixWays:
    """The ways by which a row can be changed; each leaves its former state."""

    def by_save(self, note: CaseNote) -> None:
        note.written_by_name = "Another"
        note.save()

    def by_bulk_update(self, note: CaseNote) -> None:
        note.written_by_name = "Another"
        CaseNote.objects.bulk_update([note], ["written_by_name"])

    def by_queryset_update(self, note: CaseNote) -> None:
        CaseNote.objects.filter(pk=note.pk).update(written_by_name="Another")

    def by_raw_sql(self, note: CaseNote) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "update support_case_note set written_by_name = 'Another' where id = %s", [note.pk]
            )

    def by_migration(self, note: CaseNote) -> None:
        """As a data migration does it: with the models of a state of the migrations."""
        executor = MigrationExecutor(connection)
        state = executor.loader.project_state(executor.loader.graph.leaf_nodes("records"))
        rename = migrations.RunPython(
            lambda apps, _: (
                apps.get_model("records", "CaseNote")
                .objects.filter(pk=note.pk)
                .update(written_by_name="Another")
            )
        )
        with connection.schema_editor(atomic=False) as editor:
            rename.database_forwards("records", editor, state, state)

    @pytest.mark.parametrize(
        "way", ["by_save", "by_bulk_update", "by_queryset_update", "by_raw_sql", "by_migration"]
    )
    def test_it_is_kept(self, cast, her, way):
        with identity.acting(cast.worker) as by:
            note = CaseNote.objects.filter(client_id=her).first()
            before = note.written_by_name
            getattr(self, way)(note)
            assert CaseNote.objects.get(pk=note.pk).written_by_name == "Another"
        made, changed = kept(note.pk)
        assert (made.operation, changed.operation) == ("insert", "update")
        assert changed.old["written_by_name"] == before
        assert (changed.kind, changed.client_id, changed.organisation_id) == (
            "support_case_note",
            her,
            cast.worker.organisation_id,
        )
        assert (changed.account_id, changed.role) == (by.account_id, by.role.value)


def test_what_is_loaded_from_a_file_is_kept_as_well(cast, her):
    """Rows with sealed fields cannot be loaded so at all; an episode has none."""
    with identity.acting(cast.coordinator):
        episode = Episode.objects.get(client_id=her)
        (said,) = json.loads(serializers.serialize("json", [episode]))
        said["fields"]["level"] = 1
        for each in serializers.deserialize("json", json.dumps([said])):
            each.save()
    assert [(one.operation, (one.old or {}).get("level")) for one in kept(episode.pk)] == [
        ("insert", None),
        ("update", 3),
    ]


def test_what_one_act_did_carries_one_number(cast, her):
    with identity.acting(cast.worker):
        Contact.objects.filter(client_id=her).update(minutes=F("minutes") + 1)
    with identity.clerk():
        changed = RowChange.objects.filter(kind="support_contact", operation="update")
        assert changed.count() == 3
        assert len(set(changed.values_list("together", flat=True))) == 1


def test_an_update_that_changes_nothing_leaves_nothing(cast, her):
    with identity.acting(cast.worker):
        note = CaseNote.objects.filter(client_id=her).first()
        CaseNote.objects.filter(pk=note.pk).update(written_by_name=note.written_by_name)
    assert [one.operation for one in kept(note.pk)] == ["insert"]


def test_sealed_words_stay_sealed_and_open_for_whoever_may_read_the_row(cast, her):
    with identity.acting(cast.worker):
        note = CaseNote.objects.filter(client_id=her).order_by("written_at").first()
        first = note.body
        note.body = "She would rather be called Ro."
        note.save()
        note.body = "She would rather be called Ro, and only in the morning."
        note.save()
        latest, earlier, made = history.of_row(resource=Resource.CASE_NOTE, row_id=note.pk, by=cast.worker)
        assert [(one.field, one.was) for one in latest.formerly] == [
            ("body", "She would rather be called Ro.")
        ]
        assert [(one.field, one.was) for one in earlier.formerly] == [("body", first)]
        assert (made.did, made.formerly, made.who) == ("Made", (), cast.worker.name)
    with connection.cursor() as cursor, identity.clerk():
        cursor.execute("select string_agg(old::text, ' ') from row_change")
        assert "called" not in cursor.fetchone()[0]


def test_saving_again_without_a_change_shows_no_change_of_what_is_sealed(cast, her):
    with identity.acting(cast.worker):
        note = CaseNote.objects.filter(client_id=her).first()
        _ = note.body  # opened, so that it is sealed anew with the same words
        note.save()
        newest, *_ = history.of_row(resource=Resource.CASE_NOTE, row_id=note.pk, by=cast.worker)
        assert newest.formerly == ()


def test_once_her_key_is_destroyed_nobody_reads_what_was(cast, her):
    with identity.acting(cast.worker):
        note = CaseNote.objects.filter(client_id=her).first()
        note.body = "Something else."
        note.save()
        keys.store().destroy(her, cast.worker.organisation_id, at=people.NOW)
        newest, *_ = history.of_row(resource=Resource.CASE_NOTE, row_id=note.pk, by=cast.worker)
        assert [one.was for one in newest.formerly] == [history.NOT_READABLE]


def test_history_is_read_by_whoever_may_read_the_row_and_by_nobody_else(cast, her):
    seen: dict[str, set[str]] = {}
    for actor in cast:
        with identity.acting(actor):
            readable = {
                resource.value
                for resource in guards.with_history()
                if walls.model_of(resource).objects.exists()
            }
            found = set(RowChange.objects.values_list("kind", flat=True))
            assert found <= readable, actor.name
            for kind in found:  # row security alone: every row of history has its row
                rows = RowChange.objects.filter(kind=kind).values_list("row_id", flat=True)
                model = walls.model_of(Resource(kind))
                assert set(rows) == set(model.objects.filter(pk__in=set(rows)).values_list("pk", flat=True))
            seen[actor.name] = found
    assert "support_case_note" in seen[cast.worker.name]
    assert "support_case_note" not in seen[cast.coordinator.name]
    for nobody in (cast.spoc, cast.administrator, cast.evaluator, cast.governance, cast.other_worker):
        assert seen[nobody.name] == set(), nobody.name


def test_nobody_but_the_clerk_removes_history_and_nobody_changes_it(cast, her):
    with identity.acting(cast.worker):
        assert RowChange.objects.filter(client_id=her).delete()[0] == 0
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            RowChange.objects.filter(client_id=her).update(role="")
        ours = history.of_her(client_id=her, by=cast.worker).total
        assert ours > 5
        gone = history.forget(client_id=her, organisation_id=cast.worker.organisation_id, by=cast.worker)
        assert gone > 5
        assert history.of_her(client_id=her, by=cast.worker).total < ours


def test_her_history_tells_only_what_its_reader_may_read(cast, her):
    for actor, is_hers in (
        (cast.supervisor, True),
        (cast.worker, True),
        (cast.other_worker, False),
        (cast.spoc, False),
    ):
        with identity.acting(actor):
            found = history.of_her(client_id=her, by=actor)
            assert (found is not None) == is_hers
    with identity.acting(cast.coordinator):
        kinds = {
            one.resource for one in history.of_her(client_id=her, by=cast.coordinator, limit=100).changes
        }
        assert Resource.CASE_NOTE not in kinds
        assert Resource.EPISODE in kinds


def test_what_she_said_when_she_stopped_is_in_the_history_for_no_company(cast, her):
    sue = people.appoint("Petra Second", Role.SUPERVISOR, Organisation.objects.get(code="company"))
    with identity.clerk():
        episode = Episode.objects.get(client_id=her)
        for actor in (cast.provider, sue):
            Involvement(
                client_id=her, organisation_id=actor.organisation_id, account_id=actor.account_id,
                kind="support", from_at=NOW, given_by_id=actor.account_id,
            ).save(force_insert=True)  # fmt: skip
        asked = Stop(
            client_id=her, organisation_id=episode.organisation_id, episode=episode, kind="pause",
            asked_by="her", words="He found out.", stopped_at=NOW,
            recorded_by_id=cast.worker.account_id, recorded_by_organisation_id=cast.worker.organisation_id,
        )  # fmt: skip
        asked.save(force_insert=True)
        asked.words = "He has found out."
        asked.save(update_fields=["words"])

    def told(actor):
        with identity.acting(actor):
            return str(history.of_her(client_id=her, by=actor, limit=100).changes)

    assert "He found out." in told(cast.supervisor)
    assert "support_stop" in told(sue) and "found out" not in told(sue)


def test_a_second_page_knows_what_came_after_it(cast, her):
    with identity.acting(cast.worker):
        note = CaseNote.objects.filter(client_id=her).first()
        for words in ("one", "two", "two", "three"):
            note.body = words
            note.save()
        whole = history.of_her(client_id=her, by=cast.worker, limit=100)
        parts = [
            history.of_her(client_id=her, by=cast.worker, offset=n, limit=1).changes[0]
            for n in range(whole.total)
        ]
        assert parts == list(whole.changes)


@pytest.mark.usefixtures("as_superuser")
def test_what_a_superuser_or_a_migration_of_the_owner_does_is_kept_as_well(fresh_database):
    with transaction.atomic():
        cast = people.cast()
        client_id, _ = women.born(cast)
        identity.forget()
        Client.objects.filter(pk=client_id).update(created_at=NOW - timedelta(days=1))
        last = RowChange.objects.filter(row_id=client_id).first()
        assert (last.operation, last.account_id, last.role) == ("update", None, str(database.Role.SUPERUSER))
        Identity.objects.filter(client_id=client_id).delete()
        gone = RowChange.objects.first()
        assert (gone.operation, gone.client_id) == ("delete", client_id)
        assert gone.old["surname"].startswith("\\x01")
