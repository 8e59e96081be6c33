"""Interviews as two evaluators meet them, and what everybody else meets: nothing but what was released."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from pathways.domain.evaluation.interviews import Action, Status
from pathways.domain.evaluation.recorded import RecordKind
from pathways.domain.terms.people import HUMAN_ROLES, Role, Sector
from pathways.journey import evaluate, identity, interviewing, recording
from pathways.records.models import Coding, Excerpt, Quotation, RowChange
from tests.web import people
from tests.web.test_plan_pages import actor, sent, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = timezone.now()
WORDS = "I felt heard, and I could say no."


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Figures of journeys are made beside the pages and tested elsewhere."""
    monkeypatch.setattr(evaluate, "PATIENCE", 0.0)


def second_evaluator(name: str = "second") -> Client:
    place = people.organisation("place-evaluator", Sector.ACADEMIC)
    account = people.account(f"{name}@place.example", Role.EVALUATOR, at=place)
    client = Client()
    people.post_sign_in(client, account.email)
    client.account = account  # type: ignore[attr-defined]
    return client


def entered(by: Any, kind: RecordKind, **answers: Any) -> Any:
    with transaction.atomic(), identity.acting(by):
        said = recording.enter(kind=kind, on=date(2026, 5, 4), answers=answers, by=by, at=NOW)
    assert said, said.reason
    return said.id


def interview(by: Any, **but: Any) -> Any:
    said = {"group": "woman_in_support", "frame": "purposive", "result": "held",
            "consent": ["interview", "quotation"], "guide": "Guide 1", "asked_by": "key_worker"}  # fmt: skip
    return entered(by, RecordKind.INTERVIEW, **{**said, **but})


def kept(by: Any, record: Any, text: str = WORDS) -> Any:
    with transaction.atomic(), identity.acting(by):
        said = interviewing.keep(record_id=record, text=text, by=by, at=NOW)
    assert said, said.reason
    return said.id


def coded(by: Any, excerpt: Any, *codes: Any) -> Any:
    with transaction.atomic(), identity.acting(by):
        return interviewing.code(excerpt_id=excerpt, code_ids=list(codes), by=by, at=NOW)


def asked(by: Any, excerpt: Any, text: str = WORDS, **more: Any) -> Any:
    with transaction.atomic(), identity.acting(by):
        return interviewing.ask_to_quote(
            excerpt_id=excerpt, text=text, has_looked=True, by=by, at=NOW, **more
        )


def decided(by: Any, quotation: Any, action: Action) -> Any:
    with transaction.atomic(), identity.acting(by):
        return interviewing.decide(
            quotation_id=quotation, action=action, because="Read through.", by=by, at=NOW
        )


def test_two_people_code_without_seeing_one_another_until_both_are_in():
    first, second = signed_in(Role.EVALUATOR), second_evaluator()
    one, other = actor(first), actor(second)
    heard = entered(one, RecordKind.CODE, name="Being heard", definition="Somebody listened.",
                    use="When said.", nodes=["N7"])  # fmt: skip
    free = entered(one, RecordKind.CODE, name="Free to say no", definition="She could.", use="When said.")
    excerpt = kept(one, interview(one))
    assert coded(one, excerpt, heard)
    assert not coded(one, excerpt, free), "each person codes once"
    page = second.get(f"/interviews/excerpt/{excerpt}/").content.decode()
    assert "Being heard" not in page
    assert "You see how when you have coded it too" in page
    with transaction.atomic(), identity.acting(other):  # the database alone
        assert not Coding.objects.exists()
    answer = sent(second, f"/interviews/excerpt/{excerpt}/code/", {"codes": [str(heard), str(free)]})
    assert "Codes given" in answer.content.decode()
    for client in (first, second):
        page = client.get(f"/interviews/excerpt/{excerpt}/").content.decode()
        assert "Free to say no" in page
        assert page.count("Being heard") == 2
    third = actor(second_evaluator("third"))
    assert not coded(third, excerpt, heard)
    page = first.get("/interviews/").content.decode()
    assert "Coded by two" in page
    assert "N7" in page
    with transaction.atomic(), identity.acting(one):
        (theme,) = interviewing.themes(by=one, at=NOW)
        assert (theme.participants, theme.excerpts) == (1, 1)
        both = {each.code.name: each for each in interviewing.agreements(by=one, at=NOW)}
        assert both["Being heard"].kappa.table["given", "given"] == 1
        assert both["Free to say no"].kappa.observed == 0


