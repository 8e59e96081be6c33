"""Five thousand attempts with either wall down: the other holds by itself."""

from __future__ import annotations

import pytest

from tests.walls import falling
from tests.walls.attempts import Attack
from tests.walls.planted import Planted

pytestmark = [pytest.mark.prove, pytest.mark.database]
ATTEMPTS = 5_000
SEEDS = (312, 313)


def test_row_security_holds_without_the_python_wall(as_application: Planted) -> None:
    with falling.figures_aside(), falling.without_python_wall():
        tally = Attack(as_application, seed=SEEDS[0], walls_down=True).run(ATTEMPTS)
    print(f"seed {SEEDS[0]}: {tally.summary()}")
    assert tally.leaks == [], tally.leaked()
    assert tally.tried >= ATTEMPTS


def test_the_python_wall_holds_without_row_security(without_row_security: Planted) -> None:
    with falling.figures_aside():
        tally = Attack(without_row_security, seed=SEEDS[1]).run(ATTEMPTS)
    print(f"seed {SEEDS[1]}: {tally.summary()}")
    assert tally.leaks == [], tally.leaked()
    assert tally.failures == []
    assert tally.tried >= ATTEMPTS
