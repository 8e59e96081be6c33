"""The panel: who is shown what by either wall, conflicts, the shared screen, decisions, and paper."""

from __future__ import annotations

import pathlib
import re
import uuid
from datetime import date, datetime, time, timedelta
from itertools import product

import pytest

from pathways.domain.governance import panel_rules
from pathways.domain.governance.bars import Ground
from pathways.domain.governance.panel_rules import PanelField, Side
from pathways.domain.terms import clocks
from pathways.domain.terms.clocks import WorkingTime
from pathways.domain.terms.people import Role
from pathways.domain.triage import meeting as m
from pathways.journey import (
    adding,
    agenda,
    barring,
    clockwork,
    counting_panel,
    held,
    identity,
    in_session,
    meetings,
    minuting,
    panel,
    sight,
)
from pathways.journey.adding import Added
from pathways.journey.invented import panelled
from pathways.records import models as r
from pathways.records import walls
from tests.journey import agreed, people, women
from tests.journey.people import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]
F = PanelField
SOON = date(2026, 11, 10)
DUE = date(2026, 11, 24)
AT_TABLE = ("spoc", "worker", "other_worker", "provider", "coordinator", "chair")


def agree_with_each_other(cast) -> None:
    """A sharing agreement from every agency at the table to every other."""
    ids = sorted({actor.organisation_id for actor in cast})
    for giver, receiver in product(ids, ids):
        if giver != receiver:
            r.SharingAgreement.objects.get_or_create(
                from_organisation_id=giver,
                to_organisation_id=receiver,
                defaults={
                    "name": "Panel",
                    "purpose": "The panel",
                    "from_date": date(2026, 1, 1),
                    "review_date": date(2027, 1, 1),
                },
            )


@pytest.fixture
def cast():
    cast = people.cast()
    agree_with_each_other(cast)
    return cast


def by_all(cast) -> list[str]:
    return [getattr(cast, name).seat for name in AT_TABLE]


def planned(cast):
    with identity.acting(cast.coordinator) as by:
        return meetings.start_series(
            name="SOC Pathways panel",
            place="Room 2",
            rhythm=m.Rhythm.FORTNIGHTLY,
            first_date=SOON,
            at_time=time(10),
            answer_days=3,
            attendees=by_all(cast),
            by=by,
            at=NOW,
        )


def series(cast) -> uuid.UUID:
    said = planned(cast)
    assert said, said.reason
    return said.id


def first(cast) -> uuid.UUID:
    with identity.acting(cast.coordinator) as by:
        return meetings.listed(by=by, at=NOW)[0].id


def step(cast, meeting_id, action, who="coordinator", at=NOW):
    with identity.acting(getattr(cast, who)) as by:
        return meetings.advance(meeting_id=meeting_id, action=action, is_early=True, by=by, at=at)


def a_woman(cast, called="Rosa", *, police_may_know=True, with_company=True) -> uuid.UUID:
    client_id, episode_id = women.born(cast, called, worker=cast.worker, level=3)
    with identity.clerk():
        if police_may_know:
            r.Episode.objects.filter(pk=episode_id).update(police_may_know_at=NOW)
    if with_company:
        with identity.acting(cast.coordinator) as by:
            from pathways.journey import involving

            involving.involve(
                client_id=client_id,
                organisation_id=cast.provider.organisation_id,
                account_id=cast.provider.account_id,
                kind=r.InvolvementKind.SUPPORT,
                by=by,
                at=NOW,
            )
    return client_id


def asked(cast, *called: str, **more):
    """A meeting whose agencies are asked about these women: (meeting, items by name, clients by name)."""
    series(cast)
    meeting_id = first(cast)
    assert step(cast, meeting_id, m.Action.OPEN_AGENDA)
    items, clients = {}, {}
    for name in called or ("Rosa",):
        client_id = clients[name] = a_woman(cast, name, **more)
        with identity.acting(cast.coordinator) as by:
            wanted = [
                one.id for one in agenda.agencies(meeting_id=meeting_id, client_id=client_id, by=by, at=NOW)
                if one.may
            ]  # fmt: skip
            said = agenda.put_on(
                meeting_id=meeting_id, client_id=client_id, ask=wanted, by=by, at=NOW
            )
            assert said, said.reason
            items[name] = said.id
    with identity.acting(cast.coordinator) as by:
        said = agenda.ask_agencies(meeting_id=meeting_id, by=by, at=NOW)
        assert said, said.reason
    return meeting_id, items, clients


def words(giver: str, field: PanelField) -> str:
    return f"{giver} says {field.value}"


