"""How near another level lies: what the policy would say if one answer were different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pathways.domain.triage.policy import Policy, suggest


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One answer changed, and the level that follows."""

    question: str
    answer: str
    level: str


def neighbours(policy: Policy, answers: Mapping[str, str | int | None]) -> tuple[Neighbour, ...]:
    """Every single change of one answer that alters the suggested level, in the order of the questions."""
    now = suggest(policy, answers).level
    found = []
    for question in policy.inputs:
        given = answers.get(question.name)
        for value in question.values:
            if value == (None if given is None else str(given)):
                continue
            level = suggest(policy, {**answers, question.name: value}).level
            if level != now:
                found.append(Neighbour(question.name, value, level))
    return tuple(found)
