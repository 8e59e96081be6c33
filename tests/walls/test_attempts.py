"""A short look at the attempts that `make prove` makes by the thousand, and that they would find a leak."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction

from tests.walls import falling, matrix
from tests.walls.attempts import Attack
from tests.walls.planted import Planted

pytestmark = pytest.mark.database
SEED = 20261127
HIDDEN = {"support_client", "support_identity", "police_nominal"}


def test_a_few_attempts_come_back_with_nothing(as_application: Planted) -> None:
    with falling.figures_aside():
        tally = Attack(as_application, seed=SEED).run(260)
    print(tally.summary())
    assert tally.leaks == [], tally.leaked()
    assert tally.failures == []


def test_with_both_walls_down_the_same_attempts_find_what_the_walls_hide(
    without_row_security: Planted,
) -> None:
    """The control: were nothing found here, nothing would have been looked for."""
    with falling.figures_aside(), falling.without_python_wall():
        attack = Attack(without_row_security, seed=SEED, walls_down=True)
        for attempts in range(300, 2_100, 300):  # ids are random: what is hit first differs from run to run
            tally = attack.run(attempts)
            read = {leak.what.split(".")[0] for leak in tally.leaks if leak.where == "body"}
            if read >= HIDDEN and any(leak.where == "written" for leak in tally.leaks):
                break
    print(tally.summary())
    assert len(tally.leaks) > 100
    assert read >= HIDDEN
    assert any(leak.where == "written" for leak in tally.leaks)


def test_whoever_was_asked_takes_her_on_and_reads_her_from_then_on(as_application: Planted) -> None:
    """And nobody else can take her: the judge of the attempts lets a worker read after the taking alone."""
    attack, taken = Attack(as_application, seed=SEED), 0
    open_to_answer = {
        key: row
        for key, row in as_application.rows["support_referral"].items()
        if row["status"] in ("sent", "acknowledged", "waitlisted")
    }
    workers = [one for one in as_application.people if one.role in ("support_worker", "provider_worker")]
    for key, row in open_to_answer.items():
        for who in (one for one in workers if one.session):
            attack.browser.cookies.clear()
            attack.browser.cookies[settings.SESSION_COOKIE_NAME] = who.session
            with transaction.atomic():
                answer = attack.ask("POST", f"/refer/{key}/take/", {}, {})
                if answer.status_code == 302:
                    assert row["to_organisation_id"] == who.organisation
                    page = attack.ask("GET", answer["Location"], {}, {}).content.decode()
                    then = matrix.taken_on(who, f"/refer/{key}/take/", as_application)
                    found = [each for _, canaries in as_application.found(page) for each in canaries]
                    assert all(matrix.may_know(who, each, then) for each in found if each.client)
                    taken += (row["client_id"], who.organisation) not in as_application.works
                transaction.set_rollback(True)
    assert taken
