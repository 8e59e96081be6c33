"""Ten thousand attempts by everybody on everything, with both walls standing: nothing comes back."""

from __future__ import annotations

import pytest

from tests.walls import falling, planted
from tests.walls.attempts import EVERY, Attack
from tests.walls.planted import Planted

pytestmark = [pytest.mark.prove, pytest.mark.very_long, pytest.mark.database]
ATTEMPTS = 10_000
SEED = 311


def test_ten_thousand_attempts_come_back_with_nothing(
    as_application: Planted, superuser_look: planted.Look
) -> None:
    before = superuser_look.digest(as_application.database)
    with falling.figures_made():
        tally = Attack(as_application, seed=SEED).run(ATTEMPTS)
    print(f"seed {SEED}: {tally.summary()}")
    assert tally.leaks == [], tally.leaked()
    assert tally.failures == []
    assert tally.tried >= ATTEMPTS
    assert set(tally.routes) == {route for route, _ in EVERY}
    assert tally.met > 1_000, "the pages show what they should, so what is hidden is hidden by the walls"
    assert superuser_look.digest(as_application.database) == before
