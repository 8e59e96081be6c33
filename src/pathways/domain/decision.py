"""The one answer to every question of the form "may this happen?": yes or no, with the reason.

Every permission, gate and readiness rule in the system returns a Decision; nothing raises to say no.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer and its reason, in words that can be shown to the person who asked.

    `ask` names whom to ask when the answer is no; `hidden` marks a refusal whose very subject is
    confidential, so that the page must say "not found" and nothing more.
    """

    allowed: bool
    reason: str = ""
    ask: str = ""
    hidden: bool = False

    def __bool__(self) -> bool:
        return self.allowed


def yes(reason: str = "") -> Decision:
    return Decision(True, reason)


def no(reason: str, *, ask: str = "", hidden: bool = False) -> Decision:
    """A refusal must always say why, so the reason is not optional."""
    if not reason:
        raise ValueError("a refusal needs a reason")
    return Decision(False, reason, ask, hidden)


def every(*answers: Decision) -> Decision:
    """The first refusal, or yes when nothing refuses."""
    return next((answer for answer in answers if not answer.allowed), Decision(True))
