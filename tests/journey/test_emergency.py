"""Emergency access: a reason, a password, an hour at most, told at once, reading only, reviewed."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.utils import ProgrammingError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from pathways.domain.governance import emergency as rules
from pathways.domain.governance import policy
from pathways.domain.governance.bars import Ground
from pathways.domain.governance.emergency import Finding, Kind, Status
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.terms import references
from pathways.domain.terms.people import Role, Sector
from pathways.domain.triage.telling import How
from pathways.journey import (
    barring,
    caseload,
    emergency,
    her,
    identity,
    ledger,
    sight,
    tasks,
    triage,
)
from pathways.records import walls
from pathways.records.models import (
    AccessEvent,
    CaseNote,
    Client,
    EmergencyAccess,
    Goal,
    Identity,
    Involvement,
    JourneyEvent,
    SafePlace,
    Task,
)
from tests.journey import agreed, people, women

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WORDS = "She rang the helpline: he is outside her door."


@pytest.fixture
def cast() -> people.Cast:
    return people.cast()


@pytest.fixture
def hers(cast) -> tuple[uuid.UUID, uuid.UUID]:
    client_id, episode_id = women.born(
        cast, called="Zephyrine", surname="Okafor", worker=cast.worker, notes=2
    )
    with identity.acting(cast.worker):
        SafePlace(
            client_id=client_id,
            organisation_id=cast.worker.organisation_id,
            address="A refuge",
            changed_at=people.NOW,
            changed_by_id=cast.worker.account_id,
        ).save(force_insert=True)
    return client_id, episode_id


def reference_of(cast, client_id) -> str:
    with identity.acting(cast.coordinator):
        return Client.objects.values_list("reference", flat=True).get(pk=client_id)


def ask(who, whom, *, kind=Kind.THREAT_TO_LIFE, words=WORDS, minutes=60, password=people.PASSWORD, at=None):
    with identity.acting(identity.refreshed(who)) as by:
        return emergency.ask(
            whom=whom,
            kind=kind,
            words=words,
            minutes=minutes,
            password=password,
            by=by,
            at=at or its_clock(),
        )


def by_reference(cast, client_id) -> emergency.Whom:
    return emergency.Whom(reference=reference_of(cast, client_id))


def its_clock() -> datetime:
    """What the database takes for now: the beginning of the transaction, in which a whole test runs."""
    with connection.cursor() as cursor:
        cursor.execute("select now()")
        return cursor.fetchone()[0]


def time_passes(minutes: int) -> None:
    """The database reads its own clock, so what is open is moved back instead."""
    back = timedelta(minutes=minutes)
    with identity.clerk():
        EmergencyAccess.objects.update(
            opened_at=F("opened_at") - back,
            ends_at=F("ends_at") - back,
            review_due_at=F("review_due_at") - back,
        )


def test_somebody_at_another_organisation_reads_her_for_an_hour_and_no_note(cast, hers):
    client_id, _ = hers
    said = ask(cast.other_worker, by_reference(cast, client_id))
    assert said, said.reason
    with identity.acting(identity.refreshed(cast.other_worker)) as by:
        assert her.banner(client_id=client_id, by=by, at=its_clock()).name == "Zephyrine"
        assert sight.visible(Identity, by).get().surname == "Okafor"
        with walls.python_wall_down():
            assert CaseNote.objects.count() == SafePlace.objects.count() == 0
        assert by.emergencies[0].client_id == client_id
    time_passes(61)
    with identity.acting(identity.refreshed(cast.other_worker)) as by:
        assert by.emergencies == () and her.banner(client_id=client_id, by=by, at=its_clock()) is None
        with walls.python_wall_down():
            assert Client.objects.count() == 0


def test_row_security_shuts_on_time_for_whoever_still_believes_it_open(cast, hers):
    client_id, _ = hers
    ask(cast.other_worker, by_reference(cast, client_id))
    stale = identity.refreshed(cast.other_worker)
    time_passes(61)
    with identity.acting(stale):
        assert sight.visible(Client, stale).count() == 0


def test_whoever_reads_so_changes_nothing_and_is_told_why_not(cast):
    hers = agreed.agreed(cast, reference=references.make(b"emergency"[:8]))
    triage_id = agreed.triaged(cast, hers)
    said = ask(cast.other_worker, by_reference(cast, hers.client_id))
    assert said, said.reason
    with identity.acting(identity.refreshed(cast.other_worker)) as by:
        assert triage.page(triage_id=triage_id, by=by, at=its_clock()) is not None
        answer = triage.told(triage_id=triage_id, how=How.IN_PERSON, words="", by=by, at=its_clock())
        assert not answer and answer.reason
    with identity.acting(cast.worker) as by:
        assert triage.told(triage_id=triage_id, how=How.IN_PERSON, words="", by=by, at=its_clock())


@pytest.mark.parametrize(
    ("whom", "finds"),
    [
        (emergency.Whom(given_names="Zephyrine", surname="Okafor", born=date(1991, 6, 12)), True),
        (emergency.Whom(given_names=" zephyrine", surname="OKAFOR ", born=date(1991, 6, 12)), True),
        (emergency.Whom(given_names="Zephyrine", surname="Okafor", born=date(1991, 6, 13)), False),
        (emergency.Whom(given_names="Zephyrin", surname="Okafor", born=date(1991, 6, 12)), False),
        (emergency.Whom(given_names="Zephyrine", surname="", born=date(1991, 6, 12)), False),
        (emergency.Whom(given_names="Zephyrine", surname="Okafor"), False),
        (emergency.Whom(reference="not one"), False),
        (emergency.Whom(), False),
    ],
)
def test_she_is_found_by_her_exact_name_and_date_of_birth_and_by_nothing_near_it(cast, hers, whom, finds):
    said = ask(cast.other_worker, whom)
    assert bool(said) is finds
    assert finds or said.reason == rules.NOBODY.reason


def test_two_women_of_one_name_and_birthday_are_not_told_apart_so_neither_is_opened(cast, hers):
    women.born(cast, called="Zephyrine", surname="Okafor")
    said = ask(
        cast.other_worker, emergency.Whom(given_names="Zephyrine", surname="Okafor", born=date(1991, 6, 12))
    )
    assert not said and said.reason == rules.NOBODY.reason


@pytest.mark.parametrize("whole", [False, True])
def test_a_wrong_reference_and_a_bar_have_one_answer_and_leave_the_same(cast, hers, whole):
    client_id, _ = hers
    with identity.acting(cast.coordinator) as by:
        assert barring.keep_out(
            client_id=client_id,
            organisation_id=cast.other_worker.organisation_id,
            account_id=None if whole else cast.other_worker.account_id,
            ground=Ground.HER_WORD,
            words="Not him.",
            by=by,
            at=its_clock(),
        )
    barred = ask(cast.other_worker, by_reference(cast, client_id))
    wrong = ask(cast.other_worker, emergency.Whom(reference=references.make(b"12345678")))
    assert barred == wrong and not barred
    with identity.clerk():
        assert EmergencyAccess.objects.count() == 0
    auditor = replace(cast.governance, organisation_id=cast.other_worker.organisation_id)
    with identity.acting(auditor):
        asked = AccessEvent.objects.filter(route="emergency:ask")
        left = list(asked.values_list("kind", "subjects", "found", "reason"))
    assert left == [("search", [], 0, ""), ("search", [], 0, "")]


def test_a_bar_set_meanwhile_shuts_it_at_once(cast, hers):
    client_id, _ = hers
    said = ask(cast.other_worker, by_reference(cast, client_id))
    with identity.acting(cast.worker) as by:
        barring.keep_out(
            client_id=client_id,
            organisation_id=cast.other_worker.organisation_id,
            ground=Ground.HER_WORD,
            words="Nobody there.",
            by=by,
            at=its_clock(),
        )
    with identity.acting(identity.refreshed(cast.other_worker)) as by:
        assert by.emergencies == ()
        assert sight.visible(Client, by).count() == 0 and Client.objects.count() == 0
        assert emergency.show(emergency_id=said.id, by=by, at=its_clock()) is None


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"password": "not hers"}, "not your password"),
        ({"password": ""}, "not your password"),
        ({"words": "  "}, "Write down"),
        ({"kind": None}, "Choose the reason"),
        ({"minutes": 61}, "60 minutes"),
        ({"minutes": 0}, "60 minutes"),
    ],
)
def test_without_a_reason_a_password_and_a_limit_nothing_is_opened(cast, hers, more, words):
    said = ask(cast.other_worker, by_reference(cast, hers[0]), **more)
    assert not said and words in said.reason
    with identity.clerk():
        assert EmergencyAccess.objects.count() == 0


@pytest.mark.parametrize(
    "who",
    ["officer", "spoc", "analyst", "police_supervisor", "chair", "provider", "provider_supervisor",
     "evaluator", "governance", "commissioner", "administrator"],
)  # fmt: skip
def test_police_and_everybody_who_supports_nobody_are_sent_elsewhere(cast, hers, who):
    said = ask(getattr(cast, who), by_reference(cast, hers[0]))
    assert not said and "999" in said.reason


def test_nobody_opens_in_an_emergency_what_they_see_anyway(cast, hers):
    said = ask(cast.worker, by_reference(cast, hers[0]))
    assert not said and "already" in said.reason


def test_those_who_answer_for_her_record_are_told_in_the_same_moment(cast, hers):
    at = its_clock()
    said = ask(cast.other_worker, by_reference(cast, hers[0]), at=at)
    with identity.acting(cast.governance) as by:
        (task,) = [task for task in tasks.waiting(by=by) if task.object_id == said.id]
        assert task.made_at == at and task.is_urgent and "Zephyrine" not in task.title
        assert task.due_at == rules.review_due(at, working=emergency.programme.working())
    for who in (cast.supervisor, cast.coordinator):  # no supervisor at the council: its coordinator instead
        with identity.acting(who) as by:
            (told,) = [task for task in tasks.waiting(by=by) if task.object_id == said.id]
            assert told.made_at == at and told.is_urgent, who.role
            # told at once, and not overdue at once: as long to look into it as to review it
            assert told.due_at == rules.review_due(at, working=emergency.programme.working()) > at


def test_what_is_opened_is_marked_and_the_holder_reads_exactly_that(cast, hers):
    client_id, _ = hers
    said = ask(cast.other_worker, by_reference(cast, client_id))
    with identity.acting(identity.refreshed(cast.other_worker)) as by:
        ledger.read(
            by=by, at=its_clock(), resource=Resource.IDENTITY, subjects=[client_id], route="herpage:story"
        )
        ledger.read(
            by=by,
            at=its_clock(),
            resource=Resource.CLIENT,
            subjects=[client_id, uuid.uuid4()],
            route="cases:list",
        )
    with identity.acting(cast.governance) as by:
        marked = AccessEvent.objects.filter(emergency_id=said.id)
        assert [event.subjects for event in marked] == [[client_id]] * 3  # opened, her page, her on a list
        access, read = emergency.show(emergency_id=said.id, by=by, at=its_clock())
        assert len(read) == 3 and access.words == WORDS and access.reader == cast.other_worker.name
        assert AccessEvent.objects.filter(organisation_id=cast.other_worker.organisation_id).count() == 3


def test_nothing_of_hers_is_written_by_whoever_reads_in_an_emergency(cast, hers):
    client_id, episode_id = hers
    ask(cast.other_worker, by_reference(cast, client_id))
    now = its_clock()
    with identity.acting(identity.refreshed(cast.other_worker)) as by:
        goal = Goal(
            client_id=client_id,
            organisation_id=by.organisation_id,
            episode_id=episode_id,
            words="x",
            set_at=now,
            set_by_id=by.account_id,
        )
        mine = Involvement(
            client_id=client_id,
            organisation_id=by.organisation_id,
            account_id=by.account_id,
            kind="support",
            from_at=now,
            given_by_id=by.account_id,
        )
        for row in (goal, mine):
            assert not sight.may(by, Action.CREATE, row)
            for hand in (by, replace(by, role=Role.CLERK)):  # nor by the clerk's hand
                with identity.acting(hand), pytest.raises(ProgrammingError), transaction.atomic():
                    row.save(force_insert=True)
        with identity.clerk(by):
            assert Client.objects.filter(id=client_id).update(reference="XX0000XX") == 0
        said = caseload.cover(
            from_account_id=cast.worker.account_id,
            to_account_id=by.account_id,
            until=None,
            client_id=client_id,
            by=by,
            at=now,
        )
        assert not said
    with identity.clerk():
        assert not Involvement.objects.filter(account_id=cast.other_worker.account_id).exists()


def test_the_matrix_lets_an_emergency_read_and_nothing_else():
    mentioned = [rule for rule in policy.RULES if "InEmergency" in repr(rule.when)]
    assert mentioned and all(rule.actions == {Action.READ} for rule in mentioned)
    opened = {resource for rule in mentioned for resource in rule.resources}
    assert not opened & {
        Resource.CASE_NOTE, Resource.SAFE_PLACE, Resource.GOAL, Resource.REVIEW, Resource.REFERRAL_PACK,
        Resource.BAR, Resource.MESSAGE, Resource.DISCLOSURE, Resource.NAME_TOKEN,
    }  # fmt: skip
    roles = {role for rule in mentioned for role in rule.roles}
    assert roles == rules.READERS
    for rule_ in mentioned:
        for sector in (Sector.POLICE, Sector.PRIVATE):
            assert not rule_.when.holds(_actor(Role.SUPERVISOR, sector), _row())


def _actor(role: Role, sector: Sector):
    from pathways.domain.governance.actors import Actor, Emergency

    running = Emergency(uuid.uuid4(), _HER, uuid.uuid4(), its_clock())
    return Actor(
        uuid.uuid4(), uuid.uuid4(), "X", role, uuid.uuid4(), "Y", sector, emergencies=(running,)
    )


_HER = uuid.uuid4()


def _row():
    from pathways.domain.governance.conditions import RowFacts

    return RowFacts({"client_id": _HER, "id": _HER})


def test_it_ends_by_the_button_by_the_clock_and_by_the_governance_lead(cast, hers):
    client_id, _ = hers
    whom = by_reference(cast, client_id)
    first = ask(cast.other_worker, whom)
    again = ask(cast.other_worker, whom)
    assert not again and "already" in again.reason
    with identity.acting(identity.refreshed(cast.other_worker)) as by:
        assert emergency.end(emergency_id=first.id, by=by, at=its_clock())
        assert not emergency.end(emergency_id=first.id, by=by, at=its_clock())
    second = ask(cast.other_worker, whom)
    with identity.acting(cast.governance) as by:
        assert emergency.end(emergency_id=second.id, by=by, at=its_clock())
    third = ask(cast.other_worker, whom)
    with identity.acting(cast.supervisor) as by:  # told, and stops nothing
        assert not emergency.end(emergency_id=third.id, by=by, at=its_clock())
    time_passes(61)
    with identity.acting(identity.MACHINE):
        assert emergency.lapse(at=its_clock()) == 1 and emergency.lapse(at=its_clock()) == 0
    assert ask(cast.other_worker, whom)  # with a reason of its own again
    with identity.clerk():
        assert Counter(EmergencyAccess.objects.values_list("status", flat=True)) == {"ended": 3, "open": 1}
        kinds = Counter(
            JourneyEvent.objects.filter(kind__startswith="emergency").values_list("kind", flat=True)
        )
        assert kinds == {"emergency_opened": 4, "emergency_ended": 3}


def review(cast, said, *, by=None, finding=Finding.JUSTIFIED, words="I read the log.", follow_up=""):
    with identity.acting(by or cast.governance) as acting:
        return emergency.review(
            emergency_id=said.id,
            finding=finding,
            words=words,
            follow_up=follow_up,
            by=acting,
            at=its_clock(),
        )


def test_it_is_reviewed_once_it_is_over_by_the_governance_lead_who_says_what_follows(cast, hers):
    said = ask(cast.other_worker, by_reference(cast, hers[0]))
    assert not review(cast, said)  # while it runs
    time_passes(61)
    assert not review(cast, said, by=cast.supervisor) and not review(cast, said, words=" ")
    assert not review(cast, said, finding=None)
    refused = review(cast, said, finding=Finding.NOT_JUSTIFIED)
    assert "what follows" in refused.reason
    assert review(cast, said, finding=Finding.NOT_JUSTIFIED, follow_up="Talk with the worker.")
    assert not review(cast, said)
    with identity.clerk():
        assert not Task.objects.filter(kind=emergency.REVIEW_TASK, done_at__isnull=True).exists()
    with identity.acting(cast.governance) as by:
        access, _ = emergency.show(emergency_id=said.id, by=by, at=its_clock())
        assert access.status is Status.REVIEWED and access.finding is Finding.NOT_JUSTIFIED
        assert access.found == "I read the log." and access.follow_up == "Talk with the worker."


def test_what_is_not_reviewed_in_two_working_days_is_called_overdue(cast, hers):
    ask(cast.other_worker, by_reference(cast, hers[0]))
    with identity.acting(cast.governance) as by:
        assert emergency.waiting(by=by, at=its_clock()) == (1, 0)
        assert emergency.waiting(by=by, at=its_clock() + timedelta(days=7)) == (1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": timedelta(minutes=61)},
        {"ends_at": timedelta(0)},
        {"status": "reviewed"},
        {"status": "ended"},
        {"role": "provider_worker"},
        {"kind": "curiosity"},
    ],
)
def test_the_database_itself_refuses_what_must_never_be(cast, hers, wrong):
    said = ask(cast.other_worker, by_reference(cast, hers[0]))
    with identity.clerk(), pytest.raises(IntegrityError), transaction.atomic():
        row = EmergencyAccess.objects.get(pk=said.id)
        if "ends_at" in wrong:
            wrong = {"ends_at": row.opened_at + wrong["ends_at"]}
        EmergencyAccess.objects.filter(pk=row.pk).update(**wrong)


def test_nobody_reviews_their_own_even_in_the_database(cast, hers):
    said = ask(cast.other_worker, by_reference(cast, hers[0]))
    now = its_clock()
    with identity.clerk(), pytest.raises(IntegrityError), transaction.atomic():
        EmergencyAccess.objects.filter(pk=said.id).update(
            status="reviewed",
            ended_at=now,
            reviewed_at=now,
            reviewed_by_id=cast.other_worker.account_id,
            finding="justified",
        )


# --- P15: no invalid path, however it is tried --------------------------------------------------------

STEPS = Counter[str]()


class Emergencies(RuleBasedStateMachine):
    """People ask, read, write, end, review, bar and let time pass in any order, on a model of what may be."""

    cast: people.Cast
    made: tuple[tuple[uuid.UUID, str], ...]

    def __init__(self) -> None:
        super().__init__()
        self.mark = transaction.savepoint()
        self.until: dict[tuple[str, int], int] = {}  # (who, woman): minutes left
        self.rows: list[dict[str, Any]] = []
        self.barred: dict[tuple[str, int], uuid.UUID] = {}

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.mark)

    who = st.sampled_from(
        ["other_worker", "colleague", "coordinator", "supervisor", "provider", "spoc", "governance"]
    )
    woman = st.integers(0, 1)

    def _eligible(self, who: str) -> bool:
        return who in ("other_worker", "colleague", "coordinator", "supervisor")

    def _sees_anyway(self, who: str, woman: int) -> bool:
        return who in ("coordinator", "supervisor") and (who, woman) not in self.barred

    @rule(
        who=who,
        woman=woman,
        minutes=st.sampled_from([15, 30, 60, 61, 600]),
        password=st.sampled_from(["right", "right", "right", "wrong"]),
        words=st.sampled_from([WORDS, WORDS, ""]),
    )
    def ask(self, who: str, woman: int, minutes: int, password: str, words: str) -> None:
        STEPS["ask"] += 1
        said = ask(
            getattr(self.cast, who),
            emergency.Whom(reference=self.made[woman][1]),
            minutes=minutes,
            password=password,
            words=words,
        )
        allowed = (
            self._eligible(who)
            and minutes <= 60
            and password == "right"
            and bool(words)
            and not self._sees_anyway(who, woman)
            and (who, woman) not in self.until
            and (who, woman) not in self.barred
        )
        assert bool(said) is allowed, (who, said.reason)
        if allowed:
            self.until[(who, woman)] = minutes
            self.rows.append({"id": said.id, "who": who, "woman": woman, "state": "open"})

    @rule(minutes=st.sampled_from([5, 20, 61]))
    def time_passes(self, minutes: int) -> None:
        STEPS["time"] += 1
        time_passes(minutes)
        for key in list(self.until):
            self.until[key] -= minutes
            if self.until[key] <= 0:
                del self.until[key]
                for row in self.rows:
                    if (row["who"], row["woman"]) == key and row["state"] == "open":
                        row["state"] = "over"

    @rule()
    def the_clock_marks_what_is_over(self) -> None:
        STEPS["lapse"] += 1
        with identity.acting(identity.MACHINE):
            emergency.lapse(at=its_clock())
        for row in self.rows:
            if row["state"] == "over":
                row["state"] = "ended"

    @rule(number=st.integers(0, 5), who=who)
    def end(self, number: int, who: str) -> None:
        STEPS["end"] += 1
        if number >= len(self.rows):
            return
        row = self.rows[number]
        with identity.acting(identity.refreshed(getattr(self.cast, who))) as by:
            said = emergency.end(emergency_id=row["id"], by=by, at=its_clock())
        is_reader = row["who"] == who and (who, row["woman"]) not in self.barred
        is_lead = who == "governance"
        assert bool(said) is (row["state"] in ("open", "over") and (is_reader or is_lead)), (row, who)
        if said:
            row["state"] = "ended"
            self.until.pop((row["who"], row["woman"]), None)

    @rule(number=st.integers(0, 5), who=who, finding=st.sampled_from([*Finding, None]), then=st.booleans())
    def review(self, number: int, who: str, finding: Finding | None, then: bool) -> None:
        STEPS["review"] += 1
        if number >= len(self.rows):
            return
        row = self.rows[number]
        said = review(
            self.cast,
            SaidId(row["id"]),
            by=identity.refreshed(getattr(self.cast, who)),
            finding=finding,
            follow_up="Talk." if then else "",
        )
        allowed = (
            who == "governance"
            and row["state"] in ("over", "ended")
            and finding is not None
            and (finding is Finding.JUSTIFIED or then)
        )
        assert bool(said) is allowed, (row, who, said.reason)
        if said:
            row["state"] = "reviewed"

    @rule(who=st.sampled_from(["other_worker", "colleague", "supervisor"]), woman=woman)
    def bar(self, who: str, woman: int) -> None:
        STEPS["bar"] += 1
        actor = getattr(self.cast, who)
        with identity.acting(identity.refreshed(self.cast.coordinator)) as by:
            if (who, woman) in self.barred:
                assert barring.lift(
                    bar_id=self.barred.pop((who, woman)), words="Again.", by=by, at=its_clock()
                )
                return
            said = barring.keep_out(
                client_id=self.made[woman][0],
                organisation_id=actor.organisation_id,
                account_id=actor.account_id,
                ground=Ground.HER_WORD,
                words="Not them.",
                by=by,
                at=its_clock(),
            )
        assert said, said.reason
        self.barred[(who, woman)] = said.id
        if self.until.pop((who, woman), None) is not None:
            for row in self.rows:
                if (row["who"], row["woman"]) == (who, woman) and row["state"] == "open":
                    row["state"] = "ended"
        for row in self.rows:
            if (row["who"], row["woman"]) == (who, woman) and row["state"] == "over":
                row["state"] = "ended"

    @rule(who=st.sampled_from(["other_worker", "colleague"]), woman=woman)
    def try_to_write_and_to_stay(self, who: str, woman: int) -> None:
        STEPS["write"] += 1
        if (who, woman) not in self.until:
            return
        with identity.acting(identity.refreshed(getattr(self.cast, who))) as by:
            for hand in (by, replace(by, role=Role.CLERK)):
                with identity.acting(hand), pytest.raises(ProgrammingError), transaction.atomic():
                    Involvement(
                        client_id=self.made[woman][0],
                        organisation_id=by.organisation_id,
                        account_id=by.account_id,
                        kind="support",
                        from_at=its_clock(),
                        given_by_id=by.account_id,
                    ).save(force_insert=True)

    @invariant()
    def each_sees_her_exactly_while_it_may_be(self) -> None:
        STEPS["look"] += 1
        STEPS["turn"] = (STEPS["turn"] + 1) % 5
        always = ("other_worker", "colleague", "supervisor")
        for who in always if STEPS["turn"] else (*always, "provider", "spoc"):
            with identity.acting(identity.refreshed(getattr(self.cast, who))) as by:
                by_both = set(sight.visible(Client, by).values_list("id", flat=True))
                by_rows = set(Client.objects.values_list("id", flat=True))
                if not self._sees_anyway(who, 0) and not self._sees_anyway(who, 1):
                    assert CaseNote.objects.count() == 0 and SafePlace.objects.count() == 0
            expected = {
                self.made[woman][0]
                for woman in (0, 1)
                if (who, woman) in self.until or self._sees_anyway(who, woman)
            }
            assert by_both == by_rows == expected, (who, self.until)

    @invariant()
    def every_one_of_them_was_told_and_waits_for_review_or_has_it(self) -> None:
        with identity.acting(self.cast.governance) as by:
            waiting = {task.object_id for task in tasks.waiting(by=by) if task.kind == emergency.REVIEW_TASK}
        assert waiting == {row["id"] for row in self.rows if row["state"] != "reviewed"}


class SaidId:
    def __init__(self, key: uuid.UUID) -> None:
        self.id = key


def _play(cast: people.Cast, monkeypatch: pytest.MonkeyPatch, *, examples: int, steps: int) -> int:
    monkeypatch.setattr(emergency, "check_password", lambda given, kept: given == "right")
    made = []
    for called in ("Zephyrine", "Adaline"):
        client_id, _ = women.born(cast, called=called, worker=cast.worker, notes=1)
        made.append((client_id, reference_of(cast, client_id)))
    Emergencies.cast, Emergencies.made = cast, tuple(made)
    STEPS.clear()
    run_state_machine_as_test(
        Emergencies,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return sum(count for name, count in STEPS.items() if name not in ("look", "turn"))


def test_no_path_leads_round_the_rules(cast, monkeypatch):
    assert _play(cast, monkeypatch, examples=4, steps=15) > 20


@pytest.mark.prove
def test_no_path_of_very_many_leads_round_the_rules(cast, monkeypatch):
    assert _play(cast, monkeypatch, examples=110, steps=50) >= 5_000