def test_an_excerpt_is_read_by_evaluators_who_heard_it_and_by_nobody_else():
    first = signed_in(Role.EVALUATOR)
    excerpt = kept(actor(first), interview(actor(first)))
    assert WORDS in first.get(f"/interviews/excerpt/{excerpt}/").content.decode()
    others = [
        signed_in(role, Sector.POLICE if role.value.startswith("police") else Sector.THIRD_SECTOR)
        for role in set(HUMAN_ROLES) - {Role.EVALUATOR}
    ]
    elsewhere = people.account("eve@other.example", Role.EVALUATOR, at=people.organisation("other"))
    stranger = Client()
    people.post_sign_in(stranger, elsewhere.email)
    stranger.account = elsewhere  # type: ignore[attr-defined]
    for other in (*others, stranger):
        for path in ("", f"excerpt/{excerpt}/", f"excerpt/{excerpt}/code/", f"excerpt/{excerpt}/quote/"):
            answer = other.get(f"/interviews/{path}")
            assert WORDS not in answer.content.decode()
            assert answer.status_code in (403, 404) or (other is stranger and not path)
        with transaction.atomic(), identity.acting(actor(other)):  # the database alone
            assert not Excerpt.objects.exists()
            assert not Quotation.objects.exists()


def test_a_quotation_leaves_by_a_second_person_and_only_while_it_is_agreed_to():
    first, second = signed_in(Role.EVALUATOR), second_evaluator()
    one, other = actor(first), actor(second)
    record = interview(one)
    excerpt = kept(one, record)
    quotation = asked(one, excerpt).id
    assert not decided(one, quotation, Action.RELEASE)
    with pytest.raises(DatabaseError), transaction.atomic(), identity.acting(one):
        row = Quotation.objects.get()
        row.status, row.decided_at, row.decided_by_id = Status.RELEASED.value, NOW, other.account_id
        row.save()
    coordinator = actor(signed_in(Role.COORDINATOR, Sector.LOCAL_AUTHORITY))
    spoc = actor(signed_in(Role.POLICE_SPOC, Sector.POLICE))

    def seen(who: Any) -> list[str]:
        with transaction.atomic(), identity.acting(who):
            return [each.text for each in interviewing.released(by=who, at=NOW)]

    assert seen(coordinator) == []
    said = {"action": "release", "because": "Nothing in it."}
    answer = sent(second, f"/interviews/quotation/{quotation}/", said)
    assert "Decided" in answer.content.decode()
    assert seen(coordinator) == [WORDS]
    assert seen(spoc) == []
    said = {"group": "woman_in_support", "frame": "purposive", "result": "withdrew", "guide": "Guide 1",
            "asked_by": "key_worker"}  # fmt: skip
    with transaction.atomic(), identity.acting(one):
        assert recording.correct(
            record_id=record, number=1, on=date(2026, 5, 4), answers=said, because="She withdrew",
            by=one, at=NOW,
        )  # fmt: skip
    assert seen(coordinator) == []


def test_what_gives_somebody_away_is_refused_with_the_words_and_nothing_typed_is_lost():
    client = signed_in(Role.EVALUATOR)
    one = actor(client)
    excerpt = kept(one, interview(one), "Then Catherine came in March and I could breathe.")
    url = f"/interviews/excerpt/{excerpt}/quote/"
    answer = sent(client, url, {"text": "Then Catherine came in March and I could breathe."})
    assert answer.status_code == 422
    assert "This gives somebody away: “Catherine”" in answer.content.decode()
    answer = sent(client, url, {"text": "Then she came in March and I could breathe."})
    assert answer.status_code == 422
    assert "“March”" in answer.content.decode()
    assert "Then she came in March" in answer.content.decode()
    said = {"text": "Then she came in March and I could breathe.", "has_looked": ["yes"]}
    assert "Quotation asked for" in sent(client, url, said).content.decode()
    assert not asked(one, excerpt, "Then Catherine came")


def test_nothing_is_kept_or_quoted_without_agreement():
    client = signed_in(Role.EVALUATOR)
    one = actor(client)
    quiet = interview(one, consent=["interview"])
    excerpt = kept(one, quiet)
    answer = asked(one, excerpt)
    assert not answer
    assert "not agreed to be quoted" in answer.reason
    declined = interview(one, result="declined", consent=[])
    assert client.get(f"/interviews/of/{declined}/excerpt/").status_code == 403
    url = f"/interviews/of/{quiet}/excerpt/"
    assert "Excerpt kept" in sent(client, url, {"text": "More of it."}).content.decode()


def test_what_is_taken_out_is_gone_with_its_quotations():
    client = signed_in(Role.EVALUATOR)
    one = actor(client)
    excerpt = kept(one, interview(one))
    assert asked(one, excerpt)
    answer = sent(client, f"/interviews/excerpt/{excerpt}/take-out/", {"sure": "on"})
    assert "Excerpt taken out" in answer.content.decode()
    assert client.get(f"/interviews/excerpt/{excerpt}/").status_code == 404
    with transaction.atomic(), identity.acting(one):
        row = Excerpt.objects.get(id=excerpt)
        assert not row.text
        assert not Quotation.objects.exists()
    with transaction.atomic(), identity.clerk():
        assert not RowChange.objects.filter(kind__in=["interview_excerpt", "interview_quotation"]).exists()
