"""Erasing what one organisation holds of her: governed, complete at that organisation, and nowhere else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.db.utils import IntegrityError

from pathways.domain.governance import erasure, hold, policy, retention
from pathways.domain.governance.erasure import Origin, RefusalReason, Status, Told
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.terms.people import Role
from pathways.journey import (
    drafts,
    emptying,
    erasing,
    held,
    her,
    holding,
    identity,
    naming,
    retaining,
    sight,
)
from pathways.journey.emptying import Subject
from pathways.records import keys
from pathways.records.models import (
    AccessEvent,
    CaseNote,
    Client,
    Demographics,
    Draft,
    Episode,
    Erasure,
    ErasureKey,
    Involvement,
    JourneyEvent,
    Message,
    NameToken,
    Nominal,
)
from pathways.records.sealed import SealedField
from tests.journey import people, women
from tests.journey.people import NOW

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


@pytest.fixture
def cast():
    return people.cast()


@pytest.fixture
def lead(cast):
    """The governance lead of the charity, beside the one of the council."""
    charity = people.Organisation.objects.get(code="charity")
    return people.appoint("Gwen Governance", Role.GOVERNANCE_LEAD, charity)


def ended(cast, called="Rosa", **more):
    """A woman of whom the work has ended: with notes at the charity, and her episode closed."""
    client_id, episode_id = women.born(cast, called, worker=cast.worker, notes=3, **more)
    with identity.clerk(cast.coordinator):
        Episode.objects.filter(id=episode_id).update(status="closed", closed_at=NOW, outcome="moved_on")
    return client_id


def ask(lead, client_id, *, at=NOW, **more):
    given = {"origin": Origin.SHE_ASKED, "asked_on": TODAY, "words": "She came in and asked."} | more
    subject = Subject(lead.organisation_id, client_id=client_id)
    with identity.acting(lead):
        return erasing.request(subject=subject, **given, by=lead, at=at)


def erased(lead, second, client_id, capture, *, at=NOW):
    """Through all the steps, to the end."""
    request = ask(lead, client_id, at=at, asked_on=at.date())
    assert request, request.reason
    for step, by in ((erasing.check, lead), (erasing.approve, second)):
        with identity.acting(by):
            answer = step(erasure_id=request.id, by=by, at=at)
            assert answer, answer.reason
    with capture(execute=True), identity.acting(lead):
        answer = erasing.erase(erasure_id=request.id, told=Told.TOLD, by=lead, at=at)
        assert answer, answer.reason
    return request.id


def everything(organisation_id, *ids):
    """The bytes of every row of the support side, as the superuser would find them."""
    with identity.keeper(identity.MACHINE, organisation_id), connection.cursor() as cursor:
        found = []
        for model in apps.get_app_config("records").get_models():
            if model._meta.db_table in {r.value for r in Resource}:
                cursor.execute(f"select t::text from {model._meta.db_table} t")
                found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_what_the_organisation_held_of_her_is_gone_and_another_organisations_is_whole(
    cast, lead, django_capture_on_commit_callbacks
):
    client_id = ended(cast)
    other = ended(cast, "Amina")
    erased(lead, cast.supervisor, client_id, django_capture_on_commit_callbacks)
    with identity.keeper(identity.MACHINE, lead.organisation_id):
        notes = CaseNote.objects.filter(client_id=client_id)
        assert notes.count() == 3  # that there were notes is counted still
        assert {note.body for note in notes} == {"Erased"}
        assert all(n.body.startswith("Note") for n in CaseNote.objects.filter(client_id=other))
        assert not NameToken.objects.filter(record_id=client_id).exists()
        assert not Involvement.objects.filter(client_id=client_id, until_at__isnull=True).exists()
    with identity.acting(cast.coordinator):  # the council's own record of her
        assert Client.objects.get(id=client_id).called == "Rosa"
        assert naming.find("Rosa Invented", by=cast.coordinator)
    with identity.acting(cast.worker):
        assert [f.name for f in naming.find("Rosa", by=cast.worker)] == []
        assert [f.name for f in naming.find("Amina", by=cast.worker)] == ["Amina"]
    with pytest.raises(keys.KeyGone):
        keys.store().of(client_id, lead.organisation_id)
    assert keys.store().holds(client_id, cast.coordinator.organisation_id)


def test_the_ledger_keeps_that_it_happened(cast, lead, django_capture_on_commit_callbacks):
    client_id = ended(cast)
    with identity.clerk():
        before = JourneyEvent.objects.filter(client_id=client_id).count()
    erased(lead, cast.supervisor, client_id, django_capture_on_commit_callbacks)
    with identity.clerk():
        assert JourneyEvent.objects.filter(client_id=client_id).count() == before
    with identity.acting(lead):
        event = AccessEvent.objects.get(kind="erasure")
        assert event.subjects == [client_id]
        assert event.actor_id == lead.account_id
        assert event.reason.startswith("Erased, reference ")


def test_erasing_at_the_coordinators_takes_her_name_her_search_and_her_reference(
    cast, django_capture_on_commit_callbacks
):
    client_id = ended(cast)
    reference = {}
    with identity.acting(cast.coordinator):
        reference["before"] = Client.objects.get(id=client_id).reference
    erased(cast.governance, cast.coordinator, client_id, django_capture_on_commit_callbacks)
    with identity.acting(cast.coordinator):
        row = Client.objects.get(id=client_id)
        assert row.called == "Erased"
        assert row.reference != reference["before"]
        assert naming.find("Rosa Invented", by=cast.coordinator) == []
        banner = her.banner(client_id=client_id, by=cast.coordinator, at=NOW)
        assert banner is None or "text" not in banner.safe_contact
    with identity.clerk():
        assert not NameToken.objects.filter(record_id=client_id).exists()  # nor at any other organisation
        told = Demographics.objects.filter(client_id=client_id).first()
        assert told is None or told.age_band == "not_asked"


def test_every_classed_column_of_every_table_of_hers_is_emptied(
    cast, lead, django_capture_on_commit_callbacks
):
    """Whatever table is added: what is sealed, identifies or is sensitive goes, or is named here with why."""
    stay = {
        "disclosure": "an immutable record of accountability; its words are under her key, which goes",
        "message": "emptied by itself: what police wrote goes back to them",
        "draft": "deleted",
        "form_edition": "deleted",
        "name_token": "deleted",
        "take_in": "a file of many, sealed apart: emptied when it is taken in, or on its last day",
        "take_in_part": "deleted with the file, and its key destroyed",
        "panel_meeting": "about no woman: when the panel meets and why a meeting was cancelled",
        "panel_copy": "of a whole meeting: the number of a printed copy, and what was said when it came back",
        "plan_version": "about no woman: the plan of the evaluation",
        "survey_wave": "about no woman: a survey of people at work",
        "survey_invitation": "about no woman: who at work was asked",
        "survey_sheet": "about no woman: what partners think of the partnership, without whose it is",
        "interview_excerpt": "under a participant’s number; taken out by whoever heard it",
        "interview_coding": "about no woman: codes that an evaluator gave an excerpt",
        "interview_settlement": "about no woman: how a third coder settled an excerpt; goes with it",
        "interview_quotation": "under no name; goes with its excerpt",
        "programme_record": "about no woman: what the programme did; an interview is under a number",
        "evaluation_release": "about no woman: what disclosure control let through, and to whom it went",
        "evaluation_release_review": "about no woman: what a reader said of a release",
        "lab_submission": "about no woman: counts, and what a comparison of reoffending is for",
        "lab_approval": "about no woman: what an approver said of a submission that names nobody",
        "link_run": "about no woman: which colleague asked for a run, and how many records it read",
    }
    reached = {model._meta.db_table for model in emptying.tables()}
    for model in apps.get_app_config("records").get_models():
        table = model._meta.db_table
        if table not in {r.value for r in Resource} or table.startswith("police_") or table in stay:
            continue
        classed = [f for f in model._meta.concrete_fields if not emptying.is_kept(f)]
        if classed:
            names = [field.name for field in classed]
            assert table in reached, f"{table} holds {names} and erasing does not reach it"
    client_id = ended(cast)
    for who, second in ((lead, cast.supervisor), (cast.governance, cast.coordinator)):
        erased(who, second, client_id, django_capture_on_commit_callbacks)
        subject = Subject(who.organisation_id, client_id=client_id)
        with identity.keeper(identity.MACHINE, who.organisation_id):
            for model in emptying.tables():
                for row in emptying.hers(model, subject):
                    for field in model._meta.concrete_fields:
                        if emptying.is_kept(field):
                            continue
                        value = row.__dict__[field.attname]
                        if isinstance(field, SealedField):
                            assert value is None or value.blob == b"\x00", (model, field.name)
                        else:
                            assert value == field.get_default(), (model, field.name)


def test_nothing_of_police_is_within_reach_of_the_keeper():
    police = {r for r in Resource if r.value.startswith("police_")} | {Resource.SPINE}
    for action in Action:
        for resource in police:
            assert Role.KEEPER not in policy.roles_that(action, resource)


def test_police_material_is_whole_after_erasing(cast, django_capture_on_commit_callbacks):
    from tests.journey import reaching_people

    her_ = reaching_people.born(cast)
    with identity.acting(cast.spoc):
        before = [(n.full_name, n.date_of_birth) for n in Nominal.objects.all()]
    assert before
    with identity.clerk(cast.coordinator):
        Episode.objects.filter(client_id=her_.client_id).update(
            status="closed", closed_at=NOW, outcome="not_reached"
        )
    erased(cast.governance, cast.coordinator, her_.client_id, django_capture_on_commit_callbacks)
    with identity.acting(cast.spoc):
        assert [(n.full_name, n.date_of_birth) for n in Nominal.objects.all()] == before


def test_what_police_wrote_goes_back_to_them_and_is_not_left_with_the_coordinator(
    cast, django_capture_on_commit_callbacks
):
    client_id = ended(cast)
    with identity.acting(cast.coordinator):
        case_id = Episode.objects.get(client_id=client_id).case_id
    with identity.acting(cast.spoc):
        Message(
            kind="police",
            case_id=case_id,
            from_organisation_id=cast.spoc.organisation_id,
            to_organisation_id=cast.coordinator.organisation_id,
            body="He was seen near her street.",
            sent_at=NOW,
            sent_by_id=cast.spoc.account_id,
        ).save(force_insert=True)
    erased(cast.governance, cast.coordinator, client_id, django_capture_on_commit_callbacks)
    with identity.acting(cast.coordinator):
        assert not sight.visible(Message, cast.coordinator).exists()
    with identity.acting(cast.spoc):
        assert sight.visible(Message, cast.spoc).get().body == "He was seen near her street."
    assert not keys.store().holds(case_id, cast.coordinator.organisation_id)


def test_unfinished_forms_about_her_go_whoever_wrote_them(cast, lead, django_capture_on_commit_callbacks):
    client_id = ended(cast)
    with identity.keeper(identity.MACHINE, lead.organisation_id):
        note = CaseNote.objects.filter(client_id=client_id).first()
    with identity.acting(cast.worker):
        drafts.keep(f"support:contact:{client_id}", {"note": "Rosa said"}, cast.worker, NOW, client_id)
        drafts.keep(f"support:note:{note.id}", {"note": "Rosa said more"}, cast.worker, NOW)
        drafts.keep("administer:other", {"note": "of nobody"}, cast.worker, NOW)
    erased(lead, cast.supervisor, client_id, django_capture_on_commit_callbacks)
    with identity.acting(cast.worker):
        assert [draft.key for draft in Draft.objects.all()] == ["administer:other"]


def test_a_key_that_was_not_destroyed_is_destroyed_by_the_clockwork(
    cast, lead, django_capture_on_commit_callbacks, monkeypatch
):
    client_id = ended(cast)

    def fails(*_, **__):
        raise OSError("the key store cannot be written")

    with monkeypatch.context() as broken:
        broken.setattr(keys.KeyStore, "destroy", fails)
        erased(lead, cast.supervisor, client_id, django_capture_on_commit_callbacks)
    assert keys.store().holds(client_id, lead.organisation_id)
    with identity.keeper(identity.MACHINE, lead.organisation_id):
        assert ErasureKey.objects.filter(destroyed_at__isnull=True).exists()
        assert {n.body for n in CaseNote.objects.filter(client_id=client_id)} == {"Erased"}  # already
    assert emptying.destroy_keys(at=NOW) == 1
    assert not keys.store().holds(client_id, lead.organisation_id)
    assert emptying.destroy_keys(at=NOW) == 0


def test_erasing_that_is_taken_back_destroys_no_key(cast, lead, django_capture_on_commit_callbacks):
    client_id = ended(cast)
    from django.db import transaction

    class Fault(Exception):
        pass

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(Fault), transaction.atomic():
        erased(lead, cast.supervisor, client_id, lambda **_: transaction.atomic())
        raise Fault
    assert keys.store().holds(client_id, lead.organisation_id)
    with identity.acting(cast.worker):
        assert CaseNote.objects.filter(client_id=client_id).first().body.startswith("Note")


def test_a_note_that_was_being_written_meanwhile_is_emptied_by_the_clockwork(
    cast, lead, django_capture_on_commit_callbacks
):
    client_id = ended(cast)
    with identity.acting(cast.worker):
        late = CaseNote.objects.filter(client_id=client_id).first()
    erased(lead, cast.supervisor, client_id, lambda **_: identity.clerk())  # nothing runs after the commit
    with identity.keeper(identity.MACHINE, lead.organisation_id):
        late.body = "written at the very moment"
        late.save(update_fields=["body"])
        emptying.destroy_keys(at=NOW)
        assert CaseNote.objects.get(id=late.id).body == "Erased"


# --- the gates -------------------------------------------------------------------------------------------


def test_a_second_person_approves_in_the_programme_and_in_the_database(cast, lead):
    request = ask(lead, ended(cast))
    with identity.acting(lead):
        assert erasing.check(erasure_id=request.id, by=lead, at=NOW)
        answer = erasing.approve(erasure_id=request.id, by=lead, at=NOW)
        assert not answer
        assert "somebody else" in answer.reason
        with pytest.raises(IntegrityError):
            Erasure.objects.filter(id=request.id).update(
                status="approved", decided_at=NOW, decided_by_id=lead.account_id
            )


def test_a_legal_hold_wins_at_every_step_until_it_is_lifted(cast, lead):
    client_id = ended(cast)
    subject = Subject(lead.organisation_id, client_id=client_id)
    request = ask(lead, client_id)
    with identity.acting(lead):
        assert erasing.check(erasure_id=request.id, by=lead, at=NOW)
    with identity.acting(cast.supervisor):
        assert erasing.approve(erasure_id=request.id, by=cast.supervisor, at=NOW)
    with identity.acting(lead):
        put = holding.put(
            subject=subject,
            kind=hold.Kind.CPIA,
            reason="The trial is in March.",
            review_on=TODAY + timedelta(days=90),
            by=lead,
            at=NOW,
        )
        assert put
        answer = erasing.erase(erasure_id=request.id, told=Told.TOLD, by=lead, at=NOW)
        assert not answer
        assert "legal hold" in answer.reason
        assert not holding.lift(hold_id=put.id, why=" ", by=lead, at=NOW)
        assert holding.lift(hold_id=put.id, why="The trial has ended.", by=lead, at=NOW)
        assert erasing.erase(erasure_id=request.id, told=Told.TOLD, by=lead, at=NOW)


def test_nothing_is_erased_while_an_episode_of_hers_runs(cast, lead):
    client_id, _ = women.born(cast, worker=cast.worker, notes=1)
    request = ask(lead, client_id)
    with identity.acting(lead):
        answer = erasing.check(erasure_id=request.id, by=lead, at=NOW)
    assert not answer
    assert "safe-contact plan" in answer.reason


def test_she_is_told_before_it_is_done(cast, lead):
    request = ask(lead, ended(cast))
    with identity.acting(lead):
        erasing.check(erasure_id=request.id, by=lead, at=NOW)
        row = Erasure.objects.get(id=request.id)
    facts = erasure.Facts(told=None)
    assert not erasure.WORKFLOW.may(
        erasure.Action.ERASE, status=Status.APPROVED, role=Role.GOVERNANCE_LEAD, facts=facts
    )
    with identity.acting(cast.supervisor):
        erasing.approve(erasure_id=request.id, by=cast.supervisor, at=NOW)
    with identity.acting(lead):
        page = erasing.page(erasure_id=row.id, by=lead, at=NOW)
    assert page is not None
    assert "erase" in page.letter[0]
    assert not any("Rosa" in paragraph for paragraph in page.letter)


def test_police_records_are_not_erased_here(cast):
    lead = people.appoint(
        "Paula Governance", Role.GOVERNANCE_LEAD, people.Organisation.objects.get(code="force")
    )
    client_id = ended(cast)
    answer = ask(lead, client_id)
    assert not answer
    assert not erasure.may_request(erasure.Facts(is_police=True))


def test_a_woman_of_another_organisation_is_not_there(cast):
    lead = people.appoint(
        "Hanna Governance", Role.GOVERNANCE_LEAD, people.Organisation.objects.get(code="other")
    )
    answer = ask(lead, ended(cast))
    assert not answer
    assert answer.hidden


def test_a_refusal_says_on_what_ground_and_what_she_can_do(cast, lead):
    request = ask(lead, ended(cast))
    with identity.acting(lead):
        said = erasing.refuse(
            erasure_id=request.id, reason=RefusalReason.LEGAL_CLAIM, words="A claim.", by=lead, at=NOW
        )
        assert said
        page = erasing.page(erasure_id=request.id, by=lead, at=NOW)
    assert page is not None
    assert "legal claim" in page.letter[1]
    assert "Information Commissioner" in page.letter[2]


# --- retention ---------------------------------------------------------------------------------------------


def test_periods_are_calendar_months():
    facts = retention.Facts(retention.Kind.SUPPORTED, date(2026, 8, 31))
    assert retention.due_on(facts, 6) == date(2027, 2, 28)
    assert not retention.is_due(facts, 6, today=date(2027, 2, 27))
    assert retention.is_due(facts, 6, today=date(2027, 2, 28))
    six_years = retention.Facts(retention.Kind.SUPPORTED, date(2026, 1, 15))
    assert retention.due_on(six_years, 72) == date(2032, 1, 15)


def test_what_was_kept_for_long_enough_is_put_before_the_governance_lead_and_erases_nothing(cast, lead):
    client_id = ended(cast)
    running, _ = women.born(cast, "Amina", worker=cast.worker)
    with identity.acting(lead):
        assert retaining.due(by=lead, at=NOW).total == 0
        later = NOW + timedelta(days=366)  # she never agreed to take part: a year
        found = retaining.due(by=lead, at=later)
    assert [one.subject.client_id for one in found.lines] == [client_id]
    assert found.lines[0].kind is retention.Kind.NEVER_TOOK_PART
    assert running not in {one.subject.client_id for one in found.lines}
    with identity.acting(cast.worker):
        assert CaseNote.objects.filter(client_id=client_id).first().body.startswith("Note")


def test_retention_cannot_be_given_as_the_reason_before_its_time(cast, lead):
    answer = ask(lead, ended(cast), origin=Origin.RETENTION)
    assert not answer
    assert "period" in answer.reason


# --- sealing again


def test_her_values_are_sealed_again_under_a_new_key_and_read_all_the_while(cast, lead):
    client_id = ended(cast)
    subject = Subject(lead.organisation_id, client_id=client_id)
    store = keys.store()
    emptying.forget_formers(at=NOW + timedelta(days=400))  # what other tests left in the store
    before = store.existing(client_id, lead.organisation_id)
    with identity.acting(cast.worker):
        bodies = {n.id: n.body for n in CaseNote.objects.filter(client_id=client_id)}
        unread = CaseNote.objects.filter(client_id=client_id).first()  # its ciphertext is of before
    assert emptying.seal_again(subject, by=identity.MACHINE, at=NOW) >= 4
    assert store.existing(client_id, lead.organisation_id) != before
    with identity.acting(cast.worker):
        assert {n.id: n.body for n in CaseNote.objects.filter(client_id=client_id)} == bodies
        assert unread.body == bodies[unread.id]
    assert emptying.forget_formers(at=NOW) == 0  # a transaction of before may still be running
    assert emptying.forget_formers(at=NOW + timedelta(hours=2)) == 1
    assert store.former(client_id, lead.organisation_id) is None
    with identity.acting(cast.worker):
        assert {n.id: n.body for n in CaseNote.objects.filter(client_id=client_id)} == bodies


def test_the_page_of_what_is_held_counts_no_erased_words(cast, lead, django_capture_on_commit_callbacks):
    client_id = ended(cast)
    erased(lead, cast.supervisor, client_id, django_capture_on_commit_callbacks)
    with identity.acting(lead):
        assert held.of_her(client_id=client_id, by=lead, at=NOW) is not None




@pytest.mark.prove
def test_nothing_is_left_of_any_of_sixty_who_were_erased(
    cast, lead, django_capture_on_commit_callbacks
):
    """P34: each with a name, a date of birth and notes of her own; every row that is left is read."""
    count = 60
    clients = [ended(cast, f"Residua{number:04d}", is_findable=number % 5 == 0) for number in range(count)]
    for client_id in clients:
        erased(lead, cast.supervisor, client_id, django_capture_on_commit_callbacks)
        erased(cast.governance, cast.coordinator, client_id, django_capture_on_commit_callbacks)
    left = []
    for organisation in (lead.organisation_id, cast.governance.organisation_id):
        with identity.keeper(identity.MACHINE, organisation):
            for model in emptying.tables():
                sealed = [f.attname for f in model._meta.concrete_fields if isinstance(f, SealedField)]
                for row in model._default_manager.all() if sealed else ():
                    left += [str(getattr(row, name)) for name in sealed]
            assert not Draft.objects.exists()
    assert not any("Residua" in words or "we talked" in words for words in left)
    with identity.clerk():
        assert NameToken.objects.filter(record_id__in=clients).count() == 0
        assert set(Demographics.objects.values_list("age_band", flat=True)) <= {"not_asked"}
    for client_id in clients:
        assert not keys.store().holds(client_id, lead.organisation_id)
    with identity.acting(lead):
        assert AccessEvent.objects.filter(kind="erasure").count() == count
