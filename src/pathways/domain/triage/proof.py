"""Proof that a triage policy says one thing of every combination of answers, or where it does not.

Inputs are finite, so this is exact. Each rule takes a box: a set of values of every input. Values that no
rule tells apart are treated as one, so that a policy with many inputs is proved without walking through
every single combination.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice, product
from math import prod

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.triage.policy import Policy

Combination = dict[str, str]
Box = tuple[tuple[str, ...], ...]

#: At most so many combinations of a gap are written out; `gap_count` is always exact.
SHOWN = 10_000


@dataclass(frozen=True, slots=True)
class Clash:
    """Two rules that take the same answers: how many combinations, and one of them."""

    rules: tuple[str, str]
    levels: tuple[str, str]
    combinations: int
    example: Combination


@dataclass(frozen=True, slots=True)
class Proof:
    """What is right and wrong with a policy.

    A gap is a combination that no rule takes; an overlap, two rules that give one level; a contradiction,
    two that give different levels; an idle rule, one that nothing can meet.
    """

    complete: bool
    combinations: int
    gaps: tuple[Combination, ...]
    gap_count: int
    overlaps: tuple[Clash, ...]
    contradictions: tuple[Clash, ...]
    idle: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether every combination is taken by exactly one rule, and every rule takes some."""
        return self.complete and not (self.overlaps or self.contradictions or self.idle)


def check(policy: Policy) -> Proof:
    """Everything that is wrong with the policy, exactly."""
    names = tuple(question.name for question in policy.inputs)
    holes = tuple(_holes(policy))
    clashes = tuple(_clashes(policy, names))
    gap_count = sum(prod(len(values) for values in hole) for hole in holes)
    return Proof(
        complete=gap_count == 0,
        combinations=prod(len(question.values) for question in policy.inputs),
        gaps=tuple(
            dict(zip(names, values, strict=True))
            for values in islice((each for hole in holes for each in product(*hole)), SHOWN)
        ),
        gap_count=gap_count,
        overlaps=tuple(clash for clash in clashes if clash.levels[0] == clash.levels[1]),
        contradictions=tuple(clash for clash in clashes if clash.levels[0] != clash.levels[1]),
        idle=tuple(rule.id for rule, box in zip(policy.rules, policy.boxes, strict=True) if not all(box)),
    )


def may_apply(policy: Policy) -> Decision:
    """Whether the policy may be used at all: it must be complete and never contradict itself."""
    proof = check(policy)
    if proof.gap_count:
        return decision.no(f"The policy says nothing of {proof.gap_count} combinations of answers.")
    if proof.contradictions:
        first, second = proof.contradictions[0].rules
        return decision.no(f"The policy contradicts itself: rules {first} and {second}.")
    return decision.yes()


def _holes(policy: Policy) -> Iterator[Box]:
    """The combinations that no rule takes, as boxes that do not overlap."""

    def walk(depth: int, standing: frozenset[int], chosen: Box) -> Iterator[Box]:
        if not standing:
            rest = tuple(question.values for question in policy.inputs[depth:])
            yield chosen + rest
            return
        if depth == len(policy.inputs):
            return
        alike: dict[frozenset[int], list[str]] = {}
        for value in policy.inputs[depth].values:
            left = frozenset(rule for rule in standing if value in policy.boxes[rule][depth])
            alike.setdefault(left, []).append(value)
        for left, values in alike.items():
            if not any(_takes_the_rest(policy, rule, depth + 1) for rule in left):
                yield from walk(depth + 1, left, (*chosen, tuple(values)))

    yield from walk(0, frozenset(range(len(policy.rules))), ())


def _takes_the_rest(policy: Policy, rule: int, depth: int) -> bool:
    """Whether a rule takes every value of every input from `depth` on: then no gap can lie there."""
    return all(
        len(values) == len(question.values)
        for values, question in zip(policy.boxes[rule][depth:], policy.inputs[depth:], strict=True)
    )


def _clashes(policy: Policy, names: tuple[str, ...]) -> Iterator[Clash]:
    for (one, first), (other, second) in combinations(tuple(zip(policy.rules, policy.boxes, strict=True)), 2):
        shared = [left & right for left, right in zip(first, second, strict=True)]
        if all(shared):
            yield Clash(
                rules=(one.id, other.id),
                levels=(one.level, other.level),
                combinations=prod(len(values) for values in shared),
                example={
                    name: next(value for value in question.values if value in values)
                    for name, question, values in zip(names, policy.inputs, shared, strict=True)
                },
            )
