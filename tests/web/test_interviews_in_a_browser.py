"""Where two coders differ, settled by a third on a telephone without scripts and on a screen with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from pathways.domain.evaluation.recorded import RecordKind
from pathways.domain.terms.people import Role
from pathways.journey import evaluate, identity, interviewing, recording
from pathways.records.models import Account, Organisation
from tests.journey import people
from tests.web.test_impact_in_a_browser import look, made  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.database]
NOW = datetime.now(UTC)


def entered(by: Any, kind: RecordKind, **answers: Any) -> Any:
    said = recording.enter(kind=kind, on=date(2026, 5, 4), answers=answers, by=by, at=NOW)
    assert said, said.reason
    return said.id


def coded_apart(cast: people.Cast) -> people.Actor:
    """An excerpt that two evaluators coded differently, and a third who did not code it."""
    place = Organisation.objects.get(id=cast.evaluator.organisation_id)
    second, third = (people.appoint(name, Role.EVALUATOR, place) for name in ("Ida Second", "Tove Third"))
    with identity.acting(cast.evaluator) as by:
        record = entered(by, RecordKind.INTERVIEW, group="woman_in_support", frame="purposive", result="held",
                         consent=["interview"], guide="Guide 1", asked_by="key_worker")  # fmt: skip
        heard, free, bars = (
            entered(by, RecordKind.CODE, name=name, definition="It is said.", use="When said.", nodes=["N7"])
            for name in ("Being heard", "Free to say no", "What stands in the way")
        )
        words = "I was heard. " + "I could say no, and nobody minded when the bus did not come. " * 8
        excerpt = interviewing.keep(record_id=record, text=words, by=by, at=NOW).id
        assert interviewing.code(excerpt_id=excerpt, code_ids=[heard, free], by=by, at=NOW)
    with identity.acting(second) as by:
        assert interviewing.code(excerpt_id=excerpt, code_ids=[heard, bars], by=by, at=NOW)
    return third


@pytest.mark.parametrize(("width", "scripts"), [(320, False), (1280, True)])
def test_a_third_coder_comes_from_home_and_settles_it(
    address: str,
    open_tab: Callable[..., Any],
    made: Any,  # noqa: F811
    monkeypatch: Any,
    width: int,
    scripts: bool,
) -> None:
    monkeypatch.setattr(evaluate._figures, "get", lambda *given, **more: made)
    with transaction.atomic():
        third = coded_apart(people.cast())
        with identity.acting(third):
            email = Account.objects.values_list("email", flat=True).get(pk=third.account_id)
    tab = open_tab(width=width, scripts=scripts)
    tab.goto(f"{address}/account/sign-in/?next=/interviews/")
    tab.fill("#id_email", email)
    tab.fill("#id_password", people.PASSWORD)
    tab.click("main button[type=submit]:not([aria-controls])")
    look(tab, "interviews", width=width, scripts=scripts)
    tab.click("main >> text=See where they differ")
    look(tab, "differ", width=width, scripts=scripts)
    tab.goto(f"{address}/")
    look(tab, "home", width=width, scripts=scripts)
    tab.click("main >> text=Excerpt of participant")
    tab.click("main button[value=continue]")
    assert "There is a problem" in tab.inner_text("main")
    look(tab, "settle", width=width, scripts=scripts)
    tab.get_by_label("Free to say no").check()
    tab.fill("#id_because", "She says that she could.")
    tab.click("main button[value=continue]")
    look(tab, "check", width=width, scripts=scripts)
    tab.click("main button[value=confirm]")
    tab.click("main >> text=Back to where coders differ")
    assert "1 settled, 0 not settled" in tab.inner_text("main")
    tab.click("main table a")
    assert "She says that she could." in tab.inner_text("main")
    look(tab, "settled", width=width, scripts=scripts)
    assert tab.said == []