def everything_from_everybody(cast, item_id) -> None:
    """Each agency adds every field it can, shown to everybody to whom it may go."""
    for name in ("coordinator", "worker", "other_worker", "provider", "spoc"):
        with identity.acting(getattr(cast, name)) as by:
            found = adding.asked(item_id=item_id, by=by, at=NOW)
            assert found is not None and found.may, name
            said = adding.add(
                item_id=item_id,
                added={
                    choice.field: Added(
                        words(name, choice.field), frozenset(key for key, _ in choice.receivers)
                    )
                    for choice in found.choices
                },
                is_nothing_held=False,
                by=by,
                at=NOW,
            )
            assert said, said.reason


#: By hand, once more: what each side may be shown of what another side added. Not read from the rules.
BY_HAND: dict[tuple[Side, Side], set[F]] = {
    (Side.HUB, Side.HUB): {
        F.WHO, F.WHY_HERE, F.KNOWN, F.STRENGTHS, F.NEEDS, F.SAFETY, F.WORKER_RISK, F.CHILDREN, F.HER_VIEW,
        F.PROPOSED,
    },
    (Side.SUPPORT, Side.HUB): {
        F.KNOWN, F.STRENGTHS, F.NEEDS, F.SAFETY, F.WORKER_RISK, F.SUPPORT, F.HEALTH, F.CHILDREN, F.HOME,
        F.HER_VIEW, F.PROPOSED,
    },
    (Side.PRIVATE, Side.HUB): {
        F.KNOWN, F.STRENGTHS, F.SAFETY, F.WORKER_RISK, F.SUPPORT, F.HER_VIEW, F.PROPOSED,
    },
    (Side.POLICE, Side.HUB): {F.KNOWN, F.SAFETY, F.WORKER_RISK, F.POLICE_SUMMARY, F.PROPOSED},
    (Side.HUB, Side.SUPPORT): {
        F.WHO, F.WHY_HERE, F.KNOWN, F.STRENGTHS, F.NEEDS, F.SAFETY, F.WORKER_RISK, F.CHILDREN, F.HER_VIEW,
        F.PROPOSED,
    },
    (Side.SUPPORT, Side.SUPPORT): {
        F.KNOWN, F.STRENGTHS, F.NEEDS, F.SAFETY, F.WORKER_RISK, F.SUPPORT, F.HEALTH, F.CHILDREN, F.HOME,
        F.HER_VIEW, F.PROPOSED,
    },
    (Side.PRIVATE, Side.SUPPORT): {
        F.KNOWN, F.STRENGTHS, F.SAFETY, F.WORKER_RISK, F.SUPPORT, F.HER_VIEW, F.PROPOSED,
    },
    (Side.POLICE, Side.SUPPORT): {F.WORKER_RISK, F.PROPOSED},
    (Side.HUB, Side.PRIVATE): {F.WORKER_RISK, F.HER_VIEW, F.PROPOSED},
    (Side.SUPPORT, Side.PRIVATE): {F.WORKER_RISK, F.HER_VIEW, F.PROPOSED},
    (Side.PRIVATE, Side.PRIVATE): {F.WORKER_RISK, F.HER_VIEW, F.PROPOSED},
    (Side.POLICE, Side.PRIVATE): {F.WORKER_RISK, F.PROPOSED},
    (Side.HUB, Side.POLICE): {F.WHO, F.SAFETY, F.WORKER_RISK, F.HER_VIEW, F.PROPOSED},
    (Side.SUPPORT, Side.POLICE): {F.SAFETY, F.WORKER_RISK, F.HER_VIEW, F.PROPOSED},
    (Side.PRIVATE, Side.POLICE): {F.WORKER_RISK, F.PROPOSED},
    (Side.POLICE, Side.POLICE): {F.KNOWN, F.SAFETY, F.WORKER_RISK, F.POLICE_SUMMARY, F.PROPOSED},
}  # fmt: skip
SIDE = {
    "coordinator": Side.HUB,
    "chair": Side.HUB,
    "worker": Side.SUPPORT,
    "other_worker": Side.SUPPORT,
    "provider": Side.PRIVATE,
    "spoc": Side.POLICE,
}


@pytest.mark.parametrize(("giver", "receiver"), tuple(product(Side, Side)))
@pytest.mark.parametrize("field", PanelField)
def test_every_field_goes_where_the_table_by_hand_says_and_nowhere_else(giver, receiver, field):
    assert panel_rules.may_reach(field, giver=giver, receiver=receiver) == (
        field in BY_HAND[giver, receiver]
    )


def expected(cast, receiver: str) -> set[str]:
    """What somebody at the table sees when everybody has added everything and shown it to all they may."""
    found = set()
    for giver in ("coordinator", "worker", "other_worker", "provider", "spoc"):
        same = (
            getattr(cast, giver).organisation_id == getattr(cast, receiver).organisation_id
            and SIDE[giver] is SIDE[receiver]
        )
        fields = panel_rules.GIVES[SIDE[giver]] if same else BY_HAND[SIDE[giver], SIDE[receiver]]
        found |= {words(giver, field) for field in fields}
    return found


