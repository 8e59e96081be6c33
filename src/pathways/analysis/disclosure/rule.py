"""What counts as small, and for whom."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.domain.terms.words import Worded


class Zeros(Worded):
    """Whether a nought is shown, or kept as closely as a small count."""

    SHOW = "show", "Noughts are shown"
    HIDE = "hide", "Noughts are hidden as small counts are"


@dataclass(frozen=True, slots=True)
class Rule:
    """Counts from 1 to `threshold` are small (`rounding` is a base such as 5, or None).

    The rule is public: whoever attacks a table is taken to know it. Raises ValueError on a threshold
    or a base below 1.
    """

    threshold: int = 4
    zeros: Zeros = Zeros.SHOW
    rounding: int | None = None

    def __post_init__(self) -> None:
        if self.threshold < 1:
            raise ValueError("the threshold must be at least 1")
        if self.rounding is not None and self.rounding < 1:
            raise ValueError("the base of rounding must be at least 1")

    def is_small(self, n: int) -> bool:
        return 1 <= n <= self.threshold or (n == 0 and self.zeros is Zeros.HIDE)

    @property
    def floor(self) -> int:
        """The least that a hidden count can be, to someone who knows that noughts are always shown."""
        return 1 if self.zeros is Zeros.SHOW else 0

    def rounded(self, n: int) -> int:
        """Conventional rounding, halves up; a shown count never becomes nought by it."""
        if self.rounding is None or n == 0:
            return n
        base = self.rounding
        return max(base, (2 * n + base) // (2 * base) * base)

    @property
    def words(self) -> str:
        """The rule as it is printed under a table."""
        text = (
            f"Counts from 1 to {self.threshold} are hidden and shown as “c”. Other counts are hidden "
            "where a small one could otherwise be worked out from the totals or from another table. "
            f"{self.zeros.label}."
        )
        if self.rounding:
            text += f" What is shown is rounded to the nearest {self.rounding}, so sums may differ."
        return text


class Audience(Worded):
    """Who the figures are for. The wider the audience, the more is hidden."""

    STEERING = "steering", "Steering group"
    PARTNER = "partner", "Partner organisations"
    PUBLIC = "public", "The public"

    @property
    def rule(self) -> Rule:
        """Thresholds: domain dossier, section 6, disclosure control (fewer than 5; fewer than 10)."""
        return Rule(threshold=9 if self is Audience.PUBLIC else 4)
