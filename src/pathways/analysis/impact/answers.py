"""What every answer keeps to: numbers that JSON can hold, and one refusal for what cannot be answered."""

from __future__ import annotations

import math
from typing import Any


class UnanswerableError(ValueError):
    """The table can be read and the question has no answer in it. The text is one plain line: why."""


def number(value: Any) -> float | None:
    """A float that JSON can hold: None for what is not a number and for what is without limit."""
    found = float(value)
    return found if math.isfinite(found) else None