def seen(cast, name: str, item_id) -> set[str]:
    with identity.acting(getattr(cast, name)) as by:
        return {row.words for row in sight.visible(r.PanelFact, by).filter(item_id=item_id) if row.words}


@pytest.mark.parametrize("down", ["neither", "python"])
def test_each_attendee_sees_exactly_what_the_table_allows(cast, down):
    _, items, _ = asked(cast)
    everything_from_everybody(cast, items["Rosa"])
    for name in AT_TABLE:
        if down == "python":
            with walls.python_wall_down():
                assert seen(cast, name, items["Rosa"]) == expected(cast, name), name
        else:
            assert seen(cast, name, items["Rosa"]) == expected(cast, name), name
    for name in ("officer", "analyst", "colleague", "supervisor", "evaluator", "governance",
                 "commissioner", "administrator", "provider_colleague"):  # fmt: skip
        assert seen(cast, name, items["Rosa"]) == set(), name


def test_a_wrong_list_of_seats_shows_no_field_that_is_not_for_that_side(cast):
    """Were everybody put on the list of every row by mistake, the table of fields would still stand."""
    _, items, _ = asked(cast)
    everything_from_everybody(cast, items["Rosa"])
    with identity.clerk():
        r.PanelFact.objects.update(seats=by_all(cast))
    for name in AT_TABLE:
        with walls.python_wall_down():
            assert seen(cast, name, items["Rosa"]) <= expected(cast, name), name
        assert seen(cast, name, items["Rosa"]) <= expected(cast, name), name


def test_police_never_read_how_support_is_going_nor_her_health_whoever_ticks_them(cast):
    _, items, _ = asked(cast)
    with identity.acting(cast.worker) as by:
        said = adding.add(
            item_id=items["Rosa"],
            added={F.SUPPORT: Added("secret", frozenset({cast.spoc.organisation_id}))},
            is_nothing_held=False,
            by=by,
            at=NOW,
        )
        assert not said
        assert not r.PanelFact.objects.exists()


def test_police_are_not_at_the_table_for_a_woman_of_whom_they_may_not_know(cast):
    _, items, _ = asked(cast, police_may_know=False)
    with identity.acting(cast.spoc) as by:
        assert sight.one(r.PanelItem, items["Rosa"], by) is None
        assert meetings.one(meeting_id=first(cast), by=by, at=NOW).women == ()


def test_a_private_company_is_at_the_table_only_for_the_women_it_works_with(cast):
    _, items, _ = asked(cast, with_company=False)
    with identity.acting(cast.provider) as by:
        assert sight.one(r.PanelItem, items["Rosa"], by) is None


def test_before_the_agencies_are_asked_nobody_but_the_coordinator_and_the_chair_sees_the_agenda(cast):
    series(cast)
    meeting_id = first(cast)
    client_id = a_woman(cast)
    with identity.acting(cast.coordinator) as by:
        there = agenda.agencies(meeting_id=meeting_id, client_id=client_id, by=by, at=NOW)
        wanted = [one.id for one in there]
        assert agenda.put_on(meeting_id=meeting_id, client_id=client_id, ask=wanted, by=by, at=NOW)
    for name in AT_TABLE:
        with identity.acting(getattr(cast, name)) as by:
            there = sight.visible(r.PanelItem, by).exists()
            assert there == (name in ("coordinator", "chair")), name


def test_why_she_is_on_the_agenda_tells_police_and_a_company_nothing_of_her_level(cast):
    meeting_id, _, _ = asked(cast)
    for name in ("coordinator", "chair", "worker", "spoc", "provider"):
        with identity.acting(getattr(cast, name)) as by:
            (rosa,) = meetings.one(meeting_id=meeting_id, by=by, at=NOW).women
            assert bool(rosa.source) == (name not in ("spoc", "provider")), name


def test_nothing_held_looks_to_others_like_an_answer_not_meant_for_them(cast):
    _, items, _ = asked(cast, "Rosa", "Lena")
    with identity.acting(cast.other_worker) as by:
        assert adding.add(item_id=items["Rosa"], added={}, is_nothing_held=True, by=by, at=NOW)
        assert adding.add(
            item_id=items["Lena"],
            added={F.HEALTH: Added("only for us", frozenset())},
            is_nothing_held=False,
            by=by,
            at=NOW,
        )
    for name in ("coordinator", "chair", "worker", "spoc", "provider"):
        with identity.acting(getattr(cast, name)) as by:
            found = meetings.one(meeting_id=first(cast), by=by, at=NOW)
            rosa, lena = sorted(found.women, key=lambda each: each.called, reverse=True)
            assert rosa.answers == lena.answers, name
            for item_id in items.values():
                page = in_session.for_me(item_id=item_id, by=by, at=NOW)
                assert page.facts == () and page.involved == (), name
            assert not sight.visible(r.PanelAnswer, by).exists()


