"""The other half of five thousand pairs of releases, in a file of its own that another process can take."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analysis.test_releases import RULES, check, pairs

SHAPES = st.sampled_from([(2, 2), (1, 4), (4, 1), (2, 3), (3, 2), (2, 4)])


@pytest.mark.prove
@settings(max_examples=2500, deadline=None, suppress_health_check=list(HealthCheck))
@given(pairs(SHAPES), RULES)
def test_thousands_more_released_beside_earlier_ones_give_nothing_small_away(made, rule):
    check(made, rule)
