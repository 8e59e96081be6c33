"""What a verb answers: allowed or not and why, and for what was done, its key and its reference."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pathways.domain.decision import Decision


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a verb. `reference` can be said aloud; `next` is what happens now, in words."""

    allowed: bool
    reason: str = ""
    ask: str = ""
    hidden: bool = False
    id: UUID | None = None
    reference: str = ""
    next: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.allowed


def done(id: UUID | None = None, *, reference: str = "", next: tuple[str, ...] = (), **data: Any) -> Outcome:
    return Outcome(True, id=id, reference=reference, next=next, data=data)


def refusal(answer: Decision) -> Outcome:
    """A refusal as the verb's answer: nothing was written."""
    return Outcome(False, answer.reason, answer.ask, answer.hidden)