def test_whoever_steps_back_finds_her_nowhere_in_this_meeting(cast):
    _, items, _ = asked(cast, "Rosa", "Lena")
    everything_from_everybody(cast, items["Rosa"])
    with identity.acting(cast.other_worker) as by:
        assert adding.step_back(item_id=items["Rosa"], words="My cousin", by=by, at=NOW)
    for down in (False, True):
        with identity.acting(cast.other_worker) as by:
            tables = (r.PanelItem, r.PanelAsk, r.PanelAnswer, r.PanelFact, r.PanelConflict, r.PanelDecision)
            for model in tables:
                if down:
                    with walls.python_wall_down():
                        assert not sight.visible(model, by).filter(client_id__isnull=False).exclude(
                            client_id=r.PanelItem.objects.get(pk=items["Lena"]).client_id
                        ).exists(), model
                else:
                    assert {row.client_id for row in sight.visible(model, by)} <= {
                        sight.one(r.PanelItem, items["Lena"], by).client_id
                    }, model
    with identity.acting(cast.chair) as by:
        assert adding.stepped_back(item_id=items["Rosa"], by=by, at=NOW) == ()
    with identity.acting(cast.coordinator) as by:
        assert adding.stepped_back(item_id=items["Rosa"], by=by, at=NOW)[0].words == "My cousin"


def test_a_bar_shuts_her_at_the_next_look_without_anybody_reseating(cast):
    _, items, clients = asked(cast)
    everything_from_everybody(cast, items["Rosa"])
    with identity.acting(cast.coordinator) as by:
        assert barring.keep_out(
            client_id=clients["Rosa"],
            organisation_id=cast.other_worker.organisation_id,
            ground=Ground.CONFLICT,
            words="She asked",
            by=by,
            at=NOW,
        )
    assert seen(cast, "other_worker", items["Rosa"]) == set()
    with walls.python_wall_down():
        assert seen(cast, "other_worker", items["Rosa"]) == set()


# --- in the room --------------------------------------------------------------------------------------


def test_a_meeting_is_begun_before_its_day_only_where_that_is_said(cast):
    meeting_id, items, _ = asked(cast, "Rosa")
    for item_id in items.values():
        everything_from_everybody(cast, item_id)
    assert step(cast, meeting_id, m.Action.CLOSE_PACK)
    with identity.acting(cast.chair) as by:
        starts = meetings.one(meeting_id=meeting_id, by=by, at=NOW).starts_at
        early = meetings.advance(meeting_id=meeting_id, action=m.Action.BEGIN, by=by, at=NOW)
        assert not early and f"{clocks.local(starts):%A %-d %B %Y}" in early.reason
        morning = starts - timedelta(hours=1)  # on its day an early start needs no word
        assert meetings.one(meeting_id=meeting_id, by=by, at=morning).planned_for == ""
        assert meetings.advance(meeting_id=meeting_id, action=m.Action.BEGIN, by=by, at=morning)


def test_dates_on_bank_holidays_are_named_when_they_are_made_and_in_the_list(cast):
    on = SOON + timedelta(weeks=2)
    r.BankHoliday.objects.create(date=on, name="Midwinter day")
    said = planned(cast)
    with identity.acting(cast.coordinator) as by:
        named = f"On a bank holiday: {on:%A} {on:%-d %B %Y} (Midwinter day). "
        named += "Move it to another day, or cancel."
        assert said.next[-1] == named
        listed = meetings.listed(by=by, at=NOW)
        assert [one.holiday for one in listed[:3]] == ["", "Midwinter day", ""]
        assert meetings.one(meeting_id=listed[1].id, by=by, at=NOW).holiday == "Midwinter day"
        moved = m.starts_at(on, time(14))
        again = meetings.move(meeting_id=listed[0].id, starts_at=moved, place="Room 2", by=by, at=NOW)
        assert again.next == (named,)
        more = meetings.plan_more(series_id=said.id, by=by, at=NOW)
        assert not any("bank holiday" in words for words in more.next)


def in_the_room(cast, *names, called=("Rosa",), **more):
    meeting_id, items, clients = asked(cast, *called, **more)
    for item_id in items.values():
        everything_from_everybody(cast, item_id)
    assert step(cast, meeting_id, m.Action.CLOSE_PACK)
    assert step(cast, meeting_id, m.Action.BEGIN, "chair")
    ticked(cast, meeting_id, *names)
    return meeting_id, items, clients


def ticked(cast, meeting_id, *names):
    with identity.acting(cast.chair) as by:
        said = in_session.tick(
            meeting_id=meeting_id, present=[getattr(cast, name).seat for name in names], by=by, at=NOW
        )
        assert said, said.reason


