"""A short look at the attempts that `make prove` makes by the thousand, and that they would find a leak."""

from __future__ import annotations

import pytest

from tests.walls import falling
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
