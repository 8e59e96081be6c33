"""One person from many records: known already?, a run through one's own, and what people decide."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from pathways.domain.governance.actors import Actor
from pathways.domain.identification.linking import Action, RunStatus, Status
from pathways.domain.terms.law import FactOrOpinion, SubjectCategory
from pathways.domain.terms.people import HUMAN_ROLES, Role
from pathways.domain.terms.routes import Route
from pathways.journey import comparing, flagging, identity, involving, joining, knowing, linking, naming
from pathways.journey.comparing import Paper
from pathways.records import keys, sealed, walls
from pathways.records.models import (
    AccessEvent,
    Client,
    Identity,
    InvolvementKind,
    LinkRun,
    NameToken,
    Nominal,
    PolicePair,
    SupportPair,
    Task,
)
from tests.journey import people

pytestmark = pytest.mark.django_db
NOW = people.NOW
BORN = date(1990, 3, 4)
PLACE = "12 High Street, Leeds LS7 1AB"


@pytest.fixture
def cast():
    return people.cast()


def woman(by: Actor, given: str, surname: str, born: date | None, n: int = 0, **more: str) -> uuid.UUID:
    with identity.acting(by):
        client = Client(
            organisation_id=by.organisation_id, reference=f"KW{5200 + n}AA", called=given, created_at=NOW
        )
        client.save(force_insert=True)
        involving.involve(
            client_id=client.id,
            organisation_id=by.organisation_id,
            account_id=None,
            kind=InvolvementKind.COORDINATION,
            by=by,
            at=NOW,
        )
        Identity(
            client=client,
            organisation_id=by.organisation_id,
            given_names=given,
            surname=surname,
            date_of_birth=born,
            **more,
        ).save(force_insert=True)
        involving.make_findable(client.id, by.organisation_id, by=by)
    return client.id


def named(by: Actor, given: str, surname: str, born: date | None, **more: str) -> uuid.UUID:
    """A record of a force, by a flag."""
    with identity.acting(by):
        said = flagging.flag(
            who=flagging.Named(given, surname, born=born, is_adult=True, **more),
            route=Route.CUSTODY,
            why="Seen in custody.",
            seen=flagging.Seen(),
            fact_or_opinion=FactOrOpinion.FACT,
            subject_category=SubjectCategory.VICTIM,
            by=by,
            at=NOW,
        )
        assert said, said.reason
        return Nominal.objects.order_by("-created_at").get(considerations__id=said.id).id


def look(by: Actor, given: str, surname: str, born: date | None = None) -> list[uuid.UUID]:
    with identity.acting(by):
        return [one.id for one in knowing.look(who=Paper(given, surname, born=born), by=by, at=NOW)]


def run(by: Actor) -> LinkRun:
    with identity.acting(by):
        said = linking.ask(by=by, at=NOW)
        assert said, said.reason
    linking.run_waiting(at=NOW + timedelta(minutes=1))
    with identity.acting(by):
        return LinkRun.objects.get(pk=said.id)


# --- known already? ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "surname", "born"),
    [
        ("Katherine", "Wojcik", None),
        ("Katie", "Wojcik", BORN),
        ("Wojcik", "Katherine", BORN),
        ("Kathrine", "Wojcik", BORN),
        ("Katherine", "Woycik", date(1990, 4, 3)),
        ("Kathrine", "Wojick", None),
    ],
)
def test_she_is_found_however_her_name_is_damaged(cast, given, surname, born) -> None:
    hers = woman(cast.coordinator, "Katherine", "Wojcik", BORN)
    woman(cast.coordinator, "Joan", "Price", date(1971, 5, 6), n=1)
    assert look(cast.coordinator, given, surname, born) == [hers]


def test_police_look_among_their_own_records_and_support_among_theirs(cast) -> None:
    hers = woman(cast.coordinator, "Katherine", "Wojcik", BORN)
    nominal = named(cast.spoc, "Katherine", "Wojcik", BORN)
    for police in (cast.spoc, cast.analyst):
        assert look(police, "Katherine", "Wojcik", BORN) == [nominal]
    assert look(cast.coordinator, "Katherine", "Wojcik", BORN) == [hers]
    for other in (cast.worker, cast.supervisor, cast.other_worker, cast.provider):
        assert look(other, "Katherine", "Wojcik", BORN) == []


def test_police_are_answered_by_one_statement_that_is_planned_once(cast) -> None:
    nominal = named(cast.spoc, "Katherine", "Wojcik", BORN)
    asked = []

    def counting(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    with identity.acting(cast.spoc) as by:
        for given in ("Katherine", "Katie", "Kathrine"):
            with connection.execute_wrapper(counting):
                who = Paper(given, "Wojcik", born=BORN)
                found = knowing.likeliest(who, by=by, kinds=(naming.Kind.NOMINAL,))
            assert [one.id for one in found] == [nominal]
        with connection.cursor() as cursor:
            cursor.execute(
                "select generic_plans, custom_plans from pg_prepared_statements"
                " where statement like '%%police_nominal%%name_token%%'"
            )
            plans = cursor.fetchall()
    assert len(asked) == 3
    assert plans
    assert all(generic >= 2 and custom == 0 for generic, custom in plans)


def test_nothing_of_a_woman_out_of_sight_is_opened(cast, monkeypatch) -> None:
    """Not even where a token of one's own leads to another force's record, and row security stands alone."""
    mine = named(cast.spoc, "Katherine", "Wojcik", BORN)
    other = replace(cast.spoc, account_id=uuid.uuid4(), organisation_id=uuid.uuid4())
    with identity.acting(other):
        theirs = Nominal.objects.create(
            organisation_id=other.organisation_id, given_names="Katherine", surname="Wojcik",
            date_of_birth=BORN, created_at=NOW, created_by_id=other.account_id,
        )  # fmt: skip
    kept = comparing.kept_under(Paper("Katherine", "Wojcik", born=BORN))
    for force in (other.organisation_id, cast.spoc.organisation_id):
        naming.index(
            naming.Kind.NOMINAL, theirs.id, force, names=["Katherine", "Wojcik"], born=BORN, kept_under=kept,
            by=replace(cast.spoc, organisation_id=force),
        )  # fmt: skip
    asked: list[uuid.UUID] = []
    plainly = keys.KeyStore.existing_of

    def listening(store, names):
        names = list(names)
        asked.extend(person for person, _ in names)
        return plainly(store, names)

    monkeypatch.setattr(keys.KeyStore, "existing_of", listening)
    with walls.python_wall_down():
        assert look(cast.spoc, "Katherine", "Wojcik", BORN) == [mine]
    assert asked == [mine]


def test_records_opened_together_read_as_each_by_itself(cast) -> None:
    """Also one with little in it, one whose key was destroyed, one on its way to a new key, one emptied."""
    hers = [
        named(cast.spoc, "Katherine", "Wojcik", BORN, address=PLACE, telephone="07700900123"),
        named(cast.spoc, "Joan", "Price", None),
        named(cast.spoc, "Mary", "Hall", BORN),
        named(cast.spoc, "Anna", "Reid", BORN, address=PLACE),
        named(cast.spoc, "Ruth", "Ward", BORN, address=PLACE),
    ]
    force = cast.spoc.organisation_id
    keys.store().destroy(hers[2], force, at=NOW)
    keys.store().renew(hers[3], force, at=NOW)
    with identity.acting(cast.spoc) as by:
        with connection.cursor() as cursor:
            emptied = [sealed.EMPTIED, hers[4]]
            cursor.execute("update police_nominal set address = %s where id = %s", emptied)
            assert cursor.rowcount == 1
        together = {
            key: (name, paper) for _, key, name, paper in knowing.papers({naming.Kind.NOMINAL: hers}, by)
        }
        rows = Nominal.objects.filter(id__in=hers)
        assert together == {row.id: (row.full_name, knowing.paper_of_nominal(row)) for row in rows}
        assert together[hers[2]][1].surname == together[hers[4]][1].address == sealed.ERASED
        assert together[hers[3]][0] == "Anna Reid"
        with connection.cursor() as cursor:
            cursor.execute(
                "update police_nominal a set surname = b.surname from police_nominal b"
                " where a.id = %s and b.id = %s",
                [hers[0], hers[1]],
            )
            assert cursor.rowcount == 1
        with pytest.raises(sealed.SealBroken):
            list(knowing.papers({naming.Kind.NOMINAL: hers[:1]}, by))


def test_who_reads_no_record_looks_for_nobody(cast) -> None:
    named(cast.spoc, "Katherine", "Wojcik", BORN)
    for nobody in (cast.officer, cast.evaluator, cast.governance, cast.commissioner, cast.administrator):
        assert not knowing.may_look(nobody)
        assert look(nobody, "Katherine", "Wojcik", BORN) == []


def test_only_the_coordinator_is_told_who_else_works_with_her(cast) -> None:
    hers = woman(cast.coordinator, "Katherine", "Wojcik", BORN)
    with identity.acting(cast.coordinator) as by:
        involving.involve(
            client_id=hers,
            organisation_id=cast.worker.organisation_id,
            account_id=cast.worker.account_id,
            kind=InvolvementKind.SUPPORT,
            by=by,
            at=NOW,
        )
        (found,) = knowing.look(who=Paper("Katherine", "Wojcik", born=BORN), by=by, at=NOW)
        assert found.works_with == (cast.worker.organisation_name,)
    with identity.acting(cast.worker) as by:
        (found,) = knowing.look(who=Paper("Katherine", "Wojcik", born=BORN), by=by, at=NOW)
        assert found.id == hers and found.works_with == ()


def test_a_look_is_one_event_without_what_was_typed(cast) -> None:
    hers = woman(cast.coordinator, "Katherine", "Wojcik", BORN)
    look(cast.coordinator, "Katherine", "Wojcik", BORN)
    with identity.sealing():
        (event,) = AccessEvent.objects.filter(route="known")
        assert event.subjects == [hers] and event.kind == "search" and event.found == 1
        assert "Wojcik" not in str(vars(event)) and "Katherine" not in str(vars(event))


def test_too_little_typed_is_not_looked_for(cast) -> None:
    woman(cast.coordinator, "Katherine", "Wojcik", BORN)
    assert look(cast.coordinator, "Katherine", "") == look(cast.coordinator, "", "", BORN) == []


# --- runs -------------------------------------------------------------------------------------------


def test_a_run_joins_what_is_near_certain_of_police_and_proposes_the_rest(cast) -> None:
    sure = [named(cast.spoc, "Katherine", "Wojcik", BORN, address=PLACE) for _ in range(2)]
    doubtful = [named(cast.spoc, "Sarah", "Price", date(1981, 2, 3)),
                named(cast.spoc, "Sarah", "Price", date(1981, 2, 13))]  # fmt: skip
    named(cast.spoc, "Joan", "Baker", date(1971, 5, 6))
    done = run(cast.spoc)
    assert (done.status, done.records, done.opened) == (RunStatus.DONE.value, 5, 5)
    with identity.acting(cast.spoc):
        found = {row.status: {row.one_id, row.other_id} for row in PolicePair.objects.all()}
        assert found == {Status.JOINED.value: set(sure), Status.PROPOSED.value: set(doubtful)}
        assert Task.objects.filter(kind=linking.TASK, done_at__isnull=True).count() == 1
        (same,) = linking.same_person(nominal_id=sure[0], by=cast.spoc)
        assert same.nominal_id == sure[1] and same.pair_id
        # the records stay as they were
        assert Nominal.objects.count() == 5
    with identity.sealing():
        event = AccessEvent.objects.get(kind="combination", resource="link_run")
        assert event.actor_id == cast.spoc.account_id and set(event.subjects) == set(sure)
        assert "known-1" in event.reason and "5 records" in event.reason


def test_a_run_never_joins_womens_records(cast) -> None:
    one = woman(cast.coordinator, "Katherine", "Wojcik", BORN, address=PLACE)
    other = woman(cast.coordinator, "Katherine", "Wojcik", BORN, n=1, address=PLACE)
    done = run(cast.coordinator)
    assert (done.joined, done.proposed) == (0, 1)
    with identity.acting(cast.coordinator) as by:
        row = SupportPair.objects.get()
        assert {row.client_id, row.other_id} == {one, other} and row.status == Status.PROPOSED.value
        said = linking.decide(pair_id=row.id, action=Action.JOIN, why="The same", by=by, at=NOW)
        assert not said
        assert joining.join(client_id=one, other_id=other, why="The same", by=by, at=NOW)
        row.refresh_from_db()
        assert row.status == Status.JOINED.value and row.decided_by_id == by.account_id
    again = run(cast.coordinator)
    assert (again.records, again.proposed) == (1, 0)


@pytest.mark.parametrize(
    ("action", "status"),
    [
        (Action.JOIN, Status.JOINED),
        (Action.KEEP_APART, Status.APART),
        (Action.LEAVE_OPEN, Status.UNKNOWN),
    ],
)
def test_what_a_person_decided_binds_every_later_run(cast, action, status) -> None:
    named(cast.spoc, "Sarah", "Price", date(1981, 2, 3))
    named(cast.spoc, "Sarah", "Price", date(1981, 2, 13))
    run(cast.spoc)
    with identity.acting(cast.analyst) as by:
        row = PolicePair.objects.get()
        assert not linking.decide(pair_id=row.id, action=Action.PART, why="x", by=by, at=NOW)
        assert linking.decide(pair_id=row.id, action=action, why="Because", by=by, at=NOW)
    done = run(cast.spoc)
    assert (done.joined, done.proposed) == (0, 0)
    with identity.acting(cast.spoc) as by:
        assert PolicePair.objects.get().status == status.value
        assert linking.waiting(by=by) == 0
        assert not Task.objects.filter(kind=linking.TASK, done_at__isnull=True).exists()


def test_a_join_is_undone_and_no_run_joins_it_again(cast) -> None:
    two = [named(cast.spoc, "Katherine", "Wojcik", BORN, address=PLACE) for _ in range(2)]
    run(cast.spoc)
    with identity.acting(cast.spoc) as by:
        row = PolicePair.objects.get(status=Status.JOINED.value)
        assert linking.decide(pair_id=row.id, action=Action.PART, why="Twins", by=by, at=NOW)
        assert linking.same_person(nominal_id=two[0], by=by) == ()
    assert run(cast.spoc).joined == 0
    with identity.acting(cast.spoc) as by:
        found = linking.page(pair_id=row.id, by=by, at=NOW)
        assert found is not None and found.status is Status.PARTED and found.why == "Twins"
        assert any("joined" in did.lower() or "one person" in did.lower() for _, _, did in found.earlier)


def test_one_likely_pair_does_not_chain_two_people(cast) -> None:
    """Mother and daughter at one address, and a record that is half of each."""
    a = named(cast.spoc, "Katherine", "Wojcik", date(1990, 3, 4), address=PLACE, telephone="07700900123")
    b = named(cast.spoc, "Katherine", "Wojcik", date(1990, 3, 4), address=PLACE, telephone="07700900456")
    c = named(cast.spoc, "Anna", "Wojcik", date(1965, 8, 9), address=PLACE, telephone="07700900456")
    run(cast.spoc)
    with identity.acting(cast.spoc) as by:
        assert [one.nominal_id for one in linking.same_person(nominal_id=a, by=by)] == [b]
        assert linking.same_person(nominal_id=c, by=by) == ()


def test_records_of_before_there_was_this_are_found_after_a_run(cast) -> None:
    hers = woman(cast.coordinator, "Katherine", "Wojcik", BORN)
    with identity.clerk(cast.coordinator):
        naming.index(naming.Kind.CLIENT, hers, cast.coordinator.organisation_id,
                     names=["Katherine", "Wojcik"], born=BORN, by=cast.coordinator)  # fmt: skip
        before = NameToken.objects.filter(record_id=hers).count()
    run(cast.coordinator)
    with identity.clerk(cast.coordinator):
        assert NameToken.objects.filter(record_id=hers).count() > before


def test_only_those_who_judge_ask_for_a_run_and_see_pairs(cast) -> None:
    named(cast.spoc, "Sarah", "Price", date(1981, 2, 3))
    named(cast.spoc, "Sarah", "Price", date(1981, 2, 13))
    run(cast.spoc)
    with identity.acting(cast.spoc):
        pair_id = PolicePair.objects.get().id
    seen = set()
    for actor in cast:
        with identity.acting(actor) as by:
            if linking.page(pair_id=pair_id, by=by, at=NOW) is not None:
                seen.add(actor.role)
            elif actor.role not in (Role.COORDINATOR, Role.POLICE_SPOC, Role.POLICE_ANALYST):
                assert not linking.ask(by=by, at=NOW)
                assert not linking.decide(pair_id=pair_id, action=Action.JOIN, why="x", by=by, at=NOW)
    assert seen == {Role.POLICE_SPOC, Role.POLICE_ANALYST} <= set(HUMAN_ROLES)


def test_a_run_whose_asker_left_does_nothing(cast) -> None:
    named(cast.spoc, "Sarah", "Price", date(1981, 2, 3))
    with identity.acting(cast.spoc) as by:
        said = linking.ask(by=by, at=NOW)
        assert not linking.ask(by=by, at=NOW), "one at a time"
    with connection.cursor() as cursor:
        cursor.execute("update appointment set until_at = now() where id = %s", [cast.spoc.appointment_id])
    linking.run_waiting(at=NOW)
    with identity.acting(cast.analyst):
        row = LinkRun.objects.get(pk=said.id)
        assert row.status == RunStatus.FAILED.value and row.trouble == "asker_left"


def test_a_flag_of_a_woman_who_is_known_joins_its_record_to_hers(cast) -> None:
    old = named(cast.spoc, "Katherine", "Wojcik", BORN)
    with identity.acting(cast.spoc) as by:
        said = flagging.flag(
            who=flagging.Named("Katie", "Wojcik", born=BORN, is_adult=True, telephone="07700900123"),
            route=Route.CUSTODY,
            why="Again.",
            seen=flagging.Seen(),
            fact_or_opinion=FactOrOpinion.FACT,
            subject_category=SubjectCategory.VICTIM,
            same_as=old,
            by=by,
            at=NOW,
        )
        assert said
        (same,) = linking.same_person(nominal_id=old, by=by)
        assert Nominal.objects.get(pk=same.nominal_id).telephone == "07700900123"
        assert Nominal.objects.get(pk=old).telephone == ""