def on_screen(cast, item_id, who="chair") -> set[str]:
    with identity.acting(getattr(cast, who)) as by:
        found = in_session.screen(item_id=item_id, by=by, at=NOW)
        assert isinstance(found, in_session.Screen)
        return {each.words for each in (*found.facts, *found.her_view)}


def test_the_screen_shows_what_everybody_in_the_room_may_see_for_every_room_there_can_be(cast):
    meeting_id, items, _ = in_the_room(cast, "chair")
    others = [name for name in AT_TABLE if name != "chair"]
    for chosen in product((False, True), repeat=len(others)):
        room = ["chair", *(name for name, is_in in zip(others, chosen, strict=True) if is_in)]
        ticked(cast, meeting_id, *room)
        everybody_may = set.intersection(*(expected(cast, name) for name in room))
        assert on_screen(cast, items["Rosa"]) == everybody_may, room


def test_nothing_is_shown_before_anybody_is_ticked_as_in_the_room(cast):
    meeting_id, items, _ = in_the_room(cast)
    for name in ("chair", "coordinator"):
        with identity.acting(getattr(cast, name)) as by:
            shut = in_session.screen(item_id=items["Rosa"], by=by, at=NOW)
            assert shut == in_session.Shut(meeting_id, 1, (), is_unsaid=True)
    ticked(cast, meeting_id, "chair")
    assert on_screen(cast, items["Rosa"])


def test_somebody_who_comes_late_narrows_the_screen_at_once(cast):
    meeting_id, items, _ = in_the_room(cast, "chair", "worker")
    assert words("worker", F.HEALTH) in on_screen(cast, items["Rosa"])
    ticked(cast, meeting_id, "chair", "worker", "spoc")
    assert words("worker", F.HEALTH) not in on_screen(cast, items["Rosa"])
    assert words("worker", F.SAFETY) in on_screen(cast, items["Rosa"])


def mark(cast, item_id, who="chair"):
    with identity.acting(getattr(cast, who)) as by:
        return in_session.mark_now(item_id=item_id, by=by, at=NOW)


def test_an_open_screen_is_told_when_it_shows_what_it_no_longer_may_and_nothing_is_read_by_asking(cast):
    meeting_id, items, _ = in_the_room(cast, "chair", "worker", called=("Rosa", "Ada"))
    rosa, ada = items["Rosa"], items["Ada"]
    with identity.acting(cast.chair) as by:
        drawn = in_session.mark(in_session.screen(item_id=rosa, by=by, at=NOW))
    with identity.sealing():
        read = r.AccessEvent.objects.count()
    assert mark(cast, rosa) == mark(cast, rosa) == drawn != mark(cast, ada)
    assert mark(cast, rosa, "worker") is None  # who does not lead the meeting is told nothing
    with identity.sealing():
        assert r.AccessEvent.objects.count() == read
    ticked(cast, meeting_id, "chair", "worker", "spoc")
    after = mark(cast, rosa)
    assert after != drawn
    with identity.acting(cast.spoc) as by:  # a conflict, declared in the room
        assert adding.step_back(item_id=rosa, words="My cousin", by=by, at=NOW)
    assert mark(cast, rosa) not in (after, drawn)
    ticked(cast, meeting_id, "chair", "worker")
    assert mark(cast, rosa) not in (after, drawn)  # whoever stepped back sits at her table no more
    decide(cast, rosa)
    assert mark(cast, rosa) != drawn


def reminders(meeting_id) -> set[uuid.UUID]:
    with identity.clerk():
        rows = r.Task.objects.filter(kind=meetings.REMIND_TASK, object_id=meeting_id, done_at=None)
        return {row.account_id for row in rows}


def test_an_agency_that_has_not_answered_is_reminded_once_the_working_day_before(cast):
    meeting_id, items, _ = asked(cast, "Rosa")
    with identity.acting(cast.worker) as by:
        assert adding.add(item_id=items["Rosa"], added={}, is_nothing_held=True, by=by, at=NOW)
    with identity.clerk():
        due = r.PanelMeeting.objects.get(id=meeting_id).answer_by
    start = m.remind_from(due, WorkingTime())
    assert clockwork.remind_panel(at=start - timedelta(minutes=1)) == 0
    assert clockwork.remind_panel(at=start) > 0
    assert clockwork.remind_panel(at=start + timedelta(hours=1)) == 0  # once
    reminded = reminders(meeting_id)
    assert cast.worker.account_id not in reminded and cast.other_worker.account_id in reminded
    with identity.clerk():
        titles = set(
            r.Task.objects.filter(kind=meetings.REMIND_TASK).values_list("title", "client_id")
        )
    assert all("Rosa" not in title and client is None for title, client in titles)
    with identity.acting(cast.other_worker) as by:
        assert adding.add(item_id=items["Rosa"], added={}, is_nothing_held=True, by=by, at=start)
    assert cast.other_worker.account_id not in reminders(meeting_id)
    assert step(cast, meeting_id, m.Action.CLOSE_PACK, at=due)
    assert not reminders(meeting_id)
    assert clockwork.remind_panel(at=due + timedelta(minutes=1)) == 0


