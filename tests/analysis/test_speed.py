"""How long protection takes on a large table: a bound so wide that only a lapse breaks it."""

import time

import numpy as np
import pytest

from pathways.analysis import disclosure
from pathways.analysis.disclosure import Rule


@pytest.mark.prove
def test_a_table_of_120_by_18_is_protected_and_attacked_within_seconds() -> None:
    draw = np.random.default_rng(1)
    counts = draw.poisson(draw.gamma(1.2, 30, (120, 18)))
    cells = {(f"r{i}", f"c{j}"): int(n) for (i, j), n in np.ndenumerate(counts)}
    began = time.perf_counter()
    table = disclosure.frequency(cells, Rule(4))
    seconds = time.perf_counter() - began
    assert table.protected.audit.has_passed
    assert table.protected.secondary < table.protected.primary
    assert seconds < 30, f"{seconds:.1f} s"
