"""Setting up: who may be what and where, leaving at once, and an organisation's past that is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pathways.domain.governance import appointing
from pathways.domain.terms.people import (
    HUMAN_ROLES,
    MACHINE_ROLES,
    NEVER_POLICE,
    POLICE_ROLES,
    Regime,
    Role,
    Sector,
)
from pathways.journey import (
    administer,
    arranging,
    establishment,
    health,
    identity,
    installing,
    offering,
    passwords,
    programme,
)
from pathways.records.models import AccessEvent, Account, Appointment, Organisation, Task
from tests.journey import people
from tests.journey.people import NOW


@pytest.fixture
def cast(db):
    return people.cast()


@pytest.fixture
def by(cast):
    with identity.acting(cast.administrator) as actor:
        yield actor


def account_of(actor) -> Account:
    return Account.objects.get(id=actor.account_id)


def add(by, role=Role.SUPPORT_WORKER, at="charity", **more):
    where = Organisation.objects.get(code=at)
    given = {"name": "Nia New", "email": "Nia.New@charity.test", "until": None} | more
    return administer.add_person(**given, organisation_id=where.id, role=role, by=by, at=NOW)


# --- which role fits where ---------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(POLICE_ROLES))
@pytest.mark.parametrize("sector", [sector for sector in Sector if sector is not Sector.POLICE])
def test_a_police_role_is_given_by_police_alone(role, sector):
    assert not appointing.fits(role, sector)
    assert appointing.fits(role, Sector.POLICE)


@pytest.mark.parametrize("role", sorted(NEVER_POLICE))
def test_police_never_hold_a_role_that_reads_what_she_confides(role):
    assert not appointing.fits(role, Sector.POLICE)


def test_a_private_company_has_private_workers_and_nobody_else_has():
    assert appointing.fits(Role.PROVIDER_WORKER, Sector.PRIVATE)
    assert not appointing.fits(Role.SUPPORT_WORKER, Sector.PRIVATE)
    assert not appointing.fits(Role.PROVIDER_WORKER, Sector.THIRD_SECTOR)


def test_a_coordinator_works_where_the_programme_is_coordinated():
    assert not appointing.fits(Role.COORDINATOR, Sector.LOCAL_AUTHORITY, is_coordinating=False)
    assert not appointing.may_coordinate(Sector.POLICE)
    assert not appointing.may_coordinate(Sector.PRIVATE)


@pytest.mark.parametrize("role", sorted(MACHINE_ROLES))
def test_nobody_is_given_the_hands_of_the_machine(role):
    assert not any(appointing.fits(role, sector) for sector in Sector)


@pytest.mark.parametrize("role", HUMAN_ROLES)
def test_every_role_fits_somewhere(role):
    assert any(appointing.fits(role, sector) for sector in Sector)


def test_a_role_that_does_not_fit_is_refused_and_nobody_is_added(by):
    said = add(by, Role.COORDINATOR, at="force")
    assert not said
    assert "police" in said.reason
    assert not Account.objects.filter(email="nia.new@charity.test").exists()


# --- people ------------------------------------------------------------------------------------------


def test_only_an_administrator_sets_people_up(cast):
    for actor in cast:
        if actor.role is Role.ADMINISTRATOR:
            continue
        with identity.acting(actor) as by:
            assert not add(by)
            assert not administer.leave(account_id=cast.worker.account_id, by=by, at=NOW)
            assert not administer.new_link(account_id=cast.worker.account_id, by=by, at=NOW)


def test_a_new_person_gets_a_link_that_is_good_until_a_password_is_chosen(by):
    said = add(by)
    token = said.data["link"].rstrip("/").rsplit("/", 1)[1]
    account = passwords.invited(account_id=said.id, token=token)
    assert account is not None
    assert passwords.choose(account=account, password="three unrelated words", at=NOW)
    assert passwords.invited(account_id=said.id, token=token) is None


def test_nobody_is_added_twice_under_one_address(by):
    assert add(by)
    assert not add(by, email="NIA.NEW@charity.test")


def test_nobody_gives_herself_a_role(by, cast):
    council = Organisation.objects.get(code="council")
    said = administer.appoint(
        account_id=by.account_id, organisation_id=council.id, role=Role.COORDINATOR, by=by, at=NOW
    )
    assert not said
    assert len(identity.workplaces(account_of(by))) == 1


def test_a_role_until_a_day_ends_with_that_day(by, cast):
    said = add(by, until=date(2026, 11, 10))
    row = Appointment.objects.get(account_id=said.id)
    assert row.expires_at.isoformat() == "2026-11-11T00:00:00+00:00"
    assert establishment.person(account_id=said.id, at=NOW).live[0].last_day == date(2026, 11, 10)
    assert not establishment.person(account_id=said.id, at=NOW + timedelta(days=9)).live
    assert not add(by, email="late@charity.test", until=date(2026, 11, 1))


def test_a_leaver_can_be_nobody_from_that_moment(by, cast):
    link = administer.new_link(account_id=cast.worker.account_id, by=by, at=NOW).data["link"]
    assert administer.leave(account_id=cast.worker.account_id, by=by, at=NOW)
    gone = account_of(cast.worker)
    assert identity.workplaces(gone) == []
    assert not gone.check_password(people.PASSWORD)
    assert passwords.invited(account_id=gone.id, token=link.rstrip("/").rsplit("/", 1)[1]) is None
    assert not administer.appoint(
        account_id=gone.id,
        organisation_id=cast.worker.organisation_id,
        role=Role.SUPPORT_WORKER,
        by=by,
        at=NOW,
    )


def test_when_a_worker_leaves_her_supervisor_is_asked_to_hand_her_women_over(cast):
    from tests.journey import reaching_people as women

    women.assigned(cast, women.born(cast))
    with identity.acting(cast.administrator) as by:
        assert administer.leave(account_id=cast.worker.account_id, by=by, at=NOW)
        assert not Task.objects.exists()  # the administrator sees no work about a case
    with identity.acting(cast.supervisor):
        task = Task.objects.get(kind="left_behind")
    assert task.title == "A colleague’s role has ended: hand over one woman"


def test_the_last_administrator_stays(by, cast):
    mine = Appointment.objects.get(id=by.appointment_id)
    council = mine.organisation_id
    assert not administer.end_appointment(appointment_id=mine.id, by=by, at=NOW)
    assert not administer.leave(account_id=by.account_id, by=by, at=NOW)
    administer.set_coordinating(organisation_id=council, coordinates=False, by=by, at=NOW)
    assert not administer.end_organisation(organisation_id=council, last_day=NOW.date(), by=by, at=NOW)
    until = add(by, Role.ADMINISTRATOR, email="short@charity.test", until=date(2026, 12, 1))
    assert until
    assert not administer.leave(account_id=by.account_id, by=by, at=NOW), "the other one ends by herself"
    assert add(by, Role.ADMINISTRATOR, email="second@charity.test")
    assert administer.leave(account_id=by.account_id, by=by, at=NOW)


def test_every_change_is_an_access_event_that_names_nobody(by, cast):
    add(by)
    administer.leave(account_id=cast.colleague.account_id, by=by, at=NOW)
    with identity.acting(cast.governance):
        found = list(AccessEvent.objects.filter(kind="alteration", route="administer"))
    assert len(found) == 2
    assert all("Nia" not in row.reason and "Carol" not in row.reason for row in found)
    assert {row.subjects[0] for row in found} >= {cast.colleague.account_id}


# --- organisations -----------------------------------------------------------------------------------


def test_what_an_organisation_was_called_is_kept(by, cast):
    said = administer.change_organisation(
        organisation_id=cast.worker.organisation_id,
        name="Willow and Oak",
        sector=Sector.THIRD_SECTOR,
        regime=Regime.GENERAL,
        from_date=date(2026, 11, 1),
        because="Merged",
        by=by,
        at=NOW,
    )
    assert said, said.reason
    now, before = establishment.organisation(organisation_id=cast.worker.organisation_id).terms
    assert (now.name, now.from_date, now.until_date) == ("Willow and Oak", date(2026, 11, 1), None)
    assert (before.name, before.from_date, before.until_date) == (
        "The Willow Centre",
        date(2025, 1, 1),
        date(2026, 10, 31),
    )
    assert [one.id for one in establishment.organisations(words="Willow Centre")] == [
        cast.worker.organisation_id
    ]


def test_a_sector_in_which_somebodys_role_would_not_fit_is_refused(by, cast):
    said = administer.change_organisation(
        organisation_id=cast.worker.organisation_id,
        name="The Willow Centre",
        sector=Sector.PRIVATE,
        regime=Regime.GENERAL,
        from_date=date(2026, 11, 1),
        because="Sold",
        by=by,
        at=NOW,
    )
    assert not said
    assert "support worker" in said.reason


def test_one_organisation_at_a_time_coordinates(by, cast):
    assert not administer.set_coordinating(
        organisation_id=cast.worker.organisation_id, coordinates=True, by=by, at=NOW
    )
    assert not administer.set_coordinating(
        organisation_id=cast.coordinator.organisation_id, coordinates=False, by=by, at=NOW
    ), "a coordinator still works there"


def test_where_an_organisation_ends_nobody_signs_in(by, cast):
    assert administer.end_organisation(
        organisation_id=cast.worker.organisation_id, last_day=NOW.date(), by=by, at=NOW
    )
    assert identity.workplaces(account_of(cast.worker)) == []


# --- the programme's choices -------------------------------------------------------------------------


def test_a_clock_that_is_set_holds_from_then_on(by):
    assert programme.plan_lapses_after_weeks() == 8
    wanted = arranging.Choices("Ashmere Pathways", 6, 4, 3, 20, 60, 9, 3)
    assert arranging.choose(wanted=wanted, by=by, at=NOW)
    assert arranging.choices() == wanted
    assert programme.plan_lapses_after_weeks() == 6


@pytest.mark.parametrize(
    "line",
    [
        "25 December 2026 Christmas Day",
        "2026-12-25,Christmas Day",
        '25/12/2026,"Christmas Day"',
        "Friday 25 December 2026: Christmas Day",
        "Date,Name\n2026-12-25,Christmas Day\n",
    ],
)
def test_bank_holidays_are_read_as_people_write_them(line):
    assert arranging.read_holidays(line) == ([(date(2026, 12, 25), "Christmas Day")], [])


def test_a_line_that_is_no_holiday_is_named():
    days, problems = arranging.read_holidays("2026-12-25,Christmas Day\n31 February 2027 Never\n2027-01-01")
    assert len(days) == 1
    assert [problem[:6] for problem in problems] == ["Line 2", "Line 3"]


def test_a_bank_holiday_is_no_working_day(by):
    day = date(2026, 12, 25)
    assert arranging.add_holidays(days=[(day, "Christmas Day")], by=by, at=NOW)
    assert not programme.working().is_working_day(day)
    assert arranging.remove_holiday(day=day, by=by, at=NOW)
    assert programme.working().is_working_day(day)


def test_the_system_says_how_it_is_without_a_case(by):
    found = {fact.name: fact for fact in health.facts(at=NOW)}
    assert not [fact for fact in found.values() if fact.state == "wrong"]
    assert "cannot bypass" in found["Database role"].said


# --- the directory by hand ---------------------------------------------------------------------------


def test_a_service_is_added_found_and_closed_by_its_day(cast):
    from pathways.domain.terms.needs import Domain

    with identity.acting(cast.coordinator) as by:
        said = offering.add(
            organisation_id=cast.worker.organisation_id,
            said=offering.Said(name="Drop-in", area="Ashmere", needs=(Domain.HOUSING,)),
            capacity=3,
            by=by,
            at=NOW,
        )
        assert said, said.reason
        assert [one.name for one in offering.listed(at=NOW, words="willow drop", open_now=True).lines] == [
            "Drop-in"
        ]
        offering.close(service_id=said.id, last_day=NOW.date(), by=by, at=NOW)
        assert offering.listed(at=NOW, open_now=True).total == 1, "open until the end of that day"
        assert offering.listed(at=NOW + timedelta(days=1), open_now=True).total == 0
        offering.reopen(service_id=said.id, by=by, at=NOW)
        assert offering.listed(at=NOW + timedelta(days=1), open_now=True).total == 1
    with identity.acting(cast.worker) as by:
        assert not offering.close(service_id=said.id, last_day=NOW.date(), by=by, at=NOW)
        assert not offering.set_places(service_id=said.id, places=9, by=by, at=NOW)
    with identity.acting(cast.supervisor) as by:
        assert offering.set_places(service_id=said.id, places=9, by=by, at=NOW)
    with identity.acting(cast.provider_supervisor) as by:
        assert not offering.set_places(service_id=said.id, places=1, by=by, at=NOW)


def test_an_administrator_who_lost_her_first_link_is_given_another_and_nobody_after_she_chose(db):
    Appointment.objects.filter(role=Role.ADMINISTRATOR.value).update(until_at=NOW)
    assert installing.needs_administrator() and installing.named_administrator() == ""
    first = installing.first_administrator(email="Ada@example.org", name="Ada", at=NOW)
    assert installing.needs_administrator() and installing.named_administrator() == "ada@example.org"
    again = installing.first_administrator(email="ada@example.org", name="Ada", at=NOW + timedelta(days=4))
    assert again.startswith("/account/set-password/") and first.startswith("/account/set-password/")
    account = Account.objects.get(email="ada@example.org")
    assert Appointment.objects.filter(account=account, role=Role.ADMINISTRATOR.value).count() == 1
    account.set_password("harbour lantern meadow")
    account.save()
    assert not installing.needs_administrator()
    with pytest.raises(PermissionError):
        installing.first_administrator(email="ada@example.org", name="Ada", at=NOW)


def test_whoever_runs_the_machine_makes_a_link_for_an_administrator_and_the_log_says_so(cast):
    mine = account_of(cast.administrator)

    def ask(email):
        return passwords.link_from_the_machine(email=email, operator="root", at=NOW)

    said = ask(mine.email.upper())
    assert said, said.reason
    token = said.data["link"].rstrip("/").rsplit("/", 1)[1]
    account = passwords.invited(account_id=mine.id, token=token)
    assert account == mine
    with identity.acting(cast.governance):  # at the same organisation: it is hers to see
        (event,) = AccessEvent.objects.filter(route="accounts:link")
        assert event.kind == "alteration" and event.subjects == [mine.id]
        assert "by root" in event.reason and mine.name not in event.reason and mine.email not in event.reason
    assert passwords.choose(account=account, password="three unrelated words", at=NOW)
    assert passwords.invited(account_id=mine.id, token=token) is None
    assert "Nobody here has" in ask("nobody@example.org").reason
    assert "not an administrator" in ask(account_of(cast.worker).email).reason
    Account.objects.filter(id=mine.id).update(left_at=NOW, is_active=False)
    assert "has left" in ask(mine.email).reason
    with identity.acting(cast.governance):
        assert AccessEvent.objects.filter(route="accounts:link").count() == 1