def test_a_reminder_comes_on_a_working_day():
    monday = m.deadline(datetime(2026, 11, 11, 10, tzinfo=clocks.LONDON), days=2)
    assert m.remind_from(monday, WorkingTime()) == datetime(2026, 11, 6, 9, tzinfo=clocks.LONDON)
    friday = WorkingTime(holidays=frozenset({date(2026, 11, 6)}))
    assert m.remind_from(monday, friday) == datetime(2026, 11, 5, 9, tzinfo=clocks.LONDON)


def test_with_somebody_who_stepped_back_in_the_room_nothing_is_shown_and_only_the_coordinator_hears_who(cast):
    meeting_id, items, _ = in_the_room(cast, "chair", "worker", "other_worker")
    with identity.acting(cast.other_worker) as by:
        assert adding.step_back(item_id=items["Rosa"], words="My cousin", by=by, at=NOW)
    with identity.acting(cast.chair) as by:
        shut = in_session.screen(item_id=items["Rosa"], by=by, at=NOW)
        assert shut == in_session.Shut(meeting_id, 1, ())
    with identity.acting(cast.coordinator) as by:
        shut = in_session.screen(item_id=items["Rosa"], by=by, at=NOW)
        assert cast.other_worker.name in shut.who[0]
    ticked(cast, meeting_id, "chair", "worker")
    assert on_screen(cast, items["Rosa"])


def test_everybody_in_the_room_has_read_her_page_and_she_can_be_told(cast):
    _, items, clients = in_the_room(cast, "chair", "worker", "spoc")
    on_screen(cast, items["Rosa"])
    for name in ("chair", "worker", "spoc"):
        who = getattr(cast, name)
        with identity.sealing():
            rows = r.AccessEvent.objects.filter(
                actor_id=who.account_id,
                organisation_id=who.organisation_id,
                route="panel:screen",
                subjects__contains=[clients["Rosa"]],
            )
            assert rows.count() == 1, name


def decide(cast, item_id, *, owner="worker", shown=(), who="chair", due=DUE, at=NOW):
    with identity.acting(getattr(cast, who)) as by:
        return in_session.decide(
            item_id=item_id,
            words="Change the locks",
            because="He has a key",
            owner=getattr(cast, owner).seat if owner else "",
            due=due if owner else None,
            shown_to=[getattr(cast, name).organisation_id for name in shown],
            by=by,
            at=at,
        )


def test_a_decision_becomes_a_task_of_its_owner_and_is_shown_to_nobody_else(cast):
    _, items, _ = in_the_room(cast, "chair", "worker")
    said = decide(cast, items["Rosa"])
    assert said, said.reason
    for name in AT_TABLE:
        with identity.acting(getattr(cast, name)) as by:
            there = sight.visible(r.PanelDecision, by).exists()
            assert there == (name in ("coordinator", "chair", "worker")), name
            mine = r.Task.objects.filter(kind=in_session.ACTION_TASK).exists()
            assert mine == (name == "worker"), name
    with identity.acting(cast.coordinator) as by:
        assert not in_session.finish(decision_id=said.id, outcome="Done", by=by, at=NOW)
    with identity.acting(cast.worker) as by:
        assert in_session.finish(decision_id=said.id, outcome="New locks since Friday", by=by, at=NOW)
        mine = sight.visible(r.Task, by).filter(kind=in_session.ACTION_TASK)
        assert not mine.filter(done_at__isnull=True).exists()


def test_an_action_that_is_overdue_brings_her_onto_the_next_agenda(cast):
    meeting_id, items, clients = in_the_room(cast, "chair", "worker")
    assert decide(cast, items["Rosa"], due=date(2026, 11, 11))
    later = NOW + timedelta(days=12)
    with identity.acting(cast.coordinator) as by:
        after = next(one for one in meetings.listed(by=by, at=later) if one.id != meeting_id)
        found = agenda.candidates(meeting_id=after.id, by=by, at=later)
        assert [each.client_id for each in found] == [clients["Rosa"]]
        assert m.Source.OVERDUE_ACTION in found[0].sources


