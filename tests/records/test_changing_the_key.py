"""The key-encryption key changed under a hundred thousand values that others read all the while (P18)."""

from __future__ import annotations

import pytest

from bench.keys import rotate


@pytest.mark.prove
def test_no_reader_fails_while_the_key_of_a_hundred_thousand_values_is_changed() -> None:
    found = rotate.measure(values=100_000, women=10_000, rotations=5, readers=2)
    print(found)
    assert found["errors"] == 0
    assert found["opened"] > 2_000
    assert max(found["seconds"]) < 300  # five minutes, promised
