"""Files that agencies send: whole or nothing, twice is once, taken back within a day, gone on their date."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from pathways.analysis import sheets
from pathways.analysis.pole import meanings
from pathways.domain.governance.policy import Resource
from pathways.domain.identification.taking_in import Kind, Status
from pathways.domain.terms.events import EventKind
from pathways.journey import extracts, identity, open_door, runs, taking_in
from pathways.records import keys
from pathways.records.models import (
    AccessEvent,
    BankHoliday,
    CaseNote,
    Client,
    ColumnMapping,
    Contact,
    Denominator,
    GoalRating,
    JourneyEvent,
    Nominal,
    ReferenceSet,
    ReferralIn,
    TakeIn,
    TakeInPart,
    TakenRow,
    Task,
)
from tests.journey import people, women

NOW = people.NOW

pytestmark = pytest.mark.database


@pytest.fixture
def cast(db):
    return people.cast()


def bring(kind, by, *files, at=NOW, **more):
    sent = [(name, content.encode() if isinstance(content, str) else content) for name, content in files]
    with identity.acting(by):
        return taking_in.bring(kind=kind, files=sent, by=by, at=at, **more)


def everything(by, model):
    """Every row there is; of what the clerk does not read, every row that `by` sees."""
    see = identity.acting if model in (CaseNote, GoalRating, ColumnMapping) else identity.clerk
    with see(by):
        return list(model.objects.all())


REFERRALS = "ref,forename,surname,dob,reason,aware\n"


# --- police extracts ----------------------------------------------------------------------------------------

POLE = (
    ("persons.csv", "person_id,surname,sex,date_of_birth,ethnicity_code\n" + "".join(
        f"{n},S{n},F,0{n % 9 + 1}/02/1990,{'W1' if n % 3 else 'A1'}\n" for n in range(40))),
    ("events.csv", "event_id,kind,occurred_on\nE1,crime,03/04/2026\nE2,custody,05/04/2026\n"),
    ("links.csv", "from_kind,from_id,relation,to_kind,to_id\nperson,1,suspect_in,event,E1\n"),
)  # fmt: skip


def test_a_police_extract_is_kept_sealed_and_enters_no_womans_record(cast):
    said = bring(Kind.POLE, cast.analyst, *POLE, system="Niche", handling="C")
    assert said, said.reason
    assert said.data["tally"] == {"rows": 43, "accepted": 43, "unchanged": 0, "rejected": 0}
    with identity.acting(cast.spoc):
        (one,) = extracts.extracts(by=cast.spoc, at=NOW)
        tables = extracts.opened(one.id, by=cast.spoc, at=NOW)
    assert {name: frame.height for name, frame in tables.items()} == {"persons": 40, "events": 2, "links": 1}
    assert not everything(cast.spoc, Nominal)
    assert not everything(cast.spoc, Client)
    assert one.delete_on > NOW.date()
    held = TakeInPart.objects.model._meta.get_field("content")
    assert held.privacy.value == "identifies"
    reading = AccessEvent.objects.filter(kind="consultation", resource="take_in", subjects__contains=[one.id])
    with identity.sealing():
        assert reading.exists()


@pytest.mark.parametrize(
    "who", ["coordinator", "supervisor", "officer", "police_supervisor", "administrator"]
)
def test_nobody_else_takes_in_or_opens_police_records(cast, who):
    other = getattr(cast, who)
    assert not bring(Kind.POLE, other, *POLE)
    said = bring(Kind.POLE, cast.analyst, *POLE)
    with identity.acting(other):
        assert extracts.opened(said.id, by=other, at=NOW) is None
        assert taking_in.page(take_in_id=said.id, by=other, at=NOW) is None


def test_another_force_does_not_open_it(cast):
    said = bring(Kind.POLE, cast.analyst, *POLE)
    from pathways.domain.terms.people import Role, Sector

    stranger = people.appoint("Bea", Role.POLICE_ANALYST, people.organisation("b", "B Police", Sector.POLICE))
    with identity.acting(stranger):
        assert extracts.opened(said.id, by=stranger, at=NOW) is None
        assert extracts.extracts(by=stranger, at=NOW) == ()


def test_on_its_date_it_is_counted_and_goes_with_its_key(cast):
    said = bring(Kind.POLE, cast.analyst, *POLE)
    row = next(row for row in everything(cast.analyst, TakeIn) if row.id == said.id)
    due = datetime.combine(row.delete_on, NOW.timetz())
    assert extracts.erase_due(at=due - timedelta(days=1)) == 0
    assert extracts.erase_due(at=due) == 1
    assert extracts.erase_due(at=due) == 0
    assert not everything(cast.analyst, TakeInPart)
    assert not keys.store().holds(row.id, row.organisation_id)
    (frozen,) = Denominator.objects.all()
    assert {line["sex"]: line["count"] for line in frozen.body["all"]} == {"female": "40", "Total": "40"}
    assert {line["ethnicity"] for line in frozen.body["ethnicity"]} == {"white", "asian"}
    with identity.sealing():
        assert AccessEvent.objects.filter(kind="erasure", subjects__contains=[row.id]).exists()
    with identity.acting(cast.spoc):
        assert extracts.opened(row.id, by=cast.spoc, at=due) is None


def test_two_extracts_of_one_day_are_told_apart_by_their_hour(cast):
    for hours, person in ((0, "1"), (2, "2")):
        assert bring(Kind.POLE, cast.analyst, ("persons.csv", f"person_id\n{person}\n"), system="Niche",
                     at=NOW + timedelta(hours=hours))  # fmt: skip
    with identity.acting(cast.spoc):
        words = [one.words for one in extracts.extracts(by=cast.spoc, at=NOW + timedelta(hours=3))]
        assert [said for _, said in runs.to_choose(by=cast.spoc, at=NOW + timedelta(hours=3))] == words
    assert len(set(words)) == 2 and all(each.startswith("Niche, taken in ") for each in words)


def test_the_names_of_the_files_stand_in_the_list_for_who_takes_in_such_files(cast):
    bring(Kind.REFERENCE, cast.coordinator, ("october.csv", "date,name\n25/12/2031,Christmas\n"))
    for who, names in ((cast.coordinator, "october.csv"), (cast.governance, "")):
        with identity.acting(who):
            assert [line.names for line in taking_in.listing(by=who, at=NOW)[0]] == [names]


def test_the_denominators_hide_what_is_small(cast):
    few = "person_id,sex,ethnicity_code\n" + "".join(f"{n},F,W1\n" for n in range(30)) + "x,F,A1\ny,M,W1\n"
    bring(Kind.POLE, cast.analyst, ("persons.csv", few))
    extracts.erase_due(at=NOW + timedelta(days=400))
    body = Denominator.objects.get().body
    asian = [line["count"] for line in body["ethnicity"] if line["ethnicity"] == "asian"]
    assert "1" not in asian and "c" in asian


@pytest.mark.shared_data
def test_a_whole_city_is_taken_in(cast, shared_data):
    files = [(path.name, path.read_bytes()) for path in sheets.files_in(shared_data / "pole")]
    said = bring(Kind.POLE, cast.analyst, *files)
    assert said, said.reason
    with identity.acting(cast.spoc):
        tables = extracts.opened(said.id, by=cast.spoc, at=NOW)
    assert (tables["persons"].height, tables["events"].height, tables["locations"].height) == (
        369,
        28762,
        14904,
    )
    again = bring(Kind.POLE, cast.analyst, *files)
    assert again.data["is_same"] and again.data["tally"]["accepted"] == 0


# --- referrals ----------------------------------------------------------------------------------------------


def test_referrals_come_in_by_the_open_door_and_are_screened(cast):
    sent = REFERRALS + "7,Ann,Invented,01/02/1990,Debt and fear,yes\n8,Bea,Made,3 Mar 1985,Wants help,no\n"
    said = bring(Kind.REFERRALS, cast.supervisor, ("women.csv", sent))
    assert said, said.reason
    assert said.data["tally"]["accepted"] == 2
    rows = sorted(everything(cast.coordinator, ReferralIn), key=lambda row: row.called)
    assert [row.called for row in rows] == ["Ann", "Bea"]
    assert rows[0].date_of_birth == date(1990, 2, 1)
    assert [row.she_knows for row in rows] == [True, False]
    with identity.acting(cast.coordinator):
        assert open_door.referrals(by=cast.coordinator, at=NOW).total == 2
    assert len(everything(cast.coordinator, Task)) == 2
    kept = everything(cast.supervisor, TakenRow)
    assert sorted(row.row_number for row in kept) == [2, 3]
    assert {row.fact_or_opinion for row in kept} == {"fact"}


def test_the_same_file_twice_changes_nothing_nor_do_rows_that_came_before(cast):
    sent = REFERRALS + "7,Ann,Invented,01/02/1990,Debt,yes\n"
    first = bring(Kind.REFERRALS, cast.supervisor, ("women.csv", sent))
    again = bring(Kind.REFERRALS, cast.supervisor, ("women.csv", sent))
    assert again.id == first.id and again.data["is_same"]
    more = bring(Kind.REFERRALS, cast.supervisor, ("women.csv", sent + "9,Cleo,New,1/1/1980,Housing,yes\n"))
    assert more.data["tally"] == {"rows": 2, "accepted": 1, "unchanged": 1, "rejected": 0}
    assert len(everything(cast.coordinator, ReferralIn)) == 2
    other = bring(Kind.REFERRALS, cast.supervisor, ("w.csv", REFERRALS + "7,Ann,Other,01/02/1990,Debt,yes\n"))
    assert other.data["tally"]["rejected"] == 1
    assert len(everything(cast.coordinator, ReferralIn)) == 2


def test_rows_left_out_come_back_with_why_and_how_to_mend_them(cast):
    sent = (
        REFERRALS
        + "1,Ann,I,01/02/1990,Debt,yes\n2,Kid,I,01/02/2015,Lost,yes\n3,Bea,I,31/02/1990,x,yes\n4,Cy,I,,,no\n"
    )
    said = bring(Kind.REFERRALS, cast.supervisor, ("women.csv", sent))
    assert said.data["tally"] == {"rows": 4, "accepted": 1, "unchanged": 0, "rejected": 3}
    ((name, content),) = said.data["rejected_files"]
    assert name == "women-rejected.csv"
    (back,) = sheets.read_bytes(content, name)
    assert back.columns[:6] == ["ref", "forename", "surname", "dob", "reason", "aware"]
    assert back.frame["ref"].to_list() == ["2", "3", "4"]
    assert back.frame["row in the file"].to_list() == ["3", "4", "5"]
    assert all(back.frame["why it was left out"].to_list())
    assert all(back.frame["how to mend it"].to_list())


def test_a_failure_half_way_leaves_nothing(cast, monkeypatch):
    sent = REFERRALS + "".join(f"{n},Ann,I,01/02/1990,Debt,yes\n" for n in range(5))
    real, calls = open_door.let_in, []

    def failing(*args, **more):
        calls.append(1)
        if len(calls) > 8:  # five in the check, then in the middle of the taking in
            raise ConnectionError("the line went dead")
        return real(*args, **more)

    monkeypatch.setattr(open_door, "let_in", failing)
    with pytest.raises(ConnectionError):
        bring(Kind.REFERRALS, cast.supervisor, ("women.csv", sent))
    for model in (ReferralIn, TakeIn, TakeInPart, TakenRow, Task):
        assert not everything(cast.supervisor, model)


def test_a_dry_run_writes_nothing(cast):
    sent = REFERRALS + "7,Ann,Invented,01/02/1990,Debt,yes\n"
    said = bring(Kind.REFERRALS, cast.supervisor, ("women.csv", sent), dry_run=True)
    assert said.data["tally"]["accepted"] == 1
    for model in (ReferralIn, TakeIn, TakeInPart, TakenRow):
        assert not everything(cast.supervisor, model)


def test_police_and_private_companies_bring_nobody_by_this_way(cast):
    for who in (cast.spoc, cast.analyst, cast.provider_supervisor, cast.worker, cast.police_supervisor):
        assert not bring(Kind.REFERRALS, who, ("women.csv", REFERRALS + "1,A,B,,Debt,yes\n"))


def test_what_was_taken_in_goes_within_a_day(cast):
    sent = REFERRALS + "7,Ann,Invented,01/02/1990,Debt,yes\n"
    said = bring(Kind.REFERRALS, cast.supervisor, ("women.csv", sent))
    with identity.acting(cast.supervisor):
        late = taking_in.undo(take_in_id=said.id, by=cast.supervisor, at=NOW + timedelta(days=2))
        assert not late and "More than a day" in late.reason
        assert taking_in.undo(take_in_id=said.id, by=cast.supervisor, at=NOW + timedelta(hours=3))
    for model in (ReferralIn, TakenRow, TakeInPart, Task):
        assert not everything(cast.supervisor, model)
    assert JourneyEvent.objects.model  # the log keeps that it was there, and that it went
    with identity.sealing():
        kinds = list(JourneyEvent.objects.order_by("at").values_list("kind", flat=True))
        assert EventKind.FLAGGED in kinds and EventKind.CORRECTED in kinds
    again = bring(Kind.REFERRALS, cast.supervisor, ("women.csv", sent))
    assert again.data["tally"]["accepted"] == 1


# --- a provider's own case system ---------------------------------------------------------------------


@pytest.fixture
def her(cast):
    client_id, _ = women.born(cast, worker=cast.worker)
    with identity.clerk(cast.supervisor):
        return Client.objects.get(pk=client_id)


CONTACTS = "contact id,our reference,date,start time,attendance,method,duration,notes\n"


def test_contacts_are_matched_on_our_reference(cast, her):
    said_of = f"{her.reference[:2]} {her.reference[2:6]} {her.reference[6:]}"
    sent = (
        CONTACTS
        + f"C1,{said_of},27/10/2026,14:30,attended,phone,45,She rang\nC2,{her.reference},28/10/2026,,DNA,,,\n"
    )
    before = len(everything(cast.supervisor, Contact))
    said = bring(Kind.CONTACTS, cast.supervisor, ("contacts.csv", sent), system="Lamplight")
    assert said, said.reason
    assert said.data["tally"] == {"rows": 2, "accepted": 2, "unchanged": 0, "rejected": 0}, said.data[
        "extract"
    ].problems
    taken = {row.object_id: row for row in everything(cast.supervisor, TakenRow)}
    new = [row for row in everything(cast.supervisor, Contact) if row.id in taken]
    assert len(everything(cast.supervisor, Contact)) == before + 2
    assert {row.attended for row in new} == {"yes", "no"}
    assert {row.organisation_id for row in new} == {cast.supervisor.organisation_id}
    came = next(row for row in new if row.attended == "yes")
    assert (came.minutes, came.mode) == (45, "telephone")
    notes = [note for note in everything(cast.supervisor, CaseNote) if note.contact_id == came.id]
    assert [str(note.body) for note in notes] == ["She rang"]


def test_a_woman_who_is_not_with_the_provider_is_not_found(cast, her):
    sent = CONTACTS + f"C1,{her.reference},27/10/2026,14:30,attended,phone,45,\n"
    said = bring(Kind.CONTACTS, cast.provider_supervisor, ("contacts.csv", sent))
    assert said.data["tally"]["accepted"] == 0 and said.data["tally"]["rejected"] == 1
    nobody = CONTACTS + "C1,KW5219ED,27/10/2026,14:30,attended,phone,45,\n"
    same = bring(Kind.CONTACTS, cast.provider_supervisor, ("contacts.csv", nobody))
    assert same.data["tally"]["rejected"] == 1


def test_what_somebody_has_gone_on_with_is_named_and_nothing_goes(cast, her):
    sent = (
        CONTACTS + f"C1,{her.reference},27/10/2026,14:30,DNA,,,\nC2,{her.reference},28/10/2026,15:00,DNA,,,\n"
    )
    said = bring(Kind.CONTACTS, cast.supervisor, ("contacts.csv", sent))
    taken = everything(cast.supervisor, TakenRow)
    # somebody else's hand, in a transaction of its own: here the history is told so
    from pathways.records.models import Operation, RowChange

    with identity.clerk(cast.worker):
        RowChange.objects.create(
            kind=Resource.CONTACT.value, row_id=taken[0].object_id, operation=Operation.UPDATE, together=1,
            account_id=cast.worker.account_id, role="support_worker",
        )  # fmt: skip
    with identity.acting(cast.supervisor):
        refused = taking_in.undo(take_in_id=said.id, by=cast.supervisor, at=NOW + timedelta(hours=1))
    assert not refused
    assert f"row {taken[0].row_number} was changed by Wanda Worker" in refused.reason
    assert len(everything(cast.supervisor, TakenRow)) == 2


def test_attendance_becomes_contacts_in_a_group(cast, her):
    sent = f"reference,date,present,group,mins\n{her.reference},27/10/2026,late,Freedom,90\n"
    said = bring(Kind.ATTENDANCE, cast.supervisor, ("register.csv", sent))
    assert said.data["tally"]["accepted"] == 1, said.data
    (row,) = everything(cast.supervisor, TakenRow)
    made = next(one for one in everything(cast.supervisor, Contact) if one.id == row.object_id)
    assert (made.mode, made.attended, made.minutes) == ("group", "late", 90)


def test_scores_are_of_her_own_goals(cast, her):
    with identity.acting(cast.worker):
        from pathways.journey import goals

        assert goals.set_goal(
            client_id=her.id, words="A home of my own", domain=None, importance=8, by=cast.worker, at=NOW
        )
    sent = f"reference,date,goal,score\n{her.reference},03/11/2026,a home of  my own,6\n"
    sent += f"{her.reference},03/11/2026,Fly,5\n"
    sent += f"{her.reference},03/11/2026,A home of my own,11\n"
    said = bring(Kind.SCORES, cast.supervisor, ("scores.csv", sent))
    assert said.data["tally"] == {"rows": 3, "accepted": 1, "unchanged": 0, "rejected": 2}
    assert 6 in {row.value for row in everything(cast.supervisor, GoalRating)}


def test_scores_of_instruments_that_are_on_are_taken_in_judged_and_taken_back(cast, her):
    from pathways.journey import instruments, measuring
    from pathways.records.models import InstrumentScore

    by = cast.administrator
    with identity.acting(by):
        assert instruments.turn_on(code="phq9", edition="1", is_licence_accepted=True, by=by, at=NOW)
    lines = (
        ("27/10/2026", "PHQ-9", "16"),
        ("03/11/2026", "phq9", "8"),
        ("10/11/2026", "PHQ-9", "28"),
        ("10/11/2026", "GAD-7", "3"),
        ("10/11/1999", "PHQ-9", "3"),
    )
    sent = "reference,date,instrument,score\n"
    sent += "".join(f"{her.reference},{','.join(one)}\n" for one in lines)
    said = bring(Kind.SCORES, cast.supervisor, ("scores.csv", sent))
    assert said.data["tally"] == {"rows": 5, "accepted": 2, "unchanged": 0, "rejected": 3}
    with identity.acting(cast.supervisor):
        (found,) = measuring.of_her(client_id=her.id, by=cast.supervisor).measures
    assert [(one.value, one.band) for one in found.scores] == [(16, "Moderately severe"), (8, "Mild")]
    assert "Down 8" in found.scores[1].change.words
    with identity.acting(cast.supervisor):
        assert taking_in.undo(take_in_id=said.id, by=cast.supervisor, at=NOW + timedelta(hours=1))
        assert not InstrumentScore.objects.exists()


# --- reference figures and mappings -------------------------------------------------------------------


def test_reference_figures_are_kept_as_sets_and_holidays_reach_the_clocks(cast):
    said = bring(
        Kind.REFERENCE, cast.administrator,
        ("bank_holidays.csv", "date,name\n25/12/2030,Christmas Day\n"),
        ("prices.csv", "item,unit cost,year,source\nRobbery,11320,2015/16,RR99\n"),
        ("population.csv", "ltla21_code,ltla21_name,ethnic_group,value\nE06000032,Luton,White,1000\n"),
        system="Published",
    )  # fmt: skip
    assert said, said.reason
    assert said.data["tally"]["accepted"] == 3
    assert BankHoliday.objects.filter(date=date(2030, 12, 25)).exists()
    assert set(ReferenceSet.objects.values_list("kind", flat=True)) == {
        "bank_holidays",
        "prices",
        "population",
    }
    with identity.acting(cast.administrator):
        assert taking_in.undo(take_in_id=said.id, by=cast.administrator, at=NOW)
    assert not ReferenceSet.objects.exists()
    assert not BankHoliday.objects.filter(date=date(2030, 12, 25)).exists()


def test_an_owners_table_of_scores_comes_in_whole_and_right_or_not_at_all(cast):
    from pathways.journey import instruments

    right = {raw: f"{raw / 2 + 8:.2f}" for raw in range(7, 36)}  # invented: the real one is its owner's

    def sent(lines, name="SWEMWBS"):
        rows = "".join(f"{name},{raw},{score}\n" for raw, score in lines)
        file = ("instruments.csv", "instrument,raw,converted\n" + rows)
        return bring(Kind.REFERENCE, cast.coordinator, file)

    for lines, name, why in (
        ({**right, 21: "1850"}.items(), "SWEMWBS", "a score of SWEMWBS is from 7 to 35"),
        ({**right, 21: "9"}.items(), "SWEMWBS", "a higher raw total would have a lower score"),
        ([*right.items(), (21, "18.6")], "SWEMWBS", "has another score in an earlier row"),
        ([*right.items(), (36, "35")], "SWEMWBS", None),
        (list(right.items())[:-1], "SWEMWBS", "it needs one right row for the raw total 35"),
        (right.items(), "WEMWBS short", "no instrument of this name"),
    ):
        said = sent(lines, name)
        (_, sheet), *_ = said.data["rejected_files"]
        problems = sheet.decode("utf-8-sig")
        if why is None:  # a line too many is named, and the whole table beside it stands
            assert problems.count("SWEMWBS,") == 1 and "is a whole number from 7 to 35" in problems
            assert instruments.conversion(instruments.shipped()["swemwbs"])[21] == 18.5
            ReferenceSet.objects.all().delete()
            continue
        assert why in problems
        assert not ReferenceSet.objects.exists(), why
    assert sent(right.items())
    assert len(instruments.conversion(instruments.shipped()["swemwbs"])) == 29


def test_a_mapping_is_remembered_for_the_next_file(cast):
    sent = "Nr;Wer;Warum\n1;Ann;Debt\n"
    with identity.acting(cast.supervisor):
        first = taking_in.receive(
            kind=Kind.REFERRALS, files=[("a.csv", sent.encode())], by=cast.supervisor, at=NOW
        )
        assert first.data["needs_mapping"]
        body = {"name": "Haus", "tables": [{"table": "referrals", "file": "*.csv",
                "columns": {"their_reference": "Nr", "first_name": "Wer", "why": "Warum"}}]}  # fmt: skip
        said = taking_in.check(take_in_id=first.id, mapping=body, name="Haus", by=cast.supervisor, at=NOW)
        assert said, said.reason
        assert said.data["tally"]["accepted"] == 1
        assert not everything(cast.supervisor, ReferralIn)
        page = taking_in.page(take_in_id=first.id, by=cast.supervisor, at=NOW)
        assert page.line.status is Status.CHECKED
        assert taking_in.take_in(take_in_id=first.id, by=cast.supervisor, at=NOW)
        assert not taking_in.take_in(take_in_id=first.id, by=cast.supervisor, at=NOW)
    assert [row.name for row in everything(cast.supervisor, ColumnMapping)] == ["Haus"]
    following = bring(Kind.REFERRALS, cast.supervisor, ("b.csv", "Nr;Wer;Warum\n2;Bea;Fear\n"))
    assert following.data["tally"]["accepted"] == 1
    named = bring(
        Kind.REFERRALS, cast.supervisor, ("c.csv", "Nr;Wer;Warum\n3;Cy;Fear\n"), mapping_name="Haus"
    )
    assert named.data["tally"]["accepted"] == 1
    unknown = bring(
        Kind.REFERRALS, cast.supervisor, ("d.csv", "Nr;Wer;Warum\n3;Cy;Fear\n"), mapping_name="Nil"
    )
    assert "there are: Haus" in unknown.reason


def received(kind, by, name, text, **more):
    with identity.acting(by):
        said = taking_in.receive(kind=kind, files=[(name, text.encode())], by=by, at=NOW, **more)
        return said, taking_in.page(take_in_id=said.id, by=by, at=NOW)


def remember(cast, name, text, columns, *, system=""):
    said, _ = received(Kind.REFERRALS, cast.supervisor, name, text, system=system)
    body = {"name": f"of {name}", "tables": [{"table": "referrals", "file": name, "columns": columns}]}
    with identity.acting(cast.supervisor):
        said = taking_in.check(
            take_in_id=said.id, mapping=body, name=f"of {name}", by=cast.supervisor, at=NOW
        )
        assert said, said.reason


def test_next_months_file_of_another_name_is_read_as_it_was_and_what_changed_is_said(cast):
    remember(
        cast, "frauen_2026-10.csv", "Nr;Wer;Warum;Tel\n1;Ann;Debt;07700900123\n",
        {"their_reference": "Nr", "first_name": "Wer", "why": "Warum", "phone": "Tel"},
    )  # fmt: skip
    _, page = received(
        Kind.REFERRALS, cast.supervisor, "frauen_2026-11.csv", "Nr;Wer;Ort;Warum\n2;Bea;Luton;Fear\n"
    )
    assert page.how_mapped == "remembered as “of frauen_2026-10.csv”"
    assert page.mapping["tables"][0]["file"] == "frauen_2026-11.csv"
    assert page.mapping["tables"][0]["columns"] == {
        "their_reference": "Nr",
        "first_name": "Wer",
        "why": "Warum",
    }
    assert page.changes == (
        "frauen_2026-11.csv: the column Tel, read as phone, is gone",
        "frauen_2026-11.csv has a column that is new: Ort",
    )
    said = bring(Kind.REFERRALS, cast.supervisor, ("frauen_2026-12.csv", "Nr;Wer;Warum;Tel\n3;Cy;Fear;\n"),
                 mapping_name="of frauen_2026-10.csv")  # fmt: skip
    assert said, said.reason
    assert said.data["tally"]["accepted"] == 1
    assert said.data["how"] == "remembered as “of frauen_2026-10.csv”"


def test_of_two_remembered_ways_that_of_the_same_system_is_taken(cast):
    for name, system, column in (("a1.csv", "Lamplight", "first_name"), ("b1.csv", "Inform", "called")):
        remember(cast, name, "Nr;Wer;Warum\n1;Ann;Debt\n",
                 {"their_reference": "Nr", column: "Wer", "why": "Warum"}, system=system)  # fmt: skip
    for system, column in (("Lamplight", "first_name"), ("Inform", "called")):
        _, page = received(
            Kind.REFERRALS, cast.supervisor, "c.csv", f"Nr;Wer;Warum\n{len(system)};B;x\n", system=system
        )
        assert column in page.mapping["tables"][0]["columns"], system


def test_of_several_remembered_ways_the_one_that_reads_most_is_taken(cast):
    columns = {"their_reference": "Nr", "first_name": "Wer", "why": "Warum", "phone": "Tel", "email": "Mail"}
    remember(cast, "all.csv", "Nr;Wer;Warum;Tel;Mail\n1;Ann;Debt;;\n", columns)
    remember(cast, "few.csv", "Nr;Warum\n2;Debt\n", {"their_reference": "Nr", "why": "Warum"})
    _, page = received(
        Kind.REFERRALS, cast.supervisor, "next.csv", "Nr;Wer;Warum;Tel\n3;Cy;Fear;\n"
    )  # fmt: skip
    assert page.how_mapped == "remembered as “of all.csv”"
    assert "next.csv: the column Mail, read as email, is gone" in page.changes


def test_as_much_as_is_recognised_is_proposed_and_what_is_needed_is_named(cast):
    said, page = received(
        Kind.REFERRALS, cast.supervisor, "women.csv", "ref,forename,Grund\n1,Ann,Debt\n"
    )  # fmt: skip
    assert said.data["needs_mapping"]
    assert page.mapping == {} and page.missing == (("women.csv", "referrals", "why"),)
    assert page.proposed["tables"][0]["columns"] == {"their_reference": "ref", "first_name": "forename"}
    refused = bring(Kind.REFERRALS, cast.supervisor, ("w.csv", "ref,forename,Grund\n1,Ann,Debt\n"))
    assert not refused
    for words in ("forename as first_name", "not found: why", "Grund", "looked for as why, reason"):
        assert words in refused.reason


def test_an_abandoned_upload_is_removed_with_its_key(cast):
    with identity.acting(cast.supervisor):
        said = taking_in.receive(
            kind=Kind.REFERRALS,
            files=[("a.csv", (REFERRALS + "1,A,B,,x,yes\n").encode())],
            by=cast.supervisor,
            at=NOW,
        )
    row = next(iter(everything(cast.supervisor, TakeIn)))
    assert taking_in.clear_abandoned(at=NOW + timedelta(days=1)) == 0
    assert taking_in.clear_abandoned(at=NOW + timedelta(days=8)) == 1
    assert not everything(cast.supervisor, TakeInPart)
    assert not keys.store().holds(row.id, row.organisation_id)
    assert said.id == row.id


def test_what_stood_in_bad_cells_goes_after_a_week(cast):
    bring(Kind.REFERRALS, cast.supervisor, ("w.csv", REFERRALS + "1,A,B,,x,yes\n2,C,D,31/02/1990,x,yes\n"))
    (row,) = everything(cast.supervisor, TakeIn)
    assert row.found["problems"] and len(everything(cast.supervisor, TakeInPart)) == 1
    taking_in.clear_abandoned(at=NOW + timedelta(days=8))
    (row,) = everything(cast.supervisor, TakeIn)
    assert not row.found and not everything(cast.supervisor, TakeInPart)
    assert row.status == Status.TAKEN_IN


def test_the_governance_lead_sees_that_it_was_taken_in_and_nothing_of_it(cast):
    bring(Kind.REFERENCE, cast.coordinator, ("bank_holidays.csv", "date,name\n25/12/2031,Christmas\n"))
    with identity.acting(cast.governance):
        lines, total = taking_in.listing(by=cast.governance, at=NOW)
        assert total == 1
        assert taking_in.page(take_in_id=lines[0].id, by=cast.governance, at=NOW) is None


def test_both_the_operator_and_the_user_are_in_the_event(cast):
    bring(
        Kind.REFERENCE, cast.coordinator, ("bank_holidays.csv", "date,name\n25/12/2031,C\n"), operator="root"
    )
    with identity.sealing():
        event = AccessEvent.objects.get(route="take-in")
    assert event.actor_id == cast.coordinator.account_id
    assert "the operator root" in event.reason


def test_a_value_of_a_column_that_there_no_longer_is_can_be_said_to_mean_nothing():
    """What a file's check found is kept, and an upgrade may come before it is looked at again."""
    for table, column in (("gone", "sex"), ("persons", "gone")):
        one = meanings.Value(0, "persons.csv", table, column, "S", "F", 3, "")
        assert taking_in._choices(one) == ()
    assert taking_in._choices(meanings.Value(0, "persons.csv", "persons", "sex", "S", "F", 3, ""))