def test_a_meeting_goes_its_whole_way_and_what_was_decided_on_paper_is_typed_in_afterwards(cast):
    meeting_id, items, _ = asked(cast)
    everything_from_everybody(cast, items["Rosa"])
    assert step(cast, meeting_id, m.Action.CLOSE_PACK)
    met = datetime(2026, 11, 10, 12, 0, tzinfo=NOW.tzinfo)
    with identity.acting(cast.worker) as by:
        said, paper = minuting.print_copy(meeting_id=meeting_id, kind=m.CopyKind.PACK, by=by, at=NOW)
        assert said and paper.number == 1
        pack = {each.words for woman in paper.women for each in (*woman.facts, *woman.her_view)}
        assert pack == expected(cast, "worker")
    assert not step(cast, meeting_id, m.Action.HELD_ON_PAPER, "chair")
    with identity.acting(cast.chair) as by:
        assert in_session.tick(
            meeting_id=meeting_id, present=[cast.chair.seat, cast.worker.seat], by=by, at=met
        )
    assert step(cast, meeting_id, m.Action.HELD_ON_PAPER, "chair", met)
    assert not step(cast, meeting_id, m.Action.AGREE_MINUTES, "chair", met), "nothing is decided of her yet"
    said = decide(cast, items["Rosa"], who="coordinator", at=met)
    assert said, said.reason
    assert not step(cast, meeting_id, m.Action.AGREE_MINUTES, "coordinator", met), "the chair agrees them"
    assert step(cast, meeting_id, m.Action.AGREE_MINUTES, "chair", met)
    for name, sees in (("worker", True), ("other_worker", False), ("spoc", False)):
        with identity.acting(getattr(cast, name)) as by:
            said, paper = minuting.print_copy(meeting_id=meeting_id, kind=m.CopyKind.MINUTES, by=by, at=met)
            assert said, said.reason
            decided = [each for woman in paper.women for each in woman.decisions]
            assert bool(decided) == sees, name
            assert all(each.is_from_paper for each in decided)
    with identity.acting(cast.coordinator) as by:
        copies = minuting.copies(meeting_id=meeting_id, by=by, at=met)
        assert [one.number for one in copies] == [1, 2, 3, 4]
        back, lost = copies[0].id, copies[1].id
        assert minuting.settle_copy(copy_id=back, action=m.CopyAction.LOG_BACK, words="", by=by, at=met)
        assert not minuting.settle_copy(
            copy_id=lost, action=m.CopyAction.NOTE_LOST, words="", by=by, at=met
        )
        assert minuting.settle_copy(
            copy_id=lost, action=m.CopyAction.NOTE_LOST, words="Left on a train", by=by, at=met
        )
        out = counting_panel.counted(by=by, at=met + timedelta(days=1), months="12", synthetic=False)
        came = {line.agency: line.came for line in out.lines}
        assert out.held == 1 and came[cast.worker.organisation_name] == 1


def test_what_crosses_at_the_panel_is_a_disclosure_under_an_agreement(cast):
    _, items, clients = asked(cast)
    everything_from_everybody(cast, items["Rosa"])
    with identity.clerk():
        rows = list(r.Disclosure.objects.filter(client_id=clients["Rosa"]))
    assert rows and all(row.agreement_id for row in rows)
    told_police = {
        field
        for row in rows
        if row.to_organisation_id == cast.spoc.organisation_id
        for field in row.fields
    }
    allowed = BY_HAND[Side.HUB, Side.POLICE] | BY_HAND[Side.SUPPORT, Side.POLICE]
    assert told_police <= {"called", *(field.value for field in allowed)}


def test_without_an_agreement_a_field_is_not_offered_to_that_agency(cast):
    r.SharingAgreement.objects.filter(
        from_organisation_id=cast.worker.organisation_id,
        to_organisation_id=cast.other_worker.organisation_id,
    ).delete()
    _, items, _ = asked(cast)
    with identity.acting(cast.worker) as by:
        found = adding.asked(item_id=items["Rosa"], by=by, at=NOW)
        assert all(
            cast.other_worker.organisation_id not in dict(choice.receivers) for choice in found.choices
        )


def test_whoever_works_with_her_may_ask_and_is_told_what_came_of_it(cast):
    series(cast)
    client_id = a_woman(cast)
    with identity.acting(cast.worker) as by:
        assert agenda.ask_for(client_id=client_id, why="She is frightened", by=by, at=NOW)
        assert not agenda.ask_for(client_id=client_id, why="Again", by=by, at=NOW)
    with identity.acting(cast.other_worker) as by:
        assert not agenda.ask_for(client_id=client_id, why="I heard of her", by=by, at=NOW)
    with identity.acting(cast.coordinator) as by:
        found = agenda.candidates(meeting_id=first(cast), by=by, at=NOW)
        assert m.Source.REQUEST in found[0].sources
        waiting = agenda.requests_of(client_id=client_id, by=by)[0]
        assert not agenda.answer_request(
            request_id=waiting.id, action=m.RequestAction.DECLINE, words="", by=by, at=NOW
        )
        assert agenda.answer_request(
            request_id=waiting.id, action=m.RequestAction.DECLINE, words="Her plan is new", by=by, at=NOW
        )
    with identity.acting(cast.worker) as by:
        assert agenda.requests_of(client_id=client_id, by=by)[0].answer == "Her plan is new"


