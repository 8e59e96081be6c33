"""The assessment as a task list: left and resumed, on paper, again after a while, with what changed shown."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import date

import pytest

from pathways.domain.terms import needs
from pathways.domain.triage.assessment import ImmediateSafety
from pathways.domain.triage.mechanisms import Mechanism, Standing, offered, standings, unconsidered
from pathways.journey import assess, danger, identity
from pathways.records.models import Assessment, Demographics, Organisation, Task
from pathways.web.assess import on_paper, views
from pathways.web.forms import posted
from tests.journey import agreed as made
from tests.web import test_assess_triage_refer_pages as walk
from tests.web.test_assess_triage_refer_pages import _at_the_time_of_the_story, browser, cast, confirm, text

pytestmark = [pytest.mark.django_db, pytest.mark.database]
__all__ = ["_at_the_time_of_the_story", "cast"]

ORDER = (
    "Her strengths, and her own words", "Needs, part by part", "Safety", "Relationships",
    "Control and coercion",
    "Children and family", "Offending and coercion", "Other protections to consider", "Equality monitoring",
    "Your two judgements", "Summary and plan", "If it was on paper first",
)  # fmt: skip


def begun(cast, her):
    page = browser(cast.worker)
    return page, page.post(f"/assess/{her.client_id}/start/")["Location"]


def test_the_task_list_begins_with_her_strengths_and_keeps_its_order(cast):
    page, address = begun(cast, made.agreed(cast))
    shown = text(page.get(address))
    places = [shown.index(title) for title in ORDER]
    assert places == sorted(places)


def test_what_is_asked_of_control_children_and_who_says_so_is_kept_and_read(cast):
    her = made.agreed(cast)
    page, address = begun(cast, her)
    for step, answers in {
        **walk.PARTS,
        "coercion": {"control": "He keeps her telephone.", "home_used": "yes"},
        "children": {"children": "Two boys with her mother."},
        "offending": {"offending_how": "not_written", "coercion": "disclosed"},
        "paper": {"was_on_paper": "yes", "paper_by": "Nurse Holt", "paper_date-day": "3",
                  "paper_date-month": "11", "paper_date-year": "2026"},
    }.items():  # fmt: skip
        sent = page.post(address, {"_step": step, "_do": "continue", **answers})
        assert sent.status_code == 302, text(sent)
    assert "Assessment complete" in text(confirm(page, address))
    read = text(page.get(f"/assess/{her.client_id}/"))
    for said in ("He keeps her telephone.", "Two boys with her mother.", "She says so herself", "Nurse Holt",
                 "3 November 2026", "Her home is used by others: yes"):  # fmt: skip
        assert said in read, said
    paper = text(page.get(f"/assess/{her.client_id}/paper/"))
    assert "5.1 Does anybody control her" in paper
    assert "He keeps her telephone." in paper
    assert "She says so herself; written down by Nurse Holt" in read
    assert "She says so herself; written down by Nurse Holt" in paper


@pytest.mark.parametrize(
    ("coercion", "given", "said"),
    [
        ("disclosed", "", "She says so herself; written down by Wanda Worker"),
        ("confirmed", "", "A court, or the National Referral Mechanism, found so"),
        ("suspected", "police", "Police records"),
        ("suspected", "", ""),
        ("none_known", "", ""),
    ],
)
def test_who_says_so_is_in_the_record_where_the_answer_names_it(cast, coercion, given, said):
    her, page = made.agreed(cast), browser(cast.worker)
    about = {"coercion": coercion, "coercion_said_by": given}
    confirm(page, walk.write(page, her, offending=about))
    with identity.acting(cast.worker) as by:
        assert assess.page(client_id=her.client_id, by=by, at=walk.people.NOW).who_says_so == said


def test_words_on_offending_go_as_soon_as_she_would_rather_not_have_them_written(cast):
    her = made.agreed(cast)
    page, address = begun(cast, her)
    words = "She carried a bag in May."
    written = {"offending_how": "written", "offending": words, "coercion": "suspected",
               "coercion_said_by": "worker"}  # fmt: skip
    for step, answers in {**walk.PARTS, "offending": written}.items():
        page.post(address, {"_step": step, "_do": "continue", **answers})
    assert words in page.get(f"{address}?step=offending").content.decode()
    rather_not = written | {"offending_how": "not_written", "_step": "offending", "_do": "save"}
    page.post(address, rather_not, headers={"X-Pathways-Save": "1"})  # nothing was pressed yet
    again = page.get(f"{address}?step=offending").content.decode()
    assert words not in again
    assert re.search(r'<option value="worker"[^>]* selected', again), "what else she said is still there"
    page.post(address, rather_not | {"_do": "continue"})
    assert "Assessment complete" in text(confirm(page, address))
    with identity.clerk():
        row = Assessment.objects.get(client_id=her.client_id)
        assert words not in str(row.sections)
        # as an assessment stands that was written before this was so
        row.sections["as_given"]["offending"]["offending"] = [words]
        row.save()
    page.post(f"/assess/write/{row.id}/reopen/", {"why": "She told me more."})
    assert words not in page.get(f"{address}?step=offending").content.decode()
    with identity.clerk():
        row.refresh_from_db()
        assert words not in str(row.sections)


def test_an_assessment_made_before_these_were_asked_loses_nothing(cast):
    her = made.agreed(cast)
    page = browser(cast.worker)
    address = walk.write(page, her, relationships={"relationships": "Her sister.", "children": "Two boys."})
    confirm(page, address)
    with identity.acting(cast.worker):
        row = Assessment.objects.get(client_id=her.client_id)
        old = {key: row.sections[key] for key in ("children", "coercion", "offending_how", "as_given")}
        for slug in ("coercion", "children", "paper"):
            old["as_given"].pop(slug, None)
        row.sections = old
        row.save()
    assert page.get(f"/assess/{her.client_id}/").status_code == 200
    page.post(f"/assess/write/{row.id}/reopen/", {"why": "She told me more."})
    assert "Two boys." in text(page.get(f"{address}?step=children"))
    assert "Assessment complete" in text(confirm(page, address))
    assert "Two boys." in text(page.get(f"/assess/{her.client_id}/"))


def test_a_concern_for_her_safety_is_work_at_once_and_while_it_is_a_draft(cast):
    her = made.agreed(cast)
    page, address = begun(cast, her)
    sent = {"_step": "safety", "_do": "save", "immediate_safety": "yes"}
    page.post(address, sent, headers={"X-Pathways-Save": "1"})
    with identity.clerk():
        (task,) = Task.objects.filter(kind=danger.TASK)
    assert task.account_id == cast.worker.account_id
    assert task.is_urgent
    page.post(address, sent | {"immediate_safety": "no"})
    with identity.clerk():
        assert Task.objects.filter(kind=danger.TASK, done_at__isnull=True).count() == 1  # a person settles it


def test_the_page_says_that_work_was_made_of_a_danger_and_that_police_are_not_told(cast):
    page, address = begun(cast, made.agreed(cast))
    assert "urgent task is put on your list" in text(page.get(f"{address}?step=safety"))
    assert "stands on your list" not in text(page.get(f"{address}?step=safety"))
    sent = page.post(address, {"_step": "safety", "_do": "continue", "immediate_safety": "yes"}, follow=True)
    assert text(sent).count("An urgent task stands on your list now") == 1
    assert "Police are not told by this" in text(sent)
    assert "If she is in danger now, call 999." in text(sent)
    assert "An urgent task stands on your list now" in text(page.get(f"{address}?step=safety"))
    assert "stands on your list" not in text(page.get(address))  # said once: the task goes on saying it


@pytest.mark.parametrize(
    ("year", "said"),
    [("2020", "before her time with the programme began"), ("2027", "a day in the future")],
)
def test_the_day_on_the_paper_lies_in_her_time_with_the_programme(cast, year, said):
    page, address = begun(cast, made.agreed(cast))
    given = {"was_on_paper": "yes", "paper_by": "Nurse Holt", "paper_date-day": "3",
             "paper_date-month": "1", "paper_date-year": year}  # fmt: skip
    sent = page.post(address, {"_step": "paper", "_do": "continue", **given})
    assert sent.status_code == 422
    assert said in text(sent)
    assert "Nurse Holt" in text(sent)


@pytest.mark.parametrize(
    ("day", "said"), [(date(2020, 1, 1), "before her time"), (date(2090, 1, 1), "in the future")]
)
def test_nor_does_the_verb_take_another_day(cast, day, said):
    her = made.agreed(cast)
    with identity.acting(cast.worker):
        begun_ = assess.start(client_id=her.client_id, by=cast.worker, at=walk.people.NOW)
        answers = made.answers(paper_date=day, paper_by="Nurse Holt")
        refused = assess.complete(
            assessment_id=begun_.id, answers=answers, by=cast.worker, at=walk.people.NOW
        )
    assert not refused
    assert said in refused.reason


def untouched(page, address, step):
    """A step sent as its page stands when it is opened: one press of Continue and nothing else."""
    form = next(one for one in views.Write.steps if one.slug == step).form
    return page.post(address, {"_step": step, "_do": "continue",
                               **{k: v[-1] for k, v in posted(form()).items() if v}})  # fmt: skip


def test_equality_passed_over_names_nobody_and_is_not_called_completed(cast):
    her = made.agreed(cast)
    page = browser(cast.worker)
    address = walk.write(page, her)
    assert "You have completed 9 of 9 parts" in text(page.get(address))
    assert untouched(page, address, "equality").status_code == 302
    shown = text(page.get(address))
    assert "You have completed 8 of 9 parts" in shown
    assert "Not asked" in shown
    assert "Assessment complete" in text(confirm(page, address))  # it does not hold her support back
    assert walk.seen(cast.worker, Demographics, client_id=her.client_id).declared_by == ""


def test_an_answer_of_equality_has_a_giver_and_none_is_preset(cast):
    page, address = begun(cast, made.agreed(cast))
    shown = page.get(f"{address}?step=equality").content.decode()
    assert 'name="declared_by"' in shown
    assert not re.search(r'name="declared_by"[^>]*checked', shown)
    given = walk.PARTS["equality"] | {"declared_by": ""}
    sent = page.post(address, {"_step": "equality", "_do": "continue", **given})
    assert sent.status_code == 422
    assert "Say who gave these answers" in text(sent)


def test_protections_passed_over_without_thought_are_not_completed(cast):
    page, address = begun(cast, made.agreed(cast))
    sent = untouched(page, address, "protections")
    assert sent.status_code == 422
    assert "None of these has been considered yet" in text(sent)
    assert "In progress" in text(page.get(address))


def test_a_rung_of_crisis_in_her_safety_makes_work_and_is_not_left_beside_no_concern(cast):
    her = made.agreed(cast)
    page = browser(cast.worker)
    address = walk.write(page, her, safety={"immediate_safety": "no"})
    assert not Task.objects.filter(kind=danger.TASK).exists()
    ladder = walk.PARTS["ladder"] | {"rung_safety": "1"}
    sent = page.post(address, {"_step": "ladder", "_do": "continue", **ladder}, follow=True)
    assert "An urgent task stands on your list now" in text(sent)
    assert Task.objects.filter(kind=danger.TASK).count() == 1
    assert "Change one of the two" in text(confirm(page, address))
    assert "In progress" in text(page.get(f"/assess/{her.client_id}/"))
    page.post(address, {"_step": "ladder", "_do": "continue", **walk.PARTS["ladder"]})
    assert "Assessment complete" in text(confirm(page, address))


def test_in_immediate_danger_each_protection_is_considered_or_said_why_not(cast):
    her = made.agreed(cast)
    page = browser(cast.worker)
    one_open = {"mechanism_marac": "not_considered"}
    address = walk.write(page, her, safety={"immediate_safety": "no"}, protections=one_open)
    assert "You have completed 9 of 9 parts" in text(page.get(address))
    assert "Nothing is left to fill in" in text(page.get(address))
    page.post(address, {"_step": "safety", "_do": "continue", "immediate_safety": "yes"})
    assert page.get(f"{address}?check").status_code == 302  # not before it is answered
    asked = text(page.get(f"{address}?step=conclusion"))
    assert "nobody has considered: MARAC" in asked
    sent = page.post(address, {"_step": "conclusion", "_do": "continue", **walk.PARTS["conclusion"]})
    assert sent.status_code == 422
    assert "consider each of these protections, or say why not" in text(sent)
    why = {"why_unconsidered": "She is in hospital tonight; MARAC is asked tomorrow."}
    page.post(address, {"_step": "conclusion", "_do": "continue", **walk.PARTS["conclusion"], **why})
    assert "Assessment complete" in text(confirm(page, address))
    assert "MARAC is asked tomorrow" in text(page.get(f"/assess/{her.client_id}/"))
    decides = browser(cast.coordinator)
    asked = re.search(r'href="(/triage/[0-9a-f-]{36}/)"', decides.get("/triage/").content.decode())
    assert "Why: She is in hospital tonight; MARAC is asked tomorrow." in text(decides.get(asked[1]))


def test_the_verb_holds_it_too(cast):
    her = made.agreed(cast)
    with identity.acting(cast.worker) as by:
        begun_ = assess.start(client_id=her.client_id, by=by, at=walk.people.NOW)
        answers = made.answers(immediate_safety=ImmediateSafety.YES, mechanisms={})
        refused = assess.complete(assessment_id=begun_.id, answers=answers, by=by, at=walk.people.NOW)
        assert not refused
        assert "MARAC" in refused.reason
        answers = replace(answers, why_unconsidered="She is asleep.")
        assert assess.complete(assessment_id=begun_.id, answers=answers, by=by, at=walk.people.NOW)


def asked_anew(page, again):
    """What is true of its day alone is on no page of a further assessment until somebody says it again."""
    for part in ("ladder", "safety", "judgements"):
        found = page.get(f"{again}?step={part}").content.decode()
        chosen = re.findall(r'name="(immediate_safety|need|exploitation|rung_\w+)"[^>]*checked', found)
        assert not chosen, part
    assert page.get(f"{again}?check")["Location"].endswith("?step=ladder")
    assert Assessment.objects.filter(status="complete").count() == 1
    last = text(page.get(f"{again}?step=ladder"))
    day = f"Last time ({walk.people.NOW:%-d %B %Y}): "
    assert last.count(day) == len(needs.Domain) and "Choose where she stands now." in last
    assert f"{day}1. In crisis" in last and f"{day}She prefers not to say" in last
    for part in ("ladder", "safety", "judgements"):
        page.post(again, {"_step": part, "_do": "continue", **walk.PARTS[part]})


def test_assessing_again_shows_field_by_field_what_has_changed(cast):
    her = made.agreed(cast)
    page = browser(cast.worker)
    confirm(page, walk.write(page, her))
    assert "Assess again" in text(page.get(f"/assess/{her.client_id}/"))
    assert "Read all of it, or assess again" in text(page.get(f"/her/{her.client_id}/assessment/"))
    assert "Since the last assessment" not in text(page.get(f"/assess/{her.client_id}/"))
    again = page.post(f"/assess/{her.client_id}/again/")["Location"]
    assert "My own front door." in text(page.get(f"{again}?step=strengths"))
    asked_anew(page, again)
    ladder = walk.PARTS["ladder"] | {"rung_housing": "3"}
    page.post(again, {"_step": "ladder", "_do": "continue", **ladder})
    assert "comes first" not in text(page.get(f"{again}?step=conclusion"))  # asked anew
    page.post(again, {"_step": "relationships", "_do": "continue", **walk.PARTS["relationships"],
                      "relationships": "Her aunt is back."})  # fmt: skip
    page.post(again, {"_step": "conclusion", "_do": "continue", "conclusion": "The flat is hers now.",
                      "what_changed": "She has the keys."})  # fmt: skip
    assert "Assessment complete" in text(confirm(page, again))
    read = text(page.get(f"/assess/{her.client_id}/"))
    part = read[read.index("Since the last assessment") :]
    assert re.search(r"Housing.{0,400}1\. In crisis.{0,300}3\. Getting there", part)
    assert "She has the keys." in part
    assert "A home of her own comes first." in part
    with identity.acting(cast.worker):
        page_ = assess.page(client_id=her.client_id, by=cast.worker, at=walk.people.NOW)
        said = {one.field: one.now for one in page_.since}
        assert set(said) == {"Housing", "Relationships", "Summary", "What has changed"}
        assert said["Relationships"] == "Her aunt is back."  # and not the rung of that name
        assert sorted(Assessment.objects.values_list("number", flat=True)) == [1, 2]


def test_a_second_one_does_not_begin_while_the_first_is_open(cast):
    her = made.agreed(cast)
    page, _ = begun(cast, her)
    assert page.post(f"/assess/{her.client_id}/again/").status_code == 403


@pytest.mark.parametrize(("entitled", "bound"), list(itertools.product((False, True), (False, True))))
def test_only_the_entitled_refer_to_the_nrm_and_others_are_told_whom_to_ask(cast, entitled, bound):
    Organisation.objects.filter(id=cast.coordinator.organisation_id).update(is_first_responder=True)
    Organisation.objects.filter(id=cast.worker.organisation_id).update(
        is_first_responder=entitled, has_duty_to_notify=bound
    )
    page, address = begun(cast, made.agreed(cast))
    shown = text(page.get(f"{address}?step=protections"))
    assert ("Ask a first responder: Ashmere Partnership" in shown) is not entitled
    assert ("mechanism_duty_to_notify" in shown) is bound
    refused = page.post(address, {"_step": "protections", "_do": "continue", **walk.PARTS["protections"],
                                  "mechanism_nrm": "referred"})  # fmt: skip
    assert (refused.status_code == 302) is entitled


def test_police_are_named_last_of_those_to_ask_about_the_nrm_and_what_asking_them_means_is_said(cast):
    for who in (cast.coordinator, cast.spoc):
        Organisation.objects.filter(id=who.organisation_id).update(is_first_responder=True)
    names = dict(Organisation.objects.values_list("id", "name"))
    hub = names[cast.coordinator.organisation_id]
    Organisation.objects.filter(id=cast.spoc.organisation_id).update(name="Aaa Constabulary")
    page, address = begun(cast, made.agreed(cast))
    shown = text(page.get(f"{address}?step=protections"))
    assert f"Ask a first responder: {hub}, Aaa Constabulary. To ask police is to tell police" in shown
    Organisation.objects.filter(id=cast.spoc.organisation_id).update(is_first_responder=False)
    assert "To ask police" not in text(page.get(f"{address}?step=protections"))


@pytest.mark.parametrize(("mechanism", "entitled"), list(itertools.product(Mechanism, (False, True))))
def test_the_answers_for_each_protection(mechanism, entitled):
    found = standings(mechanism, is_first_responder=entitled)
    asks = mechanism is Mechanism.NRM and not entitled
    assert (Standing.ASKED in found) is asks
    assert (Standing.REFERRED in found) is not asks
    assert set(Standing) - set(found) <= {Standing.ASKED, Standing.REFERRED}


@pytest.mark.parametrize("bound", [False, True])
def test_the_duty_to_notify_is_asked_of_the_bound_and_missing_for_nobody_else(bound):
    assert (Mechanism.DUTY_TO_NOTIFY in offered(has_duty_to_notify=bound)) is bound
    assert Mechanism.DUTY_TO_NOTIFY not in unconsidered({})
    assert unconsidered({Mechanism.DUTY_TO_NOTIFY: Standing.NOT_CONSIDERED})[-1] is Mechanism.DUTY_TO_NOTIFY


def test_the_empty_paper_asks_everything_under_numbers_and_says_the_limits_before_offending(cast):
    page, _ = begun(cast, made.agreed(cast))
    her = made.agreed(cast, called="Nadia", reference="NA1111AA")
    paper = text(page.get(f"/assess/{her.client_id}/paper/?empty"))
    limits = paper.index("Police do not read this assessment")
    assert limits < paper.index("7.1 Has offending been talked about?")
    assert "Discussed, not written down" in paper
    assert "Nadia" not in paper[: paper.index("<body")]
    for number in range(1, 12):
        assert f"{number}. " in paper


def test_whatever_the_pages_ask_stands_on_the_paper_with_every_answer_there_is(cast):
    page, _ = begun(cast, made.agreed(cast))
    her = made.agreed(cast, called="Nadia", reference="NA1111AA")
    paper = text(page.get(f"/assess/{her.client_id}/paper/?empty"))
    steps = [step for step in views.Write.steps if step.slug != "paper"]
    assert [step.slug for step in steps] == list(on_paper.PARTS)
    coded = {"ethnicity_scheme", "ethnicity_sde_18", "ethnicity_sde_16", "ethnicity_perceived"}
    for step in steps:
        for name, field in step.form.base_fields.items():
            if name in coded or name.startswith("note_"):  # codes are for a page; notes have their lines
                continue
            assert field.label in paper, (step.slug, field.label)
            for words in on_paper._options(getattr(field, "choices", ())):
                if words not in ("Not said", "Elsewhere"):
                    assert words in paper, (step.slug, field.label, words)


def test_the_administrator_marks_first_responders(cast):
    place = cast.worker.organisation_id
    page = browser(cast.administrator)
    assert "Not a first responder" in text(page.get(f"/administer/organisations/{place}/"))
    page.post(
        f"/administer/organisations/{place}/modern-slavery/",
        {"_do": "continue", "is_first_responder": "yes", "has_duty_to_notify": "no", "_token": "m" * 20},
    )
    assert Organisation.objects.get(id=place).is_first_responder
    assert "Not bound to notify" in text(page.get(f"/administer/organisations/{place}/"))


def test_assessing_again_begins_from_the_record_where_nobody_typed_the_last_one_here(cast):
    her = made.agreed(cast)
    page = browser(cast.worker)
    confirm(page, walk.write(page, her))
    with identity.acting(cast.worker):
        row = Assessment.objects.get(client_id=her.client_id)
        row.sections = {key: said for key, said in row.sections.items() if key != "as_given"}
        row.save()
    again = page.post(f"/assess/{her.client_id}/again/")["Location"]
    assert "My own front door." in text(page.get(f"{again}?step=strengths"))
    asked = text(page.get(again))
    assert "Equality monitoring" in asked and "Not yet started" in asked  # that is kept elsewhere, and asked
    asked_anew(page, again)
