"""A release from asking to withdrawal: two others read it, a change resets that, the register stays."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from pathways.domain.evaluation.release import Kind, Status
from pathways.domain.terms import references
from pathways.domain.terms.people import Role
from pathways.journey import funder_templates, identity, releasing
from pathways.journey.releasing import Audience, Wanted
from pathways.records.models import AccessEvent, EvaluationRelease, JourneyEvent, Organisation
from pathways.records.sealed import Sealed, SealedField
from tests.analysis import programme
from tests.journey import making, people

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = people.NOW
REFERENCE = references.spaced(references.make(b"a woman's"))


@pytest.fixture(autouse=True)
def remembered(monkeypatch):
    making.once(monkeypatch)


@pytest.fixture
def cast() -> people.Cast:
    return people.cast()


@pytest.fixture(scope="module")
def rows():
    return programme.invent(women=60).events


@pytest.fixture
def told(rows):
    with identity.clerk():
        JourneyEvent.objects.bulk_create(
            JourneyEvent(
                **{k: row[k] for k in ("kind", "at", "case_id", "client_id", "episode_id", "sector", "role")},
                organisation_id=uuid.uuid5(uuid.NAMESPACE_OID, str(row["organisation_id"])),
                actor_id=uuid.UUID(int=1),
                detail=row["detail"],
            )
            for row in rows
        )


def wanted(**more) -> Wanted:
    said = {
        "kind": Kind.QUARTERLY,
        "audience": Audience.PARTNER,
        "start": programme.FIRST.date(),
        "end": NOW.date(),
        "recipient": "Home Office",
        "words": {"risks": "Waits may grow."},
    }
    return Wanted(**(said | more))


def asked(cast, **more) -> uuid.UUID:
    with identity.acting(cast.evaluator):
        said = releasing.ask(wanted=wanted(**more), by=cast.evaluator, at=NOW)
    assert said, said.reason
    assert releasing.perform(at=NOW) == 1
    return said.id


def says(actor, release_id, agrees=True, words="Read it whole"):
    with identity.acting(actor):
        return releasing.review(release_id=release_id, agrees=agrees, words=words, by=actor, at=NOW)


def put_forward(cast, release_id):
    with identity.acting(cast.evaluator):
        said = releasing.propose(release_id=release_id, by=cast.evaluator, at=NOW)
    assert said, said.reason


def seen(actor, release_id):
    with identity.acting(actor):
        return releasing.page(release_id, by=actor)


def taken(actor, release_id, kind="html"):
    with identity.acting(actor):
        return releasing.file(release_id=release_id, kind=kind, by=actor, at=NOW)


def test_a_release_leaves_when_two_who_did_not_make_it_have_agreed(cast, told):
    payer = cast.commissioner
    key = asked(cast, to_organisation_id=payer.organisation_id)
    found = seen(cast.evaluator, key)
    assert found.line.status is Status.MADE, found.why_failed
    assert found.extract_sha256 and found.line.mark and "quarterly.html" in found.names
    assert not taken(cast.evaluator, key, "xlsx")  # a draft is read and not taken out
    assert b"DRAFT" in taken(cast.evaluator, key)[1]
    put_forward(cast, key)
    assert "others read it" in says(cast.evaluator, key).reason
    assert not says(cast.coordinator, key, words=" ")
    assert says(cast.coordinator, key)
    assert "You have said" in says(cast.coordinator, key).reason
    assert seen(payer, key) is None  # not a word of it before it is out
    assert seen(cast.governance, key).hidden == 1  # nor of what the first reader said before the second spoke
    assert says(cast.governance, key)
    found = seen(payer, key)
    assert found.line.status is Status.RELEASED and found.said == ()
    for kind in ("html", "json", "xlsx"):
        name, content = taken(payer, key, kind)
        assert name.startswith("release-1-quarterly.") and content
    assert b"DRAFT" not in taken(payer, key)[1]
    with identity.acting(cast.governance):
        told_of = AccessEvent.objects.filter(kind="exported", reason__contains="let out")
        assert told_of.count() == 1


def test_a_no_returns_it_and_a_change_begins_the_review_anew(cast, told):
    key = asked(cast)
    put_forward(cast, key)
    assert says(cast.coordinator, key)
    assert says(cast.governance, key, agrees=False, words="The period is wrong")
    assert seen(cast.evaluator, key).line.status is Status.RETURNED
    with identity.acting(cast.evaluator):
        assert releasing.change(
            release_id=key, wanted=wanted(is_rounded=True), by=cast.evaluator, at=NOW + timedelta(minutes=5)
        )
    assert releasing.perform(at=NOW + timedelta(minutes=6)) == 1
    put_forward(cast, key)
    found = seen(cast.coordinator, key)
    assert [one.is_of_now for one in found.said] == [False, False]
    assert says(cast.governance, key)  # who said no before may speak of what it is now
    assert seen(cast.evaluator, key).line.status is Status.IN_REVIEW  # the yes from before does not count
    assert says(cast.coordinator, key)
    assert seen(cast.evaluator, key).line.status is Status.RELEASED


def test_what_was_released_is_held_against_and_what_is_withdrawn_cannot_be_taken(cast, told):
    first = asked(cast)
    put_forward(cast, first)
    assert says(cast.coordinator, first) and says(cast.governance, first)
    second = asked(cast)
    assert seen(cast.evaluator, second).beside == 1
    with identity.acting(cast.governance):
        assert not releasing.withdraw(release_id=first, because=" ", by=cast.governance, at=NOW)
        assert releasing.withdraw(release_id=first, because="Wrong period", by=cast.governance, at=NOW)
    assert "withdrawn" in taken(cast.evaluator, first).reason
    assert seen(cast.evaluator, first).why_withdrawn == "Wrong period"
    third = asked(cast)
    assert seen(cast.evaluator, third).beside == 1  # it has been seen, whatever was said of it since


def test_of_two_made_side_by_side_the_later_is_made_anew_before_it_leaves(cast, told):
    """Each was held against nothing: let out as they are, their difference could show what both hide."""
    first, second = asked(cast), asked(cast, kind=Kind.EQUALITY)
    for key in (first, second):
        put_forward(cast, key)
    assert says(cast.coordinator, second)
    assert says(cast.coordinator, first) and says(cast.governance, first)
    refused = says(cast.governance, second)
    assert not refused and "let out since this one was made" in refused.reason
    found = seen(cast.governance, second)
    assert found.line.status is Status.IN_REVIEW and releasing.Action.REFUSE in found.moves
    with identity.acting(cast.evaluator):
        assert releasing.change(
            release_id=second, wanted=wanted(kind=Kind.EQUALITY), by=cast.evaluator, at=NOW
        )
    assert releasing.perform(at=NOW) == 1
    assert seen(cast.evaluator, second).beside == 1
    if seen(cast.evaluator, second).given_away:
        return  # and now the difference itself is found
    put_forward(cast, second)
    assert says(cast.coordinator, second) and says(cast.governance, second)
    assert seen(cast.evaluator, second).line.status is Status.RELEASED


def test_a_commissioner_sees_only_what_was_released_to_them_or_to_everybody(cast, told):
    elsewhere = Organisation.objects.exclude(id=cast.commissioner.organisation_id).first()
    theirs, public = asked(cast, to_organisation_id=elsewhere.id), asked(
        cast, kind=Kind.PUBLIC, audience=Audience.PUBLIC
    )
    with identity.clerk():
        EvaluationRelease.objects.filter(id__in=[theirs, public]).update(status="released", released_at=NOW)
    with identity.acting(cast.commissioner):
        assert [one.id for one in releasing.listed(by=cast.commissioner)] == [public]
    assert seen(cast.commissioner, theirs) is None
    assert taken(cast.commissioner, theirs) is None


def test_what_cannot_stand_is_refused_and_nothing_is_kept(cast):
    for more, said in (
        ({"recipient": " "}, "to whom"),
        ({"end": None}, "first and the last day"),
        ({"kind": Kind.PUBLIC}, "for the public"),
        ({"kind": Kind.PROVIDER}, "provider"),
        ({"start": None, "end": None}, "first and last day"),
        ({"words": {"risks": f"{REFERENCE} waits"}}, "reference"),
    ):
        with identity.acting(cast.evaluator):
            answer = releasing.ask(wanted=wanted(**more), by=cast.evaluator, at=NOW)
        assert not answer and said in answer.reason
    with identity.acting(cast.governance):
        assert not releasing.ask(wanted=wanted(), by=cast.governance, at=NOW)
    assert EvaluationRelease.objects.count() == 0


def test_a_provider_nobody_was_referred_to_is_said(cast, told):
    nobody = Organisation.objects.filter(sector="third_sector").first()
    key = asked(cast, kind=Kind.PROVIDER, provider_id=nobody.id)
    assert "No woman was referred" in seen(cast.evaluator, key).why_failed


def test_a_funders_headings_are_kept_in_versions_and_filled_only_from_what_is_released(cast, told):
    by = cast.evaluator
    with identity.acting(by):
        columns = funder_templates.read(b"", "", "Women identified\nComplaints")
        first = funder_templates.keep(funder="A funder", columns=columns, by=by, at=NOW).id
        again = funder_templates.keep(
            funder="A funder", columns=(("Women identified", "M13"), ("Complaints", "M49")), by=by, at=NOW
        ).id
        assert [one.number for one in funder_templates.listed(by=by)] == [2]
        assert funder_templates.one(first, by=by).id == again
    key = asked(cast)
    fill = {"template_id": again, "ending": "csv", "at": NOW}
    with identity.acting(by):
        assert funder_templates.fill(release_id=key, by=by, **fill) is None
    put_forward(cast, key)
    assert says(cast.coordinator, key) and says(cast.governance, key)
    with identity.acting(by):
        _, content = funder_templates.fill(release_id=key, by=by, **fill)
    assert content.decode("utf-8-sig").splitlines()[1].endswith(",Not collected")


def test_nobody_but_its_readers_finds_a_release(cast, told):
    key = asked(cast)
    for actor in cast:
        if actor.role not in releasing.MAY_SEE:
            assert seen(actor, key) is None
    assert Role.COMMISSIONER in releasing.MAY_SEE


def test_what_another_organisation_changes_keeps_nothing_that_its_key_cannot_open(cast):
    fields = EvaluationRelease._meta.concrete_fields
    sealed = [each.attname for each in fields if isinstance(each, SealedField)]
    row = EvaluationRelease(organisation_id=uuid.uuid4())
    vars(row).update({name: Sealed(b"under the other key") for name in sealed})
    releasing._write(row, wanted(), cast.coordinator, NOW)
    assert row.organisation_id == cast.coordinator.organisation_id
    assert [name for name in sealed if isinstance(vars(row)[name], Sealed)] == []