def test_the_reason_for_which_she_could_be_on_an_agenda_is_not_what_the_link_does(cast):
    series(cast)
    client_id = a_woman(cast)
    with identity.acting(cast.coordinator) as by:
        assert panel.put_on(client_id=client_id, by=by, at=NOW)
        found = agenda.candidates(meeting_id=first(cast), by=by, at=NOW)
        words = "The coordinator put her before the panel, and she is at no meeting yet"
        assert found[0].because[-1] == words


def test_a_new_high_level_suggests_her_once_and_nobody_is_put_on_by_it(cast):
    series(cast)
    her = agreed.agreed(cast)
    from pathways.domain.triage.levels import Level

    agreed.triaged(cast, her, Level.INTENSIVE)
    with identity.acting(cast.coordinator) as by:
        found = agenda.candidates(meeting_id=first(cast), by=by, at=NOW + timedelta(days=1))
        assert [each.sources for each in found] == [(m.Source.NEW_LEVEL,)]
        assert not sight.visible(r.PanelItem, by).exists()
    with identity.acting(cast.chair) as by:
        assert sight.one(r.Client, found[0].client_id, by) is None


def test_a_meeting_is_moved_and_cancelled_with_its_reason(cast):
    series(cast)
    meeting_id = first(cast)
    with identity.acting(cast.coordinator) as by:
        assert not meetings.cancel(meeting_id=meeting_id, words=" ", by=by, at=NOW)
        when = datetime(2026, 11, 12, 14, 0, tzinfo=NOW.tzinfo)
        assert meetings.move(meeting_id=meeting_id, starts_at=when, place="Online", by=by, at=NOW)
        assert meetings.cancel(meeting_id=meeting_id, words="The chair is ill", by=by, at=NOW)
    with identity.acting(cast.spoc) as by:
        found = meetings.one(meeting_id=meeting_id, by=by, at=NOW)
        assert found.status is m.Status.CANCELLED and found.why_cancelled == "The chair is ill"


@pytest.mark.parametrize("rhythm", m.Rhythm)
def test_the_dates_of_a_series_keep_their_weekday(rhythm):
    days = list(m.dates(date(2026, 1, 30), rhythm, until=date(2026, 12, 31)))
    assert {day.weekday() for day in days} == {4} and len(days) == len(set(days))
    if rhythm is m.Rhythm.MONTHLY:
        assert [day.month for day in days] == list(range(1, 13))


def test_the_chair_sees_a_woman_put_on_as_before_and_not_when_she_is_taken_off(cast):
    client_id = a_woman(cast)
    with identity.acting(cast.coordinator) as by:
        assert panel.put_on(client_id=client_id, by=by, at=NOW)
    with identity.acting(cast.chair) as by:
        assert sight.one(r.Client, client_id, by)
    assert held.KINDS
    assert Role.PANEL_CHAIR in panel_rules.ATTENDING


def test_the_same_words_of_several_agencies_stand_once_with_their_names():
    view = "I want my own door."
    shown = [
        in_session.Shown(F.NEEDS, "Harbour Women", "A place of her own."),
        in_session.Shown(F.NEEDS, "Safe Steps", "Her sister near her."),
        in_session.Shown(F.NEEDS, "The Willow Centre", "a place  of her own."),
        in_session.Shown(F.HER_VIEW, "Harbour Women", view),
        in_session.Shown(F.HER_VIEW, "The Willow Centre", view),
    ]
    assert [(one.field, one.from_name, one.words) for one in in_session._folded(shown)] == [
        (F.NEEDS, "Harbour Women, The Willow Centre", "A place of her own."),
        (F.NEEDS, "Safe Steps", "Her sister near her."),
        (F.HER_VIEW, "Harbour Women, The Willow Centre", view),
    ]


def test_no_heading_over_the_answers_of_others_speaks_to_the_one_who_reads():
    for field in F:
        assert not re.search(r"\byou(r)?\b|never", field.heading.lower()), field
    assert F.KNOWN.heading == "How agencies know her, and since when"
    page = pathlib.Path(in_session.__file__).parents[1] / "web" / "templates" / "panel"
    for name in ("_her_page.html", "paper.html"):
        assert "grouper.heading" in (page / name).read_text(encoding="utf-8")


def test_the_invented_panel_says_other_things_of_other_women_and_her_view_in_one_way():
    women_ = ("Rosa", "Nadia", "Abigail", "Priti", "Joan")
    agencies = ("Harbour Women", "Safe Steps", "Brightpath")
    for field in set(F) - {F.WHO}:
        said = {(her, who): panelled.says(field, her, who) for her in women_ for who in agencies}
        assert len(set(said.values())) > 1, field
        assert said == {(her, who): panelled.says(field, her, who) for her in women_ for who in agencies}
    for field in (F.HER_VIEW, F.CHILDREN, F.HOME):
        for her in women_:
            assert len({panelled.says(field, her, who) for who in agencies}) == 1, (field, her)
