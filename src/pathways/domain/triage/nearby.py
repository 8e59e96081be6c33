"""How near another level lies: what the policy would say if one answer were different, or the fewest."""

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


@dataclass(frozen=True, slots=True)
class Smallest:
    """The fewest answers that would have to be different for another level. `changes` is (question, answers
    that would do), in the order of the questions."""

    level: str
    changes: tuple[tuple[str, tuple[str, ...]], ...]


def smallest(policy: Policy, answers: Mapping[str, str | int | None]) -> tuple[Smallest, ...]:
    """For each other level that can be reached, one of the smallest changes that reaches it, exactly.

    A missing answer has to be given before it can meet anything, so it counts as a change where the rule does
    not take every value. Where several rules are as near, the first of the table is shown. The policy must
    have neither gaps nor contradictions (`proof.may_apply`): then a rule that is met settles the level.
    """
    now = suggest(policy, answers).level
    found: dict[str, Smallest] = {}
    for rule, box in zip(policy.rules, policy.boxes, strict=True):
        if rule.level == now or not all(box):
            continue
        changes = tuple(
            (question.name, tuple(value for value in question.values if value in values))
            for question, values in zip(policy.inputs, box, strict=True)
            if not _is_met(answers.get(question.name), values, question.values)
        )
        known = found.get(rule.level)
        if known is None or len(changes) < len(known.changes):
            found[rule.level] = Smallest(rule.level, changes)
    return tuple(sorted(found.values(), key=lambda one: (len(one.changes), policy.rank(one.level))))


def _is_met(given: str | int | None, taken: frozenset[str], every: tuple[str, ...]) -> bool:
    if given is None or not str(given).strip():
        return len(taken) == len(every)
    return str(given) in taken
