"""Two records of one woman: joined under one, parted again as they were, and police see nothing of either."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathways.domain.evaluation.facts import EventFact, by_woman
from pathways.domain.reach import plan
from pathways.domain.reach import reaching as gates
from pathways.domain.support import joining as rules
from pathways.domain.terms.contact import Channel, Purpose, Weekday, Window
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.law import ConfidenceBasis, CrossingKind
from pathways.journey import (
    contacts,
    entering,
    gate,
    identity,
    joining,
    naming,
    screening,
    story,
    tasks,
)
from pathways.records.models import (
    AccessEvent,
    CaseNote,
    Client,
    Consideration,
    Episode,
    Identity,
    SafeContactPlan,
    Stop,
)
from tests.journey import people, women
from tests.journey import reaching_people as reaching
from tests.journey import test_doors as doors
from tests.journey.people import NOW
from tests.journey.test_correcting import facts

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def cast():
    return people.cast()


def join(cast, one, other, **more):
    with identity.acting(cast.coordinator) as by:
        return joining.join(client_id=one, other_id=other, why="Same birthday", by=by, at=NOW, **more)


def part(cast, joining_id, *to_other):
    with identity.acting(cast.coordinator) as by:
        return joining.part(joining_id=joining_id, to_other=to_other, why="Two women", by=by, at=NOW)


def two(cast) -> tuple[Any, Any]:
    """Rosa of the open door, whom a worker supports, and the same woman as police named and confirmed her."""
    mine, _ = women.born(cast, "Rosa", worker=cast.worker, notes=2)
    theirs = reaching.born(cast, "Rosa")
    return mine, theirs


#: Left out of "as before": that they were joined and parted is itself kept.
ASIDE = {
    *("support_joining", "task", "journey_event", "access_event", "form_edition", "disclosure", "draft"),
    "row_change",  # that it was joined and parted again is history
}


def everything(*client_ids) -> dict[str, dict[str, dict[str, Any]]]:
    """Every row of these women, ciphertext and all, but for what says that they were joined."""
    ids = list(client_ids)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    with identity.registrar():
        for model in apps.get_app_config("records").get_models():
            table = model._meta.db_table
            if table in ASIDE or not any(f.attname == "client_id" for f in model._meta.concrete_fields):
                continue
            if table == "support_identity":
                rows = [
                    {
                        "pk": row.pk, "names": (row.given_names, row.surname, row.other_names),
                        "born": row.date_of_birth, "telephone": row.telephone, "address": row.address,
                        "client_id": row.client_id,
                    }
                    for row in Identity.objects.filter(client_id__in=ids)
                ]  # fmt: skip
            else:
                rows = list(model._default_manager.filter(client_id__in=ids).values())
            found[table] = {str(row.get("id", row.get("pk"))): _plain(row) for row in rows}
        found["support_client"] = {
            str(row.pk): {"called": row.called, "into": row.joined_into_id}
            for row in Client.objects.filter(pk__in=ids)
        }
    return found


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {k: getattr(v, "blob", bytes(v) if isinstance(v, memoryview) else v) for k, v in row.items()}


def without_made(after, before):
    """The plan that the join made is kept as history: replaced, and no more in force."""
    plans = after["support_safe_contact_plan"]
    for key in set(plans) - set(before["support_safe_contact_plan"]):
        assert plans.pop(key)["status"] == "replaced"
    return after


def test_everything_of_both_is_under_the_one_record(cast):
    mine, theirs = two(cast)
    said = join(cast, mine, theirs.client_id)
    assert said, said.reason
    assert said.data["client_id"] == mine, "she came by the open door, so that record goes on"
    with identity.acting(cast.coordinator) as by:
        assert Episode.objects.filter(client_id=mine).count() == 2
        assert Episode.objects.filter(client_id=mine).exclude(status="closed").count() == 1
        assert joining.goes_on_as(client_id=theirs.client_id, by=by) == mine
        assert [one.record_id for one in naming.find("Rosa Invented", by=by)] == [mine]
        story_ = story.told(client_id=mine, by=by)
        assert any("joined" in one.title for one in story_.happenings)
        assert any(one.title == "Identified by a named person" for one in story_.happenings)
    with identity.acting(cast.worker):
        assert CaseNote.objects.filter(client_id=mine).first().body.startswith("Note")
    with identity.acting(replace(cast.coordinator, role=cast.governance.role)):
        assert AccessEvent.objects.filter(kind="combination").count() == 1


def test_police_see_nothing_of_a_join_or_a_parting(cast):
    mine, theirs = two(cast)

    def seen() -> list[Any]:
        with identity.acting(cast.spoc):
            return list(Consideration.objects.values_list("police_view", "police_view_at", "status"))

    before = seen()
    said = join(cast, mine, theirs.client_id)
    assert seen() == before
    with identity.acting(cast.spoc):
        assert Client.objects.count() == Episode.objects.count() == 0
    asked = {"kind": CrossingKind.CLIENT_REQUESTED, "confidence_basis": ConfidenceBasis.HER_AGREEMENT}
    assert doors.tell(cast, mine, **asked), "what police are told is hers to ask for, as at the open door"
    assert part(cast, said.id)
    assert seen() == before


def test_parted_they_are_as_they_were(cast):
    mine, theirs = two(cast)
    before = everything(mine, theirs.client_id)
    said = join(cast, mine, theirs.client_id, from_other=["given_names"])
    assert everything(mine, theirs.client_id) != before
    done = part(cast, said.id)
    assert done, done.reason
    assert without_made(everything(mine, theirs.client_id), before) == before


def test_what_was_written_since_is_asked_about_and_goes_where_it_belongs(cast):
    mine, theirs = two(cast)
    said = join(cast, mine, theirs.client_id)
    with identity.acting(cast.worker) as by:
        first = contacts.write_note(client_id=mine, body="Of Rosa.", by=by, at=NOW).id
        second = contacts.write_note(client_id=mine, body="Of the other.", by=by, at=NOW).id
    with identity.acting(cast.coordinator) as by:
        (found,) = joining.joined(client_id=mine, by=by, at=NOW)
        assert {one.id for one in found.since} == {first, second}
        strange = joining.part(joining_id=said.id, to_other=[mine], why="No", by=by, at=NOW)
        assert not strange
    assert part(cast, said.id, second)
    with identity.registrar():
        notes = {row.id: row for row in CaseNote.objects.filter(id__in=(first, second))}
        assert notes[first].client_id == mine
        assert notes[second].client_id == theirs.client_id
        assert notes[second].episode_id == theirs.episode_id
        assert notes[second].body == "Of the other.", "it opens still, under the key that it was sealed with"


def test_a_stop_of_either_holds_for_both(cast):
    mine, theirs = two(cast)
    with identity.clerk():
        Stop(
            client_id=theirs.client_id, organisation_id=cast.coordinator.organisation_id,
            episode_id=theirs.episode_id, kind="decline", asked_by="her", stopped_at=NOW,
            recorded_by_id=cast.coordinator.account_id,
            recorded_by_organisation_id=cast.coordinator.organisation_id,
        ).save(force_insert=True)  # fmt: skip
    join(cast, mine, theirs.client_id)
    answer = gate.may_reach(
        mine, channel=Channel.TEXT, purpose=Purpose.APPOINTMENT, at=NOW, by=cast.coordinator
    )
    assert not answer and "asked us to stop" in answer.reason


def test_she_is_reached_only_as_both_plans_allow(cast):
    mine, theirs = two(cast)
    join(cast, mine, theirs.client_id)
    with identity.clerk():
        (row,) = SafeContactPlan.objects.filter(client_id=mine).exclude(status="replaced")
        held = gate.plan_facts(row)
    assert held.channels == {Channel.TEXT} and held.windows
    assert held.status is plan.Status.CONFIRMED and held.must_not_know == ("her partner",)
    with identity.acting(cast.coordinator) as by:
        assert joining.CONFIRM_TASK in [task.kind for task in tasks.waiting(by=by)]


WINDOWS = st.builds(
    lambda day, start, length: Window(Weekday(day), time(start), time(min(start + length, 23))),
    st.integers(0, 6),
    st.integers(6, 20),
    st.integers(1, 4),
)
PLANS = st.builds(
    plan.Facts,
    st.sampled_from([s for s in plan.Status if s is not plan.Status.REPLACED]),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    channels=st.frozensets(st.sampled_from(list(Channel))),
    windows=st.lists(WINDOWS, max_size=3).map(tuple),
    is_any_time=st.booleans(),
    must_not_know=st.lists(st.sampled_from(["a", "b", "c"]), max_size=2, unique=True).map(tuple),
)


@given(PLANS, PLANS, st.sampled_from(list(Channel)), st.integers(0, 60 * 24 * 7))
def test_the_stricter_plan_lets_through_only_what_both_let_through(one, other, channel, minutes):
    def may(facts: plan.Facts) -> bool:
        at = datetime(2026, 12, 7, tzinfo=UTC) + timedelta(minutes=minutes)
        fresh = replace(facts, trusted_from=at, status=plan.Status.CONFIRMED)
        held = gates.Facts(fresh, has_agreed=True)
        return bool(gates.may_reach(held, channel=channel, at=at, purpose=Purpose.APPOINTMENT))

    both = rules.stricter(one, other)
    if both.status is not plan.Status.NOT_SAFE and may(both):
        assert may(one) and may(other)
    if plan.Status.NOT_SAFE in (one.status, other.status):
        assert both.status is plan.Status.NOT_SAFE
    assert set(both.must_not_know) == set(one.must_not_know) | set(other.must_not_know)
    assert both.trusted_from <= min(one.trusted_from, other.trusted_from)


@pytest.mark.parametrize("first_open", [True, False])
def test_an_open_door_record_always_goes_on(first_open):
    assert rules.goes_on(first_open, not first_open, first_is_older=not first_open) is first_open


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["open", "closed", "paused"]),
    st.sampled_from(["open", "closed"]),
    st.booleans(),
    st.sets(st.sampled_from(["given_names", "surname", "date_of_birth", "called"])),
    st.integers(0, 3),
)
def test_join_then_part_is_as_before(cast, first, second, is_stopped, stands, notes):
    """Whatever the two episodes are, whatever stands of the paper and whatever hangs on either."""
    with connection.cursor() as cursor:
        cursor.execute("savepoint examples")
    mine, episode_id = women.born(cast, "Rosa", worker=cast.worker, notes=notes)
    theirs = reaching.born(cast, "Rozalia")
    with identity.clerk():
        for key, status in ((episode_id, first), (theirs.episode_id, second)):
            more = {"closed_at": NOW, "outcome": "moved_on"} if status == "closed" else {}
            Episode.objects.filter(pk=key).update(status=status, **more)
        if is_stopped:
            Stop(
                client_id=mine, organisation_id=cast.coordinator.organisation_id, episode_id=episode_id,
                kind="pause", asked_by="her", stopped_at=NOW,
                recorded_by_id=cast.worker.account_id,
                recorded_by_organisation_id=cast.worker.organisation_id,
            ).save(force_insert=True)  # fmt: skip
    before = everything(mine, theirs.client_id)
    said = join(cast, mine, theirs.client_id, from_other=stands)
    assert said, said.reason
    done = part(cast, said.id)
    assert done, done.reason
    after = without_made(everything(mine, theirs.client_id), before)
    assert after == before
    with connection.cursor() as cursor:
        cursor.execute("rollback to savepoint examples")


def test_a_woman_is_counted_once_while_joined_and_twice_when_parted(cast):
    mine, theirs = two(cast)
    assert {str(mine), str(theirs.client_id)} <= set(by_woman(facts()))
    said = join(cast, mine, theirs.client_id)
    assert str(theirs.client_id) not in by_woman(facts())
    part(cast, said.id)
    assert {str(mine), str(theirs.client_id)} <= set(by_woman(facts()))


DAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def event(kind, days, her, **detail) -> EventFact:
    return EventFact(kind, DAY + timedelta(days=days), "", her, None, "o", "", "", detail)


def test_a_contact_that_was_the_other_womans_is_counted_for_her():
    told = [
        event(EventKind.CORRECTED, 1, "a", what="joined", client="b"),
        event(EventKind.CONTACT_RECORDED, 2, "a", contact="c", attended="yes"),
        event(EventKind.CORRECTED, 3, "a", what="parted", client="b"),
        event(EventKind.CORRECTED, 3, "a", what="moved", client="b", contact="c", episode="eb"),
    ]
    assert [one.detail["contact"] for one in by_woman(told)["b"] if "attended" in one.detail] == ["c"]


def test_a_known_woman_whom_police_confirm_is_shown_before_anybody_approaches_her_twice(cast):
    with identity.acting(cast.coordinator) as by:
        client, _ = entering.enter(
            case_id=people.uuid.uuid4(),
            route=people.Route.SELF, called="Marta", given_names="Marta", surname="Invented",
            born=doors.WHO.born, contact_plan={"channels": ["text"], "is_any_time": True},
            coordinating_organisation_id=by.organisation_id, by=by, at=NOW,
        )  # fmt: skip
    key = doors.screened(cast)
    with identity.acting(cast.coordinator) as by:
        flagged = Client.objects.exclude(pk=client.id).get()
        (like,) = joining.alike(client_id=flagged.id, by=by, at=NOW)
        assert like.client_id == client.id
        shown = joining.pair(client_id=flagged.id, other_id=client.id, by=by, at=NOW)
        assert shown.kept.client_id == client.id
    with identity.acting(cast.spoc) as by:
        page = screening.page(consideration_id=key, by=by, at=NOW)
    said = join(cast, flagged.id, client.id)
    assert said and said.data["client_id"] == client.id
    with identity.acting(cast.coordinator) as by:
        assert not [task for task in tasks.waiting(by=by) if task.object_id == flagged.id]
        assert joining.alike(client_id=client.id, by=by, at=NOW) == ()
    with identity.acting(cast.spoc) as by:
        assert screening.page(consideration_id=key, by=by, at=NOW) == page


def test_two_women_are_kept_apart_and_not_shown_again(cast):
    mine, theirs = two(cast)
    with identity.acting(cast.coordinator) as by:
        assert joining.alike(client_id=mine, by=by, at=NOW)
        assert joining.keep_apart(client_id=mine, other_id=theirs.client_id, why="Twins", by=by, at=NOW)
        assert joining.alike(client_id=mine, by=by, at=NOW) == ()


def test_nobody_but_the_coordinator_joins_and_only_what_she_coordinates(cast):
    mine, theirs = two(cast)
    for actor in (cast.worker, cast.supervisor, cast.spoc, cast.governance):
        with identity.acting(actor) as by:
            assert not joining.join(client_id=mine, other_id=theirs.client_id, why="So", by=by, at=NOW)
