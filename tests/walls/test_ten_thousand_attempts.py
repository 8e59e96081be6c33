"""Ten thousand attempts by everybody on everything, with both walls standing: nothing comes back.

In two halves, each from a seed of its own, so that two processes share the work.
"""

from __future__ import annotations

import pytest

from tests.walls import falling, planted
from tests.walls.attempts import EVERY, Attack
from tests.walls.planted import Planted

pytestmark = [pytest.mark.prove, pytest.mark.database]
ATTEMPTS = 5_000
SEED = 311


def attack(world: Planted, look: planted.Look, *, seed: int) -> None:
    before = look.digest(world.database)
    with falling.figures_made():
        tally = Attack(world, seed=seed).run(ATTEMPTS)
    print(f"seed {seed}: {tally.summary()}", *tally.failures, sep="\n")
    assert tally.leaks == [], tally.leaked()
    assert tally.failures == []
    assert tally.tried >= ATTEMPTS
    assert set(tally.routes) == {route for route, _ in EVERY}
    assert tally.met > 1_000, "the pages show what they should, so what is hidden is hidden by the walls"
    assert look.digest(world.database) == before


def test_five_thousand_attempts_come_back_with_nothing(
    as_application: Planted, superuser_look: planted.Look
) -> None:
    attack(as_application, superuser_look, seed=SEED)
