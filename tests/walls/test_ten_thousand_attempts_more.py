"""The other half of the ten thousand attempts: see `test_ten_thousand_attempts`."""

from __future__ import annotations

import pytest

from tests.walls import planted
from tests.walls import test_ten_thousand_attempts as first
from tests.walls.planted import Planted

pytestmark = [pytest.mark.prove, pytest.mark.database]
SEED = 314


def test_five_thousand_more_attempts_come_back_with_nothing(
    as_application: Planted, superuser_look: planted.Look
) -> None:
    first.attack(as_application, superuser_look, seed=SEED)
