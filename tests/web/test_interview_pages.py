"""Interviews as two evaluators meet them, and what everybody else meets: nothing but what was released."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from pathways.domain.evaluation.interviews import Action, Status
from pathways.domain.evaluation.recorded import RecordKind
from pathways.domain.terms import references
from pathways.domain.terms.people import HUMAN_ROLES, Role, Sector
from pathways.journey import evaluate, identity, interviewing, ledger, recording
from pathways.records.models import AccessEvent, Coding, Excerpt, Quotation, RowChange, Settlement
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


def settled(by: Any, excerpt: Any, *codes: Any, because: str = "Her own words say it.") -> Any:
    with transaction.atomic(), identity.acting(by):
        return interviewing.settle(
            excerpt_id=excerpt, code_ids=list(codes), because=because, by=by, at=NOW
        )


class Apart:
    """Three evaluators, three codes of one part of the theory, and an excerpt on which two of them differ.

    Both gave “Being heard”; the first also “Free to say no”, the second also “What stands in the way”.
    """

    def __init__(self) -> None:
        self.first, self.second = signed_in(Role.EVALUATOR), second_evaluator()
        self.third = second_evaluator("third")
        self.one, self.other, self.third_one = map(actor, (self.first, self.second, self.third))
        said = {"definition": "It is said.", "use": "When said."}
        self.heard = entered(self.one, RecordKind.CODE, name="Being heard", nodes=["N7"], **said)
        self.free = entered(self.one, RecordKind.CODE, name="Free to say no", nodes=["N6"], **said)
        self.bars = entered(self.one, RecordKind.CODE, name="What stands in the way", nodes=["N16"], **said)
        self.record = interview(self.one)
        self.excerpt = kept(self.one, self.record)
        self.url = f"/interviews/excerpt/{self.excerpt}/settle/"
        assert coded(self.one, self.excerpt, self.heard, self.free)

    def both(self) -> Apart:
        assert coded(self.other, self.excerpt, self.heard, self.bars)
        return self

    def themes(self) -> dict[str, tuple[int, int, int]]:
        with transaction.atomic(), identity.acting(self.one):
            found = interviewing.themes(by=self.one, at=NOW)
        return {each.node: (each.participants, each.excerpts, each.undecided) for each in found}

    def agreement(self) -> list[Any]:
        with transaction.atomic(), identity.acting(self.one):
            return [
                (each.code.name, each.kappa, each.alpha)
                for each in interviewing.agreements(by=self.one, at=NOW)
            ]


def words(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_a_third_coder_settles_where_two_differ_and_agreement_stays_what_it_was():
    apart = Apart().both()
    assert apart.themes() == {"N7": (1, 1, 0), "N6": (0, 0, 1), "N16": (0, 0, 1)}
    before = apart.agreement()
    page = words(apart.third, "/interviews/differences/")
    assert "They differ on 1 of 1 excerpt: 0 settled, 1 not settled. You may settle 1" in page
    assert page.count("Being heard") == 2  # side by side, beside what was said
    assert WORDS in page
    assert apart.url in page
    page = words(apart.third, apart.url)
    assert page.count("Being heard") == 1, "what both gave is shown, and not asked again"
    said = {"codes": [str(apart.free)], "because": "She says that she could say no."}
    assert "Settled" in sent(apart.third, apart.url, said).content.decode()
    assert apart.themes() == {"N7": (1, 1, 0), "N6": (1, 1, 0), "N16": (0, 0, 0)}
    assert apart.agreement() == before
    for client in (apart.first, apart.second, apart.third):
        page = words(client, f"/interviews/excerpt/{apart.excerpt}/")
        assert "Settled by" in page
        assert "She says that she could say no." in page
        assert "Settle where they differ" not in page
        assert "1 settled, 0 not settled" in words(client, "/interviews/differences/")
    page = words(apart.first, "/interviews/")
    assert "what a third person settles afterwards changes none of it" in page
    assert "They differ on 1 of 1 excerpt: 1 settled by a third person, 0 not settled" in page
    with transaction.atomic(), identity.acting(apart.one):
        row = Settlement.objects.get()
        assert {each["code"] for each in row.codes} == {str(apart.heard), str(apart.free)}
        pair = set(Coding.objects.values_list("id", flat=True))
        assert {row.first_coding_id, row.second_coding_id} == pair


def test_none_of_the_disputed_codes_is_an_answer_too():
    apart = Apart().both()
    said = {"codes": ["none"], "because": "She speaks of neither."}
    assert "Settled" in sent(apart.third, apart.url, said).content.decode()
    assert apart.themes() == {"N7": (1, 1, 0), "N6": (0, 0, 0), "N16": (0, 0, 0)}


def test_nobody_settles_what_she_coded_or_what_two_have_not_coded_differently():
    apart = Apart()
    assert "Two people code an excerpt before" in settled(apart.third_one, apart.excerpt).reason
    assert "Two people code an excerpt before" in words(apart.third, apart.url)
    apart.both()
    for client, by in ((apart.first, apart.one), (apart.second, apart.other)):
        assert "You coded this excerpt yourself" in settled(by, apart.excerpt, apart.free).reason
        assert "You coded this excerpt yourself" in words(client, apart.url)
        assert "a colleague who did not settles them" in words(client, "/interviews/differences/")
    assert not settled(apart.third_one, apart.excerpt, apart.heard), "what both gave is not disputed"
    assert "Say why" in settled(apart.third_one, apart.excerpt, because="  ").reason
    assert settled(apart.third_one, apart.excerpt, apart.free)
    fourth = actor(second_evaluator("fourth"))
    assert "has settled this excerpt already" in settled(fourth, apart.excerpt, apart.bars).reason
    alike = kept(apart.one, apart.record, "Nothing was asked of me twice.")
    assert coded(apart.one, alike, apart.heard)
    assert coded(apart.other, alike, apart.heard)
    assert "the same codes" in settled(fourth, alike, apart.heard).reason
    with transaction.atomic(), identity.acting(apart.one):
        assert Settlement.objects.count() == 1


def test_a_reason_is_asked_for_and_what_was_ticked_is_kept():
    apart = Apart().both()
    answer = sent(apart.third, apart.url, {"codes": [str(apart.free)]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "govuk-error-summary" in page
    assert f'value="{apart.free}" checked' in page.replace("  ", " ")
    reference = references.make(b"excerpts")
    answer = sent(apart.third, apart.url, {"codes": [], "because": "Neither is said."})
    assert "Select each code that it has, or “None of them”" in answer.content.decode()
    said = {"codes": [str(apart.free)], "because": f"As {reference} said"}
    assert "reference stands in your words" in sent(apart.third, apart.url, said).content.decode()


def test_of_two_who_settle_at_once_the_second_is_told_and_loses_nothing_that_she_typed():
    apart = Apart().both()
    fourth = second_evaluator("fourth")
    shown = words(fourth, apart.url)
    carried = {key: re.search(f'name="{key}" value="([^"]+)"', shown)[1] for key in ("_token", "_begun")}
    assert settled_on_the_page(apart)
    said = {"codes": ["none"], "because": "Neither is said.", "_step": "answers", "_do": "continue"}
    answer = fourth.post(apart.url, {**said, **carried})
    assert answer.status_code == 409
    assert "Neither is said." in answer.content.decode()
    with transaction.atomic(), identity.acting(apart.one):
        assert Settlement.objects.get().made_by_id == apart.third_one.account_id


def settled_on_the_page(apart: Apart) -> bool:
    said = {"codes": [str(apart.free)], "because": "She could."}
    return "Settled" in sent(apart.third, apart.url, said).content.decode()


def test_the_database_alone_keeps_a_settlement_to_a_third_person_and_as_it_was():
    apart = Apart().both()
    with transaction.atomic(), identity.acting(apart.one):
        first, second = Coding.objects.order_by("coder_name", "coder_id")
    said = {
        "excerpt_id": apart.excerpt,
        "first_coding_id": first.id,
        "second_coding_id": second.id,
        "first_coder_id": first.coder_id,
        "second_coder_id": second.coder_id,
        "organisation_id": apart.one.organisation_id,
        "because": "A reason.",
        "made_at": NOW,
    }
    elsewhere = people.account("eve@other.example", Role.EVALUATOR, at=people.organisation("other"))
    stranger = Client()
    people.post_sign_in(stranger, elsewhere.email)
    stranger.account = elsewhere  # type: ignore[attr-defined]
    stranger_one = actor(stranger)
    for who, made_by in (
        (apart.one, apart.one),
        (apart.other, apart.other),
        (apart.one, apart.third_one),
        (stranger_one, stranger_one),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), identity.acting(who):
            Settlement(**said, made_by_id=made_by.account_id).save(force_insert=True)
    twice = {**said, "second_coder_id": first.coder_id}
    with pytest.raises(IntegrityError), transaction.atomic(), identity.acting(apart.third_one):
        Settlement(**twice, made_by_id=apart.third_one.account_id).save(force_insert=True)
    with pytest.raises(ValidationError, match="third_person"):  # where no wall stands a constraint does
        Settlement(**said, made_by_id=first.coder_id).validate_constraints()
    assert settled(apart.third_one, apart.excerpt, apart.free)
    with pytest.raises(DatabaseError), transaction.atomic(), identity.acting(apart.third_one):
        Settlement(**said, made_by_id=apart.third_one.account_id).save(force_insert=True)
    for who in (apart.one, apart.third_one):
        with transaction.atomic(), identity.acting(who):
            assert Settlement.objects.all().delete()[0] == 0
            assert len(Settlement.objects.get().codes) == 2
    for who in (apart.one, apart.third_one, identity.MACHINE):
        with pytest.raises(DatabaseError), transaction.atomic(), identity.acting(who):
            Settlement.objects.update(codes=[])
    with transaction.atomic(), identity.acting(stranger_one):
        assert not Settlement.objects.exists()


def test_a_settlement_and_its_event_are_written_together_or_not_at_all(monkeypatch):
    apart = Apart().both()
    assert settled(apart.third_one, apart.excerpt, apart.free)
    with transaction.atomic(), identity.sealing():
        event = AccessEvent.objects.get(resource="interview_settlement")
    assert (event.kind, event.subjects, event.actor_id) == (
        "collection", [apart.excerpt], apart.third_one.account_id,
    )  # fmt: skip
    other = kept(apart.one, apart.record, "I was asked twice.")
    assert coded(apart.one, other, apart.heard)
    assert coded(apart.other, other)

    def broken(**_: Any) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr(ledger, "collected", broken)
    with pytest.raises(RuntimeError):
        settled(apart.third_one, other, apart.heard)
    with transaction.atomic(), identity.acting(apart.one):
        assert Settlement.objects.count() == 1


def test_a_settlement_counts_for_the_two_codings_that_it_settled_and_for_no_others():
    apart = Apart().both()
    with transaction.atomic(), identity.acting(apart.one):
        first, second = Coding.objects.order_by("coder_name", "coder_id")
    with transaction.atomic(), identity.acting(apart.third_one):
        Settlement(
            excerpt_id=apart.excerpt, codes=[{"code": str(apart.free), "version": 1}], because="Earlier.",
            first_coding_id=first.id, second_coding_id=apart.excerpt, first_coder_id=first.coder_id,
            second_coder_id=second.coder_id, organisation_id=apart.one.organisation_id, made_at=NOW,
            made_by_id=apart.third_one.account_id,
        ).save(force_insert=True)  # fmt: skip
    assert apart.themes() == {"N7": (1, 1, 0), "N6": (0, 0, 1), "N16": (0, 0, 1)}
    assert "has settled this excerpt already" in settled(apart.third_one, apart.excerpt).reason


def test_a_code_that_was_withdrawn_leaves_nothing_to_be_settled():
    apart = Apart().both()
    for code in (apart.free, apart.bars):
        with transaction.atomic(), identity.acting(apart.one):
            assert recording.withdraw(record_id=code, because="Too wide", by=apart.one, at=NOW)
    assert "No two coders differ" in words(apart.third, "/interviews/differences/")
    assert "the same codes" in settled(apart.third_one, apart.excerpt).reason


def test_home_offers_it_to_whoever_coded_it_neither_way_and_to_nobody_else():
    apart = Apart().both()
    title = "Codes to settle"
    page = words(apart.third, "/")
    assert title in page
    assert apart.url in page
    assert WORDS not in page
    for client in (apart.first, apart.second):
        assert title not in words(client, "/")
    assert settled(apart.third_one, apart.excerpt)
    assert title not in words(apart.third, "/")


def test_a_settlement_goes_with_its_excerpt():
    apart = Apart().both()
    assert settled(apart.third_one, apart.excerpt, apart.free)
    with transaction.atomic(), identity.acting(apart.one):
        assert interviewing.take_out(excerpt_id=apart.excerpt, by=apart.one, at=NOW)
        assert not Settlement.objects.exists()
    assert apart.third.get(apart.url).status_code == 404
    with transaction.atomic(), identity.clerk():
        assert not RowChange.objects.filter(kind="interview_settlement").exists()


def test_nobody_but_evaluators_who_heard_it_finds_where_coders_differ():
    apart = Apart().both()
    others = [
        signed_in(role, Sector.POLICE if role.value.startswith("police") else Sector.THIRD_SECTOR)
        for role in set(HUMAN_ROLES) - {Role.EVALUATOR}
    ]
    for other in others:
        for url in ("/interviews/differences/", apart.url):
            answer = other.get(url)
            assert answer.status_code in (403, 404)
            assert WORDS not in answer.content.decode()
